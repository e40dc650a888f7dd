#include "cli/metric_request.h"

#include "cli/code_point.h"
#include "cli/line_field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char out_of_memory[] = "out of memory";

static bool copy_text(request_text *to, const char *text, size_t len) {
    to->bytes = malloc(len + 1);
    if (to->bytes == NULL)
        return false;
    if (len > 0)
        memcpy(to->bytes, text, len);
    to->bytes[len] = '\0';
    to->len = len;
    return true;
}

bool metric_request_set_pattern(metric_request *request, const char *text, size_t len) {
    free(request->pattern.bytes);
    return copy_text(&request->pattern, text, len);
}

/* @return room for one more message; NULL if memory is out. */
static request_text *next_message(metric_request *request) {
    const size_t count = request->message_count;
    request_text *messages = realloc(request->messages, (count + 1) * sizeof *messages);
    if (messages == NULL)
        return NULL;
    request->messages = messages;
    request->has_messages = true;
    return &messages[count];
}

bool metric_request_add(metric_request *request, const char *text, size_t len) {
    request_text *message = next_message(request);
    if (message == NULL || !copy_text(message, text, len))
        return false;
    request->message_count++;
    return true;
}

/* jsonlog reads JSON on demand: a value comes as a view of the text, and only strings that are
 * wanted are decoded, with every NUL and line break they hold. */
static jsonlog_found find(const jsonlog_filter *any_json, const char *reference, const char *json,
                          size_t len) {
    const line_field field = {any_json, reference};
    return line_field_get(&field, json, len);
}

static bool decode(const jsonlog_found *found, request_text *to) {
    to->len = jsonlog_found_text(found, NULL, 0);
    to->bytes = malloc(to->len + 1);
    if (to->bytes == NULL)
        return false;
    jsonlog_found_text(found, to->bytes, to->len + 1);
    return true;
}

static const char *read_pattern(metric_request *request, const jsonlog_filter *any_json,
                                const char *json, size_t len) {
    const jsonlog_found found = find(any_json, "$.filterPattern", json, len);
    if (found.type == JSONLOG_FOUND_NOTHING || found.type == JSONLOG_FOUND_NULL)
        return NULL;
    if (found.type != JSONLOG_FOUND_STRING)
        return "filterPattern is not a string";
    return decode(&found, &request->pattern) ? NULL : out_of_memory;
}

/* One message more than the call takes is enough to refuse the rest. */
static const char *read_messages(metric_request *request, const jsonlog_filter *any_json,
                                 const char *json, size_t len) {
    for (size_t i = 0; i <= METRIC_MESSAGES_MAX; i++) {
        char reference[40];
        snprintf(reference, sizeof reference, "$.logEventMessages[%zu]", i);
        const jsonlog_found found = find(any_json, reference, json, len);
        if (found.type == JSONLOG_FOUND_NOTHING)
            return NULL;
        if (found.type != JSONLOG_FOUND_STRING)
            return "logEventMessages contains something that is not a string";
        request_text *message = next_message(request);
        if (message == NULL || !decode(&found, message))
            return out_of_memory;
        request->message_count++;
    }
    return NULL;
}

static const char *read_members(metric_request *request, const jsonlog_filter *any_json,
                                const char *json, size_t len) {
    if (!jsonlog_filter_match(any_json, json, len))
        return "the request is not one JSON object";
    const char *why = read_pattern(request, any_json, json, len);
    if (why != NULL)
        return why;
    const jsonlog_found list = find(any_json, "$.logEventMessages", json, len);
    if (list.type == JSONLOG_FOUND_NOTHING || list.type == JSONLOG_FOUND_NULL)
        return NULL;
    if (list.type != JSONLOG_FOUND_ARRAY)
        return "logEventMessages is not a list";
    request->has_messages = true;
    return read_messages(request, any_json, json, len);
}

static bool is_utf8(const char *text, size_t len) {
    for (size_t at = 0; at < len;) {
        uint32_t code_point = 0;
        const size_t size = code_point_read(text + at, len - at, &code_point);
        if (size == 0)
            return false;
        at += size;
    }
    return true;
}

const char *metric_request_read(metric_request *request, const char *json, size_t len) {
    if (!is_utf8(json, len))
        return "the request is not UTF-8";
    jsonlog_filter *any_json = line_field_any_json();
    if (any_json == NULL)
        return out_of_memory;
    const char *why = read_members(request, any_json, json, len);
    jsonlog_filter_free(any_json);
    return why;
}

void metric_request_done(metric_request *request) {
    for (size_t i = 0; i < request->message_count; i++)
        free(request->messages[i].bytes);
    free(request->messages);
    free(request->pattern.bytes);
    *request = (metric_request){0};
}
