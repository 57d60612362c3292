"""From a system's export to touchpoints: one function for each system.

    rows = cxj.recipes.zendesk("ticket_field_history.csv", comments="ticket_comment.csv", users="user.csv", groups="group.csv")
    engine.record_many(rows)
    rows.to_csv("log.csv")                          # or for the report program
    print(rows.states, rows.left_out)               # which states were taken as what, and what says nothing

Each source may be the path of a CSV, JSON, JSON lines or XES file (also .gz), a list of dicts, an answer of the system's API or a
list of its pages, or a frame of pandas, polars or pyarrow. tz is the zone of times that name none, UTC if left out: a zoneinfo
name, or a tzinfo. rules says what fields and states mean; each system has its own, which rules.but() changes:

    mine = cxj.recipes.JIRA.but(pending=["Waiting for customer", "Back with reporter"], fields={"Request area": "reason"})
    rows = cxj.recipes.jira("search.json", rules=mine)

What holds for all systems is said at Rules and in help(cxj._changes). A system that is not here is a few lines: make a Change
of each change of a field, a Word of what was said, and give them to touchpoints() with Rules; where a table has a column for
each field, changes() is enough.
"""

from __future__ import annotations

import inspect
import os
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from typing import Any, Optional, Union

from . import _calendar
from ._changes import (CREATED, NOBODY, Change, Fact, Now, Rating, Rules, Touchpoints, Word, compact_moment, day, moment, table,
                       touchpoints)
from ._exports import Table, each, get, is_nothing, key, names_of, rows_of, text
from ._library import IncompleteWarning

__all__ = ["CREATED", "RECIPES", "Change", "Now", "Rating", "Rules", "Touchpoints", "Word", "changes", "from_files",
           "github", "hubspot", "jira", "moment", "pm4py", "salesforce", "servicenow", "touchpoints", "zammad", "zendesk",
           "znuny"]

Zone = Union[tzinfo, str, None]


def _zone(tz: Zone) -> Optional[tzinfo]:
    return None if tz is None else _calendar._zone_of(tz)


def _reader(tz: Zone) -> Callable[[Any], int]:
    zone = _zone(tz)

    def read(value: Any) -> int:
        at = moment(value, zone)
        if isinstance(value, (int, float)) and abs(at) < 10**11:
            raise ValueError(f"{value!r} ms lies near 1970; what is in seconds is to be multiplied by 1000")
        if isinstance(value, (int, float)) and compact_moment(str(at)):
            raise ValueError(f"{value!r} ms lies in the year {1970 + at // 31_556_952_000}, but reads as a date; give it as a text")
        return at

    return read


def _when(rows: Table, row: Mapping[str, Any], read: Callable[[Any], int], *names: str) -> Optional[int]:
    """The moment in the first of these columns that has one, if any."""
    return None if all(is_nothing(get(row, name)) for name in names) else rows.when(read, row, *names)


def changes(source: Any, *, journey: str, at: str, state: str = "", final: Iterable[str] = (), pending: Iterable[str] = (),
            fields: Optional[Mapping[str, str]] = None, rules: Optional[Rules] = None, tz: Zone = None) -> Touchpoints:
    """Own rules for a table in which each row says what a ticket held from a moment on: the smallest recipe.

    journey, at, state  the columns of the ticket, of the moment, and of its state
    final, pending      states in which the ticket is done, and in which we wait for the customer
    fields              other columns: which of owner, team, type, segment, reason, customer, due they are
    rules               instead of final and pending, for all that Rules can say

        cxj.recipes.changes("states.csv", journey="ticket", at="changed", state="state", final=["Resolved", "closed"])"""
    rules = rules or Rules({}, completed=final, pending=pending)
    columns = {**({state: "state"} if state else {}), **(fields or {})}
    rules, read, rows = rules.but(fields=columns), _reader(tz), Table("table", source)
    facts: list[Fact] = []
    for row in rows:
        ticket, when = rows.need(row, journey), rows.when(read, row, at)
        facts += [Change(ticket, when, name, row[name]) for name in columns if text(row.get(name)) is not None]
    return touchpoints(facts, rules, _zone(tz))


# ---- Zendesk -------------------------------------------------------------------------------------------------------

ZENDESK = Rules(
    fields={"status": "state", "assignee_id": "owner", "group_id": "team", "requester_id": "customer", "type": "type",
            "due_at": "due", "due_date": "due"},
    completed=["solved", "closed"], abandoned=["deleted"], pending=["pending"],
    ratings={"good": ("binary", 1), "good_with_comment": ("binary", 1),
             "bad": ("binary", 0), "bad_with_comment": ("binary", 0)},
    asked=["offered"])


