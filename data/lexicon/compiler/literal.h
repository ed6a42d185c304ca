/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * A reader of the literals that pypinyin (JSON) and jieba (Python) keep their tables in: nested
 * braces, brackets and parentheses of strings and numbers. What is between them (names, "=", ",",
 * ":") is skipped, because the nesting alone says what belongs together.
 */
typedef enum
{
  LITERAL_END,
  LITERAL_OPEN,  /* { [ ( */
  LITERAL_CLOSE, /* } ] ) */
  LITERAL_STRING,
  LITERAL_NUMBER,
} LiteralToken;

typedef struct
{
  char *contents;
  const char *at;
  GString *string; /* of LITERAL_STRING */
  double number;   /* of LITERAL_NUMBER */
} Literal;

void literal_open (Literal *self, const char *path);
void literal_close (Literal *self);
LiteralToken literal_next (Literal *self);
