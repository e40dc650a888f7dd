/* Redaction sets: keys, paths, actions, every kind of value, and what is refused. */
#include "support/log_lines.h"

#include <jsonlog/redact.h>

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define CARD "4111111111111111"

static jsonlog_handler *lines;

static int set_up(void **state) {
    (void)state;
    lines = log_lines_at(jsonlog_root());
    return lines == NULL ? -1 : 0;
}

static int clear(void **state) {
    (void)state;
    jsonlog_set_static_fields(NULL, 0);
    jsonlog_memory_handler_clear(lines);
    return jsonlog_set_redaction(NULL) == JSONLOG_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    jsonlog_handler_release(lines);
    return 0;
}

static void use(const jsonlog_redact_rule *rules, size_t count,
                const jsonlog_redaction_options *options) {
    jsonlog_err err;
    jsonlog_redaction *set = jsonlog_redaction_new(rules, count, options, &err);
    if (set == NULL)
        fail_msg("%s", err.text);
    assert_int_equal(jsonlog_set_redaction(set), JSONLOG_OK);
    jsonlog_redaction_release(set);
}

static void use_one(jsonlog_redact_rule rule) {
    use(&rule, 1, NULL);
}

/* What follows the level and the logger in the only line. */
static void assert_line(const char *rest) {
    char expected[4096];
    snprintf(expected, sizeof expected, LOG_LINES_TIME "\"INFO\",\"logger\":\"root\",%s}\n", rest);
    assert_string_equal(log_lines_take(lines), expected);
}

/* ---- one value, in every shape it can have ---- */

/* Write a tree with the functions of a callback. */
static void write_tree(jsonlog_writer *writer, const cJSON *item) {
    if (!cJSON_IsObject(item) && !cJSON_IsArray(item)) {
        jsonlog_write_value(writer, jsonlog_cjson(item));
        return;
    }
    const bool is_object = cJSON_IsObject(item) != 0;
    is_object ? jsonlog_write_begin_object(writer) : jsonlog_write_begin_array(writer);
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        if (is_object)
            jsonlog_write_key(writer, child->string, strlen(child->string));
        write_tree(writer, child);
    }
    is_object ? jsonlog_write_end_object(writer) : jsonlog_write_end_array(writer);
}

static bool write_item(jsonlog_writer *writer, void *context) {
    write_tree(writer, context);
    return true;
}

typedef enum carrier { RAW, CJSON, CALLBACK, BOUND, SCOPE, STATIC, CARRIER_COUNT } carrier;

/* The value of JSON under the key "r". */
static void log_as(carrier as, const char *json) {
    cJSON *item = cJSON_Parse(json);
    assert_non_null(item);
    jsonlog_logger *log = jsonlog_root();
    if (as == RAW) {
        jsonlog_info(log, "m", "r", jsonlog_raw(json, strlen(json)));
    } else if (as == CJSON) {
        jsonlog_info(log, "m", "r", jsonlog_cjson(item));
    } else if (as == CALLBACK) {
        jsonlog_info(log, "m", "r", jsonlog_call(write_item, item));
    } else if (as == BOUND) { /* where a cJSON tree becomes values */
        jsonlog_logger *bound = jsonlog_with(log, "r", jsonlog_cjson(item));
        jsonlog_info(bound, "m");
        jsonlog_logger_free(bound);
    } else if (as == SCOPE) {
        jsonlog_scope scope = jsonlog_scope_push("r", jsonlog_cjson(item));
        jsonlog_info(log, "m");
        jsonlog_scope_pop(scope);
    } else {
        const jsonlog_field field = jsonlog_field_make("r", jsonlog_cjson(item));
        jsonlog_set_static_fields(&field, 1);
        jsonlog_info(log, "m");
        jsonlog_set_static_fields(NULL, 0);
    }
    cJSON_Delete(item);
}

typedef struct rule_case {
    const char *rule;
    const char *json;
    const char *shown;
} rule_case;

static void assert_cases(const rule_case *cases, size_t count,
                         jsonlog_redact_rule (*make)(const char *)) {
    for (size_t i = 0; i < count; i++) {
        use_one(make(cases[i].rule));
        for (carrier as = RAW; as < CARRIER_COUNT; as++) {
            char rest[512];
            snprintf(rest, sizeof rest, "\"message\":\"m\",\"r\":%s", cases[i].shown);
            log_as(as, cases[i].json);
            assert_line(rest);
        }
    }
}

#define R "\"[REDACTED]\""

static void hides_keys_at_any_depth(void **state) {
    (void)state;
    static const rule_case cases[] = {
        {"password", "{\"password\":\"p\"}", "{\"password\":" R "}"},
        {"password", "{\"a\":{\"b\":[{\"password\":1},{\"password\":{\"x\":[2]}}]}}",
         "{\"a\":{\"b\":[{\"password\":" R "},{\"password\":" R "}]}}"},
        {"password", "{\"password\":null,\"passwort\":1,\"Password\":2,\"pass\":3}",
         "{\"password\":" R ",\"passwort\":1,\"Password\":2,\"pass\":3}"},
        {"password", "{\"a.password\":1,\"password.b\":2,\"a.b\":3}",
         "{\"a.password\":" R ",\"password.b\":" R ",\"a.b\":3}"},
        {"a.b", "{\"a.b\":1,\"a\":{\"b\":2}}", "{\"a.b\":" R ",\"a\":{\"b\":2}}"},
        {"password", "[\"password\",{\"k\":\"password\"}]", "[\"password\",{\"k\":\"password\"}]"},
        {"r", "{\"a\":1}", R},
        {"r", "5", R},
        {"r", "[]", R},
    };
    assert_cases(cases, sizeof cases / sizeof cases[0], jsonlog_redact_key);
}

