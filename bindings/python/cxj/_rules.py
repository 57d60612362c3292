"""Rules, worklists and alerts: which customers wait, for what, since when."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Callable, Generic, NamedTuple, TypeVar

from . import _header as header
from ._library import InvalidError, NotFoundError, Sentence, error_of, lib, must, sized, warn
from ._table import Column, Columns, Table, html_table, text_table
from ._text import visible
from ._values import Number, datetime_of, encoded, facet_names, nearest

if TYPE_CHECKING:
    from ._engine import Engine

_ROWS_SHOWN = 60
_NAMED = ("owner", "team", "stage", "channel", "type", "segment", "reason")
BY_CLOCK = ("due", "overdue", "silent", "waiting", "unanswered", "open", "same")  # how rules begin that go by it (SPEC 9)
_TAKEN = 1024  # alerts that are taken at once


# ---- one line ------------------------------------------------------------------------------------------------------


class Occasion(NamedTuple):
    """What holds of one journey, by a rule. Moments are datetimes in UTC.

    ``journey``: its number, or its text where the engine keeps texts. ``customer``: the same, as last stated, None if it never
    was. ``commitment``: which promise of the journey
    it is about, 0 where the rule speaks of none. ``since``: what tells it from others, such as the time promised, or the moment
    since which the customer waits; None where the journey has one at most (a count that is above a bound, churned).
    ``holds_from``: the moment from which it holds. ``owner`` to ``reason``: what the journey held last, an empty text for
    what was never stated."""

    journey: Number
    customer: Number | None
    commitment: int
    since: datetime | None
    holds_from: datetime
    owner: str
    team: str
    stage: str
    channel: str
    type: str
    segment: str
    reason: str


class Alert(NamedTuple):
    """An occasion that a rule has raised, as it was then; otherwise as Occasion. ``rule``: the rule's text, as the library
    spells it. ``raised_at``: where the clock stood, None if it was never moved. A name that was erased since is an empty
    text."""

    rule: str
    raised_at: datetime | None
    journey: Number
    customer: Number | None
    commitment: int
    since: datetime | None
    holds_from: datetime
    owner: str
    team: str
    stage: str
    channel: str
    type: str
    segment: str
    reason: str


class Rule(NamedTuple):
    """A rule of an engine, as it is now. ``text``: as the library spells it: rules that say the same have the same text.
    ``number``: its number, from 1 in the order of adding, never given twice. ``raised``: alerts since it was added.
    ``needs_all`` and ``needs_any``: facets of which all, or one, must be fed."""

    text: str
    number: int
    raised: int
    needs_all: frozenset[str]
    needs_any: frozenset[str]

    def __str__(self) -> str:
        return self.text


# ---- many lines ----------------------------------------------------------------------------------------------------


class _Layout:
    """Where the fields are in an array of structs: whole lines of it, and columns."""

    def __init__(self, kind: type[ctypes.Structure]) -> None:
        fields: list[tuple[str, Any]] = [(name, of) for name, of, *_ in kind._fields_ if name != "reserved"]
        codes = "@" + "".join(of._type_ for _, of in fields)
        self.names = [name for name, _ in fields]
        self.line = struct.Struct(f"{codes}{ctypes.sizeof(kind) - struct.calcsize(codes)}x")
        self._places = {name: (of._type_, getattr(kind, name).offset // ctypes.sizeof(of),
                               self.line.size // ctypes.sizeof(of)) for name, of in fields}

    def column(self, raw: bytes, name: str) -> memoryview:
        """The numbers of one field."""
        code, first, step = self._places[name]
        return memoryview(raw).cast(code)[first::step]


def _moment_or_none(milliseconds: int) -> datetime | None:
    return datetime_of(milliseconds) if milliseconds else None


# Of these 0 is none.
_NONE = ("customer", "since", "raised_at")

# Of a field that is no text: what it is called here, its kind as a column, and what its numbers become.
_FIELDS: dict[str, tuple[str, str, Callable[[int], Any]]] = {
    "journey": ("journey", "count", int),
    "customer": ("customer", "identity", lambda number: number or None),
    "commitment": ("commitment", "count", int),
    "since": ("since", "milliseconds", _moment_or_none),
    "from": ("holds_from", "milliseconds", datetime_of),
    "raised_at": ("raised_at", "milliseconds", _moment_or_none),
}

_Line = TypeVar("_Line", Occasion, Alert)


class _Lines(Table, Generic[_Line]):
    """Lines as the library gives them, bytes of structs, that become values of Python where they are looked at."""

    __slots__ = ("_raw", "_texts")
    _layout: _Layout
    _kind: Callable[..., Any]
    _columns_here: tuple[str, ...]

    def __init__(self, raw: bytes, texts: Mapping[str, Mapping[int, Any]]) -> None:
        """texts: of each field that stands for a text, the texts of its numbers."""
        self._raw = raw
        self._texts = texts

    def __len__(self) -> int:
        return len(self._raw) // self._layout.line.size

    def __bool__(self) -> bool:
        return len(self) > 0

    def __iter__(self) -> Iterator[_Line]:
        return map(self._line, self._layout.line.iter_unpack(self._raw))

    def __getitem__(self, place: int) -> _Line:
        place = range(len(self))[place]
        return self._line(self._layout.line.unpack_from(self._raw, place * self._layout.line.size))

    def __repr__(self) -> str:
        return f"<cxj.{type(self).__name__}: {self._caption()}>"

    def _line(self, numbers: tuple[int, ...]) -> _Line:
        values = {}
        for name, number in zip(self._layout.names, numbers):
            if name in self._texts:
                values[name] = self._texts[name].get(number, "")
            else:
                here, _, made = _FIELDS[name]
                values[here] = made(number)
        line: _Line = self._kind(**values)
        return line

    def _columns(self) -> Columns:
        columns = {}
        for name in self._layout.names:
            numbers = self._layout.column(self._raw, name).tolist()
            if name in self._texts:
                texts = self._texts[name]
                columns[name] = Column("text", [texts.get(number, "") for number in numbers])
            else:
                here, kind, _ = _FIELDS[name]
                columns[here] = Column(kind, [number or None for number in numbers] if name in _NONE else numbers)
        return {name: columns[name] for name in self._columns_here}

    def to_dict(self) -> dict[str, list[Any]]:
        """As a dict of columns; None is no value."""
        return {name: [None if value is None else datetime_of(value) for value in column.values]
                if column.kind == "milliseconds" else list(column.values) for name, column in self._columns().items()}

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        """Of the first lines, the columns in which something stands."""
        shown = [self[place] for place in range(min(len(self), _ROWS_SHOWN))]
        columns = {name: [_shown(getattr(line, name)) for line in shown] for name in self._columns_here}
        for name in self._columns_here[1:]:
            if not any(value not in ("–", "0") for value in columns[name]):
                del columns[name]
        return list(columns), [list(row) for row in zip(*columns.values())]

    def __str__(self) -> str:
        return text_table(self._caption(), *self._rows(), 1, len(self) - _ROWS_SHOWN)

    def _repr_html_(self) -> str:
        return html_table(self._caption(), *self._rows(), 1, len(self) - _ROWS_SHOWN)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return "–" if value is None or value == "" else visible(str(value))


class Worklist(_Lines[Occasion]):
    """What holds now by a rule: worklist.rule is its text. len() says how many occasions there are, iterating gives each, in
    the order in which they began to hold, and worklist[0] is the first. A table: to_dict(), to_pandas(), to_polars() and
    to_arrow() have the columns of Occasion. Printed, and in a notebook, it is the first ones of them, without columns in
    which nothing stands. It stays as it was when it was read."""

    __slots__ = ("rule",)
    _layout = _Layout(header.Occasion)
    _kind = Occasion
    _columns_here = Occasion._fields

    def __init__(self, rule: str, raw: bytes, texts: Mapping[str, Mapping[int, Any]]) -> None:
        super().__init__(raw, texts)
        self.rule = rule

    def _caption(self) -> str:
        return f"{visible(self.rule)}: {len(self)}"


class Alerts(_Lines[Alert]):
    """Alerts that were taken, in the order in which they were raised. Iterating gives each; a table as Worklist, with the
    columns of Alert."""

    __slots__ = ()
    _layout = _Layout(header.Alert)
    _kind = Alert
    _columns_here = Alert._fields

    def _caption(self) -> str:
        return f"alerts: {len(self)}"


# ---- asking the library --------------------------------------------------------------------------------------------


def _texts(engine: Engine, layout: _Layout, raw: bytes) -> dict[str, Mapping[int, Any]]:
    """The names of the codes in structs, and the texts of journeys and customers where these are kept. Under the engine's lock,
    before anything is erased."""
    texts: dict[str, Mapping[int, Any]] = {
        name: {code: engine._name_or_empty(name, code) for code in set(layout.column(raw, name))} for name in _NAMED}
    for name in ("journey", "customer"):
        kept = engine._texts.names(name, set(layout.column(raw, name)))
        if kept is not None:
            texts[name] = kept
    return texts


def worklist(engine: Engine, text: str) -> Worklist:
    """See Engine.worklist()."""
    raw, said, size = encoded("a rule", text), Sentence(), ctypes.sizeof(header.Occasion)
    found: Any = None

    def ask(capacity: int, count: Any) -> int:
        nonlocal found
        found = (header.Occasion * max(1, capacity))()
        return int(lib.cxj_worklist(engine._open(), raw, len(raw), capacity, *said.room, found, size, count))

    with engine._lock:
        count, _ = sized(256, ask, lambda: f"{text!r}: {said}")
        lines = bytes(memoryview(found).cast("B")[:count * size])
        listed = Worklist(text, lines, _texts(engine, Worklist._layout, lines))
        is_unmoved = text.split()[0] in BY_CLOCK and engine._is_unmoved()
    if is_unmoved:
        warn(visible(f"worklist {text!r}: nothing holds yet, as the clock was never moved; engine.advance(moment) moves it, "
                     "such as to engine.stats().latest_at, where the log ends"))
    return listed


class Room:
    """Where alerts are put that are taken out of the queue, so many at once."""

    def __init__(self, capacity: int) -> None:
        self.alerts = (header.Alert * capacity)()
        self._count = ctypes.c_size_t()
        self._size = ctypes.sizeof(header.Alert)
        self._into = (ctypes.byref(self.alerts), self._size, capacity, ctypes.byref(self._count))

    def take(self, engine: Engine) -> int:
        """Takes alerts, the oldest first, and says how many. Under the engine's lock."""
        engine._check(lib.cxj_alerts(engine._handle, *self._into))
        return self._count.value

    def taken(self) -> bytes:
        """What was taken, as the library gave it."""
        return bytes(memoryview(self.alerts).cast("B")[:self._count.value * self._size])


