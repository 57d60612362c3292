"""What cxj.dask and cxj.spark share: what is looked at before a job starts, engines that are fed apart, and how their bytes
become one engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from . import _header as header
from ._columns import check_kinds, rename
from ._engine import Engine
from ._frames import table_of
from ._library import InvalidError, Receipt, RefusedError
from ._moments import Local, local_of, unit_of

#: So many engines' bytes are merged in one go: on a worker, and, when no more are left, where the answer is wanted.
AT_ONCE = 8


class Fed(NamedTuple):
    """The bytes of an engine, and what became of the rows that it was fed."""

    data: bytes
    receipt: Receipt


class Plan(NamedTuple):
    """A job that can start: the texts of its views, whether rows that are refused are left out, the places of its columns
    by the names that they have here, those by which rows are in order journey by journey, what record_many() is told of
    times, and whose local times are."""

    views: list[str]
    skips: bool
    columns: dict[str, int]
    order: list[str]
    times: dict[str, Any]
    local: Local | None


def plan(columns: Iterable[str], views: Iterable[str], renames: Mapping[str, str | None] | None, tz: Any,
         unit: str, on_refused: str, settings: Mapping[str, Any]) -> Plan:
    """Looks at all that can be wrong before a row is read, but for types. Raises InvalidError for a frame in which rows could
    be tied, for a cluster keeps no order that would decide; what record_many() raises for its columns; and what Engine
    raises for views and settings."""
    if on_refused not in ("raise", "skip"):
        raise InvalidError(f"on_refused: 'raise' or 'skip' is expected, not {on_refused!r}")
    texts = [views] if isinstance(views, str) else list(views)
    unit_of(unit)
    with Engine(texts, **settings) as engine:
        local = local_of(tz, engine.calendar if tz is None else None)
    found = rename(list(columns), renames or {})
    if not found.keys() & {"id", "sequence"}:
        raise InvalidError("a column 'id' or 'sequence' is needed: rows of a journey at the same moment would be in another "
                           "order each time")
    order: list[str] = [name for name in ("journey", "at", "sequence", "id") if name in found]
    return Plan(texts, on_refused == "skip", found, order, {"tz": tz, "unit": unit}, local)


def check_types(schema: Any, local: Local | None) -> None:
    """Raises InvalidError that names all columns of a pyarrow.Schema, named as here, whose type cannot be what they are;
    local says whose local times are."""
    import pyarrow

    empty = pyarrow.RecordBatch.from_arrays([pyarrow.array([], field.type) for field in schema], schema.names)
    texts = {place for place, field in enumerate(schema)
             if pyarrow.types.is_string(field.type) or pyarrow.types.is_large_string(field.type)}
    for batch in table_of(empty).batches:
        check_kinds({name: place for place, name in enumerate(schema.names)}, batch, texts, local)


def feed(engine: Engine, rows: Any, skips: bool, times: Mapping[str, Any]) -> Receipt:
    """Records a frame of pandas, or a batch of pyarrow, whose columns are named as here; times are tz and unit. Rows that are refused are left out
    and counted, if that is wanted; the reason says which is the first. Else raises what record_many() raises."""
    receipt = _fed(engine, rows, skips, times)
    if receipt.first_refusal is None:
        return receipt
    names = rows.schema.names if hasattr(rows, "schema") else list(rows.columns)
    which = ", ".join(f"{name} {_value(rows, name, receipt.first_refusal)}" for name in ("journey", "id") if name in names)
    return receipt._replace(reason=f"{which}: {receipt.reason}")


def _fed(engine: Engine, rows: Any, skips: bool, times: Mapping[str, Any]) -> Receipt:
    """The same without saying which. Where a value keeps its batch from being read, the batch is halved until it is alone:
    a type that cannot be was seen before."""
    try:
        return engine.record_many(rows, **times)
    except RefusedError as error:  # all others were taken
        if not skips or error.receipt is None:
            raise
        return error.receipt
    except InvalidError as error:
        if not skips or not len(rows):
            raise
        if len(rows) == 1:
            reason = re.sub("^row 0: |, row 0(?=: )| from row 0 on(?=: )", "", str(error))
            return Receipt(1, refused=1, first_refusal=0, reason=reason, status=error.status or header.BAD_FIELD)
    half = len(rows) // 2
    return _fed(engine, _cut(rows, 0, half), skips, times).and_then(
        _fed(engine, _cut(rows, half, len(rows)), skips, times))


def _cut(rows: Any, first: int, end: int) -> Any:
    return rows.slice(first, end - first) if hasattr(rows, "schema") else rows.iloc[first:end]


def _value(rows: Any, name: str, row: int) -> Any:
    return rows.column(name)[row].as_py() if hasattr(rows, "schema") else rows[name].iloc[row]


def merged(parts: Iterable[Fed], views: list[str], settings: Mapping[str, Any]) -> Engine:
    """One engine of several, with their receipts as one; of none, an empty one. To load the first costs a third of merging
    it."""
    engine: Engine | None = None
    receipt = Receipt()
    try:
        for data, part in parts:
            receipt = receipt.and_then(part)
            if engine is None:
                engine = Engine.from_bytes(data, **settings)
            else:
                engine.merge(data)
    except BaseException:
        if engine is not None:
            engine.close()
        raise
    engine = Engine(views, **settings) if engine is None else engine
    engine.receipt = receipt
    return engine


def answer(engine: Engine) -> Engine:
    """An engine that is worth having: one of which each row was refused is not."""
    receipt = engine.receipt
    if receipt is not None and receipt.processed and receipt.refused + receipt.late == receipt.processed:
        engine.close()
        raise RefusedError(f"each of the {receipt.processed} rows was refused, the first for this: {receipt.reason}",
                           receipt.status, receipt)
    return engine
