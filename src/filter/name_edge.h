#ifndef JL_FILTER_NAME_EDGE_H
#define JL_FILTER_NAME_EDGE_H
/** A name that a selector asks for, and how a key is told to be it by one comparison. */
#include "json/escape_scan.h"
#include "json/unescape.h"

typedef struct jl_name_edge {
    jl_literal name;
    uint16_t node;      /**< where the name leads to */
    uint64_t tail;      /**< the last eight bytes of the name with the quote before it, as they lie
                             in memory */
    uint64_t tail_mask; /**< ones for the bytes that there are; in both 0 stands for the others */
} jl_name_edge;

/** @param name  viewed as long as the edge is. */
static inline jl_name_edge jl_name_edge_make(jl_literal name, uint16_t node) {
    jl_name_edge edge = {.name = name, .node = node};
    char tail[sizeof edge.tail] = {0};
    char mask[sizeof edge.tail] = {0};
    for (size_t i = 0; i < sizeof tail && i <= name.text.len; i++) {
        tail[sizeof tail - 1 - i] = i < name.text.len ? name.text.ptr[name.text.len - 1 - i] : '"';
        mask[sizeof mask - 1 - i] = (char)0xFF;
    }
    memcpy(&edge.tail, tail, sizeof tail);
    memcpy(&edge.tail_mask, mask, sizeof mask);
    return edge;
}

/** The bytes before the quote that ends a key, 0 for those before `start`. */
static inline uint64_t jl_key_tail(const char *start, const char *quote) {
    uint64_t tail = 0;
    if (quote - start >= (ptrdiff_t)sizeof tail)
        return jl_load_word(quote - sizeof tail);
    memcpy((char *)&tail + sizeof tail - (quote - start), start, (size_t)(quote - start));
    return tail;
}

/** Does a key with this tail end like the name? Short names are told by it completely, if the key
 * has no escape. */
static inline bool jl_name_edge_ends(const jl_name_edge *edge, uint64_t tail) {
    return (tail & edge->tail_mask) == edge->tail;
}

static inline bool jl_name_edge_is_short(const jl_name_edge *edge) {
    return edge->name.text.len < sizeof edge->tail;
}

/** Can lines be searched for it? Not for an empty one, which has no last byte, and not for one that
 * ill-formed bytes can spell. */
static inline bool jl_name_edge_is_plain(const jl_name_edge *edge) {
    return edge->name.text.len > 0 && !edge->name.has_replacement;
}

#endif
