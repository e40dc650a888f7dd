#ifndef JL_FUZZ_FUZZ_INPUT_H
#define JL_FUZZ_FUZZ_INPUT_H
/**
 * What all fuzzers share: the entry point, and how the bytes of an input are divided.
 *
 * A fuzzer of patterns reads `pattern NUL line`: no pattern contains a NUL, a line may. Without a
 * NUL the whole input is the pattern and the line is empty.
 */
#include <stddef.h>
#include <stdint.h>

/** Called by libFuzzer, or by fuzz_driver.c; aborts when a promise is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * Hold the engine against the reference on one input; abort with a report if they differ.
 * @param open, close  put round a pattern that does not begin with `open`; both NUL: nothing is.
 */
void fuzz_pair(const uint8_t *data, size_t size, char open, char close);

/** The same for a pattern and a line apart. */
void fuzz_pair_of(const char *pattern, const uint8_t *line, size_t line_len);

#endif
