/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-studio.h"

struct _MynaStudio
{
  GObject parent_instance;

  /* Owned references */
  MynaLibrary *library;
  MynaTakePlayer *player;
};

G_DEFINE_FINAL_TYPE (MynaStudio, myna_studio, G_TYPE_OBJECT)

static void
myna_studio_dispose (GObject *object)
{
  MynaStudio *self = MYNA_STUDIO (object);

  g_clear_object (&self->player);
  g_clear_object (&self->library);

  G_OBJECT_CLASS (myna_studio_parent_class)->dispose (object);
}

static void
myna_studio_class_init (MynaStudioClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_studio_dispose;
}

static void
myna_studio_init (MynaStudio *self)
{
  self->player = myna_take_player_new ();
}

/**
 * myna_studio_new:
 * @library: the open library
 *
 * Returns: (transfer full): the studio with a player of its own
 */
MynaStudio *
myna_studio_new (MynaLibrary *library)
{
  MynaStudio *self = NULL;

  g_return_val_if_fail (MYNA_IS_LIBRARY (library), NULL);

  self = g_object_new (MYNA_TYPE_STUDIO, NULL);
  self->library = g_object_ref (library);
  return self;
}

MynaLibrary *
myna_studio_get_library (MynaStudio *self)
{
  g_return_val_if_fail (MYNA_IS_STUDIO (self), NULL);

  return self->library;
}

MynaTakes *
myna_studio_get_takes (MynaStudio *self)
{
  g_return_val_if_fail (MYNA_IS_STUDIO (self), NULL);

  return myna_library_get_takes (self->library);
}

MynaVoices *
myna_studio_get_voices (MynaStudio *self)
{
  g_return_val_if_fail (MYNA_IS_STUDIO (self), NULL);

  return myna_library_get_voices (self->library);
}

MynaJobQueue *
myna_studio_get_queue (MynaStudio *self)
{
  g_return_val_if_fail (MYNA_IS_STUDIO (self), NULL);

  return myna_library_get_queue (self->library);
}

MynaTakePlayer *
myna_studio_get_player (MynaStudio *self)
{
  g_return_val_if_fail (MYNA_IS_STUDIO (self), NULL);

  return self->player;
}
