/* Formatters: presets with options, one for people, and one that writes the message as it is. */
#include "node_addon.h"

#include <jsonlog/preset.h>

#include <string.h>

/* Options of a kind: their names, and where they stand in the struct. */
typedef struct place {
    const char *name;
    size_t offset;
} place;

#define JSON(name, member) \
    { name, offsetof(jsonlog_json_options, member) }
#define PRESET(name, member) \
    { name, offsetof(jsonlog_preset_options, member) }

static const place switches[] = {
    JSON("renameKeepsMissing", rename_keeps_missing),
    JSON("skipUnderscored", skip_underscored),
    JSON("withSource", with_source),
    JSON("withThread", with_thread),
    JSON("messageAlways", message_always),
    JSON("omitEmpty", omit_empty),
    JSON("expandDots", expand_dots),
    JSON("causesAsArray", causes_as_array),
    JSON("asciiOnly", ascii_only),
    JSON("escapeSeparators", escape_separators),
    JSON("invalidAsHex", invalid_as_hex),
    JSON("spaced", spaced),
};
static const place texts[] = {
    JSON("format", format),
    JSON("timestampKey", timestamp_key),
    JSON("asctimeFormat", asctime_format),
    JSON("prefix", prefix),
    JSON("terminator", terminator),
};
static const place preset_switches[] = {PRESET("reportErrors", report_errors),
                                        PRESET("rawUtf8", raw_utf8)};
static const place preset_texts[] = {
    PRESET("service", service), PRESET("version", version), PRESET("environment", environment),
    PRESET("host", host),       PRESET("project", project),
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool read_switches(const jn_call *call, napi_value from, const place *places, size_t count,
                          void *options) {
    for (size_t i = 0; i < count; i++) {
        bool *at = (bool *)((char *)options + places[i].offset);
        if (!jn_option_bool(call, from, places[i].name, at))
            return false;
    }
    return true;
}

static bool read_texts(const jn_call *call, napi_value from, const place *places, size_t count,
                       void *options) {
    for (size_t i = 0; i < count; i++) {
        const char **at = (const char **)(void *)((char *)options + places[i].offset);
        if (!jn_option_string(call, from, places[i].name, at))
            return false;
    }
    return true;
}

/* The numbers of enums, which JavaScript has looked up by their names. */
static bool read_numbers(const jn_call *call, napi_value from, jsonlog_json_options *options) {
    int numbers[6] = {0};
    static const char *const names[] = {"style",     "timeStyle", "timestampPrecision",
                                        "collision", "nonfinite", "bytesStyle"};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (!jn_option_int(call, from, names[i], &numbers[i]))
            return false;
    }
    options->style = (char)numbers[0];
    options->time_style = (jsonlog_time_style)numbers[1];
    options->timestamp_precision = (jsonlog_precision)numbers[2];
    options->collision = (jsonlog_collision)numbers[3];
    options->nonfinite = (jsonlog_nonfinite)numbers[4];
    options->bytes_style = (jsonlog_bytes_style)numbers[5];
    return jn_option_u32(call, from, "indent", &options->indent) &&
           jn_option_u32(call, from, "depthMax", &options->depth_max) &&
           jn_option_size(call, from, "lineMax", &options->line_max);
}

/* "rename": {from: to} comes as two arrays. */
static bool read_renames(const jn_call *call, napi_value from, jsonlog_json_options *options) {
    const char *const *old_names = NULL;
    const char *const *new_names = NULL;
    size_t count = 0;
    if (!jn_option_strings(call, from, "renameFrom", &old_names, &count) ||
        !jn_option_strings(call, from, "renameTo", &new_names, &options->rename_count))
        return false;
    if (count != options->rename_count)
        return jn_throw_type(call, "option rename: as many new names as old ones") != NULL;
    jsonlog_rename *renames = jn_arena_take(call->addon, (count + 1) * sizeof *renames);
    if (renames == NULL)
        return jn_throw_status(call, JSONLOG_E_NOMEM, NULL) != NULL;
    for (size_t i = 0; i < count; i++)
        renames[i] = (jsonlog_rename){old_names[i], new_names[i]};
    options->rename = count == 0 ? NULL : renames;
    return true;
}

static bool read_json_options(const jn_call *call, napi_value from, jsonlog_json_options *options) {
    return read_switches(call, from, switches, COUNT(switches), options) &&
           read_texts(call, from, texts, COUNT(texts), options) &&
           read_numbers(call, from, options) && read_renames(call, from, options) &&
           jn_option_strings(call, from, "names", &options->names, &options->name_count) &&
           jn_option_strings(call, from, "exclude", &options->exclude, &options->exclude_count);
}

