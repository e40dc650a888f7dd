#ifndef JL_JSON_BINARY_H
#define JL_JSON_BINARY_H
/** Bytes as text that needs no escaping: base64 (RFC 4648, with padding) and lower-case hex. */
#include "base/buffer.h"

#include <stdint.h>

/**
 * Append base64, at most `limit` bytes of it, cut at a multiple of four characters.
 * @param is_url_safe  `-` and `_` (RFC 4648 section 5) instead of `+` and `/`.
 * @return true if all of it was written.
 */
bool jl_base64_append(jl_buffer *out, const void *bytes, size_t len, bool is_url_safe,
                      size_t limit);

/** Append two lower-case hex digits a byte, at most `limit` bytes. @return true if all was written.
 */
bool jl_hex_append(jl_buffer *out, const void *bytes, size_t len, size_t limit);

/** Append 36 characters, 8-4-4-4-12, lower case (RFC 9562 section 4). */
void jl_uuid_append(jl_buffer *out, const uint8_t bytes[16]);

#endif
