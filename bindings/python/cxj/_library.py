"""Finds the shared library, checks that it fits, and calls it."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import pathlib
import re
import sys
import warnings
from collections.abc import Iterator
from typing import Any, Callable, NamedTuple

from . import _header as header
from ._text import visible

# The second name is the loader's: it names the version until 1.0, and only its first number from then on.
_SONAME = "libcxj.so." + (".".join(map(str, header.VERSION)) if header.VERSION[0] == 0 else str(header.VERSION[0]))
_NAMES = ("libcxj.dylib",) if sys.platform == "darwin" else ("libcxj.so", _SONAME)


_NONE_GIVEN = {"journey: 0 must not be 0": "journey: there is none",
               "at: -9223372036854775808 is not within the years 0001 to 9999": "at: there is none",
               "score: 255 is off its scale": "score: there is none, or it is off its scale"}


class Receipt(NamedTuple):
    """What became of touchpoints. ``processed``: dealt with, from the first. ``accepted``: taken. ``duplicates``: of the
    revision already held; ``conflicts`` of them differ in content. ``superseded``: of a lower revision, or replaced by a
    higher. ``late``: for a sealed journey. ``refused``: not taken; ``first_refusal`` is the index of the first refused or
    late one, None if there is none, ``reason`` says why, and ``status`` is the library's number of it (cxj.header.LATE,
    LIMIT, BAD_FIELD, …)."""

    processed: int = 0
    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    superseded: int = 0
    late: int = 0
    refused: int = 0
    first_refusal: int | None = None
    reason: str = ""
    status: int = header.OK

    @classmethod
    def of(cls, got: header.Receipt, message: str) -> Receipt:
        """What the library says, with its sentence, in which the index of the touchpoint is left out."""
        first = None if got.first_refusal == header.NO_INDEX else got.first_refusal
        reason = re.sub(r"^touchpoint \d+: ", "", message)
        return cls(got.processed, got.accepted, got.duplicates, got.conflicts, got.superseded, got.late, got.refused, first,
                   reason, got.first_status)

    def of_columns(self) -> Receipt:
        """The same of columns, where certain numbers stand for none."""
        return self._replace(reason=_NONE_GIVEN.get(self.reason, self.reason))

    def and_then(self, after: Receipt) -> Receipt:
        """What became of these and of those after them."""
        first, reason, status = self.first_refusal, self.reason, self.status
        if first is None:
            first = None if after.first_refusal is None else self.processed + after.first_refusal
            reason, status = after.reason, after.status
        return Receipt(self.processed + after.processed, self.accepted + after.accepted, self.duplicates + after.duplicates,
                       self.conflicts + after.conflicts, self.superseded + after.superseded, self.late + after.late,
                       self.refused + after.refused, first, reason, status)

    def sentence(self) -> str:
        """What is wrong with the first that was refused, and what became of the others."""
        if self.first_refusal is None:
            return f"{self.reason} ({self.processed} rows were recorded)"
        if self.first_refusal >= self.processed:  # it ended there
            return f"row {self.first_refusal}: {self.reason} (the {self.processed} rows before it were taken)"
        lost = self.refused + self.late
        return (f"row {self.first_refusal}: {self.reason} ({lost} of {self.processed} rows refused; the other "
                f"{self.processed - lost} were taken)")


class Error(Exception):
    """What the library, or this package, refuses. ``status`` is the library's number of it, 0 if it has none. ``receipt``
    says what became of touchpoints, where some were passed: those that it counts as accepted are recorded."""

    def __init__(self, message: str, status: int = 0, receipt: Receipt | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.receipt = receipt

    def __str__(self) -> str:
        return visible(str(self.args[0])) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (*(self.args or ("",)), self.status, self.receipt)


class RefusedError(Error, ValueError):
    """Some touchpoints were refused or late; all others were taken. ``receipt`` says how many."""


class InvalidError(Error, ValueError):
    """A value, text, size or number that is not as it must be."""


class NotFoundError(Error, KeyError):
    """There is no such journey, touchpoint, view, metric or cell."""


class NoMemoryError(Error, MemoryError):
    """The allocator gave none, or the limit of memory is reached."""


class ReadWriteError(Error, OSError):
    """Reading or writing failed."""


class Interrupted(KeyboardInterrupt):
    """A recording of many rows was interrupted, between two slices of them. ``receipt`` says what became of those before:
    receipt.processed is how many, and where to go on from."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(f"interrupted after {receipt.processed} rows; {receipt.accepted} of them are recorded")
        self.receipt = receipt

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.receipt,)


class DoubtWarning(UserWarning):
    """What was read is hardly what was meant: moments in 1970 or far ahead, days that became midnights, rows without ids that
    are equal or come a second time, ties that only text ids decide, rows of a replay that came late, or a column that nobody
    reads although its name is near that of a field. It was read as it stands. To have an exception
    instead: warnings.simplefilter("error", cxj.DoubtWarning)."""


class IncompleteWarning(UserWarning):
    """A view was read that lacks something: cells beyond the limit of cells, or what journeys that are sealed have
    contributed (View.incomplete, View.lacks_sealed). What was read is as exact as it can be; what is missing, is missing.
    Or the clock was never moved, and a worklist, or a view over time, was asked that goes by it (Engine.advance()).
    Or a recipe read an export that has not all of a ticket, or no state that is known as final.
    To have an exception instead: warnings.simplefilter("error", cxj.IncompleteWarning)."""


