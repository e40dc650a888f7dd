#include "handler/descriptor.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>

#include <cmocka.h>

#include "support/pipes.h"

static void knows_what_it_writes_to(void **state) {
    (void)state;
    int ends[2], sockets[2];
    char path[64];
    jl_descriptor out;
    open_pipe(ends, 0);
    assert_false(jl_descriptor_init(&out, -1));
    assert_false(jl_descriptor_init(&out, ends[0]));
    assert_true(jl_descriptor_init(&out, ends[1]));
    assert_false(out.is_file);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    assert_true(jl_descriptor_init(&out, sockets[0]));
    assert_int_equal(out.way, JL_WAY_SEND);
    int file = open_file(O_WRONLY, "", path);
    assert_true(jl_descriptor_init(&out, file));
    assert_true(out.is_file);
    assert_false(out.is_append);
    assert_int_equal(out.way, JL_WAY_PLAIN);
    fcntl(file, F_SETFL, O_APPEND);
    assert_true(jl_descriptor_init(&out, file));
    assert_true(out.is_append);
    close(file);
    unlink(path);
    assert_false(jl_descriptor_init(&out, file));
    close(ends[0]), close(ends[1]), close(sockets[0]), close(sockets[1]);
}

static void writes_all_parts_with_one_call(void **state) {
    (void)state;
    static const jl_descriptor_way ways[] = {JL_WAY_PLAIN, JL_WAY_SEND, JL_WAY_FLAG, JL_WAY_MASK};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        int ends[2];
        char text[16];
        /* a packet is what one call wrote */
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
        jl_descriptor out;
        assert_true(jl_descriptor_init(&out, ends[1]));
        out.way = (uint8_t)ways[i];
        struct iovec parts[] = {jl_part("ab", 2), jl_part("cde", 3)};
        assert_int_equal(jl_descriptor_write(&out, parts, 2), 5);
        assert_int_equal(jl_descriptor_write(&out, parts, 1), 2);
        assert_int_equal(read(ends[0], text, sizeof text), 5);
        assert_memory_equal(text, "abcde", 5);
        assert_int_equal(read(ends[0], text, sizeof text), 2);
        close(ends[0]), close(ends[1]);
    }
}

static jl_descriptor broken(jl_descriptor_way way, int *fd) {
    int ends[2];
    jl_descriptor out;
    if (way == JL_WAY_SEND)
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    else
        open_pipe(ends, 0);
    assert_true(jl_descriptor_init(&out, ends[1]));
    out.way = (uint8_t)way;
    close(ends[0]);
    *fd = ends[1];
    return out;
}

/* SIGPIPE has its default action here: a test that fails is a test that dies. */
static void raises_no_sigpipe_and_leaves_the_mask_alone(void **state) {
    (void)state;
    static const jl_descriptor_way ways[] = {JL_WAY_SEND, JL_WAY_FLAG, JL_WAY_MASK};
    signal(SIGPIPE, SIG_DFL);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        int fd = -1;
        sigset_t now;
        jl_descriptor out = broken(ways[i], &fd);
        struct iovec part = jl_part("x\n", 2);
        assert_int_equal(jl_descriptor_write(&out, &part, 1), -EPIPE);
        pthread_sigmask(SIG_SETMASK, NULL, &now);
        assert_int_equal(sigismember(&now, SIGPIPE), 0);
        sigpending(&now);
        assert_int_equal(sigismember(&now, SIGPIPE), 0);
        close(fd);
    }
}

static void leaves_a_sigpipe_of_somebody_else_pending(void **state) {
    (void)state;
    sigset_t set, before, now;
    const struct timespec at_once = {0, 0};
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    raise(SIGPIPE);
    int fd = -1;
    jl_descriptor out = broken(JL_WAY_MASK, &fd);
    struct iovec part = jl_part("x\n", 2);
    assert_int_equal(jl_descriptor_write(&out, &part, 1), -EPIPE);
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    assert_int_equal(sigismember(&now, SIGPIPE), 1);
    assert_int_equal(sigtimedwait(&set, NULL, &at_once), SIGPIPE);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(fd);
}

/* An eventfd takes eight bytes or says EINVAL, which is also what a kernel without the flag says.
 */
static void goes_over_to_the_mask_where_the_flag_is_refused(void **state) {
    (void)state;
    int fd = eventfd(0, EFD_NONBLOCK);
    jl_descriptor out;
    assert_true(jl_descriptor_init(&out, fd));
    assert_int_equal(out.way, JL_WAY_FLAG);
    struct iovec part = jl_part("x\n", 2);
    assert_int_equal(jl_descriptor_write(&out, &part, 1), -EINVAL);
    assert_int_equal(out.way, JL_WAY_MASK);
    const uint64_t one = 1;
    part = jl_part((const char *)&one, sizeof one);
    assert_int_equal(jl_descriptor_write(&out, &part, 1), 8);
    close(fd);
}

