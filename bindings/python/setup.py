"""Builds the package with the library inside: `pip install ./bindings/python` or, for a wheel to carry elsewhere,
`pip wheel --no-deps ./bindings/python`. It needs a C compiler (CC, else cc) and the library's sources: those of the checkout
around it, or, in a source distribution, those that were put into it."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = pathlib.Path(__file__).resolve().parent
ROOT = next((root for root in (HERE, HERE.parent.parent) if (root / "include" / "cxj.h").is_file()), None)
NAME = "libcxj.dylib" if sys.platform == "darwin" else "libcxj.so"

if ROOT is None:
    sys.exit("cxj: the library's sources are not here. Build in a checkout (pip install ./bindings/python), or from a source "
             "distribution that was made in one (python -m build --sdist bindings/python)")


def version() -> str:
    """The version stands in one place, the header."""
    numbers = re.findall(r"^#define CXJ_VERSION_[A-Z]* (\d+)$", (ROOT / "include" / "cxj.h").read_text("utf-8"), re.M)
    return ".".join(numbers)


class BuildLibrary(build_py):
    """Compiles the library beside the modules. In an editable install these stay where they are, and the library goes where
    they look for one: into a build folder, so that none in the package stands before that of CXJ_LIBRARY."""

    def run(self) -> None:
        super().run()
        compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            sys.exit("cxj: there is no C compiler; name one in CC, or install a wheel")
        folder = ROOT / "build-editable" / "src" if self.editable_mode else pathlib.Path(self.build_lib) / "cxj"
        folder.mkdir(parents=True, exist_ok=True)
        sources = sorted(str(path) for path in (ROOT / "src").glob("*.c"))
        # As meson.build has it; a product and a sum are never contracted, so that every platform divides alike.
        subprocess.run([*compiler.split(), "-std=c11", "-O3", "-DNDEBUG", "-fPIC", "-shared", "-fvisibility=hidden",
                        "-ffp-contract=off", f"-I{ROOT / 'include'}", "-o", str(folder / NAME), *sources, "-lm"], check=True)


class WholeSource(sdist):
    """The library's sources go with the modules, so that it can be built where there is no checkout. Tests do not: they
    compare with what only a checkout has."""

    def make_release_tree(self, base_dir: str, files: "list[str]") -> None:
        super().make_release_tree(base_dir, [name for name in files if not name.startswith("tests" + os.sep) and
                                             not name.endswith((".so", ".dylib"))])
        for path in [*sorted((ROOT / "src").glob("*.[ch]")), *sorted((ROOT / "include").glob("*.h"))]:
            target = pathlib.Path(base_dir) / path.relative_to(ROOT)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target)


class PlatformWheel(bdist_wheel):
    """The library is of a platform, the modules are of any Python 3."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self) -> "tuple[str, str, str]":
        return "py3", "none", super().get_tag()[2]


setup(version=version(), cmdclass={"build_py": BuildLibrary, "bdist_wheel": PlatformWheel, "sdist": WholeSource})
