/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-portaudio.h"

#include <dlfcn.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "engine/core/myna-error.h"
#include "engine/core/myna-mailbox.h"

/* How long what an enumeration found counts as known, in microseconds. */
#define KNOWN_FOR (3 * G_USEC_PER_SEC)
/* How long a callback may take to see that its stream is being closed, in milliseconds; then the
 * device is taken for dead. */
#define CLOSE_WAIT_MS 300

typedef struct
{
  MynaSoundFunc func;
  gpointer user_data;
} Message;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static MynaMailbox *mailbox; /* Message; lives as long as the process */

/* The sound thread's own. */
static gboolean initialized;
static gint64 initialized_at;
static GPtrArray *open_streams; /* MynaSoundStream */

/* When each direction was last found to have no device; 0: it has some or nobody looked. */
static _Atomic gint64 missing_since[2];

struct _MynaSoundStream
{
  PaStream *stream;
  PaStreamCallback *callback;
  gpointer user_data;
  int rate;
  int channels;
  double latency;
  gboolean started;
  MynaSoundRelease release; /* (nullable) */
  MynaSoundFunc reopen;     /* (nullable) */
  gpointer owner;
  sem_t finished;
  atomic_bool closing;
};

static void *
sound_thread (void *unused)
{
  Message *message;

  while ((message = myna_mailbox_pop (mailbox)) != NULL)
    {
      message->func (message->user_data);
      g_free (message);
    }
  return NULL;
}

static void
start_sound_thread (void)
{
  pthread_t thread;
  int failed;

  mailbox = myna_mailbox_new (g_free);
  failed = pthread_create (&thread, NULL, sound_thread, NULL);
  if (failed != 0)
    {
      g_critical ("The sound thread could not be started: %s", g_strerror (failed));
      return;
    }
  pthread_setname_np (thread, "myna-sound");
  pthread_detach (thread);
}

/**
 * myna_portaudio_post:
 * @func: what to do
 * @user_data: (transfer none): for @func
 *
 * Calls @func on the sound thread, after all that was posted before. Any thread; never waits.
 */
void
myna_portaudio_post (MynaSoundFunc func, gpointer user_data)
{
  Message *message;

  g_return_if_fail (func != NULL);

  pthread_once (&once, start_sound_thread);
  message = g_new (Message, 1);
  *message = (Message) { func, user_data };
  myna_mailbox_push (mailbox, message);
}

/**
 * myna_portaudio_is_known_missing:
 * @direction: input or output
 *
 * Any thread.
 *
 * Returns: whether an enumeration of a moment ago found no device, so that asking again is vain
 */
gboolean
myna_portaudio_is_known_missing (MynaSoundDirection direction)
{
  gint64 since = atomic_load (&missing_since[direction]);

  return since != 0 && g_get_monotonic_time () - since < KNOWN_FOR;
}

static void
ignore_alsa_error (
    const char *file, int line, const char *function, int code, const char *format, ...)
{
  g_assert (format != NULL);
}

static void
ignore_jack_message (const char *message)
{
  g_assert (message != NULL);
}

/* PortAudio opens every device that ALSA's configuration could have, and ALSA and JACK complain on
 * stderr about each that is not there. They come with PortAudio, which may be built without them:
 * looked up, not linked. */
static void
silence_libraries (void)
{
  void (*set_alsa_handler) (void *) = dlsym (RTLD_DEFAULT, "snd_lib_error_set_handler");
  void (*set_jack_error) (void (*) (const char *)) =
      dlsym (RTLD_DEFAULT, "jack_set_error_function");
  void (*set_jack_info) (void (*) (const char *)) = dlsym (RTLD_DEFAULT, "jack_set_info_function");

  if (set_alsa_handler != NULL)
    set_alsa_handler (ignore_alsa_error);
  if (set_jack_error != NULL)
    set_jack_error (ignore_jack_message);
  if (set_jack_info != NULL)
    set_jack_info (ignore_jack_message);
}

static gboolean
ensure_initialized (void)
{
  PaError failed;

  if (initialized)
    return TRUE;
  silence_libraries ();
  initialized_at = g_get_monotonic_time ();
  failed = Pa_Initialize ();
  if (failed != paNoError)
    g_warning ("PortAudio could not be started: %s", Pa_GetErrorText (failed));
  initialized = failed == paNoError;
  return initialized;
}

