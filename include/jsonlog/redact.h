#ifndef JSONLOG_REDACT_H
#define JSONLOG_REDACT_H
/**
 * Redaction: what must never be in a log, wherever in a record it turns up.
 *
 *     const jsonlog_redact_rule rules[] = {
 *         jsonlog_redact_key("password"),
 *         jsonlog_redact_path("user.card.number"),
 *         jsonlog_redact_path("orders[*].token"),
 *         jsonlog_redact_pattern("card"),
 *         jsonlog_redact_pattern("bearer"),
 *     };
 *     jsonlog_redaction *set = jsonlog_redaction_new(rules, 5, NULL, &err);
 *     jsonlog_set_redaction(set);
 *     jsonlog_redaction_release(set);
 *
 *     jsonlog_info(log, "paid with 4111 1111 1111 1111", "user", jsonlog_object("password", p));
 *     {…,"message":"paid with [REDACTED]","user":{"password":"[REDACTED]"}}
 *
 * A set is compiled once, immutable, shared and counted by reference. The one that is in force
 * holds for the whole process: for every record of every logger, behind the logger's filters, in
 * front of everything else. Captures, handlers, their filters, processors and formatters of your
 * own see the redacted record and cannot get at the other one.
 *
 * Where it looks: the message and printf texts; fields of calls, loggers, scopes and the process,
 * and those of a formatter's options; nested objects and arrays, arrays of C values, causes, errno
 * values, cJSON trees, raw JSON, what callbacks write, what processors and a formatter's value_fn
 * add; keys; the names of loggers and threads. Always the text as the caller gave it: before it is
 * escaped, and before a line is shortened, so that half a secret cannot stand where a line was cut.
 * A text that jsonlog_text() itself cut at JSONLOG_TEXT_MAX loses the beginning of a secret too.
 *
 * Where it cannot look, and what that means for you:
 *  - bytes (jsonlog_bytes) are searched as they are; a hit hides all of them. Other encodings of a
 *    secret (base64 text, a hash) are not decoded: use a key, a path or a finder.
 *  - raw JSON that is no JSON, has equal keys or is nested deeper than 64 cannot be looked into; it
 *    is hidden whole if the set has keys or paths, or if some pattern is found in it.
 *  - JSON inside a string is a string: patterns hold, keys and paths do not.
 *  - a formatter of your own gets redacted values, and what it hands to
 *    jsonlog_output_append_value() and jsonlog_output_append_escaped() is searched for patterns;
 *    bytes it makes itself and hands to jsonlog_output_append() are not.
 *  - what a value_fn or a formatter of your own makes up stands at no path: keys and patterns hold.
 *
 * Without memory it hides more, never less: the value becomes the censor text, fields that cannot
 * be copied are dropped and counted in "_dropped".
 *
 * Cost: without a set one predictable branch for a record. With one, see bench_redaction: a record
 * without anything to hide costs a look at its keys and texts, nothing is copied or allocated.
 *
 * Threads: everything may be called from any thread. Signals: nothing here is for handlers.
 */
#include <jsonlog/record.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct jsonlog_redaction jsonlog_redaction;

/** What becomes of what was found. */
typedef enum jsonlog_redact_action {
    JSONLOG_REDACT_CENSOR = 0,  /**< the censor text in its place */
    JSONLOG_REDACT_LAST4 = 1,   /**< "****1111": the last four characters stay if it has at least
                                   twelve bytes; else, and for what is no text or number, as CENSOR */
    JSONLOG_REDACT_REMOVE = 2,  /**< the field, member or element is left out; found by a pattern in
                                   a  longer text: that part of the text */
    JSONLOG_REDACT_REPLACE = 3, /**< what the options' `replace` makes of it */
} jsonlog_redact_action;