_KINDS: dict[int, type[Error]] = {
    header.REFUSED: RefusedError,  # an outcome; where it leaves nothing taken, or something not, it is raised
    header.LATE: RefusedError,
    header.BAD_ARGUMENT: InvalidError,
    header.BAD_FIELD: InvalidError,
    header.BAD_TEXT: InvalidError,
    header.BAD_BYTES: InvalidError,
    header.NEWER_FORMAT: InvalidError,
    header.CLOCK: InvalidError,
    header.NO_CALENDAR: InvalidError,
    header.NOT_FOUND: NotFoundError,
    header.NO_MEMORY: NoMemoryError,
    header.IO: ReadWriteError,
}


def _candidates() -> Iterator[tuple[str, str]]:
    """Where the library may be, in the order in which it is looked for: what, and the path."""
    here = pathlib.Path(__file__).resolve().parent
    for name in _NAMES:
        yield "inside the package", str(here / name)
    named = os.environ.get("CXJ_LIBRARY")
    if named:
        yield "CXJ_LIBRARY", named
    for sources in (here.parent.parent.parent, here.parent):  # of a checkout, and of a source distribution
        if (sources / "include" / "cxj.h").is_file():
            for folder in ("build", "build-release", "build-debug", "build-editable"):
                for name in _NAMES:
                    yield "a build folder of the sources", str(sources / folder / "src" / name)
    system = ctypes.util.find_library("cxj")
    yield "the system", system if system else _NAMES[0]


def _load() -> ctypes.CDLL:
    looked: list[str] = []
    for what, path in _candidates():
        if what != "the system" and not os.path.isfile(path):
            looked.append(f"{path} ({what}): not there")
            if what == "CXJ_LIBRARY":
                break  # who names a library means that one, and no other after it
            continue
        try:
            return ctypes.CDLL(path)
        except OSError as error:
            looked.append(f"{path} ({what}): {error}")
            if what == "CXJ_LIBRARY":
                break
    raise ImportError("the library of cxj was not found. In a checkout, build it (meson setup build && ninja -C build); from "
                      "elsewhere, an installed package brings its own. It was looked for at\n  " + "\n  ".join(looked))


def _declare(library: ctypes.CDLL) -> None:
    """Gives each function its types. Says plainly what does not fit."""
    wrong: list[str] = []
    for name, (result, *parameters) in header.FUNCTIONS.items():
        function = getattr(library, name, None)
        if function is None:
            wrong.append(f"it has no function {name}")
            continue
        function.restype = result
        function.argtypes = parameters
    if not wrong:
        version = library.cxj_version()
        if (version // 1000000, version // 1000 % 1000) != header.VERSION:
            wrong.append(f"it is version {library.cxj_version_text().decode()}, and this package is for "
                         f"{'.'.join(map(str, header.VERSION))}")
        for name, struct in header.STRUCTS.items():
            size = library.cxj_size_of(name.encode())
            if size < ctypes.sizeof(struct):
                wrong.append(f"its {name} has {size} bytes, and this package's {ctypes.sizeof(struct)}")
    if wrong:
        raise ImportError(f"{library._name}: this library does not fit: {'; '.join(wrong)}")


lib = _load()
_declare(lib)

#: The file from which the library was loaded; a bare name if the system's loader found it.
loaded_from: str = lib._name


def text_of(status: int) -> str:
    """A status in a few words."""
    return str(lib.cxj_status_text(status).decode())


def error_of(status: int, message: str, receipt: Receipt | None = None) -> Error:
    """The exception for a status, with the library's sentence."""
    return _KINDS.get(status, Error)(message or text_of(status), status, receipt)


def must(status: int, message: str = "") -> None:
    """Raises what a call has failed with. Other outcomes are no errors, but for that of a cursor that is stale: it has not
    answered."""
    if status < 0 or status == header.STALE:
        raise error_of(status, message)


class Sentence:
    """Room for the sentence of a function that has no engine to keep it, as the two parameters ``*said.room``."""

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(320)  # the header says that this holds every sentence
        self.room = (self._buffer, len(self._buffer))

    def __str__(self) -> str:
        return self._buffer.value.decode("utf-8", "replace")


def sized(capacity: int, call: Callable[[int, Any], int], why: Callable[[], str] = str) -> tuple[int, int]:
    """Calls a function of the library whose result has an unknown size: with room for ``capacity`` items, and again with as
    many as it says, while that is too small. ``call`` makes the room; it takes it, and where to put the size; ``why`` says
    what it failed for. Returns the size, and the status of the call, which is no error."""
    size = ctypes.c_size_t()
    while True:
        status = call(capacity, ctypes.byref(size))
        if status != header.TOO_SMALL:
            must(status, why())
            return size.value, status
        capacity = size.value


def number_of(text: bytes, engine: ctypes.c_void_p | None = None) -> int:
    """The number that a text stands for, with the key of an engine, or the public one."""
    number = ctypes.c_uint64()
    must(lib.cxj_id_from_text(engine, text, len(text), ctypes.byref(number)))
    return number.value


def warn_of(doubts: list[str]) -> None:
    """Warns of each that is said, once."""
    for doubt in dict.fromkeys(doubts):
        if doubt:
            warn(visible(doubt), DoubtWarning)


def warn(message: str, category: type[Warning] = IncompleteWarning) -> None:
    """A warning at the line outside this package that asked."""
    package, frame, level = os.path.dirname(warn.__code__.co_filename), sys._getframe(1), 2
    while frame.f_back is not None and os.path.dirname(frame.f_code.co_filename) == package:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, level)
