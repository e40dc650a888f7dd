#ifndef JL_JSON_LINE_BITS_PROOF_H
#define JL_JSON_LINE_BITS_PROOF_H
/*
 * The check of the kernel for AVX-512 of lines as programs write them, eight blocks at a time: each
 * word of a vector stands for a block, so which token may follow which is asked of 512 bytes at
 * once. Lines without blanks between their tokens whose arrays hold no containers are proven to be
 * JSON; of others this does not tell, and the check by blocks decides.
 *
 * The words of a class of bytes are not made by comparisons, of which each would have to leave the
 * vectors, but by a transposition: from a byte of classes for each place to a word of places for
 * each class.
 */
#include "json/line_bits_check.h"

#include <immintrin.h>

#define PROOF                                                                                 \
    __attribute__((target("bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2," \
                          "gfni")))
#define PROOF_INLINE PROOF ALWAYS_INLINE

enum { LANES = 8, BRACKETS_MAX = 64 };

#define AND(a, b)     _mm512_and_si512(a, b)
#define OR(a, b)      _mm512_or_si512(a, b)
#define XOR(a, b)     _mm512_xor_si512(a, b)
#define WITHOUT(a, b) _mm512_andnot_si512(b, a)

/* --- classes --------------------------------------------------------------------------------- */

/* Which of eight classes an ASCII character belongs to, one bit for each. */
typedef struct classes {
    __m512i low, high; /* of the characters below 64, and above */
} classes;

/* Bytes beyond ASCII count as DEL. The bytes of each eight come in the other order, as the
 * transposition wants them. */
PROOF_INLINE __m512i classes_of(__m512i bytes, const classes *table) {
    const __m512i turned =
        _mm512_shuffle_epi8(bytes, _mm512_broadcast_i32x4(_mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15,
                                                                        14, 13, 12, 11, 10, 9, 8)));
    return _mm512_permutex2var_epi8(table->low, _mm512_min_epu8(turned, _mm512_set1_epi8(127)),
                                    table->high);
}

/* From a byte of eight bits for each of 64 places to a word of 64 places for each of eight bits:
 * eight times eight bits are transposed, and then the bytes that they are. */
PROOF_INLINE __m512i transposed(__m512i bits) {
    static const uint8_t columns[64] = {
        0,  8,  16, 24, 32, 40, 48, 56, 1,  9,  17, 25, 33, 41, 49, 57, 2,  10, 18, 26, 34, 42,
        50, 58, 3,  11, 19, 27, 35, 43, 51, 59, 4,  12, 20, 28, 36, 44, 52, 60, 5,  13, 21, 29,
        37, 45, 53, 61, 6,  14, 22, 30, 38, 46, 54, 62, 7,  15, 23, 31, 39, 47, 55, 63};
    const __m512i unit = _mm512_set1_epi64((int64_t)UINT64_C(0x8040201008040201));
    return _mm512_permutexvar_epi8(_mm512_loadu_si512(columns),
                                   _mm512_gf2p8affine_epi64_epi8(unit, bits, 0));
}

/* Words of eight blocks, in strings and outside; square only tells of brackets. */
typedef struct marks {
    __m512i digit, point, zero, comma, colon, square;
} marks;

/* Two blocks are transposed at once, so there are four bits for the classes of a byte, and those of
 * the second block are four bits higher. */
enum { DIGIT = 1, COMMA = 2, POINT = 4, SQUARE = 8, ZERO = DIGIT | POINT, COLON = COMMA | POINT };

#define CLASSES(shift)                                                                  \
    {                                                                                   \
        ['0'] = ZERO << (shift), ['1'] = DIGIT << (shift), ['2'] = DIGIT << (shift),    \
        ['3'] = DIGIT << (shift), ['4'] = DIGIT << (shift), ['5'] = DIGIT << (shift),   \
        ['6'] = DIGIT << (shift), ['7'] = DIGIT << (shift), ['8'] = DIGIT << (shift),   \
        ['9'] = DIGIT << (shift), [','] = COMMA << (shift), ['.'] = POINT << (shift),   \
        [':'] = COLON << (shift), ['['] = SQUARE << (shift), [']'] = SQUARE << (shift), \
    }

