/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/ui/ui-test.h"

#include <glib/gstdio.h>

#include "engine/studio/myna-lipsync-jobs.h"
#include "engine/studio/myna-studio-jobs.h"
#include "ui/lipsync/myna-compare-player.h"
#include "ui/lipsync/myna-lipsync-page.h"
#include "ui/lipsync/myna-lipsync-video-row.h"
#include "ui/lipsync/myna-lipsync-video.h"
#include "ui/queue/myna-job-row.h"

/* The Lip-sync page on a real library: what it takes, what it says, what it enqueues and shows. */

typedef struct
{
  char *folder;
  MynaLibrary *library;
  GtkWidget *page;
  GtkWindow *window;
} Fixture;

static char *
make_file (Fixture *fixture, const char *name, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *command =
      g_strdup_printf ("ffmpeg -nostdin -v error -y %s \"%s\"", arguments, path);
  int status = 0;

  g_spawn_command_line_sync (command, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
  return path;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = ui_test_make_folder ();
  fixture->library = myna_library_open (fixture->folder, MYNA_LIBRARY_OPEN_PAUSED, &error);
  g_assert_no_error (error);
  fixture->page = myna_lipsync_page_new (fixture->library);
  fixture->window = ui_test_present (fixture->page);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  ui_test_destroy (fixture->window, fixture->page);
  myna_library_close (fixture->library);
  g_assert_finalize_object (fixture->library);
  ui_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static MynaLipsyncVideo *
get_video (Fixture *fixture, guint position)
{
  g_autoptr (MynaLipsyncVideo) video = g_list_model_get_item (
      myna_lipsync_page_get_videos (MYNA_LIPSYNC_PAGE (fixture->page)), position);

  return video;
}

static guint
count (GListModel *model)
{
  return g_list_model_get_n_items (model);
}

static gboolean
can_start (Fixture *fixture)
{
  GtkWidget *button = ui_test_find (fixture->page, GTK_TYPE_BUTTON, "_Make Them Speak");

  g_assert_nonnull (button);
  return gtk_widget_is_sensitive (button);
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  g_assert_false (can_start (fixture));
  g_assert_nonnull (ui_test_find (fixture->page, GTK_TYPE_LABEL, "No videos yet"));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "lipsync-empty");
}

/* A sound is what is said, a picture who says it; each once. */
static void
test_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *speech = make_file (fixture, "speech.wav", "-f lavfi -i sine=d=1");
  g_autofree char *clip =
      make_file (fixture, "clip.mp4", "-f lavfi -i testsrc=s=160x120:d=0.4:r=10 -c:v mpeg4");
  MynaLipsyncPage *page = MYNA_LIPSYNC_PAGE (fixture->page);
  GListModel *videos = myna_lipsync_page_get_videos (page);

  myna_lipsync_page_add_file (page, clip);
  g_assert_cmpuint (count (videos), ==, 1);
  g_assert_false (can_start (fixture));
  myna_lipsync_page_add_file (page, speech);
  myna_lipsync_page_add_file (page, speech);
  myna_lipsync_page_add_file (page, clip);
  g_assert_cmpuint (count (videos), ==, 1);
  g_assert_nonnull (ui_test_find (fixture->page, GTK_TYPE_LABEL, "speech.wav"));
  /* Nobody is in a test pattern. */
  ui_test_wait_for (myna_lipsync_video_get_state (get_video (fixture, 0)) ==
                    MYNA_LIPSYNC_VIDEO_FAILED);
  g_assert_cmpstr (myna_lipsync_video_get_status (get_video (fixture, 0)), !=, "");
  g_assert_false (can_start (fixture));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "lipsync-no-face");
  gtk_widget_activate_action (ui_test_find (fixture->page, MYNA_TYPE_LIPSYNC_VIDEO_ROW, NULL),
                              "video.remove", NULL);
  g_assert_cmpuint (count (videos), ==, 0);
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "notes.mp4", NULL);

  g_assert_true (g_file_set_contents (path, "no video at all", -1, NULL));
  myna_lipsync_page_add_file (MYNA_LIPSYNC_PAGE (fixture->page), path);
  ui_test_wait_for (myna_lipsync_video_get_state (get_video (fixture, 0)) ==
                    MYNA_LIPSYNC_VIDEO_FAILED);
  g_assert_nonnull (strstr (myna_lipsync_video_get_status (get_video (fixture, 0)), "notes.mp4"));
}

/* The options go into the job as they stand; the list is empty afterwards, the queue has the job.
 */
static void
test_start (Fixture *fixture, gconstpointer data)
{
  g_autofree char *speech = ui_test_speak_sample (fixture->folder, "speech.wav");
  g_autofree char *clip =
      make_file (fixture, "clip.mp4", "-f lavfi -i testsrc=s=160x120:d=60:r=30 -c:v mpeg4");
  MynaLipsyncPage *page = MYNA_LIPSYNC_PAGE (fixture->page);
  GListModel *results = myna_lipsync_page_get_results (page);
  g_autoptr (MynaJob) job = NULL;
  g_autoptr (MynaLipsyncRequest) request = NULL;

  myna_lipsync_page_add_file (page, speech);
  myna_lipsync_page_add_file (page, clip);
  /* It is still looked at: the job will look for itself. */
  g_assert_true (can_start (fixture));
  gtk_widget_activate_action (fixture->page, "lipsync.start", NULL);
  g_assert_cmpuint (count (myna_lipsync_page_get_videos (page)), ==, 0);
  g_assert_cmpuint (count (results), ==, 1);
  g_assert_false (can_start (fixture));
  job = g_list_model_get_item (results, 0);
  g_assert_cmpstr (myna_job_get_kind (job), ==, MYNA_JOB_LIPSYNC);
  request = myna_lipsync_request_from_json (myna_job_get_params (job), NULL);
  g_assert_nonnull (request);
  g_assert_cmpstr (request->video, ==, clip);
  g_assert_cmpstr (request->audio, ==, speech);
  g_assert_cmpfloat (request->options.intensity, ==, 1.0);
  g_assert_cmpfloat (request->options.mask_size, ==, 1.0);
  g_assert_nonnull (ui_test_find (fixture->page, MYNA_TYPE_JOB_ROW, NULL));
  ui_test_settle (GTK_WIDGET (fixture->window));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "lipsync-queued");
}

