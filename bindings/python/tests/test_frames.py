"""Data frames: what pyarrow, pandas, polars, numpy and DuckDB bring is what single touchpoints bring, also where pyarrow or
numpy is not there. Each is skipped, and said, where it is not there."""

import contextlib
import datetime
import decimal
import random
import sys
import unittest
from collections.abc import Iterator
from typing import Any
from unittest import mock

import cxj

UTC = datetime.timezone.utc
VIEWS = ["journeys by type", "transitions by owner", "touchpoints by channel per month"]
ROWS = 500


def have(name: str) -> Any:
    try:
        return __import__(name)
    except ImportError:
        return None


numpy, pyarrow, pandas, polars, duckdb = map(have, ("numpy", "pyarrow", "pandas", "polars", "duckdb"))


def major(library: Any) -> int:
    return int(library.__version__.split(".")[0])


def rows(count: int = ROWS) -> "dict[str, list[Any]]":
    dice = random.Random(7)
    # So that some moments are before 1970, and none is on its first day: cut down to days that would be 0, which is none.
    days = [day for day in range(-60, 60) if day != 0]
    start = datetime.datetime(1970, 1, 1, tzinfo=UTC)
    return {
        "journey": [dice.randrange(1, 40) for _ in range(count)],
        "id": list(range(1, count + 1)),
        "at": [start + datetime.timedelta(dice.choice(days), dice.randrange(86400), milliseconds=dice.randrange(1000))
               for _ in range(count)],
        "owner": [dice.choice(["ann", "bob", "eve", "Zoë the first of her name", None]) for _ in range(count)],
        "channel": [dice.choice(["phone", "chat", ""]) for _ in range(count)],
        "type": [dice.choice([None, "move", "repair"]) for _ in range(count)],
        "csat": [dice.choice([None, 1, 2, 3, 4, 5]) for _ in range(count)],
        "facets": [dice.choice([None, "fault", "inbound|repeated"]) for _ in range(count)],
        "value": [dice.choice([None, -7, 10**9]) for _ in range(count)],
        "outcome": [dice.choice([None, None, "completed"]) for _ in range(count)],
        "customer": [dice.choice([None, "mary", "joe"]) for _ in range(count)],
    }


def expected(columns: "dict[str, list[Any]]") -> bytes:
    with cxj.Engine(VIEWS) as engine:
        for i in range(len(columns["journey"])):
            row = {name: values[i] for name, values in columns.items() if values[i] is not None}
            if "facets" in row:
                row["facets"] = row["facets"].split("|")
            engine.record(**row)
        return engine.to_bytes()


class Own(pandas.DataFrame if pandas else object):  # type: ignore[misc]
    """A frame of somebody's own kind."""


class Streaming:
    """What has __arrow_c_stream__, and nothing else."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._data.__arrow_c_stream__(requested_schema)


class Array:
    """What has __arrow_c_array__, and nothing else."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        return self._data.__arrow_c_array__(requested_schema)


