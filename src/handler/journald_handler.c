/* The systemd journal, through libsystemd.so.0. */
#include <jsonlog/journald.h>

#include "base/alloc.h"
#include "base/compat.h"
#include "base/compat_file.h"
#include "base/err.h"
#include "handler/syslog_format.h"
#include "record/handler_base.h"
#include "record/journal_entry.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

/* Where libsystemd sends to; it is fixed there. */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

#define IDENTIFIER_MAX 255

/* What the handler adds to an entry. */
enum { PART_IDENTIFIER, PART_PRIORITY, OWN_PARTS };

/* sd_journal_sendv(): 0 or a negative errno. */
typedef int (*send_fn)(const struct iovec *parts, int count);

typedef struct journald {
    send_fn send;
    jl_buffer message;   /* MESSAGE= and a line of another formatter */
    bool is_making_line; /* atomic, for the child of a fork: the message may be growing */
    char identifier[sizeof "SYSLOG_IDENTIFIER=" + IDENTIFIER_MAX];
    char priority[sizeof "PRIORITY=7"];
    struct iovec parts[OWN_PARTS + JL_JOURNAL_FIELDS_MAX];
} journald;

static struct iovec part_of(jl_text text) {
    return (struct iovec){.iov_base = (void *)(uintptr_t)text.ptr, .iov_len = text.len};
}

/* ---- one entry ---- */

/* @return how many parts there are with the fields of the line; 0 if it is no entry. */
static size_t take_entry(journald *j, jl_text line) {
    size_t count = OWN_PARTS;
    jl_text field = {NULL, 0};
    if (!jl_journal_entry_begin(&line))
        return 0;
    for (; line.len > 0; count++) {
        if (count == sizeof j->parts / sizeof j->parts[0] || !jl_journal_entry_next(&line, &field))
            return 0;
        j->parts[count] = part_of(field);
    }
    return count > OWN_PARTS ? count : 0;
}

/* @return how many parts there are; 0 without memory. */
static size_t take_line(journald *j, jl_text line) {
    if (line.len > 0 && line.ptr[line.len - 1] == '\n')
        line.len--;
    __atomic_store_n(&j->is_making_line, true, __ATOMIC_SEQ_CST);
    jl_buffer_clear(&j->message);
    jl_buffer_append_text(&j->message, JL_TEXT("MESSAGE="));
    jl_buffer_append_text(&j->message, line);
    __atomic_store_n(&j->is_making_line, false, __ATOMIC_SEQ_CST);
    if (j->message.status != JSONLOG_OK)
        return 0;
    j->parts[OWN_PARTS] = part_of(jl_buffer_view(&j->message));
    return OWN_PARTS + 1;
}

static bool is_there(void) {
    return access(JOURNAL_SOCKET, F_OK) == 0;
}

/* libsystemd reports success when there is no socket to send to, so that is looked for on both
 * sides of the call. @return 0 or an errno. */
static int send_parts(const journald *j, size_t count) {
    if (!is_there())
        return errno;
    const int result = j->send(j->parts, (int)count);
    if (result < 0)
        return -result;
    return is_there() ? 0 : errno;
}

static jsonlog_status journald_write(void *self, const jsonlog_line *line) {
    journald *j = self;
    const jl_text text = {line->text, line->len};
    size_t count = take_entry(j, text);
    if (count == 0)
        count = take_line(j, text);
    if (count == 0) {
        errno = ENOMEM;
        return JSONLOG_E_NOMEM;
    }
    j->priority[sizeof j->priority - 2] = (char)('0' + jl_syslog_severity(line->level));
    const int error = send_parts(j, count);
    errno = error;
    if (error == EAGAIN)
        return JSONLOG_E_AGAIN;
    return error == 0 ? JSONLOG_OK : JSONLOG_E_IO;
}

static void journald_close(void *self) {
    journald *j = self;
    jl_buffer_done(&j->message);
    jl_free(j);
}

static void start_message(journald *j) {
    jl_buffer_init(&j->message, NULL, 0, SIZE_MAX / 2);
}

/* Another thread may have been making the buffer larger at the moment of the fork: what it has then
 * cannot be known, and is left alone. */
static void journald_after_fork(void *self) {
    journald *j = self;
    if (__atomic_exchange_n(&j->is_making_line, false, __ATOMIC_SEQ_CST))
        start_message(j);
}

