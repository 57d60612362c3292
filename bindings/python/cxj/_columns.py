"""What the columns of a table stand for, and how they become the library's.

Each field has one rule, in ``_KINDS``: what a word of it stands for, and whether numbers and moments are taken as they are.
The arithmetic over rows is numpy's where numpy is there, else Python's own; both give the same, which the tests compare.
"""

from __future__ import annotations

import ctypes
from array import array
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, NamedTuple, Sequence

from . import _header as header
from ._arrow import Column
from ._engine import RATINGS, facets_of, identity_of, integer_of, nearest, place_of
from ._frames import Batch, table_of
from ._library import InvalidError

if TYPE_CHECKING:
    from ._engine import Engine

# Field of cxj_columns: what it holds, and the C type of its items.
_FIELDS: dict[str, tuple[str, Any]] = {
    "journey": ("identity", ctypes.c_uint64), "id": ("identity", ctypes.c_uint64),
    "revision": ("number", ctypes.c_uint64), "at": ("moment", ctypes.c_int64), "due": ("moment", ctypes.c_int64),
    "value": ("number", ctypes.c_int64), "customer": ("identity", ctypes.c_uint64),
    "sequence": ("number", ctypes.c_uint32), "owner": ("name", ctypes.c_uint32), "facets": ("facets", ctypes.c_uint32),
    "team": ("name", ctypes.c_uint16), "activity": ("name", ctypes.c_uint16), "channel": ("name", ctypes.c_uint16),
    "stage": ("name", ctypes.c_uint16), "cause": ("name", ctypes.c_uint16), "type": ("name", ctypes.c_uint16),
    "segment": ("name", ctypes.c_uint16), "reason": ("name", ctypes.c_uint16), "scale": ("choice", ctypes.c_uint8),
    "score": ("number", ctypes.c_uint8), "scope": ("choice", ctypes.c_uint8),
    "commitment": ("number", ctypes.c_uint8), "outcome": ("choice", ctypes.c_uint8),
}
_RATING = ("number", ctypes.c_uint8)
_CHOICES = {"scale": header.SCALES, "scope": header.SCOPES, "outcome": header.OUTCOMES}
KNOWN = (*_FIELDS, *RATINGS)

#: Names of columns that event logs use, for record_many(renames=cxj.EVENT_LOG).
EVENT_LOG = {"case:concept:name": "journey", "case_id": "journey", "time:timestamp": "at", "timestamp": "at",
             "concept:name": "activity", "org:resource": "owner", "resource": "owner", "org:group": "team"}

# No moment: so a row without one is refused by the library, and named in its receipt.
_NO_MOMENT = -(2**63)


class Rows(NamedTuple):
    """A struct for cxj_record_columns(), how many rows it has, and what keeps the memory it points to."""

    struct: header.Columns
    rows: int
    kept: list[Any]


def read(engine: Engine, data: Any, renames: Mapping[str, str]) -> Iterator[Rows]:
    """The rows of data, batch by batch, as the library takes them. Raises InvalidError for a batch that cannot be taken,
    with its row counted from the first of data."""
    table = table_of(data)
    named = _rename(table.names, renames)
    first = 0
    for batch in table.batches:
        yield _rows(engine, named, batch, first)
        first += batch.rows


def _rename(names: Sequence[str], renames: Mapping[str, str]) -> dict[str, int]:
    """What the columns are called here, and their places. Columns that nobody knows are refused, by name."""
    named: dict[str, int] = {}
    for place, name in enumerate(names):
        here = renames.get(name, name)
        if here not in KNOWN:
            raise InvalidError(f"there is no column {here!r} of touchpoints; {nearest(here, KNOWN)}")
        if here in named:
            raise InvalidError(f"two columns stand for {here!r}")
        named[here] = place
    for needed in ("journey", "at"):
        if needed not in named:
            raise InvalidError(f"the column {needed!r} is missing; there are {', '.join(map(repr, names)) or 'none'}")
    ratings = [name for name in RATINGS if name in named]
    for name in ("scale", "score"):
        if ratings and name in named:
            raise InvalidError(f"the column {name!r} says what {ratings[0]!r} says already")
    return named


