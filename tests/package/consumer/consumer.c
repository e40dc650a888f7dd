#include <jsonlog/filter.h>
#include <jsonlog/jsonlog.h>

#include <string.h>

int main(void) {
    const char *pattern = "{ $.a = 1 }";
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    if (jsonlog_filter_compile(pattern, strlen(pattern), &filter, &err) != JSONLOG_OK)
        return 1;
    jsonlog_info(jsonlog_get("consumer"), "installed", "version", jsonlog_version(), "matches",
                 jsonlog_bool(jsonlog_filter_match(filter, "{\"a\":1}", 7)));
    jsonlog_filter_free(filter);
    return 0;
}
