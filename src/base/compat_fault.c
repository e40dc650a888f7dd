#include "base/compat_fault.h"

#include "base/compat.h"

#include <pthread.h>
#include <unistd.h>

#if defined(__GLIBC__) || defined(__APPLE__) || defined(__FreeBSD__)
#include <execinfo.h>
#define HAS_BACKTRACE 1
#endif

#ifdef __linux__
#include <link.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <ucontext.h>
#endif

/** Where the system does not say how large its frame is: more than any has. */
#define FRAME_BYTES 16384

int jl_compat_backtrace(void **frames, int max) {
#ifdef HAS_BACKTRACE
    return backtrace(frames, max);
#else
    (void)frames, (void)max;
    return 0;
#endif
}

uintptr_t jl_compat_program_counter(const void *context) {
#if defined(__linux__) && defined(__x86_64__)
    return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif defined(__linux__) && defined(__i386__)
    return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_EIP];
#elif defined(__linux__) && defined(__aarch64__)
    return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.pc;
#elif defined(__linux__) && defined(__arm__)
    return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.arm_pc;
#elif defined(__linux__) && defined(__riscv)
    return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.__gregs[REG_PC];
#else
    (void)context;
    return 0;
#endif
}

#ifdef __linux__
typedef struct visitor {
    void (*visit)(const jl_compat_code *code, void *context);
    void *context;
} visitor;

static int visit_module(struct dl_phdr_info *module, size_t size, void *argument) {
    const visitor *v = argument;
    (void)size;
    for (ElfW(Half) i = 0; i < module->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &module->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_X) == 0)
            continue;
        const uintptr_t begin = (uintptr_t)(module->dlpi_addr + segment->p_vaddr);
        const jl_compat_code code = {begin, begin + (uintptr_t)segment->p_memsz,
                                     (uintptr_t)module->dlpi_addr,
                                     module->dlpi_name == NULL ? "" : module->dlpi_name};
        v->visit(&code, v->context);
    }
    return 0;
}
#endif

void jl_compat_each_code(void (*visit)(const jl_compat_code *code, void *context), void *context) {
#ifdef __linux__
    visitor v = {visit, context};
    dl_iterate_phdr(visit_module, &v);
#else
    (void)visit, (void)context;
#endif
}

void jl_compat_signal_again(int signal, siginfo_t *info) {
#ifdef __linux__
    if (syscall(SYS_rt_tgsigqueueinfo, (long)getpid(), (long)jl_compat_thread_id(), (long)signal,
                info) == 0)
        return;
#endif
    (void)info;
    pthread_kill(pthread_self(), signal);
}

size_t jl_compat_signal_frame_size(void) {
#if defined(__linux__) && defined(AT_MINSIGSTKSZ)
    const unsigned long said = getauxval(AT_MINSIGSTKSZ);
    return said > FRAME_BYTES ? said : FRAME_BYTES;
#else
    return FRAME_BYTES;
#endif
}
