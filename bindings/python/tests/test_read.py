"""cxj.read_csv(), read_parquet() and read_xes(): files as people have them go in as the report program takes them, or are
refused with a sentence. What SPEC 7 says is held against cases whose answers are worked out, and against the report program
where it is built."""

import gzip
import io
import json
import pathlib
import random
import re
import shutil
import sys
import tempfile
import unittest
import warnings
from collections.abc import Iterator
from typing import Any
from unittest import mock

import cxj
from cxj import _csv, _frames

from . import reports
from .test_conformance import CASES, calendar_of, lines_of, options_of, part_of
from .test_frames import duckdb, pandas, polars, pyarrow

if pyarrow:
    import pyarrow.dataset
    import pyarrow.parquet

VIEWS = ["journeys by type", "touchpoints by owner", "transitions by owner"]
LOG = "journey,at,owner\na,2026-01-01T00:00Z,ann\na,2026-01-02T00:00Z,bob\n"


def read(text: "str | bytes", views: Any = VIEWS, **options: Any) -> cxj.Engine:
    return cxj.read_csv(io.BytesIO(text.encode() if isinstance(text, str) else text), views, **{"tz": "UTC", **options})


def refused(text: "str | bytes", **options: Any) -> "list[tuple[str, str]]":
    """The rows that are refused, without the name of the file, and why."""
    with read(text, on_refused="skip", **options) as engine:
        assert engine.reading
        _, labels, reasons = engine.reading.refused
        return [(label.rpartition(":")[2], why) for label, why in zip(labels, reasons)]


def handoffs(engine: cxj.Engine) -> Any:
    return engine.add_view("journeys").get()["handoffs"].value


class Folder(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def file(self, name: str, content: "str | bytes") -> str:
        path = pathlib.Path(self.folder, name)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)


class Conformance(unittest.TestCase):
    """The cases about reading logs: what SPEC 7 says, with answers worked out by hand."""

    def test_the_answers_agree(self) -> None:
        held = 0
        for case in sorted(CASES.iterdir()):
            options = options_of(case) if part_of(case) == "reading" else []
            if part_of(case) != "reading" or (case / "fails.txt").exists() or any(name == "--rule" for name, _ in options):
                continue
            args = [word for name, value in options for word in (name, value) if word]
            wanted, views = json.loads((case / "expected.json").read_text("utf-8")), lines_of(case / "views.txt")
            calendar = calendar_of(case)
            files = sorted(case.glob("events*.csv"), key=lambda path: (len(path.name), path.name))
            with self.subTest(case.name), warnings.catch_warnings():
                warnings.simplefilter("ignore", cxj.DoubtWarning)
                with cxj.read_csv(files, views, on_refused="skip", recorded="all", calendar=calendar,
                                  tz=None if calendar else "UTC", **reports.options_of(args)) as engine:
                    self.assertEqual(reports.differences(wanted, reports.answer_of(engine, views), now="--now" in args), [])
            held += 1
        self.assertGreater(held, 30)

    def test_what_stops_a_run_is_refused(self) -> None:
        tried = 0
        for case in sorted(CASES.iterdir()):
            if part_of(case) != "reading" or not (case / "fails.txt").exists():
                continue
            for option, value in options_of(case) or [("", "")]:
                if option in ("--strict", "--lenient") or option == "--map" and "=" not in value:
                    continue
                args = reports.options_of([option, value] if option else [])
                with self.subTest(case.name, option=option, value=value), self.assertRaises(ValueError):
                    cxj.read_csv(case / "events.csv", tz="UTC", **args)
                tried += 1
        self.assertGreater(tried, 10)


