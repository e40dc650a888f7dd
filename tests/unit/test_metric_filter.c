#include <jsonlog/extract.h>

#include "support/counted_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

/* Datapoints recorded from the service stand in tests/data/filter/vectors.jsonl, group metric. */

static counted_heap memory = {.fail_after = SIZE_MAX};

static jsonlog_metric_filter_options options_of(const char *pattern, const char *value) {
    jsonlog_metric_filter_options options = JSONLOG_METRIC_FILTER_OPTIONS_INIT;
    options.pattern = pattern;
    options.metric_value = value;
    return options;
}

static jsonlog_metric_filter *make(const jsonlog_metric_filter_options *options) {
    jsonlog_metric_filter *filter = NULL;
    jsonlog_err err;
    if (jsonlog_metric_filter_new(options, &filter, &err) != JSONLOG_OK)
        fail_msg("%s: %s", options->pattern, err.text);
    return filter;
}

static void assert_refused(const jsonlog_metric_filter_options *options, jsonlog_status status,
                           const char *text) {
    jsonlog_metric_filter *filter = NULL;
    jsonlog_err err;
    assert_int_equal(jsonlog_metric_filter_new(options, &filter, &err), status);
    assert_int_equal(jsonlog_metric_filter_new(options, &filter, NULL), status);
    assert_null(filter);
    assert_int_equal(err.code, status);
    assert_int_equal(err.offset, JSONLOG_NO_OFFSET);
    assert_string_equal(err.text, text);
}

/* --- making one ------------------------------------------------------------------------------ */

static void keeps_what_it_was_given(void **state) {
    (void)state;
    char name[] = "Latency";
    char unit[] = "Bytes/Second";
    jsonlog_metric_filter_options options = options_of("{ $.a = * }", NULL);
    options.metric_name = name;
    options.unit = unit;
    jsonlog_metric_filter *filter = make(&options);
    name[0] = unit[0] = '#';
    assert_string_equal(jsonlog_metric_filter_get_name(filter), "Latency");
    assert_null(jsonlog_metric_filter_get_namespace(filter));
    assert_string_equal(jsonlog_metric_filter_get_unit(filter), "Bytes/Second");
    assert_string_equal(jsonlog_filter_get_pattern(jsonlog_metric_filter_get_filter(filter), NULL),
                        "{ $.a = * }");
    jsonlog_metric_filter_free(filter);
    options = options_of("", "1");
    options.metric_namespace = "A/B";
    filter = make(&options);
    assert_null(jsonlog_metric_filter_get_name(filter));
    assert_string_equal(jsonlog_metric_filter_get_namespace(filter), "A/B");
    assert_string_equal(jsonlog_metric_filter_get_unit(filter), "None");
    jsonlog_metric_filter_free(filter);
    jsonlog_metric_filter_free(NULL);
}

static void refuses_values(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *value;
        jsonlog_status status;
        const char *text;
    } cases[] = {
        {"x", "", JSONLOG_E_SYNTAX, "metric_value '' is neither a number nor a reference"},
        {"x", "one", JSONLOG_E_SYNTAX, "metric_value 'one' is neither a number nor a reference"},
        {"x", " 1", JSONLOG_E_SYNTAX, "metric_value ' 1' is neither a number nor a reference"},
        {"x", "1e999", JSONLOG_E_SYNTAX,
         "metric_value '1e999' is neither a number nor a reference"},
        {"x", "nan", JSONLOG_E_SYNTAX, "metric_value 'nan' is neither a number nor a reference"},
        {"x", "$.a", JSONLOG_E_UNSUPPORTED,
         "metric_value: only JSON and space-delimited patterns name values of a line"},
        {"{ $.a = 1 }", "$.a[*]", JSONLOG_E_UNSUPPORTED,
         "metric_value: a wildcard selects many values, and one is wanted here"},
        {"{ $.a = 1 }", "$a", JSONLOG_E_SYNTAX,
         "metric_value: Invalid character(s) in term '$a': a selector starts with '$.'"},
        {"[a, b]", "$c", JSONLOG_E_NOT_FOUND, "metric_value: the pattern has no field 'c'"},
        {"[a, b]", "$3", JSONLOG_E_NOT_FOUND,
         "metric_value: the pattern has 2 fields, the last of which takes the rest of the line"},
        {"x", "\xff", JSONLOG_E_INVALID, "metric_value is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256] = "Invalid metric transformation: ";
        strcat(text, cases[i].text);
        const jsonlog_metric_filter_options options = options_of(cases[i].pattern, cases[i].value);
        assert_refused(&options, cases[i].status, text);
    }
}

