/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-converted.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/checkpoint/myna-checkpoint-file.h"
#include "engine/checkpoint/myna-safetensors.h"
#include "engine/checkpoint/myna-tensor-type.h"
#include "engine/core/myna-atomic-file.h"
#include "engine/core/myna-error.h"
#include "engine/core/myna-paths.h"
#include "gpu/gpu-half.h"

/* A safetensors file with gaps, its original's key in the metadata, and at the end a trailer: the
 * magic and the sum of all bytes before it. */
#define VERSION "1"
#define KEY "myna.original"
#define NETWORK "myna.network"
#define ALIGNMENT 64
#define TRAILER_SIZE 16
static const char magic[8] = "MYNAWGT";

/* ---- the sum ---- */

/* Eight chains of multiplications, so that it runs at the speed of memory; against damage, not
 * against malice. Blocks of 64 bytes; the file's parts are of that size. */
typedef struct
{
  guint64 lanes[8];
} Sum;

static void
sum_add (Sum *sum, gconstpointer data, gsize size)
{
  const guint8 *bytes = data;

  for (; size >= ALIGNMENT; size -= ALIGNMENT, bytes += ALIGNMENT)
    for (int i = 0; i < 8; i++)
      {
        guint64 word;

        memcpy (&word, bytes + 8 * i, sizeof word);
        sum->lanes[i] = (sum->lanes[i] ^ word) * 0x9E3779B97F4A7C15u;
        sum->lanes[i] ^= sum->lanes[i] >> 29;
      }
}

static guint64
sum_finish (const Sum *sum)
{
  guint64 result = 0;

  for (int i = 0; i < 8; i++)
    result = (result ^ sum->lanes[i]) * 0xBF58476D1CE4E5B9u + (guint64) i;
  return result;
}

/* ---- reading ---- */

static char *
make_key (const char *path, GError **error)
{
  struct stat info;

  if (stat (path, &info) != 0)
    {
      myna_error_set_from_errno (error, errno, path);
      return NULL;
    }
  return g_strdup_printf (VERSION ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ".%09ld",
                          (gint64) info.st_size, (gint64) info.st_mtim.tv_sec,
                          (long) info.st_mtim.tv_nsec);
}

static gboolean
is_whole (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  Sum sum = { { 0 } };
  guint64 stored;

  if (size < TRAILER_SIZE || (size - TRAILER_SIZE) % ALIGNMENT != 0 ||
      memcmp (data + size - TRAILER_SIZE, magic, sizeof magic) != 0)
    return FALSE;
  memcpy (&stored, data + size - sizeof stored, sizeof stored);
  sum_add (&sum, data, size - TRAILER_SIZE);
  return sum_finish (&sum) == stored;
}

/* NULL when there is none, or not of this original, or damaged: then it is made again. */
static MynaTensors *
open_converted (const char *path, const char *key, const char *label, MynaNetwork *network)
{
  g_autoptr (GBytes) bytes = myna_checkpoint_file_map (path, NULL);
  g_autoptr (GHashTable) metadata = NULL;
  g_autoptr (MynaTensors) tensors = NULL;
  const MynaTensorRow *rows;
  gsize n_rows;

  if (bytes == NULL || !is_whole (bytes))
    return NULL;
  tensors = myna_safetensors_parse (bytes, label, &metadata, NULL);
  if (tensors == NULL || g_strcmp0 (g_hash_table_lookup (metadata, KEY), key) != 0 ||
      !myna_network_from_id (g_hash_table_lookup (metadata, NETWORK), network))
    return NULL;
  rows = myna_network_get_rows (*network, &n_rows);
  return myna_tensors_check (tensors, rows, n_rows, NULL) ? g_steal_pointer (&tensors) : NULL;
}

/* ---- writing ---- */

/**
 * Part:
 * @name: in the converted file
 * @layer: (nullable): of a folded weight, its name without ".weight"
 *
 * One tensor to convert.
 */
typedef struct
{
  const MynaTensorInfo *info;
  char *name;
  char *layer;
  MynaTensorType type;
  gsize offset; /* behind the header */
  gsize size;
} Part;

static void
part_clear (gpointer data)
{
  Part *part = data;

  g_free (part->name);
  g_free (part->layer);
}

