"""Dask and Spark on a log of 10 million touchpoints, against one engine, and against the same questions in plain Spark SQL.

    python bench/cluster.py [TOUCHPOINTS [FILES [WAY...]]]

The log lies in files of Parquet, cut where it comes, so that each journey has a part in all of them. Each way runs in a
process of its own, with two workers and two cores; what is measured is the time on the wall from the first row asked for to the
bytes of the engine (or the answers), and the memory of all processes of that way together, at most (each page counted once).
"As it lies" leaves the rows in the partitions in which they come. What the engines hold must be equal byte for byte, and the
answers of Spark SQL equal to those of the engine, else it ends.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

VIEWS = ["touchpoints by channel, owner", "transitions by owner", "journeys by type"]
WAYS = ("one engine", "Dask", "Dask, as it lies", "Spark", "Spark, as it lies", "Spark SQL")

# The same questions with window functions, and of the answers some that SQL gives in a few lines.
ORDERED = """
    SELECT *, lag(at) OVER w AS before, lag(owner) OVER w AS held_by
    FROM touchpoints WINDOW w AS (PARTITION BY journey ORDER BY at, id)
"""
QUESTIONS = {
    VIEWS[0]: f"""
        SELECT channel, owner, count(*) AS touchpoints, count(DISTINCT journey) AS journeys,
               count_if((facets & 1024) <> 0) AS faults, count_if((facets & 256) <> 0) AS repeats,
               avg((csat - 1) / 4) AS satisfaction,
               avg(unix_millis(at) - unix_millis(before)) AS wait_mean
        FROM ({ORDERED}) GROUP BY channel, owner""",
    VIEWS[1]: f"""
        SELECT held_by, owner, count(*) AS transitions, count_if(held_by <> owner) AS changes,
               avg(unix_millis(at) - unix_millis(before)) AS wait_mean
        FROM ({ORDERED}) WHERE held_by IS NOT NULL GROUP BY held_by, owner""",
    VIEWS[2]: f"""
        SELECT type, count(*) AS journeys, avg(touchpoints) AS touchpoints_per_journey,
               avg(handoffs) AS handoffs_per_journey, sum(faults) AS faults,
               sum(score) / sum(ratings) AS touch_satisfaction
        FROM (SELECT journey, max(type) AS type, count(*) AS touchpoints, count_if(owner <> held_by) AS handoffs,
                     count_if((facets & 1024) <> 0) AS faults, sum((csat - 1) / 4) AS score, count(csat) AS ratings
              FROM ({ORDERED}) GROUP BY journey)
        GROUP BY type""",
}


# ---- the ways, each in a process of its own ------------------------------------------------------------------------


def one_engine(folder: str) -> dict[str, Any]:
    import cxj
    import pyarrow.dataset

    start = time.perf_counter()
    with cxj.Engine(VIEWS) as engine:
        engine.record_many(pyarrow.dataset.dataset(folder).scanner(batch_size=1 << 17).to_reader())
        data = engine.to_bytes()
        took = time.perf_counter() - start
        cells = {view: engine[view].to_dict() for view in VIEWS}
    return {"took": took, "bytes": len(data), "hash": hashlib.sha256(data).hexdigest(), "cells": cells}


def on_dask(folder: str, by_journey: bool = True) -> dict[str, Any]:
    import cxj.dask
    import dask.dataframe
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0) as cluster:
        with Client(cluster):
            start = time.perf_counter()
            frame = dask.dataframe.read_parquet(folder, split_row_groups=False, aggregate_files=False)
            with cxj.dask.aggregate(frame, VIEWS, by_journey=by_journey) as engine:
                data = engine.to_bytes()
            took = time.perf_counter() - start
    return {"took": took, "bytes": len(data), "hash": hashlib.sha256(data).hexdigest()}


def session() -> Any:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local-cluster[2,1,3072]")
    for name, value in {"spark.ui.enabled": "false", "spark.driver.memory": "3g", "spark.driver.maxResultSize": "0",
                        "spark.sql.session.timeZone": "UTC", "spark.sql.files.maxPartitionBytes": str(1 << 40),
                        "spark.sql.files.openCostInBytes": str(1 << 40), "spark.sql.shuffle.partitions": "8",
                        "spark.executorEnv.PYTHONPATH": os.environ["PYTHONPATH"],
                        "spark.executorEnv.CXJ_LIBRARY": os.environ["CXJ_LIBRARY"]}.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


def on_spark(folder: str, by_journey: bool = True) -> dict[str, Any]:
    import cxj.spark

    spark = session()
    start = time.perf_counter()
    with cxj.spark.aggregate(spark.read.parquet(folder), VIEWS, by_journey=by_journey) as engine:
        data = engine.to_bytes()
    took = time.perf_counter() - start
    spark.stop()
    return {"took": took, "bytes": len(data), "hash": hashlib.sha256(data).hexdigest()}


def on_spark_sql(folder: str) -> dict[str, Any]:
    spark = session()
    start = time.perf_counter()
    spark.read.parquet(folder).createOrReplaceTempView("touchpoints")
    answers = {}
    for view, question in QUESTIONS.items():
        frame = spark.sql(question)
        answers[view] = {"columns": frame.columns, "rows": [list(row) for row in frame.collect()]}
    took = time.perf_counter() - start
    spark.stop()
    return {"took": took, "answers": answers}


# ---- measuring -----------------------------------------------------------------------------------------------------


def memory_of(processes: list[Any]) -> int:
    """Bytes of processes together; a page that several share counts once."""
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except Exception:  # it has ended
            pass
    return total


def run(way: str, folder: str) -> dict[str, Any]:
    """Runs one way in a process of its own, and looks at the memory of all that it starts."""
    import psutil

    with tempfile.TemporaryDirectory() as scratch:
        answer = pathlib.Path(scratch) / "answer.json"
        said = pathlib.Path(scratch) / "said"
        with said.open("wb") as words:
            child = subprocess.Popen([sys.executable, __file__, "--way", way, folder, str(answer)], stdout=words,
                                     stderr=subprocess.STDOUT, cwd=scratch)
            most = 0
            while child.poll() is None:
                try:
                    root = psutil.Process(child.pid)
                    most = max(most, memory_of([root, *root.children(recursive=True)]))
                except psutil.NoSuchProcess:
                    pass
                time.sleep(0.25)
        if child.returncode != 0 or not answer.exists():
            sys.exit(f"{way} failed:\n{said.read_text('utf-8', 'replace')[-4000:]}")
        found: dict[str, Any] = json.loads(answer.read_text("utf-8"))
    return {**found, "memory": most}


def compare(answers: dict[str, Any], cells: dict[str, Any]) -> int:
    """How many numbers of Spark SQL were compared; ends at one that is another."""
    compared = 0
    for view, answer in answers.items():
        table = cells[view]
        keys = [name for name in table if isinstance(table[name][0], str)]
        places = {tuple(table[name][i] for name in keys): i for i in range(len(table[keys[0]]))}
        if len(places) != len(answer["rows"]):
            sys.exit(f"{view}: Spark SQL has {len(answer['rows'])} cells, and cxj {len(places)}")
        for row in answer["rows"]:
            place = places[tuple(row[:len(keys)])]
            for name, value in zip(answer["columns"][len(keys):], row[len(keys):]):
                if not math.isclose(value, table[name][place], rel_tol=1e-9):
                    sys.exit(f"{view} {row}: {name} is {table[name][place]} in cxj")
                compared += 1
    return compared


def write_log(folder: pathlib.Path, touchpoints: int, files: int) -> None:
    import pyarrow.parquet
    from log import table

    log = table(touchpoints)
    for i in range(files):
        first, last = touchpoints * i // files, touchpoints * (i + 1) // files
        pyarrow.parquet.write_table(log.slice(first, last - first), folder / f"part-{i:03}.parquet")


def main() -> None:
    touchpoints = int(sys.argv[1]) if len(sys.argv) > 1 else 10000000
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    ways = sys.argv[3:] or WAYS
    import cxj

    os.environ["PYTHONPATH"] = str(HERE.parent)
    os.environ["CXJ_LIBRARY"] = os.path.abspath(cxj.loaded_from)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "log"
        folder.mkdir()
        write_log(folder, touchpoints, files)
        found = {}
        print(f"{touchpoints} touchpoints in {files} files, {len(VIEWS)} views, two workers")
        for way in ways:
            found[way] = run(way, str(folder))
            one = found[way]
            print(f"{way:18} {one['took']:8.1f} s {one['memory'] / 1e6:8.0f} MB", flush=True)
    hashes = {way: one["hash"] for way, one in found.items() if "hash" in one}
    if len(set(hashes.values())) > 1:
        sys.exit(f"the engines differ: {hashes}")
    print(f"the same engine in each of {', '.join(hashes)}: {found[next(iter(hashes))]['bytes']} bytes")
    if "Spark SQL" in found and "one engine" in found:
        print(f"Spark SQL: {compare(found['Spark SQL']['answers'], found['one engine']['cells'])} numbers compared, all equal")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        way, folder, answer = sys.argv[2:]
        name, _, as_it_lies = way.partition(", ")
        run_way: Any = {"one engine": one_engine, "Dask": on_dask, "Spark": on_spark, "Spark SQL": on_spark_sql}[name]
        result = run_way(folder, by_journey=False) if as_it_lies else run_way(folder)
        pathlib.Path(answer).write_text(json.dumps(result), "utf-8")
    else:
        main()
