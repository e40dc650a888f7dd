/* Log calls and formatting, each one call from Python with its values on a tape. */
#include "native.h"

size_t jlpy_write(const jsonlog_formatter *formatter, const char *bytes, size_t len,
                  unsigned marks_at, char *out, size_t out_size) {
    jlpy_tape tape;
    jsonlog_value value;
    jlpy_tape_init(&tape, bytes, len, marks_at);
    size_t status = jlpy_tape_read(&tape, &value);
    if (status == 0) {
        status = jsonlog_json_formatter_write(formatter, &value, out, out_size);
        status = status == 0 ? JLPY_FAILED : status;
    }
    jlpy_tape_done(&tape);
    return status;
}

/* The tape of a log call: a list of the message, which is text or None, and the fields. */
static size_t read_call(jlpy_tape *tape, jsonlog_value *message, jsonlog_value *fields) {
    jsonlog_value call;
    const size_t status = jlpy_tape_read(tape, &call);
    if (status != 0)
        return status;
    if (call.type != JSONLOG_TYPE_ARRAY || call.with.len != 2)
        return JLPY_SLOW;
    *message = call.as.values[0];
    *fields = call.as.values[1];
    const bool is_text = message->type == JSONLOG_TYPE_STRING || message->type == JSONLOG_TYPE_NULL;
    return is_text && fields->type == JSONLOG_TYPE_FIELDS ? 0 : JLPY_SLOW;
}

size_t jlpy_log(jsonlog_logger *logger, int level, const char *bytes, size_t len,
                unsigned marks_at) {
    jlpy_tape tape;
    jsonlog_value message, fields;
    jlpy_tape_init(&tape, bytes, len, marks_at);
    const size_t status = read_call(&tape, &message, &fields);
    if (status == 0)
        jsonlog_log_fields(logger, level, message.as.string, message.with.len, fields.as.fields,
                           fields.with.len);
    jlpy_tape_done(&tape);
    return status;
}

static size_t read_fields(jlpy_tape *tape, jsonlog_value *fields) {
    const size_t status = jlpy_tape_read(tape, fields);
    return status == 0 && fields->type != JSONLOG_TYPE_FIELDS ? JLPY_SLOW : status;
}

size_t jlpy_with(jsonlog_logger *logger, const char *bytes, size_t len, unsigned marks_at,
                 jsonlog_logger **out) {
    jlpy_tape tape;
    jsonlog_value fields;
    jlpy_tape_init(&tape, bytes, len, marks_at);
    size_t status = read_fields(&tape, &fields);
    if (status == 0) {
        *out = jsonlog_logger_with_fields(logger, fields.as.fields, fields.with.len);
        status = *out == NULL ? JLPY_FAILED : 0;
    }
    jlpy_tape_done(&tape);
    return status;
}

size_t jlpy_push(const char *bytes, size_t len, unsigned marks_at, uint64_t *scope) {
    jlpy_tape tape;
    jsonlog_value fields;
    jlpy_tape_init(&tape, bytes, len, marks_at);
    const size_t status = read_fields(&tape, &fields);
    if (status == 0)
        *scope = jsonlog_scope_push_fields(fields.as.fields, fields.with.len).id;
    jlpy_tape_done(&tape);
    return status;
}

void jlpy_pop(uint64_t scope) {
    jsonlog_scope_pop((jsonlog_scope){scope});
}

size_t jlpy_set_static(const char *bytes, size_t len, unsigned marks_at) {
    jlpy_tape tape;
    jsonlog_value fields;
    jlpy_tape_init(&tape, bytes, len, marks_at);
    size_t status = read_fields(&tape, &fields);
    if (status == 0 && jsonlog_set_static_fields(fields.as.fields, fields.with.len) != JSONLOG_OK)
        status = JLPY_FAILED;
    jlpy_tape_done(&tape);
    return status;
}

bool jlpy_enabled(const jsonlog_logger *logger, int level) {
    return jsonlog_enabled(logger, level);
}

/* ---- the clock of tests ---- */

static int64_t fixed_time_ns;

static int64_t read_fixed_time(void *context) {
    return __atomic_load_n((int64_t *)context, __ATOMIC_RELAXED);
}

void jlpy_set_time(bool is_fixed, int64_t time_ns) {
    __atomic_store_n(&fixed_time_ns, time_ns, __ATOMIC_RELAXED);
    jsonlog_set_clock(is_fixed ? read_fixed_time : NULL, &fixed_time_ns);
}
