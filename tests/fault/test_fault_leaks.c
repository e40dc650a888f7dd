/*
 * Thousands of records with a secret somewhere in each, through handlers and formatters of every
 * kind and with lines of every length: nothing of a secret is in anything that was written. The
 * same records without redaction leak every time, so each of them really carries its secret.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fault/fault_report.h"
#include "fault/planted_secrets.h"
#include "support/log_files.h"

#include "fault/sent_bytes.h"

#include <jsonlog/async.h>
#include <jsonlog/capture.h>
#include <jsonlog/file.h>
#include <jsonlog/foreign.h>
#include <jsonlog/journald.h>
#include <jsonlog/jsonlog.h>
#include <jsonlog/lambda.h>
#include <jsonlog/recorder.h>
#include <jsonlog/redact.h>
#include <jsonlog/rotating.h>
#include <jsonlog/socket.h>
#include <jsonlog/syslog.h>

#include <cjson/cJSON.h>

#define RECORDS    4000
#define UNREDACTED 400
#define PADDING    2400
#define FORMATTERS 14

static test_random randomness = {.state = 20261122};
static secret_set planted;

/* ---- where a secret can stand ---- */

/* The record under way: texts are the secret between what it is known by, with padding around. */
typedef struct planting {
    const secret *what;
    char plain[SECRET_MAX * 2];          /* without padding */
    char text[SECRET_MAX * 2 + PADDING]; /* padding in front, and a little behind */
    int before;                          /* bytes of padding in front */
} planting;

static const planting *under_way;
static char padding[PADDING];

static void log_message(const planting *p) {
    jsonlog_info(jsonlog_root(), p->text);
}

static void log_printf_text(const planting *p) {
    jsonlog_infof(jsonlog_root(), "%s", p->text);
}

static void log_field(const planting *p) {
    jsonlog_info(jsonlog_root(), "m", "text", p->text, "other", padding);
}

static void log_text_field(const planting *p) {
    jsonlog_info(jsonlog_root(), "m", "text", jsonlog_text("%s", p->text));
}

static void log_key(const planting *p) {
    const jsonlog_field fields[] = {jsonlog_field_make(p->plain, jsonlog_from_int64(1)),
                                    jsonlog_field_make(p->text, jsonlog_from_int64(2))};
    const jsonlog_field outer = jsonlog_field_make("o", jsonlog_fields(fields, 2));
    jsonlog_log_fields(jsonlog_root(), JSONLOG_LEVEL_INFO, "m", 1, fields, 2);
    jsonlog_log_fields(jsonlog_root(), JSONLOG_LEVEL_INFO, "m", 1, &outer, 1);
}

static void log_nested(const planting *p) {
    jsonlog_info(
        jsonlog_root(), "m", "a.b",
        jsonlog_object("c", jsonlog_array(1, jsonlog_object("d", p->text)), "e", p->plain));
}

static void log_strings(const planting *p) {
    const char *const strings[] = {"a", p->text, NULL, p->plain};
    jsonlog_info(jsonlog_root(), "m", "list", jsonlog_strings(strings, 4));
}

static void log_causes(const planting *p) {
    jsonlog_error(
        jsonlog_root(), "m", "error",
        jsonlog_causes("outer", p->text, jsonlog_errno(2), jsonlog_object("x", p->plain)));
}

static void log_bytes(const planting *p) {
    jsonlog_info(jsonlog_root(), "m", "bytes", jsonlog_bytes(p->plain, strlen(p->plain)));
}

static void log_bound(const planting *p) {
    jsonlog_logger *bound =
        jsonlog_with(jsonlog_root(), "text", p->text, "o", jsonlog_object("x", p->plain));
    jsonlog_info(bound, "m");
    jsonlog_logger_free(bound);
}

static void log_scope(const planting *p) {
    jsonlog_scope scope = jsonlog_scope_push("text", p->text);
    jsonlog_info(jsonlog_root(), "m");
    jsonlog_scope_pop(scope);
}

