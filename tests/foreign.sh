#!/bin/sh
# foreign.sh: the hosts of examples/foreign, in PHP, Ruby, Perl, Go, Rust, Node.js and Java, with the header and the library
# as installed.
#
# Each must print the lines below, which were worked out by hand; leave nothing of the library on the heap; and end a call
# that fails, and a touchpoint that is refused, with the library's sentence and a status other than 0. That such faults are
# noticed is tried, too: with an engine that is not destroyed, and a cursor that is not closed.
#
# It needs a Debian-like machine with network and root or sudo, and installs PHP, Ruby, Perl's FFI::Platypus and Java's JNA if
# they are missing; Node's koffi comes from npm, into build-foreign. Go (1.21 or later), Rust, Node and a JDK are taken if they
# are there. A language that is not, and cannot be had, is skipped,
# with the reason. What is built is in build-foreign.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

# The story has three journeys, each hour counted from its Monday (SPEC 4.4: transitions, with the wait between both
# touchpoints; 4.6: a change lost context if the later touchpoint is repeated; SPEC 7: the text "42" stands for 42).
#
#     Zoë's move   0 Sales "A", 4 Büro (repeated), 6 Sales "A"
#     order-7      0 Sales "A", 2 Büro, 3 field (repeated)
#     42           1 Büro, 3 field
#
# So from Büro to Sales "A" once, after 2 h; from Büro to field after 1 h (repeated) and 2 h; from Sales "A" to Büro after
# 4 h (repeated) and 2 h. Keys come in the order of their bytes.
cat >"$scratch/expected" <<'END'
Büro -> Sales "A": handoffs 1, wait 2.0 h, lost context 0
Büro -> field: handoffs 2, wait 1.5 h, lost context 1
Sales "A" -> Büro: handoffs 2, wait 3.0 h, lost context 1
END

hosts=build-foreign
prefix=$PWD/$hosts/prefix
header=$prefix/include/cxj.h

# run LANGUAGE FOLDER: runs the host that stands there.
run() {
    case $1 in
    php) php "$2/handoffs.php" "$header" ;;
    rb) ruby "$2/handoffs.rb" "$header" ;;
    pl) perl "$2/handoffs.pl" "$header" ;;
    go | rs) "$2/host" ;;
    mjs) node "$2/handoffs.mjs" "$header" ;;
    java) java -cp "$2:$jna" handoffs "$header" ;;
    esac
}

# counted LANGUAGE FOLDER: runs a host; its words are then in $scratch/out and $scratch/err, its status in $ended, and in
# $left and $taken the blocks of the heap that the library still has, and ever had.
counted() {
    head -c 16 /dev/zero >"$scratch/blocks"
    ended=0
    run "$@" >"$scratch/out" 2>"$scratch/err" || ended=$?
    left=$(od -An -t d8 "$scratch/blocks" | awk '{ print $1 }')
    taken=$(od -An -t d8 "$scratch/blocks" | awk '{ print $2 }')
    cat "$scratch/out" "$scratch/err"
    echo "status $ended; blocks of the heap: $taken taken, $left left"
    [ "$taken" -gt 0 ]
}
answers() {
    counted "$@" && [ "$ended" -eq 0 ] && [ "$left" -eq 0 ] && [ ! -s "$scratch/err" ] &&
        cmp "$scratch/expected" "$scratch/out"
}
refuses() {
    words_due=$1
    shift
    counted "$@" && [ "$ended" -ne 0 ] && [ "$left" -eq 0 ] && [ ! -s "$scratch/out" ] &&
        grep -q "$words_due" "$scratch/err"
}
leaks() {
    counted "$@" && [ "$left" -gt 0 ]
}

