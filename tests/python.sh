#!/bin/sh
# python.sh [plain|all|bench]: tests, or measures, the Python package in bindings/python.
#
# plain: with the machine's Python and nothing beside it, and with the oldest Python that the package supports and the
#   newest, where they are.
# all (the default): that with one of them alone, the newest, and an environment in build-python with numpy, pandas, polars,
#   pyarrow, DuckDB, matplotlib, SciPy, Dask and PySpark: data frames, pictures, statistics beside SciPy's, clusters of two
#   workers, types, wheels; and what data frames touch again with the oldest Python, if it is there. What
#   cannot be had is skipped, and said; with CXJ_PYTHON=required all but the oldest Python and pyright must be had.
# bench: how fast data frames go in (bindings/python/bench/bulk.py), then Dask and Spark on 10 million touchpoints
#   (bench/cluster.py; some six minutes and 8 GB). No time fails it, but a wrong answer does.
#
# It needs a Debian-like machine with network and root or sudo, and installs what is missing. The library is taken from
# build-debug, for bench from build-bench, and built if it is not there.
#
# CXJ_ENGINES   how many engines the test for leaks makes; the default is 20000 (plain: 2000)
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

scope=${1:-all}
case $scope in
plain | all | bench) ;;
*)
    echo "usage: sh tests/python.sh [plain|all|bench]" >&2
    exit 2
    ;;
esac

OLDEST=9 # of Python 3
FRAMES="numpy pandas polars pyarrow duckdb matplotlib"
STATISTICS="scipy" # of the tests alone: what they compare with
CLUSTERS="dask[dataframe,distributed] pyspark[connect]"
APART="build|calendar|command|page|readme|recipes|reference|xes" # modules of tests that no data frame touches
environment=$PWD/build-python
export PYTHONDONTWRITEBYTECODE=1

# lacking WHAT WHY: says that something cannot run, which may be a failure.
lacking() {
    if [ "${CXJ_PYTHON:-}" = required ]; then
        check "$1" sh -c 'echo "$1"; exit 1' sh "$2"
    else
        skip "$1" "$2"
    fi
}

# package PYTHON [MODULE]...: all tests that this Python can run, or those of some modules. What needs a library that is not
# there is skipped.
package() {
    python=$1
    shift
    [ $# -gt 0 ] || set -- discover -s tests -t .
    (cd bindings/python && "$python" -m unittest "$@" --verbose 2>&1) || return 1
}

# tested WHAT COMMAND...: a check of the package, and how many tests were skipped for which reason.
tested() {
    check "$@"
    cp "$words" "$scratch/tested"
    sed -n -e 's/^Ran .*/    &/p' -e 's/^\(.* \)*\([0-9]* cases, .*\)$/    \2/p' "$words"
    sed -n "s/^.*\.\.\. skipped '\(.*\)'$/\1/p" "$words" | sort | uniq -c | sed 's/^ *\([0-9]*\) \(.*\)/    skipped: \1 (\2)/'
}

# pythons: the oldest supported and the newest Python of the machine, by their paths.
pythons() {
    minor=$OLDEST
    newest=
    while [ "$minor" -lt 40 ]; do
        for found in "$(command -v "python3.$minor" 2>/dev/null)" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/python3; do
            if [ -x "$found" ] && "$found" -c 'import ctypes' 2>/dev/null; then
                [ "$minor" -ne "$OLDEST" ] || echo "$found"
                newest=$found
                break
            fi
        done
        minor=$((minor + 1))
    done
    [ -z "$newest" ] || echo "$newest"
}

# make_environment PYTHON FOLDER PACKAGE...: an environment of its own, with packages. Debian has a part of Python's venv in
# a package of its own.
make_environment() {
    if [ ! -x "$2/bin/pip" ]; then
        "$1" -c 'import ensurepip' 2>/dev/null || need_install python3-venv || return 1
        "$1" -m venv "$2" || return 1
    fi
    into=$2
    shift 2
    "$into/bin/pip" install --quiet --disable-pip-version-check "$@"
}

need python3 python3

# ----------------------------------------------------------------------------------------------------------------------

if [ "$scope" = bench ]; then
    need_builder
    [ -f build-bench/build.ninja ] || need_quietly meson setup build-bench --buildtype=release -Db_ndebug=true -Dtests=disabled
    need_quietly ninja -C build-bench
    need default-jre-headless java
    # shellcheck disable=SC2086
    need_quietly make_environment python3 "$environment" $FRAMES $CLUSTERS psutil
    export CXJ_LIBRARY="$PWD/build-bench/src/libcxj.so" PYTHONPATH="$PWD/bindings/python"
    show "bulk" "$environment/bin/python" bindings/python/bench/bulk.py
    show "cluster" "$environment/bin/python" bindings/python/bench/cluster.py
    finish
fi

if [ ! -f build-debug/src/libcxj.so ]; then
    need_builder
    build gcc build-debug --buildtype=debugoptimized --werror -Db_ndebug=false
fi
export CXJ_LIBRARY="$PWD/build-debug/src/libcxj.so"

# What is fetched and unpacked for the other tests is so beside the first ones, once the machine has what that needs; its
# status says whether it could be.
environment_of_all() {
    # shellcheck disable=SC2086
    make_environment python3 "$environment" "setuptools>=77" mypy $FRAMES $STATISTICS $CLUSTERS
}
if [ "$scope" = all ]; then
    python3 -c 'import ensurepip' 2>/dev/null || need_install python3-venv || :
    beside environment environment_of_all
fi

# The versions that the oldest Python gets go on beside the others.
oldest=no
newest=python3
for python in $(pythons | uniq); do
    case $("$python" --version) in
    "Python 3.$OLDEST."*) oldest=$python ;;
    "$(python3 --version)") ;;
    *) newest=$python ;;
    esac
