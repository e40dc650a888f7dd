/* What the options of the syslog handler leave open is filled in, the rest is checked. */
#include "handler/syslog_format.h"

#include "base/compat.h"
#include "base/err.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define FACILITY_MAX 23
#define TAG_MAX      32

#define MESSAGE_MAX_LEAST 480
#define MESSAGE_MAX_MOST  ((size_t)1 << 20)
#define UDP_MAX           65507
#define RFC_3164_MAX      1024
#define RFC_5424_UDP_MAX  2048

/* A message in which less than this is left for MSG holds no useful line. */
#define ROOM_LEAST 128

/* ---- destinations ---- */

static jl_text next_destination(const char **at) {
    *at += strspn(*at, " \t\n");
    const jl_text text = {*at, strcspn(*at, " \t\n")};
    *at += text.len;
    return text;
}

/* What is no destination at all is found out by whoever connects. */
jl_syslog_reach jl_syslog_reach_of(const char *destinations) {
    jl_syslog_reach reach = {.is_local = true};
    const char *at = destinations;
    for (jl_text one = next_destination(&at); one.len > 0; one = next_destination(&at)) {
        reach.has_udp |= jl_text_starts_with(one, JL_TEXT("udp:"));
        reach.is_local &= jl_text_starts_with(one, JL_TEXT("unix"));
    }
    return reach;
}

/* ---- texts of the header ---- */

static bool is_printable(char c) {
    return c > 0x20 && c < 0x7F;
}

static bool is_header_text(jl_text text) {
    for (size_t i = 0; i < text.len; i++)
        if (!is_printable(text.ptr[i]))
            return false;
    return text.len > 0;
}

/* For names that the system gives. */
static void copy_cleaned(char *to, const char *from, size_t size) {
    jl_compat_copy(to, *from == '\0' ? "-" : from, size);
    for (char *c = to; *c != '\0'; c++)
        if (!is_printable(*c))
            *c = '_';
}

static jsonlog_status copy_checked(char *to, const char *from, size_t size, const char *what,
                                   jsonlog_err *err) {
    const jl_text text = jl_text_of(from);
    if (text.len >= size || !is_header_text(text))
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "a syslog %s has 1 to %zu characters of printable ASCII", what, size - 1);
    memcpy(to, text.ptr, text.len + 1);
    return JSONLOG_OK;
}

/* The tag of RFC 3164 ends at the first of these. */
static void make_tag(char *app_name) {
    for (char *c = app_name; *c != '\0'; c++)
        if (*c == '[' || *c == ']' || *c == ':')
            *c = '_';
    if (strlen(app_name) > TAG_MAX)
        app_name[TAG_MAX] = '\0';
}

static jsonlog_status set_hostname(jl_syslog_form *form, const char *given, jsonlog_err *err) {
    if (given != NULL)
        return copy_checked(form->hostname, given, sizeof form->hostname, "host name", err);
    char name[sizeof form->hostname] = "";
    if (gethostname(name, sizeof name) == -1)
        *name = '\0';
    name[sizeof name - 1] = '\0';
    copy_cleaned(form->hostname, name, sizeof form->hostname);
    return JSONLOG_OK;
}

static jsonlog_status set_app_name(jl_syslog_form *form, const char *given, jsonlog_err *err) {
    jsonlog_status status = JSONLOG_OK;
    if (given != NULL)
        status = copy_checked(form->app_name, given, sizeof form->app_name, "app-name", err);
    else
        copy_cleaned(form->app_name, jl_compat_program_name(), sizeof form->app_name);
    if (status == JSONLOG_OK && form->format != JSONLOG_SYSLOG_RFC5424)
        make_tag(form->app_name);
    return status;
}

static jsonlog_status set_ids(jl_syslog_form *form, const jsonlog_syslog_options *options,
                              jsonlog_err *err) {
    jsonlog_status status = JSONLOG_OK;
    form->has_own_procid = options->procid != NULL;
    if (form->has_own_procid)
        status = copy_checked(form->procid, options->procid, sizeof form->procid, "procid", err);
    if (status == JSONLOG_OK)
        status = copy_checked(form->msgid, options->msgid == NULL ? "-" : options->msgid,
                              sizeof form->msgid, "msgid", err);
    return status;
}

/* Names without `@` are those of the RFC itself. */
static bool is_data_id(const char *id) {
    const char *at = strchr(id, '@');
    return at != NULL && at != id && at[1] >= '0' && at[1] <= '9' &&
           at[1 + strspn(at + 1, "0123456789.")] == '\0' && strpbrk(id, "=]\"") == NULL;
}

