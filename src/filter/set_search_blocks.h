/*
 * The search of a set, BLOCK bytes at a time. Included once for each kind of vectors, which defines
 * the names below; no guard, on purpose.
 *
 *     BLOCK             bytes of a vector
 *     VECTOR            its type
 *     LOAD(address)     unaligned
 *     TABLE(bytes)      16 bytes, as often as they fit
 *     LOOK_UP(t, v)     bytes of a table, by bytes below 16
 *     LOW(v), HIGH(v)   lower and upper halves of bytes
 *     BOTH(a, b)        bitwise and
 *     NOT_ZERO_BITS(v)  a bit for each byte that is not zero
 *     ATTRIBUTES        of the functions
 *     NAME(name)        name of this kind
 */

/* The buckets with a print that has these bytes at a place. */
ATTRIBUTES static inline VECTOR NAME(buckets_of)(VECTOR low, VECTOR high, const char *at) {
    const VECTOR text = LOAD(at);
    return BOTH(LOOK_UP(low, LOW(text)), LOOK_UP(high, HIGH(text)));
}

/* As long as whole vectors can be loaded. *rest: where to go on. */
ATTRIBUTES static const char *NAME(run)(const jl_set_search *search, const char *at,
                                        const char *end, uint64_t *marks, const char **rest) {
    const char *start = at;
    VECTOR low[JL_SET_PRINT], high[JL_SET_PRINT];
    for (size_t i = 0; i < JL_SET_PRINT; i++) {
        low[i] = TABLE(search->low[i]);
        high[i] = TABLE(search->high[i]);
    }
    for (; end - at >= BLOCK + JL_SET_PRINT; at += BLOCK) {
        VECTOR buckets = NAME(buckets_of)(low[0], high[0], at);
        for (size_t i = 1; i < JL_SET_PRINT; i++)
            buckets = BOTH(buckets, NAME(buckets_of)(low[i], high[i], at + i));
        uint32_t places = NOT_ZERO_BITS(buckets);
        for (; places != 0; places &= places - 1) {
            const char *place = at + __builtin_ctz(places);
            if (take_place(search, start, place, end, marks) && marks == NULL)
                return place;
        }
    }
    *rest = at;
    return NULL;
}
