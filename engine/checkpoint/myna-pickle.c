/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/checkpoint/myna-pickle-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/core/myna-error.h"

/* The largest community file has some 100 000 values, a training state a few times that. The limits
 * keep the reader below 64 MiB whatever a file says. */
#define MAX_VALUES (400 * 1000)
#define MAX_TEXT (8 * 1024 * 1024)
#define MAX_MARKS 256
#define MAX_PROTOCOL 5

/* Opcodes of the pickle format, by the names of Python's pickletools. Those that are missing here
 * are refused; no saver of PyTorch uses them. */
enum
{
  OP_MARK = '(',
  OP_STOP = '.',
  OP_BINFLOAT = 'G',
  OP_BININT = 'J',
  OP_BININT1 = 'K',
  OP_BININT2 = 'M',
  OP_NONE = 'N',
  OP_BINPERSID = 'Q',
  OP_REDUCE = 'R',
  OP_BINUNICODE = 'X',
  OP_APPEND = 'a',
  OP_BUILD = 'b',
  OP_GLOBAL = 'c',
  OP_APPENDS = 'e',
  OP_BINGET = 'h',
  OP_LONG_BINGET = 'j',
  OP_BINPUT = 'q',
  OP_LONG_BINPUT = 'r',
  OP_SETITEM = 's',
  OP_TUPLE = 't',
  OP_SETITEMS = 'u',
  OP_EMPTY_LIST = ']',
  OP_EMPTY_TUPLE = ')',
  OP_EMPTY_DICT = '}',
  OP_PROTO = 0x80,
  OP_NEWOBJ = 0x81,
  OP_TUPLE1 = 0x85,
  OP_TUPLE2 = 0x86,
  OP_TUPLE3 = 0x87,
  OP_NEWTRUE = 0x88,
  OP_NEWFALSE = 0x89,
  OP_LONG1 = 0x8a,
  OP_LONG4 = 0x8b,
  OP_SHORT_BINUNICODE = 0x8c,
  OP_BINUNICODE8 = 0x8d,
  OP_STACK_GLOBAL = 0x93,
  OP_MEMOIZE = 0x94,
  OP_FRAME = 0x95,
};

/**
 * Machine:
 * @marks: heights of the stack
 * @error: where a sentence goes that says more than "damaged"
 *
 * The state of reading one pickle.
 */
typedef struct
{
  MynaPickle *pickle;
  const guint8 *data;
  gsize size;
  gsize at;
  const char *label;
  GPtrArray *stack; /* MynaValue */
  GArray *marks;    /* guint */
  GPtrArray *memo;  /* MynaValue */
  GError **error;
} Machine;

/* NULL when there are not so many bytes. */
static const guint8 *
take (Machine *m, guint64 n)
{
  const guint8 *bytes = m->data + m->at;

  if (n > m->size - m->at)
    return NULL;
  m->at += (gsize) n;
  return bytes;
}

static gboolean
take_number (Machine *m, guint n_bytes, guint64 *number)
{
  const guint8 *bytes = take (m, n_bytes);

  if (bytes == NULL)
    return FALSE;
  *number = 0;
  memcpy (number, bytes, n_bytes);
  *number = GUINT64_FROM_LE (*number);
  return TRUE;
}

/* The values above the last mark cannot be popped by an opcode that takes single ones. */
static guint
floor_of (Machine *m)
{
  return m->marks->len > 0 ? g_array_index (m->marks, guint, m->marks->len - 1) : 0;
}

static MynaValue *
pop (Machine *m)
{
  if (m->stack->len <= floor_of (m))
    return NULL;
  return g_ptr_array_steal_index (m->stack, m->stack->len - 1);
}

static MynaValue *
top (Machine *m)
{
  return m->stack->len > floor_of (m) ? g_ptr_array_index (m->stack, m->stack->len - 1) : NULL;
}

static gboolean
push (Machine *m, MynaValue *value)
{
  if (value == NULL || m->stack->len >= MAX_VALUES)
    return FALSE;
  g_ptr_array_add (m->stack, value);
  return TRUE;
}

static gboolean
push_new (Machine *m, MynaValueKind kind)
{
  return push (m, myna_arena_add (m->pickle->arena, kind));
}

