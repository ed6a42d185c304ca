/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/support/torch-writer.h"

#include <stdio.h>
#include <string.h>

#include "engine/checkpoint/myna-crc32.h"
#include "engine/checkpoint/myna-tensor-type.h"
#include "gpu/gpu-half.h"
#include "tests/support/golden-weights.h"

#define ALIGNMENT 64

typedef struct
{
  FILE *out;
  GByteArray *directory;
  guint n_entries;
  guint64 at;
} Zip;

static void
put (GByteArray *bytes, guint64 number, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      guint8 byte = (guint8) (number >> (8 * i));

      g_byte_array_append (bytes, &byte, 1);
    }
}

static void
put_text (GByteArray *bytes, const char *text)
{
  g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
}

static void
zip_write (Zip *zip, gconstpointer data, gsize size)
{
  if (size > 0 && fwrite (data, 1, size, zip->out) != size)
    g_error ("could not write");
  zip->at += size;
}

/* What the local header and the directory have in common. */
static void
put_common (GByteArray *bytes, guint32 crc, gsize size, gsize name_size, gsize extra_size)
{
  put (bytes, 0, 2); /* version */
  put (bytes, 0x800, 2);
  put (bytes, 0, 2); /* stored */
  put (bytes, 0, 4); /* time */
  put (bytes, crc, 4);
  put (bytes, size, 4);
  put (bytes, size, 4);
  put (bytes, name_size, 2);
  put (bytes, extra_size, 2);
}

static void
zip_add (Zip *zip, const char *name, gconstpointer data, gsize size)
{
  g_autoptr (GByteArray) local = g_byte_array_new ();
  gsize name_size = strlen (name);
  guint64 start = zip->at + 30 + name_size + 4;
  gsize padding = (gsize) ((ALIGNMENT - start % ALIGNMENT) % ALIGNMENT);
  guint32 crc = myna_crc32 (0, data, size);

  g_assert_cmpuint (zip->at + size, <, G_MAXUINT32);
  put_text (local, "PK\3\4");
  put_common (local, crc, size, name_size, 4 + padding);
  put_text (local, name);
  put_text (local, "FB");
  put (local, padding, 2);
  for (gsize i = 0; i < padding; i++)
    put_text (local, "Z");
  put_text (zip->directory, "PK\1\2");
  put (zip->directory, 0, 2);
  put_common (zip->directory, crc, size, name_size, 0);
  put (zip->directory, 0, 6); /* comment, disk, attributes */
  put (zip->directory, 0, 4);
  put (zip->directory, zip->at, 4);
  put_text (zip->directory, name);
  zip->n_entries++;
  zip_write (zip, local->data, local->len);
  zip_write (zip, data, size);
}

static void
zip_finish (Zip *zip)
{
  g_autoptr (GByteArray) end = g_byte_array_new ();

  put_text (end, "PK\5\6");
  put (end, 0, 4);
  put (end, zip->n_entries, 2);
  put (end, zip->n_entries, 2);
  put (end, zip->directory->len, 4);
  put (end, zip->at, 4);
  put (end, 0, 2);
  zip_write (zip, zip->directory->data, zip->directory->len);
  zip_write (zip, end->data, end->len);
  g_byte_array_unref (zip->directory);
}

static void
put_string (GByteArray *pickle, const char *text)
{
  put_text (pickle, "X");
  put (pickle, strlen (text), 4);
  put_text (pickle, text);
}

static void
put_int (GByteArray *pickle, gint64 number)
{
  put_text (pickle, "J");
  put (pickle, (guint64) number, 4);
}

static void
put_ordered_dict (GByteArray *pickle)
{
  put_text (pickle, "ccollections\nOrderedDict\n)R");
}

static void
put_tuple (GByteArray *pickle, const gint64 *numbers, int n)
{
  put_text (pickle, "(");
  for (int i = 0; i < n; i++)
    put_int (pickle, numbers[i]);
  put_text (pickle, "t");
}

static void
put_tensor (GByteArray *pickle, const MynaTensorInfo *info, MynaTensorType type, gsize index)
{
  g_autofree char *key = g_strdup_printf ("%" G_GSIZE_FORMAT, index);
  gint64 strides[MYNA_TENSOR_MAX_DIMS], stride = 1;

  for (int i = info->n_dims - 1; i >= 0; i--)
    {
      strides[i] = stride;
      stride *= info->dims[i];
    }
  put_text (pickle, "ctorch._utils\n_rebuild_tensor_v2\n((");
  put_string (pickle, "storage");
  put_text (pickle, type == MYNA_TENSOR_F16 ? "ctorch\nHalfStorage\n" : "ctorch\nFloatStorage\n");
  put_string (pickle, key);
  put_string (pickle, "cpu");
  put_int (pickle, stride);
  put_text (pickle, "tQ");
  put_int (pickle, 0);
  put_tuple (pickle, info->dims, info->n_dims);
  put_tuple (pickle, strides, info->n_dims);
  put_text (pickle, "\x89");
  put_ordered_dict (pickle);
  put_text (pickle, "tR");
}

