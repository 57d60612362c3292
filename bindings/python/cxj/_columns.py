"""Columns of data frames into the library's, without a loop over rows where pyarrow is there.

Each field has one rule, said twice: for arrays of Arrow (_ARROW), which are cast, looked up and passed as they lie in memory;
and for single values (_PLAIN), where pyarrow is not there. Both give the same, which the tests compare.
"""

from __future__ import annotations

import ctypes
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

from . import _header as header
from ._engine import RATINGS, facets_of, identity_of, integer_of, moment_of, nearest, place_of
from ._library import InvalidError, number_of

if TYPE_CHECKING:
    from ._engine import Engine

# Field of cxj_columns: what it holds, and the C type of its items.
_FIELDS: dict[str, tuple[str, Any]] = {
    "journey": ("identity", ctypes.c_uint64), "id": ("identity", ctypes.c_uint64),
    "revision": ("number", ctypes.c_uint64), "at": ("moment", ctypes.c_int64), "due": ("moment", ctypes.c_int64),
    "value": ("number", ctypes.c_int64), "customer": ("identity", ctypes.c_uint64),
    "sequence": ("number", ctypes.c_uint32), "owner": ("name", ctypes.c_uint32), "facets": ("facets", ctypes.c_uint32),
    "team": ("name", ctypes.c_uint16), "activity": ("name", ctypes.c_uint16), "channel": ("name", ctypes.c_uint16),
    "stage": ("name", ctypes.c_uint16), "cause": ("name", ctypes.c_uint16), "type": ("name", ctypes.c_uint16),
    "segment": ("name", ctypes.c_uint16), "reason": ("name", ctypes.c_uint16), "scale": ("choice", ctypes.c_uint8),
    "score": ("number", ctypes.c_uint8), "scope": ("choice", ctypes.c_uint8),
    "commitment": ("number", ctypes.c_uint8), "outcome": ("choice", ctypes.c_uint8),
}
_CHOICES = {"scale": header.SCALES, "scope": header.SCOPES, "outcome": header.OUTCOMES}
KNOWN = (*_FIELDS, *RATINGS)

#: Names of columns that event logs use, for record_many(renames=cxj.EVENT_LOG).
EVENT_LOG = {"case:concept:name": "journey", "case_id": "journey", "time:timestamp": "at", "timestamp": "at",
             "concept:name": "activity", "org:resource": "owner", "resource": "owner", "org:group": "team"}

# No moment: so a row without one is refused by the library, and named in its receipt.
_NO_MOMENT = -(2**63)


class Columns:
    """A struct for cxj_record_columns(), and what it points to."""

    def __init__(self, rows: int) -> None:
        self.struct = header.Columns(size=ctypes.sizeof(header.Columns))
        self.rows = rows
        self._kept: list[Any] = []

    def set(self, name: str, address: int, kept: Any) -> None:
        """Points a member at memory that kept keeps."""
        setattr(self.struct, name, address)
        self._kept.append(kept)


def read_columns(engine: Engine, data: Any, renames: Mapping[str, str]) -> Columns:
    """The columns of a frame, as the library takes them. Raises InvalidError before anything is recorded."""
    table = _as_arrow(data)
    if table is not None:
        named = _rename(table.column_names, renames)
        return _from_arrow(engine, {name: table.column(i) for name, i in named.items()}, table.num_rows)
    columns = _as_dict(data)
    named = _rename(list(columns), renames)
    values = list(columns.values())
    return _from_values(engine, {name: _as_list(name, values[i]) for name, i in named.items()})


def _rename(names: Sequence[str], renames: Mapping[str, str]) -> dict[str, int]:
    """What the columns are called here, and their places. Columns that nobody knows are refused, by name."""
    named: dict[str, int] = {}
    for place, name in enumerate(names):
        here = renames.get(name, name)
        if here not in KNOWN:
            raise InvalidError(f"there is no column {here!r} of touchpoints; {nearest(here, KNOWN)}")
        if here in named:
            raise InvalidError(f"two columns stand for {here!r}")
        named[here] = place
    for needed in ("journey", "at"):
        if needed not in named:
            raise InvalidError(f"the column {needed!r} is missing; there are {', '.join(map(repr, names)) or 'none'}")
    return named


# ---- by Arrow ------------------------------------------------------------------------------------------------------


