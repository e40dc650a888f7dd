#include "handler/syslog_format.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/** 2026-11-22T08:07:45.784123456Z */
#define TIME_NS INT64_C(1795334865784123456)

static const jl_syslog_reach local = {.is_local = true}, tcp = {.is_local = false},
                             udp = {.has_udp = true};

static jsonlog_syslog_options named(void) {
    jsonlog_syslog_options options = JSONLOG_SYSLOG_OPTIONS_INIT;
    options.hostname = "web1";
    options.app_name = "payment";
    options.procid = "4711";
    return options;
}

static jl_syslog_form form_of(const jsonlog_syslog_options *options, jl_syslog_reach reach) {
    jl_syslog_form form;
    jsonlog_err err = {.text = ""};
    if (jl_syslog_form_init(&form, options, reach, &err) != JSONLOG_OK)
        fail_msg("%s", err.text);
    return form;
}

/* @return the message, or the name of the refusal. */
static const char *message_of(const jl_syslog_form *form, int level, int64_t time_ns,
                              const char *text) {
    static char space[1 << 16];
    jl_buffer out;
    const jsonlog_line line = {
        .text = text, .len = strlen(text), .level = level, .time_ns = time_ns};
    jl_buffer_init(&out, space, sizeof space - 1, form->message_max);
    errno = 0;
    const jsonlog_status status = jl_syslog_append(&out, form, &line);
    if (status != JSONLOG_OK) {
        assert_int_equal(status, JSONLOG_E_LIMIT);
        assert_int_equal(errno, EMSGSIZE);
        return "EMSGSIZE";
    }
    assert_true(out.len <= form->message_max);
    space[out.len] = '\0';
    return space;
}

