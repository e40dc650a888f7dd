#include "handler/crash_modules.h"

#include "base/alloc.h"
#include "base/compat.h"
#include "base/compat_fault.h"
#include "base/utf8.h"

typedef struct gathering {
    jl_modules *modules;
    size_t capacity;
    size_t found;
} gathering;

static jl_text base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = path[0] == '\0' ? jl_compat_program_name()
                       : slash == NULL ? path
                                       : slash + 1;
    return jl_text_of(name);
}

static void add(const jl_compat_code *code, void *context) {
    gathering *g = context;
    if (g->found++ >= g->capacity)
        return;
    jl_module *module = &g->modules->list[g->modules->count++];
    const jl_text name = base_name(code->path);
    *module = (jl_module){.begin = code->begin, .end = code->end, .base = code->base};
    module->name_len = jl_utf8_cut(name, JL_MODULE_NAME_MAX);
    memcpy(module->name, name.ptr, module->name_len);
}

static jl_modules *gather(size_t capacity, size_t *found) {
    gathering g = {.capacity = capacity};
    g.modules = jl_alloc(sizeof *g.modules + capacity * sizeof g.modules->list[0]);
    if (g.modules == NULL)
        return NULL;
    g.modules->count = 0;
    jl_compat_each_code(add, &g);
    *found = g.found;
    return g.modules;
}

/* Modules may be loaded between counting and gathering. */
jl_modules *jl_modules_new(void) {
    size_t found = 16;
    for (;;) {
        const size_t capacity = found;
        jl_modules *modules = gather(capacity, &found);
        if (modules == NULL || found <= capacity)
            return modules;
        jl_free(modules);
    }
}

const jl_module *jl_modules_find(const jl_modules *modules, uintptr_t address) {
    for (size_t i = 0; modules != NULL && i < modules->count; i++)
        if (address >= modules->list[i].begin && address < modules->list[i].end)
            return &modules->list[i];
    return NULL;
}
