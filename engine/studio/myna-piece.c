/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-piece-private.h"

struct _MynaPiece
{
  GObject parent_instance;

  char *folder;
  guint number; /* in the script; the index is where it is in the take */
  guint index;
  char *text; /* as of the script */
  MynaPauseKind pause_kind;
  double pause_after;
  GPtrArray *revisions; /* of MynaTakeRevision; NULL where a number has a gap */
  guint chosen;
  char *path;     /* of the chosen revision */
  GArray *phones; /* of the chosen revision, read on demand */
  MynaJob *job;   /* makes a new revision */
};

enum
{
  PROP_0,
  PROP_INDEX,
  PROP_TEXT,
  PROP_PHONE_STRING,
  PROP_STATE,
  PROP_SEED,
  PROP_PATH,
  PROP_DURATION,
  PROP_PAUSE_AFTER,
  PROP_N_REVISIONS,
  PROP_REVISION,
  PROP_ERROR,
  PROP_WARNINGS,
  PROP_JOB,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaPiece, myna_piece, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (MynaPieceState,
                    myna_piece_state,
                    G_DEFINE_ENUM_VALUE (MYNA_PIECE_PENDING, "pending"),
                    G_DEFINE_ENUM_VALUE (MYNA_PIECE_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (MYNA_PIECE_FAILED, "failed"))

static void
myna_piece_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaPiece *self = MYNA_PIECE (object);

  switch (prop_id)
    {
    case PROP_INDEX:
      g_value_set_uint (value, self->index);
      break;
    case PROP_TEXT:
      g_value_set_string (value, myna_piece_get_text (self));
      break;
    case PROP_PHONE_STRING:
      g_value_set_string (value, myna_piece_get_phone_string (self));
      break;
    case PROP_STATE:
      g_value_set_enum (value, (int) myna_piece_get_state (self));
      break;
    case PROP_SEED:
      g_value_set_uint (value, myna_piece_get_seed (self));
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_DURATION:
      g_value_set_double (value, myna_piece_get_duration (self));
      break;
    case PROP_PAUSE_AFTER:
      g_value_set_double (value, self->pause_after);
      break;
    case PROP_N_REVISIONS:
      g_value_set_uint (value, self->revisions->len);
      break;
    case PROP_REVISION:
      g_value_set_uint (value, self->chosen);
      break;
    case PROP_ERROR:
      g_value_set_string (value, myna_piece_get_error (self));
      break;
    case PROP_WARNINGS:
      g_value_set_boxed (value, myna_piece_get_warnings (self));
      break;
    case PROP_JOB:
      g_value_set_object (value, self->job);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_piece_dispose (GObject *object)
{
  MynaPiece *self = MYNA_PIECE (object);

  g_clear_object (&self->job);
  G_OBJECT_CLASS (myna_piece_parent_class)->dispose (object);
}

static void
myna_piece_finalize (GObject *object)
{
  MynaPiece *self = MYNA_PIECE (object);

  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->revisions, g_ptr_array_unref);
  g_clear_pointer (&self->phones, g_array_unref);
  G_OBJECT_CLASS (myna_piece_parent_class)->finalize (object);
}

static void
myna_piece_class_init (MynaPieceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_piece_get_property;
  object_class->dispose = myna_piece_dispose;
  object_class->finalize = myna_piece_finalize;

  properties[PROP_INDEX] = g_param_spec_uint ("index", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  properties[PROP_PHONE_STRING] = g_param_spec_string ("phone-string", NULL, NULL, NULL, flags);
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, MYNA_TYPE_PIECE_STATE, MYNA_PIECE_PENDING, flags);
  properties[PROP_SEED] = g_param_spec_uint ("seed", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  properties[PROP_DURATION] =
      g_param_spec_double ("duration", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_PAUSE_AFTER] =
      g_param_spec_double ("pause-after", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_N_REVISIONS] =
      g_param_spec_uint ("n-revisions", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_REVISION] = g_param_spec_uint ("revision", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  properties[PROP_WARNINGS] = g_param_spec_boxed ("warnings", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_JOB] = g_param_spec_object ("job", NULL, NULL, MYNA_TYPE_JOB, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
free_revision (gpointer revision)
{
  if (revision != NULL)
    myna_take_revision_free (revision);
}

static void
myna_piece_init (MynaPiece *self)
{
  self->revisions = g_ptr_array_new_with_free_func (free_revision);
}

/**
 * myna_piece_new:
 * @folder: the take's folder
 * @number: the sentence's number in the script
 * @sentence: the sentence
 *
 * Returns: (transfer full): a piece that was not spoken yet
 */
MynaPiece *
myna_piece_new (const char *folder, guint number, const MynaTakeSentence *sentence)
{
  MynaPiece *self;

  g_return_val_if_fail (folder != NULL && sentence != NULL, NULL);

  self = g_object_new (MYNA_TYPE_PIECE, NULL);
  self->folder = g_strdup (folder);
  self->number = number;
  self->index = number;
  self->text = g_strdup (sentence->text);
  self->pause_kind = sentence->pause;
  return self;
}

/* All that a revision decides changed. */
static void
chosen_changed (MynaPiece *self)
{
  static const int affected[] = { PROP_TEXT,  PROP_PHONE_STRING, PROP_STATE,       PROP_SEED,
                                  PROP_PATH,  PROP_DURATION,     PROP_N_REVISIONS, PROP_REVISION,
                                  PROP_ERROR, PROP_WARNINGS };
  const MynaTakeRevision *chosen = myna_piece_get_chosen (self);

  g_clear_pointer (&self->phones, g_array_unref);
  g_clear_pointer (&self->path, g_free);
  if (chosen != NULL && chosen->error == NULL)
    self->path = myna_take_script_dup_audio_path (self->folder, self->number, self->chosen);

  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 0; i < G_N_ELEMENTS (affected); i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[affected[i]]);
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * myna_piece_add_revision:
 * @revision: (transfer full): a finished revision; replaces one of the same number
 *
 * Adds a revision and chooses it.
 */
void
myna_piece_add_revision (MynaPiece *self, MynaTakeRevision *revision)
{
  g_return_if_fail (MYNA_IS_PIECE (self));
  g_return_if_fail (revision != NULL && revision->number == self->number);

  if (revision->revision >= self->revisions->len)
    g_ptr_array_set_size (self->revisions, (int) revision->revision + 1);
  free_revision (self->revisions->pdata[revision->revision]);
  self->revisions->pdata[revision->revision] = revision;
  self->chosen = revision->revision;
  chosen_changed (self);
}

/**
 * myna_piece_choose:
 * @revision: which
 *
 * Returns: %FALSE when there is no such revision
 */
gboolean
myna_piece_choose (MynaPiece *self, guint revision)
{
  g_return_val_if_fail (MYNA_IS_PIECE (self), FALSE);

  if (revision >= self->revisions->len || self->revisions->pdata[revision] == NULL)
    return FALSE;
  if (revision != self->chosen)
    {
      self->chosen = revision;
      chosen_changed (self);
    }
  return TRUE;
}

/**
 * myna_piece_get_chosen:
 *
 * Returns: (transfer none) (nullable): the chosen revision; %NULL before the first
 */
const MynaTakeRevision *
myna_piece_get_chosen (MynaPiece *self)
{
  g_return_val_if_fail (MYNA_IS_PIECE (self), NULL);

  return self->chosen < self->revisions->len ? self->revisions->pdata[self->chosen] : NULL;
}

/**
 * myna_piece_get_number:
 *
 * Returns: the sentence's number in the script, which never changes
 */
guint
myna_piece_get_number (MynaPiece *self)
{
  g_return_val_if_fail (MYNA_IS_PIECE (self), 0);

  return self->number;
}

/**
 * myna_piece_get_pause_kind:
 *
 * Returns: what follows the sentence in the text
 */
MynaPauseKind
myna_piece_get_pause_kind (MynaPiece *self)
{
  g_return_val_if_fail (MYNA_IS_PIECE (self), MYNA_PAUSE_SENTENCE);

  return self->pause_kind;
}

/**
 * myna_piece_set_index:
 * @index: where it is in the take now
 */
void
myna_piece_set_index (MynaPiece *self, guint index)
{
  g_return_if_fail (MYNA_IS_PIECE (self));

  if (self->index == index)
    return;
  self->index = index;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INDEX]);
}

/**
 * myna_piece_set_pause_after:
 * @seconds: the pause before the next piece
 */
void
myna_piece_set_pause_after (MynaPiece *self, double seconds)
{
  g_return_if_fail (MYNA_IS_PIECE (self));

  if (!(self->pause_after < seconds) && !(self->pause_after > seconds))
    return;
  self->pause_after = seconds;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSE_AFTER]);
}

/**
 * myna_piece_set_job:
 * @job: (nullable): the job that makes a new revision; %NULL when it ended
 */
void
myna_piece_set_job (MynaPiece *self, MynaJob *job)
{
  g_return_if_fail (MYNA_IS_PIECE (self));

  if (g_set_object (&self->job, job))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOB]);
}

