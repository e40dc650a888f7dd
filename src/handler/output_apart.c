/*
 * Lines of several processes in one file, when one of them is killed in the middle of a line.
 *
 * The kernel writes a line page by page and stops between two pages when the process is killed. Who
 * waits to append just then, appends behind the half of a line, and cannot know it before: so it is
 * looked at afterwards. As long as the end of the file is where this process left it, plus what it
 * has just written, nobody else has written; that is all there is to it in a file of one process.
 * Else the byte in front of the line is read back, and a line that does not stand alone is written
 * again.
 */
#include "base/alloc.h"
#include "handler/output.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/** Enough of a line to know it by: its time is in there. */
#define HEAD_MAX 255

/** How much may have followed a line that is looked for. */
#define FIND_MAX 65536

enum { READER_UNKNOWN = -1, READER_NONE = -2 };

/* Opened once another process is seen to write, and closed with the target. */
static int reader_of(jl_target *t) {
    char path[64];
    if (t->reader != READER_UNKNOWN)
        return t->reader;
    snprintf(path, sizeof path, "/proc/self/fd/%d", t->out.fd);
    t->reader = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (t->reader < 0)
        t->reader = READER_NONE;
    return t->reader;
}

/* What is read where the line should stand may be something else, if the file was cut or if
 * somebody has written through the very same descriptor since: then it is not known where the line
 * stands. */
static jl_place look_at(jl_target *t, const char *bytes, size_t len, off_t at) {
    char found[1 + HEAD_MAX];
    const size_t head = len < HEAD_MAX ? len : HEAD_MAX;
    if (at == 0)
        return JL_PLACE_OWN;
    const int reader = at > 0 ? reader_of(t) : READER_NONE;
    if (reader < 0 || pread(reader, found, 1 + head, at - 1) != (ssize_t)(1 + head) ||
        memcmp(found + 1, bytes, head) != 0)
        return JL_PLACE_UNKNOWN;
    return found[0] == '\n' ? JL_PLACE_OWN : JL_PLACE_BEHIND;
}

jl_place jl_output_place(const jl_output *o, jl_target *t, const char *bytes, size_t len) {
    if (!o->stands_apart || !t->out.is_append)
        return JL_PLACE_UNKNOWN;
    const off_t before = t->end;
    t->end = lseek(t->out.fd, 0, SEEK_CUR);
    const bool is_alone = before > 0 && t->end == before + (off_t)len;
    return is_alone ? JL_PLACE_OWN : look_at(t, bytes, len, t->end - (off_t)len);
}

/* The same text may stand there twice, or inside other text: then one that stands alone is taken to
 * be the one. */
static jl_place search(const char *text, size_t size, const char *bytes, size_t len) {
    jl_place place = JL_PLACE_UNKNOWN;
    const char *at = text + 1;
    while (place != JL_PLACE_OWN &&
           (at = memmem(at, size - (size_t)(at - text), bytes, len)) != NULL) {
        place = at[-1] == '\n' ? JL_PLACE_OWN : JL_PLACE_BEHIND;
        at++;
    }
    return place;
}

/* Only threads that write without the lock can have come in between. */
jl_place jl_output_find_place(const jl_output *o, jl_target *t, const char *bytes, size_t len) {
    const jl_place place = jl_output_place(o, t, bytes, len);
    if (place != JL_PLACE_UNKNOWN || t->alone_until_ns == 0 || t->end <= 0)
        return place;
    const off_t back = FIND_MAX + (off_t)len;
    const off_t from = t->end > back ? t->end - back : 0;
    const int reader = reader_of(t);
    char *text = reader < 0 ? NULL : jl_alloc((size_t)back);
    const ssize_t size = text == NULL ? 0 : pread(reader, text, (size_t)back, from);
    const jl_place found = size > 1
                               ? search(text, (size_t)size, bytes, len < HEAD_MAX ? len : HEAD_MAX)
                               : JL_PLACE_UNKNOWN;
    jl_free(text);
    return found;
}
