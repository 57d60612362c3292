"""Recipes: the same four tickets in the shape of each system's export give the same numbers, worked out by hand, in whatever
order the rows of an export stand; each rule of the engine of changes; stitching.

The story, all in UTC; teams: first line unless said:
1  customer1 writes on 4 March 09:00. 09:20 agent1 takes it. 10:00 agent1 answers, pending. 12:00 a note. 5 March 08:00 the
   customer answers, open. 09:00 agent2, second line. 15:00 answered and solved. 6 March 09:00 the customer writes, open. 10:00
   agent1, first line. 12:00 answered and solved. Zendesk: closed on 10 March, which is paperwork.
2  customer2 writes on 4 March 10:00. 10:10 agent2. 11:00 to 15:00 on hold for a carrier. 16:00 answered and solved.
3  customer3 writes on 5 March 09:00. 09:30 agent1. 10:00 answered, pending. 12:00 a reminder. 14:00 open again, without a word
   of the customer. 17:00 answered and solved.
4  customer1 writes on 6 March 09:00. 09:30 second line. Nothing more.

Durations 51, 6 and 8 h: mean 65/3 h. Pending 22 of the first and 4 of the third: 26/65. First answers after 1, 6 and 1 h: mean
8/3 h; answers 1, 7, 3; 6; 1 h: 18/5 h. Contacts 3, 1, 1, 1. Longest silences 7 (5 March 08:00 to 15:00), 6 and 3 h: 16/3 h."""

import contextlib
import csv
import datetime
import glob
import io
import itertools
import json
import os
import pathlib
import random
import tempfile
import unittest
import warnings
import zoneinfo
from typing import Any

import cxj
from cxj import recipes
from cxj._changes import table
from cxj._exports import rows_of, true
from cxj.recipes import Change, Now, Rating, Rules, Word

from . import stories

DATA = pathlib.Path(__file__).resolve().parent / "data"
HOUR = 3_600_000
STORY = {"journeys": 4, "completed": 3, "abandoned": 0, "open": 1, "handoffs": 2, "bounces": 1, "reopened": 1,
         "team_changes": 3,
         "duration_mean": 65 / 3 * HOUR, "pending_share": 26 / 65, "first_responses": 3,
         "first_response_mean": 8 / 3 * HOUR,
         "responses": 5, "response_mean": 18 / 5 * HOUR, "waiting": 1, "contacts_per_journey": 1.5,
         "silence_mean": 16 / 3 * HOUR}
TEAM = recipes.SALESFORCE.but(fields={"Team__c": "team", "queue": None})
#: System: the parts of names of files that are not read, the options of the recipe, and how many touchpoints it makes. 36 in
#: all; Zendesk closes once more, and has four rows of ratings; ServiceNow closes too; Salesforce and GitHub show no notes, and
#: on hold is no state of an issue.
SYSTEMS: "dict[str, tuple[str, tuple[str, ...], dict[str, Any], int]]" = {
    "Zendesk": ("zendesk", ("audits",), {}, 41), "Zendesk audits": ("zendesk", ("history", "comment"), {}, 41),
    "Jira": ("jira", (".csv",), {}, 36), "ServiceNow": ("servicenow", (), {}, 37), "Zammad": ("zammad", (), {}, 36),
    "Znuny": ("znuny", (), {}, 36), "Salesforce": ("salesforce", (), {"rules": TEAM}, 34),
    "HubSpot": ("hubspot", (), {}, 36),
    "GitHub": ("github", (), {}, 32)}


def files(system: str, folder: pathlib.Path = DATA) -> "list[str]":
    name, left_out, _, _ = SYSTEMS[system]
    return [file for file in sorted(glob.glob(str(folder / name / "*"))) if not any(part in file for part in left_out)]


def made(system: str, folder: pathlib.Path = DATA) -> recipes.Touchpoints:
    return recipes.from_files(SYSTEMS[system][0], files(system, folder), **SYSTEMS[system][2])


def engine(rows: recipes.Touchpoints, *views: str) -> cxj.Engine:
    filled = cxj.Engine(views or ["journeys"])
    filled.record_many(rows)
    return filled


def figures(rows: recipes.Touchpoints, *names: str) -> "dict[str, Any]":
    with engine(rows) as filled:
        filled.advance(max(row["at"] for row in rows))
        cells = list(filled["journeys"])
        return {name: cells[0].metrics[name].value for name in names}


def numbers(filled: cxj.Engine, names: "list[str]") -> "list[Any]":
    """What does not depend on how many touchpoints say the same: of all journeys, of teams, of changes of the owner."""
    journeys = [(name, round(value, 6) if value is not None else None) for cell in filled["journeys"]
                for name, value in ((name, cell.metrics[name].value) for name in names)]
    teams = [(cell.key["team"], cell.metrics["responses"].value, cell.metrics["response_mean"].value)
             for cell in filled["touchpoints by team"] if cell.metrics["responses"].value]
    owners = [(cell.key["from"], cell.key["to"], cell.metrics["transitions"].value, cell.metrics["bounces"].value)
              for cell in filled["transitions by owner"] if cell.key["from"] != cell.key["to"]]
    return [journeys, teams, owners]


def at(text: str) -> int:
    return recipes.moment(text)


def facets(rows: recipes.Touchpoints) -> "list[str]":
    return [row.get("facets") or "" for row in rows]


