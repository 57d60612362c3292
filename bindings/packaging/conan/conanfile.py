"""cxj for Conan 2, from the sources among which this recipe stands. Meson and ninja come from the machine."""

import pathlib
import re

from conan import ConanFile
from conan.tools.files import copy, load
from conan.tools.layout import basic_layout
from conan.tools.meson import Meson, MesonToolchain


class Cxj(ConanFile):
    """The library, its headers for C and C++, and what pkg-config and CMake need to find it."""

    name = "cxj"
    license = "MIT"
    description = "Journey and customer experience metrics, kept exact touchpoint by touchpoint"
    topics = ("crm", "customer-experience", "metrics")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}
    implements = ["auto_shared_fpic"]
    languages = "C"

    def set_version(self) -> None:
        """The version, as the public header says it."""
        header = load(self, str(self._root() / "include/cxj.h"))
        self.version = ".".join(re.findall(r"^#define CXJ_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)$", header, re.MULTILINE))

    def export_sources(self) -> None:
        """What the library is built from."""
        for pattern in ("meson.build", "meson_options.txt", "LICENSE", "include/*", "src/*", "bindings/cmake/*"):
            copy(self, pattern, src=str(self._root()), dst=self.export_sources_folder)

    def layout(self) -> None:
        """Sources as they stand, and what is built beside them."""
        basic_layout(self)

    def generate(self) -> None:
        """What meson is told."""
        toolchain = MesonToolchain(self)
        toolchain.project_options.update({"tests": "disabled", "examples": False, "cpp": "disabled", "static": False})
        toolchain.generate()

    def build(self) -> None:
        """Builds the library."""
        meson = Meson(self)
        meson.configure()
        meson.build()

    def package(self) -> None:
        """Installs it, and the licence. How it is found, Conan says itself."""
        copy(self, "LICENSE", src=self.source_folder, dst=str(pathlib.Path(self.package_folder, "licenses")))
        Meson(self).install()

    def package_info(self) -> None:
        """What who uses it links and defines."""
        self.cpp_info.libs = ["cxj"]
        self.cpp_info.set_property("cmake_file_name", "cxj")
        self.cpp_info.set_property("cmake_target_name", "cxj::cxj")
        self.cpp_info.set_property("pkg_config_name", "cxj")
        if not self.options.shared:
            self.cpp_info.defines = ["CXJ_STATIC"]
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["m"]

    def _root(self) -> pathlib.Path:
        return pathlib.Path(self.recipe_folder).parents[2]
