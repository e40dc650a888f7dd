/*
 * libjsonlog-syslog: the syslog(3) functions of the C library, as records. See the end of
 * <jsonlog/foreign.h>. A library of its own, on top of the public headers.
 */
#undef _FORTIFY_SOURCE /* its inline versions would stand in the way of ours */

#include <jsonlog/config.h>
#include <jsonlog/logger.h>

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define SYSLOG_NAMES /* facilitynames[] */
#include <syslog.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORTED  __attribute__((visibility("default")))
#define IDENT_MAX 128
#define SPACE_MAX 1024

/* What openlog() and setlogmask() have set. */
typedef struct settings {
    char ident[IDENT_MAX];
    int options;
    int facility;
    int mask;
} settings;

static settings now = {.facility = LOG_USER, .mask = 0xFF};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void acquire(void) {
    pthread_mutex_lock(&lock);
}

static void release(void) {
    pthread_mutex_unlock(&lock);
}

/* ---- at the first message -------------------------------------------------------------------- */

static void configure(void) {
    const char *path = getenv("JSONLOG_SYSLOG_CONFIG");
    jsonlog_err err;
    pthread_atfork(acquire, release, release);
    if (path != NULL && path[0] != '\0' && jsonlog_configure_file(path, &err) != JSONLOG_OK)
        jsonlog_warn(jsonlog_get("syslog"), "JSONLOG_SYSLOG_CONFIG is not in force", "reason",
                     err.text);
}

/* A handler that is made or written to meanwhile may call syslog(). */
static settings current(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static _Thread_local bool is_inside;
    if (!is_inside) {
        is_inside = true;
        pthread_once(&once, configure);
        is_inside = false;
    }
    acquire();
    const settings copy = now;
    release();
    return copy;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Of two names for a number the first is the one in use. */
static const char *facility_name(int facility) {
    for (const CODE *code = facilitynames; code->c_name != NULL; code++)
        if (code->c_val == facility)
            return code->c_name;
    return "unknown";
}

static const char *severity_of(int priority) {
    static const char *const names[] = {"emerg",   "alert",  "crit", "err",
                                        "warning", "notice", "info", "debug"};
    return names[LOG_PRI(priority)];
}

static int level_of(int priority) {
    static const int levels[] = {JSONLOG_LEVEL_FATAL, JSONLOG_LEVEL_FATAL, JSONLOG_LEVEL_FATAL,
                                 JSONLOG_LEVEL_ERROR, JSONLOG_LEVEL_WARN,  JSONLOG_LEVEL_INFO,
                                 JSONLOG_LEVEL_INFO,  JSONLOG_LEVEL_DEBUG};
    return levels[LOG_PRI(priority)];
}

/* ---- one message ----------------------------------------------------------------------------- */

static void log_message(const settings *with, int priority, const char *text, size_t len) {
    const char *ident = with->ident[0] != '\0' ? with->ident : program_invocation_short_name;
    const int facility = (priority & LOG_FACMASK) != 0 ? priority & LOG_FACMASK : with->facility;
    const jsonlog_field members[] = {
        jsonlog_field_make("facility", jsonlog_from_string(facility_name(facility))),
        jsonlog_field_make("severity", jsonlog_from_string(severity_of(priority))),
        jsonlog_field_make("ident", jsonlog_from_string(ident)),
        jsonlog_field_make("pid", jsonlog_from_int64(getpid())),
    };
    const size_t count = (with->options & LOG_PID) != 0 ? 4 : 3;
    const jsonlog_field field = jsonlog_field_make("syslog", jsonlog_fields(members, count));
    jsonlog_log_fields(jsonlog_get("syslog"), level_of(priority), text, len, &field, 1);
}

/* In one write, as the C library does. */
static void show(const settings *with, const char *text, size_t len) {
    char head[IDENT_MAX + 32];
    char tail[] = "\n";
    const char *ident = with->ident[0] != '\0' ? with->ident : program_invocation_short_name;
    const int written = (with->options & LOG_PID) != 0
                            ? snprintf(head, sizeof head, "%s[%d]: ", ident, (int)getpid())
                            : snprintf(head, sizeof head, "%s: ", ident);
    const size_t head_len = (size_t)written < sizeof head ? (size_t)written : sizeof head - 1;
    const struct iovec parts[] = {{.iov_base = head, .iov_len = head_len},
                                  {.iov_base = (void *)(uintptr_t)text, .iov_len = len},
                                  {.iov_base = tail, .iov_len = 1}};
    const ssize_t unused = writev(STDERR_FILENO, parts, 3);
    (void)unused;
}

static void take_message(const settings *with, int priority, const char *text, size_t len) {
    while (len > 0 && text[len - 1] == '\n')
        len--;
    log_message(with, priority, text, len);
    if ((with->options & LOG_PERROR) != 0)
        show(with, text, len);
}

/* ---- the text -------------------------------------------------------------------------------- */

#ifdef __GLIBC__
/* Behind the headers of a fortified program: refuses %n where the format can be written to. */
int __vsnprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, va_list list);
#endif

