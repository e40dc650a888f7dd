/**
 * A plugin that logs is loaded and unloaded while others log: nothing of the library may point into
 * it afterwards, and its comings and goings must not take memory or slow down the sites of others.
 */
#include <jsonlog/async.h>
#include <jsonlog/capture.h>
#include <jsonlog/crash.h>
#include <jsonlog/jsonlog.h>

#include <dlfcn.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/log_files.h"

#include "support/crash_child.h"
#include "fault/fault_report.h"
#include "support/fork_guard.h"
#include "support/under_tsan.h"

enum { THREADS = 4, ROUNDS = 1000, LINES_PER_ROUND = 5 };

typedef jsonlog_logger *plugin_log_fn(int round);
typedef void plugin_crash_fn(int *nowhere);

static long effort(void) {
    const char *text = getenv("JSONLOG_TEST_EFFORT");
    const long number = text == NULL ? 1 : strtol(text, NULL, 10);
    return number < 1 ? 1 : number;
}

/* ---- memory ---- */

static int64_t alive; /* atomic: blocks of the library */

static void *allocate(size_t size, void *user) {
    (void)user;
    void *memory = malloc(size);
    __atomic_fetch_add(&alive, memory != NULL, __ATOMIC_RELAXED);
    return memory;
}

static void *reallocate(void *memory, size_t size, void *user) {
    (void)user;
    void *larger = realloc(memory, size);
    __atomic_fetch_add(&alive, memory == NULL && larger != NULL, __ATOMIC_RELAXED);
    return larger;
}

static void release(void *memory, void *user) {
    (void)user;
    __atomic_fetch_sub(&alive, memory != NULL, __ATOMIC_RELAXED);
    free(memory);
}

static long resident_pages(void) {
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &size, &resident) != 2)
        resident = 0;
    if (file != NULL)
        fclose(file);
    return resident;
}

/* ---- the plugin ---- */

static void *load(void) {
    void *plugin = dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
    if (plugin == NULL)
        fail_msg("%s", dlerror());
    return plugin;
}

static void *symbol(void *plugin, const char *name) {
    void *found = dlsym(plugin, name);
    assert_non_null(found);
    return found;
}

static jsonlog_logger *log_in_plugin(void *plugin, int round) {
    plugin_log_fn *fn;
    *(void **)&fn = symbol(plugin, "plugin_log");
    return fn(round);
}

/* The scope and the logger of the plugin are still there when it is gone. */
static void *load_log_and_unload(void *argument) {
    void *plugin = load();
    jsonlog_logger *bound = log_in_plugin(plugin, *(int *)argument);
    dlclose(plugin);
    jsonlog_info(bound, "after it");
    jsonlog_logger_free(bound);
    return NULL;
}

/* A thread for each, so that what the scope leaves goes with it. */
static void play_round(int round) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, load_log_and_unload, &round), 0);
    pthread_join(thread, NULL);
}

static bool is_over; /* atomic */

static void *log_on(void *argument) {
    uint64_t *count = argument;
    for (; !__atomic_load_n(&is_over, __ATOMIC_RELAXED); ++*count) {
        jsonlog_info(jsonlog_root(), "beside it", "n", *count, "plugin", "no");
        usleep(200);
    }
    return NULL;
}

static uint64_t plugin_lines, after_lines, other_lines; /* one thread writes */

static bool count_line(const jsonlog_line *line, void *context) {
    (void)context;
    const bool is_after = memmem(line->text, line->len, "\"after it\"", 10) != NULL;
    if (is_after) {
        static const char rest[] =
            "\"pluginBound\":\"text that is bound\",\"pluginScope\":\"text of "
            "a scope that is never popped\"}\n";
        after_lines += memmem(line->text, line->len, rest, sizeof rest - 1) != NULL;
    } else if (memmem(line->text, line->len, "\"logger\":\"plugin\"", 17) != NULL) {
        plugin_lines++;
    } else {
        other_lines++;
    }
    return true;
}

static void comes_and_goes_while_others_log(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    uint64_t counts[THREADS] = {0}, logged = 0;
    jsonlog_handler *inner = jsonlog_callback_handler_new(count_line, NULL);
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.when_full = JSONLOG_ASYNC_BLOCK;
    jsonlog_handler *async = jsonlog_async_handler_new(inner, &options);
    jsonlog_handler_release(inner);
    jsonlog_logger_set_handlers(jsonlog_root(), &async, 1);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_on, &counts[i]), 0);
    const int rounds = (int)(ROUNDS * effort());
    int64_t alive_early = 0;
    long pages_early = 0;
    for (int round = 0; round < rounds; round++) {
        play_round(round);
        assert_null(dlopen(PLUGIN, RTLD_NOW | RTLD_NOLOAD)); /* it is gone */
        if (round == ROUNDS / 5) {
            alive_early = __atomic_load_n(&alive, __ATOMIC_RELAXED);
            pages_early = resident_pages();
        }
    }
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        logged += counts[i];
    }
    assert_int_equal(jsonlog_flush(), JSONLOG_OK);
    const uint64_t lines = plugin_lines + after_lines + other_lines;
    const uint64_t accepted = (uint64_t)rounds * (LINES_PER_ROUND + 1) + logged;
    print_fault((fault_report){"dlclose", "async(callback)", (uint64_t)rounds, accepted,
                               accepted - lines, 0});
    assert_int_equal(plugin_lines, (uint64_t)rounds * LINES_PER_ROUND);
    assert_int_equal(after_lines, rounds);
    assert_int_equal(other_lines, logged);
    const int64_t more = __atomic_load_n(&alive, __ATOMIC_RELAXED) - alive_early;
    const long more_pages = resident_pages() - pages_early;
    print_message("%d loads beside %" PRIu64 " lines: %" PRId64 " blocks and %ld pages more than "
                  "after %d\n",
                  rounds, logged, more, more_pages, ROUNDS / 5);
    assert_true(more <= 16);
    if (!UNDER_ASAN && !UNDER_TSAN) /* which keep notes of their own */
        assert_true(more_pages < 256);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(async);
}

