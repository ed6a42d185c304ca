/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Compiles Myna's lexicon: the lists of data/lexicon, and what the packages jieba and pypinyin
 * bring, become one file that the program maps (engine/text/frontend/myna-lexicon-format.h).
 *
 *   compile-lexicon OUTPUT DATA-DIR [JIEBA-DIR PYPINYIN-DIR]
 *
 * Without the two packages there are no tables for Mandarin.
 */
#include "data/lexicon/compiler/literal.h"
#include "engine/text/frontend/myna-lexicon-format.h"
#include "engine/text/frontend/myna-symbol-names.h"

#include <stdlib.h>
#include <string.h>

#if G_BYTE_ORDER != G_LITTLE_ENDIAN
#error "the lexicon is little endian and is mapped as it is"
#endif

/* What jieba takes for the logarithm of no probability at all. */
#define NEVER (-3.14e100)

/* A table in the making: key (GBytes-like string with zero end; keys have no zeros) -> values. */
typedef struct
{
  char name[24];
  GHashTable *entries; /* char * -> GArray of guint16 */
} Table;

static GPtrArray *tables;
static GHashTable *symbols;        /* name -> id + 1 */
static Table *syllables;           /* pinyin without tone -> 6 symbol ids */
static GHashTable *syllable_index; /* pinyin without tone -> its place among the sorted keys + 1 */

static void
fail (const char *what, const char *detail)
{
  g_printerr ("compile-lexicon: %s: %s\n", what, detail);
  exit (1);
}

static Table *
add_table (const char *name)
{
  Table *table = g_new0 (Table, 1);

  g_strlcpy (table->name, name, sizeof table->name);
  table->entries =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  g_ptr_array_add (tables, table);
  return table;
}

/* The values of a key that is new or is written anew: the last of two equal keys wins. */
static GArray *
set_entry (Table *table, const char *key)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (guint16));

  g_hash_table_insert (table->entries, g_strdup (key), values);
  return values;
}

static void
append (GArray *values, gsize value)
{
  guint16 narrow = (guint16) value;

  if (value > G_MAXUINT16)
    fail ("a value does not fit", "16 bits");
  g_array_append_val (values, narrow);
}

static void
append_double (GArray *values, double number)
{
  guint16 parts[MYNA_LEXICON_VALUES_PER_DOUBLE];

  memcpy (parts, &number, sizeof number);
  g_array_append_vals (values, parts, G_N_ELEMENTS (parts));
}

static char **
read_lines (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &contents, NULL, &error))
    fail (name, error->message);
  return g_strsplit (contents, "\n", -1);
}

/* English: phones by symbol id; a comment ends the line, a phone that no model knows is left out.
 */
static void
append_phones (GArray *values, const char *text)
{
  g_auto (GStrv) phones = g_strsplit (text, " ", -1);

  for (gsize i = 0; phones[i] != NULL && phones[i][0] != '#'; i++)
    {
      gsize id = GPOINTER_TO_SIZE (g_hash_table_lookup (symbols, phones[i]));

      if (id != 0)
        append (values, id - 1);
    }
}

static void
add_words (const char *folder, const char *file, const char *name)
{
  g_auto (GStrv) lines = read_lines (folder, file);
  Table *table = add_table (name);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *tab = strchr (lines[i], '\t');

      if (tab == NULL)
        continue;
      *tab = '\0';
      append_phones (set_entry (table, lines[i]), tab + 1);
    }
}

/* word, tag letters, reading for these tags, reading otherwise -> tag bits, length of the first,
 * both. */
static void
add_homographs (const char *folder)
{
  static const char tag_letters[] = "NVJDR";
  g_auto (GStrv) lines = read_lines (folder, "en-homographs.tsv");
  Table *table = add_table ("en-homographs");

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], "\t", -1);
      gsize tags = 0;
      GArray *values;

      if (lines[i][0] == '#' || g_strv_length (fields) != 4)
        continue;
      for (const char *letter = fields[1]; *letter != '\0'; letter++)
        if (strchr (tag_letters, *letter) != NULL)
          tags |= (gsize) 1 << (strchr (tag_letters, *letter) - tag_letters);
        else
          fail ("en-homographs.tsv: unknown tag", lines[i]);
      values = set_entry (table, fields[0]);
      append (values, tags);
      append (values, 0);
      append_phones (values, fields[2]);
      g_array_index (values, guint16, 1) = (guint16) (values->len - 2);
      append_phones (values, fields[3]);
    }
}

