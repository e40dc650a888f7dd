/** The async handler under load: eight logging threads, flushes, closes and releases in the middle
 * of it. What was accepted is written, once and in the order of its thread. */
#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>

#include "support/handler_lines.h"
#include "support/test_random.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { PRODUCERS = 8, RING = 16384 };

/* ---- a target that reads what it is given ---- */

typedef struct reader {
    uint64_t next[PRODUCERS], seen[PRODUCERS];
    uint64_t wrong, reports, lost;
    uint64_t done[PRODUCERS]; /* atomic: the number behind the last one written */
    bool is_slow;
    bool is_closed; /* atomic */
    unsigned spins;
} reader;

static void read_line(reader *r, const char *text) {
    uint64_t id = 0, number = 0, lost = 0;
    if (sscanf(text, "lines lost lost=%" SCNu64, &lost) == 1) {
        r->reports++;
        r->lost += lost;
    } else if (sscanf(text, "t%" SCNu64 " n%" SCNu64, &id, &number) != 2 || id >= PRODUCERS ||
               number < r->next[id]) {
        r->wrong++;
    } else {
        r->next[id] = number + 1;
        r->seen[id]++;
        __atomic_store_n(&r->done[id], number + 1, __ATOMIC_RELEASE);
    }
}

static jsonlog_status reader_write(void *self, const jsonlog_line *line) {
    reader *r = self;
    char text[128] = "";
    memcpy(text, line->text, line->len < sizeof text - 1 ? line->len : sizeof text - 1);
    read_line(r, text);
    if (r->is_slow && r->spins++ % 64 == 0)
        usleep(100);
    return JSONLOG_OK;
}

static void reader_close(void *self) {
    __atomic_store_n(&((reader *)self)->is_closed, true, __ATOMIC_RELEASE);
}

static const jsonlog_handler_class reader_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "reader",
    .write = reader_write,
    .close = reader_close,
};

static jsonlog_handler *async_to(reader *r, jsonlog_async_policy policy) {
    *r = (reader){.is_slow = policy != JSONLOG_ASYNC_BLOCK};
    jsonlog_handler *inner = jl_handler_new(&reader_class, r, JL_HANDLER_REPORTS);
    use_plain_formatter(inner);
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.when_full = policy;
    options.ring_bytes = RING;
    options.drain_timeout_ms = 60000;
    jsonlog_handler *handler = jsonlog_async_handler_new(inner, &options);
    jsonlog_handler_release(inner);
    assert_non_null(handler);
    return handler;
}

/* ---- producers ---- */

typedef struct producer {
    jsonlog_handler *handler; /* NULL: through the root logger */
    reader *reader;
    uint64_t id, lines, flush_each;
    uint64_t accepted, refused, unflushed;
    const bool *is_over;
    pthread_t thread;
} producer;

static bool write_number(producer *p, uint64_t number) {
    char text[64];
    const int len = snprintf(text, sizeof text, "t%" PRIu64 " n%" PRIu64 "\n", p->id, number);
    if (p->handler == NULL) {
        text[len - 1] = '\0';
        jsonlog_info(jsonlog_root(), text);
        return true;
    }
    return write_bytes(p->handler, text, (size_t)len) == JSONLOG_OK;
}

static bool goes_on(const producer *p, uint64_t number) {
    return p->is_over == NULL ? number < p->lines : !__atomic_load_n(p->is_over, __ATOMIC_RELAXED);
}

/* After a flush everything this thread wrote is with the target. */
static void *produce(void *argument) {
    producer *p = argument;
    for (uint64_t n = 0; goes_on(p, n); n++) {
        if (!write_number(p, n)) {
            p->refused++;
            continue;
        }
        p->accepted++;
        if (p->flush_each > 0 && n % p->flush_each == p->id) {
            p->unflushed += jsonlog_async_flush(p->handler, 60000) != JSONLOG_OK;
            p->unflushed += __atomic_load_n(&p->reader->done[p->id], __ATOMIC_ACQUIRE) != n + 1;
        }
    }
    return NULL;
}

static void start(producer *producers, producer like) {
    for (uint64_t i = 0; i < PRODUCERS; i++) {
        producers[i] = like;
        producers[i].id = i;
        assert_int_equal(pthread_create(&producers[i].thread, NULL, produce, &producers[i]), 0);
    }
}

static void join(producer *producers) {
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i].thread, NULL);
}

/* ---- tests ---- */

