/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/render/myna-mouth-renderer.h"

#include "engine/core/myna-error.h"
#include "engine/lipsync/render/myna-compositor.h"
#include "engine/lipsync/render/myna-mouth-interior.h"
#include "engine/lipsync/render/myna-mouth-patch-private.h"
#include "engine/lipsync/render/myna-mouth-points.h"
#include "engine/lipsync/render/myna-resample.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* The mouth of a turned head is left alone: fades out between these, radians (35° and 43°). */
#define YAW_FULL 0.61f
#define YAW_NONE 0.75f
/* Less than this, in eye distances, is no change: below the noise of the mesh. */
#define SMALL_CHANGE 0.004f
/* Pixels the chin moves for one of opening: with the person's own mouths, and when only bent. */
#define JAW_OF_LIBRARY 0.6f
#define JAW_OF_BASIC 0.7f
/* A drawn mouth opens no further (spec lipsync-default, renderer (b)). */
#define MAX_DRAWN_OPENING 0.12f
/* Half the height of the line that closed lips get, in eye distances: what nodes of the map leave.
 */
#define PRESSED_LINE 0.03f

struct _MynaMouthRenderer
{
  MynaCompositor *compositor;
  MynaYuvImage source, candidate, second;
  MynaMap map;
  MynaMouthInterior interior;
  MynaMouthTimes times;
  gboolean touched;
};

/* What one frame needs besides the request. */
typedef struct
{
  const MynaMouthRequest *request;
  MynaMouthPatch *source;
  MynaMouthPatch *fading; /* or NULL */
  float strength;
  float opening, width; /* wanted, in eye distances */
  MynaMouthTarget target;
  MynaRect rect;
} Work;

MynaMouthRenderer *
myna_mouth_renderer_new (void)
{
  MynaMouthRenderer *self = g_new0 (MynaMouthRenderer, 1);

  self->compositor = myna_compositor_new ();
  return self;
}

void
myna_mouth_renderer_free (MynaMouthRenderer *self)
{
  myna_compositor_free (self->compositor);
  myna_yuv_image_clear (&self->source);
  myna_yuv_image_clear (&self->candidate);
  myna_yuv_image_clear (&self->second);
  myna_map_clear (&self->map);
  myna_mouth_interior_clear (&self->interior);
  g_free (self);
}

static float
smooth_step (float from, float to, float x)
{
  float t = CLAMP ((x - from) / (to - from), 0.0f, 1.0f);

  return t * t * (3 - 2 * t);
}

/* Adds the time since @since to a stage. */
static void
clock_stage (gint64 *stage, gint64 *since)
{
  gint64 now = g_get_monotonic_time ();

  *stage += now - *since;
  *since = now;
}

/* With a weak strength the mouth is also bent back to what it was, so that it does not fade between
 * two shapes only. */
static void
set_wish (Work *work)
{
  const MynaMouthRequest *r = work->request;
  float own = myna_face_get_opening (r->face), yaw = fabsf (r->face->yaw);

  work->strength = CLAMP (r->strength, 0.0f, 1.0f) * (1 - smooth_step (YAW_FULL, YAW_NONE, yaw));
  work->opening = own + work->strength * (r->opening - own);
  work->width = r->width;
  if (r->width > 0)
    {
      float width = myna_face_get_mouth_width (r->face);

      work->width = width + work->strength * (r->width - width);
    }
}

/* The frame shows what is asked for already. */
static gboolean
is_done (const Work *work, const MynaVideoFrame *frame)
{
  const MynaMouthRequest *r = work->request;
  float own = myna_face_get_opening (r->face), width = myna_face_get_mouth_width (r->face);

  if (work->strength <= 0)
    return TRUE;
  if (r->source != NULL && myna_mouth_patch_get_frame (r->source) != frame->index)
    return FALSE;
  return work->fading == NULL && r->teeth < 0.05f && fabsf (work->opening - own) < SMALL_CHANGE &&
         (work->width <= 0 || fabsf (work->width - width) < 2 * SMALL_CHANGE);
}

