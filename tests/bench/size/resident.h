#ifndef JL_BENCH_RESIDENT_H
#define JL_BENCH_RESIDENT_H
/** What a program occupies, as it says of itself on stderr. */
#include <stdio.h>
#include <string.h>

static inline void print_resident(void) {
    char line[128];
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "RssAnon:", 8) == 0 || strncmp(line, "VmRSS:", 6) == 0)
            fputs(line, stderr);
    if (status != NULL)
        fclose(status);
}

#endif
