"""Builds the package with the library inside: `pip install ./bindings/python` or, for a wheel to carry elsewhere,
`pip wheel --no-deps ./bindings/python`. It needs a C compiler (CC, else cc) and the sources of the checkout around it."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NAME = "libcxj.dylib" if sys.platform == "darwin" else "libcxj.so"


def version() -> str:
    """The version stands in one place, the header."""
    numbers = re.findall(r"^#define CXJ_VERSION_[A-Z]* (\d+)$", (ROOT / "include" / "cxj.h").read_text("utf-8"), re.M)
    return ".".join(numbers)


class BuildLibrary(build_py):
    """Compiles the library beside the modules, where the template of pages goes, too."""

    def run(self) -> None:
        super().run()
        compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            sys.exit("cxj: there is no C compiler; name one in CC, or install a wheel")
        target = pathlib.Path(self.build_lib) / "cxj" / NAME
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "LICENSE", target.parent)
        shutil.copy(ROOT / "examples" / "page.html", target.parent)
        sources = sorted(str(path) for path in (ROOT / "src").glob("*.c"))
        # As meson.build has it; a product and a sum are never contracted, so that every platform divides alike.
        subprocess.run([*compiler.split(), "-std=c11", "-O3", "-DNDEBUG", "-fPIC", "-shared", "-fvisibility=hidden",
                        "-ffp-contract=off", f"-I{ROOT / 'include'}", "-o", str(target), *sources, "-lm"], check=True)


class PlatformWheel(bdist_wheel):
    """The library is of a platform, the modules are of any Python 3."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self) -> "tuple[str, str, str]":
        return "py3", "none", super().get_tag()[2]


setup(version=version(), cmdclass={"build_py": BuildLibrary, "bdist_wheel": PlatformWheel})
