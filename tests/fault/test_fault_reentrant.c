/**
 * Everything that a log call calls logs in turn: values, formatters, filters, handlers, allocators,
 * on several threads at once and into each kind of output. Nothing may hang; the records of the
 * threads are all there, and those from within are there or counted.
 */
#include "fault/fault_report.h"
#include <jsonlog/async.h>
#include <jsonlog/file.h>
#include <jsonlog/jsonlog.h>

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/log_files.h"
#include "support/thread_allocator.h"

enum { THREADS = 4, RECORDS = 500 };

static jsonlog_logger *logger;
static uint64_t within; /* atomic: records logged from within */

/* One call deep: what logs from within is not asked about that again. */
static void log_within(void) {
    static __thread bool is_within;
    if (is_within)
        return;
    is_within = true;
    __atomic_fetch_add(&within, 1, __ATOMIC_RELAXED);
    jsonlog_info(logger, "within", "why", "because", "n", 1.5);
    is_within = false;
}

/* ---- who logs ---- */

static bool write_and_log(jsonlog_writer *writer, void *context) {
    (void)context;
    log_within();
    jsonlog_write_value(writer, jsonlog_from_string("made by a callback"));
    return true;
}

static bool log_for_value(jsonlog_writer *writer, const char *key, size_t key_len,
                          const jsonlog_value *value, void *context) {
    (void)writer, (void)key, (void)key_len, (void)value, (void)context;
    log_within();
    return false;
}

static void log_for_record(jsonlog_record *record, void *context) {
    (void)record, (void)context;
    log_within();
}

static bool log_and_pass(jsonlog_record *record, void *context) {
    (void)record, (void)context;
    log_within();
    return true;
}

static bool log_and_take(const jsonlog_record *record, void *context) {
    (void)record, (void)context;
    log_within();
    return true;
}

typedef enum source {
    BY_VALUE,
    BY_VALUE_FN,
    BY_PROCESSOR,
    BY_LOGGER_FILTER,
    BY_HANDLER_FILTER,
    BY_ALLOCATOR,
    SOURCES
} source;

static const char *const source_names[SOURCES] = {"value",         "value_fn",       "processor",
                                                  "logger filter", "handler filter", "allocator"};

static void set_formatter(jsonlog_handler *handler, source from) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.value_fn = from == BY_VALUE_FN ? log_for_value : NULL;
    options.process = from == BY_PROCESSOR ? log_for_record : NULL;
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(&options, NULL);
    assert_int_equal(jsonlog_handler_set_formatter(handler, formatter), JSONLOG_OK);
    jsonlog_formatter_release(formatter);
}

/* ---- where to ---- */

typedef enum output { TO_FILE, TO_PIPE, TO_BUFFER, TO_RING, OUTPUTS } output;

static const char *const output_names[OUTPUTS] = {"file", "pipe", "buffer", "ring"};
static const char *const reported_names[OUTPUTS] = {"file", "stream(pipe)", "file+buffered",
                                                    "async(file)"};

typedef struct drain_thread {
    int from, to;
    pthread_t thread;
} drain_thread;

static void *drain_pipe(void *argument) {
    const drain_thread *d = argument;
    char bytes[4096];
    for (ssize_t n; (n = read(d->from, bytes, sizeof bytes)) > 0;)
        assert_int_equal(write(d->to, bytes, (size_t)n), n);
    close(d->from);
    close(d->to);
    return NULL;
}