/* The last bytes of a line may be the last of the memory; blanks take the place of others. */
PROOF_INLINE __m512i load_part(const char *at, const char *end) {
    const ptrdiff_t left = end - at < JL_BITS_BYTES ? end - at : JL_BITS_BYTES;
    const uint64_t there = _bzhi_u64(UINT64_MAX, (unsigned)(left > 0 ? left : 0));
    return _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), there, at);
}

/* The words of two blocks: those of the first, and from the fifth on those of the second. */
PROOF_INLINE __m512i mark_two(__m512i *least, const char *at, const char *end) {
    static const uint8_t lower[128] = CLASSES(0);
    static const uint8_t higher[128] = CLASSES(4);
    const classes first = {_mm512_loadu_si512(lower), _mm512_loadu_si512(lower + 64)};
    const classes second = {_mm512_loadu_si512(higher), _mm512_loadu_si512(higher + 64)};
    const __m512i a = load_part(at, end);
    const __m512i b = load_part(at + JL_BITS_BYTES, end);
    *least = _mm512_min_epu8(*least, _mm512_min_epu8(a, b));
    return transposed(_mm512_or_si512(classes_of(a, &first), classes_of(b, &second)));
}

/* @param least  receives, for each place, the least byte that stands there in a block, too. */
PROOF_INLINE marks mark(__m512i *least, const char *at, const char *end) {
    const __m512i halves[2] = {_mm512_setr_epi64(0, 4, 8, 12, 1, 5, 9, 13),
                               _mm512_setr_epi64(2, 6, 10, 14, 3, 7, 11, 15)};
    const __m512i a = mark_two(least, at, end);
    const __m512i b = mark_two(least, at + 2 * JL_BITS_BYTES, end);
    const __m512i c = mark_two(least, at + 4 * JL_BITS_BYTES, end);
    const __m512i d = mark_two(least, at + 6 * JL_BITS_BYTES, end);
    const __m512i ab = _mm512_permutex2var_epi64(a, halves[0], b);
    const __m512i cd = _mm512_permutex2var_epi64(c, halves[0], d);
    const __m512i ab_more = _mm512_permutex2var_epi64(a, halves[1], b);
    const __m512i cd_more = _mm512_permutex2var_epi64(c, halves[1], d);
    const __m512i digit = _mm512_shuffle_i64x2(ab, cd, 0x44);
    const __m512i comma = _mm512_shuffle_i64x2(ab, cd, 0xEE);
    const __m512i point = _mm512_shuffle_i64x2(ab_more, cd_more, 0x44);
    return (marks){.digit = digit,
                   .point = WITHOUT(point, OR(digit, comma)),
                   .zero = AND(digit, point),
                   .comma = WITHOUT(comma, point),
                   .colon = AND(comma, point),
                   .square = _mm512_shuffle_i64x2(ab_more, cd_more, 0xEE)};
}

/* --- brackets -------------------------------------------------------------------------------- */

/* Those of a line in their order, one bit for each. */
typedef struct brackets {
    uint64_t open, square;
    unsigned count;
} brackets;

PROOF_INLINE bool add_brackets_of(brackets *all, const jl_line_bits *blocks, size_t first,
                                  __m512i square) {
    uint64_t squares[LANES];
    _mm512_storeu_si512(squares, square);
    const size_t end = blocks->count - first < LANES ? blocks->count : first + LANES;
    for (size_t n = first; n < end; n++) {
        const uint64_t both = blocks->open[n] | blocks->close[n];
        const unsigned count = (unsigned)__builtin_popcountll(both);
        if (all->count + count >= BRACKETS_MAX)
            return false;
        all->open |= _pext_u64(blocks->open[n], both) << all->count;
        all->square |= _pext_u64(squares[n - first], both) << all->count;
        all->count += count;
    }
    return true;
}

/* Are these brackets pairs, with a pair round all others and none in a pair of square ones? The
 * line begins with a curly one, so each is of the same kind as its other half. Pairs that hold none
 * are taken away until one is left. */
