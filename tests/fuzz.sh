#!/bin/sh
# fuzz.sh SECONDS [TARGET]...: lets libFuzzer look for inputs that break the library, each target for so long.
# fuzz.sh replay [TARGET]...:  feeds the targets with the inputs that are kept in tests/fuzz/corpus; takes seconds.
# fuzz.sh keep [TARGET]...:    puts the smallest inputs that reach all that was reached so far into tests/fuzz/corpus.
#
# A target is a file of tests/fuzz; all of them, unless some are named. They run under AddressSanitizer and
# UndefinedBehaviorSanitizer, two at a time at most (one, with FUZZ_JOBS=1). What is found stops everything: the exit status
# is not zero, and the last lines name the input. Feed it once more with
#
#     build-fuzz/tests/fuzz/fuzz_TARGET INPUT
#
# What fuzzing has learnt stays in build-fuzz/corpus, minimized, and is where the next run begins; only keep changes what is
# checked in. It needs a Debian-like machine, and installs what is missing: clang to fuzz, any compiler to replay.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh

# Targets and their limits: name, longest input in bytes, seconds for one input, megabytes of memory, dictionary or -.
targets() {
    cat <<END
view 256 10 512 view.dict
calendar 512 10 512 calendar.dict
rule 256 10 512 rule.dict
csv 1024 10 512 csv.dict
calls 1024 20 1024 -
format 4096 10 512 -
merge 4096 10 512 -
END
}

kept=tests/fuzz/corpus
build="build-fuzz"

usage() {
    echo "usage: sh tests/fuzz.sh SECONDS|replay|keep [$(targets | sed 's/ .*//' | tr '\n' ' ' | sed 's/ $//; s/ /|/g')]..." >&2
    exit 2
}

# limit TARGET COLUMN: an entry of the table.
limit() {
    targets | awk -v name="$1" -v column="$2" '$1 == name {print $column}'
}

# set_up COMPILER FOLDER OPTION...: sets up a build with both sanitizers.
set_up() {
    compiler=$1
    folder=$2
    shift 2
    if [ ! -f "$folder/build.ninja" ]; then
        echo "Building in $folder" >&2
        need_quietly env "CC=$compiler" meson setup "$folder" --buildtype=debugoptimized -Db_ndebug=false \
            -Db_sanitize=address,undefined -Db_lundef=false -Dexamples=false -Dtests=enabled -Ddefault_library=static "$@"
    fi
}

need_tools() {
    need_builder
    need check pkg-config:check
}

# can_fuzz: whether clang is there with the library that is linked for -fsanitize=fuzzer.
can_fuzz() {
    probe=$(mktemp)
    status=0
    echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) {return d && n > 9;}' |
        clang -fsanitize=fuzzer,address,undefined -x c - -o "$probe" >/dev/null 2>&1 || status=1
    rm -f "$probe"
    return "$status"
}

# build_targets TARGET...: builds targets with libFuzzer.
build_targets() {
    need clang clang
    need llvm llvm-symbolizer
    if ! can_fuzz; then
        version=$(clang -dumpversion | sed 's/\..*//')
        echo "Installing libclang-rt-$version-dev (for -fsanitize=fuzzer)" >&2
        need_install "libclang-rt-$version-dev" || true
        can_fuzz || {
            echo "Needed: clang with -fsanitize=fuzzer (Debian's package libclang-rt-$version-dev)" >&2
            exit 1
        }
    fi
    set_up clang "$build" -Dfuzzing=true '-Dc_args=-fno-sanitize-recover=all -fsanitize=fuzzer-no-link'
    programs=
    for target; do
        programs="$programs tests/fuzz/fuzz_$target"
    done
    # shellcheck disable=SC2086 # several words are meant
    need_quietly ninja -C "$build" $programs
}

# fuzzer TARGET OPTION...: runs libFuzzer on a target with its limits.
fuzzer() {
    target=$1
    shift
    if [ "$(limit "$target" 5)" != - ]; then
        set -- "-dict=tests/fuzz/$(limit "$target" 5)" "$@"
    fi
    UBSAN_OPTIONS=print_stacktrace=1 "$build/tests/fuzz/fuzz_$target" "-max_len=$(limit "$target" 2)" \
        "-timeout=$(limit "$target" 3)" "-rss_limit_mb=$(limit "$target" 4)" \
        "-artifact_prefix=$build/found/$target-" "$@"
}

