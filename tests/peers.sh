#!/bin/sh
# peers.sh [--quick] [--json] [--journeys N]: measures how long others take for a part of what cxj keeps answered.
#
# The same touchpoints, in memory, are asked the same questions with DuckDB, polars, pandas, SQLite and pm4py, and
# every answer is compared with cxj's: no time fails the script, but a wrong answer does. It prints a table, or with
# --json one object a line; for 100 thousand journeys of ten touchpoints unless told, with --quick for 5 thousand.
#
# A ratio is the peer's time for that one part over the time in which cxj records everything, all its views kept
# current; the next one over recording and reading all. "must" and "aim" are bounds from below: for DuckDB, whose answers
# are compared with all of cxj's, on the second, for pm4py on the first.
#
# What a peer needs comes from Python's packages, into build-peers/python. A peer that cannot be had is skipped, with
# the reason. The library is built in build-peers/cxj.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh

build=build-peers

# An environment of its own for what the peers need. Debian has a part of Python's venv in a package of its own.
make_python() {
    if [ -x "$build/python/bin/pip" ]; then return 0; fi
    if ! python3 -c 'import ensurepip' 2>/dev/null; then
        echo "Installing python3-venv" >&2
        need_install python3-venv || return 1
    fi
    python3 -m venv "$build/python" >&2
}

# A package, unless it is there. Without it a peer is skipped, so this fails nothing.
add_package() {
    if "$python" -c "import $1" >/dev/null 2>&1; then return 0; fi
    echo "Installing $1 in $build/python" >&2
    "$python" -m pip install --quiet --disable-pip-version-check "$1" >/dev/null 2>&1 ||
        echo "peers.sh: pip could not install $1" >&2
}

need_builder

if [ ! -f "$build/cxj/build.ninja" ]; then
    echo "Building in $build" >&2
    need_quietly meson setup "$build/cxj" --buildtype=release -Db_ndebug=true -Dexamples=false -Dtests=disabled \
        -Ddefault_library=static
fi
need_quietly ninja -C "$build/cxj"
need_quietly cc -std=c11 -O3 -DNDEBUG -pthread -Iinclude -Itests/bench -o "$build/ours" \
    tests/peers/ours.c tests/bench/workload.c tests/bench/machine.c "$build/cxj/src/libcxj.a" -lm

if make_python; then
    python=$build/python/bin/python
    for package in numpy pyarrow duckdb polars pandas pm4py; do add_package "$package"; done
else
    echo "peers.sh: there is no environment for Python's packages; what is not installed here is left out" >&2
    python=python3
fi

# The touchpoints in columns, some 50 MB, must not stay behind.
trap 'rm -rf "$build"/columns-*' EXIT
trap 'exit 1' HUP INT TERM
PYTHONDONTWRITEBYTECODE=1 "$python" tests/peers/peers.py --build "$build" "$@"