/* Who gave way, and how it gets its stream back. */
typedef struct
{
  MynaSoundFunc reopen;
  gpointer owner;
} Interrupted;

/* Has all streams closed whose owners can do without them; TRUE when none is left. */
static gboolean
release_streams (GArray *interrupted)
{
  while (open_streams != NULL && open_streams->len > 0)
    {
      MynaSoundStream *stream = g_ptr_array_index (open_streams, 0);
      Interrupted one = { stream->reopen, stream->owner };

      if (stream->release == NULL || !stream->release (stream->owner))
        return FALSE;
      g_array_append_val (interrupted, one);
    }
  return TRUE;
}

/**
 * myna_portaudio_refresh:
 * @asked_at: monotonic time; a look since then serves
 *
 * Has PortAudio look at the hardware again, which it does only when it starts. Streams that are
 * only measured or that linger are closed for it and opened again.
 *
 * Returns: FALSE while something is recorded or played, which is not interrupted
 */
gboolean
myna_portaudio_refresh (gint64 asked_at)
{
  g_autoptr (GArray) interrupted = NULL;
  gboolean free_to;

  if (initialized && initialized_at >= asked_at)
    return TRUE;
  interrupted = g_array_new (FALSE, FALSE, sizeof (Interrupted));
  free_to = release_streams (interrupted);
  if (free_to && initialized)
    {
      Pa_Terminate ();
      initialized = FALSE;
    }
  ensure_initialized ();
  for (guint i = 0; i < interrupted->len; i++)
    {
      Interrupted *one = &g_array_index (interrupted, Interrupted, i);

      if (one->reopen != NULL)
        one->reopen (one->owner);
    }
  return free_to;
}

/**
 * myna_sound_device_free:
 * @self: (nullable) (transfer full): a device
 */
void
myna_sound_device_free (MynaSoundDevice *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->name);
  g_free (self);
}

static int
get_channels (const PaDeviceInfo *info, MynaSoundDirection direction)
{
  return direction == MYNA_SOUND_INPUT ? info->maxInputChannels : info->maxOutputChannels;
}

/* The host API whose devices are shown: ALSA, which is also the way to PulseAudio and PipeWire; any
 * other only where ALSA has nothing. -1: no device at all. */
static PaHostApiIndex
choose_api (MynaSoundDirection direction)
{
  PaHostApiIndex chosen = -1;

  for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount (); i++)
    {
      const PaDeviceInfo *info = Pa_GetDeviceInfo (i);

      if (get_channels (info, direction) <= 0)
        continue;
      if (Pa_GetHostApiInfo (info->hostApi)->type == paALSA)
        return info->hostApi;
      if (chosen < 0)
        chosen = info->hostApi;
    }
  return chosen;
}

/* ALSA lists, beside the real devices, a dozen ways to reach each of them; these are those ways. */
static gboolean
is_alias (const char *name)
{
  static const char *const prefixes[] = {
    "default", "sysdefault", "pulse",  "pipewire", "front",      "rear",      "center_lfe",
    "side",    "surround",   "iec958", "spdif",    "hdmi",       "dmix",      "dsnoop",
    "modem",   "phoneline",  "upmix",  "vdownmix", "samplerate", "speexrate", "lavrate",
    "speex",   "jack",       "oss",    "null",     "usbstream",  "a52",       "plug",
    "dcaenc",  "hw",         "plughw", "file"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      gsize length = strlen (prefixes[i]);

      if (strncmp (name, prefixes[i], length) == 0 && !g_ascii_islower (name[length]) &&
          strstr (name, "(hw:") == NULL)
        return TRUE;
    }
  return FALSE;
}

static PaDeviceIndex
find_by_name (PaHostApiIndex api, MynaSoundDirection direction, const char *name)
{
  for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount (); i++)
    {
      const PaDeviceInfo *info = Pa_GetDeviceInfo (i);

      if (info->hostApi == api && get_channels (info, direction) > 0 &&
          strcmp (info->name, name) == 0)
        return i;
    }
  return paNoDevice;
}

/* What the desktop's sound settings choose, when there is a sound server; else ALSA's own default.
 */
