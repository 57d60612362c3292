"""Reads what systems export: CSV, JSON, JSON lines, XES, frames, lists of dicts, all as rows that are dicts."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable, Optional, TypeVar

from . import _csv, _xes
from ._values import nearest

Row = Mapping[str, Any]
_Read = TypeVar("_Read")

# Blank lines before a header, and the line in which Excel says the delimiter.
_BEFORE = re.compile(r'(?:[ \t]*\r?\n)*(?:("?)sep=(.)\1[,;\t]*\r?\n)?(?:[ \t]*(?:\r?\n|$))*', re.IGNORECASE)
_HEADER = re.compile('(?:"[^"]*"|[^"\n])*')
_QUOTED = re.compile('"[^"]*"')


def load(path: Any) -> Any:
    """What a file holds, packed by gzip or not: rows of a CSV, events of XES, or what its JSON says."""
    name = os.fspath(path)
    if _xes.is_xes(name):
        return list(_xes.events(name))
    with open(name, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{name}: what gzip has packed here is cut off, or damaged ({error})") from None
    kind = os.path.splitext(name[:-3] if name.lower().endswith(".gz") else name)[1].lower()
    is_json = kind in (".json", ".jsonl", ".ndjson")
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "" if is_json else _csv.hint_of(data[:512])
        raise ValueError(f"{name}: {hint or f'byte {error.start} is not UTF-8; save the file as UTF-8'}") from None
    if not is_json:
        if text[:512].lstrip().startswith(("{", "[{")):
            raise ValueError(f"{name}: this is JSON; call it .json, or .jsonl if each line is an object")
        return list(csv_rows(text, name))
    try:
        return json.loads(text) if kind == ".json" else [json.loads(line) for line in text.split("\n") if line.strip()]
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def csv_rows(text: str, title: str) -> Iterator[dict[str, Any]]:
    """Rows of a CSV with a header, by the rules of read_csv(); the first row that is not well formed is a ValueError with its
    line. Fields stand between commas, semicolons or tabs, whichever the header has most of, or what a line sep=; before it
    says. What columns of one name say, each() has."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    before = _BEFORE.match(text)
    begin = before.end() if before else 0
    if begin == len(text):
        return
    bare = _QUOTED.sub("", _HEADER.match(text, begin)[0])  # type: ignore[index]  # it matches nothing, too
    delimiter = before[2] if before and before[2] else max(",;\t", key=bare.count)  # of several, the first
    text = "\n" * text.count("\n", 0, begin) + text[begin:]  # so that lines have their numbers
    reader = _csv.Reader(io.StringIO(text, newline=""), delimiter, title)
    names = reader.names
    many = {name: [place for place, other in enumerate(names) if other == name] for name in names if names.count(name) > 1}
    for batch in reader.batches():
        if batch.faults and batch.label:
            row, wrong = min(batch.faults.items())
            raise ValueError(f"{batch.label(row)}: {wrong}; mend that line, or export it again with its fields in quotes")
        columns = [batch.column(place) for place in range(len(names))]
        for row, line in enumerate(zip(*([column.words[place] for place in column.values] for column in columns))):
            made = dict(zip(names, line))
            if many and batch.label:
                several = {name: [line[place] for place in places] for name, places in many.items()}
                made = _Several(made, several, batch.label(row))
            yield made


class _Several(dict[str, Any]):
    """A row in which several columns have one name. It has the value of those that say something, if they say the same; else who
    asks for it is refused.

    several  what all columns of such a name say; where: the row's line, for sentences"""

    def __init__(self, values: Mapping[str, Any], several: Mapping[str, list[Any]], where: str) -> None:
        super().__init__(values)
        self.several, self.where = several, where
        for name, said in several.items():
            self[name] = next((value for value in said if value.strip()), "")

    def __getitem__(self, name: str) -> Any:
        said = list(dict.fromkeys(value for value in self.several.get(name, ()) if value.strip()))
        if len(said) > 1:
            count = len(self.several[name])
            raise ValueError(f"{self.where}: {'two' if count == 2 else count} columns are called {name!r}, with {said[0]!r} and "
                             f"{said[1]!r}; rename them, or leave out all but one")
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default

    def renamed(self, names: Mapping[str, str]) -> _Several:
        """The row with other names of columns."""
        return _Several({names[name]: value for name, value in self.items()},
                        {names[name]: said for name, said in self.several.items()}, self.where)


