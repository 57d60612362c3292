#!/bin/sh
# run.sh [quick|all|long]: the one command that runs all tests. It needs a Debian-like machine with network and root or
# sudo, and installs what is missing; where it cannot, it says what is needed.
#
# quick: one build, and on it the unit tests, faults, hostile shapes, files, fuzz corpora, conformance, fewer random logs
# and the layout.
# all (the default): that, and the sanitizers, clang, valgrind, the ABI, an installation with its consumers, and more; see
# tests/README.md. Some 25 to 35 minutes on two cores.
# long: all, and packages, hosts in other languages, MemorySanitizer, other machines by emulation, musl, Windows by mingw
# wine, coverage, a thousand kills, ten minutes of fuzzing for each target, mutants. Some two hours on two cores; it says
# how long each part took.
#
# It stops at the first step that fails, with a non-zero exit status. Its last line says how many checks passed and failed:
# each test that meson runs is one, and so is each step beside those.
#
# Each allocation fails once and for ever in the first build of long, every fifth in that of all; where the test is run
# again with other tools, every 23rd (CXJ_STRIDE, see tests/faults.c).
#
# CXJ_LOGS     random logs of the property test; the default is 10000 (quick: 1000)
# CXJ_PYTHON   required: that nothing of the Python package can be tested is a failure (see tests/python.sh)
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

scope=${1:-all}
case $scope in
quick) logs=${CXJ_LOGS:-1000} ;;
all | long) logs=${CXJ_LOGS:-10000} ;;
*)
    echo "usage: sh tests/run.sh [quick|all|long]" >&2
    exit 2
    ;;
esac

unset CXJ_LOGS # it has another meaning for tests/sealing.c

# ----------------------------------------------------------------------------------------------------------------------

headline "What is needed"
need_builder
need check pkg-config:check
need libsqlite3-dev pkg-config:sqlite3 || skip "examples/desk.c, bindings/sqlite" "libsqlite3-dev is not here and cannot be installed"
need sqlite3 sqlite3 || skip "bindings/sqlite" "its tests ask the shell sqlite3, which is not here and cannot be installed"

headline "Debug build, gcc, warnings as errors"
build gcc build-debug --buildtype=debugoptimized --werror -Db_ndebug=false
headline "Unit tests, faults, hostile shapes, saved bytes, files, fuzz corpora, layout"
case $scope in
quick) export CXJ_STRIDE=23 ;;
all) export CXJ_STRIDE=5 ;;
esac
suites build-debug --no-suite conformance --no-suite property
unset CXJ_STRIDE

headline "Conformance"
suites build-debug --suite conformance

headline "Property test: $logs random logs against the naive implementation"
beside rules build-debug/tests/property_rules "$logs"
show "property" build-debug/tests/property "$logs"
show "property of rules" fetched rules

if [ "$scope" = quick ]; then
    part tests/python.sh plain
    finish
fi

headline "A ticket desk on a database, two hundred kills"
if [ -x build-debug/examples/desk ]; then
    show "desk" python3 tests/desk.py build-debug/examples/desk --kills 200
else
    skip "desk" "it was not built, for want of SQLite"
fi

# ----------------------------------------------------------------------------------------------------------------------

headline "AddressSanitizer and UndefinedBehaviorSanitizer"
if printf 'int main(void) { return 0; }\n' | gcc -fsanitize=address,undefined -x c - -o "$scratch/probe" 2>/dev/null; then
    rm -f "$scratch/probe"
    # Warnings are none of this build's business: with the checks put in, gcc loses sight of what a value can be. More
    # optimisation, or more for a debugger than lines, takes longer to build than it saves in the tests.
    build gcc build-asan --buildtype=debugoptimized -Ddebug=false -Doptimization=1 -Db_ndebug=false \
        -Db_sanitize=address,undefined -Db_lundef=false "-Dc_args=-fno-sanitize-recover=all -g1"
    # Check runs each test in a process of its own; one that looks for leaks must live to its end.
    export CK_FORK=no CXJ_STRIDE=23
    suites build-asan --no-suite property --no-suite layout --no-suite files --no-suite naive --no-suite reading
    unset CK_FORK CXJ_STRIDE
    skip "suites always-edit, naive and reading, with sanitizers" \
        "the property test goes both ways, and asks the plain implementation; texts, and what fuzzing left, read logs"
    beside rules build-asan/tests/property_rules $((logs / 10))
    show "property" build-asan/tests/property $((logs / 10))
    show "property of rules" fetched rules