static void log_static(const planting *p) {
    const jsonlog_field field = jsonlog_field_make("text", jsonlog_from_string(p->text));
    jsonlog_set_static_fields(&field, 1);
    jsonlog_info(jsonlog_root(), "m");
    jsonlog_set_static_fields(NULL, 0);
}

static void log_logger(const planting *p) {
    char name[64];
    static int made; /* loggers stay for ever */
    snprintf(name, sizeof name, "l.%.60s", p->plain);
    jsonlog_info(++made < 100 ? jsonlog_get(name) : jsonlog_root(), made < 100 ? "m" : p->text);
}

/* ---- JSON that is made of it ---- */

static cJSON *tree_of(const planting *p, const char *key) {
    cJSON *tree = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(tree, "list");
    cJSON_AddItemToArray(list, cJSON_CreateString(padding + PADDING - 1 - p->before / 4));
    cJSON *inner = cJSON_CreateObject();
    cJSON_AddStringToObject(inner, key, key[0] == 't' ? p->text : p->plain);
    cJSON_AddItemToArray(list, inner);
    return tree;
}

static void log_tree(const planting *p) {
    cJSON *tree = tree_of(p, "text");
    jsonlog_info(jsonlog_root(), "m", "tree", jsonlog_cjson(tree));
    cJSON_Delete(tree);
}

static void log_raw(const planting *p) {
    cJSON *tree = tree_of(p, "text");
    char *json = cJSON_Print(tree);
    jsonlog_info(jsonlog_root(), "m", "raw", jsonlog_raw(json, strlen(json)));
    jsonlog_info(jsonlog_root(), "m", "raw", jsonlog_raw(json, strlen(json) - 3)); /* broken */
    cJSON_free(json);
    cJSON_Delete(tree);
}

/* Every byte of the secret as \uXXXX. */
static void log_raw_escaped(const planting *p) {
    char json[SECRET_MAX * 12 + 16] = "[\"";
    size_t len = 2;
    for (const char *at = p->plain; *at != '\0'; at++)
        len += (size_t)snprintf(json + len, sizeof json - len, "\\u%04x", (unsigned char)*at);
    len += (size_t)snprintf(json + len, sizeof json - len, "\"]");
    jsonlog_info(jsonlog_root(), "m", "raw", jsonlog_raw(json, len));
    jsonlog_info(jsonlog_root(), "m", "raw", jsonlog_raw(json, len - 2));
}

static bool write_tree(jsonlog_writer *writer, void *context) {
    const planting *p = context;
    jsonlog_write_begin_array(writer);
    jsonlog_write_value(writer, jsonlog_from_string(p->text));
    jsonlog_write_begin_object(writer);
    jsonlog_write_key(writer, p->plain, strlen(p->plain));
    jsonlog_write_value(writer, jsonlog_bytes(p->plain, strlen(p->plain)));
    jsonlog_write_key(writer, "inner", 5);
    jsonlog_write_begin_object(writer);
    jsonlog_write_key(writer, "x", 1);
    jsonlog_write_value(writer, jsonlog_string(p->plain, strlen(p->plain)));
    jsonlog_write_end_object(writer);
    jsonlog_write_end_object(writer);
    jsonlog_write_end_array(writer);
    return true;
}

static void log_callback(const planting *p) {
    jsonlog_info(jsonlog_root(), "m", "call", jsonlog_call(write_tree, (void *)(uintptr_t)p));
}

/* A line of a child that is cut where the secret stands, or is not. */
static void log_foreign(const planting *p) {
    jsonlog_foreign_options options = JSONLOG_FOREIGN_OPTIONS_INIT;
    options.limit_bytes = 1024;
    jsonlog_foreign *foreign = jsonlog_foreign_new(&options, NULL);
    assert_non_null(foreign);
    dprintf(jsonlog_foreign_descriptor(foreign), "%s\n", p->text);
    assert_int_equal(jsonlog_foreign_close(foreign, 60000), JSONLOG_OK);
}

