/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/core/myna-error.h"
#include "engine/lipsync/face/myna-face-file-private.h"

#define MAGIC "MynaFace"
#define NO_TRACK G_MAXUINT16
#define THUMBNAIL (MYNA_FACE_THUMBNAIL_SIDE * MYNA_FACE_THUMBNAIL_SIDE * 3)

typedef struct
{
  char magic[8];
  guint32 version;
  guint32 checksum; /* of all that follows the records, and of this header with 0 here */
  gint32 width, height;
  guint32 n_persons; /* numbers that records use */
  guint32 n_tracks;
  guint64 n_frames;
  guint64 n_records;
  guint64 size; /* of the file */
} Header;

/* Points are 16-bit steps of @span from @x, @y, @z, so that a step is a fraction of a hundredth of
 * a pixel. */
typedef struct
{
  guint32 checksum; /* of the rest */
  guint16 person;
  guint16 reserved;
  float confidence, yaw, pitch, roll;
  float light, sharpness;
  float x, y, z, span;
  guint16 points[MYNA_FACE_N_POINTS][3];
} Record;

typedef struct
{
  double time;
  guint64 first; /* record */
  guint32 n;
  guint32 cut;
} FrameEntry;

G_STATIC_ASSERT (sizeof (Header) % 8 == 0);
G_STATIC_ASSERT (sizeof (Record) % 8 == 0);
G_STATIC_ASSERT (sizeof (FrameEntry) % 8 == 0);
G_STATIC_ASSERT (sizeof (MynaFaceTrack) % 8 == 0);

/* FNV-1a over words of four bytes: damage, not malice. */
static guint32
add_checksum (guint32 sum, gconstpointer data, gsize size)
{
  const guint8 *bytes = data;
  guint32 word;

  for (gsize i = 0; i + sizeof word <= size; i += sizeof word)
    {
      memcpy (&word, bytes + i, sizeof word);
      sum = (sum ^ word) * 16777619u;
    }
  return sum;
}

#define CHECKSUM_START 2166136261u

static guint32
get_record_checksum (const Record *record)
{
  return add_checksum (CHECKSUM_START, (const guint8 *) record + sizeof record->checksum,
                       sizeof *record - sizeof record->checksum);
}

/* ---- writing ---- */

struct _MynaFaceWriter
{
  int fd;
  char *name;
  int width, height;
  GArray *frames; /* (element-type FrameEntry): 24 bytes a frame is all that grows */
  guint64 n_records;
  guint32 checksum;
  guint64 size;
};

/**
 * myna_face_writer_new:
 * @fd: an empty file, open for writing; borrowed
 * @name: its name, for messages
 * @width: of the frames
 * @height: of the frames
 *
 * Returns: (transfer full): a writer
 */
MynaFaceWriter *
myna_face_writer_new (int fd, const char *name, int width, int height)
{
  MynaFaceWriter *self;

  g_return_val_if_fail (fd >= 0 && name != NULL, NULL);

  self = g_new0 (MynaFaceWriter, 1);
  self->fd = fd;
  self->name = g_strdup (name);
  self->width = width;
  self->height = height;
  self->frames = g_array_new (FALSE, FALSE, sizeof (FrameEntry));
  self->size = sizeof (Header);
  return self;
}

/**
 * myna_face_writer_free:
 * @self: (nullable): a writer
 *
 * Frees it.
 */
void
myna_face_writer_free (MynaFaceWriter *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->frames);
  g_free (self->name);
  g_free (self);
}

static gboolean
write_at (MynaFaceWriter *self, guint64 at, gconstpointer data, gsize size, GError **error)
{
  const guint8 *bytes = data;

  while (size > 0)
    {
      ssize_t n = pwrite (self->fd, bytes, size, (off_t) at);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          myna_error_set_from_errno (error, n < 0 ? errno : ENOSPC, self->name);
          return FALSE;
        }
      bytes += n;
      at += (guint64) n;
      size -= (gsize) n;
    }
  return TRUE;
}

