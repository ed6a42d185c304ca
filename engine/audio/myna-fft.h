/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaFft:
 *
 * Real FFT of one length, forward and inverse, with its plans and aligned buffers. For one thread
 * at a time; make one a worker.
 */
typedef struct _MynaFft MynaFft;

MynaFft *myna_fft_new (int length);
void myna_fft_free (MynaFft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaFft, myna_fft_free)

float *myna_fft_get_time (MynaFft *self);
float *myna_fft_get_spectrum (MynaFft *self);
void myna_fft_forward (MynaFft *self);
void myna_fft_inverse (MynaFft *self);

G_END_DECLS
