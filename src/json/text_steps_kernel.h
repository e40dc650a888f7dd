/*
 * The steps of json/text_steps.c, made for one kind of vectors. Included once for each kind, behind
 * the header that defines these; no guard, on purpose.
 *
 *     KERNEL             attributes of the functions
 *     NAME(name)         their names
 *     STEP               bytes of a vector, at most 64
 *     load, store        unaligned
 *     fill, table        a vector of one byte; of 16 bytes, as often as they fit
 *     lower_half(v, half), upper_half(v, half)   of each byte; `half` is filled with 0F
 *     look_up(t, v)      bytes of a table, by such halves
 *     both, either, differ, less   bitwise and, or, xor; subtraction that ends at zero
 *     is_zero(v), top_bits(v)
 *     back_at_start(v, back)   the vectors that begin one, two and three bytes before a text
 *     marks_of(c)        what these two need:
 *     specials(v, m)     the top bit of U+0000 to U+001F, `"` and `\`, and of no other byte
 *     others(v, m)       the top bit of those, DEL, and all beyond ASCII
 */

typedef struct NAME(constants) {
    NAME(vector) first_upper, first_lower, second_upper, half, three, four, top;
    NAME(marks) marks;
} NAME(constants);

KERNEL static inline NAME(constants) NAME(constants_of)(const step_constants *c) {
    return (NAME(constants)){
        .first_upper = NAME(table)(c->first_upper),
        .first_lower = NAME(table)(c->first_lower),
        .second_upper = NAME(table)(c->second_upper),
        .half = NAME(fill)(c->half),
        .three = NAME(fill)(c->three),
        .four = NAME(fill)(c->four),
        .top = NAME(fill)(c->top),
        .marks = NAME(marks_of)(c),
    };
}

/* Not zero where bytes do not go on from those before as UTF-8 does. A last code point that is not
 * whole is no error. */
KERNEL static inline NAME(vector)
    NAME(errors)(const NAME(constants) * c, NAME(vector) v, const NAME(vector) back[3]) {
    const NAME(vector) upper = NAME(upper_half)(back[0], c->half);
    const NAME(vector) lower = NAME(lower_half)(back[0], c->half);
    const NAME(vector) next = NAME(upper_half)(v, c->half);
    const NAME(vector) pairs = NAME(both)(
        NAME(both)(NAME(look_up)(c->first_upper, upper), NAME(look_up)(c->first_lower, lower)),
        NAME(look_up)(c->second_upper, next));
    /* The top bit where a lead byte of three or four stands two back, or one of four three back. */
    const NAME(vector) leads =
        NAME(either)(NAME(less)(back[1], c->three), NAME(less)(back[2], c->four));
    return NAME(differ)(pairs, NAME(both)(leads, c->top));
}

/* At least three bytes behind the start of the text. */
KERNEL static inline NAME(vector)
    NAME(errors_behind)(const NAME(constants) * c, NAME(vector) v, const char *at) {
    const NAME(vector) back[3] = {NAME(load)(at - 1), NAME(load)(at - 2), NAME(load)(at - 3)};
    return NAME(errors)(c, v, back);
}

/* @param start  of the text. */
KERNEL static inline NAME(vector)
    NAME(errors_at)(const NAME(constants) * c, NAME(vector) v, const char *at, const char *start) {
    if (JSONLOG_LIKELY(at != start))
        return NAME(errors_behind)(c, v, at);
    NAME(vector) back[3];
    NAME(back_at_start)(v, back);
    return NAME(errors)(c, v, back);
}

/* A step was copied as it is, and needs escapes: what is behind each of them is copied again behind
 * the escape. No byte is looked at twice.
 *
 * @param from  of the step, and of one more that can be read. @return the end of what counts. */
KERNEL static inline char *NAME(put_escapes)(char *to, const char *from, uint64_t specials) {
    size_t at = 0;
    for (; specials != 0; specials &= specials - 1) {
        const size_t place = (size_t)__builtin_ctzll(specials);
        to = put_escape(to + (place - at), from[place]);
        at = place + 1;
        NAME(store)(to, NAME(load)(from + at));
    }
    return to + (STEP - at);
}

KERNEL static inline bool NAME(has_room)(const passage *p, uint64_t specials) {
    const ptrdiff_t growth = (JL_ESCAPE_LEN_MAX - 1) * __builtin_popcountll(specials);
    return p->end - p->to >= 2 * STEP + growth;
}

/* The bytes of a step were copied; write the escapes. @return false if there is too little room. */
KERNEL static inline bool NAME(escape)(passage *p, uint64_t specials) {
    if (!NAME(has_room)(p, specials))
        return false;
    p->to = p->text_end - p->at < 2 * STEP ? put_last_escapes(p->to, p->at, STEP, specials)
                                           : NAME(put_escapes)(p->to, p->at, specials);
    p->at += STEP;
    return true;
}