/* `count` letters behind a start. */
static const char *fill(char *out, const char *start, const char *letter, size_t count) {
    strcpy(out, start);
    for (size_t i = 0; i < count; i++)
        strcat(out, letter);
    return out;
}

static void limits_lengths(void **state) {
    (void)state;
    char text[2000];
    jsonlog_metric_filter_options options =
        options_of("{ $.a = 1 }", fill(text, "$.", "\xf0\x9f\x98\x80", 49));
    jsonlog_metric_filter_free(make(&options));
    options.metric_value = fill(text, "$.a", "\xf0\x9f\x98\x80", 49);
    assert_refused(&options, JSONLOG_E_LIMIT,
                   "Invalid metric transformation: metric_value is longer than 100 characters");
    options = options_of("{ $.a = 1 }", NULL);
    options.metric_name = fill(text, "", "\xea\xb0\x80", 255);
    jsonlog_metric_filter_free(make(&options));
    options.metric_name = fill(text, "", "a", 256);
    assert_refused(&options, JSONLOG_E_LIMIT,
                   "Invalid metric transformation: metric_name is longer than 255 characters");
    options.metric_name = NULL;
    options.metric_namespace = text;
    assert_refused(&options, JSONLOG_E_LIMIT,
                   "Invalid metric transformation: metric_namespace is longer than 255 characters");
    options.metric_namespace = NULL;
    options.dimension_count = 1;
    options.dimensions[0] = (jsonlog_dimension){text, "$.a"};
    assert_refused(
        &options, JSONLOG_E_LIMIT,
        "Invalid metric transformation: a dimension's name is longer than 255 characters");
    options.dimensions[0] = (jsonlog_dimension){"a", fill(text, "$.", "a", 254)};
    assert_refused(
        &options, JSONLOG_E_LIMIT,
        "Invalid metric transformation: a dimension's value is longer than 255 characters");
    text[255] = '\0';
    jsonlog_metric_filter_free(make(&options));
}

static void refuses_names_and_units(void **state) {
    (void)state;
    jsonlog_metric_filter_options options = options_of("x", NULL);
    options.metric_name = "a:b";
    assert_refused(&options, JSONLOG_E_INVALID,
                   "Invalid metric transformation: metric_name must not contain ':'");
    options.metric_name = NULL;
    options.metric_namespace = "a*";
    assert_refused(&options, JSONLOG_E_INVALID,
                   "Invalid metric transformation: metric_namespace must not contain '*'");
    options.metric_namespace = "$";
    assert_refused(&options, JSONLOG_E_INVALID,
                   "Invalid metric transformation: metric_namespace must not contain '$'");
    options.metric_namespace = "\xc3";
    assert_refused(&options, JSONLOG_E_INVALID,
                   "Invalid metric transformation: metric_namespace is not UTF-8");
    options.metric_namespace = NULL;
    options.unit = "seconds";
    assert_refused(&options, JSONLOG_E_INVALID,
                   "Invalid metric transformation: 'seconds' is no unit");
    options.unit = "Percent/Second";
    assert_refused(&options, JSONLOG_E_INVALID,
                   "Invalid metric transformation: 'Percent/Second' is no unit");
    options.unit = NULL;
    options.has_default = true;
    options.default_value = NAN;
    assert_refused(&options, JSONLOG_E_INVALID,
                   "Invalid metric transformation: default_value is not finite");
}

