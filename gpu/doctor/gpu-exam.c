/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-doctor-private.h"
#include "gpu/gpu-registry.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Gathers what the checks look at: the kernel's files, the probes' reports, the sandbox. */

#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define KFD_NODES "/sys/class/kfd/kfd/topology/nodes"
/* The first program that loads a driver's libraries after start can take ten seconds. */
#define DEFAULT_TIME_LIMIT 25000

/* "drm_render_minor 128" in a node's properties; FALSE when there is no such line. */
static gboolean
read_property (const char *text, const char *key, guint64 *value)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 256);
  gsize length = strlen (key);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], key, length) == 0 && lines[i][length] == ' ')
      return g_ascii_string_to_unsigned (g_strstrip (lines[i] + length), 10, 0, G_MAXUINT64, value,
                                         NULL);
  return FALSE;
}

/* KFD knows a card by the number of its render node (spec gpu-telemetry 3, "KFD"). */
static char *
find_gfx (GpuSysfs *sysfs, const GpuCard *card)
{
  g_auto (GStrv) nodes = gpu_sysfs_list (sysfs, KFD_NODES);
  guint64 minor = 0, of_node = 0, version = 0;

  if (card->render_node == NULL ||
      !g_ascii_string_to_unsigned (card->render_node + strlen ("/dev/dri/renderD"), 10, 0, 4096,
                                   &minor, NULL))
    return NULL;
  for (guint i = 0; nodes[i] != NULL; i++)
    {
      g_autofree char *dir = g_build_filename (KFD_NODES, nodes[i], NULL);
      g_autofree char *text = gpu_sysfs_read_in (sysfs, dir, "properties");

      if (text != NULL && read_property (text, "drm_render_minor", &of_node) && of_node == minor &&
          read_property (text, "gfx_target_version", &version))
        return gpu_gfx_from_version (version);
    }
  return NULL;
}

static void
gpu_patient_free (GpuPatient *self)
{
  g_free (self->name);
  g_free (self->gfx);
  g_free (self);
}

static GpuPatient *
make_patient (GpuSysfs *sysfs, const GpuCard *card)
{
  GpuPatient *self = g_new0 (GpuPatient, 1);

  self->card = card;
  self->name = gpu_card_dup_name (card, sysfs);
  self->suspended = gpu_card_is_suspended (card, sysfs);
  if (card->vendor == GPU_PCI_AMD)
    self->gfx = find_gfx (sysfs, card);
  return self;
}

static GpuDistro
find_distro (GpuSysfs *sysfs, gboolean flatpak)
{
  g_autofree char *text =
      gpu_sysfs_read_text (sysfs, flatpak ? "/run/host/os-release" : "/etc/os-release");
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", 256);
  g_autoptr (GString) ids = g_string_new (" ");

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "ID=") || g_str_has_prefix (lines[i], "ID_LIKE="))
      g_string_append_printf (ids, "%s ", strchr (lines[i], '=') + 1);
  g_strdelimit (ids->str, "\"'", ' ');
  if (strstr (ids->str, " ubuntu ") != NULL)
    return GPU_DISTRO_UBUNTU;
  if (strstr (ids->str, " debian ") != NULL)
    return GPU_DISTRO_DEBIAN;
  if (strstr (ids->str, " fedora ") != NULL)
    return GPU_DISTRO_FEDORA;
  return strstr (ids->str, " arch ") != NULL ? GPU_DISTRO_ARCH : GPU_DISTRO_OTHER;
}

static void
read_sandbox (GpuExam *self)
{
  g_autofree char *text = gpu_sysfs_read_text (self->sysfs, "/.flatpak-info");
  g_autoptr (GKeyFile) info = g_key_file_new ();

  self->flatpak = self->options->sandbox == GPU_SANDBOX_DETECT
                      ? gpu_sysfs_is_flatpak (self->sysfs)
                      : self->options->sandbox == GPU_SANDBOX_FLATPAK;
  if (self->flatpak && text != NULL &&
      g_key_file_load_from_data (info, text, (gsize) -1, G_KEY_FILE_NONE, NULL))
    self->flatpak_app = g_key_file_get_string (info, "Application", "name", NULL);
  if (self->flatpak_app == NULL)
    self->flatpak_app = g_strdup (MYNA_APP_ID);
}

static char *
find_backend (GpuExam *self, const char *stem)
{
  g_autofree char *path = NULL;

  if (self->options->backends != NULL)
    {
      path = g_strdup_printf ("%s/libggml-%s.so", self->options->backends, stem);
      return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
    }
#ifdef MYNA_HAVE_GGML
  path = gpu_ggml_find_backend (stem, gpu_exam_getenv (self, "MYNA_GGML_PATH"));
#endif
  return g_steal_pointer (&path);
}

