#include "format/site_head.h"

#include "record/level.h"
#include "record/site.h"

/* Room for the heads of some 500 sites; static, because a log call must not allocate, and untouched
 * pages cost nothing. Nothing in here points into the module of a site: the address of a literal is
 * compared and never read. */
#define ARENA_SIZE 65536
#define HEAD_MAX   512

/* In a slot: the site goes without. */
#define NO_HEAD UINT32_MAX

static _Alignas(jl_site_head) char arena[ARENA_SIZE];
static uint32_t arena_used; /* atomic */

static bool has_fixed_level(const jsonlog_site *site) {
    return site != NULL && site->level != 0;
}

const jl_site_head *jl_site_head_find(const jsonlog_record *record, uint32_t formatter) {
    const jsonlog_site *site = record->site;
    if (!has_fixed_level(site))
        return NULL;
    const uint32_t at = __atomic_load_n(&site->slot->head, __ATOMIC_ACQUIRE);
    if (JSONLOG_UNLIKELY(at == 0 || at == NO_HEAD))
        return NULL;
    const jl_site_head *head = (const jl_site_head *)(const void *)(arena + (at - 1));
    if (JSONLOG_UNLIKELY(head->formatter != formatter || head->logger != record->logger ||
                         head->level != jl_level_given_name(record->level)))
        return NULL;
    if (head->message == NULL)
        return head;
    const jsonlog_value *message = record->message;
    const bool is_same = message != NULL && message->as.string == head->message &&
                         message->with.len == head->message_len;
    return JSONLOG_LIKELY(is_same) ? head : NULL;
}

bool jl_site_head_is_wanted(const jsonlog_record *record) {
    return has_fixed_level(record->site) &&
           __atomic_load_n(&record->site->slot->head, __ATOMIC_RELAXED) == 0;
}

/* @return its place counted from 1, NO_HEAD without room. */
static uint32_t take(size_t len) {
    const size_t mask = _Alignof(jl_site_head) - 1;
    const uint32_t size = (uint32_t)((sizeof(jl_site_head) + len + mask) & ~mask);
    uint32_t at = __atomic_load_n(&arena_used, __ATOMIC_RELAXED);
    do {
        if (size > ARENA_SIZE - at)
            return NO_HEAD;
    } while (!__atomic_compare_exchange_n(&arena_used, &at, at + size, true, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    return at + 1;
}

static void fill(jl_site_head *head, const jsonlog_record *record, const jsonlog_value *message,
                 jl_text text) {
    head->logger = record->logger;
    head->level = jl_level_given_name(record->level);
    head->message = message == NULL ? NULL : message->as.string;
    head->message_len = message == NULL ? 0 : message->with.len;
    head->len = (uint16_t)text.len;
    memcpy(head->text, text.ptr, text.len);
}

void jl_site_head_keep(const jsonlog_record *record, uint32_t formatter, size_t columns,
                       const jsonlog_value *message, jl_text text) {
    uint32_t none = 0;
    const uint32_t at = text.len > HEAD_MAX ? NO_HEAD : take(text.len);
    if (at != NO_HEAD) {
        jl_site_head *head = (jl_site_head *)(void *)(arena + (at - 1));
        head->formatter = formatter;
        head->columns = (uint16_t)columns;
        fill(head, record, message, text);
    }
    __atomic_compare_exchange_n(&record->site->slot->head, &none, at, false, __ATOMIC_RELEASE,
                                __ATOMIC_RELAXED);
}
