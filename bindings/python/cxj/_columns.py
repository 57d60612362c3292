"""What the columns of a table stand for, and how they become the library's.

Each field has one rule, in ``_RULES``: what a word of it stands for, and whether numbers and moments are taken as they are.
The arithmetic over rows is numpy's where numpy is there, else Python's own; both give the same, which the tests compare.
"""

from __future__ import annotations

import ctypes
import re
from array import array
from collections.abc import Container, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import compress, islice, repeat
from operator import eq, le
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional, Protocol

from . import _header as header
from ._alike import Alike
from ._arrow import Column, NotUTF8, of_words
from ._frames import Batch
from ._library import Error, InvalidError
from ._moments import DAY, NAIVE, Local, Times, doubt_of, doubts_of, is_midnight, midnight_of
from ._values import BITS, FACETS, RATINGS, facets_of, integer_of, nearest, place_of

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
#: Columns of ratings, and the numbers of their scales; and other names of two of them.
SCORES = {**RATINGS, **{name: number for number, name in enumerate(header.SCALES, 1) if name not in ("csat5", "ces7")}}
_SAME = {"csat5": "csat", "ces7": "ces"}
KNOWN = (*_FIELDS, *SCORES, *FACETS)

#: Names of columns here by their names there; None: the column is left out.
Renames = Mapping[str, Optional[str]]

#: Names of columns that event logs use, for record_many(renames=cxj.EVENT_LOG).
EVENT_LOG: Renames = {"case:concept:name": "journey", "case_id": "journey", "time:timestamp": "at", "timestamp": "at",
             "concept:name": "activity", "org:resource": "owner", "resource": "owner", "org:group": "team",
             "lifecycle:transition": None}

# Spreads numbers over all bits.
_ODD = 0x9E3779B97F4A7C15

# From here on not every whole number is a float, by bytes.
_EXACT = {8: 2**53, 4: 2**24}
_INEXACT = "{!r} is no whole number, or none that is exact"

_TEXTS_ARE_NO_MOMENTS = "texts are no moments; parse them first: pandas.to_datetime(…, utc=True), polars' try_parse_dates"
_NEEDS_SCORE = "the column 'score' is missing; 'scale' needs it"

# Off every scale: so a rating without a score is refused by the library.
_NO_SCORE = 255

# Rows that are looked at together; so many are held twice meanwhile.
_CHECKED = 1 << 16

# Characters of a reason why a row is not taken.
_LONGEST = 300

# The first and the last millisecond of the years 1 to 9999.
_YEARS = (-62135596800000, 253402300799999)

# No moment: so a row without one is refused by the library, and named in its receipt.
_NO_MOMENT = -(2**63)


class Numbers(NamedTuple):
    """What an engine makes of words: the code of a name of a dimension, and the number of an identity."""

    code_of: Callable[[str, str], int]
    identity_of: Callable[[str, Any], int]


class Promised:
    """The times in the column due, over all batches: whether they are days whose times came from a reader of dates."""

    def __init__(self) -> None:
        self._times = self._midnights = 0

    @property
    def may_be_days(self) -> bool:
        """Whether all so far are midnights."""
        return self._times == self._midnights

    def meet(self, times: int, midnights: int) -> None:
        self._times += times
        self._midnights += midnights

    def doubts(self) -> list[str]:
        """What is to be said of them."""
        if self._times < 2 or not self.may_be_days:
            return []
        return ["column 'due': all its times are midnight; if they are days, write them without a time, as 2026-03-04, or cast "
                "them to dates (frame['due'].dt.date in pandas, .cast(polars.Date) in polars): what is due on a day is kept "
                "until its end"]


class Reach:
    """The earliest moment of a column, and its two latest, over all batches."""

    def __init__(self) -> None:
        self._earliest: list[int] = []
        self._latest: list[int] = []

    def meet(self, earliest: list[int], latest: list[int]) -> None:
        self._earliest = sorted(self._earliest + earliest)[:1]
        self._latest = sorted(self._latest + latest, reverse=True)[:2]

    def doubts(self, field: str) -> list[str]:
        """What is to be said of them."""
        return doubts_of(field, self._earliest[0], self._latest) if self._earliest else []


class How(NamedTuple):
    """How a table is read: by whose ``numbers``; ``times``: what moments are; ``faults``: where what cannot be taken is
    noted, so that all else can be (None: the first ends it). ``none``: texts that state nothing. ``ties_by_row``: the order of
    rows decides ties even where there are ids. ``doubts``: what is to be said of it; ``promised``: what stands in due;
    ``reach``: of at and due; ``alike``: which rows are."""

    numbers: Numbers
    times: Times
    doubts: list[str]
    promised: Promised
    reach: Mapping[str, Reach]
    alike: Alike
    faults: Optional[Faults] = None
    none: frozenset[str] = frozenset()
    ties_by_row: bool = False

    def is_numbered(self, named: Container[str]) -> bool:
        """Whether the number of a row is its sequence, by the columns that there are."""
        return "sequence" not in named and ("id" not in named or self.ties_by_row)

    def said(self, engine: Engine) -> list[str]:
        """What is to be said of all that was read, and recorded."""
        said = [*self.doubts, *self.promised.doubts()]
        for field, reach in self.reach.items():
            if not any(doubt.startswith(f"column {field!r}: ") and "unit=" in doubt for doubt in self.doubts):
                said += reach.doubts(field)
        return said + self.alike.doubts(_ways(), engine)


