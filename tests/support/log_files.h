#ifndef TEST_LOG_FILES_H
#define TEST_LOG_FILES_H
/** A directory for one test, and files in it. Every helper fails the test if it cannot. Include
 *  CMocka first. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char test_directory[64];

static inline int make_test_directory(void **state) {
    (void)state;
    const char *parent = getenv("TMPDIR");
    snprintf(test_directory, sizeof test_directory, "%.40s/jsonlog-XXXXXX",
             parent == NULL ? "/tmp" : parent);
    return mkdtemp(test_directory) == NULL ? -1 : 0;
}

static inline void remove_tree(const char *path) {
    char inner[512];
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(inner, sizeof inner, "%.250s/%.250s", path, entry->d_name);
        if (unlink(inner) == -1)
            remove_tree(inner);
    }
    if (directory != NULL)
        closedir(directory);
    rmdir(path);
}

static inline int remove_test_directory(void **state) {
    (void)state;
    remove_tree(test_directory);
    return 0;
}

/** The path of a name in the directory; eight of them live at a time. */
static inline const char *in_directory(const char *name) {
    static char paths[8][256];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, 256, "%s/%.180s", test_directory, name);
    return path;
}

static inline void make_file(const char *name, const char *content) {
    int fd = open(in_directory(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    close(fd);
}

static inline bool is_there(const char *name) {
    struct stat status;
    return lstat(in_directory(name), &status) == 0;
}

/** The content, NUL-terminated, good until the call after the next; "(none)" if there is no file.
 */
static inline const char *content_of(const char *name) {
    static char contents[2][1 << 24];
    static unsigned next;
    char *content = contents[next++ % 2];
    int fd = open(in_directory(name), O_RDONLY);
    if (fd < 0)
        return "(none)";
    size_t len = 0;
    for (ssize_t n; (n = read(fd, content + len, (1 << 24) - 1 - len)) > 0;)
        len += (size_t)n;
    content[len] = '\0';
    close(fd);
    assert_true(len < (1 << 24) - 1 && strlen(content) == len); /* all of it, and no hole */
    return content;
}

static inline mode_t mode_of(const char *name) {
    struct stat status;
    assert_int_equal(stat(in_directory(name), &status), 0);
    return status.st_mode & 07777;
}

/** How many names there are. */
static inline int count_names(void) {
    int count = -2; /* . and .. */
    DIR *directory = opendir(test_directory);
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

#endif
