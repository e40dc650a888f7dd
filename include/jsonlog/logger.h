#ifndef JSONLOG_LOGGER_H
#define JSONLOG_LOGGER_H
/**
 * Loggers and the log call.
 *
 *     jsonlog_logger *log = jsonlog_get("payment.db");
 *     jsonlog_info(log, "connected", "host", host, "port", port);
 *     jsonlog_error(log, "query failed", "errorCode", "DA00012", "query",
 *                   jsonlog_object("ms", 12.5));
 *
 * Loggers form a tree by their dotted names: "payment.db" is a child of "payment", which is a child
 * of the root. A logger without a level of its own has its parent's; a record goes to the handlers
 * of its logger and, unless `propagate` is off on the way, to those of every ancestor. Until the
 * root has a handler of its own it writes JSON lines to stdout. The root's level is INFO.
 *
 * A log call never fails its caller: it does not abort, leaves errno alone, raises no SIGPIPE. What
 * is lost is counted (jsonlog_get_stats()) and reported by a record of the logger "jsonlog" when
 * output works again. From a thread's second record on a log call allocates nothing; it takes a few
 * KiB of stack, and up to 64 where presets, metrics or filter patterns of handlers are at work. The
 * message is never a format string.
 *
 * Threads: everything in this header may be called from any thread at any time, also while others
 * log. Handlers and levels of all loggers change as one step: a record sees either the old or the
 * new set. Signals: nothing in this header is for signal handlers. fork(): a child may log at once.
 */
#include <jsonlog/value.h>

/* Compilers then report a wrong call at the call, without the steps of the expansion. */
#if defined(__GNUC__) && !defined(JSONLOG_HEADER_WARNINGS)
#pragma GCC system_header
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Name, number, and the text written for it. As in Python's logging, a free number is a level too.
 */
#define JSONLOG_LEVEL_LIST(X) \
    X(NOTSET, 0)              \
    X(TRACE, 5)               \
    X(DEBUG, 10)              \
    X(INFO, 20)               \
    X(WARN, 30)               \
    X(ERROR, 40)              \
    X(FATAL, 50)              \
    X(OFF, 255)

/**
 * Levels; NOTSET means "inherit", OFF is above every record. Any number from 1 to 254 may be used.
 */
typedef enum jsonlog_level {
#define JSONLOG_LEVEL_ENUM(name, value) JSONLOG_LEVEL_##name = (value),
    JSONLOG_LEVEL_LIST(JSONLOG_LEVEL_ENUM)
#undef JSONLOG_LEVEL_ENUM
} jsonlog_level;

/**
 * The compile-time gate: calls below this level generate no code but are still type-checked. Define
 * it as a number before including this header, e.g. -DJSONLOG_COMPILED_LEVEL=20 leaves out TRACE
 * and DEBUG.
 */
#ifndef JSONLOG_COMPILED_LEVEL
#define JSONLOG_COMPILED_LEVEL 0
#endif

/** @return the text of a level ("WARN"), "LEVEL 25" for a number without a name; never NULL. The
 * text of a renamed level stays valid for ever. */
JSONLOG_API const char *jsonlog_level_name(int level);

/**
 * The level of a name, in any case: TRACE DEBUG INFO WARN WARNING ERROR FATAL CRITICAL OFF NOTSET,
 * a name given by jsonlog_level_set_name(), or a number from 0 to 255.
 * @return JSONLOG_OK and *level, or JSONLOG_E_NOT_FOUND with the known names in err (may be NULL).
 */
JSONLOG_API jsonlog_status jsonlog_level_parse(const char *name, int *level, jsonlog_err *err);

/** Give a level a name, as Python's addLevelName(). @return JSONLOG_OK, JSONLOG_E_INVALID (level
 * not 1..254, name NULL, empty, longer than 31 bytes or not printable ASCII), JSONLOG_E_LIMIT (64
 * names given). */
JSONLOG_API jsonlog_status jsonlog_level_set_name(int level, const char *name);

/** A logger. Its first member is read by the log macros; the rest belongs to the library. */
typedef struct jsonlog_logger {
    uint32_t jsonlog_gate_; /**< the lowest level anybody listens to; read with a relaxed load */
} jsonlog_logger;

typedef struct jsonlog_handler jsonlog_handler;
typedef struct jsonlog_record jsonlog_record;

