/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu-isa.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <oneapi/dnnl/dnnl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Some virtual machines name AMX in CPUID and die with SIGILL at its first instruction (design
 * section 4). The only sure answer is to try: in a child process, which does nothing but the
 * instruction. */

#if defined(__x86_64__)
#include <cpuid.h>

#define ARCH_REQ_XCOMP_PERM 0x1023
#define XFEATURE_XTILEDATA 18

static gboolean
names_amx (void)
{
  guint a, b, c, d;

  if (!__get_cpuid_count (7, 0, &a, &b, &c, &d))
    return FALSE;
  return (d >> 22 & 1) != 0 && (d >> 24 & 1) != 0; /* AMX-BF16, AMX-TILE */
}

/* Async-signal-safe: the parent may have had threads. */
static void
try_amx_and_exit (void)
{
  guint8 config[64] __attribute__ ((aligned (64))) = { 1 }; /* palette 1 */

  signal (SIGILL, SIG_DFL);
  if (syscall (SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) != 0)
    _exit (1);
  config[16] = config[18] = config[20] = 64; /* bytes a row of tiles 0, 1, 2 */
  config[48] = config[49] = config[50] = 16; /* rows */
  __asm__ volatile ("ldtilecfg %0\n\t"
                    ".byte 0xc4, 0xe2, 0x7b, 0x49, 0xc0\n\t" /* tilezero tmm0 */
                    ".byte 0xc4, 0xe2, 0x7b, 0x49, 0xc8\n\t" /* tilezero tmm1 */
                    ".byte 0xc4, 0xe2, 0x7b, 0x49, 0xd0\n\t" /* tilezero tmm2 */
                    ".byte 0xc4, 0xe2, 0x6a, 0x5c, 0xc1\n\t" /* tdpbf16ps tmm0, tmm1, tmm2 */
                    ".byte 0xc4, 0xe2, 0x78, 0x49, 0xc0\n\t" /* tilerelease */
                    :
                    : "m"(config)
                    : "memory");
  _exit (0);
}

static gboolean
runs_amx (void)
{
  int status = 0;
  pid_t child = fork ();

  if (child == 0)
    try_amx_and_exit ();
  if (child < 0)
    return FALSE;
  while (waitpid (child, &status, 0) < 0)
    if (errno != EINTR)
      return FALSE;
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}
#else
static gboolean
names_amx (void)
{
  return FALSE;
}

static gboolean
runs_amx (void)
{
  return FALSE;
}
#endif

static gboolean amx_is_broken;

/**
 * gpu_cpu_isa_apply:
 *
 * Probes AMX where CPUID names it, and takes it from oneDNN when it does not run. The user's own
 * ONEDNN_MAX_CPU_ISA (or DNNL_MAX_CPU_ISA) goes before.
 */
void
gpu_cpu_isa_apply (void)
{
  static gsize once;

  if (!g_once_init_enter (&once))
    return;
  amx_is_broken = names_amx () && !runs_amx ();
  if (amx_is_broken && g_getenv ("ONEDNN_MAX_CPU_ISA") == NULL &&
      g_getenv ("DNNL_MAX_CPU_ISA") == NULL)
    dnnl_set_max_cpu_isa (dnnl_cpu_isa_avx512_core_fp16);
  g_once_init_leave (&once, 1);
}

static const char *
name_isa (dnnl_cpu_isa_t isa)
{
  switch ((int) isa)
    {
    case dnnl_cpu_isa_sse41:
      return "SSE4.1";
    case dnnl_cpu_isa_avx:
      return "AVX";
    case dnnl_cpu_isa_avx2:
    case dnnl_cpu_isa_avx2_vnni:
    case dnnl_cpu_isa_avx2_vnni_2:
      return "AVX2";
    case dnnl_cpu_isa_avx512_core:
    case dnnl_cpu_isa_avx512_core_vnni:
    case dnnl_cpu_isa_avx512_core_bf16:
    case dnnl_cpu_isa_avx512_core_fp16:
      return "AVX-512";
    case dnnl_cpu_isa_avx512_core_amx:
    case dnnl_cpu_isa_avx512_core_amx_fp16:
      return "AVX-512 + AMX";
    default:
      return NULL;
    }
}

/**
 * gpu_cpu_isa_name:
 *
 * Returns: (transfer none) (nullable): the instructions that oneDNN uses, for people
 */
const char *
gpu_cpu_isa_name (void)
{
  gpu_cpu_isa_apply ();
  return name_isa (dnnl_get_effective_cpu_isa ());
}

/**
 * gpu_cpu_isa_notes:
 *
 * Returns: (transfer full) (array zero-terminated=1): the instructions used, and those that are
 * left out
 */
char **
gpu_cpu_isa_notes (void)
{
  GPtrArray *notes = g_ptr_array_new ();
  const char *name = gpu_cpu_isa_name ();

  if (name != NULL)
    g_ptr_array_add (notes, g_strdup_printf (_ ("Instructions used: %s."), name));
  if (amx_is_broken)
    g_ptr_array_add (
        notes,
        g_strdup (_ (
            "The processor names AMX, but AMX instructions do not run here; they are left out.")));
  g_ptr_array_add (notes, NULL);
  return (char **) g_ptr_array_free (notes, FALSE);
}

static GpuCpuLevel
find_level (void)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw") &&
      __builtin_cpu_supports ("avx512vl"))
    return GPU_CPU_AVX512;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") &&
      __builtin_cpu_supports ("f16c"))
    return GPU_CPU_AVX2;
#endif
  return GPU_CPU_PLAIN;
}

/**
 * gpu_cpu_level:
 *
 * MYNA_CPU_LEVEL ("plain", "avx2") lowers it, so that tests reach all kernels.
 *
 * Returns: what this processor has, the same for the whole process
 */
GpuCpuLevel
gpu_cpu_level (void)
{
  static gsize known;

  if (g_once_init_enter (&known))
    {
      const char *most = g_getenv ("MYNA_CPU_LEVEL");
      GpuCpuLevel level = find_level ();

      if (g_strcmp0 (most, "plain") == 0)
        level = GPU_CPU_PLAIN;
      else if (g_strcmp0 (most, "avx2") == 0 && level > GPU_CPU_AVX2)
        level = GPU_CPU_AVX2;
      g_once_init_leave (&known, (gsize) level + 1);
    }
  return (GpuCpuLevel) (known - 1);
}
