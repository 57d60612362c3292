#!/bin/sh
# page.sh [needs|PICTURE.png]: looks at the page of the report program in a browser, by tests/page.py: Chromium from the system's
# packages, driven by Playwright from Python's, with axe-core from the npm registry. What cannot be had is said, and its part
# skipped; without the browser the template, the JSON and the plain tables are looked at all the same.
#
# Pictures of every page, width and mode are left in build-page/pictures. With PICTURE.png it only writes the picture that
# README.md shows; with needs it only installs on the machine what it needs there, so that the rest can go on beside other
# scripts, which install things, too.
#
# It needs a Debian-like machine with network and root or sudo, and installs what is missing. Program and library are taken
# from build-debug, and built if they are not there.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

if [ "${1:-}" = needs ]; then
    need chromium chromium || :
    need npm npm || :
    python3 -c 'import ensurepip' 2>/dev/null || need_install python3-venv || :
    exit 0
fi

environment=$PWD/build-page
report=build-debug/examples/cxj-report
export PYTHONDONTWRITEBYTECODE=1

if [ ! -x "$report" ] || [ ! -f build-debug/src/libcxj.so ]; then
    need_builder
    build gcc build-debug --buildtype=debugoptimized --werror -Db_ndebug=false
fi
export CXJ_LIBRARY="$PWD/build-debug/src/libcxj.so"

# make_driver: an environment with Playwright, which drives the system's browser and brings none of its own, and what makes
# pictures small.
make_driver() {
    [ -x "$environment/bin/pip" ] || python3 -c 'import ensurepip' 2>/dev/null || need_install python3-venv || return 1
    [ -x "$environment/bin/pip" ] || python3 -m venv "$environment" || return 1
    "$environment/bin/pip" install --quiet --disable-pip-version-check playwright pillow
}

# get_axe: axe-core's one file.
get_axe() {
    [ ! -f "$environment/package/axe.min.js" ] || return 0
    need npm npm || return 1
    (cd "$environment" && npm pack --silent axe-core && tar -xzf axe-core-*.tgz package/axe.min.js)
}

headline "The page, without a browser"
need python3 python3
set -- "${1:-}"
if [ -z "$1" ]; then
    show "pages, and both writers" python3 tests/page.py "$report" --data ../shared/data
fi

headline "The page, in a browser"
if ! need chromium chromium; then
    skip "the page in a browser" "Chromium is not here and cannot be installed"
elif ! make_driver >"$words" 2>&1; then
    tail -n 5 "$words"
    skip "the page in a browser" "Playwright cannot be installed"
elif [ -n "$1" ]; then
    check "the picture $1" "$environment/bin/python" tests/page.py "$report" --browser "$(command -v chromium)" --picture "$1"
else
    if get_axe >"$words" 2>&1; then
        axe="--axe $environment/package/axe.min.js"
    else
        tail -n 5 "$words"
        skip "what axe finds" "axe-core cannot be had from the npm registry"
        axe=
    fi
    # shellcheck disable=SC2086
    show "pages in Chromium" "$environment/bin/python" tests/page.py "$report" --browser "$(command -v chromium)" $axe \
        --pictures "$environment/pictures" --data ../shared/data
    echo "    pictures are in $environment/pictures"
fi

finish
