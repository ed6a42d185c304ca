/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-detector.h"

#include <math.h>

/* BlazeFace, short range (spec lipsync-default, "Model needed"). It finds faces from about an
 * eighth of its input's side up, so that it looks at the whole picture, and at two levels of
 * overlapping tiles: faces down to 1/25 of the longer side. */

#define LEAST_SCORE 0.5f
#define LEAST_OVERLAP 0.3f /* of boxes of one face */
#define MAX_BATCH 4
#define MAX_FACES 64
#define N_LEVELS 3
#define SIDE MYNA_FACE_DETECTOR_SIDE

/* Sides of the tiles, as parts of the longer side, and how far they are apart, in sides. */
static const double levels[N_LEVELS] = { 1, 1 / 1.8, 1 / 3.2 };
#define TILE_STEP (2.0 / 3)

/* ---- decoding ---- */

/* Centres of the anchors in the input, 0 … 1: two for each place of a 16 × 16 grid, then six for
 * each of an 8 × 8 grid. All are as large as the input. */
static void
get_anchor (int index, float *x, float *y)
{
  int grid = index < 512 ? 16 : 8, place = index < 512 ? index / 2 : (index - 512) / 6;

  *x = ((float) (place % grid) + 0.5f) / (float) grid;
  *y = ((float) (place / grid) + 0.5f) / (float) grid;
}

static MynaFaceDetection
decode (const MynaFaceSquare *tile, int anchor, const float *regressors, float score)
{
  MynaFaceDetection found = { .score = score };
  float x, y, side = (float) tile->side;
  float left = (float) tile->x - side / 2, top = (float) tile->y - side / 2;

  get_anchor (anchor, &x, &y);
  found.width = regressors[2] / SIDE * side;
  found.height = regressors[3] / SIDE * side;
  found.x = left + (regressors[0] / SIDE + x) * side - found.width / 2;
  found.y = top + (regressors[1] / SIDE + y) * side - found.height / 2;
  for (int i = 0; i < 2; i++)
    {
      found.eyes[i][0] = left + (regressors[4 + 2 * i] / SIDE + x) * side;
      found.eyes[i][1] = top + (regressors[5 + 2 * i] / SIDE + y) * side;
    }
  return found;
}

static void
decode_all (const MynaFaceSquare *tile,
            const float *regressors,
            const float *logits,
            GArray *candidates)
{
  for (int i = 0; i < MYNA_FACE_N_ANCHORS; i++)
    {
      float score = 1 / (1 + expf (-CLAMP (logits[i], -50.0f, 50.0f)));
      MynaFaceDetection found;

      if (!(score >= LEAST_SCORE))
        continue;
      found = decode (tile, i, regressors + i * MYNA_FACE_N_REGRESSORS, score);
      if (found.width > 1 && found.height > 1)
        g_array_append_val (candidates, found);
    }
}

/**
 * myna_face_detection_overlap:
 * @a: a box
 * @b: another
 *
 * Returns: intersection over union, 0 … 1
 */
float
myna_face_detection_overlap (const MynaFaceDetection *a, const MynaFaceDetection *b)
{
  float width = MIN (a->x + a->width, b->x + b->width) - MAX (a->x, b->x);
  float height = MIN (a->y + a->height, b->y + b->height) - MAX (a->y, b->y);
  float common;

  g_return_val_if_fail (a != NULL && b != NULL, 0);

  if (!(width > 0 && height > 0))
    return 0;
  common = width * height;
  return common / (a->width * a->height + b->width * b->height - common);
}

/* A face that a tile's edge cuts is found as a smaller box inside the whole face's. */
static gboolean
is_same (const MynaFaceDetection *a, const MynaFaceDetection *b)
{
  float width = MIN (a->x + a->width, b->x + b->width) - MAX (a->x, b->x);
  float height = MIN (a->y + a->height, b->y + b->height) - MAX (a->y, b->y);
  float smaller = MIN (a->width * a->height, b->width * b->height);

  return width > 0 && height > 0 &&
         (myna_face_detection_overlap (a, b) > LEAST_OVERLAP || width * height > 0.6f * smaller);
}

