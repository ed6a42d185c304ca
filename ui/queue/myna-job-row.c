/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/queue/myna-job-row.h"

#include <glib/gi18n.h>

#include "engine/studio/myna-studio-jobs.h"
#include "ui/widgets/myna-job-text.h"
#include "ui/widgets/myna-time-text.h"
#include "ui/widgets/myna-toasts.h"

struct _MynaJobRow
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkImage *icon;
  GtkLabel *title;
  GtkLabel *subtitle;
  GtkWidget *up_button;
  GtkWidget *down_button;
  GtkWidget *open_button;
  GtkWidget *folder_button;
  GtkWidget *retry_button;
  GtkWidget *cancel_button;
  GtkWidget *remove_button;
  GtkProgressBar *progress;
  GtkLabel *status;
  GtkLabel *warnings;
  GtkExpander *log_expander;
  GtkTextView *log_view;

  /* Owned references */
  MynaJobQueue *queue;
  MynaJob *job;
  GSignalGroup *job_signals;
};

G_DEFINE_FINAL_TYPE (MynaJobRow, myna_job_row, ADW_TYPE_BIN)

/* Whether a job's log is open, kept with the job: rows come and go as the list changes. */
static GQuark
expanded_quark (void)
{
  return g_quark_from_static_string ("myna-job-row-log-expanded");
}

static const char *
get_icon (MynaJobState state)
{
  switch (state)
    {
    case MYNA_JOB_RUNNING:
    case MYNA_JOB_CANCELLING:
      return "media-playback-start-symbolic";
    case MYNA_JOB_DONE:
      return "object-select-symbolic";
    case MYNA_JOB_FAILED:
      return "dialog-error-symbolic";
    case MYNA_JOB_CANCELLED:
      return "process-stop-symbolic";
    case MYNA_JOB_INTERRUPTED:
      return "media-playback-pause-symbolic";
    case MYNA_JOB_QUEUED:
    default:
      return "document-open-recent-symbolic";
    }
}

static const char *
get_css_class (MynaJobState state)
{
  switch (state)
    {
    case MYNA_JOB_DONE:
      return "success";
    case MYNA_JOB_FAILED:
      return "error";
    case MYNA_JOB_INTERRUPTED:
      return "warning";
    case MYNA_JOB_RUNNING:
      return "accent";
    case MYNA_JOB_QUEUED:
    case MYNA_JOB_CANCELLING:
    case MYNA_JOB_CANCELLED:
    default:
      return "dimmed";
    }
}

/* What the result is: a place in this program, or a file of the user's. */
static gboolean
result_is_file (MynaJob *job)
{
  const char *result = myna_job_get_result (job);

  return result != NULL && g_path_is_absolute (result);
}

static char *
dup_status (MynaJob *job)
{
  g_autofree char *progress = myna_job_text_progress (job);
  g_autofree char *elapsed = NULL;

  if (myna_job_get_elapsed (job) < 1.0 || myna_job_get_state (job) == MYNA_JOB_QUEUED)
    return g_steal_pointer (&progress);
  if (myna_job_is_finished (job))
    {
      elapsed = myna_time_text_words (myna_job_get_elapsed (job));
      /* Translators: how a job ended, and how long it took: "Done · took 5 seconds" */
      return g_strdup_printf (_ ("%1$s · took %2$s"), progress, elapsed);
    }
  elapsed = myna_time_text_clock (myna_job_get_elapsed (job));
  /* Translators: where a job stands, and the time since its start: "Speaking · 42 % · 0:05 so far"
   */
  return g_strdup_printf (_ ("%1$s · %2$s so far"), progress, elapsed);
}

static void
sync_progress (MynaJobRow *self)
{
  MynaJobState state = myna_job_get_state (self->job);
  gboolean running = state == MYNA_JOB_RUNNING || state == MYNA_JOB_CANCELLING;
  double fraction = myna_job_get_fraction (self->job);
  g_autofree char *status = dup_status (self->job);

  g_assert (MYNA_IS_JOB_ROW (self));

  gtk_widget_set_visible (GTK_WIDGET (self->progress), running);
  if (running && fraction >= 0.0)
    gtk_progress_bar_set_fraction (self->progress, CLAMP (fraction, 0.0, 1.0));
  else if (running)
    gtk_progress_bar_pulse (self->progress);
  if (!g_str_equal (status, gtk_label_get_text (self->status)))
    gtk_label_set_text (self->status, status);
}

