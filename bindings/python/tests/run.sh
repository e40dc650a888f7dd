#!/bin/sh
# Tests the Python binding: sh bindings/python/tests/run.sh BUILD_DIR
#
# BUILD_DIR has lib/libjsonlog.so. Everything is made in BUILD_DIR/bindings/python, nothing in the source tree. The native part
# runs once more under AddressSanitizer: with BUILD_DIR/../asan, or JSONLOG_ASAN_BUILD_DIR, if the library was built there;
# else under valgrind. PYTHON chooses the interpreter; it must find cffi, setuptools, wheel and pytest (Debian's are
# python3-cffi, python3-setuptools, python3-wheel, python3-pytest; python3-venv, python3-dev and gcc make the rest).
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
checkout=$(cd "$source/../.." && pwd)
build=$(cd "$1" && pwd)
python=${PYTHON:-/usr/bin/python3}
work=$build/bindings/python
export PYTHONDONTWRITEBYTECODE=1
mkdir -p "$work"
work=$(cd "$work" && pwd)

# install LIBRARY_DIR VENV [CFLAGS]: from a copy, so that the source tree stays as it is.
install() {
    rm -rf "$work/copy" "$2"
    mkdir "$work/copy"
    for part in native src setup.py pyproject.toml README.md; do
        cp -r "$source/$part" "$work/copy/"
    done
    "$python" -m venv --system-site-packages "$2"
    JSONLOG_LIBRARY_DIR=$1 JSONLOG_INCLUDE_DIR=$checkout/include JSONLOG_CFLAGS=${3:-} "$2/bin/pip" install -q \
        --disable-pip-version-check --no-build-isolation --no-index --no-deps "$work/copy" >"$work/install.log" 2>&1 || {
        cat "$work/install.log"
        return 1
    }
}

# run VENV PYTEST_ARGUMENT...
run() {
    venv=$1
    shift
    (cd "$work" && "$venv/bin/python" -m pytest -q -p no:cacheprovider --rootdir "$source" -c "$source/pyproject.toml" "$@")
}

has_symbol() {
    [ -e "$1" ] && nm -D "$1" | grep -q "$2"
}

install "$build/lib" "$work/venv" "-Wall -Wextra -Werror=implicit-function-declaration"

if has_symbol "$build/lib/libjsonlog.so" __asan_init; then
    asan=$build # the library given is an instrumented one: that is the only pass
else
    echo "-- the tests"
    run "$work/venv" "$source/tests"
    asan=${JSONLOG_ASAN_BUILD_DIR:-$build/../asan}
    if command -v mypy >/dev/null 2>&1 || "$python" -m mypy --version >/dev/null 2>&1; then
        echo "-- mypy --strict"
        (cd "$source" && "$python" -m mypy --config-file pyproject.toml --cache-dir "$work/mypy")
    else
        echo "-- mypy is not installed: types are not checked"
    fi
fi

# What Python itself leaves behind at its end is no leak of ours; the tests count what the binding keeps.
if has_symbol "$asan/lib/libjsonlog.so" __asan_init; then
    echo "-- the tests under AddressSanitizer and UBSan"
    install "$asan/lib" "$work/venv-asan" "-fsanitize=address,undefined -fno-omit-frame-pointer -O1"
    LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
        ASAN_OPTIONS=detect_leaks=0:abort_on_error=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 PYTHONMALLOC=malloc \
        run "$work/venv-asan" "$source/tests"
elif command -v valgrind >/dev/null 2>&1; then
    echo "-- values, buffers and bad input under valgrind"
    PYTHONMALLOC=malloc valgrind -q --error-exitcode=9 --leak-check=no "--suppressions=$source/tests/valgrind.supp" \
        "$work/venv/bin/python" -m pytest -q -p no:cacheprovider --rootdir "$source" -c "$source/pyproject.toml" \
        "$source/tests/test_bad_input.py" "$source/tests/test_format_cases.py" "$source/tests/test_logger.py"
else
    echo "-- neither an instrumented library nor valgrind: native code was not checked for memory errors" >&2
    exit 1
fi
echo "python binding: all passed ($("$python" --version), $(basename "$build"))"
