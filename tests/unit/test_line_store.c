/** A store of lines: what one thread sees of it, and what those do who meet in it. */
#include "handler/line_store.h"

#include "support/failing_allocator.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIZE = 64 };

static jl_line_store store;

static int make_store(void **state) {
    (void)state;
    assert_true(jl_line_store_init(&store, SIZE));
    jl_line_store_open(&store);
    return 0;
}

static int free_store(void **state) {
    (void)state;
    jl_line_store_done(&store);
    return 0;
}

static jl_store_item item_of(const char *text) {
    return (jl_store_item){.text = text, .len = strlen(text), .lines = 1};
}

static bool put(const char *text) {
    const jl_store_item item = item_of(text);
    bool is_first = true;
    return jl_line_store_put(&store, &item, 0, &is_first);
}

static bool has_room(size_t len, size_t spared) {
    const jl_store_item item = {.len = len, .lines = 1};
    return jl_line_store_has_room(&store, &item, spared);
}

static void assert_text(const char *expected) {
    assert_int_equal(jl_line_store_held(&store), strlen(expected));
    assert_memory_equal(jl_line_store_text(&store), expected, strlen(expected));
}

/* ---- one thread ---- */

static void gathers_lines(void **state) {
    (void)state;
    assert_true(put("one\n"));
    assert_true(put("two\n"));
    assert_int_equal(jl_line_store_lines(&store), 2);
    assert_true(jl_line_store_shut(&store, false));
    assert_text("one\ntwo\n");
    jl_line_store_take(&store, 8);
    assert_true(jl_line_store_is_empty(&store));
    assert_int_equal(jl_line_store_lines(&store), 0);
}

static void says_which_line_is_the_first(void **state) {
    (void)state;
    const jl_store_item item = item_of("x\n");
    bool is_first = false;
    assert_false(jl_line_store_put(&store, &item, 0, &is_first));
    assert_int_equal(jl_line_store_held(&store), 0);
    is_first = true;
    assert_true(jl_line_store_put(&store, &item, 0, &is_first));
    assert_true(is_first);
    assert_true(jl_line_store_put(&store, &item, 0, &is_first));
    assert_false(is_first);
}

static void has_room_up_to_the_last_byte(void **state) {
    (void)state;
    char text[SIZE + 1];
    memset(text, 'x', SIZE);
    text[SIZE] = '\0';
    assert_true(has_room(SIZE, 0));
    assert_false(has_room(SIZE + 1, 0));
    assert_false(has_room(SIZE, 1));
    assert_true(put(text));
    assert_false(put("y"));
    assert_true(put(""));
    jl_line_store_shut(&store, false);
    assert_text(text);
}

static void spares_what_it_is_told_to(void **state) {
    (void)state;
    const jl_store_item item = item_of("0123456789abcde\n");
    bool is_first = true;
    assert_false(jl_line_store_put(&store, &item, SIZE - 15, &is_first));
    assert_true(jl_line_store_put(&store, &item, SIZE - 16, &is_first));
}

static void counts_no_more_lines_than_it_can(void **state) {
    (void)state;
    const jl_store_item many = {.text = "m\n", .len = 2, .lines = JL_STORE_LINES_MAX};
    bool is_first = true;
    assert_true(jl_line_store_put(&store, &many, 0, &is_first));
    assert_false(put("x\n"));
    assert_false(has_room(2, 0));
    assert_int_equal(jl_line_store_lines(&store), JL_STORE_LINES_MAX);
    assert_int_equal(jl_line_store_held(&store), 2);
}

static void what_is_shut_takes_nothing(void **state) {
    (void)state;
    put("a\n");
    assert_true(jl_line_store_shut(&store, false));
    assert_true(jl_line_store_shut(&store, false));
    assert_false(put("b\n"));
    jl_line_store_open(&store);
    assert_true(put("b\n"));
    jl_line_store_shut(&store, false);
    assert_text("a\nb\n");
}

static void lets_go_of_what_was_written(void **state) {
    (void)state;
    put("one\n");
    put("two\n");
    put("three\n");
    jl_line_store_shut(&store, false);
    jl_line_store_take(&store, 0);
    assert_int_equal(jl_line_store_lines(&store), 3);
    jl_line_store_take(&store, 6);
    assert_text("o\nthree\n");
    assert_int_equal(jl_line_store_lines(&store), 2);
    assert_false(put("x"));
    jl_line_store_take(&store, 8);
    jl_line_store_open(&store);
    assert_true(put("new\n"));
    jl_line_store_shut(&store, false);
    assert_text("new\n");
}

static void grows_when_it_is_empty(void **state) {
    (void)state;
    jl_line_store_shut(&store, false);
    assert_false(jl_line_store_grow(&store, JL_STORE_SIZE_MAX + 1));
    allocations_left = 0;
    assert_false(jl_line_store_grow(&store, 2 * SIZE));
    allocations_left = -1;
    assert_false(has_room(SIZE + 1, 0));
    assert_true(jl_line_store_grow(&store, 2 * SIZE));
    assert_true(has_room(2 * SIZE, 0));
}

/* ---- in the middle of a line ---- */

/* What jl_line_store_put() does, in two steps. */
static jl_line_copy copy;
static jl_store_item item;
static uint64_t place;

static void begin_copy(const char *text) {
    bool is_first = true;
    item = item_of(text);
    copy = (jl_line_copy){.store = &store, .outer = jl_line_copy_here};
    jl_line_copy_here = &copy;
    assert_true(jl_store_find(&store, &item, 0, &is_first, &place));
}

