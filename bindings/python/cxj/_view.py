"""Views: cells in order, as rows, frames, tables and pictures."""

from __future__ import annotations

import ctypes
import html
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Union

from . import _header as header
from ._library import Error, InvalidError, NotFoundError, Sentence, lib, must, sized, warn
from ._table import Column, Columns, html_table, text_table, to_arrow, to_pandas, to_polars
from ._text import visible
from ._values import Metric, MetricInfo, datetime_of, encoded, metric_of, metrics, moment_of, nearest, nearest_metric, show

if TYPE_CHECKING:
    from ._engine import Engine

Key = Union[str, datetime]

#: What is shown where nobody chose: of each grain what most ask first.
SHOWN = {
    "touchpoints": ("touchpoints", "journeys", "csat", "satisfaction", "faults", "wait_p50"),
    "transitions": ("transitions", "changes", "bounces", "lost_context_rate", "satisfaction_step", "wait_p50"),
    "journeys": ("journeys", "completed", "touch_satisfaction", "journey_satisfaction", "handoffs_per_journey", "kept_rate"),
}
_ROWS_SHOWN = 60


class Cell(NamedTuple):
    """One cell of a view: its key, part by part as text (a period as in "2026-11"; an empty text: never stated), and its
    metrics."""

    key: dict[str, str]
    metrics: dict[str, Metric]


