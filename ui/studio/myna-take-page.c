/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/studio/myna-take-page.h"

#include <glib/gi18n.h>

#include "ui/studio/myna-piece-row.h"
#include "ui/studio/myna-take-operations.h"
#include "ui/studio/myna-take-row.h"
#include "ui/widgets/myna-job-text.h"

struct _MynaTakePage
{
  AdwNavigationPage parent_instance;

  /* Template widgets */
  AdwWindowTitle *title;
  AdwBanner *banner;
  GtkWidget *job_box;
  GtkLabel *job_text;
  GtkProgressBar *progress;
  GtkListView *list;

  /* Owned references */
  MynaStudio *studio;
  MynaTake *take;
  GSignalGroup *take_signals;
  GSignalGroup *job_signals;
};

G_DEFINE_FINAL_TYPE (MynaTakePage, myna_take_page, ADW_TYPE_NAVIGATION_PAGE)

static void
update_job (MynaTakePage *self)
{
  g_autofree char *text = NULL;
  MynaJob *job = NULL;

  g_assert (MYNA_IS_TAKE_PAGE (self));

  job = myna_take_get_job (self->take);
  g_signal_group_set_target (self->job_signals, job);
  gtk_widget_set_visible (self->job_box, job != NULL);
  if (job == NULL)
    return;
  text = myna_job_text_progress (job);
  gtk_label_set_text (self->job_text, text);
  gtk_progress_bar_set_fraction (self->progress, CLAMP (myna_job_get_fraction (job), 0.0, 1.0));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "take.cancel",
                                 myna_job_get_state (job) != MYNA_JOB_CANCELLING);
}

static void
update_banner (MynaTakePage *self)
{
  const char *const *warnings = myna_take_get_warnings (self->take);
  gboolean partial = myna_take_get_state (self->take) == MYNA_TAKE_PARTIAL;
  g_autofree char *text = NULL;

  g_assert (MYNA_IS_TAKE_PAGE (self));

  if (warnings != NULL && warnings[0] != NULL)
    text = g_strjoinv ("\n", (char **) warnings);
  else if (partial)
    text = g_strdup (_ ("Not finished; what is ready can be used"));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "take.resume", partial);
  adw_banner_set_button_label (self->banner, partial ? _ ("_Continue") : NULL);
  if (text != NULL)
    {
      g_autofree char *markup = g_markup_escape_text (text, -1);

      adw_banner_set_title (self->banner, markup);
    }
  adw_banner_set_revealed (self->banner, text != NULL);
}

static void
update (MynaTakePage *self)
{
  g_autofree char *facts = NULL;

  g_assert (MYNA_IS_TAKE_PAGE (self));

  facts = myna_take_row_dup_facts (self->take);
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), myna_take_get_name (self->take));
  adw_window_title_set_title (self->title, myna_take_get_name (self->take));
  adw_window_title_set_subtitle (self->title, facts);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "take.export",
                                 myna_take_get_n_ready (self->take) > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "take.lipsync",
                                 myna_take_get_state (self->take) == MYNA_TAKE_COMPLETE);
  update_banner (self);
  update_job (self);
}

static void
on_setup (MynaTakePage *self, GtkListItem *item, GtkSignalListItemFactory *factory)
{
  g_assert (MYNA_IS_TAKE_PAGE (self));

  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_selectable (item, FALSE);
  gtk_list_item_set_child (item, myna_piece_row_new (self->studio, self->take));
}

static void
on_bind (MynaTakePage *self, GtkListItem *item, GtkSignalListItemFactory *factory)
{
  MynaPiece *piece = NULL;

  g_assert (MYNA_IS_TAKE_PAGE (self));

  piece = gtk_list_item_get_item (item);
  myna_piece_row_set_piece (MYNA_PIECE_ROW (gtk_list_item_get_child (item)), piece);
  gtk_list_item_set_accessible_label (item, myna_piece_get_text (piece));
}

static void
on_unbind (MynaTakePage *self, GtkListItem *item, GtkSignalListItemFactory *factory)
{
  g_assert (MYNA_IS_TAKE_PAGE (self));

  myna_piece_row_set_piece (MYNA_PIECE_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
fill_list (MynaTakePage *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  GtkNoSelection *selection = NULL;

  g_assert (MYNA_IS_TAKE_PAGE (self));

  g_signal_connect_object (factory, "setup", G_CALLBACK (on_setup), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_unbind), self, G_CONNECT_SWAPPED);
  selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->take)));
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
}

