#include "filter/lint_hint_walk.h"

#include <ctype.h>

/* A longer selector would not fit a pattern twice. */
#define SELECTOR_MAX 2048

static void note(const jl_hint_walk *w, size_t start, const char *text) {
    jl_hint_note(w->rewrite, JSONLOG_LINT_SYNTAX, start, w->rewrite->at, text);
}

/* Write the test anew, from behind the selector. */
static void write_test(jl_hint_walk *w, const char *text) {
    jl_hint_cut(w->rewrite, w->test_start);
    jl_hint_write(w->rewrite, jl_text_of(text));
}

typedef struct spelling {
    const char *written;
    const char *meant; /**< NULL: it is right as it is */
    const char *negated;
    jl_value_mode mode;
    const char *text;
} spelling;

/* Longer ones first. */
static const spelling signs[] = {
    {"===", "=", "!=", JL_VALUE_EQUAL, "'===' is no operator, write '='"},
    {"!==", "!=", "=", JL_VALUE_EQUAL, "'!==' is no operator, write '!='"},
    {"==", "=", "!=", JL_VALUE_EQUAL, "'==' is no operator, write '='"},
    {"=~", "=", "!=", JL_VALUE_REGEX, "a regular expression is compared with = %expression%"},
    {"!~", "!=", "=", JL_VALUE_REGEX, "a regular expression is compared with != %expression%"},
    {"<>", "!=", "=", JL_VALUE_EQUAL, "'<>' is no operator, write '!='"},
    {"=>", ">=", "<", JL_VALUE_SIZE, "'=>' is no operator, write '>='"},
    {"=<", "<=", ">", JL_VALUE_SIZE, "'=<' is no operator, write '<='"},
    {"!=", NULL, "=", JL_VALUE_EQUAL, NULL},
    {"<=", NULL, ">", JL_VALUE_SIZE, NULL},
    {">=", NULL, "<", JL_VALUE_SIZE, NULL},
    {"=", NULL, "!=", JL_VALUE_EQUAL, NULL},
    {"<", NULL, ">=", JL_VALUE_SIZE, NULL},
    {">", NULL, "<=", JL_VALUE_SIZE, NULL},
    {":", "=", "!=", JL_VALUE_EQUAL, "a value is compared with '='"},
};

static const spelling words[] = {
    {"contains", "=", "!=", JL_VALUE_CONTAINS, "there is no CONTAINS: = \"*text*\""},
    {"like", "=", "!=", JL_VALUE_LIKE, "there is no LIKE: = \"*text*\", a star is any text"},
    {"ilike", "=", "!=", JL_VALUE_LIKE, "there is no ILIKE: = \"*text*\", a star is any text"},
    {"matches", "=", "!=", JL_VALUE_REGEX, "a regular expression is compared with = %expression%"},
    {"equals", "=", "!=", JL_VALUE_EQUAL, "there is no EQUALS: ="},
};

/* `= null` is asked for with IS NULL; the nearest to its opposite is "a text or a number". */
static bool read_null(jl_hint_walk *w, const char *sign, size_t start) {
    jl_rewrite *rewrite = w->rewrite;
    if (!jl_hint_is_word(rewrite, "null"))
        return false;
    rewrite->at += 4;
    note(w, start, "null is asked for with IS NULL; = * asks for a string or number");
    write_test(w, sign[0] == '=' ? " IS NULL" : " = *");
    return true;
}

static void read_spelling(jl_hint_walk *w, const spelling *way) {
    jl_rewrite *rewrite = w->rewrite;
    const size_t start = rewrite->at;
    const char *sign = w->is_negated ? way->negated : way->meant;
    sign = sign == NULL ? way->written : sign;
    rewrite->at += strlen(way->written);
    if (way->text != NULL)
        note(w, start, way->text);
    if (way->written[0] == ':' && rewrite->out.len == w->test_start)
        jl_hint_write(rewrite, JL_TEXT(" "));
    jl_hint_write(rewrite, jl_text_of(sign));
    jl_hint_copy_blanks(rewrite);
    size_t end = 0;
    if (way->mode == JL_VALUE_EQUAL && read_null(w, sign, start))
        return;
    const bool is_regex = way->mode == JL_VALUE_LIKE && jl_hint_is_slashed(rewrite, &end);
    jl_hint_value(rewrite, is_regex ? JL_VALUE_EQUAL : way->mode);
}

