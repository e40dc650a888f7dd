/**
 * Each record is written by two formatters that differ in one thing: one leaves out a key that no
 * record has, which sends it the general way. Their lines must be equal to the byte.
 */
#include "format/direct_line.h"

#include "format/usual_line.h"
#include "record/context.h"
#include "record/site.h"
#include "support/test_random.h"

#include <jsonlog/jsonlog.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { LINE_SIZE = 1 << 15 };

typedef struct kept_line {
    char text[LINE_SIZE];
    size_t len;
} kept_line;

static kept_line direct_one, general_one;

static bool keep(const jsonlog_line *line, void *context) {
    kept_line *kept = context;
    assert_true(line->len < LINE_SIZE);
    memcpy(kept->text, line->text, line->len);
    kept->len = line->len;
    return true;
}

static void add_output(jsonlog_logger *log, kept_line *kept, const jsonlog_json_options *options,
                       bool is_direct) {
    jsonlog_handler *handler = jsonlog_callback_handler_new(keep, kept);
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(options, NULL);
    assert_non_null(formatter);
    const jl_json_formatter *json = (const jl_json_formatter *)(const void *)formatter;
    assert_int_equal(json->direct.is_possible, is_direct);
    jsonlog_handler_set_formatter(handler, formatter);
    jsonlog_formatter_release(formatter);
    jsonlog_logger_add_handler(log, handler);
    jsonlog_handler_release(handler);
}

static void add_both(jsonlog_logger *log, jsonlog_json_options options) {
    static const char *const nothing[] = {"no record has this key"};
    add_output(log, &direct_one, &options, true);
    options.exclude = nothing;
    options.exclude_count = 1;
    add_output(log, &general_one, &options, false);
}

/* A logger of its own for each set of options: a head belongs to one formatter. */
static jsonlog_logger *logger_with_both(const char *name, jsonlog_json_options options) {
    jsonlog_logger *log = jsonlog_get(name);
    jsonlog_logger_set_propagate(log, false);
    jsonlog_logger_set_level(log, 1);
    add_both(log, options);
    return log;
}

static void check_lines(void) {
    if (direct_one.len != general_one.len ||
        memcmp(direct_one.text, general_one.text, direct_one.len) != 0)
        fail_msg("direct:  %.*sgeneral: %.*s", (int)direct_one.len, direct_one.text,
                 (int)general_one.len, general_one.text);
    direct_one.len = 0;
    general_one.len = 1;
}

/* ---- random records ---- */

static test_random dice = {20261123};

static size_t below(size_t limit) {
    return test_random_below(&dice, limit);
}

/* Some are the record's own, some need escaping, one is ill-formed; most are neither. */
static const char *const keys[] = {
    "a",         "b",       "userAge",      "latencyMs", "errorCode",  "timestamp",  "logType",
    "logger",    "message", "errorMessage", "_dropped",  "_truncated", "suppressed", "file",
    "thread",    "x\"y",    "\xEC\x9D\xB8", "\xFF",      "",           "c",          "d",
    "requestId", "traceId", "tenant",       "retry",     "service",    "e",          "f",
};

static const char *const texts[] = {
    "",
    "x",
    "DA00012",
    "four",
    "eight888",
    "sixteen bytes 16",
    "seventeen bytes17",
    "a quote \" here",
    "back\\slash",
    "line\nbreak",
    "tab\tand\x01",
    "\xEC\x9D\xB8\xEC\xA6\x9D\xEC\x8B\xA4\xED\x8C\xA8",
    "\xFF ill-formed \xC3",
    "del\x7F",
    "authentication failed: token expired",
    "\xF0\x9F\x98\x80 beyond",
};

static const double doubles[] = {
    0.0,  -0.0, 12.5,   0.001,   1.0 / 3, 1e300, -2.25, 999999999999.999,
    1e12, 1e15, 0.0005, 123.456, 5e-324,  1e16,  0.1,   -0.001};

static jsonlog_value random_value(void) {
    static char large[6000];
    static const jsonlog_field members[] = {{.key = "m", .key_len = 1}};
    switch (below(14)) {
    case 0: return jsonlog_from_int64((int64_t)test_random_next(&dice));
    case 1: return jsonlog_from_int64((int64_t)below(2000) - 1000);
    case 2: return jsonlog_from_uint64(test_random_next(&dice));
    case 3: return jsonlog_from_bool(below(2) == 0);
    case 4: return jsonlog_null();
    case 5: return jsonlog_from_double(doubles[below(sizeof doubles / sizeof *doubles)]);
    case 6: return jsonlog_from_double((double)below(100000000) / 1000);
    case 7: return jsonlog_from_double(below(2) == 0 ? NAN : INFINITY);
    case 8: return jsonlog_from_float((float)below(1000) / 10);
    case 9: return jsonlog_mark_secret(jsonlog_from_string("hidden"));
    case 10: return jsonlog_fields(members, 1);
    case 11:
        memset(large, 'l', sizeof large);
        return jsonlog_string(large, below(8) == 0 ? below(sizeof large) : below(60));
    default: return jsonlog_from_string(texts[below(sizeof texts / sizeof *texts)]);
    }
}