def _as_arrow(data: Any) -> Any:
    """Data as a table of pyarrow, or None where pyarrow is not there, or data is none that it takes."""
    try:
        import pyarrow
    except ImportError:
        return None
    if isinstance(data, pyarrow.Table):
        return data
    if isinstance(data, pyarrow.RecordBatch):
        return pyarrow.Table.from_batches([data])
    if type(data).__module__.partition(".")[0] == "pandas":
        return pyarrow.Table.from_pandas(data, preserve_index=False)
    if hasattr(data, "__arrow_c_stream__"):
        return pyarrow.RecordBatchReader.from_stream(data).read_all()
    if isinstance(data, Mapping) and data and all(_is_array(column) for column in data.values()):
        return pyarrow.table({name: _arrow_array(pyarrow, column) for name, column in data.items()})
    return None


def _is_array(column: Any) -> bool:
    """Whether a column comes from somebody who has arrays; a plain list of anything is read value by value."""
    return hasattr(column, "__arrow_c_array__") or hasattr(column, "__arrow_c_stream__") or hasattr(column, "dtype")


def _arrow_array(pyarrow: Any, column: Any) -> Any:
    if hasattr(column, "__arrow_c_stream__"):
        return pyarrow.chunked_array(column)
    return pyarrow.array(column, from_pandas=True)


def _from_arrow(engine: Engine, columns: dict[str, Any], rows: int) -> Columns:
    import pyarrow

    got = Columns(rows)
    arrays: dict[str, Any] = {}
    for name, column in columns.items():
        kind, item = _FIELDS.get(name, ("number", ctypes.c_uint8))
        try:
            arrays[name] = _ARROW[kind](engine, name, _contiguous(pyarrow, column), getattr(pyarrow, _ARROW_NAMES[item])())
        except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError, pyarrow.ArrowTypeError) as error:
            raise InvalidError(f"column {name!r} of type {column.type}: {error}") from None
    _merge_ratings(pyarrow, arrays, rows)
    for name, array in arrays.items():
        if array.null_count:
            array = array.fill_null(_NO_MOMENT if name == "at" else 0)
        data = array.buffers()[1]
        if data is not None:
            got.set(name, data.address + array.offset * ctypes.sizeof(_FIELDS[name][1]), array)
    if not rows:
        nothing = (ctypes.c_uint64 * 1)()
        for name in ("journey", "at"):
            got.set(name, ctypes.addressof(nothing), nothing)
    return got


_ARROW_NAMES = {ctypes.c_uint64: "uint64", ctypes.c_int64: "int64", ctypes.c_uint32: "uint32", ctypes.c_uint16: "uint16",
                ctypes.c_uint8: "uint8"}


def _contiguous(pyarrow: Any, column: Any) -> Any:
    """A chunked column as one array."""
    if not isinstance(column, pyarrow.ChunkedArray):
        return column
    if pyarrow.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    if column.num_chunks == 1:
        return column.chunk(0)
    return column.combine_chunks() if column.num_chunks else pyarrow.array([], column.type)


def _is_text(pyarrow: Any, type_: Any) -> bool:
    types = pyarrow.types
    return bool(types.is_string(type_) or types.is_large_string(type_)
                or (hasattr(types, "is_string_view") and types.is_string_view(type_)))


def _look_up(array: Any, target: Any, find: Callable[[str], int]) -> Any:
    """Texts, dictionary-encoded or not, by what each different one stands for."""
    import pyarrow
    import pyarrow.compute as compute

    if not pyarrow.types.is_dictionary(array.type):
        if array.type not in (pyarrow.string(), pyarrow.large_string()):
            array = array.cast(pyarrow.large_string())
        array = array.dictionary_encode()
    found = pyarrow.array([None if text is None else find(text) for text in array.dictionary.to_pylist()], target)
    return compute.take(found, array.indices)


def _has_texts(array: Any) -> bool:
    import pyarrow

    type_ = array.type.value_type if pyarrow.types.is_dictionary(array.type) else array.type
    return _is_text(pyarrow, type_)


def _integers(array: Any, target: Any) -> Any:
    """Whole numbers of another width; what does not fit is an error."""
    import pyarrow
    import pyarrow.compute as compute

    if pyarrow.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pyarrow.types.is_boolean(array.type) or pyarrow.types.is_temporal(array.type):
        raise pyarrow.ArrowTypeError("these are no whole numbers")
    if pyarrow.types.is_floating(array.type):
        array = compute.if_else(compute.is_nan(array), pyarrow.scalar(None, array.type), array)
    if array.type == target:
        return array
    if array.type == pyarrow.int64() and target == pyarrow.uint64():
        lowest = compute.min(array).as_py()
        if lowest is None or lowest >= 0:
            return array.view(target)
    return array.cast(target)