/* What the filter of the logger, the processor and the value_fn of the first formatters add. */
static void log_added(const planting *p) {
    under_way = p;
    jsonlog_info(jsonlog_root(), "m", "replace", 1);
    under_way = NULL;
}

static bool add_in_filter(jsonlog_record *record, void *context) {
    (void)context;
    if (under_way != NULL)
        jsonlog_record_set_field(record, "filter", 6, jsonlog_from_string(under_way->text));
    return true;
}

static void add_in_processor(jsonlog_record *record, void *context) {
    (void)context;
    if (under_way != NULL)
        jsonlog_record_set_field(record, "process", 7, jsonlog_from_string(under_way->text));
}

static bool replace_value(jsonlog_writer *writer, const char *key, size_t key_len,
                          const jsonlog_value *value, void *context) {
    (void)value;
    (void)context;
    if (under_way == NULL || key_len != 7 || memcmp(key, "replace", 7) != 0)
        return false;
    jsonlog_write_value(writer, jsonlog_from_string(under_way->text));
    return true;
}

/* ---- numbers ---- */

static void log_numbers(const planting *p) {
    const int64_t number = strtoll(p->what->text, NULL, 10);
    const int64_t numbers[] = {1, number};
    const double doubles[] = {(double)number};
    char raw[64];
    snprintf(raw, sizeof raw, "[%lld,%lld.0]", (long long)number, (long long)number);
    jsonlog_info(jsonlog_root(), "m", "n", number, "d", (double)number, "ns",
                 jsonlog_int64s(numbers, 2), "ds", jsonlog_doubles(doubles, 1), "raw",
                 jsonlog_raw(raw, strlen(raw)));
}

/* ---- where only key and path tell ---- */

static bool write_keyed(jsonlog_writer *writer, void *context) {
    const planting *p = context;
    jsonlog_write_begin_object(writer);
    jsonlog_write_key(writer, "password", 8);
    jsonlog_write_value(writer, jsonlog_from_string(p->plain));
    jsonlog_write_key(writer, "list", 4);
    jsonlog_write_begin_array(writer);
    jsonlog_write_begin_object(writer);
    jsonlog_write_key(writer, "pin", 3);
    jsonlog_write_begin_array(writer);
    jsonlog_write_value(writer, jsonlog_from_string(p->plain));
    jsonlog_write_end_array(writer);
    jsonlog_write_end_object(writer);
    jsonlog_write_end_array(writer);
    jsonlog_write_end_object(writer);
    return true;
}

static void log_keyed_values(const planting *p) {
    jsonlog_info(jsonlog_root(), "m", "password", p->plain, "u",
                 jsonlog_object("x", jsonlog_array(jsonlog_object("pin", p->plain))), "call",
                 jsonlog_call(write_keyed, (void *)(uintptr_t)p), "u.y.pin", p->plain);
}

static void log_keyed_json(const planting *p) {
    cJSON *tree = tree_of(p, "password");
    char *json = cJSON_PrintUnformatted(tree);
    jsonlog_logger *bound = jsonlog_with(jsonlog_root(), "tree", jsonlog_cjson(tree));
    jsonlog_info(bound, "m", "raw", jsonlog_raw(json, strlen(json)), "broken",
                 jsonlog_raw(json, strlen(json) - 1));
    jsonlog_logger_free(bound);
    cJSON_free(json);
    cJSON_Delete(tree);
}

static void log_keyed_scope(const planting *p) {
    const jsonlog_field field = jsonlog_field_make("password", jsonlog_from_string(p->plain));
    jsonlog_scope scope = jsonlog_scope_push("renamed", p->plain);
    jsonlog_set_static_fields(&field, 1);
    jsonlog_info(jsonlog_root(), "m");
    jsonlog_set_static_fields(NULL, 0);
    jsonlog_scope_pop(scope);
}

