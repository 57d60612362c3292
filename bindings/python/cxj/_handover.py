"""Columns for whoever reads Arrow's C stream interface (DuckDB, polars, pyarrow, pandas), with ctypes alone.

The interface is https://arrow.apache.org/docs/format/CStreamInterface.html. A struct is filled for its reader, who calls its
``release`` when done, from any thread; until then ``_KEPT`` holds what it points to.
"""

from __future__ import annotations

import ctypes
import itertools
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ._arrow import _Array, _Schema, _Stream


class Column(NamedTuple):
    """A column: ``kind`` is text, local (datetimes without a zone), milliseconds (moments as whole numbers, None for none),
    number (floats, NaN for none), integer (whole numbers as floats, likewise), duration (milliseconds as floats, likewise),
    count (whole numbers), identity (the same, None for none) or flag."""

    kind: str
    values: Any


Columns = dict[str, Column]

_FORMATS = {"local": b"tsm:", "milliseconds": b"tsm:UTC", "number": b"g", "integer": b"l", "duration": b"tDm",
            "count": b"L", "identity": b"L", "flag": b"b"}
_EPOCH = datetime(1970, 1, 1)
_MS = timedelta(milliseconds=1)
_NULLABLE = 2
_MOST_BYTES = 2**31 - 1  # of texts whose ends are numbers of 32 bits
_NO_MEMORY = 12  # errno


class _Ready(NamedTuple):
    """A column in buffers: Arrow's format, the rows, how many of these are null, and the memory."""

    format: bytes
    rows: int
    nulls: int
    buffers: list[Any]


# ---- columns as buffers --------------------------------------------------------------------------------------------