/**
 * The logger of a dotted name, made at first use; it lives until the process ends.
 * @param name  copied; NULL or "" is the root. At most 255 bytes; longer names share the logger of
 * their first 255 bytes.
 * @return never NULL: without memory the nearest ancestor that exists.
 *
 * Its level may come from the environment, read at first use of the library: JSONLOG_LEVEL for the
 * root, JSONLOG_LEVEL_payment_db for "payment.db" (every byte that is not a letter or a digit is
 * `_` there). A value that is no level is reported by a WARN record of the logger "jsonlog" and
 * otherwise ignored. A level set by jsonlog_logger_set_level() before or after wins.
 */
JSONLOG_API jsonlog_logger *jsonlog_get(const char *name);

/** @return the root logger; never NULL. */
JSONLOG_API jsonlog_logger *jsonlog_root(void);

/** @return the dotted name ("" for the root and for NULL), valid as long as the logger. */
JSONLOG_API const char *jsonlog_logger_get_name(const jsonlog_logger *logger);

/** Set the level; JSONLOG_LEVEL_NOTSET inherits again (on the root: everything is logged). A child
 * made by jsonlog_with() shares the level of the logger it was made from. NULL does nothing. */
JSONLOG_API void jsonlog_logger_set_level(jsonlog_logger *logger, int level);

/** @return the level set on this very logger, JSONLOG_LEVEL_NOTSET if none. */
JSONLOG_API int jsonlog_logger_get_level(const jsonlog_logger *logger);

/** @return the level in force; JSONLOG_LEVEL_OFF for NULL. */
JSONLOG_API int jsonlog_logger_get_effective_level(const jsonlog_logger *logger);

/** Whether records also go to the handlers of the ancestors; true at first. NULL does nothing. */
JSONLOG_API void jsonlog_logger_set_propagate(jsonlog_logger *logger, bool propagate);
JSONLOG_API bool jsonlog_logger_get_propagate(const jsonlog_logger *logger);

/**
 * Send the logger's records to one more handler. The logger holds a reference of its own: release
 * yours when you need it no more. The first handler of the root takes the place of the one to
 * stdout, which does not come back. A handler met more than once on the way to the root writes a
 * record once.
 * @return JSONLOG_OK, JSONLOG_E_NOMEM, JSONLOG_E_INVALID (NULL), JSONLOG_E_LIMIT (more than 32 on a
 * logger), JSONLOG_E_STATE (this handler is there already).
 */
JSONLOG_API jsonlog_status jsonlog_logger_add_handler(jsonlog_logger *logger,
                                                      jsonlog_handler *handler);

/** Take a handler away. When this returns no new record reaches it through this logger; it is
 * closed when its last reference goes. @return JSONLOG_OK, JSONLOG_E_NOT_FOUND, JSONLOG_E_NOMEM,
 * JSONLOG_E_INVALID. */
JSONLOG_API jsonlog_status jsonlog_logger_remove_handler(jsonlog_logger *logger,
                                                         jsonlog_handler *handler);

/** Replace all handlers in one step (count may be 0). @return as jsonlog_logger_add_handler(). */
JSONLOG_API jsonlog_status jsonlog_logger_set_handlers(jsonlog_logger *logger,
                                                       jsonlog_handler *const *handlers,
                                                       size_t count);

/**
 * Decides about a record before any handler sees it; may change it with jsonlog_record_set_field().
 * @return true to keep it. Runs on the logging thread; may log (a nested record is never filtered
 * again).
 */
typedef bool (*jsonlog_filter_fn)(jsonlog_record *record, void *context);

/** Filter the records logged on this very logger (not those of its children, as in Python's
 * logging). At most 16. @return JSONLOG_OK, JSONLOG_E_NOMEM, JSONLOG_E_LIMIT, JSONLOG_E_INVALID. */
JSONLOG_API jsonlog_status jsonlog_logger_add_filter(jsonlog_logger *logger, jsonlog_filter_fn fn,
                                                     void *context);

/** Remove a filter added with the same two values; when this returns no thread is in it or will
 * call it again. Not from within a filter or handler (JSONLOG_E_STATE). */
JSONLOG_API jsonlog_status jsonlog_logger_remove_filter(jsonlog_logger *logger,
                                                        jsonlog_filter_fn fn, void *context);

/** Switch off every record at or below `level` in the whole process, as Python's logging.disable();
 *  JSONLOG_LEVEL_NOTSET switches this off again. */
JSONLOG_API void jsonlog_disable(int level);

/* ---- fields that every record of somebody carries
 * ------------------------------------------------ */

/** Of equal keys the stronger wins and takes the earlier place: call > scope > bound > static. */