class Csv(Folder):
    def setUp(self) -> None:
        super().setUp()
        caught = warnings.catch_warnings()
        caught.__enter__()
        self.addCleanup(caught.__exit__, None, None, None)
        warnings.filterwarnings("ignore", "moments lie in 1970", cxj.DoubtWarning)  # where small numbers do as moments

    def test_rows_that_are_not_well_formed_are_refused_by_themselves(self) -> None:
        """ "A row that cannot be read (a bad field, too few or too many fields, a quote inside a bare field, text after a closing
        quote, a field never closed, bytes that are not UTF-8, a NUL) is reported with its line … and skipped; … after a misplaced
        quote reading goes on behind the next LF, and a field never closed takes all that follows". """
        good = "a,2026-01-01,ann\n"
        for row, why in (("a,2026-01-01\n", "2 fields, and the header 3"), ("a,2026-01-01,x,y\n", "4 fields, and the header 3"),
                         ('a,2026-01-01,x"y"\n', "a quote inside a field"), ('a,2026-01-01,"x"y\n', "behind a closing quote"),
                         ('a,2026-01-01,"x"\r\r\n', "behind a closing quote"), ("a,2026-01-01,\0\n", "NUL"),
                         (b"a,2026-01-01,\xe9\n", "no UTF-8.*cp1252"), ('"a\n",soon,x\n', "'soon' is no moment")):
            raw = row.encode() if isinstance(row, str) else row
            data = b"journey,at,owner\n" + good.encode() + raw + good.encode()
            for block in (1, 1 << 20):
                with self.subTest(row=row, block=block), mock.patch.object(_csv, "BLOCK", block):
                    (line, said), = refused(data)
                    self.assertEqual(line, "3")
                    self.assertRegex(said, why)
                    with read(data, on_refused="skip") as engine:
                        self.assertEqual(engine.stats().touchpoints, 2)
        (line, said), = refused(f'journey,at,owner\n{good}a,2026-01-01,"x\n{good}')
        self.assertEqual((line, said), ("3", _csv._UNCLOSED))

    def test_lines_and_fields_that_are_well_formed(self) -> None:
        """ "rows ended by LF or CRLF (a CR without LF is data, at the end of the file too)"; "An empty line is skipped, also before
        the header"; "a byte-order mark allowed"; "of two columns of one name the first". """
        data = '\ufeff\n\r\njourney,at,owner,owner\r\n"a",2026-01-01,"x\r\n""y""",z\r\n\r\na,2026-01-02,p\rq,\na,2026-01-03,r,s\r'
        for block in (1, 5, 1 << 20):
            with mock.patch.object(_csv, "BLOCK", block), read(data) as engine:
                self.assertEqual([one.owner for one in engine.touchpoints("a")], ['x\r\n"y"', "p\rq", "r"])
        self.assertEqual([line for line, _ in refused(data.replace("2026-01-02", "soon"))], ["7"])

    def test_utf_16_by_its_mark(self) -> None:
        for name in ("utf-16-le", "utf-16-be"):
            for block in (3, 1 << 20):
                with self.subTest(name, block=block), mock.patch.object(_csv, "BLOCK", block):
                    data = "\ufeffjourney,at,owner\na,1,Zoë 𝄞\nb,2,\ud800\nc,3,x".encode(name, "surrogatepass") + b"\x41"
                    self.assertEqual([line for line, _ in refused(data)], ["3", "4"])
                    with read(data, on_refused="skip") as engine:
                        self.assertEqual(list(engine.names("owner")), ["Zoë 𝄞"])

    def test_the_csv_module_is_asked_for_quotes_only(self) -> None:
        """Any delimiter, also one that means something in a pattern, and longer fields than the csv module takes."""
        long = "x" * 200_000
        for mark in ";\t|^-]\\ .*":
            text = f'journey,at,owner\na,1,"{mark}"\na,2,"{long}"\nb,3,c\n'.replace(",", mark)
            with self.subTest(mark), read(text, delimiter="tab" if mark == "\t" else mark, on_refused="skip") as engine:
                self.assertEqual([one.owner for one in engine.touchpoints("a")][:1], [mark])
                self.assertEqual(engine.stats().touchpoints + len(engine.reading.refused.places if engine.reading else []), 3)

    def test_rows_too_long_are_let_go(self) -> None:
        with mock.patch.object(_csv, "ROW_LIMIT", 1000), mock.patch.object(_csv, "BLOCK", 100):
            for field in ("x" * 5000, '"' + "x\n" * 2500 + '"'):
                text = f"journey,at,owner\na,1,b\na,2,{field}\na,3,c\n"
                (line, said), = refused(text)
                self.assertEqual((line, said), ("3", _csv._TOO_LONG))
                self.assertEqual(refused(text.replace("a,3,c", "a,soon,c"))[1][0], str(4 + field.count("\n")))

    def test_several_files_are_one(self) -> None:
        """ "Several FILEs are read one after the other as if one (each with its own header; row numbers go on)". """
        first = self.file("first.csv", "journey,at,owner\na,2026-01-01,ann\n")
        second = self.file("second.csv", "owner,at,Case ID,extra\nbob,2026-01-01,a,x\nann,soon,a,\n")
        with cxj.read_csv([first, pathlib.Path(second)], tz="UTC", on_refused="skip") as engine:
            assert engine.reading
            self.assertEqual([one.sequence for one in engine.touchpoints("a")], [1, 2])
            self.assertEqual((engine.reading.refused.places, engine.reading.refused.labels), ([2], [f"{second}:3"]))
            self.assertEqual(engine.reading.left_out, ["extra"])
        with open(first, encoding="utf-8") as file, cxj.read_csv(file, tz="UTC") as engine:
            self.assertEqual(engine.stats().touchpoints, 1)

    def test_ties(self) -> None:
        """ "`--ties file`: sequence is the number of the row also where there is an `id` column". """
        text = "journey,id,at,owner\na,2,1,ann\na,1,1,bob\n"
        for ties, owner in (("id", "ann"), ("file", "bob")):
            with read(text, ties=ties) as engine:
                self.assertEqual(engine.journey("a").owner, owner)

    def test_ratings_by_row(self) -> None:
        """ "A row with two ratings (in two of these, or one beside `scale`) is refused"; a scope without a rating says nothing
        where there is a column of ratings. """
        text = ("journey,at,csat,nps,scale,score,scope\na,1,4,,,,\nb,1,4,9,,,\nc,1,4,,csat5,3,touchpoint\nd,1,,,csat5,3,touchpoint\n"
                "e,1,,,csat5,,touchpoint\nf,1,,,,3,\ng,1,4,,,3,\nh,1,,,,,journey\ni,1,,,csat5,3,\n")
        for hidden in ((), ("numpy",)):
            with self.subTest(hidden=hidden), mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                self.assertEqual([line for line, _ in refused(text)], ["3", "4", "6", "7", "8", "10"])

    def test_doubts(self) -> None:
        for text, words in (("journey,at,Assignee\na,2026-01-01,x\n", r"map=\{'owner': 'Assignee'\}"),
                            ("journey,at,owmer\na,2026-01-01,x\n", r"map=\{'owner': 'owmer'\}"),
                            ("journey,at,fault\na,2026-01-01,true\n", "'fault' is left out, though it is called as a facet"),
                            ("journey,at\na,1767225600\nb,1767225601\n", "unit='s'"),
                            ("journey,id,at,owner\na,1,2026-01-01,x\na,1,2026-01-02,y\n", "1 rows.*say something else.*'id': None"),
                            ("journey,at\na,45817\nb,2026-01-01\n", "in 1970 or before, the first at 1970-01-01T00:00:45"),
                            ("journey,at\na,2026-01-01\nb,2206-01-01\n", "beyond the year 2200, the last at 2206"),
                            ("journey,at\na,2026-01-01\nb,2028-01-01\nc,2025-01-01", "2028.*a year beyond the next, 2026")):
            with self.subTest(text), self.assertWarnsRegex(cxj.DoubtWarning, words):
                read(text).close()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read("journey,at,remarks\na,2026-01-01,x\n").close()
            read("journey,at\na,1767225600\nb,1767225601\n", unit="s").close()
            read("journey,at,owner,Agent\na,2026-01-01,x,y\n").close()
            read("journey,at,id\na,2026-01-01,1\n", map={"id": None}).close()

    def test_sentences_name_what_was_seen_and_what_to_do(self) -> None:
        for text, options, words in (
                ("journey;at\na;1\n", {}, "line 1.*no comma, but ';'; delimiter=';'"),
                ("journey\tat\na\t1\n", {}, "delimiter='tab'"), ("journey|at\na|1\n", {}, "no comma, but '.'; delimiter='.' reads it"),
                ("journey,at\na,1\n", {"delimiter": ";"}, "no ';', but ','; delimiter=',' reads it"),
                ("sep=;\njourney;at\na;1\n", {}, "has no comma; its first line is for spreadsheets.* take.*out.*delimiter=';'$"),
                ("sep=;\njourney;at\na;1\n", {"delimiter": ";"}, "read as 'journey'.*its first line is for spreadsheets"),
                ('"sep=,"\njourney,at\na,1\n', {}, "its first line is for spreadsheets.* take that line out$"),
                ("journey,at\r", {}, "read as .at.*carriage returns"),
                ("owner,journey,at\rx,a,2026-01-01\r", {}, r"read as 'at'.*carriage returns \(CR\).*open\(path"),
                ("", {}, "no header line"), ("\n\n", {}, "no header line"),
                ("ticket,when\n", {}, "read as 'journey'.*map=.'journey': 'ticket'.*read as 'at'.*map=.'at': 'when'"),
                ("journey,dd-MM-yyyy HH:mm\n", {}, "map=.'at': 'dd-MM-yyyy HH:mm'"),
                ('journey,a"t\n', {}, "header cannot be read: a quote"),
                (LOG, {"map": {"owner": "Owner"}}, "no column 'Owner'.*nearest is 'owner'"),
                (LOG, {"delimiter": ";;"}, "one ASCII character"), (LOG, {"delimiter": "é"}, "one ASCII character"),
                (LOG, {"dates": "dym"}, "'dmy'"), (LOG, {"dates": "dmy", "dayfirst": True}, "say the same"),
                (LOG, {"ties": "row"}, "'file'"), (LOG, {"on_refused": "ignore"}, "'skip'"),
                ("<log xes.version='1.0'><trace/></log>", {}, "read_xes"), ('{"tickets": []}', {}, "JSON"),
                ("PAR1\x00\x01", {}, "read_parquet"), (gzip.compress(b"journey,at\n" * 9), {}, "gzip.open"),
                ("journey,at\na,x\n".encode("utf-16-le"), {}, "without a byte-order mark"),
                ("journey,at\na,21.11.2026\n", {}, "dayfirst=True"), ("journey,at\na,2026/11/21\n", {}, "dates='ymd'"),
                ("journey,at\na,11/21/2026\n", {"dates": "dmy"}, "other way round. dates='mdy'"),
                ("journey,at\na,2026-01-01\nb,2026-01-01\n", {"tz": None}, "file:2, the file:3: at: .*tz='Europe/Berlin'")):
            with self.subTest(text), self.assertRaisesRegex(ValueError, words):
                read(text, **options)
        with self.assertRaises(FileNotFoundError):
            cxj.read_csv(str(pathlib.Path(self.folder, "none.csv")))
        with self.assertRaises(TypeError):
            cxj.read_csv(7)

    def test_carriage_returns_that_end_no_line_are_said(self) -> None:
        path = self.file("mac.csv", "journey,at,owner\ra,2026-01-01,x\rb,2026-01-02,y\r")
        with self.assertWarnsRegex(cxj.DoubtWarning, r"mac.csv: the header has carriage returns \(CR\)"):
            self.assertEqual(cxj.read_csv(path, tz="UTC").stats().touchpoints, 0)
        with open(path, encoding="utf-8-sig") as file, warnings.catch_warnings():  # as the warning says
            warnings.simplefilter("error")
            self.assertEqual(cxj.read_csv(file, tz="UTC").stats().touchpoints, 2)
            read("journey,at\r\na,2026-01-01\r\n").close()

    def test_many_rows_that_are_refused_end_soon_and_take_no_room(self) -> None:
        """A wrong order of dates refuses each row, with another text each: looked at once, and ten are kept."""
        text = "journey,at\n" + "".join(f"a,{day}.01.2026 {minute // 60:02}:{minute % 60:02}\n" for day in range(1, 29)
                                        for minute in range(1440))
        with self.assertRaisesRegex(ValueError, "40320 of 40320 rows.*the file:2: at: .*and 40310 more"):
            read(text)

    def test_pieces_are_not_held(self) -> None:
        """A file that has no end is read up to where it fails, and no more of it is held than a batch."""

        class Endless(io.RawIOBase):
            given = 0

            def read(self, size: int = -1) -> bytes:
                if not self.given:
                    self.given = 1
                    return b"journey,at\n"
                if self.given > 3 * _frames.AT_ONCE:
                    raise OSError("the line is cut")
                self.given += 1000
                return b"a,1767225600000\n" * 1000

        with self.assertRaisesRegex(OSError, r"after \d{6} rows: the line is cut"):
            cxj.read_csv(Endless())


