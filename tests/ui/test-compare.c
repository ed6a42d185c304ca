/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

#include "tests/unit/video-fixtures.h"

#include "ui/lipsync/myna-compare-player.h"
#include "ui/lipsync/myna-compare-view.h"
#include "ui/lipsync/myna-video-stream.h"

/* The pixels of the stream's picture, and of the frame that is shown at @time, are the same. */
static void
assert_picture (GtkMediaStream *stream, const char *path, double time)
{
  g_autoptr (GdkPaintable) image = gdk_paintable_get_current_image (GDK_PAINTABLE (stream));
  g_autoptr (MynaVideoReader) reader = myna_video_reader_open (path, NULL);
  g_autoptr (MynaVideoFrame) frame = NULL;
  g_autoptr (GdkTextureDownloader) downloader = NULL;
  g_autoptr (GBytes) shown = NULL;
  g_autofree guint8 *rgb = NULL;
  gsize stride = 0;
  int width, height;

  g_assert_true (GDK_IS_TEXTURE (image));
  g_assert_true (myna_video_reader_seek (reader, time, 0, NULL));
  frame = myna_video_reader_next (reader, NULL);
  width = myna_video_frame_get_width (frame);
  height = myna_video_frame_get_height (frame);
  g_assert_cmpint (gdk_texture_get_width (GDK_TEXTURE (image)), ==, width);
  rgb = g_malloc ((gsize) (width * height * 3));
  g_assert_true (myna_video_frame_to_rgb (frame, NULL, width, height, rgb, NULL));
  downloader = gdk_texture_downloader_new (GDK_TEXTURE (image));
  gdk_texture_downloader_set_format (downloader, GDK_MEMORY_R8G8B8);
  shown = gdk_texture_downloader_download_bytes (downloader, &stride);
  for (int y = 0; y < height; y++)
    g_assert_cmpmem ((const guint8 *) g_bytes_get_data (shown, NULL) + (gsize) y * stride,
                     width * 3, rgb + y * width * 3, width * 3);
}

/* A stream on a window, with its first picture. */
static GtkMediaStream *
present_stream (const char *path, GtkWindow **window)
{
  GtkMediaStream *stream = myna_video_stream_new (path);

  *window = ui_test_present (gtk_picture_new_for_paintable (GDK_PAINTABLE (stream)));
  gtk_media_stream_realize (stream, gtk_native_get_surface (GTK_NATIVE (*window)));
  ui_test_wait_for (gtk_media_stream_is_prepared (stream));
  return stream;
}

static gboolean
has_picture (GtkMediaStream *stream)
{
  g_autoptr (GdkPaintable) image = gdk_paintable_get_current_image (GDK_PAINTABLE (stream));

  return GDK_IS_TEXTURE (image);
}

static void
remove_stream (GtkMediaStream *stream, GtkWindow *window)
{
  gtk_media_stream_unrealize (stream, gtk_native_get_surface (GTK_NATIVE (window)));
  ui_test_destroy (window, gtk_window_get_child (window));
  g_assert_finalize_object (stream);
}

static void
test_stream (Fixture *f, gconstpointer data)
{
  g_autofree char *path =
      make_clip (f, "-f lavfi -i sine=d=2 -vf setsar=2 -c:v mpeg4 -q:v 3 -g 20", "clip.mp4");
  GtkWindow *window = NULL;
  GtkMediaStream *stream = present_stream (path, &window);

  g_assert_no_error (gtk_media_stream_get_error (stream));
  g_assert_true (gtk_media_stream_has_audio (stream));
  g_assert_cmpint (gtk_media_stream_get_duration (stream), ==, 2000000);
  /* Pixels that are twice as wide as high. */
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (GDK_PAINTABLE (stream)), ==, 320);
  g_assert_cmpint (gdk_paintable_get_intrinsic_height (GDK_PAINTABLE (stream)), ==, 120);
  ui_test_wait_for (has_picture (stream));
  assert_picture (stream, path, 0);
  /* Forwards and back, the very pictures. */
  gtk_media_stream_seek (stream, 1210000);
  ui_test_wait_for (!gtk_media_stream_is_seeking (stream));
  assert_picture (stream, path, 1.21);
  gtk_media_stream_seek (stream, 400000);
  ui_test_wait_for (!gtk_media_stream_is_seeking (stream));
  assert_picture (stream, path, 0.4);
  /* From there to the end, and the end stays. */
  gtk_media_stream_seek (stream, 1700000);
  gtk_media_stream_play (stream);
  ui_test_wait_for (gtk_media_stream_get_ended (stream));
  g_assert_false (gtk_media_stream_get_playing (stream));
  g_assert_cmpint (gtk_media_stream_get_timestamp (stream), ==, 2000000);
  assert_picture (stream, path, 1.96);
  remove_stream (stream, window);
}