static jsonlog_status set_data_id(jl_syslog_form *form, const char *id, jsonlog_err *err) {
    if (id == NULL)
        return JSONLOG_OK;
    if (!is_data_id(id))
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "structured data has an id such as name@32473, not \"%s\"", id);
    return copy_checked(form->data_id, id, sizeof form->data_id, "structured data id", err);
}

/* ---- the form ---- */

static size_t default_message_max(const jl_syslog_form *form, jl_syslog_reach reach) {
    if (form->format != JSONLOG_SYSLOG_RFC5424 && !reach.is_local)
        return RFC_3164_MAX;
    return reach.has_udp ? RFC_5424_UDP_MAX : JL_SYSLOG_MESSAGE_MAX_DEFAULT;
}

static jsonlog_status set_limits(jl_syslog_form *form, const jsonlog_syslog_options *options,
                                 jl_syslog_reach reach, jsonlog_err *err) {
    const size_t most = reach.has_udp ? UDP_MAX : MESSAGE_MAX_MOST;
    form->message_max = options->message_max;
    if (form->message_max == 0)
        form->message_max = default_message_max(form, reach);
    if (form->message_max < MESSAGE_MAX_LEAST || form->message_max > most)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "a syslog message may have %d to %zu bytes here, not %zu",
                          MESSAGE_MAX_LEAST, most, form->message_max);
    if (jl_syslog_form_room(form) < ROOM_LEAST)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "a syslog message of %zu bytes leaves no room beside its header",
                          form->message_max);
    return JSONLOG_OK;
}

static jsonlog_status check(const jl_syslog_form *form, const jsonlog_syslog_options *options,
                            jsonlog_err *err) {
    const char *problem = NULL;
    if (options->facility > FACILITY_MAX)
        problem = "there is no such syslog facility";
    else if ((unsigned)options->format > JSONLOG_SYSLOG_RFC3164_LOCAL)
        problem = "there is no such syslog format";
    else if ((unsigned)options->framing > JSONLOG_SYSLOG_FRAMING_NUL)
        problem = "there is no such syslog framing";
    else if (form->format != JSONLOG_SYSLOG_RFC5424 &&
             (options->structured_data_id != NULL || options->msgid != NULL || options->with_bom))
        problem = "RFC 3164 knows no structured data, no msgid and no byte order mark";
    if (problem == NULL)
        return JSONLOG_OK;
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "%s", problem);
}

static jsonlog_syslog_format resolve(jsonlog_syslog_format format, jl_syslog_reach reach) {
    if (format != JSONLOG_SYSLOG_AUTO)
        return format;
    return reach.is_local ? JSONLOG_SYSLOG_RFC3164_LOCAL : JSONLOG_SYSLOG_RFC5424;
}

void jl_syslog_form_set_process(jl_syslog_form *form) {
    if (!form->has_own_procid)
        snprintf(form->procid, sizeof form->procid, "%jd", (intmax_t)getpid());
    const bool has_host = form->format != JSONLOG_SYSLOG_RFC3164_LOCAL;
    int len = 0;
    if (form->format == JSONLOG_SYSLOG_RFC5424)
        len = snprintf(form->origin, sizeof form->origin, " %s %s %s %s ", form->hostname,
                       form->app_name, form->procid, form->msgid);
    else
        len = snprintf(form->origin, sizeof form->origin, "%s%s %s[%s]: ", has_host ? " " : "",
                       has_host ? form->hostname : "", form->app_name, form->procid);
    form->origin_len = (size_t)len;
}

jsonlog_status jl_syslog_form_init(jl_syslog_form *form, const jsonlog_syslog_options *options,
                                   jl_syslog_reach reach, jsonlog_err *err) {
    *form = (jl_syslog_form){.format = resolve(options->format, reach)};
    form->facility = options->facility == 0 ? JSONLOG_SYSLOG_USER : options->facility;
    form->has_cookie = options->cee_cookie;
    form->has_bom = options->with_bom;
    jsonlog_status status = check(form, options, err);
    if (status == JSONLOG_OK)
        status = set_hostname(form, options->hostname, err);
    if (status == JSONLOG_OK)
        status = set_app_name(form, options->app_name, err);
    if (status == JSONLOG_OK)
        status = set_ids(form, options, err);
    if (status == JSONLOG_OK)
        status = set_data_id(form, options->structured_data_id, err);
    if (status != JSONLOG_OK)
        return status;
    jl_syslog_form_set_process(form);
    return set_limits(form, options, reach, err);
}
