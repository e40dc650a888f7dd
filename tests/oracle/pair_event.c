#include "pair_event.h"

#include <stdlib.h>
#include <string.h>

#define DEEPEST_VALUE 4

/* Few keys and few words, so that they meet again: in the pattern, in other members, twice. */
static const char *const keys[] = {"a",       "b",         "c",   "user", "age",  "logType", "list",
                                   "a.b",     "a b",       "k-1", "_z",   "0",    "404",     "",
                                   "사용자",  "errorCode", "A",   "é",    "😀",    "it's",    "a/b",
                                   "q\"uote", "back\\",    "id",  "ok",   "tags", "x",       "y"};

static const char *const words[] = {"ERROR",
                                    "INFO",
                                    "error",
                                    "인증실패",
                                    "인증",
                                    "token expired",
                                    "timeout",
                                    "DA00012",
                                    "DA00013",
                                    "10",
                                    "10.0",
                                    "1e1",
                                    "01",
                                    "+1",
                                    "1",
                                    "0",
                                    "-0",
                                    "-1",
                                    "1.0",
                                    "12.34",
                                    "1e309",
                                    "Infinity",
                                    "true",
                                    "false",
                                    "null",
                                    "",
                                    " ",
                                    "a",
                                    "b",
                                    "ab",
                                    "aaa",
                                    "aab",
                                    "abab",
                                    "cat",
                                    "hat",
                                    "a*b",
                                    "*",
                                    "**",
                                    "a\\b",
                                    "\\",
                                    "\"",
                                    "say \"hi\"",
                                    "C:\\tmp",
                                    "x/y",
                                    "line\nbreak",
                                    "ERROR\n",
                                    "cat\n",
                                    "\n",
                                    "a\nb\n",
                                    "snake_case_9",
                                    "_",
                                    "a\vb",
                                    "\v",
                                    "tab\there",
                                    "\r\n",
                                    "café",
                                    "é",
                                    "가",
                                    "😀",
                                    "😀😁",
                                    "user-42-prod",
                                    "user_42",
                                    "10.0.0.255",
                                    "111.111.111.111",
                                    "a b",
                                    "a  b",
                                    "{\"a\":1}",
                                    "[1,2]",
                                    "}",
                                    "%",
                                    "50%",
                                    "$.a",
                                    "a&&b",
                                    "\x7f",
                                    "\x0b",
                                    "\x01",
                                    "9007199254740993",
                                    "bob@example.com",
                                    "2026-11-22T08:07:45.784Z",
                                    "key:value",
                                    "(x)",
                                    "a=1;b=2"};

/* Bodies of strings that no UTF-8 text can stand for, or that are spelled in a way of their own. */
static const char *const bodies[] = {"\\ud800",
                                     "a\\udc00b",
                                     "\\udc00\\ud800",
                                     "\\ud83d\\u0041",
                                     "\\uD83D\\uDE00",
                                     "\\u0000",
                                     "a\\u0000b",
                                     "\\/",
                                     "\\b\\f\\n\\r\\t",
                                     "\xFF",
                                     "a\xE2\x82z",
                                     "\xED\xA0\x80",
                                     "\xC0\xAF",
                                     "\xF5\x80",
                                     "\xEA\xB0",
                                     "\\ud83d\\\\ude00",
                                     "\\uFFFD",
                                     "\\u0045RROR",
                                     "\\uC778\\uc99D\\uc2e4\\ud328",
                                     "\\u002a",
                                     "\\u0022",
                                     "\\u005c",
                                     "\xF0\x9F\x98 ",
                                     "\\ud83dx",
                                     "\\ud83d\\ud83d\\ude00",
                                     "\xEF\xBB\xBF",
                                     "\\u2028",
                                     "\xE2\x80\xA8",
                                     "\\u0085"};

