#ifndef JL_FILTER_NAMES_WALK_H
#define JL_FILTER_NAMES_WALK_H
/**
 * A walk to values whose selectors are names all through, without a look at keys that none of them
 * asks for: the line is read as blocks (json/line_bits.h), whose hits are the few colons behind
 * keys that may be asked for.
 *
 * Nothing here says that the line is JSON. Of one that is, the walk comes to all values that are
 * asked for, in the order of the line.
 */
#include "filter/program.h"

/** An object on the way to a value that is asked for. */
typedef struct jl_names_frame {
    uint16_t node;
    int64_t depth; /**< of its members */
    size_t end;    /**< of the bytes that were read last, the one that ends it; JL_NAMES_OPEN */
} jl_names_frame;

/** None of them ends it. */
#define JL_NAMES_OPEN SIZE_MAX

typedef struct jl_names_walk {
    const jl_bits_reader *reader;
    const jl_line_bits *bits;
    const char *text; /**< of the first block */
    size_t count;     /**< frames in use */
    jl_names_frame frames[JL_STEPS_MAX + 1];
} jl_names_walk;

/** At the root, node 0. */
static inline void jl_names_begin(jl_names_walk *w, jl_bits_reader *reader, jl_line_bits *bits) {
    w->reader = reader;
    w->bits = bits;
    w->count = 1;
    w->frames[0] = (jl_names_frame){0, 1, JL_NAMES_OPEN};
}

static inline jl_names_frame *jl_names_top(jl_names_walk *w) {
    return &w->frames[w->count - 1];
}

/* --- objects --------------------------------------------------------------------------------- */

/** @param behind  the bits of the block to begin with. @param level  containers that must end. */
static inline size_t jl_names_find_end(const jl_line_bits *bits, size_t block, uint64_t behind,
                                       int64_t level) {
    for (; block < bits->count; block++, behind = UINT64_MAX) {
        const uint64_t open = bits->open[block] & behind;
        for (uint64_t both = open | (bits->close[block] & behind); both != 0; both &= both - 1) {
            level += (open & both & (0 - both)) != 0 ? 1 : -1;
            if (level <= 0)
                return block * JL_BITS_BYTES + (size_t)__builtin_ctzll(both);
        }
    }
    return JL_NAMES_OPEN;
}

/** The bracket that begins it is the next one behind this place. */
static inline void jl_names_enter(jl_names_walk *w, uint16_t node, size_t place) {
    const uint64_t behind = UINT64_MAX << place % JL_BITS_BYTES;
    const size_t end = jl_names_find_end(w->bits, place / JL_BITS_BYTES, behind, 0);
    w->frames[w->count] = (jl_names_frame){node, jl_names_top(w)->depth + 1, end};
    w->count++;
}

/** Blocks were read just now. @param text  where they begin. */
static inline void jl_names_go_on(jl_names_walk *w, const char *text) {
    w->text = text;
    while (w->count > 1 && jl_names_top(w)->end != JL_NAMES_OPEN)
        w->count--;
    for (size_t i = 1; i < w->count; i++)
        w->frames[i].end =
            jl_names_find_end(w->bits, 0, UINT64_MAX, w->bits->depth - w->frames[i].depth + 1);
}

/** Leave what has ended. @return whether a hit is a member of the object that is open now. */
static inline bool jl_names_meet(jl_names_walk *w, jl_bits_hit hit) {
    while (hit.place > jl_names_top(w)->end)
        w->count--;
    return hit.depth == jl_names_top(w)->depth;
}

/* --- keys ------------------------------------------------------------------------------------ */

/** The names below a node. */
typedef struct jl_names {
    const jl_name_edge *edges;
    uint16_t count;
} jl_names;

/* Does the key before this quote spell the name, without escapes? Behind a backslash the quote
 * before the name does not begin the key. */
static inline bool jl_names_is_spelled(const char *start, const char *quote,
                                       const jl_name_edge *edge) {
    const jl_text name = edge->name.text;
    if ((size_t)(quote - start) < name.len + 2 || quote[-(ptrdiff_t)name.len - 2] == '\\')
        return false;
    return jl_name_edge_is_short(edge) || (quote[-(ptrdiff_t)name.len - 1] == '"' &&
                                           memcmp(quote - name.len, name.ptr, name.len) == 0);
}

/* The last bytes of the names tell nearly all of them apart. */
static inline const jl_name_edge *jl_names_find_spelled(const jl_names_walk *w, jl_names names,
                                                        const char *quote) {
    const uint64_t tail = jl_key_tail(w->reader->start, quote);
    for (uint16_t i = 0; i < names.count; i++) {
        const jl_name_edge *edge = &names.edges[i];
        if (jl_name_edge_ends(edge, tail) && jl_names_is_spelled(w->reader->start, quote, edge))
            return edge;
    }
    return NULL;
}

/* An even number of backslashes before a quote escape each other. */
static inline bool jl_names_is_escaped(const char *start, const char *quote) {
    const char *at = quote;
    while (at > start && at[-1] == '\\')
        at--;
    return (quote - at) % 2 != 0;
}

static inline const jl_name_edge *jl_names_find_meant(const jl_names_walk *w, jl_names names,
                                                      const char *quote) {
    const char *start = w->reader->start;
    const char *at = quote;
    while (at > start && (at[-1] != '"' || jl_names_is_escaped(start, at - 1)))
        at--;
    const jl_json_string key = {at, (size_t)(quote - at), true};
    for (uint16_t i = 0; i < names.count; i++) {
        if (jl_json_string_equals(key, &names.edges[i].name))
            return &names.edges[i];
    }
    return NULL;
}

static inline bool jl_names_is_veiled(const jl_names_walk *w, size_t place) {
    const size_t block = place / JL_BITS_BYTES;
    return (w->bits->with_escapes >> block & 1) != 0 &&
           (w->bits->veiled[block] >> place % JL_BITS_BYTES & 1) != 0;
}

/** @return the name that the key before a colon means, or NULL. */
static inline const jl_name_edge *jl_names_find(const jl_names_walk *w, jl_names names,
                                                size_t place) {
    const char *start = w->reader->start;
    const char *colon = w->text + place;
    const char *behind = colon;
    while (behind > start && jl_is_json_blank(behind[-1]))
        behind--;
    if (behind == start || behind[-1] != '"')
        return NULL;
    const jl_name_edge *edge = jl_names_find_spelled(w, names, behind - 1);
    if (edge == NULL && (behind < colon || jl_names_is_veiled(w, place)))
        return jl_names_find_meant(w, names, behind - 1);
    return edge;
}

/* --- values ---------------------------------------------------------------------------------- */

/** Read the value behind a colon. @return false if it cannot be read: it stands in no JSON. */
static inline bool jl_names_read_value(const jl_names_walk *w, size_t place, jl_json_value *value) {
    jl_scanner scanner;
    scanner.at = jl_scan_blanks(w->text + place + 1, w->reader->end);
    scanner.end = w->reader->end;
    if (!jl_scan_is_container(&scanner))
        return jl_scan_scalar(&scanner, value);
    value->kind = *scanner.at == '[' ? JL_JSON_ARRAY : JL_JSON_OBJECT;
    return true;
}

#endif
