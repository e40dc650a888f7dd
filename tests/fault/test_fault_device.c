/**
 * Files that fail, under each handler that ends in one: a full tmpfs and a full ext4 on a loop
 * device that get room again, an ext4 that answers everything with EIO, no descriptor left
 * (EMFILE), a terminal that hangs up. Each time lines are refused and counted while it lasts, what
 * was accepted is there, and it goes on by itself when it is over.
 *
 * Each case runs in a child with mounts of its own; without the right to mount it says so.
 */
#include "fault/fault_report.h"

#include <jsonlog/file.h>

#include <linux/fs.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "fault/fault_child.h"
#include "fault/file_outputs.h"

/* Linux tells it to file systems only since 6.7; ext4 has known it under this number for long. */
#ifndef EXT4_IOC_SHUTDOWN
#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)
#endif

enum { THREADS = 2, LEN = 300 };

/* ---- lines ---- */

static jsonlog_handler *handler;
static long next_number[THREADS + 1];
static long accepted; /* atomic */

static bool write_numbered(int id) {
    char line[LEN];
    make_numbered_line(line, id, next_number[id]++, LEN);
    const bool is_accepted = write_bytes(handler, line, LEN) == JSONLOG_OK;
    if (is_accepted)
        __atomic_add_fetch(&accepted, 1, __ATOMIC_RELAXED);
    return is_accepted;
}

static void *write_hundred(void *argument) {
    for (int i = 0; i < 100; i++)
        write_numbered(*(const int *)argument);
    return NULL;
}

