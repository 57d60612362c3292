"""Pictures of views, with matplotlib: which one, and what is written in it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _header as header
from . import _periods
from ._draw import FADED, MARKS, SMALL, TEXT, UNSTATED, Canvas, Scale, label, plain, say_unreadable
from ._library import InvalidError
from ._text import visible, width
from ._values import MetricInfo, integer_of
from ._words import title

if TYPE_CHECKING:
    from ._view import View

# What is drawn where nobody chose: the first of which the view has a value.
_DEFAULTS = {"journeys": ("journey_satisfaction", "kept_rate", "duration_p50", "journeys"),
             "touchpoints": ("satisfaction", "touchpoints"), "transitions": ("changes", "transitions")}
_BARS, _LINES, _SQUARES = 30, 6, 12
_BANDS = 3  # lines that have room for their intervals
_FEW = 5  # of which a value says little
_NAMED = 8  # of what is left out
_NOTHING = ("no value", "not rated")
_GAP = 0.02  # between neighbours, of the height of lines
_SCALES = {"share": (0.0, 1.0), "satisfaction": (0.0, 1.0)}


class Row(NamedTuple):
    """A cell of which something is drawn."""

    key: tuple[str, ...]
    value: float
    low: float
    high: float
    n: int

    @property
    def known(self) -> bool:
        return self.value == self.value


class Picture:
    """What a view shows of one metric, and the words for it."""

    def __init__(self, view: View, metric: str | None, sort: str | None, top: int | None) -> None:
        self.view, self.sort = view, sort
        self.top = None if top is None else integer_of("top", top, 1)
        self.names = view.key_names
        self.clock = not view._in_working_hours()
        self.show = view._show_in()
        asked = [metric] if metric is not None else list(_DEFAULTS[view.grain])
        if metric is None and view.grain == "journeys":
            asked.append("touch_satisfaction")
        by = (sort or "key").lstrip("-")
        # Journeys by the period in which they began: of a late one many are open, and those that have ended were quick.
        self.cohorts = view.grain == "journeys" and "period" in self.names and re.search(
            r" per \w+ ended\b", _unquoted(view)) is None
        beside = [*([by] if by != "key" else []), *(["journeys", "open"] if self.cohorts else [])]
        self.keys, self.table = view._cells_of(list(dict.fromkeys([*asked, *beside])))
        if not self.keys:
            raise InvalidError(f"{view.text!r} has no cells; there is nothing to draw")
        self.against = metric is None and view.grain == "journeys" and "period" not in self.names and any(
            value == value for name in ("touch_satisfaction", "journey_satisfaction") for value in self.table[name])
        shown = next((name for name in asked if self._has(name)), None)
        if metric is not None and shown is None:
            raise InvalidError(f"{view.text!r} has no value of {metric}; there is nothing to draw")
        self.chosen = metric is not None
        self.info: MetricInfo = view._choose(["journey_satisfaction" if self.against else shown or asked[0]])[0]
        self.dimension = _dimension(view)
        self.what = title(self.info.name, view.grain, self.dimension)
        self.rows = self.rows_of(self.info.name)

    def _has(self, name: str) -> bool:
        return any(value == value for value in self.table[name])

    def rows_of(self, metric: str) -> list[Row]:
        values = self.table[metric]
        nothing = [math.nan] * len(values)
        return [Row(*row) for row in zip(self.keys, values, self.table.get(metric + "_low", nothing),
                                         self.table.get(metric + "_high", nothing), self.table[metric + "_n"])]

    @property
    def counts(self) -> bool:
        """Whether values add up, so that a larger one weighs more; of others n says how much stands behind them."""
        return self.info.kind == "count"

    def weight(self, row: Row) -> float:
        return abs(row.value) if self.counts and row.known else 0.0 if self.counts else row.n if row.known else 0.0

    def say(self, value: float) -> str:
        return self.show(value, self.info.unit).replace("-", "−")

    def scale(self, values: Sequence[float], fixed: bool = False, zero: bool = True, most: int = 6) -> Scale:
        bounds = (1.0, 7.0) if self.info.name.endswith("ces") else (-100.0, 100.0) if self.info.unit == "points" else _SCALES.get(
            self.info.unit, (-math.inf, math.inf))
        if self.info.unit == "satisfaction" and min((one for one in values if one == one), default=0.0) < 0 or (
                self.info.unit == "share" and self.info.kind == "derived"):
            bounds = (-1.0, 1.0)  # a difference
        if bounds == (0.0, 1.0) and zero and any(value > 0.5 for value in values):
            values = [*values, 1.0]
        return Scale(values, self.info.unit, show=_signed(self.show), clock=self.clock, whole=self.counts and self.info.unit !=
                     "money", bounds=bounds, zero=zero and not self.info.name.endswith("ces"),
                     fixed=fixed or self.info.name.endswith("ces"), most=most)

    def about(self, *more: str) -> str:
        """What stands under the title: the view as text, and what the picture shows of it."""
        return " · ".join([visible(self.view.text), *filter(None, more)])

    def name(self, key: Sequence[str], lines: int = 2, wide: int = 38) -> str:
        """A key as people read it."""
        names = self.names if len(key) == len(self.names) else [name for name in self.names if name != "period"]
        parts = dict(zip(names, key))
        parts.pop("period", None)
        if "from" in parts and "to" in parts:
            half = max(8, wide * 2 // 3)
            pair = f"{label(parts.pop('from'), half, 1)} → {label(parts.pop('to'), half, 1)}"
            return ", ".join([pair, *(label(part, half, 1) for part in parts.values())])
        return label(", ".join(part or UNSTATED for part in parts.values()), wide, lines) if parts else f"all {self.view.grain}"

    def left(self, rows: Sequence[Row], of: int, what: str = "") -> str:
        """What is not drawn: how many, and what they are called."""
        if not rows:
            return ""
        names = [" ".join(self.name(row.key, 1).split()) for row in rows[:_NAMED]]
        more = f" and {len(rows) - _NAMED:,} more" if len(rows) > _NAMED else ""
        return f"{len(rows):,} of {of:,} not shown{what}: {', '.join(names)}{more}."

    def unrecorded(self) -> list[str]:
        """What is not recorded, and why it is this metric that is shown."""
        first = _DEFAULTS[self.view.grain][0]
        instead = not self.chosen and not self.against and self.info.name != first
        said = f"There is no {title(first).lower()} in it, so this is shown; plot() takes any other metric." if instead else ""
        return [*filter(None, [said]), *(self.view._note([self.info.name]).splitlines() if not self.against else [])]


def _signed(shown: Any) -> Any:
    """With a minus that is as wide as a plus."""
    def say(value: float, unit: str, **how: Any) -> str:
        return str(shown(value, unit, **how)).replace("-", "−")

    return say


def _dimension(view: View) -> str:
    """What transitions are from and to."""
    with view._engine._lock:
        numbers = [number for _, number in view._parts() if number]
    return header.DIMENSIONS[numbers[0] - 1] if numbers and numbers[0] <= len(header.DIMENSIONS) else "owner"


def plot(view: View, metric: str | None, ax: Any, sort: str | None, top: int | None) -> Any:
    """See View.plot()."""
    import matplotlib.pyplot as pyplot

    picture = Picture(view, metric, sort, top)
    draw, wide = _kind(picture)
    canvas = Canvas(ax, wide)
    try:
        draw(picture, canvas)
    except BaseException:
        if canvas.own:
            pyplot.close(canvas.figure)
        raise
    say_unreadable([view.text, *(part for key in picture.keys for part in key)])
    return canvas.ax


def _kind(picture: Picture) -> tuple[Any, float]:
    """What draws it, and how wide."""
    names = [name for name in picture.names if name != "period"]
    if "period" in picture.names:
        part = picture.names.index("period")
        known = {row.key[part] for row in picture.rows if row.known}
        if len(known) > 1:
            return _by_period, 8.5
        picture.rows = [row for row in picture.rows if row.key[part] in known]
        return _bars, 8.0
    if picture.against:
        return _against, 8.0
    if len(names) == 2 and all(len({key[part] for key in picture.keys}) > 1 for part in (0, 1)):
        return _heat_map, max(5.5, min(8.5, 2.4 + 0.95 * len({key[1] for key in picture.keys})))
    return _bars, 8.0


# ---- bars ----------------------------------------------------------------------------------------------------------


def _by(picture: Picture) -> str:
    """By what, and when, as the end of a title."""
    names = [name for name in picture.names if name not in ("period", "from", "to")]
    said = f", from {picture.dimension} to {picture.dimension}" if "from" in picture.names else ""
    kind = _period_kind(picture.view)
    periods = {row.key[picture.names.index("period")] for row in picture.rows if row.known} if "period" in picture.names else set()
    if len(periods) > 1 and names:
        names.append(kind)
    said += ", by " + " and ".join(", ".join(names).rsplit(", ", 1)) if names else ""
    if len(periods) == 1:
        return f"{said}, in {_periods.in_words(kind, _periods.place_of(kind, periods.pop()))}"
    return f"{said}, per {kind}" if periods and not names else said


def _order(picture: Picture, rows: list[Row], value: Any) -> list[Row]:
    """Rows as they were asked for; those without a value last."""
    if picture.sort == "key":
        return rows
    if picture.sort:
        sign, by = (1, picture.sort[1:]) if picture.sort[0] == "-" else (-1, picture.sort)
        numbers = dict(zip(picture.keys, picture.table[by]))
        return sorted(rows, key=lambda row: (numbers[row.key] != numbers[row.key], sign * numbers[row.key]))
    return sorted(rows, key=lambda row: -value(row))


def _fitting(picture: Picture, canvas: Canvas, high: float) -> int:
    """How many rows there is room for, each so many points high."""
    most = picture.top or _BARS
    return most if canvas.own else max(1, min(most, int(canvas.room()[1] / high)))


def _chosen(picture: Picture, rows: list[Row], most: int, weight: Any, value: Any) -> tuple[list[Row], list[Row]]:
    """Rows to draw, in order, and the others: those with most behind them are drawn, or the first of the order asked for."""
    if picture.sort:
        ordered = _order(picture, rows, value)
        return ordered[:most], ordered[most:]
    heavy = sorted(rows, key=lambda row: -weight(row))
    return _order(picture, heavy[:most], value), heavy[most:]


def _beside(canvas: Canvas, rows: Sequence[tuple[float, str, str]]) -> None:
    """Numbers on the right of rows: a value, and what stands behind it."""
    wide = max((canvas.measure(value)[0] for _, value, _ in rows), default=0.0) + 10
    behinds = [canvas.measure(behind, SMALL)[0] + 8 for _, _, behind in rows if behind]
    begin = canvas.beside(wide + max(behinds, default=0.0))
    for y, value, behind in rows:
        for text, x, side, style in ((value, begin + wide, "right", {"fontsize": TEXT, "alpha": FADED if value in _NOTHING else 1}),
                                     (behind, begin + wide + 8, "left", {"fontsize": SMALL, "alpha": FADED})):
            if text:
                canvas.ax.annotate(plain(text), (1, y), (x, 0), ("axes fraction", "data"), "offset points", ha=side, va="center",
                                   annotation_clip=False, **style)


def _rows_axis(canvas: Canvas, names: Sequence[str], scale: Scale, dots: bool) -> float:
    """The names of rows, from the top down, and the scale below; how high the rows are, in inches."""
    ax = canvas.ax
    ax.set_yticks(range(len(names)), [plain(name) for name in names], fontsize=TEXT, linespacing=1.0)
    ax.set_ylim(len(names) - 0.4, -0.6)
    edge = 0.015 * (scale.high - scale.low) if dots else 0.0
    ax.set_xlim(scale.low - edge, scale.high + edge)
    ax.set_xticks(scale.ticks, [plain(text) for text in scale.labels])
    ax.grid(axis="x", alpha=0.25, linewidth=0.7)
    high = (0.42 if len(names) <= 15 else 0.38) if any("\n" in name for name in names) else 0.3 if len(names) <= 15 else 0.25
    return max(0.45, high * len(names)) + 0.42


def _behind(picture: Picture, row: Row) -> str:
    return "" if picture.counts or not row.known else f"n\u00a0{row.n:,}"


def _bars(picture: Picture, canvas: Canvas) -> None:
    """A bar for each cell; of what has an interval a dot with it."""
    dots = picture.info.has_interval
    known = [row for row in picture.rows if row.known]
    absent = [row for row in picture.rows if not row.known]
    most = _fitting(picture, canvas, 1.75 * TEXT)
    drawn, left = _chosen(picture, known, most, picture.weight, lambda row: row.value)
    shown = absent[:max(0, min(5, most - len(drawn)))] if len(absent) <= 5 and not left else []
    ax = canvas.ax
    scale = picture.scale([number for row in drawn for number in (row.value, row.low, row.high)],
                          fixed=picture.info.unit == "satisfaction" and all(row.value >= 0 for row in drawn))
    values = [row.value for row in drawn]
    if dots:
        below = [max(0.0, row.value - row.low) if row.low == row.low else 0.0 for row in drawn]
        above = [max(0.0, row.high - row.value) if row.high == row.high else 0.0 for row in drawn]
        ax.errorbar(values, range(len(drawn)), xerr=[below, above], fmt="o", color=canvas.colors[0], markersize=6, elinewidth=2.2,
                    ecolor=canvas.colors[0] + "80", capsize=0)
    else:
        ax.barh(range(len(drawn)), values, height=0.68, color=canvas.colors[0])
    if scale.low < 0 < scale.high:
        ax.axvline(0, color="0.5", linewidth=0.8)
    body = _rows_axis(canvas, [picture.name(row.key, wide=canvas.columns()) for row in (*drawn, *shown)], scale, dots)
    _beside(canvas, [(y, picture.say(row.value) if row.known else _NOTHING[0], _behind(picture, row))
                     for y, row in enumerate((*drawn, *shown))])
    span = "" if not left or not known else f" ({_span(picture, left)})"
    canvas.finish(picture.what + _by(picture),
                  picture.about(_unit_words(picture), "with 95\u00a0% intervals" if dots and any(row.low == row.low for row in drawn)
                                else "", _sorted_words(picture, len(drawn))),
                  [*filter(None, [picture.left(left, len(picture.rows), span),
                                  picture.left(absent[len(shown):], len(picture.rows), ", for they have no value")]),
                   *picture.unrecorded()], body)


def _span(picture: Picture, rows: Sequence[Row]) -> str:
    """What was left out lies in."""
    weights = [row.value if picture.counts else float(row.n) for row in rows]
    low, high = min(weights), max(weights)
    words = [picture.say(one) if picture.counts else f"{one:,.0f}" for one in (low, high)]
    said = words[0] if low == high else f"{words[0]} to {words[1]}"
    return f"{said} each" if picture.counts else f"n\u00a0{said}"


def _unit_words(picture: Picture) -> str:
    name, unit = picture.info.name, picture.info.unit
    if unit == "satisfaction" and name in ("satisfaction", "touch_satisfaction", "journey_satisfaction", "employee_satisfaction"):
        return "0 worst, 1 best"
    if unit == "points" and name.endswith("nps"):
        return "−100 to 100"
    if unit == "duration" and not picture.clock:
        return "working time"
    if unit == "money" and not picture.view._engine.currency:
        return "minor units"
    return ""


def _sorted_words(picture: Picture, rows: int) -> str:
    if rows < 2 or not picture.sort or picture.sort == "key":
        return ""
    name = picture.sort.lstrip("-")
    return f"{'least' if picture.sort[0] == '-' else 'most'} {title(name, picture.view.grain, picture.dimension).lower()} first"


# ---- the journey beside its touchpoints ----------------------------------------------------------------------------


def _against(picture: Picture, canvas: Canvas) -> None:
    """How good the touchpoints look, and how good the journey is: two points a row."""
    ax = canvas.ax
    touch = {row.key: row for row in picture.rows_of("touch_satisfaction")}
    both = {row.key: (touch[row.key], row) for row in picture.rows}
    rated = [row for row in picture.rows if row.known or touch[row.key].known]

    def fall(row: Row) -> float:
        one, other = both[row.key]
        return one.value - other.value if one.known and other.known else -math.inf

    most = _fitting(picture, canvas, 1.9 * TEXT)
    drawn, left = _chosen(picture, rated, most, lambda row: row.n + touch[row.key].n, fall)
    absent = [row for row in picture.rows if row not in rated]
    shown = absent[:max(0, min(5, most - len(drawn)))] if len(absent) <= 5 else []
    for y, row in enumerate(drawn):
        one, other = both[row.key]
        if one.known and other.known:
            ax.plot([one.value, other.value], [y, y], color="0.6", alpha=0.45, linewidth=6, solid_capstyle="round", zorder=1)
    for place, (words, offset) in enumerate((("the touchpoints", -0.11), ("the journey", 0.11))):
        points = [(y + (offset if len(drawn) < 16 else 0), both[row.key][place]) for y, row in enumerate(drawn)
                  if both[row.key][place].known]
        if points:
            errors = [[max(0.0, row.value - row.low) if row.low == row.low else 0.0 for _, row in points],
                      [max(0.0, row.high - row.value) if row.high == row.high else 0.0 for _, row in points]]
            ax.errorbar([row.value for _, row in points], [y for y, _ in points], xerr=errors, fmt="os"[place], markersize=6.5,
                        color=canvas.colors[place], ecolor=canvas.colors[place] + "90", elinewidth=2, capsize=0, label=words)
    scale = picture.scale([], fixed=True, most=5)
    body = _rows_axis(canvas, [picture.name(row.key, wide=canvas.columns()) for row in (*drawn, *shown)], scale, True) + 0.3
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=TEXT, borderaxespad=0.1,
              handletextpad=0.2, columnspacing=1.6, borderpad=0.2)
    _beside(canvas, [(y, _two(picture, *both[row.key]), _rated(*both[row.key])) for y, row in enumerate((*drawn, *shown))])
    canvas.finish("Satisfaction with the touchpoints, and with the journey" + _by(picture),
                  picture.about("satisfaction, 0 worst, 1 best", "with 95\u00a0% intervals"),
                  [*filter(None, [picture.left(left, len(picture.rows)),
                                  picture.left(absent[len(shown):], len(picture.rows), ", for nobody rated there")])], body)


def _two(picture: Picture, one: Row, other: Row) -> str:
    if not one.known and not other.known:
        return _NOTHING[1]
    return " → ".join(f"{row.value:.2f}" if row.known else "–" for row in (one, other))


def _rated(one: Row, other: Row) -> str:
    return f"n {one.n:,} → {other.n:,}" if one.known or other.known else ""


# ---- lines ---------------------------------------------------------------------------------------------------------


def _unquoted(view: View) -> str:
    """A view's text without the names that stand in quotes."""
    return re.sub(r'"(?:[^"]|"")*"', "", view.text)