else
    skip "sanitizers" "this gcc has no libasan and libubsan"
fi

headline "ThreadSanitizer: an engine in each thread, and readers of one at the same time"
# It wants its memory at certain addresses, which a kernel that scatters them widely may have given away: so without
# scattering, where that is allowed.
unscattered() {
    setarch "$(uname -m)" -R "$@"
}
way=env
unscattered true 2>/dev/null && way=unscattered
if ! printf 'int main(void) { return 0; }\n' | gcc -fsanitize=thread -x c - -o "$scratch/probe" 2>/dev/null; then
    skip "ThreadSanitizer" "this gcc has no libtsan"
elif "$way" "$scratch/probe" >"$words" 2>&1; then
    build gcc build-tsan --buildtype=debugoptimized -Db_ndebug=false -Db_sanitize=thread -Db_lundef=false \
        -Dtests=disabled
    show "threads" "$way" build-tsan/examples/threads --threads 4 --journeys 5000
    show "server" "$way" python3 tests/server.py build-tsan/examples/server build-debug/examples/cxj-report
else
    skip "ThreadSanitizer" "it cannot run here: $(head -n 1 "$words")"
fi
rm -f "$scratch/probe"

headline "Debug build, clang, warnings as errors"
if need clang clang; then
    setup clang build-clang --buildtype=debugoptimized -Doptimization=1 --werror -Db_ndebug=false -Ddefault_library=static
    # Less the library that always edits, whose suite does not run again here.
    all_but_always_edit() {
        # shellcheck disable=SC2046
        ninja -C build-clang $(ninja -C build-clang -t query all | sed -n '/^ *input/,/^ *outputs/s/^    //p' | grep -v -e always_edit -e prereq)
    }
    check "build of build-clang" all_but_always_edit
    export CXJ_STRIDE=23
    suites build-clang --suite unit --suite faults --suite hostile --suite conformance
    unset CXJ_STRIDE
else
    skip "clang" "it is not here and cannot be installed"
fi

headline "Unity build: all rooms of src in one file, warnings as errors"
setup gcc build-unity --unity=on -Dunity_size=1000 --buildtype=debugoptimized --werror -Db_ndebug=false -Dexamples=false
check "build of the library" meson compile -C build-unity cxj:shared_library
if [ "$scope" = long ]; then
    check "build of build-unity" ninja -C build-unity
    export CXJ_STRIDE=23
    suites build-unity --suite unit --no-suite load --no-suite save --no-suite append --no-suite erase --no-suite journey
    unset CXJ_STRIDE
else
    skip "unit tests of the unity build" "the bundle, which is one file, too, is tested; sh tests/run.sh long has them"
fi

headline "Valgrind on the unit tests, less those of many failing allocations, and the long random ones"
if need valgrind valgrind; then
    export CK_FORK=no CXJ_STRIDE=101
    set --
    if [ "$scope" = all ]; then
        skip "suites agenda, alerts, calendar, fill and move, with valgrind" "they take minutes; sh tests/run.sh long has them"
        set -- --no-suite agenda --no-suite alerts --no-suite calendar --no-suite fill --no-suite move
    fi
    suites build-debug --suite unit --no-suite load --no-suite save --no-suite journey --no-suite append --no-suite erase \
        --no-suite settle --no-suite seal --no-suite post --no-suite lot --no-suite merge --no-suite sums \
        "$@" --timeout-multiplier 10 \
        --wrap "valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect"
    unset CK_FORK CXJ_STRIDE
else
    skip "valgrind" "it is not here and cannot be installed"
fi

# What needs one processor for minutes goes on beside what needs one, too; but two do not install at the same time.
sh tests/page.sh needs
beside page sh tests/page.sh

headline "The bundle: the library as two files"
part tests/bundle.sh quick

headline "The header for C++"
part tests/plusplus.sh quick

headline "The header alone"
cxx=
if need g++ g++; then
    cxx=g++
else
    skip "C++ with g++" "it is not here and cannot be installed"
