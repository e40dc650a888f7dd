/** Handlers, formatters and filters of the program's own, named in a configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/config.h>
#include <jsonlog/jsonlog.h>

#include <string.h>

/* What a factory was given, and what its products did. */
typedef struct seen {
    char name[32];
    char number[32];
    bool is_loud;
    int64_t retries;
    double share;
    uint64_t bytes;
    uint64_t pause_ms;
    int calls;
    int released;
    int lines;
} seen;

static bool count_line(const jsonlog_line *line, void *context) {
    (void)line;
    ((seen *)context)->lines++;
    return true;
}

static jsonlog_handler *make_pager(jsonlog_config_options *options, void *context) {
    seen *s = context;
    s->calls++;
    snprintf(s->name, sizeof s->name, "%s", jsonlog_config_get_name(options));
    snprintf(s->number, sizeof s->number, "%s", jsonlog_config_get_text(options, "number", NULL));
    s->is_loud = jsonlog_config_get_bool(options, "loud", true);
    s->retries = jsonlog_config_get_integer(options, "retries", -1, 9, 3);
    s->share = jsonlog_config_get_number(options, "share", 0.5);
    s->bytes = jsonlog_config_get_size(options, "bytes", 77);
    s->pause_ms = jsonlog_config_get_duration_ms(options, "pause", 60000);
    if (strcmp(s->number, "112") == 0)
        jsonlog_config_refuse(options, "number", "%s is not for %s", s->number, s->name);
    if (strcmp(s->number, "none") == 0)
        return NULL;
    return jsonlog_callback_handler_new(count_line, s);
}

#define PAGER(options)                                                             \
    "{\"version\":1,\"handlers\":{\"night\":{\"factory\":\"pager\"," options "}}," \
    "\"root\":{\"handlers\":[\"night\"]}}"

static jsonlog_status put(const char *text, jsonlog_err *err) {
    return jsonlog_configure_text(text, JSONLOG_NUL_TERMINATED, err);
}

static int forget_all(void **state) {
    (void)state;
    return put("{\"version\":1,\"root\":{\"handlers\":[]}}", NULL) == JSONLOG_OK ? 0 : -1;
}

static void gives_options_to_a_handler(void **state) {
    (void)state;
    seen s = {.calls = 0};
    assert_int_equal(jsonlog_config_register_handler("pager", make_pager, &s), JSONLOG_OK);
    assert_int_equal(put(PAGER("\"number\":\"49\",\"level\":\"ERROR\""), NULL), JSONLOG_OK);
    assert_string_equal(s.name, "night");
    assert_string_equal(s.number, "49");
    assert_true(s.is_loud);
    assert_int_equal(s.retries, 3);
    assert_true(s.share > 0.49 && s.share < 0.51);
    assert_int_equal(s.bytes, 77);
    assert_int_equal(s.pause_ms, 60000);
    jsonlog_warn(jsonlog_root(), "x");
    jsonlog_error(jsonlog_root(), "x");
    assert_int_equal(s.lines, 1);
    assert_int_equal(put(PAGER("\"number\":\"49\",\"loud\":false,\"retries\":-1,\"share\":1.25,"
                               "\"bytes\":\"2K\",\"pause\":\"5s\""),
                         NULL),
                     JSONLOG_OK);
    assert_false(s.is_loud);
    assert_int_equal(s.retries, -1);
    assert_true(s.share > 1.24 && s.share < 1.26);
    assert_int_equal(s.bytes, 2048);
    assert_int_equal(s.pause_ms, 5000);
    forget_all(NULL);
}

static void refuses_wrong_options(void **state) {
    (void)state;
    static const struct {
        const char *text, *error;
        jsonlog_status status;
    } wrong[] = {
        {PAGER("\"level\":\"INFO\""), "1:34: handlers.night: \"number\" is missing",
         JSONLOG_E_INVALID},
        {PAGER("\"number\":1"), "1:62: handlers.night.number: expected a string, not 1",
         JSONLOG_E_INVALID},
        {PAGER("\"number\":\"1\",\"retries\":10"),
         "1:76: handlers.night.retries: expected a number from -1 to 9, not 10", JSONLOG_E_LIMIT},
        {PAGER("\"number\":\"1\",\"retrys\":1"),
         "1:66: handlers.night.retrys: there is no such option; did you mean retries?",
         JSONLOG_E_INVALID},
        {PAGER("\"number\":\"1\",\"levle\":1"),
         "1:66: handlers.night.levle: there is no such option; did you mean level?",
         JSONLOG_E_INVALID},
        {PAGER("\"number\":\"112\""), "1:62: handlers.night.number: 112 is not for night",
         JSONLOG_E_INVALID},
        {PAGER("\"number\":\"none\""),
         "1:34: handlers.night: the factory \"pager\" has not made a handler", JSONLOG_E_INVALID},
        {"{\"version\":1,\"handlers\":{\"h\":{\"factory\":\"pagr\"}}}",
         "1:41: handlers.h.factory: there is no factory \"pagr\"; did you mean pager?",
         JSONLOG_E_NOT_FOUND},
        {"{\"version\":1,\"formatters\":{\"h\":{\"factory\":\"pager\"}}}",
         "1:43: formatters.h.factory: there is no factory \"pager\"", JSONLOG_E_NOT_FOUND},
    };
    seen s = {.calls = 0};
    jsonlog_err err;
    assert_int_equal(jsonlog_config_register_handler("pager", make_pager, &s), JSONLOG_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char expected[JSONLOG_ERR_TEXT_MAX];
        snprintf(expected, sizeof expected, "configuration:%s", wrong[i].error);
        assert_int_equal(put(wrong[i].text, &err), wrong[i].status);
        assert_string_equal(err.text, expected);
    }
}