class Beside(Folder):
    """The report program and the package: the same file, the same cells."""

    def setUp(self) -> None:
        if reports.program() is None:
            self.skipTest("the report program is not there: it is built with -Dexamples=true, or CXJ_REPORT names it")
        super().setUp()

    def test_chunks_orders_and_containers(self) -> None:
        """A frame in random chunks, orders and containers gives the cells of its CSV through the report program."""
        seed = random.SystemRandom().randrange(10**6)
        for number in range(12):
            dice = random.Random(seed + number)
            rows = made(dice, dice.randrange(1, 300))
            if number % 2:  # then the order of the rows decides
                rows = [{name: value for name, value in row.items() if name != "id"} for row in rows]
            path = self.file("log.csv", written(dice, rows))
            status, wanted, said = reports.asked([path], VIEWS, [], self.folder)
            self.assertIn(status, (0, 3), said)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for name, engine in self.engines(dice, rows, path):
                    with self.subTest(name, seed=seed + number), engine:
                        self.assertEqual(reports.differences(wanted, reports.answer_of(engine, VIEWS))[:3], [])

    def engines(self, dice: random.Random, rows: "list[dict[str, str]]", path: str) -> "Iterator[tuple[str, cxj.Engine]]":
        options: "dict[str, Any]" = {"tz": "UTC", "recorded": "all"}
        block, held = dice.choice([1, 50, 1 << 20]), dice.randrange(1, 99)
        with mock.patch.object(_csv, "BLOCK", block), mock.patch.object(_frames, "AT_ONCE", held):
            yield "read_csv", cxj.read_csv(path, VIEWS, **options)
            shuffled = dice.sample(rows, len(rows)) if "id" in rows[0] else rows
            columns: "dict[str, list[str]]" = {name: [row[name] for row in shuffled] for name in rows[0]}
            yield "a dict of columns", cxj.Engine.from_frame(columns, VIEWS, **options)
            yield "a list of dicts", cxj.Engine.from_frame(shuffled, VIEWS, **options)
            yield "a generator", cxj.Engine.from_frame((row for row in shuffled), VIEWS, **options)
            for name, frame in frames(columns, dice, self.folder):
                yield name, cxj.Engine.from_frame(frame, VIEWS, **options)
            if pyarrow or polars or duckdb:
                for name, _ in frames(columns, dice, self.folder):
                    if name == "a data set of pyarrow":
                        yield "read_parquet", cxj.read_parquet(str(pathlib.Path(self.folder, "parts")), VIEWS, **options)


