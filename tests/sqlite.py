#!/usr/bin/env python3
"""sqlite.py EXTENSION REPORT [--seed S]

Does SQL get the answers of the report program? EXTENSION is the module of bindings/sqlite, loaded by the shell sqlite3;
REPORT is the program of examples/report.c.

1. The sample log in a table: cells of many views, as JSON and column by column, are those of the report; by a query, by
   an engine of the rows in any order, by engines of parts of them merged in any order, and by an engine that the report
   saved. The engines are the same bytes each time.
2. What never occurs counts as not recorded, a calendar and a clock hold, NULL gives nothing.
3. Hostile SQL and rows that cannot be read end with a sentence, and change nothing.
4. Bytes that are no engine, such as damaged ones, end with a sentence; none ends the shell. So does a lack of memory.

Exit status 0 if all holds; 77 if there is no shell sqlite3 that loads extensions. What is random is drawn from the
seed, which is printed.
"""

import argparse
import csv
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOG = ROOT / "examples" / "onboarding.csv"
VIEWS = ["journeys by segment", "journeys by type, churned per month", "journeys by entry, exit, reason, outcome",
         "touchpoints by channel, team per week", "touchpoints by owner, activity where stage = order",
         "transitions by team", "transitions by stage, segment, outcome, churned per quarter", "journeys",
         "touchpoints by cause per year", "journeys by type per month ended where had team = field"]
CALENDAR = "offset +01:00\nhours mon-fri 08:00-18:00\n"


def fail(text: str) -> None:
    sys.exit(f"sqlite.py: {text}")


