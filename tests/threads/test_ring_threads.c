/** Eight threads put, one takes: every line that was taken in comes out once, whole, in the order
 * of its thread; and with discarding threads, every line comes out or was discarded. */
#include "base/ring.h"

#include "support/test_random.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PRODUCERS = 8, CAPACITY = 4096, LINE_MAX_LEN = 300 };

typedef struct producer {
    jl_ring *ring;
    uint64_t id, lines;
    uint64_t discarded; /* by this thread, of whom ever */
    bool discards;
    pthread_t thread;
} producer;

/* Thread and number, then bytes made of them. */
static size_t make_line(char *out, uint64_t id, uint64_t number) {
    test_random random = {id * 1000003 + number + 1};
    const size_t len = 16 + test_random_below(&random, LINE_MAX_LEN - 16);
    memcpy(out, &id, 8);
    memcpy(out + 8, &number, 8);
    memset(out + 16, (int)(test_random_next(&random) & 0xff), len - 16);
    return len;
}

static void *put_all(void *argument) {
    producer *p = argument;
    char text[LINE_MAX_LEN];
    for (uint64_t n = 0; n < p->lines; n++) {
        const jl_ring_line line = {text, make_line(text, p->id, n), 20, (int64_t)n, 0};
        while (jl_ring_put(p->ring, &line, CAPACITY) != JL_RING_OK)
            if (p->discards && jl_ring_discard(p->ring, 40))
                p->discarded++;
            else
                sched_yield();
    }
    return NULL;
}

typedef struct consumer {
    jl_ring *ring;
    uint64_t next[PRODUCERS]; /* the lowest number its next line may have */
    uint64_t lines, wrong;
    bool is_over; /* atomic: nothing more will be put */
    pthread_t thread;
} consumer;

static void check_line(consumer *c, const jl_ring_line *line) {
    uint64_t id = PRODUCERS, number = 0;
    char expected[LINE_MAX_LEN];
    memcpy(&id, line->text, 8);
    memcpy(&number, line->text + 8, 8);
    c->lines++;
    if (id >= PRODUCERS || number < c->next[id] || line->time_ns != (int64_t)number ||
        line->len != make_line(expected, id, number) ||
        memcmp(line->text, expected, line->len) != 0) {
        c->wrong++;
        return;
    }
    c->next[id] = number + 1;
}

static void *take_all(void *argument) {
    static char bytes[CAPACITY] __attribute__((aligned(16)));
    consumer *c = argument;
    jl_ring_batch batch = {.bytes = bytes};
    for (;;) {
        const bool is_over = __atomic_load_n(&c->is_over, __ATOMIC_ACQUIRE);
        jl_ring_line line;
        if (!jl_ring_take(c->ring, &batch, 1000)) {
            if (is_over)
                return NULL;
            sched_yield();
        }
        while (jl_ring_next(&batch, &line))
            check_line(c, &line);
    }
}

static void run(bool discards, uint64_t lines, producer *producers, consumer *c) {
    static jl_ring ring;
    assert_true(jl_ring_init(&ring, CAPACITY));
    *c = (consumer){.ring = &ring};
    pthread_create(&c->thread, NULL, take_all, c);
    for (uint64_t i = 0; i < PRODUCERS; i++) {
        producers[i] = (producer){.ring = &ring, .id = i, .lines = lines, .discards = discards};
        pthread_create(&producers[i].thread, NULL, put_all, &producers[i]);
    }
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i].thread, NULL);
    __atomic_store_n(&c->is_over, true, __ATOMIC_RELEASE);
    pthread_join(c->thread, NULL);
    assert_int_equal(jl_ring_used(&ring), 0);
    jl_ring_done(&ring);
}

static void every_line_comes_out_once_and_in_order(void **state) {
    (void)state;
    static producer producers[PRODUCERS];
    static consumer c;
    const uint64_t lines = test_effort(20000);
    run(false, lines, producers, &c);
    assert_int_equal(c.wrong, 0);
    assert_int_equal(c.lines, PRODUCERS * lines);
    for (int i = 0; i < PRODUCERS; i++)
        assert_int_equal(c.next[i], lines);
}

static void every_line_comes_out_or_is_discarded(void **state) {
    (void)state;
    static producer producers[PRODUCERS];
    static consumer c;
    const uint64_t lines = test_effort(20000);
    run(true, lines, producers, &c);
    uint64_t discarded = 0;
    for (int i = 0; i < PRODUCERS; i++)
        discarded += producers[i].discarded;
    assert_int_equal(c.wrong, 0);
    assert_int_equal(c.lines + discarded, PRODUCERS * lines);
    assert_true(discarded > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_comes_out_once_and_in_order),
        cmocka_unit_test(every_line_comes_out_or_is_discarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
