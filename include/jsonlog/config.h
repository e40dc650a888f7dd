#ifndef JSONLOG_CONFIG_H
#define JSONLOG_CONFIG_H
/**
 * Configuration from a JSON file, the counterpart of Python's logging.config.dictConfig().
 *
 *     jsonlog_err err;
 *     if (jsonlog_configure_file("/etc/payment/log.json", &err) != JSONLOG_OK)
 *         fprintf(stderr, "%s\n", err.text);
 *
 *     {
 *       "version": 1,
 *       "staticFields": {"service": "payment", "host": "${HOSTNAME:-unknown}"},
 *       "redaction": {"rules": [{"key": "password"}, {"pattern": "card", "action": "last4"}]},
 *       "formatters": {
 *         "lines":  {"class": "json", "timestampPrecision": "us", "withSource": true},
 *         "people": {"class": "human"}
 *       },
 *       "filters": {
 *         "refused": {"pattern": "{ $.errorCode = \"DA0001*\" }"}
 *       },
 *       "handlers": {
 *         "console": {"class": "stream", "stream": "stderr", "level": "WARN",
 *                     "formatter": "people"},
 *         "file": {"class": "rotating", "path": "/var/log/payment/app.log", "formatter": "lines",
 *                  "maxBytes": "100M", "keepFiles": 14, "compression": "gzip"},
 *         "fast": {"class": "async", "target": "file", "whenFull": "drop-old"}
 *       },
 *       "loggers": {
 *         "payment.db": {"level": "DEBUG",
 *                        "sampling": {"first": 100, "thereafter": 100, "interval": "1s"}}
 *       },
 *       "root": {"level": "INFO", "handlers": ["console", "fast"]},
 *       "heartbeat": {"interval": "60s"}
 *     }
 *
 * `version` is 1. A handler, formatter or filter has a `class` (one of the library, with the
 * options of its header in camelCase) or a `factory` (one of the program's own, see
 * jsonlog_config_register_handler()). Sizes are a number of bytes or a text such as "10M" (K, M, G,
 * T: powers of 1,024), spans of time a text such as "250ms", "5s", "10m", "2h" or "14d", levels a
 * name or a number, modes a text such as "0640". config.schema.json, installed in share/jsonlog,
 * lists everything; an editor that is told so by "$schema" completes and checks the file.
 *
 * In every string that is a value, `${NAME}` stands for the environment variable of that name,
 * which must exist, `${NAME:-text}` for that or, if it does not exist or is empty, for the text,
 * and `$${` for `${`. A string with such a name in it may stand where a number, `true`, `false` or
 * a word is wanted.
 *
 * All or nothing: the whole file is checked and everything it names is made before anything
 * changes; then levels, sampling, handlers and filters of all loggers, static fields and redaction
 * change in one step. A file with a mistake changes nothing. The error says where and why:
 *
 *     /etc/payment/log.json:15:21: handlers.file.maxByte: there is no such option; did you mean
 * maxBytes?
 *
 * What a configuration leaves in force depends on its file alone, as far as it goes: a logger that
 * it names gets the level (none: that of the environment, else inherited), the sampling (none:
 * inherited), the handlers, the filters and `propagate` it states or their defaults, also if they
 * were set by calls before. A root without "handlers" writes to stdout; with an empty list it
 * writes nowhere. A logger that the configuration before named and this one does not is as if never
 * configured. Other loggers stay as the program has set them; `disableExistingLoggers` (false if it
 * is left out, unlike in Python) switches those off that neither are named nor have an ancestor
 * that is, the root aside. A program that sets levels by calls does so after the configuration.
 *
 * A handler whose part of the file (its formatter, filters and target included) is as it was in
 * the configuration before is kept: files stay open, rings and memories keep their lines. Others
 * are made anew, the old ones then written out and closed by the thread that configures; nothing
 * that was accepted is lost, but the last lines of an old handler may stand behind the first ones
 * of the new one.
 *
 * `heartbeat` begins the heartbeats of <jsonlog/heartbeat.h>, or changes their interval, right
 * behind that step; whether a thread for them can be had is known before it. The same interval
 * again leaves the beats where they are. A configuration without it ends those of the configuration
 * before, and leaves those alone that the program has started itself.
 *
 * What to do in a crash is no part of a configuration: a reload could not change the dispositions
 * of signals in one step, and other code of the program may have put its own over them. The program
 * calls jsonlog_crash_install(), with a handler of jsonlog_config_get_handler(); the reference it
 * then holds keeps that handler, and its file, open after a configuration that has replaced it,
 * until jsonlog_crash_uninstall().
 *
 * With `"incremental": true` nothing is made or taken away: only levels of handlers that exist and
 * of loggers, and `propagate`, are changed, in what is in force; a reload does not repeat it. The
 * levels of handlers then change one after the other.
 *
 * Threads: everything may be called from any thread, also while others log; configurations come
 * into force one after the other. From within a log call (a handler, a filter, a callback) it is
 * JSONLOG_E_STATE, but for jsonlog_config_get_handler(). Signals: only
 * jsonlog_config_request_reload(). fork(): a child has the configuration of its parent; it watches
 * no file until it asks to.
 *
 * A program that does not call anything of this header does not link it.
 */