class Faults:
    """Rows of a batch that cannot be taken, counted from the first of all data, and why; and what is wrong with columns as a
    whole."""

    def __init__(self) -> None:
        self.rows: dict[int, list[str]] = {}
        self.columns: dict[str, str] = {}

    def add(self, row: int, why: str) -> None:
        why = why if len(why) <= _LONGEST else f"{why[:_LONGEST]}…"
        reasons = self.rows.setdefault(row, [])
        if why not in reasons:
            reasons.append(why)


class Rows(NamedTuple):
    """A struct for cxj_record_columns(), how many rows it has, and what keeps the memory it points to."""

    struct: header.Columns
    rows: int
    kept: list[Any]
    places: Optional[list[int]] = None  # which rows of the batch these are; None: all


def number_rows(rows: Rows, first: int) -> None:
    """Gives rows their number, from 1, as sequence, as in a log that says nothing else about their order."""
    if first + rows.rows >= 2**32:
        raise InvalidError("more than 2**32 - 1 rows need a column id or sequence")
    numbers = array("I", range(first + 1, first + 1 + rows.rows) if rows.places is None else
                    [first + 1 + place for place in rows.places])
    rows.struct.sequence = _address(numbers)
    rows.kept.append(numbers)


def from_row(rows: Rows, first: int) -> header.Columns:
    """The struct of the rows from one on."""
    part = header.Columns(size=ctypes.sizeof(header.Columns))
    for field, (_, item) in _FIELDS.items():
        address = getattr(rows.struct, field)
        if address:
            setattr(part, field, address + first * ctypes.sizeof(item))
    return part


def digest(rows: Rows) -> int:
    """What tells rows from others, most likely: their journeys and moments."""
    import zlib

    found = rows.rows
    for address in (rows.struct.journey, rows.struct.at, rows.struct.owner):
        length = rows.rows * 8 if address != rows.struct.owner else rows.rows * 4
        check = zlib.crc32((ctypes.c_char * length).from_address(address)) if address and length else 0
        found = found << 32 | check
    return found


