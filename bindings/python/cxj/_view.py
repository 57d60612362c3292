"""Views: cells in order, as rows, frames, tables and pictures."""

from __future__ import annotations

import ctypes
import html
from datetime import datetime
from typing import TYPE_CHECKING, Any, Iterable, Iterator, NamedTuple, Sequence, Union

from . import _header as header
from ._library import Error, InvalidError, NotFoundError, error_of, lib

if TYPE_CHECKING:
    from ._engine import Engine, Metric, MetricInfo

Key = Union[str, datetime]

#: What is shown where nobody chose: of each grain what most ask first.
SHOWN = {
    "touchpoints": ("touchpoints", "journeys", "csat", "satisfaction", "faults", "wait_p50"),
    "transitions": ("transitions", "changes", "bounces", "lost_context_rate", "satisfaction_step", "wait_p50"),
    "journeys": ("journeys", "completed", "touch_satisfaction", "journey_satisfaction", "handoffs_per_journey", "kept_rate"),
}
_ROWS_SHOWN = 60


class Cell(NamedTuple):
    """One cell of a view: its key, part by part as text (a period as "2026-11"), and its metrics."""

    key: dict[str, str]
    metrics: dict[str, "Metric"]


class View:
    """A question kept permanently answered; it belongs to its engine, and is always up to date.

    len(view) is how many cells there are, iterating gives each as a Cell, in the order of their keys; view.get() reads one.
    Printed, and in a notebook, it is a table."""

    def __init__(self, engine: Engine, handle: ctypes.c_void_p, text: str) -> None:
        self._engine = engine
        self._handle = handle
        self._text = text

    # ---- what it is ----

    @property
    def text(self) -> str:
        """The view as it was given."""
        return self._text

    @property
    def engine(self) -> Engine:
        """The engine to which it belongs."""
        return self._engine

    def _open(self) -> ctypes.c_void_p:
        """The handle, under the engine's lock: a view may have been dropped, and its engine closed."""
        for text, handle in self._engine._each():
            if text == self._text and handle.value == self._handle.value:
                return self._handle
        raise Error(f"the view {self._text!r} was dropped")

    def _info(self) -> header.ViewInfo:
        info = header.ViewInfo()
        lib.cxj_view_describe(self._open(), ctypes.byref(info), ctypes.sizeof(info))
        return info

    @property
    def grain(self) -> str:
        """touchpoints, transitions or journeys."""
        with self._engine._lock:
            return header.GRAINS[self._info().grain - 1]

    @property
    def incomplete(self) -> bool:
        """Whether the limit of cells was reached: the cells that are there are exact, others are missing."""
        with self._engine._lock:
            return bool(self._info().incomplete)

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the parts of a key."""
        with self._engine._lock:
            return tuple(name for name, _ in self._parts())

    def _parts(self) -> list[tuple[str, int]]:
        """The parts of a key: name, and the dimension whose names it has; 0 for a period."""
        parts = []
        for part in range(self._info().parts):
            name, dimension = ctypes.c_char_p(), ctypes.c_uint32()
            lib.cxj_view_part(self._handle, part, ctypes.byref(name), ctypes.byref(dimension))
            parts.append(((name.value or b"").decode(), dimension.value))
        return parts

    def metrics(self) -> list[MetricInfo]:
        """The catalogue of the view's grain."""
        from ._engine import metrics

        return metrics(self.grain)

    def _choose(self, names: Iterable[str] | None) -> list[MetricInfo]:
        from ._engine import nearest

        known = {info.name: info for info in self.metrics()}
        if names is None:
            return list(known.values())
        if isinstance(names, str):
            names = (names,)
        chosen = []
        for name in names:
            if name not in known:
                raise NotFoundError(f"there is no metric {name!r} of {self.grain}; {nearest(name, known)}",
                                    header.NOT_FOUND)
            chosen.append(known[name])
        return chosen

    # ---- reading ----

    def __len__(self) -> int:
        with self._engine._lock:
            return int(self._info().cells)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        if self._engine.closed:
            return f"<cxj.View {self._text!r}, its engine is closed>"
        return f"<cxj.View {self._text!r}: {len(self)} cells>"

    def __iter__(self) -> Iterator[Cell]:
        """The cells, as they are now: what is recorded meanwhile does not show."""
        from ._engine import Metric, _number_or_none

        chosen = self._choose(None)
        numbers = (ctypes.c_uint32 * len(chosen))(*(info.number for info in chosen))
        results = (header.Metric * len(chosen))()
        cells = []
        with self._engine._lock:
            names = [name for name, _ in self._parts()]
            cursor = ctypes.c_void_p()
            status = lib.cxj_cursor_open(self._open(), ctypes.byref(cursor))
            if status != header.OK:
                raise error_of(status, "")
            try:
                while lib.cxj_cursor_next(cursor) == header.OK:
                    key = {}
                    for part, name in enumerate(names):
                        text, length = ctypes.c_void_p(), ctypes.c_size_t()
                        lib.cxj_cursor_part(cursor, part, ctypes.byref(text), ctypes.byref(length))
                        key[name] = ctypes.string_at(text.value or 0, length.value).decode()
                    lib.cxj_cursor_metrics(cursor, numbers, len(chosen), results, ctypes.sizeof(header.Metric))
                    cells.append(Cell(key, {
                        info.name: Metric(_number_or_none(one.value), _number_or_none(one.low),
                                          _number_or_none(one.high), one.n)
                        for info, one in zip(chosen, results)}))
            finally:
                lib.cxj_cursor_close(cursor)
        return iter(cells)

    def get(self, *metrics: str, **key: str) -> dict[str, Metric]:
        """Metrics of the cell under one key: view.get("csat", channel="phone"); all metrics, if none is named. A part
        that is called like no Python name, such as from, is given as in get(**{"from": "ann", "to": "bob"}). Raises
        KeyError if nothing contributes to such a cell."""
        from ._engine import Metric, _number_or_none, nearest

        chosen = self._choose(metrics or None)
        with self._engine._lock:
            names = [name for name, _ in self._parts()]
            for name in key:
                if name not in names:
                    raise InvalidError(f"the keys of {self._text!r} have no {name!r}; {nearest(name, names)}")
            missing = [name for name in names if name not in key]
            if missing:
                raise InvalidError(f"the keys of {self._text!r} need {', '.join(missing)}, too")
            parts = (header.Text * max(1, len(names)))()
            kept = [key[name].encode() for name in names]
            for part, raw in zip(parts, kept):
                part.text, part.length = raw, len(raw)
            numbers = (ctypes.c_uint32 * len(chosen))(*(info.number for info in chosen))
            results = (header.Metric * len(chosen))()
            status = lib.cxj_view_get(self._open(), parts, ctypes.sizeof(header.Text), len(names), numbers, len(chosen),
                                      results, ctypes.sizeof(header.Metric))
            if status != header.OK:
                raise error_of(status, f"{self._text!r} has no cell {key!r}" if status == header.NOT_FOUND else "")
            return {info.name: Metric(_number_or_none(one.value), _number_or_none(one.low), _number_or_none(one.high),
                                      one.n) for info, one in zip(chosen, results)}

    def _read(self, names: Iterable[str] | None, intervals: bool) -> tuple[list[tuple[str, list[Any]]], dict[str, Any]]:
        """All cells as columns: the parts of the keys, as text or datetime, and the metrics, as arrays of double."""
        chosen = self._choose(names)
        numbers = (ctypes.c_uint32 * max(1, len(chosen)))(*(info.number for info in chosen))
        with self._engine._lock:
            rows = len(self)
            arrays = [(ctypes.c_double * max(1, rows * len(chosen)))() for _ in range(3 if intervals else 1)]
            cells = ctypes.c_size_t()
            status = lib.cxj_view_read(self._open(), numbers, len(chosen), rows, *(arrays + [None, None])[:3],
                                       ctypes.byref(cells))
            if status != header.OK:
                raise error_of(status, "")
            keys = [(name, self._read_part(part, dimension, rows))
                    for part, (name, dimension) in enumerate(self._parts())]
        columns: dict[str, Any] = {}
        for i, info in enumerate(chosen):
            columns[info.name] = (arrays[0], i * rows, rows)
            if intervals and info.has_interval:
                columns[info.name + "_low"] = (arrays[1], i * rows, rows)
                columns[info.name + "_high"] = (arrays[2], i * rows, rows)
        return keys, columns

    def _read_part(self, part: int, dimension: int, rows: int) -> list[Any]:
        from ._engine import datetime_of

        codes, cells = (ctypes.c_int64 * max(1, rows))(), ctypes.c_size_t()
        lib.cxj_view_read_part(self._handle, part, rows, codes, ctypes.byref(cells))
        if dimension == 0:
            return [datetime_of(codes[i]) for i in range(rows)]
        if dimension > len(header.DIMENSIONS):
            names = ("", *header.OUTCOMES) if dimension == 10 else ("", "yes")
            return [names[codes[i]] for i in range(rows)]
        known: dict[int, str] = {0: ""}
        texts = []
        for i in range(rows):
            code = codes[i]
            if code not in known:
                known[code] = self._engine._name(header.DIMENSIONS[dimension - 1], code)
            texts.append(known[code])
        return texts

    def to_dict(self, metrics: Iterable[str] | None = None, *, intervals: bool = False) -> dict[str, list[Any]]:
        """The cells as a dict of columns: parts of the keys (a period as the datetime at which it begins), then metrics,
        NaN where there is no value; with intervals also name_low and name_high."""
        keys, columns = self._read(metrics, intervals)
        table: dict[str, list[Any]] = {self._key_name(name, columns): values for name, values in keys}
        for name, (array, start, rows) in columns.items():
            table[name] = array[start:start + rows]
        return table

    @staticmethod
    def _key_name(name: str, columns: Iterable[str]) -> str:
        """A part of the key that is called like a metric, such as churned, gets a name of its own."""
        return name + "_key" if name in columns else name

    def _columns(self, metrics: Iterable[str] | None, intervals: bool) -> tuple[dict[str, list[Any]], dict[str, Any]]:
        """Keys as lists, and metrics as arrays of numpy where that is there, else as lists."""
        keys, columns = self._read(metrics, intervals)
        named = {self._key_name(name, columns): values for name, values in keys}
        try:
            import numpy
        except ImportError:
            return named, {name: array[start:start + rows] for name, (array, start, rows) in columns.items()}
        return named, {name: numpy.ctypeslib.as_array(array)[start:start + rows]
                       for name, (array, start, rows) in columns.items()}

    def to_pandas(self, metrics: Iterable[str] | None = None, *, intervals: bool = False) -> Any:
        """The cells as a pandas.DataFrame; columns as in to_dict()."""
        import pandas

        keys, columns = self._columns(metrics, intervals)
        return pandas.DataFrame({**keys, **columns}, index=range(len(next(iter({**keys, **columns}.values()), ()))))

    def to_polars(self, metrics: Iterable[str] | None = None, *, intervals: bool = False) -> Any:
        """The cells as a polars.DataFrame; columns as in to_dict(), but null where there is no value."""
        import polars

        keys, columns = self._columns(metrics, intervals)
        return polars.DataFrame([*(polars.Series(name, values, polars.Datetime("us", "UTC") if name == "period" else polars.String)
                                   for name, values in keys.items()),
                                 *(polars.Series(name, values, polars.Float64).fill_nan(None)
                                   for name, values in columns.items())])

    def to_arrow(self, metrics: Iterable[str] | None = None, *, intervals: bool = False) -> Any:
        """The cells as a pyarrow.Table; columns as in to_dict(), but null where there is no value."""
        import pyarrow

        keys, columns = self._columns(metrics, intervals)
        return pyarrow.table({
            **{name: pyarrow.array(values, pyarrow.timestamp("us", "UTC") if name == "period" else pyarrow.string())
               for name, values in keys.items()},
            **{name: pyarrow.array(values, pyarrow.float64(), from_pandas=True) for name, values in columns.items()}})

    # ---- looking ----

    def _table(self, metrics: Sequence[str] | None) -> tuple[list[str], list[list[str]], int]:
        """Headings, rows of text, and how many key columns come first."""
        chosen = self._choose(SHOWN[self.grain] if metrics is None else metrics)
        units = {info.name: info.unit for info in chosen}
        table = self.to_dict([info.name for info in chosen])
        headings = list(table)
        keys = len(headings) - len(chosen)
        columns = []
        for position, heading in enumerate(headings):
            shown = table[heading][:_ROWS_SHOWN]
            if position < keys:
                columns.append([show_key(value) for value in shown])
            else:
                columns.append([show(value, units[heading]) for value in shown])
        return headings, [list(row) for row in zip(*columns)], keys

    def table(self, metrics: Sequence[str] | None = None) -> str:
        """The cells as a table of text: the metrics named, or those that most ask first."""
        headings, rows, keys = self._table(metrics)
        widths = [max([len(heading), *(len(row[i]) for row in rows)]) for i, heading in enumerate(headings)]

        def line(cells: Sequence[str]) -> str:
            return "  ".join(cell.ljust(width) if i < keys else cell.rjust(width)
                             for i, (cell, width) in enumerate(zip(cells, widths))).rstrip()

        lines = [self._text, line(headings), *map(line, rows)]
        left = len(self) - len(rows)
        return "\n".join(lines + ([f"… and {left} more"] if left > 0 else []))

    def __str__(self) -> str:
        return repr(self) if self._engine.closed else self.table()

    def _repr_html_(self) -> str:
        headings, rows, keys = self._table(None)
        head = "".join(f"<th>{html.escape(heading)}</th>" for heading in headings)
        body = "".join(
            "<tr>" + "".join(f"<{'th' if i < keys else 'td'}>{html.escape(cell)}</{'th' if i < keys else 'td'}>"
                             for i, cell in enumerate(row)) + "</tr>" for row in rows)
        left = len(self) - len(rows)
        more = f"<caption>and {left} more</caption>" if left > 0 else ""
        return (f"<table><caption>{html.escape(self._text)}</caption>{more}<thead><tr>{head}</tr></thead>"
                f"<tbody>{body}</tbody></table>")

    def plot(self, metric: str | None = None, *, ax: Any = None) -> Any:
        """A picture, where matplotlib is there: of transitions a heat map, from the rows to the columns; of a view by
        period lines, with the metric's 95 % interval around them; of journeys by anything else, where no metric is named,
        satisfaction with the touchpoints against that with the journey; else bars.

        metric: what to draw; None: changes (transitions), satisfaction (touchpoints), journey_satisfaction (journeys).
        ax: matplotlib's axes to draw on; None: a new figure. Returns the axes; axes.figure.savefig() writes a file.
        Raises ValueError for a view with nothing to draw, KeyError for a metric that it does not have."""
        from ._plot import plot

        return plot(self, metric, ax)


def show_key(value: Key) -> str:
    return value.strftime("%Y-%m-%d" if value.hour == 0 else "%Y-%m-%dT%H") if isinstance(value, datetime) else value


def show(value: float, unit: str) -> str:
    """A value in its unit, short."""
    if value != value:
        return "–"
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "duration":
        for length, letter in ((86400000, "d"), (3600000, "h"), (60000, "min"), (1000, "s")):
            if abs(value) >= length:
                return f"{value / length:.1f} {letter}"
        return f"{value:.0f} ms"
    if unit == "satisfaction":
        return f"{value:.3f}"
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"
