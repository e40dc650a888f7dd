#include "handler/rotated_files.h"

#include "base/alloc.h"
#include "base/compat_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST_FIRST 16

/* ---- the list ---- */

static const char *base_of(const jl_rotated_place *place) {
    return strrchr(place->path, '/') + 1;
}

static jl_rotated_file *file_new(const jl_rotated_place *place, const char *name,
                                 const jl_rotated_name *parsed) {
    const size_t directory = (size_t)(base_of(place) - place->path);
    const size_t len = strlen(name);
    jl_rotated_file *file = jl_alloc(sizeof *file + directory + len + 1);
    if (file == NULL)
        return NULL;
    file->name = *parsed;
    memcpy(file->path, place->path, directory);
    memcpy(file->path + directory, name, len + 1);
    return file;
}

/* Take a name if it is ours. @return false without memory. */
static bool take_name(jl_rotated_list *list, const jl_rotated_place *place, const char *name) {
    jl_rotated_name parsed;
    struct stat status;
    if (!jl_rotated_name_parse(base_of(place), place->style, name, &parsed))
        return true;
    jl_rotated_file *file = file_new(place, name, &parsed);
    if (file == NULL)
        return false;
    if (lstat(file->path, &status) == -1 || !S_ISREG(status.st_mode)) {
        jl_free(file);
        return true;
    }
    file->inode = status.st_ino;
    file->device = status.st_dev;
    file->written_ns = jl_compat_written_ns(&status);
    list->files[list->count++] = file;
    return true;
}

static bool grow(jl_rotated_list *list, size_t *room) {
    if (list->count < *room)
        return true;
    const size_t more = *room == 0 ? LIST_FIRST : *room * 2;
    jl_rotated_file **files = jl_realloc(list->files, more * sizeof *files);
    if (files == NULL)
        return false;
    list->files = files;
    *room = more;
    return true;
}

static int compare(const void *left, const void *right) {
    const jl_rotated_file *a = *(jl_rotated_file *const *)left;
    const jl_rotated_file *b = *(jl_rotated_file *const *)right;
    if (a->name.is_part != b->name.is_part)
        return a->name.is_part ? 1 : -1;
    return jl_rotated_name_compare(&a->name, &b->name);
}

static DIR *open_directory(const jl_rotated_place *place) {
    const size_t len = (size_t)(base_of(place) - place->path);
    char *path = jl_strndup(place->path, len);
    DIR *directory = path == NULL ? NULL : opendir(path);
    jl_free(path);
    return directory;
}

bool jl_rotated_list_init(jl_rotated_list *list, const jl_rotated_place *place) {
    size_t room = 0;
    *list = (jl_rotated_list){NULL, 0};
    DIR *directory = open_directory(place);
    if (directory == NULL)
        return false;
    bool is_whole = true;
    for (struct dirent *entry; is_whole && (entry = readdir(directory)) != NULL;)
        is_whole = grow(list, &room) && take_name(list, place, entry->d_name);
    closedir(directory);
    if (!is_whole) {
        jl_rotated_list_done(list);
        return false;
    }
    if (list->count > 1)
        qsort(list->files, list->count, sizeof *list->files, compare);
    return true;
}

void jl_rotated_list_done(jl_rotated_list *list) {
    for (size_t i = 0; i < list->count; i++)
        jl_free(list->files[i]);
    jl_free(list->files);
    *list = (jl_rotated_list){NULL, 0};
}

/* ---- names that are taken ---- */

char *jl_rotated_path(const jl_rotated_place *place, const char *suffix) {
    const size_t head = strlen(place->path), tail = strlen(suffix);
    char *path = jl_alloc(head + tail + 1);
    if (path == NULL)
        return NULL;
    memcpy(path, place->path, head);
    memcpy(path + head, suffix, tail + 1);
    return path;
}

static char *path_of(const jl_rotated_place *place, jl_rotated_name name,
                     jsonlog_compression compression) {
    char suffix[JL_ROTATED_SUFFIX_SIZE];
    name.compression = compression;
    jl_rotated_name_suffix(&name, suffix);
    return jl_rotated_path(place, suffix);
}

typedef enum slot {
    SLOT_FREE,
    SLOT_OURS,    /* regular files only */
    SLOT_FOREIGN, /* a directory, a symlink: stays where it is */
    SLOT_ERROR,
} slot;

