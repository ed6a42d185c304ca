/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "gpu/doctor/gpu-probe-run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Probes hang and crash: that is what they are for. They run at the same time, each in a process
 * group of its own, and whatever is not done at the limit is killed. A process that a driver holds
 * in the kernel does not even die of that; it is left to a thread, and nothing waits for it. */

/* A report has some hundred bytes for each card; who prints more is not ours. */
#define MAX_OUTPUT 65536
/* Milliseconds between two looks at a process that has closed its output but not ended. */
#define END_STEP 5
/* How long a killed process may take to go before it is left alone, milliseconds. */
#define KILL_WAIT 15

typedef struct
{
  GpuProbe *probe;
  pid_t pid; /* 0 when it is gone */
  int fd;    /* -1 when it is closed */
  GByteArray *output;
  gboolean too_long;
} Running;

/**
 * gpu_probe_new:
 * @program: path of the probe
 * @...: its arguments, then %NULL
 *
 * Returns: (transfer full): a run that has not begun
 */
GpuProbe *
gpu_probe_new (const char *program, ...)
{
  GPtrArray *arguments = g_ptr_array_new ();
  GpuProbe *self = g_new0 (GpuProbe, 1);
  const char *next;
  va_list list;

  g_ptr_array_add (arguments, g_strdup (program));
  va_start (list, program);
  while ((next = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (arguments, g_strdup (next));
  va_end (list);
  g_ptr_array_add (arguments, NULL);
  self->arguments = (char **) g_ptr_array_free (arguments, FALSE);
  return self;
}

/**
 * gpu_probe_free:
 * @self: (transfer full): a run that is over, or has not begun
 */
void
gpu_probe_free (GpuProbe *self)
{
  g_strfreev (self->arguments);
  g_clear_pointer (&self->report, gpu_probe_report_free);
  g_free (self);
}

static gpointer
wait_for_ever (gpointer data)
{
  pid_t pid = GPOINTER_TO_INT (data);

  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  return NULL;
}

/* TRUE once the process is gone. */
static gboolean
reap (Running *self, int *status)
{
  pid_t gone;

  do
    gone = waitpid (self->pid, status, WNOHANG);
  while (gone < 0 && errno == EINTR);
  if (gone == 0)
    return FALSE;
  if (gone < 0) /* somebody else has taken it: nothing is known of how it ended */
    *status = 0;
  self->pid = 0;
  return TRUE;
}

static void
destroy (Running *self)
{
  int status;

  if (self->pid != 0)
    {
      for (int waited = 0; !reap (self, &status) && waited < KILL_WAIT; waited += END_STEP)
        g_usleep (END_STEP * 1000);
      if (self->pid != 0)
        g_thread_unref (g_thread_new ("gpu-probe", wait_for_ever, GINT_TO_POINTER (self->pid)));
    }
  if (self->fd >= 0)
    close (self->fd);
  g_byte_array_unref (self->output);
  g_free (self);
}

/* In a group of its own, so that what it has started dies with it; its chatter is not shown. */
static gboolean
spawn (Running *self, char *const *environment, int output)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int result;

  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2 (&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen (&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_setpgroup (&attributes, 0);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETPGROUP);
  result = posix_spawn (&self->pid, self->probe->arguments[0], &actions, &attributes,
                        self->probe->arguments, environment);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  if (result != 0)
    {
      self->pid = 0;
      g_debug ("%s: %s", self->probe->arguments[0], g_strerror (result));
    }
  return result == 0;
}

static Running *
start (GpuProbe *probe, char *const *environment)
{
  Running *self = g_new0 (Running, 1);
  int pipes[2];

  self->probe = probe;
  self->output = g_byte_array_new ();
  self->fd = -1;
  probe->outcome = GPU_PROBE_NOT_STARTED;
  if (pipe2 (pipes, O_CLOEXEC) != 0)
    return self;
  if (spawn (self, environment, pipes[1]))
    {
      self->fd = pipes[0];
      fcntl (self->fd, F_SETFL, O_NONBLOCK);
    }
  else
    close (pipes[0]);
  close (pipes[1]);
  return self;
}

static void
finish (Running *self, int status)
{
  GpuProbe *probe = self->probe;

  if (WIFSIGNALED (status))
    {
      probe->outcome = GPU_PROBE_CRASHED;
      probe->signal = WTERMSIG (status);
      return;
    }
  if (WIFEXITED (status) && WEXITSTATUS (status) == 127 && self->output->len == 0)
    {
      probe->outcome = GPU_PROBE_NOT_STARTED;
      return;
    }
  if (WIFEXITED (status) && WEXITSTATUS (status) != 0)
    {
      probe->outcome = GPU_PROBE_CRASHED;
      return;
    }
  if (!self->too_long && self->output->len > 0)
    probe->report = gpu_probe_report_parse ((const char *) self->output->data, self->output->len);
  probe->outcome = probe->report != NULL ? GPU_PROBE_DONE : GPU_PROBE_GARBAGE;
}

static void
read_output (Running *self)
{
  guint8 bytes[4096];
  gssize got;

  while ((got = read (self->fd, bytes, sizeof bytes)) > 0)
    {
      if (self->output->len + (gsize) got > MAX_OUTPUT)
        {
          self->too_long = TRUE;
          break;
        }
      g_byte_array_append (self->output, bytes, (guint) got);
    }
  if (self->too_long || got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
    {
      close (self->fd);
      self->fd = -1;
    }
}

/* One look at all; returns how many are not over. */
static guint
look (GPtrArray *all)
{
  guint left = 0;

  for (guint i = 0; i < all->len; i++)
    {
      Running *self = all->pdata[i];
      int status;

      if (self->pid == 0)
        continue;
      if (self->fd >= 0)
        read_output (self);
      if (self->too_long)
        kill (-self->pid, SIGKILL);
      if (self->too_long)
        self->probe->outcome = GPU_PROBE_GARBAGE;
      else if (self->fd < 0 && reap (self, &status))
        finish (self, status);
      else
        left++;
    }
  return left;
}

/* Waits for output, an end, the cancellable or @most milliseconds. */
static void
wait_for_news (GPtrArray *all, GCancellable *cancellable, int most)
{
  g_autofree struct pollfd *fds = g_new0 (struct pollfd, all->len + 1);
  GPollFD cancelled;
  guint n = 0;

  for (guint i = 0; i < all->len; i++)
    {
      Running *self = all->pdata[i];

      if (self->pid != 0 && self->fd >= 0)
        fds[n++] = (struct pollfd) { .fd = self->fd, .events = POLLIN };
      else if (self->pid != 0)
        most = MIN (most, END_STEP);
    }
  if (g_cancellable_make_pollfd (cancellable, &cancelled))
    {
      fds[n++] = (struct pollfd) { .fd = cancelled.fd, .events = POLLIN };
      poll (fds, n, most);
      g_cancellable_release_fd (cancellable);
    }
  else
    poll (fds, n, cancellable != NULL ? MIN (most, 50) : most);
}

/* All at once, so that they die while the first is waited for. */
static void
kill_all (GPtrArray *all)
{
  for (guint i = 0; i < all->len; i++)
    {
      Running *self = all->pdata[i];

      if (self->pid != 0)
        kill (-self->pid, SIGKILL);
    }
}

/**
 * gpu_probes_run:
 * @probes: (element-type GpuProbe): what to run, all at the same time; @outcome of each is set
 * @environment: (array zero-terminated=1): for all of them
 * @time_limit: milliseconds for all of them
 * @cancellable: (nullable): kills them
 * @error: (out) (optional): G_IO_ERROR_CANCELLED only
 *
 * Any thread; blocks until all are over, killed or left alone.
 *
 * Returns: %FALSE when cancelled
 */
gboolean
gpu_probes_run (GPtrArray *probes,
                const char *const *environment,
                guint time_limit,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) destroy);
  gint64 end = g_get_monotonic_time () + (gint64) time_limit * 1000;

  g_return_val_if_fail (probes != NULL && environment != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  for (guint i = 0; i < probes->len; i++)
    g_ptr_array_add (all, start (probes->pdata[i], (char *const *) environment));
  while (look (all) > 0)
    {
      gint64 left = (end - g_get_monotonic_time () + 999) / 1000;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        {
          kill_all (all);
          return FALSE;
        }
      if (left <= 0)
        break;
      wait_for_news (all, cancellable, (int) MIN (left, 1000));
    }
  for (guint i = 0; i < all->len; i++)
    {
      Running *self = all->pdata[i];

      if (self->pid != 0 && !self->too_long)
        self->probe->outcome = GPU_PROBE_HUNG;
    }
  kill_all (all);
  return TRUE;
}
