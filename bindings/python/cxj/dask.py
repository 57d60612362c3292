"""Journeys of more touchpoints than one machine reads in time, on Dask: each partition feeds an engine, and the engines'
bytes are merged in a tree. A journey's touchpoints may lie in any partition.

    engine = cxj.dask.aggregate(frame, ["journeys by type", "transitions by owner"])
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._engine import Engine
from ._spread import AT_ONCE, Fed, answer, check_types, feed, merged, plan


def _record(part: Any, views: list[str], order: list[str], skips: bool, times: dict[str, Any], settings: dict[str, Any]) -> Fed:
    try:
        part = part.sort_values(order) if order else part
    except TypeError:  # of values of several kinds; order saves time, and nothing else
        if not skips:
            raise
    with Engine(views, **settings) as engine:
        receipt = feed(engine, part, skips, times)
        return Fed(engine.to_bytes(), receipt)


def _merge(parts: list[Fed], views: list[str], settings: dict[str, Any]) -> Fed:
    with merged(parts, views, settings) as engine:
        assert engine.receipt is not None
        return Fed(engine.to_bytes(), engine.receipt)


def aggregate(frame: Any, views: Iterable[str], *, renames: Mapping[str, str | None] | None = None, by_journey: bool = True,
              tz: Any = None, unit: str = "ms", on_refused: str = "raise", **settings: Any) -> Engine:
    """An engine that holds what one engine would that had seen all rows of a dask.dataframe.DataFrame.

    frame       columns as for Engine.record_many(), id or sequence among them; renames, tz and unit as there
    views       as for Engine; settings likewise
    by_journey  brings the rows of each journey together first, in order: that moves rows between workers, and merging
                then takes a fraction of the time. False: partitions as they are (which is better if each journey lies in
                one of them already)
    on_refused  "raise" ends the job at a row that is refused. "skip" leaves such rows out, whatever is wrong with them, and
                engine.receipt counts them: all partitions' receipts as one, whose reason names the journey and the id of the
                first. Duplicates are counted within a partition

    The result is the same either way. Raises what record_many() raises, and RefusedError if each row was refused; names and
    types of columns, views and settings are looked at before the job starts. It runs where Dask runs: with a
    dask.distributed.Client, on its workers. The last merge is done here: about the time of recording the rows anew, and the
    memory of the engine and of all bytes."""
    import pyarrow
    from dask.base import compute
    from dask.delayed import delayed

    labels = list(frame.columns)
    job = plan(map(str, labels), views, renames, tz, unit, on_refused, settings)
    frame = frame[[labels[place] for place in job.columns.values()]]
    frame = frame.rename(columns={labels[place]: name for name, place in job.columns.items()})
    check_types(pyarrow.Schema.from_pandas(frame._meta, preserve_index=False), job.local)
    if by_journey:
        frame = frame.reset_index(drop=True).shuffle(on="journey")  # an index may be called like a column
    record: Any = delayed(_record, pure=True)
    merge: Any = delayed(_merge, pure=True)
    run: Any = compute
    order = job.order if by_journey else []
    parts = [record(part, job.views, order, job.skips, job.times, settings) for part in frame.to_delayed()]
    while len(parts) > AT_ONCE:
        parts = [merge(parts[i:i + AT_ONCE], job.views, settings) for i in range(0, len(parts), AT_ONCE)]
    return answer(merged(run(*parts), job.views, settings))
