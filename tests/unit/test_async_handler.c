#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>

#include "support/failing_allocator.h"
#include "support/gated_target.h"
#include "support/under_tsan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A line of 48 bytes takes 64 in the ring: of 4,096 bytes, 48 such lines fit below ERROR, 64 in
 * all. */
#define RING       4096
#define LOW_LINES  48
#define HIGH_LINES 64

static gated_target target;

static jsonlog_handler *async_with(jsonlog_async_options options) {
    jsonlog_handler *inner = gated_handler(&target);
    options.size = sizeof options;
    if (options.ring_bytes == 0)
        options.ring_bytes = RING;
    jsonlog_handler *handler = jsonlog_async_handler_new(inner, &options);
    assert_non_null(handler);
    jsonlog_handler_release(inner);
    return handler;
}

static jsonlog_handler *async_of(jsonlog_async_policy policy) {
    return async_with((jsonlog_async_options){.when_full = policy});
}

static void done(jsonlog_handler *handler) {
    jsonlog_handler_release(handler);
    assert_int_equal(target.closes, 1);
    gated_done(&target);
}

static jsonlog_async_stats async_stats(const jsonlog_handler *handler) {
    jsonlog_async_stats stats;
    assert_int_equal(jsonlog_async_get_stats(handler, &stats), JSONLOG_OK);
    return stats;
}

static jsonlog_status write_level(jsonlog_handler *handler, const char *text, int level) {
    const jsonlog_line line = {text, strlen(text), level, 1, NULL, 0};
    return jl_handler_write(handler, &line);
}

/* "i017 ..............................\n", 48 bytes. */
static const char *numbered(char kind, int number) {
    static char text[64];
    snprintf(text, sizeof text, "%c%03d %42s\n", kind, number, ".");
    return text;
}

/* @return how many of up to `count` numbered lines were taken. */
static int fill(jsonlog_handler *handler, char kind, int count, int level) {
    int taken = 0;
    while (taken < count && write_level(handler, numbered(kind, taken), level) == JSONLOG_OK)
        taken++;
    return taken;
}

/* The worker is stopped inside the target with one line, and the ring is empty. */
static void stop_worker(jsonlog_handler *handler) {
    gate_shut(&target);
    assert_int_equal(write_text(handler, "plug\n"), JSONLOG_OK);
    gate_await(&target, 1);
    assert_int_equal(async_stats(handler).used_bytes, 0);
}

static void assert_lines(const char *const *expected, size_t count) {
    const char *at = target.text == NULL ? "" : target.text;
    for (size_t i = 0; i < count; i++) {
        const size_t len = strlen(expected[i]);
        assert_int_equal(strncmp(at, expected[i], len), 0);
        at = strchr(at, '\n');
        assert_non_null(at);
        at++;
    }
    assert_string_equal(at, "");
}

#define assert_target(...)                                               \
    do {                                                                 \
        static const char *const expected_[] = {__VA_ARGS__};            \
        assert_lines(expected_, sizeof expected_ / sizeof expected_[0]); \
    } while (0)

/* ---- making one ---- */

static void refuses_bad_options(void **state) {
    (void)state;
    jsonlog_handler *inner = gated_handler(&target);
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    assert_null(jsonlog_async_handler_new(NULL, NULL));
    options.size--;
    assert_null(jsonlog_async_handler_new(inner, &options));
    options.size++;
    options.when_full = (jsonlog_async_policy)3;
    assert_null(jsonlog_async_handler_new(inner, &options));
    options.when_full = JSONLOG_ASYNC_BLOCK;
    options.ring_bytes = JSONLOG_ASYNC_RING_MAX + 1;
    assert_null(jsonlog_async_handler_new(inner, &options));
    assert_int_equal(target.closes, 0);
    jsonlog_handler_release(inner);
    assert_int_equal(target.closes, 1);
    gated_done(&target);
}