static gsize
align (gsize size)
{
  return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Matrices and convolutions in halves, but for the codebook: the nearest entry is looked for in it.
 */
static MynaTensorType
choose_type (const MynaTensorInfo *info, const char *name)
{
  gsize last = info->n_dims > 1
                   ? myna_tensor_info_get_n_elements (info) / (gsize) MAX (info->dims[0], 1)
                   : 1;

  return last > 1 && strstr (name, "_codebook") == NULL ? MYNA_TENSOR_F16 : MYNA_TENSOR_F32;
}

static GArray *
plan_parts (MynaTensors *tensors, MynaNetwork network)
{
  GArray *parts = g_array_new (FALSE, TRUE, sizeof (Part));
  gsize n_rows, offset = 0;
  const MynaTensorRow *rows = myna_network_get_rows (network, &n_rows);

  g_array_set_clear_func (parts, part_clear);
  for (gsize i = 0; i < n_rows; i++)
    {
      Part part = { 0 };
      gsize n;

      if (g_str_has_suffix (rows[i].name, ".weight_g"))
        continue;
      part.info = myna_tensors_find (tensors, rows[i].name);
      part.name = g_strdup (rows[i].name);
      if (g_str_has_suffix (part.name, ".weight_v"))
        {
          part.name[strlen (part.name) - 2] = '\0';
          part.layer = g_strndup (part.name, strlen (part.name) - strlen (".weight"));
        }
      if (part.info == NULL)
        part.info = myna_tensors_find (tensors, part.name);
      n = myna_tensor_info_get_n_elements (part.info);
      part.type = choose_type (part.info, part.name);
      part.size = n * myna_tensor_type_get_size (part.type);
      part.offset = offset;
      offset += align (part.size);
      g_array_append_val (parts, part);
    }
  return parts;
}

/* The header with its length, padded so that the values begin aligned. */
static GString *
make_header (GArray *parts, const char *key, MynaNetwork network)
{
  GString *header = g_string_new (NULL);
  guint64 length;

  g_string_append_len (header, "\0\0\0\0\0\0\0\0", sizeof length);
  g_string_append_printf (header, "{\"__metadata__\":{\"%s\":\"%s\",\"%s\":\"%s\"}", KEY, key,
                          NETWORK, myna_network_get_id (network));
  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = &g_array_index (parts, Part, i);

      g_string_append_printf (header, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[", part->name,
                              part->type == MYNA_TENSOR_F16 ? "F16" : "F32");
      for (int k = 0; k < part->info->n_dims; k++)
        g_string_append_printf (header, "%s%" G_GINT64_FORMAT, k > 0 ? "," : "",
                                part->info->dims[k]);
      g_string_append_printf (header,
                              "],\"data_offsets\":[%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT "]}",
                              part->offset, part->offset + part->size);
    }
  g_string_append_c (header, '}');
  while (header->len % ALIGNMENT != 0)
    g_string_append_c (header, ' ');
  length = header->len - sizeof length;
  memcpy (header->str, &length, sizeof length);
  return header;
}

/* FALSE for a value that halves cannot hold; no network of ours has one. */
static gboolean
to_halves (const float *values, guint16 *halves, gsize n)
{
  const float most = 65504;

  for (gsize i = 0; i < n; i++)
    if (!(fabsf (values[i]) <= most))
      return FALSE;
  gpu_cpu_to_f16 (values, halves, (gint64) n);
  return TRUE;
}

static gboolean
append (MynaAtomicFile *file, Sum *sum, gconstpointer data, gsize size)
{
  sum_add (sum, data, size);
  return myna_atomic_file_append (file, data, size, NULL);
}

/* @room: zeros behind the values are written with them. FALSE with @error for a damaged original,
 * without for anything that only the converted file suffers from. */
