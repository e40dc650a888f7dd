/**
 * kill -9 at random moments: two processes with eight threads each write to one file, one of them
 * is killed and begins again while the other goes on. Where a line is accepted when its write
 * returned, each accepted line must stand there whole, on a line of its own; where it is accepted
 * in memory, what is missing must not be more than that memory holds.
 *
 * What was accepted, a process that is killed proves by counters in shared memory: each thread says
 * which line it begins before the call and which it has done after it.
 */
#include "base/epoch.h"
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/handler_lines.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "fault/file_outputs.h"

enum {
    PROCESSES = 2,
    THREADS = 8,
    WRITERS = PROCESSES * THREADS,
    FILE_KILLS = 200,    /* of the plain file, the first of the outputs */
    KILLS = 20,          /* times JSONLOG_TEST_EFFORT, of the others; one round where that is 1 */
    ROUND = 10,          /* kills until the files are read and removed */
    LINES_MAX = 1 << 21, /* of one writer in one round */
};

/* ---- the processes ---- */

/* What one thread has come to, in shared memory. */
typedef struct progress {
    long begun, done;
} progress;

static progress *shared; /* WRITERS of them */

typedef struct writer {
    jsonlog_handler *handler;
    int id;
    pthread_t thread;
} writer;

static size_t length_of(uint64_t *seed) {
    const uint32_t random = next_random(seed);
    return NUMBERED_LINE_MIN + (random % 16 == 0 ? random / 16 % 9000 : random / 16 % 400);
}

static void *write_lines(void *argument) {
    const writer *w = argument;
    progress *p = &shared[w->id];
    char line[10000];
    jl_thread *thread = jl_thread_enter();
    uint64_t seed = (uint64_t)w->id * 77 + (uint64_t)p->done;
    for (long n = p->done;; n++) {
        const size_t len = length_of(&seed);
        make_numbered_line(line, w->id, n, len);
        __atomic_store_n(&p->begun, n + 1, __ATOMIC_RELEASE);
        jl_epoch_pin(thread);
        const jsonlog_status status = write_bytes(w->handler, line, len);
        jl_epoch_unpin(thread);
        if (status != JSONLOG_OK)
            _exit(1);
        __atomic_store_n(&p->done, n + 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

static void write_until_killed(const file_output *to, int process) {
    static writer writers[THREADS];
    jsonlog_handler *handler = to->open();
    if (handler == NULL)
        _exit(1);
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (writer){.handler = handler, .id = process * THREADS + i};
        if (pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]) != 0)
            _exit(1);
    }
    for (;;)
        pause();
}

static pid_t start_process(const file_output *to, int process) {
    fflush(stdout);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(120);
        write_until_killed(to, process);
    }
    return pid;
}

/* Until it writes. */
static void await_process(int process) {
    const progress *p = &shared[process * THREADS];
    const long before = __atomic_load_n(&p->begun, __ATOMIC_ACQUIRE);
    for (int i = 0; i < 60000 && __atomic_load_n(&p->begun, __ATOMIC_ACQUIRE) == before; i++)
        usleep(1000);
    assert_true(__atomic_load_n(&p->begun, __ATOMIC_ACQUIRE) > before);
}

/* ---- what must be there ---- */

enum { ACCEPTED = 1, UNSURE = 2, SEEN = 4 };

typedef struct audit {
    uint8_t *lines[WRITERS]; /* of each number: the bits above */
    uint64_t accepted, lost, torn, glued, doubled, unknown, counted;
} audit;

static void kill_process(audit *a, pid_t pid, int process) {
    int status = 0;
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    for (int w = process * THREADS; w < (process + 1) * THREADS; w++) {
        progress *p = &shared[w];
        assert_true(p->begun < LINES_MAX);
        if (p->begun > p->done)
            a->lines[w][p->done] |= UNSURE;
        p->done = p->begun;
    }
}

static void start_audit(audit *a) {
    for (int w = 0; w < WRITERS; w++) {
        memset(a->lines[w], 0, LINES_MAX);
        shared[w] = (progress){0, 0};
    }
}

static void see_line(audit *a, int who, long number) {
    if (who >= WRITERS || number >= shared[who].done) {
        a->unknown++;
        return;
    }
    a->doubled += (a->lines[who][number] & SEEN) != 0;
    a->lines[who][number] |= SEEN;
}

/* A line that landed behind the torn one of a killed process, on the same line; it is written again
 * as a line of its own. */
static bool has_line_at_its_end(const char *line, size_t len) {
    int who = 0;
    long number = 0;
    for (const char *at = line + 1; (at = memchr(at, 'w', (size_t)(line + len - at))) != NULL; at++)
        if (parse_numbered_line(at, (size_t)(line + len - at), &who, &number))
            return true;
    return false;
}

static void read_line(audit *a, const char *line, size_t len) {
    int who = 0;
    long number = 0;
    if (len > 0 && parse_numbered_line(line, len, &who, &number)) {
        see_line(a, who, number);
        return;
    }
    a->torn++;
    if (len > 0)
        a->glued += has_line_at_its_end(line, len);
}