static gboolean
push_int (Machine *m, MynaValueKind kind, gint64 integer)
{
  MynaValue *value = myna_arena_add (m->pickle->arena, kind);

  if (value != NULL)
    value->integer = integer;
  return push (m, value);
}

/* Little-endian two's complement of 0 … 8 bytes; a longer number is no setting of ours. */
static gboolean
push_long (Machine *m, guint64 n_bytes)
{
  const guint8 *bytes = take (m, n_bytes);
  guint64 number = 0;

  if (bytes == NULL || n_bytes > 8)
    return FALSE;
  if (n_bytes > 0 && (bytes[n_bytes - 1] & 0x80) != 0)
    number = G_MAXUINT64;
  for (guint64 i = n_bytes; i > 0; i--)
    number = number << 8 | bytes[i - 1];
  return push_int (m, MYNA_VALUE_INT, (gint64) number);
}

static gboolean
push_float (Machine *m)
{
  const guint8 *bytes = take (m, 8);
  MynaValue *value = myna_arena_add (m->pickle->arena, MYNA_VALUE_FLOAT);
  guint64 bits;

  if (bytes == NULL || value == NULL)
    return FALSE;
  memcpy (&bits, bytes, sizeof bits);
  bits = GUINT64_FROM_BE (bits);
  memcpy (&value->number, &bits, sizeof bits);
  return push (m, value);
}

static gboolean
push_string (Machine *m, guint bytes_of_length)
{
  guint64 length;
  const guint8 *bytes;

  if (!take_number (m, bytes_of_length, &length))
    return FALSE;
  bytes = take (m, length);
  if (bytes == NULL)
    return FALSE;
  return push (m, myna_arena_add_string (m->pickle->arena, (const char *) bytes, (gsize) length));
}

/* A line of text, ended by a newline that is not part of it; up to 256 bytes. */
static char *
take_line (Machine *m)
{
  const guint8 *start = m->data + m->at;
  gsize left = MIN (m->size - m->at, 256);
  const guint8 *end = left > 0 ? memchr (start, '\n', left) : NULL;

  if (end == NULL || memchr (start, 0, (gsize) (end - start)) != NULL)
    return NULL;
  m->at += (gsize) (end - start) + 1;
  return g_strndup ((const char *) start, (gsize) (end - start));
}

static gboolean
push_global (Machine *m)
{
  g_autofree char *module = take_line (m);
  g_autofree char *name = module != NULL ? take_line (m) : NULL;

  return name != NULL && push (m, myna_pickle_global (m->pickle, module, name, m->label, m->error));
}

static gboolean
push_stack_global (Machine *m)
{
  MynaValue *name = pop (m);
  MynaValue *module = name != NULL ? pop (m) : NULL;

  if (module == NULL || module->kind != MYNA_VALUE_STRING || name->kind != MYNA_VALUE_STRING)
    return FALSE;
  return push (m, myna_pickle_global (m->pickle, module->text, name->text, m->label, m->error));
}

/* The last n values as a list. */
static gboolean
fold_last (Machine *m, guint n)
{
  MynaValue *list = myna_arena_add (m->pickle->arena, MYNA_VALUE_LIST);

  if (list == NULL || m->stack->len - floor_of (m) < n)
    return FALSE;
  for (guint i = m->stack->len - n; i < m->stack->len; i++)
    if (!myna_arena_append (m->pickle->arena, list, g_ptr_array_index (m->stack, i)))
      return FALSE;
  g_ptr_array_set_size (m->stack, (int) (m->stack->len - n));
  return push (m, list);
}

static gboolean
push_mark (Machine *m)
{
  if (m->marks->len >= MAX_MARKS)
    return FALSE;
  g_array_append_val (m->marks, m->stack->len);
  return TRUE;
}

/* Removes the last mark; its height, or FALSE. */
static gboolean
pop_mark (Machine *m, guint *height)
{
  if (m->marks->len == 0)
    return FALSE;
  *height = floor_of (m);
  g_array_set_size (m->marks, m->marks->len - 1);
  return TRUE;
}

static gboolean
fold_marked (Machine *m)
{
  guint height;

  return pop_mark (m, &height) && fold_last (m, m->stack->len - height);
}

