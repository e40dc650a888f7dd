/**
 * No memory, at each point: a tour through every handler and everything around the record, in which
 * the first allocation fails, then the second, and so on until all of them succeed; each time in a
 * process of its own, and from there on all that follow fail too, or just the one.
 *
 * Nothing crashes or hangs, what fails says so, every line that gets out is whole, nothing is
 * leaked that is not leaked without a failure, and the next record is written as if nothing had
 * happened.
 */
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"

#include <jsonlog/async.h>
#include <jsonlog/capture.h>
#include <jsonlog/config.h>
#include <jsonlog/crash.h>
#include <jsonlog/failover.h>
#include <jsonlog/heartbeat.h>
#include <jsonlog/journald.h>
#include <jsonlog/jsonlog.h>
#include <jsonlog/lambda.h>
#include <jsonlog/metric.h>
#include <jsonlog/preset.h>
#include <jsonlog/recorder.h>
#include <jsonlog/redact.h>
#include <jsonlog/rotating.h>
#include <jsonlog/routing.h>
#include <jsonlog/socket.h>
#include <jsonlog/syslog.h>
#include <jsonlog/tee.h>
#include <jsonlog/trace.h>

#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "fault/fault_child.h"
#include "support/log_files.h"

enum { ALL_SUCCEEDED = 42 };

/* ---- the heap ---- */

/* In shared memory: what the parent wants, and what it is told. All but the wishes are atomic. */
typedef struct heap_state {
    int64_t fails_at;     /* counts down; the allocation that makes it 0 fails; below: none */
    bool keeps_failing;   /* … and all that follow */
    int64_t alive;        /* blocks */
    int64_t usual;        /* of them at the end of a tour in which nothing failed */
    uint64_t lines, torn; /* that the last handler has seen */
    uint64_t lost;        /* records that are neither there nor counted */
} heap_state;

static heap_state *heap;

static bool has_failed(void) {
    return __atomic_load_n(&heap->fails_at, __ATOMIC_RELAXED) <= 0;
}

static bool may_allocate(void) {
    const int64_t left = __atomic_sub_fetch(&heap->fails_at, 1, __ATOMIC_RELAXED);
    return left > 0 || (left < 0 && !heap->keeps_failing);
}

static void *allocate(size_t size, void *user) {
    (void)user;
    void *memory = may_allocate() ? malloc(size) : NULL;
    if (memory != NULL)
        __atomic_add_fetch(&heap->alive, 1, __ATOMIC_RELAXED);
    return memory;
}

static void *reallocate(void *memory, size_t size, void *user) {
    if (memory == NULL)
        return allocate(size, user);
    return may_allocate() ? realloc(memory, size) : NULL;
}

static void release(void *memory, void *user) {
    (void)user;
    if (memory != NULL)
        __atomic_sub_fetch(&heap->alive, 1, __ATOMIC_RELAXED);
    free(memory);
}

static const jsonlog_allocator failing = {allocate, reallocate, release, NULL};

/* ---- what all stops of the tour end in ---- */

static bool check_line(const jsonlog_line *line, void *context) {
    (void)context;
    const bool is_whole = line->len > 2 && line->text[line->len - 1] == '\n' &&
                          (line->text[0] == '{' || line->text[0] == '-');
    __atomic_add_fetch(&heap->lines, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&heap->torn, !is_whole, __ATOMIC_RELAXED);
    return true;
}

/* A call that may fail for want of memory and for nothing else. */
static bool is_fine(jsonlog_status status, const jsonlog_err *err) {
    if (status == JSONLOG_OK)
        return true;
    return status == JSONLOG_E_NOMEM && (err == NULL || err->code == status) && has_failed();
}

static void log_some(void) {
    jsonlog_info(jsonlog_root(), "some", "n", 1, "o", jsonlog_object("k", "v"));
    jsonlog_debug(jsonlog_root(), "below");
    jsonlog_error(jsonlog_root(), "failed", "errorCode", "E1", "card", "4111111111111111");
}

