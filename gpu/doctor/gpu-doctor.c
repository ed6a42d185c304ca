/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu-isa.h"
#include "gpu/doctor/gpu-doctor-private.h"
#include "gpu/gpu-device.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Why a graphics card is used, or why not: for each card and each backend that serves its maker
 * the first check that fails, in the order in which a card comes to be used. What the probes have
 * seen working is not doubted: checks of nodes and libraries are left out then. */

typedef struct
{
  GpuCheck *check;
  enum
  {
    ALWAYS,
    UNLESS_SEEN, /* not where the driver itself has told of the card */
    IF_PROBED,   /* not where nothing was tried, so that a card can sleep on */
    IF_UNSEEN,   /* where the driver was asked and did not tell of the card */
  } when;
} Step;

static const Step cuda_steps[] = {
  { gpu_check_driver },
  { gpu_check_nvidia_module },
  { gpu_check_nvidia_nodes, UNLESS_SEEN },
  { gpu_check_library },
  { gpu_check_nvidia_version, UNLESS_SEEN },
  { gpu_check_driver_probe },
  { gpu_check_hidden, IF_UNSEEN },
  { gpu_check_nvidia_uvm, IF_UNSEEN },
  { gpu_check_driver_status, IF_UNSEEN },
  { gpu_check_installed },
  { gpu_check_ggml_probe },
  { gpu_check_cuda_version },
  { gpu_check_hidden, IF_PROBED },
  { gpu_check_last, IF_PROBED },
};

static const Step hip_steps[] = {
  { gpu_check_driver },
  { gpu_check_render_node, UNLESS_SEEN },
  { gpu_check_kfd, UNLESS_SEEN },
  { gpu_check_installed },
  { gpu_check_architecture },
  { gpu_check_library },
  { gpu_check_driver_probe },
  { gpu_check_hidden, IF_UNSEEN },
  { gpu_check_driver_status, IF_UNSEEN },
  { gpu_check_ggml_probe },
  { gpu_check_hidden, IF_PROBED },
  { gpu_check_last, IF_PROBED },
};

static const Step vulkan_steps[] = {
  { gpu_check_driver },
  { gpu_check_render_node, UNLESS_SEEN },
  { gpu_check_nvidia_nodes, UNLESS_SEEN },
  { gpu_check_installed },
  { gpu_check_library },
  { gpu_check_nvidia_version, UNLESS_SEEN },
  { gpu_check_driver_probe },
  { gpu_check_vulkan_driver },
  { gpu_check_ggml_probe },
  { gpu_check_hidden, IF_PROBED },
  { gpu_check_spare },
  { gpu_check_last, IF_PROBED },
};

static const struct
{
  const Step *steps;
  gsize n;
} all_steps[GPU_N_EXAM_BACKENDS] = {
  [GPU_CUDA] = { cuda_steps, G_N_ELEMENTS (cuda_steps) },
  [GPU_HIP] = { hip_steps, G_N_ELEMENTS (hip_steps) },
  [GPU_VULKAN] = { vulkan_steps, G_N_ELEMENTS (vulkan_steps) },
};

static GpuFinding *
make_finding (const GpuExamBackend *backend, const char *id, const char *name)
{
  GpuFinding *self = g_new0 (GpuFinding, 1);

  self->device_id = g_strdup (id);
  self->device_name = g_strdup (name);
  self->backend = backend->name;
  return self;
}

/* @what: (transfer full) */
static void
set_usable (GpuFinding *self, const char *check, char *what)
{
  self->verdict = GPU_VERDICT_USABLE;
  self->check = check;
  self->what = what;
}

