"""Values as Python has them: moments, numbers, facets, names; the catalogue of metrics; what an engine answers with."""

from __future__ import annotations

import ctypes
import html
import operator
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple, Union

from . import _header as header
from ._library import InvalidError, lib, number_of
from ._text import visible
from ._words import show as show

Number = Union[int, str]
Moment = Union[int, datetime]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MS = timedelta(milliseconds=1)
_INT64 = (-(2**63), 2**63 - 1)

#: Ratings that have a parameter, and a column, of their own, and the number of their scale.
RATINGS = {name: header.SCALES.index(scale) + 1 for name, scale in (("csat", "csat5"), ("nps", "nps"), ("ces", "ces7"))}


# ---- values in and out ---------------------------------------------------------------------------------------------


def moment_of(name: str, value: Moment) -> int:
    """A moment as milliseconds since 1970-01-01T00:00:00Z: an int is that already; a datetime must know its zone."""
    if isinstance(value, datetime) and value == value:  # pandas.NaT is a datetime, too
        if value.tzinfo is None or value.utcoffset() is None:
            raise InvalidError(f"{name}: {value!r} has no zone; give it one, such as tzinfo=timezone.utc")
        return (value - _EPOCH) // MS
    if not hasattr(value, "__index__"):
        raise InvalidError(f"{name}: {value!r} is no moment; give a datetime with a zone, or whole milliseconds")
    return integer_of(name, value, *_INT64)


def datetime_of(milliseconds: int) -> datetime:
    """The same moment as a datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def integer_of(name: str, value: Any, lowest: int = -(2**63), highest: int = 2**64 - 1) -> int:
    """A whole number within bounds."""
    try:
        number = operator.index(value)
    except TypeError:
        raise InvalidError(f"{name}: {value!r} is no whole number") from None
    if not lowest <= number <= highest:
        raise InvalidError(f"{name}: {number} is not within {lowest} and {highest}")
    return number


def identity_of(name: str, value: Number | None, engine: ctypes.c_void_p | None) -> int:
    """A number of a journey, a touchpoint or a customer: a whole number is that; a text stands for one, by the key of an
    engine; None is 0."""
    if isinstance(value, str):
        if len(value) <= 18 and value.isdigit() and value.isascii() and value[0] != "0":
            return int(value)  # as the library would say, but sooner
        return number_of(encoded(name, value), engine)
    return 0 if value is None else integer_of(name, value, 0)


def id_from_text(text: str | bytes) -> int:
    """The number that a text stands for, as a journey, an id or a customer, with the public key: the same everywhere, and
    that of every engine that was not given a text_key (Engine.id_from_text() asks the engine at hand).

    Digits of a number below 2**63, without leading zeros, are that number; any other text ("007" and "0", too) is 2**63
    plus its SipHash-2-4 modulo 2**63; the empty text is 0, none. Raises ValueError for a text that is no UTF-8."""
    return number_of(text if isinstance(text, bytes) else encoded("text", text))


def encoded(name: str, text: Any) -> bytes:
    """A text as UTF-8."""
    if not isinstance(text, str):
        raise InvalidError(f"{name}: {text!r} is no text")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidError(f"{name}: {text!r} is not UTF-8: {error.reason}") from None


def facets_of(value: int | str | Iterable[str] | None) -> int:
    """Facets as bits: a set of names, names joined by |, or the bits; None is no facet."""
    if value is None:
        return 0
    if isinstance(value, str):
        value = [name for name in value.split("|") if name]
    if hasattr(value, "__index__") or not isinstance(value, Iterable):
        return integer_of("facets", value, 0, 2**32 - 1)
    bits = 0
    for name in value:
        if name not in BITS:
            raise InvalidError(f"facets: there is no facet {name!r}; {nearest(name, FACETS)}; in a text they are joined by |")
        bits |= BITS[name]
    return bits


def facet_names(bits: int) -> frozenset[str]:
    """Bits as the names of facets."""
    return frozenset(name for name, bit in BITS.items() if bits & bit)


def place_of(name: str, value: int | str | None, names: Sequence[str]) -> int:
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


# ---- facets and metrics, as the library knows them -----------------------------------------------------------------


class FacetInfo(NamedTuple):
    """What a facet is. ``implies``: those that are added on arrival, itself among them. ``bit``: as cxj.header and C have
    it."""

    name: str
    summary: str
    implies: frozenset[str]
    bit: int


def _describe_facets() -> tuple[FacetInfo, ...]:
    infos: list[header.FacetInfo] = []
    while True:
        info = header.FacetInfo()
        if lib.cxj_facet_describe(len(infos), ctypes.byref(info), ctypes.sizeof(info)) != header.OK:
            break
        infos.append(info)
    names = {info.facet: info.name.decode() for info in infos}
    return tuple(FacetInfo(names[info.facet], info.summary.decode(),
                           frozenset(name for bit, name in names.items() if info.implies & bit), info.facet) for info in infos)


_FACETS = _describe_facets()
FACETS = tuple(info.name for info in _FACETS)
BITS = {info.name: info.bit for info in _FACETS}
ALL_BITS = sum(BITS.values())


def facets() -> list[FacetInfo]:
    """All facets, from the library."""
    return list(_FACETS)


class MetricInfo(NamedTuple):
    """What a metric is. ``grain``: touchpoints, transitions or journeys. ``unit``: count, share (0 to 1), duration (ms),
    satisfaction (0 to 1), points, money (minor units). ``kind``: count, share, mean, quantile (within 1/128), derived.
    ``needs_all`` and ``needs_any``: facets of which all, or one, must be fed. ``compares``: whether View.spread() and
    View.parity() take it."""

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
    compares: bool


class Metric(NamedTuple):
    """A metric's value in one cell: ``value`` is None if it has none, and a whole number for counts and sums; ``low`` and ``high`` are its 95 % interval, None if
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
                                info.metric, bool(info.compares)))
    return tuple(infos)


