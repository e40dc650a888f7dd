#ifndef JL_BASE_COMPAT_H
#define JL_BASE_COMPAT_H
/** What differs between systems, under one name each, so that logic reads without #if. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The kernel's id of the calling thread, as tools like top and gdb show it. */
uint64_t jl_compat_thread_id(void);

/** The program's name without its path, borrowed for ever; "" if it is not known. */
const char *jl_compat_program_name(void);

/** Copy a NUL-terminated text, cut to size and always terminated; @return the length of `from`. */
size_t jl_compat_copy(char *to, const char *from, size_t size);

/** A number with a suffix K, M, G, T … of powers of 1,024. @return false if it is none or too large
 * for 64 bits; errno is kept. */
bool jl_compat_expand_number(const char *text, uint64_t *number);

/** Fill with bytes that nobody can guess; cannot fail, and differs between parent and child of a
 * fork. */
void jl_compat_random(void *out, size_t size);

#endif
