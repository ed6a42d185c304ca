/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-models.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "engine/core/myna-error.h"

static char *
find_model (const char *name)
{
  const char *folder = g_getenv ("MYNA_MODELS_DIR");

  return folder != NULL && folder[0] != '\0'
             ? g_build_filename (folder, "face", name, NULL)
             : g_build_filename (MYNA_PKGDATADIR, "models", "face", name, NULL);
}

static gboolean
has_sizes (const MynaTfliteNet *net, gint64 input, const gint64 *outputs, int n_outputs)
{
  if (myna_tflite_net_get_input_size (net) != input)
    return FALSE;
  for (int i = 0; i < n_outputs; i++)
    if (myna_tflite_net_get_output_size (net, i) != outputs[i])
      return FALSE;
  return TRUE;
}

/* Loads the outputs @wanted, whose sizes must be @sizes. */
static MynaTfliteNet *
load_net (GpuDevice *device,
          const char *name,
          gint64 input,
          const int *wanted,
          const gint64 *sizes,
          int n,
          GError **error)
{
  g_autofree char *path = find_model (name);
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (MynaTflite) model = NULL;
  g_autoptr (MynaTfliteNet) net = NULL;

  if (file == NULL)
    {
      g_set_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND,
                   _ ("Lip-sync needs the face model “%s”, which is missing from this "
                      "installation; install Myna again, or build it with ./dev."),
                   path);
      return NULL;
    }
  bytes = g_mapped_file_get_bytes (file);
  model = myna_tflite_new (bytes, path, error);
  if (model == NULL)
    return NULL;
  net = myna_tflite_net_new (model, device, wanted, n, path, error);
  if (net == NULL)
    return NULL;
  if (!has_sizes (net, input, sizes, n))
    {
      g_set_error (
          error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED,
          _ ("The model file “%s” is not the face model that Myna expects; install Myna again."),
          path);
      return NULL;
    }
  return g_steal_pointer (&net);
}

/**
 * myna_face_models_new:
 * @error: MYNA_ERROR_NOT_FOUND when they are not installed
 *
 * Loads the models from $MYNA_MODELS_DIR/face or where Myna is installed, for the processor: a face
 * takes it 3 ms, less than the way to a GPU and back with all these small layers. Any thread but
 * the main one.
 *
 * Returns: (transfer full) (nullable): the models
 */
MynaFaceModels *
myna_face_models_new (GError **error)
{
  g_autoptr (MynaFaceModels) self = g_new0 (MynaFaceModels, 1);
  const gint64 detections[] = { MYNA_FACE_N_ANCHORS * MYNA_FACE_N_REGRESSORS, MYNA_FACE_N_ANCHORS };
  const gint64 faces[] = { 468 * 3, MYNA_FACE_N_LIPS * 2, MYNA_FACE_N_EYE * 2, MYNA_FACE_N_EYE * 2,
                           1 };

  self->device = gpu_device_choose ("cpu", error);
  if (self->device == NULL)
    return NULL;
  self->detector = load_net (self->device, "face_detection_short_range.tflite",
                             MYNA_FACE_DETECTOR_SIDE * MYNA_FACE_DETECTOR_SIDE * 3,
                             (const int[]) { 0, 1 }, detections, 2, error);
  if (self->detector == NULL)
    return NULL;
  /* The irises are not wanted. */
  self->mesh = load_net (self->device, "face_landmark_with_attention.tflite",
                         MYNA_FACE_MESH_SIDE * MYNA_FACE_MESH_SIDE * 3,
                         (const int[]) { 0, 1, 2, 3, 6 }, faces, 5, error);
  return self->mesh != NULL ? g_steal_pointer (&self) : NULL;
}

/**
 * myna_face_models_free:
 * @self: (nullable): models
 *
 * Frees them.
 */
void
myna_face_models_free (MynaFaceModels *self)
{
  if (self == NULL)
    return;
  myna_tflite_net_free (self->detector);
  myna_tflite_net_free (self->mesh);
  g_clear_pointer (&self->device, gpu_device_unref);
  g_free (self);
}