def made(dice: random.Random, count: int) -> "list[dict[str, str]]":
    """Touchpoints with an id each, as texts."""
    return [{"journey": dice.choice(["A-1", "A-2", "7", "007", "é\n,\""]), "id": str(number + 1),
             "at": f"2026-01-{dice.randrange(1, 29):02}T{dice.randrange(24):02}:00{dice.choice(['', ':30', ':30.5'])}"
                   f"{dice.choice(['', 'Z', '+02:00'])}",
             "owner": dice.choice(["ann", "bob", "", " eve", "none"]), "team": dice.choice(["", "t1", "t2"]),
             "type": dice.choice(["", "repair", 'x "y"']), "csat": dice.choice(["", "", "1", "4.0", "5"]),
             "facets": dice.choice(["", "inbound", "contact|fault", "|update"]), "value": dice.choice(["", "-7", "12.0"]),
             "due": dice.choice(["", "2026-01-20", "2026-01-15T12:00Z"]), "customer": dice.choice(["", "c1", "9"]),
             "outcome": dice.choice(["", "", "completed"])} for number in range(count)]


def written(dice: random.Random, rows: "list[dict[str, str]]") -> str:
    """The rows as CSV, quotes where they must be, and here and there where they need not."""
    end = dice.choice(["\n", "\r\n"])

    def field(value: str) -> str:
        return '"' + value.replace('"', '""') + '"' if any(mark in value for mark in '",\n') or dice.random() < 0.2 else value

    return end.join(",".join(map(field, line)) for line in [list(rows[0]), *(list(row.values()) for row in rows)]) + end