static size_t random_fields(jsonlog_field *fields, size_t most) {
    const size_t count = below(most + 1);
    const size_t pool = below(3) == 0 ? sizeof keys / sizeof *keys : 5; /* ordinary ones mostly */
    const size_t first = pool == 5 ? below(2) * 21 : 0;
    for (size_t i = 0; i < count; i++) {
        const char *key = keys[first + below(pool)];
        fields[i] =
            (jsonlog_field){.key = key, .key_len = JSONLOG_NUL_TERMINATED, .value = random_value()};
    }
    return count;
}

/* So that lines end on both sides of any limit. */
static jsonlog_value long_text(void) {
    static const char text[] =
        "a text of some hundred bytes, of which a part is taken, long enough that a line of two of "
        "them and what else there is may be longer than two hundred";
    return jsonlog_string(text, below(sizeof text));
}

/* Sites with and without a literal message, of every level and kind of key. */
#define SITES                                                                                      \
    case 0: jsonlog_info(log, "literal"); break;                                                   \
    case 1: jsonlog_error(log, "literal", "a", text, "b", 20, "c", number); break;                 \
    case 2: jsonlog_error(log, text, "a", text); break;                                            \
    case 3: jsonlog_warn(log, "literal", "message", text, "logType", 1); break;                    \
    case 4: jsonlog_debug(log, "a \"literal\"\n", "ok", jsonlog_bool(true), "n", NULL); break;     \
    case 5: jsonlog_log(log, (int)below(254) + 1, "any level", "userAge", 20); break;              \
    case 6: jsonlog_fatal(log, jsonlog_text("made %d", (int)below(100)), "d", text); break;        \
    case 7: jsonlog_info(log, "twice", "a", 1, "a", text); break;                                  \
    case 8: jsonlog_info(log, "ill-formed", "requestId", text, "tenant", number); break;           \
    case 9:                                                                                        \
        jsonlog_error(log, "nested", "o", jsonlog_object("x", text, "y", number), "l",             \
                      jsonlog_array(1, text));                                                     \
        break;                                                                                     \
    case 10: jsonlog_infof(log, "printf %s", text); break;                                         \
    case 11: jsonlog_error(log, "any value", "e", value, "f", value, "g", number, "h", -5); break; \
    case 12:                                                                                       \
        jsonlog_error(log, "long keys", "twenty-seven bytes are kept", text,                       \
                      "with one more a key is not k", number, "x", value);                         \
        break;                                                                                     \
    case 13: jsonlog_error(log, "kept", "twenty-seven bytes are kept", text, "y", value); break;   \
    case 14:                                                                                       \
        for (int i = 0; i < 2; i++)                                                                \
            jsonlog_info_every_n(log, 2, "one of two is held back", "z", text);                    \
        break;                                                                                     \
    case 15: jsonlog_warn(log, "long", "u", long_text(), "v", 20, "w", long_text()); break;        \
    default:                                                                                       \
        jsonlog_info(log,                                                                          \
                     "a message of more than one piece, which is what heads are copied in, and "   \
                     "more than two",                                                              \
                     "z", text)

enum { SITE_COUNT = 17 };

/* Each logger of the random records has sites of its own, for a head is of one formatter. */
#define LOG_AT_SITES_OF(name)                                                   \
    static void name(jsonlog_logger *log, size_t site) {                        \
        const char *text = texts[below(sizeof texts / sizeof *texts)];          \
        const double number = doubles[below(sizeof doubles / sizeof *doubles)]; \
        const jsonlog_value value = random_value();                             \
        switch (site) { SITES; }                                                \
    }

LOG_AT_SITES_OF(log_at_plain)
LOG_AT_SITES_OF(log_at_wide)
LOG_AT_SITES_OF(log_at_narrow)
LOG_AT_SITES_OF(log_at_local)

enum { LOGS = 4 };

static void (*const log_at_site[LOGS])(jsonlog_logger *log, size_t site) = {
    log_at_plain, log_at_wide, log_at_narrow, log_at_local};

/* Now and then at the sites of another logger. */
static void log_one(jsonlog_logger *log, size_t which) {
    jsonlog_field fields[6];
    if (below(3) > 0) {
        log_at_site[below(16) == 0 ? below(LOGS) : which](log, below(SITE_COUNT));
        return;
    }
    const size_t count = random_fields(fields, 6);
    const char *text = below(8) == 0 ? NULL : texts[below(sizeof texts / sizeof *texts)];
    jsonlog_log_fields(log, (int)below(254) + 1, text, JSONLOG_NUL_TERMINATED, fields, count);
}

