# Installs Debian packages that are missing. Sourced by examples/run.sh and tests/run.sh; works as root or with sudo.

say() {
    printf '\n== %s\n' "$*"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        echo "This step needs root, and there is no sudo: $*" >&2
        return 1
    fi
}

# need_packages NAME...: installs those that dpkg does not know as installed.
need_packages() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
    done
    if [ -z "$missing" ]; then
        echo "all packages are installed: $*"
        return 0
    fi
    echo "installing:$missing"
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "There is no apt-get here. Install these yourself, then run this again:$missing" >&2
        return 1
    fi
    as_root apt-get update -qq
    # shellcheck disable=SC2086 # one word a package
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config libcjson-dev libbsd-dev"
TEST_PACKAGES="$BUILD_PACKAGES g++ clang clang-tidy libcmocka-dev libpcre2-dev libcurl4-openssl-dev python3 python3-jsonschema
 python3-pythonjsonlogger valgrind logrotate rsyslog systemd mandoc zsh fish check libcriterion-dev libgtest-dev libgmock-dev catch2 libglib2.0-dev
 gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
 python3-dev python3-venv python3-cffi python3-setuptools python3-wheel python3-pytest mypy"