static void writes_all_or_says_how_much(void **state) {
    (void)state;
    int ends[2];
    char text[8192], big[6000];
    memset(big, 'b', sizeof big);
    open_small_pipe(ends);
    jl_descriptor out;
    assert_true(jl_descriptor_init(&out, ends[1]));
    struct iovec parts[] = {jl_part("", 0), jl_part("head", 4), jl_part(big, sizeof big)};
    jl_written written = jl_descriptor_write_all(&out, parts, 3);
    assert_int_equal(written.error, EAGAIN);
    assert_int_equal(written.bytes, 4096);
    assert_int_equal(drain(ends[0], text, sizeof text), 4096);
    assert_memory_equal(text, "headbbb", 7);
    struct iovec two[] = {jl_part("a", 1), jl_part("b", 1)};
    written = jl_descriptor_write_all(&out, two, 2);
    assert_int_equal(written.error, 0);
    assert_int_equal(written.bytes, 2);
    close(ends[0]), close(ends[1]);
}

static void sees_a_torn_tail(void **state) {
    (void)state;
    static const struct {
        const char *content;
        int flags;
        off_t offset;
        bool is_torn;
    } cases[] = {
        {"", O_RDWR | O_APPEND, 0, false},
        {"{}\n", O_RDWR | O_APPEND, 0, false},
        {"{}\n{\"a", O_RDWR | O_APPEND, 0, true},
        {"{}\n{\"a", O_WRONLY | O_APPEND, 0, true}, /* read back through /proc */
        {"{}\n", O_WRONLY | O_APPEND, 0, false},
        {"x", O_WRONLY | O_APPEND, 0, true},
        {"{}\n{\"a", O_RDWR, 0, false}, /* it will be written over */
        {"{}\n{\"a", O_RDWR, 3, false},
        {"{}\n{\"a", O_RDWR, 5, true},
        {"{}\n{\"a", O_RDWR, 100, false}, /* a hole: nothing there to be torn */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[64];
        jl_descriptor out;
        int fd = open_file(cases[i].flags, cases[i].content, path);
        lseek(fd, cases[i].offset, SEEK_SET);
        assert_true(jl_descriptor_init(&out, fd));
        assert_int_equal(jl_descriptor_is_torn(&out), cases[i].is_torn);
        close(fd);
        unlink(path);
    }
}

static void *grow_file(void *fd) {
    for (int i = 0; i < 2000; i++) {
        if (write(*(int *)fd, "part of a long line ", 20) != 20)
            break;
        usleep(100);
    }
    return NULL;
}

/* On a busy machine the writer may pause for longer than the gap between two looks, and then the
 * file does look torn: one look of many that saw it grow is enough. */
static bool is_once_seen_to_grow(const jl_descriptor *out) {
    for (int i = 0; i < 50; i++) {
        if (!jl_descriptor_is_torn(out))
            return true;
    }
    return false;
}

static void takes_a_growing_file_for_one_in_use(void **state) {
    (void)state;
    char path[64];
    int fd = open_file(O_RDWR | O_APPEND, "", path);
    pthread_t writer;
    jl_descriptor out;
    assert_true(jl_descriptor_init(&out, fd));
    pthread_create(&writer, NULL, grow_file, &fd);
    usleep(5000);
    bool is_growing = is_once_seen_to_grow(&out);
    pthread_join(writer, NULL);
    assert_true(is_growing);
    assert_true(jl_descriptor_is_torn(&out));
    close(fd);
    unlink(path);
}

static void does_not_look_for_a_tail_in_a_pipe(void **state) {
    (void)state;
    int ends[2];
    jl_descriptor out;
    open_pipe(ends, 0);
    assert_true(jl_descriptor_init(&out, ends[1]));
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_false(jl_descriptor_is_torn(&out));
    close(ends[0]), close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_what_it_writes_to),
        cmocka_unit_test(writes_all_parts_with_one_call),
        cmocka_unit_test(raises_no_sigpipe_and_leaves_the_mask_alone),
        cmocka_unit_test(leaves_a_sigpipe_of_somebody_else_pending),
        cmocka_unit_test(goes_over_to_the_mask_where_the_flag_is_refused),
        cmocka_unit_test(writes_all_or_says_how_much),
        cmocka_unit_test(sees_a_torn_tail),
        cmocka_unit_test(takes_a_growing_file_for_one_in_use),
        cmocka_unit_test(does_not_look_for_a_tail_in_a_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
