#include "logger/burst.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "logger/chores.h"
#include "logger/emit.h"
#include "logger/window.h"
#include "record/stats.h"

#include <stdio.h>

#define NS_PER_MS INT64_C(1000000)

#define ENTRIES   128 /* sites that hold back at the same time: more is a flood of another kind */
#define TEXT_SIZE 256

/*
 * The word of an entry is its generation and how much is held back, 40 bits. Nothing held back
 * means free; a number that cannot be means that somebody fills or reads the entry. Each use has a
 * generation of its own, and a slot refers to entry and generation (from 1): so a site that comes
 * late never counts for another one.
 */
#define COUNT_MASK ((UINT64_C(1) << 40) - 1)
#define BUSY       COUNT_MASK

typedef struct entry {
    uint64_t word;  /* atomic */
    int64_t due_ns; /* likewise: it is looked at before the entry is taken */
    const jl_named *named;
    uint32_t line;
    uint8_t level;
    bool has_message;
    char file[TEXT_SIZE];
    char message[TEXT_SIZE];
} entry;

static entry entries[ENTRIES];

static uint64_t count_of(uint64_t word) {
    return word & COUNT_MASK;
}

static uint64_t word_of(uint64_t generation, uint64_t count) {
    return generation << 40 | count;
}

static bool swap(entry *e, uint64_t *old, uint64_t word) {
    return __atomic_compare_exchange_n(&e->word, old, word, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

static uint64_t reference_to(const entry *e, uint64_t generation) {
    return generation << 8 | (uint64_t)(e - entries + 1);
}

/* ---- holding back ---- */

static bool add(uint64_t reference) {
    if (reference == 0)
        return false;
    entry *e = &entries[(reference & 0xff) - 1];
    uint64_t word = __atomic_load_n(&e->word, __ATOMIC_SEQ_CST);
    do {
        if (word >> 40 != reference >> 8 || count_of(word) == 0 || count_of(word) == BUSY)
            return false;
    } while (!swap(e, &word, word + 1));
    return true;
}

/* @return the entry, busy, and its generation so far; NULL if all are in use. */
static entry *seize(uint64_t *generation) {
    for (size_t i = 0; i < ENTRIES; i++) {
        uint64_t word = __atomic_load_n(&entries[i].word, __ATOMIC_RELAXED);
        if (count_of(word) == 0 && swap(&entries[i], &word, word | BUSY)) {
            *generation = word >> 40;
            return &entries[i];
        }
    }
    return NULL;
}

/* The end of a path says more than its beginning. */
static void copy_path(char *to, const char *path) {
    const size_t len = strlen(path);
    const size_t skipped = len < TEXT_SIZE ? 0 : len - (TEXT_SIZE - 1);
    memcpy(to, path + skipped, len - skipped + 1);
}

static void copy_message(char *to, const char *message) {
    const jl_text text = jl_text_of(message);
    const size_t len = jl_utf8_cut(text, TEXT_SIZE - 1);
    memcpy(to, text.ptr, len);
    to[len] = '\0';
}

static void fill(entry *e, const jsonlog_logger *logger, const jsonlog_site *site,
                 const char *literal) {
    __atomic_store_n(&e->due_ns,
                     jl_window_end_ms((const uint64_t *)&site->slot->next_ns) * NS_PER_MS,
                     __ATOMIC_RELAXED);
    e->named = jl_logger_of(logger)->named;
    e->line = site->line;
    e->level = site->level;
    e->has_message = literal != NULL;
    copy_path(e->file, site->file);
    copy_message(e->message, literal == NULL ? "" : literal);
}

/* Of several threads whose site needs an entry at the same time one gives it to the slot; the
 * others take theirs back, unless it was told already, and count there. */
static bool begin(const jsonlog_logger *logger, const jsonlog_site *site, const char *literal) {
    uint64_t *slot = &site->slot->count;
    uint64_t before = __atomic_load_n(slot, __ATOMIC_SEQ_CST);
    uint64_t generation = 0;
    entry *e = seize(&generation);
    if (e == NULL)
        return false;
    fill(e, logger, site, literal);
    generation = (generation + 1) & (UINT64_MAX >> 40);
    __atomic_store_n(&e->word, word_of(generation, 1), __ATOMIC_SEQ_CST);
    jl_chores_at(e->due_ns);
    if (__atomic_compare_exchange_n(slot, &before, reference_to(e, generation), false,
                                    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return true;
    uint64_t word = word_of(generation, 1);
    return !swap(e, &word, word_of(generation, 0)) || add(before);
}

static bool hold_back(const jsonlog_logger *logger, const jsonlog_site *site, const char *literal) {
    jsonlog_slot *slot = site->slot;
    jl_stats_add(JL_STAT_HELD_BACK, 1);
    if (!add(__atomic_load_n(&slot->count, __ATOMIC_SEQ_CST)) && !begin(logger, site, literal))
        __atomic_fetch_add(&slot->suppressed, 1, __ATOMIC_RELAXED);
    return false;
}

/* ---- the site's own next record tells ---- */

static void take_over(jsonlog_slot *slot) {
    const uint64_t reference = __atomic_load_n(&slot->count, __ATOMIC_SEQ_CST);
    if (reference == 0)
        return;
    entry *e = &entries[(reference & 0xff) - 1];
    uint64_t word = __atomic_load_n(&e->word, __ATOMIC_SEQ_CST);
    do {
        if (word >> 40 != reference >> 8 || count_of(word) == 0 || count_of(word) == BUSY)
            return;
    } while (!swap(e, &word, word_of(word >> 40, 0)));
    __atomic_fetch_add(&slot->suppressed, count_of(word), __ATOMIC_RELAXED);
}

bool jsonlog_site_burst(jsonlog_logger *logger, const jsonlog_site *site, const char *literal,
                        uint64_t n, int64_t per_ms) {
    if (per_ms <= 0)
        return true;
    const uint32_t enough = n < JL_WINDOW_MOST ? (uint32_t)n : JL_WINDOW_MOST - 1;
    const int64_t now_ms = jl_clock_monotonic_ns() / NS_PER_MS;
    const uint32_t call = jl_window_count((uint64_t *)&site->slot->next_ns, now_ms, per_ms, enough);
    if (call > enough)
        return hold_back(logger, site, literal);
    take_over(site->slot);
    return true;
}

/* ---- a record of its own ---- */

static void put_grouped(char *to, size_t size, uint64_t number) {
    char digits[24];
    const int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    size_t at = 0;
    for (int i = 0; i < len && at + 2 < size; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            to[at++] = ',';
        to[at++] = digits[i];
    }
    to[at] = '\0';
}

static void tell(const entry *e, uint64_t held_back) {
    char number[32];
    char text[TEXT_SIZE + 64];
    put_grouped(number, sizeof number, held_back);
    snprintf(text, sizeof text, "repeated %s times%s%s", number, e->has_message ? ": " : "",
             e->message);
    const jsonlog_value message = jsonlog_from_string(text);
    const jsonlog_field fields[] = {
        jsonlog_field_make("file", jsonlog_from_string(e->file)),
        jsonlog_field_make("line", jsonlog_from_uint64(e->line)),
    };
    jl_log_call call = {.logger = &e->named->logger,
                        .fields = fields,
                        .count = 2,
                        .message = &message,
                        .level = e->level,
                        .suppressed = held_back,
                        .is_own = true};
    jl_emit(&call);
}

/* @return how much was held back; the entry is free then, and `copy` has what it said. */
static uint64_t take(entry *e, entry *copy) {
    uint64_t word = __atomic_load_n(&e->word, __ATOMIC_SEQ_CST);
    do {
        if (count_of(word) == 0 || count_of(word) == BUSY)
            return 0;
    } while (!swap(e, &word, word | BUSY));
    copy->named = e->named;
    copy->line = e->line;
    copy->level = e->level;
    copy->has_message = e->has_message;
    memcpy(copy->file, e->file, TEXT_SIZE);
    memcpy(copy->message, e->message, TEXT_SIZE);
    __atomic_store_n(&e->word, word_of(word >> 40, 0), __ATOMIC_SEQ_CST);
    return count_of(word);
}

/* Whoever reuses the entry just now may be told early: once, and nothing is lost by it. */
static bool is_due(const entry *e, jl_bursts_which which, int64_t now_ns) {
    const int64_t due_ns = __atomic_load_n(&e->due_ns, __ATOMIC_RELAXED);
    if (count_of(__atomic_load_n(&e->word, __ATOMIC_SEQ_CST)) == 0)
        return false;
    if (which == JL_BURSTS_ALL || due_ns <= now_ns)
        return true;
    jl_chores_at(due_ns);
    return false;
}

void jl_bursts_report(jl_bursts_which which) {
    const int64_t now_ns = jl_clock_monotonic_ns();
    entry copy;
    for (size_t i = 0; i < ENTRIES; i++) {
        if (!is_due(&entries[i], which, now_ns))
            continue;
        const uint64_t held_back = take(&entries[i], &copy);
        if (held_back > 0)
            tell(&copy, held_back);
    }
}

void jl_bursts_after_fork(void) {
    for (size_t i = 0; i < ENTRIES; i++)
        entries[i].word = word_of(entries[i].word >> 40, 0);
}