/* Words that say the same, most of them wrongly; the first that fits is taken. */
typedef struct phrase {
    const char *words[4];
    const char *meant;
    const char *negated;
    jsonlog_lint_code code;
    const char *text; /**< NULL: it is right as it is */
} phrase;

#define NOT_NULL \
    "there is no NOT NULL: = * asks for a string or number; true and false are asked for with IS"
#define NO_EXISTS  "there is no EXISTS, only NOT EXISTS: = * asks for a string or number"
#define NOT_EXISTS "a missing field is asked for with NOT EXISTS"

static const phrase phrases[] = {
    {{"is", "not", "null"}, " = *", " IS NULL", JSONLOG_LINT_SYNTAX, NOT_NULL},
    {{"is", "not", "true"},
     " IS FALSE",
     " IS TRUE",
     JSONLOG_LINT_SYNTAX,
     "IS takes no NOT; the other value is IS FALSE"},
    {{"is", "not", "false"},
     " IS TRUE",
     " IS FALSE",
     JSONLOG_LINT_SYNTAX,
     "IS takes no NOT; the other value is IS TRUE"},
    {{"is", "not", "exists"}, " NOT EXISTS", " = *", JSONLOG_LINT_SYNTAX, NOT_EXISTS},
    {{"is", "not", "empty"},
     " != \"\"",
     " = \"\"",
     JSONLOG_LINT_SYNTAX,
     "an empty text is compared with != \"\""},
    {{"is", "null"}, " IS NULL", " = *", JSONLOG_LINT_SYNTAX, NULL},
    {{"is", "true"}, " IS TRUE", " IS FALSE", JSONLOG_LINT_SYNTAX, NULL},
    {{"is", "false"}, " IS FALSE", " IS TRUE", JSONLOG_LINT_SYNTAX, NULL},
    {{"is", "exists"}, " = *", " NOT EXISTS", JSONLOG_LINT_EXISTS, NO_EXISTS},
    {{"is", "empty"},
     " = \"\"",
     " != \"\"",
     JSONLOG_LINT_SYNTAX,
     "an empty text is compared with = \"\""},
    {{"is", "missing"}, " NOT EXISTS", " = *", JSONLOG_LINT_SYNTAX, NOT_EXISTS},
    {{"does", "not", "exist"}, " NOT EXISTS", " = *", JSONLOG_LINT_SYNTAX, NOT_EXISTS},
    {{"not", "exists"}, " NOT EXISTS", " = *", JSONLOG_LINT_SYNTAX, NULL},
    {{"not", "exist"}, " NOT EXISTS", " = *", JSONLOG_LINT_SYNTAX, NOT_EXISTS},
    {{"not", "null"}, " = *", " IS NULL", JSONLOG_LINT_SYNTAX, NOT_NULL},
    {{"exists"}, " = *", " NOT EXISTS", JSONLOG_LINT_EXISTS, NO_EXISTS},
    {{"exist"}, " = *", " NOT EXISTS", JSONLOG_LINT_EXISTS, NO_EXISTS},
};

static bool take_words(jl_rewrite *rewrite, const char *const wanted[4]) {
    jl_rewrite ahead = *rewrite;
    size_t end = rewrite->at;
    for (size_t i = 0; i < 4 && wanted[i] != NULL; i++) {
        jl_hint_skip_blanks(&ahead);
        if (!jl_hint_is_word(&ahead, wanted[i]))
            return false;
        ahead.at += strlen(wanted[i]);
        end = ahead.at;
    }
    rewrite->at = end;
    return true;
}

static void write_phrase(jl_hint_walk *w, const phrase *said, size_t start) {
    jl_rewrite *rewrite = w->rewrite;
    if (said->text != NULL)
        jl_hint_note(rewrite, said->code, start, rewrite->at, said->text);
    if (said->text == NULL && !w->is_negated)
        jl_hint_write(rewrite, (jl_text){rewrite->pattern.ptr + start, rewrite->at - start});
    else
        write_test(w, w->is_negated ? said->negated : said->meant);
}

static bool read_phrase(jl_hint_walk *w) {
    const size_t start = w->rewrite->at;
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if (take_words(w->rewrite, phrases[i].words)) {
            write_phrase(w, &phrases[i], start);
            return true;
        }
    }
    return false;
}

