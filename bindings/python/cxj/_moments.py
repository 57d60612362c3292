"""Moments as data have them: local times, days, texts, and numbers of another unit, as milliseconds since the epoch.

A number, or a time with a zone, is a moment by itself. A local time is one only where somebody says whose it is: a zone, or
the engine's calendar; there it is what SPEC 10 says, so that a time that a clock skips is the moment of the skip, and one that
comes twice the first.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple

from ._calendar import Calendar
from ._library import InvalidError
from ._values import MS, datetime_of, integer_of, moment_of

#: Units of numbers, and how many milliseconds one is, as a fraction.
UNITS = {"s": (1000, 1), "ms": (1, 1), "us": (1, 1000), "ns": (1, 1000000)}
DAY = 86400000
_EPOCH = datetime(1970, 1, 1)
_ENDLESS = 2**63 - 1 - 2 * DAY
_LONGEST = 60  # characters of a text that a sentence shows

# A date, and what may stand behind it: a time, perhaps with a zone, as SPEC 7 has it. In another order than ISO's an hour may
# have one digit, and AM or PM stand in place of a fraction and a zone.
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_MINUTE = re.compile(r"[T ](\d{2}):(\d{2})", re.ASCII)
_LOOSE_MINUTE = re.compile(r"[T ](\d{1,2}):(\d{2})", re.ASCII)
_BEHIND = re.compile(r"(?::(\d{2})(?:[.,](\d+))?)?(?:(Z)|([+-])(\d{2})(?::?(\d{2}))?)?", re.ASCII)
_HALVES = re.compile(r"[T ](\d{1,2}):(\d{2})(?::(\d{2}))? ([AP])M", re.ASCII)
_MIDNIGHT = re.compile(r"[T ](?:0?0:00(?::00(?:[.,]0+)?)?|12:00(?::00)? AM)(?:Z|[+-][\d:]+)?$", re.ASCII)
_PARTS = {"d": r"(?P<day>\d{1,2})", "m": r"(?P<month>\d{1,2})", "y": r"(?P<year>\d{4})"}
_ORDERS = {order: re.compile(rf"{_PARTS[order[0]]}(?P<mark>[/.-]){_PARTS[order[1]]}(?P=mark){_PARTS[order[2]]}", re.ASCII)
           for order in ("dmy", "mdy", "ymd")}
_SHORT_YEAR = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2}(?!\d)", re.ASCII)
_NUMBER = re.compile(r"(-?)0*(\d{1,25})(?:\.0)?", re.ASCII)  # more digits are no moment in any unit


class Local:
    """Local time, by the offsets of a calendar's text."""

    def __init__(self, calendar: Calendar) -> None:
        self._begins, self._offsets, self._ends = [-_ENDLESS], [0], [_ENDLESS]
        for line in calendar.text.splitlines():
            words = line.split()
            if words[:1] != ["offset"]:
                continue
            sign = -1 if words[-1][0] == "-" else 1
            offset = sign * (int(words[-1][1:3]) * 60 + int(words[-1][4:6])) * 60000
            if len(words) == 2:
                self._offsets[0] = offset
            else:
                moment, _ = moment_of_text(words[1], None)
                self._begins.append(moment)
                self._offsets.append(offset)
        # Where a span of one offset ends, in its local time; what is later belongs to one after it.
        latest = -_ENDLESS
        for i, begin in enumerate(self._begins[1:]):
            latest = max(latest, begin + self._offsets[i])
            self._ends.insert(i, latest)

    def moment(self, local: int) -> int:
        """The moment of a local time: the first at which a clock shows it, or more."""
        span = bisect_right(self._ends, local, 0, len(self._ends) - 1)
        return max(self._begins[span], local - self._offsets[span])

    def moments(self, numpy: Any, local: Any) -> Any:
        """The same of an array of numpy."""
        span = numpy.searchsorted(numpy.array(self._ends[:-1], dtype="i8"), local, side="right")
        begins, offsets = numpy.array(self._begins, dtype="i8"), numpy.array(self._offsets, dtype="i8")
        return numpy.maximum(begins[span], local - offsets[span])


def local_of(tz: Calendar | str | tzinfo | None, calendar: Calendar | None) -> Local | None:
    """Whose local time it is: of a zone if one is named, else of a calendar, else nobody's."""
    if tz is None:
        return None if calendar is None else Local(calendar)
    return Local(tz if isinstance(tz, Calendar) else Calendar(tz))


def unit_of(unit: str) -> tuple[int, int]:
    """What a unit is in milliseconds."""
    if unit not in UNITS:
        raise InvalidError(f"unit: there is no unit {unit!r}; there are {', '.join(UNITS)}")
    return UNITS[unit]


