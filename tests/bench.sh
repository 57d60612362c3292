#!/bin/sh
# bench.sh [--quick] [--json] [--long] [OPTION]...: builds a release and measures how fast cxj is, and how large.
#
# It prints one table, or with --json one object a line: for 10 thousand, 1 million and 10 million open journeys, or a
# half, a quarter or an eighth of them if memory is short, which takes some 1.2 GB for each million journeys and engine.
# All of it takes about an hour. With --quick it is under five minutes: 1 million journeys for what is compared with the
# probe, fewer for the rest; then the name says so. bench.c lists further options.
#
# A column "must" is a bound on the ratio beside it, and "aim" a better one; with ">=" they are bounds from below. Where
# a name ends with "(of probe)" or the like, the ratio is to that, measured in the same run: both take turns, and the
# median counts. Of memory, size, and times with a bound of their own the ratio is to that. No time fails the script,
# but a wrong answer does.
#
# It needs a Debian-like machine, and installs what is missing; for DuckDB, which is measured beside, it makes an
# environment of Python with duckdb, numpy and pyarrow. Where that cannot be had, the row is left out, with the reason.
# The build is in build-bench.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh

build=build-bench

# Sets no_peer to why DuckDB cannot be run; empty: it can, by the Python $build/python/bin/python.
make_python() {
    no_peer="there is no environment for Python's packages (python3-venv)"
    if [ ! -x "$build/python/bin/pip" ]; then
        if ! python3 -c 'import ensurepip' 2>/dev/null; then
            need_install python3-venv || return 0
        fi
        python3 -m venv "$build/python" >/dev/null 2>&1 || return 0
    fi
    for package in duckdb numpy pyarrow; do
        "$build/python/bin/python" -c "import $package" >/dev/null 2>&1 && continue
        echo "Installing $package in $build/python" >&2
        no_peer="pip could not install $package"
        "$build/python/bin/pip" install --quiet --disable-pip-version-check "$package" >/dev/null 2>&1 || return 0
    done
    no_peer=
}

need_builder
need binutils strip

if [ ! -f "$build/build.ninja" ]; then
    echo "Building in $build" >&2
    need_quietly meson setup "$build" --buildtype=release -Db_ndebug=true -Dexamples=true -Dtests=disabled
fi
need_quietly ninja -C "$build" all tests/bench/bench tests/bench/ours
need_quietly strip -o "$build/libcxj-stripped.so" "$build/src/libcxj.so"
make_python

# What is written, of up to 2 GB, must not stay behind, whatever happens.
trap 'rm -rf "$build"/bench-log.csv "$build"/bench-report.* "$build"/bench-peer* "$build"/columns-*' EXIT
trap 'exit 1' HUP INT TERM
if [ -n "$no_peer" ]; then
    set -- --no-peer "$no_peer" "$@"
else
    set -- --ours "$build/tests/bench/ours" --python "$build/python/bin/python" --peer tests/peers/in_turn.py "$@"
fi
PYTHONDONTWRITEBYTECODE=1 "$build/tests/bench/bench" --report "$build/examples/cxj-report" \
    --library "$build/libcxj-stripped.so" --scratch "$build" "$@"
