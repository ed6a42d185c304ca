/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/text/frontend/zh/myna-zh-normalise.h"

#include "engine/text/frontend/myna-say-rules.h"
#include "engine/text/frontend/zh/myna-zh-numbers.h"
#include "engine/text/frontend/zh/myna-zh-text.h"

#include <string.h>

/*
 * Numbers and signs to words (spec gpt-sovits 3.4). Each rule is a pattern and a function that
 * writes what is said for a match; they act in the order of the table at the end, on one clause at
 * a time. Rules that upstream applies wrongly come twice, see Which.
 */

#define NUMBER "(?:-?\\d+(?:\\.\\d+)?)"
#define POWERS "⁰¹²³⁴⁵⁶⁷⁸⁹ˣʸⁿ"
#define OPERAND "-?\\d+(?:\\.\\d+)?[" POWERS "]*|\\.\\d+[" POWERS "]*|[A-Za-z][" POWERS "]*"
#define HOUR "([01]?\\d|2[0-3])"
#define SIXTY "([0-5]\\d)"
#define UNITS "(?:%|°C|℃|度|摄氏度|cm2|cm²|cm3|cm³|cm|db|ds|kg|km|m2|m²|m³|m3|ml|mm|m|s)"
/* Quantifiers and units of money, time and measure; what follows the number is copied as it is. */
#define QUANTIFIERS                                                                                \
  "处台架枚趟幅平方堵间床株批项例列篇栋注亩封艘把目套段人所朵匹张座回场尾条个首阙阵网炮顶丘"       \
  "棵只支袭辆挑担颗壳窠曲墙群腔砣客贯扎捆刀令打手罗坡山岭江溪钟队单双对出口头脚板跳枝件贴针线管"   \
  "名位身堂课本页家户层丝毫厘分钱两斤铢石钧锱忽寸尺丈里寻常铺程米撮勺合升斗盘碗碟叠桶笼盆盒杯斛"   \
  "锅簋篮罐瓶壶卮盏箩箱煲啖袋钵年月日季刻时周天秒旬纪岁世更夜春夏秋冬代伏辈丸泡粒幢堆根道面片块"   \
  "元吨角毛亿万千百"
#define LONG_QUANTIFIERS "|[千毫微]克|公分|[千分厘毫微]米|小时|美元|十吨"

static void
append_match (GString *out, const GMatchInfo *match, int group)
{
  g_autofree char *text = g_match_info_fetch (match, group);

  if (text != NULL)
    g_string_append (out, text);
}

static void
append_number (GString *out, const GMatchInfo *match, int group)
{
  g_autofree char *text = g_match_info_fetch (match, group);

  if (text == NULL)
    return;
  if (text[0] == '-')
    g_string_append (out, "负");
  myna_zh_append_number (out, text + (text[0] == '-'));
}

static void
append_digits (GString *out, const GMatchInfo *match, int group, gboolean yao)
{
  g_autofree char *text = g_match_info_fetch (match, group);

  myna_zh_append_digits (out, text, strlen (text), yao);
}

static gboolean
has_group (const GMatchInfo *match, int group)
{
  int start, end;

  return g_match_info_fetch_pos (match, group, &start, &end) && end > start;
}

static gboolean
say_date (const GMatchInfo *match, GString *out, gpointer data)
{
  append_digits (out, match, 1, FALSE);
  g_string_append (out, "年");
  if (has_group (match, 2))
    {
      append_number (out, match, 2);
      g_string_append (out, "月");
    }
  if (has_group (match, 3))
    {
      append_number (out, match, 3);
      append_match (out, match, 4);
    }
  return FALSE;
}

static gboolean
say_plain_date (const GMatchInfo *match, GString *out, gpointer data)
{
  append_digits (out, match, 1, FALSE);
  g_string_append (out, "年");
  append_number (out, match, 3);
  g_string_append (out, "月");
  append_number (out, match, 4);
  g_string_append (out, "日");
  return FALSE;
}

/* Minutes and seconds: nothing when zero, a zero in front is said. */
static void
append_sixtieth (GString *out, const char *digits, const char *unit)
{
  if (digits == NULL || strspn (digits, "0") == strlen (digits))
    return;
  if (digits[0] == '0')
    g_string_append (out, "零");
  myna_zh_append_number (out, digits);
  g_string_append (out, unit);
}

