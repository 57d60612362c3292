"""Two cells of a view side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ._handover import Column, Columns
from ._library import InvalidError
from ._table import Shown, Table, html_table, markdown_table, text_table
from ._text import visible

if TYPE_CHECKING:
    from ._values import MetricInfo
    from ._view import Key, View

_NAN = float("nan")
_ROWS_SHOWN = 25


class Difference(NamedTuple):
    """One metric in both cells. ``a`` and ``b``: its values, and ``n_a`` and ``n_b`` what stands behind them; ``difference``:
    a less b; ``low`` and ``high``: its 95 % interval, as in Parity. None is no value."""

    metric: str
    a: float | None
    b: float | None
    n_a: int
    n_b: int
    difference: float | None
    low: float | None
    high: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0: more than chance."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


class Comparison(Table):
    """Two cells side by side: what compare() gives. Iterating gives a Difference for each metric of which one cell has a value,
    in the order of the catalogue; comparison["csat"] is one. A table: to_dict(), to_pandas() and its likes. Printed, those
    come first whose difference is more than chance, the clearest of them at the top."""

    __slots__ = ("a", "b", "_text", "_lines", "_infos", "_show")

    def __init__(self, text: str, a: str, b: str, lines: Iterable[Difference], infos: Mapping[str, MetricInfo],
                 show: Callable[[float, str], str]) -> None:
        self._text, self.a, self.b = text, a, b
        self._lines = tuple(lines)
        self._infos, self._show = infos, show

    def __iter__(self) -> Iterator[Difference]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, metric: str) -> Difference:
        for line in self._lines:
            if line.metric == metric:
                return line
        raise KeyError(metric)

    def _caption(self) -> str:
        return f"{self._text}: {self.a} less {self.b}"

    def _columns(self) -> Columns:
        texts = {"metric": [line.metric for line in self._lines], "unit": [self._infos[line.metric].unit for line in self._lines]}
        numbers = {name: [_NAN if (value := getattr(line, name)) is None else value for line in self._lines]
                   for name in ("a", "b", "difference", "low", "high")}
        return {**{name: Column("text", values) for name, values in texts.items()},
                **{name: Column("number", values) for name, values in numbers.items()},
                "n_a": Column("count", [line.n_a for line in self._lines]),
                "n_b": Column("count", [line.n_b for line in self._lines]),
                "clear": Column("flag", [line.clear for line in self._lines])}

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        lines = sorted(self._lines, key=_clearest)
        return ["metric", visible(self.a), visible(self.b), "difference", "95 % interval", "n"], [self._row(line) for line in lines]

    def _row(self, line: Difference) -> list[str]:
        unit = self._infos[line.metric].unit

        def say(value: float | None, signed: bool = False) -> str:
            if signed and unit == "share" and value is not None:
                return f"{100 * value:+.1f} pp"  # percentage points
            shown = self._show(_NAN if value is None else value, unit)
            return "+" + shown if signed and value is not None and value > 0 else shown

        between = "" if line.low is None or line.high is None else f"{say(line.low, True)} to {say(line.high, True)}"
        return [line.metric, say(line.a), say(line.b), say(line.difference, True), between, f"{line.n_a:,}, {line.n_b:,}"]

    def _note(self) -> str:
        tried = [line for line in self._lines if line.low is not None]
        clear = sum(line.clear for line in tried)
        if not tried:
            return ""
        return (f"{clear} of {len(tried)} intervals leave out 0; were both cells alike, about {max(1, round(len(tried) / 20))} would, "
                "by chance alone.")

    def table(self, top: int | None = None) -> Shown:
        """As text, of so many metrics at most; None: all."""
        headings, rows = self._rows()
        most = len(rows) if top is None else max(0, top)
        text = text_table(self._caption(), headings, rows[:most], 1, len(rows) - most)
        html = html_table(self._caption(), headings, rows[:most], 1, len(rows) - most)
        note = self._note()
        return Shown.of(f"{text}\n{note}" if note else text, html + (f"<p>{note}</p>" if note else ""))

    def to_markdown(self) -> str:
        """As a table in Markdown."""
        return markdown_table(*self._rows(), 1)

    def __str__(self) -> str:
        return str(self.table(_ROWS_SHOWN))

    def _repr_html_(self) -> str:
        return self.table(_ROWS_SHOWN)._repr_html_()


def _clearest(line: Difference) -> tuple[int, float]:
    """First what is more than chance, by how many of its intervals it lies from 0; then what has an interval; then the rest in
    its order."""
    if line.difference is None or line.low is None or line.high is None:
        return 2, 0.0
    half = (line.high - line.low) / 2
    return (0 if line.clear else 1), -abs(line.difference) / half if half else 0.0


def compare(view: View, a: Key | Mapping[str, Key], b: Key | Mapping[str, Key],
            metrics: Iterable[str] | None = None) -> Comparison:
    """Two cells of a view side by side: cxj.compare(engine["journeys by segment"], "mover", "newcomer").

    a, b     the keys of two cells, as for View.parity()
    metrics  their names; None: all of which one of the cells has a value

    Differences have a 95 % interval where the metric compares (MetricInfo.compares) and both have a value. Many are looked
    at, so that some seem clear by chance: a note says how many. Raises as View.parity()."""
    chosen = view._choose(metrics)
    names = [info.name for info in chosen]
    keys = [view._key(key) for key in (a, b)]
    with view._engine._lock:  # both as they are at one moment
        first, second = (view.get(*names, **key) for key in keys)
        if dict(keys[0]) == dict(keys[1]):
            raise InvalidError(f"{keys[0]!r} is the same cell twice")
        lines = []
        for info in chosen:
            one, other = first[info.name], second[info.name]
            if metrics is None and one.value is None and other.value is None:
                continue
            low = high = None
            difference = None if one.value is None or other.value is None else one.value - other.value
            if info.compares and difference is not None:
                parity = view.parity(info.name, a, b)
                difference, low, high = parity.difference, parity.low, parity.high
            lines.append(Difference(info.name, one.value, other.value, one.n, other.n, difference, low, high))
    said = [", ".join(str(part) or "–" for part in key.values()) for key in keys]
    return Comparison(view.text, said[0], said[1], lines, {info.name: info for info in chosen}, view._show_in())
