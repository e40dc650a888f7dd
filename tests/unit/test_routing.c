#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>
#include <jsonlog/routing.h>

#include "support/failing_allocator.h"
#include "support/gated_target.h"
#include "support/log_lines.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static jsonlog_logger *log_to(jsonlog_handler *handler) {
    jsonlog_logger *log = jsonlog_get("routing");
    jsonlog_set_clock(log_lines_now, NULL);
    jsonlog_logger_set_level(log, JSONLOG_LEVEL_TRACE);
    jsonlog_logger_set_propagate(log, false);
    assert_int_equal(jsonlog_logger_set_handlers(log, &handler, 1), JSONLOG_OK);
    return log;
}

/* A handler with the JSON formatter, at the logger. */
static jsonlog_handler *memory_at_logger(void) {
    jsonlog_handler *handler = jsonlog_memory_handler_new(LOG_LINES_SIZE);
    log_to(handler);
    return handler;
}

static void drop(jsonlog_handler *handler) {
    jsonlog_logger_set_handlers(jsonlog_get("routing"), NULL, 0);
    jsonlog_handler_release(handler);
}

static void set_pattern(jsonlog_handler *handler, const char *pattern) {
    assert_int_equal(
        jsonlog_handler_set_filter_pattern(handler, pattern, JSONLOG_PASS_MATCHING, NULL),
        JSONLOG_OK);
}

static void log_ages(void) {
    jsonlog_logger *log = jsonlog_get("routing");
    jsonlog_info(log, "young", "age", 19);
    jsonlog_error(log, "old", "age", 20);
}

#define YOUNG LINE("\"INFO\",\"logger\":\"routing\",\"message\":\"young\",\"age\":19}")
#define OLD   LINE("\"ERROR\",\"logger\":\"routing\",\"errorMessage\":\"old\",\"age\":20}")

/* ---- a pattern of one handler ---- */

static void lets_pass_what_the_pattern_says(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        jsonlog_pattern_use use;
        const char *expected;
    } cases[] = {
        {"{ $.age >= 20 }", JSONLOG_PASS_MATCHING, OLD},
        {"{ $.age >= 20 }", JSONLOG_PASS_OTHERS, YOUNG},
        {"{ $.logType = \"INFO\" && $.message = \"y*\" }", JSONLOG_PASS_MATCHING, YOUNG},
        {"{ $.age < 0 }", JSONLOG_PASS_MATCHING, ""},
        {"{ $.age < 0 }", JSONLOG_PASS_OTHERS, YOUNG OLD},
        {"", JSONLOG_PASS_MATCHING, YOUNG OLD},
        {"", JSONLOG_PASS_OTHERS, ""},
        {"ERROR", JSONLOG_PASS_MATCHING, OLD},
        {"%:20}$%", JSONLOG_PASS_MATCHING, OLD}, /* the newline is no part of the line */
        {NULL, JSONLOG_PASS_MATCHING, YOUNG OLD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_handler *handler = memory_at_logger();
        assert_int_equal(
            jsonlog_handler_set_filter_pattern(handler, cases[i].pattern, cases[i].use, NULL),
            JSONLOG_OK);
        log_ages();
        assert_string_equal(log_lines_take(handler), cases[i].expected);
        drop(handler);
    }
}

static void takes_the_newest_pattern(void **state) {
    (void)state;
    jsonlog_handler *handler = memory_at_logger();
    set_pattern(handler, "young");
    set_pattern(handler, "old");
    log_ages();
    assert_string_equal(log_lines_take(handler), OLD);
    set_pattern(handler, NULL);
    log_ages();
    assert_string_equal(log_lines_take(handler), YOUNG OLD);
    drop(handler);
}

