"""Journeys of more touchpoints than one machine reads in time, on Dask: each partition feeds an engine, and the engines'
bytes are merged in a tree. A journey's touchpoints may lie in any partition.

    engine = cxj.dask.aggregate(frame, ["journeys by type", "transitions by owner"])
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._engine import Engine
from ._spread import AT_ONCE, merged, order_of, texts_of


def _record(part: Any, views: list[str], names: dict[str, str | None], order: list[str], times: dict[str, Any],
            settings: dict[str, Any]) -> bytes:
    with Engine(views, **settings) as engine:
        engine.record_many(part.sort_values(order) if order else part, renames=names, **times)
        return engine.to_bytes()


def _merge(parts: list[bytes], views: list[str], settings: dict[str, Any]) -> bytes:
    with merged(parts, views, settings) as engine:
        return engine.to_bytes()


def aggregate(frame: Any, views: Iterable[str], *, renames: Mapping[str, str | None] | None = None, by_journey: bool = True,
              tz: Any = None, unit: str = "ms", **settings: Any) -> Engine:
    """An engine that holds what one engine would that had seen all rows of a dask.dataframe.DataFrame.

    frame       columns as for Engine.record_many(), id or sequence among them; renames, tz and unit as there
    views       as for Engine; settings likewise
    by_journey  brings the rows of each journey together first, in order: that moves rows between workers, and merging
                then takes a fraction of the time. False: partitions as they are (which is better if each journey lies in
                one of them already)

    The result is the same either way. Raises what record_many() raises. It runs where Dask runs: with a
    dask.distributed.Client, on its workers. The last merge is done here: about the time of recording the rows anew,
    and the memory of the engine and of all bytes."""
    from dask.base import compute
    from dask.delayed import delayed

    texts, names = texts_of(views), dict(renames or {})
    order = order_of(frame.columns, names)
    if by_journey:
        frame = frame.reset_index(drop=True).shuffle(on=order[0])  # an index may be called like a column
    record: Any = delayed(_record, pure=True)
    merge: Any = delayed(_merge, pure=True)
    run: Any = compute
    parts = [record(part, texts, names, order if by_journey else [], {"tz": tz, "unit": unit}, settings)
             for part in frame.to_delayed()]
    while len(parts) > AT_ONCE:
        parts = [merge(parts[i:i + AT_ONCE], texts, settings) for i in range(0, len(parts), AT_ONCE)]
    return merged(run(*parts), texts, settings)
