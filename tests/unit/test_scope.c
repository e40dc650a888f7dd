#include "record/capture_hook.h"
#include "support/log_lines.h"

#include <jsonlog/async.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static jsonlog_handler *lines;

#define FIELDS(rest) LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\"" rest "}")

static void assert_fields(const char *expected) {
    jsonlog_info(jsonlog_get("t"), "m");
    assert_string_equal(log_lines_take(lines), expected);
}

static int start(void **state) {
    (void)state;
    lines = log_lines_at(jsonlog_root());
    return lines == NULL ? -1 : 0;
}

static int stop(void **state) {
    (void)state;
    jsonlog_handler_release(lines);
    return 0;
}

static void fields_last_from_push_to_pop(void **state) {
    (void)state;
    char text[] = "abc";
    jsonlog_scope outer = jsonlog_scope_push("id", text, "n", 1);
    text[0] = 'x';
    jsonlog_scope inner = jsonlog_scope_push("n", 2, "o", jsonlog_object("p", 3));
    assert_fields(FIELDS(",\"id\":\"abc\",\"n\":2,\"o\":{\"p\":3}"));
    jsonlog_scope_pop(inner);
    assert_fields(FIELDS(",\"id\":\"abc\",\"n\":1"));
    jsonlog_scope_pop(outer);
    assert_fields(FIELDS(""));
}

static void a_pop_drops_what_came_after(void **state) {
    (void)state;
    jsonlog_scope outer = jsonlog_scope_push("a", 1);
    jsonlog_scope inner = jsonlog_scope_push("b", 2);
    jsonlog_scope_push("c", 3);
    jsonlog_scope_pop(outer);
    assert_fields(FIELDS(""));
    jsonlog_scope_pop(inner); /* old: does nothing */
    jsonlog_scope_pop((jsonlog_scope){0});
    jsonlog_scope again = jsonlog_scope_push("d", 4);
    jsonlog_scope_pop(outer);
    assert_fields(FIELDS(",\"d\":4"));
    jsonlog_scope_pop(again);
}

static void keys_may_be_made_at_run_time(void **state) {
    (void)state;
    const jsonlog_field fields[] = {jsonlog_field_make("k\"", jsonlog_value_of(1))};
    jsonlog_scope scope = jsonlog_scope_push_fields(fields, 1);
    assert_fields(FIELDS(",\"k\\\"\":1"));
    jsonlog_scope_pop(scope);
}

/* ---- hand-over ---- */

typedef struct hand_over {
    jsonlog_context *context;
    jsonlog_scope foreign;
} hand_over;

static void *work(void *argument) {
    hand_over *handed = argument;
    jsonlog_scope own = jsonlog_scope_push("own", 1);
    jsonlog_scope entered = jsonlog_context_enter(handed->context);
    jsonlog_context_free(handed->context); /* while entered */
    jsonlog_info(jsonlog_get("t"), "m");
    assert_int_equal(jl_capture_token_get(), 77);
    jsonlog_scope more = jsonlog_scope_push("more", 2);
    jsonlog_info(jsonlog_get("t"), "m");
    jsonlog_scope_pop(more);
    jsonlog_scope_pop(handed->foreign); /* of another thread: does nothing */
    jsonlog_scope_pop(entered);
    assert_int_equal(jl_capture_token_get(), 0);
    jsonlog_info(jsonlog_get("t"), "m");
    jsonlog_scope_pop(own);
    jsonlog_scope_push("left behind", 3);
    return NULL;
}

static void what_a_thread_carries_can_be_handed_over(void **state) {
    (void)state;
    hand_over handed;
    handed.foreign = jsonlog_scope_push("request", "r1");
    jl_capture_token_set(77);
    handed.context = jsonlog_context_take();
    assert_non_null(handed.context);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, work, &handed), 0);
    pthread_join(thread, NULL);
    assert_string_equal(log_lines_take(lines),
                        FIELDS(",\"request\":\"r1\"") FIELDS(",\"request\":\"r1\",\"more\":2")
                            FIELDS(",\"own\":1"));
    jl_capture_token_set(0);
    jsonlog_scope_pop(handed.foreign);
    assert_fields(FIELDS(""));
}