/** How a rule finds what it hides. */
typedef enum jsonlog_redact_kind {
    JSONLOG_REDACT_KEY = 0,
    JSONLOG_REDACT_PATH = 1,
    JSONLOG_REDACT_PATTERN = 2,
    JSONLOG_REDACT_FINDER = 3,
} jsonlog_redact_kind;

/**
 * Finds a secret in a text.
 *
 * @param text  any bytes, not NUL-terminated; integers as their digits.
 * @param from  where to look from; on success set to the beginning of what is to be hidden (not
 * before where it was).
 * @param to    set to the byte behind it.
 * @return false if there is none from there on.
 *
 * Called on the logging thread for every text of every record, so it should be quick and look at
 * each byte a bounded number of times. It must not log and must say the same each time. A span that
 * is none hides the rest of the text.
 */
typedef bool (*jsonlog_redact_fn)(const char *text, size_t len, size_t *from, size_t *to,
                                  void *context);

/**
 * Makes what stands in the place of a secret: a hash, a token.
 *
 * @param secret  the text or the digits of the number; for a value that is neither (an object,
 * null) it is not called and the censor text stands there.
 * @return the length of what was written to `out`; more than `size` gives the censor text. It goes
 * into the log as it is.
 */
typedef size_t (*jsonlog_redact_replace_fn)(const char *secret, size_t len, char *out, size_t size,
                                            void *context);

/** Room for a replacement. */
#define JSONLOG_REDACT_REPLACE_MAX 128

/** One rule. Make it with the functions below; `action` may be set afterwards. */
typedef struct jsonlog_redact_rule {
    jsonlog_redact_kind kind;
    jsonlog_redact_action action;
    const char *text; /**< the key, the path, or the name of the pattern; copied */
    jsonlog_redact_fn find;
    void *context;
} jsonlog_redact_rule;

/** @cond */
JSONLOG_INLINE jsonlog_redact_rule jsonlog_redact_rule_make(jsonlog_redact_kind kind,
                                                            const char *text) {
    jsonlog_redact_rule rule;
    rule.kind = kind;
    rule.action = JSONLOG_REDACT_CENSOR;
    rule.text = text;
    rule.find = NULL;
    rule.context = NULL;
    return rule;
}
/** @endcond */

/**
 * Every value under this key, at any depth. A key that contains dots is also looked at part by
 * part, so "password" is found in {"user.password":…}, which some formatters write as an object.
 * "message" and "errorMessage" mean the message too. A field that a formatter renames is looked for
 * under both names.
 */
JSONLOG_INLINE jsonlog_redact_rule jsonlog_redact_key(const char *key) {
    return jsonlog_redact_rule_make(JSONLOG_REDACT_KEY, key);
}

/**
 * The value at a path from the record's fields: parts separated by dots.
 *
 *     user.card.number     exactly there
 *     user.*.number        `*`: any one key or element
 *     orders[*].token      `[*]`: any element of an array; `[3]`: the fourth
 *     http.**.cookie       `**`: any number of levels, none included
 *     headers["x.y"]       a key with dots, in quotes; \" and \\ in it
 *     $.user.card          `$.` in front is as good as nothing
 *
 * Any number of wildcards, all at once. An element of an array is a level of its own:
 * `orders.token` does not reach into an array of orders, `orders[*].token` does. `user.card` also
 * finds the one key "user.card".
 */
JSONLOG_INLINE jsonlog_redact_rule jsonlog_redact_path(const char *path) {
    return jsonlog_redact_rule_make(JSONLOG_REDACT_PATH, path);
}

/**
 * Text that looks like a secret, wherever it stands:
 *
 *   card          numbers of 13 to 19 digits in the ranges of the card brands (Visa, Mastercard,
 *                 American Express, Diners, Discover, JCB, UnionPay, Maestro, Mir, RuPay, Troy,
 *                 UATP) with a right check digit (Luhn), alone or in groups of three digits or
 *                 more with single blanks or dashes between them; integers and integral doubles
 *                 too. Not: parts of UUIDs, of hexadecimal digests, of decimal fractions
 *   bearer        the token in `Bearer …`, and the credentials in `Basic …`
 *   jwt           JSON web tokens, signed or encrypted
 *   aws_key       AWS access key ids (AKIA…, ASIA…, …)
 *   aws_secret    AWS secret access keys: 40 characters of base64 that are no digest and no path
 *   url_password  the password in scheme://user:password@host
 *   email         e-mail addresses
 *
 * Every pattern takes time linear in the length of the text.
 */
