"""What cxj.dask and cxj.spark share: engines that are fed apart, and how their bytes become one engine."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ._engine import Engine

#: So many engines' bytes are merged in one go: on a worker, and, when no more are left, where the answer is wanted.
AT_ONCE = 8


def order_of(columns: Iterable[str], renames: Mapping[str, str]) -> list[str]:
    """The columns of a frame by which its rows are in order journey by journey."""
    found = {renames.get(name, name): name for name in columns}
    return [found.get(name, name) for name in ("journey", "at")]


def merged(parts: Iterable[bytes], views: list[str], settings: Mapping[str, Any]) -> Engine:
    """One engine of the bytes of several; of none, an empty one. To load the first costs a third of merging it."""
    engine: Engine | None = None
    try:
        for data in parts:
            if engine is None:
                engine = Engine.from_bytes(data, **settings)
            else:
                engine.merge(data)
    except BaseException:
        if engine is not None:
            engine.close()
        raise
    return Engine(views, **settings) if engine is None else engine
