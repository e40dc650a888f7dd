#include "support/log_lines.h"
#include "support/test_random.h"

#include <jsonlog/trace.h>

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define TRACE_HEX "5759e988bd862e3fe1be46a994272793"
#define SPAN_HEX  "53995c3f42cd8ad8"
#define ROOT      "1-5759e988-bd862e3fe1be46a994272793"
#define ZEROS     "00000000000000000000000000000000"

static const jsonlog_trace_context example = {
    .trace_id = {0x57, 0x59, 0xe9, 0x88, 0xbd, 0x86, 0x2e, 0x3f, 0xe1, 0xbe, 0x46, 0xa9, 0x94, 0x27,
                 0x27, 0x93},
    .span_id = {0x53, 0x99, 0x5c, 0x3f, 0x42, 0xcd, 0x8a, 0xd8},
    .sampling = JSONLOG_SAMPLING_YES,
};

static test_random numbers;

/* ---- traceparent ---- */

static void reads_a_traceparent(void **state) {
    (void)state;
    static const struct {
        const char *text;
        jsonlog_sampling sampling;
        bool is_random;
    } rows[] = {
        {"00-" TRACE_HEX "-" SPAN_HEX "-00", JSONLOG_SAMPLING_NO, false},
        {"00-" TRACE_HEX "-" SPAN_HEX "-01", JSONLOG_SAMPLING_YES, false},
        {"00-" TRACE_HEX "-" SPAN_HEX "-02", JSONLOG_SAMPLING_NO, true},
        {"00-" TRACE_HEX "-" SPAN_HEX "-03", JSONLOG_SAMPLING_YES, true},
        {"00-" TRACE_HEX "-" SPAN_HEX "-ff", JSONLOG_SAMPLING_YES, true},
        {"00-" TRACE_HEX "-" SPAN_HEX "-fc", JSONLOG_SAMPLING_NO, false},
        /* versions to come may go on, behind a dash */
        {"01-" TRACE_HEX "-" SPAN_HEX "-01", JSONLOG_SAMPLING_YES, false},
        {"cc-" TRACE_HEX "-" SPAN_HEX "-01-what-the-future-brings", JSONLOG_SAMPLING_YES, false},
        {"fe-" TRACE_HEX "-" SPAN_HEX "-01-", JSONLOG_SAMPLING_YES, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        jsonlog_trace_context trace;
        memset(&trace, 0xee, sizeof trace);
        assert_int_equal(
            jsonlog_trace_parse_w3c(rows[i].text, JSONLOG_NUL_TERMINATED, &trace, NULL),
            JSONLOG_OK);
        assert_memory_equal(trace.trace_id, example.trace_id, 16);
        assert_memory_equal(trace.span_id, example.span_id, 8);
        assert_int_equal(trace.sampling, rows[i].sampling);
        assert_int_equal(trace.is_random, rows[i].is_random);
        assert_string_equal(trace.state, "");
        assert_string_equal(trace.others, "");
    }
}

typedef jsonlog_status (*parse_fn)(const char *text, size_t len, jsonlog_trace_context *out,
                                   jsonlog_err *err);

static void expect_refused(parse_fn parse, const char *text, size_t offset) {
    jsonlog_trace_context trace;
    jsonlog_trace_context before;
    jsonlog_err err;
    memset(&trace, 0xee, sizeof trace);
    before = trace;
    assert_int_equal(parse(text, JSONLOG_NUL_TERMINATED, &trace, &err), JSONLOG_E_SYNTAX);
    assert_int_equal(err.code, JSONLOG_E_SYNTAX);
    if (err.offset != offset)
        fail_msg("%s: offset %zu, expected %zu: %s", text, err.offset, offset, err.text);
    assert_memory_equal(&trace, &before, sizeof trace);
    assert_int_equal(parse(text, JSONLOG_NUL_TERMINATED, &trace, NULL), JSONLOG_E_SYNTAX);
}

static void refuses_what_is_no_traceparent(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t offset;
    } rows[] = {
        {NULL, 0},
        {"", 0},
        {"00", 2},
        {"0", 1},
        {" 00-" TRACE_HEX "-" SPAN_HEX "-01", 0},
        {"00-" TRACE_HEX "-" SPAN_HEX "-01 ", 55},
        {"00-" TRACE_HEX "-" SPAN_HEX "-01-", 55},
        {"00-" TRACE_HEX "-" SPAN_HEX "-01-extra", 55},
        {"00-" TRACE_HEX "-" SPAN_HEX "-0", 54},
        {"00-" TRACE_HEX "-" SPAN_HEX "-", 53},
        {"00-" TRACE_HEX "-" SPAN_HEX, 52},
        {"00-" TRACE_HEX "-" SPAN_HEX "01", 52},
        {"00-" TRACE_HEX "-53995c3f42cd8ad-01", 51},
        {"00-" TRACE_HEX "-" SPAN_HEX "0-01", 52},
        {"00-" TRACE_HEX "0-" SPAN_HEX "-01", 35},
        {"00_" TRACE_HEX "-" SPAN_HEX "-01", 2},
        {"00-" TRACE_HEX "-" SPAN_HEX "-0X", 54},
        {"0A-" TRACE_HEX "-" SPAN_HEX "-01", 1},
        {"00-5759E988bd862e3fe1be46a994272793-" SPAN_HEX "-01", 7},
        {"00-" TRACE_HEX "-53995C3f42cd8ad8-01", 41},
        {"00-" TRACE_HEX "-" SPAN_HEX "-0A", 54},
        {"ff-" TRACE_HEX "-" SPAN_HEX "-01", 0},
        {"ff-" TRACE_HEX "-" SPAN_HEX "-01-x", 0},
        {"01-" TRACE_HEX "-" SPAN_HEX "-01x", 55},
        {"01-" TRACE_HEX "-" SPAN_HEX "-011", 55},
        {"00-" ZEROS "-" SPAN_HEX "-01", 3},
        {"00-" TRACE_HEX "-0000000000000000-01", 36},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_refused(jsonlog_trace_parse_w3c, rows[i].text, rows[i].offset);
    assert_int_equal(jsonlog_trace_parse_w3c("", 0, NULL, NULL), JSONLOG_E_INVALID);
}

static void reads_no_further_than_the_length(void **state) {
    (void)state;
    jsonlog_trace_context trace;
    assert_int_equal(
        jsonlog_trace_parse_w3c("00-" TRACE_HEX "-" SPAN_HEX "-01,more", 55, &trace, NULL),
        JSONLOG_OK);
    assert_int_equal(jsonlog_trace_parse_w3c("00-" TRACE_HEX "-" SPAN_HEX "-01", 54, &trace, NULL),
                     JSONLOG_E_SYNTAX);
    assert_int_equal(jsonlog_trace_parse_w3c("00-" TRACE_HEX "\0" SPAN_HEX "-01", 55, &trace, NULL),
                     JSONLOG_E_SYNTAX);
}

static void writes_a_traceparent(void **state) {
    (void)state;
    char text[JSONLOG_TRACEPARENT_SIZE];
    jsonlog_trace_context trace = example;
    assert_int_equal(jsonlog_trace_format_w3c(&trace, text, sizeof text), 55);
    assert_string_equal(text, "00-" TRACE_HEX "-" SPAN_HEX "-01");
    trace.is_random = true;
    jsonlog_trace_format_w3c(&trace, text, sizeof text);
    assert_string_equal(text, "00-" TRACE_HEX "-" SPAN_HEX "-03");
    trace.sampling = JSONLOG_SAMPLING_ASKED;
    jsonlog_trace_format_w3c(&trace, text, sizeof text);
    assert_string_equal(text, "00-" TRACE_HEX "-" SPAN_HEX "-02");
    assert_int_equal(jsonlog_trace_format_w3c(&trace, NULL, 0), 55);
    assert_int_equal(jsonlog_trace_format_w3c(&trace, text, 6), 55);
    assert_string_equal(text, "00-57");
    memset(trace.span_id, 0, sizeof trace.span_id);
    assert_int_equal(jsonlog_trace_format_w3c(&trace, text, sizeof text), 0);
    assert_string_equal(text, "");
    trace = example;
    memset(trace.trace_id, 0, sizeof trace.trace_id);
    assert_int_equal(jsonlog_trace_format_w3c(&trace, text, sizeof text), 0);
    assert_int_equal(jsonlog_trace_format_w3c(NULL, text, sizeof text), 0);
}

/* ---- tracestate ---- */

static void keeps_a_tracestate(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {NULL, ""},
        {"", ""},
        {" , \t,", ""},
        {"rojo=00f067aa0ba902b7", "rojo=00f067aa0ba902b7"},
        {"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"},
        {" a=1 ,\tb=2\t, ,c=3,", "a=1,b=2,c=3"},
        {"fw529a3039@dt=FfAAAAAB;a,1k*/-_@=!~ x", "fw529a3039@dt=FfAAAAAB;a,1k*/-_@=!~ x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        jsonlog_trace_context trace = example;
        assert_int_equal(
            jsonlog_trace_parse_state(&trace, rows[i][0], JSONLOG_NUL_TERMINATED, NULL),
            JSONLOG_OK);
        assert_string_equal(trace.state, rows[i][1]);
        assert_memory_equal(trace.trace_id, example.trace_id, 16);
    }
}

static jsonlog_status parse_state(const char *text, size_t len, jsonlog_trace_context *out,
                                  jsonlog_err *err) {
    return jsonlog_trace_parse_state(out, text, len, err);
}

static void refuses_what_is_no_tracestate(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t offset;
    } rows[] = {
        {"a", 1},          {"a=", 2},    {"a= ", 2},         {"=1", 0},
        {"A=1", 0},        {"-a=1", 0},  {"@a=1", 0},        {"aB=1", 1},
        {"a =1", 1},       {"a=1=2", 3}, {"a=1,b=\x01", 6},  {"a=1,b=\x7f", 6},
        {"a=\xc3\xa9", 2}, {"a=1\n", 3}, {"a=1,b=2,a=3", 8}, {"ok=1, b", 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_refused(parse_state, rows[i].text, rows[i].offset);
    assert_int_equal(jsonlog_trace_parse_state(NULL, "", 0, NULL), JSONLOG_E_INVALID);
}

/* `count` members `<letter><number>=<value of len>`, joined. */
static const char *state_of(unsigned count, size_t len, char *out) {
    char *end = out;
    for (unsigned i = 0; i < count; i++) {
        end += sprintf(end, "%sk%02u=", i == 0 ? "" : ",", i);
        memset(end, 'v', len);
        end += len;
    }
    *end = '\0';
    return out;
}

static void a_tracestate_has_limits(void **state) {
    (void)state;
    char text[20000];
    jsonlog_trace_context trace = example;
    jsonlog_err err;
    assert_int_equal(
        jsonlog_trace_parse_state(&trace, state_of(32, 1, text), JSONLOG_NUL_TERMINATED, &err),
        JSONLOG_OK);
    assert_string_equal(trace.state, text);
    assert_int_equal(
        jsonlog_trace_parse_state(&trace, state_of(33, 1, text), JSONLOG_NUL_TERMINATED, &err),
        JSONLOG_E_LIMIT);
    assert_int_equal(err.offset, 32 * 6);
    assert_int_equal(
        jsonlog_trace_parse_state(&trace, state_of(1, 256, text), JSONLOG_NUL_TERMINATED, NULL),
        JSONLOG_OK);
    assert_string_equal(trace.state, text);
    assert_int_equal(
        jsonlog_trace_parse_state(&trace, state_of(1, 257, text), JSONLOG_NUL_TERMINATED, &err),
        JSONLOG_E_SYNTAX);
    assert_int_equal(err.offset, 4 + 256);
    memset(text, 'k', 257);
    strcpy(text + 256, "=1");
    assert_int_equal(jsonlog_trace_parse_state(&trace, text, JSONLOG_NUL_TERMINATED, &err),
                     JSONLOG_OK);
    strcpy(text + 256, "k=1");
    assert_int_equal(jsonlog_trace_parse_state(&trace, text, JSONLOG_NUL_TERMINATED, &err),
                     JSONLOG_E_SYNTAX);
    assert_int_equal(err.offset, 256);
}

/* 512 bytes fit; beyond that large members go first, then the last ones. */
static void a_long_tracestate_is_shortened_by_members(void **state) {
    (void)state;
    char text[20000];
    char expected[1000];
    jsonlog_trace_context trace = example;
    jsonlog_trace_parse_state(&trace, state_of(8, 59, text), JSONLOG_NUL_TERMINATED, NULL);
    assert_int_equal(strlen(text), 511);
    assert_string_equal(trace.state, text);
    jsonlog_trace_parse_state(&trace, state_of(9, 59, text), JSONLOG_NUL_TERMINATED, NULL);
    assert_string_equal(trace.state, state_of(8, 59, expected));

    char large[200];
    memset(large, 'w', 199);
    large[199] = '\0';
    snprintf(text, sizeof text, "a=%s,b=1,c=%s,d=2,e=%s,f=3", large, large, large);
    jsonlog_trace_parse_state(&trace, text, JSONLOG_NUL_TERMINATED, NULL);
    snprintf(expected, sizeof expected, "a=%s,b=1,c=%s,d=2,f=3", large, large);
    assert_string_equal(trace.state, expected);
}

/* ---- X-Ray ---- */

static void reads_an_xray_header(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool has_parent;
        jsonlog_sampling sampling;
        const char *again; /* written back */
    } rows[] = {
        {"Root=" ROOT ";Parent=" SPAN_HEX ";Sampled=1", true, JSONLOG_SAMPLING_YES,
         "Root=" ROOT ";Parent=" SPAN_HEX ";Sampled=1"},
        {"Root=" ROOT ";Parent=" SPAN_HEX ";Sampled=0", true, JSONLOG_SAMPLING_NO,
         "Root=" ROOT ";Parent=" SPAN_HEX ";Sampled=0"},
        {"Root=" ROOT ";Sampled=?", false, JSONLOG_SAMPLING_ASKED, "Root=" ROOT ";Sampled=?"},
        {"Root=" ROOT, false, JSONLOG_SAMPLING_UNKNOWN, "Root=" ROOT},
        {"Sampled=1;Parent=" SPAN_HEX ";Root=" ROOT, true, JSONLOG_SAMPLING_YES,
         "Root=" ROOT ";Parent=" SPAN_HEX ";Sampled=1"},
        {" root = " ROOT " ; PARENT=53995C3F42CD8AD8;sampled= 1 ;", true, JSONLOG_SAMPLING_YES,
         "Root=" ROOT ";Parent=" SPAN_HEX ";Sampled=1"},
        {"Root=1-5759E988-BD862E3FE1BE46A994272793;;Parent=0000000000000000", false,
         JSONLOG_SAMPLING_UNKNOWN, "Root=" ROOT},
        {"Self=1-67891234-12456789abcdef012345678f;Root=" ROOT, false, JSONLOG_SAMPLING_UNKNOWN,
         "Root=" ROOT ";Self=1-67891234-12456789abcdef012345678f"},
        {"Root=" ROOT ";Parent=" SPAN_HEX ";Sampled=1;Lineage=a87bd80c:1|68fd508a:5 ; x=a=b ;y=",
         true, JSONLOG_SAMPLING_YES,
         "Root=" ROOT ";Parent=" SPAN_HEX ";Sampled=1;Lineage=a87bd80c:1|68fd508a:5;x=a=b;y="},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        jsonlog_trace_context trace;
        char again[JSONLOG_XRAY_HEADER_SIZE];
        memset(&trace, 0xee, sizeof trace);
        assert_int_equal(
            jsonlog_trace_parse_xray(rows[i].text, JSONLOG_NUL_TERMINATED, &trace, NULL),
            JSONLOG_OK);
        assert_memory_equal(trace.trace_id, example.trace_id, 16);
        const jsonlog_trace_context none = {.sampling = 0};
        assert_memory_equal(trace.span_id, rows[i].has_parent ? example.span_id : none.span_id, 8);
        assert_int_equal(trace.sampling, rows[i].sampling);
        assert_int_equal(jsonlog_trace_format_xray(&trace, again, sizeof again),
                         strlen(rows[i].again));
        assert_string_equal(again, rows[i].again);
    }
}

static void refuses_what_is_no_xray_header(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t offset;
    } rows[] = {
        {NULL, 0},
        {"", 0},
        {";", 1},
        {"Parent=" SPAN_HEX ";Sampled=1", 33},
        {"Root", 0},
        {"Root=", 5},
        {"Root=2-5759e988-bd862e3fe1be46a994272793", 5},
        {"Root=15759e988-bd862e3fe1be46a994272793", 6},
        {"Root=1-5759e98-bd862e3fe1be46a994272793", 14},
        {"Root=1-5759e988bd862e3fe1be46a994272793", 15},
        {"Root=1-5759e988-bd862e3fe1be46a99427279", 39},
        {"Root=1-5759e988-bd862e3fe1be46a9942727930", 40},
        {"Root=1-5759e988-bd862e3fe1be46a99427279g", 39},
        {"Root=1-00000000-000000000000000000000000", 5},
        {"Root=" ROOT ";Parent=53995c3f42cd8ad", 63},
        {"Root=" ROOT ";Parent=53995c3f42cd8ad80", 64},
        {"Root=" ROOT ";Parent=", 48},
        {"Root=" ROOT ";Sampled=2", 49},
        {"Root=" ROOT ";Sampled=", 49},
        {"Root=" ROOT ";Sampled=11", 50},
        {"Root=" ROOT ";Sampled=true", 49},
        {"Root=" ROOT ";Self=x", 46},
        {"Root=" ROOT ";root=" ROOT, 41},
        {"Root=" ROOT ";Sampled=1;Sampled=1", 51},
        {"Root=" ROOT ";x", 41},
        {"Root=" ROOT ";=x", 41},
        {"Root=" ROOT ";x=\r\nInjected: 1", 43},
        {"Root=" ROOT ";x=\xc3\xa9", 43},
        {"Root=" ROOT ";\tx=1", 41},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_refused(jsonlog_trace_parse_xray, rows[i].text, rows[i].offset);
    assert_int_equal(jsonlog_trace_parse_xray("", 0, NULL, NULL), JSONLOG_E_INVALID);
}

static void keeps_other_members_as_long_as_there_is_room(void **state) {
    (void)state;
    char text[1000];
    char again[JSONLOG_XRAY_HEADER_SIZE];
    jsonlog_trace_context trace;
    int len = sprintf(text, "Root=" ROOT ";Parent=" SPAN_HEX
                            ";Sampled=?;Self=1-67891234-12456789abcdef012345678f;a=");
    memset(text + len, 'x', 251);
    strcpy(text + len + 251, ";b=;c=1"); /* ";a=" and 251, then ";b=" would be one too many */
    assert_int_equal(jsonlog_trace_parse_xray(text, JSONLOG_NUL_TERMINATED, &trace, NULL),
                     JSONLOG_OK);
    assert_int_equal(strlen(trace.others), 254);
    text[len + 251] = '\0';
    assert_int_equal(jsonlog_trace_format_xray(&trace, again, sizeof again), strlen(text));
    assert_string_equal(again, text);
    strcpy(text + len + 250, ";b=;c=1");
    jsonlog_trace_parse_xray(text, JSONLOG_NUL_TERMINATED, &trace, NULL);
    assert_int_equal(strlen(trace.others), JSONLOG_XRAY_OTHERS_MAX);
}

static void an_unfinished_context_writes_nothing_false(void **state) {
    (void)state;
    char text[JSONLOG_XRAY_HEADER_SIZE] = "x";
    jsonlog_trace_context trace = {.sampling = JSONLOG_SAMPLING_YES};
    assert_int_equal(jsonlog_trace_format_xray(&trace, text, sizeof text), 0);
    assert_string_equal(text, "");
    assert_int_equal(jsonlog_trace_format_xray(NULL, text, sizeof text), 0);
    trace = example;
    trace.sampling = 77;
    assert_int_equal(jsonlog_trace_format_xray(&trace, text, 9), 64);
    assert_string_equal(text, "Root=1-5");
    memset(trace.others, 'x', sizeof trace.others); /* without a NUL */
    assert_int_equal(jsonlog_trace_format_xray(&trace, text, sizeof text), 64 + 256);
}

/* ---- from one kind to the other ---- */

static void what_one_kind_says_the_other_can(void **state) {
    (void)state;
    char text[JSONLOG_XRAY_HEADER_SIZE];
    jsonlog_trace_context trace;
    jsonlog_trace_parse_xray("Root=" ROOT ";Parent=" SPAN_HEX ";Sampled=1", JSONLOG_NUL_TERMINATED,
                             &trace, NULL);
    jsonlog_trace_format_w3c(&trace, text, sizeof text);
    assert_string_equal(text, "00-" TRACE_HEX "-" SPAN_HEX "-01");
    jsonlog_trace_parse_w3c("00-" TRACE_HEX "-" SPAN_HEX "-00", JSONLOG_NUL_TERMINATED, &trace,
                            NULL);
    jsonlog_trace_format_xray(&trace, text, sizeof text);
    assert_string_equal(text, "Root=" ROOT ";Parent=" SPAN_HEX ";Sampled=0");
}

/* One byte changed, removed or added, again and again: what is still accepted is written back as a
 * header that means the same. */
static size_t mutate(char *text, size_t len, size_t size) {
    static const char bytes[] = "0123456789abcdefABCDEF-=;, ?RootParentSampledSelf\x01\x7f\xff";
    const size_t at = len == 0 ? 0 : test_random_below(&numbers, len);
    const char byte = bytes[test_random_below(&numbers, sizeof bytes - 1)];
    switch (test_random_below(&numbers, 4)) {
    case 0: memmove(text + at, text + at + 1, len - at); return len == 0 ? 0 : len - 1;
    case 1:
        if (len + 1 >= size)
            return len;
        memmove(text + at + 1, text + at, len - at + 1);
        text[at] = byte;
        return len + 1;
    case 2: {
        const size_t other = len == 0 ? 0 : test_random_below(&numbers, len);
        const char kept = text[at];
        text[at] = text[other];
        text[other] = kept;
        return len;
    }
    default:
        if (len > 0)
            text[at] = byte;
        return len;
    }
}

static void check_w3c(const char *text, size_t len, unsigned *accepted) {
    jsonlog_trace_context trace;
    jsonlog_trace_context again;
    jsonlog_err err;
    char written[JSONLOG_TRACEPARENT_SIZE];
    if (jsonlog_trace_parse_w3c(text, len, &trace, &err) != JSONLOG_OK) {
        assert_true(err.offset <= len);
        return;
    }
    ++*accepted;
    assert_true(len >= 55 && memcmp(text, "ff", 2) != 0);
    for (size_t i = 0; i < 55; i++)
        assert_true(i == 2 || i == 35 || i == 52
                        ? text[i] == '-'
                        : isdigit((unsigned char)text[i]) || (text[i] >= 'a' && text[i] <= 'f'));
    assert_true(len == 55 || (memcmp(text, "00", 2) != 0 && text[55] == '-'));
    assert_int_equal(jsonlog_trace_format_w3c(&trace, written, sizeof written), 55);
    assert_memory_equal(written + 2, text + 2, 51);
    assert_int_equal(jsonlog_trace_parse_w3c(written, 55, &again, NULL), JSONLOG_OK);
    assert_memory_equal(&again, &trace, sizeof trace);
}

static void check_xray(const char *text, size_t len, unsigned *accepted) {
    jsonlog_trace_context trace;
    jsonlog_trace_context again;
    jsonlog_err err;
    char written[JSONLOG_XRAY_HEADER_SIZE];
    if (jsonlog_trace_parse_xray(text, len, &trace, &err) != JSONLOG_OK) {
        assert_true(err.offset <= len);
        return;
    }
    ++*accepted;
    const size_t size = jsonlog_trace_format_xray(&trace, written, sizeof written);
    assert_in_range(size, 40, sizeof written - 1);
    assert_int_equal(jsonlog_trace_parse_xray(written, size, &again, NULL), JSONLOG_OK);
    assert_memory_equal(&again, &trace, sizeof trace);
}

static void check_state(const char *text, size_t len, unsigned *accepted) {
    jsonlog_trace_context trace = example;
    jsonlog_trace_context again = example;
    jsonlog_err err;
    if (jsonlog_trace_parse_state(&trace, text, len, &err) != JSONLOG_OK) {
        assert_true(err.offset <= len);
        assert_string_equal(trace.state, "");
        return;
    }
    ++*accepted;
    assert_int_equal(jsonlog_trace_parse_state(&again, trace.state, JSONLOG_NUL_TERMINATED, NULL),
                     JSONLOG_OK);
    assert_string_equal(again.state, trace.state);
}

typedef struct mutation {
    const char *seed;
    void (*check)(const char *text, size_t len, unsigned *accepted);
} mutation;

static void mutated_headers_are_read_whole_or_not_at_all(void **state) {
    (void)state;
    static const mutation seeds[] = {
        {"00-" TRACE_HEX "-" SPAN_HEX "-01", check_w3c},
        {"01-" TRACE_HEX "-" SPAN_HEX "-00-more", check_w3c},
        {"Root=" ROOT ";Parent=" SPAN_HEX ";Sampled=1;Lineage=a:1", check_xray},
        {"Self=1-67891234-12456789abcdef012345678f;Root=" ROOT ";Sampled=?", check_xray},
        {"rojo=00f067aa0ba902b7, congo=t61rcWkgMzE", check_state},
    };
    for (size_t s = 0; s < sizeof seeds / sizeof seeds[0]; s++) {
        unsigned accepted = 0;
        numbers = (test_random){20261122};
        for (size_t round = 0; round < test_effort(40000); round++) {
            char text[256];
            size_t len = strlen(seeds[s].seed);
            memcpy(text, seeds[s].seed, len + 1);
            for (size_t steps = test_random_below(&numbers, 4); steps > 0; steps--)
                len = mutate(text, len, sizeof text);
            char *exact = malloc(len == 0 ? 1 : len); /* so that a sanitizer sees a step too far */
            assert_non_null(exact);
            memcpy(exact, text, len);
            seeds[s].check(exact, len, &accepted);
            free(exact);
        }
        assert_in_range(accepted, 100, test_effort(40000) - 1);
    }
}

/* ---- ids and fields ---- */

static void new_ids_are_new(void **state) {
    (void)state;
    jsonlog_trace_context a;
    jsonlog_trace_context b;
    const uint8_t seconds[4] = {0x6b, 0x02, 0xa2, 0xd1}; /* of 2026-11-22T08:07:45Z */
    jsonlog_trace_new(&a);
    jsonlog_trace_new(&b);
    assert_memory_equal(a.trace_id, seconds, 4);
    assert_memory_not_equal(a.trace_id, b.trace_id, 16);
    assert_memory_not_equal(a.span_id, b.span_id, 8);
    assert_true(a.is_random);
    assert_int_equal(a.sampling, JSONLOG_SAMPLING_UNKNOWN);
    const jsonlog_trace_context before = a;
    jsonlog_trace_new_span(&a);
    assert_memory_equal(a.trace_id, before.trace_id, 16);
    assert_memory_not_equal(a.span_id, before.span_id, 8);
    jsonlog_trace_new(NULL);
    jsonlog_trace_new_span(NULL);
}

static jsonlog_handler *lines;

static void expect_fields(const jsonlog_trace_context *trace, const jsonlog_trace_options *options,
                          const char *expected) {
    const jsonlog_scope scope = jsonlog_trace_push(trace, options);
    jsonlog_info(jsonlog_get("t"), "m");
    jsonlog_scope_pop(scope);
    jsonlog_info(jsonlog_get("t"), "after");
    char all[1000];
    snprintf(all, sizeof all,
             LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\"%s}")
                 LINE("\"INFO\",\"logger\":\"t\",\"message\":\"after\"}"),
             expected);
    assert_string_equal(log_lines_take(lines), all);
}