/**
 * A child logger with bound fields: jsonlog_with(log, "requestId", id, "user",
 * jsonlog_object(...)). Same name, level and handlers as `log`; the values are copied, a cJSON tree
 * as objects and arrays. A callback (jsonlog_call) is called for each record: its context must
 * outlive the logger. Of a secret nothing is kept. Free it with jsonlog_logger_free().
 * @return NULL without memory, which is legal to log with (nothing is written).
 */
#define jsonlog_with(log, ...)                                                                \
    jsonlog_logger_with((log), JSONLOG_KEYS_OF_(__VA_ARGS__), JSONLOG_COUNT_OF_(__VA_ARGS__), \
                        JSONLOG_ITEMS_OF_(__VA_ARGS__))

/** Under jsonlog_with(): `keys` as the macros make them, `count` values. */
JSONLOG_API jsonlog_logger *jsonlog_logger_with(jsonlog_logger *logger, const char *keys,
                                                uint32_t count, const jsonlog_value *values);

/** The same with keys made at run time. */
JSONLOG_API jsonlog_logger *jsonlog_logger_with_fields(jsonlog_logger *logger,
                                                       const jsonlog_field *fields, size_t count);

/** Free a logger of jsonlog_with(); no thread may be logging with it. Loggers of jsonlog_get() are
 * left alone, NULL too. Children made from it stay valid. */
JSONLOG_API void jsonlog_logger_free(jsonlog_logger *logger);

/**
 * Push fields on this thread: every record of any logger carries them until the matching pop.
 *
 *     jsonlog_scope scope = jsonlog_scope_push("requestId", id);
 *     …
 *     jsonlog_scope_pop(scope);
 *
 * Values are copied as by jsonlog_with(). A pop also drops what was pushed after it and not popped;
 * a pop on another thread or of an old scope does nothing. Without memory the push does nothing and
 * is counted.
 */
typedef struct jsonlog_scope {
    uint64_t id; /**< 0: nothing was pushed */
} jsonlog_scope;

#define jsonlog_scope_push(...)                                                              \
    jsonlog_scope_push_values(JSONLOG_KEYS_OF_(__VA_ARGS__), JSONLOG_COUNT_OF_(__VA_ARGS__), \
                              JSONLOG_ITEMS_OF_(__VA_ARGS__))
JSONLOG_API jsonlog_scope jsonlog_scope_push_values(const char *keys, uint32_t count,
                                                    const jsonlog_value *values);
JSONLOG_API jsonlog_scope jsonlog_scope_push_fields(const jsonlog_field *fields, size_t count);
JSONLOG_API void jsonlog_scope_pop(jsonlog_scope scope);

/** What this thread carries (its scopes and capture token), to be handed to another thread. */
typedef struct jsonlog_context jsonlog_context;

/**
 * @return a snapshot, cheap (a reference); NULL if the thread carries nothing or without memory.
 */
JSONLOG_API jsonlog_context *jsonlog_context_take(void);

/** Carry the snapshot's scopes on this thread, instead of its own, until the returned scope is
 * popped. NULL is legal. The snapshot may be entered by many threads at once and freed while
 * entered. */
JSONLOG_API jsonlog_scope jsonlog_context_enter(const jsonlog_context *context);
JSONLOG_API void jsonlog_context_free(jsonlog_context *context);

/**
 * Fields of every record of the process ("service", "version", …); copied, replacing the former
 * ones; count 0 removes them. @return JSONLOG_OK, JSONLOG_E_NOMEM, JSONLOG_E_LIMIT (more than 64).
 */
JSONLOG_API jsonlog_status jsonlog_set_static_fields(const jsonlog_field *fields, size_t count);

/* ---- the log call -------------------------------------------------------------------------------
 */

/**
 * jsonlog_info(log, message, "key", value, …): up to 32 pairs.
 *
 * @param log  any expression, evaluated once; NULL logs nothing.
 * message: a string (any bytes; NULL leaves it out) or jsonlog_text("retry %d", i).
 * The other arguments are evaluated only if the level is on.
 */
#define jsonlog_trace(log, ...) JSONLOG_CALL_(log, JSONLOG_LEVEL_TRACE, true, __VA_ARGS__)
#define jsonlog_debug(log, ...) JSONLOG_CALL_(log, JSONLOG_LEVEL_DEBUG, true, __VA_ARGS__)
#define jsonlog_info(log, ...)  JSONLOG_CALL_(log, JSONLOG_LEVEL_INFO, true, __VA_ARGS__)
#define jsonlog_warn(log, ...)  JSONLOG_CALL_(log, JSONLOG_LEVEL_WARN, true, __VA_ARGS__)
#define jsonlog_error(log, ...) JSONLOG_CALL_(log, JSONLOG_LEVEL_ERROR, true, __VA_ARGS__)
#define jsonlog_fatal(log, ...) JSONLOG_CALL_(log, JSONLOG_LEVEL_FATAL, true, __VA_ARGS__)

