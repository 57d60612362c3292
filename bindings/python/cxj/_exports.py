"""Reads what systems export: CSV, JSON, JSON lines, XES, frames, lists of dicts, all as rows that are dicts."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable, Optional

from . import _xes
from ._values import nearest

Row = Mapping[str, Any]
_MISSING = object()


def load(path: Any) -> Any:
    """What a file holds: rows of a CSV, or what its JSON says. Ends in .gz: packed."""
    name = os.fspath(path)
    if _xes.is_xes(name):
        return list(_xes.events(name))
    with open(name, "rb") as file:
        data = file.read()
    if name.lower().endswith(".gz"):
        data, name = gzip.decompress(data), name[:-3]
    kind = os.path.splitext(name)[1].lower()
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        if kind in (".jsonl", ".ndjson"):
            return [json.loads(line) for line in text.split("\n") if line.strip()]
        return json.loads(text) if kind == ".json" else list(csv_rows(text))
    except UnicodeDecodeError as error:
        raise ValueError(f"{os.fspath(path)}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)}: {error}") from None


def csv_rows(text: str) -> Iterator[dict[str, Any]]:
    """Rows of a CSV with a header; commas, or semicolons or tabs where the header has no comma. A name that several columns
    have has a list of their values."""
    head = text.split("\n", 1)[0]
    delimiter = next((one for one in ",;\t" if one in head), ",")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = next(lines, [])
    many = {name for name in names if names.count(name) > 1}
    for line in lines:
        if line and len(line) != len(names):
            raise ValueError(f"line {lines.line_num}: {len(line)} fields, where the header has {len(names)}")
        row: dict[str, Any] = {name: [] for name in many}
        for name, value in zip(names, line):
            if name in many:
                row[name].append(value)
            else:
                row[name] = value
        if line:
            yield row


def rows_of(source: Any, *keys: str) -> list[Row]:
    """Rows of a path, a frame, a list of dicts, or an answer of an API, which keeps its rows under one of the keys; a list of
    answers is its pages, one after the other."""
    if source is None:
        return []
    if isinstance(source, (str, os.PathLike)):
        source = load(source)
    if hasattr(source, "notna"):  # pandas, whose values for nothing are of several kinds
        source = source.astype(object).where(source.notna(), None)
    for method, arguments in (("to_dicts", ()), ("to_pylist", ()), ("to_dict", ("records",))):
        if hasattr(source, method):
            source = getattr(source, method)(*arguments)
            break
    if isinstance(source, Mapping):
        found = next((key for key in keys if key in source), None)
        if found is None:
            wanted = " or ".join(map(repr, keys)) or "rows"
            raise ValueError(f"an object with {wanted} is expected; this one has {_listed(source)}")
        return rows_of(source[found], *keys)
    rows: list[Row] = []
    for row in source:
        if isinstance(row, (str, os.PathLike)):
            rows += rows_of(row, *keys)
        elif not isinstance(row, Mapping):
            raise TypeError(f"rows that are dicts are expected, not {type(row).__name__}")
        else:
            page = next((key for key in keys if isinstance(row.get(key), list)), None)
            rows += rows_of(row[page], *keys) if page is not None else [row]
    return rows


def _fold(name: Any) -> str:
    return str(name).strip().casefold().replace(" ", "").replace("_", "")


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(map(repr, names)) or "none"


class Table:
    """Rows whose columns are asked for by name; what is missing, or no moment, is said with table, row and column.

    name     of the table, for sentences; keys: as in rows_of()
    columns  names that may be written otherwise, in capitals or with blanks, as tools do that write exports"""

    def __init__(self, name: str, source: Any, *keys: str, columns: str = "") -> None:
        self.name = name
        self.rows: Any = rows_of(source, *keys)
        if columns:
            known = {_fold(column): column for column in columns.split()}
            self.rows = [{known.get(_fold(column), column): value for column, value in row.items()} for row in self.rows]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def need(self, row: Row, *names: str) -> Any:
        """The value of the first of these columns that is there; there must be one."""
        for name in names:
            value = get(row, name)
            if value is not None and value != "":
                return value
        place = next((i for i, one in enumerate(self.rows) if one is row), 0)
        if names[0] in row:
            raise ValueError(f"{self.name}, row {place}: {names[0]} is empty")
        close = nearest(names[0], map(str, row))
        raise ValueError(f"{self.name}, row {place}: there is no {names[0]!r}; there are {_listed(row)}"
                         + (f"; {close}" if close.startswith("the nearest") else ""))

    def when(self, read: Callable[[Any], int], row: Row, *names: str) -> int:
        """The moment in one of these columns."""
        value = self.need(row, *names)
        try:
            return read(value)
        except ValueError as error:
            place = next((i for i, one in enumerate(self.rows) if one is row), 0)
            raise ValueError(f"{self.name}, row {place}: {error}") from None


def get(row: Any, path: str) -> Any:
    """The value under a.b.c, None where there is none; a name with dots in it goes before."""
    if isinstance(row, Mapping) and path in row:
        value = row[path]
        return None if value != value else value
    for step in path.split("."):
        row = row.get(step) if isinstance(row, Mapping) else None
    return row


def text(value: Any) -> Optional[str]:
    """A value as text, a whole float as the number it is; None for nothing."""
    if value is None or value != value or value == "":
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def key(value: Any) -> str:
    """An id as text; a frame that lacked some of them writes 31 as 31.0."""
    name = str(text(value))
    return name[:-2] if name.endswith(".0") and name[:-2].isdigit() else name


def true(value: Any) -> bool:
    """A boolean, in whatever way an export writes it."""
    return str(value).strip().lower() in ("true", "1", "1.0", "yes", "t")


def names_of(source: Any, *keys: str, id: str = "id",
             name: Callable[[Row], Any] = lambda row: row.get("name")) -> dict[str, str]:
    """Names by ids. Two with one name keep apart: their ids stand behind it."""
    found = {key(get(row, id)): text(name(row)) or key(get(row, id)) for row in rows_of(source, *keys)}
    counts: dict[str, int] = {}
    for known in found.values():
        counts[known] = counts.get(known, 0) + 1
    return {of: known if counts[known] == 1 else f"{known} ({of})" for of, known in found.items()}