/* %m is errno's text: what the C library's printf makes of it. */
static int print(char *to, size_t size, int flag, int error, const char *format, va_list list) {
    errno = error;
#ifdef __GLIBC__
    if (flag >= 0)
        return __vsnprintf_chk(to, size, flag, size, format, list);
#endif
    (void)flag;
    return vsnprintf(to, size, format, list);
}

/* @param flag  of the fortified functions; -1: none. */
static void log_call(int priority, int flag, const char *format, va_list list) {
    const int error = errno;
    const settings with = current();
    char space[SPACE_MAX];
    char *more = NULL;
    va_list again;
    if ((LOG_MASK(LOG_PRI(priority)) & with.mask) == 0) {
        errno = error;
        return;
    }
    va_copy(again, list);
    const int wanted = print(space, sizeof space, flag, error, format, list);
    if (wanted >= SPACE_MAX)
        more = malloc((size_t)wanted + 1);
    if (more != NULL)
        print(more, (size_t)wanted + 1, flag, error, format, again);
    va_end(again);
    if (wanted < 0)
        take_message(&with, priority, format, strlen(format));
    else if (more != NULL)
        take_message(&with, priority, more, (size_t)wanted);
    else
        take_message(&with, priority, space,
                     wanted < SPACE_MAX ? (size_t)wanted : sizeof space - 1);
    free(more);
    errno = error;
}

/* ---- the functions of the C library ---------------------------------------------------------- */

EXPORTED void openlog(const char *ident, int options, int facility) {
    acquire();
    if (ident != NULL)
        snprintf(now.ident, sizeof now.ident, "%s", ident);
    now.options = options;
    if ((facility & ~LOG_FACMASK) == 0) /* LOG_KERN among them, as there */
        now.facility = facility;
    release();
}

EXPORTED void closelog(void) {
    acquire();
    now.ident[0] = '\0';
    release();
}

EXPORTED int setlogmask(int mask) {
    acquire();
    const int before = now.mask;
    if (mask != 0)
        now.mask = mask;
    release();
    return before;
}

EXPORTED void vsyslog(int priority, const char *format, va_list list) {
    log_call(priority, -1, format, list);
}

EXPORTED void syslog(int priority, const char *format, ...) {
    va_list list;
    va_start(list, format);
    log_call(priority, -1, format, list);
    va_end(list);
}

#ifdef __GLIBC__
EXPORTED void __vsyslog_chk(int priority, int flag, const char *format, va_list list);
EXPORTED void __syslog_chk(int priority, int flag, const char *format, ...);

EXPORTED void __vsyslog_chk(int priority, int flag, const char *format, va_list list) {
    log_call(priority, flag, format, list);
}

EXPORTED void __syslog_chk(int priority, int flag, const char *format, ...) {
    va_list list;
    va_start(list, format);
    log_call(priority, flag, format, list);
    va_end(list);
}
#endif
