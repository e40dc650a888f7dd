#include "base/ring.h"

#include "support/failing_allocator.h"
#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char batch_bytes[1 << 16];

static jl_ring_batch batch_of(void) {
    return (jl_ring_batch){.bytes = batch_bytes};
}

static jl_ring_result put(jl_ring *ring, const char *text, int level, size_t limit) {
    const jl_ring_line line = {text, strlen(text), level, (int64_t)strlen(text), 0};
    return jl_ring_put(ring, &line, limit);
}

/* ---- a few lines ---- */

static void gives_back_what_was_put(void **state) {
    (void)state;
    jl_ring ring;
    assert_true(jl_ring_init(&ring, 256));
    allocations_left = 0; /* the ring is all there is */
    assert_int_equal(put(&ring, "one", 20, 256), JL_RING_OK);
    assert_int_equal(put(&ring, "", 40, 256), JL_RING_OK);
    assert_int_equal(put(&ring, "seventeen bytes..", 255, 256), JL_RING_OK);
    assert_int_equal(jl_ring_used(&ring), 32 + 16 + 48);
    jl_ring_batch batch = batch_of();
    jl_ring_line line;
    assert_true(jl_ring_take(&ring, &batch, 256));
    assert_int_equal(batch.from, 0);
    static const struct {
        const char *text;
        int level;
    } expected[] = {{"one", 20}, {"", 40}, {"seventeen bytes..", 255}};
    for (size_t i = 0; i < 3; i++) {
        assert_true(jl_ring_next(&batch, &line));
        assert_int_equal(line.len, strlen(expected[i].text));
        assert_memory_equal(line.text, expected[i].text, line.len);
        assert_int_equal(line.level, expected[i].level);
        assert_int_equal(line.time_ns, line.len);
    }
    assert_false(jl_ring_next(&batch, &line));
    assert_false(jl_ring_take(&ring, &batch, 256));
    assert_false(jl_ring_next(&batch, &line));
    assert_int_equal(jl_ring_used(&ring), 0);
    allocations_left = -1;
    jl_ring_done(&ring);
}

static void needs_memory(void **state) {
    (void)state;
    jl_ring ring;
    allocations_left = 0;
    assert_false(jl_ring_init(&ring, 64));
    jl_ring_done(&ring);
    allocations_left = -1;
}

/* Sizes round up to sixteen: the limit is met to the byte. */
static void fills_up_to_the_limit(void **state) {
    (void)state;
    static const struct {
        size_t len, limit;
        jl_ring_result empty, behind_one; /* behind a line of 32 bytes */
    } cases[] = {
        {16, 64, JL_RING_OK, JL_RING_OK},
        {17, 64, JL_RING_OK, JL_RING_FULL},
        {48, 64, JL_RING_OK, JL_RING_FULL},
        {49, 64, JL_RING_TOO_LARGE, JL_RING_TOO_LARGE},
        {0, 16, JL_RING_OK, JL_RING_FULL},
        {1, 16, JL_RING_TOO_LARGE, JL_RING_TOO_LARGE},
        {0, 48, JL_RING_OK, JL_RING_OK},
        {1, 48, JL_RING_OK, JL_RING_FULL},
        {SIZE_MAX, 64, JL_RING_TOO_LARGE, JL_RING_TOO_LARGE},
        {SIZE_MAX - 20, 64, JL_RING_TOO_LARGE, JL_RING_TOO_LARGE},
    };
    static const char text[64] = "";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const jl_ring_line line = {text, cases[i].len, 1, 0, 0};
        jl_ring ring;
        assert_true(jl_ring_init(&ring, 64));
        assert_int_equal(jl_ring_put(&ring, &line, cases[i].limit), cases[i].empty);
        jl_ring_reset(&ring);
        assert_int_equal(put(&ring, "first", 1, 64), JL_RING_OK);
        assert_int_equal(jl_ring_put(&ring, &line, cases[i].limit), cases[i].behind_one);
        jl_ring_done(&ring);
    }
}

