#ifndef TEST_WRITE_GATE_H
#define TEST_WRITE_GATE_H
/**
 * The system's write, as the library calls it for a plain file: it can be counted, held up, cut
 * short and refused. Only that to the one file that is watched. In one file of a program; include
 * CMocka first.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    ino_t file; /* 0: none */
    bool is_shut;
    int writes;
    void (*inside)(void); /* called once, from within the next write */
    size_t cut;           /* the next write of more bytes stops behind so many; 0: none does */
    bool is_full;         /* … and the one after it is refused */
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static inline bool is_log(int fd) {
    struct stat status;
    return gate.file != 0 && fstat(fd, &status) == 0 && status.st_ino == gate.file;
}

/* @return how many bytes may be written; 0: the disk is full. */
static inline size_t pass_gate(size_t len) {
    pthread_mutex_lock(&gate.lock);
    gate.writes++;
    pthread_cond_broadcast(&gate.moved);
    while (gate.is_shut)
        pthread_cond_wait(&gate.moved, &gate.lock);
    const bool is_cut = gate.cut > 0 && gate.cut < len;
    len = gate.is_full ? 0 : is_cut ? gate.cut : len;
    gate.is_full = is_cut;
    gate.cut = is_cut ? 0 : gate.cut;
    void (*inside)(void) = gate.inside;
    gate.inside = NULL;
    pthread_mutex_unlock(&gate.lock);
    if (inside != NULL)
        inside();
    return len;
}

/* What the library calls, past the cancellation points of the C library. */
long syscall(long number, ...);
long syscall(long number, ...) {
    long (*next)(long, ...) = NULL;
    *(void **)&next = dlsym(RTLD_NEXT, "syscall");
    long a[6];
    va_list list;
    const int count = number == SYS_write ? 3 : 6; /* more would be read from the caller's stack */
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        a[i] = i < count ? va_arg(list, long) : 0;
    va_end(list);
    if (number == SYS_write && is_log((int)a[0]) && a[2] > 0) {
        a[2] = (long)pass_gate((size_t)a[2]);
        errno = ENOSPC;
    }
    return number == SYS_write && a[2] == 0 ? -1 : next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static inline void shut_gate(void) {
    pthread_mutex_lock(&gate.lock);
    gate.is_shut = true;
    gate.writes = 0;
    pthread_mutex_unlock(&gate.lock);
}

static inline void cut_next(size_t bytes) {
    pthread_mutex_lock(&gate.lock);
    gate.cut = bytes;
    pthread_mutex_unlock(&gate.lock);
}

static inline void open_gate(void) {
    pthread_mutex_lock(&gate.lock);
    gate.is_shut = false;
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
}

/** Until somebody stands there. */
static inline void await_write(void) {
    pthread_mutex_lock(&gate.lock);
    while (gate.writes == 0)
        pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static inline int writes_so_far(void) {
    pthread_mutex_lock(&gate.lock);
    const int writes = gate.writes;
    pthread_mutex_unlock(&gate.lock);
    return writes;
}

static inline void watch(const char *path) {
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    gate.file = status.st_ino;
}

#endif