static void blocking_loses_nothing(void **state) {
    (void)state;
    static producer producers[PRODUCERS];
    static reader r;
    const uint64_t lines = test_effort(10000);
    jsonlog_handler *handler = async_to(&r, JSONLOG_ASYNC_BLOCK);
    start(producers, (producer){.handler = handler, .lines = lines});
    join(producers);
    assert_int_equal(jsonlog_async_flush(handler, 60000), JSONLOG_OK);
    const jsonlog_handler_stats stats = stats_of(handler);
    jsonlog_handler_release(handler);
    assert_true(r.is_closed);
    assert_int_equal(r.wrong + r.reports, 0);
    assert_int_equal(stats.lines, PRODUCERS * lines);
    assert_int_equal(stats.lost, 0);
    for (int i = 0; i < PRODUCERS; i++)
        assert_int_equal(r.seen[i], lines);
}

/* What was refused, and nothing else, is missing and reported. */
static void dropping_new_counts_every_line(void **state) {
    (void)state;
    static producer producers[PRODUCERS];
    static reader r;
    jsonlog_handler *handler = async_to(&r, JSONLOG_ASYNC_DROP_NEW);
    start(producers, (producer){.handler = handler, .lines = test_effort(10000)});
    join(producers);
    jsonlog_handler_release(handler);
    uint64_t refused = 0;
    for (int i = 0; i < PRODUCERS; i++) {
        assert_int_equal(r.seen[i], producers[i].accepted);
        refused += producers[i].refused;
    }
    assert_true(refused > 0);
    assert_int_equal(r.lost, refused);
    assert_int_equal(r.wrong, 0);
}

static void dropping_old_counts_every_line(void **state) {
    (void)state;
    static producer producers[PRODUCERS];
    static reader r;
    jsonlog_handler *handler = async_to(&r, JSONLOG_ASYNC_DROP_OLD);
    start(producers, (producer){.handler = handler, .lines = test_effort(10000)});
    join(producers);
    assert_int_equal(jsonlog_async_flush(handler, 60000), JSONLOG_OK);
    jsonlog_async_stats stats;
    jsonlog_async_get_stats(handler, &stats);
    jsonlog_handler_release(handler);
    uint64_t accepted = 0, seen = 0;
    for (int i = 0; i < PRODUCERS; i++) {
        accepted += producers[i].accepted;
        seen += r.seen[i];
    }
    assert_true(stats.lost_old > 0);
    assert_int_equal(seen, accepted - stats.lost_old);
    assert_int_equal(stats.written, seen);
    assert_int_equal(r.lost, stats.lost_old + stats.lost_full);
    assert_int_equal(r.wrong, 0);
}

static void a_flush_covers_what_was_before(void **state) {
    (void)state;
    static producer producers[PRODUCERS];
    static reader r;
    const uint64_t lines = test_effort(3000);
    jsonlog_handler *handler = async_to(&r, JSONLOG_ASYNC_BLOCK);
    start(producers,
          (producer){.handler = handler, .reader = &r, .lines = lines, .flush_each = 20});
    join(producers);
    for (int i = 0; i < PRODUCERS; i++)
        assert_int_equal(producers[i].unflushed, 0);
    jsonlog_handler_release(handler);
    assert_int_equal(r.wrong, 0);
}

/* Lines behind the close are written by their own threads, behind all that was in the ring. */
static void closing_under_load_keeps_every_line(void **state) {
    (void)state;
    static producer producers[PRODUCERS];
    static reader r;
    const uint64_t lines = test_effort(4000);
    for (int round = 0; round < 5; round++) {
        jsonlog_handler *handler = async_to(&r, JSONLOG_ASYNC_BLOCK);
        start(producers, (producer){.handler = handler, .lines = lines});
        usleep((useconds_t)round * 3000);
        assert_int_equal(jsonlog_async_close(handler, 60000), JSONLOG_OK);
        assert_int_equal(jsonlog_async_close(handler, 60000), JSONLOG_OK);
        join(producers);
        assert_int_equal(stats_of(handler).lines, PRODUCERS * lines);
        jsonlog_handler_release(handler);
        assert_int_equal(r.wrong + r.reports, 0);
        for (int i = 0; i < PRODUCERS; i++)
            assert_int_equal(r.seen[i], lines);
    }
}

static uint64_t lines_accepted(void) {
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    return stats.lines;
}

/* The handler is taken away while eight threads log through it; whoever is last in it writes it
 * out. */