typedef struct place {
    const char *name;
    void (*log)(const planting *p);
    unsigned kinds; /* a bit for each kind of secret that can stand there */
} place;

#define KIND(kind) (1u << (kind))
#define TEXTS      (KIND(SECRET_KEYED) - 1)

static const place places[] = {
    {"message", log_message, TEXTS},
    {"printf text", log_printf_text, TEXTS},
    {"field", log_field, TEXTS},
    {"text field", log_text_field, TEXTS},
    {"key", log_key, TEXTS},
    {"nested", log_nested, TEXTS},
    {"strings", log_strings, TEXTS},
    {"causes", log_causes, TEXTS},
    {"bytes", log_bytes, TEXTS},
    {"bound", log_bound, TEXTS},
    {"scope", log_scope, TEXTS},
    {"static", log_static, TEXTS},
    {"logger", log_logger, KIND(SECRET_CARD) | KIND(SECRET_AWS)},
    {"tree", log_tree, TEXTS},
    {"raw", log_raw, TEXTS},
    {"raw escaped", log_raw_escaped, TEXTS},
    {"callback", log_callback, TEXTS},
    {"added", log_added, TEXTS},
    {"foreign", log_foreign, TEXTS},
    {"numbers", log_numbers, KIND(SECRET_CARD)},
    {"keyed values", log_keyed_values, KIND(SECRET_KEYED)},
    {"keyed JSON", log_keyed_json, KIND(SECRET_KEYED)},
    {"keyed scope", log_keyed_scope, KIND(SECRET_KEYED)},
};
#define PLACES (sizeof places / sizeof places[0])

/* ---- planting ---- */

/* The text of bytes that begin with the secret. */
static void add_base64(const char *text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char out[SECRET_PREFIX + 1];
    for (size_t i = 0; i < 2; i++) {
        const unsigned char *at = (const unsigned char *)text + i * 3;
        const uint32_t bits = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
        for (size_t j = 0; j < 4; j++)
            out[i * 4 + j] = digits[bits >> (18 - 6 * j) & 63];
    }
    secret_set_add(&planted, out);
}

static void plant(const place *where, secret_kind kind, int before) {
    const secret made = make_secret(&randomness, kind);
    static planting p;
    p.what = &made;
    p.before = before;
    snprintf(p.plain, sizeof p.plain, "%s%s%s", made.before, made.text, made.after);
    snprintf(p.text, sizeof p.text, "%.*s %s and more", before, padding, p.plain);
    secret_set_add(&planted, made.text);
    if (kind == SECRET_CARD || kind == SECRET_AWS)
        add_base64(made.text);
    where->log(&p);
}

/* Short, or so long that the secret stands around one of the places where lines and texts are cut.
 */
static int random_padding(void) {
    static const int cuts[] = {0, 0, 30, 64, 128, 256, 1000, 1024, 2048};
    const int near = cuts[test_random_below(&randomness, sizeof cuts / sizeof cuts[0])];
    const int off = (int)test_random_below(&randomness, 120) - 90;
    return near + off < 0 ? 0 : near + off;
}

static void plant_at_random(void) {
    const place *where = &places[test_random_below(&randomness, PLACES)];
    secret_kind kind = SECRET_CARD;
    do
        kind = (secret_kind)test_random_below(&randomness, SECRET_KINDS);
    while ((where->kinds & KIND(kind)) == 0);
    plant(where, kind, random_padding());
}

/* ---- outputs ---- */

static void use_redaction(void) {
    const jsonlog_redact_rule rules[] = {
        jsonlog_redact_key("password"),        jsonlog_redact_key("renamed"),
        jsonlog_redact_path("u.**.pin"),       jsonlog_redact_path("call.list[*].*[0]"),
        jsonlog_redact_pattern("card"),        jsonlog_redact_pattern("bearer"),
        jsonlog_redact_pattern("jwt"),         jsonlog_redact_pattern("aws_secret"),
        jsonlog_redact_pattern("url_password")};
    jsonlog_redaction *set = jsonlog_redaction_new(rules, 9, NULL, NULL);
    assert_non_null(set);
    assert_int_equal(jsonlog_set_redaction(set), JSONLOG_OK);
    jsonlog_redaction_release(set);
}

