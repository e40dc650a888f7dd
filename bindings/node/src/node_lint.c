/* Lint: findings about a pattern, with samples if there are any. */
#include "node_addon.h"

#include <jsonlog/lint.h>

static napi_value finding_of(const jn_call *call, const jn_text *pattern,
                             const jsonlog_finding *finding) {
    napi_value result = jn_object(call);
    const char *code = jsonlog_lint_code_name(finding->code);
    const size_t start = jn_utf16_offset(pattern->bytes, pattern->len, finding->offset);
    const size_t end =
        jn_utf16_offset(pattern->bytes, pattern->len, finding->offset + finding->len);
    const bool is_set =
        result != NULL && jn_set(call, result, "code", jn_c_string(call, code)) &&
        jn_set_offset(call, result, pattern->bytes, pattern->len, finding->offset) &&
        jn_set(call, result, "length", jn_number(call, (double)(end - start))) &&
        jn_set(call, result, "byteLength", jn_number(call, (double)finding->len)) &&
        jn_set(call, result, "text", jn_c_string(call, finding->text)) &&
        jn_set(call, result, "suggestion", jn_c_string(call, finding->suggestion));
    return is_set ? result : NULL;
}

static bool add_samples(const jn_call *call, jsonlog_lint *lint, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        jn_text line;
        napi_value element = jn_element(call, call->args[1], i);
        if (element == NULL || !jn_text_of(call, element, &line))
            return false;
        const jsonlog_status status = jsonlog_lint_sample(lint, line.bytes, line.len);
        jn_text_done(&line);
        if (status != JSONLOG_OK)
            return jn_throw_status(call, status, "lint") != NULL;
    }
    const jsonlog_status status = jsonlog_lint_finish(lint);
    return status == JSONLOG_OK || jn_throw_status(call, status, "lint") != NULL;
}

static napi_value findings_of(const jn_call *call, const jn_text *pattern, jsonlog_lint *lint) {
    napi_value result = jn_array(call);
    const size_t count = jsonlog_lint_count(lint);
    for (uint32_t i = 0; result != NULL && i < count; i++) {
        napi_value finding = finding_of(call, pattern, jsonlog_lint_get(lint, i));
        if (!jn_set_at(call, result, i, finding))
            return NULL;
    }
    return result;
}

static napi_value lint_of(const jn_call *call, const jn_text *pattern, uint32_t samples) {
    jsonlog_lint *lint = NULL;
    jsonlog_err err;
    if (jsonlog_lint_pattern(pattern->bytes, pattern->len, &lint, &err) != JSONLOG_OK)
        return jn_throw_err(call, &err, NULL, 0);
    napi_value result = NULL;
    if (add_samples(call, lint, samples))
        result = findings_of(call, pattern, lint);
    jsonlog_lint_free(lint);
    return result;
}

/* lint(pattern, [line, …]) => [{code, offset, length, text, suggestion}, …] */
static napi_value lint_pattern(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text pattern;
    uint32_t samples = 0;
    if (!jn_begin(&call, env, info) || !jn_array_get(&call, 1, &samples))
        return NULL;
    if (!jn_pattern_of(&call, call.args[0], &pattern))
        return NULL;
    napi_value result = lint_of(&call, &pattern, samples);
    jn_text_done(&pattern);
    return result;
}

const jn_function jn_lint_functions[] = {{"lint", lint_pattern}, {NULL, NULL}};