/* Log through a handler as the root's only one; NULL is what comes of a failed constructor. */
static void log_through(jsonlog_handler *handler) {
    require(handler != NULL || has_failed());
    if (handler != NULL && jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1) == JSONLOG_OK)
        log_some();
    if (handler != NULL)
        jsonlog_handler_flush(handler);
    jsonlog_handler_release(handler);
}

/* ---- the stops ---- */

static void visit_tee(jsonlog_handler *sink) {
    jsonlog_handler *parts[] = {sink, jsonlog_memory_handler_new(4096)};
    require(parts[1] != NULL || has_failed());
    log_through(jsonlog_tee_handler_new(parts, parts[1] == NULL ? 1 : 2));
    jsonlog_handler_release(parts[1]);
}

static bool refuse(const jsonlog_line *line, void *context) {
    (void)line, (void)context;
    return false;
}

static void visit_failover(jsonlog_handler *sink) {
    jsonlog_handler *chain[] = {jsonlog_callback_handler_new(refuse, NULL), sink};
    require(chain[0] != NULL || has_failed());
    if (chain[0] != NULL)
        log_through(jsonlog_failover_handler_new(chain, 2, NULL));
    jsonlog_handler_release(chain[0]);
}

static void visit_recorder(jsonlog_handler *sink) {
    jsonlog_err err;
    jsonlog_recorder_options options = JSONLOG_RECORDER_OPTIONS_INIT;
    options.ring_bytes = 8192;
    options.per_thread = options.marks = true;
    jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_DEBUG);
    jsonlog_handler *recorder = jsonlog_recorder_handler_new(sink, &options);
    require(recorder != NULL || has_failed());
    if (recorder != NULL)
        require(is_fine(jsonlog_recorder_set_trigger(recorder, "{ $.n = 1 }", &err), &err));
    log_through(recorder);
}

static void visit_routing(jsonlog_handler *sink) {
    jsonlog_err err = {.code = JSONLOG_OK};
    const jsonlog_routing_rule rules[] = {{"{ $.errorCode = \"E*\" }", sink, true},
                                          {"{ $.n > 3 }", NULL, true}};
    jsonlog_handler *router = jsonlog_router_handler_new(rules, 2, sink, &err);
    require(router != NULL || (err.code == JSONLOG_E_NOMEM && has_failed()));
    if (router != NULL)
        require(is_fine(
            jsonlog_handler_set_filter_pattern(router, "{ $.n = * }", JSONLOG_PASS_MATCHING, &err),
            &err));
    log_through(router);
}

static void visit_redaction(jsonlog_handler *sink) {
    jsonlog_err err = {.code = JSONLOG_OK};
    const jsonlog_redact_rule rules[] = {jsonlog_redact_key("k"), jsonlog_redact_path("o.k"),
                                         jsonlog_redact_pattern("card")};
    jsonlog_redaction *set = jsonlog_redaction_new(rules, 3, NULL, &err);
    require(set != NULL || (err.code == JSONLOG_E_NOMEM && has_failed()));
    if (set != NULL)
        require(is_fine(jsonlog_set_redaction(set), NULL));
    jsonlog_redaction_release(set);
    log_through(jsonlog_handler_retain(sink));
}

static void visit_config(jsonlog_handler *sink) {
    static const char text[] =
        "{\"version\":1,\"staticFields\":{\"a\":[1,{\"b\":2}]},"
        "\"redaction\":{\"rules\":[{\"key\":\"k\"}]},"
        "\"filters\":{\"p\":{\"pattern\":\"{ $.n = 1 }\"}},"
        "\"handlers\":{\"m\":{\"class\":\"memory\",\"capacity\":\"64K\",\"filters\":[\"p\"]},"
        "\"ring\":{\"class\":\"async\",\"target\":\"m\",\"ringBytes\":4096,"
        "\"drainTimeout\":\"50ms\"}},"
        "\"loggers\":{\"a.b\":{\"level\":\"DEBUG\",\"handlers\":[\"m\"]}},"
        "\"root\":{\"handlers\":[\"ring\"],\"level\":\"INFO\"}}";
    jsonlog_err err;
    (void)sink;
    require(is_fine(jsonlog_config_check_text(text, sizeof text - 1, &err), &err));
    require(is_fine(jsonlog_configure_text(text, sizeof text - 1, &err), &err));
    jsonlog_info(jsonlog_get("a.b"), "some", "n", 1);
    jsonlog_flush();
}

