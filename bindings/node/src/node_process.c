/* What is the whole process's: flush, shutdown, counters, clock, static fields, configuration. */
#include "node_addon.h"

#include <jsonlog/config.h>

#include <stdatomic.h>

/* flush() */
static napi_value flush(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_status status = jsonlog_flush();
    return status == JSONLOG_OK ? NULL : jn_throw_status(&call, status, "flush");
}

/* shutdown() */
static napi_value shut_down(napi_env env, napi_callback_info info) {
    (void)env;
    (void)info;
    jsonlog_shutdown();
    return NULL;
}

/* stats() => {records, lines, …} */
static napi_value get_stats(napi_env env, napi_callback_info info) {
    jn_call call;
    jsonlog_stats stats;
    if (!jn_begin(&call, env, info))
        return NULL;
    napi_value result = jn_object(&call);
    jsonlog_get_stats(&stats);
    const struct {
        const char *name;
        uint64_t value;
    } counters[] = {
        {"records", stats.records},
        {"lines", stats.lines},
        {"bytes", stats.bytes},
        {"lostOutput", stats.lost_output},
        {"lostFull", stats.lost_full},
        {"lostError", stats.lost_error},
        {"lostFormat", stats.lost_format},
        {"lostClosed", stats.lost_closed},
        {"lostLater", stats.lost_later},
        {"lostNested", stats.lost_nested},
        {"lostMemory", stats.lost_memory},
        {"lostInvalid", stats.lost_invalid},
        {"heldBack", stats.held_back},
        {"sampled", stats.sampled},
        {"truncated", stats.truncated},
        {"replacedValues", stats.replaced_values},
        {"duplicateKeys", stats.duplicate_keys},
        {"queuedBytes", stats.queued_bytes},
    };
    for (size_t i = 0; result != NULL && i < sizeof counters / sizeof *counters; i++) {
        if (!jn_set(&call, result, counters[i].name, jn_number(&call, (double)counters[i].value)))
            return NULL;
    }
    return result;
}

/* Shared by all threads and environments, as the library's clock is. */
static _Atomic int64_t fixed_time_ns;

static int64_t fixed_time(void *context) {
    (void)context;
    return atomic_load(&fixed_time_ns);
}

/* setClock(bigint or null) */
static napi_value set_clock(napi_env env, napi_callback_info info) {
    jn_call call;
    int64_t time_ns = 0;
    bool is_exact = false;
    if (!jn_begin(&call, env, info))
        return NULL;
    if (jn_is(&call, call.args[0], napi_null)) {
        jsonlog_set_clock(NULL, NULL);
        return NULL;
    }
    if (napi_get_value_bigint_int64(env, call.args[0], &time_ns, &is_exact) != napi_ok || !is_exact)
        return jn_throw_type(&call, "nanoseconds since 1970 are expected, a bigint of 64 bits");
    atomic_store(&fixed_time_ns, time_ns);
    jsonlog_set_clock(fixed_time, NULL);
    return NULL;
}

/* setStaticFields(bytes, start, end) */
static napi_value set_static_fields(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_fields fields;
    if (!jn_begin(&call, env, info) || !jn_fields_get(&call, 0, &fields))
        return NULL;
    const jsonlog_status status = jsonlog_set_static_fields(fields.fields, fields.count);
    jn_arena_reset(&call);
    return status == JSONLOG_OK ? NULL : jn_throw_status(&call, status, "static fields");
}

/* configureText(json) */
static napi_value configure_text(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text text;
    jsonlog_err err;
    if (!jn_begin(&call, env, info) || !jn_pattern_of(&call, call.args[0], &text))
        return NULL;
    const jsonlog_status status = jsonlog_configure_text(text.bytes, text.len, &err);
    jn_text_done(&text);
    return status == JSONLOG_OK ? NULL : jn_throw_err(&call, &err, NULL, 0);
}

/* configureFile(path) */
static napi_value configure_file(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text path;
    jsonlog_err err;
    if (!jn_begin(&call, env, info))
        return NULL;
    if (!jn_c_string_of(&call, call.args[0], "path", &path))
        return NULL;
    const jsonlog_status status = jsonlog_configure_file(path.bytes, &err);
    jn_text_done(&path);
    return status == JSONLOG_OK ? NULL : jn_throw_err(&call, &err, NULL, 0);
}

/* version() => string */
static napi_value version(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    return jn_c_string(&call, jsonlog_version());
}

const jn_function jn_process_functions[] = {
    {"flush", flush},
    {"shutdown", shut_down},
    {"stats", get_stats},
    {"setClock", set_clock},
    {"setStaticFields", set_static_fields},
    {"configureText", configure_text},
    {"configureFile", configure_file},
    {"version", version},
    {NULL, NULL},
};