static void write_from_threads(void) {
    static const int ids[THREADS] = {0, 1};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        require(pthread_create(&threads[i], NULL, write_hundred, (void *)(uintptr_t)&ids[i]) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static bool is_async(const file_output *to) {
    return strncmp(to->name, "async", 5) == 0;
}

/* Lines that were accepted into a ring and then refused by the file. */
static uint64_t lost_behind(const file_output *to) {
    jsonlog_async_stats stats = {.lost_target = 0};
    if (is_async(to))
        require(jsonlog_async_get_stats(handler, &stats) == JSONLOG_OK);
    return stats.lost_target;
}

/* Until enough was refused to be sure. */
static void write_until_refused(const file_output *to, uint64_t count) {
    const uint64_t before = lost_behind(to);
    uint64_t refused = 0;
    for (int i = 0; i < 100000 && refused + lost_behind(to) - before < count; i++)
        refused += !write_numbered(THREADS);
    require(refused + lost_behind(to) - before >= count);
}

/* Everything there is, on the file system of now. */
static numbered_reader read_log(void) {
    numbered_reader found = {.lost = 0};
    take_log_files(&found);
    return found;
}

static uint64_t seen_in(const numbered_reader *found) {
    uint64_t seen = 0;
    for (int i = 0; i <= THREADS; i++)
        seen += (uint64_t)found->seen[i];
    return seen;
}

static void report(const char *name, const file_output *to, uint64_t trials,
                   const numbered_reader *found) {
    const uint64_t seen = seen_in(found);
    const uint64_t total = (uint64_t)accepted;
    print_fault((fault_report){name, to->name, trials, total, total > seen ? total - seen : 0,
                               found->torn});
}

/* ---- file systems ---- */

static const file_output *the_output; /* of this case */
static char image[96];

static void own_mounts(void) {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        SKIP_CHILD("not allowed to mount a file system: skipped\n");
}

static void mount_tmpfs(void) {
    if (mount("tmpfs", test_directory, "tmpfs", 0, "size=512k") != 0)
        SKIP_CHILD("not allowed to mount a tmpfs: skipped\n");
}

/* The loop device goes away with the mount. */
static void mount_ext4(void) {
    char command[512];
    snprintf(command, sizeof command,
             "truncate -s 2M %s && mkfs.ext4 -q -F -b 1024 -O ^has_journal -m 0 %s && "
             "mount -o loop %s %s",
             image, image, image, test_directory);
    if (system(command) != 0)
        SKIP_CHILD("no ext4 on a loop device can be mounted: skipped\n");
}

/* Leaves `left` bytes. Blocks that ext4 has only promised are made, or refused, by the sync. */
static void fill(off_t left) {
    static const char page[1024];
    const int fd = open(in_directory("filler"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    off_t size = 0;
    require(fd >= 0);
    while (write(fd, page, sizeof page) == (ssize_t)sizeof page)
        size += (off_t)sizeof page;
    require(errno == ENOSPC && size > left);
    require(ftruncate(fd, size - left) == 0 && fsync(fd) == 0);
    close(fd);
}

/* ---- full, and free again ---- */

enum { OUTAGES = 3 };

static void write_through_outage(const file_output *to) {
    fill(60 * 1024);
    write_from_threads();
    write_until_refused(to, 50);
    require(unlink(in_directory("filler")) == 0);
    jsonlog_handler_flush(handler); /* what waited for room */
    const long before = accepted;
    write_from_threads();
    require(accepted - before == 100 * THREADS);
}

static void fill_and_free(void) {
    const file_output *to = the_output;
    own_mounts();
    if (image[0] == '\0')
        mount_tmpfs();
    else
        mount_ext4();
    handler = to->open();
    require(handler != NULL);
    for (int i = 0; i < OUTAGES; i++)
        write_through_outage(to);
    require(jsonlog_handler_flush(handler) == JSONLOG_OK);
    const jsonlog_handler_stats stats = stats_of(handler);
    const uint64_t behind = lost_behind(to);
    jsonlog_handler_release(handler);
    const numbered_reader found = read_log();
    report(image[0] == '\0' ? "full-tmpfs" : "full-ext4", to, OUTAGES, &found);
    require(stats.lost >= 50 * OUTAGES);
    require(seen_in(&found) == (uint64_t)accepted - behind);
    /* ext4 promises and refuses its last blocks more than once while it is filled. */
    require(found.torn <= 4 * OUTAGES && found.blank == 0 && found.unordered == 0);
    require(found.lost == stats.lost || !is_async(to));
}

/* The failover is left out: its other position takes what this one refuses (test_fault_failover).
 */
static void with_each_output(void (*body)(void)) {
    bool has_run = true;
    for (size_t i = 0; i < FILE_OUTPUTS && has_run; i++) {
        the_output = &file_outputs[i];
        if (strncmp(the_output->name, "failover", 8) != 0)
            has_run = runs_in_child(body, 120);
        if (image[0] != '\0')
            unlink(image);
    }
    if (!has_run)
        skip();
}

static void a_full_tmpfs_loses_what_is_counted(void **state) {
    (void)state;
    with_each_output(fill_and_free);
}

static void a_full_ext4_loses_what_is_counted(void **state) {
    (void)state;
    with_each_output(fill_and_free);
}

/* ---- EIO ---- */

/* The file system is stopped as by a broken disk; then a sound one is mounted over it. */
static void break_and_replace(void) {
    const file_output *to = the_output;
    uint32_t without_log = 2;
    own_mounts();
    mount_ext4();
    handler = to->open();
    require(handler != NULL);
    write_from_threads();
    require(jsonlog_handler_flush(handler) == JSONLOG_OK);
    numbered_reader before = {.lost = 0};
    const char *text = content_of("log");
    read_numbered_lines(&before, text, strlen(text));
    const int disk = open(test_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ioctl(disk, EXT4_IOC_SHUTDOWN, &without_log) != 0)
        SKIP_CHILD("ext4 cannot be stopped here: skipped\n");
    close(disk);
    write_until_refused(to, 50);
    const jsonlog_handler_stats broken = stats_of(handler);
    require(broken.lost_error >= 50);
    require(broken.last_errno == EIO || broken.last_errno == 0); /* 0: told by what is behind it */
    mount_tmpfs();
    jsonlog_file_reopen_all();
    const long refused = accepted;
    require(write_numbered(THREADS)); /* opens; a second thread would go on into the old file */
    require(jsonlog_handler_flush(handler) == JSONLOG_OK || is_async(to));
    write_from_threads();
    require(accepted - refused == 1 + 100 * THREADS);
    require(jsonlog_handler_flush(handler) == JSONLOG_OK);
    const uint64_t behind = lost_behind(to);
    jsonlog_handler_release(handler);
    numbered_reader found = read_log();
    for (int i = 0; i <= THREADS; i++)
        found.seen[i] += before.seen[i];
    report("eio-ext4", to, 1, &found);
    require(seen_in(&found) == (uint64_t)accepted - behind);
    require(found.torn + found.blank == 0);
}

static void a_broken_disk_loses_what_is_counted(void **state) {
    (void)state;
    with_each_output(break_and_replace);
}

/* ---- a terminal that hangs up ---- */

/* @return the end of the terminal that reads; the other one is written to. */
static int open_terminal(void) {
    char path[64];
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
        ptsname_r(master, path, sizeof path) != 0)
        SKIP_CHILD("no pseudo-terminal: skipped\n");
    const int slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    handler = jsonlog_stream_handler_new(slave, NULL);
    require(handler != NULL);
    use_plain_formatter(handler);
    return master;
}

/* A terminal hands over what it has so far, which need not be a line. */
static bool read_whole(int master, char *out, size_t len) {
    size_t taken = 0;
    for (ssize_t n; taken < len && (n = read(master, out + taken, len - taken)) > 0;)
        taken += (size_t)n;
    return taken == len;
}

/* One by one: what is not read is gone with the terminal. */
static void write_to_terminal(int master, numbered_reader *found) {
    char line[LEN + 1]; /* it ends in "\r\n" */
    for (int i = 0; i < 10; i++) {
        require(write_numbered(0));
        require(read_whole(master, line, sizeof line));
        line[LEN - 1] = '\n';
        read_numbered_lines(found, line, LEN);
    }
}

static void hang_up(void) {
    const file_output terminal = {"stream(tty)", NULL, false};
    numbered_reader found = {.lost = 0};
    signal(SIGHUP, SIG_IGN);
    const int master = open_terminal();
    write_to_terminal(master, &found);
    close(master);
    for (int i = 0; i < 100; i++)
        require(!write_numbered(0));
    require(stats_of(handler).lost_error == 100 && stats_of(handler).last_errno == EIO);
    const int file = open(in_directory("log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    require(jsonlog_handler_reopen(handler, file) == JSONLOG_OK);
    require(write_numbered(0));
    jsonlog_handler_release(handler);
    take_log_files(&found);
    report("eio-hangup", &terminal, 1, &found);
    require(seen_in(&found) == 11 && found.lost == 100 && found.torn == 0);
}

static void a_terminal_may_hang_up(void **state) {
    (void)state;
    run_in_child(hang_up);
}

/* ---- no descriptor left ---- */

static void limit_descriptors(rlim_t count) {
    struct rlimit limit;
    require(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = count;
    require(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

/* The file is moved away while no descriptor can be had: lines go on into it, and into the new one
 * as soon as that can be opened. */
static void write_without_descriptors(long round, rlim_t usual) {
    char aside[32];
    write_from_threads();
    require(jsonlog_handler_flush(handler) == JSONLOG_OK);
    limit_descriptors(0);
    snprintf(aside, sizeof aside, "log-%ld", round);
    require(rename(in_directory("log"), in_directory(aside)) == 0);
    jsonlog_file_reopen_all();
    write_from_threads();
    jsonlog_handler_flush(handler);
    limit_descriptors(usual);
    require(!is_there("log"));
    jsonlog_file_reopen_all();
    write_from_threads();
    require(jsonlog_handler_flush(handler) == JSONLOG_OK);
    require(is_there("log"));
}

static void run_out_of_descriptors(void) {
    const file_output *to = the_output;
    const long rounds = 20 * test_effort();
    struct rlimit usual;
    handler = to->open();
    require(handler != NULL && getrlimit(RLIMIT_NOFILE, &usual) == 0);
    for (long i = 0; i < rounds; i++)
        write_without_descriptors(i, usual.rlim_cur);
    require(stats_of(handler).lost == 0);
    jsonlog_handler_release(handler);
    const numbered_reader found = read_log();
    report("emfile", to, (uint64_t)rounds, &found);
    require(accepted == 300 * THREADS * rounds && seen_in(&found) == (uint64_t)accepted);
    require(found.torn + found.blank + found.reports == 0);
}

static void without_descriptors_lines_go_on(void **state) {
    (void)state;
    for (size_t i = 0; i < FILE_OUTPUTS; i++) {
        the_output = &file_outputs[i];
        assert_true(runs_in_child(run_out_of_descriptors, 120));
    }
}

static int use_tmpfs(void **state) {
    image[0] = '\0';
    return make_test_directory(state);
}

static int use_ext4(void **state) {
    const int result = make_test_directory(state);
    snprintf(image, sizeof image, "%s.ext4", test_directory);
    return result;
}

#define ON_TMPFS(test) cmocka_unit_test_setup_teardown(test, use_tmpfs, remove_test_directory)
#define ON_EXT4(test)  cmocka_unit_test_setup_teardown(test, use_ext4, remove_test_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        ON_TMPFS(a_full_tmpfs_loses_what_is_counted), ON_EXT4(a_full_ext4_loses_what_is_counted),
        ON_EXT4(a_broken_disk_loses_what_is_counted), ON_TMPFS(a_terminal_may_hang_up),
        ON_TMPFS(without_descriptors_lines_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