# made LANGUAGE FOLDER EDIT: puts a host into a folder, changed by a command of sed, and builds what has to be built.
made() {
    rm -rf "$2"
    mkdir -p "$2"
    sed -e "$3" "examples/foreign/handoffs.$1" >"$2/handoffs.$1" || return 1
    if [ -n "$3" ] && cmp "examples/foreign/handoffs.$1" "$2/handoffs.$1"; then
        return 1
    fi
    case $1 in
    go) cp examples/foreign/go.mod "$2" && (cd "$2" && test -z "$(gofmt -l .)" && go vet . && go build -o host .) ;;
    java) javac -Xlint:all -Werror -encoding US-ASCII -cp "$jna" -d "$2" "$2/handoffs.java" ;;
    rs) rustc --edition 2021 -D warnings -L "$(dirname "$library")" -o "$2/host" "$2/handoffs.rs" ;;
    esac
}

# host NAME LANGUAGE: all that is asked of one host.
host() {
    name=$1
    language=$2
    here=$hosts/$language
    check "$name: make" made "$language" "$here" ''
    show "$name: answers, and leaves nothing" answers "$language" "$here"
    check "$name: make one with a bad view" made "$language" "$here-view" 's/transitions by team/transitions by teem/'
    show "$name: a call that fails" refuses 'malformed text: view, column 16: expected a dimension' "$language" "$here-view"
    check "$name: make one with a bad moment" made "$language" "$here-moment" \
        's/1_\{0,1\}772_\{0,1\}409_\{0,1\}600_\{0,1\}000/999999999999999999/'
    show "$name: a touchpoint that is refused" refuses 'touchpoint 0: at: 999999999999999999' "$language" "$here-moment"
    for end in cxj_engine_destroy cxj_cursor_close; do
        check "$name: make one without $end()" made "$language" "$here-leak" "/$end/d"
        check "$name: what leaks is noticed" leaks "$language" "$here-leak"
    done
}

# A constant that is a macro is none for who cannot run the preprocessor, and a directive of two lines would be half read.
# All else that the header promises to foreign languages PHP sees, which reads the whole of it.
plain() {
    ! grep '^#.*\\$' "$header" &&
        ! grep '^# *define CXJ_' "$header" | grep -v -E 'define CXJ_(H|API|NO_INDEX|VERSION|VERSION_(MAJOR|MINOR|PATCH))\>'
}

# Rust's structs are written by hand. alike STRUCT RUST: whether one has the members that the header says, in that order.
members_of_header() {
    sed -n -e '/^typedef struct '"$1"' {/,/^}/ s/^ *\([a-z][a-z0-9_]*\) \([a-z_]*\)\(\[[0-9]*\]\)\{0,1\};.*/\2 \1\3/p' "$header"
}
members_of_rust() {
    sed -n -e '/^pub struct '"$1"' {/,/^}/ { s/r#//; s/\[\([a-z0-9]*\); \([0-9]*\)\]/\1[\2]/; s/Text/cxj_text/
        s/f64/double/; s/ u\([0-9]\)/ uint\1/; s/ i\([0-9]\)/ int\1/; s/\(int[0-9]*\)/\1_t/
        s/^ *\([a-z_]*\): \([^,]*\),$/\1 \2/p; }' examples/foreign/handoffs.rs
}
alike() {
    members_of_header "$1" >"$scratch/header"
    members_of_rust "$2" >"$scratch/rust"
    [ -s "$scratch/header" ] && diff "$scratch/header" "$scratch/rust"
}
# Java's likewise, whose numbers have no sign of their own; the order it takes from the header.
members_of_java() {
    sed -n -e '/class '"$1"' extends Struct /,/^    }/ { s/byte\[\] \([a-z]*\) = new byte\(\[.*\]\);/byte\2 \1;/
        s/text \([a-z]*\);/cxj_text \1;/; s/^ *public \([^ ]*\) \([a-z_]*\);$/\2 \1/p; }' examples/foreign/handoffs.java
}
alike_in_java() {
    members_of_header "cxj_$1" | sed -e 's/u\{0,1\}int64_t/long/' -e 's/u\{0,1\}int32_t/int/' \
        -e 's/u\{0,1\}int8_t/byte/' >"$scratch/header"
    members_of_java "$1" >"$scratch/java"
    [ -s "$scratch/header" ] && diff "$scratch/header" "$scratch/java"
}

# ----------------------------------------------------------------------------------------------------------------------

headline "What is needed"
need_builder