def zendesk(history: Any = None, comments: Any = None, ratings: Any = None, users: Any = None, groups: Any = None, *,
            audits: Any = None, rules: Rules = ZENDESK, tz: Zone = None) -> Touchpoints:
    """Zendesk Support: the changes of a ticket's fields, and its comments.

    history   ticket_field_history, as data pipelines keep it: ticket_id, field_name, value, updated, perhaps user_id
    comments  ticket_comment: id, ticket_id, user_id, public, created
    ratings   satisfaction_rating: ticket_id, score, created_at; or GET /api/v2/satisfaction_ratings
    users     user: id, name, role; or GET /api/v2/users. Without it the requester is the customer, and all others are agents
    groups    group: id, name; or GET /api/v2/groups
    audits    instead of history and comments: GET /api/v2/tickets/{id}/audits of each ticket, or
              GET /api/v2/ticket_audits, page by page

    The list of a view, which has a row for each ticket, has no history: it cannot be read. On hold is waiting for somebody
    else, not for the customer. Closed days after solved ends nothing anew."""
    if history is None and audits is None:
        raise ValueError("zendesk: history or audits is needed, as without it nothing is known of states and owners")
    read = _reader(tz)
    people, teams = names_of(users, "users"), names_of(groups, "groups")
    roles = {key(row.get("id")): str(row.get("role") or "") for row in rows_of(users, "users")}
    facts: list[Fact] = []
    said: list[tuple[Any, int, Any, bool, Any, Any]] = []
    rows = Table("history", history)
    for row in rows:
        facts.append(Change(rows.need(row, "ticket_id"), rows.when(read, row, "updated", "created_at"),
                            rows.need(row, "field_name"), row.get("value")))
    rows = Table("comments", comments, "comments")
    for row in rows:
        said.append((rows.need(row, "ticket_id"), rows.when(read, row, "created", "created_at"),
                     rows.need(row, "user_id", "author_id"), rows.true(row, rows.need(row, "public"), "public"), row.get("id"),
                     get(row, "via.channel")))
    rows = Table("ratings", ratings, "satisfaction_ratings")
    for row in rows:
        facts += _zendesk_rating(rows.need(row, "ticket_id"), rows.when(read, row, "created_at"), row)
    rows = Table("audits", audits, "audits", "ticket_audits")
    for row in rows:
        ticket, at, id = rows.need(row, "ticket_id"), rows.when(read, row, "created_at"), text(row.get("id"))
        for event in row.get("events") or ():
            kind = event.get("type")
            if kind in ("Create", "Change"):
                facts.append(Change(ticket, at, str(event.get("field_name")), event.get("value"),
                                    event.get("previous_value"),
                                    id))
            elif kind in ("Comment", "VoiceComment"):
                via = "voice" if kind == "VoiceComment" else get(event, "via.channel") or get(row, "via.channel")
                said.append((ticket, at, event.get("author_id") or row.get("author_id"),
                             rows.true(row, event.get("public"), "public"), event.get("id"), via))
            elif kind == "SatisfactionRating":
                facts += _zendesk_rating(ticket, at, event)
    asks = {key(fact.journey): key(fact.new) for fact in facts if isinstance(fact, Change) and fact.field == "requester_id"}
    for ticket, at, author, public, id, channel in said:
        role = roles.get(key(author), "")
        is_customer = role == "end-user" if role else key(author) == asks.get(key(ticket))
        who = "system" if key(author) == "-1" else "customer" if is_customer else "agent"
        facts.append(Word(ticket, at, who, public, channel, text(id)))
    return touchpoints([_named(fact, assignee_id=people, group_id=teams) for fact in facts], rules, _zone(tz))


def _zendesk_rating(ticket: Any, at: int, row: Mapping[str, Any]) -> list[Fact]:
    """A rating, unless it says that there is none: Zendesk says so of each ticket whose customer was not asked."""
    score = text(row.get("score"))
    return [] if score is None or score == "unoffered" else [Rating(ticket, at, score, text(row.get("id")))]


def _named(fact: Fact, **names: Mapping[str, str]) -> Fact:
    """What a field holds, with the names of its ids."""
    if not isinstance(fact, (Change, Now)) or fact.field not in names:
        return fact
    known = names[fact.field]
    if isinstance(fact, Now):
        return fact._replace(value=known.get(key(fact.value), fact.value))
    return fact._replace(new=known.get(key(fact.new), fact.new), old=known.get(key(fact.old), fact.old))


# ---- Jira ----------------------------------------------------------------------------------------------------------

JIRA = Rules(
    fields={"status": "state", "assignee": "owner", "team": "team", "issuetype": "type", "reporter": "customer",
            "duedate": "due"},
    completed=["done", "resolved", "closed"], abandoned=["canceled", "cancelled", "declined", "won't do"],
    pending=["waiting for customer", "pending", "awaiting customer", "waiting for reporter"],
    open=["to do", "open", "reopened", "in progress"], thanks=True,
    ratings={str(score): ("csat5", score) for score in range(1, 6)})


def jira(issues: Any, *, team: str = "Team", rules: Rules = JIRA, tz: Zone = None) -> Touchpoints:
    """Jira and Jira Service Management: issues with their history, or the issues as CSV.

    issues  GET /rest/api/2/search?jql=…&expand=changelog&fields=*all (or /rest/api/3/search/jql), page by page. An issue with
            more than 100 changes, or more comments than are sent with it, has them at /issue/{key}/changelog and
            /issue/{key}/comment: put them in the same places. Or the CSV of a search ("all fields"), which has no history: an
            issue is then its creation, its comments, internal ones too, its end, its rating (the custom field Satisfaction or
            Satisfaction rating), and those custom fields that the rules name; left_out has the others. A comment is the
            reporter's by Reporter or, as Jira Cloud writes accounts there, by Reporter Id. A due date is a day there, too,
            though it stands there with a midnight time.
    team    the field that says which team has the issue; where the issue has it as customfield_10001, name this as well with
            JIRA.but(fields={"customfield_10001": "team"})

    The issue's creation is the reporter's first word. Who comments is an agent, unless it is the reporter or an account of
    type customer; comments with jsdPublic false are notes. A status is final where the rules name it, or where an issue has it
    in the category Done. An issue that is done although no change says so ended when it was resolved, else when it came into
    the category Done; if it says neither, it stays open. Where a CSV lacks the column Status Category, an issue that was
    resolved is done."""
    read = _reader(tz)
    rows = Table("issues", issues, "issues")
    done = {str(get(row, "fields.status.name") or row.get("Status")) for row in rows if _is_done(row)}
    rules = rules.but(fields={team: "team"}).ending(done)
    facts: list[Fact] = []
    for row in rows:
        if "Issue key" in row:
            facts += _jira_csv(rows, row, read, rules)
            continue
        issue, fields = rows.need(row, "key", "id"), row.get("fields") or {}
        made, reporter = rows.when(read, row, "fields.created"), _jira_id(fields.get("reporter"))
        facts += [Change(issue, made, CREATED), Word(issue, made, "customer", id="created")]
        is_done = _is_done(row)
        ended = _when(rows, row, read, "fields.resolutiondate", *(["fields.statuscategorychangedate"] if is_done else []))
        facts += [Now(issue, name, _jira_who(value), ended, is_done) for name, value in fields.items()
                  if name.casefold() in rules.fields]
        facts += [Rating(issue, read(fields.get("resolutiondate") or fields["updated"]), str(value["rating"]),
                         "satisfaction")
                  for value in fields.values() if isinstance(value, Mapping) and set(value) == {"rating"}]
        histories = get(row, "changelog.histories") or get(row, "changelog.values") or []
        comments = get(row, "fields.comment.comments") or []
        _all_there(issue, "changes", len(histories), get(row, "changelog.total"))
        _all_there(issue, "comments", len(comments), get(row, "fields.comment.total"))
        for history in histories:
            at = read(history["created"])
            for item in history.get("items") or ():
                is_day = item.get("field") == "duedate"
                facts.append(Change(issue, at, str(item.get("field")), item.get("to" if is_day else "toString"),
                                    item.get("from" if is_day else "fromString"), text(history.get("id"))))
        for comment in comments:
            author = comment.get("author") or {}
            is_reporter = reporter is not None and _jira_id(author) == reporter
            who = "customer" if is_reporter or author.get("accountType") == "customer" else "agent"
            who = "system" if author.get("accountType") == "app" else who
            facts.append(Word(issue, read(comment["created"]), who, comment.get("jsdPublic") is not False, None,
                              text(comment.get("id"))))
    unknown = [row for row in rows if "Reporter Id" not in row and not _ACCOUNT.match(str(row.get("Reporter")))]
    accounts = [author for row in unknown for _, _, author in _comments(row) if _ACCOUNT.match(author)]
    if accounts:
        warnings.warn(f"{len(accounts)} comments name their authors by accounts, such as {accounts[0]!r}, and nothing says which "
                      "account the reporter has; export the column Reporter Id too", IncompleteWarning, stacklevel=2)
    whole = touchpoints(facts, rules, _zone(tz), history="issues with expand=changelog, or with the field resolutiondate (in "
                                                         "a CSV: with the column Resolved)")
    for row in rows:
        for name, field in _custom_fields(row):
            if field not in (*_SATISFACTION, *rules.fields):
                whole.left_out[name] = whole.left_out.get(name, 0) + 1
    return whole


