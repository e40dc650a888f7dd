/* Every limit of the embedded metric format: the event that just keeps it, and the one that does
 * not, with the words it is refused with. */
#include <jsonlog/jsonlog.h>
#include <jsonlog/metric.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1795334865784)

static jsonlog_logger *silent;

static int64_t now(void *context) {
    (void)context;
    return NOW_MS * 1000000;
}

static int start(void **state) {
    (void)state;
    jsonlog_set_clock(now, NULL);
    jsonlog_handler *handler = jsonlog_null_handler_new();
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    jsonlog_handler_release(handler);
    silent = jsonlog_get("silent");
    return 0;
}

static jsonlog_field field(const char *key, jsonlog_value value) {
    return jsonlog_field_make(key, value);
}

static jsonlog_value count(int64_t n) {
    return jsonlog_measured(jsonlog_from_int64(n), JSONLOG_UNIT_COUNT, 0);
}

/* An event that is right, to be changed in one thing. */
typedef struct draft {
    jsonlog_metric_event event;
    jsonlog_field dimensions[70];
    jsonlog_field metrics[110];
    jsonlog_field properties[300];
    uint64_t sets[40];
} draft;

static void make(draft *d) {
    static const jsonlog_metric_event fresh = JSONLOG_METRIC_EVENT_INIT;
    *d = (draft){.event = fresh};
    d->dimensions[0] = field("service", jsonlog_from_string("pay"));
    d->metrics[0] = field("n", count(1));
    d->sets[0] = 1;
    d->event.metric_namespace = "app";
    d->event.dimensions = d->dimensions;
    d->event.dimension_count = 1;
    d->event.metrics = d->metrics;
    d->event.metric_count = 1;
    d->event.properties = d->properties;
}

static void check(const draft *d, jsonlog_status status, const char *text) {
    jsonlog_err err = {.text = ""};
    assert_int_equal(jsonlog_metric_log(silent, &d->event, &err), status);
    assert_string_equal(err.text, text);
    if (status != JSONLOG_OK)
        assert_int_equal(err.code, status);
}

static void check_right(const draft *d) {
    check(d, JSONLOG_OK, "");
}

/* @return a text of `len` bytes, valid until four more were made. */
static const char *text_of(char c, size_t len) {
    static char texts[4][2000];
    static size_t next;
    char *text = texts[next++ % 4];
    memset(text, c, len);
    text[len] = '\0';
    return text;
}

/* ---- namespaces ---- */

typedef struct name_case {
    const char *name;
    jsonlog_status status;
    const char *text; /* of the error, without the name */
} name_case;

static void check_name(draft *d, const name_case *c) {
    char text[600] = "";
    if (c->status != JSONLOG_OK)
        snprintf(text, sizeof text, c->name[0] == '\0' ? "%s" : "%s: \"%s\"", c->text, c->name);
    check(d, c->status, text);
}

static void namespaces(void **state) {
    (void)state;
    static const char *const alphabet = "a namespace is made of A-Z a-z 0-9 . _ - / # and :";
    const name_case cases[] = {
        {"A9._-/#:z", JSONLOG_OK, NULL},
        {text_of('n', 255), JSONLOG_OK, NULL},
        {text_of('n', 256), JSONLOG_E_LIMIT, "the namespace is longer than 255 bytes"},
        {"", JSONLOG_E_INVALID, "the namespace is empty"},
        {":a", JSONLOG_E_INVALID, "the namespace begins with ':'"},
        {"a b", JSONLOG_E_INVALID, alphabet},
        {"é", JSONLOG_E_INVALID, alphabet},
    };
    draft d;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make(&d);
        d.event.metric_namespace = cases[i].name;
        check_name(&d, &cases[i]);
    }
    make(&d);
    d.event.metric_namespace = NULL;
    check(&d, JSONLOG_E_INVALID, "the namespace is empty");
}

/* ---- dimensions ---- */

