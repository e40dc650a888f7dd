#include "handler/rescue_exit.h"

#include "base/clock.h"
#include "base/last_resort.h"
#include "handler/rescue.h"

/* For all of them together; who does not hang needs next to nothing. */
#define PATIENCE_NS INT64_C(1000000000)

/* The process lives on a little: functions that run behind us may log, and release handlers. */
static uint64_t rescue_all(void) {
    jl_rescue rescue = {.deadline_ns = jl_clock_monotonic_ns() + PATIENCE_NS, .may_live = true};
    jl_rescue_begin();
    jl_rescue_run(&rescue);
    jl_rescue_end(&rescue);
    return rescue.lost + rescue.unflushed;
}

void jl_rescue_arm_exit(void) {
    __atomic_store_n(&jl_last_resort, rescue_all, __ATOMIC_RELEASE);
}