def _all_there(ticket: Any, what: str, count: int, total: Any) -> None:
    """Warns where an answer has only the first page of what a ticket has."""
    if isinstance(total, int) and total > count:
        warnings.warn(f"{ticket}: {count} of {total} {what} are in the export", IncompleteWarning, stacklevel=3)


def _jira_id(person: Any) -> Any:
    """What tells people apart: an account, of a server a key."""
    return next((person[name] for name in ("accountId", "key", "name", "displayName") if (person or {}).get(name)), None)


def _jira_who(value: Any) -> Any:
    """How a person, a status or a type is called in the history."""
    if not isinstance(value, Mapping):
        return value
    return next((value[name] for name in ("displayName", "name", "value", "title", "key") if value.get(name)), None)


def _is_done(row: Mapping[str, Any]) -> Optional[bool]:
    """Whether the category of an issue's status is Done; None: it has none that is known."""
    category = str(get(row, "fields.status.statusCategory.key") or row.get("Status Category")).casefold()
    return {"done": True, "new": False, "indeterminate": False, "to do": False, "in progress": False}.get(category)


_ACCOUNT = re.compile(r"\w+:[\w:-]+$|[0-9a-f]{24}$")  # of Jira Cloud
_SATISFACTION = ("satisfaction rating", "satisfaction", "satisfaction date")


