#ifndef JL_SUPPORT_TEST_RANDOM_H
#define JL_SUPPORT_TEST_RANDOM_H
/** Random numbers that are the same in every run, and how many of them a test should take. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/** Any value but 0 is a seed. */
typedef struct test_random {
    uint64_t state;
} test_random;

/** Marsaglia's xorshift with a multiplication behind it. */
static inline uint64_t test_random_next(test_random *random) {
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * UINT64_C(0x2545F4914F6CDD1D);
}

/** @return 0 to limit - 1. */
static inline size_t test_random_below(test_random *random, size_t limit) {
    return (size_t)(test_random_next(random) >> 11) % limit;
}

/** `count`, times JSONLOG_TEST_EFFORT where that is set. */
static inline size_t test_effort(size_t count) {
    const char *effort = getenv("JSONLOG_TEST_EFFORT");
    double factor = effort == NULL ? 1.0 : atof(effort);
    return factor > 0 ? (size_t)((double)count * factor) : count;
}

#endif
