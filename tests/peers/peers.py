"""Runs cxj and its peers, compares their answers and prints their times: see tests/peers.sh, which calls it."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import compare
from peer import HANDOFFS, JOURNEYS, TOUCHPOINTS

RUNS = 3
USUAL, QUICK, LEAST, MOST = 100_000, 5_000, 4_096, 1_000_000  # journeys, of ten touchpoints each
HERE = Path(__file__).parent


class Bound(NamedTuple):
    must: float
    aim: float
    over: int = 0  # which ratio it is a bound on: 0: over recording, 1: over recording and reading


class Subject(NamedTuple):
    """A peer, and how it is run."""

    title: str
    module: str  # what must be there to import
    program: str
    threads: int
    most: int  # journeys: with more it would take minutes
    bounds: dict[str, Bound]  # by part, ALL_PARTS or AGAIN: how many times as long as cxj it should take at least


ALL_PARTS = "all of these"  # the sum of a peer's parts, for a bound on it
AGAIN = "one more batch of 4096, answer again"

UNBOUNDED: dict[str, Bound] = {}
SUBJECTS = [
    Subject(
        "DuckDB, 1 thread",
        "duckdb, numpy, pyarrow",
        "duckdb_peer.py",
        1,
        MOST,
        {ALL_PARTS: Bound(1.8, 2.5, over=1), AGAIN: Bound(50, 100, over=1)},
    ),
    Subject("DuckDB, 2 threads", "duckdb, numpy, pyarrow", "duckdb_peer.py", 2, MOST, UNBOUNDED),
    Subject("polars, 1 thread", "polars, numpy", "polars_peer.py", 1, MOST, UNBOUNDED),
    Subject("polars, 2 threads", "polars, numpy", "polars_peer.py", 2, MOST, UNBOUNDED),
    Subject("pandas", "pandas, numpy", "pandas_peer.py", 1, MOST, UNBOUNDED),
    Subject("SQLite", "sqlite3", "sqlite_peer.py", 1, 200_000, UNBOUNDED),
    Subject("pm4py", "pm4py, pandas, numpy", "pm4py_peer.py", 1, 200_000, {ALL_PARTS: Bound(10, 20)}),
]

# What is left out, by view, of what cxj has at the same time. The questions are those that the stream can answer.
LEFT_OUT = {
    TOUCHPOINTS: "proactive updates, clean touchpoints, what the stream never states (next steps, contradictions, NPS, "
    "CES, employees' ratings, money, …), promises and how they were kept, quantiles of waits and lateness, intervals",
    HANDOFFS: "returns, lost context, steps of satisfaction, wait_p99, intervals",
    JOURNEYS: "ends, silence, pending time, moved promises, announced and explained delays, loops, responses, "
    "clean journeys, first contact resolution, ratings of the journey, consistency, bounces, team and channel changes, "
    "intervals",
}
LEFT_OUT_BY = {
    "SQLite": "also the quantiles of lateness",
    "pm4py": "all but the number and mean wait of transitions and the length of journeys: its handover network has "
    "shares, its performance DFG has means, medians and extremes, and neither has changes, bounces or quantiles",
}
LEFT_OUT_BY_ALL = (
    "each answer is computed anew from all touchpoints, none is kept current; which revision of a touchpoint holds, "
    "and which came twice, the question would have to settle, too"
)


def give_up(why: str) -> None:
    sys.stdout.flush()
    sys.exit(f"peers.sh: {why}")


# ---- running ---------------------------------------------------------------------------------------------------------


def output_of(words: list[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        give_up(f"this failed: {' '.join(words)}\n{done.stderr.strip()}")
    return done.stdout


class Ours:
    """What cxj says of a size, and the folder with the same touchpoints."""

    def __init__(self, build: Path, journeys: int) -> None:
        program = str(build / "ours")
        self.folder = build / f"columns-{journeys}"
        self.folder.mkdir(exist_ok=True)
        output_of([program, "write", str(journeys), str(self.folder)])
        said = json.loads(output_of([program, "measure", str(journeys), str(RUNS)]))
        self.said, self.journeys = said, journeys
        self.views = {text: compare.cells_of(view) for text, view in said["views"].items()}
        self.shares = compare.with_shares(self.views[HANDOFFS])

    def time(self, clock: str, *names: str) -> float:
        return sum(self.said[name][clock] for name in names)

    def cells(self, part: str) -> compare.Cells:
        """The cells that a part is to be compared with; pm4py's parts are named after a view."""
        if part.startswith(HANDOFFS + ":"):
            return self.shares
        if part in self.views:
            return self.views[part]
        length = {"journeys": float(self.journeys), "spans": self.said["spans"]}
        return compare.Cells({"journeys": "count", "spans": "mean"}, {(0, 0): length})


