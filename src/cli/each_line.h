#ifndef JL_CLI_EACH_LINE_H
#define JL_CLI_EACH_LINE_H
/**
 * All lines of all input files, for commands that do the same with each.
 */
#include "cli/input_list.h"
#include "cli/line_output.h"

/** Told one line. @return false if it met trouble, which it reported; the rest follows all the
 * same. */
typedef bool each_line_fn(const placed_line *line, void *context);

/**
 * Read files one after the other, until nobody takes the output any more.
 *
 * @param paths  as for input_list_init().
 * @return false if there was trouble with a file or with a line; it was reported.
 */
bool each_line(char *const *paths, size_t count, each_line_fn *take, void *context);

#endif
