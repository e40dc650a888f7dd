#include "support/format_case.h"
#include "support/json_check.h"
#include "support/test_random.h"

#include "base/hash.h"
#include "json/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <jsonlog/handler.h>

#define CAP_MAX 20000
#define MARK    "…"

static char line[CAP_MAX + 1];

static jl_field field_of(const char *key, const jsonlog_value *value) {
    jl_text text = jl_text_of(key);
    return (jl_field){text, value, jl_hash(text), jl_escape_is_plain(text)};
}

/* Texts of the mixed record, freed at the end. */
static char *runs[64];
static size_t run_count;

static char *new_run(size_t size) {
    char *run = calloc(size, 1);
    assert_non_null(run);
    runs[run_count++] = run;
    return run;
}

static int free_runs(void **state) {
    (void)state;
    while (run_count > 0)
        free(runs[--run_count]);
    return 0;
}

/* About `len` bytes: `piece` again and again, whole. */
static const char *run_of(const char *piece, size_t len) {
    size_t size = strlen(piece);
    char *run = new_run(len + 1);
    for (size_t at = 0; at + size <= len; at += size)
        memcpy(run + at, piece, size);
    return run;
}

static bool write_texts(jsonlog_writer *writer, void *context) {
    jsonlog_write_begin_object(writer);
    jsonlog_write_key(writer, "first", 5);
    jsonlog_write_value(writer, jsonlog_from_string(context));
    jsonlog_write_key(writer, "second", 6);
    jsonlog_write_value(writer, jsonlog_from_string("short"));
    jsonlog_write_end_object(writer);
    return true;
}

/* A bit of everything, longer than the largest cap. */
typedef struct mixed_record {
    jsonlog_value message;
    jsonlog_value values[16];
    jl_field fields[16];
    uint32_t count;
    jsonlog_record record;
    cJSON *cjson;
} mixed_record;

static void add(mixed_record *mixed, const char *key, jsonlog_value value) {
    mixed->values[mixed->count] = value;
    mixed->fields[mixed->count] = field_of(key, &mixed->values[mixed->count]);
    mixed->count++;
}

static void make_mixed(mixed_record *mixed) {
    static uint8_t bytes[900];
    static int ints[40];
    static char callback_text[1500];
    static jsonlog_field inner[3];
    static jsonlog_value causes[3];
    *mixed = (mixed_record){.message = jsonlog_from_string(run_of("인증실패: ", 3000))};
    memset(callback_text, 'c', sizeof callback_text - 1);
    inner[0] = jsonlog_field_make("id", jsonlog_from_int64(7));
    inner[1] = jsonlog_field_make("name", jsonlog_from_string(run_of("n", 800)));
    inner[2] = jsonlog_field_make("note", jsonlog_from_string("인"));
    causes[0] = jsonlog_from_string(run_of("outer ", 500));
    causes[1] = jsonlog_errno(2);
    causes[2] = jsonlog_from_string(run_of("root ", 700));
    char *raw = new_run(2200);
    int raw_len = snprintf(raw, 2200, "{\"r\": [\"%s\", 1], \"s\": \"\\u00e9%s\"}",
                           run_of("x", 1000), run_of("가", 900));
    mixed->cjson = cJSON_CreateObject();
    cJSON_AddStringToObject(mixed->cjson, "text", run_of("j", 1200));
    cJSON_AddNumberToObject(mixed->cjson, "number", 1.5);
    add(mixed, "requestId", jsonlog_from_string("0b1d6a1e-5f0e-4c55-8d2d-0123456789ab"));
    add(mixed, "user", jsonlog_fields(inner, 3));
    add(mixed, "errorCode", jsonlog_from_string("DA00012"));
    add(mixed, "latencyMs", jsonlog_from_double(12.5));
    add(mixed, "body", jsonlog_from_string(run_of("body ", 6000)));
    add(mixed, "raw", jsonlog_raw(raw, (size_t)raw_len));
    add(mixed, "blob", jsonlog_bytes(bytes, sizeof bytes));
    add(mixed, run_of("a long key ", 300), jsonlog_bool(true));
    add(mixed, "causes", jsonlog_from_values(JSONLOG_TYPE_CAUSES, causes, 3));
    add(mixed, "call", jsonlog_call(write_texts, callback_text));
    add(mixed, "cjson", jsonlog_cjson(mixed->cjson));
    add(mixed, "ints", jsonlog_ints(ints, 40));
    add(mixed, "last", jsonlog_from_string(run_of("last ", 2000)));
    add(mixed, "tail", jsonlog_from_string("tail"));
    mixed->record = (jsonlog_record){
        .time_ns = 1795334865784000000,
        .level = JSONLOG_LEVEL_ERROR,
        .logger = "payment",
        .message = &mixed->message,
        .call = mixed->fields,
        .call_count = mixed->count,
        .call_is_unique = true,
    };
}