def _custom_fields(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The columns of custom fields that say something, and what the fields are called, in small letters."""
    return [(name, name[14:-1].casefold()) for name in row
            if name.startswith("Custom field (") and any(text(value) is not None for value in each(row, name))]


def _comments(row: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """The comments in a CSV: their places, moments and authors."""
    parts = [str(comment).split(";", 2) for comment in each(row, "Comment")]
    return [(place, said[0], said[1]) for place, said in enumerate(parts) if len(said) == 3]


def _jira_csv(rows: Table, row: Mapping[str, Any], read: Callable[[Any], int], rules: Rules) -> list[Fact]:
    """An issue of the CSV of a search."""
    issue, made, reporter = rows.need(row, "Issue key"), rows.when(read, row, "Created"), row.get("Reporter")
    facts: list[Fact] = [Change(issue, made, CREATED), Word(issue, made, "customer", id="created"),
                         Now(issue, "reporter", reporter)]
    facts += [Now(issue, "assignee", row.get("Assignee")), Now(issue, "issuetype", row.get("Issue Type")),
              Now(issue, "duedate", day(row.get("Due date") or row.get("Due Date")))]
    custom = {field: name for name, field in _custom_fields(row)}
    facts += [Now(issue, field, day(row[name]) if rules.fields[field] == "due" else row[name])
              for field, name in custom.items() if field in rules.fields]
    known_as = {text(reporter), text(row.get("Reporter Id"))}
    facts += [Word(issue, read(at), "customer" if author in known_as else "agent", id=f"comment {place}")
              for place, at, author in _comments(row)]
    is_done = _is_done(row)
    ended = _when(rows, row, read, "Resolved", *(["Status Category Changed"] if is_done else []))
    is_done = ended is not None if is_done is None else is_done
    if is_done or rules.outcome(text(row.get("Status"))):
        facts.append(Now(issue, "status", row.get("Status"), ended, is_done))
    rating = next((custom[field] for field in _SATISFACTION[:2] if field in custom), None)
    if rating:
        date = custom.get("satisfaction date", "Resolved")
        facts.append(Rating(issue, rows.when(read, row, date, "Resolved", "Updated", "Created"), _score(str(row[rating])),
                            "satisfaction"))
    return facts


def _score(rating: str) -> str:
    """A rating; a number without decimals that say nothing, whatever the mark before them."""
    found = re.fullmatch(r"\s*(\d+)(?:[.,]0+)?\s*", rating)
    return found[1] if found else rating


# ---- Zammad --------------------------------------------------------------------------------------------------------

ZAMMAD = Rules(
    fields={"state": "state", "owner": "owner", "group": "team", "customer": "customer"},
    completed=["closed"], abandoned=["merged", "removed"], pending=["pending reminder", "pending close"], open=["new", "open"])


def zammad(history: Any, articles: Any = None, *, tickets: Any = None, rules: Rules = ZAMMAD,
           tz: Zone = None) -> Touchpoints:
    """Zammad: the history of tickets, and what was written.

    history   GET /api/v1/ticket_history/{id} of each ticket; or the table histories with the names of its objects, types and
              attributes
    articles  GET /api/v1/ticket_articles/by_ticket/{id} of each ticket
    tickets   GET /api/v1/tickets?expand=true: what tickets hold of which there is no change; a ticket whose end the history does
              not have, or that is closed in a state of your own, ended at its last_close_at or close_at

    Articles are the customer's or an agent's; internal ones are notes, and what Zammad sends by itself answers nobody."""
    read = _reader(tz)
    facts: list[Fact] = []
    rows = Table("history", history, "history")
    for row in rows:
        if row.get("object") != "Ticket":
            continue  # the articles stand in their own table, as who wrote them and when
        at, name = rows.when(read, row, "created_at"), CREATED if row.get("type") == "created" else row.get("attribute")
        if name:
            facts.append(Change(rows.need(row, "o_id"), at, str(name), row.get("value_to"), row.get("value_from"),
                                text(row.get("id"))))
    rows = Table("articles", articles, "articles")
    for row in rows:
        who = str(rows.need(row, "sender")).lower()
        who = who if who in ("customer", "agent") else "system"
        facts.append(Word(rows.need(row, "ticket_id"), rows.when(read, row, "created_at"), who,
                          not rows.true(row, row.get("internal"), "internal"),
                          text(row.get("type")), text(row.get("id"))))
    rows = Table("tickets", tickets, "tickets")
    for row in rows:
        ticket, closed = rows.need(row, "id"), _when(rows, row, read, "last_close_at", "close_at")
        facts += [Now(ticket, name, row.get(name), closed) for name in ("state", "owner", "group", "customer")]
    return touchpoints(facts, rules, _zone(tz), history="the whole history, or tickets with close_at")


# ---- Salesforce ----------------------------------------------------------------------------------------------------

SALESFORCE = Rules(
    fields={"status": "state", "owner": "owner", "queue": "team", "type": "type", "reason": "reason",
            "contactid": "customer"},
    completed=["closed", "resolved", "solved"], abandoned=["canceled", "cancelled", "duplicate", "merged"],
    pending=["waiting on customer", "waiting for customer", "on hold - customer", "awaiting customer"])


def salesforce(history: Any, cases: Any = None, emails: Any = None, comments: Any = None, *, rules: Rules = SALESFORCE,
               tz: Zone = None) -> Touchpoints:
    """Salesforce Service Cloud, in the columns of its objects, by Data Loader or the weekly export.

    history   CaseHistory: Id, CaseId, CreatedDate, Field, OldValue, NewValue, and DataType where it was asked for
    cases     Case: Id, CreatedDate, ClosedDate, IsClosed, ContactId, Type, Reason, Status: what cases hold of which there is no
              change; one whose end the history does not have, or that is closed in a status of your own, ended at its
              ClosedDate
    emails    EmailMessage: Id, ParentId, Incoming, MessageDate, perhaps Status and IsDeleted: drafts are left out
    comments  CaseComment: Id, ParentId, IsPublished, CreatedDate: those that are published are an agent's words

    A change of owner stands in two rows, one with names and one with ids: they are one. A queue (00G…) is a team, and
    nobody's hands. Where a field of your own says the team, and queues do not, SALESFORCE.but(fields={"Team__c": "team",
    "queue": None}) reads that. Fields of cases are read where the rules name them."""
    read = _reader(tz)
    facts: list[Fact] = []
    rows = Table("history", history, "records", columns="Id CaseId CreatedDate DataType Field OldValue NewValue")
    pairs: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        of_change = (rows.need(row, "CaseId"), rows.when(read, row, "CreatedDate"), rows.need(row, "Field"))
        pairs.setdefault(of_change, []).append(row)
    for (case, at, name), alike in pairs.items():
        named = [row for row in alike if not _is_id_row(row, alike)]
        ids = [row for row in alike if _is_id_row(row, alike)]
        for place, row in enumerate(named or alike):
            new, old, id = row.get("NewValue"), row.get("OldValue"), text(row.get("Id"))
            if name.lower() != "owner":
                facts.append(Change(case, at, CREATED if name.lower() == "created" else name, new, old, id))
                continue
            of = ids[place] if place < len(ids) else row
            held, had = ((None, value) if str(of.get(side) or "").startswith("00G") else (value, None)
                         for side, value in (("NewValue", new), ("OldValue", old)))
            facts.append(Change(case, at, "owner", held[0], had[0], id))
            if held[1] or had[1]:
                facts.append(Change(case, at, "queue", held[1] or had[1], had[1], id))
    rows = Table("cases", cases, "records", columns="Id CreatedDate ClosedDate IsClosed Status")
    for row in rows:
        case = rows.need(row, "Id")
        facts.append(Change(case, rows.when(read, row, "CreatedDate"), CREATED))
        ended, said = _when(rows, row, read, "ClosedDate"), row.get("IsClosed")
        is_closed = None if is_nothing(said) else rows.true(row, said, "IsClosed")
        facts += [Now(case, name, row.get(name), ended, is_closed) for name in {"Status": None, **row}
                  if name.casefold() in rules.fields]
    rows = Table("emails", emails, "records", columns="Id ParentId Incoming MessageDate CreatedDate")
    for row in rows:
        if rows.true(row, row.get("IsDeleted"), "IsDeleted") or str(row.get("Status")) in ("5", "Draft"):
            continue
        facts.append(Word(rows.need(row, "ParentId"), rows.when(read, row, "MessageDate", "CreatedDate"),
                          "customer" if rows.true(row, row.get("Incoming"), "Incoming") else "agent", True, "email",
                          text(row.get("Id"))))
    rows = Table("comments", comments, "records", columns="Id ParentId IsPublished CreatedDate")
    for row in rows:
        facts.append(Word(rows.need(row, "ParentId"), rows.when(read, row, "CreatedDate"), "agent",
                          rows.true(row, row.get("IsPublished"), "IsPublished"), None, text(row.get("Id"))))
    return touchpoints(facts, rules, _zone(tz), history="Case with ClosedDate, and have Salesforce track the history of Status")


def _is_id_row(row: Mapping[str, Any], alike: list[Mapping[str, Any]]) -> bool:
    """Whether a row says with ids what another one says with names."""
    if row.get("DataType"):
        return str(row["DataType"]) == "EntityId"
    values = [str(row.get(side) or "") for side in ("OldValue", "NewValue")]
    return len(alike) > 1 and any(values) and all(not value or len(value) in (15, 18) and value[:3] in ("005", "00G")
                                                  for value in values)


# ---- ServiceNow ----------------------------------------------------------------------------------------------------

SERVICENOW = Rules(
    fields={"state": "state", "incident_state": "state", "assigned_to": "owner", "assignment_group": "team",
            "caller_id": "customer", "category": "reason", "contact_type": "type", "due_date": "due"},
    completed=["resolved", "closed"], abandoned=["canceled", "cancelled"],
    pending=["on hold: awaiting caller", "awaiting user info", "awaiting caller"], open=["new", "in progress", "on hold"])

_OF_INCIDENT = ("caller_id", "category", "contact_type", "assigned_to", "assignment_group", "due_date")
_INCIDENT = {"1": "New", "2": "In Progress", "3": "On Hold", "4": "Awaiting User Info", "6": "Resolved", "7": "Closed",
             "8": "Canceled"}
_HOLD = {"1": "Awaiting Caller", "2": "Awaiting Evidence", "3": "Awaiting Problem", "4": "Awaiting Vendor",
         "5": "Awaiting Change"}


def servicenow(audit: Any, journal: Any = None, incidents: Any = None, users: Any = None, groups: Any = None, *,
               rules: Rules = SERVICENOW, tz: Zone = None) -> Touchpoints:
    """ServiceNow: the audit log of incidents, and their comments. Export the tables as CSV or JSON, or by
    GET /api/now/table/{name}; values of the database, not those on display.

    audit      sys_audit where tablename is incident: documentkey, fieldname, oldvalue, newvalue, sys_created_on, sys_id
    journal    sys_journal_field where name is incident: element_id, element (comments, work_notes), sys_created_by,
               sys_created_on, sys_id
    incidents  incident: sys_id, number, caller_id, opened_at, resolved_at, closed_at, active, contact_type, category, state,
               assigned_to, assignment_group: journeys are then called by number, and one whose end the audit log does not have,
               or that is resolved, closed or not active any more in a state of your own, ended when it was resolved or closed
    users      sys_user: sys_id, user_name, name. Without it the caller is known by caller_id being a user_name
    groups     sys_user_group: sys_id, name

    Who comments is the customer where it is the caller, an agent else; work notes are notes. An incident that was opened is
    the caller's first word, unless a comment of that moment is. On hold is pending where the reason says that we await the
    caller. Times without a zone are UTC in exports by API, and the exporting user's in CSV: say tz."""
    read = _reader(tz)
    people, teams = (names_of(source, "result", "records", id="sys_id") for source in (users, groups))
    logins = {str(row.get("sys_id")): str(row.get("user_name")) for row in rows_of(users, "result", "records")}
    numbers: dict[str, str] = {}
    callers: dict[str, str] = {}
    facts: list[Fact] = []
    opened: dict[str, int] = {}
    rows = Table("incidents", incidents, "result", "records")
    for row in rows:
        incident = str(rows.need(row, "sys_id", "number"))
        numbers[incident] = str(row.get("number") or incident)
        caller = _reference(row.get("caller_id"))
        callers[incident] = logins.get(str(caller), str(caller))
        opened[incident] = rows.when(read, row, "opened_at", "sys_created_on")
        state = _INCIDENT.get(str(row.get("state")), row.get("state"))
        is_closed = None if is_nothing(row.get("active")) or rows.true(row, row.get("active"), "active") else True
        is_abandoned = rules.closing(str(state)) == "abandoned"
        ended = _when(rows, row, read, *(("closed_at", "resolved_at") if is_abandoned else ("resolved_at", "closed_at")))
        facts += [Change(incident, opened[incident], CREATED), Now(incident, "state", state, ended, is_closed)]
        facts += [Now(incident, name, _reference(row.get(name))) for name in _OF_INCIDENT]
    facts += _incident_changes(Table("audit", audit, "result", "records"), read)
    begun = set()
    rows = Table("journal", journal, "result", "records")
    for row in rows:
        incident, at = str(rows.need(row, "element_id")), rows.when(read, row, "sys_created_on")
        author = str(row.get("sys_created_by"))
        who = "system" if author == "system" else "customer" if author == callers.get(incident) else "agent"
        begun |= {incident} if who == "customer" and at == opened.get(incident) else set()
        facts.append(Word(incident, at, who, row.get("element") == "comments", None, text(row.get("sys_id"))))
    if users is None and not any(isinstance(fact, Word) and fact.who == "customer" for fact in facts) and rows.rows:
        warnings.warn(f"no caller wrote any of the {len(rows.rows)} comments; users says which caller_id is which "
                      "sys_created_by", IncompleteWarning, stacklevel=2)
    facts += [Word(incident, at, "customer", id="created") for incident, at in opened.items() if incident not in begun]
    facts = [_named(fact, assigned_to=people, assignment_group=teams) for fact in facts]
    facts = [fact._replace(journey=numbers.get(str(fact.journey), fact.journey)) for fact in facts]
    return touchpoints(facts, rules, _zone(tz), history="sys_audit with the rows of state, or incident with resolved_at and "
                                                        "closed_at")


