/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/cpu/gpu-cpu-isa.h"
#include "gpu/cpu/gpu-cpu.h"

#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAVE_X86 1
#endif

/* One query over a cache of keys and values, f32 or f16: the attention of a decoder's step. The
 * cache is read once, in order, for all heads of a range. */

GPU_CLONES static void
add_scaled (float *y, const float *x, float factor, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    y[i] += factor * x[i];
}

static const char *
row_of (const GpuCpuAttend *job, const void *cache, gint64 row, gint64 channel)
{
  return (const char *) cache + (gsize) (row * job->channels + channel) * gpu_type_size (job->type);
}

/* scores[j] = k[j]·q of one head. */
static void
score_plain (const GpuCpuAttend *job, gint64 head, gint64 begin, gint64 end)
{
  GpuCpuDot dot = gpu_cpu_dot (job->type);
  gint64 at = head * job->width;

  for (gint64 j = begin; j < end; j++)
    job->scores[head * job->tk + j] =
        dot (row_of (job, job->k, j, at), job->q + at, job->width) * job->scale;
}

/* out += Σ_j p[j]·v[j] of one head. */
static void
mix_plain (const GpuCpuAttend *job, gint64 head, gint64 begin, gint64 end)
{
  const float *p = job->scores + head * job->tk;
  gint64 at = head * job->width;
  float wide[64];

  for (gint64 j = begin; j < end; j++)
    if (job->type == GPU_F32)
      add_scaled (job->out + at, (const void *) row_of (job, job->v, j, at), p[j], job->width);
    else
      for (gint64 c = 0; c < job->width; c += G_N_ELEMENTS (wide))
        {
          gint64 n = MIN (job->width - c, (gint64) G_N_ELEMENTS (wide));

          gpu_cpu_from_f16 ((const void *) row_of (job, job->v, j, at + c), wide, n);
          add_scaled (job->out + at + c, wide, p[j], n);
        }
}

#ifdef HAVE_X86
/* Rows lie far apart, so the processor does not see by itself which come next. */
#define AHEAD_ROWS 32

#define AVX512 __attribute__ ((target ("avx512f,avx512bw,avx512vl,avx512dq")))
#define LOAD_F16(at) _mm512_cvtph_ps (_mm256_loadu_si256 ((const void *) (at)))
#define LOAD_F32(at) _mm512_loadu_ps ((const void *) (at))

/* The sums of 16 vectors as one. */
AVX512 static inline __m512
sum_16 (const __m512 s[16])
{
  __m512 u[4], w[2];

  for (int i = 0; i < 4; i++)
    {
      __m512 a = _mm512_add_ps (_mm512_unpacklo_ps (s[4 * i], s[4 * i + 1]),
                                _mm512_unpackhi_ps (s[4 * i], s[4 * i + 1]));
      __m512 b = _mm512_add_ps (_mm512_unpacklo_ps (s[4 * i + 2], s[4 * i + 3]),
                                _mm512_unpackhi_ps (s[4 * i + 2], s[4 * i + 3]));
      __m512d c = _mm512_castps_pd (a), d = _mm512_castps_pd (b);

      u[i] = _mm512_add_ps (_mm512_castpd_ps (_mm512_unpacklo_pd (c, d)),
                            _mm512_castpd_ps (_mm512_unpackhi_pd (c, d)));
    }
  for (int i = 0; i < 2; i++)
    w[i] = _mm512_add_ps (_mm512_shuffle_f32x4 (u[2 * i], u[2 * i + 1], 0x88),
                          _mm512_shuffle_f32x4 (u[2 * i], u[2 * i + 1], 0xdd));
  return _mm512_add_ps (_mm512_shuffle_f32x4 (w[0], w[1], 0x88),
                        _mm512_shuffle_f32x4 (w[0], w[1], 0xdd));
}

/* Sixteen keys at a time; the width is a multiple of 16. */
#define SCORE_AVX512(name, element, LOAD)                                                          \
  AVX512 static void name (const GpuCpuAttend *job, gint64 head, gint64 begin, gint64 end)         \
  {                                                                                                \
    const float *q = job->q + head * job->width;                                                   \
    float *scores = job->scores + head * job->tk;                                                  \
    gint64 j = begin;                                                                              \
                                                                                                   \
    for (; j + 16 <= end; j += 16)                                                                 \
      {                                                                                            \
        const element *k = (const element *) job->k + j * job->channels + head * job->width;       \
        __m512 s[16];                                                                              \
                                                                                                   \
        for (int r = 0; r < 16; r++)                                                               \
          _mm_prefetch ((const char *) (k + (AHEAD_ROWS + r) * job->channels), _MM_HINT_T0);       \
        for (int r = 0; r < 16; r++)                                                               \
          s[r] = _mm512_mul_ps (LOAD (k + r * job->channels), _mm512_loadu_ps (q));                \
        for (gint64 c = 16; c < job->width; c += 16)                                               \
          for (int r = 0; r < 16; r++)                                                             \
            s[r] =                                                                                 \
                _mm512_fmadd_ps (LOAD (k + r * job->channels + c), _mm512_loadu_ps (q + c), s[r]); \
        _mm512_storeu_ps (scores + j, _mm512_mul_ps (sum_16 (s), _mm512_set1_ps (job->scale)));    \
      }                                                                                            \
    score_plain (job, head, j, end);                                                               \
  }