static void rounds_the_ring_up(void **state) {
    (void)state;
    static const struct {
        size_t asked, made;
    } cases[] = {{0, RING}, {1, 4096}, {4097, 8192}, {100000, 131072}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_handler *handler =
            async_with((jsonlog_async_options){.ring_bytes = cases[i].asked});
        assert_int_equal(async_stats(handler).ring_bytes, cases[i].made);
        done(handler);
    }
    jsonlog_handler *inner = jsonlog_memory_handler_new(1024);
    jsonlog_handler *handler = jsonlog_async_handler_new(inner, NULL);
    assert_int_equal(async_stats(handler).ring_bytes, JSONLOG_ASYNC_RING_DEFAULT);
    jsonlog_handler_release(handler);
    jsonlog_handler_release(inner);
}

static void survives_any_failed_allocation(void **state) {
    (void)state;
    jsonlog_handler *inner = gated_handler(&target);
    jsonlog_handler *handler = NULL;
    int count = 0;
    for (; handler == NULL; count++) {
        allocations_left = count;
        handler = jsonlog_async_handler_new(inner, NULL);
        allocations_left = -1;
    }
    assert_true(count > 4);
    assert_int_equal(target.closes, 0);
    allocations_left = 0;
    assert_int_equal(write_text(handler, "no heap\n"), JSONLOG_OK);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    allocations_left = -1;
    assert_target("no heap");
    jsonlog_handler_release(inner);
    done(handler);
}

