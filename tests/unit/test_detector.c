/* What patterns find and what they leave alone. */
#include "redact/detector.h"

#include <jsonlog/redact.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

/* `shown` NULL: nothing is found. */
typedef struct text_case {
    const char *pattern;
    const char *text;
    const char *shown;
} text_case;

static const text_case cases[] = {
    /* Numbers that the card brands publish for tests. */
    {"card", "4111111111111111", "X"},
    {"card", "4222222222222", "X"},
    {"card", "4000000000000000006", "X"},
    {"card", "5555555555554444", "X"},
    {"card", "2223003122003222", "X"},
    {"card", "378282246310005", "X"},
    {"card", "3782 822463 10005", "X"},
    {"card", "30569309025904", "X"},
    {"card", "3056-930902-5904", "X"},
    {"card", "6011111111111117", "X"},
    {"card", "3530111333300000", "X"},
    {"card", "6200000000000005", "X"},
    {"card", "6304000000000000", "X"},
    {"card", "2200000000000004", "X"},
    {"card", "9792030000000000", "X"},
    {"card", "4111 1111 1111 1111", "X"},
    {"card", "4111-1111-1111-1111", "X"},
    {"card", "4111-1111 1111-1111", "X"},
    {"card", "41111111 11111111", "X"},
    {"card", "411111 1111111111", "X"},
    {"card", "paid with 4111 1111 1111 1111, thanks", "paid with X, thanks"},
    {"card", "4111111111111111 and 5555555555554444", "X and X"},
    {"card", "4111111111111111,5555555555554444", "X,X"},
    {"card", "(4111111111111111)", "(X)"},
    {"card", "pan=4111111111111111.", "pan=X."},
    {"card", "pan_4111111111111111_x", "pan_X_x"},
    {"card", "card4111111111111111", "cardX"},
    {"card", "b4111111111111111", "bX"},
    {"card", "card-4111111111111111", "card-X"},
    {"card", "-4111111111111111", "-X"},
    {"card", "id 7 4111 1111 1111 1111", "id 7 X"},
    {"card", "id 1234 4111 1111 1111 1111 12/27", "id 1234 X 12/27"},
    {"card", "ref 345 4111 1111 1111 1111", "ref X"},
    {"card", "2026-11-22 4111111111111111 08:07", "2026-11-22 X 08:07"},
    {"card", "\xEC\x9D\xB8 4111111111111111", "\xEC\x9D\xB8 X"},
    /* None. */
    {"card", "4111111111111112", NULL},
    {"card", "order 4111 1111 1111 1112", NULL},
    {"card", "0000000000000000", NULL},
    {"card", "1795248465784", NULL},
    {"card", "1795248465784000", NULL},
    {"card", "1795248465784000000", NULL},
    {"card", "1111111111111117", NULL},
    {"card", "2026-11-22T08:07:45.784Z", NULL},
    {"card", "20261122080745", NULL},
    {"card", "2026-11-22 08-07-45", NULL},
    {"card", "550e8400-e29b-41d4-a716-446655440000", NULL},
    {"card", "00000000-4111-1111-1111-111111111111", NULL},
    {"card", "a4222222222222bc", NULL},
    {"card", "da39a3ee5e6b4b0d4111111111111111afd80709", NULL},
    {"card", "0.4111111111111111", NULL},
    {"card", "4111111111111111.5", NULL},
    {"card", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", NULL},
    {"card", "41 11 11 11 11 11 11 11", NULL},
    {"card", "411111111111111141111111111111114111111111111111", NULL},
    {"card", "411111111111", NULL},
    {"card", "", NULL},
    {"bearer", "Bearer abc123def456", "Bearer X"},
    {"bearer", "Authorization: bearer  abc123def456; x", "Authorization: bearer  X; x"},
    {"bearer", "BEARER mF_9.B5f-4.1JqM", "BEARER X"},
    {"bearer", "Bearer qwertyuiopasdfghjklzx", "Bearer X"},
    {"bearer", "bearer\tAbCdEfGh", "bearer\tX"},
    {"bearer", "Bearer abc123def456 Bearer xyz123def456", "Bearer X Bearer X"},
    {"bearer", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic X"},
    {"bearer", "basic dXNlcjpwYXNz.", "basic X"},
    {"bearer", "bearer of bad news", NULL},
    {"bearer", "The bearer authentication failed.", NULL},
    {"bearer", "bearer token-based", NULL},
    {"bearer", "Bearer: abc", NULL},
    {"bearer", "forbearer abc123def456", NULL},
    {"bearer", "Bearer", NULL},
    {"bearer", "basic functionality works", NULL},
    {"bearer", "Basic QWxhZGRpbg==", NULL},
    {"jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N", "X"},
    {"jwt", "t=eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0In0.;", "t=X.;"},
    {"jwt", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0lt.XFBo", "X"},
    {"jwt", "eyJhbGciOiJIUzI1NiJ9", NULL},
    {"jwt", "heyJude. heyJude.x", NULL},
    {"jwt", "eyJ.x", NULL},
    {"aws_key", "AKIAIOSFODNN7EXAMPLE", "X"},
    {"aws_key", "id=ASIAIOSFODNN7EXAMPLE,", "id=X,"},
    {"aws_key", "AKIAIOSFODNN7EXAMPLE1", NULL},
    {"aws_key", "AKIAIOSFODNN7EXAMPL", NULL},
    {"aws_key", "XKIAIOSFODNN7EXAMPLE", NULL},
    {"aws_secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "X"},
    {"aws_secret", "key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n", "key=X\n"},
    {"aws_secret", "da39a3ee5e6b4b0d3255bfef95601890afd80709", NULL},
    {"aws_secret", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", NULL},
    {"aws_secret", "/home/Bob/project1/src/module/file/abcde", NULL},
    {"aws_secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1", NULL},
    {"url_password", "postgres://app:s3cr3t@db:5432/x", "postgres://app:X@db:5432/x"},
    {"url_password", "see https://u:p@ss@host/ and ftp://a:b@c",
     "see https://u:X@host/ and ftp://a:X@c"},
    {"url_password", "redis://:s3cr3t@cache", "redis://:X@cache"},
    {"url_password", "https://host:8080/a@b", NULL},
    {"url_password", "https://user@host/", NULL},
    {"url_password", "https://user:@host/", NULL},
    {"url_password", "a://", NULL},
    {"email", "mail joe.doe+x@mail.example.com now", "mail X now"},
    {"email", "<a@b.io>, c@d.co.", "<X>, X."},
    {"email", "\xEC\x9D\xB8@\xEC\x9D\xB8.kr", "X"},
    {"email", "user@host", NULL},
    {"email", "@home.example", NULL},
    {"email", "a@1.2", NULL},
    {"email", "x@y..", NULL},
};

static jsonlog_redaction *set_of(const char *pattern) {
    const jsonlog_redact_rule rule = jsonlog_redact_pattern(pattern);
    jsonlog_redaction_options options = JSONLOG_REDACTION_OPTIONS_INIT;
    options.censor = "X";
    jsonlog_redaction *set = jsonlog_redaction_new(&rule, 1, &options, NULL);
    assert_non_null(set);
    return set;
}

static void finds_what_is_one_and_leaves_the_rest(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const text_case *c = &cases[i];
        char shown[256];
        jsonlog_redaction *set = set_of(c->pattern);
        jsonlog_redact_text(set, c->text, strlen(c->text), shown, sizeof shown);
        const char *expected = c->shown == NULL ? c->text : c->shown;
        if (strcmp(shown, expected) != 0)
            fail_msg("%s in \"%s\": \"%s\" instead of \"%s\"", c->pattern, c->text, shown,
                     expected);
        jsonlog_redaction_release(set);
    }
}

/* The same secret behind and in front of 0 to 64 other bytes: steps of a search skip nothing. */
static void finds_it_at_every_offset(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const text_case *c = &cases[i];
        if (c->shown == NULL || strcmp(c->shown, "X") != 0)
            continue;
        jsonlog_redaction *set = set_of(c->pattern);
        for (size_t before = 0; before <= 64; before++) {
            char text[512];
            char shown[512];
            char expected[512];
            const int after = (int)(64 - before);
            snprintf(text, sizeof text, "%.*s; %s %.*s", (int)before,
                     "lorem ipsum dolor sit amet, 12 consectetur 3456 adipiscing elit, sed (x)",
                     c->text, after,
                     "ut labore et dolore 99 magna aliqua; enim ad minim veniam, q");
            snprintf(expected, sizeof expected, "%.*s; X %.*s", (int)before,
                     "lorem ipsum dolor sit amet, 12 consectetur 3456 adipiscing elit, sed (x)",
                     after, "ut labore et dolore 99 magna aliqua; enim ad minim veniam, q");
            jsonlog_redact_text(set, text, strlen(text), shown, sizeof shown);
            assert_string_equal(shown, expected);
        }
        jsonlog_redaction_release(set);
    }
}

/* The obvious Luhn, to count on: what is found is what the rules of the header say. */
static bool is_luhn(uint64_t number) {
    unsigned sum = 0;
    for (unsigned i = 0; number > 0; number /= 10, i++) {
        const unsigned digit = (unsigned)(number % 10) * (i % 2 + 1);
        sum += digit / 10 + digit % 10;
    }
    return sum % 10 == 0;
}

static void agrees_with_the_obvious_check_digit(void **state) {
    (void)state;
    for (uint64_t number = UINT64_C(4539148803430000); number < UINT64_C(4539148803450000);
         number++) {
        char digits[24];
        const int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
        assert_int_equal(jl_is_card((jl_text){digits, (size_t)len}), is_luhn(number));
    }
}

/* ---- texts that were cut ---- */

static const text_case cut_cases[] = {
    {"card", "paid with 4111 1111 11", "paid with "},
    {"card", "paid with 411111", "paid with "},
    {"card", "paid with 4111 1111 1111 111", "paid with "},
    {"card", "paid with 4111-1111-", "paid with "},
    {"card", "paid with 4111", NULL},
    {"card", "41111 at the start", NULL},
    {"bearer", "Authorization: Bearer ab", "Authorization: Bearer "},
    {"bearer", "Authorization: Basic QWxh", "Authorization: Basic "},
    {"jwt", "token eyJhbGciO", "token "},
    {"jwt", "token eyJhbGciOiJIUzI1NiJ9.", "token "},
    {"aws_key", "id AKIAIOSF", "id "},
    {"aws_secret", "key wJalrXUtnF", "key "},
    {"aws_secret", "some ordinary", NULL},
    {"url_password", "db postgres://app:s3cr", "db postgres://app:"},
    {"url_password", "db postgres://app:5432", NULL},
    {"email", "mail joe@exam", "mail "},
};

static void finds_the_beginning_where_a_text_was_cut(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cut_cases / sizeof cut_cases[0]; i++) {
        const text_case *c = &cut_cases[i];
        const jl_subject whole = {{c->text, strlen(c->text)}, false};
        const jl_subject cut = {whole.text, true};
        jl_span span = {0, 0};
        bool is_found = false;
        for (size_t at = 0; jl_detector_at(at) != NULL; at++) {
            const jl_detector *detector = jl_detector_at(at);
            if (strcmp(detector->name, c->pattern) != 0)
                continue;
            jl_span other;
            assert_false(detector->find(&whole, 0, &other));
            is_found = is_found || detector->find(&cut, 0, &span);
        }
        if (is_found != (c->shown != NULL))
            fail_msg("%s in \"%s\"", c->pattern, c->text);
        if (c->shown == NULL)
            continue;
        assert_int_equal(span.from, strlen(c->shown));
        assert_int_equal(span.to, whole.text.len);
    }
}

/* ---- time ---- */

static double seconds_for(const char *pattern, const char *unit, size_t size) {
    char *text = malloc(size);
    const size_t len = strlen(unit);
    for (size_t i = 0; i < size; i++)
        text[i] = unit[i % len];
    jsonlog_redaction *set = set_of(pattern);
    const clock_t began = clock();
    jsonlog_redact_text(set, text, size, NULL, 0);
    const double took = (double)(clock() - began) / CLOCKS_PER_SEC;
    jsonlog_redaction_release(set);
    free(text);
    return took;
}

/* Whatever the text: a megabyte in a second is far from quadratic, which would take minutes. */
static void takes_linear_time(void **state) {
    (void)state;
    static const char *const units[] = {"1",
                                        "12 ",
                                        "123-",
                                        "4111 ",
                                        "41111111111111111111",
                                        "a1",
                                        "bearer ",
                                        "b",
                                        "basic ",
                                        "eyJ",
                                        "eyJaaaaa.",
                                        "AKIA",
                                        "aB1/",
                                        "://",
                                        "://a:",
                                        "@",
                                        "a@",
                                        "a@b.c",
                                        "4111 1111 1111 1111 ",
                                        "Bearer a1b2c3d4 ",
                                        "=",
                                        " ",
                                        "f4-",
                                        "deadbeef-4111-1111-1111-"};
    static const char *const patterns[] = {"card",       "bearer",       "jwt",  "aws_key",
                                           "aws_secret", "url_password", "email"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        for (size_t j = 0; j < sizeof patterns / sizeof patterns[0]; j++)
            assert_true(seconds_for(patterns[j], units[i], 1 << 18) < 4.0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_is_one_and_leaves_the_rest),
        cmocka_unit_test(finds_it_at_every_offset),
        cmocka_unit_test(agrees_with_the_obvious_check_digit),
        cmocka_unit_test(finds_the_beginning_where_a_text_was_cut),
        cmocka_unit_test(takes_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
