#ifndef JL_JSON_ESCAPE_TABLE_H
#define JL_JSON_ESCAPE_TABLE_H
/** How the bytes are spelled that no JSON string may hold: U+0000 to U+001F, `"` and `\`. */
#include <stddef.h>
#include <string.h>

#define JL_ESCAPE_LEN_MAX 6

/** Each with its length in the last byte. */
static const char jl_escapes[0x20 + 2][8] = {
#define UNIT(high, low) \
    { '\\', 'u', '0', '0', high, low, 0, 6 }
#define NAME(name) \
    { '\\', name, 0, 0, 0, 0, 0, 2 }
    UNIT('0', '0'), UNIT('0', '1'), UNIT('0', '2'), UNIT('0', '3'), UNIT('0', '4'), UNIT('0', '5'),
    UNIT('0', '6'), UNIT('0', '7'), NAME('b'),      NAME('t'),      NAME('n'),      UNIT('0', 'b'),
    NAME('f'),      NAME('r'),      UNIT('0', 'e'), UNIT('0', 'f'), UNIT('1', '0'), UNIT('1', '1'),
    UNIT('1', '2'), UNIT('1', '3'), UNIT('1', '4'), UNIT('1', '5'), UNIT('1', '6'), UNIT('1', '7'),
    UNIT('1', '8'), UNIT('1', '9'), UNIT('1', 'a'), UNIT('1', 'b'), UNIT('1', 'c'), UNIT('1', 'd'),
    UNIT('1', 'e'), UNIT('1', 'f'), NAME('"'),      NAME('\\'),
#undef UNIT
#undef NAME
};

/** @return eight bytes, of which the last says how many of the others the escape has. */
static inline const char *jl_escape_of(unsigned char byte) {
    return jl_escapes[byte < 0x20 ? byte : byte == '"' ? 0x20 : 0x21];
}

#endif
