#include "cli/time_range.h"

#include "cli/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_bound(const char *option, const char *text, instant now, bool *is_set,
                       instant *bound) {
    *is_set = text != NULL;
    if (text == NULL || instant_read_age(text, now, bound) ||
        instant_read(text, strlen(text), bound))
        return true;
    tool_error(option, "write a time such as 2026-11-22T08:07:45Z, or an age such as 15m, 2h, 3d");
    return false;
}

bool time_range_init(time_range *range, const char *since, const char *until) {
    *range = (time_range){0};
    const instant now = instant_now();
    return read_bound("--since", since, now, &range->has_since, &range->since) &&
           read_bound("--until", until, now, &range->has_until, &range->until);
}

static bool use_named_field(time_range *range, const char *field, const jsonlog_filter *pattern,
                            const jsonlog_filter *any_json) {
    if (*field != '$') {
        if (asprintf(&range->own_reference, "$.['%s']", field) < 0)
            range->own_reference = NULL;
        field = range->own_reference;
    }
    jsonlog_err err = {.text = "out of memory"};
    range->field_count = 1;
    if (field != NULL &&
        line_field_init(&range->fields[0], field, pattern, any_json, &err) == JSONLOG_OK)
        return true;
    tool_error("--timestamp-field", err.text);
    return false;
}

bool time_range_use_field(time_range *range, const char *field, const jsonlog_filter *pattern,
                          const jsonlog_filter *any_json) {
    static const char *const in_json[] = {"$.timestamp", "$.['@timestamp']", "$.time"};
    static const char *const in_tokens[] = {"$timestamp", "$time"};
    if (field != NULL)
        return use_named_field(range, field, pattern, any_json);
    if (jsonlog_filter_get_kind(pattern) == JSONLOG_FILTER_DELIMITED) {
        for (size_t i = 0; i < sizeof in_tokens / sizeof *in_tokens; i++) {
            line_field *next = &range->fields[range->field_count];
            if (line_field_init(next, in_tokens[i], pattern, any_json, NULL) == JSONLOG_OK)
                range->field_count++;
        }
    }
    if (range->field_count > 0)
        return true;
    for (size_t i = 0; i < sizeof in_json / sizeof *in_json; i++)
        range->fields[range->field_count++] = (line_field){any_json, in_json[i]};
    return true;
}

bool time_range_is_set(const time_range *range) {
    return range->has_since || range->has_until;
}

static bool read_found(const jsonlog_found *found, instant *time) {
    if (found->type == JSONLOG_FOUND_NUMBER)
        return instant_read_number(found->text, found->len, time);
    if (found->type != JSONLOG_FOUND_STRING && found->type != JSONLOG_FOUND_TOKEN)
        return false;
    char text[64];
    const size_t len = jsonlog_found_text(found, text, sizeof text);
    return len < sizeof text &&
           (instant_read(text, len, time) || instant_read_number(text, len, time));
}

time_verdict time_range_check(const time_range *range, const char *line, size_t len) {
    for (size_t i = 0; i < range->field_count; i++) {
        const jsonlog_found found = line_field_get(&range->fields[i], line, len);
        instant time;
        if (!read_found(&found, &time))
            continue;
        const bool is_early = range->has_since && instant_compare(time, range->since) < 0;
        const bool is_late = range->has_until && instant_compare(time, range->until) >= 0;
        return is_early || is_late ? TIME_OUTSIDE : TIME_INSIDE;
    }
    return TIME_UNKNOWN;
}

void time_range_done(time_range *range) {
    free(range->own_reference);
    range->own_reference = NULL;
}
