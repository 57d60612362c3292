#!/usr/bin/env python3
"""texts.py REPORT

Does anything reach a terminal that must not? REPORT is the report program.

1. Each character that steers a terminal, turns the direction of writing or cannot be seen, and each byte that is no UTF-8,
   appears as an escape, and every other one as it is: exactly as the Python package shows them.
2. A log in which such texts stand wherever a text may stand (names, fields that are refused, the header, the view, the
   file's name), and a command line full of them: not one is raw in what the report prints, on stdout or stderr.
3. In JSON the names come back as they were (SPEC.md section 7: keys are compared "byte by byte").
4. A path is told whole: cut, two that begin alike would be told as one.
5. What is said of a log names what it saw, what it wanted, and what to do; and not a cause that is none (MESSAGES).

Exit status 0 if all holds.
"""

import csv
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent

spec = importlib.util.spec_from_file_location("text", ROOT / "bindings/python/cxj/_text.py")
assert spec is not None and spec.loader is not None
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
visible = module.visible

HOSTILE = ["\x1b[31m", "\x07", "\x08", "\r", "\n", "\t", "\x7f", "\x85", "\x9b31m", "\xad", "\u061c", "\u200b", "\u200e",
           "\u200f", "\u2028", "\u2029", "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\ufeff", "\ufff9", "\U000e0041",
           "\x1b]0;title\x07", "\x1b[2J"]
NAMES = ("type", "segment", "reason", "activity", "channel", "owner", "team", "stage", "cause")
REFUSED = ("at", "facets", "due", "scale", "score", "scope", "outcome", "value", "commitment", "sequence", "revision")


def fail(text: str) -> None:
    sys.exit(f"texts.py: {ascii(text)}")


def run(report: str, *arguments: "str | bytes") -> "tuple[int, str, str]":
    done = subprocess.run([report, *arguments], capture_output=True, check=False, timeout=60)
    said = []
    for stream in (done.stdout, done.stderr):
        try:
            said.append(stream.decode())
        except UnicodeDecodeError as error:
            fail(f"{arguments!r}: it prints bytes that are not UTF-8: {error}")
    return done.returncode, said[0], said[1]


def compare(report: str) -> int:
    """Every character of the first two planes and of the tags, by the sentence that refuses a view."""
    codes = [code for code in (*range(1, 0x20000), *range(0xE0000, 0xE1000)) if not 0xD800 <= code < 0xE000]
    at = 0
    while at < len(codes):
        text, end = "", at
        while end < len(codes) and len(visible(text)) < 400:
            text += chr(codes[end])
            end += 1
        status, _, said = run(report, "--view", text, "-")
        if status == 0 or f'the view "{visible(text)}" is refused' not in said:
            fail(f"the characters from U+{codes[at]:04X} on: {said!r} does not hold {visible(text)!r}")
        at = end
    wrong = [bytes([byte]) for byte in range(0x80, 0x100)] + [b"\xc3", b"\xe2\x80", b"\xed\xa0\x80", b"\xc0\x80"]
    for raw in wrong:
        _, _, said = run(report, "--view", b"a" + raw + b"b", "-")
        if "a" + "".join(f"\\x{byte:02x}" for byte in raw) + "b" not in said:
            fail(f"the bytes {raw!r} are shown in {said!r}")
    return len(codes) + len(wrong)


def check_clean(what: str, text: str) -> None:
    for character in text:
        if character != "\n" and visible(character) != character:
            fail(f"{what} prints {character!r} raw: {text!r}")