fi
printf '#include "cxj.h"\n' >build-debug/header.c
for compiler in gcc clang; do
    if command -v "$compiler" >/dev/null 2>&1; then
        check "header as C11, $compiler" "$compiler" -std=c11 -pedantic-errors -Wall -Wextra -Wconversion -Wshadow -Werror \
            -Iinclude -fsyntax-only build-debug/header.c
    fi
done
for compiler in $cxx clang++; do
    if command -v "$compiler" >/dev/null 2>&1; then
        for standard in c++11 c++17; do
            check "header as $standard, $compiler" "$compiler" "-std=$standard" -pedantic-errors -Wall -Wextra \
                -Wconversion -Wshadow -Werror -Iinclude -fsyntax-only -x c++ build-debug/header.c
        done
    fi
done

# ----------------------------------------------------------------------------------------------------------------------

headline "Installation, and programs that use it"
prefix=$PWD/build-install/prefix
rm -rf "$prefix"
build gcc build-install --buildtype=release --prefix="$prefix" -Dexamples=false -Dtests=disabled
check "installation" meson install -C build-install --no-rebuild
library=$(find "$prefix" -name libcxj.so)
PKG_CONFIG_PATH=$(dirname "$library")/pkgconfig
LD_LIBRARY_PATH=$(dirname "$library")
export PKG_CONFIG_PATH LD_LIBRARY_PATH
# Until 1.0 each minor version has a soname of its own.
version=$(pkg-config --modversion cxj)
case $version in
0.*) soname=libcxj.so.${version%.*} ;;
*) soname=libcxj.so.${version%%.*} ;;
esac
is_named() {
    LC_ALL=C objdump -p "$1" | grep SONAME
    test "$(LC_ALL=C objdump -p "$1" | sed -n 's/^ *SONAME *//p')" = "$2" && test -f "$(dirname "$1")/$2"
}
check "soname $soname" is_named "$library" "$soname"
rm -rf build-consumer
mkdir build-consumer
# The flags are several words, and their paths have no blanks unless the checkout's has.
# shellcheck disable=SC2046
check "consumer in C, shared: build" \
    gcc -std=c11 -Wall -Wextra -Wpedantic -Werror tests/consumer/main.c $(pkg-config --cflags --libs cxj) \
    -o build-consumer/shared
show "consumer in C, shared: run" build-consumer/shared
check "consumer in C, static: build" \
    gcc -std=c11 -static tests/consumer/main.c $(pkg-config --static --cflags --libs cxj) -o build-consumer/static
show "consumer in C, static: run" env LD_LIBRARY_PATH= build-consumer/static
# A library that has cxj in it shows its own function and nothing of cxj, with and without all of the archive.
hides() {
    # shellcheck disable=SC2046
    gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -fPIC -shared -DCXJ_STATIC tests/consumer/hidden.c \
        $(pkg-config --cflags cxj) "$@" -lm -o build-consumer/hidden.so &&
        nm -D --defined-only build-consumer/hidden.so && nm -D --defined-only build-consumer/hidden.so >"$scratch/shown" &&
        grep -q ' T consumer_version$' "$scratch/shown" && ! grep -q cxj_ "$scratch/shown"
}
check "a shared library with the static one in it shows nothing of cxj" hides "${library%.so}.a"
check "nor where all of it is in it" hides -Wl,--whole-archive "${library%.so}.a" -Wl,--no-whole-archive
# A host's own word before each function is left as it is.
check "CXJ_API from outside" \
    gcc -std=c11 -Wall -Wextra -Wpedantic -Werror "-DCXJ_API=extern __attribute__((weak))" -c tests/consumer/hidden.c \
    "-I$prefix/include" -o build-consumer/weak.o
check "CXJ_API from outside: is used" sh -c 'nm "$1" | grep " w cxj_version$"' sh build-consumer/weak.o
if [ -n "$cxx" ]; then
    check "consumer in C++: build" \
        "$cxx" -std=c++17 -Wall -Wextra -Wpedantic -Werror tests/consumer/main.cpp $(pkg-config --cflags --libs cxj) \
        -o build-consumer/plusplus
    show "consumer in C++: run" build-consumer/plusplus
fi
mkdir -p build-consumer/project/subprojects/cxj
cp tests/consumer/meson.build tests/consumer/main.c build-consumer/project
cp -R meson.build meson_options.txt include src build-consumer/project/subprojects/cxj
check "consumer as meson subproject: setup" \
    meson setup build-consumer/project/build build-consumer/project --force-fallback-for=cxj
