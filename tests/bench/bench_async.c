/**
 * What an async handler costs the caller, and how fast it drains. The handler's thread runs on the
 * other core, if there is one. usage: bench_async [ROUNDS [RECORDS]]
 *
 *  a  one call every 10 us: the caller's latency, p50, p99, p99.9, with the clock's own cost taken
 *     off; beside the same record written at once
 *  b  records as fast as they go, from one thread, until drained
 *  c  the same from four threads
 */
#include "rounds.h"

#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLES = 50000, INTERVAL_NS = 10000, THREADS = 4 };

static uint64_t records = 400000;

static void log_one(jsonlog_logger *log) {
    jsonlog_info(log, "authentication failed: token expired", "errorCode", "DA00012", "userAge", 20,
                 "latencyMs", 12.5, "ok", jsonlog_bool(false));
}

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- targets ---- */

static bool take_line(const jsonlog_line *line, void *context) {
    (void)line;
    (void)context;
    return true;
}

static jsonlog_handler *nowhere(void) {
    return jsonlog_callback_handler_new(take_line, NULL);
}

static jsonlog_handler *device(void) {
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    return jsonlog_stream_handler_new(open("/dev/null", O_WRONLY | O_CLOEXEC), &options);
}

static jsonlog_handler *file(bool is_buffered) {
    char path[] = "/tmp/jsonlog-bench-XXXXXX";
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    if (is_buffered)
        options.policy = jsonlog_buffered(65536, 1000);
    const int fd = mkstemp(path);
    unlink(path);
    fcntl(fd, F_SETFL, O_APPEND);
    return jsonlog_stream_handler_new(fd, &options);
}

static jsonlog_handler *async_to(jsonlog_handler *target) {
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.when_full = JSONLOG_ASYNC_BLOCK;
    jsonlog_handler *handler = jsonlog_async_handler_new(target, &options);
    jsonlog_handler_release(target);
    return handler;
}

static jsonlog_logger *logger_to(const char *name, jsonlog_handler *handler) {
    jsonlog_logger *log = jsonlog_get(name);
    jsonlog_logger_set_propagate(log, false);
    jsonlog_logger_set_handlers(log, &handler, 1);
    jsonlog_handler_release(handler);
    return log;
}

/* ---- latency ---- */

static int64_t clock_cost(void) {
    int64_t best = INT64_MAX;
    for (int i = 0; i < 10000; i++) {
        const int64_t before = now_ns();
        const int64_t took = now_ns() - before;
        best = took < best ? took : best;
    }
    return best;
}

static int compare(const void *a, const void *b) {
    const int64_t left = *(const int64_t *)a;
    const int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void measure_latency(const char *name, jsonlog_logger *log) {
    static int64_t samples[SAMPLES];
    const int64_t cost = clock_cost();
    int64_t due = now_ns();
    for (int i = -1000; i < SAMPLES; i++, due += INTERVAL_NS) {
        while (now_ns() < due)
            continue;
        const int64_t before = now_ns();
        log_one(log);
        const int64_t took = now_ns() - before - cost;
        if (i >= 0)
            samples[i] = took;
    }
    jsonlog_flush();
    qsort(samples, SAMPLES, sizeof samples[0], compare);
    printf("  %-34s p50 %6lld  p99 %6lld  p99.9 %7lld ns\n", name, (long long)samples[SAMPLES / 2],
           (long long)samples[SAMPLES / 100 * 99], (long long)samples[SAMPLES / 1000 * 999]);
}

/* ---- throughput ---- */

typedef struct load {
    jsonlog_logger *log;
    uint64_t times;
    pthread_t thread;
} load;

static void *log_many(void *argument) {
    load *l = argument;
    for (uint64_t i = 0; i < l->times; i++)
        log_one(l->log);
    return NULL;
}

static double run_once(jsonlog_logger *log, int threads) {
    load loads[THREADS];
    const double began = bench_seconds();
    for (int i = 0; i < threads; i++) {
        loads[i] = (load){.log = log, .times = records / (uint64_t)threads};
        pthread_create(&loads[i].thread, NULL, log_many, &loads[i]);
    }
    for (int i = 0; i < threads; i++)
        pthread_join(loads[i].thread, NULL);
    jsonlog_flush();
    return (bench_seconds() - began) * 1e9 / (double)records;
}

typedef struct way {
    const char *name;
    jsonlog_logger *log;
    double ns[ROUNDS_MAX];
} way;

static void measure_drained(const char *title, way *ways, size_t count, int threads, int rounds) {
    for (int r = 0; r < rounds; r++)
        for (size_t i = 0; i < count; i++)
            ways[i].ns[r] = run_once(ways[i].log, threads);
    printf("\n%s\n", title);
    for (size_t i = 0; i < count; i++) {
        qsort(ways[i].ns, (size_t)rounds, sizeof(double), bench_compare);
        const double median = ways[i].ns[rounds / 2];
        printf("  %-34s %9.1f ns (%.1f-%.1f)  %6.2f M/s\n", ways[i].name, median, ways[i].ns[0],
               ways[i].ns[rounds - 1], 1000 / median);
    }
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    rounds = rounds < 1 || rounds > ROUNDS_MAX ? 5 : rounds;
    if (argc > 2 && atol(argv[2]) > 0)
        records = (uint64_t)atol(argv[2]);
    way ways[] = {
        {.name = "async to nowhere", .log = logger_to("a", async_to(nowhere()))},
        {.name = "async to /dev/null", .log = logger_to("b", async_to(device()))},
        {.name = "async to a file", .log = logger_to("c", async_to(file(false)))},
        {.name = "async to a buffered file", .log = logger_to("g", async_to(file(true)))},
        {.name = "at once to nowhere", .log = logger_to("d", nowhere())},
        {.name = "at once to /dev/null", .log = logger_to("e", device())},
        {.name = "at once to a file", .log = logger_to("f", file(false))},
        {.name = "at once to a buffered file", .log = logger_to("h", file(true))},
    };
    const size_t count = sizeof ways / sizeof ways[0];
    printf("\na  one call every 10 us\n");
    for (size_t i = 0; i < count; i++)
        measure_latency(ways[i].name, ways[i].log);
    measure_drained("b  one thread, until drained", ways, count, 1, rounds);
    measure_drained("c  four threads, until drained", ways, count, THREADS, rounds);
    return 0;
}
