/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-take-private.h"

struct _MynaTake
{
  GObject parent_instance;

  MynaTakeRecord *record;
  char *text;        /* read on demand */
  GPtrArray *pieces; /* of MynaPiece, in the take's order; NULL until someone looks */
  MynaTakeState state;
  MynaJob *job;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_TEXT,
  PROP_LANGUAGE,
  PROP_VOICE_ID,
  PROP_VOICE_NAME,
  PROP_ENGINE,
  PROP_SEED,
  PROP_SPEED,
  PROP_PAUSE,
  PROP_STATE,
  PROP_DURATION,
  PROP_N_READY,
  PROP_CREATED,
  PROP_WARNINGS,
  PROP_JOB,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaTake,
                               myna_take,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

G_DEFINE_ENUM_TYPE (MynaTakeState,
                    myna_take_state,
                    G_DEFINE_ENUM_VALUE (MYNA_TAKE_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (MYNA_TAKE_SPEAKING, "speaking"),
                    G_DEFINE_ENUM_VALUE (MYNA_TAKE_COMPLETE, "complete"),
                    G_DEFINE_ENUM_VALUE (MYNA_TAKE_PARTIAL, "partial"))

static void
myna_take_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaTake *self = MYNA_TAKE (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->record->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->record->name);
      break;
    case PROP_TEXT:
      g_value_set_string (value, myna_take_get_text (self));
      break;
    case PROP_LANGUAGE:
      g_value_set_string (value, self->record->language);
      break;
    case PROP_VOICE_ID:
      g_value_set_string (value, self->record->voice_id);
      break;
    case PROP_VOICE_NAME:
      g_value_set_string (value, self->record->voice_name);
      break;
    case PROP_ENGINE:
      g_value_set_string (value, self->record->engine);
      break;
    case PROP_SEED:
      g_value_set_uint (value, self->record->params.seed);
      break;
    case PROP_SPEED:
      g_value_set_double (value, self->record->params.speed);
      break;
    case PROP_PAUSE:
      g_value_set_double (value, self->record->pause);
      break;
    case PROP_STATE:
      g_value_set_enum (value, (int) self->state);
      break;
    case PROP_DURATION:
      g_value_set_double (value, self->record->duration);
      break;
    case PROP_N_READY:
      g_value_set_uint (value, self->record->n_ready);
      break;
    case PROP_CREATED:
      g_value_set_int64 (value, self->record->created);
      break;
    case PROP_WARNINGS:
      g_value_set_boxed (value, self->record->warnings);
      break;
    case PROP_JOB:
      g_value_set_object (value, self->job);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_take_dispose (GObject *object)
{
  MynaTake *self = MYNA_TAKE (object);

  g_clear_object (&self->job);
  g_clear_pointer (&self->pieces, g_ptr_array_unref);
  G_OBJECT_CLASS (myna_take_parent_class)->dispose (object);
}

static void
myna_take_finalize (GObject *object)
{
  MynaTake *self = MYNA_TAKE (object);

  g_clear_pointer (&self->record, myna_take_record_free);
  g_clear_pointer (&self->text, g_free);
  G_OBJECT_CLASS (myna_take_parent_class)->finalize (object);
}

static void
myna_take_class_init (MynaTakeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_take_get_property;
  object_class->dispose = myna_take_dispose;
  object_class->finalize = myna_take_finalize;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  properties[PROP_LANGUAGE] = g_param_spec_string ("language", NULL, NULL, NULL, flags);
  properties[PROP_VOICE_ID] = g_param_spec_string ("voice-id", NULL, NULL, NULL, flags);
  properties[PROP_VOICE_NAME] = g_param_spec_string ("voice-name", NULL, NULL, NULL, flags);
  properties[PROP_ENGINE] = g_param_spec_string ("engine", NULL, NULL, NULL, flags);
  properties[PROP_SEED] = g_param_spec_uint ("seed", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_SPEED] = g_param_spec_double ("speed", NULL, NULL, 0, G_MAXDOUBLE, 1, flags);
  properties[PROP_PAUSE] = g_param_spec_double ("pause", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, MYNA_TYPE_TAKE_STATE, MYNA_TAKE_WAITING, flags);
  properties[PROP_DURATION] =
      g_param_spec_double ("duration", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_N_READY] = g_param_spec_uint ("n-ready", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_CREATED] =
      g_param_spec_int64 ("created", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_WARNINGS] = g_param_spec_boxed ("warnings", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_JOB] = g_param_spec_object ("job", NULL, NULL, MYNA_TYPE_JOB, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_take_init (MynaTake *self)
{
}

/* Indices, pauses and totals follow from the order and the revisions. */
static void
refresh (MynaTake *self)
{
  MynaTakeRecord *record = self->record;
  double duration = 0;
  double pending_pause = 0;
  guint n_ready = 0;

  g_assert (MYNA_IS_TAKE (self));

  for (guint i = 0; i < self->pieces->len; i++)
    {
      MynaPiece *piece = g_ptr_array_index (self->pieces, i);
      gboolean last = i + 1 == self->pieces->len;

      myna_piece_set_index (piece, i);
      myna_piece_set_pause_after (
          piece,
          last ? 0 : myna_take_pause_seconds (myna_piece_get_pause_kind (piece), record->pause));
      if (myna_piece_get_state (piece) != MYNA_PIECE_READY)
        continue;
      duration += pending_pause + myna_piece_get_duration (piece);
      pending_pause = myna_piece_get_pause_after (piece);
      n_ready++;
    }
  if (n_ready != record->n_ready)
    {
      record->n_ready = n_ready;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_READY]);
    }
  if (duration < record->duration || duration > record->duration)
    {
      record->duration = duration;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
    }
}

/* Puts the pieces in the order that the user gave them; what the order lacks was removed. */
static GPtrArray *
arrange (MynaTake *self, GPtrArray *all)
{
  GPtrArray *pieces = g_ptr_array_new_with_free_func (g_object_unref);
  GArray *slots = self->record->slots;

  for (guint i = 0; slots == NULL && i < all->len; i++)
    g_ptr_array_add (pieces, g_object_ref (g_ptr_array_index (all, i)));
  for (guint i = 0; slots != NULL && i < slots->len; i++)
    {
      const MynaTakeSlot *slot = &g_array_index (slots, MynaTakeSlot, i);
      MynaPiece *piece = slot->number < all->len ? g_ptr_array_index (all, slot->number) : NULL;

      if (piece == NULL)
        continue;
      myna_piece_choose (piece, slot->revision);
      g_ptr_array_add (pieces, g_object_ref (piece));
    }
  return pieces;
}

/* Reads the script and what is finished of it; a take whose text was not yet split has no pieces.
 */
static void
load_pieces (MynaTake *self)
{
  g_autoptr (GPtrArray) sentences = myna_take_script_load (self->record->folder, NULL);
  g_autoptr (GPtrArray) revisions = NULL;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; sentences != NULL && i < sentences->len; i++)
    g_ptr_array_add (all, myna_piece_new (self->record->folder, i, sentences->pdata[i]));
  revisions = myna_take_script_load_revisions (self->record->folder, NULL);
  for (guint i = 0; revisions != NULL && i < revisions->len; i++)
    {
      const MynaTakeRevision *revision = g_ptr_array_index (revisions, i);

      if (revision->number < all->len)
        myna_piece_add_revision (g_ptr_array_index (all, revision->number),
                                 myna_take_revision_copy (revision));
    }
  g_clear_pointer (&self->pieces, g_ptr_array_unref);
  self->pieces = arrange (self, all);
}

static void
ensure_pieces (MynaTake *self)
{
  g_assert (MYNA_IS_TAKE (self));

  if (self->pieces != NULL)
    return;
  load_pieces (self);
  if (self->pieces->len > 0)
    refresh (self);
}

static GType
get_item_type (GListModel *model)
{
  return MYNA_TYPE_PIECE;
}

static guint
get_n_items (GListModel *model)
{
  MynaTake *self = MYNA_TAKE (model);

  ensure_pieces (self);
  return self->pieces->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  MynaPiece *piece = myna_take_get_piece (MYNA_TAKE (model), position);

  return piece != NULL ? g_object_ref (piece) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/**
 * myna_take_new:
 * @record: (transfer full): its values
 *
 * Returns: (transfer full): a take
 */
MynaTake *
myna_take_new (MynaTakeRecord *record)
{
  MynaTake *self;

  g_return_val_if_fail (record != NULL, NULL);

  self = g_object_new (MYNA_TYPE_TAKE, NULL);
  self->record = record;
  self->state = record->complete ? MYNA_TAKE_COMPLETE : MYNA_TAKE_PARTIAL;
  return self;
}

/**
 * myna_take_get_record:
 *
 * Returns: (transfer none): its values, which MynaTakes writes to disk
 */
MynaTakeRecord *
myna_take_get_record (MynaTake *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), NULL);