class SameStory(unittest.TestCase):
    """The same story gives the same numbers in every system."""

    def test_figures(self) -> None:
        for system in SYSTEMS:
            with self.subTest(system):
                got = figures(made(system), *STORY)
                for name, value in STORY.items():
                    self.assertAlmostEqual(got[name], value, msg=name, delta=1e-9 * max(1, value))

    def test_touchpoints(self) -> None:
        for system, (_, _, _, count) in SYSTEMS.items():
            with self.subTest(system):
                rows = made(system)
                self.assertEqual(len(rows), count)
                self.assertEqual(len({tuple(row) for row in rows}), 1)
                places = [(row["journey"], row["id"]) for row in rows]
                self.assertEqual(len(set(places)), count, "ids are unique within a journey")
                self.assertEqual(len({(row["journey"], row["at"], row["sequence"]) for row in rows}), count)

    def test_nothing_to_warn_of(self) -> None:
        for system in SYSTEMS:
            with self.subTest(system), warnings.catch_warnings():
                warnings.simplefilter("error")
                made(system)

    def test_activities(self) -> None:
        """What each touchpoint of the first ticket is called, and its stage."""
        rows = [row for row in made("Zammad") if row["journey"] == "57"]
        self.assertEqual([(row["activity"], row["stage"], row["channel"]) for row in rows], [
            ("message", None, "email"), ("created", "new", None), ("status", "open", None), ("reply", None, "email"),
            ("status", "pending reminder", None), ("note", None, "note"), ("message", None, "email"),
            ("status", "open", None),
            ("assignment", None, None), ("reply", None, "email"), ("status", "closed", None), ("message", None, "email"),
            ("status", "open", None), ("assignment", None, None), ("reply", None, "email"), ("status", "closed", None)])

    def test_who_held_it(self) -> None:
        """Answers by team: the first line's after 1, 3, 6 and 1 h, the second line's after 7. Owners held it in the same way."""
        for system in SYSTEMS:
            with self.subTest(system), engine(made(system), "touchpoints by team", "transitions by owner") as filled:
                by_team = filled["touchpoints by team"]
                for team, count, mean in (("first line", 4, 11 / 4 * HOUR), ("second line", 1, 7 * HOUR)):
                    cell = by_team.get(team=team)
                    self.assertEqual((cell["responses"].value, cell["response_mean"].value), (count, mean))
                self.assertEqual([(cell.key["from"], cell.key["to"], cell.metrics["bounces"].value)
                                  for cell in filled["transitions by owner"] if cell.key["from"] != cell.key["to"]],
                                 [("agent1", "agent2", 0), ("agent2", "agent1", 1)])

    def test_twice_counts_once(self) -> None:
        for system in SYSTEMS:
            with self.subTest(system), engine(made(system)) as once, engine(made(system)) as twice:
                again = made(system)
                receipt = twice.record_many(again)
                self.assertEqual((receipt.duplicates, receipt.conflicts), (len(again), 0))
                self.assertEqual(once.to_bytes(), twice.to_bytes())

    def test_ratings(self) -> None:
        """Zendesk's good and bad are about the whole ticket; offered asks; unoffered is nothing. Nothing of it reopens."""
        for system in ("Zendesk", "Zendesk audits"):
            self.assertEqual(figures(made(system), "journey_ratings", "journey_satisfaction", "asks", "reopened"),
                             {"journey_ratings": 2, "journey_satisfaction": 0.5, "asks": 2, "reopened": 1})

    def test_customers(self) -> None:
        """The first customer has the first and the last ticket."""
        for system in SYSTEMS:
            if system in ("Znuny",):  # its history says nothing about customers
                continue
            with self.subTest(system):
                stated = {row["journey"]: row["customer"] for row in made(system) if row["customer"]}
                first, second, third, fourth = stated.values()
                self.assertEqual(first, fourth)
                self.assertEqual(len({first, second, third}), 3)

    def test_any_order_of_rows(self) -> None:
        """What an export lists in another order gives the same cells, bit for bit."""
        seed = random.randrange(2**32)
        dice = random.Random(seed)
        for system in SYSTEMS:
            name, _, options, _ = SYSTEMS[system]
            with engine(made(system)) as filled:
                right = filled.to_bytes()
            for _ in range(3):
                given: dict[str, Any] = {}
                for file in files(system):
                    rows = rows_of(file, "issues", "audits", "history", "results")
                    dice.shuffle(rows)
                    part = next(parameter for part,
                                parameter in recipes.RECIPES[name][1] if part in os.path.basename(file).lower())
                    given[part] = rows
                with self.subTest(system, seed=seed), engine(recipes.RECIPES[name][0](**given, **options)) as other:
                    self.assertEqual(other.to_bytes(), right)

    def test_files_are_those_of_the_story(self) -> None:
        for system, export in stories.SYSTEMS.items():
            self.assertEqual({path.name: path.read_bytes().decode() for path in (DATA / system).iterdir()},
                             dict(export(stories.STORIES)), system)

    def test_stories_that_nobody_wrote(self) -> None:
        """Property: any story gives in each system the numbers of its events written down one by one."""
        rounds, seed = int(os.environ.get("CXJ_STORIES", "20")), random.randrange(2**32)
        dice = random.Random(seed)
        names = [name for name in STORY if name not in ("abandoned",)]
        views = ("journeys", "touchpoints by team", "transitions by owner")
        for _ in range(rounds):
            told = stories.any_stories(dice)
            plain = table(stories.plain(told))
            with engine(plain, *views) as filled:
                right = numbers(filled, names)
            with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
                warnings.simplefilter("ignore", cxj.IncompleteWarning)  # that none of these tickets ends
                for system, export in stories.SYSTEMS.items():
                    stories.write(pathlib.Path(folder, system), export(told))
                for system in SYSTEMS:
                    with self.subTest(system, seed=seed), engine(made(system, pathlib.Path(folder)), *views) as filled:
                        self.assertEqual(numbers(filled, names), right, told)

    def test_history_of_an_issue_in_any_order(self) -> None:
        """Jira lists the newest first or last, as the installation likes."""
        pages = json.loads((DATA / "jira" / "search.json").read_text("utf-8"))
        for page in pages:
            for issue in page["issues"]:
                issue["changelog"]["histories"].reverse()
                issue["fields"]["comment"]["comments"].reverse()
        self.assertEqual(recipes.jira(pages), made("Jira"))

    def test_containers(self) -> None:
        """A path, packed or not, rows, and pages are the same."""
        right = made("Zammad")
        articles = json.loads((DATA / "zammad" / "articles.json").read_text("utf-8"))
        history = json.loads((DATA / "zammad" / "ticket_history.json").read_text("utf-8"))
        tickets = str(DATA / "zammad" / "tickets.json")
        self.assertEqual(recipes.zammad(history, {"articles": articles}, tickets=tickets), right)
        with tempfile.TemporaryDirectory() as folder:
            import gzip
            packed = os.path.join(folder, "articles.jsonl.gz")
            with gzip.open(packed, "wt", encoding="utf-8") as file:
                file.writelines(json.dumps(article) + "\n" for article in articles)
            self.assertEqual(recipes.zammad([page["history"] for page in history][0] + [row for page in history[1:] for row in
                                            page["history"]], packed, tickets=tickets), right)

    def test_frames(self) -> None:
        for name in ("pandas", "polars"):
            try:
                library = __import__(name)
            except ImportError:
                continue
            with self.subTest(name):
                path = DATA / "zendesk"
                got = recipes.zendesk(*(library.read_csv(path / f"{table}.csv") for table in (
                    "ticket_field_history", "ticket_comment", "satisfaction_rating", "user", "group")))
                self.assertEqual(got, made("Zendesk"))

    def test_nullable_frames(self) -> None:
        """pandas' own values for nothing say nothing."""
        try:
            import pandas
        except ImportError:
            self.skipTest("pandas is not there")
        folder = DATA / "zendesk"
        frame = pandas.read_csv(folder / "ticket_field_history.csv").convert_dtypes()
        tables = ("ticket_comment", "satisfaction_rating", "user", "group")
        got = recipes.zendesk(frame, *(folder / f"{table}.csv" for table in tables))
        self.assertEqual(got, made("Zendesk"))
        rows = pandas.DataFrame({"journey": [1, 2, 3], "at": [HOUR] * 3, "customer": [7, None, 7]}).convert_dtypes()
        self.assertEqual(cxj.stitch(rows, by="customer")["journey"].to_list(), [1, 2, 1])

    def test_files_that_cannot_be_read(self) -> None:
        """The sentence names the file, and the place in it."""
        with tempfile.TemporaryDirectory() as folder:
            for name, data, words in (("history.csv", b"ticket_id,value\n1,2,3\n",
                                       "history.csv:2: it has 3 fields, and the header 2; mend that"),
                                      ("history.csv", b"ticket_id,value\n1\n", "history.csv:2: it has 1 fields"),
                                      ("history.csv", "ticket_id\nGru\u00df\n".encode("cp1252"),
                                       "history.csv: byte 13 is not UTF-8"),
                                      ("history.json", b"{", "history.json: Expecting")):
                path = pathlib.Path(folder, name)
                path.write_bytes(data)
                with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                    recipes.zendesk(path)
            path.write_bytes('[{"o_id": 1}]'.encode("utf-8"))
            self.assertEqual(recipes.zammad(path), [])
            semicolons = "ticket_id;field_name;value;updated\r\n1;status;new;2024-03-04 09:00\r\n"
            for encoding in ("utf-8", "utf-8-sig", "utf-16"):
                pathlib.Path(folder, "history.csv").write_bytes(semicolons.encode(encoding))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", cxj.IncompleteWarning)
                    self.assertEqual([row["stage"] for row in recipes.zendesk(os.path.join(folder, "history.csv"))],
                                     ["new"])

    def rows(self, data: Any, name: str = "log.csv") -> "list[Any]":
        """The rows of a file."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, name)
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
            return list(rows_of(path))

    def test_a_stray_quote_loses_nothing(self) -> None:
        """Rows behind a quote that is never closed were one field; what read_csv() refuses is refused, with file and line."""
        head = "id,body\n1,hello\n"
        for data, words in ((head + '2,"inches 5\n3,still?\n4,done\n', "log.csv:3: a field in quotes is never closed, .*; mend that"),
                            (head + '2,"quoted" he said\n3,"so"\n', "log.csv:3: text behind a closing quote; quotes inside"),
                            (head + '2,a 5" screen\n3,"so"\n', "log.csv:3: a quote inside a field that does not begin with one"),
                            (head + '\n2,"a\n\nb"\n3,c\0\n', "log.csv:7: what is no UTF-8, or a NUL"),
                            ('"id,body\n1,hello\n', "log.csv, line 1: the header cannot be read: a field in quotes is never")):
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                self.rows(data)

    def test_long_comments(self) -> None:
        """Beyond what the csv module takes, whose limit stays what the process has set."""
        for limit in (csv.field_size_limit(), 20):
            before = csv.field_size_limit(limit)
            try:
                for long in ("x" * 200_000, 'a "quoted"\r\nword ' * 20_000):
                    text = io.StringIO()
                    csv.writer(text).writerows([["id", "body"], ["1", long], ["2", "short"]])
                    self.assertEqual(self.rows(text.getvalue()), [{"id": "1", "body": long}, {"id": "2", "body": "short"}])
                self.assertEqual(csv.field_size_limit(), limit)
            finally:
                csv.field_size_limit(before)

    def test_delimiters(self) -> None:
        """What the header has most of outside of quotes, or what sep= says; blank lines before the header are skipped."""
        for head, delimiter in (('id;"last, first";at', ";"), ("id;last, first;at", ";"), ('"a;b;c",d', ","), ('"x\ny;;",d', ","),
                                ("id\tat", "\t"), ("id", ","), ("a,b;c", ",")):
            names = next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))
            for before in ("", "\n", "\r\n \r\n", f"sep={delimiter}\n", f'"sep={delimiter}"\r\n', f"SEP={delimiter}\r\n\n"):
                with self.subTest(head, before=before):
                    line = delimiter.join(map(str, range(len(names))))
                    self.assertEqual(self.rows(f"{before}{head}\n{line}\n"), [{name: str(i) for i, name in enumerate(names)}])
        self.assertEqual(self.rows("sep=|\na,;|b\n1,;|2\n"), [{"a,;": "1,;", "b": "2"}])
        with self.assertRaisesRegex(ValueError, "log.csv:4: it has 1 fields, and the header 2"):
            self.rows("\nsep=;\na;b\n1\n")
        self.assertEqual(self.rows("a,b\r1,2\r3,4\r"), [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}], "as old Macs write it")
        self.assertEqual((self.rows(""), self.rows("\n"), self.rows("a,b\n")), ([], [], []))

    def test_columns_of_one_name(self) -> None:
        """Where one value is needed, they say the same, or all but one say nothing. What nobody asks for may differ."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "history.csv")

            def znuny(columns: str, *rows: str) -> "list[Any]":
                path.write_text("\n".join([f"ticket_id,create_time,history_type,{columns}", *(
                    f"1,2026-03-04 09:0{n}:00,{'SendAnswer' if n else 'NewTicket'},{row}" for n, row in enumerate(rows)), ""]))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", cxj.IncompleteWarning)
                    return [(row["journey"], row["owner"]) for row in recipes.znuny(path)]

            self.assertEqual(znuny("OWNER,name,name,OWNER,TICKET_ID", "agent1,a,b,agent1,1", "agent2,a,b,,1"),
                             [("1", "agent1"), ("1", "agent1"), ("1", "agent2")])
            self.assertEqual(znuny("OWNER,ticket_id", "agent1,"), [("1", "agent1")])
            for columns, row, words in (("owner,owner", "agent2,5", "'owner', with 'agent2' and '5'; rename them, or leave"),
                                        ("Owner,x,Owner", "agent2,x,5", "'owner', with 'agent2' and '5'"),
                                        ("ticket_id,owner", "2,", "'ticket_id', with '1' and '2'")):
                with self.subTest(columns), self.assertRaisesRegex(ValueError, "history.csv:3: two columns are called " + words):
                    znuny(columns, "1,1,1"[:len(row.split(",")) * 2 - 1], row)
            with self.assertRaisesRegex(ValueError, "history.csv:2: 3 columns are called 'owner'"):
                znuny("owner,owner,owner", "a,,b")
            path.write_text("case,at,activity,note,note\n1,2026-03-04,a,x,y\n1,2026-03-05,b,,\n")
            rows = recipes.pm4py(path, names={"at": "at"})
            self.assertEqual((len(rows), rows.left_out), (2, {"note": 1}))
            path.write_text("journey,at,customer,reason,reason\n1,2026-03-04,7,r,r\n2,2026-03-05,7,,r\n")
            self.assertEqual([(row["journey"], row["reason"]) for row in cxj.stitch(path)], [("1", "r"), ("1", "r")])
            path.write_text("journey,at,customer,reason,reason\n1,2026-03-04,7,r,s\n")
            with self.assertRaisesRegex(ValueError, "history.csv:2: two columns are called 'reason'"):
                cxj.stitch(path)
            path.write_text("CaseId,CreatedDate,Field,OldValue,NewValue\n")
            cases = pathlib.Path(folder, "Case.csv")
            for type_, words in (("a,a", None), ("a,b", "Case.csv:2: two columns are called 'Type'")):
                cases.write_text(f"Id,CreatedDate,Type,Type\n5,2026-03-04,{type_}\n")
                if words is None:
                    self.assertEqual([row["type"] for row in recipes.salesforce(path, cases)], ["a"])
                else:
                    with self.assertRaisesRegex(ValueError, words):
                        recipes.salesforce(path, cases)
            path.write_text("Issue key,Created,Reporter,Comment,Comment,Custom field (X),Custom field (X)\n"
                            "A-1,04/Mar/24 10:00 AM,customer1,04/Mar/24 11:00 AM;agent1;Yes,04/Mar/24 11:00 AM;agent1;Yes,a,b\n")
            rows = recipes.jira(path)
            self.assertEqual((facets(rows), rows.left_out), (["inbound", "", "update", "update"], {"Custom field (X)": 1}))

    def test_what_is_no_csv(self) -> None:
        """The sentence says what the file is. What gzip has packed is read by whatever name."""
        import gzip

        packed = gzip.compress(b"a,b\n1,2\n")
        for name in ("log.csv", "log.csv.gz", "log"):
            self.assertEqual(self.rows(packed, name), [{"a": "1", "b": "2"}])
        self.assertEqual(self.rows(b"a,b\n1,2\n", "log.csv.gz"), [{"a": "1", "b": "2"}], "as browsers unpack it")
        for data, name, words in ((b"PK\x03\x04\x14\0\xff\xfe", "history.xlsx", "history.xlsx: this is a spreadsheet, .*save it as CSV"),
                                  (b"PAR1\xff", "log.csv", "log.csv: this is Parquet"), (packed[:-4], "log.csv", "is cut off, or damaged"),
                                  (b'\n{"a": 1}\n', "log.txt", "log.txt: this is JSON; call it .json, or .jsonl"),
                                  (b'[{"a": 1}]', "log.csv", "this is JSON"),
                                  (b'{"a": "\xff"}', "log.json", "log.json: byte 7 is not UTF-8; save the file as UTF-8"),
                                  ("a,b\n1,2\n".encode("utf-16-le"), "log.csv", "log.csv, line 1: .*UTF-16 without a byte-order")):
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                self.rows(data, name)

    def test_log(self) -> None:
        """What to_csv() writes has the columns of SPEC.md section 7, and says the same."""
        rows = made("Zendesk")
        out = io.StringIO()
        rows.to_csv(out)
        read = list(csv.DictReader(io.StringIO(out.getvalue())))
        self.assertEqual([{name: "" if value is None else str(value) for name, value in row.items()} for row in rows], read)


