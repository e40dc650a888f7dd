#ifndef JL_CLI_TOOL_H
#define JL_CLI_TOOL_H
/**
 * What the commands of the program `jsonlog` share. Exit statuses are grep's.
 */
#include <jsonlog/filter.h>
#include <jsonlog/status.h>

#include <stdbool.h>
#include <stddef.h>

enum {
    TOOL_FOUND = 0,     /**< a line was selected */
    TOOL_NOT_FOUND = 1, /**< none was */
    TOOL_TROUBLE = 2,   /**< wrong usage, a bad pattern, a file that cannot be read, output that
                           cannot be written */
};

/** One command: its name, its one-line purpose, and what runs it with argv[0] being the name. */
typedef struct tool_command {
    const char *name;
    const char *purpose;
    int (*run)(int argc, char **argv);
} tool_command;

int filter_command(int argc, char **argv);
int explain_command(int argc, char **argv);
int lint_command(int argc, char **argv);
int test_metric_filter_command(int argc, char **argv);

/** Print `jsonlog: what: why` to stderr. */
void tool_error(const char *what, const char *why);

/** The same of an error in a text, with a caret under the place. */
void tool_error_at(const char *what, const jsonlog_err *err, const char *text);

/** Say where help is. @return TOOL_TROUBLE. */
int tool_usage_error(const char *command);

/** Compile a pattern given on the command line; on failure print it with a caret to stderr and
 * return NULL. */
jsonlog_filter *tool_compile(const char *pattern);

/** Flush stdout; @return status, or TOOL_TROUBLE with a message if something could not be written.
 */
int tool_finish(int status);

#endif
