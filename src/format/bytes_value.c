/* Bytes as base64 or hexadecimal text, and UUIDs. In a program that is linked statically only if it
 * makes such values. */
#include "format/value_writer.h"
#include "json/binary.h"

static bool append_bytes(jsonlog_writer *writer, const jsonlog_value *value, size_t limit) {
    jsonlog_bytes_style style = writer->style->bytes_style;
    if (style == JSONLOG_BYTES_HEX)
        return jl_hex_append(writer->out, value->as.pointer, value->with.len, limit);
    return jl_base64_append(writer->out, value->as.pointer, value->with.len,
                            style != JSONLOG_BYTES_BASE64, limit);
}

/* @return how long the text of all bytes is; SIZE_MAX if that cannot be counted. */
static size_t bytes_text_len(size_t len, jsonlog_bytes_style style) {
    if (len > SIZE_MAX / 4)
        return SIZE_MAX;
    return style == JSONLOG_BYTES_HEX ? len * 2 : (len + 2) / 3 * 4;
}

/* Cut bytes keep whole groups of digits and then carry the mark, as strings do. */
void jl_write_bytes(jsonlog_writer *writer, const jsonlog_value *value) {
    size_t limit = writer->string_limit;
    bool is_whole = bytes_text_len(value->with.len, writer->style->bytes_style) <= limit;
    size_t mark_max = 6;
    jl_buffer_append_char(writer->out, '"');
    size_t start = writer->out->len;
    append_bytes(writer, value, is_whole || limit < mark_max ? limit : limit - mark_max);
    if (!is_whole)
        jl_write_cut_mark(writer, limit - (writer->out->len - start));
    jl_buffer_append_char(writer->out, '"');
}

void jl_write_uuid(jsonlog_writer *writer, const jsonlog_value *value) {
    jl_buffer_append_char(writer->out, '"');
    jl_uuid_append(writer->out, value->as.pointer);
    jl_buffer_append_char(writer->out, '"');
}

jsonlog_value jsonlog_bytes(const void *bytes, size_t len) {
    return jsonlog_from_pointer(JSONLOG_TYPE_BYTES, bytes, len);
}

jsonlog_value jsonlog_uuid(const uint8_t *bytes16) {
    return jsonlog_from_pointer(JSONLOG_TYPE_UUID, bytes16, 16);
}
