/*
 * Writes metrics to stdout, one event on each line, for emf_lines.py to judge: a few by hand, the
 * largest there can be, and random ones, each through one of several formatters. What is refused
 * goes to stderr as an error record.
 */
#include "support/test_random.h"

#include <jsonlog/jsonlog.h>
#include <jsonlog/metric.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EVENTS 3000

enum { FORMATTERS = 4, DIMENSIONS = 64, METRICS = 105, PROPERTIES = 20, NAME = 300 };

static jsonlog_handler *handler;
static jsonlog_formatter *formatters[FORMATTERS];

static void make_formatters(void) {
    static const char *const names[] = {"_aws"};
    static const jsonlog_rename renames[] = {{"a", "b"}, {"_aws", "x"}, {"c", "d"}};
    static const char *const excluded[] = {"a", "e"};
    for (int i = 0; i < FORMATTERS; i++) {
        jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
        options.line_max = i == 3 ? 2000 : 1 << 20;
        if (i == 1) {
            options.names = names;
            options.name_count = 1;
            options.spaced = true;
            options.ascii_only = true;
        } else if (i == 2) {
            options.rename = renames;
            options.rename_count = 3;
            options.exclude = excluded;
            options.exclude_count = 2;
            options.expand_dots = true;
            options.skip_underscored = true;
            options.omit_empty = true;
        }
        formatters[i] = jsonlog_json_formatter_new(&options, NULL);
    }
}

/* ---- random parts: mostly right, sometimes just over a limit ---- */

static const char alphabet[] = "abcdeABCDE0123._-/#:  \"\\\xC3\xA9\xEC\x9D\xB8\t";

static char *random_text(test_random *random, char *space, size_t most, size_t letters) {
    const size_t len = test_random_below(random, 40) == 0 ? most + test_random_below(random, 2)
                                                          : 1 + test_random_below(random, 6);
    for (size_t i = 0; i < len; i++)
        space[i] = alphabet[test_random_below(random, letters)];
    space[len] = '\0';
    return space;
}

/* Mostly plain ones. */
static size_t letters(test_random *random) {
    return test_random_below(random, 60) == 0 ? sizeof alphabet - 1 : 15;
}

static double random_double(test_random *random) {
    static const double special[] = {0, -0.0, 1e-300, 1e108, -1e108, 1e109, 1e308 * 10};
    if (test_random_below(random, 8) == 0)
        return special[test_random_below(random, 7)];
    return (double)(int64_t)test_random_next(random) / 1024;
}

static jsonlog_value random_number(test_random *random) {
    static double numbers[101];
    switch (test_random_below(random, 3)) {
    case 0: return jsonlog_from_int64((int64_t)test_random_next(random));
    case 1: return jsonlog_from_double(random_double(random));
    default: break;
    }
    const size_t count = test_random_below(random, 20) == 0 ? test_random_below(random, 2) * 101
                                                            : 1 + test_random_below(random, 100);
    for (size_t i = 0; i < count; i++)
        numbers[i] = (double)i / 8;
    return jsonlog_doubles(numbers, count);
}

static unsigned random_resolution(test_random *random) {
    static const unsigned resolutions[] = {0, 0, 0, 0, 1, 60, 60, 30};
    return resolutions[test_random_below(random, test_random_below(random, 20) == 0 ? 8 : 7)];
}

