"""Calendars: local time and working hours as the text that the library takes, from what Python knows of zones and days."""

from __future__ import annotations

import ctypes
import datetime
import re
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Union

from ._library import InvalidError, lib, must
from ._values import encoded, integer_of, nearest

Zone = Union[str, datetime.tzinfo]
Spans = Union[str, Iterable[str]]
Day = Union[str, datetime.date]

#: For which years the changes of a zone's offset are written where nobody says: the same ones whenever the program runs, so
#: that calendars made today and next year are one text, without which engines do not merge; what a CRM still holds, and
#: promises for decades; and not older ones, for the years before are those that the tz database still corrects.
YEARS = (2000, 2049)

_UTC = datetime.timezone.utc
_ZERO = datetime.timedelta()
_MINUTE, _SECOND, _DAY = (datetime.timedelta(**{unit: 1}) for unit in ("minutes", "seconds", "days"))
_WIDEST = datetime.timedelta(hours=18)
# Within these every offset leads to a datetime that Python has.
_FIRST, _LAST = datetime.datetime(1, 1, 2, tzinfo=_UTC), datetime.datetime(9999, 12, 31, tzinfo=_UTC)


class Calendar:
    """The calendar of a host: what local time is, and when it works. Engine(calendar=…) takes one; it is a text underneath.

        cxj.Calendar("Europe/Berlin", "mon-fri 09:00-12:30 13:30-17:00", ["2026-12-25", "2026-12-24 09:00-12:00"])

    zone      whose clock: a name of the tz database, or a tzinfo, such as a zoneinfo.ZoneInfo; None: UTC
    hours     when work is done in a week: lines of days and spans in one text; a list of such lines; or a dict from days
              to spans, such as {"mon-thu": "09:00-17:00", "fri": ["09:00-12:30", "13:30-15:00"]}. Days are mon to sun,
              ranges forwards, or lists of these with commas; those without a line are closed. Work over midnight is two
              spans, one up to 24:00. None: all days are open from 00:00 to 24:00
    holidays  days that differ: dates, or texts such as "2026-12-25", which are closed; texts such as "2026-12-24
              09:00-12:00"; or a dict from dates to "closed" or spans. One that is said twice alike counts once
    years     the first and the last year for which changes of the zone's offset are written. By default 2000 to 2049,
              whenever the program runs, so that calendars that were made apart are the same. Before them the offset
              with which they begin holds, after them the one with which they end; so moments outside may be an hour off

    str(calendar) is the text, one line for each change, exception and line of hours, in the one way in which the library
    writes it; from_text() is the way back. Calendars with one text are equal. Zones change by law: a calendar made with newer
    data may differ, and engines with different calendars do not merge. To be safe from that, keep the text.

    Raises ValueError for a zone that is not known, or whose offset in these years is not of whole minutes or beyond 18
    hours, for days, spans and years that are none, and for a day that is said twice, each with what was seen. Some 20 ms
    for 50 years of a zone."""

    def __init__(self, zone: Zone | None = None, hours: Spans | Mapping[str, Spans] | None = None,
                 holidays: Iterable[Day] | Mapping[Day, Spans] | None = None, *, years: tuple[int, int] = YEARS) -> None:
        lines = [*_offsets(zone, *_years_of(years)), *_hours(hours), *_days(holidays)]
        self._text = _written("".join(line + "\n" for line in lines), lines)

    @classmethod
    def from_text(cls, text: str) -> Calendar:
        """A calendar of its text, such as one that was kept in a file; a bad one is a ValueError, with line and column.

            offset +01:00                              local time is UTC plus this, before the first dated offset
            offset 2026-03-29T01:00:00Z +02:00         from this moment on; in order of time
            hours mon-fri 09:00-12:30 13:30-17:00      mon … sun, a range forwards, or a list of these with commas
            on 2026-12-25 closed                       in place of the weekday's hours; in order, each date once
            on 2026-12-24 09:00-12:00
            # a remark; empty lines are skipped
        """
        return cls._of(_written(text))

    @classmethod
    def _of(cls, written: str) -> Calendar:
        """A calendar of a text that the library has written."""
        calendar = cls.__new__(cls)
        calendar._text = written
        return calendar

    @property
    def text(self) -> str:
        """The text, as str(calendar)."""
        return self._text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        words = [line.split()[0] for line in self._text.splitlines()]
        return "<cxj.Calendar: " + ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words)) + ">"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def _written(text: str, lines: Sequence[str] = ()) -> str:
    """A calendar in the one way in which the library writes it, which an engine of its own is asked for. A sentence about one
    of the lines that were made here shows that line, for nobody has seen its number."""
    raw, engine, where, length = encoded("a calendar", text), ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_size_t()
    if not text:
        raise InvalidError("a calendar: the text is empty; lines such as 'hours mon-fri 09:00-17:00' are expected")

    def tell() -> str:
        said = str(lib.cxj_message(engine).decode("utf-8", "replace"))
        found = re.match(r"calendar, line (\d+), (?=column)", said)
        return f"{lines[int(found[1]) - 1]!r}, {said[found.end():]}" if found and lines else said

    must(lib.cxj_engine_create(None, None, 0, ctypes.byref(engine)))
    try:
        status = lib.cxj_set_calendar(engine, raw, len(raw))
        must(status, tell())
        must(lib.cxj_calendar(engine, ctypes.byref(where), ctypes.byref(length)))
        return ctypes.string_at(where.value or 0, length.value).decode()
    finally:
        lib.cxj_engine_destroy(engine)


