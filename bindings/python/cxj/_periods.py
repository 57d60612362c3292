"""Periods on an axis: each has a place, so that a period in which nothing was is a gap, and ticks stand at whole ones."""

from __future__ import annotations

from datetime import date, datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEPS = {"hour": (1, 2, 3, 6, 12, 24, 48, 168, 336, 720, 2160, 8760, 17520, 87600),
          "week": (1, 2, 4, 13, 26, 52, 104, 260, 520), "month": (1, 2, 3, 6, 12, 24, 60, 120, 240),
          "quarter": (1, 2, 4, 8, 20, 40, 80), "year": (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)}


def place_of(kind: str, text: str) -> int:
    """The place of a period, of a text as in Cell.key: 2026-11-03T09, 2026-11-03 (of a day, and of the Monday of a week),
    2026-11, 2026-Q4, 2026. The next period has the next place."""
    if kind == "hour":
        return 24 * date.fromisoformat(text[:10]).toordinal() + int(text[11:])
    parts = text.split("-")
    year = int(parts[0])
    if kind == "day":
        return date.fromisoformat(text).toordinal()
    if kind == "week":
        return (date.fromisoformat(text).toordinal() - 1) // 7
    if kind == "month":
        return 12 * year + int(parts[1]) - 1
    return 4 * year + int(parts[1][1:]) - 1 if kind == "quarter" else year


def begin_of(text: str) -> datetime:
    """The local time at which a period begins, of such a text."""
    day, _, hour = text.partition("T")
    year, month, rest = [*day.split("-"), "1", "1"][:3]
    return datetime(int(year), 3 * int(month[1:]) - 2 if month[0] == "Q" else int(month), int(rest), int(hour or 0))


def said(kind: str, place: int) -> tuple[str, str]:
    """A period as people write it, and its year: 3 Mar (of a week, its Monday), Mar, Q1, or only the year."""
    if kind == "hour":
        return f"{place % 24}:00", " ".join(said("day", place // 24))
    if kind in ("day", "week"):
        day = date.fromordinal(place if kind == "day" else 7 * place + 1)
        return f"{day.day} {_MONTHS[day.month - 1]}", str(day.year)
    if kind == "month":
        return _MONTHS[place % 12], str(place // 12)
    return (f"Q{place % 4 + 1}", str(place // 4)) if kind == "quarter" else (str(place), "")


def in_words(kind: str, place: int) -> str:
    """A period alone: 3 Mar 2026, Mar 2026, Q1 2026, 2026."""
    words = " ".join(said(kind, place)).strip()
    return f"the week of {words}" if kind == "week" else words


def ticks(kind: str, first: int, last: int, most: int) -> list[tuple[int, str]]:
    """Places from first to last for at most so many ticks, and what stands there: the year at the first, and where it
    changes."""
    places = _of_days(first, last, most) if kind == "day" else _by_step(_STEPS[kind], first, last, most)
    labels, before = [], ""
    days = kind == "hour" and all(place % 24 == 0 for place in places)
    for place in places:
        words, year = said("day", place // 24) if days else said(kind, place)
        labels.append((place, f"{words}\n{year}" if year != before else words))
        before = year
    return labels


def _by_step(steps: tuple[int, ...], first: int, last: int, most: int) -> list[int]:
    """Places that a step divides: of the first step with at most so many, or of the last."""
    for step in steps:
        places = list(range(first + -first % step, last + 1, step)) or [first]
        if len(places) <= most or step == steps[-1]:
            return places
    return [first]


def _of_days(first: int, last: int, most: int) -> list[int]:
    """Each day, each other, Mondays, or first days of months."""
    if last - first < 2 * most:
        return _by_step((1, 2), first, last, most)
    for weeks in (1, 2):
        mondays = [day for day in range(first, last + 1) if (day - 1) % (7 * weeks) == 0]
        if len(mondays) <= most:
            return mondays
    months = {place_of("month", date.fromordinal(day).isoformat()[:7]): day for day in range(first, last + 1)
              if date.fromordinal(day).day == 1}
    if not months:
        return [first]
    return [months[place] for place in _by_step(_STEPS["month"], min(months), max(months), most)]
