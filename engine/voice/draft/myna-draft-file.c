/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/voice/draft/myna-draft-file.h"

#include "engine/core/myna-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/*
 * A voice as a file (spec draft-voice section 5), little-endian:
 *
 *   "MYNADRFT", u32 version, then the sections below in this order, each
 *   u32 tag, u32 CRC-32 of its bytes, u64 length, bytes.
 *
 * Numbers that come in masses are 16-bit integers with a factor a column. It is a cache: an older
 * or newer version is refused and the voice built again.
 */
#define MAGIC "MYNADRFT"
#define TAG(a, b, c, d)                                                                            \
  ((guint32) (a) | (guint32) (b) << 8 | (guint32) (c) << 16 | (guint32) (d) << 24)
#define TAG_HEAD TAG ('H', 'E', 'A', 'D')
#define TAG_SAMPLES TAG ('P', 'C', 'M', ' ')
#define TAG_PITCH TAG ('F', '0', ' ', ' ')
#define TAG_LEVEL TAG ('L', 'E', 'V', 'L')
#define TAG_CEPSTRA TAG ('C', 'E', 'P', 'S')
#define TAG_EPOCHS TAG ('E', 'P', 'O', 'C')
#define TAG_EDGES TAG ('E', 'D', 'G', 'E')
#define TAG_UNITS TAG ('U', 'N', 'I', 'T')
#define TAG_MAP TAG ('R', 'I', 'D', 'G')

#define MAX_LANGUAGE 64
#define EPOCH_PARTS 64
#define MAX_SECONDS 1800
#define MAX_NUMBER 1e5

/* One section being written (@out) or read (@in, @left): the same code names the fields both ways,
 * so that the two cannot differ. After a read beyond the end @ok is %FALSE and all is zero. */
typedef struct
{
  GByteArray *out;
  const guint8 *in;
  gsize left;
  gboolean ok;
} Stream;

static guint32
crc32 (const guint8 *data, gsize n)
{
  static guint32 table[256];
  static gsize ready = 0;
  guint32 crc = ~0u;

  if (g_once_init_enter (&ready))
    {
      for (guint32 i = 0; i < 256; i++)
        {
          guint32 c = i;

          for (int k = 0; k < 8; k++)
            c = (c & 1) != 0 ? c >> 1 ^ 0xedb88320u : c >> 1;
          table[i] = c;
        }
      g_once_init_leave (&ready, 1);
    }
  for (gsize i = 0; i < n; i++)
    crc = table[(crc ^ data[i]) & 0xff] ^ crc >> 8;
  return ~crc;
}

static void
stream_bytes (Stream *self, void *data, gsize n)
{
  if (self->out != NULL)
    {
      g_byte_array_append (self->out, data, (guint) n);
      return;
    }
  if (self->left < n)
    {
      self->ok = FALSE;
      self->left = 0;
      memset (data, 0, n);
      return;
    }
  memcpy (data, self->in, n);
  self->in += n;
  self->left -= n;
}

static void
stream_u16 (Stream *self, guint16 *value)
{
  guint16 le = GUINT16_TO_LE (*value);

  stream_bytes (self, &le, sizeof le);
  *value = GUINT16_FROM_LE (le);
}

static void
stream_u32 (Stream *self, guint32 *value)
{
  guint32 le = GUINT32_TO_LE (*value);

  stream_bytes (self, &le, sizeof le);
  *value = GUINT32_FROM_LE (le);
}

static void
stream_u64 (Stream *self, guint64 *value)
{
  guint64 le = GUINT64_TO_LE (*value);

  stream_bytes (self, &le, sizeof le);
  *value = GUINT64_FROM_LE (le);
}

static void
stream_size (Stream *self, gsize *value)
{
  guint64 wide = *value;

  stream_u64 (self, &wide);
  *value = (gsize) wide;
}

static void
stream_f32 (Stream *self, float *value)
{
  guint32 bits;

  memcpy (&bits, value, sizeof bits);
  stream_u32 (self, &bits);
  memcpy (value, &bits, sizeof bits);
  if (!isfinite (*value) || fabs ((double) *value) > MAX_NUMBER)
    {
      self->ok = FALSE;
      *value = 0;
    }
}

