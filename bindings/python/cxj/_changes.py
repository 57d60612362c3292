"""From a history of fields to touchpoints: the engine behind cxj.recipes.

A desk keeps what became of a ticket as changes of fields (status, assignee, group), and beside them what was said. A recipe
turns the rows of its system into Change, Word, Rating and Now; Rules says what the fields and states mean; touchpoints() makes
the rows that Engine.record_many() and the report program take. What is decided here holds for all systems alike:

- All that is changed in one moment is one touchpoint. What is said in that moment was said before it: an end without an answer
  would end the customer's waiting unanswered.
- What a field held before its first change is read from that change, and stated where the ticket begins. A field without
  changes held then what it holds now, unless that is a final state: such a one is stated where the export dates the end, and
  nowhere if it does not.
- A state that is final ends the journey; another final one behind it is paperwork; leaving it reopens.
- A ticket that is closed, as the export says, in a state of which the rules say nothing, has ended in it: when the state came
  with the closing, then; else when the export dates the closing. Where it does not say whether the ticket is closed, a date of
  closing says so, unless the state changed after it, as then the ticket may have been reopened.
- A state that is pending pauses until the next state. What an agent sends meanwhile says pending again, as otherwise a
  reminder by phone would end it; leaving the state says resumes where the customer did not come.
- The customer's words are inbound, an agent's public ones are updates, in a call a contact too. A note is neither, nor is what
  the system sends by itself.
- What an agent says carries the owner and the team who held the ticket, so that answers can be asked for by team.
- A due date is a promise, kept by the end of the ticket; one that is a day is kept until the end of that day.

Each touchpoint has an id, of the system where it gives one, so that an export that is read twice counts once; sequence is the
place within its moment.
"""

from __future__ import annotations

import csv
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple, Optional, Union

from ._exports import NOTHING, key
from ._library import IncompleteWarning
from ._moments import Local, local_of, moment_of_date
from ._values import facets, nearest

#: The field of a Change that says that the ticket was made.
CREATED = "created"

# Before a role, in place of a field: what was held before the first change; a state in which the ticket is closed.
_HELD, _CLOSED = "\0", "\1"

# How far, in ms, the date of a closing is from the change of the state that closes, at most: they are not written at once.
_APART = 10_000

#: What a field can be.
ROLES = ("owner", "team", "state", "type", "segment", "reason", "customer", "due")

#: What stands for nobody where the rules do not say.
NOBODY = ("", "-", "unassigned", *sorted(NOTHING))

_COLUMNS = ("journey", "id", "sequence", "at", "customer", "type", "segment", "reason", "activity", "channel",
            "owner", "team", "stage", "facets", "due", "scale", "score", "scope", "outcome")


class Change(NamedTuple):
    """From this moment on a field of a ticket holds something else. old: what it held before, where the system says it."""

    journey: Any
    at: int
    field: str
    new: Any = None
    old: Any = None
    id: Optional[str] = None


class Now(NamedTuple):
    """What a field holds in the end: it held that from the start, unless there is a change of it. A state that is final, and
    to which no change leads, is held from ended on, when the export says that the ticket has ended; None: it does not say.
    closed: whether the export says that the ticket is closed; None: it says that by the date alone, if at all."""

    journey: Any
    field: str
    value: Any
    ended: Optional[int] = None
    closed: Optional[bool] = None


class Word(NamedTuple):
    """Somebody said something. who: customer, agent or system; public: the customer can see it."""

    journey: Any
    at: int
    who: str
    public: bool = True
    channel: Optional[str] = None
    id: Optional[str] = None


class Rating(NamedTuple):
    """The customer rated the ticket, or was asked to, in the system's word for it."""

    journey: Any
    at: int
    word: str
    id: Optional[str] = None


Fact = Union[Change, Now, Word, Rating]


def _folded(words: Iterable[Any]) -> frozenset[str]:
    return frozenset(str(word).strip().casefold() for word in words)


