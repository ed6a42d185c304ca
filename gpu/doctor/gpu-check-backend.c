/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-doctor-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* ggml's backends: installed, sound, built for this card, and with room on it. */

static char *
advise_backend (const GpuExam *exam, const GpuExamBackend *backend)
{
  g_autofree char *sentence = NULL;

  if (exam->flatpak)
    return g_strdup_printf (_ ("Install Myna's add-on for %s from where you installed Myna."),
                            backend->name);
#ifndef MYNA_HAVE_GGML
  return g_strdup (_ ("Install a Myna that was built with ggml."));
#else
  sentence = g_strdup_printf (_ ("Install ggml's %1$s backend (libggml-%2$s.so)."), backend->name,
                              backend->id);
  if (backend->kind == GPU_CUDA)
    return g_steal_pointer (&sentence);
  return gpu_remedy_with_command (
      exam, sentence, backend->kind == GPU_HIP ? GPU_PACKAGE_GGML_HIP : GPU_PACKAGE_GGML_VULKAN);
#endif
}

/* What is there is broken, or lacks a library. */
static char *
advise_anew (const GpuExam *exam, const GpuExamBackend *backend)
{
  g_autofree char *sentence = g_strdup_printf (
      _ ("Reinstall ggml's %s backend, with the libraries that it needs."), backend->name);

  if (exam->flatpak)
    return advise_backend (exam, backend);
  if (backend->kind == GPU_CUDA)
    return g_steal_pointer (&sentence);
  return gpu_remedy_with_command (
      exam, sentence, backend->kind == GPU_HIP ? GPU_PACKAGE_GGML_HIP : GPU_PACKAGE_GGML_VULKAN);
}

/* ggml's backend is installed. */
gboolean
gpu_check_installed (const GpuExam *exam,
                     const GpuPatient *patient,
                     const GpuExamBackend *backend,
                     GpuFinding *finding)
{
  if (backend->path != NULL)
    return FALSE;
  return gpu_finding_fail (finding, GPU_CHECK_BACKEND_MISSING,
                           g_strdup_printf (_ ("The %s backend is not installed."), backend->name),
                           advise_backend (exam, backend));
}

/* The backend can be loaded, and lives. */
gboolean
gpu_check_ggml_probe (const GpuExam *exam,
                      const GpuPatient *patient,
                      const GpuExamBackend *backend,
                      GpuFinding *finding)
{
  const GpuProbe *probe = backend->ggml;

  if (probe == NULL)
    return FALSE;
  if (gpu_probe_explain (probe, backend->name, finding))
    return TRUE;
  if (probe->report->missing == NULL && probe->report->status == 0)
    return FALSE;
  return gpu_finding_fail (
      finding, GPU_CHECK_BACKEND_BROKEN,
      probe->report->missing != NULL
          ? g_strdup_printf (_ ("The %1$s backend could not be loaded: %2$s"), backend->name,
                             probe->report->missing)
          : g_strdup_printf (_ ("“%s” is not a backend of this version of ggml."), backend->path),
      advise_anew (exam, backend));
}

