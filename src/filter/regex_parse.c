#include "filter/regex_parse.h"

#include "base/err.h"

/*
 * What AWS leaves open is decided here. That possessive repeats are refused (recorded) rules out
 * Java and points at an automaton engine of the RE2 kind; where such engines and Java agree, we
 * follow both, where they differ we refuse rather than guess, because an expression that cannot be
 * evaluated for certain must be an error and never a silent miss:
 *
 *   a|   |a   a||b   |     accepted: an empty alternative matches everywhere
 *   ^*   $+   ^{2}         accepted as in Java and RE2 (not PCRE2): a repeat of an anchor is the
 *                          anchor, or nothing when it may be absent
 *   *a   |*   {2}          refused: nothing to repeat
 *   a**  a+{2}  a{2}{3}    refused: an automaton engine takes one quantifier, and `a{2}+` is
 * possessive a{  a{}  a{,}  a{2 }   refused as in Java; others read a literal brace, which is
 * spelled `\{` ]   }                  literal outside a class
 *   []a]  [^]a]            a bracket that comes first in a class is literal
 *   [[a]                   `[` in a class is literal (no nested classes as in Java) ...
 *   [[:alpha:]] [[.a.]]    ... but what looks like a POSIX name has three readings: refused
 *   [\d-z]                 the hyphen is literal; [a-\d] is refused
 *   \x80 to \xff           the code points U+0080 to U+00FF: the guide sets no limit to \xhh
 *   \r \f \v \0 \b \p \1   refused: the guide names \d \D \s \S \w \W \t \n and \xhh
 */

typedef struct parser {
    jl_text
        text; /* the whole pattern, cut at the closing percent sign: offsets are the pattern's */
    size_t at;
    jsonlog_err *err;
} parser;

static jsonlog_status refuse(const parser *p, size_t offset) {
    return jl_err_set(p->err, JSONLOG_E_SYNTAX, offset, "Failed to compile regular expression.");
}

/* The byte at the given distance, or NUL behind the end: the scan lets no NUL through. */
static char peek(const parser *p, size_t distance) {
    return p->at + distance < p->text.len ? p->text.ptr[p->at + distance] : '\0';
}

