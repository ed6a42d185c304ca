/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/golden-compare.h"
#include "tests/support/golden-weights.h"

#include <math.h>
#include <string.h>

/* The generator of weights itself: each network's tensors against the CRCs of the set. */

static GoldenSet *set;

static void
check_network (gconstpointer data)
{
  const char *network = data;
  g_autoptr (MynaTensors) tensors = golden_weights_new (set, network, GOLDEN_WEIGHTS_F32);
  gsize n;
  const MynaTensorInfo *infos = myna_tensors_list (tensors, &n);

  g_assert_cmpuint (n, >, 10);
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree float *values = myna_tensors_read_f32 (tensors, infos[i].name, &error);

      g_assert_no_error (error);
      g_assert_nonnull (values);
    }
}

/* README section 2, "Test vectors". */
static void
check_vectors (void)
{
  static const float wanted[] = { -0.00489852065f, 0.0136326142f, 0.0122857802f, 0.00828214828f };
  static const float v2pro[] = { 2.75747132f, 2.64182734f, 2.93334508f, 2.52150869f };
  g_autoptr (MynaTensors) t2s = golden_weights_new (set, "t2s", GOLDEN_WEIGHTS_F32);
  g_autoptr (MynaTensors) s2 = golden_weights_new (set, "s2-v2Pro", GOLDEN_WEIGHTS_F32);
  g_autofree float *a = myna_tensors_read_f32 (t2s, "bert_proj.weight", NULL);
  g_autofree float *b = myna_tensors_read_f32 (s2, "dec.ups.0.weight_g", NULL);
  g_autofree float *folded = myna_tensors_read_weight (s2, "dec.ups.0", NULL);
  double norm = 0;

  if (strcmp (golden_set_get_salt (set), "dev") == 0)
    for (int i = 0; i < 4; i++)
      {
        g_assert_cmpfloat (a[i], ==, wanted[i]);
        g_assert_cmpfloat (b[i], ==, v2pro[i]);
      }
  for (int i = 0; i < 256 * 16; i++)
    norm += (double) folded[256 * 16 + i] * folded[256 * 16 + i];
  g_assert_cmpfloat_with_epsilon (sqrt (norm), (double) b[1], 1e-5);
}

/* A stored result agrees with itself, and a wrong one is found. */
static void
check_compare (void)
{
  g_auto (GStrv) names = golden_set_list_cases (set, "");

  g_assert_cmpuint (g_strv_length (names), >, 0);
  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GoldenCase) one = golden_case_open (set, names[i]);
      gsize n;
      const MynaTensorInfo *infos = myna_tensors_list (golden_case_get_tensors (one), &n);

      for (gsize k = 0; k < n; k++)
        {
          g_autofree char *key = g_strconcat ("about.", infos[k].name, NULL);
          const char *about = golden_case_get_fact (one, key);
          g_autofree float *values = NULL;
          gsize size;
          GoldenDifference found;

          if (!g_str_has_prefix (infos[k].name, "out.") ||
              (about != NULL && strstr (about, "every ") != NULL))
            continue;
          values = golden_case_read (one, infos[k].name, &size);
          found = golden_compare (one, infos[k].name, values, size, GOLDEN_SAME);
          g_assert_cmpfloat (found.rel, ==, 0);
          values[size / 2] += (float) found.peak;
          found = golden_compare (one, infos[k].name, values, size, GOLDEN_SAME);
          g_assert_cmpfloat_with_epsilon (found.max, found.peak, 1e-3 * found.peak);
        }
    }
}

int
main (int argc, char **argv)
{
  static const char *const networks[] = { "t2s",      "s2-v1",    "s2-v2",
                                          "s2-v2Pro", "cnhubert", "eres2netv2" };
  int status;

  g_test_init (&argc, &argv, NULL);
  set = golden_set_open ();
  g_test_message ("golden cases of %s", golden_set_get_dir (set));
  g_test_add_func ("/golden/vectors", check_vectors);
  g_test_add_func ("/golden/compare", check_compare);
  for (gsize i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autofree char *path = g_strconcat ("/golden/weights/", networks[i], NULL);

      g_test_add_data_func (path, networks[i], check_network);
    }
  status = g_test_run ();
  golden_set_free (set);
  return status;
}
