#include <jsonlog/status.h>

const char *jsonlog_status_text(jsonlog_status status) {
    switch (status) {
#define STATUS_CASE(name, value, text) \
    case JSONLOG_##name: return text;
        JSONLOG_STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
    }
    return "unknown status";
}

const char *jsonlog_version(void) {
    return JSONLOG_VERSION;
}
