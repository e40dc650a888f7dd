/**
 * What many services do: one snprintf() a line. It escapes nothing and validates nothing; %.17g is
 * what it takes to lose no digit of a double.
 */
#include "iso_time.h"
#include "line_view.h"
#include "record.h"

#include <stdio.h>

static char memory[4096];

#define HEAD "{\"timestamp\":\"%s\",\"logType\":\"%s\",\"logger\":\"%s\","
#define TAIL                                                                           \
    "\"errorMessage\":\"%s\",\"errorCode\":\"%s\",\"userAge\":%d,\"latencyMs\":%.17g," \
    "\"ok\":%s"
#define HEAD_VALUES time_text, "ERROR", RECORD_LOGGER
#define TAIL_VALUES \
    RECORD_MESSAGE, RECORD_CODE, RECORD_AGE, RECORD_LATENCY, RECORD_OK ? "true" : "false"

static line_view format_record(void) {
    char time_text[ISO_TIME_LEN + 1];
    iso_time(time_text);
    const int len = snprintf(memory, sizeof memory, HEAD TAIL "}\n", HEAD_VALUES, TAIL_VALUES);
    return (line_view){memory, (size_t)len};
}

#define TEXT_FORMAT(key, value)   "\"" key "\":\"%s\","
#define NUMBER_FORMAT(key, value) "\"" key "\":%d,"
#define BOUND_VALUE(key, value)   value,

static line_view format_bound(void) {
    char time_text[ISO_TIME_LEN + 1];
    iso_time(time_text);
    const int len =
        snprintf(memory, sizeof memory,
                 HEAD BOUND_TEXTS(TEXT_FORMAT) BOUND_NUMBERS(NUMBER_FORMAT) TAIL "}\n", HEAD_VALUES,
                 BOUND_TEXTS(BOUND_VALUE) BOUND_NUMBERS(BOUND_VALUE) TAIL_VALUES);
    return (line_view){memory, (size_t)len};
}

#include "format_cases.h"

/* No long texts: it cannot escape. */
int main(int argc, char **argv) {
    static const sample_case cases[] = {FORMAT_CASES, WRITE_CASES, BUFFER_CASES};
    return sample_main(BENCH_PROGRAM, cases, sizeof cases / sizeof *cases, argc, argv);
}
