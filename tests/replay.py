#!/usr/bin/env python3
"""replay.py REPORT

What rules would have been worth, and who waits: worked out by hand. REPORT is the report program.

Each log here is a few rows, and what the tables of --rule and --replay say of it was worked out on paper by the
sentences of --help (which are in SPEC.md's terms) and of SPEC.md section 9. Hours are counted from a Monday,
2026-01-05T00:00Z.

Exit status 0 if all holds.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

HOUR = 3600000
BEGIN = 1767571200000
FOLDER = pathlib.Path(tempfile.mkdtemp())


def fail(text: str) -> None:
    sys.exit(f"replay.py: {text}")


def run(report: str, columns: str, rows: "list[str]", *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs the report on a log; in a row, 12h stands for the moment at hour 12."""
    text = "\n".join([columns, *(re.sub(r"\b(\d+(\.\d)?)h\b", lambda h: str(BEGIN + int(float(h[1]) * HOUR)), row)
                                 for row in rows)])
    path = FOLDER / "log.csv"
    path.write_text(text + "\n", encoding="utf-8")
    return subprocess.run([report, *arguments, str(path)], capture_output=True, encoding="utf-8", check=False)


def must(report: str, columns: str, rows: "list[str]", *arguments: str) -> str:
    done = run(report, columns, rows, *arguments)
    if done.returncode != 0:
        fail(f"{arguments} ends with {done.returncode}: {done.stderr}")
    return done.stdout


def lines_of(text: str, heading: str) -> "list[str]":
    """What stands below a heading, blanks counted as one."""
    for part in text.split("\n\n"):
        first, *rest = part.split("\n")
        if first == heading:
            return [" ".join(line.split()) for line in rest if line.strip()]
    return fail(f"{heading} is not there: {text}") or []


def expect(what: str, got: "list[str]", want: "list[str]") -> None:
    if got != want:
        fail(f"{what}:\n  " + "\n  ".join(got) + "\nand by hand:\n  " + "\n  ".join(want))


HEAD = "journeys warned before median before alerts followed"
NO_LATE, NO_CHASED, NO_LEFT = (f"{kind} - the facet {facet} is not recorded" for kind, facet in
                               (("late", "delivered"), ("chased", "chase"), ("left", "churned")))


def late(report: str) -> None:
    """SPEC 4, step 5 and the end of the list: late, broken, overdue; not: on time, moot, moved by the customer."""
    rows = ["1,0h,10h,,", "2,0h,10h,,", "3,0h,10h,,", "4,0h,10h,,", "5,0h,10h,,", "6,0h,10h,,", "7,0h,10h,,", "9,0h,,,",
            "3,5h,20h,requested,",  # the customer moves it: first_due is 20h
            "2,9h,20h,,",           # moved before it passed: late by its first_due, 10h
            "6,9h,,,completed",     # ended before it was due: moot
            "8,9h,10h,,",           # promised within the two hours: raised by the record, at 9h
            "7,11h,,,completed",    # broken
            "1,12h,,delivered,",    # late
            "4,12h,30h,,",          # moved behind it passed
            "2,15h,,delivered,", "3,15h,,delivered,", "4,25h,,delivered,", "9,40h,,,"]
    text = must(report, "journey,at,due,facets,outcome", rows, "--replay", "--rule", "due within 2h", "--rule",
                "due within 30m", "--rule", "overdue", "--rule", "due within  30m")
    # Late are 1, 2, 4, 5 (overdue), 7 (broken), 8 (overdue), each at 10h. Told at 8h, of 8 at 9h: once 1h before, five
    # times 2h.
    expect("due within 2h", lines_of(text, "replay: due within 2h"), [
        "raised 7 times, in 7 journeys", HEAD, "late 6 6 100 % 2h 6 86 %",
        NO_CHASED, NO_LEFT, "any of these 6 6 100 % 2h 6 86 %"])
    # Told at 9h30: 2 has been moved to 20h by then, 6 has ended.
    expect("due within 30m", lines_of(text, "replay: due within 30m"), [
        "raised 5 times, in 5 journeys", HEAD, "late 6 5 83 % 30m 5 100 %",
        NO_CHASED, NO_LEFT, "any of these 6 5 83 % 30m 5 100 %"])
    # It comes when the promise is broken: 1, 4, 5, 7, 8, a millisecond too late to warn, and nothing follows.
    expect("overdue", lines_of(text, "replay: overdue"), [
        "raised 5 times, in 5 journeys", HEAD, "late 6 0 0 % - 0 0 %",
        NO_CHASED, NO_LEFT, "any of these 6 0 0 % - 0 0 %"])
    if text.count("replay: ") != 3 or text.count("worklist: ") != 4:
        fail("a rule said twice has its worklist twice, and its alerts once")


