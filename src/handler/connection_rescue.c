/* What a connection does when the process crashes. Its thread goes on meanwhile, so it is given
 * time to deliver; nothing can be sent in its place, because only it knows what is on its way. */
#include "handler/connection_inside.h"

#include <stddef.h>

static jl_connection *connection_of(jl_holder *holder) {
    return (jl_connection *)(void *)((char *)holder - offsetof(jl_connection, holder));
}

static uint64_t counted(const uint64_t *counter) {
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* The ring cannot be read while others move in it, but everything that goes in or out is counted.
 * What is delivered may be counted before it is counted as accepted. */
static uint64_t lines_held(const jl_connection *c) {
    jsonlog_handler_stats stats;
    const uint64_t gone = counted(&c->lines) + counted(&c->dropped);
    jsonlog_handler_get_stats(c->holder.handler, &stats);
    return stats.lines > gone ? stats.lines - gone : 0;
}

static bool can_move_on(const jl_connection *c) {
    return !jl_connection_is_worker() && __atomic_load_n(&c->is_connected, __ATOMIC_RELAXED) != 0;
}

static void rescue(jl_holder *holder, jl_rescue_stage stage, jl_rescue *r) {
    const jl_connection *c = connection_of(holder);
    if (stage == JL_RESCUE_AWAIT)
        r->is_pending |= can_move_on(c) && lines_held(c) > 0;
    else if (stage == JL_RESCUE_LAST)
        r->unflushed += lines_held(c);
}

void jl_connection_hold(jl_connection *c, const jsonlog_handler *handler) {
    c->holder = (jl_holder){.handler = handler, .rescue = rescue, .descriptor = -1};
    jl_holder_add(&c->holder);
}

void jl_connection_forget_held(jl_connection *c) {
    if (c->holder.handler != NULL)
        jl_connection_add(&c->dropped, lines_held(c));
}
