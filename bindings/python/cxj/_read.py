"""Whole frames in one call: which column is which field, and what becomes of rows that cannot be taken.

The names are those of the report program, from one table (``_fields``): a field that no column has by one of its names is looked
for once more without regard to case, blanks and marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from . import _fields as fields
from . import _header as header
from ._calendar import Calendar
from ._alike import Alike
from ._columns import _SAME, Faults, How, Numbers, Promised, Reach, Rows, grown, number_rows, read_rows
from ._csv import RETURNS
from ._engine import Engine
from ._frames import Batch, Table, next_batch, table_of
from ._library import InvalidError, Receipt, error_of, warn_of
from ._meant import Meant
from ._moments import Times, local_of, unit_of
from ._progress import SLICE, Run
from ._values import FACETS, nearest

_SHOWN = 10  # rows that a sentence names
_LISTED = 60  # columns
_LOOKED_AT = 200  # columns that are left out, for whether they mean something


class Refused(NamedTuple):
    """Rows that were not taken: their ``places``, from 0 over all that was read; their ``labels`` in the frame's own index (the
    places where it has none), of a file its name and the line, such as log.csv:17; and the ``reasons``."""

    places: list[int]
    labels: list[Any]
    reasons: list[str]


class Reading(NamedTuple):
    """What became of a frame, or of files: which column was read as which field (``fields``), which were ``left_out``, the rows
    that were ``refused``, and the ``receipt`` of those that were not unreadable. Of several files with other columns each, what
    was found first."""

    fields: dict[str, str]
    left_out: list[str]
    refused: Refused
    receipt: Receipt


def _plain(name: str) -> str:
    """A name without case, blanks and marks."""
    lower = "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name)
    return lower.translate({ord(c): None for c in " -_:"})


def _distance(one: str, other: str) -> int:
    """How many letters have to be put in, left out, changed, or changed with their neighbour, to make one of the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, mark in enumerate(other, 1):
            row.append(min(last[j - 1] + (letter != mark), last[j] + 1, row[-1] + 1))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == mark:
                row[j] = min(row[j], before[j - 2] + 1)
        before, last = last, row
    return last[-1]


_WORDS = {**{_plain(field): field for field in reversed(fields.FIELDS)},
          **{_plain(word): field for field, word in reversed((*fields.NAMES, *fields.NEAR))}}


def _meant(column: str) -> str:
    """The field that a column may mean, by a word for it, or nearly so; or nothing."""
    plain = _plain(column[5:] if column.startswith("case:") else column)
    if plain in _WORDS:
        return _WORDS[plain]
    if re.fullmatch("[dmyhs./t]*yy[dmyhs./t]*", plain):  # dd-MM-yyyy HH:mm
        return "at"
    most = 0 if len(plain) <= 3 or len(plain) > 40 else 1 if len(plain) <= 7 else 2  # of short words others are near by chance
    near = [(_distance(plain, word), place) for place, word in enumerate(_WORDS)
            if len(word) > 3 and abs(len(word) - len(plain)) <= most] if most else []
    found = min((one for one in near if one[0] <= most), default=None)
    return list(_WORDS.values())[found[1]] if found else ""


def _hint(column: str, named: Mapping[str, int]) -> str:
    """The same, where no other column is that field."""
    found = _meant(column)
    return found if found and _SAME.get(found, found) not in named else ""


def match(names: list[str], chosen: Mapping[str, str | None], flags: Iterable[str] = FACETS,
          whole: bool = True) -> tuple[dict[str, int], list[str]]:
    """Which column is which field, by its place, and which are left out. Raises InvalidError that says all that is wrong.

    flags  columns that are called so are facets
    whole  whether these are all columns; else those that are chosen may yet come"""
    wrong, named, used = [], {}, set()
    for field, column in chosen.items():
        if field not in fields.FIELDS and field not in FACETS and field not in _SAME.values():
            wrong.append(f"map: there is no field {field!r}; {nearest(field, fields.FIELDS)}")
        elif column is not None and column not in names and whole:
            wrong.append(f"map: there is no column {column!r} for {field!r}; {nearest(column, names)}")
        elif column in names:
            named[_SAME.get(field, field)] = names.index(column)
            used.add(names.index(column))
    open_fields = [field for field in (*fields.FIELDS, *flags) if field not in chosen and _SAME.get(field, field) not in chosen]
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
        if needed not in named and not (chosen.get(needed) and not whole):
            near = next((name for name in left[:_LOOKED_AT] if _hint(name, named) == needed), None)
            wrong.append(f"no column is read as {needed!r}; there are {_listed(names)}"
                         + (f"; map={{{needed!r}: {near!r}}} if that is it" if near else ""))
    if wrong:
        raise InvalidError("; ".join(wrong))
    return named, left


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return (", ".join(map(repr, names[:_LISTED])) or "none") + more


