#include "support/log_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define INFO(logger, rest) LINE("\"INFO\",\"logger\":\"" logger "\",\"message\":\"m\"" rest "}")

static jsonlog_handler *root_lines;

static int start(void **state) {
    (void)state;
    root_lines = log_lines_at(jsonlog_root());
    return root_lines == NULL ? -1 : 0;
}

static int stop(void **state) {
    (void)state;
    jsonlog_handler_release(root_lines);
    return 0;
}

/* ---- names ---- */

static void a_name_has_one_logger(void **state) {
    (void)state;
    char name[] = "tree.one";
    jsonlog_logger *logger = jsonlog_get(name);
    name[0] = 'x';
    assert_ptr_equal(logger, jsonlog_get("tree.one"));
    assert_string_equal(jsonlog_logger_get_name(logger), "tree.one");
    assert_ptr_not_equal(logger, jsonlog_get("tree.two"));
    assert_ptr_equal(jsonlog_get(NULL), jsonlog_root());
    assert_ptr_equal(jsonlog_get(""), jsonlog_root());
    assert_string_equal(jsonlog_logger_get_name(jsonlog_root()), "");
    assert_string_equal(jsonlog_logger_get_name(NULL), "");
    assert_string_equal(jsonlog_logger_get_name(jsonlog_get("jsonlog")), "jsonlog");
}

static void long_names_share_the_logger_of_their_first_255_bytes(void **state) {
    (void)state;
    char name[300];
    memset(name, 'n', sizeof name);
    name[260] = '\0';
    jsonlog_logger *logger = jsonlog_get(name);
    name[255] = '\0';
    assert_ptr_equal(logger, jsonlog_get(name));
    name[254] = '\0';
    assert_ptr_not_equal(logger, jsonlog_get(name));
}

static void odd_dots_make_loggers_too(void **state) {
    (void)state;
    static const char *const odd[] = {".", "..", ".a", "a.", "a..b"};
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(jsonlog_logger_get_name(jsonlog_get(odd[i])), odd[i]);
}

static void thousands_of_loggers_are_found(void **state) {
    (void)state;
    static jsonlog_logger *made[2000];
    char name[32];
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "many.%d.%d", i % 7, i);
        made[i] = jsonlog_get(name);
    }
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "many.%d.%d", i % 7, i);
        assert_ptr_equal(jsonlog_get(name), made[i]);
        assert_string_equal(jsonlog_logger_get_name(made[i]), name);
    }
}

/* ---- levels ---- */

static void levels_are_inherited(void **state) {
    (void)state;
    jsonlog_logger *parent = jsonlog_get("lv");
    jsonlog_logger *child = jsonlog_get("lv.a.b");
    assert_int_equal(jsonlog_logger_get_level(child), JSONLOG_LEVEL_NOTSET);
    assert_int_equal(jsonlog_logger_get_effective_level(child), JSONLOG_LEVEL_INFO);
    jsonlog_logger_set_level(parent, JSONLOG_LEVEL_WARN);
    assert_int_equal(jsonlog_logger_get_effective_level(child), JSONLOG_LEVEL_WARN);
    assert_false(jsonlog_enabled(child, JSONLOG_LEVEL_INFO));
    assert_true(jsonlog_enabled(child, JSONLOG_LEVEL_WARN));
    jsonlog_logger_set_level(child, JSONLOG_LEVEL_TRACE);
    assert_true(jsonlog_enabled(child, JSONLOG_LEVEL_TRACE));
    assert_false(jsonlog_enabled(parent, JSONLOG_LEVEL_INFO));
    jsonlog_logger_set_level(child, JSONLOG_LEVEL_NOTSET);
    assert_false(jsonlog_enabled(child, JSONLOG_LEVEL_INFO));
    jsonlog_logger_set_level(parent, JSONLOG_LEVEL_NOTSET);
    assert_true(jsonlog_enabled(child, JSONLOG_LEVEL_INFO));
    assert_int_equal(jsonlog_logger_get_level(NULL), JSONLOG_LEVEL_NOTSET);
    assert_int_equal(jsonlog_logger_get_effective_level(NULL), JSONLOG_LEVEL_OFF);
    jsonlog_logger_set_level(NULL, JSONLOG_LEVEL_INFO);
}