class Times(NamedTuple):
    """How moments are read: ``local``, whose local time; ``unit``, of whole numbers; ``texts``: whether they are read, too;
    ``order``: of the parts of a date, dmy, mdy or ymd, beside 2026-11-21."""

    local: Local | None = None
    unit: tuple[int, int] = (1, 1)
    texts: bool = False
    order: str | None = None

    def finish(self, field: str, shown: int, kind: str) -> int:
        """The moment of what a clock shows: ``kind`` is exact, where it is one already, local, or day."""
        if kind == "exact":
            return shown
        if self.local is None:
            raise InvalidError(NAIVE)
        if kind == "day" and field == "due":
            return self.local.moment(shown + DAY) - 1  # by the end of it
        return self.local.moment(shown)

    def of(self, field: str, word: Any) -> int:
        """The moment that a value of any kind stands for."""
        if isinstance(word, str):
            if not self.texts:
                raise InvalidError("texts are no moments here; Engine.from_frame() reads them, or parse them first: "
                                   "pandas.to_datetime(…, utc=True), polars' try_parse_dates")
            number = _NUMBER.fullmatch(word)
            if number is None:
                return self.finish(field, *moment_of_text(word, self.order))
            return int(number[1] + number[2]) * self.unit[0] // self.unit[1]
        if isinstance(word, date):
            return self.finish(field, *moment_of_date(field, word))
        return integer_of(field, word) * self.unit[0] // self.unit[1]


NAIVE = ("these are local times, without a zone; tz='Europe/Berlin' says whose (tz='UTC' if they are that), or give the engine "
         "a calendar")


def moment_of_date(name: str, value: date) -> tuple[int, str]:
    """A datetime or a date, as milliseconds and what they are: exact, local, or day."""
    if not isinstance(value, datetime):
        return (value.toordinal() - _EPOCH.toordinal()) * DAY, "day"
    if value.tzinfo is None or value.utcoffset() is None:
        return (value.replace(tzinfo=None) - _EPOCH) // MS, "local"
    return moment_of(name, value), "exact"


def moment_of_text(text: str, order: str | None) -> tuple[int, str]:
    """The moment that a text writes, or what it shows, and what that is: exact, local, or day. InvalidError if it is
    none."""
    day = _iso_day(text[:10])
    if day is not None and len(text) == 10:
        return day, "day"
    minute, behind = _minute(text[10:16]), _behind(text[16:]) if len(text) < _LONGEST else _behind.__wrapped__(text[16:])
    if day is not None and minute is not None and behind is not None:
        return day + minute + behind[0], behind[1]
    found = _ordered(text, order) if order else None
    if found is None:
        raise InvalidError(f"{text[:_LONGEST]!r} is no moment; {_hint(text[:_LONGEST], order)}")
    return found


@lru_cache(1 << 12)  # a log has many moments, but few days, minutes, and seconds of them
def _iso_day(text: str) -> int | None:
    """The first millisecond of a day that is written as 2026-11-21."""
    found = _ISO.fullmatch(text)
    return None if found is None else _day(int(found[1]), int(found[2]), int(found[3]))


def _day(year: int, month: int, day: int) -> int | None:
    try:
        return (date(year, month, day).toordinal() - _EPOCH.toordinal()) * DAY
    except ValueError:
        return None


@lru_cache(1 << 12)
def _minute(text: str) -> int | None:
    """The milliseconds of an hour and a minute, such as T22:43."""
    found = _MINUTE.fullmatch(text)
    return None if found is None else _of_day(int(found[1]), int(found[2]))


def _of_day(hour: int, minute: int) -> int | None:
    return (hour * 60 + minute) * 60000 if hour < 24 and minute < 60 else None


@lru_cache(1 << 12)
def _behind(text: str) -> tuple[int, str] | None:
    """What may stand behind a minute, such as :47.5Z: milliseconds, and whether the moment is exact or local."""
    found = _BEHIND.fullmatch(text)
    if found is None:
        return None
    second, part, zero, sign, hours, minutes = found.groups()
    if second and int(second) > 59 or sign and (int(hours) > 23 or int(minutes or 0) > 59):
        return None
    shown = int(second or 0) * 1000 + int(f"{part or ''}000"[:3])
    if not sign:
        return shown, "exact" if zero else "local"
    offset = (int(hours) * 60 + int(minutes or 0)) * 60000
    return shown + (offset if sign == "-" else -offset), "exact"


