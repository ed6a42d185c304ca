/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/lexicon/compiler/literal.h"

#include <stdlib.h>
#include <string.h>

/* Reads the file, and goes to the first opening brace: what is before is program text. */
void
literal_open (Literal *self, const char *path)
{
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &self->contents, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      exit (1);
    }
  self->at = strchr (self->contents, '{');
  if (self->at == NULL)
    {
      g_printerr ("%s: no table in it\n", path);
      exit (1);
    }
  self->string = g_string_new (NULL);
}

void
literal_close (Literal *self)
{
  g_free (self->contents);
  g_string_free (self->string, TRUE);
}

static LiteralToken
read_string (Literal *self)
{
  char quote = *self->at++;

  g_string_truncate (self->string, 0);
  while (*self->at != quote && *self->at != '\0')
    {
      if (self->at[0] == '\\' && self->at[1] == 'u')
        {
          char digits[5] = { 0 };

          memcpy (digits, self->at + 2, strnlen (self->at + 2, 4));
          g_string_append_unichar (self->string, (gunichar) strtoul (digits, NULL, 16));
          self->at += 2 + strlen (digits);
        }
      else
        {
          self->at += self->at[0] == '\\' && self->at[1] != '\0';
          g_string_append_c (self->string, *self->at++);
        }
    }
  self->at += *self->at == quote;
  return LITERAL_STRING;
}

LiteralToken
literal_next (Literal *self)
{
  for (; *self->at != '\0'; self->at++)
    {
      if (strchr ("{[(", *self->at) != NULL)
        return self->at++, LITERAL_OPEN;
      if (strchr ("}])", *self->at) != NULL)
        return self->at++, LITERAL_CLOSE;
      if (*self->at == '"' || *self->at == '\'')
        return read_string (self);
      if (g_ascii_isdigit (*self->at) || *self->at == '-')
        {
          char *end;

          self->number = g_ascii_strtod (self->at, &end);
          self->at = MAX (end, self->at + 1);
          return LITERAL_NUMBER;
        }
    }
  return LITERAL_END;
}