JSONLOG_INLINE jsonlog_redact_rule jsonlog_redact_pattern(const char *name) {
    return jsonlog_redact_rule_make(JSONLOG_REDACT_PATTERN, name);
}

/** Text that a function of yours finds. The function and its context must outlive the set. */
JSONLOG_INLINE jsonlog_redact_rule jsonlog_redact_finder(jsonlog_redact_fn find, void *context) {
    jsonlog_redact_rule rule = jsonlog_redact_rule_make(JSONLOG_REDACT_FINDER, NULL);
    rule.find = find;
    rule.context = context;
    return rule;
}

/** The same rule with another action. */
JSONLOG_INLINE jsonlog_redact_rule jsonlog_redact_with(jsonlog_redact_action action,
                                                       jsonlog_redact_rule rule) {
    rule.action = action;
    return rule;
}

typedef struct jsonlog_redaction_options {
    size_t size;
    const char *censor; /**< NULL: "[REDACTED]"; at most 64 bytes of UTF-8 */
    bool ignore_case;   /**< keys and paths: A to Z as a to z */
    jsonlog_redact_replace_fn replace;
    void *replace_context;
} jsonlog_redaction_options;
#define JSONLOG_REDACTION_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_redaction_options)

/**
 * Compile a set. Of several rules that hit one value the first in the list decides what becomes of
 * it; overlapping finds in a text are hidden from the first byte to the last of each in turn.
 *
 * @param rules    copied; at most 256, of these 32 patterns and finders; paths of at most 256 parts
 * in all, each path counting one more.
 * @param options  NULL for defaults.
 * @param err      may be NULL.
 * @return one reference, or NULL with err set: JSONLOG_E_SYNTAX (a path, with the offset in it),
 * JSONLOG_E_NOT_FOUND (no pattern of this name; err lists them), JSONLOG_E_INVALID (no key, no
 * function, REPLACE without `replace`, a censor text that is no UTF-8, wrong size),
 * JSONLOG_E_LIMIT, JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_redaction *jsonlog_redaction_new(const jsonlog_redact_rule *rules, size_t count,
                                                     const jsonlog_redaction_options *options,
                                                     jsonlog_err *err);

/** One reference more; @return set. NULL is legal. */
JSONLOG_API jsonlog_redaction *jsonlog_redaction_retain(jsonlog_redaction *set);
/** One reference less; the last one frees. NULL does nothing. */
JSONLOG_API void jsonlog_redaction_release(jsonlog_redaction *set);

/**
 * Put a set in force for the whole process, in one step; the library holds a reference of its own.
 * NULL ends redaction. A record that is under way on another thread is written by the old set;
 * lines that a handler took earlier (async, buffered) stay as they were written.
 *
 * @return JSONLOG_OK, or JSONLOG_E_NOMEM: the old set stays in force.
 */
JSONLOG_API jsonlog_status jsonlog_set_redaction(jsonlog_redaction *set);

/**
 * What a set makes of a text by its patterns and finders; for tests of a set, and for texts that go
 * elsewhere than into a log.
 *
 * @param out  receives the text, cut to out_size and NUL-terminated; may be NULL when out_size is
 * 0.
 * @return the length the whole text has, like snprintf().
 */
JSONLOG_API size_t jsonlog_redact_text(const jsonlog_redaction *set, const char *text, size_t len,
                                       char *out, size_t out_size);

#ifdef __cplusplus
}
#endif
#endif