static void hides_what_stands_at_a_path(void **state) {
    (void)state;
    static const rule_case cases[] = {
        {"r", "1", R},
        {"r.a", "{\"a\":1,\"b\":2}", "{\"a\":" R ",\"b\":2}"},
        {"$.r.a", "{\"a\":1,\"b\":2}", "{\"a\":" R ",\"b\":2}"},
        {"r.a.b", "{\"a\":{\"b\":1,\"c\":2},\"b\":3}", "{\"a\":{\"b\":" R ",\"c\":2},\"b\":3}"},
        {"r.a.b", "{\"a.b\":1,\"a\":{\"b.c\":2}}", "{\"a.b\":" R ",\"a\":{\"b.c\":" R "}}"},
        {"r[\"a.b\"]", "{\"a.b\":1,\"a\":{\"b\":2}}", "{\"a.b\":" R ",\"a\":{\"b\":2}}"},
        {"r['x\\'y']", "{\"x'y\":1}", "{\"x'y\":" R "}"},
        {"r.*", "{\"a\":1,\"b\":{\"c\":2}}", "{\"a\":" R ",\"b\":" R "}"},
        {"r.*.c", "{\"a\":{\"c\":1},\"b\":{\"c\":2,\"d\":3},\"c\":4}",
         "{\"a\":{\"c\":" R "},\"b\":{\"c\":" R ",\"d\":3},\"c\":4}"},
        {"r.*.c", "[{\"c\":1},{\"d\":2}]", "[{\"c\":" R "},{\"d\":2}]"},
        {"r[*]", "[1,[2],{\"a\":3}]", "[" R "," R "," R "]"},
        {"r[*]", "{\"a\":1}", "{\"a\":1}"},
        {"r[*].t", "[{\"t\":1,\"u\":2},{\"t\":3}]", "[{\"t\":" R ",\"u\":2},{\"t\":" R "}]"},
        {"r.t", "[{\"t\":1}]", "[{\"t\":1}]"},
        {"r[1]", "[1,2,3]", "[1," R ",3]"},
        {"r[1].a[0]", "[{\"a\":[1]},{\"a\":[2,3]}]", "[{\"a\":[1]},{\"a\":[" R ",3]}]"},
        {"r[0]", "{\"0\":1}", "{\"0\":1}"},
        {"r.**.c", "{\"c\":1,\"a\":{\"c\":2,\"b\":[{\"c\":3}]},\"d\":4}",
         "{\"c\":" R ",\"a\":{\"c\":" R ",\"b\":[{\"c\":" R "}]},\"d\":4}"},
        {"**.c", "{\"a\":{\"c\":2},\"c\":{\"c\":1}}", "{\"a\":{\"c\":" R "},\"c\":" R "}"},
        {"r.**", "{\"a\":1}", R},
        {"r.a.**.b.**.c", "{\"a\":{\"x\":{\"b\":{\"y\":{\"c\":1}}},\"c\":2}}",
         "{\"a\":{\"x\":{\"b\":{\"y\":{\"c\":" R "}}},\"c\":2}}"},
        /* Several wildcards in one path: what peers missed silently. */
        {"r.*[*].*.t", "{\"a\":[{\"b\":{\"t\":1}}],\"c\":[{\"d\":{\"t\":2}},{\"e\":{\"t\":3}}]}",
         "{\"a\":[{\"b\":{\"t\":" R "}}],\"c\":[{\"d\":{\"t\":" R "}},{\"e\":{\"t\":" R "}}]}"},
        {"*.*.*", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":" R "}}"},
        {"r.a", "\"a\"", "\"a\""},
        {"a", "{\"a\":1}", "{\"a\":1}"},
    };
    assert_cases(cases, sizeof cases / sizeof cases[0], jsonlog_redact_path);
}

static void hides_what_patterns_find(void **state) {
    (void)state;
    static const rule_case cases[] = {
        {"card", "\"a " CARD " b\"", "\"a [REDACTED] b\""},
        {"card", "{\"a\":[\"" CARD "\",{\"b\":\"x" CARD "\"}]}",
         "{\"a\":[" R ",{\"b\":\"x[REDACTED]\"}]}"},
        {"card", CARD, R},
        {"card", "[" CARD ",4111111111111112,-" CARD "]", "[" R ",4111111111111112," R "]"},
        {"card", "{\"" CARD "\":1,\"b" CARD "\":2,\"c\":3}",
         "{\"[REDACTED]\":1,\"b[REDACTED]_2\":2,\"c\":3}"},
        {"card", "\"\\u0034\\u0031\\u003111111111\\u00311111\"", R},
        {"card", "\"\\\"" CARD "\\\"\"", "\"\\\"[REDACTED]\\\"\""},
        {"card", "\"4111\\n111111111111\"", "\"4111\\n111111111111\""},
        {"card",
         "{\"a\":\""
         "4111111111111112"
         "\"}",
         "{\"a\":\"4111111111111112\"}"},
        {"bearer", "{\"h\":\"Bearer abc123def456\"}", "{\"h\":\"Bearer [REDACTED]\"}"},
    };
    assert_cases(cases, sizeof cases / sizeof cases[0], jsonlog_redact_pattern);
}