PROOF static bool prove_nesting(const brackets *all) {
    unsigned count = all->count;
    uint64_t open = all->open;
    if ((open & all->square) << 1 != (all->square & ~open))
        return false;
    while (count > 2) {
        const uint64_t pairs = open & ~(open >> 1) & _bzhi_u64(UINT64_MAX, count - 1);
        if (pairs == 0 || (pairs & 1) != 0)
            return false;
        open = _pext_u64(open, ~(pairs | pairs << 1));
        count -= 2 * (unsigned)__builtin_popcountll(pairs);
    }
    return count == 2 && open == 1;
}

/* --- tokens ---------------------------------------------------------------------------------- */

typedef struct proof {
    __m512i bad;   /* bytes */
    __m512i least; /* byte of all blocks, for each place in them */
    /* Of the eight blocks before: */
    __m512i comma, colon, open, key_end, other, name, point, zero;
    bool in_key, in_scalar, in_array;
} proof;

/* Behind these bytes. */
PROOF_INLINE __m512i next_of(__m512i bits, __m512i *before) {
    const __m512i carry = _mm512_alignr_epi64(bits, *before, LANES - 1);
    *before = bits;
    return _mm512_shldi_epi64(bits, carry, 1);
}

/* The runs of ones among these bits, of those that begin at `first` all bits taken away and one set
 * behind them: an addition of numbers of 512 bits. A word of ones hands a carry on. */
PROOF_INLINE __m512i pass_runs(__m512i runs, __m512i first, bool *carry) {
    const __m512i ones = _mm512_set1_epi64(-1);
    const __m512i sum = _mm512_add_epi64(runs, first);
    const unsigned over = (unsigned)_mm512_cmplt_epu64_mask(sum, first) << 1 | *carry;
    const unsigned full = _mm512_cmpeq_epi64_mask(sum, ones);
    const unsigned more = (over + full) ^ full;
    *carry = more >> LANES;
    return _mm512_mask_sub_epi64(sum, (__mmask8)more, sum, ones);
}

/* What the bytes of eight blocks are, outside strings but for two. */
typedef struct lanes {
    __m512i line, outside, string, start_of_string, comma, colon, open, close, square;
} lanes;

/* @return the first bytes of scalars that are no plain digits with a point: names, and numbers with
 * a sign. The rest of those and of the others must be digits. */
PROOF_INLINE __m512i prove_scalars(proof *p, const marks *m, __m512i other, __m512i start) {
    const __m512i digit = AND(m->digit, other);
    const __m512i point = AND(m->point, other);
    const __m512i name = WITHOUT(other, OR(digit, point));
    const __m512i odd = WITHOUT(start, digit);
    const __m512i whole = WITHOUT(other, point);
    const __m512i whole_end = WITHOUT(pass_runs(whole, start, &p->in_scalar), whole);
    const __m512i wrong_name = WITHOUT(WITHOUT(name, odd), next_of(name, &p->name));
    const __m512i wrong_point =
        OR(WITHOUT(point, whole_end), WITHOUT(next_of(point, &p->point), digit));
    const __m512i wrong_zero = AND(next_of(AND(start, m->zero), &p->zero), digit);
    p->bad = OR(p->bad, OR(wrong_name, OR(wrong_point, wrong_zero)));
    return odd;
}

/* As wrong_tokens() has it, of blocks without blanks. */
PROOF_INLINE void prove_tokens(proof *p, const lanes *l, __m512i value) {
    const __m512i closed = AND(l->close, l->square);
    const __m512i opened = AND(l->open, l->square);
    const __m512i outside_arrays =
        OR(opened, pass_runs(WITHOUT(_mm512_set1_epi64(-1), closed), opened, &p->in_array));
    const __m512i behind_comma = next_of(l->comma, &p->comma);
    const __m512i behind_colon = next_of(l->colon, &p->colon);
    const __m512i behind_open = next_of(l->open, &p->open);
    const __m512i due = OR(behind_comma, OR(behind_colon, behind_open));
    const __m512i key_due = AND(AND(OR(behind_comma, behind_open), outside_arrays), l->line);
    const __m512i key_end =
        WITHOUT(pass_runs(l->string, AND(key_due, l->start_of_string), &p->in_key), l->string);
    const __m512i wrong_value = AND(WITHOUT(XOR(due, value), AND(l->close, behind_open)), l->line);
    const __m512i wrong_key = WITHOUT(key_due, OR(l->start_of_string, l->close));
    const __m512i wrong_colon = XOR(next_of(key_end, &p->key_end), l->colon);
    p->bad = OR(p->bad, OR(wrong_value, OR(wrong_key, wrong_colon)));
}