def one_by_one(rows: Rows) -> Iterator[int]:
    """Makes the struct that of one row after the other, and gives the row's place."""
    word = ctypes.sizeof(ctypes.c_void_p)
    pointers = (ctypes.c_size_t * (ctypes.sizeof(header.Columns) // word)).from_buffer(rows.struct)
    places = [(getattr(header.Columns, field).offset // word, ctypes.sizeof(item)) for field, (_, item) in _FIELDS.items()]
    steps = [(place, size) for place, size in places if pointers[place]]
    for row in range(rows.rows):
        yield row
        for place, size in steps:
            pointers[place] += size


def unreadable(rows: Rows, record: Callable[[header.Columns, int], header.Receipt]) -> set[int]:
    """The places of rows that are refused wherever they are recorded, for a field that is out of its bounds. ``record`` takes
    so many rows, up to the first that is refused, in an engine of their own. Names are known to be good, and are left out;
    each row gets a journey of its own, so that nothing but its fields matters."""
    found: set[int] = set()
    journeys = (ctypes.c_uint64 * rows.rows).from_address(rows.struct.journey)
    alone = array("Q", [place if number else 0 for place, number in enumerate(journeys, 1)])
    first = 0
    while first < rows.rows:
        part = header.Columns(size=ctypes.sizeof(header.Columns))
        for field, (kind, item) in _FIELDS.items():
            address = _address(alone) if field == "journey" else getattr(rows.struct, field)
            if address and kind != "name":
                setattr(part, field, address + first * ctypes.sizeof(item))
        got = record(part, min(_CHECKED, rows.rows - first))
        if got.first_refusal == header.NO_INDEX:
            first += min(_CHECKED, rows.rows - first)
        else:
            found.add(first + got.first_refusal)
            first += got.first_refusal + 1
    return found


def rename(names: Sequence[str], renames: Renames) -> dict[str, int]:
    """What the columns are called here, and their places. Columns that nobody knows are refused, by name."""
    named: dict[str, int] = {}
    renames = {str(name): here for name, here in renames.items()}  # frames may call columns by numbers
    for place, name in enumerate(names):
        here = renames.get(name, name)
        if here is None:
            continue
        here = _SAME.get(here, here)
        if here not in KNOWN:
            known = f"renames=cxj.EVENT_LOG takes it as {EVENT_LOG[here]!r}" if EVENT_LOG.get(here) else nearest(here, KNOWN)
            raise InvalidError(f"there is no column {here!r} of touchpoints; {known}; renames={{{here!r}: None}} leaves it out")
        if here in named:
            raise InvalidError(f"two columns stand for {here!r}")
        named[here] = place
    for needed in ("journey", "at"):
        if needed not in named:
            raise InvalidError(f"the column {needed!r} is missing; there are {', '.join(map(repr, names)) or 'none'}")
    check_ratings(named)
    return named


def grown(named: dict[str, int], anew: dict[str, int], row: int) -> dict[str, int]:
    """What columns are, where a source has brought more of them with a row. InvalidError where what stood before would be
    read otherwise now."""
    for field, place in anew.items():
        if named.get(field, place) != place or field in ("id", "sequence") and field not in named and row > 0:
            raise InvalidError(f"row {row}, or one soon after it, is the first with a column that is {field!r}, and the rows "
                               "before were read without it; give each row the same columns")
    return anew


def check_ratings(named: Mapping[str, int]) -> None:
    """Raises InvalidError where two columns speak of the scale."""
    ratings = [name for name in SCORES if name in named]
    for name in ("scale", "score"):
        if ratings and name in named:
            raise InvalidError(f"the column {name!r} says what {ratings[0]!r} says already")


# ---- rules ---------------------------------------------------------------------------------------------------------


def _whole(value: Any) -> Any:
    if isinstance(value, Decimal):  # one of more digits is beyond all bounds
        return int(value) if value.is_finite() and value.adjusted() < 25 and value == int(value) else value
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT[8] else value


_DIGITS = re.compile(r"0*([0-9]{1,20})(?:\.0)?")  # what has more is beyond all bounds
_FRAMED = re.compile(r"([0-9]+)\.0")  # as frames write 12 where another row has none


def _number(how: How, field: str, word: Any) -> int:
    """A whole number; also one that is written, where texts are read."""
    if how.times.texts and isinstance(word, str):
        is_negative = field == "value" and word.startswith("-")
        found = _DIGITS.fullmatch(word, is_negative)
        if found is None:
            raise InvalidError(f"{field}: {word!r} is no whole number within bounds")
        word = -int(found[1]) if is_negative else int(found[1])
    return integer_of(field, _whole(word))


def _identity(how: How, field: str, word: Any) -> int:
    if how.times.texts and isinstance(word, str) and word.endswith(".0"):
        found = _FRAMED.fullmatch(word)
        word = found[1] if found else word
    return how.numbers.identity_of(field, _whole(word))


class _Rule(NamedTuple):
    """What a field holds: what one word of it stands for, and whether columns of numbers and of moments are taken."""

    find: Callable[[How, str, Any], int]
    numbers: bool = True
    moments: bool = False


_RULES = {
    "identity": _Rule(_identity),
    "number": _Rule(_number),
    "name": _Rule(lambda how, field, word: how.numbers.code_of(field, word), numbers=False),
    "choice": _Rule(lambda how, field, word: _choice(how, field, _whole(word))),
    "facets": _Rule(lambda how, field, word: facets_of(_whole(word))),
    "moment": _Rule(lambda how, field, word: how.times.of(field, _whole(word)), moments=True),
}


def _choice(how: How, field: str, word: Any) -> int:
    if word == "":
        return 0
    return place_of(field, word, _CHOICES[field])


class _Wrong(Exception):
    """A value that cannot be taken: its row in the batch, and why."""

    def __init__(self, row: int, why: str, cause: Error | None = None) -> None:
        super().__init__(why)
        self.row = row
        self.cause = cause


def _convert(how: How, field: str, column: Column, first: int) -> Any:
    """A column as the library's numbers, and which rows have one."""
    name, item = _FIELDS.get(field, _RATING)
    rule, null = _RULES[name], _NO_MOMENT if field == "at" else 0
    ways = _ways()

    def find(word: Any) -> int:
        return rule.find(how, field, word)

    try:
        if column.kind == "words":
            column = _stated(how, column)
            got = ways.looked_up(column, find, item, null, _noted(how, field, first))
            if field == "due" and how.promised.may_be_days:
                _meet_words(how.promised, column)
            if field == "at" and _are_numbers(column.words):
                how.doubts.append(_doubt(got, how.times))
            return got
        if column.kind == "moments" and rule.moments:
            return _shifted(how, field, column, item, null)
        if _takes(rule, column.kind):
            try:
                got = ways.numbers(column._replace(unit=how.times.unit) if rule.moments else column, item, null)
            except _Wrong:
                if how.faults is None:
                    raise
                return ways.looked_up(_listed(column), find, item, null, _noted(how, field, first))
            if field == "at":
                how.doubts.append(_doubt(got, how.times))
            return got
        if _is_empty(column):
            return ways.looked_up(Column("words", bytes(len(column.values)), words=[None]), int, item, null, None)
    except _Wrong as wrong:
        kind, status = (type(wrong.cause), wrong.cause.status) if wrong.cause else (InvalidError, 0)
        raise kind(f"column {field!r}, row {first + wrong.row}: {_without(field, str(wrong))}", status) from None
    raise InvalidError(_not_taken(field, column.kind))


def _takes(rule: _Rule, kind: str) -> bool:
    """Whether a field takes columns of a kind as they are."""
    return kind == "moments" and rule.moments or kind in ("integers", "floats") and rule.numbers


def _not_taken(field: str, kind: str) -> str:
    if kind == "truths":
        return f"column {field!r}: a truth stands for nothing of a touchpoint, but in a column named as a facet; cast it"
    wanted = {"name": "names are texts", "moment": "moments, or whole milliseconds, are expected"}
    name = _FIELDS.get(field, _RATING)[0]
    return f"column {field!r}: these are {kind}; {wanted.get(name, 'whole numbers or words are expected')}"


def check_kinds(named: dict[str, int], batch: Batch, texts: Container[int], local: Optional[Local]) -> None:
    """Raises InvalidError that names all columns which cannot stand for their fields, whatever rows will come. The batch has
    none; texts are the places of columns that hold texts for certain; local says whose local times are."""
    wrong: list[str] = []
    for field, place in named.items():
        name = _FIELDS.get(field, _RATING)[0]
        try:
            column = batch.column(place)
            kind = column.kind
        except InvalidError as error:
            wrong.append(f"column {field!r}: {error}")
            continue
        if field in BITS:
            if place in texts or kind not in ("truths", "words"):
                wrong.append(_no_truths(field, "texts" if place in texts else kind))
        elif place in texts and name == "moment":
            wrong.append(f"column {field!r}: {_TEXTS_ARE_NO_MOMENTS}")
        elif kind == "moments" and name == "moment" and column.clock != "exact" and local is None:
            wrong.append(f"column {field!r}: {NAIVE}")
        elif place in texts and name == "number":
            wrong.append(f"column {field!r}: these are texts; whole numbers are expected; cast them")
        elif kind != "words" and not _takes(_RULES[name], kind):
            wrong.append(_not_taken(field, kind))
    if "scale" in named and "score" not in named:
        wrong.append(_NEEDS_SCORE)
    if wrong:
        raise InvalidError("; ".join(wrong))


def _stated(how: How, column: Column) -> Column:
    """A column of words without those that state nothing."""
    if not how.none:
        return column
    return column._replace(words=[None if isinstance(word, str) and word in how.none else word for word in column.words])


def _listed(column: Column) -> Column:
    """A column of numbers as one of words, so that each can be refused by itself."""
    values = column.values.tolist() if hasattr(column.values, "tolist") else list(column.values)
    known = [True] * len(values) if column.valid is None else column.valid
    return of_words([value if good and value == value else None for value, good in zip(values, known)])


def _are_numbers(words: Sequence[Any]) -> bool:
    """Whether words are numbers, by the first that says something."""
    first = next((word for word in words if word is not None and word == word), None)
    return isinstance(first, int) or isinstance(first, str) and first.lstrip("-").isdigit()


def _noted(how: How, field: str, first: int) -> Optional[Callable[[int, str], None]]:
    """Where rows are noted that cannot be taken; None: they are not."""
    faults = how.faults
    if faults is None:
        return None

    def note(row: int, why: str) -> None:
        faults.add(first + row, f"{field}: {_without(field, why)}")

    return note


def _doubt(got: Any, times: Times) -> str:
    """What is to be said of moments that came as numbers."""
    said = doubt_of(*_ways().reach(*got), times.unit)
    return f"column 'at': {said}" if said else ""


def _meet_words(promised: Promised, column: Column) -> None:
    """Notes the times among the words of the column due."""
    if any(midnight_of(word) is False for word in column.words):
        promised.meet(1, 0)
        return
    midnights = [midnight_of(word) is True for word in column.words]
    if any(midnights):
        count = sum(bool(good) and midnights[place] for place, good in
                    zip(column.values, repeat(True) if column.valid is None else column.valid))
        promised.meet(count, count)


def _shifted(how: How, field: str, column: Column, item: Any, null: int) -> Any:
    """Moments as milliseconds; local times by whose they are."""
    ways = _ways()
    values, known = ways.numbers(column, item, null)
    if field == "due" and column.clock != "day" and how.promised.may_be_days:
        times, midnights = ways.midnights(values, known)
        if midnights < times and column.zone is not None and all(
                is_midnight(int(value), column.zone) for value, good in zip(values, known) if good):
            midnights = times
        how.promised.meet(times, midnights)
    if column.clock == "exact":
        return values, known
    if how.times.local is None:
        if _is_empty(column):
            return values, known
        raise InvalidError(f"column {field!r}: {NAIVE}")
    ends = column.clock == "day" and field == "due"
    return ways.shifted(how.times.local, values, known, DAY if ends else 0, 1 if ends else 0), known


def _without(field: str, why: str) -> str:
    """A sentence without the name of the field, which stands before it already."""
    return why[len(field) + 2:] if why.startswith(f"{field}: ") else why


def _is_empty(column: Column) -> bool:
    """Whether no row has a value: such a column has often lost its type, and may stand for anything."""
    values = column.values if column.valid is None else (x for x, good in zip(column.values, column.valid) if good)
    return all(x != x for x in values)


def read_rows(how: How, named: dict[str, int], batch: Batch, first: int) -> Rows:
    """A batch as the library takes it. Raises InvalidError, with the row counted from the first of all data, if it cannot
    be taken; where faults are noted, those rows are left out."""
    got: dict[str, Any] = {}
    flags: list[tuple[str, Column]] = []
    ready = Rows(header.Columns(size=ctypes.sizeof(header.Columns)), batch.rows, [])
    # Names last: each makes a code, and what cannot be taken should leave none.
    for field, place in sorted(named.items(), key=lambda one: _FIELDS.get(one[0], _RATING)[0] == "name"):
        try:
            column = batch.column(place)
        except InvalidError as error:
            if how.faults is not None:
                how.faults.columns[field] = str(error)
                continue
            raise InvalidError(f"column {field!r} from row {first} on: {error}") from None
        try:
            if field in BITS:
                flags.append((field, _truths(how, field, column)))
            else:
                got[field] = _convert(how, field, column, first)
        except InvalidError as error:
            if how.faults is None:
                raise
            how.faults.columns[field] = str(error).partition(": ")[2]
        ready.kept.append(column)
    if how.faults is not None and how.faults.columns:
        return ready._replace(rows=0)
    if "scale" in named:
        if "score" not in named and how.faults is None:
            raise InvalidError(_NEEDS_SCORE)
        none = array("B", bytes(batch.rows))
        got["score"] = _ways().scores(got["scale"][0], *got.get("score", (none, none))), None
    _join_ratings(how, got, batch.rows, first)
    for facet, column in flags:
        got["facets"] = _ways().flagged(column, BITS[facet], got.get("facets", (None, None))[0]), None
    if how.faults is not None:
        ready = _without_faults(how.faults, got, ready, first)
    for field, (values, _) in got.items():
        setattr(ready.struct, field, _address(values))
        ready.kept.append(values)
    for field, reach in how.reach.items():
        if field in got:
            reach.meet(*_ways().extremes((ctypes.c_int64 * ready.rows).from_address(getattr(ready.struct, field))))
    how.alike.meet(_ways(), ready.struct, ready.rows, how.is_numbered(named))
    return ready


def _truths(how: How, field: str, column: Column) -> Column:
    """A column that says of each row whether it has a facet."""
    states_nothing = column.kind == "words" and all(word is None or word != word for word in column.words)
    if column.kind != "truths" and (states_nothing or _is_empty(column)):
        return Column("truths", bytes(len(column.values)))
    if column.kind != "truths":
        raise InvalidError(_no_truths(field, column.kind, "renames" if how.faults is None else "map"))
    return column


def _no_truths(field: str, kind: str, option: str = "renames") -> str:
    return (f"column {field!r}: these are {kind}; a column named as a facet says yes or no (bool); {option}={{{field!r}: None}} "
            "leaves it out")


def _without_faults(faults: Faults, got: dict[str, Any], ready: Rows, first: int) -> Rows:
    """The rows that nothing is wrong with."""
    bad = {row - first for row in faults.rows}
    if not bad:
        return ready
    places = [row for row in range(ready.rows) if row not in bad]
    good = [row not in bad for row in range(ready.rows)]
    for field, (values, known) in got.items():
        got[field] = _ways().some(values, good), known
    return ready._replace(rows=len(places), places=places)


def _join_ratings(how: How, got: dict[str, Any], rows: int, first: int) -> None:
    """Turns columns csat, nps, ces into scale, score and scope; where faults are noted, beside those that are there."""
    given = {SCORES[name]: got.pop(name) for name in SCORES if name in got}
    if not given:
        return
    ways, nothing = _ways(), (array("B", bytes(rows)), None)
    own = [got.get(name, nothing)[0] for name in ("scale", "score")]
    if how.faults is not None:
        for row in ways.crowded([known for _, known in given.values()], *own):
            how.faults.add(first + row, f"a touchpoint has one rating; it has two of {', '.join((*SCORES, 'score'))}")
    scope = got.get("scope", (None, None))[0]
    try:
        scale, score, about = ways.ratings(given, scope, rows, how.faults is None)
    except _Wrong as wrong:
        raise InvalidError(f"row {first + wrong.row}: {wrong} of {', '.join(SCORES)}") from None
    got["score"] = ways.either(scale, score, own[1]), None
    got["scale"] = ways.either(scale, scale, own[0]), None
    got["scope"] = about, None
    if how.times.texts and scope is not None:  # which says nothing without a rating
        got["scope"] = ways.where(about, got["scale"][0]), None


# ---- over rows -----------------------------------------------------------------------------------------------------


def _bounds(item: Any) -> tuple[int, int]:
    bits = 8 * ctypes.sizeof(item)
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if item(-1).value < 0 else (0, 2**bits - 1)


def _not_within(value: Any, item: Any) -> str:
    lowest, highest = _bounds(item)
    return f"{value} is not within {lowest} and {highest}"


_Note = Optional[Callable[[int, str], None]]


def _table(words: Sequence[Any], used: Any, places: Any, find: Callable[[Any], int], item: Any, null: int,
           note: _Note) -> list[int]:
    """What the words that are used stand for. What cannot be taken is noted with its rows, or raised."""
    lowest, highest = _bounds(item)
    table = [null] * len(words)
    wrong: dict[int, str] = {}
    for place in used:
        word = words[place]
        if word is None or word != word:
            continue
        try:
            if isinstance(word, NotUTF8):
                raise InvalidError(f"{word.raw!r} is not UTF-8")
            number = find(word)
            if not lowest <= number <= highest:
                raise InvalidError(_not_within(number, item))
            table[place] = number
        except Error as error:
            if note is None or isinstance(error, MemoryError):
                raise _Wrong(list(places).index(place), str(error), error) from None
            wrong[int(place)] = str(error)
    if wrong and note is not None:
        for row, place in enumerate(places.tolist() if hasattr(places, "tolist") else places):
            if place in wrong:
                note(row, wrong[place])
    return table


class _Ways(Protocol):
    """How rows are gone through. A _Wrong names the first row that cannot be taken. Each gives numbers, and which rows have
    one."""

    def looked_up(self, column: Column, find: Callable[[Any], int], item: Any, null: int, note: _Note) -> Any:
        """What the words of a column stand for."""

    def numbers(self, column: Column, item: Any, null: int) -> Any:
        """The numbers of a column, or its moments in milliseconds."""

    def reach(self, values: Any, known: Any) -> tuple[int, int]:
        """The least and the greatest of the numbers that are known; 0 without any."""
        ...

    def midnights(self, values: Any, known: Any) -> tuple[int, int]:
        """How many of the numbers are known, and how many of these are whole days."""
        ...

    def extremes(self, moments: Any) -> tuple[list[int], list[int]]:
        """The earliest of moments, and the two latest, or fewer where there are not so many. Those that are none, or are
        refused, are left out."""
        ...

    def alikely(self, ids: Any, ties: bool) -> Sequence[bool]:
        """Which rows may be alike by their ids: those without one, and where ties matter those with the number of a text."""
        ...

    def met_twice(self, journeys: Any, moments: Any, most: int) -> Sequence[int]:
        """The journeys of rows that have a twin before them, of the same journey and moment; of so many at most."""
        ...

    def shifted(self, local: Local, values: Any, known: Any, before: int, after: int) -> Any:
        """The moments of local times, these later, and those earlier, by so much."""

    def flagged(self, truths: Column, bit: int, facets: Any) -> Any:
        """Facets, and one more where it is true."""

    def some(self, values: Any, good: Sequence[bool]) -> Any:
        """Those that are good."""

    def where(self, values: Any, other: Any) -> Any:
        """Numbers; 0 where the other one is."""

    def scores(self, scale: Any, score: Any, known: Any) -> Any:
        """Scores; where there is a scale and none is known, one that is refused."""

    def either(self, choice: Any, one: Any, other: Any) -> Any:
        """One number where the choice is not 0, else the other one."""

    def crowded(self, knowns: Sequence[Any], scale: Any, score: Any) -> list[int]:
        """The rows with more than one rating of those that are known, and of scale and score."""
        ...

    def ratings(self, given: dict[int, Any], scope: Any, rows: int, checked: bool) -> tuple[Any, Any, Any]:
        """Scale, score and scope, of the scores that are given for scales. What is about nothing is about the touchpoint."""
        ...


class _Python:
    """Without numpy: row by row."""

    def looked_up(self, column: Column, find: Callable[[Any], int], item: Any, null: int, note: _Note) -> Any:
        places = column.values if column.valid is None else [
            place if good else None for place, good in zip(column.values, column.valid)]
        used = sorted({place for place in places if place is not None})
        table: Any = _table(column.words, used, places, find, item, null, note)
        known = {place: column.words[place] is not None and column.words[place] == column.words[place] for place in used}
        values = array(item._type_, [null if place is None else table[place] for place in places])
        return values, [known.get(place, False) for place in places]

    def numbers(self, column: Column, item: Any, null: int) -> Any:
        lowest, highest = _bounds(item)
        many, by = column.unit
        rows, exact = len(column.values), _EXACT[getattr(column.values, "itemsize", 8)] if column.kind == "floats" else 0
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
                if not value.is_integer() or abs(value) >= exact:
                    raise _Wrong(row, _INEXACT.format(value))
                value = int(value)
            value = value * many // by
            if not lowest <= value <= highest:
                raise _Wrong(row, _not_within(value, item))
            values[row] = value
        return values, known

    def reach(self, values: Any, known: Any) -> tuple[int, int]:
        found = [value for value, good in zip(values, known) if good]
        return (min(found), max(found)) if found else (0, 0)

    def midnights(self, values: Any, known: Any) -> tuple[int, int]:
        found = [value % DAY for value, good in zip(values, known) if good]
        return len(found), found.count(0)

    def extremes(self, moments: Any) -> tuple[list[int], list[int]]:
        found = moments[:]
        if not found or min(found) < _YEARS[0] or max(found) > _YEARS[1] or 0 in found:
            found = [moment for moment in found if moment and _YEARS[0] <= moment <= _YEARS[1]]
        earliest = [min(found)] if found else []
        latest: list[int] = []
        while found and len(latest) < 2:
            latest.append(max(found))
            del found[found.index(latest[-1])]
        return earliest, latest

    def alikely(self, ids: Any, ties: bool) -> Sequence[bool]:
        return [not number or ties and number >> 63 > 0 for number in ids]

    def met_twice(self, journeys: Any, moments: Any, most: int) -> Sequence[int]:
        moments = moments.tolist()
        rows: Any = range(len(moments))
        if all(map(le, moments, islice(moments, 1, None))):  # in order: only neighbours are equal
            rows = sorted({row + add for row in compress(rows, map(eq, moments, islice(moments, 1, None))) for add in (0, 1)})
        met: set[tuple[int, int]] = set()
        found: list[int] = []
        for row in rows:
            here = journeys[row], moments[row]
            if here in met:
                found.append(journeys[row])
                if len(found) == most:
                    break
            met.add(here)
        return found

    def shifted(self, local: Local, values: Any, known: Any, before: int, after: int) -> Any:
        return array("q", [local.moment(value + before) - after if good else value for value, good in zip(values, known)])

    def flagged(self, truths: Column, bit: int, facets: Any) -> Any:
        rows = len(truths.values)
        valid = [True] * rows if truths.valid is None else truths.valid
        return array("I", [(facets[row] if facets is not None else 0) | (bit if truths.values[row] and valid[row] else 0)
                           for row in range(rows)])

    def some(self, values: Any, good: Sequence[bool]) -> Any:
        code = values.typecode if isinstance(values, array) else values._type_._type_
        return array(code, list(compress(values, good)))

    def where(self, values: Any, other: Any) -> Any:
        return array("B", [value if one else 0 for value, one in zip(values, other)])

    def scores(self, scale: Any, score: Any, known: Any) -> Any:
        return array("B", [value if good or not rated else _NO_SCORE for rated, value, good in zip(scale, score, known)])

    def either(self, choice: Any, one: Any, other: Any) -> Any:
        return array("B", [a if chosen else b for chosen, a, b in zip(choice, one, other)])

    def crowded(self, knowns: Sequence[Any], scale: Any, score: Any) -> list[int]:
        return [row for row, known in enumerate(zip(*knowns))
                if any(known) and (sum(map(bool, known)) > 1 or scale[row] or score[row])]

    def ratings(self, given: dict[int, Any], scope: Any, rows: int, checked: bool) -> tuple[Any, Any, Any]:
        numbers = [(ctypes.c_uint8 * max(1, rows))() for _ in range(3)]
        for row in range(rows):
            found = [(scale, values[row]) for scale, (values, known) in given.items() if known[row]]
            if len(found) > 1 and checked:
                raise _Wrong(row, "a touchpoint has one rating; it has two")
            for scale, score in found:
                numbers[0][row], numbers[1][row], numbers[2][row] = scale, score, 1
            if scope is not None and scope[row]:
                numbers[2][row] = scope[row]
        return numbers[0], numbers[1], numbers[2]


class _Numpy:
    """With numpy: all rows at once."""

    def __init__(self, numpy: Any) -> None:
        self._numpy = numpy

    def _valid(self, column: Column) -> Any:
        return None if column.valid is None else self._numpy.asarray(column.valid, dtype=bool)

    def _array(self, values: Any) -> Any:
        """Numbers as an array, without a copy if they are in one."""
        return values if isinstance(values, self._numpy.ndarray) else self._numpy.asarray(values)

    def looked_up(self, column: Column, find: Callable[[Any], int], item: Any, null: int, note: _Note) -> Any:
        numpy, valid = self._numpy, self._valid(column)
        places = numpy.frombuffer(column.values, "u1") if isinstance(column.values, bytes) else self._array(column.values)
        if places.dtype.kind not in "iu":  # an empty list
            places = places.astype("i8")
        if valid is not None:
            places = numpy.where(valid, places, 0)
        is_used = numpy.zeros(len(column.words), dtype=bool)
        is_used[places if valid is None else places[valid]] = True
        table = _table(column.words, numpy.flatnonzero(is_used), places if valid is None else numpy.where(valid, places, -1),
                       find, item, null, note)
        known = numpy.array([word is not None and word == word for word in column.words] or [False])[places]
        values = numpy.array(table or [null], dtype=item)[places]
        if valid is not None:
            values[~valid] = null
            known &= valid
        return values, known

    def numbers(self, column: Column, item: Any, null: int) -> Any:
        numpy, valid = self._numpy, self._valid(column)
        values = self._array(column.values)
        if values.dtype.kind not in "iuf" or isinstance(column.values, list) and values.dtype.kind == "f":
            return _Python().numbers(column, item, null)  # a list that is empty, or of numbers beyond 64 bits
        if values.dtype.kind == "f":
            known = ~numpy.isnan(values)
            valid = known if valid is None else known & valid
            values = numpy.where(valid, values, 0)
            self._refuse((values != numpy.floor(values)) | (numpy.abs(values) >= _EXACT[values.dtype.itemsize]), values)
            values = values.astype("i8")
        elif valid is not None:
            values = numpy.where(valid, values, values.dtype.type(0))
        lowest, highest = _bounds(item)
        many, by = column.unit
        # The least and the greatest value whose milliseconds are within the bounds: rounded towards these.
        self._check_bounds(values, -(-lowest * by // many), (highest * by + by - 1) // many, item, many, by)
        if many != 1:
            values = values.astype("i8") * many
        if by != 1:
            values = values // by
        result = values.astype(item, copy=False)
        if valid is not None and null:
            result = numpy.where(valid, result, numpy.array(null, dtype=item))
        return numpy.ascontiguousarray(result), numpy.ones(len(values), dtype=bool) if valid is None else valid

    def _check_bounds(self, values: Any, lowest: int, highest: int, item: Any, many: int, by: int) -> None:
        can_be = self._numpy.iinfo(values.dtype)
        if lowest <= can_be.min and can_be.max <= highest or not len(values):
            return
        if lowest <= int(values.min()) and int(values.max()) <= highest:
            return
        row, value = next((row, one) for row, one in enumerate(values.tolist()) if not lowest <= one <= highest)
        raise _Wrong(row, _not_within(value * many // by, item))

    def _refuse(self, wrong: Any, values: Any) -> None:
        if wrong.any():
            row = int(wrong.argmax())
            raise _Wrong(row, _INEXACT.format(float(values[row])))

    def reach(self, values: Any, known: Any) -> tuple[int, int]:
        found = self._array(values)[:len(known)][self._array(known).astype(bool)]
        return (int(found.min()), int(found.max())) if len(found) else (0, 0)

    def midnights(self, values: Any, known: Any) -> tuple[int, int]:
        found = self._array(values)[:len(known)][self._array(known).astype(bool)]
        return len(found), int((found % DAY == 0).sum())

    def extremes(self, moments: Any) -> tuple[list[int], list[int]]:
        found = self._numpy.frombuffer(moments, "i8") if len(moments) else self._array([])
        if not found.all():
            found = found[found != 0]
        if len(found) and (found.min() < _YEARS[0] or found.max() > _YEARS[1]):
            found = found[(found >= _YEARS[0]) & (found <= _YEARS[1])]
        if not len(found):
            return [], []
        last = int(found.argmax())
        others = [int(part.max()) for part in (found[:last], found[last + 1:]) if len(part)]
        return [int(found.min())], [int(found[last]), *sorted(others)[-1:]]

    def alikely(self, ids: Any, ties: bool) -> Sequence[bool]:
        numbers = self._numpy.frombuffer(ids, "u8")
        good: Sequence[bool] = (numbers == 0) | (numbers >= 2**63) if ties else numbers == 0
        return good

    def met_twice(self, journeys: Any, moments: Any, most: int) -> Sequence[int]:
        numpy = self._numpy
        of, at = numpy.frombuffer(journeys, "u8"), numpy.frombuffer(moments, "i8")
        if (at[1:] >= at[:-1]).all():  # in order: only neighbours are equal
            same = numpy.flatnonzero(at[1:] == at[:-1])
            rows = numpy.unique(numpy.concatenate([same, same + 1]))
            of, at = of[rows], at[rows]
        hashes = of ^ at.view("u8") * numpy.uint64(_ODD)
        ordered = numpy.sort(hashes)
        met = ordered[1:][ordered[1:] == ordered[:-1]][:most]
        if not len(met):
            return []
        where = numpy.searchsorted(met[:-1], hashes)
        place = numpy.zeros(len(met), dtype="i8")
        good = numpy.flatnonzero(met[where] == hashes)
        place[where[good]] = good
        return list(of[place[numpy.searchsorted(met, met)]].tolist())

    def shifted(self, local: Local, values: Any, known: Any, before: int, after: int) -> Any:
        values, known = self._array(values)[:len(known)], self._array(known).astype(bool)
        shown = self._numpy.where(known, values, 0)
        return self._numpy.where(known, local.moments(self._numpy, shown + before) - after, values)

    def flagged(self, truths: Column, bit: int, facets: Any) -> Any:
        numpy = self._numpy
        given = truths.values
        values = (numpy.frombuffer(given, "u1") if isinstance(given, (bytes, memoryview)) else self._array(given)).astype(bool)
        valid = self._valid(truths)
        found = numpy.where(values if valid is None else values & valid, numpy.uint32(bit), numpy.uint32(0))
        return found if facets is None else found | self._array(facets)[:len(found)]

    def some(self, values: Any, good: Sequence[bool]) -> Any:
        return self._numpy.ascontiguousarray(self._array(values)[:len(good)][self._array(good)])

    def where(self, values: Any, other: Any) -> Any:
        return self._numpy.where(self._array(other) > 0, self._array(values), self._numpy.uint8(0))

    def scores(self, scale: Any, score: Any, known: Any) -> Any:
        known = self._array(known)
        rows = len(known)
        lacks = ~known.astype(bool) & (self._array(scale)[:rows] > 0)
        return self._numpy.where(lacks, self._numpy.uint8(_NO_SCORE), self._array(score)[:rows])

    def either(self, choice: Any, one: Any, other: Any) -> Any:
        rows = len(choice)
        return self._numpy.where(self._array(choice) > 0, self._array(one)[:rows], self._array(other)[:rows]).astype("u1")

    def crowded(self, knowns: Sequence[Any], scale: Any, score: Any) -> list[int]:
        rows = len(knowns[0])
        count = self._numpy.zeros(rows, dtype="u1")
        for known in knowns:
            count += self._array(known)[:rows].astype("u1")
        own = (self._array(scale)[:rows] > 0) | (self._array(score)[:rows] > 0)
        return list(self._numpy.flatnonzero((count > 1) | (count > 0) & own).tolist())

    def ratings(self, given: dict[int, Any], scope: Any, rows: int, checked: bool) -> tuple[Any, Any, Any]:
        numpy = self._numpy
        numbers = [numpy.zeros(rows, dtype="u1") for _ in range(3)]
        count = numpy.zeros(rows, dtype="u1")
        for scale, (values, known) in given.items():
            known = self._array(known)[:rows].astype(bool)
            count += known
            numbers[0][known], numbers[1][known] = scale, self._array(values)[:rows][known]
        if checked and (count > 1).any():
            raise _Wrong(int((count > 1).argmax()), "a touchpoint has one rating; it has two")
        about = numpy.zeros(rows, dtype="u1") if scope is None else self._array(scope)[:rows]
        return numbers[0], numbers[1], numpy.where(about > 0, about, count).astype("u1")


def _ways() -> _Ways:
    """Who goes over rows: numpy, unless it is not there."""
    try:
        import numpy
    except ImportError:
        return _Python()
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
