/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/doctor-bench.h"

#include <elf.h>
#include <glib/gstdio.h>
#include <string.h>

/* Asks the real probe for drivers, and plays the one for backends. */
static const char script[] = "#!/bin/sh\n"
                             "[ \"$1\" = ggml ] || exec \"$MYNA_GPU_PROBE_REAL\" \"$@\"\n"
                             ". \"$2.run\"\n";

static int
check_access (const char *path, gpointer data)
{
  DoctorBench *self = data;

  return GPOINTER_TO_INT (g_hash_table_lookup (self->denied, path));
}

/**
 * doctor_bench_new:
 *
 * Returns: (transfer full): a computer without graphics card, driver and backend
 */
DoctorBench *
doctor_bench_new (void)
{
  static const char *const from_outside[] = { "CUDA_VISIBLE_DEVICES",     "HIP_VISIBLE_DEVICES",
                                              "ROCR_VISIBLE_DEVICES",     "GGML_VK_VISIBLE_DEVICES",
                                              "HSA_OVERRIDE_GFX_VERSION", "GGML_VK_DISABLE_F16",
                                              "VK_DRIVER_FILES",          "VK_ICD_FILENAMES" };
  DoctorBench *self = g_new0 (DoctorBench, 1);
  const char *fake = g_getenv ("MYNA_TEST_GPU_DRIVER");

  g_assert_nonnull (fake);
  self->tree = device_tree_new ();
  self->texts = g_ptr_array_new_with_free_func (g_free);
  self->denied = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->environment = g_get_environ ();
  for (guint i = 0; i < G_N_ELEMENTS (from_outside); i++)
    self->environment = g_environ_unsetenv (self->environment, from_outside[i]);
  doctor_bench_set (self, "MYNA_GPU_PROBE_REAL", g_getenv ("MYNA_GPU_PROBE"));
  device_tree_write (self->tree, "/backends/README", "Backends of ggml.");
  device_tree_write (self->tree, "/probe", script);
  self->backends = g_strconcat (self->tree->root, "/backends", NULL);
  self->probe = g_strconcat (self->tree->root, "/probe", NULL);
  g_assert_cmpint (g_chmod (self->probe, 0700), ==, 0);
  self->options = (GpuDoctorOptions) {
    .root = self->tree->root,
    .probe = self->probe,
    .backends = self->backends,
    .libcuda = fake,
    .libnvml = fake,
    .libhip = fake,
    .libvulkan = fake,
    .sandbox = GPU_SANDBOX_DETECT,
    .time_limit = 60000,
    .access = check_access,
    .access_data = self,
  };
  return self;
}

/**
 * doctor_bench_free:
 * @self: (transfer full): a computer
 */
void
doctor_bench_free (DoctorBench *self)
{
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_hash_table_unref (self->denied);
  g_strfreev (self->environment);
  g_free (self->backends);
  g_free (self->probe);
  g_ptr_array_unref (self->texts);
  device_tree_free (self->tree);
  g_free (self);
}

/**
 * doctor_bench_set:
 * @self: a computer
 * @name: a variable of the environment
 * @value: its value
 */
void
doctor_bench_set (DoctorBench *self, const char *name, const char *value)
{
  self->environment = g_environ_setenv (self->environment, name, value, TRUE);
}

/**
 * doctor_bench_deny:
 * @self: a computer
 * @node: a device node; all others can be opened
 * @status: what opening it gives: ENOENT, EACCES
 */
void
doctor_bench_deny (DoctorBench *self, const char *node, int status)
{
  g_hash_table_insert (self->denied, g_strdup (node), GINT_TO_POINTER (status));
}

/**
 * doctor_bench_script_backend:
 * @self: a computer
 * @stem: "cuda", "hip", "vulkan"
 * @does: shell commands that stand for loading it
 */
void
doctor_bench_script_backend (DoctorBench *self, const char *stem, const char *does)
{
  g_autofree char *path = g_strdup_printf ("/backends/libggml-%s.so", stem);
  g_autofree char *run = g_strconcat (path, ".run", NULL);

  device_tree_write (self->tree, path, "not a real one");
  device_tree_write (self->tree, run, does);
}

/**
 * doctor_bench_add_backend:
 * @self: a computer
 * @stem: "cuda", "hip", "vulkan"
 * @says: what the probe says of it, JSON without single quotes
 */