PROOF_INLINE lanes lanes_of(const jl_line_bits *blocks, const marks *m, size_t first,
                            __m512i line) {
    const __mmask8 there = (__mmask8)_bzhi_u32(
        0xFF, (unsigned)(blocks->count - first < LANES ? blocks->count - first : LANES));
    lanes l;
    l.line = line;
    const __m512i quote = _mm512_maskz_loadu_epi64(there, blocks->quote + first);
    l.string = AND(_mm512_maskz_loadu_epi64(there, blocks->string + first), l.line);
    l.outside = WITHOUT(l.line, OR(l.string, quote));
    l.start_of_string = AND(quote, l.string);
    l.open = _mm512_maskz_loadu_epi64(there, blocks->open + first);
    l.close = _mm512_maskz_loadu_epi64(there, blocks->close + first);
    l.comma = AND(m->comma, l.outside);
    l.colon = AND(m->colon, l.outside);
    l.square = m->square;
    return l;
}

static bool are_scalars(const uint64_t *odd, unsigned which, const char *at, const char *end) {
    for (; which != 0; which &= which - 1) {
        const size_t lane = (size_t)__builtin_ctz(which);
        for (uint64_t bits = odd[lane]; bits != 0; bits &= bits - 1) {
            if (!is_scalar(at + lane * JL_BITS_BYTES + __builtin_ctzll(bits), end, false))
                return false;
        }
    }
    return true;
}

/* The first bytes of 512. */
PROOF_INLINE __m512i below(size_t len) {
    const __m512i places = _mm512_setr_epi64(0, 64, 128, 192, 256, 320, 384, 448);
    const __m512i left = _mm512_sub_epi64(_mm512_set1_epi64((int64_t)len), places);
    const __m512i ones = _mm512_set1_epi64(-1);
    const __mmask8 some = _mm512_cmpgt_epi64_mask(left, _mm512_setzero_si512());
    /* A shift by all bits or more leaves none. */
    return _mm512_maskz_andnot_epi64(some, _mm512_sllv_epi64(ones, left), ones);
}

PROOF_INLINE bool prove_blocks(proof *p, brackets *all, const char *at, const char *end,
                               const jl_line_bits *blocks, size_t first) {
    const __m512i line = below((size_t)(end - at));
    uint64_t odds[LANES];
    const marks m = mark(&p->least, at, end);
    if (!add_brackets_of(all, blocks, first, m.square))
        return false;
    const lanes l = lanes_of(blocks, &m, first, line);
    const __m512i marked = OR(OR(l.comma, l.colon), OR(l.open, l.close));
    const __m512i other = WITHOUT(l.outside, marked);
    const __m512i start = WITHOUT(other, next_of(other, &p->other));
    prove_tokens(p, &l, OR(l.start_of_string, OR(start, l.open)));
    const __m512i odd = prove_scalars(p, &m, other, start);
    _mm512_storeu_si512(odds, odd);
    return are_scalars(odds, _mm512_test_epi64_mask(odd, odd), at, end);
}

/* @return true if the line is JSON; false if it is none, or if this does not tell. */
PROOF static bool prove_lanes(const jl_bits_reader *r, const jl_line_bits *blocks) {
    proof p = {.least = _mm512_set1_epi8(' '),
               .colon = _mm512_setr_epi64(0, 0, 0, 0, 0, 0, 0, INT64_MIN)};
    brackets all = {0, 0, 0};
    const char *at = r->start;
    for (size_t n = 0; n < blocks->count; n += LANES, at += (size_t)LANES * JL_BITS_BYTES) {
        if (!prove_blocks(&p, &all, at, r->end, blocks, n))
            return false;
    }
    return _mm512_cmplt_epu8_mask(p.least, _mm512_set1_epi8(' ')) == 0 &&
           _mm512_test_epi64_mask(p.bad, p.bad) == 0 && prove_nesting(&all);
}

#endif
