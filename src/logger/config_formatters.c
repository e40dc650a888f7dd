#include "logger/config_class.h"

#include <jsonlog/preset.h>

#include <unistd.h>

#define LINE_MAX_MOST (INT64_C(1) << 30)

/* ---- json ---- */

typedef struct json_options {
    jsonlog_preset preset;
    jsonlog_preset_options names; /* what the preset cannot know */
    jsonlog_json_options json;
} json_options;

#define JSON(member)   JL_MEMBER(json_options, json.member)
#define PRESET(member) JL_MEMBER(json_options, names.member)

static const jl_option_word styles[] = {
    {"%", '%'}, {"{", '{'}, {"$", '$'}, {",", ','}, JL_WORDS_END};
static const jl_option_word time_styles[] = {{"rfc3339-utc", JSONLOG_TIME_RFC3339_UTC},
                                             {"rfc3339-offset", JSONLOG_TIME_RFC3339_OFFSET},
                                             {"rfc3339-local", JSONLOG_TIME_RFC3339_LOCAL},
                                             {"epoch-number", JSONLOG_TIME_EPOCH_NUMBER},
                                             {"epoch-string", JSONLOG_TIME_EPOCH_STRING},
                                             {"epoch-seconds", JSONLOG_TIME_EPOCH_SECONDS},
                                             JL_WORDS_END};
static const jl_option_word precisions[] = {
    {"ms", JSONLOG_PRECISION_MS},         {"s", JSONLOG_PRECISION_S},
    {"us", JSONLOG_PRECISION_US},         {"ns", JSONLOG_PRECISION_NS},
    {"python", JSONLOG_PRECISION_PYTHON}, JL_WORDS_END};
static const jl_option_word collisions[] = {{"suffix", JSONLOG_COLLISION_SUFFIX},
                                            {"last-wins", JSONLOG_COLLISION_LAST_WINS},
                                            {"first-wins", JSONLOG_COLLISION_FIRST_WINS},
                                            JL_WORDS_END};
static const jl_option_word nonfinites[] = {
    {"null", JSONLOG_NONFINITE_NULL}, {"string", JSONLOG_NONFINITE_STRING}, JL_WORDS_END};
static const jl_option_word bytes_styles[] = {{"base64url", JSONLOG_BYTES_BASE64URL},
                                              {"base64", JSONLOG_BYTES_BASE64},
                                              {"hex", JSONLOG_BYTES_HEX},
                                              JL_WORDS_END};

static const jl_option_word presets[] = {
#define PRESET_WORD(name, value, text) {text, value},
    JSONLOG_PRESET_LIST(PRESET_WORD)
#undef PRESET_WORD
        JL_WORDS_END};

/* The limits of lists are those of formatter.h; what only code can give (parse, value_fn, process)
 * is not here. */
