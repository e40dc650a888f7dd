/**
 * Runs a fuzzer without libFuzzer: first every seed, then inputs made of the seeds at random.
 *
 *     fuzz_driver SEEDS COUNT [ONLY]
 *
 * SEEDS is a file with one JSON string a line, each character of which, U+0000 to U+00FF, is a byte
 * of the input. Input number N is the same in every run; the number is printed when the fuzzer
 * aborts, and ONLY runs that one. JSONLOG_TEST_EFFORT multiplies COUNT.
 */
#include "fuzz_input.h"
#include "oracle/oracle.h"
#include "oracle/pair_random.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIXED_SEED    20261122
#define LONGEST_INPUT 8192
#define MOST_SEEDS    4096

typedef struct seed_list {
    pair_text at[MOST_SEEDS];
    size_t count;
} seed_list;

static seed_list seeds;
static volatile unsigned long long current;

/* --- saying where it broke --------------------------------------------------------------- */

/** Of the sanitizers, if the program has one. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static void say_where(void) {
    char text[64] = "fuzz_driver: broken by input ", digits[24];
    size_t len = strlen(text), count = 0;
    unsigned long long number = current;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0)
        text[len++] = digits[--count];
    text[len++] = '\n';
    if (write(STDERR_FILENO, text, len) < 0)
        return;
}

static void on_signal(int number) {
    signal(number, SIG_DFL);
    say_where();
    raise(number);
}

static void watch(void) {
    signal(SIGABRT, on_signal);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(say_where);
    else
        signal(SIGSEGV, on_signal);
}

/* --- seeds ------------------------------------------------------------------------------- */

static bool add_seed(const char *line, size_t len) {
    oracle_value *value = oracle_json_read(line, len);
    bool is_string = value && value->kind == ORACLE_STRING && seeds.count < MOST_SEEDS;
    pair_text bytes = {NULL, 0};
    pair_put(&bytes, "");
    for (size_t i = 0; is_string && i < value->text.len; i++)
        pair_put_byte(&bytes, (char)(value->text.at[i] & 0xFF));
    if (is_string)
        seeds.at[seeds.count++] = bytes;
    else
        free(bytes.at);
    oracle_json_free(value);
    return is_string;
}

static bool read_seeds(const char *path) {
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t len = 0;
    bool is_read = file != NULL;
    while (is_read && (len = getline(&line, &room, file)) > 0)
        is_read = add_seed(line, (size_t)len);
    free(line);
    if (file)
        fclose(file);
    return is_read && seeds.count > 0;
}

/* --- mutation ---------------------------------------------------------------------------- */

static const char *const tokens[] = {"\"",
                                     "\\",
                                     "\\\"",
                                     "\\\\",
                                     "{",
                                     "}",
                                     "[",
                                     "]",
                                     "(",
                                     ")",
                                     "$.",
                                     "*",
                                     "[*]",
                                     ".*",
                                     "=",
                                     "!=",
                                     "<=",
                                     ">",
                                     "&&",
                                     "||",
                                     "%",
                                     "^",
                                     "$",
                                     ".",
                                     "?",
                                     "-",
                                     "+",
                                     " ",
                                     "\t",
                                     "\n",
                                     ",",
                                     ":",
                                     "...",
                                     "null",
                                     "true",
                                     "false",
                                     "1",
                                     "-0",
                                     "1e309",
                                     "1e-999",
                                     "0.1",
                                     "e1",
                                     "\\u",
                                     "\\ud83d\\ude00",
                                     "\\x41",
                                     "\\d",
                                     "{2,3}",
                                     "[^a]",
                                     "IS NULL",
                                     "NOT EXISTS",
                                     "\xED\xA0\x80",
                                     "\xFF",
                                     "\xEF\xBF\xBD",
                                     "\xC3\xA9",
                                     "\xEA\xB0\x80",
                                     "\xF0\x9F\x98\x80",
                                     "\x7F",
                                     "\x01",
                                     "9007199254740993",
                                     "\"a\":",
                                     "a",
                                     "b",
                                     "['a']",
                                     "{\"a\":{",
                                     "[[[["};

static void put_token(pair_random *random, pair_text *text) {
    const char *token = PAIR_PICK(random, tokens);
    size_t at = pair_below(random, text->len + 1);
    size_t cut = pair_chance(random, 30) && at < text->len;
    pair_splice(text, at, cut, token, strlen(token));
}

/** A run of the text taken out, said twice, or put in from another seed. */
static void move_run(pair_random *random, pair_text *text) {
    const pair_text *from = &seeds.at[pair_below(random, seeds.count)];
    size_t at = pair_below(random, text->len + 1);
    size_t run = pair_below(random, (text->len - at < 16 ? text->len - at : 16) + 1);
    uint32_t how = pair_below(random, 3);
    pair_text part = {NULL, 0};
    if (how == 2 && from->len > 0) {
        size_t start = pair_below(random, from->len);
        size_t len = 1 + pair_below(random, from->len - start);
        pair_put_bytes(&part, from->at + start, len);
        pair_splice(text, at, run, part.at, part.len);
    } else {
        pair_put_bytes(&part, text->at + at, how == 1 ? run : 0);
        pair_splice(text, at, how == 1 ? 0 : run, part.at, part.len);
    }
    free(part.at);
}

static void change_byte(pair_random *random, pair_text *text) {
    char byte = (char)pair_below(random, 256);
    size_t at = pair_below(random, text->len + 1);
    if (at == text->len)
        pair_put_byte(text, byte);
    else if (pair_chance(random, 50))
        text->at[at] = byte;
    else
        text->at[at] = (char)(text->at[at] ^ (1 << (byte & 7)));
}

static void mutate(pair_random *random, pair_text *text) {
    uint32_t how = pair_below(random, 100);
    if (how < 45)
        put_token(random, text);
    else if (how < 80)
        move_run(random, text);
    else
        change_byte(random, text);
}

/** Numbers below the count of seeds are these seeds. */
static pair_text make_input(unsigned long long number) {
    pair_text text = {NULL, 0};
    pair_random random = pair_random_start(FIXED_SEED, number);
    bool is_seed = number < seeds.count;
    const pair_text *seed = &seeds.at[is_seed ? number : pair_below(&random, seeds.count)];
    pair_put_bytes(&text, seed->at, seed->len);
    for (uint32_t left = is_seed ? 0 : 1 + pair_below(&random, 6); left > 0; left--)
        if (text.len < LONGEST_INPUT)
            mutate(&random, &text);
    return text;
}

static void run(unsigned long long number) {
    pair_text input = make_input(number);
    current = number;
    LLVMFuzzerTestOneInput((const uint8_t *)input.at, input.len);
    free(input.at);
}

int main(int argc, char **argv) {
    const char *effort = getenv("JSONLOG_TEST_EFFORT");
    unsigned long long times = effort ? strtoull(effort, NULL, 10) : 1;
    if (argc < 3 || !read_seeds(argv[1])) {
        fprintf(stderr, "usage: %s SEEDS COUNT [ONLY]\n", argv[0]);
        return 2;
    }
    unsigned long long count = strtoull(argv[2], NULL, 10) * (times ? times : 1) + seeds.count;
    unsigned long long first = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    watch();
    for (unsigned long long i = first; i < (argc > 3 ? first + 1 : count); i++)
        run(i);
    printf("%zu seeds, %llu inputs\n", seeds.count, argc > 3 ? 1 : count);
    for (size_t i = 0; i < seeds.count; i++)
        free(seeds.at[i].at);
    return 0;
}
