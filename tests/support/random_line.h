#ifndef JL_SUPPORT_RANDOM_LINE_H
#define JL_SUPPORT_RANDOM_LINE_H
/**
 * Lines of JSON made at random, with few names so that they come again, and damage to them. Of any
 * spelling: blanks or none, escapes, arrays, empty containers, bytes that are no UTF-8.
 */
#include "support/test_random.h"

#include <string.h>

typedef struct random_line {
    test_random *random;
    char *at;
    char *end;
    size_t blanks; /* one of so many places has blanks; 0: none */
} random_line;

static inline void random_put(random_line *line, const char *text) {
    const size_t len = strlen(text);
    if (len > (size_t)(line->end - line->at))
        return;
    memcpy(line->at, text, len);
    line->at += len;
}

static inline const char *random_one(random_line *line, const char *const *from, size_t count) {
    return from[test_random_below(line->random, count)];
}

#define RANDOM_PUT(line, ...)                                                              \
    do {                                                                                   \
        static const char *const choice_[] = {__VA_ARGS__};                                \
        random_put((line), random_one((line), choice_, sizeof choice_ / sizeof *choice_)); \
    } while (0)

static inline void random_blanks(random_line *line) {
    if (line->blanks != 0 && test_random_below(line->random, line->blanks) == 0)
        RANDOM_PUT(line, " ", " ", "  ", "\t", "\r", "     ");
}

static inline void random_name(random_line *line) {
    RANDOM_PUT(line, "\"a\"", "\"a\"", "\"user\"", "\"age\"", "\"country\"", "\"b\"", "\"xuser\"",
               "\"\\u0061\"", "\"us\\u0065r\"", "\"ag\\\\e\"", "\"\\\"a\"", "\"\"",
               "\"a very long name that takes nearly a block of its own, and more\"", "\"a\xff\"",
               "\"\xEC\x9D\xB8\"", "\"\\\\\"", "\"e\"");
}

static inline void random_scalar(random_line *line) {
    RANDOM_PUT(line, "1", "20", "-7", "0", "0.5", "12345678", "1e5", "1234567890123456789", "19.99",
               "true", "false", "null", "\"VN\"", "\"V\\u004e\"", "\"\"", "\"x\"", "\"a\\\\\"",
               "\"{[,:]}\"", "\"\\\"a\\\":1\"", "\"\xEA\xB0\x80\xEA\xB0\x80\"",
               "\"something to fill the line with so that blocks begin anywhere\"", "\"\xff\"");
}

static inline void random_value(random_line *line, unsigned depth);

static inline void random_items(random_line *line, unsigned depth, bool is_object) {
    for (size_t n = test_random_below(line->random, depth == 0 ? 12 : 5); n > 0; n--) {
        random_blanks(line);
        if (is_object) {
            random_name(line);
            random_blanks(line);
            random_put(line, ":");
            random_blanks(line);
        }
        random_value(line, depth + 1);
        random_blanks(line);
        random_put(line, n > 1 ? "," : "");
    }
}

static inline void random_value(random_line *line, unsigned depth) {
    const size_t kind = depth == 0 ? 0 : test_random_below(line->random, depth < 6 ? 6 : 60);
    if (kind > 1) {
        random_scalar(line);
        return;
    }
    random_put(line, kind == 0 ? "{" : "[");
    random_items(line, depth, kind == 0);
    random_blanks(line);
    random_put(line, kind == 0 ? "}" : "]");
}

/** Write a line, cut where the room ends. @return its length. */
static inline size_t make_random_line(test_random *random, char *out, size_t room) {
    static const size_t blanks[] = {0, 0, 2, 9};
    random_line line = {random, out, out + room, blanks[test_random_below(random, 4)]};
    random_blanks(&line);
    random_value(&line, 0);
    random_blanks(&line);
    return (size_t)(line.at - out);
}

/** Change some bytes of a line. */
static inline void damage_line(test_random *random, char *text, size_t len) {
    static const char bytes[] = "\"\\{}[]:,0129-.eE \t\n\x01\x80\xfftfna";
    for (size_t n = 1 + test_random_below(random, 2); n > 0 && len > 0; n--)
        text[test_random_below(random, len)] = bytes[test_random_below(random, sizeof bytes)];
}

#endif
