/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/gpu-plan.h"

#include "gpu/gpu-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* ---- measuring: a backend that computes nothing and only counts ---- */

/* What an operation needs beside its result while it runs. */
static guint64
temporary_bytes (const GpuOp *op, GpuDeviceKind kind)
{
  gboolean cpu = kind == GPU_DEVICE_CPU;
  const GpuConvGeometry *g = &op->conv;
  gint64 scores = op->attention.heads * op->attention.tq * op->attention.tk;

  switch (op->code)
    {
    case GPU_OP_CONV: /* GPUs multiply gathered windows */
      return cpu ? 0
                 : sizeof (float) * (guint64) (g->n * g->out_h * g->out_w * g->kh * g->kw * g->in);
    case GPU_OP_CONV_TRANSPOSE: /* by phases: a window has its taps divided by the stride */
      return cpu ? 0
                 : sizeof (float) * (guint64) (g->n * g->h * g->w * g->in * g->kh * g->kw /
                                               (g->stride_h * g->stride_w)) +
                       sizeof (float) * (guint64) (g->n * g->out_h * g->out_w * g->out);
    case GPU_OP_ATTENTION: /* scores and their softmax; the CPU takes them in blocks of 256 rows */
      return cpu ? sizeof (float) * (guint64) MAX (256 * op->attention.tk, 262144)
                 : 2 * sizeof (float) * (guint64) (op->attention.batch * scores);
    case GPU_OP_LINEAR: /* halves are widened for a product of many rows */
      return cpu && op->w->type != GPU_F32 ? sizeof (float) * (guint64) (op->w->in * op->w->out)
                                           : 0;
    default:
      return 0;
    }
}

static gboolean
measure_run (GpuContext *cx, const GpuOp *op, GError **error)
{
  cx->peak = MAX (cx->peak, cx->used + temporary_bytes (op, cx->device->kind));
  return TRUE;
}

static gboolean
measure_open (GpuContext *cx, GError **error)
{
  return TRUE;
}

static void
measure_close (GpuContext *cx)
{
}

static gboolean
measure_alloc (GpuContext *cx, GpuTensor *t)
{
  t->size = (gsize) gpu_shape_size (t->shape) * gpu_type_size (t->type);
  return TRUE;
}

static void
measure_free (GpuContext *cx, GpuTensor *t)
{
}

static gboolean
measure_view (GpuContext *cx, GpuTensor *t)
{
  return TRUE;
}

static gboolean
measure_upload (GpuContext *cx, GpuTensor *t, const void *values, GError **error)
{
  return TRUE;
}

static gboolean
measure_download (GpuContext *cx, const GpuTensor *t, void *values, GError **error)
{
  memset (values, 0, (gsize) gpu_shape_size (t->shape) * gpu_type_size (t->type));
  return TRUE;
}

static GpuDevice *
measuring_device (GpuDevice *like)
{
  static const GpuBackendClass backend = {
    .name = "measure",
    .context_open = measure_open,
    .context_close = measure_close,
    .tensor_alloc = measure_alloc,
    .tensor_free = measure_free,
    .tensor_view = measure_view,
    .upload = measure_upload,
    .download = measure_download,
    .run = measure_run,
  };
  GpuDevice *device = g_new0 (GpuDevice, 1);

  g_atomic_ref_count_init (&device->refs);
  device->backend = &backend;
  device->id = g_strdup (like->id);
  device->name = g_strdup (like->name);
  device->backend_name = g_strdup (like->backend_name);
  device->kind = like->kind;
  device->notes = g_new0 (char *, 1);
  return device;
}

/**
 * gpu_plan_estimate:
 * @device: where the work will run
 * @window: length of a piece
 * @measure: records the work; weights are those of @device, values that it reads are zeros
 * @data: closure
 *
 * Goes through the work without computing or allocating.
 *
 * Returns: scratch bytes at the worst moment, weights not included
 */
guint64
gpu_plan_estimate (GpuDevice *device, gint64 window, GpuMeasureFunc measure, gpointer data)
{
  g_autoptr (GpuDevice) ghost = NULL;
  g_autoptr (GpuContext) cx = NULL;

  g_return_val_if_fail (device != NULL && measure != NULL, 0);

  ghost = measuring_device (device);
  cx = gpu_context_new (ghost);
  measure (cx, window, data);
  return gpu_context_get_peak (cx);
}

