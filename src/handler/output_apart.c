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
#include "handler/output.h"

#include "base/cancel.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/** Enough of a line to know it by: its time is in there. */
#define HEAD_MAX 255

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

/* What is read where the line should stand may be something else, if the file was cut or if another
 * process writes through the very same descriptor: then it is not known where the line stands. */
static bool is_behind_unfinished(jl_target *t, const char *bytes, size_t len, off_t at) {
    char found[1 + HEAD_MAX];
    const size_t head = len < HEAD_MAX ? len : HEAD_MAX;
    const int reader = at > 0 ? reader_of(t) : READER_NONE;
    return reader >= 0 && pread(reader, found, 1 + head, at - 1) == (ssize_t)(1 + head) &&
           found[0] != '\n' && memcmp(found + 1, bytes, head) == 0;
}

bool jl_output_is_behind_unfinished(const jl_output *o, jl_target *t, const char *bytes,
                                    size_t len) {
    if (!o->stands_apart || !t->out.is_append)
        return false;
    const off_t before = t->end;
    t->end = lseek(t->out.fd, 0, SEEK_CUR);
    const bool is_alone = before > 0 && t->end == before + (off_t)len;
    if (JSONLOG_LIKELY(is_alone))
        return false;
    const int state = jl_cancel_not();
    const bool is_behind = is_behind_unfinished(t, bytes, len, t->end - (off_t)len);
    jl_cancel_as_before(state);
    return is_behind;
}
