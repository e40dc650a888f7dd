#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "logger/foreign_json.h"

static void only_one_whole_object_is_one(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool is_object;
    } rows[] = {
        {"{}", true},
        {" {\"a\":[1,{\"b\":null}]} ", true},
        {"", false},
        {"[]", false},
        {"\"{}\"", false},
        {"{", false},
        {"{} {}", false},
        {"{}x", false},
        {"{\"a\":01}", false},
        {"{'a':1}", false},
        {"{ $.a = 1 }", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (jl_foreign_is_object(jl_text_of(rows[i].line)) != rows[i].is_object)
            fail_msg("%s", rows[i].line);
}

typedef struct row {
    const char *line;
    const char *message; /* NULL: none */
    int level;
    const char *fields; /* key=value; with the type in front of the value */
} row;

static const row rows[] = {
    {"{}", NULL, 0, ""},
    {"{\"message\":\"hi\",\"logType\":\"ERROR\",\"n\":1}", "hi", 40, "n=17:1;"},
    {"{\"level\":\"warning\",\"msg\":\"hi\"}", "hi", 30, ""},
    {"{\"levelname\":\"CRITICAL\",\"errorMessage\":\"bad\"}", "bad", 50, ""},
    {"{\"severity\":\"debug\"}", NULL, 10, ""},
    /* the first of each wins, the others are fields */
    {"{\"msg\":\"a\",\"message\":\"b\",\"level\":\"info\",\"severity\":\"error\"}", "a", 20,
     "message=6:b;severity=6:error;"},
    /* no level, no text: fields */
    {"{\"level\":\"loud\",\"msg\":7}", NULL, 0, "level=6:loud;msg=17:7;"},
    {"{\"level\":30}", NULL, 0, "level=17:30;"},
    {"{\"level\":\"OFF\"}", NULL, 0, "level=6:OFF;"},
    {"{\"level\":\"\"}", NULL, 0, "level=6:;"},
    {"{\"level\":\"a name of more than thirty-one bytes\"}", NULL, 0,
     "level=6:a name of more than thirty-one bytes;"},
    /* spelled with escapes */
    {"{\"m\\u0065ssage\":\"a\\nb\",\"k\\\"\":\"\\u00e9\"}", "a\nb", 0, "k\"=6:\xC3\xA9;"},
    /* containers and names as they are */
    {"{\"o\" : {\"a\": [1, 2]} , \"t\":true, \"z\":null}", NULL, 0,
     "o=17:{\"a\": [1, 2]};t=17:true;z=17:null;"},
    {"{\"\":\"empty\"}", NULL, 0, "=6:empty;"},
};

static void append(char *to, size_t size, const jsonlog_field *field) {
    const size_t len = strlen(to);
    snprintf(to + len, size - len, "%.*s=%d:%.*s;", (int)field->key_len, field->key,
             field->value.type, (int)field->value.with.len, field->value.as.string);
}

static void members_become_fields(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char space[256];
        char fields[256] = "";
        jl_foreign_object object;
        assert_true(strlen(rows[i].line) <= sizeof space);
        assert_true(jl_foreign_is_object(jl_text_of(rows[i].line)));
        assert_true(jl_foreign_take_apart(jl_text_of(rows[i].line), space, &object));
        for (size_t f = 0; f < object.count; f++)
            append(fields, sizeof fields, &object.fields[f]);
        assert_string_equal(fields, rows[i].fields);
        assert_int_equal(object.level, rows[i].level);
        const jl_text message =
            rows[i].message == NULL ? object.message : jl_text_of(rows[i].message);
        assert_int_equal(object.message.ptr != NULL, rows[i].message != NULL);
        assert_true(jl_text_equal(object.message, message));
    }
}

static size_t object_of(char *out, size_t members) {
    size_t len = 1;
    out[0] = '{';
    for (size_t i = 0; i < members; i++)
        len += (size_t)sprintf(out + len, "%s\"k%zu\":%zu", i == 0 ? "" : ",", i, i);
    out[len] = '}';
    return len + 1;
}

static void there_is_room_for_so_many_members(void **state) {
    (void)state;
    char line[4096];
    char space[4096];
    jl_foreign_object object;
    size_t len = object_of(line, JL_FOREIGN_FIELDS_MAX);
    assert_true(jl_foreign_take_apart((jl_text){line, len}, space, &object));
    assert_int_equal(object.count, JL_FOREIGN_FIELDS_MAX);
    len = object_of(line, JL_FOREIGN_FIELDS_MAX + 1);
    assert_false(jl_foreign_take_apart((jl_text){line, len}, space, &object));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_one_whole_object_is_one),
        cmocka_unit_test(members_become_fields),
        cmocka_unit_test(there_is_room_for_so_many_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