/* A list of words without anything to know about them. */
static void
add_set (const char *folder, const char *file, const char *name)
{
  g_auto (GStrv) lines = read_lines (folder, file);
  Table *table = add_table (name);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0')
      set_entry (table, g_strstrip (lines[i]));
}

static void
add_simplified (const char *folder)
{
  g_auto (GStrv) lines = read_lines (folder, "zh-t2s.tsv");
  Table *table = add_table ("zh-simplified");

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *tab = strchr (lines[i], '\t');
      GArray *values;
      gunichar simple;

      if (tab == NULL)
        continue;
      *tab = '\0';
      simple = g_utf8_get_char (tab + 1);
      values = set_entry (table, lines[i]);
      append (values, simple & 0xffff);
      append (values, simple >> 16);
    }
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
sorted_keys (Table *table)
{
  GPtrArray *keys = g_hash_table_get_keys_as_ptr_array (table->entries);

  g_ptr_array_sort (keys, compare_strings);
  return keys;
}

/* pinyin -> symbol of the initial, then the final's symbols in tones 1 to 5 */
static void
add_syllables (const char *folder)
{
  g_auto (GStrv) lines = read_lines (folder, "zh-pinyin-to-symbols.tsv");
  g_autoptr (GPtrArray) keys = NULL;

  syllables = add_table ("zh-syllables");
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit_set (lines[i], "\t ", -1);
      GArray *values;

      if (g_strv_length (fields) != 3)
        continue;
      values = set_entry (syllables, fields[0]);
      append (values, GPOINTER_TO_SIZE (g_hash_table_lookup (symbols, fields[1])) - 1);
      for (int tone = 1; tone <= 5; tone++)
        {
          g_autofree char *final = g_strdup_printf ("%s%d", fields[2], tone);

          append (values, GPOINTER_TO_SIZE (g_hash_table_lookup (symbols, final)) - 1);
        }
    }
  keys = sorted_keys (syllables);
  syllable_index = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < keys->len; i++)
    g_hash_table_insert (syllable_index, keys->pdata[i], GSIZE_TO_POINTER ((gsize) i + 1));
}

static guint16
find_reading (const char *pinyin, int tone)
{
  /* Interjections without a vowel, and spellings that no model has a symbol for. */
  static const char *const others[][2] = {
    { "n", "en" }, { "ng", "en" }, { "m", "mu" }, { "hm", "hen" }, { "hng", "heng" }
  };
  /* The strict rules of initials and finals leave "o" of "yo"; the models know it so. */
  gsize index = GPOINTER_TO_SIZE (
      g_hash_table_lookup (syllable_index, g_str_equal (pinyin, "yo") ? "o" : pinyin));

  for (gsize i = 0; i < G_N_ELEMENTS (others) && index == 0; i++)
    if (g_str_equal (pinyin, others[i][0]))
      index = GPOINTER_TO_SIZE (g_hash_table_lookup (syllable_index, others[i][1]));
  return index == 0 ? MYNA_LEXICON_NO_READING : MYNA_LEXICON_READING (index - 1, tone);
}

/* "háng" or "hang2" as a reading. */
static guint16
parse_reading (const char *text)
{
  g_autofree char *plain = g_utf8_normalize (text, -1, G_NORMALIZE_NFD);
  g_autoptr (GString) pinyin = g_string_new (NULL);
  int tone = 5;

  for (const char *c = plain; *c != '\0'; c = g_utf8_next_char (c))
    switch (g_utf8_get_char (c))
      {
      case 0x304:
        tone = 1;
        break;
      case 0x301:
        tone = 2;
        break;
      case 0x30c:
        tone = 3;
        break;
      case 0x300:
        tone = 4;
        break;
      case 0x308:
        pinyin->str[pinyin->len - 1] = 'v';
        break;
      case 0x302:
        g_string_append_c (pinyin, 'i');
        break; /* ê is spoken like ei */
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
        tone = *c - '0';
        break;
      default:
        if (*c > 0)
          g_string_append_c (pinyin, *c);
      }
  return find_reading (pinyin->str, tone);
}

static void
add_polyphones (const char *folder)
{
  g_auto (GStrv) lines = read_lines (folder, "zh-polyphone-phrases.tsv");
  Table *table = add_table ("zh-polyphones");

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *tab = strchr (lines[i], '\t');
      g_auto (GStrv) readings = NULL;
      GArray *values;

      if (tab == NULL)
        continue;
      *tab = '\0';
      readings = g_strsplit (tab + 1, " ", -1);
      if (g_strv_length (readings) != (guint) g_utf8_strlen (lines[i], -1))
        fail ("zh-polyphone-phrases.tsv: not a reading for each character", lines[i]);
      values = set_entry (table, lines[i]);
      for (gsize j = 0; readings[j] != NULL; j++)
        append (values, parse_reading (readings[j]));
    }
}