_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True)
class Rules:
    """What the fields and words of a system mean. Names of fields and states are compared without regard to case.

    fields     field there: one of owner, team, state, type, segment, reason, customer, due; others are left out
    completed  states in which the ticket is done
    abandoned  states in which it was given up
    pending    states in which we wait for the customer (not those in which we wait for somebody else)
    open       states in which a ticket is open even where the export has a date of closing. A state that no list names is open
               too, unless the export says that the ticket is closed
    nobody     owners, teams, customers and due dates that stand for none: by default -, unassigned, and what databases and
               frames write for nothing, such as NULL, nan or n/a
    ratings    word of a rating: (scale, score)
    asked      words of a rating that say that it was asked for
    talks      channels in which both take part at once: an agent's words there are a contact, a customer's are answered
    thanks     whether the customer's words leave a ticket ended whose state stays final. Where the system itself reopens a
               ticket when the customer writes, they are inbound anyway
    carry      what an agent's words say of the ticket, out of owner and team"""

    fields: Mapping[str, str]
    completed: Iterable[str] = ()
    abandoned: Iterable[str] = ()
    pending: Iterable[str] = ()
    open: Iterable[str] = ()
    nobody: Iterable[str] = NOBODY
    ratings: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    asked: Iterable[str] = ()
    talks: Iterable[str] = ("phone", "call", "voice")
    thanks: bool = False
    carry: Iterable[str] = ("owner", "team")

    def __post_init__(self) -> None:
        for name, role in self.fields.items():
            if role not in ROLES:
                raise ValueError(f"fields: {name!r} cannot be {role!r}; {nearest(role, ROLES)}")
        object.__setattr__(self, "fields", {str(name).strip().casefold(): role for name, role in self.fields.items()})
        for name in ("completed", "abandoned", "pending", "open", "nobody", "asked", "talks"):
            if isinstance(getattr(self, name), str):
                raise TypeError(f"{name}: a list of words is expected, not the text {getattr(self, name)!r}")
            object.__setattr__(self, name, _folded(getattr(self, name)))
        object.__setattr__(self, "ratings", {str(word).strip().casefold(): of for word, of in self.ratings.items()})

    def but(self, **changes: Any) -> Rules:
        """These rules with some changed: fields and ratings are added to those there are, or taken away by None; all else
        replaces."""
        for name in ("fields", "ratings"):
            if name in changes:
                added = {str(word).strip().casefold(): of for word, of in changes[name].items()}
                both = {**getattr(self, name), **added}
                changes[name] = {word: of for word, of in both.items() if of is not None}
        return replace(self, **changes)

    def outcome(self, state: Optional[str]) -> Optional[str]:
        """How a ticket in this state has ended."""
        folded = "" if state is None else state.strip().casefold()
        return "completed" if folded in self.completed else "abandoned" if folded in self.abandoned else None

    def closing(self, state: str) -> str:
        """How a ticket that is closed in this state has ended: abandoned, if the name of such a state is part of its name."""
        words = " ".join(_WORD.findall(state.casefold()))
        part = any(f" {' '.join(_WORD.findall(name))} " in f" {words} " for name in self.abandoned)
        return self.outcome(state) or ("abandoned" if part else "completed")

    def ending(self, states: Iterable[str]) -> Rules:
        """These rules with more states in which a ticket has ended, unless they say that it is open there."""
        final: dict[str, list[str]] = {"completed": list(self.completed), "abandoned": list(self.abandoned)}
        for state in states:
            if state.strip().casefold() not in self.open:
                final[self.closing(state)].append(state)
        return self.but(**final)

    def waits(self, state: Optional[str]) -> bool:
        """Whether we wait for the customer in this state."""
        return state is not None and state.strip().casefold() in self.pending


