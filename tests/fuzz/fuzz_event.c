/*
 * What counts as one JSON object: patterns that depend on little else, and on the inside of all of
 * it, against the strict reader of the reference. The input is the line.
 */
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_pair_of("{ $.zzz NOT EXISTS }", data, size);
    fuzz_pair_of("{ $.* = * || $.*.a != 1 || $.a[*] IS NULL }", data, size);
    fuzz_pair_of("{ $.a = \"*\" || $.a.a IS NULL || $.a[1] > 0 || $.['b\"'] != %^b% }", data, size);
    return 0;
}