static void log_with_contexts(jsonlog_logger *log, size_t which) {
    jsonlog_field fields[6];
    jsonlog_scope scope = {0};
    jsonlog_logger *children[3] = {log, log, log};
    const size_t depth = below(3);
    for (size_t i = 1; i <= depth; i++)
        children[i] = jsonlog_logger_with_fields(children[i - 1], fields, random_fields(fields, 6));
    if (below(3) == 0)
        scope = jsonlog_scope_push_fields(fields, random_fields(fields, 4));
    if (below(16) == 0)
        jsonlog_set_static_fields(fields, random_fields(fields, 2));
    for (int i = 0; i < 4; i++) {
        log_one(children[depth], which);
        check_lines();
    }
    jsonlog_scope_pop(scope);
    for (size_t i = depth; i > 0; i--)
        jsonlog_logger_free(children[i]);
}

/* Reading makes the fields, and edits are for the general way. */
static bool look_or_edit(jsonlog_record *record, void *context) {
    (void)context;
    switch (below(16)) {
    case 0: jsonlog_record_get_field(record, "a", 1); break;
    case 1: jsonlog_record_set_field(record, "set", 3, jsonlog_from_int64(1)); break;
    case 2: jsonlog_record_remove_field(record, "a", 1); break;
    default: break;
    }
    return true;
}

static uint64_t replaced_values(void) {
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    return stats.replaced_values;
}

static void writes_what_the_general_way_writes(void **state) {
    (void)state;
    jsonlog_json_options plain = JSONLOG_JSON_OPTIONS_INIT;
    jsonlog_json_options wide = plain;
    wide.with_source = wide.with_thread = true;
    wide.timestamp_precision = JSONLOG_PRECISION_NS;
    jsonlog_json_options narrow = plain;
    narrow.line_max = 200;
    narrow.message_always = true;
    narrow.collision = JSONLOG_COLLISION_LAST_WINS;
    narrow.prefix = "p: ";
    jsonlog_json_options local = plain;
    local.time_style = JSONLOG_TIME_EPOCH_NUMBER;
    local.collision = JSONLOG_COLLISION_FIRST_WINS;
    local.terminator = "\r\n";
    jsonlog_logger *const logs[LOGS] = {
        logger_with_both("direct", plain), logger_with_both("direct.wide", wide),
        logger_with_both("direct.narrow", narrow), logger_with_both("direct.\"local\"", local)};
    jsonlog_logger_set_level(jsonlog_get("jsonlog"), JSONLOG_LEVEL_OFF);
    for (size_t i = 0; i < LOGS; i++)
        jsonlog_logger_add_filter(logs[i], look_or_edit, NULL);
    const size_t rounds = test_effort(20000);
    for (size_t i = 0; i < rounds; i++) {
        const size_t which = below(LOGS);
        const uint64_t before = replaced_values();
        log_with_contexts(logs[which], which);
        assert_int_equal((replaced_values() - before) % 2, 0);
    }
    jsonlog_set_static_fields(NULL, 0);
}

/* ---- what heads depend on ---- */

static void log_literal(jsonlog_logger *log) {
    jsonlog_error(log, "literal", "a", 1);
}

static bool has(const char *text) {
    direct_one.text[direct_one.len] = '\0';
    return strstr(direct_one.text, text) != NULL;
}

static void a_head_is_of_its_logger_and_level(void **state) {
    (void)state;
    const jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    logger_with_both("head", options); /* one formatter for both */
    jsonlog_logger *first = jsonlog_get("head.first");
    jsonlog_logger *second = jsonlog_get("head.second");
    for (int i = 0; i < 3; i++) {
        log_literal(first);
        assert_true(has("\"logger\":\"head.first\""));
        check_lines();
        log_literal(second);
        assert_true(has("\"logger\":\"head.second\""));
        check_lines();
    }
    jsonlog_level_set_name(JSONLOG_LEVEL_ERROR, "DISASTER");
    log_literal(first);
    assert_true(has("\"logType\":\"DISASTER\""));
    check_lines();
    jsonlog_level_set_name(JSONLOG_LEVEL_ERROR, "ERROR");
    log_literal(first);
    assert_true(has("\"logType\":\"ERROR\""));
    check_lines();
}

/* The first pair keeps the head, the second pair's lines are compared. */
static void a_head_is_of_its_formatter(void **state) {
    (void)state;
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    jsonlog_logger *log = logger_with_both("head.formatter", options);
    options.message_always = true;
    add_both(log, options);
    for (int i = 0; i < 3; i++) {
        jsonlog_error(log, "literal", "a", 1);
        assert_true(has("\"message\":\"literal\""));
        check_lines();
    }
}