/* No variable of the environment leaves the card out. */
gboolean
gpu_check_hidden (const GpuExam *exam,
                  const GpuPatient *patient,
                  const GpuExamBackend *backend,
                  GpuFinding *finding)
{
  static const char *const variables[GPU_N_EXAM_BACKENDS][2] = {
    [GPU_CUDA] = { "CUDA_VISIBLE_DEVICES" },
    [GPU_HIP] = { "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES" },
    [GPU_VULKAN] = { "GGML_VK_VISIBLE_DEVICES" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (variables[0]); i++)
    {
      const char *name = variables[backend->kind][i];
      const char *value = name != NULL ? gpu_exam_getenv (exam, name) : NULL;

      if (value != NULL)
        return gpu_finding_fail_hidden (finding, name, value);
    }
  return FALSE;
}

static gboolean
lists_card (const GpuProbe *probe)
{
  const GPtrArray *devices = probe != NULL && probe->report != NULL ? probe->report->devices : NULL;

  for (guint i = 0; devices != NULL && i < devices->len; i++)
    if (((const GpuProbedDevice *) devices->pdata[i])->kind == GPU_PROBED_GPU)
      return TRUE;
  return FALSE;
}

/* ggml takes integrated graphics only where there is no graphics card. */
gboolean
gpu_check_spare (const GpuExam *exam,
                 const GpuPatient *patient,
                 const GpuExamBackend *backend,
                 GpuFinding *finding)
{
  const GpuProbedDevice *own = gpu_exam_find (exam, backend, backend->driver, patient, NULL);

  if (own == NULL || own->kind != GPU_PROBED_INTEGRATED || !lists_card (backend->ggml))
    return FALSE;
  gpu_finding_fail (finding, GPU_CHECK_SPARE,
                    g_strdup (_ ("The computer's graphics card is used, so its integrated graphics "
                                 "are left alone.")),
                    NULL);
  finding->verdict = GPU_VERDICT_NOT_NEEDED;
  return TRUE;
}

/* ---- what it was built for ---- */

static gboolean
fail_architecture (const GpuPatient *patient,
                   const GpuExamBackend *backend,
                   const char *arch,
                   const char *built,
                   GpuFinding *finding)
{
  return gpu_finding_fail (
      finding, GPU_CHECK_ARCHITECTURE,
      g_strdup_printf (_ ("The %1$s backend was not built for this card's architecture, %2$s, but "
                          "for %3$s."),
                       backend->name, arch, built),
      g_strdup (_ ("Vulkan can use this card instead.")));
}

/* "8.6" -> 860, as ggml writes architectures; 0 when it is not of that form */
static guint
read_capability (const char *text)
{
  char *end = NULL;
  guint64 major = g_ascii_strtoull (text, &end, 10);
  guint64 minor = *end == '.' ? g_ascii_strtoull (end + 1, NULL, 10) : 0;

  return major < 100 && minor < 10 ? (guint) (major * 100 + minor * 10) : 0;
}

/* The least of "520,610,700"; 0 when there is none. Newer cards translate the code of older ones
 * by themselves. */
static guint
find_least (const char *archs)
{
  g_auto (GStrv) parts = g_strsplit_set (archs, ", ", 64);
  guint least = 0;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      guint64 arch = g_ascii_strtoull (parts[i], NULL, 10);

      if (arch >= 100 && arch < 10000 && (least == 0 || arch < least))
        least = (guint) arch;
    }
  return least;
}

static gboolean
check_cuda_architecture (const GpuExam *exam,
                         const GpuPatient *patient,
                         const GpuExamBackend *backend,
                         GpuFinding *finding)
{
  const GpuProbedDevice *device = gpu_exam_find (exam, backend, backend->driver, patient, NULL);
  const char *archs =
      backend->ggml != NULL && backend->ggml->report != NULL ? backend->ggml->report->archs : NULL;
  guint has = device != NULL && device->arch != NULL ? read_capability (device->arch) : 0;
  guint least = archs != NULL ? find_least (archs) : 0;
  g_autofree char *arch = NULL;
  g_autofree char *built = NULL;

  if (has == 0 || least == 0 || has >= least)
    return FALSE;
  arch = g_strdup_printf ("sm_%u", has / 10);
  /* Translators: architectures of NVIDIA's cards */
  built = g_strdup_printf (_ ("sm_%u and newer"), least / 10);
  return fail_architecture (patient, backend, arch, built, finding);
}

/* A version of HSA_OVERRIDE_GFX_VERSION whose code is there and runs on the card, as many of their
 * owners use it (dsnote#93, alpaca#83). */
