#!/usr/bin/env python3
"""conformance.py REPORT [--against OTHER] [--shuffles N] [--seed N] [--case NAME] [--cases FOLDER]

Runs the report program REPORT on each case of tests/conformance and compares what it says with what is expected, then
shuffles the rows of each log, ids given to those that have none, and expects the same bytes.

A case is a folder: events.csv (and events-2.csv, …, in this order) is the log, views.txt has one view a line, args.txt (if there is one) further arguments,
calendar.txt (if there is one) what stands behind --calendar, expected.json the answer, why.txt the point of the case. A
run ends with 3 where rows are refused and --lenient is not among the arguments, else with 0. Where fails.txt stands in
place of expected.json, each of the views alone must end the run with the exit status that it names and a word on stderr;
and so must each option of args.txt that asks for something of its own (see ALONE), with each of the views.

What is whole in expected.json must be equal; quantiles (names that end in _p50, _p90, _p99) may be off by 1/128, other
metrics and all intervals by a relative 1e-9, and what is computed from several cells or by least squares by 1e-6. Of a
share within a span, expected.json names the counts between which it lies. Keys and their order must be equal.

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


# Options that are tried one by one where a case must fail.
ALONE = {"--rule", "--within", "--spread", "--control", "--parity", "--relation", "--calendar", "--unit", "--dates", "--delimiter",
         "--ties", "--map"}

# Options that say how a log is read: what was read so is not written anew to be shuffled.
READING = {"--unit", "--dates", "--delimiter", "--ties", "--map", "--none"}


class Case:
    """One folder of tests/conformance."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.name = folder.name
        self.events = [folder / "events.csv", *sorted(folder.glob("events-*.csv"))]
        self.views = self.lines("views.txt")
        self.arguments = self.lines("args.txt")
        self.must_fail = (folder / "fails.txt").exists()
        self.calendar = ["--calendar", str(folder / "calendar.txt")] if (folder / "calendar.txt").exists() else []

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        if not path.exists():
            return []
        return [line for line in path.read_text(encoding="utf-8").split("\n") if line]

    def why(self) -> str:
        return (self.folder / "why.txt").read_text(encoding="utf-8").strip()

    def tries(self) -> list[list[str]]:
        """The arguments of each run: one, or where the case must fail, one for each option that is tried alone."""
        common: list[str] = []
        alone: list[list[str]] = []
        words = iter(self.arguments)
        for word in words:
            if not self.must_fail or word not in ALONE:
                common.append(word)
            elif word == "--calendar":
                alone.append([word, str(self.folder / next(words))])
            else:
                alone.append([*self.calendar, word, next(words)])
        return [common + option for option in alone or [self.calendar]]


def report(program: str, arguments: list[str], views: list[str],
           events: list[pathlib.Path]) -> subprocess.CompletedProcess[bytes]:
    command = [program, "--json", *arguments]
    for view in views:
        command += ["--view", view]
    return subprocess.run([*command, *map(str, events)], stdin=subprocess.DEVNULL, capture_output=True, timeout=300)


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


def same_number(path: list[str], expected: Any, got: Any) -> bool:
    if not is_number(got):
        return False
    if "metrics" in path and QUANTILE.search(path[-1]):
        return abs(got - expected) <= abs(expected) / 128 + 1e-9
    if isinstance(expected, int):
        return bool(got == expected)
    if "metrics" in path:
        return math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-11)
    return math.isclose(got, expected, rel_tol=1e-9 if "intervals" in path else 1e-6, abs_tol=1e-9)


def wilson(k: int, n: int) -> list[float]:
    z = 1.959963984540054
    middle, half = k / n + z * z / (2 * n), z * math.sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))
    return [(middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)]


def is_within(expected: Any, got: Any) -> bool:
    """What was within a span may be off by what stands in the one bucket around it."""
    if expected is None or got is None:
        return expected is got
    n, count = expected["n"], round(got["value"] * expected["n"])
    return (got["n"] == n and expected["between"][0] <= count <= expected["between"][1]
            and math.isclose(got["value"], count / n, rel_tol=1e-9)
            and all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in zip(wilson(count, n), got["interval"])))