/* What is worth knowing of a card that works; the first that applies. */
static void
describe_usable (const GpuExam *exam,
                 const GpuPatient *patient,
                 const GpuExamBackend *backend,
                 GpuFinding *finding)
{
  const GpuProbedDevice *device = gpu_exam_find (exam, backend, backend->driver, patient, NULL);
  const char *override = gpu_exam_getenv (exam, "HSA_OVERRIDE_GFX_VERSION");
  g_autofree char *counted = override != NULL ? gpu_gfx_from_override (override) : NULL;

  if (patient->suspended)
    set_usable (finding, GPU_CHECK_SUSPENDED,
                g_strdup_printf (_ ("Usable with %s. The card sleeps to save power and wakes when "
                                    "it is used."),
                                 backend->name));
  else if (backend->asleep)
    set_usable (finding, GPU_CHECK_USABLE,
                g_strdup_printf (_ ("Usable with %s, as far as can be told without waking another "
                                    "card that sleeps."),
                                 backend->name));
  else if (backend->kind == GPU_HIP && counted != NULL && g_strcmp0 (counted, patient->gfx) != 0)
    set_usable (finding, GPU_CHECK_OVERRIDE,
                g_strdup_printf (_ ("Usable with %1$s as %2$s, because HSA_OVERRIDE_GFX_VERSION is "
                                    "set; the card itself is %3$s."),
                                 backend->name, counted,
                                 patient->gfx != NULL ? patient->gfx : "?"));
  else if (backend->kind == GPU_VULKAN && device != NULL && device->half == 0)
    set_usable (finding, GPU_CHECK_F32_FALLBACK,
                g_strdup_printf (_ ("Usable with %s. The card cannot compute in half precision, so "
                                    "it computes in full precision, which is slower."),
                                 backend->name));
  else if (backend->kind == GPU_VULKAN && gpu_exam_getenv (exam, "GGML_VK_DISABLE_F16") != NULL)
    set_usable (finding, GPU_CHECK_F32_FALLBACK,
                g_strdup_printf (_ ("Usable with %s. It computes in full precision, which is "
                                    "slower, because GGML_VK_DISABLE_F16 is set."),
                                 backend->name));
  else
    set_usable (finding, GPU_CHECK_USABLE, g_strdup_printf (_ ("Usable with %s."), backend->name));
}

static gboolean
applies (const Step *step, gboolean seen, gboolean probed)
{
  switch (step->when)
    {
    case UNLESS_SEEN:
      return !seen;
    case IF_PROBED:
      return probed;
    case IF_UNSEEN:
      return probed && !seen;
    case ALWAYS:
    default:
      return TRUE;
    }
}

static GpuFinding *
examine (const GpuExam *exam, const GpuPatient *patient, const GpuExamBackend *backend)
{
  GpuFinding *finding = make_finding (backend, patient->card->address, patient->name);
  gboolean seen = gpu_exam_find (exam, backend, backend->driver, patient, NULL) != NULL;
  guint index;

  if (gpu_exam_find (exam, backend, backend->ggml, patient, &index) != NULL)
    {
      if (gpu_check_architecture (exam, patient, backend, finding))
        return finding;
      finding->compute_id = g_strdup_printf ("%s%u", backend->id, index);
      if (!gpu_check_memory (exam, patient, backend, finding))
        describe_usable (exam, patient, backend, finding);
      return finding;
    }
  for (gsize i = 0; i < all_steps[backend->kind].n; i++)
    {
      const Step *step = &all_steps[backend->kind].steps[i];

      if (applies (step, seen, !backend->asleep) && step->check (exam, patient, backend, finding))
        return finding;
    }
  describe_usable (exam, patient, backend, finding);
  return finding;
}

static gboolean
is_installed (const GpuExam *exam, const char *name)
{
  for (guint i = 0; i < GPU_N_EXAM_BACKENDS; i++)
    if (exam->backends[i].name == name)
      return exam->backends[i].path != NULL;
  return FALSE;
}

/* Where one backend serves the card, another that is not installed is not missed, nor is Vulkan
 * beside the maker's own: compute cards often have no driver for it. */
