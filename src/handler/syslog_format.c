#include "handler/syslog_format.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <errno.h>
#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)

#define COOKIE   JL_TEXT("@cee: ")
#define BOM      JL_TEXT("\xEF\xBB\xBF")
#define ELLIPSIS JL_TEXT("\xE2\x80\xA6")
#define NIL_DATA JL_TEXT("- ")

/* <191>1 2026-11-22T08:07:45.784123Z and <191>Nov 22 08:07:45 */
#define START_5424_MAX 34
#define START_3164_MAX 20

/* The digits of a process id may become more after a fork. */
#define PROCESS_DIGITS_MAX 10

unsigned jl_syslog_severity(int level) {
    if (level >= JSONLOG_LEVEL_FATAL)
        return 2;
    if (level >= JSONLOG_LEVEL_ERROR)
        return 3;
    if (level >= JSONLOG_LEVEL_WARN)
        return 4;
    return level >= JSONLOG_LEVEL_INFO ? 6 : 7;
}

/* ---- the header ---- */

static bool is_5424(const jl_syslog_form *form) {
    return form->format == JSONLOG_SYSLOG_RFC5424;
}

static void append_utc(jl_buffer *out, int64_t time_ns) {
    jl_civil at;
    jl_civil_from_ns(time_ns, &at);
    jl_buffer_append_format(out, "%04d-%02u-%02uT%02u:%02u:%02u.%06uZ", at.year, at.month, at.day,
                            at.hour, at.minute, at.second, at.nanosecond / 1000);
}

/* Names of months are English, whatever the locale. */
static void append_local_time(jl_buffer *out, int64_t time_ns) {
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const time_t seconds = (time_t)(time_ns / NS_PER_SECOND - (time_ns % NS_PER_SECOND < 0));
    struct tm at = {.tm_mday = 1};
    localtime_r(&seconds, &at);
    jl_buffer_append_format(out, "%s %2d %02d:%02d:%02d", months[at.tm_mon], at.tm_mday, at.tm_hour,
                            at.tm_min, at.tm_sec);
}

static void append_header(jl_buffer *out, const jl_syslog_form *form, const jsonlog_line *line) {
    jl_buffer_append_format(out, "<%u>", form->facility * 8 + jl_syslog_severity(line->level));
    if (is_5424(form)) {
        jl_buffer_append_text(out, JL_TEXT("1 "));
        append_utc(out, line->time_ns);
    } else {
        append_local_time(out, line->time_ns);
    }
    jl_buffer_append(out, form->origin, form->origin_len);
}

/* ---- structured data ---- */

/* @return the length of the element at the start of the text; 0 if there is no whole one. */
static size_t element_length(jl_text text) {
    bool is_quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\' && is_quoted)
            i++;
        else if (text.ptr[i] == '"')
            is_quoted = !is_quoted;
        else if (text.ptr[i] == ']' && !is_quoted)
            return i + 1;
    }
    return 0;
}

static bool begins_with_data(const jl_syslog_form *form, jl_text text) {
    const jl_text id = jl_text_of(form->data_id);
    return id.len > 0 && text.len > id.len + 1 && *text.ptr == '[' &&
           memcmp(text.ptr + 1, id.ptr, id.len) == 0 && text.ptr[id.len + 1] == ' ';
}

/* The formatter that writes structured data puts it in front of the line, with a blank behind it.
 * @return both. */
static jl_text take_data(const jl_syslog_form *form, jl_text *text) {
    const size_t len = begins_with_data(form, *text) ? element_length(*text) : 0;
    if (len == 0 || len == text->len || text->ptr[len] != ' ')
        return NIL_DATA;
    const jl_text data = {text->ptr, len + 1};
    text->ptr += len + 1;
    text->len -= len + 1;
    return data;
}

/* ---- the message ---- */

static bool is_control(char c) {
    return (unsigned char)c < 0x20;
}

static jl_text without_line_end(jl_text text) {
    while (text.len > 0 && is_control(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* What stands behind the header. */
typedef struct message_parts {
    jl_text data; /* with the blank behind it; empty in RFC 3164 */
    jl_text lead;
    jl_text cookie;
    jl_text text;
    bool is_cut;
} message_parts;

static message_parts parts_of(const jl_syslog_form *form, const jsonlog_line *line) {
    message_parts parts = {.text = without_line_end((jl_text){line->text, line->len})};
    if (is_5424(form))
        parts.data = take_data(form, &parts.text);
    if (form->has_bom && jl_utf8_valid_prefix(parts.text) == parts.text.len)
        parts.lead = BOM;
    if (form->has_cookie && parts.text.len > 0 && *parts.text.ptr == '{')
        parts.cookie = COOKIE;
    return parts;
}

/* JSON is never cut, and whatever ends like JSON may be some behind a prefix. */
static bool may_cut(jl_text text) {
    return text.len == 0 || text.ptr[text.len - 1] != '}';
}

/* Structured data goes first. @return false if the parts cannot be made to fit into `room`. */
static bool fit(message_parts *parts, size_t room) {
    const size_t beside = parts->lead.len + parts->cookie.len;
    if (parts->data.len + beside + parts->text.len > room && parts->data.len > 0)
        parts->data = NIL_DATA;
    const size_t fixed = parts->data.len + beside;
    if (fixed + parts->text.len <= room)
        return true;
    if (!may_cut(parts->text) || fixed + ELLIPSIS.len > room)
        return false;
    parts->text.len = jl_utf8_cut(parts->text, room - fixed - ELLIPSIS.len);
    parts->is_cut = true;
    return true;
}

/* Each control character becomes a blank: no receiver agrees with another on what else to do. */
static void append_message(jl_buffer *out, jl_text text) {
    const size_t start = out->len;
    jl_buffer_append_text(out, text);
    for (size_t i = start; i < out->len; i++)
        if (is_control(out->data[i]))
            out->data[i] = ' ';
}

jsonlog_status jl_syslog_append(jl_buffer *out, const jl_syslog_form *form,
                                const jsonlog_line *line) {
    const size_t start = out->len;
    message_parts parts = parts_of(form, line);
    append_header(out, form, line);
    const size_t header_len = out->len - start;
    if (header_len > form->message_max || !fit(&parts, form->message_max - header_len)) {
        errno = EMSGSIZE;
        return JSONLOG_E_LIMIT;
    }
    jl_buffer_append_text(out, parts.data);
    jl_buffer_append_text(out, parts.lead);
    jl_buffer_append_text(out, parts.cookie);
    append_message(out, parts.text);
    if (parts.is_cut)
        jl_buffer_append_text(out, ELLIPSIS);
    return out->status;
}

size_t jl_syslog_form_room(const jl_syslog_form *form) {
    size_t taken =
        form->origin_len + (form->has_cookie ? COOKIE.len : 0) + (form->has_bom ? BOM.len : 0);
    taken += is_5424(form) ? START_5424_MAX + NIL_DATA.len : START_3164_MAX;
    if (!form->has_own_procid)
        taken += PROCESS_DIGITS_MAX - strlen(form->procid);
    return form->message_max > taken ? form->message_max - taken : 0;
}
