/*
 * Every inline function of the public headers has its one external definition in the library: a
 * pointer to it asks for that one. A function that is missing in inlines.c does not link here.
 */
#include <jsonlog/jsonlog.h>
#include <jsonlog/metric.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef void (*function)(void);

static const struct {
    const char *name;
    function function;
} functions[] = {
#define HAS(name) \
    { #name, (function)name }
    HAS(jsonlog_value_make),
    HAS(jsonlog_from_pointer),
    HAS(jsonlog_from_bool),
    HAS(jsonlog_from_int64),
    HAS(jsonlog_from_uint64),
    HAS(jsonlog_from_double),
    HAS(jsonlog_from_float),
    HAS(jsonlog_from_string),
    HAS(jsonlog_from_address),
    HAS(jsonlog_from_timespec),
    HAS(jsonlog_from_value),
    HAS(jsonlog_from_temporary),
    HAS(jsonlog_from_keys),
    HAS(jsonlog_from_values),
    HAS(jsonlog_mark_secret),
    HAS(jsonlog_mark_message),
    HAS(jsonlog_string),
    HAS(jsonlog_bool),
    HAS(jsonlog_null),
    HAS(jsonlog_time),
    HAS(jsonlog_duration_ns),
    HAS(jsonlog_errno),
    HAS(jsonlog_hex),
    HAS(jsonlog_ints),
    HAS(jsonlog_int64s),
    HAS(jsonlog_uint64s),
    HAS(jsonlog_doubles),
    HAS(jsonlog_bools),
    HAS(jsonlog_strings),
    HAS(jsonlog_values),
    HAS(jsonlog_fields),
    HAS(jsonlog_field_make),
    HAS(jsonlog_enabled),
    HAS(jsonlog_measured),
    HAS(jsonlog_from_dimensions),
#undef HAS
};

static void every_inline_function_has_a_definition(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        assert_non_null(functions[i].function);
}

/* The table above is complete: the headers' own count of inline functions. */
static size_t inlines_in(const char *path) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[256];
    size_t count = 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "JSONLOG_INLINE ", 15) == 0)
            count++;
    fclose(file);
    return count;
}

static void the_table_is_complete(void **state) {
    (void)state;
    size_t count = 0;
    static const char *const headers[] = {"value.h",   "logger.h",    "record.h",
                                          "handler.h", "formatter.h", "filter.h",
                                          "capture.h", "status.h",    "metric.h"};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/../../include/jsonlog/%s", JSONLOG_TEST_DATA, headers[i]);
        count += inlines_in(path);
    }
    assert_int_equal(count, sizeof functions / sizeof functions[0]);
}

static void the_definitions_do_what_the_inlines_do(void **state) {
    (void)state;
    jsonlog_value (*volatile from_string)(const char *) = jsonlog_from_string;
    const jsonlog_value value = from_string("text");
    assert_int_equal(value.type, JSONLOG_TYPE_STRING);
    assert_int_equal(value.with.len, 4);
    bool (*volatile enabled)(const jsonlog_logger *, int) = jsonlog_enabled;
    assert_false(enabled(NULL, 254));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_inline_function_has_a_definition),
        cmocka_unit_test(the_table_is_complete),
        cmocka_unit_test(the_definitions_do_what_the_inlines_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
