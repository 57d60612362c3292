"""Files in one call: CSV, Parquet and XES, each as Engine.from_frame() takes a frame."""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo
from itertools import islice
from typing import Any, Callable, Union

from ._arrow import of_words
from ._calendar import Calendar
from ._csv import Reader
from ._engine import Engine
from ._frames import AT_ONCE, Batch, Table, chosen_of, of_list, table_of
from ._library import InvalidError
from ._read import Options, read_tables
from ._values import FACETS
from ._xes import events

#: A file: its path, or what has read(); or several of them.
Files = Union[str, "os.PathLike[str]", Any]
_HELD = 32 << 20  # characters of events that are held at once
_MOST_COLUMNS = 65536


def read_csv(files: Files, views: Iterable[str] = (), *, delimiter: str | None = None,
             map: Mapping[str, str | None] | None = None, none: Iterable[str] = (), tz: Calendar | str | tzinfo | None = None,
             unit: str = "ms", dayfirst: bool | None = None, dates: str | None = None, ties: str = "id", extra: str = "ignore",
             on_refused: str = "raise", recorded: str = "seen", **settings: Any) -> Engine:
    """An engine that holds a log of CSV, by the rules of the report program: cxj.read_csv("log.csv", ["journeys"], tz="UTC").

    files      a path, a file that has read(), or a list of them, which are read one after the other as if one, each by its own
               header. UTF-8, or UTF-16 with a byte-order mark
    views      as for Engine, as are recorded and settings
    delimiter  what stands between fields: one ASCII character, or "tab"; None: the comma, and a header without one, but with
               semicolons, tabs or bars, is refused with a sentence that says so

    All else is as for Engine.from_frame(), engine.reading too: it has the rows that were refused by the lines where they begin,
    such as log.csv:17. The report program takes times without a zone as UTC where it has no calendar; here they are refused,
    until tz="UTC" says so. Columns that are called as a facet are left out: facets stand in the column facets.

    A row that is not well formed (a quote inside a field, a field too few or too many, bytes that are no UTF-8) is refused by
    itself. The file is read in pieces and never held as a whole. Some 12 µs for a row of ten fields.

    Raises ValueError for a file that cannot be read as CSV, and all that is wrong with its columns; OSError if there is none,
    or reading fails; what Engine.from_frame() raises."""
    mark = "\t" if delimiter == "tab" else delimiter
    if mark is not None and (not isinstance(mark, str) or len(mark) != 1 or not mark.isascii() or mark in '"\r\n\0'):
        raise InvalidError(f"delimiter: one ASCII character, such as ';', or 'tab' is expected, not {delimiter!r}")
    options = Options(map, none, tz, unit, dayfirst, dates, ties, extra, on_refused, ())

    def table(file: Any, title: str) -> Table:
        reader = Reader(file, mark, title)
        return Table(reader.names, reader.batches(), None, title, reader.hint)

    return _engine_of(files, views, {"recorded": recorded, **settings}, options, table)


def read_parquet(files: Files, views: Iterable[str] = (), *, map: Mapping[str, str | None] | None = None,
                 none: Iterable[str] = (), tz: Calendar | str | tzinfo | None = None, unit: str = "ms",
                 dayfirst: bool | None = None, dates: str | None = None, ties: str = "id", extra: str = "ignore",
                 on_refused: str = "raise", recorded: str = "seen", **settings: Any) -> Engine:
    """An engine that holds a log of Parquet: cxj.read_parquet("log.parquet", ["journeys"]).

    files  a path, that of a folder too, a file that has read(), or a list of them, which are read one after the other as if one

    All else is as for Engine.from_frame(). By pyarrow, polars or DuckDB, whichever is there, in this order; only the columns
    that are fields are read, batch by batch. A file that has read() needs pyarrow or polars. Raises ImportError where none is
    there; OSError, or what these raise, for what is no Parquet; what Engine.from_frame() raises."""
    options = Options(map, none, tz, unit, dayfirst, dates, ties, extra, on_refused)
    return _engine_of(files, views, {"recorded": recorded, **settings}, options, _parquet_reader(), opens=False)


def read_xes(files: Files, views: Iterable[str] = (), *, map: Mapping[str, str | None] | None = None, none: Iterable[str] = (),
             tz: Calendar | str | tzinfo | None = None, unit: str = "ms", dayfirst: bool | None = None,
             dates: str | None = None, ties: str = "id", extra: str = "ignore", on_refused: str = "raise",
             recorded: str = "seen", **settings: Any) -> Engine:
    """An engine that holds an event log of XES, the standard (IEEE 1849): cxj.read_xes("log.xes.gz", ["transitions by owner"]).

    files  a path, a file that has read() and gives bytes, or a list of them; packed by gzip or not

    Each event is a touchpoint: concept:name of its trace is the journey, its own concept:name the activity, time:timestamp when
    it was, org:resource the owner, org:group the team. Other attributes go by their keys, those of the trace by case: and the
    key: map={"type": "case:kind"}. A log in which lifecycle:transition says of one activity when it started and when it was
    complete has two touchpoints of it; cxj.recipes.pm4py() makes one.

    All else is as for Engine.from_frame(); engine.reading calls rows by the number of the event. The file is read in pieces and
    never held as a whole; a document type, and with it each entity of its own, is refused. Raises ValueError with the line for
    what is no XES; OSError; what Engine.from_frame() raises."""
    options = Options(map, none, tz, unit, dayfirst, dates, ties, extra, on_refused)
    return _engine_of(files, views, {"recorded": recorded, **settings}, options, _of_xes)


