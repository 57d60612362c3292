"""Engines, views and journeys, as Python has things."""

from __future__ import annotations

import ctypes
import html
import os
import re
import threading
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import Any, BinaryIO, Callable, Iterable, Iterator, Mapping, NamedTuple, Sequence, Union

from . import _header as header
from ._library import (Error, InvalidError, NotFoundError, ReadWriteError, Receipt, error_of, lib, message_buffer, number_of,
                       sentence)

Number = Union[int, str]
Moment = Union[int, datetime]
File = Union[str, "os.PathLike[str]", BinaryIO]
Bytes = Union[bytes, bytearray, memoryview]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MS = timedelta(milliseconds=1)
_BITS = {name: 1 << bit for bit, name in enumerate(header.FACETS)}
_ALL_BITS = (1 << len(header.FACETS)) - 1


# ---- values in and out ---------------------------------------------------------------------------------------------


def moment_of(name: str, value: Moment) -> int:
    """A moment as milliseconds since 1970-01-01T00:00:00Z: an int is that already; a datetime must know its zone."""
    if isinstance(value, datetime):
        if value.tzinfo is None or value.utcoffset() is None:
            raise InvalidError(f"{name}: {value!r} has no zone; give it one, such as tzinfo=timezone.utc")
        return (value - _EPOCH) // _MS
    return integer_of(name, value)


def datetime_of(milliseconds: int) -> datetime:
    """The same moment as a datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def integer_of(name: str, value: Any, lowest: int = -(2**63), highest: int = 2**64 - 1) -> int:
    try:
        number = value.__index__()
    except AttributeError:
        raise InvalidError(f"{name}: {value!r} is no whole number") from None
    if not lowest <= number <= highest:
        raise InvalidError(f"{name}: {number} is not within {lowest} and {highest}")
    return int(number)


def identity_of(name: str, value: Number) -> int:
    """A number of a journey, a touchpoint or a customer; a text stands for one (cxj.number())."""
    return number_of(value) if isinstance(value, str) else integer_of(name, value, 0)


def facets_of(value: Union[int, str, Iterable[str]]) -> int:
    """Facets as bits: a set of names, one name, or the bits."""
    if isinstance(value, str):
        value = (value,)
    if isinstance(value, int):
        return integer_of("facets", value, 0, 2**32 - 1)
    bits = 0
    for name in value:
        if name not in _BITS:
            raise InvalidError(f"facets: there is no facet {name!r}; {nearest(name, header.FACETS)}")
        bits |= _BITS[name]
    return bits


def facet_names(bits: int) -> frozenset[str]:
    return frozenset(name for name, bit in _BITS.items() if bits & bit)


def place_of(name: str, value: Union[int, str, None], names: Sequence[str]) -> int:
    """The number of a name in a list that begins with 1; None is 0."""
    if value is None:
        return 0
    if isinstance(value, str):
        if value not in names:
            raise InvalidError(f"{name}: there is no {name} {value!r}; {nearest(value, names)}")
        return names.index(value) + 1
    return integer_of(name, value, 0, 255)


def nearest(name: str, names: Iterable[str]) -> str:
    """The end of a sentence that names the nearest known name."""
    import difflib

    known = list(names)
    close = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    return f"the nearest is {close[0]!r}" if close else f"there are {', '.join(known)}" if known else "there are none"


# ---- metrics -------------------------------------------------------------------------------------------------------


class MetricInfo(NamedTuple):
    """What a metric is. ``grain``: touchpoints, transitions or journeys. ``unit``: count, share (0 to 1), duration (ms),
    satisfaction (0 to 1), points, money (minor units). ``kind``: count, share, mean, quantile (within 1/128), derived.
    ``needs_all`` and ``needs_any``: facets of which all, or one, must be fed."""

    name: str
    grain: str
    unit: str
    kind: str
    summary: str
    has_interval: bool
    needs_now: bool
    needs_all: frozenset[str]
    needs_any: frozenset[str]
    number: int


class Metric(NamedTuple):
    """A metric's value in one cell: ``value`` is None if it has none; ``low`` and ``high`` are its 95 % interval, None if
    it has none; ``n`` is how many observations stand behind it."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def _describe_metrics() -> tuple[MetricInfo, ...]:
    infos: list[MetricInfo] = []
    info = header.MetricInfo()
    while lib.cxj_metric_describe(len(infos), ctypes.byref(info), ctypes.sizeof(info)) == header.OK:
        infos.append(MetricInfo(info.name.decode(), header.GRAINS[info.grain - 1], header.UNITS[info.unit - 1],
                                header.KINDS[info.kind - 1], info.summary.decode(), bool(info.has_interval),
                                bool(info.needs_now), facet_names(info.needs_all), facet_names(info.needs_any),
                                info.metric))
    return tuple(infos)