/* ---- places beside the values ---- */

static void hides_in_messages(void **state) {
    (void)state;
    use_one(jsonlog_redact_pattern("card"));
    jsonlog_info(jsonlog_root(), "paid with " CARD);
    assert_line("\"message\":\"paid with [REDACTED]\"");
    jsonlog_infof(jsonlog_root(), "paid with %s", CARD);
    assert_line("\"message\":\"paid with [REDACTED]\"");
    jsonlog_info(jsonlog_root(), jsonlog_text("%s", CARD), "k", jsonlog_text("%s", CARD));
    assert_line("\"message\":" R ",\"k\":" R);
    use_one(jsonlog_redact_key("message"));
    jsonlog_info(jsonlog_root(), "whatever", "k", 1);
    assert_line("\"message\":" R ",\"k\":1");
    use_one(jsonlog_redact_with(JSONLOG_REDACT_REMOVE, jsonlog_redact_path("errorMessage")));
    jsonlog_info(jsonlog_root(), "whatever", "k", 1);
    assert_line("\"k\":1");
}

static void hides_in_keys_and_names_of_loggers(void **state) {
    (void)state;
    use_one(jsonlog_redact_pattern("card"));
    const jsonlog_field fields[] = {jsonlog_field_make(CARD, jsonlog_from_int64(1)),
                                    jsonlog_field_make("5555555555554444", jsonlog_from_int64(2))};
    jsonlog_log_fields(jsonlog_root(), JSONLOG_LEVEL_INFO, "m", 1, fields, 2);
    assert_line("\"message\":\"m\",\"[REDACTED]\":1,\"[REDACTED]_2\":2");
    jsonlog_info(jsonlog_get("user." CARD), "m");
    assert_string_equal(log_lines_take(lines),
                        LINE("\"INFO\",\"logger\":\"user.[REDACTED]\",\"message\":\"m\"}"));
}

static void hides_in_typed_arrays(void **state) {
    (void)state;
    const int64_t wide[] = {1, 4111111111111111};
    const uint64_t unsigned_ones[] = {4111111111111111, 2};
    const double doubles[] = {0.5, 4111111111111111.0};
    const int ints[] = {1, 2};
    const char *const strings[] = {"a", NULL, CARD};
    use_one(jsonlog_redact_pattern("card"));
    jsonlog_info(jsonlog_root(), "m", "a", jsonlog_int64s(wide, 2), "b",
                 jsonlog_uint64s(unsigned_ones, 2), "c", jsonlog_doubles(doubles, 2), "d",
                 jsonlog_ints(ints, 2), "e", jsonlog_strings(strings, 3));
    assert_line("\"message\":\"m\",\"a\":[1," R "],\"b\":[" R ",2],\"c\":[0.5," R "],\"d\":[1,2],"
                "\"e\":[\"a\",null," R "]");
    use_one(jsonlog_redact_path("d[1]"));
    jsonlog_info(jsonlog_root(), "m", "d", jsonlog_ints(ints, 2));
    assert_line("\"message\":\"m\",\"d\":[1," R "]");
}

static void hides_in_causes_errno_and_bytes(void **state) {
    (void)state;
    const jsonlog_redact_rule rules[] = {jsonlog_redact_pattern("card"),
                                         jsonlog_redact_path("e.text")};
    use(rules, 2, NULL);
    jsonlog_info(jsonlog_root(), "m", "c", jsonlog_causes("outer", "card " CARD, jsonlog_errno(2)),
                 "e", jsonlog_errno(2), "b", jsonlog_bytes(CARD, 16), "h", jsonlog_bytes("abc", 3));
    assert_line("\"message\":\"m\",\"c\":\"outer: card [REDACTED]: No such file or directory\","
                "\"e\":{\"code\":2,\"name\":\"ENOENT\",\"text\":" R "},\"b\":" R ",\"h\":\"YWJj\"");
}

/* What a filter sets is redacted with the rest, what a processor or a value_fn adds when it comes.
 */
static bool set_secret(jsonlog_record *record, void *context) {
    (void)context;
    jsonlog_record_set_field(record, "password", 8, jsonlog_from_string("p"));
    return true;
}

static void process_secret(jsonlog_record *record, void *context) {
    (void)context;
    const jsonlog_value *seen = jsonlog_record_get_field(record, "k", 1);
    assert_memory_equal(seen->as.string, "[REDACTED]", 10);
    jsonlog_record_set_field(record, "password", 8, jsonlog_from_string("p"));
    jsonlog_record_set_field(record, CARD, 16, jsonlog_from_int64(1));
    jsonlog_record_set_field(record, "same", 4, *seen);
}

