#include "logger/config_class.h"

#include <jsonlog/async.h>
#include <jsonlog/failover.h>
#include <jsonlog/recorder.h>
#include <jsonlog/routing.h>
#include <jsonlog/tee.h>

/* Handlers around handlers, which they name. */

#define BYTES_MOST (INT64_C(1) << 30)
#define MS_MOST    (UINT32_MAX - 1)

/* ---- async ---- */

typedef struct async_options {
    jsonlog_handler *target;
    jsonlog_async_options async;
} async_options;

#define ASYNC(member) JL_MEMBER(async_options, async.member)

static const jl_option_word policies[] = {{"drop-new", JSONLOG_ASYNC_DROP_NEW},
                                          {"drop-old", JSONLOG_ASYNC_DROP_OLD},
                                          {"block", JSONLOG_ASYNC_BLOCK},
                                          JL_WORDS_END};
static const jl_option_word forever[] = {{"forever", JSONLOG_ASYNC_FOREVER}, JL_WORDS_END};

static const jl_option async_table[] = {
    {"target", JL_OPTION_HANDLER, JL_MEMBER(async_options, target), .is_required = true},
    {"whenFull", JL_OPTION_WORD, ASYNC(when_full), .words = policies},
    {"ringBytes", JL_OPTION_SIZE, ASYNC(ring_bytes), JSONLOG_ASYNC_RING_MIN, BYTES_MOST},
    {"blockTimeout", JL_OPTION_MS, ASYNC(block_timeout_ms), 1, MS_MOST, .words = forever},
    {"drainTimeout", JL_OPTION_MS, ASYNC(drain_timeout_ms), 1, MS_MOST, .words = forever},
    JL_OPTIONS_END,
};

static void init_async(void *options) {
    const jsonlog_async_options async = JSONLOG_ASYNC_OPTIONS_INIT;
    ((async_options *)options)->async = async;
}

static jsonlog_handler *make_async(const void *options, jsonlog_formatter *formatter,
                                   jsonlog_err *err) {
    const async_options *o = options;
    (void)formatter;
    (void)err;
    return jsonlog_async_handler_new(o->target, &o->async);
}

const jl_config_class jl_class_async = {.name = "async",
                                        .size = sizeof(async_options),
                                        .options = async_table,
                                        .init = init_async,
                                        .make_handler = make_async};

/* ---- tee and failover ---- */

typedef struct several_options {
    jsonlog_handler **targets;
    size_t count;
    jsonlog_failover_options failover;
} several_options;

#define SEVERAL(member) JL_MEMBER(several_options, member)
#define TARGETS                                                                   \
    {                                                                             \
        "targets", JL_OPTION_HANDLERS, SEVERAL(targets), 1, JSONLOG_TEE_MAX,      \
            .is_required = true, .count_offset = offsetof(several_options, count) \
    }

static const jl_option_word never[] = {{"never", JSONLOG_RETRY_NEVER}, JL_WORDS_END};

static const jl_option tee_table[] = {TARGETS, JL_OPTIONS_END};

static const jl_option failover_table[] = {
    TARGETS,
    {"retryInterval", JL_OPTION_MS, SEVERAL(failover.retry_ms), 1, MS_MOST, .words = never},
    {"retryIntervalMax", JL_OPTION_MS, SEVERAL(failover.retry_max_ms), 1, MS_MOST},
    {"retryLines", JL_OPTION_INTEGER, SEVERAL(failover.retry_lines), 1, UINT32_MAX},
    JL_OPTIONS_END,
};

static void init_several(void *options) {
    const jsonlog_failover_options failover = JSONLOG_FAILOVER_OPTIONS_INIT;
    ((several_options *)options)->failover = failover;
}

static jsonlog_handler *make_tee(const void *options, jsonlog_formatter *formatter,
                                 jsonlog_err *err) {
    const several_options *o = options;
    (void)formatter;
    (void)err;
    return jsonlog_tee_handler_new(o->targets, o->count);
}