  return self->record;
}

/**
 * myna_take_get_piece:
 * @index: where in the take
 *
 * Returns: (transfer none) (nullable): the piece
 */
MynaPiece *
myna_take_get_piece (MynaTake *self, guint index)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), NULL);

  ensure_pieces (self);
  return index < self->pieces->len ? g_ptr_array_index (self->pieces, index) : NULL;
}

/**
 * myna_take_find_piece:
 * @number: the sentence's number in the script
 *
 * Returns: (transfer none) (nullable): its piece, unless it was removed from the take
 */
MynaPiece *
myna_take_find_piece (MynaTake *self, guint number)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), NULL);

  ensure_pieces (self);
  if (number < self->pieces->len &&
      myna_piece_get_number (g_ptr_array_index (self->pieces, number)) == number)
    return g_ptr_array_index (self->pieces, number);
  for (guint i = 0; i < self->pieces->len; i++)
    if (myna_piece_get_number (g_ptr_array_index (self->pieces, i)) == number)
      return g_ptr_array_index (self->pieces, i);
  return NULL;
}

/**
 * myna_take_reload:
 *
 * Reads the pieces again: the job has split the text.
 */
void
myna_take_reload (MynaTake *self)
{
  guint before;

  g_return_if_fail (MYNA_IS_TAKE (self));

  before = self->pieces != NULL ? self->pieces->len : 0;
  load_pieces (self);
  if (self->pieces->len > 0)
    refresh (self);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, before, self->pieces->len);
}

