#include "pair_random.h"
#include "oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t next(pair_random *random) {
    uint64_t x = random->state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    random->state = x;
    return x * 0x2545F4914F6CDD1Du;
}

pair_random pair_random_start(uint64_t seed, uint64_t index) {
    uint64_t mixed = seed * 0x9E3779B97F4A7C15u + index * 0xBF58476D1CE4E5B9u + 1;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    pair_random random = {mixed ? mixed : 1}; /* the one state that never changes is zero */
    next(&random);
    return random;
}

uint32_t pair_below(pair_random *random, size_t below) {
    return (uint32_t)((next(random) >> 33) % below);
}

bool pair_chance(pair_random *random, uint32_t percent) {
    return pair_below(random, 100) < percent;
}

void pair_put_bytes(pair_text *text, const char *bytes, size_t len) {
    text->at = oracle_grow(text->at, text->len + len + 1);
    if (len)
        memcpy(text->at + text->len, bytes, len);
    text->len += len;
    text->at[text->len] = '\0';
}

void pair_put(pair_text *text, const char *string) {
    pair_put_bytes(text, string, strlen(string));
}

void pair_put_byte(pair_text *text, char byte) {
    pair_put_bytes(text, &byte, 1);
}

void pair_put_code_point(pair_text *text, uint32_t code_point) {
    size_t len = 0;
    char *bytes = oracle_text_to_utf8((oracle_text){&code_point, 1}, 0xFFFD, &len);
    pair_put_bytes(text, bytes, len);
    free(bytes);
}

void pair_putf(pair_text *text, const char *format, ...) {
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= sizeof line)
        abort();
    pair_put(text, line);
}

void pair_splice(pair_text *text, size_t at, size_t cut, const char *bytes, size_t len) {
    pair_text out = {NULL, 0};
    pair_put_bytes(&out, text->at, at);
    pair_put_bytes(&out, bytes, len);
    pair_put_bytes(&out, text->at + at + cut, text->len - at - cut);
    free(text->at);
    *text = out;
}
