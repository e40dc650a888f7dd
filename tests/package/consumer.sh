#!/bin/sh
# Installs the build into an empty prefix and builds a program against it in four ways: CMake shared and static,
# pkg-config shared and static. usage: consumer.sh SOURCE_DIR BUILD_DIR
set -eu
source=$1
build=$2
prefix=$build/consumer/prefix
rm -rf "$build/consumer"
mkdir -p "$build/consumer"
cmake --install "$build" --prefix "$prefix" >"$build/consumer/install.log"

cmake -G Ninja -S "$source/tests/package/consumer" -B "$build/consumer/cmake" -DCMAKE_PREFIX_PATH="$prefix" >"$build/consumer/cmake.log"
cmake --build "$build/consumer/cmake" >>"$build/consumer/cmake.log"

libdir=$(dirname "$(find "$prefix" -name jsonlog.pc)")
export PKG_CONFIG_PATH="$libdir"
main=$source/tests/package/consumer/consumer.c
# The prefix is moved in: the file was configured for another one.
flags() { pkg-config --define-variable=prefix="$prefix" "$@" jsonlog; }
cc -std=c11 -o "$build/consumer/pkg_shared" "$main" $(flags --cflags --libs)
# Debian ships cJSON only as a shared library, so ours is the one that is linked in.
cc -std=c11 -o "$build/consumer/pkg_static" "$main" $(flags --static --cflags --libs | sed 's/-ljsonlog/-l:libjsonlog.a/')

cc -std=gnu11 -o "$build/consumer/pkg_syslog" "$source/tests/package/consumer/consumer_syslog.c" \
    $(pkg-config --define-variable=prefix="$prefix" --libs jsonlog-syslog)

export LD_LIBRARY_PATH="$(dirname "$libdir")"
for program in cmake/consumer_shared cmake/consumer_static pkg_shared pkg_static; do
    line=$("$build/consumer/$program")
    echo "$program: $line"
    case $line in
    *'"message":"installed"'*'"matches":true}') ;;
    *) exit 1 ;;
    esac
done
for program in cmake/consumer_syslog pkg_syslog; do
    line=$("$build/consumer/$program")
    echo "$program: $line"
    case $line in
    *'"message":"installed","syslog":{"facility":"daemon","severity":"notice","ident":"consumer"}}') ;;
    *) exit 1 ;;
    esac
done

# A test program for each framework that is installed.
for adapter in cmocka check criterion gtest catch2 glib; do
    program=$build/consumer/cmake/consumer_$adapter
    [ -x "$program" ] || continue
    "$program" >"$build/consumer/$adapter.log" 2>&1 || { cat "$build/consumer/$adapter.log"; exit 1; }
    echo "jsonlog::$adapter: the test program passes"
done