def _reference(value: Any) -> Any:
    """What the API gives for a reference: the value, or a link beside it."""
    return value.get("value") if isinstance(value, Mapping) else value


def _incident_changes(rows: Table, read: Callable[[Any], int]) -> list[Fact]:
    """The changes of an audit log. A state on hold has its reason in another field, which changes in the same moment."""
    facts: list[Fact] = []
    holds: dict[tuple[str, int], list[tuple[str, str, str]]] = {}
    for row in rows:
        if row.get("tablename") not in (None, "", "incident"):
            continue
        incident, at = str(rows.need(row, "documentkey")), rows.when(read, row, "sys_created_on")
        name, old, new = str(rows.need(row, "fieldname")), row.get("oldvalue"), row.get("newvalue")
        if name in ("state", "hold_reason"):
            holds.setdefault((incident, at), []).append((name, str(old or ""), str(new or "")))
        elif name != "incident_state":  # says what state says
            facts.append(Change(incident, at, name, new, old, text(row.get("sys_id"))))
    reasons: dict[str, str] = {}
    states: dict[str, str] = {}
    for (incident, at), said in sorted(holds.items()):
        before = states.get(incident), reasons.get(incident, "")
        for name, old, new in said:
            if name == "state":
                before = before[0] or old, before[1]
                states[incident] = new
            else:
                before = before[0], before[1] or old
                reasons[incident] = new
        now = _on_hold(states.get(incident), reasons.get(incident, ""))
        facts.append(Change(incident, at, "state", now, _on_hold(*before)))
    return facts


