#ifndef JL_HANDLER_ROTATING_HANDLER_H
#define JL_HANDLER_ROTATING_HANDLER_H
/** For tests: the clock that the age of files is measured with, and the time of lines without one.
 */
#include <jsonlog/rotating.h>

void jl_rotating_use_clock(jsonlog_handler *handler, int64_t (*now_ns)(void));

#endif
