# buildcheck.sh: builds Check for a C library of which Debian has no package of it. To be sourced behind steps.sh:
#
#     build_check musl build-cross-packages/musl CC=musl-gcc       # a name, a folder, what its configure is told
#
# The source is Debian's own package, kept in build-cross-packages/check-source. apt-get keeps its books for that apart
# from those of the machine, whose sources are asked for source packages as well; nothing of the machine changes.
# It returns 0 and leaves the folder with include, lib and lib/pkgconfig/check.pc; or 1, and why is in $words.

# check_source FOLDER: unpacks Debian's source of Check into a folder.
check_source() {
    books=$PWD/$1.books
    rm -rf "$books" "$1"
    mkdir -p "$books/lists/partial" "$books/cache/archives/partial" "$books/sources" "$1"
    : >"$books/status"
    for list in /etc/apt/sources.list.d/*.sources; do
        [ ! -f "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"$books/sources/${list##*/}"
    done
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -f "$list" ] || sed -n 's/^deb /deb-src /p' "$list" >"$books/sources/${list##*/}.list"
    done
    cat >"$books/apt.conf" <<END
Dir::State "$books";
Dir::State::status "$books/status";
Dir::Cache "$books/cache";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$books/sources";
APT::Sandbox::User "root";
Acquire::Languages "none";
END
    APT_CONFIG=$books/apt.conf apt-get -q update || true
    (cd "$books" && APT_CONFIG=$books/apt.conf apt-get -q source --download-only check) || return 1
    tar -xf "$books"/check_*.orig.tar.* -C "$1" --strip-components=1 || return 1
    rm -rf "$books"
    [ -x "$1/configure" ]
}

# configure_check FOLDER OPTION...: configures and builds the source in a folder, and installs into it.
configure_check() {
    prefix=$PWD/$1
    shift
    source=$PWD/build-cross-packages/check-source
    rm -rf "$prefix"
    mkdir -p "$prefix/build"
    (
        cd "$prefix/build" || exit 1
        "$source/configure" -q "--prefix=$prefix" --disable-shared --disable-subunit --disable-timeout-tests \
            --disable-build-docs "$@" || exit 1
        # mingw's threads would have to be linked as well, and each test program has one.
        case " $* " in
        *mingw*) sed -i '/define HAVE_PTHREAD /d' config.h ;;
        esac
        make -s install 'SUBDIRS=lib src'
    )
}

build_check() {
    name=$1
    shift
    [ ! -f "$1/lib/pkgconfig/check.pc" ] || return 0
    if [ ! -x build-cross-packages/check-source/configure ]; then
        echo "Unpacking the source of Check" >&2
        check_source build-cross-packages/check-source >"$words" 2>&1 || return 1
    fi
    echo "Building Check for $name in $1" >&2
    configure_check "$@" >"$words" 2>&1
}
