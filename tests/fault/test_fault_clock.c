/**
 * Clocks that jump, back and forward. The wall clock is moved under the feet of everything that has
 * to do with time: by jsonlog_set_clock(), and by a clock_gettime() of this program's own that the
 * library calls in place of the system's. The clock that should never jump does so too where it
 * can: a child of a fork is born into a time namespace that is years ahead, or hours behind.
 *
 * Nothing may hang or spin, no line may get lost, and rotation by time follows the records' times.
 */
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/handler_lines.h"
#include "support/under_tsan.h"

#include <jsonlog/async.h>
#include <jsonlog/failover.h>
#include <jsonlog/jsonlog.h>
#include <jsonlog/recorder.h>
#include <jsonlog/rotating.h>

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>

#include <cmocka.h>

#include "fault/fault_child.h"
#include "support/log_files.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

#define NS_PER_S INT64_C(1000000000)
#define DAY_S    INT64_C(86400)

/* ---- the clock ---- */

static int64_t offset_s; /* atomic: of the wall clock */

/* In place of the C library's. What waits until a moment of the wall clock would wait by the
 * kernel's, which has not moved: for hours, or not at all. */
int clock_gettime(clockid_t id, struct timespec *now) {
    const int result = (int)syscall(SYS_clock_gettime, id, now);
    if (id == CLOCK_REALTIME)
        now->tv_sec += __atomic_load_n(&offset_s, __ATOMIC_RELAXED);
    return result;
}

static int64_t jumping_now(void *context) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    __atomic_add_fetch((uint64_t *)context, 1, __ATOMIC_RELAXED);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void jump_to(int64_t seconds) {
    __atomic_store_n(&offset_s, seconds, __ATOMIC_RELAXED);
}

static int64_t elapsed_ms(clockid_t id) {
    struct timespec now;
    syscall(SYS_clock_gettime, id, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Up to 400 days to either side. */
static int64_t random_jump(uint64_t *seed) {
    return (int64_t)(next_random(seed) % (800 * DAY_S)) - 400 * DAY_S;
}

/* ---- lines ---- */

enum { THREADS = 4, LEN = 100 };

static long next_number[THREADS];

static void log_numbered_to(jsonlog_logger *logger, int id, int level) {
    char line[LEN];
    make_numbered_line(line, id, next_number[id]++, LEN);
    jsonlog_log_fields(logger, level, line, LEN - 1, NULL, 0);
}

static void log_numbered(int id, int level) {
    log_numbered_to(jsonlog_root(), id, level);
}

/* For loops that log for a time: a file that a fast machine fills in it shall still be read whole. */
static void rest_now_and_then(uint64_t times) {
    if (times % 16 == 15)
        usleep(500);
}

static void *log_some(void *argument) {
    const int id = *(const int *)argument;
    for (int i = 0; i < 10; i++)
        log_numbered(id, JSONLOG_LEVEL_INFO);
    return NULL;
}

static void log_from_threads(void) {
    static const int ids[THREADS] = {0, 1, 2, 3};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_some, (void *)(uintptr_t)&ids[i]),
                         0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static uint64_t logged(void) {
    long sum = 0;
    for (int i = 0; i < THREADS; i++)
        sum += next_number[i];
    return (uint64_t)sum;
}

static void log_to(jsonlog_handler *handler) {
    assert_non_null(handler);
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1), JSONLOG_OK);
    memset(next_number, 0, sizeof next_number);
}

static jsonlog_handler *file_named(const char *name, jsonlog_write_policy policy) {
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    jsonlog_handler *file = NULL;
    options.policy = policy;
    assert_int_equal(jsonlog_file_handler_new(in_directory(name), &options, &file, NULL),
                     JSONLOG_OK);
    use_plain_formatter(file);
    return file;
}

/* Of all files whose names begin so, which are removed; in no order. @return how many there were.
 */
static uint64_t read_files(numbered_reader *found, const char *prefix) {
    uint64_t files = 0;
    DIR *directory = opendir(test_directory);
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
            strstr(entry->d_name, ".lock") != NULL)
            continue;
        const char *text = content_of(entry->d_name);
        assert_int_equal(read_numbered_lines(found, text, strlen(text)), 0);
        unlink(in_directory(entry->d_name));
        files++;
    }
    closedir(directory);
    return files;
}

static uint64_t seen_in(const numbered_reader *found) {
    long sum = 0;
    for (int i = 0; i < THREADS; i++)
        sum += found->seen[i];
    return (uint64_t)sum;
}

