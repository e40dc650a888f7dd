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
 *     ATTRIBUTES      of the functions
 *     NAME(name)      name of this kind
 */

ATTRIBUTES static inline VECTOR NAME(hits)(const probe *p, const char *at) {
    const VECTOR text = BOTH(SAME(LOAD(at + p->first), FILL(p->first_byte)),
                             SAME(LOAD(at + p->second), FILL(p->second_byte)));
    const VECTOR escape =
        BOTH(SAME(LOAD(at), FILL('\\')), SAME(LOAD(at + p->mark), FILL(p->mark_byte)));
    return EITHER(text, escape);
}

/* Start at `at`, as long as whole vectors can be loaded. *rest: where to go on. */
ATTRIBUTES static const char *NAME(search)(const jl_needle *needle, const probe *p, const char *at,
                                           const char *end, const char **rest) {
    const ptrdiff_t span = BLOCK + JL_NEEDLE_MAX;
    for (; end - at >= span; at += BLOCK) {
        MASK bits = (MASK)BITS(NAME(hits)(p, at));
        for (; bits != 0; bits &= bits - 1) {
            const char *found = at + __builtin_ctz(bits);
            if (stands_at(needle, found, end))
                return found;
        }
    }
    *rest = at;
    return NULL;
}
