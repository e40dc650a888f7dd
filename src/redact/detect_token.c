/* Credentials of HTTP's Authorization header, and JSON web tokens. */
#include "redact/detector.h"

/* Shorter words behind "bearer" are prose. */
#define TOKEN_LEAST 8
/* Longer ones are tokens even if they are all letters. */
#define WORD_MOST   20
#define BASIC_LEAST 8
/* Between the dots of a JSON web token, "eyJ" included. */
#define JWT_PART_LEAST 8
#define JWT_REST_LEAST 5

/* RFC 6750 section 2.1 (b64token). */
static bool is_token(char c) {
    return jl_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '+' || c == '/' ||
           c == '=';
}

static bool is_base64url(char c) {
    return jl_is_alnum(c) || c == '-' || c == '_';
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* ---- the scheme ---- */

typedef enum scheme { NO_SCHEME, BEARER, BASIC } scheme;

static bool starts_with_folded(jl_text text, size_t at, jl_text word) {
    if (text.len - at < word.len)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if ((text.ptr[at + i] | 0x20) != word.ptr[i])
            return false;
    }
    return true;
}

static scheme scheme_at(jl_text text, size_t at) {
    if (at > 0 && jl_is_alnum(text.ptr[at - 1]))
        return NO_SCHEME;
    if (starts_with_folded(text, at, JL_TEXT("bearer")))
        return BEARER;
    return starts_with_folded(text, at, JL_TEXT("basic")) ? BASIC : NO_SCHEME;
}

/* The places of the letter both schemes begin with, which is rare. Each case is looked for on its
 * own, and not again before it is passed. */
typedef struct initials {
    jl_text text;
    size_t lower;
    size_t upper;
} initials;

static size_t next_of(jl_text text, size_t from, char c) {
    const char *found = from < text.len ? memchr(text.ptr + from, c, text.len - from) : NULL;
    return found == NULL ? SIZE_MAX : (size_t)(found - text.ptr);
}

static initials initials_from(jl_text text, size_t from) {
    return (initials){text, next_of(text, from, 'b'), next_of(text, from, 'B')};
}

/* @return SIZE_MAX at the end. */
static size_t take_initial(initials *all) {
    const size_t at = all->lower < all->upper ? all->lower : all->upper;
    if (at == SIZE_MAX)
        return SIZE_MAX;
    if (at == all->lower)
        all->lower = next_of(all->text, at + 1, 'b');
    else
        all->upper = next_of(all->text, at + 1, 'B');
    return at;
}

/* ---- what stands behind it ---- */

/* A word of prose has letters only, and a capital at its start at most. */
static bool is_prose(jl_text token) {
    for (size_t i = 0; i < token.len; i++) {
        const char c = token.ptr[i];
        const bool is_last = i + 1 == token.len;
        const bool is_part =
            jl_is_lower(c) || c == '-' || (jl_is_upper(c) && i == 0) || (c == '.' && is_last);
        if (!is_part)
            return false;
    }
    return token.len < WORD_MOST;
}

static int sextet(char c) {
    if (jl_is_upper(c))
        return c - 'A';
    if (jl_is_lower(c))
        return c - 'a' + 26;
    if (jl_is_digit(c))
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* RFC 7617: what is encoded has a colon between user and password. */
static bool has_encoded_colon(jl_text token) {
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < token.len && sextet(token.ptr[i]) >= 0; i++) {
        bits = bits << 6 | (uint32_t)sextet(token.ptr[i]);
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        if ((bits >> count & 0xFF) == ':')
            return true;
    }
    return false;
}

static bool is_credential(scheme of, jl_text token) {
    if (of == BEARER)
        return token.len >= TOKEN_LEAST && !is_prose(token);
    return token.len >= BASIC_LEAST && has_encoded_colon(token);
}

bool jl_detect_bearer(const jl_subject *subject, size_t from, jl_span *span) {
    const jl_text text = subject->text;
    initials all = initials_from(text, from);
    for (size_t at = take_initial(&all); at != SIZE_MAX; at = take_initial(&all)) {
        const scheme of = scheme_at(text, at);
        if (of == NO_SCHEME)
            continue;
        const size_t word_end = at + (of == BEARER ? 6 : 5);
        const size_t start = jl_run_end(text, word_end, is_blank);
        const size_t end = jl_run_end(text, start, is_token);
        if (start == word_end || end == start)
            continue;
        const bool is_rest = subject->is_cut && end == text.len;
        if (is_rest || is_credential(of, (jl_text){text.ptr + start, end - start})) {
            *span = (jl_span){start, end};
            return true;
        }
    }
    return false;
}

/* ---- JSON web tokens ---- */

/* How far `header.payload[.signature…]` goes from `at`; 0 if it is none. */
static size_t jwt_end(const jl_subject *subject, size_t at) {
    const jl_text text = subject->text;
    size_t end = jl_run_end(text, at, is_base64url);
    if (subject->is_cut && end == text.len && end - at >= JWT_REST_LEAST)
        return end;
    if (end - at < JWT_PART_LEAST)
        return 0;
    size_t parts = 1;
    while (end + 1 < text.len && text.ptr[end] == '.' && is_base64url(text.ptr[end + 1])) {
        end = jl_run_end(text, end + 1, is_base64url);
        parts++;
    }
    /* The encrypted kind may have an empty part: `header..iv.text.tag`. */
    if (parts == 1 && end + 2 < text.len && text.ptr[end] == '.' && text.ptr[end + 1] == '.' &&
        is_base64url(text.ptr[end + 2])) {
        end++;
        while (end + 1 < text.len && text.ptr[end] == '.' && is_base64url(text.ptr[end + 1]))
            end = jl_run_end(text, end + 1, is_base64url);
        return end;
    }
    if (subject->is_cut && end + 1 >= text.len)
        return text.len;
    return parts > 1 ? end : 0;
}

/* Base64 of `{"`, which every header begins with. */
bool jl_detect_jwt(const jl_subject *subject, size_t from, jl_span *span) {
    const jl_text text = subject->text;
    size_t letter = next_of(text, from, 'J');
    for (; letter != SIZE_MAX; letter = next_of(text, letter + 1, 'J')) {
        if (letter < from + 2 || memcmp(text.ptr + letter - 2, "ey", 2) != 0)
            continue;
        const size_t at = letter - 2;
        const bool is_start = at == 0 || !is_base64url(text.ptr[at - 1]);
        const size_t end = is_start ? jwt_end(subject, at) : 0;
        if (end != 0) {
            *span = (jl_span){at, end};
            return true;
        }
    }
    return false;
}