# minimize TARGET FOLDER OPTION...: puts the inputs into an empty folder that are needed to reach what all known reach.
minimize() {
    target=$1
    folder=$2
    shift 2
    rm -rf "$folder"
    mkdir -p "$folder"
    fuzzer "$target" -merge=1 "$@" "$folder" "$build/corpus/$target" "$kept/$target" >>"$build/$target.log" 2>&1
}

# fuzz TARGET: fuzzes one target and minimizes what was learnt; says what was reached.
fuzz() {
    mkdir -p "$build/corpus/$1" "$build/found" "$kept/$1"
    if ! fuzzer "$1" "-max_total_time=$seconds" -print_final_stats=1 "$build/corpus/$1" "$kept/$1" >"$build/$1.log" 2>&1; then
        grep -v -E '^#[0-9]+[[:space:]]+(NEW|REDUCE|pulse|INITED|RELOAD)|# Uses: ' "$build/$1.log" | tail -n 80 >&2
        echo "FOUND: $1: $(sed -n 's/.*Test unit written to //p' "$build/$1.log" | tail -n 1)" >&2
        return 1
    fi
    if ! minimize "$1" "$build/corpus/$1.less"; then
        echo "FAILED: $1: minimizing; see $build/$1.log" >&2
        return 1
    fi
    rm -rf "$build/corpus/$1"
    mv "$build/corpus/$1.less" "$build/corpus/$1"
    awk -v name="$1" '/^#[0-9]+.* cov: / {for (i = 1; i < NF; i++) if ($i == "cov:") cov = $(i + 1)}
        /^stat::number_of_executed_units/ {runs = $2}
        END {printf "ok: %s: %d inputs tried, %d edges reached\n", name, runs, cov}' "$build/$1.log"
}

# keep TARGET: renews the inputs that are checked in. How often an edge is passed does not count here, so that they stay few.
# Those with names that somebody gave them stay; the others are named by their contents.
keep() {
    mkdir -p "$build/corpus/$1" "$kept/$1"
    minimize "$1" "$build/corpus/$1.kept" -use_counters=0 -set_cover_merge=1 || {
        echo "FAILED: $1: minimizing; see $build/$1.log" >&2
        return 1
    }
    find "$kept/$1" -type f -name '[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f].bin' -exec rm -f {} +
    for input in "$build/corpus/$1.kept"/*; do
        cp "$input" "$kept/$1/$(sha1sum <"$input" | cut -c 1-8).bin"
    done
    rm -rf "$build/corpus/$1.kept"
    echo "$1: $(find "$kept/$1" -type f | wc -l) inputs, $(cat "$kept/$1"/* | wc -c) bytes"
}

[ $# -ge 1 ] || usage
what=$1
shift
# shellcheck disable=SC2046 # one word for each target
[ $# -gt 0 ] || set -- $(targets | sed 's/ .*//')
for target; do
    [ -n "$(limit "$target" 1)" ] || usage
done

case $what in
replay)
    need_tools
    set_up cc build-replay -Dc_args=-fno-sanitize-recover=all
    tests=
    programs=
    for target; do
        tests="$tests fuzz-$target"
        programs="$programs tests/fuzz/fuzz_$target"
    done
    # shellcheck disable=SC2086 # several words are meant
    need_quietly ninja -C build-replay $programs
    # shellcheck disable=SC2086
    meson test -C build-replay --no-rebuild --print-errorlogs $tests
    ;;
keep)
    need_tools
    build_targets "$@"
    for target; do
        keep "$target"
    done
    ;;
'' | *[!0-9]*) usage ;;
*)
    seconds=$what
    need_tools
    build_targets "$@"
    failed=0
    first=
    # In pairs; one of a pair goes on when the other has found something, but no further pair begins.
    while [ $# -gt 0 ] && [ "$failed" -eq 0 ]; do
        fuzz "$1" &
        first=$!
        shift
        if [ $# -gt 0 ] && [ "${FUZZ_JOBS:-2}" -gt 1 ]; then
            fuzz "$1" &
            second=$!
            shift
            wait "$second" || failed=1
        fi
        wait "$first" || failed=1
    done
    exit "$failed"
    ;;
esac
