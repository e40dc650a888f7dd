#include "handler/descriptor.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/** Looks at a growing file before it is taken for one in use, and the time between them: longer
 *  than any writer takes from page to page of one line. */
#define LOOKS_MAX   10
#define LOOK_GAP_NS 1000000L

/* @return a descriptor that can read the same file, or -1. */
static int open_to_read(int fd) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* Where the next write goes; -1 if that is not known. */
static off_t end_of(const jl_descriptor *out) {
    struct stat status;
    if (!out->is_append)
        return lseek(out->fd, 0, SEEK_CUR);
    return fstat(out->fd, &status) == 0 ? status.st_size : -1;
}

/* Looking for a hole changes nothing, but on most file systems it waits for the write that is under
 * way: what stands there without a newline after that will not be completed. It moves the offset,
 * which only a descriptor without O_APPEND writes at. */
static void await_writer(const jl_descriptor *out, int reader, off_t end) {
#ifdef SEEK_HOLE
    if (out->is_append || reader != out->fd)
        lseek(reader, end - 1, SEEK_HOLE);
#else
    (void)out, (void)reader, (void)end;
#endif
}

/* The kernel makes a long write visible page by page, so a file whose end moves is not torn: its
 * line is still coming. Only an end that stays where it is without a newline is. */
static bool is_torn(const jl_descriptor *out, int reader) {
    const struct timespec gap = {0, LOOK_GAP_NS};
    off_t before = -1;
    for (int look = 0; look < LOOKS_MAX; look++) {
        char last = '\n';
        off_t end = end_of(out);
        if (end <= 0 || pread(reader, &last, 1, end - 1) != 1 || last == '\n')
            return false;
        if (end == before)
            return true;
        before = end;
        nanosleep(&gap, NULL);
        await_writer(out, reader, end);
    }
    return false;
}

bool jl_descriptor_is_torn(const jl_descriptor *out) {
    if (!out->is_file)
        return false;
    bool is_readable = (fcntl(out->fd, F_GETFL) & O_ACCMODE) == O_RDWR;
    int reader = is_readable ? out->fd : open_to_read(out->fd);
    if (reader == -1)
        return false;
    bool torn = is_torn(out, reader);
    if (!is_readable)
        close(reader);
    return torn;
}
