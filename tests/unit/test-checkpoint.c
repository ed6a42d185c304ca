/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-converted.h"
#include "engine/checkpoint/myna-crc32.h"
#include "engine/checkpoint/myna-network.h"
#include "engine/checkpoint/myna-safetensors.h"
#include "engine/checkpoint/myna-tensor-type.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"
#include "tests/support/golden-weights.h"
#include "tests/support/torch-writer.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

/* Readers and tables on files made here; the hostile ones are in the golden suite. */

static GBytes *
make_safetensors (const char *header, gconstpointer data, gsize size)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint64 length = strlen (header);

  g_byte_array_append (bytes, (const guint8 *) &length, sizeof length);
  g_byte_array_append (bytes, (const guint8 *) header, (guint) length);
  g_byte_array_append (bytes, data, (guint) size);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static void
test_safetensors (void)
{
  static const float values[] = { 1, 2, 3, 4, 5, 6 };
  g_autoptr (GBytes) bytes =
      make_safetensors ("{\"__metadata__\":{\"a\":\"b\"},"
                        "\"x\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}  ",
                        values, sizeof values);
  g_autoptr (GHashTable) metadata = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaTensors) tensors =
      myna_safetensors_parse (bytes, "x.safetensors", &metadata, &error);
  g_autofree float *read = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (metadata, "a"), ==, "b");
  read = myna_tensors_read_f32 (tensors, "x", &error);
  g_assert_no_error (error);
  g_assert_cmpmem (read, sizeof values, values, sizeof values);
  g_assert_nonnull (myna_tensors_view (tensors, myna_tensors_find (tensors, "x")));
  g_assert_null (myna_tensors_read_f32 (tensors, "y", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "x.safetensors"));
}

static void
test_bad_safetensors (void)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  const char *const headers[] = {
    "",
    "[]",
    "{",
    "{\"x\":3}",
    "{\"x\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}",
    "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
    "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
    "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,4]}}",
    "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
    "{\"x\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}",
    "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9223372036854775807]}}",
    "{\"x\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}",
    deep,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (GBytes) bytes = make_safetensors (headers[i], "\0\0\0\0", 4);
      g_autoptr (GError) error = NULL;

      g_assert_null (myna_safetensors_parse (bytes, "x", NULL, &error));
      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
    }
}

static void
test_types (void)
{
  /* bf16 1.5, -2; f16 0.5, 65504 */
  static const guint16 bf16[] = { 0x3fc0, 0xc000 };
  static const guint16 f16[] = { 0x3800, 0x7bff };
  static const gint64 i64[] = { -3, 1 << 20 };
  float values[2];

  myna_tensor_type_to_f32 (MYNA_TENSOR_BF16, bf16, 2, values);
  g_assert_cmpfloat (values[0], ==, 1.5f);
  g_assert_cmpfloat (values[1], ==, -2.f);
  myna_tensor_type_to_f32 (MYNA_TENSOR_F16, f16, 2, values);
  g_assert_cmpfloat (values[0], ==, .5f);
  g_assert_cmpfloat (values[1], ==, 65504.f);
  myna_tensor_type_to_f32 (MYNA_TENSOR_I64, i64, 2, values);
  g_assert_cmpfloat (values[0], ==, -3.f);
  g_assert_cmpfloat (values[1], ==, 1048576.f);
}

static void
test_crc (void)
{
  g_assert_cmphex (myna_crc32 (0, "123456789", 9), ==, 0xcbf43926);
  g_assert_cmphex (myna_crc32 (myna_crc32 (0, "1234", 4), "56789", 5), ==, 0xcbf43926);
}

