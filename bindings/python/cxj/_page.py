"""One page to look at: what an engine knows, as an HTML file that needs no network; as examples/page.c writes it, by the same
template, whose head says what goes into it."""

from __future__ import annotations

import ctypes
import html
import itertools
import json
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _header as header
from ._analysis import predictors
from ._library import Error, IncompleteWarning, InvalidError, Sentence, error_of, lib, must
from ._rules import BY_CLOCK
from ._values import MetricInfo, datetime_of, encoded, facets, metrics, number_or_none
from ._view import View, _Reading

if TYPE_CHECKING:
    from ._engine import Engine

_LISTED = 25  # occasions of a worklist
_ROWS = 60
_DAY = 86_400_000
_PERIODS = ((31, "day"), (182, "week"), (1830, "month"), (5500, "quarter"))
_WITHIN = "the share of these times that are at most so long"
_CHANNELS = {"entry": "channel", "exit": "channel"}
_MARKS = ("<!--title-->", "<!--plain-->", "<!--json-->")


def template() -> str:
    """The template: in an installed package beside this file, in a checkout with the examples."""
    beside = Path(__file__).with_name("page.html")
    return (beside if beside.exists() else Path(__file__).parents[3] / "examples" / "page.html").read_text("utf-8")


# ---- the lines of the template -------------------------------------------------------------------------------------


class _Column(NamedTuple):
    name: str
    label: str
    better: int


class _Figure:
    """A figure as the template describes it."""

    def __init__(self, name: str, title: str) -> None:
        self.name, self.title = name, title
        self.draw, self.view, self.sort, self.needs, self.lacks = "bars", "journeys", "", "", ""
        self.rows, self.least = _ROWS, 0
        self.columns: list[_Column] = []
        self.main: list[str] = []
        self.control: list[str] = []
        self.flags: set[str] = set()

    def take(self, word: str, rest: str, label: str) -> None:
        """Takes what one line says."""
        if word == "column":
            better = {"+": 1, "-": -1}.get(rest[0], 0)
            self.columns.append(_Column(rest[1:] if better else rest, label, better))
        elif word in ("main", "control"):
            setattr(self, word, rest.split())
        elif word in ("rows", "least"):
            setattr(self, word, int(rest))
        elif word == "with":
            self.flags.add(rest)
        elif word == "needs":
            self.needs, self.lacks = rest, label
        else:
            setattr(self, word, rest)


def _asked(text: str) -> Iterator[_Figure | tuple[str, str]]:
    """What the template asks for: figures, and worklists as their rule and title."""
    block = text.partition('<script type="text/plain" id="asked">')[2].partition("</script>")[0]
    made: _Figure | None = None
    for line in block.split("\n"):
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        rest, _, label = rest.partition(" | ")
        if word in ("figure", "worklist"):
            if made:
                yield made
            made = _Figure(rest, label) if word == "figure" else None
            if word == "worklist":
                yield rest, label
        elif made:
            made.take(word, rest, label)
    if made:
        yield made


def _resolve(text: str, place: int, period: str) -> tuple[str, str | None]:
    """A text in which {one|other} stands for the dimension at a place in such a list, and {period} for a period; and that
    dimension: "" if there is no such place, None where the text names none."""
    found: str | None = None

    def put(match: re.Match[str]) -> str:
        nonlocal found
        if match[1] == "period":
            return period
        names = match[1].split("|")
        name = names[place] if place < len(names) else ""
        found = name
        return name

    return re.sub(r"\{(.*?)\}", put, text), found


# ---- cells ---------------------------------------------------------------------------------------------------------


class _Value(NamedTuple):
    value: float
    low: float
    high: float
    n: int