/* A formatter of the caller's own, as careless as one can be with what it is given. */
static jsonlog_status format_own(const jsonlog_record *record, jsonlog_output *output,
                                 void *context) {
    (void)context;
    size_t len = 0;
    const char *text = jsonlog_record_message(record, &len);
    jsonlog_output_append(output, text, len);
    jsonlog_output_append(output, jsonlog_record_logger(record),
                          strlen(jsonlog_record_logger(record)));
    const size_t count = jsonlog_record_field_count(record);
    for (size_t i = 0; i < count; i++) {
        const jsonlog_value *value = jsonlog_record_field_at(record, i, &text, &len);
        jsonlog_output_append(output, text, len);
        if (value->type == JSONLOG_TYPE_STRING)
            jsonlog_output_append(output, value->as.string, value->with.len);
        else
            jsonlog_output_append_value(output, value);
    }
    jsonlog_output_append(output, "\n", 1);
    return JSONLOG_OK;
}

static jsonlog_formatter *json_formatter(size_t line_max, unsigned style) {
    static const jsonlog_rename renames[] = {{"scope", "renamed"}, {"text", "t"}};
    char text[SECRET_MAX + 8];
    secret fixed = make_secret(&randomness, SECRET_CARD);
    secret keyed = make_secret(&randomness, SECRET_KEYED);
    snprintf(text, sizeof text, "fixed %s", fixed.text);
    secret_set_add(&planted, fixed.text);
    secret_set_add(&planted, keyed.text);
    const jsonlog_field fields[] = {
        jsonlog_field_make("fixed", jsonlog_from_string(text)),
        jsonlog_field_make("password", jsonlog_from_string(keyed.text))};
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.line_max = line_max;
    options.static_fields = fields;
    options.static_count = 2;
    options.ascii_only = (style & 1) != 0;
    options.expand_dots = (style & 2) != 0;
    options.spaced = (style & 4) != 0;
    options.omit_empty = (style & 4) != 0;
    options.causes_as_array = (style & 1) != 0;
    options.rename = renames;
    options.rename_count = (style & 2) != 0 ? 2 : 0;
    options.process = (style & 8) != 0 ? add_in_processor : NULL;
    options.value_fn = (style & 8) != 0 ? replace_value : NULL;
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    assert_non_null(formatter);
    return formatter;
}

static jsonlog_formatter *human_formatter(size_t line_max) {
    jsonlog_human_options options = JSONLOG_HUMAN_OPTIONS_INIT;
    options.color = line_max == 64 ? JSONLOG_COLOR_ALWAYS : JSONLOG_COLOR_NEVER;
    options.line_max = line_max;
    jsonlog_formatter *formatter = jsonlog_human_formatter_new(&options, NULL);
    assert_non_null(formatter);
    return formatter;
}

static jsonlog_formatter *formatter_at(unsigned index) {
    static const size_t line_max[] = {64, 100, 200, 256, 512, 1024, 2048, 4096, 16384};
    switch (index) {
    case 9: return json_formatter(16384, 15);
    case 10: return human_formatter(64);
    case 11: return human_formatter(300);
    case 12: return human_formatter(16384);
    case 13: return jsonlog_formatter_new(format_own, NULL, NULL, 65536);
    default: return json_formatter(line_max[index], index);
    }
}

static jsonlog_handler *file_at(const char *name) {
    jsonlog_handler *handler = NULL;
    assert_int_equal(jsonlog_file_handler_new(in_directory(name), NULL, &handler, NULL),
                     JSONLOG_OK);
    return handler;
}

