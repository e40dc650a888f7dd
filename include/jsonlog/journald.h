#ifndef JSONLOG_JOURNALD_H
#define JSONLOG_JOURNALD_H
/**
 * The systemd journal, with every field of a record as a field of the entry.
 *
 *     jsonlog_handler *journal = NULL;
 *     jsonlog_err err;
 *     if (jsonlog_journald_handler_new(NULL, &journal, &err) != JSONLOG_OK)
 *         fprintf(stderr, "%s\n", err.text);
 *     jsonlog_logger_add_handler(jsonlog_root(), journal);
 *     jsonlog_handler_release(journal);
 *
 *     jsonlog_error(log, "token expired", "errorCode", "DA00012",
 *                   "user", jsonlog_object("id", 7, "age", 20));
 *
 *     $ journalctl ERROR_CODE=DA00012 -o verbose
 *         MESSAGE=token expired     PRIORITY=3        SYSLOG_IDENTIFIER=payment-service
 *         CODE_FILE=src/login.c     CODE_LINE=42      CODE_FUNC=login
 *         LOGGER=payment            LEVEL=ERROR       TID=4711
 *         ERROR_CODE=DA00012        USER_ID=7         USER_AGE=20
 *
 * An entry has, in this order, SYSLOG_IDENTIFIER, PRIORITY (FATAL 2, ERROR 3, WARN 4, INFO 6, DEBUG
 * and TRACE 7; a level between two counts as the lower one), MESSAGE (empty if the record has
 * none), LEVEL, LOGGER (not for the root), CODE_FILE, CODE_LINE, CODE_FUNC (where the call has a
 * site), TID, TIMESTAMP if asked for, and the fields of the record. SUPPRESSED is the count of a
 * limited call site.
 *
 * Names. The journal knows A-Z, 0-9 and `_`, at most 64 of them, no digit first, and keeps a
 * leading `_` for itself. So letters become capitals, a new word of a camelCase key begins with
 * `_`, every run of other bytes becomes one `_` (none first or last), and the keys on the way into
 * an object are joined by `_`: errorCode is ERROR_CODE, user.id is USER_ID. In front of that stands
 * `field_prefix`. A name that is empty, begins with a digit, or means something else in an entry
 * (those above, the journal's own SYSLOG_…) has FIELD_ in front: a field "message" is
 * FIELD_MESSAGE. What is longer is cut to 64. Two keys may so become one name; the entry then has
 * that field twice, which the journal allows. MESSAGE_ID, ERRNO and the like are yours to set.
 *
 * Values. A string is its bytes, whatever they are, newlines and NUL included; so are
 * jsonlog_bytes(). Objects are taken apart at any depth; arrays, numbers, true, false and null are
 * their JSON text; a time, a UUID and the like are the text without quotes, a secret is ***. The
 * journal has no types: 7 and "7" look the same.
 *
 * The formatter decides about all this: set another one (jsonlog_handler_set_formatter(), NULL for
 * the JSON formatter) and its whole line becomes MESSAGE, without the newline at its end and beside
 * PRIORITY and SYSLOG_IDENTIFIER only. Either way the entry is complete before it reaches the
 * handler, so an async handler around it changes nothing but the time of arrival.
 *
 * Limits. An entry holds at most `entry_max` bytes and 198 fields. A message takes at most half of
 * that; a string that does not fit is cut on a code point and ends in `…`; other values that do not
 * fit are left out. JSONLOG_TRUNCATED and JSONLOG_DROPPED then count them.
 *
 * Accepted means: journald's socket has taken the entry; a journald that is killed loses what it
 * had not read, and its own rate limit (journald.conf) applies. If journald is stopped and its
 * queue is full, a log call waits: put an async handler around this one if that matters. A journal
 * that is not there (no socket: a container, early boot; nobody listening) makes the line lost,
 * counted with ENOENT or ECONNREFUSED, and reported as soon as the journal is back. libsystemd
 * itself would say nothing.
 *
 * Needs libsystemd.so.0 when the handler is made; the library does not link it. Threads: everything
 * may be called from any thread. Signals: nothing. fork(): a child goes on at once; the journal
 * knows its process id.
 */
#include <jsonlog/handler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Options of jsonlog_journald_handler_new(); start from JSONLOG_JOURNALD_OPTIONS_INIT. */
typedef struct jsonlog_journald_options {
    size_t size;
    const char *identifier;   /**< SYSLOG_IDENTIFIER, at most 255 bytes, no newline; NULL: the
                                   program's name */
    const char *field_prefix; /**< in front of the names of the record's fields: at most 32 of A-Z,
                                   0-9 and `_`, a letter first; NULL: none */
    size_t entry_max;         /**< bytes of an entry; 0: 65,536; 1,024 to 16 MiB. Each thread that
                                   logs has a buffer of that size */
    bool with_timestamp; /**< add TIMESTAMP, when the call was made, in UTC with nanoseconds. The
                              journal itself notes when the entry arrived, which is later behind an
                              async handler or a flight recorder */
    bool opens_late;     /**< a journal that is not there yet is no failure: lines are lost and
                              counted until it is */
} jsonlog_journald_options;
#define JSONLOG_JOURNALD_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_journald_options)

/**
 * Write to the journal of this machine.
 *
 * @param options  NULL for defaults; copied.
 * @param out      set on success; one reference, give it back with jsonlog_handler_release().
 * @param err      may be NULL.
 * @return JSONLOG_OK; JSONLOG_E_UNSUPPORTED (libsystemd is not installed); JSONLOG_E_NOT_FOUND (no
 *         journal here, and not opens_late); JSONLOG_E_INVALID (out is NULL, a wrong options.size,
 *         identifier, field_prefix or entry_max); JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_status jsonlog_journald_handler_new(const jsonlog_journald_options *options,
                                                        jsonlog_handler **out, jsonlog_err *err);

#ifdef __cplusplus
}
#endif
#endif
