#include "cli/line_reader.h"

#include "cli/page_fit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Large enough that the cost of a read(2) vanishes, small enough to stay in the L2 cache. */
enum { READ_SIZE = 512 * 1024 };

bool line_reader_open(line_reader *reader, const char *path) {
    *reader = (line_reader){0};
    return byte_source_open(&reader->source, path);
}

/* Put what is left in front, so that what is read behind it fits the file's pages. */
static void move_to_front(line_reader *reader) {
    const size_t kept = reader->end - reader->begin;
    const size_t front = page_fit(reader->space, reader->source.input.taken - kept);
    memmove(reader->space + front, reader->space + reader->begin, kept);
    reader->scanned = reader->scanned - reader->begin + front;
    reader->begin = reader->front = front;
    reader->end = front + kept;
}

static bool grow(line_reader *reader) {
    const size_t capacity = reader->capacity == 0 ? 2 * READ_SIZE : reader->capacity * 2;
    char *space = realloc(reader->space, capacity);
    if (space == NULL) {
        reader->source.why = NULL;
        errno = ENOMEM;
        return false;
    }
    reader->space = space;
    reader->capacity = capacity;
    return true;
}

/* A line of which nothing was handed out stays where it is; only if it fills the space, that is
 * doubled. */
static bool make_room(line_reader *reader) {
    if (reader->capacity == 0 && !grow(reader))
        return false;
    if (reader->begin > reader->front || reader->begin == reader->end)
        move_to_front(reader);
    return reader->capacity - reader->end >= READ_SIZE || grow(reader);
}

static bool fill(line_reader *reader) {
    if (!make_room(reader))
        return false;
    /* Whoever waits for this program's output sees all of it before the program waits itself. */
    if (reader->source.input.may_wait)
        fflush(stdout);
    reader->fills++;
    const ssize_t got = byte_source_read(&reader->source, reader->space + reader->end,
                                         reader->capacity - reader->end);
    if (got < 0)
        return false;
    reader->end += (size_t)got;
    reader->is_at_end = got == 0;
    return true;
}

static line_result hand_out(line_reader *reader, size_t len, size_t newline, const char **line,
                            size_t *line_len) {
    *line = reader->space + reader->begin;
    *line_len = len;
    reader->begin += len + newline;
    reader->delivered += len + newline;
    if (reader->scanned < reader->begin)
        reader->scanned = reader->begin;
    return LINE_READ;
}

line_result line_reader_next(line_reader *reader, const char **line, size_t *len) {
    for (;;) {
        const size_t unseen = reader->end - reader->scanned;
        const char *newline =
            unseen == 0 ? NULL : memchr(reader->space + reader->scanned, '\n', unseen);
        if (newline != NULL)
            return hand_out(reader, (size_t)(newline - reader->space) - reader->begin, 1, line,
                            len);
        reader->scanned = reader->end;
        if (reader->is_at_end && (reader->begin == reader->end || reader->keeps_tail))
            return LINE_END;
        if (reader->is_at_end)
            return hand_out(reader, reader->end - reader->begin, 0, line, len);
        if (!fill(reader))
            return LINE_ERROR;
    }
}

/* Behind the last newline that was read, or NULL. `scanned` is for the next call to begin at. */
static const char *last_newline(line_reader *reader) {
    const size_t unseen = reader->end - reader->scanned;
    const char *newline =
        unseen == 0 ? NULL : memrchr(reader->space + reader->scanned, '\n', unseen);
    reader->scanned = reader->end;
    return newline;
}

line_result line_reader_next_all(line_reader *reader, const char **lines, size_t *len) {
    for (;;) {
        const char *newline = last_newline(reader);
        if (newline != NULL)
            return hand_out(reader, (size_t)(newline + 1 - reader->space) - reader->begin, 0, lines,
                            len);
        if (reader->is_at_end && (reader->begin == reader->end || reader->keeps_tail))
            return LINE_END;
        if (reader->is_at_end)
            return hand_out(reader, reader->end - reader->begin, 0, lines, len);
        if (!fill(reader))
            return LINE_ERROR;
    }
}

void line_reader_resume(line_reader *reader) {
    reader->is_at_end = false;
}

void line_reader_close(line_reader *reader) {
    byte_source_close(&reader->source);
    free(reader->space);
    reader->space = NULL;
}
