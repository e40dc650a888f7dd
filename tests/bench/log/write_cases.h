#ifndef JL_BENCH_WRITE_CASES_H
#define JL_BENCH_WRITE_CASES_H
/**
 * The cases of a program that makes its lines itself and hands them to write(2) or fwrite(3).
 * Include it last: it needs
 *
 *     static line_view format_record(void);            the record of record.h
 *
 * which it calls in loops of its own, directly, so that a compiler can inline it.
 */
#include "line_view.h"
#include "record.h"
#include "targets.h"

static int target;
static FILE *stream;
static line_view last_line;

static void record_to_descriptor(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++) {
        last_line = format_record();
        if (write(target, last_line.text, last_line.len) != (ssize_t)last_line.len)
            bench_fail("write");
    }
}

static void record_to_stream(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++) {
        last_line = format_record();
        if (fwrite(last_line.text, 1, last_line.len, stream) != last_line.len)
            bench_fail("fwrite");
    }
    fflush(stream);
}

static void keep_last(sample *out) {
    out->line = last_line.text;
    out->line_len = last_line.len;
}

static void measure_null(const sample_options *options, sample *out) {
    target = open_null();
    time_for(record_to_descriptor, options->seconds, out);
    keep_last(out);
}

static void measure_file(const sample_options *options, sample *out) {
    target = open_file(options);
    time_calls(record_to_descriptor, FILE_RECORDS, out);
    check_file(options, out);
}

static void measure_pipe(const sample_options *options, sample *out) {
    pid_t reader = 0;
    target = open_pipe(&reader);
    time_for(record_to_descriptor, options->seconds, out);
    keep_last(out);
    close(target);
    waitpid(reader, NULL, 0);
}

static void buffer_stream(const sample_options *options, sample *out, size_t bytes) {
    stream = fdopen(open_file(options), "a");
    if (bytes > 0)
        setvbuf(stream, (char *)malloc(bytes), _IOFBF, bytes);
    time_calls(record_to_stream, FILE_RECORDS, out);
    fclose(stream);
    check_file(options, out);
}

/* stdio as it comes: 4 KiB. */
static void measure_buffered(const sample_options *options, sample *out) {
    buffer_stream(options, out, 0);
}

static void measure_buffered_64k(const sample_options *options, sample *out) {
    buffer_stream(options, out, 1 << 16);
}

#define WRITE_CASES                                   \
    {"null", measure_null}, {"file", measure_file}, { \
        "pipe", measure_pipe                          \
    }
#define BUFFER_CASES                         \
    {"buffered", measure_buffered}, {        \
        "buffered-64k", measure_buffered_64k \
    }

#endif
