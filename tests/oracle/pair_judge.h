#ifndef JL_ORACLE_PAIR_JUDGE_H
#define JL_ORACLE_PAIR_JUDGE_H
/** The engine, through its public headers, held against the reference. */
#include "oracle_filter.h"
#include "pair_generator.h"

typedef enum pair_verdict { PAIR_REFUSED, PAIR_NO_MATCH, PAIR_MATCH } pair_verdict;

/** What the two do not agree on. */
typedef enum pair_fault {
    PAIR_AGREED,
    PAIR_OTHER_VERDICT,
    PAIR_OTHER_EXPLANATION, /**< says something else than match does, or in an unsafe way */
    PAIR_OTHER_EXTRACTION,
    PAIR_OTHER_KIND,
    PAIR_BAD_OFFSET, /**< of a refusal: behind the pattern */
} pair_fault;

typedef struct pair_finding {
    pair_fault fault;
    pair_verdict oracle, engine;
} pair_finding;

/** Compare on one pair. @param thoroughly  ask for the explanation as well. */
pair_finding pair_judge_one(const pair *asked, bool thoroughly);
/** Print the pair, and the smallest one that has the same fault. */
void pair_report(const pair *asked, pair_finding finding, bool thoroughly);

/** A run over many pairs of one generator. */
typedef struct pair_judge {
    pair (*make)(uint64_t seed, uint64_t index);
    /** May be NULL. Told of every pair; `filter` is NULL if the reference refuses the pattern. */
    void (*observe)(const pair *asked, const oracle_filter *filter, bool verdict);
    uint64_t seed;
    uint64_t pair_count; /**< JSONLOG_TEST_EFFORT multiplies it */
    bool coverage_only;  /**< do not ask the engine */
    size_t refused, trues;
} pair_judge;

/** Read `[--seed N] [--pairs N] [--coverage]` and the environment; prints the usage if wrong. */
bool pair_judge_options(pair_judge *judge, int count, char **options);
/** @return how many pairs they disagreed on; it stops after a few, and reports each. */
int pair_judge_run(pair_judge *judge);
/** @return 0, or 1 (printed) if the share of true verdicts is not within 30 to 70 percent. */
int pair_judge_share_shortfalls(const pair_judge *judge);

/** One rule of the specification and how often each of its outcomes has to be seen. */
typedef struct pair_rule {
    const char *name;
    size_t least_true, least_false;
} pair_rule;

/** Print the counts ([rule][outcome]). @return how many rules were seen too rarely. */
int pair_rule_shortfalls(const pair_rule *rules, size_t count, size_t (*seen)[2]);

#endif
