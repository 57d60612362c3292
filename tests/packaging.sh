#!/bin/sh
# packaging.sh [reproducible|wrap|debian|conan|vcpkg]...: what others build of this project, each from a clean copy of it.
#
# reproducible: do release builds in two folders give the same bytes, shared and static?
# wrap: does a meson project get cxj by a wrap, and is its default_library followed?
# debian: does bindings/packaging/debian build packages, in two folders of the same bytes, with which a consumer links?
# conan: does the recipe build both libraries, and its consumer run?
# vcpkg: does the port install? Where there is no vcpkg, its steps are gone through with stand-ins for vcpkg's own commands.
#
# Without arguments all of them. It needs a Debian-like machine with network and root or sudo, and installs what is
# missing; what cannot be had is skipped, with the reason. What is built is in build-packaging.
set -eu
cd "$(dirname "$0")/.."
. examples/need.sh
. tests/steps.sh

[ $# -gt 0 ] || set -- reproducible wrap debian conan vcpkg
place=$PWD/build-packaging
rm -rf "$place"
mkdir "$place"
version=$(sed -n 's/^#define CXJ_VERSION_M[A-Z]* \([0-9]*\)$/\1/p; s/^#define CXJ_VERSION_PATCH \([0-9]*\)$/\1/p' \
    include/cxj.h | paste -s -d . -)
case $version in
0.*) interface=${version%.*} ;;
*) interface=${version%%.*} ;;
esac

# copy FOLDER: the project as a fresh clone has it, as far as somebody who builds it needs it.
copy() {
    mkdir -p "$1" && cp -R meson.build meson_options.txt LICENSE README.md include src bindings "$1" && mkdir -p "$1/tests" &&
        cp -R tests/consumer "$1/tests" && rm -rf "$1/bindings/python"
}

headline "What is needed"
need_builder

headline "One version"
check "Debian's changelog is of version $version" grep -q "^cxj ($version) " bindings/packaging/debian/changelog
check "its package is of interface $interface" \
    test "$(grep '^Package: ' bindings/packaging/debian/control | paste -s -)" = "$(printf 'Package: libcxj%s\tPackage: libcxj-dev' "$interface")"
check "and so is the list of its files" test -f "bindings/packaging/debian/libcxj$interface.install"
check "vcpkg's port is of version $version" grep -q "\"version\": \"$version\"" bindings/packaging/vcpkg/cxj/vcpkg.json

try_reproducible() {
    headline "Reproducible"
    # In folders of other names and lengths, at another time, in another zone and locale, with another mask.
    check "a copy" copy "$place/one"
    check "another" copy "$place/another/where/else"
    check "one build" meson_build "$place/one"
    check "another build" elsewhere "$place/another/where/else"
    for library in "libcxj.so.$version" libcxj.a; do
        check "$library: the same bytes" cmp "$place/one/build/src/$library" "$place/another/where/else/build/src/$library"
    done
}
meson_build() {
    meson setup "$1/build" "$1" --buildtype=release -Dexamples=false -Dtests=disabled && ninja -C "$1/build"
}

elsewhere() {
    (umask 077 && LC_ALL=C.UTF-8 && TZ=Asia/Tokyo && export LC_ALL TZ && meson_build "$1")
}

# A consumer's project, and a repository that its wrap names.
try_wrap() {
    headline "A meson wrap, and default_library of a superproject"
    if ! need git git; then
        skip "wrap" "git is not here and cannot be installed"
        return
    fi
    copy "$place/repository"
    git -C "$place/repository" init -q
    git -C "$place/repository" add -A
    check "repository" git -C "$place/repository" -c user.name=test -c user.email=test@localhost commit -q -m test
    mkdir -p "$place/wrap/subprojects"
    cp tests/consumer/meson.build tests/consumer/main.c "$place/wrap"
    sed "s|ADDRESS|file://$place/repository|" tests/consumer/cxj.wrap >"$place/wrap/subprojects/cxj.wrap"
    for kind in static shared; do
        check "$kind: setup" meson setup "--default-library=$kind" "$place/wrap/$kind" "$place/wrap" --force-fallback-for=cxj
        check "$kind: build" ninja -C "$place/wrap/$kind"
        suites "$place/wrap/$kind"
        check "$kind: nothing else is built" only "$kind"
    done
}
only() {
    find "$place/wrap/$1/subprojects/cxj/src" -maxdepth 1 -type f -name 'libcxj.*' -print >"$scratch/libraries"
    cat "$scratch/libraries"
    case $1 in
    static) ! grep -q '\.so' "$scratch/libraries" && grep -q 'libcxj\.a$' "$scratch/libraries" ;;
    shared) grep -q '\.so\.' "$scratch/libraries" && ! grep -q 'libcxj\.a$' "$scratch/libraries" ;;
    esac
}

