/** Files that take no more, for a while: a full file system and a size limit. Each case runs in a
 * child of its own, because limits and mounts are properties of a process. */
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/handler_lines.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "fault/fault_child.h"
#include "support/pipes.h"

static jsonlog_handler *open_stream(const char *path, int flags) {
    int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);
    require(fd >= 0);
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    jsonlog_handler *handler = jsonlog_stream_handler_new(fd, &options);
    require(handler != NULL);
    use_plain_formatter(handler);
    return handler;
}

/* @return what is in the file; its lines must be right. */
static numbered_reader read_file(const char *path) {
    static char text[4 << 20];
    numbered_reader found;
    memset(&found, 0, sizeof found);
    int fd = open(path, O_RDONLY);
    require(fd >= 0);
    size_t len = drain(fd, text, sizeof text);
    close(fd);
    require(read_numbered_lines(&found, text, len) == 0);
    return found;
}

typedef struct writer {
    jsonlog_handler *handler;
    int id;
    long from, count;
    size_t len;
    long accepted;
    pthread_t thread;
} writer;

static void *write_lines(void *argument) {
    writer *w = argument;
    char *line = malloc(w->len);
    w->accepted = 0;
    for (long n = w->from; n < w->from + w->count; n++) {
        make_numbered_line(line, w->id, n, w->len);
        w->accepted += write_bytes(w->handler, line, w->len) == JSONLOG_OK;
    }
    free(line);
    return NULL;
}

/* @return how many lines `threads` writers of 100 lines each brought in. */
static long write_from_threads(jsonlog_handler *handler, int threads, long from) {
    writer writers[4];
    long accepted = 0;
    for (int i = 0; i < threads; i++) {
        writers[i] = (writer){.handler = handler, .id = i, .from = from, .count = 100, .len = 700};
        require(pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]) == 0);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(writers[i].thread, NULL);
        accepted += writers[i].accepted;
    }
    return accepted;
}

/* Full, then free again: what was lost is counted and reported, what was torn is closed, and every
 * accepted line is whole. */
static void check_full_and_free(const char *fault, const char *path, int flags, int threads,
                                void (*make_room)(void), int expected_errno) {
    jsonlog_handler *handler = open_stream(path, flags);
    long before = write_from_threads(handler, threads, 0);
    jsonlog_handler_stats full = stats_of(handler);
    require(before > 0 && before < 100 * threads);
    require((long)full.lost == 100 * threads - before);
    require(full.lost_error == full.lost && full.last_errno == expected_errno);
    make_room();
    long after = write_from_threads(handler, threads, 100);
    jsonlog_handler_stats stats = stats_of(handler);
    require(after == 100 * threads);
    require(stats.lost == full.lost && stats.torn_closed == 1);
    jsonlog_handler_release(handler);
    numbered_reader found = read_file(path);
    long seen = 0;
    for (int i = 0; i < threads; i++)
        seen += found.seen[i];
    print_fault((fault_report){fault, flags == O_APPEND ? "stream(append)" : "stream", 1,
                               (uint64_t)(before + after), (uint64_t)(before + after - seen),
                               found.torn});
    require(seen == before + after);
    require(found.torn == 1 && found.blank == 0 && found.unordered == 0);
    require(found.reports >= 1 && found.lost == stats.lost);
}

/* ---- a size limit ---- */

static char limited_path[64];

