#ifndef JL_RECORD_KEYS_LITERAL_H
#define JL_RECORD_KEYS_LITERAL_H
/**
 * The literal of all keys of a call or object, as the macros make it: each key as `,"key":` and a
 * NUL.
 */
#include "base/text.h"
#include "base/utf8.h"

/** The bare key at `at`, which is moved behind its NUL. What is too short to hold a key gives "".
 */
static inline jl_text jl_keys_next(const char **at) {
    const size_t len = strlen(*at);
    const jl_text key = {len < 4 ? "" : *at + 2, len < 4 ? 0 : len - 4};
    *at += len + 1;
    return key;
}

/** Whether a key may stand in a line without escaping: valid UTF-8, no control character, quote or
 *  backslash. */
static inline bool jl_key_is_plain(jl_text key) {
    for (size_t i = 0; i < key.len; i++) {
        const unsigned char c = (unsigned char)key.ptr[i];
        if (c < 0x20 || c == '"' || c == '\\')
            return false;
    }
    return key.len == 0 || jl_utf8_valid_prefix(key) == key.len;
}

#endif
