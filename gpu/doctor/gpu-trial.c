/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-trial.h"

#include "gpu/doctor/gpu-doctor-private.h"

/* Longer than the doctor's: where a slow disk is read for the first time, a GPU would be lost to
 * this process for good. */
#define TIME_LIMIT 60000

static char *
explain (const GpuProbe *probe, const char *name)
{
  GpuFinding finding = { 0 };
  char *reason = NULL;

  if ((probe->outcome == GPU_PROBE_CRASHED || probe->outcome == GPU_PROBE_HUNG) &&
      gpu_probe_explain (probe, name, &finding))
    reason = g_steal_pointer (&finding.what);
  g_free (finding.what);
  g_free (finding.remedy);
  return reason;
}

/**
 * gpu_trial_run:
 * @backends: (element-type GpuBackendStatus): with a path; gets a reason where it crashes or hangs
 *
 * Loads backends in processes of their own before they are loaded into this one: drivers abort and
 * die, and nothing here could catch it. Where the probe cannot be started nothing is held against a
 * backend. Any thread; blocks as long as drivers take.
 */
void
gpu_trial_run (GPtrArray *backends)
{
  g_autoptr (GPtrArray) probes = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_probe_free);
  g_auto (GStrv) environment = g_get_environ ();

  g_return_if_fail (backends != NULL);

  for (guint i = 0; i < backends->len; i++)
    {
      const GpuBackendStatus *status = backends->pdata[i];

      g_ptr_array_add (
          probes, gpu_probe_new (gpu_probe_find_program (environment), "ggml", status->path, NULL));
    }
  gpu_probes_run (probes, (const char *const *) environment, TIME_LIMIT, NULL, NULL);
  for (guint i = 0; i < backends->len; i++)
    {
      GpuBackendStatus *status = backends->pdata[i];

      status->reason = explain (probes->pdata[i], status->name);
    }
}