class Touchpoints(list[dict[str, Any]]):
    """Rows of touchpoints, each a dict with the names of Engine.record()'s parameters; at and due in ms. All rows have the
    same keys.

    states    the states of the export, and what each was taken as: completed, abandoned, pending, or open; completed or open:
              that differs between tickets, as only some were closed in it
    left_out  fields of which there are changes, columns, or words of ratings, such as "rating 7", that nothing was made of,
              and how many"""

    states: dict[str, str]
    left_out: dict[str, int]

    def __init__(self, rows: Iterable[dict[str, Any]] = ()) -> None:
        super().__init__(rows)
        self.states, self.left_out = {}, {}

    def columns(self) -> dict[str, list[Any]]:
        """The rows as columns."""
        return {name: [row[name] for row in self] for name in (self[0] if self else ("journey", "at"))}

    def facets(self) -> set[str]:
        """The facets that occur, with those that they imply, for Engine(feeds=…): metrics that need others have no value
        then, as what an export does not say must not look perfect."""
        said = {name for row in self for name in str(row.get("facets") or "").split("|") if name}
        return said.union(*(facet.implies for facet in facets() if facet.name in said))

    def to_csv(self, file: Any) -> None:
        """Writes the rows as a log that the report program reads. file: a path, or what csv.writer() takes."""
        if isinstance(file, (str, os.PathLike)):
            with open(file, "w", encoding="utf-8", newline="") as opened:
                self.to_csv(opened)
            return
        columns = self.columns()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values()))


# ---- moments -------------------------------------------------------------------------------------------------------

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$")
_NAMED = re.compile(r"(\d\d?)[/ -]([A-Za-z]{3})[/ -](\d\d|\d{4})(?: (\d\d?):(\d\d)(?::(\d\d))? ?([AaPp][Mm])?)?$")
_MIDNIGHT = re.compile(r"[T ](?:12:00(?::00)? ?AM|0?0:00(?::00(?:[.,]0+)?)?)$", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def moment(value: Any, tz: Optional[tzinfo] = None, by_end: bool = False) -> int:
    """A moment in ms: of a datetime, of ms since 1970, or of a text such as 2024-03-04T09:00:00.000+0100, 2024-03-04 09:00,
    04/Mar/24 9:00 AM, 202403040900, 20240304090000, or ms in 13 digits. Without a zone it is in tz, or UTC; a time that its
    clock skips is the moment of the skip, as Engine.from_frame() has it. by_end: a day alone is its last ms, as a promise is
    meant."""
    if isinstance(value, bool) or value is None or value != value:  # pandas' NaT is not itself
        raise ValueError(f"a moment is expected, not {value!r}")
    if isinstance(value, (int, float)):
        return int(value)
    if isinstance(value, datetime):
        return _at(value, tz)
    text = str(value).strip()
    if re.fullmatch(r"\d{13}", text, re.ASCII):
        return int(text)
    compact = compact_moment(text)
    if compact:
        return _at(compact, tz)
    found, named = _ISO.match(text), _NAMED.match(text)
    if found:
        year, month, day, hour, minute, second, fraction, zone = found.groups()
    elif named and named[2].lower() in _MONTHS:
        day, name, year, hour, minute, second, half = named.groups()
        month, fraction, zone = str(_MONTHS.index(name.lower()) + 1), None, None
        year = year if len(year) == 4 else "20" + year
        if half:
            hour = str(int(hour) % 12 + (12 if half.lower() == "pm" else 0))
    else:
        raise ValueError(f"{text!r} is no moment; one such as 2024-03-04T09:00:00Z is expected")
    whole = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
                     int(((fraction or "") + "000000")[:6]))
    if hour is None and by_end:
        return _at(whole + timedelta(days=1), tz) - 1
    if zone in ("Z", "UTC"):
        return _at(whole, timezone.utc)
    if zone:
        minutes = int(zone[1:3]) * 60 + int(zone[3:].lstrip(":") or 0)
        return _at(whole, timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes)))
    return _at(whole, tz)


def day(value: Any) -> Optional[str]:
    """What is known to be a day, without the midnight that some exports write behind it."""
    text = _text(value)
    return None if text is None else _MIDNIGHT.sub("", text)