class _Cells:
    """The cells of a view, and what is chosen of them to be shown."""

    def __init__(self, of: _Figure, view: View, text: str) -> None:
        self.of, self.view, self.text = of, view, text
        info = view._info()
        self.has_period, self.whole = bool(info.has_period), not (info.incomplete or info.lacks_sealed)
        self.parts = list(view.key_names)
        stored = [one.name for one in of.columns if "=" not in one.name]
        with _Reading(view) as reading:
            self.keys = [key for _, key in view._walk(reading)]
            _, columns = view._read(reading, stored, True)
        self._values = {name: self._column(columns, name) for name in stored}
        self.infos: list[MetricInfo] = view._choose(one.name for one in of.columns)
        self.stated = not self.parts[self.has_period:] or any(self.has_names(key) for key in self.keys)

    @staticmethod
    def _column(columns: Mapping[str, Any], name: str) -> list[_Value]:
        def part(of: str) -> Any:
            array, begin, end, _ = columns[of]
            return array[begin:end]

        values, counts = part(name), part(name + "_n")
        nothing = [math.nan] * len(values)
        lows = part(name + "_low") if name + "_low" in columns else nothing
        highs = part(name + "_high") if name + "_high" in columns else nothing
        return [_Value(*one) for one in zip(values, lows, highs, counts)]

    def has_names(self, key: tuple[str, ...]) -> bool:
        """Whether all dimensions of a key were stated."""
        return all(key[self.has_period:])

    def applies(self) -> bool:
        """Whether the figure has names, and what it needs."""
        if not self.stated or not self.of.needs:
            return self.stated
        return any(not math.isnan(one.value) and one.value != 0 for one in self._values[self.of.needs])

    def choose(self) -> None:
        """Chooses the cells that are shown, and reads what is read of these alone."""
        of, weights = self.of, self._values.get(self.of.sort)
        each: list[tuple[float, int]] = []
        self.unstated = 0.0
        for cell, key in enumerate(self.keys):
            weight = weights[cell].value if weights else 1.0
            if not weight > 0:
                continue
            if "stated" in of.flags and not self.has_names(key):
                self.unstated += weight
            else:
                each.append((weight, cell))
        self.eligible, self.total = len(each), 0.0
        for weight, _ in each:
            self.total += weight
        if of.draw == "heat":
            chosen = self._matrix(each)
        elif self.has_period or not of.sort:
            chosen = each[max(0, len(each) - of.rows):] if self.has_period else each[:of.rows]
        else:
            chosen = sorted(each, key=lambda one: (-one[0], one[1]))[:of.rows]
        self.rows = [cell for _, cell in chosen]
        self.table = [[self._read(cell, column) for column in of.columns] for cell in self.rows]
        self.has = [any(not math.isnan(row[c].value) for row in self.table) for c in range(len(of.columns))]
        tells = {column.name for c, column in enumerate(of.columns)
                 if any(not math.isnan(row[c].value) and row[c].value != 0 for row in self.table)}
        self.main = next((name for name in of.main if name in tells), "")

    def is_enough(self) -> bool:
        """Whether there is enough of what was chosen."""
        return len(self.rows) >= self.of.least and (not self.of.main or bool(self.main))

    def _matrix(self, each: list[tuple[float, int]]) -> list[tuple[float, int]]:
        """The cells between the busiest names."""
        weights: dict[str, float] = {}
        for weight, cell in each:
            for name in self.keys[cell][:2]:
                weights[name] = weights.get(name, 0.0) + weight
        busiest = set(sorted(weights, key=lambda name: (-weights[name], name.encode()))[:self.of.rows])
        return [one for one in each if busiest.issuperset(self.keys[one[1]][:2])]

    def _read(self, cell: int, column: _Column) -> _Value:
        if "=" not in column.name:
            return self._values[column.name][cell]
        one = self.view.within(column.name, **dict(zip(self.parts, self.keys[cell])))
        value, low, high = (math.nan if end is None else end for end in (one.value, one.low, one.high))
        return _Value(value, low, high, one.n)

    def shown(self) -> list[tuple[int, _Column, MetricInfo]]:
        """The columns that have a value."""
        return [(c, column, self.infos[c]) for c, column in enumerate(self.of.columns) if self.has[c]]