def _period_kind(view: View) -> str:
    found = re.search(r" per (hour|day|week|month|quarter|year)\b", _unquoted(view))
    return found[1] if found else "month"


def _lines_of(picture: Picture, kind: str) -> dict[tuple[str, ...], dict[int, Row]]:
    """For each key beside the period the rows by their places in time."""
    part = picture.names.index("period")
    lines: dict[tuple[str, ...], dict[int, Row]] = {}
    for row in picture.rows:
        others = row.key[:part] + row.key[part + 1:]
        lines.setdefault(others, {})[_periods.place_of(kind, row.key[part])] = row
    return lines


def _by_period(picture: Picture, canvas: Canvas) -> None:
    """A line for each part of the key beside the period, and around it the interval."""
    kind = _period_kind(picture.view)
    lines = {key: rows for key, rows in _lines_of(picture, kind).items() if any(row.known for row in rows.values())}
    weigh = {key: sum(picture.weight(row) for row in rows.values()) for key, rows in lines.items()}
    order = sorted(lines, key=lambda key: -weigh[key])
    drawn, left = order[:picture.top or _LINES], order[picture.top or _LINES:]
    banded = len(drawn) <= _BANDS and picture.info.has_interval
    places = [place for key in drawn for place in lines[key]]
    first, last = min(places), max(places)
    for number, key in enumerate(drawn):
        _line(picture, canvas, lines[key], number, banded, key, first, last)
    scale = picture.scale([number for key in drawn for row in lines[key].values()
                           for number in ((row.value, row.low, row.high) if banded else (row.value,))],
                          zero=picture.info.kind == "count" or picture.info.unit in ("duration", "money"))
    _time_axis(picture, canvas, kind, first, last, scale)
    _ends(picture, canvas, [(key, lines[key]) for key in drawn], last, scale)
    any_row = {key: next(iter(lines[key].values())) for key in order}
    gaps = any(place not in lines[key] or not lines[key][place].known
               for key in drawn for place in range(min(lines[key]), max(lines[key])))
    canvas.finish(picture.what + _by(picture),
                  picture.about(_unit_words(picture), "band: 95\u00a0% interval" if banded else ""),
                  [*filter(None, [picture.left([any_row[key] for key in left], len(lines), ", with less behind them"),
                                  f"A gap is {'an' if kind == 'hour' else 'a'} {kind} without {picture.view.grain if picture.counts else 'a value'}." if gaps else "",
                                  _unfinished(picture, kind, last), _still_open(picture, kind)]), *picture.unrecorded()], 3.6)