static void makes_anew_what_a_new_function_makes(void **state) {
    (void)state;
    seen s = {.calls = 0};
    assert_int_equal(jsonlog_config_register_handler("pager", make_pager, &s), JSONLOG_OK);
    assert_int_equal(put(PAGER("\"number\":\"1\""), NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_config_reload(NULL), JSONLOG_OK);
    assert_int_equal(s.calls, 1);
    assert_int_equal(jsonlog_config_register_handler("pager", make_pager, &s), JSONLOG_OK);
    assert_int_equal(jsonlog_config_reload(NULL), JSONLOG_OK);
    assert_int_equal(s.calls, 2);
    assert_int_equal(jsonlog_config_register_handler("pager", NULL, NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_config_register_handler("pager", NULL, NULL), JSONLOG_E_NOT_FOUND);
    assert_int_equal(jsonlog_config_reload(NULL), JSONLOG_E_NOT_FOUND);
    assert_int_equal(jsonlog_config_register_handler("", make_pager, &s), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_config_register_handler(NULL, make_pager, &s), JSONLOG_E_INVALID);
    forget_all(NULL);
}

/* ---- handlers around handlers ---- */

static jsonlog_handler *make_wrapper(jsonlog_config_options *options, void *context) {
    (void)context;
    jsonlog_handler *target = jsonlog_config_get_target(options, "target");
    return target == NULL ? NULL : jsonlog_handler_retain(target);
}

static void finds_targets(void **state) {
    (void)state;
    jsonlog_err err;
    assert_int_equal(jsonlog_config_register_handler("wrap", make_wrapper, NULL), JSONLOG_OK);
    assert_int_equal(
        put("{\"version\":1,\"handlers\":{\"w\":{\"factory\":\"wrap\",\"target\":\"m\"},"
            "\"m\":{\"class\":\"memory\",\"capacity\":4096}}}",
            NULL),
        JSONLOG_OK);
    jsonlog_handler *w = jsonlog_config_get_handler("w");
    jsonlog_handler *m = jsonlog_config_get_handler("m");
    assert_ptr_equal(w, m);
    jsonlog_handler_release(w);
    jsonlog_handler_release(m);
    assert_int_equal(
        put("{\"version\":1,\"handlers\":{\"w\":{\"factory\":\"wrap\",\"target\":\"w\"}}}", &err),
        JSONLOG_E_INVALID);
    assert_string_equal(err.text,
                        "configuration:1:57: handlers.w.target: the handler \"w\" would be "
                        "a target of itself");
    assert_int_equal(
        put("{\"version\":1,\"handlers\":{\"a\":{\"factory\":\"wrap\",\"target\":\"b\"},"
            "\"b\":{\"factory\":\"wrap\",\"target\":\"a\"}}}",
            &err),
        JSONLOG_E_INVALID);
    assert_non_null(strstr(err.text, "handlers.b.target: the handler \"a\" would be"));
    assert_int_equal(
        put("{\"version\":1,\"handlers\":{\"w\":{\"factory\":\"wrap\",\"target\":\"x\"}}}", &err),
        JSONLOG_E_NOT_FOUND);
    forget_all(NULL);
}

static void expect_lines(const char *name, const char *expected) {
    char lines[4096];
    jsonlog_handler *memory = jsonlog_config_get_handler(name);
    assert_non_null(memory);
    jsonlog_memory_handler_read(memory, lines, sizeof lines);
    assert_string_equal(lines, expected);
    jsonlog_handler_release(memory);
}

/* ---- formatters and filters ---- */

static jsonlog_status write_word(const jsonlog_record *record, jsonlog_output *output,
                                 void *context) {
    (void)record;
    jsonlog_output_append(output, context, strlen(context));
    return JSONLOG_OK;
}

static jsonlog_formatter *make_word(jsonlog_config_options *options, void *context) {
    static char word[32];
    snprintf(word, sizeof word, "%s\n", jsonlog_config_get_text(options, "word", "hello"));
    if (context != NULL)
        jsonlog_config_get_target(options, "none");
    return jsonlog_config_is_good(options) ? jsonlog_formatter_new(write_word, NULL, word, 0)
                                           : NULL;
}

static void makes_formatters(void **state) {
    (void)state;
    static const char text[] =
        "{\"version\":1,\"formatters\":{\"w\":{\"factory\":\"word\",\"word\":\"hi\"}},\"handlers\":"
        "{"
        "\"m\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"w\"}},"
        "\"root\":{\"handlers\":[\"m\"]}}";
    jsonlog_err err;
    int asks = 1;
    assert_int_equal(jsonlog_config_register_formatter("word", make_word, &asks), JSONLOG_OK);
    assert_int_equal(put(text, &err), JSONLOG_E_INVALID);
    assert_non_null(strstr(err.text, "only a handler can have a handler as target"));
    assert_int_equal(jsonlog_config_register_formatter("word", make_word, NULL), JSONLOG_OK);
    assert_int_equal(put(text, NULL), JSONLOG_OK);
    jsonlog_info(jsonlog_root(), "x");
    expect_lines("m", "hi\n");
}

static bool is_even(const jsonlog_record *record, void *context) {
    const jsonlog_value *n = jsonlog_record_get_field(record, "n", 1);
    (void)context;
    return n == NULL || n->as.i64 % 2 == 0;
}

static void count_release(void *context) {
    ((seen *)context)->released++;
}

static bool make_even(jsonlog_config_options *options, jsonlog_config_filter *filter,
                      void *context) {
    ((seen *)context)->calls++;
    filter->fn = is_even;
    filter->release = count_release;
    filter->context = context;
    return jsonlog_config_get_bool(options, "works", true);
}

#define EVEN                                                                                       \
    "{\"version\":1,\"filters\":{\"even\":{\"factory\":\"even\"}},"                                \
    "\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"]}},"                         \
    "\"handlers\":{\"m\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\",\"filters\":" \
    "[\"even\"]},"                                                                                 \
    "\"all\":{\"class\":\"memory\",\"capacity\":4096,\"formatter\":\"f\"}},"                       \
    "\"loggers\":{\"some\":{\"filters\":[\"even\"]}},\"root\":{\"handlers\":[\"m\",\"all\"]}}"