static void names_of_dimensions(void **state) {
    (void)state;
    const name_case cases[] = {
        {"a b:c", JSONLOG_OK, NULL},
        {text_of('d', 250), JSONLOG_OK, NULL},
        {text_of('d', 251), JSONLOG_E_LIMIT, "the name of a dimension is longer than 250 bytes"},
        {"", JSONLOG_E_INVALID, "the name of a dimension is blank"},
        {"  ", JSONLOG_E_INVALID, "the name of a dimension is blank"},
        {":a", JSONLOG_E_INVALID, "the name of a dimension begins with ':'"},
        {"é", JSONLOG_E_INVALID, "the name of a dimension is not printable ASCII"},
        {"n", JSONLOG_E_INVALID, "a name stands in the event twice"},
        {"_aws", JSONLOG_E_INVALID, "the name is reserved"},
        {"_truncated", JSONLOG_E_INVALID, "the name is reserved"},
        {"_dropped", JSONLOG_E_INVALID, "the name is reserved"},
    };
    draft d;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make(&d);
        d.dimensions[0].key = cases[i].name;
        check_name(&d, &cases[i]);
    }
}

static void values_of_dimensions(void **state) {
    (void)state;
    const struct {
        jsonlog_value value;
        jsonlog_status status;
        const char *text;
    } cases[] = {
        {jsonlog_from_string("a"), JSONLOG_OK, ""},
        {jsonlog_from_string(text_of('v', 1024)), JSONLOG_OK, ""},
        {jsonlog_mark_secret(jsonlog_from_string("é")), JSONLOG_OK, ""},
        {jsonlog_from_string(text_of('v', 1025)), JSONLOG_E_LIMIT,
         "the value of a dimension is longer than 1024 bytes: \"service\""},
        {jsonlog_from_string(""), JSONLOG_E_INVALID,
         "the value of a dimension is blank: \"service\""},
        {jsonlog_from_string(" "), JSONLOG_E_INVALID,
         "the value of a dimension is blank: \"service\""},
        {jsonlog_from_string("a\nb"), JSONLOG_E_INVALID,
         "the value of a dimension is not printable ASCII: \"service\""},
        {jsonlog_from_string("é"), JSONLOG_E_INVALID,
         "the value of a dimension is not printable ASCII: \"service\""},
        {jsonlog_from_int64(1), JSONLOG_E_INVALID,
         "the value of a dimension is not a string: \"service\""},
        {jsonlog_null(), JSONLOG_E_INVALID,
         "the value of a dimension is not a string: \"service\""},
    };
    draft d;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make(&d);
        d.dimensions[0].value = cases[i].value;
        check(&d, cases[i].status, cases[i].text);
    }
}

static char names[300][8];

static void add_dimensions(draft *d, size_t dimensions) {
    for (size_t i = 0; i < dimensions && i < 70; i++) {
        snprintf(names[i], sizeof names[i], "d%zu", i);
        d->dimensions[i] = field(names[i], jsonlog_from_string("v"));
    }
    d->event.dimension_count = dimensions;
}

static void sets_of_dimensions(void **state) {
    (void)state;
    draft d;
    make(&d);
    add_dimensions(&d, 30);
    check_right(&d);
    add_dimensions(&d, 31);
    check(&d, JSONLOG_E_LIMIT, "more than 30 dimensions in a set");
    d.event.sets = d.sets;
    d.event.set_count = 1;
    add_dimensions(&d, 64);
    check_right(&d);
    d.sets[0] = UINT64_C(1) << 63;
    check_right(&d);
    d.event.dimension_count = 65;
    d.dimensions[64] = field("last", jsonlog_from_string("v"));
    check(&d, JSONLOG_E_LIMIT, "more than 64 dimensions in one event: \"last\"");
    add_dimensions(&d, 63);
    check(&d, JSONLOG_E_INVALID, "a set has a bit for which there is no dimension");
    for (size_t i = 0; i < 33; i++)
        d.sets[i] = i;
    d.event.set_count = 32;
    check_right(&d);
    d.event.set_count = 33;
    check(&d, JSONLOG_E_LIMIT, "more than 32 sets of dimensions");
    d.sets[1] = 0;
    d.event.set_count = 2;
    check(&d, JSONLOG_E_INVALID, "two sets of dimensions are equal");
    d.event.set_count = 0;
    check(&d, JSONLOG_E_INVALID,
          "there is no set of dimensions; for none at all there is an empty one");
}

/* ---- metrics ---- */

