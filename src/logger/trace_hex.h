#ifndef JL_LOGGER_TRACE_HEX_H
#define JL_LOGGER_TRACE_HEX_H
/** Ids of trace headers: hexadecimal digits to bytes and back. */
#include "base/text.h"

#include <stdint.h>

#define JL_TRACE_ID_BYTES 16
#define JL_SPAN_ID_BYTES  8

/** A header is read from the front; `at` is where, and stays where reading failed. */
typedef struct jl_trace_cursor {
    jl_text text;
    size_t at;
} jl_trace_cursor;

/** Take `count` bytes' worth of digits. @return false at the first byte that is none. */
bool jl_trace_take_hex(jl_trace_cursor *cursor, uint8_t *out, size_t count, bool takes_upper_case);

/** Take this very byte. */
bool jl_trace_take(jl_trace_cursor *cursor, char byte);

bool jl_trace_is_zero(const uint8_t *bytes, size_t count);

/** Write 2 * count lower-case digits, without a NUL. @return the byte behind them. */
char *jl_trace_put_hex(char *out, const uint8_t *bytes, size_t count);

/** The trace id as `1-<8 hex>-<24 hex>`, without a NUL. @return the byte behind it. */
#define JL_XRAY_ROOT_LEN 35
char *jl_trace_put_root(char *out, const uint8_t trace_id[JL_TRACE_ID_BYTES]);

/** The text that a caller gave by pointer and length. */
jl_text jl_trace_text(const char *text, size_t len);

/** Copy to a caller of limited space as snprintf() does. @return text.len. */
size_t jl_trace_copy_out(jl_text text, char *out, size_t out_size);

#endif
