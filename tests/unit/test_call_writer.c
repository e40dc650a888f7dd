#include "format/value_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char space[8192];

static const char *written(jsonlog_call_fn fn, void *context, const jl_json_style *style) {
    const jsonlog_value values[] = {jsonlog_from_int64(1), jsonlog_call(fn, context),
                                    jsonlog_from_int64(2)};
    const jsonlog_value array = jsonlog_values(values, 3);
    jl_buffer out;
    jsonlog_writer writer;
    jl_buffer_init(&out, space, sizeof space - 1, sizeof space - 1);
    jl_writer_init(&writer, &out, style, 4096);
    jl_write_value(&writer, JL_TEXT(""), &array);
    assert_int_equal(writer.depth, 0);
    assert_null(writer.frame);
    space[out.len] = '\0';
    return space;
}

/*
 * A script of calls: { [ } ] as they are, `k` and a letter a key, `v` the number 7, `s` a string,
 * `o` an object of values, `n` null, `c` a nested callback of the rest, `!` returns false.
 */
static bool play(jsonlog_writer *writer, void *context) {
    const char *script = context;
    for (; *script != '\0'; script++) {
        switch (*script) {
        case '{': jsonlog_write_begin_object(writer); break;
        case '}': jsonlog_write_end_object(writer); break;
        case '[': jsonlog_write_begin_array(writer); break;
        case ']': jsonlog_write_end_array(writer); break;
        case 'k': jsonlog_write_key(writer, ++script, 1); break;
        case 'v': jsonlog_write_value(writer, jsonlog_from_int64(7)); break;
        case 's': jsonlog_write_value(writer, jsonlog_from_string("\"")); break;
        case 'n': jsonlog_write_value(writer, jsonlog_null()); break;
        case 'c': {
            char rest[64];
            snprintf(rest, sizeof rest, "%s", script + 1);
            jsonlog_write_value(writer, jsonlog_call(play, rest));
            return true;
        }
        default: return false;
        }
    }
    return true;
}

static void scripts_give_their_text(void **state) {
    (void)state;
#define FAILED "\"__could_not_encode__\""
    static const struct {
        const char *script;
        const char *expected;
    } rows[] = {
        {"v", "7"},
        {"s", "\"\\\"\""},
        {"{}", "{}"},
        {"[]", "[]"},
        {"{kavkbs}", "{\"a\":7,\"b\":\"\\\"\"}"},
        {"[v{ka[vv]}n]", "[7,{\"a\":[7,7]},null]"},
        {"{ka{kav}kb{kav}}", "{\"a\":{\"a\":7},\"b\":{\"a\":7}}"},
        {"cv", "7"},
        {"c{kav}", "{\"a\":7}"},
        {"c!", FAILED},
        {"k\xffv", FAILED},
        {"{k\xffv}", "{\"\xEF\xBF\xBD\":7}"},
        /* against the order */
        {"", FAILED},
        {"!", FAILED},
        {"v!", FAILED},
        {"vv", FAILED},
        {"v{}", FAILED},
        {"{", FAILED},
        {"[v", FAILED},
        {"}", FAILED},
        {"]", FAILED},
        {"{]", FAILED},
        {"[}", FAILED},
        {"{v}", FAILED},
        {"{ka}", FAILED},
        {"{kakbv}", FAILED},
        {"[kav]", FAILED},
        {"kav", FAILED},
        {"{kav}}", FAILED},
        {"[v]v", FAILED},
        /* equal keys */
        {"{kavkav}", FAILED},
        {"{kavkb{kav}kcvkbv}", FAILED},
        {"{kaskbskav}", FAILED},
        {"{k\xffvk\xfev}", FAILED},
        {"{k\"vk\\vk\"v}", FAILED},
        {"{kavkbvkcvkdvkevkfvkgvkhvkivkjvkkv}", "{\"a\":7,\"b\":7,\"c\":7,\"d\":7,\"e\":7,\"f\":7,"
                                                "\"g\":7,\"h\":7,\"i\":7,\"j\":7,\"k\":7}"},
        {"ccccccccv", FAILED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, "[1,%s,2]", rows[i].expected);
        if (i + 1 == sizeof rows / sizeof rows[0])
            snprintf(expected, sizeof expected, "[1,\"__too_deep__\",2]");
        char script[64];
        snprintf(script, sizeof script, "%s", rows[i].script);
        assert_string_equal(written(play, script, &jl_json_style_default), expected);
    }
}