static bool take(parser *p, char c) {
    if (c == '\0' || peek(p, 0) != c)
        return false;
    p->at++;
    return true;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ---- sets ---- */

static void add(jl_regex_set *set, unsigned c) {
    set->latin[c / 64] |= UINT64_C(1) << (c % 64);
}

static void add_range(jl_regex_set *set, unsigned low, unsigned high) {
    for (unsigned c = low; c <= high; c++)
        add(set, c);
}

static void add_set(jl_regex_set *set, const jl_regex_set *other) {
    for (size_t i = 0; i < 4; i++)
        set->latin[i] |= other->latin[i];
    set->has_others |= other->has_others;
}

static void invert(jl_regex_set *set) {
    for (size_t i = 0; i < 4; i++)
        set->latin[i] = ~set->latin[i];
    set->has_others = !set->has_others;
}

static jl_regex_set set_of(unsigned c) {
    jl_regex_set set = {{0}, false};
    add(&set, c);
    return set;
}

/* `\d`, `\s`, `\w` and their inverses, all in ASCII. `\s` is Java's: tab to carriage return. */
static bool named_set(char name, jl_regex_set *set) {
    *set = (jl_regex_set){{0}, false};
    switch (name) {
    case 'w':
    case 'W':
        add_range(set, 'a', 'z');
        add_range(set, 'A', 'Z');
        add(set, '_');
        add_range(set, '0', '9');
        break;
    case 'd':
    case 'D': add_range(set, '0', '9'); break;
    case 's':
    case 'S':
        add(set, ' ');
        add_range(set, '\t', '\r');
        break;
    default: return false;
    }
    if (name < 'a')
        invert(set);
    return true;
}

/* ---- escapes ---- */

static int hex_value(char c) {
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Behind `\x`: two digits that name a code point. */
static jsonlog_status parse_hex(parser *p, unsigned *value) {
    int high = hex_value(peek(p, 0));
    int low = hex_value(peek(p, 1));
    if (high < 0)
        return refuse(p, p->at);
    if (low < 0)
        return refuse(p, p->at + 1);
    p->at += 2;
    *value = (unsigned)(high * 16 + low);
    return JSONLOG_OK;
}

/* Behind the backslash of an escape that stands for one character. */
static jsonlog_status parse_single_escape(parser *p, unsigned *value) {
    char c = peek(p, 0);
    if (c == '\0' || ((is_letter(c) || is_digit(c)) && strchr("tnx", c) == NULL))
        return refuse(p, p->at);
    p->at++;
    if (c == 'x')
        return parse_hex(p, value);
    *value = c == 't' ? '\t' : c == 'n' ? '\n' : (unsigned char)c;
    return JSONLOG_OK;
}

/* ---- classes ---- */

/* One end of a range, or a member of its own. Sets are taken by the caller before. */
static jsonlog_status parse_single(parser *p, unsigned *value) {
    if (take(p, '\\'))
        return parse_single_escape(p, value);
    *value = (unsigned char)peek(p, 0);
    p->at++;
    return JSONLOG_OK;
}

static bool take_named_set(parser *p, jl_regex_set *set) {
    if (peek(p, 0) != '\\' || !named_set(peek(p, 1), set))
        return false;
    p->at += 2;
    return true;
}

/* At `[:`, `[.` or `[=` with its partner behind: a POSIX name to some engines. */
static bool is_at_posix_name(const parser *p) {
    char mark = peek(p, 1);
    if (peek(p, 0) != '[' || (mark != ':' && mark != '.' && mark != '='))
        return false;
    size_t i = 2;
    while (is_letter(peek(p, i)) || is_digit(peek(p, i)) || (i == 2 && peek(p, i) == '^'))
        i++;
    return peek(p, i) == mark && peek(p, i + 1) == ']';
}

static jsonlog_status parse_member(parser *p, jl_regex_set *set) {
    size_t start = p->at;
    jl_regex_set named;
    if (is_at_posix_name(p))
        return refuse(p, start);
    if (take_named_set(p, &named)) {
        add_set(set, &named);
        return JSONLOG_OK;
    }
    unsigned low = 0;
    jsonlog_status status = parse_single(p, &low);
    unsigned high = low;
    bool is_range = peek(p, 0) == '-' && peek(p, 1) != ']' && peek(p, 1) != '\0';
    if (status == JSONLOG_OK && is_range) {
        p->at++;
        if (take_named_set(p, &named))
            return refuse(p, start);
        status = parse_single(p, &high);
    }
    if (status != JSONLOG_OK)
        return status;
    if (low > high)
        return refuse(p, start);
    add_range(set, low, high);
    return JSONLOG_OK;
}

static jsonlog_status parse_class(parser *p, jl_regex_set *set) {
    size_t start = p->at++;
    bool is_negated = take(p, '^');
    *set = (jl_regex_set){{0}, false};
    do {
        if (peek(p, 0) == '\0')
            return refuse(p, start);
        jsonlog_status status = parse_member(p, set);
        if (status != JSONLOG_OK)
            return status;
    } while (!take(p, ']'));
    if (is_negated)
        invert(set);
    return JSONLOG_OK;
}

/* ---- quantifiers ---- */

static uint64_t parse_number(parser *p) {
    uint64_t number = 0;
    for (; is_digit(peek(p, 0)); p->at++) {
        number = number * 10 + (uint64_t)(peek(p, 0) - '0');
        if (number > JL_REGEX_COUNT_MAX)
            number = JL_REGEX_COUNT_MAX;
    }
    return number;
}

/* `{m}`, `{m,}`, `{,n}` (the guide lets either be omitted) or `{m,n}`. */
static jsonlog_status parse_count(parser *p, jl_regex_item *item) {
    size_t start = p->at++;
    bool has_min = is_digit(peek(p, 0));
    item->min = parse_number(p);
    item->max = item->min;
    bool has_max = has_min;
    if (take(p, ',')) {
        has_max = is_digit(peek(p, 0));
        item->max = has_max ? parse_number(p) : JL_REGEX_UNBOUNDED;
    }
    if (!take(p, '}') || (!has_min && !has_max) || item->min > item->max)
        return refuse(p, start);
    return JSONLOG_OK;
}

static bool is_at_quantifier(const parser *p) {
    char c = peek(p, 0);
    return c != '\0' && strchr("*+?{", c) != NULL;
}

/* A lazy repeat finds another match than a greedy one, but finds one exactly when that does. */
static jsonlog_status parse_quantifier(parser *p, jl_regex_item *item) {
    if (!is_at_quantifier(p))
        return JSONLOG_OK;
    char c = peek(p, 0);
    if (c == '{') {
        jsonlog_status status = parse_count(p, item);
        if (status != JSONLOG_OK)
            return status;
    } else {
        p->at++;
        item->min = c == '+' ? 1 : 0;
        item->max = c == '?' ? 1 : JL_REGEX_UNBOUNDED;
    }
    /* A second quantifier, the plus of a possessive one too, finds nothing to repeat. */
    (void)take(p, '?');
    return JSONLOG_OK;
}

/* ---- items ---- */

static jsonlog_status parse_escape(parser *p, jl_regex_set *set) {
    if (take_named_set(p, set))
        return JSONLOG_OK;
    p->at++;
    unsigned value = 0;
    jsonlog_status status = parse_single_escape(p, &value);
    if (status == JSONLOG_OK)
        *set = set_of(value);
    return status;
}

static jsonlog_status parse_set(parser *p, jl_regex_set *set) {
    char c = peek(p, 0);
    if (c == '[')
        return parse_class(p, set);
    if (c == '\\')
        return parse_escape(p, set);
    p->at++;
    *set = set_of(c == '.' ? '\n' : (unsigned char)c);
    if (c == '.')
        invert(set);
    return JSONLOG_OK;
}

static jsonlog_status parse_item(parser *p, jl_regex_item *item) {
    *item = (jl_regex_item){.kind = JL_REGEX_CHARACTER, .min = 1, .max = 1, .offset = p->at};
    if (is_at_quantifier(p))
        return refuse(p, p->at);
    if (take(p, '|')) {
        item->kind = JL_REGEX_OR;
        return JSONLOG_OK;
    }
    jsonlog_status status = JSONLOG_OK;
    if (take(p, '^'))
        item->kind = JL_REGEX_START;
    else if (take(p, '$'))
        item->kind = JL_REGEX_END;
    else
        status = parse_set(p, &item->set);
    return status == JSONLOG_OK ? parse_quantifier(p, item) : status;
}

jsonlog_status jl_regex_parse(jl_text pattern, size_t from, size_t to, jl_regex_item *items,
                              size_t *count, jsonlog_err *err) {
    parser p = {.text = {pattern.ptr, to}, .at = from, .err = err};
    size_t parsed = 0;
    while (p.at < to) {
        jsonlog_status status = parse_item(&p, &items[parsed]);
        if (status != JSONLOG_OK)
            return status;
        parsed++;
    }
    *count = parsed;
    return JSONLOG_OK;
}