/* Moves the values from @height on into the container below them. */
static gboolean
fill (Machine *m, guint height, gboolean mapping)
{
  guint n = m->stack->len - height;
  MynaValue *container;

  if (height <= floor_of (m))
    return FALSE;
  container = g_ptr_array_index (m->stack, height - 1);
  if (mapping ? container->kind != MYNA_VALUE_DICT || n % 2 != 0
              : container->kind != MYNA_VALUE_LIST)
    return FALSE;
  for (guint i = height; i < m->stack->len; i++)
    if (!myna_arena_append (m->pickle->arena, container, g_ptr_array_index (m->stack, i)))
      return FALSE;
  g_ptr_array_set_size (m->stack, (int) height);
  return TRUE;
}

static gboolean
fill_last (Machine *m, guint n, gboolean mapping)
{
  return m->stack->len - floor_of (m) >= n && fill (m, m->stack->len - n, mapping);
}

static gboolean
fill_marked (Machine *m, gboolean mapping)
{
  guint height;

  return pop_mark (m, &height) && fill (m, height, mapping);
}

/* Python numbers what it remembers in turn, so no number is beyond the bytes that were read. */
static gboolean
remember (Machine *m, guint64 index)
{
  MynaValue *value = top (m);

  if (value == NULL || index > m->at || index >= MAX_VALUES)
    return FALSE;
  if (index >= m->memo->len)
    g_ptr_array_set_size (m->memo, (int) index + 1);
  m->memo->pdata[index] = value;
  return TRUE;
}

static gboolean
remember_at (Machine *m, guint bytes_of_index)
{
  guint64 index;

  return take_number (m, bytes_of_index, &index) && remember (m, index);
}

static gboolean
recall (Machine *m, guint bytes_of_index)
{
  guint64 index;

  return take_number (m, bytes_of_index, &index) && index < m->memo->len &&
         push (m, g_ptr_array_index (m->memo, (guint) index));
}

static gboolean
apply (Machine *m,
       MynaValue *(*func) (MynaPickle *self, const MynaValue *global, const MynaValue *arguments))
{
  MynaValue *arguments = pop (m);
  MynaValue *global = arguments != NULL ? pop (m) : NULL;

  return global != NULL && push (m, func (m->pickle, global, arguments));
}

static gboolean
build (Machine *m)
{
  MynaValue *state = pop (m);
  MynaValue *object = state != NULL ? top (m) : NULL;

  return object != NULL && myna_pickle_set_state (m->pickle, object, state);
}

static gboolean
persistent (Machine *m)
{
  MynaValue *id = pop (m);

  return id != NULL && push (m, myna_pickle_persistent (m->pickle, id));
}

static gboolean
push_fixed_int (Machine *m, guint n_bytes)
{
  guint64 number;

  if (!take_number (m, n_bytes, &number))
    return FALSE;
  return push_int (m, MYNA_VALUE_INT, n_bytes == 4 ? (gint32) (guint32) number : (gint64) number);
}

static gboolean
take_length_and_push_long (Machine *m, guint bytes_of_length)
{
  guint64 length;

  return take_number (m, bytes_of_length, &length) && push_long (m, length);
}

static gboolean
check_protocol (Machine *m)
{
  guint64 protocol;

  return take_number (m, 1, &protocol) && protocol <= MAX_PROTOCOL;
}

/* What puts one new value on the stack. */
static gboolean
step_value (Machine *m, guint8 op)
{
  switch (op)
    {
    case OP_NONE:
      return push_new (m, MYNA_VALUE_NONE);
    case OP_NEWTRUE:
    case OP_NEWFALSE:
      return push_int (m, MYNA_VALUE_BOOL, op == OP_NEWTRUE);
    case OP_BININT:
      return push_fixed_int (m, 4);
    case OP_BININT1:
      return push_fixed_int (m, 1);
    case OP_BININT2:
      return push_fixed_int (m, 2);
    case OP_LONG1:
      return take_length_and_push_long (m, 1);
    case OP_LONG4:
      return take_length_and_push_long (m, 4);
    case OP_BINFLOAT:
      return push_float (m);
    case OP_BINUNICODE:
      return push_string (m, 4);
    case OP_SHORT_BINUNICODE:
      return push_string (m, 1);
    case OP_BINUNICODE8:
      return push_string (m, 8);
    case OP_EMPTY_LIST:
    case OP_EMPTY_TUPLE:
      return push_new (m, MYNA_VALUE_LIST);
    case OP_EMPTY_DICT:
      return push_new (m, MYNA_VALUE_DICT);
    case OP_GLOBAL:
      return push_global (m);
    case OP_STACK_GLOBAL:
      return push_stack_global (m);
    default:
      return FALSE;
    }
}