static void
append_time (GString *out, const GMatchInfo *match, int group, gboolean half)
{
  g_autofree char *minute = g_match_info_fetch (match, group + 1);
  g_autofree char *second = g_match_info_fetch (match, group + 2);

  append_number (out, match, group);
  g_string_append (out, "点");
  if (half)
    g_string_append (out, "半");
  else
    append_sixtieth (out, minute, "分");
  append_sixtieth (out, second, "秒");
}

static gboolean
is_half (const GMatchInfo *match, int group)
{
  g_autofree char *minute = g_match_info_fetch (match, group);

  return g_str_equal (minute, "30");
}

static gboolean
say_time (const GMatchInfo *match, GString *out, gpointer data)
{
  append_time (out, match, 1, is_half (match, 2));
  return FALSE;
}

static gboolean
say_time_range (const GMatchInfo *match, GString *out, gpointer data)
{
  append_time (out, match, 1, is_half (match, 2));
  g_string_append (out, "至");
  append_time (out, match, 4, is_half (match, 5));
  return FALSE;
}

/* Upstream lets the first minute decide whether the second time ends in "half". */
static gboolean
say_time_range_as_upstream (const GMatchInfo *match, GString *out, gpointer data)
{
  gboolean half = is_half (match, 2);
  g_autofree char *minute = g_match_info_fetch (match, 5);

  append_time (out, match, 1, half);
  g_string_append (out, "至");
  append_time (out, match, 4, half && !g_str_equal (minute, "00"));
  return FALSE;
}

static gboolean
say_to (const GMatchInfo *match, GString *out, gpointer data)
{
  append_match (out, match, 1);
  g_string_append (out, "至");
  append_match (out, match, 2);
  return FALSE;
}

static gboolean
say_temperature (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *unit = g_match_info_fetch (match, 3);

  if (has_group (match, 1))
    g_string_append (out, "零下");
  append_number (out, match, 2);
  g_string_append (out, g_str_equal (unit, "摄氏度") ? unit : "度");
  return FALSE;
}

static gboolean
say_operator (const GMatchInfo *match, GString *out, gpointer data)
{
  static const char *const words[][2] = {
    { "+", "加" }, { "-", "减" }, { "×", "乘" }, { "÷", "除" }, { "=", "等于" }
  };
  g_autofree char *sign = g_match_info_fetch (match, 2);

  append_match (out, match, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (sign, words[i][0]))
      g_string_append (out, words[i][1]);
  append_match (out, match, 3);
  return FALSE;
}

static gboolean
say_power (const GMatchInfo *match, GString *out, gpointer data)
{
  static const char powers[] = POWERS, plain[] = "0123456789xyn";
  g_autofree char *text = g_match_info_fetch (match, 0);

  g_string_append (out, "的");
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      const char *found = g_utf8_strchr (powers, -1, g_utf8_get_char (c));

      if (found != NULL)
        g_string_append_c (out, plain[g_utf8_pointer_to_offset (powers, found)]);
    }
  g_string_append (out, "次方");
  return FALSE;
}

static gboolean
say_fraction (const GMatchInfo *match, GString *out, gpointer data)
{
  if (has_group (match, 1))
    g_string_append (out, "负");
  append_number (out, match, 3);
  g_string_append (out, "分之");
  append_number (out, match, 2);
  return FALSE;
}

static gboolean
say_percentage (const GMatchInfo *match, GString *out, gpointer data)
{
  if (has_group (match, 1))
    g_string_append (out, "负");
  g_string_append (out, "百分之");
  append_number (out, match, 2);
  return FALSE;
}

