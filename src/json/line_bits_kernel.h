/*
 * The loops over blocks, made once for each kernel by json/line_bits.c. A kernel's header gives
 * ATTRIBUTES and NAME(), READS_ONLY if another one checks for it, and by these names:
 *
 *     bytes            64 of them
 *     load             them
 *     equal            the bits of the bytes that equal this one
 *     bracket          that equal this one, `{` or `}`, or the square bracket beside it
 *     square           that are square brackets, of brackets
 *     at_most          that are not above this one
 *     blanks           that are blanks of JSON
 *     holds            is there such a byte?
 *     holds_control    is there one below the blank?
 *     prefix_xor       each bit the sum of all up to it
 *     surplus          how many more bits are set in the one than in the other
 *     tables, tables_of, hits     the sieve
 *     first_hits       hits of the first block of a line, without a look before it; optional, see
 *                      HAS_FIRST_HITS
 *     add_brackets     those of a block without square ones, behind those before
 */

/* Blocks at the end of the memory that may be read are loaded from before their start. */
typedef struct NAME(place) {
    NAME(bytes) bytes;
    unsigned shift;
    uint64_t line; /* the bytes of the line, if its end is known */
} NAME(place);

ATTRIBUTES static inline NAME(place)
    NAME(load_end)(const char *start, const char *at, const char *limit) {
    if (limit - at >= JL_BITS_BYTES)
        return (NAME(place)){NAME(load)(at), 0, UINT64_MAX};
    const unsigned shift = (unsigned)(JL_BITS_BYTES - (limit - at));
    if (limit - start >= JL_BITS_BYTES)
        return (NAME(place)){NAME(load)(limit - JL_BITS_BYTES), shift, UINT64_MAX};
    char copy[JL_BITS_BYTES] = {0};
    memcpy(copy + shift, at, (size_t)(limit - at));
    return (NAME(place)){NAME(load)(copy), shift, UINT64_MAX};
}

/* --- reading --------------------------------------------------------------------------------- */

#ifndef HAS_FIRST_HITS
/* The sieve looks at three bytes before the block. */
ATTRIBUTES static inline uint64_t NAME(first_hits)(const char *at, const NAME(tables) * tables) {
    char copy[3 + JL_BITS_BYTES] = {0};
    memcpy(copy + 3, at, JL_BITS_BYTES);
    return NAME(hits)(NAME(load)(copy + 3), copy + 3, tables);
}
#endif

/* A block that is not like most: the last one, one with a backslash, or one that a string with an
 * escape runs into. Not inlined: beside a call no vector stays in its register. */
ATTRIBUTES static __attribute__((noinline)) uint64_t NAME(read_rare)(jl_bits_reader *r,
                                                                     const char *at,
                                                                     const NAME(tables) * tables,
                                                                     jl_line_bits *out, size_t n) {
    const NAME(place) place = NAME(load_end)(r->start, at, r->limit);
    const uint64_t newline =
        r->is_by_line ? NAME(equal)(place.bytes, '\n') >> place.shift : UINT64_C(0);
    if (newline != 0)
        r->end = at + __builtin_ctzll(newline);
    rare_block block = {
        .quote = NAME(equal)(place.bytes, '"') >> place.shift,
        .backslash = NAME(equal)(place.bytes, '\\') >> place.shift,
        .colon = NAME(equal)(place.bytes, ':') >> place.shift,
        .open = NAME(bracket)(place.bytes, '{') >> place.shift,
        .close = NAME(bracket)(place.bytes, '}') >> place.shift,
        .line = (newline - 1) & ~newline, /* below the first newline, or all */
    };
    block.hit =
        place.shift == 0 && at > r->start ? NAME(hits)(place.bytes, at, tables) : block.colon;
    resolve_escapes(r, &block, out, n);
    const uint64_t string = NAME(prefix_xor)(block.quote) ^ r->in_string;
    return put_rare(r, &block, string, out, n);
}

typedef struct NAME(reading) {
    NAME(tables) tables;
    const char *at;
    uint64_t in_string;
    int64_t depth;
    size_t hit_count;
    size_t n;
} NAME(reading);

ATTRIBUTES ALWAYS_INLINE void NAME(end_block)(NAME(reading) * s, jl_line_bits *out, uint64_t open,
                                              uint64_t close, uint64_t hit) {
    for (; hit != 0; hit &= hit - 1) {
        const uint64_t below = (hit & (0 - hit)) - 1;
        const size_t place = s->n * JL_BITS_BYTES + (size_t)__builtin_ctzll(hit);
        const int64_t depth = s->depth + NAME(surplus)(open & below, close & below);
        out->hits[s->hit_count++] = (jl_bits_hit){(uint16_t)place, (int16_t)depth};
    }
    s->depth += NAME(surplus)(open, close);
    s->n++;
    s->at += JL_BITS_BYTES;
}

