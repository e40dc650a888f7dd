#include "logger/emit.h"

#include "base/clock.h"
#include "logger/chores.h"
#include "logger/environment.h"
#include "logger/sampling.h"
#include "logger/space.h"
#include "record/handler_base.h"
#include "record/handler_lock.h"
#include "record/site.h"
#include "record/stats.h"

#include <errno.h>

/* A policy comes from the file that keeps to it: in a program that is linked statically either both
 * are there or none. */
#pragma weak jl_sampling_keeps

/* ---- the record ---- */

static const jsonlog_value secret_message = {
    .type = JSONLOG_TYPE_STRING, .as = {.string = "***"}, .with = {.len = 3}};
static const jsonlog_value wrong_message = {
    .type = JSONLOG_TYPE_STRING, .as = {.string = "__could_not_encode__"}, .with = {.len = 20}};

/* The macros let through what is no text: jsonlog_secret("…"), an object. */
static const jsonlog_value *text_of(const jsonlog_value *message) {
    if (JSONLOG_UNLIKELY((message->flags & JSONLOG_VALUE_SECRET) != 0))
        return &secret_message;
    if (JSONLOG_LIKELY(message->type == JSONLOG_TYPE_STRING))
        return message;
    if (message->type == JSONLOG_TYPE_NULL)
        return NULL;
    jl_stats_add(JL_STAT_REPLACED_VALUES, 1);
    return &wrong_message;
}

/* An empty chain need not be merged. */
static const jl_context *filled(const jl_context *context) {
    return context == NULL || context->total == 0 ? NULL : context;
}

static uint64_t *held_back_of(const jl_log_call *call) {
    return call->site != NULL ? &call->site->slot->suppressed : call->held_back;
}

static uint64_t take_suppressed(const jl_log_call *call) {
    uint64_t *held_back = held_back_of(call);
    if (held_back == NULL || JSONLOG_LIKELY(__atomic_load_n(held_back, __ATOMIC_RELAXED) == 0))
        return 0;
    return __atomic_exchange_n(held_back, 0, __ATOMIC_RELAXED);
}

/* The next record will say it. */
static void give_back_suppressed(const jl_log_call *call, uint64_t suppressed) {
    uint64_t *held_back = held_back_of(call);
    if (suppressed > 0 && held_back != NULL)
        __atomic_fetch_add(held_back, suppressed, __ATOMIC_RELAXED);
}

static void set_fields(jsonlog_record *record, jl_log_call *call, jl_field *out) {
    size_t count = call->count;
    if (call->emf != NULL) {
        record->emf = call->emf;
        record->call = call->emf->fields;
        record->call_count = call->emf->count;
        record->values = NULL;
        return;
    }
    if (call->site != NULL) {
        call->repeats = jl_site_repeats(call->site);
        record->values = call->values;
        count = call->site->pairs;
    } else if (count > JL_RECORD_FIELDS_MAX) {
        record->call_dropped = count - JL_RECORD_FIELDS_MAX < UINT32_MAX
                                   ? (uint32_t)(count - JL_RECORD_FIELDS_MAX)
                                   : UINT32_MAX;
        record->dropped = record->call_dropped;
        count = JL_RECORD_FIELDS_MAX;
    }
    record->call = out;
    record->call_count = (uint32_t)count;
    if (call->site != NULL)
        return;
    record->values = NULL;
    for (size_t i = 0; i < count; i++)
        jl_field_set(&out[i], call->fields[i].key, call->fields[i].key_len, &call->fields[i].value);
    call->repeats = jl_fields_repeats(out, record->call_count);
}

