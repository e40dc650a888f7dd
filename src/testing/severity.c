#include "testing/severity.h"

#include "base/buffer.h"

#include <jsonlog/logger.h>

/* Our own key, those of the presets and of python-json-logger. Datadog's "status" is not among
 * them: too many lines use it for something else. */
static const char *const selectors[] = {
    "$.logType",      "$.level",        "$.levelname",     "$.severity",
    "$.severityText", "$.SeverityText", "$.['log.level']", "$.log.level",
};

static const char *const names[] = {"ERROR", "FATAL", "CRITICAL", "ALERT", "EMERGENCY",
                                    "error", "fatal", "critical", "Error"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
_Static_assert(COUNT(selectors) <= COUNT(((jl_severity *)0)->filters),
               "a filter for each selector");

/* { $.logType = "ERROR" || $.logType = "FATAL" || … } */
static void write_pattern(jl_buffer *out, const char *selector) {
    for (size_t i = 0; i < COUNT(names); i++)
        jl_buffer_append_format(out, "%s%s = \"%s\"", i == 0 ? "{ " : " || ", selector, names[i]);
    jl_buffer_append_text(out, JL_TEXT(" }"));
}

static jsonlog_status add(jl_severity *severity, const char *selector) {
    char space[JSONLOG_PATTERN_MAX];
    jl_buffer pattern;
    jl_buffer_init(&pattern, space, sizeof space, sizeof space);
    write_pattern(&pattern, selector);
    const jsonlog_status status = jsonlog_filter_compile(pattern.data, pattern.len,
                                                         &severity->filters[severity->count], NULL);
    severity->count += status == JSONLOG_OK;
    jl_buffer_done(&pattern);
    return status;
}

jsonlog_status jl_severity_init(jl_severity *severity) {
    severity->count = 0;
    jsonlog_status status = JSONLOG_OK;
    for (size_t i = 0; i < COUNT(selectors) && status == JSONLOG_OK; i++)
        status = add(severity, selectors[i]);
    if (status != JSONLOG_OK)
        jl_severity_done(severity);
    return status;
}

void jl_severity_done(jl_severity *severity) {
    while (severity->count > 0)
        jsonlog_filter_free(severity->filters[--severity->count]);
}

bool jl_severity_is_error(const jl_severity *severity, const jl_captured_line *line) {
    if (line->level > 0)
        return line->level >= JSONLOG_LEVEL_ERROR;
    for (size_t i = 0; i < severity->count; i++) {
        if (jsonlog_filter_match(severity->filters[i], line->bytes, line->len))
            return true;
    }
    return false;
}
