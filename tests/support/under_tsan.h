#ifndef TEST_UNDER_TSAN_H
#define TEST_UNDER_TSAN_H
/** ThreadSanitizer keeps the parent's threads on its list in the child of a fork, and ends a child
 * whose new thread gets the address of one of them. Tests of such children are skipped there. */
#if defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif

#ifndef UNDER_TSAN
#define UNDER_TSAN 0
#endif

#endif
