"""Columns as frames of other libraries, and rows of text as tables to look at."""

from __future__ import annotations

import html
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from ._text import visible


class Column(NamedTuple):
    """A column: ``kind`` is text, moment (datetimes in UTC), milliseconds (the same as whole numbers, None for none), number
    (floats, NaN for none), count (whole numbers), identity (the same, None for none) or flag."""

    kind: str
    values: Any


Columns = dict[str, Column]

_PANDAS = {"text": "str", "moment": "datetime64[ms, UTC]", "number": "float64", "count": "uint64", "identity": "UInt64",
           "flag": "bool"}
_NO_TIME = -(2**63)  # what numpy takes as NaT


def to_pandas(columns: Columns) -> Any:
    """A pandas.DataFrame. Raises ImportError without pandas; likewise the next ones."""
    import numpy
    import pandas

    def series(kind: str, values: Any) -> Any:
        if kind != "milliseconds":
            return pandas.Series(values, dtype=_PANDAS[kind])
        numbers = array("q", [_NO_TIME if value is None else value for value in values])
        return pandas.Series(numpy.array(numbers, dtype="i8").view("M8[ms]")).dt.tz_localize("UTC")

    rows = len(next(iter(columns.values())).values) if columns else 0
    return pandas.DataFrame({name: series(*column) for name, column in columns.items()}, index=range(rows))


def to_polars(columns: Columns) -> Any:
    """A polars.DataFrame, null where there is no value."""
    import polars

    types: dict[str, Any] = {"text": polars.String, "moment": polars.Datetime("ms", "UTC"), "number": polars.Float64,
                             "count": polars.UInt64, "identity": polars.UInt64, "flag": polars.Boolean,
                             "milliseconds": polars.Int64}

    def series(name: str, kind: str, values: Any) -> Any:
        made = polars.Series(name, values, types[kind])
        if kind == "milliseconds":
            return made.cast(types["moment"])
        return made.fill_nan(None) if kind == "number" else made

    return polars.DataFrame([series(name, kind, values) for name, (kind, values) in columns.items()])


def to_arrow(columns: Columns) -> Any:
    """A pyarrow.Table, null where there is no value."""
    import pyarrow

    types = {"text": pyarrow.string(), "moment": pyarrow.timestamp("ms", "UTC"), "number": pyarrow.float64(),
             "count": pyarrow.uint64(), "identity": pyarrow.uint64(), "flag": pyarrow.bool_(),
             "milliseconds": pyarrow.timestamp("ms", "UTC")}
    return pyarrow.table({name: pyarrow.array(values, types[kind], from_pandas=kind == "number")
                          for name, (kind, values) in columns.items()})


def text_table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], keys: int, left: int = 0) -> str:
    """A table of text: a caption, headings and rows, of which so many columns come first that stand on the left, and how many
    rows are left out."""
    widths = [max([len(heading), *(len(row[i]) for row in rows)]) for i, heading in enumerate(headings)]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) if i < keys else cell.rjust(width)
                         for i, (cell, width) in enumerate(zip(cells, widths))).rstrip()

    return "\n".join([visible(caption), line(headings), *map(line, rows), *([f"… and {left} more"] if left > 0 else [])])


def html_table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], keys: int, left: int = 0) -> str:
    """The same for a notebook."""
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<{'th' if i < keys else 'td'}>{html.escape(cell)}</{'th' if i < keys else 'td'}>"
                                    for i, cell in enumerate(row)) + "</tr>" for row in rows)
    said = html.escape(visible(caption)) + (f", and {left} more" if left > 0 else "")
    return f"<table><caption>{said}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


class Table:
    """What is also a table: the columns are those that to_dict() gives, and printed, or in a notebook, it is shown as one."""

    __slots__ = ()

    def _caption(self) -> str:
        raise NotImplementedError

    def _columns(self) -> Columns:
        raise NotImplementedError

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        """Headings, and rows of text."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, list[Any]]:
        """As a dict of columns; NaN, or None, is no value."""
        return {name: list(column.values) for name, column in self._columns().items()}

    def to_pandas(self) -> Any:
        """As a pandas.DataFrame; NaN, NaT or NA is no value. Raises ImportError without pandas."""
        return to_pandas(self._columns())

    def to_polars(self) -> Any:
        """As a polars.DataFrame; null is no value. Raises ImportError without polars."""
        return to_polars(self._columns())

    def to_arrow(self) -> Any:
        """As a pyarrow.Table; null is no value. Raises ImportError without pyarrow."""
        return to_arrow(self._columns())

    def __str__(self) -> str:
        return text_table(self._caption(), *self._rows(), 1)

    def _repr_html_(self) -> str:
        return html_table(self._caption(), *self._rows(), 1)