static bool write_secret(jsonlog_writer *writer, const char *key, size_t key_len,
                         const jsonlog_value *value, void *context) {
    (void)value;
    (void)context;
    if (key_len != 1 || *key != 'v')
        return false;
    jsonlog_write_begin_object(writer);
    jsonlog_write_key(writer, "password", 8);
    jsonlog_write_value(writer, jsonlog_from_string("p"));
    jsonlog_write_key(writer, "text", 4);
    jsonlog_write_value(writer, jsonlog_from_string("x " CARD));
    jsonlog_write_end_object(writer);
    return true;
}

static void log_with(const jsonlog_json_options *options) {
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(options, NULL);
    assert_non_null(formatter);
    jsonlog_handler_set_formatter(lines, formatter);
    jsonlog_info(jsonlog_root(), "m", "k", CARD, "v", 1);
    jsonlog_formatter_release(formatter);
    jsonlog_handler_set_formatter(lines, NULL);
}

static void hides_what_user_code_adds(void **state) {
    (void)state;
    const jsonlog_redact_rule rules[] = {jsonlog_redact_pattern("card"),
                                         jsonlog_redact_key("password")};
    use(rules, 2, NULL);
    assert_int_equal(jsonlog_logger_add_filter(jsonlog_root(), set_secret, NULL), JSONLOG_OK);
    jsonlog_info(jsonlog_root(), "m");
    assert_line("\"message\":\"m\",\"password\":" R);
    jsonlog_logger_remove_filter(jsonlog_root(), set_secret, NULL);

    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.process = process_secret;
    log_with(&options);
    assert_line("\"message\":\"m\",\"k\":" R ",\"v\":1,\"password\":" R
                ",\"[REDACTED]\":1,\"same\":" R);

    jsonlog_json_options other = JSONLOG_JSON_OPTIONS_INIT;
    other.value_fn = write_secret;
    log_with(&other);
    assert_line("\"message\":\"m\",\"k\":" R ",\"v\":{\"password\":" R
                ",\"text\":\"x [REDACTED]\"}");
}

static void hides_what_a_formatter_adds(void **state) {
    (void)state;
    const jsonlog_field fixed[] = {jsonlog_field_make("password", jsonlog_from_string("p")),
                                   jsonlog_field_make(CARD, jsonlog_from_string("s " CARD))};
    const jsonlog_rename renames[] = {{"pwd", "password"}, {"secret", "shown"}};
    const jsonlog_redact_rule rules[] = {jsonlog_redact_pattern("card"),
                                         jsonlog_redact_key("password"),
                                         jsonlog_redact_key("secret")};
    use(rules, 3, NULL);
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.static_fields = fixed;
    options.static_count = 2;
    options.rename = renames;
    options.rename_count = 2;
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    jsonlog_handler_set_formatter(lines, formatter);
    jsonlog_info(jsonlog_root(), "m", "secret", 1);
    assert_line("\"message\":\"m\",\"password\":" R
                ",\"[REDACTED]\":\"s [REDACTED]\",\"shown\":" R);
    jsonlog_info(jsonlog_root(), "m", "pwd", "p");
    assert_line("\"message\":\"m\",\"password\":" R ",\"[REDACTED]\":\"s [REDACTED]\"");
    jsonlog_formatter_release(formatter);
    jsonlog_handler_set_formatter(lines, NULL);
}

static void hides_from_the_human_formatter(void **state) {
    (void)state;
    const jsonlog_redact_rule rules[] = {jsonlog_redact_pattern("card"),
                                         jsonlog_redact_key("password")};
    use(rules, 2, NULL);
    jsonlog_human_options options = JSONLOG_HUMAN_OPTIONS_INIT;
    options.color = JSONLOG_COLOR_NEVER;
    options.utc = true;
    jsonlog_formatter *formatter = jsonlog_human_formatter_new(&options, NULL);
    jsonlog_handler_set_formatter(lines, formatter);
    cJSON *item = cJSON_Parse("{\"password\":1,\"n\":[" CARD "]}");
    jsonlog_info(jsonlog_root(), "paid with " CARD, "u", jsonlog_object("password", 1), "c",
                 jsonlog_call(write_item, item));
    assert_string_equal(log_lines_take(lines),
                        "08:07:45.784 INFO  root  paid with [REDACTED]  u.password=[REDACTED] "
                        "c={\"password\":" R ",\"n\":[" R "]}\n");
    cJSON_Delete(item);
    jsonlog_formatter_release(formatter);
    jsonlog_handler_set_formatter(lines, NULL);
}

/* It sees redacted values, and what it makes up itself is searched where it can be. */
static jsonlog_status format_own(const jsonlog_record *record, jsonlog_output *output,
                                 void *context) {
    (void)context;
    size_t len = 0;
    const char *message = jsonlog_record_message(record, &len);
    const jsonlog_value card = jsonlog_from_string(CARD);
    jsonlog_output_append(output, message, len);
    jsonlog_output_append(output, " ", 1);
    for (size_t i = 0; i < jsonlog_record_field_count(record); i++)
        jsonlog_output_append_value(output, jsonlog_record_field_at(record, i, &message, &len));
    jsonlog_output_append_value(output, &card);
    jsonlog_output_append_escaped(output, CARD, 16);
    jsonlog_output_append(output, "\n", 1);
    return JSONLOG_OK;
}

