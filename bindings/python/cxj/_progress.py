"""Many rows on their way: recorded slice by slice, so that they can be stopped between slices, and shown where somebody looks
on."""

from __future__ import annotations

import ctypes
import importlib
import sys
import time
import warnings
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import _header as header
from ._columns import Rows, from_row
from ._library import Interrupted, Receipt, lib

if TYPE_CHECKING:
    from ._engine import Engine

#: Rows that the library gets at once: some tens of milliseconds.
SLICE = 1 << 16

#: Seconds after which a recording that is not done yet is shown.
DELAY = 1.0


class Run:
    """The rows of one call: ``total``, what became of those so far. In a with statement; a KeyboardInterrupt leaves it as
    cxj.Interrupted, with the receipt of all rows that the library has had."""

    def __init__(self, rows: int | None = None) -> None:
        """rows: how many there will be, if that is known."""
        self._rows = rows
        self._given: Any = None  # the library's receipt of the latest slice, counted or not
        self._done: tuple[Receipt, Any] = (Receipt(), None)  # in one place, for an interrupt comes between any two steps
        self._meter: Any = None
        self._hidden, self._begin, self._is_watched = 0, time.monotonic(), True

    @property
    def total(self) -> Receipt:
        return self._done[0]

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._meter is not None:
            self._meter.close()
            self._meter = None
        if isinstance(error, KeyboardInterrupt):
            raise Interrupted(self._all()) from None

    def _all(self) -> Receipt:
        total, counted = self._done
        if self._given is counted or not self._given.processed:  # or it has not come to the library
            return total
        return total.and_then(Receipt.of(self._given, "").of_columns())

    def record(self, engine: Engine, rows: Rows, first: int, count: int, flags: int = 0) -> tuple[int, Receipt]:
        """Records a slice of rows, and gives the status and what became of them. Under the engine's lock."""
        part = rows.struct if first == 0 and count == rows.rows else from_row(rows, first)
        self._given = got = header.Receipt()
        status = int(lib.cxj_record_columns(engine._open(), ctypes.byref(part), count, flags, ctypes.byref(got),
                                            ctypes.sizeof(got)))
        latest = Receipt.of(got, engine._message()).of_columns()
        self._done = self._done[0].and_then(latest), got
        return status, latest

    def show(self, rows: int) -> None:
        """Shows that so many rows more are done, where somebody looks on."""
        self._hidden += rows
        if not self._is_watched or time.monotonic() - self._begin < DELAY:
            return
        if self._meter is None:
            shows = _bar_class()
            self._is_watched = shows is not None
            self._meter = shows(total=self._rows, unit=" rows", unit_scale=True, leave=False, desc="cxj") if shows else None
        if self._meter is not None:
            self._meter.update(self._hidden)
            self._hidden = 0


def _bar_class() -> Any:
    """tqdm's, if it is there and a notebook or a terminal looks on; else None. It is not imported for anybody else."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    in_notebook = getattr(shell, "kernel", None) is not None
    if not in_notebook and not (sys.stderr is not None and sys.stderr.isatty()):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a notebook lacks; then it is shown as in a terminal
            return importlib.import_module("tqdm.auto" if in_notebook else "tqdm").tqdm
    except ImportError:
        return None
