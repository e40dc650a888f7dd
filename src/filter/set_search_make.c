#include "filter/set_search.h"

#include "base/alloc.h"

#include <stdlib.h>

enum {
    BUCKETS = 7,
    ESCAPES = 1 << BUCKETS, /* the eighth */
    STARTS_MAX = 6,         /* places of a needle that its print may be taken from */
};

/* --- how often a bucket would stop the search ------------------------------------------------ */

/* Of a thousand bytes of JSON logs. Only the proportions matter. */
static double share_of(unsigned byte) {
    if (byte >= 'a' && byte <= 'z')
        return strchr("etaoinsrcdlpu", (int)byte) != NULL ? 35 : 12;
    if (byte >= '0' && byte <= '9')
        return 20;
    if (byte == '"')
        return 100;
    if (byte == ':' || byte == ',')
        return 40;
    return byte >= 'A' && byte <= 'Z' ? 6 : 3;
}

typedef struct halves {
    uint16_t low[JL_SET_PRINT]; /* a bit for each lower half of a byte at that place */
    uint16_t high[JL_SET_PRINT];
} halves;

static double place_share(uint16_t low, uint16_t high) {
    double share = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        if ((low >> (byte & 15) & 1) != 0 && (high >> (byte >> 4) & 1) != 0)
            share += share_of(byte);
    }
    return share / 1000;
}

static double bucket_share(const halves *bucket) {
    double share = 1;
    for (size_t i = 0; i < JL_SET_PRINT; i++)
        share *= place_share(bucket->low[i], bucket->high[i]);
    return share;
}

static halves with_print(const halves *bucket, const unsigned char *print) {
    halves sum = *bucket;
    for (size_t i = 0; i < JL_SET_PRINT; i++) {
        sum.low[i] = (uint16_t)(sum.low[i] | 1U << (print[i] & 15));
        sum.high[i] = (uint16_t)(sum.high[i] | 1U << (print[i] >> 4));
    }
    return sum;
}

/* --- prints and their buckets ---------------------------------------------------------------- */

typedef struct choice {
    double growth;
    size_t start;
    size_t bucket;
} choice;

static choice best_choice(const halves *buckets, const double *shares, const jl_needle *needle) {
    const size_t last = (size_t)needle->len - JL_SET_PRINT;
    choice best = {.growth = -1};
    for (size_t start = 0; start <= last && start < STARTS_MAX; start++) {
        for (size_t b = 0; b < BUCKETS; b++) {
            const halves sum = with_print(&buckets[b], needle->bytes + start);
            const double growth = bucket_share(&sum) - shares[b];
            if (best.growth < 0 || growth < best.growth)
                best = (choice){growth, start, b};
        }
    }
    return best;
}

static void choose_prints(jl_set_search *search, halves *buckets) {
    double shares[BUCKETS] = {0};
    for (size_t i = 0; i < search->count; i++) {
        jl_set_needle *n = &search->needles[i];
        const choice best = best_choice(buckets, shares, &n->needle);
        buckets[best.bucket] = with_print(&buckets[best.bucket], n->needle.bytes + best.start);
        shares[best.bucket] = bucket_share(&buckets[best.bucket]);
        n->print_at = (uint32_t)best.start;
        memcpy(&n->print, n->needle.bytes + best.start, sizeof n->print);
    }
}

static void add_to_tables(jl_set_search *search, const halves *bucket, uint8_t bit) {
    for (size_t i = 0; i < JL_SET_PRINT; i++) {
        for (size_t half = 0; half < 16; half++) {
            if ((bucket->low[i] >> half & 1) != 0)
                search->low[i][half] |= bit;
            if ((bucket->high[i] >> half & 1) != 0)
                search->high[i][half] |= bit;
        }
    }
}

static void make_tables(jl_set_search *search) {
    halves buckets[BUCKETS] = {{{0}, {0}}};
    choose_prints(search, buckets);
    for (size_t b = 0; b < BUCKETS; b++)
        add_to_tables(search, &buckets[b], (uint8_t)(1U << b));
    halves escape = {{0}, {0}};
    escape = with_print(&escape, (const unsigned char *)"\\u00");
    for (size_t i = 2; i < JL_SET_PRINT; i++)
        escape.low[i] = escape.high[i] = UINT16_MAX;
    if (search->has_hidden)
        add_to_tables(search, &escape, ESCAPES);
}

/* --- needles and owners ---------------------------------------------------------------------- */

static int compare_needles(const jl_needle *a, const jl_needle *b) {
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    const int order = memcmp(a->bytes, b->bytes, a->len);
    return order != 0 ? order : (int)a->guard - (int)b->guard;
}

static int compare_wishes(const void *a, const void *b) {
    return compare_needles(&((const jl_set_wish *)a)->needle, &((const jl_set_wish *)b)->needle);
}

/* A quote in a needle is JSON's own; an escape would spell one of the text. */
static void note_hidden(jl_set_search *search, const jl_needle *needle, uint32_t owner) {
    if (needle->guard == JL_GUARD_NONE)
        return;
    search->has_hidden = true;
    search->hidden[owner / 64] |= UINT64_C(1) << (owner % 64);
    for (size_t i = 0; i < needle->len; i++) {
        search->is_spelled[needle->bytes[i]] |= needle->bytes[i] != '"';
        search->has_wide |= needle->bytes[i] >= 0x80;
    }
}

static void take_wishes(jl_set_search *search, const jl_set_wish *wishes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const bool is_new = i == 0 || compare_wishes(&wishes[i - 1], &wishes[i]) != 0;
        if (is_new)
            search->needles[search->count++] =
                (jl_set_needle){.needle = wishes[i].needle, .first_owner = (uint32_t)i};
        search->needles[search->count - 1].owner_count++;
        search->owners[i] = wishes[i].owner;
        note_hidden(search, &wishes[i].needle, wishes[i].owner);
    }
}

static void make_buckets(jl_set_search *search) {
    for (size_t i = 0; i < search->count; i++) {
        jl_set_needle *n = &search->needles[i];
        uint32_t *bucket = &search->buckets[jl_set_print_hash(search, n->print)];
        n->next = *bucket;
        *bucket = (uint32_t)i + 1;
    }
}

bool jl_set_search_init(jl_set_search *search, jl_set_wish *wishes, size_t count,
                        size_t filter_count) {
    *search = (jl_set_search){.words = (filter_count + 63) / 64, .hash_bits = 4};
    if (count == 0)
        return true;
    while (((size_t)1 << search->hash_bits) < 2 * count)
        search->hash_bits++;
    search->needles = jl_calloc(count, sizeof *search->needles);
    search->owners = jl_calloc(count, sizeof *search->owners);
    search->hidden = jl_calloc(search->words, sizeof *search->hidden);
    search->buckets = jl_calloc((size_t)1 << search->hash_bits, sizeof *search->buckets);
    if (search->needles == NULL || search->owners == NULL || search->hidden == NULL ||
        search->buckets == NULL)
        return false;
    qsort(wishes, count, sizeof *wishes, compare_wishes);
    take_wishes(search, wishes, count);
    make_tables(search);
    make_buckets(search);
    return true;
}

void jl_set_search_done(jl_set_search *search) {
    jl_free(search->needles);
    jl_free(search->owners);
    jl_free(search->hidden);
    jl_free(search->buckets);
}
