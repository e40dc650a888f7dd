/** A program that only logs, linked statically with the library: what it carries and occupies. */
#include "resident.h"

#include <jsonlog/jsonlog.h>

int main(void) {
    jsonlog_logger *log = jsonlog_get("payment");
    for (int i = 0; i < 1000; i++)
        jsonlog_error(log, "authentication failed", "errorCode", "DA00012", "userAge", i,
                      "latencyMs", 12.5);
    print_resident();
    return 0;
}
