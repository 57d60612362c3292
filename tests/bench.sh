#!/bin/sh
# bench.sh [--quick] [--json] [--long] [OPTION]...: builds a release and measures how fast cxj is, and how large.
#
# It prints a table, or with --json one object a line: for 10 thousand, 1 million and 10 million open journeys; with
# --quick for fewer, in under a minute. All of it takes about an hour, and memory of some 2 GB for each million
# journeys; what does not fit is left out, and said. bench.c lists further options.
#
# A column "must" is a bound on the ratio beside it, and "aim" a better one. Where a name ends with "(of probe)" or the
# like, the ratio is to that; of memory and size it is to the bound itself. No time fails the script, but a wrong answer
# does. It needs a Debian-like machine, and installs what is missing. The build is in build-bench.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh

build=build-bench

need_builder
need binutils strip

if [ ! -f "$build/build.ninja" ]; then
    echo "Building in $build" >&2
    need_quietly meson setup "$build" --buildtype=release -Db_ndebug=true -Dexamples=true -Dtests=disabled
fi
need_quietly ninja -C "$build" all tests/bench/bench
need_quietly strip -o "$build/libcxj-stripped.so" "$build/src/libcxj.so"

# A log of up to 2 GB must not stay behind, whatever happens.
trap 'rm -f "$build"/bench-log.csv "$build"/bench-report.*' EXIT
trap 'exit 1' HUP INT TERM
"$build/tests/bench/bench" --report "$build/examples/cxj-report" --library "$build/libcxj-stripped.so" \
    --scratch "$build" "$@"
