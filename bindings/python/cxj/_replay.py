"""What rules would have raised, had a log come live."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from . import _header as header
from ._calendar import Calendar
from ._columns import Rows, grown, one_by_one, rename, unreadable
from ._engine import Engine
from ._frames import next_batch, table_of
from ._library import Error, NoMemoryError, Receipt, error_of, lib, warn_of
from ._rules import Alerts, Room, alerts_of
from ._values import Moment, moment_of

_LEAP = 3650 * 86_400_000  # the clock goes no further at once
_ROOM = 256  # alerts that are taken at once, after as many rows
_MOST_ALERTS = 1 << 24


class Replay(NamedTuple):
    """What cxj.replay() gives: ``engine``, as the log has left it, its clock where the replay ended; ``alerts``, what the rules
    would have raised, in that order; ``receipt``: what became of the rows."""

    engine: Engine
    alerts: Alerts
    receipt: Receipt


def replay(data: Any, *, rules: Iterable[str], views: Iterable[str] = (), calendar: Calendar | str | None = None,
           renames: Mapping[str, str | None] | None = None, now: Moment | None = None, lenient: bool = False,
           tz: Calendar | str | tzinfo | None = None, unit: str = "ms", **settings: Any) -> Replay:
    """Plays a log as if it came live, to see what rules would have raised, and when, before they are switched on:
    cxj.replay(frame, rules=["overdue for 1d"]).alerts.to_pandas().

    data      as for Engine.record_many(), in the order in which it would have come
    rules     texts of rules, as for engine.rules.add()
    views     texts of views, as for Engine, as are calendar and settings; alerts_limit is 16,777,216 and keep_texts
              is True, unless said
    renames   as for Engine.record_many(), as are tz and unit
    now       where the clock goes after the last row, if that is later
    lenient   leaves out rows that are refused, which the receipt counts; else the first of them ends it

    Each row is recorded by a call of its own. Before it the clock goes to its at, if that is later, or if it is the first; a
    row that is refused for what stands in it does not move the clock. So alerts come as they would to a host that moves the
    clock when it records: raised_at is the latest at so far. A host that moves it more often is told earlier. cxj.DoubtWarning
    says what Engine.record_many() says, and how many rows came later than they happened, as in data sorted by journey.

    Raises cxj.RefusedError for a row that is refused or late; and what Engine(), engine.rules.add() and Engine.record_many()
    raise. Some 4 µs for each row, beside what recording and the rules take."""
    settings.setdefault("alerts_limit", _MOST_ALERTS)
    settings.setdefault("keep_texts", True)
    end = None if now is None else moment_of("now", now)
    engine = Engine(views, calendar=calendar, **settings)
    try:
        for text in (rules,) if isinstance(rules, str) else rules:
            engine.rules.add(text)
        table = table_of(data)
        named = rename(table.names, renames or {})
        player, batches, how = _Player(engine, lenient), table.of(named.values()), engine._how(tz, unit)
        try:
            while True:
                batch = next_batch(batches, player.receipt.processed)
                if batch is None:
                    break
                if batch.names is not None:
                    named = grown(named, rename(batch.names, renames or {}), player.receipt.processed)
                with engine._lock:
                    player.play(engine._rows(batch, named, player.receipt.processed, how))
        finally:
            warn_of([*how.said(engine), *player.doubts()])
        with engine._lock:
            if end is not None:
                player.advance(end)
                player.take()
            return Replay(engine, alerts_of(engine, b"".join(player.alerts)), player.receipt)
    except BaseException as error:
        engine.close()
        if isinstance(error, MemoryError) and not isinstance(error, Error):
            raise NoMemoryError("there is no memory for the next rows", header.NO_MEMORY) from error
        raise


class _Player:
    """Records rows one by one, and keeps what that raises. Under the engine's lock."""

    def __init__(self, engine: Engine, lenient: bool) -> None:
        self._engine = engine
        self._handle = engine._open()
        self._lenient = lenient
        self._now: int | None = None
        self._behind = 0  # rows that came later than they happened
        self._room = Room(_ROOM)
        self.alerts: list[bytes] = []
        self.receipt = Receipt()

    def play(self, rows: Rows) -> None:
        """Records a batch."""
        if not rows.rows:
            return
        got, accepted, first = header.Receipt(), 0, Receipt()
        bad, moments = unreadable(rows, _record_alone), (ctypes.c_int64 * rows.rows).from_address(rows.struct.at)
        arguments = (self._handle, ctypes.byref(rows.struct), 1, 0, ctypes.byref(got), ctypes.sizeof(got))
        for row in one_by_one(rows):
            moment = moments[row]
            self._behind += self._now is not None and moment < self._now and row not in bad
            if (self._now is None or moment > self._now) and row not in bad:
                self.advance(moment)
            status = lib.cxj_record_columns(*arguments)
            if status != header.OK:
                refused = self._refused(status, row, got)
                first = refused if first.first_refusal is None else first
            accepted += got.accepted
            if row % _ROOM == 0:
                self.take()
        self.take()
        batch = first._replace(processed=rows.rows, accepted=accepted)
        stats = self._engine._stats()
        self.receipt = self.receipt.and_then(batch)._replace(
            duplicates=stats.duplicates, conflicts=stats.conflicts, superseded=stats.superseded, late=stats.late,
            refused=stats.refused)

    def doubts(self) -> list[str]:
        """What is to be said of the order of the rows."""
        if not self._behind:
            return []
        return [f"{self._behind:,} of {self.receipt.processed:,} rows came later than they happened, and their alerts can only "
                "come late; if the log came in the order of at, sort it: frame.sort_values('at', kind='stable')"]

    def _refused(self, status: int, row: int, got: header.Receipt) -> Receipt:
        """Why a row was refused; raised, unless it is to be left out."""
        why = Receipt.of(got, self._engine._message()).of_columns()
        if status != header.REFUSED or not self._lenient:
            place = self.receipt.processed + row
            raise error_of(status, f"row {place}: {why.reason} (the {place} rows before it were played)")
        return why._replace(first_refusal=row)

    def advance(self, moment: int) -> None:
        """Moves the clock forward, in steps where it is too far for one."""
        if self._now is not None and moment <= self._now:
            return
        status = lib.cxj_advance(self._handle, moment)
        if status == header.CLOCK and self._now is not None:
            self._leap(self._now, moment)
        else:
            self._engine._check(status)
        self._now = moment

    def _leap(self, begin: int, moment: int) -> None:
        """Moves the clock in steps. What these raise is raised at the moment to which it goes, in one order."""
        self.take()
        mark = len(self.alerts)
        for step in (*range(begin + _LEAP, moment, _LEAP), moment):
            self._engine._check(lib.cxj_advance(self._handle, step))
        self.take()
        self.alerts[mark:] = [_raised_at(self.alerts[mark:], moment)]

    def take(self) -> None:
        """Takes what was raised out of the queue."""
        while self._room.take(self._engine):
            self.alerts.append(self._room.taken())


def _record_alone(rows: header.Columns, count: int) -> header.Receipt:
    """Records rows in an engine of their own, up to the first that is refused."""
    got = header.Receipt()
    with Engine() as engine:
        status = lib.cxj_record_columns(engine._open(), ctypes.byref(rows), count, header.STOP_AT_REFUSAL, ctypes.byref(got),
                                        ctypes.sizeof(got))
        if status not in (header.OK, header.REFUSED):
            raise error_of(status, engine._message())
    return got


def _raised_at(parts: list[bytes], moment: int) -> bytes:
    """Alerts of several calls as those of one."""
    raw = b"".join(parts)
    alerts = (header.Alert * (len(raw) // ctypes.sizeof(header.Alert))).from_buffer_copy(raw)
    for alert in alerts:
        alert.raised_at = moment
    ordered = sorted(alerts, key=lambda one: (getattr(one, "from"), one.rule, one.journey, one.commitment))
    return b"".join(map(bytes, ordered))
