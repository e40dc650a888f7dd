#include "record/lost_report.h"

#include "base/hash.h"
#include "record/handler_base.h"

#include <errno.h>
#include <stdio.h>

typedef struct reason_name {
    int reason;
    const char *name;
} reason_name;

/* What write(2), send(2) and their devices fail with; anything else is shown as its number. */
static const reason_name reason_names[] = {
    {JL_LOST_REFUSED, "refused"},
    {JL_LOST_NESTED, "nested"},
    {JL_LOST_FORMAT, "format"},
    {EAGAIN, "EAGAIN"},
    {EPIPE, "EPIPE"},
    {ENOSPC, "ENOSPC"},
    {EIO, "EIO"},
    {EDQUOT, "EDQUOT"},
    {EFBIG, "EFBIG"},
    {EBADF, "EBADF"},
    {EINVAL, "EINVAL"},
    {EPERM, "EPERM"},
    {EACCES, "EACCES"},
    {EROFS, "EROFS"},
    {ESTALE, "ESTALE"},
    {ENXIO, "ENXIO"},
    {EFAULT, "EFAULT"},
    {ENOMEM, "ENOMEM"},
    {ENOBUFS, "ENOBUFS"},
    {EMSGSIZE, "EMSGSIZE"},
    {ECONNRESET, "ECONNRESET"},
    {ECONNREFUSED, "ECONNREFUSED"},
    {EDESTADDRREQ, "EDESTADDRREQ"},
    {ENOTCONN, "ENOTCONN"},
    {EHOSTUNREACH, "EHOSTUNREACH"},
    {ENETUNREACH, "ENETUNREACH"},
    {ENETDOWN, "ENETDOWN"},
    {ETIMEDOUT, "ETIMEDOUT"},
};

static const char *name_of(int reason, char *space, size_t size) {
    for (size_t i = 0; i < sizeof reason_names / sizeof reason_names[0]; i++)
        if (reason_names[i].reason == reason)
            return reason_names[i].name;
    snprintf(space, size, "errno %d", reason);
    return space;
}

static jl_field field_of(jl_text key, const jsonlog_value *value) {
    return (jl_field){.key = key, .value = value, .hash = jl_hash(key), .key_is_plain = true};
}

static void fill_record(jl_lost_report *report, const jsonlog_line *next) {
    report->fields[0] = field_of(JL_TEXT("lost"), &report->values[0]);
    report->fields[1] = field_of(JL_TEXT("reason"), &report->values[1]);
    report->record = (jsonlog_record){
        .time_ns = next->time_ns,
        .level = JSONLOG_LEVEL_WARN,
        .logger = "jsonlog",
        .message = &report->message,
        .thread = next->record == NULL ? 0 : next->record->thread,
        .call = report->fields,
        .call_count = 2,
        .call_is_unique = true,
        .statics = next->record == NULL ? NULL : next->record->statics,
        .merged = report->merged,
    };
}

jsonlog_status jl_lost_report_init(jl_lost_report *report, const jsonlog_formatter *formatter,
                                   uint64_t lost, int reason, const jsonlog_line *next) {
    report->message = jsonlog_from_string("lines lost");
    report->values[0] = jsonlog_from_uint64(lost);
    report->values[1] = jsonlog_from_string(name_of(reason, report->reason, sizeof report->reason));
    fill_record(report, next);
    jl_buffer_init(&report->out, report->text, sizeof report->text,
                   formatter->line_max > sizeof report->text ? formatter->line_max
                                                             : sizeof report->text);
    jsonlog_status status = formatter->format(formatter, &report->record, &report->out);
    if (status == JSONLOG_OK)
        status = report->out.status;
    report->line = (jsonlog_line){.text = report->out.data,
                                  .len = report->out.len,
                                  .level = JSONLOG_LEVEL_WARN,
                                  .time_ns = next->time_ns,
                                  .record = &report->record};
    return status;
}

void jl_lost_report_done(jl_lost_report *report) {
    jl_buffer_done(&report->out);
}
