/**
 * The program `jsonlog`: finds lines of structured logs with CloudWatch filter patterns.
 */
#include "cli/tool.h"

#include <jsonlog/status.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const tool_command commands[] = {
    {"filter", "print the lines that match a filter pattern", filter_command},
    {"explain", "say why lines match a filter pattern or do not", explain_command},
    {"lint", "find what in a pattern cannot mean what was written", lint_command},
    {"test-metric-filter", "answer as `aws logs test-metric-filter` does",
     test_metric_filter_command},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_usage(FILE *out) {
    fputs("usage: jsonlog COMMAND ...\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-18s  %s\n", commands[i].name, commands[i].purpose);
    fputs("\njsonlog COMMAND --help says more. jsonlog --version prints the version.\n", out);
}

/* A file that is opened must not become the standard output of a program started without one: what
 * takes its place fails when it is used. */
static void hold_standard_descriptors(void) {
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        const int useless = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF)
            (void)open("/dev/null", useless);
    }
}

int main(int argc, char **argv) {
    hold_standard_descriptors();
    /* A reader that stops early is seen as a failed write, so that commands end in order. */
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        print_usage(stderr);
        return TOOL_TROUBLE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage(stdout);
        return tool_finish(TOOL_FOUND);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("jsonlog %s\n", jsonlog_version());
        return tool_finish(TOOL_FOUND);
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    tool_error(argv[1], "no such command");
    print_usage(stderr);
    return TOOL_TROUBLE;
}