/* From the first change on, the arrangement is stored. */
static void
store_slots (MynaTake *self)
{
  GArray *slots = g_array_sized_new (FALSE, FALSE, sizeof (MynaTakeSlot), self->pieces->len);

  for (guint i = 0; i < self->pieces->len; i++)
    {
      MynaPiece *piece = g_ptr_array_index (self->pieces, i);
      MynaTakeSlot slot = { myna_piece_get_number (piece), myna_piece_get_revision (piece) };

      g_array_append_val (slots, slot);
    }
  g_clear_pointer (&self->record->slots, g_array_unref);
  self->record->slots = slots;
  refresh (self);
}

/**
 * myna_take_add_revision:
 * @revision: (transfer full): a finished revision whose files are on disk
 */
void
myna_take_add_revision (MynaTake *self, MynaTakeRevision *revision)
{
  MynaPiece *piece;

  g_return_if_fail (MYNA_IS_TAKE (self));
  g_return_if_fail (revision != NULL);

  piece = myna_take_find_piece (self, revision->number);
  if (piece == NULL)
    {
      myna_take_revision_free (revision);
      return;
    }
  myna_piece_add_revision (piece, revision);
  if (self->record->slots != NULL)
    store_slots (self);
  else
    refresh (self);
}

/**
 * myna_take_choose_revision:
 * @index: where in the take
 * @revision: which revision shall be heard
 *
 * Returns: whether there is such a revision
 */
gboolean
myna_take_choose_revision (MynaTake *self, guint index, guint revision)
{
  MynaPiece *piece = myna_take_get_piece (self, index);

  g_return_val_if_fail (MYNA_IS_TAKE (self), FALSE);

  if (piece == NULL || !myna_piece_choose (piece, revision))
    return FALSE;
  store_slots (self);
  return TRUE;
}

/**
 * myna_take_remove_piece:
 * @index: where in the take
 *
 * Drops a sentence from the take; its audio stays until the take is purged.
 *
 * Returns: whether there was one
 */
gboolean
myna_take_remove_piece (MynaTake *self, guint index)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), FALSE);

  ensure_pieces (self);
  if (index >= self->pieces->len)
    return FALSE;
  g_ptr_array_remove_index (self->pieces, index);
  store_slots (self);
  g_list_model_items_changed (G_LIST_MODEL (self), index, 1, 0);
  return TRUE;
}

/**
 * myna_take_insert_piece:
 * @piece: a sentence that was removed from this take
 * @index: where it was
 *
 * Undoes myna_take_remove_piece().
 *
 * Returns: whether it was missing
 */
gboolean
myna_take_insert_piece (MynaTake *self, MynaPiece *piece, guint index)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self) && MYNA_IS_PIECE (piece), FALSE);

  ensure_pieces (self);
  if (g_ptr_array_find (self->pieces, piece, NULL))
    return FALSE;
  index = MIN (index, self->pieces->len);
  g_ptr_array_insert (self->pieces, (int) index, g_object_ref (piece));
  store_slots (self);
  g_list_model_items_changed (G_LIST_MODEL (self), index, 0, 1);
  return TRUE;
}

/**
 * myna_take_move_piece:
 * @index: where in the take
 * @offset: by how many places
 *
 * Returns: whether it moved; not beyond the ends
 */