def moved(report: str) -> None:
    """A promise that was moved passes when the time promised last does, not a moment sooner."""
    rows = ["1,0h,10h,,", "2,0h,10h,,", "3,0h,10h,,", "6,0h,10h,,",
            "1,9h,20h,,", "2,9h,20h,,", "3,9h,60h,,", "4,9h,10h,,", "5,9h,10h,,", "6,9h,,,completed",
            "4,12h,,delivered,", "5,12h,,delivered,",
            "2,20h,30h,,",                # moved at the last moment: none of 10h, 20h, 30h passed; late by its first_due
            "1,21h,30h,,", "2,25h,,delivered,",
            "1,31h,50h,,",                # 20h passed, and 30h; the first counts
            "1,45h,,delivered,", "3,50h,,,"]  # 3 is promised for 60h by now: not overdue
    text = must(report, "journey,at,due,facets,outcome", rows, "--replay", "--rule", "due within 2h")
    # Told: 1 at 8h, 18h, 28h; 2 at 8h, 18h; 3 at 8h; 4 and 5 at 9h; 6 at 8h. Late: 1 at 20h; 2, 4, 5 at 10h; so 2h, 2h,
    # 1h, 1h before. Followed: two of 1, the first of 2, those of 4 and 5.
    expect("moved", lines_of(text, "replay: due within 2h"), [
        "raised 9 times, in 6 journeys", HEAD, "late 4 4 100 % 1h 5 56 %", NO_CHASED, NO_LEFT,
        "any of these 4 4 100 % 1h 5 56 %"])


def chased_and_left(report: str) -> None:
    rows = ["1,0h,contact", "2,0h,contact", "3,12h,chase", "4,36h,contact", "4,48h,churned|contact", "1,72h,chase",
            "1,120h,chase", "1,216h,churned|contact", "2,288h,contact"]
    text = must(report, "journey,at,facets", rows, "--replay", "--rule", "silent for 1d", "--rule", "churned", "--rule",
                "faults over 0")
    # 1 is told at 24h, 96h, 144h, 240h; 2 at 24h; 3 at 36h; 4 at 72h. Chased: 1 at 72h and 120h, 3 at 12h. Left: 1 at
    # 216h, 4 at 48h. The last alert before 72h came at 24h, that before 216h at 144h.
    expect("silent for 1d", lines_of(text, "replay: silent for 1d"), [
        "raised 7 times, in 4 journeys", HEAD, NO_LATE, "chased 2 1 50 % 2d 2 29 %",
        "left 2 1 50 % 3d 3 43 %",
        "any of these 3 1 33 % 2d 3 43 %"])
    # It comes with what it is to warn of.
    expect("churned", lines_of(text, "replay: churned"), [
        "raised 2 times, in 2 journeys", HEAD, NO_LATE, "chased 2 0 0 % - 0 0 %", "left 2 0 0 % - 0 0 %",
        "any of these 3 0 0 % - 0 0 %"])
    expect("faults", lines_of(text, "replay: faults over 0"), ["would not have been raised"])
    worklist = lines_of(text, "worklist: faults over 0")
    if len(worklist) != 1 or "not told, for" not in worklist[0] or "fault" not in worklist[0]:
        fail(f"a rule that needs what never occurs: {worklist}")


def taken_back(report: str) -> None:
    rows = ["1,1,0,0h,chase", "2,2,0,1h,contact", "1,1,1,24h,withdrawn", "2,3,0,48h,chase", "2,4,0,96h,chase",
            "2,4,0,96h,chase", "3,5,0,90h,contact"]
    text = must(report, "journey,id,revision,at,facets", rows, "--replay", "--rule", "chases over 0")
    # 1 chased at the first row: raised, and taken back later. 2 is told at 48h, and chases once more. The row of 3
    # is older than the clock.
    expect("what was taken back", lines_of(text, "replay: chases over 0"), [
        "raised 2 times, in 2 journeys", HEAD, NO_LATE, "chased 1 0 0 % - 1 50 %",
        NO_LEFT, "any of these 1 0 0 % - 1 50 %"])
    # Of promises nothing is known where no touchpoint says delivered: 3's, which passes, is none that was broken.
    rows = [*(f"{row}," for row in rows), "3,6,0,97h,,98h", "3,7,0,99h,,"]
    more = must(report, "journey,id,revision,at,facets,due", rows, "--replay", "--rule", "chases over 0")
    expect("no promises", lines_of(more, "replay: chases over 0"), lines_of(text, "replay: chases over 0"))
    none = must(report, "journey,at", ["1,0h", "1,99h"], "--replay", "--rule", "open for 1d")
    expect("nothing recorded", lines_of(none, "replay: open for 1d"), [
        "raised 1 time, in 1 journey", "what it is to warn of is not recorded: the facets delivered, chase, churned"])
    if "  1 of 7 rows came later than they happened" not in text:
        fail(f"a row that is older than the clock: {text}")