static void discards_the_oldest_up_to_a_level(void **state) {
    (void)state;
    jl_ring ring;
    assert_true(jl_ring_init(&ring, 256));
    assert_false(jl_ring_discard(&ring, 40));
    put(&ring, "a", 10, 256);
    put(&ring, "b", 39, 256);
    put(&ring, "c", 40, 256);
    put(&ring, "d", 10, 256);
    assert_true(jl_ring_discard(&ring, 40));
    assert_true(jl_ring_discard(&ring, 40));
    assert_false(jl_ring_discard(&ring, 40));
    assert_int_equal(jl_ring_head(&ring), 64);
    jl_ring_batch batch = batch_of();
    jl_ring_line line;
    assert_true(jl_ring_take(&ring, &batch, 1));
    assert_int_equal(batch.from, 64);
    assert_true(jl_ring_next(&batch, &line));
    assert_memory_equal(line.text, "c", 1);
    assert_false(jl_ring_next(&batch, &line)); /* one at least, but no more than the limit */
    assert_int_equal(jl_ring_clear(&ring), 1);
    assert_int_equal(jl_ring_clear(&ring), 0);
    jl_ring_done(&ring);
}

static void stops_at_an_unfinished_line(void **state) {
    (void)state;
    jl_ring ring;
    assert_true(jl_ring_init(&ring, 128));
    put(&ring, "a", 10, 128);
    ring.tail += 32; /* reserved by somebody who has not come back */
    put(&ring, "b", 10, 128);
    jl_ring_batch batch = batch_of();
    jl_ring_line line;
    assert_true(jl_ring_take(&ring, &batch, 128));
    assert_true(jl_ring_next(&batch, &line));
    assert_memory_equal(line.text, "a", 1);
    assert_false(jl_ring_next(&batch, &line));
    assert_false(jl_ring_take(&ring, &batch, 128));
    assert_false(jl_ring_discard(&ring, 255));
    assert_int_equal(jl_ring_clear(&ring), 0);
    assert_int_equal(jl_ring_used(&ring), 64);
    jl_ring_done(&ring);
}

/* ---- lines that stay in the ring ---- */

static void assert_peeked(const jl_ring *ring, uint64_t at, const char *text) {
    jl_ring_view view;
    char joined[64];
    assert_true(jl_ring_peek(ring, at, &view));
    assert_int_equal(view.len[0] + view.len[1], strlen(text));
    memcpy(joined, view.text[0], view.len[0]);
    memcpy(joined + view.len[0], view.text[1], view.len[1]);
    assert_memory_equal(joined, text, strlen(text));
}

static void shows_lines_until_they_are_released(void **state) {
    (void)state;
    jl_ring ring;
    jl_ring_view view;
    assert_true(jl_ring_init(&ring, 128));
    assert_false(jl_ring_peek(&ring, 0, &view));
    put(&ring, "one", 20, 128);
    put(&ring, "", 20, 128);
    put(&ring, "three and a bit..", 20, 128);
    for (int i = 0; i < 2; i++) { /* as often as one likes */
        assert_peeked(&ring, 0, "one");
        assert_peeked(&ring, 32, "");
        assert_peeked(&ring, 48, "three and a bit..");
        assert_false(jl_ring_peek(&ring, 96, &view));
    }
    assert_int_equal(put(&ring, "too much", 20, 96), JL_RING_FULL);
    jl_ring_release(&ring, 48);
    assert_int_equal(jl_ring_head(&ring), 48);
    assert_int_equal(jl_ring_used(&ring), 48);
    jl_ring_release(&ring, 32); /* those are gone already */
    assert_int_equal(jl_ring_head(&ring), 48);
    assert_int_equal(put(&ring, "there is room", 20, 96), JL_RING_OK);
    assert_peeked(&ring, 96, "there is room");
    jl_ring_release(&ring, jl_ring_tail(&ring));
    assert_int_equal(jl_ring_used(&ring), 0);
    assert_false(jl_ring_peek(&ring, jl_ring_tail(&ring), &view));
    jl_ring_done(&ring);
}

static void shows_a_line_over_the_edge_in_two_pieces(void **state) {
    (void)state;
    jl_ring ring;
    jl_ring_view view;
    assert_true(jl_ring_init(&ring, 64));
    put(&ring, "first", 20, 64);
    jl_ring_release(&ring, 32);
    put(&ring, "0123456789abcdefghijklmnopqrstuv", 20, 64); /* 16 bytes on either side */
    assert_true(jl_ring_peek(&ring, 32, &view));
    assert_int_equal(view.len[0], 16);
    assert_int_equal(view.len[1], 16);
    assert_memory_equal(view.text[0], "0123456789abcdef", 16);
    assert_memory_equal(view.text[1], "ghijklmnopqrstuv", 16);
    assert_ptr_equal(view.text[1], ring.bytes);
    jl_ring_release(&ring, jl_ring_tail(&ring));
    put(&ring, "after it", 20, 64);
    assert_peeked(&ring, 80, "after it");
    jl_ring_done(&ring);
}