static void hides_from_formatters_of_ones_own(void **state) {
    (void)state;
    const jsonlog_redact_rule rules[] = {jsonlog_redact_pattern("card"),
                                         jsonlog_redact_path("u.name")};
    use(rules, 2, NULL);
    jsonlog_formatter *formatter = jsonlog_formatter_new(format_own, NULL, NULL, 0);
    jsonlog_handler_set_formatter(lines, formatter);
    cJSON *item = cJSON_Parse("{\"name\":1,\"n\":[" CARD "]}");
    jsonlog_info(jsonlog_root(), CARD, "u", jsonlog_call(write_item, item), "name", "n");
    assert_string_equal(log_lines_take(lines),
                        "[REDACTED] {\"name\":" R ",\"n\":[" R "]}\"n\"" R "[REDACTED]\n");
    cJSON_Delete(item);
    jsonlog_formatter_release(formatter);
    jsonlog_handler_set_formatter(lines, NULL);
}

/* ---- raw JSON that is none ---- */

static void hides_raw_text_that_it_cannot_read(void **state) {
    (void)state;
    static const char cut[] = "{\"password\":\"hunter2\",\"a\":\"trun";
    static const char equal[] = "{\"password\":1,\"password\":2}";
    static const char escaped[] = "{\"a\":\"\\u0034111111111111111";
    use_one(jsonlog_redact_key("password"));
    jsonlog_info(jsonlog_root(), "m", "r", jsonlog_raw(cut, sizeof cut - 1), "s",
                 jsonlog_raw(equal, sizeof equal - 1));
    assert_line("\"message\":\"m\",\"r\":" R ",\"s\":" R);
    use_one(jsonlog_redact_pattern("card"));
    jsonlog_info(jsonlog_root(), "m", "r", jsonlog_raw(cut, sizeof cut - 1), "s",
                 jsonlog_raw(escaped, sizeof escaped - 1));
    assert_line("\"message\":\"m\",\"r\":\"{\\\"password\\\":\\\"hunter2\\\",\\\"a\\\":\\\"trun\","
                "\"s\":" R);
}

/* ---- what becomes of it ---- */

static size_t mark(const char *secret, size_t len, char *out, size_t size, void *context) {
    if (len > 20)
        return size + 1;
    return (size_t)snprintf(out, size, "%s(%.*s)", (const char *)context, (int)len, secret);
}

static void does_with_it_what_the_rule_says(void **state) {
    (void)state;
    char context[] = "mark";
    jsonlog_redaction_options options = JSONLOG_REDACTION_OPTIONS_INIT;
    options.censor = "\"*\"";
    options.replace = mark;
    options.replace_context = context;
    const jsonlog_redact_rule rules[] = {
        jsonlog_redact_key("censor"),
        jsonlog_redact_with(JSONLOG_REDACT_LAST4, jsonlog_redact_key("last4")),
        jsonlog_redact_with(JSONLOG_REDACT_REMOVE, jsonlog_redact_key("remove")),
        jsonlog_redact_with(JSONLOG_REDACT_REPLACE, jsonlog_redact_key("replace")),
        jsonlog_redact_with(JSONLOG_REDACT_LAST4, jsonlog_redact_pattern("card")),
        jsonlog_redact_with(JSONLOG_REDACT_REMOVE, jsonlog_redact_pattern("email")),
        jsonlog_redact_with(JSONLOG_REDACT_REPLACE, jsonlog_redact_pattern("url_password")),
    };
    use(rules, 7, &options);
    static const char raw[] =
        "{\"remove\":1,\"a\":[\"x@y.zz\"],\"last4\":123456789012,\"replace\":12}";
    jsonlog_info(jsonlog_root(), "to a@b.cc: " CARD, "censor", 1, "last4",
                 jsonlog_array("123456789012"), "remove", 2, "o",
                 jsonlog_object("remove", 1, "last4", "12345678901\xE2\x82\xAC", "replace", 12, "n",
                                jsonlog_null()),
                 "url", "a://b:c@d", "replace", "123456789012345678901", "raw",
                 jsonlog_raw(raw, sizeof raw - 1));
    assert_line("\"message\":\"to : ****1111\",\"censor\":\"\\\"*\\\"\",\"last4\":\"\\\"*\\\"\","
                "\"o\":{\"last4\":\"****901\xE2\x82\xAC\",\"replace\":\"mark(12)\",\"n\":null},"
                "\"url\":\"a://b:mark(c)@d\",\"replace\":\"\\\"*\\\"\","
                "\"raw\":{\"a\":[\"\"],\"last4\":\"****9012\",\"replace\":\"mark(12)\"}");
}

/* In what a callback writes, what is removed takes its key and its comma along. */
static void removes_in_callbacks(void **state) {
    (void)state;
    const jsonlog_redact_rule rules[] = {
        jsonlog_redact_with(JSONLOG_REDACT_REMOVE, jsonlog_redact_key("x")),
        jsonlog_redact_with(JSONLOG_REDACT_REMOVE, jsonlog_redact_path("c.a[1]")),
    };
    use(rules, 2, NULL);
    cJSON *item = cJSON_Parse("{\"x\":1,\"a\":[1,{\"b\":2},3],\"x\":{\"y\":[]},\"z\":{\"x\":[4]}}");
    jsonlog_info(jsonlog_root(), "m", "c", jsonlog_call(write_item, item));
    assert_line("\"message\":\"m\",\"c\":{\"a\":[1,3],\"z\":{}}");
    cJSON_Delete(item);
}

