#!/usr/bin/env python3
"""conformance.py REPORT [--against OTHER] [--shuffles N] [--seed N] [--case NAME] [--cases FOLDER]

Runs the report program REPORT on each case of tests/conformance and compares what it says with what is expected, then
shuffles the rows of each log, ids given to those that have none, and expects the same bytes.

A case is a folder: events.csv is the log, views.txt has one view a line, args.txt (if there is one) further arguments,
calendar.txt (if there is one) the host's calendar, expected.json the answer, why.txt the point of the case. Where fails.txt stands in place of expected.json, each of the
views alone must end the run with a positive exit status and a word on stderr.

What is whole in expected.json must be equal; quantiles (names that end in _p50, _p90, _p99) may be off by 1/128, other
numbers by a relative 1e-9. Keys and their order must be equal.

With --against OTHER, another build of the same program (for another platform, say), each case must end alike in both and
print the same bytes.

Exit status 0 if everything holds.
"""

import argparse
import csv
import io
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile
from typing import Any, Iterator

QUANTILE = re.compile(r"_p(50|90|99)$")

# How often a touchpoint came twice depends on what came first: these three describe the feed, not what is held.
FEED_COUNTS = re.compile(rb'"(duplicates|conflicts|superseded)"\s*:\s*\d+')


