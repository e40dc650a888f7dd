#ifndef JSONLOG_PATTERN_H
#define JSONLOG_PATTERN_H
/**
 * Writing filter patterns from parts: text from outside becomes a literal that means exactly that
 * text, whatever it contains.
 *
 *     char pattern[JSONLOG_PATTERN_BYTES_MAX], name[512];
 *     jsonlog_pattern_quote(user_name, strlen(user_name), 0, name, sizeof name);
 *     snprintf(pattern, sizeof pattern, "{ $.user.name = %s }", name);
 *
 * All functions return the length of the whole literal, like snprintf(), whatever out_size is; and
 * SIZE_MAX if it cannot be written as asked: for the reasons each one names, for text that is not
 * UTF-8, for NULL with a length, and for unknown flags. `out` receives the literal and a NUL if
 * both fit, else, where it has room at all, the empty text. It is never cut: half a literal would
 * lend its open quote to what stands behind it, and half a selector is another selector. So the
 * pattern above, left unchecked, fails to compile instead of meaning something else. With
 * out_size 0 or `out` NULL the literal is only measured. `out` must not overlap the inputs.
 *
 * The functions allocate nothing, and are safe from any thread and from signal handlers.
 *
 * Whether the pattern they end up in is too long (JSONLOG_PATTERN_MAX) is found out when that is
 * compiled.
 */
#include <jsonlog/filter.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Room for any pattern: a UTF-16 code unit takes at most three bytes, and a NUL. */
#define JSONLOG_PATTERN_BYTES_MAX (3 * JSONLOG_PATTERN_MAX + 1)

/** What a value must be to match a quoted text, if not equal to it. */
enum {
    JSONLOG_QUOTE_PREFIX = 1, /**< it begins with the text */
    JSONLOG_QUOTE_SUFFIX = 2, /**< it ends with the text; together with PREFIX: it contains it */
};

/**
 * A text as the quoted literal of a JSON or space-delimited pattern: `$.name = "a \"b\""`. The
 * flags become stars: `"a*"` for a prefix. In JSON patterns it also equals a number that is
 * written so, as any quoted literal.
 *
 * @param text   may contain anything but a NUL, control characters too; empty means the empty
 *               string (or, with flags, any string or number).
 * @param flags  0, or JSONLOG_QUOTE_... added up.
 * @return SIZE_MAX also if the text contains a NUL, or `*`, which has no escape in these patterns:
 *         use jsonlog_pattern_quote_regex().
 */
JSONLOG_API size_t jsonlog_pattern_quote(const char *text, size_t len, unsigned flags, char *out,
                                         size_t out_size);

/**
 * A text as a phrase of a text pattern: `ERROR -"a \"b\""`. A star is an ordinary character there,
 * and a phrase is always looked for anywhere in the line. Look at the result: a text pattern that
 * lacks a phrase may still be legal.
 *
 * @return SIZE_MAX also if the text contains a NUL or is empty: CloudWatch has no empty phrase.
 */
JSONLOG_API size_t jsonlog_pattern_quote_phrase(const char *text, size_t len, char *out,
                                                size_t out_size);

/**
 * A text as a regular expression that matches it literally, percent signs included: `%^a\.b$%`.
 * Good for JSON and space-delimited patterns, which take two regular expressions each, and as a
 * pattern of its own. The flags leave out anchors. What the dialect does not allow becomes `\xhh`.
 *
 * @param text   NUL and control characters are welcome.
 * @param flags  as for jsonlog_pattern_quote().
 * @return SIZE_MAX also if the text contains a code point beyond U+00FF, for which the dialect has
 *         no escape, or is empty with both flags: there is no empty regular expression.
 */
JSONLOG_API size_t jsonlog_pattern_quote_regex(const char *text, size_t len, unsigned flags,
                                               char *out, size_t out_size);

/**
 * A property selector from keys: {"user", "first name", "[0]", "a.b"} gives
 * `$.user.['first name'][0].['a.b']`. Keys of letters, digits, `_`, `-` and anything beyond ASCII
 * stand bare.
 *
 * @param keys  `count` of them, NUL-terminated. "[3]" (digits) is an index and "[*]" any element or
 *              member, so a key that is spelled like one cannot be named; in front that is `$.*`.
 * @return SIZE_MAX also for no key, a NULL key, an index in front or two "[*]" (which CloudWatch
 *         refuses), or a key with a single quote (which it cannot name).
 */
JSONLOG_API size_t jsonlog_pattern_selector(const char *const *keys, size_t count, char *out,
                                            size_t out_size);

#ifdef __cplusplus
}
#endif
#endif
