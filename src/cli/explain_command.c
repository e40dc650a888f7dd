/**
 * jsonlog explain PATTERN [FILE...]: for each line, each condition with the value it met and its
 * verdict.
 */
#include "cli/line_reader.h"
#include "cli/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: jsonlog explain PATTERN [FILE...]\n"
    "\n"
    "Say of each line why a CloudWatch filter pattern matches it or does not: each condition, the "
    "value\n"
    "it met, its verdict. Without FILE, or for -, read standard input.\n"
    "\n"
    "Exit status: 0 if a line matches, 1 if none does, 2 on trouble.\n"
    "\n"
    "  echo '{\"user\":{\"age\":19}}' | jsonlog explain '{ $.user.age >= 20 }'\n";

static bool explain_line(const jsonlog_filter *filter, const char *line, size_t len, int *status) {
    jsonlog_explanation *explanation = NULL;
    jsonlog_status made = jsonlog_filter_explain(filter, line, len, &explanation);
    if (made != JSONLOG_OK) {
        tool_error("explain", jsonlog_status_text(made));
        return false;
    }
    puts(jsonlog_explanation_text(explanation));
    if (jsonlog_explanation_matches(explanation) && *status == TOOL_NOT_FOUND)
        *status = TOOL_FOUND;
    jsonlog_explanation_free(explanation);
    return true;
}

static void explain_file(const jsonlog_filter *filter, const char *path, int *status) {
    line_reader reader;
    if (!line_reader_open(&reader, path)) {
        tool_error(path, strerror(errno));
        *status = TOOL_TROUBLE;
        return;
    }
    const char *line = NULL;
    size_t len = 0;
    line_result result = LINE_READ;
    while (!ferror(stdout) && (result = line_reader_next(&reader, &line, &len)) == LINE_READ) {
        if (!explain_line(filter, line, len, status))
            *status = TOOL_TROUBLE;
    }
    if (result == LINE_ERROR) {
        tool_error(path, strerror(errno));
        *status = TOOL_TROUBLE;
    }
    line_reader_close(&reader);
}

int explain_command(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return tool_finish(TOOL_FOUND);
    }
    if (argc < 2) {
        tool_error("explain", "a pattern is missing");
        fputs(usage, stderr);
        return TOOL_TROUBLE;
    }
    jsonlog_filter *filter = tool_compile(argv[1]);
    if (filter == NULL)
        return TOOL_TROUBLE;
    int status = TOOL_NOT_FOUND;
    if (argc == 2)
        explain_file(filter, "-", &status);
    for (int i = 2; i < argc; i++)
        explain_file(filter, argv[i], &status);
    jsonlog_filter_free(filter);
    return tool_finish(status);
}
