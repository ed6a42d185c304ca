/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The loudness of the speech that Myna makes (EBU R 128). */
#define MYNA_LOUDNESS_TARGET_LUFS -23.0

/* What the measure gives for silence: its absolute gate (ITU-R BS.1770). */
#define MYNA_LOUDNESS_SILENCE_LUFS -70.0

double myna_loudness_measure (const float *interleaved, gsize n_frames, int rate, int channels);
double myna_loudness_gain_db (double loudness_lufs, double target_lufs);

G_END_DECLS
