#ifndef JL_BENCH_TEXT_CASES_H
#define JL_BENCH_TEXT_CASES_H
/**
 * The cases with a text of 1,000 bytes, for programs that can escape. Include it last: it needs
 * what format_cases.h needs, and
 *
 *     static line_view format_text(const char *text);  the record with "text" behind it
 */
#include "format_cases.h"

static const char *case_text;

static void text_to_memory(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++)
        keep_line(last_line = format_text(case_text));
}

static void measure_text(const sample_options *options, sample *out) {
    case_text = text_of_case(options->name);
    time_for(text_to_memory, options->seconds, out);
    keep_last(out);
}

#define TEXT_CASES                                       \
    {"ascii", measure_text}, {"korean", measure_text}, { \
        "escapes", measure_text                          \
    }

#endif
