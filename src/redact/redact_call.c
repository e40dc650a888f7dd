/* Callbacks: what they write is hidden while they write it. */
#include "format/value_writer.h"
#include "redact/redaction_set.h"

/* A callback with what its writer has to know. */
typedef struct guarded_call {
    jsonlog_call_fn fn;
    void *context;
    jl_redactor *redactor;
    jl_redact_place place;
} guarded_call;

static bool call_guarded(jsonlog_writer *writer, void *context) {
    const guarded_call *call = context;
    jl_redactor *redactor = call->redactor;
    const jl_scratch_mark mark = jl_scratch_mark_now(redactor->scratch);
    if (!jl_writer_guard(writer, redactor, &call->place))
        return false;
    const bool is_done = call->fn(writer, call->context);
    jl_scratch_return_to(redactor->scratch, mark);
    return is_done;
}

jl_redacted jl_redact_call(jl_redactor *redactor, const jl_redact_place *place,
                           jsonlog_value *value) {
    guarded_call *call = jl_scratch_take(redactor->scratch, sizeof *call);
    if (call == NULL) {
        *value = jsonlog_string(jl_set_of(redactor)->censor.ptr, jl_set_of(redactor)->censor.len);
        return JL_REDACT_CHANGED;
    }
    *call = (guarded_call){value->as.call, value->with.context, redactor, *place};
    *value = jsonlog_call(call_guarded, call);
    value->flags |= JL_VALUE_REDACTED;
    return JL_REDACT_CHANGED;
}