# ---- JSON ----------------------------------------------------------------------------------------------------------


def _row(at: _Cells, row: int) -> dict[str, Any]:
    values = [(column.name, info, at.table[row][c]) for c, column, info in at.shown()]
    return {
        "key": dict(zip(at.parts, at.keys[at.rows[row]])),
        "metrics": {name: number_or_none(one.value) for name, _, one in values},
        "intervals": {name: [one.low, one.high] for name, _, one in values
                      if not math.isnan(one.low) and not math.isnan(one.high)},
        "n": {name: one.n for name, info, one in values if info.kind != "count" and not math.isnan(one.value)},
    }


def _extreme(one: Any) -> dict[str, Any] | None:
    return None if one is None else {"key": one.key, "value": one.value, "n": one.n}


def _spread(view: View, metric: str) -> dict[str, Any]:
    got = view.spread(metric)
    return {"n": got.n, "cells": got.cells, "eta2": got.eta2, "epsilon2": got.epsilon2, "lowest": _extreme(got.lowest),
            "highest": _extreme(got.highest), "difference": got.difference,
            "interval": None if got.low is None or got.high is None else [got.low, got.high]}


def _charts(at: _Cells, metric: str) -> list[dict[str, Any]]:
    """The charts of all keys but for the period, of which there is one here."""
    if not at.keys:
        return []
    got = at.view.control(metric)
    return [{"key": {}, "points": [{"period": one.period, "value": one.value, "outside": one.outside, "run": one.run}
                                   for one in got.points], "centre": got.centre, "low": got.low, "high": got.high}]


def _drivers(view: View) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for model in header.MODELS:
        got = view.drivers(model)
        made[model] = None if got.r2 is None else {
            "n": got.n, "r2": got.r2, "r2_adjusted": got.r2_adjusted,
            "predictors": {one.name: {"mean": one.mean, "coefficient": one.coefficient, "error": one.error, "t": one.t,
                                      "share": one.share} for one in got.predictors},
            "groups": got.groups, "left_out": list(got.left_out)}
    return made


def _figure(at: _Cells) -> dict[str, Any]:
    of = at.of
    made: dict[str, Any] = {
        "figure": of.name, "title": of.title, "draw": of.draw, "view": at.text, "grain": at.view.grain, "keys": at.parts,
        "columns": [{"name": column.name, "label": column.label, "unit": info.unit,
                     "means": _WITHIN if "=" in column.name else info.summary, "better": column.better}
                    for _, column, info in at.shown()],
        "main": at.main, "sort": of.sort, "of": at.eligible, "total": at.total, "unstated": at.unstated, "whole": at.whole,
        "cells": [_row(at, row) for row in range(len(at.rows))],
    }
    if "spread" in of.flags and at.main and next(info for _, one, info in at.shown() if one.name == at.main).compares:
        made["spread"] = {at.main: _spread(at.view, at.main)}
    charts = [one for one in of.control if any(one == column.name for _, column, _ in at.shown())]
    if charts:
        made["control"] = {one: _charts(at, one) for one in charts}
    if "drivers" in of.flags and not at.parts and at.keys:
        made["drivers"] = _drivers(at.view)
    return made


# ---- plain tables --------------------------------------------------------------------------------------------------


def _escaped(text: str) -> str:
    return html.escape(text.replace("\0", "\ufffd"), quote=False).replace('"', "&quot;")