static void
stream_f64 (Stream *self, double *value)
{
  guint64 bits;

  memcpy (&bits, value, sizeof bits);
  stream_u64 (self, &bits);
  memcpy (value, &bits, sizeof bits);
  if (!isfinite (*value) || fabs (*value) > MAX_NUMBER)
    {
      self->ok = FALSE;
      *value = 0;
    }
}

static void
stream_floats (Stream *self, float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    stream_f32 (self, &values[i]);
}

/* @n numbers that are @stride floats apart, as 16-bit integers and a factor. */
static void
stream_column (Stream *self, float *values, gsize n, gsize stride)
{
  float most = 0, factor;

  for (gsize i = 0; self->out != NULL && i < n; i++)
    most = MAX (most, fabsf (values[i * stride]));
  factor = most / 32767;
  stream_f32 (self, &factor);
  for (gsize i = 0; i < n; i++)
    {
      gint16 rounded = 0;
      guint16 bits;

      if (self->out != NULL && factor > 0)
        rounded = (gint16) lrintf (values[i * stride] / factor);
      bits = (guint16) rounded;
      stream_u16 (self, &bits);
      if (self->out == NULL)
        values[i * stride] = (float) (gint16) bits * factor;
    }
}

/* @n rising numbers as differences, each at least 1 but the first. */
static void
stream_rising (Stream *self, guint32 *values, gsize n)
{
  guint32 before = 0;

  for (gsize i = 0; i < n; i++)
    {
      guint32 step = values[i] - before;

      stream_u32 (self, &step);
      if ((i > 0 && step == 0) || step > G_MAXUINT32 - before)
        self->ok = FALSE;
      if (self->out == NULL)
        values[i] = before + step;
      before += step;
    }
}

/* Epochs lie between samples: counted in parts of one, as differences. */
static void
stream_epochs (Stream *self, MynaDraftAnalysis *person)
{
  g_autofree guint32 *parts = g_new0 (guint32, MAX (person->n_epochs, 1));

  for (gsize i = 0; self->out != NULL && i < person->n_epochs; i++)
    parts[i] = (guint32) llrint (MAX (person->epochs[i], 0) * EPOCH_PARTS);
  stream_rising (self, parts, person->n_epochs);
  for (gsize i = 0; self->out == NULL && i < person->n_epochs; i++)
    person->epochs[i] = (double) parts[i] / EPOCH_PARTS;
}

static void
stream_language (Stream *self, MynaDraftModel *model)
{
  guint32 length = self->out != NULL ? (guint32) strlen (model->language) : 0;
  char language[MAX_LANGUAGE + 1] = "";

  if (self->out != NULL)
    memcpy (language, model->language, MIN (length, MAX_LANGUAGE));
  stream_u32 (self, &length);
  if (length > MAX_LANGUAGE)
    {
      self->ok = FALSE;
      return;
    }
  stream_bytes (self, language, length);
  if (self->out == NULL)
    {
      self->ok &= g_utf8_validate (language, -1, NULL) && *language != '\0';
      g_free (model->language);
      model->language = g_strdup (language);
    }
}

