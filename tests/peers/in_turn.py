"""DuckDB and cxj in turn, for tests/bench.sh: each round cxj records everything and reads all metrics of all cells, and
DuckDB, on one thread, answers its three questions of the same touchpoints, once each. All lies in memory.

    python in_turn.py OURS FOLDER JOURNEYS ROUNDS

OURS is the program of ours.c. Prints three numbers: the median seconds of processor time of cxj and of DuckDB, and the
median of the rounds' ratios of DuckDB's to cxj's. A round in which both do not answer alike ends it with a sentence and
status 1.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import compare
from duckdb_peer import DuckDB
from peer import answer_json, read_columns, timed


def output_of(words: list[str]) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def check(said: dict[str, Any], part: str, answer: dict[str, Any]) -> None:
    difference = compare.differences(compare.cells_of(said["views"][part]), answer)
    if difference is not None:
        sys.exit(f"DuckDB does not answer as cxj does: {part}: {difference}")


def run_ours(program: str, journeys: str) -> tuple[float, dict[str, Any]]:
    said = json.loads(output_of([program, "measure", journeys, "1"]))
    return said["record"]["cpu"] + said["read"]["cpu"], said


def run_duckdb(peer: DuckDB) -> tuple[float, dict[str, dict[str, Any]]]:
    seconds, answers = 0.0, {}
    for part, ask in peer.parts.items():
        cpu, _, result = timed(ask)
        seconds += cpu
        answers[part] = answer_json(peer.answer(part, result))
    return seconds, answers


def main() -> None:
    program, folder, journeys, rounds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    peer = DuckDB(1)
    with tempfile.TemporaryDirectory(prefix="columns-", dir=folder) as columns:
        output_of([program, "write", journeys, columns])
        peer.load(read_columns(Path(columns)))
    ours, theirs = [], []
    for _ in range(rounds):
        one, said = run_ours(program, journeys)
        other, answers = run_duckdb(peer)
        for part, answer in answers.items():
            check(said, part, answer)
        ours.append(one)
        theirs.append(other)
    ratios = [other / one for one, other in zip(ours, theirs)]
    print(statistics.median(ours), statistics.median(theirs), statistics.median(ratios))


if __name__ == "__main__":
    main()