# ---- rules ---------------------------------------------------------------------------------------------------------


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _name(engine: Engine, field: str, word: Any) -> int:
    if not isinstance(word, str):
        raise InvalidError(f"names are texts, not {word!r}")
    return engine._code(field, word)


def _facets(engine: Engine, field: str, word: Any) -> int:
    return facets_of([part for part in word.split("|") if part] if isinstance(word, str) else _whole(word))


def _moment(engine: Engine, field: str, word: Any) -> int:
    if isinstance(word, str):
        raise InvalidError("texts are no moments; parse them first")
    return integer_of(field, _whole(word))


class _Kind(NamedTuple):
    """What a field holds: what one word of it stands for, and whether columns of numbers and of moments are taken."""

    find: Callable[[Any, str, Any], int]
    numbers: bool = True
    moments: bool = False
    null: int = 0


_KINDS = {
    "identity": _Kind(lambda engine, field, word: identity_of(field, _whole(word))),
    "number": _Kind(lambda engine, field, word: integer_of(field, _whole(word))),
    "name": _Kind(_name, numbers=False),
    "choice": _Kind(lambda engine, field, word: place_of(field, None if word == "" else _whole(word), _CHOICES[field])),
    "facets": _Kind(_facets),
    "moment": _Kind(_moment, moments=True, null=_NO_MOMENT),
}


class _Wrong(Exception):
    """A value that cannot be taken: its row in the batch, and why."""

    def __init__(self, row: int, why: str) -> None:
        super().__init__(why)
        self.row = row


def _convert(engine: Engine, field: str, column: Column, first: int) -> Any:
    """A column as the library's numbers, and which rows have one."""
    name, item = _FIELDS.get(field, _RATING)
    kind, null = _KINDS[name], _KINDS[name].null if field == "at" else 0
    ways = _ways()
    try:
        if column.kind == "words":
            return ways.looked_up(column, lambda word: kind.find(engine, field, word), item, null)
        if column.kind == "moments" and kind.moments or column.kind in ("integers", "floats") and kind.numbers:
            return ways.numbers(column, item, null)
        if _is_null(column):
            return ways.looked_up(Column("words", bytes(len(column.values)), words=[None]), int, item, null)
    except _Wrong as wrong:
        raise InvalidError(f"column {field!r}, row {first + wrong.row}: {wrong}") from None
    except InvalidError as error:
        raise InvalidError(f"column {field!r}: {error}", error.status) from None
    wanted = {"name": "names are texts", "moment": "moments, or whole numbers, are expected"}
    raise InvalidError(f"column {field!r}: these are {column.kind}; {wanted.get(name, 'whole numbers or words are expected')}")


def _is_null(column: Column) -> bool:
    """Whether no row has a value: such a column has often lost its type, and may stand for anything."""
    values = column.values if column.valid is None else (x for x, good in zip(column.values, column.valid) if good)
    return all(x != x for x in values)


def _rows(engine: Engine, named: dict[str, int], batch: Batch, first: int) -> Rows:
    got: dict[str, Any] = {}
    ready = Rows(header.Columns(size=ctypes.sizeof(header.Columns)), batch.rows, [])
    for field, place in named.items():
        try:
            column = batch.column(place)
        except InvalidError as error:
            raise InvalidError(f"column {field!r}: {error}") from None
        got[field] = _convert(engine, field, column, first)
        ready.kept.append(column)
    _join_ratings(got, batch.rows, first)
    for field, (values, _) in got.items():
        setattr(ready.struct, field, _address(values))
        ready.kept.append(values)
    return ready


def _join_ratings(got: dict[str, Any], rows: int, first: int) -> None:
    """Turns columns csat, nps, ces into scale, score and scope."""
    given = {RATINGS[name]: got.pop(name) for name in RATINGS if name in got}
    if not given:
        return
    scope = got.get("scope", (None, None))[0]
    try:
        got["scale"], got["score"], got["scope"] = _ways().ratings(given, scope, rows)
    except _Wrong as wrong:
        raise InvalidError(f"row {first + wrong.row}: {wrong} of {', '.join(RATINGS)}") from None


