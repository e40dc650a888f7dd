/** spdlog on one thread, so with its sinks without a lock (_st). */
#include "spdlog_peer.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>

static spdlog::memory_buf_t kept;

static void log_disabled(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++) {
        logger->debug(CALL_FORMAT, CALL_VALUES);
        __asm__ volatile("" : : : "memory");
    }
}

/* Formats, and leaves the line where it is. */
class memory_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  protected:
    void sink_it_(const spdlog::details::log_msg &message) override {
        kept.clear();
        formatter_->format(message, kept);
    }
    void flush_() override {}
};

static void measure_off(const sample_options *options, sample *out) {
    log_to(std::make_shared<memory_sink>(), false);
    time_for(log_disabled, options->seconds, out);
}

static void measure_in_memory(const sample_options *options, sample *out, bool is_bound) {
    log_to(std::make_shared<memory_sink>(), is_bound);
    time_for(log_record, options->seconds, out);
    out->line = kept.data();
    out->line_len = kept.size();
}

static void measure_memory(const sample_options *options, sample *out) {
    measure_in_memory(options, out, false);
}

static void measure_bound(const sample_options *options, sample *out) {
    measure_in_memory(options, out, true);
}

static void measure_null(const sample_options *options, sample *out) {
    log_to(std::make_shared<spdlog::sinks::basic_file_sink_st>("/dev/null"), false);
    logger->flush_on(spdlog::level::trace); /* a write(2) for each record */
    time_for(log_record, options->seconds, out);
}

static void log_and_flush(uint64_t calls) {
    log_record(calls);
    logger->flush();
}

static void measure_in_file(const sample_options *options, sample *out, bool is_buffered) {
    log_to(std::make_shared<spdlog::sinks::basic_file_sink_st>(options->scratch, true), false);
    if (!is_buffered)
        logger->flush_on(spdlog::level::trace);
    time_calls(log_and_flush, FILE_RECORDS, out);
    logger.reset();
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
        {"off", measure_off},   {"memory", measure_memory}, {"memory-bound", measure_bound},
        {"null", measure_null}, {"file", measure_file},     {"buffered", measure_buffered}};
    return sample_main(BENCH_PROGRAM, cases, sizeof cases / sizeof *cases, argc, argv);
}
