/** What is wrong with a configuration is said with place, path and reason; nothing changes then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct mistake {
    const char *text;
    jsonlog_status status;
    const char *error; /* without "configuration:" */
} mistake;

#define HANDLER(options)   "{\"version\":1,\"handlers\":{\"h\":{" options "}}}"
#define FORMATTER(options) "{\"version\":1,\"formatters\":{\"f\":{\"class\":\"json\"," options "}}}"
#define ROTATING(options)  HANDLER("\"class\":\"rotating\",\"path\":\"x\"," options)
#define ROOT(options)      "{\"version\":1,\"root\":{" options "}}"

static const mistake grammar[] = {
    {"", JSONLOG_E_SYNTAX, "1:1: the text ends too early"},
    {"{", JSONLOG_E_SYNTAX, "1:2: the text ends too early"},
    {"{\"version\":1,}", JSONLOG_E_SYNTAX, "1:14: \"}\" is not expected here"},
    {"{\"version\":01}", JSONLOG_E_SYNTAX, "1:13: \"1\" is not expected here"},
    {"{\"version\":1}x", JSONLOG_E_SYNTAX, "1:14: \"x\" is not expected here"},
    {"{'version':1}", JSONLOG_E_SYNTAX, "1:2: \"'\" is not expected here"},
    {"{\n  \"version\": 1 \"root\": {}}", JSONLOG_E_SYNTAX,
     "2:16: a string that is not expected here, not closed, or has a control character or a wrong "
     "escape in it"},
    {"{\"version\":1,\"root\":{\"level\":\"a\nb\"}}", JSONLOG_E_SYNTAX,
     "1:30: root: a string that is not expected here, not closed, or has a control character or a "
     "wrong escape in it"},
    {"{\"version\":1,\"version\":1}", JSONLOG_E_SYNTAX,
     "1:14: the key \"version\" stands here twice"},
    {"{\"version\":1,\"root\":{\"level\":1,\"l\\u0065vel\":2}}", JSONLOG_E_SYNTAX,
     "1:32: root: the key \"level\" stands here twice"},
    {"{\"version\":1,\"root\":{\"level\":\"\\u0000\"}}", JSONLOG_E_SYNTAX,
     "1:31: root.level: a NUL character cannot stand in a configuration"},
    {"{\"version\":1,\"root\":{\"level\":\"\\ud800\"}}", JSONLOG_E_SYNTAX,
     "1:31: root.level: half a surrogate is no character"},
    {"{\"version\":1,\"root\":\"\xff\"}", JSONLOG_E_SYNTAX, "1:22: the text is not UTF-8 here"},
    {"{\"version\":1,\n\"\xed\x95\x9c\": \xed\x95\x9c}", JSONLOG_E_SYNTAX,
     "2:6: \"\xed\x95\x9c\" is not expected here"},
    {"\xef\xbb\xbf{\"version\":1}", JSONLOG_E_SYNTAX,
     "1:1: a byte order mark, which JSON does not have"},
};

static const mistake documents[] = {
    {"[]", JSONLOG_E_INVALID, "1:1: expected an object, not an array"},
    {"{}", JSONLOG_E_INVALID, "1:1: \"version\" is missing"},
    {"{\"version\":2}", JSONLOG_E_LIMIT, "1:12: version: expected 1, not 2"},
    {"{\"version\":\"1\"}", JSONLOG_E_INVALID, "1:12: version: expected a whole number, not \"1\""},
    {"{\"version\":1.5}", JSONLOG_E_INVALID, "1:12: version: expected a whole number, not 1.5"},
    {"{\"version\":1,\"handler\":{}}", JSONLOG_E_INVALID,
     "1:14: handler: there is no such option; did you mean handlers?"},
    {"{\"version\":1,\"colour\":{}}", JSONLOG_E_INVALID,
     "1:14: colour: there is no such option here"},
    {"{\"version\":1,\"disableExistingLoggers\":0}", JSONLOG_E_INVALID,
     "1:39: disableExistingLoggers: expected true or false, not 0"},
    {"{\"version\":1,\"handlers\":[]}", JSONLOG_E_INVALID,
     "1:25: handlers: expected an object, not an array"},
    {"{\"version\":1,\"handlers\":{\"\":{}}}", JSONLOG_E_INVALID,
     "1:26: handlers[\"\"]: a name is empty"},
    {"{\"version\":1,\"staticFields\":[1]}", JSONLOG_E_INVALID,
     "1:29: staticFields: expected an object of fields, not an array"},
    {"{\"version\":1,\"staticFields\":{\"a\":{\"b\":[1e999]}}}", JSONLOG_E_INVALID,
     "1:40: staticFields.a.b[0]: expected a number that a double can hold, not 1e999"},
};