/* pypinyin: {"19968": "yī,yí"}; the first reading is the usual one. */
static void
add_characters (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "pinyin_dict.json", NULL);
  Table *table = add_table ("zh-characters");
  Literal literal;

  literal_open (&literal, path);
  literal_next (&literal);
  while (literal_next (&literal) == LITERAL_STRING)
    {
      char key[8] = { 0 };
      char *comma;

      g_unichar_to_utf8 ((gunichar) strtoul (literal.string->str, NULL, 10), key);
      if (literal_next (&literal) != LITERAL_STRING)
        fail (path, "a character without a reading");
      comma = strchr (literal.string->str, ',');
      if (comma != NULL)
        *comma = '\0';
      append (set_entry (table, key), parse_reading (literal.string->str));
    }
  literal_close (&literal);
}

/* pypinyin: {"一丁点儿": [["yī"], ["dīng"], ["diǎn"], ["er"]]} */
static void
add_phrases (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "phrases_dict.json", NULL);
  Table *table = add_table ("zh-phrases");
  Literal literal;

  literal_open (&literal, path);
  literal_next (&literal);
  while (literal_next (&literal) == LITERAL_STRING)
    {
      GArray *values = set_entry (table, literal.string->str);
      int depth = 0;
      gboolean fresh = FALSE;

      do
        {
          LiteralToken token = literal_next (&literal);

          depth += (token == LITERAL_OPEN) - (token == LITERAL_CLOSE);
          if (token == LITERAL_STRING && fresh)
            append (values, parse_reading (literal.string->str));
          fresh = token == LITERAL_OPEN;
          if (token == LITERAL_END)
            fail (path, "ends within a phrase");
        }
      while (depth > 0);
    }
  literal_close (&literal);
}

/* jieba: "word frequency tag" -> frequency low, high, tag's place among the sorted tags. */
static void
add_jieba_words (const char *folder)
{
  g_auto (GStrv) lines = read_lines (folder, "dict.txt");
  Table *words = add_table ("zh-words"), *tags = add_table ("zh-tags"),
        *total = add_table ("zh-total");
  g_autoptr (GPtrArray) names = NULL;
  double sum = 0;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *tag = strrchr (lines[i], ' ');

      if (tag != NULL)
        set_entry (tags, g_strstrip (tag + 1));
    }
  set_entry (tags, "x");
  names = sorted_keys (tags);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", -1);
      GArray *values;
      gulong frequency;
      guint place;

      if (g_strv_length (fields) != 3)
        continue;
      frequency = strtoul (fields[1], NULL, 10);
      sum += (double) frequency;
      values = set_entry (words, fields[0]);
      append (values, frequency & 0xffff);
      append (values, frequency >> 16);
      g_ptr_array_find_with_equal_func (names, g_strstrip (fields[2]), g_str_equal, &place);
      append (values, place);
    }
  append_double (set_entry (total, "total"), sum);
}

/* A state of the tagger is written ('B', 'n'); we call it "Bn". The opening is already read. */
static void
read_state (Literal *literal, GString *state)
{
  g_string_truncate (state, 0);
  while (literal_next (literal) == LITERAL_STRING)
    g_string_append (state, literal->string->str);
}

static gsize
place_of (GPtrArray *names, const char *name)
{
  guint place;

  if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, &place))
    fail ("jieba's tagger: unknown state", name);
  return place;
}

/* {('B', 'a'): -4.7, …} and {('B', 'a'): {('E', 'a'): -0.005, …}, …} -> start, then state and p. */
static GPtrArray *
add_tagger_states (const char *folder)
{
  g_autofree char *start_path = g_build_filename (folder, "posseg", "prob_start.py", NULL);
  g_autofree char *trans_path = g_build_filename (folder, "posseg", "prob_trans.py", NULL);
  g_autoptr (GString) state = g_string_new (NULL);
  Table *table = add_table ("zh-tagger-states");
  GPtrArray *names;
  Literal literal;

  literal_open (&literal, start_path);
  literal_next (&literal);
  while (literal_next (&literal) == LITERAL_OPEN)
    {
      read_state (&literal, state);
      literal_next (&literal);
      append_double (set_entry (table, state->str), literal.number);
    }
  literal_close (&literal);
  names = sorted_keys (table);
  literal_open (&literal, trans_path);
  literal_next (&literal);
  while (literal_next (&literal) == LITERAL_OPEN)
    {
      GArray *values;

      read_state (&literal, state);
      values = g_hash_table_lookup (table->entries, state->str);
      literal_next (&literal);
      while (literal_next (&literal) == LITERAL_OPEN)
        {
          read_state (&literal, state);
          literal_next (&literal);
          append (values, place_of (names, state->str));
          append_double (values, literal.number);
        }
    }
  literal_close (&literal);
  return names;
}