def spread(report: str, folder: pathlib.Path) -> int:
    """Such texts wherever a text may stand."""
    path = folder / "log\x1b[31m\u202e\n.csv"
    columns = ["journey", "at", "customer", *NAMES, "facets", "due", "scale", "score", "scope", "outcome", "value",
               "commitment", "sequence", "revision", "more\x1b[5m\u2066"]
    views = [*(f"touchpoints by {name}" for name in NAMES), "journeys by type, segment, entry, exit", "transitions by owner",
             'journeys where type = "\x1b[31m\u202e"', "touchpoints by channel, owner, team, stage",
             "touchpoints by channel per day", "journeys by type with drivers"]
    analyses = ["--spread", "fault_rate", "--control", "touchpoints", "--parity", "fault_rate", "--relation",
                "touchpoints,faults", "--within", "wait=1d", "--drill"]
    told = 0
    for number, text in enumerate(HOSTILE):
        good = {"journey": f"j{text}", "at": "2026-01-01", "customer": f"c{text}", **{name: f"n{text}" for name in NAMES}}
        later = {**good, "at": "2026-01-02", "owner": f"o{text}"}
        rated = [{"journey": f"d{i}", "at": "2026-01-01", "type": f"n{text}", "channel": f"n{text}",
                  "facets": "fault" if i % 2 else "",
                  "scale": "percent", "score": 90 - 30 * (i % 2) - i, "scope": "journey"} for i in range(6)]
        rows = [good, later, *rated, *({"journey": "1", "at": "2026-01-01", field: text} for field in REFUSED)]
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)
        quoted = text.replace('"', '""')
        rules = ["open for 1m", f'churned where type = "n{quoted}"', f'open for 1m where team = "n{quoted}"']
        asked = [*analyses, *(part for view in views for part in ("--view", view)),
                 "--replay", *(part for rule in rules for part in ("--rule", rule))]
        status, out, said = run(report, *asked, str(path))
        if status not in (0, 3):
            fail(f"text {number}: status {status}, {said!r}")
        check_clean(f"text {number}: stdout", out)
        check_clean(f"text {number}: stderr", said)
        if visible(f"n{text}") not in out or visible(f"j{text}") not in out or visible(text) not in said:
            fail(f"text {number}: {text!r} is not shown as an escape in {out!r} and {said!r}")
        if f"type {visible(f'n{text}')}" not in out:
            fail(f"text {number}: no drivers of {text!r} in {out!r}")
        if f"worklist: {visible(rules[2])}" not in out or f"replay: {visible(rules[2])}" not in out:
            fail(f"text {number}: {rules[2]!r} is not told in {out!r}")
        told += said.count(visible(text))
        status, out, _ = run(report, "--json", "--drill", "--view", "touchpoints by channel", "--rule", rules[2], str(path))
        answer = json.loads(out)
        cells, [waiting] = answer["views"][0]["cells"], answer["worklists"]
        if waiting["rule"] != rules[2] or [one["journey"] for one in waiting["occasions"]] != [f"j{text}"]:
            fail(f"text {number}: {text!r} does not come back in a worklist: {out!r}")
        if [cell["key"]["channel"] for cell in cells] != [f"n{text}"] or f"j{text}" not in cells[0]["drill"]:
            fail(f"text {number}: {text!r} does not come back in JSON: {out!r}")
    return told


def command_line(report: str, folder: pathlib.Path) -> int:
    """Whatever is asked with such a text is wrong, and said so."""
    log = folder / "good.csv"
    log.write_text("journey,at\n1,2026-01-01\n", encoding="utf-8")
    runs = 0
    for text in HOSTILE:
        for asked in (["--view", f"touchpoints by {text}"], ["--rule", f"open for {text}"], ["--now", text], ["--feeds", f"contact,{text}"],
                      ["--metrics", text], ["--spread", text], ["--control", text], ["--parity", text],
                      ["--relation", f"touchpoints,{text}"], ["--within", f"{text}=4h"], ["--within", f"wait={text}"],
                      [f"--{text}"], ["--load", f"{folder}/{text}"],
                      ["--save", f"{folder}/{text}/x"], ["--check", f"{folder}/{text}"], [f"{folder}/{text}.csv"]):
            status, out, said = run(report, *asked, *([str(log)] if asked[0].startswith("--") else []))
            if status == 0 or visible(text) not in said:
                fail(f"{asked!r}: status {status}, {said!r}")
            check_clean(f"{asked!r}", out + said)
            runs += 1
        saved = f"{folder}/{text}.cxj"
        for asked in (["--save", saved, str(log)], ["--check", saved]):
            status, out, said = run(report, *asked)
            if status != 0:
                fail(f"{asked!r}: {said!r}")
            check_clean(f"{asked!r}", out + said)
            runs += 1
    return runs


