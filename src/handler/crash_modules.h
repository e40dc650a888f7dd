#ifndef JL_HANDLER_CRASH_MODULES_H
#define JL_HANDLER_CRASH_MODULES_H
/** Which addresses belong to which module: gathered beforehand, because asking the dynamic linker
 *  takes its lock. */
#include "base/text.h"

#include <stdint.h>

#define JL_MODULE_NAME_MAX 32

typedef struct jl_module {
    uintptr_t begin, end; /**< of a piece of its code */
    uintptr_t base;
    char name[JL_MODULE_NAME_MAX]; /**< without the path, cut; not terminated */
    size_t name_len;
} jl_module;

typedef struct jl_modules {
    size_t count;
    jl_module list[];
} jl_modules;

/** @return NULL without memory; free with jl_free(). */
jl_modules *jl_modules_new(void);

/** @return NULL if the address is in none of them. Async-signal-safe. */
const jl_module *jl_modules_find(const jl_modules *modules, uintptr_t address);

#endif
