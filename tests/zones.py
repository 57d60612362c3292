#!/usr/bin/env python3
"""zones.py CALENDAR REPORT: whether the program of examples/calendar.c writes what the library reads, and the right offsets.

- for rules that are given in full, and for zones by name where this system has them, the changes are those that were looked up;
- for moments drawn at random, local time by what was written is what Python's zoneinfo says, which reads the system's zones itself;
- the report program reads what was written, and shows the hours of local time;
- hours and dates stand as a calendar has them, and what is none of it is refused.

Exit status 0 if everything holds.
"""

import argparse
import datetime
import pathlib
import random
import re
import subprocess
import tempfile

try:
    import zoneinfo
except ImportError:  # Python 3.8 and before
    zoneinfo = None

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)

BERLIN = {"2026-03-29T01:00:00Z": "+02:00", "2026-10-25T01:00:00Z": "+01:00"}

# Zone, years, the offset at first, the changes.
LOOKED_UP = [
    ("CET-1CEST,M3.5.0,M10.5.0/3", 2026, 2026, "+01:00", BERLIN),
    ("EST5EDT,M3.2.0,M11.1.0", 2026, 2026, "-05:00", {"2026-03-08T07:00:00Z": "-04:00", "2026-11-01T06:00:00Z": "-05:00"}),
    ("<IST>-5:30", 2026, 2030, "+05:30", {}),
    ("<+02>-2", 2026, 2030, "+02:00", {}),
    ("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", 2026, 2026, "-03:00", {"2026-03-29T01:00:00Z": "-02:00", "2026-10-25T01:00:00Z": "-03:00"}),
    ("UTC", 2026, 2030, "+00:00", {}),
    ("Europe/Berlin", 2026, 2026, "+01:00", BERLIN),
    ("Europe/Berlin", 2026, 2027, "+01:00", {**BERLIN, "2027-03-28T01:00:00Z": "+02:00", "2027-10-31T01:00:00Z": "+01:00"}),
    ("America/New_York", 2026, 2026, "-05:00", {"2026-03-08T07:00:00Z": "-04:00", "2026-11-01T06:00:00Z": "-05:00"}),
    ("Australia/Lord_Howe", 2026, 2026, "+11:00", {"2026-04-04T15:00:00Z": "+10:30", "2026-10-03T15:30:00Z": "+11:00"}),
    ("Asia/Kathmandu", 2026, 2026, "+05:45", {}),
    ("Pacific/Apia", 2011, 2011, "-10:00", {"2011-04-02T14:00:00Z": "-11:00", "2011-09-24T14:00:00Z": "-10:00",
                                            "2011-12-30T10:00:00Z": "+14:00"}),
]


def is_known(zone: str) -> bool:
    return "/" not in zone or "," in zone or pathlib.Path("/usr/share/zoneinfo", zone).exists()


def write(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120)


def offsets_of(text: str) -> "tuple[str, dict[str, str]]":
    """The offset at first and the changes that a calendar has."""
    first = re.findall(r"^offset ([+-][0-9:]+)$", text, re.M)
    return first[0], dict(re.findall(r"^offset (\S+Z) (\S+)$", text, re.M))


def seconds(offset: str) -> int:
    size = int(offset[1:3]) * 3600 + int(offset[4:6]) * 60
    return -size if offset[0] == "-" else size


def check_looked_up(program: str) -> "list[str]":
    bad = []
    for zone, first, last, begin, changes in LOOKED_UP:
        if not is_known(zone):
            print(f"skipped: {zone} is not known to this system")
            continue
        done = write(program, zone, str(first), str(last))
        if done.returncode != 0 or offsets_of(done.stdout) != (begin, changes):
            bad.append(f"{zone}: {done.stdout}{done.stderr}")
    return bad