static void levels_have_severities(void **state) {
    (void)state;
    static const struct {
        int level;
        unsigned severity;
    } cases[] = {{1, 7},  {5, 7},  {10, 7}, {19, 7}, {20, 6}, {25, 6}, {29, 6},
                 {30, 4}, {39, 4}, {40, 3}, {49, 3}, {50, 2}, {254, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(jl_syslog_severity(cases[i].level), cases[i].severity);
}

static void destinations_have_a_reach(void **state) {
    (void)state;
    static const struct {
        const char *destinations;
        bool is_local, has_udp;
    } cases[] = {
        {"unixgram:///dev/log unix:///dev/log", true, false},
        {"unix://@x", true, false},
        {"tcp://a:1", false, false},
        {"udp://a:1", false, true},
        {" unix:///x \t udp://a", false, true},
        {"tcp://a:1 unix:///udp:", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const jl_syslog_reach reach = jl_syslog_reach_of(cases[i].destinations);
        assert_int_equal(reach.is_local, cases[i].is_local);
        assert_int_equal(reach.has_udp, cases[i].has_udp);
    }
}

static void formats_differ_in_the_header(void **state) {
    (void)state;
    static const struct {
        jsonlog_syslog_format format;
        bool is_local;
        unsigned facility;
        int level;
        const char *message;
    } cases[] = {
        {JSONLOG_SYSLOG_RFC5424, false, 16, JSONLOG_LEVEL_ERROR,
         "<131>1 2026-11-22T08:07:45.784123Z web1 payment 4711 - - {\"a\":1}"},
        {JSONLOG_SYSLOG_AUTO, false, 23, JSONLOG_LEVEL_DEBUG,
         "<191>1 2026-11-22T08:07:45.784123Z web1 payment 4711 - - {\"a\":1}"},
        {JSONLOG_SYSLOG_RFC3164, false, 3, JSONLOG_LEVEL_WARN,
         "<28>Nov 22 17:07:45 web1 payment[4711]: {\"a\":1}"},
        {JSONLOG_SYSLOG_RFC3164_LOCAL, false, 0, JSONLOG_LEVEL_INFO,
         "<14>Nov 22 17:07:45 payment[4711]: {\"a\":1}"},
        {JSONLOG_SYSLOG_AUTO, true, 0, JSONLOG_LEVEL_FATAL,
         "<10>Nov 22 17:07:45 payment[4711]: {\"a\":1}"},
        {JSONLOG_SYSLOG_RFC3164, true, 1, JSONLOG_LEVEL_FATAL,
         "<10>Nov 22 17:07:45 web1 payment[4711]: {\"a\":1}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_syslog_options options = named();
        options.format = cases[i].format;
        options.facility = cases[i].facility;
        const jl_syslog_form form = form_of(&options, cases[i].is_local ? local : tcp);
        assert_string_equal(message_of(&form, cases[i].level, TIME_NS, "{\"a\":1}\n"),
                            cases[i].message);
    }
}

static void times_are_written_as_the_rfcs_want(void **state) {
    (void)state;
    static const struct {
        int64_t time_ns;
        const char *utc, *local_time;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000000Z", "Jan  1 09:00:00"},
        {999, "1970-01-01T00:00:00.000000Z", "Jan  1 09:00:00"},
        {1000, "1970-01-01T00:00:00.000001Z", "Jan  1 09:00:00"},
        {-1, "1969-12-31T23:59:59.999999Z", "Jan  1 08:59:59"},
        {INT64_C(1772292245999999999), "2026-02-28T15:24:05.999999Z", "Mar  1 00:24:05"},
    };
    jsonlog_syslog_options options = named();
    const jl_syslog_form modern = form_of(&options, tcp), old = form_of(&options, local);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[128];
        snprintf(expected, sizeof expected, "<14>1 %s web1 payment 4711 - - x", cases[i].utc);
        assert_string_equal(message_of(&modern, 20, cases[i].time_ns, "x\n"), expected);
        snprintf(expected, sizeof expected, "<14>%s payment[4711]: x", cases[i].local_time);
        assert_string_equal(message_of(&old, 20, cases[i].time_ns, "x\n"), expected);
    }
}

/* ---- what the line becomes ---- */

static const char *text_after_header(const jl_syslog_form *form, const char *line) {
    const char *message = message_of(form, 20, TIME_NS, line);
    const char *end = strstr(message, " 4711 - ");
    return end == NULL ? message : end + 8;
}

static void lines_become_messages(void **state) {
    (void)state;
    static const struct {
        bool has_cookie, has_bom;
        const char *line, *rest;
    } cases[] = {
        {false, false, "x\n", "- x"},
        {false, false, "x", "- x"},
        {false, false, "", "- "},
        {false, false, "\n\n", "- "},
        {false, false, "{\n  \"a\": 1\n}\n", "- {   \"a\": 1 }"},
        {false, false, "a\r\nb\x01\t\x1F c\x7F\r\n", "- a  b    c\x7F"},
        {true, false, "{}\n", "- @cee: {}"},
        {true, false, "x\n", "- x"},
        {false, true, "한\n", "- \xEF\xBB\xBF한"},
        {false, true, "\xFF\n", "- \xFF"},
        {true, true, "{}\n", "- \xEF\xBB\xBF@cee: {}"},
        /* structured data in front of a line */
        {false, false, "[app@1 a=\"1\"] {}\n", "[app@1 a=\"1\"] {}"},
        {false, false, "[app@1 a=\"\\\"] \\]\"] {}\n", "[app@1 a=\"\\\"] \\]\"] {}"},
        {true, true, "[app@1 a=\"1\"] {}\n", "[app@1 a=\"1\"] \xEF\xBB\xBF@cee: {}"},
        {false, false, "[app@1 a=\"1\" {}\n", "- [app@1 a=\"1\" {}"},
        {false, false, "[app@1 a=\"1\"]{}\n", "- [app@1 a=\"1\"]{}"},
        {false, false, "[app@1 a=\"1\"]\n", "- [app@1 a=\"1\"]"},
        {false, false, "[app@12 a=\"1\"] x\n", "- [app@12 a=\"1\"] x"},
        {false, false, "[1,2] x\n", "- [1,2] x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_syslog_options options = named();
        options.structured_data_id = "app@1";
        options.cee_cookie = cases[i].has_cookie;
        options.with_bom = cases[i].has_bom;
        const jl_syslog_form form = form_of(&options, tcp);
        assert_string_equal(text_after_header(&form, cases[i].line), cases[i].rest);
    }
}

static void without_an_id_nothing_is_structured_data(void **state) {
    (void)state;
    const jsonlog_syslog_options options = named();
    const jl_syslog_form form = form_of(&options, tcp);
    assert_string_equal(text_after_header(&form, "[app@1 a=\"1\"] x\n"), "- [app@1 a=\"1\"] x");
}

/* ---- limits ---- */

/* 56 bytes stand in front of the message, "- " among them. */
static void long_messages_are_cut_unless_they_are_json(void **state) {
    (void)state;
    char line[1024];
    jsonlog_syslog_options options = named();
    options.message_max = 480;
    options.structured_data_id = "app@1";
    const jl_syslog_form form = form_of(&options, tcp);
    const size_t header = strlen(message_of(&form, 20, TIME_NS, ""));
    assert_int_equal(header, 56);
    const size_t room = 480 - header;
    memset(line, 'x', sizeof line);
    line[room] = '\0';
    assert_int_equal(strlen(message_of(&form, 20, TIME_NS, line)), 480);
    line[room] = 'x';
    line[room + 1] = '\0';
    const char *message = message_of(&form, 20, TIME_NS, line);
    assert_int_equal(strlen(message), 480);
    assert_string_equal(message + 480 - 5, "xx\xE2\x80\xA6");
    line[room] = '}';
    assert_string_equal(message_of(&form, 20, TIME_NS, line), "EMSGSIZE");
    line[room - 1] = '}';
    line[room] = '\0';
    assert_int_equal(strlen(message_of(&form, 20, TIME_NS, line)), 480);
}

static void a_cut_never_splits_a_character(void **state) {
    (void)state;
    char line[1024];
    jsonlog_syslog_options options = named();
    options.message_max = 480;
    const jl_syslog_form form = form_of(&options, tcp);
    for (size_t shift = 0; shift < 3; shift++) {
        memset(line, 'x', shift);
        for (size_t i = shift; i + 1 < sizeof line; i++)
            line[i] = "\xED\x95\x9C"[(i - shift) % 3];
        line[sizeof line - 1] = '\0';
        const char *message = message_of(&form, 20, TIME_NS, line);
        const jl_text text = jl_text_of(message);
        assert_int_equal((text.len - 56 - shift) % 3, 0);
        assert_string_equal(message + text.len - 3, "\xE2\x80\xA6");
        assert_true(text.len > 477);
    }
}

static void structured_data_goes_first(void **state) {
    (void)state;
    char line[1024];
    jsonlog_syslog_options options = named();
    options.message_max = 480;
    options.structured_data_id = "app@1";
    const jl_syslog_form form = form_of(&options, tcp);
    snprintf(line, sizeof line, "[app@1 a=\"%0300d\"] {%0100d}\n", 1, 1);
    assert_int_equal(strlen(text_after_header(&form, line)), 312 + 1 + 102);
    snprintf(line, sizeof line, "[app@1 a=\"%0300d\"] {%0200d}\n", 1, 1);
    assert_int_equal(strlen(text_after_header(&form, line)), 2 + 202);
}

/* The JSON formatter that is told `room` makes messages that fit, whatever else is added. */
static void the_room_is_what_fits(void **state) {
    (void)state;
    char line[9000];
    for (int i = 0; i < 16; i++) {
        jsonlog_syslog_options options = named();
        options.cee_cookie = (i & 1) != 0;
        options.with_bom = (i & 2) != 0 && (i & 4) == 0;
        options.procid = (i & 8) != 0 ? "4711" : NULL;
        options.facility = 23;
        options.format = (i & 4) != 0 ? JSONLOG_SYSLOG_RFC3164 : JSONLOG_SYSLOG_RFC5424;
        const jl_syslog_form form = form_of(&options, tcp);
        const size_t room = jl_syslog_form_room(&form);
        memset(line, ' ', room);
        line[0] = '{';
        line[room - 1] = '}';
        line[room] = '\0';
        const size_t len = strlen(message_of(&form, 5, TIME_NS, line));
        const size_t digits = options.procid != NULL ? 0 : 10 - strlen(form.procid);
        assert_int_equal(len, form.message_max - digits);
    }
}

static void defaults_depend_on_the_way(void **state) {
    (void)state;
    static const struct {
        jsonlog_syslog_format format;
        const jl_syslog_reach *reach;
        size_t message_max;
    } cases[] = {
        {JSONLOG_SYSLOG_AUTO, &local, 8192},    {JSONLOG_SYSLOG_AUTO, &tcp, 8192},
        {JSONLOG_SYSLOG_AUTO, &udp, 2048},      {JSONLOG_SYSLOG_RFC3164, &udp, 1024},
        {JSONLOG_SYSLOG_RFC3164, &tcp, 1024},   {JSONLOG_SYSLOG_RFC3164_LOCAL, &tcp, 1024},
        {JSONLOG_SYSLOG_RFC3164, &local, 8192}, {JSONLOG_SYSLOG_RFC5424, &local, 8192},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_syslog_options options = named();
        options.format = cases[i].format;
        assert_int_equal(form_of(&options, *cases[i].reach).message_max, cases[i].message_max);
    }
}

/* ---- options ---- */

static void names_come_from_the_system(void **state) {
    (void)state;
    const jsonlog_syslog_options options = JSONLOG_SYSLOG_OPTIONS_INIT;
    const jl_syslog_form form = form_of(&options, tcp);
    char host[256], procid[32];
    gethostname(host, sizeof host);
    snprintf(procid, sizeof procid, "%d", (int)getpid());
    assert_string_equal(form.hostname, host);
    assert_string_equal(form.app_name, "test_syslog_format");
    assert_string_equal(form.procid, procid);
    assert_string_equal(form.msgid, "-");
}

static void a_child_has_its_own_process_id(void **state) {
    (void)state;
    jsonlog_syslog_options options = named();
    options.procid = NULL;
    jl_syslog_form form = form_of(&options, local);
    const pid_t pid = fork();
    if (pid == 0) {
        char expected[64];
        jl_syslog_form_set_process(&form);
        snprintf(expected, sizeof expected, "<14>Nov 22 17:07:45 payment[%d]: x", (int)getpid());
        _exit(strcmp(message_of(&form, 20, TIME_NS, "x\n"), expected) == 0 ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void tags_hold_no_brackets(void **state) {
    (void)state;
    jsonlog_syslog_options options = named();
    options.app_name = "a:b[c]d-0123456789012345678901234567";
    jl_syslog_form form = form_of(&options, local);
    assert_string_equal(form.app_name, "a_b_c_d-012345678901234567890123");
    form = form_of(&options, tcp);
    assert_string_equal(form.app_name, options.app_name);
}

typedef void (*change_fn)(jsonlog_syslog_options *options);

static void facility_24(jsonlog_syslog_options *options) {
    options->facility = 24;
}
static void format_4(jsonlog_syslog_options *options) {
    options->format = (jsonlog_syslog_format)4;
}
static void framing_4(jsonlog_syslog_options *options) {
    options->framing = (jsonlog_syslog_framing)4;
}
static void blank_host(jsonlog_syslog_options *options) {
    options->hostname = "a b";
}
static void empty_app(jsonlog_syslog_options *options) {
    options->app_name = "";
}
static void long_app(jsonlog_syslog_options *options) {
    options->app_name = "0123456789012345678901234567890123456789012345678";
}
static void wide_procid(jsonlog_syslog_options *options) {
    options->procid = "한";
}
static void long_msgid(jsonlog_syslog_options *options) {
    options->msgid = "012345678901234567890123456789012";
}
static void plain_id(jsonlog_syslog_options *options) {
    options->structured_data_id = "app";
}
static void nameless_id(jsonlog_syslog_options *options) {
    options->structured_data_id = "@1";
}
static void numberless_id(jsonlog_syslog_options *options) {
    options->structured_data_id = "app@";
}
static void letter_id(jsonlog_syslog_options *options) {
    options->structured_data_id = "app@1x";
}
static void equals_id(jsonlog_syslog_options *options) {
    options->structured_data_id = "a=b@1";
}
static void blank_id(jsonlog_syslog_options *options) {
    options->structured_data_id = "a b@1";
}
static void long_id(jsonlog_syslog_options *options) {
    options->structured_data_id = "0123456789012345678901234567890@1";
}
static void old_with_id(jsonlog_syslog_options *options) {
    options->format = JSONLOG_SYSLOG_RFC3164;
    options->structured_data_id = "app@1";
}
static void old_with_msgid(jsonlog_syslog_options *options) {
    options->format = JSONLOG_SYSLOG_RFC3164_LOCAL;
    options->msgid = "x";
}
static void old_with_bom(jsonlog_syslog_options *options) {
    options->format = JSONLOG_SYSLOG_RFC3164;
    options->with_bom = true;
}
static void small_message(jsonlog_syslog_options *options) {
    options->message_max = 479;
}
static void large_datagram(jsonlog_syslog_options *options) {
    options->message_max = 65508;
}
static void no_room(jsonlog_syslog_options *options) {
    static char host[256];
    memset(host, 'h', sizeof host - 1);
    options->hostname = host;
    options->message_max = 480;
    options->procid = "0123456789012345678901234567890123456789012345678901234567890123456789";
}

#define DATA_ID(id) "structured data has an id such as name@32473, not \"" id "\""
#define OLD         "RFC 3164 knows no structured data, no msgid and no byte order mark"

static void wrong_options_are_refused(void **state) {
    (void)state;
    static const struct {
        change_fn change;
        const char *sentence;
    } cases[] = {
        {facility_24, "there is no such syslog facility"},
        {format_4, "there is no such syslog format"},
        {framing_4, "there is no such syslog framing"},
        {blank_host, "a syslog host name has 1 to 255 characters of printable ASCII"},
        {empty_app, "a syslog app-name has 1 to 48 characters of printable ASCII"},
        {long_app, "a syslog app-name has 1 to 48 characters of printable ASCII"},
        {wide_procid, "a syslog procid has 1 to 128 characters of printable ASCII"},
        {long_msgid, "a syslog msgid has 1 to 32 characters of printable ASCII"},
        {plain_id, DATA_ID("app")},
        {nameless_id, DATA_ID("@1")},
        {numberless_id, DATA_ID("app@")},
        {letter_id, DATA_ID("app@1x")},
        {equals_id, DATA_ID("a=b@1")},
        {blank_id, "a syslog structured data id has 1 to 32 characters of printable ASCII"},
        {long_id, "a syslog structured data id has 1 to 32 characters of printable ASCII"},
        {old_with_id, OLD},
        {old_with_msgid, OLD},
        {old_with_bom, OLD},
        {small_message, "a syslog message may have 480 to 65507 bytes here, not 479"},
        {large_datagram, "a syslog message may have 480 to 65507 bytes here, not 65508"},
        {no_room, "a syslog message of 480 bytes leaves no room beside its header"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_syslog_options options = named();
        jl_syslog_form form;
        jsonlog_err err = {.text = ""};
        cases[i].change(&options);
        assert_int_equal(jl_syslog_form_init(&form, &options, udp, &err), JSONLOG_E_INVALID);
        assert_string_equal(err.text, cases[i].sentence);
        assert_int_equal(err.code, JSONLOG_E_INVALID);
        assert_int_equal(jl_syslog_form_init(&form, &options, udp, NULL), JSONLOG_E_INVALID);
    }
}

static int set_zone(void **state) {
    (void)state;
    setenv("TZ", "KST-9", 1);
    tzset();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_have_severities),
        cmocka_unit_test(destinations_have_a_reach),
        cmocka_unit_test(formats_differ_in_the_header),
        cmocka_unit_test(times_are_written_as_the_rfcs_want),
        cmocka_unit_test(lines_become_messages),
        cmocka_unit_test(without_an_id_nothing_is_structured_data),
        cmocka_unit_test(long_messages_are_cut_unless_they_are_json),
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(structured_data_goes_first),
        cmocka_unit_test(the_room_is_what_fits),
        cmocka_unit_test(defaults_depend_on_the_way),
        cmocka_unit_test(names_come_from_the_system),
        cmocka_unit_test(a_child_has_its_own_process_id),
        cmocka_unit_test(tags_hold_no_brackets),
        cmocka_unit_test(wrong_options_are_refused),
    };
    return cmocka_run_group_tests(tests, set_zone, NULL);
}