/* @param formatter  a reference; NULL: the handler's own. */
static void add(jsonlog_handler *handler, jsonlog_formatter *formatter) {
    assert_non_null(handler);
    if (formatter != NULL)
        jsonlog_handler_set_formatter(handler, formatter);
    assert_int_equal(jsonlog_logger_add_handler(jsonlog_root(), handler), JSONLOG_OK);
    jsonlog_handler_release(handler);
    jsonlog_formatter_release(formatter);
}

/* So small that it has to drop lines, and to report that with the formatter's own fields. */
static void add_async(void) {
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.ring_bytes = JSONLOG_ASYNC_RING_MIN;
    options.when_full = JSONLOG_ASYNC_DROP_NEW;
    jsonlog_handler *target = file_at("async.log");
    add(jsonlog_async_handler_new(target, &options), json_formatter(1024, 0));
    jsonlog_handler_release(target);
}

static void add_recorder(void) {
    jsonlog_recorder_options options = JSONLOG_RECORDER_OPTIONS_INIT;
    options.pass_level = JSONLOG_LEVEL_FATAL;
    jsonlog_handler *target = file_at("recorder.log");
    jsonlog_handler *recorder = jsonlog_recorder_handler_new(target, &options);
    jsonlog_handler_release(target);
    add(recorder, json_formatter(1024, 0));
}

static void add_rotating(void) {
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    options.max_bytes = 1 << 20;
    jsonlog_handler *rotating = NULL;
    assert_int_equal(
        jsonlog_rotating_handler_new(in_directory("rotating.log"), &options, &rotating, NULL),
        JSONLOG_OK);
    add(rotating, json_formatter(512, 1));
}

/* ---- outputs that need a counterpart ---- */

/* Nothing is dropped, so that everything is searched. */
static jsonlog_socket_options patient(void) {
    jsonlog_socket_options options = JSONLOG_SOCKET_OPTIONS_INIT;
    options.block_timeout_ms = 60000;
    options.drain_timeout_ms = 60000;
    return options;
}

static void add_socket(void) {
    jsonlog_handler *handler = NULL;
    const jsonlog_socket_options options = patient();
    assert_int_equal(
        jsonlog_socket_handler_new(make_peer("socket", true), &options, &handler, NULL),
        JSONLOG_OK);
    add(handler, json_formatter(2048, 1));
}

/* RFC 5424 with the fields in STRUCTURED-DATA as well, cut where they do not fit; RFC 3164. */
static void add_syslog(const char *name, jsonlog_syslog_format format, size_t message_max) {
    jsonlog_handler *handler = NULL;
    const jsonlog_socket_options socket = patient();
    jsonlog_syslog_options options = JSONLOG_SYSLOG_OPTIONS_INIT;
    options.format = format;
    options.message_max = message_max;
    options.structured_data_id = format == JSONLOG_SYSLOG_RFC5424 ? "app@32473" : NULL;
    options.socket = &socket;
    assert_int_equal(jsonlog_syslog_handler_new(make_peer(name, false), &options, &handler, NULL),
                     JSONLOG_OK);
    add(handler, NULL);
}

/* @return false where libsystemd is missing. */
static bool add_journald(void) {
    jsonlog_handler *handler = NULL;
    jsonlog_journald_options options = JSONLOG_JOURNALD_OPTIONS_INIT;
    options.entry_max = 2048;
    const jsonlog_status status = jsonlog_journald_handler_new(&options, &handler, NULL);
    if (status == JSONLOG_E_UNSUPPORTED) {
        print_message("the journal: libsystemd is not installed: skipped\n");
        return false;
    }
    assert_int_equal(status, JSONLOG_OK);
    add(handler, NULL);
    return true;
}