/* The longest string of a value, as escaped; none of the record has escapes but the one of `s`. */
static size_t longest_in(const cJSON *value) {
    size_t longest = cJSON_IsString(value) ? strlen(value->valuestring) : 0;
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        size_t len = longest_in(child);
        longest = len > longest ? len : longest;
    }
    return longest;
}

static bool is_role(const char *key) {
    return strcmp(key, "timestamp") == 0 || strcmp(key, "logType") == 0 ||
           strcmp(key, "logger") == 0 || strcmp(key, "errorMessage") == 0;
}

static size_t floor_of(size_t cap) {
    size_t floor = cap / 256;
    return floor < 16 ? 16 : floor > 64 ? 64 : floor;
}

static bool is_cut(const cJSON *value) {
    if (cJSON_IsString(value) && strstr(value->valuestring, MARK) != NULL)
        return true;
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        if (is_cut(child))
            return true;
    }
    return false;
}

static void check_line(size_t cap, size_t len) {
    assert_true(len > 0 && len <= cap);
    assert_true(json_check_line(line, len));
    line[len] = '\0';
    cJSON *json = cJSON_Parse(line);
    assert_non_null(json);
    const cJSON *message = cJSON_GetObjectItemCaseSensitive(json, "errorMessage");
    const cJSON *dropped = cJSON_GetObjectItemCaseSensitive(json, "_dropped");
    bool is_marked = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "_truncated")) != 0;
    size_t longest = 0;
    int members = 0;
    for (const cJSON *item = json->child; item != NULL; item = item->next, members++) {
        size_t here = is_role(item->string) ? 0 : longest_in(item);
        longest = here > longest ? here : longest;
    }
    members -= (dropped != NULL) + is_marked;
    assert_int_equal(is_marked, is_cut(json));
    assert_non_null(strstr(line, "\"errorCode\":\"DA00012\""));
    /* Four attributes and fourteen fields: what is not there is counted. */
    assert_int_equal(members + (dropped == NULL ? 0 : (int)dropped->valuedouble), 18);
    bool is_role_cut = message == NULL || is_cut(message);
    if (is_role_cut)
        assert_true(longest <= floor_of(cap));
    for (const cJSON *item = json->child; item != NULL; item = item->next) {
        if (is_role(item->string) && item != message)
            assert_false(is_cut(item));
    }
    cJSON_Delete(json);
}

/* Every cap; the sanitizers, which make a step ten times slower, take every 37th above 2,047. */
static size_t step_at(size_t cap) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return cap < 2048 || test_effort(1) >= 10 ? 1 : 37;
#else
    (void)cap;
    return 1;
#endif
}

static void every_cap_is_kept(void **state) {
    (void)state;
    mixed_record mixed;
    make_mixed(&mixed);
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(NULL, NULL);
    for (size_t cap = 64; cap <= CAP_MAX; cap += step_at(cap)) {
        formatter->line_max = cap;
        size_t len = jsonlog_formatter_format(formatter, &mixed.record, line, CAP_MAX);
        check_line(cap, len);
        /* Cut strings share the room to the last few bytes. */
        if (cap > 4000)
            assert_true(strstr(line, "_truncated") == NULL || len + 64 > cap);
    }
    jsonlog_formatter_release(formatter);
    cJSON_Delete(mixed.cjson);
}

static void expect_line(const char *options, const char *record, const char *expected) {
    format_arena arena = {NULL, 0};
    cJSON *row = cJSON_CreateObject();
    cJSON_AddItemToObject(row, "options", cJSON_Parse(options));
    cJSON_AddItemToObject(row, "record", cJSON_Parse(record));
    assert_string_equal(format_case_line(&arena, row), expected);
    cJSON_Delete(row);
    format_arena_done(&arena);
}

