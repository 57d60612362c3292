"""Stories of tickets in the shape of each system's export: what data/ holds, and stories that nobody wrote.

    python tests/stories.py          writes data/ again

A story is a customer and what happens, in order: a day of March 2024 and a time in UTC; new (the customer writes), say and note
(who), owner, team, state (new, open, pending, hold, solved, closed). A ticket begins with the first line and without an owner.
Everything is made up.
"""

import csv
import io
import json
import pathlib
import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

DATA = pathlib.Path(__file__).resolve().parent / "data"


class Event(NamedTuple):
    at: datetime
    kind: str
    what: str


class Story(NamedTuple):
    customer: str
    events: "list[Event]"


def _events(*lines: str) -> "list[Event]":
    found = []
    for line in lines:
        day, hour, kind, what = line.split(" ", 3)
        found.append(Event(datetime.strptime(f"2024-03-{day} {hour}", "%Y-%m-%d %H:%M"), kind, what))
    return found


#: The four tickets of test_recipes.
STORIES = [
    Story("customer1", _events(
        "4 09:00 new -", "4 09:20 owner agent1", "4 09:20 state open", "4 10:00 say agent1", "4 10:00 state pending",
        "4 12:00 note agent1", "5 08:00 say customer1", "5 08:00 state open", "5 09:00 owner agent2",
        "5 09:00 team second line",
        "5 15:00 say agent2", "5 15:00 state solved", "6 09:00 say customer1", "6 09:00 state open", "6 10:00 owner agent1",
        "6 10:00 team first line", "6 12:00 say agent1", "6 12:00 state solved", "10 12:00 state closed")),
    Story("customer2", _events(
        "4 10:00 new -", "4 10:10 owner agent2", "4 10:10 state open", "4 11:00 state hold", "4 15:00 state open",
        "4 16:00 say agent2", "4 16:00 state solved")),
    Story("customer3", _events(
        "5 09:00 new -", "5 09:30 owner agent1", "5 09:30 state open", "5 10:00 say agent1", "5 10:00 state pending",
        "5 12:00 say agent1", "5 13:00 note agent1", "5 14:00 state open", "5 17:00 say agent1", "5 17:00 state solved")),
    Story("customer1", _events("6 09:00 new -", "6 09:30 team second line")),
]


def any_stories(dice: random.Random) -> "list[Story]":
    """Stories that nobody wrote. A customer who writes to a solved ticket opens it, as systems do."""
    stories = []
    for _ in range(dice.randrange(1, 8)):
        customer, at = f"customer{dice.randrange(1, 4)}", datetime(2024, 3, dice.randrange(1, 9), 8)
        held = {"owner": "-", "team": "first line", "state": "new"}
        events = [Event(at, "new", "-")]
        for _ in range(dice.randrange(12)):
            at += timedelta(minutes=dice.choice([1, 10, 60, 600, 3000]))
            kinds = dice.sample(["owner", "team", "state", "say", "note", "word"], dice.choice([1, 1, 1, 2, 3]))
            if "word" in kinds and held["state"] == "solved" and "state" not in kinds:
                kinds.append("state")
            for kind in sorted(kinds, key=["note", "say", "word", "owner", "team", "state"].index):
                if kind in ("say", "note", "word"):
                    events.append(Event(at, "say" if kind == "word" else kind, customer if kind == "word" else
                                        dice.choice(["agent1", "agent2"])))
                    continue
                of = {"owner": ["agent1", "agent2"], "team": ["first line", "second line"],
                      "state": ["open", "pending", "hold", "solved"]}[kind]
                if "word" in kinds and held["state"] == "solved":
                    of = ["open"] if kind == "state" else of
                new = dice.choice(of)
                if new != held[kind]:
                    events.append(Event(at, kind, new))
                    held[kind] = new
        stories.append(Story(customer, events))
    return stories