static void taken_away_under_load_keeps_every_line(void **state) {
    (void)state;
    static producer producers[PRODUCERS];
    static reader r;
    for (size_t round = 0; round < test_effort(20); round++) {
        bool is_over = false;
        const uint64_t before = lines_accepted();
        jsonlog_handler *handler = async_to(&r, JSONLOG_ASYNC_BLOCK);
        assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1), JSONLOG_OK);
        jsonlog_handler_release(handler);
        start(producers, (producer){.is_over = &is_over});
        usleep(2000);
        if (round % 2 == 0)
            jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
        else
            jsonlog_shutdown();
        __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
        join(producers);
        jsonlog_flush();
        while (!__atomic_load_n(&r.is_closed, __ATOMIC_ACQUIRE))
            usleep(100); /* the worker may be the last to let go */
        uint64_t seen = 0;
        for (int i = 0; i < PRODUCERS; i++)
            seen += r.seen[i];
        assert_int_equal(r.wrong + r.reports, 0);
        assert_int_equal(seen, lines_accepted() - before);
    }
}

static bool await_line(const reader *r, uint64_t number) {
    for (int i = 0; i < 100000; i++, usleep(50))
        if (__atomic_load_n(&r->done[0], __ATOMIC_ACQUIRE) == number)
            return true;
    return false;
}

/* Ten milliseconds after the last line the worker goes from naps to sleep. A line that comes just
 * then must wake it, for none comes after. */
static void no_line_is_slept_over(void **state) {
    (void)state;
    static reader r;
    test_random random = {11};
    jsonlog_handler *handler = async_to(&r, JSONLOG_ASYNC_BLOCK);
    producer p = {.handler = handler, .id = 0};
    for (uint64_t n = 0; n < test_effort(100); n++) {
        assert_true(write_number(&p, n));
        assert_true(await_line(&r, n + 1));
        usleep((useconds_t)(9000 + test_random_below(&random, 4000)));
    }
    jsonlog_handler_release(handler);
}

static void *flush_often(void *argument) {
    producer *p = argument;
    for (uint64_t n = 0; n < p->lines; n++)
        p->unflushed += jsonlog_handler_flush(p->handler) != JSONLOG_OK;
    return NULL;
}

static void flushes_of_many_threads_all_return(void **state) {
    (void)state;
    static producer producers[PRODUCERS];
    static reader r;
    producer flushers[3];
    jsonlog_handler *handler = async_to(&r, JSONLOG_ASYNC_BLOCK);
    for (int i = 0; i < 3; i++) {
        flushers[i] = (producer){.handler = handler, .lines = test_effort(500)};
        pthread_create(&flushers[i].thread, NULL, flush_often, &flushers[i]);
    }
    start(producers, (producer){.handler = handler, .lines = test_effort(2000)});
    join(producers);
    for (int i = 0; i < 3; i++) {
        pthread_join(flushers[i].thread, NULL);
        assert_int_equal(flushers[i].unflushed, 0);
    }
    jsonlog_handler_release(handler);
    assert_int_equal(r.wrong, 0);
}

static void *read_stats(void *argument) {
    producer *p = argument;
    jsonlog_async_stats stats;
    while (!__atomic_load_n(p->is_over, __ATOMIC_RELAXED)) {
        jsonlog_async_get_stats(p->handler, &stats);
        p->refused += stats.used_bytes > stats.ring_bytes;
        sched_yield();
    }
    return NULL;
}

static void stats_can_be_read_under_load(void **state) {
    (void)state;
    static producer producers[PRODUCERS];
    static reader r;
    bool is_over = false;
    jsonlog_handler *handler = async_to(&r, JSONLOG_ASYNC_DROP_OLD);
    producer watcher = {.handler = handler, .is_over = &is_over};
    pthread_create(&watcher.thread, NULL, read_stats, &watcher);
    start(producers, (producer){.handler = handler, .lines = 2000});
    join(producers);
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    pthread_join(watcher.thread, NULL);
    jsonlog_handler_release(handler);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocking_loses_nothing),
        cmocka_unit_test(dropping_new_counts_every_line),
        cmocka_unit_test(dropping_old_counts_every_line),
        cmocka_unit_test(a_flush_covers_what_was_before),
        cmocka_unit_test(flushes_of_many_threads_all_return),
        cmocka_unit_test(no_line_is_slept_over),
        cmocka_unit_test(closing_under_load_keeps_every_line),
        cmocka_unit_test(stats_can_be_read_under_load),
        cmocka_unit_test(taken_away_under_load_keeps_every_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