/* Channels stay in registers over the rows, in two sums because an addition takes longer than a
 * load; 32 at a time, because of halves those are one line of the cache. */
#define MIX_AVX512(name, element, LOAD)                                                            \
  AVX512 static void name (const GpuCpuAttend *job, gint64 head, gint64 begin, gint64 end)         \
  {                                                                                                \
    const float *p = job->scores + head * job->tk;                                                 \
    gint64 c = head * job->width, after = c + job->width, step = job->channels;                    \
                                                                                                   \
    for (; c + 32 <= after; c += 32)                                                               \
      {                                                                                            \
        const element *v = (const element *) job->v + begin * step + c;                            \
        __m512 s0 = _mm512_loadu_ps (job->out + c), s1 = _mm512_loadu_ps (job->out + c + 16);      \
        __m512 t0 = _mm512_setzero_ps (), t1 = t0;                                                 \
        gint64 j = begin;                                                                          \
                                                                                                   \
        for (; j + 2 <= end; j += 2, v += 2 * step)                                                \
          {                                                                                        \
            __m512 f = _mm512_set1_ps (p[j]), g = _mm512_set1_ps (p[j + 1]);                       \
                                                                                                   \
            _mm_prefetch ((const char *) (v + AHEAD_ROWS * step), _MM_HINT_T0);                    \
            _mm_prefetch ((const char *) (v + (AHEAD_ROWS + 1) * step), _MM_HINT_T0);              \
            s0 = _mm512_fmadd_ps (LOAD (v), f, s0);                                                \
            s1 = _mm512_fmadd_ps (LOAD (v + 16), f, s1);                                           \
            t0 = _mm512_fmadd_ps (LOAD (v + step), g, t0);                                         \
            t1 = _mm512_fmadd_ps (LOAD (v + step + 16), g, t1);                                    \
          }                                                                                        \
        if (j < end)                                                                               \
          {                                                                                        \
            s0 = _mm512_fmadd_ps (LOAD (v), _mm512_set1_ps (p[j]), s0);                            \
            s1 = _mm512_fmadd_ps (LOAD (v + 16), _mm512_set1_ps (p[j]), s1);                       \
          }                                                                                        \
        _mm512_storeu_ps (job->out + c, _mm512_add_ps (s0, t0));                                   \
        _mm512_storeu_ps (job->out + c + 16, _mm512_add_ps (s1, t1));                              \
      }                                                                                            \
    for (; c < after; c += 16)                                                                     \
      {                                                                                            \
        const element *v = (const element *) job->v + c;                                           \
        __m512 s = _mm512_loadu_ps (job->out + c);                                                 \
                                                                                                   \
        for (gint64 j = begin; j < end; j++)                                                       \
          s = _mm512_fmadd_ps (LOAD (v + j * step), _mm512_set1_ps (p[j]), s);                     \
        _mm512_storeu_ps (job->out + c, s);                                                        \
      }                                                                                            \
  }

/* The same with vectors of eight, for halves only: what most computers of today have. */
#define AVX2 __attribute__ ((target ("avx2,fma,f16c")))
#define LOAD_8(at) _mm256_cvtph_ps (_mm_loadu_si128 ((const void *) (at)))

AVX2 static inline __m256
sum_8 (const __m256 s[8])
{
  __m256 a = _mm256_hadd_ps (_mm256_hadd_ps (s[0], s[1]), _mm256_hadd_ps (s[2], s[3]));
  __m256 b = _mm256_hadd_ps (_mm256_hadd_ps (s[4], s[5]), _mm256_hadd_ps (s[6], s[7]));

  return _mm256_add_ps (_mm256_permute2f128_ps (a, b, 0x20), _mm256_permute2f128_ps (a, b, 0x31));
}

AVX2 static void
score_f16_avx2 (const GpuCpuAttend *job, gint64 head, gint64 begin, gint64 end)
{
  const float *q = job->q + head * job->width;
  float *scores = job->scores + head * job->tk;
  gint64 j = begin;

  for (; j + 8 <= end; j += 8)
    {
      const guint16 *k = (const guint16 *) job->k + j * job->channels + head * job->width;
      __m256 s[8];

      for (int r = 0; r < 8; r++)
        {
          const guint16 *row = k + r * job->channels;

          _mm_prefetch ((const char *) (row + AHEAD_ROWS * job->channels), _MM_HINT_T0);
          s[r] = _mm256_mul_ps (LOAD_8 (row), _mm256_loadu_ps (q));
          for (gint64 c = 8; c < job->width; c += 8)
            s[r] = _mm256_fmadd_ps (LOAD_8 (row + c), _mm256_loadu_ps (q + c), s[r]);
        }
      _mm256_storeu_ps (scores + j, _mm256_mul_ps (sum_8 (s), _mm256_set1_ps (job->scale)));
    }
  score_plain (job, head, j, end);
}

