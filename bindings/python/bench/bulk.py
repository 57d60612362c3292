"""How fast data frames go in, over the library's own speed in the same run.

    python bench/bulk.py [TOUCHPOINTS [ROUNDS]]

The library's own speed is that of cxj_record_columns() on columns that are ready. Each kind of data is recorded into a new
engine, in rounds by turns; what counts is the least time of each. The engines must be equal, else the run ends.
"""

from __future__ import annotations

import ctypes
import sys
import time
from typing import Any, Callable
from unittest import mock

import cxj
from cxj import _columns, _frames, _header
from log import table

VIEWS = ["touchpoints by channel, owner", "transitions by owner", "journeys by type"]
ONE_BY_ONE = 100000

def library(log: Any) -> Callable[[cxj.Engine], float]:
    """The library alone; its columns are made ready before the clock starts."""
    def run(engine: cxj.Engine) -> float:
        given = _frames.table_of(log)
        named = _columns.rename(given.names, {})
        ready = [_columns.read_rows(engine._how(), named, batch, 0) for batch in given.batches]
        receipt = _header.Receipt()
        start = time.perf_counter()
        for rows in ready:
            status = cxj.lib.cxj_record_columns(engine._open(), ctypes.byref(rows.struct), rows.rows, 0,
                                                ctypes.byref(receipt), ctypes.sizeof(receipt))
            assert status == _header.OK, status
        return time.perf_counter() - start
    return run


def package(data: Any, *hidden: str) -> Callable[[cxj.Engine], float]:
    def run(engine: cxj.Engine) -> float:
        with mock.patch.dict(sys.modules, dict.fromkeys(hidden)):
            start = time.perf_counter()
            engine.record_many(data() if callable(data) else data)
            return time.perf_counter() - start
    return run


def kinds(log: Any) -> dict[str, Callable[[cxj.Engine], float]]:
    import pyarrow

    texts = log.cast(pyarrow.schema([
        (field.name, pyarrow.string() if pyarrow.types.is_dictionary(field.type) else field.type) for field in log.schema]))
    ways = {"the library alone": library(log), "pyarrow, names dictionary-encoded": package(log),
            "pyarrow, names as texts": package(texts),
            "a stream of batches of 64 K rows": package(lambda: log.to_reader(max_chunksize=65536)),
            "pyarrow, dictionary-encoded, without numpy": package(log, "numpy"),
            "a dict of lists": package(texts.to_pydict())}
    try:
        frame = texts.to_pandas()
        ways |= {"pandas, names as categories": package(log.to_pandas()), "pandas, names as texts": package(frame),
                 "a dict of numpy's arrays, names as objects": package({
                     name: (frame[name].dt.tz_convert(None) if name == "at" else frame[name]).to_numpy() for name in frame})}
    except ImportError:
        print("pandas: left out, it is not there")
    try:
        import polars
        ways |= {"polars, names as texts": package(polars.from_arrow(texts)),
                 "polars, names as categories": package(polars.from_arrow(log))}
    except ImportError:
        print("polars: left out, it is not there")
    try:
        import duckdb
        duckdb.register("log", texts)
        ways |= {"DuckDB, a relation over pyarrow's texts": package(lambda: duckdb.sql("select * from log")),
                 "the same, without pyarrow": package(lambda: duckdb.sql("select * from log"), "pyarrow")}
    except ImportError:
        print("DuckDB: left out, it is not there")
    return ways


def one_by_one(log: Any) -> float:
    """Seconds for each touchpoint by record()."""
    rows = log.slice(0, ONE_BY_ONE).to_pylist()
    with cxj.Engine(VIEWS) as engine:
        start = time.perf_counter()
        for row in rows:
            engine.record(**row)
        return (time.perf_counter() - start) / len(rows)


def main() -> None:
    touchpoints = int(sys.argv[1]) if len(sys.argv) > 1 else 1000000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    log = table(touchpoints)
    ways = kinds(log)
    best: dict[str, float] = {}
    wanted = None
    for _ in range(rounds):
        for name, run in ways.items():
            with cxj.Engine(VIEWS) as engine:
                best[name] = min(best.get(name, 9e9), run(engine))
                data = engine.to_bytes()
                if wanted not in (None, data):
                    sys.exit(f"{name}: this engine is another")
                wanted = data
    print(f"{touchpoints} touchpoints, {len(VIEWS)} views, best of {rounds}")
    for name, seconds in best.items():
        print(f"{name:48} {1e9 * seconds / touchpoints:8.0f} ns   {best['the library alone'] / seconds:5.2f} of its speed")
    print(f"{'record(), one by one':48} {1e9 * min(one_by_one(log) for _ in range(rounds)):8.0f} ns")


if __name__ == "__main__":
    main()
