/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/jobs/myna-job.h"
#include "engine/jobs/myna-job-private.h"

#include <string.h>

struct _MynaJob
{
  GObject parent_instance;

  gint64 id;
  gint64 position;
  char *kind;
  char *title;
  char *subtitle;
  char *params;
  MynaJobState state;
  char *stage;
  double fraction;
  char *speed;
  double eta;
  double elapsed;
  char *error;
  char **warnings;
  GString *log;
  char *result;
};

G_DEFINE_FINAL_TYPE (MynaJob, myna_job, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_KIND,
  PROP_TITLE,
  PROP_SUBTITLE,
  PROP_STATE,
  PROP_STAGE,
  PROP_FRACTION,
  PROP_SPEED,
  PROP_ETA,
  PROP_ELAPSED,
  PROP_ERROR,
  PROP_WARNINGS,
  PROP_LOG,
  PROP_RESULT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* The names are what the database holds. */
static const GEnumValue state_values[] = {
  { MYNA_JOB_QUEUED, "MYNA_JOB_QUEUED", "queued" },
  { MYNA_JOB_RUNNING, "MYNA_JOB_RUNNING", "running" },
  { MYNA_JOB_CANCELLING, "MYNA_JOB_CANCELLING", "cancelling" },
  { MYNA_JOB_DONE, "MYNA_JOB_DONE", "done" },
  { MYNA_JOB_FAILED, "MYNA_JOB_FAILED", "failed" },
  { MYNA_JOB_CANCELLED, "MYNA_JOB_CANCELLED", "cancelled" },
  { MYNA_JOB_INTERRUPTED, "MYNA_JOB_INTERRUPTED", "interrupted" },
  { 0, NULL, NULL },
};

/**
 * myna_job_state_get_type:
 *
 * Returns: the type of the property "state"
 */
GType
myna_job_state_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("MynaJobState", state_values));
  return type;
}

/**
 * myna_job_state_to_string:
 * @state: a state
 *
 * Returns: (transfer none): its name in the database and in `--json` output
 */
const char *
myna_job_state_to_string (MynaJobState state)
{
  g_return_val_if_fail (state <= MYNA_JOB_INTERRUPTED, "failed");

  return state_values[state].value_nick;
}

/**
 * myna_job_state_from_string:
 * @string: (nullable): a name out of the database
 *
 * Returns: the state; %MYNA_JOB_FAILED for a name that nobody knows
 */
MynaJobState
myna_job_state_from_string (const char *string)
{
  for (guint i = 0; state_values[i].value_nick != NULL; i++)
    if (g_strcmp0 (state_values[i].value_nick, string) == 0)
      return (MynaJobState) state_values[i].value;
  return MYNA_JOB_FAILED;
}

/**
 * myna_job_log_trim:
 * @log: lines
 *
 * Drops the oldest lines beyond %MYNA_JOB_LOG_MAX bytes. Any thread.
 */
void
myna_job_log_trim (GString *log)
{
  gsize excess;
  const char *end;

  g_return_if_fail (log != NULL);

  if (log->len <= MYNA_JOB_LOG_MAX)
    return;
  excess = log->len - MYNA_JOB_LOG_MAX;
  end = memchr (log->str + excess, '\n', log->len - excess);
  if (end != NULL)
    excess = (gsize) (end + 1 - log->str);
  else /* one endless line: cut between characters */
    excess = (gsize) (g_utf8_find_next_char (log->str + excess - 1, NULL) - log->str);
  g_string_erase (log, 0, (gssize) excess);
}

static void
myna_job_finalize (GObject *object)
{
  MynaJob *self = MYNA_JOB (object);

  g_free (self->kind);
  g_free (self->title);
  g_free (self->subtitle);
  g_free (self->params);
  g_free (self->stage);
  g_free (self->speed);
  g_free (self->error);
  g_strfreev (self->warnings);
  g_string_free (self->log, TRUE);
  g_free (self->result);
  G_OBJECT_CLASS (myna_job_parent_class)->finalize (object);
}