static void visit_metric(jsonlog_handler *sink) {
    jsonlog_err err;
    jsonlog_metric_event event = JSONLOG_METRIC_EVENT_INIT;
    const jsonlog_field dimension = jsonlog_field_make("service", jsonlog_value_of("pay"));
    const jsonlog_field metric = jsonlog_field_make(
        "latency", jsonlog_measured(jsonlog_from_double(1.5), JSONLOG_UNIT_NONE, 1));
    event.metric_namespace = "Payments";
    event.dimensions = &dimension;
    event.dimension_count = 1;
    event.metrics = &metric;
    event.metric_count = 1;
    log_through(jsonlog_handler_retain(sink));
    require(is_fine(jsonlog_metric_log(jsonlog_root(), &event, &err), &err));
    jsonlog_metric(jsonlog_root(), "Payments", jsonlog_dimensions("service", "pay"), "requests",
                   jsonlog_count(1), "id", "x");
    jsonlog_metric(jsonlog_root(), "", jsonlog_dimensions(), "requests", jsonlog_count(1));
}

static void visit_trace(jsonlog_handler *sink) {
    jsonlog_trace_context trace;
    jsonlog_trace_new(&trace);
    jsonlog_scope scope = jsonlog_trace_push(&trace, NULL);
    require(scope.id != 0 || has_failed());
    log_through(jsonlog_handler_retain(sink));
    jsonlog_scope_pop(scope);
}

static void visit_lambda(jsonlog_handler *sink) {
    jsonlog_err err;
    jsonlog_lambda_invocation invocation = JSONLOG_LAMBDA_INVOCATION_INIT;
    invocation.request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
    invocation.trace_header = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
    require(is_fine(jsonlog_lambda_start(NULL, &err), &err));
    jsonlog_formatter *formatter = jsonlog_lambda_formatter_new(NULL, &err);
    require(formatter != NULL || (err.code == JSONLOG_E_NOMEM && has_failed()));
    jsonlog_handler_set_formatter(sink, formatter);
    jsonlog_formatter_release(formatter);
    const jsonlog_scope scope = jsonlog_lambda_begin(&invocation);
    require(scope.id != 0 || has_failed());
    log_through(jsonlog_handler_retain(sink));
    jsonlog_lambda_end(scope);
    jsonlog_handler_set_formatter(sink, NULL);
}

static void visit_presets(jsonlog_handler *sink) {
    static const char *const names[] = {"ecs", "opentelemetry", "datadog", "logstash"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        jsonlog_err err;
        jsonlog_preset preset;
        require(jsonlog_preset_from_name(names[i], &preset) == JSONLOG_OK);
        jsonlog_formatter *formatter = jsonlog_preset_formatter_new(preset, NULL, NULL, &err);
        require(formatter != NULL || (err.code == JSONLOG_E_NOMEM && has_failed()));
        if (formatter != NULL)
            jsonlog_handler_set_formatter(sink, formatter);
        jsonlog_formatter_release(formatter);
        log_through(jsonlog_handler_retain(sink));
    }
    jsonlog_handler_set_formatter(sink, NULL);
}

static void visit_files(jsonlog_handler *sink) {
    jsonlog_err err;
    jsonlog_handler *file = NULL;
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    (void)sink;
    options.policy = jsonlog_buffered(16384, 5);
    require(is_fine(jsonlog_file_handler_new(in_directory("log"), &options, &file, &err), &err));
    if (file != NULL) {
        rename(in_directory("log"), in_directory("log.old"));
        require(is_fine(jsonlog_file_reopen(file, &err), &err));
        log_through(file);
    }
    jsonlog_handler *stdio = jsonlog_stdio_handler_new(stdout, true); /* which is /dev/null */
    log_through(stdio);
}

