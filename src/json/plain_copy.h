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
#include "json/text_steps.h"

#include <jsonlog/macros.h>

/** One to three bytes. */
static inline size_t jl_copy_plain_few(char *out, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (!jl_is_plain_ascii((unsigned char)text[i]))
            return i;
        out[i] = text[i];
    }
    return len;
}

#ifdef __SSE2__
/** @return a bit for each byte that is not plain. */
static inline unsigned jl_special_bits(__m128i block) {
    const __m128i low = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
    const __m128i del = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7F));
    const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    return (unsigned)_mm_movemask_epi8(
        _mm_or_si128(_mm_or_si128(low, del), _mm_or_si128(quote, backslash)));
}
#endif

/** @return which of eight bytes is the first that is not plain; 8: none. */
static inline size_t jl_find_unplain(uint64_t word) {
#ifdef __SSE2__
    /* The upper half is zero, and so not plain. */
    return (size_t)__builtin_ctz(jl_special_bits(_mm_cvtsi64_si128((long long)word)));
#else
    const uint64_t special = jl_find_special(word);
    return special == 0 ? 8 : (size_t)__builtin_ctzll(special) / 8;
#endif
}

/** The same of sixteen. */
static inline size_t jl_find_unplain_of_two(uint64_t first, uint64_t second) {
#ifdef __SSE2__
    const __m128i both = _mm_set_epi64x((long long)second, (long long)first);
    return (size_t)__builtin_ctz(jl_special_bits(both) | 1u << 16);
#else
    const size_t at = jl_find_unplain(first);
    return at < 8 ? at : 8 + jl_find_unplain(second);
#endif
}

/** Four to seven bytes. */
static inline size_t jl_copy_plain_halves(char *out, const char *text, size_t len) {
    char both[8];
    memcpy(both, text, 4);
    memcpy(both + 4, text + len - 4, 4);
    memcpy(out, both, 4);
    memcpy(out + len - 4, both + 4, 4);
    const size_t at = jl_find_unplain(jl_load_word(both));
    return at < 4 ? at : len - 8 + at;
}

/** Eight to fifteen bytes. */
static inline size_t jl_copy_plain_words(char *out, const char *text, size_t len) {
    const size_t at = jl_find_unplain_of_two(jl_load_word(text), jl_load_word(text + len - 8));
    memcpy(out, text, 8);
    memcpy(out + len - 8, text + len - 8, 8);
    return at < 8 ? at : len - 16 + at;
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
    return jl_special_bits(block);
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

/** Without asking what the processor has. */
static inline size_t jl_copy_plain_base(char *out, const char *text, size_t len) {
#ifdef __SSE2__
    return jl_copy_plain_blocks(out, text, len);
#else
    return jl_copy_plain_portably(out, text, len);
#endif
}

/**
 * Copy a text up to the first byte that is not plain.
 *
 * @param out  room for `len` bytes; what is behind the returned length is undefined.
 * @return how many bytes are plain.
 */
static inline size_t jl_copy_plain(char *out, const char *text, size_t len) {
    if (JSONLOG_UNLIKELY(len >= JL_TEXT_STEPS_MIN))
        return jl_is_plain_ascii((unsigned char)*text) ? jl_text_steps_copy(out, text, len) : 0;
    return jl_copy_plain_base(out, text, len);
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
