/*
 * What a log call allocates (nothing, from a thread's second record on), what happens when memory
 * fails at any point, and that an allocator may log. The allocator is chosen once, so this is a
 * program of its own.
 */
#include "record/stats.h"

#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t allocations; /* atomic */
static int64_t
    fails_at;     /* atomic: counts down; the allocation that makes it 0 fails; below: none */
static bool logs; /* atomic: each allocation logs */

static bool must_fail(void) {
    return __atomic_load_n(&fails_at, __ATOMIC_RELAXED) > 0 &&
           __atomic_sub_fetch(&fails_at, 1, __ATOMIC_RELAXED) == 0;
}

static void note(void) {
    __atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
    if (__atomic_load_n(&logs, __ATOMIC_RELAXED))
        jsonlog_info(jsonlog_get("allocator.new"), "allocating");
}

static void *allocate(size_t size, void *user) {
    (void)user;
    note();
    return must_fail() ? NULL : malloc(size);
}

static void *reallocate(void *memory, size_t size, void *user) {
    (void)user;
    note();
    return must_fail() ? NULL : realloc(memory, size);
}

static void release(void *memory, void *user) {
    (void)user;
    if (__atomic_load_n(&logs, __ATOMIC_RELAXED))
        jsonlog_info(jsonlog_get("allocator.new"), "freeing");
    free(memory);
}

static const jsonlog_allocator counting = {allocate, reallocate, release, NULL};

static uint64_t lines; /* atomic */

static bool count_line(const jsonlog_line *line, void *context) {
    (void)line;
    (void)context;
    __atomic_fetch_add(&lines, 1, __ATOMIC_RELAXED);
    return true;
}

static bool log_inside(jsonlog_writer *writer, void *context) {
    (void)context;
    jsonlog_info(jsonlog_get("a.b"), "nested", "k", 1);
    jsonlog_write_value(writer, jsonlog_from_int64(1));
    return true;
}

static jsonlog_logger *child;

static void log_everything(void) {
    static char large[40000];
    memset(large, 'x', sizeof large - 1);
    jsonlog_logger *log = jsonlog_get("a.b");
    jsonlog_info(log, "m", "i", 1, "o", jsonlog_object("a", jsonlog_array(1, "x")), "d", 0.1);
    jsonlog_info(child, "m", "i", 1, "i", 2, "t", jsonlog_text("%d", 5));
    jsonlog_error(child, large, "large", large, "bytes", jsonlog_bytes(large, 100));
    jsonlog_info(log, "m", "call", jsonlog_call(log_inside, NULL));
    const jsonlog_field fields[] = {jsonlog_field_make("run", jsonlog_value_of(1)),
                                    jsonlog_field_make("run", jsonlog_value_of(2))};
    jsonlog_log_fields(log, JSONLOG_LEVEL_WARN, "m", 1, fields, 2);
    jsonlog_info_every_n(log, 2, "m");
}

static void start_library(void) {
    jsonlog_handler *handler = jsonlog_callback_handler_new(count_line, NULL);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    jsonlog_handler_release(handler);
    jsonlog_get("a.b");
    child = jsonlog_with(jsonlog_get("a.b"), "bound", 1);
}

static void *count_in_thread(void *argument) {
    jsonlog_scope scope = jsonlog_scope_push("scope", 1);
    jsonlog_info(jsonlog_get("a.b"), "first");
    const uint64_t before = __atomic_load_n(&allocations, __ATOMIC_RELAXED);
    for (int i = 0; i < 3; i++)
        log_everything();
    *(uint64_t *)argument = __atomic_load_n(&allocations, __ATOMIC_RELAXED) - before;
    jsonlog_scope_pop(scope);
    return NULL;
}

static void from_the_second_record_on_nothing_is_allocated(void **state) {
    (void)state;
    uint64_t here = 77;
    uint64_t there = 77;
    count_in_thread(&here);
    assert_int_equal(here, 0);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, count_in_thread, &there), 0);
    pthread_join(thread, NULL);
    assert_int_equal(there, 0);
    assert_true(lines > 30);
}

/* ---- memory that fails ---- */

