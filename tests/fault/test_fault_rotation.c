/** Rotation under threads and processes, under kills, and on a disk without space: every accepted
 * line stands in one file, once, and in its thread's order. */
#include "base/epoch.h"
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/handler_lines.h"

#include <jsonlog/rotating.h>

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "fault/fault_child.h"
#include "support/log_files.h"

enum { FILES_MAX = 4000 };

static jsonlog_handler *open_log(const jsonlog_rotating_options *options) {
    jsonlog_handler *handler = NULL;
    if (jsonlog_rotating_handler_new(in_directory("log"), options, &handler, NULL) == JSONLOG_OK)
        use_plain_formatter(handler);
    return handler;
}

/* ---- reading all of it ---- */

/* The program that knows a file's form, or "cat". */
static bool command_for(char *command, size_t size, int number) {
    static const char *const forms[][2] = {{"", "cat"}, {".gz", "gzip -dc"}, {".zst", "zstd -dc"}};
    char name[32];
    for (size_t i = 0; i < 3; i++) {
        if (number == 0)
            snprintf(name, sizeof name, "log%s", forms[i][0]);
        else
            snprintf(name, sizeof name, "log.%d%s", number, forms[i][0]);
        if (!is_there(name))
            continue;
        snprintf(command, size, "%s < %s", forms[i][1], in_directory(name));
        return true;
    }
    return false;
}

/* A file that does not unpack, or ends within a line, fails the test. */
static void read_one(numbered_reader *found, const char *command) {
    static char text[8 << 20];
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t len = fread(text, 1, sizeof text, pipe);
    assert_int_equal(pclose(pipe), 0);
    assert_int_equal(read_numbered_lines(found, text, len), 0);
}

/* Oldest first. @return the number of files. */
static int read_all(numbered_reader *found) {
    char command[400];
    int last = 0, files = 0;
    memset(found, 0, sizeof *found);
    for (int i = 1; i < FILES_MAX; i++)
        if (command_for(command, sizeof command, i))
            last = i;
    for (int i = last; i >= 0; i--)
        if (command_for(command, sizeof command, i)) {
            read_one(found, command);
            files++;
        }
    return files;
}

static bool has_program(const char *name) {
    char command[64];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", name);
    if (system(command) == 0)
        return true;
    print_message("there is no %s: skipped\n", name);
    return false;
}

/* ---- four threads in each of two processes ---- */

typedef struct writer {
    jsonlog_handler *handler;
    int id;
    long lines, accepted;
    pthread_t thread;
} writer;

static void *write_lines(void *argument) {
    writer *w = argument;
    char line[512];
    jl_thread *thread = jl_thread_enter();
    uint64_t seed = (uint64_t)w->id * 7 + 1;
    for (long n = 0; n < w->lines; n++) {
        size_t len = NUMBERED_LINE_MIN + next_random(&seed) % 400;
        make_numbered_line(line, w->id, n, len);
        jl_epoch_pin(thread);
        w->accepted += write_bytes(w->handler, line, len) == JSONLOG_OK;
        jl_epoch_unpin(thread);
    }
    return NULL;
}

static bool write_as_process(const jsonlog_rotating_options *options, int first_id, long lines) {
    writer writers[4];
    long accepted = 0;
    jsonlog_handler *handler = open_log(options);
    if (handler == NULL)
        return false;
    for (int i = 0; i < 4; i++) {
        writers[i] = (writer){.handler = handler, .id = first_id + i, .lines = lines};
        pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(writers[i].thread, NULL);
        accepted += writers[i].accepted;
    }
    jsonlog_handler_stats stats = stats_of(handler);
    jsonlog_handler_release(handler);
    if (accepted == 4 * lines && stats.lost == 0 && stats.torn_closed == 0)
        return true;
    fprintf(stderr, "%ld accepted, %d lost, errno %d, %d torn\n", accepted, (int)stats.lost,
            stats.last_errno, (int)stats.torn_closed);
    return false;
}

static const char *name_of(const jsonlog_rotating_options *options) {
    if (options->compression == JSONLOG_COMPRESS_GZIP)
        return "rotating+gzip";
    return options->file.policy.kind != NULL ? "rotating+buffered" : "rotating";
}

static void rotate_from_two_processes(const jsonlog_rotating_options *options) {
    const long lines = 2000 * test_effort();
    pid_t pids[2];
    for (int i = 0; i < 2; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            alarm(120);
            _exit(write_as_process(options, 4 * i, lines) ? 0 : 1);
        }
    }
    for (int i = 0; i < 2; i++) {
        int status = -1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    jsonlog_handler *handler = open_log(options); /* finishes what is left */
    assert_int_equal(jsonlog_rotating_wait(handler, 60000), JSONLOG_OK);
    jsonlog_handler_release(handler);
    numbered_reader found;
    int files = read_all(&found);
    print_message("%d files\n", files);
    uint64_t seen = 0;
    for (int i = 0; i < 8; i++)
        seen += (uint64_t)found.seen[i];
    print_fault((fault_report){"two-processes", name_of(options), (uint64_t)files,
                               (uint64_t)(8 * lines), (uint64_t)(8 * lines) - seen, found.torn});
    assert_true(files > 10);
    for (int i = 0; i < 8; i++)
        assert_int_equal(found.seen[i], lines);
    assert_int_equal(found.torn + found.blank + found.unordered + found.reports, 0);
}