static gboolean
append (MynaFaceWriter *self, gconstpointer data, gsize size, GError **error)
{
  if (!write_at (self, self->size, data, size, error))
    return FALSE;
  self->size += size;
  return TRUE;
}

static void
pack (guint person, const MynaFace *face, Record *record)
{
  float low[3] = { INFINITY, INFINITY, INFINITY }, high[3] = { -INFINITY, -INFINITY, -INFINITY };
  float span = 0;

  memset (record, 0, sizeof *record);
  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    {
      const float point[3] = { face->points[i].x, face->points[i].y, face->points[i].z };

      for (int j = 0; j < 3; j++)
        {
          low[j] = MIN (low[j], point[j]);
          high[j] = MAX (high[j], point[j]);
        }
    }
  for (int j = 0; j < 3; j++)
    span = MAX (span, high[j] - low[j]);
  record->person = (guint16) person;
  record->confidence = face->confidence;
  record->yaw = face->yaw;
  record->pitch = face->pitch;
  record->roll = face->roll;
  record->light = face->light;
  record->sharpness = face->sharpness;
  record->x = low[0];
  record->y = low[1];
  record->z = low[2];
  record->span = MAX (span, 1e-3f);
  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    {
      const float point[3] = { face->points[i].x, face->points[i].y, face->points[i].z };

      for (int j = 0; j < 3; j++)
        record->points[i][j] =
            (guint16) CLAMP ((point[j] - low[j]) / record->span * 65535 + 0.5f, 0.0f, 65535.0f);
    }
  record->checksum = get_record_checksum (record);
}

/**
 * myna_face_writer_add:
 * @self: a writer
 * @frame: the next frame
 * @error: when the disk is full
 *
 * Appends a frame.
 *
 * Returns: whether it was written
 */
gboolean
myna_face_writer_add (MynaFaceWriter *self, const MynaTrackedFrame *frame, GError **error)
{
  FrameEntry entry = { 0 };

  g_return_val_if_fail (self != NULL && frame != NULL, FALSE);

  entry.time = frame->time;
  entry.first = self->n_records;
  entry.n = frame->faces->len;
  entry.cut = frame->cut ? 1 : 0;
  for (guint i = 0; i < frame->faces->len; i++)
    {
      const MynaPersonFace *face = &g_array_index (frame->faces, MynaPersonFace, i);
      Record record;

      pack (face->person, &face->face, &record);
      if (!append (self, &record, sizeof record, error))
        return FALSE;
    }
  self->n_records += entry.n;
  g_array_append_val (self->frames, entry);
  return TRUE;
}

/* How useful a face is: seen long, large, in the middle. */
static double
rate (const MynaFaceTrack *track, int height)
{
  return (double) track->n_present * (0.2 + (double) track->size / height) *
         (0.5 + (double) track->centrality) * (double) track->confidence;
}

/* Persons who are seen so shortly that they are likely none: under a fifth of a second and a
 * hundredth of the video. */
static gboolean
is_worth_keeping (const MynaFaceTrack *track, guint64 n_frames)
{
  return n_frames < 5 || track->n_present >= 5 || (guint64) track->n_present * 100 >= n_frames;
}

typedef struct
{
  guint person;
  double rating;
} Rank;

static int
compare_ranks (gconstpointer a, gconstpointer b)
{
  double first = ((const Rank *) a)->rating, second = ((const Rank *) b)->rating;

  return first > second ? -1 : first < second;
}

static gboolean
append_summed (MynaFaceWriter *self, gconstpointer data, gsize size, GError **error)
{
  self->checksum = add_checksum (self->checksum, data, size);
  return append (self, data, size, error);
}

static GArray *
rank_persons (MynaFaceWriter *self, MynaFaceTracker *tracker)
{
  GArray *ranks = g_array_new (FALSE, FALSE, sizeof (Rank));

  for (guint i = 0; i < myna_face_tracker_get_n_persons (tracker); i++)
    {
      MynaPerson person = myna_face_tracker_get_person (tracker, i);
      Rank rank = { i, rate (&person.track, MAX (self->height, 1)) };

      if (person.thumbnail != NULL && is_worth_keeping (&person.track, self->frames->len))
        g_array_append_val (ranks, rank);
    }
  g_array_sort (ranks, compare_ranks);
  return ranks;
}