static void
stream_head (Stream *self, MynaDraftModel *model, guint32 *n_units, guint32 *n_edges)
{
  MynaDraftAnalysis *person = model->person;
  guint32 aligned = (guint32) model->aligned, denoised = (guint32) person->denoised;
  guint32 rate = model->format != NULL ? (guint32) model->format->rate : 0;
  double fit = isnan (model->fit) ? -1 : model->fit;

  stream_u32 (self, &rate);
  stream_language (self, model);
  stream_u32 (self, &aligned);
  stream_u32 (self, &denoised);
  stream_u32 (self, &model->findings);
  stream_f64 (self, &model->pitch_person.median);
  stream_f64 (self, &model->pitch_person.spread);
  stream_f64 (self, &model->pitch_rendition.median);
  stream_f64 (self, &model->pitch_rendition.spread);
  stream_f64 (self, &model->rate);
  stream_f64 (self, &model->cost_median);
  stream_f64 (self, &model->gain);
  stream_f64 (self, &fit);
  stream_f64 (self, &model->speech_seconds);
  stream_f64 (self, &person->snr_db);
  stream_size (self, &person->n_frames);
  stream_size (self, &person->n_epochs);
  stream_size (self, &person->room_start);
  stream_size (self, &person->room_end);
  stream_u32 (self, n_units);
  stream_u32 (self, n_edges);
  if (self->out != NULL)
    return;
  model->format = myna_draft_format_for_rate ((int) MIN (rate, G_MAXINT));
  model->aligned = aligned != 0;
  person->denoised = denoised != 0;
  model->fit = fit < 0 && !model->aligned ? NAN : fit;
}

static gboolean
check_pitch (const MynaDraftPitch *pitch)
{
  return pitch->median > log (20) && pitch->median < log (2000) && pitch->spread > 1e-3 &&
         pitch->spread < 3;
}

static gboolean
check_head (const MynaDraftModel *model, guint32 n_units, guint32 n_edges)
{
  const MynaDraftAnalysis *person = model->person;
  gsize most;

  if (model->format == NULL)
    return FALSE;
  most = (gsize) MAX_SECONDS * (gsize) (model->format->rate / model->format->hop);
  return person->n_frames > 0 && person->n_frames <= most && n_units <= person->n_frames &&
         n_edges >= 2 && n_edges <= person->n_frames &&
         person->n_epochs <= person->n_frames * (gsize) model->format->hop &&
         person->room_start <= person->room_end && person->room_end <= person->n_frames &&
         check_pitch (&model->pitch_person) && check_pitch (&model->pitch_rendition) &&
         model->rate > 0.1 && model->rate < 10 && model->cost_median > 1e-6 && model->gain > 0 &&
         (model->findings & ~(guint32) MYNA_DRAFT_FINDINGS_ALL) == 0;
}

/* Room for what the head announced; its numbers are bounded by check_head(). */
static void
allocate (MynaDraftModel *model, guint32 n_units, guint32 n_edges)
{
  MynaDraftAnalysis *person = model->person;

  person->format = model->format;
  person->n_samples = person->n_frames * (gsize) model->format->hop;
  person->samples = g_new0 (float, person->n_samples);
  person->f0 = g_new0 (float, person->n_frames);
  person->db = g_new0 (float, person->n_frames);
  person->cep = g_new0 (float, person->n_frames *(gsize) model->format->n_cep);
  person->epochs = g_new0 (double, MAX (person->n_epochs, 1));
  g_array_set_size (model->units, n_units);
  g_array_set_size (model->edges, n_edges);
}

static void
stream_cepstra (Stream *self, MynaDraftModel *model)
{
  gsize n_cep = (gsize) model->format->n_cep;

  for (gsize c = 0; c < n_cep; c++)
    stream_column (self, model->person->cep + c, model->person->n_frames, n_cep);
}

static void
stream_unit (Stream *self, MynaDraftUnit *unit)
{
  guint16 flags = (guint16) (unit->half | unit->stressed << 1);

  stream_u64 (self, &unit->label);
  stream_u64 (self, &unit->previous);
  stream_u64 (self, &unit->next);
  stream_u32 (self, &unit->start);
  stream_u32 (self, &unit->end);
  stream_f32 (self, &unit->cost);
  stream_u16 (self, &flags);
  unit->half = flags & 1;
  unit->stressed = flags >> 1 & 1;
}

static void
stream_units (Stream *self, MynaDraftModel *model)
{
  MynaDraftUnit *units = (MynaDraftUnit *) (gpointer) model->units->data;

  for (guint u = 0; u < model->units->len; u++)
    stream_unit (self, &units[u]);
  for (gsize k = 0; k < MYNA_DRAFT_FEATURES; k++)
    if (model->units->len > 0)
      stream_column (self, &units->rendition[k], model->units->len,
                     sizeof (MynaDraftUnit) / sizeof (float));
}

