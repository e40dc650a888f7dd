#ifndef JL_CLI_COLOR_H
#define JL_CLI_COLOR_H
/**
 * Colours on the standard output: grep's for names and numbers.
 */
#include <stdbool.h>

typedef enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color_when;

#define COLOR_NAME      "\033[35m"
#define COLOR_NUMBER    "\033[32m"
#define COLOR_SEPARATOR "\033[36m"
#define COLOR_VALUE     "\033[1;31m"
#define COLOR_YES       "\033[32m"
#define COLOR_NO        "\033[31m"
#define COLOR_CARET     "\033[1;35m"
#define COLOR_END       "\033[m"

/** Read the argument of --color: auto, always, never. @return false, and say so, if it is none. */
bool color_read(const char *text, color_when *when);

/** @return whether to colour the standard output; `auto` asks for a terminal that is not dumb, and
 *  that NO_COLOR is unset or empty. */
bool color_wanted(color_when when);

#endif
