#ifndef JSONLOG_RECORDER_H
#define JSONLOG_RECORDER_H
/**
 * The flight recorder: keeps what is usually not worth writing, and writes it when something fails.
 *
 *     jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_DEBUG);    loggers let DEBUG through …
 *     jsonlog_handler_set_level(terminal, JSONLOG_LEVEL_INFO);          … other handlers do not
 *
 *     jsonlog_handler *recorder = jsonlog_recorder_handler_new(file, NULL);
 *     jsonlog_handler_release(file);
 *     jsonlog_logger_add_handler(jsonlog_root(), recorder);
 *
 * The recorder stands in front of a target. Lines of INFO or above (`pass_level`) go to the target
 * at once. Lines below are formatted and kept in memory, in a ring of fixed bytes in which the
 * oldest make room. When a line of ERROR or above comes along (`trigger_level`), or one that a
 * filter pattern matches (jsonlog_recorder_set_trigger()), the kept lines are written to the
 * target, oldest first, and then the line that fired. The ring is empty then.
 *
 * So the order in the output is: what passed, then what was kept, then what fired. A kept line is
 * the line as it was formatted when it was logged, with the time of then, so it may be older than
 * the line in front of it. Secrets that are taken out of records before they are formatted are not
 * in it.
 *
 * Levels: the loggers must let through what is to be kept, as in the example; that makes DEBUG
 * calls cost a formatting each. The recorder's own level says what it keeps at all. What is written
 * from the ring goes past the level of the target, so that a target at ERROR shows the DEBUG lines
 * that led to the error, and past the levels of handlers behind it (in a tee, behind an async
 * handler): such a line has JSONLOG_LINE_RECORDED in jsonlog_line.flags, and its own level in
 * `level`. The line that fired goes the same way. Patterns (routing.h) do apply: they judge the
 * text. A handler that shall have nothing of it, a pager, should stand beside the recorder, not
 * behind it. For lines that pass, level, filters and pattern of the target apply as ever.
 *
 * Accepted means, for a kept line: in memory, and it may be that nobody will ever ask for it. A
 * line that made room is no loss. Kept lines that the target then refuses are counted as lost, by
 * the recorder and by the target. A kill, a crash, _exit() and the end of the process lose what is
 * kept. In the child of a fork the ring is empty.
 *
 * Threads: everything may be called from any thread. Keeping a line takes no lock that is held for
 * longer than a copy. A thread that fires while another one is writing out the ring waits for that,
 * so that what it logged stands in front; a nested one does not wait. In front of a slow target put
 * the async handler between recorder and target. Signals: nothing.
 */
#include <jsonlog/handler.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JSONLOG_RECORDER_RING_MIN     ((size_t)4096)
#define JSONLOG_RECORDER_RING_MAX     ((size_t)1 << 30)
#define JSONLOG_RECORDER_RING_DEFAULT ((size_t)1 << 18)

/** Options of jsonlog_recorder_handler_new(); start from JSONLOG_RECORDER_OPTIONS_INIT. */
typedef struct jsonlog_recorder_options {
    size_t size;
    size_t ring_bytes; /**< rounded up to a power of two; 0: 256 KiB. Allocated at once, and as much
                            again for writing it out. A line takes 16 to 31 bytes more than its
                            text; one that is larger than the ring is not kept */
    int pass_level;    /**< lines below are kept; 0: INFO */
    int trigger_level; /**< lines of this level or above fire; 0: ERROR; JSONLOG_LEVEL_OFF: none */
    uint32_t max_age_ms; /**< kept lines that are older than the one that fires, by the times in
                              them, are forgotten; 0: they never are */
    bool per_thread; /**< a ring for each thread, allocated with its first line: what fires writes
                          out the lines of its own thread only */
    bool marks;      /**< append "flightRecorder":true to the kept lines that are written. Left
                          alone are lines that are no JSON object, have such a key, or would become
                          longer than the formatter's line_max */
} jsonlog_recorder_options;
#define JSONLOG_RECORDER_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_recorder_options)

/**
 * Put a flight recorder in front of a handler.
 *
 * @param target   takes a reference; keep yours only if you need it. The recorder begins with its
 *                 formatter.
 * @param options  NULL for defaults.
 * @return NULL for a NULL target or bad options, or without memory.
 */
JSONLOG_API jsonlog_handler *jsonlog_recorder_handler_new(jsonlog_handler *target,
                                                          const jsonlog_recorder_options *options);

/**
 * Let lines that match a filter pattern (filter.h) fire too, of any level.
 *
 * @param pattern  NUL-terminated, read during the call; takes the place of the one set before; NULL
 *                 takes it away. Asked about every line below the trigger level.
 * @param err      may be NULL.
 * @return JSONLOG_OK, JSONLOG_E_NOMEM, JSONLOG_E_INVALID (not a recorder), or what
 *         jsonlog_filter_compile() says of the pattern. After an error the old one is in force.
 */
JSONLOG_API jsonlog_status jsonlog_recorder_set_trigger(jsonlog_handler *handler,
                                                        const char *pattern, jsonlog_err *err);

/** Write out what is kept (per_thread: by this thread) now.
 *  @return JSONLOG_OK, JSONLOG_E_STATE (from within a handler, while another thread does it),
 *          JSONLOG_E_NOMEM, JSONLOG_E_INVALID (not a recorder), or how the target refused. */
JSONLOG_API jsonlog_status jsonlog_recorder_dump(jsonlog_handler *handler);

/** Forget what is kept (per_thread: by this thread), for instance at the end of a request that went
 *  well. @return how many lines there were. */
JSONLOG_API uint64_t jsonlog_recorder_clear(jsonlog_handler *handler);

/** What has become of the lines. Each number is right, but they are not all of the same moment. */
typedef struct jsonlog_recorder_stats {
    uint64_t kept;     /**< lines that went into a ring */
    uint64_t evicted;  /**< of these: had to make room */
    uint64_t expired;  /**< of these: too old when asked for */
    uint64_t cleared;  /**< of these: forgotten by jsonlog_recorder_clear() */
    uint64_t unwanted; /**< of these: a pattern of the target did not let them through */
    uint64_t dumped;   /**< of these: written to the target */
    uint64_t refused;  /**< of these: refused by the target; counted as lost */
    uint64_t not_kept; /**< lines for which there was no room or no memory: not accepted */
    uint64_t passed;   /**< lines that went to the target at once, those that fired among them */
    uint64_t dumps;    /**< how often something fired */
} jsonlog_recorder_stats;

/** @return JSONLOG_OK or JSONLOG_E_INVALID (not a recorder, or NULL). */
JSONLOG_API jsonlog_status jsonlog_recorder_get_stats(const jsonlog_handler *handler,
                                                      jsonlog_recorder_stats *stats);

#ifdef __cplusplus
}
#endif
#endif