class Frames(unittest.TestCase):
    def setUp(self) -> None:
        self.columns = rows()
        self.listed = dict(self.columns, facets=[None if one is None else one.split("|") for one in self.columns["facets"]])
        self.bytes = expected(self.columns)

    def taken(self, data: Any, renames: Any = None) -> bytes:
        with cxj.Engine(VIEWS) as engine:
            self.assertEqual(engine.record_many(data, renames=renames, tz="UTC").processed, ROWS)
            return engine.to_bytes()

    def check(self, data: Any, *hidden: "tuple[str, ...]", renames: Any = None) -> None:
        """What data bring is what single touchpoints bring; also with some libraries hidden."""
        for names in ((), *hidden):
            with self.subTest(hidden=names), mock.patch.dict(sys.modules, dict.fromkeys(names)):
                self.assertEqual(self.taken(data, renames), self.bytes)

    ALONE = (("pyarrow",), ("numpy",), ("pyarrow", "numpy"))

    def test_dicts_of_lists(self) -> None:
        self.check(self.columns, *self.ALONE)
        self.check(self.listed, *self.ALONE)
        milliseconds = [(one - datetime.datetime(1970, 1, 1, tzinfo=UTC)) // datetime.timedelta(milliseconds=1)
                        for one in self.columns["at"]]
        self.check(dict(self.columns, at=milliseconds), *self.ALONE)
        self.check(dict(self.columns, at=[one.replace(tzinfo=None) for one in self.columns["at"]]), *self.ALONE)

    @unittest.skipUnless(numpy, "numpy is not there")
    def test_dicts_of_arrays(self) -> None:
        arrays = {name: numpy.array(values) for name, values in self.columns.items() if None not in values}
        arrays["at"] = numpy.array([one.replace(tzinfo=None) for one in self.columns["at"]], "datetime64[us]")
        mask = [one is None for one in self.columns["csat"]]
        arrays["csat"] = numpy.ma.array([one or 99 for one in self.columns["csat"]], mask=mask, dtype="u1")
        arrays["value"] = numpy.ma.array([one or 99 for one in self.columns["value"]],
                                         mask=[one is None for one in self.columns["value"]])
        for name in ("owner", "type", "facets", "outcome", "customer"):
            arrays[name] = numpy.array(self.columns[name], dtype=object)
        self.check(arrays, ("pyarrow",))
        for unit in ("s", "ms", "us", "ns", "m", "D", "ps", "250ms", "10us"):
            moments = arrays["at"].astype(f"datetime64[{unit}]")
            whole = [one.astype("datetime64[ms]").astype("int64").item() for one in moments]
            wanted = expected(dict(self.columns, at=whole))
            for form in (moments, moments.astype(moments.dtype.newbyteorder(">")), moments.repeat(2)[::2], list(moments)):
                self.assertEqual(self.taken(dict(arrays, at=form)), wanted, unit)
        self.check(dict(arrays, journey=arrays["journey"].astype(">i2")), ("pyarrow",))
        self.check(dict(arrays, journey=arrays["journey"].astype("f4")), ("pyarrow",))
        for words, wrong in {"no column": {"at": numpy.zeros((2, 2))}, "not within": {"journey": numpy.array([-1])},
                             "no whole number": {"journey": numpy.array([0.5])}, "2 values": {"owner": numpy.array(["a", "b"])},
                             "stands for nothing": {"facets": [{}]}, "a truth": {"journey": numpy.array([True])},
                             "a truth stands": {"value": [True]}, "a float of 16 bits": {"id": numpy.array([1], "f2")},
                             "a duration": {"at": numpy.array([5], "m8[ns]")},
                             "a duration stands": {"at": [numpy.timedelta64(5, "ns")]},
                             "not within the years": {"at": numpy.array([213503982335], "M8[D]")},
                             "16777216.0 is .* none that is exact": {"id": numpy.array([2**24], "f4")},
                             "'channel': these are integers; names are texts": {"channel": [7]},
                             "'channel', row 0: 7.5 is no text": {"channel": [7.5]}}.items():
            with self.subTest(words), cxj.Engine() as engine, self.assertRaisesRegex(ValueError, words):
                engine.record_many({"journey": [1], "at": [1], **wrong})

    @unittest.skipUnless(pyarrow, "pyarrow is not there")
    def test_arrow(self) -> None:
        table = pyarrow.table(self.columns)
        self.check(table, ("numpy",))
        self.check(pyarrow.table(self.listed), ("numpy",))
        self.check(table.to_batches()[0], ("numpy",))
        self.check({name: table[name] for name in table.column_names}, ("numpy",))
        for way in (Streaming(table), Array(table.to_batches()[0]), Streaming(pyarrow.table(self.listed))):
            self.check(way, *self.ALONE)
        for unit in ("ms", "us", "ns"):
            self.check(table.set_column(2, "at", table["at"].cast(pyarrow.timestamp(unit, "Europe/Berlin"))), ("numpy",))
        encoded = table
        for name in ("owner", "channel", "type", "facets", "outcome", "customer"):
            place = encoded.column_names.index(name)
            encoded = encoded.set_column(place, name, encoded[name].dictionary_encode())
        self.check(Streaming(encoded), *self.ALONE)
        chunked = pyarrow.concat_tables([encoded.slice(0, 3), table.slice(3, 200).cast(encoded.schema), encoded.slice(203)])
        self.check(Streaming(chunked), *self.ALONE)
        self.check({name: chunked[name] for name in chunked.column_names}, ("numpy",))
        longer = pyarrow.concat_tables([table.slice(ROWS - 93), table]).combine_chunks()
        kinds = [pyarrow.string(), pyarrow.large_string()]
        if major(pyarrow) >= 26:  # pyarrow 21 crashes on short views that it has exported itself
            kinds.append(pyarrow.string_view())
        for kind in kinds:
            fields = [(field.name, kind if pyarrow.types.is_string(field.type) else field.type) for field in table.schema]
            self.check(Streaming(longer.cast(pyarrow.schema(fields)).slice(93)), *self.ALONE)
        for kind in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float", "double"):
            self.check(Streaming(table.set_column(0, "journey", table["journey"].cast(kind))), *self.ALONE)
        with cxj.Engine() as engine:
            self.assertEqual(engine.record_many(table.slice(0, 0)).processed, 0)
            self.assertEqual(engine.record_many(table.to_reader(max_chunksize=7)).processed, ROWS)

    @unittest.skipUnless(pyarrow, "pyarrow is not there")
    def test_dates(self) -> None:
        days = [datetime.date(1969, 12, 30), datetime.date(2026, 1, 1), None]
        for hidden in ((), *self.ALONE):
            tables = [pyarrow.table({"journey": [1, 2, 3], "at": pyarrow.array(days, pyarrow.date32()).cast(kind)})
                      for kind in (pyarrow.date32(), pyarrow.date64(), pyarrow.timestamp("s"))]
            with self.subTest(hidden=hidden), mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                for table in tables:
                    with cxj.Engine() as engine, self.assertRaises(cxj.RefusedError) as caught:
                        engine.record_many(Streaming(table), tz="UTC")
                    assert caught.exception.receipt
                    self.assertEqual(caught.exception.receipt.first_refusal, 2)
                with cxj.Engine() as engine:
                    engine.record_many({"journey": [1], "at": days[:1]}, tz="UTC")
                    self.assertEqual(engine.journey(1).first_at, datetime.datetime(1969, 12, 30, tzinfo=UTC))

    @unittest.skipUnless(pyarrow, "pyarrow is not there")
    def test_what_columns_cannot_be_is_said(self) -> None:
        not_text = pyarrow.Array.from_buffers(pyarrow.string(), 1, [None, pyarrow.py_buffer(b"\0\0\0\0\2\0\0\0"),
                                                                   pyarrow.py_buffer(b"\xc3\x28")])
        for words, (name, column) in {
            "row 0: -1 is not within": ("journey", pyarrow.array([-1])),
            "names are texts": ("owner", pyarrow.array([1])),
            "parse them first": ("at", pyarrow.array(["x"])),
            "row 0: 1.5 is no whole number": ("csat", pyarrow.array([1.5])),
            "row 0: 300 is not within 0 and 255": ("csat", pyarrow.array([300])),
            "not within": ("at", pyarrow.array([2**62], pyarrow.timestamp("s"))),
            "a truth stands for nothing": ("repeated", pyarrow.array([True])),
            "bytes stands for nothing": ("journey", pyarrow.array([b"x"])),
            "a struct stands for nothing": ("owner", pyarrow.array([{"name": "ann"}])),
            "a decimal stands for nothing": ("value", pyarrow.array([decimal.Decimal("1.5")])),
            "a dictionary within a dictionary": ("customer", pyarrow.DictionaryArray.from_arrays(
                pyarrow.array([0]), pyarrow.array(["5"]).dictionary_encode())),
            "row 0: b'.*' is not UTF-8": ("team", not_text),
            "row 0: 9007199254740992.0 is no whole number, or none that is exact": ("id", pyarrow.array([2.0**53])),
            "no facet None": ("facets", pyarrow.array([["fault", None]])),
            "no facet None;": ("facets", pyarrow.array([["fault", None]], pyarrow.list_(
                pyarrow.dictionary(pyarrow.int8(), pyarrow.string())))),
            "the nearest is 'fault'": ("facets", pyarrow.array([["falt"]])),
            "no outcome 'complete'; the nearest is 'completed'": ("outcome", pyarrow.array(["complete"])),
        }.items():
            name = "journey" if name == "repeated" else name
            wrong = pyarrow.table({"journey": pyarrow.array([1]), "at": pyarrow.array([1])})
            wrong = wrong.set_column(wrong.column_names.index(name), name, column) if name in wrong.column_names else \
                wrong.append_column(name, column)
            for hidden in ((), *self.ALONE):
                with self.subTest(words, hidden=hidden), mock.patch.dict(sys.modules, dict.fromkeys(hidden)), \
                        cxj.Engine() as engine, self.assertRaisesRegex(ValueError, f"column '{name}'.*{words}") as caught:
                    engine.record_many(Streaming(wrong))
                self.assertIsNone(caught.exception.receipt)  # type: ignore[attr-defined]

    @unittest.skipUnless(pyarrow, "pyarrow is not there")
    def test_columns_without_a_value_state_nothing(self) -> None:
        nothing = [None] * ROWS
        table = pyarrow.table(self.columns)
        for kind in (pyarrow.null(), pyarrow.string(), pyarrow.float64(), pyarrow.dictionary(pyarrow.int8(), pyarrow.null()),
                     pyarrow.dictionary(pyarrow.int8(), pyarrow.float64())):
            column = pyarrow.nulls(ROWS).dictionary_encode() if kind.id == pyarrow.dictionary(
                pyarrow.int8(), pyarrow.null()).id and kind.value_type == pyarrow.null() else pyarrow.array(nothing, kind)
            with self.subTest(kind):
                self.check(Streaming(table.append_column("team", column)), *self.ALONE)

    @unittest.skipUnless(pyarrow, "pyarrow is not there")
    def test_what_was_handed_over_already_is_refused(self) -> None:
        batch = pyarrow.record_batch({"journey": [1], "at": [1]})
        pair, stream = batch.__arrow_c_array__(), pyarrow.table({"journey": [1], "at": [1]}).__arrow_c_stream__()
        pyarrow.RecordBatch._import_from_c_capsule(*pair)
        pyarrow.RecordBatchReader._import_from_c_capsule(stream)

        class Used:
            def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
                return pair

        class UsedStream:
            def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
                return stream

        for data in (Used(), UsedStream()):
            for hidden in ((), *self.ALONE):
                with self.subTest(data, hidden=hidden), mock.patch.dict(sys.modules, dict.fromkeys(hidden)), \
                        cxj.Engine() as engine, self.assertRaises((ValueError, OSError)):
                    engine.record_many(data)
        twice = pyarrow.RecordBatch.from_arrays([pyarrow.array([1])] * 3, names=["journey", "at", "at"])
        with cxj.Engine() as engine, self.assertRaisesRegex(ValueError, "two columns stand for 'at'"):
            engine.record_many(Array(twice))
        for column in (pyarrow.array([1]), pyarrow.chunked_array([[1]])):
            with cxj.Engine() as engine, self.assertRaisesRegex(ValueError, "is no table"):
                engine.record_many(column)

    def test_a_rating_is_whole_or_refused(self) -> None:
        """As record() has it: a scale needs a score, and a scope a rating."""
        for hidden in ((), ("numpy",)):
            with self.subTest(hidden=hidden), mock.patch.dict(sys.modules, dict.fromkeys(hidden)), cxj.Engine() as engine:
                with self.assertRaisesRegex(cxj.RefusedError, "^row 1: score: there is none, .* .1 of 3"):
                    engine.record_many({"journey": [1, 2, 3], "at": [1, 2, 3], "scale": ["nps", "nps", None],
                                        "score": [0, None, None], "scope": ["touchpoint", "touchpoint", None]})
                with self.assertRaisesRegex(cxj.RefusedError, "^row 0: scope: 2 stands without a scale .1 of 2"):
                    engine.record_many({"journey": [4, 5], "at": [1, 2], "csat": [None, 5], "scope": ["journey", "journey"]})
                self.assertEqual(engine.touchpoints(5)[0].scope, "journey")
                for words, columns in {"'scale' says what 'csat' says": {"csat": [1], "scale": [1], "score": [1]},
                                       "'score' is missing": {"scale": ["nps"]},
                                       "row 0: a touchpoint has one rating": {"csat": [1], "nps": [1]}}.items():
                    with self.assertRaisesRegex(ValueError, words):
                        engine.record_many({"journey": [1], "at": [1], **columns})

    @unittest.skipUnless(pyarrow, "pyarrow is not there")
    def test_a_stream_that_fails_says_what_was_taken(self) -> None:
        schema = pyarrow.schema([("journey", pyarrow.int64()), ("at", pyarrow.int64())])

        def batches() -> "Iterator[Any]":
            yield pyarrow.record_batch({"journey": [1, 2, 0], "at": [1, 2, 3]})
            yield pyarrow.record_batch({"journey": [4], "at": [4]})
            raise RuntimeError("the tape is torn")

        for hidden in ((), *self.ALONE):
            reader = pyarrow.RecordBatchReader.from_batches(schema, batches())
            with self.subTest(hidden=hidden), mock.patch.dict(sys.modules, dict.fromkeys(hidden)), \
                    cxj.Engine() as engine:
                with self.assertRaisesRegex(OSError, "after 4 rows: .*the tape is torn") as caught:
                    engine.record_many(Streaming(reader))
                receipt = caught.exception.receipt  # type: ignore[attr-defined]
                self.assertEqual((receipt.accepted, receipt.refused, receipt.first_refusal), (3, 1, 2))
                self.assertEqual(engine.stats().touchpoints, 3)

    @unittest.skipUnless(pyarrow, "pyarrow is not there")
    def test_rows_are_counted_over_batches(self) -> None:
        parts = [pyarrow.record_batch({"journey": [1, 2], "at": [1, 2]}),
                 pyarrow.record_batch({"journey": [3, 0], "at": [1, 2]})]
        with cxj.Engine() as engine:
            for strict, done in ((False, 4), (True, 3)):
                with self.assertRaisesRegex(cxj.RefusedError, "^row 3: journey") as caught:
                    engine.record_many(pyarrow.Table.from_batches(parts), strict=strict)
                receipt = caught.exception.receipt
                assert receipt
                self.assertEqual((receipt.processed, receipt.first_refusal), (done, 3))
        parts[1] = pyarrow.record_batch({"journey": [3, -4], "at": [1, 2]})
        with cxj.Engine() as engine:
            with self.assertRaisesRegex(ValueError, "'journey', row 3: -4") as wrong:
                engine.record_many(pyarrow.Table.from_batches(parts))
            self.assertEqual(wrong.exception.receipt.accepted, 2)  # type: ignore[attr-defined]

    @unittest.skipUnless(pandas, "pandas is not there")
    def test_pandas(self) -> None:
        frame = pandas.DataFrame(self.columns)
        self.check(frame)
        self.check(pandas.DataFrame(self.listed))
        self.check({name: frame[name] for name in frame})
        self.check(frame.convert_dtypes())  # whole numbers with nulls
        self.check(frame.astype({"owner": "category", "channel": "category", "facets": object, "outcome": object}))
        for zone in ("Asia/Tokyo", None):
            moments = frame["at"].dt.tz_convert(zone)
            for unit in ("ms", "us", "ns"):
                self.check(frame.assign(at=moments.dt.as_unit(unit))[::-1])
        if pyarrow:
            self.check(frame.convert_dtypes(dtype_backend="pyarrow"))
        lost = frame.assign(stage=float("nan"), due=pandas.NaT, reason=None)  # what an empty column of a CSV becomes
        self.check(lost)
        self.check(frame.assign(value=pandas.Series(frame["value"], dtype="Sparse[float]")))
        with cxj.Engine() as engine, self.assertRaisesRegex(ValueError, "two columns stand for 'owner'"):
            engine.record_many(pandas.concat([frame, frame[["owner"]]], axis=1))
        self.check(Own(frame[frame["id"] > 0]))
        self.check(frame.rename(columns={"journey": 0}).set_index("id", drop=False), renames={0: "journey"})
        for column in (frame["journey"], frame["owner"].astype("category")):
            with cxj.Engine() as engine, self.assertRaisesRegex(ValueError, "Series is no table"):
                engine.record_many(column)

    @unittest.skipUnless(polars, "polars is not there")
    def test_polars(self) -> None:
        frame = polars.DataFrame(self.columns)
        lists = polars.DataFrame(self.listed)
        categories = frame.with_columns(polars.col("owner").cast(polars.Categorical),
                                        polars.col("channel").cast(polars.Enum(["phone", "chat", ""])))
        for data in (frame, lists, categories, frame.lazy(), Streaming(frame), {name: frame[name] for name in frame.columns},
                     polars.concat([frame[:200], frame[200:]], rechunk=False)):
            self.check(data, *self.ALONE)
        with cxj.Engine() as engine, self.assertRaisesRegex(ValueError, "Series is no table"):
            engine.record_many(frame["journey"])

    @unittest.skipUnless(duckdb and pyarrow, "DuckDB or pyarrow is not there")
    def test_duckdb(self) -> None:
        connection = duckdb.connect()
        connection.register("log", pyarrow.table(self.columns))
        for hidden in ((), *(self.ALONE if major(duckdb) >= 2 else ())):  # before, DuckDB itself asks pyarrow
            with self.subTest(hidden=hidden), mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                self.assertEqual(self.taken(connection.sql("select * from log")), self.bytes)