/**
 * myna_piece_get_job:
 *
 * Returns: (transfer none) (nullable): the unfinished job that makes a new revision
 */
MynaJob *
myna_piece_get_job (MynaPiece *self)
{
  g_return_val_if_fail (MYNA_IS_PIECE (self), NULL);

  return self->job;
}

/**
 * myna_piece_get_index:
 *
 * Returns: where it is in the take
 */
guint
myna_piece_get_index (MynaPiece *self)
{
  g_return_val_if_fail (MYNA_IS_PIECE (self), 0);

  return self->index;
}

/**
 * myna_piece_get_text:
 *
 * Returns: (transfer none): the sentence, as edited in the chosen revision
 */
const char *
myna_piece_get_text (MynaPiece *self)
{
  const MynaTakeRevision *chosen;

  g_return_val_if_fail (MYNA_IS_PIECE (self), NULL);

  chosen = myna_piece_get_chosen (self);
  return chosen != NULL && chosen->text != NULL ? chosen->text : self->text;
}

/**
 * myna_piece_get_phone_string:
 *
 * Returns: (transfer none) (nullable): the phones spoken, in the engine's notation
 */
const char *
myna_piece_get_phone_string (MynaPiece *self)
{
  const MynaTakeRevision *chosen;

  g_return_val_if_fail (MYNA_IS_PIECE (self), NULL);

  chosen = myna_piece_get_chosen (self);
  return chosen != NULL ? chosen->phone_string : NULL;
}