/* A finished video opens beside its original. */
static void
test_failed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *clip =
      make_file (fixture, "clip.mp4", "-f lavfi -i testsrc=s=160x120:d=1:r=10 -c:v mpeg4");
  MynaJobQueue *queue = myna_library_get_queue (fixture->library);
  g_autoptr (MynaLipsyncRequest) request = myna_lipsync_request_new ();
  g_autofree char *made = NULL;

  request->video = g_strdup (clip);
  request->audio = g_strdup (clip);
  request->output = g_build_filename (fixture->folder, "made.mp4", NULL);
  /* Without a face the job fails, and there is nothing to open. */
  g_assert_nonnull (myna_lipsync_enqueue (queue, request, "clip.mp4", NULL));
  myna_job_queue_set_paused (queue, FALSE);
  ui_test_wait_for (myna_job_queue_get_n_unfinished (queue) == 0);
  gtk_widget_activate_action (fixture->page, "lipsync.show-result", "s", request->output);
  g_assert_null (ui_test_find (fixture->page, MYNA_TYPE_COMPARE_PLAYER, NULL));
  g_assert_false (g_file_test (request->output, G_FILE_TEST_EXISTS));
  ui_test_settle (GTK_WIDGET (fixture->window));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "lipsync-failed");
}

/* With a real face, when the models and the example portrait are there. */
static void
test_portrait (Fixture *fixture, gconstpointer data)
{
  const char *prefix = g_getenv ("MYNA_TEST_PREFIX");
  g_autofree char *portrait =
      g_build_filename (prefix != NULL ? prefix : "/", "share/myna/example/portrait.png", NULL);
  g_autofree char *speech = NULL;
  MynaLipsyncPage *page = MYNA_LIPSYNC_PAGE (fixture->page);
  GListModel *results = myna_lipsync_page_get_results (page);
  g_autoptr (MynaJob) job = NULL;

  if (!g_file_test (portrait, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("the example portrait is not there");
      return;
    }
  speech = make_file (fixture, "speech.wav",
                      "-f lavfi -i aevalsrc='0.3*sin(400*t)*(0.5+0.5*sin(25*t))':d=1.2");
  myna_lipsync_page_add_file (page, portrait);
  ui_test_wait_for (myna_lipsync_video_get_state (get_video (fixture, 0)) !=
                    MYNA_LIPSYNC_VIDEO_CHECKING);
  if (myna_lipsync_video_get_state (get_video (fixture, 0)) == MYNA_LIPSYNC_VIDEO_FAILED &&
      strstr (myna_lipsync_video_get_status (get_video (fixture, 0)), "model") != NULL)
    {
      g_test_skip ("the face models are not there");
      return;
    }
  g_assert_cmpint (myna_lipsync_video_get_state (get_video (fixture, 0)), ==,
                   MYNA_LIPSYNC_VIDEO_READY);
  ui_test_wait_for (myna_lipsync_video_get_thumbnail (get_video (fixture, 0)) != NULL);
  g_clear_pointer (&speech, g_free);
  speech = ui_test_speak_sample (fixture->folder, "said.wav");
  myna_lipsync_page_add_file (page, speech);
  ui_test_wait_for (myna_lipsync_video_get_plan (get_video (fixture, 0)) != NULL);
  ui_test_settle (GTK_WIDGET (fixture->window));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "lipsync-ready");
  gtk_widget_activate_action (fixture->page, "lipsync.start", NULL);
  job = g_list_model_get_item (results, 0);
  myna_job_queue_set_paused (myna_library_get_queue (fixture->library), FALSE);
  ui_test_wait_for (myna_job_is_finished (job));
  g_assert_cmpstr (myna_job_get_error (job), ==, NULL);
  g_assert_cmpint (myna_job_get_state (job), ==, MYNA_JOB_DONE);
  g_assert_true (g_file_test (myna_job_get_result (job), G_FILE_TEST_IS_REGULAR));
  gtk_widget_activate_action (fixture->page, "lipsync.show-result", "s", myna_job_get_result (job));
  g_assert_nonnull (ui_test_find (fixture->page, MYNA_TYPE_COMPARE_PLAYER, NULL));
  ui_test_settle (GTK_WIDGET (fixture->window));
  ui_test_save_picture (GTK_WIDGET (fixture->window), "lipsync-result");
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add ("/lipsync/empty", Fixture, NULL, set_up, test_empty, tear_down);
  g_test_add ("/lipsync/files", Fixture, NULL, set_up, test_files, tear_down);
  g_test_add ("/lipsync/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
  g_test_add ("/lipsync/start", Fixture, NULL, set_up, test_start, tear_down);
  g_test_add ("/lipsync/failed", Fixture, NULL, set_up, test_failed, tear_down);
  g_test_add ("/lipsync/portrait", Fixture, NULL, set_up, test_portrait, tear_down);
  return g_test_run ();
}
