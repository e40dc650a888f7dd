#include "cli/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void tool_error(const char *what, const char *why) {
    fflush(stdout);
    fprintf(stderr, "jsonlog: %s: %s\n", what, why);
}

jsonlog_filter *tool_compile(const char *pattern) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    if (jsonlog_filter_compile(pattern, strlen(pattern), &filter, &err) == JSONLOG_OK)
        return filter;
    char shown[2048];
    jsonlog_err_render(&err, pattern, strlen(pattern), shown, sizeof shown);
    tool_error("bad pattern", shown);
    return NULL;
}

int tool_finish(int status) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    /* A reader that has seen enough (head, grep -q) is no trouble worth a message. */
    if (errno != EPIPE)
        tool_error("standard output", strerror(errno));
    return TOOL_TROUBLE;
}