static bool find_digits(const char *text, size_t len, size_t *from, size_t *to, void *context) {
    const size_t wanted = *(const size_t *)context;
    size_t count = 0;
    for (size_t i = *from; i < len; i++) {
        count = text[i] >= '0' && text[i] <= '9' ? count + 1 : 0;
        if (count < wanted)
            continue;
        *from = i + 1 - wanted;
        *to = i + 1;
        return true;
    }
    return false;
}

static bool find_nonsense(const char *text, size_t len, size_t *from, size_t *to, void *context) {
    (void)context;
    if (len < 3 || memcmp(text, "bad", 3) != 0)
        return false;
    *from = 5;
    *to = len + 1;
    return true;
}

static void asks_finders(void **state) {
    (void)state;
    size_t wanted = 9;
    const jsonlog_redact_rule rules[] = {jsonlog_redact_finder(find_digits, &wanted),
                                         jsonlog_redact_finder(find_nonsense, NULL)};
    use(rules, 2, NULL);
    jsonlog_info(jsonlog_root(), "ssn 123456789, 987654321", "n", 123456789, "s", 12345678, "d",
                 123456789.0, "b", "bad thing");
    assert_line("\"message\":\"ssn [REDACTED], [REDACTED]\",\"n\":" R ",\"s\":12345678,\"d\":" R
                ",\"b\":" R);
}

static bool find_text(const char *text, size_t len, size_t *from, size_t *to, void *context) {
    const char *found = memmem(text + *from, len - *from, context, strlen(context));
    if (found == NULL)
        return false;
    *from = (size_t)(found - text);
    *to = *from + strlen(context);
    return true;
}

/* The end of a find that another one overlaps is hidden too. */
static void hides_overlapping_finds(void **state) {
    (void)state;
    char beginning[] = "x 411";
    const jsonlog_redact_rule rules[] = {jsonlog_redact_finder(find_text, beginning),
                                         jsonlog_redact_pattern("card")};
    use(rules, 2, NULL);
    jsonlog_info(jsonlog_root(), "a x " CARD " y");
    assert_line("\"message\":\"a [REDACTED][REDACTED] y\"");
}

/* What is gone from a record does not come back from where it came, not even when a processor
 * changes the record again. */
static void add_a_field(jsonlog_record *record, void *context) {
    (void)context;
    jsonlog_record_set_field(record, "p", 1, jsonlog_from_int64(1));
}

static void removes_what_is_bound(void **state) {
    (void)state;
    const jsonlog_redact_rule rules[] = {
        jsonlog_redact_with(JSONLOG_REDACT_REMOVE, jsonlog_redact_key("x")),
        jsonlog_redact_pattern("card")};
    const jsonlog_field field = jsonlog_field_make(CARD, jsonlog_from_int64(2));
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.process = add_a_field;
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    use(rules, 2, NULL);
    jsonlog_logger *bound = jsonlog_with(jsonlog_root(), "x", 1, "y", 2);
    jsonlog_scope scope = jsonlog_scope_push_fields(&field, 1);
    for (int i = 0; i < 2; i++) {
        jsonlog_info(bound, "m", "z", 3);
        assert_line(i == 0 ? "\"message\":\"m\",\"y\":2,\"[REDACTED]\":2,\"z\":3"
                           : "\"message\":\"m\",\"y\":2,\"[REDACTED]\":2,\"z\":3,\"p\":1");
        jsonlog_handler_set_formatter(lines, formatter);
    }
    jsonlog_handler_set_formatter(lines, NULL);
    jsonlog_formatter_release(formatter);
    jsonlog_scope_pop(scope);
    jsonlog_logger_free(bound);
}

static void ignores_case_if_asked(void **state) {
    (void)state;
    jsonlog_redaction_options options = JSONLOG_REDACTION_OPTIONS_INIT;
    options.ignore_case = true;
    const jsonlog_redact_rule rules[] = {jsonlog_redact_key("PassWord"),
                                         jsonlog_redact_path("User.Name")};
    use(rules, 2, &options);
    jsonlog_info(jsonlog_root(), "m", "PASSWORD", 1, "password", 2, "pass_word", 3, "uSER",
                 jsonlog_object("naME", 4));
    assert_line("\"message\":\"m\",\"PASSWORD\":" R ",\"password\":" R ",\"pass_word\":3,\"uSER\":"
                "{\"naME\":" R "}");
}

static void lets_the_first_rule_decide(void **state) {
    (void)state;
    const jsonlog_redact_rule rules[] = {
        jsonlog_redact_with(JSONLOG_REDACT_REMOVE, jsonlog_redact_path("a.b")),
        jsonlog_redact_key("b"),
        jsonlog_redact_with(JSONLOG_REDACT_REMOVE, jsonlog_redact_key("b"))};
    use(rules, 3, NULL);
    jsonlog_info(jsonlog_root(), "m", "a", jsonlog_object("b", 1, "c", 2), "b", 3);
    assert_line("\"message\":\"m\",\"a\":{\"c\":2},\"b\":" R);
}