static const mistake loggers[] = {
    {ROOT("\"levle\":\"INFO\""), JSONLOG_E_INVALID,
     "1:22: root.levle: there is no such option; did you mean level?"},
    {ROOT("\"propagate\":true"), JSONLOG_E_INVALID,
     "1:22: root.propagate: there is no such option here"},
    {ROOT("\"level\":\"LOUD\""), JSONLOG_E_INVALID, NULL},
    {ROOT("\"level\":256"), JSONLOG_E_LIMIT,
     "1:30: root.level: expected a number from 0 to 255, not 256"},
    {ROOT("\"level\":null"), JSONLOG_E_INVALID,
     "1:30: root.level: expected a level, such as \"INFO\" or 20, not null"},
    {ROOT("\"handlers\":\"h\""), JSONLOG_E_INVALID,
     "1:33: root.handlers: expected an array of names, not \"h\""},
    {ROOT("\"handlers\":[\"h\"]"), JSONLOG_E_NOT_FOUND,
     "1:34: root.handlers[0]: there is no handler \"h\""},
    {"{\"version\":1,\"handlers\":{\"file\":{\"class\":\"null\"}},\"root\":{\"handlers\":[\"fiel\"]"
     "}}",
     JSONLOG_E_NOT_FOUND,
     "1:71: root.handlers[0]: there is no handler \"fiel\"; did you mean file?"},
    {"{\"version\":1,\"handlers\":{\"h\":{\"class\":\"null\"}},\"root\":{\"handlers\":[\"h\",\"h\"]"
     "}}",
     JSONLOG_E_INVALID, "1:72: root.handlers[1]: \"h\" stands here twice"},
    {"{\"version\":1,\"loggers\":{\"a.b\":{\"level\":true}}}", JSONLOG_E_INVALID,
     "1:40: loggers[\"a.b\"].level: expected a level, such as \"INFO\" or 20, not true"},
    {"{\"version\":1,\"filters\":{\"p\":{\"pattern\":\"x\"}},\"loggers\":{\"a\":{\"filters\":["
     "\"p\"]}}}",
     JSONLOG_E_INVALID,
     "1:72: loggers.a.filters: \"p\" has a pattern, which is asked about lines: for handlers only"},
};