static void names_of_metrics(void **state) {
    (void)state;
    char korean[3 * 256 + 1] = "";
    for (int i = 0; i < 255; i++)
        memcpy(&korean[3 * i], "인", 4);
    draft d;
    make(&d);
    d.metrics[0].key = korean;
    check_right(&d);
    const name_case cases[] = {
        {"A.a *$:", JSONLOG_OK, NULL},
        {text_of('m', 255), JSONLOG_OK, NULL},
        {text_of('m', 256), JSONLOG_E_LIMIT, "the name of a metric is longer than 255 characters"},
        {"", JSONLOG_E_INVALID, "the name of a metric is empty"},
        {"service", JSONLOG_E_INVALID, "a name stands in the event twice"},
        {"_aws", JSONLOG_E_INVALID, "the name is reserved"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make(&d);
        d.metrics[0].key = cases[i].name;
        check_name(&d, &cases[i]);
    }
    d.metrics[0].key = "a\tb";
    check(&d, JSONLOG_E_INVALID, "the name of a metric has a control character: \"a b\"");
    d.metrics[0].key = "\xff";
    check(&d, JSONLOG_E_INVALID, "the name of a metric is not UTF-8: \"?\"");
}

static void values_of_metrics(void **state) {
    (void)state;
    static const char *const range = "a value is not a number from -2^360 to 2^360: \"n\"";
    static const double nan_inside[] = {1, NAN};
    static const int ints[101];
    static const bool bools[2];
    const jsonlog_value mixed[] = {jsonlog_from_int64(1), jsonlog_from_double(2),
                                   jsonlog_from_string("3")};
    const struct {
        jsonlog_value value;
        jsonlog_status status;
        const char *text;
    } cases[] = {
        {jsonlog_from_double(0x1p360), JSONLOG_OK, ""},
        {jsonlog_from_double(-0x1p360), JSONLOG_OK, ""},
        {jsonlog_from_uint64(UINT64_MAX), JSONLOG_OK, ""},
        {jsonlog_ints(ints, 100), JSONLOG_OK, ""},
        {jsonlog_values(mixed, 2), JSONLOG_OK, ""},
        {jsonlog_from_double(0x1.0000000000001p360), JSONLOG_E_LIMIT, range},
        {jsonlog_from_double(-INFINITY), JSONLOG_E_LIMIT, range},
        {jsonlog_from_float(NAN), JSONLOG_E_LIMIT, range},
        {jsonlog_doubles(nan_inside, 2), JSONLOG_E_LIMIT, range},
        {jsonlog_ints(ints, 101), JSONLOG_E_LIMIT, "a metric has more than 100 values: \"n\""},
        {jsonlog_ints(ints, 0), JSONLOG_E_INVALID, "a metric has no value: \"n\""},
        {jsonlog_ints(NULL, 3), JSONLOG_E_INVALID, "a value is not a number: \"n\""},
        {jsonlog_values(mixed, 3), JSONLOG_E_INVALID, "a value is not a number: \"n\""},
        {jsonlog_bools(bools, 2), JSONLOG_E_INVALID, "a value is not a number: \"n\""},
        {jsonlog_from_string("1"), JSONLOG_E_INVALID, "a value is not a number: \"n\""},
        {jsonlog_raw("1", 1), JSONLOG_E_INVALID, "a value is not a number: \"n\""},
        {jsonlog_duration_ns(1), JSONLOG_E_INVALID,
         "a duration is written in seconds, and its unit is another one: \"n\""},
        {jsonlog_mark_secret(jsonlog_from_int64(1)), JSONLOG_E_INVALID,
         "a metric cannot be secret: \"n\""},
    };
    draft d;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make(&d);
        d.metrics[0].value = jsonlog_measured(cases[i].value, JSONLOG_UNIT_COUNT, 0);
        check(&d, cases[i].status, cases[i].text);
    }
    make(&d);
    d.metrics[0].value = jsonlog_from_int64(1);
    check(&d, JSONLOG_E_INVALID, "the value of a metric is not made by jsonlog_measured(): \"n\"");
}

