/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/widgets/myna-peaks.h"
#include "ui/widgets/myna-waveform.h"

G_BEGIN_DECLS

#define MYNA_WAVEFORM_HANDLE_WIDTH 24.0
#define MYNA_WAVEFORM_CURSOR_WIDTH 2

typedef enum
{
  MYNA_WAVEFORM_START,
  MYNA_WAVEFORM_END,
  MYNA_WAVEFORM_N_HANDLES
} MynaWaveformSide;

/* Shared by the drawing (myna-waveform.c) and the input (myna-waveform-input.c) of one widget. */
struct _MynaWaveform
{
  GtkWidget parent_instance;

  /* Owned references: children */
  GtkWidget *handles[MYNA_WAVEFORM_N_HANDLES];
  GtkWidget *cursor;

  /* Owned references */
  MynaPeaks *peaks;
  GskRenderNode *wave;        /* the bars in the widget's colour */
  GskRenderNode *wave_dimmed; /* the bars outside the selection */

  /* State */
  double duration;
  double view_start;
  double view_length;
  double selection_start;
  double selection_end;
  double position;
  gboolean selectable;
  gboolean live;

  /* State of input */
  int dragged; /* MynaWaveformSide, or -1 */
  double drag_origin;
  gboolean panning;
  double pinch_zoom;
};

double myna_waveform_time_to_x (MynaWaveform *self, double seconds);
double myna_waveform_x_to_time (MynaWaveform *self, double x);
void myna_waveform_set_view (MynaWaveform *self, double start, double length);
void myna_waveform_move_handle (MynaWaveform *self, MynaWaveformSide side, double seconds);
void myna_waveform_emit_seek (MynaWaveform *self, double seconds);
void myna_waveform_init_input (MynaWaveform *self);

G_END_DECLS