class Case:
    """One folder of tests/conformance."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.name = folder.name
        self.events = folder / "events.csv"
        self.views = self.lines("views.txt")
        self.arguments = self.lines("args.txt")
        self.must_fail = (folder / "fails.txt").exists()

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        if not path.exists():
            return []
        return [line for line in path.read_text(encoding="utf-8").split("\n") if line]

    def why(self) -> str:
        return (self.folder / "why.txt").read_text(encoding="utf-8").strip()


def report(program: str, case: Case, views: list[str], events: pathlib.Path) -> subprocess.CompletedProcess[bytes]:
    command = [program, "--json", *case.arguments]
    if (case.folder / "calendar.txt").exists():
        command += ["--calendar", str(case.folder / "calendar.txt")]
    for view in views:
        command += ["--view", view]
    return subprocess.run([*command, str(events)], stdin=subprocess.DEVNULL, capture_output=True, timeout=300)


def refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"a name stands twice in one object: {names}")
    return dict(pairs)


def strict_json(data: bytes) -> Any:
    return json.loads(data.decode("utf-8"), parse_constant=refuse_constant, object_pairs_hook=members)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def same_value(name: str, expected: Any, got: Any) -> bool:
    if expected is None or got is None:
        return expected is got
    if not is_number(got):
        return False
    if QUANTILE.search(name):
        return abs(got - expected) <= abs(expected) / 128 + 1e-9
    if isinstance(expected, int):
        return bool(got == expected)
    return math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-11)


def same_interval(expected: Any, got: Any) -> bool:
    if not isinstance(expected, list) or not isinstance(got, list) or len(got) != 2:
        return expected == got
    return all(is_number(g) and math.isclose(e, g, rel_tol=1e-9, abs_tol=1e-9) for e, g in zip(expected, got))


def differences_in_cell(where: str, expected: Any, got: Any) -> Iterator[str]:
    for name in sorted(expected["metrics"].keys() | got["metrics"].keys()):
        if name not in got["metrics"]:
            yield f"{where} {name} is missing"
        elif name not in expected["metrics"]:
            yield f"{where} {name} is no metric of this grain"
        elif not same_value(name, expected["metrics"][name], got["metrics"][name]):
            yield f"{where} {name}: expected {expected['metrics'][name]}, got {got['metrics'][name]}"
    for name in sorted(expected["intervals"].keys() | got["intervals"].keys()):
        if not same_interval(expected["intervals"].get(name), got["intervals"].get(name)):
            yield (f"{where} interval of {name}: expected {expected['intervals'].get(name)}, "
                   f"got {got['intervals'].get(name)}")


def differences_in_view(expected: Any, got: Any) -> Iterator[str]:
    where = f"[{expected['view']}]"
    if got["view"] != expected["view"]:
        yield f"{where} is called {got['view']!r}"
    expected_keys = [list(cell["key"].items()) for cell in expected["cells"]]
    got_keys = [list(cell["key"].items()) for cell in got["cells"]]
    if expected_keys != got_keys:
        missing = [key for key in expected_keys if key not in got_keys]
        surplus = [key for key in got_keys if key not in expected_keys]
        yield f"{where} cells differ: missing {missing[:3]}, too many {surplus[:3]}" if missing or surplus else \
            f"{where} cells stand in another order"
        return
    for cell, other in zip(expected["cells"], got["cells"]):
        yield from differences_in_cell(f"{where} {cell['key']}", cell, other)


def differences(expected: Any, got: Any) -> Iterator[str]:
    if list(expected) != list(got):
        yield f"members: expected {list(expected)}, got {list(got)}"
        return
    for name, value in expected.items():
        if name != "views" and got[name] != value:
            yield f"{name}: expected {value}, got {got[name]}"
    if len(expected["views"]) != len(got["views"]):
        yield f"{len(got['views'])} views in place of {len(expected['views'])}"
        return
    for view, other in zip(expected["views"], got["views"]):
        yield from differences_in_view(view, other)


def check_refusals(program: str, case: Case) -> list[str]:
    bad = []
    for view in case.views:
        done = report(program, case, [view], case.events)
        if done.returncode <= 0:
            bad.append(f"[{view}] ended with {done.returncode}; a positive exit status is due")
        if not done.stderr.strip():
            bad.append(f"[{view}] says nothing on stderr")
    return bad


def check_case(program: str, case: Case) -> list[str]:
    if case.must_fail:
        return check_refusals(program, case)
    done = report(program, case, case.views, case.events)
    if done.returncode != 0:
        return [f"ended with {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}"]
    try:
        got = strict_json(done.stdout)
    except ValueError as error:
        return [f"no JSON: {error}"]
    expected = json.loads((case.folder / "expected.json").read_text(encoding="utf-8"))
    try:
        return list(differences(expected, got))
    except (KeyError, TypeError) as error:
        return [f"the answer has not the form that is due: {error!r}"]


def check_against(program: str, other: str, case: Case) -> list[str]:
    bad = []
    for views in [[view] for view in case.views] if case.must_fail else [case.views]:
        done, twin = report(program, case, views, case.events), report(other, case, views, case.events)
        for what in ("returncode", "stdout", "stderr"):
            if getattr(done, what) != getattr(twin, what):
                bad.append(f"{views} {what} is not that of {other}")
    return bad


def rows_to_shuffle(case: Case) -> list[list[str]] | None:
    """The header and the rows of a case, each row with an id of its own where it had none: then no order may matter.
    None if the log has rows that are not well formed, which would run into their neighbours."""
    try:
        text = case.events.read_bytes().decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error):
        return None
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        return None
    if "id" not in rows[0]:
        rows = [["id", *rows[0]]] + [["", *row] for row in rows[1:]]
    place = rows[0].index("id")
    for number, row in enumerate(rows):
        # An id of 0 is none, like an empty one.
        if not row[place].strip("0"):
            row[place] = f"row {number}"
    return rows


def report_rows(program: str, case: Case, header: list[str], rows: list[list[str]]) -> tuple[int, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "events.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header, *rows])
        done = report(program, case, case.views, path)
    return done.returncode, FEED_COUNTS.sub(b'"\\1"', done.stdout)


def check_shuffled(program: str, case: Case, rows: list[list[str]], times: int, seed: int) -> list[str]:
    expected = report_rows(program, case, rows[0], rows[1:])
    for turn in range(times):
        shuffled = rows[1:]
        random.Random(f"{seed} {turn} {case.name}").shuffle(shuffled)
        if report_rows(program, case, rows[0], shuffled) != expected:
            return [f"shuffle {turn} of seed {seed} gives other bytes; again: --case {case.name} --seed {seed}"]
    return []


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the conformance cases.")
    parser.add_argument("report", help="the report program")
    parser.add_argument("--against", metavar="OTHER", help="a build that must print the same bytes")
    parser.add_argument("--cases", type=pathlib.Path, default=pathlib.Path(__file__).parent / "conformance")
    parser.add_argument("--case", help="only this one")
    parser.add_argument("--shuffles", type=int, default=5, help="how often to shuffle each log")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    chosen = parser.parse_args()

    cases = [Case(folder) for folder in sorted(chosen.cases.iterdir()) if (folder / "views.txt").exists()]
    if chosen.case:
        cases = [case for case in cases if case.name == chosen.case]
    if not cases:
        print("no case found")
        return 1

    print(f"seed {chosen.seed}")
    failed = shuffled = 0
    for case in cases:
        bad = check_case(chosen.report, case)
        if chosen.against:
            bad += check_against(chosen.report, chosen.against, case)
        rows = None if case.must_fail else rows_to_shuffle(case)
        if rows is not None:
            shuffled += 1
            bad += check_shuffled(chosen.report, case, rows, chosen.shuffles, chosen.seed)
        if bad:
            failed += 1
            print(f"{case.name} ({case.why()}): {len(bad)} differ")
            for line in bad[:8]:
                print(f"    {line}")
    print(f"{len(cases) - failed} of {len(cases)} cases hold; {shuffled} of them also shuffled {chosen.shuffles} times")
    if chosen.against:
        print(f"each was compared with {chosen.against}, byte for byte")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
