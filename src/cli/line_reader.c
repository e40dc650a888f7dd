#include "cli/line_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Large enough that the cost of a read(2) vanishes, small enough to stay in the L2 cache. */
enum { READ_SIZE = 256 * 1024 };

bool line_reader_open(line_reader *reader, const char *path) {
    *reader = (line_reader){.descriptor = STDIN_FILENO};
    if (strcmp(path, "-") != 0)
        reader->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (reader->descriptor < 0)
        return false;
    struct stat status;
    if (fstat(reader->descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
        line_reader_close(reader);
        errno = EISDIR;
        return false;
    }
    return true;
}

/* Move what is left to the front and double the space only if a single line fills it. */
static bool make_room(line_reader *reader) {
    size_t kept = reader->end - reader->begin;
    if (reader->begin > 0) {
        memmove(reader->space, reader->space + reader->begin, kept);
        reader->scanned -= reader->begin;
        reader->begin = 0;
        reader->end = kept;
    }
    if (reader->capacity - kept >= READ_SIZE)
        return true;
    size_t capacity = reader->capacity == 0 ? 2 * READ_SIZE : reader->capacity * 2;
    char *space = realloc(reader->space, capacity);
    if (space == NULL)
        return false;
    reader->space = space;
    reader->capacity = capacity;
    return true;
}

static bool fill(line_reader *reader) {
    if (!make_room(reader))
        return false;
    ssize_t got = -1;
    do
        got = read(reader->descriptor, reader->space + reader->end, reader->capacity - reader->end);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return false;
    reader->end += (size_t)got;
    reader->is_at_end = got == 0;
    return true;
}

static line_result hand_out(line_reader *reader, size_t len, const char **line, size_t *line_len) {
    *line = reader->space + reader->begin;
    *line_len = len;
    reader->begin += len;
    return LINE_READ;
}

line_result line_reader_next(line_reader *reader, const char **line, size_t *len) {
    for (;;) {
        char *from = reader->space + reader->scanned;
        size_t unseen = reader->end - reader->scanned;
        char *newline = unseen == 0 ? NULL : memchr(from, '\n', unseen);
        if (newline != NULL) {
            hand_out(reader, (size_t)(newline - reader->space) - reader->begin, line, len);
            reader->begin++;
            reader->scanned = reader->begin;
            return LINE_READ;
        }
        reader->scanned = reader->end;
        if (reader->is_at_end && reader->begin == reader->end)
            return LINE_END;
        if (reader->is_at_end)
            return hand_out(reader, reader->end - reader->begin, line, len);
        if (!fill(reader))
            return LINE_ERROR;
    }
}

void line_reader_close(line_reader *reader) {
    if (reader->descriptor > STDIN_FILENO)
        close(reader->descriptor);
    free(reader->space);
    *reader = (line_reader){.descriptor = -1};
}
