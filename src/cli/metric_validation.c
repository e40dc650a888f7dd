#include "cli/metric_validation.h"

#include "cli/code_point.h"

#include <string.h>

/* Every constraint that is not met, in the service's words. */
typedef struct violations {
    const char *list[4];
    const char *members[4];
    size_t count;
} violations;

static void add(violations *found, const char *member, const char *constraint) {
    found->members[found->count] = member;
    found->list[found->count++] = constraint;
}

static size_t utf16_length(const request_text *text) {
    size_t units = 0;
    for (size_t at = 0; at < text->len;) {
        uint32_t code_point = 0;
        const size_t size = code_point_read(text->bytes + at, text->len - at, &code_point);
        units += size == 0 ? 1 : code_point_units(code_point);
        at += size == 0 ? 1 : size;
    }
    return units;
}

static bool has_empty_message(const metric_request *request) {
    for (size_t i = 0; i < request->message_count; i++) {
        if (request->messages[i].len == 0)
            return true;
    }
    return false;
}

static void check(const metric_request *request, violations *found) {
    static const char pattern[] = "filterPattern";
    static const char messages[] = "logEventMessages";
    if (request->pattern.bytes == NULL)
        add(found, pattern, "Member must not be null");
    else if (utf16_length(&request->pattern) > JSONLOG_PATTERN_MAX)
        add(found, pattern, "Member must have length less than or equal to 1024");
    if (!request->has_messages)
        add(found, messages, "Member must not be null");
    else if (request->message_count == 0)
        add(found, messages, "Member must have length greater than or equal to 1");
    else if (request->message_count > METRIC_MESSAGES_MAX)
        add(found, messages, "Member must have length less than or equal to 50");
    if (has_empty_message(request))
        add(found, messages,
            "Member must satisfy constraint: [Member must have length greater than or equal to 1]");
}

static void write_pattern(const metric_request *request, FILE *out) {
    if (request->pattern.bytes == NULL) {
        fputs("null", out);
        return;
    }
    putc('\'', out);
    fwrite(request->pattern.bytes, 1, request->pattern.len, out);
    putc('\'', out);
}

static void write_messages(const metric_request *request, FILE *out) {
    if (!request->has_messages) {
        fputs("null", out);
        return;
    }
    fputs("'[", out);
    for (size_t i = 0; i < request->message_count; i++) {
        fputs(i > 0 ? ", " : "", out);
        fwrite(request->messages[i].bytes, 1, request->messages[i].len, out);
    }
    fputs("]'", out);
}

bool metric_validation_refuses(const metric_request *request, FILE *message) {
    violations found = {.count = 0};
    check(request, &found);
    if (found.count == 0)
        return false;
    fprintf(message, "%zu validation error%s detected: ", found.count, found.count > 1 ? "s" : "");
    for (size_t i = 0; i < found.count; i++) {
        fputs(i > 0 ? "; Value " : "Value ", message);
        if (strcmp(found.members[i], "filterPattern") == 0)
            write_pattern(request, message);
        else
            write_messages(request, message);
        fprintf(message, " at '%s' failed to satisfy constraint: %s", found.members[i],
                found.list[i]);
    }
    return true;
}

/* The last of them: the term itself may contain anything. */
static const char *last_of(const char *text, const char *wanted) {
    const char *last = NULL;
    for (const char *at = text; (at = strstr(at, wanted)) != NULL; at++)
        last = at;
    return last;
}

size_t metric_validation_own_part(const jsonlog_err *err) {
    static const char general[] = "Invalid metric filter pattern";
    static const char term[] = "Invalid character(s) in term '";
    if (strncmp(err->text, general, sizeof general - 1) == 0)
        return sizeof general - 1;
    if (strncmp(err->text, term, sizeof term - 1) == 0) {
        const char *end = last_of(err->text + sizeof term - 1, "': ");
        if (end != NULL)
            return (size_t)(end - err->text) + 1;
    }
    return strlen(err->text);
}