static const mistake services[] = {
    {ROOT("\"sampling\":[]"), JSONLOG_E_INVALID,
     "1:33: root.sampling: expected an object, not an array"},
    {ROOT("\"sampling\":{\"frist\":1}"), JSONLOG_E_INVALID,
     "1:34: root.sampling.frist: there is no such option; did you mean first?"},
    {ROOT("\"sampling\":{\"first\":0}"), JSONLOG_E_LIMIT,
     "1:42: root.sampling.first: expected a number from 1 to 4294967295, not 0"},
    {ROOT("\"sampling\":{\"thereafter\":4294967296}"), JSONLOG_E_LIMIT,
     "1:47: root.sampling.thereafter: expected a number from 0 to 4294967295, not 4294967296"},
    {ROOT("\"sampling\":{\"interval\":1000}"), JSONLOG_E_INVALID,
     "1:45: root.sampling.interval: expected a span of time such as \"250ms\", \"5s\" or \"2h\", "
     "not 1000"},
    {ROOT("\"sampling\":{\"below\":256}"), JSONLOG_E_LIMIT,
     "1:42: root.sampling.below: expected a number from 0 to 255, not 256"},
    {"{\"version\":1,\"loggers\":{\"a.b\":{\"sampling\":{\"random\":1}}}}", JSONLOG_E_INVALID,
     "1:53: loggers[\"a.b\"].sampling.random: expected true or false, not 1"},
    {"{\"version\":1,\"heartbeat\":\"60s\"}", JSONLOG_E_INVALID,
     "1:26: heartbeat: expected an object, not \"60s\""},
    {"{\"version\":1,\"heartbeat\":{}}", JSONLOG_E_INVALID,
     "1:26: heartbeat: \"interval\" is missing"},
    {"{\"version\":1,\"heartbeat\":{\"interval\":\"0s\"}}", JSONLOG_E_LIMIT,
     "1:38: heartbeat.interval: expected 1 to 4294967295 milliseconds, not 0"},
    {"{\"version\":1,\"heartbeat\":{\"interval\":\"50d\"}}", JSONLOG_E_LIMIT,
     "1:38: heartbeat.interval: expected 1 to 4294967295 milliseconds, not 4320000000"},
    {"{\"version\":1,\"heartbeat\":{\"interval\":\"1s\",\"every\":1}}", JSONLOG_E_INVALID,
     "1:43: heartbeat.every: there is no such option here"},
};

static const mistake objects[] = {
    {HANDLER(""), JSONLOG_E_INVALID, "1:30: handlers.h: \"class\" or \"factory\" is missing"},
    {HANDLER("\"class\":\"fiel\""), JSONLOG_E_INVALID,
     "1:39: handlers.h.class: there is no class \"fiel\"; did you mean file?"},
    {HANDLER("\"class\":\"smtp\""), JSONLOG_E_INVALID,
     "1:39: handlers.h.class: there is no class \"smtp\" of handlers; one of the program's own is "
     "a "
     "\"factory\""},
    {HANDLER("\"factory\":\"smtp\""), JSONLOG_E_NOT_FOUND,
     "1:41: handlers.h.factory: there is no factory \"smtp\""},
    {HANDLER("\"class\":\"null\",\"factory\":\"smtp\""), JSONLOG_E_INVALID,
     "1:30: handlers.h: a \"factory\" stands alone"},
    {HANDLER("\"class\":\"null\",\"formatter\":\"f\""), JSONLOG_E_NOT_FOUND,
     "1:58: handlers.h.formatter: there is no formatter \"f\""},
    {HANDLER("\"class\":\"file\""), JSONLOG_E_INVALID, "1:30: handlers.h: \"path\" is missing"},
    {HANDLER("\"class\":\"file\",\"path\":\"\""), JSONLOG_E_INVALID,
     "1:53: handlers.h.path: expected a string that is not empty, not \"\""},
    {HANDLER("\"class\":\"file\",\"path\":\"x\",\"mode\":416"), JSONLOG_E_INVALID,
     "1:64: handlers.h.mode: expected a mode of four or five octal digits such as \"0640\", not "
     "416"},
    {HANDLER("\"class\":\"file\",\"path\":\"x\",\"maxBytes\":1"), JSONLOG_E_INVALID,
     "1:57: handlers.h.maxBytes: there is no such option here"},
    {HANDLER("\"class\":\"file\",\"path\":\"x\",\"pathh\":1"), JSONLOG_E_INVALID,
     "1:57: handlers.h.pathh: there is no such option; did you mean path?"},
    {HANDLER("\"class\":\"file\",\"path\":\"x\",\"checkInterval\":\"5\""), JSONLOG_E_INVALID,
     "1:73: handlers.h.checkInterval: expected a span of time such as \"250ms\", \"5s\" or \"2h\", "
     "not \"5\""},
    {HANDLER("\"class\":\"file\",\"path\":\"x\",\"checkInterval\":\"0s\""), JSONLOG_E_LIMIT,
     "1:73: handlers.h.checkInterval: expected 1 to 4294967294 milliseconds, not 0"},
    {HANDLER("\"class\":\"file\",\"path\":\"x\",\"checkInterval\":\"99999999d\""), JSONLOG_E_LIMIT,
     "1:73: handlers.h.checkInterval: expected 1 to 4294967294 milliseconds, not 8639999913600000"},
    {HANDLER("\"class\":\"file\",\"path\":\"x\",\"buffer\":{}"), JSONLOG_E_INVALID,
     "1:66: handlers.h.buffer: \"bytes\" is missing"},
    {HANDLER("\"class\":\"file\",\"path\":\"x\",\"buffer\":{\"bytes\":1,\"flush\":2}"),
     JSONLOG_E_INVALID, "1:77: handlers.h.buffer.flush: there is no such option here"},
    {HANDLER("\"class\":\"stream\",\"stream\":\"stdin\""), JSONLOG_E_INVALID, NULL},
    {HANDLER("\"class\":\"stream\",\"stream\":\"stdout\",\"descriptor\":1"), JSONLOG_E_INVALID,
     "1:30: handlers.h: either stream or descriptor, not both"},
    {HANDLER("\"class\":\"memory\",\"capacity\":1023"), JSONLOG_E_LIMIT,
     "1:59: handlers.h.capacity: expected 1024 to 1073741824 bytes, not 1023"},
    {HANDLER("\"class\":\"async\",\"target\":\"h\""), JSONLOG_E_INVALID,
     "1:56: handlers.h.target: the handler \"h\" would be a target of itself"},
    {HANDLER("\"class\":\"async\",\"target\":\"g\""), JSONLOG_E_NOT_FOUND,
     "1:56: handlers.h.target: there is no handler \"g\""},
    {"{\"version\":1,\"handlers\":{\"a\":{\"class\":\"async\",\"target\":\"b\"},"
     "\"b\":{\"class\":\"async\",\"target\":\"a\"}}}",
     JSONLOG_E_INVALID, "1:91: handlers.b.target: the handler \"a\" would be a target of itself"},
    {"{\"version\":1,\"filters\":{\"p\":{}}}", JSONLOG_E_INVALID,
     "1:29: filters.p: a filter has either a \"pattern\" or a \"factory\""},
    {"{\"version\":1,\"filters\":{\"p\":{\"pattern\":\"{ $.a = }\"}}}", JSONLOG_E_SYNTAX, NULL},
    {"{\"version\":1,\"filters\":{\"p\":{\"pattern\":\"a\"},\"q\":{\"pattern\":\"b\"}},"
     "\"handlers\":{\"h\":{\"class\":\"null\",\"filters\":[\"p\",\"q\"]}}}",
     JSONLOG_E_INVALID,
     "1:82: handlers.h: a handler takes one filter with a pattern: join patterns by && or ||"},
};

