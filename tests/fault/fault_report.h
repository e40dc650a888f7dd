#ifndef TEST_FAULT_REPORT_H
#define TEST_FAULT_REPORT_H
/**
 * What a fault test tried and what came of it, one line of text that fault_table.py gathers:
 *
 *     fault: kill-9 handler=file trials=200 accepted=181022 lost=0 torn=3
 *
 * Names have no blanks. `accepted` are the lines whose write returned JSONLOG_OK, `lost` those of
 * them that the output lacks, `torn` the unfinished lines that were found, each closed by a
 * newline.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

typedef struct fault_report {
    const char *name, *handler;
    uint64_t trials, accepted, lost, torn;
} fault_report;

/** With one write past stdio, so that no child of a test prints it once more. */
static inline void print_fault(fault_report r) {
    char line[256];
    const int len = snprintf(line, sizeof line,
                             "fault: %s handler=%s trials=%" PRIu64 " accepted=%" PRIu64
                             " lost=%" PRIu64 " torn=%" PRIu64 "\n",
                             r.name, r.handler, r.trials, r.accepted, r.lost, r.torn);
    if (len > 0 && write(STDOUT_FILENO, line, (size_t)len) != len)
        perror("fault report");
}

#endif