class Systems(unittest.TestCase):
    """What only one system has."""

    def test_jira_csv(self) -> None:
        """The CSV of a search: creation, comments and end, no history."""
        head = ["Summary", "Issue key", "Issue Type", "Status", "Assignee", "Reporter", "Created", "Resolved",
                "Comment", "Comment",
                "Custom field (Satisfaction rating)"]
        row = ["Parcel, lost", "DESK-7", "Support", "Done", "agent1", "customer1", "04/Mar/24 10:00 AM",
               "06/Mar/24 1:00 PM",
               "04/Mar/24 11:00 AM;agent1;Which; address?", "05/Mar/24 12:30 PM;customer1;This", "5.0"]
        text = io.StringIO()
        csv.writer(text).writerows([head, row])
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "issues.csv")
            path.write_text("\ufeff" + text.getvalue(), "utf-8")
            rows = recipes.jira(path, rules=recipes.JIRA.but(ratings={"5": ("csat5", 5)}))
        self.assertEqual([row["at"] for row in rows], list(map(at, (
            "2024-03-04T10:00Z", "2024-03-04T10:00Z", "2024-03-04T11:00Z", "2024-03-05T12:30Z", "2024-03-06T13:00Z",
            "2024-03-06T13:00Z"))))
        self.assertEqual(figures(rows, "completed", "first_response_mean", "journey_ratings"),
                         {"completed": 1, "first_response_mean": HOUR, "journey_ratings": 1})

    def cloud(self, **columns: Any) -> "dict[str, Any]":
        """A row of Jira Cloud's CSV: people by their names, and in comments by the ids of their accounts."""
        return {"Issue key": "DESK-7", "Status": "Done", "Assignee": "agent1", "Assignee Id": "712020:a1",
                "Reporter": "customer1", "Reporter Id": "712020:c1", "Created": "25/Feb/26 3:51 PM",
                "Resolved": "26/Feb/26 4:40 PM", "Comment": ["25/Feb/26 4:38 PM;712020:a1;Which address?",
                                                             "25/Feb/26 5:40 PM;712020:c1;This; still.", ""], **columns}

    def test_jira_cloud_csv(self) -> None:
        """Comments are the reporter's by name or by the id of the account."""
        rows = recipes.jira([self.cloud()])
        self.assertEqual([(row["activity"], row["facets"]) for row in rows], [
            ("message", "inbound"), ("created", None), ("reply", "update"), ("message", "inbound"), ("status", None)])
        with self.assertWarnsRegex(cxj.IncompleteWarning, "2 comments name their authors by accounts, such as '712020:a1', .* "
                                   "export the column Reporter Id too"):
            recipes.jira([{name: value for name, value in self.cloud().items() if name != "Reporter Id"}])
        with warnings.catch_warnings():  # nobody is nobody's reporter
            warnings.simplefilter("error")
            rows = recipes.jira([self.cloud(**{"Reporter": "", "Reporter Id": "", "Comment": "25/Feb/26 4:38 PM;;Which?"})])
        self.assertEqual(rows[-2]["facets"], "update")

    def test_jira_csv_ratings(self) -> None:
        """In the column of either name, whatever marks the decimals, resolved or not, at the date beside it if there is one."""
        for name, rating in (("Satisfaction rating", "5.0"), ("Satisfaction", "5"), ("Satisfaction", "5,0")):
            for date, resolved, when in (("26/Feb/26 5:40 PM", "26/Feb/26 4:40 PM", "2026-02-26T17:40Z"),
                                         ("", "26/Feb/26 4:40 PM", "2026-02-26T16:40Z"),
                                         ("27/Feb/26 5:40 PM", "", "2026-02-27T17:40Z"), ("", "", "2026-02-28T09:00Z")):
                with self.subTest(name, date=date, resolved=resolved), warnings.catch_warnings():
                    warnings.simplefilter("ignore", cxj.IncompleteWarning)  # that done has no date
                    rows = recipes.jira([self.cloud(**{f"Custom field ({name})": rating, "Custom field (Satisfaction date)": date,
                                                       "Resolved": resolved, "Updated": "28/Feb/26 9:00 AM"})])
                self.assertEqual([(row["at"], row["scale"], row["score"]) for row in rows if row["score"]],
                                 [(at(when), "csat5", 5)])
                self.assertEqual(rows.left_out, {})

    def test_jira_csv_custom_fields(self) -> None:
        """Those that the rules name are read; the others are said, where they say something."""
        columns = {"Custom field (Team)": "first line", "Custom field (Area)": "parcel", "Custom field (Rank)": "0|i",
                   "Custom field (Flagged)": "", "Summary": "Parcel", "Custom field (Satisfaction date)": "26/Feb/26 5:40 PM"}
        rows = recipes.jira([self.cloud(**columns), self.cloud(**{**columns, "Issue key": "DESK-8"})],
                            rules=recipes.JIRA.but(fields={"Area": "reason"}))
        self.assertEqual({(row["team"], row["reason"]) for row in rows if row["activity"] == "created"}, {("first line", "parcel")})
        self.assertEqual(rows.left_out, {"Custom field (Rank)": 2})

    def test_due_date_is_a_promise(self) -> None:
        """A due date is kept by its end: solved on 5 March, a promise for that day is kept, one for the day before is not."""
        for day, kept in (("2024-03-05", 1), ("2024-03-04", 0)):
            issue = json.loads((DATA / "jira" / "search.json").read_text("utf-8"))[0]["issues"][0]
            issue["fields"]["duedate"] = day
            self.assertEqual(figures(recipes.jira([issue]), "promises", "kept_rate"), {"promises": 1, "kept_rate": kept})

    def test_due_dates_of_a_csv_are_days(self) -> None:
        """Jira writes a midnight behind them, which is no time; a time that is one stays."""
        for due, wanted in (("04/Mar/26 12:00 AM", "2026-03-05T00:00"), ("04/Mar/26", "2026-03-05T00:00"),
                            ("2026-03-04 00:00", "2026-03-05T00:00"), ("2026-03-04T00:00:00.000", "2026-03-05T00:00"),
                            (datetime.datetime(2026, 3, 4), "2026-03-05T00:00"),
                            ("04/Mar/26 12:00 PM", "2026-03-04T12:00:00.001"),
                            ("04/Mar/26 10:00 AM", "2026-03-04T10:00:00.001"), ("04/Mar/26 0:30", "2026-03-04T00:30:00.001")):
            for name in ("Due date", "Due Date", "Custom field (Target)"):
                with self.subTest(due=due, name=name):
                    issue = self.cloud(**{"Created": "02/Mar/26 9:00 AM", "Resolved": "04/Mar/26 3:00 PM", "Comment": [],
                                          name: due})
                    rows = recipes.jira([issue], rules=recipes.JIRA.but(fields={"Target": "due"}))
                    self.assertEqual([row["due"] for row in rows if row["due"]], [at(wanted) - 1])
                    late = at("2026-03-04T15:00") >= at(wanted)
                    self.assertEqual(figures(rows, "promises", "late"), {"promises": 1, "late": late})

    def test_due_dates_at_midnight_are_doubted(self) -> None:
        """Where they may be times: two or more, all at midnight, as a reader of dates makes them of days."""
        def read(*dues: Any) -> None:
            recipes.changes([{"case": n, "when": "2026-03-01", "state": "done", "due": due} for n, due in enumerate(dues)],
                            journey="case", at="when", state="state", fields={"due": "due"}, final=["done"])

        with self.assertWarnsRegex(cxj.IncompleteWarning, "all 2 due dates are at midnight, such as '2026-03-04 00:00:00'; "
                                   "if they are days, leave out the time"):
            read(datetime.datetime(2026, 3, 4), "2026-03-05 00:00")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read("2026-03-04 00:00")
            read("2026-03-04 00:00", "2026-03-04 00:01")
            read("2026-03-04", "2026-03-05")

    def test_salesforce_queue_is_a_team(self) -> None:
        rows = recipes.salesforce(DATA / "salesforce" / "CaseHistory.csv")
        self.assertEqual([row["team"] for row in rows if row["team"]][:1], ["First Line Queue"])
        self.assertEqual(figures(rows, "handoffs", "bounces"), {"handoffs": 2, "bounces": 1})

    def test_salesforce_without_data_type(self) -> None:
        """Rows with ids are known by their ids where DataType was not exported."""
        rows = [{name: value for name, value in row.items() if name != "DataType"}
                for row in rows_of(DATA / "salesforce" / "CaseHistory.csv")]
        self.assertEqual(recipes.salesforce(rows), recipes.salesforce(DATA / "salesforce" / "CaseHistory.csv"))

    def test_zendesk_customer_without_users(self) -> None:
        """The requester is the customer where nobody says who is an agent."""
        folder = DATA / "zendesk"
        rows = recipes.zendesk(folder / "ticket_field_history.csv", folder / "ticket_comment.csv")
        self.assertEqual(figures(rows, "contacts_per_journey", "responses"), {"contacts_per_journey": 1.5, "responses": 5})

    def test_columns_in_capitals(self) -> None:
        """Data Loader writes the names of columns in capitals."""
        given = {part: [{column.upper(): value for column,
                         value in row.items()} for row in rows_of(DATA / "salesforce" / name)]
                 for part, name in (("history", "CaseHistory.csv"), ("cases", "Case.csv"), ("emails", "EmailMessage.csv"))}
        self.assertEqual(recipes.salesforce(**given, rules=TEAM), made("Salesforce"))

    def test_callers_that_nobody_knows(self) -> None:
        """Where nothing says who the caller is, all comments would be an agent's: that is said."""
        tables = [DATA / "servicenow" / name for name in ("sys_audit.csv", "sys_journal_field.csv", "incident.csv")]
        with self.assertWarnsRegex(cxj.IncompleteWarning, "no caller wrote any of the 11 comments; users says which"):
            recipes.servicenow(*tables)

    def test_what_is_recorded(self) -> None:
        """What an export does not say has no value where its facets are the feeds: nobody says that nothing went wrong."""
        rows = made("Jira")
        self.assertEqual(rows.facets(), {"contact", "inbound", "update", "pending", "resumes", "reopens"})
        with cxj.Engine(["journeys"], feeds=rows.facets()) as filled:
            filled.record_many(rows)
            got = next(iter(filled["journeys"])).metrics
            self.assertEqual((got["responses"].value, got["pending_share"].value, got["faults"].value), (5, 0.4, None))

    def test_github_assignees(self) -> None:
        """Of several the last one holds the issue; when that one leaves, the one before. Pull requests are no tickets."""
        timeline = [{"id": place, "event": kind, "created_at": f"2024-03-04T1{place}:00:00Z", "assignee": {"login": name}}
                    for place, (kind, name) in enumerate([("assigned", "agent1"), ("assigned", "agent2"),
                                                          ("unassigned", "agent1"),
                                                          ("assigned", "agent3"), ("unassigned", "agent3")])]
        issue = {"number": 1, "created_at": "2024-03-04T09:00:00Z", "user": {"login": "customer1"}, "timeline": timeline}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", cxj.IncompleteWarning)
            rows = recipes.github([issue, {**issue, "number": 2, "pull_request": {"url": "…"}}])
        self.assertEqual([row["owner"] for row in rows if row["owner"]], ["agent1", "agent2", "agent3", "agent2"])
        self.assertEqual({row["journey"] for row in rows}, {"1"})

    def test_zendesk_ratings_that_nobody_knows(self) -> None:
        """A survey with other words than good and bad: its words are said, and can be told. Unoffered and nothing are none."""
        history = [{"ticket_id": 1, "field_name": "status", "value": "solved", "updated": "2026-03-04 09:00"}]
        ratings = [{"id": n, "ticket_id": 1, "score": score, "created_at": "2026-03-05 09:00"}
                   for n, score in enumerate(["5", 5, "4", "unoffered", "", None])]
        self.assertEqual(recipes.zendesk(history, ratings=ratings).left_out, {"rating 5": 2, "rating 4": 1})
        audits = [{"id": 7, "ticket_id": 1, "created_at": row["created_at"], "events": [{"type": "SatisfactionRating", **row}]}
                  for row in ratings]
        self.assertEqual(recipes.zendesk(audits=audits).left_out, {"rating 5": 2, "rating 4": 1})
        rules = recipes.ZENDESK.but(ratings={str(score): ("csat5", score) for score in range(1, 6)})
        rows = recipes.zendesk(history, ratings=ratings, rules=rules)
        self.assertEqual(([row["score"] for row in rows if row["score"]], rows.left_out), ([5, 5, 4], {}))

    def test_nobody_wrote_it(self) -> None:
        """What a system writes by itself answers nobody, and a draft was not sent."""
        folder = DATA / "zendesk"
        comments = [{**row, "user_id": "-1"} if row["user_id"] in ("81",
                                                                   "82") else row for row in rows_of(folder / "ticket_comment.csv")]
        rows = recipes.zendesk(folder / "ticket_field_history.csv", comments, users=folder / "user.csv")
        self.assertEqual(figures(rows, "responses")["responses"], 0)
        emails = [{**row,
                   "Status": "5"} if row["Incoming"] == "false" else row for row in rows_of(DATA / "salesforce" / "EmailMessage.csv")]
        self.assertEqual(figures(recipes.salesforce(DATA / "salesforce" / "CaseHistory.csv", emails=emails),
                                 "responses"), {"responses": 0})

    def test_moments_as_numbers(self) -> None:
        """Milliseconds are taken as they are."""
        rows = [{"ticket_id": 1, "field_name": "status", "value": state, "updated": at("2024-03-04T09:00Z") + n}
                for n, state in enumerate(("new", "solved"))]
        self.assertEqual([row["at"] for row in recipes.zendesk(rows)], [row["updated"] for row in rows])

    def test_jira_server(self) -> None:
        """A server has no types of accounts: the reporter is the customer, all others are agents."""
        text = (DATA / "jira" / "search.json").read_text("utf-8").replace('"accountType"', '"timeZone"')
        got = figures(recipes.jira(json.loads(text.replace('"accountId"', '"key"'))), "contacts_per_journey", "responses")
        self.assertEqual(got, {"contacts_per_journey": 1.5, "responses": 5})

    def test_jira_moved_due_date(self) -> None:
        """A promise that moved: what it was first is read from the change."""
        issue = json.loads((DATA / "jira" / "search.json").read_text("utf-8"))[0]["issues"][0]
        issue["fields"]["duedate"] = "2024-03-08"
        issue["changelog"]["histories"][1]["items"].append({
            "field": "duedate", "from": "2024-03-05", "fromString": "2024-03-05 00:00:00.0", "to": "2024-03-08",
            "toString": "2024-03-08 00:00:00.0"})
        self.assertEqual([row["due"] for row in recipes.jira([issue]) if row["due"]],
                         [at("2024-03-06") - 1, at("2024-03-09") - 1])

    def test_github_assignee_without_events(self) -> None:
        issue = {"number": 1, "created_at": "2024-03-04T09:00:00Z", "user": {"login": "customer1"},
                 "assignee": {"login": "agent1"},
                 "timeline": [{"id": 1, "event": "closed", "created_at": "2024-03-04T10:00:00Z",
                               "state_reason": "not_planned"}]}
        rows = recipes.github([issue])
        self.assertEqual([(row["owner"], row["outcome"]) for row in rows],
                         [(None, None), ("agent1", None), (None, "abandoned")])

    def test_salesforce_given_back(self) -> None:
        """A case that is given back to a queue is that team's, and nobody's."""
        rows = [{"Id": str(n), "CaseId": "5", "CreatedDate": f"2024-03-04T0{n}:00:00Z", "Field": "Owner", "OldValue": old,
                 "NewValue": new} for n, (old, new) in enumerate([("00G1", "agent1"), ("agent1", "00G2"), ("00G2", "00G3"),
                                                                  ("00G3", "agent2")])]
        self.assertEqual([(row["owner"], row["team"]) for row in recipes.salesforce(rows)],
                         [("agent1", "00G1"), (None, "00G2"), (None, "00G3"), ("agent2", None)])

    def test_znuny_kinds(self) -> None:
        """Who spoke, by the type of a history's row."""
        kinds = {"EmailCustomer": "inbound", "PhoneCallCustomer": "inbound|update", "WebRequestCustomer": "inbound",
                 "FollowUp": "inbound", "SendAnswer": "update", "EmailAgent": "update", "PhoneCallAgent": "contact|update",
                 "AddNote": None, "SendAutoReply": None, "SendAutoFollowUp": None}
        rows = recipes.znuny([{"id": n, "ticket_id": 1, "create_time": f"2024-03-04 09:{n:02}:00", "history_type": kind}
                              for n, kind in enumerate(kinds)])
        self.assertEqual([row["facets"] for row in rows], list(kinds.values()))

    def test_several_files(self) -> None:
        """A file for each ticket, as the interface of Zammad gives them."""
        with tempfile.TemporaryDirectory() as folder:
            names = [os.path.join(folder, f"ticket_history_{n}.json") for n in range(4)]
            for name, page in zip(names, json.loads((DATA / "zammad" / "ticket_history.json").read_text("utf-8"))):
                pathlib.Path(name).write_text(json.dumps(page), "utf-8")
            others = [str(DATA / "zammad" / name) for name in ("articles.json", "tickets.json")]
            self.assertEqual(recipes.from_files("zammad", names + others), made("Zammad"))

    def test_github_thanks(self) -> None:
        """A comment on an issue that stays closed reopens nothing, unless it is reopened later."""
        issue = {"number": 1, "created_at": "2024-03-04T09:00:00Z", "user": {"login": "customer1"}, "timeline": [
            {"id": 1, "event": "closed", "created_at": "2024-03-04T10:00:00Z"},
            {"id": 2, "event": "commented", "created_at": "2024-03-04T11:00:00Z", "user": {"login": "customer1"}}]}
        self.assertEqual(figures(recipes.github([issue]), "completed", "reopened"), {"completed": 1, "reopened": 0})
        self.assertEqual(figures(recipes.github([issue], rules=recipes.GITHUB.but(thanks=False)), "completed", "reopened"),
                         {"completed": 0, "reopened": 1})
        issue["timeline"].append({"id": 3, "event": "reopened", "created_at": "2024-03-04T12:00:00Z"})  # type: ignore[attr-defined]
        self.assertEqual(facets(recipes.github([issue]))[-2:], ["inbound", "reopens"])

    def test_jira_says_what_is_not_there(self) -> None:
        """An answer with the first page only of comments or changes is warned of."""
        for place, words in (("comment", "DESK-7: 6 of 9 comments"), ("changelog", "DESK-7: 8 of 9 changes")):
            issue = json.loads((DATA / "jira" / "search.json").read_text("utf-8"))[0]["issues"][0]
            (issue if place == "changelog" else issue["fields"])[place]["total"] = 9
            with self.subTest(place), self.assertWarnsRegex(cxj.IncompleteWarning, words):
                recipes.jira([issue])

    def test_jira_status_categories(self) -> None:
        """A status of the category Done ends an issue, whatever it is called."""
        text = (DATA / "jira" / "search.json").read_text("utf-8").replace('"toString": "Done"', '"toString": "Fertig"')
        text = text.replace('"fromString": "Done"', '"fromString": "Fertig"')
        text = text.replace('"name": "Done"', '"name": "Fertig", "statusCategory": {"key": "done"}')
        rows = recipes.jira(json.loads(text))
        self.assertEqual(rows.states["Fertig"], "completed")
        got = figures(rows, *STORY)
        self.assertEqual([got[name] for name in ("completed", "reopened", "open")], [3, 1, 1])

    def test_jira_satisfaction(self) -> None:
        issue = json.loads((DATA / "jira" / "search.json").read_text("utf-8"))[0]["issues"][0]
        issue["fields"].update(customfield_10030={"rating": 4}, resolutiondate="2024-03-06T13:00:00.000+0100")
        self.assertEqual(figures(recipes.jira([issue]), "journey_ratings", "journey_satisfaction", "reopened"),
                         {"journey_ratings": 1, "journey_satisfaction": 0.75, "reopened": 1})

    def test_ids_that_became_floats(self) -> None:
        """A frame that lacks some of them writes ids as 31.0; they have the same names."""
        folder = DATA / "zendesk"
        rows = [{**row, "value": row["value"] + ".0" if row["value"].isdigit() else row["value"]}
                for row in rows_of(folder / "ticket_field_history.csv")]
        got = recipes.zendesk(rows, *(folder / f"{table}.csv" for table in ("ticket_comment", "satisfaction_rating",
                                                                            "user", "group")))
        self.assertEqual([(row["owner"], row["team"]) for row in got],
                         [(row["owner"], row["team"]) for row in made("Zendesk")])

    def test_two_of_one_name(self) -> None:
        """Two people with one name are two owners."""
        folder = DATA / "zendesk"
        users = [{**row, "name": "agent"} for row in rows_of(folder / "user.csv")]
        rows = recipes.zendesk(folder / "ticket_field_history.csv", users=users)
        self.assertEqual({row["owner"] for row in rows if row["owner"]}, {"agent (81)", "agent (82)"})

    def test_booleans(self) -> None:
        """As programs and spreadsheets write them; nothing is false, and what is neither is refused."""
        for word in (True, 1, 1.0, "TRUE", " true ", "1", "1.0", "Yes", "Y", "on", "T", "WAHR", "VRAI", "VERDADERO", "VERO",
                     "VERDADEIRO", "WAAR", "PRAWDA", "si\u0301"):
            self.assertIs(true(word), True, word)
        for word in (False, 0, 0.0, None, float("nan"), "", " ", "false", "0", "0.0", "no", "N", "OFF", "f", "FALSCH", "FAUX", "FALSO",
                     "ONWAAR", "FA\u0141SZ", "None", "null", "NULL", "<NA>", "\\N", "N/A"):
            self.assertIs(true(word), False, word)
        for word in ("perhaps", "2", 2, "-", "truee"):
            with self.subTest(word), self.assertRaisesRegex(ValueError, f"{word!r} is neither true nor false; true or false, 1"):
                true(word)

    def test_booleans_of_rows(self) -> None:
        """The sentence names table, row, column and word."""
        comment = {"id": 1, "ticket_id": 1, "user_id": 7, "public": "WAHR", "created": "2026-03-04 09:00"}
        change = {"ticket_id": 1, "field_name": "requester_id", "value": 7, "updated": "2026-03-04 09:00"}
        self.assertEqual(facets(recipes.zendesk([change], [comment]))[0], "inbound")
        with self.assertRaisesRegex(ValueError, "comments, row 1: public: 'perhaps' is neither true nor false"):
            recipes.zendesk([change], [comment, {**comment, "public": "perhaps"}])
        audit = {"ticket_id": 1, "created_at": "2026-03-04 09:00", "events": [{"type": "Comment", "author_id": 7, "public": "x"}]}
        with self.assertRaisesRegex(ValueError, "audits, row 0: public: 'x'"):
            recipes.zendesk(audits=[audit])
        article = {"id": 1, "ticket_id": 1, "sender": "Agent", "created_at": "2026-03-04 09:00", "internal": "x"}
        with self.assertRaisesRegex(ValueError, "articles, row 0: internal: 'x'"):
            recipes.zammad([], [article])
        for name, table in (("Incoming", "emails"), ("IsDeleted", "emails"), ("IsPublished", "comments")):
            row = {"Id": "1", "ParentId": "5", "CreatedDate": "2026-03-04 09:00", name: "x"}
            with self.assertRaisesRegex(ValueError, f"{table}, row 0: {name}: 'x'"):
                recipes.salesforce([], None, **{table: [row]})

    def test_seconds_are_noticed(self) -> None:
        row = {"ticket_id": 1, "field_name": "status", "value": "new", "updated": 1_709_542_800}
        with self.assertRaisesRegex(ValueError, "history, row 0: 1709542800 ms lies near 1970; what is in seconds"):
            recipes.zendesk([row])

    def test_wrong_rows_are_named(self) -> None:
        row = {"ticket_id": 1, "field_name": "status", "value": "new", "updated": "2024-03-04 09:00:00"}
        for wrong, words in (({**row, "updated": "04.03.24"}, "history, row 1: '04.03.24' is no moment"),
                             ({**row, "ticket_id": ""}, "history, row 1: ticket_id is empty"),
                             ({"ticketid": 1, **{k: v for k, v in row.items() if k != "ticket_id"}},
                              "there is no 'ticket_id'")):
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                recipes.zendesk([row, wrong])
        with self.assertRaisesRegex(ValueError, "there is no recipe 'zendisk'.*zendesk"):
            recipes.from_files("zendisk", [])
        with self.assertRaisesRegex(ValueError, "view_export.csv: the name of a file for zendesk"):
            recipes.from_files("zendesk", ["view_export.csv"])
        with self.assertRaisesRegex(ValueError, "zammad needs a file with 'history' in its name"):
            recipes.from_files("zammad", ["articles.json"])
        for tz, words in (("Berlin", "zone: there is no zone 'Berlin'; the nearest is 'Europe/Berlin'"),
                          (5, "zone: a name such as 'Europe/Berlin' or a tzinfo is expected, not 5")):
            with self.subTest(tz), self.assertRaisesRegex(ValueError, words):
                recipes.zendesk([row], tz=tz)
        with self.assertRaisesRegex(ValueError, "history or audits is needed"):
            recipes.zendesk()
        with self.assertRaisesRegex(ValueError, "an object with 'issues' is expected; this one has 'errorMessages'"):
            recipes.jira({"errorMessages": []})


