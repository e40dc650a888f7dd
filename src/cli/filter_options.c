#include "cli/filter_options.h"

#include "cli/byte_source.h"
#include "cli/tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: jsonlog filter [OPTION]... PATTERN [FILE]...\n"
    "\n"
    "Print the lines that match a CloudWatch filter pattern. Without FILE, or for -, read the\n"
    "standard input; of a directory, all files below it; of .gz and .zst, what was compressed.\n"
    "\n"
    "Which lines:\n"
    "  -v, --invert                 select the lines that do not match\n"
    "  -m, --limit N                stop reading a file after N selected lines\n"
    "      --since TIME             from this time on: 2026-11-22T08:07:45Z, or 15m, 2h, 3d ago\n"
    "      --until TIME             before this time\n"
    "      --timestamp-field NAME   where a line's time stands (timestamp, @timestamp or time)\n"
    "  -f, --follow                 wait for more lines, also when the file is rotated\n"
    "\n"
    "What of them:\n"
    "  -c, --count                  how many there are, for each file\n"
    "      --only SELECTOR          this value, e.g. '$.user.age'; several make tab-separated "
    "columns\n"
    "      --raw                    with --only: strings without quotes and escapes\n"
    "      --json                   an object a line: file, line, event (or text, if not JSON)\n"
    "  -n, --line-number            with the number of the line\n"
    "  -H, --with-filename          with the name of the file, as for several files\n"
    "  -h, --no-filename            without\n"
    "  -A, --after N                N lines behind each\n"
    "  -B, --before N               N lines before each\n"
    "  -C, --context N              N lines on both sides\n"
    "      --color WHEN             auto, always or never\n"
    "  -j, --threads N              read large files with N threads; 0: one for each core\n"
    "      --stats                  at the end, on stderr: lines, bytes, seconds\n"
    "      --help                   print this\n"
    "\n"
    "Exit status: 0 if a line was selected, 1 if none was, 2 on trouble, 130 when interrupted.\n"
    "\n"
    "  jsonlog filter '{ $.logType = \"ERROR\" && $.user.age >= 20 }' app.log\n"
    "  jsonlog filter --since 15m --only '$.errorCode' ERROR /var/log/payment | sort | uniq -c\n";

enum {
    OPTION_HELP = 256,
    OPTION_SINCE,
    OPTION_UNTIL,
    OPTION_FIELD,
    OPTION_ONLY,
    OPTION_RAW,
    OPTION_JSON,
    OPTION_COLOR,
    OPTION_STATS,
};

static const char letters[] = "cvnHhfm:A:B:C:j:";
static const struct option names[] = {
    {"invert", no_argument, NULL, 'v'},
    {"limit", required_argument, NULL, 'm'},
    {"since", required_argument, NULL, OPTION_SINCE},
    {"until", required_argument, NULL, OPTION_UNTIL},
    {"timestamp-field", required_argument, NULL, OPTION_FIELD},
    {"follow", no_argument, NULL, 'f'},
    {"count", no_argument, NULL, 'c'},
    {"only", required_argument, NULL, OPTION_ONLY},
    {"raw", no_argument, NULL, OPTION_RAW},
    {"json", no_argument, NULL, OPTION_JSON},
    {"line-number", no_argument, NULL, 'n'},
    {"with-filename", no_argument, NULL, 'H'},
    {"no-filename", no_argument, NULL, 'h'},
    {"after", required_argument, NULL, 'A'},
    {"before", required_argument, NULL, 'B'},
    {"context", required_argument, NULL, 'C'},
    {"color", required_argument, NULL, OPTION_COLOR},
    {"threads", required_argument, NULL, 'j'},
    {"stats", no_argument, NULL, OPTION_STATS},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static bool read_number(const char *option, const char *text, uint64_t *out) {
    char *end = NULL;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0) {
        tool_error(option, "write a number");
        return false;
    }
    *out = number;
    return true;
}

