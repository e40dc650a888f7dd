#include "filter/lint_findings.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

#include <jsonlog/filter.h>

#include <stdarg.h>
#include <stdio.h>

/* Two quoted parts and the words round them fit a sentence. */
#define QUOTED_MAX 160

size_t jl_quoted_len(jl_text text) {
    return text.len == 0 ? 0 : jl_utf8_cut(text, text.len < QUOTED_MAX ? text.len : QUOTED_MAX);
}

/* --- suggestions ----------------------------------------------------------------------------- */

void jl_patch_begin(jl_patch *patch, jl_text pattern) {
    *patch = (jl_patch){.pattern = pattern};
    jl_buffer_init(&patch->out, NULL, 0, SIZE_MAX);
}

void jl_patch_done(jl_patch *patch) {
    jl_buffer_done(&patch->out);
}

void jl_patch_copy(jl_patch *patch, size_t to) {
    if (to <= patch->at)
        return;
    jl_buffer_append(&patch->out, patch->pattern.ptr + patch->at, to - patch->at);
    patch->at = to;
}

void jl_patch_skip(jl_patch *patch, size_t to) {
    if (to > patch->at)
        patch->at = to;
}

void jl_patch_add(jl_patch *patch, jl_text text) {
    jl_buffer_append_text(&patch->out, text);
}

void jl_patch_replace(jl_patch *patch, jl_text part, jl_text text) {
    const size_t start = (size_t)(part.ptr - patch->pattern.ptr);
    jl_patch_copy(patch, start);
    jl_patch_skip(patch, start + part.len);
    jl_patch_add(patch, text);
}

/* A suggestion that does not compile helps nobody, so each is tried before it is made. */
static jsonlog_status finish_patch(jl_patch *patch, char **out) {
    jl_patch_copy(patch, patch->pattern.len);
    const jl_text text = jl_buffer_view(&patch->out);
    if (patch->out.status != JSONLOG_OK)
        return JSONLOG_E_NOMEM;
    if (text.len == 0 || jl_text_equal(text, patch->pattern))
        return JSONLOG_OK;
    jsonlog_filter *filter = NULL;
    const jsonlog_status status = jsonlog_filter_compile(text.ptr, text.len, &filter, NULL);
    jsonlog_filter_free(filter);
    if (status != JSONLOG_OK)
        return status == JSONLOG_E_NOMEM ? status : JSONLOG_OK;
    *out = jl_strndup(text.ptr, text.len);
    return *out == NULL ? JSONLOG_E_NOMEM : JSONLOG_OK;
}

/* --- the list -------------------------------------------------------------------------------- */

static bool make_room(jl_findings *list) {
    if (list->count < list->capacity)
        return true;
    const size_t capacity = list->capacity == 0 ? 8 : 2 * list->capacity;
    jl_finding *items = jl_realloc(list->items, capacity * sizeof *items);
    if (items == NULL)
        return false;
    list->items = items;
    list->capacity = capacity;
    return true;
}

/* Takes both texts. */
static void add_item(jl_findings *list, jl_finding item, char *text, char *suggestion) {
    if (text == NULL || !make_room(list)) {
        list->status = JSONLOG_E_NOMEM;
        jl_free(text);
        jl_free(suggestion);
        return;
    }
    item.shown.text = text;
    item.shown.suggestion = suggestion;
    list->items[list->count++] = item;
}

/* jl_err_set() knows how to make a sentence safe to show and where to cut it. */
static char *write_sentence(const char *format, va_list arguments) {
    char sentence[JSONLOG_ERR_TEXT_MAX];
    jsonlog_err clean;
    vsnprintf(sentence, sizeof sentence, format, arguments);
    jl_err_set(&clean, JSONLOG_OK, 0, "%s", sentence);
    return jl_strndup(clean.text, strlen(clean.text));
}

void jl_findings_add(jl_findings *list, jsonlog_lint_code code, jl_text part, size_t condition,
                     jl_patch *patch, const char *format, ...) {
    if (list->status != JSONLOG_OK)
        return;
    char *suggestion = NULL;
    if (patch != NULL)
        list->status = finish_patch(patch, &suggestion);
    if (list->status != JSONLOG_OK)
        return;
    va_list arguments;
    va_start(arguments, format);
    char *text = write_sentence(format, arguments);
    va_end(arguments);
    const size_t offset = part.ptr == NULL ? 0 : (size_t)(part.ptr - list->pattern.ptr);
    const jl_finding item = {.shown = {.code = code, .offset = offset, .len = part.len},
                             .condition = condition};
    add_item(list, item, text, suggestion);
}

void jl_findings_copy(jl_findings *list, const jl_finding *from) {
    if (list->status != JSONLOG_OK)
        return;
    const char *suggestion = from->shown.suggestion;
    char *text = jl_strndup(from->shown.text, strlen(from->shown.text));
    char *copy = suggestion == NULL ? NULL : jl_strndup(suggestion, strlen(suggestion));
    if (suggestion != NULL && copy == NULL) {
        jl_free(text);
        text = NULL;
    }
    add_item(list, *from, text, copy);
}

/* By insertion: stable, in place, and there are few. */
void jl_findings_sort(jl_findings *list) {
    for (size_t i = 1; i < list->count; i++) {
        const jl_finding item = list->items[i];
        size_t at = i;
        for (; at > 0 && list->items[at - 1].shown.offset > item.shown.offset; at--)
            list->items[at] = list->items[at - 1];
        list->items[at] = item;
    }
}

void jl_findings_done(jl_findings *list) {
    for (size_t i = 0; i < list->count; i++) {
        jl_free((void *)(uintptr_t)list->items[i].shown.text);
        jl_free((void *)(uintptr_t)list->items[i].shown.suggestion);
    }
    jl_free(list->items);
    *list = (jl_findings){.pattern = list->pattern};
}
