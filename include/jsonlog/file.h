#ifndef JSONLOG_FILE_H
#define JSONLOG_FILE_H
/**
 * A log file, by its path.
 *
 *     jsonlog_handler *file = NULL;
 *     jsonlog_err err;
 *     if (jsonlog_file_handler_new("/var/log/payment/app.log", NULL, &file, &err) != JSONLOG_OK)
 *         fprintf(stderr, "%s\n", err.text);
 *     jsonlog_logger_add_handler(jsonlog_root(), file);
 *     jsonlog_handler_release(file);
 *
 * The file is opened for appending and never truncated; any number of threads and processes may
 * write to it, each line whole with one write (behind an async handler many lines with one) and
 * without a lock between processes. Its descriptor is closed on exec.
 *
 * A process that is killed in the middle of a line leaves the half of it. A line of another process
 * that lands behind that half, on the same line, is noticed after its write and written again, so
 * that it stands there whole on a line of its own; it is accepted then, and torn_closed counts the
 * half. (Not so where the file cannot be read back, and between a process and the children of a
 * fork that go on with its descriptor.)
 *
 * The path is looked at once a second (`check_ms`), by the next line: if the file was renamed,
 * removed or replaced, a new one is opened (50 ms after a rename, so that whoever renamed it can
 * make the new one). So it works with logrotate in both of its ways: `create` (with or without a
 * signal afterwards) and `copytruncate`. If a new one cannot be opened, lines go on into the old
 * one as long as that still has a name; if it has none they are refused, counted and reported,
 * rather than accepted and lost.
 *
 * Threads: everything may be called from any thread. Signals: only jsonlog_file_reopen_all().
 */
#include <jsonlog/handler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** For `check_ms`: never look; reopen only when told to. */
#define JSONLOG_CHECK_NEVER UINT32_MAX

/** Options of jsonlog_file_handler_new(); start from JSONLOG_FILE_OPTIONS_INIT. */
typedef struct jsonlog_file_options {
    size_t size;
    unsigned mode; /**< of a file that is made, exactly this whatever the umask; 0: 0640 */
    unsigned directory_mode; /**< of a directory that is made, in the same way; 0: 0750 */
    bool makes_directories;  /**< make missing parent directories, also when they vanish later */
    bool refuses_symlink;    /**< O_NOFOLLOW: the last part of the path must not be a symlink */
    bool opens_late;   /**< at the first line; until it can be opened, lines are lost and counted */
    uint32_t check_ms; /**< how often the path is looked at; 0: 1,000 */
    jsonlog_write_policy policy; /**< zero: one write per line; see jsonlog_buffered() */
} jsonlog_file_options;
#define JSONLOG_FILE_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_file_options)

/**
 * Write lines to the end of a file.
 *
 * An unfinished last line, left by a process that was killed or by a full disk, is closed with a
 * newline and counted in torn_closed. The path may also name a device, a terminal or a FIFO that
 * has a reader. Permissions of a file that exists are left alone.
 *
 * @param path     copied; a relative one is meant from the working directory of now, so that a
 * later chdir() does not move the log.
 * @param options  NULL for defaults.
 * @param out      set on success; one reference, give it back with jsonlog_handler_release().
 * @param err      may be NULL; says which part of the path is at fault.
 * @return JSONLOG_OK, JSONLOG_E_INVALID (no path, a wrong options.size, mode bits beyond 07777),
 *         JSONLOG_E_IO (the file cannot be opened), JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_status jsonlog_file_handler_new(const char *path,
                                                    const jsonlog_file_options *options,
                                                    jsonlog_handler **out, jsonlog_err *err);

/**
 * Open the path again now. Lines go on into the old file until the new one is there.
 *
 * @return JSONLOG_OK, JSONLOG_E_INVALID (not a file handler), JSONLOG_E_IO, JSONLOG_E_NOMEM,
 *         JSONLOG_E_STATE (from within a handler, and this one is in use).
 */
JSONLOG_API jsonlog_status jsonlog_file_reopen(jsonlog_handler *handler, jsonlog_err *err);

/**
 * Have every file handler of the process, rotating ones too, open its path again with its next line
 * or flush. Async-signal-safe: this is what a handler of SIGHUP calls.
 */
JSONLOG_API void jsonlog_file_reopen_all(void);

#ifdef __cplusplus
}
#endif
#endif