AVX2 static void
mix_f16_avx2 (const GpuCpuAttend *job, gint64 head, gint64 begin, gint64 end)
{
  const float *p = job->scores + head * job->tk;

  for (gint64 c = head * job->width; c < (head + 1) * job->width; c += 16)
    {
      const guint16 *v = (const guint16 *) job->v + begin * job->channels + c;
      __m256 s0 = _mm256_loadu_ps (job->out + c), s1 = _mm256_loadu_ps (job->out + c + 8);
      __m256 t0 = _mm256_setzero_ps (), t1 = t0;
      gint64 j = begin;

      for (; j + 2 <= end; j += 2, v += 2 * job->channels)
        {
          __m256 f = _mm256_set1_ps (p[j]), g = _mm256_set1_ps (p[j + 1]);

          _mm_prefetch ((const char *) (v + AHEAD_ROWS * job->channels), _MM_HINT_T0);
          _mm_prefetch ((const char *) (v + (AHEAD_ROWS + 1) * job->channels), _MM_HINT_T0);
          s0 = _mm256_fmadd_ps (LOAD_8 (v), f, s0);
          s1 = _mm256_fmadd_ps (LOAD_8 (v + 8), f, s1);
          t0 = _mm256_fmadd_ps (LOAD_8 (v + job->channels), g, t0);
          t1 = _mm256_fmadd_ps (LOAD_8 (v + job->channels + 8), g, t1);
        }
      if (j < end)
        {
          s0 = _mm256_fmadd_ps (LOAD_8 (v), _mm256_set1_ps (p[j]), s0);
          s1 = _mm256_fmadd_ps (LOAD_8 (v + 8), _mm256_set1_ps (p[j]), s1);
        }
      _mm256_storeu_ps (job->out + c, _mm256_add_ps (s0, t0));
      _mm256_storeu_ps (job->out + c + 8, _mm256_add_ps (s1, t1));
    }
}

SCORE_AVX512 (score_f16_avx512, guint16, LOAD_F16)
SCORE_AVX512 (score_f32_avx512, float, LOAD_F32)
MIX_AVX512 (mix_f16_avx512, guint16, LOAD_F16)
MIX_AVX512 (mix_f32_avx512, float, LOAD_F32)
#endif

typedef void (*AttendFunc) (const GpuCpuAttend *job, gint64 head, gint64 begin, gint64 end);

static void
choose (const GpuCpuAttend *job, AttendFunc *score, AttendFunc *mix)
{
  *score = score_plain;
  *mix = mix_plain;
#ifdef HAVE_X86
  if (gpu_cpu_level () >= GPU_CPU_AVX512 && job->width % 16 == 0)
    {
      *score = job->type == GPU_F16 ? score_f16_avx512 : score_f32_avx512;
      *mix = job->type == GPU_F16 ? mix_f16_avx512 : mix_f32_avx512;
    }
  else if (gpu_cpu_level () >= GPU_CPU_AVX2 && job->width % 16 == 0 && job->type == GPU_F16)
    {
      *score = score_f16_avx2;
      *mix = mix_f16_avx2;
    }
#endif
}

/* Rows of the cache that stay in a core's first cache while the heads take their parts of them. */
#define BLOCK 16

/**
 * gpu_cpu_attend:
 * @job: one query over a cache
 * @first: first head
 * @end: after the last head
 *
 * softmax (scale·q·kᵀ + mask)·v for a range of heads.
 */
void
gpu_cpu_attend (const GpuCpuAttend *job, gint64 first, gint64 end)
{
  AttendFunc score, mix;

  choose (job, &score, &mix);
  for (gint64 j = 0; j < job->tk; j += BLOCK)
    for (gint64 head = first; head < end; head++)
      score (job, head, j, MIN (j + BLOCK, job->tk));
  for (gint64 head = first; head < end; head++)
    {
      float *scores = job->scores + head * job->tk;

      if (job->mask != NULL)
        add_scaled (scores, job->mask, 1, job->tk);
      gpu_cpu_softmax_row (scores, job->tk);
    }
  memset (job->out + first * job->width, 0, sizeof (float) * (gsize) ((end - first) * job->width));
  for (gint64 j = 0; j < job->tk; j += 2 * BLOCK)
    for (gint64 head = first; head < end; head++)
      mix (job, head, j, MIN (j + 2 * BLOCK, job->tk));
}