def _duration(ms: float) -> str:
    """A duration in its two largest units, or in one where that says enough."""
    units = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))
    left, first = abs(ms), 0
    while first < 3 and left < units[first][0]:
        first += 1
    last = first if first == 3 or left >= 100 * units[first][0] else first + 1
    high, low = divmod(math.floor(left / units[last][0] + 0.5), units[first][0] // units[last][0])
    return f"{'-' if ms < 0 else ''}{high:,} {units[first][1]}" + (f" {low} {units[last][1]}" if low else "")


def _plain(unit: str, value: float) -> str:
    if unit == "duration":
        return _duration(value)
    if unit == "share":
        return f"{value * 100:.1f} %"
    if unit == "money" or (unit == "count" and value == math.floor(value)):
        return f"{'-' if value < 0 else ''}{abs(value):,.0f}"
    return f"{value:.1f}" if unit == "points" else f"{value:.2f}"


def _plain_cell(unit: str, one: _Value) -> str:
    shown = "" if math.isnan(one.value) else _plain(unit, one.value)
    if not math.isnan(one.low) and not math.isnan(one.high):
        shown += f" ({_plain(unit, one.low)} to {_plain(unit, one.high)})"
    return f"<td>{shown}</td>"


def _plain_table(title: str, said: str, heads: Iterable[str], rows: Iterable[str], behind: str = "") -> str:
    head = "".join(f'<th scope="col">{_escaped(head)}</th>' for head in heads)
    return (f"<h2>{_escaped(title)}</h2>\n<p>{said}</p>\n<div><table>\n"
            + (f"<thead><tr>{head}</tr></thead>\n" if head else "") + "<tbody>\n"
            + "".join(f"<tr>{row}</tr>\n" for row in rows) + f"</tbody></table></div>\n{behind}")


def _plain_figure(at: _Cells) -> str:
    shown = at.shown()

    def row(place: int) -> str:
        names = "".join(f'<th scope="row"><bdi>{_escaped(part or "(not stated)")}</bdi></th>'
                        for part in at.keys[at.rows[place]])
        return names + "".join(_plain_cell(info.unit, at.table[place][c]) for c, _, info in shown)

    if not at.parts:  # one cell: a row for each column
        rows = [f'<th scope="row">{_escaped(column.label)}</th>' + _plain_cell(info.unit, at.table[0][c])
                for c, column, info in shown]
        return _plain_table(at.of.title, f"<code>{_escaped(at.text)}</code>", (), rows)
    left = at.eligible - len(at.rows)
    return _plain_table(at.of.title, f"<code>{_escaped(at.text)}</code>",
                        [*at.parts, *(column.label for _, column, _ in shown)], map(row, range(len(at.rows))),
                        f"<p>{left:,} more are not shown.</p>\n" if left else "")


def _plain_drivers(view: View) -> str:
    got = view.drivers()
    if got.r2 is None or got.r2_adjusted is None:
        return ""
    summaries = {one.name: one.summary for one in predictors()}
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("predictor", "a journey", "one more", "error", "share"))
    rows = "".join(f'<tr><th scope="row">{_escaped(summaries[one.name])}</th><td>{one.mean:.2f}</td><td>{one.coefficient:.3f}'
                   f"</td><td>{one.error:.3f}</td><td>{one.share * 100:.1f} %</td></tr>\n" for one in got.predictors)
    return (f"<p>R² {got.r2 * 100:.1f} %, adjusted {got.r2_adjusted * 100:.1f} %, of {got.n} journeys. Association, not "
            f"cause.</p>\n<div><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n")


# ---- the page ------------------------------------------------------------------------------------------------------