/**
 * myna_take_page_get_take:
 * @self: the page
 *
 * Returns: (transfer none): the take it shows
 */
MynaTake *
myna_take_page_get_take (MynaTakePage *self)
{
  g_return_val_if_fail (MYNA_IS_TAKE_PAGE (self), NULL);

  return self->take;
}

static void
take_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaTakePage *self = MYNA_TAKE_PAGE (widget);

  if (g_str_equal (action_name, "take.export"))
    myna_take_operations_export (widget, self->studio, self->take);
  else if (g_str_equal (action_name, "take.rename"))
    myna_take_operations_rename (widget, self->studio, self->take);
  else if (g_str_equal (action_name, "take.cancel"))
    myna_take_operations_cancel (widget, self->studio, self->take);
  else if (g_str_equal (action_name, "take.resume"))
    myna_take_operations_resume (widget, self->studio, self->take);
  else if (g_str_equal (action_name, "take.delete"))
    myna_take_operations_delete (widget, self->studio, self->take);
}

static void
reuse_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaTakePage *self = MYNA_TAKE_PAGE (widget);
  g_autofree char *id = NULL;

  g_object_get (self->take, "id", &id, NULL);
  gtk_widget_activate_action (widget, "studio.reuse-text", "s", id);
}

static void
lipsync_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  MynaTakePage *self = MYNA_TAKE_PAGE (widget);

  gtk_widget_activate_action (widget, "win.use-take", "s", myna_take_get_id (self->take));
}

static void
myna_take_page_dispose (GObject *object)
{
  MynaTakePage *self = MYNA_TAKE_PAGE (object);

  g_clear_object (&self->take_signals);
  g_clear_object (&self->job_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), MYNA_TYPE_TAKE_PAGE);
  g_clear_object (&self->take);
  g_clear_object (&self->studio);

  G_OBJECT_CLASS (myna_take_page_parent_class)->dispose (object);
}

static void
myna_take_page_class_init (MynaTakePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_take_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               MYNA_RESOURCE_BASE "/studio/myna-take-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MynaTakePage, title);
  gtk_widget_class_bind_template_child (widget_class, MynaTakePage, banner);
  gtk_widget_class_bind_template_child (widget_class, MynaTakePage, job_box);
  gtk_widget_class_bind_template_child (widget_class, MynaTakePage, job_text);
  gtk_widget_class_bind_template_child (widget_class, MynaTakePage, progress);
  gtk_widget_class_bind_template_child (widget_class, MynaTakePage, list);
  gtk_widget_class_install_action (widget_class, "take.export", NULL, take_action);
  gtk_widget_class_install_action (widget_class, "take.rename", NULL, take_action);
  gtk_widget_class_install_action (widget_class, "take.cancel", NULL, take_action);
  gtk_widget_class_install_action (widget_class, "take.resume", NULL, take_action);
  gtk_widget_class_install_action (widget_class, "take.delete", NULL, take_action);
  gtk_widget_class_install_action (widget_class, "take.reuse", NULL, reuse_action);
  gtk_widget_class_install_action (widget_class, "take.lipsync", NULL, lipsync_action);
}

static void
myna_take_page_init (MynaTakePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->take_signals = g_signal_group_new (MYNA_TYPE_TAKE);
  g_signal_group_connect_swapped (self->take_signals, "notify", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->take_signals, "items-changed", G_CALLBACK (update), self);
  self->job_signals = g_signal_group_new (MYNA_TYPE_JOB);
  g_signal_group_connect_swapped (self->job_signals, "notify", G_CALLBACK (update_job), self);
}

/**
 * myna_take_page_new:
 * @studio: the studio
 * @take: the take
 *
 * Returns: (transfer floating): the page
 */
AdwNavigationPage *
myna_take_page_new (MynaStudio *studio, MynaTake *take)
{
  MynaTakePage *self = NULL;

  g_return_val_if_fail (MYNA_IS_STUDIO (studio), NULL);
  g_return_val_if_fail (MYNA_IS_TAKE (take), NULL);

  self = g_object_new (MYNA_TYPE_TAKE_PAGE, NULL);
  self->studio = g_object_ref (studio);
  self->take = g_object_ref (take);
  g_signal_group_set_target (self->take_signals, take);
  fill_list (self);
  update (self);
  return ADW_NAVIGATION_PAGE (self);
}
