#ifndef JL_BASE_TEXT_H
#define JL_BASE_TEXT_H
/**
 * A view of bytes that somebody else owns. Not NUL-terminated; ptr may be NULL when len is 0.
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct jl_text {
    const char *ptr;
    size_t len;
} jl_text;

/** A view of a string literal, without its NUL. */
#define JL_TEXT(literal) ((jl_text){"" literal, sizeof(literal) - 1})

static inline jl_text jl_text_of(const char *string) {
    return (jl_text){string, string == NULL ? 0 : strlen(string)};
}

static inline bool jl_text_equal(jl_text a, jl_text b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool jl_text_starts_with(jl_text text, jl_text prefix) {
    return text.len >= prefix.len && (prefix.len == 0 || memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

#endif