static void
stream_map (Stream *self, MynaDraftModel *model)
{
  MynaDraftRidge *ridge = &model->ridge;

  stream_floats (self, ridge->mean_in, MYNA_DRAFT_MAX_CEP);
  stream_floats (self, ridge->mean_out, MYNA_DRAFT_MAX_CEP);
  stream_floats (self, &ridge->weights[0][0], MYNA_DRAFT_RIDGE_ROWS * MYNA_DRAFT_RIDGE_N);
  stream_floats (self, ridge->gv_mean, MYNA_DRAFT_RIDGE_N);
  stream_floats (self, ridge->gv_scale, MYNA_DRAFT_RIDGE_N);
  stream_floats (self, model->spread_rendition, MYNA_DRAFT_MAX_CEP);
  stream_floats (self, model->spread_person, MYNA_DRAFT_MAX_CEP);
}

static void
stream_section (Stream *self, MynaDraftModel *model, guint32 tag)
{
  MynaDraftAnalysis *person = model->person;

  switch (tag)
    {
    case TAG_SAMPLES:
      stream_column (self, person->samples, person->n_samples, 1);
      break;
    case TAG_PITCH:
      stream_floats (self, person->f0, person->n_frames);
      break;
    case TAG_LEVEL:
      stream_column (self, person->db, person->n_frames, 1);
      break;
    case TAG_CEPSTRA:
      stream_cepstra (self, model);
      break;
    case TAG_EPOCHS:
      stream_epochs (self, person);
      break;
    case TAG_EDGES:
      stream_rising (self, (guint32 *) (gpointer) model->edges->data, model->edges->len);
      break;
    case TAG_UNITS:
      stream_units (self, model);
      break;
    default:
      stream_map (self, model);
      break;
    }
}

static const guint32 sections[] = { TAG_SAMPLES, TAG_PITCH, TAG_LEVEL, TAG_CEPSTRA,
                                    TAG_EPOCHS,  TAG_EDGES, TAG_UNITS, TAG_MAP };

static void
append_section (GByteArray *file, guint32 tag, const GByteArray *section)
{
  Stream stream = { .out = file, .ok = TRUE };
  guint32 crc = crc32 (section->data, section->len);
  guint64 length = section->len;

  stream_u32 (&stream, &tag);
  stream_u32 (&stream, &crc);
  stream_u64 (&stream, &length);
  g_byte_array_append (file, section->data, section->len);
}

/**
 * myna_draft_model_to_bytes:
 * @self: a complete model
 *
 * Returns: (transfer full): the voice as a file; about 3 MB a minute
 */
GBytes *
myna_draft_model_to_bytes (const MynaDraftModel *self)
{
  GByteArray *file = g_byte_array_new ();
  /* Writing does not change the model; the fields are shared with reading. */
  MynaDraftModel *model = (MynaDraftModel *) self;
  guint32 version = MYNA_DRAFT_FILE_VERSION;
  Stream start = { .out = file, .ok = TRUE };

  g_byte_array_append (file, (const guint8 *) MAGIC, strlen (MAGIC));
  stream_u32 (&start, &version);
  for (gsize i = 0; i <= G_N_ELEMENTS (sections); i++)
    {
      g_autoptr (GByteArray) section = g_byte_array_new ();
      Stream stream = { .out = section, .ok = TRUE };
      guint32 n_units = self->units->len, n_edges = self->edges->len;

      if (i == 0)
        stream_head (&stream, model, &n_units, &n_edges);
      else
        stream_section (&stream, model, sections[i - 1]);
      append_section (file, i == 0 ? TAG_HEAD : sections[i - 1], section);
    }
  return g_byte_array_free_to_bytes (file);
}