static void
myna_job_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaJob *self = MYNA_JOB (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_int64 (value, self->id);
      break;
    case PROP_KIND:
      g_value_set_string (value, self->kind);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_SUBTITLE:
      g_value_set_string (value, self->subtitle);
      break;
    case PROP_STATE:
      g_value_set_enum (value, (int) self->state);
      break;
    case PROP_STAGE:
      g_value_set_string (value, self->stage);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;
    case PROP_SPEED:
      g_value_set_string (value, self->speed);
      break;
    case PROP_ETA:
      g_value_set_double (value, self->eta);
      break;
    case PROP_ELAPSED:
      g_value_set_double (value, self->elapsed);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    case PROP_WARNINGS:
      g_value_set_boxed (value, self->warnings);
      break;
    case PROP_LOG:
      g_value_set_string (value, self->log->str);
      break;
    case PROP_RESULT:
      g_value_set_string (value, self->result);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_job_class_init (MynaJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = myna_job_finalize;
  object_class->get_property = myna_job_get_property;

  properties[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_KIND] = g_param_spec_string ("kind", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_SUBTITLE] = g_param_spec_string ("subtitle", NULL, NULL, NULL, flags);
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, MYNA_TYPE_JOB_STATE, MYNA_JOB_QUEUED, flags);
  properties[PROP_STAGE] = g_param_spec_string ("stage", NULL, NULL, NULL, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);
  properties[PROP_SPEED] = g_param_spec_string ("speed", NULL, NULL, NULL, flags);
  properties[PROP_ETA] = g_param_spec_double ("eta", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);
  properties[PROP_ELAPSED] = g_param_spec_double ("elapsed", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  properties[PROP_WARNINGS] = g_param_spec_boxed ("warnings", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_LOG] = g_param_spec_string ("log", NULL, NULL, "", flags);
  properties[PROP_RESULT] = g_param_spec_string ("result", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_job_init (MynaJob *self)
{
  self->fraction = -1;
  self->eta = -1;
  self->log = g_string_new (NULL);
}

/**
 * myna_job_new:
 * @id: its number in the database
 * @kind: what is to be done
 * @title: for a person
 * @subtitle: (nullable): for a person
 * @params: (nullable): what the kind needs to know
 *
 * Returns: (transfer full): a queued job
 */
MynaJob *
myna_job_new (
    gint64 id, const char *kind, const char *title, const char *subtitle, const char *params)
{
  MynaJob *self = g_object_new (MYNA_TYPE_JOB, NULL);

  self->id = id;
  self->kind = g_strdup (kind);
  self->title = g_strdup (title);
  self->subtitle = g_strdup (subtitle);
  self->params = g_strdup (params);
  return self;
}

static void
set_string (MynaJob *self, char **field, const char *value, guint property)
{
  g_assert (MYNA_IS_JOB (self));

  if (g_set_str (field, value))
    g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

/* Exact comparison on purpose: any other value is a change. */
static void
set_double (MynaJob *self, double *field, double value, guint property)
{
  g_assert (MYNA_IS_JOB (self));

  if (memcmp (field, &value, sizeof value) == 0)
    return;
  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
myna_job_set_state (MynaJob *self, MynaJobState state)
{
  g_return_if_fail (MYNA_IS_JOB (self));

  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
myna_job_set_stage (MynaJob *self, const char *stage)
{
  set_string (self, &self->stage, stage, PROP_STAGE);
}

void
myna_job_set_fraction (MynaJob *self, double fraction)
{
  set_double (self, &self->fraction, fraction, PROP_FRACTION);
}

void
myna_job_set_speed (MynaJob *self, const char *speed)
{
  set_string (self, &self->speed, speed, PROP_SPEED);
}

void
myna_job_set_eta (MynaJob *self, double eta)
{
  set_double (self, &self->eta, eta, PROP_ETA);
}

void
myna_job_set_elapsed (MynaJob *self, double elapsed)
{
  set_double (self, &self->elapsed, elapsed, PROP_ELAPSED);
}

void
myna_job_set_error (MynaJob *self, const char *error)
{
  set_string (self, &self->error, error, PROP_ERROR);
}

void
myna_job_set_warnings (MynaJob *self, const char *const *warnings)
{
  g_return_if_fail (MYNA_IS_JOB (self));

  if (warnings != NULL && warnings[0] == NULL)
    warnings = NULL;
  if (self->warnings == NULL && warnings == NULL)
    return;
  if (self->warnings != NULL && warnings != NULL &&
      g_strv_equal ((const char *const *) self->warnings, warnings))
    return;
  g_strfreev (self->warnings);
  self->warnings = g_strdupv ((char **) warnings);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WARNINGS]);
}

void
myna_job_set_result (MynaJob *self, const char *result)
{
  set_string (self, &self->result, result, PROP_RESULT);
}

void
myna_job_append_log (MynaJob *self, const char *text)
{
  g_return_if_fail (MYNA_IS_JOB (self));

  if (text == NULL || *text == '\0')
    return;
  g_string_append (self->log, text);
  myna_job_log_trim (self->log);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOG]);
}

gint64
myna_job_get_position (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), 0);

  return self->position;
}