static void the_smallest_lines_are_as_pinned(void **state) {
    (void)state;
#define A30 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    /* fits exactly: nothing happens */
    expect_line("{\"names\":[\"message\"],\"line_max\":65}",
                "{\"message\":\"m\",\"fields\":{\"k\":\"" A30 A30 "\"}}",
                "{\"message\":\"m\",\"k\":\"aaaaaaaaaaaaaaaaaaaaa…\",\"_truncated\":true}");
    expect_line("{\"names\":[\"message\"],\"line_max\":83}",
                "{\"message\":\"m\",\"fields\":{\"k\":\"" A30 A30 "\"}}",
                "{\"message\":\"m\",\"k\":\"" A30 A30 "\"}");
    /* attributes are cut when fields are at the floor */
    expect_line("{\"names\":[\"message\"],\"line_max\":96}",
                "{\"message\":\"" A30 A30 "\",\"fields\":{\"k\":\"" A30 "\"}}",
                "{\"message\":\"" A30 "aaaaaaa…\",\"k\":\"aaaaaaaaaaaaa…\","
                "\"_truncated\":true}");
    /* then what fits into no line goes, and the rest gets its room */
    expect_line("{\"names\":[\"message\"],\"line_max\":80}",
                "{\"message\":\"" A30 "\",\"fields\":{\"k\":1,\"l\":\"" A30 "\",\"m\":2}}",
                "{\"message\":\"" A30 "\",\"k\":1,\"m\":2,\"_dropped\":1}");
    /* then fields from the end */
    expect_line("{\"names\":[\"message\"],\"line_max\":64}",
                "{\"message\":\"m\",\"fields\":{\"a\":1111111111,\"b\":1222222222,\"c\":1333333333,"
                "\"d\":4}}",
                "{\"message\":\"m\",\"a\":1111111111,\"b\":1222222222,\"_dropped\":2}");
    /* a key that is too long goes first */
    expect_line("{\"names\":[\"message\"],\"line_max\":64}",
                "{\"message\":\"m\",\"fields\":{\"" A30 A30 "\":1,\"b\":2}}",
                "{\"message\":\"m\",\"b\":2,\"_dropped\":1}");
    /* errorCode outlives everything */
    expect_line("{\"line_max\":64}",
                "{\"level\":40,\"message\":\"m\",\"fields\":{\"errorCode\":\"DA00012\",\"a\":1}}",
                "{\"errorCode\":\"DA00012\",\"_dropped\":5}");
    /* and goes only when it does not fit at all */
    expect_line("{\"line_max\":64,\"names\":[\"logType\"]}",
                "{\"fields\":{\"errorCode\":\"" A30 A30 "\"}}", "{\"_dropped\":2}");
}

static void long_texts_are_cheap(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    const jsonlog_value values[] = {jsonlog_string(text, SIZE), jsonlog_bytes(text, SIZE),
                                    jsonlog_from_string("DA1")};
    const jl_field fields[] = {field_of("a", &values[0]), field_of("b", &values[1]),
                               field_of("errorCode", &values[2])};
    jsonlog_record record = {
        .level = 20, .logger = "", .message = &values[0], .call = fields, .call_count = 3};
    for (int i = 0; i < 200; i++) {
        size_t len = jsonlog_formatter_format(jl_formatter_default(), &record, line, CAP_MAX);
        assert_true(len <= 16384 && len > 16384 - 16);
        line[len] = '\0';
    }
    assert_true(json_check_line(line, strlen(line)));
    free(text);
}

/* ---- random records ---- */

static void *keep(format_arena *arena, size_t count, size_t size) {
    arena->blocks = realloc(arena->blocks, (arena->count + 1) * sizeof *arena->blocks);
    assert_non_null(arena->blocks);
    void *block = calloc(count + 1, size);
    assert_non_null(block);
    arena->blocks[arena->count++] = block;
    return block;
}

static jsonlog_value random_value(format_arena *arena, test_random *random, int depth);

