/**
 * What a record costs: switched off, formatted to memory, written to /dev/null with one write(2),
 * with ten bound fields; beside memcpy, snprintf and cJSON. usage: bench_record [ROUNDS [SECONDS]]
 */
#include "rounds.h"

#include <jsonlog/jsonlog.h>

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char finished[] =
    "{\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"logType\":\"ERROR\",\"logger\":\"payment\","
    "\"errorMessage\":"
    "\"authentication failed: token "
    "expired\",\"errorCode\":\"DA00012\",\"userAge\":20,\"latencyMs\":12.5,\"ok\":false}\n";

static int null_descriptor;
static char memory[4096];
static size_t memory_len;

static bool keep_line(const jsonlog_line *line, void *context) {
    (void)context;
    memcpy(memory, line->text, line->len < sizeof memory ? line->len : sizeof memory);
    memory_len = line->len;
    return true;
}

static void log_off(void *context, uint64_t times) {
    jsonlog_logger *log = context;
    for (uint64_t i = 0; i < times; i++) {
        jsonlog_debug(log, "authentication failed: token expired", "errorCode", "DA00012",
                      "userAge", 20, "latencyMs", 12.5, "ok", jsonlog_bool(false));
        __asm__ volatile("" ::: "memory");
    }
}

static void log_on(void *context, uint64_t times) {
    jsonlog_logger *log = context;
    for (uint64_t i = 0; i < times; i++)
        jsonlog_error(log, "authentication failed: token expired", "errorCode", "DA00012",
                      "userAge", 20, "latencyMs", 12.5, "ok", jsonlog_bool(false));
}

static void copy_finished(void *context, uint64_t times) {
    (void)context;
    for (uint64_t i = 0; i < times; i++) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        memcpy(memory, finished, sizeof finished - 1);
        __asm__ volatile("" : : "r"(now.tv_nsec) : "memory");
    }
}

static void write_finished(void *context, uint64_t times) {
    (void)context;
    for (uint64_t i = 0; i < times; i++) {
        if (write(null_descriptor, finished, sizeof finished - 1) < 0)
            abort();
    }
}

static size_t print_record(char *out, size_t size) {
    struct timespec now;
    struct tm utc;
    char seconds[32];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
    return (size_t)snprintf(out, size,
                            "{\"timestamp\":\"%s.%03ldZ\",\"logType\":\"%s\",\"logger\":\"%s\","
                            "\"errorMessage\":\"%s\",\"errorCode\":\"%s\","
                            "\"userAge\":%d,\"latencyMs\":%.17g,\"ok\":%s}\n",
                            seconds, now.tv_nsec / 1000000, "ERROR", "payment",
                            "authentication failed: token expired", "DA00012", 20, 12.5, "false");
}

static void snprintf_memory(void *context, uint64_t times) {
    (void)context;
    for (uint64_t i = 0; i < times; i++)
        memory_len = print_record(memory, sizeof memory);
}

static void snprintf_write(void *context, uint64_t times) {
    (void)context;
    for (uint64_t i = 0; i < times; i++) {
        if (write(null_descriptor, memory, print_record(memory, sizeof memory)) < 0)
            abort();
    }
}

static void cjson_memory(void *context, uint64_t times) {
    (void)context;
    for (uint64_t i = 0; i < times; i++) {
        cJSON *record = cJSON_CreateObject();
        cJSON_AddStringToObject(record, "timestamp", "2026-11-22T08:07:45.784Z");
        cJSON_AddStringToObject(record, "logType", "ERROR");
        cJSON_AddStringToObject(record, "logger", "payment");
        cJSON_AddStringToObject(record, "errorMessage", "authentication failed: token expired");
        cJSON_AddStringToObject(record, "errorCode", "DA00012");
        cJSON_AddNumberToObject(record, "userAge", 20);
        cJSON_AddNumberToObject(record, "latencyMs", 12.5);
        cJSON_AddFalseToObject(record, "ok");
        cJSON_PrintPreallocated(record, memory, sizeof memory, false);
        cJSON_Delete(record);
    }
}

static jsonlog_logger *logger_to(const char *name, jsonlog_handler *handler) {
    jsonlog_logger *log = jsonlog_get(name);
    jsonlog_logger_set_propagate(log, false);
    jsonlog_logger_add_handler(log, handler);
    jsonlog_handler_release(handler);
    return log;
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 9;
    double seconds = argc > 2 ? atof(argv[2]) : 0.2;
    rounds = rounds < 1 || rounds > ROUNDS_MAX ? 9 : rounds;
    null_descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC);
    jsonlog_logger *to_memory = logger_to("payment", jsonlog_callback_handler_new(keep_line, NULL));
    jsonlog_logger *to_null =
        logger_to("payment.null", jsonlog_stream_handler_new(null_descriptor, NULL));
    jsonlog_logger *bound = jsonlog_with(
        to_memory, "service", "payment-api", "version", "1.4.2", "env", "production", "region",
        "ap-northeast-2", "host", "ip-10-0-3-17", "pid", 4242, "requestId", "r-000017", "traceId",
        "4bf92f3577b34da6a3ce929d0e0e4736", "tenant", "acme", "retry", 0);
    log_on(to_memory, 1);
    printf("record of %zu bytes: %.*s", memory_len, (int)memory_len, memory);

    contender off[] = {{.name = "jsonlog, level off", .run = log_off, .context = to_memory}};
    bench_run("a switched off", off, 1, rounds, seconds);
    contender in_memory[] = {
        {.name = "jsonlog", .run = log_on, .context = to_memory},
        {.name = "jsonlog, ten bound fields", .run = log_on, .context = bound},
        {.name = "clock_gettime + memcpy (floor)", .run = copy_finished},
        {.name = "snprintf", .run = snprintf_memory},
        {.name = "cJSON", .run = cjson_memory},
    };
    bench_run("c formatted to memory", in_memory, sizeof in_memory / sizeof *in_memory, rounds,
              seconds);
    contender to_device[] = {
        {.name = "jsonlog", .run = log_on, .context = to_null},
        {.name = "write(2) of the finished line (floor)", .run = write_finished},
        {.name = "snprintf + write(2)", .run = snprintf_write},
    };
    bench_run("b one write(2) a record, /dev/null", to_device, sizeof to_device / sizeof *to_device,
              rounds, seconds);
    jsonlog_logger_free(bound);
    return 0;
}