def paths(report: str, folder: pathlib.Path) -> int:
    """Whatever is said of a file names all of its path."""
    deep = folder / ("a folder with a long name " * 9).strip()
    deep.mkdir()
    log, saved, missing = deep / "export.csv", deep / "export.cxj", deep / "export_of_may.csv"
    log.write_text("journey,at\n1,2026-01-01\n1,no date\n", encoding="utf-8")
    tried = 0
    for named, asked in ((log, ["--save", str(saved), str(log)]), (saved, ["--check", str(saved)]),
                         (missing, [str(missing)]), (log, ["--check", str(log)]), (missing, ["--load", str(missing)])):
        _, out, told = run(report, *asked)
        if str(named) not in out + told:
            fail(f"{asked!r}: the path is not told whole: {out}{told}")
        tried += 1
    return tried


def same_number(report: str, folder: pathlib.Path) -> int:
    """Two texts that stand for one number, in any two of the fields that are read so: the later row is refused, and both
    are named (SPEC.md section 7). This pair was looked for; by chance it takes some billions of texts to meet one."""
    texts = ("J-cduurs2tgzzya", "J-uv6dgqqvgadtc")
    fields = ("journey", "id", "customer")
    tried = 0
    for first in fields:
        for second in fields:
            rows = [dict.fromkeys(fields, "7"), dict.fromkeys(fields, "8"), dict.fromkeys(fields, "9")]
            rows[0][first], rows[1][second], rows[2][first] = texts[0], texts[1], texts[0]
            log = folder / "same-number.csv"
            log.write_text("at," + ",".join(fields) + "\n" + "".join(
                f"2026-01-0{i + 1}," + ",".join(row[field] for field in fields) + "\n" for i, row in enumerate(rows)))
            status, out, told = run(report, "--json", "--view", "journeys", str(log))
            answer = json.loads(out)
            if status != 3 or answer["rejected"] != 1 or answer["touchpoints"] != 2:
                fail(f"{first}, {second}: status {status}, {out[:200]}")
            if not all(f'"{text}"' in told for text in texts) or f"line 3, {second}" not in told:
                fail(f"{first}, {second}: both texts and the field are to be named: {told}")
            tried += 1
    return tried


class Message(NamedTuple):
    """A log, how it is read, and of what is said on stderr some that must stand there, and some that must not."""

    log: "str | bytes"
    says: "list[str]"
    arguments: "list[str]" = []
    status: int = 0
    not_says: "list[str]" = []
    more: "str | None" = None  # a second file


CAUSE = "more than half of the rows are refused"
HEAD = "journey,at,owner\n"
DUE = "journey,at,due,facets\n1,2026-03-02 09:00,{},\n2,2026-03-02 09:00,{},\n1,2026-03-04 11:00,,delivered\n"
FLAT = ("journey,at,csat,due,value\n1,2026-03-02,2,2026-03-04 18:00,12\n1,2026-03-03,2,2026-03-04 18:00,12\n"
        "2,2026-03-02,4,2026-03-08 18:00,70\n2,2026-03-05,4,2026-03-08 18:00,70\n3,2026-03-05,,,\n3,2026-03-06,,,\n4,2026-03-05,1,,\n")
DAYS = "7,28/2/2025 23:30,a\n7,1/3/2025 00:30,b\n7,13/4/2025,c\n"

