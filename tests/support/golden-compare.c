/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/golden-compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/**
 * Slice:
 * @dims: extents of the whole tensor in the reference's order, without a leading batch of 1
 * @steps: every how many entries an axis is stored
 * @strides: of our layout
 */
typedef struct
{
  int n_dims;
  gint64 dims[MYNA_TENSOR_MAX_DIMS];
  gint64 steps[MYNA_TENSOR_MAX_DIMS];
  gint64 strides[MYNA_TENSOR_MAX_DIMS];
} Slice;

/* "512, 256]" or "1x140x512" */
static void
parse_dims (Slice *slice, const char *text)
{
  char *end;

  slice->n_dims = 0;
  for (; g_ascii_isdigit (*text); text = end)
    {
      g_assert_cmpint (slice->n_dims, <, MYNA_TENSOR_MAX_DIMS);
      slice->dims[slice->n_dims++] = g_ascii_strtoll (text, &end, 10);
      while (*end == ' ' || *end == ',' || *end == 'x')
        end++;
    }
}

/* "every 8-th entry of axis 0 of [246, 512]" and "channels every 8, freq every 4, time every 8 of
 * [256, 80, 498]" */
static void
parse_remark (Slice *slice, const char *remark)
{
  const char *every = remark != NULL ? strstr (remark, "every ") : NULL;
  const char *of = remark != NULL ? strstr (remark, " of [") : NULL;
  const char *axis = every != NULL ? strstr (every, "-th entry of axis ") : NULL;

  if (every == NULL || of == NULL)
    return;
  parse_dims (slice, of + strlen (" of ["));
  if (axis != NULL)
    {
      slice->steps[atoi (axis + strlen ("-th entry of axis "))] =
          g_ascii_strtoll (every + strlen ("every "), NULL, 10);
      return;
    }
  for (int i = 0; i < slice->n_dims; i++)
    {
      g_assert_nonnull (every);
      slice->steps[i] = g_ascii_strtoll (every + strlen ("every "), NULL, 10);
      every = strstr (every + 1, "every ");
    }
}

static void
set_strides (Slice *slice, GoldenLayout layout)
{
  int channel = -1;
  gint64 stride = 1;

  if (layout == GOLDEN_CHANNELS_LAST && slice->n_dims > 1)
    {
      channel = slice->n_dims == 4 ? 1 : 0;
      slice->strides[channel] = 1;
      stride = slice->dims[channel];
    }
  for (int i = slice->n_dims - 1; i >= 0; i--)
    if (i != channel)
      {
        slice->strides[i] = stride;
        stride *= slice->dims[i];
      }
}

static void
drop_batch (Slice *slice)
{
  if (slice->n_dims != 3 || slice->dims[0] != 1)
    return;
  slice->n_dims--;
  memmove (slice->dims, slice->dims + 1, (gsize) slice->n_dims * sizeof *slice->dims);
  memmove (slice->steps, slice->steps + 1, (gsize) slice->n_dims * sizeof *slice->steps);
}

static gsize
whole_size (const Slice *slice)
{
  gsize n = 1;

  for (int i = 0; i < slice->n_dims; i++)
    n *= (gsize) slice->dims[i];
  return n;
}

/* Our place of the reference's flat index @index in the stored slice. */
static gsize
our_index (const Slice *slice, gsize index)
{
  gsize place = 0;

  for (int i = slice->n_dims - 1; i >= 0; i--)
    {
      gsize stored = (gsize) ((slice->dims[i] + slice->steps[i] - 1) / slice->steps[i]);

      place += index % stored * (gsize) (slice->steps[i] * slice->strides[i]);
      index /= stored;
    }
  return place;
}

static void
slice_init (Slice *slice, const MynaTensorInfo *info)
{
  memset (slice, 0, sizeof *slice);
  for (int i = 0; i < MYNA_TENSOR_MAX_DIMS; i++)
    slice->steps[i] = 1;
  if (info == NULL)
    return;
  slice->n_dims = info->n_dims;
  memcpy (slice->dims, info->dims, sizeof slice->dims);
}

/**
 * golden_compare:
 * @self: a case
 * @tensor: mid.* or out.*
 * @values: our whole tensor
 * @n: number of values
 * @layout: of ours
 *
 * Returns: how far ours is from the reference
 */
GoldenDifference
golden_compare (
    GoldenCase *self, const char *tensor, const float *values, gsize n, GoldenLayout layout)
{
  const MynaTensorInfo *info = golden_case_get_info (self, tensor);
  g_autofree char *key = g_strconcat ("about.", tensor, NULL);
  g_autofree float *reference = NULL;
  gsize n_reference;
  double difference = 0, power = 0;
  GoldenDifference result = { 0 };
  Slice slice;

  slice_init (&slice, info);
  parse_remark (&slice, golden_case_get_fact (self, key));
  drop_batch (&slice);
  set_strides (&slice, layout);
  if (whole_size (&slice) != n)
    {
      g_test_fail_printf ("%s %s: %" G_GSIZE_FORMAT " values instead of %" G_GSIZE_FORMAT,
                          golden_case_get_name (self), tensor, n, whole_size (&slice));
      return (GoldenDifference) { G_MAXDOUBLE, G_MAXDOUBLE, 0 };
    }
  reference = golden_case_read (self, tensor, &n_reference);
  for (gsize i = 0; i < n_reference; i++)
    {
      double ours = values[our_index (&slice, i)], delta = ours - reference[i];

      difference += delta * delta;
      power += (double) reference[i] * reference[i];
      /* Not fmax(), which passes over a NaN. */
      if (!(fabs (delta) <= result.max))
        result.max = isnan (delta) ? G_MAXDOUBLE : fabs (delta);
      result.peak = MAX (result.peak, fabs ((double) reference[i]));
    }
  result.rel = power > 0 ? sqrt (difference / power) : sqrt (difference);
  if (isnan (result.rel))
    result.rel = G_MAXDOUBLE;
  return result;
}

