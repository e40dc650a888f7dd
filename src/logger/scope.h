#ifndef JL_LOGGER_SCOPE_H
#define JL_LOGGER_SCOPE_H
/** Scopes: the fields a thread carries. */
#include "base/thread.h"

/** Drop all scopes of a thread, at its end. */
void jl_scopes_drop(jl_thread *thread);

#endif
