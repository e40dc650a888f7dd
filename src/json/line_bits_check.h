#ifndef JL_JSON_LINE_BITS_CHECK_H
#define JL_JSON_LINE_BITS_CHECK_H
/*
 * What makes a line JSON, in tokens. Outside strings a line is a row of tokens: strings, numbers
 * and names (true, false, null), brackets, commas and colons. Which may follow which is worked out
 * for 64 of them at a time, with one bit for each. Only json/line_bits.c includes this.
 */
#include "json/line_bits.h"
#include "json/scanner.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Brackets. Those that are not walked yet are kept in their order. */
typedef struct nesting {
    uint64_t open;   /* bit i: the i-th of them begins a container, */
    uint64_t square; /* an array */
    unsigned count;
    bool is_over; /* the object has ended */
    bool is_bad;
    uint64_t stack; /* of those that are walked; bit 0: the innermost container is an array. The top
                       bit stands for the line. */
} nesting;

/* What the last token of the block before asks for, and what runs on from it; each 0 or 1. */
typedef struct carries {
    uint64_t comma, colon, open, key; /* was a ... */
    uint64_t in_key, in_scalar;
} carries;

typedef struct jl_bits_checker {
    bool is_spaced; /* there may be blanks between tokens */
    carries carry;
    nesting nesting;
    uint64_t arrays;                      /* that are open */
    uint64_t scalars[JL_BITS_BLOCKS_MAX]; /* where those of a block begin */
} jl_bits_checker;

static void begin_check(jl_bits_checker *c, bool is_spaced) {
    memset(c, 0, offsetof(jl_bits_checker, scalars));
    c->is_spaced = is_spaced;
    c->carry.colon = 1;
    c->nesting.stack = 1;
}

/* --- bytes ----------------------------------------------------------------------------------- */

static bool check_escapes(const jl_line_bits *blocks, const char *at, const char *end) {
    for (uint64_t rest = blocks->with_escapes; rest != 0; rest &= rest - 1) {
        const size_t n = (size_t)__builtin_ctzll(rest);
        const char *block = at + n * JL_BITS_BYTES;
        for (uint64_t bits = blocks->escape[n]; bits != 0; bits &= bits - 1) {
            if (jl_scan_escape(block + __builtin_ctzll(bits), end) == NULL)
                return false;
        }
    }
    return true;
}

/* --- scalars --------------------------------------------------------------------------------- */

/* Where blanks are not told from other bytes, a scalar ends only with a mark. */
static inline bool ends_scalar(char c, bool is_spaced) {
    return c == ',' || c == '}' || c == ']' || (is_spaced && jl_is_json_blank(c));
}

/* How many digits eight bytes begin with. The lowest bit found is always a true one: of digits none
 * carries. */
