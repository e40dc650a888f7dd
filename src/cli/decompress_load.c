#include "cli/decompressor.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const char *loading_failed(void) {
    static char why[512];
    const char *reason = dlerror();
    snprintf(why, sizeof why, "cannot decompress: %s", reason != NULL ? reason : "no library");
    return why;
}

const char *decompress_load(const char *library, const library_call *calls, size_t count) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return loading_failed();
    for (size_t i = 0; i < count; i++) {
        void *address = dlsym(handle, calls[i].name);
        if (address == NULL)
            return loading_failed();
        /* ISO C has no cast from an object to a function pointer; POSIX gives both one size. */
        memcpy(calls[i].slot, &address, sizeof address);
    }
    return NULL;
}