/* `seen` lines were there before, and are gone. */
static void assert_all_there_but(uint64_t seen, const char *name, const char *handler,
                                 uint64_t trials) {
    numbered_reader found = {.lost = 0};
    read_files(&found, "log");
    seen += seen_in(&found);
    print_fault((fault_report){name, handler, trials, logged(), logged() - seen, found.torn});
    assert_int_equal(seen, logged());
    assert_int_equal(found.torn + found.blank + found.reports, 0);
}

static void assert_all_there(const char *name, const char *handler, uint64_t trials) {
    assert_all_there_but(0, name, handler, trials);
}

/* ---- rotation by time ---- */

static jsonlog_handler *rotating_by_days(void) {
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    jsonlog_handler *rotating = NULL;
    options.period = JSONLOG_PERIOD_DAYS;
    assert_int_equal(jsonlog_rotating_handler_new(in_directory("log"), &options, &rotating, NULL),
                     JSONLOG_OK);
    use_plain_formatter(rotating);
    return rotating;
}

/* A name of its own for what was put aside, its lock file not counted. */
static int put_aside(void) {
    return count_names() - (is_there("log.lock") ? 2 : 1);
}

/* Ahead over midnight: once for each jump. Back: never, and the day begins anew there. */
static void rotation_follows_the_clock(void **state) {
    (void)state;
    static const struct {
        int64_t days;
        int files;
    } steps[] = {{0, 0}, {3, 1}, {3, 1}, {0, 1}, {0, 1}, {1, 2}, {-200, 2}, {-199, 3}, {400, 4}};
    jsonlog_handler *rotating = rotating_by_days();
    log_to(rotating);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        jump_to(steps[i].days * DAY_S);
        log_numbered(0, JSONLOG_LEVEL_INFO);
        assert_int_equal(put_aside(), steps[i].files);
    }
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(rotating);
    assert_all_there("clock-steps", "rotating", sizeof steps / sizeof steps[0]);
}

/* Many files take longer and longer to rename, so they are read and removed now and then. */
static uint64_t take_put_aside(jsonlog_handler *rotating) {
    numbered_reader found = {.lost = 0};
    assert_int_equal(jsonlog_rotating_wait(rotating, 60000), JSONLOG_OK);
    read_files(&found, "log.");
    assert_int_equal(found.torn + found.blank + found.reports, 0);
    return seen_in(&found);
}

static void rotation_survives_random_jumps(void **state) {
    (void)state;
    const long jumps = 200 * test_effort();
    uint64_t seed = 12, seen = 0;
    jsonlog_handler *rotating = rotating_by_days();
    log_to(rotating);
    const int64_t begin_ms = elapsed_ms(CLOCK_MONOTONIC);
    for (long i = 0; i < jumps; i++) {
        jump_to(random_jump(&seed));
        log_from_threads();
        assert_true(put_aside() <= i % 100 + 1); /* at most once for each jump */
        if (i % 100 == 99)
            seen += take_put_aside(rotating);
    }
    assert_true(elapsed_ms(CLOCK_MONOTONIC) - begin_ms < 60000 * test_effort());
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(rotating);
    assert_all_there_but(seen, "clock-jumps", "rotating", (uint64_t)jumps);
}

/* ---- what waits ---- */

static uint64_t size_of(const char *name) {
    struct stat status = {.st_size = 0};
    return stat(in_directory(name), &status) == 0 ? (uint64_t)status.st_size : 0;
}

/* The lines of a buffer go out in time, with nobody who flushes. */
static bool await_bytes(const char *name, uint64_t bytes) {
    for (int i = 0; i < 60000 && size_of(name) < bytes; i++)
        usleep(1000);
    return size_of(name) == bytes;
}

static void buffers_go_out_in_time(void **state) {
    (void)state;
    const long jumps = 50 * test_effort();
    uint64_t seed = 13;
    jsonlog_handler *file = file_named("log", jsonlog_buffered(65536, 5));
    log_to(file);
    for (long i = 0; i < jumps; i++) {
        jump_to(random_jump(&seed));
        log_numbered(0, JSONLOG_LEVEL_INFO);
        jump_to(random_jump(&seed));
        assert_true(await_bytes("log", logged() * LEN));
    }
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(file);
    assert_all_there("clock-jumps", "file+buffered", (uint64_t)jumps);
}

