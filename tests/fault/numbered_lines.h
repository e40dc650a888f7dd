#ifndef TEST_NUMBERED_LINES_H
#define TEST_NUMBERED_LINES_H
/**
 * Lines that know who wrote them, as which one, and how long they are, so that a reader can tell
 * whether each stands there whole, once and in order.
 *
 *     w03 n000000017 len0000120 xxxxxxxx…x#
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERED_LINE_MIN 32
#define NUMBERED_WRITERS  16

/** Fill line with `len` bytes (NUMBERED_LINE_MIN to 9,999,999), newline included. */
static inline void make_numbered_line(char *line, int writer, long number, size_t len) {
    int head = snprintf(line, len, "w%02d n%09ld len%07zu ", writer, number, len);
    memset(line + head, 'x', len - (size_t)head);
    line[len - 2] = '#';
    line[len - 1] = '\n';
}

/** What a reader found so far; start from zeroes. */
typedef struct numbered_reader {
    long next[NUMBERED_WRITERS]; /**< the lowest number each writer's next line may have */
    long seen[NUMBERED_WRITERS]; /**< whole lines of each writer */
    uint64_t reports, lost;      /**< reports of lost lines, and the lines in them */
    uint64_t torn, blank, unordered;
} numbered_reader;

/** @return whether the line is whole; its newline is not part of it. */
static inline bool parse_numbered_line(const char *line, size_t len, int *writer, long *number) {
    size_t said = 0;
    char head[NUMBERED_LINE_MIN] = "";
    memcpy(head, line, len < sizeof head - 1 ? len : sizeof head - 1);
    if (sscanf(head, "w%2d n%9ld len%7zu ", writer, number, &said) != 3)
        return false;
    return said == len + 1 && line[len - 1] == '#' && memchr(line, '#', len) == line + len - 1 &&
           *writer >= 0 && *writer < NUMBERED_WRITERS;
}

static inline void read_numbered_line(numbered_reader *r, const char *line, size_t len) {
    int writer = 0;
    long number = 0;
    uint64_t lost = 0;
    char report[64] = "";
    memcpy(report, line, len < sizeof report - 1 ? len : sizeof report - 1);
    if (len == 0) {
        r->blank++;
    } else if (sscanf(report, "lines lost lost=%" SCNu64 " reason=", &lost) == 1) {
        r->reports++;
        r->lost += lost;
    } else if (!parse_numbered_line(line, len, &writer, &number)) {
        r->torn++;
    } else {
        r->unordered += number < r->next[writer];
        r->next[writer] = number + 1;
        r->seen[writer]++;
    }
}

/** Read text made of lines. @return the bytes behind the last newline. */
static inline size_t read_numbered_lines(numbered_reader *r, const char *text, size_t len) {
    const char *end = text + len;
    for (const char *newline; (newline = memchr(text, '\n', (size_t)(end - text))) != NULL;
         text = newline + 1)
        read_numbered_line(r, text, (size_t)(newline - text));
    return (size_t)(end - text);
}

/** A small generator, the same everywhere; for lengths and moments. */
static inline uint32_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

/** JSONLOG_TEST_EFFORT: a multiplier for long loops. */
static inline long test_effort(void) {
    const char *text = getenv("JSONLOG_TEST_EFFORT");
    long effort = text == NULL ? 1 : strtol(text, NULL, 10);
    return effort < 1 ? 1 : effort;
}

#endif
