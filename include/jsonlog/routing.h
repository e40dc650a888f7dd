#ifndef JSONLOG_ROUTING_H
#define JSONLOG_ROUTING_H
/**
 * Routing: CloudWatch filter patterns (filter.h) decide which line goes where.
 *
 *     jsonlog_handler_set_filter_pattern(pager, "{ $.errorCode = \"DA0001*\" }",
 *                                        JSONLOG_PASS_MATCHING, &err);
 *
 *     const jsonlog_routing_rule rules[] = {
 *         {.pattern = "{ $.audit IS TRUE }", .handler = audit, .is_final = true},
 *         {.pattern = "{ $.logType = \"ERROR\" }", .handler = errors},
 *     };
 *     jsonlog_handler *router = jsonlog_router_handler_new(rules, 2, file, &err);
 *
 * A pattern is asked about the finished line, without the newline at its end: what is tested is
 * what stands in the log, so the pattern that an alarm uses can be tried on the log that it will
 * see. A JSON pattern never matches the line of a formatter that writes no JSON object (the one for
 * people, one with a `prefix`, your own): use a text pattern there. Matching allocates nothing and
 * takes no lock; each line that comes so far costs a match, so let a level decide what a level can.
 *
 * A program that includes none of this links none of the matcher.
 *
 * Threads: everything may be called from any thread. Signals: nothing. fork(): nothing to do.
 */
#include <jsonlog/filter.h>
#include <jsonlog/handler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Which lines a pattern lets through. */
typedef enum jsonlog_pattern_use {
    JSONLOG_PASS_MATCHING = 0, /**< those that match */
    JSONLOG_PASS_OTHERS = 1,   /**< those that do not */
} jsonlog_pattern_use;

/**
 * Let a handler write only lines that match a filter pattern.
 *
 * Works for any handler: of a logger, within a tee, a failover, a router. It comes after level and
 * filters of the handler. A line that does not pass is neither counted as written nor as lost. What
 * the library reports in the handler's output ("lines lost", "failed over") is not asked about.
 *
 * For the target of an async handler the thread that writes asks, so that logging threads do not
 * pay for the match; a line that then does not pass had its place in the ring. Where the ring is
 * the scarcer, set the pattern on the async handler instead: then the logging thread asks.
 *
 * @param pattern  NUL-terminated, read during the call; takes the place of the one set before. NULL
 *                 takes it away: every line passes.
 * @param err      may be NULL.
 * @return JSONLOG_OK, JSONLOG_E_NOMEM, JSONLOG_E_INVALID (handler NULL, unknown use), or what
 *         jsonlog_filter_compile() says of the pattern. After an error the old one is in force. A
 *         record being written is asked by the pattern that was in force when it began.
 */
JSONLOG_API jsonlog_status jsonlog_handler_set_filter_pattern(jsonlog_handler *handler,
                                                              const char *pattern,
                                                              jsonlog_pattern_use use,
                                                              jsonlog_err *err);

/**
 * The same with a filter that is compiled already.
 *
 * @param filter  the handler takes it, if the call succeeds, and frees it. Not NULL.
 * @return JSONLOG_OK, JSONLOG_E_NOMEM, JSONLOG_E_INVALID (NULL, unknown use).
 */
JSONLOG_API jsonlog_status jsonlog_handler_take_filter(jsonlog_handler *handler,
                                                       jsonlog_filter *filter,
                                                       jsonlog_pattern_use use);

/** One rule of a router. */
typedef struct jsonlog_routing_rule {
    const char *pattern;      /**< NUL-terminated; NULL or "": every line */
    jsonlog_handler *handler; /**< where matching lines go; NULL: nowhere (with is_final: they are
                                   dropped, on purpose and uncounted) */
    bool is_final;            /**< lines that match are done with: no rule below is asked */
} jsonlog_routing_rule;

/**
 * A handler that sends each line where its rules say.
 *
 * The rules are asked from the first on; a line goes to the handler of every rule it matches, up to
 * and with one that is final, and to `otherwise` if it matches none. A handler that stands in
 * several rules writes a line once.
 *
 * The patterns are asked about the line that the router's own formatter makes, by default the JSON
 * formatter with its defaults: jsonlog_handler_set_formatter(router, …) if keys are named
 * differently. What is written is made by the formatters of the handlers, and their levels, filters
 * and patterns apply, all as in a tee; so do its rules about results, flush, nested records and
 * fork, and about lines behind an async handler. A line lost by the formatter of the router is
 * lost.
 *
 * @param rules      copied, patterns compiled, a reference taken to each handler. May be NULL if
 *                   count is 0.
 * @param count      at most 31.
 * @param otherwise  takes what no rule matches; NULL: nobody does.
 * @param err        may be NULL; names the rule, from 1 on, and the offset in its pattern.
 * @return NULL with err set: what jsonlog_filter_compile() says, JSONLOG_E_LIMIT (too many rules),
 *         JSONLOG_E_INVALID (rules NULL, neither rules nor `otherwise`, a rule without handler that
 *         is not final), JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_handler *jsonlog_router_handler_new(const jsonlog_routing_rule *rules,
                                                        size_t count, jsonlog_handler *otherwise,
                                                        jsonlog_err *err);

#ifdef __cplusplus
}
#endif
#endif