static void visit_rotating(jsonlog_handler *sink) {
    jsonlog_err err;
    jsonlog_handler *rotating = NULL;
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    (void)sink;
    options.max_bytes = 100;
    options.keep_files = 2;
    options.compression = JSONLOG_COMPRESS_GZIP;
    const jsonlog_status status =
        jsonlog_rotating_handler_new(in_directory("rotated"), &options, &rotating, &err);
    require(status == JSONLOG_E_UNSUPPORTED || is_fine(status, &err));
    if (rotating == NULL)
        return;
    log_through(jsonlog_handler_retain(rotating));
    jsonlog_rotating_wait(rotating, 10000);
    jsonlog_handler_release(rotating);
}

static void visit_async(jsonlog_handler *sink) {
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.ring_bytes = 8192;
    options.drain_timeout_ms = 50; /* its thread may wait for memory */
    log_through(jsonlog_async_handler_new(sink, &options));
}

/* Nobody listens; what waits is given up soon. */
static void visit_network(jsonlog_handler *sink) {
    jsonlog_err err;
    jsonlog_handler *remote = NULL;
    jsonlog_socket_options options = JSONLOG_SOCKET_OPTIONS_INIT;
    jsonlog_syslog_options syslog = JSONLOG_SYSLOG_OPTIONS_INIT;
    (void)sink;
    options.buffer_bytes = 8192;
    options.drain_timeout_ms = 1;
    syslog.socket = &options;
    syslog.structured_data_id = "app@32473";
    require(is_fine(jsonlog_socket_handler_new("unix:///nowhere/socket", &options, &remote, &err),
                    &err));
    if (remote != NULL)
        log_through(remote);
    remote = NULL;
    require(
        is_fine(jsonlog_syslog_handler_new("udp://127.0.0.1:9", &syslog, &remote, &err), &err) ||
        err.code == JSONLOG_E_INVALID);
    if (remote != NULL)
        log_through(remote);
}

static void visit_journald(jsonlog_handler *sink) {
    jsonlog_err err;
    jsonlog_handler *journal = NULL;
    (void)sink;
    jsonlog_journald_options options = JSONLOG_JOURNALD_OPTIONS_INIT;
    options.opens_late = true; /* there may be no journal here */
    const jsonlog_status status = jsonlog_journald_handler_new(&options, &journal, &err);
    require(status == JSONLOG_E_UNSUPPORTED || is_fine(status, &err));
    if (journal != NULL)
        log_through(journal);
}

static void visit_watchers(jsonlog_handler *sink) {
    jsonlog_err err;
    const jsonlog_status status = jsonlog_crash_install(NULL, &err);
    require(is_fine(status, &err));
    log_through(jsonlog_handler_retain(sink));
    jsonlog_heartbeat();
    require(jsonlog_crash_thread_enter() == JSONLOG_OK || has_failed());
    jsonlog_crash_thread_leave();
    jsonlog_crash_uninstall();
    jsonlog_capture *logs = jsonlog_capture_start(NULL);
    require(logs != NULL || has_failed());
    log_some();
    jsonlog_capture_stop(logs);
}

static const struct {
    const char *name;
    void (*visit)(jsonlog_handler *sink);
} stops[] = {
    {"tee", visit_tee},
    {"failover", visit_failover},
    {"recorder", visit_recorder},
    {"routing", visit_routing},
    {"redaction", visit_redaction},
    {"config", visit_config},
    {"metric", visit_metric},
    {"trace", visit_trace},
    {"lambda", visit_lambda},
    {"preset", visit_presets},
    {"file+stdio", visit_files},
    {"rotating", visit_rotating},
    {"async", visit_async},
    {"socket+syslog", visit_network},
    {"journald", visit_journald},
    {"crash+capture", visit_watchers},
};

/* ---- the tour ---- */

