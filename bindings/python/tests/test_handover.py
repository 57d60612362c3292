"""Views leave as they are read elsewhere: Arrow's C stream, cells by their keys, pivots, CSV, Markdown, tables of text."""

import csv
import ctypes
import gc
import io
import pathlib
import sys
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from typing import Any
from unittest import mock

import cxj
from cxj import _arrow, _handover
from tests.test_frames import duckdb, major, pandas, polars, pyarrow

DAY = 86400000
HOSTILE = "\x1b[31m|*red*\u202e<script>\n`x`"
OTHERS = ("numpy", "pandas", "polars", "pyarrow", "duckdb")


class Views(unittest.TestCase):
    def setUp(self) -> None:
        self.engine = cxj.Engine(["journeys by segment", "touchpoints by channel per month", "transitions by owner", "journeys",
                                  "transitions by owner, segment", "journeys by outcome"], feeds={"inbound", "contact"})
        self.addCleanup(self.engine.close)
        for journey in range(1, 31):
            for step in range(4):
                self.engine.record(journey=journey, id=step + 1, at=DAY * (5 * journey + step), csat=1 + (journey + step) % 5,
                                   segment=("mover", "", "人々")[journey % 3], channel=("web", "phone")[step % 2],
                                   owner=("ann", "bob", "eve", HOSTILE)[(journey * step) % 4], value=250,
                                   outcome="completed" if step == 3 and journey % 2 else None)
        self.views = list(self.engine.views)

    def columns(self, view: cxj.View) -> "dict[str, list[Any]]":
        return {name: [None if value != value else value for value in values] for name, values in view.to_dict().items()}


class Streams(Views):
    """What has __arrow_c_stream__ is read by whoever knows Arrow's C stream interface."""

    def test_the_standard_library_is_enough(self) -> None:
        with mock.patch.dict(sys.modules, dict.fromkeys(OTHERS)):
            for view in self.views:
                stream = _arrow.Stream(view)
                (batch,) = stream
                table = self.columns(view)
                self.assertEqual((stream.names, batch.rows), (list(table), len(view)))
                for place, name in enumerate(stream.names):
                    column = batch.column(place)
                    valid = [True] * batch.rows if column.valid is None else list(column.valid)
                    self.assertEqual(column.clock, "local" if name == "period" else column.clock)
                    values = [column.words[one] if column.kind == "words" else one for one in column.values]
                    read = [(datetime(1970, 1, 1) + timedelta(milliseconds=one)
                             if column.kind == "moments" else one) if good else None for one, good in zip(values, valid)]
                    self.assertEqual(read, table[name], name)

    @unittest.skipUnless(pyarrow, "pyarrow is not there")
    def test_pyarrow(self) -> None:
        for view in self.views:
            table = pyarrow.table(view)
            table.validate(full=True)
            self.assertTrue(table.equals(view.to_arrow()))
        drivers = pyarrow.table(self.engine.worklist("open for 1h"))
        self.assertTrue(drivers.equals(self.engine.worklist("open for 1h").to_arrow()))

    @unittest.skipUnless(polars, "polars is not there")
    def test_polars(self) -> None:
        for view in self.views:
            self.assertTrue(polars.DataFrame(view).equals(view.to_polars()))

    @unittest.skipUnless(duckdb, "DuckDB is not there")
    def test_duckdb(self) -> None:
        if major(duckdb) < 2 and not pyarrow:
            self.skipTest("DuckDB before 2 asks pyarrow")
        view = self.engine["touchpoints by channel per month"]
        table = self.columns(view)
        read = duckdb.sql("select channel, touchpoints, satisfaction, repeats from view").fetchall()
        self.assertEqual(sorted(read), sorted(zip(table["channel"], table["touchpoints"], table["satisfaction"],
                                                  table["repeats"])))

    @unittest.skipUnless(pandas and hasattr(pandas.DataFrame, "from_arrow"), "pandas without from_arrow()")
    def test_pandas(self) -> None:
        frame = pandas.DataFrame.from_arrow(self.engine["journeys by segment"])
        self.assertEqual(list(frame["journeys"]), self.columns(self.engine["journeys by segment"])["journeys"])

    def test_a_view_can_be_recorded(self) -> None:
        view = self.engine["journeys by segment"]
        with cxj.Engine(["touchpoints by segment"]) as engine:
            with self.assertRaisesRegex(ValueError, "journey"):
                engine.record_many(view)

    def test_nothing_is_kept_that_nobody_reads(self) -> None:
        view = self.engine["journeys by segment"]
        before = len(_handover._KEPT)
        for _ in range(50):
            view.__arrow_c_stream__()
            list(_arrow.Stream(view))
        gc.collect()
        held = view.__arrow_c_stream__()  # sweeps, and is the only one left
        self.assertLessEqual(len(_handover._KEPT), before + 1)
        self.assertEqual(len(_handover._MADE), 1)
        for _ in range(3):  # what somebody holds stays
            view.__arrow_c_stream__()
        self.assertIn(held, [capsule for capsule, _ in _handover._MADE])

    def test_a_part_that_was_taken_over_outlives_the_rest(self) -> None:
        view = self.engine["journeys by segment"]
        capsule = view.__arrow_c_stream__()
        stream = _arrow._Stream.from_address(_arrow._pointer(capsule, b"arrow_array_stream"))
        array, child = _arrow._Array(), _arrow._Array()
        self.assertEqual(_arrow._GET(stream.get_next)(ctypes.addressof(stream), ctypes.addressof(array)), 0)
        place = list(view.to_dict()).index("journeys")
        _move(array.children[place].contents, child)
        for struct in (array, stream):
            _arrow._release(struct)
            self.assertFalse(struct.release)
        numbers = [(ctypes.c_int64 * child.length).from_address(child.buffers[1])[i] for i in range(child.length)]
        self.assertEqual(numbers, view.to_dict()["journeys"])
        _arrow._release(child)


