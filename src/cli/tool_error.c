#include "cli/interrupt.h"
#include "cli/safe_text.h"
#include "cli/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* More than the sentence, a window of 100 columns of wide letters, and the caret below it. */
enum { SHOWN_MAX = 4096 };

void tool_error(const char *what, const char *why) {
    fflush(stdout);
    fputs("jsonlog: ", stderr);
    print_name(stderr, what);
    fprintf(stderr, ": %s\n", why);
}

void tool_error_at(const char *what, const jsonlog_err *err, const char *text) {
    char shown[SHOWN_MAX];
    jsonlog_err_render(err, text, strlen(text), shown, sizeof shown);
    tool_error(what, shown);
}

int tool_usage_error(const char *command) {
    fprintf(stderr, "jsonlog %s --help says more.\n", command);
    return TOOL_TROUBLE;
}

jsonlog_filter *tool_compile(const char *pattern) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    if (jsonlog_filter_compile(pattern, strlen(pattern), &filter, &err) == JSONLOG_OK)
        return filter;
    tool_error_at("bad pattern", &err, pattern);
    return NULL;
}

int tool_finish(int status) {
    const bool is_written = !ferror(stdout);
    if (fflush(stdout) == 0 && is_written)
        return status;
    /* A reader that has seen enough (head, grep -q) is no trouble worth a message, and a signal
     * that ended a write speaks for itself. */
    if (errno != EPIPE && interrupt_came() == 0)
        tool_error("standard output", strerror(errno));
    return TOOL_TROUBLE;
}