/* More context than SIZE_MAX / 2 lines is all there is. */
static bool read_context(const char *option, size_t *one, size_t *other) {
    uint64_t number = 0;
    if (!read_number(option, optarg, &number))
        return false;
    *one = number < SIZE_MAX / 2 ? (size_t)number : SIZE_MAX / 2;
    *other = *one;
    return true;
}

/* More threads than anybody has cores. */
enum { THREADS_MAX = 1024 };

static bool read_threads(filter_options *options) {
    uint64_t number = 0;
    if (!read_number("--threads", optarg, &number))
        return false;
    options->threads = number < THREADS_MAX ? (unsigned)number : THREADS_MAX;
    options->has_threads = true;
    return true;
}

static bool add_only(filter_options *options, const char *selector) {
    if (options->only_count == FILTER_ONLY_MAX) {
        tool_error("--only", "there are more than 32");
        return false;
    }
    options->only[options->only_count++] = selector;
    return true;
}

/* An option with an argument. @return false if the argument is no good, which was said. */
static bool take_argument(filter_options *options, int option) {
    switch (option) {
    case 'm': return read_number("--limit", optarg, &options->limit);
    case 'A': return read_context("--after", &options->after, &options->after);
    case 'B': return read_context("--before", &options->before, &options->before);
    case 'C': return read_context("--context", &options->before, &options->after);
    case 'j': return read_threads(options);
    case OPTION_SINCE: options->since = optarg; return true;
    case OPTION_UNTIL: options->until = optarg; return true;
    case OPTION_FIELD: options->timestamp_field = optarg; return true;
    case OPTION_ONLY: return add_only(options, optarg);
    default: return color_read(optarg, &options->color);
    }
}

/* @return -1 to go on, else the exit status. */
static int take_option(filter_options *options, int option) {
    switch (option) {
    case 'c': options->counts = true; return -1;
    case 'v': options->inverts = true; return -1;
    case 'n': options->numbers = true; return -1;
    case 'H': options->names = NAMES_ALWAYS; return -1;
    case 'h': options->names = NAMES_NEVER; return -1;
    case 'f': options->follows = true; return -1;
    case OPTION_RAW: options->is_raw = true; return -1;
    case OPTION_JSON: options->as_json = true; return -1;
    case OPTION_STATS: options->shows_stats = true; return -1;
    case OPTION_HELP: fputs(usage, stdout); return tool_finish(TOOL_FOUND);
    case '?': return tool_usage_error("filter");
    default: return take_argument(options, option) ? -1 : TOOL_TROUBLE;
    }
}

static int complain(const char *what, const char *why) {
    tool_error(what, why);
    return tool_usage_error("filter");
}

/* @return -1 to go on, else the exit status. */
static int check_together(const filter_options *options) {
    const bool has_context = options->before > 0 || options->after > 0;
    if (options->is_raw && options->only_count == 0)
        return complain("--raw", "it is for --only");
    if (options->is_raw && options->as_json)
        return complain("--raw", "--json prints JSON");
    if (options->only_count > 0 && has_context)
        return complain("--only", "lines beside the selected ones have no place in a table");
    if (options->timestamp_field != NULL && options->since == NULL && options->until == NULL)
        return complain("--timestamp-field", "it is for --since and --until");
    for (size_t i = 0; options->follows && i < options->path_count; i++) {
        if (strcmp(options->paths[i], SOURCE_STDIN) == 0 && options->path_count > 1)
            return complain("--follow", "the standard input cannot be followed beside files");
    }
    return -1;
}

int filter_options_read(filter_options *options, int argc, char **argv) {
    *options = (filter_options){.limit = UINT64_MAX};
    int option = 0;
    while ((option = getopt_long(argc, argv, letters, names, NULL)) != -1) {
        const int status = take_option(options, option);
        if (status >= 0)
            return status;
    }
    if (optind == argc)
        return complain("filter", "a pattern is missing");
    options->pattern = argv[optind];
    options->paths = argv + optind + 1;
    options->path_count = (size_t)(argc - optind - 1);
    return check_together(options);
}