# ---- offsets -------------------------------------------------------------------------------------------------------


def _years_of(years: Any) -> tuple[int, int]:
    try:
        first, last = years
    except (TypeError, ValueError):
        raise InvalidError(f"years: the first and the last year are expected, as in (2000, 2049), not {years!r}") from None
    first, last = integer_of("years", first, 1, 9999), integer_of("years", last, 1, 9999)
    if first > last:
        raise InvalidError(f"years: {first} is after {last}; the first year comes first")
    return first, last


def _zone_of(zone: Any) -> datetime.tzinfo:
    if zone is None:
        return _UTC
    if isinstance(zone, datetime.tzinfo):
        return zone
    if not isinstance(zone, str):
        raise InvalidError(f"zone: a name such as 'Europe/Berlin' or a tzinfo is expected, not {zone!r}")
    try:
        return zoneinfo.ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # no such zone; no name at all; a folder of zones
        known = sorted(zoneinfo.available_timezones())
        hint = nearest(zone, known) if known else "no zones are on this machine; the package tzdata has them"
        raise InvalidError(f"zone: there is no zone {zone!r}; "
                           + ("names are like 'Europe/Berlin'" if hint.startswith("there are") else hint)) from None


def _offset_at(zone: datetime.tzinfo, moment: datetime.datetime) -> datetime.timedelta:
    """By which local time differs; not utcoffset(), to which a zone of a host's own may have no answer where a local time
    comes twice."""
    return moment.astimezone(zone).replace(tzinfo=None) - moment.replace(tzinfo=None)


def _changes(zone: datetime.tzinfo, begin: datetime.datetime,
             end: datetime.datetime) -> Iterator[tuple[datetime.datetime, datetime.timedelta]]:
    """The moments after ``begin`` and before ``end`` from which another offset is in force, to the second. A change that
    another one takes back within a day is not found; no zone has ever had one."""
    moment, offset = begin, _offset_at(zone, begin)
    while moment < end:
        ahead = min(moment + _DAY, end)
        if _offset_at(zone, ahead) == offset:
            moment = ahead
            continue
        while ahead - moment > _SECOND:  # the old offset holds at moment, and not any more at ahead
            middle = moment + (ahead - moment) // (2 * _SECOND) * _SECOND
            if _offset_at(zone, middle) == offset:
                moment = middle
            else:
                ahead = middle
        moment, offset = ahead, _offset_at(zone, ahead)
        if moment < end:
            yield moment, offset