try_debian() {
    headline "Debian"
    if ! need dpkg-dev dpkg-buildpackage || ! need debhelper dh; then
        skip "Debian" "what builds its packages is not here and cannot be installed"
        return
    fi
    for where in one two/folders/deep; do
        copy "$place/debian/$where"
        cp -R bindings/packaging/debian "$place/debian/$where/debian"
        check "packages, in $where" packages "$place/debian/$where"
    done
    architecture=$(dpkg --print-architecture)
    mkdir "$place/debian/root"
    for package in "libcxj$interface" libcxj-dev; do
        name=${package}_${version}_$architecture.deb
        check "$package: the same bytes" cmp "$place/debian/$name" "$place/debian/two/folders/$name"
        check "$package: unpacked" dpkg-deb -x "$place/debian/$name" "$place/debian/root"
    done
    libraries=$(dirname "$(find "$place/debian/root" -name libcxj.so)")
    # shellcheck disable=SC2046 # flags are several words
    check "consumer: build" gcc -std=c11 tests/consumer/main.c $(PKG_CONFIG_SYSROOT_DIR="$place/debian/root" \
        PKG_CONFIG_PATH="$libraries/pkgconfig" pkg-config --cflags --libs cxj) "-I$place/debian/root/usr/include" \
        "-L$libraries" -o "$place/debian/consumer"
    show "consumer: run" env "LD_LIBRARY_PATH=$libraries" "$place/debian/consumer"
    show "what the library shows" python3 tests/layout.py --library "$libraries/libcxj.so"
}
packages() {
    (cd "$1" && dpkg-buildpackage -us -uc -b)
}

try_conan() {
    headline "Conan"
    if ! need cmake cmake; then
        skip "Conan" "its consumer needs CMake, which is not here and cannot be installed"
        return
    fi
    # Debian has a part of Python's venv in a package of its own.
    if ! python3 -m venv "$place/python" >"$words" 2>&1 && ! { need_install python3-venv && python3 -m venv "$place/python"; } ||
        ! "$place/python/bin/pip" install -q conan >"$words" 2>&1; then
        skip "Conan" "it cannot be installed: $(tail -n 1 "$words")"
        return
    fi
    "$place/python/bin/conan" --version
    CONAN_HOME=$place/conan
    export CONAN_HOME
    copy "$place/recipe"
    check "profile" "$place/python/bin/conan" profile detect
    for shared in True False; do
        # No server is asked: all that it takes is here.
        check "shared=$shared: package, and a consumer that runs" "$place/python/bin/conan" create \
            --no-remote "$place/recipe/bindings/packaging/conan" -s compiler.cstd=11 -o "cxj/*:shared=$shared"
    done
    check "of version $version" says_version
}
says_version() {
    "$place/python/bin/conan" list 'cxj/*' | tee "$scratch/listed" && grep "cxj/$version" "$scratch/listed"
}

try_vcpkg() {
    headline "vcpkg"
    if ! need cmake cmake || ! need g++ g++; then
        skip "vcpkg" "CMake or g++ is not here and cannot be installed"
        return
    fi
    copy "$place/port"
    if command -v vcpkg >/dev/null 2>&1; then
        check "port" vcpkg install cxj "--overlay-ports=$place/port/bindings/packaging/vcpkg" \
            "--x-install-root=$place/vcpkg"
        found=$(dirname "$(dirname "$(dirname "$(find "$place/vcpkg" -name cxj-config.cmake)")")")
    else
        skip "vcpkg" "it is not here, and in none of the registries; its steps are gone through with stand-ins for its commands"
        check "vcpkg.json is JSON" python3 -m json.tool bindings/packaging/vcpkg/cxj/vcpkg.json
        cat >"$place/stand-ins.cmake" <<'END'
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  run(${CMAKE_COMMAND} -S "${arg_SOURCE_PATH}" -B "${CURRENT_BUILDTREES_DIR}" "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}"
    -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF ${arg_OPTIONS})
endfunction()
function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build "${CURRENT_BUILDTREES_DIR}" --target install)
endfunction()
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
  if(NOT EXISTS "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/cxj-config.cmake")
    message(FATAL_ERROR "${arg_CONFIG_PATH} has no cxj-config.cmake")
  endif()
endfunction()
function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  file(INSTALL ${arg_FILE_LIST} DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
endfunction()
set(PORT cxj)
include("${PORTFILE}")
END
        check "port, with stand-ins" cmake "-DCURRENT_PACKAGES_DIR=$place/vcpkg" "-DCURRENT_BUILDTREES_DIR=$place/trees" \
            "-DPORTFILE=$place/port/bindings/packaging/vcpkg/cxj/portfile.cmake" -P "$place/stand-ins.cmake"
        found=$place/vcpkg
    fi
    # Whatever made it: what CMake has installed is found as what meson has.
    check "consumer: setup" cmake -S tests/consumer/cmake -B "$place/vcpkg-consumer" -DCXJ_BY=installed \
        "-DCXJ_VERSION=$version" "-DCMAKE_PREFIX_PATH=$found"
    check "consumer: build" cmake --build "$place/vcpkg-consumer"
    show "consumer: run" "$place/vcpkg-consumer/consumer-main-c"
}

for what in "$@"; do
    case $what in
    reproducible | wrap | debian | conan | vcpkg) "try_$what" ;;
    *)
        echo "usage: sh tests/packaging.sh [reproducible|wrap|debian|conan|vcpkg]..." >&2
        exit 2
        ;;
    esac
done
finish