/* Digit by digit, a pause between groups. */
static gboolean
say_telephone (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *text = g_match_info_fetch (match, 0);
  g_auto (GStrv) groups = g_strsplit_set (text, "- ", -1);

  for (gsize i = 0; groups[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append (out, "，");
      myna_zh_append_digits (out, groups[i], strlen (groups[i]), TRUE);
    }
  return FALSE;
}

static gboolean
say_range (const GMatchInfo *match, GString *out, gpointer data)
{
  append_number (out, match, 1);
  g_string_append (out, "到");
  append_number (out, match, 2);
  return FALSE;
}

/* "30-35人" is a range where the first is less; "9-4" is arithmetic. */
static gboolean
say_rising_range (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *first = g_match_info_fetch (match, 1);
  g_autofree char *second = g_match_info_fetch (match, 2);

  if (g_ascii_strtod (first, NULL) < g_ascii_strtod (second, NULL))
    return say_range (match, out, data);
  append_match (out, match, 0);
  return FALSE;
}

static gboolean
say_number (const GMatchInfo *match, GString *out, gpointer data)
{
  append_number (out, match, 0);
  return FALSE;
}

static gboolean
say_version (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *text = g_match_info_fetch (match, 0);

  for (const char *c = text; *c != '\0'; c++)
    if (*c == '.')
      g_string_append (out, "点");
    else
      myna_zh_append_digits (out, c, 1, FALSE);
  return FALSE;
}

static gboolean
say_quantity (const GMatchInfo *match, GString *out, gpointer data)
{
  gsize start = out->len;
  g_autofree char *more = g_match_info_fetch (match, 2);

  append_number (out, match, 1);
  if (g_str_equal (out->str + start, "二"))
    {
      g_string_truncate (out, start);
      g_string_append (out, "两");
    }
  g_string_append (out, g_strcmp0 (more, "+") == 0 ? "多" : more);
  append_match (out, match, 3);
  return FALSE;
}

static gboolean
say_serial (const GMatchInfo *match, GString *out, gpointer data)
{
  append_digits (out, match, 0, TRUE);
  return FALSE;
}

static gboolean
say_money (const GMatchInfo *match, GString *out, gpointer data)
{
  g_autofree char *sign = g_match_info_fetch (match, 1);

  append_number (out, match, 2);
  append_match (out, match, 3);
  g_string_append (out, g_str_equal (sign, "$") ? "美元" : g_str_equal (sign, "€") ? "欧元" : "元");
  return FALSE;
}

/* A hyphen between words is a short pause; beside a number it is left to the rules of numbers. */
static gboolean
say_hyphen (const GMatchInfo *match, GString *out, gpointer data)
{
  g_string_append (out, "，");
  return FALSE;
}

/* What is written -> what is said; the first that fits counts. */
typedef struct
{
  const char *written;
  const char *said;
} Word;

/* Units behind a number. */
static const Word units[] = {
  { "km/h", "千米每小时" },
  { "m/s", "米每秒" },
  { "cm2", "平方厘米" },
  { "cm²", "平方厘米" },
  { "cm3", "立方厘米" },
  { "cm³", "立方厘米" },
  { "km2", "平方千米" },
  { "km²", "平方千米" },
  { "m2", "平方米" },
  { "m²", "平方米" },
  { "m3", "立方米" },
  { "m³", "立方米" },
  { "mm", "毫米" },
  { "cm", "厘米" },
  { "km", "千米" },
  { "kg", "千克" },
  { "mg", "毫克" },
  { "ml", "毫升" },
  { "mL", "毫升" },
  { "ms", "毫秒" },
  { "min", "分钟" },
  { "dB", "分贝" },
  { "db", "分贝" },
  { "kHz", "千赫" },
  { "MHz", "兆赫" },
  { "GHz", "吉赫" },
  { "Hz", "赫兹" },
  { "kW", "千瓦" },
  { "m", "米" },
  { "g", "克" },
  { "s", "秒" },
  { "h", "小时" },
  { "L", "升" },
  { "t", "吨" },
  { "V", "伏" },
  { "W", "瓦" },
};

/* Upstream puts these in, in this order, wherever the letters stand. */
static const Word upstream_units[] = {
  { "cm2", "平方厘米" }, { "cm²", "平方厘米" }, { "cm3", "立方厘米" }, { "cm³", "立方厘米" },
  { "cm", "厘米" },      { "db", "分贝" },      { "ds", "毫秒" },      { "kg", "千克" },
  { "km", "千米" },      { "m2", "平方米" },    { "m²", "平方米" },    { "m³", "立方米" },
  { "m3", "立方米" },    { "ml", "毫升" },      { "m", "米" },         { "mm", "毫米" },
  { "s", "秒" },
};

static const Word last_words[] = {
  { "/", "每" },     { "①", "一" },       { "②", "二" },       { "③", "三" },
  { "④", "四" },     { "⑤", "五" },       { "⑥", "六" },       { "⑦", "七" },
  { "⑧", "八" },     { "⑨", "九" },       { "⑩", "十" },       { "α", "阿尔法" },
  { "β", "贝塔" },   { "γ", "伽玛" },     { "Γ", "伽玛" },     { "δ", "德尔塔" },
  { "Δ", "德尔塔" }, { "ε", "艾普西龙" }, { "ζ", "捷塔" },     { "η", "依塔" },
  { "θ", "西塔" },   { "Θ", "西塔" },     { "ι", "艾欧塔" },   { "κ", "喀帕" },
  { "λ", "拉姆达" }, { "Λ", "拉姆达" },   { "μ", "缪" },       { "ν", "拗" },
  { "ξ", "克西" },   { "Ξ", "克西" },     { "ο", "欧米克伦" }, { "π", "派" },
  { "Π", "派" },     { "ρ", "肉" },       { "ς", "西格玛" },   { "Σ", "西格玛" },
  { "σ", "西格玛" }, { "τ", "套" },       { "υ", "宇普西龙" }, { "φ", "服艾" },
  { "Φ", "服艾" },   { "χ", "器" },       { "ψ", "普赛" },     { "Ψ", "普赛" },
  { "ω", "欧米伽" }, { "Ω", "欧米伽" },   { "+", "加" },       { "-", "减" },
  { "×", "乘" },     { "÷", "除" },       { "=", "等" },       { "嗯", "恩" },
  { "呣", "母" },
};

static const Word marks[] = {
  { "：", "," }, { "；", "," }, { "，", "," }, { "。", "." },  { "！", "!" },
  { "？", "?" }, { "·", "," },  { "、", "," }, { "...", "…" }, { "$", "." },
  { "—", "-" },  { "~", "…" },  { "～", "…" },
};

/* The length of what starts with one of @words, and what is said for it. */
static gsize
match_word (const Word *words, gsize n_words, const char *text, const char **said)
{
  for (gsize i = 0; i < n_words; i++)
    if (g_str_has_prefix (text, words[i].written))
      {
        *said = words[i].said;
        return strlen (words[i].written);
      }
  return 0;
}

static char *
replace_words (const char *text, const Word *words, gsize n_words)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *said = NULL;
      gsize length = match_word (words, n_words, text, &said);

      if (length > 0)
        g_string_append (out, said);
      else
        {
          length = (gsize) (g_utf8_next_char (text) - text);
          g_string_append_len (out, text, (gssize) length);
        }
      text += length;
    }
  return g_string_free (out, FALSE);
}