/* The library keeps the descriptor of the first handler, so both tests have one file. */
static void add_lambda(jsonlog_lambda_lines lines) {
    jsonlog_handler *handler = NULL;
    jsonlog_lambda_options options = JSONLOG_LAMBDA_OPTIONS_INIT;
    options.lines = lines;
    options.line_max = 1024;
    assert_int_equal(jsonlog_lambda_handler_new(&options, &handler, NULL), JSONLOG_OK);
    add(handler, NULL);
}

static void lead_lambda_to_a_file(void) {
    char number[16];
    const int fd = open(in_directory("lambda.log"), O_WRONLY | O_APPEND | O_CREAT, 0600);
    assert_true(fd >= 0);
    snprintf(number, sizeof number, "%d", fd);
    setenv("_LAMBDA_TELEMETRY_LOG_FD", number, 1);
}

static FILE *stream;
static jsonlog_handler *memory;
static size_t outputs; /* files, at least */

static void add_all(void) {
    char name[32];
    for (unsigned i = 0; i < FORMATTERS; i++) {
        snprintf(name, sizeof name, "formatter-%u.log", i);
        add(file_at(name), formatter_at(i));
    }
    add_async();
    add_recorder();
    add_rotating();
    stream = fopen(in_directory("stream.log"), "w");
    assert_non_null(stream);
    add(jsonlog_stdio_handler_new(stream, false), json_formatter(300, 4));
    memory = jsonlog_handler_retain(jsonlog_memory_handler_new(1 << 20));
    add(memory, json_formatter(16384, 0));
    add_socket();
    add_syslog("rfc5424", JSONLOG_SYSLOG_RFC5424, 2048);
    add_syslog("rfc3164", JSONLOG_SYSLOG_RFC3164, 1024);
    add_lambda(JSONLOG_LAMBDA_LINES_TEXT);
    outputs = FORMATTERS + 9 + (add_journald() ? 1 : 0);
}

static void append_to(const char *name, const char *text) {
    FILE *file = fopen(in_directory(name), "a");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* What is left in memory goes to files, where it is searched with the rest. */
static void save_memory(jsonlog_capture *capture) {
    static char text[1 << 20];
    jsonlog_memory_handler_read(memory, text, sizeof text);
    append_to("memory.txt", text);
    for (size_t i = 0; jsonlog_capture_line(capture, i, text, sizeof text) != SIZE_MAX; i++)
        append_to("capture.txt", text);
    jsonlog_report *report = NULL;
    assert_false(jsonlog_expect_match(capture, "{ $.logType = \"NONE\" }", &report));
    append_to("report.txt", jsonlog_report_text(report));
    jsonlog_report_free(report);
    jsonlog_capture_clear(capture);
}

static void close_all(void) {
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0), JSONLOG_OK);
    jsonlog_handler_release(memory);
    fclose(stream);
}

/* ---- searching ---- */

/* @return whether something of a secret is in the file. */
static bool has_secret(const char *name, bool is_told) {
    FILE *file = fopen(in_directory(name), "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    const size_t len = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(len + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, len, file), len);
    fclose(file);
    const char *found = find_secret(&planted, text, len);
    if (is_told && found != NULL)
        print_error("%s: a secret begins with \"%.8s\": %.120s\n", name, found, found);
    free(text);
    assert_true(len > 0);
    return found != NULL;
}

/* Lines of 64 and 100 bytes are cut before there is much of anything in them. */
static bool is_too_short(const char *name) {
    return strcmp(name, "formatter-0.log") == 0 || strcmp(name, "formatter-1.log") == 0;
}

static bool is_output(const char *name) {
    return name[0] != '.' && strstr(name, ".lock") == NULL;
}

/* What was found in all files. */
typedef struct search {
    size_t files, leaks, too_short;
} search;

static search search_all(bool is_told) {
    search all = {0, 0, 0};
    DIR *directory = opendir(test_directory);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (!is_output(entry->d_name))
            continue;
        const bool has_leaked = has_secret(entry->d_name, is_told);
        all.files++;
        all.leaks += has_leaked;
        all.too_short += !has_leaked && is_too_short(entry->d_name);
        if (!has_leaked && !is_told && !is_too_short(entry->d_name))
            print_error("%s has no secret\n", entry->d_name);
    }
    closedir(directory);
    return all;
}

