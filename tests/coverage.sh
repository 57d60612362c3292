#!/bin/sh
# coverage.sh: which branches of src do the tests go through, and which not?
#
# It builds src with counters, runs the unit tests, faults, hostile shapes, sealing, conformance and some hundred random
# logs of the property test, and prints a table: for each file its lines, its branches, and how many of both were gone
# through. Then it lists each line with a branch that was not. A branch is one way out of a decision in the machine
# code, not optimised, so && and || have some of their own. An assertion is none here: it is there to be never broken.
#
# It fails if a test fails; if fewer than $least percent of all branches of src were gone through; if in one of the
# files $whole a line has a branch that was not, unless coverage.txt excepts the line; or if coverage.txt excepts a line
# of which every branch was gone through, or which is not there any more.
#
# It takes some minutes, needs a Debian-like machine, and installs what is missing. The build is in build-coverage, made
# anew each time, so that no counter of an older one is left.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh

build=build-coverage
least=95
whole='src/merge.c src/wire.c src/format.c src/save.c src/load.c src/decode.c src/sums.c'
logs=300

need_builder
need gcc gcov
need check pkg-config:check
need gcovr gcovr

echo "Building in $build" >&2
rm -rf "$build"
need_quietly env CC=gcc meson setup "$build" --buildtype=debug -Db_ndebug=true -Db_coverage=true -Ddefault_library=static
need_quietly ninja -C "$build"

# One seed, so that the same branches are gone through each time; one process, so that each count is kept; and every
# allocation fails once.
export CK_FORK=no CXJ_SEED=1
unset CXJ_LOGS CXJ_STRIDE CXJ_FAIL_AT

echo "Running the tests" >&2
need_quietly meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier 5 \
    --suite unit --suite faults --suite hostile --suite sealing --suite conformance
need_quietly "$build/tests/property" --seed 1 --logs "$logs"
need_quietly "$build/tests/property_rules" --seed 1 --logs "$logs"

need_quietly gcovr --root . --filter 'src/' --json "$build/coverage.json" "$build"
# Several words: the names of the files have no blanks.
# shellcheck disable=SC2086
python3 tests/coverage.py --least "$least" --exceptions tests/coverage.txt "$build/coverage.json" $whole
