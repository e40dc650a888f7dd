#!/bin/sh
# Installs what is missing, builds with gcc and clang and with the sanitizers, and passes all tests, those of the bindings too.
# JSONLOG_TEST_EFFORT (default 1) scales the long loops. Run it again as often as you like.
set -eu
cd "$(dirname "$0")/.."
. src/package/setup.sh

report=
failed=
left_out=

# part NAME COMMAND...: runs it, remembers how long it took and whether it failed.
part() {
    name=$1
    shift
    say "$name"
    began=$(date +%s)
    outcome=ok
    "$@" || outcome=FAILED
    [ "$outcome" = ok ] || failed="$failed $name"
    seconds=$(($(date +%s) - began))
    report="$report$(printf '%-34s %3d.%d min  %s' "$name" $((seconds / 60)) $((seconds % 60 / 6)) "$outcome")
"
}

# check PRESET [CTEST ARGUMENT...]
check() {
    preset=$1
    shift
    cmake --preset "$preset" >"build/$preset.log" 2>&1 || { cat "build/$preset.log"; return 1; }
    cmake --build --preset "$preset" >>"build/$preset.log" 2>&1 || { tail -n 60 "build/$preset.log"; return 1; }
    ctest --preset "$preset" --parallel 2 "$@"
}

# pino, Jest, Vitest and TypeScript come from the npm registry. Where that cannot be reached, and this is not CI, the tests
# that need them are left out, and the last lines say so.
find_registry() {
    if [ -z "${CI:-}" ] && ! timeout 60 npm view pino version >/dev/null 2>&1; then
        export JSONLOG_OFFLINE=1
        left_out="LEFT OUT, for the npm registry cannot be reached: the tests of pino, Jest, Vitest and TypeScript"
        say "$left_out"
    fi
}

mkdir -p build
# shellcheck disable=SC2046,SC2086 # one word a package
part "packages" need_packages $TEST_PACKAGES $(sh bindings/node/tests/run.sh --packages)
part "gcc, everything" check release
part "clang" check clang --label-exclude slow
part "AddressSanitizer, UBSan" check asan --label-exclude native
# ThreadSanitizer sees only what runs in threads: everything but formatting and matching.
threaded='async|capture|change|chores|config|connection|context|crash|direct|emit|environment|epoch|exit|expect|fault|file|flush|foreign|fork|glib|handler|heartbeat|interrupted|level|limiter|line_store|memory|meta|network|plugin|process|race|recorder|redaction|rescue|redirect|ring|rotat|routing|sampling|scope|shutdown|snapshot|socket|stats|syslog|thread|tick|tree'
part "ThreadSanitizer" check tsan --label-exclude native --tests-regex "$threaded"
part "Python binding" sh bindings/python/tests/run.sh build/release
find_registry
part "Node binding" sh bindings/node/tests/run.sh build/release
part "Node binding, AddressSanitizer" sh bindings/node/tests/run.sh build/asan
part "clang-tidy" sh src/package/tidy.sh build/clang

say "minutes of each part"
printf '%s' "$report"
[ -z "$left_out" ] || echo "$left_out"
if [ -n "$failed" ]; then
    echo "FAILED:$failed"
    exit 1
fi