/* One by one: clearing it as a whole first costs more than all that is written into it. */
static void make_record(jsonlog_record *record, const jl_thread *thread,
                        const jl_snapshot *snapshot, jl_log_call *call, jl_space_part *part) {
    record->time_ns = call->time_ns;
    record->level = call->level;
    record->logger = call->logger->named->name;
    record->site = call->site;
    record->message = text_of(call->message);
    record->thread = thread->id;
    record->suppressed = call->suppressed;
    record->scope = filled(thread->scopes);
    record->bound = filled(call->logger->bound);
    record->statics = filled(snapshot->statics);
    record->merged = part->merged;
    record->edits = part->edits;
    record->line = &part->line;
    record->redactor = NULL;
    record->emf = NULL;
    record->emf_loss = JSONLOG_OK;
    record->call_dropped = 0;
    record->dropped = 0;
    record->edit_count = 0;
    record->merged_count = 0;
    record->is_merged = false;
    record->is_flat = false;
    part->line.formatter = NULL;
    if (call->emf == NULL)
        record->suppressed += take_suppressed(call);
    set_fields(record, call, part->call);
    record->call_is_unique = call->repeats == 0;
}

/* ---- to the handlers ---- */

static jl_stat stat_of_loss(jl_handler_verdict verdict, jsonlog_status status) {
    if (verdict == JL_HANDLER_CANNOT)
        return JL_STAT_LOST_FORMAT;
    if (status == JSONLOG_E_STATE)
        return JL_STAT_LOST_NESTED;
    return status == JSONLOG_E_AGAIN ? JL_STAT_LOST_FULL : JL_STAT_LOST_ERROR;
}

/* The line has no text: each handler has it made by its formatter. Those that share one in a row
 * share the line. */
static void offer_to_all(jl_thread *thread, const jl_route *route, const jsonlog_record *record) {
    const jsonlog_line line = {
        .level = record->level, .time_ns = record->time_ns, .record = record};
    for (uint32_t i = 0; i < route->handler_count; i++) {
        jsonlog_status status = JSONLOG_OK;
        const jl_handler_verdict verdict = jl_handler_offer(route->handlers[i], &line, &status);
        if (verdict == JL_HANDLER_DECLINES)
            continue;
        if (JSONLOG_UNLIKELY(status != JSONLOG_OK)) {
            jl_stats_add_here(thread, stat_of_loss(verdict, status), 1);
            continue;
        }
        jl_stats_add_here(thread, JL_STAT_LINES, 1);
        jl_stats_add_here(thread, JL_STAT_BYTES, jl_line_bytes(&line));
    }
}

/* The first record that reaches the root makes its handler. The snapshot read again is as safe as
 * the first, for the thread is still pinned. */
static __attribute__((cold, noinline)) const jl_route *route_to_stdout(jl_thread *thread,
                                                                       const jl_named *named,
                                                                       const jl_route *route) {
    if (jl_lock_is_mine(&jl_the_tree.lock)) {
        jl_stats_add_here(thread, JL_STAT_LOST_NESTED, 1);
        return route;
    }
    if (!jl_tree_make_stdout_handler()) {
        jl_stats_add_here(thread, JL_STAT_LOST_ERROR, 1);
        return route;
    }
    return jl_snapshot_route(jl_snapshot_load(), named);
}

static void hand_out(jl_thread *thread, const jl_named *named, const jl_snapshot *snapshot,
                     const jl_route *route, const jsonlog_record *record) {
    if (JSONLOG_UNLIKELY(snapshot->awaits_stdout) && route->reaches_root)
        route = route_to_stdout(thread, named, route);
    if (JSONLOG_UNLIKELY(snapshot->is_shut_down) && route->handler_count == 0)
        jl_stats_add_here(thread, JL_STAT_LOST_CLOSED, 1);
    offer_to_all(thread, route, record);
}

/* ---- the call ---- */

static bool pass_filters(const jl_route *route, jsonlog_record *record) {
    for (uint32_t i = 0; i < route->filter_count; i++)
        if (!route->filters[i].fn(record, route->filters[i].context))
            return false;
    return true;
}

static jsonlog_formatter *capture_formatter(const jl_snapshot *snapshot) {
    return snapshot->root_first == NULL ? jl_formatter_default()
                                        : jl_handler_formatter(snapshot->root_first);
}

