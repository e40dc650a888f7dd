/* Text patterns, and whatever kind an input happens to be, against the reference. */
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_pair(data, size, '\0', '\0');
    return 0;
}