def _arrow_identity(engine: Engine, name: str, array: Any, target: Any) -> Any:
    return _look_up(array, target, number_of) if _has_texts(array) else _integers(array, target)


def _arrow_number(engine: Engine, name: str, array: Any, target: Any) -> Any:
    return _integers(array, target)


def _arrow_name(engine: Engine, name: str, array: Any, target: Any) -> Any:
    import pyarrow

    if pyarrow.types.is_null(array.type):
        return pyarrow.nulls(len(array), target)
    if not _has_texts(array):
        raise pyarrow.ArrowTypeError("names are texts")
    return _look_up(array, target, lambda text: engine._code(name, text))


def _arrow_choice(engine: Engine, name: str, array: Any, target: Any) -> Any:
    if not _has_texts(array):
        return _integers(array, target)
    return _look_up(array, target, lambda text: place_of(name, text or None, _CHOICES[name]))


def _arrow_facets(engine: Engine, name: str, array: Any, target: Any) -> Any:
    import pyarrow

    if pyarrow.types.is_list(array.type) or pyarrow.types.is_large_list(array.type):
        return pyarrow.array([0 if one is None else facets_of(one) for one in array.to_pylist()], target)
    if not _has_texts(array):
        return _integers(array, target)
    return _look_up(array, target, lambda text: facets_of(part for part in text.split("|") if part))


def _arrow_moment(engine: Engine, name: str, array: Any, target: Any) -> Any:
    import pyarrow
    import pyarrow.compute as compute

    types = pyarrow.types
    if types.is_date(array.type):
        return array.cast(pyarrow.timestamp("ms")).view(target)
    if not types.is_timestamp(array.type):
        if _has_texts(array):
            raise pyarrow.ArrowTypeError("texts are no moments; parse them first")
        return _integers(array, target)
    if array.type.unit in ("us", "ns"):
        array = compute.floor_temporal(array.cast(pyarrow.timestamp(array.type.unit)), unit="millisecond")
    return array.cast(pyarrow.timestamp("ms")).view(target)


_ARROW: dict[str, Callable[[Any, str, Any, Any], Any]] = {
    "identity": _arrow_identity, "number": _arrow_number, "name": _arrow_name, "choice": _arrow_choice,
    "facets": _arrow_facets, "moment": _arrow_moment,
}


def _merge_ratings(pyarrow: Any, arrays: dict[str, Any], rows: int) -> None:
    """Turns columns csat, nps, ces into scale, score and scope."""
    import pyarrow.compute as compute

    given = [name for name in RATINGS if name in arrays]
    if not given:
        return
    for name in ("scale", "score"):
        if name in arrays:
            raise InvalidError(f"the column {name!r} says what {given[0]!r} says already")
    columns = [arrays.pop(name) for name in given]
    count = sum(int(compute.sum(column.is_valid()).as_py() or 0) for column in columns)
    score = compute.coalesce(*columns)
    if count != rows - score.null_count:
        raise InvalidError(f"a touchpoint has one rating; a row has two of {', '.join(given)}")
    kinds = [compute.if_else(column.is_valid(), pyarrow.scalar(RATINGS[name], pyarrow.uint8()),
                             pyarrow.scalar(None, pyarrow.uint8())) for name, column in zip(given, columns)]
    arrays["scale"], arrays["score"] = compute.coalesce(*kinds), score
    one = pyarrow.scalar(1, pyarrow.uint8())
    scope = arrays.get("scope")
    chosen = compute.coalesce(scope, one) if scope is not None else one
    arrays["scope"] = compute.if_else(score.is_valid(), chosen, pyarrow.scalar(0, pyarrow.uint8()))


# ---- value by value ------------------------------------------------------------------------------------------------


def _as_dict(data: Any) -> dict[str, Any]:
    """The columns of anything else: a dict of them, or a frame that says what it has."""
    if isinstance(data, Mapping):
        return dict(data)
    if hasattr(data, "columns") and hasattr(data, "__getitem__"):
        return {str(name): data[name] for name in data.columns}
    raise InvalidError(f"{type(data).__name__} is no table: what is taken is a data frame of pandas, polars or pyarrow, "
                       "what has __arrow_c_stream__, or a dict of columns")


