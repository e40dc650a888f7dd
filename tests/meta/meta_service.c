/* A service as small as can be, run by test_meta_service.c: logs one line for each line of its
 * stdin. */
#include <jsonlog/jsonlog.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    jsonlog_logger *log = jsonlog_get("service");
    jsonlog_info(log, "started", "region", getenv("SERVICE_REGION"));
    char order[256];
    size_t count = 0;
    while (fgets(order, sizeof order, stdin) != NULL) {
        order[strcspn(order, "\n")] = '\0';
        count++;
        if (strcmp(order, "crash") == 0)
            abort();
        if (strncmp(order, "bad", 3) == 0)
            jsonlog_error(log, "order refused", "errorCode", "DA00012", "order", order);
        else
            jsonlog_debug(log, "order taken", "order", order);
    }
    jsonlog_info(log, "stopped", "orders", count);
    return count == 0 ? 3 : 0;
}
