/* Stand-alone regular expressions, against the reference. */
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_pair(data, size, '%', '%');
    return 0;
}
