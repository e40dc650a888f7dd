#include "base/compat_lock.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#if defined(__linux__) && defined(F_OFD_SETLK)

#include <sys/vfs.h>

/* On a network these locks are the server's, and flock() may be made of them. */
bool jl_compat_has_byte_locks(int fd) {
    static const unsigned local[] = {
        0xef53,     /* ext2, ext3, ext4 */
        0x58465342, /* XFS */
        0x9123683e, /* btrfs */
        0xf2f52010, /* F2FS */
        0x01021994, /* tmpfs */
        0x794c7630, /* overlayfs */
        0x2fc12fc1, /* ZFS */
        0x858458f6, /* ramfs */
    };
    struct statfs status;
    if (sizeof(off_t) < sizeof(int64_t) || fstatfs(fd, &status) == -1)
        return false;
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        if ((unsigned)status.f_type == local[i])
            return true;
    return false;
}

static bool control(int fd, int command, struct flock *lock) {
    lock->l_whence = SEEK_SET;
    return fcntl(fd, command, lock) == 0;
}

bool jl_compat_lock_byte(int fd, int64_t at) {
    struct flock lock = {.l_type = F_WRLCK, .l_start = (off_t)at, .l_len = 1};
    return control(fd, F_OFD_SETLK, &lock);
}

void jl_compat_unlock_byte(int fd, int64_t at) {
    struct flock lock = {.l_type = F_UNLCK, .l_start = (off_t)at, .l_len = 1};
    control(fd, F_OFD_SETLK, &lock);
}

bool jl_compat_is_byte_locked(int fd, int64_t from, int64_t count) {
    struct flock lock = {.l_type = F_WRLCK, .l_start = (off_t)from, .l_len = (off_t)count};
    return !control(fd, F_OFD_GETLK, &lock) || lock.l_type != F_UNLCK;
}

#else

bool jl_compat_has_byte_locks(int fd) {
    (void)fd;
    return false;
}

bool jl_compat_lock_byte(int fd, int64_t at) {
    (void)fd, (void)at;
    return false;
}

void jl_compat_unlock_byte(int fd, int64_t at) {
    (void)fd, (void)at;
}

bool jl_compat_is_byte_locked(int fd, int64_t from, int64_t count) {
    (void)fd, (void)from, (void)count;
    return true;
}

#endif
