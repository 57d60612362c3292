#!/bin/sh
# bundle.sh [quick]: the library as two files, as src/bundle.sh writes them.
#
# Is what it writes the same bytes wherever and however often it is called? Does one command build it, with warnings as
# errors, and shows it the functions of the header and no other name, or with CXJ_STATIC nothing at all? Do programs in C
# and C++ run with it, and does the report program answer all cases of tests/conformance? Is no product contracted with a
# sum where a compiler may do so, so that every platform divides alike?
#
# With quick only gcc is tried. It needs a Debian-like machine with network and root or sudo, and installs what is missing.
# What is built is in build-bundle.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

headline "What is needed"
need_builder
compilers=gcc
if [ "${1:-}" = quick ]; then
    :
elif need clang clang; then
    compilers="gcc clang"
else
    skip "clang" "it is not here and cannot be installed"
fi
cxx=
if need g++ g++; then
    cxx=g++
else
    skip "C++ with g++" "it is not here and cannot be installed"
fi

headline "The bundle"
place=build-bundle
rm -rf "$place"
check "bundle" sh src/bundle.sh "$place"
ls -l "$place" | tail -n +2
# Elsewhere, from elsewhere, by another user's mask and locale.
again() {
    mkdir "$scratch/other" &&
        cp -R src include LICENSE "$scratch/other" &&
        (cd / && umask 077 && LC_ALL=C.UTF-8 TZ=Asia/Tokyo sh "$scratch/other/src/bundle.sh" "$scratch/other/bundle") &&
        cmp "$place/cxj.c" "$scratch/other/bundle/cxj.c" && cmp "$place/cxj.h" "$scratch/other/bundle/cxj.h"
}
check "another copy gives the same bytes" again
# What is not listed would be missing from it.
unlisted() {
    echo >"$scratch/other/src/unlisted.c"
    ! sh "$scratch/other/src/bundle.sh" "$scratch/other/more" && [ ! -e "$scratch/other/more" ]
}
check "a source that src/meson.build does not list is noticed" unlisted
check "its header is the header" cmp include/cxj.h "$place/cxj.h"

warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
# shown WHAT...: what nm says is there for others, a name a line.
shown() {
    nm "$@" | sed -n 's/^[0-9a-f]* [A-TV-Z] //p' | sort
}
declared=$scratch/declared
sed -n 's/^CXJ_API .*[ *]\(cxj_[a-z_]*\)(.*/\1/p' include/cxj.h | sort >"$declared"
shows_header() {
    shown -g "$1" >"$scratch/shown" && diff "$declared" "$scratch/shown"
}
shows_nothing() {
    shown -D --defined-only "$1" >"$scratch/shown" && ! grep cxj "$scratch/shown" && grep '^consumer_version$' "$scratch/shown"
}
# Where a compiler may, it contracts: in its own dialect of C, for a processor that can. So the library that is not run
# is built that way; on a machine of another kind plainly.
eager=
if [ "$(uname -m)" = x86_64 ]; then
    eager="-std=gnu11 -march=haswell"
else
    skip "contraction" "this machine is $(uname -m), and what is looked for are instructions of x86_64"
fi
contracted() {
    objdump -d "$1" >"$scratch/disassembled" && grep -E 'vfn?m(add|sub)[0-9]+[sp]d' "$scratch/disassembled"
}
would_contract() {
    echo "double f(double a, double b, double c) { return a * b + c; }" >"$scratch/f.c"
    # shellcheck disable=SC2086 # options are several words
    "$1" $eager -O2 -c "$scratch/f.c" -o "$scratch/f.o" && contracted "$scratch/f.o"
}
never_contracts() {
    ! contracted "$1"
}
for compiler in $compilers; do
    # shellcheck disable=SC2086 # warnings are several words
    {
        # Only gcc's warnings depend on what it optimises.
        level=-O0
        [ "$compiler" = clang ] || level=-O2
        check "$compiler: object" "$compiler" -std=c11 $level $warnings -fPIC -c "$place/cxj.c" -o "$place/$compiler.o"
        check "$compiler: it shows the functions of the header alone" shows_header "$place/$compiler.o"
        check "$compiler: shared library" "$compiler" -shared "$place/$compiler.o" -lm -o "$place/libcxj-$compiler.so"
        check "$compiler: a program with it, by one command" \
            "$compiler" -std=c11 -O0 $warnings "-I$place" tests/consumer/main.c "$place/cxj.c" -lm -o "$place/main-$compiler"
        show "$compiler: it runs" "$place/main-$compiler"
        check "$compiler: static, in a library" "$compiler" -std=c11 $eager -O2 $warnings -DCXJ_STATIC -fPIC -shared \
            "-I$place" tests/consumer/hidden.c "$place/cxj.c" -lm -o "$place/hidden-$compiler.so"
        check "$compiler: which shows nothing of it" shows_nothing "$place/hidden-$compiler.so"
        if [ -n "$eager" ]; then
            check "$compiler contracts where it may" would_contract "$compiler"
            check "$compiler: but nothing of the bundle" never_contracts "$place/hidden-$compiler.so"
        fi
    }
done
show "what the shared library shows" python3 tests/layout.py --library "$place/libcxj-gcc.so"
if [ -n "$cxx" ]; then
    check "a program in C++ with it" "$cxx" -std=c++17 -Wall -Wextra -Wpedantic -Werror "-I$place" \
        tests/consumer/main.cpp "$place/gcc.o" -o "$place/plusplus"
    show "it runs" "$place/plusplus"
fi

headline "Conformance"
# The report program as meson builds it from whatever it is made of, with the bundle in the library's place.
built=build-debug
if [ ! -f "$built/build.ninja" ]; then
    built=$place/report
    check "setup of $built" env CC=gcc meson setup "$built" --buildtype=debugoptimized -Dtests=disabled
fi
check "report program by meson" ninja -C "$built" examples/cxj-report
check "report program with the bundle" gcc "$built"/examples/cxj-report.p/*.o "$place/gcc.o" -lm -o "$place/cxj-report"
show "conformance" python3 tests/conformance.py "$place/cxj-report"
finish