static void keeps_the_old_pattern_after_an_error(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        jsonlog_pattern_use use;
        jsonlog_status status;
        size_t offset;
    } cases[] = {
        {"{ $.a = }", JSONLOG_PASS_MATCHING, JSONLOG_E_SYNTAX, 8},
        {"{ $.a = 1", JSONLOG_PASS_MATCHING, JSONLOG_E_SYNTAX, 9},
        {"a", (jsonlog_pattern_use)2, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET},
    };
    jsonlog_handler *handler = memory_at_logger();
    set_pattern(handler, "old");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_err err;
        assert_int_equal(
            jsonlog_handler_set_filter_pattern(handler, cases[i].pattern, cases[i].use, &err),
            cases[i].status);
        assert_int_equal(err.code, cases[i].status);
        assert_int_equal(err.offset, cases[i].offset);
        log_ages();
        assert_string_equal(log_lines_take(handler), OLD);
    }
    jsonlog_err err;
    assert_int_equal(jsonlog_handler_set_filter_pattern(NULL, "a", JSONLOG_PASS_MATCHING, &err),
                     JSONLOG_E_INVALID);
    assert_int_equal(err.code, JSONLOG_E_INVALID);
    drop(handler);
}

static void comes_after_level_and_filters(void **state) {
    (void)state;
    jsonlog_handler *handler = memory_at_logger();
    jsonlog_handler_set_level(handler, JSONLOG_LEVEL_ERROR);
    set_pattern(handler, "{ $.age = * }");
    log_ages();
    assert_string_equal(log_lines_take(handler), OLD);
    drop(handler);
}

static void counts_a_line_that_does_not_pass_nowhere(void **state) {
    (void)state;
    jsonlog_handler *handler = memory_at_logger();
    set_pattern(handler, "old");
    jsonlog_stats before, after;
    jsonlog_get_stats(&before);
    log_ages();
    jsonlog_get_stats(&after);
    assert_int_equal(after.lines - before.lines, 1);
    assert_int_equal(after.bytes - before.bytes, strlen(OLD));
    assert_int_equal(after.lost_output, before.lost_output);
    assert_int_equal(stats_of(handler).lines, 1);
    assert_int_equal(stats_of(handler).lost, 0);
    drop(handler);
}

static void asks_what_the_formatter_of_the_handler_wrote(void **state) {
    (void)state;
    gated_target target;
    jsonlog_handler *handler = gated_handler(&target); /* plain lines: no JSON */
    log_to(handler);
    set_pattern(handler, "{ $.age = * }");
    log_ages();
    assert_null(target.text);
    set_pattern(handler, "\"age=20\"");
    log_ages();
    assert_string_equal(target.text, "old age=20\n");
    drop(handler);
    gated_done(&target);
}

static void does_not_ask_about_reports(void **state) {
    (void)state;
    gated_target target;
    jsonlog_handler *handler = gated_handler(&target);
    log_to(handler);
    set_pattern(handler, "old");
    target.refusals = 1;
    target.status = JSONLOG_E_IO;
    target.error = ENOSPC;
    log_ages();
    log_ages();
    assert_string_equal(target.text, "lines lost lost=1 reason=ENOSPC\nold age=20\n");
    drop(handler);
    gated_done(&target);
}

static void takes_a_compiled_filter(void **state) {
    (void)state;
    jsonlog_filter *filter = NULL;
    assert_int_equal(jsonlog_filter_compile("old", 3, &filter, NULL), JSONLOG_OK);
    jsonlog_handler *handler = memory_at_logger();
    assert_int_equal(jsonlog_handler_take_filter(NULL, filter, JSONLOG_PASS_MATCHING),
                     JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_handler_take_filter(handler, NULL, JSONLOG_PASS_MATCHING),
                     JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_handler_take_filter(handler, filter, (jsonlog_pattern_use)-1),
                     JSONLOG_E_INVALID);
    jsonlog_status status = JSONLOG_E_NOMEM;
    int count = 0;
    for (; status == JSONLOG_E_NOMEM; count++) { /* until then it is ours */
        allocations_left = count;
        status = jsonlog_handler_take_filter(handler, filter, JSONLOG_PASS_MATCHING);
        allocations_left = -1;
    }
    assert_int_equal(status, JSONLOG_OK);
    assert_int_equal(count, 3);
    log_ages();
    assert_string_equal(log_lines_take(handler), OLD);
    drop(handler);
}

