#include "record/handler_base.h"
#include "record/lost_report.h"

#include "support/log_lines.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void names_the_reason(void **state) {
    (void)state;
    static const struct {
        int reason;
        const char *name;
    } cases[] = {
        {JL_LOST_REFUSED, "refused"}, {JL_LOST_NESTED, "nested"}, {JL_LOST_FORMAT, "format"},
        {EAGAIN, "EAGAIN"},           {ENOENT, "ENOENT"},         {EMFILE, "EMFILE"},
        {ENFILE, "ENFILE"},           {ENOSPC, "ENOSPC"},         {EDQUOT, "EDQUOT"},
        {EMSGSIZE, "EMSGSIZE"},       {ENOBUFS, "ENOBUFS"},       {ECONNREFUSED, "ECONNREFUSED"},
        {ENETDOWN, "ENETDOWN"},       {4095, "errno 4095"},       {-4095, "errno -4095"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char space[JL_LOST_REASON_MAX];
        assert_string_equal(jl_lost_reason(cases[i].reason, space), cases[i].name);
    }
}

static void says_what_was_lost(void **state) {
    (void)state;
    jl_own_record report;
    const jsonlog_line next = {.time_ns = LOG_LINES_TIME_NS};
    assert_int_equal(jl_lost_report_make(&report, jl_formatter_default(), 17, "EAGAIN", &next),
                     JSONLOG_OK);
    static const char expected[] =
        LINE("\"WARN\",\"logger\":\"jsonlog\",\"message\":\"lines lost\",\"lost\":17,"
             "\"reason\":\"EAGAIN\"}");
    assert_int_equal(report.line.len, sizeof expected - 1);
    assert_memory_equal(report.line.text, expected, sizeof expected - 1);
    assert_int_equal(report.line.level, JSONLOG_LEVEL_WARN);
    assert_int_equal(report.line.time_ns, LOG_LINES_TIME_NS);
    assert_int_equal(report.line.flags, JSONLOG_LINE_REPORT);
    jl_own_record_done(&report);
}

static void tells_now_and_this_thread_without_a_next_line(void **state) {
    (void)state;
    jl_own_record report;
    jsonlog_set_clock(log_lines_now, NULL);
    jsonlog_info(jsonlog_root(), NULL);
    assert_int_equal(jl_lost_report_make(&report, jl_formatter_default(), 1, "x", NULL),
                     JSONLOG_OK);
    assert_int_equal(report.line.time_ns, LOG_LINES_TIME_NS);
    assert_int_equal(report.record.thread, jl_thread_peek()->id);
    jl_own_record_done(&report);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_reason),
        cmocka_unit_test(says_what_was_lost),
        cmocka_unit_test(tells_now_and_this_thread_without_a_next_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
