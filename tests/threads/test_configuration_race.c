/*
 * Four threads log while another one changes everything there is to change: levels, handlers,
 * formatters, filters, propagate, static fields, loggers and children. Every line must arrive
 * whole, no handler may be written to after its close, and nothing may leak. The sanitizers see the
 * rest.
 */
#include "support/test_random.h"

#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define WRITERS 4
#define LOGGERS 6
#define KEPT    8
#define ALIVE   UINT32_C(0xA11FE)
#define CLOSED  UINT32_C(0xDEAD)

static const char *const names[LOGGERS] = {"", "a", "a.b", "a.b.c", "d", "d.e"};

static bool is_over;            /* atomic */
static uint64_t seen;           /* atomic: lines that arrived */
static uint64_t broken;         /* atomic: lines that were not whole */
static uint64_t written_closed; /* atomic: writes to closed handlers */
static uint64_t opened, closed; /* atomic */
static uint64_t filtered;       /* atomic */

/* ---- a handler that poisons itself ---- */

typedef struct probe_handler {
    uint32_t state;
    bool is_inside; /* plain on purpose: the lock of the handler is what keeps threads apart */
    char copy[4096];
} probe_handler;

static bool is_whole(const char *text, size_t len) {
    return len > 2 && text[0] == '{' && text[len - 2] == '}' && text[len - 1] == '\n' &&
           memchr(text, '\n', len) == text + len - 1 && strstr(text, "\"end\":true}\n") != NULL;
}

static jsonlog_status write_probe(void *self, const jsonlog_line *line) {
    probe_handler *probe = self;
    if (__atomic_load_n(&probe->state, __ATOMIC_RELAXED) != ALIVE || probe->is_inside)
        __atomic_fetch_add(&written_closed, 1, __ATOMIC_RELAXED);
    probe->is_inside = true;
    size_t len = line->len < sizeof probe->copy - 1 ? line->len : sizeof probe->copy - 1;
    memcpy(probe->copy, line->text, len);
    probe->copy[len] = '\0';
    if (!is_whole(probe->copy, len))
        __atomic_fetch_add(&broken, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&seen, 1, __ATOMIC_RELAXED);
    probe->is_inside = false;
    return JSONLOG_OK;
}

static void close_probe(void *self) {
    probe_handler *probe = self;
    __atomic_store_n(&probe->state, CLOSED, __ATOMIC_RELAXED);
    __atomic_fetch_add(&closed, 1, __ATOMIC_RELAXED);
    free(probe);
}

static const jsonlog_handler_class probe_class = {
    .size = sizeof probe_class, .name = "probe", .write = write_probe, .close = close_probe};

static jsonlog_handler *new_probe(void) {
    probe_handler *probe = calloc(1, sizeof *probe);
    assert_non_null(probe);
    probe->state = ALIVE;
    __atomic_fetch_add(&opened, 1, __ATOMIC_RELAXED);
    jsonlog_handler *handler = jsonlog_handler_new(&probe_class, probe);
    assert_non_null(handler);
    return handler;
}

/* ---- the loggers' side ---- */

static void log_some(jsonlog_logger *logger, unsigned i) {
    jsonlog_scope scope = jsonlog_scope_push("step", i);
    jsonlog_logger *child = jsonlog_with(logger, "request", i, "tags", jsonlog_array("x", "y"));
    jsonlog_info(child, "work", "i", i, "text", "some text that takes room", "end",
                 jsonlog_bool(true));
    jsonlog_debug(logger, "detail", "i", i, "end", jsonlog_bool(true));
    jsonlog_error(logger, "failed", "errorCode", "DA00012", "i", i, "end", jsonlog_bool(true));
    jsonlog_logger_free(child);
    jsonlog_scope_pop(scope);
}

static void *write_records(void *seed) {
    unsigned i = (unsigned)(uintptr_t)seed;
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        i++;
        log_some(jsonlog_get(names[i % LOGGERS]), i);
    }
    return NULL;
}

/* A child that lives through changes of its logger's level. */
static void *write_from_child(void *seed) {
    jsonlog_logger *child = jsonlog_with(jsonlog_get("a.b"), "old", true);
    unsigned i = (unsigned)(uintptr_t)seed;
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        i++;
        jsonlog_info(child, "from a child", "i", i, "end", jsonlog_bool(true));
    }
    jsonlog_logger_free(child);
    return NULL;
}

/* ---- the changes ---- */

/* Fields of bound and static contexts come first, so "end" is still the last. */
static bool keep_even(jsonlog_record *record, void *context) {
    uint64_t *count = context;
    __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
    return jsonlog_record_line(record) % 2 == 0 ||
           jsonlog_record_level(record) >= JSONLOG_LEVEL_ERROR;
}