def why_missing(subject: Subject) -> str | None:
    tried = subprocess.run([sys.executable, "-c", f"import {subject.module}"], capture_output=True, text=True)
    if tried.returncode == 0:
        return None
    return f"it could not be installed, or cannot be loaded: {tried.stderr.strip().splitlines()[-1]}"


def run_subject(subject: Subject, ours: Ours) -> dict[str, Any]:
    """Runs a peer. Libraries underneath it would start threads of their own, so they are told how many."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    environment = dict(os.environ) | {name: str(subject.threads) for name in names}
    words = [sys.executable, str(HERE / subject.program), str(ours.folder), str(subject.threads), str(RUNS)]
    return json.loads(output_of(words, environment))


def check(subject: Subject, ours: Ours, part: str, answer: dict[str, Any], when: str) -> None:
    difference = compare.differences(ours.cells(part), answer)
    if difference is not None:
        give_up(f"{subject.title} does not answer as cxj does{when}: {part}: {difference}")


# ---- printing --------------------------------------------------------------------------------------------------------


class Table:
    """Lines as a table, or as JSON; counts the bounds that hold."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.bounded = self.held = self.reached = 0
        if not as_json:
            print("Ratios to cxj are of processor time, of two threads of time on the wall.")
            print(
                f"{'what':62} {'journeys':>9} {'cpu ms':>9} {'wall ms':>9} {'/record':>8} {'/rec+read':>9} "
                f"{'must':>5} {'aim':>5} holds"
            )

    def line(
        self,
        name: str,
        journeys: int,
        cpu: float,
        wall: float,
        ratios: tuple[float, float] | None = None,
        bound: Bound | None = None,
        runs: int = RUNS,
    ) -> None:
        holds = self.count(ratios, bound)
        if self.as_json:
            self.print_json(name, journeys, cpu, wall, ratios, bound, runs)
            return
        if runs < RUNS:
            name += f" ({runs} run)"
        shown = f"{ratios[0]:8.2f} {ratios[1]:9.2f}" if ratios else " " * 18
        limits = f"{bound.must:5.1f} {bound.aim:5.1f} {holds}" if bound else ""
        print(f"{name:62} {journeys:9} {cpu * 1e3:9.1f} {wall * 1e3:9.1f} {shown} {limits}".rstrip(), flush=True)

    def count(self, ratios: tuple[float, float] | None, bound: Bound | None) -> str:
        if ratios is None or bound is None:
            return ""
        holds, reached = ratios[bound.over] >= bound.must, ratios[bound.over] >= bound.aim
        self.bounded, self.held, self.reached = self.bounded + 1, self.held + holds, self.reached + reached
        return "yes, aim" if reached else "yes" if holds else "no"

    @staticmethod
    def print_json(
        name: str,
        journeys: int,
        cpu: float,
        wall: float,
        ratios: tuple[float, float] | None,
        bound: Bound | None,
        runs: int,
    ) -> None:
        line: dict[str, Any] = {"name": name, "journeys": journeys, "cpu_ms": round(cpu * 1e3, 6)}
        line |= {"wall_ms": round(wall * 1e3, 6), "runs": runs}
        if ratios is not None:
            line |= {"to_record": round(ratios[0], 6), "to_record_and_read": round(ratios[1], 6)}
        if ratios is not None and bound is not None:
            line |= {"must": bound.must, "aim": bound.aim, "holds": ratios[bound.over] >= bound.must}
        print(json.dumps(line), flush=True)

    def say(self, name: str, key: str, words: str) -> None:
        line = json.dumps({"name": name, key: words}, ensure_ascii=False)
        print(line if self.as_json else f"{name}: {words}", flush=True)

    def end(self) -> None:
        if not self.as_json and self.bounded > 0:
            print(f"{self.held} of {self.bounded} bounds hold; {self.reached} of {self.bounded} aims are reached")