static bool is_over; /* atomic */

static void *keep_jumping(void *argument) {
    uint64_t seed = 14;
    uint64_t *jumps = argument;
    for (; !__atomic_load_n(&is_over, __ATOMIC_RELAXED); ++*jumps) {
        jump_to(random_jump(&seed));
        usleep(200);
    }
    return NULL;
}

typedef struct jumper {
    pthread_t thread;
    uint64_t jumps;
} jumper;

static void start_jumper(jumper *j) {
    j->jumps = 0;
    __atomic_store_n(&is_over, false, __ATOMIC_RELAXED);
    assert_int_equal(pthread_create(&j->thread, NULL, keep_jumping, &j->jumps), 0);
}

static void stop_jumper(jumper *j) {
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    pthread_join(j->thread, NULL);
    jump_to(0);
}

/* A target that does not take anything for as long as it is shut. */
static bool is_shut; /* atomic */

static bool take_when_open(const jsonlog_line *line, void *context) {
    (void)line, (void)context;
    while (__atomic_load_n(&is_shut, __ATOMIC_ACQUIRE))
        usleep(1000);
    return true;
}

static void assert_takes_ms(int64_t begin_ms, int64_t least) {
    const int64_t took = elapsed_ms(CLOCK_MONOTONIC) - begin_ms;
    assert_true(took >= least && took < 60000);
}

/* The timeouts of an async handler, of a call and of a flush, are what they are. */
static void timeouts_of_a_ring_stay_what_they_are(void **state) {
    (void)state;
    jumper j;
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.ring_bytes = 4096;
    options.when_full = JSONLOG_ASYNC_BLOCK;
    options.block_timeout_ms = 50;
    jsonlog_handler *slow = jsonlog_callback_handler_new(take_when_open, NULL);
    use_plain_formatter(slow);
    jsonlog_handler *async = jsonlog_async_handler_new(slow, &options);
    log_to(async);
    start_jumper(&j);
    __atomic_store_n(&is_shut, true, __ATOMIC_RELEASE);
    const int64_t begin_ms = elapsed_ms(CLOCK_MONOTONIC);
    jsonlog_async_stats stats = {.lost_timeout = 0};
    while (stats.lost_timeout < 3) {
        log_numbered(0, JSONLOG_LEVEL_INFO);
        jsonlog_async_get_stats(async, &stats);
    }
    assert_takes_ms(begin_ms, 3 * 49);
    const int64_t flush_ms = elapsed_ms(CLOCK_MONOTONIC);
    assert_int_equal(jsonlog_async_flush(async, 100), JSONLOG_E_TIMEOUT);
    assert_takes_ms(flush_ms, 99);
    __atomic_store_n(&is_shut, false, __ATOMIC_RELEASE);
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
    stop_jumper(&j);
    jsonlog_async_get_stats(async, &stats);
    assert_int_equal(stats.written + stats.lost_timeout, logged());
    print_fault((fault_report){"clock-jumps", "async", j.jumps, stats.written, 0, 0});
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(async);
    jsonlog_handler_release(slow);
}

static bool takes; /* atomic */

static bool take_or_not(const jsonlog_line *line, void *context) {
    (void)line;
    *(uint64_t *)context += 1;
    return __atomic_load_n(&takes, __ATOMIC_RELAXED);
}

/* A chain comes back to its first position after its own time, and does not try it all the time. */
static void a_failover_tries_again_in_time(void **state) {
    (void)state;
    jumper j;
    uint64_t tries = 0;
    jsonlog_failover_options options = JSONLOG_FAILOVER_OPTIONS_INIT;
    options.retry_ms = options.retry_max_ms = 100;
    jsonlog_handler *chain[] = {jsonlog_callback_handler_new(take_or_not, &tries),
                                file_named("log", (jsonlog_write_policy){NULL, 0, 0, 0})};
    use_plain_formatter(chain[0]);
    jsonlog_handler *failover = jsonlog_failover_handler_new(chain, 2, &options);
    takes = false;
    log_to(failover);
    start_jumper(&j);
    const int64_t begin_ms = elapsed_ms(CLOCK_MONOTONIC);
    for (uint64_t i = 0; elapsed_ms(CLOCK_MONOTONIC) - begin_ms < 500; i++) {
        log_numbered(0, JSONLOG_LEVEL_INFO);
        rest_now_and_then(i);
    }
    assert_in_range(tries, 2, 1 + (uint64_t)(elapsed_ms(CLOCK_MONOTONIC) - begin_ms) / 100);
    __atomic_store_n(&takes, true, __ATOMIC_RELAXED);
    jsonlog_failover_stats stats = {.position = 2};
    while (stats.position == 2) {
        log_numbered(0, JSONLOG_LEVEL_INFO);
        jsonlog_failover_get_stats(failover, &stats);
    }
    assert_takes_ms(begin_ms, 500);
    stop_jumper(&j);
    numbered_reader found = {.lost = 0};
    read_files(&found, "log");
    print_fault((fault_report){"clock-jumps", "failover", j.jumps, logged(),
                               logged() - stats.elsewhere - 1, found.torn - 1});
    assert_int_equal((uint64_t)found.seen[0], stats.elsewhere);
    assert_int_equal(stats.elsewhere + 1, logged());
    assert_int_equal(found.torn, 1); /* "failed over" */
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(failover);
    for (int i = 0; i < 2; i++)
        jsonlog_handler_release(chain[i]);
}

