"""Views: cells in order, as rows, frames, tables and pictures."""

from __future__ import annotations

import csv
import ctypes
import functools
import html
import io
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Union

from . import _header as header
from ._analysis import (
    Contributors,
    Control,
    Drivers,
    Extreme,
    Parity,
    Point,
    Relation,
    Spread,
    drivers_of,
    span_of,
    within_of,
)
from ._library import Error, InvalidError, NotFoundError, Sentence, lib, must, sized, warn
from ._handover import Column, Columns, stream
from ._periods import begin_of
from ._pivot import Pivot
from ._table import Shown, html_table, markdown_table, text_table, to_arrow, to_list, to_pandas, to_polars
from ._text import visible
from ._values import (
    FACETS,
    Metric,
    MetricInfo,
    datetime_of,
    encoded,
    metric_of,
    metrics,
    moment_of,
    nearest,
    nearest_metric,
    number_or_none,
    place_of,
    show,
)

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
        self.goes_by_clock = False  # what is read leaves out the period in which the clock stands
        self.room = self._said.room

    def __enter__(self) -> _Reading:
        self._view._engine._lock.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        try:
            lacks = self._view._lacks() if self._lacks and kind is None else ""
            is_unmoved = self.goes_by_clock and kind is None and self._view._engine._is_unmoved()
        finally:
            self._view._engine._lock.release()
        if lacks:
            warn(visible(f"{self._view.text!r} is incomplete: it lacks {lacks}"))
        if is_unmoved:
            warn(visible(f"{self._view.text!r}: the last period counts, though it may not be over, as the clock was never "
                         "moved; engine.advance(moment) moves it, such as to engine.stats().latest_at, where the log ends"))

    def must(self, status: int, tell: Callable[[str], str] = str) -> None:
        """Raises what a call has failed with, with its sentence as ``tell`` puts it."""
        must(status, tell(str(self._said)))
        self._lacks = self._lacks or status == header.INCOMPLETE

    def sized(self, capacity: int, call: Callable[[int, Any], int], tell: Callable[[str], str] = str) -> int:
        """See sized()."""
        size, status = sized(capacity, call, lambda: tell(str(self._said)))
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
            if isinstance(name, str) and "=" in name:
                chosen.append(within_of(name, self.grain, self._in_working_hours()))
                continue
            if name not in known:
                grains = [info.grain for info in metrics() if info.name == name]
                hint = f"it is one of {' and '.join(grains)}" if grains else nearest_metric(name, self.grain)
                raise NotFoundError(f"there is no metric {name!r} of {self.grain}; {hint}", header.NOT_FOUND)
            chosen.append(known[name])
        return chosen

    def _in_working_hours(self) -> bool:
        return " in working hours" in re.sub(r'"(?:[^"]|"")*"', "", self._text)  # not in a name

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

    def _walk(self, reading: _Reading, parts: int | None = None) -> Iterator[tuple[ctypes.c_void_p, tuple[str, ...]]]:
        """A cursor at each cell, and the cell's key as the library writes it: its first parts, or all."""
        cursor, wanted = ctypes.c_void_p(), range(self._info().parts if parts is None else parts)
        reading.must(lib.cxj_cursor_open(self._open(), *reading.room, ctypes.byref(cursor)))
        try:
            while True:
                status = lib.cxj_cursor_next(cursor)
                if status == header.DONE:
                    return
                must(status)
                yield cursor, tuple(_part_text(cursor, part) for part in wanted)
        finally:
            lib.cxj_cursor_close(cursor)

    def _period_texts(self, reading: _Reading) -> list[str]:
        """The periods of all cells as the library writes them."""
        return [key[0] for _, key in self._walk(reading, 1)]

    def _begins(self) -> list[int]:
        """The moments at which the periods of all cells begin."""
        with _Reading(self) as reading:
            return list(self._read_codes(reading, 0, len(self)))

    def _period_text(self, reading: _Reading, value: Key) -> str:
        """A period as the library writes it, of its text, or of the local time or the moment at which it begins."""
        if not isinstance(value, datetime):
            return value
        texts, begins = self._period_texts(reading), self._read_codes(reading, 0, len(self))
        for text, begin in zip(texts, begins):
            if value == begin_of(text) if value.tzinfo is None else moment_of("period", value) == begin:
                return text
        raise NotFoundError(f"{self._text!r} has no cell whose period begins at {value}", header.NOT_FOUND)

    def get(self, *metrics: str, **key: Key) -> dict[str, Metric]:
        """Metrics of the cell under one key: view.get("csat", channel="phone").

        metrics  their names; none: all
        key      each part of the key as text; a period also as the datetime at which it begins, in local time without a
                 zone, as to_dict() has it, or with one; an empty text: never stated. A part that is called like no Python
                 name, such as from, is given as in get(**{"from": "ann", "to": "bob"})

        Raises KeyError if nothing contributes to such a cell, or there is no such metric; cxj.Error if there is no such cell,
        but the view lacks cells, so that nobody knows; ValueError for a key of other parts. Constant time; for a datetime
        in proportion to the cells."""
        chosen = self._choose(metrics or None)
        with _Reading(self) as reading:
            texts, tell = self._texts(reading, key)
            return self._answer(reading, texts, tell, chosen)

    def __getitem__(self, key: Key | tuple[Key, ...] | Mapping[str, Key]) -> dict[str, Metric]:
        """All metrics of the cell under a key: view["mover"]["gap"].value. The key is that of a dict, its only part, or all
        its parts in order, as in view["ann", "bob"]; of a view without parts view[()]. Raises as get()."""
        names = self.key_names
        if isinstance(key, Mapping):
            return self.get(**key)
        parts = key if isinstance(key, tuple) else (key,)
        if len(parts) != len(names):
            raise InvalidError(f"a key of {self._text!r} has {len(names)} parts{': ' if names else ''}{', '.join(names)}, not "
                               f"{len(parts)}")
        return self.get(**dict(zip(names, parts)))

    def __contains__(self, key: object) -> bool:
        """Whether there is a cell under a key, as in view["mover"], or that of a Cell."""
        try:
            self[key.key if isinstance(key, Cell) else key]  # type: ignore[index]
        except (NotFoundError, InvalidError):
            return False
        return True

    def _texts(self, reading: _Reading, key: Mapping[str, Key], first: int = 0) -> tuple[Any, Callable[[str], str]]:
        """A key as the library takes it, from one of its parts on, and what gives parts their names in a sentence about it."""
        names = [name for name, _ in self._parts()][first:]
        for name in key:
            if name not in names:
                raise InvalidError(f"the keys of {self._text!r} have no {name!r}; {nearest(name, names)}")
        missing = [name for name in names if name not in key]
        if missing:
            raise InvalidError(f"the keys of {self._text!r} need {', '.join(missing)}, too")
        texts = (header.Text * max(1, len(names)))()
        for text, name in zip(texts, names):
            raw = encoded(name, self._period_text(reading, key[name]) if name == "period" else key[name])
            text.text, text.length = raw, len(raw)

        def tell(said: str) -> str:
            return f"{self._text!r}, {key!r}: " + re.sub(r"^parts\[(\d+)\]", lambda part: names[int(part[1])],
                                                             re.sub("^parts: ", "", said))

        return texts, tell

    def _answer(self, reading: _Reading, texts: Any, tell: Callable[[str], str],
                chosen: list[MetricInfo]) -> dict[str, Metric]:
        """Metrics of the cell under a key."""
        stored, answers = [info for info in chosen if not _is_within(info)], {}
        parts, size = len(self._parts()), ctypes.sizeof(header.Value)
        numbers, results = _asked(stored)
        if stored or not chosen:
            reading.must(lib.cxj_view_get(self._open(), texts, ctypes.sizeof(header.Text), parts, numbers, len(stored),
                                          *reading.room, results, size), tell)
            answers = _answers(stored, results)
        for info in chosen:
            if _is_within(info):
                answers[info.name] = metric_of(self._within(reading, texts, tell, info))
        return {info.name: answers[info.name] for info in chosen}

    def _within(self, reading: _Reading, texts: Any, tell: Callable[[str], str], info: MetricInfo) -> header.Value:
        """What was within a span, in the cell under a key."""
        one, span = header.Value(), span_of(info.name.partition("=")[2])[0]
        reading.must(lib.cxj_view_within(self._open(), texts, ctypes.sizeof(header.Text), len(self._parts()), info.number, span,
                                         *reading.room, ctypes.byref(one), ctypes.sizeof(one)), tell)
        return one

    def _read_within(self, reading: _Reading, info: MetricInfo, rows: int) -> tuple[Any, Any, Any, Any]:
        """The same of all cells: values, both ends of intervals, and counts."""
        values, lows, highs = ((ctypes.c_double * max(1, rows))() for _ in range(3))
        counts = (ctypes.c_uint64 * max(1, rows))()
        for row, (_, key) in enumerate(self._walk(reading)):
            texts = (header.Text * max(1, len(key)))()
            for text, part in zip(texts, key):
                text.text = part.encode()
                text.length = len(text.text)
            one = self._within(reading, texts, str, info)
            values[row], lows[row], highs[row], counts[row] = one.value, one.low, one.high, one.n
        return values, lows, highs, counts

    def _read(self, reading: _Reading, names: Iterable[str] | None,
              intervals: bool) -> tuple[dict[str, list[Any]], dict[str, Any]]:
        """All cells as columns: the parts of the keys, as text or datetime; and the metrics, as an array of numbers with where
        it begins and ends, and what kind of column it is."""
        chosen = self._choose(names)
        stored = [info for info in chosen if not _is_within(info)]
        numbers, _ = _asked(stored)
        values: Any = None
        lows: Any = None
        highs: Any = None
        counts: Any = None

        def ask(capacity: int, cells: Any) -> int:
            nonlocal values, lows, highs, counts
            many = max(1, capacity * len(stored))
            values = (ctypes.c_double * many)()
            if intervals:
                lows, highs, counts = (ctypes.c_double * many)(), (ctypes.c_double * many)(), (ctypes.c_uint64 * many)()
            return int(lib.cxj_view_read(self._open(), numbers, len(stored), capacity, *reading.room, values, lows, highs,
                                         counts, cells))

        rows = reading.sized(len(self), ask)
        keys = {name: self._read_part(reading, part, dimension, rows) for part, (name, dimension) in enumerate(self._parts())}
        columns: dict[str, Any] = {}
        for info in chosen:
            place, arrays = (0, rows), (values, lows, highs, counts)
            if _is_within(info):
                arrays = self._read_within(reading, info, rows)
            else:
                place = (stored.index(info) * rows, (stored.index(info) + 1) * rows)
            kind = "integer" if info.kind == "count" else "duration" if info.unit == "duration" else "number"
            columns[info.name] = (arrays[0], *place, kind)
            if intervals and info.has_interval:
                columns[info.name + "_low"] = (arrays[1], *place, kind)
                columns[info.name + "_high"] = (arrays[2], *place, kind)
            if intervals:
                columns[info.name + "_n"] = (arrays[3], *place, "count")
        # A part of the key that is called like a metric, such as churned, gets a name of its own.
        return {name + "_key" if name in columns else name: values for name, values in keys.items()}, columns

    def _read_codes(self, reading: _Reading, part: int, rows: int) -> Any:
        """One part of the keys of all cells, as codes; of a period the moments in ms at which it begins."""
        codes: Any = None

        def ask(capacity: int, cells: Any) -> int:
            nonlocal codes
            codes = (ctypes.c_int64 * max(1, capacity))()
            return int(lib.cxj_view_read_part(self._open(), part, capacity, *reading.room, codes, cells))

        rows = reading.sized(rows, ask)
        return codes[:rows]

    def _read_part(self, reading: _Reading, part: int, dimension: int, rows: int) -> list[Any]:
        if dimension == 0:
            known_texts = self._period_texts(reading)
            begins = {text: begin_of(text) for text in set(known_texts)}
            return [begins[text] for text in known_texts]
        codes = self._read_codes(reading, part, rows)
        if dimension in (header.DIMENSION_OUTCOME, header.DIMENSION_CHURNED):
            names = ("", *header.OUTCOMES) if dimension == header.DIMENSION_OUTCOME else ("", "yes")
            return [names[code] for code in codes]
        known = {code: self._engine.name_of(header.DIMENSIONS[dimension - 1], code) for code in set(codes)}
        return [known[code] for code in codes]

    def to_dict(self, metrics: Iterable[str] | None = None, *, intervals: bool = False,
                timedeltas: bool = False) -> dict[str, list[Any]]:
        """The cells as a dict of columns: first the parts of the keys, then metrics: counts and sums as whole numbers, others
        as floats.

        metrics     their names; None: all of the grain
        intervals   also, of each metric, name_n, how many observations stand behind it, as a whole number; and before that
                    name_low and name_high, the 95 % interval, if it has one
        timedeltas  durations as timedeltas, None for no value, and not as floats in ms

        A part of a key is a text (empty: never stated), a period the datetime at which it begins, in local time, as the
        engine's calendar has it (None: UTC), and without a zone; a part that is called like a metric has _key behind its
        name. Durations are in ms, shares and satisfaction from 0 to 1, money in minor units, and NaN is no value; metric()
        says what each is.

        Raises KeyError for a metric that the grain does not have, MemoryError. Time in proportion to cells and metrics."""
        with _Reading(self) as reading:
            keys, columns = self._read(reading, metrics, intervals)
        return {**keys, **{name: to_list(kind if timedeltas or kind != "duration" else "number", array[start:end])
                           for name, (array, start, end, kind) in columns.items()}}

    def _columns(self, metrics: Iterable[str] | None, intervals: bool, timedeltas: bool) -> Columns:
        """The same as columns of which each says what it holds; metrics as arrays of numpy where that is there."""
        with _Reading(self) as reading:
            keys, columns = self._read(reading, metrics, intervals)
        try:
            import numpy
        except ImportError:
            arrays = {name: array for name, (array, _, _, _) in columns.items()}
        else:
            arrays = {name: numpy.ctypeslib.as_array(array) for name, (array, _, _, _) in columns.items()}
        return {**{name: Column("local" if name == "period" else "text", values) for name, values in keys.items()},
                **{name: Column(kind if timedeltas or kind != "duration" else "number", arrays[name][start:end])
                   for name, (array, start, end, kind) in columns.items()}}

    def to_pandas(self, metrics: Iterable[str] | None = None, *, intervals: bool = False, timedeltas: bool = False) -> Any:
        """The cells as a pandas.DataFrame, counts as Int64; otherwise as to_dict(). Raises ImportError without pandas."""
        return to_pandas(self._columns(metrics, intervals, timedeltas))

    def to_polars(self, metrics: Iterable[str] | None = None, *, intervals: bool = False, timedeltas: bool = False) -> Any:
        """The cells as a polars.DataFrame, null where there is no value; otherwise as to_dict(). Raises ImportError without
        polars."""
        return to_polars(self._columns(metrics, intervals, timedeltas))

    def to_arrow(self, metrics: Iterable[str] | None = None, *, intervals: bool = False, timedeltas: bool = False) -> Any:
        """The cells as a pyarrow.Table, null where there is no value; otherwise as to_dict(). Raises ImportError without
        pyarrow."""
        return to_arrow(self._columns(metrics, intervals, timedeltas))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """All cells and metrics for whoever reads Arrow's C stream interface: duckdb.sql("from view"), polars.DataFrame(view),
        pyarrow.table(view), pandas.DataFrame.from_arrow(view). It needs neither pyarrow nor numpy."""
        return stream(self._columns(None, False, False))

    def to_csv(self, file: Any = None, metrics: Iterable[str] | None = None, *, intervals: bool = False) -> str | None:
        """The cells as CSV, with a line of headings; otherwise as to_dict().

        file  a path, or what csv.writer() takes; None: the text is returned

        A period is written as in Cell.key, such as 2026-11; no value is an empty field; numbers have all their digits. Names
        are written as they are: a spreadsheet may take one that begins with = for a formula."""
        if isinstance(file, (str, os.PathLike)):
            with open(file, "w", encoding="utf-8", newline="") as opened:
                return self.to_csv(opened, metrics, intervals=intervals)
        with _Reading(self) as reading:
            keys, columns = self._read(reading, metrics, intervals)
            if "period" in keys:
                keys["period"] = self._period_texts(reading)
        lists = [to_list(kind if kind != "duration" else "number", array[start:end])
                 for array, start, end, kind in columns.values()]
        into = io.StringIO() if file is None else file
        writer = csv.writer(into, lineterminator="\n")
        writer.writerow([*keys, *columns])
        writer.writerows(zip(*keys.values(), *([("" if value != value else value) for value in values] for values in lists)))
        return into.getvalue() if file is None else None

    def pivot(self, rows: str, columns: str, metric: str, **key: Key) -> Pivot:
        """One metric over two parts of the key: view.pivot("from", "to", "wait_p50").

        rows, columns  names of two parts of the key; metric: its name
        key            the other parts of the key, if there are any, as in get()

        Raises KeyError for a metric that the grain does not have, ValueError for parts that the keys do not have, or that
        are missing. Time in proportion to the cells."""
        names, info = self.key_names, self._choose([metric])[0]
        for name in (rows, columns, *key):
            if name not in names:
                raise InvalidError(f"the keys of {self._text!r} have no {name!r}; {nearest(name, names)}")
        left = [name for name in names if name not in (rows, columns, *key)]
        if left or rows == columns or {rows, columns} & key.keys():
            raise InvalidError(f"pivot: rows and columns are two different parts, and others have one value each; the keys of "
                               f"{self._text!r} are {', '.join(names)}")
        with _Reading(self) as reading:
            fixed = {name: self._period_text(reading, value) if name == "period" else value for name, value in key.items()}
            keys = [dict(zip(names, one)) for _, one in self._walk(reading)]
            array, start, _, kind = self._read(reading, [metric], False)[1][metric]
        chosen = [place for place, one in enumerate(keys) if all(one[name] == value for name, value in fixed.items())]
        values = {(keys[place][rows], keys[place][columns]): array[start + place] for place in chosen}
        return Pivot(f"{self._text}: {metric}", rows, columns, values, info.unit, kind, self._show_in())

    # ---- beyond one cell ----

    def within(self, text: str, **key: Key) -> Metric:
        """How many made it in time: view.within("first_response=4h", type="repair").

        text  a family of durations that has quantiles (wait, response, lateness; of journeys duration, silence, warning,
              first_response, lateness, closed_loop), =, and a span: a whole number with m (minutes), h, d (24 hours) or w (7
              days), of 1 to 5,000,000 minutes; in working hours only m and h, for a working day is not 24 hours
        key   the cell, as in get()

        The share of the cell's durations that are at most so long, with Wilson's interval and how many there are; value is
        None where there are none, or they are not recorded. Off by the durations within 1/128 of the span at most. Such
        a text stands in get(), to_dict() and its likes, table() and plot(), too, in place of a metric's name.

        Raises ValueError for what is no family or no span, and as get(). Time in proportion to the buckets in use, some
        hundreds at most."""
        info = within_of(text, self.grain, self._in_working_hours())
        with _Reading(self) as reading:
            return metric_of(self._within(reading, *self._texts(reading, key), info))

    def spread(self, metric: str) -> Spread:
        """How far a metric depends on the cell: on whom, or on which channel, a customer meets.

        metric  one that compares between cells (MetricInfo.compares): a share or a mean of ratings, NPS included; but not
                gap, nor of journeys on_time_rate and kept_rate

        Raises KeyError for a metric that the grain does not have, ValueError for one that does not go, with those that do.
        Time c·log(c) for c cells."""
        info, got = self._one(metric), header.Spread()
        with _Reading(self) as reading:
            reading.must(lib.cxj_view_spread(self._open(), info.number, *reading.room, ctypes.byref(got), ctypes.sizeof(got)))
            lowest = self._extreme(reading, got.lowest_cell, got.lowest)
            highest = self._extreme(reading, got.highest_cell, got.highest)
        difference = metric_of(got.difference)
        return Spread(metric, got.n, got.cells, number_or_none(got.eta_squared), number_or_none(got.epsilon_squared), lowest,
                      highest, difference.value, difference.low, difference.high)

    def _one(self, metric: str) -> MetricInfo:
        """A metric of the catalogue."""
        if not isinstance(metric, str) or "=" in metric:
            raise NotFoundError(f"the name of a metric is expected, not {metric!r}", header.NOT_FOUND)
        return self.metric(metric)

    def _extreme(self, reading: _Reading, place: int, value: header.Value) -> Extreme | None:
        """The cell at a place in the order of keys; None if there is none."""
        if place == header.NO_INDEX:
            return None
        key = next(itertools.islice(self._walk(reading), place, None))[1]
        one = metric_of(value)
        return Extreme(dict(zip((name for name, _ in self._parts()), key)), value.value, one.low, one.high, one.n)

    def control(self, metric: str, **key: Key) -> Control:
        """Whether a metric has changed over time, or just varies: view.control("csat", channel="phone") of a view by channel
        per week.

        metric  any but quantiles
        key     the parts of the key after the period, as in get()

        Without the period in which the clock stands and those behind it; where the clock was never moved (Engine.advance()),
        none is left out, and cxj.IncompleteWarning says so.

        Raises KeyError for a metric that the grain does not have, and if nothing contributes to such a key; ValueError for
        a quantile, a view without a period and a key of other parts. Time in proportion to the cells."""
        info, got, size = self._one(metric), header.Control(), ctypes.sizeof(header.ControlPoint)
        capacity, status = 64, header.TOO_SMALL
        points = (header.ControlPoint * 0)()
        with _Reading(self) as reading:
            texts, tell = self._texts(reading, key, self._info().has_period)
            parts = len(self._parts()) - self._info().has_period
            while status == header.TOO_SMALL:
                points = (header.ControlPoint * capacity)()
                status = int(lib.cxj_view_control(self._open(), texts, ctypes.sizeof(header.Text), parts, info.number, capacity,
                                                  *reading.room, points, size, ctypes.byref(got), ctypes.sizeof(got)))
                capacity = got.points
            reading.must(status, tell)
            reading.goes_by_clock = True
        return Control(metric, info.unit, tuple(
            Point(one.period.decode(), datetime_of(one.start), one.value.value, one.value.n, bool(one.outside), bool(one.in_run))
            for one in points[:got.points]), number_or_none(got.centre), number_or_none(got.low), number_or_none(got.high))

    def parity(self, metric: str, a: Key | Mapping[str, Key], b: Key | Mapping[str, Key]) -> Parity:
        """Whether these get what those get: view.parity("csat", "phone", "chat").

        metric  as for spread()
        a, b    the keys of two cells: a dict as Cell.key is, such as {"channel": "phone"}; of a view whose keys have one part
                that part alone

        Raises KeyError and ValueError as spread() and get(). Constant time."""
        info, got = self._one(metric), header.Parity()
        with _Reading(self) as reading:
            (of_a, tell_a), (of_b, tell_b) = (self._texts(reading, self._key(key)) for key in (a, b))

            def tell(said: str) -> str:
                """The sentence, which begins with the key that it is about."""
                tell = tell_b if said.startswith("b_") else tell_a
                return tell(re.sub(r"^[ab]_(?=parts)", "", said))

            reading.must(lib.cxj_view_parity(self._open(), of_a, of_b, ctypes.sizeof(header.Text), len(self._parts()),
                                             info.number, *reading.room, ctypes.byref(got), ctypes.sizeof(got)), tell)
        difference = metric_of(got.difference)
        return Parity(metric, metric_of(got.a), metric_of(got.b), difference.value, difference.low, difference.high)

    def _key(self, key: Key | Mapping[str, Key]) -> Mapping[str, Key]:
        if isinstance(key, Mapping):
            return key
        names = self.key_names
        if len(names) != 1:
            raise InvalidError(f"a key of {self._text!r} has {len(names)} parts ({', '.join(names)}); a dict, such as Cell.key, "
                               "is expected")
        return {names[0]: key}

    def relation(self, first: str, second: str) -> Relation:
        """How one metric goes with another over the cells: view.relation("journeys", "kept_rate").

        first, second  any of the grain

        Of a view with a period without the period in which the clock stands and those behind it, as control(). Raises
        KeyError for a metric that the grain does not have. Time c·log(c) for c cells."""
        one, other, got = self._one(first), self._one(second), header.Relation()
        with _Reading(self) as reading:
            reading.must(lib.cxj_view_relation(self._open(), one.number, other.number, *reading.room, ctypes.byref(got),
                                               ctypes.sizeof(got)))
            reading.goes_by_clock = bool(self._info().has_period)
        return Relation(first, second, got.n, *map(number_or_none, (got.r, got.slope, got.intercept, got.low, got.high)))

    def drivers(self, model: str = "satisfaction", **key: Key) -> Drivers:
        """What goes with content customers, or with customers who leave, in one cell of a view with drivers:
        engine["journeys by type with drivers"].drivers("churn", type="repair").

        model  what is explained: satisfaction, the journey's rating, over the journeys that have one; or churn, over all
        key    the cell, as in get()

        Raises ValueError for what is no model, and for a view without drivers; and as get(). At most some milliseconds."""
        number, got = place_of("model", model, header.MODELS), header.Drivers()
        with _Reading(self) as reading:
            texts, tell = self._texts(reading, key)
            reading.must(lib.cxj_view_drivers(self._open(), texts, ctypes.sizeof(header.Text), len(self._parts()), number,
                                              *reading.room, ctypes.byref(got), ctypes.sizeof(got)), tell)
        return drivers_of(got, header.MODELS[number - 1])

    def journeys(self, **key: Key) -> Contributors:
        """The journeys behind a cell: those with a touchpoint, or a transition, in it, or that are themselves in it.

        key  the cell, as in get(); view.journeys(**cell.key)

        Raises as get(), and MemoryError. Time in proportion to the journeys held, and to the touchpoints of those that might
        contribute."""
        with self._engine._lock:
            journeys, sealed = self._contributors(key)
            texts = self._engine._texts.names("journey", journeys)
        return Contributors(tuple(journeys) if texts is None else tuple(sorted(texts.values())), sealed)

    def _contributors(self, key: Mapping[str, Key]) -> tuple[list[int], int]:
        """The numbers of the journeys behind a cell, and how many sealed ones contribute."""
        found: Any = None
        sealed = ctypes.c_uint64()
        with _Reading(self) as reading:
            texts, tell = self._texts(reading, key)

            def ask(capacity: int, count: Any) -> int:
                nonlocal found
                found = (ctypes.c_uint64 * max(1, capacity))()
                return int(lib.cxj_view_journeys(self._open(), texts, ctypes.sizeof(header.Text), len(self._parts()), capacity,
                                                 *reading.room, found, count, ctypes.byref(sealed)))

            count = reading.sized(256, ask, tell)
        return found[:count], sealed.value

    # ---- looking ----

    def _show_in(self) -> Callable[..., str]:
        """What shows a value of a unit in this view."""
        return functools.partial(show, clock=not self._in_working_hours(), currency=self._engine.currency)

    def _table(self, metrics: Sequence[str] | None, sort: str | None, top: int) -> tuple[list[str], list[list[str]], int, int]:
        """Headings, rows of text, how many key columns come first, and how many rows are left."""
        chosen = self._choose(SHOWN[self.grain] if metrics is None else metrics)
        names, say = [info.name for info in chosen], self._show_in()
        by = (sort or "").lstrip("-")
        with _Reading(self) as reading:
            keys = [key for _, key in self._walk(reading)]
            _, columns = self._read(reading, [*names, by] if by else names, False)
        values = {name: array[start:end] for name, (array, start, end, _) in columns.items()}
        order = list(range(len(keys)))
        if sort:
            sign = 1 if sort.startswith("-") else -1
            order.sort(key=lambda row: (values[by][row] != values[by][row], sign * values[by][row]))
        texts = [[*(visible(part) or "–" for part in keys[row]), *(say(values[info.name][row], info.unit) for info in chosen)]
                 for row in order[:max(0, top)]]
        return [*self.key_names, *names], texts, len(self.key_names), len(keys) - len(texts)

    def table(self, metrics: Sequence[str] | None = None, *, sort: str | None = None, top: int | None = None,
              rows: int = _ROWS_SHOWN) -> Shown:
        """The cells as a table of text, which a notebook shows as one.

        metrics  their names; None: those that most ask first
        sort     the name of a metric by which cells are in order, the greatest first, or behind - the least; cells without a
                 value are last; None: by key
        top      how many cells at most (60 if left out); the last line says how many are left. rows: the same

        – stands for what was never stated, and for no value; durations are said as 3 d 4 h, and in working hours without
        days; money in Engine.currency. Raises KeyError for a metric that the grain does not have."""
        headings, texts, keys, left = self._table(metrics, sort, rows if top is None else top)
        shown, note = text_table(self._text, headings, texts, keys, left), self._note(metrics)
        as_html = html_table(self._text, headings, texts, keys, left) + (f"<p>{html.escape(note)}</p>" if note else "")
        return Shown.of(f"{shown}\n{note}" if note else shown, as_html)

    def to_markdown(self, metrics: Sequence[str] | None = None, *, sort: str | None = None, top: int | None = None) -> str:
        """The same table as Markdown; top: None is all. Names from the log mean nothing there but themselves."""
        headings, texts, keys, left = self._table(metrics, sort, len(self) if top is None else top)
        return markdown_table(headings, texts, keys) + (f"\n… and {left} more\n" if left > 0 else "")

    def _note(self, metrics: Sequence[str] | None = None) -> str:
        """What stands under a table: facets that never occurred, where metrics that are shown need them."""
        chosen = self._choose(SHOWN[self.grain] if metrics is None else metrics)
        unseen, fed = self._engine._unseen(), self._engine.feeds
        lacking = {name for info in chosen for name in (info.needs_all & unseen) | (
            info.needs_any if info.needs_any <= unseen else frozenset())}
        if not lacking or not self._engine.stats().touchpoints:
            return ""
        names = {True: [name for name in FACETS if name in lacking and fed is not None and name not in fed],
                 False: [name for name in FACETS if name in lacking and (fed is None or name in fed)]}
        said = [f"Not recorded: {', '.join(names[True])}; what needs them has no value."] if names[True] else []
        if names[False]:
            said.append(f"Never occurred: {', '.join(names[False])}; if nobody records them, Engine(recorded=\"seen\") shows no "
                        "value in place of what looks perfect.")
        return "\n".join(said)

    def __str__(self) -> str:
        try:
            return self.table()
        except Error:
            return repr(self)

    def _repr_html_(self) -> str:
        try:
            return self.table()._repr_html_()
        except Error:
            return html.escape(repr(self))

    def _cells_of(self, names: Sequence[str]) -> tuple[list[tuple[str, ...]], dict[str, list[Any]]]:
        """The keys of all cells, and metrics with their intervals as columns, in one reading."""
        with _Reading(self) as reading:
            keys = [key for _, key in self._walk(reading)]
            _, columns = self._read(reading, names, True)
        return keys, {name: array[start:end] for name, (array, start, end, _) in columns.items()}

    def plot(self, metric: str | None = None, *, ax: Any = None, sort: str | None = None, top: int | None = None) -> Any:
        """A picture, where matplotlib is there: a view by period is lines, with the 95 % interval around them; one by two
        other parts, such as transitions from and to, a heat map; journeys by anything else, where no metric is named,
        satisfaction with the touchpoints beside that with the journey; else bars, or of what has an interval dots with it.

        metric  what to draw; None: satisfaction; where nothing was rated promises kept, durations, or counts; of transitions
                changes
        ax      matplotlib's axes to draw on; None: a new figure of pyplot, as high as it has to be, which
                pyplot.close(axes.figure) ends
        sort    the order of bars: the name of a metric, the greatest first, or behind - the least; "key"; None: by what is
                drawn
        top     how many bars (30 if left out, fewer where axes are too low), lines (6), rows and columns (12) at most. Those
                with most behind them are drawn; of the others a note says how many they are, and what they are called

        Title and note say what is seen, in words; durations are said as 3 d 4 h, and money in Engine.currency. What has no
        value is told from what is low. Returns the axes; axes.figure.savefig() writes a file. Names in scripts that
        matplotlib's usual font does not have are written with fonts of the machine that do.

        Raises ValueError for a view with nothing to draw, KeyError for a metric that it does not have, ImportError without
        matplotlib."""
        from ._plot import plot

        return plot(self, metric, ax, sort, top)


def _part_text(cursor: ctypes.c_void_p, part: int) -> str:
    """One part of the key of the cell at which a cursor stands."""
    text, length = ctypes.c_void_p(), ctypes.c_size_t()
    must(lib.cxj_cursor_part(cursor, part, ctypes.byref(text), ctypes.byref(length)))
    return ctypes.string_at(text.value or 0, length.value).decode()


def _is_within(info: MetricInfo) -> bool:
    """Whether it is no metric of the catalogue, but a family of durations and a span."""
    return "=" in info.name


def _asked(chosen: list[MetricInfo]) -> tuple[Any, Any]:
    """The numbers of metrics, and room for their values."""
    return ((ctypes.c_uint32 * max(1, len(chosen)))(*(info.number for info in chosen)),
            (header.Value * max(1, len(chosen)))())


def _answers(chosen: list[MetricInfo], results: Any) -> dict[str, Metric]:
    return {info.name: metric_of(result, info.kind == "count") for info, result in zip(chosen, results)}
