/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/probe/gpu-probe-main.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Seconds after which it ends by itself, should the doctor be gone. */
#define LAST_RESORT 120

/**
 * gpu_probe_add_text:
 * @json: an open object
 * @name: of the member
 * @text: (nullable): left out when %NULL; any bytes
 */
void
gpu_probe_add_text (JsonBuilder *json, const char *name, const char *text)
{
  g_autofree char *valid = NULL;

  if (text == NULL)
    return;
  valid = g_utf8_make_valid (text, (gssize) strnlen (text, 1000));
  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, valid);
}

/**
 * gpu_probe_add_number:
 * @json: an open object
 * @name: of the member
 * @number: its value
 */
void
gpu_probe_add_number (JsonBuilder *json, const char *name, gint64 number)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, number);
}

/**
 * gpu_probe_open:
 * @json: gets "missing" with the loader's reason where it fails
 * @name: of a library
 *
 * Returns: (nullable): for dlsym(); never closed, drivers do not stand it
 */
void *
gpu_probe_open (JsonBuilder *json, const char *name)
{
  void *library = dlopen (name, RTLD_NOW | RTLD_LOCAL);

  if (library == NULL)
    gpu_probe_add_text (json, "missing", dlerror ());
  return library;
}

/**
 * gpu_probe_add_file:
 * @json: gets "file": which library it is, links followed, for its version is in the name
 * @symbol: something in it
 */
void
gpu_probe_add_file (JsonBuilder *json, void *symbol)
{
  g_autofree char *path = NULL;
  Dl_info info;

  if (symbol == NULL || dladdr (symbol, &info) == 0 || info.dli_fname == NULL)
    return;
  path = realpath (info.dli_fname, NULL);
  gpu_probe_add_text (json, "file", path != NULL ? path : info.dli_fname);
}

static gboolean
probe (JsonBuilder *json, int argc, char **argv)
{
  const char *what = argc > 2 ? argv[1] : "";

  if (strcmp (what, "cuda") == 0 && argc > 3)
    gpu_probe_cuda (json, argv[2], argv[3]);
  else if (strcmp (what, "hip") == 0)
    gpu_probe_hip (json, argv + 2);
  else if (strcmp (what, "vulkan") == 0)
    gpu_probe_vulkan (json, argv[2]);
  else if (strcmp (what, "ggml") == 0)
    gpu_probe_ggml (json, argv[2]);
  else
    return FALSE;
  return TRUE;
}

int
main (int argc, char **argv)
{
  /* A crash is expected: the kernel takes 1 for "no core", also where a program collects them. */
  const struct rlimit no_core = { 1, 1 };
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  setrlimit (RLIMIT_CORE, &no_core);
  prctl (PR_SET_PDEATHSIG, SIGKILL); /* it serves the thread that waits for it */
  alarm (LAST_RESORT);
  json_builder_begin_object (json);
  if (!probe (json, argc, argv))
    {
      fprintf (stderr, "myna-gpu-probe is run by myna.\n");
      return 2;
    }
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  text = json_to_string (root, FALSE);
  puts (text);
  fflush (stdout);
  _exit (0); /* without what drivers do at the end of a process */
}