# SPEC.md section 7: "What was read as what, and which columns were left out, is said on stderr, with the nearest name of a
# field where one is near", and what else it asks to be said.
MESSAGES = [
    # fields and columns
    Message(HEAD + "7,2026-01-01,a\n", ["fields: journey, at, owner\n", "1 rows; 1 touchpoints"],
            not_says=["left out", "near", "--", "1970", "equal"]),
    Message("Case ID,time:timestamp,Org:Resource,Assignee,Colour,Ownr\n7,2026-01-01,a,b,c,d\n",
            ['journey ← "Case ID"', 'at ← "time:timestamp"', 'owner ← "Org:Resource"',
             '"Assignee" (near owner, which is "Org:Resource")', '"Colour"', '"Ownr" (near owner'], not_says=["Colour\" (near"]),
    Message("journey,at,Assignee,Assigned to,case,Queue,State,Deadline\n7,2026-01-01,a,b,c,d,e,\n",
            ['"Assignee" (near owner: --map owner=Assignee)', '"Assigned to" (near owner: --map "owner=Assigned to")',
             '"case" (near journey, which is "journey")', '"Queue" (near team: --map team=Queue)',
             '"State" (near stage: --map stage=State)', '"Deadline" (near due: --map due=Deadline)']),
    Message("journey,at,value\n7,2026-01-01,5\n", ['columns left out: "value" (near value, which is left out)'],
            ["--map", "value="]),
    Message("journey,at,owner\r8,2026-01-01,b\r", ["carriage returns (CR)", "tr '\\r' '\\n'", "owner\\r8"]),
    Message(HEAD + "7,2026-01-01,a\n", ["a.csv: fields: journey, at, owner", "2 files: 2 rows"], more=HEAD + "8,2026-01-01,a\n",
            not_says=["b.csv: fields"]),
    Message(HEAD + "7,2026-01-01,a\n", ["b.csv: fields: journey, at, team"], more="journey,at,team\n8,2026-01-01,a\n"),
    # headers that are refused
    Message("ticket,Created at,who\n7,2026-01-01,a\n", ["no column journey", '--map journey=ticket --map "at=Created at" it can be read',
            'columns: "ticket" (near journey', '"who"'], status=1),
    Message("a,b\n7,2026-01-01\n", ["no column journey", 'columns: "a", "b"', "--map journey=COLUMN and --map at=COLUMN"],
            status=1, not_says=["can be read"]),
    Message("journey,when\n7,04/Mar/24\n", ["no column at", "--map at=when", 'but not times such as "04/Mar/24"'], status=1,
            not_says=["it can be read"]),
    Message("journey,time\n7,1718000000\n", ["--map at=time --unit s it can be read"], status=1),
    Message("Case ID;Timestamp;Resource\n7;28.11.2026 9:05;a\n", ['separated by semicolons (";")',
            'with --delimiter ";" --dates dmy it can be read'], status=1, not_says=["mdy"]),
    Message("Case ID;Timestamp\n7;5.11.2026 9:05\n", ["--dates dmy (or mdy, if the month comes first)"], status=1),
    Message("journey\tat\n7\t2026-01-01\n", ["separated by tabs", "--delimiter tab it can be read"], status=1),
    Message("journey|at\n7|2026-01-01\n", ['--delimiter "|" it can be read'], status=1),
    Message("sep=;\njourney;at\n7;2026-01-01\n", ["first line", "take that line out", "--delimiter"], status=1),
    Message("Report of May\n\njourney,at\n7,2026-01-01\n", ["line 3 looks like the header", "Report of May"], status=1),
    Message('<?xml version="1.0"?>\n<log xes.version="1.0">\n</log>\n', ["XES", "CSV", "python -m cxj convert --from xes FILE", "pm4py"], status=1, not_says=["JSON"]),
    Message("<table><tr/></table>\n", ["XML", "CSV"], status=1, not_says=["XES", "JSON"]),
    Message('[{"journey": 7}]\n', ["JSON", "CSV", "jq", "python -m cxj"], status=1, not_says=["XES"]),
    Message(b"\x1f\x8b\x08\x00\x00", ["gzip -dc"], status=1),
    Message(b"PK\x03\x04\x00", [".xlsx", "CSV"], status=1),
    Message(HEAD.encode("utf-16-le"), ["UTF-16 without a byte-order mark", "UTF-8"], status=1),
    Message("", ["no header line"], status=1),
    Message("journey,at,Agent\n7,2026-01-01,a\n", ['--map owner: the header has no such column: "agent"; the nearest is "Agent"',
            'columns: "journey" (read as journey)'], ["--map", "owner=agent"], 1),
    Message(HEAD, ['no field "ownr"', "the nearest is owner", "--map takes FIELD=COLUMN"], ["--map", "ownr=x"], 2),
    Message(HEAD, ["--unit takes ms, s, us or ns", '"min"'], ["--unit", "min"], 2),
    Message(HEAD, ["--dates takes dmy, mdy or ymd", '"iso"'], ["--dates", "iso"], 2),
    Message(HEAD, ["--delimiter takes one ASCII character", '";;"'], ["--delimiter", ";;"], 2),
    Message(HEAD, ["--ties takes id or file", '"row"'], ["--ties", "row"], 2),
    Message(HEAD, ["--now takes a time", '"noon"'], ["--now", "noon"], 2),
    # rows that are refused
    Message(HEAD + "7,,a\n7,2026-01-01,b\n", ["line 2, at: must not be empty", "2026-11-21 22:43"], status=3, not_says=[CAUSE]),
    Message(HEAD + ",2026-01-01,a\n7,2026-01-01,b\n", ["line 2, journey: must not be empty", "INC-4711"], status=3),
    Message("journey,Timestamp\n7,04/Mar/24\n", ['line 2, at (column "Timestamp")', '"04/Mar/24"', "2026-11-21T22:43:47Z"], status=3,
            not_says=["--dates dmy"]),
    Message(HEAD + "7,0,a\n", ["line 2, at: 0, which is no moment", "2026-11-21"], status=3),
    Message("journey,at,value,revision,commitment\n7,5,1.50,,\n7,5,,x,\n7,5,,,8\n",
            ['value: not a number, or out of range: "1.50"; money in minor units', "--map value=", "revision: not a number",
             "commitment: not a number", "from 0 to 7"], status=3),
    Message("journey,at,value\n7,5,1000000000000001\n", ["more money than 10^15"], status=3),
    Message("journey,at,facets\n7,5,inbound|smile\n", ['"inbound|smile", for "smile"', "such as inbound|fault"], status=3),
    Message("journey,at,outcome\n7,5,solved\n", ['outcome: not one of the names for this field: "solved"; one of completed, abandoned'],
            status=3),
    Message("journey,at,scale,score,scope\n7,5,csat9,3,journey\n7,5,csat5,3,case\n",
            ["csat5, csat7, csat10, percent, binary, nps, ces7", "touchpoint, journey, employee"], status=3),
    Message("journey,at,scale,score,scope\n7,5,csat5,6,journey\n7,6,,3,\n7,7,csat5,3,\n7,8,nps,,journey\n",
            ['line 2, score: a score that is not on its scale: "6"; csat5 goes from 1 to 5', "line 3, score: a score or a scope without a scale",
             "such as csat5", "line 4, scope: a scale without a scope", "touchpoint, journey or employee", "line 5, score: must not be empty"],
            status=3),
    Message("journey,at,csat,nps\n7,5,6,\n7,6,5,9\n7,7,6.5,\n",
            ['line 2, csat5 (column "csat"): a score that is not on its scale: "6"; csat5 goes from 1 to 5',
             "line 3, nps: two ratings in one row; they are two touchpoints", "give each a row", '"6.5"; a score from 1 to 5'], status=3),
    Message(HEAD + "7,2026-01-01\n7,2026-01-01,a,b\n7,2026-01-02,c\n", ["line 2: too few fields: 2 where the header has 3",
            "line 3: too many fields: 4 where the header has 3", '"such, as this"', "more or fewer fields"],
            status=3),
    Message(HEAD + '7,2026-01-01,a"b\n7,2026-01-02,"a"b\n7,2026-01-03,"c\n',
            ["a quote inside a bare field", "text after a closing quote", "never closed", 'the ""new"" one'], status=3),
    Message(HEAD.encode() + b"7,2026-01-01,K\xf6ln\n7,2026-01-02,x\n", ["line 2, owner: bytes that are not UTF-8", "UTF-8"], status=3,
            not_says=["1252"]),
    # why most rows were refused
    Message(HEAD + DAYS, [CAUSE, "they can be read with --dates dmy\n"], status=3, not_says=["other way round", "unit"]),
    Message(HEAD + DAYS.replace("1/3", "14/3"), [CAUSE, "the other way round; they can be read with --dates dmy\n"],
            ["--dates", "mdy"], 3),
    Message(HEAD + "7,1/2/2025,a\n7,2/3/2025,b\n", [CAUSE, "--dates dmy (or mdy, if the month comes first)"], status=3),
    Message(HEAD + "7,1718000000123456789,a\n", [CAUSE, "numbers of another unit", "--unit ns"], status=3, not_says=["dates"]),
    Message(HEAD + "7,yesterday,a\n", [CAUSE, "cannot be read", "2026-11-21"], status=3, not_says=["with --dates"]),
    Message(HEAD.encode() + b"7,2026-01-01,K\xf6ln\n", [CAUSE, "Windows-1252 or Latin-1", "iconv"], status=3),
    Message(HEAD + "7;2026-01-01;a\n7;2026-01-02;b\n", [CAUSE, "separated by semicolons", '--delimiter ";"'], status=3),
    Message(HEAD + "7,2026-01-01,a,x\n7,2026-01-02,b,y\n", [CAUSE, "stands in quotes"], status=3, not_says=["semicolons", "tabs"]),
    Message("journey,at,outcome\n7,5,open\n7,6,solved\n", [CAUSE, "--map outcome= leaves it out"], status=3),
    # what is odd
    Message(HEAD + "7,1718000000,a\n7,1718000060,b\n", ["2 moments lie in 1970 or before (the first in line 2)", "as seconds they are of our time: --unit s"]),
    Message(HEAD + "7,45817,a\n", ["1 moment lies in 1970 or before", "unit", "days of a spreadsheet"], not_says=["of our time"]),
    Message(HEAD + "7,1969-07-20,a\n", ["1970 or before (the first in line 2); are they right?"], not_says=["unit"]),
    Message(HEAD + "7,9999-12-31,a\n", ["beyond the year 2200 (the first in line 2)"], not_says=["unit"]),
    Message(HEAD + "7,2024-01-01,a\n7,2026-01-01,b\n7,2024-02-01,c\n",
            ["line 3: the latest moment, 2026-01-01T00:00:00Z, lies more than a year beyond the next, 2024-02-01T00:00:00Z"]),
    Message(HEAD + "7,2025-02-01,a\n7,2026-01-01,b\n", [], not_says=["the latest moment"]),
    Message(HEAD + "7,2026-01-01,a\n" * 3, ["2 touchpoints without an id are equal to others in all fields"], not_says=["ties"]),
    Message("id," + HEAD + "a,7,2026-01-01,x\nb,7,2026-01-01,y\nc,7,2026-01-02,y\n",
            ["1 tie of equal moments was decided by hashed text ids", "--ties file", "a column sequence"], not_says=["equal to"]),
    Message("id," + HEAD + "a,7,2026-01-01,x\nb,7,2026-01-01,y\n", [], ["--ties", "file"], not_says=["decided"]),
    Message("id," + HEAD + "1,7,2026-01-01,x\n2,7,2026-01-01,y\n", [], not_says=["decided"]),
    Message("id,revision," + HEAD + "1,1,7,2026-01-01,x\n1,1,7,2026-01-01,x\n1,1,7,2026-01-01,y\n1,2,7,2026-01-01,x\n",
            ["2 rows are duplicates", "(the first in line 3)", "1 of the duplicates differs", "(the first in line 4)",
             "1 row is superseded", "(the first in line 5)"]),
    Message("id," + HEAD + "1,7,2026-01-01,x\n", ["1 row is a duplicate", "b.csv, line 2)"], more="id," + HEAD + "1,7,2026-01-01,x\n"),
    # what is asked for
    Message(HEAD, ['; there stands "chanel"; the nearest is channel\n'], ["--view", "touchpoints by chanel"], 2),
    Message(HEAD, ['; there stands "segement"; the nearest is segment\n'], ["--view", "journeys where segement=x"], 2),
    Message(HEAD, ['; there stands "waitng"; the nearest is waiting\n'], ["--rule", "waitng for 4h"], 2),
    Message(HEAD, ['expected "for" and a span; there stands "4h"\n'], ["--rule", "waiting 4h"], 2),
    Message(HEAD, ["say m or h\n"], ["--rule", "silent for 1d in working hours"], 2),
    Message(HEAD, ["churned\n"], ["--view", "touchpoints by"], 2),
    Message(HEAD, ["what working hours are, --calendar FILE says"], ["--view", "journeys in working hours"], 2, ["cxj_set_calendar"]),
    Message(HEAD + "7,2026-01-01,ann\n", ['owner is never "anne", which is asked for; the nearest is "ann"\n', 'owner is never "x", which is asked for\n'],
            ["--view", "touchpoints where owner in (anne, ann, x)"], not_says=['"ann",', "two"]),
    Message(HEAD + "7,2026-01-01,ann\n", ['owner is never "anne", which is asked for; the nearest is "ann"\n'], ["--rule", "open for 4h where owner = anne"]),
    Message(HEAD + "7,2026-01-01,ann\n", ['owner is never "anne", which is asked for'], ["--replay", "--rule", "open for 4h where owner = anne"]),
    Message(HEAD + "7,2026-01-01,ann\n", [], ["--rule", "open for 4h where owner = ann"], not_says=["never"]),
    Message(HEAD + "7,2026-01-01,ann\n", ["--control touchpoints shows nothing: no such view has a period", "--parity fault_rate shows nothing: no such view has two cells"],
            ["--control", "touchpoints", "--view", "touchpoints", "--parity", "fault_rate"]),
    Message(HEAD + "7,2026-01-01,ann\n", ["--spread satisfaction_step shows nothing: no view that is answered is of transitions\n"],
            ["--spread", "satisfaction_step"]),
    Message(HEAD + "7,2026-01-01,ann\n", ["--metrics satisfaction shows nothing: no view that is answered is of touchpoints\n"], ["--metrics", "satisfaction,open"]),
    Message(HEAD + "7,2026-01-01,ann\n8,2026-01-01,ann\n8,2026-02-01,ann\n", [], ["--control", "journeys", "--spread", "completion_rate", "--view", "journeys per month"],
            not_says=["shows nothing"]),
    # what is perhaps not meant
    Message(DUE.format("2026-03-04 00:00:00", "2026-03-05T00:00"), ["all 2 times in due are midnight; if they are days, write them without a time"]),
    Message(DUE.format("2026-03-04", "2026-03-05"), [], not_says=["midnight"]),
    Message(DUE.format("2026-03-04 00:00", "2026-03-05"), [], not_says=["midnight"]),
    Message(DUE.format("2026-03-04 00:00", "2026-03-05 00:01"), [], not_says=["midnight"]),
    Message(DUE.format("2026-03-04T00:00Z", "2026-03-05T00:00Z"), [], ["--calendar", "a.cal"], not_says=["midnight"]),
    Message(DUE.format("2026-03-03T23:00Z", "2026-03-04T23:00Z"), ["all 2 times in due are midnight"], ["--calendar", "a.cal"]),
    Message(FLAT, [f"{name} says the same in all rows of each journey" for name in ("value", "due", "csat5")],
            ["--map", "value=value"]),
    Message(FLAT + "1,2026-03-07,,,\n", [], ["--map", "value=value"], not_says=["says the same"]),
    Message(FLAT.replace(",4,", ",2,").replace(",70", ",12").replace("-08 18", "-04 18"), [], ["--map", "value=value"], not_says=["says the same"]),
    Message(HEAD + "7,2026-01-01,ann\n7,2026-01-02,NULL\n7,2026-01-03,#N/A\n7,2026-01-04,Nullmann\n",
            ['owner has the name "NULL": if that stands for none, --none NULL\n', '--none "#N/A"\n'], not_says=["mann", "two"]),
    Message(HEAD + "7,2026-01-01,NULL\n7,2026-01-02,\n", [], ["--none", "NULL"], not_says=["NULL"]),
    Message(HEAD + "7,2026-01-01,ann\n7,2026-01-02,ann \n7,2026-01-03,annb\n7,2026-01-03,annB\n8,2026-01-01,Bob\n",
            ['owner has "ann" and "ann ", "annB" and "annb": each counts by itself\n'], not_says=["Bob", "more"]),
    Message(HEAD + "7,2026-01-01,ann\n7,2026-01-02,Ann\n", ['owner has "Ann" and "ann": they count as two\n']),
    Message(HEAD + "7,2026-01-01,a\n7,2026-01-02,A\n7,2026-01-03,b\n7,2026-01-03,B\n7,2026-01-03,c\n7,2026-01-03,C\n7,2026-01-03,d\n"
            "7,2026-01-03,D\n", ['"C" and "c" and 1 more such pairs'], not_says=['"D"']),
    Message(HEAD.replace(",", ";") + "1,23457E+11;2026-01-01;a\n1,23457E+11;2026-01-02;b\n",
            ["2 rows have journeys such as 1.23457E+11 (the first in line 2), which a spreadsheet rounded"], ["--delimiter", ";"]),
    Message(HEAD + "E+11,2026-01-01,a\nISSUE+11,2026-01-02,b\n", [], not_says=["spreadsheet"]),
]


