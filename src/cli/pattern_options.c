#include "cli/pattern_options.h"

#include "cli/tool.h"

#include <getopt.h>
#include <stdio.h>

enum { OPTION_HELP = 256, OPTION_COLOR, OPTION_JSON };

static const struct option names[] = {
    {"color", required_argument, NULL, OPTION_COLOR},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

/* @return -1 to go on, else the exit status. */
static int take_option(pattern_options *options, color_when *color, int option, const char *usage,
                       const char *command) {
    switch (option) {
    case OPTION_JSON: options->as_json = true; return -1;
    case OPTION_COLOR: return color_read(optarg, color) ? -1 : TOOL_TROUBLE;
    case OPTION_HELP: fputs(usage, stdout); return tool_finish(TOOL_FOUND);
    default: return tool_usage_error(command);
    }
}

int pattern_options_read(pattern_options *options, const char *usage, int argc, char **argv) {
    *options = (pattern_options){0};
    const char *command = argv[0];
    color_when color = COLOR_AUTO;
    int option = 0;
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        const int status = take_option(options, &color, option, usage, command);
        if (status >= 0)
            return status;
    }
    if (optind == argc) {
        tool_error(command, "a pattern is missing");
        return tool_usage_error(command);
    }
    options->pattern = argv[optind];
    options->paths = argv + optind + 1;
    options->path_count = (size_t)(argc - optind - 1);
    options->colors = !options->as_json && color_wanted(color);
    return -1;
}
