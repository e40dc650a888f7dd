#ifndef JL_JSON_ESCAPE_TABLE_H
#define JL_JSON_ESCAPE_TABLE_H
/** How the bytes are spelled that no JSON string may hold: U+0000 to U+001F, `"` and `\`. */
#define JL_ESCAPE_LEN_MAX 6

/** Each with its length in the last byte. */
extern const char jl_escapes[0x20 + 2][8];

/** @return eight bytes, of which the last says how many of the others the escape has. */
static inline const char *jl_escape_of(unsigned char byte) {
    return jl_escapes[byte < 0x20 ? byte : byte == '"' ? 0x20 : 0x21];
}

#endif