static inline unsigned leading_digits(uint64_t word) {
    const uint64_t value = word ^ UINT64_C(0x3030303030303030);
    const uint64_t others =
        (value | (value + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080);
    return others == 0 ? 8 : (unsigned)__builtin_ctzll(others) / 8;
}

/* Most numbers: up to seven digits, and as many behind a point. */
static inline bool is_short_number(const char *at, const char *end, bool is_spaced) {
    enum { LONGEST = 7 + 1 + 8 };
    if (end - at <= LONGEST)
        return false;
    const unsigned digits = leading_digits(jl_load_word(at));
    if (digits == 0 || digits == 8 || (*at == '0' && digits > 1))
        return false;
    at += digits;
    if (*at == '.') {
        const unsigned fraction = leading_digits(jl_load_word(at + 1));
        if (fraction == 0 || fraction == 8)
            return false;
        at += 1 + fraction;
    }
    return ends_scalar(*at, is_spaced);
}

static bool is_scalar(const char *at, const char *end, bool is_spaced) {
    if (is_short_number(at, end, is_spaced))
        return true;
    const char *last = jl_scan_scalar_end(at, end);
    return last != NULL && (last == end || ends_scalar(*last, is_spaced));
}

static bool check_scalars(const jl_bits_checker *c, size_t count, const char *at, const char *end) {
    for (size_t n = 0; n < count; n++, at += JL_BITS_BYTES) {
        for (uint64_t bits = c->scalars[n]; bits != 0; bits &= bits - 1) {
            if (!is_scalar(at + __builtin_ctzll(bits), end, c->is_spaced))
                return false;
        }
    }
    return true;
}

/* --- nesting --------------------------------------------------------------------------------- */

ALWAYS_INLINE void walk_bracket(nesting *n, uint64_t is_open, uint64_t is_square) {
    const uint64_t deeper = n->stack << 1 | is_square;
    n->is_bad |= n->is_over | (is_open ? n->stack >> 62 : (n->stack ^ is_square) & 1);
    n->stack = is_open ? deeper : n->stack >> 1;
    n->is_over = n->stack == 1;
}

static inline void walk_brackets(nesting *n) {
    uint64_t open = n->open;
    uint64_t square = n->square;
    for (unsigned i = n->count; i > 0; i--, open >>= 1, square >>= 1)
        walk_bracket(n, open & 1, square & 1);
    n->open = n->square = 0;
    n->count = 0;
}

static inline bool is_in_array(const nesting *n) {
    return (n->stack & 1) != 0 && n->stack > 1;
}

/* All brackets are balanced, and the last one ended the object. */
static inline bool has_ended(nesting *n) {
    walk_brackets(n);
    return n->is_over && !n->is_bad;
}

/* @return the bytes whose innermost container is an array; a bracket belongs to what it is in. */
static __attribute__((noinline)) uint64_t walk_arrays(jl_bits_checker *c, uint64_t open,
                                                      uint64_t both, uint64_t square) {
    nesting *n = &c->nesting;
    uint64_t in_array = 0;
    uint64_t passed = 0;
    walk_brackets(n);
    for (uint64_t rest = both; rest != 0; rest &= rest - 1) {
        const uint64_t bit = rest & (0 - rest);
        const bool is_open = (open & bit) != 0;
        in_array |= is_in_array(n) ? (bit | (bit - 1)) & ~passed : 0;
        passed = bit | (bit - 1);
        walk_bracket(n, is_open, (square & bit) != 0);
        c->arrays += (square & bit) == 0 ? 0 : is_open ? 1 : UINT64_MAX;
    }
    return in_array | (is_in_array(n) ? ~passed : 0);
}

/* --- tokens ---------------------------------------------------------------------------------- */

/* What stands behind these bytes when blanks are passed over: adding a bit to the first of a run of
 * bits carries to the one behind the run. */
ALWAYS_INLINE uint64_t behind(uint64_t bits, uint64_t blank, uint64_t *carry) {
    const uint64_t next = bits << 1 | *carry;
    uint64_t sum = 0;
    *carry = bits >> 63;
    *carry |= __builtin_add_overflow(next, blank, &sum);
    return sum & ~blank;
}

/* Behind a string that began at one of these bytes; it may have begun in a block before. */
ALWAYS_INLINE uint64_t ends_of(uint64_t begin, uint64_t inside, uint64_t *runs_on) {
    uint64_t sum = 0;
    const bool is_over = __builtin_add_overflow(inside, begin, &sum);
    *runs_on = is_over | __builtin_add_overflow(sum, *runs_on, &sum);
    return sum & ~inside;
}

typedef struct tokens {
    uint64_t string; /* their first bytes */
    uint64_t inside; /* all their bytes, but the last */
    uint64_t open, close, comma, colon;
    uint64_t scalar; /* the first byte of one */
    uint64_t in_array;
} tokens;

/* A value stands where one is due and only there; instead, an empty container may end. Of an object
 * a key stands there, and a colon behind each key and only there. */
ALWAYS_INLINE uint64_t wrong_tokens(carries *c, const tokens *t, uint64_t blank, uint64_t line) {
    const uint64_t value = t->string | t->scalar | t->open;
    const uint64_t behind_comma = behind(t->comma, blank, &c->comma);
    const uint64_t behind_colon = behind(t->colon, blank, &c->colon);
    const uint64_t behind_open = behind(t->open, blank, &c->open);
    const uint64_t separated = behind_comma | behind_colon;
    const uint64_t key_due = (behind_comma | behind_open) & ~t->in_array & line;
    const uint64_t key_end = ends_of(key_due & t->string, t->inside, &c->in_key);
    const uint64_t behind_key = behind(key_end, blank, &c->key);
    return (((separated | behind_open) ^ value) & ~(t->close & ~separated) & line) |
           (key_due & ~(t->string | t->close)) | (behind_key ^ t->colon);
}

#endif
