#include "base/tick_clock.h"

#include "base/clock.h"
#include "support/test_random.h"

#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define MS    INT64_C(1000000)
#define START (INT64_C(1795334865) * 1000 * MS)

/* ---- a processor and a clock of our own ---- */

static double ticks_per_ns;

static uint64_t tick_of(int64_t ns) {
    return 1000000 + (uint64_t)((double)(ns - START) * ticks_per_ns);
}

/* A look at `ns` by a clock that shows `shown`, `width` nanoseconds long. */
static jl_tick_look look_of(int64_t ns, int64_t shown, int64_t width) {
    return (jl_tick_look){tick_of(ns - width / 2), tick_of(ns + width / 2), shown};
}

static void learn(jl_tick_clock *clock, int64_t ns, int64_t shown, int64_t width) {
    const jl_tick_look look = look_of(ns, shown, width);
    jl_tick_clock_learn(clock, &look);
}

/* A clock that has seen two spans that agree, the last look at START + 2 ms + 50 us. */
static jl_tick_clock running(void) {
    ticks_per_ns = 2.6;
    jl_tick_clock clock = {.tick = 0};
    for (int64_t i = 0; i < 3; i++) {
        assert_int_equal(clock.span, 0);
        learn(&clock, START + i * MS + 50000, START + i * MS + 50000, 40);
    }
    return clock;
}

static void ticks_are_counted_when_two_spans_agree(void **state) {
    (void)state;
    const jl_tick_clock clock = running();
    const int64_t end = START + 3 * MS - 1000;
    assert_in_range(clock.span, tick_of(end - 100) - clock.tick, tick_of(end + 100) - clock.tick);
    for (int64_t ns = START + 2 * MS + 50100; ns < end - 100; ns += 997)
        assert_in_range(jl_tick_clock_at(&clock, tick_of(ns)), ns - 100, ns + 100);
}

/* What the next look shows, at START + 3 ms + 50 us, when nothing is to be believed. */
static void doubts_are_noticed(void **state) {
    (void)state;
    const int64_t now = START + 3 * MS + 50000;
    const struct {
        const char *what;
        int64_t at, shown, width;
    } cases[] = {
        {"the clock was set", now, now + 400000, 40},
        {"set back", now, now - 400000, 40},
        {"it stands", now, START + 2 * MS + 50000, 40},
        {"it is a thousandth too fast", now, now + 1000, 40},
        {"the look took long", now, now, 2000},
        {"the counter stands", START + 2 * MS + 50000, now, 40},
        {"the counter stands, and its looks with it", START + 2 * MS + 50000, now, 0},
        {"the counter began anew", START - 300000, now, 40},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].what);
        jl_tick_clock clock = running();
        learn(&clock, cases[i].at, cases[i].shown, cases[i].width);
        assert_int_equal(clock.span, 0);
        assert_int_equal(clock.ns, cases[i].shown);
    }
}

static void a_clock_that_stands_is_never_carried_on(void **state) {
    (void)state;
    jl_tick_clock clock = running();
    for (int64_t i = 3; i < 10; i++) {
        learn(&clock, START + i * MS, START + 2 * MS + 50000, 40);
        assert_int_equal(clock.span, 0);
    }
}

static void nothing_is_counted_before_the_next_millisecond(void **state) {
    (void)state;
    for (int64_t left = 2000; left > 0; left -= 100) {
        jl_tick_clock clock = running();
        const int64_t now = START + 3 * MS - left;
        learn(&clock, now, now, 40);
        if (left <= 1000)
            assert_int_equal(clock.span, 0);
        else
            assert_in_range(jl_tick_clock_at(&clock, clock.tick + clock.span - 1), now,
                            START + 3 * MS - 1000);
    }
}

/* Whatever the processor's frequency, and wherever in a look the clock was read. */
static void a_millisecond_is_that_of_the_clock(void **state) {
    (void)state;
    test_random random = {29};
    size_t counted = 0;
    for (size_t i = 0; i < test_effort(20000); i++) {
        ticks_per_ns = 0.1 + (double)test_random_below(&random, 5000) / 1000;
        jl_tick_clock clock = {.tick = 0};
        int64_t now = START + (int64_t)test_random_below(&random, (size_t)MS);
        for (int looks = 0; looks < 6; looks++) {
            const int64_t width = 10 + (int64_t)test_random_below(&random, 300);
            const int64_t read =
                now - width / 2 + (int64_t)test_random_below(&random, (size_t)width);
            learn(&clock, now, read, width);
            for (int64_t ns = now + width / 2 + 20; tick_of(ns) - clock.tick < clock.span;
                 ns += 9973) {
                const int64_t told = jl_tick_clock_at(&clock, tick_of(ns));
                assert_int_equal(told / MS, ns / MS);
                assert_in_range(told, ns - 999, ns + 999);
                counted++;
            }
            now += 300000 + (int64_t)test_random_below(&random, 800000);
        }
    }
    assert_true(counted > test_effort(20000));
}

/* ---- this machine's ---- */

