#ifndef JL_CLI_PATTERN_OPTIONS_H
#define JL_CLI_PATTERN_OPTIONS_H
/**
 * The command line of explain and lint: PATTERN [FILE]..., --color, --json, --help.
 */
#include "cli/color.h"

#include <stdbool.h>
#include <stddef.h>

/** Texts are borrowed from argv. */
typedef struct pattern_options {
    const char *pattern;
    char **paths;
    size_t path_count;
    bool colors;
    bool as_json;
} pattern_options;

/** @param usage  the text for --help. @return -1 to go on, else the exit status. */
int pattern_options_read(pattern_options *options, const char *usage, int argc, char **argv);

#endif