static void knows_the_units(void **state) {
    (void)state;
    static const char *const units[] = {
        "Seconds",
        "Microseconds",
        "Milliseconds",
        "Bytes",
        "Kilobytes",
        "Megabytes",
        "Gigabytes",
        "Terabytes",
        "Bits",
        "Kilobits",
        "Megabits",
        "Gigabits",
        "Terabits",
        "Percent",
        "Count",
        "Bytes/Second",
        "Kilobytes/Second",
        "Megabytes/Second",
        "Gigabytes/Second",
        "Terabytes/Second",
        "Bits/Second",
        "Kilobits/Second",
        "Megabits/Second",
        "Gigabits/Second",
        "Terabits/Second",
        "Count/Second",
        "None",
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        jsonlog_metric_filter_options options = options_of("x", NULL);
        options.unit = units[i];
        jsonlog_metric_filter *filter = make(&options);
        assert_string_equal(jsonlog_metric_filter_get_unit(filter), units[i]);
        jsonlog_metric_filter_free(filter);
    }
}

static void refuses_dimensions(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        jsonlog_dimension dimensions[2];
        jsonlog_status status;
        const char *text;
    } cases[] = {
        {"x",
         {{"a", "$.a"}, {"b", "$.b"}},
         JSONLOG_E_UNSUPPORTED,
         "The specified filter pattern does not support dimensions"},
        {"%x%",
         {{"a", "$.a"}, {"b", "$.b"}},
         JSONLOG_E_UNSUPPORTED,
         "The specified filter pattern does not support dimensions"},
        {"",
         {{"a", "$.a"}, {"b", "$.b"}},
         JSONLOG_E_UNSUPPORTED,
         "The specified filter pattern does not support dimensions"},
        {"[a]",
         {{"a", "$a"}, {"b", "b"}},
         JSONLOG_E_SYNTAX,
         "Invalid metric transformation: a dimension's value: a value of a space-delimited line is "
         "named $name or $3"},
        {"[a]",
         {{"a", "$a"}, {"b", "$b"}},
         JSONLOG_E_NOT_FOUND,
         "Invalid metric transformation: a dimension's value: the pattern has no field 'b'"},
        {"{ $.a = 1 }",
         {{"a", "$.a"}, {"b", "$.*"}},
         JSONLOG_E_UNSUPPORTED,
         "Invalid metric transformation: a dimension's value: a wildcard selects many values, and "
         "one is wanted here"},
        {"{ $.a = 1 }",
         {{"a", "$.a"}, {"a", "$.b"}},
         JSONLOG_E_INVALID,
         "Invalid metric transformation: two dimensions have the same name"},
        {"{ $.a = 1 }",
         {{"a", "$.a"}, {"", "$.b"}},
         JSONLOG_E_INVALID,
         "Invalid metric transformation: a dimension needs a name and a value"},
        {"{ $.a = 1 }",
         {{"a", "$.a"}, {NULL, "$.b"}},
         JSONLOG_E_INVALID,
         "Invalid metric transformation: a dimension needs a name and a value"},
        {"{ $.a = 1 }",
         {{"a", NULL}, {"b", "$.b"}},
         JSONLOG_E_INVALID,
         "Invalid metric transformation: a dimension needs a name and a value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_metric_filter_options options = options_of(cases[i].pattern, NULL);
        memcpy(options.dimensions, cases[i].dimensions, sizeof cases[i].dimensions);
        options.dimension_count = 2;
        assert_refused(&options, cases[i].status, cases[i].text);
    }
    jsonlog_metric_filter_options options = options_of("{ $.a = 1 }", NULL);
    options.dimension_count = 4;
    assert_refused(&options, JSONLOG_E_LIMIT,
                   "Invalid metric transformation: more than 3 dimensions");
    options.dimension_count = 1;
    options.dimensions[0] = (jsonlog_dimension){"a", "$.a"};
    options.has_default = true;
    assert_refused(&options, JSONLOG_E_INVALID,
                   "Invalid metric transformation: dimensions and default value are mutually "
                   "exclusive properties");
}

