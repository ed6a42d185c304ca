/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/queue/myna-queue-page.h"

#include <glib/gi18n.h>

#include "ui/devices/myna-device-line.h"
#include "ui/queue/myna-job-order.h"
#include "ui/queue/myna-job-row.h"
#include "ui/widgets/myna-job-text.h"

struct _MynaQueuePage
{
  AdwBin parent_instance;

  /* Template widgets */
  GtkToggleButton *pause_button;
  AdwBanner *interrupted_banner;
  GtkStack *stack;
  GtkListView *list;
  MynaDeviceLine *device_line;

  /* Owned references */
  MynaJobQueue *queue;
  MynaJobOrder *jobs;
};

G_DEFINE_FINAL_TYPE (MynaQueuePage, myna_queue_page, ADW_TYPE_BIN)

static guint
count_state (GListModel *jobs, gboolean (*matches) (MynaJob *job))
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (MynaJob) job = g_list_model_get_item (jobs, i);

      if (matches (job))
        n++;
    }
  return n;
}

static gboolean
is_interrupted (MynaJob *job)
{
  return myna_job_get_state (job) == MYNA_JOB_INTERRUPTED;
}

static void
sync_page (MynaQueuePage *self)
{
  GListModel *jobs = G_LIST_MODEL (self->queue);
  guint n_interrupted = count_state (jobs, is_interrupted);
  gboolean any_finished = count_state (jobs, myna_job_is_finished) > 0;
  g_autofree char *title = NULL;

  g_assert (MYNA_IS_QUEUE_PAGE (self));

  gtk_stack_set_visible_child_name (self->stack,
                                    g_list_model_get_n_items (jobs) > 0 ? "jobs" : "empty");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "queue.clear-finished", any_finished);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "queue.resume-interrupted", n_interrupted > 0);
  title = g_strdup_printf (ngettext ("Myna was interrupted; %u job can continue",
                                     "Myna was interrupted; %u jobs can continue", n_interrupted),
                           n_interrupted);
  if (n_interrupted > 0)
    adw_banner_set_title (self->interrupted_banner, title);
  adw_banner_set_revealed (self->interrupted_banner, n_interrupted > 0);
}

/* The sorted list changes with every job's state, the queue only when jobs come and go. */
static void
jobs_changed_cb (MynaQueuePage *self)
{
  g_assert (MYNA_IS_QUEUE_PAGE (self));

  sync_page (self);
}

static void
finished_cb (MynaQueuePage *self, MynaJob *job, MynaJobQueue *queue)
{
  g_autofree char *progress = NULL;
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_QUEUE_PAGE (self));

  sync_page (self);
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  progress = myna_job_text_progress (job);
  /* Translators: told to screen readers when a job ends: its name, then how it ended */
  text = g_strdup_printf (_ ("%1$s: %2$s"), myna_job_get_title (job), progress);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text,
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
on_continue_clicked (MynaQueuePage *self, AdwBanner *banner)
{
  g_assert (MYNA_IS_QUEUE_PAGE (self));

  myna_job_queue_set_paused (self->queue, FALSE);
}

static void
clear_finished_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaQueuePage *self = MYNA_QUEUE_PAGE (widget);

  g_assert (MYNA_IS_QUEUE_PAGE (self));

  myna_job_queue_clear_finished (self->queue);
}

static void
resume_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaQueuePage *self = MYNA_QUEUE_PAGE (widget);

  g_assert (MYNA_IS_QUEUE_PAGE (self));

  myna_job_queue_resume_interrupted (self->queue);
}

/* The row of the job that has the focus, be it on the row or on something in it. */
static MynaJobRow *
find_focused_row (MynaQueuePage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *row;

  g_assert (MYNA_IS_QUEUE_PAGE (self));

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->list)))
    return NULL;
  row = gtk_widget_get_ancestor (focus, MYNA_TYPE_JOB_ROW);
  if (row == NULL)
    row = gtk_widget_get_first_child (focus);
  return MYNA_IS_JOB_ROW (row) ? MYNA_JOB_ROW (row) : NULL;
}

/* Keys act on the focused job, by the actions of its row. */
static gboolean
key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaQueuePage *self = MYNA_QUEUE_PAGE (widget);
  MynaJobRow *row = find_focused_row (self);
  const char *action = g_variant_get_string (args, NULL);

  g_assert (MYNA_IS_QUEUE_PAGE (self));

  if (row == NULL)
    return GDK_EVENT_PROPAGATE;
  if (g_str_equal (action, "job.remove") && !myna_job_is_finished (myna_job_row_get_job (row)))
    action = "job.cancel";
  gtk_widget_activate_action (GTK_WIDGET (row), action, NULL);
  return GDK_EVENT_STOP;
}

static void
setup_cb (MynaQueuePage *self, GtkListItem *item, GtkListItemFactory *factory)
{
  g_assert (MYNA_IS_QUEUE_PAGE (self));

  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_child (item, myna_job_row_new (self->queue));
}

