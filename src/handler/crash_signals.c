#include "handler/crash_signals.h"

#include "base/clock.h"
#include "base/compat.h"
#include "base/compat_fault.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS INT64_C(1000000)
#define NAP_NS    1000000L

/** Frames of the handler itself, which are taken off, and some that do not fit into the line. */
#define WALK_MAX (JSONLOG_CRASH_FRAMES_MAX + 16)

static const struct {
    int signal;
    unsigned bit;
} watched[] = {
    {SIGSEGV, JSONLOG_CRASH_SEGV}, {SIGABRT, JSONLOG_CRASH_ABRT}, {SIGBUS, JSONLOG_CRASH_BUS},
    {SIGFPE, JSONLOG_CRASH_FPE},   {SIGILL, JSONLOG_CRASH_ILL},
};
enum { WATCHED = sizeof watched / sizeof watched[0] };

typedef enum crash_stage {
    STAGE_NONE,
    STAGE_RESCUE, /* lines are being written; the report is not complete */
    STAGE_LINE,   /* the FATAL line is being written */
    STAGE_DONE,
} crash_stage;

/* Every field is atomic, or the reporter's. */
static struct {
    const jl_crash_settings *settings; /* NULL: not watching, or no more */
    uint32_t stage;
    uint64_t reporter; /* a thread */
    uint64_t passing;  /* a thread that is in a handler which ours has called */
    jl_crash_report report;
    char line[JSONLOG_CRASH_LINE_MAX];
} crash;

/* What stood there before. Written before our handler is in place, and kept when it is not any
 * more: a handler that was installed later may still call ours. */
static struct sigaction before[WATCHED];
static bool was_watched[WATCHED];

static int index_of(int signal) {
    for (int i = 0; i < WATCHED; i++)
        if (watched[i].signal == signal)
            return i;
    return 0;
}