/* One value of a list, as a condition. */
static void read_list_value(jl_hint_walk *w, jl_text selector, bool is_negative) {
    jl_rewrite *rewrite = w->rewrite;
    jl_text value;
    jl_quote quote;
    jl_hint_skip_blanks(rewrite);
    jl_hint_write(rewrite, selector);
    jl_hint_write(rewrite, is_negative ? JL_TEXT(" != ") : JL_TEXT(" = "));
    if (jl_hint_read_quoted(rewrite, &value, &quote)) {
        jl_hint_write_phrase(rewrite, value);
        return;
    }
    while (isalnum((unsigned char)jl_hint_peek(rewrite, 0)) || jl_hint_peek(rewrite, 0) == '.')
        jl_hint_copy(rewrite, 1);
}

/* From the bracket that opens the list to behind the one that closes it. */
static void read_list_values(jl_hint_walk *w, jl_text selector, bool is_negative) {
    jl_rewrite *rewrite = w->rewrite;
    const char close = jl_hint_peek(rewrite, 0) == '(' ? ')' : ']';
    rewrite->at++;
    jl_hint_write(rewrite, JL_TEXT("("));
    read_list_value(w, selector, is_negative);
    for (jl_hint_skip_blanks(rewrite); jl_hint_peek(rewrite, 0) == ',';
         jl_hint_skip_blanks(rewrite)) {
        rewrite->at++;
        jl_hint_write(rewrite, is_negative ? JL_TEXT(" && ") : JL_TEXT(" || "));
        read_list_value(w, selector, is_negative);
    }
    jl_hint_write(rewrite, JL_TEXT(")"));
    if (jl_hint_peek(rewrite, 0) == close)
        rewrite->at++;
    else
        rewrite->is_lost = true;
}

/* `in ("a", "b")` becomes `($.x = "a" || $.x = "b")`. */
static bool read_list(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    const size_t start = rewrite->at;
    const bool is_not = jl_hint_take_word(rewrite, "not");
    const bool is_in = jl_hint_take_word(rewrite, "in");
    const char open = jl_hint_peek(rewrite, 0);
    if (!is_in || (open != '(' && open != '[')) {
        rewrite->at = start;
        return false;
    }
    note(w, start, "there is no IN: conditions with = are joined with ||");
    /* The output moves while it grows, so what is repeated is kept beside it. */
    char name[SELECTOR_MAX];
    const size_t len = w->test_start - w->name_start;
    if (len == 0 || len > sizeof name || rewrite->out.status != JSONLOG_OK) {
        rewrite->is_lost = true;
        return true;
    }
    memcpy(name, rewrite->out.data + w->name_start, len);
    jl_hint_cut(rewrite, w->name_start);
    read_list_values(w, (jl_text){name, len}, is_not != w->is_negated);
    return true;
}

/* A selector without a test: that it is there, or that it is true, nobody knows. */
static bool read_nothing(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    const char c = jl_hint_peek(rewrite, 0);
    if (c != '\0' && c != ')' && c != '&' && c != '|')
        return false;
    jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, rewrite->at, rewrite->at,
                 "a selector alone is no condition: = * asks for a string or number, IS TRUE for "
                 "true");
    /* Not there, or there and false: nobody knows which was meant. */
    rewrite->is_lost = rewrite->is_lost || w->is_negated;
    const bool has_blank = rewrite->out.len > w->test_start;
    write_test(w, has_blank ? " = * " : " = *");
    return true;
}

static const spelling *find_spelling(jl_rewrite *rewrite) {
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (jl_hint_is_at(rewrite, signs[i].written))
            return &signs[i];
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (jl_hint_is_word(rewrite, words[i].written))
            return &words[i];
    }
    return NULL;
}

/* `not like`, `not contains`: as the word, turned round. */
static void take_not(jl_hint_walk *w) {
    jl_rewrite ahead = *w->rewrite;
    if (!jl_hint_take_word(&ahead, "not") || find_spelling(&ahead) == NULL)
        return;
    w->rewrite->at = ahead.at;
    w->is_negated = !w->is_negated;
    w->negated_depth = w->depth;
}

void jl_hint_test(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    jl_hint_copy_blanks(rewrite);
    if (rewrite->is_delimited &&
        (jl_hint_peek(rewrite, 0) == ',' || jl_hint_peek(rewrite, 0) == '\0'))
        return;
    if (read_list(w) || read_phrase(w))
        return;
    take_not(w);
    const spelling *way = find_spelling(rewrite);
    if (way != NULL)
        read_spelling(w, way);
    else if (rewrite->is_delimited || !read_nothing(w))
        rewrite->is_lost = true;
}
