"""Data frames: what pyarrow, pandas, polars and DuckDB bring is what single touchpoints bring. Each is skipped, and said,
where it is not there."""

import datetime
import random
import unittest
from typing import Any

import cxj

UTC = datetime.timezone.utc
VIEWS = ["journeys by type", "transitions by owner", "touchpoints by channel per month"]


def have(name: str) -> Any:
    try:
        return __import__(name)
    except ImportError:
        return None


pyarrow, pandas, polars, duckdb = have("pyarrow"), have("pandas"), have("polars"), have("duckdb")


def rows(count: int = 500) -> "dict[str, list[Any]]":
    dice = random.Random(7)
    start = datetime.datetime(2026, 1, 1, tzinfo=UTC)
    return {
        "journey": [dice.randrange(1, 40) for _ in range(count)],
        "id": list(range(1, count + 1)),
        "at": [start + datetime.timedelta(seconds=dice.randrange(10**7), milliseconds=dice.randrange(1000))
               for _ in range(count)],
        "owner": [dice.choice(["ann", "bob", "eve", None]) for _ in range(count)],
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


class Frames(unittest.TestCase):
    def take(self, data: Any) -> bytes:
        with cxj.Engine(VIEWS) as engine:
            receipt = engine.record_many(data)
            self.assertEqual(receipt.processed, 500)
            return engine.to_bytes()

    def setUp(self) -> None:
        self.columns = rows()
        self.bytes = expected(self.columns)

    def test_plain_lists(self) -> None:
        self.assertEqual(self.take(self.columns), self.bytes)

    @unittest.skipUnless(pyarrow, "pyarrow is not there")
    def test_arrow(self) -> None:
        table = pyarrow.table(self.columns)
        self.assertEqual(self.take(table), self.bytes)
        for unit in ("ms", "us", "ns"):
            self.assertEqual(self.take(table.set_column(2, "at", table["at"].cast(pyarrow.timestamp(unit, "Europe/Berlin")))),
                             self.bytes)
        encoded = table
        for name in ("owner", "channel", "type", "facets", "outcome", "customer"):
            place = encoded.column_names.index(name)
            encoded = encoded.set_column(place, name, encoded[name].dictionary_encode())
        self.assertEqual(self.take(encoded), self.bytes)
        chunked = pyarrow.concat_tables([encoded.slice(0, 3), table.slice(3, 200).cast(encoded.schema), encoded.slice(203)])
        self.assertEqual(self.take(chunked), self.bytes)
        longer = pyarrow.concat_tables([table.slice(400), table])
        self.assertEqual(self.take(longer.slice(100)), self.bytes)
        narrow = table.set_column(0, "journey", table["journey"].cast(pyarrow.int8()))
        self.assertEqual(self.take(narrow), self.bytes)
        for name, column in {"journey": pyarrow.array([-1]), "owner": pyarrow.array([1]), "at": pyarrow.array(["x"]),
                             "csat": pyarrow.array([1.5])}.items():
            wrong = {"journey": pyarrow.array([1]), "at": pyarrow.array([1]), name: column}
            with self.subTest(name), cxj.Engine() as engine, self.assertRaisesRegex(ValueError, f"column '{name}'"):
                engine.record_many(pyarrow.table(wrong))
        with cxj.Engine() as engine:
            self.assertEqual(engine.record_many(table.slice(0, 0)).processed, 0)

    @unittest.skipUnless(pandas, "pandas is not there")
    def test_pandas(self) -> None:
        frame = pandas.DataFrame(self.columns)
        self.assertEqual(self.take(frame), self.bytes)
        frame["owner"] = frame["owner"].astype("category")
        frame["at"] = frame["at"].dt.tz_convert("Asia/Tokyo")
        self.assertEqual(self.take(frame), self.bytes)
        frame["at"] = frame["at"].dt.tz_convert("UTC").dt.tz_localize(None)
        self.assertEqual(self.take(frame[::-1]), self.bytes)
        with cxj.Engine(VIEWS) as engine:
            engine.record_many(frame)
            table = engine[VIEWS[1]].to_pandas(intervals=True)
            self.assertEqual(list(table["from"]), [cell.key["from"] for cell in engine[VIEWS[1]]])

    @unittest.skipUnless(polars, "polars is not there")
    def test_polars(self) -> None:
        frame = polars.DataFrame(self.columns)
        self.assertEqual(self.take(frame), self.bytes)
        self.assertEqual(self.take(frame.with_columns(polars.col("owner").cast(polars.Categorical))), self.bytes)
        with cxj.Engine(VIEWS) as engine:
            engine.record_many(frame)
            self.assertEqual(engine[VIEWS[0]].to_polars().height, len(engine[VIEWS[0]]))

    @unittest.skipUnless(duckdb and pyarrow, "DuckDB or pyarrow is not there")
    def test_duckdb(self) -> None:
        log = pyarrow.table(self.columns)  # noqa: F841  (DuckDB finds it by its name)
        self.assertEqual(self.take(duckdb.sql("select * from log")), self.bytes)


if __name__ == "__main__":
    unittest.main()
