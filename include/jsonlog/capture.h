#ifndef JSONLOG_CAPTURE_H
#define JSONLOG_CAPTURE_H
/**
 * Captures: what was logged while a test ran, and assertions in the language of the production
 * alarm.
 *
 *     jsonlog_capture *logs = jsonlog_capture_start(NULL);
 *     login(expired_token);
 *     const char *alarm = "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }";
 *     jsonlog_report *report = NULL;
 *     if (!jsonlog_expect_match(logs, alarm, &report))
 *         fputs(jsonlog_report_text(report), stderr);
 *     jsonlog_report_free(report);
 *     jsonlog_capture_stop(logs);
 *
 * A capture sees each record once: after level, logger filters and redaction, before any handler;
 * whichever logger it came from, also loggers made before the capture or cut off from the root. Its
 * lines are made by the formatter of the root's first handler, cap included, so that the names of
 * production are what is tested.
 *
 * For a test framework see <jsonlog/cmocka.h>; every other framework is served by jsonlog_expect().
 *
 * Threads: a capture may be read, cleared and asserted on while other threads log into it; what an
 * expectation judges and reports is one moment's lines. Start and stop wait for the log calls that
 * are running, so neither may be called from within one (a handler, filter or formatter callback).
 * fork(): a child has the captures as they were and fills its own copies.
 */
#include <jsonlog/formatter.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct jsonlog_capture jsonlog_capture;
typedef struct jsonlog_report jsonlog_report;

/** Whose records a capture sees. */
typedef enum jsonlog_capture_scope {
    JSONLOG_CAPTURE_THREAD =
        0, /**< this thread's, and those of threads that entered a jsonlog_context taken here while
                the capture ran (or on such a thread, and so on) */
    JSONLOG_CAPTURE_PROCESS = 1, /**< everybody's */
} jsonlog_capture_scope;

typedef struct jsonlog_capture_options {
    size_t size;
    jsonlog_capture_scope scope;
    int level; /**< also capture records from this level up that are switched off (handlers do not
                  get them); 0: leave levels alone. While such a capture runs, jsonlog_enabled()
                  says yes to them on every thread */
    jsonlog_formatter *formatter; /**< NULL: that of the root's first handler */
    bool passes_through; /**< also hand the records to their handlers; by default a capture keeps
                            them to itself */
    size_t limit_bytes;  /**< of lines with their bookkeeping (a few words each); 0: 64 MiB. Lines
                            beyond it, or without  memory, or that the formatter fails to make, are
                            counted and make every expectation fail, until jsonlog_capture_clear() */
} jsonlog_capture_options;
#define JSONLOG_CAPTURE_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_capture_options)

/** Start capturing. Captures may nest and overlap; each sees what is in its scope, and a record
 * reaches its handlers only if all captures that see it pass it through.
 *  @param options  NULL for defaults. @return NULL without memory, for a wrong size, scope or
 * level. */
JSONLOG_API jsonlog_capture *jsonlog_capture_start(const jsonlog_capture_options *options);

/** A capture that sees no records, only what is fed to it: lines of a file, of another process. */
JSONLOG_API jsonlog_capture *jsonlog_capture_new(void);

/** Stop and free. Any thread may do it, none may use the capture then. NULL does nothing. */
JSONLOG_API void jsonlog_capture_stop(jsonlog_capture *capture);

/** Add lines from elsewhere: split at newlines, a last line without one included, blank ones
 * skipped.
 *  @return JSONLOG_OK; JSONLOG_E_NOMEM or JSONLOG_E_LIMIT if a line was lost (the others are
 * there); JSONLOG_E_INVALID. */
JSONLOG_API jsonlog_status jsonlog_capture_feed(jsonlog_capture *capture, const char *text,
                                                size_t len);

/** Forget what was captured, and what was lost; the capture goes on. */
JSONLOG_API void jsonlog_capture_clear(jsonlog_capture *capture);

/** @return how many lines there are. */
JSONLOG_API size_t jsonlog_capture_count(const jsonlog_capture *capture);

/** Copy line `index` (0 based), without newline, cut to out_size and NUL-terminated. @return its
 * length; SIZE_MAX if there is none. */
JSONLOG_API size_t jsonlog_capture_line(const jsonlog_capture *capture, size_t index, char *out,
                                        size_t out_size);

/** How to run a program whose stdout is to be captured. */
typedef struct jsonlog_run_options {
    size_t size;
    const char *const *argv; /**< NULL-terminated; argv[0] is looked up in PATH */
    const char *const
        *environment;  /**< "NAME=value", NULL-terminated, on top of ours; may be NULL */
    const char *input; /**< its stdin; NULL: empty */
    size_t input_len;
    unsigned timeout_ms;  /**< 0: 30,000; then it is killed */
    bool captures_stderr; /**< its stderr too, through a pipe of its own: lines stay whole, but
                             between the two streams their order is not kept. Else it shares ours */
} jsonlog_run_options;
#define JSONLOG_RUN_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_run_options)