static jsonlog_value random_string(format_arena *arena, test_random *random) {
    static const char *const pieces[] = {"a", "가",   "\"", "\\", "\n",      "\xff", "\xE2\x80\xA8",
                                         "😀", "\x01", "…",  "z ", "\xF0\x9F"};
    size_t count = test_random_below(random, 4) == 0 ? test_random_below(random, 600)
                                                     : test_random_below(random, 12);
    char *space = keep(arena, count, 4);
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[test_random_below(random, 12)];
        memcpy(space + len, piece, strlen(piece));
        len += strlen(piece);
    }
    return jsonlog_string(space, len);
}

static jsonlog_field *random_fields(format_arena *arena, test_random *random, size_t count,
                                    int depth) {
    static const char *const keys[] = {"a",
                                       "b",
                                       "a.b",
                                       "a.c",
                                       "b.c.d",
                                       "message",
                                       "logType",
                                       "_dropped",
                                       "_truncated",
                                       "errorMessage_2",
                                       "\xff",
                                       "\xfe",
                                       "errorMessage",
                                       "c",
                                       "log",
                                       "log.level",
                                       "",
                                       "."};
    jsonlog_field *fields = keep(arena, count, sizeof *fields);
    for (size_t i = 0; i < count; i++) {
        jsonlog_value value = random_value(arena, random, depth + 1);
        if (test_random_below(random, 3) > 0) {
            fields[i] = jsonlog_field_make(keys[test_random_below(random, 18)], value);
            continue;
        }
        jsonlog_value key = random_string(arena, random);
        fields[i] = (jsonlog_field){key.as.string, key.with.len, value};
    }
    return fields;
}

static jsonlog_value random_value(format_arena *arena, test_random *random, int depth) {
    size_t count = test_random_below(random, 5);
    switch (test_random_below(random, depth > 3 ? 7 : 10)) {
    case 0: return jsonlog_from_int64((int64_t)test_random_next(random));
    case 1: return jsonlog_null();
    case 2: return jsonlog_errno((int)test_random_below(random, 140));
    case 3: return jsonlog_raw("{\"a\":[1,\"some text that may be cut\"]}", 38);
    case 4: return jsonlog_from_double((double)test_random_next(random) / 3);
    case 5:
    case 6: return random_string(arena, random);
    case 7: return jsonlog_fields(random_fields(arena, random, count, depth), count);
    case 8: {
        jsonlog_value *values = keep(arena, count, sizeof *values);
        for (size_t i = 0; i < count; i++)
            values[i] = random_value(arena, random, depth + 1);
        return jsonlog_values(values, count);
    }
    default: {
        jsonlog_value *values = keep(arena, count, sizeof *values);
        for (size_t i = 0; i < count; i++)
            values[i] = random_value(arena, random, depth + 1);
        return jsonlog_from_values(JSONLOG_TYPE_CAUSES, values, count);
    }
    }
}

static jsonlog_json_options random_options(test_random *random) {
    static const jsonlog_rename renames[] = {
        {"logType", "log.level"}, {"a", "b"}, {"errorCode", "error.code"}};
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    uint64_t bits = test_random_next(random);
    options.ascii_only = (bits & 1) != 0;
    options.invalid_as_hex = (bits & 2) != 0;
    options.expand_dots = (bits & 4) != 0;
    options.omit_empty = (bits & 8) != 0;
    options.spaced = (bits & 16) != 0;
    options.causes_as_array = (bits & 32) != 0;
    options.escape_separators = (bits & 64) != 0;
    options.collision = (jsonlog_collision)((bits >> 7) % 3);
    options.rename = renames;
    options.rename_count = (bits & 1024) != 0 ? 3 : 0;
    options.line_max = 64 + test_random_below(random, (bits & 2048) != 0 ? 400 : 8000);
    return options;
}

