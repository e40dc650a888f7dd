#include "filter/parser.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* Refused patterns stand in tests/data/filter/errors.jsonl. */

static char scratch[JSONLOG_PATTERN_MAX];

static jl_syntax *parse(const char *pattern) {
    static jl_syntax syntax;
    jsonlog_err err;
    if (jl_json_parse(jl_text_of(pattern), scratch, &syntax, &err) != JSONLOG_OK)
        fail_msg("%s: %s", pattern, err.text);
    return &syntax;
}

static void joins_in_postfix_order(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *joints;
    } cases[] = {
        {"{$.a=1}", "0"},
        {"{$.a=1&&$.b=1}", "01&"},
        {"{$.a=1&&$.b=1&&$.c=1}", "01&2&"},
        {"{$.a=1||$.b=1&&$.c=1}", "012&|"},
        {"{$.a=1&&$.b=1||$.c=1}", "01&2|"},
        {"{$.a=1&&$.b=1||$.c=1&&$.d=1}", "01&23&|"},
        {"{($.a=1||$.b=1)&&$.c=1}", "01|2&"},
        {"{$.a=1&&($.b=1||$.c=1)}", "012|&"},
        {"{$.a=1||($.b=1||($.c=1&&$.d=1))||$.e=1}", "0123&||4|"},
        {"{((($.a=1)))}", "0"},
        {"{(($.a=1)&&($.b=1))}", "01&"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jl_syntax *syntax = parse(cases[i].pattern);
        char joints[64] = "";
        for (size_t j = 0; j < syntax->joint_count; j++) {
            const uint16_t joint = syntax->joints[j];
            joints[j] = joint == JL_JOINT_AND  ? '&'
                        : joint == JL_JOINT_OR ? '|'
                                               : (char)('0' + joint);
        }
        assert_string_equal(joints, cases[i].joints);
        jl_syntax_done(syntax);
    }
}

static void list_steps(const jl_condition_syntax *condition, char *out) {
    for (size_t i = 0; i < condition->step_count; i++) {
        const jl_step *step = &condition->steps[i];
        if (step->kind == JL_STEP_ANY)
            out += sprintf(out, "/*");
        else if (step->kind == JL_STEP_INDEX)
            out += sprintf(out, "/#%llu", (unsigned long long)step->index);
        else
            out += sprintf(out, "/%.*s", (int)step->name.len, step->name.ptr);
        out += sprintf(out, "@%zu", step->end);
    }
}

static void reads_steps(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *steps;
        bool is_wild;
    } cases[] = {
        {"{$.a=1}", "/a@3", false},
        {"{$.a.b-c._d=1}", "/a@3/b-c@7/_d@10", false},
        {"{$.a[0][12].b=1}", "/a@3/#0@6/#12@10/b@12", false},
        {"{$.['a.b'].['']=1}", "/a.b@9/@14", false},
        {"{$.*.a=1}", "/*@3/a@5", true},
        {"{$.a[*]=1}", "/a@3/*@6", true},
        {"{$.a[18446744073709551615]=1}", "/a@3/#18446744073709551615@25", false},
        {"{$.a[18446744073709551616]=1}", "/a@3/#18446744073709551615@25", false},
        {"{$.['[*]']=1}", "/[*]@9", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jl_syntax *syntax = parse(cases[i].pattern);
        char steps[256] = "";
        list_steps(&syntax->conditions[0], steps);
        assert_string_equal(steps, cases[i].steps);
        assert_int_equal(syntax->conditions[0].is_wild, cases[i].is_wild);
        jl_syntax_done(syntax);
    }
}

static void reads_conditions(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        jl_operator operation;
        jl_operand_kind operand;
        const char *text;
        const char *source;
    } cases[] = {
        {"{ $.a = x }", JL_OP_EQ, JL_OPERAND_TEXT, "x", "$.a = x"},
        {"{ $.a != \"x\\\"\\\\\\n\" }", JL_OP_NE, JL_OPERAND_TEXT, "x\"\\\\n",
         "$.a != \"x\\\"\\\\\\n\""},
        {"{ $.a = \"\" }", JL_OP_EQ, JL_OPERAND_TEXT, "", "$.a = \"\""},
        {"{ $.a = TRUE }", JL_OP_EQ, JL_OPERAND_TEXT, "TRUE", "$.a = TRUE"},
        {"{ $.a = AND }", JL_OP_EQ, JL_OPERAND_TEXT, "AND", "$.a = AND"},
        {"{ $.a = \"null\" }", JL_OP_EQ, JL_OPERAND_TEXT, "null", "$.a = \"null\""},
        {"{ $.a = +01.50 }", JL_OP_EQ, JL_OPERAND_NUMBER, "+01.50", "$.a = +01.50"},
        {"{ $.a=1* }", JL_OP_EQ, JL_OPERAND_TEXT, "1*", "$.a=1*"},
        {"{ $.a = \"1\" }", JL_OP_EQ, JL_OPERAND_TEXT, "1", "$.a = \"1\""},
        {"{ $.a < 1 }", JL_OP_LT, JL_OPERAND_NUMBER, "1", "$.a < 1"},
        {"{ $.a <=1 }", JL_OP_LE, JL_OPERAND_NUMBER, "1", "$.a <=1"},
        {"{ $.a> 1 }", JL_OP_GT, JL_OPERAND_NUMBER, "1", "$.a> 1"},
        {"{ ($.a>=-1) }", JL_OP_GE, JL_OPERAND_NUMBER, "-1", "$.a>=-1"},
        {"{ $.a is\nnull }", JL_OP_IS_NULL, JL_OPERAND_NONE, "", "$.a is\nnull"},
        {"{ $.a Is True }", JL_OP_IS_TRUE, JL_OPERAND_NONE, "", "$.a Is True"},
        {"{ $.a IS FALSE}", JL_OP_IS_FALSE, JL_OPERAND_NONE, "", "$.a IS FALSE"},
        {"{ $.a not EXISTS  && $.b = 1 }", JL_OP_NOT_EXISTS, JL_OPERAND_NONE, "", "$.a not EXISTS"},
        {"{ $.a = %x y%}", JL_OP_EQ, JL_OPERAND_REGEX, "", "$.a = %x y%"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jl_syntax *syntax = parse(cases[i].pattern);
        const jl_condition_syntax *condition = &syntax->conditions[0];
        assert_int_equal(condition->operation, cases[i].operation);
        assert_int_equal(condition->operand, cases[i].operand);
        assert_true(jl_text_equal(condition->text, jl_text_of(cases[i].text)));
        assert_true(jl_text_equal(condition->source, jl_text_of(cases[i].source)));
        assert_int_equal(condition->regex != NULL, condition->operand == JL_OPERAND_REGEX);
        jl_syntax_done(syntax);
        assert_int_equal(syntax->condition_count, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_in_postfix_order),
        cmocka_unit_test(reads_steps),
        cmocka_unit_test(reads_conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