static void a_snapshot_outlives_the_scopes(void **state) {
    (void)state;
    jsonlog_scope scope = jsonlog_scope_push("a", 1);
    jsonlog_context *context = jsonlog_context_take();
    jsonlog_scope_pop(scope);
    jsonlog_scope entered = jsonlog_context_enter(context);
    jsonlog_scope twice = jsonlog_context_enter(context);
    assert_fields(FIELDS(",\"a\":1"));
    jsonlog_scope_pop(twice);
    jsonlog_scope_pop(entered);
    jsonlog_context_free(context);
    assert_fields(FIELDS(""));
}

static void nothing_is_a_legal_snapshot(void **state) {
    (void)state;
    assert_null(jsonlog_context_take());
    jsonlog_scope scope = jsonlog_scope_push("a", 1);
    jsonlog_scope entered = jsonlog_context_enter(NULL);
    assert_fields(FIELDS("")); /* instead of the thread's own */
    jsonlog_scope_pop(entered);
    assert_fields(FIELDS(",\"a\":1"));
    jsonlog_scope_pop(scope);
    jsonlog_context_free(NULL);
}

static bool pop_inside(jsonlog_writer *writer, void *context) {
    jsonlog_scope_pop(*(const jsonlog_scope *)context);
    jsonlog_write_value(writer, jsonlog_from_int64(1));
    return true;
}

/* The record still looks at the scope's fields when a callback of the call pops it. */
static void a_scope_popped_by_a_callback_stays_for_the_record(void **state) {
    (void)state;
    jsonlog_scope scope = jsonlog_scope_push("text", "some text of the scope");
    jsonlog_info(jsonlog_get("t"), "m", "call", jsonlog_call(pop_inside, &scope), "last", 2);
    assert_string_equal(log_lines_take(lines),
                        FIELDS(",\"text\":\"some text of the scope\",\"call\":1,\"last\":2"));
    assert_fields(FIELDS(""));
}

/* Another thread writes the line, when the scopes and the text in them are gone. */
static void an_async_handler_writes_what_its_caller_carried(void **state) {
    (void)state;
    char text[] = "abc";
    jsonlog_handler *async = jsonlog_async_handler_new(lines, NULL);
    assert_non_null(async);
    jsonlog_logger *logger = jsonlog_get("t");
    jsonlog_logger_set_propagate(logger, false);
    jsonlog_logger_add_handler(logger, async);
    jsonlog_scope scope = jsonlog_scope_push("id", text, "n", 1);
    jsonlog_logger *bound = jsonlog_with(logger, "bound", text);
    jsonlog_info(bound, "m", "call", text);
    jsonlog_logger_free(bound);
    jsonlog_scope_pop(scope);
    text[0] = 'x';
    jsonlog_info(logger, "m");
    assert_int_equal(jsonlog_async_flush(async, JSONLOG_ASYNC_FOREVER), JSONLOG_OK);
    assert_string_equal(log_lines_take(lines),
                        FIELDS(",\"bound\":\"abc\",\"id\":\"abc\",\"n\":1,\"call\":\"abc\"")
                            FIELDS(""));
    jsonlog_logger_remove_handler(logger, async);
    jsonlog_logger_set_propagate(logger, true);
    jsonlog_handler_release(async);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_last_from_push_to_pop),
        cmocka_unit_test(a_pop_drops_what_came_after),
        cmocka_unit_test(keys_may_be_made_at_run_time),
        cmocka_unit_test(what_a_thread_carries_can_be_handed_over),
        cmocka_unit_test(a_snapshot_outlives_the_scopes),
        cmocka_unit_test(nothing_is_a_legal_snapshot),
        cmocka_unit_test(a_scope_popped_by_a_callback_stays_for_the_record),
        cmocka_unit_test(an_async_handler_writes_what_its_caller_carried),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