#include <jsonlog/handler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The largest configuration, in bytes: a megabyte of settings is a mistake. */
#define JSONLOG_CONFIG_MAX ((size_t)1 << 20)

/**
 * Put a configuration file into force.
 *
 * @param path  copied, for jsonlog_config_reload(); a relative one is meant from the working
 *              directory of now.
 * @param err   may be NULL; says file, line, column, the path of the value and the reason. Its
 *              offset is that of the value in the file.
 * @return JSONLOG_OK; JSONLOG_E_IO (the file cannot be read, or a handler's output cannot be
 *         opened); JSONLOG_E_SYNTAX (no JSON, in UTF-8, with distinct keys); JSONLOG_E_INVALID (an
 *         unknown key or class, a wrong type or value, a variable that does not exist);
 *         JSONLOG_E_NOT_FOUND (a name of a handler, formatter, filter or factory that is nowhere
 *         defined); JSONLOG_E_LIMIT (a file over JSONLOG_CONFIG_MAX, more than 32 handlers or 16
 *         filters in one place, a number out of its range); JSONLOG_E_UNSUPPORTED (a library for it
 *         is not installed); JSONLOG_E_AGAIN (no thread can be started for the heartbeat);
 *         JSONLOG_E_NOMEM; JSONLOG_E_STATE (from within a log call).
 */
JSONLOG_API jsonlog_status jsonlog_configure_file(const char *path, jsonlog_err *err);

/**
 * Put a configuration from the program itself into force. There is no file then to be watched, and
 * jsonlog_config_reload() puts the same text into force again (its `${…}` may differ).
 *
 * @param text  read during the call; a copy is kept.
 * @param len   in bytes, or JSONLOG_NUL_TERMINATED.
 */
JSONLOG_API jsonlog_status jsonlog_configure_text(const char *text, size_t len, jsonlog_err *err);

/**
 * Put the file into force that the environment variable JSONLOG_CONFIG names. Without the variable,
 * or if it is empty, nothing changes and that is JSONLOG_OK. For levels alone JSONLOG_LEVEL and
 * JSONLOG_LEVEL_<name> will do, which are always read; a level in a file is stronger than they are.
 */
JSONLOG_API jsonlog_status jsonlog_configure_from_environment(jsonlog_err *err);

/** Check a file as jsonlog_configure_file() does, without opening any output and without putting
 *  anything into force: for a test, or before a roll-out. What only opening can tell (permissions,
 *  full disks, libraries that are missing, names that syslog or the journal refuse) stays unknown;
 *  factories of the program must exist, but are not called. */
JSONLOG_API jsonlog_status jsonlog_config_check_file(const char *path, jsonlog_err *err);
JSONLOG_API jsonlog_status jsonlog_config_check_text(const char *text, size_t len,
                                                     jsonlog_err *err);

/**
 * A handler of the configuration in force, by its name there: for statistics, flush, reopen.
 * @return a reference, give it back with jsonlog_handler_release(); NULL if there is none. After
 * the next configuration it may be another one.
 */
JSONLOG_API jsonlog_handler *jsonlog_config_get_handler(const char *name);

/* ---- at run time
 * --------------------------------------------------------------------------------- */

/**
 * Read the configuration again and put it into force, changed or not.
 * @return as jsonlog_configure_file(); JSONLOG_E_STATE also if nothing was configured yet.
 */
JSONLOG_API jsonlog_status jsonlog_config_reload(jsonlog_err *err);

/**
 * Reload if the file has changed since it was last read (another file under its name, another
 * size or another time of modification) or a reload was requested. For a program's own loop; cheap
 * otherwise: one stat(2).
 *
 * @param is_reloaded  may be NULL; set to whether a new configuration is in force now.
 * @return JSONLOG_OK, also if there was nothing to do; else as jsonlog_config_reload(). A file that
 *         is wrong is tried again only when it has changed again.
 */
JSONLOG_API jsonlog_status jsonlog_config_poll(bool *is_reloaded, jsonlog_err *err);

/**
 * Ask for a reload, from anywhere. Async-signal-safe: this is what a handler of SIGHUP calls. It is
 * done by the next jsonlog_config_poll(), which is the program's or, within the interval, that of
 * the watching thread.
 */
JSONLOG_API void jsonlog_config_request_reload(void);

/**
 * Watch the file with a thread of its own, which does what jsonlog_config_poll() does every
 * `interval_ms`. The outcome is told by a record of the logger "jsonlog": INFO "configuration
 * reloaded", or ERROR "configuration not reloaded" with the error's text as "reason"; the old one
 * stays in force. Called again it changes the interval. The thread takes no signals; it ends with
 * jsonlog_config_unwatch() or at exit().
 *
 * @param interval_ms  0: 1,000.
 * @return JSONLOG_OK, JSONLOG_E_STATE (nothing was configured yet), JSONLOG_E_NOMEM (no thread can
 *         be started).
 */
JSONLOG_API jsonlog_status jsonlog_config_watch(uint32_t interval_ms, jsonlog_err *err);