class NoChangeLeadsToTheEnd(unittest.TestCase):
    """A ticket is closed now, and its history does not say so: it ends when the export says, and not where it begins."""

    BEGIN, ANSWER, END = "2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-11T09:00:00Z"

    def jira(self, end: Any = END, items: Any = None) -> recipes.Touchpoints:
        issue = {"key": "A-1", "fields": {
            "created": self.BEGIN, "updated": self.END, "resolutiondate": end, "reporter": {"accountId": "1"},
            "assignee": {"displayName": "agent1"}, "status": {"name": "Done", "statusCategory": {"key": "done"}},
            "comment": {"comments": [{"id": "1", "created": self.ANSWER, "author": {"accountId": "2"}}], "total": 1}}}
        if items is not None:
            issue["changelog"] = {"histories": [{"id": "9", "created": self.ANSWER, "items": items}]}
        return recipes.jira([issue])

    def jira_csv(self, end: Any = "11/Mar/26 9:00 AM") -> recipes.Touchpoints:
        return recipes.jira([{"Issue key": "A-1", "Status": "Done", "Status Category": "Done", "Reporter": "customer1",
                              "Created": "01/Mar/26 9:00 AM", "Resolved": end, "Comment": "02/Mar/26 9:00 AM;agent1;Yes"}])

    def salesforce(self, end: Any = END) -> recipes.Touchpoints:
        return recipes.salesforce(
            [{"Id": "1", "CaseId": "5", "CreatedDate": self.BEGIN, "Field": "created", "OldValue": "", "NewValue": ""}],
            [{"Id": "5", "CreatedDate": self.BEGIN, "CLOSEDDATE": end, "Status": "Closed", "ContactId": "3"}],
            [{"Id": str(n), "ParentId": "5", "Incoming": incoming, "MessageDate": at}
             for n, (incoming, at) in enumerate([("true", self.BEGIN), ("false", self.ANSWER)])])

    def servicenow(self, end: Any = END, state: str = "7", **more: Any) -> recipes.Touchpoints:
        return recipes.servicenow(
            [{"tablename": "incident", "documentkey": "c", "fieldname": "assigned_to", "oldvalue": "", "newvalue": "agent1",
              "sys_created_on": self.ANSWER, "sys_id": "1"}],
            [{"element_id": "c", "element": "comments", "sys_created_by": "agent1", "sys_created_on": self.ANSWER, "sys_id": "2"}],
            [{"sys_id": "c", "number": "INC1", "caller_id": "customer1", "opened_at": self.BEGIN, "resolved_at": end,
              "state": state, **more}], [{"sys_id": "customer1", "user_name": "customer1", "name": "customer1"}])

    def zammad(self, end: Any = END) -> recipes.Touchpoints:
        return recipes.zammad(
            [{"object": "Ticket", "type": "created", "o_id": 1, "created_at": self.BEGIN}],
            [{"id": n, "ticket_id": 1, "sender": sender, "created_at": at, "internal": False}
             for n, (sender, at) in enumerate([("Customer", self.BEGIN), ("Agent", self.ANSWER)])],
            tickets=[{"id": 1, "state": "closed", "owner": "agent1", "group": "first line", "customer": "customer1",
                      "close_at": end}])

    def systems(self) -> "list[Any]":
        return [self.jira, lambda *end: self.jira(*(end or (self.END,)), items=[{"field": "assignee", "toString": "agent1"}]),
                self.jira_csv, self.salesforce, self.servicenow, self.zammad]

    def test_it_ends_when_the_export_says(self) -> None:
        for place, system in enumerate(self.systems()):
            with self.subTest(place), warnings.catch_warnings():
                warnings.simplefilter("error")
                rows = system()
            self.assertEqual([row["at"] for row in rows if row["outcome"]], [at(self.END)])
            self.assertEqual(figures(rows, "completed", "duration_mean", "first_responses", "first_response_mean"),
                             {"completed": 1, "duration_mean": 240 * HOUR, "first_responses": 1, "first_response_mean": 24 * HOUR})

    def test_without_a_date_it_stays_open(self) -> None:
        """And so where the date is before the beginning. One warning, which says what to export."""
        for place, system in enumerate(self.systems()):
            for end in ("", None) if place == 2 else ("", None, "2026-02-01T09:00:00Z"):
                with self.subTest(place, end=end), warnings.catch_warnings(record=True) as told:
                    warnings.simplefilter("always")
                    rows = system(end)
                self.assertEqual(figures(rows, "completed", "open", "first_responses"),
                                 {"completed": 0, "open": 1, "first_responses": 1})
                self.assertEqual([one.category for one in told], [cxj.IncompleteWarning])
                self.assertRegex(str(told[0].message), r"1 of 1 tickets are closed now, such as '.*', but no change leads there and "
                                 "no date says since when, so they stay open; export .*"
                                 "(expand=changelog|ClosedDate|resolved_at|close_at)")

    def test_what_else_it_holds_it_holds_from_the_start(self) -> None:
        self.assertEqual([(row["at"], row["owner"]) for row in self.zammad() if row["activity"] == "created"],
                         [(at(self.BEGIN), "agent1")])

    def test_changes_that_do_not_lead_there(self) -> None:
        """Of a history that is cut off, the end is behind its last state; one that is dated before it is none."""
        items = [{"field": "status", "fromString": "Open", "toString": "Waiting for customer"}]
        rows = self.jira(items=items)
        self.assertEqual([(row["at"], row["stage"]) for row in rows if row["stage"]],
                         [(at(self.BEGIN), "Open"), (at(self.ANSWER), "Waiting for customer"), (at(self.END), "Done")])
        with self.assertWarnsRegex(cxj.IncompleteWarning, "1 of 1 tickets are closed now"):
            rows = self.jira("2026-03-01T10:00:00Z", items)
        self.assertEqual([row["stage"] for row in rows if row["stage"]], ["Open", "Waiting for customer"])

    def test_changes_that_lead_to_another_end(self) -> None:
        """Resolved and then closed is one end, the first."""
        items = [{"field": "status", "fromString": "Open", "toString": "Resolved"}]
        self.assertEqual([row["at"] for row in self.jira(items=items) if row["outcome"]], [at(self.ANSWER)])

    def test_which_date(self) -> None:
        """Resolved is before closed; what is canceled was never resolved for good. Zammad has the first close, and the last."""
        later = "2026-03-12T09:00:00Z"
        for state, end in (("6", self.END), ("7", self.END), ("8", later)):
            rows = self.servicenow(self.END, state, closed_at=later)
            self.assertEqual([row["at"] for row in rows if row["outcome"]], [at(end)], state)
        rows = recipes.zammad([{"object": "Ticket", "type": "created", "o_id": 1, "created_at": self.BEGIN}], tickets=[
            {"id": 1, "state": "closed", "close_at": self.END, "last_close_at": later}])
        self.assertEqual([row["at"] for row in rows if row["outcome"]], [at(later)])

    def test_jira_without_a_resolution(self) -> None:
        """Where done sets none, the category's date says when it was done, and nothing of a status that is not in Done."""
        for category, ends in (("done", [at(self.END)]), ("indeterminate", [])):
            issue = {"key": "A-1", "fields": {"created": self.BEGIN, "statuscategorychangedate": self.END, "resolutiondate": None,
                                              "status": {"name": "Resolved", "statusCategory": {"key": category}}}}
            row = {"Issue key": "A-1", "Created": "01/Mar/26 9:00 AM", "Resolved": "", "Status": "Resolved",
                   "Status Category": category.title(), "Status Category Changed": "11/Mar/26 9:00 AM"}
            for one in (issue, row):
                with self.subTest(category), warnings.catch_warnings():
                    warnings.simplefilter("ignore" if not ends else "error", cxj.IncompleteWarning)
                    self.assertEqual([row["at"] for row in recipes.jira([one]) if row.get("outcome")], ends)

    def closed(self, system: str, state: str, end: Any = END, **more: Any) -> recipes.Touchpoints:
        """A ticket that is closed in a state of one's own, beside one in a known state, so that a ticket ends anyway."""
        end = end or ""
        if system == "jira csv":
            end = end and "11/Mar/26 9:00 AM"
            row = {"Issue key": "A-1", "Status": state, "Created": "01/Mar/26 9:00 AM", "Resolved": end, **more}
            return recipes.jira([row, {**row, "Issue key": "A-2", "Status": "Done", "Resolved": "11/Mar/26 9:00 AM"}])
        if system == "jira":
            issue = {"key": "A-1", "fields": {"created": self.BEGIN, "resolutiondate": end, "status": {"name": state, **more}}}
            return recipes.jira([issue, {"key": "A-2", "fields": {"created": self.BEGIN, "resolutiondate": self.END,
                                                                  "status": {"name": "Done"}}}])
        if system == "salesforce":
            case = {"Id": "5", "CreatedDate": self.BEGIN, "CLOSEDDATE": end, "STATUS": state, **more}
            return recipes.salesforce([
                {"CaseId": id, "CreatedDate": at, "Field": "Status", "OldValue": old, "NewValue": new}
                for id, last in (("5", state), ("6", "Closed"))
                for at, old, new in ((self.ANSWER, "New", "Working"), (self.END, "Working", last))], [case])
        if system == "servicenow":
            row = {"sys_id": "c", "opened_at": self.BEGIN, "closed_at": end, "state": state, **more}
            return recipes.servicenow([], incidents=[row, {**row, "sys_id": "d", "state": "7", "closed_at": self.END}])
        return recipes.zammad([
            {"object": "Ticket", "type": kind, "attribute": "state", "o_id": id, "created_at": at, "value_to": to}
            for id, last in ((1, state), (2, "closed"))
            for kind, at, to in (("created", self.BEGIN, "open"), ("updated", "2026-03-11T09:00:00.040Z", last))],
            tickets=[{"id": 1, "state": state, "close_at": end, **more}])

    def test_closed_in_a_state_of_ones_own(self) -> None:
        """What the export says explicitly holds, whatever the state is called, although others end in known states."""
        cases: "list[tuple[str, str, str, dict[str, Any]]]" = [
            ("jira csv", "Released", "completed", {}), ("jira csv", "Declined by Ann", "abandoned", {}),
            ("jira", "Released", "completed", {}),
            ("jira", "Declined by Ann", "abandoned", {"statusCategory": {"key": "done"}}),
            ("salesforce", "Solved for good", "completed", {}),
            ("salesforce", "Closed - Duplicate", "abandoned", {"IsClosed": "true"}),
            ("servicenow", "9", "completed", {"active": "false"}), ("servicenow", "Closed/Cancelled", "abandoned", {}),
            ("zammad", "done with it", "completed", {}), ("zammad", "closed (merged)", "abandoned", {})]
        for system, state, outcome, more in cases:
            with self.subTest(system, state=state), warnings.catch_warnings():
                warnings.simplefilter("error")
                rows = self.closed(system, state, **more)
                self.assertEqual({(row["stage"], row["outcome"]) for row in rows if row["stage"] == state}, {(state, outcome)})
                self.assertEqual(rows.states[state], outcome)
                self.assertEqual(figures(rows, "journeys", "open", "duration_mean")["open"], 0)
                self.assertLess(max(row["at"] for row in rows) - at(self.END), 1000)

    def test_not_closed_in_a_state_of_ones_own(self) -> None:
        """Without a date and a word that says so, or where the export says that it is open."""
        category = {"Resolved": "11/Mar/26 9:00 AM", "Status Category": "In Progress"}
        for system, more in (("jira csv", {}), ("jira csv", category), ("jira", {}),
                             ("salesforce", {}), ("servicenow", {"active": "true"}), ("zammad", {})):
            with self.subTest(system, more=more), warnings.catch_warnings():
                warnings.simplefilter("error")
                rows = self.closed(system, "Verified", None, **more)
                self.assertEqual(figures(rows, "completed", "open"), {"completed": 1, "open": 1})
        for system, more in (("jira", {"statusCategory": {"key": "indeterminate"}}), ("salesforce", {"IsClosed": "false"})):
            with self.subTest(system), warnings.catch_warnings():
                warnings.simplefilter("error")
                rows = self.closed(system, "Verified", **more)
                self.assertEqual(figures(rows, "completed", "open"), {"completed": 1, "open": 1})
        with self.assertRaisesRegex(ValueError, "cases, row 0: IsClosed: 'x' is neither"):
            self.closed("salesforce", "Closed", IsClosed="x")

    def test_closed_without_a_date(self) -> None:
        """Since the last change, which led there; where none did, nothing says since when."""
        rows = self.closed("salesforce", "Verified", None, IsClosed="1")
        self.assertEqual([row["at"] for row in rows if row["outcome"]], [at(self.END)] * 2)
        with self.assertWarnsRegex(cxj.IncompleteWarning, "1 of 2 tickets are closed now, such as 'c'"):
            self.closed("servicenow", "9", None, active="0")
        change = {"CaseId": "5", "CreatedDate": self.END, "Field": "Status", "OldValue": "New", "NewValue": "Gone"}
        rows = recipes.salesforce([change], [{"Id": "5", "CreatedDate": self.BEGIN, "IsClosed": "true"}])
        self.assertEqual([(row["at"], row["stage"], row["outcome"]) for row in rows], [
            (at(self.BEGIN), "New", None), (at(self.END), "Gone", "completed")])

    def test_a_date_alone(self) -> None:
        """It closes the last state, when it came, else at the date; a state that came later may have reopened the ticket."""
        def outcomes(*states: "tuple[int, str]", now: str = "", ended: int = 50_000, closed: Any = None) -> "list[Any]":
            rules = Rules({"status": "state"}, completed=["solved"], pending=["asked"], open=["Open"])
            facts = [Change(1, at, "status", state) for at, state in states]
            rows = recipes.touchpoints([Word(1, 0, "customer"), *facts, Now(1, "status", now or states[-1][1], ended, closed),
                                        Change(2, 0, "status", "solved")], rules)
            return [(row["at"], row["stage"], row["outcome"]) for row in rows if row["stage"]][:-1]

        new = (1000, "new", None)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for moment in (50_000, 41_000, 59_000):
                self.assertEqual(outcomes((1000, "new"), (moment, "gone")), [new, (moment, "gone", "completed")])
            self.assertEqual(outcomes((1000, "new"), (2000, "Gone"), now="gone"),
                             [new, (2000, "Gone", None), (50_000, "Gone", "completed")])
            self.assertEqual(outcomes((1000, "new"), now="gone"), [new, (50_000, "gone", "completed")])
            self.assertEqual(outcomes((1000, "gone"), (2000, "new"), (50_000, "gone")),
                             [(1000, "gone", None), (2000, "new", None), (50_000, "gone", "completed")], "the last alone")
            self.assertEqual(outcomes((1000, "new"), (50_000, "gone"), (99_000, "filed"), closed=True),
                             [new, (50_000, "gone", "completed"), (99_000, "filed", None)], "what comes behind is paperwork")
            self.assertEqual(outcomes((1000, "new"), (99_000, "filed"), closed=True),
                             [new, (50_000, "new", "completed"), (99_000, "filed", None)])
            self.assertEqual(outcomes((1000, "new"), closed=True, ended=-1), [(1000, "new", "completed")])
            for state in ("open", "Asked"):
                self.assertEqual([row[2] for row in outcomes((1000, state))], [None], "an old date")
                self.assertEqual([row[2] for row in outcomes((1000, state), closed=False)], [None])
        for states, closed in ((((1000, "new"), (50_000, "gone"), (99_000, "again")), None),
                               (((1000, "again"), (2000, "Open")), True), (((1000, "asked"),), True)):
            words = f"1 of 2 tickets have been closed, .* known as final: '{states[-1][1]}'; rules"
            with self.assertWarnsRegex(cxj.IncompleteWarning, words):
                self.assertEqual({row[2] for row in outcomes(*states, closed=closed)}, {None})

    def test_open_whatever_the_category(self) -> None:
        """What the rules call open is open in Jira's category Done, too; that is said."""
        with self.assertWarnsRegex(cxj.IncompleteWarning, "1 of 2 tickets have been closed, .*: 'Parked'; rules"):
            rows = recipes.jira([{"Issue key": key, "Status": status, "Status Category": "Done", "Created": "01/Mar/26 9:00 AM",
                                  "Resolved": "02/Mar/26 9:00 AM"} for key, status in (("A-1", "Parked"), ("A-2", "Built"))],
                                rules=recipes.JIRA.but(open=["parked"]))
        self.assertEqual(rows.states, {"Parked": "open", "Built": "completed"})

    def test_states_that_are_final_for_some(self) -> None:
        """What is listed of them says so; words of thanks reopen nothing."""
        rules = Rules({"status": "state"}, thanks=True)
        rows = recipes.touchpoints([Change(1, 1000, "status", "gone"), Word(1, 2000, "customer"),
                                    Now(1, "status", "gone", 1000), Change(2, 1000, "status", "gone"),
                                    Word(2, 2000, "customer")], rules)
        self.assertEqual(rows.states, {"gone": "completed or open"})
        self.assertEqual([row["facets"] for row in rows], [None, "contact", None, "inbound"])
        self.assertEqual(figures(rows, "completed", "open"), {"completed": 1, "open": 1})

    def test_github_closed_at(self) -> None:
        """Of an issue whose timeline was not asked for."""
        issue = {"number": 1, "created_at": self.BEGIN, "state": "closed", "closed_at": self.END,
                 "user": {"login": "customer1"}}
        for reason, outcome in (("completed", "completed"), ("not_planned", "abandoned")):
            rows = recipes.github([{**issue, "state_reason": reason}])
            self.assertEqual([(row["at"], row["outcome"]) for row in rows if row.get("outcome")], [(at(self.END), outcome)])
        with self.assertWarnsRegex(cxj.IncompleteWarning, "1 of 1 tickets are closed now, .*with closed_at"):
            recipes.github([{**issue, "closed_at": None}])

    def test_facts(self) -> None:
        """By one's own recipe; how many it are, of how many."""
        rules = Rules({"status": "state"}, completed=["solved"])
        rows = recipes.touchpoints([Word(1, 1000, "customer"), Now(1, "status", "solved", "1970-01-02")], rules)  # type: ignore[arg-type]
        self.assertEqual([(row["at"], row["outcome"]) for row in rows], [(1000, None), (24 * HOUR, "completed")])
        with self.assertWarnsRegex(cxj.IncompleteWarning, "2 of 3 tickets are closed now, such as '2', .*; export the changes of"):
            recipes.touchpoints([*(Word(n, 1000, "customer") for n in (1, 2, 3)), Change(1, 2000, "status", "solved"),
                                 *(Now(n, "status", "Solved") for n in (1, 2, 3, 4))], rules)