/**
 * myna_zh_unit_length:
 * @text: what stands behind a number
 *
 * Returns: the length in bytes of the unit of measure that it begins with ("km" but not the "m" of
 *   "max"); 0 when it is none
 */
gsize
myna_zh_unit_length (const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      gsize length = strlen (units[i].written);

      if (g_str_has_prefix (text, units[i].written) && !g_ascii_isalpha (text[length]))
        return length;
    }
  return 0;
}

static char *
replace_units (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *c = text; *c != '\0';)
    {
      const char *said = "";
      gsize length = c > text && g_ascii_isdigit (c[-1]) ? myna_zh_unit_length (c) : 0;

      if (length > 0)
        {
          match_word (units, G_N_ELEMENTS (units), c, &said);
          g_string_append (out, said);
        }
      else
        {
          length = (gsize) (g_utf8_next_char (c) - c);
          g_string_append_len (out, c, (gssize) length);
        }
      c += length;
    }
  return g_string_free (out, FALSE);
}

static char *
replace_units_as_upstream (const char *text)
{
  char *result = g_strdup (text);

  for (gsize i = 0; i < G_N_ELEMENTS (upstream_units); i++)
    {
      char *before = result;

      result = replace_words (before, &upstream_units[i], 1);
      g_free (before);
    }
  return result;
}

/* Traditional to simplified characters, full width to ASCII. */
static char *
simplify (const MynaLexiconTable *simplified, const char *text)
{
  GString *out = g_string_new (NULL);

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);
      gssize length = (gssize) (g_utf8_next_char (text) - text);
      gsize n;
      const guint16 *values = myna_lexicon_table_get (simplified, text, length, &n);

      if (n == 2)
        c = (gunichar) values[0] | (gunichar) values[1] << 16;
      if ((c >= 0xff10 && c <= 0xff19) || (c >= 0xff21 && c <= 0xff3a) ||
          (c >= 0xff41 && c <= 0xff5a))
        c -= 0xfee0;
      if (c != 0 && g_unichar_validate (c))
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