static void survives_any_failed_allocation(void **state) {
    (void)state;
    jsonlog_handler *handler = memory_at_logger();
    set_pattern(handler, "young");
    jsonlog_status status = JSONLOG_E_NOMEM;
    int count = 0;
    for (; status == JSONLOG_E_NOMEM; count++) {
        jsonlog_err err;
        allocations_left = count;
        status = jsonlog_handler_set_filter_pattern(handler, "{ $.age = 20 }",
                                                    JSONLOG_PASS_MATCHING, &err);
        allocations_left = -1;
        if (status != JSONLOG_OK)
            assert_int_equal(err.code, JSONLOG_E_NOMEM);
        log_ages();
        assert_string_equal(log_lines_take(handler), status == JSONLOG_OK ? OLD : YOUNG);
    }
    assert_true(count > 3);
    allocations_left = 0;
    log_ages();
    allocations_left = -1;
    assert_string_equal(log_lines_take(handler), OLD);
    drop(handler);
}

/* ---- behind async ---- */

static pthread_t matched_on;

static bool note_thread(const jl_line_filter *self, const jsonlog_line *line) {
    (void)self;
    (void)line;
    matched_on = pthread_self();
    return true;
}

static void free_nothing(jl_line_filter *self) {
    (void)self;
}

static void matches_for_the_target_on_the_writing_thread(void **state) {
    (void)state;
    jl_line_filter filter = {.references = 1, .passes = note_thread, .free = free_nothing};
    jsonlog_handler *memory = jsonlog_memory_handler_new(4096);
    jsonlog_handler *async = jsonlog_async_handler_new(memory, NULL);
    jl_handler_set_line_filter(memory, &filter);
    jsonlog_logger *log = log_to(async);
    jsonlog_info(log, "x");
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
    assert_false(pthread_equal(matched_on, pthread_self()));
    jl_handler_set_line_filter(memory, NULL);
    jl_handler_set_line_filter(async, &filter);
    jsonlog_info(log, "x");
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
    assert_true(pthread_equal(matched_on, pthread_self()));
    jsonlog_handler_release(memory);
    drop(async);
}

static void filters_behind_async(void **state) {
    (void)state;
    jsonlog_handler *memory = jsonlog_memory_handler_new(4096);
    jsonlog_handler *async = jsonlog_async_handler_new(memory, NULL);
    set_pattern(memory, "old");
    log_to(async);
    log_ages();
    jsonlog_async_stats stats;
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
    jsonlog_async_get_stats(async, &stats);
    assert_int_equal(stats.written, 1);
    assert_int_equal(stats.lost_target, 0);
    assert_int_equal(jsonlog_async_close(async, 60000), JSONLOG_OK);
    log_ages(); /* now on this thread */
    assert_string_equal(log_lines_take(memory), OLD OLD);
    jsonlog_handler_release(memory);
    drop(async);
}

/* ---- the router ---- */

static jsonlog_handler *outputs[3];

static int make_outputs(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++)
        outputs[i] = jsonlog_memory_handler_new(LOG_LINES_SIZE);
    return 0;
}

static int drop_outputs(void **state) {
    (void)state;
    jsonlog_logger_set_handlers(jsonlog_get("routing"), NULL, 0);
    for (int i = 0; i < 3; i++)
        jsonlog_handler_release(outputs[i]);
    return 0;
}

static void route(const jsonlog_routing_rule *rules, size_t count, jsonlog_handler *otherwise) {
    jsonlog_err err;
    jsonlog_handler *router = jsonlog_router_handler_new(rules, count, otherwise, &err);
    assert_non_null(router);
    log_to(router);
    jsonlog_handler_release(router);
}