static int
compare_scores (gconstpointer a, gconstpointer b)
{
  float first = ((const MynaFaceDetection *) a)->score,
        second = ((const MynaFaceDetection *) b)->score;

  return first > second ? -1 : first < second;
}

static void
add_weighted (MynaFaceDetection *sum, const MynaFaceDetection *part)
{
  float w = part->score;

  sum->x += w * part->x;
  sum->y += w * part->y;
  sum->width += w * part->width;
  sum->height += w * part->height;
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++)
      sum->eyes[i][j] += w * part->eyes[i][j];
}

/* Weighted non-maximum suppression: the mean of the boxes that overlap the best much, weighted by
 * their scores; boxes of the same face that overlap less (other tiles) are dropped. */
static MynaFaceDetection
merge_best (GArray *candidates, gboolean *used, guint best)
{
  const MynaFaceDetection *leader = &g_array_index (candidates, MynaFaceDetection, best);
  MynaFaceDetection sum = { 0 };
  float weight = 0;

  for (guint i = best; i < candidates->len; i++)
    {
      const MynaFaceDetection *other = &g_array_index (candidates, MynaFaceDetection, i);

      if (used[i] || (i != best && !is_same (leader, other)))
        continue;
      used[i] = TRUE;
      if (i != best && myna_face_detection_overlap (leader, other) < 0.5f)
        continue;
      add_weighted (&sum, other);
      weight += other->score;
    }
  sum.x /= weight;
  sum.y /= weight;
  sum.width /= weight;
  sum.height /= weight;
  for (int i = 0; i < 4; i++)
    sum.eyes[i / 2][i % 2] /= weight;
  sum.score = leader->score;
  return sum;
}

static GArray *
suppress (GArray *candidates)
{
  GArray *faces = g_array_new (FALSE, FALSE, sizeof (MynaFaceDetection));
  g_autofree gboolean *used = g_new0 (gboolean, MAX (candidates->len, 1));

  g_array_sort (candidates, compare_scores);
  for (guint i = 0; i < candidates->len && faces->len < MAX_FACES; i++)
    if (!used[i])
      {
        MynaFaceDetection face = merge_best (candidates, used, i);

        g_array_append_val (faces, face);
      }
  return faces;
}

/* ---- tiles ---- */

/* Centres of tiles of @side along @length, the outer ones at the edges. */
static int
count_tiles (double length, double side)
{
  return length <= side ? 1 : 1 + (int) ceil ((length - side) / (side * TILE_STEP) - 1e-6);
}

static double
place_tile (double length, double side, int n, int index)
{
  return n == 1 ? length / 2 : side / 2 + (length - side) * index / (n - 1);
}

/* @part: 0 … MYNA_FACE_DETECTOR_PARTS − 1 takes only every so many tile of the finest level. */
static GArray *
make_tiles (double width, double height, int part)
{
  GArray *tiles = g_array_new (FALSE, FALSE, sizeof (MynaFaceSquare));

  for (int level = 0; level < N_LEVELS; level++)
    {
      double side = levels[level] * MAX (width, height);
      int columns = count_tiles (width, side), rows = count_tiles (height, side);

      for (int i = 0; i < columns * rows; i++)
        {
          MynaFaceSquare tile = { place_tile (width, side, columns, i % columns),
                                  place_tile (height, side, rows, i / columns), side, 0 };

          if (part < 0 || level < N_LEVELS - 1 || i % MYNA_FACE_DETECTOR_PARTS == part)
            g_array_append_val (tiles, tile);
        }
    }
  return tiles;
}

/**
 * myna_face_detector_run:
 * @models: the models
 * @cx: a context of their device
 * @picture: the whole frame, its longer side MYNA_FACE_DETECTOR_PICTURE (or less if the frame is
 *   smaller)
 * @part: −1: look at everything; 0 … MYNA_FACE_DETECTOR_PARTS − 1: only at a part of the tiles of
 *   the finest level, a different one each time, when most faces are known already
 * @error: the device's
 *
 * Finds faces from about 1/25 of the longer side up.
 *
 * Returns: (transfer full) (nullable) (element-type MynaFaceDetection): best first
 */
