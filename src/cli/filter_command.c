/**
 * jsonlog filter [-c] [-v] PATTERN [FILE...]: the lines that match, as they are.
 */
#include "cli/line_reader.h"
#include "cli/tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: jsonlog filter [-c] [-v] PATTERN [FILE...]\n"
    "\n"
    "Print the lines that match a CloudWatch filter pattern. Without FILE, or for -, read standard "
    "input.\n"
    "\n"
    "  -c, --count   print how many lines match instead; with several files, one count a file\n"
    "  -v, --invert  select the lines that do not match\n"
    "      --help    print this\n"
    "\n"
    "Exit status: 0 if a line was selected, 1 if none was, 2 on trouble.\n"
    "\n"
    "  jsonlog filter '{ $.logType = \"ERROR\" && $.user.age >= 20 }' app.log\n";

typedef struct filter_job {
    jsonlog_filter *filter;
    bool counts;
    bool inverts;
    bool names_files;
    bool has_selected;
    bool has_trouble;
} filter_job;

static void print_line(const char *line, size_t len) {
    fwrite(line, 1, len, stdout);
    putchar('\n');
}

static void filter_lines(filter_job *job, const char *path, line_reader *reader) {
    const char *line = NULL;
    size_t len = 0;
    unsigned long long selected = 0;
    line_result result = LINE_READ;
    while (!ferror(stdout) && (result = line_reader_next(reader, &line, &len)) == LINE_READ) {
        if (jsonlog_filter_match(job->filter, line, len) == job->inverts)
            continue;
        selected++;
        if (!job->counts)
            print_line(line, len);
    }
    if (result == LINE_ERROR) {
        tool_error(path, strerror(errno));
        job->has_trouble = true;
    }
    if (job->counts && job->names_files)
        printf("%s:%llu\n", path, selected);
    else if (job->counts)
        printf("%llu\n", selected);
    job->has_selected |= selected > 0;
}

static void filter_file(filter_job *job, const char *path) {
    line_reader reader;
    if (!line_reader_open(&reader, path)) {
        tool_error(path, strerror(errno));
        job->has_trouble = true;
        return;
    }
    filter_lines(job, path, &reader);
    line_reader_close(&reader);
}

/* @return -1 to go on, else the exit status. */
static int read_options(filter_job *job, int argc, char **argv) {
    static const struct option options[] = {
        {"count", no_argument, NULL, 'c'},
        {"invert", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option = 0;
    while ((option = getopt_long(argc, argv, "+cv", options, NULL)) != -1) {
        switch (option) {
        case 'c': job->counts = true; break;
        case 'v': job->inverts = true; break;
        case 'h': fputs(usage, stdout); return tool_finish(TOOL_FOUND);
        default: fputs(usage, stderr); return TOOL_TROUBLE;
        }
    }
    if (optind < argc)
        return -1;
    tool_error("filter", "a pattern is missing");
    fputs(usage, stderr);
    return TOOL_TROUBLE;
}

int filter_command(int argc, char **argv) {
    filter_job job = {0};
    int status = read_options(&job, argc, argv);
    if (status >= 0)
        return status;
    job.filter = tool_compile(argv[optind]);
    if (job.filter == NULL)
        return TOOL_TROUBLE;
    int files = optind + 1;
    job.names_files = argc - files > 1;
    if (files == argc)
        filter_file(&job, "-");
    for (int i = files; i < argc; i++)
        filter_file(&job, argv[i]);
    jsonlog_filter_free(job.filter);
    if (job.has_trouble)
        return tool_finish(TOOL_TROUBLE);
    return tool_finish(job.has_selected ? TOOL_FOUND : TOOL_NOT_FOUND);
}