static int64_t realtime(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 * MS + (int64_t)now.tv_nsec;
}

/* @return how many of the times were counted. */
static size_t read_for(int64_t duration_ns) {
    jl_tick_clock clock = {.tick = 0};
    size_t counted = 0;
    const int64_t end = jl_clock_monotonic_ns() + duration_ns;
    while (jl_clock_monotonic_ns() < end) {
        const jl_tick_clock last = clock;
        const int64_t before = realtime();
        const int64_t told = jl_tick_clock_now_ns(&clock);
        const int64_t after = realtime();
        if (before / MS > told / MS || told / MS > after / MS || told < before - 1000 ||
            told > after + 1000)
            fail_msg("%lld is not between %lld and %lld", (long long)told, (long long)before,
                     (long long)after);
        counted += clock.span != 0 && clock.ns == last.ns && told != before;
    }
    return counted;
}

static void *read_along(void *counted) {
    *(size_t *)counted = read_for(50 * MS);
    return NULL;
}

static void times_are_those_of_the_machine(void **state) {
    (void)state;
    pthread_t threads[3];
    size_t counted[3];
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_along, &counted[i]), 0);
    for (size_t i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        print_message("%zu times were counted\n", counted[i]);
    }
}

static int64_t await(int64_t from, int64_t to) {
    int64_t now = realtime();
    while (now % MS < from || now % MS >= to)
        now = realtime();
    return now;
}

/* What becomes of a clock whose last look is `ns` back when it looks in that part of a
 * millisecond. This thread may be off the processor in between; hence the best of many tries. */
static bool is_left_alone(int64_t ns, int64_t from, int64_t to) {
    bool is_same = false;
    for (int tries = 0; tries < 100 && !is_same; tries++) {
        jl_tick_clock clock = {.tick = 1, .ns = await(from, to) - ns, .scale = 1};
        const jl_tick_clock last = clock;
        jl_tick_clock_look(&clock);
        is_same = memcmp(&clock, &last, sizeof clock) == 0;
    }
    return is_same;
}

static void looks_are_measured_where_that_pays(void **state) {
    (void)state;
#if !defined(__x86_64__)
    skip();
#endif
    assert_true(is_left_alone(100000, MS / 4, MS / 2));
    assert_true(is_left_alone(600000, MS - 1000, MS));
    jl_tick_clock clock = {.tick = 1, .ns = await(MS / 4, MS / 2) - 600000, .scale = 1};
    const int64_t last = clock.ns;
    jl_tick_clock_look(&clock);
    assert_true(clock.ns > last);
    clock = (jl_tick_clock){.tick = 1, .ns = await(MS / 4, MS / 2) - 3 * MS, .span = 1};
    jl_tick_clock_look(&clock);
    assert_int_equal(clock.tick, 0);
    assert_int_equal(clock.span, 0);
}

static int64_t fixed(void *context) {
    return *(const int64_t *)context;
}

static void a_clock_that_is_set_is_read_at_once(void **state) {
    (void)state;
    jl_tick_clock clock = running();
    clock.tick = 0;
    clock.span = UINT64_MAX;
    int64_t now = 5;
    jsonlog_set_clock(fixed, &now);
    assert_int_equal(jl_tick_clock_now_ns(&clock), 5);
    for (int i = 0; i < 5; i++) {
        now += MS / 2;
        assert_int_equal(jl_tick_clock_now_ns(&clock), now);
    }
    jsonlog_set_clock(NULL, NULL);
    const int64_t before = realtime();
    const int64_t told = jl_tick_clock_now_ns(&clock);
    assert_in_range(told, before, realtime());
}

/* ---- records ---- */

static int64_t last_time;

static bool keep_time(jsonlog_record *record, void *context) {
    (void)context;
    last_time = jsonlog_record_time_ns(record);
    return true;
}

static void records_have_the_milliseconds_of_the_clock(void **state) {
    (void)state;
    jsonlog_logger *log = jsonlog_get("clock");
    jsonlog_logger_set_propagate(log, false);
    assert_int_equal(jsonlog_logger_add_filter(log, keep_time, NULL), JSONLOG_OK);
    const int64_t end = jl_clock_monotonic_ns() + 20 * MS;
    while (jl_clock_monotonic_ns() < end) {
        const int64_t before = realtime();
        jsonlog_info(log, "tick");
        const int64_t after = realtime();
        assert_in_range(last_time / MS, before / MS, after / MS);
        assert_in_range(last_time, before - 1000, after + 1000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_counted_when_two_spans_agree),
        cmocka_unit_test(doubts_are_noticed),
        cmocka_unit_test(a_clock_that_stands_is_never_carried_on),
        cmocka_unit_test(nothing_is_counted_before_the_next_millisecond),
        cmocka_unit_test(a_millisecond_is_that_of_the_clock),
        cmocka_unit_test(times_are_those_of_the_machine),
        cmocka_unit_test(looks_are_measured_where_that_pays),
        cmocka_unit_test(records_have_the_milliseconds_of_the_clock),
        cmocka_unit_test(a_clock_that_is_set_is_read_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
