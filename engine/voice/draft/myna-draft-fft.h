/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaDraftFft:
 *
 * Real FFT of one length, forward and inverse, with its plans and aligned buffers. For one thread
 * at a time; make one a worker.
 */
typedef struct _MynaDraftFft MynaDraftFft;

MynaDraftFft *myna_draft_fft_new (int length);
void myna_draft_fft_free (MynaDraftFft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaDraftFft, myna_draft_fft_free)

float *myna_draft_fft_get_time (MynaDraftFft *self);
float *myna_draft_fft_get_spectrum (MynaDraftFft *self);
void myna_draft_fft_forward (MynaDraftFft *self);
void myna_draft_fft_inverse (MynaDraftFft *self);

G_END_DECLS
