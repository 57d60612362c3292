#!/bin/sh
# mingw.sh: the library on 64-bit Windows, as mingw-w64 builds it and wine runs it.
#
# The unit tests, faults (every 101st allocation), hostile shapes, sealing (2 random logs), saved bytes, the inputs kept
# from fuzzing (but for the log reader's) and the property test; what the DLL shows; and three consumers: one of the DLL,
# one of the static library, and a DLL that has the static library in it and must show nothing of it.
#
# The programs of examples/ are not built: they are written for POSIX (files that are synced and renamed, threads).
#
# It needs a Debian-like machine with network and root or sudo, and installs what is missing: mingw-w64's gcc and wine64.
# Check for it is built from Debian's source package. The build is in build-mingw, Check and wine's folder are in
# build-cross-packages.
#
# CXJ_LOGS   random logs of the property test; the default is 500
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh
. tests/buildcheck.sh

logs=${CXJ_LOGS:-500}
unset CXJ_LOGS
gcc=x86_64-w64-mingw32-gcc
packages=$PWD/build-cross-packages

# wine's programs are not in the path everywhere.
find_wine() {
    for wine in wine64 wine64-stable /usr/lib/wine/wine64; do
        ! command -v "$wine" >/dev/null 2>&1 || return 0
    done
    return 1
}

headline "What is needed"
need_builder
if ! need gcc-mingw-w64-x86-64 "$gcc" || ! need make make; then
    skip "mingw-w64" "its gcc or make is not here and cannot be installed"
    finish
fi
if ! find_wine && ! { need_install wine64 && find_wine; }; then
    skip "mingw-w64" "wine64 is not here and cannot be installed"
    finish
fi
if ! build_check mingw-w64 build-cross-packages/mingw --host=x86_64-w64-mingw32 "CC=$gcc" \
    CPPFLAGS=-D__USE_MINGW_ANSI_STDIO=1; then
    skip "mingw-w64" "Check cannot be built with it: $(grep -v '^$' "$words" | tail -n 1)"
    finish
fi
# A folder of its own, without what wine would download for programs of other kinds, and without its remarks.
export "WINEPREFIX=$packages/wine" WINEDEBUG=-all 'WINEDLLOVERRIDES=mscoree,mshtml='
if ! "$wine" cmd /c ver >"$words" 2>&1; then
    skip "mingw-w64" "wine cannot run here: $(grep -v '^$' "$words" | tail -n 1)"
    finish
fi

headline "mingw-w64 under wine"
cat >"$packages/mingw.txt" <<END
[binaries]
exe_wrapper = '$(command -v "$wine")'

[properties]
pkg_config_libdir = '$packages/mingw/lib/pkgconfig'
END
build "$gcc" build-mingw --cross-file tests/cross/mingw.txt --cross-file "$packages/mingw.txt" \
    --buildtype=debugoptimized --werror -Db_ndebug=false -Dexamples=false
# There is no fork, so all tests of a program are one process.
export CK_FORK=no CXJ_STRIDE=101 CXJ_LOGS=2
suites build-mingw --no-suite property --no-suite layout --timeout-multiplier 4
unset CXJ_STRIDE CXJ_LOGS
show "property" "$wine" build-mingw/tests/property.exe --logs "$logs"
unset CK_FORK

headline "The DLL, and programs that use cxj"
dll=$(find build-mingw/src -name 'libcxj-*.dll')
# exports FILE: the names that a DLL shows.
exports() {
    LC_ALL=C x86_64-w64-mingw32-objdump -p "$1" |
        sed -n '/^\[Ordinal\/Name Pointer\] Table/,/^$/s/^[[:space:]]*\[ *[0-9]*\].* \([A-Za-z_0-9]*\)$/\1/p'
}
shows_the_header() {
    exports "$1" | LC_ALL=C sort >"$scratch/shown"
    "$gcc" -E -P '-DCXJ_API=SHOWN ' include/cxj.h | tr '\n' ' ' | grep -o 'SHOWN [^;{(]*(' | grep -o 'cxj_[a-z_0-9]*($' |
        tr -d '(' | LC_ALL=C sort >"$scratch/declared"
    [ -s "$scratch/declared" ] && diff "$scratch/declared" "$scratch/shown"
}
check "the DLL shows what the header declares" shows_the_header "$dll"
mkdir -p "$scratch/programs"
cp "$dll" "$scratch/programs"
check "consumer in C, DLL: compiled" "$gcc" -std=c11 -Wall -Wextra -Wpedantic -Werror -Iinclude -c \
    tests/consumer/main.c -o "$scratch/main.o"
imported() {
    x86_64-w64-mingw32-nm "$scratch/main.o" | grep ' U .*cxj_' >"$scratch/used" &&
        ! grep -v ' U __imp_cxj_' "$scratch/used"
}
check "its functions are imported (dllimport)" imported
check "consumer in C, DLL: build" "$gcc" "$scratch/main.o" build-mingw/src/libcxj.dll.a -o "$scratch/programs/shared.exe"
show "consumer in C, DLL: run" "$wine" "$scratch/programs/shared.exe"
check "consumer in C, static: build" "$gcc" -std=c11 -Wall -Wextra -Wpedantic -Werror -DCXJ_STATIC -Iinclude \
    tests/consumer/main.c build-mingw/src/libcxj.a -o "$scratch/programs/static.exe"
show "consumer in C, static: run" "$wine" "$scratch/programs/static.exe"
is_alone() {
    LC_ALL=C x86_64-w64-mingw32-objdump -p "$scratch/programs/static.exe" | grep 'DLL Name' >"$scratch/imports" &&
        ! grep -i -v -E 'KERNEL32|msvcrt|api-ms-win-crt' "$scratch/imports"
}
check "it needs Windows alone" is_alone
check "a DLL with the static library in it: build" "$gcc" -std=c11 -Wall -Wextra -Wpedantic -Werror -DCXJ_STATIC -shared \
    -Iinclude tests/consumer/hidden.c -Wl,--whole-archive build-mingw/src/libcxj.a -Wl,--no-whole-archive \
    -o "$scratch/programs/hidden.dll"
shows_its_own() {
    exports "$scratch/programs/hidden.dll"
    [ "$(exports "$scratch/programs/hidden.dll")" = consumer_version ]
}
check "it shows nothing of cxj" shows_its_own

headline "The bundle"
check "bundle" sh src/bundle.sh build-mingw/bundle
check "as a DLL" "$gcc" -std=c11 -Wall -Wextra -Wpedantic -Werror -shared build-mingw/bundle/cxj.c -o "$scratch/programs/cxj.dll"
check "it shows what the header declares" shows_the_header "$scratch/programs/cxj.dll"
check "in a program" "$gcc" -std=c11 -Wall -Wextra -Wpedantic -Werror -DCXJ_STATIC -Ibuild-mingw/bundle \
    tests/consumer/main.c build-mingw/bundle/cxj.c -o "$scratch/programs/bundle.exe"
show "which runs" "$wine" "$scratch/programs/bundle.exe"
finish
