#!/usr/bin/env python3
"""coverage.py [--least PERCENT] [--exceptions FILE] COUNTS [WHOLE...]

Judges what gcovr has counted: COUNTS is its answer as JSON, for a run in the root of the project. Prints a table of
lines and branches by file, and each line with a branch that no test went through. WHOLE are the files of which every
branch must be gone through; one that was not built is not looked for.

FILE lists exceptions, one a line, with " :: " between its three parts; empty lines and such that begin with "#" are
skipped:

    src/room.c :: the line as it stands there, without the blanks around it :: why no test goes through all of it

Where a file has that line several times, all of them are excepted.

Exit status 0 if of all branches at least PERCENT were gone through, of each of WHOLE all those that are not on an
excepted line, and if on each excepted line there is one that was not.
"""

import argparse
import dataclasses
import json
import pathlib
import sys

SEPARATOR = " :: "


@dataclasses.dataclass
class Line:
    number: int
    text: str
    runs: int
    branches: int
    taken: int


@dataclasses.dataclass
class File:
    name: str
    lines: list[Line]

    def open_lines(self) -> list[Line]:
        return [line for line in self.lines if line.taken < line.branches]


def read_counts(path: pathlib.Path) -> list[File]:
    files = []
    for counted in json.loads(path.read_text(encoding="utf-8"))["files"]:
        source = pathlib.Path(counted["file"]).read_text(encoding="utf-8").split("\n")
        lines = []
        for line in counted["lines"]:
            if line.get("gcovr/noncode"):
                continue
            number, branches = line["line_number"], line["branches"]
            taken = sum(branch["count"] > 0 for branch in branches)
            lines.append(Line(number, source[number - 1].strip(), line["count"], len(branches), taken))
        files.append(File(counted["file"], lines))
    return sorted(files, key=lambda file: file.name)


def read_exceptions(path: pathlib.Path) -> set[tuple[str, str]]:
    exceptions = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split(SEPARATOR)]
        if len(parts) != 3 or not all(parts):
            sys.exit(f"{path}:{number}: expected a file, a line of it and a reason, with \"{SEPARATOR}\" between them")
        if (parts[0], parts[1]) in exceptions:
            sys.exit(f"{path}:{number}: this line is excepted already")
        exceptions.add((parts[0], parts[1]))
    return exceptions


def percent(part: int, whole: int) -> str:
    # Rounded down, so that 100 means all.
    return f"{part * 1000 // whole / 10:.1f}" if whole else ""


def print_table(files: list[File], exceptions: set[tuple[str, str]]) -> tuple[int, int]:
    print(f"{'file':20}{'lines':>7}{'run':>7}{'%':>7}{'branches':>10}{'taken':>7}{'%':>7}{'excepted':>10}")
    sums = [0, 0, 0, 0, 0]
    for file in files:
        row = [
            len(file.lines),
            sum(line.runs > 0 for line in file.lines),
            sum(line.branches for line in file.lines),
            sum(line.taken for line in file.lines),
            sum(line.branches - line.taken for line in file.open_lines() if (file.name, line.text) in exceptions),
        ]
        sums = [a + b for a, b in zip(sums, row)]
        print_row(file.name, row)
    print_row("all", sums)
    return sums[2], sums[3]


def print_row(name: str, row: list[int]) -> None:
    lines, run, branches, taken, excepted = row
    print(
        f"{name:20}{lines:7}{run:7}{percent(run, lines):>7}"
        f"{branches:10}{taken:7}{percent(taken, branches):>7}{excepted or '':>10}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Judges what gcovr has counted.")
    parser.add_argument("--least", type=float, default=0)
    parser.add_argument("--exceptions", type=pathlib.Path)
    parser.add_argument("counts", type=pathlib.Path)
    parser.add_argument("whole", nargs="*")
    options = parser.parse_args()

    files = read_counts(options.counts)
    exceptions = read_exceptions(options.exceptions) if options.exceptions else set()
    branches, taken = print_table(files, exceptions)

    faults = []
    stale = set(exceptions)
    print("\nLines with a branch that no test went through (* excepted, ! in a file that must be whole):")
    for file in files:
        missing = 0
        for line in file.open_lines():
            excepted = (file.name, line.text) in exceptions
            stale.discard((file.name, line.text))
            wrong = file.name in options.whole and not excepted
            missing += wrong
            mark = "!" if wrong else "*" if excepted else " "
            print(f"{mark} {file.name}:{line.number}: {line.branches - line.taken} of {line.branches}: {line.text}")
        if missing > 0:
            faults.append(f"{file.name} must be gone through wholly; lines marked \"!\" were not: {missing}")
    for name, text in sorted(stale):
        faults.append(f"no exception any more, take it off the list: {name}{SEPARATOR}{text}")
    if branches == 0:
        faults.append("nothing was counted")
    elif taken * 100 < options.least * branches:
        faults.append(f"{percent(taken, branches)} % of all branches were gone through, not {options.least:g} %")

    print()
    for fault in faults:
        print(f"FAILED: {fault}")
    if not faults:
        print(f"{percent(taken, branches)} % of all branches were gone through; at least {options.least:g} % must be.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
