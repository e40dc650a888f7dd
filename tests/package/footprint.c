/*
 * What a program of a user carries. Three programs are made of this file: FOOTPRINT is 0: it does
 * nothing, 1: it logs, 2: it matches. At its end it says on stderr how many kilobytes it holds, and
 * how often it took memory from the heap from the second record on or while it matched.
 */
#include <jsonlog/filter.h>
#include <jsonlog/jsonlog.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned long allocations;

/* The C library's heap itself, so that nothing goes by unseen. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    allocations++;
    return __libc_realloc(memory, size);
}

#if FOOTPRINT == 1
static unsigned long run(void) {
    jsonlog_logger *log = jsonlog_get("payment");
    jsonlog_info(log, "service started", "port", 8080, "version", "1.4.2");
    const unsigned long before = allocations;
    for (int i = 0; i < 1000; i++) {
        jsonlog_error(log, "token \"expired\"", "errorCode", "DA00012", "latencyMs", 12.5 * i,
                      "user", jsonlog_object("id", i, "tags", jsonlog_array("a", 1.5, "인증")));
    }
    return allocations - before;
}
#elif FOOTPRINT == 2
static unsigned long match(const char *pattern, const char *line) {
    jsonlog_filter *filter = NULL;
    if (jsonlog_filter_compile(pattern, strlen(pattern), &filter, NULL) != JSONLOG_OK)
        abort();
    const unsigned long before = allocations;
    for (int i = 0; i < 100; i++) {
        if (!jsonlog_filter_match(filter, line, strlen(line)))
            abort();
    }
    const unsigned long after = allocations;
    jsonlog_filter_free(filter);
    return after - before;
}

static unsigned long run(void) {
    static const char line[] = "{\"logType\":\"ERROR\",\"errorMessage\":\"\\uc778\\uc99d token\","
                               "\"user\":{\"age\":20.5,\"tags\":[1,\"two\"]},\"ip\":\"10.1.2.3\"}";
    return match("{ $.logType = \"ERROR\" && $.errorMessage = \"*인증*\" }", line) +
           match("{ $.user.age >= 20 || $.user.* = 1 }", line) +
           match("{ $.ip = %10\\.[0-9.]+% && $.user.tags[1] = \"two\" }", line) +
           match("ERROR ?token -absent", line) + match("%tok.n%", line) +
           match("[ip, user, ..., status=4*, size > 5]", "127.0.0.1 frank GET / 404 2326");
}
#else
static unsigned long run(void) {
    return 0;
}
#endif

/* Rss of smaps_rollup is counted when it is read; that of status may lag by many pages. */
static long resident_kb(void) {
    char text[2048];
    const int file = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
    const ssize_t len = file < 0 ? -1 : read(file, text, sizeof text - 1);
    text[len < 0 ? 0 : len] = '\0';
    const char *rss = strstr(text, "\nRss:");
    return rss == NULL ? -1 : atol(rss + sizeof "\nRss:" - 1);
}

int main(void) {
    const unsigned long taken = run();
    const long resident = resident_kb();
    fprintf(stderr, "%ld %lu\n", resident, taken);
    return 0;
}
