/* A program that knows syslog(3) and nothing of this library; run by test_syslog_calls.c. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

static void log_list(int priority, const char *format, ...) {
    va_list list;
    va_start(list, format);
    vsyslog(priority, format, list);
    va_end(list);
}

static void say_everything(void) {
    char ident[] = "first";
    syslog(LOG_NOTICE, "before openlog %d", 1);
    openlog(ident, LOG_PID, LOG_DAEMON);
    memset(ident, 'x', sizeof ident - 1); /* ours is a copy */
    for (int severity = LOG_EMERG; severity <= LOG_DEBUG; severity++)
        syslog(severity, "severity %d", severity);
    errno = ENOENT;
    syslog(LOG_ERR | LOG_MAIL, "%s: %m\n", "file");
    printf("errno %d\n", errno == ENOENT);
    fflush(stdout);
    log_list(LOG_INFO | LOG_LOCAL7, "%s and %s", "this", "that");
    openlog(NULL, 0, LOG_USER);
    syslog(LOG_INFO | 0x4000, "no such facility");
    closelog();
}

static void use_the_mask(void) {
    printf("mask %x\n", (unsigned)setlogmask(LOG_UPTO(LOG_WARNING)));
    printf("mask %x\n", (unsigned)setlogmask(0));
    fflush(stdout);
    syslog(LOG_NOTICE, "masked");
    syslog(LOG_WARNING, "not masked");
}

static void say_much(void) {
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    syslog(LOG_INFO, "%s|", text);
}

static void fork_and_say(void) {
    openlog("family", LOG_PID, LOG_USER);
    syslog(LOG_INFO, "parent");
    if (fork() == 0) {
        syslog(LOG_INFO, "child");
        _exit(0);
    }
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "everything") == 0)
        say_everything();
    else if (strcmp(what, "mask") == 0)
        use_the_mask();
    else if (strcmp(what, "much") == 0)
        say_much();
    else if (strcmp(what, "fork") == 0)
        fork_and_say();
    else if (strcmp(what, "first") == 0) {
        errno = E2BIG;
        syslog(LOG_ERR, "%m");
    } else if (strcmp(what, "perror") == 0) {
        openlog("loud", LOG_PERROR, LOG_USER);
        syslog(LOG_INFO, "twice");
    } else
        return 99;
    return 0;
}
