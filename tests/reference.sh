#!/bin/sh
# reference.sh: the reference as HTML, as src/reference.sh makes it of the headers and the catalogue: is it made without a
# missing entry, is each function and constant of the header in it and each name of the catalogue; and does src/reference.sh
# fail where something is not described?
#
# It needs a Debian-like machine with network and root or sudo, and installs doxygen; where that cannot be had, it says so and
# skips everything. The reference is left in build-reference.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

headline "The reference"
if ! need doxygen doxygen; then
    skip "the reference" "doxygen is not here and cannot be installed"
    finish
fi
check "reference" sh src/reference.sh build-reference

# has PAGE BEFORE AFTER WORD...: each word stands in the page, between these two.
has() {
    page=$1 before=$2 after=$3
    shift 3
    missing=0
    for word in "$@"; do
        grep -q -e "$before$word$after" "$page" || {
            echo "$page lacks $word"
            missing=1
        }
    done
    echo "$# names"
    [ "$missing" -eq 0 ] && [ "$#" -gt 0 ]
}
functions=$(sed -n 's/^CXJ_API [^(]*[ *]\(cxj_[a-z_]*\)(.*/\1/p' include/cxj.h)
constants=$(sed -n 's/^ *\(CXJ_[A-Z0-9_]*\) = .*/\1/p' include/cxj.h)
names=$(sed -n '/^## Views/q; s/^| `\([a-z_0-9]*\)` |.*/\1/p' bindings/python/REFERENCE.md)
# Names have no blanks.
# shellcheck disable=SC2086
{
    show "each function of cxj.h has its place" has build-reference/cxj_8h.html '<h2 class="memtitle">.*</span>' '()' $functions
    show "each constant of cxj.h is there" has build-reference/cxj_8h.html '>' '[ &<]' $constants
    show "each name of the catalogue is there" has build-reference/catalogue.html '<code>' '</code>' $names
}
check "it leads to the headers and the catalogue" has build-reference/index.html 'href="' '"' \
    cxj_8h.html cxj_8hpp.html catalogue.html

# notices WHAT FILE SED WORD: a copy of the sources with one change fails, and what is said has the word.
notices() {
    rm -rf "$scratch/copy"
    mkdir -p "$scratch/copy/bindings/python" "$scratch/copy/src"
    cp -R include examples "$scratch/copy"
    cp src/reference.sh "$scratch/copy/src"
    cp bindings/python/REFERENCE.md "$scratch/copy/bindings/python"
    sed "$3" "$2" >"$scratch/copy/$2"
    if cmp -s "$2" "$scratch/copy/$2"; then
        echo "nothing was changed: $3"
        return 1
    fi
    if sh "$scratch/copy/src/reference.sh" "$scratch/html" >"$scratch/said" 2>&1; then
        echo "unnoticed: $1"
        return 1
    fi
    cat "$scratch/said"
    grep -q -e "$4" "$scratch/said"
}
breach() {
    check "is noticed: $1" notices "$@"
}
breach "a function without a description" include/cxj.h 's|^/\*\* \(The library.s version as text\)|/* \1|' cxj_version_text
breach "a parameter without one" include/cxj.h '/^ \* @param unrecorded_facets /d' unrecorded_facets
breach "a parameter that there is not" include/cxj.h 's|@param unrecorded_facets |@param unrecorded |' unrecorded
breach "a member without one" include/cxj.h 's|\(uint64_t superseded;\) */\*\*< of a lower.*|\1|' superseded
breach "a struct without one" include/cxj.h 's|^/\*\* \(A text with its length\)|/* \1|' cxj_text
breach "a method of C++ without one" include/cxj.hpp 's|/\*\* \(What became of the touchpoints: processed\)|/* \1|' receipt

finish
