#include "base/compat.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <bsd/libutil.h>
#include <bsd/stdlib.h>
#include <bsd/string.h>
#include <sys/syscall.h>
#elif defined(__FreeBSD__) || defined(__APPLE__)
#include <libutil.h>
#endif

uint64_t jl_compat_thread_id(void) {
#if defined(__linux__)
    return (uint64_t)syscall(SYS_gettid);
#elif defined(__APPLE__)
    uint64_t id = 0;
    pthread_threadid_np(NULL, &id);
    return id;
#elif defined(__FreeBSD__)
    return (uint64_t)pthread_getthreadid_np();
#else
    return (uint64_t)(uintptr_t)pthread_self();
#endif
}

const char *jl_compat_program_name(void) {
    const char *name = getprogname();
    return name == NULL ? "" : name;
}

size_t jl_compat_copy(char *to, const char *from, size_t size) {
    return strlcpy(to, from, size);
}

void jl_compat_random(void *out, size_t size) {
    arc4random_buf(out, size);
}

bool jl_compat_expand_number(const char *text, uint64_t *number) {
    const int error = errno;
    uint64_t value = 0;
    const bool is_good = expand_number(text, &value) == 0;
    errno = error;
    if (is_good)
        *number = value;
    return is_good;
}