def alerts_of(engine: Engine, raw: bytes) -> Alerts:
    """Alerts that were taken as bytes. Under the engine's lock, before anything is erased."""
    return Alerts(raw, {**_texts(engine, Alerts._layout, raw), "rule": engine._rule_texts})


def take_all(engine: Engine) -> Alerts:
    """See Engine.take_alerts()."""
    room, parts = Room(_TAKEN), []
    with engine._lock:
        engine._open()
        while room.take(engine):
            parts.append(room.taken())
        return alerts_of(engine, b"".join(parts))


def take_each(engine: Engine) -> Iterator[Alert]:
    """See Engine.alerts()."""
    room = Room(1)
    while True:
        with engine._lock:
            engine._open()
            if not room.take(engine):
                return
            alerts = alerts_of(engine, room.taken())
        yield alerts[0]


# ---- rules ---------------------------------------------------------------------------------------------------------


class Rules:
    """The rules of an engine: engine.rules. len() says how many there are, iterating gives each as a Rule, in the order in
    which they were added; rules[text] is the one with a text, however it is spelled, and text in rules says whether it is
    there. They are not saved with the engine, and not in a pickle: add them again after loading."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, text: str) -> Rule:
        """Adds a rule, which raises an alert for what begins to hold from now on; one that is there already, however it is
        spelled, is given back.

            overdue for 1d where team = billing
            silent for 8h in working hours where type in (onboarding, move)
            handoffs over 3

            rule  = what [ "in" "working" "hours" ] [ "where" cond { "and" cond } ]
            what  = "due" "within" span | "overdue" [ "for" span ] | "silent" "for" span | "waiting" "for" span
                    | "unanswered" "for" span | "open" "for" span | "same" ( "owner" | "team" | "stage" ) "for" span
                    | ( "handoffs" | "team_changes" | "bounces" | "channel_switches" | "repeats" | "contradictions"
                      | "faults" | "chases" | "shifts" ) "over" count
                    | "dissatisfied" | "reopened" | "churned"
            span  = digits ( m | h | d | w )      (minutes, hours, days of 24 hours, weeks; 1 to 5,000,000 minutes)
            count = 0 to 65535

        Conditions are those of views, without had, over type, segment, reason, entry, exit and churned, and over owner, team,
        stage, channel and activity: the value that the journey held last. At most four. In working hours spans are measured by
        the calendar, in m and h.

        Rules with a span, and overdue, go by the clock: nothing of theirs holds before the first advance(). The others hold as
        soon as they are there. Each occasion is raised once, at the end of the call that brought it about; what holds when the
        rule is added, and, by the clock, when that is moved first, or a calendar is set, is not: engine.worklist() has it.

        Raises ValueError for a text that is no rule, with the column and what was expected there, for a facet that it needs
        and that is not fed, and in working hours where there is no calendar; cxj.Error beyond rules_limit; MemoryError.
        Nothing has changed then. Time in proportion to the journeys held."""
        raw, number, engine = encoded("a rule", text), ctypes.c_uint32(), self._engine
        with engine._lock:
            status = lib.cxj_rule_add(engine._open(), raw, len(raw), ctypes.byref(number))
            if status < 0:
                raise error_of(status, f"{text!r}: {engine._message()}")
            rule = next(rule for rule in self if rule.number == number.value)
            engine._rule_texts[rule.number] = rule.text
            return rule

    def drop(self, rule: str | Rule) -> None:
        """Drops a rule, with its alerts that wait: a text, however it is spelled, or a Rule. Raises KeyError if it is not
        there. Time in proportion to what the rules have raised, and to the journeys held."""
        engine = self._engine
        with engine._lock:
            number = rule.number if isinstance(rule, Rule) else self[rule].number
            engine._check(lib.cxj_rule_drop(engine._open(), number))

    def __len__(self) -> int:
        return int(self._engine._stats().rules)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Rule]:
        with self._engine._lock:
            return iter(_all(self._engine))

    def __getitem__(self, text: str) -> Rule:
        """The rule with a text. Raises KeyError if there is none. Least time for a text that is spelled as Rule.text."""
        with self._engine._lock:
            known = {rule.text: rule for rule in self}
            found = known.get(text) or known.get(_normal(text) or "")
        if found is None:
            raise NotFoundError(f"there is no rule {text!r}; {nearest(text, known)}; add() adds one", header.NOT_FOUND)
        return found

    def __contains__(self, text: object) -> bool:
        texts = [rule.text for rule in self]
        return isinstance(text, str) and (text in texts or _normal(text) in texts)

    def __repr__(self) -> str:
        return f"<cxj.Rules: {', '.join(repr(rule.text) for rule in self) or 'none'}>"


def _all(engine: Engine) -> list[Rule]:
    rules: list[Rule] = []
    info, size = header.RuleInfo(), ctypes.sizeof(header.RuleInfo)
    while True:
        status = lib.cxj_rule_at(engine._open(), len(rules), ctypes.byref(info), size)
        if status == header.NOT_FOUND:
            return rules
        must(status)
        rules.append(Rule(info.text.decode(), info.rule, info.raised, facet_names(info.needs_all),
                          facet_names(info.needs_any)))


def _normal(text: str) -> str | None:
    """A rule's text as the library spells it; None for what is no rule. An engine of its own is asked, as for views."""
    from ._engine import OPEN, Engine

    try:
        with Engine(calendar=OPEN) as engine:
            return engine.rules.add(text).text
    except InvalidError:
        return None