static const mistake rotations[] = {
    {ROTATING("\"keepFiles\":1"), JSONLOG_E_INVALID,
     "1:30: handlers.h: maxBytes or period is missing"},
    {ROTATING("\"maxBytes\":0"), JSONLOG_E_LIMIT, NULL},
    {ROTATING("\"maxBytes\":-1"), JSONLOG_E_INVALID,
     "1:72: handlers.h.maxBytes: expected a size such as 1048576 or \"10M\", not -1"},
    {ROTATING("\"maxBytes\":true"), JSONLOG_E_INVALID,
     "1:72: handlers.h.maxBytes: expected a size such as 1048576 or \"10M\", not true"},
    {ROTATING("\"maxBytes\":\"010M\""), JSONLOG_E_INVALID, NULL},
    {ROTATING("\"maxBytes\":\"10MB\""), JSONLOG_E_INVALID, NULL},
    {ROTATING("\"maxBytes\":\" 10M\""), JSONLOG_E_INVALID, NULL},
    {ROTATING("\"maxBytes\":\"0x10\""), JSONLOG_E_INVALID, NULL},
    {ROTATING("\"maxBytes\":\"99999999T\""), JSONLOG_E_INVALID, NULL},
    {ROTATING("\"maxByte\":1"), JSONLOG_E_INVALID,
     "1:61: handlers.h.maxByte: there is no such option; did you mean maxBytes?"},
    {ROTATING("\"period\":\"day\""), JSONLOG_E_INVALID,
     "1:70: handlers.h.period: \"day\" is none of seconds, minutes, hours, days, weeks; did you "
     "mean "
     "days?"},
    {ROTATING("\"period\":\"days\",\"at\":\"24:00\""), JSONLOG_E_INVALID,
     "1:82: handlers.h.at: expected a time of day such as \"03:30\", not \"24:00\""},
    {ROTATING("\"period\":\"days\",\"keepFor\":\"1500ms\""), JSONLOG_E_INVALID,
     "1:87: handlers.h.keepFor: expected a span of whole seconds such as \"90s\" or \"14d\", not "
     "\"1500ms\""},
    {ROTATING("\"period\":\"hours\",\"every\":25"), JSONLOG_E_INVALID,
     "1:30: handlers.h: every is longer than a day for its period, or 65,535"},
    {ROTATING("\"period\":\"hours\",\"every\":2.5"), JSONLOG_E_INVALID,
     "1:86: handlers.h.every: expected a whole number, not 2.5"},
};

