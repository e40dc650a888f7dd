/**
 * Damaged configurations: bytes changed, pieces taken out, doubled or exchanged. Never a crash,
 * never a changed configuration after an error, always a place in the error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/config.h>
#include <jsonlog/jsonlog.h>

#include "support/test_random.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 4096

/* Nothing in them opens a file: a path that a mutation makes up would be opened too. */
static const char *const seeds[] = {
    "{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\",\"names\":[\"message\"],\"rename\":{"
    "\"x\":\"y\"},\"staticFields\":{\"c\":{},\"d\":[1,2.5,\"${HOME:-x}\"]},\"lineMax\":\"4K\"},"
    "\"h\":{\"class\":\"human\",\"color\":\"never\"}},\"handlers\":{\"m\":{\"class\":\"memory\","
    "\"capacity\":\"64K\",\"formatter\":\"f\",\"level\":\"INFO\"},\"n\":{\"class\":\"null\"}},"
    "\"loggers\":{\"fuzz.a\":{\"level\":\"DEBUG\",\"handlers\":[\"m\"],\"propagate\":false}},"
    "\"root\":{\"handlers\":[\"m\",\"n\"],\"level\":\"INFO\"}}",
    "{\"version\":1,\"incremental\":true,\"handlers\":{\"m\":{\"level\":\"INFO\"}},"
    "\"loggers\":{\"fuzz.b\":{\"level\":20,\"propagate\":true}},\"root\":{\"level\":\"INFO\"}}",
    "{\"$schema\":\"x\",\"version\":1,\"disableExistingLoggers\":false,\"staticFields\":{\"a\":1},"
    "\"filters\":{\"p\":{\"pattern\":\"{ $.a = \\\"b*\\\" && $.c >= 1 }\",\"passes\":\"others\"}},"
    "\"handlers\":{\"m\":{\"class\":\"memory\",\"capacity\":65536,\"filters\":[\"p\"]}},"
    "\"root\":{\"handlers\":[\"m\"],\"level\":\"INFO\"}}",
};

static const char *const pieces[] = {
    "{",    "}",  "[",      "]",         ",",    ":",   "\"", "null",
    "true", "-1", "1e9",    "\"\"",      "${",   "$${", "}}", "\\u00",
    "0",    "\n", "\"m\":", "{\"a\":1}", "\xff", "é",   "\\", "9999999999999999999999"};

typedef struct mutant {
    char text[TEXT_MAX];
    size_t len;
} mutant;

static void cut(mutant *m, size_t at, size_t count) {
    if (count > m->len - at)
        count = m->len - at;
    memmove(m->text + at, m->text + at + count, m->len - at - count);
    m->len -= count;
}

static void paste(mutant *m, size_t at, const char *text, size_t len) {
    char copy[256];
    if (len > sizeof copy || m->len + len > TEXT_MAX)
        return;
    memcpy(copy, text, len);
    memmove(m->text + at + len, m->text + at, m->len - at);
    memcpy(m->text + at, copy, len);
    m->len += len;
}

static void mutate(mutant *m, test_random *random) {
    const size_t at = test_random_below(random, m->len + 1);
    const size_t from = test_random_below(random, m->len + 1);
    const size_t span = test_random_below(random, 20);
    const char *piece = pieces[test_random_below(random, sizeof pieces / sizeof pieces[0])];
    switch (test_random_below(random, 5)) {
    case 0:
        if (at < m->len)
            m->text[at] = (char)test_random_next(random);
        break;
    case 1: cut(m, at, span); break;
    case 2: paste(m, at, piece, strlen(piece)); break;
    case 3: paste(m, at, m->text + from, span < m->len - from ? span : m->len - from); break;
    default:
        cut(m, at, 1);
        paste(m, at, piece, strlen(piece));
        break;
    }
}

static void restore(void) {
    assert_int_equal(jsonlog_configure_text(seeds[0], JSONLOG_NUL_TERMINATED, NULL), JSONLOG_OK);
}

/* What there was before must be there after an error: the same objects, the same levels. */
typedef struct in_force {
    const jsonlog_handler *m;
    const jsonlog_handler *n;
    int levels[4];
} in_force;

static in_force look(void) {
    in_force now = {.m = NULL};
    jsonlog_handler *m = jsonlog_config_get_handler("m");
    jsonlog_handler *n = jsonlog_config_get_handler("n");
    now.m = m;
    now.n = n;
    now.levels[0] = jsonlog_logger_get_level(jsonlog_root());
    now.levels[1] = jsonlog_logger_get_level(jsonlog_get("fuzz.a"));
    now.levels[2] = jsonlog_logger_get_level(jsonlog_get("fuzz.b"));
    now.levels[3] = jsonlog_handler_get_level(m);
    jsonlog_handler_release(m);
    jsonlog_handler_release(n);
    return now;
}

static void expect_same(const in_force *before) {
    const in_force after = look();
    assert_ptr_equal(before->m, after.m);
    assert_ptr_equal(before->n, after.n);
    assert_memory_equal(before->levels, after.levels, sizeof after.levels);
}

static bool is_harmless(const mutant *m) {
    static const char *const outside[] = {"\"file\"", "\"rotating\"", "\"stream\"", "\"stdio\""};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        if (memmem(m->text, m->len, outside[i], strlen(outside[i])) != NULL)
            return false;
    return true;
}

static void survives_damage(void **state) {
    (void)state;
    test_random random = {20261123};
    size_t accepted = 0;
    size_t refused = 0;
    restore();
    in_force before = look();
    for (size_t i = 0; i < test_effort(20000); i++) {
        const char *seed = seeds[test_random_below(&random, sizeof seeds / sizeof seeds[0])];
        mutant m = {.len = strlen(seed)};
        memcpy(m.text, seed, m.len);
        for (size_t n = 1 + test_random_below(&random, 3); n > 0; n--)
            mutate(&m, &random);
        jsonlog_err err = {.text = ""};
        if (!is_harmless(&m))
            continue;
        if (jsonlog_configure_text(m.text, m.len, &err) == JSONLOG_OK) {
            accepted++;
            restore();
            before = look();
            continue;
        }
        refused++;
        assert_memory_equal(err.text, "configuration:", 14);
        assert_true(err.offset <= m.len);
        expect_same(&before);
    }
    assert_true(accepted > 100 && refused > 10000 * (test_effort(20000) / 20000));
}

/* Every prefix of a configuration is a mistake. */
static void survives_being_cut(void **state) {
    (void)state;
    restore();
    const in_force before = look();
    for (size_t len = 0; len < strlen(seeds[0]); len++) {
        jsonlog_err err;
        assert_int_equal(jsonlog_configure_text(seeds[0], len, &err), JSONLOG_E_SYNTAX);
        assert_true(err.offset <= len);
        expect_same(&before);
    }
}

static int silence(void **state) {
    (void)state;
    return jsonlog_configure_text("{\"version\":1,\"root\":{\"handlers\":[]}}",
                                  JSONLOG_NUL_TERMINATED, NULL) == JSONLOG_OK
               ? 0
               : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_damage),
        cmocka_unit_test(survives_being_cut),
    };
    return cmocka_run_group_tests(tests, NULL, silence);
}
