"""What is well formed in a log that was read, and perhaps not meant: what is of a case in each of its rows, names that stand for
nobody, names that differ by case or blanks alone, journeys that a spreadsheet has rounded. The report program asks the same
(examples/told_doubts.c). What is looked at is bounded: the first journeys, some names."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from . import _header as header
from ._alike import touchpoints_of
from ._exports import NOTHING

if TYPE_CHECKING:
    from ._columns import Rows
    from ._engine import Engine

_JOURNEYS, _LOOKED_AT = 1000, 1 << 16  # journeys, and rows in which they are found, or their touchpoints
_NAMES, _EXAMPLES = 10_000, 3

# What programs write where there is nothing, and people where there is nobody.
_NOBODY = NOTHING | {"-"}

# What each row of a case may say of it, and what becomes of it then.
_PROMISED = "after the end, or once it is delivered, each row promises it anew"
_SAYINGS = {"value": "it counts once a row", "due": _PROMISED, "rating": "it counts once a row"}

_ROUNDED = re.compile(r"\d[.,]\d+E\+\d\d", re.ASCII)


class Meant:
    """The first journeys of a log."""

    def __init__(self) -> None:
        self._journeys: dict[int, None] = {}
        self._rows = 0

    def meet(self, rows: Rows) -> None:
        """Notes whose the rows of a batch are."""
        if len(self._journeys) >= _JOURNEYS or self._rows >= _LOOKED_AT:
            return
        count = min(rows.rows, _LOOKED_AT - self._rows)
        self._rows += count
        found = dict.fromkeys((ctypes.c_uint64 * count).from_address(rows.struct.journey) if count else ())
        self._journeys.update(islice(found.items(), _JOURNEYS - len(self._journeys)))

    def doubts(self, engine: Engine) -> list[str]:
        """What is to be asked of what the engine holds now."""
        return [*self._rounded(engine), *self._of_case(engine), *_of_names(engine)]

    def _rounded(self, engine: Engine) -> list[str]:
        texts = (engine.text_of(number) for number in self._journeys if number >= 2**63)
        example = next((text for text in texts if text is not None and _ROUNDED.fullmatch(text)), None)
        return [] if example is None else [f"journeys such as {example!r} were rounded by a spreadsheet, so that several look like "
                                           "one; export them as text"]

    def _of_case(self, engine: Engine) -> list[str]:
        """What says the same in all rows of each journey, of so many that this is no chance."""
        same: dict[str, list[tuple[Any, int]]] = {name: [] for name in _SAYINGS}
        looked_at = 0
        for journey in self._journeys:
            with engine._lock:
                touchpoints = [_sayings(one) for one in touchpoints_of(engine, journey) if one.at]
            looked_at += len(touchpoints)
            for place, name in enumerate(_SAYINGS):
                said = {one[place] for one in touchpoints}
                if len(said) > 1:
                    same.pop(name, None)
                elif len(touchpoints) > 1 and name in same and any(said):
                    same[name].append((said.pop(), len(touchpoints)))
            if not same or looked_at >= _LOOKED_AT:
                break
        return [f"{header.SCALES[found[0][0][0] - 1] if name == 'rating' else name} says the same in all rows of each journey; if "
                f"it is of the case, write it in one row of each: {_SAYINGS[name]}" for name, found in same.items()
                if sum(rows > 2 for _, rows in found) > 1 or len({said for said, _ in found}) > 1]


def _sayings(one: Any) -> tuple[Any, ...]:
    """What a row says of its case, as _SAYINGS has it."""
    return one.value, one.due, (one.scale, one.scope, one.score) if one.scale else None


def _of_names(engine: Engine) -> list[str]:
    """Names that stand for nobody, and such as differ by case or blanks alone."""
    said = []
    for dimension in header.DIMENSIONS:
        names = [name for name, uses in islice(engine.names(dimension).items(), _NAMES) if uses]
        said += [f"{dimension} has the name {name!r}: if that stands for none, none=[{name!r}]" for name in names
                 if _folded(name) in _NOBODY]
        pairs = list(_alike(names))
        if pairs:
            more = f" and {len(pairs) - _EXAMPLES} more such pairs" if len(pairs) > _EXAMPLES else ""
            shown = ", ".join(f"{one!r} and {other!r}" for one, other in pairs[:_EXAMPLES])
            said.append(f"{dimension} has {shown}{more}: {'each counts by itself' if len(pairs) > 1 else 'they count as two'}")
    return said


def _folded(name: str) -> str:
    """A name without blanks at its ends, in small letters, as far as these are ASCII's."""
    return name.strip(" \t").translate(_SMALL)


_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def _alike(names: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Neighbours that are alike."""
    for _, run in groupby(sorted(names, key=lambda name: (_folded(name), name)), _folded):
        of = list(run)
        yield from zip(of, of[1:])
