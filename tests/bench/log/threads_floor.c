/**
 * What no logger with threads can go below: four threads that write(2) a finished line each, and
 * the timer of the latencies round an empty call.
 */
#include "latency.h"
#include "record.h"
#include "targets.h"
#include "threads.h"

static const char finished[] = FINISHED_LINE;
static int target;

static void write_finished(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++)
        if (write(target, finished, sizeof finished - 1) < 0)
            bench_fail("write");
}

static void write_on_threads(uint64_t calls) {
    run_on_threads(write_finished, calls);
}

static void do_nothing(uint64_t calls) {
    __asm__ volatile("" : : "r"(calls) : "memory");
}

static void measure_write(const sample_options *options, sample *out) {
    target = open_file(options);
    time_calls(write_on_threads, FILE_RECORDS, out);
    close(target);
    check_file(options, out);
}

static void measure_latency(const sample_options *options, sample *out) {
    (void)options;
    stay_on_core(last_core());
    time_each(do_nothing, out);
}

/* write(2) on the caller's side, for comparison. */
static void measure_write_latency(const sample_options *options, sample *out) {
    (void)options;
    target = open_null();
    stay_on_core(last_core());
    time_each(write_finished, out);
}

int main(int argc, char **argv) {
    static const sample_case cases[] = {{"write", measure_write},
                                        {"latency", measure_latency},
                                        {"write-latency", measure_write_latency}};
    return sample_main(BENCH_PROGRAM, cases, sizeof cases / sizeof *cases, argc, argv);
}