def _line(picture: Picture, canvas: Canvas, rows: dict[int, Row], number: int, banded: bool, key: tuple[str, ...], first: int,
          last: int) -> None:
    ax, color = canvas.ax, canvas.colors[number % len(canvas.colors)]
    span = range(min(rows), max(rows) + 1)
    values = [rows[place].value if place in rows else math.nan for place in span]
    marked = last - first <= 60 or not any(one == one and other == other for one, other in zip(values, values[1:]))
    ax.plot(span, values, color=color, linewidth=1.8, marker=MARKS[number % len(MARKS)] if marked else None,
            markersize=5 if last - first <= 30 else 3.2, zorder=3, clip_on=False, label=" " + plain(picture.name(key, 1)))
    if banded:
        ends = [[getattr(rows[place], end) if place in rows else math.nan for place in span] for end in ("low", "high")]
        ax.fill_between(span, *ends, color=color, alpha=0.15, linewidth=0)
        alone = [i for i, place in enumerate(span) if place - 1 not in rows and place + 1 not in rows]
        for i in alone:
            ax.vlines(span[i], ends[0][i], ends[1][i], color=color, alpha=0.4, linewidth=2)


def _time_axis(picture: Picture, canvas: Canvas, kind: str, first: int, last: int, scale: Scale) -> None:
    ax = canvas.ax
    wide = (canvas.wide - 2.0) * 72 if canvas.own else canvas.room()[0]
    ticks = _periods.ticks(kind, first, last, max(2, int(wide / 46)))
    ax.set_xlim(first - max(0.3, 0.015 * (last - first)), last + max(0.3, 0.015 * (last - first)))
    ax.set_xticks([place for place, _ in ticks], [text for _, text in ticks])
    ax.set_ylim(scale.low, scale.high)
    ax.set_yticks(scale.ticks, [plain(text) for text in scale.labels])
    ax.grid(axis="y", alpha=0.25, linewidth=0.7)
    ax.tick_params(axis="x", length=3)