static void
put_state (GByteArray *pickle, const TorchWriterFile *file)
{
  gsize n;
  const MynaTensorInfo *infos = myna_tensors_list (file->tensors, &n);

  put_ordered_dict (pickle);
  put_text (pickle, "(");
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *name = g_strconcat (file->prefix, infos[i].name, NULL);

      put_string (pickle, name);
      put_tensor (pickle, &infos[i], file->type, i);
    }
  put_text (pickle, "u");
}

static void
put_config (GByteArray *pickle, const TorchWriterFile *file)
{
  const char *open = file->hparams ? "cutils\nHParams\n)\x81}(" : "}(";
  const char *close = file->hparams ? "ub" : "u";

  put_text (pickle, open);
  put_string (pickle, "model");
  put_text (pickle, open);
  put_string (pickle, "version");
  put_string (pickle, file->version);
  put_text (pickle, close);
  put_text (pickle, close);
}

static GByteArray *
make_pickle (const TorchWriterFile *file)
{
  GByteArray *pickle = g_byte_array_new ();

  put_text (pickle, "\x80\2");
  if (file->section == NULL)
    put_state (pickle, file);
  else
    {
      put_ordered_dict (pickle);
      put_text (pickle, "(");
      put_string (pickle, file->section);
      put_state (pickle, file);
      if (file->version != NULL)
        {
          put_string (pickle, "config");
          put_config (pickle, file);
        }
      if (file->info != NULL)
        {
          put_string (pickle, "info");
          put_string (pickle, file->info);
        }
      put_text (pickle, "u");
    }
  put_text (pickle, ".");
  return pickle;
}

static void
add_values (Zip *zip, const TorchWriterFile *file, const MynaTensorInfo *info, gsize index)
{
  g_autofree char *name = g_strdup_printf ("archive/data/%" G_GSIZE_FORMAT, index);
  g_autoptr (GError) error = NULL;
  g_autofree float *values = myna_tensors_read_f32 (file->tensors, info->name, &error);
  gsize n = myna_tensor_info_get_n_elements (info);

  g_assert_no_error (error);
  if (file->type == MYNA_TENSOR_F16)
    {
      g_autofree guint16 *halves = g_new (guint16, MAX (n, 1));

      gpu_cpu_to_f16 (values, halves, (gint64) n);
      zip_add (zip, name, halves, n * sizeof *halves);
    }
  else
    zip_add (zip, name, values, n * sizeof *values);
}

/**
 * torch_writer_save:
 * @file: what to save and how
 * @path: where to
 */
void
torch_writer_save (const TorchWriterFile *file, const char *path)
{
  g_autoptr (GByteArray) pickle = make_pickle (file);
  Zip zip = { .out = fopen (path, "wb"), .directory = g_byte_array_new () };
  gsize n;
  const MynaTensorInfo *infos = myna_tensors_list (file->tensors, &n);

  if (zip.out == NULL)
    g_error ("could not write %s", path);
  zip_add (&zip, "archive/data.pkl", pickle->data, pickle->len);
  zip_add (&zip, "archive/byteorder", "little", strlen ("little"));
  for (gsize i = 0; i < n; i++)
    add_values (&zip, file, &infos[i], i);
  zip_add (&zip, "archive/version", "3\n", 2);
  zip_finish (&zip);
  if (file->head != NULL &&
      (fseek (zip.out, 0, SEEK_SET) != 0 || fwrite (file->head, 1, 2, zip.out) != 2))
    g_error ("could not write %s", path);
  if (fclose (zip.out) != 0)
    g_error ("could not write %s", path);
}

/**
 * torch_writer_save_s2:
 * @set: whose salt
 * @path: where to
 */
void
torch_writer_save_s2 (GoldenSet *set, const char *path)
{
  g_autoptr (MynaTensors) tensors = golden_weights_new (set, "s2-v2", GOLDEN_WEIGHTS_F32);
  TorchWriterFile file = { .tensors = tensors,
                           .section = "weight",
                           .prefix = "",
                           .type = MYNA_TENSOR_F16,
                           .version = "v2",
                           .hparams = TRUE,
                           .info = "8epoch" };

  torch_writer_save (&file, path);
}
