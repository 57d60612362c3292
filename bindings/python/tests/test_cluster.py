"""Dask with two worker processes, and Spark with a driver and two workers: what they aggregate is, byte for byte, what one
engine holds. A journey's touchpoints lie in any partition. Each is skipped, and said, where it is not there."""

import os
import pathlib
import random
import shutil
import subprocess
import sys
import unittest
from typing import Any
from unittest import mock

import cxj

PACKAGE = str(pathlib.Path(__file__).resolve().parent.parent)
VIEWS = ["journeys by type", "transitions by owner", "touchpoints by channel per month"]
ROWS = 20000


def have(*names: str) -> bool:
    try:
        for name in names:
            __import__(name)
    except ImportError:
        return False
    return True


def columns() -> "dict[str, list[Any]]":
    dice = random.Random(11)
    return {
        "journey": [dice.randrange(1, 2000) for _ in range(ROWS)],
        "id": list(range(1, ROWS + 1)),
        "at": [dice.randrange(10**10) for _ in range(ROWS)],
        "owner": [f"owner {dice.randrange(9)}" for _ in range(ROWS)],
        "channel": [dice.choice(["phone", "chat"]) for _ in range(ROWS)],
        "type": [dice.choice(["move", "repair"]) for _ in range(ROWS)],
        "csat": [dice.randrange(1, 6) for _ in range(ROWS)],
    }


#: What is wrong with a row, whose value is put into which column: what the library refuses, and what keeps a batch from being
#: read. Journeys and ids are good, so that the order of rows tells nothing.
SPOILED = {"csat": 9, "outcome": "vanished", "facets": "fault|nonsense", "value": 10**16, "revision": -1, "commitment": 300}
SAID = "csat|score|outcome|facet|value|revision|commitment"


def spoiled() -> "tuple[dict[str, list[Any]], dict[str, list[Any]]]":
    """Columns of which some rows are wrong, in each way at least ten, and the same without these rows."""
    dice, wrong = random.Random(12), columns()
    wrong.update(outcome=[None] * ROWS, facets=["inbound"] * ROWS, value=[1] * ROWS, revision=[0] * ROWS, commitment=[0] * ROWS)
    bad = dice.sample(range(ROWS), 10 * len(SPOILED))
    for number, row in enumerate(bad):
        name = list(SPOILED)[number % len(SPOILED)]
        wrong[name][row] = SPOILED[name]
    return wrong, {name: [value for row, value in enumerate(values) if row not in set(bad)] for name, values in wrong.items()}


class Skipping:
    """What both clusters have to do with rows that are refused, and with what can be seen before a row is read."""

    def check_skips(self, test: unittest.TestCase, aggregate: Any, frame: Any, only_bad: Any) -> None:
        _, good = spoiled()
        with cxj.Engine(VIEWS) as whole:
            accepted = whole.record_many(good).accepted
            for by_journey in (True, False):
                with aggregate(frame, VIEWS, by_journey=by_journey, on_refused="skip") as engine:
                    test.assertEqual(engine.to_bytes(), whole.to_bytes())
                    receipt = engine.receipt
                    test.assertEqual((receipt.processed, receipt.accepted, receipt.refused),
                                     (ROWS, accepted, ROWS - accepted))
                    test.assertRegex(receipt.reason, rf"^journey \d+, id \d+: .*({SAID})")
            with test.assertRaisesRegex(cxj.RefusedError, r"each of the \d+ rows was refused, .*: journey") as caught:
                aggregate(only_bad, VIEWS, on_refused="skip")
            receipt = caught.exception.receipt
            test.assertEqual((receipt.refused, receipt.accepted), (receipt.processed, 0))
        with test.assertRaisesRegex(Exception, SAID):
            aggregate(frame, VIEWS)

    def check_looks_first(self, test: unittest.TestCase, aggregate: Any, frame: Any) -> None:
        for arguments, sentence in (({"views": ["journeys by colour"]}, "colour"), ({"feeds": {"nonsense"}}, "nonsense"),
                                    ({"on_refused": "ignore"}, "'raise' or 'skip'"), ({"calendar": "offset"}, "calendar|line")):
            with test.assertRaisesRegex(ValueError, sentence):
                aggregate(frame, **{"views": VIEWS, **arguments})