class Engine(unittest.TestCase):
    """Each rule of cxj._changes, by itself."""

    RULES = Rules({"status": "state", "assignee": "owner", "group": "team", "due": "due"}, completed=["solved", "closed"],
                  abandoned=["spam"], pending=["pending"], ratings={"good": ("binary", 1)}, asked=["offered"])

    def run_facts(self, *facts: Any) -> recipes.Touchpoints:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", cxj.IncompleteWarning)  # that none of these ends
            return recipes.touchpoints(facts, self.RULES)

    def states(self, *states: str) -> recipes.Touchpoints:
        return self.run_facts(*(Change(1, 1000 * i, "Status", state) for i, state in enumerate(states, 1)))

    def test_words_before_states(self) -> None:
        """The answer of the moment of solving is an answer, whatever comes first in the export."""
        for facts in itertools.permutations([Word(1, 1000, "customer", id="1"), Change(1, 2000, "status", "solved"),
                                             Word(1, 2000, "agent", id="2")]):
            rows = self.run_facts(*facts)
            self.assertEqual(facets(rows), ["inbound", "update", ""])
            self.assertEqual(figures(rows, "responses", "completed"), {"responses": 1, "completed": 1})

    def test_pending_lasts(self) -> None:
        """Leaving pending resumes where the customer did not come; pending to final ends without it."""
        self.assertEqual(facets(self.states("new", "pending", "open", "pending", "solved")),
                         ["", "pending", "resumes", "pending", ""])
        rows = self.run_facts(Change(1, 1000, "status", "pending"), Word(1, 2000, "customer"),
                              Change(1, 2000, "status", "open"))
        self.assertEqual(facets(rows), ["pending", "inbound", ""])

    def test_sent_while_pending_says_pending(self) -> None:
        rows = self.run_facts(Change(1, 1000, "status", "pending"), Word(1, 2000, "agent"),
                              Word(1, 3000, "agent", channel="phone"),
                              Word(1, 4000, "agent", public=False), Word(1, 5000, "customer"), Word(1, 6000, "agent"),
                              Change(1, 7000, "status", "open"))
        self.assertEqual(facets(rows), ["pending", "update|pending", "contact|update|pending", "", "inbound",
                                        "update|pending",
                                        "resumes"])

    def test_closed_after_solved_is_paperwork(self) -> None:
        rows = self.states("new", "solved", "closed", "open", "spam")
        self.assertEqual([row["outcome"] for row in rows], [None, "completed", None, None, "abandoned"])
        self.assertEqual(facets(rows), ["", "", "", "reopens", ""])

    def test_before_the_first_change(self) -> None:
        """Owner and team before the first change are read from it, and stated where the ticket begins."""
        rows = self.run_facts(Word(1, 1000, "customer"), Change(1, 2000, "group", "second", "first"),
                              Change(1, 3000, "group", "third", "second"))
        self.assertEqual([(row["at"], row["team"]) for row in rows], [(1000, None), (1000, "first"), (2000, "second"),
                                                                      (3000, "third")])
        for nobody in ("-", "", None):
            rows = self.run_facts(Word(1, 1000, "customer"), Change(1, 2000, "assignee", "agent1", nobody))
            self.assertEqual([row["owner"] for row in rows], [None, "agent1"])

    def test_what_holds_now_without_a_change(self) -> None:
        rows = self.run_facts(Word(1, 1000, "customer"), Now(1, "assignee", "agent1"), Now(1, "group", "third"),
                              Change(1, 2000, "group", "second", "first"))
        self.assertEqual([(row["owner"], row["team"]) for row in rows], [(None, None), ("agent1", "first"), (None,
                                                                                                             "second")])

    def test_one_moment_is_one_touchpoint(self) -> None:
        """Unless a field changes twice in it; what changes nothing is left out."""
        rows = self.run_facts(Change(1, 1000, "status", "new"), Change(1, 2000, "status", "open"),
                              Change(1, 2000, "assignee", "agent1"),
                              Change(1, 2000, "assignee", "agent2"), Change(1, 3000, "status", "open"),
                              Change(1, 4000, "tags", "x"))
        self.assertEqual([(row["at"], row["sequence"], row["owner"]) for row in rows],
                         [(1000, 0, None), (2000, 0, "agent1"), (2000, 1, "agent2")])

    def test_nobody_holds_it(self) -> None:
        """A ticket that is given back has no owner, and comes to nobody: agent1 to agent2 is one handoff."""
        rows = self.run_facts(*(Change(1, 1000 * i, "assignee", name) for i,
                                name in enumerate(("agent1", "-", "agent2"), 1)))
        self.assertEqual([row["owner"] for row in rows], ["agent1", "agent2"])

    def test_nothing_is_nobody(self) -> None:
        """What databases, frames and desks write where there is none holds no ticket, and is no customer and no date."""
        rules = self.RULES.but(fields={"requester": "customer"})
        for word in ("NULL", "null", "None", "nan", "<NA>", "\\N", "N/A", "n/a", "Unassigned", " Null ", "-", ""):
            rows = recipes.touchpoints([
                Change(1, 1000, "assignee", "agent1", word), Change(1, 2000, "assignee", word),
                Change(1, 3000, "assignee", "agent2"), Change(1, 3000, "group", "first", word),
                Change(1, 3000, "due", word), Now(1, "requester", word), Change(1, 4000, "status", "solved")], rules)
            with self.subTest(word):
                self.assertEqual([row["owner"] for row in rows], ["agent1", "agent2", None])
                self.assertEqual({"customer", "due"} & set(rows[0]), set())
                self.assertEqual(figures(rows, "handoffs", "team_changes"), {"handoffs": 1, "team_changes": 0})
        facts = [Change(1, 1000, "assignee", "NULL"), Change(1, 2000, "status", "solved")]
        rows = recipes.touchpoints(facts, rules.but(nobody=[""]))
        self.assertEqual(rows[0]["owner"], "NULL")

    def test_no_date_is_none(self) -> None:
        """A date that a database did not have is none, and the next column that has one counts."""
        incident = {"sys_id": "c", "opened_at": "2026-03-02 09:00:00", "state": "6", "resolved_at": "NULL",
                    "closed_at": "2026-03-02 10:00:00"}
        rows = recipes.servicenow([], incidents=[incident])
        self.assertEqual([row["at"] for row in rows if row["outcome"]], [at("2026-03-02T10:00")])
        with self.assertRaisesRegex(ValueError, "incidents, row 0: 'NULL' is no moment"):
            recipes.servicenow([], incidents=[{**incident, "opened_at": "NULL"}])

    def test_carried(self) -> None:
        """An agent's words carry who held the ticket before; a ticket that is taken and answered at once is its new owner's."""
        rows = self.run_facts(Word(1, 1000, "customer"), Change(1, 2000, "assignee", "agent1"), Word(1, 2000, "agent"),
                              Word(1, 3000, "agent"), Change(1, 3000, "assignee", "agent2"))
        self.assertEqual([row["owner"] for row in rows], [None, "agent1", "agent1", "agent1", "agent2"])
        rows = recipes.touchpoints([Word(1, 1000, "customer"), Change(1, 1000, "assignee", "agent1"),
                                    Word(1, 2000, "agent")], self.RULES.but(carry=()))
        self.assertEqual([row["owner"] for row in rows], [None, "agent1", None])

    def test_calls(self) -> None:
        """In a call both take part: an agent's is a contact, and a customer's is answered at once."""
        rows = self.run_facts(Word(1, 1000, "customer", channel="phone"), Word(1, 2000, "agent", channel="Phone"))
        self.assertEqual(facets(rows), ["inbound|update", "contact|update"])
        self.assertEqual(figures(rows, "first_response_mean")["first_response_mean"], 0)

    def test_automatic_words_answer_nobody(self) -> None:
        rows = self.run_facts(Word(1, 1000, "customer"), Word(1, 1000, "system", id="2"))
        self.assertEqual(figures(rows, "responses", "waiting"), {"responses": 0, "waiting": 1})

    def test_promise(self) -> None:
        """A due date is kept by the end; after reopening there is none without a new one."""
        rows = self.run_facts(Change(1, 1000, "due", "1970-01-02"), Change(1, 2000, "status", "solved"),
                              Change(1, 3000, "status", "open"), Change(1, 4000, "status", "solved"))
        self.assertEqual(rows[0]["due"], 2 * 86_400_000 - 1)
        self.assertEqual(facets(rows), ["", "delivered", "reopens", ""])

    def test_ratings(self) -> None:
        rows = self.run_facts(Change(1, 1000, "status", "solved"), Rating(1, 2000, "offered", "7"),
                              Rating(1, 3000, "Good", "7"),
                              Rating(1, 3000, "unoffered", "8"))
        self.assertEqual([(row["facets"], row["scale"], row["score"], row["scope"]) for row in rows],
                         [(None, None, None, None), ("asked", None, None, None), (None, "binary", 1, "journey")])

    def test_ratings_that_nobody_knows(self) -> None:
        """They are said, by their word; what says nothing is nothing."""
        rows = self.run_facts(Change(1, 1000, "status", "solved"), *(Rating(1, 2000 + n, word) for n, word in enumerate(
            ("Fine", "7", "7 ", "", "good"))))
        self.assertEqual(rows.left_out, {"rating Fine": 1, "rating 7": 2})
        self.assertEqual([row["score"] for row in rows if row["score"] is not None], [1])

    def test_own_rules(self) -> None:
        """The ninth system: a table of states, with final ones. Worked out in hours and minutes: 50 h 51 min."""
        rows = [("T-1", "2026-08-10 13:11", "Resolved"), ("T-1", "2026-08-11 09:40", "Mail received"),
                ("T-1", "2026-08-12 16:02", "Resolved"), ("T-2", "2025-09-22 09:00", "new"),
                ("T-2", "2025-09-22 10:00", "closed"),
                ("T-2", "2025-09-22 11:00", "open")]
        got = recipes.changes([dict(zip(("ticket", "changed", "state"), row)) for row in rows], journey="ticket",
                              at="changed",
                              state="state", final=["resolved", "closed"])
        self.assertEqual(figures(got, "journeys", "reopened", "completed", "open", "duration_mean"),
                         {"journeys": 2, "reopened": 2, "completed": 1, "open": 1,
                          "duration_mean": (50 * 60 + 51) * 60_000})

    def test_what_was_read_as_what(self) -> None:
        """States are shown with what they were taken as; fields that say nothing are counted; a warning where nothing ends."""
        facts = [Change(1, 1000, "status", "new"), Change(1, 2000, "Status", "Pending"), Change(1, 2000, "tags", "a"),
                 Change(1, 3000, "tags", "b"), Change(1, 3000, "status", "Solved"), Change(2, 1000, "status", "spam")]
        rows = self.run_facts(*facts)
        self.assertEqual(rows.states, {"new": "open", "Pending": "pending", "Solved": "completed", "spam": "abandoned"})
        self.assertEqual(rows.left_out, {"tags": 2})
        with self.assertWarnsRegex(cxj.IncompleteWarning, "none of the 2 words is a customer's"):
            recipes.touchpoints([Word(1, 1000, "agent"), Word(2, 1000, "agent")], self.RULES)
        with self.assertWarnsRegex(cxj.IncompleteWarning,
                                   r"'new', 'Pending'.*none is known as final; rules.but\(completed="):
            recipes.touchpoints(facts[:3], self.RULES)

    def test_facts_as_people_write_them(self) -> None:
        """Moments as texts, tickets that a frame made floats of; what nobody can be is refused."""
        rows = self.run_facts(Word(7.0, "2024-03-04 09:00", "customer"),  # type: ignore[arg-type]
                              Change("7.0", datetime.datetime(2024, 3, 4, 10), "status", "solved"))  # type: ignore[arg-type]
        self.assertEqual([(row["journey"], row["at"]) for row in rows],
                         [("7", at("2024-03-04 09:00")), ("7", at("2024-03-04 10:00"))])
        for wrong, words in ((Word(1, 1000, "Agent"), "who: customer, agent or system is expected in Word.*'Agent'"),
                             (Change(None, 1000, "status"), "a ticket is missing in Change")):
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                self.run_facts(wrong)

    def test_names_of_touchpoints(self) -> None:
        """Ids are those of the system with what they are of; where it has none, the moment and the place in it."""
        rows = self.run_facts(Change(1, 1000, recipes.CREATED), Word(1, 1000, "system"),
                              Word(1, 1000, "customer", public=False),
                              Change(1, 2000, "status", "open", id="7"), Change(1, 2000, "status", "pending", id="8"),
                              Change(1, 3000, "due", "2024-03-04"), Rating(1, 4000, "good"), Rating(1, 4000, "good", "9"))
        self.assertEqual([(row["id"], row["activity"], row["facets"]) for row in rows], [
            ("word 1000 0", "automatic", None), ("word 1000 1", "note", None), ("change 1000 0", "created", None),
            ("change 7", "status", None), ("change 2000 1", "status", "pending"), ("change 3000 0", "change", None),
            ("rating 4000", "rating", None), ("rating 9 good", "rating", None)])
        self.assertEqual([row["sequence"] for row in rows], [0, 1, 2, 0, 1, 0, 0, 1])

    def test_rules_stay(self) -> None:
        """but() makes other rules; what is added to fields stays beside what there is, and None takes away."""
        other = self.RULES.but(fields={"Group": None, "Team": "team"}, ratings={"Fine": ("csat5", 4)}, pending=["Waiting"])
        self.assertEqual(set(other.fields), {"status", "assignee", "due", "team"})
        self.assertEqual(set(other.ratings), {"good", "fine"})
        self.assertEqual((other.waits("waiting"), other.waits("pending"), self.RULES.waits("PENDING")), (True, False, True))
        self.assertFalse(Rules({}).thanks)

    def test_wrong_rules(self) -> None:
        with self.assertRaisesRegex(ValueError, "fields: 'assignee' cannot be 'ower'; .*owner"):
            Rules({"assignee": "ower"})
        with self.assertRaisesRegex(TypeError, "pending: a list of words is expected, not the text 'pending'"):
            Rules({}, pending="pending")

    def test_moments_of_digits(self) -> None:
        """13 digits are ms; 12 and 14 what they say, if that is a moment of 1970 to 2100, and nothing else."""
        for text, same in (("202603040900", "2026-03-04 09:00"), ("20260304090007", "2026-03-04 09:00:07"),
                           ("197001010000", "1970-01-01"), ("210012312359", "2100-12-31 23:59"), ("1772614800000", "2026-03-04 09:00")):
            self.assertEqual(recipes.moment(text), at(same), text)
        self.assertEqual(recipes.moment("202603040900", datetime.timezone(datetime.timedelta(hours=1))), at("2026-03-04 08:00"))
        for wrong in ("202613040900", "202602300900", "196912312359", "210101010000", "946684800000", "20260304096000", "1772614800",
                      "20260304", "177261480000012", "\u0661" * 13, "\u0661" * 12):
            with self.subTest(wrong), self.assertRaisesRegex(ValueError, "is no moment"):
                recipes.moment(wrong)
        row = {"ticket_id": 1, "field_name": "status", "value": "solved"}
        for number, words in ((202603040900, "202603040900 ms lies in the year 1976, but reads as a date; give it as a text"),
                              (20260304090000, "ms lies in the year 2612")):
            with self.subTest(number), self.assertRaisesRegex(ValueError, "history, row 0: .*" + words):
                recipes.zendesk([{**row, "updated": number}])
        self.assertEqual(recipes.zendesk([{**row, "updated": 946684800000}])[0]["at"], at("2000-01-01"))

    def test_clocks_that_change(self) -> None:
        """SPEC 10: "a time that a clock skips is the moment of the skip, one that comes twice the first"; so order stays."""
        rows = recipes.changes([{"case": 1, "when": f"2026-{when}", "state": state} for when, state in (
            ("03-29 02:30", "new"), ("03-29 03:10", "open"), ("10-25 02:30", "done"))],
            journey="case", at="when", state="state", final=["done"], tz="Europe/Berlin")
        self.assertEqual([row["at"] for row in rows],
                         [at("2026-03-29T01:00Z"), at("2026-03-29T01:10Z"), at("2026-10-25T00:30Z")])
        berlin, times = zoneinfo.ZoneInfo("Europe/Berlin"), ["2026-03-29 02:30", "2026-10-25 02:30", "2026-07-01 12:00"]
        with cxj.Engine.from_frame({"journey": [1] * 3, "at": times}, tz="Europe/Berlin") as filled:
            self.assertEqual(sorted(recipes.moment(text, berlin) for text in times),
                             [touchpoint.at.timestamp() * 1000 for touchpoint in filled.touchpoints(1)])
        self.assertEqual(recipes.moment("2026-03-29", berlin, by_end=True) + 1, at("2026-03-29T22:00Z"))

    def test_moments(self) -> None:
        nine = 1_709_542_800_000
        for text in ("2024-03-04T09:00:00Z", "2024-03-04 09:00", "2024-03-04T10:00:00.000+0100",
                     "2024-03-04T10:00:00+01:00",
                     "04/Mar/24 9:00 AM", "2024-03-04 09:00:00 UTC", "1709542800000", "2024-03-04T03:30-05:30", nine,
                     datetime.datetime(2024, 3, 4, 9), datetime.datetime(2024, 3, 4, 9, tzinfo=datetime.timezone.utc)):
            self.assertEqual(recipes.moment(text), nine, text)
        self.assertEqual(recipes.moment("2024-03-04 10:00", datetime.timezone(datetime.timedelta(hours=1))), nine)
        for text, off in (("2024-03-04T09:00:00.1239Z", 123), ("2024-03-04 09:00:00,5", 500), ("2024-03-04T14:45+05:45", 0),
                          ("2024-03-04T05:30:07-0330", 7000), ("2024-03-04T11+02", None)):
            if off is None:
                self.assertRaises(ValueError, recipes.moment, text)
            else:
                self.assertEqual(recipes.moment(text), nine + off, text)
        self.assertEqual(recipes.moment("04/Mar/24 12:05 AM"), at("2024-03-04T00:05Z"))
        self.assertEqual(recipes.moment("04/Mar/24 12:05 PM"), at("2024-03-04T12:05Z"))
        self.assertEqual(recipes.moment("2024-02-28", by_end=True) + 1, at("2024-02-29"))
        for wrong in ("04.03.24", "2024-13-04", "2024-03-04T25:00", None, True, "", float("nan")):
            with self.subTest(wrong), self.assertRaises(ValueError):
                recipes.moment(wrong)