static const char *const numbers[] = {"0",
                                      "-0",
                                      "0.0",
                                      "-0.0",
                                      "1",
                                      "-1",
                                      "1.0",
                                      "1e0",
                                      "1E0",
                                      "10",
                                      "10.0",
                                      "1e1",
                                      "100e-1",
                                      "2",
                                      "3",
                                      "20",
                                      "25",
                                      "404",
                                      "1e3",
                                      "1E3",
                                      "1e+3",
                                      "1000",
                                      "1E-7",
                                      "12.34",
                                      "1234e-2",
                                      "12",
                                      "12.0",
                                      "0.1",
                                      "0.10",
                                      "0.3",
                                      "0.30000000000000004",
                                      "1e7",
                                      "1e8",
                                      "9999999.0",
                                      "0.001",
                                      "0.00099",
                                      "1e23",
                                      "9007199254740992",
                                      "9007199254740993",
                                      "9007199254740993.0",
                                      "9223372036854775807",
                                      "-9223372036854775808",
                                      "18446744073709551615",
                                      "18446744073709551616",
                                      "123456789012345678901234567890",
                                      "1e308",
                                      "1.7976931348623157e308",
                                      "1e-999",
                                      "-1e-999",
                                      "1e-300",
                                      "2.2250738585072014e-308",
                                      "5e-320",
                                      "4.35",
                                      "5.684341886080802e-14",
                                      "5.6843418860808015e-14",
                                      "9.5367431640625e-07",
                                      "1.6155871338926322e-27",
                                      "2e-44",
                                      "7.120236347223045e-307",
                                      "5.641232424577593e-278",
                                      "6.290184345309701e-235",
                                      "9.8607613152626476e-32",
                                      "1.5e3",
                                      "123456.789",
                                      "-12.5",
                                      "-2.5e-3"};

static const char *const infinities[] = {"1e309",  "-1e309", "1E400",      "1.8e308",
                                         "9e9999", "-2E310", "1000000e303"};

const char *pair_word(pair_random *random) {
    return PAIR_PICK(random, words);
}

const char *pair_key(pair_random *random) {
    return pair_chance(random, 60) ? keys[pair_below(random, 12)] : PAIR_PICK(random, keys);
}

pair_style pair_style_choose(pair_random *random) {
    pair_style style = {PAIR_COMPACT, 0, 8};
    if (pair_chance(random, 30))
        style.blanks = pair_chance(random, 60) ? PAIR_SPACED : PAIR_WILD;
    if (pair_chance(random, 35))
        style.escape_percent = pair_chance(random, 50) ? 5 : 40;
    if (pair_chance(random, 20))
        style.repeat_percent = 40;
    return style;
}

static void put_blanks(pair_random *random, pair_text *out, const pair_style *style) {
    static const char *const wild[] = {"", "", " ", "\t", "\n", "\r\n", "   "};
    if (style->blanks == PAIR_SPACED)
        pair_put_byte(out, ' ');
    if (style->blanks == PAIR_WILD)
        pair_put(out, PAIR_PICK(random, wild));
}

static void put_unicode_escape(pair_random *random, pair_text *out, uint32_t c) {
    if (c < 0x10000 && pair_chance(random, 50)) {
        pair_putf(out, "\\u%04x", (unsigned)c);
        return;
    }
    if (c < 0x10000) {
        pair_putf(out, "\\u%04X", (unsigned)c);
        return;
    }
    pair_putf(out, "\\u%04X", (unsigned)(0xD800 + ((c - 0x10000) >> 10)));
    pair_putf(out, "\\u%04x", (unsigned)(0xDC00 + (c & 0x3FF)));
}

static void put_character(pair_random *random, pair_text *out, uint32_t c,
                          const pair_style *style) {
    static const char plain[] = "\"\\/\b\f\n\r\t", letters[] = "\"\\/bfnrt";
    const char *found = c && c < 0x80 ? strchr(plain, (int)c) : NULL;
    bool must = c < 0x20 || c == '"' || c == '\\';
    if (!must && !pair_chance(random, style->escape_percent))
        pair_put_code_point(out, c);
    else if (found && pair_chance(random, 70))
        pair_putf(out, "\\%c", letters[found - plain]);
    else
        put_unicode_escape(random, out, c);
}

static void put_spelled(pair_random *random, pair_text *out, const char *utf8,
                        const pair_style *style) {
    for (size_t len = strlen(utf8), at = 0; at < len;) {
        uint32_t c = 0;
        at += oracle_utf8_next(utf8 + at, len - at, &c);
        put_character(random, out, c, style);
    }
}

void pair_put_key(pair_random *random, pair_text *out, const char *key, const pair_style *style) {
    pair_put_byte(out, '"');
    put_spelled(random, out, key, style);
    pair_put_byte(out, '"');
    if (style->blanks == PAIR_WILD)
        put_blanks(random, out, style);
    pair_put_byte(out, ':');
    put_blanks(random, out, style);
}

static void put_string(pair_random *random, pair_text *out, const pair_style *style) {
    uint32_t how = pair_below(random, 100);
    size_t count = how < 70 ? 1 : how < 85 ? 2 + pair_below(random, 3) : how < 99 ? 0 : 150;
    pair_put_byte(out, '"');
    for (size_t i = 0; i < count; i++)
        put_spelled(random, out, pair_word(random), style);
    if (count == 0)
        pair_put(out, PAIR_PICK(random, bodies));
    if (count == 0 && pair_chance(random, 30))
        put_spelled(random, out, pair_word(random), style);
    pair_put_byte(out, '"');
}