class Cluster(unittest.TestCase):
    def setUp(self) -> None:
        # Workers are processes of their own, which find the package and the library where this one did. Java's run so shortly
        # that optimising takes longer than it spares.
        patch = mock.patch.dict(os.environ, {
            "PYTHONPATH": os.pathsep.join([PACKAGE, os.environ.get("PYTHONPATH", "")]), "PYSPARK_PYTHON": sys.executable,
            "CXJ_LIBRARY": os.path.abspath(cxj.loaded_from), "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"})
        patch.start()
        self.addCleanup(patch.stop)
        self.columns = columns()
        with cxj.Engine(VIEWS) as engine:
            engine.record_many(self.columns)
            self.bytes = engine.to_bytes()

    @unittest.skipUnless(have("dask.dataframe", "distributed", "pandas"), "Dask is not there")
    def test_dask(self) -> None:
        import cxj.dask
        import dask.dataframe
        import pandas
        from distributed import Client, LocalCluster

        frame = dask.dataframe.from_pandas(pandas.DataFrame(self.columns), npartitions=70, sort=False)
        with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
            with Client(cluster):
                for by_journey in (True, False):
                    with cxj.dask.aggregate(frame.rename(columns={"journey": "case"}), VIEWS, renames={"case": "journey"},
                                            by_journey=by_journey) as engine:
                        self.assertEqual(engine.to_bytes(), self.bytes)
                with cxj.dask.aggregate(frame.set_index("journey", drop=False), VIEWS) as engine:
                    self.assertEqual(engine.to_bytes(), self.bytes)
                with cxj.dask.aggregate(frame, VIEWS[0]) as engine:
                    self.assertEqual(list(engine), VIEWS[:1])
                wrong = pandas.DataFrame(spoiled()[0])
                parts = dask.dataframe.from_pandas(wrong, npartitions=20, sort=False)
                Skipping().check_skips(self, cxj.dask.aggregate, parts, parts[parts["csat"] == 9])
                with mock.patch("dask.base.compute", side_effect=AssertionError("it has started")):
                    Skipping().check_looks_first(self, cxj.dask.aggregate, frame)
                    for name, dtype, sentence in (
                            ("at", str, "'at': texts are no moments"), ("owner", float, "'owner': .*floats"),
                            ("csat", str, "'csat': these are texts"), ("type", bool, "'type': a truth")):
                        typed = frame.assign(**{name: 1}).astype({name: dtype})
                        with self.assertRaisesRegex(ValueError, f"column {sentence}"):
                            cxj.dask.aggregate(typed, VIEWS, on_refused="skip")
                with self.assertRaisesRegex(ValueError, "'id' or 'sequence' is needed"):
                    cxj.dask.aggregate(frame.drop(columns="id"), VIEWS)
                with self.assertRaisesRegex(ValueError, "'journey' is missing"):
                    cxj.dask.aggregate(frame.drop(columns="journey"), VIEWS)
                with self.assertRaisesRegex(ValueError, "the nearest is 'owner'"):
                    cxj.dask.aggregate(frame.rename(columns={"owner": "ownr"}), VIEWS)

    @unittest.skipUnless(have("pyspark", "pandas", "pyarrow") and shutil.which("java"), "PySpark or Java is not there")
    def test_spark(self) -> None:
        from pyspark.sql import SparkSession

        # Two workers need no 200 partitions behind a shuffle, and what is refused will be refused again.
        session = (SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
                   .config("spark.sql.shuffle.partitions", "4").config("spark.task.maxFailures", "1")
                   .config("spark.executorEnv.PYTHONPATH", os.environ["PYTHONPATH"])
                   .config("spark.executorEnv.CXJ_LIBRARY", os.environ["CXJ_LIBRARY"]).getOrCreate())
        try:
            session.sparkContext.setLogLevel("OFF")
            with mock.patch.object(type(session.range(1)), "rdd", property(self.fail)):  # Spark Connect has none
                self.check_spark(session)
        finally:
            session.stop()

    @unittest.skipUnless(have("pyspark", "pandas", "pyarrow", "grpc", "grpc_status", "zstandard") and shutil.which("java"),
                         "Spark Connect or Java is not there")
    def test_spark_connect(self) -> None:
        # A session that is not of Spark Connect, and was one here before, keeps one of it from beginning: so in a process.
        code = ("import tests.test_cluster as c\n"
                "from pyspark.sql import SparkSession\n"
                "session = SparkSession.builder.remote('local[2]').config('spark.ui.enabled', 'false').getOrCreate()\n"
                "case = c.Cluster('check_spark')\n"
                "case.setUp()\n"
                "try:\n"
                "    assert 'connect' in type(session).__module__, type(session)\n"
                "    case.check_spark(session)\n"
                "finally:\n"
                "    session.stop()\n"
                "print('all of it')\n")
        done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1:]), (0, ["all of it"]), done.stdout[-4000:])

    def check_spark(self, session: Any) -> None:
        import cxj.spark
        import pyarrow

        rows = pyarrow.table(self.columns).to_pylist()
        frame = session.createDataFrame(rows).repartition(10)  # so that engines are merged on the workers, too
        for by_journey in (True, False):
            with cxj.spark.aggregate(frame.withColumnRenamed("journey", "a `case`.id"), VIEWS,
                                     renames={"a `case`.id": "journey"}, by_journey=by_journey) as engine:
                self.assertEqual(engine.to_bytes(), self.bytes)
                self.assertEqual(engine.receipt, cxj.Receipt(ROWS, ROWS))
        with cxj.spark.aggregate(frame.limit(0), VIEWS[0]) as engine:
            self.assertEqual((list(engine), engine.stats().held), (VIEWS[:1], 0))
        with self.assertRaisesRegex(ValueError, "'id' or 'sequence' is needed"):
            cxj.spark.aggregate(frame.drop("id"), VIEWS)
        with self.assertRaisesRegex(ValueError, "the nearest is 'owner'"):
            cxj.spark.aggregate(frame.withColumnRenamed("owner", "ownr"), VIEWS)
        types = ("journey long, id long, at long, type string, csat long, outcome string, facets string, value long, "
                 "revision long, commitment long, owner string, channel string")
        parts = session.createDataFrame(pyarrow.table(spoiled()[0]).to_pylist(), types).repartition(8)
        Skipping().check_skips(self, cxj.spark.aggregate, parts, parts.where("csat = 9"))
        with mock.patch.object(type(frame), "mapInArrow", side_effect=AssertionError("it has started")):
            Skipping().check_looks_first(self, cxj.spark.aggregate, frame)
            for name, kind, sentence in (
                    ("at", "string", "'at': texts are no moments"), ("owner", "double", "'owner': .*floats"),
                    ("csat", "string", "'csat': these are texts"), ("type", "boolean", "'type': a truth"),
                    ("id", "decimal(20,0)", "'id': a decimal")):
                cast = f"CAST(NULL AS {kind}) AS {name}"
                typed = frame.selectExpr(*(cast if one == name else one for one in frame.columns))
                with self.assertRaisesRegex(ValueError, f"column {sentence}"):
                    cxj.spark.aggregate(typed, VIEWS, on_refused="skip")


