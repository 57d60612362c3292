"""Whole frames in one call: which column is which field, and what becomes of rows that cannot be taken.

The names are those of the report program, from one table (``_fields``): a field that no column has by one of its names is looked
for once more without regard to case, blanks and marks.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from . import _fields as fields
from . import _header as header
from ._calendar import Calendar
from ._columns import _SAME, Faults, How, Numbers, Rows, check_ratings, from_row, number_rows, read_rows
from ._engine import Engine
from ._frames import next_batch, table_of
from ._library import InvalidError, Receipt, error_of, lib, warn_of
from ._moments import Times, local_of, unit_of
from ._values import FACETS, nearest

_SHOWN = 10  # rows that a sentence names


class Refused(NamedTuple):
    """Rows of a frame that were not taken: their ``places``, from 0, their ``labels`` in the frame's own index (the places
    where it has none), and the ``reasons``."""

    places: list[int]
    labels: list[Any]
    reasons: list[str]


class Reading(NamedTuple):
    """What became of a frame: which column was read as which field (``fields``), which were ``left_out``, the rows that were
    ``refused``, and the ``receipt`` of those that were not unreadable."""

    fields: dict[str, str]
    left_out: list[str]
    refused: Refused
    receipt: Receipt


def _plain(name: str) -> str:
    """A name without case, blanks and marks."""
    lower = "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name)
    return lower.translate({ord(c): None for c in " -_:"})


def _hint(column: str, named: Mapping[str, int]) -> str:
    """The field that a column may mean and that no other is, or nothing."""
    return next((field for field, word in fields.NEAR if word == _plain(column) and _SAME.get(field, field) not in named), "")


def match(names: list[str], chosen: Mapping[str, str | None]) -> tuple[dict[str, int], list[str]]:
    """Which column is which field, by its place, and which are left out. Raises InvalidError that says all that is wrong."""
    wrong, named, used = [], {}, set()
    for field, column in chosen.items():
        if field not in fields.FIELDS and field not in FACETS and field not in _SAME.values():
            wrong.append(f"map: there is no field {field!r}; {nearest(field, fields.FIELDS)}")
        elif column is not None and column not in names:
            wrong.append(f"map: there is no column {column!r} for {field!r}; {nearest(column, names)}")
        elif column is not None:
            named[_SAME.get(field, field)] = names.index(column)
            used.add(names.index(column))
    open_fields = [field for field in (*fields.FIELDS, *FACETS) if field not in chosen and _SAME.get(field, field) not in chosen]
    for exact in (True, False):
        for field in open_fields:
            here = _SAME.get(field, field)
            if here in named or not exact and field in ("value", "percent", "binary", *FACETS):
                continue
            words = [field, *(word for one, word in fields.NAMES if one == field)]
            plain = {_plain(word) for word in words}
            found = next((place for word in words for place, name in enumerate(names)
                          if place not in used and name == word), None) if exact else next(
                (place for place, name in enumerate(names) if place not in used and _plain(name) in plain), None)
            if found is not None:
                named[here] = found
                used.add(found)
    left = [name for place, name in enumerate(names) if place not in used]
    for needed in ("journey", "at"):
        if needed not in named:
            near = next((name for name in left if _hint(name, named) == needed), None)
            wrong.append(f"no column is read as {needed!r}; there are {', '.join(map(repr, names)) or 'none'}"
                         + (f"; map={{{needed!r}: {near!r}}} if that is it" if near else ""))
    try:
        check_ratings(named)
    except InvalidError as error:
        wrong.append(str(error))
    if wrong:
        raise InvalidError("; ".join(wrong))
    return named, left


def _record(engine: Engine, rows: Rows, first: int, faults: Faults) -> Receipt:
    """Records rows, and notes each that the library refuses. Under the engine's lock."""
    total, done = Receipt(), 0
    while done < rows.rows:
        got, part = header.Receipt(), from_row(rows, done)
        status = lib.cxj_record_columns(engine._open(), ctypes.byref(part), rows.rows - done, 0 if faults is None else
                                        header.STOP_AT_REFUSAL, ctypes.byref(got), ctypes.sizeof(got))
        latest = Receipt.of(got, engine._message()).of_columns()
        if status not in (header.OK, header.REFUSED):
            raise error_of(status, latest.reason, total)
        total = total.and_then(latest)
        done += got.processed
        if got.first_refusal == header.NO_INDEX:
            break
        faults.add(first + (done if rows.places is None else rows.places[done]), latest.reason)
        done += 1
    return total


def read_frame(engine: Engine, frame: Any, *, chosen: Mapping[str, str | None], none: Iterable[str],
               tz: Calendar | str | tzinfo | None, unit: str, dayfirst: bool | None, extra: str, on_refused: str) -> Reading:
    """See Engine.from_frame()."""
    for name, value, known in (("extra", extra, ("ignore", "error")), ("on_refused", on_refused, ("raise", "skip"))):
        if value not in known:
            raise InvalidError(f"{name}: {' or '.join(map(repr, known))} is expected, not {value!r}")
    table = table_of(frame)
    named, left = match(table.names, chosen)
    if extra == "error" and left:
        raise InvalidError(f"nothing is read from {', '.join(map(repr, left))}; extra='ignore' leaves them out")
    doubts = [f"the column {name!r} is left out; map={{{_hint(name, named)!r}: {name!r}}} if it is that"
              for name in left if _hint(name, named)]
    faults, order = Faults(), None if dayfirst is None else "dmy" if dayfirst else "mdy"
    times = Times(local_of(tz, engine.calendar if tz is None else None), unit_of(unit), True, order)
    empty = frozenset([none] if isinstance(none, str) else none) | {""}
    how = How(Numbers(engine.code_of, engine._identity), times, faults, empty, doubts)
    batches, done, total = iter(table.batches), 0, Receipt()
    while (batch := next_batch(batches, done)) is not None:
        with engine._lock:
            rows = read_rows(how, named, batch, done)
            if faults.columns:
                raise InvalidError("; ".join(f"column {table.names[named[field]]!r} as {field}: {why}"
                                             for field, why in faults.columns.items()))
            if not named.keys() & {"id", "sequence"}:
                number_rows(rows, engine._numbered)
                engine._numbered += batch.rows
            total = total.and_then(_record(engine, rows, done, faults))
        done += batch.rows
    with engine._lock:
        engine._see()
    places = sorted(faults.rows)
    index = getattr(frame, "index", None)
    labels = [index[place] for place in places] if index is not None and hasattr(index, "get_indexer") else list(places)
    refused = Refused(places, labels, ["; ".join(faults.rows[place]) for place in places])
    warn_of(doubts)
    if places and on_refused == "raise":
        said = [f"row {label!r}: {why}" for label, why in zip(refused.labels[:_SHOWN], refused.reasons)]
        more = f"; and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
        raise InvalidError(f"{len(places)} of {done} rows cannot be taken: {'; '.join(said)}{more} (on_refused='skip' takes the "
                           "others)")
    return Reading({field: table.names[place] for field, place in named.items()}, left, refused, total)
