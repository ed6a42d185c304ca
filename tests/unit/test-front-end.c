/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/core/myna-error.h"
#include "engine/text/frontend/en/myna-en-espeak.h"
#include "engine/text/frontend/en/myna-en-neural.h"
#include "engine/text/frontend/en/myna-en-normalise.h"
#include "engine/text/frontend/myna-cut.h"
#include "engine/text/frontend/myna-front-end.h"
#include "engine/text/frontend/myna-lexicon.h"
#include "engine/text/frontend/myna-script.h"
#include "engine/text/frontend/zh/myna-zh-normalise.h"

#include <glib/gstdio.h>
#include <string.h>

static MynaFrontEnd *
open_front_end (void)
{
  g_autoptr (GError) error = NULL;
  MynaFrontEnd *front_end = myna_front_end_new (MYNA_FRONT_END_DEFAULT, &error);

  g_assert_no_error (error);
  return front_end;
}

static char *
read_phones (MynaFrontEnd *front_end, const char *language, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaPhoneSegment) segment =
      myna_front_end_read_language (front_end, language, text, MYNA_SYMBOLS_V2, &error);

  g_assert_no_error (error);
  return myna_symbols_format ((const guint16 *) (gpointer) segment->ids->data, segment->ids->len);
}

static void
assert_phones (MynaFrontEnd *front_end,
               const char *language,
               const char *text,
               const char *expected)
{
  g_autofree char *phones = read_phones (front_end, language, text);

  g_assert_cmpstr (phones, ==, expected);
}