class Feeding(unittest.TestCase):
    """What a worker does with rows, without a cluster."""

    @unittest.skipUnless(have("pyarrow"), "pyarrow is not there")
    def test_rows_that_are_refused_are_left_out_and_counted(self) -> None:
        import pyarrow

        from cxj import _spread

        wrong, good = spoiled()
        frames = [pyarrow.RecordBatch.from_pydict(wrong)]
        if have("pandas"):
            import pandas

            frames.append(pandas.DataFrame(wrong))
        first = next(row for row, one in enumerate(zip(*(wrong[name] for name in SPOILED)))
                     if any(value == SPOILED[name] for name, value in zip(SPOILED, one)))
        for frame in frames:
            with cxj.Engine(VIEWS) as engine, cxj.Engine(VIEWS) as whole:
                accepted = whole.record_many(good).accepted
                receipt = _spread.feed(engine, frame, True, {})
                self.assertEqual(engine.to_bytes(), whole.to_bytes())
                self.assertEqual((receipt.processed, receipt.accepted, receipt.refused, receipt.first_refusal),
                                 (ROWS, accepted, ROWS - accepted, first))
                self.assertTrue(receipt.reason.startswith(f"journey {wrong['journey'][first]}, id {wrong['id'][first]}: "),
                                receipt.reason)
                self.assertNotIn("row", receipt.reason)
            with cxj.Engine(VIEWS) as engine, self.assertRaises(ValueError):
                _spread.feed(engine, frame, False, {})

    @unittest.skipUnless(have("pyarrow"), "pyarrow is not there")
    def test_all_wrong_types_are_said_at_once(self) -> None:
        import pyarrow

        from cxj import _spread
        from cxj._moments import local_of

        fits = pyarrow.schema([("journey", pyarrow.string()), ("at", pyarrow.timestamp("us", "UTC")), ("id", pyarrow.int64()),
                               ("owner", pyarrow.dictionary(pyarrow.int32(), pyarrow.string())), ("due", pyarrow.null()),
                               ("facets", pyarrow.list_(pyarrow.string())), ("csat", pyarrow.float64())])
        _spread.check_types(fits, None)
        local = fits.set(1, pyarrow.field("at", pyarrow.timestamp("us")))
        with self.assertRaisesRegex(cxj.InvalidError, "'at': .*tz"):
            _spread.check_types(local, None)
        _spread.check_types(local, local_of("Europe/Berlin", None))
        _spread.check_types(fits.append(pyarrow.field("chase", pyarrow.bool_())), None)
        with self.assertRaises(cxj.InvalidError) as caught:
            _spread.check_types(pyarrow.schema([
                ("journey", pyarrow.bool_()), ("at", pyarrow.string()), ("owner", pyarrow.float64()),
                ("value", pyarrow.string()), ("scale", pyarrow.string()), ("contact", pyarrow.int32())]), None)
        for words in ("'journey': a truth", "'at': texts are no moments", "'owner': these are floats",
                      "'value': these are texts", "'score' is missing",
                      "'contact': these are integers"):
            self.assertIn(words, str(caught.exception))


class Pieces(unittest.TestCase):
    @unittest.skipUnless(have("pyarrow"), "pyarrow is not there")
    def test_engines_are_whole_again_of_their_pieces(self) -> None:
        import cxj.spark
        from cxj._spread import Fed

        with cxj.Engine(VIEWS) as engine, mock.patch.object(cxj.spark, "_PIECE", 1000):
            engine.record_many(columns())
            fed = Fed(engine.to_bytes(), cxj.Receipt(3, 2, refused=1, first_refusal=1, reason="„so“"))
            batches = [*cxj.spark._pieces(fed), *cxj.spark._pieces(fed)]
            self.assertGreater(len(batches), 100)
            rows = [(row["engine"], row["receipt"]) for batch in batches for row in batch.to_pylist()]
            self.assertEqual(list(cxj.spark._wholes(rows)), [fed] * 2)


if __name__ == "__main__":
    unittest.main()
