"""Journeys of more touchpoints than one machine takes in time, on Dask: each partition feeds an engine, and the engines'
bytes are merged two by two. A journey's touchpoints may lie in any partition.

    engine = cxj.dask.aggregate(frame, ["journeys by type", "transitions by owner"])
"""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ._engine import Engine


def _record(part: Any, texts: list[str], names: dict[str, str], settings: dict[str, Any]) -> bytes:
    with Engine(texts, **settings) as engine:
        engine.record_many(part, renames=names)
        return engine.to_bytes()


def _merge(first: bytes, second: bytes, settings: dict[str, Any]) -> bytes:
    with Engine.from_bytes(first, **settings) as engine:
        engine.merge(second)
        return engine.to_bytes()


def aggregate(frame: Any, views: Iterable[str], *, renames: Mapping[str, str] | None = None, **settings: Any) -> Engine:
    """An engine that holds what one engine would that had seen all rows of a dask.dataframe.DataFrame (or of anything else
    with to_delayed()).

    frame     columns as for Engine.record_many(); renames as there
    views     as for Engine; settings likewise

    Raises what record_many() raises. It runs where Dask runs: with a dask.distributed.Client, on its workers."""
    from dask.base import compute
    from dask.delayed import delayed

    texts, names = list(views), dict(renames or {})
    record: Any = delayed(_record, pure=True)
    merge: Any = delayed(_merge, pure=True)
    run: Any = compute
    parts = [record(part, texts, names, settings) for part in frame.to_delayed()]
    while len(parts) > 1:
        parts = [merge(parts[i], parts[i + 1], settings) if i + 1 < len(parts) else parts[i]
                 for i in range(0, len(parts), 2)]
    if not parts:
        return Engine(texts, **settings)
    return Engine.from_bytes(run(parts[0])[0], **settings)