/* Many keys: the quick answer is not enough, the long one must be right. */
static bool write_keys(jsonlog_writer *writer, void *context) {
    int count = *(int *)context;
    jsonlog_write_begin_object(writer);
    for (int i = 0; i < 200; i++) {
        char key[16];
        int len = snprintf(key, sizeof key, "k\"%d", i == 199 ? count : i);
        jsonlog_write_key(writer, key, (size_t)len);
        jsonlog_write_value(writer, jsonlog_string("},{\"k", 5));
    }
    jsonlog_write_end_object(writer);
    return true;
}

static void equal_keys_are_found_among_many(void **state) {
    (void)state;
    int last = 199;
    assert_null(strstr(written(write_keys, &last, &jl_json_style_default), "could_not"));
    for (last = 0; last < 199; last += 33)
        assert_string_equal(written(write_keys, &last, &jl_json_style_default),
                            "[1,\"__could_not_encode__\",2]");
}

static bool nest(jsonlog_writer *writer, void *context) {
    int levels = *(int *)context;
    for (int i = 0; i < levels; i++)
        jsonlog_write_begin_array(writer);
    jsonlog_write_value(writer, jsonlog_from_int64(1));
    for (int i = 0; i < levels; i++)
        jsonlog_write_end_array(writer);
    return true;
}

static void what_is_too_deep_is_skipped(void **state) {
    (void)state;
    jl_json_style style = jl_json_style_default;
    style.depth_max = 2;
    int levels = 2;
    assert_string_equal(written(nest, &levels, &style), "[1,[[1]],2]");
    levels = 3;
    assert_string_equal(written(nest, &levels, &style), "[1,[[\"__too_deep__\"]],2]");
    levels = 100;
    assert_string_equal(written(nest, &levels, &style), "[1,[[\"__too_deep__\"]],2]");
    assert_non_null(strstr(written(nest, &levels, &jl_json_style_default), "[\"__too_deep__\"]"));
}

static bool call_itself(jsonlog_writer *writer, void *context) {
    (void)context;
    jsonlog_write_begin_array(writer);
    jsonlog_write_value(writer, jsonlog_call(call_itself, NULL));
    jsonlog_write_end_array(writer);
    return true;
}

static void callbacks_within_callbacks_end(void **state) {
    (void)state;
    assert_string_equal(written(call_itself, NULL, &jl_json_style_default),
                        "[1,[[[[[[[[\"__too_deep__\"]]]]]]]],2]");
}

static void empty_pairs_are_left_out(void **state) {
    (void)state;
    jl_json_style style = jl_json_style_default;
    style.omits_empty = true;
    char script[] = "{kankb{kcnkd[]}kekv}";
    assert_string_equal(written(play, script, &style), "[1,\"__could_not_encode__\",2]");
    char good[] = "{kankb{kcnkd[]}kevkf[n]kg{khv}}";
    assert_string_equal(written(play, good, &style),
                        "[1,{\"e\":7,\"f\":[null],\"g\":{\"h\":7}},2]");
}

static void nothing_can_be_written_outside_a_callback(void **state) {
    (void)state;
    jl_buffer out;
    jsonlog_writer writer;
    jl_buffer_init(&out, space, sizeof space, sizeof space);
    jl_writer_init(&writer, &out, &jl_json_style_default, 100);
    jsonlog_write_value(&writer, jsonlog_null());
    jsonlog_write_begin_object(&writer);
    jsonlog_write_key(&writer, "k", 1);
    jsonlog_write_end_object(&writer);
    jsonlog_write_end_array(&writer);
    assert_int_equal(out.len, 0);
}

/* A line that is full says so and not that the callback failed. */
static void a_full_line_stays_full(void **state) {
    (void)state;
    int levels = 30;
    const jsonlog_value value = jsonlog_call(nest, &levels);
    for (size_t limit = 1; limit < 61; limit++) {
        jl_buffer out;
        jsonlog_writer writer;
        jl_buffer_init(&out, space, limit, limit);
        jl_writer_init(&writer, &out, &jl_json_style_default, 100);
        jl_write_value(&writer, JL_TEXT(""), &value);
        assert_int_equal(out.status, JSONLOG_E_LIMIT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_give_their_text),
        cmocka_unit_test(equal_keys_are_found_among_many),
        cmocka_unit_test(what_is_too_deep_is_skipped),
        cmocka_unit_test(callbacks_within_callbacks_end),
        cmocka_unit_test(empty_pairs_are_left_out),
        cmocka_unit_test(nothing_can_be_written_outside_a_callback),
        cmocka_unit_test(a_full_line_stays_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