/* HuBERT's positional convolution is normalised over its first two dimensions. */
static void
test_fold (void)
{
  /* v [2, 1, 2], g [1, 1, 2] then v [2, 2], g [2, 1] */
  static const float data[] = { 3, 0, 4, 2, 10, 1, 3, 4, 0, 2, 5, 7 };
  g_autoptr (GBytes) bytes = make_safetensors (
      "{\"a.weight_v\":{\"dtype\":\"F32\",\"shape\":[2,1,2],\"data_offsets\":[0,16]},"
      "\"a.weight_g\":{\"dtype\":\"F32\",\"shape\":[1,1,2],\"data_offsets\":[16,24]},"
      "\"b.weight_v\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[24,40]},"
      "\"b.weight_g\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[40,48]}}",
      data, sizeof data);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaTensors) tensors = myna_safetensors_parse (bytes, "x", NULL, &error);
  g_autofree float *a = NULL, *b = NULL;
  static const float wanted_a[] = { 6, 0, 8, 1 }, wanted_b[] = { 3, 4, 0, 7 };

  g_assert_no_error (error);
  a = myna_tensors_read_weight (tensors, "a", &error);
  b = myna_tensors_read_weight (tensors, "b", &error);
  g_assert_no_error (error);
  for (int i = 0; i < 4; i++)
    {
      g_assert_cmpfloat_with_epsilon (a[i], wanted_a[i], 1e-5f);
      g_assert_cmpfloat_with_epsilon (b[i], wanted_b[i], 1e-5f);
    }
}

/* The tables against the lists of tensors of the golden set. */
static void
check_table (GoldenSet *set, MynaNetwork network, const char *golden)
{
  g_autoptr (MynaTensors) tensors = golden_weights_new (set, golden, GOLDEN_WEIGHTS_F32);
  gsize n, n_rows;
  const MynaTensorRow *rows = myna_network_get_rows (network, &n_rows);
  g_autoptr (GError) error = NULL;

  myna_tensors_list (tensors, &n);
  g_assert_cmpuint (n, ==, n_rows);
  g_assert_true (myna_tensors_check (tensors, rows, n_rows, &error));
  g_assert_no_error (error);
}

static void
test_tables (void)
{
  g_autoptr (GoldenSet) set = golden_set_open ();

  check_table (set, MYNA_NETWORK_T2S, "t2s");
  check_table (set, MYNA_NETWORK_S2_V1, "s2-v1");
  check_table (set, MYNA_NETWORK_S2_V2, "s2-v2");
  check_table (set, MYNA_NETWORK_S2_V2PRO, "s2-v2Pro");
  check_table (set, MYNA_NETWORK_S2_V2PROPLUS, "s2-v2ProPlus");
  check_table (set, MYNA_NETWORK_HUBERT, "cnhubert");
  check_table (set, MYNA_NETWORK_ROBERTA, "roberta");
  check_table (set, MYNA_NETWORK_ERES2NETV2, "eres2netv2");
}

static void
test_check (void)
{
  static const MynaTensorRow good = { "ssl_proj.weight", { 768, 768, 2 } };
  static const MynaTensorRow any = { "ssl_proj.weight", { -1, 768, 2 } };
  static const MynaTensorRow bad = { "ssl_proj.weight", { 768, 768 } };
  static const MynaTensorRow none = { "none", { 1 } };
  g_autoptr (GoldenSet) set = golden_set_open ();
  g_autoptr (MynaTensors) tensors = golden_weights_new (set, "s2-v2", GOLDEN_WEIGHTS_F32);
  g_autoptr (GError) error = NULL;

  g_assert_true (myna_tensors_check (tensors, &good, 1, NULL));
  g_assert_true (myna_tensors_check (tensors, &any, 1, NULL));
  g_assert_false (myna_tensors_check (tensors, &bad, 1, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "768×768×2"));
  g_clear_error (&error);
  g_assert_false (myna_tensors_check (tensors, &none, 1, &error));
  g_assert_nonnull (strstr (error->message, "none"));
}

/* ---- converted files ---- */

static void
compare_network (MynaTensors *a, MynaTensors *b, const char *layer)
{
  g_autoptr (GError) error = NULL;
  g_autofree float *x = myna_tensors_read_weight (a, layer, &error);
  g_autofree float *y = myna_tensors_read_weight (b, layer, &error);
  g_autofree char *name = g_strconcat (layer, ".weight", NULL);
  const MynaTensorInfo *info = myna_tensors_find (a, name);

  g_assert_no_error (error);
  g_assert_nonnull (info);
  g_assert_cmpint (info->type, ==, MYNA_TENSOR_F16);
  g_assert_nonnull (myna_tensors_view (a, info));
  g_assert_cmpuint ((guintptr) myna_tensors_view (a, info) % 64, ==, 0);
  for (gsize i = 0; i < myna_tensor_info_get_n_elements (info); i++)
    g_assert_cmpfloat_with_epsilon (x[i], y[i], 1e-3f * MAX (fabsf (y[i]), 1e-3f));
}

