#!/bin/sh
# musl.sh: the tests with musl, another C library, in place of the machine's own.
#
# The unit tests, faults (every 23rd allocation), hostile shapes, sealing (2 random logs), saved bytes, failing files, the
# inputs kept from fuzzing, the hosts of examples/, the property test and conformance. What the report program prints must
# be, byte for byte, what the build with this machine's C library prints.
#
# It needs a Debian-like machine with network and root or sudo, and installs what is missing: Debian's musl-tools, whose
# musl-gcc is this machine's gcc with musl. Check for it is built from Debian's source package. The build is in build-musl,
# Check in build-cross-packages/musl.
#
# CXJ_LOGS   random logs of the property test; the default is 1000
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh
. tests/buildcheck.sh

logs=${CXJ_LOGS:-1000}
unset CXJ_LOGS

headline "What is needed"
need_builder
need check pkg-config:check
if ! need musl-tools musl-gcc || ! need make make; then
    skip "musl" "musl-gcc or make is not here and cannot be installed"
    finish
fi
if ! build_check musl build-cross-packages/musl CC=musl-gcc; then
    skip "musl" "Check cannot be built with it: $(grep -v '^$' "$words" | tail -n 1)"
    finish
fi

headline "The build of this machine, which the other is compared with"
build gcc build-debug --buildtype=debugoptimized --werror -Db_ndebug=false

headline "musl"
cat >build-cross-packages/musl.txt <<END
[built-in options]
pkg_config_path = '$PWD/build-cross-packages/musl/lib/pkgconfig'
END
# The SQLite of this machine needs its C library, and so does what g++ links, so what needs these stays out.
build musl-gcc build-musl --native-file build-cross-packages/musl.txt --buildtype=debugoptimized --werror -Db_ndebug=false \
    -Dsqlite=disabled -Dcpp=disabled
is_of_musl() {
    LC_ALL=C readelf -d build-musl/src/libcxj.so build-musl/tests/test_base | tee "$scratch/needed"
    grep -q 'NEEDED.*\[libc\.so\]' "$scratch/needed" && ! grep -q 'NEEDED.*libc\.so\.6' "$scratch/needed"
}
check "what was built needs musl's libc alone" is_of_musl
export CXJ_STRIDE=23 CXJ_LOGS=2
suites build-musl --no-suite property --no-suite layout --no-suite conformance --timeout-multiplier 2
unset CXJ_STRIDE CXJ_LOGS
show "musl: property" build-musl/tests/property "$logs"
show "musl: conformance, and the same bytes as with this machine's C library" \
    python3 tests/conformance.py build-musl/examples/cxj-report --against build-debug/examples/cxj-report --shuffles 1
finish