static const jl_option json_table[] = {
    {"preset", JL_OPTION_WORD, JL_MEMBER(json_options, preset), .words = presets},
    {"service", JL_OPTION_TEXT, PRESET(service)},
    {"version", JL_OPTION_TEXT, PRESET(version)},
    {"environment", JL_OPTION_TEXT, PRESET(environment)},
    {"host", JL_OPTION_TEXT, PRESET(host)},
    {"project", JL_OPTION_TEXT, PRESET(project)},
    {"labels", JL_OPTION_TEXTS, PRESET(labels), 0, 32,
     .count_offset = offsetof(json_options, names.label_count)},
    {"reportErrors", JL_OPTION_BOOL, PRESET(report_errors)},
    {"rawUtf8", JL_OPTION_BOOL, PRESET(raw_utf8)},
    {"format", JL_OPTION_TEXT, JSON(format), .least = 1},
    {"style", JL_OPTION_WORD, JSON(style), .words = styles},
    {"names", JL_OPTION_TEXTS, JSON(names), 1, 32,
     .count_offset = offsetof(json_options, json.name_count)},
    {"rename", JL_OPTION_RENAMES, JSON(rename), 0, 64,
     .count_offset = offsetof(json_options, json.rename_count)},
    {"renameKeepsMissing", JL_OPTION_BOOL, JSON(rename_keeps_missing)},
    {"staticFields", JL_OPTION_FIELDS, JSON(static_fields), 0, 32,
     .count_offset = offsetof(json_options, json.static_count)},
    {"defaults", JL_OPTION_FIELDS, JSON(defaults), 0, 32,
     .count_offset = offsetof(json_options, json.default_count)},
    {"exclude", JL_OPTION_TEXTS, JSON(exclude), 0, 1024,
     .count_offset = offsetof(json_options, json.exclude_count)},
    {"skipUnderscored", JL_OPTION_BOOL, JSON(skip_underscored)},
    {"timestampKey", JL_OPTION_TEXT, JSON(timestamp_key), .least = 1},
    {"timeStyle", JL_OPTION_WORD, JSON(time_style), .words = time_styles},
    {"timestampPrecision", JL_OPTION_WORD, JSON(timestamp_precision), .words = precisions},
    {"asctimeFormat", JL_OPTION_TEXT, JSON(asctime_format), .least = 1},
    {"collision", JL_OPTION_WORD, JSON(collision), .words = collisions},
    {"nonfinite", JL_OPTION_WORD, JSON(nonfinite), .words = nonfinites},
    {"bytesStyle", JL_OPTION_WORD, JSON(bytes_style), .words = bytes_styles},
    {"withSource", JL_OPTION_BOOL, JSON(with_source)},
    {"withThread", JL_OPTION_BOOL, JSON(with_thread)},
    {"messageAlways", JL_OPTION_BOOL, JSON(message_always)},
    {"omitEmpty", JL_OPTION_BOOL, JSON(omit_empty)},
    {"expandDots", JL_OPTION_BOOL, JSON(expand_dots)},
    {"causesAsArray", JL_OPTION_BOOL, JSON(causes_as_array)},
    {"asciiOnly", JL_OPTION_BOOL, JSON(ascii_only)},
    {"escapeSeparators", JL_OPTION_BOOL, JSON(escape_separators)},
    {"invalidAsHex", JL_OPTION_BOOL, JSON(invalid_as_hex)},
    {"spaced", JL_OPTION_BOOL, JSON(spaced)},
    {"indent", JL_OPTION_INTEGER, JSON(indent), 0, 16},
    {"prefix", JL_OPTION_TEXT, JSON(prefix)},
    {"terminator", JL_OPTION_TEXT, JSON(terminator)},
    {"lineMax", JL_OPTION_SIZE, JSON(line_max), 64, LINE_MAX_MOST},
    {"depthMax", JL_OPTION_INTEGER, JSON(depth_max), 1, 64},
    JL_OPTIONS_END,
};

static void init_json(void *options) {
    const jsonlog_preset_options names = JSONLOG_PRESET_OPTIONS_INIT;
    const jsonlog_json_options json = JSONLOG_JSON_OPTIONS_INIT;
    json_options *o = options;
    o->names = names;
    o->json = json;
}

static const char *check_json(const void *options) {
    const jsonlog_json_options *o = &((const json_options *)options)->json;
    return o->format != NULL && o->names != NULL ? "either format or names, not both" : NULL;
}

static jsonlog_formatter *make_json(const void *options, jsonlog_err *err) {
    const json_options *o = options;
    return jsonlog_preset_formatter_new(o->preset, &o->names, &o->json, err);
}

/* ---- human ---- */

#define HUMAN(member) JL_MEMBER(jsonlog_human_options, member)

static const jl_option_word colors[] = {{"auto", JSONLOG_COLOR_AUTO},
                                        {"never", JSONLOG_COLOR_NEVER},
                                        {"always", JSONLOG_COLOR_ALWAYS},
                                        JL_WORDS_END};
static const jl_option_word streams[] = {
    {"stdout", STDOUT_FILENO}, {"stderr", STDERR_FILENO}, JL_WORDS_END};

static const jl_option human_table[] = {
    {"color", JL_OPTION_WORD, HUMAN(color), .words = colors},
    {"stream", JL_OPTION_WORD, HUMAN(descriptor), .words = streams},
    {"utc", JL_OPTION_BOOL, HUMAN(utc)},
    {"withSource", JL_OPTION_BOOL, HUMAN(with_source)},
    {"lineMax", JL_OPTION_SIZE, HUMAN(line_max), 64, LINE_MAX_MOST},
    JL_OPTIONS_END,
};

static void init_human(void *options) {
    const jsonlog_human_options defaults = JSONLOG_HUMAN_OPTIONS_INIT;
    *(jsonlog_human_options *)options = defaults;
}

static jsonlog_formatter *make_human(const void *options, jsonlog_err *err) {
    return jsonlog_human_formatter_new(options, err);
}

/* ---- the classes ---- */

const jl_config_class jl_class_json = {.name = "json",
                                       .size = sizeof(json_options),
                                       .options = json_table,
                                       .init = init_json,
                                       .check = check_json,
                                       .make_formatter = make_json};
const jl_config_class jl_class_human = {.name = "human",
                                        .size = sizeof(jsonlog_human_options),
                                        .options = human_table,
                                        .init = init_human,
                                        .make_formatter = make_human};
