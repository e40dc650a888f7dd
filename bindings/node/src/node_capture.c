/* Captures and expectations. */
#include "node_addon.h"

#include <jsonlog/capture.h>

#include <stdlib.h>
#include <string.h>

/* A capture may be stopped while an expectation waits on another thread: then it ends with that. */
typedef struct capture {
    jsonlog_capture *logs;
    unsigned waits; /* touched by the environment's thread only */
    bool is_stopped;
} capture;

static void capture_free(capture *of) {
    jsonlog_capture_stop(of->logs);
    free(of);
}

void jn_capture_release(void *object) {
    capture *of = object;
    of->is_stopped = true;
    if (of->waits == 0)
        capture_free(of);
}

static napi_value capture_of(const jn_call *call, jsonlog_capture *logs) {
    capture *of = logs == NULL ? NULL : calloc(1, sizeof *of);
    if (of == NULL) {
        jsonlog_capture_stop(logs);
        return jn_throw_status(call, JSONLOG_E_NOMEM, "capture");
    }
    of->logs = logs;
    return jn_handle_new(call, JN_CAPTURE, of);
}

/* captureNew() => handle: of lines that are fed */
static napi_value capture_new(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    return capture_of(&call, jsonlog_capture_new());
}

/* captureStart({process, level, formatter, passesThrough, limitBytes}) => handle */
static napi_value capture_start(napi_env env, napi_callback_info info) {
    jn_call call;
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    bool is_process = false;
    napi_value formatter = NULL;
    if (!jn_begin(&call, env, info))
        return NULL;
    napi_value from = call.args[0];
    if (!jn_option_bool(&call, from, "process", &is_process) ||
        !jn_option_int(&call, from, "level", &options.level) ||
        !jn_option_bool(&call, from, "passesThrough", &options.passes_through) ||
        !jn_option_size(&call, from, "limitBytes", &options.limit_bytes) ||
        !jn_option(&call, from, "formatter", &formatter))
        return NULL;
    if (formatter != NULL) {
        options.formatter = jn_handle_of(&call, formatter, JN_FORMATTER);
        if (options.formatter == NULL)
            return NULL;
    }
    options.scope = is_process ? JSONLOG_CAPTURE_PROCESS : JSONLOG_CAPTURE_THREAD;
    return capture_of(&call, jsonlog_capture_start(&options));
}

/* captureFeed(capture, text) */
static napi_value capture_feed(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text text;
    if (!jn_begin(&call, env, info))
        return NULL;
    const capture *of = jn_handle_get(&call, 0, JN_CAPTURE);
    if (of == NULL || !jn_text_get(&call, 1, &text))
        return NULL;
    const jsonlog_status status = jsonlog_capture_feed(of->logs, text.bytes, text.len);
    jn_text_done(&text);
    return status == JSONLOG_OK ? NULL : jn_throw_status(&call, status, "feed");
}

/* captureClear(capture) */
static napi_value capture_clear(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    const capture *of = jn_handle_get(&call, 0, JN_CAPTURE);
    if (of != NULL)
        jsonlog_capture_clear(of->logs);
    return NULL;
}

static napi_value line_at(const jn_call *call, const jsonlog_capture *logs, size_t index) {
    const size_t len = jsonlog_capture_line(logs, index, NULL, 0);
    char *text = len == SIZE_MAX ? NULL : malloc(len + 1);
    if (text == NULL)
        return jn_throw_status(call, JSONLOG_E_NOMEM, NULL);
    jsonlog_capture_line(logs, index, text, len + 1);
    napi_value result = jn_string(call, text, len);
    free(text);
    return result;
}

/* captureLines(capture) => [line, …] */
static napi_value capture_lines(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    const capture *of = jn_handle_get(&call, 0, JN_CAPTURE);
    napi_value result = of == NULL ? NULL : jn_array(&call);
    const size_t count = result == NULL ? 0 : jsonlog_capture_count(of->logs);
    for (uint32_t i = 0; i < count; i++) {
        if (!jn_set_at(&call, result, i, line_at(&call, of->logs, i)))
            return NULL;
    }
    return result;
}

/* ---- expectations ---------------------------------------------------------------------------- */

/* A pattern with a NUL never reaches the library whole: it is refused here with its sentence. */
static bool check_pattern(const jn_call *call, const jn_text *pattern) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    if (memchr(pattern->bytes, '\0', pattern->len) == NULL)
        return true;
    if (jsonlog_filter_compile(pattern->bytes, pattern->len, &filter, &err) != JSONLOG_OK)
        jn_throw_err(call, &err, pattern->bytes, pattern->len);
    jsonlog_filter_free(filter);
    return false;
}

static char *copy_pattern(const jn_call *call, napi_value value) {
    jn_text pattern;
    char *copy = NULL;
    if (!jn_pattern_of(call, value, &pattern))
        return NULL;
    if (check_pattern(call, &pattern)) {
        copy = strndup(pattern.bytes, pattern.len);
        if (copy == NULL)
            jn_throw_status(call, JSONLOG_E_NOMEM, NULL);
    }
    jn_text_done(&pattern);
    return copy;
}

