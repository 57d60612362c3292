"""Journeys of tickets: the same customer and need within a while is one journey, in however many tickets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Union

from ._changes import Touchpoints, moment
from ._exports import load, text

_NEVER = 2**63  # beyond any moment
_UNITS = {"s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}


def _span(gap: Union[str, timedelta]) -> int:
    """A gap in ms."""
    if isinstance(gap, timedelta):
        span = gap // timedelta(milliseconds=1)
    else:
        found = re.fullmatch(r"(\d+) ?(s|m|min|h|d|w)", str(gap).strip())
        if found is None:
            raise ValueError(f"gap: a timedelta, or a text such as '14d', '12h' or '90min' is expected, not {gap!r}")
        span = int(found[1]) * _UNITS[found[2]]
    if span < 0:
        raise ValueError(f"gap: {gap!r} is negative")
    return span


class _Group:
    """Tickets that are one by their aliases: from when to when, how the earliest is called, and what was stated last."""

    __slots__ = ("first", "last", "stated", "ticket")

    def __init__(self, parts: int) -> None:
        self.first: tuple[int, str] = (_NEVER, "")  # the moment, and the ticket as text
        self.last = -_NEVER
        self.ticket: Any = None
        self.stated: list[tuple[int, str]] = [(-_NEVER, "")] * parts


def _numbered(values: Iterable[Any]) -> tuple[list[int], list[Any]]:
    """The values by number, and each number's value."""
    numbers: dict[Any, int] = {}
    rows = [numbers.setdefault(value, len(numbers)) for value in values]
    return rows, list(numbers)


def _root(parents: dict[str, str], name: str) -> str:
    while parents.setdefault(name, name) != name:
        parents[name] = parents[parents[name]]
        name = parents[name]
    return name


def _moments(values: Sequence[Any]) -> list[int]:
    """The moments of rows in ms."""
    if set(map(type, values)) <= {int}:
        return list(values)
    row, found = 0, []
    try:
        for row, value in enumerate(values):
            found.append(moment(value))
    except ValueError as error:
        raise ValueError(f"row {row}: {error}") from None
    return found


def _grouped(rows: list[int], tickets: list[Any], aliases: Sequence[Any]) -> list[str]:
    """What stands for each ticket: the same for those that aliases connect."""
    names = [text(ticket) for ticket in tickets]
    if None in names:
        raise ValueError(f"row {rows.index(names.index(None))}: there is no ticket")
    parents: dict[str, str] = {}
    for number, alias in set(zip(rows, aliases)):
        other = text(alias)
        if other is not None:
            parents[_root(parents, str(names[number]))] = _root(parents, other)
    return [_root(parents, str(name)) for name in names]


def _groups(rows: list[int], tickets: list[Any], roots: list[str], moments: list[int],
            by: Sequence[Sequence[Any]]) -> dict[str, _Group]:
    """The groups of tickets, by what stands for them. Rows are gone through without asking anything of their values but their
    order; all else is done for each ticket, or each value, once."""
    count = len(tickets)
    first, last = [_NEVER] * count, [-_NEVER] * count
    for number, at in zip(rows, moments):
        if at < first[number]:
            first[number] = at
        if at > last[number]:
            last[number] = at
    groups: dict[str, _Group] = {}
    for number, root in enumerate(roots):
        group = groups.get(root) or groups.setdefault(root, _Group(len(by)))
        begin = (first[number], str(text(tickets[number])))
        if begin < group.first or group.ticket is None:
            group.first, group.ticket = begin, tickets[number]
        group.last = max(group.last, last[number])
    for place, column in enumerate(by):
        values, known = _numbered(column)
        texts = [text(value) for value in known]
        latest: dict[tuple[int, int], int] = {}
        for key, at in zip(zip(rows, values), moments):
            if at > latest.get(key, -_NEVER):
                latest[key] = at
        for (number, value), at in latest.items():
            said, group = texts[value], groups[roots[number]]
            if said is not None and (at, said) > group.stated[place]:
                group.stated[place] = (at, said)
    return groups


def _stitched(tickets: Sequence[Any], moments: Sequence[Any], by: Sequence[Sequence[Any]], aliases: Sequence[Any],
              gap: int) -> list[Any]:
    """The journey of each row."""
    rows, known = _numbered(tickets)
    roots = _grouped(rows, known, aliases)
    groups = _groups(rows, known, roots, _moments(moments), by)
    alike: dict[Any, list[_Group]] = {}
    for root, group in groups.items():
        stated = tuple(said for _, said in group.stated)
        alike.setdefault(stated if all(stated) else (root, None), []).append(group)
    named: dict[int, Any] = {}
    for together in alike.values():
        together.sort(key=lambda group: group.first)
        begin, end = together[0], together[0].last
        for group in together:
            begin = group if group.first[0] - end > gap else begin
            end = max(end, group.last)
            named[id(group)] = begin.ticket
    journeys = [named[id(groups[root])] for root in roots]
    return [journeys[number] for number in rows]


