"""What the peers share: the columns of the stream, the stopwatch, and the answer as JSON on standard output.

A peer is a program of its own, so that its time on the processor is its own, and what it lacks stops nobody else:

    python NAME_peer.py FOLDER THREADS RUNS
"""

import array
import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

BATCH = 4096  # touchpoints that come after all others have been loaded and asked for

TOUCHPOINTS = "touchpoints by channel, owner"
HANDOFFS = "transitions by owner"
JOURNEYS = "journeys by type, segment"

NONE_IS_ZERO = ("due", "type", "segment", "score")
FLAGS = ("contact", "inbound", "chase", "told", "delivered", "repeated", "fault")

SLOW = 30.0  # seconds: what takes longer runs once

Columns = dict[str, array.array]


class Arguments(NamedTuple):
    folder: Path
    threads: int
    runs: int


class Answer(NamedTuple):
    columns: list[str]  # the two parts of the key first, then names of metrics
    rows: list[tuple[Any, ...]]


class Peer(Protocol):
    name: str
    version: str
    parts: dict[str, Callable[[], Any]]  # each asks its question of what is loaded

    def load(self, columns: Columns) -> None:
        """Takes all touchpoints in the form that is natural here; its time does not matter."""

    def prepare(self, columns: Columns) -> Any:
        """Some touchpoints in the form in which they would come in; its time does not matter."""

    def append(self, batch: Any) -> None:
        """Takes what prepare() made."""

    def answer(self, part: str, result: Any) -> Answer:
        """What a part came to, as rows; its time does not matter."""


def arguments() -> Arguments:
    return Arguments(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))


def read_columns(folder: Path) -> Columns:
    """Each file's name ends with the letter that array, and numpy too, has for its type."""
    columns: Columns = {}
    for path in sorted(folder.iterdir()):
        values = array.array(path.suffix[1:])
        values.frombytes(path.read_bytes())
        columns[path.stem] = values
    return columns


def read_sql(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    return time.process_time() - processor, time.perf_counter() - wall, result


class Best:
    """The best time of some runs, processor and wall each for itself."""

    def __init__(self) -> None:
        self.cpu = self.wall = math.inf
        self.runs = 0

    def keep(self, cpu: float, wall: float) -> None:
        self.cpu, self.wall, self.runs = min(self.cpu, cpu), min(self.wall, wall), self.runs + 1

    def is_done(self, runs: int) -> bool:
        return self.runs >= runs or self.wall > SLOW and self.runs > 0


def plain(value: Any) -> Any:
    """None for NaN, and numbers as JSON has them."""
    if value is None or isinstance(value, (int, str)):
        return value
    number = float(value)
    return None if math.isnan(number) else number


def answer_json(answer: Answer) -> dict[str, Any]:
    return {"columns": answer.columns, "rows": [[plain(value) for value in row] for row in answer.rows]}


def run_part(peer: Peer, part: str, runs: int) -> dict[str, Any]:
    best, result = Best(), None
    while not best.is_done(runs):
        cpu, wall, result = timed(peer.parts[part])
        best.keep(cpu, wall)
    return {"cpu": best.cpu, "wall": best.wall, "runs": best.runs, "answer": answer_json(peer.answer(part, result))}


def run_batch(peer: Peer, columns: Columns, runs: int) -> dict[str, Any]:
    """All but the last touchpoints are there; then those come, and every part is asked again."""
    before = {name: values[:-BATCH] for name, values in columns.items()}
    batch = peer.prepare({name: values[-BATCH:] for name, values in columns.items()})

    def work() -> dict[str, Any]:
        peer.append(batch)
        return {part: ask() for part, ask in peer.parts.items()}

    best, results = Best(), {}
    while not best.is_done(runs):
        peer.load(before)
        cpu, wall, results = timed(work)
        best.keep(cpu, wall)
    answers = {part: answer_json(peer.answer(part, result)) for part, result in results.items()}
    return {"cpu": best.cpu, "wall": best.wall, "runs": best.runs, "answers": answers}


def run(peer: Peer, given: Arguments) -> None:
    columns = read_columns(given.folder)
    peer.load(columns)
    parts = {part: run_part(peer, part, given.runs) for part in peer.parts}
    batch = run_batch(peer, columns, given.runs)
    json.dump({"name": peer.name, "version": peer.version, "parts": parts, "batch": batch}, sys.stdout)