/* What is expected; with `work` on a thread of its own. */
typedef struct wait {
    capture *of;
    jsonlog_expectation expectation;
    char **patterns;
    jsonlog_report *report;
    bool holds;
    napi_async_work work;
    napi_deferred promise;
    jn_addon *addon;
} wait;

static void wait_free(wait *what) {
    for (size_t i = 0; what->patterns != NULL && i < what->expectation.pattern_count; i++)
        free(what->patterns[i]);
    free(what->patterns);
    jsonlog_report_free(what->report);
    free(what);
}

static bool read_patterns(const jn_call *call, uint32_t count, wait *what) {
    what->patterns = calloc(count + 1, sizeof *what->patterns);
    if (what->patterns == NULL)
        return jn_throw_status(call, JSONLOG_E_NOMEM, NULL) != NULL;
    for (; what->expectation.pattern_count < count; what->expectation.pattern_count++) {
        const size_t at = what->expectation.pattern_count;
        napi_value element = jn_element(call, call->args[2], (uint32_t)at);
        if (element == NULL || (what->patterns[at] = copy_pattern(call, element)) == NULL)
            return false;
    }
    what->expectation.patterns = (const char *const *)what->patterns;
    return true;
}

static bool read_expectation(const jn_call *call, wait *what) {
    int kind = 0;
    uint32_t count = 0;
    size_t within_ms = 0;
    if (!jn_int_get(call, 1, &kind) || !jn_array_get(call, 2, &count) ||
        !jn_size_get(call, 3, &what->expectation.count) || !jn_size_get(call, 4, &within_ms))
        return false;
    what->expectation.kind = (jsonlog_expect_kind)kind;
    what->expectation.within_ms = within_ms > UINT32_MAX ? UINT32_MAX : (unsigned)within_ms;
    return read_patterns(call, count, what);
}

/* Arguments capture, kind, patterns, count, withinMs. */
static wait *wait_new(const jn_call *call) {
    capture *of = jn_handle_get(call, 0, JN_CAPTURE);
    if (of == NULL)
        return NULL;
    wait *what = calloc(1, sizeof *what);
    if (what == NULL) {
        jn_throw_status(call, JSONLOG_E_NOMEM, NULL);
        return NULL;
    }
    what->of = of;
    what->addon = call->addon;
    what->expectation = (jsonlog_expectation)JSONLOG_EXPECTATION_INIT;
    if (read_expectation(call, what))
        return what;
    wait_free(what);
    return NULL;
}

static void judge(napi_env env, void *data) {
    (void)env;
    wait *what = data;
    what->holds = jsonlog_expect(what->of->logs, &what->expectation, &what->report);
}

static napi_value report_of(const jn_call *call, const wait *what) {
    if (what->holds)
        return jn_null(call);
    return jn_c_string(call, what->report == NULL ? "expectation failed; no memory for a report\n"
                                                  : jsonlog_report_text(what->report));
}

/* captureExpect(capture, kind, patterns, count, withinMs) => null, or the report */
static napi_value capture_expect(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    wait *what = wait_new(&call);
    if (what == NULL)
        return NULL;
    judge(env, what);
    napi_value result = report_of(&call, what);
    wait_free(what);
    return result;
}

/* On the environment's thread again. A capture that was stopped meanwhile ends here. */
static void tell(napi_env env, napi_status status, void *data) {
    wait *what = data;
    const jn_call call = {.env = env, .addon = what->addon};
    napi_value result = status == napi_ok ? report_of(&call, what) : jn_null(&call);
    if (result != NULL)
        napi_resolve_deferred(env, what->promise, result);
    napi_delete_async_work(env, what->work);
    what->of->waits--;
    if (what->of->is_stopped && what->of->waits == 0)
        capture_free(what->of);
    wait_free(what);
}

static napi_value start_wait(const jn_call *call, wait *what) {
    napi_value promise = NULL;
    napi_value name = jn_c_string(call, "jsonlog");
    if (napi_create_promise(call->env, &what->promise, &promise) != napi_ok ||
        napi_create_async_work(call->env, NULL, name, judge, tell, what, &what->work) != napi_ok) {
        wait_free(what);
        return jn_failed(call);
    }
    if (napi_queue_async_work(call->env, what->work) != napi_ok) {
        napi_delete_async_work(call->env, what->work);
        wait_free(what);
        return jn_failed(call);
    }
    what->of->waits++;
    return promise;
}

/* captureExpectLater(capture, kind, patterns, count, withinMs) => a promise of the same */
static napi_value capture_expect_later(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    wait *what = wait_new(&call);
    return what == NULL ? NULL : start_wait(&call, what);
}

const jn_function jn_capture_functions[] = {
    {"captureNew", capture_new},
    {"captureStart", capture_start},
    {"captureFeed", capture_feed},
    {"captureClear", capture_clear},
    {"captureLines", capture_lines},
    {"captureExpect", capture_expect},
    {"captureExpectLater", capture_expect_later},
    {NULL, NULL},
};
