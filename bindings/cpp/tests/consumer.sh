#!/bin/sh
# Installs the build into an empty prefix and builds a C++ program against it: by find_package(), shared and static, and
# by pkg-config. usage: consumer.sh SOURCE_DIR BUILD_DIR (this directory, the library's build)
set -eu
source=$1
build=$2
work=$build/consumer_cpp
prefix=$work/prefix
rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$prefix" >"$work/install.log"

cmake -G Ninja -S "$source/consumer" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" >"$work/cmake.log"
cmake --build "$work/cmake" >>"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }

libdir=$(dirname "$(find "$prefix" -name jsonlog.pc)")
export PKG_CONFIG_PATH="$libdir"
# The prefix is moved in: the file was configured for another one.
c++ -std=c++17 -o "$work/pkg_config" "$source/consumer/consumer.cpp" \
    $(pkg-config --define-variable=prefix="$prefix" --cflags --libs jsonlog)

export LD_LIBRARY_PATH="$(dirname "$libdir")"
for program in cmake/consumer_cpp cmake/consumer_static pkg_config; do
    line=$("$work/$program")
    echo "$program: $line"
    case $line in
    *'"message":"installed","list":["x"],"matches":true}') ;;
    *) exit 1 ;;
    esac
done
if [ -x "$work/cmake/consumer_gtest" ]; then
    "$work/cmake/consumer_gtest" >"$work/gtest.log" 2>&1 || { cat "$work/gtest.log"; exit 1; }
    echo "the test program of GoogleTest passes"
fi
