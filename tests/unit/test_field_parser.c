#include "filter/parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* What is refused stands in tests/data/filter/errors.jsonl too, without the explanations here. */

static char scratch[JSONLOG_PATTERN_MAX];
static jl_syntax syntax;

static void list_fields(const char *pattern, char *out) {
    jsonlog_err err;
    if (jl_delimited_parse(jl_text_of(pattern), scratch, &syntax, &err) != JSONLOG_OK)
        fail_msg("%s: %s", pattern, err.text);
    for (size_t i = 0; i < syntax.field_count; i++) {
        const jl_field_syntax *field = &syntax.fields[i];
        out += sprintf(out, "%s%.*s", field->is_rest ? "..." : "", (int)field->name.len,
                       field->name.ptr);
        for (size_t j = field->first_joint; j < field->joint_end; j++) {
            const uint16_t joint = syntax.joints[j];
            if (joint >= JL_JOINT_AND)
                out += sprintf(out, joint == JL_JOINT_AND ? " &" : " |");
            else
                out += sprintf(out, " <%.*s>", (int)syntax.conditions[joint].source.len,
                               syntax.conditions[joint].source.ptr);
        }
        out += sprintf(out, ";");
    }
    jl_syntax_done(&syntax);
}

static void reads_fields(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *fields;
    } cases[] = {
        {"[]", ""},
        {"[ \n ]", ""},
        {"[,]", ";;"},
        {"[a]", "a;"},
        {"[ a , , b ]", "a;;b;"},
        {"[a,]", "a;;"},
        {"[...]", "...;"},
        {"[a, ... ,b]", "a;...;b;"},
        {"[_x-1, \xea\xb0\x80]", "_x-1;\xea\xb0\x80;"},
        {"[null, is, NOT]", "null;is;NOT;"},
        {"[a=1]", "a <a=1>;"},
        {"[a = \"x,]\" , b]", "a <a = \"x,]\">;b;"},
        {"[a=%x,]%,b]", "a <a=%x,]%>;b;"},
        {"[a=1||a=2&&a=3]", "a <a=1> <a=2> <a=3> & |;"},
        {"[(a=1||a=2)&&a!=x*, b<3]", "a <a=1> <a=2> | <a!=x*> &;b <b<3>;"},
        {"[(a)]", "a;"},
        {"[a||a]", "a <a> <a> |;"},
        {"[a=x-1+2.3*, b=-5, c=+.5]", "a <a=x-1+2.3*>;b <b=-5>;c <c=+.5>;"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char fields[256] = "";
        list_fields(cases[i].pattern, fields);
        assert_string_equal(fields, cases[i].fields);
    }
}

static void refuses(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        size_t offset;
        const char *text;
    } cases[] = {
        {"[a b]", 3, "Invalid metric filter pattern: ',', '&&', '||' or the end is expected here"},
        {"[a ...]", 3,
         "Invalid metric filter pattern: ',', '&&', '||' or the end is expected here"},
        {"[... a]", 5, "Invalid metric filter pattern: '...' stands alone between its commas"},
        {"[..., a, ...]", 9, "Duplicate field '...'"},
        {"[a, b, a]", 7, "Duplicate field 'a'"},
        {"[a = 1 && b = 2]", 10, "Multiple variables used in a single filter. Var1 : a, Var2 : b"},
        {"[a || A]", 6, "Multiple variables used in a single filter. Var1 : a, Var2 : A"},
        {"[1a]", 1,
         "Invalid character(s) in term '1a': a field's name is a letter or '_', then letters, "
         "digits, '_', '-'"},
        {"[a.b]", 2,
         "Invalid character(s) in term 'a.b': a field's name is a letter or '_', then letters, "
         "digits, '_', '-'"},
        {"[-]", 1,
         "Invalid character(s) in term '-': a field's name is a letter or '_', then letters, "
         "digits, '_', '-'"},
        {"[404]", 1,
         "Invalid character(s) in term '404': a field's name is a letter or '_', then letters, "
         "digits, '_', '-'"},
        {"[...x]", 1,
         "Invalid character(s) in term '...x': a field's name is a letter or '_', then letters, "
         "digits, '_', '-'"},
        {"[(...)]", 2,
         "Invalid character(s) in term '...': a field's name is a letter or '_', then letters, "
         "digits, '_', '-'"},
        {"[\"x\"]", 1,
         "Invalid character(s) in term '\"': a condition names its field first: name = \"text\""},
        {"[%x%]", 1,
         "Invalid character(s) in term '%': a condition names its field first: name = \"text\""},
        {"[$.a = 1]", 1, "Invalid character(s) in term '$': a field is named without '$'"},
        {"[a = $b]", 5, "Invalid character(s) in term '$': a field is named without '$'"},
        {"[= 1]", 1, "Invalid metric filter pattern: a field's name is missing here"},
        {"[()]", 2, "Invalid metric filter pattern: a field's name is missing here"},
        {"[(a]", 1, "Invalid metric filter pattern: this '(' is not closed"},
        {"[a)]", 2, "Invalid metric filter pattern: there is no '(' that this closes"},
        {"[(a, b)]", 1, "Invalid metric filter pattern: this '(' is not closed"},
        {"[a = 1 ||]", 9, "Invalid metric filter pattern: a field's name is missing here"},
        {"[a = , b]", 5, "Invalid metric filter pattern: a value is missing here"},
        {"[a == 1]", 4, "Invalid metric filter pattern: '==' is no operator, write '='"},
        {"[a > \"1\"]", 5, "Invalid metric filter pattern: only a number can be compared by size"},
        {"[a > x]", 5, "Invalid metric filter pattern: only a number can be compared by size"},
        {"[a = null]", 5, "Invalid metric filter pattern: null is asked for with IS NULL"},
        {"[a IS NULL]", 3,
         "Invalid metric filter pattern: ',', '&&', '||' or the end is expected here"},
        {"[a AND a]", 3, "Invalid metric filter pattern: 'and' is written '&&'"},
        {"[a = x:y]", 6,
         "Invalid character(s) in term ':': put a value with such characters in double quotes"},
        {"[a = \"x]", 5, "Invalid character(s) in term '\"x]': this quote is not closed"},
        {"[a = 1e2147483648]", 5,
         "Invalid metric filter pattern: the exponent of this number does not fit 32 bits"},
        {"[a = %x%, b = %y%, c = %z%]", 23,
         "Your input has exceeded the maximum of 2 regular expressions per filter pattern."},
        {"[!a = 1]", 1,
         "Invalid metric filter pattern: '!' stands in '!=' only; a text with it needs double "
         "quotes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_err err;
        const jsonlog_status status =
            jl_delimited_parse(jl_text_of(cases[i].pattern), scratch, &syntax, &err);
        jl_syntax_done(&syntax);
        if (status == JSONLOG_OK)
            fail_msg("%s is not refused", cases[i].pattern);
        assert_int_equal(err.code, status);
        assert_string_equal(err.text, cases[i].text);
        if (err.offset != cases[i].offset)
            fail_msg("%s at %zu", cases[i].pattern, err.offset);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_fields),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
