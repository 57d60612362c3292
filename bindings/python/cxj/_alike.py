"""What of the rows of a call is alike: touchpoints without an id that are equal, and ties of moments that only text ids decide.
The report program counts the same (examples/alike.h), and says it in the same words.

Journeys with two rows of one moment are found in blocks of rows, so that memory has a bound; the engine then says how these
journeys are in the end. Rows that are further apart than a block, and what is beyond so many moments or touchpoints, are not
counted: then the sentence says "at least".
"""

from __future__ import annotations

import ctypes
from array import array
from itertools import groupby
from typing import TYPE_CHECKING, Any

from . import _header as header
from ._library import Error, lib, sized

if TYPE_CHECKING:
    from ._columns import _Ways
    from ._engine import Engine

_BLOCK = 1 << 20  # rows
_MOST = 4096  # moments of journeys
_LOOKED_AT = 1 << 16  # touchpoints of these journeys


class Alike:
    """What is met over all batches. ``order``: what decides ties beside a column sequence, where there is such a thing."""

    def __init__(self, order: str = "") -> None:
        self._order = order
        self._journeys, self._moments = array("Q"), array("q")  # of a block
        self._found: dict[int, None] = {}  # journeys that have two rows of one moment
        self._room = _MOST
        self._blocks = 0
        self._is_numbered = False

    def meet(self, ways: _Ways, struct: header.Columns, rows: int, is_numbered: bool) -> None:
        """Notes rows that are about to be recorded. is_numbered: their sequence is the number of the row."""
        self._is_numbered = self._is_numbered or is_numbered
        for first in range(0, rows, _BLOCK):
            count = min(_BLOCK, rows - first)
            numbers, raw = ctypes.c_uint64 * count, ctypes.c_char * (8 * count)
            noted = ways.alikely(numbers.from_address(struct.id + 8 * first), not is_numbered) if struct.id else None
            for kept, column in ((self._journeys, struct.journey + 8 * first), (self._moments, struct.at + 8 * first)):
                kept.frombytes(raw.from_address(column) if noted is None else
                               memoryview(ways.some(numbers.from_address(column), noted)).tobytes())
            if len(self._journeys) >= _BLOCK:
                self._look(ways)

    def _look(self, ways: _Ways) -> None:
        """Looks through a block."""
        self._blocks += 1
        if self._room >= 0:
            met = ways.met_twice(self._journeys, self._moments, self._room + 1)
            self._room -= len(met)
            self._found.update(dict.fromkeys(met))
        self._journeys, self._moments = array("Q"), array("q")

    def doubts(self, ways: _Ways, engine: Engine) -> list[str]:
        """What is to be said of them, as the engine holds them now."""
        if self._journeys:
            self._look(ways)
        equal = tied = looked_at = 0
        for journey in self._found:
            if looked_at >= _LOOKED_AT:
                self._room = -1
                break
            with engine._lock:
                touchpoints = touchpoints_of(engine, journey)
            looked_at += len(touchpoints)
            for at, run in groupby(touchpoints, lambda one: one.at):
                more = _counted(list(run), self._is_numbered) if at else (0, 0)  # withdrawn ones have none
                equal, tied = equal + more[0], tied + more[1]
        least = "at least " if self._blocks > 1 or self._room < 0 else ""
        said = []
        if equal:
            said.append(least + (f"{equal:,} touchpoints without an id are equal to others in all fields, and each counts"
                                 if equal > 1 else "1 touchpoint without an id is equal to another in all fields, and counts")
                        + "; an id column would tell repetitions from rows that came twice")
        if tied:
            said.append(least + (f"{tied:,} ties of equal moments were" if tied > 1 else "1 tie of equal moments was")
                        + " decided by hashed text ids, an order without a meaning; "
                        f"{self._order}a column sequence your own")
        return said


def _counted(run: list[Any], is_numbered: bool) -> tuple[int, int]:
    """Of touchpoints of one moment, how many are equal to another, and how many ties text ids have decided."""
    tied = sum(one.sequence == after.sequence and one.id != 0 and after.id >> 63 for one, after in zip(run, run[1:]))
    without = [one for one in run if not one.id]
    for one in without if is_numbered else ():
        one.sequence = 0
    return len(without) - len({bytes(one) for one in without}), tied


def touchpoints_of(engine: Engine, journey: int) -> list[Any]:
    """The touchpoints of a journey; none where it is not there: what came was refused, or is sealed."""
    got: Any = None

    def ask(capacity: int, count: Any) -> int:
        nonlocal got
        got = (header.Touchpoint * capacity)()
        return int(lib.cxj_journey_touchpoints(engine._open(), journey, capacity, None, 0, got, ctypes.sizeof(got._type_), count))

    try:
        count, _ = sized(16, ask)
    except Error:
        return []
    return list(got[:count])