def tell_who_waits(report: str) -> None:
    rows = ["a,0h,30h,1,anna,field", "a,0h,20h,2,,", "b,0h,26h,,bert,", "c,24h,,,,", "7,24h,25h,,,\x1b[31mcare"]
    text = must(report, "journey,at,due,commitment,owner,team", rows, "--now", "2026-01-06T03:00Z", "--feeds",
                "delivered", "--rule", "overdue", "--rule", "due within 4h", "--rule", " open for 1d ",
                "--rule", "handoffs over 5")
    if "journeys\n" in text or "touchpoints" in text:
        fail(f"views are answered though none is named: {text}")
    at = "at 2026-01-06 03:00 UTC"
    head = "waits since (UTC) journey"
    note = "# is the number of the commitment; since: the time promised"
    expect("overdue", lines_of(text, "worklist: overdue"), [
        f"{at}: 3 wait, the longest first", f"{head} # owner team", "7h 2026-01-05 20:00 a 2 anna field",
        "2h 2026-01-06 01:00 7 0 - \\x1b[31mcare", "1h 2026-01-06 02:00 b 0 bert -", note])
    expect("due within", lines_of(text, "worklist: due within 4h"), [
        f"{at}: 1 waits", f"{head} # owner team", "in 3h 2026-01-06 06:00 a 1 anna field", note])
    got = lines_of(text, "worklist:  open for 1d ")  # both since the same moment: by their numbers, which are hashes
    expect("open", [*got[:2], *sorted(got[2:])], [
        f"{at}: 2 wait, the longest first", f"{head} owner team", "1d 3h 2026-01-05 00:00 a anna field",
        "1d 3h 2026-01-05 00:00 b bert -"])
    expect("nobody", lines_of(text, "worklist: handoffs over 5"), [f"{at}: nothing waits"])
    many = must(report, "journey,at", [f"{number},0h" for number in range(1, 31)], "--now", "2026-01-07", "--rule",
                "open for 1d where type = \"\"")
    if many.count("2d  2026-01-05 00:00") != 20 or "\u2026 and 10 more" not in many:
        fail(f"thirty who wait: {many}")
    nothing = must(report, "journey,at", [], "--rule", "open for 1d", "--replay")
    expect("no rows", lines_of(nothing, "worklist: open for 1d"), ["before any moment: nothing waits"])
    expect("no rows", lines_of(nothing, "replay: open for 1d"), ["would not have been raised"])


def go_far(report: str) -> None:
    """Rows decades apart: the clock goes there in one call, for all that is told."""
    rows = ["1,1905-01-01,1960-01-01T00:00Z", "2,1905-01-02,1905-01-10T00:00Z", "3,2026-01-01,"]
    said = must(report, "journey,at,due", rows, "--json", "--replay", "--rule", "open for 1w", "--rule", "overdue")
    alerts = json.loads(said)["alerts"]
    got = [(alert["journey"], alert["rule"], alert["raised_at"]) for alert in alerts]
    moment = 1767225600000
    want = [("1", "open for 1w", moment), ("2", "open for 1w", moment), ("2", "overdue", moment),
            ("1", "overdue", moment)]
    if got != want:
        fail(f"rows decades apart: {got}")


def refuse_rows(report: str) -> None:
    """A row that is refused does not move the clock, and is told as ever."""
    rows = ["1,0h,", "1,99h,9000000000000000", "1,1h,"]
    done = run(report, "journey,at,value", rows, "--replay", "--rule", "open for 1d")
    if done.returncode != 3 or "line 3" not in done.stderr or "value" not in done.stderr:
        fail(f"a row that is refused: {done.returncode} {done.stderr}")
    expect("a row that is refused", lines_of(done.stdout, "replay: open for 1d"), ["would not have been raised"])


def refuse(report: str) -> None:
    columns, rows = "journey,at,facets", ["1,0h,contact"]
    for arguments, words in ((["--rule", "overdue for 3y"], ("overdue for 3y", "column 13")),
                             (["--rule", "silent for 4h in working hours"], ("calendar",)),
                             (["--feeds", "contact", "--rule", "chases over 1"], ("chase",)),
                             (["--feeds", "contact", "--json", "--rule", "overdue"], ("delivered",)),
                             (["--replay"], ("--rule",)), (["--rule"], ("no FILE",)),
                             (["--rule", "open for 1d", "--rule", "\x1b[2J", "--replay"], ("\\x1b[2J", "column 1"))):
        done = run(report, columns, rows, *arguments)
        said = done.stderr
        if done.returncode != 2 or done.stdout or any(word not in said for word in words) or "\x1b" in said:
            fail(f"{arguments} ends with {done.returncode}: {done.stdout}{done.stderr}")


def main() -> int:
    report = sys.argv[1]
    late(report)
    moved(report)
    chased_and_left(report)
    taken_back(report)
    tell_who_waits(report)
    go_far(report)
    refuse_rows(report)
    refuse(report)
    for path in FOLDER.iterdir():
        path.unlink()
    FOLDER.rmdir()
    print("worklists and replays are as worked out by hand")
    return 0


if __name__ == "__main__":
    sys.exit(main())