/** With a level chosen at run time, 1 to 254. FATAL does not end the process. */
#define jsonlog_log(log, level, ...) JSONLOG_CALL_AT_(log, level, __VA_ARGS__)

/** The message as printf text, checked by the compiler, without pairs: jsonlog_infof(log, "retry
 * %d", i). */
#define jsonlog_tracef(log, ...) JSONLOG_CALLF_(log, JSONLOG_LEVEL_TRACE, __VA_ARGS__)
#define jsonlog_debugf(log, ...) JSONLOG_CALLF_(log, JSONLOG_LEVEL_DEBUG, __VA_ARGS__)
#define jsonlog_infof(log, ...)  JSONLOG_CALLF_(log, JSONLOG_LEVEL_INFO, __VA_ARGS__)
#define jsonlog_warnf(log, ...)  JSONLOG_CALLF_(log, JSONLOG_LEVEL_WARN, __VA_ARGS__)
#define jsonlog_errorf(log, ...) JSONLOG_CALLF_(log, JSONLOG_LEVEL_ERROR, __VA_ARGS__)
#define jsonlog_fatalf(log, ...) JSONLOG_CALLF_(log, JSONLOG_LEVEL_FATAL, __VA_ARGS__)

/**
 * Less often, per call site and over all threads: once; every nth time (the 1st, the n+1st, …); at
 * most once in `ms` milliseconds (CLOCK_MONOTONIC). Arguments of a call that is held back are not
 * evaluated. A record that was preceded by held-back calls says so in a field "suppressed".
 */
#define jsonlog_trace_once(log, ...) JSONLOG_ONCE_(log, JSONLOG_LEVEL_TRACE, __VA_ARGS__)
#define jsonlog_debug_once(log, ...) JSONLOG_ONCE_(log, JSONLOG_LEVEL_DEBUG, __VA_ARGS__)
#define jsonlog_info_once(log, ...)  JSONLOG_ONCE_(log, JSONLOG_LEVEL_INFO, __VA_ARGS__)
#define jsonlog_warn_once(log, ...)  JSONLOG_ONCE_(log, JSONLOG_LEVEL_WARN, __VA_ARGS__)
#define jsonlog_error_once(log, ...) JSONLOG_ONCE_(log, JSONLOG_LEVEL_ERROR, __VA_ARGS__)
#define jsonlog_fatal_once(log, ...) JSONLOG_ONCE_(log, JSONLOG_LEVEL_FATAL, __VA_ARGS__)
#define jsonlog_trace_every_n(log, n, ...) \
    JSONLOG_EVERY_N_(log, JSONLOG_LEVEL_TRACE, n, __VA_ARGS__)
#define jsonlog_debug_every_n(log, n, ...) \
    JSONLOG_EVERY_N_(log, JSONLOG_LEVEL_DEBUG, n, __VA_ARGS__)
#define jsonlog_info_every_n(log, n, ...) JSONLOG_EVERY_N_(log, JSONLOG_LEVEL_INFO, n, __VA_ARGS__)
#define jsonlog_warn_every_n(log, n, ...) JSONLOG_EVERY_N_(log, JSONLOG_LEVEL_WARN, n, __VA_ARGS__)
#define jsonlog_error_every_n(log, n, ...) \
    JSONLOG_EVERY_N_(log, JSONLOG_LEVEL_ERROR, n, __VA_ARGS__)
#define jsonlog_fatal_every_n(log, n, ...) \
    JSONLOG_EVERY_N_(log, JSONLOG_LEVEL_FATAL, n, __VA_ARGS__)
#define jsonlog_trace_every_ms(log, ms, ...) \
    JSONLOG_EVERY_MS_(log, JSONLOG_LEVEL_TRACE, ms, __VA_ARGS__)
#define jsonlog_debug_every_ms(log, ms, ...) \
    JSONLOG_EVERY_MS_(log, JSONLOG_LEVEL_DEBUG, ms, __VA_ARGS__)
#define jsonlog_info_every_ms(log, ms, ...) \
    JSONLOG_EVERY_MS_(log, JSONLOG_LEVEL_INFO, ms, __VA_ARGS__)
