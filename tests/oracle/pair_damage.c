#include "pair_damage.h"

#include <string.h>

/* --- lines ------------------------------------------------------------------------------- */

static void wrap(pair_random *random, pair_text *line) {
    static const char *const around[][2] = {{"", "x"},  {"", "{}"},        {"", ","},
                                            {"", "}"},  {"", " trailing"}, {"2026-11-22 INFO ", ""},
                                            {"x", ""},  {"[", "]"},        {"\xEF\xBB\xBF", ""},
                                            {"", "\v"}, {"\"a\":", ""},    {"{", "}"},
                                            {",", ""},  {"", "\n{}"},      {"", "//"},
                                            {"\f", ""}, {"", "\xFF"}};
    size_t choice = pair_below(random, sizeof around / sizeof *around);
    pair_splice(line, 0, 0, around[choice][0], strlen(around[choice][0]));
    pair_put(line, around[choice][1]);
    if (pair_chance(random, 5))
        pair_put_bytes(line, "", 1);
}

static void insert_member(pair_random *random, pair_text *line) {
    static const char *const members[] = {"\"n\":01",
                                          "\"n\":+1",
                                          "\"n\":.5",
                                          "\"n\":1.",
                                          "\"n\":1e",
                                          "\"n\":-",
                                          "\"n\":NaN",
                                          "\"n\":'x'",
                                          "n:1",
                                          "\"n\"",
                                          "\"n\":",
                                          "\"n\":\"\\x\"",
                                          "\"n\":\"\t\"",
                                          "\"n\":\"\\u12\"",
                                          "\"n\":[1,]",
                                          "\"n\":{\"x\":1,}",
                                          "\"n\":\"a",
                                          "\"n\":tru",
                                          "\"n\":True",
                                          "\"n\":1 2",
                                          "\"n\":[1 2]",
                                          "\"n\":\"a\nb\"",
                                          "\"n\":--1",
                                          "\"n\":0x10",
                                          "\"n\":\"\\ud8\"",
                                          "\"n\":\\u0031",
                                          "\"n\":[1}",
                                          "\"n\":{1}",
                                          "",
                                          "\"n\":1e+",
                                          "\"n\":\"\\U0041\"",
                                          "\"n\":1.e3",
                                          "\"n\":-01",
                                          "\"n\":nullx",
                                          "\"n\"=1",
                                          "\xFF:1"};
    const char *member = PAIR_PICK(random, members);
    size_t at = (size_t)(strchr(line->at, '{') - line->at) + 1;
    pair_splice(line, at, 0, ",", 1);
    pair_splice(line, at, 0, member, strlen(member));
}

/** One byte gone, one added, or the end cut off: often still JSON, never by intention. */
static void damage(pair_random *random, pair_text *line) {
    static const char bytes[] = "{}[]\",:\\\x01\xFF 0e-.tn\x80";
    size_t at = pair_below(random, line->len);
    switch (pair_below(random, 4)) {
    case 0: pair_splice(line, at, 1, "", 0); break;
    case 1: pair_splice(line, at, 0, &bytes[pair_below(random, sizeof bytes)], 1); break;
    case 2: pair_splice(line, at, 1, &bytes[pair_below(random, sizeof bytes)], 1); break;
    default: pair_splice(line, at, line->len - at, "", 0); break;
    }
}

void pair_break_line(pair_random *random, pair_text *line) {
    uint32_t how = pair_below(random, 100);
    if (how < 35)
        wrap(random, line);
    else if (how < 70)
        insert_member(random, line);
    else
        damage(random, line);
}

/* --- patterns ---------------------------------------------------------------------------- */

void pair_break_pattern(pair_random *random, pair_text *pattern) {
    static const char *const tokens[] = {"==",     "AND",     "OR",     "$",
                                         "[",      "]",       "{",      "}",
                                         "(",      ")",       "\"",     "'",
                                         "!",      "&",       "|",      "&&",
                                         "||",     "<",       ">",      "=",
                                         "<>",     " ",       "\\",     ".",
                                         "..",     "*",       "[*]",    ".*",
                                         "[-1]",   "null",    "IS",     "NOT",
                                         "EXISTS", "@",       ":",      ",",
                                         "$.a",    "%a%",     "$['a']", "1",
                                         "-",      "+",       "e",      "1e2147483648",
                                         "\xFF",   "가",      "😀",      "[0]",
                                         "['a']",  "IS NULL", "= 1",    "\xED\xA0\x80",
                                         "\x01",   "\xC3",    "true",   "()",
                                         "! =",    "/"};
    const char *token = PAIR_PICK(random, tokens);
    size_t at = pair_below(random, pattern->len);
    size_t cut = pair_below(random, pattern->len - at < 4 ? pattern->len - at + 1 : 4);
    switch (pair_below(random, 4)) {
    case 0: pair_splice(pattern, at, cut ? cut : 1, "", 0); break;
    case 1: pair_splice(pattern, at, cut, token, strlen(token)); break;
    default: pair_splice(pattern, at, 0, token, strlen(token));
    }
}