/**
 * gpu_exam_init:
 * @self: what to fill; gpu_exam_clear() empties it
 * @options: must stay as long as @self
 *
 * Reads the kernel's files. Nothing is started yet.
 */
void
gpu_exam_init (GpuExam *self, const GpuDoctorOptions *options)
{
  static const char *const names[] = { "CUDA", "HIP", "Vulkan" };
  static const char *const ids[] = { "cuda", "hip", "vulkan" };

  *self = (GpuExam) { .options = options };
  self->sysfs = gpu_sysfs_new (options->root != NULL ? options->root : "/");
  self->environment =
      options->environment != NULL ? g_strdupv ((char **) options->environment) : g_get_environ ();
  read_sandbox (self);
  self->distro = find_distro (self->sysfs, self->flatpak);
  self->cards = gpu_cards_list (self->sysfs);
  self->patients = g_ptr_array_new_with_free_func ((GDestroyNotify) gpu_patient_free);
  for (guint i = 0; i < self->cards->len; i++)
    g_ptr_array_add (self->patients, make_patient (self->sysfs, self->cards->pdata[i]));
  for (guint i = 0; i < GPU_N_EXAM_BACKENDS; i++)
    {
      self->backends[i].kind = i;
      self->backends[i].name = names[i];
      self->backends[i].id = ids[i];
      self->backends[i].path = find_backend (self, ids[i]);
    }
}

/**
 * gpu_exam_clear:
 * @self: an exam
 *
 * Frees what it holds.
 */
void
gpu_exam_clear (GpuExam *self)
{
  for (guint i = 0; i < GPU_N_EXAM_BACKENDS; i++)
    {
      g_free (self->backends[i].path);
      g_clear_pointer (&self->backends[i].driver, gpu_probe_free);
      g_clear_pointer (&self->backends[i].ggml, gpu_probe_free);
    }
  g_ptr_array_unref (self->patients);
  g_ptr_array_unref (self->cards);
  g_strfreev (self->environment);
  g_free (self->flatpak_app);
  gpu_sysfs_unref (self->sysfs);
}

/**
 * gpu_exam_getenv:
 * @self: an exam
 * @name: of a variable
 *
 * Returns: (transfer none) (nullable): its value in the environment that is looked at
 */
const char *
gpu_exam_getenv (const GpuExam *self, const char *name)
{
  return g_environ_getenv (self->environment, name);
}

/**
 * gpu_exam_access:
 * @self: an exam
 * @path: a device node, "/dev/kfd"
 *
 * Returns: 0 when this program may open it for reading and writing, else an errno value: ENOENT,
 *   EACCES
 */
int
gpu_exam_access (const GpuExam *self, const char *path)
{
  int saved = 0;

  if (self->options->access != NULL)
    return self->options->access (path, self->options->access_data);
  gpu_sysfs_can_access (self->sysfs, path, R_OK | W_OK, &saved);
  return saved;
}

/**
 * gpu_exam_secure_boot:
 * @self: an exam
 *
 * An efivarfs file has four bytes of attributes before its value.
 *
 * Returns: whether the firmware says that it starts signed code only; then the kernel refuses
 *   modules that were compiled on this computer and not signed
 */
gboolean
gpu_exam_secure_boot (const GpuExam *self)
{
  guint8 bytes[5];
  gsize length;

  return gpu_sysfs_read_bytes (self->sysfs, SECURE_BOOT, bytes, sizeof bytes, &length) &&
         length == sizeof bytes && bytes[4] == 1;
}

/**
 * gpu_exam_serves:
 * @backend: a backend
 * @card: a card
 *
 * Returns: whether @backend is made for cards of this maker
 */
gboolean
gpu_exam_serves (const GpuExamBackend *backend, const GpuCard *card)
{
  switch (backend->kind)
    {
    case GPU_CUDA:
      return card->vendor == GPU_PCI_NVIDIA;
    case GPU_HIP:
      return card->vendor == GPU_PCI_AMD;
    case GPU_VULKAN:
    case GPU_N_EXAM_BACKENDS:
    default:
      return TRUE;
    }
}

static guint
count_served (const GpuExam *self, const GpuExamBackend *backend)
{
  guint n = 0;

  for (guint i = 0; i < self->cards->len; i++)
    n += gpu_exam_serves (backend, self->cards->pdata[i]) ? 1 : 0;
  return n;
}