#define jsonlog_warn_every_ms(log, ms, ...) \
    JSONLOG_EVERY_MS_(log, JSONLOG_LEVEL_WARN, ms, __VA_ARGS__)
#define jsonlog_error_every_ms(log, ms, ...) \
    JSONLOG_EVERY_MS_(log, JSONLOG_LEVEL_ERROR, ms, __VA_ARGS__)
#define jsonlog_fatal_every_ms(log, ms, ...) \
    JSONLOG_EVERY_MS_(log, JSONLOG_LEVEL_FATAL, ms, __VA_ARGS__)

/**
 * At most n records of this call site in `per_ms` milliseconds, counted from the first of them; the
 * others are held back, like those above, and counted:
 *
 *     jsonlog_error_burst(log, 5, 1000, "connection refused", "host", host);
 *
 * The count comes as "suppressed" in the site's next record. Where none comes, it is a record of
 * its own, of the same logger and level, once the window is over:
 *
 *     {…,"logType":"ERROR","logger":"payment","errorMessage":"repeated 1,234 times: connection
 *      refused","file":"pay.c","line":42,"suppressed":1234}
 *
 * No thread waits for that moment. The record is written behind the next record of the process,
 * whatever its logger, by jsonlog_flush(), and with each heartbeat (jsonlog_heartbeat_start()
 * bounds the time in a process that is silent otherwise); jsonlog_shutdown() and exit() write all
 * there are, of open windows too. A kill loses them. The text of a message that is no literal is
 * left out; file and message are cut to 255 bytes. Of more than 128 sites that hold back at the
 * same time, those beyond tell their count only in their next record. `n` counts up to 16,777,215;
 * a `per_ms` of 0 holds nothing back.
 */
#define jsonlog_trace_burst(log, n, per_ms, ...) \
    JSONLOG_BURST_(log, JSONLOG_LEVEL_TRACE, n, per_ms, __VA_ARGS__)
#define jsonlog_debug_burst(log, n, per_ms, ...) \
    JSONLOG_BURST_(log, JSONLOG_LEVEL_DEBUG, n, per_ms, __VA_ARGS__)
#define jsonlog_info_burst(log, n, per_ms, ...) \
    JSONLOG_BURST_(log, JSONLOG_LEVEL_INFO, n, per_ms, __VA_ARGS__)
#define jsonlog_warn_burst(log, n, per_ms, ...) \
    JSONLOG_BURST_(log, JSONLOG_LEVEL_WARN, n, per_ms, __VA_ARGS__)
#define jsonlog_error_burst(log, n, per_ms, ...) \
    JSONLOG_BURST_(log, JSONLOG_LEVEL_ERROR, n, per_ms, __VA_ARGS__)
#define jsonlog_fatal_burst(log, n, per_ms, ...) \
    JSONLOG_BURST_(log, JSONLOG_LEVEL_FATAL, n, per_ms, __VA_ARGS__)

/** Which records of a busy call site are kept. Start from JSONLOG_SAMPLING_POLICY_INIT. */
typedef struct jsonlog_sampling_policy {
    size_t size;
    int below;            /**< records of this level and above are never sampled; 0: ERROR */
    uint32_t first;       /**< so many of a call site are kept in each interval; 0: 1 */
    uint32_t thereafter;  /**< and then every so many-th; 0: none */
    uint32_t interval_ms; /**< counting starts anew; 0: never */
    bool is_random;       /**< keep the same share, chosen as if by chance, so that a site whose
                               records come in a fixed order is not always cut at the same place */
} jsonlog_sampling_policy;
#define JSONLOG_SAMPLING_POLICY_INIT JSONLOG_OPTIONS_INIT_(jsonlog_sampling_policy)

/**
 * Sample the records of a logger and of those below it that have no sampling of their own; set at
 * the root it is for the whole process. There is none unless it is asked for.
 *
 *     jsonlog_sampling_policy policy = JSONLOG_SAMPLING_POLICY_INIT;
 *     policy.first = 100;         a hundred of each call site in a second,
 *     policy.thereafter = 100;    then every hundredth
 *     policy.interval_ms = 1000;
 *     jsonlog_logger_set_sampling(jsonlog_root(), &policy);
 *
 * Each call site is counted by itself, over all threads; records without one (jsonlog_log_fields())
 * by their message. There are 4,096 counters: two of many thousand sites may share one. A record
 * left out costs its arguments but no formatting and no filter, is counted (jsonlog_stats.sampled),
 * and said in the "suppressed" of the site's next record. Metrics and what the library reports
 * itself are never sampled.
 *
 * @param policy  copied; NULL: as its parent again. `thereafter` 1 keeps all.
 * @return JSONLOG_OK, JSONLOG_E_INVALID (logger NULL, wrong size, a level out of range),
 *         JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_status jsonlog_logger_set_sampling(jsonlog_logger *logger,
                                                       const jsonlog_sampling_policy *policy);

/**
 * Would a record of this level be written anywhere? For work done only to be logged. NULL: false.
 */