static PaDeviceIndex
find_default (PaHostApiIndex api, MynaSoundDirection direction)
{
  static const char *const names[] = { "default", "pipewire", "pulse" };
  PaDeviceIndex found = paNoDevice;

  for (gsize i = 0; i < G_N_ELEMENTS (names) && found == paNoDevice; i++)
    found = find_by_name (api, direction, names[i]);
  if (found == paNoDevice)
    found = direction == MYNA_SOUND_INPUT ? Pa_GetHostApiInfo (api)->defaultInputDevice
                                          : Pa_GetHostApiInfo (api)->defaultOutputDevice;
  return found;
}

static MynaSoundDevice *
make_device (PaDeviceIndex index, MynaSoundDirection direction, const char *id, const char *name)
{
  MynaSoundDevice *device = g_new0 (MynaSoundDevice, 1);

  device->id = g_strdup (id);
  device->name = g_strdup (name);
  device->index = index;
  device->max_channels = get_channels (Pa_GetDeviceInfo (index), direction);
  return device;
}

static guint
count_named (GPtrArray *devices, const char *name)
{
  guint n = 0;

  for (guint i = 0; i < devices->len; i++)
    {
      MynaSoundDevice *device = g_ptr_array_index (devices, i);
      n += g_str_has_prefix (device->id, name) ? 1 : 0;
    }
  return n;
}

/* "USB Audio: - (hw:1,0)" is "USB Audio" to a person; the card's number changes with the order of
 * plugging in and so is no part of the id either. */
static void
add_device (GPtrArray *devices, PaDeviceIndex index, MynaSoundDirection direction)
{
  g_autofree char *name = g_strdup (Pa_GetDeviceInfo (index)->name);
  g_autofree char *id = NULL;
  char *address = strstr (name, "(hw:");
  guint n_same;

  if (address != NULL)
    *address = '\0';
  g_strchomp (name);
  if (g_str_has_suffix (name, ": -"))
    name[strlen (name) - 3] = '\0';
  n_same = count_named (devices, name);
  id = n_same == 0 ? g_strdup (name) : g_strdup_printf ("%s #%u", name, n_same + 1);
  g_ptr_array_add (devices, make_device (index, direction, id, id));
}

/**
 * myna_portaudio_list:
 * @direction: input or output
 *
 * Returns: (transfer full) (element-type MynaSoundDevice): the devices as of the last refresh, the
 *   system default first; empty when there is none
 */
GPtrArray *
myna_portaudio_list (MynaSoundDirection direction)
{
  g_autoptr (GPtrArray) devices =
      g_ptr_array_new_with_free_func ((GDestroyNotify) myna_sound_device_free);
  PaHostApiIndex api = ensure_initialized () ? choose_api (direction) : -1;
  PaDeviceIndex fallback = api >= 0 ? find_default (api, direction) : paNoDevice;

  if (fallback != paNoDevice)
    g_ptr_array_add (devices, make_device (fallback, direction, "", _ ("System default")));
  for (PaDeviceIndex i = 0; api >= 0 && i < Pa_GetDeviceCount (); i++)
    {
      const PaDeviceInfo *info = Pa_GetDeviceInfo (i);

      if (info->hostApi == api && get_channels (info, direction) > 0 && !is_alias (info->name))
        add_device (devices, i, direction);
    }
  atomic_store (&missing_since[direction], devices->len > 0 ? 0 : g_get_monotonic_time ());
  return g_steal_pointer (&devices);
}

static void
set_missing_error (GError **error, MynaSoundDirection direction, const char *device_id)
{
  if (device_id[0] != '\0' && direction == MYNA_SOUND_INPUT)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE,
                 _ ("The microphone “%s” is not connected. Connect it or choose another one."),
                 device_id);
  else if (device_id[0] != '\0')
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE,
                 _ ("The sound output “%s” is not connected. Connect it or choose another one."),
                 device_id);
  else if (direction == MYNA_SOUND_INPUT)
    g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE,
                         _ ("No microphone was found. Connect one and try again."));
  else
    g_set_error_literal (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE,
                         _ ("No sound output was found. Connect loudspeakers or headphones and "
                            "try again."));
}

static void
set_open_error (GError **error, MynaSoundDirection direction, PaError failed)
{
  const char *reason = Pa_GetErrorText (failed);

  if (failed == paUnanticipatedHostError && Pa_GetLastHostErrorInfo ()->errorText != NULL)
    reason = Pa_GetLastHostErrorInfo ()->errorText;
  if (direction == MYNA_SOUND_INPUT)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE,
                 _ ("The microphone could not be opened (%s). Close other programs that use it, "
                    "or choose another one."),
                 reason);
  else
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE,
                 _ ("The sound output could not be opened (%s). Close other programs that use it, "
                    "or choose another one."),
                 reason);
}

