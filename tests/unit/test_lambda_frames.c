#include "handler/lambda_frames.h"
#include "support/failing_allocator.h"
#include "support/handler_lines.h"

#include <jsonlog/lambda.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "support/lambda_frame.h"
#include "support/pipes.h"

static jsonlog_handler *frames_to(int fd) {
    jsonlog_handler *handler = jl_lambda_frames_new(fd, false);
    assert_non_null(handler);
    use_plain_formatter(handler);
    return handler;
}

/* ---- header ---- */

static void the_header_is_as_aws_reads_it(void **state) {
    (void)state;
    static const uint8_t expected[] = {0xA5, 0x5A, 0x00, 0x16, 0x00, 0x00, 0x00, 0x07,
                                       0x00, 0x06, 0x0D, 0xD7, 0x10, 0x21, 0x20, 0x00};
    const jsonlog_line line = {.level = JSONLOG_LEVEL_ERROR,
                               .time_ns = INT64_C(1704067200000000000)};
    uint8_t header[JL_LAMBDA_HEADER_SIZE];
    jl_lambda_header(header, false, &line, 7);
    assert_memory_equal(header, expected, sizeof expected);
}

static void the_type_tells_level_and_format(void **state) {
    (void)state;
    static const struct {
        int level;
        uint32_t text;
    } rows[] = {
        {0, 0xA55A0003},  {5, 0xA55A0007},  {10, 0xA55A000B}, {20, 0xA55A000F}, {30, 0xA55A0013},
        {40, 0xA55A0017}, {50, 0xA55A001B}, {-1, 0xA55A0003}, {1, 0xA55A0007},  {9, 0xA55A0007},
        {11, 0xA55A000B}, {25, 0xA55A000F}, {39, 0xA55A0013}, {49, 0xA55A0017}, {254, 0xA55A001B},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const jsonlog_line line = {.level = rows[i].level, .time_ns = -5};
        char header[JL_LAMBDA_HEADER_SIZE];
        jl_lambda_header((uint8_t *)header, true, &line, 0x01020304);
        assert_int_equal(number_at(header, 4), rows[i].text);
        assert_int_equal(number_at(header + 4, 4), 0x01020304);
        assert_int_equal(number_at(header + 8, 8), 0);
        jl_lambda_header((uint8_t *)header, false, &line, 0);
        assert_int_equal(number_at(header, 4), rows[i].text - 1);
    }
}

/* ---- frames ---- */

/* A packet for each system call: header and line must have come together. */
static void a_line_is_one_write(void **state) {
    (void)state;
    int ends[2];
    char packet[200];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    jsonlog_handler *handler = frames_to(ends[1]);
    static const char *const lines[][2] = {
        {"{\"a\":1}\n", "{\"a\":1}"}, {"{\"b\":2}", "{\"b\":2}"}, {"x\n\n", "x\n"}, {"\n", ""}};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(write_text(handler, lines[i][0]), JSONLOG_OK);
        const ssize_t len = recv(ends[0], packet, sizeof packet, 0);
        const char *at = packet;
        frame got;
        assert_true(len > 0 && take_frame(&at, packet + len, &got));
        assert_ptr_equal(at, packet + len);
        assert_int_equal(got.type, 0xA55A000E);
        assert_int_equal(got.len, strlen(lines[i][1]));
        assert_memory_equal(got.text, lines[i][1], got.len);
    }
    jsonlog_handler_release(handler);
    assert_true(is_open(ends[1]));
    close(ends[0]), close(ends[1]);
}

static void an_event_has_a_largest_size(void **state) {
    (void)state;
    static char line[JSONLOG_LAMBDA_LINE_MAX + 2];
    static char all[JSONLOG_LAMBDA_LINE_MAX + 4096];
    const int fd = memfd_create("frames", 0);
    jsonlog_handler *handler = frames_to(fd);
    memset(line, 'x', sizeof line);
    line[JSONLOG_LAMBDA_LINE_MAX] = '\n';
    assert_int_equal(write_bytes(handler, line, JSONLOG_LAMBDA_LINE_MAX + 1), JSONLOG_OK);
    line[JSONLOG_LAMBDA_LINE_MAX] = 'x';
    assert_int_equal(write_bytes(handler, line, JSONLOG_LAMBDA_LINE_MAX + 1), JSONLOG_E_LIMIT);
    assert_int_equal(stats_of(handler).lost_error, 1);
    assert_int_equal(stats_of(handler).last_errno, EMSGSIZE);
    assert_int_equal(write_text(handler, "next\n"), JSONLOG_OK);
    lseek(fd, 0, SEEK_SET);
    const char *at = all;
    const char *end = all + drain(fd, all, sizeof all);
    frame got;
    assert_true(take_frame(&at, end, &got));
    assert_int_equal(got.len, JSONLOG_LAMBDA_LINE_MAX);
    assert_true(take_frame(&at, end, &got));
    assert_memory_equal(got.text, "lines lost lost=1 reason=EMSGSIZE", got.len);
    assert_int_equal(got.type, 0xA55A0012);
    assert_true(take_frame(&at, end, &got));
    assert_memory_equal(got.text, "next", 4);
    jsonlog_handler_release(handler);
    close(fd);
}

