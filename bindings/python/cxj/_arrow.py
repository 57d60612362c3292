"""Arrow's C data interface, read with ctypes: whoever has ``__arrow_c_stream__`` hands over columns as they lie in memory.

The interface is https://arrow.apache.org/docs/format/CDataInterface.html; which types are taken, ``_read`` lists. Nothing here
knows what a touchpoint is.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Optional

from ._library import InvalidError


class Column(NamedTuple):
    """A column of whoever brought it, before it is known what it stands for.

    kind    integers, floats, moments, truths, or words
    values  a buffer, or a list, of numbers: of moments in ``unit``, of words the places in ``words``; truths are bytes
    valid   a truth for each row, false where it is null; None: no row is null. What stands in values there means nothing
    words   what places stand for: texts, or anything that a list may hold; None is null
    unit    of moments: milliseconds are values * unit[0] // unit[1]
    owner   what keeps the memory of values
    clock   of moments: exact; local, what a clock showed somewhere; or day, a date alone
    zone    of exact moments: where they were written, if that is known: a tzinfo, or its name"""

    kind: str
    values: Any
    valid: Any = None
    words: Sequence[Any] = ()
    unit: tuple[int, int] = (1, 1)
    owner: Any = None
    clock: str = "exact"
    zone: Any = None


class NotUTF8(NamedTuple):
    """A text that is none."""

    raw: bytes


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


class _Stream(ctypes.Structure):
    pass


_Schema._fields_ = [
    ("format", ctypes.c_char_p), ("name", ctypes.c_char_p), ("metadata", ctypes.c_void_p), ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64), ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.POINTER(_Schema)), ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p),
]
_Array._fields_ = [
    ("length", ctypes.c_int64), ("null_count", ctypes.c_int64), ("offset", ctypes.c_int64), ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64), ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))), ("dictionary", ctypes.POINTER(_Array)),
    ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p),
]
_Stream._fields_ = [
    ("get_schema", ctypes.c_void_p), ("get_next", ctypes.c_void_p), ("get_last_error", ctypes.c_void_p),
    ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p),
]

_GET = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_SAY = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)
_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

_INTEGERS = {"c": "b", "C": "B", "s": "h", "S": "H", "i": "i", "I": "I", "l": "q", "L": "Q"}
_TEXTS = ("u", "U", "vu")
_FLOATS = {"f": "f", "g": "d"}
_OTHERS = {"d": "a decimal", "z": "a string of bytes", "Z": "a string of bytes", "+s": "a struct",
           "tts": "a time of day", "ttm": "a time of day", "ttu": "a time of day", "ttn": "a time of day",
           "tDs": "a duration", "tDm": "a duration", "tDu": "a duration", "tDn": "a duration", "e": "a float of 16 bits"}
_MOMENTS = {"tss": (1000, 1), "tsm": (1, 1), "tsu": (1, 1000), "tsn": (1, 1000000), "tdD": (86400000, 1), "tdm": (1, 1)}


def _pointer(capsule: Any, name: bytes) -> int:
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(get(capsule, name))


def _release(told: Any) -> None:
    if told.release:
        _RELEASE(told.release)(ctypes.addressof(told))


# ---- arrays --------------------------------------------------------------------------------------------------------


class _Part(NamedTuple):
    """A stretch of an array. ``owner`` keeps its memory."""

    schema: Any
    array: Any
    start: int
    rows: int
    owner: Any

    @property
    def format(self) -> str:
        return str(self.schema.format.decode())

    def child(self, number: int, start: int, rows: int) -> _Part:
        array = self.array.children[number].contents
        return _Part(self.schema.children[number].contents, array, array.offset + start, rows, self.owner)

    def numbers(self, buffer: int, code: str, start: int, count: int) -> Any:
        """Numbers of a buffer, from the one at start, as a memoryview."""
        size = struct.calcsize(code)
        address = self.array.buffers[buffer]
        memory: Any = (ctypes.c_char * (count * size)).from_address(address + start * size) if address else bytes(count * size)
        view: Any = memoryview(memory).cast("B")
        return view.cast(code)

    def valid(self) -> Any:
        """Which rows are not null, or None: all."""
        if self.format == "n":
            return [False] * self.rows
        if self.array.null_count == 0 or not self.array.n_buffers or not self.array.buffers[0] or not self.rows:
            return None
        return self.bits(0)

    def bits(self, buffer: int) -> Any:
        """The bits of a buffer, a byte for each row."""
        if not self.rows:
            return b""
        first, last = self.start // 8, (self.start + self.rows + 7) // 8
        bits = self.numbers(buffer, "B", first, last - first)
        skip = self.start % 8
        try:
            import numpy
        except ImportError:
            text = format(int.from_bytes(bits, "little"), "b")[::-1].ljust(8 * len(bits), "0")
            return text[skip:skip + self.rows].translate({48: 0, 49: 1}).encode()
        return numpy.unpackbits(numpy.frombuffer(bits, "u1"), bitorder="little")[skip:skip + self.rows].view("?")


def _read(part: _Part) -> Column:
    """A column of any type that touchpoints can have. InvalidError for any other."""
    if part.schema.dictionary:
        words = part.array.dictionary.contents
        inner = _Part(part.schema.dictionary.contents, words, words.offset, words.length, part.owner)
        values = part.numbers(1, _INTEGERS[part.format], part.start, part.rows)
        return Column("words", values, part.valid(), _values(inner), owner=part.owner)
    kind, _, zone = part.format.partition(":")
    if kind == "b":
        return Column("truths", part.bits(1), part.valid(), owner=part.owner)
    if kind in _INTEGERS:
        return Column("integers", part.numbers(1, _INTEGERS[kind], part.start, part.rows), part.valid(), owner=part.owner)
    if kind in _FLOATS:
        return Column("floats", part.numbers(1, _FLOATS[kind], part.start, part.rows), part.valid(), owner=part.owner)
    if kind in _MOMENTS:
        values = part.numbers(1, "i" if kind == "tdD" else "q", part.start, part.rows)
        clock = "day" if kind in ("tdD", "tdm") else "exact" if zone else "local"
        return Column("moments", values, part.valid(), unit=_MOMENTS[kind], owner=part.owner, clock=clock, zone=zone or None)
    if kind == "n":
        return Column("words", bytes(part.rows), part.valid())
    if kind in _TEXTS:
        places, words = _texts(part)
        return Column("words", places, None, words)
    return of_words(_values(part))


def of_words(values: Sequence[Any]) -> Column:
    """Values of any kind, None among them, as places in a list of the different ones."""
    if len({value.__class__ for value in values} - {None.__class__}) < 2:
        places, words = _places(values)
        return Column("words", places, None, words)
    places, words = _places([(value.__class__, value) for value in values])  # for 1 is 1.0, and yet another word
    return Column("words", places, None, [word for _, word in words])


def of_texts(values: Sequence[Optional[str]]) -> Column:
    """Texts, None among them, as places in a list of the different ones."""
    places, words = _places(values)
    return Column("words", places, None, words)


def _places(values: Sequence[Any]) -> tuple[list[int], list[Any]]:
    """For each value its place in a list of the different ones, and that list."""
    places: dict[Any, int] = {}
    return [places.setdefault(value, len(places)) for value in values], list(places)


def _values(part: _Part) -> list[Any]:
    """The values of an array of texts, of lists of texts, or of whole numbers, one by one."""
    valid, kind = part.valid(), part.format.partition(":")[0]
    if part.schema.dictionary:
        raise InvalidError("a dictionary within a dictionary stands for nothing of a touchpoint")
    if kind in _INTEGERS or kind in _FLOATS:
        values: list[Any] = part.numbers(1, {**_INTEGERS, **_FLOATS}[kind], part.start, part.rows).tolist()
    elif kind == "n":
        values = [None] * part.rows
    elif kind in _TEXTS:
        places, words = _texts(part)
        return [words[place] for place in places]
    elif kind in ("+l", "+L"):
        ends = part.numbers(1, "i" if kind == "+l" else "q", part.start, part.rows + 1) if part.rows else memoryview(b"")
        first, last = (ends[0], ends[part.rows]) if part.rows else (0, 0)
        inner = _read(part.child(0, first, last - first))
        if inner.kind != "words":
            raise InvalidError("a list of texts was expected")
        known = [True] * len(inner.values) if inner.valid is None else inner.valid
        texts = [inner.words[place] if good else None for place, good in zip(inner.values, known)]
        values = [tuple(texts[ends[i] - first:ends[i + 1] - first]) for i in range(part.rows)]
    else:
        raise InvalidError(f"{_OTHERS.get(kind, 'what Arrow calls ' + repr(kind))} stands for nothing of a touchpoint; cast it")
    if valid is not None:
        values = [value if good else None for value, good in zip(values, valid)]
    return values


def _texts(part: _Part) -> tuple[list[int], list[Any]]:
    """An array of texts as places in a list of the different ones. Only these are made texts."""
    keys: list[Any]
    if part.format == "vu":
        # A view of 16 bytes has a short text in itself; of another its length, and where it stands.
        raw = bytes(part.numbers(1, "B", 16 * part.start, 16 * part.rows))
        keys = [raw[start:start + 16] for start in range(0, len(raw), 16)]
    else:
        ends = part.numbers(1, "i" if part.format == "u" else "q", part.start, part.rows + 1).tolist() if part.rows else [0]
        raw = bytes(part.numbers(2, "B", ends[0], ends[-1] - ends[0]))
        keys = [raw[start - ends[0]:end - ends[0]] for start, end in zip(ends, ends[1:])]
    valid = part.valid()
    if valid is not None:
        keys = [key if good else None for key, good in zip(keys, valid)]
    places, different = _places(keys)
    return places, [None if key is None else _text(_seen(part, key) if part.format == "vu" else key) for key in different]


def _seen(part: _Part, view: bytes) -> bytes:
    """What a view shows: a short text stands in it, another in one of the buffers behind it."""
    length, buffer, start = struct.unpack("=i4xii", view)
    return view[4:4 + length] if length <= 12 else bytes(part.numbers(2 + buffer, "B", start, length))


def _text(raw: bytes) -> str | NotUTF8:
    try:
        return str(raw, "utf-8")
    except UnicodeDecodeError:
        return NotUTF8(raw)


# ---- streams -------------------------------------------------------------------------------------------------------


class _Owner:
    """Structs that their maker wants to be told when they are no longer needed."""

    def __init__(self, *structs: Any) -> None:
        self._structs = structs

    def __del__(self) -> None:
        for told in self._structs:
            _release(told)


def _columns(whole: _Part) -> list[_Part]:
    """The columns of a struct array."""
    if whole.format != "+s":
        raise InvalidError("one column is no table")
    valid = whole.valid()
    if valid is not None and not all(valid):
        raise InvalidError("rows that are null as a whole are no touchpoints")
    return [whole.child(i, whole.start, whole.rows) for i in range(whole.schema.n_children)]


class Batch(NamedTuple):
    """Rows that came together, and their columns, read when asked for."""

    rows: int
    parts: list[_Part]

    @property
    def names(self) -> list[str]:
        return [(part.schema.name or b"").decode("utf-8", "replace") for part in self.parts]

    def column(self, place: int) -> Column:
        return _read(self.parts[place])


def _of_array(data: Any) -> _Part:
    """What has ``__arrow_c_array__``. Its capsules own what they point to."""
    capsules = data.__arrow_c_array__()
    schema = _Schema.from_address(_pointer(capsules[0], b"arrow_schema"))
    array = _Array.from_address(_pointer(capsules[1], b"arrow_array"))
    if not schema.release or not array.release:
        raise InvalidError("the array was handed to somebody else already")
    return _Part(schema, array, array.offset, array.length, capsules)


def batch_of(data: Any) -> Batch:
    """What has ``__arrow_c_array__``, as a batch of rows."""
    part = _of_array(data)
    return Batch(part.rows, _columns(part))


def column_of(data: Any) -> Column:
    """What has ``__arrow_c_array__``, as one column."""
    return _read(_of_array(data))


class Stream:
    """What has ``__arrow_c_stream__``: ``names`` of its columns; iterated, its batches."""

    def __init__(self, data: Any) -> None:
        self._capsule = data.__arrow_c_stream__()
        self._stream = _Stream.from_address(_pointer(self._capsule, b"arrow_array_stream"))
        if not self._stream.release:
            raise InvalidError("the stream was handed to somebody else already")
        self._schema = _Schema()
        self._get(self._stream.get_schema, self._schema)
        self._keeper = _Owner(self._schema)
        if self._schema.format != b"+s":
            raise InvalidError("one column is no table")
        children = [self._schema.children[i].contents for i in range(self._schema.n_children)]
        self.names = [(child.name or b"").decode("utf-8", "replace") for child in children]

    def _get(self, function: int, into: Any) -> None:
        address = ctypes.addressof(self._stream)
        failure = _GET(function)(address, ctypes.addressof(into))
        if failure:
            said = _SAY(self._stream.get_last_error)(address) or b""
            raise OSError(failure, said.decode("utf-8", "replace").partition("\n")[0] or f"error {failure}")

    def __iter__(self) -> Iterator[Batch]:
        while True:
            array = _Array()
            self._get(self._stream.get_next, array)
            if not array.release:
                return
            whole = _Part(self._schema, array, array.offset, array.length, (self._keeper, _Owner(array)))
            yield Batch(whole.rows, _columns(whole))
