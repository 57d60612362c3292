#!/bin/sh
# cross.sh [s390x|armhf]...: the tests on other kinds of machine, each emulated by qemu-user: s390x (64 bit, big endian)
# and armhf (32 bit, little endian); without a name, both.
#
# On each: the unit tests, faults (every 23rd allocation), hostile shapes, sealing (2 random logs), the inputs kept from
# fuzzing, the property test, the hosts of examples/, and conformance. What the report program prints and saves there must
# be, byte for byte, what it prints and saves here: for each case of tests/conformance, and for the sample log, as JSON and
# as tables. What is saved here must be read there. The generator of the sample log must make the same log, too.
#
# This machine itself is asked a second time, without the instructions for which libm has functions of its own: on another
# processor it would not have them, and must say the same.
#
# It needs a Debian machine with network and root or sudo, and installs what is missing: Debian's cross compilers and
# qemu-user. Check for the other machine is unpacked beside the build, not installed, so that this machine's packages stay
# as they are. A platform whose packages cannot be had is skipped, with the reason.
#
# Each takes some minutes. The builds are in build-cross-<platform>, what they need of Debian in build-cross-packages.
#
# CXJ_LOGS   random logs of the property test; the default is 500
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

logs=${CXJ_LOGS:-500}
for platform in "$@"; do
    case $platform in
    s390x | armhf) ;;
    *)
        echo "usage: sh tests/cross.sh [s390x|armhf]..." >&2
        exit 2
        ;;
    esac