static gboolean
set_target (Work *work)
{
  const MynaMouthRequest *r = work->request;
  MynaMouthWish wish = { .opening = work->opening,
                         .width = work->width,
                         .teeth = CLAMP (r->teeth, 0.0f, 1.0f) * work->strength,
                         .closed = r->closed,
                         .jaw = r->source != NULL ? JAW_OF_LIBRARY : JAW_OF_BASIC,
                         .mask_size = CLAMP (r->mask_size, 0.5f, 1.6f) };
  const MynaFace *source = myna_mouth_patch_get_face (work->source);
  const MynaFace *fading = work->fading != NULL ? myna_mouth_patch_get_face (work->fading) : NULL;

  if (!myna_mouth_target_init (&work->target, r->face, source, fading, r->fade, &wish))
    return FALSE;
  work->rect = myna_mouth_target_get_bounds (&work->target);
  work->rect = myna_yuv_align (&work->rect);
  return work->rect.width > 0 && work->rect.width <= 4096 && work->rect.height > 0 &&
         work->rect.height <= 4096;
}

/* Lips are a tenth of the eyes' distance apart: nodes that are further apart than that would keep
 * a small face from closing its mouth. Where chroma has a sample for four pixels, nodes lie on
 * them. */
static int
choose_step (const MynaSpline *spline, const MynaYuvLayout *layout)
{
  if (spline->scale >= 160)
    return MYNA_SPLINE_STEP;
  return spline->scale >= 80 || layout->shift_x[1] > 1 ? MYNA_SPLINE_STEP / 2
                                                       : MYNA_SPLINE_STEP / 4;
}

/* The mouth of @patch in the frame's geometry. */
static gboolean
warp (MynaMouthRenderer *self, Work *work, MynaMouthPatch *patch, MynaYuvImage *out)
{
  MynaSpline spline;
  gint64 since = g_get_monotonic_time ();

  if (!myna_mouth_target_fit (&work->target, myna_mouth_patch_get_face (patch), &spline))
    return FALSE;
  myna_map_set (&self->map, &work->rect, &spline, choose_step (&spline, &patch->layout));
  clock_stage (&self->times.shape, &since);
  myna_mouth_patch_load (patch, &self->source);
  myna_resample (out, &self->source, &self->map);
  clock_stage (&self->times.warp, &since);
  return TRUE;
}

/* How much of an inside has to be made up: the source has too little of its own to be stretched to
 * what is wanted. */
static float
get_missing (const Work *work)
{
  float gap = myna_mouth_target_get_gap (&work->target, myna_mouth_patch_get_face (work->source));
  float wanted = work->target.opening, unit = work->target.head.unit;

  if (wanted < 0.015f * unit)
    return 0;
  return (1 - smooth_step (0.3f, 0.6f, gap / wanted)) * smooth_step (0.015f, 0.035f, wanted / unit);
}

/* How much of a row of teeth would be left between lips that are to close. */
static float
get_excess (const Work *work)
{
  float gap = myna_mouth_target_get_gap (&work->target, myna_mouth_patch_get_face (work->source));
  float wanted = work->target.opening, unit = work->target.head.unit;

  return smooth_step (0.03f, 0.06f, (gap - wanted) / unit) *
         (1 - smooth_step (0.015f, 0.035f, wanted / unit));
}

static void
press_lips (MynaMouthRenderer *self, Work *work, const AVFrame *av)
{
  float excess = get_excess (work);
  MynaMouthPalette palette;

  if (excess <= 0.01f)
    return;
  myna_mouth_patch_load (work->source, &self->source);
  myna_mouth_palette_init (&palette, &self->source, myna_mouth_patch_get_face (work->source),
                           av->color_range == AVCOL_RANGE_JPEG);
  myna_mouth_interior_set (&self->interior, &work->target, &work->rect,
                           PRESSED_LINE * work->target.head.unit);
  myna_mouth_interior_press (&self->interior, &self->candidate, &palette, excess);
}

static gboolean
has_format (MynaMouthPatch *patch, int format)
{
  return patch != NULL && patch->layout.format == format;
}

static void
add_interior (MynaMouthRenderer *self, Work *work, const AVFrame *av)
{
  MynaMouthPatch *lender = work->request->interior;
  float missing = get_missing (work);
  gint64 since = g_get_monotonic_time ();

  if (missing <= 0.01f)
    return;
  myna_mouth_interior_set (&self->interior, &work->target, &work->rect, 0);
  if (has_format (lender, av->format) && warp (self, work, lender, &self->second))
    myna_mouth_interior_borrow (&self->interior, &self->candidate, &self->second, missing);
  else
    {
      MynaMouthPalette palette;
      gboolean full = av->color_range == AVCOL_RANGE_JPEG;

      myna_mouth_patch_load (work->source, &self->source);
      myna_mouth_palette_init (&palette, &self->source, myna_mouth_patch_get_face (work->source),
                               full);
      myna_mouth_interior_draw (&self->interior, &self->candidate, &work->target, &palette,
                                missing);
    }
  clock_stage (&self->times.interior, &since);
}

