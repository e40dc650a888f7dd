#ifndef JL_JSON_UNESCAPE_H
#define JL_JSON_UNESCAPE_H
/**
 * The meaning of a JSON string, read in place: one code point at a time, without a copy.
 *
 * An ill-formed byte is one U+FFFD. An escaped surrogate without its partner is handed out as the
 * surrogate it is (U+D800-U+DFFF), which no text of a pattern can contain, so it equals nothing.
 */
#include "json/scanner.h"

#include <stdint.h>

/** A literal to compare with: well-formed UTF-8 without escapes. */
typedef struct jl_literal {
    jl_text text;
    bool has_replacement; /**< contains U+FFFD, which an ill-formed byte of a string equals */
} jl_literal;

jl_literal jl_literal_of(jl_text text);

/** A place inside a checked JSON string. */
typedef struct jl_unescape {
    const char *at;
    const char *end;
} jl_unescape;

static inline jl_unescape jl_unescape_begin(jl_json_string string) {
    return (jl_unescape){string.ptr, string.ptr + string.len};
}

static inline bool jl_unescape_is_more(const jl_unescape *cursor) {
    return cursor->at < cursor->end;
}

/** @return the next code point; there must be one. */
uint32_t jl_unescape_next(jl_unescape *cursor);

/**
 * The next code point as bytes: UTF-8, or three bytes in UTF-8's manner for a lone surrogate, which
 * match no well-formed text. @return how many bytes were written, 1 to 4.
 */
size_t jl_unescape_next_bytes(jl_unescape *cursor, char out[4]);

static inline bool jl_is_surrogate(uint32_t code_point) {
    return code_point >= 0xD800 && code_point <= 0xDFFF;
}

/** @return true if the string means exactly this text. */
bool jl_json_string_equals(jl_json_string string, const jl_literal *literal);

/** @return true if two strings mean the same, however they are spelled. */
bool jl_json_string_same(jl_json_string a, jl_json_string b);

/** @return a hash of what the string means, the same for every spelling. */
uint32_t jl_json_string_hash(jl_json_string string, uint64_t seed);

#endif