static void shows_no_line_that_is_not_finished(void **state) {
    (void)state;
    jl_ring ring;
    jl_ring_view view;
    assert_true(jl_ring_init(&ring, 128));
    put(&ring, "a", 10, 128);
    ring.tail += 32; /* reserved by somebody who has not come back */
    put(&ring, "b", 10, 128);
    assert_peeked(&ring, 0, "a");
    assert_false(jl_ring_peek(&ring, 32, &view));
    assert_peeked(&ring, 64, "b");
    jl_ring_close(&ring); /* changes nothing about what is there */
    assert_peeked(&ring, 64, "b");
    jl_ring_done(&ring);
}

/* Two cursors as a connection has them, over and over the edge. */
static void keeps_lines_between_two_cursors(void **state) {
    (void)state;
    test_random random = {.state = 16};
    jl_ring ring;
    char text[64];
    uint64_t kept = 0, next = 0;
    unsigned put_count = 0, next_count = 0, kept_count = 0;
    assert_true(jl_ring_init(&ring, 256));
    while (put_count < 20000) {
        snprintf(text, sizeof text, "%u %.*s", put_count, (int)(put_count % 40),
                 "........................................");
        if (test_random_below(&random, 2) == 0 && put(&ring, text, 20, 256) == JL_RING_OK)
            put_count++;
        unsigned *const count = test_random_below(&random, 2) == 0 ? &next_count : &kept_count;
        uint64_t *const at = count == &next_count ? &next : &kept;
        if (*count == (count == &next_count ? put_count : next_count))
            continue;
        snprintf(text, sizeof text, "%u %.*s", *count, (int)(*count % 40),
                 "........................................");
        assert_peeked(&ring, *at, text);
        *at += jl_ring_size_of(strlen(text));
        ++*count;
        jl_ring_release(&ring, kept);
        assert_int_equal(jl_ring_head(&ring), kept);
    }
    jl_ring_done(&ring);
}

/* The head stands where the tail does, in memory. */
static void takes_a_full_ring_once(void **state) {
    (void)state;
    jl_ring ring;
    assert_true(jl_ring_init(&ring, 64));
    for (int lap = 0; lap < 5; lap++) {
        assert_int_equal(put(&ring, "a", 1, 64), JL_RING_OK);
        assert_int_equal(put(&ring, "b", 1, 64), JL_RING_OK);
        assert_int_equal(put(&ring, "c", 1, 64), JL_RING_FULL);
        jl_ring_batch batch = batch_of();
        assert_true(jl_ring_take(&ring, &batch, 1000));
        assert_int_equal(batch.len, 64);
        assert_int_equal(batch.from, 64 * lap);
    }
    jl_ring_done(&ring);
}

static void takes_nothing_once_closed(void **state) {
    (void)state;
    jl_ring ring;
    assert_true(jl_ring_init(&ring, 64));
    put(&ring, "a", 1, 64);
    jl_ring_close(&ring);
    jl_ring_close(&ring);
    assert_int_equal(put(&ring, "b", 1, 64), JL_RING_CLOSED);
    assert_int_equal(jl_ring_tail(&ring), 32);
    assert_int_equal(jl_ring_used(&ring), 32);
    jl_ring_batch batch = batch_of();
    assert_true(jl_ring_take(&ring, &batch, 64));
    assert_int_equal(jl_ring_used(&ring), 0);
    jl_ring_reset(&ring);
    assert_int_equal(put(&ring, "b", 1, 64), JL_RING_OK);
    assert_int_equal(jl_ring_tail(&ring), 32);
    jl_ring_done(&ring);
}

/* ---- beside a model: a list of lines, and their bytes added up ---- */

enum { MODEL_MAX = 4096 };

typedef struct model {
    struct {
        uint64_t seed; /* the text is made of it */
        size_t len;
        int level;
    } lines[MODEL_MAX];
    size_t first, count;
    size_t used, capacity;
} model;

static char expected_text[1 << 16];

static void make_text(uint64_t seed, size_t len) {
    test_random random = {seed};
    for (size_t i = 0; i < len; i += 8) {
        const uint64_t bytes = test_random_next(&random);
        memcpy(expected_text + i, &bytes, 8);
    }
}

static size_t model_size(size_t len) {
    return 16 + (len + 15) / 16 * 16;
}

