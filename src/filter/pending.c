#include "filter/pending.h"

#include "json/unescape.h"

void jl_pending_init(jl_pending *pending, jl_pending_hit *space, uint16_t room) {
    pending->kept = space;
    pending->room = room;
    /* Keys come from strangers: where the stack happens to be makes their hashes hard to foresee.
     * No verdict depends on it. */
    pending->seed = (uint64_t)(uintptr_t)space * UINT64_C(0x9E3779B97F4A7C15);
    jl_pending_begin(pending, 0);
}

void jl_pending_begin(jl_pending *pending, uint8_t wanted) {
    pending->count = 0;
    pending->known = 0;
    pending->lost = 0;
    pending->lost_from = NULL;
    pending->wanted = wanted;
}

static uint32_t hash_of_key(const jl_pending *pending) {
    return jl_json_string_hash(pending->key, pending->seed);
}

static bool has_key(const jl_pending *pending, const jl_pending_hit *hit, const char *line_end) {
    jl_json_string key = {.ptr = hit->key};
    const char *quote = jl_scan_string_end(hit->key, line_end, &key.has_escape);
    key.len = (size_t)(quote - hit->key);
    return jl_json_string_same(key, pending->key);
}

/* The kept keys stand before the current one in the line, so its start bounds them. */
static uint16_t find(const jl_pending *pending, uint32_t hash) {
    uint16_t number = pending->buckets[hash % JL_PENDING_BUCKETS];
    while (number != 0) {
        const jl_pending_hit *hit = &pending->kept[number - 1];
        if (hit->hash == hash && has_key(pending, hit, pending->key.ptr))
            return number;
        number = hit->next;
    }
    return 0;
}

void jl_pending_member(jl_pending *pending, jl_json_string key) {
    pending->key = key;
    pending->known = 0;
    if (pending->count == 0)
        return;
    pending->known = find(pending, hash_of_key(pending));
    if (pending->known != 0)
        pending->kept[pending->known - 1].hits = 0;
}

static void keep(jl_pending *pending, uint8_t hits) {
    if (pending->count == 0)
        memset(pending->buckets, 0, sizeof pending->buckets);
    const uint32_t hash = hash_of_key(pending);
    uint16_t *bucket = &pending->buckets[hash % JL_PENDING_BUCKETS];
    pending->kept[pending->count++] = (jl_pending_hit){
        .key = pending->key.ptr,
        .hash = hash,
        .next = *bucket,
        .hits = hits,
    };
    *bucket = pending->count;
}

void jl_pending_add(jl_pending *pending, uint8_t hits) {
    hits &= pending->wanted;
    if (hits == 0)
        return;
    if (pending->known != 0) {
        pending->kept[pending->known - 1].hits = hits;
        return;
    }
    if (pending->count < pending->room) {
        keep(pending, hits);
        return;
    }
    if (pending->lost == 0)
        pending->lost_from = pending->key.ptr;
    pending->lost |= hits;
}

uint8_t jl_pending_unknown(const jl_pending *pending, uint8_t hits) {
    return pending->lost & (uint8_t)~hits;
}

const char *jl_pending_end(const jl_pending *pending, uint8_t *hits) {
    *hits = 0;
    for (uint16_t i = 0; i < pending->count; i++)
        *hits |= pending->kept[i].hits;
    return jl_pending_unknown(pending, *hits) != 0 ? pending->lost_from : NULL;
}
