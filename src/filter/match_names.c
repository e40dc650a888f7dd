#include "filter/condition.h"
#include "filter/matcher.h"

/*
 * Patterns whose selectors are names all through, without a look at keys that none of them asks
 * for: a line is read as blocks (json/line_bits.h), whose hits are the few colons behind keys that
 * may be asked for. What has been found below a key is cleared when the key comes again, so the
 * last one counts. Only a line that would match is checked to be JSON: of others it does not
 * matter.
 */

/* An object on the way to a value that is asked for. */
typedef struct frame {
    uint16_t node;
    int64_t depth; /* of its members */
    size_t end; /* of the bytes that were read last, the one that ends it; NOT_YET if none does */
} frame;

#define NOT_YET SIZE_MAX

typedef struct walk {
    const jl_json_program *program;
    const jl_bits_reader *reader;
    const jl_line_bits *bits;
    const char *text; /* of the first block */
    size_t count;     /* frames in use */
    bool has_found;   /* a condition that holds; as long as none does, `found` is not used */
    bool found[JL_CONDITIONS_MAX];
    frame frames[JL_STEPS_MAX + 1];
} walk;

static inline frame *top(walk *w) {
    return &w->frames[w->count - 1];
}

/* --- objects --------------------------------------------------------------------------------- */

/* @param behind  the bits of the block to begin with. @param level  containers that must end. */
static size_t find_end(const jl_line_bits *bits, size_t block, uint64_t behind, int64_t level) {
    for (; block < bits->count; block++, behind = UINT64_MAX) {
        const uint64_t open = bits->open[block] & behind;
        for (uint64_t both = open | (bits->close[block] & behind); both != 0; both &= both - 1) {
            level += (open & both & (0 - both)) != 0 ? 1 : -1;
            if (level <= 0)
                return block * JL_BITS_BYTES + (size_t)__builtin_ctzll(both);
        }
    }
    return NOT_YET;
}

/* The bracket that begins it is the next one. */
static void enter_object(walk *w, uint16_t node, size_t place) {
    const uint64_t behind = UINT64_MAX << place % JL_BITS_BYTES;
    const size_t end = find_end(w->bits, place / JL_BITS_BYTES, behind, 0);
    w->frames[w->count] = (frame){node, top(w)->depth + 1, end};
    w->count++;
}

/* Of the blocks that were read just now. */
static void find_ends(walk *w) {
    while (w->count > 1 && top(w)->end != NOT_YET)
        w->count--;
    for (size_t i = 1; i < w->count; i++)
        w->frames[i].end =
            find_end(w->bits, 0, UINT64_MAX, w->bits->depth - w->frames[i].depth + 1);
}

/* --- values ---------------------------------------------------------------------------------- */

static void clear(walk *w, uint16_t first, uint16_t end) {
    for (uint16_t i = first; i < end; i++)
        w->found[i] = false;
}

static void note(walk *w, uint16_t i, bool is_hit) {
    if (is_hit && !w->has_found) {
        w->has_found = true;
        clear(w, 0, (uint16_t)w->program->condition_count);
    }
    if (w->has_found)
        w->found[i] = is_hit;
}

static inline void test(walk *w, const jl_node *node, const jl_json_value *value) {
    for (uint16_t i = node->first; i < node->own_end; i++)
        note(w, i, jl_condition_hit(&w->program->conditions[i], value));
    if (w->has_found)
        clear(w, node->own_end, node->end);
}

/* @return whether it is an object below which something is asked for. A value that cannot be read
 * stands in no JSON. */
static bool test_value(walk *w, const jl_node *node, const char *at) {
    jl_json_value value = {.kind = JL_JSON_OBJECT};
    jl_scanner scanner;
    scanner.at = jl_scan_blanks(at, w->reader->end);
    scanner.end = w->reader->end;
    if (!jl_scan_is_container(&scanner)) {
        if (jl_scan_scalar(&scanner, &value))
            test(w, node, &value);
        return false;
    }
    if (*scanner.at == '[')
        value.kind = JL_JSON_ARRAY;
    test(w, node, &value);
    return value.kind == JL_JSON_OBJECT && node->name_count > 0;
}

/* --- keys ------------------------------------------------------------------------------------ */

/* Does the key before this quote spell the name, without escapes? Behind a backslash the quote
 * before the name does not begin the key. */
static bool is_spelled(const char *start, const char *quote, const jl_name_edge *edge) {
    const jl_text name = edge->name.text;
    if ((size_t)(quote - start) < name.len + 2 || quote[-(ptrdiff_t)name.len - 2] == '\\')
        return false;
    return jl_name_edge_is_short(edge) || (quote[-(ptrdiff_t)name.len - 1] == '"' &&
                                           memcmp(quote - name.len, name.ptr, name.len) == 0);
}