/* A reader that is late: the frame that was begun is finished before anything else. The kernel
 * takes a part only of what is longer than PIPE_BUF. */
static void a_full_descriptor_leaves_frames_whole(void **state) {
    (void)state;
    int ends[2];
    char line[5001];
    static char all[65536];
    open_small_pipe(ends);
    jsonlog_handler *handler = frames_to(ends[1]);
    memset(line, 'y', 5000);
    line[5000] = '\0';
    assert_int_equal(write_text(handler, line), JSONLOG_OK);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_E_AGAIN);
    assert_int_equal(write_text(handler, "refused\n"), JSONLOG_E_AGAIN);
    assert_int_equal(write_text(handler, line), JSONLOG_E_AGAIN);
    size_t len = drain(ends[0], all, sizeof all);
    assert_in_range(len, 1, 4096);
    assert_int_equal(write_text(handler, "after\n"), JSONLOG_OK);
    len += drain(ends[0], all + len, sizeof all - len);
    const char *const expected[] = {line, "lines lost lost=2 reason=EAGAIN", "after"};
    const char *at = all;
    frame got;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_true(take_frame(&at, all + len, &got));
        assert_int_equal(got.len, strlen(expected[i]));
        assert_memory_equal(got.text, expected[i], got.len);
    }
    assert_ptr_equal(at, all + len);
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);
}

static jsonlog_handler *with_a_rest(int ends[2]) {
    static char line[6000];
    open_small_pipe(ends);
    jsonlog_handler *handler = frames_to(ends[1]);
    memset(line, 'z', sizeof line);
    assert_int_equal(write_bytes(handler, line, sizeof line), JSONLOG_OK);
    return handler;
}

static void the_rest_is_flushed_in_the_parent_only(void **state) {
    (void)state;
    int ends[2];
    static char all[65536];
    jsonlog_handler *handler = with_a_rest(ends);
    assert_int_equal(drain(ends[0], all, sizeof all), 4096);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    assert_int_equal(drain(ends[0], all, sizeof all), 6000 + JL_LAMBDA_HEADER_SIZE - 4096);
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);

    handler = with_a_rest(ends);
    assert_int_equal(drain(ends[0], all, sizeof all), 4096);
    jl_handler_after_fork(handler);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    assert_int_equal(drain(ends[0], all, sizeof all), 0);
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);
}

/* SIGPIPE would end this program. */
static void a_reader_that_is_gone_is_left_alone(void **state) {
    (void)state;
    int ends[2];
    signal(SIGPIPE, SIG_DFL);
    jsonlog_handler *handler = with_a_rest(ends);
    close(ends[0]);
    assert_int_equal(write_text(handler, "a\n"), JSONLOG_E_CLOSED);
    assert_int_equal(write_text(handler, "b\n"), JSONLOG_E_CLOSED);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_E_CLOSED);
    assert_int_equal(stats_of(handler).lost, 3); /* the one that was begun too */
    assert_int_equal(stats_of(handler).last_errno, EPIPE);
    jsonlog_handler_release(handler);
    close(ends[1]);
}

static void a_long_line_without_memory_begins_no_frame(void **state) {
    (void)state;
    static char line[20000];
    const int fd = memfd_create("frames", 0);
    jsonlog_handler *handler = frames_to(fd);
    memset(line, 'x', sizeof line);
    allocations_left = 0;
    assert_int_equal(write_bytes(handler, line, sizeof line), JSONLOG_E_NOMEM);
    assert_int_equal(write_bytes(handler, line, JL_LINE_MAX_DEFAULT), JSONLOG_OK);
    allocations_left = -1;
    assert_int_equal(write_bytes(handler, line, sizeof line), JSONLOG_OK);
    jsonlog_handler_release(handler);
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_is_as_aws_reads_it),
        cmocka_unit_test(the_type_tells_level_and_format),
        cmocka_unit_test(a_line_is_one_write),
        cmocka_unit_test(an_event_has_a_largest_size),
        cmocka_unit_test(a_full_descriptor_leaves_frames_whole),
        cmocka_unit_test(the_rest_is_flushed_in_the_parent_only),
        cmocka_unit_test(a_reader_that_is_gone_is_left_alone),
        cmocka_unit_test(a_long_line_without_memory_begins_no_frame),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
