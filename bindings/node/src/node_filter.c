/* Filters: compile, match, select the lines of a chunk, explain, extract. */
#include "node_addon.h"

#include <jsonlog/extract.h>

#include <stdlib.h>
#include <string.h>

/* filterCompile(pattern) => handle */
static napi_value filter_compile(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text pattern;
    jsonlog_err err;
    jsonlog_filter *filter = NULL;
    if (!jn_begin(&call, env, info) || !jn_pattern_of(&call, call.args[0], &pattern))
        return NULL;
    const bool is_good =
        jsonlog_filter_compile(pattern.bytes, pattern.len, &filter, &err) == JSONLOG_OK;
    if (!is_good)
        jn_throw_err(&call, &err, pattern.bytes, pattern.len);
    jn_text_done(&pattern);
    return is_good ? jn_handle_new(&call, JN_FILTER, filter) : NULL;
}

static const char *kind_name(jsonlog_filter_kind kind) {
    switch (kind) {
    case JSONLOG_FILTER_ALL: return "all";
    case JSONLOG_FILTER_TEXT: return "text";
    case JSONLOG_FILTER_REGEX: return "regex";
    case JSONLOG_FILTER_JSON: return "json";
    case JSONLOG_FILTER_DELIMITED: return "delimited";
    }
    return "all";
}

/* filterDescribe(filter) => {pattern, kind} */
static napi_value filter_describe(napi_env env, napi_callback_info info) {
    jn_call call;
    size_t len = 0;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_filter *filter = jn_handle_get(&call, 0, JN_FILTER);
    napi_value result = filter == NULL ? NULL : jn_object(&call);
    if (result == NULL)
        return NULL;
    const char *pattern = jsonlog_filter_get_pattern(filter, &len);
    const char *kind = kind_name(jsonlog_filter_get_kind(filter));
    const bool is_set = jn_set(&call, result, "pattern", jn_string(&call, pattern, len)) &&
                        jn_set(&call, result, "kind", jn_c_string(&call, kind));
    return is_set ? result : NULL;
}

/* filterMatch(filter, line) => boolean */
static napi_value filter_match(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text line;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_filter *filter = jn_handle_get(&call, 0, JN_FILTER);
    if (filter == NULL || !jn_text_get(&call, 1, &line))
        return NULL;
    const bool is_match = jsonlog_filter_match(filter, line.bytes, line.len);
    jn_text_done(&line);
    return jn_bool(&call, is_match);
}

/* ---- the lines of a chunk -------------------------------------------------------------------- */

/* Lines on their way through a filter. A return before the newline is no part of a line. */
typedef struct selection {
    const jsonlog_filter *filter;
    const char *at;
    const char *end;
    bool wants_match;
    bool has_return;
} selection;

typedef struct found_line {
    const char *text;
    size_t len;       /* without newline and return */
    const char *next; /* behind its newline */
} found_line;

