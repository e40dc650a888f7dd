#ifndef JL_HANDLER_LAMBDA_FRAMES_H
#define JL_HANDLER_LAMBDA_FRAMES_H
/**
 * The handler for Lambda's telemetry descriptor: each line in a frame of its own.
 *
 *     offset  size  all numbers big-endian
 *     0       4     type: A55A0003 (text) or A55A0002 (JSON), or-ed with the level
 *     4       4     bytes of the message
 *     8       8     UNIX time in microseconds
 *     16      n     the message, UTF-8
 *
 * Source: the runtime interface clients of AWS for Node.js and Python.
 */
#include <jsonlog/handler.h>

#define JL_LAMBDA_HEADER_SIZE 16

/** Fill the header of a frame. */
void jl_lambda_header(uint8_t out[JL_LAMBDA_HEADER_SIZE], bool is_text, const jsonlog_line *line,
                      size_t message_len);

/** @param fd  stays open when the handler goes. @return NULL without memory or for a bad one. */
jsonlog_handler *jl_lambda_frames_new(int fd, bool is_text);

#endif