static slot look_at(const jl_rotated_place *place, jl_rotated_name name,
                    jsonlog_compression compression) {
    struct stat status;
    char *path = path_of(place, name, compression);
    if (path == NULL)
        return SLOT_ERROR;
    const int result = lstat(path, &status);
    jl_free(path);
    if (result == -1)
        return errno == ENOENT ? SLOT_FREE : SLOT_ERROR;
    return S_ISREG(status.st_mode) ? SLOT_OURS : SLOT_FOREIGN;
}

/* A name with all its compressed forms. */
static slot slot_of(const jl_rotated_place *place, jl_rotated_name name) {
    slot result = SLOT_FREE;
    for (int i = JSONLOG_COMPRESS_NONE; i <= JSONLOG_COMPRESS_ZSTD; i++) {
        const slot one = look_at(place, name, (jsonlog_compression)i);
        if (one > result)
            result = one;
    }
    return result;
}

/* ---- moving up ---- */

static int rename_one(const jl_rotated_place *place, jl_rotated_name from, jl_rotated_name to,
                      jsonlog_compression compression) {
    int result = -ENOMEM;
    char *old_path = path_of(place, from, compression);
    char *new_path = path_of(place, to, compression);
    if (old_path != NULL && new_path != NULL)
        result = jl_compat_rename_new(old_path, new_path);
    jl_free(old_path);
    jl_free(new_path);
    return result == -ENOENT ? 0 : -result;
}

static int rename_all_forms(const jl_rotated_place *place, unsigned from, unsigned to) {
    int error = 0;
    for (int i = JSONLOG_COMPRESS_NONE; i <= JSONLOG_COMPRESS_ZSTD && error == 0; i++)
        error = rename_one(place, (jl_rotated_name){.number = from},
                           (jl_rotated_name){.number = to}, (jsonlog_compression)i);
    return error;
}

/* Files move up to the first gap, from the far end, so that a crash in between leaves a gap and
 * nothing else. `*free_number` is then the lowest number that can be had. */
static int make_room(const jl_rotated_place *place, unsigned *free_number) {
    unsigned gap = 1;
    slot now = slot_of(place, (jl_rotated_name){.number = gap});
    while (now == SLOT_OURS || now == SLOT_FOREIGN) {
        if (gap++ == JL_ROTATED_NUMBER_MAX)
            return ENFILE;
        now = slot_of(place, (jl_rotated_name){.number = gap});
    }
    if (now == SLOT_ERROR)
        return EIO;
    for (unsigned number = gap - 1; number > 0; number--) {
        if (slot_of(place, (jl_rotated_name){.number = number}) != SLOT_OURS)
            continue;
        const int error = rename_all_forms(place, number, gap);
        if (error != 0)
            return error;
        gap = number;
    }
    *free_number = gap;
    return 0;
}

static int choose_name(const jl_rotated_place *place, int64_t written_s, jl_rotated_name *name) {
    *name = (jl_rotated_name){.number = 1};
    if (place->style == JSONLOG_NAME_NUMBER)
        return make_room(place, &name->number);
    jl_rotation_stamp(place->is_local, written_s, name->stamp);
    for (; name->number <= JL_ROTATED_NUMBER_MAX; name->number++) {
        const slot now = slot_of(place, *name);
        if (now == SLOT_FREE || now == SLOT_ERROR)
            return now == SLOT_FREE ? 0 : EIO;
    }
    return ENFILE;
}

int jl_rotated_put_aside(const jl_rotated_place *place, int64_t written_s, char **out) {
    jl_rotated_name name;
    int error = choose_name(place, written_s, &name);
    if (error != 0)
        return error;
    char *path = path_of(place, name, JSONLOG_COMPRESS_NONE);
    if (path == NULL)
        return ENOMEM;
    error = -jl_compat_rename_new(place->path, path);
    if (error == 0)
        *out = path;
    else
        jl_free(path);
    return error;
}

/* ---- claiming ---- */

/* Whoever writes to a log holds a shared lock on it, so an exclusive one means: nobody does. */
int jl_rotated_claim(const jl_rotated_file *file) {
    struct stat status;
    const int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd == -1)
        return -errno;
    int error = 0;
    if (fstat(fd, &status) == -1)
        error = errno;
    else if (status.st_ino != file->inode || status.st_dev != file->device)
        error = ESTALE;
    else if (flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK)
        error = EWOULDBLOCK; /* other failures: a file system without locks */
    if (error == 0)
        return fd;
    close(fd);
    return -error;
}
