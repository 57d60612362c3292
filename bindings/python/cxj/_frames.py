"""Who brings columns, and how: each source gives batches of ``Column``, its texts dictionary-encoded by itself where it can.

What a column means, ``_columns`` decides.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain, islice
from typing import Any, Callable, NamedTuple, Optional, TypeVar, cast

from . import _arrow
from . import _header as header
from ._arrow import Column
from ._library import Error, InvalidError, ReadWriteError
from ._moments import moment_of_date


_Any = TypeVar("_Any")


class Batch(NamedTuple):
    """Rows that came together; ``column(place)`` reads one of the columns that were named.

    names   of a source that finds its columns while it is read: all that are known by now, new ones at the end
    faults  rows that cannot be read at all, and why
    label   what a row is called where it came from; None: by its number"""

    rows: int
    column: Callable[[int], Column]
    names: Optional[list[str]] = None
    faults: Mapping[int, str] = {}
    label: Optional[Callable[[int], Any]] = None


class Table(NamedTuple):
    """The names of all columns, and the rows, batch by batch.

    grows  whether columns are found while it is read; rows: how many there are, if that is known
    only   of a source that need not read all columns: gives its batches with those at some places
    title  what it is called, for sentences; hint: what it seems to be, where it is hardly a log"""

    names: list[str]
    batches: Iterable[Batch] = ()
    only: Optional[Callable[[list[int]], Iterable[Batch]]] = None
    title: str = ""
    hint: str = ""
    grows: bool = False
    rows: Optional[int] = None

    def of(self, places: Iterable[int]) -> Iterator[Batch]:
        """The batches, in which the columns at these places can be read."""
        return iter(self.batches if self.only is None else self.only(sorted(set(places))))


#: Rows that are dicts, or come from a cursor, are looked at so many at a time.
AT_ONCE = 1 << 16


def table_of(data: Any) -> Table:
    """Any data as a table. Raises InvalidError if it is none."""
    columns = getattr(data, "columns", None) if isinstance(data, list) else None
    if columns is not None:  # what a recipe makes
        data = columns()
    owner, data = _owner(data), cast(Any, data)
    lazy = _of_lazy(owner, data)
    if lazy is not None:
        return lazy
    if owner == "pandas" and hasattr(data, "columns"):
        return _one(len(data), [str(name) for name in data.columns], lambda place: _of_series(data.iloc[:, place]))
    if hasattr(data, "dtype") or owner in ("polars", "pyarrow") and hasattr(data, "type"):
        raise InvalidError(f"{type(data).__name__} is no table, but a column of one")
    if isinstance(data, Mapping):
        names = [str(name) for name in data]
        columns = [_of_dict(name, values) for name, values in zip(names, data.values())]
        return _one(_same_length(names, columns), names, lambda place: columns[place])
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return _of_arrow(owner, data)
    if isinstance(data, (list, tuple)) or hasattr(data, "__next__"):
        return _of_items(data)
    raise InvalidError(f"{type(data).__name__} is no table: what is taken is a data frame of pandas, polars or pyarrow, "
                       "what has __arrow_c_stream__ or __arrow_c_array__, a data set of pyarrow, a lazy frame of polars, a "
                       "cursor, a dict of columns, a list of dicts, or a generator of dicts or of frames")


def next_batch(batches: Iterator[Batch], done: int) -> Batch | None:
    """The next batch, None if there is none. What its source raises becomes an OSError."""
    return _fetched(lambda: next(batches, None), done)


def _fetched(fetch: Callable[[], _Any], done: int) -> _Any:
    """What a source gives. What it raises becomes an OSError."""
    try:
        return fetch()
    except (Error, MemoryError):
        raise
    except Exception as error:
        raise ReadWriteError(f"the data ended with an error after {done} rows: {error}", header.IO) from error


def _owner(value: Any) -> str:
    """Which library a value is of, or what it is derived from; else where its class comes from."""
    modules = [kind.__module__.partition(".")[0] for kind in type(value).__mro__]
    return next((name for name in modules if name in ("pandas", "polars", "pyarrow", "numpy")), modules[0])


def _one(rows: int, names: list[str], column: Callable[[int], Column]) -> Table:
    """A table of one batch."""
    return Table(names, [Batch(rows, column)], rows=rows)


def _same_length(names: list[str], columns: list[Column]) -> int:
    rows = len(columns[0].values) if columns else 0
    for name, column in zip(names, columns):
        if len(column.values) != rows:
            raise InvalidError(f"column {name!r} has {len(column.values)} values, and {names[0]!r} has {rows}")
    return rows


def _of_dict(name: str, values: Any) -> Column:
    """A column of a dict. Raises InvalidError with its name."""
    try:
        return _of_anything(values)
    except InvalidError as error:
        raise InvalidError(f"column {name!r}: {error}") from None


def _of_anything(values: Any) -> Column:
    """An array of numpy, polars, pyarrow or pandas, or a list."""
    owner = _owner(values)
    if owner == "pandas":
        return _of_series(values)
    if owner == "numpy" and hasattr(values, "dtype"):
        return _of_numpy(values)
    if hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__"):
        return _of_arrow_column(owner, values)
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise InvalidError(f"{type(values).__name__} is no column")
    return of_list(list(values))


# ---- rows, and sources that are read while they are asked -----------------------------------------------------------


def _of_items(data: Any) -> Table:
    """A list or an iterator: of rows that are dicts, or of frames."""
    items = iter(data)
    first = _fetched(lambda: list(islice(items, 1)), 0)
    if first and not _is_row(first[0]):
        return _of_frames(first[0], items)
    if isinstance(data, (list, tuple)):
        return _of_dicts([], iter(data), dict.fromkeys(key for row in data for key in _row(row)), False)
    begin = first + _fetched(lambda: list(islice(items, AT_ONCE - 1)), 0)
    return _of_dicts(begin, items, dict.fromkeys(key for row in begin for key in _row(row)), True)


def _is_row(value: Any) -> bool:
    return isinstance(value, Mapping) or hasattr(value, "keys") and not hasattr(value, "columns")  # sqlite3.Row, too


def _row(value: Any) -> Mapping[Any, Any]:
    """A row as a dict."""
    if isinstance(value, Mapping):
        return value
    if not _is_row(value):
        raise InvalidError(f"rows that are dicts are expected, not {type(value).__name__}")
    return dict(value)


def _of_dicts(begin: list[Any], rest: Iterator[Any], keys: dict[Any, None], grows: bool) -> Table:
    """Rows that are dicts: some that were fetched already, and those behind them, which may bring other keys."""

    def batch(part: list[Any], known: list[Any], names: list[str]) -> Batch:
        return Batch(len(part), lambda place: _of_dict(names[place], [row.get(known[place]) for row in part]),
                     names if grows else None)

    def batches() -> Iterator[Batch]:
        part = begin or list(islice(rest, AT_ONCE))
        while part:
            part = [_row(row) for row in part]
            if grows:
                for row in part:
                    keys.update(dict.fromkeys(row))
            yield batch(part, list(keys), list(map(str, keys)))
            part = list(islice(rest, AT_ONCE))

    return Table(list(map(str, keys)), batches(), grows=grows)


def nothing(rows: int) -> Column:
    """A column that is not there."""
    return Column("words", bytes(rows), None, [None])


def _of_frames(first: Any, rest: Iterator[Any]) -> Table:
    """Frames that come one after the other; what one lacks, its rows do not state."""
    table = table_of(first)
    known = dict.fromkeys(table.names)

    def renamed(batch: Batch, places: dict[str, int], names: list[str]) -> Batch:
        return Batch(batch.rows, lambda place: batch.column(places[names[place]]) if names[place] in places else
                     nothing(batch.rows), names)

    def batches() -> Iterator[Batch]:
        for one in chain([table], map(table_of, rest)):
            known.update(dict.fromkeys(one.names))
            places = {name: place for place, name in reversed(list(enumerate(one.names)))}
            for batch in one.of(range(len(one.names))):
                yield renamed(batch, places, list(known))

    return Table(list(known), batches(), grows=True)


def _of_lazy(owner: str, data: Any) -> Table | None:
    """What reads when it is asked, and only the columns that are wanted; None for all else."""
    if owner == "polars" and hasattr(data, "collect"):
        return _of_polars(data)
    if owner == "pyarrow" and hasattr(data, "scanner"):
        return chosen_of(data.schema.names, lambda names: data.scanner(columns=names).to_reader())
    if owner == "pyarrow" and hasattr(data, "to_reader") and hasattr(data, "projected_schema"):
        return table_of(data.to_reader())
    if hasattr(data, "description") and hasattr(data, "fetchmany") and not hasattr(data, "__arrow_c_stream__"):
        return _of_cursor(data)
    return None


def chosen_of(names: list[str], read: Callable[[list[str]], Any]) -> Table:
    """A source of batches that Arrow knows, of which only some columns are read."""

    def only(places: list[int]) -> Iterator[Batch]:
        table = table_of(read([names[place] for place in places]))
        at = {place: table.names.index(names[place]) for place in places}
        for batch in table.batches:
            yield _moved(batch, at)

    return Table(list(names), only=only)


def _moved(batch: Batch, at: dict[int, int]) -> Batch:
    return Batch(batch.rows, lambda place: batch.column(at[place]))


def _of_polars(data: Any) -> Table:
    """A lazy frame of polars; in batches where polars can, else in one."""

    def read(names: list[str]) -> Iterator[Any]:
        chosen = data.select(names)
        if hasattr(chosen, "collect_batches"):
            return iter(chosen.collect_batches(maintain_order=True))
        return iter([chosen.collect()])

    names = data.collect_schema().names()

    def only(places: list[int]) -> Iterator[Batch]:
        at = {place: here for here, place in enumerate(places)}
        for frame in read([names[place] for place in places]):
            for batch in table_of(frame).batches:
                yield _moved(batch, at)

    return Table(list(names), only=only)


def _of_cursor(data: Any) -> Table:
    """What a query of a database has found: a cursor, or a connection of DuckDB."""
    if not data.description:
        raise InvalidError("there is no result of a query; execute() one first")
    for name in ("to_arrow_reader", "fetch_record_batch"):
        if hasattr(data, name) and _pyarrow() is not None:
            return table_of(getattr(data, name)(AT_ONCE))
    names = [str(column[0]) for column in data.description]

    def batch(part: list[Any]) -> Batch:
        return Batch(len(part), lambda place: _of_dict(names[place], [row[place] for row in part]))

    def batches() -> Iterator[Batch]:
        while part := data.fetchmany(AT_ONCE):
            yield batch(part)

    return Table(names, batches())


# ---- lists ---------------------------------------------------------------------------------------------------------


def _is_null(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value)  # NaN, NaT
    except TypeError:  # pandas.NA does not say
        return True
    except ArithmeticError:  # nor does a decimal that signals
        return False


def of_list(values: list[Any]) -> Column:
    """A list of anything: of whole numbers, of moments, of truths, or of values that are looked up."""
    if any(hasattr(kind, "tolist") for kind in {type(value) for value in values}):  # numpy's, among others
        values = [_plain(value) if hasattr(value, "tolist") else value for value in values]
    kinds = {type(value) for value in values}
    if bool in kinds:
        return _of_truths(values)
    if kinds == {int}:
        return Column("integers", values)
    values = [None if _is_null(value) else value for value in values]
    kinds = {type(value) for value in values} - {type(None)}
    if kinds and all(issubclass(kind, date) for kind in kinds):
        valid = [value is not None for value in values]
        found = [(0, "") if value is None else moment_of_date("moment", value) for value in values]
        clocks = {clock for _, clock in found if clock}
        if len(clocks) == 1:  # else each is one for itself
            zones = {getattr(value, "tzinfo", None) for value in values if value is not None}
            return Column("moments", [moment for moment, _ in found], valid, clock=clocks.pop(),
                          zone=zones.pop() if len(zones) == 1 else None)
    try:
        return _arrow.of_words([tuple(value) if isinstance(value, (list, set)) else value for value in values])
    except TypeError as error:
        raise InvalidError(f"{error}; such a value stands for nothing of a touchpoint") from None


def _plain(value: Any) -> Any:
    """A value of numpy as one of Python; a moment as one that has milliseconds."""
    if str(getattr(value, "dtype", "")).startswith("timedelta64"):
        raise InvalidError("a duration stands for nothing of a touchpoint")
    return (value.astype("datetime64[ms]") if str(getattr(value, "dtype", "")).startswith("datetime64") else value).tolist()


def _of_truths(values: list[Any]) -> Column:
    """A list with truths in it."""
    valid = [not _is_null(value) for value in values]
    if not all(isinstance(value, bool) for value, known in zip(values, valid) if known):
        raise InvalidError("truths and other values are mixed")
    return Column("truths", bytes(known and value for value, known in zip(values, valid)), valid)


# ---- pandas and numpy ----------------------------------------------------------------------------------------------


def _of_numpy(values: Any) -> Column:
    """A numpy array, also a masked one."""
    import numpy

    if values.ndim != 1:
        raise InvalidError(f"an array of {values.ndim} dimensions is no column")
    valid = ~numpy.ma.getmaskarray(values) if isinstance(values, numpy.ma.MaskedArray) else None
    values = numpy.asarray(values)
    kind = values.dtype.kind
    if kind == "M":
        unit, step = numpy.datetime_data(values.dtype)
        clock = "day" if unit in ("Y", "M", "W", "D") else "local"
        scales = {"s": (1000, 1), "ms": (1, 1), "us": (1, 1000), "ns": (1, 1000000)}
        if unit not in scales or step != 1:
            if unit in ("Y", "M", "W", "D", "h", "m"):  # which may be too many for milliseconds
                years = values[~numpy.isnat(values)].astype("datetime64[Y]").astype("i8") + 1970
                if ((years < 1) | (years > 9999)).any():
                    raise InvalidError("a moment is not within the years 0001 to 9999")
            values, unit = values.astype("datetime64[ms]"), "ms"
        known = ~numpy.isnat(values)
        return Column("moments", values.astype("i8"), known if valid is None else known & valid, unit=scales[unit], clock=clock)
    if kind == "b":
        return Column("truths", values.tobytes(), valid)
    if kind in "iu":
        return Column("integers", values, valid)
    if kind == "f" and values.dtype.itemsize >= 4:
        return Column("floats", values, valid)
    if kind in "fm":
        what = "a duration" if kind == "m" else "a float of 16 bits"
        raise InvalidError(f"{what} stands for nothing of a touchpoint; cast it")
    listed = values.tolist()
    return of_list(listed if valid is None else [value if good else None for value, good in zip(listed, valid)])


def _of_series(series: Any) -> Column:
    """A column of pandas."""
    import pandas

    series = pandas.Series(series)
    if isinstance(series.dtype, pandas.SparseDtype):
        series = series.sparse.to_dense()
    dtype = series.dtype
    kind = getattr(dtype, "kind", "O")
    if hasattr(dtype, "pyarrow_dtype"):
        return _of_arrow_column("pyarrow", series.array.__arrow_array__())
    if kind == "M":
        if getattr(dtype, "tz", None):
            return _of_numpy(series.dt.tz_convert(None).to_numpy())._replace(clock="exact", zone=dtype.tz)
        return _of_numpy(series.to_numpy())
    if isinstance(dtype, pandas.BooleanDtype):
        return Column("truths", series.to_numpy(dtype=bool, na_value=False).tobytes(), series.notna().to_numpy())
    if kind in "iuf" and not isinstance(dtype, pandas.CategoricalDtype):
        if pandas.api.types.is_extension_array_dtype(dtype):
            known = series.notna().to_numpy()
            return _of_numpy(series.to_numpy(dtype=dtype.numpy_dtype, na_value=0))._replace(valid=known)
        return _of_numpy(series.to_numpy())
    if isinstance(dtype, (pandas.CategoricalDtype, pandas.StringDtype)) or \
            pandas.api.types.infer_dtype(series, skipna=True) == "string":
        places, words = pandas.factorize(series)
        return Column("words", places, places >= 0, list(words))
    return of_list(series.tolist())


# ---- Arrow ---------------------------------------------------------------------------------------------------------


def _of_arrow(owner: str, data: Any) -> Table:
    """What speaks Arrow. Where pyarrow is there it encodes texts; polars encodes its own."""
    if owner == "polars":
        polars = sys.modules["polars"]
        data = data.with_columns(polars.col(polars.String).cast(polars.Categorical))
    elif owner != "pyarrow" and not hasattr(data, "__arrow_c_stream__"):
        batch = _arrow.batch_of(data)
        return Table(batch.names, [Batch(batch.rows, batch.column)])
    else:
        pyarrow = _pyarrow()
        if pyarrow is not None:
            return _of_pyarrow(pyarrow, data)
    stream = _arrow.Stream(data)
    return Table(stream.names, (Batch(batch.rows, batch.column) for batch in stream))


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        return None
    return pyarrow


def _of_pyarrow(pyarrow: Any, data: Any) -> Table:
    if isinstance(data, pyarrow.RecordBatch):
        names, batches, rows = data.schema.names, iter([data]), data.num_rows
    elif isinstance(data, pyarrow.Table):
        names, batches, rows = data.schema.names, iter(data.to_batches()), data.num_rows
    else:
        reader = data if isinstance(data, pyarrow.RecordBatchReader) else pyarrow.RecordBatchReader.from_stream(data)
        names, batches, rows = reader.schema.names, iter(reader), None

    def read(batch: Any) -> Batch:
        return Batch(batch.num_rows, lambda place: _arrow_array(pyarrow, batch.column(place)))

    return Table(list(names), (read(batch) for batch in batches), rows=rows)


def _arrow_array(pyarrow: Any, array: Any) -> Column:
    """An array of pyarrow; texts are encoded first."""
    types = pyarrow.types
    if types.is_string(array.type) or types.is_large_string(array.type):
        array = array.dictionary_encode()
    return _arrow.column_of(array)


def _of_arrow_column(owner: str, values: Any) -> Column:
    """One column of a dict that speaks Arrow; chunks are joined by who brought them."""
    if owner == "polars":
        for batch in _of_arrow(owner, values.rechunk().to_frame()).batches:
            return batch.column(0)
        return Column("words", [])
    pyarrow = _pyarrow()
    if hasattr(values, "__arrow_c_stream__"):
        if pyarrow is None:
            raise InvalidError("a single column that comes in chunks needs pyarrow; a whole table does not")
        chunked = values if isinstance(values, pyarrow.ChunkedArray) else pyarrow.chunked_array(values)
        if chunked.num_chunks != 1 and pyarrow.types.is_dictionary(chunked.type):
            chunked = chunked.cast(chunked.type.value_type)  # dictionaries with a null are not joined otherwise
        values = pyarrow.concat_arrays(chunked.chunks) if chunked.num_chunks else pyarrow.array([], chunked.type)
    if pyarrow is not None:
        return _arrow_array(pyarrow, pyarrow.array(values))
    return _arrow.column_of(values)
