#ifndef TEST_TSAN_H
#define TEST_TSAN_H
/** The thread sanitizer cannot follow threads that are made in the child of a fork. Include CMocka
 *  first. */
#if defined(__SANITIZE_THREAD__)
#define TEST_HAS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TEST_HAS_TSAN 1
#endif
#endif

#ifdef TEST_HAS_TSAN
#define SKIP_UNDER_TSAN()                                           \
    do {                                                            \
        print_message("not under the thread sanitizer: skipped\n"); \
        skip();                                                     \
    } while (0)
#else
#define SKIP_UNDER_TSAN() ((void)0)
#endif

#endif