static void makes_filters(void **state) {
    (void)state;
    seen s = {.calls = 0};
    assert_int_equal(jsonlog_config_register_filter("even", make_even, &s), JSONLOG_OK);
    assert_int_equal(put(EVEN, NULL), JSONLOG_OK);
    jsonlog_info(jsonlog_root(), "a", "n", 1);
    jsonlog_info(jsonlog_root(), "b", "n", 2);
    jsonlog_info(jsonlog_get("some"), "c", "n", 3);
    expect_lines("m", "{\"message\":\"b\",\"n\":2}\n");
    expect_lines("all", "{\"message\":\"a\",\"n\":1}\n{\"message\":\"b\",\"n\":2}\n");
    assert_int_equal(jsonlog_config_reload(NULL), JSONLOG_OK);
    assert_int_equal(s.calls, 1);
    assert_int_equal(s.released, 0);
    jsonlog_handler *m = jsonlog_config_get_handler("m");
    forget_all(NULL);
    assert_int_equal(s.released, 0); /* m may still ask it */
    jsonlog_handler_release(m);
    assert_int_equal(s.released, 1);
    assert_int_equal(
        put("{\"version\":1,\"filters\":{\"e\":{\"factory\":\"even\",\"works\":false}}}", NULL),
        JSONLOG_E_INVALID);
    assert_int_equal(s.released, 1);
}

/* ---- from within ---- */

static jsonlog_handler *make_nested(jsonlog_config_options *options, void *context) {
    jsonlog_status *status = context;
    status[0] = put("{\"version\":1}", NULL);
    status[1] = jsonlog_config_register_handler("x", make_nested, NULL);
    jsonlog_handler *own = jsonlog_config_get_handler(jsonlog_config_get_name(options));
    status[2] = own == NULL ? JSONLOG_OK : JSONLOG_E_IO;
    jsonlog_info(jsonlog_root(), "from a factory");
    return jsonlog_null_handler_new();
}

static void refuses_to_configure_from_a_factory(void **state) {
    (void)state;
    jsonlog_status status[3] = {JSONLOG_OK, JSONLOG_OK, JSONLOG_E_IO};
    assert_int_equal(jsonlog_config_register_handler("nested", make_nested, status), JSONLOG_OK);
    assert_int_equal(put("{\"version\":1,\"handlers\":{\"h\":{\"factory\":\"nested\"}}}", NULL),
                     JSONLOG_OK);
    assert_int_equal(status[0], JSONLOG_E_STATE);
    assert_int_equal(status[1], JSONLOG_E_STATE);
    assert_int_equal(status[2], JSONLOG_OK);
    forget_all(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_options_to_a_handler),
        cmocka_unit_test(refuses_wrong_options),
        cmocka_unit_test(makes_anew_what_a_new_function_makes),
        cmocka_unit_test(finds_targets),
        cmocka_unit_test(makes_formatters),
        cmocka_unit_test(makes_filters),
        cmocka_unit_test(refuses_to_configure_from_a_factory),
    };
    return cmocka_run_group_tests(tests, forget_all, forget_all);
}