headline "An installation"
counter=$PWD/$hosts/counter.o
rm -rf "$hosts"
mkdir "$hosts"
check "what counts blocks" \
    gcc -std=gnu11 -O1 -fPIC -fvisibility=hidden -Wall -Wextra -Werror -c tests/foreign.c -o "$counter"
build gcc "$hosts/library" --buildtype=debugoptimized "--prefix=$prefix" -Dexamples=false -Dtests=disabled \
    "-Dc_link_args=-Wl,--wrap=malloc,--wrap=realloc,--wrap=free $counter"
check "installation" meson install -C "$hosts/library" --no-rebuild
library=$(find "$prefix" -name libcxj.so)
PKG_CONFIG_PATH=$(dirname "$library")/pkgconfig
LD_LIBRARY_PATH=$(dirname "$library")
CXJ_BLOCKS=$scratch/blocks
export PKG_CONFIG_PATH LD_LIBRARY_PATH CXJ_BLOCKS

check "the header's constants are enumerators" plain

headline "PHP"
if ! need php-cli php; then
    skip "PHP" "it is not here and cannot be installed"
elif ! php -r 'exit(PHP_VERSION_ID >= 70400 && class_exists("FFI") ? 0 : 1);'; then
    skip "PHP" "this one has no FFI"
else
    host PHP php
fi

headline "Ruby"
if ! need ruby ruby; then
    skip "Ruby" "it is not here and cannot be installed"
elif ! ruby -e 'require "fiddle/import"; exit Gem::Version.new(RUBY_VERSION) >= Gem::Version.new("2.7")' >"$words" 2>&1; then
    skip "Ruby" "this one has no Fiddle, or is older than 2.7"
else
    host Ruby rb
fi

headline "Perl"
platypus() {
    perl -MFFI::Platypus=2.00 -e 1 2>/dev/null
}
if ! platypus; then
    need libffi-platypus-perl "file:$(perl -MConfig -e 'print $Config{vendorarch}')/FFI/Platypus.pm" || true
fi
if platypus; then
    host Perl pl
else
    skip "Perl" "FFI::Platypus 2.00 or later is not here and cannot be installed"
fi

headline "Go"
# Nothing from outside: no other module, no other Go.
export GOFLAGS='' GOPROXY=off GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=1
version=$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
if [ -z "$version" ]; then
    skip "Go" "it is not here"
elif [ "$version" -lt 21 ]; then
    skip "Go" "this one is older than 1.21"
else
    host Go go
fi

headline "Rust"
if ! rustc --version >/dev/null 2>&1; then
    skip "Rust" "it is not here"
else
    show "Rust: a touchpoint is declared as the header does" alike cxj_named_touchpoint NamedTouchpoint
    show "Rust: a value is declared as the header does" alike cxj_value Value
    host Rust rs
fi

headline "Node.js"
koffi() {
    mkdir -p "$hosts" && npm install --prefix "$hosts" --no-audit --no-fund --ignore-scripts koffi@2 &&
        (cd "$hosts" && node -e 'require("koffi")')
}
version=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p')
if [ -z "$version" ] || ! command -v npm >/dev/null 2>&1; then
    skip "Node.js" "it is not here, or without npm"
elif [ "$version" -lt 18 ]; then
    skip "Node.js" "this one is older than 18"
elif ! koffi >"$words" 2>&1; then
    skip "Node.js" "koffi cannot be installed: $(tail -n 1 "$words")"
else
    host Node.js mjs
fi

headline "Java"
jna=/usr/share/java/jna.jar
version=$(javac -version 2>/dev/null | sed -n 's/^javac \([0-9]*\).*/\1/p')
if [ -z "$version" ]; then
    skip "Java" "there is no JDK here"
elif [ "$version" -lt 11 ]; then
    skip "Java" "this one is older than 11"
elif ! need libjna-java "file:$jna"; then
    skip "Java" "JNA is not here and cannot be installed"
else
    show "Java: a touchpoint is declared as the header does" alike_in_java named_touchpoint
    show "Java: a value is declared as the header does" alike_in_java value
    host Java java
fi
finish
