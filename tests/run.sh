#!/bin/sh
# Installs what is missing, builds with gcc and clang and with the sanitizers, and passes all tests.
# JSONLOG_TEST_EFFORT (default 1) scales the long loops. Run it again as often as you like.
set -eu
cd "$(dirname "$0")/.."
. src/package/setup.sh

report=
failed=

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

mkdir -p build
part "packages" need_packages $TEST_PACKAGES
part "gcc, everything" check release
part "clang" check clang --label-exclude slow
part "AddressSanitizer, UBSan" check asan --label-exclude native
# ThreadSanitizer sees only what runs in threads: everything but formatting and matching.
threaded='async|capture|change|chores|config|connection|context|crash|direct|emit|environment|epoch|exit|expect|fault|file|flush|foreign|fork|glib|handler|heartbeat|interrupted|level|limiter|memory|meta|network|plugin|process|race|recorder|redaction|rescue|redirect|ring|rotat|routing|sampling|scope|shutdown|snapshot|socket|stats|syslog|thread|tree'
part "ThreadSanitizer" check tsan --label-exclude native --tests-regex "$threaded"
part "clang-tidy" sh src/package/tidy.sh build/clang

say "minutes of each part"
printf '%s' "$report"
if [ -n "$failed" ]; then
    echo "FAILED:$failed"
    exit 1
fi