static void random_record(test_random *random) {
    format_arena arena = {NULL, 0};
    jsonlog_json_options options = random_options(random);
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    assert_non_null(formatter);
    size_t count = test_random_below(random, 20);
    jsonlog_field *fields = random_fields(&arena, random, count, 0);
    jl_field *call = keep(&arena, count + 1, sizeof *call);
    for (size_t i = 0; i < count; i++) {
        jl_text key = fields[i].key_len == JSONLOG_NUL_TERMINATED
                          ? jl_text_of(fields[i].key)
                          : (jl_text){fields[i].key, fields[i].key_len};
        call[i] = (jl_field){key, &fields[i].value, jl_hash(key), jl_escape_is_plain(key)};
    }
    const jsonlog_value code = jsonlog_from_string("DA00012");
    call[count] = field_of("errorCode", &code);
    const jsonlog_value message = random_string(&arena, random);
    jsonlog_record record = {
        .level = 10 * (int)(1 + test_random_below(random, 5)),
        .logger = "a.b",
        .message = &message,
        .call = call,
        .call_count = (uint32_t)count + 1,
        .merged = keep(&arena, JL_RECORD_FIELDS_MAX, sizeof *record.merged),
        .suppressed = test_random_below(random, 2),
    };
    size_t len = jsonlog_formatter_format(formatter, &record, line, CAP_MAX);
    line[len] = '\0';
    bool is_good = len > 0 && len <= options.line_max && json_check_line(line, len) &&
                   strstr(line, "\"DA00012\"") != NULL;
    if (!is_good)
        print_error("line_max %zu, length %zu: %s\n", options.line_max, len, line);
    assert_true(is_good);
    jsonlog_formatter_release(formatter);
    format_arena_done(&arena);
}

static void random_records_give_valid_lines(void **state) {
    (void)state;
    test_random random = {20261122};
    for (size_t left = test_effort(3000); left > 0; left--)
        random_record(&random);
}

/* ---- found by fuzzing ------------------------------------------------------------------------ */

static jsonlog_status take_line(void *self, const jsonlog_line *written) {
    (void)written;
    (*(size_t *)self)++;
    return JSONLOG_OK;
}

static const jsonlog_handler_class taker = {
    .size = sizeof taker, .name = "taker", .write = take_line};

static void log_with(jsonlog_handler *handler, jsonlog_logger *log,
                     const jsonlog_json_options *options, const jsonlog_field *fields,
                     size_t count) {
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(options, NULL);
    assert_non_null(formatter);
    jsonlog_handler_set_formatter(handler, formatter);
    jsonlog_formatter_release(formatter);
    jsonlog_log_fields(log, JSONLOG_LEVEL_INFO, "hello", JSONLOG_NUL_TERMINATED, fields, count);
}

/* A suffixed key that ended exactly at a small cap moved the thread's space to a smaller block. */
static void a_small_cap_leaves_room_for_the_next_line(void **state) {
    (void)state;
    static size_t taken;
    static char big[3000];
    memset(big, 'y', sizeof big);
    const jsonlog_field fields[] = {jsonlog_field_make("message", jsonlog_string("abc", 3)),
                                    jsonlog_field_make("b", jsonlog_string(big, sizeof big))};
    jsonlog_handler *handler = jsonlog_handler_new(&taker, &taken);
    jsonlog_logger *log = jsonlog_get("small_cap");
    jsonlog_logger_set_propagate(log, false);
    jsonlog_logger_add_handler(log, handler);
    for (size_t cap = 64; cap < 200; cap++) {
        jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
        options.line_max = cap;
        log_with(handler, log, &options, fields, 1);
        log_with(handler, log, NULL, fields, 2);
    }
    assert_int_equal(taken, 2 * (200 - 64));
    jsonlog_logger_remove_handler(log, handler);
    jsonlog_handler_release(handler);
}

/* The key of a group was written before it was known that none of its values would be. */
static void a_dotted_key_longer_than_the_cap_goes(void **state) {
    (void)state;
    static size_t taken;
    static const char key[] =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b";
    const jsonlog_field field = jsonlog_field_make(key, jsonlog_bool(true));
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.line_max = 64;
    options.expand_dots = true;
    jsonlog_handler *handler = jsonlog_handler_new(&taker, &taken);
    jsonlog_logger *log = jsonlog_get("dotted");
    jsonlog_logger_set_propagate(log, false);
    jsonlog_logger_add_handler(log, handler);
    log_with(handler, log, &options, &field, 1);
    assert_int_equal(taken, 1);
    jsonlog_logger_remove_handler(log, handler);
    jsonlog_handler_release(handler);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cap_is_kept),
        cmocka_unit_test(the_smallest_lines_are_as_pinned),
        cmocka_unit_test(long_texts_are_cheap),
        cmocka_unit_test(random_records_give_valid_lines),
        cmocka_unit_test(a_small_cap_leaves_room_for_the_next_line),
        cmocka_unit_test(a_dotted_key_longer_than_the_cap_goes),
    };
    return cmocka_run_group_tests(tests, NULL, free_runs);
}
