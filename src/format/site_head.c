#include "format/site_head.h"

/* Room for the heads of some 600 sites of six fields; static, because a log call must not allocate,
 * and untouched pages cost nothing. Nothing in here points into the module of a site: the address
 * of a literal is compared and never read. */
#define ARENA_SIZE 262144
#define TEXT_MAX   512
#define KEYS_MAX   32

_Alignas(jl_site_head) char jl_site_heads[ARENA_SIZE];
static uint32_t arena_used; /* atomic */

bool jl_site_head_is_wanted(const jsonlog_record *record) {
    return record->site != NULL && record->site->level != 0 &&
           __atomic_load_n(&record->site->slot->head, __ATOMIC_RELAXED) == 0;
}

/* @return its place counted from 1, JL_NO_HEAD without room. */
static uint32_t take(size_t len) {
    const size_t mask = _Alignof(jl_site_head) - 1;
    const uint32_t size = (uint32_t)((sizeof(jl_site_head) + len + mask) & ~mask);
    uint32_t at = __atomic_load_n(&arena_used, __ATOMIC_RELAXED);
    do {
        if (size > ARENA_SIZE - at)
            return JL_NO_HEAD;
    } while (!__atomic_compare_exchange_n(&arena_used, &at, at + size, true, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    return at + 1;
}

/* A key with its comma, its quotes and its colon. */
static size_t len_in_line(jl_site_key key) {
    return jl_site_key_len(key) + 4;
}

static bool fit(const jl_site_key *keys, size_t count) {
    if (keys == NULL || count > KEYS_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        if (len_in_line(keys[i]) > sizeof(((jl_head_key *)0)->text))
            return false;
    return true;
}

static void fill(jl_site_head *head, const jsonlog_record *record, const jl_head_parts *parts) {
    const jsonlog_value *message = parts->message;
    head->formatter = parts->formatter;
    head->columns = (uint16_t)parts->columns;
    head->logger = record->logger;
    head->level = jl_level_given_name(record->level);
    head->message = message == NULL ? NULL : message->as.string;
    head->message_len = message == NULL ? 0 : message->with.len;
    head->len = (uint16_t)parts->text.len;
    memcpy(head->text, parts->text.ptr, parts->text.len);
}

/* In a site's literal they stand as in a line already. */
static void fill_keys(jl_site_head *head, const jsonlog_site *site, const jl_site_key *keys) {
    jl_head_key *out = (jl_head_key *)(void *)(head->text + jl_head_pieces(head->len));
    for (size_t i = 0; i < site->pairs; i++) {
        out[i].len = (uint8_t)len_in_line(keys[i]);
        memcpy(out[i].text, site->keys + jl_site_key_offset(keys[i]) - 2, out[i].len);
        jl_key_set_add(&head->keys, jl_site_key_hash(keys[i]));
    }
    head->has_keys = true;
}

void jl_site_head_keep(const jsonlog_record *record, const jl_head_parts *parts) {
    const jsonlog_site *site = record->site;
    const bool has_keys = fit(parts->site_keys, site->pairs);
    const size_t len =
        jl_head_pieces(parts->text.len) + (has_keys ? site->pairs * sizeof(jl_head_key) : 0);
    const uint32_t at = parts->text.len > TEXT_MAX ? JL_NO_HEAD : take(len);
    if (at != JL_NO_HEAD) {
        jl_site_head *head = (jl_site_head *)(void *)(jl_site_heads + (at - 1));
        fill(head, record, parts);
        if (has_keys)
            fill_keys(head, site, parts->site_keys);
        head->is_usual = has_keys && parts->is_usual;
    }
    uint32_t none = 0;
    __atomic_compare_exchange_n(&site->slot->head, &none, at, false, __ATOMIC_RELEASE,
                                __ATOMIC_RELAXED);
}
