#!/bin/sh
# cmake.sh [PREFIX]: projects that CMake builds.
#
# Does find_package(cxj CONFIG) find what meson installed, shared and static, also when that was moved, and refuse other
# versions and components with a reason? Does bindings/cmake build the library from an archive (FetchContent) and from a
# copy (add_subdirectory), shared and static, for a consumer in C and C++?
#
# With PREFIX only what was installed there is tried; without it an installation is made in build-cmake, and all is.
#
# It needs a Debian-like machine with network and root or sudo, and installs what is missing.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

headline "What is needed"
need_builder
if ! need cmake cmake; then
    skip "CMake" "it is not here and cannot be installed"
    finish
fi
if ! need g++ g++; then
    skip "CMake" "the consumer needs g++, which is not here and cannot be installed"
    finish
fi
place=$PWD/build-cmake
rm -rf "$place/consumers" "$place/moved"
mkdir -p "$place/consumers"
prefix=${1:-}
if [ -z "$prefix" ]; then
    prefix=$place/prefix
    rm -rf "$prefix"
    build gcc build-cmake/library --buildtype=debug "--prefix=$prefix" -Dexamples=false -Dtests=disabled
    check "installation" meson install -C build-cmake/library --no-rebuild
fi
# The library is looked for by what CMake was told, and not by what else is here.
unset PKG_CONFIG_PATH LD_LIBRARY_PATH CMAKE_PREFIX_PATH

# consumer NAME OPTION...: sets up, builds and runs the consumer.
consumer() {
    name=$1
    shift
    cmake -S tests/consumer/cmake -B "$place/consumers/$name" -DCMAKE_BUILD_TYPE=Debug "$@" &&
        cmake --build "$place/consumers/$name" &&
        (cd "$place/consumers/$name" && ctest --output-on-failure)
}
# needs NAME yes|no: whether the loader brings the library in for the consumer.
needs() {
    readelf -d "$place/consumers/$1/consumer-main-c" >"$scratch/dynamic" &&
        case $2 in
        yes) grep -q 'NEEDED.*libcxj\.so' "$scratch/dynamic" ;;
        no) ! grep 'NEEDED.*libcxj' "$scratch/dynamic" ;;
        esac
}
# refused WORDS OPTION...: the consumer is not set up, and CMake says why.
refused() {
    wanted=$1
    shift
    rm -rf "$place/consumers/refused"
    ! cmake -S tests/consumer/cmake -B "$place/consumers/refused" -DCXJ_BY=installed "$@" >"$scratch/refused" 2>&1 &&
        cat "$scratch/refused" && tr -s '\n ' ' ' <"$scratch/refused" | grep -q "$wanted"
}

headline "find_package"
version=$(sed -n 's/^#define CXJ_VERSION_M[A-Z]* \([0-9]*\)$/\1/p' include/cxj.h |
    paste -s -d . -)
check "shared" consumer shared -DCXJ_BY=installed "-DCMAKE_PREFIX_PATH=$prefix"
check "which the loader brings in" needs shared yes
check "static, of a version" consumer static -DCXJ_BY=installed "-DCMAKE_PREFIX_PATH=$prefix" -DCXJ_COMPONENT=static \
    "-DCXJ_VERSION=$version"
check "which the loader does not" needs static no
check "another version is refused" refused "considered but not accepted" "-DCMAKE_PREFIX_PATH=$prefix" -DCXJ_VERSION=0.1
check "a later one, too" refused "considered but not accepted" "-DCMAKE_PREFIX_PATH=$prefix" "-DCXJ_VERSION=$version.99"
check "an unknown component, too" refused "there are shared and static" "-DCMAKE_PREFIX_PATH=$prefix" -DCXJ_COMPONENT=dynamic
cp -R "$prefix" "$place/moved"
check "moved" consumer moved -DCXJ_BY=installed "-DCMAKE_PREFIX_PATH=$place/moved"
follows() {
    ldd "$place/consumers/moved/consumer-main-c" | grep "$place/moved/"
}
check "which is the one that was moved" follows
if [ -n "${1:-}" ]; then
    finish
fi

headline "From sources"
# As somebody else has them: without what was built, and packed for the one that fetches.
mkdir "$place/consumers/cxj"
cp -R bindings include src LICENSE "$place/consumers/cxj"
check "archive" tar -C "$place/consumers" -czf "$place/consumers/cxj.tar.gz" cxj
check "add_subdirectory, static" consumer subdirectory -DCXJ_BY=subdirectory "-DCXJ_SOURCES=$place/consumers/cxj"
check "which the loader does not bring in" needs subdirectory no
check "FetchContent, shared" consumer fetched -DCXJ_BY=fetched "-DCXJ_ARCHIVE=$place/consumers/cxj.tar.gz" \
    -DBUILD_SHARED_LIBS=ON
check "which it does" needs fetched yes
shared=$(find "$place/consumers/fetched" -name 'libcxj.so.*' -type f)
show "which shows the functions of the header" python3 tests/layout.py --library "$shared"
installed() {
    cmake -S "$1/bindings/cmake" -B "$place/consumers/installed" -DCMAKE_BUILD_TYPE=Debug -DCXJ_INSTALL=ON -DBUILD_SHARED_LIBS=ON \
        "-DCMAKE_INSTALL_PREFIX=$place/consumers/prefix" &&
        cmake --build "$place/consumers/installed" --target install
}
soname() {
    readelf -d "$1" | grep "SONAME.*\[$(basename "$(find "$prefix" -name 'libcxj.so.*' -type l)")\]"
}
check "and has the soname of meson's" soname "$shared"
check "installed" installed "$place/consumers/cxj"
check "what CMake installed, found" consumer reinstalled -DCXJ_BY=installed "-DCMAKE_PREFIX_PATH=$place/consumers/prefix" \
    "-DCXJ_VERSION=$version"
finish