/* {('B', 'a'): {'一': -3.6, …}, …} -> a hash table of character -> (state's place -> probability)
 */
static GHashTable *
read_emissions (const char *folder, GPtrArray *names)
{
  g_autofree char *path = g_build_filename (folder, "posseg", "prob_emit.py", NULL);
  g_autoptr (GString) state = g_string_new (NULL);
  GHashTable *characters =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  Literal literal;

  literal_open (&literal, path);
  literal_next (&literal);
  while (literal_next (&literal) == LITERAL_OPEN)
    {
      gsize place;

      read_state (&literal, state);
      place = place_of (names, state->str);
      literal_next (&literal);
      while (literal_next (&literal) == LITERAL_STRING)
        {
          GHashTable *states = g_hash_table_lookup (characters, literal.string->str);

          if (states == NULL)
            {
              states = g_hash_table_new_full (NULL, NULL, NULL, g_free);
              g_hash_table_insert (characters, g_strdup (literal.string->str), states);
            }
          literal_next (&literal);
          g_hash_table_insert (states, GSIZE_TO_POINTER (place),
                               g_memdup2 (&literal.number, sizeof literal.number));
        }
    }
  literal_close (&literal);
  return characters;
}

static void
append_emission (GArray *values, GHashTable *states, gsize place)
{
  const double *probability =
      states != NULL ? g_hash_table_lookup (states, GSIZE_TO_POINTER (place)) : NULL;

  append (values, place);
  append_double (values, probability != NULL ? *probability : NEVER);
}

/* {'一': (('B', 'm'), …), …}: the states a character can have. Others can have any. */
static void
add_tagger_characters (const char *folder, GPtrArray *names)
{
  g_autofree char *path = g_build_filename (folder, "posseg", "char_state_tab.py", NULL);
  g_autoptr (GHashTable) characters = read_emissions (folder, names);
  g_autoptr (GString) state = g_string_new (NULL);
  Table *table = add_table ("zh-tagger-characters");
  GHashTableIter iter;
  gpointer key, states;
  Literal literal;

  literal_open (&literal, path);
  literal_next (&literal);
  while (literal_next (&literal) == LITERAL_STRING)
    {
      GArray *values = set_entry (table, literal.string->str);
      GHashTable *known = g_hash_table_lookup (characters, literal.string->str);

      append (values, TRUE);
      literal_next (&literal);
      while (literal_next (&literal) == LITERAL_OPEN)
        {
          read_state (&literal, state);
          append_emission (values, known, place_of (names, state->str));
        }
    }
  literal_close (&literal);
  g_hash_table_iter_init (&iter, characters);
  while (g_hash_table_iter_next (&iter, &key, &states))
    if (!g_hash_table_contains (table->entries, key))
      {
        GArray *values = set_entry (table, key);

        append (values, FALSE);
        for (gsize place = 0; place < names->len; place++)
          if (g_hash_table_contains (states, GSIZE_TO_POINTER (place)))
            append_emission (values, states, place);
      }
}

/* {'B': {'一': -3.6, …}, …} -> for each character the probabilities of B, E, M and S. */
static void
add_cutter (const char *folder)
{
  static const char order[] = "BEMS";
  g_autofree char *path = g_build_filename (folder, "finalseg", "prob_emit.py", NULL);
  Table *table = add_table ("zh-cutter-characters");
  Literal literal;

  literal_open (&literal, path);
  literal_next (&literal);
  while (literal_next (&literal) == LITERAL_STRING)
    {
      gsize place = (gsize) (strchr (order, literal.string->str[0]) - order);

      literal_next (&literal);
      while (literal_next (&literal) == LITERAL_STRING)
        {
          GArray *values = g_hash_table_lookup (table->entries, literal.string->str);

          if (values == NULL)
            {
              values = set_entry (table, literal.string->str);
              for (int i = 0; i < 4; i++)
                append_double (values, NEVER);
            }
          literal_next (&literal);
          memcpy (&g_array_index (values, guint16, place * MYNA_LEXICON_VALUES_PER_DOUBLE),
                  &literal.number, sizeof literal.number);
        }
    }
  literal_close (&literal);
}