void
myna_job_set_position (MynaJob *self, gint64 position)
{
  g_return_if_fail (MYNA_IS_JOB (self));

  self->position = position;
}

/**
 * myna_job_get_id:
 * @self: a job
 *
 * Returns: its number, which is never used again
 */
gint64
myna_job_get_id (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), 0);

  return self->id;
}

/**
 * myna_job_get_kind:
 * @self: a job
 *
 * Returns: (transfer none): what is to be done, such as "speak"
 */
const char *
myna_job_get_kind (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), NULL);

  return self->kind;
}

/**
 * myna_job_get_title:
 * @self: a job
 *
 * Returns: (transfer none): for a person
 */
const char *
myna_job_get_title (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), NULL);

  return self->title;
}

/**
 * myna_job_get_subtitle:
 * @self: a job
 *
 * Returns: (transfer none) (nullable): for a person
 */
const char *
myna_job_get_subtitle (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), NULL);

  return self->subtitle;
}

/**
 * myna_job_get_params:
 * @self: a job
 *
 * Returns: (transfer none) (nullable): what its kind needs to know, usually JSON
 */
const char *
myna_job_get_params (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), NULL);

  return self->params;
}

/**
 * myna_job_get_state:
 * @self: a job
 *
 * Returns: the state, as the engine has confirmed it
 */
MynaJobState
myna_job_get_state (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), MYNA_JOB_FAILED);

  return self->state;
}

/**
 * myna_job_get_stage:
 * @self: a job
 *
 * Returns: (transfer none) (nullable): what is being done now, translated
 */
const char *
myna_job_get_stage (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), NULL);

  return self->stage;
}

/**
 * myna_job_get_fraction:
 * @self: a job
 *
 * Returns: how much is done, 0 … 1; -1 unknown
 */
double
myna_job_get_fraction (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), -1);

  return self->fraction;
}

/**
 * myna_job_get_speed:
 * @self: a job
 *
 * Returns: (transfer none) (nullable): how fast, translated
 */
const char *
myna_job_get_speed (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), NULL);

  return self->speed;
}

/**
 * myna_job_get_eta:
 * @self: a job
 *
 * Returns: seconds that are left, -1 while nothing honest can be said
 */
double
myna_job_get_eta (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), -1);

  return self->eta;
}

/**
 * myna_job_get_elapsed:
 * @self: a job
 *
 * Returns: seconds it has run, over all its runs
 */
double
myna_job_get_elapsed (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), 0);

  return self->elapsed;
}

/**
 * myna_job_get_error:
 * @self: a job
 *
 * Returns: (transfer none) (nullable): a translated sentence: why it failed, or cannot start
 */
const char *
myna_job_get_error (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), NULL);

  return self->error;
}

/**
 * myna_job_get_warnings:
 * @self: a job
 *
 * Returns: (transfer none) (nullable): translated sentences
 */
const char *const *
myna_job_get_warnings (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), NULL);

  return (const char *const *) self->warnings;
}

/**
 * myna_job_get_log:
 * @self: a job
 *
 * Returns: (transfer none): its newest lines, at most 64 KiB
 */
const char *
myna_job_get_log (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), NULL);

  return self->log->str;
}

/**
 * myna_job_get_result:
 * @self: a job
 *
 * Returns: (transfer none) (nullable): a file path, or "take:ID", "voice:ID"
 */
const char *
myna_job_get_result (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), NULL);

  return self->result;
}

/**
 * myna_job_is_finished:
 * @self: a job
 *
 * Returns: whether it has ended: done, failed or cancelled. An interrupted one has not.
 */
gboolean
myna_job_is_finished (MynaJob *self)
{
  g_return_val_if_fail (MYNA_IS_JOB (self), FALSE);

  return self->state == MYNA_JOB_DONE || self->state == MYNA_JOB_FAILED ||
         self->state == MYNA_JOB_CANCELLED;
}