class Shell:
    """The shell, with the extension and the log in a table."""

    def __init__(self, extension: pathlib.Path, folder: pathlib.Path) -> None:
        self.database = folder / "log.db"
        self.load = f".load {extension.with_suffix('')}\n"
        self.around = dict(os.environ)
        needs = subprocess.run(["ldd", str(extension)], capture_output=True, text=True).stdout
        asan = re.search(r"=> (\S*libasan\S*)", needs)  # of a build with sanitizers, which the shell is not
        if asan:
            self.around["LD_PRELOAD"] = asan[1]

    def run(self, sql: str, *options: str) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(["sqlite3", *options, str(self.database)], input=self.load + sql, capture_output=True,
                              text=True, timeout=300, env=self.around)
        if done.returncode not in (0, 1):
            fail(f"the shell ends with {done.returncode}: {sql[:300]}\n{done.stderr[-3000:]}")
        return done

    def rows(self, sql: str) -> "list[dict[str, object]]":
        done = self.run(sql, "-json", "-bail")
        if done.returncode != 0 or done.stderr:
            fail(f"{sql[:300]}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else []

    def refuses(self, sql: str, words: str) -> None:
        done = self.run(sql + ";\n", "-bail")
        if done.returncode != 1 or words not in done.stderr or done.stdout:
            fail(f"{sql}: {words!r} is due, not {done.returncode} {done.stdout!r} {done.stderr!r}")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def report_of(report: str, *words: str) -> "list[dict[str, object]]":
    views = [word for view in VIEWS for word in ("--view", view)]
    done = subprocess.run([report, "--json", *views, *words], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["views"]


def compare(shell: Shell, wanted: "list[dict[str, object]]", source: str, more: str, what: str) -> int:
    """Compares cells as JSON, and some metrics by their columns; returns how many cells there were."""
    count = 0
    for view, answer in zip(VIEWS, wanted):
        call = f"cxj_view({quoted(view)}, {source}{more})"
        rows = shell.rows(f"SELECT key, metrics, intervals FROM {call};")
        got = [{name: json.loads(str(row[name])) for name in ("key", "metrics", "intervals")} for row in rows]
        if got != answer["cells"]:
            fail(f"{what}: {view}: the cells differ: {str(got)[:600]}\n{str(answer['cells'])[:600]}")
        count += len(got)
    return count


def columns(shell: Shell, wanted: "list[dict[str, object]]") -> None:
    """Every metric of a grain by its own columns, exactly; parts of keys by theirs."""
    for view, answer in zip(VIEWS, wanted):
        cells = answer["cells"]
        assert isinstance(cells, list) and cells
        names = list(cells[0]["metrics"])
        # The shell writes 15 digits of a double; printf gives all of them.
        asked = ", ".join(f"printf('%!.17g', {name}) AS v{i}, {name} IS NULL AS e{i},"
                          f" printf('%!.17g', {name}_low) AS l{i}, {name}_low IS NULL AS f{i}, {name}_n AS n{i}"
                          for i, name in enumerate(names))
        keys = ", ".join(f'"{key}_key" AS k{i}' if key == "churned" else f'"{key}" AS k{i}'
                         for i, key in enumerate(cells[0]["key"])) or "1"
        rows = shell.rows(f"SELECT {keys}, {asked} FROM cxj_view({quoted(view)}, 'SELECT * FROM events')"
                          " WHERE recorded = 'all';")
        for row, cell in zip(rows, cells, strict=True):
            if [row[f"k{i}"] for i in range(len(cell["key"]))] != list(cell["key"].values()):
                fail(f"{view}: the key {cell['key']} differs: {row}")
            for i, name in enumerate(names):
                value = None if row[f"e{i}"] else float(str(row[f"v{i}"]))
                low = None if row[f"f{i}"] else float(str(row[f"l{i}"]))
                interval = cell["intervals"].get(name, [None])
                for seen, due in ((value, cell["metrics"][name]), (low, interval[0])):
                    if (seen is None) != (due is None) or seen is not None and abs(seen - due) > 1e-15 * abs(due):
                        fail(f"{view}: {cell['key']} {name}: {seen}, not {due}")
                if value is not None and interval[0] is not None and row[f"n{i}"] == 0:
                    fail(f"{view}: {name} has a value of nothing")


def answers(shell: Shell, report: str, folder: pathlib.Path, chance: random.Random) -> None:
    wanted = report_of(report, str(LOG))
    cells = compare(shell, wanted, "'SELECT * FROM events'", ", NULL, NULL, 'all'", "by a query")
    columns(shell, wanted)

    fields = LOG.read_text().splitlines()[0].split(",")
    pairs = ", ".join(f"'{field}', {field}" for field in fields)
    shell.run("CREATE TABLE engines(way TEXT, engine BLOB);")
    shell.run(f"INSERT INTO engines SELECT 'straight', cxj_engine({pairs}) FROM events;")
    shell.run(f"INSERT INTO engines SELECT 'any order', cxj_engine({pairs}) FROM"
              " (SELECT * FROM events ORDER BY random());")
    shell.run(f"INSERT INTO engines SELECT 'twice', cxj_engine({pairs}) FROM"
              " (SELECT * FROM events UNION ALL SELECT * FROM events);")
    for parts in (2, 7, 100):
        split = f"abs(rowid * {chance.randrange(1, 1 << 20)} / 7) % {parts}"
        shell.run(f"CREATE TABLE parts AS SELECT {split} AS part, cxj_engine({pairs}) AS engine FROM events GROUP BY 1;"
                  f"INSERT INTO engines SELECT '{parts} parts', cxj_merge(engine) FROM"
                  " (SELECT engine FROM parts ORDER BY random()); DROP TABLE parts;")
    ways = shell.rows("SELECT count(*) AS ways, count(DISTINCT engine) AS engines, count(engine) AS there"
                      " FROM engines;")
    if ways != [{"ways": 6, "engines": 1, "there": 6}]:
        fail(f"engines made in six ways are not the same bytes: {ways}")
    one = "(SELECT engine FROM engines WHERE way = '7 parts')"
    compare(shell, wanted, one, ", NULL, NULL, 'all'", "by an engine")

    saved = folder / "report.cxj"
    subprocess.run([report, "--save", str(saved), str(LOG)], check=True, capture_output=True)
    file = f"readfile({quoted(str(saved))})"
    compare(shell, wanted, file, ", NULL, NULL, 'all'", "by what the report saved")
    info = shell.rows(f"SELECT cxj_info(engine) AS i, length(engine) AS l FROM engines LIMIT 1;")[0]
    told = json.loads(str(info["i"]))
    if (told["touchpoints"], told["journeys"], told["bytes"]) != (5033, 340, info["l"]):
        fail(f"cxj_info: {info}")

    calendar = folder / "calendar.txt"
    calendar.write_text(CALENDAR)
    now = "2026-12-01 12:00:00"
    wanted = report_of(report, "--calendar", str(calendar), "--now", now, str(LOG))
    compare(shell, wanted, "'SELECT * FROM events'", f", '{now}', {quoted(CALENDAR)}, 'all'", "with a calendar")
    compare(shell, wanted, one, f", '{now}', {quoted(CALENDAR)}, 'all'", "an engine with a calendar")
    print(f"{cells} cells of {len(VIEWS)} views are those of the report, in five ways; six engines are the same bytes")


def other(shell: Shell) -> None:
    seen = "cxj_view('journeys', 'SELECT journey, at, owner, facets FROM events WHERE facets NOT LIKE ''%churned%''')"
    if shell.rows(f"SELECT churned, churn_rate, handoffs FROM {seen};")[0]["churned"] is not None:
        fail("nobody records who leaves, and it is 0")
    if shell.rows(f"SELECT churned FROM {seen} WHERE recorded = 'churned|contact';")[0]["churned"] != 0:
        fail("it is recorded who leaves, and nobody does")
    for nothing in ("cxj_view(NULL, 'SELECT * FROM events')", "cxj_view('journeys', NULL)",
                    "cxj_view('journeys', (SELECT cxj_merge(NULL)))",
                    "cxj_view('journeys', (SELECT cxj_engine('journey', 1, 'at', 1) FROM events WHERE 0))",
                    "cxj_view('journeys', 'SELECT journey, at FROM events WHERE 0')"):
        if shell.rows(f"SELECT journeys FROM {nothing};"):
            fail(f"{nothing} has rows")
    joined = shell.rows("SELECT v, journeys FROM (SELECT 'journeys' AS v UNION ALL SELECT 'journeys where type = x')"
                        " JOIN cxj_view(v, 'SELECT journey, at, type FROM events') ORDER BY v;")
    if joined != [{"v": "journeys", "journeys": 340}]:
        fail(f"a view from another table: {joined}")
    nested = shell.rows("SELECT touchpoints FROM cxj_view('touchpoints', 'SELECT rowid AS journey, 5 AS at FROM"
                        " cxj_view(''journeys by segment'', ''SELECT * FROM events'')');")
    if nested != [{"touchpoints": 4}]:
        fail(f"a view of a view: {nested}")
    ratings = shell.rows("SELECT csat, ratings, nps FROM cxj_view('touchpoints', 'SELECT 1 AS Journey, 10 AS AT,"
                         " 4 AS csat, NULL AS nps UNION ALL SELECT 1, 11.0, NULL, 9 UNION ALL SELECT 1, 12, 1, NULL');")
    if ratings != [{"csat": 0.5, "ratings": 2, "nps": 100.0}]:
        fail(f"ratings under their scales: {ratings}")


def hostile(shell: Shell) -> None:
    def view(source: str, name: str = "journeys") -> str:
        return f"SELECT journeys FROM cxj_view({quoted(name)}, {quoted(source)})"

    reads = "must be a query that reads and changes nothing"
    row = "SELECT 1 AS journey, 5 AS at"
    of_row = f"cxj_view('journeys', '{row}'"
    for sql, words in (
            (view("DELETE FROM events"), reads),
            (view("DELETE FROM events RETURNING journey, at"), reads),
            (view("WITH a AS (SELECT 1) INSERT INTO events(journey) SELECT 1 FROM a RETURNING 1 AS at"), reads),
            (view("DROP TABLE events"), reads),
            (view("ATTACH 'x.db' AS x"), reads),
            (view("PRAGMA query_only"), reads),
            (view("EXPLAIN SELECT journey, at FROM events"), reads),
            (view("BEGIN"), reads),
            (view("VACUUM"), reads),
            (view("/* SELECT */ PRAGMA user_version = 3"), reads),
            (view("-- SELECT\nDELETE FROM events"), reads),
            (view(f"{row}; DELETE FROM events"), "something stands behind it"),
            (view(f"{row}; SELECT 2"), "behind it"),
            (view(f"{row} WHERE 1 = ?"), "a parameter"),
            (view(""), "is empty"),
            (view(" ; -- nothing\n"), "is empty"),
            (view("/* never closed"), "is empty"),
            (view("SELEC 1"), "syntax error"),
            (view("SELECT journey, at FROM nowhere"), "no such table"),
            (view("SELECT 1 AS journey, load_extension('x') AS at"), "not authorized"),
            (view("SELECT journey FROM events"), "no column is at"),
            (view("SELECT 1 AS at"), "no column is journey"),
            (view(f"{row}, 6 AS at"), "two columns are at"),
            (view(f"{row}, 6 AS assignee"), "is it meant as \"owner\""),
            (view(f"{row}, 6 AS \"\x1b[2J\""), "is no field"),
            (view("SELECT 0 AS journey, NULL AS at"), "must not be empty"),
            (view("SELECT 1 AS journey, 0 AS at"), "0 is no moment"),
            (view("SELECT 1 AS journey, 2.5 AS at"), "not a time"),
            (view("SELECT 1 AS journey, 99999999999999999 AS at"), "not a time"),
            (view(f"{row}, x'00' AS owner"), "a blob"),
            (view(f"{row}, 'fast' AS facets"), "none of the facets"),
            (view(f"{row}, 'csat5' AS scale, 9 AS score, 'journey' AS scope"), "not on its scale"),
            (view(f"{row}, 'csat5' AS scale, 4 AS score"), "needs a scope"),
            (view(f"{row}, 4 AS score"), "no scale"),
            (view(f"{row}, 4 AS csat, 9 AS nps"), "two ratings"),
            (view(f"{row}, 8 AS commitment"), "out of range"),
            (view(f"{row}, 10000000000000001 AS value"), "10^15"),
            (view(f"{row}, char(65, 0, 66) AS owner"), "row 1, owner"),
            (view(f"{row}, CAST(x'ff' AS TEXT) AS owner"), "UTF-8"),
            (view(row, "journeys by teem"), "column 13"),
            (view(row, "journeys\x01"), "column"),
            (f"SELECT csat FROM {of_row})", "csat is no metric of journeys"),
            (f"SELECT team FROM {of_row})", "team is no part"),
            (f"SELECT handofs FROM {of_row})", "no such column"),
            (f"SELECT * FROM {of_row}, 'soon')", "now is not a time"),
            (f"SELECT * FROM {of_row}, NULL, 'hours')", "line 1, column"),
            (f"SELECT * FROM {of_row}, NULL, NULL, 'none')", "list of facets"),
            ("SELECT * FROM cxj_view('journeys')", "takes a view and a source"),
            ("SELECT * FROM cxj_view", "takes a view"),
            ("SELECT * FROM cxj_view('journeys', 5)", "syntax error"),
            ("SELECT * FROM cxj_view('journeys', zeroblob(1000000))", "byte 0"),
            (f"CREATE VIRTUAL TABLE t USING cxj_view('journeys', '{row}')", "cxj_view"),
            ("CREATE VIEW v AS SELECT * FROM cxj_view('journeys', 'SELECT * FROM events'); SELECT * FROM v",
             "unsafe use"),
            ("CREATE TEMP VIEW t AS SELECT journeys AS journey, 5 AS at FROM cxj_view('journeys', 'SELECT * FROM t');"
             " SELECT * FROM t", "too deep"),
            ("SELECT cxj_engine()", "names of fields and their values"),
            ("SELECT cxj_engine('journey')", "in turn"),
            ("SELECT cxj_engine('journey', 1, 'at')", "in turn"),
            ("SELECT cxj_engine('journey', 1)", "no column is at"),
            ("SELECT cxj_engine('journey', 1, NULL, 5)", "is NULL"),
            ("SELECT cxj_engine('journey', 1, 'when', 5)", "\"at\""),
            ("SELECT cxj_engine('journey', 1, 'at', 5, CASE rowid WHEN 9 THEN 'team' ELSE 'owner' END, 'x')"
             " FROM events", "the same in each row"),
            ("SELECT cxj_merge(5)", "blobs"),
            ("SELECT cxj_merge(x'')", "byte 0"),
            ("SELECT cxj_info('x')", "a blob"),
            ("SELECT cxj_info(x'00')", "byte 0")):
        shell.refuses(sql, words)
    if shell.rows("SELECT count(*) AS n, count(DISTINCT journey) AS j FROM events;") != [{"n": 5033, "j": 340}]:
        fail("a source has changed the database")
    shell.run("DROP VIEW v;")


def damaged(shell: Shell, chance: random.Random) -> None:
    """Many damaged engines in one shell: each call gives an answer or a sentence, and the shell lives to the end."""
    few = ("SELECT hex(cxj_engine('journey', journey, 'at', at, 'id', id, 'owner', owner, 'facets', facets, 'due',"
           " due)) AS h FROM events WHERE CAST(journey AS INTEGER) < 1006;")
    whole = bytes.fromhex(str(shell.rows(few)[0]["h"]))
    blobs = [whole] * 5
    for _ in range(400):
        blob = bytearray(whole)
        for _ in range(chance.choice((1, 1, 2, 20))):
            blob[chance.randrange(len(blob))] = chance.randrange(256)
        if chance.random() < 0.3:
            del blob[chance.randrange(len(blob)):]
        if chance.random() < 0.1:
            blob += bytes(chance.randrange(256) for _ in range(chance.randrange(1, 50)))
        blobs.append(bytes(blob))
    for name in ("load", "merge"):
        blobs += [path.read_bytes() for path in sorted((ROOT / "tests/fuzz/corpus" / name).glob("*"))[:100]
                  if path.stat().st_size < 20000]
    lines = []
    for number, blob in enumerate(blobs):
        text = f"x'{blob.hex()}'"
        lines += [f"SELECT '{number} info', cxj_info({text}) IS NOT NULL;",
                  f"SELECT '{number} merge', cxj_merge({text}) IS NOT NULL;",
                  f"SELECT '{number} view', count(journeys) >= 0 FROM cxj_view('journeys by type', {text});"]
    done = shell.run("\n".join([*lines, "SELECT 'the end';"]))
    answered = re.findall(r"^(\d+) (\w+)\|1$", done.stdout, re.M)
    sentences = re.findall(r"cxj_(info|merge|view): (?!$)", done.stderr)
    if "the end" not in done.stdout or len(answered) + len(sentences) != len(lines):
        fail(f"{len(lines)} calls, {len(answered)} answers and {len(sentences)} sentences: {done.stderr[-500:]}")
    good = {number for number, call in answered if call == "info"}
    if not {"0", "4"} <= good or len(good) > 50:
        fail(f"the whole ones are not taken, or damaged ones are: {sorted(good)}")
    for call in ("merge", "view"):
        for number in {number for number, which in answered if which == call} - good:
            fail(f"blob {number} is no engine, and cxj_{call} takes it")
    short = 0
    for limit in range(300000, 4000000, 100000):
        done = shell.run(f"PRAGMA hard_heap_limit = {limit};\nSELECT 'it has', journeys FROM"
                         " cxj_view('journeys', 'SELECT * FROM events');")
        if "it has|340" not in done.stdout and not re.search("memory", done.stderr):
            fail(f"with {limit} bytes: {done.stdout} {done.stderr}")
        short += "it has|340" not in done.stdout
    if not 0 < short < 37:
        fail(f"of 37 limits of memory {short} were too low")
    print(f"{len(blobs)} blobs, {len(good)} of them engines: {len(answered)} answers, {len(sentences)} sentences; "
          f"{short} limits of memory too low, each said so")


def main() -> int:
    parser = argparse.ArgumentParser(description="Asks the SQLite extension what the report program is asked.")
    parser.add_argument("extension", type=pathlib.Path)
    parser.add_argument("report")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    chosen = parser.parse_args()
    if shutil.which("sqlite3") is None:
        print("sqlite.py: there is no shell sqlite3 (Debian: sqlite3)")
        return 77
    print(f"seed {chosen.seed}", flush=True)
    chance = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shell = Shell(chosen.extension.resolve(), folder)
        try_out = shell.run("SELECT cxj_version();")
        if "unknown command" in try_out.stderr:
            print(f"sqlite.py: this shell loads no extensions: {try_out.stderr}")
            return 77
        with LOG.open() as log:
            columns = next(csv.reader(log))
        shell.run(f"CREATE TABLE events({', '.join(columns)});\n.mode csv\n.import --skip 1 {LOG} events\n")
        answers(shell, chosen.report, folder, chance)
        other(shell)
        hostile(shell)
        damaged(shell, chance)
    return 0


if __name__ == "__main__":
    sys.exit(main())