/* A function that is inlined in two places has one site there and two literals. */
static void a_head_is_of_its_message(void **state) {
    (void)state;
    static jsonlog_slot slot;
    static const jsonlog_site site = {
        JSONLOG_SITE_ABI, JSONLOG_LEVEL_INFO, 0, __LINE__, __FILE__, "log", "", &slot};
    jsonlog_logger *log =
        logger_with_both("head.message", (jsonlog_json_options)JSONLOG_JSON_OPTIONS_INIT);
    const char *const literals[] = {"the one", "the two", "the three"};
    for (int i = 0; i < 6; i++) {
        jsonlog_value message = jsonlog_from_string(literals[i % 3]);
        message.flags = JSONLOG_VALUE_LITERAL;
        jsonlog_log_values(log, &site, &message);
        assert_true(has(literals[i % 3]));
        check_lines();
    }
}

/* What is written behind a long value stands where the buffer has moved to. */
static void a_usual_line_follows_its_buffer(void **state) {
    (void)state;
    static jsonlog_slot slot;
    static const jsonlog_site site = {JSONLOG_SITE_ABI,
                                      JSONLOG_LEVEL_INFO,
                                      2,
                                      __LINE__,
                                      __FILE__,
                                      "log",
                                      ",\"long\":\0,\"short\":",
                                      &slot};
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(NULL, NULL);
    const jl_json_formatter *json = (const jl_json_formatter *)(const void *)formatter;
    char text[1500];
    memset(text, 't', sizeof text);
    jsonlog_value message = jsonlog_from_string("literal");
    message.flags = JSONLOG_VALUE_LITERAL;
    const jsonlog_value values[] = {jsonlog_string(text, sizeof text), jsonlog_from_int64(20)};
    jl_field call[2];
    jsonlog_record record = {.level = JSONLOG_LEVEL_INFO,
                             .logger = "payment",
                             .site = &site,
                             .message = &message,
                             .values = values,
                             .call = call,
                             .call_count = 2,
                             .call_is_unique = true};
    char space[2][400];
    jl_buffer first, second;
    uint64_t replaced = 0;
    jl_buffer_init(&first, space[0], sizeof space[0], 4000);
    jl_buffer_init(&second, space[1], sizeof space[1], 4000);
    assert_int_equal(jl_site_repeats(&site), 0);
    assert_false(jl_usual_line_write(json, &record, &first));
    assert_true(jl_direct_line_write(json, &record, &first, &replaced));
    assert_true(jl_usual_line_write(json, &record, &second));
    assert_ptr_not_equal(second.data, space[1]);
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.data, second.data, first.len);
    jl_buffer_done(&first);
    jl_buffer_done(&second);
    jsonlog_formatter_release(formatter);
}

static void ordinary_records_go_directly(void **state) {
    (void)state;
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(NULL, NULL);
    const jl_json_formatter *json = (const jl_json_formatter *)(const void *)formatter;
    const jsonlog_field given[] = {jsonlog_field_make("bound", jsonlog_from_int64(1))};
    jl_context *bound = jl_context_new_fields(given, 1, NULL);
    assert_int_equal(bound->text_len, strlen(",\"bound\":1"));
    assert_memory_equal(bound->text, ",\"bound\":1", bound->text_len);
    const jsonlog_value message = jsonlog_from_string("text");
    const jsonlog_value value = jsonlog_from_int64(20);
    jl_field merged[JL_RECORD_FIELDS_MAX];
    const jl_field call = {JL_TEXT("userAge"), &value, 77, true};
    const jsonlog_record record = {.level = JSONLOG_LEVEL_ERROR,
                                   .logger = "payment",
                                   .message = &message,
                                   .call = &call,
                                   .call_count = 1,
                                   .call_is_unique = true,
                                   .bound = bound,
                                   .merged = merged};
    char space[512];
    jl_buffer out;
    uint64_t replaced = 0;
    jl_buffer_init(&out, space, sizeof space, sizeof space);
    assert_true(jl_direct_line_write(json, &record, &out, &replaced));
    jl_buffer_terminate(&out);
    assert_string_equal(out.data,
                        "{\"timestamp\":\"1970-01-01T00:00:00.000Z\",\"logType\":\"ERROR\","
                        "\"logger\":\"payment\",\"errorMessage\":\"text\",\"bound\":1,"
                        "\"userAge\":20}\n");
    jl_context_release(bound);
    jsonlog_formatter_release(formatter);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_the_general_way_writes),
        cmocka_unit_test(a_head_is_of_its_logger_and_level),
        cmocka_unit_test(a_head_is_of_its_formatter),
        cmocka_unit_test(a_head_is_of_its_message),
        cmocka_unit_test(a_usual_line_follows_its_buffer),
        cmocka_unit_test(ordinary_records_go_directly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
