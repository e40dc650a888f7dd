/*
 * The search of a needle, BLOCK bytes at a time. Included once for each kind of vectors, which
 * defines the names below; no guard, on purpose.
 *
 *     BLOCK           bytes of a vector
 *     VECTOR          its type
 *     MASK            an unsigned type with a bit for each byte
 *     FILL(byte)      a vector of one byte
 *     LOAD(address)   unaligned
 *     BOTH(a, b)      bitwise and
 *     EITHER(a, b)    bitwise or
 *     SAME(a, b)      all bits of the bytes that are equal
 *     BITS(v)         the top bits
 *     IS_ZERO(v)      whether no bit is set
 *     ATTRIBUTES      of the functions
 *     NAME(name)      name of this kind
 */

ATTRIBUTES static inline VECTOR NAME(texts)(const probe *p, const char *at) {
    return BOTH(SAME(LOAD(at + p->first), FILL(p->first_byte)),
                SAME(LOAD(at + p->second), FILL(p->second_byte)));
}

ATTRIBUTES static inline VECTOR NAME(backslashes)(const char *at) {
    return SAME(LOAD(at), FILL('\\'));
}

/* The places of one vector, looked at closely. */
ATTRIBUTES static const char *NAME(look)(const jl_needle *needle, const probe *p, const char *at,
                                         const char *end) {
    const VECTOR escapes =
        BOTH(NAME(backslashes)(at), SAME(LOAD(at + p->mark), FILL(p->mark_byte)));
    MASK bits = (MASK)BITS(EITHER(NAME(texts)(p, at), escapes));
    for (; bits != 0; bits &= bits - 1) {
        const char *found = at + __builtin_ctz(bits);
        if (stands_at(needle, found, end))
            return found;
    }
    return NULL;
}

/* Two vectors at a time, in which mostly there is nothing. */
ATTRIBUTES static inline __attribute__((always_inline)) const char *NAME(search_through)(
    const jl_needle *needle, const probe *p, const char *at, const char *end, const char **rest,
    bool is_guarded) {
    const ptrdiff_t span = 2 * BLOCK + JL_NEEDLE_MAX;
    for (; end - at >= span; at += 2 * BLOCK) {
        const char *next = at + BLOCK;
        VECTOR any = EITHER(NAME(texts)(p, at), NAME(texts)(p, next));
        if (is_guarded)
            any = EITHER(any, EITHER(NAME(backslashes)(at), NAME(backslashes)(next)));
        if (__builtin_expect(IS_ZERO(any), 1))
            continue;
        const char *found = NAME(look)(needle, p, at, end);
        found = found != NULL ? found : NAME(look)(needle, p, next, end);
        if (found != NULL)
            return found;
    }
    *rest = at;
    return NULL;
}

/* Start at `at`, as long as two vectors can be loaded. *rest: where to go on. */
ATTRIBUTES static const char *NAME(search)(const jl_needle *needle, const probe *p, const char *at,
                                           const char *end, const char **rest) {
    return needle->guard == JL_GUARD_NONE ? NAME(search_through)(needle, p, at, end, rest, false)
                                          : NAME(search_through)(needle, p, at, end, rest, true);
}

#undef BLOCK
#undef VECTOR
#undef FILL
#undef LOAD
#undef BOTH
#undef EITHER
#undef SAME
#undef BITS
#undef IS_ZERO
#undef ATTRIBUTES
#undef NAME
