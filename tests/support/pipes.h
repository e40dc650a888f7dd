#ifndef TEST_PIPES_H
#define TEST_PIPES_H
/** Descriptors to write to, and what came out of them. Every helper fails the test if it cannot. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/** ends[0] reads, ends[1] writes; both in non-blocking mode if asked for. */
static inline void open_pipe(int ends[2], int flags) {
    assert_int_equal(pipe2(ends, flags), 0);
}

static inline void open_small_pipe(int ends[2]) {
    open_pipe(ends, O_NONBLOCK);
    assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
}

/** Everything that can be read now, NUL-terminated; @return its length. */
static inline size_t drain(int fd, char *out, size_t size) {
    size_t len = 0;
    while (len + 1 < size) {
        ssize_t n = read(fd, out + len, size - 1 - len);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    out[len] = '\0';
    return len;
}

/** A new file with this content, opened again with these flags; path receives its name. */
static inline int open_file(int flags, const char *content, char path[64]) {
    const char *directory = getenv("TMPDIR");
    snprintf(path, 64, "%.40s/jsonlog-XXXXXX", directory == NULL ? "/tmp" : directory);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    close(fd);
    fd = open(path, flags | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

/** The content of a file, NUL-terminated; the file is removed. */
static inline size_t take_file(const char *path, char *out, size_t size) {
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    size_t len = drain(fd, out, size);
    close(fd);
    unlink(path);
    return len;
}

static inline bool is_open(int fd) {
    return fcntl(fd, F_GETFD) != -1;
}

#endif
