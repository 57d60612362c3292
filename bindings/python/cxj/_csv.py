"""Rows of CSV, by the letter of SPEC 7: which of them are well formed, and what they hold, row by row and in bounded memory.

Most rows have no quote in them and are split where the delimiter stands. Of those that have, the standard library's csv
reads the ones that are well formed; it would take a quote inside a bare field, and end a row at a lone carriage return, so
what is well formed is decided here. What is not is scanned field by field, to find where the row ends and what is wrong.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ._arrow import of_texts
from ._frames import AT_ONCE, Batch
from ._library import InvalidError

BLOCK = 1 << 20  # bytes that are read at once, at first
ROW_LIMIT = 64 << 20  # characters of a row; a longer one is refused, and not held
_HELD = 32 << 20  # characters of rows in one batch
_CSV_FIELD = 100_000  # the csv module refuses fields beyond 131,072

_BAD = re.compile("[\0\ud800-\udfff]")  # what no text may hold; where bytes are not UTF-8, halves of pairs stand for them
_DELIMITED, _ENDED = "delimiter", ""  # how a field ended; all else is what is wrong
_STRAY_QUOTE = "a quote inside a field that does not begin with one; such a field stands in quotes, and its own are doubled"
_STRAY_TEXT = "text behind a closing quote; quotes inside a field are doubled"
_UNCLOSED = "a field in quotes is never closed, and takes all that follows"
_TOO_LONG = f"a row of more than {ROW_LIMIT >> 20} MiB"
RETURNS = ("the header has carriage returns (CR) in it, which alone end no line; if they are to, "
           "cxj.read_csv(open(path, encoding='utf-8-sig')) reads them so")
_SPREADSHEETS = "its first line is for spreadsheets, and names what stands between fields; take that line out"
_NOT_TEXT = "what is no UTF-8, or a NUL; save the file as UTF-8 (an old program's is often cp1252)"


def hint_of(head: bytes) -> str:
    """What a file is that is hardly CSV, and what to do with it; empty: nothing is known."""
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, what in ((b"\x1f\x8b", "this file is packed by gzip; gzip.open(path, 'rb') gives a file that can be read"),
                       (b"PK\x03\x04", "this is a spreadsheet, or another packed file; save it as CSV"),
                       (b"PAR1", "this is Parquet; cxj.read_parquet() reads it"),
                       (b"<", "this is XML; " + ("cxj.read_xes() reads XES" if b"<log" in head else "save it as CSV")),
                       (b"{", "this is JSON; give its rows, a list of dicts, to Engine.from_frame()"),
                       (b"[{", "this is JSON; give its rows, a list of dicts, to Engine.from_frame()")):
        if begin.startswith(mark):
            return what
    if b"\0" in head and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return "this looks like UTF-16 without a byte-order mark; save it as UTF-8"
    return ""


def _naming(delimiter: str) -> str:
    """How a delimiter is named to read_csv()."""
    return "delimiter='tab'" if delimiter == "\t" else f"delimiter={delimiter!r}"


def _hint_of_header(line: str) -> str:
    """What a header is that is hardly one, and what to do with it; empty: nothing is known."""
    if found := re.match('"?sep=(.?)', line):
        return _SPREADSHEETS + ("" if found[1] in ("", ",") else f", and name that by {_naming(found[1])}")
    return RETURNS if re.search("\r(?!\n)", line) else ""


class _Source:
    """The characters of a file, piece by piece. ``is_odd``: whether one came that no text may hold."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._left = self.head = b""
        self._decode: Any = None
        self.is_odd = self.ended = False

    def read(self, size: int) -> str:
        """The next characters; none only at the end."""
        text = ""
        while not text and not self.ended:
            data = self._file.read(size)
            self.ended = not data
            text = self._checked(data) if isinstance(data, str) else self._decoded(data)
        self.is_odd = self.is_odd or "\0" in text
        return text

    def _checked(self, text: str) -> str:
        """What a file gives that is read as characters already."""
        if not self.head:
            self.head, text = text[:512].encode("utf-8", "replace"), text[text.startswith("\ufeff"):]
        self.is_odd = self.is_odd or not text.isascii() and _BAD.search(text) is not None
        return text

    def _decoded(self, data: bytes) -> str:
        data = self._left + data
        if self._decode is None:
            if len(data) < 3 and not self.ended:
                self._left = data
                return ""
            self.head = data[:512]
            mark, self._decode, self._errors = next(
                ((mark, decode, errors) for mark, decode, errors in (
                    (codecs.BOM_UTF8, codecs.utf_8_decode, "surrogateescape"),
                    (codecs.BOM_UTF16_LE, codecs.utf_16_le_decode, "surrogatepass"),
                    (codecs.BOM_UTF16_BE, codecs.utf_16_be_decode, "surrogatepass")) if data.startswith(mark)),
                (b"", codecs.utf_8_decode, "surrogateescape"))
            data = data[len(mark):]
        whole = len(data) - len(data) % 2 if self._errors == "surrogatepass" and self.ended else len(data)
        try:
            text, used = self._decode(data[:whole], "strict", self.ended)
        except UnicodeDecodeError:
            text, used = self._decode(data[:whole], self._errors, self.ended)
            self.is_odd = True
        self._left = data[used:]
        if self.ended and whole < len(data):  # half a character
            text, self.is_odd = f"{text}\udfff", True
        return str(text)