static gboolean
would_wake (const GpuExam *self, const GpuExamBackend *backend)
{
  for (guint i = 0; i < self->patients->len; i++)
    {
      const GpuPatient *patient = self->patients->pdata[i];

      if (patient->suspended && gpu_exam_serves (backend, patient->card))
        return TRUE;
    }
  return FALSE;
}

/**
 * gpu_probe_find_program:
 * @environment: (array zero-terminated=1): may name another
 *
 * Returns: (transfer none): path of myna-gpu-probe
 */
const char *
gpu_probe_find_program (char **environment)
{
  const char *named = g_environ_getenv (environment, "MYNA_GPU_PROBE");

  return named != NULL ? named : MYNA_LIBEXECDIR "/myna-gpu-probe";
}

static const char *
find_probe (const GpuExam *self)
{
  return self->options->probe != NULL ? self->options->probe
                                      : gpu_probe_find_program (self->environment);
}

static GpuProbe *
make_driver_probe (const GpuExam *self, GpuExamBackendKind kind)
{
  const GpuDoctorOptions *options = self->options;
  const char *program = find_probe (self);

  switch (kind)
    {
    case GPU_CUDA:
      return gpu_probe_new (
          program, "cuda", options->libcuda != NULL ? options->libcuda : "libcuda.so.1",
          options->libnvml != NULL ? options->libnvml : "libnvidia-ml.so.1", NULL);
    case GPU_HIP:
      if (options->libhip != NULL)
        return gpu_probe_new (program, "hip", options->libhip, NULL);
      return gpu_probe_new (program, "hip", "libamdhip64.so.7", "libamdhip64.so.6",
                            "libamdhip64.so", NULL);
    case GPU_VULKAN:
    case GPU_N_EXAM_BACKENDS:
    default:
      return gpu_probe_new (program, "vulkan",
                            options->libvulkan != NULL ? options->libvulkan : "libvulkan.so.1",
                            NULL);
    }
}

/**
 * gpu_exam_probe:
 * @self: an exam
 * @cancellable: (nullable): ends it
 * @error: (out) (optional): G_IO_ERROR_CANCELLED
 *
 * Runs the probes: of the libraries of drivers for whose cards there are, and of each backend that
 * is installed, for it may find devices that the kernel lists nowhere.
 *
 * Returns: %FALSE when cancelled
 */
gboolean
gpu_exam_probe (GpuExam *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) probes = g_ptr_array_new ();
  guint limit = self->options->time_limit;

  for (guint i = 0; i < GPU_N_EXAM_BACKENDS; i++)
    {
      GpuExamBackend *backend = &self->backends[i];

      backend->asleep = !self->options->wake && would_wake (self, backend);
      if (backend->asleep)
        continue;
      if (count_served (self, backend) > 0)
        {
          backend->driver = make_driver_probe (self, backend->kind);
          g_ptr_array_add (probes, backend->driver);
        }
      if (backend->path != NULL)
        {
          backend->ggml = gpu_probe_new (find_probe (self), "ggml", backend->path, NULL);
          g_ptr_array_add (probes, backend->ggml);
        }
    }
  return gpu_probes_run (probes, (const char *const *) self->environment,
                         limit != 0 ? limit : DEFAULT_TIME_LIMIT, cancellable, error);
}

/**
 * gpu_exam_find:
 * @self: an exam
 * @backend: what @probe belongs to
 * @probe: (nullable): a probe that has run
 * @patient: a graphics card
 * @index: (out) (optional): its place in the report
 *
 * By PCI address; a driver that tells none is believed where only one card can be meant.
 *
 * Returns: (transfer none) (nullable): what the report says of @patient
 */
const GpuProbedDevice *
gpu_exam_find (const GpuExam *self,
               const GpuExamBackend *backend,
               const GpuProbe *probe,
               const GpuPatient *patient,
               guint *index)
{
  const GPtrArray *devices;

  if (probe == NULL || probe->report == NULL)
    return NULL;
  devices = probe->report->devices;
  for (guint i = 0; i < devices->len; i++)
    {
      const GpuProbedDevice *device = devices->pdata[i];
      gboolean only = device->pci == NULL && device->kind != GPU_PROBED_SOFTWARE &&
                      devices->len == 1 && count_served (self, backend) == 1;

      if (!only && g_strcmp0 (device->pci, patient->card->address) != 0)
        continue;
      if (index != NULL)
        *index = i;
      return device;
    }
  return NULL;
}
