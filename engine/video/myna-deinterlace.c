/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/video/myna-deinterlace-private.h"

#include <libavutil/pixdesc.h>
#include <string.h>

/*
 * Why our own and not libavfilter: it would be a dependency that brings dozens of libraries along,
 * for one filter. The field that is shown first stays as it is; the other one's lines are made
 * anew: where nothing moves they are what the two neighbouring fields have there, elsewhere they
 * are interpolated along edges, bounded by how much changes at that place (the principle of
 * motion-adaptive deinterlacers since "yadif").
 */

/* Of 255: a line that differs this much from both its neighbours, on the same side, is a tooth. */
#define TOOTH 12
/* So many teeth among a hundred thousand places are more than texture. */
#define MAX_TEETH 300

static int
sample (const guint8 *row, int x, gboolean deep)
{
  return deep ? ((const guint16 *) (const void *) row)[x] : row[x];
}

static int
median_of_bounds (int value, int low, int high)
{
  return value < low ? low : value > high ? high : value;
}

/**
 * myna_deinterlace_is_combed:
 * @frame: planar YUV or grey
 *
 * Returns: whether moving edges show the two fields apart. Much that is called interlaced is not,
 *   and stays untouched.
 */
gboolean
myna_deinterlace_is_combed (const AVFrame *frame)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (frame->format);
  gboolean deep = kind->comp[0].depth > 8;
  int tooth = TOOTH << (kind->comp[0].depth - 8);
  gint64 teeth = 0, places = 0;

  for (int y = 2; y + 2 < frame->height; y++)
    {
      const guint8 *row = frame->data[0] + (gssize) y * frame->linesize[0];
      gssize stride = frame->linesize[0];

      for (int x = 0; x < frame->width; x += 2)
        {
          int here = sample (row, x, deep);
          int above = here - sample (row - stride, x, deep);
          int below = here - sample (row + stride, x, deep);
          int same = here - sample (row - 2 * stride, x, deep);

          /* Both neighbours lie on one side, and the line of the same field is alike. */
          if (((above > tooth && below > tooth) || (above < -tooth && below < -tooth)) &&
              ABS (same) * 3 < MIN (ABS (above), ABS (below)))
            teeth++;
          places++;
        }
    }
  return places > 0 && teeth * 100000 > places * MAX_TEETH;
}

/* The three pictures' samples around one place; offsets in rows from it. */
typedef struct
{
  const guint8 *above, *below;           /* of this picture, the field that stays */
  const guint8 *before, *after;          /* the missing line in the fields around */
  const guint8 *old_above, *old_below;   /* the field that stays, one picture before */
  const guint8 *late_above, *late_below; /* and one picture later */
  gboolean deep;
  int width;
} Lines;

/* Along the direction in which the lines above and below agree best. */
static int
along_edge (const Lines *lines, int x)
{
  int best = (sample (lines->above, x, lines->deep) + sample (lines->below, x, lines->deep)) / 2;
  int least = G_MAXINT;

  if (x < 3 || x + 3 >= lines->width)
    return best;
  for (int shift = -2; shift <= 2; shift++)
    {
      int cost = shift == 0 ? -1 : 0;

      for (int k = -1; k <= 1; k++)
        cost += ABS (sample (lines->above, x + k + shift, lines->deep) -
                     sample (lines->below, x + k - shift, lines->deep));
      if (cost < least)
        {
          least = cost;
          best = (sample (lines->above, x + shift, lines->deep) +
                  sample (lines->below, x - shift, lines->deep)) /
                 2;
        }
    }
  return best;
}

static int
make_sample (const Lines *lines, int x)
{
  int before = sample (lines->before, x, lines->deep);
  int after = sample (lines->after, x, lines->deep);
  int above = sample (lines->above, x, lines->deep);
  int below = sample (lines->below, x, lines->deep);
  int old = (ABS (sample (lines->old_above, x, lines->deep) - above) +
             ABS (sample (lines->old_below, x, lines->deep) - below)) /
            2;
  int late = (ABS (sample (lines->late_above, x, lines->deep) - above) +
              ABS (sample (lines->late_below, x, lines->deep) - below)) /
             2;
  int change = MAX (MAX (ABS (before - after) / 2, old), late);
  int still = (before + after) / 2;

  return median_of_bounds (along_edge (lines, x), still - change, still + change);
}

static const guint8 *
line (const AVFrame *frame, int plane, int y)
{
  return frame->data[plane] + (gssize) y * frame->linesize[plane];
}

static void
make_plane (const AVFrame *const pictures[3], AVFrame *out, int plane, gboolean top_first)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (out->format);
  int width = plane > 0 ? AV_CEIL_RSHIFT (out->width, kind->log2_chroma_w) : out->width;
  int height = plane > 0 ? AV_CEIL_RSHIFT (out->height, kind->log2_chroma_h) : out->height;

  for (int y = top_first ? 1 : 0; y < height; y += 2)
    {
      int up = y > 0 ? y - 1 : MIN (y + 1, height - 1);
      int down = y + 1 < height ? y + 1 : up;
      /* The second field lies between the first fields of this picture and the next, and that of
       * the picture before between its first field and ours. */
      Lines lines = { line (pictures[1], plane, up), line (pictures[1], plane, down),
                      line (pictures[0], plane, y),  line (pictures[1], plane, y),
                      line (pictures[0], plane, up), line (pictures[0], plane, down),
                      line (pictures[2], plane, up), line (pictures[2], plane, down),
                      kind->comp[plane].depth > 8,   width };
      guint8 *row = out->data[plane] + (gssize) y * out->linesize[plane];

      for (int x = 0; x < width; x++)
        if (lines.deep)
          ((guint16 *) (void *) row)[x] = (guint16) make_sample (&lines, x);
        else
          row[x] = (guint8) make_sample (&lines, x);
    }
}

/**
 * myna_deinterlace:
 * @previous: (nullable): the picture before
 * @frame: planar YUV or grey, not turned yet; its flag says which field comes first
 * @next: (nullable): the picture after
 *
 * Returns: (transfer full) (nullable): the picture at the time of its first field, NULL without
 *   memory
 */
AVFrame *
myna_deinterlace (const AVFrame *previous, const AVFrame *frame, const AVFrame *next)
{
  const AVFrame *pictures[3] = { previous != NULL ? previous : frame, frame,
                                 next != NULL ? next : frame };
  gboolean top_first = (frame->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST) != 0;
  AVFrame *out = av_frame_alloc ();

  if (out == NULL)
    return NULL;
  out->format = frame->format;
  out->width = frame->width;
  out->height = frame->height;
  if (av_frame_get_buffer (out, 0) < 0 || av_frame_copy_props (out, frame) < 0 ||
      av_frame_copy (out, frame) < 0)
    {
      av_frame_free (&out);
      return NULL;
    }
  for (int plane = 0; plane < av_pix_fmt_desc_get (frame->format)->nb_components; plane++)
    make_plane (pictures, out, plane, top_first);
  out->flags &= ~(AV_FRAME_FLAG_INTERLACED | AV_FRAME_FLAG_TOP_FIELD_FIRST);
  return out;
}
