"""One metric over two parts of a key, and two cells side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ._handover import Column, Columns
from ._table import Table, markdown_table
from ._text import visible

_NAN = float("nan")


class Pivot(Table):
    """One metric over two parts of a key: what View.pivot() gives. ``rows`` and ``columns`` are the names, in the order of
    their bytes, and pivot[row, column] is the value there, None if there is no such cell, or it has no value. A table, whose
    first column has the names of the rows: to_dict(), to_pandas() and its likes."""

    __slots__ = ("rows", "columns", "_title", "_head", "_values", "_unit", "_kind", "_show")

    def __init__(self, title: str, rows: str, columns: str, values: Mapping[tuple[str, str], float], unit: str, kind: str,
                 show: Callable[[float, str], str]) -> None:
        self.rows = sorted({row for row, _ in values}, key=str.encode)
        self.columns = sorted({column for _, column in values}, key=str.encode)
        self._title = f"{title}, {rows} down, {columns} across"
        self._head = rows + "_key" if rows in self.columns else rows
        self._values = values
        self._unit, self._kind, self._show = unit, kind, show

    def __getitem__(self, key: tuple[str, str]) -> float | None:
        value = self._values.get(key, _NAN)
        return None if value != value else int(value) if self._kind == "integer" else value

    def __len__(self) -> int:
        return len(self.rows)

    def _caption(self) -> str:
        return self._title

    def _columns(self) -> Columns:
        kind = "number" if self._kind == "duration" else self._kind
        return {self._head: Column("text", self.rows),
                **{column: Column(kind, [self._values.get((row, column), _NAN) for row in self.rows])
                   for column in self.columns}}

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        return [self._head, *(visible(column) or "–" for column in self.columns)], [
            [visible(row) or "–", *(self._show(self._values.get((row, column), _NAN), self._unit) for column in self.columns)]
            for row in self.rows]

    def to_markdown(self) -> str:
        """As a table in Markdown."""
        return markdown_table(*self._rows(), 1)

