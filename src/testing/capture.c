#include <jsonlog/capture.h>

#include "base/alloc.h"
#include "testing/capture_registry.h"

/* Enough for a test that logs without end to fail before it eats the machine. */
#define LIMIT_DEFAULT ((size_t)64 << 20)

static jsonlog_capture *new_capture(size_t limit_bytes) {
    jsonlog_capture *capture = jl_calloc(1, sizeof *capture);
    if (capture == NULL)
        return NULL;
    if (jl_capture_lines_init(&capture->lines, limit_bytes > 0 ? limit_bytes : LIMIT_DEFAULT) ==
        JSONLOG_OK)
        return capture;
    jl_free(capture);
    return NULL;
}

static void free_capture(jsonlog_capture *capture) {
    jsonlog_formatter_release(capture->formatter);
    jl_capture_lines_done(&capture->lines);
    jl_free(capture);
}

static jsonlog_capture *registered(jsonlog_capture *capture) {
    if (jl_capture_register(capture) == JSONLOG_OK)
        return capture;
    free_capture(capture);
    return NULL;
}

static bool is_valid(const jsonlog_capture_options *options) {
    return options->size == sizeof *options && options->level >= 0 &&
           options->level <= JSONLOG_LEVEL_OFF &&
           (options->scope == JSONLOG_CAPTURE_THREAD || options->scope == JSONLOG_CAPTURE_PROCESS);
}

jsonlog_capture *jsonlog_capture_start(const jsonlog_capture_options *options) {
    const jsonlog_capture_options defaults = JSONLOG_CAPTURE_OPTIONS_INIT;
    if (options == NULL)
        options = &defaults;
    if (!is_valid(options))
        return NULL;
    jsonlog_capture *capture = new_capture(options->limit_bytes);
    if (capture == NULL)
        return NULL;
    capture->is_live = true;
    capture->scope = options->scope;
    capture->level = options->level;
    capture->passes_through = options->passes_through;
    capture->formatter = jsonlog_formatter_retain(options->formatter);
    return registered(capture);
}

jsonlog_capture *jsonlog_capture_new(void) {
    jsonlog_capture *capture = new_capture(0);
    return capture == NULL ? NULL : registered(capture);
}

void jsonlog_capture_stop(jsonlog_capture *capture) {
    if (capture == NULL)
        return;
    jl_capture_unregister(capture);
    free_capture(capture);
}

static bool is_blank(jl_text line) {
    for (size_t i = 0; i < line.len; i++) {
        if (memchr(" \t\r\v\f", line.ptr[i], 5) == NULL)
            return false;
    }
    return true;
}

/* Takes the first line off the text. */
static jl_text take_line(jl_text *text) {
    const char *newline = memchr(text->ptr, '\n', text->len);
    jl_text line = {text->ptr, newline == NULL ? text->len : (size_t)(newline - text->ptr)};
    const size_t taken = line.len + (newline != NULL);
    *text = (jl_text){text->ptr + taken, text->len - taken};
    return line;
}

jsonlog_status jsonlog_capture_feed(jsonlog_capture *capture, const char *text, size_t len) {
    if (capture == NULL || (text == NULL && len > 0))
        return JSONLOG_E_INVALID;
    jsonlog_status first_failure = JSONLOG_OK;
    for (jl_text rest = {text, len}; rest.len > 0;) {
        const jl_text line = take_line(&rest);
        if (is_blank(line))
            continue;
        const jsonlog_status status = jl_capture_lines_append(&capture->lines, line, 0);
        if (first_failure == JSONLOG_OK)
            first_failure = status;
    }
    return first_failure;
}

void jsonlog_capture_clear(jsonlog_capture *capture) {
    if (capture != NULL)
        jl_capture_lines_clear(&capture->lines);
}

/* Reading takes the lock, which is part of what const promises not to change only in spirit. */
static jl_capture_lines *lines_of(const jsonlog_capture *capture) {
    union {
        const jsonlog_capture *read_only;
        jsonlog_capture *lockable;
    } same = {.read_only = capture};
    return &same.lockable->lines;
}

size_t jsonlog_capture_count(const jsonlog_capture *capture) {
    return capture == NULL ? 0 : jl_capture_lines_view(lines_of(capture)).count;
}

size_t jsonlog_capture_line(const jsonlog_capture *capture, size_t index, char *out,
                            size_t out_size) {
    if (capture != NULL)
        return jl_capture_lines_copy(lines_of(capture), index, out, out_size);
    if (out_size > 0)
        out[0] = '\0';
    return SIZE_MAX;
}
