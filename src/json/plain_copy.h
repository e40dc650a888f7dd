#ifndef JL_JSON_PLAIN_COPY_H
#define JL_JSON_PLAIN_COPY_H
/**
 * Copying a text as far as nothing in it needs an escape: looking and copying in one pass over the
 * text, which most texts of a record are done with.
 *
 * What stops the copy is what stops jl_scan_plain_ascii(). Never a byte beyond either end is read
 * or written: the last bytes are taken once more together with those before them, not one by one.
 */
#include "json/escape_scan.h"

/** One to three bytes. */
static inline size_t jl_copy_plain_few(char *out, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (!jl_is_plain_ascii((unsigned char)text[i]))
            return i;
        out[i] = text[i];
    }
    return len;
}

/** Four to seven bytes. */
static inline size_t jl_copy_plain_halves(char *out, const char *text, size_t len) {
    uint32_t first, last;
    memcpy(&first, text, 4);
    memcpy(&last, text + len - 4, 4);
    memcpy(out, &first, 4);
    memcpy(out + len - 4, &last, 4);
    char both[8];
    memcpy(both, &first, 4);
    memcpy(both + 4, &last, 4);
    const uint64_t special = jl_find_special(jl_load_word(both));
    if (JSONLOG_LIKELY(special == 0))
        return len;
    const size_t at = (size_t)__builtin_ctzll(special) / 8;
    return at < 4 ? at : len - 8 + at;
}

/** Eight to fifteen bytes. */
static inline size_t jl_copy_plain_words(char *out, const char *text, size_t len) {
    const uint64_t first = jl_find_special(jl_load_word(text));
    const uint64_t last = jl_find_special(jl_load_word(text + len - 8));
    memcpy(out, text, 8);
    memcpy(out + len - 8, text + len - 8, 8);
    if (JSONLOG_LIKELY((first | last) == 0))
        return len;
    if (first != 0)
        return (size_t)__builtin_ctzll(first) / 8;
    return len - 8 + (size_t)__builtin_ctzll(last) / 8;
}

static inline size_t jl_copy_plain_short(char *out, const char *text, size_t len) {
    if (len >= 8)
        return jl_copy_plain_words(out, text, len);
    return len >= 4 ? jl_copy_plain_halves(out, text, len) : jl_copy_plain_few(out, text, len);
}

/** The portable form. */
static inline size_t jl_copy_plain_portably(char *out, const char *text, size_t len) {
    if (len < 16)
        return jl_copy_plain_short(out, text, len);
    size_t at = 0;
    for (; len - at >= 8; at += 8) {
        const uint64_t special = jl_find_special(jl_load_word(text + at));
        memcpy(out + at, text + at, 8);
        if (special != 0)
            return at + (size_t)__builtin_ctzll(special) / 8;
    }
    if (at == len)
        return len;
    const uint64_t special = jl_find_special(jl_load_word(text + len - 8));
    memcpy(out + len - 8, text + len - 8, 8);
    return special == 0 ? len : len - 8 + (size_t)__builtin_ctzll(special) / 8;
}

#ifdef __SSE2__
/** @return a bit for each byte that is not plain. */
static inline unsigned jl_copy_block(char *out, const char *text) {
    const __m128i block = _mm_loadu_si128((const __m128i *)(const void *)text);
    _mm_storeu_si128((__m128i *)(void *)out, block);
    const __m128i low = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
    const __m128i del = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7F));
    const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    return (unsigned)_mm_movemask_epi8(
        _mm_or_si128(_mm_or_si128(low, del), _mm_or_si128(quote, backslash)));
}

static inline size_t jl_copy_plain_blocks(char *out, const char *text, size_t len) {
    if (len < 16)
        return jl_copy_plain_short(out, text, len);
    size_t at = 0;
    for (; len - at >= 16; at += 16) {
        const unsigned special = jl_copy_block(out + at, text + at);
        if (JSONLOG_UNLIKELY(special != 0))
            return at + (size_t)__builtin_ctz(special);
    }
    if (at == len)
        return len;
    const unsigned special = jl_copy_block(out + len - 16, text + len - 16);
    return JSONLOG_LIKELY(special == 0) ? len : len - 16 + (size_t)__builtin_ctz(special);
}
#endif

/**
 * Copy a text up to the first byte that is not plain.
 *
 * @param out  room for `len` bytes; what is behind the returned length is undefined.
 * @return how many bytes are plain.
 */
static inline size_t jl_copy_plain(char *out, const char *text, size_t len) {
#ifdef __SSE2__
    return jl_copy_plain_blocks(out, text, len);
#else
    return jl_copy_plain_portably(out, text, len);
#endif
}

/** Copy bytes that are known to be fit; short ones without a call. */
static inline char *jl_copy_bytes_fast(char *out, const char *bytes, size_t len) {
    if (len > 64) {
        memcpy(out, bytes, len);
    } else if (len > 32) {
        memcpy(out, bytes, 32);
        memcpy(out + len - 32, bytes + len - 32, 32);
    } else if (len >= 16) {
        memcpy(out, bytes, 16);
        memcpy(out + len - 16, bytes + len - 16, 16);
    } else if (len >= 8) {
        memcpy(out, bytes, 8);
        memcpy(out + len - 8, bytes + len - 8, 8);
    } else if (len >= 4) {
        memcpy(out, bytes, 4);
        memcpy(out + len - 4, bytes + len - 4, 4);
    } else {
        for (size_t i = 0; i < len; i++)
            out[i] = bytes[i];
    }
    return out + len;
}

#endif