def frames(columns: "dict[str, list[str]]", dice: random.Random, folder: str) -> "Iterator[tuple[str, Any]]":
    """The columns as others bring them, lazy where they can, in parts of any size."""
    size = dice.randrange(1, 60)
    count = len(columns["journey"])
    parts = [{name: values[at:at + size] for name, values in columns.items()} for at in range(0, count, size)]
    if pandas:
        yield "pandas", pandas.DataFrame(columns)
        yield "frames of pandas, one by one", (pandas.DataFrame(part) for part in parts)
    if polars:
        yield "polars", polars.DataFrame(columns)
        yield "a lazy frame of polars", polars.DataFrame(columns).lazy()
    if pyarrow:
        table = pyarrow.table(columns)
        where = pathlib.Path(folder, "parts")
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir()
        for number, part in enumerate(parts):
            pyarrow.parquet.write_table(pyarrow.table(part), str(where / f"{number:04}.parquet"))
        yield "a stream of pyarrow", pyarrow.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=size))
        yield "a data set of pyarrow", pyarrow.dataset.dataset(str(where), format="parquet")
        yield "a scanner of pyarrow", pyarrow.dataset.dataset(str(where), format="parquet").scanner(batch_size=size)
    if duckdb and pyarrow:
        base = duckdb.connect()
        base.register("log", pyarrow.table(columns))
        yield "a relation of DuckDB", base.sql("select * from log")
        yield "a connection of DuckDB", base.execute("select * from log")
    import sqlite3

    base = sqlite3.connect(":memory:")
    base.execute(f"create table log ({', '.join(columns)})")
    base.executemany(f"insert into log values ({', '.join('?' * len(columns))})", list(zip(*columns.values())))
    yield "a cursor of SQLite", base.execute("select * from log")
    base.row_factory = sqlite3.Row
    yield "rows of SQLite", iter(base.execute("select * from log").fetchall())
    base.close()


