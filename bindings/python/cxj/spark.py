"""Journeys of more touchpoints than one machine takes in time, on PySpark: each partition feeds an engine, and the engines'
bytes are merged. A journey's touchpoints may lie in any partition.

    engine = cxj.spark.aggregate(frame, ["journeys by type", "transitions by owner"])
"""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping

from ._engine import Engine

_AT_ONCE = 8


def aggregate(frame: Any, views: Iterable[str], *, renames: Mapping[str, str] | None = None, **settings: Any) -> Engine:
    """An engine that holds what one engine would that had seen all rows of a pyspark.sql.DataFrame.

    frame     columns as for Engine.record_many(); renames as there
    views     as for Engine; settings likewise

    Raises what record_many() raises, as Spark passes it on. Memory on the driver: that of the engine, and of the bytes of
    some others. Merging takes about as long as recording did; half of it is done on the workers."""
    import pyarrow

    texts, names = list(views), dict(renames or {})

    def batch_of(engine: Engine) -> Any:
        return pyarrow.RecordBatch.from_arrays([pyarrow.array([engine.to_bytes()], pyarrow.large_binary())], ["engine"])

    def record(batches: Iterator[Any]) -> Iterator[Any]:
        with Engine(texts, **settings) as engine:
            for batch in batches:
                engine.record_many(batch, renames=names)
            yield batch_of(engine)

    def merge(batches: Iterator[Any]) -> Iterator[Any]:
        with Engine(texts, **settings) as engine:
            for batch in batches:
                for data in batch.column(0):
                    engine.merge(data.as_py())
            yield batch_of(engine)

    parts = frame.mapInArrow(record, "engine binary")
    partitions = frame.rdd.getNumPartitions()
    while partitions > _AT_ONCE:
        partitions = (partitions + _AT_ONCE - 1) // _AT_ONCE
        parts = parts.coalesce(partitions).mapInArrow(merge, "engine binary")
    whole = Engine(texts, **settings)
    try:
        for row in parts.toLocalIterator(prefetchPartitions=True):
            whole.merge(bytes(row["engine"]))
    except BaseException:
        whole.close()
        raise
    return whole
