#!/bin/sh
# mutation.sh [--sample N] [--seed S] [--jobs N] [FILE]...: do the tests notice small changes of the source?
#
# It changes src/fold.c, src/cell.c, src/bounds.c and src/metric.c (or each FILE named, of those and calendar, products,
# drivers, statistics, analysis, beyond, nearest, fill, lot, sums) in one place at a time, an operator, a bound, a sign, a
# constant, a statement, and runs the tests on each such mutant, the fastest first, until one fails. It prints for each
# file how many mutants there are and how many the tests notice; the others are written to
# build-mutation/survivors.txt. It fails if fewer than 90 % of a file's are noticed, or if one that is listed in
# tests/mutation/survivors.txt as changing nothing is noticed after all.
#
# --sample N   only N mutants, chosen at random from all files
# --seed S     the seed of that choice; without it, one is taken and printed
# --jobs N     so many at once; as many as there are cores unless told
#
# Unless told, it takes some 20 to 40 minutes on two cores; 130 mutants of one file (--sample 130) some 2 to 10. It needs
# a Debian-like machine with network, and installs what is missing; the mutants are made by universalmutator, which comes
# from Python's packages into build-mutation/python. Neither src nor anything else outside build-mutation is changed.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh

build="build-mutation"
# The rules by which it makes mutants belong to its version, and the list of known survivors to the rules.
mutator=universalmutator==1.14.1

# An environment of its own for the package. Debian has a part of Python's venv in a package of its own.
make_python() {
    if [ -x "$build/python/bin/pip" ]; then return 0; fi
    if ! python3 -c 'import ensurepip' 2>/dev/null; then
        echo "Installing python3-venv" >&2
        need_install python3-venv || return 1
    fi
    python3 -m venv "$build/python" >&2
}

need gcc cc
need libc6-dev header:stdio.h
need pkg-config pkg-config
need check pkg-config:check
need python3 python3

mkdir -p "$build"
if ! make_python; then
    echo "mutation.sh: there is no environment for Python's packages; the package python3-venv is needed" >&2
    exit 1
fi
python=$build/python/bin/python
if [ "$("$python" -m pip freeze 2>/dev/null | grep -i '^universalmutator==')" != "$mutator" ]; then
    echo "Installing $mutator in $build/python" >&2
    # What it depends on serves other ways of making mutants, which are not used here.
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps "$mutator" >&2
fi

PYTHONDONTWRITEBYTECODE=1 exec "$python" tests/mutation/mutation.py --build "$build" "$@"