# ---- files ---------------------------------------------------------------------------------------------------------


def _engine_of(files: Files, views: Iterable[str], settings: dict[str, Any], options: Options,
               table: Callable[[Any, str], Table], opens: bool = True) -> Engine:
    """An engine of files, each of which becomes a table while it is open."""
    several = list(files) if isinstance(files, (list, tuple)) else [files]
    if not several:
        raise InvalidError("there is no file to read")

    def tables() -> Iterator[Table]:
        for file in several:
            with _opened(file, opens) as (source, title):
                yield table(source, title)

    return Engine._read(settings, views, lambda engine: read_tables(engine, tables(), options))


@contextmanager
def _opened(file: Any, opens: bool) -> Iterator[tuple[Any, str]]:
    """A file, opened if it is a path and that is wanted, and what it is called."""
    if hasattr(file, "read"):
        name = getattr(file, "name", None)
        yield file, name if isinstance(name, str) else "the file"
        return
    if not isinstance(file, (str, os.PathLike)):
        raise TypeError(f"a path, a file, or a list of them is expected, not {type(file).__name__}")
    path = os.fspath(file)
    if opens:
        with open(path, "rb") as source:
            yield source, path
    else:
        os.stat(path)  # which says what is wrong with a path
        yield path, path


def _parquet_reader() -> Callable[[Any, str], Table]:
    """Who reads Parquet."""
    try:
        import pyarrow.parquet
        return _by_pyarrow
    except ImportError:
        pass
    try:
        import polars
        return lambda file, title: table_of(polars.scan_parquet(file))._replace(title=title)
    except ImportError:
        pass
    try:
        import duckdb
    except ImportError:
        raise ImportError("Parquet is read by pyarrow, polars or DuckDB, and none of them is here: pip install pyarrow"
                          ) from None

    def by_duckdb(file: Any, title: str) -> Table:
        path = os.path.join(title, "**", "*.parquet") if os.path.isdir(title) else title
        return table_of(duckdb.read_parquet(path))._replace(title=title)

    return by_duckdb


def _by_pyarrow(file: Any, title: str) -> Table:
    import pyarrow
    import pyarrow.dataset
    import pyarrow.parquet

    if not hasattr(file, "read"):
        return table_of(pyarrow.dataset.dataset(file, format="parquet", partitioning="hive"))._replace(title=title)
    whole = pyarrow.parquet.ParquetFile(file)

    def read(names: list[str]) -> Any:
        schema = pyarrow.schema([whole.schema_arrow.field(name) for name in names])
        return pyarrow.RecordBatchReader.from_batches(schema, whole.iter_batches(columns=names))

    return chosen_of(whole.schema_arrow.names, read)._replace(title=title)


# ---- XES -----------------------------------------------------------------------------------------------------------


def _of_xes(file: Any, title: str) -> Table:
    """A log of XES as a table, whose columns are found while it is read."""
    known: dict[str, None] = {}
    parts = _parts(events(file))
    first = next(parts, [])
    begin = _batch(first, known, title, 0)

    def batches() -> Iterator[Batch]:
        if first:
            yield begin
        done = len(first)
        for part in parts:
            yield _batch(part, known, title, done)
            done += len(part)

    return Table(list(known), batches(), None, title, "" if first else "there is no event in it", True)


def _parts(found: Iterator[ChainMap[str, Any]]) -> Iterator[list[ChainMap[str, Any]]]:
    """Events, so many at a time as are held at once."""
    part: list[ChainMap[str, Any]] = []
    held = 0
    try:
        for event in found:
            part.append(event)
            held += 256 + sum(128 + len(value) if isinstance(value, str) else 128 for value in event.maps[0].values())
            if len(part) >= AT_ONCE or held > _HELD:
                yield part
                part, held = [], 0
    except ValueError as error:
        raise InvalidError(str(error)) from None
    if part:
        yield part


def _batch(part: list[ChainMap[str, Any]], known: dict[str, None], title: str, done: int) -> Batch:
    """Events as a batch; what an event lacks, it does not state."""
    trace: Any = None
    for event in part:
        if event.maps[1] is not trace:
            trace = event.maps[1]
            known.update(dict.fromkeys(trace))
        known.update(dict.fromkeys(event.maps[0]))
    if len(known) > _MOST_COLUMNS:
        raise InvalidError(f"{title}: its events have more than {_MOST_COLUMNS} different attributes")
    names = list(known)

    def column(place: int) -> Any:
        name = names[place]
        values = [own[name] if name in own else trace.get(name) for own, trace in (event.maps for event in part)]
        return of_list([value if isinstance(value, bool) else None for value in values]) if name in FACETS else of_words(
            [_text(value) for value in values])

    return Batch(len(part), column, names, {}, lambda row: f"{title}, event {done + row + 1}")


def _text(value: Any) -> Any:
    """Numbers and texts as they are; a boolean by its word."""
    return str(value).lower() if isinstance(value, bool) else value