/* Blocks as long as they are like most. */
ATTRIBUTES ALWAYS_INLINE void NAME(read_plain)(NAME(reading) * s, jl_bits_reader *r,
                                               jl_line_bits *out) {
    const uint64_t looks_for_end = r->is_by_line ? UINT64_MAX : 0;
    const char *start = r->start;
    const char *limit = r->limit;
    uint64_t newline = 0;
    while (newline == 0 && s->n < JL_BITS_BLOCKS_MAX && limit - s->at >= JL_BITS_BYTES) {
        const NAME(bytes) bytes = NAME(load)(s->at);
        if (__builtin_expect(NAME(holds)(bytes, '\\'), 0))
            break;
        newline = NAME(equal)(bytes, '\n') & looks_for_end;
        const uint64_t line = (newline - 1) & ~newline; /* below the first one, or all */
        const uint64_t quote = NAME(equal)(bytes, '"') & line;
        const uint64_t string = NAME(prefix_xor)(quote) ^ s->in_string;
        const uint64_t outside = line & ~string;
        const uint64_t open = NAME(bracket)(bytes, '{') & outside;
        const uint64_t close = NAME(bracket)(bytes, '}') & outside;
        const uint64_t hit = outside & (s->at == start ? NAME(first_hits)(s->at, &s->tables)
                                                       : NAME(hits)(bytes, s->at, &s->tables));
        s->in_string = (uint64_t)((int64_t)string >> 63);
        out->quote[s->n] = quote;
        out->string[s->n] = string;
        out->open[s->n] = open;
        out->close[s->n] = close;
        NAME(end_block)(s, out, open, close, hit);
    }
    if (newline != 0)
        r->end = s->at - JL_BITS_BYTES + __builtin_ctzll(newline);
}

ATTRIBUTES static void NAME(read)(jl_bits_reader *r, const jl_sieve *sieve, jl_line_bits *out) {
    NAME(reading) s = {NAME(tables_of)(sieve), r->at, r->in_string, r->depth, 0, 0};
    out->depth = r->depth;
    out->with_escapes = 0;
    while (s.n < JL_BITS_BLOCKS_MAX && s.at < r->end) {
        if (r->is_pending == 0)
            NAME(read_plain)(&s, r, out);
        if (s.n == JL_BITS_BLOCKS_MAX || s.at >= r->end)
            break;
        r->in_string = s.in_string;
        const uint64_t hit = NAME(read_rare)(r, s.at, &s.tables, out, s.n);
        s.in_string = r->in_string;
        NAME(end_block)(&s, out, out->open[s.n], out->close[s.n], hit);
    }
    r->at = s.at;
    r->in_string = s.in_string;
    r->depth = s.depth;
    r->is_done = s.at >= r->end;
    out->count = s.n;
    out->hit_count = s.hit_count;
}

/* --- checking -------------------------------------------------------------------------------- */

#ifndef READS_ONLY

/* @param is_spaced  there may be blanks; else one counts as a wrong byte. */
ATTRIBUTES ALWAYS_INLINE uint64_t NAME(check_block)(jl_bits_checker *c, carries *carry,
                                                    NAME(place) place, const jl_line_bits *blocks,
                                                    size_t n, bool is_spaced) {
    const uint64_t line = place.line;
    const uint64_t quote = blocks->quote[n];
    const uint64_t inside = blocks->string[n] & line;
    const uint64_t outside = line & ~(inside | quote);
    tokens t = {
        .inside = inside,
        .string = quote & inside,
        .open = blocks->open[n],
        .close = blocks->close[n],
        .comma = NAME(equal)(place.bytes, ',') >> place.shift & outside,
        .colon = NAME(equal)(place.bytes, ':') >> place.shift & outside,
    };
    const uint64_t blank =
        is_spaced ? NAME(blanks)(place.bytes) >> place.shift & outside : UINT64_C(0);
    const uint64_t both = t.open | t.close;
    const uint64_t square = NAME(square)(place.bytes) >> place.shift & both;
    const uint64_t other = outside & ~(blank | t.comma | t.colon | both);
    t.scalar = other & ~(other << 1 | carry->in_scalar);
    carry->in_scalar = other >> 63;
    c->scalars[n] = t.scalar;
    if (__builtin_expect((square | c->arrays) != 0, 0))
        t.in_array = walk_arrays(c, t.open, both, square);
    else
        NAME(add_brackets)(&c->nesting, t.open, both);
    return wrong_tokens(carry, &t, blank, line);
}

/* Strings hold no control characters, and without blanks nothing does. */
ATTRIBUTES ALWAYS_INLINE bool NAME(check_blocks)(jl_bits_checker *c, const jl_bits_reader *r,
                                                 const char *at, const jl_line_bits *blocks,
                                                 bool is_spaced) {
    const char *end = r->end;
    carries carry = c->carry;
    uint64_t bad = 0;
    size_t n = 0;
    for (; end - at >= JL_BITS_BYTES && n < blocks->count; n++, at += JL_BITS_BYTES) {
        const NAME(place) place = {NAME(load)(at), 0, UINT64_MAX};
        const uint64_t within = is_spaced ? blocks->string[n] : UINT64_MAX;
        if (__builtin_expect(NAME(holds_control)(place.bytes), 0))
            bad |= NAME(at_most)(place.bytes, 0x1F) & within;
        bad |= NAME(check_block)(c, &carry, place, blocks, n, is_spaced);
    }
    if (n < blocks->count) {
        NAME(place) place = NAME(load_end)(r->start, at, r->limit);
        place.line = (UINT64_C(1) << (end - at)) - 1;
        const uint64_t within = is_spaced ? blocks->string[n] & place.line : place.line;
        bad |= NAME(at_most)(place.bytes, 0x1F) >> place.shift & within;
        bad |= NAME(check_block)(c, &carry, place, blocks, n, is_spaced);
    }
    c->carry = carry;
    return bad == 0;
}

ATTRIBUTES static bool NAME(check_compact)(jl_bits_checker *c, const jl_bits_reader *r,
                                           const char *at, const jl_line_bits *blocks) {
    return NAME(check_blocks)(c, r, at, blocks, false);
}

ATTRIBUTES static bool NAME(check_spaced)(jl_bits_checker *c, const jl_bits_reader *r,
                                          const char *at, const jl_line_bits *blocks) {
    return NAME(check_blocks)(c, r, at, blocks, true);
}

#endif

#undef HAS_FIRST_HITS
#undef READS_ONLY
#undef ATTRIBUTES
#undef NAME