def stitch(frame: Any, by: Union[str, Sequence[str]] = ("customer", "reason"), gap: Union[str, timedelta] = "14d", *,
           journey: str = "journey", at: str = "at", alias: Union[str, None] = None) -> Any:
    """Makes journeys of tickets, as a ticket is seldom a journey: a customer who writes again about the same matter goes on.

    frame    touchpoints with a column of tickets: what a recipe makes, a list of dicts, a dict of columns, a frame of pandas,
             polars or pyarrow, or the path of a CSV
    by       columns that are the same in the tickets of a journey
    gap      at most so long after all that came before a ticket begins; a timedelta, or a text such as "14d"
    journey  the column of tickets; at: that of moments
    alias    a column that names the ticket into which this one was merged

    Which tickets are one journey does not depend on the order of rows:

    1. Tickets that an alias connects, in whatever direction and over however many of them, are one ticket.
    2. A ticket reaches from its earliest moment to its latest. What it states of each column of by is what the row with the
       latest moment states that states anything; of several of one moment, the greatest as text. A ticket that states nothing
       of one of these columns is stitched to no other.
    3. Tickets that state the same, in the order of their beginnings: one that begins at most gap after the latest moment of all
       before it belongs to their journey, else it begins a new one.
    4. A journey has the name of its earliest ticket; of several of one moment, the least as text.

    A ticket that comes later can join two journeys, and one that is earlier changes the name: so stitch all of a log, not
    pieces of it. Returns the same kind of frame, with journey in the place of the tickets and without the alias. Ids are unique
    within a journey, so those of tickets that got another name have the ticket's before them.

    Raises ValueError for a column that is not there, and for a row without a ticket or a moment."""
    columns = [by] if isinstance(by, str) else list(by)
    if isinstance(frame, (str, os.PathLike)):
        frame = load(frame)
    data = _columns_of(frame)
    for name in [journey, at, *columns, *([alias] if alias else [])]:
        if name not in data:
            raise ValueError(f"there is no column {name!r}; there are {', '.join(map(repr, data)) or 'none'}")
    tickets = list(data[journey])
    journeys = _stitched(tickets, list(data[at]), [list(data[name]) for name in columns],
                         list(data[alias]) if alias else [None] * len(tickets), _span(gap))
    changed: dict[str, list[Any]] = {"journey": journeys}
    if "id" in data:
        changed["id"] = [known if text(known) is None or ticket == name else f"{text(ticket)} {text(known)}"
                         for known, ticket, name in zip(data["id"], tickets, journeys)]
    return _with(frame, changed, [name for name in (journey, alias) if name and name != "journey"])


def _columns_of(frame: Any) -> Mapping[str, Any]:
    if isinstance(frame, Mapping):
        return frame
    if hasattr(frame, "to_pydict"):
        return frame.to_pydict()  # type: ignore[no-any-return]
    if hasattr(frame, "notna"):  # pandas, whose values for nothing are of several kinds
        frame = frame.astype(object).where(frame.notna(), None)
    if hasattr(frame, "columns") and not isinstance(frame, list):
        return {str(name): frame[name].to_list() for name in frame.columns}
    rows = list(frame)
    return {name: [row.get(name) for row in rows] for name in dict.fromkeys(name for row in rows for name in row)}


def _with(frame: Any, changed: dict[str, list[Any]], gone: list[str]) -> Any:
    """The frame with other columns, of its own kind."""
    if isinstance(frame, Mapping):
        return {**changed, **{name: column for name, column in frame.items() if name not in (*changed, *gone)}}
    if hasattr(frame, "with_columns"):
        import polars

        return frame.with_columns([polars.Series(name, column) for name, column in changed.items()]).drop(gone)
    if hasattr(frame, "assign"):
        return frame.assign(**changed).drop(columns=gone)
    if hasattr(frame, "to_pydict"):
        import pyarrow

        rest = frame.drop_columns([name for name in (*changed, *gone) if name in frame.column_names])
        for name, column in changed.items():
            rest = rest.append_column(name, pyarrow.array(column))
        return rest
    rows = list(frame)
    return Touchpoints({**{name: column[i] for name, column in changed.items()},
                        **{name: value for name, value in row.items() if name not in (*changed, *gone)}}
                       for i, row in enumerate(rows))