static bool is_function(const struct sigaction *action) {
    return (action->sa_flags & SA_SIGINFO) != 0 ||
           (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

static bool is_ignored(const struct sigaction *action) {
    return (action->sa_flags & SA_SIGINFO) == 0 && action->sa_handler == SIG_IGN;
}

static crash_stage stage(void) {
    return (crash_stage)__atomic_load_n(&crash.stage, __ATOMIC_SEQ_CST);
}

static void set_stage(crash_stage to) {
    __atomic_store_n(&crash.stage, (uint32_t)to, __ATOMIC_SEQ_CST);
}

/* ---- the report ---- */

/* The frames of this handler stand in front of the one that was interrupted. */
static void find_frames(jl_crash_report *report, const void *context) {
    void *all[WALK_MAX];
    void *const here = (void *)jl_compat_program_counter(context);
    report->frames[0] = here;
    report->frame_count = here == NULL ? 0 : 1;
    const int count = jl_compat_backtrace(all, WALK_MAX);
    int from = 0;
    while (from < count && all[from] != here)
        from++;
    if (from == count)
        from = 0;
    else
        report->frame_count = 0;
    for (int i = from; i < count && report->frame_count < JSONLOG_CRASH_FRAMES_MAX; i++)
        report->frames[report->frame_count++] = all[i];
}

/* Nothing that a process which crashes would have to wait for. */
static void write_to_descriptor(const jl_crash_settings *s, size_t len) {
    jl_descriptor out = s->descriptor;
    struct pollfd output = {.fd = out.fd, .events = POLLOUT};
    struct iovec part = jl_part(crash.line, len);
    if (out.fd >= 0 && (out.is_file || poll(&output, 1, (int)s->wait_ms) == 1))
        jl_descriptor_write_all(&out, &part, 1);
}

static void write_line(const jl_crash_settings *s) {
    set_stage(STAGE_LINE);
    const jl_modules *modules = __atomic_load_n(&s->modules, __ATOMIC_SEQ_CST);
    const size_t len = jl_crash_line(crash.line, &s->head, &crash.report, modules);
    jl_holder *output = s->output == NULL ? jl_rescue_output_on(s->descriptor.fd) : s->output;
    crash.report.rescue.deadline_ns = jl_clock_monotonic_ns() + s->wait_ms * NS_PER_MS;
    if (output == NULL || !output->write(output, crash.line, len, &crash.report.rescue))
        write_to_descriptor(s, len);
}

/* The first process of a container does not die of signals that are sent to it, by default. */
static bool may_live(int signal, const siginfo_t *info) {
    const struct sigaction *next = &before[index_of(signal)];
    return is_function(next) ||
           (!jl_crash_is_fault(signal, info) && (is_ignored(next) || getpid() == 1));
}

static void fill_report(const jl_crash_settings *s, int signal, const siginfo_t *info) {
    crash.report = (jl_crash_report){
        .signal = signal,
        .info = info,
        .time_ns = jl_clock_now_ns(),
        .thread = jl_compat_thread_id(),
        .rescue = {.deadline_ns = jl_clock_monotonic_ns() + s->wait_ms * NS_PER_MS,
                   .may_live = may_live(signal, info)},
    };
}

static void end_report(void) {
    if (crash.report.rescue.may_live)
        jl_rescue_end(&crash.report.rescue);
    set_stage(STAGE_DONE);
}

/* The frames last: walking a stack that was overwritten is what may crash in here. */
static void report(const jl_crash_settings *s, int signal, const siginfo_t *info, void *context) {
    fill_report(s, signal, info);
    set_stage(STAGE_RESCUE);
    jl_rescue_run(&crash.report.rescue);
    find_frames(&crash.report, context);
    write_line(s);
    end_report();
}

/* ---- who reports ---- */

static void await_reporter(const jl_crash_settings *s) {
    const int64_t deadline = jl_clock_monotonic_ns() + 2 * s->wait_ms * NS_PER_MS;
    const struct timespec nap = {0, NAP_NS};
    while (stage() != STAGE_DONE && jl_clock_monotonic_ns() < deadline)
        nanosleep(&nap, NULL);
}

static bool is_reporter(uint64_t thread) {
    return __atomic_load_n(&crash.reporter, __ATOMIC_SEQ_CST) == thread;
}

static void crash_once_more(const jl_crash_settings *s, uint64_t thread) {
    if (!is_reporter(thread)) {
        await_reporter(s);
    } else if (stage() == STAGE_RESCUE) {
        write_line(s);
        end_report();
    }
}

/* Said before the settings are read, so that whoever takes them away sees it. */
static void take_part(int signal, const siginfo_t *info, void *context) {
    uint64_t nobody = 0;
    const uint64_t thread = jl_compat_thread_id();
    if (__atomic_load_n(&crash.settings, __ATOMIC_SEQ_CST) == NULL || stage() == STAGE_DONE)
        return;
    const bool is_first = __atomic_compare_exchange_n(&crash.reporter, &nobody, thread, false,
                                                      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    if (is_first)
        jl_rescue_begin();
    const jl_crash_settings *s = __atomic_load_n(&crash.settings, __ATOMIC_SEQ_CST);
    if (is_first && s != NULL)
        report(s, signal, info, context);
    else if (is_first)
        jl_rescue_end(&crash.report.rescue);
    else if (s != NULL)
        crash_once_more(s, thread);
}

/* ---- behind us ---- */

/* The signal waits until this handler returns, and meets the code that was interrupted. */
static void send_again(int signal, siginfo_t *info) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    jl_compat_signal_again(signal, info);
}

static void set_default(int signal, struct sigaction *action) {
    action->sa_handler = SIG_DFL;
    action->sa_flags = 0;
    sigaction(signal, action, NULL);
}

/* Called by the handler that is in place, which was installed after ours. If ours is what it has
 * called before in turn, somebody has installed in a circle. */
static void call_before(int signal, siginfo_t *info, void *context, const struct sigaction *next) {
    const uint64_t thread = jl_compat_thread_id();
    if (!is_function(next) || __atomic_load_n(&crash.passing, __ATOMIC_SEQ_CST) == thread)
        return;
    __atomic_store_n(&crash.passing, thread, __ATOMIC_SEQ_CST);
    if ((next->sa_flags & SA_SIGINFO) != 0)
        next->sa_sigaction(signal, info, context);
    else
        next->sa_handler(signal);
    __atomic_store_n(&crash.passing, 0, __ATOMIC_SEQ_CST);
}

static void on_signal(int signal, siginfo_t *info, void *context);

static bool is_in_place(int signal) {
    struct sigaction now;
    return sigaction(signal, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) != 0 &&
           now.sa_sigaction == on_signal;
}

/* A process that is to die has its signal sent again even where the fault would come by itself: it
 * might not, and the lines that were stopped for it wait. */
static void pass_on(int signal, siginfo_t *info, void *context) {
    struct sigaction next = before[index_of(signal)];
    const bool comes_again = jl_crash_is_fault(signal, info);
    if (!is_in_place(signal)) {
        call_before(signal, info, context, &next);
        return;
    }
    if (is_ignored(&next) && comes_again)
        set_default(signal, &next);
    else
        sigaction(signal, &next, NULL);
    if (is_function(&next) ? !comes_again : !is_ignored(&next))
        send_again(signal, info);
}

/* ---- the handler ---- */

static bool is_ignored_from_outside(int signal, const siginfo_t *info) {
    return is_ignored(&before[index_of(signal)]) && !jl_crash_is_fault(signal, info) &&
           info->si_pid != getpid();
}

static void on_signal(int signal, siginfo_t *info, void *context) {
    const int error = errno;
    if (!is_ignored_from_outside(signal, info)) {
        take_part(signal, info, context);
        pass_on(signal, info, context);
    }
    errno = error;
}

/* Other handlers of the program do not run on top of this one, on what may be a small stack. Deadly
 * signals do, so that a second crash gets to the handler before ours. */
static void make_action(struct sigaction *action) {
    *action = (struct sigaction){.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    action->sa_sigaction = on_signal;
    sigfillset(&action->sa_mask);
    for (int i = 0; i < WATCHED; i++)
        sigdelset(&action->sa_mask, watched[i].signal);
    sigdelset(&action->sa_mask, SIGTRAP);
    sigdelset(&action->sa_mask, SIGSYS);
}

void jl_crash_watch(const jl_crash_settings *settings, unsigned signals) {
    struct sigaction action;
    make_action(&action);
    __atomic_store_n(&crash.reporter, 0, __ATOMIC_SEQ_CST);
    set_stage(STAGE_NONE);
    for (int i = 0; i < WATCHED; i++) {
        was_watched[i] = (signals & watched[i].bit) != 0;
        if (was_watched[i])
            sigaction(watched[i].signal, NULL, &before[i]);
    }
    __atomic_store_n(&crash.settings, settings, __ATOMIC_SEQ_CST);
    for (int i = 0; i < WATCHED; i++)
        if (was_watched[i])
            sigaction(watched[i].signal, &action, NULL);
}

void jl_crash_unwatch(void) {
    const struct timespec nap = {0, NAP_NS};
    for (int i = 0; i < WATCHED; i++)
        if (was_watched[i] && is_in_place(watched[i].signal))
            sigaction(watched[i].signal, &before[i], NULL);
    __atomic_store_n(&crash.settings, NULL, __ATOMIC_SEQ_CST);
    while (jl_rescue_is_on())
        nanosleep(&nap, NULL);
}
