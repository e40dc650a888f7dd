#include "logger/window.h"

#include <stdbool.h>

#define END_MOST ((INT64_C(1) << 40) - 1)

static uint64_t first_of(int64_t now_ms, int64_t per_ms) {
    const int64_t end_ms = per_ms > END_MOST - now_ms ? END_MOST : now_ms + per_ms;
    return (uint64_t)end_ms << 24 | 1;
}

uint32_t jl_window_count(uint64_t *word, int64_t now_ms, int64_t per_ms, uint32_t enough) {
    uint64_t now = __atomic_load_n(word, __ATOMIC_RELAXED);
    uint64_t next = 0;
    do {
        const uint32_t count = (uint32_t)(now & JL_WINDOW_MOST);
        const bool is_over = count == 0 || now_ms >= (int64_t)(now >> 24);
        if (!is_over && count >= enough && enough < JL_WINDOW_MOST)
            return enough + 1;
        next = is_over || count == JL_WINDOW_MOST ? first_of(now_ms, per_ms) : now + 1;
    } while (
        !__atomic_compare_exchange_n(word, &now, next, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return (uint32_t)(next & JL_WINDOW_MOST);
}