_METRICS = _describe_metrics()


def metrics(grain: str | None = None) -> list[MetricInfo]:
    """The catalogue, from the library: all metrics, or those of one grain."""
    if grain is not None and grain not in header.GRAINS:
        raise InvalidError(f"there is no grain {grain!r}; {nearest(grain, header.GRAINS)}")
    return [info for info in _METRICS if grain is None or info.grain == grain]


# ---- what comes back -----------------------------------------------------------------------------------------------


class Stats(NamedTuple):
    """What an engine holds, and has done: see cxj_stats in the header."""

    touchpoints: int
    journeys: int
    held: int
    duplicates: int
    conflicts: int
    superseded: int
    late: int
    refused: int
    sealed: int
    latest_at: datetime | None
    now: datetime | None
    memory: int


class Validation(NamedTuple):
    """What was found in saved bytes."""

    format: int
    bytes: int
    touchpoints: int
    journeys: int
    sealed: int
    views: int
    names: int


class Commitment(NamedTuple):
    """Something promised and not yet delivered."""

    number: int
    first_due: datetime
    due: datetime
    announced_at: datetime | None
    explained: bool


class Journey(NamedTuple):
    """Where one journey stands: what the screen of a CRM shows. Moments are datetimes in UTC, durations are timedeltas,
    satisfaction runs from 0 to 1, value is in minor units; None: never stated, or not yet. Printed, and in a notebook, it
    is a table of what is known."""

    journey: int
    customer: int | None
    type: str
    segment: str
    reason: str
    outcome: str | None
    churned: bool
    reopened: bool
    first_at: datetime
    last_at: datetime
    end_at: datetime | None
    owner: str
    team: str
    stage: str
    channel: str
    activity: str
    touchpoints: int
    contacts: int
    handoffs: int
    bounces: int
    repeats: int
    faults: int
    chases: int
    quiet: timedelta
    silence: timedelta
    pending: timedelta
    value: int
    touch_ratings: int
    touch_satisfaction: float | None
    journey_satisfaction: float | None
    journey_nps: float | None
    journey_ces: float | None
    asking: bool
    pending_now: bool
    loop_open: bool
    commitments: tuple[Commitment, ...]

    def _known(self) -> list[tuple[str, str]]:
        """What is known, as text."""
        lines = []
        for name, value in zip(self._fields, self):
            if isinstance(value, datetime):
                value = value.isoformat(" ", "minutes")
            elif isinstance(value, bool):
                value = "yes" if value else ""
            elif isinstance(value, float):
                value = f"{value:.3f}"
            elif isinstance(value, tuple):
                for one in value:
                    lines.append((f"commitment {one.number}", f"due {one.due.isoformat(' ', 'minutes')}"))
                continue
            if value not in (None, ""):
                lines.append((name, str(value)))
        return lines

    def __str__(self) -> str:
        known = self._known()
        width = max(len(name) for name, _ in known)
        return "\n".join(f"{name.ljust(width)}  {value}" for name, value in known)

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in self._known())
        return f"<table><tbody>{rows}</tbody></table>"


class Touchpoint(NamedTuple):
    """A touchpoint that is held."""

    journey: int
    id: int | None
    revision: int
    sequence: int
    at: datetime
    due: datetime | None
    value: int
    customer: int | None
    owner: str
    team: str
    activity: str
    channel: str
    stage: str
    cause: str
    type: str
    segment: str
    reason: str
    facets: frozenset[str]
    scale: str | None
    score: int | None
    scope: str | None
    commitment: int
    outcome: str | None


def _number_or_none(value: float) -> float | None:
    return None if value != value else value


def _sum(before: Receipt | None, after: Receipt) -> Receipt:
    """What became of some rows, and of those after them."""
    done = before.processed if before else 0
    first = None if after.first_refusal is None else done + after.first_refusal
    reason = re.sub(r"^touchpoint \d+", f"row {first}", after.reason)
    if before is None:
        return after._replace(reason=reason)
    if before.first_refusal is not None:
        first, reason = before.first_refusal, before.reason
    return Receipt(before.processed + after.processed, before.accepted + after.accepted,
                   before.duplicates + after.duplicates, before.conflicts + after.conflicts,
                   before.superseded + after.superseded, before.late + after.late, before.refused + after.refused,
                   first, reason)


# ---- the engine ----------------------------------------------------------------------------------------------------

