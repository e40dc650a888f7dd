#ifndef JL_CLI_FILTER_OPTIONS_H
#define JL_CLI_FILTER_OPTIONS_H
/**
 * The command line of `jsonlog filter`.
 */
#include "cli/color.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** More selected values than anybody prints in a row. */
enum { FILTER_ONLY_MAX = 32 };

/** Whether lines carry the name of their file; AUTO: if there may be several. */
typedef enum names_when { NAMES_AUTO, NAMES_ALWAYS, NAMES_NEVER } names_when;

/** Texts are borrowed from argv. */
typedef struct filter_options {
    const char *pattern;
    char **paths;
    size_t path_count;
    const char *only[FILTER_ONLY_MAX];
    size_t only_count;
    const char *since;
    const char *until;
    const char *timestamp_field;
    uint64_t limit; /**< selected lines of a file, UINT64_MAX: all */
    size_t before;
    size_t after;
    names_when names;
    color_when color;
    unsigned threads; /**< 0: one for each core */
    bool has_threads;
    bool counts;
    bool inverts;
    bool numbers;
    bool is_raw;
    bool as_json;
    bool follows;
    bool shows_stats;
} filter_options;

/** @return -1 to go on, else the exit status. */
int filter_options_read(filter_options *options, int argc, char **argv);

#endif
