/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "engine/video/myna-tone-map-private.h"

#define TABLE 4096

/* ITU-R BT.2408: diffuse white of HDR programmes; here it is the 1.0 of the curve. */
#define WHITE_NITS 203.0
/* The usual mastering peak; brighter lights are cut. */
#define PEAK_NITS 1000.0
/* Up to here (of white) nothing changes, so that skin keeps its contrast; above, lights roll off.
 */
#define KNEE 0.6f

typedef struct
{
  float linear[TABLE]; /* of the code value: light relative to white */
} Curve;

/* SMPTE ST 2084. */
static double
pq_to_nits (double value)
{
  const double m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128;
  const double c1 = 3424.0 / 4096, c2 = 2413.0 / 4096 * 32, c3 = 2392.0 / 4096 * 32;
  double p = pow (value, 1 / m2);

  return 10000 * pow (MAX (p - c1, 0) / (c2 - c3 * p), 1 / m1);
}

/* ARIB STD-B67 / BT.2100: to scene light 0 … 1. */
static double
hlg_to_scene (double value)
{
  const double a = 0.17883277, b = 0.28466892, c = 0.55991073;

  return value <= 0.5 ? value * value / 3 : (exp ((value - c) / a) + b) / 12;
}

static Curve *
make_curve (gboolean pq)
{
  Curve *curve = g_new (Curve, 1);

  for (int i = 0; i < TABLE; i++)
    {
      double value = i / (TABLE - 1.0);

      curve->linear[i] = (float) (pq ? pq_to_nits (value) / WHITE_NITS : hlg_to_scene (value));
    }
  return curve;
}

static guint8 *
make_srgb (void)
{
  guint8 *table = g_new (guint8, TABLE);

  for (int i = 0; i < TABLE; i++)
    {
      double value = i / (TABLE - 1.0);
      double coded = value <= 0.0031308 ? 12.92 * value : 1.055 * pow (value, 1 / 2.4) - 0.055;

      table[i] = (guint8) (255 * coded + 0.5);
    }
  return table;
}

static const Curve *
get_curve (gboolean pq)
{
  static gsize curves[2] = { 0, 0 };

  if (g_once_init_enter (&curves[pq]))
    g_once_init_leave (&curves[pq], (gsize) make_curve (pq));
  return (const Curve *) curves[pq];
}

static const guint8 *
get_srgb (void)
{
  static gsize table = 0;

  if (g_once_init_enter (&table))
    g_once_init_leave (&table, (gsize) make_srgb ());
  return (const guint8 *) table;
}

/* The system gamma of BT.2100 for a peak of 1000 nits: light of the scene to light of the screen.
 */
static void
hlg_scene_to_screen (float *rgb)
{
  float luminance = 0.2627f * rgb[0] + 0.6780f * rgb[1] + 0.0593f * rgb[2];
  float gain = (float) (PEAK_NITS / WHITE_NITS) * powf (MAX (luminance, 1e-6f), 0.2f);

  for (int c = 0; c < 3; c++)
    rgb[c] *= gain;
}

/* BT.2020 to BT.709 primaries (BT.2087, linear light). */
static void
narrow_gamut (float *rgb)
{
  float r = rgb[0], g = rgb[1], b = rgb[2];

  rgb[0] = 1.6605f * r - 0.5876f * g - 0.0728f * b;
  rgb[1] = -0.1246f * r + 1.1329f * g - 0.0083f * b;
  rgb[2] = -0.0182f * r - 0.1006f * g + 1.1187f * b;
}

/* Reinhard's extended curve above the knee, joined to it with slope 1; the peak becomes 1. */
static float
roll_off (float value)
{
  const float top = ((float) (PEAK_NITS / WHITE_NITS) - KNEE) / (1 - KNEE);
  float x;

  if (value <= KNEE)
    return value;
  x = (value - KNEE) / (1 - KNEE);
  return KNEE + (1 - KNEE) * MIN (x * (1 + x / (top * top)) / (1 + x), 1);
}

static void
map_pixel (float *rgb)
{
  float peak = MAX (MAX (rgb[0], rgb[1]), rgb[2]);
  float gain = peak > KNEE ? roll_off (peak) / peak : 1;

  for (int c = 0; c < 3; c++)
    rgb[c] = CLAMP (rgb[c] * gain, 0, 1);
}

/**
 * myna_tone_map_is_needed:
 * @transfer: of a picture
 *
 * Returns: whether it is HDR: PQ or HLG
 */
gboolean
myna_tone_map_is_needed (enum AVColorTransferCharacteristic transfer)
{
  return transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67;
}

/**
 * myna_tone_map:
 * @deep: (array): @n times R G B, 16 bits, full range, coded by @transfer
 * @n: pixels
 * @transfer: PQ or HLG
 * @primaries: BT.2020 is narrowed to BT.709; others stay
 * @rgb: (out caller-allocates): @n times R G B coded as sRGB
 *
 * Light up to 60 % of diffuse white (203 nits, BT.2408) is kept, brighter light rolls off to the
 * peak of 1000 nits; the hue is kept by scaling the three alike. Any thread.
 */
void
myna_tone_map (const guint16 *deep,
               gsize n,
               enum AVColorTransferCharacteristic transfer,
               enum AVColorPrimaries primaries,
               guint8 *rgb)
{
  gboolean pq = transfer == AVCOL_TRC_SMPTE2084;
  const Curve *curve = get_curve (pq);
  const guint8 *srgb = get_srgb ();

  for (gsize i = 0; i < n; i++)
    {
      float pixel[3];

      for (int c = 0; c < 3; c++)
        pixel[c] = curve->linear[deep[3 * i + (gsize) c] >> 4];
      if (!pq)
        hlg_scene_to_screen (pixel);
      if (primaries == AVCOL_PRI_BT2020)
        narrow_gamut (pixel);
      map_pixel (pixel);
      for (int c = 0; c < 3; c++)
        rgb[3 * i + (gsize) c] = srgb[(int) (pixel[c] * (TABLE - 1) + 0.5f)];
    }
}
