#include "handler/fan_out.h"

#include "handler/inner_errno.h"

/* ---- holding them ---- */

static size_t place_of(const jl_fan *fan, const jsonlog_handler *handler) {
    size_t at = 0;
    while (at < fan->count && fan->handlers[at] != handler)
        at++;
    return at;
}

size_t jl_fan_add(jl_fan *fan, jsonlog_handler *handler) {
    const size_t at = place_of(fan, handler);
    if (at < fan->count)
        return at;
    jl_handler_adopt(handler);
    fan->handlers[fan->count++] = jsonlog_handler_retain(handler);
    return at;
}

bool jl_fan_init(jl_fan *fan, jsonlog_handler *const *handlers, size_t count) {
    fan->count = 0;
    if (handlers == NULL || count == 0 || count > JSONLOG_TEE_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (handlers[i] != NULL && jl_fan_add(fan, handlers[i]) == i)
            continue;
        jl_fan_done(fan);
        return false;
    }
    return true;
}

void jl_fan_done(jl_fan *fan) {
    for (size_t i = 0; i < fan->count; i++)
        jsonlog_handler_release(fan->handlers[i]);
    fan->count = 0;
}

/* ---- writing ---- */

/* What has become of one line. */
typedef struct fan_result {
    jsonlog_status status; /* of the first failure … */
    int error;             /* … and its errno */
    bool is_wanted;
} fan_result;

static void offer(jsonlog_handler *handler, const jsonlog_line *line, fan_result *result) {
    jsonlog_status status = JSONLOG_OK;
    const jl_handler_verdict verdict = jl_handler_offer(handler, line, &status);
    if (verdict == JL_HANDLER_DECLINES)
        return;
    result->is_wanted = true;
    if (JSONLOG_LIKELY(status == JSONLOG_OK) || result->status != JSONLOG_OK)
        return;
    result->status = status;
    result->error = verdict == JL_HANDLER_WANTS ? jl_inner_errno(handler, status) : 0;
}

/* @return those of the set that are left. */
static uint32_t offer_to_like(const jl_fan *fan, uint32_t set, const jsonlog_line *line,
                              fan_result *result) {
    const size_t first = (size_t)__builtin_ctz(set);
    const jsonlog_formatter *formatter = jl_handler_formatter(fan->handlers[first]);
    for (size_t at = first; at < fan->count; at++) {
        const uint32_t bit = UINT32_C(1) << at;
        const bool is_like = at == first || jl_handler_formatter(fan->handlers[at]) == formatter;
        if ((set & bit) == 0 || !is_like)
            continue;
        set &= ~bit;
        offer(fan->handlers[at], line, result);
    }
    return set;
}

/* Whoever counts the bytes of the line shall not find those of another handler's. */
static void forget_line(const jsonlog_record *record) {
    jl_buffer_clear(&record->line->text);
    record->line->formatter = NULL;
}

jsonlog_status jl_fan_write(const jl_fan *fan, uint32_t set, const jsonlog_line *line) {
    fan_result result = {JSONLOG_OK, 0, false};
    while (set != 0)
        set = offer_to_like(fan, set, line, &result);
    if (!result.is_wanted && line->text == NULL)
        forget_line(line->record);
    errno = result.error;
    return result.status;
}

/* ---- the rest ---- */

jsonlog_status jl_fan_flush(const jl_fan *fan) {
    jsonlog_status first = JSONLOG_OK;
    for (size_t i = 0; i < fan->count; i++) {
        const jsonlog_status status = jsonlog_handler_flush(fan->handlers[i]);
        if (first == JSONLOG_OK)
            first = status;
    }
    return first;
}

void jl_fan_after_fork(const jl_fan *fan) {
    for (size_t i = 0; i < fan->count; i++)
        jl_handler_after_fork(fan->handlers[i]);
}
