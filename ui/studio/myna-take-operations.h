/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "ui/studio/myna-studio.h"

G_BEGIN_DECLS

void myna_take_operations_rename (GtkWidget *from, MynaStudio *studio, MynaTake *take);
void myna_take_operations_delete (GtkWidget *from, MynaStudio *studio, MynaTake *take);
void myna_take_operations_export (GtkWidget *from, MynaStudio *studio, MynaTake *take);
void myna_take_operations_cancel (GtkWidget *from, MynaStudio *studio, MynaTake *take);
void myna_take_operations_resume (GtkWidget *from, MynaStudio *studio, MynaTake *take);

G_END_DECLS
