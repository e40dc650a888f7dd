#include "base/err.h"

#include "base/utf8.h"

#include <stdio.h>

/* Sentences quote what the user wrote, so any byte can come along: an ill-formed byte is shown as
 * `?`, whatever would break the line or fool a terminal as a blank. Both fit where the bytes were.
 */
static size_t copy_clean(char *out, jl_text text) {
    size_t written = 0;
    for (size_t at = 0, bytes; at < text.len; at += bytes) {
        jl_text rest = {text.ptr + at, text.len - at};
        uint32_t code_point = jl_utf8_decode(rest, &bytes);
        if (code_point == JL_UTF8_INVALID) {
            out[written++] = '?';
        } else if (jl_utf8_is_hostile(code_point)) {
            out[written++] = ' ';
        } else {
            memcpy(out + written, rest.ptr, bytes);
            written += bytes;
        }
    }
    return written;
}

jsonlog_status jl_err_set(jsonlog_err *err, jsonlog_status code, size_t offset, const char *format,
                          ...) {
    if (err == NULL)
        return code;
    /* Three bytes more than fit, so that a code point at the cut is seen whole. */
    char sentence[JSONLOG_ERR_TEXT_MAX + 4];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    jl_text text = {sentence, len < 0 ? 0 : (size_t)len};
    if (text.len >= sizeof sentence)
        text.len = sizeof sentence - 1;
    text.len = jl_utf8_cut(text, JSONLOG_ERR_TEXT_MAX - 1);
    err->code = code;
    err->offset = offset;
    err->text[copy_clean(err->text, text)] = '\0';
    return code;
}

jsonlog_status jl_err_nomem(jsonlog_err *err) {
    return jl_err_set(err, JSONLOG_E_NOMEM, JSONLOG_NO_OFFSET, "%s",
                      jsonlog_status_text(JSONLOG_E_NOMEM));
}

jsonlog_status jl_err_no_out(jsonlog_err *err) {
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "out is NULL");
}

jsonlog_status jl_err_wrong_size(jsonlog_err *err, const char *type) {
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "wrong size of %s", type);
}