static void log_random(test_random *random) {
    static char names[DIMENSIONS + METRICS + PROPERTIES][NAME];
    static char texts[DIMENSIONS][1100];
    static char space[NAME];
    jsonlog_field dimensions[DIMENSIONS];
    jsonlog_field metrics[METRICS];
    jsonlog_field properties[PROPERTIES];
    uint64_t sets[4];
    jsonlog_metric_event event = JSONLOG_METRIC_EVENT_INIT;
    event.metric_namespace = random_text(random, space, 255, letters(random));
    event.dimension_count = test_random_below(random, test_random_below(random, 30) == 0 ? 60 : 6);
    event.metric_count = test_random_below(random, test_random_below(random, 30) == 0 ? 105 : 5);
    event.property_count = test_random_below(random, 4);
    size_t name = 0;
    for (size_t i = 0; i < event.dimension_count; i++)
        dimensions[i] = jsonlog_field_make(
            random_text(random, names[name++], 250, letters(random)),
            jsonlog_from_string(random_text(random, texts[i], 1024, letters(random))));
    for (size_t i = 0; i < event.metric_count; i++)
        metrics[i] = jsonlog_field_make(
            random_text(random, names[name++], 255, letters(random)),
            jsonlog_measured(random_number(random), (jsonlog_unit)test_random_below(random, 27),
                             random_resolution(random)));
    for (size_t i = 0; i < event.property_count; i++)
        properties[i] = jsonlog_field_make(random_text(random, names[name++], 255, letters(random)),
                                           jsonlog_from_string("property"));
    for (size_t i = 0; i < 4; i++)
        sets[i] = test_random_next(random) & ((UINT64_C(1) << event.dimension_count) - 1);
    event.dimensions = dimensions;
    event.metrics = metrics;
    event.properties = properties;
    event.sets = test_random_below(random, 2) == 0 ? sets : NULL;
    event.set_count = event.sets == NULL ? 0 : 1 + test_random_below(random, 4);
    jsonlog_handler_set_formatter(handler, formatters[test_random_below(random, FORMATTERS)]);
    jsonlog_metric_log(jsonlog_get("metrics"), &event, NULL);
}

/* 100 metrics of 100 values, 30 dimensions, every name and text as long as it may be. */
static void log_largest(void) {
    static char names[130][256];
    static char text[1025];
    static double numbers[100];
    jsonlog_field dimensions[30];
    jsonlog_field metrics[100];
    memset(names, 'n', sizeof names);
    memset(text, 't', sizeof text - 1);
    for (int i = 0; i < 100; i++)
        numbers[i] = -0x1.fffffffffffffp359;
    for (size_t i = 0; i < 130; i++) {
        const size_t len = i < 30 ? 250 : 255;
        names[i][0] = (char)('A' + i / 26);
        names[i][1] = (char)('A' + i % 26);
        names[i][len] = '\0';
        if (i < 30)
            dimensions[i] = jsonlog_field_make(names[i], jsonlog_from_string(text));
        else
            metrics[i - 30] = jsonlog_field_make(
                names[i], jsonlog_measured(jsonlog_doubles(numbers, 100),
                                           JSONLOG_UNIT_KILOBYTES_PER_SECOND, 60));
    }
    jsonlog_metric_event event = JSONLOG_METRIC_EVENT_INIT;
    event.metric_namespace = names[0];
    event.dimensions = dimensions;
    event.dimension_count = 30;
    event.metrics = metrics;
    event.metric_count = 100;
    jsonlog_handler_set_formatter(handler, formatters[0]);
    jsonlog_metric_log(jsonlog_get("metrics"), &event, NULL);
}

int main(void) {
    test_random random = {UINT64_C(0x2026112208074578)};
    handler = jsonlog_stream_handler_new(STDOUT_FILENO, NULL);
    jsonlog_handler *errors = jsonlog_stream_handler_new(STDERR_FILENO, NULL);
    jsonlog_logger_set_handlers(jsonlog_get("metrics"), &handler, 1);
    jsonlog_logger_set_propagate(jsonlog_get("metrics"), false);
    jsonlog_logger_set_handlers(jsonlog_root(), &errors, 1);
    make_formatters();
    log_largest();
    for (size_t i = test_effort(EVENTS); i > 0; i--)
        log_random(&random);
    for (int i = 0; i < FORMATTERS; i++)
        jsonlog_formatter_release(formatters[i]);
    jsonlog_handler_release(handler);
    jsonlog_handler_release(errors);
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    fprintf(stderr, "%llu refused, %llu over the cap\n", (unsigned long long)stats.lost_invalid,
            (unsigned long long)stats.lost_format);
    return 0;
}