static void
sync_actions (MynaJobRow *self)
{
  MynaJobState state = myna_job_get_state (self->job);
  gboolean queued = state == MYNA_JOB_QUEUED;
  gboolean again =
      state == MYNA_JOB_FAILED || state == MYNA_JOB_CANCELLED || state == MYNA_JOB_INTERRUPTED;
  gboolean over = myna_job_is_finished (self->job) || state == MYNA_JOB_INTERRUPTED;
  gboolean done = state == MYNA_JOB_DONE && myna_job_get_result (self->job) != NULL;
  const struct
  {
    GtkWidget *button;
    const char *action;
    gboolean possible;
  } actions[] = {
    { self->up_button, "job.up", queued },
    { self->down_button, "job.down", queued },
    { self->open_button, "job.open", done },
    { self->folder_button, "job.show-file", done && result_is_file (self->job) },
    { self->retry_button, "job.retry", again },
    { self->cancel_button, "job.cancel", queued || state == MYNA_JOB_RUNNING },
    { self->remove_button, "job.remove", over },
  };

  g_assert (MYNA_IS_JOB_ROW (self));

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i].action, actions[i].possible);
      gtk_widget_set_visible (actions[i].button, actions[i].possible);
    }
  gtk_widget_set_tooltip_text (self->retry_button,
                               state == MYNA_JOB_INTERRUPTED ? _ ("Resume") : _ ("Try Again"));
}

static void
sync_state (MynaJobRow *self)
{
  MynaJobState state = myna_job_get_state (self->job);

  g_assert (MYNA_IS_JOB_ROW (self));

  gtk_image_set_from_icon_name (self->icon, get_icon (state));
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon),
                              (const char *[]) { get_css_class (state), NULL });
  gtk_widget_set_css_classes (GTK_WIDGET (self->status),
                              (const char *[]) { "caption", "numeric",
                                                 state == MYNA_JOB_FAILED ? "error" : "dimmed",
                                                 NULL });
  sync_actions (self);
}

static void
sync_texts (MynaJobRow *self)
{
  const char *const *warnings = myna_job_get_warnings (self->job);
  const char *subtitle = myna_job_get_subtitle (self->job);
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_JOB_ROW (self));

  gtk_label_set_text (self->title, myna_job_get_title (self->job));
  gtk_label_set_text (self->subtitle, subtitle != NULL ? subtitle : "");
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle), subtitle != NULL && *subtitle != '\0');
  text = warnings != NULL ? g_strjoinv ("\n", (char **) warnings) : g_strdup ("");
  gtk_label_set_text (self->warnings, text);
  gtk_widget_set_visible (GTK_WIDGET (self->warnings), *text != '\0');
}

/* A log may be long and grow fast: it is only written out where somebody reads it. */
static void
sync_log (MynaJobRow *self)
{
  const char *log = myna_job_get_log (self->job);

  g_assert (MYNA_IS_JOB_ROW (self));

  gtk_widget_set_visible (GTK_WIDGET (self->log_expander), log != NULL && *log != '\0');
  if (gtk_expander_get_expanded (self->log_expander))
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->log_view), log != NULL ? log : "",
                              -1);
}

static void
state_cb (MynaJobRow *self)
{
  g_assert (MYNA_IS_JOB_ROW (self));

  sync_state (self);
  sync_progress (self);
}

static void
progress_cb (MynaJobRow *self)
{
  g_assert (MYNA_IS_JOB_ROW (self));

  sync_progress (self);
}

static void
texts_cb (MynaJobRow *self)
{
  g_assert (MYNA_IS_JOB_ROW (self));

  sync_texts (self);
  sync_actions (self);
}

static void
log_cb (MynaJobRow *self)
{
  g_assert (MYNA_IS_JOB_ROW (self));

  sync_log (self);
}

static void
on_log_expanded (MynaJobRow *self, GParamSpec *pspec, GtkExpander *expander)
{
  g_assert (MYNA_IS_JOB_ROW (self));

  if (self->job == NULL)
    return;
  g_object_set_qdata (G_OBJECT (self->job), expanded_quark (),
                      GINT_TO_POINTER (gtk_expander_get_expanded (expander)));
  sync_log (self);
}

static void
move_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaJobRow *self = MYNA_JOB_ROW (widget);

  g_assert (MYNA_IS_JOB_ROW (self));

  myna_job_queue_move (self->queue, self->job, g_str_equal (action_name, "job.up") ? -1 : 1);
}