JSONLOG_INLINE bool jsonlog_enabled(const jsonlog_logger *logger, int level) {
    return logger != NULL &&
           level >= (int)__atomic_load_n(&logger->jsonlog_gate_, __ATOMIC_RELAXED);
}

/** What changes about a call site: zero at first, the library's from then on. */
typedef struct jsonlog_slot {
    uint32_t id;
    uint32_t flags;
    uint64_t count;      /**< calls that came past _once, _every_n or _every_ms; of _burst: where
                              what it holds back is counted */
    uint64_t suppressed; /**< held back since the last record */
    int64_t next_ns;     /**< of _every_ms: when the next one may pass; of _burst: the window */
    uint32_t head;       /**< what is the same in all its lines */
    uint32_t reserved;
} jsonlog_slot;

/** What never changes about a call site. */
typedef struct jsonlog_site {
    uint16_t abi;  /**< JSONLOG_SITE_ABI: a library that does not know it refuses the record and
                      counts it */
    uint8_t level; /**< 0: chosen at run time, in the message's `detail` */
    uint8_t pairs;
    uint32_t
        line; /**< where the call begins or ends; compilers differ for calls of several lines */
    const char *file;
    const char *function;
    const char *keys; /**< `pairs` keys, each as `,"key":` and a NUL */
    jsonlog_slot *slot;
} jsonlog_site;

#define JSONLOG_SITE_ABI 1

/**
 * Under the macros: log one record. For code where a static object cannot stand (C++ constexpr
 * functions, C inline functions with external linkage) use jsonlog_log_fields().
 *
 * @param values  the message, then one value for each key of the site.
 */
JSONLOG_API void jsonlog_log_values(jsonlog_logger *logger, const jsonlog_site *site,
                                    const jsonlog_value *values) __attribute__((cold));

/**
 * Log one record with keys made at run time, without a call site: for bindings and dynamic fields.
 *
 * @param level    1 to 254; other numbers log nothing and are counted.
 * @param message  the message, `message_len` bytes or JSONLOG_NUL_TERMINATED; NULL leaves it out.
 * @param fields   may be NULL if count is 0. More than 256 fields: the rest is dropped and counted
 * in the record.
 */
JSONLOG_API void jsonlog_log_fields(jsonlog_logger *logger, int level, const char *message,
                                    size_t message_len, const jsonlog_field *fields, size_t count);

/** @cond the limiters; each counts what it holds back */
JSONLOG_API bool jsonlog_slot_once(jsonlog_slot *slot);
JSONLOG_API bool jsonlog_slot_every_n(jsonlog_slot *slot, uint64_t n);
JSONLOG_API bool jsonlog_slot_every_ms(jsonlog_slot *slot, int64_t ms);
/** @param literal  the message if it is a literal, else NULL. */
JSONLOG_API bool jsonlog_site_burst(jsonlog_logger *logger, const jsonlog_site *site,
                                    const char *literal, uint64_t n, int64_t per_ms);
/** @endcond */

/* ---- the process
 * --------------------------------------------------------------------------------- */

/** Counters since the start of the process; only ever growing, but for the last one. */
typedef struct jsonlog_stats {
    uint64_t records;      /**< records that passed level, sampling and filters */
    uint64_t lines;        /**< lines a handler accepted */
    uint64_t bytes;        /**< bytes in those lines */
    uint64_t lost_output;  /**< lines that a handler could not write, for any of these reasons: */
    uint64_t lost_full;    /**< … the output, or the ring or buffer before it, was full */
    uint64_t lost_error;   /**< … the write failed, or the handler refused */
    uint64_t lost_format;  /**< … the record could not be formatted, or its line fits no cap */
    uint64_t lost_closed;  /**< … the process was shut down */
    uint64_t lost_later;   /**< lines that were accepted and then not written out */
    uint64_t lost_nested;  /**< records logged from within a log call that would have had to wait */
    uint64_t lost_memory;  /**< records, scopes and fields dropped for want of memory */
    uint64_t lost_invalid; /**< records refused: unknown ABI, level out of range, wrong metrics */
    uint64_t held_back;    /**< calls held back by _once, _every_n, _every_ms and _burst */
    uint64_t sampled;      /**< records left out by sampling */
    uint64_t truncated;    /**< lines that had to be shortened to their cap */
    uint64_t
        replaced_values; /**< callbacks that failed, raw JSON that was none, NaN and infinities */
    uint64_t duplicate_keys; /**< fields that lost to an equal key in the same call */
    uint64_t queued_bytes;   /**< now in the rings of all async, socket and syslog handlers: goes
                                  up and down */
} jsonlog_stats;

