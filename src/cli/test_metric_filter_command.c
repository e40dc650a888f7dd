/**
 * jsonlog test-metric-filter: what `aws logs test-metric-filter` answers, without AWS.
 */
#include "cli/byte_source.h"
#include "cli/json_text.h"
#include "cli/metric_validation.h"
#include "cli/tool.h"

#include <jsonlog/extract.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: jsonlog test-metric-filter [FILE]\n"
    "       jsonlog test-metric-filter --filter-pattern PATTERN --log-event-messages MESSAGE...\n"
    "\n"
    "Answer as `aws logs test-metric-filter` does: which messages the pattern matches, and the\n"
    "values that a space-delimited pattern names. FILE, or standard input, holds the request:\n"
    "\n"
    "  {\"filterPattern\": \"[ip, user, status=4*]\", \"logEventMessages\": [\"10.0.0.1 ada "
    "404\"]}\n"
    "\n"
    "  --filter-pattern PATTERN         the pattern\n"
    "  --log-event-messages MESSAGE...  1 to 50 messages, up to the next argument with --; or, "
    "after\n"
    "                                   a = sign, one\n"
    "  --help                           print this\n"
    "\n"
    "Exit status: 0 if there is an answer, 2 if the answer is an error.\n";

/* The whole of a file, NUL-terminated. @return NULL with *why. */
static char *read_all(byte_source *source, size_t *len, const char **why) {
    size_t capacity = 0;
    char *text = NULL;
    for (*len = 0;;) {
        if (capacity - *len < 2) {
            capacity = capacity == 0 ? 64 * 1024 : 2 * capacity;
            char *grown = realloc(text, capacity);
            *why = strerror(ENOMEM);
            if (grown == NULL)
                break;
            text = grown;
        }
        const ssize_t got = byte_source_read(source, text + *len, capacity - *len - 1);
        *why = byte_source_why(source);
        if (got < 0)
            break;
        *len += (size_t)got;
        text[*len] = '\0';
        if (got == 0)
            return text;
    }
    free(text);
    return NULL;
}

static char *read_file(const char *path, size_t *len) {
    byte_source source;
    char *text = NULL;
    const char *why = NULL;
    if (byte_source_open(&source, path))
        text = read_all(&source, len, &why);
    else
        why = byte_source_why(&source);
    if (text == NULL)
        tool_error(source_name(path), why);
    byte_source_close(&source);
    return text;
}

static bool is_terminal(void) {
    return isatty(STDOUT_FILENO) == 1;
}

/* @return TOOL_TROUBLE. */
static int answer_error(const char *type, const char *message, size_t len) {
    printf("{\"__type\":\"%s\",\"message\":", type);
    print_json_string(stdout, message, len, is_terminal());
    fputs("}\n", stdout);
    tool_finish(TOOL_FOUND);
    return TOOL_TROUBLE;
}

static bool print_value(const char *name, size_t name_len, const jsonlog_found *found,
                        void *context) {
    size_t *count = context;
    printf("%s\n                ", (*count)++ > 0 ? "," : "");
    print_json_string(stdout, name, name_len, is_terminal());
    fputs(": ", stdout);
    print_json_string(stdout, found->text, found->len, is_terminal());
    return true;
}

static void print_match(const jsonlog_filter *filter, const request_text *message, size_t number) {
    printf("        {\n            \"eventNumber\": %zu,\n            \"eventMessage\": ", number);
    print_json_string(stdout, message->bytes, message->len, is_terminal());
    fputs(",\n            \"extractedValues\": {", stdout);
    size_t count = 0;
    jsonlog_filter_extract_all(filter, message->bytes, message->len, print_value, &count);
    fputs(count > 0 ? "\n            }\n        }" : "}\n        }", stdout);
}