static MynaSoundDevice *
find_device (MynaSoundDirection direction, const char *device_id)
{
  g_autoptr (GPtrArray) devices = myna_portaudio_list (direction);

  for (guint i = 0; i < devices->len; i++)
    if (strcmp (((MynaSoundDevice *) g_ptr_array_index (devices, i))->id, device_id) == 0)
      return g_ptr_array_steal_index (devices, i);
  return NULL;
}

static int
stream_cb (const void *input,
           void *output,
           unsigned long n_frames,
           const PaStreamCallbackTimeInfo *times,
           PaStreamCallbackFlags flags,
           void *user_data)
{
  MynaSoundStream *self = user_data;

  g_assert (self != NULL);

  if (!atomic_load_explicit (&self->closing, memory_order_acquire))
    return self->callback (input, output, n_frames, times, flags, self->user_data);
  if (output != NULL)
    memset (output, 0, n_frames * (gsize) self->channels * sizeof (float));
  return paAbort;
}

static void
stream_finished_cb (void *user_data)
{
  MynaSoundStream *self = user_data;

  g_assert (self != NULL);

  if (!atomic_load_explicit (&self->closing, memory_order_acquire))
    self->callback (NULL, NULL, 0, NULL, 0, self->user_data);
  sem_post (&self->finished);
}

static PaError
open_at_rate (MynaSoundStream *self,
              MynaSoundDirection direction,
              const MynaSoundDevice *device,
              double rate)
{
  PaStreamParameters parameters = { device->index, self->channels, paFloat32, self->latency, NULL };
  gboolean input = direction == MYNA_SOUND_INPUT;

  /* Unspecified: a fixed number of frames loses two thirds of the audio through ALSA's pulse plugin
   * (measured, spec ui-testing section 6). */
  return Pa_OpenStream (&self->stream, input ? &parameters : NULL, input ? NULL : &parameters, rate,
                        paFramesPerBufferUnspecified, paNoFlag, stream_cb, self);
}

static PaError
open_on_device (MynaSoundStream *self, MynaSoundDirection direction, const MynaSoundDevice *device)
{
  double own_rate = Pa_GetDeviceInfo (device->index)->defaultSampleRate;
  PaError failed;

  /* What nearly all hardware runs at; ALSA's plugins claim 44100 and would resample twice. */
  failed = open_at_rate (self, direction, device, 48000);
  if (failed != paNoError)
    failed = open_at_rate (self, direction, device, own_rate);
  return failed;
}

static PaError
try_to_open (MynaSoundStream *self,
             MynaSoundDirection direction,
             const char *device_id,
             int max_channels)
{
  MynaSoundDevice *device = find_device (direction, device_id);
  PaError failed = paInvalidDevice;

  if (device != NULL)
    {
      self->channels = MIN (max_channels, device->max_channels);
      failed = open_on_device (self, direction, device);
    }
  myna_sound_device_free (device);
  return failed;
}

static void
read_stream_info (MynaSoundStream *self, MynaSoundDirection direction)
{
  const PaStreamInfo *info = Pa_GetStreamInfo (self->stream);

  self->rate = (int) (info->sampleRate + 0.5);
  self->latency = direction == MYNA_SOUND_INPUT ? info->inputLatency : info->outputLatency;
}

/**
 * myna_sound_stream_open:
 * @direction: input or output
 * @device_id: the device's id, "" for the system's default
 * @max_channels: channels wanted; the stream has fewer when the device has
 * @latency: seconds of buffering suggested to the device
 * @error: (out): MYNA_ERROR_NO_DEVICE with a sentence for the person
 *
 * Opens a stream; looks for new hardware once when the device is not there.
 *
 * Returns: (transfer full) (nullable): the stream, not yet started
 */
