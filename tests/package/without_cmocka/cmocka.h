#ifndef JL_PACKAGE_CMOCKA_H
#define JL_PACKAGE_CMOCKA_H
/**
 * What some unit tests use of CMocka, for systems it is not there for: the first failure says where
 * and ends the program.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define fail_msg(...)                                   \
    do {                                                \
        fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
        fprintf(stderr, __VA_ARGS__);                   \
        fputc('\n', stderr);                            \
        exit(1);                                        \
    } while (0)

#define assert_true(x)                   \
    do {                                 \
        if (!(x))                        \
            fail_msg("%s is false", #x); \
    } while (0)
#define assert_false(x)                 assert_true(!(x))
#define assert_null(x)                  assert_true((x) == NULL)
#define assert_non_null(x)              assert_true((x) != NULL)
#define assert_ptr_equal(a, b)          assert_true((const void *)(a) == (const void *)(b))
#define assert_int_equal(a, b)          assert_true((uintmax_t)(a) == (uintmax_t)(b))
#define assert_string_equal(a, b)       assert_true(strcmp((a), (b)) == 0)
#define assert_memory_equal(a, b, size) assert_true(memcmp((a), (b), (size)) == 0)

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
};

#define cmocka_unit_test(function) \
    { #function, function }

static inline int cmocka_run_(const struct CMUnitTest *tests, size_t count, int (*begin)(void **),
                              int (*end)(void **)) {
    void *state = NULL;
    if (begin != NULL && begin(&state) != 0)
        return 1;
    for (size_t i = 0; i < count; i++) {
        tests[i].run(&state);
        printf("ok %s\n", tests[i].name);
    }
    return end == NULL ? 0 : end(&state);
}

#define cmocka_run_group_tests(tests, begin, end) \
    cmocka_run_((tests), sizeof(tests) / sizeof *(tests), (begin), (end))

#endif