done
old_frames() {
    # shellcheck disable=SC2086
    make_environment "$oldest" "$environment-oldest" $FRAMES $STATISTICS >"$scratch/lacking" 2>&1 || return 3
    # shellcheck disable=SC2046
    package "$environment-oldest/bin/python" $(find bindings/python/tests -name 'test_*.py' |
        sed -e 's,^bindings/python/tests/,tests.,' -e 's/\.py$//' | grep -v -E "_($APART)$" | sort)
}
if [ "$scope" = all ] && [ "$oldest" != no ]; then
    "$oldest" -c 'import ensurepip' 2>/dev/null || need_install python3-venv || :
    beside old old_frames
fi

headline "The Python package, with nothing but the standard library"
# alone PYTHON: all tests that run with this one by itself.
alone() {
    tested "the package, $("$1" --version)" package "$1"
}
left_to_plain() {
    skip "the package, $("$1" --version), by itself" "${3:-all of it} goes with $2 further down; plain has all of it"
}
if [ "$scope" = all ]; then
    export CXJ_ENGINES="${CXJ_ENGINES:-20000}"
    alone "$newest"
    unset CXJ_ENGINES
    [ "$newest" = python3 ] || left_to_plain python3 "data frames"
    [ "$oldest" = no ] || left_to_plain "$oldest" "old ones" "what data frames touch"
else
    beside machine package python3
    [ "$oldest" = no ] || alone "$oldest"
    [ "$newest" = python3 ] || alone "$newest"
    tested "the package, $(python3 --version)" fetched machine
fi
[ "$oldest" != no ] || skip "Python 3.$OLDEST" "it is not on this machine"

if [ "$scope" = plain ]; then
    finish
fi

# ----------------------------------------------------------------------------------------------------------------------