static bool read_preset_options(const jn_call *call, napi_value from,
                                jsonlog_preset_options *options) {
    return read_switches(call, from, preset_switches, COUNT(preset_switches), options) &&
           read_texts(call, from, preset_texts, COUNT(preset_texts), options) &&
           jn_option_strings(call, from, "labels", &options->labels, &options->label_count);
}

/* Fields on every line: arguments 1 to 3, as bytes; null for none. */
static bool read_static_fields(const jn_call *call, jsonlog_json_options *options) {
    jn_fields fields = {NULL, 0, NULL, 0};
    if (!jn_is(call, call->args[1], napi_object))
        return true;
    if (!jn_fields_get(call, 1, &fields))
        return false;
    options->static_fields = fields.fields;
    options->static_count = fields.count;
    return true;
}

static napi_value formatter_of(const jn_call *call, const char *name) {
    jsonlog_json_options json = JSONLOG_JSON_OPTIONS_INIT;
    jsonlog_preset_options more = JSONLOG_PRESET_OPTIONS_INIT;
    jsonlog_preset preset = JSONLOG_PRESET_DEFAULT;
    jsonlog_err err;
    if (name != NULL && jsonlog_preset_from_name(name, &preset) != JSONLOG_OK)
        return jn_throw_status(call, JSONLOG_E_NOT_FOUND, name);
    if (!read_json_options(call, call->args[0], &json) ||
        !read_preset_options(call, call->args[0], &more) || !read_static_fields(call, &json))
        return NULL;
    jsonlog_formatter *formatter = jsonlog_preset_formatter_new(preset, &more, &json, &err);
    if (formatter == NULL)
        return jn_throw_err(call, &err, json.format, json.format == NULL ? 0 : strlen(json.format));
    return jn_handle_new(call, JN_FORMATTER, formatter);
}

/* formatterJson({preset, …}, bytes, start, end) => handle */
static napi_value formatter_json(napi_env env, napi_callback_info info) {
    jn_call call;
    const char *preset = NULL;
    if (!jn_begin(&call, env, info))
        return NULL;
    napi_value result = NULL;
    if (jn_option_string(&call, call.args[0], "preset", &preset))
        result = formatter_of(&call, preset);
    jn_arena_reset(&call);
    return result;
}

/* formatterHuman({color, utc, lineMax}) => handle */
static napi_value formatter_human(napi_env env, napi_callback_info info) {
    jn_call call;
    jsonlog_human_options options = JSONLOG_HUMAN_OPTIONS_INIT;
    jsonlog_err err;
    int color = JSONLOG_COLOR_AUTO;
    if (!jn_begin(&call, env, info))
        return NULL;
    if (!jn_option_int(&call, call.args[0], "color", &color) ||
        !jn_option_int(&call, call.args[0], "descriptor", &options.descriptor) ||
        !jn_option_bool(&call, call.args[0], "utc", &options.utc) ||
        !jn_option_size(&call, call.args[0], "lineMax", &options.line_max))
        return NULL;
    options.color = (jsonlog_color)color;
    jsonlog_formatter *formatter = jsonlog_human_formatter_new(&options, &err);
    if (formatter == NULL)
        return jn_throw_err(&call, &err, NULL, 0);
    return jn_handle_new(&call, JN_FORMATTER, formatter);
}

static jsonlog_status write_message(const jsonlog_record *record, jsonlog_output *output,
                                    void *context) {
    (void)context;
    size_t len = 0;
    const char *message = jsonlog_record_message(record, &len);
    jsonlog_output_append(output, message == NULL ? "" : message, len);
    jsonlog_output_append(output, "\n", 1);
    return JSONLOG_OK;
}

/* formatterMessage(lineMax) => handle: for lines that another program has formatted. */
static napi_value formatter_message(napi_env env, napi_callback_info info) {
    jn_call call;
    size_t line_max = 0;
    if (!jn_begin(&call, env, info) || !jn_size_get(&call, 0, &line_max))
        return NULL;
    jsonlog_formatter *formatter = jsonlog_formatter_new(write_message, NULL, NULL, line_max);
    if (formatter == NULL)
        return jn_throw_status(&call, JSONLOG_E_NOMEM, "formatter");
    return jn_handle_new(&call, JN_FORMATTER, formatter);
}

const jn_function jn_formatter_functions[] = {
    {"formatterJson", formatter_json},
    {"formatterHuman", formatter_human},
    {"formatterMessage", formatter_message},
    {NULL, NULL},
};