static void put_digits(pair_random *random, pair_text *out, size_t count) {
    for (size_t i = 0; i < count; i++)
        pair_put_byte(out, (char)('0' + pair_below(random, 10)));
}

void pair_put_number(pair_random *random, pair_text *out) {
    if (pair_chance(random, 75)) {
        pair_put(out, PAIR_PICK(random, numbers));
        return;
    }
    if (pair_chance(random, 25))
        pair_put_byte(out, '-');
    pair_put_byte(out, (char)('1' + pair_below(random, 9)));
    put_digits(random, out, pair_below(random, pair_chance(random, 10) ? 40 : 6));
    if (pair_chance(random, 40)) {
        pair_put_byte(out, '.');
        put_digits(random, out, 1 + pair_below(random, pair_chance(random, 20) ? 25 : 4));
    }
    if (pair_chance(random, 25))
        pair_putf(out, "e%d", (int)pair_below(random, 60) - 30);
}

static void put_container(pair_random *random, pair_text *out, bool is_array, int depth,
                          const pair_style *style) {
    size_t count = depth < DEEPEST_VALUE ? pair_below(random, 5) : 0;
    const char *last_key = NULL;
    pair_put_byte(out, is_array ? '[' : '{');
    put_blanks(random, out, style);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            pair_put_byte(out, ',');
        put_blanks(random, out, style);
        if (!is_array) {
            bool is_repeated = last_key && pair_chance(random, style->repeat_percent);
            last_key = is_repeated ? last_key : pair_key(random);
            pair_put_key(random, out, last_key, style);
        }
        bool is_null = is_array && pair_chance(random, 15);
        pair_put_value(random, out, is_null ? ORACLE_ROW_NULL : ORACLE_ROW_MISSING, depth + 1,
                       style);
        if (style->blanks == PAIR_WILD)
            put_blanks(random, out, style);
    }
    pair_put_byte(out, is_array ? ']' : '}');
}

static oracle_row choose_row(pair_random *random, int depth) {
    static const oracle_row rows[] = {ORACLE_ROW_STRING, ORACLE_ROW_STRING, ORACLE_ROW_STRING,
                                      ORACLE_ROW_STRING, ORACLE_ROW_NUMBER, ORACLE_ROW_NUMBER,
                                      ORACLE_ROW_NUMBER, ORACLE_ROW_BOOL,   ORACLE_ROW_NULL,
                                      ORACLE_ROW_OBJECT, ORACLE_ROW_ARRAY,  ORACLE_ROW_INFINITE};
    oracle_row row = PAIR_PICK(random, rows);
    bool is_container = row == ORACLE_ROW_OBJECT || row == ORACLE_ROW_ARRAY;
    if (depth == 0 && !is_container && pair_chance(random, 30))
        return pair_chance(random, 50) ? ORACLE_ROW_OBJECT : ORACLE_ROW_ARRAY;
    return row;
}

void pair_put_value(pair_random *random, pair_text *out, oracle_row row, int depth,
                    const pair_style *style) {
    switch (row == ORACLE_ROW_MISSING ? choose_row(random, depth) : row) {
    case ORACLE_ROW_STRING: put_string(random, out, style); break;
    case ORACLE_ROW_NUMBER: pair_put_number(random, out); break;
    case ORACLE_ROW_INFINITE: pair_put(out, PAIR_PICK(random, infinities)); break;
    case ORACLE_ROW_BOOL: pair_put(out, pair_chance(random, 50) ? "true" : "false"); break;
    case ORACLE_ROW_OBJECT: put_container(random, out, false, depth, style); break;
    case ORACLE_ROW_ARRAY: put_container(random, out, true, depth, style); break;
    default: pair_put(out, "null"); break;
    }
}

void pair_put_members(pair_random *random, pair_text *out, size_t count, const pair_style *style) {
    const char *last_key = NULL;
    for (size_t i = 0; i < count; i++) {
        bool is_repeated = last_key && pair_chance(random, style->repeat_percent);
        last_key = is_repeated ? last_key : pair_key(random);
        put_blanks(random, out, style);
        pair_put_key(random, out, last_key, style);
        pair_put_value(random, out, ORACLE_ROW_MISSING, 0, style);
        pair_put_byte(out, ',');
    }
}
