#ifndef JL_FILTER_REGEX_PROGRAM_H
#define JL_FILTER_REGEX_PROGRAM_H
/**
 * The compiled form of an expression and how it is made; shared only by regex*.c.
 *
 * Every character of the expression, repeats written out, is a position: one bit. A state is the
 * set of positions that may have taken the character read last. Alternatives lie one behind the
 * other, the first position in bit 0, so that "the next position" is a shift. A step is
 *
 *     next   = (state << 1) & follows
 *     next  |= ((next & optional) + optional) ^ optional
 *     state' = (next | (state & loops) | restart) & takers[symbol]
 *
 * The second line skips what is optional: in a run of optional bits the sum carries from the lowest
 * set bit through the end of the run into the position behind it, so the bits that differ from the
 * run are exactly those that can be reached by skipping. The last position of an alternative is
 * never counted optional there, so no carry leaves its alternative.
 */
#include "filter/regex.h"
#include "filter/regex_parse.h"

/** One 64-bit column of all masks, side by side because a step reads them together. */
typedef struct jl_regex_word {
    uint64_t follows;  /**< positions that are not the first of an alternative */
    uint64_t optional; /**< positions that can be skipped, but for the last of an alternative */
    uint64_t loops;    /**< positions that may take any number of characters */
    uint64_t start;    /**< where a match can begin at the start of the text */
    uint64_t restart;  /**< where it can begin anywhere: without the alternatives that begin `^` */
    uint64_t found;    /**< last positions of alternatives without `$` */
    uint64_t found_at_end; /**< positions with nothing but optional ones before the `$` */
} jl_regex_word;

struct jl_regex {
    size_t positions;       /**< as written, before the program was trimmed */
    size_t words;           /**< 64-bit words of a state; 0 if nothing is left to look for */
    bool matches_always;    /**< an alternative is satisfied by no text anywhere */
    bool matches_empty;     /**< the empty text matches */
    bool can_restart;       /**< some alternative does not begin with `^` */
    bool is_literal;        /**< `literal` anywhere in the text is a match, without further look */
    jl_text literal;        /**< every match contains it; may be empty */
    bool starts[256];       /**< bytes that lead out of the empty state where `restart` applies */
    const uint64_t *takers; /**< JL_REGEX_SYMBOLS rows of `words` */
    jl_regex_word *column;  /**< `words` of them */
    uint64_t storage[];
};

/** Written-out positions of an item that is a character. */
static inline uint64_t jl_regex_item_positions(const jl_regex_item *item) {
    if (item->max != JL_REGEX_UNBOUNDED)
        return item->max;
    return item->min > 0 ? item->min : 1;
}

/**
 * Build the program; the items are rearranged. Their positions must have been checked against
 * JL_REGEX_POSITIONS_MAX.
 *
 * @return NULL when out of memory.
 */
jl_regex *jl_regex_build(jl_regex_item *items, size_t count);

#endif