# ---- over rows -----------------------------------------------------------------------------------------------------


def _bounds(item: Any) -> tuple[int, int]:
    bits = 8 * ctypes.sizeof(item)
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if item(-1).value < 0 else (0, 2**bits - 1)


def _not_within(value: Any, item: Any) -> str:
    lowest, highest = _bounds(item)
    return f"{value} is not within {lowest} and {highest}"


def _table(words: Sequence[Any], used: Any, places: Any, find: Callable[[Any], int], item: Any, null: int) -> list[int]:
    """What the words that are used stand for."""
    lowest, highest = _bounds(item)
    table = [null] * len(words)
    for place in used:
        word = words[place]
        if word is None:
            continue
        try:
            table[place] = find(word)
        except InvalidError as error:
            raise _Wrong(list(places).index(place), str(error)) from None
        if not lowest <= table[place] <= highest:
            raise _Wrong(list(places).index(place), _not_within(table[place], item))
    return table


class _Python:
    """Without numpy: row by row."""

    @staticmethod
    def looked_up(column: Column, find: Callable[[Any], int], item: Any, null: int) -> Any:
        places = column.values if column.valid is None else [
            place if good else None for place, good in zip(column.values, column.valid)]
        used = sorted({place for place in places if place is not None})
        table: Any = _table(column.words, used, places, find, item, null)
        known = {place: column.words[place] is not None for place in used}
        values = array(item._type_, [null if place is None else table[place] for place in places])
        return values, [known.get(place, False) for place in places]

    @staticmethod
    def numbers(column: Column, item: Any, null: int) -> Any:
        lowest, highest = _bounds(item)
        many, by = column.unit
        rows = len(column.values)
        if rows and column.valid is None and column.kind != "floats":
            numbers = column.values if many == by else [value * many // by for value in column.values]
            if lowest <= min(numbers) and max(numbers) <= highest:
                return array(item._type_, numbers), [True] * rows
        values, known = (item * max(1, rows))(), [True] * rows if column.valid is None else [bool(x) for x in column.valid]
        for row, value in enumerate(column.values):
            if not known[row] or value != value:
                values[row], known[row] = null, False
                continue
            if isinstance(value, float):
                if not value.is_integer() or abs(value) > 2**53:
                    raise _Wrong(row, f"{value!r} is no whole number")
                value = int(value)
            value = value * many // by
            if not lowest <= value <= highest:
                raise _Wrong(row, _not_within(value, item))
            values[row] = value
        return values, known

    @staticmethod
    def ratings(given: dict[int, Any], scope: Any, rows: int) -> Any:
        numbers = [(ctypes.c_uint8 * max(1, rows))() for _ in range(3)]
        for row in range(rows):
            found = [(scale, values[row]) for scale, (values, known) in given.items() if known[row]]
            if len(found) > 1:
                raise _Wrong(row, "a touchpoint has one rating; it has two")
            for scale, score in found:
                about = scope[row] if scope is not None else 0
                numbers[0][row], numbers[1][row], numbers[2][row] = scale, score, about or 1
        return [(one, None) for one in numbers]


class _Numpy:
    """With numpy: all rows at once."""

    def __init__(self, numpy: Any) -> None:
        self._numpy = numpy

    def _valid(self, column: Column) -> Any:
        return None if column.valid is None else self._numpy.asarray(column.valid, dtype=bool)

    def _array(self, values: Any) -> Any:
        """Numbers as an array, without a copy if they are in one."""
        return values if isinstance(values, self._numpy.ndarray) else self._numpy.asarray(values)

    def looked_up(self, column: Column, find: Callable[[Any], int], item: Any, null: int) -> Any:
        numpy, valid = self._numpy, self._valid(column)
        places = numpy.frombuffer(column.values, "u1") if isinstance(column.values, bytes) else self._array(column.values)
        if places.dtype.kind not in "iu":  # an empty list
            places = places.astype("i8")
        if valid is not None:
            places = numpy.where(valid, places, 0)
        is_used = numpy.zeros(len(column.words), dtype=bool)
        is_used[places if valid is None else places[valid]] = True
        table = _table(column.words, numpy.flatnonzero(is_used), places if valid is None else numpy.where(valid, places, -1),
                       find, item, null)
        known = numpy.array([word is not None for word in column.words] or [False])[places]
        values = numpy.array(table or [null], dtype=item)[places]
        if valid is not None:
            values[~valid] = null
            known &= valid
        return values, known

    def numbers(self, column: Column, item: Any, null: int) -> Any:
        numpy, valid = self._numpy, self._valid(column)
        values = self._array(column.values)
        if values.dtype.kind not in "iuf" or isinstance(column.values, list) and values.dtype.kind == "f":
            return _Python.numbers(column, item, null)  # a list that is empty, or of numbers beyond 64 bits
        if values.dtype.kind == "f":
            known = ~numpy.isnan(values)
            valid = known if valid is None else known & valid
            values = numpy.where(valid, values, 0)
            self._refuse((values != numpy.floor(values)) | (numpy.abs(values) > 2**53), values, "{!r} is no whole number")
            values = values.astype("i8")
        elif valid is not None:
            values = numpy.where(valid, values, values.dtype.type(0))
        lowest, highest = _bounds(item)
        many, by = column.unit
        values = self._within(values, -(-lowest * by // many), (highest * by + by - 1) // many, item, many, by)
        if many != 1:
            values = values.astype("i8") * many
        if by != 1:
            values = values // by
        result = values.astype(item, copy=False)
        if valid is not None and null:
            result = numpy.where(valid, result, numpy.array(null, dtype=item))
        return numpy.ascontiguousarray(result), numpy.ones(len(values), dtype=bool) if valid is None else valid

    def _within(self, values: Any, lowest: int, highest: int, item: Any, many: int, by: int) -> Any:
        """Values none of which is beyond a bound."""
        least, most = self._numpy.iinfo(values.dtype).min, self._numpy.iinfo(values.dtype).max
        if len(values) and (least < lowest or most > highest):
            for row in (int(values.argmin()), int(values.argmax())):
                if not lowest <= int(values[row]) <= highest:
                    raise _Wrong(row, _not_within(int(values[row]) * many // by, item))
        return values

    def _refuse(self, wrong: Any, values: Any, why: str) -> None:
        if wrong.any():
            row = int(wrong.argmax())
            raise _Wrong(row, why.format(float(values[row])))

    def ratings(self, given: dict[int, Any], scope: Any, rows: int) -> Any:
        numpy = self._numpy
        numbers = [numpy.zeros(rows, dtype="u1") for _ in range(3)]
        count = numpy.zeros(rows, dtype="u1")
        for scale, (values, known) in given.items():
            known = self._array(known)
            count += known
            numbers[0][known], numbers[1][known] = scale, self._array(values)[:rows][known]
        if (count > 1).any():
            raise _Wrong(int((count > 1).argmax()), "a touchpoint has one rating; it has two")
        about = numpy.zeros(rows, dtype="u1") if scope is None else self._array(scope)[:rows]
        numbers[2] = numpy.where(count > 0, numpy.where(about > 0, about, 1), 0).astype("u1")
        return [(one, None) for one in numbers]


def _ways() -> Any:
    """Who goes over rows: numpy, unless it is not there."""
    try:
        import numpy
    except ImportError:
        return _Python
    return _Numpy(numpy)


def _address(values: Any) -> int:
    if isinstance(values, ctypes.Array):
        return ctypes.addressof(values)
    if not len(values):
        return ctypes.addressof(_NOTHING)
    if isinstance(values, array):
        return values.buffer_info()[0]
    return int(values.__array_interface__["data"][0])


_NOTHING = (ctypes.c_uint64 * 1)()
