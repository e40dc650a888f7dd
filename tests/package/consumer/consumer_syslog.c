#include <syslog.h>

int main(void) {
    openlog("consumer", 0, LOG_DAEMON);
    syslog(LOG_NOTICE, "installed");
    return 0;
}
