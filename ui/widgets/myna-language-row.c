/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-language-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "engine/text/myna-language.h"
#include "ui/widgets/myna-language-model.h"

struct _MynaLanguageRow
{
  AdwComboRow parent_instance;

  /* Owned references */
  GCancellable *cancellable;
  GListModel *languages; /* of MynaLanguageItem; fills a moment after its making */

  /* State */
  char *code;
  char *default_label;
  gboolean selecting; /* the selection follows the code, not the other way round */
};

enum
{
  PROP_0,
  PROP_CODE,
  PROP_DEFAULT_LABEL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaLanguageRow, myna_language_row, ADW_TYPE_COMBO_ROW)

static void
select_code (MynaLanguageRow *self)
{
  g_assert (MYNA_IS_LANGUAGE_ROW (self));

  self->selecting = TRUE;
  adw_combo_row_set_selected (ADW_COMBO_ROW (self),
                              myna_language_model_find (self->languages, self->code));
  self->selecting = FALSE;
}

static void
selected_cb (MynaLanguageRow *self)
{
  MynaLanguageItem *item = adw_combo_row_get_selected_item (ADW_COMBO_ROW (self));

  g_assert (MYNA_IS_LANGUAGE_ROW (self));

  if (self->selecting || item == NULL)
    return;
  if (g_set_str (&self->code, myna_language_item_get_code (item)))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CODE]);
}

/* When the model fills, the combo row selects something by itself: the code decides instead. */
static void
filling_cb (MynaLanguageRow *self)
{
  g_assert (MYNA_IS_LANGUAGE_ROW (self));

  self->selecting = TRUE;
}

static void
filled_cb (MynaLanguageRow *self)
{
  g_assert (MYNA_IS_LANGUAGE_ROW (self));

  select_code (self);
}

static void
myna_language_row_constructed (GObject *object)
{
  MynaLanguageRow *self = MYNA_LANGUAGE_ROW (object);

  G_OBJECT_CLASS (myna_language_row_parent_class)->constructed (object);

  self->languages = myna_language_model_new (self->default_label);
  g_signal_connect_object (self->languages, "items-changed", G_CALLBACK (filling_cb), self,
                           G_CONNECT_SWAPPED);
  self->selecting = TRUE;
  adw_combo_row_set_model (ADW_COMBO_ROW (self), self->languages);
  select_code (self);
  g_signal_connect_object (self->languages, "items-changed", G_CALLBACK (filled_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

static void
myna_language_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaLanguageRow *self = MYNA_LANGUAGE_ROW (object);

  switch (prop_id)
    {
    case PROP_CODE:
      g_value_set_string (value, self->code);
      break;
    case PROP_DEFAULT_LABEL:
      g_value_set_string (value, self->default_label);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_language_row_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  MynaLanguageRow *self = MYNA_LANGUAGE_ROW (object);

  switch (prop_id)
    {
    case PROP_CODE:
      myna_language_row_set_code (self, g_value_get_string (value));
      break;
    case PROP_DEFAULT_LABEL:
      self->default_label = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_language_row_dispose (GObject *object)
{
  MynaLanguageRow *self = MYNA_LANGUAGE_ROW (object);

  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (myna_language_row_parent_class)->dispose (object);
}

static void
myna_language_row_finalize (GObject *object)
{
  MynaLanguageRow *self = MYNA_LANGUAGE_ROW (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->languages);
  g_clear_pointer (&self->code, g_free);
  g_clear_pointer (&self->default_label, g_free);

  G_OBJECT_CLASS (myna_language_row_parent_class)->finalize (object);
}

static void
myna_language_row_class_init (MynaLanguageRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = myna_language_row_constructed;
  object_class->get_property = myna_language_row_get_property;
  object_class->set_property = myna_language_row_set_property;
  object_class->dispose = myna_language_row_dispose;
  object_class->finalize = myna_language_row_finalize;

  properties[PROP_CODE] = g_param_spec_string (
      "code", NULL, NULL, "", G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_DEFAULT_LABEL] =
      g_param_spec_string ("default-label", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_language_row_init (MynaLanguageRow *self)
{
  g_autoptr (GtkExpression) expression =
      gtk_property_expression_new (MYNA_TYPE_LANGUAGE_ITEM, NULL, "label");

  self->cancellable = g_cancellable_new ();
  self->code = g_strdup ("");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _ ("Language"));
  adw_combo_row_set_expression (ADW_COMBO_ROW (self), expression);
  /* Below the title there is room for "British English – English (United Kingdom)". */
  adw_combo_row_set_use_subtitle (ADW_COMBO_ROW (self), TRUE);
  adw_combo_row_set_enable_search (ADW_COMBO_ROW (self), TRUE);
  adw_combo_row_set_search_match_mode (ADW_COMBO_ROW (self),
                                       GTK_STRING_FILTER_MATCH_MODE_SUBSTRING);
  g_signal_connect (self, "notify::selected", G_CALLBACK (selected_cb), NULL);
}

/**
 * myna_language_row_new:
 *
 * Returns: (transfer floating): a row without a choice yet
 */
GtkWidget *
myna_language_row_new (void)
{
  return g_object_new (MYNA_TYPE_LANGUAGE_ROW, NULL);
}

/**
 * myna_language_row_get_code:
 *
 * Returns: (transfer none): the chosen language, "" for the default or none
 */
const char *
myna_language_row_get_code (MynaLanguageRow *self)
{
  g_return_val_if_fail (MYNA_IS_LANGUAGE_ROW (self), "");

  return self->code;
}

/**
 * myna_language_row_set_code:
 * @code: (nullable): as in myna_language_list(), kept until the list is there; %NULL is ""
 */
void
myna_language_row_set_code (MynaLanguageRow *self, const char *code)
{
  g_return_if_fail (MYNA_IS_LANGUAGE_ROW (self));

  if (!g_set_str (&self->code, code != NULL ? code : ""))
    return;
  select_code (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CODE]);
}

static void
resolve_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const char *const *names = g_get_language_names ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *tag = g_strdelimit (g_strdup (names[i]), "_", '-');
      char *code = NULL;

      if (strpbrk (tag, ".@") == NULL && (code = myna_language_resolve (tag, NULL)) != NULL)
        {
          g_task_return_pointer (task, code, g_free);
          return;
        }
    }
  g_task_return_pointer (task, g_strdup ("en-us"), g_free);
}

static void
resolve_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *code = g_task_propagate_pointer (G_TASK (result), NULL);
  MynaLanguageRow *self = user_data;

  if (code == NULL)
    return;
  g_assert (MYNA_IS_LANGUAGE_ROW (self));
  if (*self->code == '\0')
    myna_language_row_set_code (self, code);
}

/**
 * myna_language_row_use_locale:
 *
 * Chooses the language of the user's session, unless one is chosen before that is known.
 */
void
myna_language_row_use_locale (MynaLanguageRow *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MYNA_IS_LANGUAGE_ROW (self));

  task = g_task_new (NULL, self->cancellable, resolve_cb, self);
  g_task_set_name (task, "myna-language-row-locale");
  g_task_run_in_thread (task, resolve_thread);
}