static void
test_symbols (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) ids = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpint (myna_symbols_find (MYNA_SYMBOLS_V1, "!", -1), ==, 0);
  g_assert_cmpint (myna_symbols_find (MYNA_SYMBOLS_V1, "zh", -1), ==, 320);
  g_assert_cmpint (myna_symbols_find (MYNA_SYMBOLS_V2, "Yz", -1), ==, 731);
  g_assert_cmpint (myna_symbols_find (MYNA_SYMBOLS_V1, "Yz", -1), ==, -1);
  g_assert_cmpint (myna_symbols_find (MYNA_SYMBOLS_V2, "nonsense-that-is-long", -1), ==, -1);
  for (guint id = 0; id < MYNA_SYMBOLS_V2_COUNT; id++)
    g_assert_cmpint (myna_symbols_find (MYNA_SYMBOLS_V2, myna_symbols_get_name (id), -1), ==,
                     (int) id);

  ids = myna_symbols_parse (MYNA_SYMBOLS_V1, " n i2\th ao3\n. ", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ids->len, ==, 5);
  text = myna_symbols_format ((const guint16 *) (gpointer) ids->data, ids->len);
  g_assert_cmpstr (text, ==, "n i2 h ao3 .");

  g_assert_null (myna_symbols_parse (MYNA_SYMBOLS_V1, "n i9", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "i9"));
  g_clear_error (&error);
  g_assert_null (myna_symbols_parse (MYNA_SYMBOLS_V1, "Yz", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (myna_symbols_parse (MYNA_SYMBOLS_V1, "  ", &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
}

/* What is written, and what is said for it. */
typedef struct
{
  const char *written;
  const char *said;
} Example;

static void
test_mandarin_numbers (void)
{
  static const Example examples[] = {
    { "营业时间是9:00-17:30", "营业时间是九点至十七点半" },
    { "8:30~12:45", "八点半至十二点四十五分" },
    { "电话010-62781234", "电话零幺零,六二七八幺二三四" },
    { "热线400-820-8820", "热线四零零,八二零,八八二零" },
    { "每班30-35人", "每班三十到三十五人" },
    { "9-4=5", "九减四等于五" },
    { "比分是3-1", "比分是三减一" },
    { "变成了-0.5", "变成了负零点五" },
    { "长5mm宽2cm", "长五毫米宽两厘米" },
    { "速度60km/h", "速度六十千米每小时" },
    { "花了￥99.5", "花了九十九点五元" },
    { "￥100元", "一百元" },
    { "$3亿", "三亿美元" },
    { "100000000", "幺零零零零零零零零" },
    { "10001个", "一万零一个" },
    { "120035人", "十二万零三十五人" },
    { "300000020元", "三亿零二十元" },
    { "第01号", "第一号" },
    { "2个", "两个" },
    { "20+个", "二十多个" },
    { "二零二四年1月2日", "二零二四年一月两日" },
    { "24年1月2日", "二四年一月二日" },
    { "1.2.3版", "一点二点三版" },
    { "10²", "十的二次方" },
    { "1/3的人", "三分之一的人" },
    { "(你好)——世界!!!", "你好世界!" },
    { "hello", "" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaLexicon) lexicon = myna_lexicon_open_installed (&error);
  MynaLexiconTable simplified;

  g_assert_no_error (error);
  g_assert_true (myna_lexicon_get_table (lexicon, "zh-simplified", &simplified));
  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autofree char *said =
          myna_zh_normalise (&simplified, examples[i].written, MYNA_FRONT_END_DEFAULT);

      g_assert_cmpstr (said, ==, examples[i].said);
    }
}

static void
test_mandarin_tones (void)
{
  static const Example examples[] = {
    { "不怕", "b u2 p a4" },
    { "不好", "b u4 h ao3" },
    { "一天", "y i4 t ian1" },
    { "一样", "y i2 y ang4" },
    { "第一", "d i4 y i1" },
    { "听一听", "t ing1 y i5 t ing1" },
    { "小老虎", "x iao3 l ao2 h u3" },
    { "花儿", "h ua1 EE er2" },
    { "银行行长", "y in2 h ang2 h ang5 zh ang3" },
    { "嗯呣", "EE en1 m u3" },
    { "停￥走，来^吧", "t ing2 SP2 z ou3 , l ai2 SP3 b a5" },
  };
  g_autoptr (MynaFrontEnd) front_end = open_front_end ();

  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    assert_phones (front_end, "zh", examples[i].written, examples[i].said);
}

static void
test_english_numbers (void)
{
  static const Example examples[] = {
    { "at 9:05 p.m. or 17:00", "at nine oh five p.m. or five o'clock p.m." },
    { "It was 2019. Then 1905, 2007 and 1900.",
      "It was twenty nineteen. Then nineteen oh five, two thousand seven and nineteen hundred." },
    { "1. Open it", "first, Open it" },
    { "$5 million, $25.50, £1 and €3",
      "five million dollars, twenty-five dollars and fifty cents, one pound and three euros" },
    { "60 km/h, 1km, 2.5 kg",
      "sixty kilometers per hour, one kilometer, two point five kilograms" },
    { "3-5 times -7", "three to five times negative seven" },
    { "2/3 of 1/2", "two thirds of one half" },
    { "the 21st, 12th and 30th", "the twenty-first, twelfth and thirtieth" },
    { "in the 1990s", "in the nineteen nineties" },
    { "1,234,567", "one million, two hundred thirty-four thousand, five hundred sixty-seven" },
    { "x = 3 + 4", "x Equals three plus four" },
    { "Don’t; stop", "Don't, stop" },
    { "café — naïve", "cafe, naive" },
    { "say 'yes' & go", "say yes and go" },
    { "Dr. Who vs. Mr. X", "Doctor Who versus Mister X" },
    { "google.com", "google dot com" },
    { "你好", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autofree char *said = myna_en_normalise (examples[i].written, MYNA_FRONT_END_DEFAULT);

      g_assert_cmpstr (said, ==, examples[i].said);
    }
}

static void
test_english_words (void)
{
  static const Example examples[] = {
    { "I read it yesterday", "AY1 R EH1 D IH1 T Y EH1 S T ER0 D EY2" },
    { "I want to read it", "AY1 W AA1 N T T UW1 R IY1 D IH1 T" },
    { "the record", "DH AH0 R EH1 K ER0 D" },
    { "they will record", "DH EY1 W IH1 L R IH0 K AO1 R D" },
    { "A cat", "EY1 K AE1 T" },
    { "Zyx", "Z IY1 W AY1 EH1 K S" },
    { "hi", ", HH AY1" },
  };
  g_autoptr (MynaFrontEnd) front_end = open_front_end ();

  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    assert_phones (front_end, "en", examples[i].written, examples[i].said);
}

static void
test_ipa (void)
{
  static const Example examples[] = {
    { "həlˈoʊ", "HH AH0 L OW1" },
    { "ˈtʃɜːtʃ", "CH ER1 CH" },
    { "fˈaɪɚ", "F AY1 ER0" },
    { "ˌʌndɚstˈænd", "AH2 N D ER0 S T AE1 N D" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint16));
      g_autofree char *phones = NULL;

      myna_en_espeak_from_ipa (examples[i].written, ids);
      phones = myna_symbols_format ((const guint16 *) (gpointer) ids->data, ids->len);
      g_assert_cmpstr (phones, ==, examples[i].said);
    }
}

static void
test_unknown_word (void)
{
  g_autoptr (MynaFrontEnd) front_end = open_front_end ();
  g_autofree char *phones = read_phones (front_end, "en", "zyrkonite");
  g_auto (GStrv) parts = g_strsplit (phones, " ", -1);

  g_assert_cmpstr (parts[0], ==, "Z");
  g_assert_cmpuint (g_strv_length (parts), >, 5);
}

/* --- The network for unknown words, with weights made here --- */

static void
append_array (GByteArray *zip, GByteArray *list, const char *name, const char *shape, gsize n)
{
  g_autofree char *file = g_strconcat (name, ".npy", NULL);
  g_autofree char *header =
      g_strdup_printf ("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }\n", shape);
  guint16 header_length = (guint16) strlen (header), name_length = (guint16) strlen (file);
  guint32 at = zip->len, size = (guint32) (10 + header_length + n * sizeof (float));
  guint8 local[30] = "PK\3\4", entry[46] = "PK\1\2";

  memcpy (local + 26, &name_length, 2);
  memcpy (entry + 28, &name_length, 2);
  memcpy (entry + 24, &size, 4);
  memcpy (entry + 42, &at, 4);
  g_byte_array_append (list, entry, sizeof entry);
  g_byte_array_append (list, (const guint8 *) file, name_length);
  g_byte_array_append (zip, local, sizeof local);
  g_byte_array_append (zip, (const guint8 *) file, name_length);
  g_byte_array_append (zip, (const guint8 *) "\x93NUMPY\1\0", 8);
  g_byte_array_append (zip, (const guint8 *) &header_length, 2);
  g_byte_array_append (zip, (const guint8 *) header, header_length);
  for (gsize i = 0; i < n; i++)
    {
      /* The output's bias alone speaks: phone 22, "B", is the likeliest at each step. */
      float value = g_str_equal (name, "fc_b") && i == 22 ? 1.0f : 0.0f;

      g_byte_array_append (zip, (const guint8 *) &value, sizeof value);
    }
}

static GByteArray *
make_network (void)
{
  static const struct
  {
    const char *name;
    const char *shape;
    gsize n;
  } arrays[] = {
    { "enc_w_ih", "384, 64", 384 * 64 }, { "enc_w_hh", "384, 128", 384 * 128 },
    { "enc_b_ih", "384,", 384 },         { "enc_b_hh", "384,", 384 },
    { "dec_w_ih", "384, 64", 384 * 64 }, { "dec_w_hh", "384, 128", 384 * 128 },
    { "dec_b_ih", "384,", 384 },         { "dec_b_hh", "384,", 384 },
    { "enc_emb", "29, 64", 29 * 64 },    { "dec_emb", "74, 64", 74 * 64 },
    { "fc_w", "74, 128", 74 * 128 },     { "fc_b", "74,", 74 },
  };
  GByteArray *zip = g_byte_array_new ();
  g_autoptr (GByteArray) list = g_byte_array_new ();
  guint8 end[22] = "PK\5\6";
  guint16 n = G_N_ELEMENTS (arrays);
  guint32 at;

  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    append_array (zip, list, arrays[i].name, arrays[i].shape, arrays[i].n);
  at = zip->len;
  memcpy (end + 10, &n, 2);
  memcpy (end + 16, &at, 4);
  g_byte_array_append (zip, list->data, list->len);
  g_byte_array_append (zip, end, sizeof end);
  return zip;
}

static void
test_neural (void)
{
  g_autoptr (GByteArray) zip = make_network ();
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "myna-g2p-XXXXXX", NULL);
  int fd = g_mkstemp (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaFrontEnd) front_end = open_front_end ();
  g_autofree char *phones = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, (const char *) zip->data, (gssize) zip->len, NULL));
  myna_front_end_load_english_model (front_end, path, &error);
  g_assert_no_error (error);
  phones = read_phones (front_end, "en", "zyrkonite");
  g_assert_true (g_str_has_prefix (phones, "B B B"));
  g_assert_cmpuint (strlen (phones), ==, 20 * 2 - 1);

  /* Cut anywhere it is refused. */
  for (gsize length = 0; length < zip->len; length += 40009)
    {
      g_assert_true (g_file_set_contents (path, (const char *) zip->data, (gssize) length, NULL));
      g_assert_false (myna_front_end_load_english_model (front_end, path, &error));
      g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
      g_clear_error (&error);
    }
  g_unlink (path);
}

