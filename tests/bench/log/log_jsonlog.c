/**
 * jsonlog, with its public API and its defaults: validated UTF-8, the exact clock, a line of one
 * JSON object. Built against the shared library, as services are.
 */
#include "jsonlog_peer.h"
#include "memory_handler.h"

static const char *case_text;

static void log_text(uint64_t calls) {
    const char *text = case_text;
    for (uint64_t i = 0; i < calls; i++)
        jsonlog_error(logger, RECORD_MESSAGE, "errorCode", RECORD_CODE, "userAge", RECORD_AGE,
                      "latencyMs", RECORD_LATENCY, "ok", jsonlog_bool(RECORD_OK), "text",
                      jsonlog_string(text, TEXT_BYTES));
}

/* Below the logger's level. The barrier keeps the compiler from reading the level only once. */
static void log_disabled(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++) {
        jsonlog_debug(logger, RECORD_MESSAGE, "errorCode", RECORD_CODE, "userAge", RECORD_AGE,
                      "latencyMs", RECORD_LATENCY, "ok", jsonlog_bool(RECORD_OK));
        __asm__ volatile("" : : : "memory");
    }
}

static jsonlog_logger *bind_ten(jsonlog_logger *to) {
    return jsonlog_with(to, "service", "payment-api", "version", "1.4.2", "environment",
                        "production", "region", "ap-northeast-2", "host",
                        "ip-10-0-3-17.ap-northeast-2.ec2.internal", "requestId", "r-7d1f0c52-0017",
                        "traceId", "4bf92f3577b34da6a3ce929d0e0e4736", "tenant", "acme", "pid",
                        4242, "retry", 0);
}

static void measure_off(const sample_options *options, sample *out) {
    log_to(memory_handler_new());
    time_for(log_disabled, options->seconds, out);
}

/* The library's buffer is not ours when a call has returned, so one more keeps its line. */
static void time_in_memory(sample_loop run, const sample_options *options, sample *out) {
    time_for(run, options->seconds, out);
    memory_line.copies = true;
    run(1);
    out->line = memory_line.text;
    out->line_len = memory_line.len;
}

static void measure_memory(const sample_options *options, sample *out) {
    log_to(memory_handler_new());
    time_in_memory(log_record, options, out);
}

static void measure_bound(const sample_options *options, sample *out) {
    log_to(memory_handler_new());
    logger = bind_ten(logger);
    time_in_memory(log_record, options, out);
    jsonlog_logger_free(logger);
}

static void measure_text(const sample_options *options, sample *out) {
    case_text = text_of_case(options->name);
    log_to(memory_handler_new());
    time_in_memory(log_text, options, out);
}

static void measure_null(const sample_options *options, sample *out) {
    log_to(stream_to(open_null(), false));
    time_for(log_record, options->seconds, out);
}

static void measure_pipe(const sample_options *options, sample *out) {
    pid_t reader = 0;
    log_to(stream_to(open_pipe(&reader), false));
    time_for(log_record, options->seconds, out);
    jsonlog_logger_set_handlers(logger, NULL, 0);
    waitpid(reader, NULL, 0);
}

static void measure_in_file(const sample_options *options, sample *out, bool is_buffered) {
    log_to(stream_to(open_file(options), is_buffered));
    time_calls(log_and_flush, FILE_RECORDS, out);
    jsonlog_logger_set_handlers(logger, NULL, 0);
    check_file(options, out);
}

static void measure_file(const sample_options *options, sample *out) {
    measure_in_file(options, out, false);
}

static void measure_buffered(const sample_options *options, sample *out) {
    measure_in_file(options, out, true);
}

int main(int argc, char **argv) {
    static const sample_case cases[] = {
        {"off", measure_off},           {"memory", measure_memory}, {"memory-bound", measure_bound},
        {"ascii", measure_text},        {"korean", measure_text},   {"escapes", measure_text},
        {"null", measure_null},         {"file", measure_file},     {"pipe", measure_pipe},
        {"buffered", measure_buffered},
    };
    return sample_main(BENCH_PROGRAM, cases, sizeof cases / sizeof *cases, argc, argv);
}
