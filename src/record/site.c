#include "record/site.h"

#include "base/hash.h"
#include "record/keys_literal.h"

static jl_site_key pack(uint32_t hash, size_t offset, size_t len) {
    return (uint64_t)hash << 32 | (uint64_t)offset << 16 | len;
}

/* Room for the keys of some 1,300 sites of six keys; static, because a log call must not allocate,
 * and untouched pages cost nothing. Sites that come later read their keys at every record. Nothing
 * in here points into the module of a site, which may be unloaded. */
#define ARENA_KEYS 8192

static jl_site_key arena[ARENA_KEYS]; /* atomic; written once */
static uint32_t arena_used;

static bool repeats_earlier(const jl_field *fields, uint32_t i) {
    for (uint32_t j = 0; j < i; j++) {
        if (fields[j].hash == fields[i].hash && jl_text_equal(fields[j].key, fields[i].key))
            return true;
    }
    return false;
}

uint32_t jl_fields_repeats(const jl_field *fields, uint32_t count) {
    uint32_t repeats = 0;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t bit = UINT64_C(1) << (fields[i].hash % 64);
        repeats += (seen & bit) != 0 && repeats_earlier(fields, i);
        seen |= bit;
    }
    return repeats;
}

void jl_field_set(jl_field *field, const char *key, size_t key_len, const jsonlog_value *value) {
    jl_text text = key == NULL ? JL_TEXT("null") : (jl_text){key, key_len};
    if (text.len == JSONLOG_NUL_TERMINATED)
        text.len = strlen(text.ptr);
    *field = (jl_field){text, value, jl_hash(text), jl_key_is_plain(text)};
}

static jl_site_key kept(uint32_t at) {
    return __atomic_load_n(&arena[at], __ATOMIC_RELAXED);
}

/* The same words mean the same, whoever put them there: sites with equal keys share a place, and a
 * plugin that is loaded once more finds the one it had. @return as keep_keys(). */
static uint32_t find_keys(const jl_site_key *keys, uint32_t count) {
    const uint32_t used = __atomic_load_n(&arena_used, __ATOMIC_RELAXED);
    for (uint32_t at = 0; at + count <= used; at++) {
        uint32_t same = 0;
        while (same < count && kept(at + same) == keys[same])
            same++;
        if (same == count)
            return at + 1;
    }
    return 0;
}

static uint32_t add_keys(const jl_site_key *keys, uint32_t count) {
    uint32_t at = __atomic_load_n(&arena_used, __ATOMIC_RELAXED);
    do {
        if (count > ARENA_KEYS - at)
            return 0;
    } while (!__atomic_compare_exchange_n(&arena_used, &at, at + count, true, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    for (uint32_t i = 0; i < count; i++)
        __atomic_store_n(&arena[at + i], keys[i], __ATOMIC_RELAXED);
    return at + 1;
}

/* Put the keys of a site into the arena. @return their place counted from 1, 0 if they do not fit.
 */
static uint32_t keep_keys(const jsonlog_site *site, const jl_field *fields) {
    jl_site_key keys[UINT8_MAX];
    for (uint32_t i = 0; i < site->pairs; i++) {
        const size_t offset = (size_t)(fields[i].key.ptr - site->keys);
        if (offset > UINT16_MAX || fields[i].key.len > UINT16_MAX)
            return 0;
        keys[i] = pack(fields[i].hash, offset, fields[i].key.len);
    }
    const uint32_t at = find_keys(keys, site->pairs);
    return at != 0 ? at : add_keys(keys, site->pairs);
}

static void read_keys(const jsonlog_site *site, const jsonlog_value *values, jl_field *out) {
    const char *at = site->keys;
    for (uint32_t i = 0; i < site->pairs; i++) {
        const jl_text key = jl_keys_next(&at);
        const jsonlog_value *value = values == NULL ? NULL : &values[i];
        out[i] = (jl_field){key, value, jl_hash(key), jl_key_is_plain(key)};
    }
}

static bool are_plain(const jl_field *fields, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (!fields[i].key_is_plain)
            return false;
    return true;
}

/* Several threads may come here at once; they find the same, and the loser's place in the arena is
 * lost. The id is stored before the flags that say it is there. */
__attribute__((cold, noinline)) uint32_t jl_site_first_use(const jsonlog_site *site) {
    jl_field fields[UINT8_MAX] = {{.value = NULL}}; /* gcc cannot see that all are set */
    read_keys(site, NULL, fields);
    uint32_t flags = JL_SLOT_CHECKED | jl_fields_repeats(fields, site->pairs) << JL_SLOT_REPEATS;
    if (!are_plain(fields, site->pairs))
        flags |= JL_SLOT_UNPLAIN;
    const uint32_t id = site->pairs == 0 ? 0 : keep_keys(site, fields);
    uint32_t none_yet = 0;
    if (id != 0)
        __atomic_compare_exchange_n(&site->slot->id, &none_yet, id, false, __ATOMIC_RELEASE,
                                    __ATOMIC_RELAXED);
    __atomic_fetch_or(&site->slot->flags, flags, __ATOMIC_RELEASE);
    return flags;
}

/* All that stands in flags beside the two that are set here speaks against it. */
const jl_site_key *jl_site_keys(const jsonlog_site *site) {
    const uint32_t known = JL_SLOT_CHECKED | JL_SLOT_REPORTED;
    const uint32_t id = __atomic_load_n(&site->slot->id, __ATOMIC_ACQUIRE);
    if (JSONLOG_UNLIKELY(id == 0 || (jl_site_flags(site) & ~known) != 0))
        return NULL;
    return &arena[id - 1];
}

void jl_site_fields(const jsonlog_site *site, const jsonlog_value *values, jl_field *out) {
    const jl_site_key *keys = jl_site_keys(site);
    if (JSONLOG_UNLIKELY(keys == NULL)) {
        read_keys(site, values, out);
        return;
    }
    for (uint32_t i = 0; i < site->pairs; i++) {
        out[i] =
            (jl_field){.key = {site->keys + jl_site_key_offset(keys[i]), jl_site_key_len(keys[i])},
                       .value = &values[i],
                       .hash = jl_site_key_hash(keys[i]),
                       .key_is_plain = true};
    }
}

/* For the one report of a site, so nothing is kept for it. */
__attribute__((cold)) jl_text jl_site_repeated_key(const jsonlog_site *site) {
    const char *at = site->keys;
    for (uint32_t i = 0; i < site->pairs; i++) {
        const jl_text key = jl_keys_next(&at);
        const char *later = at;
        for (uint32_t j = i + 1; j < site->pairs; j++)
            if (jl_text_equal(key, jl_keys_next(&later)))
                return key;
    }
    return JL_TEXT("");
}

bool jl_site_takes_report(const jsonlog_site *site) {
    return (__atomic_fetch_or(&site->slot->flags, JL_SLOT_REPORTED, __ATOMIC_RELAXED) &
            JL_SLOT_REPORTED) == 0;
}