class Parquet(Folder):
    def setUp(self) -> None:
        if not pyarrow:
            self.skipTest("pyarrow is not there, which writes the files")
        super().setUp()
        self.path = str(pathlib.Path(self.folder, "log.parquet"))
        pyarrow.parquet.write_table(pyarrow.table({"Case ID": ["a", "a"], "timestamp": pyarrow.array(
            [1767225600000, 1767312000000], pyarrow.timestamp("ms", "UTC")), "note": [b"x", b"y"], "Resource": ["ann", "bob"]}),
            self.path)

    def test_whoever_is_there_reads_it(self) -> None:
        for name, library, hidden in (("pyarrow", pyarrow, ()), ("polars", polars, ("pyarrow", "pyarrow.parquet")),
                                      ("duckdb", duckdb, ("pyarrow", "pyarrow.parquet", "polars"))):
            if library:
                with self.subTest(name), mock.patch.dict(sys.modules, dict.fromkeys(hidden)), \
                        cxj.read_parquet(self.path, "journeys") as engine:
                    self.assertEqual(handoffs(engine), 1)
                    assert engine.reading  # a column of bytes, which stands for nothing, is not read
                    self.assertEqual(engine.reading.left_out, ["note"])
        with open(self.path, "rb") as file, cxj.read_parquet([file, self.path], on_refused="raise") as engine:
            self.assertEqual(engine.stats().touchpoints, 4)

    def test_what_cannot_be_read(self) -> None:
        with self.assertRaises(FileNotFoundError):
            cxj.read_parquet(self.path + "x")
        with self.assertRaises((OSError, ValueError)):
            cxj.read_parquet(self.file("log.csv", LOG))


