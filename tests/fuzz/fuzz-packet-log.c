/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <libavutil/adler32.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core/myna-sidecar.h"
#include "engine/video/myna-packet-log-private.h"

/*
 * Hostile files of finished segments. The bytes come behind a right beginning; where the first one
 * is odd, the sum of the first segment is set right, so that what is in it is used. What is kept
 * must be read back whole, and can be appended to.
 */

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static char *folder;

static void
remove_folder (void)
{
  myna_remove_tree (folder, NULL);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  folder = g_dir_make_tmp ("myna-fuzz-XXXXXX", NULL);
  g_assert_nonnull (folder);
  atexit (remove_folder);
  return 0;
}

/* A record is 32 bytes: kind, size, two numbers of 64 bits, flags, reserved. */
static void
mend_first_sum (guint8 *bytes, gsize size)
{
  gsize position = 0;
  AVAdler sum = 1;

  while (position + 32 <= size)
    {
      guint32 length;

      if (memcmp (bytes + position, "END ", 4) == 0)
        {
          memcpy (bytes + position + 4, &sum, 4);
          return;
        }
      memcpy (&length, bytes + position + 4, 4);
      if (length > size - position - 32)
        return;
      sum = av_adler32_update (sum, bytes + position, 32 + length);
      position += 32 + length;
    }
}

static void
read_back (MynaPacketLog *log)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (!myna_packet_log_rewind (log, NULL))
    return;
  while (myna_packet_log_next_segment (log, times, NULL) && times->len > 0)
    {
      GError *error = NULL;
      AVPacket *packet;

      while ((packet = myna_packet_log_next (log, &error)) != NULL)
        av_packet_free (&packet);
      if (error != NULL)
        {
          g_error_free (error);
          return;
        }
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char begin[] = "MynaPkt1\1\0\0\0k";
  g_autofree char *path = g_build_filename (folder, "log", NULL);
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (MynaPacketLog) log = NULL;

  if (size < 1)
    return 0;
  g_byte_array_append (file, (const guint8 *) begin, sizeof begin - 1);
  g_byte_array_append (file, data + 1, (guint) (size - 1));
  if (data[0] % 2 != 0)
    mend_first_sum (file->data + sizeof begin - 1, size - 1);
  if (!g_file_set_contents_full (path, (const char *) file->data, file->len,
                                 G_FILE_SET_CONTENTS_NONE, 0600, NULL))
    abort ();
  log = myna_packet_log_open (path, "k", NULL);
  g_assert_nonnull (log);
  read_back (log);
  return 0;
}