def each(row: Row, name: str) -> list[Any]:
    """What each of the columns of this name says."""
    if isinstance(row, _Several) and name in row.several:
        return row.several[name]
    value = row.get(name)
    return value if isinstance(value, list) else [] if value is None else [value]


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
            page = next((key for key in keys if isinstance(row.get(key), list)), None) if type(row) is not _Several else None
            rows += rows_of(row[page], *keys) if page is not None else [row]
    return rows


def _fold(name: Any) -> str:
    return str(name).strip().casefold().replace(" ", "").replace("_", "")


def _renamed(row: Row, names: Mapping[str, str]) -> Row:
    return row.renamed(names) if isinstance(row, _Several) else {names[name]: value for name, value in row.items()}


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

            def name_of(column: str) -> str:
                return known.get(_fold(column), column)

            self.rows = [_renamed(row, {column: name_of(column) for column in row}) for row in self.rows]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def need(self, row: Row, *names: str) -> Any:
        """The value of the first of these columns that is there; there must be one."""
        for name in names:
            value = get(row, name)
            if value is not None and value != "":
                return value
        place = self._place(row)
        if names[0] in row:
            raise ValueError(f"{self.name}, row {place}: {names[0]} is empty")
        close = nearest(names[0], map(str, row))
        raise ValueError(f"{self.name}, row {place}: there is no {names[0]!r}; there are {_listed(row)}"
                         + (f"; {close}" if close.startswith("the nearest") else ""))

    def when(self, read: Callable[[Any], int], row: Row, *names: str) -> int:
        """The moment in the first of these columns that has one."""
        said = [name for name in names if not is_nothing(get(row, name))]
        return self._read(read, row, self.need(row, *(said or names)))

    def true(self, row: Row, value: Any, name: str) -> bool:
        """A boolean of a row, and what it is called."""
        return self._read(true, row, value, name + ": ")

    def _read(self, read: Callable[[Any], _Read], row: Row, value: Any, name: str = "") -> _Read:
        try:
            return read(value)
        except ValueError as error:
            raise ValueError(f"{self.name}, row {self._place(row)}: {name}{error}") from None

    def _place(self, row: Row) -> int:
        return next((i for i, one in enumerate(self.rows) if one is row), 0)


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


#: What databases and frames write for nothing, in small letters.
NOTHING = frozenset(("null", "(null)", "none", "nan", "<na>", "\\n", "n/a", "#n/a"))


def is_nothing(value: Any) -> bool:
    """Whether a value says nothing, in whatever way an export writes that."""
    said = text(value)
    return said is None or said.strip().casefold() in NOTHING


def key(value: Any) -> str:
    """An id as text; a frame that lacked some of them writes 31 as 31.0."""
    name = str(text(value))
    return name[:-2] if name.endswith(".0") and name[:-2].isdigit() else name


# Of programs, and of spreadsheets in English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Czech, Hungarian,
# Swedish, Danish, Norwegian and Finnish.
_TRUE = frozenset("true 1 1.0 t yes y on wahr ja j vrai oui verdadero sí si vero sì verdadeiro sim waar prawda tak pravda ano igaz "
                  "igen sant sand sann tosi kyllä".split())
_FALSE = NOTHING.union("false 0 0.0 f no n off falsch nein faux non falso não onwaar nee fałsz nie nepravda ne hamis nem "
                       "falskt falsk usann nej nei epätosi ei".split())


def true(value: Any) -> bool:
    """A boolean, in whatever way an export writes it; nothing is false. ValueError for what is none."""
    if value is None or value != value:
        return False
    word = unicodedata.normalize("NFC", str(value)).strip().casefold()
    if word and word not in _TRUE and word not in _FALSE:
        raise ValueError(f"{value!r} is neither true nor false; true or false, 1 or 0, yes or no are expected")
    return word in _TRUE


def names_of(source: Any, *keys: str, id: str = "id",
             name: Callable[[Row], Any] = lambda row: row.get("name")) -> dict[str, str]:
    """Names by ids. Two with one name keep apart: their ids stand behind it."""
    found = {key(get(row, id)): text(name(row)) or key(get(row, id)) for row in rows_of(source, *keys)}
    counts: dict[str, int] = {}
    for known in found.values():
        counts[known] = counts.get(known, 0) + 1
    return {of: known if counts[known] == 1 else f"{known} ({of})" for of, known in found.items()}
