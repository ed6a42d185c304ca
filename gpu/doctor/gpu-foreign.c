/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-doctor-private.h"

#include <string.h>

/* Versions and architectures out of text that drivers wrote. */

/* "580.173.02": two or three groups of digits. */
static gboolean
is_version (const char *text)
{
  gsize groups = 1, digits = 0;

  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_isdigit (*at))
      {
        if (++digits > 4)
          return FALSE;
      }
    else if (*at == '.' && digits > 0)
      {
        groups++;
        digits = 0;
      }
    else
      return FALSE;
  return digits > 0 && (groups == 2 || groups == 3);
}

/**
 * gpu_nvidia_parse_version:
 * @text: of /proc/driver/nvidia/version: "NVRM version: NVIDIA UNIX x86_64 Kernel Module
 *   580.173.02  Tue …", or with "Open Kernel Module for x86_64"; a second line names the compiler
 *
 * Returns: (transfer full) (nullable): "580.173.02"
 */
char *
gpu_nvidia_parse_version (const char *text)
{
  g_auto (GStrv) lines = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  lines = g_strsplit (text, "\n", 8);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = NULL;

      if (!g_str_has_prefix (lines[i], "NVRM version:"))
        continue;
      words = g_strsplit_set (lines[i], " \t", 64);
      for (guint j = 0; words[j] != NULL; j++)
        if (is_version (words[j]))
          return g_strdup (words[j]);
    }
  return NULL;
}

/**
 * gpu_nvidia_library_version:
 * @file: such as "/usr/lib/x86_64-linux-gnu/libcuda.so.580.173.02", links followed
 *
 * Returns: (transfer full) (nullable): "580.173.02"
 */
char *
gpu_nvidia_library_version (const char *file)
{
  const char *at;

  g_return_val_if_fail (file != NULL, NULL);

  at = strstr (file, ".so.");
  while (at != NULL && strstr (at + 1, ".so.") != NULL)
    at = strstr (at + 1, ".so.");
  return at != NULL && is_version (at + 4) ? g_strdup (at + 4) : NULL;
}

/**
 * gpu_gfx_from_version:
 * @version: gfx_target_version of KFD's topology: 10000 × major + 100 × minor + stepping
 *
 * Returns: (transfer full) (nullable): "gfx1100", "gfx90a"; %NULL for none
 */
char *
gpu_gfx_from_version (guint64 version)
{
  if (version < 10000 || version > 999999)
    return NULL;
  return g_strdup_printf ("gfx%u%x%x", (guint) (version / 10000), (guint) (version / 100 % 100),
                          (guint) (version % 100));
}

/**
 * gpu_gfx_from_override:
 * @value: of HSA_OVERRIDE_GFX_VERSION: "10.3.0"
 *
 * Returns: (transfer full) (nullable): "gfx1030"; %NULL when it is not of that form
 */
char *
gpu_gfx_from_override (const char *value)
{
  g_auto (GStrv) parts = NULL;
  guint64 numbers[3];

  g_return_val_if_fail (value != NULL, NULL);

  parts = g_strsplit (value, ".", 4);
  if (g_strv_length (parts) != 3)
    return NULL;
  for (int i = 0; i < 3; i++)
    if (!g_ascii_string_to_unsigned (parts[i], 10, 0, 99, &numbers[i], NULL))
      return NULL;
  return gpu_gfx_from_version (numbers[0] * 10000 + numbers[1] * 100 + numbers[2]);
}

/* gfx11-generic is for all that begin with gfx11, gfx10-3-generic for gfx103x. */
static gboolean
covers (const char *built, const char *gfx)
{
  g_autofree char *family = NULL;
  char *to;

  if (!g_str_has_suffix (built, "-generic"))
    return strcmp (built, gfx) == 0;
  family = g_strndup (built, strlen (built) - strlen ("-generic"));
  to = family;
  for (const char *from = family; *from != '\0'; from++)
    if (*from != '-')
      *to++ = *from;
  *to = '\0';
  return g_str_has_prefix (gfx, family);
}

/**
 * gpu_offload_has:
 * @archs: (array zero-terminated=1): what a library was built for
 * @gfx: an architecture
 *
 * Returns: whether @gfx is one of them, or of one of their families
 */
gboolean
gpu_offload_has (const char *const *archs, const char *gfx)
{
  g_return_val_if_fail (archs != NULL && gfx != NULL, FALSE);

  for (guint i = 0; archs[i] != NULL; i++)
    if (covers (archs[i], gfx))
      return TRUE;
  return FALSE;
}
