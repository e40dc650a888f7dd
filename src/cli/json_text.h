#ifndef JL_CLI_JSON_TEXT_H
#define JL_CLI_JSON_TEXT_H
/**
 * JSON text on its way to a stream: always well-formed UTF-8, an ill-formed byte as U+FFFD.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** Print text as a JSON string. @param escapes  write what a terminal must not see as \u0085. */
void print_json_string(FILE *out, const char *text, size_t len, bool escapes);

/** Print text that is JSON already, repaired where it is not UTF-8. */
void print_json(FILE *out, const char *json, size_t len, bool escapes);

#endif