static const MynaSayRule before_units[] = {
  { MYNA_SAY_OURS, "([￥¥$€])(\\d+(?:\\.\\d+)?)([万亿]*)(?:元|美元|欧元)?", say_money },
  { MYNA_SAY_ALWAYS, "(\\d{4}|\\d{2})年(?:(0?[1-9]|1[0-2])月)?(?:(0?[1-9]|[12]\\d|30|31)([日号]))?",
    say_date },
  { MYNA_SAY_ALWAYS, "(\\d{4})([- /.])(0[1-9]|1[012])\\2(0[1-9]|[12]\\d|3[01])", say_plain_date },
  { MYNA_SAY_OURS, HOUR ":" SIXTY "(?::" SIXTY ")?[~-]" HOUR ":" SIXTY "(?::" SIXTY ")?",
    say_time_range },
  { MYNA_SAY_UPSTREAM, HOUR ":" SIXTY "(?::" SIXTY ")?[~-]" HOUR ":" SIXTY "(?::" SIXTY ")?",
    say_time_range_as_upstream },
  { MYNA_SAY_ALWAYS, HOUR ":" SIXTY "(?::" SIXTY ")?", say_time },
  { MYNA_SAY_ALWAYS, "((?:" NUMBER "|\\.\\d+)" UNITS ")~((?:" NUMBER "|\\.\\d+)" UNITS ")",
    say_to },
  { MYNA_SAY_ALWAYS, "(-?)(\\d+(?:\\.\\d+)?)(°C|℃|度|摄氏度)", say_temperature },
};

#define MOBILE "(?<!\\d)(?:\\+?86 ?)?1(?:[38]\\d|5[0-35-9]|7[678]|9[89])\\d{8}(?!\\d)"
#define AREA "0(?:10|2[1-3]|[3-9]\\d{2})"

static const MynaSayRule after_units[] = {
  /* Before arithmetic makes "minus" of their hyphens. */
  { MYNA_SAY_OURS, MOBILE, say_telephone },
  { MYNA_SAY_OURS, "(?<!\\d)" AREA "-[1-9]\\d{6,7}(?!\\d)", say_telephone },
  { MYNA_SAY_OURS, "(?<!\\d)[48]00-\\d{3}-?\\d{4}(?!\\d)", say_telephone },
  { MYNA_SAY_OURS, "(?<![\\d.+\\-×÷=])(\\d+(?:\\.\\d+)?)-(\\d+(?:\\.\\d+)?)(?![\\d.+\\-×÷=])",
    say_rising_range },
  { MYNA_SAY_ALWAYS, "(" OPERAND ")([+\\-×÷=])(" OPERAND ")", say_operator, NULL, TRUE },
  { MYNA_SAY_ALWAYS, "[" POWERS "]+", say_power },
  { MYNA_SAY_ALWAYS, "(-?)(\\d+)/(\\d+)", say_fraction },
  { MYNA_SAY_ALWAYS, "(-?)(\\d+(?:\\.\\d+)?)%", say_percentage },
  { MYNA_SAY_ALWAYS, MOBILE, say_telephone },
  { MYNA_SAY_ALWAYS, "(?<!\\d)(?:" AREA "-?)?[1-9]\\d{6,7}(?!\\d)", say_telephone },
  { MYNA_SAY_ALWAYS, "400-?\\d{3}-?\\d{4}", say_telephone },
  { MYNA_SAY_ALWAYS, "(?<![\\d+\\-×÷=])(" NUMBER ")[-~](" NUMBER ")(?![\\d+\\-×÷=])", say_range },
  { MYNA_SAY_OURS, "-\\d+\\.\\d+(?!\\.)", say_number },
  { MYNA_SAY_ALWAYS, "-\\d+", say_number },
  { MYNA_SAY_ALWAYS, "\\d+\\.\\d+(?:\\.\\d+)?(?:\\.\\d+)+", say_version },
  { MYNA_SAY_ALWAYS, "-?\\d+\\.\\d+|\\.\\d+", say_number },
  { MYNA_SAY_ALWAYS, "(\\d+)([多余几+]?)([" QUANTIFIERS "]" LONG_QUANTIFIERS ")", say_quantity },
  { MYNA_SAY_ALWAYS, "\\d{3,}", say_serial },
  { MYNA_SAY_ALWAYS, "-?\\d+(?:\\.\\d+)?|\\.\\d+", say_number },
  { MYNA_SAY_OURS, "-+", say_hyphen },
};