/* Three lines at a time, for a while. @return how often. */
static uint64_t log_at_three_levels(int64_t for_ms) {
    const int64_t end_ms = elapsed_ms(CLOCK_MONOTONIC) + for_ms;
    uint64_t times = 0;
    for (; elapsed_ms(CLOCK_MONOTONIC) < end_ms; times++) {
        log_numbered(0, JSONLOG_LEVEL_DEBUG);
        log_numbered(1, JSONLOG_LEVEL_INFO);
        log_numbered(2, JSONLOG_LEVEL_ERROR);
        jsonlog_info_every_ms(jsonlog_root(), 100, "now and then");
        rest_now_and_then(times);
    }
    return times;
}

static bool is_asleep(void) {
    const int64_t used_ms = elapsed_ms(CLOCK_PROCESS_CPUTIME_ID);
    usleep(500000);
    return elapsed_ms(CLOCK_PROCESS_CPUTIME_ID) - used_ms < 250;
}

static void check_recorder(const jsonlog_recorder_stats *stats, uint64_t times, uint64_t jumps) {
    numbered_reader found = {.lost = 0};
    read_files(&found, "log");
    const uint64_t seen = (uint64_t)(found.seen[1] + found.seen[2]);
    print_fault((fault_report){"clock-jumps", "recorder", jumps, 2 * times, 2 * times - seen, 0});
    assert_int_equal(seen, 2 * times);
    assert_int_equal(stats->kept, times);
    assert_int_equal((uint64_t)found.seen[0] + stats->expired + stats->evicted, times);
    assert_in_range(found.torn, 2, 300); /* "now and then": not once, and not each time */
}

/* A recorder with an age, limits with an interval, a flusher: they go by the clock or not, but they
 * go on. */
static void nothing_spins_or_stops(void **state) {
    (void)state;
    uint64_t asked = 0;
    jumper j;
    jsonlog_recorder_options options = JSONLOG_RECORDER_OPTIONS_INIT;
    options.max_age_ms = 1000;
    jsonlog_handler *file = file_named("log", jsonlog_buffered(65536, 5));
    jsonlog_handler *recorder = jsonlog_recorder_handler_new(file, &options);
    jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_DEBUG);
    jsonlog_set_clock(jumping_now, &asked);
    log_to(recorder);
    start_jumper(&j);
    const uint64_t times = log_at_three_levels(300);
    stop_jumper(&j);
    jsonlog_set_clock(NULL, NULL);
    assert_true(asked >= 3 * times);
    assert_true(is_asleep());
    jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_INFO);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_recorder_stats stats;
    jsonlog_recorder_get_stats(recorder, &stats);
    jsonlog_handler_release(recorder);
    jsonlog_handler_release(file);
    check_recorder(&stats, times, j.jumps);
}

/* ---- the clock that never jumps ---- */

/* Each at a logger of its own: then the library tells it of the fork. */
static jsonlog_handler *born_before[4];
static jsonlog_logger *loggers[4];
static const char *const born_names[] = {"file", "file+buffered", "async(file)", "failover"};

