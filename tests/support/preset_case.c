#include "support/preset_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const cJSON *get(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *get_string(const cJSON *object, const char *name) {
    const cJSON *item = get(object, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static const char **labels_of(format_arena *arena, const cJSON *array, size_t *count) {
    *count = (size_t)cJSON_GetArraySize(array);
    arena->blocks = realloc(arena->blocks, (arena->count + 1) * sizeof *arena->blocks);
    const char **labels = calloc(*count + 1, sizeof *labels);
    assert_true(arena->blocks != NULL && labels != NULL);
    arena->blocks[arena->count++] = (void *)labels;
    for (size_t i = 0; i < *count; i++)
        labels[i] = cJSON_GetArrayItem(array, (int)i)->valuestring;
    return labels;
}

jsonlog_preset_options preset_options(format_arena *arena, const cJSON *json) {
    jsonlog_preset_options options = JSONLOG_PRESET_OPTIONS_INIT;
    options.service = get_string(json, "service");
    options.version = get_string(json, "version");
    options.environment = get_string(json, "environment");
    options.host = get_string(json, "host");
    options.project = get_string(json, "project");
    options.labels = labels_of(arena, get(json, "labels"), &options.label_count);
    options.report_errors = cJSON_IsTrue(get(json, "report_errors")) != 0;
    options.raw_utf8 = cJSON_IsTrue(get(json, "raw_utf8")) != 0;
    return options;
}

jsonlog_formatter *preset_case_formatter(format_arena *arena, const cJSON *row, jsonlog_err *err) {
    jsonlog_preset preset;
    assert_int_equal(jsonlog_preset_from_name(get_string(row, "preset"), &preset), JSONLOG_OK);
    const jsonlog_preset_options options = preset_options(arena, get(row, "preset_options"));
    const jsonlog_json_options more = format_options(arena, get(row, "options"));
    return jsonlog_preset_formatter_new(preset, &options, &more, err);
}

/* What differs from run to run becomes the same text. */
static void hide_process(char *line) {
    char pid[32];
    const int len = snprintf(pid, sizeof pid, "process.pid\":%d", (int)getpid());
    char *at = strstr(line, pid);
    if (at != NULL) {
        at += sizeof "process.pid\":" - 1;
        const size_t digits = (size_t)len - (sizeof "process.pid\":" - 1);
        memmove(at + 1, at + digits, strlen(at + digits) + 1);
        *at = '0';
    }
}

const char *preset_case_line(format_arena *arena, const cJSON *row) {
    jsonlog_err err;
    jsonlog_formatter *formatter = preset_case_formatter(arena, row, &err);
    if (formatter == NULL)
        print_error("%s: %s\n", get_string(row, "name"), err.text);
    assert_non_null(formatter);
    pthread_setname_np(pthread_self(), "worker-1");
    const jsonlog_record record = format_record(arena, get(row, "record"));
    char *line = (char *)(uintptr_t)format_line(arena, formatter, &record);
    const size_t len = strlen(line);
    if (len > 0 && line[len - 1] == '\n')
        line[len - 1] = '\0';
    hide_process(line);
    jsonlog_formatter_release(formatter);
    return line;
}
