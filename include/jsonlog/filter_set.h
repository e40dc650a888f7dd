#ifndef JSONLOG_FILTER_SET_H
#define JSONLOG_FILTER_SET_H
/**
 * Many filter patterns at once: which of them match a line, in one pass over it.
 *
 *     static const char *const patterns[] = {
 *         "{ $.eventName = \"ConsoleLogin\" && $.errorMessage = \"Failed authentication\" }",
 *         "{ $.userIdentity.type = \"Root\" }",
 *         "ERROR",
 *     };
 *     enum { COUNT = sizeof patterns / sizeof *patterns };
 *     jsonlog_filter_set *set = NULL;
 *     jsonlog_err err;
 *     size_t bad = 0;
 *     if (jsonlog_filter_set_compile(patterns, COUNT, &set, &bad, &err) != JSONLOG_OK)
 *         return complain(patterns[bad], &err);
 *
 *     uint64_t matches[JSONLOG_FILTER_SET_WORDS(COUNT)];
 *     if (jsonlog_filter_set_match(set, line, len, matches) > 0)
 *         for (size_t i = 0; (i = jsonlog_filter_set_next(matches, COUNT, i)) < COUNT; i++)
 *             printf("%s\n", patterns[i]);
 *     jsonlog_filter_set_free(set);
 *
 * Of each pattern a set says exactly what jsonlog_filter_match() says. It is faster than asking one
 * after the other because the texts that patterns ask for are searched for together, and a line in
 * which some occur is read as JSON once for all of them. A pattern that asks for no certain text
 * (`{ $.a != 1 }`, `{ $.a NOT EXISTS }`, `%[0-9]%`) makes every line be looked at; space-delimited
 * patterns, regular expressions alone and selectors with a wildcard are asked one by one.
 *
 * A set is immutable: share it between threads freely, each with its own `matches`. Matching takes
 * no lock, allocates nothing, uses a bounded stack whatever the number of patterns, and does not
 * change errno. Making a set allocates; it is not for signal handlers.
 */
#include <jsonlog/filter.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The most patterns of one set. */
#define JSONLOG_FILTER_SET_MAX 65535

/** How many uint64_t the verdicts of `count` patterns take, one bit each. */
#define JSONLOG_FILTER_SET_WORDS(count) (((count) + 63) / 64)

/** Patterns that are asked together; opaque. */
typedef struct jsonlog_filter_set jsonlog_filter_set;

/**
 * Make a set of filters that exist. Equal ones may be there more than once, each with its own
 * place.
 *
 * @param filters  borrowed: each must outlive the set. The array is read during the call; it may be
 *                 NULL only if count is 0. A set of none is one that never matches.
 * @param out      set on success only; free with jsonlog_filter_set_free().
 * @return JSONLOG_OK; JSONLOG_E_INVALID for NULL arguments; JSONLOG_E_LIMIT for more than
 *         JSONLOG_FILTER_SET_MAX; JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_status jsonlog_filter_set_new(const jsonlog_filter *const *filters,
                                                  size_t count, jsonlog_filter_set **out);

/**
 * Compile patterns into a set that owns them.
 *
 * @param patterns  NUL-terminated; read during the call.
 * @param out       set on success only.
 * @param bad       may be NULL; on failure the number of the pattern at fault, or `count` if it is
 *                  none of them.
 * @param err       may be NULL; on failure as jsonlog_filter_compile() sets it.
 * @return as jsonlog_filter_compile() and jsonlog_filter_set_new().
 */
JSONLOG_API jsonlog_status jsonlog_filter_set_compile(const char *const *patterns, size_t count,
                                                      jsonlog_filter_set **out, size_t *bad,
                                                      jsonlog_err *err);

/** Free a set, and the filters that it compiled; no thread may be matching with it. NULL does
 * nothing. */
JSONLOG_API void jsonlog_filter_set_free(jsonlog_filter_set *set);

/** @return how many filters it has. As below, the set is not NULL. */
JSONLOG_API size_t jsonlog_filter_set_count(const jsonlog_filter_set *set);

/** @return filter `index`, from 0 in the order given, borrowed from the set; NULL beyond the last.
 */
JSONLOG_API const jsonlog_filter *jsonlog_filter_set_get(const jsonlog_filter_set *set,
                                                         size_t index);

/**
 * Which filters match the line?
 *
 * @param line     as for jsonlog_filter_match(). NULL only if len is 0.
 * @param matches  room for JSONLOG_FILTER_SET_WORDS(count) words, all of which are written: bit
 *                 i % 64 of word i / 64 is the verdict of filter i, bits behind the last are 0.
 * @return how many match.
 */
JSONLOG_API size_t jsonlog_filter_set_match(const jsonlog_filter_set *set, const char *line,
                                            size_t len, uint64_t *matches);

/**
 * Find the next line that any filter matches in a buffer of lines, each ended by a newline (the
 * last one may lack it). As jsonlog_filter_find(), which says more; faster than line by line.
 *
 * @param at       where a line begins; moved to where the next one begins, or to end.
 * @param end      behind the last byte.
 * @param len      of the line that was found, without its newline; else undefined.
 * @param matches  as for jsonlog_filter_set_match(), of the line that was found; else undefined.
 * @return where it begins; NULL: no further line matches.
 */
JSONLOG_API const char *jsonlog_filter_set_find(const jsonlog_filter_set *set, const char **at,
                                                const char *end, size_t *len, uint64_t *matches);

/** @return the first filter from number `from` on whose bit is set; `count` if there is none. */
JSONLOG_API size_t jsonlog_filter_set_next(const uint64_t *matches, size_t count, size_t from);

#ifdef __cplusplus
}
#endif
#endif
