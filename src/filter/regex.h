#ifndef JL_FILTER_REGEX_H
#define JL_FILTER_REGEX_H
/**
 * The regular expressions of filter patterns, `%...%`: exactly the dialect CloudWatch takes.
 *
 * No groups, no look-around, no back references, so a bit-parallel NFA decides in time linear in
 * the text: at most JL_REGEX_POSITIONS_MAX positions after counted repeats are written out, state
 * on the stack. Search is unanchored and case-sensitive; `^` and `$` are the ends of the whole
 * text;
 * `.` is any code point but line feed; an ill-formed byte of the text is one U+FFFD.
 */
#include "base/text.h"

#include <jsonlog/status.h>

#include <stdint.h>

/** A limit of ours: AWS documents none. More positions are refused as JSONLOG_E_LIMIT. */
#define JL_REGEX_POSITIONS_MAX 2048

/** A compiled expression; opaque and immutable, shared between threads freely. */
typedef struct jl_regex jl_regex;

/**
 * Compile what stands between the percent signs.
 *
 * @param pattern      the whole filter pattern; its text is quoted in messages.
 * @param open         offset of the opening `%` in it.
 * @param end          set on success: offset just behind the closing `%`. An unescaped `%` closes.
 * @param out          set on success; free with jl_regex_free().
 * @return JSONLOG_OK; JSONLOG_E_SYNTAX with AWS's message (`Invalid character(s) in term '%abc!'`:
 * the term runs from `%` through the offending character; `Failed to compile regular expression.`;
 * `%%` is `Invalid character(s) in term '%%'`) and the offset of the byte at fault in `pattern`,
 * its end when no `%` closes; JSONLOG_E_LIMIT with the offset of the item that goes over
 * JL_REGEX_POSITIONS_MAX; JSONLOG_E_NOMEM.
 */
jsonlog_status jl_regex_compile(jl_text pattern, size_t open, size_t *end, jl_regex **out,
                                jsonlog_err *err);

void jl_regex_free(jl_regex *regex);

/** @return true if the expression matches anywhere in the text (plain UTF-8 bytes, not JSON). */
bool jl_regex_search(const jl_regex *regex, jl_text text);

/**
 * The same in steps, for text that is not in one piece (a JSON string with escapes is decoded
 * on the way). Begin, feed code points in order, then ask.
 */
typedef struct jl_regex_run {
    uint64_t states[JL_REGEX_POSITIONS_MAX / 64];
    bool is_at_start; /**< nothing has been fed yet */
    bool is_alive;    /**< a match is under way */
    bool has_matched;
} jl_regex_run;

void jl_regex_begin(const jl_regex *regex, jl_regex_run *run);
/** Feed one code point (U+FFFD for an ill-formed byte). @return true once the verdict is certain.
 */
bool jl_regex_feed(const jl_regex *regex, jl_regex_run *run, uint32_t code_point);
/** The same for a whole run of UTF-8, faster; pieces are cut between code points. */
bool jl_regex_feed_text(const jl_regex *regex, jl_regex_run *run, jl_text text);
/** @return the verdict when the text ends here. */
bool jl_regex_end(const jl_regex *regex, const jl_regex_run *run);

/**
 * @return how many positions the expression has with its repeats written out (`a{3,5}` five, `a+`
 *         one), for reports: the number that JL_REGEX_POSITIONS_MAX limits.
 */
size_t jl_regex_positions(const jl_regex *regex);

#endif
