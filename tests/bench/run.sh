#!/bin/sh
# Measures records and matches beside peers in the same run. usage: run.sh [MEGABYTES of lines, default 50]
set -eu
cd "$(dirname "$0")/../.."
. src/package/setup.sh
need_packages $BUILD_PACKAGES python3
mkdir -p build
{
    cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DJSONLOG_TESTS=OFF -DJSONLOG_EXAMPLES=OFF -DJSONLOG_BENCH=ON &&
        cmake --build build/bench
} >build/bench.log 2>&1 || { tail -n 40 build/bench.log; exit 1; }
megabytes=${1:-50}
lines=build/bench/lines-$megabytes.ndjson
[ -e "$lines" ] || python3 tests/bench/gen_ndjson.py "$lines" "$megabytes"

say "machine"
uname -sr
grep -m 1 'model name' /proc/cpuinfo
say "records"
taskset -c 1 build/bench/bin/bench_record
say "redacted records"
taskset -c 1 build/bench/bin/bench_redaction
say "async records"
build/bench/bin/bench_async
say "matches"
taskset -c 1 build/bench/bin/bench_match "$lines"