def _move(one: Any, into: Any) -> None:
    """As a reader takes over a struct: its bytes are copied, and it is marked as released."""
    ctypes.memmove(ctypes.addressof(into), ctypes.addressof(one), ctypes.sizeof(one))
    one.release = None


class Cells(Views):
    def test_a_key_gives_its_cell(self) -> None:
        for view in self.views:
            for cell in view:
                key = tuple(cell.key.values())
                self.assertEqual(view[key], cell.metrics)
                self.assertEqual(view[cell.key], cell.metrics)
                self.assertIn(cell, view)
                if len(key) == 1:
                    self.assertEqual(view[key[0]], cell.metrics)
        view = self.engine["journeys by segment"]
        self.assertEqual(view["mover"]["journeys"].value, 10)
        self.assertIs(type(view["mover"]["journeys"].value), int)
        self.assertNotIn("upgrader", view)
        self.assertNotIn(("mover", "web"), view)
        with self.assertRaises(KeyError):
            view["upgrader"]
        with self.assertRaisesRegex(ValueError, "has 1 parts: segment, not 2"):
            view["mover", "web"]
        month = self.engine["touchpoints by channel per month"]
        begin = datetime(1970, 2, 1, tzinfo=timezone.utc)
        self.assertEqual(month[begin, "web"], month["1970-02", "web"])

    def test_pivot(self) -> None:
        view = self.engine["transitions by owner"]
        pivot = view.pivot("from", "to", "wait_p50")
        seen = {(cell.key["from"], cell.key["to"]): cell.metrics["wait_p50"].value for cell in view}
        for row in pivot.rows:
            for column in pivot.columns:
                self.assertEqual(pivot[row, column], seen.get((row, column)))
        self.assertEqual(list(pivot.to_dict()), ["from", *pivot.columns])
        self.assertEqual(pivot.to_dict()["from"], pivot.rows)
        self.assertEqual(len(str(pivot).splitlines()), 2 + len(pivot))
        counts = view.pivot("to", "from", "changes")
        self.assertEqual({type(value) for value in counts.to_dict()["ann"] if value == value}, {int})
        other = self.engine["transitions by owner, segment"]
        part = other.pivot("from", "to", "transitions", segment="mover")
        self.assertEqual(sum(value for row in part.rows for column in part.columns if (value := part[row, column])), 30)
        for wrong in (("from", "to", "changes"), ("from", "from", "changes"), ("from", "segment", "changes"),
                      ("from", "owner", "changes")):
            with self.assertRaises(ValueError):
                other.pivot(*wrong)
        with self.assertRaisesRegex(KeyError, "the nearest is 'changes'"):
            view.pivot("from", "to", "change")
        if pandas:
            self.assertEqual(str(counts.to_pandas()["ann"].dtype), "Int64")
        months = self.engine["touchpoints by channel per month"].pivot("period", "channel", "touchpoints")
        self.assertEqual(months.rows[0], "1970-01")

    def test_csv_has_all_digits(self) -> None:
        for view in self.views:
            text = view.to_csv(intervals=True)
            rows = list(csv.reader(io.StringIO(text)))
            table = view.to_dict(intervals=True)
            self.assertEqual(rows[0], list(table))
            for place, row in enumerate(rows[1:]):
                for name, field in zip(rows[0], row):
                    value = table[name][place]
                    if name == "period":
                        self.assertEqual(field, value.strftime("%Y-%m"))
                    elif isinstance(value, str):
                        self.assertEqual(field, value)
                    else:
                        self.assertEqual(field, "" if value != value else repr(value))
            self.assertEqual(len(rows), 1 + len(view))
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "view.csv")
            self.assertIsNone(view.to_csv(path, ["journeys"]))
            self.assertEqual(path.read_bytes().decode(), view.to_csv(metrics=["journeys"]))

    def test_durations_are_timedeltas_on_request(self) -> None:
        view = self.engine["transitions by owner"]
        plain, spans = view.to_dict(["wait_p50", "changes"]), view.to_dict(["wait_p50", "changes"], timedeltas=True)
        self.assertEqual(spans["changes"], plain["changes"])
        self.assertEqual(spans["wait_p50"], [timedelta(milliseconds=round(value)) for value in plain["wait_p50"]])
        if pandas:
            self.assertEqual(list(view.to_pandas(timedeltas=True)["wait_p50"]), spans["wait_p50"])
        if polars:
            self.assertEqual(view.to_polars(timedeltas=True)["wait_p50"].to_list(), spans["wait_p50"])
        if pyarrow:
            self.assertEqual(view.to_arrow(timedeltas=True)["wait_p50"].to_pylist(), spans["wait_p50"])
        late = self.engine["journeys by segment"]
        self.assertEqual(late.to_dict(["slip_mean"], timedeltas=True)["slip_mean"], [None] * len(late))
        if pandas:
            self.assertTrue(late.to_pandas(["slip_mean"], timedeltas=True)["slip_mean"].isna().all())

    def test_tables_say_what_people_say(self) -> None:
        view = self.engine["journeys by segment"]
        table = view.table(["journeys", "value", "duration_mean", "faults"], sort="-value", top=2)
        self.assertEqual([line.split() for line in table.splitlines()[:5]], [
            ["journeys", "by", "segment"], ["segment", "journeys", "value", "duration_mean", "faults"],
            ["–", "10", "10,000", "3", "d", "–"], ["mover", "10", "10,000", "3", "d", "–"], ["…", "and", "1", "more"]])
        self.assertEqual(view.table(["value"], sort="journeys", rows=1), view.table(["value"], sort="journeys", top=1))
        self.engine.currency = "EUR"
        self.assertIn("€100.00", view.table(["value"]))
        self.assertIn("<td>€100.00</td>", view.table(["value"])._repr_html_())
        self.assertIn("| €100.00 |", view.to_markdown(["value"]))

    def test_working_time_has_no_days(self) -> None:
        calendar = cxj.Calendar("UTC", "mon-fri 08:00-18:00")
        with cxj.Engine(["journeys", "journeys in working hours"], calendar=calendar) as engine:
            begin = datetime(2026, 1, 5, 8, tzinfo=timezone.utc)
            engine.record(journey=1, at=begin)
            engine.record(journey=1, at=begin + timedelta(days=3, hours=4), outcome="completed")
            self.assertIn("3 d 4 h", engine["journeys"].table(["duration_mean"]))
            self.assertIn("34 h", engine["journeys in working hours"].table(["duration_mean"]))

    def test_no_control_character_is_shown(self) -> None:
        view = self.engine["transitions by owner"]
        shown = [str(view), view.table(), view.to_markdown(), str(view.pivot("from", "to", "changes")),
                 view.pivot("from", "to", "changes").to_markdown(), str(self.engine.worklist("open for 1h"))]
        for text in shown:
            self.assertFalse([one for one in text if one != "\n" and not one.isprintable()], text)
        columns = len(view.table().splitlines()[1].split())
        for line in view.to_markdown().splitlines():
            self.assertEqual(line.replace("\\|", "").count("|"), columns + 1)
        widths = {len(line) for line in map(_columns, self.engine["journeys by segment"].table(["journeys"]).splitlines()[1:5])}
        self.assertEqual(len(widths), 1)