/* With memory again everything can be ended, if need be by a thread that had to wait for it.
 * @return the blocks that are still there. */
static int64_t close_all(void) {
    require(jsonlog_set_redaction(NULL) == JSONLOG_OK);
    require(jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0) == JSONLOG_OK);
    jsonlog_shutdown();
    for (int i = 0; i < 20000 && __atomic_load_n(&heap->alive, __ATOMIC_RELAXED) > heap->usual; i++)
        usleep(1000);
    return __atomic_load_n(&heap->alive, __ATOMIC_RELAXED);
}

/* The sink is made before anything fails; the last record is logged after. */
static int visit_once(size_t stop, int64_t fails_at) {
    heap->fails_at = INT64_MAX;
    heap->lines = heap->torn = heap->lost = 0;
    heap->alive = 0;
    require(jsonlog_set_allocator(&failing) == JSONLOG_OK);
    jsonlog_handler *sink = jsonlog_callback_handler_new(check_line, NULL);
    require(jsonlog_logger_set_handlers(jsonlog_root(), &sink, 1) == JSONLOG_OK);
    __atomic_store_n(&heap->fails_at, fails_at, __ATOMIC_RELAXED);
    stops[stop].visit(sink);
    const bool is_over = !has_failed();
    __atomic_store_n(&heap->fails_at, INT64_MAX, __ATOMIC_RELAXED);
    const uint64_t before = __atomic_load_n(&heap->lines, __ATOMIC_RELAXED);
    require(jsonlog_logger_set_handlers(jsonlog_root(), &sink, 1) == JSONLOG_OK);
    jsonlog_error(jsonlog_root(), "after all");
    heap->lost = __atomic_load_n(&heap->lines, __ATOMIC_RELAXED) == before;
    jsonlog_handler_release(sink);
    const int64_t alive = close_all();
    __atomic_store_n(&heap->alive, alive, __ATOMIC_RELAXED);
    return is_over ? ALL_SUCCEEDED : 0;
}

/* @return how the child ended. */
static int run(size_t stop, int64_t fails_at, bool keeps_failing) {
    int status = -1;
    heap->keeps_failing = keeps_failing;
    remove_tree(test_directory);
    assert_int_equal(mkdir(test_directory, 0700), 0);
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        if (freopen("/dev/null", "w", stdout) == NULL)
            _exit(1);
        _exit(visit_once(stop, fails_at));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != ALL_SUCCEEDED))
        print_message("%s: allocation %" PRId64 " failed, status %x\n", stops[stop].name, fails_at,
                      (unsigned)status);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void visit_without_memory(size_t stop) {
    fault_report r = {.name = "malloc", .handler = stops[stop].name};
    heap->usual = INT64_MAX;
    assert_int_equal(run(stop, INT64_MAX / 2, false), ALL_SUCCEEDED);
    heap->usual = heap->alive;
    int result = 0;
    for (int64_t at = 1; result == 0; at++) {
        for (int keeps_failing = 0; keeps_failing < 2; keeps_failing++) {
            result = run(stop, at, keeps_failing == 1);
            assert_true(result == 0 || result == ALL_SUCCEEDED);
            r.trials += result == 0;
            r.accepted += heap->lines;
            r.lost += heap->lost;
            r.torn += heap->torn;
            if (heap->alive > heap->usual)
                print_message("%s: %" PRId64 " blocks left behind when allocation %" PRId64
                              " failed (%d)\n",
                              stops[stop].name, heap->alive - heap->usual, at, keeps_failing);
            assert_true(heap->alive <= heap->usual);
        }
    }
    print_fault(r);
    assert_int_equal(r.lost + r.torn, 0);
    assert_true(r.trials > 0);
}

static void nothing_breaks_without_memory(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        visit_without_memory(i);
}

static int share_memory(void **state) {
    heap = mmap(NULL, sizeof *heap, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return heap == MAP_FAILED ? -1 : make_test_directory(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_breaks_without_memory)};
    return cmocka_run_group_tests(tests, share_memory, remove_test_directory);
}