/* A landmark-warped cross-fade: both mouths have the same shape by now. */
static void
fade (MynaYuvImage *image, const MynaYuvImage *other, float share)
{
  for (int p = 0; p < image->layout.n_planes; p++)
    {
      gsize n = (gsize) image->width[p] * (gsize) image->height[p];
      float *to = image->planes[p];
      const float *from = other->planes[p];

      for (gsize i = 0; i < n; i++)
        to[i] += share * (from[i] - to[i]);
    }
}

static gboolean
make_candidate (MynaMouthRenderer *self, Work *work, const AVFrame *av)
{
  if (!warp (self, work, work->source, &self->candidate))
    return FALSE;
  if (work->fading != NULL && warp (self, work, work->fading, &self->second))
    fade (&self->candidate, &self->second, work->request->fade);
  add_interior (self, work, av);
  press_lips (self, work, av);
  return TRUE;
}

/* Without footage a mouth is drawn, and only so far. */
static void
limit_opening (Work *work)
{
  float own = myna_face_get_opening (myna_mouth_patch_get_face (work->source));

  if (work->request->interior == NULL && get_missing (work) > 0.01f)
    work->opening = MIN (work->opening, MAX (MAX_DRAWN_OPENING, own));
}

static gboolean
render (MynaMouthRenderer *self, Work *work, MynaVideoFrame *frame, GError **error)
{
  MynaYuvLayout layout;
  gint64 since;

  if (!set_target (work))
    return TRUE; /* no face that can be worked with: as if there were none */
  limit_opening (work);
  if (!set_target (work) || !make_candidate (self, work, frame->av))
    return TRUE;
  if (!myna_video_frame_make_writable (frame, error))
    return FALSE;
  since = g_get_monotonic_time ();
  myna_yuv_layout_init (&layout, frame->av->format);
  myna_compositor_begin (self->compositor, frame->av, &layout);
  work->target.jaw.shift *= work->strength;
  myna_compositor_move_jaw (self->compositor, &work->target.jaw);
  myna_compositor_blend (self->compositor, &self->candidate, &work->target, work->strength);
  clock_stage (&self->times.blend, &since);
  self->touched = TRUE;
  return TRUE;
}

/**
 * myna_mouth_renderer_render:
 * @frame: (inout): what is rendered into
 * @request: what it shall show
 *
 * Warps the mouth into the frame's face, adds an inside where it has none, and composites it (spec
 * lipsync-default, renderers (a) and (b)). Takes about 10 ms for a face of 250 pixels between the
 * eyes.
 *
 * Returns: FALSE with MYNA_ERROR_UNSUPPORTED for pixel formats that are not planar YUV, or when
 *   memory runs out
 */
gboolean
myna_mouth_renderer_render (MynaMouthRenderer *self,
                            MynaVideoFrame *frame,
                            const MynaMouthRequest *request,
                            GError **error)
{
  g_autoptr (MynaMouthPatch) own = NULL;
  Work work = { .request = request, .source = request->source };
  gboolean done;

  g_return_val_if_fail (self != NULL && frame != NULL && request->face != NULL, FALSE);

  self->touched = FALSE;
  self->times.frames++;
  if (request->fade > 0.01f && has_format (request->fading, frame->av->format))
    work.fading = request->fading;
  set_wish (&work);
  if (is_done (&work, frame))
    {
      self->times.untouched++;
      return TRUE;
    }
  if (work.source == NULL)
    work.source = own = myna_mouth_patch_new (frame, request->face, error);
  if (work.source == NULL)
    return FALSE;
  if (!has_format (work.source, frame->av->format))
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                           _ ("The mouth and the video have different pixel formats."));
      return FALSE;
    }
  done = render (self, &work, frame, error);
  if (done && !self->touched)
    self->times.untouched++;
  return done;
}

const float *
myna_mouth_renderer_get_mask (MynaMouthRenderer *self, MynaRect *rect)
{
  return self->touched ? myna_compositor_get_mask (self->compositor, rect) : NULL;
}

void
myna_mouth_renderer_get_times (MynaMouthRenderer *self, MynaMouthTimes *times)
{
  *times = self->times;
}
