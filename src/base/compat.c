#include "base/compat.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <bsd/stdlib.h>
#include <bsd/string.h>
#include <sys/syscall.h>
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
