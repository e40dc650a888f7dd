/*
 * A program that is linked statically carries only what it names, so some parts of the library are
 * reached through weak references. Each program made of this file names one of them, PART, and
 * nothing else of its kind, and exits with 0 if the part was there: its record stands in the
 * output.
 */
#include <jsonlog/jsonlog.h>
#include <jsonlog/lambda.h>
#include <jsonlog/preset.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static jsonlog_logger *logger;

/* In the way of others that use a formatter of their own. */
__attribute__((unused)) static void log_with(jsonlog_formatter *formatter) {
    jsonlog_handler *handler = jsonlog_stream_handler_new(STDOUT_FILENO, NULL);
    jsonlog_handler_set_formatter(handler, formatter);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    jsonlog_handler_release(handler);
    jsonlog_formatter_release(formatter);
}

#if defined PART_RAW
#define EXPECTED "\"v\":{\"a\":[1,\"x\"]}"
static void run(void) {
    static const char json[] = " { \"a\" : [ 1, \"x\" ] } ";
    jsonlog_info(logger, "m", "v", jsonlog_raw(json, sizeof json - 1));
}
#elif defined PART_CJSON
#define EXPECTED "\"v\":{\"a\":[1,\"x\"],\"b\":[true]}"
static void run(void) {
    cJSON *tree = cJSON_Parse("{\"a\":[1,\"x\"]}");
    cJSON_AddRawToObject(tree, "b", " [ true ] ");
    jsonlog_info(logger, "m", "v", jsonlog_cjson(tree));
    cJSON_Delete(tree);
}
#elif defined PART_BYTES
#define EXPECTED "\"v\":\"AQID\""
static void run(void) {
    jsonlog_info(logger, "m", "v", jsonlog_bytes("\1\2\3", 3));
}
#elif defined PART_UUID
#define EXPECTED "\"v\":\"30313233-3435-3637-3839-616263646566\""
static void run(void) {
    jsonlog_info(logger, "m", "v", jsonlog_uuid((const uint8_t *)"0123456789abcdef"));
}
#elif defined PART_CALL
#define EXPECTED "\"v\":\"__could_not_encode__\",\"called\":true"
static bool is_called;
/* Names nothing of what a callback writes with. */
static bool cannot(jsonlog_writer *writer, void *context) {
    is_called = writer != NULL && context == NULL;
    return false;
}
static void run(void) {
    jsonlog_info(logger, "m", "v", jsonlog_call(cannot, NULL));
    jsonlog_info(logger, "m", "v", "__could_not_encode__", "called", jsonlog_bool(is_called));
}
#elif defined PART_CHAR
#define EXPECTED "\"v\":\"\xEC\x9D\xB8\""
static void run(void) {
    jsonlog_info(logger, "m", "v", jsonlog_char(0xC778));
}
#elif defined PART_BOUND
#define EXPECTED "\"v\":[1,{\"w\":\"AQID\"}]"
/* A copy that outlives the call. */
static void run(void) {
    jsonlog_logger *child = jsonlog_with(
        logger, "v", jsonlog_array(1, jsonlog_object("w", jsonlog_bytes("\1\2\3", 3))));
    jsonlog_info(child, "m");
    jsonlog_logger_free(child);
}
#elif defined PART_VALUE_FN
#define EXPECTED "\"v\":\"replaced\""
static bool replace(jsonlog_writer *writer, const char *key, size_t key_len,
                    const jsonlog_value *value, void *context) {
    (void)key, (void)context;
    if (key_len != 1 || value->type != JSONLOG_TYPE_INT64)
        return false;
    jsonlog_write_value(writer, jsonlog_from_string("replaced"));
    return true;
}
static void run(void) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.value_fn = replace;
    log_with(jsonlog_json_formatter_new(&options, NULL));
    jsonlog_info(logger, "m", "v", 1);
}
#elif defined PART_SOURCE
#define EXPECTED "\"function\":\"run\""
static void run(void) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.with_source = true;
    log_with(jsonlog_json_formatter_new(&options, NULL));
    jsonlog_info(logger, "m");
}
#elif defined PART_NAMES
#define EXPECTED "{\"module\":\"static_parts\",\"levelno\":20,\"message\":\"m\"}"
static void run(void) {
    static const char *const names[] = {"module", "levelno", "message"};
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.names = names;
    options.name_count = 3;
    log_with(jsonlog_json_formatter_new(&options, NULL));
    jsonlog_info(logger, "m");
}
#elif defined PART_DOTS
#define EXPECTED "\"a\":{\"b\":1,\"c\":2}"
static void run(void) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.expand_dots = true;
    log_with(jsonlog_json_formatter_new(&options, NULL));
    jsonlog_info(logger, "m", "a.b", 1, "a", jsonlog_object("c", 2));
}
#elif defined PART_PRESET
#define EXPECTED "\"log.origin.function\":\"run\""
static void run(void) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.with_source = true;
    log_with(jsonlog_preset_formatter_new(JSONLOG_PRESET_ECS, NULL, &options, NULL));
    jsonlog_info(logger, "m");
}
#elif defined PART_LAMBDA
#define EXPECTED "\"level\":\"WARN\""
static void run(void) {
    log_with(jsonlog_lambda_formatter_new(NULL, NULL));
    jsonlog_log(logger, 35, "m");
}
#elif defined PART_SAMPLING
#define EXPECTED "\"i\":3,\"suppressed\":2}"
static void run(void) {
    jsonlog_sampling_policy policy = JSONLOG_SAMPLING_POLICY_INIT;
    policy.thereafter = 3;
    jsonlog_logger_set_sampling(logger, &policy);
    for (int i = 0; i < 4; i++)
        jsonlog_info(logger, "m", "i", i);
}
#elif defined PART_BURST
#define EXPECTED "\"message\":\"repeated 3 times: m\""
static void run(void) {
    for (int i = 0; i < 4; i++)
        jsonlog_info_burst(logger, 1, 60000, "m");
    jsonlog_shutdown();
}
#endif

int main(void) {
    char lines[4096];
    int ends[2];
    if (pipe(ends) != 0 || dup2(ends[1], STDOUT_FILENO) < 0 || close(ends[1]) != 0)
        return 2;
    logger = jsonlog_get("part");
    run();
    jsonlog_flush();
    const ssize_t len = read(ends[0], lines, sizeof lines - 1);
    lines[len < 0 ? 0 : len] = '\0';
    if (strstr(lines, EXPECTED) != NULL)
        return 0;
    fprintf(stderr, "%s\nis not in\n%s", EXPECTED, lines);
    return 1;
}