static void
soften (const GpuExam *exam, GPtrArray *findings, guint first)
{
  const char *serving = NULL;

  for (guint i = first; i < findings->len; i++)
    {
      const GpuFinding *finding = findings->pdata[i];

      if (serving == NULL && finding->verdict == GPU_VERDICT_USABLE)
        serving = finding->backend;
    }
  for (guint i = first; serving != NULL && i < findings->len; i++)
    {
      GpuFinding *finding = findings->pdata[i];

      if (finding->verdict != GPU_VERDICT_NOT_USABLE)
        continue;
      if (!is_installed (exam, finding->backend))
        gpu_finding_fail (finding, GPU_CHECK_BACKEND_MISSING,
                          g_strdup_printf (_ ("The %1$s backend is not installed, and not needed: "
                                              "%2$s serves this card."),
                                           finding->backend, serving),
                          NULL);
      else if (finding->backend != exam->backends[GPU_VULKAN].name ||
               g_str_has_prefix (finding->check, "probe-"))
        continue;
      g_clear_pointer (&finding->remedy, g_free);
      finding->verdict = GPU_VERDICT_NOT_NEEDED;
    }
}

static gboolean
is_known (const GpuExam *exam, const GpuExamBackend *backend, guint index)
{
  guint found;

  for (guint i = 0; i < exam->patients->len; i++)
    if (gpu_exam_find (exam, backend, backend->ggml, exam->patients->pdata[i], &found) != NULL &&
        found == index)
      return TRUE;
  return FALSE;
}

/* Devices that are no card of the kernel's list: drawn by the processor, or of a virtual
 * machine. */
static guint
add_foreign (const GpuExam *exam, const GpuExamBackend *backend, GPtrArray *findings)
{
  const GPtrArray *devices = backend->ggml != NULL && backend->ggml->report != NULL
                                 ? backend->ggml->report->devices
                                 : NULL;
  guint n = 0;

  for (guint i = 0; devices != NULL && i < devices->len; i++)
    {
      const GpuProbedDevice *device = devices->pdata[i];
      GpuFinding *finding;

      if (is_known (exam, backend, i))
        continue;
      finding = make_finding (backend, device->pci, device->name);
      finding->compute_id = g_strdup_printf ("%s%u", backend->id, i);
      set_usable (finding, GPU_CHECK_USABLE,
                  g_strdup_printf (_ ("Usable with %s."), backend->name));
      if (device->kind == GPU_PROBED_SOFTWARE)
        {
          gpu_finding_fail (finding, GPU_CHECK_SOFTWARE,
                            g_strdup (_ ("This is no graphics card: the processor does its work, "
                                         "for tests.")),
                            NULL);
          finding->verdict = GPU_VERDICT_NOT_NEEDED;
        }
      g_ptr_array_add (findings, finding);
      n++;
    }
  return n;
}

/* A backend for which there is no card. One that crashes is told of all the same, for it is loaded
 * with the others. */
static GpuFinding *
explain_idle (const GpuExam *exam, const GpuExamBackend *backend)
{
  static const char *const none[] = {
    [GPU_CUDA] = N_ ("Not needed: this computer has no NVIDIA graphics card."),
    [GPU_HIP] = N_ ("Not needed: this computer has no AMD graphics card."),
    [GPU_VULKAN] = N_ ("Not needed: this computer has no graphics card."),
  };
  GpuFinding *finding = make_finding (backend, NULL, NULL);

  if (backend->ggml != NULL && backend->ggml->outcome != GPU_PROBE_DONE &&
      gpu_check_ggml_probe (exam, NULL, backend, finding))
    return finding;
  gpu_finding_fail (finding, GPU_CHECK_NO_GPU, g_strdup (_ (none[backend->kind])), NULL);
  finding->verdict = GPU_VERDICT_NOT_NEEDED;
  return finding;
}

