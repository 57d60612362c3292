"""Columns as frames of other libraries, and rows of text as tables to look at."""

from __future__ import annotations

import html
import re
from array import array
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from ._handover import Column as Column, Columns as Columns, stream
from ._text import visible, width


_PANDAS = {"text": "str", "local": "datetime64[ms]", "number": "float64", "count": "uint64", "identity": "UInt64",
           "flag": "bool"}  # integers and durations are made of floats
_NO_TIME = -(2**63)  # what numpy takes as NaT


def to_pandas(columns: Columns) -> Any:
    """A pandas.DataFrame. Raises ImportError without pandas; likewise the next ones."""
    import numpy
    import pandas

    def series(kind: str, values: Any) -> Any:
        if kind == "integer":
            return pandas.Series(values, dtype="float64").astype("Int64")
        if kind == "duration":
            numbers = array("q", [_NO_TIME if value != value else round(value) for value in values])
            return pandas.Series(numpy.array(numbers, dtype="i8").view("m8[ms]"))
        if kind != "milliseconds":
            return pandas.Series(values, dtype=_PANDAS[kind])
        numbers = array("q", [_NO_TIME if value is None else value for value in values])
        return pandas.Series(numpy.array(numbers, dtype="i8").view("M8[ms]")).dt.tz_localize("UTC")

    rows = len(next(iter(columns.values())).values) if columns else 0
    return pandas.DataFrame({name: series(*column) for name, column in columns.items()}, index=range(rows))


def to_polars(columns: Columns) -> Any:
    """A polars.DataFrame, null where there is no value."""
    import polars

    types: dict[str, Any] = {"text": polars.String, "local": polars.Datetime("ms"), "number": polars.Float64,
                             "count": polars.UInt64, "identity": polars.UInt64, "flag": polars.Boolean,
                             "milliseconds": polars.Int64, "integer": polars.Float64, "duration": polars.Float64}

    def series(name: str, kind: str, values: Any) -> Any:
        made = polars.Series(name, values, types[kind])
        if kind == "milliseconds":
            return made.cast(polars.Datetime("ms", "UTC"))
        if kind == "integer":
            return made.fill_nan(None).cast(polars.Int64)
        if kind == "duration":
            return made.fill_nan(None).round().cast(polars.Int64).cast(polars.Duration("ms"))
        return made.fill_nan(None) if kind == "number" else made

    return polars.DataFrame([series(name, kind, values) for name, (kind, values) in columns.items()])


def to_arrow(columns: Columns) -> Any:
    """A pyarrow.Table, null where there is no value."""
    import pyarrow

    types = {"text": pyarrow.string(), "local": pyarrow.timestamp("ms"), "number": pyarrow.float64(),
             "count": pyarrow.uint64(), "identity": pyarrow.uint64(), "flag": pyarrow.bool_(),
             "milliseconds": pyarrow.timestamp("ms", "UTC"), "integer": pyarrow.int64(), "duration": pyarrow.duration("ms")}

    def made(kind: str, values: Any) -> Any:
        if kind == "duration":
            values = [None if value != value else round(value) for value in values]
        if kind == "integer":
            return pyarrow.array(values, pyarrow.float64(), from_pandas=True).cast(types[kind], safe=False)
        return pyarrow.array(values, types[kind], from_pandas=kind == "number")

    return pyarrow.table({name: made(*column) for name, column in columns.items()})


def to_list(kind: str, values: Any) -> list[Any]:
    """A column as a list: whole numbers where it holds such, NaN for none; durations as timedeltas, None for none."""
    if kind == "integer":
        return [int(value) if value == value else value for value in values]
    if kind == "duration":
        return [timedelta(milliseconds=round(value)) if value == value else None for value in values]
    return list(values)


def text_table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], keys: int, left: int = 0) -> str:
    """A table of text: a caption, headings and rows, of which so many columns come first that stand on the left, and how many
    rows are left out."""
    widths = [max([width(heading), *(width(row[i]) for row in rows)]) for i, heading in enumerate(headings)]

    def line(cells: Sequence[str]) -> str:
        padding = [" " * (wide - width(cell)) for cell, wide in zip(cells, widths)]
        return "  ".join(cell + pad if i < keys else pad + cell for i, (cell, pad) in enumerate(zip(cells, padding))).rstrip()

    return "\n".join([visible(caption), line(headings), *map(line, rows), *([f"… and {left} more"] if left > 0 else [])])


def html_table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], keys: int, left: int = 0) -> str:
    """The same for a notebook."""
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<{'th' if i < keys else 'td'}>{html.escape(cell)}</{'th' if i < keys else 'td'}>"
                                    for i, cell in enumerate(row)) + "</tr>" for row in rows)
    said = html.escape(visible(caption)) + (f", and {left} more" if left > 0 else "")
    return f"<table><caption>{said}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]], keys: int) -> str:
    """The same as Markdown: a pipe table, whose text means nothing else there."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(_MARKS.sub(r"\\\g<0>", cell) for cell in cells) + " |"

    rule = "| " + " | ".join("---" if i < keys else "---:" for i in range(len(headings))) + " |"
    return "\n".join([line(headings), rule, *map(line, rows)]) + "\n"


_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~&$]")


class Shown(str):
    """A text that a notebook shows as a table."""

    __slots__ = ("_html",)
    _html: str

    @classmethod
    def of(cls, text: str, as_html: str) -> Shown:
        made = cls(text)
        made._html = as_html
        return made

    def _repr_html_(self) -> str:
        return self._html


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
        return {name: to_list(*column) for name, column in self._columns().items()}

    def to_pandas(self) -> Any:
        """As a pandas.DataFrame; NaN, NaT or NA is no value. Raises ImportError without pandas."""
        return to_pandas(self._columns())

    def to_polars(self) -> Any:
        """As a polars.DataFrame; null is no value. Raises ImportError without polars."""
        return to_polars(self._columns())

    def to_arrow(self) -> Any:
        """As a pyarrow.Table; null is no value. Raises ImportError without pyarrow."""
        return to_arrow(self._columns())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The columns for whoever reads Arrow's C stream interface: DuckDB, polars, pyarrow, pandas."""
        return stream(self._columns())

    def __str__(self) -> str:
        return text_table(self._caption(), *self._rows(), 1)

    def _repr_html_(self) -> str:
        return html_table(self._caption(), *self._rows(), 1)
