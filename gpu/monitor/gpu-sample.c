/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-sample-private.h"

#include <math.h>

G_STATIC_ASSERT (GPU_N_FIELDS <= 64);

struct _GpuSample
{
  gint ref_count;
  gint64 time;
  gint64 wall_time;
  GpuState state;
  char *reason;
  guint64 valid; /* a bit for each field */
  double values[GPU_N_FIELDS];
  GPtrArray *throttle; /* NULL-terminated; NULL as long as there is none */
  GArray *processes;   /* GpuProcess; NULL as long as there is none */
};

static void
clear_process (gpointer item)
{
  GpuProcess *process = item;

  g_free (process->name);
}

/**
 * gpu_sample_new:
 * @time: of the monitor's clock, µs
 * @wall_time: since 1970, µs
 *
 * Returns: (transfer full): a sample of an active device that tells nothing yet
 */
GpuSample *
gpu_sample_new (gint64 time, gint64 wall_time)
{
  GpuSample *self = g_new0 (GpuSample, 1);

  self->ref_count = 1;
  self->time = time;
  self->wall_time = wall_time;
  return self;
}

/**
 * gpu_sample_ref:
 *
 * Returns: (transfer full): @self
 */
GpuSample *
gpu_sample_ref (GpuSample *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * gpu_sample_unref:
 * @self: (transfer full): a sample
 */
void
gpu_sample_unref (GpuSample *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_clear_pointer (&self->throttle, g_ptr_array_unref);
  g_clear_pointer (&self->processes, g_array_unref);
  g_free (self->reason);
  g_free (self);
}

/**
 * gpu_sample_set:
 * @self: a new sample
 * @field: a field
 * @value: in the field's unit; what is not finite or below zero, except a temperature, is not taken
 */
void
gpu_sample_set (GpuSample *self, GpuField field, double value)
{
  g_return_if_fail (self != NULL && (guint) field < GPU_N_FIELDS);

  if (!isfinite (value) || (value < 0 && gpu_field_info (field)->unit != GPU_UNIT_CELSIUS))
    return;
  self->values[field] = value;
  self->valid |= G_GUINT64_CONSTANT (1) << field;
}

/**
 * gpu_sample_set_state:
 * @self: a new sample
 * @state: how the device is
 * @reason: (nullable): a translated sentence
 */
void
gpu_sample_set_state (GpuSample *self, GpuState state, const char *reason)
{
  g_return_if_fail (self != NULL);

  self->state = state;
  g_set_str (&self->reason, reason);
}

/**
 * gpu_sample_add_throttle_reason:
 * @self: a new sample
 * @reason: translated words: why the device runs slower than it could
 */
void
gpu_sample_add_throttle_reason (GpuSample *self, const char *reason)
{
  g_return_if_fail (self != NULL && reason != NULL);

  if (self->throttle == NULL)
    self->throttle = g_ptr_array_new_null_terminated (2, g_free, TRUE);
  if (!g_strv_contains ((const char *const *) self->throttle->pdata, reason))
    g_ptr_array_add (self->throttle, g_strdup (reason));
}

/**
 * gpu_sample_add_process:
 * @self: a new sample
 * @process: a process; its name is taken over (transfer full)
 */
void
gpu_sample_add_process (GpuSample *self, const GpuProcess *process)
{
  g_return_if_fail (self != NULL && process != NULL);

  if (self->processes == NULL)
    {
      self->processes = g_array_new (FALSE, TRUE, sizeof (GpuProcess));
      g_array_set_clear_func (self->processes, clear_process);
    }
  g_array_append_vals (self->processes, process, 1);
}

/**
 * gpu_sample_get_time:
 *
 * Returns: when it was taken, µs of the monitor's clock
 */
gint64
gpu_sample_get_time (GpuSample *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time;
}

/**
 * gpu_sample_get_wall_time:
 *
 * Returns: when it was taken, µs since 1970
 */
gint64
gpu_sample_get_wall_time (GpuSample *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->wall_time;
}

/**
 * gpu_sample_get_state:
 *
 * Returns: how the device is
 */
GpuState
gpu_sample_get_state (GpuSample *self)
{
  g_return_val_if_fail (self != NULL, GPU_STATE_LOST);

  return self->state;
}

/**
 * gpu_sample_get_reason:
 *
 * Returns: (transfer none) (nullable): why it is asleep or lost, or what keeps some numbers from
 * us; a translated sentence
 */
const char *
gpu_sample_get_reason (GpuSample *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->reason;
}

/**
 * gpu_sample_get:
 * @self: a sample
 * @field: a field
 * @value: (out): in the field's unit; untouched when it is missing
 *
 * Returns: whether the device told it
 */
gboolean
gpu_sample_get (GpuSample *self, GpuField field, double *value)
{
  g_return_val_if_fail (self != NULL && (guint) field < GPU_N_FIELDS && value != NULL, FALSE);

  if ((self->valid & (G_GUINT64_CONSTANT (1) << field)) == 0)
    return FALSE;
  *value = self->values[field];
  return TRUE;
}

/**
 * gpu_sample_format:
 * @self: a sample
 * @field: a field
 *
 * Returns: (transfer full): as gpu_field_format(); "—" when it is missing
 */
char *
gpu_sample_format (GpuSample *self, GpuField field)
{
  double value;

  return gpu_sample_get (self, field, &value) ? gpu_field_format (field, value) : g_strdup ("—");
}

/**
 * gpu_sample_get_throttle_reasons:
 *
 * Returns: (transfer none) (array zero-terminated=1): translated words
 */
const char *const *
gpu_sample_get_throttle_reasons (GpuSample *self)
{
  static const char *const none[] = { NULL };

  g_return_val_if_fail (self != NULL, none);

  return self->throttle != NULL ? (const char *const *) self->throttle->pdata : none;
}

/**
 * gpu_sample_get_processes:
 * @self: a sample
 * @n: (out): how many there are
 *
 * Returns: (transfer none) (array length=n) (nullable): those that use the device, as far as they
 *   can be seen
 */
const GpuProcess *
gpu_sample_get_processes (GpuSample *self, guint *n)
{
  g_return_val_if_fail (self != NULL && n != NULL, NULL);

  *n = self->processes != NULL ? self->processes->len : 0;
  return *n > 0 ? (const GpuProcess *) (gpointer) self->processes->data : NULL;
}