static jsonlog_handler *make_failover(const void *options, jsonlog_formatter *formatter,
                                      jsonlog_err *err) {
    const several_options *o = options;
    (void)formatter;
    (void)err;
    return jsonlog_failover_handler_new(o->targets, o->count, &o->failover);
}

const jl_config_class jl_class_tee = {
    .name = "tee", .size = sizeof(several_options), .options = tee_table, .make_handler = make_tee};
const jl_config_class jl_class_failover = {.name = "failover",
                                           .size = sizeof(several_options),
                                           .options = failover_table,
                                           .init = init_several,
                                           .make_handler = make_failover};

/* ---- router ---- */

typedef struct router_options {
    jsonlog_routing_rule *rules;
    size_t count;
    jsonlog_handler *otherwise;
} router_options;

#define RULE(member)   JL_MEMBER(jsonlog_routing_rule, member)
#define ROUTER(member) JL_MEMBER(router_options, member)

static const jl_option rule_table[] = {
    {"pattern", JL_OPTION_PATTERN, RULE(pattern)},
    {"target", JL_OPTION_HANDLER, RULE(handler), .is_required = true},
    {"final", JL_OPTION_BOOL, RULE(is_final)},
    JL_OPTIONS_END,
};

static const jl_option router_table[] = {
    {"rules", JL_OPTION_GROUPS, ROUTER(rules), 1, JSONLOG_TEE_MAX - 1, .is_required = true,
     .count_offset = offsetof(router_options, count), .group = rule_table,
     .element = sizeof(jsonlog_routing_rule)},
    {"otherwise", JL_OPTION_HANDLER, ROUTER(otherwise)},
    JL_OPTIONS_END,
};

static jsonlog_handler *make_router(const void *options, jsonlog_formatter *formatter,
                                    jsonlog_err *err) {
    const router_options *o = options;
    (void)formatter;
    return jsonlog_router_handler_new(o->rules, o->count, o->otherwise, err);
}

const jl_config_class jl_class_router = {.name = "router",
                                         .size = sizeof(router_options),
                                         .options = router_table,
                                         .make_handler = make_router};

/* ---- flight recorder ---- */

typedef struct recorder_options {
    jsonlog_handler *target;
    const char *trigger;
    jsonlog_recorder_options recorder;
} recorder_options;

#define RECORDER(member) JL_MEMBER(recorder_options, recorder.member)

static const jl_option recorder_table[] = {
    {"target", JL_OPTION_HANDLER, JL_MEMBER(recorder_options, target), .is_required = true},
    {"ringBytes", JL_OPTION_SIZE, RECORDER(ring_bytes), JSONLOG_RECORDER_RING_MIN, BYTES_MOST},
    {"passLevel", JL_OPTION_LEVEL, RECORDER(pass_level)},
    {"triggerLevel", JL_OPTION_LEVEL, RECORDER(trigger_level)},
    {"triggerPattern", JL_OPTION_PATTERN, JL_MEMBER(recorder_options, trigger)},
    {"maxAge", JL_OPTION_MS, RECORDER(max_age_ms), 1, MS_MOST},
    {"perThread", JL_OPTION_BOOL, RECORDER(per_thread)},
    {"marks", JL_OPTION_BOOL, RECORDER(marks)},
    JL_OPTIONS_END,
};

static void init_recorder(void *options) {
    const jsonlog_recorder_options recorder = JSONLOG_RECORDER_OPTIONS_INIT;
    ((recorder_options *)options)->recorder = recorder;
}

static jsonlog_handler *make_recorder(const void *options, jsonlog_formatter *formatter,
                                      jsonlog_err *err) {
    const recorder_options *o = options;
    (void)formatter;
    jsonlog_handler *handler = jsonlog_recorder_handler_new(o->target, &o->recorder);
    if (handler == NULL || o->trigger == NULL ||
        jsonlog_recorder_set_trigger(handler, o->trigger, err) == JSONLOG_OK)
        return handler;
    jsonlog_handler_release(handler);
    return NULL;
}

const jl_config_class jl_class_recorder = {.name = "recorder",
                                           .size = sizeof(recorder_options),
                                           .options = recorder_table,
                                           .init = init_recorder,
                                           .make_handler = make_recorder};
