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
from . import recipes
from ._analysis import (
    Contributors,
    Control,
    Driver,
    Drivers,
    Extreme,
    Parity,
    Point,
    PredictorInfo,
    Relation,
    Spread,
    predictors,
)
from ._calendar import Calendar
from ._columns import EVENT_LOG
from ._compare import Comparison, Difference, compare
from ._engine import Engine, validate
from ._files import read_csv, read_parquet, read_xes
from ._header import DIMENSIONS, OUTCOMES, SCALES, SCOPES
from ._library import (
    DoubtWarning,
    Error,
    IncompleteWarning,
    Interrupted,
    InvalidError,
    NoMemoryError,
    NotFoundError,
    ReadWriteError,
    Receipt,
    RefusedError,
    lib,
    loaded_from,
)
from ._pivot import Pivot
from ._read import Reading, Refused
from ._replay import Replay, replay
from ._rules import Alert, Alerts, Occasion, Rule, Rules, Worklist
from ._stitch import stitch
from ._values import (
    FACETS,
    Commitment,
    DimensionInfo,
    FacetInfo,
    Journey,
    Metric,
    MetricInfo,
    Stats,
    Touchpoint,
    Validation,
    facets,
    id_from_text,
    metrics,
)
from ._view import Cell, View

__version__: str = lib.cxj_version_text().decode()

__all__ = [
    "DIMENSIONS", "EVENT_LOG", "FACETS", "OUTCOMES", "SCALES", "SCOPES", "Alert", "Alerts", "Calendar", "Cell",
    "Commitment", "Comparison", "Contributors", "Control", "Difference", "DimensionInfo", "DoubtWarning", "Driver",
    "Drivers", "Engine", "Error", "Extreme", "FacetInfo", "IncompleteWarning", "Interrupted", "InvalidError",
    "Journey", "Metric", "MetricInfo", "NoMemoryError", "NotFoundError", "Occasion", "Parity", "Pivot", "Point",
    "PredictorInfo", "ReadWriteError", "Reading", "Receipt", "Refused", "RefusedError", "Relation", "Replay", "Rule",
    "Rules", "Spread", "Stats", "Touchpoint", "Validation", "View", "Worklist", "compare", "facets", "header",
    "id_from_text", "lib", "loaded_from", "metrics", "predictors", "read_csv", "read_parquet", "read_xes", "recipes",
    "replay", "stitch", "validate",
]