/** Fill *stats. Cheap; the counters are read one after the other. */
JSONLOG_API void jsonlog_get_stats(jsonlog_stats *stats);

/** Let every handler write out what it has accepted, and log what was held back in bursts that are
 * over. @return JSONLOG_OK or the first failure. */
JSONLOG_API jsonlog_status jsonlog_flush(void);

/** Flush, close and remove all handlers, after a wait of up to a second for log calls that other
 * threads are in; later records are dropped and counted as lost output. Once is enough, twice is
 * harmless; handlers added afterwards work again. Runs by itself at exit(), where a handler that
 * hangs is waited for only so long: exit.h. */
JSONLOG_API void jsonlog_shutdown(void);

/** Take the time of records from somewhere else (tests, replays): nanoseconds since 1970 UTC. NULL:
 * CLOCK_REALTIME. The function must be fast and usable from any thread. Where it was never called,
 * a thread that logs often reads CLOCK_REALTIME once in a millisecond and the processor's counter
 * in between: milliseconds are exact, what is below them to less than one microsecond, and a clock
 * that is set shows in the next millisecond. */
JSONLOG_API void jsonlog_set_clock(int64_t (*now_ns)(void *context), void *context);

#ifdef __cplusplus
}

namespace jsonlog_detail {
inline const char *literal_of(const char *message) {
    return message;
}
inline const char *literal_of(const jsonlog_temporary &) {
    return nullptr;
}
} // namespace jsonlog_detail
#endif

/* ---- the macros under the macros
 * ----------------------------------------------------------------- */

#define JSONLOG_KEYS_OF_(...) JSONLOG_KEYS_(JSONLOG_SHAPE_OBJECT_(__VA_ARGS__), ~, __VA_ARGS__)
#define JSONLOG_COUNT_OF_(...) \
    JSONLOG_COUNT_OF_NOW_(JSONLOG_SHAPE_OBJECT_(__VA_ARGS__), ~, __VA_ARGS__)
#define JSONLOG_COUNT_OF_NOW_(shape, ...) \
    (JSONLOG_FORM_(shape) + JSONLOG_CHECKS_(shape, __VA_ARGS__))
#define JSONLOG_ITEMS_OF_(...) \
    JSONLOG_ITEMS_OF_NOW_(JSONLOG_SHAPE_OBJECT_(__VA_ARGS__), ~, __VA_ARGS__)
#define JSONLOG_ITEMS_OF_NOW_(shape, ...) \
    JSONLOG_CAT_(JSONLOG_OBJECT_ITEMS_, JSONLOG_CAT_(JSONLOG_ANY_, shape))(shape, __VA_ARGS__)

/* The message is marked as a literal when the compiler knows it to be one: then it is escaped once.
 */
#define JSONLOG_MARKED_(message, level)                                               \
    jsonlog_mark_message(JSONLOG_MESSAGE_OF_(message), __builtin_constant_p(message), \
                         (unsigned)(level))

/* The message where it costs no evaluation. */
#ifdef __cplusplus
#define JSONLOG_LITERAL_OR_NULL_(message) \
    (__builtin_constant_p(message) ? jsonlog_detail::literal_of(message) : NULL)
#else
#define JSONLOG_LITERAL_OR_NULL_(message) \
    (__builtin_constant_p(message)                                                          \
         ? _Generic((message), char * : (message), const char * : (message), default : NULL) \
         : NULL)
#endif

#define JSONLOG_SITE_(shape, fixed_level, ...)                                 \
    static jsonlog_slot jsonlog_slot_;                                         \
    static const jsonlog_site jsonlog_site_ = {                                \
        JSONLOG_SITE_ABI,                                                      \
        (uint8_t)(fixed_level),                                                \
        (uint8_t)(JSONLOG_FORM_(shape) + JSONLOG_CHECKS_(shape, __VA_ARGS__)), \
        __LINE__,                                                              \
        __FILE__,                                                              \
        __func__,                                                              \
        JSONLOG_KEYS_(shape, __VA_ARGS__),                                     \
        &jsonlog_slot_,                                                        \
    }