static void
bind_cb (MynaQueuePage *self, GtkListItem *item, GtkListItemFactory *factory)
{
  MynaJob *job = gtk_list_item_get_item (item);

  g_assert (MYNA_IS_QUEUE_PAGE (self));

  gtk_list_item_set_accessible_label (item, myna_job_get_title (job));
  myna_job_row_set_job (MYNA_JOB_ROW (gtk_list_item_get_child (item)), job);
}

static void
unbind_cb (MynaQueuePage *self, GtkListItem *item, GtkListItemFactory *factory)
{
  g_assert (MYNA_IS_QUEUE_PAGE (self));

  myna_job_row_set_job (MYNA_JOB_ROW (gtk_list_item_get_child (item)), NULL);
}

static char *
dup_section_title (GtkListHeader *header, MynaJobState state)
{
  return g_strdup (myna_job_order_section_title (state));
}

/* The heading follows the state of the section's first job, which may change without another job
 * becoming the first. */
static void
setup_header_cb (MynaQueuePage *self, GtkListHeader *header, GtkListItemFactory *factory)
{
  GtkWidget *label = gtk_label_new (NULL);
  GtkExpression *item = gtk_property_expression_new (GTK_TYPE_LIST_HEADER, NULL, "item");
  GtkExpression *state = gtk_property_expression_new (MYNA_TYPE_JOB, item, "state");
  GtkExpression *title = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 1, &state,
                                                      G_CALLBACK (dup_section_title), NULL, NULL);

  g_assert (MYNA_IS_QUEUE_PAGE (self));

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_widget_add_css_class (label, "heading");
  gtk_expression_bind (title, label, "label", header);
  gtk_list_header_set_child (header, label);
}

static void
myna_queue_page_dispose (GObject *object)
{
  MynaQueuePage *self = MYNA_QUEUE_PAGE (object);

  if (self->queue != NULL)
    g_signal_handlers_disconnect_by_data (self->queue, self);
  if (self->jobs != NULL)
    g_signal_handlers_disconnect_by_data (self->jobs, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_QUEUE_PAGE);
  g_clear_object (&self->jobs);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (myna_queue_page_parent_class)->dispose (object);
}

static void
add_keys (GtkWidgetClass *widget_class)
{
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, GDK_ALT_MASK, key_cb, "s", "job.up");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, GDK_ALT_MASK, key_cb, "s", "job.down");
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, key_cb, "s", "job.remove");
}

static void
myna_queue_page_class_init (MynaQueuePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_queue_page_dispose;

  g_type_ensure (MYNA_TYPE_DEVICE_LINE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/queue/myna-queue-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaQueuePage, pause_button);
  gtk_widget_class_bind_template_child (widget_class, MynaQueuePage, interrupted_banner);
  gtk_widget_class_bind_template_child (widget_class, MynaQueuePage, stack);
  gtk_widget_class_bind_template_child (widget_class, MynaQueuePage, list);
  gtk_widget_class_bind_template_child (widget_class, MynaQueuePage, device_line);
  gtk_widget_class_bind_template_callback (widget_class, on_continue_clicked);
  gtk_widget_class_install_action (widget_class, "queue.clear-finished", NULL,
                                   clear_finished_action);
  gtk_widget_class_install_action (widget_class, "queue.resume-interrupted", NULL, resume_action);
  add_keys (widget_class);
}

static void
myna_queue_page_init (MynaQueuePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
set_factories (MynaQueuePage *self)
{
  g_autoptr (GtkListItemFactory) rows = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkListItemFactory) headers = gtk_signal_list_item_factory_new ();

  g_assert (MYNA_IS_QUEUE_PAGE (self));

  g_signal_connect_object (rows, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (rows, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (rows, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (headers, "setup", G_CALLBACK (setup_header_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_factory (self->list, rows);
  gtk_list_view_set_header_factory (self->list, headers);
}

static void
set_queue (MynaQueuePage *self, MynaJobQueue *queue)
{
  g_autoptr (GtkSelectionModel) selection = NULL;

  g_assert (MYNA_IS_QUEUE_PAGE (self));

  self->queue = g_object_ref (queue);
  self->jobs = myna_job_order_new (queue);
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->jobs))));
  set_factories (self);
  gtk_list_view_set_model (self->list, selection);
  g_signal_connect_object (self->jobs, "items-changed", G_CALLBACK (jobs_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "notify::n-unfinished", G_CALLBACK (jobs_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "job-finished", G_CALLBACK (finished_cb), self,
                           G_CONNECT_SWAPPED);
  g_object_bind_property (queue, "paused", self->pause_button, "active",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  sync_page (self);
}

/**
 * myna_queue_page_new:
 * @library: the open library
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
myna_queue_page_new (MynaLibrary *library)
{
  MynaQueuePage *self;

  g_return_val_if_fail (MYNA_IS_LIBRARY (library), NULL);

  self = g_object_new (MYNA_TYPE_QUEUE_PAGE, NULL);
  set_queue (self, myna_library_get_queue (library));
  myna_device_line_bind (self->device_line, library);
  return GTK_WIDGET (self);
}