class Answers(unittest.TestCase):
    """Views come out as what cxj.View says, a metric without a value as NaN (pandas) or null (polars, Arrow)."""

    def setUp(self) -> None:
        stack = contextlib.ExitStack()
        self.engine = stack.enter_context(cxj.Engine([*VIEWS, "touchpoints"]))
        self.addCleanup(stack.close)
        self.engine.record_many(rows())

    def compare(self, view: cxj.View, names: "list[str]", column: Any) -> None:
        table = view.to_dict(intervals=True)
        self.assertEqual(names, list(table))
        counts = {info.name + "_n" for info in view.metrics()}
        self.assertLessEqual(counts, set(names))
        counts |= {info.name for info in view.metrics() if info.kind == "count"}
        for name, values in table.items():
            known = {type(value) for value in values if value == value}
            self.assertTrue(known <= {int} if name in counts else int not in known, name)
            self.assertEqual([None if value != value else value for value in values], column(name), name)

    @unittest.skipUnless(pandas, "pandas is not there")
    def test_pandas(self) -> None:
        for view in self.engine.views:
            frame = view.to_pandas(intervals=True)
            self.compare(view, list(frame), lambda name: [None if pandas.isna(value) else value for value in frame[name]])
            self.assertEqual({str(frame[info.name].dtype) for info in view.metrics() if info.kind == "count"}, {"Int64"})
            self.assertEqual(frame["journeys_n" if "journeys_n" in frame else "transitions_n"].dtype, "uint64")

    @unittest.skipUnless(polars, "polars is not there")
    def test_polars(self) -> None:
        for hidden in ((), ("numpy",)):
            with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                for view in self.engine.views:
                    frame = view.to_polars(intervals=True)
                    self.compare(view, frame.columns, lambda name: frame[name].to_list())
                    self.assertEqual({frame[info.name + "_n"].dtype for info in view.metrics()}, {polars.UInt64})

    @unittest.skipUnless(pyarrow, "pyarrow is not there")
    def test_arrow(self) -> None:
        for hidden in ((), ("numpy",)):
            with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
                for view in self.engine.views:
                    table = view.to_arrow(intervals=True)
                    self.compare(view, table.column_names, lambda name: table[name].to_pylist())
                    self.assertEqual({table[info.name + "_n"].type for info in view.metrics()}, {pyarrow.uint64()})

    def test_an_empty_view_has_its_columns(self) -> None:
        with cxj.Engine(VIEWS) as engine:
            for view in engine.views:
                names = list(view.to_dict(intervals=True))
                if pandas:
                    self.assertEqual(list(view.to_pandas(intervals=True)), names)
                    if major(pandas) >= 3:
                        self.assertNotIn("object", {str(kind) for kind in view.to_pandas().dtypes})
                if polars:
                    self.assertEqual(view.to_polars(intervals=True).columns, names)
                    self.assertNotIn(polars.Null, view.to_polars().dtypes)
                if pyarrow:
                    self.assertEqual(view.to_arrow(intervals=True).column_names, names)


if __name__ == "__main__":
    unittest.main()
