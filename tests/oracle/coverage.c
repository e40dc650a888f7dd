#include "coverage.h"

#include <stdio.h>

#define LEAST_VISITS     500 /* of a cell in 200,000 pairs */
#define LEAST_OF_EACH    50  /* verdict, where both are possible */
#define LEAST_OF_OTHERS  1000
#define LEAST_TRUE_SHARE 30 /* percent of all verdicts */
#define MOST_TRUE_SHARE  70

static const char *const row_names[ORACLE_ROWS] = {"string", "number", "1e309", "bool",
                                                   "null",   "object", "array", "missing"};
static const char *const wild_names[ORACLE_WILDS] = {"no parent", "nothing", "selected"};
static const char *const column_names[ORACLE_COLUMNS] = {
    "=text", "!=text", "=num", "!=num", "<",    ">",     "<=",
    ">=",    "=re",    "!=re", "NULL",  "TRUE", "FALSE", "NOT EX"};

/* Per cell of the specification's table: f or t, one verdict only; b, both. */
static const char plain_verdicts[ORACLE_ROWS][ORACLE_COLUMNS + 1] = {
    "bbbbffffbbffff", /* string */
    "bbbbbbbbbbffff", /* number */
    "bbffffffbbffff", /* 1e309 */
    "fffffffffffbbf", /* bool */
    "fffffffffftfff", /* null */
    "ffffffffffffff", /* object */
    "ffffffffffbfff", /* array */
    "ffffffffffffft", /* missing */
};
static const char wild_verdicts[ORACLE_WILDS][ORACLE_COLUMNS + 1] = {
    "ffffffffffffft", /* no parent */
    "ftftffffftffft", /* nothing selected */
    "bbbbbbbbbbbbbf", /* selected */
};

static void count_plain(void *context, oracle_row row, oracle_column column, bool verdict) {
    ((coverage *)context)->plain[row][column][verdict]++;
}

static void count_wild(void *context, oracle_wild wild, oracle_column column, bool verdict) {
    ((coverage *)context)->wild[wild][column][verdict]++;
}

oracle_observer coverage_observer(coverage *seen) {
    return (oracle_observer){count_plain, count_wild, seen};
}

static bool has_repeats(const oracle_value *value) {
    for (size_t i = 0; i < value->count; i++)
        if (!oracle_json_counts(value, i) || has_repeats(&value->members[i]))
            return true;
    return false;
}

void coverage_count(coverage *seen, bool is_refused, const oracle_value *event, bool verdict) {
    seen->pairs++;
    seen->refused += is_refused;
    if (is_refused)
        return;
    bool is_event = event && event->kind == ORACLE_OBJECT;
    seen->trues += verdict;
    seen->not_json += !is_event;
    seen->with_repeats += is_event && has_repeats(event);
}

static double percent(size_t part, size_t whole) {
    return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

static void print_row(const char *name, const size_t counts[ORACLE_COLUMNS][2]) {
    for (int verdict = 1; verdict >= 0; verdict--) {
        printf("%-9s %c", verdict ? name : "", verdict ? 't' : 'f');
        for (int column = 0; column < ORACLE_COLUMNS; column++)
            printf(" %6zu", counts[column][verdict]);
        printf("\n");
    }
}

void coverage_print(const coverage *seen) {
    size_t verdicts = seen->pairs - seen->refused;
    printf("%zu pairs: %zu patterns refused; of the rest %.1f %% true, %zu lines no JSON object, "
           "%zu with a repeated key\n%-11s",
           seen->pairs, seen->refused, percent(seen->trues, verdicts), seen->not_json,
           seen->with_repeats, "");
    for (int column = 0; column < ORACLE_COLUMNS; column++)
        printf(" %6s", column_names[column]);
    printf("\n");
    for (int row = 0; row < ORACLE_ROWS; row++)
        print_row(row_names[row], seen->plain[row]);
    for (int wild = 0; wild < ORACLE_WILDS; wild++)
        print_row(wild_names[wild], seen->wild[wild]);
}

/** One cell must be visited, both ways where it has two, and never the way it does not have. */
static int cell_shortfalls(const char *row, const char *column, const size_t counts[2],
                           char possible) {
    size_t visits = counts[0] + counts[1];
    size_t least_true = possible == 'b' ? LEAST_OF_EACH : 0;
    size_t least_false = least_true;
    bool is_impossible = (possible == 'f' && counts[1]) || (possible == 't' && counts[0]);
    if (visits >= LEAST_VISITS && counts[1] >= least_true && counts[0] >= least_false &&
        !is_impossible)
        return 0;
    printf("%s %s: %zu true, %zu false%s\n", row, column, counts[1], counts[0],
           is_impossible ? ", against the table" : ", too few");
    return 1;
}

static int share_shortfalls(const coverage *seen) {
    int missing = 0;
    double trues = percent(seen->trues, seen->pairs - seen->refused);
    if (trues < LEAST_TRUE_SHARE || trues > MOST_TRUE_SHARE) {
        printf("%.1f %% of the verdicts are true\n", trues);
        missing++;
    }
    if (seen->not_json < LEAST_OF_OTHERS || seen->with_repeats < LEAST_OF_OTHERS ||
        seen->refused < LEAST_OF_OTHERS) {
        printf("too few lines without JSON, repeated keys or refused patterns\n");
        missing++;
    }
    return missing;
}

int coverage_shortfalls(const coverage *seen) {
    int missing = share_shortfalls(seen);
    for (int column = 0; column < ORACLE_COLUMNS; column++) {
        for (int row = 0; row < ORACLE_ROWS; row++)
            missing += cell_shortfalls(row_names[row], column_names[column],
                                       seen->plain[row][column], plain_verdicts[row][column]);
        for (int wild = 0; wild < ORACLE_WILDS; wild++)
            missing += cell_shortfalls(wild_names[wild], column_names[column],
                                       seen->wild[wild][column], wild_verdicts[wild][column]);
    }
    return missing;
}
