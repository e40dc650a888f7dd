/*
 * Threads come and go: their records go back to the pool, their scopes are dropped, and a record
 * from the destructor of another key is still written.
 */
#include "base/thread.h"

#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static pthread_key_t late_key;
static uint64_t lines;      /* atomic */
static uint64_t late_lines; /* atomic */
static uint64_t scoped;     /* atomic: lines with a field that a thread before left pushed */

static bool count_line(const jsonlog_line *line, void *context) {
    (void)context;
    __atomic_fetch_add(&lines, 1, __ATOMIC_RELAXED);
    if (memmem(line->text, line->len, "\"late\"", 6) != NULL)
        __atomic_fetch_add(&late_lines, 1, __ATOMIC_RELAXED);
    if (memmem(line->text, line->len, "\"left\"", 6) != NULL)
        __atomic_fetch_add(&scoped, 1, __ATOMIC_RELAXED);
    return true;
}

static void log_late(void *value) {
    (void)value;
    jsonlog_info(jsonlog_root(), "late", "late", true);
}

static void *log_and_end(void *argument) {
    (void)argument;
    pthread_setspecific(late_key, &late_key);
    jsonlog_info(jsonlog_root(), "begin");
    jsonlog_scope_push("left", 1); /* and never popped */
    return NULL;
}

static size_t pool_size(void) {
    size_t count = 0;
    for (const jl_thread *thread = jl_thread_first(); thread != NULL; thread = thread->next)
        count++;
    return count;
}

static void run_threads(size_t rounds, size_t at_once) {
    pthread_t threads[8];
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < at_once; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, log_and_end, NULL), 0);
        for (size_t i = 0; i < at_once; i++)
            pthread_join(threads[i], NULL);
    }
}

static void records_go_back_to_the_pool(void **state) {
    (void)state;
    assert_int_equal(pthread_key_create(&late_key, log_late), 0);
    jsonlog_handler *handler = jsonlog_callback_handler_new(count_line, NULL);
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1), JSONLOG_OK);
    jsonlog_handler_release(handler);
    run_threads(20, 8);
    assert_int_equal(lines, 320);
    assert_int_equal(late_lines, 160);
    assert_true(pool_size() <= 9); /* as many as ever lived at once, not 161 */
}

/* The record written by a key's destructor still carries the scope; the next thread's first must
 * not. */
static void scopes_end_with_their_thread(void **state) {
    (void)state;
    assert_int_equal(scoped, late_lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_go_back_to_the_pool),
        cmocka_unit_test(scopes_end_with_their_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