_METRICS = _describe_metrics()


def metrics(grain: str | None = None) -> list[MetricInfo]:
    """The catalogue, from the library: all metrics, or those of one grain."""
    if grain is not None and grain not in header.GRAINS:
        raise InvalidError(f"there is no grain {grain!r}; {nearest(grain, header.GRAINS)}")
    return [info for info in _METRICS if grain is None or info.grain == grain]


def nearest_metric(name: str, grain: str) -> str:
    """The end of a sentence that names the metric of a grain that a name may mean: by another word, or by its spelling."""
    text = name.encode(errors="replace")
    number = ctypes.c_uint32()
    status = lib.cxj_metric_nearest(header.GRAINS.index(grain) + 1, text, len(text), ctypes.byref(number))
    found = [info.name for info in _METRICS if status == header.OK and info.number == number.value]
    return f"the nearest is {found[0]!r}" if found else nearest(name, [info.name for info in metrics(grain)])


# ---- what comes back -----------------------------------------------------------------------------------------------


class Stats(NamedTuple):
    """What an engine holds: ``touchpoints`` that contribute, of so many ``journeys``; ``held``: withdrawn ones too;
    ``sealed`` journeys; ``latest_at``: the latest moment, None if there is none; ``now``: the clock, None if it was never
    moved; ``memory``: bytes. And what became of all that came since it was made or loaded: ``duplicates``, ``conflicts``,
    ``superseded``, ``late``, ``refused``, as in a Receipt. ``rules``: how many there are; ``alerts`` that wait, and
    ``alerts_dropped``, which nobody took in time."""

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
    rules: int
    alerts: int
    alerts_dropped: int


class DimensionInfo(NamedTuple):
    """What a dimension is. ``number``: as C has it. ``has_names``: whether names of it are recorded; the others (outcome,
    churned, entry, exit) stand in views only. ``names``: how many names it has now; ``room``: for how many more there is
    room."""

    name: str
    number: int
    has_names: bool
    names: int
    room: int


class Validation(NamedTuple):
    """What was found in saved bytes: the number of their format, how many bytes were read, and what they hold; ``work``:
    touchpoints times views, which is what loading them takes, in units of 0.1 to 1 µs; ``memory``: bytes that an engine of
    them takes at least, and mostly for cells beyond that."""

    format: int
    bytes: int
    touchpoints: int
    journeys: int
    sealed: int
    views: int
    names: int
    work: int
    memory: int


class Commitment(NamedTuple):
    """Something promised and not yet delivered."""

    number: int
    first_due: datetime
    due: datetime
    announced_at: datetime | None
    explained: bool


class Journey(NamedTuple):
    """Where one journey stands: what the screen of a CRM shows. Moments are datetimes in UTC, durations are timedeltas,
    satisfaction runs from 0 to 1, value is in minor units. None, or an empty text: never stated, or not yet. Printed, and
    in a notebook, it is a table of what is known.

    quiet is how long the customer has heard nothing up to the last touchpoint, while the journey runs; silence the longest
    such time so far; pending the time that was waited for the customer; lost_context: handoffs that lost context; asking:
    the customer asked, and has had no answer; waiting_since: since when the customer waits for an answer of any kind;
    pending_now: it is paused, for we wait for the customer; loop_open: a dissatisfied rating has had no answer. What each
    means exactly, cxj_journey in the header says."""

    journey: Number
    customer: Number | None
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
    lost_context: int
    contradictions: int
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
    waiting_since: datetime | None

    def _known(self) -> list[tuple[str, str]]:
        """What is known, as text."""
        lines = []
        for name, value in zip(self._fields, self):
            if isinstance(value, datetime):
                value = value.isoformat(" ", "minutes")
            elif isinstance(value, timedelta):
                value = show(value / MS, "duration")
            elif isinstance(value, bool):
                value = "yes" if value else ""
            elif isinstance(value, float):
                value = f"{value:.3f}"
            elif isinstance(value, tuple):
                for one in value:
                    lines.append((f"commitment {one.number}", f"due {one.due.isoformat(' ', 'minutes')}"))
                continue
            if value not in (None, ""):
                lines.append((name, visible(str(value))))
        return lines

    def __str__(self) -> str:
        known = self._known()
        width = max(len(name) for name, _ in known)
        return "\n".join(f"{name.ljust(width)}  {value}" for name, value in known)

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in self._known())
        return f"<table><tbody>{rows}</tbody></table>"


class Touchpoint(NamedTuple):
    """A touchpoint that is held, with what was recorded of it; parameters of Engine.record() have the same names. None, or
    an empty text: nothing was stated. facets has those that others imply, too. Of one that is withdrawn only journey, id,
    revision and that facet are kept: its at is None."""

    journey: Number
    id: Number | None
    revision: int
    sequence: int
    at: datetime | None
    due: datetime | None
    value: int
    customer: Number | None
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


def number_or_none(value: float) -> float | None:
    """What the library says with NaN is None here."""
    return None if value != value else value


def metric_of(result: header.Value, whole: bool = False) -> Metric:
    """A result of the library. ``whole``: of a count, or a sum."""
    value = number_or_none(result.value)
    return Metric(int(value) if whole and value is not None else value, number_or_none(result.low), number_or_none(result.high),
                  result.n)
