#!/usr/bin/env python3
"""readme.py --prefix FOLDER [--readme FILE]... [--cc COMPILER]

Holds README.md, or other documents, to their word; several share one scratch copy, in their order. Every fenced block
with a language is looked at:

- ```c      a whole program: compiled against the installed library in FOLDER (with pkg-config), with warnings as errors,
            and run; it must end with 0. After the line <!-- part of FILE --> it is a piece of that file: its lines,
            blanks at both ends aside, must stand there one after the other.
- ```cpp    likewise, in C++.
- ```sh     after the line <!-- run -->: run with sh -eu in a scratch copy of the project; must end with 0.
- ```console  after <!-- run -->: its lines that begin with "$ " are run likewise, and what they print must be what the
            block shows; a line "…" stands for any number of lines.
- ```meson, ```python and others: only the line <!-- part of FILE --> has a meaning for them.

Exit status 0 if all hold, and there is at least one block that is compiled or compared.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^(?:<!--\s*(?P<mark>[^\n]*?)\s*-->\n\n?)?```(?P<language>\w+)\n(?P<text>.*?)^```$",
                   re.DOTALL | re.MULTILINE)
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
STANDARD = {"c": ["-std=c11", "-x", "c"], "cpp": ["-std=c++17", "-x", "c++"]}


class Block(NamedTuple):
    line: int
    language: str
    mark: str  # what the comment before the block says, "" without one
    text: str


def blocks_of(text: str) -> list[Block]:
    return [Block(text.count("\n", 0, match.start("text")), match["language"], match["mark"] or "", match["text"])
            for match in FENCE.finditer(text)]


def environment(prefix: pathlib.Path) -> dict[str, str]:
    """The environment in which the installed library is found, by pkg-config and by the loader."""
    folders = [str(path.parent) for path in prefix.rglob("libcxj.so")]
    found = dict(os.environ)
    found["PKG_CONFIG_PATH"] = ":".join(f"{folder}/pkgconfig" for folder in folders)
    found["LD_LIBRARY_PATH"] = ":".join(folders)
    return found


def stands_in(piece: str, whole: str) -> bool:
    wanted = [line.strip() for line in piece.strip().splitlines()]
    lines = [line.strip() for line in whole.splitlines()]
    return any(lines[start:start + len(wanted)] == wanted for start in range(len(lines) - len(wanted) + 1))


def check_part(block: Block, file: str) -> str:
    path = ROOT / file
    if not path.exists():
        return f"there is no {file}"
    return "" if stands_in(block.text, path.read_text(encoding="utf-8")) else f"does not stand in {file}"


def failure(done: subprocess.CompletedProcess[str]) -> str:
    return f"ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-1500:]}" if done.returncode else ""


def check_program(block: Block, compiler: str, around: dict[str, str]) -> str:
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "cxj"], env=around, capture_output=True, text=True)
    if flags.returncode:
        return failure(flags)
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, "source"), pathlib.Path(folder, "program")
        source.write_text(block.text, encoding="utf-8")
        built = subprocess.run([compiler, *WARNINGS, *STANDARD[block.language], str(source), "-x", "none", "-o",
                                str(program), *flags.stdout.split(), "-lm"], env=around, capture_output=True, text=True)
        if built.returncode:
            return failure(built)
        return failure(subprocess.run([str(program)], env=around, capture_output=True, text=True, timeout=60,
                                      stdin=subprocess.DEVNULL, cwd=folder))


def scratch_copy(folder: str) -> pathlib.Path:
    """A copy of the project as a fresh clone has it: without what was built."""
    copy = pathlib.Path(folder, "cxj")
    shutil.copytree(ROOT, copy, symlinks=True, ignore=shutil.ignore_patterns("build*", ".git", "__pycache__"))
    return copy


def run_shell(script: str, copy: pathlib.Path, around: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-euc", script], cwd=copy, env=around, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=600)


def check_console(block: Block, copy: pathlib.Path, around: dict[str, str]) -> str:
    lines = block.text.splitlines()
    while lines:
        if not lines[0].startswith("$ "):
            return f"a command is due, not {lines[0]!r}"
        command = lines.pop(0)[2:]
        shown = []
        while lines and not lines[0].startswith("$ "):
            shown.append(lines.pop(0))
        done = run_shell(command, copy, around)
        if done.returncode:
            return f"{command}: {failure(done)}"
        pattern = "".join(r"(?:[^\n]*\n)*?" if line == "…" else re.escape(line) + "\n" for line in shown)
        printed = "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())
        if not re.fullmatch(pattern, printed):
            return f"{command} prints something else:\n{printed[:1500]}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Compiles and runs what README.md shows.")
    parser.add_argument("--prefix", type=pathlib.Path, required=True, help="where the library is installed")
    parser.add_argument("--readme", type=pathlib.Path, action="append", help="README.md, unless one is given")
    parser.add_argument("--cc", default=os.environ.get("CC", "cc"))
    parser.add_argument("--cxx", default=os.environ.get("CXX", "c++"))
    chosen = parser.parse_args()

    around = environment(chosen.prefix.resolve())
    compared = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy: pathlib.Path | None = None
        documents = [path.resolve() for path in chosen.readme or [ROOT / "README.md"]]
        for document, block in [(path, block) for path in documents for block in blocks_of(path.read_text("utf-8"))]:
            part = re.fullmatch(r"part of (\S+)", block.mark)
            if part:
                what, problem = f"part of {part[1]}", check_part(block, part[1])
            elif block.language in STANDARD:
                compiler = chosen.cc if block.language == "c" else chosen.cxx
                what, problem = "program", check_program(block, compiler, around)
            elif block.language in ("sh", "console") and block.mark == "run":
                copy = copy or scratch_copy(folder)
                what = block.language
                problem = (failure(run_shell(block.text, copy, around)) if block.language == "sh"
                           else check_console(block, copy, around))
            else:
                continue
            compared += 1
            print(f"{os.path.relpath(document, ROOT)}:{block.line} {what}: {problem or 'ok'}")
            failed += bool(problem)
    print(f"{compared - failed} of {compared} snippets hold")
    return 1 if failed or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
