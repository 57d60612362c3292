"""A consumer of the package: tests/consumer/main.c, built by CMake."""

import os

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, cmake_layout


class Consumer(ConanFile):
    """Builds it, and runs it."""

    settings = "os", "arch", "compiler", "build_type"
    generators = "CMakeDeps", "CMakeToolchain"

    def requirements(self) -> None:
        """The package that is tested."""
        self.requires(self.tested_reference_str)

    def layout(self) -> None:
        """Beside the recipe, as CMake does."""
        cmake_layout(self)

    def build(self) -> None:
        """Builds the consumer."""
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def test(self) -> None:
        """Runs it, where that is possible."""
        if can_run(self):
            self.run(os.path.join(self.cpp.build.bindir, "consumer"), env="conanrun")