class EventLogs(unittest.TestCase):
    LOG = """case_id,timestamp,concept:name,lifecycle:transition,org:resource
A,2025-05-12 08:30,intake,complete,agent1
A,2025-05-14 08:00,repair,schedule,agent2
A,2025-05-14 08:30,repair,start,agent2
A,2025-05-15 08:30,repair,complete,agent2
B,2025-05-13 09:00,intake,start,agent1
B,2025-05-13 09:40,intake,complete,agent1
B,2025-05-16 10:00,repair,start,agent3
"""

    def rows(self, text: str) -> "list[dict[str, str]]":
        return list(csv.DictReader(io.StringIO(text)))

    def test_start_and_complete_are_one(self) -> None:
        """Four touchpoints of seven rows; one that is not complete yet stands where it began."""
        for moment, times in (("complete", ["12T08:30", "13T09:40", "15T08:30", "16T10:00"]),
                              ("start", ["12T08:30", "13T09:00", "14T08:30", "16T10:00"])):
            rows = recipes.pm4py(self.rows(self.LOG), at=moment)
            self.assertEqual(sorted(row["at"] for row in rows), [at(f"2025-05-{time}Z") for time in times])
            with engine(rows, "transitions by activity") as filled:
                self.assertEqual([(cell.key,
                                   cell.metrics["transitions"].value) for cell in filled["transitions by activity"]],
                                 [({"from": "intake", "to": "repair"}, 2)])

    def test_names(self) -> None:
        """Columns by other names; what is no step of a lifecycle is a touchpoint of its own."""
        log = "Case,When,What,Phase\nA,2025-05-12 08:00,check,start\nA,2025-05-12 09:00,check,complete\nA,2025-05-12 10:00,check,queued\n"
        names = {"journey": "Case", "at": "When", "activity": "What", "lifecycle": "Phase"}
        self.assertEqual([row["at"] for row in recipes.pm4py(self.rows(log), names=names)],
                         [at("2025-05-12T09:00"), at("2025-05-12T10:00")])

    def test_instances(self) -> None:
        """Where instances are named, a complete belongs to its own start; else to the earliest."""
        log = ("case_id,timestamp,activity,lifecycle_id,activity_instance_id,resource_id\n"
               "A,2025-05-12 08:00,check,start,1,agent1\nA,2025-05-12 09:00,check,start,2,agent2\n"
               "A,2025-05-12 10:00,check,complete,2,\nA,2025-05-12 11:00,check,complete,1,\n")
        named = recipes.pm4py(self.rows(log))
        self.assertEqual({(row["owner"], row["at"]) for row in named}, {("agent1", at("2025-05-12T11:00")), ("agent2",
                                                                                                             at("2025-05-12T10:00"))})
        without = recipes.pm4py([{k: v for k, v in row.items() if k != "activity_instance_id"} for row in self.rows(log)])
        self.assertEqual({(row["owner"], row["at"]) for row in without},
                         {("agent1", at("2025-05-12T10:00")), ("agent2", at("2025-05-12T11:00"))})

    def test_two_columns(self) -> None:
        log = "case_id,start_timestamp,timestamp,concept:name\nA,2025-05-12 08:00,2025-05-12 08:30,intake\n"
        self.assertEqual([row["at"] for row in recipes.pm4py(self.rows(log), at="start")], [at("2025-05-12T08:00")])
        self.assertEqual([row["at"] for row in recipes.pm4py(self.rows(log))], [at("2025-05-12T08:30")])
        with self.assertRaisesRegex(ValueError, "at: 'complete' or 'start' is expected, not 'end'"):
            recipes.pm4py(self.rows(log), at="end")