static void model_pop(model *m) {
    m->used -= model_size(m->lines[m->first % MODEL_MAX].len);
    m->first++;
    m->count--;
}

static jl_ring_result model_put(model *m, uint64_t seed, size_t len, int level, size_t limit) {
    if (model_size(len) > limit)
        return JL_RING_TOO_LARGE;
    if (m->used + model_size(len) > limit)
        return JL_RING_FULL;
    const size_t at = (m->first + m->count++) % MODEL_MAX;
    m->lines[at].seed = seed;
    m->lines[at].len = len;
    m->lines[at].level = level;
    m->used += model_size(len);
    return JL_RING_OK;
}

static void check_put(jl_ring *ring, model *m, test_random *random) {
    const size_t longest = test_random_below(random, 8) == 0 ? m->capacity + 32 : 90;
    const size_t len = test_random_below(random, longest);
    const size_t limit = test_random_below(random, 2) == 0 ? m->capacity : m->capacity / 4 * 3;
    const int level = (int)test_random_below(random, 60);
    const uint64_t seed = test_random_next(random);
    make_text(seed, len);
    const jl_ring_line line = {expected_text, len, level, (int64_t)seed, 0};
    assert_int_equal(jl_ring_put(ring, &line, limit), model_put(m, seed, len, level, limit));
}

static void check_take(jl_ring *ring, model *m, test_random *random) {
    const size_t limit = test_random_below(random, m->capacity);
    jl_ring_batch batch = batch_of();
    assert_int_equal(jl_ring_take(ring, &batch, limit), m->count > 0);
    jl_ring_line line;
    size_t len = 0;
    while (jl_ring_next(&batch, &line)) {
        const size_t at = m->first % MODEL_MAX;
        assert_int_equal(line.len, m->lines[at].len);
        assert_int_equal(line.level, m->lines[at].level);
        assert_int_equal(line.time_ns, (int64_t)m->lines[at].seed);
        make_text(m->lines[at].seed, line.len);
        assert_memory_equal(line.text, expected_text, line.len);
        assert_true(len == 0 || len + model_size(line.len) <= limit);
        len += model_size(line.len);
        model_pop(m);
    }
    if (m->count > 0) /* what was left did not fit */
        assert_true(len + model_size(m->lines[m->first % MODEL_MAX].len) > limit);
}

static void check_discard(jl_ring *ring, model *m) {
    const bool may = m->count > 0 && m->lines[m->first % MODEL_MAX].level < 40;
    assert_int_equal(jl_ring_discard(ring, 40), may);
    if (may)
        model_pop(m);
}

static void check_zero_behind_the_tail(const jl_ring *ring) {
    const uint64_t tail = jl_ring_tail(ring);
    const size_t left = ring->capacity - jl_ring_used(ring);
    for (size_t i = 0; i < left; i++)
        assert_int_equal(ring->bytes[(tail + i) & (ring->capacity - 1)], 0);
}

static void does_what_the_model_does(void **state) {
    (void)state;
    static model m;
    for (size_t capacity = 64; capacity <= 1 << 15; capacity *= 2) {
        test_random random = {capacity + 1};
        jl_ring ring;
        assert_true(jl_ring_init(&ring, capacity));
        m = (model){.capacity = capacity};
        for (size_t i = 0; i < test_effort(20000); i++) {
            const size_t dice = test_random_below(&random, 16);
            if (dice < 12)
                check_put(&ring, &m, &random);
            else if (dice < 14)
                check_take(&ring, &m, &random);
            else
                check_discard(&ring, &m);
            assert_int_equal(jl_ring_used(&ring), m.used);
            if (i % 64 == 0)
                check_zero_behind_the_tail(&ring);
        }
        assert_int_equal(jl_ring_clear(&ring), m.count);
        jl_ring_done(&ring);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_was_put),
        cmocka_unit_test(needs_memory),
        cmocka_unit_test(fills_up_to_the_limit),
        cmocka_unit_test(discards_the_oldest_up_to_a_level),
        cmocka_unit_test(stops_at_an_unfinished_line),
        cmocka_unit_test(shows_lines_until_they_are_released),
        cmocka_unit_test(shows_a_line_over_the_edge_in_two_pieces),
        cmocka_unit_test(shows_no_line_that_is_not_finished),
        cmocka_unit_test(keeps_lines_between_two_cursors),
        cmocka_unit_test(takes_a_full_ring_once),
        cmocka_unit_test(takes_nothing_once_closed),
        cmocka_unit_test(does_what_the_model_does),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
