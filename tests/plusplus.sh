#!/bin/sh
# plusplus.sh [quick]: include/cxj.hpp, the header for C++.
#
# Do tests/plusplus.cpp and examples/embed.cpp build with gcc and clang, as C++17 and C++20, with warnings as errors, and
# hold, with AddressSanitizer and UndefinedBehaviorSanitizer? (tests/layout.py says whether the header calls every function
# of cxj.h.)
#
# With quick each compiler is tried with one of the standards. It needs a Debian-like machine with network and root or
# sudo, and installs what is missing. What is built is in build-plusplus.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

headline "What is needed"
need gcc gcc cc
need libc6-dev header:stdio.h
compilers=
if need g++ g++; then
    compilers=g++
else
    skip "C++ with g++" "it is not here and cannot be installed"
fi
# clang++ takes the standard library of g++.
if [ -n "$compilers" ] && need clang clang++; then
    compilers="$compilers clang++"
else
    skip "C++ with clang++" "it is not here and cannot be installed"
fi
[ -n "$compilers" ] || finish

headline "The header for C++"
place=build-plusplus
rm -rf "$place"
check "bundle" sh src/bundle.sh "$place"
check "library" gcc -std=c11 -O0 -g -c "$place/cxj.c" -o "$place/cxj.o"

warnings="-pedantic-errors -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor -Werror"
for compiler in $compilers; do
    checks="-fsanitize=address,undefined -fno-sanitize-recover=all"
    echo 'int main() { return 0; }' >"$scratch/probe.cpp"
    # shellcheck disable=SC2086 # warnings and checks are several words, and checks may be none
    if ! "$compiler" $checks "$scratch/probe.cpp" -o "$scratch/probe" 2>"$words"; then
        skip "sanitizers with $compiler" "$(head -n 1 "$words")"
        checks=
    fi
    standards="c++17 c++20"
    case ${1:-}$compiler in
    quickg++) standards=c++17 ;;
    quickclang++) standards=c++20 ;;
    esac
    for standard in $standards; do
        program=$place/plusplus-$compiler-$standard
        # shellcheck disable=SC2086
        check "$compiler, $standard: build" "$compiler" "-std=$standard" -O0 -g $checks $warnings -Iinclude \
            tests/plusplus.cpp "$place/cxj.o" -lm -o "$program"
        show "$compiler, $standard: what the header adds" "$program"
    done
done
# In two files of one program, for a header must be able to stand in both.
embed() {
    echo '#include <cxj.hpp>
std::string_view other();
std::string_view other() { return cxj::engine().message(); }' >"$scratch/other.cpp"
    # shellcheck disable=SC2086
    g++ -std=c++17 $warnings -Iinclude examples/embed.cpp "$scratch/other.cpp" "$place/cxj.o" -lm -o "$place/embed" && "$place/embed"
}
show "examples/embed.cpp" embed
finish
