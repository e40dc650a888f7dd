#ifndef JL_FILTER_REGEX_PARSE_H
#define JL_FILTER_REGEX_PARSE_H
/**
 * From the text between two percent signs to a flat list of items; shared only by regex*.c.
 *
 *     regex       = sequence , { "|" , sequence } ;
 *     sequence    = { atom , [ quantifier ] } ;
 *     atom        = character | "." | class | escape | "^" | "$" ;
 *     class       = "[" , [ "^" ] , member , { member } , "]" ;
 *     member      = single , [ "-" , single ] | set escape ;
 *     quantifier  = ( "*" | "+" | "?" | "{" , count , "}" ) , [ "?" ] ;
 *     count       = number , [ "," , [ number ] ] | "," , number ;
 *
 * The dialect has no groups, so nothing nests and a flat list says everything.
 */
#include "base/text.h"

#include <jsonlog/status.h>

#include <stdint.h>

/** A character as the dialect sees it: what `\xhh` can name, U+0000 to U+00FF, or one of these. */
#define JL_REGEX_OTHER   256 /**< every other code point */
#define JL_REGEX_NOTHING 257 /**< what no expression takes: half of a surrogate pair */
#define JL_REGEX_SYMBOLS 258

/** Above every limit, so a larger number needs no exact value; sums of it stay far from 2^64. */
#define JL_REGEX_COUNT_MAX UINT64_C(1000000000000)
#define JL_REGEX_UNBOUNDED UINT64_MAX

typedef struct jl_regex_set {
    uint64_t latin[4]; /**< bit c of the 256 */
    bool has_others;   /**< all code points from U+0100 on, or none: no class can tell them apart */
} jl_regex_set;

typedef enum jl_regex_kind {
    JL_REGEX_CHARACTER,
    JL_REGEX_START, /**< `^` */
    JL_REGEX_END,   /**< `$` */
    JL_REGEX_OR,    /**< `|`, never repeated */
} jl_regex_kind;

typedef struct jl_regex_item {
    jl_regex_kind kind;
    jl_regex_set set; /**< of JL_REGEX_CHARACTER */
    uint64_t min;     /**< at most JL_REGEX_COUNT_MAX */
    uint64_t max;     /**< at most JL_REGEX_COUNT_MAX, or JL_REGEX_UNBOUNDED */
    size_t offset;    /**< of its first byte in the whole pattern */
} jl_regex_item;

/** @return true if the set has the symbol, which is less than JL_REGEX_SYMBOLS. */
static inline bool jl_regex_set_has(const jl_regex_set *set, unsigned symbol) {
    if (symbol >= JL_REGEX_OTHER)
        return symbol == JL_REGEX_OTHER && set->has_others;
    return (set->latin[symbol / 64] >> (symbol % 64) & 1) != 0;
}

/**
 * Find the closing percent sign and refuse characters outside the dialect.
 *
 * @param open   offset of the opening `%`.
 * @param close  set on success: offset of the closing one.
 */
jsonlog_status jl_regex_scan(jl_text pattern, size_t open, size_t *close, jsonlog_err *err);

/**
 * Parse the bytes from offset `from` up to `to`, which jl_regex_scan() has let through.
 *
 * @param items  room for `to - from` items: no item is shorter than one byte.
 * @param count  set on success.
 */
jsonlog_status jl_regex_parse(jl_text pattern, size_t from, size_t to, jl_regex_item *items,
                              size_t *count, jsonlog_err *err);

#endif