def _offset_text(zone: datetime.tzinfo, offset: datetime.timedelta, moment: datetime.datetime) -> str:
    sign = "-" if offset < _ZERO else "+"
    if offset % _MINUTE or abs(offset) > _WIDEST:
        raise InvalidError(f"zone: {zone} is {sign}{abs(offset)} from UTC at {moment.isoformat()}; whole minutes within 18 "
                           "hours are expected; years=(first, last) can leave that time out")
    hours, minutes = divmod(abs(offset) // _MINUTE, 60)
    return f"{sign}{hours:02}:{minutes:02}"


def _offsets(given: Any, first: int, last: int) -> Iterator[str]:
    zone = _zone_of(given)
    begin, end = (datetime.datetime(first, 1, 1, tzinfo=_UTC), _LAST if last == 9999 else
                  datetime.datetime(last + 1, 1, 1, tzinfo=_UTC))
    begin, end = (max(_FIRST, moment) for moment in (begin, end))
    begin, end = (moment - _offset_at(zone, moment) for moment in (begin, end))  # of local years
    yield f"offset {_offset_text(zone, _offset_at(zone, begin), begin)}"
    if not isinstance(zone, datetime.timezone):  # whose offset never changes
        for moment, offset in _changes(zone, begin, end):
            at = moment.replace(tzinfo=None).isoformat()  # strftime() writes early years with fewer digits
            yield f"offset {at}Z {_offset_text(zone, offset, moment)}"


# ---- hours and days ------------------------------------------------------------------------------------------------


def _spans_of(name: str, value: Any) -> str:
    """The spans of a day, or "closed", as one text."""
    if isinstance(value, str):
        spans = value
    elif isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        spans = " ".join(value)
    else:
        raise InvalidError(f"{name}: spans such as '09:00-12:30 13:30-17:00' are expected, not {value!r}")
    if not spans.strip() or "\n" in spans or "\r" in spans:
        raise InvalidError(f"{name}: spans such as '09:00-12:30 13:30-17:00' are expected in one line, not {spans!r}")
    return " ".join(spans.split())


def _hours(hours: Any) -> Iterator[str]:
    if hours is None:
        return
    if isinstance(hours, Mapping):
        lines = [f"{' '.join(str(days).split())} {_spans_of(f'hours, {days}', spans)}" for days, spans in hours.items()]
    else:
        lines = [_spans_of("hours", line) for line in _listed("hours", hours)]
    if not lines:
        raise InvalidError("hours: there are none; lines such as 'mon-fri 09:00-17:00' are expected, or None: always open")
    yield from (f"hours {line}" for line in lines)


def _date_of(day: Any) -> datetime.date:
    if isinstance(day, str):
        try:
            date = datetime.date.fromisoformat(day)
        except ValueError:
            date = None
        if date is not None and date.isoformat() == day:
            return date
    elif isinstance(day, datetime.datetime):
        if day == day and day.time() == datetime.time():
            return day.date()
    elif isinstance(day, datetime.date):
        return day
    raise InvalidError(f"holidays: a date such as datetime.date(2026, 12, 25) or '2026-12-25' is expected, not {day!r}")


def _days(holidays: Any) -> Iterator[str]:
    if holidays is None:
        return
    if isinstance(holidays, Mapping):
        pairs = [(_date_of(day), _spans_of(f"holidays, {day}", spans)) for day, spans in holidays.items()]
    else:
        pairs = []
        for day in _listed("holidays", holidays):
            date, _, spans = day.strip().partition(" ") if isinstance(day, str) else (day, "", "closed")
            pairs.append((_date_of(date), _spans_of(f"holidays, {date}", spans or "closed")))
    said: dict[datetime.date, str] = {}
    for date, spans in pairs:
        if said.setdefault(date, spans) != spans:
            raise InvalidError(f"holidays: {date} is said twice, as {said[date]!r} and as {spans!r}")
    yield from (f"on {date.isoformat()} {said[date]}" for date in sorted(said))


def _listed(name: str, values: Any) -> list[Any]:
    """Lines of a text, or the items of a list."""
    if isinstance(values, str):
        return [line for line in values.splitlines() if line.strip()]
    if isinstance(values, Iterable) and not isinstance(values, (bytes, bytearray)):
        return list(values)
    raise InvalidError(f"{name}: lines of text, a list or a dict are expected, not {values!r}")
