#include "handler/crash_line.h"

#include "base/clock.h"
#include "base/err.h"
#include "handler/safe_line.h"
#include "record/own_record.h"
#include "record/site.h"

#define FIELDS_MAX 32

/** What the end of the line takes at most, for which frames have to leave room. */
#define END_BYTES 128

/* ---- beforehand ---- */

static jl_text or_default(const char *text, jl_text fallback) {
    return text == NULL ? fallback : jl_text_of(text);
}

/* The keys of the four roles, in their order. */
static void role_keys(const jsonlog_crash_options *o, jl_text keys[4]) {
    keys[0] = or_default(o->timestamp_key, JL_TEXT("timestamp"));
    keys[1] = or_default(o->level_key, JL_TEXT("logType"));
    keys[2] = or_default(o->logger_key, JL_TEXT("logger"));
    keys[3] = or_default(o->message_key, JL_TEXT("errorMessage"));
}

static bool is_among(jl_text key, const jl_text *keys, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (jl_text_equal(key, keys[i]))
            return true;
    return false;
}

static jsonlog_status check_keys(const jsonlog_crash_options *o, jsonlog_err *err) {
    jl_text keys[4 + 7 + FIELDS_MAX] = {
        [4] = JL_TEXT("signal"), JL_TEXT("code"), JL_TEXT("thread"),   JL_TEXT("backtrace"),
        JL_TEXT("flushed"),      JL_TEXT("lost"), JL_TEXT("unflushed")};
    role_keys(o, keys);
    size_t count = 4 + 7;
    for (size_t i = 0; i < o->field_count; i++) {
        jl_field field;
        jl_field_set(&field, o->fields[i].key, o->fields[i].key_len, &o->fields[i].value);
        keys[count++] = field.key;
    }
    for (size_t i = 1; i < count; i++)
        if (is_among(keys[i], keys, i))
            return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                              "the FATAL line would have the key \"%.*s\" twice", (int)keys[i].len,
                              keys[i].ptr);
    return JSONLOG_OK;
}

/* The fields as the default formatter writes them, behind a message that nothing else looks like.
 */
static jsonlog_status append_fields(jl_safe_line *line, const jsonlog_crash_options *o,
                                    jl_own_record *own) {
    static const char message[] = "\"errorMessage\":\"-\"";
    jl_field fields[FIELDS_MAX];
    for (size_t i = 0; i < o->field_count; i++)
        jl_field_set(&fields[i], o->fields[i].key, o->fields[i].key_len, &o->fields[i].value);
    jl_own_record_init(own, JSONLOG_LEVEL_FATAL, "-", NULL);
    own->record.call = fields;
    own->record.call_count = (uint32_t)o->field_count;
    const jsonlog_status status = jl_own_record_format(own, jl_formatter_default());
    if (status != JSONLOG_OK)
        return status;
    const char *found = memmem(own->line.text, own->line.len, message, sizeof message - 1);
    if (found == NULL)
        return JSONLOG_E_UNSUPPORTED;
    const char *begin = found + sizeof message - 1;
    const char *end =
        own->line.text + own->line.len - 2; /* in front of the brace and the newline */
    jl_safe_append(line, (jl_text){begin, (size_t)(end - begin)});
    return JSONLOG_OK;
}

static void append_key(jl_safe_line *line, const char *before, jl_text key) {
    jl_safe_append(line, jl_text_of(before));
    jl_safe_append_escaped(line, key);
    jl_safe_append(line, JL_TEXT("\":\""));
}

static jl_text since(const jl_safe_line *line, size_t at) {
    return (jl_text){line->text + at, line->len - at};
}

static void render_roles(jl_crash_head *head, jl_safe_line *line, const jsonlog_crash_options *o) {
    jl_text keys[4];
    role_keys(o, keys);
    append_key(line, "{\"", keys[0]);
    head->before_time = since(line, 0);
    const size_t at = line->len;
    append_key(line, "\",\"", keys[1]);
    jl_safe_append_escaped(line, or_default(o->level_text, JL_TEXT("FATAL")));
    append_key(line, "\",\"", keys[2]);
    jl_safe_append_escaped(line, or_default(o->logger, JL_TEXT("jsonlog")));
    append_key(line, "\",\"", keys[3]);
    head->before_message = since(line, at);
}

jsonlog_status jl_crash_head_init(jl_crash_head *head, const jsonlog_crash_options *o,
                                  jsonlog_err *err) {
    if (o->field_count > FIELDS_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET, "more than %d fields",
                          FIELDS_MAX);
    jsonlog_status status = check_keys(o, err);
    if (status != JSONLOG_OK)
        return status;
    jl_safe_line line = {.text = head->text, .size = sizeof head->text};
    render_roles(head, &line, o);
    const size_t at = line.len;
    jl_safe_append(&line, JL_TEXT("\""));
    if (o->field_count > 0) {
        jl_own_record own;
        status = append_fields(&line, o, &own);
        jl_own_record_done(&own);
    }
    head->behind_message = since(&line, at);
    if (status != JSONLOG_OK)
        return jl_err_set(err, status, JSONLOG_NO_OFFSET, "the fields cannot be written");
    if (line.is_cut)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "names and fields take more than %d bytes", JSONLOG_CRASH_FIELDS_MAX);
    return JSONLOG_OK;
}