def _on_hold(state: Optional[str], reason: str) -> Optional[str]:
    """A state by its name; on hold, with why."""
    name = _INCIDENT.get(state or "", state)
    return f"{name}: {_HOLD.get(reason, reason)}" if name == "On Hold" and reason else name


# ---- Znuny and OTRS ------------------------------------------------------------------------------------------------

ZNUNY = Rules(
    fields={"state": "state", "owner": "owner", "queue": "team", "type": "type", "customer": "customer"},
    completed=["closed successful", "closed with workaround"], abandoned=["closed unsuccessful", "merged", "removed"],
    pending=["pending reminder", "pending auto close+", "pending auto close-"], nobody=[*NOBODY, "root@localhost"])

#: What a type of Znuny's history says: who spoke, whether in public, and where.
_SPOKE = {"EmailCustomer": ("customer", True, "email"), "PhoneCallCustomer": ("customer", True, "phone"),
          "WebRequestCustomer": ("customer", True, "web"), "FollowUp": ("customer", True, "email"),
          "SendAnswer": ("agent", True, "email"), "EmailAgent": ("agent", True, "email"),
          "PhoneCallAgent": ("agent", True, "phone"), "AddNote": ("agent", False, None),
          "SendAutoReply": ("system", True, "email"), "SendAutoFollowUp": ("system", True, "email")}


def znuny(history: Any, *, rules: Rules = ZNUNY, tz: Zone = None) -> Touchpoints:
    """Znuny and OTRS: the history of tickets, of which each row says what the ticket held from then on. Write it with

        select h.id, h.ticket_id, h.create_time, t.name as history_type, s.name as state, u.login as owner, q.name as queue
          from ticket_history h
          join ticket_history_type t on t.id = h.history_type_id join ticket_state s on s.id = h.state_id
          join users u on u.id = h.owner_id join queue q on q.id = h.queue_id

    in the SQL box of the administration, as CSV. The columns type and customer are read where you add them.

    A queue is a team. Mails, calls and web requests of customers are inbound, answers and mails of agents updates, notes
    neither, and an automatic reply answers nobody. Tickets of root@localhost are nobody's."""
    read = _reader(tz)
    rows = Table("history", history, columns="id ticket_id create_time history_type state owner queue type customer")
    facts: list[Fact] = []
    for row in rows:
        ticket, at, id = rows.need(row, "ticket_id"), rows.when(read, row, "create_time"), text(row.get("id"))
        kind = str(rows.need(row, "history_type"))
        if kind in _SPOKE:
            who, public, channel = _SPOKE[kind]
            facts.append(Word(ticket, at, who, public, channel, id))
        if kind == "NewTicket":
            facts.append(Change(ticket, at, CREATED, id=id))
        facts += [Change(ticket, at, name, row.get(name), id=id) for name in ("state", "owner", "queue", "type", "customer")
                  if text(row.get(name)) is not None]
    return touchpoints(facts, rules, _zone(tz))


# ---- HubSpot -------------------------------------------------------------------------------------------------------

HUBSPOT = Rules(
    fields={"hs_pipeline_stage": "state", "hubspot_owner_id": "owner", "hubspot_team_id": "team",
            "hs_ticket_category": "reason", "contact": "customer"},
    completed=["closed", "4"], pending=["waiting on contact", "2"])


def hubspot(tickets: Any, emails: Any = None, owners: Any = None, pipelines: Any = None, teams: Any = None, *,
            rules: Rules = HUBSPOT, tz: Zone = None) -> Touchpoints:
    """HubSpot: tickets with the history of their properties, and mails.

    tickets    GET /crm/v3/objects/tickets?propertiesWithHistory=hs_pipeline_stage,hubspot_owner_id,hubspot_team_id
               &properties=createdate,hs_ticket_category&associations=contacts, page by page
    emails     GET /crm/v3/objects/emails?properties=hs_timestamp,hs_email_direction&associations=tickets
    owners     GET /crm/v3/owners: names for ids
    pipelines  GET /crm/v3/pipelines/tickets: names for stages; those whose ticketState is CLOSED are final
    teams      GET /settings/v3/users/teams: names for ids

    Incoming mails are the customer's words, others an agent's, forwarded ones notes. Without pipelines the stages are those of
    the first pipeline of an account, 1 to 4."""
    read = _reader(tz)
    facts: list[Fact] = []
    stages, closed = _stages(pipelines)
    rules = rules.ending(closed)
    people = names_of(owners, "results", name=_owner)
    groups = names_of(teams, "results")
    rows = Table("tickets", tickets, "results")
    for row in rows:
        ticket = rows.need(row, "id")
        facts.append(Change(ticket, rows.when(read, row, "createdAt", "properties.createdate"), CREATED))
        for name, history in (row.get("propertiesWithHistory") or {}).items():
            facts += [Change(ticket, read(entry["timestamp"]), name, entry.get("value")) for entry in reversed(history)]
        facts.append(Now(ticket, "hs_ticket_category", get(row, "properties.hs_ticket_category")))
        contacts = get(row, "associations.contacts.results") or []
        facts.append(Now(ticket, "contact", contacts[0].get("id") if contacts else None))
    rows = Table("emails", emails, "results")
    for row in rows:
        way = get(row, "properties.hs_email_direction")
        for ticket in get(row, "associations.tickets.results") or ():
            facts.append(Word(ticket["id"], rows.when(read, row, "properties.hs_timestamp"),
                              "customer" if way == "INCOMING_EMAIL" else "agent", way != "FORWARDED_EMAIL", "email",
                              text(row.get("id"))))
    facts = [_named(fact, hubspot_owner_id=people, hubspot_team_id=groups, hs_pipeline_stage=stages) for fact in facts]
    return touchpoints(facts, rules, _zone(tz))