class Stitch(unittest.TestCase):
    TICKETS = """ticket,merged_into,customer,at,activity,owner,facets,outcome
B1,,81,2025-04-01 09:00,mail 1,,inbound,
B2,B1,81,2025-04-01 09:10,mail 2,,inbound,
B2,B1,81,2025-04-01 09:40,merged into B1,agent1,,completed
B1,,81,2025-04-01 11:00,reply,agent1,contact|update,
B1,,81,2025-04-01 12:00,closed,agent1,,completed
B3,,81,2025-04-19 10:00,mail 3,,inbound,
B3,,81,2025-04-19 16:00,closed,agent2,update,completed
C1,,82,2025-04-01 09:00,mail,,inbound,
D1,,,2025-04-01 09:00,mail,,inbound,
D2,,,2025-04-01 09:00,mail,,inbound,
"""

    def tickets(self) -> "list[dict[str, Any]]":
        return [{**row, "at": at(row["at"])} for row in csv.DictReader(io.StringIO(self.TICKETS))]

    def journeys(self, rows: Any, **settings: Any) -> "list[Any]":
        got = cxj.stitch(rows, **{"by": "customer", "journey": "ticket", "alias": "merged_into", "gap": "30d", **settings})
        return [row["journey"] for row in got]

    def test_gap_and_alias(self) -> None:
        """From 1 April 12:00 to 19 April 10:00 it is 17 days and 22 hours. Who states no customer is stitched to nobody."""
        rest = ["C1", "D1", "D2"]
        for gap, third in (("30d", "B1"), ("18d", "B1"), ("14d", "B3"), ("430h", "B1"), ("429h", "B3"),
                           (datetime.timedelta(hours=430), "B1"), ("61w", "B1")):
            self.assertEqual(self.journeys(self.tickets(), gap=gap), ["B1"] * 5 + [third] * 2 + rest, gap)
        self.assertEqual(self.journeys(self.tickets(), alias=None, gap="0s"),
                         ["B1", "B1", "B1", "B1", "B1", "B3", "B3", *rest], "what overlaps has no gap")

    def test_alias_alone_connects(self) -> None:
        """Aliases connect over several tickets, in a circle too, and over one that has no rows."""
        rows = [{"ticket": name, "merged_into": into, "customer": None, "at": 1000 + i}
                for i, (name, into) in enumerate([("a", "b"), ("b", "c"), ("c", "a"), ("d", "gone"), ("e", "gone"),
                                                  ("f", None)])]
        self.assertEqual(self.journeys(rows), ["a", "a", "a", "d", "d", "f"])

    def test_any_order(self) -> None:
        seed = random.randrange(2**32)
        dice = random.Random(seed)
        for _ in range(30):
            rows: list[dict[str, Any]] = [
                {"ticket": f"t{dice.randrange(12)}", "merged_into": dice.choice([None] * 9 + ["t3", "t5"]),
                 "customer": dice.choice([None, "1", "2"]), "at": dice.randrange(1, 60) * HOUR, "n": n} for n in range(40)]
            right = dict(zip((row["n"] for row in rows), self.journeys(rows, gap="3h")))
            dice.shuffle(rows)
            self.assertEqual(dict(zip((row["n"] for row in rows), self.journeys(rows, gap="3h"))), right, seed)

    def test_what_is_left(self) -> None:
        """Ready to be recorded: no column of tickets and aliases, and ids that are unique in the journey."""
        rows = [{**row, "id": n % 2 + 1} for n, row in enumerate(self.tickets())]
        got = cxj.stitch(rows, by="customer", journey="ticket", alias="merged_into", gap="30d")
        self.assertNotIn("ticket", got[0])
        self.assertNotIn("merged_into", got[0])
        self.assertEqual([row["id"] for row in got][:4], [1, "B2 2", "B2 1", 2])

    def test_recipe_then_stitch(self) -> None:
        """The fourth ticket of the story is customer1's as the first one is, 3 hours before whose end it begins."""
        rows = made("Zendesk")
        self.assertEqual(figures(cxj.stitch(rows, by="customer", gap="14d"), "journeys", "handoffs"),
                         {"journeys": 3, "handoffs": 2})

    def test_containers(self) -> None:
        right = self.journeys(self.tickets())
        columns = {name: [row[name] for row in self.tickets()] for name in self.tickets()[0]}
        settings: dict[str, Any] = {"by": "customer", "journey": "ticket", "alias": "merged_into", "gap": "30d"}
        got = cxj.stitch(columns, **settings)
        self.assertEqual(got["journey"], right)
        with cxj.Engine(["journeys"]) as filled:
            filled.record_many({**got, **{name: [value or None for value in got[name]] for name in ("customer",
                                                                                                    "owner", "outcome")}})
        for name in ("pandas", "polars", "pyarrow"):
            with contextlib.suppress(ImportError):
                library = __import__(name)
                frame = library.table(columns) if name == "pyarrow" else library.DataFrame(columns)
                got = cxj.stitch(frame, **settings)
                self.assertIs(type(got), type(frame))
                self.assertEqual((got["journey"].to_pylist() if name == "pyarrow" else got["journey"].to_list()),
                                 right, name)

    def test_wrong_calls(self) -> None:
        for settings, words in (({"gap": "two weeks"}, "gap: .* not 'two weeks'"),
                                ({"gap": datetime.timedelta(-1)}, "negative"),
                                ({"by": "reason"}, "there is no column 'reason'; there are 'ticket', 'merged_into'")):
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                self.journeys(self.tickets(), **settings)
        for gap, span in (("7s", 7000), ("7 m", 420_000), ("7min", 420_000), ("7h", 7 * HOUR), ("7d", 168 * HOUR),
                          ("1w", 168 * HOUR)):
            rows = [{"ticket": name, "merged_into": None, "customer": 1, "at": at} for name,
                    at in (("a", HOUR), ("b", HOUR + span),
                                                                                                   ("c",
                                                                                                    HOUR + 2 * span + 1))]
            self.assertEqual(self.journeys(rows, gap=gap), ["a", "a", "c"], gap)
        with self.assertRaisesRegex(ValueError, "row 1: 'noon' is no moment"):
            self.journeys([{"ticket": 1, "merged_into": None, "customer": 1, "at": at} for at in (HOUR, "noon")])
        with self.assertRaisesRegex(ValueError, "row 0: there is no ticket"):
            self.journeys([{"ticket": None, "merged_into": None, "customer": 1, "at": 1}])


if __name__ == "__main__":
    unittest.main()
