#!/bin/sh
# abi.sh [--update|--self-test]: whether a program that was built with the header as described in tests/abi still works
# with the library as it is now.
#
# What is described: functions and types, in x86_64.xml, made by libabigail from what the compiler has noted in the shared
# library; and constants (enumerators and macros), in constants.txt, since programs have these built in. A function, type
# or constant that is gone or is another fails. What is new is shown, and so is a reserved member that came into use with
# all else in its place. A struct that has grown at its end fails, too: only who calls can say that each such struct is
# passed with its size; so look, then describe it anew.
#
# --update      describes the interface anew: to be called when it was changed on purpose, and to be committed with that
# --self-test   breaks copies of the header in all these ways, and fails if a breach goes unnoticed
#
# It needs a Debian-like machine with network and root or sudo, and installs what is missing. The build is in build-abi.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

case ${1:-} in
'' | --update | --self-test) ;;
*)
    echo "usage: sh tests/abi.sh [--update|--self-test]" >&2
    exit 2
    ;;
esac

# describe HEADERS LIBRARY TO: describes the interface that the header in the folder HEADERS and a library have.
describe() {
    mkdir -p "$3"
    # What depends on the machine or the checkout is left out, and hashes name the types, so that what stays the same
    # gives the same lines.
    abidw --headers-dir "$1" --drop-private-types --exported-interfaces-only --type-id-style hash --no-architecture \
        --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed --no-parameter-names \
        --out-file "$scratch/described.xml" "$2" || return 1
    # Later versions of libabigail add what the library itself needs, which is no part of its interface, and sums of each
    # type, which no longer hold when reserved members are taken out.
    sed -e "s/ hash='[^']*'//g" -e '/<undefined-elf-/,/<\/undefined-elf-/d' "$scratch/described.xml" >"$3/x86_64.xml"
    {
        cat <<'END'
#include <stdio.h>
#include "cxj.h"
#define SAY(X) printf((X) < 0 ? "%s %lld\n" : "%s %llu\n", #X, (unsigned long long)(X))
int main(void) {
END
        # Macros that have a value, then what the compiler still sees in capitals, the enumerators. The version is not
        # part of it.
        {
            gcc -E -dM "$1/cxj.h" | sed -n 's/^#define \(CXJ_[A-Z0-9_]*\) ..*/\1/p'
            gcc -E -P "$1/cxj.h" | grep -o '\<CXJ_[A-Z0-9_]*'
        } | LC_ALL=C sort -u | grep -v -x -E 'CXJ_API|CXJ_VERSION.*' | sed 's/.*/    SAY(&);/'
        echo '}'
    } >"$scratch/constants.c"
    gcc -w -I "$1" "$scratch/constants.c" -o "$scratch/constants" && "$scratch/constants" >"$3/constants.txt"
}

# compare OLD NEW: shows in what a description differs from another, and fails if the new one lacks something.
compare() {
    kept=yes
    LC_ALL=C comm -13 "$1/constants.txt" "$2/constants.txt" >"$scratch/more"
    LC_ALL=C comm -23 "$1/constants.txt" "$2/constants.txt" >"$scratch/less"
    sed 's/^/now: /' "$scratch/more"
    if [ -s "$scratch/less" ]; then
        sed 's/^/no more: /' "$scratch/less"
        kept=no
    fi
    # The first run is for the reader; its status says also of additions that something has changed. The second decides:
    # without additions, and with what does no harm to a program that is built already, such as another name of a member.
    abidiff --harmless "$1/x86_64.xml" "$2/x86_64.xml" || true
    python3 tests/abi/reserved.py "$1/x86_64.xml" "$2/x86_64.xml" "$scratch/old.xml" "$scratch/new.xml" || kept=no
    abidiff --no-added-syms --harmless "$scratch/old.xml" "$scratch/new.xml" >/dev/null || kept=no
    [ "$kept" = yes ]
}

# ---- The self-test: a library of which only the interface is there takes no time to build ----------------------------

# pretend HEADERS: describes the header in a folder, into that folder.
pretend() {
    {
        echo '#include "cxj.h"'
        gcc -E -P "$1/cxj.h" | tr '\n' ' ' | grep -o '__attribute__((visibility("default"))) [^;{]*);' |
            sed 's/;$/ { __builtin_trap(); }/'
    } >"$1/pretend.c"
    gcc -g -w -fPIC -shared -I "$1" "$1/pretend.c" -o "$1/libcxj.so" && describe "$1" "$1/libcxj.so" "$1"
}

# changed WHAT SED-SCRIPT: compares a header with the one that the script makes of it; says in $verdict what came of it.
changed() {
    rm -rf "$scratch/changed"
    mkdir "$scratch/changed"
    sed "$2" include/cxj.h >"$scratch/changed/cxj.h"
    if cmp -s include/cxj.h "$scratch/changed/cxj.h"; then
        verdict="nothing to change, the header has other words now"
    elif ! pretend "$scratch/changed" >"$scratch/said" 2>&1; then
        verdict="no description: $(tail -n 3 "$scratch/said")"
    elif compare "$scratch/unchanged" "$scratch/changed" >"$scratch/said" 2>&1; then
        verdict=kept
    else
        verdict=broken
    fi
}

is_noticed() {
    changed "$@"
    [ "$verdict" = broken ] || { echo "$verdict" && return 1; }
}

# It must be shown all the same.
is_allowed() {
    changed "$@"
    [ "$verdict" = kept ] || { echo "$verdict" && cat "$scratch/said" && return 1; }
    grep -q "$3" "$scratch/said" || { echo "not shown: $3" && cat "$scratch/said" && return 1; }
}

breach() {
    check "noticed: $1" is_noticed "$@"
}

addition() {
    check "allowed and shown: $1" is_allowed "$@"
}

self_test() {
    headline "Breaches of a made-up copy of the header"
    mkdir "$scratch/unchanged"
    cp include/cxj.h "$scratch/unchanged"
    check "description of the header as it is" pretend "$scratch/unchanged"
    check "it agrees with itself" compare "$scratch/unchanged" "$scratch/unchanged"

    breach "a function is gone" '/^CXJ_API uint32_t cxj_version(void);/d'
    breach "a parameter has another type" 's/cxj_advance(cxj_engine \*engine, int64_t now)/cxj_advance(cxj_engine *engine, int32_t now)/'
    breach "a parameter more" 's/cxj_advance(cxj_engine \*engine, int64_t now)/cxj_advance(cxj_engine *engine, int64_t now, int more)/'
    breach "a parameter less" 's/cxj_advance(cxj_engine \*engine, int64_t now)/cxj_advance(cxj_engine *engine)/'
    breach "a result has another type" 's/^CXJ_API uint32_t cxj_version(/CXJ_API uint64_t cxj_version(/'
    breach "the type of every status is another" 's/^typedef int32_t cxj_status;/typedef int64_t cxj_status;/'
    breach "a callback has another type" 's/\*cxj_allocate)(void \*context,/*cxj_allocate)(/'
    breach "a struct has a member more in its middle" 's/^    uint64_t held; /    uint64_t more;\n&/'
    breach "a struct has a member more at its end" 's/^} cxj_stats;/    uint64_t more;\n&/'
    breach "a struct has a member less" '/^    uint64_t held; /d'
    breach "a member is wider" 's/^    uint32_t touchpoints_limit; /    uint64_t touchpoints_limit; /'
    breach "a member is as wide, of another type" 's/^    uint64_t revision; /    int64_t revision; /'
    breach "an array has a length more" 's/^    cxj_commitment commitments\[8\]; /    cxj_commitment commitments[9]; /'
    breach "two members have changed places" '/^    double low; /{s/low; /high; /;b;};s/^    double high; /    double low; /'
    breach "a member has another name" 's/^    uint64_t held; /    uint64_t kept; /'
    breach "a reserved member is gone, and with it the size" '/^    uint8_t reserved\[7\];$/d;s/^    uint8_t has_now; /    uint64_t has_now; /'
    breach "more than the reserved member is used" 's/^    uint32_t reserved\[1\]; /    uint64_t more[1]; /'
    breach "an enumerator has another value" 's/^    CXJ_GRAIN_JOURNEYS = 3/    CXJ_GRAIN_JOURNEYS = 4/'
    breach "an enumerator is gone" '/^    CXJ_SCALE_CES7 = 7/d'
    breach "a macro has another value" 's/^#define CXJ_NO_INDEX .*/#define CXJ_NO_INDEX 0xfffffffffffffffe/'
    breach "a macro is gone" '/^#define CXJ_NO_INDEX /d'

    addition "a function more" 's/^CXJ_API uint32_t cxj_version(void);/&\nCXJ_API uint32_t cxj_more(void);/' cxj_more
    addition "a struct more" 's/^CXJ_API uint32_t cxj_version(void);/&\nstruct cxj_most { int a; };\nCXJ_API void cxj_more(struct cxj_most *most);/' cxj_more
    addition "an enumerator more" 's/^    CXJ_SCALE_CES7 = 7/&, CXJ_SCALE_MORE = 8/' 'CXJ_SCALE_MORE 8'
    addition "a macro more" 's/^#define CXJ_NO_INDEX .*/&\n#define CXJ_MORE UINT64_MAX/' 'CXJ_MORE 18446744073709551615'
    addition "a part of a reserved member is used" 's/^    uint32_t reserved\[2\];$/    uint32_t more; uint32_t reserved[1];/' "'uint32_t more'"
    addition "all of a reserved member is used" 's/^    uint32_t reserved\[1\]; /    uint32_t more[1]; /' "more"
}

# ----------------------------------------------------------------------------------------------------------------------

headline "What is needed"
need_builder

if [ "$(uname -m)" != x86_64 ]; then
    skip "the interface" "what is described is that of x86_64, and this machine is $(uname -m)"
elif ! need abigail-tools abidw abidiff; then
    skip "the interface" "abidw and abidiff are not here and cannot be installed"
elif [ "${1:-}" = --self-test ]; then
    self_test
else
    headline "The interface"
    build gcc build-abi --buildtype=debug -Dexamples=false -Dtests=disabled -Ddefault_library=shared -Dstatic=false
    check "description of the library" describe include build-abi/src/libcxj.so "$scratch/now"
    if [ "${1:-}" = --update ]; then
        check "tests/abi is described anew" cp "$scratch/now/x86_64.xml" "$scratch/now/constants.txt" tests/abi
    else
        show "nothing of what tests/abi describes is gone or changed" compare tests/abi "$scratch/now"
    fi
fi
finish
