#include "logger/foreign_log.h"

#include "base/redirect.h"
#include "logger/emit.h"

#include <sys/uio.h>

static void count(uint64_t *counter) {
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

/* The end of a line that was cut may be the beginning of a secret, which redaction is to know. */
static void log_cut(const jl_foreign_log *log, const jl_foreign_line *line) {
    const jsonlog_field cut = jsonlog_field_make("cutBytes", jsonlog_from_uint64(line->cut));
    jsonlog_value message = jsonlog_string(line->text.ptr, line->text.len);
    message.flags |= (uint8_t)JSONLOG_VALUE_CUT;
    jl_log_call call = {.logger = jl_logger_of(log->logger),
                        .fields = &cut,
                        .count = 1,
                        .message = &message,
                        .level = log->level};
    if (jsonlog_enabled(log->logger, log->level))
        jl_emit(&call);
}

static void log_text(const jl_foreign_log *log, const jl_foreign_line *line) {
    if (line->cut > 0)
        log_cut(log, line);
    else
        jsonlog_log_fields(log->logger, log->level, line->text.ptr, line->text.len, NULL, 0);
}

static void log_member(const jl_foreign_log *log, jl_text json) {
    const jsonlog_field field = jsonlog_field_make("json", jsonlog_raw(json.ptr, json.len));
    jsonlog_log_fields(log->logger, log->level, NULL, 0, &field, 1);
}

static void log_object(jl_foreign_log *log, jl_text json) {
    jl_foreign_object *object = &log->object;
    if (log->json == JSONLOG_FOREIGN_JSON_MEMBER ||
        !jl_foreign_take_apart(json, log->space, object)) {
        log_member(log, json);
        return;
    }
    jsonlog_log_fields(log->logger, object->level != 0 ? object->level : log->level,
                       object->message.ptr, object->message.len, object->fields, object->count);
}

/* With one write, as it came. Its newline is part of it. */
static void pass_by(int descriptor, const jl_foreign_line *line) {
    static const char newline = '\n';
    const struct iovec parts[] = {
        {.iov_base = (void *)(uintptr_t)line->text.ptr, .iov_len = line->text.len},
        {.iov_base = (void *)(uintptr_t)&newline, .iov_len = 1},
    };
    const ssize_t unused = writev(jl_redirect_of(descriptor), parts, 2);
    (void)unused;
}

/* Only this process's own handlers can feed a capture its own records. */
static bool is_loop(jl_foreign_log *log, const jl_foreign_line *line) {
    const int redirected = __atomic_load_n(&log->redirected, __ATOMIC_ACQUIRE);
    if (redirected == -1 || !jl_echo_is_loop(&log->echo, line->text, line->cut > 0))
        return false;
    count(&log->echoes);
    pass_by(redirected, line);
    return true;
}

void jl_foreign_log_line(void *context, const jl_foreign_line *line) {
    jl_foreign_log *log = context;
    if (is_loop(log, line))
        return;
    count(&log->lines);
    if (line->cut > 0)
        count(&log->cut);
    if (line->cut > 0 || log->json == JSONLOG_FOREIGN_JSON_TEXT ||
        !jl_foreign_is_object(line->text)) {
        log_text(log, line);
        return;
    }
    count(&log->json_lines);
    log_object(log, line->text);
}
