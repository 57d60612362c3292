"""Finds the shared library, checks that it fits, and calls it."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import pathlib
import sys
from typing import Any, Iterator, NamedTuple

from . import _header as header

_NAMES = {"win32": ("cxj.dll", "libcxj.dll"), "darwin": ("libcxj.dylib",)}.get(sys.platform, ("libcxj.so", "libcxj.so.0"))


class Receipt(NamedTuple):
    """What became of touchpoints. ``processed``: dealt with, from the first. ``accepted``: taken. ``duplicates``: of the
    revision already held; ``conflicts`` of them differ in content. ``superseded``: of a lower revision, or replaced by a
    higher. ``late``: for a sealed journey. ``refused``: not taken; ``first_refusal`` is the index of the first refused or
    late one, None if there is none, and ``reason`` says why."""

    processed: int
    accepted: int
    duplicates: int
    conflicts: int
    superseded: int
    late: int
    refused: int
    first_refusal: int | None
    reason: str


class Error(Exception):
    """What the library, or this package, refuses. ``status`` is the library's number of it, 0 if it has none. ``receipt``
    says what became of touchpoints, where some were passed: those that it counts as accepted are recorded."""

    def __init__(self, message: str, status: int = 0, receipt: Receipt | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.receipt = receipt

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.status, self.receipt)


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


_KINDS: dict[int, type[Error]] = {
    header.REFUSED: RefusedError,
    header.BAD_ARGUMENT: InvalidError,
    header.BAD_FIELD: InvalidError,
    header.BAD_TEXT: InvalidError,
    header.BAD_BYTES: InvalidError,
    header.NEWER_FORMAT: InvalidError,
    header.CLOCK: InvalidError,
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
    checkout = here.parent.parent.parent
    if (checkout / "include" / "cxj.h").is_file():
        for folder in ("build", "build-release", "build-debug"):
            for name in _NAMES:
                yield "the checkout's build folder", str(checkout / folder / "src" / name)
    system = ctypes.util.find_library("cxj")
    yield "the system", system if system else _NAMES[0]


def _load() -> ctypes.CDLL:
    looked: list[str] = []
    for what, path in _candidates():
        if what != "the system" and not os.path.isfile(path):
            looked.append(f"{path} ({what}): not there")
            if what == "CXJ_LIBRARY":
                break  # who names a library means that one
            continue
        try:
            return ctypes.CDLL(path)
        except OSError as error:
            looked.append(f"{path} ({what}): {error}")
            if what == "CXJ_LIBRARY":
                break
    raise ImportError("the library of cxj was not found; it was looked for at\n  " + "\n  ".join(looked))


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

#: The file from which the library was loaded.
loaded_from: str = lib._name


def text_of(status: int) -> str:
    """A status in a few words."""
    return str(lib.cxj_status_text(status).decode())


def error_of(status: int, message: str, receipt: Receipt | None = None) -> Error:
    """The exception for a status, with the library's sentence."""
    return _KINDS.get(status, Error)(message or text_of(status), status, receipt)


def message_buffer() -> Any:
    """Room for a sentence of a call that has no engine to keep it."""
    return ctypes.create_string_buffer(400)


def sentence(buffer: Any) -> str:
    return str(buffer.value.decode("utf-8", "replace"))


def number_of(text: str | bytes) -> int:
    """The number that a text stands for, as a journey, an id or a customer: digits below 2**63 are that number, any other
    text is 2**63 plus its SipHash-2-4 modulo 2**63; the empty text is 0. The same everywhere."""
    raw = text.encode() if isinstance(text, str) else text
    number = ctypes.c_uint64()
    lib.cxj_number(raw, len(raw), ctypes.byref(number))
    return number.value
