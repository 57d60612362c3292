"""Builds the package with the library and the report program inside: `pip install ./bindings/python` or, for a wheel to
carry elsewhere, `pip wheel --no-deps ./bindings/python`. It needs a C compiler (CC, else cc) and the sources of both: those
of the checkout around it, or, in a source distribution, those that were put into it."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = pathlib.Path(__file__).resolve().parent
ROOT = next((root for root in (HERE, HERE.parent.parent) if (root / "include" / "cxj.h").is_file()), None)
IS_MAC = sys.platform == "darwin"
NAME = "libcxj.dylib" if IS_MAC else "libcxj.so"
PROGRAM = "_report"  # beside the modules; cxj/_program.py looks for it there

if ROOT is None:
    sys.exit("cxj: the library's sources are not here. Build in a checkout (pip install ./bindings/python), or from a source "
             "distribution that was made in one (python -m build --sdist bindings/python)")


def version() -> str:
    """The version stands in one place, the header."""
    numbers = re.findall(r"^#define CXJ_VERSION_[A-Z]* (\d+)$", (ROOT / "include" / "cxj.h").read_text("utf-8"), re.M)
    return ".".join(numbers)


def report_sources() -> "tuple[list[pathlib.Path], dict[str, list[pathlib.Path]]]":
    """The files of the report program, which are listed in one place; and what is made on the way: its name, and of which
    files, of which the first is the script that makes it."""
    examples = ROOT / "examples"
    described = (examples / "meson.build").read_text("utf-8")
    listed = re.search(r"^report_sources = (?:\[([\w, ]*)\] \+ )?files\((.*?)\)", described, re.M | re.S)
    if listed is None:
        sys.exit("cxj: examples/meson.build does not say what the report program is made of: report_sources = files(...)")
    made = {}
    for target in re.findall(r"\w+", listed[1] or ""):
        inputs, output = re.search(rf"^{target} = custom_target\(.*?input: \[(.*?)\],\s*output: '(.*?)'", described,
                                   re.M | re.S).groups()
        made[output] = [examples / name for name in re.findall(r"'([^']+)'", inputs)]
    return [examples / name for name in re.findall(r"'([^']+)'", listed[2])], made


class BuildLibrary(build_py):
    """Compiles the library and the report program beside the modules, where the template of pages goes, too. In an editable
    install these stay where they are, and the two go where they look for them: into a build folder, so that no library in the
    package stands before that of CXJ_LIBRARY."""

    def run(self) -> None:
        super().run()
        compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            sys.exit("cxj: there is no C compiler; name one in CC, or install a wheel")
        package, built = pathlib.Path(self.build_lib) / "cxj", ROOT / "build-editable"
        library = (built / "src" if self.editable_mode else package) / NAME
        program = built / "examples" / "cxj-report" if self.editable_mode else package / PROGRAM
        for path in (library, program):
            path.parent.mkdir(parents=True, exist_ok=True)
        if not self.editable_mode:
            shutil.copyfile(ROOT / "examples" / "page.html", library.parent / "page.html")
        # As meson.build has it; a product and a sum are never contracted, so that every platform divides alike.
        compiling = [*compiler.split(), "-std=c11", "-DNDEBUG", "-ffp-contract=off", f"-I{ROOT / 'include'}"]
        # The program takes the library that is built with it, wherever both are put, and before any other (where linkers can
        # say so).
        beside = os.path.relpath(library.parent, program.parent)
        found = f"-Wl,-rpath,@loader_path/{beside}" if IS_MAC else f"-s -Wl,-rpath,$ORIGIN/{beside} -Wl,--disable-new-dtags"
        sources, made = report_sources()
        with tempfile.TemporaryDirectory() as folder:
            for name, inputs in made.items():
                subprocess.run(["sh", *map(str, inputs), os.path.join(folder, name)], check=True)
            link([*compiling, "-O3", "-fPIC", "-fvisibility=hidden"], sorted((ROOT / "src").glob("*.c")), library,
                 ["-shared", *(["-Wl,-install_name,@rpath/" + NAME] if IS_MAC else [])], ["-lm"])
            link([*compiling, "-O2", f"-I{ROOT / 'examples'}"], [*sources, *(pathlib.Path(folder, name) for name in made)],
                 program, [], [f"-L{library.parent}", "-lcxj", *found.split(" "), "-lm"])


def link(compiling: "list[str]", sources: "list[pathlib.Path]", target: pathlib.Path, kind: "list[str]",
         libraries: "list[str]") -> None:
    """Compiles files, as many at once as there are processors, and links them."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = [os.path.join(folder, f"{source.stem}.o") for source in sources]
        commands = ([*compiling, "-c", "-o", made, str(source)] for source, made in zip(sources, objects))
        for _ in pool.map(lambda command: subprocess.run(command, check=True), commands):
            pass
        subprocess.run([*compiling, *kind, "-o", str(target), *objects, *libraries], check=True)


class WholeSource(sdist):
    """The sources of the library and of the report program go with the modules, so that both can be built where there is no
    checkout. Tests do not: they compare with what only a checkout has."""

    def make_release_tree(self, base_dir: str, files: "list[str]") -> None:
        super().make_release_tree(base_dir, [name for name in files if not name.startswith("tests" + os.sep) and
                                             not name.endswith((".so", ".dylib", os.sep + PROGRAM))])
        (sources, made), examples = report_sources(), ROOT / "examples"
        for path in [*sorted((ROOT / "src").glob("*.[ch]")), *sorted((ROOT / "include").glob("*.h")), *sources,
                     *(path for inputs in made.values() for path in inputs), *sorted(examples.glob("*.h")),
                     *sorted(examples.glob("*.def")), examples / "meson.build"]:
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