static void
cancel_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaJobRow *self = MYNA_JOB_ROW (widget);

  g_assert (MYNA_IS_JOB_ROW (self));

  myna_job_queue_cancel (self->queue, self->job);
}

static void
retry_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaJobRow *self = MYNA_JOB_ROW (widget);

  g_assert (MYNA_IS_JOB_ROW (self));

  myna_job_queue_retry (self->queue, self->job);
}

static void
remove_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaJobRow *self = MYNA_JOB_ROW (widget);

  g_assert (MYNA_IS_JOB_ROW (self));

  myna_job_queue_remove (self->queue, self->job);
}

static void
launched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaJobRow) self = user_data;
  g_autoptr (GError) error = NULL;

  g_assert (MYNA_IS_JOB_ROW (self));

  if (!gtk_file_launcher_launch_finish (GTK_FILE_LAUNCHER (source), result, &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    myna_toasts_add_error (GTK_WIDGET (self), error);
}

static void
launch (MynaJobRow *self, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  g_assert (MYNA_IS_JOB_ROW (self));

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autofree char *name = g_filename_display_basename (path);
      g_autofree char *text = g_strdup_printf (_ ("“%s” is no longer there."), name);

      myna_toasts_add_text (GTK_WIDGET (self), text);
      return;
    }
  gtk_file_launcher_launch (launcher, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                            launched_cb, g_object_ref (self));
}

static void
open_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaJobRow *self = MYNA_JOB_ROW (widget);

  g_assert (MYNA_IS_JOB_ROW (self));

  if (g_strcmp0 (myna_job_get_kind (self->job), MYNA_JOB_LIPSYNC) == 0)
    gtk_widget_activate_action (widget, "win.show-video", "s", myna_job_get_result (self->job));
  else if (result_is_file (self->job))
    launch (self, myna_job_get_result (self->job));
  else
    gtk_widget_activate_action (widget, "win.open-result", "s", myna_job_get_result (self->job));
}

static void
show_file_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaJobRow *self = MYNA_JOB_ROW (widget);

  g_assert (MYNA_IS_JOB_ROW (self));

  gtk_widget_activate_action (widget, "win.open-result", "s", myna_job_get_result (self->job));
}

static void
copy_log_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaJobRow *self = MYNA_JOB_ROW (widget);
  const char *error;
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_JOB_ROW (self));

  error = myna_job_get_error (self->job);
  text = g_strjoin ("\n", myna_job_get_title (self->job), error != NULL ? error : "",
                    myna_job_get_log (self->job), NULL);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  myna_toasts_add_text (widget, _ ("Log copied"));
}

/* Dragging */

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, MynaJobRow *self)
{
  g_assert (MYNA_IS_JOB_ROW (self));

  if (self->job == NULL || myna_job_get_state (self->job) != MYNA_JOB_QUEUED)
    return NULL;
  return gdk_content_provider_new_typed (MYNA_TYPE_JOB, self->job);
}

static void
drag_begin_cb (GtkDragSource *source, GdkDrag *drag, MynaJobRow *self)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (self));

  g_assert (MYNA_IS_JOB_ROW (self));

  gtk_drag_source_set_icon (source, paintable, 0, 0);
}

/* How many waiting jobs there are from @from to @to: what the queue counts its moves in. */
static gboolean
count_passed (MynaJobQueue *queue, MynaJob *from, MynaJob *to, int *offset)
{
  int position_from = -1;
  int position_to = -1;
  int n_waiting = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (queue)); i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (G_LIST_MODEL (queue), i);

      if (myna_job_get_state (job) != MYNA_JOB_QUEUED)
        continue;
      if (job == from)
        position_from = n_waiting;
      if (job == to)
        position_to = n_waiting;
      n_waiting++;
    }
  *offset = position_to - position_from;
  return position_from >= 0 && position_to >= 0 && *offset != 0;
}

static gboolean
drop_cb (MynaJobRow *self, const GValue *value, double x, double y, GtkDropTarget *target)
{
  MynaJob *dragged = g_value_get_object (value);
  int offset = 0;

  g_assert (MYNA_IS_JOB_ROW (self));

  if (dragged == NULL || self->job == NULL ||
      !count_passed (self->queue, dragged, self->job, &offset))
    return FALSE;
  myna_job_queue_move (self->queue, dragged, offset);
  return TRUE;
}

/* Only a place in the queue can be dropped on. */
static GdkDragAction
enter_cb (MynaJobRow *self, double x, double y, GtkDropTarget *target)
{
  g_assert (MYNA_IS_JOB_ROW (self));

  return self->job != NULL && myna_job_get_state (self->job) == MYNA_JOB_QUEUED ? GDK_ACTION_MOVE
                                                                                : 0;
}