/* Everything that allocates, on a thread of its own, so that its record and space are made too. */
static void *use_everything(void *argument) {
    jsonlog_handler *handler = jsonlog_callback_handler_new(count_line, NULL);
    jsonlog_logger *log = jsonlog_get("fail.new.name");
    assert_non_null(log);
    jsonlog_logger_add_handler(log, handler);
    jsonlog_handler_release(handler);
    jsonlog_logger_set_level(log, JSONLOG_LEVEL_DEBUG);
    jsonlog_logger_add_filter(log, NULL, NULL);
    jsonlog_logger *with = jsonlog_with(log, "o", jsonlog_object("a", "text"));
    jsonlog_logger *deeper = jsonlog_with(with, "b", 2);
    jsonlog_scope scope = jsonlog_scope_push("s", "text");
    jsonlog_context *context = jsonlog_context_take();
    jsonlog_scope entered = jsonlog_context_enter(context);
    jsonlog_info(deeper, "m", "k", 1);
    jsonlog_info(log, "m", "k", 1);
    const jsonlog_field field = jsonlog_field_make("static", jsonlog_value_of(1));
    jsonlog_set_static_fields(&field, 1);
    jsonlog_set_static_fields(NULL, 0);
    jsonlog_logger_set_propagate(log, false);
    jsonlog_logger_set_propagate(log, true);
    jsonlog_scope_pop(entered);
    jsonlog_scope_pop(scope);
    jsonlog_context_free(context);
    jsonlog_logger_free(deeper);
    jsonlog_logger_free(with);
    jsonlog_logger_set_handlers(log, NULL, 0);
    return argument;
}

static void memory_may_fail_anywhere(void **state) {
    (void)state;
    bool has_failed = true;
    int64_t at = 1;
    for (; has_failed; at++) {
        pthread_t thread;
        __atomic_store_n(&fails_at, at, __ATOMIC_RELAXED);
        assert_int_equal(pthread_create(&thread, NULL, use_everything, NULL), 0);
        pthread_join(thread, NULL);
        has_failed = __atomic_load_n(&fails_at, __ATOMIC_RELAXED) <= 0;
        __atomic_store_n(&fails_at, 0, __ATOMIC_RELAXED);
        /* Whatever failed, the settings that were there are still in force. */
        const uint64_t before = lines;
        jsonlog_info(jsonlog_get("a.b"), "m");
        assert_int_equal(lines, before + 1);
    }
    assert_true(at > 10);
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    assert_true(stats.lost_memory > 0);
}

static void nothing_changes_when_a_change_fails(void **state) {
    (void)state;
    jsonlog_logger *log = jsonlog_get("a.b");
    jsonlog_handler *handler = jsonlog_callback_handler_new(count_line, NULL);
    jsonlog_stats before;
    jsonlog_stats after;
    jsonlog_get_stats(&before);
    fails_at = 1;
    jsonlog_logger_set_level(log, JSONLOG_LEVEL_DEBUG);
    assert_int_equal(jsonlog_logger_get_level(log), JSONLOG_LEVEL_NOTSET);
    assert_false(jsonlog_enabled(log, JSONLOG_LEVEL_DEBUG));
    fails_at = 1;
    jsonlog_logger_set_propagate(log, false);
    assert_true(jsonlog_logger_get_propagate(log));
    fails_at = 1;
    assert_int_equal(jsonlog_logger_add_handler(log, handler), JSONLOG_E_NOMEM);
    fails_at = 2; /* the list is made, the snapshot is not */
    assert_int_equal(jsonlog_logger_add_handler(log, handler), JSONLOG_E_NOMEM);
    assert_int_equal(jsonlog_logger_remove_handler(log, handler), JSONLOG_E_NOT_FOUND);
    fails_at = 1;
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0), JSONLOG_E_NOMEM);
    fails_at = 1;
    assert_ptr_equal(jsonlog_get("a.b.unmade"), log); /* the nearest there is */
    fails_at = 1;
    assert_null(jsonlog_with(log, "a", 1));
    fails_at = 1;
    assert_int_equal(jsonlog_scope_push("a", 1).id, 0);
    fails_at = 0;
    jsonlog_handler_release(handler);
    jsonlog_get_stats(&after);
    assert_int_equal(after.lost_memory - before.lost_memory, 4);
}

/* ---- an allocator that logs ---- */

static void an_allocator_may_log(void **state) {
    (void)state;
    jsonlog_stats before;
    jsonlog_stats after;
    jsonlog_get_stats(&before);
    __atomic_store_n(&logs, true, __ATOMIC_RELAXED);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, use_everything, NULL), 0);
    pthread_join(thread, NULL);
    __atomic_store_n(&logs, false, __ATOMIC_RELAXED);
    jsonlog_get_stats(&after);
    assert_true(after.records > before.records);
    jsonlog_logger_free(child);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_the_second_record_on_nothing_is_allocated),
        cmocka_unit_test(memory_may_fail_anywhere),
        cmocka_unit_test(nothing_changes_when_a_change_fails),
        cmocka_unit_test(an_allocator_may_log),
    };
    if (jsonlog_set_allocator(&counting) != JSONLOG_OK)
        return 1;
    start_library();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
