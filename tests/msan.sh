#!/bin/sh
# msan.sh: the tests under clang's MemorySanitizer, which reports each use of memory that nobody has written.
#
# The unit tests, faults, hostile shapes, sealing, conformance, failing files, the inputs kept from fuzzing, the hosts of
# examples/ and the property test; all that they call is built with it, but for libc, whose functions it knows, and Check
# (see msan.c). A single report fails the run, and names where the memory came from; for names of functions in place of
# addresses it wants llvm-symbolizer (Debian's package llvm).
#
# It needs a Debian-like machine with network and root or sudo, and installs what is missing. The build is in build-msan.
#
# CXJ_LOGS     random logs of the property test; the default is 1000
# CXJ_STRIDE   only every so many-th allocation fails in faults; the default is 23
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

logs=${CXJ_LOGS:-1000}
unset CXJ_LOGS
# Its own exit status may be one that meson takes for a test that was skipped.
MSAN_OPTIONS=exitcode=1:halt_on_error=1
export MSAN_OPTIONS

# Two programs of which it must report the one and not the other.
cat >"$scratch/wrong.c" <<'END'
#include <stdlib.h>
int main(void) {
    int *numbers = malloc(2 * sizeof *numbers);
    numbers[0] = 1;
    return numbers[WHICH] == 7 ? 3 : 0;
}
END
can_build() {
    clang -g -fsanitize=memory -fsanitize-memory-track-origins -DWHICH=0 "$scratch/wrong.c" -o "$scratch/right" &&
        clang -g -fsanitize=memory -fsanitize-memory-track-origins -DWHICH=1 "$scratch/wrong.c" -o "$scratch/wrong"
}
reports() {
    ! "$scratch/wrong" >"$scratch/said" 2>&1 && grep -q 'use-of-uninitialized-value' "$scratch/said"
}

headline "What is needed"
need_builder
need check pkg-config:check
if ! need clang clang; then
    skip "MemorySanitizer" "clang is not here and cannot be installed"
    finish
fi
# What a sanitizer needs when a program runs stands in a package of its own, which clang only recommends.
if ! can_build >"$words" 2>&1; then
    version=$(clang -dumpversion | sed 's/\..*//')
    need "libclang-rt-$version-dev" "file:$(clang -print-resource-dir)/lib/linux/libclang_rt.msan-$(uname -m).a" || true
    if ! can_build >"$words" 2>&1; then
        skip "MemorySanitizer" "this clang does not have it: $(tail -n 1 "$words")"
        finish
    fi
fi
# It wants its memory at certain addresses, which a kernel that scatters them widely may have given away: so without
# scattering, where that is allowed.
if ! "$scratch/right" >"$words" 2>&1; then
    if [ -z "${CXJ_UNSCATTERED:-}" ] && setarch "$(uname -m)" -R "$scratch/right" >/dev/null 2>&1; then
        rm -rf "$scratch"
        CXJ_UNSCATTERED=yes CXJ_LOGS=$logs exec setarch "$(uname -m)" -R sh tests/msan.sh
    fi
    skip "MemorySanitizer" "it cannot run here: $(head -n 1 "$words")"
    finish
fi
check "it reports what it should" reports

headline "MemorySanitizer"
# The system's SQLite is not built with it, so what needs that stays out.
# It must know each function of libc that writes. Older versions know stat(), but not the stat64() that comes in its place
# with _FILE_OFFSET_BITS, which meson defines, and which changes nothing where files have 64 bits anyway.
build clang build-msan --buildtype=debugoptimized -Db_ndebug=false -Db_sanitize=memory -Db_lundef=false \
    "-Dc_args=-fsanitize-memory-track-origins -fno-sanitize-recover=all -fno-omit-frame-pointer -U_FILE_OFFSET_BITS" \
    -Dsqlite=disabled
# One process for all tests of a program: what fails in a child of Check's making would be told twice, and cut.
export CK_FORK=no "CXJ_STRIDE=${CXJ_STRIDE:-23}"
suites build-msan --no-suite property --no-suite layout --timeout-multiplier 3
unset CK_FORK CXJ_STRIDE
show "property" build-msan/tests/property "$logs"
show "property of rules" build-msan/tests/property_rules "$logs"
finish