static void knows_other_handlers(void **state) {
    (void)state;
    jsonlog_async_stats stats;
    jsonlog_handler *null = jsonlog_null_handler_new();
    assert_int_equal(jsonlog_async_flush(null, 1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_async_close(null, 1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_async_get_stats(null, &stats), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_async_flush(NULL, 1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_async_close(NULL, 1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_async_get_stats(NULL, &stats), JSONLOG_E_INVALID);
    jsonlog_handler_release(null);
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_BLOCK);
    assert_int_equal(jsonlog_async_get_stats(handler, NULL), JSONLOG_E_INVALID);
    done(handler);
}

/* ---- what the target says ---- */

static bool is_odd(const jsonlog_record *record, void *context) {
    (void)context;
    return record->level % 2 == 1;
}

/* Whoever asks and whoever offers a line are told the same. */
static bool wants(jsonlog_handler *handler, int level) {
    const jsonlog_record record = {.level = level};
    const jsonlog_line line = {.text = "x\n", .len = 2, .level = level, .record = &record};
    jsonlog_line own;
    jsonlog_status status;
    const bool is_wanted = jl_handler_wants(handler, &record);
    assert_int_equal(jl_handler_prepare(handler, &line, &own, &status),
                     is_wanted ? JL_HANDLER_WANTS : JL_HANDLER_DECLINES);
    return is_wanted;
}

static void asks_level_and_filters_of_both(void **state) {
    (void)state;
    jsonlog_handler *inner = gated_handler(&target);
    jsonlog_handler *handler = jsonlog_async_handler_new(inner, NULL);
    assert_true(wants(handler, 1));
    jsonlog_handler_set_level(inner, 30);
    assert_false(wants(handler, 29));
    assert_true(wants(handler, 30));
    jsonlog_handler_set_level(handler, 40);
    assert_false(wants(handler, 30));
    assert_true(wants(handler, 40));
    jsonlog_handler_add_filter(inner, is_odd, NULL);
    assert_false(wants(handler, 40));
    assert_true(wants(handler, 41));
    jsonlog_handler_release(inner);
    done(handler);
    jsonlog_handler *null = jsonlog_null_handler_new();
    handler = jsonlog_async_handler_new(null, NULL);
    assert_false(wants(handler, 40)); /* not even formatted */
    jsonlog_handler_release(null);
    jsonlog_handler_release(handler);
}

static void takes_the_formatter_of_the_target(void **state) {
    (void)state;
    jsonlog_handler *inner = gated_handler(&target);
    jsonlog_handler *handler = jsonlog_async_handler_new(inner, NULL);
    assert_ptr_equal(jl_handler_formatter(handler), jl_handler_formatter(inner));
    assert_ptr_not_equal(jl_handler_formatter(handler), jl_formatter_default());
    jsonlog_handler_set_formatter(handler, NULL);
    assert_ptr_equal(jl_handler_formatter(handler), jl_formatter_default());
    jsonlog_handler_release(handler);
    jsonlog_handler_set_formatter(inner, NULL);
    handler = jsonlog_async_handler_new(inner, NULL);
    assert_ptr_equal(jl_handler_formatter(handler), jl_formatter_default());
    jsonlog_handler_release(inner);
    done(handler);
}

static void counts_what_the_target_refuses(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    target.refusals = 2;
    target.status = JSONLOG_E_AGAIN;
    assert_int_equal(write_text(handler, "a\n"), JSONLOG_OK);
    assert_int_equal(write_text(handler, "b\n"), JSONLOG_OK);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_int_equal(write_text(handler, "c\n"), JSONLOG_OK);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    const jsonlog_async_stats stats = async_stats(handler);
    assert_int_equal(stats.lost_target, 2);
    assert_int_equal(stats.written, 1);
    assert_int_equal(stats_of(handler).lines, 3);
    assert_int_equal(stats_of(handler).lost, 2);
    assert_int_equal(stats_of(handler).lost_again, 2);
    assert_target("lines lost lost=2 reason=EAGAIN", "c");
    done(handler);
}

static void passes_on_why_the_target_failed(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    target.refusals = 1;
    target.status = JSONLOG_E_IO;
    target.error = ENOSPC;
    assert_int_equal(write_text(handler, "a\n"), JSONLOG_OK);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_int_equal(stats_of(handler).last_errno, ENOSPC);
    assert_int_equal(stats_of(handler).lost_error, 1);
    done(handler);
}

/* ---- policies ---- */

static void keeps_a_quarter_for_errors(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    stop_worker(handler);
    assert_int_equal(fill(handler, 'i', 100, JSONLOG_LEVEL_ERROR - 1), LOW_LINES);
    assert_int_equal(fill(handler, 'e', 100, JSONLOG_LEVEL_ERROR), HIGH_LINES - LOW_LINES);
    assert_int_equal(write_level(handler, "f\n", JSONLOG_LEVEL_FATAL), JSONLOG_E_AGAIN);
    jsonlog_async_stats stats = async_stats(handler);
    assert_int_equal(stats.lost_full, 3);
    assert_int_equal(stats.used_bytes, RING);
    assert_int_equal(stats_of(handler).lost_again, 3);
    assert_int_equal(stats_of(handler).last_errno, EAGAIN);
    gate_open(&target);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    stats = async_stats(handler);
    assert_int_equal(stats.written, 1 + HIGH_LINES);
    assert_int_equal(stats.used_bytes, 0);
    assert_int_equal(stats.used_bytes_max, RING);
    assert_int_equal(stats_of(handler).lines, 1 + HIGH_LINES);
    done(handler);
}

/* A report stands where the gap is: behind the lines that were there, in front of later ones. */
static void reports_at_the_gap(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    stop_worker(handler);
    for (int i = 0; i < LOW_LINES; i++)
        assert_int_equal(write_text(handler, numbered('i', i)), JSONLOG_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(write_text(handler, numbered('x', i)), JSONLOG_E_AGAIN);
    assert_int_equal(write_level(handler, numbered('e', 0), 40), JSONLOG_OK);
    gate_open(&target);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    const char *last = strstr(target.text, "i047");
    assert_non_null(last);
    const char *report = strchr(last, '\n') + 1;
    const char said[] = "lines lost lost=5 reason=ring full\ne000";
    assert_memory_equal(report, said, sizeof said - 1);
    assert_int_equal(stats_of(handler).lines, 50);
    assert_int_equal(stats_of(handler).lost, 5);
    done(handler);
}

/* Nothing more need be logged for it. */
static void reports_when_the_ring_is_empty(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    stop_worker(handler);
    assert_int_equal(fill(handler, 'i', 100, 20), LOW_LINES);
    gate_open(&target);
    gate_await(&target, 1 + LOW_LINES + 1);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_non_null(strstr(target.text, ".\nlines lost lost=1 reason=ring full\n"));
    done(handler);
}

static void keeps_a_report_the_target_refuses(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    static char large[RING];
    memset(large, 'x', sizeof large);
    target.refusals = 1;
    target.status = JSONLOG_E_LIMIT;
    assert_int_equal(write_bytes(handler, large, sizeof large), JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    gate_await(&target, 1);
    target.refusals = 0;
    assert_int_equal(write_text(handler, "a\n"), JSONLOG_OK);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_non_null(strstr(target.text, "lines lost lost=1 reason=too large\n"));
    assert_non_null(strstr(target.text, "a\n"));
    done(handler);
}

static void drops_the_old_up_to_an_error(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_OLD);
    stop_worker(handler);
    assert_int_equal(fill(handler, 'a', 3, 20), 3);
    assert_int_equal(fill(handler, 'e', 1, 40), 1);
    assert_int_equal(fill(handler, 'b', LOW_LINES - 4, 20), LOW_LINES - 4);
    assert_int_equal(fill(handler, 'c', 100, 20), 3); /* for the three before the error */
    jsonlog_async_stats stats = async_stats(handler);
    assert_int_equal(stats.lost_old, 3);
    assert_int_equal(stats.lost_full, 1);
    assert_int_equal(stats_of(handler).lost, 4);
    assert_int_equal(stats_of(handler).lost_again, 4);
    gate_open(&target);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_null(strstr(target.text, "a00"));
    const char *const first = strchr(target.text, '\n') + 1;
    const char said[] = "lines lost lost=4 reason=ring full\ne000";
    assert_memory_equal(first, said, sizeof said - 1);
    assert_int_equal(async_stats(handler).written, 1 + LOW_LINES);
    done(handler);
}

/* An error may fill the whole ring before anything is discarded for it; one line below it would
 * have to make a quarter free. */
static void drops_the_old_for_an_error(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_OLD);
    stop_worker(handler);
    assert_int_equal(fill(handler, 'a', LOW_LINES, 20), LOW_LINES);
    assert_int_equal(fill(handler, 'e', 16, 40), 16);
    assert_int_equal(async_stats(handler).lost_old, 0);
    assert_int_equal(fill(handler, 'f', 2, 50), 2);
    assert_int_equal(async_stats(handler).lost_old, 2);
    assert_int_equal(fill(handler, 'b', 1, 20), 1);
    assert_int_equal(async_stats(handler).lost_old, 2 + 17);
    gate_open(&target);
    done(handler);
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void waits_for_room_in_vain(void **state) {
    (void)state;
    jsonlog_handler *handler = async_with(
        (jsonlog_async_options){.when_full = JSONLOG_ASYNC_BLOCK, .block_timeout_ms = 50});
    stop_worker(handler);
    assert_int_equal(fill(handler, 'i', LOW_LINES, 20), LOW_LINES);
    const int64_t before = now_ms();
    assert_int_equal(write_text(handler, numbered('x', 0)), JSONLOG_E_AGAIN);
    assert_in_range(now_ms() - before, 49, 5000);
    assert_int_equal(async_stats(handler).lost_timeout, 1);
    assert_int_equal(stats_of(handler).lost_again, 1);
    gate_open(&target);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_non_null(strstr(target.text, "lines lost lost=1 reason=timeout\n"));
    done(handler);
}

static void *write_one(void *handler) {
    return write_text(handler, numbered('w', 0)) == JSONLOG_OK ? handler : NULL;
}

static void waits_for_room(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_BLOCK);
    stop_worker(handler);
    assert_int_equal(fill(handler, 'i', LOW_LINES, 20), LOW_LINES);
    pthread_t thread;
    void *result = NULL;
    pthread_create(&thread, NULL, write_one, handler);
    usleep(20000);
    assert_int_equal(stats_of(handler).lines, 1 + LOW_LINES);
    gate_open(&target);
    pthread_join(thread, &result);
    assert_ptr_equal(result, handler);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_non_null(strstr(target.text, "\nw000 "));
    assert_int_equal(stats_of(handler).lost, 0);
    done(handler);
}

/* The thread holds the lock of another handler: that may be what the worker waits for. */
static void does_not_wait_within_a_handler(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_BLOCK);
    jsonlog_handler *other = jsonlog_null_handler_new();
    stop_worker(handler);
    assert_true(jl_handler_enter(other));
    assert_int_equal(fill(handler, 'i', 100, 20), LOW_LINES);
    jl_handler_leave(other);
    assert_int_equal(async_stats(handler).lost_nested, 1);
    assert_int_equal(stats_of(handler).lost_nested, 1);
    gate_open(&target);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_non_null(strstr(target.text, "lines lost lost=1 reason=nested\n"));
    jsonlog_handler_release(other);
    done(handler);
}

static void refuses_what_can_never_fit(void **state) {
    (void)state;
    static char large[RING];
    memset(large, 'x', sizeof large);
    for (int policy = JSONLOG_ASYNC_DROP_NEW; policy <= JSONLOG_ASYNC_BLOCK; policy++) {
        jsonlog_handler *handler = async_of((jsonlog_async_policy)policy);
        const jsonlog_line error = {large, RING - 16, 40, 1, NULL, 0};
        const jsonlog_line error_too_large = {large, RING - 15, 40, 1, NULL, 0};
        assert_int_equal(write_bytes(handler, large, RING / 4 * 3 - 16), JSONLOG_OK);
        assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
        assert_int_equal(jl_handler_write(handler, &error), JSONLOG_OK);
        assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
        assert_int_equal(write_bytes(handler, large, RING / 4 * 3 - 15), JSONLOG_E_LIMIT);
        assert_int_equal(jl_handler_write(handler, &error_too_large), JSONLOG_E_LIMIT);
        assert_int_equal(async_stats(handler).lost_too_large, 2);
        assert_int_equal(stats_of(handler).lost_error, 2);
        assert_int_equal(stats_of(handler).last_errno, EMSGSIZE);
        assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
        assert_int_equal(async_stats(handler).written, 2);
        assert_true(target.len > RING + RING / 2);
        done(handler);
    }
}

static void reports_lines_without_a_format(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    jl_handler_count_lost(handler);
    jl_handler_count_lost(handler);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_target("lines lost lost=2 reason=format");
    done(handler);
}

static bool keep_line(const jsonlog_line *line, void *context) {
    memcpy(context, line->text, line->len);
    ((char *)context)[line->len] = '\0';
    return true;
}

/* The words a person and a filter pattern will look for. */
static void reports_in_json(void **state) {
    (void)state;
    static char kept[1024], large[RING];
    memset(large, 'x', sizeof large);
    jsonlog_handler *inner = jsonlog_callback_handler_new(keep_line, kept);
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.ring_bytes = RING;
    jsonlog_handler *handler = jsonlog_async_handler_new(inner, &options);
    assert_int_equal(write_bytes(handler, large, sizeof large), JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    const char *rest = strstr(kept, "\"logType\"");
    assert_non_null(rest);
    assert_string_equal(rest, "\"logType\":\"WARN\",\"logger\":\"jsonlog\",\"message\":\"lines "
                              "lost\",\"lost\":1,\"reason\":\"too large\"}\n");
    jsonlog_handler_release(inner);
    jsonlog_handler_release(handler);
}

/* ---- flush and close ---- */

static void flushes_lines_and_target(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    for (int i = 0; i < 20; i++)
        write_text(handler, numbered('i', i));
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    assert_int_equal(async_stats(handler).written, 20);
    assert_int_equal(target.flushes, 1);
    assert_int_equal(jsonlog_async_flush(handler, 0), JSONLOG_OK);
    assert_int_equal(jsonlog_async_flush(handler, JSONLOG_ASYNC_FOREVER), JSONLOG_OK);
    assert_int_equal(target.flushes, 3);
    target.flush_status = JSONLOG_E_IO;
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_E_IO);
    target.flush_status = JSONLOG_OK;
    done(handler);
}

static void flushes_until_the_deadline(void **state) {
    (void)state;
    jsonlog_handler *handler = async_with((jsonlog_async_options){.drain_timeout_ms = 40});
    stop_worker(handler);
    const int64_t before = now_ms();
    assert_int_equal(jsonlog_async_flush(handler, 30), JSONLOG_E_TIMEOUT);
    assert_in_range(now_ms() - before, 29, 5000);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_E_TIMEOUT);
    gate_open(&target);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_target("plug");
    done(handler);
}

static void writes_itself_once_closed(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    write_text(handler, "before\n");
    assert_int_equal(jsonlog_async_close(handler, 10000), JSONLOG_OK);
    assert_target("before");
    assert_int_equal(write_text(handler, "after\n"), JSONLOG_OK);
    assert_target("before", "after");
    assert_int_equal(jsonlog_async_close(handler, 10000), JSONLOG_OK);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    target.refusals = 1;
    target.status = JSONLOG_E_IO;
    assert_int_equal(write_text(handler, "refused\n"), JSONLOG_E_IO);
    assert_int_equal(async_stats(handler).written, 2);
    assert_int_equal(async_stats(handler).lost_target, 1);
    assert_int_equal(stats_of(handler).lost, 1);
    done(handler);
}

/* Whoever logs while the worker writes out the rest waits for it, so that order is kept; and is
 * dropped when that takes too long. */
static void closes_slowly(void **state) {
    (void)state;
    jsonlog_handler *handler = async_with((jsonlog_async_options){.drain_timeout_ms = 40});
    stop_worker(handler);
    write_text(handler, "second\n");
    assert_int_equal(jsonlog_async_close(handler, 20), JSONLOG_E_TIMEOUT);
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_E_CLOSED);
    assert_int_equal(async_stats(handler).lost_closed, 1);
    gate_open(&target);
    assert_int_equal(write_text(handler, "third\n"), JSONLOG_OK);
    assert_int_equal(jsonlog_async_close(handler, 10000), JSONLOG_OK);
    assert_non_null(strstr(target.text, "plug\nsecond\nlines lost lost=1 reason=closed\nthird\n"));
    done(handler);
}

