#ifndef JL_FILTER_SET_SEARCH_H
#define JL_FILTER_SET_SEARCH_H
/**
 * Many needles, searched for in one pass over raw bytes.
 *
 * Of each needle four bytes in a row are its print. Prints are put into seven buckets. A table for
 * each of the four places says which buckets have a print with such a byte there, separately by the
 * byte's lower and upper half, so that two shuffles look up a whole vector. Where a bucket is left
 * over after all four places, the exact print is looked up, and the needle compared. The eighth
 * bucket is for escapes that could hide a needle.
 */
#include "filter/set_needles.h"

#define JL_SET_PRINT 4

/** A needle and who asks for it. */
typedef struct jl_set_needle {
    jl_needle needle;
    uint32_t print;       /**< its four bytes, as they are loaded */
    uint32_t print_at;    /**< where in the needle they stand */
    uint32_t next;        /**< with the same hash of the print, one more than its number; 0: none */
    uint32_t first_owner; /**< in `owners` of the search */
    uint32_t owner_count;
} jl_set_needle;

typedef struct jl_set_search {
    jl_set_needle *needles;
    size_t count;
    uint32_t *owners;  /**< numbers of filters */
    uint32_t *buckets; /**< by the hash of a print: one more than the number of a needle */
    unsigned hash_bits;
    uint64_t *hidden; /**< filters with a needle that an escape could hide, one bit each */
    size_t words;
    bool has_hidden;
    bool is_spelled[256]; /**< bytes of such needles; a letter that none has hides nothing */
    bool has_wide;        /**< some have bytes beyond ASCII */
    uint8_t low[JL_SET_PRINT][16];
    uint8_t high[JL_SET_PRINT][16];
} jl_set_search;

/** @return the bucket of a print. */
static inline size_t jl_set_print_hash(const jl_set_search *search, uint32_t print) {
    return (size_t)(print * UINT32_C(0x9E3779B1) >> (32 - search->hash_bits));
}

/** One filter's needles, for jl_set_search_init(). */
typedef struct jl_set_wish {
    jl_needle needle;
    uint32_t owner;
} jl_set_wish;

/**
 * @param wishes        all filters' needles; sorted by this function.
 * @param filter_count  owners are below it.
 * @return false if memory is out; jl_set_search_done() in any case.
 */
bool jl_set_search_init(jl_set_search *search, jl_set_wish *wishes, size_t count,
                        size_t filter_count);

void jl_set_search_done(jl_set_search *search);

/**
 * Search from `at` to `end`.
 *
 * @param marks  NULL: stop at the first place found. Else the bits of all filters whose needles
 *               stand there or may be hidden there are set.
 * @return a byte of the first needle, or where the escape begins, if marks is NULL; else NULL.
 */
const char *jl_set_search_run(const jl_set_search *search, const char *at, const char *end,
                              uint64_t *marks);

/** The same byte by byte: what the other one is held against. */
const char *jl_set_search_run_plainly(const jl_set_search *search, const char *at, const char *end,
                                      uint64_t *marks);

#endif
