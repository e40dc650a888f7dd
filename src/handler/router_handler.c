#include "base/alloc.h"
#include "base/err.h"
#include "handler/fan_out.h"
#include "handler/line_pattern.h"

#define RULES_MAX (JSONLOG_TEE_MAX - 1) /* one place is for those that no rule matches */

typedef struct rule {
    jsonlog_filter *filter; /* NULL: every line */
    uint32_t set;           /* where it sends them */
    bool is_final;
} rule;

typedef struct router {
    jl_fan fan;
    uint32_t otherwise; /* a set too */
    size_t count;
    rule rules[RULES_MAX];
} router;

/* ---- lines ---- */

static uint32_t choose(const router *r, const jsonlog_line *line) {
    uint32_t chosen = 0;
    bool is_matched = false;
    for (const rule *at = r->rules; at < r->rules + r->count; at++) {
        if (at->filter != NULL && !jl_line_matches(at->filter, line))
            continue;
        is_matched = true;
        chosen |= at->set;
        if (at->is_final)
            break;
    }
    return is_matched ? chosen : r->otherwise;
}

/* What the library reports in this place is for all that may be reading. */
static jsonlog_status router_write(void *self, const jsonlog_line *line) {
    const router *r = self;
    const bool is_report = (line->flags & JSONLOG_LINE_REPORT) != 0;
    return jl_fan_write(&r->fan, is_report ? jl_fan_all(&r->fan) : choose(r, line), line);
}

static jsonlog_status router_flush(void *self) {
    return jl_fan_flush(&((router *)self)->fan);
}

static void router_close(void *self) {
    router *r = self;
    jl_fan_done(&r->fan);
    for (size_t i = 0; i < r->count; i++)
        jsonlog_filter_free(r->rules[i].filter);
    jl_free(r);
}

static void router_after_fork(void *self) {
    jl_fan_after_fork(&((router *)self)->fan);
}

static const jsonlog_handler_class router_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "router",
    .write = router_write,
    .flush = router_flush,
    .close = router_close,
    .after_fork = router_after_fork,
    .is_concurrent = true,
};

/* ---- making one ---- */

static jsonlog_status refuse(jsonlog_err *err, jsonlog_status code, const char *what) {
    return jl_err_set(err, code, JSONLOG_NO_OFFSET, "%s", what);
}

static uint32_t add_handler(router *r, jsonlog_handler *handler) {
    return handler == NULL ? 0 : UINT32_C(1) << jl_fan_add(&r->fan, handler);
}

static jsonlog_status compile(rule *to, const char *pattern, size_t number, jsonlog_err *err) {
    jsonlog_err why;
    const jsonlog_status status =
        jsonlog_filter_compile(pattern, strlen(pattern), &to->filter, &why);
    if (status != JSONLOG_OK)
        jl_err_set(err, status, why.offset, "rule %zu: %s", number, why.text);
    return status;
}

static jsonlog_status add_rule(router *r, const jsonlog_routing_rule *from, jsonlog_err *err) {
    const size_t number = r->count + 1;
    if (from->handler == NULL && !from->is_final)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "rule %zu has no handler and is not final: it would do nothing", number);
    rule *to = &r->rules[r->count];
    if (from->pattern != NULL && *from->pattern != '\0') {
        const jsonlog_status status = compile(to, from->pattern, number, err);
        if (status != JSONLOG_OK)
            return status;
    }
    to->set = add_handler(r, from->handler);
    to->is_final = from->is_final;
    r->count++;
    return JSONLOG_OK;
}

static jsonlog_status fill(router *r, const jsonlog_routing_rule *rules, size_t count,
                           jsonlog_handler *otherwise, jsonlog_err *err) {
    for (size_t i = 0; i < count; i++) {
        const jsonlog_status status = add_rule(r, &rules[i], err);
        if (status != JSONLOG_OK)
            return status;
    }
    r->otherwise = add_handler(r, otherwise);
    return JSONLOG_OK;
}

static jsonlog_status check(const jsonlog_routing_rule *rules, size_t count,
                            const jsonlog_handler *otherwise, jsonlog_err *err) {
    if (count > RULES_MAX)
        return refuse(err, JSONLOG_E_LIMIT, "a router has at most 31 rules");
    if (rules == NULL && count > 0)
        return refuse(err, JSONLOG_E_INVALID, "no rules");
    if (count == 0 && otherwise == NULL)
        return refuse(err, JSONLOG_E_INVALID, "a router without rules and without a handler");
    return JSONLOG_OK;
}

jsonlog_handler *jsonlog_router_handler_new(const jsonlog_routing_rule *rules, size_t count,
                                            jsonlog_handler *otherwise, jsonlog_err *err) {
    if (check(rules, count, otherwise, err) != JSONLOG_OK)
        return NULL;
    router *r = jl_calloc(1, sizeof *r);
    if (r == NULL) {
        jl_err_nomem(err);
        return NULL;
    }
    jsonlog_handler *handler = NULL;
    if (fill(r, rules, count, otherwise, err) == JSONLOG_OK) {
        handler = jl_handler_new(&router_class, r, 0);
        if (handler == NULL)
            jl_err_nomem(err);
    }
    if (handler == NULL)
        router_close(r);
    return handler;
}
