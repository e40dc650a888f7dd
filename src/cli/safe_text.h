#ifndef JL_CLI_SAFE_TEXT_H
#define JL_CLI_SAFE_TEXT_H
/**
 * Text from outside on its way to a stream. A terminal gets it with everything escaped that could
 * take it over; files and pipes get the bytes as they are.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * Print text.
 *
 * @param escapes  print control and bidi characters as \u001b and ill-formed bytes as \xff. A
 *                 carriage return that ends the text stays: it stands before a line break.
 */
void print_text(FILE *out, const char *text, size_t len, bool escapes);

/** print_text() of a NUL-terminated text, escaped if `out` is a terminal. */
void print_name(FILE *out, const char *name);

#endif
