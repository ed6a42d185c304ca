/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <math.h>

#include "engine/core/myna-error.h"
#include "engine/video/myna-tone-map-private.h"
#include "engine/video/myna-video-frame.h"

/* Beyond this a part of a frame is a mistake of the caller, not a picture. */
#define MAX_SIDE 16384
#define MARGIN 4

/* One thread's converter and buffers, kept because a tracker asks for the same again and again. */
typedef struct
{
  struct SwsContext *sws;
  guint8 *packed; /* part of the frame at its own size, or the frame before tone mapping */
  gsize packed_bytes;
  float *rows;
  gsize n_rows;
} Scratch;

static void
scratch_free (gpointer data)
{
  Scratch *self = data;

  sws_freeContext (self->sws);
  g_free (self->packed);
  g_free (self->rows);
  g_free (self);
}

static Scratch *
get_scratch (void)
{
  static GPrivate key = G_PRIVATE_INIT (scratch_free);
  Scratch *self = g_private_get (&key);

  if (self == NULL)
    {
      self = g_new0 (Scratch, 1);
      g_private_set (&key, self);
    }
  return self;
}

static guint8 *
get_packed (Scratch *self, gsize bytes)
{
  if (self->packed_bytes < bytes)
    {
      g_free (self->packed);
      self->packed = g_malloc (bytes);
      self->packed_bytes = bytes;
    }
  return self->packed;
}

/* What the tags say, or what players assume without them: by size, as broadcasters split it. */
static const int *
get_matrix (const AVFrame *av)
{
  int matrix = SWS_CS_ITU709;

  if (av->colorspace == AVCOL_SPC_BT2020_NCL || av->colorspace == AVCOL_SPC_BT2020_CL)
    matrix = SWS_CS_BT2020;
  else if (av->colorspace == AVCOL_SPC_BT470BG || av->colorspace == AVCOL_SPC_SMPTE170M)
    matrix = SWS_CS_ITU601;
  else if (av->colorspace == AVCOL_SPC_SMPTE240M)
    matrix = SWS_CS_SMPTE240M;
  else if (av->colorspace == AVCOL_SPC_FCC)
    matrix = SWS_CS_FCC;
  else if (av->colorspace != AVCOL_SPC_BT709 && MIN (av->width, av->height) < 720)
    matrix = SWS_CS_ITU601;
  return sws_getCoefficients (matrix);
}

/* Converts the block of pixels from @x, @y to packed RGB of another size. */
static gboolean
convert (Scratch *scratch,
         const AVFrame *av,
         MynaRect block,
         int width,
         int height,
         enum AVPixelFormat format,
         guint8 *out)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (av->format);
  int bytes = format == AV_PIX_FMT_RGB24 ? 3 : 6;
  gboolean scaled = width != block.width || height != block.height;
  /* Chroma at every pixel: three times the work, and nothing to be seen in a reduced picture; for
   * 16 bits that path of libswscale 10 overflows beyond the gamut. */
  int chroma = format == AV_PIX_FMT_RGB24 && !scaled ? SWS_FULL_CHR_H_INT | SWS_ACCURATE_RND : 0;
  const guint8 *planes[4] = { NULL };
  guint8 *out_planes[4] = { out, NULL, NULL, NULL };
  int out_strides[4] = { width * bytes, 0, 0, 0 };

  scratch->sws =
      sws_getCachedContext (scratch->sws, block.width, block.height, av->format, width, height,
                            format, (scaled ? SWS_AREA : SWS_BILINEAR) | chroma, NULL, NULL, NULL);
  if (scratch->sws == NULL ||
      sws_setColorspaceDetails (scratch->sws, get_matrix (av), av->color_range == AVCOL_RANGE_JPEG,
                                sws_getCoefficients (SWS_CS_ITU709), 1, 0, 1 << 16, 1 << 16) < 0)
    return FALSE;
  for (int i = 0; i < 4 && av->data[i] != NULL; i++)
    {
      gboolean subsampled = i == 1 || i == 2;
      int x = subsampled ? block.x >> kind->log2_chroma_w : block.x;
      int y = subsampled ? block.y >> kind->log2_chroma_h : block.y;

      planes[i] = av->data[i] + (gssize) y * av->linesize[i] + x * kind->comp[i].step;
    }
  return sws_scale (scratch->sws, planes, av->linesize, 0, block.height, out_planes, out_strides) ==
         height;
}