static GPtrArray *
conclude (const GpuExam *exam)
{
  GPtrArray *findings = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_finding_free);

  for (guint i = 0; i < exam->patients->len; i++)
    {
      const GpuPatient *patient = exam->patients->pdata[i];
      guint first = findings->len;

      for (guint j = 0; j < GPU_N_EXAM_BACKENDS; j++)
        if (gpu_exam_serves (&exam->backends[j], patient->card))
          g_ptr_array_add (findings, examine (exam, patient, &exam->backends[j]));
      soften (exam, findings, first);
    }
  for (guint j = 0; j < GPU_N_EXAM_BACKENDS; j++)
    {
      const GpuExamBackend *backend = &exam->backends[j];

      if (add_foreign (exam, backend, findings) == 0 && backend->driver == NULL)
        g_ptr_array_add (findings, explain_idle (exam, backend));
    }
  return findings;
}

/**
 * gpu_doctor_run:
 * @options: (nullable): %NULL for the system as it is
 * @cancellable: (nullable): looked at all the time; ends it within 100 ms
 * @error: (out) (optional): G_IO_ERROR_CANCELLED only: whatever else goes wrong is a finding
 *
 * Blocks for at most the time limit and a little: for a worker thread. Nothing foreign is loaded
 * into this process.
 *
 * Returns: (transfer full) (element-type GpuFinding) (nullable): by card, then by backend; then the
 *   devices and backends without a card of the kernel's list
 */
GPtrArray *
gpu_doctor_run (const GpuDoctorOptions *options, GCancellable *cancellable, GError **error)
{
  static const GpuDoctorOptions as_it_is;
  GPtrArray *findings = NULL;
  GpuExam exam;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  gpu_exam_init (&exam, options != NULL ? options : &as_it_is);
  if (gpu_exam_probe (&exam, cancellable, error))
    findings = conclude (&exam);
  gpu_exam_clear (&exam);
  return findings;
}

/**
 * gpu_doctor_protect:
 * @findings: (element-type GpuFinding): of gpu_doctor_run()
 *
 * Tells gpu_devices() which backends have crashed or hung the probe, so that it leaves them out,
 * and which it need not try again. Before its first call; any thread.
 */
void
gpu_doctor_protect (GPtrArray *findings)
{
  g_return_if_fail (findings != NULL);

  for (guint i = 0; i < findings->len; i++)
    {
      const GpuFinding *finding = findings->pdata[i];

      if (g_str_equal (finding->check, GPU_CHECK_PROBE_CRASHED) ||
          g_str_equal (finding->check, GPU_CHECK_PROBE_HUNG))
        gpu_backends_leave_out (finding->backend, finding->what);
      else if (finding->compute_id != NULL) /* it was loaded */
        gpu_backends_leave_out (finding->backend, NULL);
    }
}

/**
 * gpu_doctor_has_gpu:
 * @findings: (element-type GpuFinding): of gpu_doctor_run()
 *
 * Returns: whether there is any graphics card, usable or not; one drawn by the processor is none
 */
gboolean
gpu_doctor_has_gpu (GPtrArray *findings)
{
  g_return_val_if_fail (findings != NULL, FALSE);

  for (guint i = 0; i < findings->len; i++)
    {
      const GpuFinding *finding = findings->pdata[i];

      if (finding->device_name != NULL && !g_str_equal (finding->check, GPU_CHECK_SOFTWARE))
        return TRUE;
    }
  return FALSE;
}

/**
 * gpu_doctor_explain_no_gpu:
 *
 * Returns: (transfer full): a paragraph for those without a graphics card: what computes instead,
 *   and what card would be used
 */
char *
gpu_doctor_explain_no_gpu (void)
{
  const char *isa = gpu_cpu_isa_name ();
  const char *supported =
      _ ("Faster would be an AMD card (with Vulkan or ROCm), an NVIDIA card with driver 525 or "
         "newer, 580 for CUDA 13 (with CUDA or Vulkan), or an Intel card (with Vulkan).");

  if (isa == NULL)
    return g_strdup_printf (_ ("This computer has no graphics card that Myna could compute "
                               "on. Everything works without: the processor does it all, "
                               "using oneDNN. %s"),
                            supported);
  return g_strdup_printf (_ ("This computer has no graphics card that Myna could compute on. "
                             "Everything works without: the processor does it all, using "
                             "oneDNN and its %1$s instructions. %2$s"),
                          isa, supported);
}