/* Waveforms and pictures have an absolute bound. */
static gboolean
is_absolute (const char *tensor)
{
  return g_str_has_prefix (tensor, "out.wav") || g_str_has_prefix (tensor, "out.image");
}

static gboolean
is_within (GoldenSet *set,
           GoldenCase *self,
           const char *tensor,
           const GoldenDifference *found,
           GoldenTolerance tolerance)
{
  double own = golden_set_get_fp16_rel (set, golden_case_get_name (self));

  switch (tolerance)
    {
    case GOLDEN_F32:
      return found->rel <= 1e-4 && found->max <= (is_absolute (tensor) ? 1e-3 : 1e-3 * found->peak);
    case GOLDEN_F16_WEIGHTS:
      /* The measured figure is of the case's last result; before it errors may be larger. */
      return found->rel <=
             (own > 0 && g_str_has_prefix (tensor, "out.") ? MIN (1e-2, 3 * own) : 1e-2);
    case GOLDEN_F16_ALL:
    default:
      return found->rel <= (is_absolute (tensor) ? 5e-2 : 2e-2);
    }
}

/**
 * golden_check:
 * @set: whose tolerances
 * @self: a case
 * @tensor: mid.* or out.*
 * @values: our whole tensor
 * @n: number of values
 * @layout: of ours
 * @tolerance: how it was computed
 *
 * Compares, reports the figures, and fails the running test beyond the tolerance. What a partial
 * set leaves out is not compared.
 */
void
golden_check (GoldenSet *set,
              GoldenCase *self,
              const char *tensor,
              const float *values,
              gsize n,
              GoldenLayout layout,
              GoldenTolerance tolerance)
{
  GoldenDifference found;

  if (golden_set_is_partial (set) && !golden_case_has (self, tensor))
    {
      g_test_message ("%s %s is not in this partial set", golden_case_get_name (self), tensor);
      return;
    }
  found = golden_compare (self, tensor, values, n, layout);
  g_test_message ("%s %s: rel %.2e, max %.2e of %.3g", golden_case_get_name (self), tensor,
                  found.rel, found.max, found.peak);
  if (!is_within (set, self, tensor, &found, tolerance))
    g_test_fail_printf ("%s %s: rel %.3e, max %.3e of %.3g is beyond the tolerance",
                        golden_case_get_name (self), tensor, found.rel, found.max, found.peak);
}

/**
 * golden_check_trace:
 * @self: a case
 * @name: of a trace, without "trace/"
 * @values: our whole activation
 * @n: number of values
 * @layout: of ours
 * @tolerance: how it was computed
 *
 * Compares mean, root mean square and probes with the stored ones; fails the running test when one
 * is off by more than 1e-3 of the rms (f32 weights), 2e-2 or 5e-2 (fp16).
 */
void
golden_check_trace (GoldenCase *self,
                    const char *name,
                    const float *values,
                    gsize n,
                    GoldenLayout layout,
                    GoldenTolerance tolerance)
{
  static const double bounds[] = { 1e-3, 3e-2, 1e-1 };
  g_autofree char *tensor = g_strconcat ("trace/", name, NULL);
  g_autofree char *key = g_strconcat ("shape.", tensor, NULL);
  const char *shape = golden_case_get_fact (self, key);
  gsize n_stored;
  g_autofree float *stored = golden_case_read (self, tensor, &n_stored);
  double mean = 0, square = 0, worst, bound;
  Slice slice;

  slice_init (&slice, NULL);
  g_assert_nonnull (shape);
  parse_dims (&slice, shape);
  drop_batch (&slice);
  set_strides (&slice, layout);
  if (whole_size (&slice) != n || n_stored < 2)
    {
      g_test_fail_printf ("%s %s: %" G_GSIZE_FORMAT " values instead of %s",
                          golden_case_get_name (self), tensor, n, shape);
      return;
    }
  for (gsize i = 0; i < n; i++)
    {
      mean += values[i];
      square += (double) values[i] * values[i];
    }
  bound = bounds[tolerance] * stored[1];
  worst = MAX (fabs (mean / (double) n - stored[0]), fabs (sqrt (square / (double) n) - stored[1]));
  for (gsize i = 2; i < n_stored; i++)
    {
      gsize index = n >= 30 ? (i - 2) * (n / 30) : i - 2;
      double delta = fabs (values[our_index (&slice, index)] - stored[i]);

      if (!(delta <= worst))
        worst = delta;
    }
  if (!(worst <= bound))
    g_test_fail_printf ("%s %s: off by %.3e of rms %.3g", golden_case_get_name (self), tensor,
                        worst, (double) stored[1]);
}
