/* The log call in C. */
#include "bench_cpp.h"

static jsonlog_status take(void *self, const jsonlog_line *line) {
    (void)self;
    __asm__ volatile("" : : "r"(line->text) : "memory");
    return JSONLOG_OK;
}

jsonlog_handler *bench_sink(void) {
    static const jsonlog_handler_class sink = {
        .size = sizeof sink, .name = "sink", .write = take, .is_concurrent = true};
    return jsonlog_handler_new(&sink, (void *)(uintptr_t)&sink);
}

void bench_c_macros(void *context, uint64_t times) {
    const bench_record *record = context;
    for (uint64_t i = 0; i < times; i++)
        jsonlog_error(record->logger, BENCH_MESSAGE, "errorCode", BENCH_CODE, "user", record->user,
                      "age", record->age, "latencyMs", record->latency_ms);
}

void bench_c_array(void *context, uint64_t times) {
    const bench_record *record = context;
    const char *roles[] = {"admin", "operations", "on call"};
    for (uint64_t i = 0; i < times; i++)
        jsonlog_error(record->logger, BENCH_MESSAGE, "errorCode", BENCH_CODE, "roles",
                      jsonlog_strings(roles, 3));
}