class WithoutParquet(unittest.TestCase):
    def test_who_could_read_it_is_said(self) -> None:
        hidden = dict.fromkeys(("pyarrow", "pyarrow.parquet", "polars", "duckdb"))
        with mock.patch.dict(sys.modules, hidden), self.assertRaisesRegex(ImportError, "polars or DuckDB.*pip install"):
            cxj.read_parquet("log.parquet")


XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <global scope="event"><string key="concept:name" value="none"/></global>
  <trace><string key="concept:name" value="T-1"/><string key="kind" value="repair"/>
    <event><string key="concept:name" value="call"><string key="org:resource" value="nobody"/></string>
      <date key="time:timestamp" value="2026-01-01T09:00:00.000+01:00"/><boolean key="inbound" value="true"/></event>
    <event><string key="concept:name" value="visit"/><date key="time:timestamp" value="2026-01-02T09:00:00Z"/>
      <string key="org:resource" value="ann"/><int key="cost" value="7"/></event>
  </trace>
  <trace><string key="concept:name" value="12"/>
    <event><date key="time:timestamp" value="soon"/><string key="org:resource" value="bob"/></event></trace>
</log>"""


class Xes(Folder):
    def test_events_are_touchpoints(self) -> None:
        for content in (XES, gzip.compress(XES.encode())):
            for held in (1, 1 << 20):
                with self.subTest(type(content), held=held), mock.patch("cxj._files.AT_ONCE", held), cxj.read_xes(
                        self.file("log.xes", content), "journeys by type", map={"type": "case:kind", "value": "cost"},
                        on_refused="skip") as engine:
                    first, second = engine.touchpoints("T-1")
                    self.assertEqual((first.activity, first.owner, first.type, second.owner, second.value),
                                     ("call", "", "repair", "ann", 7))
                    self.assertEqual(first.facets, {"inbound", "contact"} & first.facets | {"inbound"})
                    assert engine.reading
                    self.assertEqual([label.rpartition("/")[2] for label in engine.reading.refused.labels], ["log.xes, event 3"])
                    self.assertIn("'soon' is no moment", engine.reading.refused.reasons[0])

    def test_a_late_column_that_would_change_what_was_read(self) -> None:
        """An attribute that only later events have is read; one that earlier ones would have been read by instead is refused."""
        text = XES.replace('<int key="cost" value="7"/>', '<string key="owner" value="eve"/>')
        path = self.file("log.xes", text)
        with mock.patch("cxj._files.AT_ONCE", 1), cxj.read_xes(path, map={"type": None}, on_refused="skip") as engine:
            self.assertEqual(engine.touchpoints("T-1")[1].owner, "eve")
        inner = '<string key="org:resource" value="nobody"/></string>'
        late = text.replace(inner, '</string><string key="org:resource" value="al"/>')
        with mock.patch("cxj._files.AT_ONCE", 1), self.assertRaisesRegex(ValueError, "row 1.*'owner'.*the same columns"):
            cxj.read_xes(self.file("late.xes", late), on_refused="skip")

    def test_what_is_refused(self) -> None:
        bomb = '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
        for text, words in ((XES.replace("<log", f"{bomb}<log", 1), "DOCTYPE"), ("<html/>", "<html>"), ("journey,at\n", "no XML"),
                            (XES.replace("</log>", ""), "no XML"), ("<log/>", "no event"), (gzip.compress(XES.encode())[:-9], "gzip"),
                            (XES.replace('<date key="time:timestamp"', '<date key="time"'), "read as 'at'.*map=.'at': 'time'")):
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                cxj.read_xes(self.file("log.xes", text))

    def test_many_short_events_of_a_trace_that_says_much(self) -> None:
        """They take no more room than they have in the file."""
        import tracemalloc

        many = "".join(f'<string key="k{number}" value="v"/>' for number in range(5000))
        text = f'<log><trace><string key="concept:name" value="a"/>{many}{"<event/>" * 20000}</trace></log>'
        tracemalloc.start()
        try:
            with self.assertRaisesRegex(ValueError, "no column is read as 'at'"):
                cxj.read_xes(io.BytesIO(text.encode()))
            self.assertLess(tracemalloc.get_traced_memory()[1], 64 << 20)
        finally:
            tracemalloc.stop()


if __name__ == "__main__":
    unittest.main()
