/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/monitor/gpu-sampler.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "gpu/gpu-error.h"
#include "gpu/monitor/gpu-recording.h"

/* Rounds that wait for a main loop that is stuck; older ones are of no use to anyone. */
#define MAX_WAITING GPU_HISTORY_LENGTH

/* Seconds that the end of a program waits for a driver that does not answer. */
#define PATIENCE 1

struct _GpuSampler
{
  const GpuSamplerSource *source;
  gpointer data;
  GSource *wakeup;

  pthread_t thread;
  gboolean has_thread; /* the owner's */

  pthread_mutex_t lock;
  pthread_cond_t changed; /* something below is different */
  guint period;
  gboolean running;
  gboolean was_running;
  gboolean quit;
  guint asked; /* rounds asked for at once, and those done */
  guint answered;
  GPtrArray *rounds[MAX_WAITING];
  guint n_rounds;

  pthread_mutex_t recording_lock; /* of what follows; taken after the other, or alone */
  FILE *recording;
  char *recording_path;
  int recording_errno; /* why a round could not be written */
};

static void
get_deadline (struct timespec *deadline, guint milliseconds)
{
  clock_gettime (CLOCK_MONOTONIC, deadline);
  deadline->tv_sec += milliseconds / 1000;
  deadline->tv_nsec += (long) (milliseconds % 1000) * 1000000;
  if (deadline->tv_nsec >= 1000000000)
    {
      deadline->tv_sec++;
      deadline->tv_nsec -= 1000000000;
    }
}

/* Under the lock. A wakeup without a main context is for those who only ask at once. */
static void
publish (GpuSampler *self, GPtrArray *round)
{
  if (self->n_rounds == MAX_WAITING)
    {
      g_ptr_array_unref (self->rounds[0]);
      for (guint i = 1; i < MAX_WAITING; i++)
        self->rounds[i - 1] = self->rounds[i];
      self->n_rounds--;
    }
  self->rounds[self->n_rounds++] = round;
}

/* What cannot be written is told when the recording ends; it goes on, there may be room again. */
static void
record (GpuSampler *self, GPtrArray *round)
{
  pthread_mutex_lock (&self->recording_lock);
  if (self->recording != NULL)
    {
      g_autofree char *line = gpu_round_to_line (round);

      if (fprintf (self->recording, "%s\n", line) < 0 || fflush (self->recording) != 0)
        self->recording_errno = errno;
    }
  pthread_mutex_unlock (&self->recording_lock);
}

/* Under the lock, which it lets go while it asks. */
static void
sample (GpuSampler *self)
{
  guint asked = self->asked;
  GPtrArray *round;

  pthread_mutex_unlock (&self->lock);
  round = self->source->sample (self->data);
  record (self, round);
  pthread_mutex_lock (&self->lock);
  publish (self, round);
  self->answered = asked;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  g_source_set_ready_time (self->wakeup, 0);
  pthread_mutex_lock (&self->lock);
}

/* Under the lock: until the next round is due, or something is wanted. */
static void
wait_for_period (GpuSampler *self)
{
  struct timespec deadline;
  guint period = self->period;

  get_deadline (&deadline, period);
  while (!self->quit && self->running && self->asked == self->answered && self->period == period)
    if (pthread_cond_timedwait (&self->changed, &self->lock, &deadline) == ETIMEDOUT)
      break;
}

/* Under the lock: nobody looks. After a release drivers are let go at once, so that cards may fall
 * asleep; between rounds that are asked for one by one they are kept. */
static void
wait_for_work (GpuSampler *self)
{
  if (self->was_running)
    {
      self->was_running = FALSE;
      pthread_mutex_unlock (&self->lock);
      self->source->rest (self->data);
      pthread_mutex_lock (&self->lock);
    }
  while (!self->quit && !self->running && self->asked == self->answered)
    pthread_cond_wait (&self->changed, &self->lock);
}

static gpointer
run (gpointer data)
{
  GpuSampler *self = data;

  pthread_setname_np (pthread_self (), "myna-monitor");
  pthread_mutex_lock (&self->lock);
  while (!self->quit)
    if (self->asked != self->answered)
      sample (self);
    else if (self->running)
      {
        self->was_running = TRUE;
        sample (self);
        wait_for_period (self);
      }
    else
      wait_for_work (self);
  pthread_mutex_unlock (&self->lock);
  self->source->rest (self->data);
  return NULL;
}

/**
 * gpu_sampler_new:
 * @source: where rounds come from
 * @data: (transfer full): for @source
 * @wakeup: (transfer none): set ready when there is a round
 *
 * Returns: (transfer full): a sampler that does nothing yet
 */
GpuSampler *
gpu_sampler_new (const GpuSamplerSource *source, gpointer data, GSource *wakeup)
{
  GpuSampler *self = g_new0 (GpuSampler, 1);
  pthread_condattr_t attr;

  self->source = source;
  self->data = data;
  self->wakeup = g_source_ref (wakeup);
  self->period = 1000;
  pthread_mutex_init (&self->lock, NULL);
  pthread_mutex_init (&self->recording_lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&self->changed, &attr);
  pthread_condattr_destroy (&attr);
  return self;
}