static void print_matches(const jsonlog_filter *filter, const metric_request *request) {
    size_t matches = 0;
    fputs("{\n    \"matches\": [", stdout);
    for (size_t i = 0; i < request->message_count; i++) {
        const request_text *message = &request->messages[i];
        if (!jsonlog_filter_match(filter, message->bytes, message->len))
            continue;
        fputs(matches++ > 0 ? ",\n" : "\n", stdout);
        print_match(filter, message, i + 1);
    }
    fputs(matches > 0 ? "\n    ]\n}\n" : "]\n}\n", stdout);
}

static int answer_pattern_error(const jsonlog_err *err) {
    return answer_error("InvalidParameterException", err->text, metric_validation_own_part(err));
}

/* @return -1 if the request is fit to be answered, else the exit status. */
static int answer_refusal(const metric_request *request) {
    char *message = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&message, &len);
    const bool is_refused = out != NULL && metric_validation_refuses(request, out);
    const bool is_written = out != NULL && fclose(out) == 0;
    int status = -1;
    if (!is_written)
        tool_error("test-metric-filter", strerror(ENOMEM));
    if (!is_written)
        status = TOOL_TROUBLE;
    else if (is_refused)
        status = answer_error("InvalidParameterException", message, len);
    free(message);
    return status;
}

static int answer(const metric_request *request) {
    const int status = answer_refusal(request);
    if (status >= 0)
        return status;
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    if (jsonlog_filter_compile(request->pattern.bytes, request->pattern.len, &filter, &err) !=
        JSONLOG_OK)
        return answer_pattern_error(&err);
    print_matches(filter, request);
    jsonlog_filter_free(filter);
    return tool_finish(TOOL_FOUND);
}

static int answer_file(const char *path) {
    metric_request request = {0};
    size_t len = 0;
    char *json = read_file(path, &len);
    if (json == NULL)
        return TOOL_TROUBLE;
    const char *why = metric_request_read(&request, json, len);
    const int status =
        why == NULL ? answer(&request) : answer_error("SerializationException", why, strlen(why));
    free(json);
    metric_request_done(&request);
    return status;
}

/* @return the option's value if `argument` is `name=value`, else NULL. */
static const char *joined_value(const char *argument, const char *name) {
    const size_t len = strlen(name);
    return strncmp(argument, name, len) == 0 && argument[len] == '=' ? argument + len + 1 : NULL;
}

/* Take the arguments from `at` on that are messages. @return the first that is not. */
static int take_messages(metric_request *request, int argc, char **argv, int at, bool *is_good) {
    request->has_messages = true;
    for (; at < argc && strncmp(argv[at], "--", 2) != 0 && *is_good; at++)
        *is_good = metric_request_add(request, argv[at], strlen(argv[at]));
    return at;
}

/* getopt has no option with several arguments. @return false if one cannot be understood. */
static bool read_arguments(metric_request *request, int argc, char **argv) {
    bool is_good = true;
    for (int i = 1; i < argc && is_good; i++) {
        const char *pattern = joined_value(argv[i], "--filter-pattern");
        const char *message = joined_value(argv[i], "--log-event-messages");
        if (strcmp(argv[i], "--filter-pattern") == 0 && i + 1 < argc)
            pattern = argv[++i];
        if (pattern != NULL)
            is_good = metric_request_set_pattern(request, pattern, strlen(pattern));
        else if (message != NULL)
            is_good = metric_request_add(request, message, strlen(message));
        else if (strcmp(argv[i], "--log-event-messages") == 0)
            i = take_messages(request, argc, argv, i + 1, &is_good) - 1;
        else
            is_good = false;
    }
    return is_good;
}

static int answer_arguments(int argc, char **argv) {
    metric_request request = {0};
    int status = TOOL_TROUBLE;
    if (read_arguments(&request, argc, argv))
        status = answer(&request);
    else
        fputs(usage, stderr);
    metric_request_done(&request);
    return status;
}

int test_metric_filter_command(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return tool_finish(TOOL_FOUND);
    }
    if (argc == 1)
        return answer_file(SOURCE_STDIN);
    if (argc == 2 && strncmp(argv[1], "--", 2) != 0)
        return answer_file(argv[1]);
    return answer_arguments(argc, argv);
}