done
[ $# -gt 0 ] || set -- s390x armhf

# About all there is in the sample log: each grain, each dimension that it fills, each period, drivers; and what lies beyond one
# cell. Names in brackets stand in their order, as a saved engine says them.
cat >"$scratch/views" <<'END'
journeys
journeys by type, segment per month
journeys by outcome, churned per quarter ended
journeys by entry, exit where had cause = policy
journeys per week where segment in (mover, switcher)
touchpoints
touchpoints by channel, team per week
touchpoints by activity, stage per day
touchpoints by owner, cause per hour
touchpoints by cause per year where cause in (policy, tool)
transitions by owner
transitions by team, outcome per month
transitions by channel
journeys by segment where outcome in (abandoned, completed) with drivers
END

# What lies beyond one cell, which is asked for and not saved.
beyond="--spread satisfaction --control repeat_rate --parity csat --relation faults,repeats --within response=4h"

# answers TO REPORT: what a report program says about the sample log, and saves of it, into a folder.
answers() {
    to=$1
    report=$2
    # shellcheck disable=SC2086 # these are words
    set -- $beyond
    while IFS= read -r view; do
        set -- "$@" --view "$view"
    done <"$scratch/views"
    mkdir -p "$to"
    "$report" --json "$@" --save "$to/saved.cxj" examples/onboarding.csv >"$to/answers.json" &&
        "$report" "$@" examples/onboarding.csv >"$to/tables.txt" &&
        "$report" --list-metrics >"$to/metrics.txt"
}

# same_answers FOLDER: whether it has what this machine's own report program says.
same_answers() {
    for file in answers.json tables.txt metrics.txt saved.cxj; do
        cmp "$scratch/here/$file" "$1/$file" || return 1
    done
    wc -c "$1"/*
}

# goes_on TO REPORT: whether a report program reads what was saved here, and then says and saves the same.
goes_on() {
    # shellcheck disable=SC2086 # these are words
    "$2" --json $beyond --load "$scratch/here/saved.cxj" --save "$1/saved.cxj" >"$1/answers.json" &&
        cmp "$scratch/here/answers.json" "$1/answers.json" && cmp "$scratch/here/saved.cxj" "$1/saved.cxj"
}

# remembers KEEP: whether the host that saves on a schedule finds all it knew when it is started again.
remembers() {
    rm -rf "$scratch/kept"
    mkdir "$scratch/kept"
    "$1" "$scratch/kept" 12000 && "$1" "$scratch/kept" 3000 && "$1" "$scratch/kept" verify
}

# unpack PLATFORM FOLDER: unpacks Debian's packages of Check for a platform. apt-get keeps its books for that apart from
# those of the machine, so neither its list of architectures nor its packages change.
unpack() {
    books=$PWD/$2.books
    rm -rf "$books" "$2"
    mkdir -p "$books/lists/partial" "$books/cache/archives/partial" "$2"
    : >"$books/status"
    cat >"$books/apt.conf" <<END
Dir::State "$books";
Dir::State::status "$books/status";
Dir::Cache "$books/cache";
APT::Architecture "$1";
APT::Architectures { "$1"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
END
    # A source that has nothing for this platform makes the update fail, and does no harm.
    APT_CONFIG=$books/apt.conf apt-get -q update || true
    # Without libsubunit0 there is no shared libsubunit, so the static one is linked, and nothing has to be found when a
    # test runs.
    (cd "$books" && APT_CONFIG=$books/apt.conf apt-get -q download check libsubunit-dev) || return 1
    for package in "$books"/*.deb; do
        dpkg-deb -x "$package" "$2" || return 1
    done
    rm -rf "$books"
    [ -f "$2/usr/include/check.h" ]
}

# platform NAME TRIPLET QEMU KIND: everything on one kind of machine.
platform() {
    name=$1
    triplet=$2
    qemu=$3
    headline "$name, $4"
    if ! need qemu-user "$qemu" || ! need "gcc-$triplet" "$triplet-gcc" ||
        ! need "libc6-dev-$name-cross" "file:/usr/$triplet/include/stdio.h"; then
        skip "$name" "the cross compiler or qemu-user is not here and cannot be installed"
        return 0
    fi
    packages=build-cross-packages/$name
    if [ ! -f "$packages/usr/include/check.h" ]; then
        echo "Unpacking Check for $name in $packages" >&2
        if ! unpack "$name" "$packages" >"$words" 2>&1; then
            skip "$name" "Debian's package check for $name cannot be had: $(grep '^E:' "$words" | tail -n 1)"
            return 0
        fi
    fi
    began=$(date +%s)

    folder=build-cross-$name
    cat >"$packages/paths.txt" <<END
[properties]
sys_root = '$PWD/$packages'
pkg_config_libdir = '$PWD/$packages/usr/lib/$triplet/pkgconfig'
END
    build "$triplet-gcc" "$folder" --cross-file "tests/cross/$name.txt" --cross-file "$packages/paths.txt" \
        --buildtype=debugoptimized --werror -Db_ndebug=false
    # What the emulator runs, as a program of this machine.
    emulated=$folder/emulated
    mkdir -p "$emulated"
    for program in examples/cxj-report examples/keep examples/sample_log tests/naive-report tests/report_always_edit \
        tests/edits tests/edits_always_edit; do
        cat >"$emulated/${program#*/}" <<END
#!/bin/sh
exec $qemu -L /usr/$triplet "$PWD/$folder/$program" "\$@"
END
        chmod +x "$emulated/${program#*/}"
    done

    # A second of the tests' own limits of time is shorter under emulation. The layout is that of the sources, the same
    # everywhere. What meson starts through a shell or Python starts programs without the emulator: that comes afterwards,
    # but for failing files, which take a library that is loaded into the program, and texts.
    export CXJ_STRIDE=23 CXJ_LOGS=2 CK_TIMEOUT_MULTIPLIER=10
    suites "$folder" --timeout-multiplier 10 --no-suite property --no-suite layout --no-suite conformance \
        --no-suite examples --no-suite files --no-suite texts --no-suite naive --no-suite reading --no-suite page --no-suite weights \
        --no-suite always-edit
    suites "$folder" --timeout-multiplier 10 embed threads property-always-edit property-rules-always-edit \
        record-always-edit merge-always-edit
    show "$name: edits" python3 tests/printed.py "$emulated/edits" "$emulated/edits_always_edit"
    unset CXJ_STRIDE CXJ_LOGS CK_TIMEOUT_MULTIPLIER
    show "$name: property" "$qemu" -L "/usr/$triplet" "$folder/tests/property" "$logs"
    show "$name: property of rules" "$qemu" -L "/usr/$triplet" "$folder/tests/property_rules" "$logs"

    show "$name: conformance, and the same bytes as here" \
        python3 tests/conformance.py "$emulated/cxj-report" --against build-debug/examples/cxj-report --shuffles 1
    show "$name: the same of a library that always edits" \
        python3 tests/conformance.py "$emulated/report_always_edit" --against build-debug/examples/cxj-report --shuffles 1
    show "$name: conformance of the plain implementation" python3 tests/conformance.py "$emulated/naive-report"
    show "$name: the two programs read alike" \
        python3 tests/reading.py "$emulated/cxj-report" "$emulated/naive-report"
    show "$name: page" python3 tests/page.py "$emulated/cxj-report"
    show "$name: weights" \
        python3 tests/weights.py "$emulated/cxj-report" "$emulated/sample_log" examples/onboarding.csv
    check "$name: answers about the sample log" answers "$folder/answers" "$emulated/cxj-report"
    show "$name: they are the same bytes as here" same_answers "$folder/answers"
    check "$name: what was saved here goes on there" goes_on "$folder/answers" "$emulated/cxj-report"
    check "$name: a host that is started again" remembers "$emulated/keep"
    "$emulated/sample_log" >"$scratch/log" || echo "ended with $?" >>"$scratch/log"
    check "$name: the sample log is made alike" cmp "$scratch/log" examples/onboarding.csv
    echo "$name took $(($(date +%s) - began)) s"
}

# ----------------------------------------------------------------------------------------------------------------------

headline "What is needed"
need_builder
need check pkg-config:check

headline "The build of this machine, which the others are compared with"
build gcc build-debug --buildtype=debugoptimized --werror -Db_ndebug=false
check "answers about the sample log" answers "$scratch/here" build-debug/examples/cxj-report
if [ "$(uname -m)" = x86_64 ]; then
    export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable,-FMA4_Usable
    check "answers of a lesser processor" answers "$scratch/lesser" build-debug/examples/cxj-report
    unset GLIBC_TUNABLES
    show "they are the same bytes" same_answers "$scratch/lesser"
fi

for chosen in "$@"; do
    case $chosen in
    s390x) platform s390x s390x-linux-gnu qemu-s390x "64 bit, big endian" ;;
    armhf) platform armhf arm-linux-gnueabihf qemu-arm "32 bit, little endian" ;;
    esac
done
# The build of this machine alone is not what was asked for.
[ -n "${began:-}" ] || passed=0
finish