/* ---- lines that are shortened ---- */

static void hides_before_it_shortens(void **state) {
    (void)state;
    use_one(jsonlog_redact_pattern("card"));
    for (size_t line_max = 128; line_max < 400; line_max++) {
        jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
        options.line_max = line_max;
        jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
        jsonlog_handler_set_formatter(lines, formatter);
        jsonlog_infof(jsonlog_root(), "%0*d " CARD " %0200d", (int)(line_max / 2), 0, 0);
        assert_null(strstr(log_lines_take(lines), "4111"));
        jsonlog_formatter_release(formatter);
    }
    jsonlog_handler_set_formatter(lines, NULL);
}

/* The text's own limit cuts it before anybody sees it. */
static void hides_what_a_cut_text_left_of_it(void **state) {
    (void)state;
    use_one(jsonlog_redact_pattern("card"));
    for (int before = 990; before < JSONLOG_TEXT_MAX; before++) {
        jsonlog_infof(jsonlog_root(), "%*s" CARD " and more that is cut", before, " ");
        const char *line = log_lines_take(lines);
        const char *rest = strstr(line, "4111");
        assert_true(rest == NULL || strncmp(rest, "411111", 6) != 0);
    }
}

/* ---- nothing to hide, wrong rules, no memory ---- */

static void leaves_everything_else_as_it_was(void **state) {
    (void)state;
    static const char raw[] = "{ \"a\" : [1.50, \"\\u00e4\"], \"b\":{} }";
    const char *without = NULL;
    char kept[4096];
    for (int round = 0; round < 2; round++) {
        cJSON *item = cJSON_Parse("{\"x\":[1,\"y\",null,true,1e300]}");
        jsonlog_info(jsonlog_root(), "message", "n", 1, "d", 0.1, "s", "text", "o",
                     jsonlog_object("a", jsonlog_array(1, "b")), "raw",
                     jsonlog_raw(raw, sizeof raw - 1), "j", jsonlog_cjson(item), "c",
                     jsonlog_call(write_item, item), "e", jsonlog_errno(2), "h", jsonlog_hex(255));
        cJSON_Delete(item);
        without = log_lines_take(lines);
        if (round == 1)
            assert_string_equal(without, kept);
        assert_true(strlen(without) < sizeof kept);
        strcpy(kept, without);
        const jsonlog_redact_rule rules[] = {
            jsonlog_redact_key("password"), jsonlog_redact_path("o.*.x"),
            jsonlog_redact_path("**.q"), jsonlog_redact_pattern("card"),
            jsonlog_redact_pattern("bearer")};
        use(rules, 5, NULL);
    }
}

typedef struct wrong_rule {
    jsonlog_redact_kind kind;
    const char *text;
    jsonlog_status code;
    size_t offset;
} wrong_rule;

