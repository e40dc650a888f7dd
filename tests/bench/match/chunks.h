#ifndef JL_BENCH_CHUNKS_H
#define JL_BENCH_CHUNKS_H
/**
 * One sample of a program that filters: a file is read with read(2) in blocks that stay in the
 * cache, and whole lines are handed on, until the time is over; a file is always read to its end.
 * The same for all programs, so that what differs is how lines are judged.
 *
 *     usage: match_NAME MODE QUERY FILE SECONDS
 *
 * Prints one line of JSON; `wall_ns` and `cpu_ns` are those of a byte.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Behind the lines lie as many bytes that may be read, which simdjson asks for. */
enum { CHUNK_BYTES = 1 << 20, CHUNK_PADDING = 64 };

/* @return how many lines of [begin, end) are hits; each ends in a newline. */
typedef size_t (*count_lines)(const char *begin, const char *end);

typedef struct match_request {
    const char *mode;
    const char *query;
    const char *path;
    double seconds;
} match_request;

static inline void match_fail(const char *what) {
    perror(what);
    exit(2);
}

static inline bool match_read_arguments(int argc, char **argv, match_request *out) {
    if (argc != 5) {
        fprintf(stderr, "usage: %s MODE QUERY FILE SECONDS\n", argv[0]);
        return false;
    }
    out->mode = argv[1];
    out->query = argv[2];
    out->path = argv[3];
    out->seconds = atof(argv[4]);
    return true;
}

static inline double match_seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* One pass over the file. A line that a block cuts is moved to the front of the next one. */
static inline size_t count_in_file(int fd, count_lines count, uint64_t *bytes) {
    static char block[CHUNK_BYTES + CHUNK_PADDING];
    size_t kept = 0;
    size_t hits = 0;
    ssize_t got = 0;
    if (lseek(fd, 0, SEEK_SET) != 0)
        match_fail("lseek");
    while ((got = read(fd, block + kept, CHUNK_BYTES - kept)) > 0) {
        const size_t filled = kept + (size_t)got;
        const char *last = (const char *)memrchr(block, '\n', filled);
        *bytes += (uint64_t)got;
        if (last == NULL)
            match_fail("a line longer than a block");
        hits += count(block, last + 1);
        kept = filled - (size_t)(last + 1 - block);
        memmove(block, last + 1, kept);
    }
    return hits;
}

static inline int match_main(const char *program, const match_request *request, count_lines count) {
    const int fd = open(request->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        match_fail(request->path);
    uint64_t bytes = 0;
    size_t hits = 0;
    const double wall = match_seconds(CLOCK_MONOTONIC);
    const double cpu = match_seconds(CLOCK_PROCESS_CPUTIME_ID);
    double cpu_s = 0;
    do {
        hits = count_in_file(fd, count, &bytes);
        cpu_s = match_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    } while (cpu_s < request->seconds);
    const double wall_s = match_seconds(CLOCK_MONOTONIC) - wall;
    printf("{\"program\":\"%s %s\",\"hits\":%zu,\"bytes\":%llu,\"wall_ns\":%.6f,\"cpu_ns\":%.6f}\n",
           program, request->mode, hits, (unsigned long long)bytes, wall_s * 1e9 / (double)bytes,
           cpu_s * 1e9 / (double)bytes);
    close(fd);
    return 0;
}

/* For programs that judge line by line. `IS_HIT(line, len)` is called directly. */
#define DEFINE_COUNT_BY_LINE(NAME, IS_HIT)                                            \
    static size_t NAME(const char *begin, const char *end) {                          \
        size_t hits = 0;                                                              \
        for (const char *at = begin; at < end;) {                                     \
            const char *newline = (const char *)memchr(at, '\n', (size_t)(end - at)); \
            hits += IS_HIT(at, (size_t)(newline - at));                               \
            at = newline + 1;                                                         \
        }                                                                             \
        return hits;                                                                  \
    }

#endif
