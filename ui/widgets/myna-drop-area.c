/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-drop-area.h"

struct _MynaDropArea
{
  GtkWidget parent_instance;

  /* Owned references: children */
  GtkWidget *overlay;

  /* Borrowed references: inside the overlay */
  GtkWidget *child;
  GtkWidget *revealer;
  GtkLabel *text;
};

enum
{
  PROP_0,
  PROP_CHILD,
  PROP_LABEL,
  N_PROPS
};

enum
{
  DROPPED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaDropArea, myna_drop_area, GTK_TYPE_WIDGET)

static gboolean
drop_cb (MynaDropArea *self, const GValue *value, double x, double y, GtkDropTarget *target)
{
  g_assert (MYNA_IS_DROP_AREA (self));

  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  g_signal_emit (self, signals[DROPPED], 0, g_value_get_boxed (value));
  return TRUE;
}

static void
current_drop_cb (MynaDropArea *self, GParamSpec *pspec, GtkDropTarget *target)
{
  g_assert (MYNA_IS_DROP_AREA (self));

  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer),
                                 gtk_drop_target_get_current_drop (target) != NULL);
}

static void
myna_drop_area_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaDropArea *self = MYNA_DROP_AREA (object);

  switch (prop_id)
    {
    case PROP_CHILD:
      g_value_set_object (value, self->child);
      break;
    case PROP_LABEL:
      g_value_set_string (value, gtk_label_get_text (self->text));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_drop_area_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MynaDropArea *self = MYNA_DROP_AREA (object);

  switch (prop_id)
    {
    case PROP_CHILD:
      myna_drop_area_set_child (self, g_value_get_object (value));
      break;
    case PROP_LABEL:
      myna_drop_area_set_label (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_drop_area_dispose (GObject *object)
{
  MynaDropArea *self = MYNA_DROP_AREA (object);

  self->child = NULL;
  g_clear_pointer (&self->overlay, gtk_widget_unparent);

  G_OBJECT_CLASS (myna_drop_area_parent_class)->dispose (object);
}

static void
myna_drop_area_class_init (MynaDropAreaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_drop_area_get_property;
  object_class->set_property = myna_drop_area_set_property;
  object_class->dispose = myna_drop_area_dispose;

  properties[PROP_CHILD] = g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET, flags);
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, "", flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[DROPPED] = g_signal_new ("dropped", MYNA_TYPE_DROP_AREA, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, GDK_TYPE_FILE_LIST);

  gtk_widget_class_set_css_name (widget_class, "droparea");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
create_banner (MynaDropArea *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *icon = gtk_image_new_from_icon_name ("folder-download-symbolic");

  self->text = GTK_LABEL (gtk_label_new (""));
  gtk_image_set_pixel_size (GTK_IMAGE (icon), 64);
  gtk_widget_set_valign (icon, GTK_ALIGN_END);
  gtk_widget_set_vexpand (icon, TRUE);
  gtk_label_set_wrap (self->text, TRUE);
  gtk_label_set_justify (self->text, GTK_JUSTIFY_CENTER);
  gtk_widget_set_valign (GTK_WIDGET (self->text), GTK_ALIGN_START);
  gtk_widget_set_vexpand (GTK_WIDGET (self->text), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->text), "title-2");
  gtk_widget_add_css_class (box, "drop-banner");
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->text));
  return box;
}

static void
myna_drop_area_init (MynaDropArea *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->overlay = gtk_overlay_new ();
  self->revealer = gtk_revealer_new ();
  gtk_revealer_set_transition_type (GTK_REVEALER (self->revealer),
                                    GTK_REVEALER_TRANSITION_TYPE_CROSSFADE);
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), create_banner (self));
  gtk_widget_set_can_target (self->revealer, FALSE);
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), self->revealer);
  gtk_widget_set_parent (self->overlay, GTK_WIDGET (self));

  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "notify::current-drop", G_CALLBACK (current_drop_cb), self,
                           G_CONNECT_SWAPPED);
  /* Before the text views below, which would take the files' names as text. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/**
 * myna_drop_area_new:
 *
 * Returns: (transfer floating): an area without a child
 */
GtkWidget *
myna_drop_area_new (void)
{
  return g_object_new (MYNA_TYPE_DROP_AREA, NULL);
}

/**
 * myna_drop_area_set_child:
 * @child: (nullable): what files can be dropped on
 */
void
myna_drop_area_set_child (MynaDropArea *self, GtkWidget *child)
{
  g_return_if_fail (MYNA_IS_DROP_AREA (self));
  g_return_if_fail (child == NULL || GTK_IS_WIDGET (child));

  if (self->child == child)
    return;
  self->child = child;
  gtk_overlay_set_child (GTK_OVERLAY (self->overlay), child);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHILD]);
}

GtkWidget *
myna_drop_area_get_child (MynaDropArea *self)
{
  g_return_val_if_fail (MYNA_IS_DROP_AREA (self), NULL);

  return self->child;
}

/**
 * myna_drop_area_set_label:
 * @label: what a drop does, translated
 */
void
myna_drop_area_set_label (MynaDropArea *self, const char *label)
{
  g_return_if_fail (MYNA_IS_DROP_AREA (self));

  if (g_strcmp0 (gtk_label_get_text (self->text), label) == 0)
    return;
  gtk_label_set_text (self->text, label != NULL ? label : "");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LABEL]);
}

const char *
myna_drop_area_get_label (MynaDropArea *self)
{
  g_return_val_if_fail (MYNA_IS_DROP_AREA (self), NULL);

  return gtk_label_get_text (self->text);
}