static jsonlog_rotating_options small_files(jsonlog_compression compression) {
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    options.max_bytes = 64 << 10;
    options.compression = compression;
    options.file.check_ms = 1;
    return options;
}

static void two_processes_rotate_one_file(void **state) {
    (void)state;
    jsonlog_rotating_options options = small_files(JSONLOG_COMPRESS_NONE);
    rotate_from_two_processes(&options);
}

static void two_processes_rotate_and_compress(void **state) {
    (void)state;
    if (!has_program("gzip"))
        skip();
    jsonlog_rotating_options options = small_files(JSONLOG_COMPRESS_GZIP);
    rotate_from_two_processes(&options);
}

static void two_processes_rotate_with_buffers(void **state) {
    (void)state;
    jsonlog_rotating_options options = small_files(JSONLOG_COMPRESS_NONE);
    options.file.policy = jsonlog_buffered(16384, 10);
    rotate_from_two_processes(&options);
}

/* ---- killed at any moment ---- */

/* Where a child that will be killed tells how far it has come. */
typedef struct progress {
    long accepted;
    bool is_ready;
} progress;

static void write_until_killed(const jsonlog_rotating_options *options, progress *p) {
    char line[256];
    jsonlog_handler *handler = open_log(options);
    if (handler == NULL)
        _exit(1);
    __atomic_store_n(&p->is_ready, true, __ATOMIC_RELEASE);
    for (long n = p->accepted;; n++) {
        size_t len = NUMBERED_LINE_MIN + (size_t)n * 7 % 200;
        make_numbered_line(line, 1, n, len);
        if (write_bytes(handler, line, len) != JSONLOG_OK)
            _exit(1);
        __atomic_store_n(&p->accepted, n + 1, __ATOMIC_RELEASE);
    }
}

static void kill_a_writer(const jsonlog_rotating_options *options, progress *p, useconds_t after) {
    int status = 0;
    p->is_ready = false;
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        write_until_killed(options, p);
    }
    for (int i = 0; i < 20000 && !__atomic_load_n(&p->is_ready, __ATOMIC_ACQUIRE); i++)
        usleep(500);
    usleep(after);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* The line that was on its way may be there once more, whole or torn: it was not accepted. */
static void check_after_kills(const jsonlog_rotating_options *options, const progress *p,
                              long kills) {
    numbered_reader found;
    int files = read_all(&found);
    const long missing = p->accepted - found.seen[1];
    print_message("%d files\n", files);
    print_fault((fault_report){"kill-9-one-writer", name_of(options), (uint64_t)kills,
                               (uint64_t)p->accepted, missing > 0 ? (uint64_t)missing : 0,
                               found.torn});
    assert_true(found.seen[1] >= p->accepted && found.seen[1] <= p->accepted + kills);
    assert_int_equal(found.next[1], p->accepted);
    assert_true((long)found.torn <= kills);
    assert_true((long)found.unordered <= kills);
    assert_int_equal(found.blank + found.reports, 0);
}

static void kill_rotating_writers(jsonlog_compression compression) {
    const long kills = 25 * test_effort();
    jsonlog_rotating_options options = small_files(compression);
    options.max_bytes = 3000;
    progress *p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t seed = 17;
    for (long i = 0; i < kills; i++)
        kill_a_writer(&options, p, next_random(&seed) % 10000);
    jsonlog_handler *handler = open_log(&options);
    char line[NUMBERED_LINE_MIN];
    make_numbered_line(line, 1, p->accepted++, sizeof line);
    assert_int_equal(write_bytes(handler, line, sizeof line), JSONLOG_OK);
    assert_int_equal(jsonlog_rotating_wait(handler, 60000), JSONLOG_OK);
    jsonlog_handler_release(handler);
    check_after_kills(&options, p, kills);
    munmap(p, sizeof *p);
}

static void kills_lose_no_line(void **state) {
    (void)state;
    kill_rotating_writers(JSONLOG_COMPRESS_NONE);
}

static void kills_leave_no_broken_archive(void **state) {
    (void)state;
    if (!has_program("gzip"))
        skip();
    kill_rotating_writers(JSONLOG_COMPRESS_GZIP);
}

/* ---- a disk without space ---- */

static void mount_small_disk(const char *limits) {
    if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("tmpfs", test_directory, "tmpfs", 0, limits) == 0)
        return;
    SKIP_CHILD("not allowed to mount a file system: skipped\n");
}

