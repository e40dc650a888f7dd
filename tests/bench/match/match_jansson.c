/** jansson: a tree for each line. MODE is of no matter; QUERY is Q1 to Q5. */
#include "chunks.h"

#include <jansson.h>

static bool is_text(const json_t *value, const char *wanted) {
    return json_is_string(value) && strcmp(json_string_value(value), wanted) == 0;
}

static double number_of(const json_t *value) {
    return json_is_number(value) ? json_number_value(value) : -1;
}

static bool q1(const json_t *event) {
    return is_text(json_object_get(event, "logType"), "ERROR");
}

static bool q2(const json_t *event) {
    const char *text = json_string_value(json_object_get(event, "errorMessage"));
    return q1(event) && text != NULL && strstr(text, "인증실패") != NULL;
}

static bool q3(const json_t *event) {
    return number_of(json_object_get(json_object_get(event, "user"), "age")) >= 20;
}

static bool q4(const json_t *event) {
    const char *text = json_string_value(json_object_get(event, "errorCode"));
    return text != NULL && strncmp(text, "DA0001", 6) == 0;
}

static bool q5(const json_t *event) {
    const json_t *geo = json_object_get(json_object_get(event, "user"), "geo");
    const json_t *cause = json_object_get(json_object_get(event, "error"), "cause");
    return number_of(json_object_get(json_object_get(event, "http"), "status")) >= 500 ||
           is_text(json_object_get(geo, "country"), "VN") ||
           number_of(json_object_get(json_object_get(event, "retry"), "count")) > 3 ||
           is_text(json_object_get(cause, "code"), "E_TIMEOUT");
}

static bool (*const queries[])(const json_t *event) = {q1, q2, q3, q4, q5};
static bool (*query)(const json_t *event);

static bool is_hit(const char *line, size_t len) {
    json_t *event = json_loadb(line, len, 0, NULL);
    const bool hit = event != NULL && query(event);
    json_decref(event);
    return hit;
}

DEFINE_COUNT_BY_LINE(count_by_line, is_hit)

int main(int argc, char **argv) {
    match_request request;
    if (!match_read_arguments(argc, argv, &request))
        return 2;
    query = queries[(request.query[1] - '1') % 5];
    return match_main(BENCH_PROGRAM, &request, count_by_line);
}
