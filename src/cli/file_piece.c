#include "cli/file_piece.h"

#include "cli/interrupt.h"
#include "cli/page_fit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Read behind a piece at once, for the end of its last line. */
enum { TAIL_SIZE = 8 * 1024 };

/* What has been read so far: the file from `from` on. */
typedef struct reading {
    file_piece *piece;
    int descriptor;
    off_t from;
    size_t shift; /* of what was read, in the piece's space */
    size_t got;
    bool is_at_end;
} reading;

static bool make_room(file_piece *piece, size_t size) {
    if (size <= piece->capacity)
        return true;
    size_t capacity = piece->capacity == 0 ? size : 2 * piece->capacity;
    if (capacity < size)
        capacity = size;
    char *space = realloc(piece->space, capacity);
    if (space == NULL)
        return false;
    piece->space = space;
    piece->capacity = capacity;
    return true;
}

static bool begin_reading(reading *r, file_piece *piece, int descriptor, off_t from) {
    const size_t usual = PAGE_FIT_SIZE + 1 + FILE_PIECE_SIZE + TAIL_SIZE;
    *r = (reading){.piece = piece, .descriptor = descriptor, .from = from};
    if (!make_room(piece, usual))
        return false;
    r->shift = page_fit(piece->space, (uint64_t)from);
    return true;
}

static const char *bytes_of(const reading *r) {
    return r->piece->space + r->shift;
}

/* Until `size` bytes are there or the file ends. A line may be too long to wait for after a signal.
 */
static bool read_up_to(reading *r, size_t size) {
    if (!make_room(r->piece, r->shift + size))
        return false;
    char *bytes = r->piece->space + r->shift;
    while (r->got < size && !r->is_at_end) {
        errno = EINTR;
        if (interrupt_came() != 0)
            return false;
        const ssize_t now =
            pread(r->descriptor, bytes + r->got, size - r->got, r->from + (off_t)r->got);
        if (now < 0 && errno != EINTR)
            return false;
        r->is_at_end = now == 0;
        r->got += now > 0 ? (size_t)now : 0;
    }
    return true;
}

static const char *behind_newline(const char *at, const char *end) {
    const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    return newline == NULL ? NULL : newline + 1;
}

/* Where the line ends that the byte before `limit` belongs to; of a long one, read on. */
static bool find_end(reading *r, size_t limit, size_t *end) {
    size_t seen = limit - 1;
    for (;;) {
        const char *bytes = bytes_of(r);
        const char *behind = behind_newline(bytes + seen, bytes + r->got);
        *end = behind == NULL ? r->got : (size_t)(behind - bytes);
        if (behind != NULL || r->is_at_end)
            return true;
        seen = r->got;
        if (!read_up_to(r, 2 * r->got))
            return false;
    }
}

/* The lines from `begin` on, the last of which begins before `limit`. After trouble: the whole
 * ones.
 */
static bool take_lines(reading *r, size_t begin, size_t limit, bool is_good) {
    size_t end = r->got;
    if (is_good && r->got >= limit)
        is_good = find_end(r, limit, &end);
    const char *lines = bytes_of(r) + begin;
    if (!is_good) {
        const char *last = memrchr(lines, '\n', r->got - begin);
        end = last == NULL ? begin : (size_t)(last + 1 - bytes_of(r));
    }
    r->piece->lines = lines;
    r->piece->len = end - begin;
    r->piece->is_at_end = is_good && r->is_at_end && end == r->got;
    return is_good;
}

uint64_t file_span_pieces(const file_span *span) {
    const uint64_t len = span->end > span->begin ? (uint64_t)(span->end - span->begin) : 0;
    return (len + FILE_PIECE_SIZE - 1) / FILE_PIECE_SIZE;
}

static size_t size_of_piece(const file_span *span, uint64_t number) {
    const uint64_t left = (uint64_t)(span->end - span->begin) - number * FILE_PIECE_SIZE;
    return left < FILE_PIECE_SIZE ? (size_t)left : FILE_PIECE_SIZE;
}

/* The byte before a piece tells whether a line begins with it. */
bool file_piece_read(file_piece *piece, const file_span *span, uint64_t number) {
    const size_t before = number > 0 ? 1 : 0;
    const off_t from = span->begin + (off_t)(number * FILE_PIECE_SIZE) - (off_t)before;
    const size_t limit = before + size_of_piece(span, number);
    reading r;
    piece->lines = "";
    piece->len = 0;
    piece->is_at_end = false;
    if (!begin_reading(&r, piece, span->descriptor, from))
        return false;
    const bool is_good = read_up_to(&r, limit + TAIL_SIZE);
    if (r.got <= before)
        return is_good;
    const char *bytes = bytes_of(&r);
    const char *first = number == 0 ? bytes : behind_newline(bytes, bytes + r.got);
    if (first == NULL || (size_t)(first - bytes) >= limit)
        return is_good;
    return take_lines(&r, (size_t)(first - bytes), limit, is_good);
}

void file_piece_done(file_piece *piece) {
    free(piece->space);
    *piece = (file_piece){0};
}