check "consumer as meson subproject: build" ninja -C build-consumer/project/build
suites build-consumer/project/build

part tests/cmake.sh "$prefix"

headline "What documents show"
set -- --readme README.md --readme examples/README.md
if [ -f build-debug/bindings/sqlite/cxj.so ] && command -v sqlite3 >/dev/null 2>&1; then
    set -- "$@" --readme bindings/sqlite/README.md
else
    skip "bindings/sqlite/README.md" "there is no SQLite with its shell here"
fi
show "documents" python3 tests/readme.py --prefix "$prefix" --cc gcc --cxx "${cxx:-c++}" "$@"
unset PKG_CONFIG_PATH LD_LIBRARY_PATH

# ----------------------------------------------------------------------------------------------------------------------

headline "The interface, as programs that are built already know it"
if need abigail-tools abidiff; then
    part tests/abi.sh
    part tests/abi.sh --self-test
else
    skip "the interface" "libabigail is not here and cannot be installed"
fi

part tests/reference.sh
part tests/python.sh all
part fetched page

headline "Release build"
setup gcc build --buildtype=release
check "build of the library and of the report program" meson compile -C build cxj:shared_library cxj-report
show "layout, and what the shared library exports" python3 tests/layout.py --library build/src/libcxj.so
check "layout.py notices breaches" python3 tests/layout.py --self-test

# Nothing beneath the library but libc: what the loader would bring in, less the loader itself and the kernel's page.
foreign() {
    ldd "$1"
    ldd "$1" | grep -v -E '^[[:space:]]*(linux-(vdso|gate)|lib[cm]\.|libc\.musl|/lib.*/ld-|ld-|statically)' | grep . && return 1
    return 0
}
small() {
    strip -o build/libcxj-stripped.so "$1"
    bytes=$(wc -c <build/libcxj-stripped.so)
    echo "$bytes bytes"
    [ "$bytes" -lt 280000 ]
}
show "the shared library needs libc and libm alone" foreign build/src/libcxj.so
show "the shared library, stripped, is under 280 KB" small build/src/libcxj.so

headline "Cases beside the project"
if [ ! -f ../shared/check.py ]; then
    skip "check.py" "there is no ../shared/check.py beside this checkout; its small cases ran as tests/conformance"
else
    show "check.py" python3 ../shared/check.py build/examples/cxj-report ../shared/conformance ../shared/data
fi

if [ "$scope" = all ]; then
    finish
fi

# ----------------------------------------------------------------------------------------------------------------------

# timed SCRIPT ARGUMENT...: a part, and how long it took.
timed() {
    began=$(date +%s)
    part "$@"
    echo "$* took $(($(date +%s) - began)) s"
}

headline "Release build, the tests and all examples, too"
check "build of the rest" ninja -C build

export CXJ_ENGINES=100000
part tests/python.sh plain
unset CXJ_ENGINES

headline "A thousand kills"
began=$(date +%s)
show "files" python3 tests/files.py build-debug/examples/cxj-report build-debug/examples/keep \
    build-debug/tests/libpreload.so --kills 1000
echo "A thousand kills took $(($(date +%s) - began)) s"

show "watch, two hundred kills" python3 tests/watch.py build-debug/examples/watch --kills 200

headline "Hosts in other languages"
timed tests/foreign.sh

headline "The bundle, C++ and CMake, in all ways"
timed tests/bundle.sh
timed tests/plusplus.sh
timed tests/cmake.sh

headline "Packages, and the same bytes twice"
timed tests/packaging.sh

headline "MemorySanitizer"
timed tests/msan.sh

headline "Other machines"
timed tests/cross.sh

headline "Another C library"
timed tests/musl.sh

headline "Windows"
timed tests/mingw.sh

headline "Branch coverage"
began=$(date +%s)
show "coverage" sh tests/coverage.sh
echo "Coverage took $(($(date +%s) - began)) s"

headline "Fuzzing, ten minutes for each target"
began=$(date +%s)
show "fuzz" sh tests/fuzz.sh 600
echo "Fuzzing took $(($(date +%s) - began)) s"

headline "Mutants"
began=$(date +%s)
show "mutation" sh tests/mutation.sh
echo "Mutants took $(($(date +%s) - began)) s"

finish
