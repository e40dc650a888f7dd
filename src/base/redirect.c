#include "base/redirect.h"

#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A slot, once taken, keeps descriptor and original for ever. */
typedef struct redirect {
    int descriptor;
    int original;
    bool is_taken; /* atomic; set when the two above are */
    bool is_on;    /* atomic */
} redirect;

static redirect redirects[JL_REDIRECTS_MAX];

uint32_t jl_redirects_on;

static redirect *slot_of(int descriptor) {
    for (int i = 0; i < JL_REDIRECTS_MAX; i++) {
        redirect *slot = &redirects[i];
        if (__atomic_load_n(&slot->is_taken, __ATOMIC_ACQUIRE) && slot->descriptor == descriptor)
            return slot;
    }
    return NULL;
}

int jl_redirect_find(int descriptor) {
    const redirect *slot = slot_of(descriptor);
    const bool is_on = slot != NULL && __atomic_load_n(&slot->is_on, __ATOMIC_ACQUIRE);
    return is_on ? slot->original : descriptor;
}

static redirect *free_slot_locked(void) {
    for (int i = 0; i < JL_REDIRECTS_MAX; i++)
        if (!redirects[i].is_taken)
            return &redirects[i];
    return NULL;
}

/* Numbers 0 to 2 would be taken for the standard streams by somebody. */
static jsonlog_status take_slot_locked(int descriptor, redirect **taken) {
    redirect *slot = free_slot_locked();
    if (slot == NULL)
        return JSONLOG_E_LIMIT;
    const int original = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (original == -1)
        return JSONLOG_E_IO;
    slot->descriptor = descriptor;
    slot->original = original;
    __atomic_store_n(&slot->is_taken, true, __ATOMIC_RELEASE);
    *taken = slot;
    return JSONLOG_OK;
}

/* The same number in one step, for a write to it may be under way. */
static bool renew_original(const redirect *slot) {
    return dup2(slot->descriptor, slot->original) != -1 &&
           fcntl(slot->original, F_SETFD, FD_CLOEXEC) != -1;
}

static bool lead(int descriptor, int to) {
    const int flags = fcntl(descriptor, F_GETFD);
    return dup2(to, descriptor) != -1 && fcntl(descriptor, F_SETFD, flags) != -1;
}

static void switch_to(redirect *slot, bool is_on) {
    __atomic_store_n(&slot->is_on, is_on, __ATOMIC_RELEASE);
    __atomic_fetch_add(&jl_redirects_on, is_on ? 1 : UINT32_MAX, __ATOMIC_ACQ_REL);
}

/* The library is turned to the original before the descriptor is turned away from it. */
static jsonlog_status begin_locked(int descriptor, int to) {
    redirect *slot = slot_of(descriptor);
    if (slot != NULL && slot->is_on)
        return JSONLOG_E_STATE;
    if (slot != NULL && !renew_original(slot))
        return JSONLOG_E_IO;
    const jsonlog_status status = slot != NULL ? JSONLOG_OK : take_slot_locked(descriptor, &slot);
    if (status != JSONLOG_OK)
        return status;
    switch_to(slot, true);
    if (lead(descriptor, to))
        return JSONLOG_OK;
    const int error = errno;
    switch_to(slot, false);
    errno = error;
    return JSONLOG_E_IO;
}

jsonlog_status jl_redirect_begin(int descriptor, int to) {
    jl_lock_acquire(&jl_words_lock);
    const jsonlog_status status = begin_locked(descriptor, to);
    jl_lock_release(&jl_words_lock);
    return status;
}

void jl_redirect_end(int descriptor) {
    jl_lock_acquire(&jl_words_lock);
    redirect *slot = slot_of(descriptor);
    if (slot != NULL && slot->is_on) {
        lead(descriptor, slot->original);
        switch_to(slot, false);
    }
    jl_lock_release(&jl_words_lock);
}
