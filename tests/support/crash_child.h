#ifndef TEST_CRASH_CHILD_H
#define TEST_CRASH_CHILD_H
/**
 * Children that crash in every way there is, and how they ended. Include CMocka and log_files.h
 * first; the test directory is theirs.
 */
#include "support/json_check.h"

#include <jsonlog/crash.h>
#include <jsonlog/file.h>

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define UNCHECKED __attribute__((noinline, unused, no_sanitize("address", "undefined", "thread")))

/** Frames are looked for by the address of the function that crashes, which is this long at most.
 */
#define CRASHING_BYTES 256

#define FAULT_ADDRESS 8

UNCHECKED static void crash_segv(void) {
    volatile uintptr_t address = FAULT_ADDRESS; /* the compiler knows of no object there */
    *(volatile int *)address = 1;
}

static inline void crash_abrt(void) {
    abort();
}

/* Behind the end of a file that is mapped. */
UNCHECKED static void crash_bus(void) {
    const int fd = open("empty", O_RDWR | O_CREAT, 0600);
    volatile char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    page[0] = 1;
}

UNCHECKED static void crash_fpe(void) {
#if defined(__x86_64__) || defined(__i386__)
    volatile int zero = 0;
    volatile int result = 7 / zero; /* 1 / x needs no division */
    (void)result;
#else
    raise(SIGFPE);
#endif
}

UNCHECKED static void crash_ill(void) {
    __builtin_trap();
}

/* A sanitizer has handlers of its own, and the test starts from none. */
static inline void reset_signals(void) {
    static const int deadly[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++)
        signal(deadly[i], SIG_DFL);
}

/** Run `body` in a child whose working directory is the test's and whose standard error is the file
 *  "stderr" there. @return the child's status for waitpid(); a body that returns exits with 99. */
static inline int status_of(void (*body)(void *), void *argument) {
    const struct rlimit core = {1 << 20, 1 << 20};
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(60);
        setrlimit(RLIMIT_CORE, &core);
        reset_signals();
        if (chdir(test_directory) != 0 || freopen("stderr", "a", stderr) == NULL)
            _exit(98);
        body(argument);
        _exit(99);
    }
    int status = 0;
    while (waitpid(child, &status, 0) == -1 && errno == EINTR)
        continue;
    return status;
}

/** In a child: the file "log" in the test's directory; children end where they cannot go on. */
static inline jsonlog_handler *log_to_file(jsonlog_write_policy policy) {
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    jsonlog_handler *handler = NULL;
    options.policy = policy;
    options.check_ms = JSONLOG_CHECK_NEVER;
    if (jsonlog_file_handler_new("log", &options, &handler, NULL) != JSONLOG_OK)
        _exit(97);
    return handler;
}

static inline void install_to(jsonlog_handler *handler) {
    jsonlog_crash_options options = JSONLOG_CRASH_OPTIONS_INIT;
    options.handler = handler;
    if (jsonlog_crash_install(&options, NULL) != JSONLOG_OK)
        _exit(96);
}

/** A line at a time. */
static inline jsonlog_handler *install_to_file(void) {
    jsonlog_handler *file = log_to_file((jsonlog_write_policy){NULL, 0, 0, 0});
    install_to(file);
    return file;
}

static inline void forget_log(void) {
    unlink(in_directory("log"));
    unlink(in_directory("stderr"));
}

/** How many times `what` stands in `text`. */
static inline int count_in(const char *text, const char *what) {
    int count = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
        count++;
    return count;
}

/** The number behind `,"key":`; -1 if there is none. */
static inline long number_in(const char *line, const char *key) {
    char pattern[64];
    snprintf(pattern, sizeof pattern, "\"%s\":", key);
    const char *at = strstr(line, pattern);
    return at == NULL ? -1 : strtol(at + strlen(pattern), NULL, 10);
}

/** The FATAL line of a text: the last one, whole and valid. */
static inline const char *fatal_line_in(const char *text) {
    const size_t len = strlen(text);
    assert_true(len > 0 && text[len - 1] == '\n');
    const char *begin = memrchr(text, '\n', len > 0 ? len - 1 : 0);
    begin = begin == NULL ? text : begin + 1;
    assert_true((size_t)(text + len - begin) <= JSONLOG_CRASH_LINE_MAX);
    assert_true(json_check_line(begin, (size_t)(text + len - begin)));
    assert_non_null(strstr(begin, "\"backtrace\":["));
    return begin;
}

/** The only one in the log, at its end. */
static inline const char *fatal_line(void) {
    const char *text = content_of("log");
    assert_int_equal(count_in(text, "\"backtrace\":["), 1);
    return fatal_line_in(text);
}

#endif
