#!/bin/sh
# Builds the rooms that read JSON for 64-bit ARM and runs their tests on an emulated one: what is written with NEON says
# what the plain loops say. usage: neon.sh SOURCE_DIR BUILD_DIR; 77: a cross compiler or the emulator is missing
# (Debian: gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user).
set -eu
source=$1
build=$2/neon
tests="test_scanner test_line_bits test_match_names test_needle test_set_search test_prefilter test_filter_find test_split test_escape test_unescape test_text_steps test_cpu"

compiler=aarch64-linux-gnu-gcc
emulator=$(command -v qemu-aarch64 || command -v qemu-aarch64-static) || emulator=
if ! command -v $compiler >/dev/null || [ -z "$emulator" ]; then
    echo "skipped: $compiler or qemu-aarch64 is not installed"
    exit 77
fi

rm -rf "$build"
mkdir -p "$build/objects"
export OBJECTS="$build/objects"
export COMPILE="$compiler -O2 -g -std=gnu11 -D_GNU_SOURCE -DJSONLOG_BUILDING -ffunction-sections -Wall -Wextra -Wconversion -Werror -I$source/include -I$source/src -I$source/tests -I$source/tests/package/without_cmocka"

# shellcheck disable=SC2016 # expanded by the shell that xargs starts
find "$source/src/base" "$source/src/json" "$source/src/filter" -name '*.c' |
    xargs -P "$(nproc)" -n 1 sh -c '$COMPILE -c "$0" -o "$OBJECTS/$(basename "$0" .c).o"'

for test in $tests; do
    $COMPILE -static -Wl,--gc-sections -o "$build/$test" "$source/tests/unit/$test.c" "$OBJECTS"/*.o -lpthread -lm
    "$emulator" "$build/$test" >"$build/$test.log" 2>&1 || { tail -n 20 "$build/$test.log"; echo "failed: $test"; exit 1; }
done
echo "as on other processors: $tests"
