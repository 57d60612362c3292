"""Journeys of more touchpoints than one machine reads in time, on PySpark: each partition feeds an engine, and the engines'
bytes are merged in a tree. A journey's touchpoints may lie in any partition.

    engine = cxj.spark.aggregate(frame, ["journeys by type", "transitions by owner"])
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ._engine import Engine
from ._spread import AT_ONCE, merged, order_of, texts_of

# A row of Spark has less than 2 GB, so the bytes of an engine come in pieces.
_PIECE = 1 << 26
_SCHEMA = "engine binary, is_last boolean"


def _pieces(engine: Engine) -> Iterator[Any]:
    """The bytes of an engine as batches of one row."""
    import pyarrow

    data = engine.to_bytes()
    for start in range(0, len(data), _PIECE):
        piece = pyarrow.array([data[start:start + _PIECE]], pyarrow.binary())
        yield pyarrow.RecordBatch.from_arrays([piece, pyarrow.array([start + _PIECE >= len(data)])], ["engine", "is_last"])


def _wholes(pieces: Iterable[tuple[bytes, bool]]) -> Iterator[bytes]:
    """The bytes of each engine, of pieces in order."""
    begun: list[bytes] = []
    for piece, is_last in pieces:
        begun.append(piece)
        if is_last:
            yield b"".join(begun)
            begun = []


def aggregate(frame: Any, views: Iterable[str], *, renames: Mapping[str, str | None] | None = None, by_journey: bool = True,
              tz: Any = None, unit: str = "ms", **settings: Any) -> Engine:
    """An engine that holds what one engine would that had seen all rows of a pyspark.sql.DataFrame.

    frame       columns as for Engine.record_many(), id or sequence among them; renames, tz and unit as there
    views       as for Engine; settings likewise
    by_journey  brings the rows of each journey together first, in order: that is a shuffle, and merging then takes a
                fraction of the time. False: partitions as they are (which is better if each journey lies in one of them
                already)

    The result is the same either way. Raises what record_many() raises, as Spark passes it on. The workers need the
    package and pyarrow. The last merge is done on the driver: about the time of recording the rows anew, and the memory
    of the engine and of the bytes of some others."""
    texts, names = texts_of(views), dict(renames or {})

    def record(batches: Iterator[Any]) -> Iterator[Any]:
        with Engine(texts, **settings) as engine:
            for batch in batches:
                engine.record_many(batch, renames=names, tz=tz, unit=unit)
            yield from _pieces(engine)

    def merge(batches: Iterator[Any]) -> Iterator[Any]:
        rows = ((row["engine"], row["is_last"]) for batch in batches for row in batch.to_pylist())
        with merged(_wholes(rows), texts, settings) as engine:
            yield from _pieces(engine)

    order = order_of(frame.columns, names)
    partitions = max(1, frame.rdd.getNumPartitions())
    if by_journey:
        frame = frame.repartition(partitions, order[0]).sortWithinPartitions(*order)
    parts = frame.mapInArrow(record, _SCHEMA)
    while partitions > AT_ONCE:
        partitions = (partitions + AT_ONCE - 1) // AT_ONCE
        parts = parts.coalesce(partitions).mapInArrow(merge, _SCHEMA)
    rows = ((bytes(row["engine"]), row["is_last"]) for row in parts.toLocalIterator(prefetchPartitions=True))
    return merged(_wholes(rows), texts, settings)
