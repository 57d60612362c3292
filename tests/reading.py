#!/usr/bin/env python3
"""reading.py REPORT NAIVE [--logs N] [--seed N]

Do two programs that share nothing read the same from random logs? REPORT is the report program, NAIVE the plain one
(naive_report.c, naive_csv.c). The logs are of odd shapes (SPEC.md section 7: headers by near names, ratings under their scales,
dates of all orders, numbers of all units, .0, quotes, rows that cannot be read, several files, UTF-16), and are read with random
options. Exit status and JSON must be the same.

The seed is printed; --seed makes the same logs again. Exit status 0 if all holds.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

NAMES = {
    "journey": ["journey", "case_id", "Case ID", "case:concept:name", "JOURNEY "], "at": ["at", "timestamp", "Time_Stamp", "AT"],
    "id": ["id", "ID", "i d"], "owner": ["owner", "Owner", "org:resource", "Agent"], "team": ["team", "org:group", "TEAM"],
    "sequence": ["sequence", "Sequence"], "revision": ["revision", "re-vision"], "customer": ["customer", "Customer"],
    "due": ["due", "Due "], "value": ["value", "Value"], "facets": ["facets", "Facets"], "outcome": ["outcome"], "scale": ["scale"],
    "score": ["score"], "scope": ["scope", "Scope"], "csat5": ["csat5", "csat", "CSAT"], "nps": ["nps", "N P S"],
    "percent": ["percent", "Percent"], "binary": ["binary"], "ces7": ["ces", "ces7"], "commitment": ["commitment"],
    "type": ["type", "Type"], "channel": ["channel"], "other": ["other", "x y", "naïve", ""],
}
VIEWS = ["touchpoints by channel, team", "journeys by type", "transitions by owner", "journeys per day"]
CALENDAR = "offset +01:00\noffset 2026-03-29T01:00:00Z +02:00\noffset 2026-10-25T01:00:00Z +01:00\nhours mon-fri 09:00-17:00\n"


def moment(chance: random.Random) -> str:
    year, month, day = chance.choice([2024, 2025, 2026, 2026]), chance.choice([1, 2, 3, 10, 12, 13]), chance.choice([1, 12, 25, 29, 31])
    hour, minute, second = chance.choice([0, 1, 2, 3, 9, 12, 23, 24]), chance.choice([0, 5, 30, 59]), chance.choice([0, 7, 59])
    clock = chance.choice(["", "", f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02}:{second:02}", f"{hour}:{minute:02}",
                           f"{hour % 13}:{minute:02} PM", f"{hour % 13:02}:{minute:02}:{second:02} AM",
                           f"{hour:02}:{minute:02}:{second:02}.{chance.randrange(9999)}"])
    zone = chance.choice(["", "", "Z", "+01", "-0530", "+02:00", "+1", " Z"]) if clock else ""
    mark = chance.choice("/.-")
    date = chance.choice([f"{year}-{month:02}-{day:02}", f"{year}-{month:02}-{day:02}", f"{day}{mark}{month}{mark}{year}",
                          f"{month:02}{mark}{day:02}{mark}{year}", f"{year}{mark}{month}{mark}{day}", f"{day}/{month}.{year}"])
    number = chance.choice([1767225600, 0, 1, 45817, -1]) * 10 ** chance.choice([0, 3, 3, 6, 9]) + chance.randrange(3000)
    return chance.choice([date + chance.choice(["T", " ", " ", "  "]) * bool(clock) + clock + zone, str(number), f"{number}.0",
                          f"00{abs(number)}", "", "never", "-"] + [f"2026-03-{chance.randrange(27, 31)} 0{chance.randrange(4)}:30"] * 6)


def text(chance: random.Random, field: str) -> str:
    if field in ("at", "due"):
        return moment(chance)
    if field in ("journey", "id", "customer"):
        return chance.choice(["7", "7.0", "8", "8", "9", "007", "007.0", "a", "a", "b", "12.00", "-5", "9223372036854775808", "0", "1"])
    if field in ("csat5", "nps", "percent", "binary", "ces7", "score"):
        return chance.choice(["", "", "", "1", "1", "3", "0", "7.0", "10", "101", "300", "x", "-"])
    if field == "facets":
        return chance.choice(["", "inbound", "inbound|fault", "|update|", "smile", "none", "withdrawn", "delivered"])
    words = {"scale": ["csat5", "nps", "none"], "scope": ["touchpoint", "journey", "employee", "none"],
             "outcome": ["completed", "abandoned", "none"], "commitment": ["0", "7", "8", "1.0"],
             "value": ["5", "-5", "-5.0", "1.5", "1000000000000001", "-", "--5"], "revision": ["1", "2", "2.0", "-1"],
             "sequence": ["1", "2", "4294967295", "4294967296"]}
    return chance.choice(["", "", ""] + words.get(field, ["a", "b", "NULL", "none", "12.0", 'say "it"', "a,b", "a;b", " a", "é", "-"]))


def written(chance: random.Random, field: str, delimiter: str) -> str:
    if any(mark in field for mark in (delimiter, '"', "\n", "\r")) and chance.random() < 0.95 or chance.random() < 0.05:
        return '"' + field.replace('"', '""') + '"'
    return field


def log(chance: random.Random, delimiter: str) -> "tuple[bytes, list[str]]":
    """A log, and the names of its columns."""
    fields = ["journey", "at"] + [field for field in NAMES if field not in ("journey", "at") and chance.random() < 0.35]
    chance.shuffle(fields)
    columns = [chance.choice(NAMES[field]) if chance.random() < 0.4 else NAMES[field][0] for field in fields]
    if chance.random() < 0.1:
        columns.append(chance.choice(columns))
        fields.append(chance.choice(fields))
    end = chance.choice(["\n", "\n", "\r\n"])
    rows = [delimiter.join(written(chance, column, delimiter) for column in columns)]
    for _ in range(chance.randrange(12)):
        row = [written(chance, text(chance, field), delimiter) for field in fields]
        if chance.random() < 0.05:
            row = row[chance.randrange(2):] + ["more"] * chance.randrange(2)
        rows.append(delimiter.join(row))
        if chance.random() < 0.05:
            rows.append("")
    whole = end.join(rows) + end * chance.randrange(2)
    encoding = chance.choice(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
    data = whole.encode(encoding)
    return (b"\xfe\xff" if encoding == "utf-16-be" else b"") + data, columns


def options(chance: random.Random, columns: "list[str]", delimiter: str) -> "list[str]":
    asked = [] if delimiter == "," and chance.random() < 0.7 else ["--delimiter", "tab" if delimiter == "\t" else delimiter]
    if chance.random() < 0.1:
        asked = []
    for name, words, often in (("--unit", ["ms", "s", "us", "ns"], 0.4), ("--dates", ["dmy", "mdy", "ymd"], 0.6),
                               ("--ties", ["id", "file"], 0.3), ("--none", ["NULL"], 0.3), ("--none", ["-"], 0.3),
                               ("--now", [moment(chance)], 0.2)):
        if chance.random() < often:
            asked += [name, chance.choice(words)]
    for _ in range(chance.choice([0, 0, 1, 2])):
        asked += ["--map", f"{chance.choice([field for field in NAMES if field != 'other'])}={chance.choice([*columns, '', ''])}"]
    return asked + ["--lenient"] * (chance.random() < 0.2) + ["--strict"] * (chance.random() < 0.1)


def answer(program: str, arguments: "list[str]") -> "dict[str, object]":
    command = [program, "--json", "--drill", *arguments]
    for view in VIEWS:
        command += ["--view", view]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120)
    if done.returncode not in (0, 1, 2, 3):
        sys.exit(f"{command}: status {done.returncode}: {done.stderr.decode(errors='replace')}")
    return {"status": done.returncode, "answer": json.loads(done.stdout) if done.stdout else None}


def difference(one: object, other: object, where: str = "") -> str:
    """The first place in which two answers differ, "" if in none. Numbers that are computed by division may differ in their last
    bits, quantiles by 1/128."""
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return f"{where}: {list(one)} and {list(other)}"
        return next((found for name in one if (found := difference(one[name], other[name], f"{where} {name}"))), "")
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{where}: {len(one)} and {len(other)}"
        return next((found for i, (a, b) in enumerate(zip(one, other)) if (found := difference(a, b, f"{where} {i}"))), "")
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        same = abs(one - other) <= (abs(one) / 128 if where[-4:-2] == "_p" else 1e-9 * abs(one)) + 1e-9
    else:
        same = one == other
    return "" if same else f"{where}: {one!r} and {other!r}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares two readers of logs.")
    parser.add_argument("report")
    parser.add_argument("naive")
    parser.add_argument("--logs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}")
    seen = dict.fromkeys(range(4), 0)
    with tempfile.TemporaryDirectory() as folder:
        calendar = pathlib.Path(folder, "calendar.txt")
        calendar.write_text(CALENDAR, encoding="utf-8")
        for number in range(chosen.logs):
            chance = random.Random(f"{chosen.seed} {number}")
            delimiter = chance.choice(",,,;\t|")
            paths, columns = [], ["journey"]
            for name in ("a.csv", "b.csv")[:chance.choice([1, 1, 2])]:
                paths.append(pathlib.Path(folder, name))
                data, columns = log(chance, delimiter)
                paths[-1].write_bytes(data)
            arguments = options(chance, columns, delimiter) + ["--calendar", str(calendar)] * (chance.random() < 0.4)
            arguments += map(str, paths)
            one, other = answer(chosen.report, arguments), answer(chosen.naive, arguments)
            found = difference(one, other)
            if found:
                print(f"log {number} of seed {chosen.seed}, {arguments}:", *(path.read_bytes() for path in paths), found, sep="\n")
                return 1
            seen[int(str(one["status"]))] += 1
    print(f"{chosen.logs} logs were read alike; by exit status: {seen}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