/* Everything that Mandarin needs. */
static void
add_mandarin (const char *jieba, const char *pypinyin, const char *folder)
{
  g_autoptr (GPtrArray) names = NULL;

  add_syllables (folder);
  add_characters (pypinyin);
  add_phrases (pypinyin);
  add_polyphones (folder);
  add_simplified (folder);
  add_set (folder, "zh-neutral-tone-words.txt", "zh-neutral");
  add_set (folder, "zh-not-neutral-tone-words.txt", "zh-not-neutral");
  add_set (folder, "zh-must-erhua.txt", "zh-erhua");
  add_set (folder, "zh-not-erhua.txt", "zh-not-erhua");
  add_jieba_words (jieba);
  names = add_tagger_states (jieba);
  add_tagger_characters (jieba, names);
  add_cutter (jieba);
}

static guint64
align (GByteArray *file)
{
  static const guint8 zeros[4] = { 0 };

  g_byte_array_append (file, zeros, (4 - file->len % 4) % 4);
  return file->len;
}

static void
write_table (GByteArray *file, guint index, Table *table)
{
  g_autoptr (GPtrArray) keys = sorted_keys (table);
  g_autoptr (GArray) key_offsets = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_autoptr (GArray) value_offsets = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (guint16));
  g_autoptr (GString) bytes = g_string_new (NULL);
  MynaLexiconRecord record = { .n_keys = keys->len };

  g_array_set_size (key_offsets, keys->len + 1);
  g_array_set_size (value_offsets, keys->len + 1);
  for (guint i = 0; i < keys->len; i++)
    {
      GArray *entry = g_hash_table_lookup (table->entries, keys->pdata[i]);

      g_string_append (bytes, keys->pdata[i]);
      if (entry->len > 0)
        g_array_append_vals (values, entry->data, entry->len);
      g_array_index (key_offsets, guint32, i + 1) = (guint32) bytes->len;
      g_array_index (value_offsets, guint32, i + 1) = values->len;
    }
  memcpy (record.name, table->name, sizeof record.name);
  record.n_key_bytes = (guint32) bytes->len;
  record.n_values = values->len;
  record.key_offsets = align (file);
  g_byte_array_append (file, (guint8 *) key_offsets->data, key_offsets->len * 4);
  record.value_offsets = align (file);
  g_byte_array_append (file, (guint8 *) value_offsets->data, value_offsets->len * 4);
  record.values = align (file);
  g_byte_array_append (file, (guint8 *) values->data, values->len * 2);
  record.keys = align (file);
  g_byte_array_append (file, (guint8 *) bytes->str, (guint) bytes->len);
  memcpy (file->data + sizeof (MynaLexiconHeader) + index * sizeof record, &record, sizeof record);
}

static void
write_file (const char *path)
{
  MynaLexiconHeader header = { .n_tables = tables->len };
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  g_byte_array_set_size (file, (guint) (sizeof header + tables->len * sizeof (MynaLexiconRecord)));
  memset (file->data, 0, file->len);
  for (guint i = 0; i < tables->len; i++)
    write_table (file, i, tables->pdata[i]);
  align (file);
  memcpy (header.magic, MYNA_LEXICON_MAGIC, sizeof header.magic);
  header.size = file->len;
  memcpy (file->data, &header, sizeof header);
  if (!g_file_set_contents (path, (char *) file->data, file->len, &error))
    fail (path, error->message);
}

int
main (int argc, char **argv)
{
  if (argc != 3 && argc != 5)
    {
      g_printerr ("usage: compile-lexicon OUTPUT DATA-DIR [JIEBA-DIR PYPINYIN-DIR]\n");
      return 2;
    }
  tables = g_ptr_array_new ();
  symbols = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < G_N_ELEMENTS (myna_symbol_names); i++)
    g_hash_table_insert (symbols, (gpointer) myna_symbol_names[i], GSIZE_TO_POINTER (i + 1));
  add_words (argv[2], "en-dict.tsv", "en-words");
  add_words (argv[2], "en-names.tsv", "en-names");
  add_homographs (argv[2]);
  if (argc == 5)
    add_mandarin (argv[3], argv[4], argv[2]);
  write_file (argv[1]);
  return 0;
}