GArray *
myna_face_detector_run (const MynaFaceModels *models,
                        GpuContext *cx,
                        const MynaFaceImage *picture,
                        int part,
                        GError **error)
{
  const gsize pixels = SIDE * SIDE * 3;
  g_autoptr (GArray) tiles = NULL;
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (MynaFaceDetection));
  g_autofree float *input = g_new (float, pixels *MAX_BATCH);
  g_autofree float *regressors =
      g_new (float, MAX_BATCH * MYNA_FACE_N_ANCHORS * MYNA_FACE_N_REGRESSORS);
  g_autofree float *logits = g_new (float, MAX_BATCH *MYNA_FACE_N_ANCHORS);

  g_return_val_if_fail (models != NULL && cx != NULL && picture != NULL, NULL);

  tiles = make_tiles (picture->width * picture->step_x, picture->height * picture->step_y, part);
  for (guint i = 0; i < tiles->len;)
    {
      guint n = tiles->len - i >= MAX_BATCH ? MAX_BATCH : 1; /* two shapes of input, no more */
      const MynaFaceSquare *tile = &g_array_index (tiles, MynaFaceSquare, i);

      for (guint j = 0; j < n; j++)
        myna_face_image_cut (picture, &tile[j], SIDE, 1 / 127.5f, -1, input + j * pixels);
      if (!myna_tflite_net_run (models->detector, cx, (int) n, input,
                                (float *const[]) { regressors, logits }, error))
        return NULL;
      for (guint j = 0; j < n; j++)
        decode_all (&tile[j], regressors + j * MYNA_FACE_N_ANCHORS * MYNA_FACE_N_REGRESSORS,
                    logits + j * MYNA_FACE_N_ANCHORS, candidates);
      i += n;
    }
  return suppress (candidates);
}

/**
 * myna_face_detector_check:
 * @models: the models
 * @cx: a context of their device
 * @image: a part of the frame that holds @square
 * @square: with a face in its middle, about half as large
 * @score: (out): 0 … 1
 * @error: the device's
 *
 * How sure the detector is that there is a face in the middle of @square.
 *
 * Returns: whether the detector could be run
 */
gboolean
myna_face_detector_check (const MynaFaceModels *models,
                          GpuContext *cx,
                          const MynaFaceImage *image,
                          const MynaFaceSquare *square,
                          float *score,
                          GError **error)
{
  g_autofree float *input = g_new (float, SIDE * SIDE * 3);
  g_autofree float *regressors = g_new (float, MYNA_FACE_N_ANCHORS *MYNA_FACE_N_REGRESSORS);
  float logits[MYNA_FACE_N_ANCHORS], best = -50;

  g_return_val_if_fail (models != NULL && cx != NULL && image != NULL, FALSE);
  g_return_val_if_fail (square != NULL && score != NULL, FALSE);

  myna_face_image_cut (image, square, SIDE, 1 / 127.5f, -1, input);
  if (!myna_tflite_net_run (models->detector, cx, 1, input, (float *const[]) { regressors, logits },
                            error))
    return FALSE;
  for (int i = 0; i < MYNA_FACE_N_ANCHORS; i++)
    {
      float x, y;

      get_anchor (i, &x, &y);
      if (fabsf (x - 0.5f) < 0.25f && fabsf (y - 0.5f) < 0.25f)
        best = MAX (best, logits[i]);
    }
  *score = 1 / (1 + expf (-CLAMP (best, -50.0f, 50.0f)));
  return TRUE;
}

/**
 * myna_face_detection_get_square:
 * @self: a face that was found
 *
 * The square that the mesh model wants to see: upright by the line of the eyes, 1.5 times the box's
 * longer side (MediaPipe's graph face_detection_front_detection_to_roi).
 *
 * Returns: the square
 */
MynaFaceSquare
myna_face_detection_get_square (const MynaFaceDetection *self)
{
  MynaFaceSquare square = { 0 };

  g_return_val_if_fail (self != NULL, square);

  square.x = (double) self->x + (double) self->width / 2;
  square.y = (double) self->y + (double) self->height / 2;
  square.side = 1.5 * (double) MAX (self->width, self->height);
  square.angle = atan2 ((double) (self->eyes[1][1] - self->eyes[0][1]),
                        (double) (self->eyes[1][0] - self->eyes[0][0]));
  return square;
}