/**
 * gpu_plan_window:
 * @device: where the work will run
 * @most: the window that is best for quality and speed
 * @least: the smallest that makes sense
 * @measure: records the work for a window
 * @data: closure
 *
 * Halves @most until the estimate fits four fifths of the free memory: the rest is for other
 * programs and for what estimates miss. A device that does not tell its memory gets @most;
 * gpu_plan_run() halves further when it fails.
 *
 * Returns: the window to begin with
 */
gint64
gpu_plan_window (
    GpuDevice *device, gint64 most, gint64 least, GpuMeasureFunc measure, gpointer data)
{
  guint64 free_bytes, total;
  gint64 window = most;

  g_return_val_if_fail (device != NULL && measure != NULL, most);
  g_return_val_if_fail (least > 0 && least <= most, most);

  if (!gpu_device_get_memory (device, &free_bytes, &total, NULL))
    return most;
  while (window > least && gpu_plan_estimate (device, window, measure, data) > free_bytes / 5 * 4)
    window = MAX (window / 2, least);
  return window;
}

/* ---- running ---- */

G_GNUC_PRINTF (3, 4)
static void
tell (GpuNoteFunc note, gpointer data, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (note == NULL)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  note (text, data);
}

/* Changes the attempt so that the failure may not come again; FALSE when nothing is left to try.
 * Each change can happen a limited number of times: windows shrink, halves become floats once, and
 * from the processor no way leads back. */
static gboolean
try_otherwise (GpuAttempt *attempt,
               gint64 most,
               gint64 least,
               const GError *failure,
               GpuNoteFunc note,
               gpointer data)
{
  const char *name = gpu_device_get_name (attempt->device);
  gboolean cpu = gpu_device_get_kind (attempt->device) == GPU_DEVICE_CPU;

  if (failure->domain != GPU_ERROR)
    return FALSE;
  if (failure->code == GPU_ERROR_OUT_OF_MEMORY && attempt->window > least)
    {
      attempt->window = MAX (attempt->window / 2, least);
      tell (note, data,
            _ ("%s does not have enough memory for pieces of this length; shorter ones are tried."),
            name);
      return TRUE;
    }
  if (failure->code == GPU_ERROR_NOT_FINITE && attempt->type != GPU_F32)
    {
      attempt->type = GPU_F32;
      tell (note, data,
            _ ("Half precision is not enough for this; it is computed again in full precision."));
      return TRUE;
    }
  if (cpu || failure->code == GPU_ERROR_FAILED)
    return FALSE;
  tell (note, data, _ ("%s The CPU computes instead."), failure->message);
  gpu_device_unref (attempt->device);
  attempt->device = gpu_device_choose ("cpu", NULL);
  attempt->window = most;
  return attempt->device != NULL;
}

/**
 * gpu_plan_run:
 * @first: the device and the type asked for, and the window of gpu_plan_window()
 * @least: the smallest window that makes sense
 * @func: does the work; called again from the start after a failure that can be helped
 * @note: (nullable): is told each change
 * @data: closure of both
 * @error: (out) (optional): the last failure
 *
 * Out of memory: windows are halved down to @least, then the CPU does it. A result that is not
 * finite: weights in f32, then the CPU. A lost device or an operation that it cannot do: the CPU.
 * Other errors, cancelling among them, end it.
 *
 * Returns: whether the work was done
 */
gboolean
gpu_plan_run (GpuAttempt first,
              gint64 least,
              GpuAttemptFunc func,
              GpuNoteFunc note,
              gpointer data,
              GError **error)
{
  GpuAttempt attempt = first;
  gboolean done = FALSE, again = TRUE;

  g_return_val_if_fail (first.device != NULL && func != NULL, FALSE);
  g_return_val_if_fail (least > 0 && least <= first.window, FALSE);

  gpu_device_ref (attempt.device);
  while (!done && again)
    {
      g_autoptr (GError) failure = NULL;

      done = func (&attempt, data, &failure);
      if (done)
        break;
      g_assert (failure != NULL);
      again = try_otherwise (&attempt, first.window, least, failure, note, data);
      if (!again)
        g_propagate_error (error, g_steal_pointer (&failure));
    }
  g_clear_pointer (&attempt.device, gpu_device_unref);
  return done;
}
