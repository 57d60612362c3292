"""What cxj.dask and cxj.spark share: engines that are fed apart, and how their bytes become one engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._columns import rename
from ._engine import Engine
from ._library import InvalidError

#: So many engines' bytes are merged in one go: on a worker, and, when no more are left, where the answer is wanted.
AT_ONCE = 8


def texts_of(views: Iterable[str]) -> list[str]:
    """The texts of views; one text is one view."""
    return [views] if isinstance(views, str) else list(views)


def order_of(columns: Iterable[str], renames: Mapping[str, str | None]) -> list[str]:
    """The columns of a frame by which its rows are in order journey by journey. Raises InvalidError for a frame in which
    rows could be tied, for a cluster keeps no order that would decide; and what record_many() raises for its columns."""
    names = list(columns)
    found = {here: names[place] for here, place in rename(names, renames).items()}
    order = [found[name] for name in ("journey", "at", "sequence", "id") if name in found]
    if not found.keys() & {"id", "sequence"}:
        raise InvalidError("a column 'id' or 'sequence' is needed: rows of a journey at the same moment would be in another "
                           "order each time")
    return order


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