headline "The Python package, with data frames, pictures and clusters"
framed=no
if fetched environment >"$words" 2>&1; then
    framed=yes
    if ! need default-jre-headless java; then
        lacking "Spark" "it needs Java, which cannot be installed"
    fi
    tested "the package, and all it is at home with" package "$environment/bin/python"
    if [ "${CXJ_PYTHON:-}" = required ]; then
        check "nothing was skipped" sh -c '! grep "\.\.\. skipped" "$1"' sh "$scratch/tested"
    fi

    # What tests/run.sh has built with AddressSanitizer. It keeps what was freed, so growth says nothing.
    sanitized() {
        (cd bindings/python && LD_PRELOAD=$(gcc -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 CXJ_ENGINES=0 \
            CXJ_LIBRARY=../../build-asan/src/libcxj.so "$environment/bin/python" -m unittest \
            tests.test_frames tests.test_package tests.test_analysis tests.test_calendar tests.test_rules \
            tests.test_conformance)
    }
    [ ! -f build-asan/src/libcxj.so ] || beside sanitized sanitized

    typed() {
        (cd bindings/python && "$environment/bin/python" -m mypy --cache-dir=/dev/null cxj)
    }
    show "types, by mypy" typed
    # pyright is a program of node; the package fetches both.
    typed_too() {
        (cd bindings/python && PATH="$environment/bin:$PATH" pyright --pythonpath "$environment/bin/python" cxj)
    }
    if make_environment python3 "$environment" "pyright[nodejs]" >"$words" 2>&1 && PATH="$environment/bin:$PATH" pyright --version >"$words" 2>&1; then
        show "types, by pyright" typed_too
    else
        skip "types, by pyright" "it cannot be had: $(tail -n 1 "$words")"
    fi
    if [ -f build-asan/src/libcxj.so ]; then
        check "the package, on a library with AddressSanitizer" fetched sanitized
    fi
else
    lacking "data frames, pictures and clusters" "the packages cannot be had: $(tail -n 1 "$words")"
    [ "$newest" = python3 ] || alone python3
fi

headline "The versions that the oldest Python gets"
if [ "$oldest" = no ]; then
    skip "data frames with Python 3.$OLDEST" "it is not on this machine"
else
    outcome=0
    fetched old >"$scratch/old" 2>&1 || outcome=$?
    if [ "$outcome" -eq 3 ]; then
        skip "data frames with Python 3.$OLDEST" "the packages cannot be had: $(tail -n 1 "$scratch/lacking")"
        tested "the package, $("$oldest" --version)" package "$oldest"
    else
        tested "the package with old data frames" sh -c 'cat "$1"; exit "$2"' sh "$scratch/old" "$outcome"
    fi
fi

[ "$framed" = yes ] || finish

headline "Wheels"
rm -rf build-wheel
check "a wheel that carries the library" "$environment/bin/pip" wheel --quiet --no-deps --no-build-isolation \
    --disable-pip-version-check --wheel-dir build-wheel ./bindings/python
rm -rf bindings/python/build bindings/python/*.egg-info
# Who installs it needs no compiler: an environment where nothing but Python can be found.
installed() {
    python3 -m venv build-wheel/user
    (cd build-wheel/user && unset CXJ_LIBRARY && PATH=$PWD/bin &&
        pip install --quiet --disable-pip-version-check --no-index ../*.whl &&
        python -c "import cxj, sys; print(cxj.loaded_from, cxj.__version__); sys.exit('user' not in cxj.loaded_from)" &&
        python -c "import cxj; cxj.Engine().page('page.html')" && # whose template it carries, too
        ! python -c "import numpy" 2>/dev/null)
}
show "it is installed, and finds its own library" installed
# Nor has it any other program: the commands that came with it find the one inside, and that its own library.
commanded() {
    build-debug/examples/cxj-report --json examples/onboarding.csv >"$scratch/wanted.json" 2>"$scratch/wanted.said" || return 1
    (unset CXJ_LIBRARY CXJ_REPORT && PATH=$PWD/build-wheel/user/bin && python -m cxj convert --from xes --help >/dev/null &&
        cxj report --json examples/onboarding.csv >"$scratch/got.json" 2>"$scratch/got.said" &&
        cxj-report --version) && cmp "$scratch/wanted.json" "$scratch/got.json" && cmp "$scratch/wanted.said" "$scratch/got.said"
}
show "it brings the report program, as a command" commanded
# It was built without meson: are its answers the same?
carried() {
    (cd bindings/python && CXJ_LIBRARY=$(ls ../../build-wheel/user/lib/python3.*/site-packages/cxj/libcxj.so) \
        "$environment/bin/python" -m unittest tests.test_package tests.test_conformance tests.test_frames \
        tests.test_analysis tests.test_calendar tests.test_rules)
}
beside carried carried
# And from a checkout, as README.md has it.
from_checkout() {
    python3 -m venv build-wheel/builder
    (unset CXJ_LIBRARY && build-wheel/builder/bin/pip install --quiet --disable-pip-version-check ./bindings/python &&
        cd build-wheel && builder/bin/python -c "import cxj, sys; sys.exit('builder' not in cxj.loaded_from)")
}
check "pip install ./bindings/python" from_checkout
rm -rf bindings/python/build bindings/python/*.egg-info
# A source distribution carries the library's sources: it is installed where no checkout is near.
from_sources() {
    (cd bindings/python && "$environment/bin/python" -c \
        "from setuptools.build_meta import build_sdist; build_sdist('../../build-wheel')") &&
        rm -rf "$scratch/away" && mkdir "$scratch/away" && cp build-wheel/cxj-*.tar.gz "$scratch/away" || return 1
    python3 -m venv "$scratch/away/user" &&
        (unset CXJ_LIBRARY && cd "$scratch/away" && user/bin/pip install --quiet --disable-pip-version-check cxj-*.tar.gz &&
            user/bin/python -c "import cxj, sys; cxj.Engine('journeys'); sys.exit('site-packages' not in cxj.loaded_from)" &&
            user/bin/cxj-report --version)
}
check "pip install of a source distribution, without the checkout" from_sources
rm -rf bindings/python/build bindings/python/*.egg-info "$scratch/away"
# An editable one: the modules are those of the checkout, and the library is in a build folder of its own.
editable() {
    rm -rf build-editable
    python3 -m venv build-wheel/editor
    (unset CXJ_LIBRARY && build-wheel/editor/bin/pip install --quiet --disable-pip-version-check -e ./bindings/python) &&
        CXJ_LIBRARY=$PWD/build-editable/src/libcxj.so && export CXJ_LIBRARY || return 1
    (cd build-wheel && editor/bin/python -c "import cxj, sys; cxj.Engine('journeys'); sys.exit('bindings' not in cxj.__file__)" &&
        editor/bin/cxj report --version)
}
check "pip install -e ./bindings/python" editable
export CXJ_LIBRARY="$PWD/build-debug/src/libcxj.so"
rm -rf bindings/python/build bindings/python/*.egg-info build-editable
check "the library that the wheel carries" fetched carried

finish
