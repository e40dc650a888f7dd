/** Handlers that log while they write: to themselves, and to each other from two threads. Nothing
 * may hang, and every record is either written or counted. */
#include "fault/fault_report.h"
#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A callback that logs one more record for each that it is given, unless that is its own doing. */
typedef struct echo {
    jsonlog_logger *to;
    char text[4096];
    int lines, echoes;
} echo;

static bool listen_and_log(const jsonlog_line *line, void *context) {
    echo *e = context;
    size_t len = strlen(e->text);
    if (len + line->len < sizeof e->text)
        memcpy(e->text + len, line->text, line->len);
    e->lines++;
    if (memmem(line->text, line->len, "echo", 4) == NULL) {
        e->echoes++;
        jsonlog_info(e->to, "echo", "of", e->lines);
    }
    return true;
}

static jsonlog_handler *attach(const char *name, echo *e) {
    jsonlog_logger *logger = jsonlog_get(name);
    jsonlog_handler *handler = jsonlog_callback_handler_new(listen_and_log, e);
    jsonlog_logger_set_propagate(logger, false);
    assert_int_equal(jsonlog_logger_set_handlers(logger, &handler, 1), JSONLOG_OK);
    return handler;
}

static jsonlog_handler_stats take_stats(jsonlog_handler *handler, const char *name) {
    jsonlog_handler_stats stats;
    jsonlog_handler_get_stats(handler, &stats);
    jsonlog_logger_set_handlers(jsonlog_get(name), NULL, 0);
    jsonlog_handler_release(handler);
    return stats;
}

static void a_callback_that_logs_to_itself_is_told_what_it_lost(void **state) {
    (void)state;
    echo e = {.to = jsonlog_get("itself")};
    const jsonlog_field service = jsonlog_field_make("service", jsonlog_from_string("payment"));
    assert_int_equal(jsonlog_set_static_fields(&service, 1), JSONLOG_OK);
    jsonlog_handler *handler = attach("itself", &e);
    jsonlog_info(e.to, "first");
    assert_int_equal(e.lines, 1);
    assert_int_equal(e.echoes, 1);
    jsonlog_info(e.to, "echo no more");
    assert_int_equal(e.lines, 3);
    assert_non_null(strstr(e.text, "\"logType\":\"WARN\",\"logger\":\"jsonlog\",\"message\":"
                                   "\"lines lost\",\"service\":\"payment\",\"lost\":1,"
                                   "\"reason\":\"nested\"}\n"));
    jsonlog_set_static_fields(NULL, 0);
    jsonlog_handler_stats stats = take_stats(handler, "itself");
    /* the report was answered with an echo too */
    assert_int_equal(stats.lost_nested, 2);
    assert_int_equal(stats.lines, 3);
}

static void a_nested_record_reaches_handlers_that_are_free(void **state) {
    (void)state;
    char text[1024];
    echo e = {.to = jsonlog_get("other")};
    jsonlog_handler *handler = attach("itself", &e);
    jsonlog_handler *memory = jsonlog_memory_handler_new(4096);
    jsonlog_logger_set_propagate(e.to, false);
    jsonlog_logger_set_handlers(e.to, &memory, 1);
    jsonlog_info(jsonlog_get("itself"), "first");
    jsonlog_memory_handler_read(memory, text, sizeof text);
    assert_non_null(strstr(text, "\"logger\":\"other\",\"message\":\"echo\",\"of\":1}\n"));
    assert_int_equal(take_stats(memory, "other").lines, 1);
    assert_int_equal(take_stats(handler, "itself").lost, 0);
}

enum { RECORDS = 3000 };

static void *log_many(void *logger) {
    for (int i = 0; i < RECORDS; i++)
        jsonlog_info(logger, "record", "n", i);
    return NULL;
}

/* Each thread is in its own callback and wants the other's handler: one that waited would never
 * end. */
static void handlers_that_log_to_each_other_never_wait(void **state) {
    (void)state;
    pthread_t threads[2];
    echo left = {.to = jsonlog_get("right")}, right = {.to = jsonlog_get("left")};
    jsonlog_handler *on_left = attach("left", &left);
    jsonlog_handler *on_right = attach("right", &right);
    jsonlog_stats before, after;
    jsonlog_get_stats(&before);
    alarm(60);
    pthread_create(&threads[0], NULL, log_many, jsonlog_get("left"));
    pthread_create(&threads[1], NULL, log_many, jsonlog_get("right"));
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    alarm(0);
    jsonlog_handler_stats l = take_stats(on_left, "left");
    jsonlog_handler_stats r = take_stats(on_right, "right");
    assert_int_equal(l.lines, left.lines);
    assert_int_equal(r.lines, right.lines);
    assert_int_equal(l.lost, l.lost_nested);
    assert_int_equal(r.lost, r.lost_nested);
    /* Of all records and echoes, what was not written is in the process's count: the handlers lost
     * some, and of a report's echo the log call itself lets go, two calls deep. */
    uint64_t logged = 2 * RECORDS + (uint64_t)(left.echoes + right.echoes);
    uint64_t reports = (uint64_t)(left.echoes + right.echoes) - 2 * RECORDS;
    jsonlog_get_stats(&after);
    uint64_t lost = after.lost_nested - before.lost_nested;
    assert_int_equal(l.lines + r.lines - reports + lost, logged);
    print_fault((fault_report){"re-entrant", "callback", logged, l.lines + r.lines, 0, 0});
    assert_true(lost >= l.lost + r.lost);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_callback_that_logs_to_itself_is_told_what_it_lost),
        cmocka_unit_test(a_nested_record_reaches_handlers_that_are_free),
        cmocka_unit_test(handlers_that_log_to_each_other_never_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
