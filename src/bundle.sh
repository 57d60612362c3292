#!/bin/sh
# bundle.sh [FOLDER]: writes cxj.c and cxj.h into FOLDER (build-bundle without one), the library as two files for any build:
#
#     cc -O2 -c cxj.c                          # link it with -lm where the system has one
#     cc -O2 -fPIC -shared -o libcxj.so cxj.c -lm
#     cc -O2 -DCXJ_STATIC -c cxj.c             # shows nothing outside of the program that links it; on Windows a must,
#                                              # also where cxj.h is included, unless cxj.c is made a DLL
#
# cxj.c is all rooms one after the other, in the order of src/meson.build, each header where the first room asks for it.
# What crosses files here is static there, so an object file has the functions of cxj.h and no other name. The same
# sources give the same bytes. It needs a POSIX shell with sed, awk, cmp and mv. (Names at file level are unique across
# rooms, which is what makes this possible; tests/layout.py watches that.)
set -eu
LC_ALL=C
export LC_ALL

case ${1:-} in
-*)
    echo "usage: sh src/bundle.sh [FOLDER]" >&2
    exit 2
    ;;
esac
sources=$(dirname "$0")
header=$sources/../include/cxj.h
folder=${1:-$sources/../build-bundle}

# The list that meson builds: the lines between files( and ) that are a name in quotes.
rooms=$(sed -n "/= files(/,/^)/s/^ *'\([a-z_]*\.c\)',\$/\1/p" "$sources/meson.build")
if [ "$(echo "$rooms" | sort | tr '\n' ' ')" != "$(cd "$sources" && ls -1 -- *.c | sort | tr '\n' ' ')" ]; then
    echo "bundle.sh: src/meson.build does not list the files of src one a line, as files('NAME.c', ...)" >&2
    exit 1
fi
version=$(sed -n 's/^#define CXJ_VERSION_M[A-Z]* \([0-9]*\)$/\1/p; s/^#define CXJ_VERSION_PATCH \([0-9]*\)$/\1/p' "$header" |
    tr '\n' '.')
version=${version%.}

mkdir -p "$folder"
made=$folder/.cxj.$$
trap 'rm -f "$made.c" "$made.h"' EXIT
trap 'exit 1' HUP INT TERM

{
    echo "/* cxj $version: the library in one file, to be compiled with cxj.h beside it. Written by src/bundle.sh of its sources,"
    echo " * where it is read and changed more easily; what they are released under:"
    echo " *"
    sed 's/^/ * /; s/ *$//' "$sources/../LICENSE"
    cat <<'END'
 */

/* On Windows functions come from a DLL unless somebody says otherwise; here they are made. */
#if !defined(CXJ_STATIC) && !defined(CXJ_BUILDING_SHARED)
#define CXJ_BUILDING_SHARED
#endif
#include "cxj.h"

/* Every platform must divide alike, so no product and sum may be contracted into one rounding. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#endif

/* What the rooms share stays here, also where nothing in here needs it. */
#if defined(__GNUC__)
#define CXJ__INSIDE static __attribute__((unused))
#else
#define CXJ__INSIDE static
#endif
END
    # shellcheck disable=SC2086 # rooms are several words
    (cd "$sources" && awk '
        # A file, with each header that it asks for first, once.
        function put(file, line, name, status) {
            print ""
            print "/* ==== src/" file " ==== */"
            print ""
            while ((status = (getline line < file)) > 0) {
                if (line ~ /^#include "/) {
                    name = line
                    sub(/^#include "/, "", name)
                    sub(/".*/, "", name)
                    if (name == "cxj.h" || name in seen) continue
                    seen[name] = 1
                    put(name)
                    print ""
                    print "/* ==== src/" file " goes on ==== */"
                    print ""
                    continue
                }
                # A function that crosses files, where it is declared and where it is defined.
                if (line ~ /^[a-z][A-Za-z0-9_ *]*[ *]cxj__[a-z0-9_]*\(/ && line !~ /^(static|typedef) /) {
                    line = "CXJ__INSIDE " line
                } else if (file ~ /[.]h$/) {
                    sub(/^static inline /, "CXJ__INSIDE inline ", line)
                }
                print line
            }
            if (status < 0) {
                print "bundle.sh: src/" file " cannot be read" > "/dev/stderr"
                exit 1
            }
            close(file)
        }
        BEGIN { for (i = 1; i < ARGC; i++) put(ARGV[i]) }
    ' $rooms)
} >"$made.c"
cp "$header" "$made.h"

# A build that looks at times has nothing to do where nothing is new; and what is there is whole at every moment.
for file in c h; do
    if cmp -s "$made.$file" "$folder/cxj.$file"; then
        rm -f "$made.$file"
    else
        mv -f "$made.$file" "$folder/cxj.$file"
    fi
done
