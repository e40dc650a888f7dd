/**
 * cJSON: a tree for each record, printed into a buffer of ours, which is the printer it documents
 * as the fastest. It adds keys and texts by reference where it can (…Reference, constant keys).
 */
#include "iso_time.h"
#include "line_view.h"
#include "record.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

static char memory[4096];

static void add_text(cJSON *record, const char *key, const char *text) {
    cJSON_AddItemToObjectCS(record, key, cJSON_CreateStringReference(text));
}

static void add_number(cJSON *record, const char *key, double number) {
    cJSON_AddItemToObjectCS(record, key, cJSON_CreateNumber(number));
}

static cJSON *begin_record(const char *time_text) {
    cJSON *record = cJSON_CreateObject();
    add_text(record, "timestamp", time_text);
    add_text(record, "logType", "ERROR");
    add_text(record, "logger", RECORD_LOGGER);
    return record;
}

static void add_call(cJSON *record) {
    add_text(record, "errorMessage", RECORD_MESSAGE);
    add_text(record, "errorCode", RECORD_CODE);
    add_number(record, "userAge", RECORD_AGE);
    add_number(record, "latencyMs", RECORD_LATENCY);
    cJSON_AddItemToObjectCS(record, "ok", cJSON_CreateBool(RECORD_OK));
}

static line_view end_record(cJSON *record) {
    if (!cJSON_PrintPreallocated(record, memory, sizeof memory, false))
        abort();
    cJSON_Delete(record);
    const size_t len = strlen(memory);
    memory[len] = '\n';
    return (line_view){memory, len + 1};
}

static line_view format_record(void) {
    char time_text[ISO_TIME_LEN + 1];
    iso_time(time_text);
    cJSON *record = begin_record(time_text);
    add_call(record);
    return end_record(record);
}

#define ADD_TEXT(key, value)   add_text(record, key, value);
#define ADD_NUMBER(key, value) add_number(record, key, value);

static line_view format_bound(void) {
    char time_text[ISO_TIME_LEN + 1];
    iso_time(time_text);
    cJSON *record = begin_record(time_text);
    BOUND_TEXTS(ADD_TEXT)
    BOUND_NUMBERS(ADD_NUMBER)
    add_call(record);
    return end_record(record);
}

static line_view format_text(const char *text) {
    char time_text[ISO_TIME_LEN + 1];
    iso_time(time_text);
    cJSON *record = begin_record(time_text);
    add_call(record);
    add_text(record, "text", text);
    return end_record(record);
}

#include "text_cases.h"

int main(int argc, char **argv) {
    static const sample_case cases[] = {FORMAT_CASES, TEXT_CASES, WRITE_CASES, BUFFER_CASES};
    return sample_main(BENCH_PROGRAM, cases, sizeof cases / sizeof *cases, argc, argv);
}
