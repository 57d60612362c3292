# need.sh: installs what a script needs and the machine lacks. To be sourced by a POSIX shell, also under set -eu:
#
#     . "$(dirname "$0")/need.sh"
#     need gcc cc                              # the package gcc, unless the command cc is there
#     need ninja-build ninja                   # a package whose command has another name
#     need check pkg-config:check              # a library, unless pkg-config knows it (needs pkg-config first)
#     need libc6-dev header:stdio.h            # a header, unless the compiler cc finds it
#     need libc6-dev-armhf-cross file:/usr/arm-linux-gnueabihf/include/stdio.h    # anything else, by its path
#     if need valgrind valgrind; then …; else echo "skipped: no valgrind"; fi
#     need_builder                             # what builds the project
#     need_quietly ninja -C build              # a command that must succeed, and whose words are of no interest then
#
# need PACKAGE TEST...   Returns 0 if every TEST holds, installing the Debian package PACKAGE if that takes it; else
#                        says on stderr in one sentence what is needed, and returns 1: under set -e a bare call then
#                        ends the script. A TEST is a command that must be found, or pkg-config:MODULE, header:FILE, or file:PATH.
#
# It says what it installs before it does, asks apt-get for new lists at most once and only if something is missing, and
# needs root or sudo only then. All names other than need begin with need_.

need_listed=no # whether the package lists are fresh in this run

# need_has TEST: whether a command, a pkg-config module, a header or a file is there.
need_has() {
    case $1 in
    pkg-config:*) pkg-config --exists "${1#pkg-config:}" 2>/dev/null ;;
    header:*) printf '#include <%s>\n' "${1#header:}" | cc -E -x c - >/dev/null 2>&1 ;;
    file:*) [ -e "${1#file:}" ] ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

# need_root COMMAND...: runs a command as root. Without a terminal sudo must not ask for a password: nobody would
# answer.
need_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    elif [ -t 0 ]; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

# need_install PACKAGE: installs one package quietly; shows apt-get's own words only if it fails. Where something else is
# installing (another script, the machine's own updates), it waits for that to end, up to ten minutes.
need_install() {
    need_words=$(mktemp) || return 1
    need_status=0
    if [ "$need_listed" = no ]; then
        # Old lists may still do, so a failed update is no reason not to try.
        need_root apt-get update -q >"$need_words" 2>&1 || true
        need_listed=yes
    fi
    if need_root apt-get -o DPkg::Lock::Timeout=600 install -q -y --no-install-recommends "$1" \
        </dev/null >>"$need_words" 2>&1; then
        :
    else
        need_status=1
        tail -n 5 "$need_words" | sed 's/^/    /' >&2
    fi
    rm -f "$need_words"
    return "$need_status"
}

need() {
    need_package=$1
    shift
    need_missing=
    for need_test in "$@"; do
        need_has "$need_test" || need_missing="$need_missing $need_test"
    done
    [ -n "$need_missing" ] || return 0

    if ! command -v apt-get >/dev/null 2>&1; then
        echo "Needed:$need_missing (Debian's package $need_package); there is no apt-get here to install it with." >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
        echo "Needed:$need_missing; please run as root: apt-get install $need_package" >&2
        return 1
    fi
    echo "Installing $need_package (for$need_missing)" >&2
    if ! need_install "$need_package"; then
        echo "Needed:$need_missing; installing the package $need_package failed." >&2
        return 1
    fi
    hash -r 2>/dev/null || true
    for need_test in "$@"; do
        if ! need_has "$need_test"; then
            echo "Needed: $need_test; the package $need_package was installed, but it is still not found." >&2
            return 1
        fi
    done
}

# need_builder: a compiler, the C library's headers, meson and what it calls.
need_builder() {
    # Whether a header is there, a compiler says.
    need gcc gcc cc
    need libc6-dev header:stdio.h
    need pkg-config pkg-config
    need python3 python3
    need ninja-build ninja
    need meson meson
}

# need_quietly COMMAND...: runs a command, and shows the last of what it says only if it fails; that ends the script.
need_quietly() {
    need_words=$(mktemp)
    if "$@" >"$need_words" 2>&1; then
        rm -f "$need_words"
    else
        tail -n 300 "$need_words" >&2
        rm -f "$need_words"
        echo "${0##*/}: this failed: $*" >&2
        exit 1
    fi
}
