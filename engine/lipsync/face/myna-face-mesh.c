/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lipsync/face/myna-face-mesh.h"

#include <math.h>

/* The attention mesh: what its refined points are in the mesh (MediaPipe's graph
 * tensors_to_face_landmarks_with_attention). Their depth stays the mesh's. */

static const int lips[MYNA_FACE_N_LIPS] = {
  61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0,  267, 269, 270, 409,
  78, 95,  88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
  76, 77,  90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303, 304, 408,
  62, 96,  89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407,
};

/* The eye at the left of the picture, then the other. */
static const int eyes[2][MYNA_FACE_N_EYE] = {
  {
      33,  7,   163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173, 130, 25,
      110, 24,  23,  22,  26,  112, 243, 247, 30,  29,  27,  28,  56,  190, 226, 31,  228, 229,
      230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189, 35,  124, 46,  53,  52,  65,
      143, 111, 117, 118, 119, 120, 121, 128, 245, 156, 70,  63,  105, 66,  107, 55,  193,
  },
  {
      263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398, 359, 255,
      339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414, 446, 261, 448, 449,
      450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413, 265, 353, 276, 283, 282, 295,
      372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336, 285, 417,
  },
};

/**
 * myna_face_get_lips:
 * @n: (out): how many
 *
 * Returns: (transfer none): the points of the lips
 */
const int *
myna_face_get_lips (int *n)
{
  g_return_val_if_fail (n != NULL, NULL);

  *n = MYNA_FACE_N_LIPS;
  return lips;
}

static void
refine (float *mesh, const int *indices, int n, const float *points)
{
  for (int i = 0; i < n; i++)
    {
      mesh[3 * indices[i]] = points[2 * i];
      mesh[3 * indices[i] + 1] = points[2 * i + 1];
    }
}

static void
place_points (MynaFace *face, const MynaFaceSquare *square, const float *mesh)
{
  double depth = square->side / MYNA_FACE_MESH_SIDE;

  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    {
      double x, y;

      myna_face_square_to_frame (square, MYNA_FACE_MESH_SIDE, (double) mesh[3 * i],
                                 (double) mesh[3 * i + 1], &x, &y);
      face->points[i] =
          (MynaFacePoint) { (float) x, (float) y, (float) ((double) mesh[3 * i + 2] * depth) };
    }
}

/**
 * myna_face_mesh_run:
 * @models: the models
 * @cx: a context of their device
 * @image: a part of the frame that holds @square
 * @square: where the face should be
 * @face: (out): its points, confidence and pose
 * @error: the device's
 *
 * Finds the mesh of the face in @square, lips and eyes refined. Whether there is one at all
 * @face->confidence says.
 *
 * Returns: whether the models could be run
 */
gboolean
myna_face_mesh_run (const MynaFaceModels *models,
                    GpuContext *cx,
                    const MynaFaceImage *image,
                    const MynaFaceSquare *square,
                    MynaFace *face,
                    GError **error)
{
  g_autofree float *input = g_new (float, MYNA_FACE_MESH_SIDE * MYNA_FACE_MESH_SIDE * 3);
  float mesh[MYNA_FACE_N_POINTS * 3], mouth[MYNA_FACE_N_LIPS * 2], eye[2][MYNA_FACE_N_EYE * 2];
  float logit;

  g_return_val_if_fail (models != NULL && cx != NULL && image != NULL, FALSE);
  g_return_val_if_fail (square != NULL && face != NULL, FALSE);

  myna_face_image_cut (image, square, MYNA_FACE_MESH_SIDE, 1 / 255.0f, 0, input);
  if (!myna_tflite_net_run (models->mesh, cx, 1, input,
                            (float *const[]) { mesh, mouth, eye[0], eye[1], &logit }, error))
    return FALSE;
  refine (mesh, lips, MYNA_FACE_N_LIPS, mouth);
  for (int i = 0; i < 2; i++)
    refine (mesh, eyes[i], MYNA_FACE_N_EYE, eye[i]);
  place_points (face, square, mesh);
  face->confidence = 1 / (1 + expf (-CLAMP (logit, -50.0f, 50.0f)));
  myna_face_find_pose (face);
  return TRUE;
}

/**
 * myna_face_get_square:
 * @self: a face
 *
 * The square in which to look for the face in the next frame: level with the outer eye corners, 1.5
 * times the longer side of the box around all points (MediaPipe's graph
 * face_landmark_landmarks_to_roi; here the box is level with the eyes too).
 *
 * Returns: the square
 */
MynaFaceSquare
myna_face_get_square (const MynaFace *self)
{
  MynaFaceSquare square = { 0 };
  double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
  double c, s, x, y;

  g_return_val_if_fail (self != NULL, square);

  square.angle = (double) self->roll;
  c = cos (square.angle);
  s = sin (square.angle);
  for (int i = 0; i < MYNA_FACE_N_POINTS; i++)
    {
      const MynaFacePoint *point = &self->points[i];
      double turned[2] = { c * (double) point->x + s * (double) point->y,
                           c * (double) point->y - s * (double) point->x };

      for (int j = 0; j < 2; j++)
        {
          low[j] = MIN (low[j], turned[j]);
          high[j] = MAX (high[j], turned[j]);
        }
    }
  x = (low[0] + high[0]) / 2;
  y = (low[1] + high[1]) / 2;
  square.x = c * x - s * y;
  square.y = s * x + c * y;
  square.side = 1.5 * MAX (high[0] - low[0], high[1] - low[1]);
  return square;
}