/**
 * Run a program to its end and feed its stdout to the capture, line by line as it comes: a service
 * tested as a black box.
 *
 * It gets a process group of its own, no blocked signal and the default action for SIGPIPE. On
 * timeout the whole group is killed. What it leaves running in the background at its end is left
 * alone and not waited for. A program that does not read its input raises no SIGPIPE here.
 *
 * @param exit_status  set to its exit status, 128 + signal if a signal ended it, once it has ended;
 * may be NULL.
 * @return JSONLOG_OK whatever the exit status; JSONLOG_E_NOT_FOUND (there is no such program or it
 * cannot be executed; err names it), JSONLOG_E_TIMEOUT (killed; what it had written is captured),
 * JSONLOG_E_LIMIT (not all of its output fits into the capture; it ran to its end), JSONLOG_E_IO
 * (no pipe, no process, or its exit status went to somebody else: SIGCHLD is ignored),
 * JSONLOG_E_NOMEM, JSONLOG_E_INVALID; err may be NULL.
 */
JSONLOG_API jsonlog_status jsonlog_capture_run(jsonlog_capture *capture,
                                               const jsonlog_run_options *options, int *exit_status,
                                               jsonlog_err *err);

/* ---- expectations
 * ---------------------------------------------------------------------------------- */

typedef enum jsonlog_expect_kind {
    JSONLOG_EXPECT_MATCH = 0, /**< each pattern matches at least one line */
    JSONLOG_EXPECT_COUNT = 1, /**< the one pattern matches exactly `count` lines */
    JSONLOG_EXPECT_NONE = 2,  /**< no pattern matches any line */
    JSONLOG_EXPECT_ORDER =
        3, /**< for each pattern a line of its own, in this order, others may stand between */
    JSONLOG_EXPECT_ONLY = 4, /**< each line is matched by some pattern, and each pattern matches
                                some line; without patterns: there is no line */
    JSONLOG_EXPECT_QUIET =
        5, /**< no line at ERROR or above: of records their level counts; of lines from elsewhere
              logType, level, levelname, severity, severityText or log.level, if it is ERROR, FATAL,
              CRITICAL, ALERT or EMERGENCY, also in lower case. No patterns */
} jsonlog_expect_kind;

typedef struct jsonlog_expectation {
    size_t size;
    jsonlog_expect_kind kind;
    const char *const *patterns; /**< NUL-terminated filter patterns */
    size_t pattern_count;
    size_t count;
    unsigned within_ms; /**< MATCH, ORDER: wait up to this long for it to become true. The others:
                           watch for this long, and judge what is there then; at once when no
                           further line can save it */
} jsonlog_expectation;
#define JSONLOG_EXPECTATION_INIT JSONLOG_OPTIONS_INIT_(jsonlog_expectation)

/**
 * Check an expectation. Flushes all handlers first. A pattern that does not compile fails every
 * expectation; so does a capture that lost lines, and an expectation that makes no sense (no
 * pattern, a NULL one, a count of two patterns).
 *
 * @param report  may be NULL; set on failure (NULL on success and without memory); free with
 * jsonlog_report_free().
 * @return whether it holds. A NULL capture or expectation does not.
 */
JSONLOG_API bool jsonlog_expect(jsonlog_capture *capture, const jsonlog_expectation *expectation,
                                jsonlog_report **report);

/** The usual ones in short. */
JSONLOG_API bool jsonlog_expect_match(jsonlog_capture *capture, const char *pattern,
                                      jsonlog_report **report);
JSONLOG_API bool jsonlog_expect_count(jsonlog_capture *capture, const char *pattern, size_t count,
                                      jsonlog_report **report);
JSONLOG_API bool jsonlog_expect_none(jsonlog_capture *capture, const char *pattern,
                                     jsonlog_report **report);

/**
 * @return the report, NUL-terminated, borrowed: what was expected, the nearest line (the one that
 * makes most conditions true) with each condition's verdict and the value it met, then the captured
 * lines, those it speaks of marked (long ones cut, at most 20, both said); safe to show on a
 * terminal. It ends in a newline. "" for NULL.
 *
 *     expected a line that matches { $.logType = "ERROR" && $.errorCode = "DA0001*" }
 *     3 lines captured, none matches. Nearest, line 2:
 *       yes  $.logType = "ERROR"       found "ERROR"
 *       no   $.errorCode = "DA0001*"   found "DA00021": "DA00021" does not match "DA0001*"
 *     captured:
 *       1  {"timestamp":"…","logType":"INFO",…}
 *     > 2  {"timestamp":"…","logType":"ERROR","errorMessage":"…","errorCode":"DA00021"}
 */
JSONLOG_API const char *jsonlog_report_text(const jsonlog_report *report);
JSONLOG_API void jsonlog_report_free(jsonlog_report *report);

#ifdef __cplusplus
}
#endif
#endif