def compact_moment(text: str) -> Optional[datetime]:
    """What 12 or 14 digits say, from year to minute or second, where that is a moment of 1970 to 2100."""
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?", text, re.ASCII)
    if found is None or not 1970 <= int(found[1]) <= 2100:
        return None
    try:
        return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None


def _at(value: datetime, tz: Optional[tzinfo]) -> int:
    shown, kind = moment_of_date("a moment", value)
    return shown if kind == "exact" else _local(tz).moment(shown)


@lru_cache(16)
def _local(tz: Optional[tzinfo]) -> Local:
    return local_of(tz or timezone.utc, None)  # type: ignore[return-value]  # nobody's is that of no zone


# ---- a ticket ------------------------------------------------------------------------------------------------------


def _text(value: Any) -> Optional[str]:
    """A value as a text; None for nothing."""
    if value is None or value != value:
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip() or None


def _rank(fact: Any) -> tuple[int, int, str]:
    """The order of the facts of a ticket; what is of another kind is never compared within its moment. Ids are numbers, or
    texts of one length."""
    name = str(fact.id or "")
    return fact.at, len(name), name


class _Ticket:
    """One ticket on its way through its facts."""

    def __init__(self, journey: str, rules: Rules, tz: Optional[tzinfo]) -> None:
        self.journey, self.rules, self.tz = journey, rules, tz
        self.held: dict[str, Optional[str]] = {}
        self.over: Optional[str] = None  # how it has ended, by the state it is in
        self.taken: list[tuple[str, str]] = []  # states, and as what
        self.rows: list[dict[str, Any]] = []
        self.came = False  # the customer, since pending was said
        self.promised = False
        self.dues: list[str] = []
        self.leaves: list[int] = []  # when final states are left
        self.left_out: list[str] = []
        self.lacks_end = False  # it has ended, and nothing says when
        self.doubt: Optional[str] = None  # the state in which it is closed, as the export says, and which is not final

    def role(self, fact: Union[Change, Now]) -> Optional[str]:
        """Which field it is for us."""
        name = fact.field.strip().casefold()
        return name[1:] if name[0:1] in (_HELD, _CLOSED) else self.rules.fields.get(name)

    def value(self, role: str, value: Any) -> Optional[str]:
        """What a field holds: nothing, where it holds what stands for nobody."""
        text = _text(value)
        nobody = role in ("owner", "team", "customer", "due") and text is not None and text.casefold() in self.rules.nobody
        return None if nobody else text

    def outcome(self, change: Change) -> Optional[str]:
        """How the ticket has ended in a new state."""
        state = self.value("state", change.new)
        return self.rules.closing(state) if state and change.field.startswith(_CLOSED) else self.rules.outcome(state)

    def emit(self, at: int, id: str, **fields: Any) -> None:
        self.rows.append({"journey": self.journey, "id": id, "sequence": self.alike(at), "at": at, **fields})

    def alike(self, at: int) -> int:
        """How many touchpoints there are of this moment, which is the latest."""
        return next((row["sequence"] + 1 for row in self.rows[-1:] if row["at"] == at), 0)

    def begin(self, facts: list[Any], ends: list[Now]) -> list[Any]:
        """The facts in order, with what the fields held before the first change of each."""
        facts.sort(key=_rank)
        facts, ends = self.end(facts, ends)
        seen: dict[str, Any] = {}
        for fact in facts:
            if isinstance(fact, Change) and fact.field != CREATED:
                role = self.role(fact)
                if role is None:
                    self.left_out.append(fact.field)
                else:
                    seen.setdefault(role, fact.old)
        for end in ends:
            role = self.role(end)
            if role is not None and self.value(role, end.value) is not None:
                seen.setdefault(role, end.value)
        first = facts[0].at
        return [Change(self.journey, first, _HELD + role, old) for role, old in seen.items()
                if self.value(role, old) is not None] + facts

    def end(self, facts: list[Any], ends: list[Now]) -> tuple[list[Any], list[Now]]:
        """The facts in order with the end, where no change leads to it, and what else holds in the end."""
        states = [fact for fact in facts if isinstance(fact, Change) and self.role(fact) == "state"]
        last = states[-1] if states else None
        said = [end for end in ends if self.role(end) == "state"]
        if not said or last is not None and self.outcome(last):
            return facts, ends
        now = next((end for end in said if self.rules.outcome(self.value("state", end.value))), said[0])
        held = None if last is None else self.value("state", last.new)
        state = self.value("state", now.value) or held
        if state is None or not self.closes(now, state, last):
            return facts, ends
        ends = [end for end in ends if self.role(end) != "state"]
        if held is not None and held.casefold() == state.casefold():
            return self.close(facts, states, now.ended), ends
        if now.ended is not None and now.ended >= (last or facts[0]).at:
            return sorted([*facts, Change(self.journey, now.ended, _CLOSED + "state", state)], key=_rank), ends
        self.lacks_end = True
        return facts, ends

    def closes(self, now: Now, state: str, last: Optional[Change]) -> bool:
        """Whether the ticket is closed in the state that it holds now. What says so in vain is doubted, except of an old date
        beside a state in which tickets are open."""
        if self.rules.outcome(state):
            return True
        if now.closed is False or now.closed is None and now.ended is None:
            return False
        is_open = state.casefold() in self.rules.open or self.rules.waits(state)
        is_old = not now.closed and last is not None and now.ended is not None and now.ended < last.at - _APART
        if now.closed if is_open else is_old:
            self.doubt = state
        return not is_open and not is_old

    def close(self, facts: list[Any], states: list[Change], ended: Optional[int]) -> list[Any]:
        """The facts of a ticket that is closed in its last state. It ends with the change that came with the closing, else by
        itself in the state it was in; what changes behind that is paperwork."""
        at = states[-1].at if ended is None or ended < facts[0].at else ended
        closing = min(reversed(states), key=lambda change: abs(change.at - at))
        if abs(closing.at - at) > _APART:
            before = next((change.new for change in reversed(states) if change.at < at), states[0].old)
            closing = Change(self.journey, at, "", before or states[-1].new)
            states, facts = sorted([*states, closing], key=_rank), sorted([*facts, closing], key=_rank)
        final = states[states.index(closing):]
        return [fact._replace(field=_CLOSED + "state") if fact in final else fact for fact in facts]

    def run(self, facts: list[Any]) -> None:
        """All facts, moment by moment."""
        over: Optional[str] = None
        for fact in facts:
            if isinstance(fact, Change) and self.role(fact) == "state":
                over, before = self.outcome(fact), over
                if before and not over:
                    self.leaves.append(fact.at)
        start = 0
        while start < len(facts):
            end = start
            while end < len(facts) and facts[end].at == facts[start].at:
                end += 1
            self.moment(facts[start:end], start == 0)
            start = end

    def moment(self, facts: list[Any], is_first: bool) -> None:
        changes = [fact for fact in facts if isinstance(fact, Change)]
        soon = dict(self.held)
        for change in changes:
            role = self.role(change)
            if role in ("owner", "team"):
                soon[role] = self.value(role, change.new)
        for fact in facts:
            if isinstance(fact, Word):
                self.say(fact, soon)
        made = is_first or any(change.field == CREATED for change in changes)
        for count, group in enumerate(self.groups(changes)):
            self.change(group, made and count == 0, count)
        for fact in facts:
            if isinstance(fact, Rating):
                self.rate(fact)

    def groups(self, changes: list[Change]) -> Iterator[list[Change]]:
        """The changes of a moment that make one touchpoint: each field once, and those that change nothing left out."""
        group: list[Change] = []
        held, over = dict(self.held), self.over
        changed: set[str] = set()
        for change in changes:
            role = self.role(change)
            if role is not None and change.field != CREATED:
                value, before = self.value(role, change.new), over
                over = self.outcome(change) if role == "state" else over
                if value == held.get(role) and (before or not over):
                    continue
                if role in changed:
                    yield group
                    group, changed = [], set()
                held[role] = value
                changed.add(role)
            group.append(change)
        if group:
            yield group

    def say(self, word: Word, soon: dict[str, Optional[str]]) -> None:
        """What is said is said before what changes in its moment; so a ticket taken and answered at once is its new owner's."""
        rules = self.rules
        said: list[str] = []
        state, talk = self.held.get("state"), (word.channel or "").casefold() in rules.talks
        fields: dict[str, Any] = {"channel": word.channel}
        if word.who == "customer" and word.public:
            stays = self.over and not any(at >= word.at for at in self.leaves)
            said = ["contact"] if rules.thanks and stays else ["inbound", "update"] if talk else ["inbound"]
            self.came = True
        elif word.who == "agent":
            if word.public:
                said = ["contact", "update"] if talk else ["update"]
                if rules.waits(state):
                    said.append("pending")
                    self.came = False
            fields.update({role: self.held.get(role) or soon.get(role) for role in rules.carry})
        activity = ("message" if word.who == "customer" else "automatic" if word.who == "system" else "reply")
        self.emit(word.at, f"word {word.id or f'{word.at} {self.alike(word.at)}'}", facets="|".join(said) or None,
                  activity=activity if word.public else "note", **fields)

    def change(self, group: list[Change], made: bool, count: int) -> None:
        """A touchpoint of what changed, unless nothing did."""
        stated: dict[str, Any] = {}
        over = self.over
        for change in group:
            role = self.role(change)
            if role is not None and change.field != CREATED:
                stated[role] = self.value(role, change.new)
                over = self.outcome(change) if role == "state" else over
        facets: list[str] = []
        fields = {role: value for role, value in stated.items() if role not in ("state", "due")}
        if stated.get("due"):
            fields["due"], self.promised = moment(stated["due"], self.tz, by_end=True), True
            self.dues.append(stated["due"])
        if stated.get("state"):
            fields["stage"] = stated["state"]
            fields["outcome"] = self.state(stated["state"], over, facets)
        self.held.update(stated)
        self.over = over
        if not made and not any(value is not None for value in fields.values()):
            return
        moved = any(fields.get(role) for role in ("owner", "team"))
        activity = CREATED if made else "status" if "stage" in fields else "assignment" if moved else "change"
        known = next((change.id for change in group if change.id), None)
        name = f"change {known}" if known and not count else f"change {group[0].at} {count}"
        self.emit(group[0].at, name, activity=activity, facets="|".join(facets) or None, **fields)

    def state(self, new: str, outcome: Optional[str], facets: list[str]) -> Optional[str]:
        """The outcome that a new state brings, and its facets."""
        rules, old, before = self.rules, self.held.get("state"), self.over
        self.taken.append((new, outcome or ("pending" if rules.waits(new) else "open")))
        if before and not outcome:
            facets.append("reopens")
        if rules.waits(new):
            facets.append("pending")
            self.came = False
        elif rules.waits(old) and not outcome and not self.came:
            facets.append("resumes")
        if outcome == "completed" and not before and self.promised:
            facets.append("delivered")
            self.promised = False
        return None if before else outcome

    def rate(self, rating: Rating) -> None:
        word = rating.word.strip().casefold()
        name = f"rating {rating.id} {word}" if rating.id else f"rating {rating.at}"
        if word in self.rules.asked:
            self.emit(rating.at, name, activity="survey", facets="asked")
        elif word in self.rules.ratings:
            scale, score = self.rules.ratings[word]
            self.emit(rating.at, name, activity="rating", scale=scale, score=score, scope="journey")
        elif word:
            self.left_out.append(f"rating {rating.word.strip()}")


