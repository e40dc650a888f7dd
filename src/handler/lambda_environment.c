#include "handler/lambda_environment.h"

#include "base/compat.h"
#include "handler/descriptor.h"

#include <jsonlog/logger.h>

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TELEMETRY_VARIABLE "_LAMBDA_TELEMETRY_LOG_FD"
#define FORMAT_VARIABLE    "AWS_LAMBDA_LOG_FORMAT"
#define LEVEL_VARIABLE     "AWS_LAMBDA_LOG_LEVEL"

static void complain(jl_lambda_environment *e, const char *variable, const char *value) {
    jl_lambda_complaint *complaint = &e->complaints[e->complaint_count++];
    complaint->variable = variable;
    jl_compat_copy(complaint->value, value, sizeof complaint->value);
}

/* An empty variable is as good as none. */
static const char *value_of(const char *variable) {
    const char *value = getenv(variable);
    return value == NULL || *value == '\0' ? NULL : value;
}

/* ---- the telemetry descriptor ---- */

static int taken_fd = -1; /* atomic; what the variable said when it was there */

/* @return -1 if the text is no decimal number, or that of no descriptor open for writing. */
static int descriptor_of(const char *text) {
    jl_descriptor probe;
    int fd = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (fd > (INT_MAX - 9) / 10)
            return -1;
        fd = fd * 10 + (*text - '0');
    }
    return *text == '\0' && jl_descriptor_init(&probe, fd) ? fd : -1;
}

static void close_on_exec(int fd) {
    const int flags = fcntl(fd, F_GETFD);
    if (flags != -1)
        fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

/* The variable goes, so that a child that speaks the same protocol does not write into our frames.
 */
static void take_descriptor(jl_lambda_environment *e, const char *value) {
    const int fd = descriptor_of(value);
    if (fd == -1)
        complain(e, TELEMETRY_VARIABLE, value);
    else
        close_on_exec(fd);
    unsetenv(TELEMETRY_VARIABLE);
    __atomic_store_n(&taken_fd, fd, __ATOMIC_RELAXED);
}

static void read_descriptor(jl_lambda_environment *e) {
    const char *value = value_of(TELEMETRY_VARIABLE);
    if (value != NULL)
        take_descriptor(e, value);
    e->telemetry_fd = __atomic_load_n(&taken_fd, __ATOMIC_RELAXED);
}

/* ---- format and level ---- */

static void read_format(jl_lambda_environment *e) {
    const char *value = value_of(FORMAT_VARIABLE);
    e->is_text = value != NULL && strcasecmp(value, "Text") == 0;
    if (value != NULL && !e->is_text && strcasecmp(value, "JSON") != 0)
        complain(e, FORMAT_VARIABLE, value);
}

/* The six names that Lambda's configuration knows, and no others. */
static void read_level(jl_lambda_environment *e) {
    static const char names[][6] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
    const char *value = value_of(LEVEL_VARIABLE);
    e->level = JSONLOG_LEVEL_NOTSET;
    if (value == NULL)
        return;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(value, names[i]) == 0)
            jsonlog_level_parse(names[i], &e->level, NULL);
    if (e->level == JSONLOG_LEVEL_NOTSET)
        complain(e, LEVEL_VARIABLE, value);
}

void jl_lambda_environment_read(jl_lambda_environment *e) {
    memset(e, 0, sizeof *e);
    read_descriptor(e);
    read_format(e);
    read_level(e);
}

static void report(const jl_lambda_complaint *complaint) {
    const jsonlog_field fields[] = {
        jsonlog_field_make("variable", jsonlog_from_string(complaint->variable)),
        jsonlog_field_make("value", jsonlog_from_string(complaint->value)),
    };
    jsonlog_log_fields(jsonlog_get("jsonlog"), JSONLOG_LEVEL_WARN,
                       "a variable of Lambda has a value that makes no sense and is ignored",
                       JSONLOG_NUL_TERMINATED, fields, sizeof fields / sizeof fields[0]);
}

void jl_lambda_environment_report(const jl_lambda_environment *e) {
    for (unsigned i = 0; i < e->complaint_count; i++)
        report(&e->complaints[i]);
}
