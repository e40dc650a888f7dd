#include "record/record.h"

#include "record/context.h"
#include "record/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MAX JL_RECORD_FIELDS_MAX

/* A record under construction, with the emitter's space. */
typedef struct test_bench {
    jsonlog_record record;
    jl_field call[MAX];
    jl_field merged[MAX];
    jsonlog_value values[MAX];
    struct jl_record_edit edits[JL_RECORD_EDITS_MAX];
} test_bench;

/* The call's fields from "key=number key=number". */
static test_bench *bench_of(const char *call) {
    static test_bench bench;
    memset(&bench, 0, sizeof bench);
    char key[32];
    int number = 0;
    int used = 0;
    static char keys[MAX][32];
    uint32_t count = 0;
    for (; sscanf(call, " %31[^= ]=%d%n", key, &number, &used) == 2; call += used, count++) {
        memcpy(keys[count], key, sizeof key);
        bench.values[count] = jsonlog_from_int64(number);
        jl_field_set(&bench.call[count], keys[count], strlen(key), &bench.values[count]);
    }
    bench.record.logger = "test";
    bench.record.level = JSONLOG_LEVEL_INFO;
    bench.record.call = bench.call;
    bench.record.call_count = count;
    bench.record.call_is_unique = jl_fields_repeats(bench.call, count) == 0;
    bench.record.merged = bench.merged;
    bench.record.edits = bench.edits;
    return &bench;
}

static jl_context *context_of(const char *text, jl_context *parent) {
    const test_bench *made = bench_of(text);
    jsonlog_field fields[MAX];
    for (uint32_t i = 0; i < made->record.call_count; i++)
        fields[i] = (jsonlog_field){made->call[i].key.ptr, made->call[i].key.len, made->values[i]};
    return jl_context_new_fields(fields, made->record.call_count, parent);
}

/* All fields as "key=number key=number". */
static const char *fields_of(const jsonlog_record *record) {
    static char text[8192];
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < jsonlog_record_field_count(record); i++) {
        const char *key = NULL;
        size_t key_len = 0;
        const jsonlog_value *value = jsonlog_record_field_at(record, i, &key, &key_len);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s=%d", i == 0 ? "" : " ",
                                (int)key_len, key, (int)value->as.i64);
    }
    return text;
}

typedef struct strength_case {
    const char *statics, *bound, *scope, *call, *expected;
} strength_case;

static const strength_case strengths[] = {
    {"", "", "", "a=1 b=2", "a=1 b=2"},
    {"", "", "", "a=1 b=2 a=3", "a=3 b=2"},
    {"s=1", "b=2", "c=3", "d=4", "s=1 b=2 c=3 d=4"},
    {"x=1", "x=2", "x=3", "x=4", "x=4"},
    {"x=1 y=1", "x=2", "y=3", "z=4", "x=2 y=3 z=4"},
    {"a=1", "b=2 b=3", "", "", "a=1 b=3"},
    {"a=1 b=1", "", "b=2 c=2", "c=3 a=3", "a=3 b=2 c=3"},
};

static void stronger_values_take_the_earlier_place(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof strengths / sizeof strengths[0]; i++) {
        const strength_case *this = &strengths[i];
        jl_context *statics = context_of(this->statics, NULL);
        jl_context *bound = context_of(this->bound, NULL);
        jl_context *scope = context_of(this->scope, NULL);
        jsonlog_record *record = &bench_of(this->call)->record;
        record->statics = statics;
        record->bound = bound;
        record->scope = scope;
        assert_string_equal(fields_of(record), this->expected);
        jl_context_release(statics);
        jl_context_release(bound);
        jl_context_release(scope);
    }
}

static void a_lone_unique_call_is_not_copied(void **state) {
    (void)state;
    uint32_t count = 0;
    test_bench *bench = bench_of("a=1 b=2");
    assert_ptr_equal(jl_record_fields(&bench->record, &count), bench->call);
    assert_int_equal(count, 2);
    bench = bench_of("a=1 a=2");
    assert_ptr_equal(jl_record_fields(&bench->record, &count), bench->merged);
    assert_int_equal(count, 1);
    bench->record.merged = NULL; /* no room to merge: the call as it is */
    assert_ptr_equal(jl_record_fields(&bench->record, &count), bench->call);
    assert_int_equal(count, 2);
}

/* Longer than one part of the walk, so the order across parts shows. */
static void long_chains_are_merged_from_the_weak_end(void **state) {
    (void)state;
    jl_context *chain = NULL;
    char text[64];
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "all=%d k%d=%d", i, i, i);
        jl_context *next = context_of(text, chain);
        jl_context_release(chain);
        chain = next;
    }
    jsonlog_record *record = &bench_of("")->record;
    record->scope = chain;
    assert_int_equal(jsonlog_record_field_count(record), 201);
    assert_int_equal(jsonlog_record_get_field(record, "all", 3)->as.i64, 199);
    for (size_t i = 0; i < 200; i++) {
        const jsonlog_value *value = jsonlog_record_field_at(record, i + 1, NULL, NULL);
        assert_int_equal(value->as.i64, i);
    }
    jl_context_release(chain);
}

