#ifndef JL_SUPPORT_FIND_PLAINLY_H
#define JL_SUPPORT_FIND_PLAINLY_H
/** What jsonlog_filter_find() does, by asking line by line. */
#include <jsonlog/filter.h>

#include <string.h>

static inline const char *find_plainly(const jsonlog_filter *filter, const char **at,
                                       const char *end, size_t *len) {
    while (*at < end) {
        const char *line = *at;
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        *len = (size_t)((newline == NULL ? end : newline) - line);
        *at = newline == NULL ? end : newline + 1;
        if (jsonlog_filter_match(filter, line, *len))
            return line;
    }
    return NULL;
}

#endif
