#ifndef JSONLOG_BENCH_CPP_H
#define JSONLOG_BENCH_CPP_H
/** The record that all contenders log, and the C macros' loop, which is compiled as C. */
#include <jsonlog/jsonlog.h>

#define BENCH_MESSAGE "token expired"
#define BENCH_CODE    "DA00012"
#define BENCH_USER    "hong gil-dong"

#ifdef __cplusplus
extern "C" {
#endif
typedef struct bench_record {
    jsonlog_logger *logger;
    const char *user;
    int age;
    double latency_ms;
} bench_record;

/** A handler that takes every line and keeps none. */
jsonlog_handler *bench_sink(void);
void bench_c_macros(void *record, uint64_t times);
void bench_c_array(void *record, uint64_t times);
#ifdef __cplusplus
}
#endif

#endif
