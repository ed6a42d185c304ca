/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MYNA_ERROR:
 *
 * The error domain of the engine. A message is one plain, translated sentence for a person: what
 * happened, with which file or device, and what to do. The command line and the window show it as
 * it is. Cancellation stays G_IO_ERROR_CANCELLED.
 */
#define MYNA_ERROR (myna_error_quark ())

/**
 * MynaError:
 * @MYNA_ERROR_FAILED: anything without a code of its own
 * @MYNA_ERROR_NO_SPACE: the disk is full
 * @MYNA_ERROR_READ_ONLY: the data folder or the output cannot be written
 * @MYNA_ERROR_NOT_FOUND: a file, voice, take or job does not exist
 * @MYNA_ERROR_EXISTS: a name is taken
 * @MYNA_ERROR_UNSUPPORTED: a file, format or language that we cannot handle
 * @MYNA_ERROR_CORRUPT: damaged data
 * @MYNA_ERROR_EMPTY: nothing to work on (empty text, only punctuation, no audio stream)
 * @MYNA_ERROR_TOO_SHORT: the sample is too short to be used
 * @MYNA_ERROR_SILENT: the sample holds no speech
 * @MYNA_ERROR_NO_DEVICE: no sound device
 * @MYNA_ERROR_DEVICE_LOST: the sound device went away or lost audio
 * @MYNA_ERROR_BUSY: another process holds the data folder
 * @MYNA_ERROR_CONSENT: consent for the voice is missing
 * @MYNA_ERROR_TOO_LARGE: input beyond a stated limit
 */
typedef enum
{
  MYNA_ERROR_FAILED,
  MYNA_ERROR_NO_SPACE,
  MYNA_ERROR_READ_ONLY,
  MYNA_ERROR_NOT_FOUND,
  MYNA_ERROR_EXISTS,
  MYNA_ERROR_UNSUPPORTED,
  MYNA_ERROR_CORRUPT,
  MYNA_ERROR_EMPTY,
  MYNA_ERROR_TOO_SHORT,
  MYNA_ERROR_SILENT,
  MYNA_ERROR_NO_DEVICE,
  MYNA_ERROR_DEVICE_LOST,
  MYNA_ERROR_BUSY,
  MYNA_ERROR_CONSENT,
  MYNA_ERROR_TOO_LARGE,
} MynaError;

GQuark myna_error_quark (void);

void myna_error_set_from_errno (GError **error, int saved_errno, const char *path);

G_END_DECLS
