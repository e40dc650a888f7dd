#ifndef JL_BENCH_FORMAT_CASES_H
#define JL_BENCH_FORMAT_CASES_H
/**
 * The cases of a program that formats lines in memory: a JSON library, snprintf. Include it last:
 * it needs
 *
 *     static line_view format_record(void);            the record of record.h
 *     static line_view format_bound(void);             with the ten bound fields
 *
 * which it calls in loops of its own, directly, so that a compiler can inline them.
 */
#include "write_cases.h"

/* The compiler must believe that somebody reads the line. */
static inline void keep_line(line_view line) {
    __asm__ volatile("" : : "r"(line.text), "r"(line.len) : "memory");
}

static void record_to_memory(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++)
        keep_line(last_line = format_record());
}

static void bound_to_memory(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++)
        keep_line(last_line = format_bound());
}

static void measure_memory(const sample_options *options, sample *out) {
    time_for(record_to_memory, options->seconds, out);
    keep_last(out);
}

static void measure_bound(const sample_options *options, sample *out) {
    time_for(bound_to_memory, options->seconds, out);
    keep_last(out);
}

#define FORMAT_CASES                  \
    {"memory", measure_memory}, {     \
        "memory-bound", measure_bound \
    }

#endif
