# steps.sh: the steps of a test script, counted. To be sourced by a POSIX shell under set -eu, in the project's folder:
#
#     . tests/steps.sh
#     headline "Release build"
#     build gcc build --buildtype=release      # into a folder, with meson; setup does all but the building
#     suites build --suite unit                # tests that meson runs
#     check "what is due" COMMAND...           # one step more; show prints also what the command says
#     skip "valgrind" "it is not here"         # what cannot run here is said, and is no failure
#     beside NAME COMMAND...                   # begins something that runs beside what follows
#     check "what is due" fetched NAME         # and what became of it
#     part tests/cross.sh s390x                # another script that ends with finish, and its count
#     part fetched NAME                        # the same of one that was begun with beside NAME sh tests/cross.sh s390x
#     finish
#
# A script ends at the first step that fails. Its last line says how many checks passed and failed, and its status is 0
# if all passed, 77 if none ran at all because each was skipped, else 1.
#
# $scratch is a folder that is gone when the script ends.

passed=0
failed=0
scratch=$(mktemp -d)
words=$scratch/words
trap 'kill $(jobs -p) 2>/dev/null || :; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

headline() {
    printf '\n== %s ==\n' "$1"
}

finish() {
    printf '\n%s passed, %s failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] || exit 1
    # A run without a single check proves nothing.
    [ "$passed" -gt 0 ] || exit 77
    exit 0
}

# check WHAT COMMAND...: one check. What the command says is shown only if it fails, and then everything ends.
check() {
    what=$1
    shift
    if "$@" >"$words" 2>&1; then
        passed=$((passed + 1))
        echo "ok: $what"
    else
        failed=$((failed + 1))
        tail -n 200 "$words"
        echo "FAILED: $what"
        finish
    fi
}

# show WHAT COMMAND...: as check, and shows what the command says in any case.
show() {
    check "$@"
    sed 's/^/    /' "$words"
}

# beside NAME COMMAND...: begins a command, which goes on beside what follows until it is fetched by its name. Two or three
# at a time, each of which keeps one processor busy or waits for the network, are what a machine with two can do.
beside() {
    name=$1
    shift
    ("$@" >"$scratch/beside-$name" 2>&1) &
    eval "beside_$name=$!"
}

# fetched NAME: waits for it, says what it said and ends as it did.
fetched() {
    eval "process=\$beside_$1"
    outcome=0
    wait "$process" || outcome=$?
    cat "$scratch/beside-$1"
    return "$outcome"
}

skip() {
    echo "skipped: $1 ($2)"
}

# setup COMPILER FOLDER OPTION...: sets up a folder to build in, with these options. One that has the same options is used
# again. The folder build belongs to whoever works here: its options are changed, but it is never thrown away.
setup() {
    compiler=$1
    folder=$2
    shift 2
    if [ "$folder" = build ] && [ -f build/build.ninja ]; then
        check "options of $folder" meson configure "$folder" "$@"
    elif [ ! -f "$folder/build.ninja" ] || [ "$(cat "$folder/options.txt" 2>/dev/null)" != "$*" ]; then
        rm -rf "$folder"
        check "setup of $folder" env "CC=$compiler" meson setup "$folder" "$@"
        echo "$*" >"$folder/options.txt"
    fi
}

# build COMPILER FOLDER OPTION...: sets it up, and builds all that is to be built there.
build() {
    setup "$@"
    check "build of $folder" ninja -C "$folder"
}

# suites FOLDER ARGUMENT...: runs tests with meson and adds up what it says.
suites() {
    folder=$1
    shift
    status=0
    meson test -C "$folder" --no-rebuild --print-errorlogs "$@" >"$words" 2>&1 || status=$?
    sed -n -e '/^ *[0-9]*\/[0-9]* /p' "$words"
    good=$(sed -n 's/^Ok: *\([0-9]*\).*/\1/p' "$words")
    bad=$(sed -n 's/^\(Fail\|Timeout\|Unexpected Pass\): *\([0-9]*\).*/\2/p' "$words" | awk '{n += $1} END {print n + 0}')
    passed=$((passed + ${good:-0}))
    failed=$((failed + bad))
    # A run without a single test is no run.
    if [ "$status" -ne 0 ] || [ "${good:-0}" -eq 0 ]; then
        [ "$failed" -gt 0 ] || failed=1
        tail -n 300 "$words"
        echo "FAILED: meson test -C $folder $*"
        finish
    fi
}

# part SCRIPT ARGUMENT...: runs another script that ends with finish, shows what it says, and adds up what it counted; or
# does so with one that was begun beside (part fetched NAME).
part() {
    status=0
    if [ "$1" = fetched ]; then
        # Only the shell that began it can wait for it, which one at the head of a pipe is not.
        "$@" >"$words" 2>&1 || status=$?
        cat "$words"
    else
        rm -f "$scratch/status"
        { sh "$@" 2>&1 || echo "$?" >"$scratch/status"; } | tee "$words"
        status=$(cat "$scratch/status" 2>/dev/null || echo 0)
    fi
    good=$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$words" | tail -n 1)
    bad=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$words" | tail -n 1)
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-0}))
    if [ "$status" -eq 77 ]; then
        skip "$*" "nothing of it can run here"
    elif [ "$status" -ne 0 ] || [ "${good:-0}" -eq 0 ]; then
        [ "$failed" -gt 0 ] || failed=1
        echo "FAILED: $*"
        finish
    fi
}