static void writes_out_at_the_last_release(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    stop_worker(handler);
    assert_int_equal(fill(handler, 'i', LOW_LINES, 20), LOW_LINES);
    gate_open(&target);
    jsonlog_handler_release(handler);
    assert_int_equal(target.closes, 1);
    assert_int_equal(target.len, 5 + LOW_LINES * 48);
    gated_done(&target);
}

/* The target hangs: the release gives up, and the worker lets go of it when it comes back. */
static void gives_up_a_target_that_hangs(void **state) {
    (void)state;
    jsonlog_stats before, after;
    jsonlog_handler *handler = async_with((jsonlog_async_options){.drain_timeout_ms = 30});
    stop_worker(handler);
    assert_int_equal(fill(handler, 'i', 7, 20), 7);
    jsonlog_get_stats(&before);
    const int64_t began = now_ms();
    jsonlog_handler_release(handler);
    assert_in_range(now_ms() - began, 29, 5000);
    assert_int_equal(target.closes, 0);
    gate_open(&target);
    gate_await_close(&target);
    assert_target("plug");
    jsonlog_get_stats(&after);
    assert_int_equal(after.lost_output - before.lost_output, 7);
    gated_done(&target);
}

/* ---- nesting ---- */

static jsonlog_handler *outer;
static int nested_status, flush_status, close_status;