/* Each with moments in its future: looks at the path, flushes, naps and tries that are due soon. */
static void make_handlers(uint64_t *tries) {
    jsonlog_failover_options options = JSONLOG_FAILOVER_OPTIONS_INIT;
    options.retry_ms = 100;
    jsonlog_handler *file = file_named("log", (jsonlog_write_policy){NULL, 0, 0, 0});
    jsonlog_handler *chain[] = {jsonlog_callback_handler_new(take_or_not, tries), file};
    use_plain_formatter(chain[0]);
    takes = false;
    born_before[0] = jsonlog_handler_retain(file);
    born_before[1] = file_named("log", jsonlog_buffered(65536, 20));
    born_before[2] = jsonlog_async_handler_new(file, NULL);
    born_before[3] = jsonlog_failover_handler_new(chain, 2, &options);
    for (int i = 0; i < 2; i++)
        jsonlog_handler_release(chain[i]);
    for (int i = 0; i < 4; i++) {
        loggers[i] = jsonlog_get(born_names[i]);
        jsonlog_logger_set_propagate(loggers[i], false);
        jsonlog_logger_set_handlers(loggers[i], &born_before[i], 1);
    }
}

static void log_through(int id, long count) {
    for (long i = 0; i < count; i++)
        log_numbered_to(loggers[id], id, JSONLOG_LEVEL_INFO);
}

static void write_namespace(int64_t seconds) {
    FILE *offsets = fopen("/proc/self/timens_offsets", "w");
    require(offsets != NULL);
    require(fprintf(offsets, "monotonic %" PRId64 " 0\n", seconds) > 0);
    require(fclose(offsets) == 0);
}

static int64_t jump_of_child;

/* In the child of a child, for which the clock has jumped. */
static void log_on(void) {
    const uint64_t before = size_of("log");
    for (int i = 0; i < 4; i++) {
        log_through(i, 100);
        require(i > 1 || await_bytes("log", before + 100 * LEN * (uint64_t)(i + 1)));
        require(jsonlog_handler_flush(born_before[i]) == JSONLOG_OK);
    }
    require(is_asleep());
    jsonlog_shutdown();
}

static void be_born_elsewhere(void) {
    uint64_t tries = 0;
    make_handlers(&tries);
    memset(next_number, 0, sizeof next_number);
    for (int i = 0; i < 4; i++) {
        log_through(i, 10);
        require(jsonlog_handler_flush(born_before[i]) == JSONLOG_OK);
    }
    if (unshare(CLONE_NEWTIME) != 0) /* no threads can be made behind it */
        SKIP_CHILD("no time namespace can be made: the monotonic clock was not moved\n");
    write_namespace(jump_of_child);
    const int64_t before_ms = elapsed_ms(CLOCK_MONOTONIC);
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        const int64_t jump_ms = elapsed_ms(CLOCK_MONOTONIC) - before_ms - jump_of_child * 1000;
        require(jump_ms > -1000 && jump_ms < 50000);
        log_on();
        _exit(0);
    }
    int status = -1;
    require(waitpid(pid, &status, 0) == pid && status == 0);
}

/* Of each handler ten lines of the parent and a hundred of the child. */
static void check_jump_of_child(const char *name) {
    if (!runs_in_child(be_born_elsewhere, 120))
        skip();
    numbered_reader found = {.lost = 0};
    const char *text = content_of("log");
    assert_int_equal(read_numbered_lines(&found, text, strlen(text)), 0);
    unlink(in_directory("log"));
    for (int i = 0; i < 4; i++) {
        print_fault((fault_report){name, born_names[i], 1, 110, 110 - (uint64_t)found.seen[i], 0});
        assert_int_equal(found.seen[i], 110);
    }
    assert_int_equal(found.torn, 2); /* "failed over", in parent and child */
}

static void a_child_may_be_years_ahead(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    jump_of_child = 20 * 365 * DAY_S;
    check_jump_of_child("monotonic-ahead");
}

static void a_child_may_be_hours_behind(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    jump_of_child = 10 - elapsed_ms(CLOCK_MONOTONIC) / 1000; /* nearly to the start of it */
    check_jump_of_child("monotonic-behind");
}

static int start_over(void **state) {
    jump_to(0);
    return make_test_directory(state);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, start_over, remove_test_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(rotation_follows_the_clock),
        IN_DIRECTORY(rotation_survives_random_jumps),
        IN_DIRECTORY(buffers_go_out_in_time),
        IN_DIRECTORY(timeouts_of_a_ring_stay_what_they_are),
        IN_DIRECTORY(a_failover_tries_again_in_time),
        IN_DIRECTORY(nothing_spins_or_stops),
        IN_DIRECTORY(a_child_may_be_years_ahead),
        IN_DIRECTORY(a_child_may_be_hours_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