/* The messages in an output, e.g. "abc". */
static const char *messages(int output) {
    static char text[64];
    size_t len = 0;
    const char *at = log_lines_take(outputs[output]);
    while ((at = strstr(at, "essage\":\"")) != NULL) {
        at += strlen("essage\":\"");
        text[len++] = *at;
    }
    text[len] = '\0';
    return text;
}

static void log_kinds(void) {
    jsonlog_logger *log = jsonlog_get("routing");
    jsonlog_info(log, "a", "audit", jsonlog_bool(true));
    jsonlog_info(log, "b");
    jsonlog_error(log, "c", "audit", jsonlog_bool(true));
    jsonlog_error(log, "d");
}

#define AUDIT  "{ $.audit IS TRUE }"
#define ERRORS "{ $.logType = \"ERROR\" }"

static void asks_the_rules_in_order(void **state) {
    (void)state;
    const struct {
        jsonlog_routing_rule rules[3];
        size_t count;
        jsonlog_handler *otherwise;
        const char *expected[3];
    } cases[] = {
        {{{AUDIT, outputs[0], false}, {ERRORS, outputs[1], false}},
         2,
         outputs[2],
         {"ac", "cd", "b"}},
        {{{AUDIT, outputs[0], true}, {ERRORS, outputs[1], false}}, 2, outputs[2], {"ac", "d", "b"}},
        {{{AUDIT, outputs[0], true}, {ERRORS, outputs[1], true}, {"", outputs[2], false}},
         3,
         NULL,
         {"ac", "d", "b"}},
        {{{AUDIT, outputs[0], false}, {NULL, outputs[2], false}},
         2,
         outputs[1],
         {"ac", "", "abcd"}},
        {{{AUDIT, NULL, true}, {ERRORS, outputs[1], false}}, 2, outputs[2], {"", "d", "b"}},
        {{{AUDIT, outputs[0], false}, {ERRORS, outputs[0], false}}, 2, NULL, {"acd", "", ""}},
        {{{AUDIT, outputs[0], false}}, 1, outputs[0], {"abcd", "", ""}},
        {{{NULL, NULL, false}}, 0, outputs[2], {"", "", "abcd"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        route(cases[i].count == 0 ? NULL : cases[i].rules, cases[i].count, cases[i].otherwise);
        log_kinds();
        for (int o = 0; o < 3; o++)
            assert_string_equal(messages(o), cases[i].expected[o]);
    }
}

static void asks_handlers_too(void **state) {
    (void)state;
    const jsonlog_routing_rule rules[] = {{AUDIT, outputs[0], true}};
    jsonlog_handler_set_level(outputs[0], JSONLOG_LEVEL_ERROR);
    set_pattern(outputs[1], "INFO");
    route(rules, 1, outputs[1]);
    log_kinds();
    assert_string_equal(messages(0), "c");
    assert_string_equal(messages(1), "b");
}

static void judges_by_its_own_formatter_and_writes_by_theirs(void **state) {
    (void)state;
    static const jsonlog_rename renames[] = {{"logType", "severity"}};
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.rename = renames;
    options.rename_count = 1;
    jsonlog_formatter *renamed = jsonlog_json_formatter_new(&options, NULL);
    const jsonlog_routing_rule rules[] = {{"{ $.severity = \"ERROR\" }", outputs[0], true},
                                          {ERRORS, outputs[2], true}};
    jsonlog_handler *router = jsonlog_router_handler_new(rules, 2, outputs[1], NULL);
    jsonlog_handler_set_formatter(router, renamed);
    use_plain_formatter(outputs[1]);
    log_to(router);
    log_ages();
    assert_string_equal(log_lines_take(outputs[0]), OLD);
    assert_string_equal(log_lines_take(outputs[1]), "young age=19\n");
    assert_string_equal(log_lines_take(outputs[2]), "");
    jsonlog_formatter_release(renamed);
    jsonlog_handler_release(router);
}

static void names_the_rule_at_fault(void **state) {
    (void)state;
    jsonlog_routing_rule rules[32];
    for (size_t i = 0; i < 32; i++)
        rules[i] = (jsonlog_routing_rule){AUDIT, outputs[0], false};
    jsonlog_err err;
    assert_null(jsonlog_router_handler_new(rules, 32, NULL, &err));
    assert_int_equal(err.code, JSONLOG_E_LIMIT);
    assert_null(jsonlog_router_handler_new(NULL, 1, NULL, &err));
    assert_int_equal(err.code, JSONLOG_E_INVALID);
    assert_null(jsonlog_router_handler_new(NULL, 0, NULL, &err));
    assert_int_equal(err.code, JSONLOG_E_INVALID);
    jsonlog_handler *router = jsonlog_router_handler_new(rules, 31, outputs[1], &err);
    assert_non_null(router);
    jsonlog_handler_release(router);
    rules[2].pattern = "{ $.a = }";
    assert_null(jsonlog_router_handler_new(rules, 3, outputs[1], &err));
    assert_int_equal(err.code, JSONLOG_E_SYNTAX);
    assert_int_equal(err.offset, 8);
    assert_memory_equal(err.text, "rule 3: ", 8);
    assert_null(jsonlog_router_handler_new(rules, 3, outputs[1], NULL));
    rules[1].handler = NULL;
    assert_null(jsonlog_router_handler_new(rules, 2, NULL, &err));
    assert_int_equal(err.code, JSONLOG_E_INVALID);
    assert_string_equal(err.text, "rule 2 has no handler and is not final: it would do nothing");
}

static void router_survives_any_failed_allocation(void **state) {
    (void)state;
    const jsonlog_routing_rule rules[] = {{AUDIT, outputs[0], true}, {ERRORS, outputs[1], true}};
    jsonlog_handler *router = NULL;
    int count = 0;
    for (; router == NULL; count++) {
        jsonlog_err err;
        allocations_left = count;
        router = jsonlog_router_handler_new(rules, 2, outputs[2], &err);
        allocations_left = -1;
        if (router == NULL)
            assert_int_equal(err.code, JSONLOG_E_NOMEM);
    }
    assert_true(count > 4);
    jsonlog_info(log_to(router), "b");
    allocations_left = 0;
    log_kinds();
    allocations_left = -1;
    assert_string_equal(messages(0), "ac");
    assert_string_equal(messages(2), "bb");
    jsonlog_handler_release(router);
}

static void routes_lines_behind_async(void **state) {
    (void)state;
    const jsonlog_routing_rule rules[] = {{AUDIT, outputs[0], true}};
    jsonlog_handler *router = jsonlog_router_handler_new(rules, 1, outputs[1], NULL);
    jsonlog_handler *async = jsonlog_async_handler_new(router, NULL);
    log_to(async);
    log_kinds();
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
    assert_string_equal(messages(0), "ac");
    assert_string_equal(messages(1), "bd");
    jsonlog_handler_release(router);
    jsonlog_handler_release(async);
}

#define with_outputs(test) cmocka_unit_test_setup_teardown(test, make_outputs, drop_outputs)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_pass_what_the_pattern_says),
        cmocka_unit_test(takes_the_newest_pattern),
        cmocka_unit_test(keeps_the_old_pattern_after_an_error),
        cmocka_unit_test(comes_after_level_and_filters),
        cmocka_unit_test(counts_a_line_that_does_not_pass_nowhere),
        cmocka_unit_test(asks_what_the_formatter_of_the_handler_wrote),
        cmocka_unit_test(does_not_ask_about_reports),
        cmocka_unit_test(takes_a_compiled_filter),
        cmocka_unit_test(survives_any_failed_allocation),
        cmocka_unit_test(matches_for_the_target_on_the_writing_thread),
        cmocka_unit_test(filters_behind_async),
        with_outputs(asks_the_rules_in_order),
        with_outputs(asks_handlers_too),
        with_outputs(judges_by_its_own_formatter_and_writes_by_theirs),
        with_outputs(names_the_rule_at_fault),
        with_outputs(router_survives_any_failed_allocation),
        with_outputs(routes_lines_behind_async),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
