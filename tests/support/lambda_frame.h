#ifndef TEST_LAMBDA_FRAME_H
#define TEST_LAMBDA_FRAME_H
/** Frames of Lambda's telemetry descriptor, as the other side reads them. */
#include "handler/lambda_frames.h"

typedef struct frame {
    uint32_t type;
    uint64_t time_us;
    const char *text;
    size_t len;
} frame;

static inline uint64_t number_at(const char *bytes, size_t count) {
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++)
        number = number << 8 | (uint8_t)bytes[i];
    return number;
}

/* Take one frame off. @return false at the end; a frame that is not whole fails the test. */
static inline bool take_frame(const char **at, const char *end, frame *out) {
    if (*at == end)
        return false;
    assert_true((size_t)(end - *at) >= JL_LAMBDA_HEADER_SIZE);
    out->type = (uint32_t)number_at(*at, 4);
    out->len = number_at(*at + 4, 4);
    out->time_us = number_at(*at + 8, 8);
    out->text = *at + JL_LAMBDA_HEADER_SIZE;
    assert_true(out->len <= (size_t)(end - out->text));
    *at = out->text + out->len;
    return true;
}

#endif