static gint64
get_inode (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return (gint64) info.st_ino;
}

static MynaTensors *
open_again (const char *path, const char *folder)
{
  g_autoptr (GError) error = NULL;
  MynaNetwork network;
  MynaTensors *tensors = myna_converted_open (path, folder, &network, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (network, ==, MYNA_NETWORK_S2_V2);
  return tensors;
}

static void
flip_byte (const char *path, goffset at)
{
  FILE *file = fopen (path, "r+b");
  int byte;

  g_assert_nonnull (file);
  g_assert_cmpint (fseeko (file, at, SEEK_SET), ==, 0);
  byte = fgetc (file);
  g_assert_cmpint (fseeko (file, at, SEEK_SET), ==, 0);
  g_assert_cmpint (fputc (byte ^ 1, file), !=, EOF);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
test_converted (void)
{
  g_autoptr (GoldenSet) set = golden_set_open ();
  g_autofree char *folder = g_dir_make_tmp ("myna-converted-XXXXXX", NULL);
  g_autofree char *cache = g_build_filename (folder, "cache", NULL);
  g_autofree char *path = g_build_filename (folder, "mine.pth", NULL);
  g_autofree char *converted = myna_converted_dup_path (path, cache);
  g_autoptr (MynaCheckpoint) checkpoint = NULL;
  g_autoptr (MynaTensors) original = NULL, first = NULL, second = NULL;
  gint64 inode;
  MynaNetwork network;
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  torch_writer_save_s2 (set, path);
  checkpoint = myna_checkpoint_open (path, NULL);
  original = myna_checkpoint_dup_weights (checkpoint);
  first = open_again (path, cache);
  inode = get_inode (converted);
  second = open_again (path, cache);
  compare_network (first, original, "dec.ups.0");
  compare_network (second, original, "flow.flows.0.enc.cond_layer");
  g_assert_cmpint (get_inode (converted), ==, inode);
  /* Damage is found and mended: in the values, and when the end is missing. */
  g_clear_pointer (&first, myna_tensors_unref);
  g_clear_pointer (&second, myna_tensors_unref);
  flip_byte (converted, 40 * 1000 * 1000);
  first = open_again (path, cache);
  g_assert_cmpint (get_inode (converted), !=, inode);
  compare_network (first, original, "dec.ups.1");
  g_clear_pointer (&first, myna_tensors_unref);
  g_assert_cmpint (truncate (converted, 1000), ==, 0);
  first = open_again (path, cache);
  compare_network (first, original, "dec.ups.2");
  /* Another original under the same name. */
  inode = get_inode (converted);
  g_assert_cmpint (g_utime (path, &(struct utimbuf) { 1, 1 }), ==, 0);
  g_clear_pointer (&first, myna_tensors_unref);
  g_cancellable_cancel (cancellable);
  g_assert_null (myna_converted_open (path, cache, &network, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (get_inode (converted), ==, inode);
  first = open_again (path, cache);
  g_assert_cmpint (get_inode (converted), !=, inode);
  /* Nowhere to keep it: the original serves. */
  g_clear_pointer (&first, myna_tensors_unref);
  first = open_again (path, "/dev/null/no-folder");
  g_assert_nonnull (myna_tensors_find (first, "dec.ups.0.weight_v"));
  g_assert_true (myna_remove_tree (folder, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checkpoint/safetensors", test_safetensors);
  g_test_add_func ("/checkpoint/bad-safetensors", test_bad_safetensors);
  g_test_add_func ("/checkpoint/types", test_types);
  g_test_add_func ("/checkpoint/crc", test_crc);
  g_test_add_func ("/checkpoint/fold", test_fold);
  g_test_add_func ("/checkpoint/tables", test_tables);
  g_test_add_func ("/checkpoint/check", test_check);
  g_test_add_func ("/checkpoint/converted", test_converted);
  return g_test_run ();
}
