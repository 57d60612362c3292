"""Journeys of more touchpoints than one machine reads in time, on PySpark: each partition feeds an engine, and the engines'
bytes are merged in a tree. A journey's touchpoints may lie in any partition.

It asks nothing of a frame that Spark Connect does not have.

    engine = cxj.spark.aggregate(frame, ["journeys by type", "transitions by owner"])
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ._engine import Engine
from ._library import InvalidError, Receipt
from ._spread import AT_ONCE, Fed, answer, check_types, feed, merged, plan

# A row of Spark has less than 2 GB, and a message of Spark Connect less than 128 MB, so the bytes of an engine come in pieces;
# with the last comes the receipt.
_PIECE = 1 << 24
_SCHEMA = "engine binary, receipt string"


def _pieces(fed: Fed) -> Iterator[Any]:
    """The bytes of an engine as batches of one row."""
    import pyarrow

    for start in range(0, len(fed.data), _PIECE):
        piece = pyarrow.array([fed.data[start:start + _PIECE]], pyarrow.binary())
        receipt = json.dumps(fed.receipt) if start + _PIECE >= len(fed.data) else None
        yield pyarrow.RecordBatch.from_arrays([piece, pyarrow.array([receipt], pyarrow.string())], ["engine", "receipt"])


def _wholes(pieces: Iterable[tuple[bytes, str | None]]) -> Iterator[Fed]:
    """The bytes of each engine, of pieces in order."""
    begun: list[bytes] = []
    for piece, receipt in pieces:
        begun.append(piece)
        if receipt is not None:
            yield Fed(b"".join(begun), Receipt(*json.loads(receipt)))
            begun = []


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _schema_of(frame: Any) -> Any:
    """The types of a frame's columns as a pyarrow.Schema. Raises InvalidError that names a column which Arrow cannot have."""
    import pyarrow
    from pyspark.sql.pandas.types import to_arrow_type

    fields = []
    for field in frame.schema.fields:
        try:
            fields.append((field.name, to_arrow_type(field.dataType)))
        except Exception as error:
            raise InvalidError(f"column {field.name!r}: {field.dataType.simpleString()} stands for nothing of a touchpoint; "
                               "cast it") from error
    return pyarrow.schema(fields)


def aggregate(frame: Any, views: Iterable[str], *, renames: Mapping[str, str | None] | None = None, by_journey: bool = True,
              tz: Any = None, unit: str = "ms", on_refused: str = "raise", **settings: Any) -> Engine:
    """An engine that holds what one engine would that had seen all rows of a pyspark.sql.DataFrame, also one of Spark Connect.

    frame       columns as for Engine.record_many(), id or sequence among them; renames, tz and unit as there
    views       as for Engine; settings likewise
    by_journey  brings the rows of each journey together first, in order: that is a shuffle, and merging then takes a
                fraction of the time. False: partitions as they are (which is better if each journey lies in one of them
                already)
    on_refused  "raise" ends the job at a row that is refused. "skip" leaves such rows out, whatever is wrong with them, and
                engine.receipt counts them: all partitions' receipts as one, whose reason names the journey and the id of the
                first. Duplicates are counted within a partition

    The result is the same either way. Raises what record_many() raises, as Spark passes it on, and RefusedError if each row was
    refused; names and types of columns, views and settings are looked at before the job starts. The workers need the package
    and pyarrow. Engines are merged by eight tasks, each of less than 2 GB of bytes, and the last merge is done on the driver,
    or the client: about the time of recording the rows anew, and the memory of the engine and of the bytes of some others."""
    job = plan(frame.columns, views, renames, tz, unit, on_refused, settings)
    names = list(frame.columns)
    frame = frame.selectExpr(*(f"{_quoted(names[place])} AS {name}" for name, place in job.columns.items()))
    check_types(_schema_of(frame), job.local)
    texts, skips, times = job.views, job.skips, job.times

    def record(batches: Iterator[Any]) -> Iterator[Any]:
        receipt = Receipt()
        with Engine(texts, **settings) as engine:
            for batch in batches:
                receipt = receipt.and_then(feed(engine, batch, skips, times))
            yield from _pieces(Fed(engine.to_bytes(), receipt))

    def merge(batches: Iterator[Any]) -> Iterator[Any]:
        rows = ((row["engine"], row["receipt"]) for batch in batches for row in batch.to_pylist())
        parts = list(_wholes(rows))
        if len(parts) == 1:
            yield from _pieces(parts[0])
        elif parts:
            with merged(parts, texts, settings) as engine:
                yield from _pieces(Fed(engine.to_bytes(), engine.receipt or Receipt()))

    if by_journey:
        frame = frame.repartition("journey").sortWithinPartitions(*job.order)
    # Where a piece comes from is its task, and the order of all pieces: what is coalesced instead would be recorded by as few
    # tasks as merge.
    parts = frame.mapInArrow(record, _SCHEMA).selectExpr("*", "spark_partition_id() AS task",
                                                         "monotonically_increasing_id() AS place")
    parts = parts.repartition(AT_ONCE, "task").sortWithinPartitions("place").mapInArrow(merge, _SCHEMA)
    rows = ((bytes(row["engine"]), row["receipt"]) for row in parts.toLocalIterator(prefetchPartitions=True))
    return answer(merged(_wholes(rows), texts, settings))