def plain(stories: "Iterable[Story]") -> "list[dict[str, Any]]":
    """The touchpoints of stories, one for each event, by the letter: no engine of changes behind it."""
    rows: list[dict[str, Any]] = []
    for number, (customer, events) in enumerate(stories, 1):
        held = {"team": "first line", "state": "new", "owner": None}
        came = True
        for at in sorted({event.at for event in events}):
            now = [event for event in events if event.at == at]
            for is_word in (True, False):
                for event in (one for one in now if (one.kind in ("new", "say", "note")) == is_word):
                    row: dict[str, Any] = {"journey": number, "at": int(at.replace(tzinfo=timezone.utc).timestamp() * 1000)}
                    facets: list[str] = []
                    if event.kind == "new" or event.kind == "say" and event.what == customer:
                        facets, came = ["inbound"], True
                    elif event.kind in ("say", "note"):
                        if event.kind == "say":
                            facets = ["update"] + ["pending"] * (held["state"] == "pending")
                            came = came and held["state"] != "pending"
                        row["team"] = held["team"]
                        row["owner"] = held["owner"] or next((one.what for one in now if one.kind == "owner"), None)
                    elif event.kind in ("owner", "team"):
                        row[event.kind] = held[event.kind] = event.what
                    else:
                        old, new = held["state"], event.what
                        if new == "pending":
                            facets, came = ["pending"], False
                        elif old == "pending" and new != "solved" and not came:
                            facets = ["resumes"]
                        if old in ("solved", "closed") and new not in ("solved", "closed"):
                            facets.append("reopens")
                        if new in ("solved", "closed") and old not in ("solved", "closed"):
                            row["outcome"] = "completed"
                        held["state"] = new
                    rows.append({**row, "facets": "|".join(facets) or None})
                    if event.kind == "new":
                        rows.append({"journey": number, "at": row["at"], "team": "first line"})
    for place, row in enumerate(rows, 1):
        row["sequence"] = place
    return rows


class Files(dict[str, str]):
    """Files by their names."""

    def table(self, name: str, head: "list[str]", rows: "Iterable[list[Any]]", **how: Any) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n", **how).writerows([head, *rows])
        self[name] = text.getvalue()

    def json(self, name: str, value: Any) -> None:
        self[name] = json.dumps(value, indent=1) + "\n"


USERS = {"customer1": 77, "customer2": 78, "customer3": 79, "agent1": 81, "agent2": 82}
TEAMS = {"first line": 31, "second line": 32}


def is_customer(name: str) -> bool:
    return name.startswith("customer")