static const mistake formatters[] = {
    {FORMATTER("\"style\":\"x\""), JSONLOG_E_INVALID,
     "1:56: formatters.f.style: expected one of %, {, $, ,"},
    {FORMATTER("\"indent\":17"), JSONLOG_E_LIMIT,
     "1:57: formatters.f.indent: expected a number from 0 to 16, not 17"},
    {FORMATTER("\"names\":[1]"), JSONLOG_E_INVALID,
     "1:57: formatters.f.names[0]: expected a string that is not empty, not 1"},
    {FORMATTER("\"names\":[]"), JSONLOG_E_LIMIT,
     "1:56: formatters.f.names: expected 1 to 32 of them, not 0"},
    {FORMATTER("\"names\":[\"a\"],\"format\":\"%(a)s\""), JSONLOG_E_INVALID,
     "1:32: formatters.f: either format or names, not both"},
    {FORMATTER("\"rename\":{\"a\":1}"), JSONLOG_E_INVALID,
     "1:62: formatters.f.rename.a: expected a string, not 1"},
    {FORMATTER("\"format\":\"%(a\""), JSONLOG_E_SYNTAX, NULL},
    {FORMATTER("\"rename\":{\"a\":\"x\",\"b\":\"x\"}"), JSONLOG_E_INVALID, NULL},
    {FORMATTER("\"lineMax\":64,\"prefix\":\"0123456789012345678901234567890123456789012345678901234"
               "56789\""),
     JSONLOG_E_INVALID, NULL},
};

#define SOCKET(destinations) HANDLER("\"class\":\"socket\",\n\"destinations\":\"" destinations "\"")
#define SYSLOG(destinations) HANDLER("\"class\":\"syslog\",\n\"destinations\":\"" destinations "\"")

/* Found without a socket being made. */
static const mistake destinations[] = {
    {SOCKET("tpc://logs:514"), JSONLOG_E_SYNTAX,
     "2:16: handlers.h.destinations: a destination begins with tcp://, udp://, unix:// or "
     "unixgram://: tpc://logs:514"},
    {SOCKET("tcp://logs"), JSONLOG_E_SYNTAX,
     "2:16: handlers.h.destinations: a port is missing behind the host: "},
    {SYSLOG("tcp://logs udp://logs:99999"), JSONLOG_E_SYNTAX,
     "2:16: handlers.h.destinations: a port is a number from 1 to 65535: 99999"},
    {SOCKET(" "), JSONLOG_E_INVALID, "2:16: handlers.h.destinations: there is no destination"},
};

#define REDACTION(rules) "{\"version\":1,\"redaction\":{\n" rules "}}"

