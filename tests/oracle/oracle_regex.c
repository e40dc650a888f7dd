/**
 * Regular expressions of filter patterns: checked against CloudWatch's dialect here, then spelled
 * anew for PCRE2, which does the searching.
 *
 *     regex  = branch { "|" branch } ;
 *     branch = { piece } ;
 *     piece  = atom [ quantifier [ "?" ] ] ;
 *     atom   = "^" | "$" | "." | class | escape | any other legal character ;
 *
 * A lone surrogate of an event is matched by nothing that can be written, not even `.` or `[^a]`.
 * It is given to PCRE2 as the last code point, which everything negated is made to leave out.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "oracle.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Our own limit on the expression after expansion; AWS names none. */
#define MOST_POSITIONS 2048
/* Backtracking steps before another way is tried. */
#define MOST_STEPS 200000

/* The one code point that nothing matches, one that only what is negated matches. */
#define UNMATCHABLE   0x10FFFF
#define ANY_CHARACTER 0x10FFFD
#define SURROGATE_AS  (ORACLE_SURROGATE_IS_CHARACTER ? ANY_CHARACTER : UNMATCHABLE)

#define NOT_DIGIT  "\\x{0}-\\x{2F}\\x{3A}-\\x{10FFFE}"
#define NOT_SPACE  "\\x{0}-\\x{8}\\x{E}-\\x{1F}\\x{21}-\\x{10FFFE}"
#define NOT_WORD   "\\x{0}-\\x{2F}\\x{3A}-\\x{40}\\x{5B}-\\x{5E}\\x{60}\\x{7B}-\\x{10FFFE}"
#define IS_SPACE   "\\x{9}-\\x{D}\\x{20}"
#define NOT_LINE   "[\\x{0}-\\x{9}\\x{B}-\\x{10FFFE}]"
#define PUNCTUATED ":_#=@/;,-^$?[]{}|\\*+. "

struct oracle_regex {
    pcre2_code *code;
    pcre2_match_data *groups;
};

typedef struct translator {
    const uint32_t *at;
    size_t len;
    size_t pos;
    char *out;
    size_t out_len;
    size_t positions;
} translator;

static void put(translator *t, const char *text) {
    size_t len = strlen(text);
    t->out = oracle_grow(t->out, t->out_len + len + 1);
    memcpy(t->out + t->out_len, text, len + 1);
    t->out_len += len;
}

static void put_code(translator *t, uint32_t c) {
    char code[16];
    snprintf(code, sizeof code, "\\x{%X}", (unsigned)c);
    put(t, code);
}

static uint32_t peek(const translator *t) {
    return t->pos < t->len ? t->at[t->pos] : 0;
}

static bool take(translator *t, uint32_t c) {
    if (peek(t) != c)
        return false;
    t->pos++;
    return true;
}

