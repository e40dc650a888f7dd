#include <jsonlog/filter.h>
#include <jsonlog/jsonlog.h>

#include <string.h>

int main(void) {
    jsonlog_logger *log = jsonlog_get("payment"); /* child of the root; the root writes to stdout */

    jsonlog_info(log, "service started", "port", 8080, "version", "1.4.2");
    jsonlog_error(log, "인증실패: token expired", "errorCode", "DA00012", "user",
                  jsonlog_object("id", 7, "age", 20), "latencyMs", 12.5);

    const char *alarm = "{ $.logType = \"ERROR\" && $.errorMessage = \"*인증실패*\" }";
    const char *line = "{\"logType\":\"ERROR\",\"errorMessage\":\"인증실패: token expired\"}";
    jsonlog_filter *filter = NULL;
    if (jsonlog_filter_compile(alarm, strlen(alarm), &filter, NULL) != JSONLOG_OK)
        return 1;
    jsonlog_info(log, "asked", "matches",
                 jsonlog_bool(jsonlog_filter_match(filter, line, strlen(line))));
    jsonlog_filter_free(filter);
    return 0;
}