/* Behind the filters, in front of everything that could show the record to anybody. */
static __attribute__((noinline)) void redact(jsonlog_record *record, jl_redactor *redactor,
                                             const jsonlog_redaction *set, jl_space_part *part) {
    *redactor = (jl_redactor){.set = set, .scratch = &part->scratch};
    record->redactor = redactor;
    set->of_class->record(redactor, record);
}

/* Filters are not asked about a nested record: it may come from one of them. Inline, for every
 * record comes through here. */
static inline __attribute__((always_inline)) void pass_on(jl_thread *thread,
                                                          const jl_snapshot *snapshot,
                                                          const jl_route *route, jl_log_call *call,
                                                          bool is_enabled,
                                                          const jl_capture_hook *hook) {
    jl_space_part *part = jl_space_take(thread, snapshot);
    if (JSONLOG_UNLIKELY(part == NULL)) {
        jl_stats_add_here(thread, thread->depth > 1 ? JL_STAT_LOST_NESTED : JL_STAT_LOST_MEMORY, 1);
        return;
    }
    jsonlog_record record;
    make_record(&record, thread, snapshot, call, part);
    if (JSONLOG_UNLIKELY(route->filter_count > 0) && thread->depth == 1 &&
        !pass_filters(route, &record)) {
        give_back_suppressed(call, record.suppressed);
        call->repeats = 0;
        return;
    }
    if (call->repeats > 0)
        jl_stats_add_here(thread, JL_STAT_DUPLICATE_KEYS, call->repeats);
    if (is_enabled)
        jl_stats_add_here(thread, JL_STAT_RECORDS, 1);
    jl_redactor redactor;
    if (JSONLOG_UNLIKELY(snapshot->redaction != NULL))
        redact(&record, &redactor, snapshot->redaction, part);
    if (JSONLOG_LIKELY(hook == NULL) ||
        hook->on_record(&record, is_enabled, capture_formatter(snapshot))) {
        if (is_enabled)
            hand_out(thread, call->logger->named, snapshot, route, &record);
        call->lost = record.emf_loss;
    }
    /* Now and not before the next record, which shall find room without allocating. */
    if (JSONLOG_UNLIKELY(snapshot->redaction != NULL))
        jl_scratch_reset(&part->scratch);
}

/* @return whether the record is left out. */
static __attribute__((noinline)) bool is_sampled_out(jl_thread *thread, const jl_sampling *sampling,
                                                     jl_log_call *call) {
    if (call->is_own || call->emf != NULL || call->logger->named == &jl_own_logger ||
        jl_sampling_keeps(sampling, call))
        return false;
    jl_stats_add_here(thread, JL_STAT_SAMPLED, 1);
    return true;
}

/* The gate let the call through for the logger, for a capture, or because it was about to change.
 */
static void emit_pinned(jl_thread *thread, jl_log_call *call) {
    const jl_snapshot *snapshot = jl_snapshot_load();
    const jl_capture_hook *hook = __atomic_load_n(&jl_the_tree.hook, __ATOMIC_SEQ_CST);
    if (call->level <= __atomic_load_n(&jl_the_tree.disabled, __ATOMIC_RELAXED))
        return;
    const jl_route *route = jl_snapshot_route(snapshot, call->logger->named);
    const bool is_enabled = call->level >= route->level;
    if (is_enabled && JSONLOG_UNLIKELY(route->sampling.is_set) &&
        is_sampled_out(thread, &route->sampling, call))
        return;
    if (is_enabled || (hook != NULL && call->level >= hook->level))
        pass_on(thread, snapshot, route, call, is_enabled, hook);
}

static __attribute__((cold, noinline)) void report_repeats(const jsonlog_site *site) {
    if (!jl_site_takes_report(site))
        return;
    const jl_text key = jl_site_repeated_key(site);
    const jsonlog_field fields[] = {
        jsonlog_field_make("key", jsonlog_string(key.ptr, key.len)),
        jsonlog_field_make("file", jsonlog_from_string(site->file)),
        jsonlog_field_make("line", jsonlog_from_uint64(site->line)),
    };
    jsonlog_log_fields(&jl_own_logger.logger.head, JSONLOG_LEVEL_WARN,
                       "a log call has two fields with the same key; the later one wins",
                       JSONLOG_NUL_TERMINATED, fields, 3);
}