static bool is_alphanumeric(uint32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_legal(uint32_t c) {
    return is_alphanumeric(c) || (c != 0 && c < 0x80 && strchr(PUNCTUATED, (int)c));
}

static int hex_digit(uint32_t c) {
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *found = c != 0 && c < 0x80 ? strchr(digits, (int)c) : NULL;
    if (!found)
        return -1;
    long value = found - digits;
    return (int)(value > 15 ? value - 6 : value);
}

/** The inside of a class that stands for `\d` and its kin; NULL if the letter names none. */
static const char *named_set(uint32_t letter) {
    switch (letter) {
    case 'd': return "0-9";
    case 'D': return NOT_DIGIT;
    case 's': return IS_SPACE;
    case 'S': return NOT_SPACE;
    case 'w': return "0-9A-Za-z_";
    case 'W': return NOT_WORD;
    default: return NULL;
    }
}

/** The character after a backslash, where it names one. */
static bool take_escaped_character(translator *t, uint32_t *out) {
    uint32_t c = peek(t);
    if (t->pos >= t->len || !is_legal(c))
        return false;
    t->pos++;
    *out = c == 't' ? '\t' : c == 'n' ? '\n' : c;
    if (!is_alphanumeric(c) || c == 't' || c == 'n')
        return true;
    if (c != 'x' || t->pos + 2 > t->len)
        return false;
    int high = hex_digit(t->at[t->pos]), low = hex_digit(t->at[t->pos + 1]);
    t->pos += 2;
    *out = (uint32_t)(high * 16 + low);
    return high >= 0 && low >= 0 && *out <= ORACLE_LAST_HEX_ESCAPE;
}

/** One member of a class: a set, or a character with a range perhaps begun by it. */
static bool take_class_member(translator *t) {
    uint32_t first = 0, last = 0;
    if (take(t, '\\')) {
        const char *set = named_set(peek(t));
        if (set) {
            t->pos++;
            put(t, set);
            return true;
        }
        if (!take_escaped_character(t, &first))
            return false;
    } else {
        first = t->at[t->pos++];
    }
    put_code(t, first);
    bool is_range = peek(t) == '-' && t->pos + 1 < t->len && t->at[t->pos + 1] != ']';
    if (!is_range)
        return true;
    t->pos++;
    last = t->at[t->pos++];
    if (last == '\\' && (named_set(peek(t)) || !take_escaped_character(t, &last)))
        return false;
    put(t, "-");
    put_code(t, last);
    return first <= last;
}

/**
 * `[:alpha:]`, `[=a=]` or `[.a.]` at the cursor: of another dialect, and not guessed at here. Only
 * what could be a name between its marks; the specification does not speak of these.
 */
static bool is_posix_class(const translator *t) {
    if (peek(t) != '[' || t->pos + 2 >= t->len)
        return false;
    uint32_t mark = t->at[t->pos + 1];
    if (mark != ':' && mark != '=' && mark != '.')
        return false;
    size_t at = t->pos + 2;
    at += t->at[at] == '^';
    while (at < t->len && is_alphanumeric(t->at[at]))
        at++;
    return at + 1 < t->len && t->at[at] == mark && t->at[at + 1] == ']';
}

static bool take_class(translator *t) {
    put(t, "[");
    if (take(t, '^')) {
        put(t, "^");
        put_code(t, UNMATCHABLE);
    }
    do { /* a bracket that comes first closes nothing */
        if (t->pos == t->len || is_posix_class(t) || !take_class_member(t))
            return false;
    } while (peek(t) != ']');
    put(t, "]");
    return take(t, ']');
}

static bool take_escape(translator *t) {
    const char *set = named_set(peek(t));
    uint32_t c = 0;
    if (set) {
        t->pos++;
        put(t, "[");
        put(t, set);
        put(t, "]");
        return true;
    }
    if (!take_escaped_character(t, &c))
        return false;
    put_code(t, c);
    return true;
}

/** A number of the repeat count; absent is SIZE_MAX, silly ones are cut to a silly maximum. */
static size_t take_count(translator *t) {
    const size_t silly = SIZE_MAX / 20;
    size_t start = t->pos, value = 0;
    while (peek(t) >= '0' && peek(t) <= '9') {
        value = value * 10 + (t->at[t->pos++] - '0');
        value = value > silly ? silly : value;
    }
    return t->pos == start ? SIZE_MAX : value;
}

/** An anchor holds as often as once if at all, so that any count of it is one or none. */
static size_t at_most_once(size_t count) {
    return count > 1 ? 1 : count;
}

/** `{m}`, `{m,}`, `{,n}` or `{m,n}` after its brace; *most is SIZE_MAX for no end. */
static bool take_braces(translator *t, size_t *least, size_t *most) {
    *least = take_count(t);
    *most = *least;
    if (*least != SIZE_MAX && take(t, '}'))
        return true;
    if (!take(t, ','))
        return false;
    *most = take_count(t);
    if (!take(t, '}') || (*least == SIZE_MAX && *most == SIZE_MAX))
        return false;
    *least = *least == SIZE_MAX ? 0 : *least;
    return *least <= *most;
}

/** The braces, spelled for PCRE2. */
static bool take_repetition(translator *t, bool is_anchor, size_t *copies) {
    char spelled[64];
    size_t least = 0, most = 0;
    if (!take_braces(t, &least, &most))
        return false;
    if (is_anchor) {
        least = at_most_once(least);
        most = most == SIZE_MAX ? most : at_most_once(most);
    }
    *copies = most != SIZE_MAX ? most : least > 0 ? least : 1; /* the last one loops */
    if (*copies > MOST_POSITIONS)
        return false;
    if (most == SIZE_MAX)
        snprintf(spelled, sizeof spelled, "{%zu,}", least);
    else
        snprintf(spelled, sizeof spelled, "{%zu,%zu}", least, most);
    put(t, spelled);
    return true;
}

static bool is_quantifier(uint32_t c) {
    return c == '*' || c == '+' || c == '?' || c == '{';
}

static bool take_quantifier(translator *t, bool is_anchor) {
    size_t copies = 1;
    if (take(t, '{')) {
        if (!take_repetition(t, is_anchor, &copies))
            return false;
    } else if (is_quantifier(peek(t))) {
        char spelled[2] = {(char)t->at[t->pos++], '\0'};
        put(t, spelled);
    } else {
        t->positions += !is_anchor;
        return true;
    }
    t->positions += is_anchor ? 0 : copies;
    if (take(t, '?')) /* lazy: the verdict of a search is the same */
        put(t, "?");
    return !is_quantifier(peek(t)); /* possessive, or nothing to repeat */
}

static bool take_piece(translator *t) {
    uint32_t c = t->at[t->pos++];
    bool is_atom = true;
    switch (c) {
    case '|': put(t, "|"); return !is_quantifier(peek(t)); /* there is nothing to repeat */
    case '^': put(t, "(?:^)"); break;                      /* an anchor may be repeated, idly */
    case '$': put(t, "(?:$)"); break;
    case '.': put(t, NOT_LINE); break;
    case '[': is_atom = take_class(t); break;
    case '\\': is_atom = take_escape(t); break;
    case '*':
    case '+':
    case '?':
    case '{': return false;
    default: put_code(t, c); break;
    }
    return is_atom && take_quantifier(t, c == '^' || c == '$');
}

static bool translate(translator *t) {
    for (size_t i = 0; i < t->len; i++)
        if (!is_legal(t->at[i]))
            return false;
    put(t, "");
    while (t->pos < t->len)
        if (!take_piece(t))
            return false;
    return t->len > 0 && t->positions <= MOST_POSITIONS;
}

oracle_regex *oracle_regex_parse(const uint32_t *at, size_t len) {
    translator t = {at, len, 0, NULL, 0, 0};
    if (!translate(&t)) {
        free(t.out);
        return NULL;
    }
    int error = 0;
    PCRE2_SIZE offset = 0;
    oracle_regex *regex = oracle_alloc(sizeof *regex);
    regex->code = pcre2_compile((PCRE2_SPTR)t.out, t.out_len, PCRE2_UTF | PCRE2_DOLLAR_ENDONLY,
                                &error, &offset, NULL);
    if (!regex->code) {
        fprintf(stderr, "PCRE2 refuses what the oracle spelled for it: %s\n", t.out);
        abort();
    }
    regex->groups = pcre2_match_data_create_from_pattern(regex->code, NULL);
    free(t.out);
    return regex;
}

void oracle_regex_free(oracle_regex *regex) {
    if (!regex)
        return;
    pcre2_match_data_free(regex->groups);
    pcre2_code_free(regex->code);
    free(regex);
}

/** Breadth first: slow, but never more than the square of the subject. */
static int search_without_backtracking(const oracle_regex *regex, const char *bytes, size_t len) {
    size_t count = 1000;
    int found = PCRE2_ERROR_DFA_WSSIZE;
    for (; found == PCRE2_ERROR_DFA_WSSIZE; count *= 4) {
        int *space = oracle_alloc(count * sizeof *space);
        found = pcre2_dfa_match(regex->code, (PCRE2_SPTR)bytes, len, 0, 0, regex->groups, NULL,
                                space, count);
        free(space);
    }
    return found;
}

bool oracle_regex_search(const oracle_regex *regex, oracle_text subject) {
    size_t len = 0;
    char *bytes = oracle_text_to_utf8(subject, SURROGATE_AS, &len);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(limits, MOST_STEPS);
    int found = pcre2_match(regex->code, (PCRE2_SPTR)bytes, len, 0, 0, regex->groups, limits);
    if (found < 0 && found != PCRE2_ERROR_NOMATCH)
        found = search_without_backtracking(regex, bytes, len);
    pcre2_match_context_free(limits);
    free(bytes);
    if (found < 0 && found != PCRE2_ERROR_NOMATCH) {
        fprintf(stderr, "PCRE2 could not decide, error %d\n", found);
        abort();
    }
    return found >= 0; /* 0: the groups did not fit, which is no matter */
}