/* The last bytes of the names tell nearly all of them apart. */
static const jl_name_edge *find_spelled(const walk *w, const jl_node *node, const char *quote) {
    const uint64_t tail = jl_key_tail(w->reader->start, quote);
    for (uint16_t i = 0; i < node->name_count; i++) {
        const jl_name_edge *edge = &node->names[i];
        if (jl_name_edge_ends(edge, tail) && is_spelled(w->reader->start, quote, edge))
            return edge;
    }
    return NULL;
}

/* An even number of backslashes before a quote escape each other. */
static bool is_escaped(const char *start, const char *quote) {
    const char *at = quote;
    while (at > start && at[-1] == '\\')
        at--;
    return (quote - at) % 2 != 0;
}

static const jl_name_edge *find_meant(const walk *w, const jl_node *node, const char *quote) {
    const char *start = w->reader->start;
    const char *at = quote;
    while (at > start && (at[-1] != '"' || is_escaped(start, at - 1)))
        at--;
    const jl_json_string key = {at, (size_t)(quote - at), true};
    for (uint16_t i = 0; i < node->name_count; i++) {
        if (jl_json_string_equals(key, &node->names[i].name))
            return &node->names[i];
    }
    return NULL;
}

static bool is_veiled(const walk *w, size_t place) {
    const size_t block = place / JL_BITS_BYTES;
    return (w->bits->with_escapes >> block & 1) != 0 &&
           (w->bits->veiled[block] >> place % JL_BITS_BYTES & 1) != 0;
}

/* The name of the key before a colon. */
static const jl_name_edge *find_name(walk *w, size_t place) {
    const jl_node *node = &w->program->nodes[top(w)->node];
    const char *start = w->reader->start;
    const char *colon = w->text + place;
    const char *behind = colon;
    while (behind > start && jl_is_json_blank(behind[-1]))
        behind--;
    if (behind == start || behind[-1] != '"')
        return NULL;
    const jl_name_edge *edge = find_spelled(w, node, behind - 1);
    if (edge == NULL && (behind < colon || is_veiled(w, place)))
        return find_meant(w, node, behind - 1);
    return edge;
}

/* --- the line -------------------------------------------------------------------------------- */

static void take_hit(walk *w, jl_bits_hit hit) {
    while (hit.place > top(w)->end)
        w->count--;
    if (hit.depth != top(w)->depth)
        return;
    const jl_name_edge *edge = find_name(w, hit.place);
    if (edge != NULL && test_value(w, &w->program->nodes[edge->node], w->text + hit.place + 1))
        enter_object(w, edge->node, hit.place);
}

static void take_blocks(walk *w) {
    find_ends(w);
    for (size_t i = 0; i < w->bits->hit_count; i++)
        take_hit(w, w->bits->hits[i]);
}

static bool join(const walk *w) {
    const jl_json_program *program = w->program;
    if (!w->has_found)
        return program->holds_for_nothing;
    bool verdicts[JL_CONDITIONS_MAX];
    for (size_t i = 0; i < program->condition_count; i++)
        verdicts[i] = jl_condition_verdict(&program->conditions[i], w->found[i], false);
    return jl_joints_verdict(program->joints, program->joint_count, verdicts);
}

typedef enum verdict {
    NO_MATCH,
    MATCH,
    UNSURE, /* if it is JSON */
} verdict;

_Static_assert(sizeof(walk) + sizeof(jl_line_bits) < 60 * 1024,
               "the state of a match must fit a small stack");

/* Not inlined: its state would lie below that of the other walk. */
static __attribute__((noinline)) verdict walk_line(const jl_json_program *program,
                                                   jl_bits_reader *reader) {
    jl_line_bits bits;
    walk w;
    w.program = program;
    w.reader = reader;
    w.bits = &bits;
    w.count = 1;
    w.frames[0] = (frame){0, 1, NOT_YET};
    w.has_found = false;
    do {
        w.text = reader->at;
        jl_bits_read(reader, &program->sieve, &bits);
        take_blocks(&w);
    } while (!reader->is_done);
    if (!join(&w))
        return NO_MATCH;
    return jl_bits_check(reader, &bits) ? MATCH : UNSURE;
}

bool jl_names_match(const jl_json_program *program, jl_bits_reader *reader) {
    const verdict said = walk_line(program, reader);
    if (said != UNSURE)
        return said == MATCH;
    const jl_text line = {reader->start, (size_t)(reader->end - reader->start)};
    return jl_json_match(program, line, NULL, NULL);
}