static void limit_file_size(rlim_t bytes) {
    struct rlimit limit;
    require(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = bytes;
    require(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void lift_limit(void) {
    limit_file_size(RLIM_INFINITY);
}

/* The signal that comes with the limit, and ends who does not expect it, is not seen. */
static void check_size_limit(int flags, int threads) {
    sigset_t pending, mask;
    limit_file_size(30000); /* in the middle of a line of 700 */
    check_full_and_free("file-size-limit", limited_path, flags, threads, lift_limit, EFBIG);
    require(sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 0);
    require(pthread_sigmask(SIG_BLOCK, NULL, &mask) == 0 && sigismember(&mask, SIGXFSZ) == 0);
}

static void limited_append(void) {
    check_size_limit(O_APPEND, 1);
}
static void limited_append_of_threads(void) {
    check_size_limit(O_APPEND, 4);
}
static void limited_offset_of_threads(void) {
    check_size_limit(0, 4);
}

static void a_size_limit_tears_one_line(void **state) {
    (void)state;
    static void (*const bodies[])(void) = {limited_append, limited_append_of_threads,
                                           limited_offset_of_threads};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        close(open_file(O_WRONLY, "", limited_path));
        run_in_child(bodies[i]);
        unlink(limited_path);
    }
}

/* ---- a file system without space ---- */

static char mounted[64], filler_path[128], log_path[128];

/* A file system of its own for this child; it goes away with the child's mount namespace. */
static void mount_small_disk(void) {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", mounted, "tmpfs", 0, "size=256k") != 0) {
        SKIP_CHILD("not allowed to mount a file system: skipped\n");
    }
    snprintf(filler_path, sizeof filler_path, "%s/filler", mounted);
    snprintf(log_path, sizeof log_path, "%s/log", mounted);
    static const char page[4096];
    int fd = open(filler_path, O_WRONLY | O_CREAT, 0600);
    require(fd >= 0);
    while (write(fd, page, sizeof page) > 0)
        continue;
    require(ftruncate(fd, 200 * 1024) == 0); /* leaves 14 pages */
    close(fd);
}

static void remove_filler(void) {
    require(unlink(filler_path) == 0 || errno == ENOENT);
}

static void check_small_disk(int threads) {
    mount_small_disk();
    /* two hundred lines per thread in all must fit once the filler is gone */
    check_full_and_free("full-tmpfs", log_path, O_APPEND, threads, remove_filler, ENOSPC);
}

static void disk_of_one(void) {
    check_small_disk(1);
}
static void disk_of_two(void) {
    check_small_disk(2);
}

/* A line that does not fit at all leaves nothing behind: it is tried again, and again. */
static void disk_without_a_byte(void) {
    mount_small_disk();
    int fd = open(filler_path, O_WRONLY | O_APPEND);
    jsonlog_handler *handler = open_stream(log_path, O_APPEND);
    static const char page[4096];
    while (write(fd, page, sizeof page) > 0)
        continue;
    close(fd);
    for (int i = 0; i < 3; i++)
        require(write_text(handler, "x\n") == JSONLOG_E_IO);
    remove_filler();
    require(write_text(handler, "y\n") == JSONLOG_OK);
    jsonlog_handler_stats stats = stats_of(handler);
    require(stats.lost == 3 && stats.lost_error == 3 && stats.torn_closed == 0);
    jsonlog_handler_release(handler);
    char text[256];
    drain(open(log_path, O_RDONLY), text, sizeof text);
    require(strcmp(text, "lines lost lost=3 reason=ENOSPC\ny\n") == 0);
}

/* A torn tail is found by a handler that is opened while the disk is full, and closed later. */
static void disk_full_at_the_start(void) {
    mount_small_disk();
    int log = open(log_path, O_WRONLY | O_CREAT, 0600);
    int fd = open(filler_path, O_WRONLY | O_APPEND);
    static char page[4096];
    memset(page, 't', sizeof page);
    require(write(log, page, sizeof page) == (ssize_t)sizeof page);
    while (write(fd, page, sizeof page) > 0)
        continue;
    close(fd), close(log);
    jsonlog_handler *handler = open_stream(log_path, O_APPEND);
    require(stats_of(handler).torn_closed == 0);
    require(write_text(handler, "x\n") == JSONLOG_E_IO);
    require(stats_of(handler).torn_closed == 0);
    remove_filler();
    require(write_text(handler, "y\n") == JSONLOG_OK);
    require(stats_of(handler).torn_closed == 1);
    jsonlog_handler_release(handler);
    static char text[8192];
    drain(open(log_path, O_RDONLY), text, sizeof text);
    require(strcmp(text + sizeof page, "\nlines lost lost=1 reason=ENOSPC\ny\n") == 0);
}

static int make_mount_point(void **state) {
    (void)state;
    snprintf(mounted, sizeof mounted, "/tmp/jsonlog-disk-XXXXXX");
    return mkdtemp(mounted) == NULL ? -1 : 0;
}

static int remove_mount_point(void **state) {
    (void)state;
    return rmdir(mounted);
}

static void a_full_disk_tears_one_line(void **state) {
    (void)state;
    run_in_child(disk_of_one);
    run_in_child(disk_of_two);
}

static void a_disk_without_a_byte_tears_nothing(void **state) {
    (void)state;
    run_in_child(disk_without_a_byte);
}

static void a_tail_torn_on_a_full_disk_is_closed_later(void **state) {
    (void)state;
    run_in_child(disk_full_at_the_start);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_size_limit_tears_one_line),
        cmocka_unit_test(a_full_disk_tears_one_line),
        cmocka_unit_test(a_disk_without_a_byte_tears_nothing),
        cmocka_unit_test(a_tail_torn_on_a_full_disk_is_closed_later),
    };
    return cmocka_run_group_tests(tests, make_mount_point, remove_mount_point);
}
