#ifndef JL_BENCH_RECORD_H
#define JL_BENCH_RECORD_H
/**
 * The record that every logger writes: 203 bytes with its newline, 460 with the ten bound fields.
 * log_zerolog.go and log_zap.go spell the same values; bench.py compares what comes out.
 *
 *     {"timestamp":"2026-11-22T08:07:45.784Z","logType":"ERROR","logger":"payment",
 *      "errorMessage":"authentication failed: session token expired","errorCode":"DA00012",
 *      "userAge":20,"latencyMs":12.5,"ok":false}
 */
#include <stdbool.h>
#include <string.h>

#define RECORD_LOGGER  "payment"
#define RECORD_MESSAGE "authentication failed: session token expired"
#define RECORD_CODE    "DA00012"
#define RECORD_AGE     20
#define RECORD_LATENCY 12.5
#define RECORD_OK      false

/* What a service binds once, for all records of a request. X(key, value); eight texts, two numbers.
 */
#define BOUND_TEXTS(X)                                    \
    X("service", "payment-api")                           \
    X("version", "1.4.2")                                 \
    X("environment", "production")                        \
    X("region", "ap-northeast-2")                         \
    X("host", "ip-10-0-3-17.ap-northeast-2.ec2.internal") \
    X("requestId", "r-7d1f0c52-0017")                     \
    X("traceId", "4bf92f3577b34da6a3ce929d0e0e4736")      \
    X("tenant", "acme")
#define BOUND_NUMBERS(X) \
    X("pid", 4242)       \
    X("retry", 0)

/* A finished line for the floors; its time is of the right length and otherwise of no matter. */
#define FINISHED_HEAD                                                               \
    "{\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"logType\":\"ERROR\",\"logger\":" \
    "\"" RECORD_LOGGER "\","
#define FINISHED_TAIL                                                      \
    "\"errorMessage\":\"" RECORD_MESSAGE "\",\"errorCode\":\"" RECORD_CODE \
    "\",\"userAge\":20,\"latencyMs\":12.5,\"ok\":false}\n"
#define FINISHED_LINE FINISHED_HEAD FINISHED_TAIL

/* The texts of 1,000 bytes: plain ASCII, Korean (3 bytes a letter), ASCII with 1 % quotes. */
enum { TEXT_BYTES = 1000 };

/* Whole copies of the pattern, then x: no letter is cut. */
static inline void fill_text(char *out, const char *pattern) {
    const size_t len = strlen(pattern);
    memset(out, 'x', TEXT_BYTES);
    for (size_t at = 0; at + len <= TEXT_BYTES; at += len)
        memcpy(out + at, pattern, len);
    out[TEXT_BYTES] = '\0';
}

/* @return the text of a case, made at first use; NULL if the case has none. */
static inline const char *text_of_case(const char *name) {
    static char text[TEXT_BYTES + 1];
    if (strcmp(name, "ascii") == 0)
        fill_text(text, "the quick brown fox jumps over the lazy dog. ");
    else if (strcmp(name, "korean") == 0)
        fill_text(text, "사용자인증이실패하였습니다");
    else if (strcmp(name, "escapes") == 0)
        fill_text(text,
                  "a line of text that holds one quote in each hundred of its bytes, which is "
                  "what \"log messages look like");
    else
        return NULL;
    return text;
}

#endif
