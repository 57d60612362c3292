"""Reads XES, the format of event logs (IEEE 1849), event by event: a file of any size takes the room of one trace's attributes
and one event. By expat, which the standard library has. A document that declares anything (a DOCTYPE, hence entities) is
refused before it is read, so none can grow on the way or fetch another."""

from __future__ import annotations

import gzip
import os
import zlib
from collections import ChainMap
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Optional
from xml.parsers import expat

_CHUNK = 1 << 18
_PENDING = 1 << 24  # bytes of one tag at the most
_DEEPEST = 100      # elements in each other
_MOST = 10_000      # attributes of a trace, or of an event

_VALUES = ("string", "date", "int", "float", "boolean", "id")


def is_xes(path: Any) -> bool:
    """Whether a path has the name of such a file."""
    return str(os.fspath(path)).lower().endswith((".xes", ".xes.gz"))


def events(source: Any) -> Iterator[ChainMap[str, Any]]:
    """The events of an XES log, each a mapping: its own attributes by their keys, those of its trace with case: before them, as
    event logs in tables have them (case:concept:name, concept:name, time:timestamp, org:resource, …). Numbers and booleans are
    such, moments texts as they stand. What lies in an attribute, and lists, are left out. All events of a trace share what it says
    (event.maps[1]): many short events of a trace that says much take no more room than they have in the file.

    source  a path, also of what gzip has packed, or a file that gives bytes"""
    with ExitStack() as opened:
        name = os.fspath(source) if isinstance(source, (str, os.PathLike)) else getattr(source, "name", "the file")
        file: Any = opened.enter_context(open(source, "rb")) if isinstance(source, (str, os.PathLike)) else source
        head = file.read(2)
        while len(head) == 1 and (more := file.read(1)):
            head += more
        if head == b"\x1f\x8b":
            packed: Any = _Ahead(head, file)
            file, head = opened.enter_context(gzip.GzipFile(fileobj=packed)), b""
        reader = _Reader()
        try:
            while True:
                chunk = head + file.read(_CHUNK)
                head = b""
                yield from reader.feed(chunk)
                if not chunk:
                    return
        except expat.ExpatError as error:
            raise ValueError(f"{name}: line {error.lineno}: this is no XML: {expat.ErrorString(error.code)}") from None
        except _NotXes as error:
            raise ValueError(f"{name}: line {reader.line}: {error}") from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{name}: what gzip has packed here is cut off, or damaged ({error})") from None


class _NotXes(Exception):
    pass


class _Ahead:
    """A packed file of which the first bytes are read already."""

    def __init__(self, head: bytes, file: Any) -> None:
        self._head, self._file = head, file

    def read(self, size: int = -1) -> bytes:
        if self._head:
            head, self._head = self._head, b""
            return head
        data: bytes = self._file.read(size)
        return data


class _Reader:
    """Where in a log the parser is: the elements around it, and the attributes so far of the trace and of the event."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._declares
        self._path: list[str] = []
        self._trace: dict[str, Any] = {}
        self._event: Optional[dict[str, Any]] = None
        self._begun = False  # an event of this trace was given
        self._ready: list[ChainMap[str, Any]] = []
        self._fed = 0

    @property
    def line(self) -> int:
        return self._parser.CurrentLineNumber

    def feed(self, chunk: bytes) -> list[ChainMap[str, Any]]:
        """Reads on; an empty chunk is the end. Returns the events that are whole now."""
        self._parser.Parse(chunk, not chunk)
        self._fed += len(chunk)
        if chunk and self._fed - max(self._parser.CurrentByteIndex, 0) > _PENDING:
            raise _NotXes(f"what begins here does not end within {_PENDING >> 20} MiB")
        ready, self._ready = self._ready, []
        return ready

    def _declares(self, name: str, *_: Any) -> None:
        raise _NotXes(f"a DOCTYPE ({name}) is declared; XES has none, and what one may bring is not read. Remove it")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag, path = name.rpartition(" ")[2], self._path
        if not path and tag != "log":
            raise _NotXes(f"an XES file begins with <log>, and this one with <{tag}>")
        if len(path) >= _DEEPEST:
            raise _NotXes(f"more than {_DEEPEST} elements lie in each other")
        path.append(tag)
        if tag == "trace" and len(path) == 2:
            self._trace, self._begun = {}, False
        elif tag == "event" and (len(path) == 2 or path[1] == "trace" and len(path) == 3):
            self._event = {}
        elif tag in _VALUES and len(path) > 2:
            if path[-2] == "event" and self._event is not None:
                self._keep(self._event, tag, attributes)
            elif len(path) == 3 and path[1] == "trace":
                if self._begun:
                    raise _NotXes(f"the attribute {attributes.get('key')!r} of a trace stands behind an event of it; it must "
                                  "stand before")
                self._keep(self._trace, tag, attributes)

    def _keep(self, into: dict[str, Any], tag: str, attributes: dict[str, str]) -> None:
        key, value = attributes.get("key"), attributes.get("value")
        if key is None or value is None:
            raise _NotXes(f"<{tag}> must have a key and a value")
        if len(into) >= _MOST:
            raise _NotXes(f"there are more than {_MOST} attributes of one trace or event")
        into[key] = self._value(tag, key, value)

    def _value(self, tag: str, key: str, value: str) -> Any:
        try:
            if tag == "int":
                return int(value)
            if tag == "float":
                return float(value)
        except ValueError:
            raise _NotXes(f"{key}: {value!r} is no number") from None
        return value.strip().lower() in ("true", "1") if tag == "boolean" else value

    def _end(self, name: str) -> None:
        tag = self._path.pop()
        if tag == "event" and self._event is not None and len(self._path) <= 2:
            if len(self._path) == 1:
                self._trace = {}
            elif not self._begun:
                self._trace = {f"case:{key}": value for key, value in self._trace.items()}
            self._ready.append(ChainMap(self._event, self._trace))
            self._event, self._begun = None, True
