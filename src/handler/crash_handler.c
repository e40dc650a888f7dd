#include <jsonlog/crash.h>

#include "base/alloc.h"
#include "base/compat_fault.h"
#include "base/err.h"
#include "handler/crash_signals.h"

#include <pthread.h>
#include <unistd.h>

#define WAIT_MS_DEFAULT 500
#define SIGNALS_ALL     31u

/* Who changes what is installed; others are told to come again. */
enum { FREE, BUSY };
static uint32_t change; /* atomic */

static jl_crash_settings settings;
static jsonlog_handler *handler; /* a reference */
static pthread_t installer;
static bool is_installed;

static bool begin_change(void) {
    uint32_t free_now = FREE;
    return __atomic_compare_exchange_n(&change, &free_now, BUSY, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static void end_change(void) {
    __atomic_store_n(&change, FREE, __ATOMIC_RELEASE);
}

/* ---- install ---- */

static jsonlog_status find_output(const jsonlog_crash_options *o, jsonlog_err *err) {
    const int descriptor = o->descriptor == 0 ? STDERR_FILENO : o->descriptor;
    settings.output = o->handler == NULL ? NULL : jl_holder_output(o->handler);
    if (o->handler != NULL && settings.output == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "a crash can only be written to a stream, file or rotating handler");
    if (jl_descriptor_init(&settings.descriptor, descriptor))
        return JSONLOG_OK;
    settings.descriptor = (jl_descriptor){.fd = -1};
    if (o->handler != NULL)
        return JSONLOG_OK;
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                      "the descriptor %d is not open for writing", descriptor);
}

static jsonlog_status check(const jsonlog_crash_options *o, jsonlog_err *err) {
    if (o->size != sizeof *o)
        return jl_err_wrong_size(err, "jsonlog_crash_options");
    if ((o->signals & ~SIGNALS_ALL) != 0 || (o->fields == NULL && o->field_count > 0))
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "the crash options have a signal that there is not, or no fields");
    return JSONLOG_OK;
}

/* The first walk loads what it needs, which allocates. */
static void warm_up(void) {
    void *frames[4];
    jl_compat_backtrace(frames, 4);
}

static jsonlog_status prepare(const jsonlog_crash_options *o, jsonlog_err *err) {
    jsonlog_status status = check(o, err);
    if (status == JSONLOG_OK)
        status = find_output(o, err);
    if (status == JSONLOG_OK)
        status = jl_crash_head_init(&settings.head, o, err);
    if (status != JSONLOG_OK)
        return status;
    if (jsonlog_crash_thread_enter() != JSONLOG_OK)
        return jl_err_nomem(err);
    settings.modules = jl_modules_new();
    if (settings.modules == NULL)
        return jl_err_nomem(err);
    settings.wait_ms = o->wait_ms == 0 ? WAIT_MS_DEFAULT : o->wait_ms;
    return JSONLOG_OK;
}

jsonlog_status jsonlog_crash_install(const jsonlog_crash_options *options, jsonlog_err *err) {
    static const jsonlog_crash_options defaults = JSONLOG_CRASH_OPTIONS_INIT;
    const jsonlog_crash_options *o = options == NULL ? &defaults : options;
    if (!begin_change())
        return jl_err_set(err, JSONLOG_E_STATE, JSONLOG_NO_OFFSET, "it is being installed");
    jsonlog_status status = JSONLOG_OK;
    if (is_installed)
        status = jl_err_set(err, JSONLOG_E_STATE, JSONLOG_NO_OFFSET, "it is installed already");
    else
        status = prepare(o, err);
    if (status == JSONLOG_OK) {
        warm_up();
        handler = jsonlog_handler_retain(o->handler);
        installer = pthread_self();
        is_installed = true;
        jl_crash_watch(&settings, o->signals == 0 ? SIGNALS_ALL : o->signals);
    }
    end_change();
    return status;
}

/* ---- later ---- */

void jsonlog_crash_uninstall(void) {
    if (!begin_change())
        return;
    jsonlog_handler *released = NULL;
    if (is_installed) {
        jl_crash_unwatch();
        jl_free(settings.modules);
        settings.modules = NULL;
        released = handler;
        handler = NULL;
        if (pthread_equal(installer, pthread_self()) != 0)
            jsonlog_crash_thread_leave();
        is_installed = false;
    }
    end_change();
    jsonlog_handler_release(released);
}

static void await_crash(void) {
    const struct timespec nap = {0, 1000000L};
    while (jl_rescue_is_on())
        nanosleep(&nap, NULL);
}

/* Who reads the old table has said before that a rescue is on. */
jsonlog_status jsonlog_crash_refresh(void) {
    if (!begin_change())
        return JSONLOG_E_STATE;
    jsonlog_status status = is_installed ? JSONLOG_OK : JSONLOG_E_STATE;
    jl_modules *now = is_installed ? jl_modules_new() : NULL;
    if (now != NULL) {
        jl_modules *old = __atomic_exchange_n(&settings.modules, now, __ATOMIC_SEQ_CST);
        await_crash();
        jl_free(old);
    } else if (is_installed) {
        status = JSONLOG_E_NOMEM;
    }
    end_change();
    return status;
}