static long count_in_file(const char *name, uint64_t *empty) {
    numbered_reader found;
    memset(&found, 0, sizeof found);
    const char *content = content_of(name);
    if (strcmp(content, "(none)") == 0)
        return 0;
    *empty += content[0] == '\0';
    read_numbered_lines(&found, content, strlen(content));
    return found.seen[1];
}

static long count_all(uint64_t *empty) {
    char name[32];
    long seen = count_in_file("log", empty);
    *empty = 0; /* the newest may be empty */
    for (int i = 1; i < 100; i++) {
        snprintf(name, sizeof name, "log.%d", i);
        seen += count_in_file(name, empty);
    }
    return seen;
}

static long write_many(jsonlog_handler *handler, long *next, long count) {
    char line[500];
    long accepted = 0;
    for (long i = 0; i < count; i++) {
        make_numbered_line(line, 1, (*next)++, sizeof line);
        accepted += write_bytes(handler, line, sizeof line) == JSONLOG_OK;
    }
    return accepted;
}

/* 128 KiB take no more than 262 lines of 500; then lines are refused, nothing that was accepted
 * goes, and no file is made in vain. With space again it goes on. */
static void full_disk(void) {
    mount_small_disk("size=128k");
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    long next = 0;
    uint64_t empty = 0;
    options.max_bytes = 20000;
    options.file.check_ms = 1;
    jsonlog_handler *handler = open_log(&options);
    require(handler != NULL);
    long accepted = write_many(handler, &next, 1000);
    require(accepted > 200 && accepted < 270);
    require(stats_of(handler).last_errno == ENOSPC);
    int names = count_names();
    require(jsonlog_rotating_wait(handler, 10000) == JSONLOG_OK);
    require(count_all(&empty) == accepted && empty == 0);
    for (int i = 0; i < 20; i++, usleep(2000))
        accepted += write_many(handler, &next, 10);
    require(count_names() == names);
    require(count_all(&empty) == accepted && empty == 0);
    uint64_t gone = 0;
    long removed = count_in_file("log.1", &gone);
    require(unlink(in_directory("log.1")) == 0);
    usleep(2000);
    require(write_many(handler, &next, 10) == 10);
    const long there = count_all(&empty);
    print_fault((fault_report){"full-tmpfs-rotation", "rotating", 1,
                               (uint64_t)(accepted - removed + 10),
                               (uint64_t)(accepted - removed + 10 - there), 0});
    require(there == accepted - removed + 10);
    jsonlog_handler_release(handler);
}

/* No new file can be made at all: the old one grows on under its name. */
static void disk_without_inodes(void) {
    mount_small_disk("size=1m,nr_inodes=3"); /* the root, the log, its lock */
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    long next = 0;
    uint64_t empty = 0;
    options.max_bytes = 2000;
    options.file.check_ms = 1;
    jsonlog_handler *handler = open_log(&options);
    require(handler != NULL);
    for (int i = 0; i < 10; i++, usleep(1500))
        require(write_many(handler, &next, 5) == 5);
    require(jsonlog_rotate_now(handler) == JSONLOG_E_IO);
    require(stats_of(handler).lost == 0);
    require(count_in_file("log", &empty) == 50);
    require(count_names() == 2);
    jsonlog_handler_release(handler);
}

/* Compression that finds no space leaves the plain file and nothing else. */
static void disk_too_small_to_compress(void) {
    mount_small_disk("size=1m,nr_inodes=4"); /* no inode for the part */
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    long next = 0;
    uint64_t empty = 0;
    options.max_bytes = 2000;
    options.compression = JSONLOG_COMPRESS_GZIP;
    jsonlog_handler *handler = open_log(&options);
    if (handler == NULL)
        _exit(SKIPPED);
    require(write_many(handler, &next, 5) == 5);
    require(jsonlog_rotating_wait(handler, 10000) == JSONLOG_OK);
    require(count_in_file("log.1", &empty) == 4);
    require(count_names() == 3);
    jsonlog_handler_release(handler);
}

static void a_full_disk_loses_no_accepted_line(void **state) {
    (void)state;
    run_in_child(full_disk);
}

static void without_room_for_a_new_file_the_old_one_grows(void **state) {
    (void)state;
    run_in_child(disk_without_inodes);
}

static void compression_without_room_leaves_the_plain_file(void **state) {
    (void)state;
    run_in_child(disk_too_small_to_compress);
}

#define IN_DIRECTORY(test) \
    cmocka_unit_test_setup_teardown(test, make_test_directory, remove_test_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(two_processes_rotate_one_file),
        IN_DIRECTORY(two_processes_rotate_and_compress),
        IN_DIRECTORY(two_processes_rotate_with_buffers),
        IN_DIRECTORY(kills_lose_no_line),
        IN_DIRECTORY(kills_leave_no_broken_archive),
        IN_DIRECTORY(a_full_disk_loses_no_accepted_line),
        IN_DIRECTORY(without_room_for_a_new_file_the_old_one_grows),
        IN_DIRECTORY(compression_without_room_leaves_the_plain_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
