#include "format/members.h"

#include "json/escape.h"

#include <cjson/cJSON.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- keys ---- */

static bool are_same(const char *a, const char *b, unsigned escapes) {
    jl_key left = jl_key_of(jl_text_of(a), escapes);
    jl_key right = jl_key_of(jl_text_of(b), escapes);
    bool is_same = jl_key_same(&left, &right, escapes);
    assert_int_equal(is_same, jl_key_same(&right, &left, escapes));
    return is_same;
}

static void keys_are_compared_as_written(void **state) {
    (void)state;
    assert_true(are_same("", "", 0));
    assert_true(are_same("a\"b", "a\"b", 0));
    assert_false(are_same("a", "b", 0));
    assert_false(are_same("a", "ab", 0));
    assert_true(are_same("a\xff", "a\xfe", 0));
    assert_true(are_same("\xff", "\xEF\xBF\xBD", 0));
    assert_false(are_same("\xff", "\xff\xff", 0));
    assert_true(are_same("\xC3\xFF", "\xEF\xBF\xBD\xEF\xBF\xBD", 0));
    assert_false(are_same("\xff", "\xfe", JL_ESCAPE_BYTES));
    assert_true(are_same("\xff", "\\xff", JL_ESCAPE_BYTES));
    assert_false(are_same("\xff", "\\xff", 0));
    assert_true(are_same("가", "가", JL_ESCAPE_ASCII));
}

static void a_suffix_is_part_of_the_key(void **state) {
    (void)state;
    jl_key base = jl_key_of(JL_TEXT("key"), 0);
    jl_key numbered = jl_key_with_suffix(base, 12);
    jl_key spelled = jl_key_of(JL_TEXT("key_12"), 0);
    jl_key other = jl_key_with_suffix(base, 13);
    assert_int_equal(numbered.hash, spelled.hash);
    assert_true(jl_key_same(&numbered, &spelled, 0));
    assert_true(jl_key_same(&numbered, &numbered, 0));
    assert_false(jl_key_same(&numbered, &base, 0));
    assert_false(jl_key_same(&numbered, &other, 0));
}

/* ---- members ---- */

static void expect_resolved(const jsonlog_value *object, const char *expected) {
    char text[256] = "";
    jl_members members;
    jl_member member;
    jl_members_begin(&members, object);
    for (size_t i = 0; jl_members_next(&members, &member); i++) {
        if (!jl_members_resolve(object, i, &member, 0))
            continue;
        double value = member.value->type == JSONLOG_TYPE_CJSON
                           ? ((const cJSON *)member.value->as.pointer)->valuedouble
                           : (double)member.value->as.i64;
        size_t at = strlen(text);
        snprintf(text + at, sizeof text - at, "%.*s=%.0f ", (int)member.key.len, member.key.ptr,
                 value);
    }
    assert_string_equal(text, expected);
}

static void the_last_value_counts_at_the_first_position(void **state) {
    (void)state;
    const jsonlog_value values[] = {jsonlog_from_int64(1), jsonlog_from_int64(2),
                                    jsonlog_from_int64(3), jsonlog_from_int64(4)};
    jsonlog_value pairs = jsonlog_from_keys(",\"a\":\0,\"b\":\0,\"a\":\0,\"a\":\0", 4, values);
    const jsonlog_field fields[] = {jsonlog_field_make("a", values[0]),
                                    {"bxx", 1, values[1]},
                                    {"axx", 1, values[2]},
                                    jsonlog_field_make(NULL, values[3])};
    jsonlog_value run_time = jsonlog_fields(fields, 4);
    cJSON *item = cJSON_Parse("{\"a\":1,\"b\":2,\"a\":3,\"c\":4}");
    jsonlog_value cjson = jsonlog_cjson(item);
    assert_true(jl_members_may_repeat(&pairs, 0));
    assert_true(jl_members_may_repeat(&run_time, 0));
    assert_true(jl_members_may_repeat(&cjson, 0));
    expect_resolved(&pairs, "a=4 b=2 ");
    expect_resolved(&run_time, "a=3 b=2 null=4 ");
    expect_resolved(&cjson, "a=3 b=2 c=4 ");
    cJSON_Delete(item);
}

static void objects_can_be_walked_and_others_not(void **state) {
    (void)state;
    cJSON *array = cJSON_CreateArray();
    jsonlog_value pairs = jsonlog_from_keys("", 0, NULL);
    jsonlog_value fields = jsonlog_value_make(JSONLOG_TYPE_FIELDS, 0);
    jsonlog_value cjson = jsonlog_cjson(array);
    jsonlog_value number = jsonlog_from_int64(1);
    assert_true(jl_is_walkable(&pairs));
    assert_true(jl_is_walkable(&fields));
    assert_false(jl_is_walkable(&cjson));
    assert_false(jl_is_walkable(&number));
    assert_false(jl_members_may_repeat(&pairs, 0));
    assert_false(jl_members_may_repeat(&fields, 0));
    cJSON_Delete(array);
}

/* Sizes on both sides of one table and of several; each with and without an equal pair. */
static void equal_keys_are_found_among_many(void **state) {
    (void)state;
    enum { MOST = 1500 };
    static jsonlog_field fields[MOST];
    static char names[MOST][16];
    for (int i = 0; i < MOST; i++) {
        snprintf(names[i], sizeof names[i], "key %d", i);
        fields[i] = jsonlog_field_make(names[i], jsonlog_null());
    }
    for (size_t count = 2; count < MOST; count += count < 20 ? 1 : 97) {
        jsonlog_value object = jsonlog_fields(fields, count);
        assert_false(jl_members_may_repeat(&object, 0));
        fields[count - 1].key = names[count / 3];
        assert_true(jl_members_may_repeat(&object, 0));
        fields[count - 1].key = names[count - 1];
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_compared_as_written),
        cmocka_unit_test(a_suffix_is_part_of_the_key),
        cmocka_unit_test(the_last_value_counts_at_the_first_position),
        cmocka_unit_test(objects_can_be_walked_and_others_not),
        cmocka_unit_test(equal_keys_are_found_among_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