static void levels_outside_the_range_are_clamped(void **state) {
    (void)state;
    jsonlog_logger *logger = jsonlog_get("clamp");
    jsonlog_logger_set_level(logger, 1000);
    assert_int_equal(jsonlog_logger_get_level(logger), JSONLOG_LEVEL_OFF);
    assert_false(jsonlog_enabled(logger, 254));
    assert_false(jsonlog_enabled(logger, JSONLOG_LEVEL_OFF));
    jsonlog_logger_set_level(logger, -5);
    assert_int_equal(jsonlog_logger_get_level(logger), JSONLOG_LEVEL_NOTSET);
}

static void a_root_without_level_logs_everything(void **state) {
    (void)state;
    jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_NOTSET);
    assert_true(jsonlog_enabled(jsonlog_root(), 1));
    assert_false(jsonlog_enabled(jsonlog_root(), 0));
    assert_int_equal(jsonlog_logger_get_effective_level(jsonlog_root()), JSONLOG_LEVEL_NOTSET);
    jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_INFO);
}

static void children_follow_their_logger(void **state) {
    (void)state;
    jsonlog_logger *logger = jsonlog_get("follow");
    jsonlog_logger *first = jsonlog_with(logger, "a", 1);
    jsonlog_logger *second = jsonlog_with(first, "b", 2);
    jsonlog_logger_set_level(logger, JSONLOG_LEVEL_ERROR);
    assert_false(jsonlog_enabled(first, JSONLOG_LEVEL_WARN));
    assert_false(jsonlog_enabled(second, JSONLOG_LEVEL_WARN));
    jsonlog_logger_set_level(second, JSONLOG_LEVEL_DEBUG); /* the level is the named logger's */
    assert_int_equal(jsonlog_logger_get_level(logger), JSONLOG_LEVEL_DEBUG);
    assert_true(jsonlog_enabled(first, JSONLOG_LEVEL_DEBUG));
    jsonlog_logger_free(first);
    jsonlog_info(second, "m", "c", 3);
    assert_string_equal(log_lines_take(root_lines), INFO("follow", ",\"a\":1,\"b\":2,\"c\":3"));
    assert_string_equal(jsonlog_logger_get_name(second), "follow");
    jsonlog_logger_free(second);
    jsonlog_logger_free(logger); /* left alone */
    jsonlog_logger_free(NULL);
    assert_null(jsonlog_with((jsonlog_logger *)NULL, "a", 1));
    assert_null(jsonlog_logger_with_fields(NULL, NULL, 0));
    const jsonlog_field fields[] = {jsonlog_field_make("r", jsonlog_value_of(1))};
    jsonlog_logger *dynamic = jsonlog_logger_with_fields(logger, fields, 1);
    jsonlog_info(dynamic, "m", "r", 2);
    assert_string_equal(log_lines_take(root_lines), INFO("follow", ",\"r\":2"));
    jsonlog_logger_free(dynamic);
}

static void everything_can_be_switched_off(void **state) {
    (void)state;
    jsonlog_logger *logger = jsonlog_get("switch");
    jsonlog_disable(JSONLOG_LEVEL_WARN);
    assert_false(jsonlog_enabled(logger, JSONLOG_LEVEL_WARN));
    assert_true(jsonlog_enabled(logger, JSONLOG_LEVEL_WARN + 1));
    jsonlog_warn(logger, "m");
    assert_false(jsonlog_enabled(jsonlog_get("switch.late"), JSONLOG_LEVEL_WARN));
    jsonlog_disable(JSONLOG_LEVEL_OFF);
    assert_false(jsonlog_enabled(logger, 254));
    jsonlog_disable(JSONLOG_LEVEL_NOTSET);
    assert_true(jsonlog_enabled(logger, JSONLOG_LEVEL_INFO));
    assert_false(jsonlog_enabled(logger, JSONLOG_LEVEL_DEBUG));
    assert_string_equal(log_lines_take(root_lines), "");
}

/* ---- handlers ---- */