/* Through a pipe into the same file, so that all are read alike. */
static jsonlog_handler *open_pipe_to_file(drain_thread *d) {
    int ends[2];
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    assert_int_equal(pipe(ends), 0);
    d->from = ends[0];
    d->to = open(in_directory("log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    assert_int_equal(pthread_create(&d->thread, NULL, drain_pipe, d), 0);
    return jsonlog_stream_handler_new(ends[1], &options);
}

static jsonlog_handler *open_file(output to) {
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    jsonlog_handler *file = NULL;
    if (to == TO_BUFFER)
        options.policy = jsonlog_buffered(20000, 5);
    assert_int_equal(jsonlog_file_handler_new(in_directory("log"), &options, &file, NULL),
                     JSONLOG_OK);
    return file;
}

static jsonlog_handler *open_output(output to, source from, drain_thread *d) {
    jsonlog_handler *handler = to == TO_PIPE ? open_pipe_to_file(d) : open_file(to);
    set_formatter(handler, from);
    if (from == BY_HANDLER_FILTER)
        jsonlog_handler_add_filter(handler, log_and_take, NULL);
    if (to != TO_RING)
        return handler;
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.when_full = JSONLOG_ASYNC_BLOCK;
    jsonlog_handler *async = jsonlog_async_handler_new(handler, &options);
    jsonlog_handler_release(handler);
    return async;
}

/* ---- threads ---- */

static source now;

static void *log_records(void *argument) {
    (void)argument;
    heap.on_use = now == BY_ALLOCATOR ? log_within : NULL;
    for (int n = 0; n < RECORDS; n++) {
        jsonlog_scope scope = {0};
        if (now == BY_ALLOCATOR)
            scope = jsonlog_scope_push("n", n); /* a record alone allocates nothing */
        if (now == BY_VALUE)
            jsonlog_info(logger, "of a thread", "n", n, "made", jsonlog_call(write_and_log, NULL));
        else
            jsonlog_info(logger, "of a thread", "n", n, "text", "some");
        jsonlog_scope_pop(scope);
    }
    heap.on_use = NULL;
    return NULL;
}

static void run_threads(void) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_records, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* How many lines have it. */
static uint64_t count_in(const char *text, const char *what) {
    uint64_t count = 0;
    for (const char *newline; (newline = strchr(text, '\n')) != NULL; text = newline + 1)
        count += memmem(text, (size_t)(newline - text), what, strlen(what)) != NULL;
    return count;
}

static uint64_t lost(const jsonlog_stats *stats) {
    return stats->lost_nested + stats->lost_output + stats->lost_memory;
}

static void logs_from_within(source from, output to) {
    char name[40];
    drain_thread d;
    jsonlog_stats before, after;
    snprintf(name, sizeof name, "reentrant.%d.%d", (int)from, (int)to);
    now = from;
    within = 0;
    logger = jsonlog_get(name);
    jsonlog_handler *handler = open_output(to, from, &d);
    jsonlog_logger_set_propagate(logger, false);
    assert_int_equal(jsonlog_logger_set_handlers(logger, &handler, 1), JSONLOG_OK);
    if (from == BY_LOGGER_FILTER)
        jsonlog_logger_add_filter(logger, log_and_pass, NULL);
    jsonlog_get_stats(&before);
    alarm(60);
    run_threads();
    alarm(0);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK); /* others may still hold it */
    jsonlog_logger_set_handlers(logger, NULL, 0);
    jsonlog_handler_release(handler);
    if (to == TO_PIPE)
        pthread_join(d.thread, NULL);
    jsonlog_get_stats(&after);
    const char *text = content_of("log");
    const uint64_t seen = count_in(text, "\"message\":\"within\"");
    assert_int_equal(count_in(text, "\"message\":\"of a thread\""), THREADS * RECORDS);
    assert_int_equal(seen + lost(&after) - lost(&before), within);
    assert_true(within > 0);
    const uint64_t records = count_in(text, "\"message\":\"of a thread\"");
    print_fault((fault_report){"re-entrant", reported_names[to], within, records + seen,
                               THREADS * RECORDS - records, 0});
    print_message("by %s into a %s: %" PRIu64 " from within, %" PRIu64 " of them counted lost\n",
                  source_names[from], output_names[to], within, within - seen);
    unlink(in_directory("log"));
}

static void whatever_a_call_calls_may_log(void **state) {
    (void)state;
    for (int from = 0; from < SOURCES; from++)
        for (int to = 0; to < OUTPUTS; to++)
            logs_from_within((source)from, (output)to);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_a_call_calls_may_log)};
    if (!install_thread_allocator())
        return 1;
    return cmocka_run_group_tests(tests, make_test_directory, remove_test_directory);
}