static const mistake redactions[] = {
    {REDACTION("\"rules\":[{\"key\":\"a\"},\n{\"action\":\"remove\",\"pattern\":\"crad\"}]"),
     JSONLOG_E_NOT_FOUND,
     "3:30: redaction.rules[1].pattern: There is no pattern \"crad\"; there are card, bearer, jwt, "
     "aws_key, aws_secret, url_password and email"},
    {REDACTION("\"rules\":[{\"key\":\"a\"},\n{\"path\":\"a..b\"},{\"path\":\"[\"}]"),
     JSONLOG_E_SYNTAX, "3:9: redaction.rules[1].path: A key is missing in the path \"a..b\""},
    {REDACTION("\"rules\":[{}]"), JSONLOG_E_INVALID,
     "2:10: redaction.rules[0]: a rule has one of key, path and pattern"},
    {REDACTION("\"rules\":[{\"key\":\"a\"}],\n\"censor\":"
               "\"0123456789012345678901234567890123456789012345678901234567890123456789\""),
     JSONLOG_E_LIMIT, "3:10: redaction.censor: The censor text is longer than 64 bytes"},
};

static const mistake variables[] = {
    {ROOT("\"level\":\"${TEST_NOT_THERE}\""), JSONLOG_E_INVALID,
     "1:30: root.level: the environment variable TEST_NOT_THERE does not exist; "
     "${TEST_NOT_THERE:-text} gives it a default"},
    {ROOT("\"level\":\"${}\""), JSONLOG_E_INVALID,
     "1:30: root.level: after \"${\" the name of an environment variable is expected (\"$${\" "
     "means "
     "\"${\" itself)"},
    {ROOT("\"level\":\"${1A}\""), JSONLOG_E_INVALID, NULL},
    {ROOT("\"level\":\"${TEST_THERE\""), JSONLOG_E_INVALID,
     "1:30: root.level: a \"${\" is not closed as ${NAME} or ${NAME:-text}"},
    {ROOT("\"level\":\"${TEST_THERE-x}\""), JSONLOG_E_INVALID, NULL},
    {ROOT("\"level\":\"${TEST_THERE:-${X}}\""), JSONLOG_E_INVALID, NULL},
    {ROOT("\"level\":\"${TEST_THERE}\""), JSONLOG_E_INVALID, NULL}, /* it is no level */
    {ROOT("\"level\":\"${TEST_BYTES}\""), JSONLOG_E_INVALID,
     "1:30: root.level: the environment variable TEST_BYTES is not UTF-8"},
};

static const mistake increments[] = {
    {"{\"version\":1,\"incremental\":true,\"formatters\":{}}", JSONLOG_E_INVALID,
     "1:33: formatters: an incremental configuration changes only levels and propagate"},
    {"{\"version\":1,\"incremental\":true,\"handlers\":{\"h\":{}}}", JSONLOG_E_INVALID,
     "1:49: handlers.h: \"level\" is missing"},
    {"{\"version\":1,\"incremental\":true,\"loggers\":{\"a\":{\"handlers\":[]}}}",
     JSONLOG_E_INVALID, "1:49: loggers.a.handlers: there is no such option here"},
    {"{\"version\":1,\"incremental\":true,\"root\":{\"sampling\":{}}}", JSONLOG_E_INVALID,
     "1:41: root.sampling: there is no such option here"},
    {"{\"version\":1,\"incremental\":true,\"heartbeat\":{\"interval\":\"1s\"}}", JSONLOG_E_INVALID,
     "1:33: heartbeat: an incremental configuration changes only levels and propagate"},
};

/* ---- asking ---- */

static void refuses(const mistake *m) {
    char expected[JSONLOG_ERR_TEXT_MAX];
    jsonlog_err err = {.code = JSONLOG_OK};
    const jsonlog_status status = jsonlog_config_check_text(m->text, JSONLOG_NUL_TERMINATED, &err);
    if (status != m->status)
        print_message("%s\n  %s\n", m->text, status == JSONLOG_OK ? "accepted" : err.text);
    assert_int_equal(status, m->status);
    assert_int_equal(err.code, m->status);
    snprintf(expected, sizeof expected, "configuration:%s", m->error == NULL ? "" : m->error);
    if (m->error == NULL)
        assert_memory_equal(err.text, expected, strlen(expected));
    else
        assert_string_equal(err.text, expected);
    assert_true(err.offset <= strlen(m->text));
    assert_int_equal(jsonlog_config_check_text(m->text, JSONLOG_NUL_TERMINATED, NULL), m->status);
}