static void records_go_to_the_handlers_of_all_ancestors(void **state) {
    (void)state;
    jsonlog_logger *logger = jsonlog_get("way.to.root");
    jsonlog_handler *own = log_lines_at(logger);
    jsonlog_handler *middle = log_lines_at(jsonlog_get("way.to"));
    jsonlog_info(logger, "m");
    assert_string_equal(log_lines_take(own), INFO("way.to.root", ""));
    assert_string_equal(log_lines_take(middle), INFO("way.to.root", ""));
    assert_string_equal(log_lines_take(root_lines), INFO("way.to.root", ""));

    assert_true(jsonlog_logger_get_propagate(logger));
    jsonlog_logger_set_propagate(jsonlog_get("way.to"), false);
    assert_false(jsonlog_logger_get_propagate(jsonlog_get("way.to")));
    jsonlog_info(logger, "m");
    assert_string_equal(log_lines_take(middle), INFO("way.to.root", ""));
    assert_string_equal(log_lines_take(root_lines), "");

    jsonlog_logger_set_propagate(jsonlog_get("way.to"), true);
    assert_int_equal(jsonlog_logger_remove_handler(logger, own), JSONLOG_OK);
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_get("way.to"), NULL, 0), JSONLOG_OK);
    log_lines_take(own);
    log_lines_take(middle);
    jsonlog_info(logger, "m");
    assert_string_equal(log_lines_take(own), "");
    assert_string_equal(log_lines_take(middle), "");
    assert_string_equal(log_lines_take(root_lines), INFO("way.to.root", ""));
    jsonlog_handler_release(own);
    jsonlog_handler_release(middle);
    jsonlog_logger_set_propagate(NULL, true);
    assert_false(jsonlog_logger_get_propagate(NULL));
}

static void a_handler_met_twice_on_the_way_writes_once(void **state) {
    (void)state;
    jsonlog_logger *logger = jsonlog_get("twice");
    assert_int_equal(jsonlog_logger_add_handler(logger, root_lines), JSONLOG_OK);
    jsonlog_info(logger, "m");
    assert_string_equal(log_lines_take(root_lines), INFO("twice", ""));
    assert_int_equal(jsonlog_logger_remove_handler(logger, root_lines), JSONLOG_OK);
}