def rank_unknown(path: list[str], value: Any) -> Any:
    """A relation to a quantile, which may be off: only how many cells there are."""
    if path and path[-1] == "relation" and isinstance(value, dict):
        return {pair: {"n": answer["n"]} if answer and re.search(r"_p\d+\b", pair) else answer
                for pair, answer in value.items()}
    return value


def differences(expected: Any, got: Any, path: list[str]) -> Iterator[str]:
    """Where two answers differ, part by part; path leads to this one."""
    where = " ".join(path)
    expected, got = rank_unknown(path, expected), rank_unknown(path, got)
    if len(path) > 1 and path[-2] == "within":
        if not is_within(expected, got):
            yield f"{where}: expected {expected}, got {got}"
    elif isinstance(expected, dict) and isinstance(got, dict):
        is_ordered = not path or path[-1] in ("key", "a", "b", "predictors")
        if list(expected) != list(got) if is_ordered else expected.keys() != got.keys():
            yield f"{where}: members {list(expected)} expected, got {list(got)}"
            return
        for name, value in expected.items():
            yield from differences(value, got[name], [*path, name])
    elif isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            yield f"{where}: {len(expected)} expected, got {len(got)}"
            return
        for place, (value, other) in enumerate(zip(expected, got)):
            named = value.get("view", value.get("key")) if isinstance(value, dict) else None
            yield from differences(value, other, [*path, f"[{place if named is None else named}]"])
    elif not (same_number(path, expected, got) if is_number(expected) else type(expected) is type(got)
              and expected == got):
        yield f"{where}: expected {expected}, got {got}"


def check_refusals(program: str, case: Case) -> list[str]:
    bad = []
    status = int(case.lines("fails.txt")[0])
    for arguments in case.tries():
        for view in case.views:
            done = report(program, arguments, [view], case.events)
            if done.returncode != status:
                bad.append(f"[{view}] {arguments} ended with {done.returncode}; {status} is due")
            if not done.stderr.strip():
                bad.append(f"[{view}] {arguments} says nothing on stderr")
    return bad


def check_case(program: str, case: Case) -> list[str]:
    if case.must_fail:
        return check_refusals(program, case)
    expected = json.loads((case.folder / "expected.json").read_text(encoding="utf-8"))
    done = report(program, case.tries()[0], case.views, case.events)
    status = 3 if expected["rejected"] and "--lenient" not in case.arguments else 0
    if done.returncode != status:
        return [f"ended with {done.returncode}; {status} is due: {done.stderr.decode(errors='replace')[-300:]}"]
    try:
        got = strict_json(done.stdout)
    except ValueError as error:
        return [f"no JSON: {error}"]
    try:
        return list(differences(expected, got, []))
    except (KeyError, TypeError, AttributeError) as error:
        return [f"the answer has not the form that is due: {error!r}"]


def check_against(program: str, other: str, case: Case) -> list[str]:
    bad = []
    for arguments in case.tries():
        for views in [[view] for view in case.views] if case.must_fail else [case.views]:
            done, twin = report(program, arguments, views, case.events), report(other, arguments, views, case.events)
            for what in ("returncode", "stdout", "stderr"):
                if getattr(done, what) != getattr(twin, what):
                    bad.append(f"{views} {arguments} {what} is not that of {other}")
    return bad


def rows_to_shuffle(case: Case) -> list[list[str]] | None:
    """The header and the rows of a case, each row with an id of its own where it had none: then no order may matter.
    None if the log is read in a way of its own, or in several files, or replayed (what is raised goes by the order of
    rows), or if it has rows that are not well formed, which would run into their neighbours, or rows that are refused:
    of two texts that stand for one number it is the one that comes later."""
    if "--replay" in case.arguments:
        return None
    if json.loads((case.folder / "expected.json").read_text(encoding="utf-8"))["rejected"]:
        return None
    if len(case.events) > 1 or READING & set(case.arguments):
        return None
    try:
        text = case.events[0].read_bytes().decode("utf-8-sig")
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
        done = report(program, case.tries()[0], case.views, [path])
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
