#ifndef JSONLOG_ROTATING_H
#define JSONLOG_ROTATING_H
/**
 * A log file that is put aside when it is full or its time is over.
 *
 *     jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
 *     options.max_bytes = 100 << 20;            // put aside at 100 MiB …
 *     options.period = JSONLOG_PERIOD_DAYS;     // … and at midnight
 *     options.keep_files = 14;
 *     options.compression = JSONLOG_COMPRESS_GZIP;
 *     jsonlog_rotating_handler_new("/var/log/app.log", &options, &handler, &err);
 *
 * The file is renamed, never copied, so no line is lost or stands there twice. The names of old
 * files are `app.log.1` (the newest), `app.log.2` and so on, or `app.log.20261122-235959` after the
 * time of their last line, with `.gz` or `.zst` behind them once they are compressed. Compression,
 * removal and the callback run on a thread of their own, one for all handlers of the process.
 *
 * Several processes may write to one path with the same options. The one that finds the file full
 * takes the lock file `app.log.lock` (which stays there), the others notice by the file's identity.
 * A process that meets the lock held for long (50 ms) writes on into the file it has. Nobody
 * compresses or removes a file that another process still has open.
 *
 * A file is never put aside while it is empty. If a new file cannot be made (a full disk, no
 * descriptor left, a directory without permission), the old one gets its name back and lines go on
 * into it; the next try is after `check_ms`.
 *
 * Only regular files whose names are exactly of the form above, for this path, are ever renamed,
 * compressed or removed. Two handlers or programs with different options must not share a path.
 */
#include <jsonlog/file.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The unit of the time between two rotations. */
typedef enum jsonlog_period {
    JSONLOG_PERIOD_NONE = 0, /**< by size only */
    JSONLOG_PERIOD_SECONDS,
    JSONLOG_PERIOD_MINUTES,
    JSONLOG_PERIOD_HOURS,
    JSONLOG_PERIOD_DAYS,
    JSONLOG_PERIOD_WEEKS, /**< at midnight before `weekday` */
} jsonlog_period;

/** How old files are called. */
typedef enum jsonlog_naming {
    JSONLOG_NAME_NUMBER = 0, /**< path.1 is the newest; all move up with each rotation */
    JSONLOG_NAME_TIME, /**< path.YYYYMMDD-HHMMSS; -2, -3 … behind it within the same second */
} jsonlog_naming;

typedef enum jsonlog_compression {
    JSONLOG_COMPRESS_NONE = 0,
    JSONLOG_COMPRESS_GZIP, /**< needs libz.so.1 when the handler is made */
    JSONLOG_COMPRESS_ZSTD, /**< needs libzstd.so.1 */
} jsonlog_compression;

/** Options of jsonlog_rotating_handler_new(); start from JSONLOG_ROTATING_OPTIONS_INIT. */
typedef struct jsonlog_rotating_options {
    size_t size;
    /** Put aside before the line that would make the file longer than this; 0: at any size. Another
     * process's lines of the same moment may go beyond it. A longer line has a file of its own. */
    uint64_t max_bytes;
    /** By time: every `every` units, counted from midnight (days and weeks: from 1970) in UTC or,
     * if `uses_local_time`, as the clock on the wall says: a day of 23 or 25 hours is one day. The
     * records' own time decides; a clock that jumps ahead rotates once, one that jumps back never.
     * A file of an earlier period that is found at the start is put aside with the first line. */
    jsonlog_period period;
    unsigned every;       /**< 0: 1 */
    unsigned weekday;     /**< 0 Sunday to 6 Saturday, for JSONLOG_PERIOD_WEEKS */
    unsigned at_seconds;  /**< days and weeks begin so long after midnight; below 86,400 */
    bool uses_local_time; /**< for the period and for names */
    jsonlog_naming naming;
    unsigned keep_files;   /**< how many old files stay, those of earlier runs among them; 0: all */
    uint64_t keep_seconds; /**< those last written to longer ago are removed; 0: none */
    jsonlog_compression compression;
    int compression_level; /**< 0: the library's default */
    /** Called on the background thread after a file was put aside (and compressed) with its name of
     * that moment. May log; must not release the handler. */
    void (*on_rotated)(const char *path, void *context);
    void *context;
    jsonlog_file_options file; /**< size may stay 0 for all defaults; check_ms 0: 100 */
} jsonlog_rotating_options;
#define JSONLOG_ROTATING_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_rotating_options)

/**
 * Write lines to a file that is put aside by size, by time, or by both.
 *
 * Parameters and failures as of jsonlog_file_handler_new(); besides: JSONLOG_E_INVALID if neither
 * max_bytes nor a period is given or an option is out of its range, JSONLOG_E_UNSUPPORTED if the
 * library for the compression is not there (err names it), JSONLOG_E_IO if the path is no regular
 * file.
 */
JSONLOG_API jsonlog_status jsonlog_rotating_handler_new(const char *path,
                                                        const jsonlog_rotating_options *options,
                                                        jsonlog_handler **out, jsonlog_err *err);

/** Put the file aside now, unless it is empty.
 *  @return JSONLOG_OK; JSONLOG_E_INVALID (not a rotating handler); JSONLOG_E_AGAIN (another process
 *  is at it); JSONLOG_E_IO (the old file stays in use); JSONLOG_E_STATE (from within a handler, and
 *  this one is in use). */
JSONLOG_API jsonlog_status jsonlog_rotate_now(jsonlog_handler *handler);

/** Wait until compression, removal and callbacks are done. What is not done when the handler is
 *  closed is done by the next one for the path.
 *  @return JSONLOG_OK, JSONLOG_E_TIMEOUT, JSONLOG_E_INVALID (not a rotating handler),
 *  JSONLOG_E_STATE (from within on_rotated). */
JSONLOG_API jsonlog_status jsonlog_rotating_wait(jsonlog_handler *handler, uint32_t timeout_ms);

#ifdef __cplusplus
}
#endif
#endif