class _Page:
    """A page that is made."""

    def __init__(self, engine: Engine, journeys: Mapping[int, str]) -> None:
        self.engine, self.journeys = engine, journeys
        self.stats = engine._stats()
        self.figures: list[dict[str, Any]] = []
        self.absent: list[dict[str, Any]] = []
        self.worklists: list[dict[str, Any]] = []
        self.is_unmoved = False  # worklists were left out, as the clock was never moved
        self.plain: list[str] = []
        self.names = {one.name: one.names for one in engine.dimensions()}
        view = engine.add_view("journeys per day")
        days = view._begins()
        self.lacks_sealed = bool(view._info().lacks_sealed)  # of journeys that are sealed views that are new know nothing
        self.first = days[0] if days and not self.lacks_sealed else None
        span = (days[-1] - days[0]) // _DAY if days else 1830
        self.period = next((name for most, name in _PERIODS if span <= most), "year")

    def figure(self, of: _Figure) -> None:
        """Adds a figure, if it applies: by the first of its dimensions that has two names or more, else the first that has
        any."""
        pattern, stated, written = of.title, False, False
        named: str | None = None
        for least, place in itertools.product((2, 1), range(8)):
            text, named = _resolve(of.view, place, self.period)
            if stated or named == "" or (named is None and place):
                continue
            if named is not None and self.names.get(_CHANNELS.get(named, named), 0) < least:
                continue
            of.title = _resolve(pattern, place, self.period)[0]
            at = _Cells(of, self.engine.add_view(text), text)
            stated, written = at.stated, at.applies()
            if written:
                at.choose()
                written = at.is_enough()
            if written:
                self.figures.append(_figure(at))
                self.plain.append(_plain_figure(at))
                if "drivers" in of.flags and not at.parts:
                    self.plain.append(_plain_drivers(at.view))
        if not written:
            listed = re.search(r"\{(.*?)\}", of.view)
            nameless = not stated and named is not None and listed is not None
            title = of.title if stated else _resolve(pattern, 0, self.period)[0]
            lacks = listed[1] if nameless and listed else of.lacks
            self.absent.append({"figure": of.name, "title": title, "lacks": lacks})

    def worklist(self, rule: str, title: str) -> None:
        """Adds a worklist. One whose rule needs what is not recorded is absent."""
        engine, said, size = self.engine, Sentence(), ctypes.sizeof(header.Occasion)
        raw, count = encoded("a rule", rule), ctypes.c_size_t()
        found = (header.Occasion * 0)()
        status = header.TOO_SMALL
        while status == header.TOO_SMALL:
            found = (header.Occasion * max(1, count.value))()
            status = lib.cxj_worklist(engine._open(), raw, len(raw), count.value, *said.room, found, size, ctypes.byref(count))
        if status == header.BAD_ARGUMENT:
            self.absent.append({"figure": rule, "title": title, "lacks": str(said)})
            return
        if status < 0:
            raise error_of(status, f"{rule!r}: {said}")
        if not self.stats.has_now and rule.split()[0] in BY_CLOCK:
            self._leave_out(rule, title)
            return
        occasions = sorted((one.since or getattr(one, "from"), one.journey, one.commitment, getattr(one, "from"),
                            engine._name_or_empty("owner", one.owner), engine._name_or_empty("team", one.team))
                           for one in found[:count.value])[:_LISTED]
        self.worklists.append({"title": title, "rule": rule, "of": count.value, "occasions": [
            {"journey": self._text(journey), "commitment": commitment, "since": since, "from": holds_from, "owner": owner,
             "team": team} for since, journey, commitment, holds_from, owner, team in occasions]})
        self.plain.append(_plain_table(title, f"<code>{_escaped(rule)}</code>: {count.value}",
                                       ("journey", "promise", "since (UTC)", "owner", "team"),
                                       (f'<th scope="row"><bdi>{_escaped(self._text(one[1]))}</bdi></th><td>{one[2]}</td>'
                                        f"<td>{_minute(one[0])}</td><td><bdi>{_escaped(one[4])}</bdi></td>"
                                        f"<td><bdi>{_escaped(one[5])}</bdi></td>" for one in occasions)))

    def _leave_out(self, rule: str, title: str) -> None:
        """Leaves out a worklist that nobody can know: it goes by the clock, which was never moved."""
        self.absent.append({"figure": rule, "title": title, "lacks": "now"})
        if not self.is_unmoved and self.stats.touchpoints:
            self.plain.append("<h2>Who waits now</h2>\n<p>Not known: the clock of the engine was never moved.</p>\n")
        self.is_unmoved = True

    def _text(self, journey: int) -> str:
        """A journey's text: as the host gives it, else as it was recorded, as far as that is kept; else its number."""
        return self.journeys.get(journey) or self.engine._texts.by_number.get(journey) or str(journey)

    def _unrecorded(self) -> list[dict[str, Any]]:
        """Facets that are not recorded, and the metrics that have no value for want of each."""
        left = self.engine._stats().unrecorded_facets
        missing = {one.name: one for one in facets() if one.bit & left}

        def hidden(name: str) -> list[str]:
            return list(dict.fromkeys(one.name for one in metrics() if name in one.needs_all
                                      or (name in one.needs_any and missing.keys() >= one.needs_any)))

        return [{"facet": name, "means": one.summary, "hides": hidden(name)} for name, one in missing.items()]

    def json(self, title: str) -> str:
        """All that the template's script draws; without what could end a script of HTML."""
        stats = self.stats
        made = {"title": title, "version": lib.cxj_version_text().decode(), "touchpoints": stats.touchpoints,
                "journeys": stats.journeys, "sealed": stats.sealed, "rejected": 0, "first": self.first,
                "last": stats.latest_at if stats.touchpoints else None, "now": stats.now if stats.has_now else None,
                "period": self.period, "unrecorded": self._unrecorded(),
                "dimensions": {one.name: one.names for one in self.engine.dimensions() if one.has_names},
                "absent": self.absent, "worklists": self.worklists, "figures": self.figures}
        text = json.dumps(made, ensure_ascii=False, allow_nan=False)
        return re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _minute(ms: int) -> str:
    at = datetime_of(ms)
    return f"{at.year:04}-{at.month:02}-{at.day:02} {at.hour:02}:{at.minute:02}"


