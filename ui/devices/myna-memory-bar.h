/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_MEMORY_BAR (myna_memory_bar_get_type ())
/**
 * MynaMemoryBar:
 *
 * How full a memory is: what Myna holds of it, then what others hold. Main thread only. To
 * assistive technology it is a meter. The style sheet colours its nodes "own" and "others".
 */
G_DECLARE_FINAL_TYPE (MynaMemoryBar, myna_memory_bar, MYNA, MEMORY_BAR, GtkWidget)

GtkWidget *myna_memory_bar_new (void);
/* Parts of the whole, 0 … 1; @own is a part of @used. @text is what it is called. */
void myna_memory_bar_set (MynaMemoryBar *self, double own, double used, const char *text);
double myna_memory_bar_get_own (MynaMemoryBar *self);
double myna_memory_bar_get_used (MynaMemoryBar *self);

G_END_DECLS
