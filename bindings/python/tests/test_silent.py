"""What went wrong without a word: local times, days, seconds, rows that are alike or came late, facets that nobody records, a
clock that was never moved. Each is right, or said."""

import contextlib
import datetime
import decimal
import io
import random
import re
import sys
import unittest
import warnings
from typing import Any
from unittest import mock

import cxj

try:
    import numpy
except ImportError:
    numpy = None  # type: ignore[assignment]

UTC = datetime.timezone.utc
EAST = datetime.timezone(datetime.timedelta(hours=2))
NEW_YEAR = datetime.datetime(2026, 1, 1)
MS = datetime.timedelta(milliseconds=1)


def moments(data: "dict[str, Any]", field: str, **options: Any) -> "list[Any]":
    """What an engine holds of a column, in the order of ids."""
    with cxj.Engine() as engine:
        engine.record_many({"id": list(range(1, len(data["journey"]) + 1)), **data}, **options)
        return [getattr(one, field) for one in sorted(engine.touchpoints(1), key=lambda one: one.id or 0)]


class Local(unittest.TestCase):
    """ "No zone is local time of the engine's calendar" (SPEC 7), and nobody's where nobody says."""

    def forms(self) -> "list[Any]":
        forms: "list[Any]" = [[NEW_YEAR]]
        if numpy is not None:
            forms.append(numpy.array(["2026-01-01"], "datetime64[us]"))
        return forms

    def test_nobodys_times_are_refused(self) -> None:
        for form in self.forms():
            for field in ("at", "due"):
                with cxj.Engine() as engine, self.assertRaisesRegex(ValueError, f"column '{field}': .*local times.*tz="):
                    engine.record_many({"journey": [1], "at": [1], field: form})

    def test_a_zone_says_whose(self) -> None:
        for form in self.forms():
            for tz in (EAST, cxj.Calendar(EAST), "UTC"):
                shift = datetime.timedelta(hours=0 if tz == "UTC" else 2)
                self.assertEqual(moments({"journey": [1], "at": form}, "at", tz=tz), [NEW_YEAR.replace(tzinfo=UTC) - shift])

    def test_a_calendar_says_whose(self) -> None:
        with cxj.Engine(calendar=cxj.Calendar(EAST)) as engine:
            engine.record_many({"journey": [1], "at": [NEW_YEAR]})
            self.assertEqual(engine.touchpoints(1)[0].at, NEW_YEAR.replace(tzinfo=EAST))

    def test_times_with_a_zone_need_nobody(self) -> None:
        self.assertEqual(moments({"journey": [1], "at": [NEW_YEAR.replace(tzinfo=EAST)]}, "at", tz="UTC"),
                         [NEW_YEAR.replace(tzinfo=EAST)])

    def test_skipped_and_doubled_times(self) -> None:
        """ "The moment of a local time is the earliest u with u + offset(u) ≥ that local time" (SPEC 10), compared with going
        through all minutes."""
        calendar = cxj.Calendar.from_text("offset +01:00\noffset 2026-03-29T01:00:00Z +02:00\n"
                                          "offset 2026-03-29T05:00:00Z +01:00\n")
        begin = datetime.datetime(2026, 3, 28, 23, tzinfo=UTC)
        minutes = [begin + datetime.timedelta(minutes=i) for i in range(720)]

        def shown(moment: datetime.datetime) -> datetime.datetime:
            east = datetime.datetime(2026, 3, 29, 1, tzinfo=UTC) <= moment < datetime.datetime(2026, 3, 29, 5, tzinfo=UTC)
            return moment.replace(tzinfo=None) + datetime.timedelta(hours=2 if east else 1)

        locals_ = [datetime.datetime(2026, 3, 29, 1) + datetime.timedelta(minutes=7 * i) for i in range(60)]
        wanted = [next(moment for moment in minutes if shown(moment) >= local) for local in locals_]
        for hidden in ((), ("numpy",)):
            with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                self.assertEqual(moments({"journey": [1] * 60, "at": locals_}, "at", tz=calendar), wanted)