/**
 * myna_piece_get_state:
 *
 * Returns: whether the chosen revision can be heard
 */
MynaPieceState
myna_piece_get_state (MynaPiece *self)
{
  const MynaTakeRevision *chosen;

  g_return_val_if_fail (MYNA_IS_PIECE (self), MYNA_PIECE_PENDING);

  chosen = myna_piece_get_chosen (self);
  if (chosen == NULL)
    return MYNA_PIECE_PENDING;
  return chosen->error != NULL ? MYNA_PIECE_FAILED : MYNA_PIECE_READY;
}

/**
 * myna_piece_get_seed:
 *
 * Returns: the seed of the chosen revision
 */
guint32
myna_piece_get_seed (MynaPiece *self)
{
  const MynaTakeRevision *chosen;

  g_return_val_if_fail (MYNA_IS_PIECE (self), 0);

  chosen = myna_piece_get_chosen (self);
  return chosen != NULL ? chosen->seed : 0;
}

/**
 * myna_piece_get_path:
 *
 * Returns: (transfer none) (nullable): FLAC file of the chosen revision
 */
const char *
myna_piece_get_path (MynaPiece *self)
{
  g_return_val_if_fail (MYNA_IS_PIECE (self), NULL);

  return self->path;
}

/**
 * myna_piece_get_duration:
 *
 * Returns: seconds of the chosen revision
 */
double
myna_piece_get_duration (MynaPiece *self)
{
  const MynaTakeRevision *chosen;

  g_return_val_if_fail (MYNA_IS_PIECE (self), 0);

  chosen = myna_piece_get_chosen (self);
  return chosen != NULL ? chosen->duration : 0;
}

/**
 * myna_piece_get_pause_after:
 *
 * Returns: seconds between this piece and the next
 */
double
myna_piece_get_pause_after (MynaPiece *self)
{
  g_return_val_if_fail (MYNA_IS_PIECE (self), 0);

  return self->pause_after;
}

/**
 * myna_piece_get_n_revisions:
 *
 * Returns: how often it was spoken
 */
guint
myna_piece_get_n_revisions (MynaPiece *self)
{
  g_return_val_if_fail (MYNA_IS_PIECE (self), 0);

  return self->revisions->len;
}

/**
 * myna_piece_get_revision:
 *
 * Returns: the chosen revision
 */
guint
myna_piece_get_revision (MynaPiece *self)
{
  g_return_val_if_fail (MYNA_IS_PIECE (self), 0);

  return self->chosen;
}

/**
 * myna_piece_get_error:
 *
 * Returns: (transfer none) (nullable): why the chosen revision could not be spoken
 */
const char *
myna_piece_get_error (MynaPiece *self)
{
  const MynaTakeRevision *chosen;

  g_return_val_if_fail (MYNA_IS_PIECE (self), NULL);

  chosen = myna_piece_get_chosen (self);
  return chosen != NULL ? chosen->error : NULL;
}

/**
 * myna_piece_get_warnings:
 *
 * Returns: (transfer none) (nullable): what the engine said about the chosen revision
 */
const char *const *
myna_piece_get_warnings (MynaPiece *self)
{
  const MynaTakeRevision *chosen;

  g_return_val_if_fail (MYNA_IS_PIECE (self), NULL);

  chosen = myna_piece_get_chosen (self);
  return chosen != NULL ? (const char *const *) chosen->warnings : NULL;
}

/**
 * myna_piece_get_phones:
 *
 * Reads them from the take's log at the first call, so that a take of thousands of sentences
 * does not hold millions of phones.
 *
 * Returns: (transfer none) (element-type MynaPhone): the phones with their times; valid until
 *   another revision is chosen
 */
GArray *
myna_piece_get_phones (MynaPiece *self)
{
  g_return_val_if_fail (MYNA_IS_PIECE (self), NULL);

  if (self->phones == NULL)
    self->phones = self->path != NULL
                       ? myna_take_script_load_phones (self->folder, self->number, self->chosen)
                       : g_array_new (FALSE, FALSE, sizeof (MynaPhone));
  return self->phones;
}