/** Watch no more; when this returns the thread has ended. Without a thread it does nothing. */
JSONLOG_API void jsonlog_config_unwatch(void);

/* ---- classes of your own
 * ------------------------------------------------------------------------- */

/**
 * What stands in the file beside "factory", for the function of that name.
 *
 *     static jsonlog_handler *make_pager(jsonlog_config_options *options, void *context) {
 *         const char *number = jsonlog_config_get_text(options, "number", NULL);
 *         uint64_t pause_ms = jsonlog_config_get_duration_ms(options, "pause", 60000);
 *         return jsonlog_config_is_good(options) ? pager_handler_new(number, pause_ms) : NULL;
 *     }
 *     jsonlog_config_register_handler("pager", make_pager, NULL);
 *
 *     "handlers": {"night": {"factory": "pager", "number": "+49…", "level": "FATAL"}}
 *
 * An option is known by being asked for; those nobody has asked for are unknown keys, an error. So
 * is a value of the wrong type. After a mistake the getters return the fallback, and what the
 * factory returns is released again.
 */
typedef struct jsonlog_config_options jsonlog_config_options;

/** Whether all that was asked for was there and right, so far. */
JSONLOG_API bool jsonlog_config_is_good(const jsonlog_config_options *options);

/** The name in the file: "night". Like all texts of options it is borrowed until the factory
 *  returns. */
JSONLOG_API const char *jsonlog_config_get_name(const jsonlog_config_options *options);

/** @param fallback  NULL: the option must be there (an error, and "" is returned). */
JSONLOG_API const char *jsonlog_config_get_text(jsonlog_config_options *options, const char *key,
                                                const char *fallback);
JSONLOG_API bool jsonlog_config_get_bool(jsonlog_config_options *options, const char *key,
                                         bool fallback);
/** A number without fraction, from `least` to `most`. */
JSONLOG_API int64_t jsonlog_config_get_integer(jsonlog_config_options *options, const char *key,
                                               int64_t least, int64_t most, int64_t fallback);
JSONLOG_API double jsonlog_config_get_number(jsonlog_config_options *options, const char *key,
                                             double fallback);
/** Bytes: a number, or a text such as "10M". */
JSONLOG_API uint64_t jsonlog_config_get_size(jsonlog_config_options *options, const char *key,
                                             uint64_t fallback);
/** A text such as "250ms" or "5s", in milliseconds. */
JSONLOG_API uint64_t jsonlog_config_get_duration_ms(jsonlog_config_options *options,
                                                    const char *key, uint64_t fallback);
/** One of the handlers of the file, by its name, for handlers around handlers; borrowed. Only for
 *  factories of handlers. @return NULL if the option is not there or wrong. */
JSONLOG_API jsonlog_handler *jsonlog_config_get_target(jsonlog_config_options *options,
                                                       const char *key);

/** Refuse the value of an option (key NULL: the whole), with a reason for the error's text. */
JSONLOG_API void jsonlog_config_refuse(jsonlog_config_options *options, const char *key,
                                       const char *format, ...) JSONLOG_PRINTF(3, 4);

/** A filter made by a factory. */
typedef struct jsonlog_config_filter {
    /** For handlers and loggers; @return whether the record is kept. Runs on logging threads. */
    bool (*fn)(const jsonlog_record *record, void *context);
    void (*release)(void *context); /**< when no thread can be in fn any more; may be NULL */
    void *context;
} jsonlog_config_filter;

/** @return one reference, taken over; NULL if it cannot be made. May not configure. */
typedef jsonlog_handler *(*jsonlog_config_handler_factory)(jsonlog_config_options *options,
                                                           void *context);
typedef jsonlog_formatter *(*jsonlog_config_formatter_factory)(jsonlog_config_options *options,
                                                               void *context);
/** @return whether *filter was filled. */
typedef bool (*jsonlog_config_filter_factory)(jsonlog_config_options *options,
                                              jsonlog_config_filter *filter, void *context);

/**
 * Give a function a name for "factory" in configurations to come. A name given again means the new
 * function from then on, and what the old one has made is made anew by the next configuration. NULL
 * for the function takes the name away.
 *
 * A factory may be called again for a part of a file that has not changed, and it is called before
 * the handlers of the configuration in force are closed.
 *
 * @param name  copied; not empty.
 * @return JSONLOG_OK, JSONLOG_E_INVALID, JSONLOG_E_NOMEM, JSONLOG_E_NOT_FOUND (NULL for a name that
 *         was never given), JSONLOG_E_STATE (from within a factory).
 */
JSONLOG_API jsonlog_status jsonlog_config_register_handler(const char *name,
                                                           jsonlog_config_handler_factory factory,
                                                           void *context);
JSONLOG_API jsonlog_status jsonlog_config_register_formatter(
    const char *name, jsonlog_config_formatter_factory factory, void *context);
JSONLOG_API jsonlog_status jsonlog_config_register_filter(const char *name,
                                                          jsonlog_config_filter_factory factory,
                                                          void *context);

#ifdef __cplusplus
}
#endif
#endif
