/**
 * jansson: a tree for each record, dumped compactly into a buffer of ours. Its texts are taken
 * unchecked (_nocheck), which spares it the UTF-8 validation.
 */
#include "iso_time.h"
#include "line_view.h"
#include "record.h"

#include <jansson.h>

static char memory[4096];

static void add_text(json_t *record, const char *key, const char *text) {
    json_object_set_new_nocheck(record, key, json_string_nocheck(text));
}

static void add_number(json_t *record, const char *key, int number) {
    json_object_set_new_nocheck(record, key, json_integer(number));
}

static json_t *begin_record(void) {
    char time_text[ISO_TIME_LEN + 1];
    iso_time(time_text);
    json_t *record = json_object();
    add_text(record, "timestamp", time_text);
    add_text(record, "logType", "ERROR");
    add_text(record, "logger", RECORD_LOGGER);
    return record;
}

static void add_call(json_t *record) {
    add_text(record, "errorMessage", RECORD_MESSAGE);
    add_text(record, "errorCode", RECORD_CODE);
    add_number(record, "userAge", RECORD_AGE);
    json_object_set_new_nocheck(record, "latencyMs", json_real(RECORD_LATENCY));
    json_object_set_new_nocheck(record, "ok", json_boolean(RECORD_OK));
}

static line_view end_record(json_t *record) {
    const size_t len = json_dumpb(record, memory, sizeof memory, JSON_COMPACT);
    json_decref(record);
    memory[len] = '\n';
    return (line_view){memory, len + 1};
}

static line_view format_record(void) {
    json_t *record = begin_record();
    add_call(record);
    return end_record(record);
}

#define ADD_TEXT(key, value)   add_text(record, key, value);
#define ADD_NUMBER(key, value) add_number(record, key, value);

static line_view format_bound(void) {
    json_t *record = begin_record();
    BOUND_TEXTS(ADD_TEXT)
    BOUND_NUMBERS(ADD_NUMBER)
    add_call(record);
    return end_record(record);
}

static line_view format_text(const char *text) {
    json_t *record = begin_record();
    add_call(record);
    add_text(record, "text", text);
    return end_record(record);
}

#include "text_cases.h"

int main(int argc, char **argv) {
    static const sample_case cases[] = {FORMAT_CASES, TEXT_CASES, WRITE_CASES, BUFFER_CASES};
    return sample_main(BENCH_PROGRAM, cases, sizeof cases / sizeof *cases, argc, argv);
}
