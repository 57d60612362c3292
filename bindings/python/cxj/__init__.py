"""cxj: journey and customer experience metrics, kept exact touchpoint by touchpoint, in whatever order touchpoints come.

    import cxj
    from datetime import datetime, timezone

    engine = cxj.Engine(views=["journeys by type", "transitions by owner"])
    engine.record(journey=1, at=datetime.now(timezone.utc), activity="call", channel="phone", owner="ann", csat=4)
    print(engine["journeys by type"])

Engine is where to begin; metrics() is the catalogue. What every number means, the library's header and README say.
lib is the C library itself, its functions typed; header has its structs and constants, as ctypes.
"""

from . import _header as header
from ._columns import EVENT_LOG
from ._engine import Engine, validate
from ._header import DIMENSIONS, FACETS, OUTCOMES, SCALES, SCOPES
from ._library import Error, InvalidError, NoMemoryError, NotFoundError, ReadWriteError, Receipt, RefusedError, lib, loaded_from
from ._library import number_of as number
from ._values import Commitment, Journey, Metric, MetricInfo, Stats, Touchpoint, Validation, metrics
from ._view import Cell, View

__version__: str = lib.cxj_version_text().decode()

__all__ = [
    "DIMENSIONS", "EVENT_LOG", "FACETS", "OUTCOMES", "SCALES", "SCOPES", "Cell", "Commitment", "Engine", "Error",
    "InvalidError", "Journey", "Metric", "MetricInfo", "NoMemoryError", "NotFoundError", "ReadWriteError", "Receipt",
    "RefusedError", "Stats", "Touchpoint", "Validation", "View", "header", "lib", "loaded_from", "metrics", "number",
    "validate",
]
