/**
 * A program that knows nothing of the library: a plugin brings it along and is unloaded again,
 * while a thread that has logged through it lives on. What the library has left in that thread is
 * cleaned up when the thread ends, so the library itself must stay.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/log_files.h"

enum { ROUNDS = 3, LINES_OF_ROUND = 5 };

typedef void *plugin_log_fn(int round);
typedef void free_fn(void *logger);

static pthread_barrier_t logged, unloaded;
static void *plugin;

/* ISO C has no cast from an object to a function pointer; POSIX gives both one size. */
static void find(const char *name, void *slot) {
    void *found = dlsym(plugin, name);
    if (found == NULL)
        _exit(10);
    memcpy(slot, &found, sizeof found);
}

/* The scope that the plugin pushes is still there when the thread ends. */
static void *log_and_live_on(void *argument) {
    plugin_log_fn *log = NULL;
    free_fn *free_logger = NULL;
    find("plugin_log", &log);
    find("jsonlog_logger_free", &free_logger);
    free_logger(log(*(const int *)argument));
    pthread_barrier_wait(&logged);
    pthread_barrier_wait(&unloaded);
    return NULL;
}

static void play_round(int round) {
    pthread_t thread;
    plugin = dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
    if (plugin == NULL || pthread_create(&thread, NULL, log_and_live_on, &round) != 0)
        _exit(11);
    pthread_barrier_wait(&logged);
    dlclose(plugin);
    pthread_barrier_wait(&unloaded);
    pthread_join(thread, NULL);
    if (dlopen(LIBRARY, RTLD_NOW | RTLD_NOLOAD) == NULL)
        _exit(12);
}

static void log_to(const char *path) {
    alarm(60);
    if (freopen(path, "w", stdout) == NULL)
        _exit(13);
    for (int round = 0; round < ROUNDS; round++)
        play_round(round);
    exit(0);
}

static size_t count_lines(const char *path) {
    size_t lines = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (int c; (c = fgetc(file)) != EOF;)
        lines += c == '\n';
    fclose(file);
    return lines;
}

static void the_library_outlives_the_plugin(void **state) {
    (void)state;
    int status = -1;
    assert_null(dlopen(LIBRARY, RTLD_NOW | RTLD_NOLOAD)); /* or this would prove nothing */
    pthread_barrier_init(&logged, NULL, 2);
    pthread_barrier_init(&unloaded, NULL, 2);
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0)
        log_to(in_directory("out"));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(count_lines(in_directory("out")), ROUNDS * LINES_OF_ROUND);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_library_outlives_the_plugin)};
    return cmocka_run_group_tests(tests, make_test_directory, remove_test_directory);
}
