#!/bin/sh
# Builds the package from a build of jsonlog and passes its tests:
#
#   sh bindings/node/tests/run.sh build/release          # everything
#   sh bindings/node/tests/run.sh build/asan             # the addon under AddressSanitizer
#   sh bindings/node/tests/run.sh --packages             # the Debian packages that are missing
#
# Nothing is written into the source tree. The parts that need npm packages (pino, Jest, Vitest,
# TypeScript) fail where the registry cannot be reached; JSONLOG_OFFLINE=1 leaves them out.
set -eu

NODE_PACKAGES="nodejs npm libnode-dev"

# Node 18 or later, npm and node_api.h may come from anywhere.
has_node() {
    node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' 2>/dev/null &&
        command -v npm >/dev/null &&
        { [ -e /usr/include/node/node_api.h ] || [ -e /usr/include/nodejs/src/node_api.h ]; }
}

say() {
    printf '\n== node: %s\n' "$*"
}

if [ "${1:-}" = --packages ]; then
    has_node || echo "$NODE_PACKAGES"
    exit 0
fi
[ $# -eq 1 ] || { echo "usage: sh bindings/node/tests/run.sh BUILD_DIR | --packages" >&2; exit 2; }
build=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/../../.." && pwd)
out=$build/bindings/node
tests=$out/tests
has_node || { echo "Install these, then run this again: $NODE_PACKAGES" >&2; exit 1; }

sanitizer=$(sed -n 's/^JSONLOG_SANITIZE:[A-Z]*=//p' "$build/CMakeCache.txt")
cmake -G Ninja -S "$root/bindings/node" -B "$out" -D JSONLOG_BUILD_DIR="$build" -D JSONLOG_WERROR=ON \
    -D JSONLOG_SANITIZE="$sanitizer" >"$build/bindings-node.log" 2>&1 &&
    cmake --build "$out" --parallel 2 >>"$build/bindings-node.log" 2>&1 ||
    { cat "$build/bindings-node.log"; exit 1; }

mkdir -p "$tests"
cp -R "$root/bindings/node/tests/." "$tests/"
export JSONLOG_TEST_DATA="$root/tests/data"
export JSONLOG_NODE_README="$root/bindings/node/README.md"

# Packages stay from run to run as long as the lock is the same. Their install scripts are not run.
install_packages() {
    if [ -e "$tests/node_modules/.lock" ] && cmp -s "$tests/package-lock.json" "$tests/node_modules/.lock"; then
        return 0
    fi
    (cd "$tests" && npm ci --ignore-scripts --no-audit --no-fund) >"$build/bindings-npm.log" 2>&1 &&
        cp "$tests/package-lock.json" "$tests/node_modules/.lock"
}

# As npm install --install-links puts it there: a copy.
install_jsonlog() {
    mkdir -p "$tests/node_modules"
    rm -rf "$tests/node_modules/jsonlog"
    cp -R "$out/package" "$tests/node_modules/jsonlog"
}

# run_tests FILE...: in the directory of the tests.
run_tests() (
    cd "$tests"
    node --test "$@" >"$build/bindings-node.log" 2>&1 || { cat "$build/bindings-node.log"; exit 1; }
    grep -E '^(# |ℹ )(tests|pass|fail|skipped) ' "$build/bindings-node.log"
)

# What Node itself does not give back is none of ours: only a leak with a frame of the addon counts.
find_leaks() (
    cd "$tests"
    ASAN_OPTIONS="detect_leaks=1:fast_unwind_on_malloc=0" LSAN_OPTIONS=exitcode=0 \
        node leaks.mjs >"$build/bindings-node.log" 2>&1 || { cat "$build/bindings-node.log"; exit 1; }
    ! grep -E 'bindings/node/src/node_[a-z_]*\.c' "$build/bindings-node.log"
)

if [ -n "$sanitizer" ]; then
    install_jsonlog
    say "the addon under $sanitizer"
    preload=$(gcc -print-file-name=libasan.so)
    export ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS:-}"
    export LD_PRELOAD="$preload"
    run_tests conformance.test.mjs filter.test.mjs stream.test.mjs logger.test.mjs handler.test.mjs \
        bad_input.test.mjs environment.test.mjs matchers.test.mjs
    find_leaks
    unset LD_PRELOAD
    echo "node: the addon passed its tests under $sanitizer"
    exit 0
fi

offline=
if [ "${JSONLOG_OFFLINE:-0}" = 1 ]; then
    offline=yes
elif ! install_packages; then
    offline=failed
fi
install_jsonlog

say "addon, logger, filters, matchers ($(node --version))"
(cd "$tests" && run_tests *.test.*js)

case $offline in
yes)
    echo "node: LEFT OUT because JSONLOG_OFFLINE=1: pino, Jest, Vitest, TypeScript; the others passed"
    exit 0
    ;;
failed)
    cat "$build/bindings-npm.log" >&2
    echo "node: FAILED: npm packages cannot be installed, so pino, Jest, Vitest and TypeScript are" >&2
    echo "      not tested. JSONLOG_OFFLINE=1 leaves them out." >&2
    exit 1
    ;;
*)
    say "pino, Jest, Vitest, TypeScript"
    run_tests npm/pino.test.mjs npm/frameworks.test.mjs
    ;;
esac
echo "node: all tests of the binding passed"