static MynaSayRules before = MYNA_SAY_RULES_INIT (before_units);
static MynaSayRules after = MYNA_SAY_RULES_INIT (after_units);

/* Keeps Han and known marks; of several marks in a row the first. */
static void
append_kept (GString *out, const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if ((c >= 0x4e00 && c <= 0x9fa5) || myna_zh_char_is_mark (c) || c == MYNA_ZH_PAUSE_SHORT ||
          c == MYNA_ZH_PAUSE_LONG)
        g_string_append_unichar (out, c);
    }
}

static void
normalise_clause (const MynaLexiconTable *simplified,
                  const char *clause,
                  MynaFrontEndFlags flags,
                  GString *out)
{
  char *text = simplify (simplified, clause);
  g_autofree char *with_units = NULL;
  g_autofree char *said = NULL;
  g_autofree char *marked = NULL;

  text = myna_say_rules_apply (&before, text, flags);
  with_units =
      flags & MYNA_FRONT_END_AS_UPSTREAM ? replace_units_as_upstream (text) : replace_units (text);
  g_free (text);
  text = myna_say_rules_apply (&after, g_steal_pointer (&with_units), flags);
  said = replace_words (text, last_words, G_N_ELEMENTS (last_words));
  g_free (text);
  marked = replace_words (said, marks, G_N_ELEMENTS (marks));
  append_kept (out, marked);
}

/* Whether a mark or a pause stands for silence: of a run only the first is kept. */
static gboolean
is_silence (gunichar c)
{
  return myna_zh_char_is_mark (c) || c == MYNA_ZH_PAUSE_SHORT || c == MYNA_ZH_PAUSE_LONG;
}

static char *
collapse_marks (const char *text)
{
  GString *out = g_string_new (NULL);
  gboolean silent = FALSE;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (!silent || !is_silence (c))
        g_string_append_unichar (out, c);
      silent = is_silence (c);
    }
  return g_string_free (out, FALSE);
}

/* The pause marks, where they are not money; ￥ before a number is. */
static void
append_pause (GString *clause, gunichar c, gunichar next)
{
  if (c == 0xffe5 && g_unichar_isdigit (next))
    g_string_append_unichar (clause, c);
  else
    g_string_append_unichar (clause, c == '^' ? MYNA_ZH_PAUSE_LONG : MYNA_ZH_PAUSE_SHORT);
}

/**
 * myna_zh_normalise:
 * @simplified: the lexicon's table of traditional characters
 * @text: valid UTF-8
 * @flags: whether to do as upstream does
 *
 * What is said for a text: simplified characters and the marks "!?…,.-" only, and, unless as
 * upstream, the stand-ins for pause marks. Numbers, dates, times, units and signs are words.
 * Letters are left out: a text with English in it is cut by language before (spec gpt-sovits 3.4).
 *
 * Returns: (transfer full): the text, empty when nothing in it can be said
 */
char *
myna_zh_normalise (const MynaLexiconTable *simplified, const char *text, MynaFrontEndFlags flags)
{
  gboolean upstream = flags & MYNA_FRONT_END_AS_UPSTREAM;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) clause = g_string_new (NULL);

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (upstream && (c == 0xffe5 || c == '^'))
        c = ',';
      if (c == 0xffe5 || c == '^')
        append_pause (clause, c, g_utf8_get_char (g_utf8_next_char (text)));
      else if (!myna_zh_char_in (c, " —《》【】<>{}()（）#&@“”^_|\\\n"))
        g_string_append_unichar (clause, c);
      if (c == '\n' || myna_zh_char_in (c, "：、，；。？！,;?!"))
        {
          normalise_clause (simplified, clause->str, flags, out);
          g_string_truncate (clause, 0);
        }
    }
  normalise_clause (simplified, clause->str, flags, out);
  return collapse_marks (out->str);
}
