#ifndef JL_BENCH_TARGETS_H
#define JL_BENCH_TARGETS_H
/**
 * Where records go: /dev/null, a fresh file opened with O_APPEND, a pipe that a child empties.
 */
#include "sample.h"

#include <sys/wait.h>

static inline int open_null(void) {
    const int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        bench_fail("/dev/null");
    return fd;
}

static inline int open_file(const sample_options *options) {
    if (options->scratch == NULL)
        bench_fail("SCRATCH");
    unlink(options->scratch);
    const int fd = open(options->scratch, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        bench_fail(options->scratch);
    return fd;
}

/* Counts the lines of a finished file and keeps its last one; then the file goes. */
static inline void check_file(const sample_options *options, sample *out) {
    static char block[1 << 16];
    static char last[4096];
    const int fd = open(options->scratch, O_RDONLY | O_CLOEXEC);
    uint64_t lines = 0;
    ssize_t got = 0;
    while ((got = read(fd, block, sizeof block)) > 0) {
        for (const char *at = block;
             (at = (const char *)memchr(at, '\n', (size_t)(block + got - at))); at++)
            lines++;
    }
    const off_t end = lseek(fd, 0, SEEK_END);
    const off_t from = end > (off_t)sizeof last ? end - (off_t)sizeof last : 0;
    got = pread(fd, last, sizeof last, from);
    close(fd);
    unlink(options->scratch);
    const char *begin = last;
    for (const char *at = last; got > 0 && at < last + got - 1; at++)
        begin = *at == '\n' ? at + 1 : begin;
    out->line = begin;
    out->line_len = got > 0 ? (size_t)(last + got - begin) : 0;
    snprintf(out->extra, sizeof out->extra, ",\"lines\":%llu", (unsigned long long)lines);
}

/* A child that reads and throws away, so that the cost of reading is in no figure but the waiting
 * of the writer. */
static inline int open_pipe(pid_t *reader) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        bench_fail("pipe");
    *reader = fork();
    if (*reader == 0) {
        static char block[1 << 16];
        close(ends[1]);
        while (read(ends[0], block, sizeof block) > 0)
            continue;
        _exit(0);
    }
    close(ends[0]);
    return ends[1];
}

#endif
