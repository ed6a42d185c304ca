/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/voices/myna-quality-view.h"

#include <glib/gi18n.h>

struct _MynaQualityView
{
  AdwBin parent_instance;

  /* Borrowed references: inside the child */
  GtkStack *stack;
  GtkImage *icon;
  GtkBox *lines;
};

G_DEFINE_FINAL_TYPE (MynaQualityView, myna_quality_view, ADW_TYPE_BIN)

static const struct
{
  const char *icon;
  const char *css_class;
  const char *name;
} grades[] = {
  [MYNA_QUALITY_GOOD] = { "object-select-symbolic", "success", N_ ("Good sample") },
  [MYNA_QUALITY_FAIR] = { "dialog-warning-symbolic", "warning", N_ ("Usable sample") },
  [MYNA_QUALITY_UNUSABLE] = { "dialog-error-symbolic", "error", N_ ("Unusable sample") },
};

/**
 * myna_quality_icon:
 *
 * Returns: (transfer none): the symbolic icon of a grade
 */
const char *
myna_quality_icon (MynaQualityGrade grade)
{
  g_return_val_if_fail (grade < G_N_ELEMENTS (grades), NULL);

  return grades[grade].icon;
}

/**
 * myna_quality_css_class:
 *
 * Returns: (transfer none): libadwaita's style class of a grade
 */
const char *
myna_quality_css_class (MynaQualityGrade grade)
{
  g_return_val_if_fail (grade < G_N_ELEMENTS (grades), NULL);

  return grades[grade].css_class;
}

/**
 * myna_quality_name:
 *
 * Returns: (transfer none): a grade in translated words
 */
const char *
myna_quality_name (MynaQualityGrade grade)
{
  g_return_val_if_fail (grade < G_N_ELEMENTS (grades), NULL);

  return _ (grades[grade].name);
}

static void
myna_quality_view_class_init (MynaQualityViewClass *klass)
{
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "qualityview");
}

static GtkWidget *
create_waiting (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *spinner = adw_spinner_new ();
  GtkWidget *label = gtk_label_new (_ ("Checking the sample…"));

  gtk_widget_set_valign (spinner, GTK_ALIGN_START);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), spinner);
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

static void
myna_quality_view_init (MynaQualityView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_set_vhomogeneous (self->stack, FALSE);
  self->icon = GTK_IMAGE (gtk_image_new ());
  self->lines = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 3));
  gtk_widget_set_valign (GTK_WIDGET (self->icon), GTK_ALIGN_START);
  gtk_widget_set_hexpand (GTK_WIDGET (self->lines), TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->icon));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->lines));
  gtk_stack_add_named (self->stack, create_waiting (), "waiting");
  gtk_stack_add_named (self->stack, box, "known");
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->stack));
}

static void
append_line (MynaQualityView *self, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  g_assert (MYNA_IS_QUALITY_VIEW (self));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_box_append (self->lines, label);
}

/**
 * myna_quality_view_set_findings:
 * @grade: the grade
 * @findings: (array zero-terminated=1) (nullable): translated sentences, most important first
 */
void
myna_quality_view_set_findings (MynaQualityView *self,
                                MynaQualityGrade grade,
                                const char *const *findings)
{
  GtkWidget *child;

  g_return_if_fail (MYNA_IS_QUALITY_VIEW (self));
  g_return_if_fail (grade < G_N_ELEMENTS (grades));

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->lines))) != NULL)
    gtk_box_remove (self->lines, child);
  gtk_image_set_from_icon_name (self->icon, grades[grade].icon);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->icon), _ (grades[grade].name));
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon),
                              (const char *[]) { grades[grade].css_class, NULL });
  if (findings == NULL || findings[0] == NULL)
    append_line (self, _ (grades[grade].name), NULL);
  for (guint i = 0; findings != NULL && findings[i] != NULL; i++)
    append_line (self, findings[i], i > 0 ? "dimmed" : NULL);
  gtk_stack_set_visible_child_name (self->stack, "known");
}

/**
 * myna_quality_view_set_quality:
 * @quality: (nullable): what was measured; %NULL while it is being measured
 */
void
myna_quality_view_set_quality (MynaQualityView *self, const MynaAudioQuality *quality)
{
  g_return_if_fail (MYNA_IS_QUALITY_VIEW (self));

  if (quality == NULL)
    gtk_stack_set_visible_child_name (self->stack, "waiting");
  else
    myna_quality_view_set_findings (self, quality->grade, (const char *const *) quality->findings);
}
