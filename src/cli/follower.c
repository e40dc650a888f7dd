#include "cli/follower.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_other_head(const follower *file, int descriptor) {
    char head[FOLLOWER_HEAD_MAX];
    const ssize_t got = pread(descriptor, head, file->head_len, 0);
    return got >= 0 && ((size_t)got < file->head_len || memcmp(head, file->head, (size_t)got) != 0);
}

static bool is_replaced(const struct stat *open_file, const char *path) {
    struct stat named;
    if (stat(path, &named) != 0)
        return false;
    const bool is_same = named.st_ino == open_file->st_ino && named.st_dev == open_file->st_dev;
    return !is_same && named.st_size > 0;
}

follow_change follower_look(const follower *file, int descriptor, const char *path) {
    struct stat now;
    const off_t at = lseek(descriptor, 0, SEEK_CUR);
    if (at < 0 || fstat(descriptor, &now) != 0)
        return FOLLOW_NOTHING;
    if (now.st_size < at)
        return FOLLOW_EMPTIED;
    if (now.st_size > at)
        return has_other_head(file, descriptor) ? FOLLOW_EMPTIED : FOLLOW_GREW;
    return is_replaced(&now, path) ? FOLLOW_REPLACED : FOLLOW_NOTHING;
}

void follower_learn(follower *file, int descriptor) {
    if (file->head_len == FOLLOWER_HEAD_MAX)
        return;
    const ssize_t got = pread(descriptor, file->head, FOLLOWER_HEAD_MAX, 0);
    file->head_len = got > 0 ? (size_t)got : 0;
}
