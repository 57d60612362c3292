"""What is said beyond one cell (section 8 of the specification): drivers, spread, control, parity, relation, within."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from . import _header as header
from . import _table
from ._library import InvalidError, lib
from ._periods import begin_of
from ._text import visible
from ._values import Metric, MetricInfo, Number, facet_names, metrics, nearest, number_or_none, show

_NAN = float("nan")
_UNITS = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
_MOST_MINUTES = 5_000_000
_QUANTILE = re.compile(r"(\w+)_p\d+")


# ---- within --------------------------------------------------------------------------------------------------------


def families(grain: str) -> dict[str, int]:
    """The families of durations of a grain that have quantiles, and the number of one of these."""
    found: dict[str, int] = {}
    for info in metrics(grain):
        name = _QUANTILE.fullmatch(info.name)
        if name and info.kind == "quantile":
            found.setdefault(name[1], info.number)
    return found


def span_of(text: str) -> tuple[int, str]:
    """A span as milliseconds, and its unit: m (minutes), h (hours), d (days of 24 hours) or w (weeks of 7 days)."""
    found = re.fullmatch(r"([0-9]{1,9})([mhdw])", text)
    minutes = int(found[1]) * _UNITS[found[2]] if found else 0
    if not found or not 1 <= minutes <= _MOST_MINUTES:
        raise InvalidError(f"within: a span such as 90m, 4h, 2d or 1w, of 1 to {_MOST_MINUTES:,} minutes, is expected, not "
                           f"{text!r}")
    return minutes * 60_000, found[2]


def within_of(text: str, grain: str, in_working_hours: bool) -> MetricInfo:
    """What "first_response=4h" asks of a grain, as a metric; its number is that of a quantile of the family."""
    family, equals, span = text.partition("=")
    known = families(grain)
    if not equals:
        raise InvalidError(f"within: a family of durations and a span are expected, such as 'wait=4h', not {text!r}")
    if family not in known:
        raise InvalidError(f"within: {grain} have no durations {family!r}; {nearest(family, known)}")
    _, unit = span_of(span)
    if in_working_hours and unit in "dw":
        raise InvalidError(f"within: in working hours a span in m or h is expected, not {span!r}, for a working day is not 24 "
                           "hours")
    summary = f"share of the durations of {family} that are at most {span}, but for those within 1/128 of it"
    needs = next(info for info in metrics(grain) if info.number == known[family])
    return MetricInfo(text, grain, "share", "share", summary, True, needs.needs_now, needs.needs_all, needs.needs_any,
                      needs.number, False)


# ---- predictors ----------------------------------------------------------------------------------------------------


class PredictorInfo(NamedTuple):
    """What a predictor of drivers is. ``group``: errors, delays, handoffs or visibility. ``needs_all`` and ``needs_any``: facets
    of which all, or one, must be fed, or it is left out. ``number``: its place in cxj.header.Drivers."""

    name: str
    group: str
    summary: str
    needs_all: frozenset[str]
    needs_any: frozenset[str]
    number: int


def _describe_predictors() -> tuple[tuple[PredictorInfo, ...], dict[str, int]]:
    infos: list[PredictorInfo] = []
    groups: dict[str, int] = {}
    got = header.PredictorInfo()
    while lib.cxj_predictor_describe(len(infos), ctypes.byref(got), ctypes.sizeof(got)) == header.OK:
        groups[got.group.decode()] = got.group_place
        infos.append(PredictorInfo(got.name.decode(), got.group.decode(), got.summary.decode(), facet_names(got.needs_all),
                                   facet_names(got.needs_any), got.predictor))
    return tuple(infos), groups


_PREDICTORS, _GROUPS = _describe_predictors()


def predictors() -> list[PredictorInfo]:
    """The predictors of drivers, from the library, in the order in which they are taken."""
    return list(_PREDICTORS)


# ---- what comes back -----------------------------------------------------------------------------------------------


def _numbers(values: Iterable[float | None]) -> _table.Column:
    return _table.Column("number", [_NAN if value is None else value for value in values])


def _short(value: float | None, unit: str = "") -> str:
    """A number as tables show it."""
    if value is None:
        return "–"
    return show(value, unit) if unit else f"{value:.3g}"


def _between(low: float | None, high: float | None) -> str:
    """An interval, behind what it is of."""
    return "" if low is None or high is None else f" ({_short(low)} to {_short(high)})"


class Driver(NamedTuple):
    """What one predictor weighs. ``group``: errors, delays, handoffs or visibility. ``mean``: of the journeys, in what is
    counted for each, or days. ``coefficient``: by how much what is explained goes up with one more, the other predictors
    being equal; ``error``: its standard error; ``t``: coefficient / error, None where the error is 0. ``share``: of R²,
    averaged over all orders in which predictors can be taken; the shares of all add up to R²."""

    name: str
    group: str
    mean: float
    coefficient: float
    error: float
    t: float | None
    share: float


class _Drivers(NamedTuple):
    model: str
    n: int
    r2: float | None
    r2_adjusted: float | None
    predictors: tuple[Driver, ...]
    groups: dict[str, float]
    left_out: tuple[str, ...]


class Drivers(_Drivers, _table.Table):
    """What goes with content customers, or with customers who leave, in one cell: least squares on what its journeys were
    like. It is association, not cause. A table of its predictors: to_pandas() and its likes.

    ``model``: what is explained: satisfaction (the journey's rating, 0 to 1) or churn (1 if the customer left). ``n``:
    journeys of the model. ``r2``: how much of the variance is explained, 0 to 1; ``r2_adjusted``: the same, less what so
    many predictors explain by chance. ``predictors``: those taken, as Driver. ``groups``: the shares of their predictors,
    summed. ``left_out``: predictors that are not recorded, do not vary, or say what others say already.

    r2 and r2_adjusted are None, predictors and groups empty, where the model has no value: it takes a predictor, 2 journeys
    for each predictor and 2 more, and that not all journeys are alike in what is explained."""

    __slots__ = ()

    def _caption(self) -> str:
        if self.r2 is None:
            return f"drivers of {self.model}: no value for n {self.n}"
        return f"drivers of {self.model}: R² {_short(self.r2)} (adjusted {_short(self.r2_adjusted)}), n {self.n}"

    def _columns(self) -> _table.Columns:
        texts = {"predictor": [one.name for one in self.predictors], "group": [one.group for one in self.predictors]}
        names = ("mean", "coefficient", "error", "t", "share")
        return {**{name: _table.Column("text", values) for name, values in texts.items()},
                **{name: _numbers(getattr(one, name) for one in self.predictors) for name in names}}

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        rows = [[one.name, one.group, _short(one.share), _short(one.coefficient), _short(one.error), _short(one.t),
                 _short(one.mean)] for one in self.predictors]
        return ["predictor", "group", "share of R²", "coefficient", "error", "t", "mean"], rows


def drivers_of(got: header.Drivers, model: str) -> Drivers:
    """Drivers, as the library says them."""
    left_out = tuple(info.name for info in _PREDICTORS if got.left_out >> info.number & 1)
    r2 = number_or_none(got.r2)
    if r2 is None:
        return Drivers(model, got.n, None, None, (), {}, left_out)
    taken = [(info, got.predictors[info.number]) for info in _PREDICTORS if got.taken >> info.number & 1]
    return Drivers(model, got.n, r2, number_or_none(got.r2_adjusted), tuple(
        Driver(info.name, info.group, one.mean, one.coefficient, one.error, number_or_none(one.t), one.share)
        for info, one in taken), {name: got.groups[place] for name, place in _GROUPS.items()}, left_out)


class Extreme(NamedTuple):
    """The cell with the lowest, or the highest, value: its key, as in Cell, and the value with its interval, as in Metric."""

    key: dict[str, str]
    value: float
    low: float | None
    high: float | None
    n: int


class Spread(NamedTuple):
    """How far a metric depends on where one looks, such as on whom, or on which channel, a customer meets.

    ``n``: observations; ``cells``: those that have a value. ``eta2``: the part of all variance that lies between cells, 0 to
    1; near 0 is one experience in all of them. ``epsilon2``: the same, less what cells would differ by chance; below 0 if
    they differ by less than that. ``lowest`` and ``highest``: of the cells with an n of at least 30, as Extreme;
    ``difference``: highest less lowest, and ``low`` and ``high`` its 95 % interval. None is no value: eta2 and epsilon2
    where there are not two cells, or nothing varies; epsilon2 where each cell has one observation; the last five where no
    two such cells have different values, and the interval as in Parity."""

    metric: str
    n: int
    cells: int
    eta2: float | None
    epsilon2: float | None
    lowest: Extreme | None
    highest: Extreme | None
    difference: float | None
    low: float | None
    high: float | None

    def __str__(self) -> str:
        said = (f"spread of {self.metric}: η² {_short(self.eta2)} (adjusted {_short(self.epsilon2)}), {self.cells} cells, "
                f"n {self.n}")
        if self.lowest is None or self.highest is None:
            return said
        lowest, highest = (f"{', '.join(visible(part) or '–' for part in one.key.values())} {_short(one.value)}"
                           for one in (self.lowest, self.highest))
        return (f"{said}; lowest {lowest}, highest {highest}, difference {_short(self.difference)}"
                f"{_between(self.low, self.high)}")


class Point(NamedTuple):
    """A period: its text, as in a key; ``start``: the moment at which it begins, in UTC; the metric's value and the n behind
    it; ``outside``: it lies beyond a limit; ``run``: it is one of eight or more neighbours on one side of the centre."""

    period: str
    start: datetime
    value: float
    n: int
    outside: bool
    run: bool


class _Control(NamedTuple):
    metric: str
    unit: str
    points: tuple[Point, ...]
    centre: float | None
    low: float | None
    high: float | None


class Control(_Control, _table.Table):
    """Whether a metric has changed, or just varies: an XmR chart (Shewhart, Wheeler) of one key of a view with a period. A
    table of its points: to_pandas() and its likes.

    ``unit``: of the metric, as in MetricInfo; all values are in it. ``points``: the periods that have a value, in order, as
    Point; none of them the one in which the clock stands, or later. ``centre``: their mean; ``low`` and ``high``: the
    limits; what lies between them just varies. These are None, and no point is outside or in a run, where there are fewer
    than 8 points."""

    __slots__ = ()

    def _caption(self) -> str:
        if self.centre is None:
            return f"control of {self.metric}: no limits for {len(self.points)} periods"
        return (f"control of {self.metric}: {_short(self.centre, self.unit)}, limits {_short(self.low, self.unit)} and "
                f"{_short(self.high, self.unit)}")

    def _columns(self) -> _table.Columns:
        return {"period": _table.Column("local", [begin_of(one.period) for one in self.points]),
                "value": _numbers(one.value for one in self.points),
                "n": _table.Column("count", [one.n for one in self.points]),
                "outside": _table.Column("flag", [one.outside for one in self.points]),
                "run": _table.Column("flag", [one.run for one in self.points])}

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        rows = [[one.period, show(one.value, self.unit), str(one.n),
                 ", ".join(word for word, holds in (("outside", one.outside), ("in a run", one.run)) if holds)]
                for one in self.points]
        return ["period", self.metric, "n", ""], rows


class Parity(NamedTuple):
    """Whether these get what those get. ``a`` and ``b``: the metric in both cells; ``difference``: a's value less b's, None
    where one has none; ``low`` and ``high``: its 95 % interval, None also where a mean has an n of 1 on either side, or
    where on both sides all values are equal."""

    metric: str
    a: Metric
    b: Metric
    difference: float | None
    low: float | None
    high: float | None

    def __str__(self) -> str:
        return (f"parity of {self.metric}: {_short(self.a.value)} (n {self.a.n}) less {_short(self.b.value)} (n {self.b.n}): "
                f"{_short(self.difference)}{_between(self.low, self.high)}")


class Relation(NamedTuple):
    """How one metric goes with another over the cells of a view: association, not cause. ``n``: cells that have both. ``r``:
    Pearson's correlation, -1 to 1; ``slope``: by how much the second grows where the first is one higher, by least squares;
    ``intercept``: the second where the first is 0; ``low`` and ``high``: the slope's 95 % interval. None is no value: for
    all where there are fewer than 3 cells, or the first does not vary; r where the second does not; the interval where the
    line meets all."""

    first: str
    second: str
    n: int
    r: float | None
    slope: float | None
    intercept: float | None
    low: float | None
    high: float | None

    def __str__(self) -> str:
        return (f"{self.second} by {self.first}: r {_short(self.r)}, slope {_short(self.slope)}{_between(self.low, self.high)}, "
                f"intercept {_short(self.intercept)}, n {self.n}")


class Contributors(NamedTuple):
    """The journeys behind a cell. ``journeys``: their numbers, or their texts where the engine keeps texts, ascending.
    ``sealed``: how many sealed ones contribute, which are not known any more; of a view of transitions how many transitions
    they have there."""

    journeys: tuple[Number, ...]
    sealed: int
