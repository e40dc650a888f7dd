/** cJSON: a tree for each line. MODE is of no matter; QUERY is Q1 to Q5. */
#include "chunks.h"

#include <cjson/cJSON.h>

static bool is_text(const cJSON *value, const char *wanted) {
    return cJSON_IsString(value) && strcmp(value->valuestring, wanted) == 0;
}

static const cJSON *member(const cJSON *object, const char *key) {
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static double number_of(const cJSON *value) {
    return cJSON_IsNumber(value) ? value->valuedouble : -1;
}

static bool q1(const cJSON *event) {
    return is_text(member(event, "logType"), "ERROR");
}

static bool q2(const cJSON *event) {
    const cJSON *text = member(event, "errorMessage");
    return q1(event) && cJSON_IsString(text) && strstr(text->valuestring, "인증실패") != NULL;
}

static bool q3(const cJSON *event) {
    return number_of(member(member(event, "user"), "age")) >= 20;
}

static bool q4(const cJSON *event) {
    const cJSON *text = member(event, "errorCode");
    return cJSON_IsString(text) && strncmp(text->valuestring, "DA0001", 6) == 0;
}

static bool q5(const cJSON *event) {
    return number_of(member(member(event, "http"), "status")) >= 500 ||
           is_text(member(member(member(event, "user"), "geo"), "country"), "VN") ||
           number_of(member(member(event, "retry"), "count")) > 3 ||
           is_text(member(member(member(event, "error"), "cause"), "code"), "E_TIMEOUT");
}

static bool (*const queries[])(const cJSON *event) = {q1, q2, q3, q4, q5};
static bool (*query)(const cJSON *event);

static bool is_hit(const char *line, size_t len) {
    cJSON *event = cJSON_ParseWithLength(line, len);
    const bool hit = event != NULL && query(event);
    cJSON_Delete(event);
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
