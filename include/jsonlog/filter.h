#ifndef JSONLOG_FILTER_H
#define JSONLOG_FILTER_H
/**
 * CloudWatch Logs filter patterns: compile one, then ask of any line whether it matches.
 *
 *     jsonlog_filter *errors = NULL;
 *     jsonlog_err err;
 *     const char *pattern = "{ $.logType = \"ERROR\" && $.user.age >= 20 }";
 *     if (jsonlog_filter_compile(pattern, strlen(pattern), &errors, &err) != JSONLOG_OK)
 *         return complain(&err);
 *     bool hit = jsonlog_filter_match(errors, line, line_len);
 *     jsonlog_filter_free(errors);
 *
 * A pattern means here what it means in CloudWatch. A line matches a JSON pattern only if the whole
 * line is one JSON object (RFC 8259; blanks and newlines round it are fine); of a key that is
 * written twice the last one counts, at every level; nesting beyond JSONLOG_NESTING_MAX is not
 * JSON.
 *
 * A compiled filter is immutable: share it between threads freely. Matching takes no lock,
 * allocates nothing, uses a bounded stack, does not change errno and takes time linear in the line
 * for any pattern (a `.*` over an object whose hits are all withdrawn by repeated keys costs one
 * more pass for every 512 of them). Compiling allocates; it is not for signal handlers.
 *
 * Source: CloudWatch Logs user guide, "Filter pattern syntax for metric filters, subscription
 * filters, filter log events, and Live Tail", and replies recorded from the service.
 */
#include <jsonlog/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The longest pattern, in UTF-16 code units, as CloudWatch counts. */
#define JSONLOG_PATTERN_MAX 1024
/** The deepest nesting of objects and arrays that still counts as JSON. */
#define JSONLOG_NESTING_MAX 1000

/** The four languages of a filter pattern; the first character of the pattern chooses. */
typedef enum jsonlog_filter_kind {
    JSONLOG_FILTER_ALL = 0,       /**< empty or blank: matches every line */
    JSONLOG_FILTER_TEXT = 1,      /**< `ERROR -timeout "two words"` */
    JSONLOG_FILTER_REGEX = 2,     /**< `%ERROR [0-9]+%` */
    JSONLOG_FILTER_JSON = 3,      /**< `{ $.logType = "ERROR" }` */
    JSONLOG_FILTER_DELIMITED = 4, /**< `[time, level = ERROR, ...]` */
} jsonlog_filter_kind;

/** A compiled pattern; opaque. */
typedef struct jsonlog_filter jsonlog_filter;

/**
 * Compile a filter pattern.
 *
 * @param pattern  UTF-8, not NUL-terminated; read during the call. NULL only if len is 0.
 * @param len      in bytes.
 * @param out      set on success only; free with jsonlog_filter_free().
 * @param err      may be NULL; set on failure. `text` starts with AWS's own message where one was
 *                 ever recorded, and what may help a person follows behind ": "; `offset` is the
 *                 byte at fault. Show it with jsonlog_err_render().
 * @return JSONLOG_OK; JSONLOG_E_SYNTAX; JSONLOG_E_LIMIT (pattern too long, too many regular
 *         expressions or wildcards, regular expression too large); JSONLOG_E_INVALID (NULL, or the
 *         pattern is not UTF-8 or contains a NUL byte); JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_status jsonlog_filter_compile(const char *pattern, size_t len,
                                                  jsonlog_filter **out, jsonlog_err *err);

/** Free a filter; no thread may be matching with it. NULL does nothing. */
JSONLOG_API void jsonlog_filter_free(jsonlog_filter *filter);

/** @return which language the pattern is written in. `filter` must not be NULL. */
JSONLOG_API jsonlog_filter_kind jsonlog_filter_get_kind(const jsonlog_filter *filter);

/** @return the pattern as given, NUL-terminated, borrowed from `filter`; *len may be NULL. */
JSONLOG_API const char *jsonlog_filter_get_pattern(const jsonlog_filter *filter, size_t *len);

/**
 * Does the line match?
 *
 * @param line  one log event, without its newline (one is tolerated in JSON patterns); any bytes.
 *              NULL only if len is 0.
 * @param len   in bytes.
 * @return true if it matches. A line that cannot be read as the pattern's kind does not match.
 */
JSONLOG_API bool jsonlog_filter_match(const jsonlog_filter *filter, const char *line, size_t len);