def _owner(row: Mapping[str, Any]) -> Any:
    """How an owner is called: by name, else by mail."""
    return " ".join(str(row[name]) for name in ("firstName", "lastName") if row.get(name)) or row.get("email")


def _stages(pipelines: Any) -> tuple[dict[str, str], list[str]]:
    """The names of stages, and those that are final."""
    stages = [stage for row in rows_of(pipelines, "results") for stage in row.get("stages") or ()]
    closed = [str(stage.get("label")) for stage in stages if get(stage, "metadata.ticketState") == "CLOSED"]
    return {str(stage.get("id")): str(stage.get("label")) for stage in stages}, closed


# ---- GitHub --------------------------------------------------------------------------------------------------------

GITHUB = Rules(
    fields={"state": "state", "assignee": "owner", "team": "team", "author": "customer", "type": "type"},
    completed=["closed"], abandoned=["closed as not_planned", "closed as duplicate"],
    pending=["waiting for response", "waiting for author", "needs info", "needs more info", "awaiting response"],
    thanks=True)


def github(issues: Any, *, team: str = "team: ", rules: Rules = GITHUB, tz: Zone = None) -> Touchpoints:
    """GitHub: issues with their timelines.

    issues  GET /repos/{owner}/{repo}/issues?state=all, where each issue has its timeline, from
            GET /repos/{owner}/{repo}/issues/{number}/timeline, under the key timeline. With the command line of GitHub:

                gh api --paginate "repos/OWNER/REPO/issues?state=all" -q '.[]' | while read -r issue; do
                  number=$(printf %s "$issue" | jq .number)
                  gh api --paginate "repos/OWNER/REPO/issues/$number/timeline" -q '.[]' | jq -cs --argjson issue "$issue" \
                    '$issue + {timeline: .}'
                done > issues.jsonl

    team    how labels begin that name a team

    Pull requests are left out. The issue is its author's first word. Members, owners and collaborators who comment are agents, bots answer nobody, all
    others are customers. A label that rules.pending names is a state as long as it is there; who closes as not planned
    abandons. An issue whose timeline does not say that it was closed ended at its closed_at. A comment on an issue that stays
    closed is a word of thanks and reopens nothing; thanks=False changes that."""
    read = _reader(tz)
    rows = Table("issues", issues, "items")
    facts: list[Fact] = []
    for row in rows:
        if row.get("pull_request"):
            continue
        number, made, author = rows.need(row, "number"), rows.when(read, row, "created_at"), get(row, "user.login")
        state = _github_state(row.get("state"), row.get("state_reason"))
        facts += [Change(number, made, CREATED), Change(number, made, "state", "open"),
                  Change(number, made, "author", author),
                  Word(number, made, "customer", True, None, "created"), Now(number, "type", get(row, "type.name")),
                  Now(number, "state", state, _when(rows, row, read, "closed_at"))]
        assigned = get(row, "assignee.login")
        timeline = row.get("timeline") or []
        if not any(event.get("event") == "assigned" for event in timeline):
            facts.append(Now(number, "assignee", assigned))
        facts += _timeline(number, author, timeline, team, rules, read)
    return touchpoints(facts, rules, _zone(tz), history="issues with their timelines, or with closed_at")


def _github_state(state: Any, why: Any) -> Any:
    """A state, with the reason where it was not done."""
    return f"closed as {why}" if state == "closed" and why in ("not_planned", "duplicate") else state


def _timeline(number: Any, author: Any, timeline: Iterable[Any], team: str, rules: Rules,
              read: Callable[[Any], int]) -> list[Fact]:
    """What a timeline says. The state is that of the issue, or the label that makes it pending."""
    facts: list[Fact] = []
    state, waiting = "open", ""
    assignees: list[Any] = []
    for event in sorted((one for one in timeline if one.get("created_at")), key=lambda one: read(one["created_at"])):
        kind, at, id = event.get("event"), read(event["created_at"]), text(event.get("id"))
        before, label = (state, waiting), str(get(event, "label.name") or "")
        if kind == "commented":
            who = event.get("user") or event.get("actor") or {}
            is_agent = event.get("author_association") in ("OWNER", "MEMBER", "COLLABORATOR") and who.get("login") != author
            facts.append(Word(number, at,
                              "system" if who.get("type") == "Bot" else "agent" if is_agent else "customer", id=id))
        elif kind in ("assigned", "unassigned"):
            who = get(event, "assignee.login")
            assignees = [*(one for one in assignees if one != who), *([who] if kind == "assigned" else [])]
            facts.append(Change(number, at, "assignee", assignees[-1] if assignees else None, id=id))
        elif kind == "closed":
            state = _github_state(kind, event.get("state_reason"))
        elif kind == "reopened":
            state = "open"
        elif kind in ("labeled", "unlabeled") and rules.waits(label):
            waiting = label if kind == "labeled" else ""
        elif kind == "labeled" and label.startswith(team):
            facts.append(Change(number, at, "team", label[len(team):], id=id))
        if (state, waiting) != before:
            facts.append(Change(number, at, "state", waiting if waiting and state == "open" else state, id=id))
    return facts


# ---- event logs ----------------------------------------------------------------------------------------------------

_ENDS = ("complete", "ate_abort", "pi_abort")
_LIFECYCLE = ("start", "schedule", "assign", "reassign", "suspend", "resume", "autoskip", "manualskip", "withdraw", *_ENDS)
_LOG = {"journey": ("case:concept:name", "case_id", "case"), "at": ("time:timestamp", "timestamp"),
        "activity": ("concept:name", "activity", "activity_id"), "owner": ("org:resource", "resource", "resource_id"),
        "team": ("org:group",), "lifecycle": ("lifecycle:transition", "lifecycle_id", "lifecycle", "status"),
        "instance": ("concept:instance", "activity_instance", "activity_instance_id"), "start": ("start_timestamp",)}


