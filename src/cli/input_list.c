#include "cli/input_list.h"

#include "cli/byte_source.h"
#include "cli/tool.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool add_file(input_list *list, const char *path, const struct stat *status) {
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
        input_file *files = realloc(list->files, capacity * sizeof *files);
        if (files == NULL)
            return false;
        list->files = files;
        list->capacity = capacity;
    }
    input_file file = {strdup(path), 0};
    if (file.path == NULL)
        return false;
    if (status != NULL && S_ISREG(status->st_mode))
        file.size = (uint64_t)status->st_size;
    else
        list->is_sized = false;
    list->files[list->count++] = file;
    return true;
}

static int is_shown(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

/* By bytes: the order does not depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static char *join(const char *folder, const char *name) {
    const size_t len = strlen(folder);
    const char *slash = len > 0 && folder[len - 1] == '/' ? "" : "/";
    char *path = NULL;
    return asprintf(&path, "%s%s%s", folder, slash, name) < 0 ? NULL : path;
}

static bool add_folder(input_list *list, const char *folder);

/* Links are passed over as grep -r does: they lead to files that are met elsewhere, or in circles.
 */
static bool add_entry(input_list *list, const char *folder, const char *name) {
    char *path = join(folder, name);
    if (path == NULL)
        return false;
    struct stat status;
    bool has_memory = true;
    if (lstat(path, &status) != 0) {
        list->has_trouble = true;
        tool_error(path, strerror(errno));
    } else if (S_ISDIR(status.st_mode)) {
        has_memory = add_folder(list, path);
    } else if (S_ISREG(status.st_mode)) {
        has_memory = add_file(list, path, &status);
    }
    free(path);
    return has_memory;
}

/* As deep as a path can be long, which the system limits (PATH_MAX). */
static bool add_folder(input_list *list, const char *folder) {
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, is_shown, by_name);
    if (count < 0) {
        list->has_trouble = true;
        tool_error(folder, strerror(errno));
        return errno != ENOMEM;
    }
    bool has_memory = true;
    for (int i = 0; i < count; i++) {
        has_memory = has_memory && add_entry(list, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return has_memory;
}

/* A file that is missing stays in the list: who opens it says so in its turn. */
static bool add_path(input_list *list, const char *path) {
    struct stat status;
    const bool is_stdin = strcmp(path, SOURCE_STDIN) == 0;
    if (is_stdin || stat(path, &status) != 0)
        return add_file(list, path, NULL);
    if (!S_ISDIR(status.st_mode))
        return add_file(list, path, &status);
    list->is_plural = true;
    return add_folder(list, path);
}

bool input_list_init(input_list *list, char *const *paths, size_t count) {
    *list = (input_list){.is_plural = count > 1, .is_sized = true};
    bool has_memory = count > 0 || add_path(list, SOURCE_STDIN);
    for (size_t i = 0; has_memory && i < count; i++)
        has_memory = add_path(list, paths[i]);
    if (!has_memory) {
        tool_error("file names", strerror(ENOMEM));
        input_list_done(list);
    }
    return has_memory;
}

uint64_t input_list_size(const input_list *list) {
    uint64_t size = 0;
    for (size_t i = 0; i < list->count; i++)
        size += list->files[i].size;
    return size;
}

void input_list_done(input_list *list) {
    for (size_t i = 0; i < list->count; i++)
        free(list->files[i].path);
    free(list->files);
    *list = (input_list){0};
}