/* In a loop it begins again by itself; paused, it stands. */
static void
test_loop (Fixture *f, gconstpointer data)
{
  g_autofree char *path = make_clip (f, "-t 0.4 -c:v mpeg4", "clip.mp4");
  GtkWindow *window = NULL;
  GtkMediaStream *stream = present_stream (path, &window);
  gint64 last = 0;

  gtk_media_stream_set_loop (stream, TRUE);
  gtk_media_stream_play (stream);
  for (int rounds = 0; rounds < 2;)
    {
      g_main_context_iteration (NULL, TRUE);
      rounds += gtk_media_stream_get_timestamp (stream) < last ? 1 : 0;
      last = gtk_media_stream_get_timestamp (stream);
    }
  g_assert_false (gtk_media_stream_get_ended (stream));
  gtk_media_stream_pause (stream);
  last = gtk_media_stream_get_timestamp (stream);
  ui_test_settle (GTK_WIDGET (window));
  g_assert_cmpint (gtk_media_stream_get_timestamp (stream), ==, last);
  remove_stream (stream, window);
}

static void
test_stream_error (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "text.mp4");
  g_autoptr (GtkMediaStream) stream = NULL;

  g_assert_true (g_file_set_contents (path, "Not a video.\n", -1, NULL));
  stream = myna_video_stream_new (path);
  ui_test_wait_for (gtk_media_stream_get_error (stream) != NULL);
  g_assert_nonnull (strstr (gtk_media_stream_get_error (stream)->message, "text.mp4"));
}

/* Presses a key of the widget's class. */
static gboolean
press (GtkWidget *widget, guint keyval)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GListModel) shortcuts = g_list_model_get_item (controllers, i);

      for (guint k = 0;
           GTK_IS_SHORTCUT_CONTROLLER (shortcuts) && k < g_list_model_get_n_items (shortcuts); k++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (shortcuts, k);
          GtkShortcutTrigger *trigger = gtk_shortcut_get_trigger (shortcut);

          if (GTK_IS_KEYVAL_TRIGGER (trigger) &&
              gtk_keyval_trigger_get_keyval (GTK_KEYVAL_TRIGGER (trigger)) == keyval)
            return gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), 0, widget,
                                                 gtk_shortcut_get_arguments (shortcut));
        }
    }
  return FALSE;
}

static void
test_divider (void)
{
  MynaCompareView *view = g_object_new (MYNA_TYPE_COMPARE_VIEW, NULL);
  g_autoptr (GdkPaintable) picture = gdk_paintable_new_empty (160, 90);
  GtkWindow *window = ui_test_present (GTK_WIDGET (view));

  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_ROLE_SLIDER);
  /* One picture has no divider. */
  myna_compare_view_set_after (view, picture);
  g_assert_false (gtk_widget_get_focusable (GTK_WIDGET (view)));
  g_assert_false (press (GTK_WIDGET (view), GDK_KEY_Left));
  myna_compare_view_set_before (view, picture);
  g_assert_true (gtk_widget_get_focusable (GTK_WIDGET (view)));
  g_assert_true (press (GTK_WIDGET (view), GDK_KEY_Left));
  g_assert_cmpfloat_with_epsilon (myna_compare_view_get_position (view), 0.48, 1e-9);
  g_assert_true (press (GTK_WIDGET (view), GDK_KEY_End));
  g_assert_cmpfloat (myna_compare_view_get_position (view), ==, 1);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                       100.0);
  g_assert_true (press (GTK_WIDGET (view), GDK_KEY_Page_Down));
  g_assert_cmpfloat_with_epsilon (myna_compare_view_get_position (view), 0.9, 1e-9);
  g_assert_true (press (GTK_WIDGET (view), GDK_KEY_Home));
  g_assert_cmpfloat (myna_compare_view_get_position (view), ==, 0);
  ui_test_destroy (window, GTK_WIDGET (view));
}

