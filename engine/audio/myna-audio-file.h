/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Everything about audio files: what is in them, decoding, encoding, drawing. */
#include "engine/audio/myna-audio-load.h"
#include "engine/audio/myna-audio-peaks.h"
#include "engine/audio/myna-audio-probe.h"
#include "engine/audio/myna-audio-reader.h"
#include "engine/audio/myna-audio-writer.h"