/* Takes the next section off @file: its tag, sum and length must be right. */
static gboolean
open_section (Stream *file, guint32 tag, Stream *section)
{
  guint32 found = 0, crc = 0;
  guint64 length = 0;

  stream_u32 (file, &found);
  stream_u32 (file, &crc);
  stream_u64 (file, &length);
  if (!file->ok || found != tag || length > file->left || crc32 (file->in, length) != crc)
    return FALSE;
  *section = (Stream) { .in = file->in, .left = (gsize) length, .ok = TRUE };
  file->in += length;
  file->left -= (gsize) length;
  return TRUE;
}

static gboolean
check_contents (const MynaDraftModel *model)
{
  const MynaDraftAnalysis *person = model->person;
  guint32 at = 0;

  for (gsize i = 0; i < person->n_frames; i++)
    if (person->f0[i] < 0 || (person->f0[i] > 0 && person->f0[i] < 20) || person->f0[i] > 2000)
      return FALSE;
  if (person->n_epochs > 0 && person->epochs[person->n_epochs - 1] >= (double) person->n_samples)
    return FALSE;
  if (g_array_index (model->edges, guint32, 0) != 0 ||
      g_array_index (model->edges, guint32, model->edges->len - 1) != person->n_frames)
    return FALSE;
  for (guint u = 0; u < model->units->len; u++)
    {
      const MynaDraftUnit *unit = &g_array_index (model->units, MynaDraftUnit, u);

      if (unit->start < at || unit->end <= unit->start || unit->end > person->n_frames ||
          unit->cost < 0)
        return FALSE;
      at = unit->end;
    }
  for (int c = 0; c < model->format->n_cep; c++)
    if (model->spread_person[c] < 1e-6f || model->spread_rendition[c] < 1e-6f)
      return FALSE;
  return TRUE;
}

static gboolean
read_sections (Stream *file, MynaDraftModel *model)
{
  Stream section;
  guint32 n_units = 0, n_edges = 0;

  if (!open_section (file, TAG_HEAD, &section))
    return FALSE;
  stream_head (&section, model, &n_units, &n_edges);
  if (!section.ok || section.left != 0 || !check_head (model, n_units, n_edges))
    return FALSE;
  /* A head may announce more than follows: at least the samples must be there. */
  if (file->left / 2 < model->person->n_frames * (gsize) model->format->hop)
    return FALSE;
  allocate (model, n_units, n_edges);
  for (gsize i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      if (!open_section (file, sections[i], &section))
        return FALSE;
      stream_section (&section, model, sections[i]);
      if (!section.ok || section.left != 0)
        return FALSE;
    }
  return file->left == 0 && check_contents (model);
}

/**
 * myna_draft_model_from_bytes:
 * @bytes: a file made by myna_draft_model_to_bytes()
 * @error: return location for an error
 *
 * Reads a voice. Any bytes are safe: lengths, sums and ranges are checked, memory is bounded by the
 * size of the file. MYNA_ERROR_UNSUPPORTED for another version, MYNA_ERROR_CORRUPT for damage; both
 * mean that the voice has to be built again from its clips.
 *
 * Returns: (transfer full) (nullable): the model
 */
MynaDraftModel *
myna_draft_model_from_bytes (GBytes *bytes, GError **error)
{
  g_autoptr (MynaDraftModel) model = NULL;
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  Stream file = { .in = data, .left = size, .ok = TRUE };
  char magic[8] = "";
  guint32 version = 0;

  stream_bytes (&file, magic, sizeof magic);
  stream_u32 (&file, &version);
  if (file.ok && memcmp (magic, MAGIC, sizeof magic) == 0 && version != MYNA_DRAFT_FILE_VERSION)
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
                           _ ("The prepared voice comes from another version of Myna. "
                              "It has to be prepared again."));
      return NULL;
    }
  model = myna_draft_model_new (NULL, "");
  model->person = g_new0 (MynaDraftAnalysis, 1);
  if (!file.ok || memcmp (magic, MAGIC, sizeof magic) != 0 || !read_sections (&file, model))
    {
      g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                           _ ("The prepared voice is damaged. It has to be prepared again."));
      return NULL;
    }
  myna_draft_model_compute_person_features (model);
  return g_steal_pointer (&model);
}