# Ratings that have a parameter, and a column, of their own, and their scales.
RATINGS = {name: header.SCALES.index(scale) + 1 for name, scale in (("csat", "csat5"), ("nps", "nps"), ("ces", "ces7"))}
_SETTINGS: dict[str, Any] = {"memory_limit": 0, "cells_limit": 0, "touchpoints_limit": 0, "feeds": None,
                             "seal_ended_after": None, "seal_idle_after": None}
_CODED = {name: number + 1 for number, name in enumerate(header.DIMENSIONS)}


def _set_of(feeds: Iterable[str] | None) -> frozenset[str] | None:
    return None if feeds is None else frozenset((feeds,) if isinstance(feeds, str) else feeds)


def _unfed(feeds: frozenset[str] | None) -> int:
    """The facets that a feed cannot carry, as bits."""
    return 0 if feeds is None else _ALL_BITS & ~(facets_of(feeds) | _BITS["withdrawn"])


class Engine:
    """Keeps journey metrics current with each touchpoint.

    views              views to begin with, each a line of text; engine[text] finds one, add_view() adds further ones
    memory_limit       bytes the engine may hold; 0: no limit
    cells_limit        cells of one view; 0: 1,000,000. Beyond it the view is incomplete
    touchpoints_limit  touchpoints of one journey; 0: 10,000; at most 29,000
    feeds              the facets that the feed can carry; metrics that need others have no value. None: all
    seal_ended_after   a timedelta after its end at which a journey is sealed (see advance()); None: never
    seal_idle_after    the same after its last touchpoint

    One engine may be used from several threads; calls wait for each other. For work side by side, use an engine for each
    and merge them. End it with close(), or use it in a with statement; after that each use is a cxj.Error.
    """

    _handle: ctypes.c_void_p | None

    def __init__(self, views: Iterable[str] = (), *, memory_limit: int = 0, cells_limit: int = 0,
                 touchpoints_limit: int = 0, feeds: Iterable[str] | None = None,
                 seal_ended_after: timedelta | None = None, seal_idle_after: timedelta | None = None) -> None:
        self._begin({"memory_limit": memory_limit, "cells_limit": cells_limit, "touchpoints_limit": touchpoints_limit,
                     "feeds": feeds, "seal_ended_after": seal_ended_after, "seal_idle_after": seal_idle_after})
        self._create(lib.cxj_engine_create)
        try:
            if isinstance(views, str):
                views = (views,)
            for text in views:
                self.add_view(text)
        except BaseException:
            self.close()
            raise

    def _begin(self, settings: dict[str, Any]) -> None:
        """All that an engine has beside its handle."""
        unknown = settings.keys() - _SETTINGS.keys()
        if unknown:
            raise TypeError(f"there is no setting {min(unknown)!r}; {nearest(min(unknown), _SETTINGS)}")
        self._handle = None
        self._lock = threading.RLock()
        self._settings = {**_SETTINGS, **settings, "feeds": _set_of(settings.get("feeds"))}
        self._forget_codes()

    def _create(self, create: Callable[..., int]) -> None:
        """Gets the handle from a function of the library, which takes options, and where to put a message and a handle."""
        handle, buffer, options = ctypes.c_void_p(), message_buffer(), self._options()
        status = create(ctypes.byref(options), buffer, len(buffer), ctypes.byref(handle))
        if status != header.OK:
            raise error_of(status, sentence(buffer))
        self._handle = handle

    def _options(self) -> header.Options:
        set_to = self._settings
        options = header.Options(size=ctypes.sizeof(header.Options))
        for name, highest in (("memory_limit", 2**64 - 1), ("cells_limit", 2**64 - 1), ("touchpoints_limit", 2**32 - 1)):
            setattr(options, name, integer_of(name, set_to[name], 0, highest))
        options.unfed_facets = _unfed(set_to["feeds"])
        for name in ("seal_ended_after", "seal_idle_after"):
            if set_to[name] is not None:
                setattr(options, name, integer_of(name, set_to[name] // _MS, -(2**63), 2**63 - 1))
        return options

    # ---- life ----

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._handle is None

    def close(self) -> None:
        """Ends the engine and gives its memory back. Its views can be used no more. Closing twice does nothing."""
        with self._lock:
            handle, self._handle = self._handle, None
            if handle is not None:
                lib.cxj_engine_destroy(handle)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            self.close()

    def __repr__(self) -> str:
        if self.closed:
            return "<cxj.Engine, closed>"
        stats = self.stats()
        return f"<cxj.Engine: {stats.touchpoints} touchpoints of {stats.journeys} journeys, {len(self.views)} views>"

    def _open(self) -> ctypes.c_void_p:
        """The handle, under the lock."""
        if self._handle is None:
            raise Error("the engine is closed")
        return self._handle

    def _check(self, status: int) -> None:
        """Raises what a changing call has failed with."""
        if status != header.OK:
            raise error_of(status, lib.cxj_message(self._handle).decode("utf-8", "replace"))

    # ---- names ----

    def _forget_codes(self) -> None:
        self._codes: dict[str, dict[str, int]] = {name: {"": 0} for name in header.DIMENSIONS}

    def _code(self, dimension: str, name: str | None) -> int:
        """The code of a name, from the cache if it was asked for before. Codes change only when something is erased."""
        if name is None:
            return 0
        known = self._codes[dimension].get(name)
        if known is not None:
            return known
        if not isinstance(name, str):
            raise InvalidError(f"{dimension}: {name!r} is no text")
        try:
            raw = name.encode()
        except UnicodeEncodeError as error:
            raise InvalidError(f"{dimension}: {name!r} is not UTF-8: {error.reason}") from None
        code = ctypes.c_uint32()
        self._check(lib.cxj_code(self._open(), _CODED[dimension], raw, len(raw), ctypes.byref(code)))
        self._codes[dimension][name] = code.value
        return code.value

    def _name(self, dimension: str, code: int) -> str:
        text, length = ctypes.c_void_p(), ctypes.c_size_t()
        status = lib.cxj_name(self._open(), _CODED[dimension], code, ctypes.byref(text), ctypes.byref(length))
        if status != header.OK or not text.value:
            raise error_of(status, f"{dimension}: there is no code {code}")
        return ctypes.string_at(text.value, length.value).decode()

    # ---- recording ----

    def record(self, *, journey: Number, at: Moment, id: Number = 0, revision: int = 0, sequence: int = 0,
               customer: Number = 0, owner: str | None = None, team: str | None = None, activity: str | None = None,
               channel: str | None = None, stage: str | None = None, cause: str | None = None,
               type: str | None = None, segment: str | None = None, reason: str | None = None,
               facets: Union[int, str, Iterable[str]] = (), due: Moment | None = None, commitment: int = 0,
               csat: int | None = None, nps: int | None = None, ces: int | None = None,
               scale: Union[int, str, None] = None, score: int | None = None, scope: Union[int, str, None] = None,
               outcome: Union[int, str, None] = None, value: int = 0) -> Receipt:
        """Records one touchpoint. All views are up to date afterwards. What is left out states nothing.

        journey     whose touchpoint it is: a whole number from 1 to 2**64 - 1, or a text that stands for one (cxj.number())
        at          when it was: a datetime with a zone (one without is refused), cut down to milliseconds, or a whole
                    number of ms since 1970-01-01T00:00:00Z; years 1 to 9999
        id          its number, or text, unique within the journey; 0: none, and then it cannot be corrected, and counts
                    twice if it is sent twice
        revision    of this id, from 0 to 2**64 - 1; a correction carries a higher one
        sequence    order among touchpoints of one journey at the same moment, from 0 to 2**32 - 1
        customer    whose journey it is: a number or a text; 0 states nothing. What is stated last holds; likewise type,
                    segment and reason
        owner       who holds the work: a text, as the next ones; team: the owner's group
        activity    what kind of touchpoint it is; channel, stage: where it was
        cause       what lies behind a bad moment: policy, knowledge, tool, …
        type        of the journey: its kind; segment: the customer's; reason: the need behind it
        facets      yes/no facts: names of cxj.FACETS, such as {"inbound", "fault"}; one name; or their bits
        due         the time promised at this moment, as at
        commitment  from 0 to 7: which promise of the journey due, and the facet delivered, speak of
        csat        a rating: satisfaction 1 to 5; or nps: 0 to 10; or ces: ease 1 to 7; one of them
        scale       of a rating, for any other: a name of cxj.SCALES, or its number; score: the rating on that scale
        scope       what the rating is about: "touchpoint" (for csat, nps and ces, if left out), "journey", or "employee":
                    given by one
        outcome     "completed" or "abandoned": the journey ends here
        value       money in minor units, within 10**15

        Raises ValueError for what is out of its bounds, MemoryError, cxj.RefusedError for a touchpoint that is late, or
        beyond the limit of its journey; nothing is recorded then. Returns what became of it. Some microseconds, and those
        of folding again the touchpoints of its journey that come after it."""
        with self._lock:
            self._open()
            t = header.Touchpoint()
            t.journey = identity_of("journey", journey)
            t.at = integer_of("at", moment_of("at", at), -(2**63), 2**63 - 1)
            t.id = identity_of("id", id)
            t.revision = integer_of("revision", revision, 0)
            t.sequence = integer_of("sequence", sequence, 0, 2**32 - 1)
            t.customer = identity_of("customer", customer)
            t.owner = self._code("owner", owner)
            t.team = self._code("team", team)
            t.activity = self._code("activity", activity)
            t.channel = self._code("channel", channel)
            t.stage = self._code("stage", stage)
            t.cause = self._code("cause", cause)
            t.type = self._code("type", type)
            t.segment = self._code("segment", segment)
            t.reason = self._code("reason", reason)
            t.facets = facets_of(facets)
            if due is not None:
                t.due = integer_of("due", moment_of("due", due), -(2**63), 2**63 - 1)
            t.commitment = integer_of("commitment", commitment, 0, 255)
            t.outcome = place_of("outcome", outcome, header.OUTCOMES)
            t.value = integer_of("value", value, -(2**63), 2**63 - 1)
            ratings = [(name, given) for name, given in (("csat", csat), ("nps", nps), ("ces", ces)) if given is not None]
            if len(ratings) + (scale is not None) > 1:
                raise InvalidError("a touchpoint has one rating: one of csat, nps, ces, or scale and score")
            if ratings:
                if score is not None:
                    raise InvalidError(f"score: {ratings[0][0]} is the score already")
                t.scale = RATINGS[ratings[0][0]]
                t.score = integer_of(ratings[0][0], ratings[0][1], 0, 255)
                t.scope = place_of("scope", scope, header.SCOPES) or 1
            else:
                t.scale = place_of("scale", scale, header.SCALES)
                t.score = integer_of("score", score or 0, 0, 255)
                t.scope = place_of("scope", scope, header.SCOPES)
            return self._record(ctypes.byref(t), 1)

    def _record(self, touchpoints: Any, count: int) -> Receipt:
        receipt = header.Receipt()
        status = lib.cxj_record(self._open(), touchpoints, ctypes.sizeof(header.Touchpoint), count, 0,
                                ctypes.byref(receipt), ctypes.sizeof(receipt))
        answer = self._receipt(receipt)
        if status != header.OK:
            raise error_of(status, answer.reason, answer)
        return answer

    def _receipt(self, receipt: header.Receipt) -> Receipt:
        message = lib.cxj_message(self._open()).decode("utf-8", "replace")
        first = receipt.first_refusal
        return Receipt(receipt.processed, receipt.accepted, receipt.duplicates, receipt.conflicts, receipt.superseded,
                       receipt.late, receipt.refused, None if first == header.NO_INDEX else first, message)

    def record_many(self, data: Any, *, renames: Mapping[str, str] | None = None, strict: bool = False) -> Receipt:
        """Records many touchpoints at once: the rows of a data frame of pandas, polars or pyarrow, of anything that has
        __arrow_c_stream__ (a DuckDB result; it is read batch by batch, never as a whole), or of a dict of columns (arrays,
        lists).

        Columns are named as the parameters of record(); journey and at must be there, what is absent states nothing.
        journey, id, customer: whole numbers or texts. at, due: timestamps of any unit and zone, cut down to milliseconds
        (without a zone they are UTC), or whole numbers, ms. Names: texts, dictionary-encoded or not. facets: bits, texts
        of names joined by |, or lists of names. outcome, scale, scope: names or numbers. A null states nothing.
        renames: the names of columns here, by their names there, such as {"case_id": "journey"}. strict: ends at the
        first row that is refused, before it; else all other rows are taken. RefusedError is raised in both cases.

        Raises ValueError for a column that is missing, unknown, or of a type that it cannot have, and for a value that is
        out of its column's bounds, by name and row; OSError if the data end with an error of their own, MemoryError.
        Each exception has a receipt, None if nothing was recorded: rows of the batches before stay recorded (a data
        frame of pandas, and a dict, is one batch). Returns what became of the rows.

        Time: that of recording, and a few ns for each value of an array; some 100 ns for each value of a list."""
        from ._columns import read

        with self._lock:
            self._open()
            total: Receipt | None = None
            batches = read(self, data, renames or {})
            while True:
                try:
                    rows = next(batches, None)
                except Error as error:
                    error.receipt = total
                    raise
                except MemoryError:
                    raise
                except Exception as error:
                    done = total.processed if total else 0
                    raise ReadWriteError(f"the data ended with an error after {done} rows: {error}", header.IO,
                                         total) from error
                if rows is None:
                    break
                receipt = header.Receipt()
                status = lib.cxj_record_columns(self._open(), ctypes.byref(rows.struct), rows.rows,
                                                header.STOP_AT_REFUSAL if strict else 0, ctypes.byref(receipt),
                                                ctypes.sizeof(receipt))
                total = _sum(total, self._receipt(receipt))
                if status == header.REFUSED and not strict:
                    continue
                if status != header.OK:
                    raise error_of(status, total.reason, total)
            if total is None:
                return Receipt(0, 0, 0, 0, 0, 0, 0, None, "")
            if total.first_refusal is not None:
                raise error_of(header.REFUSED, total.reason, total)
            return total

    def withdraw(self, journey: Number, id: Number, revision: int = 0) -> None:
        """Takes a touchpoint back: it contributes nothing any more. revision: of this withdrawal, higher than that of what
        is taken back; 0: one more than the one held. Raises KeyError if there is no such touchpoint and revision is 0."""
        with self._lock:
            self._check(lib.cxj_withdraw(self._open(), identity_of("journey", journey), identity_of("id", id),
                                         integer_of("revision", revision, 0)))

    # ---- corrections and erasure, the clock ----

    def erase_journey(self, journey: Number) -> bool:
        """Erases a journey: nothing of it is left. True if so; False if it was sealed: then its number is gone, and its
        sums, which name nobody, stay. Raises KeyError if there is no such journey."""
        with self._lock:
            status = lib.cxj_erase_journey(self._open(), identity_of("journey", journey))
            self._forget_codes()
            if status == header.SUMS_STAY:
                return False
            self._check(status)
            return True

    def erase_customer(self, customer: Number) -> int:
        """Erases all journeys that ever stated a customer; returns how many. Raises KeyError if none does."""
        with self._lock:
            erased = ctypes.c_uint64()
            status = lib.cxj_erase_customer(self._open(), identity_of("customer", customer), ctypes.byref(erased))
            self._forget_codes()
            self._check(status)
            return erased.value

    def advance(self, now: Moment) -> None:
        """Moves the clock, on which only metrics marked needs_now depend (overdue), and by which journeys are sealed.
        Raises ValueError if it would go back."""
        with self._lock:
            moment = integer_of("now", moment_of("now", now), -(2**63), 2**63 - 1)
            self._check(lib.cxj_advance(self._open(), moment))

    def set_feeds(self, feeds: Iterable[str] | None) -> None:
        """The facets that the feed can carry; None: all. Metrics that need others have no value from now on."""
        with self._lock:
            self._check(lib.cxj_set_unfed(self._open(), _unfed(_set_of(feeds))))
            self._settings["feeds"] = _set_of(feeds)

    def stats(self) -> Stats:
        """What the engine holds. Time in proportion to its journeys."""
        with self._lock:
            got = header.Stats()
            lib.cxj_engine_stats(self._open(), ctypes.byref(got), ctypes.sizeof(got))
        return Stats(got.touchpoints, got.journeys, got.held, got.duplicates, got.conflicts, got.superseded, got.late,
                     got.refused, got.sealed, datetime_of(got.latest_at) if got.touchpoints else None,
                     datetime_of(got.now) if got.has_now else None, got.memory)

    # ---- views ----

    def add_view(self, text: str) -> View:
        """Adds a view, filled as if it had been there from the start; a text that is there already gives that view.
        Raises ValueError for a text that is no view, with the column and what was expected there."""
        from ._view import View

        if not isinstance(text, str):
            raise InvalidError(f"a view is a line of text, not {text!r}")
        raw = text.encode("utf-8", "surrogatepass")
        handle = ctypes.c_void_p()
        with self._lock:
            self._check(lib.cxj_view_add(self._open(), raw, len(raw), ctypes.byref(handle)))
            return View(self, handle, text)

    def drop_view(self, text: str) -> None:
        """Drops a view and its cells. Raises KeyError if there is none with this text."""
        with self._lock:
            self._check(lib.cxj_view_drop(self._open(), self._find(text)))

    def _find(self, text: str) -> ctypes.c_void_p:
        for known, handle in self._each():
            if known == text:
                return handle
        raise NotFoundError(f"there is no view {text!r}; {nearest(text, [known for known, _ in self._each()])}",
                            header.NOT_FOUND)

    def _each(self) -> Iterator[tuple[str, ctypes.c_void_p]]:
        info, index = header.ViewInfo(), 0
        while True:
            handle = ctypes.c_void_p()
            if lib.cxj_view_at(self._open(), index, ctypes.byref(handle)) != header.OK:
                return
            lib.cxj_view_describe(handle, ctypes.byref(info), ctypes.sizeof(info))
            yield info.text.decode("utf-8", "surrogatepass"), handle
            index += 1

    @property
    def views(self) -> tuple[View, ...]:
        """The views, in the order in which they were added."""
        from ._view import View

        with self._lock:
            return tuple(View(self, handle, text) for text, handle in self._each())

    def __iter__(self) -> Iterator[View]:
        """The views, as engine.views has them."""
        return iter(self.views)

    def __getitem__(self, text: str) -> View:
        """The view with a text. Raises KeyError if there is none."""
        from ._view import View

        with self._lock:
            return View(self, self._find(text), text)

    def __contains__(self, text: object) -> bool:
        with self._lock:
            return any(known == text for known, _ in self._each())

    # ---- one journey ----

    def journey(self, journey: Number) -> Journey:
        """Where a journey stands after its last touchpoint. Raises KeyError if there is none, or none of its touchpoints
        contributes; cxj.Error if it is sealed."""
        with self._lock:
            got = header.Journey()
            number = identity_of("journey", journey)
            status = lib.cxj_journey_state(self._open(), number, ctypes.byref(got), ctypes.sizeof(got))
            if status != header.OK:
                raise error_of(status, f"journey {journey}: {'it is sealed' if status == header.SEALED else 'there is no such journey'}")
            named: dict[str, Any] = {name: self._name(name, getattr(got, name)) for name in (
                "type", "segment", "reason", "owner", "team", "stage", "channel", "activity")}
        plain = {name: getattr(got, name) for name in (
            "touchpoints", "contacts", "handoffs", "bounces", "repeats", "faults", "chases", "value", "touch_ratings")}
        return Journey(
            journey=got.journey, customer=got.customer or None,
            outcome=header.OUTCOMES[got.outcome - 1] if got.outcome else None, churned=bool(got.churned),
            reopened=bool(got.reopened), first_at=datetime_of(got.first_at), last_at=datetime_of(got.last_at),
            end_at=datetime_of(got.end_at) if got.outcome else None, quiet=got.quiet * _MS, silence=got.silence * _MS,
            pending=got.pending * _MS, touch_satisfaction=_number_or_none(got.touch_satisfaction),
            journey_satisfaction=_number_or_none(got.journey_satisfaction),
            journey_nps=_number_or_none(got.journey_nps), journey_ces=_number_or_none(got.journey_ces),
            asking=bool(got.asking), pending_now=bool(got.pending_now), loop_open=bool(got.loop_open),
            commitments=tuple(
                Commitment(number, datetime_of(one.first_due), datetime_of(one.due),
                           datetime_of(one.announced_at) if one.announced else None, bool(one.explained))
                for number, one in enumerate(got.commitments) if one.open),
            **named, **plain)

    def touchpoints(self, journey: Number) -> list[Touchpoint]:
        """The touchpoints of a journey in order, withdrawn ones among them. Raises KeyError, cxj.Error as journey()."""
        with self._lock:
            number, count = identity_of("journey", journey), ctypes.c_size_t()
            size = ctypes.sizeof(header.Touchpoint)
            status = lib.cxj_journey_touchpoints(self._open(), number, None, size, 0, ctypes.byref(count))
            if status != header.OK:
                raise error_of(status, f"journey {journey}: {'it is sealed' if status == header.SEALED else 'there is no such journey'}")
            got = (header.Touchpoint * count.value)()
            lib.cxj_journey_touchpoints(self._open(), number, got, size, count.value, ctypes.byref(count))
            return [self._touchpoint(one) for one in got]

    def _touchpoint(self, t: header.Touchpoint) -> Touchpoint:
        named: dict[str, Any] = {name: self._name(name, getattr(t, name)) for name in header.DIMENSIONS}
        return Touchpoint(
            journey=t.journey, id=t.id or None, revision=t.revision, sequence=t.sequence, at=datetime_of(t.at),
            due=datetime_of(t.due) if t.due else None, value=t.value, customer=t.customer or None,
            facets=facet_names(t.facets), scale=header.SCALES[t.scale - 1] if t.scale else None,
            score=t.score if t.scale else None, scope=header.SCOPES[t.scope - 1] if t.scope else None,
            commitment=t.commitment, outcome=header.OUTCOMES[t.outcome - 1] if t.outcome else None, **named)

    # ---- bytes ----

    def to_bytes(self) -> bytes:
        """All that the engine knows, as bytes; equal engines give equal bytes."""
        parts: list[bytes] = []

        def write(context: Any, address: int, length: int) -> int:
            parts.append(ctypes.string_at(address, length))
            return length

        self._save(write)
        return b"".join(parts)

    def save(self, file: File) -> None:
        """Saves the engine to a path or a binary file object. At a path the old file stays until the new one is whole:
        it is written aside, synced and then renamed. Raises OSError if writing fails."""
        if not isinstance(file, (str, os.PathLike)):
            self._write_to(file)
            return
        path = os.path.realpath(file)
        aside = path + ".new"
        try:
            with open(aside, "wb") as new:
                self._write_to(new)
                new.flush()
                os.fsync(new.fileno())
            os.replace(aside, path)
        except BaseException:
            if os.path.exists(aside):
                os.unlink(aside)
            raise
        if os.name == "posix":
            folder = os.open(os.path.dirname(path), os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _write_to(self, file: Any) -> None:
        failure: list[BaseException] = []

        def write(context: Any, address: int, length: int) -> int:
            try:
                data = memoryview(ctypes.string_at(address, length))
                while data:
                    data = data[file.write(data) or len(data):]
                return length
            except BaseException as error:  # it must not pass through the library
                failure.append(error)
                return -1

        try:
            self._save(write)
        except Error:
            if failure:
                raise failure[0] from None
            raise

    def _save(self, write: Callable[[Any, int, int], int]) -> None:
        buffer = message_buffer()
        with self._lock:
            status = lib.cxj_save(self._open(), header.WRITE(write), None, buffer, len(buffer))
        if status != header.OK:
            raise error_of(status, sentence(buffer))

    @classmethod
    def from_bytes(cls, data: Bytes, **settings: Any) -> Engine:
        """An engine from bytes that to_bytes() or save() made; settings as for Engine, but views. Raises ValueError, with
        the offset of the first byte that is wrong, for anything else, TypeError for what is no bytes."""
        raw, length = _raw(data)
        return cls._loaded(settings, lambda options, *into: lib.cxj_load_bytes(options, raw, length, *into))

    @classmethod
    def load(cls, file: File, **settings: Any) -> Engine:
        """An engine from a path or a binary file object that save() wrote, read piece by piece; otherwise as from_bytes().
        Raises OSError if reading fails."""
        if isinstance(file, (str, os.PathLike)):
            with open(file, "rb") as opened:
                return cls.load(opened, **settings)
        failure: list[BaseException] = []

        def read(context: Any, address: int, room: int) -> int:
            try:
                data = bytes(memoryview(file.read(room)))  # a file of texts is refused here
                if len(data) > room:
                    raise ValueError(f"the file gave {len(data)} bytes where {room} were asked for")
                ctypes.memmove(address, data, len(data))
                return len(data)
            except BaseException as error:  # it must not pass through the library
                failure.append(error)
                return -1

        try:
            return cls._loaded(settings, lambda options, *into: lib.cxj_load(options, header.READ(read), None, *into))
        except Error:
            if failure:
                raise failure[0] from None
            raise

    @classmethod
    def _loaded(cls, settings: dict[str, Any], load: Callable[..., int]) -> Engine:
        """An engine whose handle comes from a function of the library."""
        engine = cls.__new__(cls)
        engine._begin(settings)
        engine._create(load)
        return engine

    def merge(self, other: Union[Engine, Bytes]) -> None:
        """Merges another engine, or the bytes of one, into this one: afterwards it holds what one engine would that had
        seen all touchpoints of both. Bytes must be of an engine with the same views. All or nothing. Raises cxj.Error
        for sealed journeys that both know, and for views that differ; ValueError for bytes that are none."""
        if isinstance(other, Engine):
            first, second = sorted((self, other), key=id)  # so that two threads cannot wait for each other
            with first._lock, second._lock:
                self._check(lib.cxj_merge(self._open(), other._open()))
            return
        raw, length = _raw(other)
        with self._lock:
            self._check(lib.cxj_merge_bytes(self._open(), raw, length))

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle, (self.to_bytes(), self._settings)


def _unpickle(data: bytes, settings: dict[str, Any]) -> Engine:
    return Engine.from_bytes(data, **settings)


def _raw(data: Bytes) -> tuple[Any, int]:
    """Bytes as the library takes them, and how many; copied only if they are not those of Python."""
    if isinstance(data, bytes):
        return data, len(data)
    view = memoryview(data).cast("B")
    return (bytes(view), len(view))


def validate(data: Bytes) -> Validation:
    """Whether bytes are those of an engine, and what is in them. Builds none. Raises ValueError, with the offset of the
    first byte that is wrong, if they are not."""
    raw, length = _raw(data)
    got, buffer = header.Validation(), message_buffer()
    status = lib.cxj_validate_bytes(raw, length, ctypes.byref(got), ctypes.sizeof(got), buffer, len(buffer))
    if status != header.OK:
        raise error_of(status, sentence(buffer))
    return Validation(got.format, got.offset, got.touchpoints, got.journeys, got.sealed, got.views, got.names)


from ._view import View  # noqa: E402  (it needs Engine to be there)