/* The same as 8-bit RGB that a screen could show, HDR mapped down. */
static gboolean
convert_for_screen (
    Scratch *scratch, const AVFrame *av, MynaRect block, int width, int height, guint8 *rgb)
{
  g_autofree guint16 *deep = NULL;

  if (!myna_tone_map_is_needed (av->color_trc))
    return convert (scratch, av, block, width, height, AV_PIX_FMT_RGB24, rgb);
  deep = g_new (guint16, (gsize) width * (gsize) height * 3);
  if (!convert (scratch, av, block, width, height, AV_PIX_FMT_RGB48, (guint8 *) deep))
    return FALSE;
  myna_tone_map (deep, (gsize) width * (gsize) height, av->color_trc, av->color_primaries, rgb);
  return TRUE;
}

/*
 * One axis of the resampling: a triangle as wide as the step (at least one pixel), so that reducing
 * averages and enlarging interpolates. Taps beyond the block read its edge.
 */
typedef struct
{
  int first; /* may be outside */
  int n;
  float *weights;
} Taps;

static Taps *
make_taps (double start, double step, int n)
{
  Taps *taps = g_new (Taps, n);
  double reach = MAX (step, 1.0);

  for (int i = 0; i < n; i++)
    {
      double centre = start + (i + 0.5) * step - 0.5;
      int first = (int) ceil (centre - reach);
      int last = (int) floor (centre + reach);
      double sum = 0;

      taps[i].first = first;
      taps[i].n = last - first + 1;
      taps[i].weights = g_new (float, taps[i].n);
      for (int k = 0; k < taps[i].n; k++)
        sum += MAX (1 - fabs (first + k - centre) / reach, 0);
      for (int k = 0; k < taps[i].n; k++)
        taps[i].weights[k] = (float) (MAX (1 - fabs (first + k - centre) / reach, 0) / sum);
    }
  return taps;
}

static void
free_taps (Taps *taps, int n)
{
  for (int i = 0; i < n; i++)
    g_free (taps[i].weights);
  g_free (taps);
}

static void
resample_row (const guint8 *in, int in_width, const Taps *taps, int width, float *out)
{
  for (int x = 0; x < width; x++)
    {
      const Taps *tap = &taps[x];
      float sum[3] = { 0, 0, 0 };

      for (int k = 0; k < tap->n; k++)
        {
          const guint8 *pixel = in + 3 * CLAMP (tap->first + k, 0, in_width - 1);

          for (int c = 0; c < 3; c++)
            sum[c] += tap->weights[k] * (float) pixel[c];
        }
      for (int c = 0; c < 3; c++)
        out[3 * x + c] = sum[c];
    }
}

static void
sum_rows (const float *rows, int n_rows, const Taps *tap, int width, guint8 *out)
{
  for (int x = 0; x < 3 * width; x++)
    {
      float sum = 0.5f;

      for (int k = 0; k < tap->n; k++)
        sum +=
            tap->weights[k] *
            rows[(gsize) CLAMP (tap->first + k, 0, n_rows - 1) * (gsize) (3 * width) + (gsize) x];
      out[x] = (guint8) CLAMP (sum, 0.0f, 255.0f);
    }
}

