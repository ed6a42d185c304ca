/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/studio/myna-lipsync-request.h"

#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-sidecar.h"

/**
 * myna_lipsync_request_new:
 *
 * Returns: (transfer full): a request for the whole length with the default options
 */
MynaLipsyncRequest *
myna_lipsync_request_new (void)
{
  MynaLipsyncRequest *self = g_new0 (MynaLipsyncRequest, 1);

  self->to = -1;
  self->options = (MynaLipsyncOptions) MYNA_LIPSYNC_OPTIONS_INIT;
  return self;
}

/**
 * myna_lipsync_request_copy:
 *
 * Returns: (transfer full): the same values
 */
MynaLipsyncRequest *
myna_lipsync_request_copy (const MynaLipsyncRequest *self)
{
  MynaLipsyncRequest *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (MynaLipsyncRequest, 1);
  *copy = *self;
  copy->take = g_strdup (self->take);
  copy->audio = g_strdup (self->audio);
  copy->video = g_strdup (self->video);
  copy->output = g_strdup (self->output);
  return copy;
}

/**
 * myna_lipsync_request_free:
 * @self: (transfer full): a request
 */
void
myna_lipsync_request_free (MynaLipsyncRequest *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->take);
  g_free (self->audio);
  g_free (self->video);
  g_free (self->output);
  g_free (self);
}

/**
 * myna_lipsync_request_to_json:
 *
 * Returns: (transfer full): the parameters of the job
 */
char *
myna_lipsync_request_to_json (const MynaLipsyncRequest *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  g_return_val_if_fail (self != NULL, NULL);

  myna_sidecar_set_string (object, "take", self->take);
  myna_sidecar_set_string (object, "audio", self->audio);
  myna_sidecar_set_string (object, "video", self->video);
  myna_sidecar_set_string (object, "output", self->output);
  json_object_set_double_member (object, "from", self->from);
  json_object_set_double_member (object, "to", self->to);
  json_object_set_int_member (object, "face", self->options.face);
  json_object_set_double_member (object, "intensity", self->options.intensity);
  json_object_set_double_member (object, "offset-ms", self->options.offset_ms);
  json_object_set_double_member (object, "mask-size", self->options.mask_size);
  json_object_set_double_member (object, "smoothing", self->options.smoothing);
  json_object_set_boolean_member (object, "trim", self->options.longer == MYNA_LIPSYNC_TRIM);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

/* Numbers that somebody wrote into the database by hand stay within what the engine takes. */
static void
read_options (MynaLipsyncOptions *options, JsonObject *object)
{
  const MynaLipsyncOptions fallback = MYNA_LIPSYNC_OPTIONS_INIT;

  options->face = (int) CLAMP (myna_sidecar_get_int (object, "face", fallback.face), -1, 1000);
  options->intensity =
      CLAMP (myna_sidecar_get_double (object, "intensity", fallback.intensity), 0.5, 1.5);
  options->offset_ms =
      CLAMP (myna_sidecar_get_double (object, "offset-ms", fallback.offset_ms), -500, 500);
  options->mask_size =
      CLAMP (myna_sidecar_get_double (object, "mask-size", fallback.mask_size), 0.7, 1.4);
  options->smoothing =
      CLAMP (myna_sidecar_get_double (object, "smoothing", fallback.smoothing), 0, 1);
  options->longer =
      myna_sidecar_get_boolean (object, "trim") ? MYNA_LIPSYNC_TRIM : MYNA_LIPSYNC_KEEP;
}

/**
 * myna_lipsync_request_from_json:
 * @json: (nullable): a job's parameters
 * @error: return location
 *
 * Returns: (transfer full): the request; %NULL with CORRUPT when something is missing
 */
MynaLipsyncRequest *
myna_lipsync_request_from_json (const char *json, GError **error)
{
  g_autoptr (MynaLipsyncRequest) self = myna_lipsync_request_new ();
  g_autoptr (JsonNode) node = json != NULL ? myna_sidecar_parse (json, -1, "params", NULL) : NULL;
  JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;

  if (object != NULL)
    {
      self->take = g_strdup (myna_sidecar_get_string (object, "take"));
      self->audio = g_strdup (myna_sidecar_get_string (object, "audio"));
      self->video = g_strdup (myna_sidecar_get_string (object, "video"));
      self->output = g_strdup (myna_sidecar_get_string (object, "output"));
      self->from = MAX (myna_sidecar_get_double (object, "from", 0), 0);
      self->to = myna_sidecar_get_double (object, "to", -1);
      read_options (&self->options, object);
    }
  if (self->video != NULL && self->output != NULL && (self->take != NULL || self->audio != NULL))
    return g_steal_pointer (&self);
  g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
                       _ ("The job does not say which video is to speak. Remove it."));
  return NULL;
}