KERNEL static inline bool NAME(has_step)(const passage *p) {
    return p->text_end - p->at >= STEP && p->end - p->to >= STEP;
}

static inline void NAME(go_on)(passage *p, size_t count) {
    p->at += count;
    p->to += count;
}

/* Up to a step that is not all ASCII. */
KERNEL static inline void NAME(put_ascii)(passage *p, const NAME(marks) * m) {
    while (NAME(has_step)(p)) {
        const NAME(vector) v = NAME(load)(p->at);
        NAME(store)(p->to, v);
        if (JSONLOG_LIKELY(NAME(top_bits)(NAME(others)(v, m)) == 0))
            NAME(go_on)(p, STEP);
        else if (NAME(top_bits)(v) != 0 || !NAME(escape)(p, NAME(top_bits)(NAME(specials)(v, m))))
            return;
    }
}

/* Up to a step in which not all is well-formed. */
KERNEL static inline void NAME(put_utf8)(passage *p, const NAME(constants) * c) {
    while (NAME(has_step)(p)) {
        const NAME(vector) v = NAME(load)(p->at);
        NAME(store)(p->to, v);
        const NAME(vector) errors = NAME(errors_at)(c, v, p->at, p->text);
        const NAME(vector) specials = NAME(specials)(v, &c->marks);
        if (JSONLOG_LIKELY(NAME(is_zero)(NAME(either)(errors, specials))))
            NAME(go_on)(p, STEP);
        else if (!NAME(is_zero)(errors) || !NAME(escape)(p, NAME(top_bits)(specials)))
            return;
    }
}

/* The last bytes, fewer than a step, are looked at together with those in front of them. */
KERNEL static inline void NAME(put_last)(passage *p, const NAME(constants) * c) {
    const size_t count = (size_t)(p->text_end - p->at);
    if (count == 0 || count >= STEP || (size_t)(p->end - p->to) < count)
        return;
    const char *at = p->text_end - STEP;
    const NAME(vector) v = NAME(load)(at);
    if (!NAME(is_zero)(NAME(errors_behind)(c, v, at)))
        return;
    const uint64_t specials = NAME(top_bits)(NAME(specials)(v, &c->marks)) >> (STEP - count);
    copy_last(p->to, p->at, count);
    if (specials != 0 && !NAME(has_room)(p, specials))
        return;
    p->to = JSONLOG_LIKELY(specials == 0) ? p->to + count
                                          : put_last_escapes(p->to, p->at, count, specials);
    p->at += count;
}

KERNEL static jl_text_steps NAME(put)(char *out, size_t room, const char *text, size_t len) {
    passage p = {text, text, text + len, out, out + room};
    const NAME(marks) m = NAME(marks_of)(constants_in_memory());
    NAME(put_ascii)(&p, &m);
    /* Not earlier: put_ascii() would have to keep them over each call. */
    const NAME(constants) c = NAME(constants_of)(constants_in_memory());
    NAME(put_utf8)(&p, &c);
    NAME(put_last)(&p, &c);
    const size_t split = split_at_end(text, (size_t)(p.at - text));
    return (jl_text_steps){(size_t)(p.at - text) - split, (size_t)(p.to - out) - split};
}

/* Only looked at, texts are rare: one kind for each architecture will do. */
#if STEP < 64
KERNEL static size_t NAME(plain)(const char *text, size_t len) {
    const NAME(constants) c = NAME(constants_of)(constants_in_memory());
    size_t at = 0;
    for (; len - at >= STEP; at += STEP) {
        const NAME(vector) v = NAME(load)(text + at);
        const NAME(vector) errors = NAME(errors_at)(&c, v, text + at, text);
        if (!NAME(is_zero)(NAME(either)(errors, NAME(specials)(v, &c.marks))))
            break;
    }
    return at - split_at_end(text, at);
}

#endif

/* @return a bit for each byte that is not plain. */
KERNEL static inline uint64_t NAME(copy_step)(char *out, const char *text, const NAME(marks) * m) {
    const NAME(vector) v = NAME(load)(text);
    NAME(store)(out, v);
    return NAME(top_bits)(NAME(others)(v, m));
}

KERNEL static size_t NAME(copy)(char *out, const char *text, size_t len) {
    const NAME(marks) m = NAME(marks_of)(constants_in_memory());
    size_t at = 0;
    for (; len - at >= STEP; at += STEP) {
        const uint64_t others = NAME(copy_step)(out + at, text + at, &m);
        if (JSONLOG_UNLIKELY(others != 0))
            return at + (size_t)__builtin_ctzll(others);
    }
    if (at == len)
        return len;
    at = len - STEP;
    const uint64_t others = NAME(copy_step)(out + at, text + at, &m);
    return JSONLOG_LIKELY(others == 0) ? len : at + (size_t)__builtin_ctzll(others);
}

#undef KERNEL
#undef NAME
#undef STEP
