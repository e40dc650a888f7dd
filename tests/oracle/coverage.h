#ifndef JL_ORACLE_COVERAGE_H
#define JL_ORACLE_COVERAGE_H
/**
 * How often each cell of the specification's tables was reached, and with which verdict. Random
 * pairs prove something about a cell only if they come by it often, and both ways where it has two.
 */
#include "oracle.h"

typedef struct coverage {
    size_t plain[ORACLE_ROWS][ORACLE_COLUMNS][2];
    size_t wild[ORACLE_WILDS][ORACLE_COLUMNS][2];
    size_t pairs;
    size_t refused; /**< patterns; the other counts are of the accepted ones */
    size_t trues;
    size_t not_json;     /**< lines that are not one JSON object */
    size_t with_repeats; /**< lines in which some key stands twice */
} coverage;

/** An observer that counts into `seen`. */
oracle_observer coverage_observer(coverage *seen);
/** Count one pair; `event` is NULL if the line is not JSON. */
void coverage_count(coverage *seen, bool is_refused, const oracle_value *event, bool verdict);
void coverage_print(const coverage *seen);
/** @return how many requirements are not met; each is printed. For 200,000 pairs and more. */
int coverage_shortfalls(const coverage *seen);

#endif
