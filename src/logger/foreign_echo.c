#include "logger/foreign_echo.h"

#include "json/escape.h"

/* A timestamp alone is longer. */
#define RECORD_ADDS 16

static bool stands_inside(jl_text line, const char *part, size_t len) {
    return len > 0 && line.len > len && memmem(line.ptr + 1, line.len - 1, part, len) != NULL;
}

static bool is_echo_of(jl_text line, bool is_cut, const jl_echo_line *former) {
    if (!is_cut && line.len < former->len + RECORD_ADDS)
        return false;
    return stands_inside(line, former->begin, former->begin_len) ||
           stands_inside(line, former->escaped, former->escaped_len);
}

static void remember(jl_echo *echo, jl_text line, unsigned depth) {
    jl_echo_line *slot = &echo->lines[echo->next++ % JL_ECHO_LINES];
    slot->begin_len = line.len < JL_ECHO_BYTES ? line.len : JL_ECHO_BYTES;
    memcpy(slot->begin, line.ptr, slot->begin_len);
    jl_buffer escaped;
    jl_buffer_init(&escaped, slot->escaped, sizeof slot->escaped, sizeof slot->escaped);
    jl_escape_append(&escaped, (jl_text){slot->begin, slot->begin_len}, 0, JL_ESCAPE_UNLIMITED);
    slot->escaped_len = escaped.len;
    slot->len = line.len;
    slot->depth = depth;
}

bool jl_echo_is_loop(jl_echo *echo, jl_text line, bool is_cut) {
    unsigned depth = 0;
    for (int i = 0; i < JL_ECHO_LINES; i++) {
        const jl_echo_line *former = &echo->lines[i];
        if (former->depth >= depth && is_echo_of(line, is_cut, former))
            depth = former->depth + 1;
    }
    if (depth >= JL_ECHO_DEPTH)
        return true;
    remember(echo, line, depth);
    return false;
}
