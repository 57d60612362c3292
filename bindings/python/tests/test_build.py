"""What the package is built from and into: a source distribution that lacks nothing, a wheel with the report program in it,
an editable install that puts no library where another would be looked for, and what it says of itself. Skipped, and said,
where there is no setuptools that can."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent.parent


def can_build() -> bool:
    try:
        import setuptools
    except ImportError:
        return False
    return int(setuptools.__version__.partition(".")[0]) >= 77


def copied(folder: str) -> pathlib.Path:
    """The package, and the sources that it needs, elsewhere: building leaves files beside what it builds."""
    root = pathlib.Path(folder) / "checkout"
    leave = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "*.so")
    for name in ("src", "include", "examples", "bindings/python"):
        shutil.copytree(ROOT / name, root / name, symlinks=True, ignore=leave)
    shutil.copy(ROOT / "LICENSE", root)
    return root


def report_files() -> "set[str]":
    """What the report program is made of, as its build has it, with all that its files include."""
    described = (ROOT / "examples" / "meson.build").read_text("utf-8")
    found = re.search(r"report_sources = .*?files\((.*?)\)", described, re.S)
    assert found is not None
    wanted, known = re.findall(r"'([^']+)'", found[1]), set()
    while wanted:
        name = wanted.pop()
        if name not in known and (ROOT / "examples" / name).is_file():
            known.add(name)
            wanted += re.findall(r'(?m)^#include "([^"]+)"', (ROOT / "examples" / name).read_text("utf-8"))
    return known


def build(root: pathlib.Path, what: str, into: pathlib.Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Asks the backend, as pip and build do."""
    code = f"import sys; from setuptools import build_meta; build_meta.{what}(sys.argv[1])"
    return subprocess.run([sys.executable, "-c", code, str(into)], cwd=root / "bindings" / "python", text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **variables}, check=False)


@unittest.skipUnless(can_build(), "setuptools 77 is not there")
class Build(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root, self.into = copied(folder.name), pathlib.Path(folder.name) / "built"
        self.into.mkdir()

    def test_a_source_distribution_has_all_sources_and_builds_another(self) -> None:
        for name in ("libcxj.so", "_report"):
            (self.root / "bindings" / "python" / "cxj" / name).write_bytes(b"of another machine")
        made = build(self.root, "build_sdist", self.into)
        self.assertEqual(made.returncode, 0, made.stdout)
        archive, = self.into.glob("cxj-*.tar.gz")
        with tarfile.open(archive) as opened:
            inside = {name.partition("/")[2]: opened.extractfile(name).read()  # type: ignore[union-attr]
                      for name in opened.getnames() if opened.getmember(name).isfile()}
            opened.extractall(self.into)
        for path in [*(ROOT / "src").glob("*.[ch]"), ROOT / "include" / "cxj.h", ROOT / "LICENSE",
                     ROOT / "examples" / "meson.build", *(ROOT / "examples" / name for name in report_files())]:
            self.assertEqual(inside[str(path.relative_to(ROOT))], path.read_bytes(), path)
        for path in (PACKAGE / "cxj").glob("*.py"):
            self.assertEqual(inside[f"cxj/{path.name}"], path.read_bytes(), path)
        self.assertEqual([name for name in inside if name.endswith((".so", "_report")) or name.startswith("tests/")], [])
        unpacked = next(path for path in self.into.iterdir() if path.is_dir())
        again = subprocess.run([sys.executable, "setup.py", "--quiet", "sdist"], cwd=unpacked, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(again.returncode, 0, again.stdout)
        with tarfile.open(unpacked / "dist" / archive.name) as opened:
            self.assertEqual({name.partition("/")[2] for name in opened.getnames() if opened.getmember(name).isfile()},
                             set(inside))

    def test_it_says_what_lacks_where_there_are_no_sources(self) -> None:
        shutil.rmtree(self.root / "include")
        made = build(self.root, "build_sdist", self.into)
        self.assertNotEqual(made.returncode, 0)
        self.assertIn("the library's sources are not here. Build in a checkout", made.stdout)

    def compiler(self) -> str:
        """One that tells what it was called with: what matters is what it is to read, and where it is to write."""
        path = self.into / "compiler"
        path.write_text(f'#!/bin/sh\necho "$@" >>{self.into}/calls\nwhile [ "$1" != -o ]; do shift; done\n'
                        'echo made >"$2"; chmod 755 "$2"\n')
        path.chmod(0o700)
        return str(path)

    def test_a_wheel_has_the_report_program_and_its_commands(self) -> None:
        made = build(self.root, "build_wheel", self.into, CC=self.compiler())
        self.assertEqual(made.returncode, 0, made.stdout)
        with zipfile.ZipFile(next(self.into.glob("*.whl"))) as opened:
            inside = {pathlib.PurePath(info.filename).name: info for info in opened.infolist()}
            commands = opened.read(inside["entry_points.txt"]).decode()
        self.assertEqual(inside["_report"].external_attr >> 16 & 0o777, 0o755)
        self.assertIn("libcxj.dylib" if sys.platform == "darwin" else "libcxj.so", inside)
        for line in ("cxj = cxj.__main__:main", "cxj-report = cxj.__main__:report"):
            self.assertIn(line, commands)
        calls = (self.into / "calls").read_text("utf-8").splitlines()
        compiled = {call.split()[-1]: call.split()[-2] for call in calls if " -c " in call}
        library, program = [call.split() for call in calls if " -c " not in call]
        rooms = {f"src/{path.name}" for path in (ROOT / "src").glob("*.c")}
        examples = {f"examples/{name}" for name in report_files() if name.endswith(".c")}
        for wanted, linked in ((rooms, library), (examples, program)):
            got = {"/".join(pathlib.Path(source).parts[-2:]) for source, made in compiled.items() if made in linked}
            self.assertEqual(wanted - got, set())

    def test_an_editable_install_keeps_the_library_out_of_the_package(self) -> None:
        made = build(self.root, "build_editable", self.into, CC=self.compiler())
        self.assertEqual(made.returncode, 0, made.stdout)
        self.assertEqual([path.relative_to(self.root).parts[:2] for path in self.root.rglob("libcxj.*")],
                         [("build-editable", "src")])
        self.assertTrue((self.root / "build-editable" / "examples" / "cxj-report").is_file())
        self.assertEqual(list(self.root.rglob("_report")), [])

    def test_what_it_says_of_itself(self) -> None:
        made = build(self.root, "prepare_metadata_for_build_wheel", self.into)
        self.assertEqual(made.returncode, 0, made.stdout)
        said = next(self.into.glob("*.dist-info/METADATA")).read_text("utf-8").partition("\n\n")[0]
        for line in ("Name: cxj", "Author: The cxj authors", "License-Expression: MIT", "License-File: LICENSE",
                     "Classifier: Typing :: Typed", "Requires-Python: >=3.9"):
            self.assertRegex(said, f"(?m)^{re.escape(line)}$")
        self.assertRegex(said, "(?m)^Keywords: .*customer journey")
        self.assertNotRegex(said, "(?m)^(Home-page|Project-URL|Download-URL):")  # there is none that exists


if __name__ == "__main__":
    unittest.main()