static void log_again(void *context, const jsonlog_line *line) {
    (void)line;
    static bool is_nested;
    if (is_nested || nested_status >= 0)
        return;
    is_nested = true;
    nested_status = (int)write_text(context, "nested\n");
    flush_status = (int)jsonlog_async_flush(context, 0);
    close_status = (int)jsonlog_async_close(context, 0);
    is_nested = false;
}

static void drops_what_the_target_logs(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_BLOCK);
    nested_status = -1;
    target.context = handler;
    target.on_write = log_again;
    write_text(handler, "first\n");
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_int_equal(nested_status, JSONLOG_E_STATE);
    assert_int_equal(flush_status, JSONLOG_E_STATE);
    assert_int_equal(close_status, JSONLOG_E_STATE);
    assert_int_equal(async_stats(handler).lost_nested, 1);
    assert_int_equal(stats_of(handler).lost_nested, 1);
    done(handler);
}

static jsonlog_status concurrent_write(void *self, const jsonlog_line *line) {
    gate_append(self, line);
    if (nested_status < 0)
        log_again(outer, line);
    return JSONLOG_OK;
}

static const jsonlog_handler_class concurrent_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "concurrent",
    .write = concurrent_write,
    .is_concurrent = true,
};

static void passes_on_what_a_target_without_lock_logs(void **state) {
    (void)state;
    memset(&target, 0, sizeof target);
    nested_status = -1;
    jsonlog_handler *inner = jl_handler_new(&concurrent_class, &target, JL_HANDLER_REPORTS);
    outer = jsonlog_async_handler_new(inner, NULL);
    jsonlog_handler_release(inner);
    write_text(outer, "first\n");
    assert_int_equal(jsonlog_async_flush(outer, 10000), JSONLOG_OK);
    assert_int_equal(nested_status, JSONLOG_OK);
    assert_target("first", "nested");
    jsonlog_handler_release(outer);
    gated_done(&target);
}