/* "zh:你好 en:hello" */
static char *
list_runs (const char *text, MynaTextMode mode)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) runs = myna_script_split (text, mode, &error);
  GString *list = g_string_new (NULL);
  gsize at = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < runs->len; i++)
    {
      const MynaScriptRun *run = &g_array_index (runs, MynaScriptRun, i);

      g_assert_cmpuint (run->start, ==, at);
      at = run->end;
      g_string_append_printf (list, "%s%s:%.*s", i > 0 ? "|" : "", run->language,
                              (int) (run->end - run->start), text + run->start);
    }
  g_assert_cmpuint (at, ==, strlen (text));
  return g_string_free (list, FALSE);
}

static void
test_script (void)
{
  static const Example examples[] = {
    { "我用MP3听歌。", "zh:我用|en:MP3|zh:听歌。" },
    { "他说GPT-4很强", "zh:他说|en:GPT-4|zh:很强" },
    { "路长25km，宽8m", "zh:路长25km，宽8m" },
    { "Hello, it's me.", "en:Hello, it's me." },
    { "买了3个apple，5元", "zh:买了3个|en:apple，|zh:5元" },
    { "12:30", "zh:12:30" },
    { "…！", "zh:…！" },
    { "“你好”hello", "zh:“你好”|en:hello" },
    { "气温-5°C，湿度62%", "zh:气温-5°C，湿度62%" },
  };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autofree char *list = list_runs (examples[i].written, MYNA_TEXT_MIXED);

      g_assert_cmpstr (list, ==, examples[i].said);
    }
  g_assert_null (myna_script_split ("これは本です", MYNA_TEXT_AUTO, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (myna_script_split ("안녕", MYNA_TEXT_AUTO, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
}

static void
test_modes (void)
{
  g_autoptr (GError) error = NULL;
  MynaTextMode mode;

  g_assert_true (myna_front_end_mode_for_language ("cmn", &mode, NULL));
  g_assert_cmpint (mode, ==, MYNA_TEXT_MANDARIN);
  g_assert_true (myna_front_end_mode_for_language ("en-us", &mode, NULL));
  g_assert_cmpint (mode, ==, MYNA_TEXT_ENGLISH);
  g_assert_true (myna_front_end_mode_for_language ("zh_CN", &mode, NULL));
  g_assert_cmpint (mode, ==, MYNA_TEXT_MANDARIN);
  g_assert_true (myna_front_end_mode_for_language ("zh-en", &mode, NULL));
  g_assert_cmpint (mode, ==, MYNA_TEXT_MIXED);
  g_assert_false (myna_front_end_mode_for_language ("ja", &mode, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_UNSUPPORTED);
  g_assert_false (myna_front_end_mode_for_language ("zh-HK", &mode, NULL));
  g_assert_false (myna_front_end_mode_for_language ("enx", &mode, NULL));
}

static void
test_sentence (void)
{
  g_autoptr (MynaFrontEnd) front_end = open_front_end ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) segments =
      myna_front_end_read (front_end, "我爱Linux系统。", MYNA_TEXT_MIXED, MYNA_SYMBOLS_V2, &error);
  g_autoptr (GPtrArray) tiny = NULL;
  const MynaPhoneSegment *first;

  g_assert_no_error (error);
  g_assert_cmpuint (segments->len, ==, 3);
  first = segments->pdata[0];
  g_assert_cmpstr (first->language, ==, "zh");
  g_assert_cmpuint (first->n_characters, ==, 2);
  g_assert_null (((MynaPhoneSegment *) segments->pdata[1])->word2ph);
  /* Fewer than six phones: a full stop in front. */
  tiny = myna_front_end_read (front_end, "好", MYNA_TEXT_MANDARIN, MYNA_SYMBOLS_V2, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (((MynaPhoneSegment *) tiny->pdata[0])->text, ==, ".好");

  g_assert_null (myna_front_end_read (front_end, "🙂 ♪", MYNA_TEXT_MIXED, MYNA_SYMBOLS_V2, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_EMPTY);
}

static void
test_too_long (void)
{
  g_autoptr (MynaFrontEnd) front_end = open_front_end ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (5000, 'a');

  g_assert_null (myna_front_end_read (front_end, text, MYNA_TEXT_MIXED, MYNA_SYMBOLS_V2, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_TOO_LARGE);
}

static void
test_dictionary (void)
{
  g_autofree char *path = myna_front_end_dup_dictionary_path ();
  g_autoptr (MynaFrontEnd) front_end = open_front_end ();
  g_autofree char *problem = NULL;
  g_autofree char *no_problem = NULL;

  assert_phones (front_end, "zh", "重庆", "ch ong2 q ing4");
  g_assert_true (g_file_set_contents (path,
                                      "# mine\n重庆 = zhong4 qing1\nGIF = JH IH1 F\n"
                                      "nonsense\n朝阳 = chao2\n",
                                      -1, NULL));
  assert_phones (front_end, "zh", "去重庆吧", "q v4 zh ong4 q ing1 b a5");
  assert_phones (front_end, "en", "the gif", "DH AH0 JH IH1 F");
  problem = myna_front_end_dup_dictionary_problem (front_end);
  g_assert_nonnull (strstr (problem, "4"));
  /* It is read again when it changed. */
  g_assert_true (g_file_set_contents (path, "重庆 = zhong4 qing2\n", -1, NULL));
  assert_phones (front_end, "zh", "重庆", "zh ong4 q ing2");
  no_problem = myna_front_end_dup_dictionary_problem (front_end);
  g_assert_null (no_problem);
  g_unlink (path);
  assert_phones (front_end, "zh", "重庆", "ch ong2 q ing4");
}

static void
test_cuts (void)
{
  g_autoptr (GPtrArray) four =
      myna_cut_text ("一，二，圆周率3.14，四，五，六", MYNA_CUT_FOUR, MYNA_CUT_DEFAULT);
  g_autoptr (GPtrArray) semicolon =
      myna_cut_text ("一；二", MYNA_CUT_PUNCTUATION, MYNA_CUT_DEFAULT);
  g_autoptr (GPtrArray) prepared =
      myna_cut_prepare ("好！！！我们走吧，真的？\n\n嗯", FALSE, MYNA_CUT_PUNCTUATION);
  g_autoptr (GPtrArray) nothing = myna_cut_prepare ("……！！", FALSE, MYNA_CUT_PUNCTUATION);
  g_autofree char *long_text = g_strnfill (1200, 'a');
  g_autoptr (GPtrArray) bounded = myna_cut_prepare (long_text, TRUE, MYNA_CUT_NONE);

  g_assert_cmpuint (four->len, ==, 1);
  g_assert_cmpuint (semicolon->len, ==, 2);
  g_assert_cmpuint (prepared->len, ==, 1);
  g_assert_cmpstr (prepared->pdata[0], ==, "好！我们走吧，真的？嗯。");
  g_assert_cmpuint (nothing->len, ==, 0);
  for (guint i = 0; i < bounded->len; i++)
    g_assert_cmpint (g_utf8_strlen (bounded->pdata[i], -1), <=, 510);
}

static void
test_damaged_lexicon (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "myna-lexicon-XXXXXX", NULL);
  int fd = g_mkstemp (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, "MYNALEX1 and then nothing", -1, NULL));
  g_assert_null (myna_lexicon_open (path, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_CORRUPT);
  g_clear_error (&error);
  g_unlink (path);
  g_assert_null (myna_lexicon_open (path, &error));
  g_assert_error (error, MYNA_ERROR, MYNA_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-front-end-XXXXXX", NULL);
  int status;

  g_setenv ("MYNA_DATA_DIR", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/front-end/symbols", test_symbols);
  g_test_add_func ("/front-end/mandarin/numbers", test_mandarin_numbers);
  g_test_add_func ("/front-end/mandarin/tones", test_mandarin_tones);
  g_test_add_func ("/front-end/english/numbers", test_english_numbers);
  g_test_add_func ("/front-end/english/words", test_english_words);
  g_test_add_func ("/front-end/english/ipa", test_ipa);
  g_test_add_func ("/front-end/english/unknown-word", test_unknown_word);
  g_test_add_func ("/front-end/english/neural", test_neural);
  g_test_add_func ("/front-end/script", test_script);
  g_test_add_func ("/front-end/modes", test_modes);
  g_test_add_func ("/front-end/sentence", test_sentence);
  g_test_add_func ("/front-end/too-long", test_too_long);
  g_test_add_func ("/front-end/dictionary", test_dictionary);
  g_test_add_func ("/front-end/cuts", test_cuts);
  g_test_add_func ("/front-end/damaged-lexicon", test_damaged_lexicon);
  status = g_test_run ();
  g_rmdir (folder);
  return status;
}
