"""Engine.from_frame(): a frame as others write it goes in with one call, or is refused with all that is wrong."""

import datetime
import sys
import unittest
import warnings
from typing import Any
from unittest import mock

import cxj

try:
    import pandas
except ImportError:
    pandas = None  # type: ignore[assignment]

UTC = datetime.timezone.utc


class FromFrame(unittest.TestCase):
    def test_names_differ_by_case_and_marks(self) -> None:
        """SPEC 7: `Case ID`, `Resource`, `owner ` are understood."""
        for name in ("Resource", "owner ", "org:resource"):
            data = {"Case ID": ["7", "7.0"], "Timestamp": ["2026-01-01T00:00:00Z", "2026-01-02T02:00+02:00"], name: ["a", "b"]}
            with cxj.Engine.from_frame(data, "journeys") as engine:
                self.assertEqual(engine["journeys"].get()["handoffs"].value, 1)
                self.assertEqual(engine["journeys"].get()["duration_mean"].value, None)
                self.assertEqual(engine.touchpoints(7)[1].at, datetime.datetime(2026, 1, 2, tzinfo=UTC))
                assert engine.reading
                self.assertEqual(engine.reading.fields["owner"], name)

    def test_moments_as_texts(self) -> None:
        """SPEC 7: a number; 2026-11-21, perhaps with a time, a fraction, a zone; with an order other dates, hours of one digit, and
        AM or PM, beside which there is neither a fraction nor a zone."""
        morning = datetime.datetime(2026, 1, 2, 9, 5, tzinfo=UTC)
        for text, order, shift in (
                ("2026-01-02T09:05", None, 0), ("2026-01-02 09:05:00", None, 0), ("2026-01-02T09:05:00,0009Z", None, 0),
                ("2026-01-02T11:05+02", None, 0), ("2026-01-02T06:35-0230", None, 0), ("2026-01-02T09:05:59.9999Z", None, 59999),
                ("2.1.2026 9:05", "dmy", 0), ("1/2/2026 9:05 AM", "mdy", 0), ("2026/1/2 9:05:01", "ymd", 1000),
                ("2026-1-2T9:05+00:00", "ymd", 0), ("2-1-2026 9:05:07 PM", "dmy", 43207000), ("2026-01-02T09:05", "dmy", 0),
                ("2026-01-02T09:05 ", None, None), ("2026-01-02T9:05", None, None), ("2026-01-02T9:05", "dmy", None),
                ("2026-01-02T09:60", None, None), ("2026-01-02T24:00", None, None), ("2026-01-02T09:05:60", None, None),
                ("2026-01-02T09:05.5", None, None), ("2026-01-02T09:05:00.", None, None), ("2026-02-30", None, None),
                ("2026-01-02T09:05+24:00", None, None), ("2026-01-02Z", None, None), ("２026-01-02", None, None),
                ("2.1.2026 9:05:00.5 AM", "dmy", None), ("2.1.2026 9:05 AM+01:00", "dmy", None), ("2.1/2026", "dmy", None),
                ("2.1.2026 13:05 PM", "dmy", None), ("2.1.2026 0:05 AM", "dmy", None), ("2.1.26", "dmy", None),
                ("9" * 5000, None, None), ("--5", None, None), ("1.5", None, None), ("", None, None)):
            with self.subTest(text=text[:40], order=order), warnings.catch_warnings(), cxj.Engine.from_frame(
                    {"journey": ["a"], "at": [text]}, dates=order, tz="UTC", on_refused="skip") as engine:
                found = [one.at for one in engine.touchpoints("a")] if engine.stats().touchpoints else [None]
                self.assertEqual(found, [None if shift is None else morning + datetime.timedelta(milliseconds=shift)])

    def test_what_a_moment_lacks(self) -> None:
        """SPEC 7: "four for the year", "AM|PM"; the sentence says so, whatever order is given."""
        for text, order, words in (("01.03.26 09:00", "dmy", "'01.03.26 09:00' is no moment; a year has four digits"),
                                   ("1/3/26", None, "a year has four digits"), ("26-01-03", "ymd", "a year has four digits"),
                                   ("3/1/2026 9:00 am", "mdy", "am' is no moment; AM and PM are written in capitals"),
                                   ("3/1/2026 9:00:05 Pm", None, "AM and PM are written in capitals"),
                                   ("3/1/2026 9:00 xm", "mdy", "expected is such as"), ("13/1/2026", "mdy", "other way round"),
                                   ("13/1/2026 9:00 am", "mdy", "expected is such as")):
            with self.subTest(text, order=order), self.assertRaisesRegex(ValueError, words):
                cxj.Engine.from_frame({"journey": ["a"], "at": [text]}, dates=order, tz="UTC")

    def test_numbers_as_texts(self) -> None:
        """SPEC 7: "A number is ASCII digits, with one `-` before it where the field may be negative; `.0` behind a number … is
        left out … in number fields and in journey, id and customer, not in names"."""
        for field, text, wanted in (("value", "-7.0", -7), ("value", "-0", 0), ("value", "+7", None), ("value", "--7", None),
                                    ("revision", "007.0", 7), ("revision", "-0", None), ("revision", "9" * 5000, None),
                                    ("revision", str(2**64 - 1), 2**64 - 1), ("revision", str(2**64), None), ("revision", "1.00", None),
                                    ("customer", "12.0", 12), ("customer", "-12.0", "-12.0"), ("customer", "012.0", "012"),
                                    ("customer", "12.00", "12.00"), ("owner", "12.0", "12.0"), ("owner", "none", "none")):
            data = {"journey": ["a"], "id": ["1"], "at": ["2026-01-01"], field: [text]}
            with self.subTest(field, text=text[:40]), cxj.Engine.from_frame(data, tz="UTC", on_refused="skip") as engine:
                found = [getattr(one, field) for one in engine.touchpoints("a")] if engine.stats().touchpoints else [None]
                self.assertEqual(found, [wanted])

    def test_all_that_is_wrong_is_said(self) -> None:
        with self.assertRaises(ValueError) as caught:
            cxj.Engine.from_frame({"ticket": [1], "x": [1]}, map={"ownr": "x", "team": "y"})
        for words in ("'ownr'", "no column 'y'", "read as 'journey'", "read as 'at'", "map={'journey': 'ticket'}"):
            self.assertIn(words, str(caught.exception))

    def test_refused_rows_come_back(self) -> None:
        data = {"journey": ["a", "a", None, "b", "b"], "at": ["2026-01-01", "?", "2026-01-01", "soon", "21.11.2026"],
                "score": [None, None, None, 101, 3], "scale": [None, None, None, "csat5", "csat5"], "scope": [None] * 3 + ["touchpoint"] * 2}
        for hidden in ((), ("numpy",)):
            with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                with self.assertRaisesRegex(ValueError, "3 of 5 rows.*row 1: .*row 2: .*row 3: .*'soon' is no moment"):
                    cxj.Engine.from_frame(data, tz="UTC", none=["?"], dayfirst=True)
                options: "dict[str, Any]" = {"tz": "UTC", "none": "?", "dayfirst": True}
                with cxj.Engine.from_frame(data, on_refused="skip", **options) as engine:
                    assert engine.reading
                    self.assertEqual(engine.reading.refused.places, [1, 2, 3])
                    self.assertEqual(engine.stats().touchpoints, 2)
                    self.assertEqual(engine.reading.receipt.accepted, 2)

    def test_columns_left_out_are_said(self) -> None:
        data = {"journey": [1], "at": [1767225600000], "Assignee": ["a"], "notes": ["x"]}
        with self.assertWarnsRegex(cxj.DoubtWarning, r"map=\{'owner': 'Assignee'\}"):
            cxj.Engine.from_frame(data).close()
        with self.assertRaisesRegex(ValueError, "'Assignee', 'notes'"):
            cxj.Engine.from_frame(data, extra="error")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            cxj.Engine.from_frame(data, map={"owner": "Assignee"}).close()

    def test_moments_in_a_column_called_as_a_facet(self) -> None:
        data = {"journey": [1], "at": [datetime.datetime(2026, 1, 1)], "resolved": [datetime.datetime(2026, 1, 2)]}
        with self.assertRaisesRegex(ValueError, r"these are moments.*yes or no \(bool\); map=\{'resolved': None\} leaves it out"):
            cxj.Engine.from_frame(data, tz="UTC")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            cxj.Engine.from_frame(data, tz="UTC", map={"resolved": None}).close()
        with cxj.Engine() as engine:
            with self.assertRaisesRegex(ValueError, r"these are moments.*; renames=\{'resolved': None\} leaves it out"):
                engine.record_many(data, tz="UTC")
            engine.record_many(data, tz="UTC", renames={"resolved": None})

    @unittest.skipUnless(pandas, "pandas is not there")
    def test_the_frames_own_index(self) -> None:
        frame = pandas.DataFrame({"journey": [4711.0, 4711.0, float("nan")], "at": pandas.to_datetime(
            ["2025-01-06", "2025-01-07", "2025-01-08"], utc=True), "owner": ["a", "b", "b"]}, index=["x", "y", "z"])
        with cxj.Engine.from_frame(frame, "journeys", on_refused="skip") as engine:
            assert engine.reading
            self.assertEqual(engine.reading.refused.labels, ["z"])
            self.assertEqual(engine["journeys"].get()["handoffs"].value, 1)

    @unittest.skipUnless(pandas, "pandas is not there")
    def test_frames_of_the_kinds_that_pandas_makes(self) -> None:
        """Zones, categories, missing values, nullable numbers, floats where a row had none, texts, other names."""
        def utc(*texts: "str | None") -> Any:
            return pandas.to_datetime(list(texts), utc=True)

        days = utc("2025-01-06", "2025-01-07", "2025-01-08")
        for name, frame, refused, wanted in (
                ("zones", {"journey": ["A", "A"], "at": utc("2025-10-26T02:10:00+02:00", "2025-10-26T02:10:00+01:00").tz_convert(
                    "+01:00"), "owner": ["a", "b"], "outcome": [None, "completed"]}, [],
                 {"journeys": 1, "handoffs": 1, "duration_mean": 3600000}),
                ("categories", {"journey": pandas.Categorical(["A", "A", "B"]), "at": days,
                                "owner": pandas.Categorical(["a", "b", None])}, [], {"journeys": 2, "handoffs": 1, "open": 2}),
                ("no time", {"journey": ["A", "A", "B"], "at": utc("2025-01-06", None, "2025-01-08"), "owner": ["a", "b", "c"]},
                 [1], {"journeys": 2, "handoffs": 0}),
                ("no journey", {"journey": pandas.array([1, 1, None], dtype="Int64"), "at": days,
                                "owner": pandas.array(["a", None, "c"], dtype="string")}, [2],
                 {"journeys": 1, "handoffs": 0, "touchpoints_per_journey": 2}),
                ("texts", {"journey": [1, 1], "at": ["2025-01-06T10:00:00Z", "2025-01-07T10:00:00Z"], "owner": ["a", "b"],
                           "outcome": ["", "completed"]}, [], {"journeys": 1, "handoffs": 1, "duration_mean": 86400000}),
        ):
            with self.subTest(name), cxj.Engine.from_frame(pandas.DataFrame(frame), "journeys", on_refused="skip") as engine:
                assert engine.reading
                self.assertEqual(engine.reading.refused.places, refused)
                got = engine["journeys"].get()
                self.assertEqual({metric: got[metric].value for metric in wanted}, wanted)


if __name__ == "__main__":
    unittest.main()
