#include "logger/foreign_json.h"

#include "json/unescape.h"

#include <jsonlog/logger.h>

/* The names that writers of JSON lines give to the two, ours first. */
static const char *const message_keys[] = {"message", "errorMessage", "msg"};
static const char *const level_keys[] = {"logType", "level", "levelname", "severity"};

/* The longest name of a level, with its NUL. */
#define LEVEL_NAME_MAX 32

bool jl_foreign_is_object(jl_text line) {
    jl_scanner scanner;
    jl_scan_begin(&scanner, line);
    return scanner.at < scanner.end && *scanner.at == '{' && jl_scan_skip(&scanner) &&
           jl_scan_finish(&scanner);
}

/* @return the meaning of a string; a text never grows by being unescaped. */
static jl_text meaning_of(jl_json_string string, char **space) {
    if (!string.has_escape)
        return (jl_text){string.ptr, string.len};
    jl_text text = {*space, 0};
    jl_unescape cursor = jl_unescape_begin(string);
    while (jl_unescape_is_more(&cursor))
        text.len += jl_unescape_next_bytes(&cursor, *space + text.len);
    *space += text.len;
    return text;
}

static bool is_one_of(jl_text key, const char *const *keys, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (jl_text_equal(key, jl_text_of(keys[i])))
            return true;
    return false;
}

static bool take_message(jl_foreign_object *out, jl_text key, jl_text value) {
    if (out->message.ptr != NULL ||
        !is_one_of(key, message_keys, sizeof message_keys / sizeof message_keys[0]))
        return false;
    out->message = value;
    return true;
}

/* OFF and NOTSET are names of thresholds, not of records. */
static bool take_level(jl_foreign_object *out, jl_text key, jl_text value) {
    char name[LEVEL_NAME_MAX];
    int level = 0;
    if (out->level != 0 || value.len == 0 || value.len >= sizeof name ||
        !is_one_of(key, level_keys, sizeof level_keys / sizeof level_keys[0]))
        return false;
    memcpy(name, value.ptr, value.len);
    name[value.len] = '\0';
    if (jsonlog_level_parse(name, &level, NULL) != JSONLOG_OK || level <= JSONLOG_LEVEL_NOTSET ||
        level >= JSONLOG_LEVEL_OFF)
        return false;
    out->level = level;
    return true;
}

/* Strings by their meaning, everything else as it is spelled. */
static void take_member(jl_scanner *scanner, jl_json_string name, char **space,
                        jl_foreign_object *out) {
    const jl_text key = meaning_of(name, space);
    jsonlog_value value;
    if (*scanner->at == '"') {
        jl_json_string string = {.ptr = NULL};
        jl_scan_string(scanner, &string);
        const jl_text text = meaning_of(string, space);
        if (take_message(out, key, text) || take_level(out, key, text))
            return;
        value = jsonlog_string(text.ptr, text.len);
    } else {
        const char *start = scanner->at;
        jl_scan_skip_value(scanner);
        value = jsonlog_raw(start, (size_t)(scanner->at - start));
    }
    out->fields[out->count] = jsonlog_field_make(key.ptr, value);
    out->fields[out->count++].key_len = key.len;
}

bool jl_foreign_take_apart(jl_text line, char *space, jl_foreign_object *out) {
    jl_scanner scanner;
    jl_json_string name = {.ptr = NULL};
    out->count = 0;
    out->message = (jl_text){NULL, 0};
    out->level = 0;
    jl_scan_begin(&scanner, line);
    jl_scan_open(&scanner);
    for (bool is_first = true; jl_scan_member(&scanner, is_first, &name) == JL_SCAN_MORE;
         is_first = false) {
        if (out->count == JL_FOREIGN_FIELDS_MAX)
            return false;
        take_member(&scanner, name, &space, out);
    }
    return true;
}