/* From a block at @block of the frame to the wanted part @rect, edges repeated. */
static void
resample (Scratch *scratch,
          const guint8 *in,
          MynaRect block,
          MynaRect rect,
          int width,
          int height,
          guint8 *rgb)
{
  Taps *across = make_taps (rect.x - block.x, (double) rect.width / width, width);
  Taps *down = make_taps (rect.y - block.y, (double) rect.height / height, height);
  gsize n = (gsize) block.height * (gsize) width * 3;

  if (scratch->n_rows < n)
    {
      g_free (scratch->rows);
      scratch->rows = g_new (float, n);
      scratch->n_rows = n;
    }
  for (int y = 0; y < block.height; y++)
    resample_row (in + (gsize) y * (gsize) block.width * 3, block.width, across, width,
                  scratch->rows + (gsize) y * (gsize) width * 3);
  for (int y = 0; y < height; y++)
    sum_rows (scratch->rows, block.height, &down[y], width, rgb + (gsize) y * (gsize) width * 3);
  free_taps (across, width);
  free_taps (down, height);
}

/* The pixels of the frame that @rect needs: at least one, whole samples of chroma where the frame
 * has them: libswscale stretches chroma over a block that cuts one. */
static MynaRect
find_block (const AVFrame *av, const MynaRect *rect)
{
  const AVPixFmtDescriptor *kind = av_pix_fmt_desc_get (av->format);
  int grid_w = (1 << kind->log2_chroma_w) - 1, grid_h = (1 << kind->log2_chroma_h) - 1;
  /* More on each side than taps and chroma reach over the border. */
  int left = CLAMP (rect->x - MARGIN, 0, av->width - 1) & ~grid_w;
  int top = CLAMP (rect->y - MARGIN, 0, av->height - 1) & ~grid_h;
  int right = CLAMP (rect->x + rect->width + MARGIN, left + 1, av->width);
  int bottom = CLAMP (rect->y + rect->height + MARGIN, top + 1, av->height);

  right = MIN ((right + grid_w) & ~grid_w, av->width);
  bottom = MIN ((bottom + grid_h) & ~grid_h, av->height);
  return (MynaRect) { left, top, right - left, bottom - top };
}

/**
 * myna_video_frame_to_rgb:
 * @rect: (nullable): a part of the frame, in its pixels, or NULL for all; may lie outside
 * @width: of the result, at least 1
 * @height: of the result, at least 1
 * @rgb: (out caller-allocates): @width × @height × 3 bytes, no gaps between rows
 *
 * Makes a picture for networks and screens: display-referred, gamma-encoded R G B. The matrix and
 * range are those of the frame's tags (untagged: BT.601 below 720 lines, else BT.709, limited), PQ
 * and HLG are tone-mapped (myna_tone_map ()). The centre of a pixel is at 0.5; reducing averages,
 * enlarging interpolates; the places outside repeat the edge. Parts are exact to the pixel whatever
 * the chroma's resolution. Any thread; each keeps a converter.
 *
 * Returns: FALSE when the frame cannot be converted
 */
gboolean
myna_video_frame_to_rgb (const MynaVideoFrame *self,
                         const MynaRect *rect,
                         int width,
                         int height,
                         guint8 *rgb,
                         GError **error)
{
  Scratch *scratch = get_scratch ();
  MynaRect all;
  MynaRect block;
  guint8 *packed;

  g_return_val_if_fail (self != NULL && rgb != NULL, FALSE);
  g_return_val_if_fail (width > 0 && width <= MAX_SIDE && height > 0 && height <= MAX_SIDE, FALSE);
  g_return_val_if_fail (rect == NULL || (rect->width > 0 && rect->height > 0), FALSE);

  all = (MynaRect) { 0, 0, self->av->width, self->av->height };
  if (rect == NULL)
    {
      if (convert_for_screen (scratch, self->av, all, width, height, rgb))
        return TRUE;
    }
  else
    {
      block = find_block (self->av, rect);
      packed = get_packed (scratch, (gsize) block.width * (gsize) block.height * 3);
      if (convert_for_screen (scratch, self->av, block, block.width, block.height, packed))
        {
          resample (scratch, packed, block, *rect, width, height, rgb);
          return TRUE;
        }
    }
  g_set_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
               _ ("A picture of %d × %d pixels in the format %s cannot be converted."), all.width,
               all.height, av_get_pix_fmt_name (self->av->format));
  return FALSE;
}
