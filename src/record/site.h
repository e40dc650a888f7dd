#ifndef JL_RECORD_SITE_H
#define JL_RECORD_SITE_H
/**
 * What is found out about a call site once, at its first record, and kept in its slot: whether its
 * keys may be written as they are, whether two are equal, and, as long as there is room, where each
 * key stands and its hash, so that later records of the site need not read the keys' bytes again.
 */
#include "record/record.h"

/** Bits of jsonlog_slot.flags; atomic. */
enum {
    JL_SLOT_CHECKED = 1u << 0,
    JL_SLOT_UNPLAIN = 1u << 1,  /**< some key needs escaping */
    JL_SLOT_REPORTED = 1u << 2, /**< equal keys were reported */
    JL_SLOT_REPEATS = 8,        /**< from here up: how many fields lose to an equal key */
};

/** One key of a site: its hash, the offset of the bare key in the site's literal, and its length,
 * in one word. Never zero, for the literal begins with punctuation. */
typedef uint64_t jl_site_key;

static inline uint32_t jl_site_key_hash(jl_site_key key) {
    return (uint32_t)(key >> 32);
}

static inline size_t jl_site_key_offset(jl_site_key key) {
    return key >> 16 & UINT16_MAX;
}

static inline size_t jl_site_key_len(jl_site_key key) {
    return key & UINT16_MAX;
}

/** @return the site's keys, of which none needs escaping and no two are equal; NULL if that is not
 * so or not known, or if there was no room to keep them. */
const jl_site_key *jl_site_keys(const jsonlog_site *site);

/** Slow half of jl_site_flags(). */
uint32_t jl_site_first_use(const jsonlog_site *site);

/** @return the bits of the site's slot, found out now if this is its first record. */
static inline uint32_t jl_site_flags(const jsonlog_site *site) {
    const uint32_t flags = __atomic_load_n(&site->slot->flags, __ATOMIC_ACQUIRE);
    return JSONLOG_LIKELY((flags & JL_SLOT_CHECKED) != 0) ? flags : jl_site_first_use(site);
}

/** @return how many fields of a call lose to a later one with an equal key. */
static inline uint32_t jl_site_repeats(const jsonlog_site *site) {
    return jl_site_flags(site) >> JL_SLOT_REPEATS;
}

/** Fill `out` with the fields of a call: site->pairs of them, out[i] for key i and values[i]. */
void jl_site_fields(const jsonlog_site *site, const jsonlog_value *values, jl_field *out);

/** @return the first key that a site has twice, "" if none. */
jl_text jl_site_repeated_key(const jsonlog_site *site);

/** @return true for the one caller who is to report the equal keys of this site. */
bool jl_site_takes_report(const jsonlog_site *site);

/** How many of `count` fields lose to a later one with an equal key. */
uint32_t jl_fields_repeats(const jl_field *fields, uint32_t count);

/** Make a field from run-time parts; key NULL is "null", JSONLOG_NUL_TERMINATED is resolved. */
void jl_field_set(jl_field *field, const char *key, size_t key_len, const jsonlog_value *value);

#endif