static void refuses_patterns_and_null(void **state) {
    (void)state;
    jsonlog_metric_filter *filter = NULL;
    jsonlog_err err;
    jsonlog_metric_filter_options options = options_of("{ $.a == 1 }", NULL);
    assert_int_equal(jsonlog_metric_filter_new(&options, &filter, &err), JSONLOG_E_SYNTAX);
    assert_int_equal(err.offset, 7);
    options = options_of(NULL, NULL);
    assert_int_equal(jsonlog_metric_filter_new(&options, &filter, NULL), JSONLOG_E_INVALID);
    options = options_of("x", NULL);
    assert_int_equal(jsonlog_metric_filter_new(&options, NULL, NULL), JSONLOG_E_INVALID);
    options.size--;
    assert_int_equal(jsonlog_metric_filter_new(&options, &filter, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_metric_filter_new(NULL, &filter, NULL), JSONLOG_E_INVALID);
    assert_null(filter);
}

/* --- applying it ----------------------------------------------------------------------------- */

static void assert_value(const jsonlog_metric_filter *filter, const char *line, double expected) {
    jsonlog_datapoint point;
    const size_t calls = memory.calls;
    const bool has_point = jsonlog_metric_filter_apply(filter, line, strlen(line), &point);
    assert_int_equal(memory.calls, calls);
    if (has_point == (bool)isnan(expected))
        fail_msg("%s gives %s point", line, has_point ? "a" : "no");
    if (has_point && (point.value < expected || point.value > expected))
        fail_msg("%s gives %g, not %g", line, point.value, expected);
}

static void reads_values(void **state) {
    (void)state;
    static const struct {
        const char *line;
        double value; /* NAN: none */
    } cases[] = {
        {"{\"v\":1.5}", 1.5},
        {"{\"v\":-0.0}", 0},
        {"{\"v\":1e308}", 1e308},
        {"{\"v\":1e309}", NAN},
        {"{\"v\":\"12.5\"}", 12.5},
        {"{\"v\":\"+.5\"}", 0.5},
        {"{\"v\":\"007\"}", 7},
        {"{\"v\":\"\\u0031\\u0032\"}", 12},
        {"{\"v\":\"1\\u0000\"}", NAN},
        {"{\"v\":\" 1\"}", NAN},
        {"{\"v\":\"1 \"}", NAN},
        {"{\"v\":\"\"}", NAN},
        {"{\"v\":\"0x10\"}", NAN},
        {"{\"v\":\"1e999\"}", NAN},
        {"{\"v\":\"Infinity\"}", NAN},
        {"{\"v\":true}", NAN},
        {"{\"v\":[1]}", NAN},
        {"{\"v\":null}", 7},
        {"{\"w\":1}", 7},
        {"{\"v\":1,\"v\":2}", 2},
        {"{\"no\":1,\"v\":1}", 7},
        {"no JSON", 7},
        {"", 7},
    };
    jsonlog_metric_filter_options options = options_of("{ $.no NOT EXISTS }", "$.v");
    options.has_default = true;
    options.default_value = 7;
    jsonlog_metric_filter *filter = make(&options);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_value(filter, cases[i].line, cases[i].value);
    jsonlog_datapoint point;
    assert_true(jsonlog_metric_filter_apply(filter, NULL, 0, &point));
    assert_true(point.is_default);
    assert_true(jsonlog_metric_filter_apply(filter, "{\"v\":7}", 7, &point));
    assert_false(point.is_default);
    jsonlog_metric_filter_free(filter);
}

static void reads_tokens(void **state) {
    (void)state;
    jsonlog_metric_filter_options options = options_of("[a, ..., ms]", "$ms");
    jsonlog_metric_filter *filter = make(&options);
    assert_value(filter, "x y \"+12.5\"", 12.5);
    assert_value(filter, "x 12ms", NAN);
    assert_value(filter, "x \"\"", NAN);
    assert_value(filter, "x", NAN);
    jsonlog_metric_filter_free(filter);
    options = options_of("[a, ...]", "$3");
    options.has_default = true;
    options.default_value = -1;
    filter = make(&options);
    assert_value(filter, "1 2 3 4", 3);
    assert_value(filter, "1 2", -1);
    assert_value(filter, "", -1);
    assert_value(filter, "1 2 x", NAN);
    jsonlog_metric_filter_free(filter);
    options = options_of("ERROR", "-2.5e1");
    filter = make(&options);
    assert_value(filter, "an ERROR", -25);
    assert_value(filter, "none", NAN);
    jsonlog_metric_filter_free(filter);
}

static void gives_all_dimensions_or_none(void **state) {
    (void)state;
    static const struct {
        const char *line;
        size_t count;
        const char *values[3];
    } cases[] = {
        {"{\"a\":\"x\\u0079\",\"b\":4.0,\"c\":true}", 3, {"xy", "4.0", "true"}},
        {"{\"a\":\"x\",\"b\":4,\"c\":null}", 0, {NULL}},
        {"{\"a\":\"x\",\"b\":[],\"c\":1}", 0, {NULL}},
        {"{\"a\":\"\",\"b\":1,\"c\":1}", 0, {NULL}},
        {"{\"a\":\"x\",\"c\":1}", 0, {NULL}},
        {"{\"b\":1,\"c\":1}", 0, {NULL}},
    };
    jsonlog_metric_filter_options options = options_of("{ $.z NOT EXISTS }", NULL);
    options.dimension_count = 3;
    options.dimensions[0] = (jsonlog_dimension){"A", "$.a"};
    options.dimensions[1] = (jsonlog_dimension){"B", "$.b"};
    options.dimensions[2] = (jsonlog_dimension){"C", "$.c"};
    jsonlog_metric_filter *filter = make(&options);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_datapoint point;
        assert_true(
            jsonlog_metric_filter_apply(filter, cases[i].line, strlen(cases[i].line), &point));
        assert_int_equal(point.dimension_count, cases[i].count);
        for (size_t d = 0; d < point.dimension_count; d++) {
            char text[16];
            jsonlog_found_text(&point.dimensions[d].value, text, sizeof text);
            assert_string_equal(text, cases[i].values[d]);
            assert_int_equal(point.dimensions[d].name[0], "ABC"[d]);
        }
    }
    jsonlog_metric_filter_free(filter);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    jsonlog_metric_filter_options options = options_of("{ $.a = %x% }", "$.a.b.c");
    options.dimension_count = 1;
    options.dimensions[0] = (jsonlog_dimension){"A", "$.a[0][1]"};
    const size_t alive = memory.alive;
    jsonlog_status status = JSONLOG_E_NOMEM;
    size_t failures = 0;
    for (; status == JSONLOG_E_NOMEM; failures++) {
        jsonlog_metric_filter *filter = NULL;
        memory.calls = 0;
        memory.fail_after = failures;
        status = jsonlog_metric_filter_new(&options, &filter, NULL);
        assert_int_equal(filter == NULL, status != JSONLOG_OK);
        jsonlog_metric_filter_free(filter);
        assert_int_equal(memory.alive, alive);
    }
    memory.fail_after = SIZE_MAX;
    assert_true(failures >= 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_it_was_given),
        cmocka_unit_test(refuses_values),
        cmocka_unit_test(limits_lengths),
        cmocka_unit_test(refuses_names_and_units),
        cmocka_unit_test(knows_the_units),
        cmocka_unit_test(refuses_dimensions),
        cmocka_unit_test(refuses_patterns_and_null),
        cmocka_unit_test(reads_values),
        cmocka_unit_test(reads_tokens),
        cmocka_unit_test(gives_all_dimensions_or_none),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    if (counted_heap_install(&memory) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