class Options(NamedTuple):
    """How data are read: as Engine.from_frame() has it. ``flags``: columns that are called so are facets."""

    map: Mapping[str, str | None] | None = None
    none: Iterable[str] = ()
    tz: Calendar | str | tzinfo | None = None
    unit: str = "ms"
    dayfirst: bool | None = None
    dates: str | None = None
    ties: str = "id"
    extra: str = "ignore"
    on_refused: str = "raise"
    flags: Iterable[str] = FACETS

    def order(self) -> str | None:
        """The order of the parts of a date. Raises InvalidError for an option that is none."""
        for name, known in (("extra", ("ignore", "error")), ("on_refused", ("raise", "skip")), ("ties", ("id", "file")),
                            ("dates", (None, "dmy", "mdy", "ymd")), ("dayfirst", (None, True, False))):
            value = getattr(self, name)
            if value not in known:
                raise InvalidError(f"{name}: {' or '.join(map(repr, known))} is expected, not {value!r}")
        if self.dates is not None and self.dayfirst is not None:
            raise InvalidError("dates and dayfirst say the same; give one of them")
        return self.dates if self.dayfirst is None else "dmy" if self.dayfirst else "mdy"


def _record(engine: Engine, rows: Rows, first: int, faults: Faults, run: Run) -> None:
    """Records rows, and notes each that the library refuses. Under the engine's lock."""
    done = 0
    while done < rows.rows:
        status, latest = run.record(engine, rows, done, min(SLICE, rows.rows - done), header.STOP_AT_REFUSAL)
        if status not in (header.OK, header.REFUSED):
            raise error_of(status, latest.reason, run.total)
        if latest.first_refusal is None:
            done += latest.processed
            continue
        done += latest.first_refusal
        faults.add(first + (done if rows.places is None else rows.places[done]), latest.reason)
        done += 1