static void fields_beyond_the_limit_are_counted(void **state) {
    (void)state;
    char text[8192] = "";
    size_t len = 0;
    for (int i = 0; i < MAX; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "k%d=%d ", i, i);
    jl_context *bound = context_of(text, NULL);
    jsonlog_record *record = &bench_of("k3=33 more=1 most=2")->record;
    record->bound = bound;
    record->call_dropped = 5;
    assert_int_equal(jsonlog_record_field_count(record), MAX);
    assert_int_equal(record->dropped, 7);
    assert_int_equal(jsonlog_record_get_field(record, "k3", 2)->as.i64, 33);
    assert_null(jsonlog_record_get_field(record, "more", 4));
    jl_context_release(bound);
}

static void fields_can_be_set_and_left_out(void **state) {
    (void)state;
    jl_context *bound = context_of("b=1 gone=2", NULL);
    jsonlog_record *record = &bench_of("a=3 c=4")->record;
    record->bound = bound;
    assert_string_equal(fields_of(record), "b=1 gone=2 a=3 c=4");
    assert_int_equal(jsonlog_record_set_field(record, "a", 1, jsonlog_from_int64(9)), JSONLOG_OK);
    assert_int_equal(
        jsonlog_record_set_field(record, "new", JSONLOG_NUL_TERMINATED, jsonlog_from_int64(8)),
        JSONLOG_OK);
    assert_int_equal(jsonlog_record_remove_field(record, "gone", 4), JSONLOG_OK);
    assert_int_equal(jsonlog_record_remove_field(record, "never", 5), JSONLOG_OK);
    assert_string_equal(fields_of(record), "b=1 a=9 c=4 new=8");
    assert_int_equal(jsonlog_record_remove_field(record, "new", 3), JSONLOG_OK);
    assert_int_equal(jsonlog_record_set_field(record, "gone", 4, jsonlog_from_int64(7)),
                     JSONLOG_OK);
    assert_string_equal(fields_of(record), "b=1 gone=7 a=9 c=4");
    assert_null(jsonlog_record_get_field(record, "new", 3));
    jl_context_release(bound);
}

static void sixteen_keys_can_be_edited(void **state) {
    (void)state;
    char keys[17][16];
    jsonlog_record *record = &bench_of("a=1")->record;
    for (int i = 0; i < 16; i++) {
        snprintf(keys[i], sizeof keys[i], "e%d", i);
        assert_int_equal(jsonlog_record_set_field(record, keys[i], strlen(keys[i]), jsonlog_null()),
                         JSONLOG_OK);
    }
    assert_int_equal(jsonlog_record_set_field(record, "x", 1, jsonlog_null()), JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_record_remove_field(record, "x", 1), JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_record_set_field(record, "e3", 2, jsonlog_null()), JSONLOG_OK);
    assert_int_equal(jsonlog_record_field_count(record), 17);
    assert_int_equal(jsonlog_record_set_field(NULL, "x", 1, jsonlog_null()), JSONLOG_E_INVALID);
    record->edits = NULL;
    record->edit_count = 0;
    assert_int_equal(jsonlog_record_set_field(record, "x", 1, jsonlog_null()), JSONLOG_E_LIMIT);
}

static void a_record_tells_what_it_is(void **state) {
    (void)state;
    static jsonlog_slot slot;
    static const jsonlog_site site = {JSONLOG_SITE_ABI, 40, 0, 12, "file.c", "function", "", &slot};
    const jsonlog_value message = jsonlog_string("te\0xt", 5);
    const jsonlog_record record = {.time_ns = 5,
                                   .level = 40,
                                   .logger = "a.b",
                                   .site = &site,
                                   .message = &message,
                                   .thread = 9};
    size_t len = 0;
    assert_int_equal(jsonlog_record_time_ns(&record), 5);
    assert_int_equal(jsonlog_record_level(&record), 40);
    assert_string_equal(jsonlog_record_logger(&record), "a.b");
    assert_memory_equal(jsonlog_record_message(&record, &len), "te\0xt", 5);
    assert_int_equal(len, 5);
    assert_string_equal(jsonlog_record_file(&record), "file.c");
    assert_string_equal(jsonlog_record_function(&record), "function");
    assert_int_equal(jsonlog_record_line(&record), 12);
    assert_int_equal(jsonlog_record_thread(&record), 9);
    const jsonlog_record bare = {.logger = ""};
    assert_null(jsonlog_record_message(&bare, &len));
    assert_int_equal(len, 0);
    assert_null(jsonlog_record_file(&bare));
    assert_int_equal(jsonlog_record_line(&bare), 0);
    assert_null(jsonlog_record_get_field(&bare, "x", 1));
    assert_null(jsonlog_record_get_field(NULL, "x", 1));
    assert_int_equal(jsonlog_record_field_count(NULL), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stronger_values_take_the_earlier_place),
        cmocka_unit_test(a_lone_unique_call_is_not_copied),
        cmocka_unit_test(long_chains_are_merged_from_the_weak_end),
        cmocka_unit_test(fields_beyond_the_limit_are_counted),
        cmocka_unit_test(fields_can_be_set_and_left_out),
        cmocka_unit_test(sixteen_keys_can_be_edited),
        cmocka_unit_test(a_record_tells_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