class _End(NamedTuple):
    """Where a line ends, as a part of the height of the axes, and what stands there, so high."""

    y: float
    high: float
    text: str
    line: int
    place: int
    value: float


def _ends(picture: Picture, canvas: Canvas, lines: list[tuple[tuple[str, ...], dict[int, Row]]], last: int, scale: Scale) -> None:
    """At the end of each line what it is, and its latest value, one below the other where they would meet."""
    high = 3.0 * 72 if canvas.own else canvas.room()[1]
    ends = []
    for number, (key, rows) in enumerate(lines):
        place = max(place for place, row in rows.items() if row.known)
        name = label(", ".join(part or UNSTATED for part in key), 20) if "from" not in picture.names else picture.name(key)
        said = picture.say(rows[place].value)
        text = f"{name} {said}" if key else said
        ends.append(_End((rows[place].value - scale.low) / (scale.high - scale.low), canvas.measure(text, SMALL)[1] / high + _GAP,
                         text, number, place, rows[place].value))
    ends.sort(key=lambda end: end.y)
    begin = canvas.beside(max(canvas.measure(end.text, SMALL)[0] for end in ends) + 12)
    for end, y in zip(ends, _apart([(end.y, end.high) for end in ends])):
        color = canvas.colors[end.line % len(canvas.colors)]
        canvas.ax.annotate(plain(end.text), (1, y), (begin + 7, 0), "axes fraction", "offset points", color=color, fontsize=SMALL,
                           va="center", annotation_clip=False, linespacing=1.0)
        canvas.ax.annotate("", (end.place, end.value), (1, y), "data", canvas.right(begin + 4),
                           arrowprops={"arrowstyle": "-", "color": color, "alpha": 0.4, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 3})