class _Reading:
    """One reading of a view, under the lock of its engine, of however many calls of the library: their sentences become
    exceptions, and what the view lacks becomes one warning at the end."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._said = Sentence()
        self._lacks = False
        self.room = self._said.room

    def __enter__(self) -> _Reading:
        self._view._engine._lock.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        try:
            lacks = self._view._lacks() if self._lacks and kind is None else ""
        finally:
            self._view._engine._lock.release()
        if lacks:
            warn(visible(f"{self._view.text!r} is incomplete: it lacks {lacks}"))

    def must(self, status: int, tell: Callable[[str], str] = str) -> None:
        """Raises what a call has failed with, with its sentence as ``tell`` puts it."""
        must(status, tell(str(self._said)))
        self._lacks = self._lacks or status == header.INCOMPLETE

    def sized(self, capacity: int, call: Callable[[int, Any], int]) -> int:
        """See sized()."""
        size, status = sized(capacity, call, lambda: str(self._said))
        self.must(status)
        return size


class View:
    """A question kept permanently answered; it belongs to its engine, and is always up to date.

    len(view) is how many cells there are, iterating gives each as a Cell, in the order of their keys; get() reads one.
    Printed, and in a notebook, it is a table. Two views are equal if they are the same one of the same engine. Each use
    raises cxj.Error after the view was dropped, or its engine closed. Reading one that is incomplete, or lacks what sealed
    journeys have contributed, warns with cxj.IncompleteWarning, once each time."""

    def __init__(self, engine: Engine, handle: ctypes.c_void_p, text: str) -> None:
        self._engine = engine
        self._handle = handle
        self._text = text

    # ---- what it is ----

    @property
    def text(self) -> str:
        """The view as the library spells it: views that say the same have the same text."""
        return self._text

    @property
    def engine(self) -> Engine:
        """The engine to which it belongs."""
        return self._engine

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and self._engine is other._engine and self._handle is other._handle

    def __hash__(self) -> int:
        return hash((id(self._engine), self._handle.value))

    def _open(self) -> ctypes.c_void_p:
        """The handle, under the engine's lock."""
        self._engine._open()
        if self._engine._views.get(self._text) is not self._handle:
            raise Error(f"the view {self._text!r} was dropped")
        return self._handle

    def _info(self) -> header.ViewInfo:
        info = header.ViewInfo()
        must(lib.cxj_view_describe(self._open(), ctypes.byref(info), ctypes.sizeof(info)))
        return info

    @property
    def grain(self) -> str:
        """touchpoints, transitions or journeys."""
        with self._engine._lock:
            return header.GRAINS[self._info().grain - 1]

    @property
    def incomplete(self) -> bool:
        """Whether cells are missing, or may be: the limit of cells was reached, or the view lacks_sealed. Unless it does, the
        cells that are there are exact. To mend: add the view to an engine with a higher cells_limit."""
        with self._engine._lock:
            info = self._info()
            return bool(info.incomplete or info.lacks_sealed)

    @property
    def lacks_sealed(self) -> bool:
        """Whether what some sealed journeys have contributed is missing, and cannot be had again: the view was added after
        they were sealed, or they were left out at the limit of cells."""
        with self._engine._lock:
            return bool(self._info().lacks_sealed)

    def _lacks(self) -> str:
        """What is missing, in words."""
        if self._info().lacks_sealed:
            return "what journeys sealed before have contributed, and perhaps whole cells"
        return "cells beyond the limit of cells"

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of the parts of a key, in order."""
        with self._engine._lock:
            return tuple(name for name, _ in self._parts())

    def _parts(self) -> list[tuple[str, int]]:
        """The parts of a key: name, and the dimension whose names it has; 0 for a period."""
        parts = []
        for part in range(self._info().parts):
            name, dimension = ctypes.c_char_p(), ctypes.c_uint32()
            must(lib.cxj_view_part(self._handle, part, ctypes.byref(name), ctypes.byref(dimension)))
            parts.append(((name.value or b"").decode(), dimension.value))
        return parts

    def metrics(self) -> list[MetricInfo]:
        """The catalogue of the view's grain."""
        return metrics(self.grain)

    def metric(self, name: str) -> MetricInfo:
        """What one metric is. Raises KeyError if there is none of this grain with that name."""
        return self._choose([name])[0]

    def _choose(self, names: Iterable[str] | None) -> list[MetricInfo]:
        """The metrics named, each once; None: all."""
        known = {info.name: info for info in self.metrics()}
        if names is None:
            return list(known.values())
        chosen = []
        for name in dict.fromkeys((names,) if isinstance(names, str) else names):
            if name not in known:
                grains = [info.grain for info in metrics() if info.name == name]
                hint = f"it is one of {' and '.join(grains)}" if grains else nearest_metric(name, self.grain)
                raise NotFoundError(f"there is no metric {name!r} of {self.grain}; {hint}", header.NOT_FOUND)
            chosen.append(known[name])
        return chosen

    # ---- reading ----

    def __len__(self) -> int:
        with self._engine._lock:
            return int(self._info().cells)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        try:
            return f"<cxj.View {self._text!r}: {len(self)} cells>"
        except Error as error:
            return f"<cxj.View {self._text!r}: {error}>"

    def __iter__(self) -> Iterator[Cell]:
        """The cells, as they are now: what is recorded meanwhile does not show. All metrics of each; to read some metrics
        of many cells, to_dict() and its likes take a tenth of the time."""
        chosen = self._choose(None)
        numbers, results = _asked(chosen)
        cells = []
        with _Reading(self) as reading:
            names = [name for name, _ in self._parts()]
            for cursor, key in self._walk(reading):
                reading.must(lib.cxj_cursor_metrics(cursor, numbers, len(chosen), *reading.room, results,
                                                    ctypes.sizeof(header.Value)))
                cells.append(Cell(dict(zip(names, key)), _answers(chosen, results)))
        return iter(cells)

    def _walk(self, reading: _Reading) -> Iterator[tuple[ctypes.c_void_p, tuple[str, ...]]]:
        """A cursor at each cell, and the cell's key as the library writes it."""
        parts, cursor = self._info().parts, ctypes.c_void_p()
        reading.must(lib.cxj_cursor_open(self._open(), *reading.room, ctypes.byref(cursor)))
        try:
            while True:
                status = lib.cxj_cursor_next(cursor)
                if status == header.DONE:
                    return
                must(status)
                yield cursor, tuple(_part_text(cursor, part) for part in range(parts))
        finally:
            lib.cxj_cursor_close(cursor)

    def _period_text(self, reading: _Reading, value: Key) -> str:
        """A period as the library writes it, of its text or of the moment at which it begins."""
        if not isinstance(value, datetime):
            return value
        begin = moment_of("period", value)
        for one, (_, key) in zip(self._read_part(reading, 0, 0, len(self)), self._walk(reading)):
            if moment_of("period", one) == begin:
                return key[0]
        raise NotFoundError(f"{self._text!r} has no cell whose period begins at {value}", header.NOT_FOUND)

    def get(self, *metrics: str, **key: Key) -> dict[str, Metric]:
        """Metrics of the cell under one key: view.get("csat", channel="phone").

        metrics  their names; none: all
        key      each part of the key as text; a period also as the datetime at which it begins, as to_dict() has it; an
                 empty text: never stated. A part that is called like no Python name, such as from, is given as in
                 get(**{"from": "ann", "to": "bob"})

        Raises KeyError if nothing contributes to such a cell, or there is no such metric; cxj.Error if there is no such cell,
        but the view lacks cells, so that nobody knows; ValueError for a key of other parts. Constant time; for a datetime
        in proportion to the cells."""
        chosen = self._choose(metrics or None)
        with _Reading(self) as reading:
            names = [name for name, _ in self._parts()]
            for name in key:
                if name not in names:
                    raise InvalidError(f"the keys of {self._text!r} have no {name!r}; {nearest(name, names)}")
            missing = [name for name in names if name not in key]
            if missing:
                raise InvalidError(f"the keys of {self._text!r} need {', '.join(missing)}, too")
            parts = (header.Text * max(1, len(names)))()
            kept = [encoded(name, self._period_text(reading, key[name]) if name == "period" else key[name])
                    for name in names]
            for part, raw in zip(parts, kept):
                part.text, part.length = raw, len(raw)
            numbers, results = _asked(chosen)

            def tell(said: str) -> str:
                """The sentence, in which a part of the key has its name."""
                return f"{self._text!r}, {key!r}: " + re.sub(r"^parts\[(\d+)\]", lambda part: names[int(part[1])], said)

            reading.must(lib.cxj_view_get(self._open(), parts, ctypes.sizeof(header.Text), len(names), numbers, len(chosen),
                                          *reading.room, results, ctypes.sizeof(header.Value)), tell)
        return _answers(chosen, results)

    def _read(self, reading: _Reading, names: Iterable[str] | None,
              intervals: bool) -> tuple[dict[str, list[Any]], dict[str, Any]]:
        """All cells as columns: the parts of the keys, as text or datetime; and the metrics, as an array of numbers with where
        it begins and ends."""
        chosen = self._choose(names)
        numbers, _ = _asked(chosen)
        values: Any = None
        lows: Any = None
        highs: Any = None
        counts: Any = None

        def ask(capacity: int, cells: Any) -> int:
            nonlocal values, lows, highs, counts
            many = max(1, capacity * len(chosen))
            values = (ctypes.c_double * many)()
            if intervals:
                lows, highs, counts = (ctypes.c_double * many)(), (ctypes.c_double * many)(), (ctypes.c_uint64 * many)()
            return int(lib.cxj_view_read(self._open(), numbers, len(chosen), capacity, *reading.room, values, lows, highs,
                                         counts, cells))

        rows = reading.sized(len(self), ask)
        keys = {name: self._read_part(reading, part, dimension, rows) for part, (name, dimension) in enumerate(self._parts())}
        columns: dict[str, Any] = {}
        for i, info in enumerate(chosen):
            place = (i * rows, (i + 1) * rows)
            columns[info.name] = (values, *place)
            if intervals and info.has_interval:
                columns[info.name + "_low"] = (lows, *place)
                columns[info.name + "_high"] = (highs, *place)
            if intervals:
                columns[info.name + "_n"] = (counts, *place)
        # A part of the key that is called like a metric, such as churned, gets a name of its own.
        return {name + "_key" if name in columns else name: values for name, values in keys.items()}, columns

    def _read_part(self, reading: _Reading, part: int, dimension: int, rows: int) -> list[Any]:
        codes: Any = None

        def ask(capacity: int, cells: Any) -> int:
            nonlocal codes
            codes = (ctypes.c_int64 * max(1, capacity))()
            return int(lib.cxj_view_read_part(self._open(), part, capacity, *reading.room, codes, cells))

        rows = reading.sized(rows, ask)
        if dimension == 0:
            return [datetime_of(code) for code in codes[:rows]]
        if dimension in (header.DIMENSION_OUTCOME, header.DIMENSION_CHURNED):
            names = ("", *header.OUTCOMES) if dimension == header.DIMENSION_OUTCOME else ("", "yes")
            return [names[code] for code in codes[:rows]]
        known = {code: self._engine.name_of(header.DIMENSIONS[dimension - 1], code) for code in set(codes[:rows])}
        return [known[code] for code in codes[:rows]]

    def to_dict(self, metrics: Iterable[str] | None = None, *, intervals: bool = False) -> dict[str, list[Any]]:
        """The cells as a dict of columns: first the parts of the keys, then metrics, as floats.

        metrics    their names; None: all of the grain
        intervals  also, of each metric, name_n, how many observations stand behind it, as a whole number; and before that
                   name_low and name_high, the 95 % interval, if it has one

        A part of a key is a text (empty: never stated), a period the datetime at which it begins; a part that is called
        like a metric has _key behind its name. Durations are in ms, shares and satisfaction from 0 to 1, money in minor
        units, and NaN is no value; metric() says what each is.

        Raises KeyError for a metric that the grain does not have, MemoryError. Time in proportion to cells and metrics."""
        with _Reading(self) as reading:
            keys, columns = self._read(reading, metrics, intervals)
        return {**keys, **{name: array[start:end] for name, (array, start, end) in columns.items()}}

    def _columns(self, metrics: Iterable[str] | None, intervals: bool) -> Columns:
        """The same as columns of which each says what it holds; metrics as arrays of numpy where that is there."""
        with _Reading(self) as reading:
            keys, columns = self._read(reading, metrics, intervals)
        try:
            import numpy
        except ImportError:
            arrays = {name: array for name, (array, _, _) in columns.items()}
        else:
            arrays = {name: numpy.ctypeslib.as_array(array) for name, (array, _, _) in columns.items()}
        return {**{name: Column("moment" if name == "period" else "text", values) for name, values in keys.items()},
                **{name: Column("count" if array._type_ is ctypes.c_uint64 else "number", arrays[name][start:end])
                   for name, (array, start, end) in columns.items()}}

    def to_pandas(self, metrics: Iterable[str] | None = None, *, intervals: bool = False) -> Any:
        """The cells as a pandas.DataFrame; otherwise as to_dict(). Raises ImportError without pandas."""
        return to_pandas(self._columns(metrics, intervals))

    def to_polars(self, metrics: Iterable[str] | None = None, *, intervals: bool = False) -> Any:
        """The cells as a polars.DataFrame, null where there is no value; otherwise as to_dict(). Raises ImportError without
        polars."""
        return to_polars(self._columns(metrics, intervals))

    def to_arrow(self, metrics: Iterable[str] | None = None, *, intervals: bool = False) -> Any:
        """The cells as a pyarrow.Table, null where there is no value; otherwise as to_dict(). Raises ImportError without
        pyarrow."""
        return to_arrow(self._columns(metrics, intervals))

    # ---- looking ----

    def _table(self, metrics: Sequence[str] | None, sort: str | None, rows: int) -> tuple[list[str], list[list[str]], int]:
        """Headings, rows of text, and how many key columns come first."""
        chosen = self._choose(SHOWN[self.grain] if metrics is None else metrics)
        names = [info.name for info in chosen]
        with _Reading(self) as reading:
            keys = [key for _, key in self._walk(reading)]
            _, columns = self._read(reading, names if sort is None else [*names, sort], False)
        values = {name: array[start:end] for name, (array, start, end) in columns.items()}
        order = list(range(len(keys)))
        if sort is not None:
            by = values[sort]
            order.sort(key=lambda row: (by[row] != by[row], -by[row]))
        texts = [[*(visible(part) or "–" for part in keys[row]), *(show(values[info.name][row], info.unit) for info in chosen)]
                 for row in order[:max(0, rows)]]
        return [*self.key_names, *names], texts, len(self.key_names)

    def table(self, metrics: Sequence[str] | None = None, *, sort: str | None = None, rows: int = _ROWS_SHOWN) -> str:
        """The cells as a table of text.

        metrics  their names; None: those that most ask first
        sort     the name of a metric by which cells are in order, the greatest first; None: by key
        rows     how many cells at most; the last line says how many are left

        – stands for what was never stated, and for no value. Raises KeyError for a metric that the grain does not have."""
        headings, texts, keys = self._table(metrics, sort, rows)
        return text_table(self._text, headings, texts, keys, len(self) - len(texts))

    def __str__(self) -> str:
        try:
            return self.table()
        except Error:
            return repr(self)

    def _repr_html_(self) -> str:
        try:
            headings, texts, keys = self._table(None, None, _ROWS_SHOWN)
            return html_table(self._text, headings, texts, keys, len(self) - len(texts))
        except Error:
            return html.escape(repr(self))

    def plot(self, metric: str | None = None, *, ax: Any = None) -> Any:
        """A picture, where matplotlib is there: of transitions by one dimension a heat map, from the rows to the columns, of
        the 20 with most transitions; of a view by period lines, with the metric's 95 % interval around them; of journeys
        by anything else, where no metric is named, satisfaction with the touchpoints against that with the journey; else
        bars.

        metric  what to draw; None: changes (transitions), satisfaction (touchpoints), journey_satisfaction (journeys)
        ax      matplotlib's axes to draw on; None: a new figure of pyplot, which pyplot.close(axes.figure) ends

        Returns the axes; axes.figure.savefig() writes a file. Raises ValueError for a view with nothing to draw, KeyError
        for a metric that it does not have, ImportError without matplotlib."""
        from ._plot import plot

        return plot(self, metric, ax)


def _part_text(cursor: ctypes.c_void_p, part: int) -> str:
    """One part of the key of the cell at which a cursor stands."""
    text, length = ctypes.c_void_p(), ctypes.c_size_t()
    must(lib.cxj_cursor_part(cursor, part, ctypes.byref(text), ctypes.byref(length)))
    return ctypes.string_at(text.value or 0, length.value).decode()


def _asked(chosen: list[MetricInfo]) -> tuple[Any, Any]:
    """The numbers of metrics, and room for their values."""
    return ((ctypes.c_uint32 * max(1, len(chosen)))(*(info.number for info in chosen)),
            (header.Value * max(1, len(chosen)))())


def _answers(chosen: list[MetricInfo], results: Any) -> dict[str, Metric]:
    return {info.name: metric_of(result) for info, result in zip(chosen, results)}
