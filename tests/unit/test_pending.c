#include "filter/pending.h"

#include "json/unescape.h"
#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define KEYS    24
#define MEMBERS 60

/* One member of an object: a key, where it is spelled, and the hits of its value. */
typedef struct member {
    jl_json_string key;
    size_t number;
    uint8_t hits;
} member;

/* The last member of each key counts. */
static uint8_t settle_plainly(const member *members, size_t count) {
    uint8_t last[KEYS] = {0};
    uint8_t hits = 0;
    for (size_t i = 0; i < count; i++)
        last[members[i].number] = members[i].hits;
    for (size_t i = 0; i < KEYS; i++)
        hits |= last[i];
    return hits;
}

/* As the matcher does it; counts the rounds. */
static uint8_t settle(jl_pending *pending, const member *members, size_t count, size_t *rounds) {
    uint8_t settled = 0;
    size_t start = 0;
    jl_pending_begin(pending, UINT8_MAX);
    for (*rounds = 1;; (*rounds)++) {
        uint8_t hits = 0;
        for (size_t i = start; i < count; i++) {
            jl_pending_member(pending, members[i].key);
            jl_pending_add(pending, members[i].hits);
        }
        const char *from = jl_pending_end(pending, &hits);
        settled |= hits;
        if (from == NULL)
            return settled;
        while (members[start].key.ptr != from)
            start++;
        jl_pending_begin(pending, jl_pending_unknown(pending, hits));
    }
}

/* Keys are spelled plainly or with an escape, so that the same key has two spellings. */
static size_t random_members(test_random *random, char *line, member *members) {
    const size_t count = test_random_below(random, MEMBERS);
    const size_t keys = 1 + test_random_below(random, KEYS);
    const size_t share = 1 + test_random_below(random, 8);
    for (size_t i = 0; i < count; i++) {
        const size_t number = test_random_below(random, keys);
        const bool is_escaped = test_random_below(random, 2) == 0;
        const char letter = (char)('a' + number);
        const int len = is_escaped ? sprintf(line, "\"\\u%04x\"", (unsigned)letter)
                                   : sprintf(line, "\"%c\"", letter);
        members[i].key = (jl_json_string){line + 1, (size_t)len - 2, is_escaped};
        members[i].number = number;
        members[i].hits =
            test_random_below(random, share) == 0 ? (uint8_t)test_random_below(random, 8) : 0;
        line += len;
    }
    return count;
}

static void agrees_with_a_table_of_all_keys(void **state) {
    (void)state;
    test_random random = {3};
    size_t most_rounds = 0;
    for (size_t round = 0; round < test_effort(50000); round++) {
        char line[MEMBERS * 10];
        member members[MEMBERS];
        jl_pending_hit space[KEYS];
        jl_pending pending;
        size_t rounds = 0;
        const size_t count = random_members(&random, line, members);
        jl_pending_init(&pending, space, (uint16_t)(1 + test_random_below(&random, 5)));
        assert_int_equal(settle(&pending, members, count, &rounds), settle_plainly(members, count));
        most_rounds = rounds > most_rounds ? rounds : most_rounds;
    }
    assert_true(most_rounds >= 4);
}

static void a_full_table_costs_few_rounds(void **state) {
    (void)state;
    char line[MEMBERS * 10];
    member members[2 * KEYS];
    jl_pending_hit space[4];
    jl_pending pending;
    char *at = line;
    for (size_t i = 0; i < 2 * KEYS; i++) {
        const size_t number = i % KEYS;
        at += sprintf(at, "\"%c\"", (char)('a' + number));
        members[i] = (member){{at - 2, 1, false}, number, i < KEYS};
    }
    size_t rounds = 0;
    jl_pending_init(&pending, space, 4);
    assert_int_equal(settle(&pending, members, 2 * KEYS, &rounds), 0);
    assert_int_equal(rounds, KEYS / 4);
    assert_int_equal(settle(&pending, members, 2 * KEYS - 1, &rounds), 1);
    assert_int_equal(rounds, KEYS / 4);
    assert_int_equal(settle(&pending, members, KEYS, &rounds), 1);
    assert_int_equal(rounds, 1);
}

/* Hits of a condition that is settled must not fill the table of a further round. */
static void asks_only_for_what_is_unknown(void **state) {
    (void)state;
    char line[MEMBERS * 10];
    member members[KEYS + KEYS / 2];
    jl_pending_hit space[4];
    jl_pending pending;
    char *at = line;
    for (size_t i = 0; i < KEYS + KEYS / 2; i++) {
        const size_t number = i < KEYS ? i : 2 * (i - KEYS);
        at += sprintf(at, "\"%c\"", (char)('a' + number));
        members[i] = (member){{at - 2, 1, false}, number, 0};
        if (i < KEYS)
            members[i].hits = i % 2 == 0 ? 2 : 1;
    }
    size_t rounds = 0;
    jl_pending_init(&pending, space, 4);
    assert_int_equal(settle(&pending, members, KEYS + KEYS / 2, &rounds), 1);
    assert_int_equal(rounds, 4);
}

typedef struct hashed {
    uint32_t hash;
    uint32_t number;
} hashed;

static int order_hashes(const void *left, const void *right) {
    const hashed *a = left;
    const hashed *b = right;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

static jl_json_string number_key(char space[16], uint32_t number) {
    return (jl_json_string){space, (size_t)sprintf(space, "%u", number), false};
}

/* Two keys of one hash are two keys. */
static void tells_keys_of_one_hash_apart(void **state) {
    (void)state;
    enum { COUNT = 300000 };
    hashed *all = malloc(COUNT * sizeof *all);
    assert_non_null(all);
    char first[16];
    for (uint32_t i = 0; i < COUNT; i++)
        all[i] = (hashed){jl_json_string_hash(number_key(first, i), 0), i};
    qsort(all, COUNT, sizeof *all, order_hashes);
    size_t i = 1;
    while (i < COUNT && all[i].hash != all[i - 1].hash)
        i++;
    assert_true(i < COUNT);
    char line[64];
    const int len = sprintf(line, "\"%u\":1,\"%u\":0", all[i - 1].number, all[i].number);
    free(all);
    assert_true(len > 0);
    jl_pending_hit space[4];
    jl_pending pending;
    uint8_t hits = 0;
    jl_pending_init(&pending, space, 4);
    jl_pending_begin(&pending, UINT8_MAX);
    pending.seed = 0;
    const char *second = strchr(line, ',') + 2;
    jl_pending_member(&pending, (jl_json_string){line + 1, strcspn(line + 1, "\""), false});
    jl_pending_add(&pending, 1);
    jl_pending_member(&pending, (jl_json_string){second, strcspn(second, "\""), false});
    jl_pending_add(&pending, 0);
    assert_null(jl_pending_end(&pending, &hits));
    assert_int_equal(hits, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_table_of_all_keys),
        cmocka_unit_test(a_full_table_costs_few_rounds),
        cmocka_unit_test(asks_only_for_what_is_unknown),
        cmocka_unit_test(tells_keys_of_one_hash_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