/* ---- in the handler ---- */

/* BUS_MCEERR_AO tells of a page that nobody has touched yet. */
bool jl_crash_is_fault(int signal, const siginfo_t *info) {
    if (signal == SIGABRT || info->si_code <= 0)
        return false;
#ifdef BUS_MCEERR_AO
    if (signal == SIGBUS && info->si_code == BUS_MCEERR_AO)
        return false;
#endif
    return true;
}

static void append_time(jl_safe_line *line, int64_t ns) {
    jl_civil civil;
    jl_civil_from_ns(ns, &civil);
    const struct {
        unsigned number, width;
        char behind;
    } parts[] = {
        {(unsigned)civil.year, 4, '-'},
        {civil.month, 2, '-'},
        {civil.day, 2, 'T'},
        {civil.hour, 2, ':'},
        {civil.minute, 2, ':'},
        {civil.second, 2, '.'},
        {civil.nanosecond / 1000000, 3, 'Z'},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        jl_safe_append_digits(line, parts[i].number, parts[i].width);
        jl_safe_append(line, (jl_text){&parts[i].behind, 1});
    }
}

static const char *name_of(int signal) {
    switch (signal) {
    case SIGSEGV: return "SIGSEGV";
    case SIGABRT: return "SIGABRT";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    default: return "SIGILL";
    }
}

/* With SI_KERNEL (an address that is none, on x86) the address in the siginfo is zero for unknown.
 */
static void append_message(jl_safe_line *line, int signal, const siginfo_t *info) {
    jl_safe_append(line, JL_TEXT("signal "));
    jl_safe_append_signed(line, signal);
    jl_safe_append(line, JL_TEXT(" ("));
    jl_safe_append(line, jl_text_of(name_of(signal)));
    if (!jl_crash_is_fault(signal, info)) {
        jl_safe_append(line, JL_TEXT(") sent by process "));
        jl_safe_append_signed(line, info->si_pid);
#ifdef SI_KERNEL
    } else if (info->si_code == SI_KERNEL) {
        jl_safe_append(line, JL_TEXT(") at an unknown address"));
#endif
    } else {
        jl_safe_append(line, JL_TEXT(") at address "));
        jl_safe_append_hex(line, (uintptr_t)info->si_addr);
    }
}

static void append_frame(jl_safe_line *line, uintptr_t address, const jl_module *module) {
    jl_safe_append(line, JL_TEXT("\""));
    jl_safe_append_hex(line, address);
    if (module != NULL) {
        jl_safe_append(line, JL_TEXT(" "));
        jl_safe_append_escaped(line, (jl_text){module->name, module->name_len});
        jl_safe_append(line, JL_TEXT("+"));
        jl_safe_append_hex(line, address - module->base);
    }
    jl_safe_append(line, JL_TEXT("\""));
}

/* A frame that does not fit ends the list. */
static void append_frames(jl_safe_line *line, const jl_crash_report *report,
                          const jl_modules *modules) {
    line->size -= END_BYTES;
    for (int i = 0; i < report->frame_count; i++) {
        const uintptr_t address = (uintptr_t)report->frames[i];
        const size_t at = line->len;
        jl_safe_append(line, i == 0 ? JL_TEXT("") : JL_TEXT(","));
        append_frame(line, address, jl_modules_find(modules, address));
        if (!line->is_cut)
            continue;
        line->len = at;
        line->is_cut = false;
        break;
    }
    line->size += END_BYTES;
}

static void append_number(jl_safe_line *line, jl_text key, uint64_t number) {
    jl_safe_append(line, key);
    jl_safe_append_unsigned(line, number);
}

size_t jl_crash_line(char out[JSONLOG_CRASH_LINE_MAX], const jl_crash_head *head,
                     const jl_crash_report *report, const jl_modules *modules) {
    jl_safe_line line = {.text = out, .size = JSONLOG_CRASH_LINE_MAX};
    jl_safe_append(&line, head->before_time);
    append_time(&line, report->time_ns);
    jl_safe_append(&line, head->before_message);
    append_message(&line, report->signal, report->info);
    jl_safe_append(&line, head->behind_message);
    append_number(&line, JL_TEXT(",\"signal\":"), (uint64_t)report->signal);
    jl_safe_append(&line, JL_TEXT(",\"code\":"));
    jl_safe_append_signed(&line, report->info->si_code);
    append_number(&line, JL_TEXT(",\"thread\":"), report->thread);
    jl_safe_append(&line, JL_TEXT(",\"backtrace\":["));
    append_frames(&line, report, modules);
    append_number(&line, JL_TEXT("],\"flushed\":"), report->rescue.flushed);
    append_number(&line, JL_TEXT(",\"lost\":"), report->rescue.lost);
    append_number(&line, JL_TEXT(",\"unflushed\":"), report->rescue.unflushed);
    jl_safe_append(&line, JL_TEXT("}\n"));
    return line.len;
}