@contextmanager
def _as_recorded(engine: Engine) -> Iterator[None]:
    """Takes facets that never occur as not recorded meanwhile, so that nothing looks perfect that nobody writes down; what a
    rule needs stays as it was. Whatever views were added go again."""
    views, before = set(engine), engine._stats().unrecorded_facets
    counts, left = (ctypes.c_uint64 * 32)(), before
    try:
        if engine._settings["feeds"] is None and lib.cxj_facet_counts(engine._open(), counts) == header.OK:
            for one in facets():
                if one.name != "withdrawn" and not counts[one.bit.bit_length() - 1]:
                    with suppress(InvalidError):
                        engine._check(lib.cxj_set_unrecorded(engine._open(), left | one.bit))
                        left |= one.bit
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", IncompleteWarning)  # the page says so itself
            yield
    finally:
        must(lib.cxj_set_unrecorded(engine._open(), before))
        for text in set(engine) - views:
            with suppress(Error):
                engine.drop_view(text)


def page(engine: Engine, title: str, rules: Iterable[str], journeys: Mapping[int, str]) -> bytes:
    """See Engine.page()."""
    text, own = template(), [rules] if isinstance(rules, str) else list(rules)
    with engine._lock, _as_recorded(engine):
        made = _Page(engine, journeys)
        sealed = f"Journeys that are sealed, and not in these numbers: {made.stats.sealed}. " if made.lacks_sealed else ""
        made.plain.append(f"<h1>{_escaped(title)}</h1>\n<p>{made.stats.journeys} journeys, {made.stats.touchpoints} touchpoints. "
                          f"{sealed}Figures are drawn by a script, which does not run here: these are their tables.</p>\n")
        for one in _asked(text):
            if isinstance(one, _Figure):
                made.figure(one)
            elif not own:
                made.worklist(*one)
        for rule in own:
            made.worklist(rule, rule)
        parts = (_escaped(title), "".join(made.plain), made.json(title))
    for mark, part in zip(_MARKS, parts):
        before, _, behind = text.partition(mark)
        text = before + part + behind
    return re.sub("[\ud800-\udfff]", "\ufffd", text).encode()  # halves of pairs, as in a file's name that is no UTF-8