#define JSONLOG_CALL_(log, level, pass, ...) \
    JSONLOG_CALL_NOW_(JSONLOG_SHAPE_CALL_(__VA_ARGS__), log, level, pass, __VA_ARGS__)
#define JSONLOG_CALL_NOW_(shape, log, level, pass, ...)                                         \
    do {                                                                                        \
        jsonlog_logger *const jsonlog_logger_ = (log);                                          \
        if ((level) >= JSONLOG_COMPILED_LEVEL &&                                                \
            JSONLOG_UNLIKELY(jsonlog_enabled(jsonlog_logger_, (level)))) {                      \
            JSONLOG_SITE_(shape, level, __VA_ARGS__);                                           \
            if (pass)                                                                           \
                jsonlog_log_values(                                                             \
                    jsonlog_logger_, &jsonlog_site_,                                            \
                    JSONLOG_VALUES_(                                                            \
                        shape, JSONLOG_MARKED_(JSONLOG_GIVEN_(JSONLOG_FIRST_(__VA_ARGS__)), 0), \
                        __VA_ARGS__));                                                          \
        }                                                                                       \
    } while (0)

#define JSONLOG_CALLF_(log, level, ...)                                                \
    do {                                                                               \
        jsonlog_logger *const jsonlog_logger_ = (log);                                 \
        if ((level) >= JSONLOG_COMPILED_LEVEL &&                                       \
            JSONLOG_UNLIKELY(jsonlog_enabled(jsonlog_logger_, (level)))) {             \
            JSONLOG_SITE_(P0, level, ~);                                               \
            jsonlog_log_values(                                                        \
                jsonlog_logger_, &jsonlog_site_,                                       \
                JSONLOG_LIST_(jsonlog_format_text(JSONLOG_TEXT_SPACE_, __VA_ARGS__))); \
        }                                                                              \
    } while (0)

#define JSONLOG_CALL_AT_(log, level, ...) \
    JSONLOG_CALL_AT_NOW_(JSONLOG_SHAPE_CALL_(__VA_ARGS__), log, level, __VA_ARGS__)
#define JSONLOG_CALL_AT_NOW_(shape, log, level, ...)                                              \
    do {                                                                                          \
        jsonlog_logger *const jsonlog_logger_ = (log);                                            \
        const int jsonlog_level_ = (level);                                                       \
        if (jsonlog_level_ >= JSONLOG_COMPILED_LEVEL &&                                           \
            JSONLOG_UNLIKELY(jsonlog_enabled(jsonlog_logger_, jsonlog_level_))) {                 \
            JSONLOG_SITE_(shape, 0, __VA_ARGS__);                                                 \
            jsonlog_log_values(                                                                   \
                jsonlog_logger_, &jsonlog_site_,                                                  \
                JSONLOG_VALUES_(                                                                  \
                    shape,                                                                        \
                    JSONLOG_MARKED_(JSONLOG_GIVEN_(JSONLOG_FIRST_(__VA_ARGS__)), jsonlog_level_), \
                    __VA_ARGS__));                                                                \
        }                                                                                         \
    } while (0)

#define JSONLOG_ONCE_(log, level, ...) \
    JSONLOG_CALL_(log, level, jsonlog_slot_once(&jsonlog_slot_), __VA_ARGS__)
#define JSONLOG_EVERY_N_(log, level, n, ...) \
    JSONLOG_CALL_(log, level, jsonlog_slot_every_n(&jsonlog_slot_, (n)), __VA_ARGS__)
#define JSONLOG_EVERY_MS_(log, level, ms, ...) \
    JSONLOG_CALL_(log, level, jsonlog_slot_every_ms(&jsonlog_slot_, (ms)), __VA_ARGS__)
#define JSONLOG_BURST_(log, level, n, per_ms, ...)                                                \
    JSONLOG_CALL_(                                                                                \
        log, level,                                                                               \
        jsonlog_site_burst(jsonlog_logger_, &jsonlog_site_,                                       \
                           JSONLOG_LITERAL_OR_NULL_(JSONLOG_GIVEN_(JSONLOG_FIRST_(__VA_ARGS__))), \
                           (n), (per_ms)),                                                        \
        __VA_ARGS__)

#endif