/* Whether the thread has ended. One that hangs in a driver is left to itself, with all that it may
 * still touch: the program must be able to end. */
static gboolean
join (GpuSampler *self)
{
  struct timespec deadline;

  clock_gettime (CLOCK_REALTIME, &deadline);
  deadline.tv_sec += PATIENCE;
  if (pthread_timedjoin_np (self->thread, NULL, &deadline) == 0)
    return TRUE;
  g_message ("a driver does not answer; its thread is left behind");
  pthread_detach (self->thread);
  return FALSE;
}

/**
 * gpu_sampler_free:
 * @self: (transfer full): a sampler
 *
 * Waits until its thread has ended: as long as one round takes, and no longer than a second.
 */
void
gpu_sampler_free (GpuSampler *self)
{
  pthread_mutex_lock (&self->lock);
  self->quit = TRUE;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  if (self->has_thread && !join (self))
    return;
  for (guint i = 0; i < self->n_rounds; i++)
    g_ptr_array_unref (self->rounds[i]);
  gpu_sampler_stop_recording (self, NULL);
  pthread_mutex_destroy (&self->recording_lock);
  self->source->free (self->data);
  g_source_unref (self->wakeup);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/* The thread is made when there is something to do for the first time. */
static void
start (GpuSampler *self)
{
  if (!self->has_thread)
    self->has_thread = pthread_create (&self->thread, NULL, run, self) == 0;
}

/**
 * gpu_sampler_set_period:
 * @self: a sampler
 * @milliseconds: from one round to the next
 */
void
gpu_sampler_set_period (GpuSampler *self, guint milliseconds)
{
  pthread_mutex_lock (&self->lock);
  self->period = milliseconds;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

/**
 * gpu_sampler_set_running:
 * @self: a sampler
 * @running: whether somebody looks
 */
void
gpu_sampler_set_running (GpuSampler *self, gboolean running)
{
  pthread_mutex_lock (&self->lock);
  self->running = running;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  if (running)
    start (self);
}

/**
 * gpu_sampler_sample_now:
 * @self: a sampler
 *
 * Waits for one more round.
 */
void
gpu_sampler_sample_now (GpuSampler *self)
{
  guint wanted;

  start (self);
  if (!self->has_thread)
    return;
  pthread_mutex_lock (&self->lock);
  wanted = ++self->asked;
  pthread_cond_broadcast (&self->changed);
  while (self->answered != wanted)
    pthread_cond_wait (&self->changed, &self->lock);
  pthread_mutex_unlock (&self->lock);
}

/**
 * gpu_sampler_take_rounds:
 * @self: a sampler
 *
 * Returns: (transfer container) (element-type GPtrArray): the rounds since the last call, the
 * oldest first
 */
GPtrArray *
gpu_sampler_take_rounds (GpuSampler *self)
{
  GPtrArray *rounds = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  pthread_mutex_lock (&self->lock);
  for (guint i = 0; i < self->n_rounds; i++)
    g_ptr_array_add (rounds, self->rounds[i]);
  self->n_rounds = 0;
  pthread_mutex_unlock (&self->lock);
  return rounds;
}

static gboolean
fail_recording (const char *path, int saved_errno, GError **error)
{
  g_set_error (error, GPU_ERROR, GPU_ERROR_FAILED, _ ("“%s” cannot be written: %s."), path,
               g_strerror (saved_errno));
  return FALSE;
}

/**
 * gpu_sampler_start_recording:
 * @self: a sampler
 * @path: a file
 * @error: return location
 *
 * Writes each further round to the file.
 *
 * Returns: whether the file could be made
 */
gboolean
gpu_sampler_start_recording (GpuSampler *self, const char *path, GError **error)
{
  FILE *file = fopen (path, "we");

  if (file == NULL)
    return fail_recording (path, errno, error);
  gpu_sampler_stop_recording (self, NULL);
  pthread_mutex_lock (&self->recording_lock);
  self->recording = file;
  self->recording_errno = 0;
  g_set_str (&self->recording_path, path);
  pthread_mutex_unlock (&self->recording_lock);
  return TRUE;
}

/**
 * gpu_sampler_stop_recording:
 * @self: a sampler
 * @error: return location
 *
 * Returns: %FALSE when the recording is not whole
 */
gboolean
gpu_sampler_stop_recording (GpuSampler *self, GError **error)
{
  g_autofree char *path = NULL;
  int saved_errno;

  pthread_mutex_lock (&self->recording_lock);
  saved_errno = self->recording_errno;
  if (self->recording != NULL && fclose (self->recording) != 0)
    saved_errno = errno;
  self->recording = NULL;
  self->recording_errno = 0;
  path = g_steal_pointer (&self->recording_path);
  pthread_mutex_unlock (&self->recording_lock);
  return saved_errno == 0 || path == NULL || fail_recording (path, saved_errno, error);
}

/**
 * gpu_sampler_is_recording:
 *
 * Returns: whether rounds are written to a file
 */
gboolean
gpu_sampler_is_recording (GpuSampler *self)
{
  gboolean recording;

  pthread_mutex_lock (&self->recording_lock);
  recording = self->recording != NULL;
  pthread_mutex_unlock (&self->recording_lock);
  return recording;
}
