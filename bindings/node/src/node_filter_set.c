/* Sets of filters. */
#include "node_addon.h"

#include <jsonlog/filter_set.h>

#include <stdlib.h>

/* The index of the pattern at fault stands in the exception. */
static void name_pattern(const jn_call *call, uint32_t index) {
    napi_value error = NULL;
    if (napi_get_and_clear_last_exception(call->env, &error) != napi_ok)
        return;
    if (jn_set(call, error, "index", jn_number(call, index)))
        napi_throw(call->env, error);
}

/* Compiles for the message only: the set compiles its patterns again, and owns those. */
static bool check(const jn_call *call, const jn_text *pattern) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    const jsonlog_status status =
        jsonlog_filter_compile(pattern->bytes, pattern->len, &filter, &err);
    jsonlog_filter_free(filter);
    if (status != JSONLOG_OK)
        jn_throw_err(call, &err, pattern->bytes, pattern->len);
    return status == JSONLOG_OK;
}

/* A checked pattern holds no NUL. @return it, NUL-terminated, in the arena. */
static const char *pattern_at(const jn_call *call, uint32_t index) {
    jn_text pattern;
    char *kept = NULL;
    napi_value element = jn_element(call, call->args[0], index);
    if (element == NULL || !jn_pattern_of(call, element, &pattern))
        return NULL;
    if (check(call, &pattern)) {
        kept = jn_arena_take(call->addon, pattern.len + 1);
        if (kept == NULL)
            jn_throw_status(call, JSONLOG_E_NOMEM, NULL);
        for (size_t i = 0; kept != NULL && i <= pattern.len; i++)
            kept[i] = i < pattern.len ? pattern.bytes[i] : '\0';
    }
    jn_text_done(&pattern);
    return kept;
}

static const char **patterns_of(const jn_call *call, uint32_t count) {
    const char **patterns = jn_arena_take(call->addon, (count + 1) * sizeof *patterns);
    if (patterns == NULL)
        jn_throw_status(call, JSONLOG_E_NOMEM, NULL);
    for (uint32_t i = 0; patterns != NULL && i < count; i++) {
        patterns[i] = pattern_at(call, i);
        if (patterns[i] == NULL) {
            name_pattern(call, i);
            return NULL;
        }
    }
    return patterns;
}

static napi_value set_of(const jn_call *call, uint32_t count) {
    const char **patterns = patterns_of(call, count);
    jsonlog_filter_set *set = NULL;
    jsonlog_err err;
    if (patterns == NULL)
        return NULL;
    if (jsonlog_filter_set_compile(patterns, count, &set, NULL, &err) != JSONLOG_OK)
        return jn_throw_err(call, &err, NULL, 0);
    return jn_handle_new(call, JN_FILTER_SET, set);
}

/* setCompile([pattern, …]) => handle */
static napi_value set_compile(napi_env env, napi_callback_info info) {
    jn_call call;
    uint32_t count = 0;
    if (!jn_begin(&call, env, info) || !jn_array_get(&call, 0, &count))
        return NULL;
    if (count > JSONLOG_FILTER_SET_MAX)
        return jn_throw_status(&call, JSONLOG_E_LIMIT, "patterns of a set");
    napi_value result = set_of(&call, count);
    jn_arena_reset(&call);
    return result;
}

static napi_value indices_of(const jn_call *call, const uint64_t *matches, size_t count) {
    napi_value result = jn_array(call);
    uint32_t at = 0;
    for (size_t i = 0; (i = jsonlog_filter_set_next(matches, count, i)) < count; i++) {
        if (result == NULL || !jn_set_at(call, result, at++, jn_number(call, (double)i)))
            return NULL;
    }
    return result;
}

/* setMatch(set, line) => [index, …] */
static napi_value set_match(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text line;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_filter_set *set = jn_handle_get(&call, 0, JN_FILTER_SET);
    if (set == NULL || !jn_text_get(&call, 1, &line))
        return NULL;
    const size_t count = jsonlog_filter_set_count(set);
    uint64_t *matches =
        jn_arena_take(call.addon, (JSONLOG_FILTER_SET_WORDS(count) + 1) * sizeof *matches);
    napi_value result = NULL;
    if (matches == NULL)
        jn_throw_status(&call, JSONLOG_E_NOMEM, NULL);
    else if (jsonlog_filter_set_match(set, line.bytes, line.len, matches) == 0)
        result = jn_array(&call);
    else
        result = indices_of(&call, matches, count);
    jn_text_done(&line);
    jn_arena_reset(&call);
    return result;
}

const jn_function jn_filter_set_functions[] = {
    {"setCompile", set_compile},
    {"setMatch", set_match},
    {NULL, NULL},
};
