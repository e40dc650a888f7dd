#!/bin/sh
# Installs what is missing, builds, and runs the main job: a service logs, and its lines are found again with the
# filter patterns that an alarm in CloudWatch would use. Run it again as often as you like.
set -eu
cd "$(dirname "$0")/.."
. src/package/setup.sh

say "packages"
need_packages $BUILD_PACKAGES

say "build (build/examples)"
mkdir -p build
{
    cmake -S . -B build/examples -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DJSONLOG_TESTS=OFF &&
        cmake --build build/examples
} >build/examples.log 2>&1 || { tail -n 40 build/examples.log; exit 1; }
bin=build/examples/bin
echo "built: $bin/first_steps $bin/payment_service $bin/jsonlog"

say "the example of README.md"
"$bin/first_steps"

say "a payment service reads 1,200 orders, some of them hostile"
"$bin/payment_service" tests/data/orders.jsonl >build/examples/payment.log
echo "$(wc -l <build/examples/payment.log) lines of JSON in build/examples/payment.log, for example"
sed -n '2p' build/examples/payment.log

# find PATTERN: how many lines match, and the first of them.
find_lines() {
    say "jsonlog filter '$1'"
    echo "$("$bin/jsonlog" filter -c "$1" build/examples/payment.log) lines, the first is"
    "$bin/jsonlog" filter "$1" build/examples/payment.log | head -n 1
}
find_lines '{ $.logType = "ERROR" && $.errorMessage = "*인증실패*" }'
find_lines '{ $.user.age >= 20 }'
find_lines '{ $.errorCode = "DA0001*" }'

say "jsonlog explain: why does a line match, or not"
sed -n '1p' build/examples/payment.log | "$bin/jsonlog" explain '{ $.logType = "ERROR" && $.user.age >= 20 }' || true
