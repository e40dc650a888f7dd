/** Descriptors that are replaced under the feet of threads that write: from a file that needs no
 * lock to a pipe that needs one and back. The handler owns them, so each is closed too. */
#include "base/epoch.h"
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/handler_lines.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/pipes.h"

static bool is_over;

typedef struct writer {
    jsonlog_handler *handler;
    int id;
    long lines, refused;
    pthread_t thread;
} writer;

/* As the emitter does it: pinned. */
static void *write_lines(void *argument) {
    writer *w = argument;
    char line[400];
    jl_thread *thread = jl_thread_enter();
    uint64_t seed = (uint64_t)w->id;
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        size_t len = NUMBERED_LINE_MIN + next_random(&seed) % 300;
        make_numbered_line(line, w->id, w->lines, len);
        jl_epoch_pin(thread);
        w->refused += write_bytes(w->handler, line, len) != JSONLOG_OK;
        jl_epoch_unpin(thread);
        w->lines++;
        usleep(20);
    }
    return NULL;
}

/* All the read ends there were, read by one thread until every writer's end is closed. */
typedef struct collector {
    int fd;
    char *text;
    size_t len;
    pthread_t thread;
} collector;

static void *collect(void *argument) {
    collector *c = argument;
    size_t room = 0;
    ssize_t n = 0;
    do {
        if (room - c->len < 65536)
            c->text = realloc(c->text, room += 1 << 20);
        n = read(c->fd, c->text + c->len, 65536);
        c->len += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    close(c->fd);
    return NULL;
}

static void count_file(numbered_reader *found, const char *path) {
    enum { MOST = 8 << 20 };
    char *text = malloc(MOST);
    size_t len = take_file(path, text, MOST);
    assert_int_equal(read_numbered_lines(found, text, len), 0);
    free(text);
}

static void no_line_is_lost_while_descriptors_change(void **state) {
    (void)state;
    char path[64];
    int ends[2];
    writer writers[3];
    collector c = {.len = 0};
    const long rounds = 300 * test_effort();
    open_pipe(ends, 0);
    c.fd = ends[0];
    pthread_create(&c.thread, NULL, collect, &c);
    int file = open_file(O_WRONLY | O_APPEND, "", path);
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    jsonlog_handler *handler = jsonlog_stream_handler_new(file, &options);
    use_plain_formatter(handler);
    for (int i = 0; i < 3; i++) {
        writers[i] = (writer){.handler = handler, .id = i};
        pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]);
    }
    for (long i = 0; i < rounds; i++) {
        int next = i % 2 == 0 ? dup(ends[1]) : open(path, O_WRONLY | O_APPEND);
        assert_int_equal(jsonlog_handler_reopen(handler, next), JSONLOG_OK);
        usleep(300);
    }
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 3; i++)
        pthread_join(writers[i].thread, NULL);
    jsonlog_handler_stats stats = stats_of(handler);
    jsonlog_handler_release(handler);
    jl_epoch_reclaim();
    close(ends[1]);
    pthread_join(c.thread, NULL); /* ends only if every copy of the pipe was closed */
    numbered_reader found;
    memset(&found, 0, sizeof found);
    assert_int_equal(read_numbered_lines(&found, c.text, c.len), 0);
    memset(found.next, 0, sizeof found.next); /* order is kept per descriptor */
    count_file(&found, path);
    uint64_t lines = 0, seen = 0;
    for (int i = 0; i < 3; i++) {
        lines += (uint64_t)writers[i].lines;
        seen += (uint64_t)found.seen[i];
    }
    print_fault((fault_report){"reopen-under-load", "stream", (uint64_t)rounds, lines, lines - seen,
                               found.torn});
    for (int i = 0; i < 3; i++) {
        assert_int_equal(writers[i].refused, 0);
        assert_int_equal(found.seen[i], writers[i].lines);
    }
    assert_int_equal(found.torn + found.blank + found.unordered, 0);
    assert_int_equal(stats.lost, 0);
    free(c.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_is_lost_while_descriptors_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