void
doctor_bench_add_backend (DoctorBench *self, const char *stem, const char *says)
{
  g_autofree char *does = g_strdup_printf ("echo '%s'", says);

  doctor_bench_script_backend (self, stem, does);
}

/**
 * doctor_bench_name_driver:
 * @self: a computer
 * @name: of a file
 *
 * Returns: (transfer none): path of the fake driver under that name
 */
const char *
doctor_bench_name_driver (DoctorBench *self, const char *name)
{
  g_autofree char *inside = g_strconcat ("/", name, NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (g_getenv ("MYNA_TEST_GPU_DRIVER"), &bytes, &length, &error);
  g_assert_no_error (error);
  device_tree_write_bytes (self->tree, inside, bytes, length);
  g_ptr_array_add (self->texts, g_strconcat (self->tree->root, inside, NULL));
  return g_ptr_array_index (self->texts, self->texts->len - 1);
}

/* Clang's offload bundle: magic, number of parts, and a head for each. */
static void
append_bundle (GByteArray *bytes, const char *archs)
{
  g_auto (GStrv) all = g_strsplit (archs, ",", 32);
  guint64 n = g_strv_length (all) + 1;
  g_autofree char *host = g_strdup ("host-x86_64-unknown-linux-gnu-");

  g_byte_array_append (bytes, (const guint8 *) "__CLANG_OFFLOAD_BUNDLE__", 24);
  g_byte_array_append (bytes, (const guint8 *) &n, sizeof n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *target =
          i == 0 ? g_strdup (host) : g_strconcat ("hipv4-amdgcn-amd-amdhsa--", all[i - 1], NULL);
      const guint64 entry[] = { 4096, 0, strlen (target) };

      g_byte_array_append (bytes, (const guint8 *) entry, sizeof entry);
      g_byte_array_append (bytes, (const guint8 *) target, (guint) entry[2]);
    }
}

/**
 * doctor_bench_set_archs:
 * @self: a computer that has the HIP backend
 * @archs: what it is built for, with commas between
 */
void
doctor_bench_set_archs (DoctorBench *self, const char *archs)
{
  static const char names[] = "\0.shstrtab\0.hip_fatbin";
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GByteArray) bundle = g_byte_array_new ();
  Elf64_Ehdr head = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64 },
                      .e_shoff = sizeof head,
                      .e_shentsize = sizeof (Elf64_Shdr),
                      .e_shnum = 3,
                      .e_shstrndx = 1 };
  Elf64_Shdr sections[3] = {
    [1] = { .sh_name = 1, .sh_offset = sizeof head + sizeof sections, .sh_size = sizeof names },
    [2] = { .sh_name = 11, .sh_offset = sizeof head + sizeof sections + sizeof names },
  };

  append_bundle (bundle, archs);
  sections[2].sh_size = bundle->len;
  g_byte_array_append (bytes, (const guint8 *) &head, sizeof head);
  g_byte_array_append (bytes, (const guint8 *) sections, sizeof sections);
  g_byte_array_append (bytes, (const guint8 *) names, sizeof names);
  g_byte_array_append (bytes, bundle->data, bundle->len);
  device_tree_write_bytes (self->tree, "/backends/libggml-hip.so", bytes->data, bytes->len);
}

/**
 * doctor_bench_run:
 * @self: a computer
 *
 * Lets the doctor look at it.
 */
void
doctor_bench_run (DoctorBench *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->findings, g_ptr_array_unref);
  self->options.environment = (const char *const *) self->environment;
  self->findings = gpu_doctor_run (&self->options, NULL, &error);
  g_assert_no_error (error);
}

/**
 * doctor_bench_find:
 * @self: a computer that the doctor has looked at
 * @device_id: (nullable): PCI address
 * @backend: "Vulkan"
 *
 * Returns: (transfer none): the one finding of them; it is complete
 */
const GpuFinding *
doctor_bench_find (DoctorBench *self, const char *device_id, const char *backend)
{
  const GpuFinding *found = NULL;

  for (guint i = 0; i < self->findings->len; i++)
    {
      const GpuFinding *finding = self->findings->pdata[i];

      if (g_strcmp0 (finding->device_id, device_id) != 0 ||
          g_strcmp0 (finding->backend, backend) != 0)
        continue;
      g_assert_null (found);
      found = finding;
    }
  g_assert_nonnull (found);
  g_assert_nonnull (found->check);
  g_assert_true (found->what != NULL && *found->what != '\0');
  return found;
}