static found_line next_line(const char *at, const char *end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    const char *stop = newline == NULL ? end : newline;
    found_line line = {at, (size_t)(stop - at), newline == NULL ? end : newline + 1};
    if (line.len > 0 && at[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* The library's own search says of each line what a match says, but knows no returns. */
static bool find(selection *of, found_line *line) {
    const char *text = jsonlog_filter_find(of->filter, &of->at, of->end, &line->len);
    line->text = text;
    line->next = of->at;
    return text != NULL;
}

static bool next_selected(selection *of, found_line *line) {
    if (of->wants_match && !of->has_return)
        return find(of, line);
    while (of->at < of->end) {
        *line = next_line(of->at, of->end);
        of->at = line->next;
        if (jsonlog_filter_match(of->filter, line->text, line->len) == of->wants_match)
            return true;
    }
    return false;
}

/* Arguments filter, chunk, wantsMatch of both functions below. */
static bool begin_selection(jn_call *call, selection *of, jn_text *chunk) {
    of->filter = jn_handle_get(call, 0, JN_FILTER);
    if (of->filter == NULL || !jn_bool_get(call, 2, &of->wants_match))
        return false;
    if (!jn_text_get(call, 1, chunk))
        return false;
    of->at = chunk->bytes;
    of->end = chunk->bytes + chunk->len;
    of->has_return = memchr(chunk->bytes, '\r', chunk->len) != NULL;
    return true;
}

/* selectLines(filter, chunk, wantsMatch) => [line, …] */
static napi_value select_lines(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text chunk;
    selection of;
    found_line line;
    if (!jn_begin(&call, env, info) || !begin_selection(&call, &of, &chunk))
        return NULL;
    napi_value result = jn_array(&call);
    for (uint32_t i = 0; result != NULL && next_selected(&of, &line); i++) {
        if (!jn_set_at(&call, result, i, jn_string(&call, line.text, line.len)))
            result = NULL;
    }
    jn_text_done(&chunk);
    return result;
}

/* Copy the selected lines, each with what ends it, behind one another. */
static size_t gather(selection *of, char *out) {
    size_t len = 0;
    found_line line;
    while (next_selected(of, &line)) {
        const size_t size = (size_t)(line.next - line.text);
        memcpy(out + len, line.text, size);
        len += size;
    }
    return len;
}

/* selectBytes(filter, chunk, wantsMatch) => Buffer */
static napi_value select_bytes(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text chunk;
    selection of;
    napi_value result = NULL;
    if (!jn_begin(&call, env, info) || !begin_selection(&call, &of, &chunk))
        return NULL;
    char *out = malloc(chunk.len + 1);
    if (out == NULL)
        jn_throw_status(&call, JSONLOG_E_NOMEM, NULL);
    else if (napi_create_buffer_copy(env, gather(&of, out), out, NULL, &result) != napi_ok)
        jn_failed(&call);
    free(out);
    jn_text_done(&chunk);
    return result;
}

/* ---- explain --------------------------------------------------------------------------------- */

static napi_value condition_of(const jn_call *call, const jsonlog_filter *filter,
                               const jsonlog_condition *condition) {
    size_t len = 0;
    const char *pattern = jsonlog_filter_get_pattern(filter, &len);
    napi_value result = jn_object(call);
    const bool is_set = result != NULL &&
                        jn_set(call, result, "text", jn_c_string(call, condition->text)) &&
                        jn_set_offset(call, result, pattern, len, condition->offset) &&
                        jn_set(call, result, "isTrue", jn_bool(call, condition->is_true)) &&
                        jn_set(call, result, "selector", jn_c_string(call, condition->selector)) &&
                        jn_set(call, result, "value", jn_c_string(call, condition->value)) &&
                        jn_set(call, result, "reason", jn_c_string(call, condition->reason));
    return is_set ? result : NULL;
}

static napi_value conditions_of(const jn_call *call, const jsonlog_filter *filter,
                                const jsonlog_explanation *explanation) {
    napi_value result = jn_array(call);
    const size_t count = jsonlog_explanation_count(explanation);
    for (uint32_t i = 0; result != NULL && i < count; i++) {
        const jsonlog_condition *condition = jsonlog_explanation_get(explanation, i);
        if (!jn_set_at(call, result, i, condition_of(call, filter, condition)))
            return NULL;
    }
    return result;
}

static napi_value explanation_of(const jn_call *call, const jsonlog_filter *filter,
                                 const jsonlog_explanation *explanation) {
    napi_value result = jn_object(call);
    const bool matches = jsonlog_explanation_matches(explanation);
    const bool is_set =
        result != NULL && jn_set(call, result, "matches", jn_bool(call, matches)) &&
        jn_set(call, result, "text", jn_c_string(call, jsonlog_explanation_text(explanation))) &&
        jn_set(call, result, "json", jn_c_string(call, jsonlog_explanation_json(explanation))) &&
        jn_set(call, result, "conditions", conditions_of(call, filter, explanation));
    return is_set ? result : NULL;
}

/* filterExplain(filter, line) => {matches, text, json, conditions} */
static napi_value filter_explain(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text line;
    jsonlog_explanation *explanation = NULL;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_filter *filter = jn_handle_get(&call, 0, JN_FILTER);
    if (filter == NULL || !jn_text_get(&call, 1, &line))
        return NULL;
    const jsonlog_status status =
        jsonlog_filter_explain(filter, line.bytes, line.len, &explanation);
    jn_text_done(&line);
    if (status != JSONLOG_OK)
        return jn_throw_status(&call, status, "explain");
    napi_value result = explanation_of(&call, filter, explanation);
    jsonlog_explanation_free(explanation);
    return result;
}

/* ---- extract --------------------------------------------------------------------------------- */

static const char *type_name(jsonlog_found_type type) {
    switch (type) {
    case JSONLOG_FOUND_NOTHING: return NULL;
    case JSONLOG_FOUND_STRING: return "string";
    case JSONLOG_FOUND_NUMBER: return "number";
    case JSONLOG_FOUND_BOOL: return "boolean";
    case JSONLOG_FOUND_NULL: return "null";
    case JSONLOG_FOUND_OBJECT: return "object";
    case JSONLOG_FOUND_ARRAY: return "array";
    case JSONLOG_FOUND_TOKEN: return "token";
    }
    return NULL;
}

napi_value jn_found_text(const jn_call *call, const jsonlog_found *found) {
    const size_t size = jsonlog_found_text(found, NULL, 0) + 1;
    char *text = malloc(size);
    if (text == NULL)
        return jn_throw_status(call, JSONLOG_E_NOMEM, NULL);
    jsonlog_found_text(found, text, size);
    napi_value result = jn_string(call, text, size - 1);
    free(text);
    return result;
}

static napi_value value_of_found(const jn_call *call, const jsonlog_found *found) {
    if (found->type == JSONLOG_FOUND_NOTHING)
        return jn_null(call);
    napi_value result = jn_object(call);
    const bool is_set = result != NULL &&
                        jn_set(call, result, "type", jn_c_string(call, type_name(found->type))) &&
                        jn_set(call, result, "text", jn_found_text(call, found));
    return is_set ? result : NULL;
}

/* filterExtract(filter, reference, line) => {type, text} or null */
static napi_value filter_extract(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text reference;
    jn_text line;
    jsonlog_err err;
    jsonlog_found found;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_filter *filter = jn_handle_get(&call, 0, JN_FILTER);
    if (filter == NULL || !jn_c_string_of(&call, call.args[1], "reference", &reference))
        return NULL;
    if (!jn_text_get(&call, 2, &line)) {
        jn_text_done(&reference);
        return NULL;
    }
    const bool is_good = jsonlog_filter_extract(filter, reference.bytes, line.bytes, line.len,
                                                &found, &err) == JSONLOG_OK;
    napi_value result = is_good ? value_of_found(&call, &found)
                                : jn_throw_err(&call, &err, reference.bytes, reference.len);
    jn_text_done(&line);
    jn_text_done(&reference);
    return result;
}

/* Told one value after the other. */
typedef struct told {
    const jn_call *call;
    napi_value names_and_texts;
    uint32_t count;
    bool is_bad;
} told;

static bool tell(const char *name, size_t name_len, const jsonlog_found *found, void *context) {
    told *to = context;
    const jn_call *call = to->call;
    to->is_bad =
        !jn_set_at(call, to->names_and_texts, to->count, jn_string(call, name, name_len)) ||
        !jn_set_at(call, to->names_and_texts, to->count + 1, jn_found_text(call, found));
    to->count += 2;
    return !to->is_bad;
}

/* filterExtractAll(filter, line) => [name, text, …]; null if the line does not match */
static napi_value filter_extract_all(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text line;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_filter *filter = jn_handle_get(&call, 0, JN_FILTER);
    if (filter == NULL || !jn_text_get(&call, 1, &line))
        return NULL;
    told to = {&call, jn_array(&call), 0, false};
    bool is_match = false;
    if (to.names_and_texts != NULL)
        is_match = jsonlog_filter_extract_all(filter, line.bytes, line.len, tell, &to);
    jn_text_done(&line);
    if (to.is_bad || to.names_and_texts == NULL)
        return NULL;
    return is_match ? to.names_and_texts : jn_null(&call);
}

const jn_function jn_filter_functions[] = {
    {"filterCompile", filter_compile},
    {"filterDescribe", filter_describe},
    {"filterMatch", filter_match},
    {"filterExplain", filter_explain},
    {"filterExtract", filter_extract},
    {"filterExtractAll", filter_extract_all},
    {"selectLines", select_lines},
    {"selectBytes", select_bytes},
    {NULL, NULL},
};
