#ifndef JL_LOGGER_FOREIGN_ECHO_H
#define JL_LOGGER_FOREIGN_ECHO_H
/**
 * Does a capture hear itself? A handler that writes to the descriptor that is captured makes each
 * line come back inside a longer one, that inside another, for ever.
 *
 * A line is taken for an echo if the beginning of one of the last lines stands somewhere inside it,
 * plain or escaped as in JSON, and it is longer by what a record at least adds. One such line may
 * be chance, eight in each other are not.
 */
#include "base/text.h"

/** So many lines may be under way at once and still be told apart. */
#define JL_ECHO_LINES 16
#define JL_ECHO_BYTES 48
#define JL_ECHO_DEPTH 8

typedef struct jl_echo_line {
    char begin[JL_ECHO_BYTES];
    char escaped[6 * JL_ECHO_BYTES];
    size_t begin_len, escaped_len;
    size_t len; /**< of the whole line */
    unsigned depth;
} jl_echo_line;

typedef struct jl_echo {
    jl_echo_line lines[JL_ECHO_LINES];
    unsigned next;
} jl_echo;

/** Look at a line and remember it. @return true if it is a loop. */
bool jl_echo_is_loop(jl_echo *echo, jl_text line, bool is_cut);

#endif