static const char *
find_relative (const char *const *archs, const char *gfx)
{
  static const struct
  {
    const char *family, *built, *version;
  } known[] = {
    { "gfx103", "gfx1030", "10.3.0" },
    { "gfx110", "gfx1100", "11.0.0" },
    { "gfx115", "gfx1100", "11.0.0" },
    { "gfx90", "gfx900", "9.0.0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_prefix (gfx, known[i].family) && gpu_offload_has (archs, known[i].built))
      return known[i].version;
  return NULL;
}

static gboolean
check_hip_architecture (const GpuExam *exam,
                        const GpuPatient *patient,
                        const GpuExamBackend *backend,
                        GpuFinding *finding)
{
  const char *override = gpu_exam_getenv (exam, "HSA_OVERRIDE_GFX_VERSION");
  g_autofree char *counted = override != NULL ? gpu_gfx_from_override (override) : NULL;
  const char *gfx = counted != NULL ? counted : patient->gfx;
  g_auto (GStrv) archs = backend->path != NULL ? gpu_offload_list (backend->path) : NULL;
  g_autofree char *built = NULL;
  const char *relative;

  if (gfx == NULL || archs == NULL || gpu_offload_has ((const char *const *) archs, gfx))
    return FALSE;
  built = g_strjoinv (", ", archs);
  fail_architecture (patient, backend, gfx, built, finding);
  relative = find_relative ((const char *const *) archs, gfx);
  if (counted != NULL || relative == NULL)
    return TRUE;
  g_free (finding->remedy);
  finding->remedy = g_strdup_printf (_ ("Vulkan can use this card instead. Or try HIP with "
                                        "the code of a related card: start Myna with "
                                        "HSA_OVERRIDE_GFX_VERSION=%s."),
                                     relative);
  return TRUE;
}

/* The backend has code for the card. ggml lists others too, and ends the process when they are to
 * compute. */
gboolean
gpu_check_architecture (const GpuExam *exam,
                        const GpuPatient *patient,
                        const GpuExamBackend *backend,
                        GpuFinding *finding)
{
  if (backend->kind == GPU_CUDA)
    return check_cuda_architecture (exam, patient, backend, finding);
  return backend->kind == GPU_HIP && check_hip_architecture (exam, patient, backend, finding);
}

/* ---- room ---- */

/* amdgpu's own figures: hipMemGetInfo does not count what graphics have taken (spec gpu-telemetry
 * 3). Integrated graphics use the computer's memory as well. */
static gboolean
read_amd_memory (const GpuExam *exam, const GpuPatient *patient, guint64 *free_bytes)
{
  const char *dir = patient->card->dir;
  gint64 total, used, shared_total = 0, shared_used = 0;

  if (patient->suspended || g_strcmp0 (patient->card->driver, "amdgpu") != 0 ||
      !gpu_sysfs_read_number (exam->sysfs, dir, "mem_info_vram_total", &total) ||
      !gpu_sysfs_read_number (exam->sysfs, dir, "mem_info_vram_used", &used) || used > total)
    return FALSE;
  if (total < G_GINT64_CONSTANT (4) << 30 &&
      (!gpu_sysfs_read_number (exam->sysfs, dir, "mem_info_gtt_total", &shared_total) ||
       !gpu_sysfs_read_number (exam->sysfs, dir, "mem_info_gtt_used", &shared_used) ||
       shared_used > shared_total))
    shared_total = shared_used = 0;
  *free_bytes = (guint64) (total - used + shared_total - shared_used);
  return TRUE;
}

/* There is room for what is to run. */
gboolean
gpu_check_memory (const GpuExam *exam,
                  const GpuPatient *patient,
                  const GpuExamBackend *backend,
                  GpuFinding *finding)
{
  const GpuProbedDevice *device = gpu_exam_find (exam, backend, backend->ggml, patient, NULL);
  guint64 needed = exam->options->memory_needed;
  guint64 free_bytes = device != NULL ? device->free_bytes : 0;
  g_autofree char *needed_text = g_format_size (needed);
  g_autofree char *free_text = NULL;

  read_amd_memory (exam, patient, &free_bytes);
  if (needed == 0 || free_bytes == 0 || free_bytes >= needed)
    return FALSE;
  free_text = g_format_size (free_bytes);
  return gpu_finding_fail (
      finding, GPU_CHECK_MEMORY,
      g_strdup_printf (_ ("There is not enough free memory on this card: %1$s are needed, %2$s are "
                          "free."),
                       needed_text, free_text),
      g_strdup (_ ("Close other programs that use the graphics card. Until then the processor "
                   "computes.")));
}

/* What is left: the backend works and does not list the card. */
gboolean
gpu_check_last (const GpuExam *exam,
                const GpuPatient *patient,
                const GpuExamBackend *backend,
                GpuFinding *finding)
{
  const GpuProbeReport *report = backend->ggml != NULL ? backend->ggml->report : NULL;

  return gpu_finding_fail (
      finding, GPU_CHECK_DRIVER_FAILED,
      report != NULL && report->log != NULL
          ? g_strdup_printf (_ ("The %1$s backend did not take this card: %2$s"), backend->name,
                             report->log)
          : g_strdup_printf (_ ("The %s backend did not take this card, and does not say why."),
                             backend->name),
      g_strdup (_ ("Update the driver; after an update, restart the computer.")));
}