static void records_carry_the_ids(void **state) {
    (void)state;
    jsonlog_trace_options options = JSONLOG_TRACE_OPTIONS_INIT;
    jsonlog_trace_context trace = example;
    expect_fields(&trace, NULL,
                  ",\"traceId\":\"" TRACE_HEX "\",\"spanId\":\"" SPAN_HEX "\",\"sampled\":true");
    trace.sampling = JSONLOG_SAMPLING_NO;
    options.trace_id_key = "xray";
    options.span_id_key = "";
    options.sampled_key = "trace.sampled";
    options.as_xray_root = true;
    expect_fields(&trace, &options, ",\"xray\":\"" ROOT "\",\"trace.sampled\":false");
    trace.sampling = JSONLOG_SAMPLING_ASKED;
    memset(trace.span_id, 0, sizeof trace.span_id);
    expect_fields(&trace, NULL, ",\"traceId\":\"" TRACE_HEX "\"");
    memset(trace.trace_id, 0, sizeof trace.trace_id);
    expect_fields(&trace, NULL, "");
    assert_int_equal(jsonlog_trace_push(&trace, NULL).id, 0);
    assert_int_equal(jsonlog_trace_push(NULL, NULL).id, 0);
    options.size--;
    assert_int_equal(jsonlog_trace_push(&example, &options).id, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_traceparent),
        cmocka_unit_test(refuses_what_is_no_traceparent),
        cmocka_unit_test(reads_no_further_than_the_length),
        cmocka_unit_test(writes_a_traceparent),
        cmocka_unit_test(keeps_a_tracestate),
        cmocka_unit_test(refuses_what_is_no_tracestate),
        cmocka_unit_test(a_tracestate_has_limits),
        cmocka_unit_test(a_long_tracestate_is_shortened_by_members),
        cmocka_unit_test(reads_an_xray_header),
        cmocka_unit_test(refuses_what_is_no_xray_header),
        cmocka_unit_test(keeps_other_members_as_long_as_there_is_room),
        cmocka_unit_test(an_unfinished_context_writes_nothing_false),
        cmocka_unit_test(what_one_kind_says_the_other_can),
        cmocka_unit_test(mutated_headers_are_read_whole_or_not_at_all),
        cmocka_unit_test(new_ids_are_new),
        cmocka_unit_test(records_carry_the_ids),
    };
    lines = log_lines_at(jsonlog_root());
    const int failures = lines == NULL ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
    jsonlog_handler_release(lines);
    return failures;
}