def messages(report: str, folder: pathlib.Path) -> int:
    """What is said of logs."""
    (folder / "a.cal").write_text("offset +01:00\n", encoding="utf-8")
    for number, message in enumerate(MESSAGES):
        paths = [folder / "a.csv"]
        paths[0].write_bytes(message.log if isinstance(message.log, bytes) else message.log.encode())
        if message.more is not None:
            paths.append(folder / "b.csv")
            paths[1].write_text(message.more, encoding="utf-8")
        arguments = [str(folder / one) if one == "a.cal" else one for one in message.arguments]
        form = [] if "--metrics" in arguments else ["--json"]
        status, out, said = run(report, *form, *arguments, "--view", "journeys", *map(str, paths))
        said = said.replace(f"{folder}/", "")
        if status != message.status:
            fail(f"message {number}: status {status}, {message.status} is due: {said}")
        for words in message.says:
            if words not in said:
                fail(f"message {number}: {words!r} is not said: {said}")
        for words in message.not_says:
            if words in said:
                fail(f"message {number}: {words!r} is said: {said}")
        if status in (0, 3):
            out = json.loads(out) if form else out
        elif out:
            fail(f"message {number}: an answer though it stopped: {out}")
    return len(MESSAGES)


def main() -> None:
    report = os.path.abspath(sys.argv[1])
    print(f"{compare(report)} characters and bytes are shown as the Python package shows them")
    with tempfile.TemporaryDirectory() as folder:
        print(f"{spread(report, pathlib.Path(folder))} times a text of a log was told as escapes, never raw; JSON is exact")
        print(f"{messages(report, pathlib.Path(folder))} logs of which is said what is due")
        print(f"{paths(report, pathlib.Path(folder))} times the whole of a long path was told")
        print(f"{same_number(report, pathlib.Path(folder))} times two texts of one number were refused, and both named")
        print(f"{command_line(report, pathlib.Path(folder))} command lines with such texts, none of them raw")


if __name__ == "__main__":
    main()