def touchpoints(facts: Iterable[Fact], rules: Rules, tz: Optional[tzinfo] = None, *,
                history: str = "the changes of states") -> Touchpoints:
    """The touchpoints of tickets, ticket by ticket in the order in which they first came. Moments of facts may be whatever
    moment() reads; tz is the zone of those, and of due dates, that name none. The order of facts matters only
    where a ticket has several of one moment and kind without ids. history: what to export so that ends have a date, for the
    sentence that warns of tickets whose end has none."""
    tickets: dict[str, tuple[list[Any], list[Now]]] = {}
    for fact in facts:
        if _text(fact.journey) is None:
            raise ValueError(f"a ticket is missing in {fact!r}")
        happened, ends = tickets.setdefault(key(fact.journey), ([], []))
        if isinstance(fact, Now):
            is_read = fact.ended is None or type(fact.ended) is int
            ends.append(fact if is_read else fact._replace(ended=moment(fact.ended, tz)))
            continue
        if isinstance(fact, Word) and fact.who not in ("customer", "agent", "system"):
            raise ValueError(f"who: customer, agent or system is expected in {fact!r}")
        happened.append(fact if type(fact.at) is int else fact._replace(at=moment(fact.at, tz)))
    rows: list[dict[str, Any]] = []
    left_out: dict[str, int] = {}
    undated: list[str] = []
    dues: list[str] = []
    doubted: list[str] = []
    taken: dict[str, set[str]] = {}
    for journey, (happened, ends) in tickets.items():
        if happened:
            ticket = _Ticket(journey, rules, tz)
            ticket.run(ticket.begin(happened, ends))
            rows += ticket.rows
            undated += [journey] if ticket.lacks_end else []
            dues += ticket.dues
            doubted += [ticket.doubt] if ticket.doubt else []
            for state, kind in ticket.taken:
                taken.setdefault(state, set()).add(kind)
            for name in ticket.left_out:
                left_out[name] = left_out.get(name, 0) + 1
    made = table(rows)
    made.left_out, made.states = left_out, {state: " or ".join(sorted(kinds)) for state, kinds in taken.items()}
    count = sum(1 for happened, _ in tickets.values() if happened)
    who = [fact.who for happened, _ in tickets.values() for fact in happened if isinstance(fact, Word)]
    if "agent" in who and "customer" not in who:
        warnings.warn(f"none of the {len(who)} words is a customer's, so nobody waits for an answer; the export must say who "
                      "the customers are", IncompleteWarning, stacklevel=3)
    if len(dues) > 1 and all(map(_MIDNIGHT.search, dues)):
        warnings.warn(f"all {len(dues)} due dates are at midnight, such as {dues[0]!r}; if they are days, leave out the time: "
                      "what is due on a day is kept until its end", IncompleteWarning, stacklevel=3)
    if undated:
        warnings.warn(f"{len(undated)} of {count} tickets are closed now, such as {undated[0]!r}, but no change leads there and "
                      f"no date says since when, so they stay open; export {history}", IncompleteWarning, stacklevel=3)
    if doubted:
        named = ", ".join(map(repr, dict.fromkeys(doubted)))
        warnings.warn(f"{len(doubted)} of {count} tickets have been closed, as the export says, but stay open, as their states "
                      f"are not known as final: {named}; rules.but(completed=[…], open=[…]) says which are, in the command "
                      "--completed STATE and --open STATE", IncompleteWarning, stacklevel=3)
    elif made.states and not undated and not {"completed", "abandoned"} & set().union(*taken.values()):
        warnings.warn(f"no ticket ends: of its states ({', '.join(map(repr, made.states))}) none is known as final; "
                      f"rules.but(completed=[…]) says which are, in the command --completed STATE", IncompleteWarning, stacklevel=3)
    return made


def table(rows: list[dict[str, Any]]) -> Touchpoints:
    """Rows with the same keys: those of which any row says something."""
    used = {name for row in rows for name, value in row.items() if value is not None}
    names = [name for name in _COLUMNS if name in used or name in ("journey", "at")]
    return Touchpoints({name: row.get(name) for name in names} for row in rows)