MynaSoundStream *
myna_sound_stream_open (MynaSoundDirection direction,
                        const char *device_id,
                        int max_channels,
                        double latency,
                        GError **error)
{
  MynaSoundStream *self;
  PaError failed;

  g_return_val_if_fail (device_id != NULL, NULL);

  self = g_new0 (MynaSoundStream, 1);
  self->latency = latency;
  sem_init (&self->finished, 0, 0);
  failed = try_to_open (self, direction, device_id, max_channels);
  if (failed != paNoError && myna_portaudio_refresh (g_get_monotonic_time ()))
    failed = try_to_open (self, direction, device_id, max_channels);
  if (failed != paNoError)
    {
      if (failed == paInvalidDevice)
        set_missing_error (error, direction, device_id);
      else
        set_open_error (error, direction, failed);
      sem_destroy (&self->finished);
      g_free (self);
      return NULL;
    }
  if (open_streams == NULL)
    open_streams = g_ptr_array_new ();
  g_ptr_array_add (open_streams, self);
  read_stream_info (self, direction);
  Pa_SetStreamFinishedCallback (self->stream, stream_finished_cb);
  return self;
}

/**
 * myna_sound_stream_start:
 * @self: an opened stream
 * @callback: PortAudio's callback, float samples interleaved; returns paContinue
 * @user_data: for @callback
 * @error: (out): MYNA_ERROR_NO_DEVICE
 *
 * From now on the callback is called, on a thread of its own; with no frames when the device has
 * died, for the last time.
 */
gboolean
myna_sound_stream_start (MynaSoundStream *self,
                         PaStreamCallback *callback,
                         gpointer user_data,
                         GError **error)
{
  PaError failed;

  g_return_val_if_fail (self != NULL && callback != NULL, FALSE);

  self->callback = callback;
  self->user_data = user_data;

  failed = Pa_StartStream (self->stream);
  self->started = failed == paNoError;
  if (!self->started)
    g_set_error (error, MYNA_ERROR, MYNA_ERROR_NO_DEVICE,
                 _ ("The sound device could not be started (%s). Connect it again, or choose "
                    "another one."),
                 Pa_GetErrorText (failed));
  return self->started;
}

/**
 * myna_sound_stream_set_interruptible:
 * @self: a stream
 * @release: closes the stream, unless it is needed
 * @reopen: (nullable): opens another one in its place
 * @user_data: for both, which are called on the sound thread
 *
 * Allows that the stream is interrupted so that new hardware is found.
 */
void
myna_sound_stream_set_interruptible (MynaSoundStream *self,
                                     MynaSoundRelease release,
                                     MynaSoundFunc reopen,
                                     gpointer user_data)
{
  g_return_if_fail (self != NULL && release != NULL);

  self->release = release;
  self->reopen = reopen;
  self->owner = user_data;
}

/**
 * myna_sound_stream_get_rate:
 * @self: a stream
 *
 * Returns: frames a second
 */
int
myna_sound_stream_get_rate (MynaSoundStream *self)
{
  return self->rate;
}

/**
 * myna_sound_stream_get_channels:
 * @self: a stream
 *
 * Returns: samples in a frame
 */
int
myna_sound_stream_get_channels (MynaSoundStream *self)
{
  return self->channels;
}

/**
 * myna_sound_stream_get_latency:
 * @self: a stream
 *
 * Returns: seconds between the callback and the air
 */
double
myna_sound_stream_get_latency (MynaSoundStream *self)
{
  return self->latency;
}

/* The callback answers that it wants to end, and PortAudio's thread leaves. Pa_AbortStream would
 * cancel that thread inside the sound server's library, with locks held, and Pa_StopStream alone
 * would first play all that is buffered. */
static void
wait_for_callback_to_end (MynaSoundStream *self)
{
  struct timespec until;

  atomic_store_explicit (&self->closing, TRUE, memory_order_release);
  clock_gettime (CLOCK_REALTIME, &until);
  until.tv_nsec += CLOSE_WAIT_MS * 1000 * 1000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  while (sem_timedwait (&self->finished, &until) != 0 && errno == EINTR)
    ;
}

/**
 * myna_sound_stream_close:
 * @self: (nullable) (transfer full): a stream
 *
 * Ends the callback and closes the device, dropping what is not yet heard. The callback is not
 * called any more when this returns.
 */
void
myna_sound_stream_close (MynaSoundStream *self)
{
  if (self == NULL)
    return;
  if (self->started)
    {
      wait_for_callback_to_end (self);
      Pa_StopStream (self->stream);
    }
  Pa_CloseStream (self->stream);
  g_ptr_array_remove (open_streams, self);
  sem_destroy (&self->finished);
  g_free (self);
}
