/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MynaDraftFormat:
 * @rate: samples a second
 * @hop: samples a frame (5 ms)
 * @fft: length of the spectra; their half has @fft / 2 + 1 bins
 * @n_mel: points of the warped spectrum
 * @n_cep: cepstra kept of it; c0 is the level
 * @top_hz: highest frequency of the warped spectrum
 *
 * The numbers that all of the draft voice's signal processing is written in
 * (spec draft-voice, sections 2 and 9). A voice has one format for life.
 */
typedef struct
{
  int rate;
  int hop;
  int fft;
  int n_mel;
  int n_cep;
  double top_hz;
} MynaDraftFormat;

extern const MynaDraftFormat myna_draft_format_16k;
extern const MynaDraftFormat myna_draft_format_24k;

#define MYNA_DRAFT_MAX_MEL 80
#define MYNA_DRAFT_MAX_CEP 40
#define MYNA_DRAFT_MAX_BINS 1025

const MynaDraftFormat *myna_draft_format_for_rate (int rate);

static inline int
myna_draft_format_n_bins (const MynaDraftFormat *format)
{
  return format->fft / 2 + 1;
}

G_END_DECLS