class Comparisons(Views):
    def test_two_cells_side_by_side(self) -> None:
        view = self.engine["journeys by segment"]
        got = cxj.compare(view, "mover", "人々")
        one, other = view["mover"], view["人々"]
        self.assertEqual([line.metric for line in got], [info.name for info in view.metrics()
                                                         if one[info.name].value is not None or other[info.name].value is not None])
        for line in got:
            a, b = one[line.metric], other[line.metric]
            self.assertEqual((line.a, line.b, line.n_a, line.n_b), (a.value, b.value, a.n, b.n))
            if a.value is not None and b.value is not None:
                self.assertAlmostEqual(line.difference or 0, a.value - b.value)
            if view.metric(line.metric).compares and line.difference is not None:
                parity = view.parity(line.metric, "mover", "人々")
                self.assertEqual((line.difference, line.low, line.high), (parity.difference, parity.low, parity.high))
                self.assertEqual(line.clear, parity.low is not None and parity.high is not None and not parity.low <= 0 <= parity.high)
            else:
                self.assertEqual((line.low, line.high, line.clear), (None, None, False))
        self.assertEqual(got["journeys"].difference, 0)
        table = got.to_dict()
        self.assertEqual(table["metric"], [line.metric for line in got])
        self.assertEqual(len(got), len(table["clear"]))
        some = cxj.compare(view, {"segment": "mover"}, "", ["value", "duration_mean"])
        self.assertEqual([line.metric for line in some], ["value", "duration_mean"])
        self.assertEqual(str(some).splitlines()[0], "journeys by segment: mover less –")
        if pandas:
            self.assertEqual(list(got.to_pandas()["metric"]), table["metric"])

    def test_what_is_more_than_chance_comes_first_and_how_many_would_is_said(self) -> None:
        with cxj.Engine(["touchpoints by channel"], feeds=set()) as engine:
            for journey in range(1, 101):
                engine.record(journey=journey, id=1, at=DAY * journey, channel="a", csat=1 + journey % 2)
                engine.record(journey=journey, id=2, at=DAY * journey + 1, channel="b", csat=4 + journey % 2)
                engine.record(journey=journey, id=3, at=DAY * journey + 2, channel=HOSTILE)
            got = cxj.compare(engine["touchpoints by channel"], "a", "b", ["touchpoints", "csat", "satisfaction"])
            lines = str(got).splitlines()
            self.assertIn("-100.0 pp", " ".join(lines))
            self.assertEqual(sorted(line.split()[0] for line in lines[2:4]), ["csat", "satisfaction"])
            self.assertEqual(lines[-1], "2 of 2 intervals leave out 0; were both cells alike, about 1 would, by chance alone.")
            self.assertIn("<td>-100.0 pp</td>", got._repr_html_())
            hostile = cxj.compare(engine["touchpoints by channel"], HOSTILE, "b")
            for text in (str(hostile), hostile.to_markdown()):
                self.assertFalse([one for one in text if one != "\n" and not one.isprintable()])
            with self.assertRaisesRegex(ValueError, "the same cell twice"):
                cxj.compare(engine["touchpoints by channel"], "a", {"channel": "a"})
            with self.assertRaises(KeyError):
                cxj.compare(engine["touchpoints by channel"], "a", "x")


def _columns(line: str) -> str:
    """A line with as many characters as a terminal has columns for it."""
    return line.replace("人", "ii").replace("々", "ii")


if __name__ == "__main__":
    unittest.main()