def _apart(wanted: Sequence[tuple[float, float]]) -> list[float]:
    """Places from 0 to 1 near those wanted, from below up, at which nothing so high overlaps: groups that meet are centred."""
    groups: list[list[tuple[float, float]]] = []

    def below(members: list[tuple[float, float]]) -> float:
        high = sum(high for _, high in members)
        return max(-_GAP, min(sum(place for place, _ in members) / len(members) - high / 2, 1 + _GAP - high))

    for one in wanted:
        groups.append([one])
        while len(groups) > 1 and below(groups[-2]) + sum(high for _, high in groups[-2]) > below(groups[-1]):
            members = groups.pop()
            groups[-1].extend(members)
    places = []
    for members in groups:
        at = below(members)
        for _, high in members:
            places.append(at + high / 2)
            at += high
    return places


def _unfinished(picture: Picture, kind: str, last: int) -> str:
    """Whether the last period was still running when the clock stood, or the latest touchpoint came."""
    if not picture.counts:
        return ""
    stats = picture.view._engine.stats()
    until = stats.now or stats.latest_at
    if until is None or _periods.place_of(kind, _period_text(kind, until)) > last:
        return ""
    return f"The last {kind} may not be over: the data end on {until.day} {_periods.said('day', until.toordinal())[0].split()[1]} " \
           f"{until.year}."


