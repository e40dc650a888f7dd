/**
 * What fifty patterns at once cost beside one, on lines of gen_cloudtrail.py.
 * usage: bench_filter_set LINES.ndjson [ROUNDS]
 */
#include "cloudtrail_patterns.h"
#include "rounds.h"

#include <jsonlog/filter_set.h>

#include <string.h>

typedef struct bytes {
    char *at;
    size_t len;
} bytes;

/* What is timed: one contender each. */
typedef struct subject {
    bytes lines;
    const jsonlog_filter_set *set;
    jsonlog_filter *const *filters;
    size_t first; /* of the filters: from here on, as many as `count` */
    size_t count;
    size_t hits; /* of the last round */
} subject;

static void find_set(void *context, uint64_t times) {
    subject *s = context;
    uint64_t matches[JSONLOG_FILTER_SET_WORDS(CLOUDTRAIL_PATTERNS)];
    for (; times > 0; times--) {
        const char *at = s->lines.at;
        size_t len = 0;
        s->hits = 0;
        while (jsonlog_filter_set_find(s->set, &at, s->lines.at + s->lines.len, &len, matches)) {
            for (size_t i = 0; (i = jsonlog_filter_set_next(matches, s->count, i)) < s->count; i++)
                s->hits++;
        }
    }
}

static void match_set(void *context, uint64_t times) {
    subject *s = context;
    uint64_t matches[JSONLOG_FILTER_SET_WORDS(CLOUDTRAIL_PATTERNS)];
    const char *end = s->lines.at + s->lines.len;
    for (; times > 0; times--) {
        s->hits = 0;
        for (const char *at = s->lines.at, *newline; at < end; at = newline + 1) {
            newline = memchr(at, '\n', (size_t)(end - at));
            s->hits += jsonlog_filter_set_match(s->set, at, (size_t)(newline - at), matches);
        }
    }
}

static void find_each(void *context, uint64_t times) {
    subject *s = context;
    for (; times > 0; times--) {
        s->hits = 0;
        for (size_t i = s->first; i < s->first + s->count; i++) {
            const char *at = s->lines.at;
            size_t len = 0;
            while (jsonlog_filter_find(s->filters[i], &at, s->lines.at + s->lines.len, &len))
                s->hits++;
        }
    }
}

static void match_each(void *context, uint64_t times) {
    subject *s = context;
    const char *end = s->lines.at + s->lines.len;
    for (; times > 0; times--) {
        s->hits = 0;
        for (const char *at = s->lines.at, *newline; at < end; at = newline + 1) {
            newline = memchr(at, '\n', (size_t)(end - at));
            for (size_t i = s->first; i < s->first + s->count; i++)
                s->hits += jsonlog_filter_match(s->filters[i], at, (size_t)(newline - at));
        }
    }
}

static bytes read_lines(const char *path) {
    bytes lines = {NULL, 0};
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return lines;
    const size_t len = (size_t)ftell(file);
    rewind(file);
    lines.at = malloc(len + 1);
    if (lines.at != NULL)
        lines.len = fread(lines.at, 1, len, file);
    fclose(file);
    return lines;
}

static void print_row(const char *name, const contender *c, int rounds, const subject *s,
                      double one) {
    const double ns = c->ns[rounds / 2];
    printf("  %-38s %8.0f MB/s  %7zu hits  %6.2fx of one\n", name, (double)s->lines.len / ns * 1e3,
           s->hits, ns / one);
}

/* One pattern is the mean of all fifty, each alone. */
static void bench(subject *all, int rounds, void (*of_set)(void *, uint64_t),
                  void (*of_each)(void *, uint64_t), const char *name) {
    subject together = *all;
    subject apart = *all;
    contender contenders[] = {{.name = "fifty patterns in a set", .run = of_set},
                              {.name = "the fifty one after the other", .run = of_each}};
    contenders[0].context = &together;
    contenders[1].context = &apart;
    bench_run(name, contenders, 2, rounds, 0.2);
    const double one = contenders[1].ns[rounds / 2] / (double)all->count;
    print_row("a set", &contenders[0], rounds, &together, one);
    print_row("one after the other", &contenders[1], rounds, &apart, one);
    printf("  one pattern, the mean of fifty         %8.0f MB/s\n",
           (double)all->lines.len / one * 1e3);
    if (together.hits != apart.hits)
        abort();
}

int main(int argc, char **argv) {
    const int rounds = argc > 2 ? atoi(argv[2]) : 5;
    jsonlog_filter *filters[CLOUDTRAIL_PATTERNS];
    jsonlog_filter_set *set = NULL;
    const bytes lines = argc > 1 ? read_lines(argv[1]) : (bytes){NULL, 0};
    if (lines.len == 0 || lines.at[lines.len - 1] != '\n' || rounds < 1 || rounds > ROUNDS_MAX) {
        fputs("usage: bench_filter_set LINES.ndjson [ROUNDS]\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < CLOUDTRAIL_PATTERNS; i++) {
        const char *pattern = cloudtrail_patterns[i];
        if (jsonlog_filter_compile(pattern, strlen(pattern), &filters[i], NULL) != JSONLOG_OK)
            abort();
    }
    const double began = bench_seconds();
    if (jsonlog_filter_set_new((const jsonlog_filter *const *)filters, CLOUDTRAIL_PATTERNS, &set) !=
        JSONLOG_OK)
        abort();
    printf("the set was made in %.1f ms\n", (bench_seconds() - began) * 1e3);
    subject all = {lines, set, filters, 0, CLOUDTRAIL_PATTERNS, 0};
    bench(&all, rounds, find_set, find_each, "in a buffer of lines");
    bench(&all, rounds, match_set, match_each, "line by line");
    jsonlog_filter_set_free(set);
    for (size_t i = 0; i < CLOUDTRAIL_PATTERNS; i++)
        jsonlog_filter_free(filters[i]);
    free(lines.at);
    return 0;
}