static void wrong_handler_calls_are_refused(void **state) {
    (void)state;
    jsonlog_logger *logger = jsonlog_get("refused");
    jsonlog_handler *handlers[33];
    for (size_t i = 0; i < 33; i++)
        handlers[i] = jsonlog_null_handler_new();
    assert_int_equal(jsonlog_logger_add_handler(logger, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_logger_add_handler(NULL, handlers[0]), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_logger_remove_handler(NULL, handlers[0]), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_logger_remove_handler(logger, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_logger_remove_handler(logger, handlers[0]), JSONLOG_E_NOT_FOUND);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(jsonlog_logger_add_handler(logger, handlers[i]), JSONLOG_OK);
    assert_int_equal(jsonlog_logger_add_handler(logger, handlers[32]), JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_logger_add_handler(logger, handlers[7]), JSONLOG_E_STATE);
    assert_int_equal(jsonlog_logger_remove_handler(logger, handlers[32]), JSONLOG_E_NOT_FOUND);
    assert_int_equal(jsonlog_logger_set_handlers(logger, handlers, 33), JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_logger_set_handlers(logger, NULL, 1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_logger_set_handlers(NULL, handlers, 1), JSONLOG_E_INVALID);
    jsonlog_handler *twice[] = {handlers[0], handlers[1], handlers[0]};
    assert_int_equal(jsonlog_logger_set_handlers(logger, twice, 3), JSONLOG_E_STATE);
    jsonlog_handler *missing[] = {handlers[0], NULL};
    assert_int_equal(jsonlog_logger_set_handlers(logger, missing, 2), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_logger_set_handlers(logger, handlers + 31, 2), JSONLOG_OK);
    assert_int_equal(jsonlog_logger_set_handlers(logger, NULL, 0), JSONLOG_OK);
    for (size_t i = 0; i < 33; i++)
        jsonlog_handler_release(handlers[i]);
}

static jsonlog_status take(void *self, const jsonlog_line *line) {
    (void)self;
    (void)line;
    return JSONLOG_OK;
}

static void count_close(void *self) {
    ++*(int *)self;
}

static const jsonlog_handler_class counting = {
    .size = sizeof counting, .name = "counting", .write = take, .close = count_close};

static void a_handler_is_closed_with_its_last_reference(void **state) {
    (void)state;
    int closed = 0;
    jsonlog_handler *handler = jsonlog_handler_new(&counting, &closed);
    jsonlog_logger_add_handler(jsonlog_get("ref.a"), handler);
    jsonlog_logger_add_handler(jsonlog_get("ref.b"), handler);
    jsonlog_handler_release(handler);
    jsonlog_info(jsonlog_get("ref.a"), "m");
    jsonlog_logger_remove_handler(jsonlog_get("ref.a"), handler);
    assert_int_equal(closed, 0);
    jsonlog_logger_remove_handler(jsonlog_get("ref.b"), handler);
    assert_int_equal(closed, 1); /* at once, for no thread is in a log call */
    log_lines_take(root_lines);
}

static jsonlog_status remove_itself(void *self, const jsonlog_line *line) {
    (void)line;
    jsonlog_handler *handler = *(jsonlog_handler **)self;
    jsonlog_logger_remove_handler(jsonlog_get("self"), handler);
    return JSONLOG_OK;
}

static int self_closed;

static void note_close(void *self) {
    (void)self;
    self_closed++;
}

static const jsonlog_handler_class self_removing = {
    .size = sizeof self_removing, .name = "self", .write = remove_itself, .close = note_close};

static void a_handler_may_remove_itself_while_it_writes(void **state) {
    (void)state;
    jsonlog_handler *handler = NULL;
    handler = jsonlog_handler_new(&self_removing, &handler);
    jsonlog_logger_add_handler(jsonlog_get("self"), handler);
    jsonlog_handler_release(handler);
    jsonlog_info(jsonlog_get("self"), "m");
    assert_int_equal(self_closed, 1); /* when the log call was over */
    jsonlog_info(jsonlog_get("self"), "m");
    assert_string_equal(log_lines_take(root_lines), INFO("self", "") INFO("self", ""));
}

/* ---- filters ---- */

static bool add_field(jsonlog_record *record, void *context) {
    jsonlog_record_set_field(record, "added", 5, jsonlog_from_string(context));
    return jsonlog_record_get_field(record, "drop", 4) == NULL;
}

static void filters_change_and_drop_records_of_their_logger(void **state) {
    (void)state;
    jsonlog_logger *logger = jsonlog_get("filter");
    char text[] = "x";
    assert_int_equal(jsonlog_logger_add_filter(logger, add_field, text), JSONLOG_OK);
    jsonlog_info(logger, "m", "a", 1);
    jsonlog_info(logger, "m", "drop", 1);
    jsonlog_info(jsonlog_get("filter.child"), "m", "drop", 1); /* not inherited */
    assert_string_equal(log_lines_take(root_lines), INFO("filter", ",\"a\":1,\"added\":\"x\"")
                                                        INFO("filter.child", ",\"drop\":1"));
    assert_int_equal(jsonlog_logger_remove_filter(logger, add_field, NULL), JSONLOG_E_NOT_FOUND);
    assert_int_equal(jsonlog_logger_remove_filter(logger, add_field, text), JSONLOG_OK);
    jsonlog_info(logger, "m", "drop", 1);
    assert_string_equal(log_lines_take(root_lines), INFO("filter", ",\"drop\":1"));
}

static jsonlog_status inside;

static bool remove_from_inside(jsonlog_record *record, void *context) {
    (void)record;
    inside = jsonlog_logger_remove_filter(jsonlog_get("inside"), remove_from_inside, context);
    return true;
}

static void wrong_filter_calls_are_refused(void **state) {
    (void)state;
    jsonlog_logger *logger = jsonlog_get("inside");
    assert_int_equal(jsonlog_logger_add_filter(logger, remove_from_inside, NULL), JSONLOG_OK);
    jsonlog_info(logger, "m");
    assert_int_equal(inside, JSONLOG_E_STATE);
    log_lines_take(root_lines);
    for (int i = 1; i < 16; i++)
        assert_int_equal(jsonlog_logger_add_filter(logger, add_field, NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_logger_add_filter(logger, add_field, NULL), JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_logger_add_filter(logger, NULL, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_logger_add_filter(NULL, add_field, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_logger_remove_filter(NULL, add_field, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_logger_remove_filter(logger, NULL, NULL), JSONLOG_E_INVALID);
}

/* ---- static fields ---- */

static void static_fields_are_the_weakest(void **state) {
    (void)state;
    jsonlog_logger *logger = jsonlog_get("static");
    char text[] = "payment";
    const jsonlog_field fields[] = {jsonlog_field_make("service", jsonlog_from_string(text)),
                                    jsonlog_field_make("version", jsonlog_value_of(1))};
    assert_int_equal(jsonlog_set_static_fields(fields, 2), JSONLOG_OK);
    text[0] = 'x';
    jsonlog_info(logger, "m", "version", 2, "a", 3);
    assert_int_equal(jsonlog_set_static_fields(fields, 1), JSONLOG_OK);
    jsonlog_info(logger, "m");
    assert_int_equal(jsonlog_set_static_fields(NULL, 0), JSONLOG_OK);
    jsonlog_info(logger, "m");
    assert_string_equal(log_lines_take(root_lines),
                        INFO("static", ",\"service\":\"payment\",\"version\":2,\"a\":3")
                            INFO("static", ",\"service\":\"xayment\"") INFO("static", ""));
    assert_int_equal(jsonlog_set_static_fields(NULL, 1), JSONLOG_E_INVALID);
    static jsonlog_field many[65];
    assert_int_equal(jsonlog_set_static_fields(many, 65), JSONLOG_E_LIMIT);
}

/* ---- the end: last of all ---- */

static void after_shutdown_records_are_counted_as_lost(void **state) {
    (void)state;
    int closed = 0;
    jsonlog_handler *handler = jsonlog_handler_new(&counting, &closed);
    jsonlog_logger_add_handler(jsonlog_get("end"), handler);
    jsonlog_handler_release(handler);
    assert_int_equal(jsonlog_flush(), JSONLOG_OK);
    jsonlog_shutdown();
    jsonlog_shutdown();
    assert_int_equal(closed, 1);
    jsonlog_stats before;
    jsonlog_stats after;
    jsonlog_get_stats(&before);
    jsonlog_info(jsonlog_get("end"), "m");
    jsonlog_get_stats(&after);
    assert_int_equal(after.lost_output, before.lost_output + 1);
    assert_int_equal(after.lines, before.lines);
    assert_int_equal(jsonlog_logger_add_handler(jsonlog_root(), root_lines), JSONLOG_OK);
    jsonlog_info(jsonlog_get("end"), "m");
    assert_string_equal(log_lines_take(root_lines), INFO("end", ""));
    jsonlog_get_stats(&before);
    assert_int_equal(after.lost_output, before.lost_output);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_has_one_logger),
        cmocka_unit_test(long_names_share_the_logger_of_their_first_255_bytes),
        cmocka_unit_test(odd_dots_make_loggers_too),
        cmocka_unit_test(levels_are_inherited),
        cmocka_unit_test(levels_outside_the_range_are_clamped),
        cmocka_unit_test(a_root_without_level_logs_everything),
        cmocka_unit_test(children_follow_their_logger),
        cmocka_unit_test(everything_can_be_switched_off),
        cmocka_unit_test(records_go_to_the_handlers_of_all_ancestors),
        cmocka_unit_test(a_handler_met_twice_on_the_way_writes_once),
        cmocka_unit_test(wrong_handler_calls_are_refused),
        cmocka_unit_test(a_handler_is_closed_with_its_last_reference),
        cmocka_unit_test(a_handler_may_remove_itself_while_it_writes),
        cmocka_unit_test(filters_change_and_drop_records_of_their_logger),
        cmocka_unit_test(wrong_filter_calls_are_refused),
        cmocka_unit_test(static_fields_are_the_weakest),
        cmocka_unit_test(thousands_of_loggers_are_found),
        cmocka_unit_test(after_shutdown_records_are_counted_as_lost),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