def _still_open(picture: Picture, kind: str) -> str:
    """In which periods a tenth or more of the journeys began that are open: what these bring is missing."""
    if not picture.cohorts or picture.info.name in ("journeys", "open"):
        return ""
    part, began, left = picture.names.index("period"), Counter[int](), Counter[int]()
    for all_, still in zip(picture.rows_of("journeys"), picture.rows_of("open")):
        place = _periods.place_of(kind, all_.key[part])
        began[place] += int(all_.value)
        left[place] += int(still.value)
    late = [place for place in sorted(began, reverse=True) if 0 < began[place] <= 10 * left[place]]
    if not late:
        return ""
    said = [f"{left[place]:,} of {began[place]:,} of {_periods.in_words(kind, place)}" for place in late[:3]]
    more = f" and some of {len(late) - 3} {kind}{'s' if len(late) > 4 else ''} before" if len(late) > 3 else ""
    return (f"Of these journeys {', '.join(said)}{more} are open: what they bring is to come. A view per {kind} ended counts each "
            "when it ends.")


def _period_text(kind: str, moment: Any) -> str:
    if kind == "hour":
        return f"{moment.date().isoformat()}T{moment.hour:02}"
    if kind in ("day", "week"):
        return str(moment.date().isoformat())
    return f"{moment.year:04}-{moment.month:02}" if kind == "month" else (
        f"{moment.year:04}-Q{(moment.month + 2) // 3}" if kind == "quarter" else f"{moment.year:04}")


# ---- heat maps -----------------------------------------------------------------------------------------------------