#define REFUSES_ALL(list)                                         \
    static void refuses_##list(void **state) {                    \
        (void)state;                                              \
        for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) \
            refuses(&list[i]);                                    \
    }

REFUSES_ALL(grammar)
REFUSES_ALL(documents)
REFUSES_ALL(loggers)
REFUSES_ALL(services)
REFUSES_ALL(objects)
REFUSES_ALL(rotations)
REFUSES_ALL(formatters)
REFUSES_ALL(destinations)
REFUSES_ALL(redactions)
REFUSES_ALL(variables)
REFUSES_ALL(increments)

/* ---- places ---- */

static void counts_lines_and_columns(void **state) {
    (void)state;
    static const char text[] = "{\n"
                               "  \"version\": 1,\n"
                               "  \"root\": {\n"
                               "    \"\xed\x95\x9c\xea\xb8\x80\": \"x\", \"level\": \"X\"\n"
                               "  }\n"
                               "}\n";
    jsonlog_err err;
    assert_int_equal(jsonlog_config_check_text(text, JSONLOG_NUL_TERMINATED, &err),
                     JSONLOG_E_INVALID);
    assert_non_null(strstr(err.text, "configuration:4:25: root.level: "));
    assert_ptr_equal(strstr(text, "\"X\""), text + err.offset);
}

static void refuses_what_is_too_large(void **state) {
    (void)state;
    const size_t size = JSONLOG_CONFIG_MAX + 1;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, ' ', size);
    jsonlog_err err;
    assert_int_equal(jsonlog_config_check_text(text, size, &err), JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_config_check_text(text, size - 1, &err), JSONLOG_E_SYNTAX);
    memset(text, '[', size - 1);
    assert_int_equal(jsonlog_config_check_text(text, size - 1, &err), JSONLOG_E_LIMIT);
    assert_non_null(strstr(err.text, "nested too deeply"));
    free(text);
}

static void refuses_too_many_keys(void **state) {
    (void)state;
    char *text = malloc(1 << 20);
    assert_non_null(text);
    size_t len = (size_t)sprintf(text, "{\"version\":1,\"staticFields\":{");
    for (int i = 0; i < 4097; i++)
        len += (size_t)sprintf(text + len, "%s\"k%d\":1", i > 0 ? "," : "", i);
    sprintf(text + len, "}}");
    jsonlog_err err;
    assert_int_equal(jsonlog_config_check_text(text, JSONLOG_NUL_TERMINATED, &err),
                     JSONLOG_E_LIMIT);
    assert_non_null(strstr(err.text, "staticFields: more than 4096 keys"));
    free(text);
}

static void refuses_no_text(void **state) {
    (void)state;
    jsonlog_err err;
    assert_int_equal(jsonlog_configure_text(NULL, 0, &err), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_configure_file(NULL, &err), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_configure_file("", &err), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_configure_file("/nowhere/log.json", &err), JSONLOG_E_IO);
    assert_string_equal(err.text, "/nowhere/log.json: No such file or directory");
    assert_int_equal(jsonlog_configure_file("/", &err), JSONLOG_E_IO);
    assert_int_equal(jsonlog_config_check_file("/nowhere/log.json", NULL), JSONLOG_E_IO);
}

int main(void) {
    setenv("TEST_THERE", "here", 1);
    setenv("TEST_BYTES", "\xff", 1);
    unsetenv("TEST_NOT_THERE");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_grammar),           cmocka_unit_test(refuses_documents),
        cmocka_unit_test(refuses_loggers),           cmocka_unit_test(refuses_objects),
        cmocka_unit_test(refuses_services),          cmocka_unit_test(refuses_rotations),
        cmocka_unit_test(refuses_formatters),        cmocka_unit_test(refuses_variables),
        cmocka_unit_test(refuses_destinations),      cmocka_unit_test(refuses_redactions),
        cmocka_unit_test(refuses_increments),        cmocka_unit_test(counts_lines_and_columns),
        cmocka_unit_test(refuses_what_is_too_large), cmocka_unit_test(refuses_too_many_keys),
        cmocka_unit_test(refuses_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