static gboolean
write_part (MynaTensors *tensors, const Part *part, MynaAtomicFile *file, Sum *sum, GError **error)
{
  gsize n = myna_tensor_info_get_n_elements (part->info);
  g_autofree float *values = part->layer != NULL
                                 ? myna_tensors_read_weight (tensors, part->layer, error)
                                 : myna_tensors_read_f32 (tensors, part->info->name, error);
  g_autofree guint8 *bytes = NULL;

  if (values == NULL)
    return FALSE;
  bytes = g_malloc0 (align (part->size));
  if (part->type == MYNA_TENSOR_F32)
    memcpy (bytes, values, part->size);
  else if (!to_halves (values, (guint16 *) (gpointer) bytes, n))
    return FALSE;
  return append (file, sum, bytes, align (part->size));
}

static gboolean
write_trailer (MynaAtomicFile *file, const Sum *sum)
{
  guint8 trailer[TRAILER_SIZE];
  guint64 result = sum_finish (sum);

  memcpy (trailer, magic, sizeof magic);
  memcpy (trailer + sizeof magic, &result, sizeof result);
  return myna_atomic_file_append (file, trailer, sizeof trailer, NULL) &&
         myna_atomic_file_commit (file, NULL);
}

/* FALSE with @error only for a damaged original and for cancelling. */
static gboolean
convert (MynaTensors *tensors,
         MynaNetwork network,
         const char *key,
         const char *path,
         GCancellable *cancellable,
         GError **error)
{
  g_autoptr (GArray) parts = plan_parts (tensors, network);
  g_autoptr (MynaAtomicFile) file = myna_atomic_file_begin (path, NULL);
  GString *header;
  Sum sum = { { 0 } };
  gboolean good;

  if (file == NULL)
    return FALSE;
  header = make_header (parts, key, network);
  good = append (file, &sum, header->str, header->len);
  g_string_free (header, TRUE);
  for (guint i = 0; good && i < parts->len; i++)
    good = !g_cancellable_set_error_if_cancelled (cancellable, error) &&
           write_part (tensors, &g_array_index (parts, Part, i), file, &sum, error);
  return good && write_trailer (file, &sum);
}

/**
 * myna_converted_dup_path:
 * @path: of an original
 * @folder: where converted files are kept
 *
 * Returns: (transfer full): the converted file's path; originals of one name in different folders
 * have different ones
 */
char *
myna_converted_dup_path (const char *path, const char *folder)
{
  g_autofree char *full = NULL, *base = NULL, *sum = NULL, *name = NULL;

  g_return_val_if_fail (path != NULL && folder != NULL, NULL);

  full = g_canonicalize_filename (path, NULL);
  base = g_path_get_basename (full);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, full, -1);
  name = g_strdup_printf ("%.100s-%.12s.weights", base, sum);
  return g_build_filename (folder, name, NULL);
}

/**
 * myna_converted_open:
 * @path: a checkpoint
 * @folder: where converted files are kept; made when it does not exist
 * @network: (out): what the checkpoint is
 * @cancellable: (nullable): looked at between tensors
 * @error: (out) (optional): what is wrong with the original, or G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): the network's tensors
 */
MynaTensors *
myna_converted_open (const char *path,
                     const char *folder,
                     MynaNetwork *network,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autofree char *key = NULL, *converted = NULL, *label = NULL;
  g_autoptr (MynaCheckpoint) checkpoint = NULL;
  g_autoptr (MynaTensors) tensors = NULL;
  g_autoptr (GError) reason = NULL;
  MynaTensors *found;
  gsize n_rows;

  g_return_val_if_fail (path != NULL && folder != NULL && network != NULL, NULL);

  key = make_key (path, error);
  if (key == NULL)
    return NULL;
  converted = myna_converted_dup_path (path, folder);
  label = g_filename_display_basename (path);
  found = open_converted (converted, key, label, network);
  if (found != NULL)
    return found;
  checkpoint = myna_checkpoint_open (path, error);
  if (checkpoint == NULL || !myna_network_recognise (checkpoint, network, error))
    return NULL;
  tensors = myna_checkpoint_dup_weights (checkpoint);
  myna_network_get_rows (*network, &n_rows);
  if (n_rows == 0)
    return g_steal_pointer (&tensors);
  if (myna_paths_ensure_dir (folder, NULL) &&
      convert (tensors, *network, key, converted, cancellable, &reason))
    found = open_converted (converted, key, label, network);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  else if (found == NULL)
    return g_steal_pointer (&tensors);
  return found;
}