def _heat_map(picture: Picture, canvas: Canvas) -> None:
    """From the rows to the columns, both by volume."""
    same = picture.names == ("from", "to")
    off = same and picture.info.name in ("changes", "bounces", "returns", "lost_context", "lost_context_rate", "steps",
                                         "satisfaction_step", "improved", "degraded")
    rows = [row for row in picture.rows if row.known and not (off and row.key[0] == row.key[1])]
    if not rows:
        raise InvalidError(f"{picture.view.text!r} has no value of {picture.info.name} between different {picture.dimension}s")
    most = picture.top or _SQUARES
    downs, acrosses = _by_volume(picture, rows, same)
    down, across = downs[:most], acrosses[:most]
    if same and not any(row.key[0] in down and row.key[1] in across for row in rows):  # where nobody meets anybody twice
        across = _by_volume(picture, [row for row in rows if row.key[0] in down], False)[1][:most]
    squares = {row.key: row for row in rows}
    grid = [[squares[one, other].value if (one, other) in squares else math.nan for other in across] for one in down]
    total = sum(picture.weight(row) for row in rows)
    seen = sum(picture.weight(row) for row in rows if row.key[0] in down and row.key[1] in across)
    few = {(down.index(row.key[0]), across.index(row.key[1])) for row in rows if not picture.counts and row.n < _FEW and
           row.key[0] in down and row.key[1] in across}
    _squares(picture, canvas, grid, down, across, off, few)
    what = "values" if not picture.counts else picture.what[0].lower() + picture.what[1:]
    behind = what if picture.counts else f"all that stands behind the values (n\u00a0{total:,.0f})"
    cut = len(downs) > len(down) or len(acrosses) > len(across)
    notes = [f"{_size(len(down), len(downs))} rows and {_size(len(across), len(acrosses))} columns, those with most behind them, "
             f"show {_part(seen, total)} of {behind}." if cut else ""]
    empty = any(value != value for place, row in enumerate(grid) for other, value in enumerate(row)
                if not (off and down[place] == across[other]))
    if few and canvas.ax.texts:
        notes.append(f"In italics: n below {_FEW}.")
    notes.append(f"Hatched: no {'value' if not picture.counts else 'such ' + picture.view.grain}." if empty else "")
    title_end = f" from {picture.dimension} to {picture.dimension}" if same else _by(picture)
    words = picture.what if picture.info.name != "changes" or not same else f"Changes from {picture.dimension} to {picture.dimension}"
    canvas.finish(words + ("" if picture.info.name == "changes" and same else f",{title_end}" if same else title_end),
                  picture.about(_unit_words(picture), "from the row to the column" if same else
                                f"{picture.names[0]} down, {picture.names[1]} across"),
                  [*filter(None, notes), *picture.unrecorded()], _height(canvas, down, across))


def _part(seen: float, total: float) -> str:
    percent = 100 * seen / total if total else 0.0
    return "more than 99 %" if 99.5 <= percent < 100 else f"{percent:.0f} %"


def _size(shown: int, of: int) -> str:
    return f"{shown:,} of {of:,}" if shown < of else f"All {of:,}"


def _by_volume(picture: Picture, rows: Sequence[Row], same: bool) -> tuple[list[str], list[str]]:
    """The names down and across, those with most behind them first; the same where both are of one kind."""
    volumes: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for row in rows:
        for part in (0, 1):
            for volume in volumes if same else (volumes[part],):
                volume[row.key[part]] = volume.get(row.key[part], 0.0) + picture.weight(row)
    down, across = (sorted(sorted(volume, key=str.encode), key=lambda name: -volume[name]) for volume in volumes)
    return down, across


_SQUARE = 0.36  # inches, so high
_TURN = 40  # degrees, of names above columns that are too long to lie


def _downs(canvas: Canvas, down: Sequence[str]) -> list[str]:
    """Names of rows."""
    return [label(name, 28 if canvas.own else canvas.columns(), 1) for name in down]


def _room(canvas: Canvas, down: Sequence[str], across: Sequence[str]) -> tuple[float, float]:
    """How wide and high a square is, in points."""
    if not canvas.own:
        wide, high = canvas.room()
        return wide / len(across), high / len(down)
    names = max(canvas.measure(name)[0] for name in _downs(canvas, down))
    return (72 * canvas.wide - names - 44) / len(across), 72 * _SQUARE


def _across(canvas: Canvas, down: Sequence[str], across: Sequence[str]) -> tuple[list[str], bool, float]:
    """Names above columns, whether they are turned, and how high they are, in inches."""
    room = _room(canvas, down, across)[0]
    lying = [label(name, 12, 2) for name in across]
    if all(canvas.measure(name)[0] <= room - 6 for name in lying):
        return lying, False, max(canvas.measure(name)[1] for name in lying) / 72
    turned = [label(name, 22, 1) for name in across]
    longest = max(canvas.measure(name)[0] for name in turned) / 72
    return turned, True, longest * math.sin(math.radians(_TURN)) + 0.15


