"""Dask with two worker processes, and Spark with a driver and two workers: what they aggregate is, byte for byte, what one
engine holds. A journey's touchpoints lie in any partition. Each is skipped, and said, where it is not there."""

import os
import pathlib
import random
import shutil
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


class Cluster(unittest.TestCase):
    def setUp(self) -> None:
        # Workers are processes of their own, which find the package and the library where this one did.
        patch = mock.patch.dict(os.environ, {
            "PYTHONPATH": os.pathsep.join([PACKAGE, os.environ.get("PYTHONPATH", "")]), "PYSPARK_PYTHON": sys.executable,
            "CXJ_LIBRARY": os.path.abspath(cxj.loaded_from)})
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
                with self.assertRaisesRegex(ValueError, "'id' or 'sequence' is needed"):
                    cxj.dask.aggregate(frame.drop(columns="id"), VIEWS)
                with self.assertRaisesRegex(ValueError, "'journey' is missing"):
                    cxj.dask.aggregate(frame.drop(columns="journey"), VIEWS)
                with self.assertRaisesRegex(ValueError, "the nearest is 'owner'"):
                    cxj.dask.aggregate(frame.rename(columns={"owner": "ownr"}), VIEWS)

    @unittest.skipUnless(have("pyspark", "pandas", "pyarrow") and shutil.which("java"), "PySpark or Java is not there")
    def test_spark(self) -> None:
        import cxj.spark
        import pyarrow
        from pyspark.sql import SparkSession

        session = (SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
                   .config("spark.executorEnv.PYTHONPATH", os.environ["PYTHONPATH"])
                   .config("spark.executorEnv.CXJ_LIBRARY", os.environ["CXJ_LIBRARY"]).getOrCreate())
        try:
            session.sparkContext.setLogLevel("ERROR")
            rows = pyarrow.table(self.columns).to_pylist()
            frame = session.createDataFrame(rows).repartition(20)  # so that engines are merged on the workers, too
            for by_journey in (True, False):
                with cxj.spark.aggregate(frame.withColumnRenamed("journey", "case"), VIEWS, renames={"case": "journey"},
                                         by_journey=by_journey) as engine:
                    self.assertEqual(engine.to_bytes(), self.bytes)
            with cxj.spark.aggregate(frame.limit(0), VIEWS[0]) as engine:
                self.assertEqual((list(engine), engine.stats().held), (VIEWS[:1], 0))
            with self.assertRaisesRegex(ValueError, "'id' or 'sequence' is needed"):
                cxj.spark.aggregate(frame.drop("id"), VIEWS)
            with self.assertRaisesRegex(ValueError, "the nearest is 'owner'"):
                cxj.spark.aggregate(frame.withColumnRenamed("owner", "ownr"), VIEWS)
        finally:
            session.stop()


class Pieces(unittest.TestCase):
    @unittest.skipUnless(have("pyarrow"), "pyarrow is not there")
    def test_engines_are_whole_again_of_their_pieces(self) -> None:
        import cxj.spark

        with cxj.Engine(VIEWS) as engine, mock.patch.object(cxj.spark, "_PIECE", 1000):
            engine.record_many(columns())
            batches = [*cxj.spark._pieces(engine), *cxj.spark._pieces(engine)]
            self.assertGreater(len(batches), 100)
            rows = [(row["engine"], row["is_last"]) for batch in batches for row in batch.to_pylist()]
            self.assertEqual(list(cxj.spark._wholes(rows)), [engine.to_bytes()] * 2)


if __name__ == "__main__":
    unittest.main()