def zendesk(stories: "list[Story]") -> Files:
    files, history, comments, audits = Files(), [], [], []
    comment, audit = 1441, 90001
    for ticket, (customer, events) in enumerate(stories, 5120):
        held: dict[str, Any] = {"owner": None, "team": "first line", "state": "new"}
        updates: dict[Any, list[dict[str, Any]]] = {}
        for at, kind, what in events:
            stamp = at.strftime("%Y-%m-%d %H:%M:%S")
            who = customer if kind == "new" else what if kind in ("say", "note") else held["owner"] or "agent1"
            made = updates.setdefault((at, who), [])
            if kind in ("new", "say", "note"):
                if kind == "new":
                    for name, value in (("status", "new"), ("group_id", 31), ("requester_id", USERS[customer])):
                        history.append([name, ticket, stamp, USERS[who], value])
                        made.append({"type": "Create", "field_name": name, "value": str(value)})
                comments.append([comment, ticket, USERS[who], "FALSE" if kind == "note" else "TRUE", stamp,
                                 "It did not come,\nwhat now?"])
                made.append({"type": "Comment", "id": comment, "author_id": USERS[who], "public": kind != "note",
                             "body": "…"})
                comment += 1
            else:
                name, ids = {"owner": ("assignee_id", USERS), "team": ("group_id", TEAMS), "state": ("status", {})}[kind]
                new, old = ids.get(what, what), ids.get(held[kind], held[kind])
                history.append([name, ticket, stamp, "" if what == "closed" else USERS[who], new])
                made.append({"type": "Change", "field_name": name, "value": str(new), "previous_value": old and str(old)})
                held[kind] = what
        for (at, who), made in updates.items():
            for place, event in enumerate(made):
                event.setdefault("id", audit * 10 + place)
            audits.append({"id": audit, "ticket_id": ticket, "created_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                           "author_id": USERS[who], "via": {"channel": "email"}, "events": made})
            audit += 1
    files.table("ticket_field_history.csv", ["field_name", "ticket_id", "updated", "user_id", "value"], history)
    files.table("ticket_comment.csv", ["id", "ticket_id", "user_id", "public", "created", "body"], comments)
    files.table("user.csv", ["id", "name", "role"], [[id, name, "end-user" if is_customer(name) else "agent"]
                                                     for name, id in USERS.items()])
    files.table("group.csv", ["id", "name"], [[id, name] for name, id in TEAMS.items()])
    files.table("satisfaction_rating.csv", ["id", "ticket_id", "requester_id", "score", "created_at"], [
        [906, 5120, 77, "offered", "2024-03-06 12:30:00"], [906, 5120, 77, "good", "2024-03-06 13:00:00"],
        [907, 5121, 78, "offered", "2024-03-04 16:30:00"], [907, 5121, 78, "bad", "2024-03-04 18:00:00"],
        [908, 5122, 79, "unoffered", "2024-03-05 09:00:00"]] if stories is STORIES else [])
    half = len(audits) // 2
    files.json("audits.json", [{"audits": audits[:half], "next_page": None, "count": len(audits)},
                               {"audits": audits[half:]}])
    return files


def jira(stories: "list[Story]") -> Files:
    """Times are an hour ahead; the newest change stands first."""
    files, issues, history, comment = Files(), [], 7001, 901
    names = {"new": "Open", "open": "Open", "pending": "Waiting for customer", "hold": "On hold", "solved": "Done",
             "closed": "Done"}

    def stamp(at: datetime) -> str:
        return (at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.000+0100")

    def person(name: str) -> "dict[str, str]":
        return {"accountId": "id-" + name, "displayName": name,
                "accountType": "customer" if is_customer(name) else "atlassian"}

    for number, (customer, events) in enumerate(stories, 7):
        held: dict[str, Any] = {"state": "Open", "owner": None, "team": "first line"}
        comments: list[Any] = []
        moments: dict[datetime, list[Any]] = {}
        for at, kind, what in events:
            if kind in ("say", "note"):
                comments.append({"id": str(comment), "author": person(what), "created": stamp(at), "updated": stamp(at),
                                 "jsdPublic": kind == "say", "body": "…"})
                comment += 1
            elif kind != "new":
                new, old = names[what] if kind == "state" else what, held[kind]
                if new == old:
                    continue
                items = moments.setdefault(at, [])
                items.append({"field": {"state": "status", "owner": "assignee", "team": "Team"}[kind], "fieldtype": "jira",
                              "from": old, "fromString": old, "to": new, "toString": new})
                if kind == "state" and "Done" in (old, new):
                    items.append({"field": "resolution", "fieldtype": "jira", "from": None, "to": None, "fromString":
                                  "Done" if old == "Done" else None, "toString": "Done" if new == "Done" else None})
                held[kind] = new
        histories = []
        for at, items in moments.items():
            histories.append({"id": str(history), "author": person("agent1"), "created": stamp(at), "items": items})
            history += 1
        issues.append({"id": str(10000 + number), "key": f"DESK-{number}", "fields": {
            "created": stamp(events[0].at), "reporter": person(customer), "summary": "Parcel",
            "issuetype": {"name": "Support"},
            "status": {"name": held["state"]}, "assignee": person(held["owner"]) if held["owner"] else None,
            "Team": {"name": held["team"]}, "duedate": None, "comment": {"comments": comments, "total": len(comments)}},
            "changelog": {"startAt": 0, "total": len(histories), "histories": histories[::-1]}})
    files.json("search.json", [{"startAt": at, "maxResults": 2, "total": len(issues), "issues": issues[at:at + 2]}
                               for at in range(0, len(issues), 2)])
    return files


def servicenow(stories: "list[Story]") -> Files:
    files, audit, journal, incidents = Files(), [], [], []  # type: Files, list[Any], list[Any], list[Any]
    states = {"new": "1", "open": "2", "pending": "3", "hold": "3", "solved": "6", "closed": "7"}

    def key(first: str, number: int) -> str:
        return f"{first}{number:031x}"

    users, groups = {name: key("a", id) for name, id in USERS.items()}, {name: key("b", id) for name, id in TEAMS.items()}
    for number, (customer, events) in enumerate(stories, 1):
        document, reason = key("c", number), ""
        held = {"owner": "", "team": groups["first line"], "state": "1"}
        for at, kind, what in events:
            stamp = at.strftime("%Y-%m-%d %H:%M:%S")
            if kind in ("say", "note"):
                journal.append([key("e", len(journal) + 1), "incident", document,
                                "comments" if kind == "say" else "work_notes", "…",
                                what, stamp])
            elif kind != "new":
                new = {"owner": users, "team": groups, "state": states}[kind][what]
                changed = [(name, held[kind], new) for name in {"owner": ["assigned_to"], "team": ["assignment_group"],
                                                                "state": ["state", "incident_state"]}[kind]]
                why = {"pending": "1", "hold": "4"}.get(what, "") if kind == "state" else reason
                if why != reason:
                    changed.insert(0, ("hold_reason", reason, why))
                    reason = why
                audit += [[key("d", len(audit) + place), "incident", name, document, "agent1", old, now, stamp]
                          for place, (name, old, now) in enumerate(changed, 1)]
                held[kind] = new
        incidents.append([document, f"INC0010{number:03}", users[customer],
                          events[0].at.strftime("%Y-%m-%d %H:%M:%S"), "email",
                          "parcel", held["state"], held["owner"], held["team"]])
    files.table("sys_audit.csv", ["sys_id", "tablename", "fieldname", "documentkey", "user", "oldvalue", "newvalue",
                                  "sys_created_on"], audit)
    files.table("sys_journal_field.csv", ["sys_id", "name", "element_id", "element", "value", "sys_created_by",
                                          "sys_created_on"], journal)
    files.table("incident.csv", ["sys_id", "number", "caller_id", "opened_at", "contact_type", "category", "state",
                                 "assigned_to",
                                 "assignment_group"], incidents)
    files.table("sys_user.csv", ["sys_id", "user_name", "name"], [[id, name, name] for name, id in users.items()])
    files.table("sys_user_group.csv", ["sys_id", "name"], [[id, name] for name, id in groups.items()])
    return files


def zammad(stories: "list[Story]") -> Files:
    files, pages, articles, tickets = Files(), [], [], []  # type: Files, list[Any], list[Any], list[Any]
    names = {"pending": "pending reminder", "solved": "closed", "hold": "on hold"}
    id = 6401
    for ticket, (customer, events) in enumerate(stories, 57):
        held = {"owner": "-", "team": "first line", "state": "new"}
        rows: list[Any] = []
        for at, kind, what in events:
            made: list[dict[str, Any]] = []
            stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
            if kind == "new":
                made.append({"type": "created", "object": "Ticket", "o_id": ticket})
            if kind in ("new", "say", "note"):
                who = customer if kind == "new" else what
                articles.append({"id": 811 + len(articles), "ticket_id": ticket,
                                 "sender": "Customer" if is_customer(who) else "Agent",
                                 "type": "note" if kind == "note" else "email", "internal": kind == "note",
                                 "created_at": stamp})
                made.append({"type": "created", "object": "Ticket::Article", "o_id": articles[-1]["id"]})
            elif what != "closed":
                new = names.get(what, what) if kind == "state" else what
                made.append({"type": "updated", "object": "Ticket", "o_id": ticket,
                             "attribute": "group" if kind == "team" else kind,
                             "value_from": held[kind], "value_to": new})
                held[kind] = new
            for row in made:
                rows.append({"id": id, **row, "created_by_id": 4, "created_at": stamp})
                id += 1
        pages.append({"history": rows, "assets": {}})
        tickets.append({"id": ticket, "group": held["team"], "state": held["state"], "owner": held["owner"],
                        "customer": customer + "@example.com"})
    files.json("ticket_history.json", pages)
    files.json("articles.json", articles)
    files.json("tickets.json", tickets)
    return files


def znuny(stories: "list[Story]") -> Files:
    """Each row says what the ticket held from then on."""
    files, rows = Files(), []  # type: Files, list[Any]
    names = {"pending": "pending reminder", "solved": "closed successful", "hold": "waiting for carrier"}
    for ticket, (_, events) in enumerate(stories, 901):
        held = {"owner": "root@localhost", "team": "first line", "state": "new"}
        for at, kind, what in events:
            kinds = {"new": ["NewTicket", "EmailCustomer"], "note": ["AddNote"], "say": ["SendAnswer"],
                     "owner": ["OwnerUpdate"],
                     "team": ["Move"], "state": ["StateUpdate"]}[kind]
            if what == "closed":
                continue
            if kind == "say" and is_customer(what):
                kinds = ["FollowUp", "SendAgentNotification"]
            if kind in held:
                held[kind] = names.get(what, what) if kind == "state" else what
            rows += [[30101 + len(rows) + place, ticket, at.strftime("%Y-%m-%d %H:%M:%S"), name, held["state"],
                      held["owner"],
                      held["team"]] for place, name in enumerate(kinds)]
    files.table("ticket_history.csv", ["id", "ticket_id", "create_time", "history_type", "state", "owner", "queue"], rows,
                delimiter=";", quoting=csv.QUOTE_ALL)
    return files


def salesforce(stories: "list[Story]") -> Files:
    """Notes are not in these tables; a change of owner stands in two rows."""
    files, history, cases, mails = Files(), [], [], []  # type: Files, list[Any], list[Any], list[Any]
    names = {"new": "New", "open": "Working", "pending": "Waiting on Customer", "hold": "On Hold", "solved": "Closed"}
    owners = {"First Line Queue": "00G5g00000000Q1", "agent1": "0055g0000000AG1", "agent2": "0055g0000000AG2"}
    for number, (customer, events) in enumerate(stories):
        case = f"5005g00007AA{number:03}"
        held = {"owner": "First Line Queue", "team": "first line", "state": "New"}
        for at, kind, what in events:
            stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
            if kind in ("new", "say"):
                mails.append([f"02s5g000000{len(mails) + 1:04}", case,
                              "true" if kind == "new" or is_customer(what) else "false", stamp])
            if kind == "new":
                changed = [("Text", "created", "", "")]
            elif kind in ("say", "note") or what == "closed":
                continue
            elif kind == "owner":
                changed = [("Text", "Owner", held[kind], what), ("EntityId", "Owner", owners[held[kind]], owners[what])]
            else:
                changed = [("DynamicEnum", "Team__c" if kind == "team" else "Status", held[kind], names.get(what, what))]
            if kind in held:
                held[kind] = names.get(what, what)
            history += [[f"0175g0000000{0x171 + len(history) + place:03X}", "false", case, "0055g0000000SYS", stamp, *row]
                        for place, row in enumerate(changed)]
        cases.append([case, f"{1026 + number:08}", events[0].at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                      f"0035g0000000C{customer[-1]:0>2}",
                      "Problem", "Delivery", "Email", held["state"], owners[held["owner"]], held["team"]])
    for name, head, rows in (
            ("CaseHistory", "Id IsDeleted CaseId CreatedById CreatedDate DataType Field OldValue NewValue", history),
            ("Case", "Id CaseNumber CreatedDate ContactId Type Reason Origin Status OwnerId Team__c", cases),
            ("EmailMessage", "Id ParentId Incoming MessageDate", mails)):
        files.table(name + ".csv", head.split(), rows, quoting=csv.QUOTE_ALL)
    return files


def hubspot(stories: "list[Story]") -> Files:
    """Histories begin with the newest."""
    files, tickets, mails = Files(), [], []  # type: Files, list[Any], list[Any]
    stages = {"new": "1", "open": "3", "pending": "2", "hold": "5", "solved": "4"}
    for number, (customer, events) in enumerate(stories, 88001):
        kept: dict[str, list[Any]] = {"hs_pipeline_stage": [], "hubspot_owner_id": [], "hubspot_team_id": []}
        for at, kind, what in events:
            stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
            said = {"owner": [("hubspot_owner_id", USERS)], "team": [("hubspot_team_id", TEAMS)],
                    "state": [("hs_pipeline_stage", stages)]}
            for name, ids in said.get(kind, []) if what != "closed" else []:
                kept[name].insert(0, {"value": str(ids[what]), "timestamp": stamp, "sourceType": "CRM_UI"})
            if kind == "new":
                kept["hs_pipeline_stage"] = [{"value": "1", "timestamp": stamp, "sourceType": "EMAIL"}]
                kept["hubspot_team_id"] = [{"value": "31", "timestamp": stamp, "sourceType": "EMAIL"}]
            if kind in ("new", "say", "note"):
                way = "FORWARDED_EMAIL" if kind == "note" else "INCOMING_EMAIL" if kind == "new" or is_customer(what) else "EMAIL"
                mails.append({"id": str(70001 + len(mails)),
                              "properties": {"hs_timestamp": stamp, "hs_email_direction": way},
                              "associations": {"tickets": {"results": [{"id": str(number), "type": "email_to_ticket"}]}}})
        made = events[0].at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        tickets.append({"id": str(number), "createdAt": made, "archived": False,
                        "properties": {"createdate": made, "hs_ticket_category": "PRODUCT_ISSUE"},
                        "propertiesWithHistory": kept,
                        "associations": {"contacts": {"results": [{"id": str(USERS[customer]),
                                                                   "type": "ticket_to_contact"}]}}})
    files.json("tickets.json", {"results": tickets})
    files.json("emails.json", {"results": mails})
    files.json("owners.json", {"results": [{"id": str(USERS[name]), "email": name + "@example.com", "firstName": name,
                                            "lastName": ""}
                                           for name in ("agent1", "agent2")]})
    files.json("teams.json", {"results": [{"id": str(id), "name": name} for name, id in TEAMS.items()]})
    labels = (("1", "New"), ("2", "Waiting on contact"), ("3", "Waiting on us"), ("5", "With the carrier"), ("4", "Closed"))
    files.json("pipelines.json", {"results": [{"id": "0", "label": "Support", "stages": [
        {"id": id, "label": label, "metadata": {"ticketState": "CLOSED" if id == "4" else "OPEN"}} for id,
        label in labels]}]})
    return files


def github(stories: "list[Story]") -> Files:
    """Notes are nowhere, on hold is a label that says nothing, pending one that does."""
    issues, id = [], 1100
    for number, (customer, events) in enumerate(stories, 7):
        timeline: list[dict[str, Any]] = []
        owner, team, state = None, "first line", "new"
        for at, kind, what in events:
            said: list[dict[str, Any]] = []
            if kind == "new":
                said = [{"event": "labeled", "label": {"name": "team: first line"}}]
            elif kind == "say":
                said = [{"event": "commented", "user": {"login": what, "type": "User"}, "body": "…",
                         "author_association": "NONE" if is_customer(what) else "MEMBER"}]
            elif kind == "note":
                said = [{"event": "mentioned", "actor": {"login": what}}]
            elif kind == "owner":
                said = [{"event": "unassigned", "assignee": {"login": owner}}] if owner else []
                said.append({"event": "assigned", "assignee": {"login": what}})
                owner = what
            elif kind == "team":
                said = [{"event": "unlabeled", "label": {"name": "team: " + team}},
                        {"event": "labeled", "label": {"name": "team: " + what}}]
                team = what
            elif what != "closed":
                waiting = {"label": {"name": "waiting for response"}}
                said += [{"event": "unlabeled", **waiting}] if state == "pending" else []
                said += [{"event": "reopened"}] if state == "solved" else []
                said += [{"event": "labeled", **waiting}] if what == "pending" else []
                said += [{"event": "labeled", "label": {"name": "blocked"}}] if what == "hold" else []
                said += [{"event": "closed",
                          "state_reason": "completed" if number > 7 else None}] if what == "solved" else []
                state = what
            for event in said:
                timeline.append({"id": id, **event, "created_at": at.strftime("%Y-%m-%dT%H:%M:%SZ")})
                id += 1
        issues.append({"number": number, "created_at": events[0].at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                       "author_association": "NONE",
                       "user": {"login": customer, "type": "User"}, "state": "closed" if state == "solved" else "open",
                       "assignee": {"login": owner} if owner else None, "labels": [], "timeline": timeline})
    return Files({"issues.jsonl": "".join(json.dumps(issue) + "\n" for issue in issues)})


SYSTEMS: "dict[str, Callable[[list[Story]], Files]]" = {
    "zendesk": zendesk, "jira": jira, "servicenow": servicenow, "zammad": zammad, "znuny": znuny, "salesforce": salesforce,
    "hubspot": hubspot, "github": github}


def write(folder: pathlib.Path, files: "dict[str, str]") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())


if __name__ == "__main__":
    for system, export in SYSTEMS.items():
        write(DATA / system, export(STORIES))
