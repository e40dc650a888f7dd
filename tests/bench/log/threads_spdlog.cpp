/**
 * spdlog with several threads: four that log into one file, and its async logger with its default
 * queue of 8,192 records, one thread, waiting for room.
 */
#include "spdlog_peer.hpp"
#include "latency.h"
#include "threads.h"

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>

using file_sink = spdlog::sinks::basic_file_sink_mt;

static void log_on_threads(uint64_t calls) {
    run_on_threads(log_record, calls);
    logger->flush();
}

static void measure_threads(const sample_options *options, sample *out, bool is_buffered) {
    log_to(std::make_shared<file_sink>(options->scratch, true), false);
    if (!is_buffered)
        logger->flush_on(spdlog::level::trace); /* a write(2) for each record */
    time_calls(log_on_threads, FILE_RECORDS, out);
    logger.reset();
    check_file(options, out);
}

static void measure_write(const sample_options *options, sample *out) {
    measure_threads(options, out, false);
}

static void measure_buffered(const sample_options *options, sample *out) {
    measure_threads(options, out, true);
}

static std::shared_ptr<spdlog::details::thread_pool> pool;

/* The thread of the pool inherits the core on which it is made. */
static void log_async_to(const char *path) {
    stay_on_core(0);
    pool = std::make_shared<spdlog::details::thread_pool>(8192, 1);
    stay_on_core(last_core());
    logger = std::make_shared<spdlog::async_logger>(RECORD_LOGGER,
                                                    std::make_shared<file_sink>(path, false), pool,
                                                    spdlog::async_overflow_policy::block);
    set_pattern(false);
}

/* The pool writes what is in its queue before it goes, and the sink what is in its buffer. */
static void log_and_drain(uint64_t calls) {
    log_record(calls);
    logger.reset();
    pool.reset();
}

static void measure_latency(const sample_options *, sample *out) {
    log_async_to("/dev/null");
    time_each(log_record, out);
    log_and_drain(0);
}

static void measure_drained_null(const sample_options *, sample *out) {
    log_async_to("/dev/null");
    time_calls(log_and_drain, FILE_RECORDS, out);
}

static void measure_drained_file(const sample_options *options, sample *out, bool is_buffered) {
    unlink(options->scratch);
    log_async_to(options->scratch);
    if (!is_buffered)
        logger->flush_on(spdlog::level::trace);
    time_calls(log_and_drain, FILE_RECORDS, out);
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