def pm4py(log: Any, *, at: str = "complete", names: Optional[Mapping[str, str]] = None, tz: Zone = None) -> Touchpoints:
    """Event logs as pm4py and bupaR have them, in which an activity has a start and an end: one touchpoint of both.

    log    an XES file (.xes, .xes.gz); or a frame or CSV with case:concept:name or case_id, concept:name or activity, time:timestamp or timestamp,
           org:resource or resource, and lifecycle:transition or lifecycle_id, or start_timestamp
    at     the moment of the touchpoint: "complete", as logs have it that know ends only, or "start"
    names  columns by other names, such as {"journey": "Case ID", "lifecycle": "phase"}

    A complete belongs to the start of its activity instance where there is such a column, else to the earliest start of its
    activity in its case that has no end yet. An activity that has only one of them is a touchpoint too. Rows of the other
    steps of the lifecycle, such as schedule or suspend, are left out; words that are no step of it are touchpoints of their
    own. Other columns with a name of Engine.record()'s parameters are kept; left_out has the others."""
    if at not in ("complete", "start"):
        raise ValueError(f"at: 'complete' or 'start' is expected, not {at!r}")
    read, rows = _reader(tz), Table("log", log)
    columns = {field: ((names[field],) if names and field in names else known) for field, known in _LOG.items()}
    kept = ("customer", "type", "segment", "reason", "channel", "stage", "outcome", "facets")
    made: list[dict[str, Any]] = []
    begun: dict[tuple[Any, ...], list[dict[str, Any]]] = {}

    def value(row: Mapping[str, Any], field: str) -> Optional[str]:
        return next((text(row[name]) for name in columns[field] if text(row.get(name)) is not None), None)

    events = [(rows.when(read, row, *columns["at"]), (value(row, "lifecycle") or "complete").lower(), row) for row in rows]
    for when, step, row in sorted(events, key=lambda event: event[0]):  # stable: of one moment, as the log has them
        if step in _LIFECYCLE and step != "start" and step not in _ENDS:
            continue
        begin = next((name for name in columns["start"] if text(row.get(name))), None)
        touchpoint = {"journey": text(rows.need(row, *columns["journey"])), "at": when,
                      **{field: value(row, field) for field in ("activity", "owner", "team")},
                      **{name: text(row.get(name)) for name in kept}}
        instance = (touchpoint["journey"], touchpoint["activity"], value(row, "instance"))
        if step in _ENDS and begun.get(instance):
            first = begun[instance].pop(0)
            first.update({name: said for name, said in touchpoint.items() if said is not None and
                          (name != "at" or at == "complete")})
            continue
        if begin is not None and at == "start":
            touchpoint["at"] = rows.when(read, row, begin)
        made.append(touchpoint)
        if step == "start":
            begun.setdefault(instance, []).append(touchpoint)
    for place, touchpoint in enumerate(made, 1):
        touchpoint["sequence"] = place
    whole, read_of = table(made), {name for known in columns.values() for name in known}.union(kept)
    for row in rows:
        for name in row:
            if name not in read_of and any(text(value) is not None for value in each(row, name)):
                whole.left_out[name] = whole.left_out.get(name, 0) + 1
    return whole


# ---- all of them ---------------------------------------------------------------------------------------------------

#: The recipe of each system, and the files that it reads: part of a file's name, and the parameter that it is.
RECIPES: dict[str, tuple[Callable[..., Touchpoints], tuple[tuple[str, str], ...]]] = {
    "zendesk": (zendesk, (("history", "history"), ("comment", "comments"), ("rating", "ratings"), ("user", "users"),
                          ("group", "groups"), ("audit", "audits"))),
    "jira": (jira, (("", "issues"),)),
    "zammad": (zammad, (("history", "history"), ("article", "articles"), ("ticket", "tickets"))),
    "salesforce": (salesforce, (("history", "history"), ("comment", "comments"), ("email", "emails"), ("case", "cases"))),
    "servicenow": (servicenow, (("audit", "audit"), ("journal", "journal"), ("group", "groups"), ("user", "users"),
                                ("incident", "incidents"))),
    "znuny": (znuny, (("", "history"),)),
    "otrs": (znuny, (("", "history"),)),
    "hubspot": (hubspot, (("ticket", "tickets"), ("email", "emails"), ("owner", "owners"), ("pipeline", "pipelines"),
                          ("team", "teams"))),
    "github": (github, (("", "issues"),)),
    "pm4py": (pm4py, (("", "log"),)),
    "bupar": (pm4py, (("", "log"),)),
    "xes": (pm4py, (("", "log"),)),
}


def from_files(name: str, files: Iterable[Any], **options: Any) -> Touchpoints:
    """The recipe of a system over files, each recognized by its name: from_files("zendesk", ["ticket_field_history.csv",
    "ticket_comment.csv"]). options are those of the recipe."""
    if name not in RECIPES:
        raise ValueError(f"there is no recipe {name!r}; there are {', '.join(RECIPES)}")
    recipe, tables = RECIPES[name]
    given: dict[str, list[Any]] = {}
    for file in files:
        stem = os.path.basename(os.fspath(file)).lower()
        parameter = next((parameter for part, parameter in tables if part in stem), None)
        if parameter is None:
            raise ValueError(f"{os.fspath(file)}: the name of a file for {name} has one of "
                             f"{', '.join(part for part, _ in tables)} in it")
        given.setdefault(parameter, []).append(file)
    needed = next((of for of in inspect.signature(recipe).parameters.values() if of.default is of.empty), None)
    twice = next((parameter for parameter in given if parameter in options), None)
    if twice is not None:
        raise ValueError(f"{twice} is given, and by its name {os.fspath(given[twice][0])} is that, too; give each file of "
                         f"{name} by what it is")
    if needed is not None and needed.name not in given and needed.name not in options:
        part = next(part for part, parameter in tables if parameter == needed.name)
        raise ValueError(f"{name} needs a file with {part!r} in its name")
    return recipe(**{parameter: paths if len(paths) > 1 else paths[0] for parameter, paths in given.items()}, **options)
