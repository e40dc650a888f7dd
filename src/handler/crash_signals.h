#ifndef JL_HANDLER_CRASH_SIGNALS_H
#define JL_HANDLER_CRASH_SIGNALS_H
/**
 * The handler of deadly signals, and where a signal goes behind it.
 *
 * One crash is reported: the thread that comes first is the reporter. Everybody else, and the
 * reporter if he crashes once more, goes on to the handler before.
 */
#include "handler/crash_line.h"
#include "handler/descriptor.h"

/** What the handler needs; written while no signal is ours. */
typedef struct jl_crash_settings {
    jl_crash_head head;
    jl_holder *output; /**< NULL: `descriptor` */
    jl_descriptor descriptor;
    uint32_t wait_ms;
    jl_modules *modules; /**< atomic */
} jl_crash_settings;

/** Make the handler that of `signals` (the bits of jsonlog_crash_options). */
void jl_crash_watch(const jl_crash_settings *settings, unsigned signals);

/** Put back what was there, and wait until nobody reports. The settings are no longer used. */
void jl_crash_unwatch(void);

#endif
