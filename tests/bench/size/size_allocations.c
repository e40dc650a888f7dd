/**
 * Counts every call of malloc(), calloc() and realloc() that a record and a match make, from a
 * thread's second record on. Takes the place of the C library's functions, so it sees all of them.
 */
#include <jsonlog/filter.h>
#include <jsonlog/jsonlog.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static atomic_ulong allocations;

void *malloc(size_t size) {
    atomic_fetch_add(&allocations, 1);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    atomic_fetch_add(&allocations, 1);
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    atomic_fetch_add(&allocations, 1);
    return __libc_realloc(old, size);
}

enum { CALLS = 10000 };

static bool take_line(const jsonlog_line *line, void *context) {
    (void)context;
    return line->len > 0;
}

static void log_records(jsonlog_logger *log, int calls) {
    for (int i = 0; i < calls; i++)
        jsonlog_error(log, "authentication failed", "errorCode", "DA00012", "user",
                      jsonlog_object("id", i, "tags", jsonlog_array("a", "b")), "latencyMs", 12.5);
}

static unsigned long count_records(void) {
    jsonlog_logger *log = jsonlog_get("payment");
    jsonlog_handler *handler = jsonlog_callback_handler_new(take_line, NULL);
    jsonlog_logger_set_propagate(log, false);
    jsonlog_logger_set_handlers(log, &handler, 1);
    jsonlog_handler_release(handler);
    log_records(log, 2);
    const unsigned long before = allocations;
    log_records(log, CALLS);
    return allocations - before;
}

static unsigned long count_matches(const char *pattern) {
    static const char line[] = "{\"logType\":\"ERROR\",\"errorMessage\":\"인증실패\",\"user\":"
                               "{\"age\":20},\"list\":[1,2,{\"a\":\"\\u0041\"}]}";
    jsonlog_filter *filter = NULL;
    if (jsonlog_filter_compile(pattern, strlen(pattern), &filter, NULL) != JSONLOG_OK)
        abort();
    const unsigned long before = allocations;
    unsigned long hits = 0;
    for (int i = 0; i < CALLS; i++)
        hits += jsonlog_filter_match(filter, line, sizeof line - 1);
    const unsigned long found = allocations - before;
    jsonlog_filter_free(filter);
    return hits == CALLS ? found : CALLS;
}

int main(void) {
    unsigned long matches = 0;
    const unsigned long records = count_records();
    matches += count_matches("{ $.logType = \"ERROR\" && $.errorMessage = \"*인증실패*\" }");
    matches += count_matches("{ $.user.age >= 20 || $.list[2].a = \"A\" }");
    matches += count_matches("?ERROR ?timeout");
    matches += count_matches("%ERR.R%");
    printf("{\"record_allocations\":%lu,\"match_allocations\":%lu}\n", records, matches);
    return 0;
}
