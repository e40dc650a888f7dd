#include "filter/lexer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [JL_TOKEN_END] = "end",       [JL_TOKEN_SELECTOR] = "selector",
    [JL_TOKEN_PHRASE] = "phrase", [JL_TOKEN_NUMBER] = "number",
    [JL_TOKEN_WORD] = "word",     [JL_TOKEN_PERCENT] = "percent",
    [JL_TOKEN_LEFT] = "left",     [JL_TOKEN_RIGHT] = "right",
    [JL_TOKEN_AND] = "and",       [JL_TOKEN_OR] = "or",
    [JL_TOKEN_EQ] = "eq",         [JL_TOKEN_NE] = "ne",
    [JL_TOKEN_LT] = "lt",         [JL_TOKEN_LE] = "le",
    [JL_TOKEN_GT] = "gt",         [JL_TOKEN_GE] = "ge",
    [JL_TOKEN_COMMA] = "comma",
};

/* "selector@2<$.a> eq@6<=> ..." */
static void list_tokens(const char *pattern, char *out, size_t size) {
    jl_lexer lexer;
    jsonlog_err err;
    size_t len = 0;
    jl_lexer_begin(&lexer, jl_text_of(pattern), &err);
    do {
        if (jl_lexer_next(&lexer) != JSONLOG_OK) {
            snprintf(out + len, size - len, "error@%zu", err.offset);
            return;
        }
        len +=
            (size_t)snprintf(out + len, size - len, "%s@%zu<%.*s> ", names[lexer.token.kind],
                             lexer.token.offset, (int)lexer.token.text.len, lexer.token.text.ptr);
    } while (lexer.token.kind != JL_TOKEN_END);
    out[len - 1] = '\0';
}

static const struct {
    const char *pattern;
    const char *tokens;
} cases[] = {
    {"{}", "end@1<>"},
    {"{ \t\r\n\v\f}", "end@7<>"},
    {"{$.a=1}", "selector@1<$.a> eq@4<=> number@5<1> end@6<>"},
    {"{ $.a-b._c[0][*].*.['x y'] }", "selector@2<$.a-b._c[0][*].*.['x y']> end@27<>"},
    {"{$.['a']}", "selector@1<$.['a']> end@8<>"},
    {"{$.['']}", "selector@1<$.['']> end@7<>"},
    {"{$.*}", "selector@1<$.*> end@4<>"},
    {"{$.\xea\xb0\x80}", "selector@1<$.\xea\xb0\x80> end@6<>"},
    {"{a.b_c*+-1}", "word@1<a.b_c*+-1> end@10<>"},
    {"{1.2.3 4* +5 -6.5e7 1e 1. .5 1x - *}",
     "word@1<1.2.3> word@7<4*> number@10<+5> number@13<-6.5e7> word@20<1e> number@23<1.> "
     "number@26<.5> word@29<1x> word@32<-> word@34<*> end@35<>"},
    {"{\"\" \"a b\" \"\\\"\" \"\\\\\" \"\\x\"}",
     "phrase@1<\"\"> phrase@4<\"a b\"> phrase@10<\"\\\"\"> phrase@15<\"\\\\\"> phrase@20<\"\\x\"> "
     "end@24<>"},
    {"{\"}\"}", "phrase@1<\"}\"> end@4<>"},
    {"{=!=<<=>>=&&||()%}", "eq@1<=> ne@2<!=> lt@4<<> le@5<<=> gt@7<>> ge@8<>=> and@10<&&> "
                           "or@12<||> left@14<(> right@15<)> "
                           "percent@16<%> end@17<>"},
    {"{==}", "eq@1<=> eq@2<=> end@3<>"},
    {"{\xea\xb0\x80}", "word@1<\xea\xb0\x80> end@4<>"},
    {"{&}", "error@2"},
    {"{& &}", "error@2"},
    {"{|x}", "error@2"},
    {"{!}", "error@1"},
    {"{$}", "error@2"},
    {"{$.}", "error@3"},
    {"{$.a.}", "error@5"},
    {"{$.a[}", "error@5"},
    {"{$.a[1}", "error@6"},
    {"{$.a[*}", "error@6"},
    {"{$.['a}", "error@4"},
    {"{$.['a'}", "error@7"},
    {"{\"}", "error@1"},
    {"{\"\\\"}", "error@1"},
    {"{a:b}", "word@1<a> error@2"},
    {"{#}", "error@1"},
    {"{}}", "error@1"},
    {"{,}", "error@1"},
    {"[]", "end@1<>"},
    {"[a, ...,b=1]", "word@1<a> comma@2<,> word@4<...> comma@7<,> word@8<b> eq@9<=> number@10<1> "
                     "end@11<>"},
    {"[\"a,]\",]", "phrase@1<\"a,]\"> comma@6<,> end@7<>"},
    {"[a,$.b]", "word@1<a> comma@2<,> error@3"},
    {"[a={}]", "word@1<a> eq@2<=> error@3"},
    {"[a=\"]", "word@1<a> eq@2<=> error@3"},
};

static void cuts_words(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char tokens[1024] = "";
        list_tokens(cases[i].pattern, tokens, sizeof tokens);
        assert_string_equal(tokens, cases[i].tokens);
    }
}

static void quotes_through_the_bad_character(void **state) {
    (void)state;
    jl_lexer lexer;
    jsonlog_err err;
    jl_lexer_begin(&lexer, jl_text_of("{ $\xea\xb0\x80 }"), &err);
    assert_int_equal(jl_lexer_next(&lexer), JSONLOG_E_SYNTAX);
    assert_int_equal(err.offset, 3);
    assert_string_equal(
        err.text, "Invalid character(s) in term '$\xea\xb0\x80': a selector starts with '$.'");
    jl_lexer_begin(&lexer, jl_text_of("{ $ }"), NULL);
    assert_int_equal(jl_lexer_next(&lexer), JSONLOG_E_SYNTAX);
}

static void reads_references(void **state) {
    (void)state;
    jl_lexer lexer;
    jl_lexer_begin_reference(&lexer, JL_TEXT("$.a['b']"), NULL);
    assert_int_equal(jl_lexer_next(&lexer), JSONLOG_E_SYNTAX);
    jl_lexer_begin_reference(&lexer, JL_TEXT("$.['a b'][0]"), NULL);
    assert_int_equal(jl_lexer_next(&lexer), JSONLOG_OK);
    assert_int_equal(lexer.token.kind, JL_TOKEN_SELECTOR);
    assert_int_equal(lexer.at, 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_words),
        cmocka_unit_test(reads_references),
        cmocka_unit_test(quotes_through_the_bad_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
