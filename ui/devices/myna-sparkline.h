/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_SPARKLINE (myna_sparkline_get_type ())
/**
 * MynaSparkline:
 *
 * The last values of something as a small curve, the newest at the end; where a value is missing,
 * the curve has a gap. Main thread only. To assistive technology it is a meter with the newest
 * value. Property: "label" (string), its accessible name.
 */
G_DECLARE_FINAL_TYPE (MynaSparkline, myna_sparkline, MYNA, SPARKLINE, GtkWidget)

GtkWidget *myna_sparkline_new (void);
void myna_sparkline_set_label (MynaSparkline *self, const char *label);
const char *myna_sparkline_get_label (MynaSparkline *self);
/* What the bottom and the top of the curve stand for; higher values raise the top. */
void myna_sparkline_set_range (MynaSparkline *self, double low, double high);
/* All values anew, the newest last; NAN is missing. */
void myna_sparkline_set_values (MynaSparkline *self, const double *values, gsize n);
/* One more value; @text is what it is called, as in "63 %". */
void myna_sparkline_push (MynaSparkline *self, double value, const char *text);
double myna_sparkline_get_value (MynaSparkline *self);
const char *myna_sparkline_get_text (MynaSparkline *self);

G_END_DECLS
