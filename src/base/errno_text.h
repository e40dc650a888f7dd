#ifndef JL_BASE_ERRNO_TEXT_H
#define JL_BASE_ERRNO_TEXT_H
/** Names and sentences of errno values. Async-signal-safe, from any thread. */

/** @return "ENOENT"; NULL for 0 and for a value without a name. */
const char *jl_errno_name(int error);
/** @return "No such file or directory"; NULL for a value without one. */
const char *jl_errno_sentence(int error);

#endif
