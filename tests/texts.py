#!/usr/bin/env python3
"""texts.py REPORT

Does anything reach a terminal that must not? REPORT is the report program.

1. Each character that steers a terminal, turns the direction of writing or cannot be seen, and each byte that is no UTF-8,
   appears as an escape, and every other one as it is: exactly as the Python package shows them.
2. A log in which such texts stand wherever a text may stand (names, fields that are refused, the header, the view, the
   file's name), and a command line full of them: not one is raw in what the report prints, on stdout or stderr.
3. In JSON the names come back as they were (SPEC.md section 7: keys are compared "byte by byte").
4. A path is told whole: cut, two that begin alike would be told as one.

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


def main() -> None:
    report = os.path.abspath(sys.argv[1])
    print(f"{compare(report)} characters and bytes are shown as the Python package shows them")
    with tempfile.TemporaryDirectory() as folder:
        print(f"{spread(report, pathlib.Path(folder))} times a text of a log was told as escapes, never raw; JSON is exact")
        print(f"{paths(report, pathlib.Path(folder))} times the whole of a long path was told")
        print(f"{same_number(report, pathlib.Path(folder))} times two texts of one number were refused, and both named")
        print(f"{command_line(report, pathlib.Path(folder))} command lines with such texts, none of them raw")


if __name__ == "__main__":
    main()
