/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/widgets/myna-waveform-private.h"

#include <math.h>

/* What the pointer, the keyboard and the touchpad do with a waveform. */

#define KEY_STEP 0.1
#define KEY_BIG_STEP 1.0
#define KEY_PAGE 10.0
#define ZOOM_STEP 1.25
#define PAN_STEP 0.1 /* of the view */

static void
nudge (MynaWaveform *self, MynaWaveformSide side, double seconds)
{
  double now = side == MYNA_WAVEFORM_START ? self->selection_start : self->selection_end;

  g_assert (MYNA_IS_WAVEFORM (self));

  myna_waveform_move_handle (self, side, now + seconds);
}

/* A handle that was moved out of view takes the view along. */
static void
reveal (MynaWaveform *self, MynaWaveformSide side)
{
  double now = side == MYNA_WAVEFORM_START ? self->selection_start : self->selection_end;

  g_assert (MYNA_IS_WAVEFORM (self));

  if (now < self->view_start)
    myna_waveform_set_view (self, now, self->view_length);
  else if (now > self->view_start + self->view_length)
    myna_waveform_set_view (self, now - self->view_length, self->view_length);
}

static gboolean
handle_key_cb (GtkEventControllerKey *controller,
               guint keyval,
               guint keycode,
               GdkModifierType state,
               MynaWaveform *self)
{
  GtkWidget *handle = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (controller));
  MynaWaveformSide side =
      handle == self->handles[MYNA_WAVEFORM_START] ? MYNA_WAVEFORM_START : MYNA_WAVEFORM_END;
  double step = (state & GDK_SHIFT_MASK) != 0 ? KEY_BIG_STEP : KEY_STEP;

  g_assert (MYNA_IS_WAVEFORM (self));

  switch (keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      nudge (self, side, -step);
      break;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      nudge (self, side, step);
      break;
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
      nudge (self, side, -KEY_PAGE);
      break;
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
      nudge (self, side, KEY_PAGE);
      break;
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      myna_waveform_move_handle (self, side, 0.0);
      break;
    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      myna_waveform_move_handle (self, side, self->duration);
      break;
    case GDK_KEY_plus:
    case GDK_KEY_KP_Add:
      myna_waveform_zoom (self, 2.0);
      break;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      myna_waveform_zoom (self, 0.5);
      break;
    default:
      return GDK_EVENT_PROPAGATE;
    }
  reveal (self, side);
  return GDK_EVENT_STOP;
}

/* The nearer handle within reach of @x, or -1. */
static int
find_handle (MynaWaveform *self, double x)
{
  double to_start = fabs (myna_waveform_time_to_x (self, self->selection_start) - x);
  double to_end = fabs (myna_waveform_time_to_x (self, self->selection_end) - x);

  g_assert (MYNA_IS_WAVEFORM (self));

  if (!self->selectable || self->duration <= 0.0 ||
      MIN (to_start, to_end) > MYNA_WAVEFORM_HANDLE_WIDTH / 2.0 + 2.0)
    return -1;
  return to_start <= to_end ? MYNA_WAVEFORM_START : MYNA_WAVEFORM_END;
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, MynaWaveform *self)
{
  g_assert (MYNA_IS_WAVEFORM (self));

  self->panning = FALSE;
  self->dragged = find_handle (self, x);
  if (self->dragged < 0)
    {
      self->drag_origin = self->view_start;
      return;
    }
  self->drag_origin =
      self->dragged == MYNA_WAVEFORM_START ? self->selection_start : self->selection_end;
  gtk_widget_grab_focus (self->handles[self->dragged]);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, MynaWaveform *self)
{
  double inner;
  double seconds;

  g_assert (MYNA_IS_WAVEFORM (self));

  inner = myna_waveform_time_to_x (self, self->view_start + self->view_length) -
          myna_waveform_time_to_x (self, self->view_start);
  seconds = inner > 0.0 ? offset_x / inner * self->view_length : 0.0;
  if (self->dragged >= 0)
    {
      myna_waveform_move_handle (self, (MynaWaveformSide) self->dragged,
                                 self->drag_origin + seconds);
      return;
    }
  if (!self->panning &&
      !gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int) offset_x, (int) offset_y))
    return;
  if (self->live || self->view_length >= self->duration)
    return;
  self->panning = TRUE;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  myna_waveform_set_view (self, self->drag_origin - seconds, self->view_length);
}

static void
drag_end_cb (GtkGestureDrag *gesture, double offset_x, double offset_y, MynaWaveform *self)
{
  double x = 0.0;
  double y = 0.0;

  g_assert (MYNA_IS_WAVEFORM (self));

  if (self->dragged < 0 && !self->panning && !self->live && self->duration > 0.0 &&
      gtk_gesture_drag_get_start_point (gesture, &x, &y) &&
      !gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int) offset_x, (int) offset_y))
    myna_waveform_emit_seek (self, myna_waveform_x_to_time (self, x));
  self->dragged = -1;
  self->panning = FALSE;
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, MynaWaveform *self)
{
  GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));

  g_assert (MYNA_IS_WAVEFORM (self));

  if (self->live || self->duration <= 0.0)
    return GDK_EVENT_PROPAGATE;
  if ((state & GDK_CONTROL_MASK) != 0)
    {
      myna_waveform_zoom (self, pow (ZOOM_STEP, -dy));
      return GDK_EVENT_STOP;
    }
  if ((state & GDK_SHIFT_MASK) != 0)
    dx += dy;
  if (fabs (dx) < 1e-9 || self->view_length >= self->duration)
    return GDK_EVENT_PROPAGATE;
  myna_waveform_set_view (self, self->view_start + dx * PAN_STEP * self->view_length,
                          self->view_length);
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (GtkGesture *gesture, GdkEventSequence *sequence, MynaWaveform *self)
{
  g_assert (MYNA_IS_WAVEFORM (self));

  self->pinch_zoom = 1.0;
}

static void
pinch_cb (GtkGestureZoom *gesture, double scale, MynaWaveform *self)
{
  g_assert (MYNA_IS_WAVEFORM (self));

  if (scale <= 0.0)
    return;
  myna_waveform_zoom (self, scale / self->pinch_zoom);
  self->pinch_zoom = scale;
}

/**
 * myna_waveform_init_input:
 *
 * Adds the event controllers; once, from the instance's init.
 */
void
myna_waveform_init_input (MynaWaveform *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkEventController *scroll =
      gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);

  self->dragged = -1;
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, 0);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self, 0);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (drag_end_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  g_signal_connect_object (pinch, "begin", G_CALLBACK (pinch_begin_cb), self, 0);
  g_signal_connect_object (pinch, "scale-changed", G_CALLBACK (pinch_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  for (guint i = 0; i < MYNA_WAVEFORM_N_HANDLES; i++)
    {
      GtkEventController *keys = gtk_event_controller_key_new ();

      g_signal_connect_object (keys, "key-pressed", G_CALLBACK (handle_key_cb), self, 0);
      gtk_widget_add_controller (self->handles[i], keys);
    }
}
