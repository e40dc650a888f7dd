#ifndef JL_ORACLE_PAIR_RANDOM_H
#define JL_ORACLE_PAIR_RANDOM_H
/** A random sequence of our own, the same on every machine, and text that grows. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct pair_random {
    uint64_t state;
} pair_random;

/** Start the sequence of pair `index` of a seed; any pair can be made again without the others. */
pair_random pair_random_start(uint64_t seed, uint64_t index);
/** @return 0 to below - 1. */
uint32_t pair_below(pair_random *random, size_t below);
bool pair_chance(pair_random *random, uint32_t percent);

/** One entry of a table of fixed size. */
#define PAIR_PICK(random, table) ((table)[pair_below((random), sizeof(table) / sizeof *(table))])

/** Bytes, always NUL-terminated behind len once anything was put; at is freed by the owner. */
typedef struct pair_text {
    char *at;
    size_t len;
} pair_text;

void pair_put_bytes(pair_text *text, const char *bytes, size_t len);
void pair_put(pair_text *text, const char *string);
void pair_put_byte(pair_text *text, char byte);
void pair_put_code_point(pair_text *text, uint32_t code_point);
__attribute__((format(printf, 2, 3))) void pair_putf(pair_text *text, const char *format, ...);
/** Replace `cut` bytes at `at` by others. */
void pair_splice(pair_text *text, size_t at, size_t cut, const char *bytes, size_t len);

#endif
