/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-language-model.h"

#include <glib/gi18n.h>

#include "engine/text/myna-language.h"

struct _MynaLanguageItem
{
  GObject parent_instance;

  char *code;
  char *name;
  char *label;
  char *search_text;
};

enum
{
  PROP_0,
  PROP_CODE,
  PROP_NAME,
  PROP_LABEL,
  PROP_SEARCH_TEXT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaLanguageItem, myna_language_item, G_TYPE_OBJECT)

static void
myna_language_item_finalize (GObject *object)
{
  MynaLanguageItem *self = MYNA_LANGUAGE_ITEM (object);

  g_free (self->code);
  g_free (self->name);
  g_free (self->label);
  g_free (self->search_text);

  G_OBJECT_CLASS (myna_language_item_parent_class)->finalize (object);
}

static void
myna_language_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaLanguageItem *self = MYNA_LANGUAGE_ITEM (object);

  switch (prop_id)
    {
    case PROP_CODE:
      g_value_set_string (value, self->code);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;
    case PROP_SEARCH_TEXT:
      g_value_set_string (value, self->search_text);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_language_item_class_init (MynaLanguageItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = myna_language_item_finalize;
  object_class->get_property = myna_language_item_get_property;

  properties[PROP_CODE] = g_param_spec_string ("code", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);
  properties[PROP_SEARCH_TEXT] = g_param_spec_string ("search-text", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_language_item_init (MynaLanguageItem *self)
{
}

const char *
myna_language_item_get_code (MynaLanguageItem *self)
{
  g_return_val_if_fail (MYNA_IS_LANGUAGE_ITEM (self), NULL);

  return self->code;
}

const char *
myna_language_item_get_name (MynaLanguageItem *self)
{
  g_return_val_if_fail (MYNA_IS_LANGUAGE_ITEM (self), NULL);

  return self->name;
}

static char *
dup_label (const char *name, const char *native_name)
{
  if (native_name == NULL || g_str_equal (name, native_name))
    return g_strdup (name);
  /* Translators: a language's name, then its name in itself: "German – Deutsch" */
  return g_strdup_printf (C_ ("language", "%1$s – %2$s"), name, native_name);
}

static MynaLanguageItem *
item_new (const char *code, const char *name, const char *native_name)
{
  MynaLanguageItem *self = g_object_new (MYNA_TYPE_LANGUAGE_ITEM, NULL);

  self->code = g_strdup (code);
  self->name = g_strdup (name);
  self->label = dup_label (name, native_name);
  self->search_text = g_strjoin (" ", name, native_name, code, NULL);
  return self;
}

static void
list_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *languages = myna_language_list (&error);

  if (languages != NULL)
    g_task_return_pointer (task, languages, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GPtrArray) languages = NULL;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  GListStore *store = G_LIST_STORE (source);

  languages = g_task_propagate_pointer (G_TASK (result), &error);
  if (languages == NULL)
    {
      /* Speaking will fail with the same sentence; here the list just stays short. */
      g_message ("%s", error->message);
      return;
    }
  for (guint i = 0; i < languages->len; i++)
    {
      const MynaLanguage *language = g_ptr_array_index (languages, i);

      g_ptr_array_add (items, item_new (language->code, language->name, language->native_name));
    }
  g_list_store_splice (store, g_list_model_get_n_items (G_LIST_MODEL (store)), 0, items->pdata,
                       items->len);
}

/**
 * myna_language_model_new:
 * @first: (nullable): translated text of a first entry with the code "", such as "Voice’s language"
 *
 * The languages that can be spoken. espeak-ng is asked on a thread: the model fills shortly after,
 * with one "items-changed".
 *
 * Returns: (transfer full) (element-type MynaLanguageItem): the model
 */
GListModel *
myna_language_model_new (const char *first)
{
  GListStore *store = g_list_store_new (MYNA_TYPE_LANGUAGE_ITEM);
  g_autoptr (GTask) task = g_task_new (store, NULL, on_listed, NULL);

  if (first != NULL)
    {
      g_autoptr (MynaLanguageItem) item = item_new ("", first, NULL);

      g_list_store_append (store, item);
    }
  g_task_set_source_tag (task, myna_language_model_new);
  g_task_run_in_thread (task, list_in_thread);
  return G_LIST_MODEL (store);
}

/**
 * myna_language_model_find:
 * @model: a model of MynaLanguageItem
 * @code: a language's code
 *
 * Returns: its position, or GTK_INVALID_LIST_POSITION
 */
guint
myna_language_model_find (GListModel *model, const char *code)
{
  g_return_val_if_fail (G_IS_LIST_MODEL (model), GTK_INVALID_LIST_POSITION);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (MynaLanguageItem) item = g_list_model_get_item (model, i);

      if (g_strcmp0 (item->code, code) == 0)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}
