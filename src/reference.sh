#!/bin/sh
# reference.sh [FOLDER]: writes a reference as HTML into FOLDER (build-reference without one); begin at FOLDER/index.html.
#
# It is made by doxygen of include/cxj.h and include/cxj.hpp, and of the catalogue (metrics, facets, dimensions, predictors)
# as bindings/python/REFERENCE.md has it from the library. It fails, and says where, if a function, a parameter, a type or
# a member has no description. These need none: what a function returns and a constant among others of its kind, which the
# description above says; reserved members; the names of cxj.hpp for structs of cxj.h; and what containers and iterators of C++
# have by custom (operators, begin(), size(), …).
#
# It needs a POSIX shell with awk; doxygen is installed where it is missing (see examples/need.sh). Status 77: it cannot be
# had.
set -eu
LC_ALL=C
export LC_ALL

case ${1:-} in
-*)
    echo "usage: sh src/reference.sh [FOLDER]" >&2
    exit 2
    ;;
esac
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$root/build-reference}
. "$root/examples/need.sh"
need doxygen doxygen || exit 77

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
trap 'exit 1' HUP INT TERM

# Which examples call what, the shortest first: lines of a function and a file. (A comment would write cxj_load(), with
# nothing between the brackets.)
(cd "$root/examples" && ls -rS -- *.c *.h foreign/* | while read -r example; do
    { grep -o -E 'cxj_[a-z_]+\([^)]|cxj_version_text\(' "$example" || true; } | sed "s|(.*| $example|" | sort -u
done) >"$made/calls"

# prepare HEADER: the header as doxygen is to read it. The comment at its head is shown as it stands, and a function of C
# says which examples call it, three at most.
prepare() {
    awk -v calls="$made/calls" '
    BEGIN {
        while ((getline line < calls) > 0) {
            split(line, call, " ")
            if (++many[call[1]] <= 3)
                examples[call[1]] = examples[call[1]] (many[call[1]] > 1 ? ", " : "") "examples/" call[2]
        }
    }
    function flush(name) {
        if (name in examples)
            sub(/ *\*\/\n$/, "\n * @par Examples\n * " examples[name] " */\n", kept)
        printf "%s", kept
        kept = ""
    }
    NR == 1 { sub(/^\/\* /, ""); print "/** @file"; print " * @brief " $0; print " * @verbatim"; head = 1; next }
    head && /^ \*\/$/ { print "@endverbatim */"; head = 0; next }
    head { sub(/^ \* ?/, "") }
    /^ *[a-z0-9_]+ reserved(\[[0-9]+\])?;$/ { $0 = $0 " /**< zero */" }
    /^using [a-z_]+ = cxj_[a-z_]+;$/ { $0 = $0 " /**< as in cxj.h */" }
    /^#define CXJ_VERSION_(MINOR|PATCH) [0-9]+$/ { $0 = $0 " /**< likewise */" }
    { gsub(/`""`/, "\"\"") }
    /^\/\*\*/ { flush(""); held = 1 }
    /^CXJ_API / && match($0, /cxj_[a-z_]+\(/) { flush(substr($0, RSTART, RLENGTH - 1)); held = 0 }
    held { kept = kept $0 "\n"; if ($0 ~ /\*\/$/) held = 0; next }
    { flush(""); print }
    END { flush("") }' "$root/include/$1" >"$made/$1"
}
prepare cxj.h
prepare cxj.hpp

# The catalogue: the first four chapters; what follows them is about Python, and so are three names in them.
awk '
{
    sub(/`View\.spread\(\)`, `View\.parity\(\)`/, "cxj_view_spread()")
    sub(/`cxj\.compare\(\)`/, "cxj_view_parity()")
    sub(/, for `record\(facets=…\)`/, ": `CXJ_FACET_CONTACT` and its like, of cxj_touchpoint")
}
/^## / { taken = $2 == "Metrics" || $2 == "Facets" || $2 == "Dimensions" || $2 == "Predictors" }
taken { print }
BEGIN { print "# Catalogue {#catalogue}\n" }' "$root/bindings/python/REFERENCE.md" >"$made/catalogue.md"
cat >"$made/main.md" <<'END'
# cxj {#mainpage}

- [cxj.h](@ref cxj.h): what a host in C sees; what holds for every function stands at its head
- [cxj.hpp](@ref cxj.hpp): the same from C++
- [Catalogue](@ref catalogue): metrics, facets, dimensions, predictors
END
version=$(sed -n 's/^#define CXJ_VERSION_M[A-Z]* \([0-9]*\)$/\1/p; s/^#define CXJ_VERSION_PATCH \([0-9]*\)$/\1/p' \
    "$root/include/cxj.h" | tr '\n' '.')

cat >"$made/Doxyfile" <<END
PROJECT_NAME = cxj
PROJECT_NUMBER = ${version%.}
INPUT = "$made/main.md" "$made/catalogue.md" "$made/cxj.h" "$made/cxj.hpp"
USE_MDFILE_AS_MAINPAGE = "$made/main.md"
STRIP_FROM_PATH = "$made"
OUTPUT_DIRECTORY = "$made"
HTML_OUTPUT = html
GENERATE_LATEX = NO
JAVADOC_AUTOBRIEF = YES
SORT_MEMBER_DOCS = NO
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = CXJ_API= __cplusplus=201703L
EXCLUDE_SYMBOLS = cxj::detail
EXTRACT_ALL = NO
HAVE_DOT = NO
SOURCE_BROWSER = NO
VERBATIM_HEADERS = NO
HTML_TIMESTAMP = NO
QUIET = YES
WARN_IF_UNDOCUMENTED = YES
WARN_IF_DOC_ERROR = YES
WARN_IF_INCOMPLETE_DOC = YES
WARN_NO_PARAMDOC = YES
WARN_FORMAT = "\$file:\$line: \$text"
WARN_LOGFILE = "$made/warnings"
END
doxygen "$made/Doxyfile" >"$made/said" 2>&1 || {
    cat "$made/said" "$made/warnings" >&2
    exit 1
}

# What is left of the warnings without those about what needs no description (above), and what is returned, which
# descriptions say in their own words.
sed "s|^$made/|include/|" "$made/warnings" | grep -v -E \
    -e 'return type of member ' \
    -e 'Member operator' -e 'Member (data|size|empty|begin|end)\(' \
    -e 'Member (iterator_category|value_type|difference_type|pointer|reference) \(typedef\)' >"$made/missing" || true
if [ -s "$made/missing" ]; then
    cat "$made/missing" >&2
    echo "reference.sh: $(wc -l <"$made/missing" | tr -d ' ') descriptions are missing or wrong; see above" >&2
    exit 1
fi
mkdir -p "$folder"
cp -R "$made/html/." "$folder"
echo "$folder/index.html"