static void release_it(void *context, const jsonlog_line *line) {
    (void)line;
    jsonlog_handler **handler = context;
    jsonlog_handler_release(*handler);
    *handler = NULL;
}

/* The last reference goes away on the worker: it writes out the rest and cleans up after itself. */
static void is_released_by_its_own_target(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    gate_shut(&target);
    target.context = &handler;
    target.on_write = release_it;
    write_text(handler, "first\n");
    gate_await(&target, 1);
    write_text(handler, "second\n");
    gate_open(&target);
    gate_await_close(&target);
    assert_null(handler);
    assert_target("first", "second");
    gated_done(&target);
}

static void stands_in_front_of_another(void **state) {
    (void)state;
    jsonlog_handler *middle = async_of(JSONLOG_ASYNC_BLOCK);
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.when_full = JSONLOG_ASYNC_BLOCK;
    jsonlog_handler *handler = jsonlog_async_handler_new(middle, &options);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(write_text(handler, numbered('i', i)), JSONLOG_OK);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_int_equal(target.len, 48000);
    jsonlog_handler_release(middle);
    done(handler);
}

/* ---- fork ---- */

static bool check_child(jsonlog_handler *handler) {
    jl_handler_after_fork(handler);
    if (target.forks != 1 || async_stats(handler).used_bytes != 0)
        return false;
    target.len = 0;
    if (write_text(handler, "child\n") != JSONLOG_OK ||
        jsonlog_async_flush(handler, 10000) != JSONLOG_OK)
        return false;
    const bool is_right = strcmp(target.text, "child\n") == 0 && async_stats(handler).wakes < 100;
    jsonlog_handler_release(handler);
    return is_right && target.closes == 1;
}