def _ordered(text: str, order: str) -> tuple[int, str] | None:
    """The moment of a date whose parts stand in another order than ISO's, and what it is."""
    found = _ORDERS[order].match(text)
    day = None if found is None else _day(int(found["year"]), int(found["month"]), int(found["day"]))
    if found is None or day is None or found.end() == len(text):
        return None if day is None else (day, "day")
    clock = _LOOSE_MINUTE.match(text, found.end())
    behind = None if clock is None else _behind.__wrapped__(text[clock.end():])
    minute = None if clock is None else _of_day(int(clock[1]), int(clock[2]))
    if behind is None or minute is None:
        return _half(day, _HALVES.fullmatch(text, found.end()))
    return day + minute + behind[0], behind[1]


def midnight_of(word: Any) -> bool | None:
    """Whether what shows a time shows midnight; None: it shows none, but a day, or is a number."""
    if isinstance(word, datetime):
        return word.replace(tzinfo=None) == datetime(word.year, word.month, word.day)
    return _MIDNIGHT.search(word) is not None if isinstance(word, str) and ":" in word else None


def is_midnight(moment: int, zone: tzinfo | str) -> bool:
    """Whether a moment is midnight in a zone, which may be one that nobody knows: then it is not."""
    known = _zone(zone) if isinstance(zone, str) else zone
    return known is not None and midnight_of(datetime_of(moment).astimezone(known)) is True


@lru_cache(1 << 6)
def _zone(name: str) -> tzinfo | None:
    """The zone of a name, or of an offset such as +02:00."""
    import zoneinfo

    try:
        return datetime.fromisoformat(f"2000-01-01T00:00{name}").tzinfo if name[:1] in ("+", "-") else zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None


def _half(day: int, found: re.Match[str] | None) -> tuple[int, str] | None:
    """The moment of a time by a clock of twelve hours."""
    if found is None or not 1 <= int(found[1]) <= 12:
        return None
    minute = _of_day(int(found[1]) % 12 + (12 if found[4] == "P" else 0), int(found[2]))
    return None if minute is None or int(found[3] or 0) > 59 else (day + minute + int(found[3] or 0) * 1000, "local")


def _hint(text: str, order: str | None) -> str:
    """What may help, by what a text looks like."""
    if _SHORT_YEAR.match(text):
        return "a year has four digits"
    if text != text.upper() and any(_ordered(text.upper(), one) for one in (_ORDERS if order is None else (order,))):
        return "AM and PM are written in capitals"
    fits = [one for one in _ORDERS if one != order and _ordered(text, one) is not None]
    if order is None and fits:
        return "dates='ymd' reads 2026/11/21 and 9:05" if "ymd" in fits else (
            "dayfirst=True reads 21.11.2026, dayfirst=False 11/21/2026")
    if fits:
        return f"are its dates the other way round? dates={fits[0]!r}"
    return "expected is such as 2026-11-21, 2026-11-21T22:43:47Z, 2026-11-21 22:43, or a whole number"


#: A whole number of seconds since the epoch, of 1973 to 2968, is as milliseconds one of January 1970 to 1971.
_SECONDS = (10**8, 31536 * 10**6)
_LATEST = 7258118400000  # 2200
_YEAR = 31536000000
_FAR = 7289654400000  # 2201, the first moment beyond the year 2200


def doubt_of(lowest: int, highest: int, unit: tuple[int, int]) -> str:
    """What is to be said of whole numbers of milliseconds that are hardly meant so; empty: nothing."""
    if unit == (1, 1) and _SECONDS[0] <= lowest and highest < _SECONDS[1]:
        return "they lie in 1970 as milliseconds; if they are seconds, unit='s' says so"
    if lowest > _LATEST:
        smaller = "us" if highest < 10**17 else "ns"
        return f"they lie beyond the year 2200 as milliseconds; perhaps unit={smaller!r}"
    return ""


def doubts_of(field: str, earliest: int, latest: list[int]) -> list[str]:
    """What is to be said of moments of a field that hardly can be: of the earliest, and the two latest."""
    said = []
    if earliest < _YEAR:
        said.append(f"moments lie in 1970 or before, the first at {_shown(earliest)}; if they are numbers of another unit, unit='s' "
                    "(or us, ns) says so; numbers of days, and dates without marks, are no moments")
    if latest[0] >= _FAR:
        said.append(f"moments lie beyond the year 2200, the last at {_shown(latest[0])}; if they are numbers of another unit, "
                    "unit='us' (or ns) says so")
    elif field == "at" and len(latest) > 1 and latest[0] - latest[1] > _YEAR:
        said.append(f"the latest moment, {_shown(latest[0])}, is more than a year beyond the next, {_shown(latest[1])}")
    return [f"column {field!r}: {one}" for one in said]


def _shown(moment: int) -> str:
    return datetime_of(moment).isoformat().replace("+00:00", "Z")