/* Not from within a log call, and not from within a handler that is being flushed, which could not
 * take it. */
static bool may_report_more(const jl_thread *thread) {
    return thread->depth == 0 && !jl_handler_lock_is_nested();
}

/* What the library has to say itself comes after the record, as a record of its own. */
static void report(const jl_thread *thread, const jl_log_call *call) {
    if (JSONLOG_UNLIKELY(call->repeats > 0) && call->site != NULL)
        report_repeats(call->site);
    if (JSONLOG_UNLIKELY(__atomic_load_n(&jl_environment_complaints, __ATOMIC_RELAXED) > 0) &&
        thread->depth == 0)
        jl_environment_report();
    if (JSONLOG_UNLIKELY(jl_chores_wait()) && !call->is_own && may_report_more(thread))
        jl_chores_do();
}

void jl_emit(jl_log_call *call) {
    const int error = errno;
    jl_thread *thread = jl_thread_enter();
    if (JSONLOG_UNLIKELY(thread == NULL)) {
        const bool is_nested = jl_thread_here == &jl_thread_in_making;
        jl_stats_add_shared(is_nested ? JL_STAT_LOST_NESTED : JL_STAT_LOST_MEMORY, 1);
    } else if (JSONLOG_UNLIKELY(thread->depth >= JL_NESTED_MAX)) {
        jl_stats_add_here(thread, JL_STAT_LOST_NESTED, 1);
    } else {
        thread->depth++;
        /* Ahead of the pin: both wait for what came before them, the clock until it is done. */
        if (JSONLOG_LIKELY(call->time_ns == 0))
            call->time_ns =
                thread->depth == 1 ? jl_tick_clock_now_ns(&thread->clock) : jl_clock_now_ns();
        jl_epoch_pin(thread);
        emit_pinned(thread, call);
        thread->depth--;
        jl_epoch_unpin(thread);
        report(thread, call);
    }
    errno = error;
}

/* ---- the two functions under everything ---- */

static bool is_level(int level) {
    if (JSONLOG_LIKELY(level > JSONLOG_LEVEL_NOTSET && level < JSONLOG_LEVEL_OFF))
        return true;
    jl_stats_add(JL_STAT_LOST_INVALID, 1);
    return false;
}

/* The public function is cold, so that compilers put the calls of it out of their callers' way;
 * what it does shall not be compiled as if nobody came here. */
static __attribute__((noinline, hot)) void log_values(jsonlog_logger *logger,
                                                      const jsonlog_site *site,
                                                      const jsonlog_value *values) {
    if (JSONLOG_UNLIKELY(site->abi != JSONLOG_SITE_ABI)) {
        jl_stats_add(JL_STAT_LOST_INVALID, 1);
        return;
    }
    const int level = site->level != 0 ? site->level : values[0].detail;
    if (!is_level(level))
        return;
    jl_log_call call = {.logger = jl_logger_of(logger),
                        .site = site,
                        .values = values + 1,
                        .message = &values[0],
                        .level = level};
    jl_emit(&call);
}

void jsonlog_log_values(jsonlog_logger *logger, const jsonlog_site *site,
                        const jsonlog_value *values) {
    if (logger != NULL)
        log_values(logger, site, values);
}

void jsonlog_log_fields(jsonlog_logger *logger, int level, const char *message, size_t message_len,
                        const jsonlog_field *fields, size_t count) {
    if (logger == NULL || !is_level(level) || !jsonlog_enabled(logger, level))
        return;
    if (message != NULL && message_len == JSONLOG_NUL_TERMINATED)
        message_len = strlen(message);
    const jsonlog_value text = jsonlog_string(message, message_len);
    jl_log_call call = {.logger = jl_logger_of(logger),
                        .fields = fields,
                        .count = fields == NULL ? 0 : count,
                        .message = &text,
                        .level = level};
    jl_emit(&call);
}
