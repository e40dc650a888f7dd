#!/bin/sh
# Measures records and matches beside their peers, all in the same run, and says which goals are met. Not part of pass and
# fail. usage: run.sh [OPTION of bench.py]..., e.g. run.sh --only L2,F3 --rounds 9; run.sh --megabytes 50 is a short one
set -eu
cd "$(dirname "$0")/../.."
. src/package/setup.sh

BENCH_PACKAGES="$BUILD_PACKAGES g++ binutils python3 libspdlog-dev rapidjson-dev libjansson-dev libsimdjson-dev golang-go
 golang-github-rs-zerolog-dev golang-go.uber-zap-dev jq ripgrep mawk"

# shellcheck disable=SC2086 # one word a package
need_packages $BENCH_PACKAGES
mkdir -p build
{
    cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DJSONLOG_TESTS=OFF -DJSONLOG_EXAMPLES=OFF -DJSONLOG_BENCH=ON &&
        cmake --build build/bench
} >build/bench.log 2>&1 || { tail -n 40 build/bench.log; exit 1; }

exec python3 tests/bench/bench.py --build build/bench "$@"