/* Any opcode but STOP. FALSE: it is unknown, or does not fit what is there. */
static gboolean
step (Machine *m, guint8 op)
{
  switch (op)
    {
    case OP_PROTO:
      return check_protocol (m);
    case OP_FRAME:
      return take (m, 8) != NULL;
    case OP_MARK:
      return push_mark (m);
    case OP_TUPLE:
      return fold_marked (m);
    case OP_TUPLE1:
    case OP_TUPLE2:
    case OP_TUPLE3:
      return fold_last (m, op - OP_TUPLE1 + 1u);
    case OP_APPEND:
      return fill_last (m, 1, FALSE);
    case OP_APPENDS:
      return fill_marked (m, FALSE);
    case OP_SETITEM:
      return fill_last (m, 2, TRUE);
    case OP_SETITEMS:
      return fill_marked (m, TRUE);
    case OP_BINPUT:
      return remember_at (m, 1);
    case OP_LONG_BINPUT:
      return remember_at (m, 4);
    case OP_MEMOIZE:
      return remember (m, m->memo->len);
    case OP_BINGET:
      return recall (m, 1);
    case OP_LONG_BINGET:
      return recall (m, 4);
    case OP_REDUCE:
      return apply (m, myna_pickle_call);
    case OP_NEWOBJ:
      return apply (m, myna_pickle_new_object);
    case OP_BUILD:
      return build (m);
    case OP_BINPERSID:
      return persistent (m);
    default:
      return step_value (m, op);
    }
}

static gboolean
run (Machine *m)
{
  for (;;)
    {
      const guint8 *op = take (m, 1);

      if (op == NULL)
        return FALSE;
      if (*op == OP_STOP)
        break;
      if (!step (m, *op))
        return FALSE;
    }
  m->pickle->root = pop (m);
  return m->pickle->root != NULL && m->stack->len == 0 && m->marks->len == 0;
}

static void
set_damaged (const char *label, gsize at, GError **error)
{
  g_autofree char *place = g_strdup_printf ("%" G_GSIZE_FORMAT, at);

  g_set_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT,
               _ ("“%s” is damaged: its list of tensors is wrong at byte %s."), label, place);
}

/**
 * myna_pickle_read:
 * @data: bytes of a pickle, possibly with more behind it
 * @size: their number
 * @label: of the file
 * @used: (out) (optional): how many the pickle has
 * @error: (out) (optional): CORRUPT, or UNSUPPORTED with the name of what it asked for
 *
 * Reads protocol 2 (and what of 3 to 5 means data) into values. Memory and time are bounded by the
 * size and by fixed limits. Keeps nothing of @data.
 *
 * Returns: (transfer full) (nullable): the content
 */
MynaPickle *
myna_pickle_read (const guint8 *data, gsize size, const char *label, gsize *used, GError **error)
{
  g_autoptr (MynaPickle) self = g_new0 (MynaPickle, 1);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  g_autoptr (GPtrArray) memo = g_ptr_array_new ();
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GError) reason = NULL;
  Machine m = { .pickle = self, .data = data, .size = size, .label = label, .error = &reason };

  g_return_val_if_fail ((data != NULL || size == 0) && label != NULL, NULL);

  self->arena = myna_arena_new (MAX_VALUES, MAX_TEXT);
  self->storages = g_array_new (FALSE, FALSE, sizeof (MynaStorage));
  self->tensors = g_array_new (FALSE, FALSE, sizeof (MynaPickledTensor));
  m.stack = stack;
  m.memo = memo;
  m.marks = marks;
  if (!run (&m))
    {
      if (reason != NULL)
        g_propagate_error (error, g_steal_pointer (&reason));
      else
        set_damaged (label, m.at, error);
      return NULL;
    }
  if (used != NULL)
    *used = m.at;
  return g_steal_pointer (&self);
}

/**
 * myna_pickle_free:
 * @self: (transfer full): the content of a pickle
 */
void
myna_pickle_free (MynaPickle *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->arena, myna_arena_free);
  g_clear_pointer (&self->storages, g_array_unref);
  g_clear_pointer (&self->tensors, g_array_unref);
  g_free (self);
}