static jsonlog_logger *any_logger(test_random *random) {
    return jsonlog_get(names[test_random_below(random, LOGGERS)]);
}

static void change_handlers(test_random *random, jsonlog_handler **kept) {
    const size_t at = test_random_below(random, KEPT);
    jsonlog_logger *logger = any_logger(random);
    switch (test_random_below(random, 5)) {
    case 0: jsonlog_logger_add_handler(logger, kept[at]); break;
    case 1: jsonlog_logger_remove_handler(logger, kept[at]); break;
    case 2: jsonlog_logger_set_handlers(logger, kept + at, KEPT - at); break;
    case 3:
        for (size_t i = 0; i < LOGGERS; i++)
            jsonlog_logger_remove_handler(jsonlog_get(names[i]), kept[at]);
        jsonlog_handler_release(kept[at]);
        kept[at] = new_probe();
        break;
    default: jsonlog_handler_set_level(kept[at], (int)test_random_below(random, 50)); break;
    }
}

static void change_formatter(test_random *random, jsonlog_handler **kept) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.with_thread = test_random_below(random, 2) == 0;
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    jsonlog_handler_set_formatter(kept[test_random_below(random, KEPT)], formatter);
    jsonlog_formatter_release(formatter);
}

static void change_filters(test_random *random) {
    jsonlog_logger *logger = any_logger(random);
    if (test_random_below(random, 2) == 0) {
        jsonlog_logger_add_filter(logger, keep_even, &filtered);
        return;
    }
    /* The counter's memory goes right after the removal, which is when nobody may use it any more.
     */
    uint64_t *counter = calloc(1, sizeof *counter);
    assert_int_equal(jsonlog_logger_add_filter(logger, keep_even, counter), JSONLOG_OK);
    sched_yield();
    assert_int_equal(jsonlog_logger_remove_filter(logger, keep_even, counter), JSONLOG_OK);
    free(counter);
    while (jsonlog_logger_remove_filter(logger, keep_even, &filtered) == JSONLOG_OK)
        ;
}

static void change_fields(test_random *random) {
    const jsonlog_field fields[] = {
        jsonlog_field_make("service", jsonlog_from_string("payment")),
        jsonlog_field_make("host", jsonlog_from_uint64(test_random_below(random, 100))),
    };
    jsonlog_set_static_fields(fields, test_random_below(random, 3));
}

static void make_logger(test_random *random) {
    static unsigned made;
    char name[32];
    if (made < 500)
        made++;
    snprintf(name, sizeof name, "a.new%u.x", made);
    jsonlog_logger *logger = jsonlog_get(name);
    jsonlog_logger_set_level(logger, (int)test_random_below(random, 50));
    jsonlog_info(logger, "new", "end", jsonlog_bool(true));
}

static void change_something(test_random *random, jsonlog_handler **kept) {
    switch (test_random_below(random, 9)) {
    case 0: jsonlog_logger_set_level(any_logger(random), (int)test_random_below(random, 45)); break;
    case 1:
        jsonlog_logger_set_propagate(any_logger(random), test_random_below(random, 2) == 0);
        break;
    case 2: change_formatter(random, kept); break;
    case 3: change_filters(random); break;
    case 4: change_fields(random); break;
    case 5: make_logger(random); break;
    case 6:
        jsonlog_disable(test_random_below(random, 4) == 0 ? JSONLOG_LEVEL_INFO
                                                          : JSONLOG_LEVEL_NOTSET);
        break;
    default: change_handlers(random, kept); break;
    }
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void everything_may_change_while_threads_log(void **state) {
    (void)state;
    pthread_t threads[WRITERS + 1];
    jsonlog_handler *kept[KEPT];
    test_random random = {7};
    for (size_t i = 0; i < KEPT; i++)
        kept[i] = new_probe();
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), kept, 1), JSONLOG_OK);
    for (uintptr_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_records, (void *)(i * 1000)), 0);
    assert_int_equal(pthread_create(&threads[WRITERS], NULL, write_from_child, NULL), 0);

    const int64_t end_ms = now_ms() + (int64_t)test_effort(2000);
    unsigned changes = 0;
    while (now_ms() < end_ms) {
        change_something(&random, kept);
        changes++;
    }
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (size_t i = 0; i <= WRITERS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < KEPT; i++)
        jsonlog_handler_release(kept[i]);
    jsonlog_shutdown();

    assert_int_equal(broken, 0);
    assert_int_equal(written_closed, 0);
    assert_int_equal(closed, opened); /* all of them, none twice */
    assert_true(seen > 100);
    assert_true(changes > 20);
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    assert_true(stats.lines >= seen);
    assert_int_equal(stats.lost_memory, 0);
    assert_int_equal(stats.lost_nested, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_may_change_while_threads_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
