/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/myna-say-rules.h"

static GRegex *const *
get_patterns (MynaSayRules *self)
{
  if (g_once_init_enter_pointer (&self->patterns))
    {
      GRegex **fresh = g_new0 (GRegex *, self->n);

      for (gsize i = 0; i < self->n; i++)
        {
          g_autoptr (GError) error = NULL;

          fresh[i] = g_regex_new (self->rules[i].pattern, G_REGEX_OPTIMIZE, 0, &error);
          g_assert_no_error (error);
        }
      g_once_init_leave_pointer (&self->patterns, fresh);
    }
  return self->patterns;
}

/**
 * myna_say_rules_apply:
 * @self: static rules
 * @text: (transfer full): a text
 * @flags: whose rules count
 *
 * Any thread.
 *
 * Returns: (transfer full): the text as it is said; a pattern that gives up (PCRE's limits) leaves
 *   it as it is
 */
char *
myna_say_rules_apply (MynaSayRules *self, char *text, MynaFrontEndFlags flags)
{
  GRegex *const *patterns;
  MynaSayWhich other = flags & MYNA_FRONT_END_AS_UPSTREAM ? MYNA_SAY_OURS : MYNA_SAY_UPSTREAM;

  g_return_val_if_fail (self != NULL && text != NULL, text);

  patterns = get_patterns (self);
  for (gsize i = 0; i < self->n; i++)
    {
      const MynaSayRule *rule = &self->rules[i];

      if (rule->which == other)
        continue;
      do
        {
          char *said = g_regex_match (patterns[i], text, 0, NULL)
                           ? g_regex_replace_eval (patterns[i], text, -1, 0, 0, rule->say,
                                                   (gpointer) rule->data, NULL)
                           : NULL;

          if (said == NULL)
            break;
          g_free (text);
          text = said;
        }
      while (rule->again);
    }
  return text;
}