static void read_file(audit *a, const char *name) {
    const int fd = open(in_directory(name), O_RDONLY);
    struct stat status;
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &status), 0);
    const size_t size = (size_t)status.st_size;
    char *text = size == 0 ? NULL : mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(text != MAP_FAILED);
    const char *at = text;
    for (const char *newline;
         size > 0 && (newline = memchr(at, '\n', (size_t)(text + size - at))) != NULL;
         at = newline + 1)
        read_line(a, at, (size_t)(newline - at));
    assert_ptr_equal(at, text == NULL ? NULL : text + size);
    if (text != NULL)
        munmap(text, size);
    close(fd);
    unlink(in_directory(name));
}

static void read_all(audit *a) {
    DIR *directory = opendir(test_directory);
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (strncmp(entry->d_name, "log", 3) == 0 && strstr(entry->d_name, ".lock") == NULL)
            read_file(a, entry->d_name);
    closedir(directory);
    for (int w = 0; w < WRITERS; w++)
        for (long n = 0; n < shared[w].done; n++) {
            const bool is_unsure = (a->lines[w][n] & UNSURE) != 0;
            a->accepted += !is_unsure;
            a->lost += !is_unsure && (a->lines[w][n] & SEEN) == 0;
        }
}

static bool ends_torn(void) {
    char last = '\n';
    struct stat status;
    const int fd = open(in_directory("log"), O_RDONLY);
    if (fd < 0) /* killed between the two names of a rotation */
        return false;
    assert_int_equal(fstat(fd, &status), 0);
    assert_true(status.st_size == 0 || pread(fd, &last, 1, status.st_size - 1) == 1);
    close(fd);
    return last != '\n';
}

/* The next writer closes a torn tail and counts it. */
static void close_tail(audit *a) {
    const bool was_torn = ends_torn();
    jsonlog_handler *next = open_plain_file();
    assert_non_null(next);
    assert_int_equal(stats_of(next).torn_closed, was_torn);
    jsonlog_handler_release(next);
    assert_false(ends_torn());
    a->counted += was_torn;
}

/* ---- rounds ---- */

static void kill_in_round(audit *a, const file_output *to, uint64_t *seed) {
    pid_t pids[PROCESSES];
    start_audit(a);
    for (int i = 0; i < PROCESSES; i++)
        pids[i] = start_process(to, i);
    for (int i = 0; i < PROCESSES; i++)
        await_process(i);
    for (int i = 0; i < ROUND - PROCESSES; i++) {
        const int process = (int)(next_random(seed) % PROCESSES);
        usleep(next_random(seed) % 20000);
        kill_process(a, pids[process], process);
        pids[process] = start_process(to, process);
        if (i % 2 == 0) /* else it may be killed while it opens the file */
            await_process(process);
    }
    for (int i = 0; i < PROCESSES; i++)
        kill_process(a, pids[i], i);
    close_tail(a);
    read_all(a);
}

/* At most what the memory of a killed process holds, counted in the shortest of lines. */
static uint64_t lost_at_most(const file_output *to, long kills) {
    return to->is_in_memory ? (uint64_t)kills * (FILE_OUTPUT_MEMORY / NUMBERED_LINE_MIN) : 0;
}

static long kills_of(const file_output *to) {
    if (to == &file_outputs[0])
        return FILE_KILLS * test_effort();
    return test_effort() == 1 ? ROUND : KILLS * test_effort();
}

static void kill_at_random(const file_output *to) {
    const long kills = kills_of(to);
    audit a = {.accepted = 0};
    uint64_t seed = 91;
    for (int w = 0; w < WRITERS; w++)
        assert_non_null(a.lines[w] = malloc(LINES_MAX));
    for (long done = 0; done < kills; done += ROUND)
        kill_in_round(&a, to, &seed);
    print_fault((fault_report){"kill-9", to->name, (uint64_t)kills, a.accepted, a.lost, a.torn});
    print_message("%d tails closed by the next writer, %d lines of others written again\n",
                  (int)a.counted, (int)a.glued);
    for (int w = 0; w < WRITERS; w++)
        free(a.lines[w]);
    assert_true(a.accepted > (uint64_t)kills);
    assert_true(a.lost <= lost_at_most(to, kills));
    assert_true(a.torn <= (uint64_t)kills);
    assert_int_equal(a.doubled + a.unknown, 0);
}

static void kills_lose_what_was_in_memory_only(void **state) {
    (void)state;
    for (size_t i = 0; i < FILE_OUTPUTS; i++)
        kill_at_random(&file_outputs[i]);
}

static int share_memory(void **state) {
    shared = mmap(NULL, WRITERS * sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED ? -1 : make_test_directory(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kills_lose_what_was_in_memory_only),
    };
    return cmocka_run_group_tests(tests, share_memory, remove_test_directory);
}