static void
init_dragging (MynaJobRow *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (MYNA_TYPE_JOB, GDK_ACTION_MOVE);

  g_assert (MYNA_IS_JOB_ROW (self));

  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect_object (source, "prepare", G_CALLBACK (prepare_cb), self, 0);
  g_signal_connect_object (source, "drag-begin", G_CALLBACK (drag_begin_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
  g_signal_connect_object (target, "enter", G_CALLBACK (enter_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

static void
myna_job_row_dispose (GObject *object)
{
  MynaJobRow *self = MYNA_JOB_ROW (object);

  g_clear_object (&self->job_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_JOB_ROW);
  g_clear_object (&self->job);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (myna_job_row_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/queue/myna-job-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, icon);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, title);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, up_button);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, down_button);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, open_button);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, folder_button);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, retry_button);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, remove_button);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, progress);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, status);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, warnings);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, log_expander);
  gtk_widget_class_bind_template_child (widget_class, MynaJobRow, log_view);
  gtk_widget_class_bind_template_callback (widget_class, on_log_expanded);
}

static void
myna_job_row_class_init (MynaJobRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_job_row_dispose;

  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "job.up", NULL, move_action);
  gtk_widget_class_install_action (widget_class, "job.down", NULL, move_action);
  gtk_widget_class_install_action (widget_class, "job.cancel", NULL, cancel_action);
  gtk_widget_class_install_action (widget_class, "job.retry", NULL, retry_action);
  gtk_widget_class_install_action (widget_class, "job.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "job.show-file", NULL, show_file_action);
  gtk_widget_class_install_action (widget_class, "job.remove", NULL, remove_action);
  gtk_widget_class_install_action (widget_class, "job.copy-log", NULL, copy_log_action);
}

static void
myna_job_row_init (MynaJobRow *self)
{
  static const struct
  {
    const char *signal;
    void (*callback) (MynaJobRow *self);
  } handlers[] = {
    { "notify::state", state_cb },       { "notify::stage", progress_cb },
    { "notify::fraction", progress_cb }, { "notify::speed", progress_cb },
    { "notify::eta", progress_cb },      { "notify::elapsed", progress_cb },
    { "notify::error", progress_cb },    { "notify::title", texts_cb },
    { "notify::subtitle", texts_cb },    { "notify::warnings", texts_cb },
    { "notify::result", texts_cb },      { "notify::log", log_cb },
  };

  gtk_widget_init_template (GTK_WIDGET (self));
  init_dragging (self);
  self->job_signals = g_signal_group_new (MYNA_TYPE_JOB);
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_group_connect_swapped (self->job_signals, handlers[i].signal,
                                    G_CALLBACK (handlers[i].callback), self);
}

/**
 * myna_job_row_new:
 * @queue: what runs the jobs
 *
 * Returns: (transfer floating): a row without a job
 */
GtkWidget *
myna_job_row_new (MynaJobQueue *queue)
{
  MynaJobRow *self;

  g_return_val_if_fail (MYNA_IS_JOB_QUEUE (queue), NULL);

  self = g_object_new (MYNA_TYPE_JOB_ROW, NULL);
  self->queue = g_object_ref (queue);
  return GTK_WIDGET (self);
}

/**
 * myna_job_row_set_job:
 * @job: (nullable): what to show
 */
void
myna_job_row_set_job (MynaJobRow *self, MynaJob *job)
{
  gboolean expanded;

  g_return_if_fail (MYNA_IS_JOB_ROW (self));
  g_return_if_fail (job == NULL || MYNA_IS_JOB (job));

  if (self->job == job)
    return;
  g_clear_object (&self->job);
  g_signal_group_set_target (self->job_signals, job);
  if (job == NULL)
    return;
  expanded = GPOINTER_TO_INT (g_object_get_qdata (G_OBJECT (job), expanded_quark ()));
  gtk_expander_set_expanded (self->log_expander, expanded);
  self->job = g_object_ref (job);
  sync_texts (self);
  sync_state (self);
  sync_progress (self);
  sync_log (self);
}

/**
 * myna_job_row_get_job:
 *
 * Returns: (transfer none) (nullable): what is shown
 */
MynaJob *
myna_job_row_get_job (MynaJobRow *self)
{
  g_return_val_if_fail (MYNA_IS_JOB_ROW (self), NULL);

  return self->job;
}