class _Part(NamedTuple):
    """Rows that are to be a batch: their fields (None: csv has yet to read them), the lines where they begin, those that are
    refused and why, and the texts that csv has to read, by the places of their rows."""

    rows: list[Any]
    lines: list[int]
    faults: dict[int, str]
    quoted: dict[int, str]


class Reader:
    """A file's rows: ``names``, the header's fields, and batches(). InvalidError if the header cannot be read.

    file       has read(), which gives bytes, or characters
    delimiter  one character; None: the comma, and a header that hardly has one is refused
    title      what the file is called, for sentences"""

    def __init__(self, file: Any, delimiter: str | None, title: str) -> None:
        self._source, self._title = _Source(file), title
        self._delimiter = delimiter or ","
        mark = re.escape(self._delimiter)
        field = f'(?:"[^"]*(?:""[^"]*)*"|[^"{mark}\\r\\n]*)'
        self._well_formed = re.compile(f"{field}(?:{mark}{field})*(?=\r?\n)")
        self._stop = re.compile(f'[{mark}"\\n]')
        self._text, self._next, self._begin, self._line, self._row_line = "", 0, 0, 1, 1
        self._drops = False  # the row is too long, and let go
        self._hint = ""  # what the line of the header seems to be
        try:
            self.names = self._header(delimiter)
        except InvalidError as error:
            hint = self.hint
            raise InvalidError(f"{title}, line {self._row_line}: {error}{'; ' if hint else ''}{hint}") from None

    @property
    def hint(self) -> str:
        """What the file seems to be, where it is hardly CSV, or not as it is read."""
        return self._hint or hint_of(self._source.head)

    def _header(self, delimiter: str | None) -> list[str]:
        while True:
            fields, wrong, is_empty = self._scan()
            if not is_empty:
                break
            if self._next == len(self._text) and not self._more():
                raise InvalidError("there is no header line")
        line = self._text[self._begin:self._next]
        self._hint = _hint_of_header(line)
        self._check_delimiter(line, delimiter)
        if wrong:
            raise InvalidError(f"the header cannot be read: {wrong}")
        return fields

    def _check_delimiter(self, line: str, delimiter: str | None) -> None:
        """Refuses a header that has another delimiter, and not this one."""
        bare = re.sub('"[^"]*"', "", line)
        other = max(",;\t|", key=bare.count)
        if other not in bare or self._delimiter in bare:
            return
        lacks = "the header has no comma" if delimiter is None else f"the header has no {self._delimiter!r}"
        raise InvalidError(lacks if self._hint else f"{lacks}, but {other!r}; {_naming(other)} reads it")

    # ---- characters ----

    def _more(self) -> bool:
        """Reads on. What the row has so far stays, unless it is too long. Returns whether something came."""
        if self._next - self._begin > ROW_LIMIT:
            self._drops = True
        if self._drops:
            self._text, self._next, self._begin = self._text[self._next:], 0, 0
        piece = self._source.read(max(BLOCK, len(self._text)))
        self._text += piece
        return bool(piece)

    def _trim(self) -> None:
        """Lets go what was read."""
        if self._next:
            self._text, self._next = self._text[self._next:], 0
        self._begin, self._drops = 0, False

    # ---- one row, field by field ----

    def _scan(self) -> tuple[list[str], str, bool]:
        """The fields of the next row; what is wrong with it, if anything; and whether it is an empty line, or nothing."""
        fields: list[str] = []
        self._begin, self._row_line, self._drops = self._next, self._line, False
        ending, is_quoted = _DELIMITED, False
        while ending == _DELIMITED:
            is_quoted = (self._next < len(self._text) or self._more()) and self._text[self._next] == '"'
            ending = self._quoted(fields) if is_quoted else self._bare(fields)
        if ending in (_STRAY_QUOTE, _STRAY_TEXT):
            self._skip_line()
        elif ending == _ENDED and self._drops:
            ending = _TOO_LONG
        elif ending == _ENDED and self._source.is_odd and _BAD.search(self._text, self._begin, self._next):
            ending = _NOT_TEXT
        return fields, ending, not ending and fields == [""] and not is_quoted

    def _bare(self, fields: list[str]) -> str:
        """A field without quotes, and what ends it."""
        start = self._next
        while (found := self._stop.search(self._text, self._next)) is None:
            self._next = len(self._text)
            if not self._more():
                fields.append(self._text[start:])
                return _ENDED
            start = self._next if self._drops else start
        field, self._next = self._text[start:found.start()], found.start()
        if found[0] == '"':
            return _STRAY_QUOTE
        self._next += 1
        if found[0] == self._delimiter:
            fields.append(field)
            return _DELIMITED
        self._line += 1
        fields.append(field[:-1] if field.endswith("\r") else field)
        return _ENDED

    def _quoted(self, fields: list[str]) -> str:
        """A field in quotes, and what ends it."""
        self._next += 1
        start = self._next
        while True:
            end = self._text.find('"', self._next)
            stop = len(self._text) if end < 0 else end
            self._line += self._text.count("\n", self._next, stop)
            self._next = stop if end < 0 else end + 1
            if self._next == len(self._text) and not self._more():
                if end < 0:
                    return _UNCLOSED
                break
            if end >= 0 and self._text[self._next] != '"':
                break
            self._next += end >= 0
            start = self._next if self._drops else start
        fields.append("" if self._drops else self._text[start:end].replace('""', '"'))
        return self._behind_quote()

    def _behind_quote(self) -> str:
        if self._next == len(self._text):
            return _ENDED
        if self._text[self._next] == self._delimiter:
            self._next += 1
            return _DELIMITED
        is_return = self._text[self._next] == "\r"
        if is_return and self._next + 1 == len(self._text) and not self._more():
            return _STRAY_TEXT
        if self._text[self._next + is_return] != "\n":
            return _STRAY_TEXT
        self._next += is_return + 1
        self._line += 1
        return _ENDED

    def _skip_line(self) -> None:
        """Goes on behind the next line feed."""
        while (feed := self._text.find("\n", self._next)) < 0:
            self._next = len(self._text)
            self._drops = True
            if not self._more():
                return
        self._next = feed + 1
        self._line += 1

    # ---- many rows ----

    def batches(self) -> Iterator[Batch]:
        """The rows behind the header."""
        part = _Part([], [], {}, {})
        held = 0
        while True:
            held += self._next
            self._trim()
            if len(part.rows) >= AT_ONCE or held > _HELD:
                yield self._batch(part)
                part, held = _Part([], [], {}, {}), 0
            end = self._text.rfind("\n") + 1
            if end:
                self._take(end, part)
            elif self._source.ended or len(self._text) > BLOCK:
                if not self._text and not self._more():
                    break
                self._take_scanned(part)
            elif not self._more() and not self._text:
                break
        if part.rows:
            yield self._batch(part)

    def _batch(self, part: _Part) -> Batch:
        """Rows as a batch; those that csv has to read, it reads all at once."""
        texts = csv.reader(part.quoted.values(), delimiter=self._delimiter, strict=True)
        for place, fields in zip(part.quoted, texts):
            self._put(part, place, fields)
        part.quoted.clear()
        rows, lines = part.rows, part.lines

        def column(place: int) -> Any:
            return of_texts([row[place] for row in rows])

        return Batch(len(rows), column, None, part.faults, lambda row: f"{self._title}:{lines[row]}")

    def _put(self, part: _Part, place: int, fields: list[str], wrong: str = "") -> None:
        """Puts a row in its place, unless it is refused."""
        if len(fields) != len(self.names):
            wrong = wrong or f"it has {len(fields)} fields, and the header {len(self.names)}"
        if wrong:
            part.faults[place] = wrong
        part.rows[place] = [""] * len(self.names) if wrong else fields

    def _take(self, end: int, part: _Part) -> None:
        """Takes the rows before a place behind a line feed, or the first of them, up to one that has to be scanned."""
        most = min(_CSV_FIELD, csv.field_size_limit())
        while self._next < end:
            quote = self._text.find('"', self._next, end)
            begin = end if quote < 0 else max(self._next, self._text.rfind("\n", self._next, quote) + 1)
            if begin > self._next:
                self._take_lines(self._text[self._next:begin], part)
                self._next = begin
                continue
            found = self._well_formed.match(self._text, self._next, end)
            if found is None or found.end() - self._next > most or self._source.is_odd and _BAD.search(found[0]):
                self._take_scanned(part)
                return
            part.quoted[len(part.rows)] = found[0]
            part.rows.append(None)
            part.lines.append(self._line)
            self._line += found[0].count("\n") + 1
            self._next = self._text.index("\n", found.end()) + 1

    def _take_lines(self, text: str, part: _Part) -> None:
        """Takes lines without a quote."""
        lines, first, count = text.split("\n"), self._line, len(self.names)
        lines.pop()
        self._line += len(lines)
        numbers: Any = range(first, self._line)
        if "\r" in text:
            lines = [line[:-1] if line.endswith("\r") else line for line in lines]
        if "" in lines:
            numbers = [number for number, line in zip(numbers, lines) if line]
            lines = [line for line in lines if line]
        rows, begin = [line.split(self._delimiter) for line in lines], len(part.rows)
        part.rows.extend(rows)
        part.lines.extend(numbers)
        if self._source.is_odd:
            for place, line in enumerate(lines, begin):
                if _BAD.search(line):
                    self._put(part, place, part.rows[place], _NOT_TEXT)
        if any(length != count for length in set(map(len, rows))):
            for place, row in enumerate(rows, begin):
                if len(row) != count:
                    self._put(part, place, row, part.faults.get(place, ""))

    def _take_scanned(self, part: _Part) -> None:
        """Takes a row that has to be scanned field by field."""
        fields, wrong, is_empty = self._scan()
        if is_empty:
            return
        part.rows.append(None)
        part.lines.append(self._row_line)
        self._put(part, len(part.rows) - 1, fields, wrong)
