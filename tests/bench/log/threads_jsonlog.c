/**
 * jsonlog with several threads: four that log into one file, and the async handler, formatting in
 * the caller, waiting for room as the peers do.
 */
#include "jsonlog_peer.h"
#include "latency.h"
#include "threads.h"

#include <jsonlog/async.h>

static void log_on_threads(uint64_t calls) {
    run_on_threads(log_record, calls);
    jsonlog_flush();
}

static void measure_threads(const sample_options *options, sample *out, bool is_buffered) {
    log_to(stream_to(open_file(options), is_buffered));
    time_calls(log_on_threads, FILE_RECORDS, out);
    jsonlog_logger_set_handlers(logger, NULL, 0);
    check_file(options, out);
}

static void measure_write(const sample_options *options, sample *out) {
    measure_threads(options, out, false);
}

static void measure_buffered(const sample_options *options, sample *out) {
    measure_threads(options, out, true);
}

/* The thread of the handler inherits the core on which it is made. */
static void log_async_to(jsonlog_handler *target) {
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.when_full = JSONLOG_ASYNC_BLOCK;
    stay_on_core(0);
    log_to(jsonlog_async_handler_new(target, &options));
    jsonlog_handler_release(target);
    stay_on_core(last_core());
}

static void measure_latency(const sample_options *options, sample *out) {
    (void)options;
    log_async_to(stream_to(open_null(), false));
    time_each(log_record, out);
    jsonlog_logger_set_handlers(logger, NULL, 0);
}

static void measure_drained_null(const sample_options *options, sample *out) {
    (void)options;
    log_async_to(stream_to(open_null(), false));
    time_calls(log_and_flush, FILE_RECORDS, out);
    jsonlog_logger_set_handlers(logger, NULL, 0);
}

static void measure_drained_file(const sample_options *options, sample *out, bool is_buffered) {
    log_async_to(stream_to(open_file(options), is_buffered));
    time_calls(log_and_flush, FILE_RECORDS, out);
    jsonlog_logger_set_handlers(logger, NULL, 0);
    check_file(options, out);
}

static void measure_drained_write(const sample_options *options, sample *out) {
    measure_drained_file(options, out, false);
}

static void measure_drained_buffered(const sample_options *options, sample *out) {
    measure_drained_file(options, out, true);
}

int main(int argc, char **argv) {
    static const sample_case cases[] = {
        {"write", measure_write},
        {"buffered", measure_buffered},
        {"latency", measure_latency},
        {"drained-null", measure_drained_null},
        {"drained-write", measure_drained_write},
        {"drained-buffered", measure_drained_buffered},
    };
    return sample_main(BENCH_PROGRAM, cases, sizeof cases / sizeof *cases, argc, argv);
}
