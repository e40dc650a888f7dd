#include "cli/line_field.h"

#include <string.h>

jsonlog_filter *line_field_any_json(void) {
    /* A value cannot be an array with elements and an object with members at once. */
    static const char always[] = "{ $.a[0] NOT EXISTS || $.a.b NOT EXISTS }";
    jsonlog_filter *filter = NULL;
    jsonlog_filter_compile(always, sizeof always - 1, &filter, NULL);
    return filter;
}

jsonlog_status line_field_init(line_field *field, const char *reference,
                               const jsonlog_filter *pattern, const jsonlog_filter *any_json,
                               jsonlog_err *err) {
    const bool is_json = strncmp(reference, "$.", 2) == 0;
    const bool is_own = !is_json && jsonlog_filter_get_kind(pattern) == JSONLOG_FILTER_DELIMITED;
    *field = (line_field){is_own ? pattern : any_json, reference};
    jsonlog_found found;
    return jsonlog_filter_extract(field->filter, reference, "", 0, &found, err);
}

jsonlog_found line_field_get(const line_field *field, const char *line, size_t len) {
    jsonlog_found found = {.type = JSONLOG_FOUND_NOTHING};
    jsonlog_filter_extract(field->filter, field->reference, line, len, &found, NULL);
    return found;
}
