#ifndef META_ADAPTER_CASES_H
#define META_ADAPTER_CASES_H
/** What the programs of test_meta_adapters.c log and expect; each runs one case at a time. */
#include <jsonlog/jsonlog.h>

#include <stdio.h>
#include <string.h>

#define LOGIN "{ $.logType = \"INFO\" && $.message = \"login\" }"
#define ADULT "{ $.user.age >= 20 }"
#define ALARM "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }"

/* Says which line must be blamed, then does it on that line. */
#define BLAMED(assertion)                \
    do {                                 \
        printf("blamed %d\n", __LINE__); \
        fflush(stdout);                  \
        assertion;                       \
        printf("survived\n");            \
        fflush(stdout);                  \
    } while (0)

static inline void log_a_login(void) {
    jsonlog_logger *log = jsonlog_get("shop.login");
    jsonlog_info(log, "login", "user", jsonlog_object("id", 7, "age", 20));
    jsonlog_warn(log, "token is about to expire", "seconds", 30);
}

static inline void log_an_error(void) {
    jsonlog_error(jsonlog_get("shop.payment"), "card refused", "errorCode", "DA00021");
}

static inline void log_both(void) {
    log_a_login();
    log_an_error();
}

static inline void log_much(void) {
    char payload[200];
    memset(payload, 'x', sizeof payload - 1);
    payload[sizeof payload - 1] = '\0';
    for (int i = 0; i < 100; i++)
        jsonlog_info(jsonlog_get("shop"), "bulk", "payload", payload, "i", i);
}

#endif
