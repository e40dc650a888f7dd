#include "record/formatter_base.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

typedef struct counted_formatter {
    jsonlog_formatter base;
    int *freed;
    jsonlog_status result;
    size_t scratch; /* written and taken back before the line */
    const char *text;
} counted_formatter;

static jsonlog_status format(const jsonlog_formatter *self, const jsonlog_record *record,
                             jl_buffer *out) {
    const counted_formatter *c = (const counted_formatter *)self;
    (void)record;
    for (size_t i = 0; i < c->scratch; i++)
        jl_buffer_append_char(out, '?');
    jl_buffer_rewind(out, 0);
    jl_buffer_append_text(out, jl_text_of(c->text));
    return c->result;
}

static void count_free(jsonlog_formatter *self) {
    (*((counted_formatter *)self)->freed)++;
}

static counted_formatter make(const char *text, size_t line_max, int *freed) {
    counted_formatter c = {.text = text, .freed = freed, .result = JSONLOG_OK};
    jl_formatter_init(&c.base, line_max, format, count_free);
    return c;
}

static void frees_with_the_last_reference(void **state) {
    (void)state;
    int freed = 0;
    counted_formatter c = make("", 0, &freed);
    assert_int_equal(c.base.line_max, JL_LINE_MAX_DEFAULT);
    assert_ptr_equal(jsonlog_formatter_retain(&c.base), &c.base);
    jsonlog_formatter_release(&c.base);
    assert_int_equal(freed, 0);
    jsonlog_formatter_release(&c.base);
    assert_int_equal(freed, 1);
}

static void takes_null_and_a_formatter_without_free(void **state) {
    (void)state;
    jsonlog_formatter plain;
    jl_formatter_init(&plain, 100, format, NULL);
    assert_int_equal(plain.line_max, 100);
    jsonlog_formatter_release(&plain);
    assert_null(jsonlog_formatter_retain(NULL));
    jsonlog_formatter_release(NULL);
}

static void formats_what_fits(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t line_max, out_size, scratch, len;
        jsonlog_status result;
    } cases[] = {
        {"twelve bytes", 64, 64, 0, 12, JSONLOG_OK},
        {"twelve bytes", 64, 12, 0, 12, JSONLOG_OK},
        {"twelve bytes", 64, 11, 0, 0, JSONLOG_OK},
        {"twelve bytes", 64, 12, 40, 12, JSONLOG_OK}, /* room on the way is not room for the line */
        {"twelve bytes", 64, 11, 40, 0, JSONLOG_OK},
        {"twelve bytes", 8, 64, 0, 12, JSONLOG_OK}, /* the caller's room counts, not the cap */
        {"twelve bytes", 64, 64, 0, 0, JSONLOG_E_LIMIT},
        {"", 64, 64, 0, 0, JSONLOG_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[64];
        memset(out, '#', sizeof out);
        counted_formatter c = make(cases[i].text, cases[i].line_max, NULL);
        c.result = cases[i].result;
        c.scratch = cases[i].scratch;
        jsonlog_record record = {0};
        size_t len = jsonlog_formatter_format(&c.base, &record, out, cases[i].out_size);
        assert_int_equal(len, cases[i].len);
        assert_memory_equal(out, cases[i].text, len);
        if (cases[i].out_size < sizeof out)
            assert_int_equal(out[cases[i].out_size], '#');
    }
}

static void refuses_what_is_missing(void **state) {
    (void)state;
    char out[8];
    jsonlog_record record = {0};
    counted_formatter c = make("x", 0, NULL);
    assert_int_equal(jsonlog_formatter_format(NULL, &record, out, sizeof out), 0);
    assert_int_equal(jsonlog_formatter_format(&c.base, NULL, out, sizeof out), 0);
    assert_int_equal(jsonlog_formatter_format(&c.base, &record, NULL, 8), 0);
    assert_int_equal(jsonlog_formatter_format(&c.base, &record, out, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frees_with_the_last_reference),
        cmocka_unit_test(takes_null_and_a_formatter_without_free),
        cmocka_unit_test(formats_what_fits),
        cmocka_unit_test(refuses_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