def _height(canvas: Canvas, down: Sequence[str], across: Sequence[str]) -> float:
    return _SQUARE * len(down) + _across(canvas, down, across)[2] + 0.2


def _squares(picture: Picture, canvas: Canvas, grid: list[list[float]], down: Sequence[str], across: Sequence[str],
             off: bool, few: set[tuple[int, int]]) -> None:
    from matplotlib.colors import LinearSegmentedColormap, Normalize, PowerNorm

    ax = canvas.ax
    known = [value for row in grid for value in row if value == value] or [0.0]
    low, high = min([0.0, *known]), max(known)
    colors = LinearSegmentedColormap.from_list("cxj", ["#EAF1F8", "#7FB0D6", "#0B5A94"])
    if picture.info.unit in ("satisfaction", "points"):
        low = min(known)
    skewed = picture.info.unit in ("count", "money", "duration") and low >= 0
    norm = PowerNorm(0.5, 0, high or 1) if skewed else Normalize(low, high if high > low else low + 1)
    ax.patch.set(facecolor="none", hatch="////", edgecolor=(0.5, 0.5, 0.5, 0.3), linewidth=0)
    image = ax.imshow(grid, aspect="auto", cmap=colors, norm=norm)
    ax.set_xticks([])
    ax.set_yticks(range(len(down)), [plain(name) for name in _downs(canvas, down)], fontsize=TEXT)
    canvas.laid()
    names, turned, _ = _across(canvas, down, across)
    style: dict[str, Any] = {"rotation": _TURN, "ha": "left", "rotation_mode": "anchor"} if turned else {}
    ax.xaxis.tick_top()
    ax.set_xticks(range(len(across)), [plain(name) for name in names], fontsize=TEXT, **style)
    for spine in ax.spines.values():
        spine.set_visible(False)
    for edge in range(1, len(across)):
        ax.axvline(edge - 0.5, color=canvas.ground, linewidth=1.5)
    for edge in range(1, len(down)):
        ax.axhline(edge - 0.5, color=canvas.ground, linewidth=1.5)
    for y, row in enumerate(grid):
        for x, value in enumerate(row):
            if off and down[y] == across[x]:
                ax.add_patch(_square(x, y, canvas.ground))
    if not _numbers(picture, canvas, image, grid, few, _room(canvas, down, across)):
        _bar(picture, canvas, image, Scale([low, high], picture.info.unit, show=_signed(picture.show), clock=picture.clock,
                                           whole=picture.counts and picture.info.unit != "money", most=5))


def _square(x: int, y: int, ground: Any) -> Any:
    """What stays where it is, and is no change."""
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    gray = [0.86 * part + 0.14 * 0.5 for part in to_rgb(ground)]
    return Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=gray, edgecolor=ground, linewidth=1.5)


def _numbers(picture: Picture, canvas: Canvas, image: Any, grid: list[list[float]], few: set[tuple[int, int]],
             room: tuple[float, float]) -> bool:
    """Writes the numbers into the squares where there is room for all of them, if need be shorter."""
    known = [(x, y, value) for y, row in enumerate(grid) for x, value in enumerate(row) if value == value]
    for short in (False, True) if picture.info.unit == "duration" else (True,):
        texts = [picture.show(value, picture.info.unit, short=short).replace("-", "−") for _, _, value in known]
        sizes = [canvas.measure(text, SMALL) for text in set(texts)]
        if all(wide <= room[0] - 4 and high <= room[1] - 2 for wide, high in sizes):
            break
    else:
        return False
    for (x, y, value), text in zip(known, texts):
        canvas.ax.text(x, y, plain(text), ha="center", va="center", color=_on(image.to_rgba(value)),
                       fontsize=SMALL, fontstyle="italic" if (y, x) in few else "normal")
    return True


def _on(color: Sequence[float]) -> str:
    """The colour of a text on a colour: of white and nearly black what has more contrast."""
    light = sum(weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
                for weight, part in zip((0.2126, 0.7152, 0.0722), color))
    return "white" if 1.05 / (light + 0.05) > (light + 0.05) / 0.066 else "#222222"


def _bar(picture: Picture, canvas: Canvas, image: Any, scale: Scale) -> None:
    """What the colours stand for, where the squares are too small for numbers."""
    bar = canvas.figure.colorbar(image, ax=canvas.ax, shrink=0.6, aspect=25, pad=0.02)
    bar.set_ticks([place for place in scale.ticks if scale.low <= place <= image.norm.vmax], labels=[
        plain(text) for place, text in zip(scale.ticks, scale.labels) if scale.low <= place <= image.norm.vmax])
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL, length=2)