static void end_copy(void) {
    jl_store_fill(&store, &item, place);
    jl_line_copy_here = copy.outer;
}

static void a_nested_call_does_not_wait_for_itself(void **state) {
    (void)state;
    begin_copy("outer\n");
    assert_true(jl_line_store_is_inside(&store));
    assert_false(jl_line_store_shut(&store, true));
    assert_true(put("inner\n"));
    end_copy();
    assert_false(jl_line_store_is_inside(&store));
    assert_true(jl_line_store_shut(&store, false));
    assert_text("outer\ninner\n");
}

/* The child goes on where the signal came in its parent; its own lines are none of its parent's. */
static void a_fork_in_the_middle_leaves_nothing_behind(void **state) {
    (void)state;
    put("before\n");
    begin_copy("outer\n");
    jl_line_store_forget(&store);
    assert_int_equal(jl_line_store_lines(&store), 0);
    assert_false(put("shut\n"));
    jl_line_store_open(&store);
    assert_true(put("child\n"));
    end_copy();
    assert_true(put("later\n"));
    assert_true(jl_line_store_shut(&store, false));
    assert_text("child\nlater\n");
    assert_int_equal(jl_line_store_lines(&store), 2);
}

/* Others were copying; none of them is there any more. */
static void a_fork_forgets_who_was_copying(void **state) {
    (void)state;
    begin_copy("theirs\n");
    jl_line_copy_here = copy.outer;
    jl_line_store_forget(&store);
    assert_true(jl_line_store_shut(&store, false));
    assert_true(jl_line_store_is_empty(&store));
    jl_line_store_open(&store);
    assert_true(put("child\n"));
    jl_line_store_shut(&store, false);
    assert_text("child\n");
    assert_ptr_equal(jl_line_store_text(&store), store.bytes);
}

/* ---- several threads ---- */

static bool is_shut; /* atomic */

static void *shut(void *argument) {
    (void)argument;
    const bool is_ours = jl_line_store_shut(&store, true);
    __atomic_store_n(&is_shut, is_ours, __ATOMIC_SEQ_CST);
    return NULL;
}

static void who_shuts_waits_for_who_copies(void **state) {
    (void)state;
    pthread_t thread;
    begin_copy("slow\n");
    pthread_create(&thread, NULL, shut, NULL);
    while ((jl_line_store_place(&store) & JL_STORE_SHUT) == 0)
        usleep(1000);
    usleep(20000);
    assert_false(__atomic_load_n(&is_shut, __ATOMIC_SEQ_CST));
    end_copy();
    pthread_join(thread, NULL);
    assert_true(is_shut);
    assert_text("slow\n");
}

static void *try_shut(void *argument) {
    *(bool *)argument = jl_line_store_shut(&store, false);
    return NULL;
}

static void who_may_not_wait_gives_up(void **state) {
    (void)state;
    pthread_t thread;
    bool is_ours = true;
    begin_copy("slow\n");
    pthread_create(&thread, NULL, try_shut, &is_ours);
    pthread_join(thread, NULL);
    assert_false(is_ours);
    end_copy();
    assert_true(put("next\n"));
}

enum { THREADS = 4, LINES = 20000, ROOM = 4096 };

static void *put_numbers(void *argument) {
    char text[16];
    for (int i = 0; i < LINES;) {
        snprintf(text, sizeof text, "%c%06d\n", *(const char *)argument, i);
        if (put(text))
            i++;
        else
            sched_yield();
    }
    return NULL;
}

/* @return how many lines there were: each whole, and of each thread the next ones. */
static int empty_store(int next[THREADS]) {
    const char *at = jl_line_store_text(&store);
    const int lines = (int)(jl_line_store_held(&store) / 8);
    for (int i = 0; i < lines; i++, at += 8) {
        assert_int_equal(atoi(at + 1), next[*at - 'a']++);
        assert_int_equal(at[7], '\n');
    }
    assert_int_equal(jl_line_store_lines(&store), lines);
    jl_line_store_take(&store, jl_line_store_held(&store));
    return lines;
}

static void each_line_of_many_threads_is_whole(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    char names[THREADS];
    int next[THREADS] = {0};
    jl_line_store_shut(&store, false);
    assert_true(jl_line_store_grow(&store, ROOM));
    jl_line_store_open(&store);
    for (int i = 0; i < THREADS; i++) {
        names[i] = (char)('a' + i);
        pthread_create(&threads[i], NULL, put_numbers, &names[i]);
    }
    for (int lines = 0; lines < THREADS * LINES;) {
        if (!jl_line_store_shut(&store, true))
            continue;
        lines += empty_store(next);
        jl_line_store_open(&store);
        sched_yield();
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, make_store, free_store)

int main(void) {

    alarm(120);
    const struct CMUnitTest tests[] = {
        WITH_STORE(gathers_lines),
        WITH_STORE(says_which_line_is_the_first),
        WITH_STORE(has_room_up_to_the_last_byte),
        WITH_STORE(spares_what_it_is_told_to),
        WITH_STORE(counts_no_more_lines_than_it_can),
        WITH_STORE(what_is_shut_takes_nothing),
        WITH_STORE(lets_go_of_what_was_written),
        WITH_STORE(grows_when_it_is_empty),
        WITH_STORE(a_nested_call_does_not_wait_for_itself),
        WITH_STORE(a_fork_in_the_middle_leaves_nothing_behind),
        WITH_STORE(a_fork_forgets_who_was_copying),
        WITH_STORE(who_shuts_waits_for_who_copies),
        WITH_STORE(who_may_not_wait_gives_up),
        WITH_STORE(each_line_of_many_threads_is_whole),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
