/* Keys of AWS: ids of 20 and secrets of 40 characters. */
#include "redact/detector.h"

#define KEY_LEN    20
#define SECRET_LEN 40

/* In a random secret about every second letter or digit is of another kind than the one before; in
 * a path or a name few are. */
#define CHANGES_LEAST 12

/* Enough of one at the end of a cut text. */
#define REST_LEAST 8

static bool is_key_char(char c) {
    return jl_is_upper(c) || jl_is_digit(c);
}

static bool is_secret_char(char c) {
    return jl_is_alnum(c) || c == '/' || c == '+';
}

/* The ids of IAM, "Understanding unique ID prefixes". */
static bool has_key_prefix(jl_text key) {
    static const char prefixes[][5] = {"AKIA", "ASIA", "AGPA", "AIDA", "AROA",
                                       "AIPA", "ANPA", "ANVA", "ABIA", "ACCA"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (memcmp(key.ptr, prefixes[i], 4) == 0)
            return true;
    }
    return false;
}

static bool is_key(const jl_subject *subject, jl_span run) {
    const jl_text text = subject->text;
    const jl_text key = {text.ptr + run.from, run.to - run.from};
    const bool is_rest = subject->is_cut && run.to == text.len && key.len >= REST_LEAST;
    const bool is_whole =
        key.len == KEY_LEN && (run.to == text.len || !jl_is_lower(text.ptr[run.to]));
    const bool is_start = run.from == 0 || !jl_is_lower(text.ptr[run.from - 1]);
    return (is_whole || (is_rest && key.len < KEY_LEN)) && is_start && has_key_prefix(key);
}

/* Digests in hexadecimal have 40 characters as well. */
static bool is_random(jl_text text, size_t changes_least) {
    size_t changes = 0;
    unsigned kinds = 0;
    unsigned last = 0;
    bool is_hex = true;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        is_hex = is_hex && jl_is_hex_digit(c);
        if (!jl_is_alnum(c))
            continue;
        const unsigned kind = jl_is_digit(c) ? 1 : jl_is_upper(c) ? 2 : 4;
        changes += last != 0 && kind != last ? 1u : 0u;
        kinds |= kind;
        last = kind;
    }
    const bool is_mixed = (kinds & 6) == 6 && (text.len < SECRET_LEN || (kinds & 1) != 0);
    return is_mixed && !is_hex && changes >= changes_least;
}

static bool is_secret(const jl_subject *subject, jl_span run) {
    const jl_text text = {subject->text.ptr + run.from, run.to - run.from};
    if (text.len == SECRET_LEN)
        return is_random(text, CHANGES_LEAST);
    const bool is_rest = subject->is_cut && run.to == subject->text.len;
    return is_rest && text.len >= REST_LEAST && text.len < SECRET_LEN && is_random(text, 3);
}

/* A run of `len` characters of a class covers every len-th byte; where that is of no such class the
 * text is passed in steps. */
static bool find_run(const jl_subject *subject, size_t from, size_t len, bool (*is_of_class)(char),
                     bool (*is_one)(const jl_subject *, jl_span), jl_span *span) {
    const jl_text text = subject->text;
    const size_t step = subject->is_cut ? REST_LEAST : len;
    for (size_t at = from; at + step <= text.len;) {
        const size_t probe = at + step - 1;
        if (!is_of_class(text.ptr[probe])) {
            at = probe + 1;
            continue;
        }
        const size_t start = jl_run_start(text, probe, from, is_of_class);
        const jl_span run = {start, jl_run_end(text, probe, is_of_class)};
        if (is_one(subject, run)) {
            *span = run;
            return true;
        }
        at = run.to;
    }
    return false;
}

bool jl_detect_aws_key(const jl_subject *subject, size_t from, jl_span *span) {
    return find_run(subject, from, KEY_LEN, is_key_char, is_key, span);
}

bool jl_detect_aws_secret(const jl_subject *subject, size_t from, jl_span *span) {
    return find_run(subject, from, SECRET_LEN, is_secret_char, is_secret, span);
}