def check_at_random(program: str, chance: random.Random) -> "list[str]":
    bad = []
    names = sorted(zoneinfo.available_timezones()) if zoneinfo else []
    names = [name for name in names if name.count("/") == 1 and not name.startswith(("Etc/", "SystemV/")) and is_known(name)]
    for zone in chance.sample(names, min(len(names), 12)):
        done = write(program, zone, "1975", "2035")
        if done.returncode != 0:
            bad.append(f"{zone}: {done.stderr}")
            continue
        begin, changes = offsets_of(done.stdout)
        for _ in range(200):
            moment = datetime.datetime(1975, 1, 1, tzinfo=UTC) + datetime.timedelta(seconds=chance.randrange(61 * 365 * 86400))
            at = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            offset = seconds(([begin] + [value for when, value in changes.items() if when <= at])[-1])
            expected = moment.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset()
            if datetime.timedelta(seconds=offset) != expected:
                bad.append(f"{zone} at {at}: {offset} in place of {expected}")
    return bad


def check_read(program: str, report: str) -> "list[str]":
    """The report shows the hours before and after both switches of 2026."""
    done = write(program, "CET-1CEST,M3.5.0,M10.5.0/3", "2026", "2026", "mon-fri 09:00-17:00", "2026-12-25",
                 "2026-12-24 09:00-12:00")
    expected = ("offset +01:00\noffset 2026-03-29T01:00:00Z +02:00\noffset 2026-10-25T01:00:00Z +01:00\n"
                "hours mon-fri 09:00-17:00\non 2026-12-24 09:00-12:00\non 2026-12-25 closed\n")
    if not done.stdout.endswith(expected):
        return [f"lines: {done.stdout}{done.stderr}"]
    with tempfile.TemporaryDirectory() as folder:
        log, calendar = pathlib.Path(folder, "log.csv"), pathlib.Path(folder, "calendar.txt")
        calendar.write_text(done.stdout, encoding="utf-8")
        log.write_text("journey,at\n1,2026-03-29T00:59Z\n1,2026-03-29T01:00Z\n1,2026-10-25T00:30Z\n1,2026-10-25T01:30Z\n",
                       encoding="utf-8")
        answered = subprocess.run([report, "--json", "--calendar", calendar, "--view", "touchpoints per hour", log],
                                  capture_output=True, text=True, timeout=60)
    hours = re.findall(r'"period": ?"([^"]+)"', answered.stdout)
    return [] if hours == ["2026-03-29T01", "2026-03-29T03", "2026-10-25T02"] else [f"{hours}: {answered.stderr}"]


def check_refused(program: str) -> "list[str]":
    bad = []
    for arguments in ([], ["UTC"], ["UTC", "2026"], ["UTC", "2027", "2026"], ["UTC", "0", "2026"], ["UTC", "2026", "10000"],
                      ["UTC", "2026x", "2027"], ["No/Such_Zone", "2026", "2026"], ["", "2026", "2026"],
                      ["UTC", "2026", "2026", "monday 09:00-17:00"], ["UTC", "2026", "2026", "2026-02-30"],
                      ["UTC", "2026", "2026", "mon 9-17"], ["UTC", "2026", "2026", "2026-01-01", "2026-01-01"]):
        done = write(program, *arguments)
        if done.returncode != 2 or done.stdout or not done.stderr:
            bad.append(f"{arguments}: status {done.returncode}, {done.stdout}{done.stderr}")
    for zone in ("Europe", "America", "zone.tab", "tzdata.zi", "posix", "../../../etc/passwd", "Berlin", "UTC+2", "Berlin2", "EST5:30",
                 "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M13.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x", "<+02", "<+>2", "<+02>",
                 "<+02>-25", "<+02>-2:60", ",", "1"):
        done = write(program, zone, "2026", "2026")
        if done.returncode != 2 or done.stdout or "knows no such zone" not in done.stderr:
            bad.append(f"{zone}: status {done.returncode}, {done.stdout}{done.stderr}")
        if ("behind UTC with +" in done.stderr) != (zone in ("UTC+2", "Berlin2", "EST5:30")):
            bad.append(f"{zone}: {done.stderr}")
    return bad


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks examples/calendar.c.")
    parser.add_argument("calendar")
    parser.add_argument("report")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}")
    bad = [*check_looked_up(chosen.calendar), *check_at_random(chosen.calendar, random.Random(chosen.seed)),
           *check_read(chosen.calendar, chosen.report), *check_refused(chosen.calendar)]
    for line in bad:
        print(line)
    print("zones: " + (f"{len(bad)} differ" if bad else "all as they should be"))
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