class Days(unittest.TestCase):
    """ "A `due` that is a date alone is the last ms of that day …, an `at` that is one is its beginning" (SPEC 7)."""

    def test_days(self) -> None:
        day = datetime.date(2026, 1, 2)
        forms: "list[Any]" = [[day, None]]
        if numpy is not None:
            forms.append(numpy.array(["2026-01-02", "NaT"], "datetime64[D]"))
        data = {"journey": [1, 1], "at": [day, day]}
        for form in forms:
            for hidden in ((), ("numpy",)) if isinstance(form, list) else ((),):
                with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                    self.assertEqual(moments({**data, "due": form}, "due", tz=EAST),
                                     [datetime.datetime(2026, 1, 3, tzinfo=EAST) - MS, None])
                    self.assertEqual(moments({**data, "due": form}, "at", tz=EAST),
                                     [datetime.datetime(2026, 1, 2, tzinfo=EAST)] * 2)

    def test_days_among_times(self) -> None:
        mixed = [datetime.date(2026, 1, 2), NEW_YEAR.replace(tzinfo=UTC), NEW_YEAR]
        self.assertEqual(moments({"journey": [1] * 3, "at": [1, 2, 3], "due": mixed}, "due", tz=EAST),
                         [datetime.datetime(2026, 1, 3, tzinfo=EAST) - MS, mixed[1], NEW_YEAR.replace(tzinfo=EAST)])


    def test_days_that_became_midnights_are_noticed(self) -> None:
        noon = NEW_YEAR.replace(hour=12)
        days, times = [NEW_YEAR, None, NEW_YEAR + datetime.timedelta(days=1)], [NEW_YEAR, None, noon]
        for hidden in ((), ("numpy",)):
            with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                for given in (days, numpy.array(days, "datetime64[us]")) if numpy is not None and not hidden else (days,):
                    data: "dict[str, Any]" = {"journey": [1] * 3, "id": [1, 2, 3], "at": [NEW_YEAR] * 3, "due": given}
                    with cxj.Engine() as engine, self.assertWarnsRegex(cxj.DoubtWarning, "'due': .*midnight.*dates"):
                        engine.record_many(data, tz="UTC")
                    with self.assertWarnsRegex(cxj.DoubtWarning, "'due': .*midnight.*dates"):
                        cxj.Engine.from_frame(data, tz="UTC").close()
                    with self.assertWarnsRegex(cxj.DoubtWarning, "'due': .*midnight.*dates"):
                        cxj.replay(data, rules=["overdue"], tz="UTC").engine.close()
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    for other in (times, days[:2] + [None], [None] * 3, [one and one.date() for one in days]):
                        with cxj.Engine() as engine:
                            engine.record_many({**data, "due": other}, tz="UTC")
                    rows = ({"journey": 1, "id": id, "at": NEW_YEAR, "due": due} for id, due in enumerate(days + times, 1))
                    with cxj.Engine() as engine, mock.patch("cxj._frames.AT_ONCE", 3):  # two batches, of which one has days alone
                        engine.record_many(rows, tz="UTC")

    def test_midnights_of_texts_and_zones_are_noticed(self) -> None:
        """What was written at midnight in its own zone, or in UTC; a day that is written as one is none, nor is one time among
        others."""
        east, day = [NEW_YEAR.replace(tzinfo=EAST), None, datetime.datetime(2026, 1, 2, tzinfo=EAST)], "2026-01-01"
        forms: "list[Any]" = [[NEW_YEAR.replace(tzinfo=UTC)] * 3, east, [day + " 00:00:00"] * 3,
                              [day + "T00:00:00.000+02:00"] * 3, [day, day + " 00:00", day + "T00:00Z"]]
        with contextlib.suppress(ImportError):
            import pandas
            forms.append(pandas.Series(east))
        with contextlib.suppress(ImportError):
            import pyarrow
            forms.append(pyarrow.array(east, pyarrow.timestamp("us", "+02:00")))
        data: "dict[str, Any]" = {"journey": [1] * 3, "id": [1, 2, 3], "at": [NEW_YEAR] * 3}
        for hidden in ((), ("numpy",)):
            with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                for due in forms[:5] if hidden else forms:
                    with self.assertWarnsRegex(cxj.DoubtWarning, "'due': .*midnight.*without a time"):
                        cxj.Engine.from_frame({**data, "due": due}, tz="UTC").close()
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    for due in ([day] * 3, [day, day + " 00:00", None], [day + " 00:00"] * 2 + [day + " 09:00"],
                                [east[0], east[2], east[0] + MS]):
                        cxj.Engine.from_frame({**data, "due": due}, tz="UTC").close()
        with cxj.Engine() as engine, self.assertWarnsRegex(cxj.DoubtWarning, "'due': .*midnight"):
            engine.record_many({**data, "due": east}, tz="UTC")
        with self.assertWarnsRegex(cxj.DoubtWarning, "'due': .*midnight"):
            cxj.read_csv(io.StringIO("journey,at,due\n1,2026-01-01,2026-01-04 00:00:00\n2,2026-01-01,2026-01-04 00:00:00\n"),
                         tz="UTC").close()


