#ifndef JL_BENCH_ISO_TIME_H
#define JL_BENCH_ISO_TIME_H
/**
 * "2026-11-22T08:07:45.784Z" for the peers that have no clock of their own. The second is kept from
 * call to call: whoever writes his own logger and measures it once does that, so the peers get it.
 */
#include <string.h>
#include <time.h>

enum { ISO_TIME_LEN = 24 };

static inline void iso_time(char out[ISO_TIME_LEN + 1]) {
    static time_t kept = -1;
    static char text[ISO_TIME_LEN + 1];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != kept) {
        struct tm utc;
        kept = now.tv_sec;
        gmtime_r(&kept, &utc);
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000Z", &utc);
    }
    const int ms = (int)(now.tv_nsec / 1000000);
    memcpy(out, text, sizeof text);
    out[20] = (char)('0' + ms / 100);
    out[21] = (char)('0' + ms / 10 % 10);
    out[22] = (char)('0' + ms % 10);
}

#endif
