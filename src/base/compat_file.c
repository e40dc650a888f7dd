#include "base/compat_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <bsd/libutil.h>
#elif defined(__APPLE__)
#include <util.h>
#else
#include <libutil.h>
#endif

int jl_compat_lock_file(const char *path, mode_t mode) {
    int fd = 0;
    do
        fd = flopen(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
    while (fd == -1 && errno == EINTR);
    return fd == -1 ? -errno : fd;
}

/* Where neither the system nor the file system can refuse: look first, for what is there already.
 */
static int rename_looking(const char *from, const char *to) {
    struct stat status;
    if (lstat(to, &status) == 0)
        return -EEXIST;
    return rename(from, to) == 0 ? 0 : -errno;
}

int jl_compat_rename_new(const char *from, const char *to) {
    int result = -1;
    errno = ENOSYS;
#if defined(__linux__) && defined(RENAME_NOREPLACE)
    result = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
#elif defined(__APPLE__) && defined(RENAME_EXCL)
    result = renamex_np(from, to, RENAME_EXCL);
#endif
    if (result == 0)
        return 0;
    if (errno != ENOSYS && errno != EINVAL && errno != ENOTSUP)
        return -errno;
    return rename_looking(from, to);
}

int64_t jl_compat_written_ns(const struct stat *status) {
#ifdef __APPLE__
    const struct timespec at = status->st_mtimespec;
#else
    const struct timespec at = status->st_mtim;
#endif
    return (int64_t)at.tv_sec * INT64_C(1000000000) + (int64_t)at.tv_nsec;
}

void jl_compat_copy_times(int fd, const struct stat *from) {
#ifdef __APPLE__
    const struct timespec times[2] = {from->st_atimespec, from->st_mtimespec};
#else
    const struct timespec times[2] = {from->st_atim, from->st_mtim};
#endif
    futimens(fd, times);
}

const char *jl_compat_errno_text(int error) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 32))
    const char *text = strerrordesc_np(error);
#else
    const char *text = strerror(error);
#endif
    return text == NULL ? "unknown error" : text;
}