static gboolean
write_tracks (MynaFaceWriter *self, MynaFaceTracker *tracker, const GArray *ranks, GError **error)
{
  guint16 tracks[MYNA_FACE_MAX_PERSONS];

  for (guint i = 0; i < MYNA_FACE_MAX_PERSONS; i++)
    tracks[i] = NO_TRACK;
  for (guint i = 0; i < ranks->len; i++)
    tracks[g_array_index (ranks, Rank, i).person] = (guint16) i;
  if (!append_summed (self, tracks, sizeof tracks, error))
    return FALSE;
  for (guint i = 0; i < ranks->len; i++)
    {
      MynaPerson person =
          myna_face_tracker_get_person (tracker, g_array_index (ranks, Rank, i).person);

      if (!append_summed (self, &person.track, sizeof person.track, error))
        return FALSE;
    }
  for (guint i = 0; i < ranks->len; i++)
    {
      MynaPerson person =
          myna_face_tracker_get_person (tracker, g_array_index (ranks, Rank, i).person);

      if (!append_summed (self, person.thumbnail, THUMBNAIL, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * myna_face_writer_finish:
 * @self: a writer
 * @tracker: knows the persons
 * @error: when the disk is full
 *
 * Writes the tables and, at last, the header.
 *
 * Returns: whether the file is complete
 */
gboolean
myna_face_writer_finish (MynaFaceWriter *self, MynaFaceTracker *tracker, GError **error)
{
  g_autoptr (GArray) ranks = NULL;
  Header header = { .version = MYNA_FACE_FILE_VERSION };

  g_return_val_if_fail (self != NULL && tracker != NULL, FALSE);

  ranks = rank_persons (self, tracker);
  self->checksum = CHECKSUM_START;
  if (!append_summed (self, self->frames->data, self->frames->len * sizeof (FrameEntry), error) ||
      !write_tracks (self, tracker, ranks, error))
    return FALSE;
  memcpy (header.magic, MAGIC, sizeof header.magic);
  header.width = self->width;
  header.height = self->height;
  header.n_persons = MYNA_FACE_MAX_PERSONS;
  header.n_tracks = ranks->len;
  header.n_frames = self->frames->len;
  header.n_records = self->n_records;
  header.size = self->size;
  header.checksum = add_checksum (self->checksum, &header, sizeof header);
  return write_at (self, 0, &header, sizeof header, error);
}

/* ---- reading ---- */

/* Of 3 KB each. */
#define READS_PER_RELEASE 4096

struct _MynaFaceFile
{
  GMappedFile *mapped;
  Header header;
  const Record *records;
  const FrameEntry *frames;
  const guint16 *tracks_of; /* person -> track or NO_TRACK */
  const MynaFaceTrack *tracks;
  const guint8 *thumbnails;
  gint reads; /* of faces, on any thread */
};

/* Takes @n items of @size from *at on; sizes are checked before they are multiplied. */
static gconstpointer
take (const guint8 *bytes, guint64 length, guint64 *at, guint64 n, guint64 size)
{
  gconstpointer items = bytes + *at;

  if (n > (length - *at) / size)
    return NULL;
  *at += n * size;
  return items;
}

static gboolean
lay_out (MynaFaceFile *self, const guint8 *bytes, guint64 length)
{
  const Header *header = &self->header;
  guint64 at = sizeof (Header), tables;
  Header plain;
  guint32 sum;

  if (memcmp (header->magic, MAGIC, sizeof header->magic) != 0 ||
      header->version != MYNA_FACE_FILE_VERSION || header->size != length ||
      header->n_persons != MYNA_FACE_MAX_PERSONS || header->n_tracks > MYNA_FACE_MAX_PERSONS ||
      header->width <= 0 || header->height <= 0)
    return FALSE;
  self->records = take (bytes, length, &at, header->n_records, sizeof (Record));
  tables = at;
  self->frames = take (bytes, length, &at, header->n_frames, sizeof (FrameEntry));
  self->tracks_of = take (bytes, length, &at, header->n_persons, sizeof (guint16));
  self->tracks = take (bytes, length, &at, header->n_tracks, sizeof (MynaFaceTrack));
  self->thumbnails = take (bytes, length, &at, header->n_tracks, THUMBNAIL);
  if (self->records == NULL || self->frames == NULL || self->tracks_of == NULL ||
      self->tracks == NULL || self->thumbnails == NULL || at != length)
    return FALSE;
  plain = *header;
  plain.checksum = 0;
  sum = add_checksum (CHECKSUM_START, bytes + tables, (gsize) (length - tables));
  return add_checksum (sum, &plain, sizeof plain) == header->checksum;
}

static gboolean
check_tables (const MynaFaceFile *self)
{
  const Header *header = &self->header;

  for (guint64 i = 0; i < header->n_frames; i++)
    {
      const FrameEntry *entry = &self->frames[i];

      if (entry->first > header->n_records || entry->n > header->n_records - entry->first ||
          !isfinite (entry->time) || (i > 0 && entry->time < entry[-1].time))
        return FALSE;
    }
  for (guint32 i = 0; i < header->n_persons; i++)
    if (self->tracks_of[i] != NO_TRACK && self->tracks_of[i] >= header->n_tracks)
      return FALSE;
  for (guint32 i = 0; i < header->n_tracks; i++)
    {
      const MynaFaceTrack *track = &self->tracks[i];
      gint64 n = (gint64) header->n_frames;

      if (track->first < 0 || track->last < track->first || track->last >= n ||
          track->thumbnail_frame < 0 || track->thumbnail_frame >= n || track->n_present < 1 ||
          !isfinite (track->confidence) || !isfinite (track->size) ||
          !isfinite (track->centrality) || !isfinite (track->max_yaw))
        return FALSE;
    }
  return TRUE;
}

/**
 * myna_face_file_new:
 * @mapped: a file; kept
 *
 * Checks a file of faces. Points of single frames are checked when they are read.
 *
 * Returns: (transfer full) (nullable): the file, NULL if it is damaged or of another version
 */
MynaFaceFile *
myna_face_file_new (GMappedFile *mapped)
{
  g_autoptr (MynaFaceFile) self = NULL;
  gsize length;

  g_return_val_if_fail (mapped != NULL, NULL);

  length = g_mapped_file_get_length (mapped);
  if (length < sizeof (Header))
    return NULL;
  self = g_new0 (MynaFaceFile, 1);
  self->mapped = g_mapped_file_ref (mapped);
  memcpy (&self->header, g_mapped_file_get_contents (mapped), sizeof (Header));
  if (!lay_out (self, (const guint8 *) g_mapped_file_get_contents (mapped), length) ||
      !check_tables (self))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * myna_face_file_free:
 * @self: (nullable): a file
 *
 * Frees it.
 */
void
myna_face_file_free (MynaFaceFile *self)
{
  if (self == NULL)
    return;
  g_mapped_file_unref (self->mapped);
  g_free (self);
}

/**
 * myna_face_file_get_n_frames:
 * @self: a file
 *
 * Returns: frames of the video
 */
gint64
myna_face_file_get_n_frames (const MynaFaceFile *self)
{
  return (gint64) self->header.n_frames;
}

/**
 * myna_face_file_get_width:
 * @self: a file
 *
 * Returns: of the frames, pixels
 */
int
myna_face_file_get_width (const MynaFaceFile *self)
{
  return self->header.width;
}

/**
 * myna_face_file_get_height:
 * @self: a file
 *
 * Returns: of the frames, pixels
 */
int
myna_face_file_get_height (const MynaFaceFile *self)
{
  return self->header.height;
}

static gboolean
has_frame (const MynaFaceFile *self, gint64 frame)
{
  return frame >= 0 && (guint64) frame < self->header.n_frames;
}

/**
 * myna_face_file_get_time:
 * @self: a file
 * @frame: a frame
 *
 * Returns: its time in seconds; 0 if there is no such frame
 */
double
myna_face_file_get_time (const MynaFaceFile *self, gint64 frame)
{
  return has_frame (self, frame) ? self->frames[frame].time : 0;
}

/**
 * myna_face_file_is_cut:
 * @self: a file
 * @frame: a frame
 *
 * Returns: whether a cut lies before it
 */
gboolean
myna_face_file_is_cut (const MynaFaceFile *self, gint64 frame)
{
  return has_frame (self, frame) && self->frames[frame].cut != 0;
}

/**
 * myna_face_file_get_n_tracks:
 * @self: a file
 *
 * Returns: number of tracks
 */
guint
myna_face_file_get_n_tracks (const MynaFaceFile *self)
{
  return self->header.n_tracks;
}

/**
 * myna_face_file_get_track:
 * @self: a file
 * @track: below their number
 *
 * Returns: (transfer none): a track
 */
const MynaFaceTrack *
myna_face_file_get_track (const MynaFaceFile *self, guint track)
{
  g_return_val_if_fail (track < self->header.n_tracks, NULL);

  return &self->tracks[track];
}

/**
 * myna_face_file_get_thumbnail:
 * @self: a file
 * @track: below their number
 *
 * Returns: (transfer none): packed RGB, MYNA_FACE_THUMBNAIL_SIDE squared
 */
const guint8 *
myna_face_file_get_thumbnail (const MynaFaceFile *self, guint track)
{
  g_return_val_if_fail (track < self->header.n_tracks, NULL);

  return self->thumbnails + (gsize) track * THUMBNAIL;
}

static gboolean
unpack (const Record *record, MynaFace *face)
{
  float step = record->span / 65535;

  if (get_record_checksum (record) != record->checksum || !isfinite (record->x) ||
      !isfinite (record->y) || !isfinite (record->z) || !isfinite (record->span) ||
      !isfinite (record->confidence) || !isfinite (record->yaw) || !isfinite (record->pitch) ||
      !isfinite (record->roll) || !isfinite (record->light) || !isfinite (record->sharpness))
    return FALSE;
  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    face->points[i] = (MynaFacePoint) { record->x + step * record->points[i][0],
                                        record->y + step * record->points[i][1],
                                        record->z + step * record->points[i][2] };
  face->confidence = record->confidence;
  face->yaw = record->yaw;
  face->pitch = record->pitch;
  face->roll = record->roll;
  face->light = record->light;
  face->sharpness = record->sharpness;
  return TRUE;
}

/* Pages that were read count as the program's memory until the system wants them back, and each
 * minute of video has 4 MB of them. They are given back now and then; the next read finds them in
 * the system's cache. */
static void
release_pages (MynaFaceFile *self)
{
  if (g_atomic_int_add (&self->reads, 1) % READS_PER_RELEASE == READS_PER_RELEASE - 1)
    madvise (g_mapped_file_get_contents (self->mapped), g_mapped_file_get_length (self->mapped),
             MADV_DONTNEED);
}

/**
 * myna_face_file_get_face:
 * @self: a file
 * @track: a track
 * @frame: a frame
 * @face: (out): set if it is there
 *
 * Returns: whether that face is in that frame
 */
gboolean
myna_face_file_get_face (MynaFaceFile *self, guint track, gint64 frame, MynaFace *face)
{
  const FrameEntry *entry;

  if (!has_frame (self, frame))
    return FALSE;
  release_pages (self);
  entry = &self->frames[frame];
  for (guint32 i = 0; i < entry->n; i++)
    {
      const Record *record = &self->records[entry->first + i];

      if (record->person < self->header.n_persons && self->tracks_of[record->person] == track)
        return unpack (record, face);
    }
  return FALSE;
}
