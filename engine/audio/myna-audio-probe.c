/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/audio/myna-audio-probe.h"

#include <glib/gi18n-lib.h>
#include <libavcodec/avcodec.h>
#include <locale.h>
#include <string.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#include "engine/audio/myna-audio-decoder.h"
#include "engine/audio/myna-media-input.h"

/**
 * myna_audio_stream_free:
 * @self: (transfer full) (nullable): a stream
 */
void
myna_audio_stream_free (MynaAudioStream *self)
{
  if (self == NULL)
    return;
  g_free (self->description);
  g_free (self);
}

/* The language of a tag ("eng", "de") in the words of the user's language; NULL when undetermined.
 */
static char *
describe_language (const AVStream *stream)
{
  const AVDictionaryEntry *tag = av_dict_get (stream->metadata, "language", NULL, 0);
  const char *locale = setlocale (LC_MESSAGES, NULL);
  UErrorCode status = U_ZERO_ERROR;
  UChar name[128];
  char *text = NULL;

  if (tag == NULL || strlen (tag->value) < 2 || strlen (tag->value) > 32 ||
      strcmp (tag->value, "und") == 0)
    return NULL;
  if (locale == NULL || strcmp (locale, "C") == 0 || g_str_has_prefix (locale, "C."))
    locale = "en";
  uloc_getDisplayName (tag->value, locale, name, G_N_ELEMENTS (name), &status);
  if (U_SUCCESS (status) && status != U_STRING_NOT_TERMINATED_WARNING)
    text = g_utf16_to_utf8 ((const gunichar2 *) name, -1, NULL, NULL, NULL);
  /* A tag that nobody knows comes back as it is: rather say nothing than "qaa". */
  if (text != NULL && g_ascii_strcasecmp (text, tag->value) == 0)
    g_clear_pointer (&text, g_free);
  return text;
}

/* Names that people know, where FFmpeg's own are long or technical. */
static char *
describe_codec (const AVCodecParameters *parameters)
{
  static const struct
  {
    enum AVCodecID id;
    const char *name;
  } names[] = {
    { AV_CODEC_ID_AAC, "AAC" },
    { AV_CODEC_ID_MP3, "MP3" },
    { AV_CODEC_ID_MP2, "MP2" },
    { AV_CODEC_ID_OPUS, "Opus" },
    { AV_CODEC_ID_VORBIS, "Vorbis" },
    { AV_CODEC_ID_FLAC, "FLAC" },
    { AV_CODEC_ID_ALAC, "Apple Lossless" },
    { AV_CODEC_ID_AC3, "AC-3" },
    { AV_CODEC_ID_EAC3, "E-AC-3" },
    { AV_CODEC_ID_DTS, "DTS" },
    { AV_CODEC_ID_WMAV1, "WMA" },
    { AV_CODEC_ID_WMAV2, "WMA" },
    { AV_CODEC_ID_AMR_NB, "AMR" },
    { AV_CODEC_ID_AMR_WB, "AMR-WB" },
    { AV_CODEC_ID_SPEEX, "Speex" },
  };
  int bits = av_get_bits_per_sample (parameters->codec_id);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].id == parameters->codec_id)
      return g_strdup (names[i].name);
  if (g_str_has_prefix (avcodec_get_name (parameters->codec_id), "pcm_") && bits > 0)
    /* Translators: uncompressed sound; %d is the number of bits per sample. */
    return g_strdup_printf (_ ("PCM %d-bit"), bits);
  return g_ascii_strup (avcodec_get_name (parameters->codec_id), -1);
}

static char *
describe_channels (const AVChannelLayout *layout)
{
  char text[64];

  if (layout->nb_channels == 1)
    return g_strdup (_ ("mono"));
  if (layout->nb_channels == 2)
    return g_strdup (_ ("stereo"));
  if (layout->order == AV_CHANNEL_ORDER_NATIVE &&
      av_channel_layout_describe (layout, text, sizeof text) > 0 && strlen (text) < 12)
    return g_strdup (text);
  return g_strdup_printf (ngettext ("%d channel", "%d channels", layout->nb_channels),
                          layout->nb_channels);
}

/* "English, AAC, stereo, 48 kHz", with the track's own title in front where it has one. */
static char *
describe (const AVStream *stream)
{
  const AVCodecParameters *parameters = stream->codecpar;
  const AVDictionaryEntry *title = av_dict_get (stream->metadata, "title", NULL, 0);
  g_autofree char *language = describe_language (stream);
  g_autofree char *codec = describe_codec (parameters);
  g_autofree char *channels = describe_channels (&parameters->ch_layout);
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  if (title != NULL && g_utf8_validate (title->value, -1, NULL) && *title->value != '\0')
    g_strv_builder_add (parts, title->value);
  if (language != NULL)
    g_strv_builder_add (parts, language);
  g_strv_builder_add (parts, codec);
  g_strv_builder_add (parts, channels);
  /* Translators: a sampling rate. */
  g_strv_builder_take (parts, g_strdup_printf (_ ("%g kHz"), parameters->sample_rate / 1000.0));
  list = g_strv_builder_end (parts);
  /* Translators: between the parts of a list such as "English, AAC, stereo, 48 kHz". */
  return g_strjoinv (C_ ("list separator", ", "), list);
}

/* The length as the reader will say it; opening the decoder also proves that there is sound. */
static double
find_duration (const char *path, int index)
{
  g_autoptr (MynaAudioDecoder) decoder = myna_audio_decoder_open (path, index, NULL);

  return decoder != NULL ? myna_audio_decoder_get_duration (decoder) : -1;
}

/**
 * myna_audio_probe:
 * @path: (type filename): any file
 *
 * Finds the audio streams of an audio or video file that can be decoded here. Blocking: not on the
 * main thread.
 *
 * Returns: (transfer full) (element-type MynaAudioStream) (nullable): at least one stream;
 *   %MYNA_ERROR_NOT_FOUND, %MYNA_ERROR_UNSUPPORTED when it is no media file or a format without
 *   decoder, %MYNA_ERROR_EMPTY without sound, %MYNA_ERROR_CORRUPT when it is damaged
 */
GPtrArray *
myna_audio_probe (const char *path, GError **error)
{
  g_autoptr (MynaMediaInput) input = NULL;
  g_autoptr (GPtrArray) streams = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  input = myna_media_input_open (path, error);
  if (input == NULL || myna_media_input_find_audio (input, -1, error) < 0)
    return NULL;
  streams = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_audio_stream_free);
  for (guint i = 0; i < input->format->nb_streams; i++)
    {
      const AVStream *stream = input->format->streams[i];
      MynaAudioStream *item;

      if (!myna_media_input_is_decodable (stream))
        continue;
      item = g_new0 (MynaAudioStream, 1);
      item->index = (int) i;
      item->description = describe (stream);
      item->rate = stream->codecpar->sample_rate;
      item->channels = stream->codecpar->ch_layout.nb_channels;
      item->duration = find_duration (path, (int) i);
      g_ptr_array_add (streams, item);
    }
  return g_steal_pointer (&streams);
}
