/**
 * What redaction costs: without a set, with one that finds nothing, with one that does; for a short
 * record and for one with a long text. usage: bench_redaction [ROUNDS [SECONDS]]
 */
#include "rounds.h"

#include <jsonlog/jsonlog.h>
#include <jsonlog/redact.h>

static jsonlog_redaction *keys;
static jsonlog_redaction *all;

static bool drop_line(const jsonlog_line *line, void *context) {
    (void)context;
    __asm__ volatile("" : : "r"(line->text) : "memory");
    return true;
}

static const char prose[] =
    "the upstream answered after 1342 ms with status 503 and an empty body; it is asked again "
    "at 2026-11-22T08:07:45.784Z, request 4bf92f3577b34da6a3ce929d0e0e4736, attempt 2 of 5, "
    "until then the 17 orders of this batch stay in the queue payment-retry (see the runbook)";

static void log_short(uint64_t times) {
    for (uint64_t i = 0; i < times; i++)
        jsonlog_error(jsonlog_root(), "authentication failed: token expired", "errorCode",
                      "DA00012", "userAge", 20, "latencyMs", 12.5, "ok", jsonlog_bool(false));
}

static void log_long(uint64_t times) {
    for (uint64_t i = 0; i < times; i++)
        jsonlog_error(jsonlog_root(), prose, "errorCode", "DA00012", "user",
                      jsonlog_object("id", 7, "name", "kim"));
}

static void log_secrets(uint64_t times) {
    for (uint64_t i = 0; i < times; i++)
        jsonlog_error(jsonlog_root(), "paid with 4111 1111 1111 1111", "errorCode", "DA00012",
                      "user", jsonlog_object("id", 7, "password", "hunter2"));
}

typedef struct setting {
    jsonlog_redaction **set;
    void (*log)(uint64_t times);
} setting;

static void run(void *context, uint64_t times) {
    const setting *with = context;
    jsonlog_set_redaction(with->set == NULL ? NULL : *with->set);
    with->log(times);
}

static void compare(const char *title, void (*log)(uint64_t), int rounds, double seconds) {
    setting settings[] = {{NULL, log}, {&keys, log}, {&all, log}};
    contender contenders[] = {
        {.name = "no set", .run = run, .context = &settings[0]},
        {.name = "12 keys, 4 paths", .run = run, .context = &settings[1]},
        {.name = "and 6 patterns", .run = run, .context = &settings[2]},
    };
    bench_run(title, contenders, 3, rounds, seconds);
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 9;
    double seconds = argc > 2 ? atof(argv[2]) : 0.2;
    rounds = rounds < 1 || rounds > ROUNDS_MAX ? 9 : rounds;
    const jsonlog_redact_rule rules[] = {jsonlog_redact_key("password"),
                                         jsonlog_redact_key("passwd"),
                                         jsonlog_redact_key("secret"),
                                         jsonlog_redact_key("token"),
                                         jsonlog_redact_key("accessToken"),
                                         jsonlog_redact_key("refreshToken"),
                                         jsonlog_redact_key("authorization"),
                                         jsonlog_redact_key("cookie"),
                                         jsonlog_redact_key("apiKey"),
                                         jsonlog_redact_key("ssn"),
                                         jsonlog_redact_key("cvv"),
                                         jsonlog_redact_key("pin"),
                                         jsonlog_redact_path("user.card.number"),
                                         jsonlog_redact_path("orders[*].token"),
                                         jsonlog_redact_path("req.headers.*"),
                                         jsonlog_redact_path("**.credentials"),
                                         jsonlog_redact_pattern("card"),
                                         jsonlog_redact_pattern("bearer"),
                                         jsonlog_redact_pattern("jwt"),
                                         jsonlog_redact_pattern("aws_key"),
                                         jsonlog_redact_pattern("aws_secret"),
                                         jsonlog_redact_pattern("url_password")};
    keys = jsonlog_redaction_new(rules, 16, NULL, NULL);
    all = jsonlog_redaction_new(rules, sizeof rules / sizeof rules[0], NULL, NULL);
    jsonlog_handler *handler = jsonlog_callback_handler_new(drop_line, NULL);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    compare("a short record, nothing to hide", log_short, rounds, seconds);
    compare("a text of 260 bytes, nothing to hide", log_long, rounds, seconds);
    compare("a card number and a password", log_secrets, rounds, seconds);
    jsonlog_set_redaction(NULL);
    jsonlog_redaction_release(keys);
    jsonlog_redaction_release(all);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(handler);
    return 0;
}
