#ifndef JL_REDACT_DETECTOR_H
#define JL_REDACT_DETECTOR_H
/**
 * Built-in patterns: functions that find one kind of secret in a text.
 *
 * Each looks first for something rare that its secret must contain, so that ordinary text costs
 * little, and takes time linear in the length of the text over all calls with a growing `from`.
 * A text that was cut (jl_subject.is_cut) may end in the middle of a secret: what only begins like
 * one and reaches the end counts too.
 */
#include "base/text.h"

#include <stdint.h>

/** What is searched. */
typedef struct jl_subject {
    jl_text text;
    bool is_cut;
} jl_subject;

/** Bytes `from` to before `to`. */
typedef struct jl_span {
    size_t from;
    size_t to;
} jl_span;

/** Find the first secret that begins at `from` or later. */
typedef bool (*jl_detect_fn)(const jl_subject *subject, size_t from, jl_span *span);

typedef struct jl_detector {
    const char *name;
    size_t least; /**< the shortest secret with what stands around it */
    jl_detect_fn find;
} jl_detector;

/** @return detector `index`, NULL behind the last. */
const jl_detector *jl_detector_at(size_t index);

/* detect_card.c */
bool jl_detect_card(const jl_subject *subject, size_t from, jl_span *span);
/** @return true if the digits alone are a card number. */
bool jl_is_card(jl_text digits);
/* detect_token.c */
bool jl_detect_bearer(const jl_subject *subject, size_t from, jl_span *span);
bool jl_detect_jwt(const jl_subject *subject, size_t from, jl_span *span);
/* detect_aws.c */
bool jl_detect_aws_key(const jl_subject *subject, size_t from, jl_span *span);
bool jl_detect_aws_secret(const jl_subject *subject, size_t from, jl_span *span);
/* detect_address.c */
bool jl_detect_url_password(const jl_subject *subject, size_t from, jl_span *span);
bool jl_detect_email(const jl_subject *subject, size_t from, jl_span *span);

/* ---- classes of bytes ---- */

static inline bool jl_is_digit(char c) {
    return c >= '0' && c <= '9';
}

static inline bool jl_is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static inline bool jl_is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

static inline bool jl_is_alnum(char c) {
    return jl_is_digit(c) || jl_is_upper(c) || jl_is_lower(c);
}

static inline bool jl_is_hex_digit(char c) {
    return jl_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/** From `at` on, how far the bytes are of a class. */
static inline size_t jl_run_end(jl_text text, size_t at, bool (*is_of_class)(char)) {
    while (at < text.len && is_of_class(text.ptr[at]))
        at++;
    return at;
}

/** From `at` back to `floor`, where the bytes of a class begin. */
static inline size_t jl_run_start(jl_text text, size_t at, size_t floor,
                                  bool (*is_of_class)(char)) {
    while (at > floor && is_of_class(text.ptr[at - 1]))
        at--;
    return at;
}

#endif
