#include <jsonlog/extract.h>

#include "base/err.h"
#include "base/utf8.h"
#include "filter/matcher.h"
#include "filter/reference.h"
#include "json/unescape.h"

static jsonlog_status check_reference(jl_text reference, jsonlog_err *err) {
    if (reference.len > JSONLOG_PATTERN_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_PATTERN_MAX,
                          "the reference is longer than %d bytes", JSONLOG_PATTERN_MAX);
    const size_t valid = jl_utf8_valid_prefix(reference);
    if (valid < reference.len)
        return jl_err_set(err, JSONLOG_E_INVALID, valid, "the reference is not UTF-8");
    return JSONLOG_OK;
}

jsonlog_status jsonlog_filter_extract(const jsonlog_filter *filter, const char *reference,
                                      const char *line, size_t len, jsonlog_found *out,
                                      jsonlog_err *err) {
    if (filter == NULL || reference == NULL || out == NULL || (line == NULL && len > 0))
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "filter, reference, line and the place for the value must not be NULL");
    const jl_text text = jl_text_of(reference);
    jsonlog_status status = check_reference(text, err);
    if (status != JSONLOG_OK)
        return status;
    jl_step steps[JL_REFERENCE_STEPS(JSONLOG_PATTERN_MAX)];
    jl_reference read;
    status = jl_reference_read(filter, text, steps, &read, err);
    if (status != JSONLOG_OK)
        return status;
    jl_line_values values;
    jl_line_values_begin(&values, filter, (jl_text){line == NULL ? "" : line, len});
    *out = jl_line_values_get(&values, &read);
    return JSONLOG_OK;
}

/* --- as text --------------------------------------------------------------------------------- */

typedef struct writer {
    char *out;
    size_t size;
    size_t written; /* bytes in out */
    size_t len;     /* bytes of the whole */
} writer;

/* Bytes that stay together. Once some do not fit, nothing is written any more. */
static void write_whole(writer *w, const char *bytes, size_t len) {
    if (w->written == w->len && w->size > 0 && len < w->size - w->written) {
        memcpy(w->out + w->written, bytes, len);
        w->written += len;
    }
    w->len += len;
}

static void write_string(writer *w, jl_json_string string) {
    jl_unescape cursor = jl_unescape_begin(string);
    while (jl_unescape_is_more(&cursor)) {
        char bytes[4];
        const uint32_t code_point = jl_unescape_next(&cursor);
        const size_t len = jl_utf8_encode(jl_is_surrogate(code_point) ? 0xFFFD : code_point, bytes);
        write_whole(w, bytes, len);
    }
}

static void write_plain(writer *w, jl_text text) {
    const size_t room = w->size == 0 ? 0 : w->size - 1;
    const size_t cut = text.len <= room ? text.len : jl_utf8_cut(text, room);
    if (cut > 0)
        memcpy(w->out, text.ptr, cut);
    w->written = cut;
    w->len = text.len;
}

size_t jsonlog_found_text(const jsonlog_found *found, char *out, size_t out_size) {
    writer w = {out, out == NULL ? 0 : out_size, 0, 0};
    if (found != NULL && found->type == JSONLOG_FOUND_STRING)
        write_string(&w, (jl_json_string){found->text, found->len, true});
    else if (found != NULL && found->type != JSONLOG_FOUND_NOTHING)
        write_plain(&w, (jl_text){found->text, found->len});
    if (w.size > 0)
        w.out[w.written] = '\0';
    return w.len;
}

/* --- all values ------------------------------------------------------------------------------ */

typedef struct listener {
    jsonlog_extract_fn *each;
    void *context;
} listener;

static bool tell(jl_text reference, jl_text token, void *context) {
    const listener *to = context;
    const jsonlog_found found = {JSONLOG_FOUND_TOKEN, token.ptr, token.len};
    return to->each(reference.ptr, reference.len, &found, to->context);
}

bool jsonlog_filter_extract_all(const jsonlog_filter *filter, const char *line, size_t len,
                                jsonlog_extract_fn *each, void *context) {
    if (!jsonlog_filter_match(filter, line, len))
        return false;
    if (filter->kind != JSONLOG_FILTER_DELIMITED)
        return true;
    const jl_text text = {line == NULL ? "" : line, len};
    jl_binding binding;
    if (!jl_bind(filter->delimited, text, &binding))
        return false;
    listener to = {each, context};
    jl_binding_each(filter->delimited, &binding, text, tell, &to);
    return true;
}
