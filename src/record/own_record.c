#include "record/own_record.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/thread.h"

#include <assert.h>

static uint64_t thread_of(const jsonlog_line *next) {
    if (next != NULL && next->record != NULL)
        return next->record->thread;
    const jl_thread *here = next == NULL ? jl_thread_peek() : NULL;
    return here == NULL ? 0 : here->id;
}

void jl_own_record_init(jl_own_record *own, int level, const char *message,
                        const jsonlog_line *next) {
    own->message = jsonlog_from_string(message);
    own->record = (jsonlog_record){
        .time_ns = next == NULL ? jl_clock_now_ns() : next->time_ns,
        .level = level,
        .logger = "jsonlog",
        .message = &own->message,
        .thread = thread_of(next),
        .call = own->fields,
        .call_is_unique = true,
        .statics = next == NULL || next->record == NULL ? NULL : next->record->statics,
        .merged = own->merged,
    };
    jl_buffer_init(&own->out, own->text, sizeof own->text, sizeof own->text);
    own->redaction = NULL;
    own->scratch = (jl_scratch)JL_SCRATCH_INIT;
}

void jl_own_record_add(jl_own_record *own, jl_text key, jsonlog_value value) {
    const uint32_t at = own->record.call_count++;
    assert(at < JL_OWN_FIELDS_MAX);
    own->values[at] = value;
    own->fields[at] = (jl_field){
        .key = key, .value = &own->values[at], .hash = jl_hash(key), .key_is_plain = true};
}

/* Static fields are not redacted yet, and a formatter adds its own. */
static void redact(jl_own_record *own) {
    own->redaction = jl_redaction_take();
    if (own->redaction == NULL)
        return;
    own->redactor = (jl_redactor){.set = own->redaction, .scratch = &own->scratch};
    own->record.redactor = &own->redactor;
    own->redaction->of_class->record(&own->redactor, &own->record);
}

jsonlog_status jl_own_record_format(jl_own_record *own, const jsonlog_formatter *formatter) {
    if (formatter->line_max > own->out.limit)
        own->out.limit = formatter->line_max;
    redact(own);
    jsonlog_status status = formatter->format(formatter, &own->record, &own->out);
    if (status == JSONLOG_OK)
        status = own->out.status;
    own->line = (jsonlog_line){.text = own->out.data,
                               .len = own->out.len,
                               .level = own->record.level,
                               .time_ns = own->record.time_ns,
                               .record = &own->record,
                               .flags = JSONLOG_LINE_REPORT};
    return status;
}

void jl_own_record_done(jl_own_record *own) {
    jl_buffer_done(&own->out);
    jl_scratch_done(&own->scratch);
    jsonlog_redaction_release(own->redaction);
}