/**
 * Find the next line that matches in a buffer of lines, each ended by a newline (the last one may
 * lack it).
 *
 *     for (const char *at = bytes, *line; (line = jsonlog_filter_find(filter, &at, end, &len));)
 *         fwrite(line, 1, len + 1, stdout);
 *
 * Says of each line what jsonlog_filter_match() says of it. Where few lines match it is many times
 * faster than asking line by line: a text that every match must hold is searched in all of them.
 *
 * @param at   where a line begins; moved to where the next one begins, or to end.
 * @param end  behind the last byte.
 * @param len  of the line that was found, without its newline; else undefined.
 * @return where it begins; NULL: no further line matches.
 */
JSONLOG_API const char *jsonlog_filter_find(const jsonlog_filter *filter, const char **at,
                                            const char *end, size_t *len);

/** What jsonlog_filter_explain() says of one condition. */
typedef struct jsonlog_explanation jsonlog_explanation;

/**
 * Say why a line matches or does not.
 *
 * Evaluates every condition, also those a match would not have needed, and keeps for each the value
 * it met. Reached by tests and people, not by hot paths: it allocates and may take several passes.
 *
 * @param out  set on success only; free with jsonlog_explanation_free(). Its verdict always equals
 *             jsonlog_filter_match().
 * @return JSONLOG_OK, JSONLOG_E_NOMEM, or JSONLOG_E_INVALID for NULL arguments.
 */
JSONLOG_API jsonlog_status jsonlog_filter_explain(const jsonlog_filter *filter, const char *line,
                                                  size_t len, jsonlog_explanation **out);

/** Free an explanation. NULL does nothing. */
JSONLOG_API void jsonlog_explanation_free(jsonlog_explanation *explanation);

/** @return the verdict for the whole line. */
JSONLOG_API bool jsonlog_explanation_matches(const jsonlog_explanation *explanation);

/**
 * @return how many conditions the pattern has; 0 for one that matches everything or, `[a, b]`, asks
 *         for tokens only. If the line is not one JSON object or has too few tokens, all conditions
 *         have verdict false and value NULL.
 */
JSONLOG_API size_t jsonlog_explanation_count(const jsonlog_explanation *explanation);

/** One condition of a pattern, as it went for one line; texts are borrowed from the explanation. */
typedef struct jsonlog_condition {
    const char *text;     /**< the condition as the pattern spells it, e.g. `$.user.age >= 20` */
    size_t offset;        /**< where it starts in the pattern, in bytes */
    bool is_true;         /**< its verdict */
    const char *selector; /**< e.g. `$.user.age`, of a field `$status`; NULL where the pattern kind
                               has none */
    const char *value;    /**< what the selector found, as JSON text, a token as a string; several
                               values of a wildcard stand in `[…]`; long values are cut and end in
                               `…`; NULL: nothing */
    const char *reason;   /**< one sentence, why this verdict: "the string \"5\" is no number" */
} jsonlog_condition;

/** @return condition `index` (0 based, in the order of the pattern); NULL beyond the last. */
JSONLOG_API const jsonlog_condition *jsonlog_explanation_get(const jsonlog_explanation *explanation,
                                                             size_t index);

/**
 * The whole explanation as text, one line a condition.
 *
 * @return NUL-terminated, borrowed. Control and bidi characters of the line are escaped, so it is
 *         safe to show on a terminal:
 *
 *     no match: { $.logType = "ERROR" && $.user.age >= 20 }
 *       yes  $.logType = "ERROR"   found "ERROR"
 *       no   $.user.age >= 20      found 19: 19 is less than 20
 *
 *         A space-delimited pattern adds a line for each token: `$status   "404"`.
 */
JSONLOG_API const char *jsonlog_explanation_text(const jsonlog_explanation *explanation);

/**
 * The whole explanation as one JSON object on one line.
 *
 * @return NUL-terminated, borrowed; as safe to show as the text. How conditions are joined is a
 *         tree of `and` and `or`:
 *
 *     {"pattern":"{ $.a = 1 && ( $.b = x || $.c IS NULL ) }","kind":"json","matches":false,
 *      "tree":{"and":[{"text":"$.a = 1","offset":2,"true":true,"selector":"$.a","value":"1",
 *                      "reason":"1 is equal to 1"},{"or":[…,…]}]}}
 *
 * `value` and `selector` are those of jsonlog_condition and absent where that is NULL; a value is
 * JSON text in a string. A term of a text pattern that occurs has `found`, the byte in the line;
 * terms that CloudWatch ignores stand in `ignored`, beside the tree. A space-delimited pattern has
 * `fields`, which token is bound to which name ({"name":"$status","offset":57,"token":"404"}); of
 * the tokens that `...` takes at most 100 are listed, the others counted in `unlisted`; a line with
 * too few tokens binds none and has a `reason`. A pattern without conditions has no `tree`.
 */
JSONLOG_API const char *jsonlog_explanation_json(const jsonlog_explanation *explanation);

#ifdef __cplusplus
}
#endif
#endif