class Periods(unittest.TestCase):
    def test_a_month_east_of_greenwich_is_that_month(self) -> None:
        """SPEC 10: a moment belongs to the month of its local time; a frame that has only the moment at which a month begins
        shows the month before, in UTC."""
        offset = "offset +02:00"
        with cxj.Engine("journeys per month", calendar=cxj.Calendar.from_text(offset)) as engine:
            engine.record_many({"journey": list(range(1, 13)), "at": [datetime.datetime(2026, month, 5) for month in range(1, 13)]})
            engine.advance(datetime.datetime(2027, 2, 1, tzinfo=UTC))
            view = engine["journeys per month"]
            wanted = [datetime.datetime(2026, month, 1) for month in range(1, 13)]
            for table in (view, view.control("journeys")):
                self.assertEqual(table.to_dict()["period"], wanted)
                for name, months in (("pandas", lambda frame: list(frame["period"].dt.month)),
                                     ("polars", lambda frame: list(frame["period"].dt.month())),
                                     ("arrow", lambda frame: [one.month for one in frame["period"].to_pylist()])):
                    with contextlib.suppress(ImportError):
                        self.assertEqual(months(getattr(table, f"to_{name}")()), list(range(1, 13)), name)


class Seconds(unittest.TestCase):
    def test_seconds_are_noticed(self) -> None:
        now = 1767225600
        for kind in (list, numpy.array) if numpy is not None else (list,):
            with cxj.Engine() as engine, self.assertWarnsRegex(cxj.DoubtWarning, "column 'at'.*1970.*unit='s'"):
                engine.record_many({"journey": [1, 1], "at": kind([now, now + 1])})
        with cxj.Engine() as engine, self.assertRaises(cxj.RefusedError), \
                self.assertWarnsRegex(cxj.DoubtWarning, "2200.*unit='us'"):
            engine.record_many({"journey": [1], "at": [now * 10**6]})
        for at, words in ((now, "column 'at'.*1970.*unit='s'"), (now * 10**6, "2200.*unit='us'")):
            with contextlib.suppress(cxj.Error), self.assertWarnsRegex(cxj.DoubtWarning, words):
                cxj.replay({"journey": [1], "at": [at]}, rules=["overdue"]).engine.close()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for unit, scale in (("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)):
                self.assertEqual(moments({"journey": [1], "at": [now * scale]}, "at", unit=unit), [NEW_YEAR.replace(tzinfo=UTC)])
        with cxj.Engine() as engine, self.assertRaisesRegex(ValueError, "no unit 'h'; there are s, ms, us, ns"):
            engine.record_many({"journey": [1], "at": [1]}, unit="h")

    def test_moments_that_hardly_are(self) -> None:
        """Days of a spreadsheet, seconds among milliseconds, and what is far off: in at and in due, wherever it is read."""
        now = 1767225600000
        early, far, gap = "moments lie in 1970 or before", "beyond the year 2200", "more than a year beyond"
        cases: "list[tuple[str, list[Any], str]]" = [
            ("at", [46082, 46083, 46084], early), ("at", [now, now // 1000, now], early), ("at", [now, 9 * now, now], far),
            ("at", [now, now + 10**11, now], gap), ("due", [46082, None, 46083], early),
            ("due", [now // 1000, 46082, now], early),
            ("due", [9 * now, None, now], far), ("due", [now // 1000, None, None], early)]
        for hidden in ((), ("numpy",)):
            with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                for field, column, words in cases:
                    data: "dict[str, Any]" = {"journey": [1, 2, 3], "id": [1, 2, 3], "at": [now] * 3, field: column}
                    rows = zip(data["at"], data.get("due", [None] * 3))
                    text = "journey,at,due\n" + "".join(f"1,{at},{due or ''}\n" for at, due in rows)
                    for read in (lambda: cxj.Engine.from_frame(data), lambda: cxj.read_csv(io.StringIO(text)),
                                 lambda: cxj.replay(data, rules=["overdue"], lenient=True).engine):
                        with self.assertWarnsRegex(cxj.DoubtWarning, f"column '{field}': .*{words}"):
                            read().close()
                    with cxj.Engine() as engine, self.assertWarnsRegex(cxj.DoubtWarning, f"column '{field}': .*{words}"):
                        engine.record_many(data)
                with warnings.catch_warnings(), cxj.Engine() as engine:
                    warnings.simplefilter("error")
                    engine.record_many({"journey": [1, 2, 3], "id": [1, 2, 3], "at": [now] * 3, "due": [now, now + 1, None]})
                    engine.record_many(({"journey": 1, "id": 9, "at": now, "due": due} for due in [None, now + 10**12]))


class Rows(unittest.TestCase):
    """What the report program says of rows, in its words."""

    def read(self, data: "dict[str, Any]", **options: Any) -> "list[str]":
        """What is said by each way to read data."""
        found = []
        ways: "list[Any]" = [lambda: cxj.Engine.from_frame(data, **options)]
        if not options:
            ways += [lambda: cxj.replay(data, rules=["overdue"]).engine, lambda: self.recorded(data)]
        for way in ways:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                way().close()
            found.append("; ".join(str(one.message) for one in said))
        return found

    def recorded(self, data: "dict[str, Any]") -> cxj.Engine:
        engine = cxj.Engine()
        engine.record_many(data)
        return engine

    def test_ties_by_text_ids(self) -> None:
        noon = NEW_YEAR.replace(tzinfo=UTC)
        data: "dict[str, Any]" = {"journey": ["a"] * 3 + ["b"], "id": ["ev-1", "ev-2", "ev-3", "ev-1"], "at": [noon] * 4}
        for hidden in ((), ("numpy",)):
            with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                for said in self.read(data):
                    self.assertRegex(said, "^2 ties of equal moments were decided by hashed text ids, .*sequence your own$")
                self.assertIn("; ties='file' takes", self.read(data)[0])
                self.assertRegex(self.read({**data, "journey": [1, 2, 2, 3]})[0], "^1 tie of equal moments was decided")
                for other in ({"id": [1, 2, 3, 4]}, {"sequence": [1, 2, 3, 4]}, {"at": [noon + MS * i for i in range(4)]}):
                    self.assertEqual(self.read({**data, **other}), [""] * 3)
                self.assertEqual(self.read(data, ties="file"), [""])

    def test_equal_rows_without_ids(self) -> None:
        noon = NEW_YEAR.replace(tzinfo=UTC)
        for moments_ in ([noon] * 4, [noon, noon + MS, noon, noon]):
            data: "dict[str, Any]" = {"journey": ["a"] * 4, "at": moments_, "owner": ["ann", "bob", "ann", "ann"]}
            for hidden in ((), ("numpy",)):
                for block in (1 << 20, 2):
                    with mock.patch.dict(sys.modules, dict.fromkeys(hidden)), mock.patch("cxj._alike._BLOCK", block):
                        for said in self.read(data):
                            least = "at least " if block == 2 else ""
                            self.assertRegex(said, f"^{least}2 touchpoints without an id are equal to others in all fields, "
                                                   "and each counts; an id column")
                    with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                        self.assertEqual(self.read({**data, "owner": ["ann", "bob", "eve", ""]})[0], "")
                        self.assertEqual(self.read({**data, "id": [1, 2, 3, 4]})[0], "")
                        self.assertRegex(self.read({**data, "owner": ["ann", "bob", "ann", ""]})[0], "^1 touchpoint without")

    def test_many_journeys_are_bounded(self) -> None:
        data = {"journey": [1, 1, 2, 2, 3, 3], "at": [NEW_YEAR.replace(tzinfo=UTC)] * 6}
        for hidden in ((), ("numpy",)):
            with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                for most, words in ((1, "at least 2"), (2, "at least 3"), (3, "3")):
                    with mock.patch("cxj._alike._MOST", most):
                        self.assertRegex(self.read(data)[0], f"^{words} touchpoints without an id")
                with mock.patch("cxj._alike._LOOKED_AT", 3):  # touchpoints, of which the second journey brings a fourth
                    self.assertRegex(self.read(data)[0], "^at least 2 touchpoints without an id")

    def test_a_replay_of_a_log_in_another_order(self) -> None:
        begin = NEW_YEAR.replace(tzinfo=UTC)
        data = {"journey": [1, 1, 2, 2], "id": [1, 2, 1, 2], "at": [begin + MS * i for i in (1, 20, 2, 21)]}
        with self.assertWarnsRegex(cxj.DoubtWarning, "^1 of 4 rows came later than they happened.*sort_values"):
            cxj.replay(data, rules=["overdue"]).engine.close()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            cxj.replay({**data, "at": sorted(data["at"])}, rules=["overdue"]).engine.close()


class Meant(unittest.TestCase):
    """What is well formed, and perhaps not meant, as the report program says it."""

    def said(self, **columns: "list[Any]") -> "list[str]":
        rows = len(columns["journey"])
        data: "dict[str, Any]" = {"id": list(range(1, rows + 1)), "at": [NEW_YEAR + MS * row for row in range(rows)], **columns}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            cxj.Engine.from_frame(data, tz="UTC").close()
        return [str(one.message) for one in caught]

    def test_what_is_of_a_case_in_each_row(self) -> None:
        two, words = ["a", "a", "b", "b"], "says the same in all rows of each journey; if it is of the case, write it in one row of each"
        day = [NEW_YEAR + datetime.timedelta(hours=9, days=days) for days in (1, 1, 2, 2)]
        for name, values, field in (("value", [5, 5, 7, 7], "value"), ("csat", [5, 5, 4, 4], "csat5"), ("due", day, "due")):
            said = self.said(journey=two, **{name: values})
            self.assertEqual([one.partition(": ")[0] for one in said], [f"{field} {words}"], name)
        for journeys, values in ((two, [5, 5, 5, 5]), (two, [5, 5, 7, None]), (two, [5, 6, 7, 7]), (["a", "b", "c", "d"], [1, 2, 3, 4]),
                                 (["a", "a", "a", "b"], [5, 5, 5, 5]), (two, [None] * 4)):
            self.assertEqual(self.said(journey=journeys, value=values), [], values)
        self.assertEqual(len(self.said(journey=["a"] * 3 + ["b"] * 3, value=[5] * 6)), 1)
        with mock.patch("cxj._meant._JOURNEYS", 1):
            self.assertEqual(self.said(journey=two, value=[5, 5, 7, 7]), [])
        with mock.patch("cxj._meant._LOOKED_AT", 2):  # rows
            self.assertEqual(self.said(journey=two, value=[5, 5, 7, 7]), [])

    def test_names_that_are_none_and_such_as_are_alike(self) -> None:
        said = self.said(journey=["a"] * 6, owner=["NULL", "ann", "ann ", "Ann", "N/A", "bob"], team=["x", "-", "", "none", "y", "z"])
        self.assertEqual(said, [
            "owner has the name 'N/A': if that stands for none, none=['N/A']",
            "owner has the name 'NULL': if that stands for none, none=['NULL']",
            "owner has 'Ann' and 'ann', 'ann' and 'ann ': each counts by itself",
            "team has the name '-': if that stands for none, none=['-']",
            "team has the name 'none': if that stands for none, none=['none']"])
        pairs = [word for number in range(5) for word in (f"n{number}", f"N{number}")]
        self.assertRegex(self.said(journey=["a"] * 10, stage=pairs)[0], "^stage has 'N0' and 'n0', .* and 2 more such pairs: each")

    def test_journeys_that_a_spreadsheet_rounded(self) -> None:
        for text in ("1.23457E+11", "1,2E+05"):
            self.assertRegex(self.said(journey=[text, "12"])[0], rf"^journeys such as '{re.escape(text)}' were rounded")
        self.assertEqual(self.said(journey=["1E+11x", "E+11", "12345"]), [])


class Clock(unittest.TestCase):
    """ "Only metrics marked now, worklists, alerts and what 8.3 leaves out depend on it" (SPEC 5): then it is told."""

    def test_a_clock_that_was_never_moved(self) -> None:
        begin = NEW_YEAR.replace(tzinfo=UTC)
        with cxj.Engine(["touchpoints per day", "touchpoints"]) as engine:
            asked = [lambda: engine.worklist("open for 1h"), lambda: engine["touchpoints per day"].control("touchpoints"),
                     lambda: engine["touchpoints per day"].relation("touchpoints", "journeys")]
            quiet = [lambda: engine.worklist("bounces over 3"),
                     lambda: engine["touchpoints"].relation("touchpoints", "journeys")]
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                engine.worklist("open for 1h")  # nothing is held
                engine.record(journey=1, at=begin)
                for ask in quiet:
                    ask()
            for ask in asked:
                with self.assertWarnsRegex(cxj.IncompleteWarning, r"the clock was never moved; engine\.advance\(moment\)"):
                    ask()
            engine.advance(begin)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                for ask in asked + quiet:
                    ask()


class Decimals(unittest.TestCase):
    def test_whole_decimals_are_whole_numbers(self) -> None:
        one = decimal.Decimal
        data = {"journey": [one(1), one("2.00")], "id": [one(1), one(2)], "at": [one(1767225600000)] * 2,
                "value": [one("1E3"), None], "nps": [one(10), None]}
        with cxj.Engine("touchpoints") as engine:
            engine.record_many(data)
            self.assertEqual([(one.id, one.value, one.score) for one in engine.touchpoints(1)], [(1, 1000, 10)])
            for wrong in ("1.5", "1E999999", "Infinity"):
                with self.subTest(wrong=wrong), self.assertRaisesRegex(ValueError, "no whole number"):
                    engine.record_many({**data, "value": [one(wrong), 1]})


class Parts(unittest.TestCase):
    def test_parts_give_what_the_whole_gives(self) -> None:
        """Rows without ids and sequence, at random places cut into calls: the same bytes."""
        seed = random.randrange(2**32)
        dice = random.Random(seed)
        data = {"journey": [dice.randrange(1, 6) for _ in range(200)], "at": [dice.randrange(1, 4) for _ in range(200)],
                "owner": [dice.choice("abc") for _ in range(200)]}
        with cxj.Engine("transitions by owner") as engine:
            engine.record_many(data)
            whole = engine.to_bytes()
        for _ in range(10):
            ends = sorted(dice.sample(range(201), 4))
            with cxj.Engine("transitions by owner") as engine:
                for first, last in zip([0, *ends], [*ends, 200]):
                    engine.record_many({name: values[first:last] for name, values in data.items()})
                self.assertEqual(engine.to_bytes(), whole, f"seed {seed}")

    def test_a_second_run_is_said(self) -> None:
        now = 1767225600000
        data = {"journey": [1, 2], "at": [now, now + 1], "owner": ["a", "b"]}
        with cxj.Engine() as engine:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                engine.record_many(data)
                engine.record_many({**data, "at": [now, now + 2]})
                engine.record_many({**data, "id": [1, 2]})
                engine.record_many({**data, "id": [1, 2]})
            with self.assertWarnsRegex(cxj.DoubtWarning, "recorded before.*count twice"):
                engine.record_many(data)


class Flags(unittest.TestCase):
    def test_truths_named_as_facets(self) -> None:
        columns = {"fault": [True, False, None], "repeated": [None, True, False], "facets": ["inbound", None, "chase"]}
        wanted = [{"inbound", "fault"}, {"repeated"}, {"chase"}]
        for names in (["fault", "repeated"], ["fault", "repeated", "facets"]):
            for hidden in ((), ("numpy",)):
                with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                    got = moments({"journey": [1] * 3, "at": [1, 2, 3], **{name: columns[name] for name in names}}, "facets")
                for facets, needed in zip(got, wanted):
                    self.assertLessEqual({one for one in needed if "facets" in names or one in names}, facets)
                    self.assertEqual("repeated" in facets, "repeated" in needed)
                    self.assertEqual("fault" in facets, "fault" in needed)

    def test_other_kinds_are_refused(self) -> None:
        with cxj.Engine() as engine, self.assertRaisesRegex(ValueError, r"'fault': these are integers; .*facet.*\(bool\)"):
            engine.record_many({"journey": [1], "at": [1], "fault": [1]})


class Seen(unittest.TestCase):
    """ "A zero must not look like good news where nobody records the fact" (SPEC 6, Feeds)."""

    def test_what_never_occurs_is_not_recorded(self) -> None:
        with cxj.Engine("touchpoints", recorded="seen") as engine:
            engine.record(journey=1, id=1, at=1)
            self.assertIsNone(engine["touchpoints"].get()["faults"].value)
            self.assertIn("Not recorded: ", engine["touchpoints"].table(["faults"]))
            engine.record_many({"journey": [1], "id": [2], "at": [2], "fault": [True]})
            self.assertEqual(engine["touchpoints"].get()["faults"].value, 1)
            self.assertNotIn("fault", engine["touchpoints"].table(["faults"]).splitlines()[-1])
            again = cxj.Engine.from_bytes(engine.to_bytes(), recorded="seen")
            self.assertEqual(again["touchpoints"].get()["faults"].value, 1)
        with cxj.Engine("touchpoints") as engine:
            engine.record(journey=1, at=1)
            self.assertEqual(engine["touchpoints"].get()["faults"].value, 0)
            self.assertIn("Never occurred: fault", engine["touchpoints"].table(["faults"]))

    def test_implied_facets_are_recorded(self) -> None:
        implied = next(one for one in cxj.facets() if len(one.implies - {one.name}) >= 1)
        with cxj.Engine("touchpoints", recorded="seen") as engine:
            engine.record(journey=1, at=1, facets={implied.name})
            self.assertLessEqual(implied.implies, engine.feeds or set())

    def test_parts_become_one(self) -> None:
        with cxj.Engine("touchpoints", recorded="seen") as one, cxj.Engine("touchpoints", recorded="seen") as other:
            one.record(journey=1, id=1, at=1)
            other.record(journey=1, id=2, at=1, facets="fault")
            one.merge(other)
            self.assertEqual(one["touchpoints"].get()["faults"].value, 1)

    def test_other_words_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "recorded: .*not 'some'"):
            cxj.Engine(recorded="some")


if __name__ == "__main__":
    unittest.main()
