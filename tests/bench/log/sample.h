#ifndef JL_BENCH_SAMPLE_H
#define JL_BENCH_SAMPLE_H
/**
 * One sample: a program runs one case once and prints it as one line of JSON. Rounds, medians and
 * ratios are the driver's (bench.py), which runs the programs in turn. Included by C and by C++.
 *
 *     usage: log_NAME CASE SECONDS [SCRATCH]     one sample, of about SECONDS
 *            log_NAME --cases                    the cases the program has, one a line
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Files grow while they are measured, so their length is fixed: about 80 MB. */
enum { FILE_RECORDS = 400000 };

typedef struct sample_options {
    const char *program;
    const char *name; /* of the case */
    double seconds;
    const char *scratch; /* the file a case may write; it is removed afterwards */
} sample_options;

/* What was measured; `calls` of 0 means a rate is meaningless and `extra` holds the figures. */
typedef struct sample {
    uint64_t calls;
    double wall_s;
    double cpu_s;     /* user and system time of all threads */
    const char *line; /* the last line written, to be compared between programs; may be NULL */
    size_t line_len;
    char extra[256]; /* more members of the JSON object, each with a comma in front */
} sample;

typedef void (*sample_loop)(uint64_t calls);

static inline void bench_fail(const char *what) {
    perror(what);
    exit(2);
}

static inline double clock_seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline void time_calls(sample_loop run, uint64_t calls, sample *out) {
    const double wall = clock_seconds(CLOCK_MONOTONIC);
    const double cpu = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    run(calls);
    out->cpu_s = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    out->wall_s = clock_seconds(CLOCK_MONOTONIC) - wall;
    out->calls = calls;
}

/* Doubles the calls until they take an eighth of the time asked for, which also warms everything
 * up, then measures once. */
static inline void time_for(sample_loop run, double seconds, sample *out) {
    uint64_t calls = 16;
    do {
        calls *= 2;
        time_calls(run, calls, out);
    } while (out->cpu_s < seconds / 8);
    time_calls(run, (uint64_t)((double)calls * seconds / out->cpu_s) + 1, out);
}

static inline void print_json_text(const char *text, size_t len) {
    putchar('"');
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\' || c < ' ')
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static inline void print_sample(const sample_options *options, const sample *s) {
    printf("{\"program\":\"%s\",\"case\":\"%s\"", options->program, options->name);
    if (s->calls > 0)
        printf(",\"calls\":%llu,\"wall_ns\":%.3f,\"cpu_ns\":%.3f", (unsigned long long)s->calls,
               s->wall_s * 1e9 / (double)s->calls, s->cpu_s * 1e9 / (double)s->calls);
    fputs(s->extra, stdout);
    if (s->line != NULL) {
        fputs(",\"line\":", stdout);
        print_json_text(s->line, s->line_len);
    }
    puts("}");
}

/* A case of a program: measures itself. */
typedef struct sample_case {
    const char *name;
    void (*measure)(const sample_options *options, sample *out);
} sample_case;

static inline int list_cases(const sample_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++)
        puts(cases[i].name);
    return 0;
}

static inline int sample_main(const char *program, const sample_case *cases, size_t count, int argc,
                              char **argv) {
    if (argc == 2 && strcmp(argv[1], "--cases") == 0)
        return list_cases(cases, count);
    sample_options options = {program, "", 0, NULL};
    if (argc >= 3) {
        options.name = argv[1];
        options.seconds = atof(argv[2]);
        options.scratch = argc > 3 ? argv[3] : NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(cases[i].name, options.name) == 0) {
            sample out;
            memset(&out, 0, sizeof out);
            cases[i].measure(&options, &out);
            print_sample(&options, &out);
            return 0;
        }
    }
    fprintf(stderr, "usage: %s CASE SECONDS [SCRATCH]; %s --cases\n", argv[0], argv[0]);
    return 2;
}

#endif