/* ---- what is known about its sites ---- */

static void log_at(jsonlog_slot *slot, const char *keys) {
    const jsonlog_site site = {.abi = JSONLOG_SITE_ABI,
                               .level = JSONLOG_LEVEL_INFO,
                               .pairs = 2,
                               .file = "a file",
                               .function = "a function",
                               .keys = keys,
                               .slot = slot};
    const jsonlog_value values[] = {jsonlog_from_string("message"), jsonlog_from_uint64(1),
                                    jsonlog_from_uint64(2)};
    jsonlog_log_values(jsonlog_root(), &site, values);
}

/* Each load brings new slots with keys that were there before. The room for what is known about
 * keys is bounded, and was used up by such sites: those that came later were slower for ever. */
static void takes_no_room_of_other_sites(void **state) {
    (void)state;
    static jsonlog_slot slots[20000], other;
    char keys[] = ",\"again\":\0,\"andAgain\":";
    jsonlog_handler *null = jsonlog_memory_handler_new(4096);
    jsonlog_logger_set_handlers(jsonlog_root(), &null, 1);
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
        log_at(&slots[i], keys);
        assert_int_equal(slots[i].id, slots[0].id);
    }
    assert_true(slots[0].id != 0);
    log_at(&other, ",\"other\":\0,\"keys\":");
    assert_true(other.id != 0 && other.id != slots[0].id);
    char text[256];
    jsonlog_memory_handler_clear(null);
    log_at(&slots[1], keys);
    log_at(&other, ",\"other\":\0,\"keys\":");
    jsonlog_memory_handler_read(null, text, sizeof text);
    assert_non_null(strstr(text, "\"message\":\"message\",\"again\":1,\"andAgain\":2}\n"));
    assert_non_null(strstr(text, "\"message\":\"message\",\"other\":1,\"keys\":2}\n"));
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(null);
}

/* ---- a capture that outlives it ---- */

static void a_capture_keeps_its_lines(void **state) {
    (void)state;
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.scope = JSONLOG_CAPTURE_PROCESS;
    jsonlog_capture *logs = jsonlog_capture_start(&options);
    play_round(7);
    char line[512];
    assert_int_equal(jsonlog_capture_count(logs), LINES_PER_ROUND + 1);
    jsonlog_capture_line(logs, 1, line, sizeof line);
    assert_non_null(
        strstr(line, "\"message\":\"another one\",\"pluginRound\":7,\"pluginOther\":0.5"));
    jsonlog_capture_line(logs, LINES_PER_ROUND, line, sizeof line);
    assert_non_null(strstr(line, "\"after it\",\"pluginBound\":\"text that is bound\""));
    jsonlog_capture_stop(logs);
}

/* ---- a crash in it ---- */

static void crash_in_plugin(void *refreshes) {
    plugin_crash_fn *fn;
    jsonlog_crash_install(NULL, NULL);
    void *plugin = load();
    *(void **)&fn = symbol(plugin, "plugin_crash");
    if (*(bool *)refreshes)
        jsonlog_crash_refresh();
    fn((int *)(uintptr_t)FAULT_ADDRESS);
}

static void a_crash_in_it_has_its_name_after_a_refresh(void **state) {
    (void)state;
    bool refreshes = false;
    assert_int_equal(WTERMSIG(status_of(crash_in_plugin, &refreshes)), SIGSEGV);
    assert_null(strstr(fatal_line_in(content_of("stderr")), "plugin_that_logs"));
    refreshes = true;
    assert_int_equal(WTERMSIG(status_of(crash_in_plugin, &refreshes)), SIGSEGV);
    assert_non_null(strstr(fatal_line_in(content_of("stderr")), "plugin_that_logs.so+0x"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_no_room_of_other_sites),
        cmocka_unit_test(comes_and_goes_while_others_log),
        cmocka_unit_test(a_capture_keeps_its_lines),
        cmocka_unit_test(a_crash_in_it_has_its_name_after_a_refresh),
    };
    const jsonlog_allocator counting = {allocate, reallocate, release, NULL};
    if (jsonlog_set_allocator(&counting) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, make_test_directory, remove_test_directory);
}