class _Reader:
    """Reads tables into an engine, one after the other, as if one."""

    def __init__(self, engine: Engine, options: Options) -> None:
        order = options.order()
        self._engine, self._options, self._chosen = engine, options, options.map or {}
        self._faults, self._run, self._done, self._lost = Faults(), Run(), 0, 0
        self._doubts: list[str] = []
        self._meant = Meant()
        times = Times(local_of(options.tz, engine.calendar if options.tz is None else None), unit_of(options.unit), True, order)
        empty = frozenset([options.none] if isinstance(options.none, str) else options.none) | {""}
        self._how = How(Numbers(engine.code_of, engine._stated), times, self._doubts, Promised(),
                        {"at": Reach(), "due": Reach()}, Alike("ties='file' takes the order of rows, "), self._faults, empty,
                        options.ties == "file")
        self._fields: dict[str, str] = {}
        self._left: dict[str, None] = {}
        self._refused = Refused([], [], [])
        self._is_titled = False  # rows are called by texts that say what they are

    def read(self, table: Table) -> None:
        """Reads a table."""
        try:
            names, named = table.names, self._match(table.names, not table.grows)
        except InvalidError as error:
            hint = f"; {table.hint}" if table.hint else ""
            raise InvalidError(f"{table.title}: {error}{hint}" if table.title else f"{error}{hint}") from None
        if table.hint == RETURNS:
            self._doubts.append(f"{table.title}: {RETURNS}")
        batches = table.of(named.values())
        with self._run:
            while (batch := next_batch(batches, self._done)) is not None:
                if batch.names is not None and len(batch.names) > len(names):
                    names, named = batch.names, grown(named, self._match(batch.names, False), self._done)
                self._take(batch, names, named)
        self._note_left(names)

    def _match(self, names: list[str], whole: bool) -> dict[str, int]:
        """Which column is which field."""
        named, left = match(names, self._chosen, self._options.flags, whole)
        if self._options.extra == "error" and left:
            raise InvalidError(f"nothing is read from {_listed(left)}; extra='ignore' leaves them out")
        return named

    def _note_left(self, names: list[str]) -> None:
        """Notes what was read as what, and what was left out; and says that where it may be a field."""
        named, left = match(names, self._chosen, self._options.flags)
        for number, name in enumerate(left):
            hint = _hint(name, {**named, **dict.fromkeys(self._chosen, 0)}) if number < _LOOKED_AT else ""
            if name in self._chosen:
                continue
            if name in FACETS:
                self._doubts.append(f"the column {name!r} is left out, though it is called as a facet; facets stand in a "
                                    "column 'facets', such as inbound|fault, or in columns of bool of a frame")
            elif hint:
                self._doubts.append(f"the column {name!r} is left out; map={{{hint!r}: {name!r}}} if it is that")
        for field, place in named.items():
            self._fields.setdefault(field, names[place])
        self._left.update(dict.fromkeys(left))

    def _take(self, batch: Batch, names: list[str], named: dict[str, int]) -> None:
        """Records a batch, but for the rows that cannot be taken."""
        engine, faults, first = self._engine, self._faults, self._done
        for row, why in batch.faults.items():
            faults.add(first + row, why)
        with engine._lock:
            rows = read_rows(self._how, named, batch, first)
            if faults.columns:
                raise InvalidError("; ".join(f"column {names[named[field]]!r} as {field}: {why}"
                                             for field, why in faults.columns.items()))
            if self._how.is_numbered(named):
                number_rows(rows, first)
                engine._numbered = first + batch.rows
            _record(engine, rows, first, faults, self._run)
        self._meant.meet(rows)
        self._done += batch.rows
        self._run.show(batch.rows)
        self._note(batch, first)

    def _note(self, batch: Batch, first: int) -> None:
        """Notes the rows of a batch that were refused: all of them where they come back, else those that are said."""
        rows, self._faults.rows = self._faults.rows, {}
        self._lost += len(rows)
        for row in sorted(rows):
            if self._options.on_refused == "raise" and len(self._refused.places) >= _SHOWN:
                break
            self._refused.places.append(row)
            self._refused.labels.append(row if batch.label is None else batch.label(row - first))
            self._is_titled = batch.label is not None
            self._refused.reasons.append("; ".join(rows[row]))

    def finish(self, index: Any = None) -> Reading:
        """What became of it all. index: by which a frame calls its rows."""
        with self._engine._lock:
            self._engine._see()
        refused = self._refused
        if index is not None:
            refused = refused._replace(labels=[index[place] for place in refused.places])
        conflicts = self._run.total.conflicts
        if conflicts:
            column = self._fields["id"]
            self._doubts.append(f"{conflicts} rows have the id of a row before in their journey, but say something else, and were "
                                f"left out; if {column!r} is no touchpoint's id, map={{'id': None}} leaves it out")
        warn_of([*self._how.said(self._engine), *self._meant.doubts(self._engine)])
        if self._lost and self._options.on_refused == "raise":
            raise InvalidError(f"{self._lost} of {self._done} rows cannot be taken: {self._said(refused)} "
                               "(on_refused='skip' takes the others)")
        return Reading(self._fields, list(self._left), refused, self._run.total)

    def _said(self, refused: Refused) -> str:
        """The first rows that were refused, and why; those with one reason together."""
        by_reason: dict[str, list[str]] = {}
        for label, reason in zip(refused.labels, refused.reasons):
            by_reason.setdefault(reason, []).append(label if self._is_titled else f"row {label!r}")
        said = "; ".join(f"{', '.join(labels)}: {reason}" for reason, labels in by_reason.items())
        return said + (f"; and {self._lost - len(refused.places)} more" if self._lost > len(refused.places) else "")


def read_tables(engine: Engine, tables: Iterable[Table], options: Options) -> Reading:
    """Reads tables as if they were one."""
    reader = _Reader(engine, options)
    for table in tables:
        reader.read(table)
    return reader.finish()


def read_frame(engine: Engine, frame: Any, options: Options) -> Reading:
    """See Engine.from_frame()."""
    reader, index = _Reader(engine, options), getattr(frame, "index", None)
    reader.read(table_of(frame))
    return reader.finish(index if hasattr(index, "get_indexer") else None)