def _bits(truths: Sequence[bool]) -> Any:
    """Truths as bits, the first the lowest."""
    number = int("".join("1" if one else "0" for one in reversed(truths)) or "0", 2)
    size = max(1, (len(truths) + 7) // 8)
    return (ctypes.c_uint8 * size)(*number.to_bytes(size, "little"))


def _numbers(kind: Any, values: Sequence[Any], valid: Sequence[bool]) -> tuple[int, list[Any]]:
    """How many values are null, and buffers of which these are, and of the values."""
    memory = (kind * max(1, len(values)))(*(value if good else 0 for value, good in zip(values, valid)))
    nulls = len(values) - sum(valid)
    return nulls, [_bits(valid) if nulls else None, memory]


def _ready(kind: str, values: Any) -> _Ready:
    values = values.tolist() if hasattr(values, "tolist") else list(values)
    if kind == "text":
        raw = [value.encode() for value in values]
        size, code = (ctypes.c_int32, b"u") if sum(map(len, raw)) <= _MOST_BYTES else (ctypes.c_int64, b"U")
        ends = (size * (len(raw) + 1))(0, *itertools.accumulate(map(len, raw)))
        return _Ready(code, len(raw), 0, [None, ends, ctypes.create_string_buffer(b"".join(raw))])
    if kind == "flag":
        return _Ready(_FORMATS[kind], len(values), 0, [None, _bits(values)])
    if kind in ("number", "integer", "duration"):
        valid = [value == value for value in values]
        if kind != "number":
            values = [round(value) if good else 0 for value, good in zip(values, valid)]
    else:
        valid = [value is not None for value in values]
        if kind == "local":
            values = [(value - _EPOCH) // _MS for value in values]
    of = ctypes.c_double if kind == "number" else ctypes.c_uint64 if kind in ("count", "identity") else ctypes.c_int64
    return _Ready(_FORMATS[kind], len(values), *_numbers(of, values, valid))


# ---- structs -------------------------------------------------------------------------------------------------------

# What the structs handed out point to, by the number in their private_data. Its functions may be called while the interpreter
# ends, when the names of a module are gone, so they hold what they need.
_KEPT: dict[int, Any] = {}
_next = itertools.count(1).__next__


def _keep(struct: Any, release: Any, *owned: Any) -> None:
    struct.private_data = number = _next()
    struct.release = ctypes.cast(release, ctypes.c_void_p).value
    _KEPT[number] = owned


def _releasing(of: Any) -> Any:
    """What releases a struct of a type, and its children that nobody has taken over."""
    kind, kept, address_of, parent = ctypes.CFUNCTYPE(None, ctypes.c_void_p), _KEPT, ctypes.addressof, of is not _Stream

    def release(address: int) -> None:
        struct = of.from_address(address)
        for place in range(struct.n_children if parent else 0):
            child = struct.children[place].contents
            if child.release:
                release(address_of(child))  # all that are still here are ours
        kept.pop(struct.private_data, None)
        struct.release = None

    return kind(release)


_RELEASE_SCHEMA, _RELEASE_ARRAY, _RELEASE_STREAM = map(_releasing, (_Schema, _Array, _Stream))


def _write_schema(into: Any, code: bytes, name: bytes, children: Sequence[tuple[bytes, bytes]] = ()) -> None:
    below = [_Schema() for _ in children]
    for struct, (name_below, code_below) in zip(below, children):
        _write_schema(struct, code_below, name_below)
    pointers = (ctypes.POINTER(_Schema) * max(1, len(below)))(*map(ctypes.pointer, below))
    into.format, into.name, into.metadata, into.flags = code, name, None, 0 if children else _NULLABLE
    into.n_children, into.children, into.dictionary = len(below), pointers, None
    _keep(into, _RELEASE_SCHEMA, code, name, below, pointers)


def _write_array(into: Any, ready: _Ready, children: Sequence[_Ready] = ()) -> None:
    below = [_Array() for _ in children]
    for struct, one in zip(below, children):
        _write_array(struct, one)
    pointers = (ctypes.POINTER(_Array) * max(1, len(below)))(*map(ctypes.pointer, below))
    buffers = (ctypes.c_void_p * len(ready.buffers))(*(None if one is None else ctypes.addressof(one) for one in ready.buffers))
    into.length, into.null_count, into.offset = ready.rows, ready.nulls, 0
    into.n_buffers, into.buffers = len(ready.buffers), buffers
    into.n_children, into.children, into.dictionary = len(below), pointers, None
    _keep(into, _RELEASE_ARRAY, ready, below, pointers, buffers)


# ---- streams -------------------------------------------------------------------------------------------------------


class _Source:
    """What a stream has to give: one batch, once."""

    def __init__(self, columns: Columns) -> None:
        self.names = [name.encode() for name in columns]
        self.ready = [_ready(*column) for column in columns.values()]
        self.done = False

    def schema(self, address: int) -> None:
        _write_schema(_Schema.from_address(address), b"+s", b"", [(name, one.format) for name, one in
                                                                  zip(self.names, self.ready)])

    def next(self, address: int) -> None:
        into = _Array.from_address(address)
        if self.done:
            into.release = None
            return
        rows = self.ready[0].rows if self.ready else 0
        _write_array(into, _Ready(b"+s", rows, 0, [None]), self.ready)
        self.done = True


def _asked(call: Callable[[_Source, int], None]) -> Any:
    """A function of a stream: what its source does, as C calls it."""

    def ask(stream: int, into: int) -> int:
        try:
            call(_KEPT[_Stream.from_address(stream).private_data][0], into)
        except MemoryError:
            return _NO_MEMORY
        return 0

    return ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(ask)


def _nothing(stream: int) -> None:
    """The last error in words: there are none."""


_GET_SCHEMA, _GET_NEXT = _asked(_Source.schema), _asked(_Source.next)
_GET_LAST_ERROR = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(_nothing)
_NAME = b"arrow_array_stream"

# Capsules that were made. One that nobody else holds any more goes when the next is made: a destructor of Python's would have
# to run where a reader's exception is on its way, and would lose that.
_MADE: list[tuple[Any, Any]] = []
_MAKING = threading.Lock()


def _holders(made: list[tuple[Any, Any]], place: int) -> int:
    return sys.getrefcount(made[place][0])


_ALONE = _holders([(object(), None)], 0)


def _sweep() -> None:
    for place in reversed(range(len(_MADE))):
        if _holders(_MADE, place) <= _ALONE:
            struct = _MADE.pop(place)[1]
            if struct.release:  # nobody has read it
                _RELEASE_STREAM(ctypes.addressof(struct))


def stream(columns: Columns) -> object:
    """A capsule with a stream of the columns, in one batch."""
    source, struct = _Source(columns), _Stream()
    struct.get_schema = ctypes.cast(_GET_SCHEMA, ctypes.c_void_p).value
    struct.get_next = ctypes.cast(_GET_NEXT, ctypes.c_void_p).value
    struct.get_last_error = ctypes.cast(_GET_LAST_ERROR, ctypes.c_void_p).value
    _keep(struct, _RELEASE_STREAM, source)
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    with _MAKING:
        _sweep()
        capsule: object = new(ctypes.addressof(struct), _NAME, None)
        _MADE.append((capsule, struct))
    return capsule