static bool check_silent_child(jsonlog_handler *handler) {
    jl_handler_after_fork(handler);
    target.len = 0;
    if (jsonlog_async_flush(handler, 10000) != JSONLOG_OK || target.len != 0)
        return false;
    jsonlog_handler_release(handler);
    return target.closes == 1;
}

static int in_child(bool (*check)(jsonlog_handler *), jsonlog_handler *handler) {
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        _exit(check(handler) ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void begins_anew_in_a_child(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    stop_worker(handler);
    assert_int_equal(fill(handler, 'p', 100, 20), LOW_LINES);
    assert_int_equal(in_child(check_child, handler), 0);
    assert_int_equal(in_child(check_silent_child, handler), 0);
    gate_open(&target);
    assert_int_equal(jsonlog_async_flush(handler, 10000), JSONLOG_OK);
    assert_int_equal(async_stats(handler).written, 1 + LOW_LINES);
    assert_null(strstr(target.text, "child"));
    done(handler);
}

static bool check_closed_child(jsonlog_handler *handler) {
    jl_handler_after_fork(handler);
    return write_text(handler, "child\n") == JSONLOG_OK &&
           strcmp(target.text, "parent\nchild\n") == 0;
}

static void stays_closed_in_a_child(void **state) {
    (void)state;
    jsonlog_handler *handler = async_of(JSONLOG_ASYNC_DROP_NEW);
    write_text(handler, "parent\n");
    assert_int_equal(jsonlog_async_close(handler, 10000), JSONLOG_OK);
    assert_int_equal(in_child(check_closed_child, handler), 0);
    done(handler);
}

/* ---- sleep ---- */

static uint64_t cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* A steady trickle wakes the worker seldom, and silence costs nothing. The ring holds it all: the
 * worker may be off the processor. */
static void sleeps_without_spinning(void **state) {
    (void)state;
    jsonlog_handler *handler = async_with((jsonlog_async_options){.ring_bytes = 16 * RING});
    for (int i = 0; i < 200; i++) {
        write_text(handler, "a\n");
        usleep(100);
    }
    assert_in_range(async_stats(handler).wakes, 0, 50);
    usleep(50000);
    const uint64_t before = cpu_ns();
    usleep(200000);
    assert_in_range(cpu_ns() - before, 0, 50000000);
    const uint64_t wakes = async_stats(handler).wakes;
    write_text(handler, "b\n");
    assert_int_equal(async_stats(handler).wakes, wakes + 1);
    gate_await(&target, 201);
    done(handler);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_bad_options),
        cmocka_unit_test(rounds_the_ring_up),
        cmocka_unit_test(survives_any_failed_allocation),
        cmocka_unit_test(knows_other_handlers),
        cmocka_unit_test(asks_level_and_filters_of_both),
        cmocka_unit_test(takes_the_formatter_of_the_target),
        cmocka_unit_test(counts_what_the_target_refuses),
        cmocka_unit_test(passes_on_why_the_target_failed),
        cmocka_unit_test(keeps_a_quarter_for_errors),
        cmocka_unit_test(reports_at_the_gap),
        cmocka_unit_test(reports_when_the_ring_is_empty),
        cmocka_unit_test(keeps_a_report_the_target_refuses),
        cmocka_unit_test(drops_the_old_up_to_an_error),
        cmocka_unit_test(drops_the_old_for_an_error),
        cmocka_unit_test(waits_for_room_in_vain),
        cmocka_unit_test(waits_for_room),
        cmocka_unit_test(does_not_wait_within_a_handler),
        cmocka_unit_test(refuses_what_can_never_fit),
        cmocka_unit_test(reports_lines_without_a_format),
        cmocka_unit_test(reports_in_json),
        cmocka_unit_test(flushes_lines_and_target),
        cmocka_unit_test(flushes_until_the_deadline),
        cmocka_unit_test(writes_itself_once_closed),
        cmocka_unit_test(closes_slowly),
        cmocka_unit_test(writes_out_at_the_last_release),
        cmocka_unit_test(gives_up_a_target_that_hangs),
        cmocka_unit_test(drops_what_the_target_logs),
        cmocka_unit_test(passes_on_what_a_target_without_lock_logs),
        cmocka_unit_test(is_released_by_its_own_target),
        cmocka_unit_test(stands_in_front_of_another),
        cmocka_unit_test(begins_anew_in_a_child),
        cmocka_unit_test(stays_closed_in_a_child),
        cmocka_unit_test(sleeps_without_spinning),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