/* The next test begins with an empty directory; the descriptor for Lambda stays. */
static void forget_files(void) {
    DIR *directory = opendir(test_directory);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (strcmp(entry->d_name, "lambda.log") == 0)
            assert_int_equal(truncate(in_directory(entry->d_name), 0), 0);
        else if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlink(in_directory(entry->d_name));
    closedir(directory);
}

/* ---- the tests ---- */

static int set_up(void **state) {
    memset(padding, 'p', sizeof padding - 1);
    secret_set_make(&planted, test_effort(RECORDS) * 2 + 4000);
    if (make_test_directory(state) != 0)
        return -1;
    lead_lambda_to_a_file();
    return 0;
}

static int tear_down(void **state) {
    free(planted.slots);
    return remove_test_directory(state);
}

static void assert_leaks(const place *where, secret_kind kind) {
    static char text[1 << 16];
    jsonlog_memory_handler_clear(memory);
    plant(where, kind, 0);
    const size_t len = jsonlog_memory_handler_read(memory, text, sizeof text);
    if (find_secret(&planted, text, len) == NULL)
        fail_msg("a secret of kind %d in \"%s\" is not there: %s", (int)kind, where->name, text);
}

static void each_place_leaks_without_redaction(void **state) {
    (void)state;
    memory = jsonlog_memory_handler_new(1 << 16);
    jsonlog_handler_set_formatter(memory, NULL);
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), &memory, 1), JSONLOG_OK);
    jsonlog_logger_add_filter(jsonlog_root(), add_in_filter, NULL);
    for (size_t i = 0; i < PLACES; i++) {
        for (secret_kind kind = SECRET_CARD; kind < SECRET_KINDS; kind++) {
            const bool has_no_base64 = places[i].log == log_bytes && kind != SECRET_CARD;
            if ((places[i].kinds & KIND(kind)) != 0 && !has_no_base64)
                assert_leaks(&places[i], kind);
        }
    }
    jsonlog_logger_remove_filter(jsonlog_root(), add_in_filter, NULL);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(memory);
}

/* @return what is found in the outputs of so many records. */
static search log_and_search(size_t records, bool is_told) {
    add_all();
    jsonlog_logger_add_filter(jsonlog_root(), add_in_filter, NULL);
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.passes_through = true;
    options.formatter = json_formatter(4096, 0);
    jsonlog_capture *capture = jsonlog_capture_start(&options);
    assert_non_null(capture);
    jsonlog_formatter_release(options.formatter);
    for (size_t i = 1; i <= records; i++) {
        plant_at_random();
        if (i % 400 == 0 || i == records)
            save_memory(capture);
    }
    jsonlog_capture_stop(capture);
    jsonlog_logger_remove_filter(jsonlog_root(), add_in_filter, NULL);
    close_all();
    const search all = search_all(is_told);
    assert_true(all.files >= outputs);
    forget_files();
    return all;
}

/* So each of them is searched, and secrets come as far as that. */
static void each_output_leaks_without_redaction(void **state) {
    (void)state;
    const search all = log_and_search(UNREDACTED, false);
    assert_int_equal(all.leaks + all.too_short, all.files);
}

static void nothing_of_a_secret_is_written(void **state) {
    (void)state;
    const size_t records = test_effort(RECORDS);
    use_redaction();
    const search all = log_and_search(records, true);
    print_fault((fault_report){"secrets", "all", records, records * all.files, all.leaks, 0});
    assert_int_equal(all.leaks, 0);
    jsonlog_set_redaction(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_leaks_without_redaction),
        cmocka_unit_test(each_output_leaks_without_redaction),
        cmocka_unit_test(nothing_of_a_secret_is_written),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