def _as_list(name: str, column: Any) -> list[Any]:
    if isinstance(column, (str, bytes)):
        raise InvalidError(f"column {name!r} is a text, not a column")
    dtype = str(getattr(column, "dtype", ""))
    if dtype.startswith("datetime64["):
        if "," in dtype:  # pandas, with a zone
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        column = [None if str(value) == "NaT" else int(value.astype("int64"))
                  for value in getattr(column, "values", column).astype("datetime64[ms]")]
    for way in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, way):
            return list(getattr(column, way)())
    try:
        return list(column)
    except TypeError:
        raise InvalidError(f"column {name!r}: {type(column).__name__} is no column") from None


def _is_null(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value)  # NaN, NaT
    except TypeError:  # pandas.NA does not say
        return True


def _whole(name: str, value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plain_moment(engine: Engine, name: str, value: Any) -> int:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=timezone.utc)
        return moment_of(name, value)
    if isinstance(value, date):
        return moment_of(name, datetime(value.year, value.month, value.day, tzinfo=timezone.utc))
    if isinstance(value, str):
        raise InvalidError("texts are no moments; parse them first")
    return integer_of(name, _whole(name, value))


def _plain_name(engine: Engine, name: str, value: Any) -> int:
    if not isinstance(value, str):
        raise InvalidError(f"{name}: names are texts, not {value!r}")
    return engine._code(name, value)


def _plain_facets(engine: Engine, name: str, value: Any) -> int:
    if isinstance(value, str):
        value = [part for part in value.split("|") if part]
    return facets_of(_whole(name, value))


_PLAIN: dict[str, Callable[[Any, str, Any], int]] = {
    "identity": lambda engine, name, value: identity_of(name, _whole(name, value)),
    "number": lambda engine, name, value: integer_of(name, _whole(name, value)),
    "name": _plain_name,
    "choice": lambda engine, name, value: place_of(name, _whole(name, value) if value != "" else None, _CHOICES[name]),
    "facets": _plain_facets,
    "moment": _plain_moment,
}


def _from_values(engine: Engine, columns: dict[str, list[Any]]) -> Columns:
    rows = len(columns["journey"])
    for name, values in columns.items():
        if len(values) != rows:
            raise InvalidError(f"column {name!r} has {len(values)} values, and 'journey' has {rows}")
    got = Columns(rows)
    read: dict[str, list[int | None]] = {}
    for name, values in columns.items():
        kind = _FIELDS.get(name, ("number", None))[0]
        convert = _PLAIN[kind]
        read[name] = []
        for row, value in enumerate(values):
            try:
                read[name].append(None if _is_null(value) else convert(engine, name, value))
            except InvalidError as error:
                raise InvalidError(f"column {name!r}, row {row}: {error}", error.status) from None
    _merge_plain_ratings(read, rows)
    for name, numbers in read.items():
        item = _FIELDS[name][1]
        array = (item * max(1, rows))()
        lowest = -(2 ** (ctypes.sizeof(item) * 8 - 1)) if item is ctypes.c_int64 else 0
        highest = 2 ** (ctypes.sizeof(item) * 8 - (item is ctypes.c_int64)) - 1
        for row, number in enumerate(numbers):
            if number is None:
                number = _NO_MOMENT if name == "at" else 0
            elif not lowest <= number <= highest:
                raise InvalidError(f"column {name!r}, row {row}: {number} is not within {lowest} and {highest}")
            array[row] = number
        got.set(name, ctypes.addressof(array), array)
    return got


def _merge_plain_ratings(read: dict[str, list[int | None]], rows: int) -> None:
    given = [name for name in RATINGS if name in read]
    if not given:
        return
    for name in ("scale", "score"):
        if name in read:
            raise InvalidError(f"the column {name!r} says what {given[0]!r} says already")
    columns = [(RATINGS[name], read.pop(name)) for name in given]
    scope = read.get("scope", [None] * rows)
    read["scale"], read["score"], read["scope"] = [None] * rows, [None] * rows, [0] * rows
    for row in range(rows):
        found = [(scale, column[row]) for scale, column in columns if column[row] is not None]
        if len(found) > 1:
            raise InvalidError(f"row {row}: a touchpoint has one rating; it has two of {', '.join(given)}")
        if found:
            read["scale"][row], read["score"][row] = found[0]
            read["scope"][row] = 1 if scope[row] is None else scope[row]