def print_ours(table: Table, ours: Ours) -> None:
    def one(what: str, *names: str) -> None:
        table.line(f"cxj: {what}", ours.journeys, ours.time("cpu", *names), ours.time("wall", *names))

    metrics = sum(len(view.kinds) for view in ours.views.values())
    one(f"record all, 3 views, {metrics} metrics", "record")
    one("read all metrics of all cells", "read")
    one("one more batch of 4096", "batch_record")
    one(AGAIN, "batch_record", "batch_read")


def print_subject(table: Table, subject: Subject, ours: Ours, said: dict[str, Any]) -> None:
    clock = "cpu" if subject.threads == 1 else "wall"

    def one(part: str, time: dict[str, Any], record: str, read: str) -> None:
        ratios = (time[clock] / ours.time(clock, record), time[clock] / ours.time(clock, record, read))
        bound = subject.bounds.get(part)
        table.line(f"{subject.title}: {part}", ours.journeys, time["cpu"], time["wall"], ratios, bound, time["runs"])

    parts = said["parts"]
    for part, time in parts.items():
        one(part, time, "record", "read")
    if ALL_PARTS in subject.bounds:
        total = {key: sum(time[key] for time in parts.values()) for key in ("cpu", "wall")}
        one(ALL_PARTS, total | {"runs": RUNS}, "record", "read")
    one(AGAIN, said["batch"], "batch_record", "batch_read")


def print_left_out(table: Table, ours: Ours, answered: dict[str, dict[str, Any]]) -> None:
    """How many of our metrics each peer has, and what it leaves out."""
    for part, words in LEFT_OUT.items():
        table.say(part, "left_out", f"the peers leave out {words}")
    for name, said in answered.items():
        counts = {view: set[str]() for view in ours.views}
        for part, time in said["parts"].items():
            view = part.split(":")[0]
            counts.get(view, set()).update(name for name in time["answer"]["columns"][2:])
        parts = [f"{len(has)} of {len(ours.views[view].kinds)} in {view}" for view, has in counts.items()]
        extra = f"; it leaves out {LEFT_OUT_BY[name]}" if name in LEFT_OUT_BY else ""
        table.say(f"{name} {said['version']}", "metrics", "has " + "; ".join(parts) + extra)
    table.say("All of them", "left_out", LEFT_OUT_BY_ALL)


# ---- all of it -------------------------------------------------------------------------------------------------------


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="peers.sh")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} journeys")
    parser.add_argument("--json", action="store_true", help="a JSON object a line in place of a table")
    parser.add_argument("--journeys", type=int, help=f"so many, {LEAST} to {MOST}; {USUAL} unless told")
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.journeys is None:
        given.journeys = QUICK if given.quick else USUAL
    if not LEAST <= given.journeys <= MOST:
        parser.error(f"--journeys must be {LEAST} to {MOST}")
    return given


class Run:
    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.table = Table(given.json)
        self.sizes: dict[int, Ours] = {}
        self.answered: dict[str, dict[str, Any]] = {}

    def ours(self, journeys: int) -> Ours:
        if journeys not in self.sizes:
            self.sizes[journeys] = Ours(self.given.build, journeys)
            print_ours(self.table, self.sizes[journeys])
        return self.sizes[journeys]

    def run(self, subject: Subject) -> None:
        why = why_missing(subject)
        if why is not None:
            self.table.say(subject.title, "skipped", f"skipped: {why}")
            return
        ours = self.ours(min(self.given.journeys, subject.most))
        said = run_subject(subject, ours)
        for part, time in said["parts"].items():
            check(subject, ours, part, time["answer"], "")
            check(subject, ours, part, said["batch"]["answers"][part], " after one more batch")
        print_subject(self.table, subject, ours, said)
        self.answered.setdefault(said["name"], said)

    def all(self) -> None:
        ours = self.ours(self.given.journeys)
        for subject in SUBJECTS:
            self.run(subject)
        print_left_out(self.table, ours, self.answered)
        self.table.end()


if __name__ == "__main__":
    Run(parse()).all()