static gboolean
is_ready (MynaComparePlayer *player)
{
  GtkWidget *button = ui_test_find (GTK_WIDGET (player), GTK_TYPE_BUTTON, NULL);

  return gtk_widget_is_sensitive (button);
}

static void
test_player (Fixture *f, gconstpointer data)
{
  g_autofree char *after =
      make_clip (f, "-f lavfi -i sine=d=2 -t 0.6 -c:v libx264 -preset ultrafast", "after.mp4");
  g_autofree char *before = make_clip (f, "-t 0.6 -vf hue=s=0 -c:v mpeg4", "before.mp4");
  MynaComparePlayer *player = MYNA_COMPARE_PLAYER (myna_compare_player_new ());
  GtkWindow *window = ui_test_present (GTK_WIDGET (player));
  GtkWidget *button = ui_test_find (GTK_WIDGET (player), GTK_TYPE_BUTTON, NULL);
  GtkWidget *view = ui_test_find (GTK_WIDGET (player), MYNA_TYPE_COMPARE_VIEW, NULL);
  g_autoptr (GtkMediaStream) first = NULL, second = NULL;
  int least = 0;

  gtk_widget_measure (GTK_WIDGET (player), GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL,
                      NULL);
  g_assert_cmpint (least, <=, 360);
  g_assert_false (is_ready (player));
  myna_compare_player_set_files (player, before, after);
  ui_test_wait_for (is_ready (player));
  g_object_get (view, "before", &first, "after", &second, NULL);
  ui_test_wait_for (has_picture (first) && has_picture (second));
  ui_test_settle (GTK_WIDGET (player));
  ui_test_save_picture (GTK_WIDGET (player), "compare-player");
  /* Together to the end, in step. */
  g_signal_emit_by_name (button, "clicked");
  g_assert_true (myna_compare_player_get_playing (player));
  g_assert_true (gtk_media_stream_get_playing (first));
  ui_test_wait_for (gtk_media_stream_get_ended (second));
  g_assert_false (gtk_media_stream_get_playing (first));
  g_assert_false (myna_compare_player_get_playing (player));
  assert_picture (second, after, 0.56);
  assert_picture (first, before, 0.56);
  /* Again from the start. */
  myna_compare_player_play (player);
  ui_test_wait_for (gtk_media_stream_get_ended (second));
  /* What is not shown does not play. */
  myna_compare_player_play (player);
  gtk_widget_set_visible (GTK_WIDGET (player), FALSE);
  g_assert_false (myna_compare_player_get_playing (player));
  g_clear_object (&first);
  g_clear_object (&second);
  ui_test_destroy (window, GTK_WIDGET (player));
}

static void
test_player_error (Fixture *f, gconstpointer data)
{
  g_autofree char *path = file_in (f, "text.mp4");
  g_autofree char *good = make_clip (f, "-t 0.4 -c:v mpeg4", "good.mp4");
  MynaComparePlayer *player = MYNA_COMPARE_PLAYER (myna_compare_player_new ());
  GtkWindow *window = ui_test_present (GTK_WIDGET (player));
  GtkWidget *page = NULL;

  g_assert_true (g_file_set_contents (path, "Not a video.\n", -1, NULL));
  myna_compare_player_set_files (player, NULL, path);
  page = ui_test_find (GTK_WIDGET (player), ADW_TYPE_STATUS_PAGE, NULL);
  ui_test_wait_for ((page = ui_test_find (GTK_WIDGET (player), ADW_TYPE_STATUS_PAGE, NULL)) !=
                        NULL &&
                    gtk_widget_get_mapped (page));
  g_assert_nonnull (strstr (adw_status_page_get_description (ADW_STATUS_PAGE (page)), "text.mp4"));
  /* Another file mends it; an original that is gone leaves the result alone. */
  myna_compare_player_set_files (player, path, good);
  ui_test_wait_for (is_ready (player));
  g_assert_false (gtk_widget_get_mapped (page));
  myna_compare_player_set_files (player, NULL, NULL);
  g_assert_false (is_ready (player));
  ui_test_destroy (window, GTK_WIDGET (player));
}

#define ADD(name) g_test_add ("/ui/compare/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  ADD (stream);
  ADD (loop);
  ADD (stream_error);
  g_test_add_func ("/ui/compare/divider", test_divider);
  ADD (player);
  ADD (player_error);
  return g_test_run ();
}
