#ifndef JL_CLI_CODE_POINT_H
#define JL_CLI_CODE_POINT_H
/**
 * Code points of UTF-8 text, and which of them a terminal must not see.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** @return the bytes of the code point at `text`, or 0 if the bytes there are not well-formed.
 *  @param len  at least 1. */
size_t code_point_read(const char *text, size_t len, uint32_t *code_point);

/** @return how many UTF-16 code units it takes. */
size_t code_point_units(uint32_t code_point);

/** Whether it moves the cursor, changes the terminal's state or the reading direction: controls
 *  (C0 but for the tab, DEL, C1), U+2028 and U+2029, and the bidirectional controls. */
bool code_point_is_unsafe(uint32_t code_point);

#endif
