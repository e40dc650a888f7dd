/**
 * What no logger can go below: the clock and the copy of a finished line, write(2), fwrite(3), an
 * empty loop. A logger has to read the clock, so the floor of formatting reads it too; the floors
 * of writing do nothing but write.
 */
#include "line_view.h"
#include "record.h"

static const char finished[] = FINISHED_LINE;

static line_view format_record(void) {
    return (line_view){finished, sizeof finished - 1};
}

#include "write_cases.h"

static char memory[2048];

static inline void copy_line(const char *line, size_t len) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    memcpy(memory, line, len);
    __asm__ volatile("" : : "r"(now.tv_nsec) : "memory");
}

static void copy_record(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++)
        copy_line(finished, sizeof finished - 1);
}

#define TEXT(key, value)   "\"" key "\":\"" value "\","
#define NUMBER(key, value) "\"" key "\":" #value ","
static const char finished_bound[] =
    FINISHED_HEAD BOUND_TEXTS(TEXT) BOUND_NUMBERS(NUMBER) FINISHED_TAIL;

static void copy_bound(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++)
        copy_line(finished_bound, sizeof finished_bound - 1);
}

static void do_nothing(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++)
        __asm__ volatile("" : : : "memory");
}

static void measure_off(const sample_options *options, sample *out) {
    time_for(do_nothing, options->seconds, out);
}

static void measure_memory(const sample_options *options, sample *out) {
    time_for(copy_record, options->seconds, out);
    out->line = memory;
    out->line_len = sizeof finished - 1;
}

static void measure_bound(const sample_options *options, sample *out) {
    time_for(copy_bound, options->seconds, out);
    out->line = memory;
    out->line_len = sizeof finished_bound - 1;
}

int main(int argc, char **argv) {
    static const sample_case cases[] = {{"off", measure_off},
                                        {"memory", measure_memory},
                                        {"memory-bound", measure_bound},
                                        WRITE_CASES,
                                        BUFFER_CASES};
    return sample_main(BENCH_PROGRAM, cases, sizeof cases / sizeof *cases, argc, argv);
}