gboolean
myna_take_move_piece (MynaTake *self, guint index, int offset)
{
  gint64 target = (gint64) index + offset;
  MynaPiece *piece;
  guint first;
  guint n;

  g_return_val_if_fail (MYNA_IS_TAKE (self), FALSE);

  ensure_pieces (self);
  if (index >= self->pieces->len || target < 0 || target >= self->pieces->len || offset == 0)
    return FALSE;
  piece = g_ptr_array_steal_index (self->pieces, index);
  g_ptr_array_insert (self->pieces, (int) target, piece);
  store_slots (self);
  first = MIN (index, (guint) target);
  n = MAX (index, (guint) target) - first + 1;
  g_list_model_items_changed (G_LIST_MODEL (self), first, n, n);
  return TRUE;
}

/**
 * myna_take_set_state:
 * @state: what its job says
 */
void
myna_take_set_state (MynaTake *self, MynaTakeState state)
{
  g_return_if_fail (MYNA_IS_TAKE (self));

  self->record->complete = state == MYNA_TAKE_COMPLETE;
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

/**
 * myna_take_set_job:
 * @job: (nullable): the job that speaks it, while that is unfinished
 */
void
myna_take_set_job (MynaTake *self, MynaJob *job)
{
  g_return_if_fail (MYNA_IS_TAKE (self));

  if (g_set_object (&self->job, job))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOB]);
}

/**
 * myna_take_set_name:
 * @name: its new name
 */
void
myna_take_set_name (MynaTake *self, const char *name)
{
  g_return_if_fail (MYNA_IS_TAKE (self));

  if (g_set_str (&self->record->name, name))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

/**
 * myna_take_add_warning:
 * @warning: a sentence for the user; one that is there already is not added again
 */
void
myna_take_add_warning (MynaTake *self, const char *warning)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  MynaTakeRecord *record;

  g_return_if_fail (MYNA_IS_TAKE (self));

  record = self->record;
  if (record->warnings != NULL)
    {
      if (g_strv_contains ((const char *const *) record->warnings, warning))
        return;
      g_strv_builder_addv (builder, (const char **) record->warnings);
    }
  g_strv_builder_add (builder, warning);
  g_strfreev (record->warnings);
  record->warnings = g_strv_builder_end (builder);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WARNINGS]);
}

/**
 * myna_take_get_id:
 *
 * Returns: (transfer none): its id
 */
const char *
myna_take_get_id (MynaTake *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), NULL);

  return self->record->id;
}

/**
 * myna_take_get_name:
 *
 * Returns: (transfer none): its name
 */
const char *
myna_take_get_name (MynaTake *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), NULL);

  return self->record->name;
}

/**
 * myna_take_get_text:
 *
 * Reads it from its file at the first call.
 *
 * Returns: (transfer none): the text as the user gave it
 */
const char *
myna_take_get_text (MynaTake *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), NULL);

  if (self->text == NULL)
    {
      g_autofree char *path = g_build_filename (self->record->folder, "text.txt", NULL);

      if (!g_file_get_contents (path, &self->text, NULL, NULL))
        self->text = g_strdup ("");
    }
  return self->text;
}

/**
 * myna_take_get_voice_name:
 *
 * Returns: (transfer none) (nullable): the voice's name when the take was made
 */
const char *
myna_take_get_voice_name (MynaTake *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), NULL);

  return self->record->voice_name;
}

/**
 * myna_take_get_state:
 *
 * Returns: how far it is
 */
MynaTakeState
myna_take_get_state (MynaTake *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), MYNA_TAKE_PARTIAL);

  return self->state;
}

/**
 * myna_take_get_duration:
 *
 * Returns: seconds of what is ready, with its pauses
 */
double
myna_take_get_duration (MynaTake *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), 0);

  return self->record->duration;
}

/**
 * myna_take_get_n_ready:
 *
 * Returns: the number of pieces that can be heard
 */
guint
myna_take_get_n_ready (MynaTake *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), 0);

  return self->record->n_ready;
}

/**
 * myna_take_get_created:
 *
 * Returns: unix seconds
 */
gint64
myna_take_get_created (MynaTake *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), 0);

  return self->record->created;
}

/**
 * myna_take_get_warnings:
 *
 * Returns: (transfer none) (nullable): what the user should know of it
 */
const char *const *
myna_take_get_warnings (MynaTake *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), NULL);

  return (const char *const *) self->record->warnings;
}

/**
 * myna_take_get_job:
 *
 * Returns: (transfer none) (nullable): the unfinished job that speaks it
 */
MynaJob *
myna_take_get_job (MynaTake *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE (self), NULL);

  return self->job;
}