static void refuses_wrong_rules(void **state) {
    (void)state;
    static const wrong_rule wrong[] = {
        {JSONLOG_REDACT_KEY, "", JSONLOG_E_INVALID, JSONLOG_NO_OFFSET},
        {JSONLOG_REDACT_KEY, NULL, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET},
        {JSONLOG_REDACT_FINDER, NULL, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET},
        {JSONLOG_REDACT_PATTERN, "cards", JSONLOG_E_NOT_FOUND, JSONLOG_NO_OFFSET},
        {(jsonlog_redact_kind)9, "x", JSONLOG_E_INVALID, JSONLOG_NO_OFFSET},
        {JSONLOG_REDACT_PATH, "$.", JSONLOG_E_SYNTAX, 2},
        {JSONLOG_REDACT_PATH, ".a", JSONLOG_E_SYNTAX, 0},
        {JSONLOG_REDACT_PATH, "a.", JSONLOG_E_SYNTAX, 2},
        {JSONLOG_REDACT_PATH, "a..b", JSONLOG_E_SYNTAX, 2},
        {JSONLOG_REDACT_PATH, "a[", JSONLOG_E_SYNTAX, 2},
        {JSONLOG_REDACT_PATH, "a[]", JSONLOG_E_SYNTAX, 2},
        {JSONLOG_REDACT_PATH, "a[x]", JSONLOG_E_SYNTAX, 2},
        {JSONLOG_REDACT_PATH, "a[1", JSONLOG_E_SYNTAX, 3},
        {JSONLOG_REDACT_PATH, "a[99999999999999999999]", JSONLOG_E_SYNTAX, 11},
        {JSONLOG_REDACT_PATH, "a[*", JSONLOG_E_SYNTAX, 3},
        {JSONLOG_REDACT_PATH, "a[\"b]", JSONLOG_E_SYNTAX, 5},
        {JSONLOG_REDACT_PATH, "a[\"b\"", JSONLOG_E_SYNTAX, 5},
        {JSONLOG_REDACT_PATH, "a*", JSONLOG_E_SYNTAX, 1},
        {JSONLOG_REDACT_PATH, "***", JSONLOG_E_SYNTAX, 2},
        {JSONLOG_REDACT_PATH, "a]", JSONLOG_E_SYNTAX, 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        jsonlog_err err = {.code = JSONLOG_OK};
        jsonlog_redact_rule rule = jsonlog_redact_key(wrong[i].text);
        rule.kind = wrong[i].kind;
        assert_null(jsonlog_redaction_new(&rule, 1, NULL, &err));
        if (err.code != wrong[i].code || err.offset != wrong[i].offset)
            fail_msg("\"%s\": %d at %zu, %s", wrong[i].text, (int)err.code, err.offset, err.text);
        assert_null(jsonlog_redaction_new(&rule, 1, NULL, NULL));
    }
}

static void assert_refused(const jsonlog_redact_rule *rules, size_t count,
                           const jsonlog_redaction_options *options, jsonlog_status code) {
    jsonlog_err err = {.code = JSONLOG_OK};
    assert_null(jsonlog_redaction_new(rules, count, options, &err));
    assert_int_equal(err.code, code);
}

static void refuses_wrong_options_and_too_much(void **state) {
    (void)state;
    static jsonlog_redact_rule many[300];
    jsonlog_redaction_options options = JSONLOG_REDACTION_OPTIONS_INIT;
    for (size_t i = 0; i < 300; i++)
        many[i] = jsonlog_redact_pattern("card");
    assert_refused(many, 257, NULL, JSONLOG_E_LIMIT);
    assert_refused(many, 33, NULL, JSONLOG_E_LIMIT);
    assert_refused(NULL, 1, NULL, JSONLOG_E_INVALID);
    for (size_t i = 0; i < 300; i++)
        many[i] = jsonlog_redact_path("a");
    jsonlog_redaction_release(jsonlog_redaction_new(many, 128, NULL, NULL));
    assert_refused(many, 129, NULL, JSONLOG_E_LIMIT);
    many[0].action = JSONLOG_REDACT_REPLACE;
    assert_refused(many, 1, NULL, JSONLOG_E_INVALID);
    many[0].action = (jsonlog_redact_action)7;
    assert_refused(many, 1, NULL, JSONLOG_E_INVALID);
    options.size--;
    assert_refused(NULL, 0, &options, JSONLOG_E_INVALID);
    options = (jsonlog_redaction_options)JSONLOG_REDACTION_OPTIONS_INIT;
    options.censor = "\xFF";
    assert_refused(NULL, 0, &options, JSONLOG_E_INVALID);
    options.censor = "12345678901234567890123456789012345678901234567890123456789012345";
    assert_refused(NULL, 0, &options, JSONLOG_E_LIMIT);
    jsonlog_redaction_release(NULL);
    assert_null(jsonlog_redaction_retain(NULL));
}

static void redacts_texts_for_elsewhere(void **state) {
    (void)state;
    const jsonlog_redact_rule rule = jsonlog_redact_pattern("card");
    jsonlog_redaction *set = jsonlog_redaction_new(&rule, 1, NULL, NULL);
    char out[8];
    assert_int_equal(jsonlog_redact_text(set, "a " CARD, 18, out, sizeof out), 12);
    assert_string_equal(out, "a [REDA");
    assert_int_equal(jsonlog_redact_text(set, NULL, 0, NULL, 0), 0);
    assert_int_equal(jsonlog_redact_text(NULL, "ab", 2, out, sizeof out), 2);
    assert_string_equal(out, "ab");
    jsonlog_redaction_release(set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(hides_keys_at_any_depth, clear),
        cmocka_unit_test_teardown(hides_what_stands_at_a_path, clear),
        cmocka_unit_test_teardown(hides_what_patterns_find, clear),
        cmocka_unit_test_teardown(hides_in_messages, clear),
        cmocka_unit_test_teardown(hides_in_keys_and_names_of_loggers, clear),
        cmocka_unit_test_teardown(hides_in_typed_arrays, clear),
        cmocka_unit_test_teardown(hides_in_causes_errno_and_bytes, clear),
        cmocka_unit_test_teardown(hides_what_user_code_adds, clear),
        cmocka_unit_test_teardown(hides_what_a_formatter_adds, clear),
        cmocka_unit_test_teardown(hides_from_the_human_formatter, clear),
        cmocka_unit_test_teardown(hides_from_formatters_of_ones_own, clear),
        cmocka_unit_test_teardown(hides_raw_text_that_it_cannot_read, clear),
        cmocka_unit_test_teardown(does_with_it_what_the_rule_says, clear),
        cmocka_unit_test_teardown(removes_in_callbacks, clear),
        cmocka_unit_test_teardown(asks_finders, clear),
        cmocka_unit_test_teardown(hides_overlapping_finds, clear),
        cmocka_unit_test_teardown(removes_what_is_bound, clear),
        cmocka_unit_test_teardown(ignores_case_if_asked, clear),
        cmocka_unit_test_teardown(lets_the_first_rule_decide, clear),
        cmocka_unit_test_teardown(hides_before_it_shortens, clear),
        cmocka_unit_test_teardown(hides_what_a_cut_text_left_of_it, clear),
        cmocka_unit_test_teardown(leaves_everything_else_as_it_was, clear),
        cmocka_unit_test_teardown(refuses_wrong_rules, clear),
        cmocka_unit_test_teardown(refuses_wrong_options_and_too_much, clear),
        cmocka_unit_test_teardown(redacts_texts_for_elsewhere, clear),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