static void units_and_resolutions(void **state) {
    (void)state;
    draft d;
    make(&d);
    for (int unit = 0; unit < 300; unit++) {
        d.metrics[0].value = jsonlog_measured(jsonlog_from_int64(1), (jsonlog_unit)unit, 0);
        if (unit <= JSONLOG_UNIT_COUNT_PER_SECOND)
            check_right(&d);
        else
            check(&d, JSONLOG_E_INVALID, "there is no such unit: \"n\"");
    }
    assert_string_equal(jsonlog_unit_text(JSONLOG_UNIT_TERABITS_PER_SECOND), "Terabits/Second");
    assert_null(jsonlog_unit_text((jsonlog_unit)27));
    static const unsigned resolutions[] = {0, 1, 2, 59, 60, 61, 255, 256, 257, 316};
    for (size_t i = 0; i < sizeof resolutions / sizeof resolutions[0]; i++) {
        const unsigned seconds = resolutions[i];
        const bool is_right = seconds <= 1 || seconds == 60;
        d.metrics[0].value = jsonlog_measured(jsonlog_from_int64(1), JSONLOG_UNIT_COUNT, seconds);
        check(&d, is_right ? JSONLOG_OK : JSONLOG_E_INVALID,
              is_right ? "" : "the storage resolution is neither 1 nor 60 seconds: \"n\"");
    }
}

static void numbers_of_metrics_and_fields(void **state) {
    (void)state;
    draft d;
    make(&d);
    for (size_t i = 0; i < 101; i++) {
        snprintf(names[i], sizeof names[i], "m%zu", i);
        d.metrics[i] = field(names[i], count(1));
    }
    d.event.metric_count = 100;
    check_right(&d);
    d.event.metric_count = 101;
    check(&d, JSONLOG_E_LIMIT, "more than 100 metrics in one event");
    d.event.metric_count = 0;
    check(&d, JSONLOG_E_INVALID, "there is no metric in the event");
    make(&d);
    for (size_t i = 0; i < 254; i++) {
        snprintf(names[i], sizeof names[i], "p%zu", i);
        d.properties[i] = field(names[i], jsonlog_null());
    }
    d.event.property_count = 253;
    check_right(&d);
    d.event.property_count = 254;
    check(&d, JSONLOG_E_LIMIT, "more than 255 fields in one event");
    d.properties[1].key = "n";
    d.event.property_count = 2;
    check(&d, JSONLOG_E_INVALID, "a name stands in the event twice: \"n\"");
}

/* ---- the time, and the call itself ---- */

static void times(void **state) {
    (void)state;
    const int64_t hour = 3600000;
    const struct {
        int64_t time_ms;
        const char *text;
    } cases[] = {
        {NOW_MS - 14 * 24 * hour, ""},
        {NOW_MS - 14 * 24 * hour - 1, "the time is more than 14 days ago"},
        {NOW_MS + 2 * hour, ""},
        {NOW_MS + 2 * hour + 1, "the time is more than 2 hours ahead"},
        {INT64_MIN, "the time is more than 14 days ago"},
        {INT64_MAX, "the time is more than 2 hours ahead"},
    };
    draft d;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make(&d);
        d.event.time_ms = cases[i].time_ms;
        check(&d, cases[i].text[0] == '\0' ? JSONLOG_OK : JSONLOG_E_LIMIT, cases[i].text);
    }
}

static void what_is_no_event(void **state) {
    (void)state;
    static const char *const text = "The event lacks something or has a wrong size or level";
    draft d;
    make(&d);
    d.event.size--;
    check(&d, JSONLOG_E_INVALID, text);
    make(&d);
    d.event.level = 255;
    check(&d, JSONLOG_E_INVALID, text);
    make(&d);
    d.event.metrics = NULL;
    check(&d, JSONLOG_E_INVALID, text);
    make(&d);
    d.event.set_count = 1;
    check(&d, JSONLOG_E_INVALID, text);
    assert_int_equal(jsonlog_metric_log(silent, NULL, NULL), JSONLOG_E_INVALID);
    make(&d);
    d.event.metric_namespace = "";
    d.event.level = JSONLOG_LEVEL_DEBUG;
    check_right(&d); /* nobody listens */
    assert_int_equal(jsonlog_metric_log(NULL, &d.event, NULL), JSONLOG_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(namespaces),
        cmocka_unit_test(names_of_dimensions),
        cmocka_unit_test(values_of_dimensions),
        cmocka_unit_test(sets_of_dimensions),
        cmocka_unit_test(names_of_metrics),
        cmocka_unit_test(values_of_metrics),
        cmocka_unit_test(units_and_resolutions),
        cmocka_unit_test(numbers_of_metrics_and_fields),
        cmocka_unit_test(times),
        cmocka_unit_test(what_is_no_event),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