static const jsonlog_handler_class journald_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "journald",
    .write = journald_write,
    .close = journald_close,
    .after_fork = journald_after_fork,
};

/* ---- making one ---- */

/* The library stays open until the program ends. */
static jsonlog_status load(send_fn *send, jsonlog_err *err) {
    static const char name[] = "libsystemd.so.0";
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    void *address = library == NULL ? NULL : dlsym(library, "sd_journal_sendv");
    memcpy(send, &address, sizeof *send);
    if (address != NULL)
        return JSONLOG_OK;
    return jl_err_set(err, JSONLOG_E_UNSUPPORTED, JSONLOG_NO_OFFSET,
                      "the journal cannot be written to: %s is not installed, or too old", name);
}

static jsonlog_status check(const jsonlog_journald_options *options, jsonlog_err *err) {
    if (options->size != sizeof *options)
        return jl_err_wrong_size(err, "jsonlog_journald_options");
    const char *identifier = options->identifier;
    if (identifier == NULL)
        return JSONLOG_OK;
    if (*identifier == '\0' || strlen(identifier) > IDENTIFIER_MAX ||
        strchr(identifier, '\n') != NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "an identifier has 1 to %d bytes and no newline", IDENTIFIER_MAX);
    return JSONLOG_OK;
}

static jsonlog_status find_journal(const jsonlog_journald_options *options, jsonlog_err *err) {
    if (options->opens_late || is_there())
        return JSONLOG_OK;
    return jl_err_set(err, JSONLOG_E_NOT_FOUND, JSONLOG_NO_OFFSET,
                      "there is no journal here: %s: %s", JOURNAL_SOCKET,
                      jl_compat_errno_text(errno));
}

static void set_own_parts(journald *j, const char *identifier) {
    if (identifier == NULL)
        identifier = jl_compat_program_name();
    snprintf(j->identifier, sizeof j->identifier, "SYSLOG_IDENTIFIER=%s", identifier);
    snprintf(j->priority, sizeof j->priority, "PRIORITY=7");
    j->parts[PART_IDENTIFIER] = part_of(jl_text_of(j->identifier));
    j->parts[PART_PRIORITY] = part_of(jl_text_of(j->priority));
}

/* From here on the handler owns `j`, and its release frees both. */
static jsonlog_handler *wrap(journald *j) {
    jsonlog_handler *handler = jl_handler_new(&journald_class, j, JL_HANDLER_REPORTS);
    if (handler == NULL)
        jl_free(j);
    return handler;
}

static jsonlog_status set_entry_formatter(jsonlog_handler *handler,
                                          const jsonlog_journald_options *options,
                                          jsonlog_err *err) {
    jsonlog_formatter *formatter = jl_journal_formatter_new(options, err);
    if (formatter == NULL)
        return err->code;
    const jsonlog_status status = jsonlog_handler_set_formatter(handler, formatter);
    jsonlog_formatter_release(formatter);
    return status == JSONLOG_OK ? status : jl_err_nomem(err);
}

static jsonlog_status make(const jsonlog_journald_options *options, send_fn send,
                           jsonlog_handler **out, jsonlog_err *err) {
    journald *j = jl_calloc(1, sizeof *j);
    jsonlog_handler *handler = j == NULL ? NULL : wrap(j);
    if (handler == NULL)
        return jl_err_nomem(err);
    j->send = send;
    start_message(j);
    set_own_parts(j, options->identifier);
    const jsonlog_status status = set_entry_formatter(handler, options, err);
    if (status == JSONLOG_OK)
        *out = handler;
    else
        jsonlog_handler_release(handler);
    return status;
}

jsonlog_status jsonlog_journald_handler_new(const jsonlog_journald_options *options,
                                            jsonlog_handler **out, jsonlog_err *err) {
    static const jsonlog_journald_options defaults = JSONLOG_JOURNALD_OPTIONS_INIT;
    jsonlog_err unheard;
    if (err == NULL)
        err = &unheard;
    if (options == NULL)
        options = &defaults;
    if (out == NULL)
        return jl_err_no_out(err);
    send_fn send = NULL;
    jsonlog_status status = check(options, err);
    if (status == JSONLOG_OK)
        status = load(&send, err);
    if (status == JSONLOG_OK)
        status = find_journal(options, err);
    return status == JSONLOG_OK ? make(options, send, out, err) : status;
}
