"""Engines: what records touchpoints, and answers."""

from __future__ import annotations

import ctypes
import os
import secrets
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta, tzinfo
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Callable, Union

from . import _file, _page
from . import _header as header
from ._calendar import Calendar
from ._alike import Alike
from ._columns import How, Numbers, Promised, Reach, Rows, digest, grown, number_rows, read_rows, rename
from ._frames import Batch, next_batch, table_of
from ._library import (
    DoubtWarning,
    Error,
    Interrupted,
    InvalidError,
    NoMemoryError,
    NotFoundError,
    Receipt,
    Sentence,
    error_of,
    lib,
    must,
    number_of,
    sized,
    warn_of,
)
from ._moments import Times, local_of, unit_of
from ._progress import SLICE, Run
from ._rules import Alert, Alerts, Rules, Worklist, take_all, take_each, worklist
from ._texts import FIELDS, Kept, Texts
from ._values import (
    ALL_BITS,
    BITS,
    MS,
    RATINGS,
    Commitment,
    DimensionInfo,
    Journey,
    Moment,
    Number,
    Stats,
    Touchpoint,
    Validation,
    datetime_of,
    encoded,
    facet_names,
    facets_of,
    identity_of,
    integer_of,
    moment_of,
    nearest,
    number_or_none,
    place_of,
)
from ._view import View

if TYPE_CHECKING:
    from ._read import Reading

File = Union[str, "os.PathLike[str]", BinaryIO]
Bytes = Union[bytes, bytearray, memoryview]

_SETTINGS: dict[str, Any] = {"memory_limit": 0, "cells_limit": 0, "touchpoints_limit": 0, "feeds": None,
                             "seal_ended_after": None, "seal_idle_after": None, "text_key": None, "views_limit": 0,
                             "load_work_limit": 0, "calendar": None, "rules_limit": 0, "alerts_limit": 0,
                             "recorded": "all", "keep_texts": False}
_CODED = {name: number + 1 for number, name in enumerate(header.DIMENSIONS)}
_NAMED_IN_JOURNEY = ("type", "segment", "reason", "owner", "team", "stage", "channel", "activity")
OPEN = "offset +00:00"  # a calendar by which it is always open
_COUNTED_IN_JOURNEY = ("touchpoints", "contacts", "handoffs", "bounces", "repeats", "faults", "chases", "lost_context",
                       "contradictions", "value", "touch_ratings")


def _set_of(feeds: Iterable[str] | None) -> frozenset[str] | None:
    return None if feeds is None else frozenset(feeds.split("|") if isinstance(feeds, str) else feeds)


def _unfed(feeds: frozenset[str] | None) -> int:
    """The facets that a feed cannot carry, as bits."""
    return 0 if feeds is None else ALL_BITS & ~(facets_of(feeds) | BITS["withdrawn"])


def _key_of(key: bytes | None) -> tuple[int, int]:
    """The key of text ids as the library takes it, in the order in which SipHash reads its bytes; zeros stand for the
    public key."""
    if key is None:
        return 0, 0
    if not isinstance(key, (bytes, bytearray, memoryview)) or len(bytes(key)) != 16:
        raise InvalidError("text_key: 16 bytes are expected, such as secrets.token_bytes(16) once gave")
    if not any(bytes(key)):
        raise InvalidError("text_key: zeros are no secret")
    return int.from_bytes(bytes(key)[:8], "little"), int.from_bytes(bytes(key)[8:], "little")


class Engine:
    """Keeps journey metrics current with each touchpoint.

    views              views to begin with, each a line of text (see add_view()); one text is one view
    calendar           local time and working hours: a Calendar, or its text; None: local time is UTC, and there are no
                       working hours
    memory_limit       bytes the engine may hold; 0: no limit
    cells_limit        cells of one view; 0: 1,000,000. Beyond it the view is incomplete, and reading it warns
    touchpoints_limit  touchpoints of one journey, up to 29,000; 0: 10,000. Further ones are refused
    feeds              names of the facets that what is recorded can carry; metrics that need others have no value, so that
                       what is not recorded does not look perfect. None: all
    seal_ended_after   a timedelta of at least 1 ms after its end, at which a journey is sealed (see advance()); None: never
    seal_idle_after    the same after its last touchpoint, whether it has ended or not
    text_key           16 secret bytes, always the same ones, that decide for which numbers texts stand as journeys, ids and
                       customers; give them if such texts come from strangers, who could otherwise look for two texts with
                       one number, and make two journeys one. Engines with different keys do not merge. It is not in the
                       bytes that are saved, but in a pickle. None: the public key, the same everywhere
    views_limit        views of the engine, added or loaded; 0: 4,096. Who takes bytes from strangers sets it to as many as
                       there are to be, and memory_limit
    load_work_limit    what loading and merging bytes may take: touchpoints times views, for each byte read, after the first
                       million; 0: 16, which a file of fewer than 300 views does not come near unless it was made to be
                       slow. validate() says beforehand
    rules_limit        rules of the engine; 0: 256
    alerts_limit       alerts that wait to be taken, up to 16,777,216; 0: 65,536. Beyond it the oldest are dropped, and counted
    keep_texts         True: texts that stand for journeys, ids and customers are kept, so that journeys, worklists and alerts
                       show them: some 150 bytes for each different text, besides memory_limit; or names of fields, such as
                       ("journey", "customer"). They are in no file that is saved, but in a pickle; a loaded engine has
                       numbers until texts come again, or remember_texts() brings them. A second text with the number of
                       another is refused. False: they come back as the numbers that they stand for
    recorded           "seen": facets that never occurred count as not recorded, as if feeds left them out, until they do; so
                       nothing looks perfect because nobody records it. "all": what feeds says

    engine[text] is the view with that text, however it is spelled; text in engine says whether it is there; iterating
    gives the texts. engine.receipt is what became of the rows that cxj.dask or cxj.spark made it of, else None; it is not
    saved.

    One engine may be used from several threads; calls wait for each other. For work side by side use an engine for each,
    and merge them. End it with close(), or use it in a with statement; after that each use is a cxj.Error.

    Raises ValueError for a setting out of its bounds, or a text that is no view; MemoryError.
    """

    receipt: Receipt | None
    _handle: ctypes.c_void_p | None

    #: What from_frame() read: see cxj.Reading. None for any other engine.
    reading: Reading | None = None

    #: What tables and pictures show money in: a code such as "EUR", or a sign, once it is set; else minor units as they are.
    #: It is not saved.
    currency: str = ""

    def __init__(self, views: Iterable[str] = (), *, memory_limit: int = 0, cells_limit: int = 0,
                 touchpoints_limit: int = 0, feeds: Iterable[str] | None = None,
                 seal_ended_after: timedelta | None = None, seal_idle_after: timedelta | None = None,
                 text_key: bytes | None = None, views_limit: int = 0, load_work_limit: int = 0,
                 calendar: Calendar | str | None = None, rules_limit: int = 0, alerts_limit: int = 0,
                 recorded: str = "all", keep_texts: Kept = False) -> None:
        self._begin({"memory_limit": memory_limit, "cells_limit": cells_limit, "touchpoints_limit": touchpoints_limit,
                     "feeds": feeds, "seal_ended_after": seal_ended_after, "seal_idle_after": seal_idle_after,
                     "text_key": text_key, "views_limit": views_limit, "load_work_limit": load_work_limit,
                     "calendar": calendar, "rules_limit": rules_limit, "alerts_limit": alerts_limit,
                     "recorded": recorded, "keep_texts": keep_texts})
        self._create(lib.cxj_engine_create)
        try:
            for text in (views,) if isinstance(views, str) else views:
                self.add_view(text)
        except BaseException:
            self.close()
            raise

    def _begin(self, settings: dict[str, Any]) -> None:
        """All that an engine has beside its handle."""
        self._handle = self.receipt = None
        unknown = settings.keys() - _SETTINGS.keys()
        if unknown:
            raise TypeError(f"there is no setting {min(unknown)!r}; {nearest(min(unknown), _SETTINGS)}")
        self._lock = threading.RLock()
        self._views: dict[str, ctypes.c_void_p] = {}
        self._rule_texts: dict[int, str] = {}
        self._settings = {**_SETTINGS, **settings, "feeds": _set_of(settings.get("feeds"))}
        if self._settings["recorded"] not in ("all", "seen"):
            raise InvalidError(f"recorded: \"seen\" or \"all\" is expected, not {self._settings['recorded']!r}")
        self._texts = Texts(self._settings["keep_texts"])
        self._settings["keep_texts"] = self._texts.kept
        self._numbered = 0  # rows without id and sequence, so far
        self._digests: set[int] = set()  # of these, call by call
        self._forget_codes()

    def _create(self, create: Callable[..., int]) -> None:
        """Gets the handle from a function of the library, which takes options, and where to put a message and a handle."""
        handle, said, options = ctypes.c_void_p(), Sentence(), self._options()
        must(create(ctypes.byref(options), *said.room, ctypes.byref(handle)), str(said))
        self._handle = handle
        self._find_views()
        self._numbered = int(self._stats().held)
        calendar, self._settings["calendar"] = self._settings["calendar"], None  # it is in the bytes, not in a pickle beside
        if calendar is not None:
            try:
                self.calendar = calendar
            except BaseException:
                self.close()
                raise
        self._see()

    def _options(self) -> header.Options:
        options = header.Options(size=ctypes.sizeof(header.Options))
        options.seed[:] = [secrets.randbits(64), secrets.randbits(64)]
        for name, highest in (("memory_limit", 2**64 - 1), ("cells_limit", 2**64 - 1), ("touchpoints_limit", 2**32 - 1),
                              ("views_limit", 2**32 - 1), ("load_work_limit", 2**32 - 1), ("rules_limit", 2**32 - 1),
                              ("alerts_limit", 2**32 - 1)):
            setattr(options, name, integer_of(name, self._settings[name], 0, highest))
        options.text_key[:] = _key_of(self._settings["text_key"])
        options.unrecorded_facets = _unfed(self._settings["feeds"])
        for name in ("seal_ended_after", "seal_idle_after"):
            after = self._settings[name]
            if after is not None:
                if not isinstance(after, timedelta) or after < MS:
                    raise InvalidError(f"{name}: {after!r} is no timedelta of at least a millisecond")
                setattr(options, name, after // MS)
        return options

    def _find_views(self) -> None:
        """The views that the handle has, by their texts."""
        self._views = {}
        handle = ctypes.c_void_p()
        while lib.cxj_view_at(self._handle, len(self._views), ctypes.byref(handle)) == header.OK:
            self._views[_text_of(handle)] = handle
            handle = ctypes.c_void_p()

    # ---- life ----

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._handle is None

    def close(self) -> None:
        """Ends the engine and gives its memory back; its views can be used no more. Closing twice does nothing."""
        with self._lock:
            handle, self._handle, self._views = self._handle, None, {}
            if handle is not None:
                lib.cxj_engine_destroy(handle)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            self.close()

    def __repr__(self) -> str:
        with self._lock:
            return "<cxj.Engine, closed>" if self.closed else f"<cxj.Engine with {len(self._views)} views>"

    def _open(self) -> ctypes.c_void_p:
        """The handle, under the lock."""
        if self._handle is None:
            raise Error("the engine is closed")
        return self._handle

    def _message(self) -> str:
        return str(lib.cxj_message(self._handle).decode("utf-8", "replace"))

    def _check(self, status: int) -> None:
        """Raises what a changing call has failed with, or not done at all."""
        if status < 0 or status == header.REFUSED:
            raise error_of(status, self._message())

    def _identity(self, name: str, value: Number | None) -> int:
        """The number of a journey, an id or a customer. To be called under the lock."""
        return identity_of(name, value, self._open())

    def _stated(self, name: str, value: Number | None) -> int:
        """The same of what is recorded, whose texts may be kept."""
        number = identity_of(name, value, self._open())
        if number >> 63 and self._texts.kept and isinstance(value, str):
            self._texts.meet(name, number, value)
        return number

    def text_of(self, number: int) -> str | None:
        """The text that stands for a number of a journey, an id or a customer, where keep_texts keeps it; of a number below 2**63
        its digits; None if it is not known. Constant time."""
        with self._lock:
            self._open()
            return self._texts.by_number.get(number) or (str(number) if 0 < number < 2**63 else None)

    def remember_texts(self, *, journey: Iterable[str] = (), id: Iterable[str] = (), customer: Iterable[str] = ()) -> None:
        """Texts that stand for journeys, ids and customers, such as after loading: engine.remember_texts(journey=["A-1"]). Then
        they come back, as far as keep_texts keeps them. Raises ValueError for two texts with one number. Time in proportion
        to them."""
        with self._lock:
            for name, texts in (("journey", journey), ("id", id), ("customer", customer)):
                for text in texts:
                    self._stated(name, text)

    # ---- calendar ----

    @property
    def calendar(self) -> Calendar | None:
        """Local time and working hours, as a Calendar, whose str() is its text; None: local time is UTC, and there are no
        working hours. engine.calendar = … takes a Calendar, a text, or None.

        Periods of all views are those of local time, and views in working hours leave out of durations what is closed. All
        that is held is measured again, as if the calendar had been there from the start, so that of a large engine is best
        set first. It is saved with the engine; engines merge only where their calendars have one text.

        Setting raises ValueError for a text that is no calendar, with line and column, and for None while a view in working
        hours needs it; cxj.Error where journeys are sealed, and weekly hours, or dates or offsets up to the clock, would be
        others than before; TypeError for anything else; MemoryError. It is as it was then. Time in proportion to the
        touchpoints held."""
        where, length = ctypes.c_void_p(), ctypes.c_size_t()
        with self._lock:  # until it is copied
            must(lib.cxj_calendar(self._open(), ctypes.byref(where), ctypes.byref(length)))
            if not length.value:
                return None
            return Calendar._of(ctypes.string_at(where.value or 0, length.value).decode())

    @calendar.setter
    def calendar(self, calendar: Calendar | str | None) -> None:
        if isinstance(calendar, str):
            calendar = Calendar.from_text(calendar)
        if not isinstance(calendar, (Calendar, type(None))):
            raise TypeError(f"calendar: a Calendar, its text, or None is expected, not {type(calendar).__name__}")
        raw = b"" if calendar is None else calendar.text.encode()
        with self._lock:
            self._check(lib.cxj_set_calendar(self._open(), raw, len(raw)))

    # ---- names ----

    def _forget_codes(self) -> None:
        self._codes: dict[str, dict[str, int]] = {name: {"": 0} for name in header.DIMENSIONS}
        self._names: dict[str, dict[int, str]] = {name: {0: ""} for name in header.DIMENSIONS}

    def code_of(self, dimension: str, name: str | None) -> int:
        """The code under which the library knows a name of a dimension; None is no name: 0. It holds until something is
        erased."""
        if name is None:
            return 0
        known = self._codes[dimension].get(name) if isinstance(name, str) else None
        if known is not None:
            return known
        raw, code = encoded(dimension, name), ctypes.c_uint32()
        with self._lock:
            self._check(lib.cxj_code(self._open(), _CODED[dimension], raw, len(raw), ctypes.byref(code)))
            self._codes[dimension][name] = code.value
        return code.value

    def name_of(self, dimension: str, code: int) -> str:
        """The name of a code."""
        text, length = ctypes.c_void_p(), ctypes.c_size_t()
        with self._lock:  # until it is copied
            status = lib.cxj_name(self._open(), _CODED[dimension], code, ctypes.byref(text), ctypes.byref(length))
            must(status, f"{dimension}: there is no code {code}")
            return ctypes.string_at(text.value or 0, length.value).decode()

    def _name_or_empty(self, dimension: str, code: int) -> str:
        """The name of a code; an empty text if there is none any more. Kept, for where many are asked for. Under the lock."""
        known = self._names[dimension]
        if code not in known:
            try:
                known[code] = self.name_of(dimension, code)
            except NotFoundError:
                return ""
        return known[code]

    def names(self, dimension: str) -> dict[str, int]:
        """The names of a dimension that are known, in the order of their bytes, and how many of the touchpoints held have
        each: 0 for a name that stands only in the conditions of a view or in journeys that are sealed, or that came with
        nothing but touchpoints that were refused, corrected or withdrawn.

        Raises ValueError for what is no dimension of cxj.DIMENSIONS. Time n·log(n) for n names."""
        if dimension not in _CODED:
            raise InvalidError(f"there is no dimension {dimension!r} with names; {nearest(dimension, _CODED)}")
        codes: Any = None
        uses: Any = None

        def ask(capacity: int, count: Any) -> int:
            nonlocal codes, uses
            codes, uses = (ctypes.c_uint32 * capacity)(), (ctypes.c_uint64 * capacity)()
            return int(lib.cxj_codes(self._open(), _CODED[dimension], capacity, codes, uses, count))

        with self._lock:
            count, _ = sized(0, ask)
            named = [(self.name_of(dimension, codes[i]), int(uses[i])) for i in range(count)]
        return dict(sorted(named, key=lambda one: one[0].encode()))

    def dimensions(self) -> list[DimensionInfo]:
        """All dimensions, and how many names those with names have. Constant time."""
        infos: list[DimensionInfo] = []
        got, size = header.DimensionInfo(), ctypes.sizeof(header.DimensionInfo)
        with self._lock:
            while lib.cxj_dimension_describe(self._open(), len(infos) + 1, ctypes.byref(got), size) == header.OK:
                infos.append(DimensionInfo(got.name.decode(), got.dimension, bool(got.has_dictionary), got.names, got.room))
        return infos

    def id_from_text(self, text: str | bytes) -> int:
        """The number that a text stands for in this engine, as a journey, an id or a customer: as cxj.id_from_text(), but
        with the engine's text_key if it has one."""
        raw = text if isinstance(text, bytes) else encoded("text", text)
        with self._lock:
            return number_of(raw, self._open())

    # ---- recording ----

    def record(self, *, journey: Number, at: Moment, id: Number | None = None, revision: int | None = None,
               sequence: int | None = None, customer: Number | None = None, owner: str | None = None,
               team: str | None = None, activity: str | None = None, channel: str | None = None, stage: str | None = None,
               cause: str | None = None, type: str | None = None, segment: str | None = None, reason: str | None = None,
               facets: int | str | Iterable[str] | None = None, due: Moment | None = None,
               commitment: int | None = None, csat: int | None = None, nps: int | None = None, ces: int | None = None,
               scale: int | str | None = None, score: int | None = None, scope: int | str | None = None,
               outcome: int | str | None = None, value: int | None = None) -> Receipt:
        """Records one touchpoint. All views are up to date afterwards. None states nothing.

        journey     whose touchpoint it is: a whole number from 1 to 2**64 - 1, or a text that stands for one
                    (id_from_text()): "12" is 12, while "012" and "0" are texts like any other
        at          when it was: a datetime with a zone (one without is refused), cut down to milliseconds, or a whole
                    number of ms since 1970-01-01T00:00:00Z; years 1 to 9999, but not that moment itself, 0, which is none
        id          its number, or text, unique within the journey. Without one, or with 0, it cannot be corrected, and
                    counts twice if it is recorded twice
        revision    of this id, up to 2**64 - 1; a correction carries a higher one than what it corrects
        sequence    order among touchpoints of one journey at the same moment, up to 2**32 - 1; where that is the same,
                    too, the lower id comes first, and without ids what came first
        customer    whose journey it is: a number or a text. What is stated last holds; likewise type, segment and reason
        owner       who holds the work: a text, as the next ones; team: the owner's group
        activity    what kind of touchpoint it is; channel, stage: where it was
        cause       what lies behind a bad moment: policy, knowledge, tool, …
        type        of the journey: its kind; segment: the customer's; reason: the need behind it
        facets      yes/no facts: names of cxj.FACETS, such as {"inbound", "fault"}; names joined by |; or their bits
        due         the time promised at this moment, as at; 0 is none
        commitment  from 0 to 7: which promise of the journey due, and the facet delivered, speak of
        csat        a rating: satisfaction 1 to 5; or nps: 0 to 10; or ces: ease 1 to 7; one of them
        scale       of a rating, for any other: a name of cxj.SCALES, or its number; score: the rating on that scale
        scope       what the rating is about: "touchpoint" (for csat, nps and ces, if left out), "journey", or "employee":
                    given by one
        outcome     "completed" or "abandoned": the journey ends here
        value       money in minor units, within 10**15

        Raises ValueError for what is out of its bounds, MemoryError, cxj.RefusedError for a touchpoint that is late, or
        beyond the limit of its journey, cxj.Error for a new name beyond 65,535 of a dimension (16,777,215 owners);
        nothing is recorded then. Returns what became of it. Some 8 µs, most of them
        Python's, and those of folding again the touchpoints of its journey that come after it."""
        t = header.Touchpoint()
        t.at = moment_of("at", at)
        t.revision = integer_of("revision", revision or 0, 0)
        t.sequence = integer_of("sequence", sequence or 0, 0, 2**32 - 1)
        t.facets = facets_of(facets)
        t.due = 0 if due is None else moment_of("due", due)
        t.commitment = integer_of("commitment", commitment or 0, 0, 255)
        t.outcome = place_of("outcome", outcome, header.OUTCOMES)
        t.value = integer_of("value", value or 0, -(2**63), 2**63 - 1)
        t.scale, t.score, t.scope = _rating(csat, nps, ces, scale, score, scope)
        named = (owner, team, channel, stage, activity, cause, type, segment, reason)
        with self._lock:
            engine = self._open()
            t.journey = self._stated("journey", journey)
            t.id = self._stated("id", id)
            t.customer = self._stated("customer", customer)
            for dimension, name in zip(header.DIMENSIONS, named):
                if name is not None:
                    setattr(t, dimension, self.code_of(dimension, name))
            receipt = header.Receipt()
            status = lib.cxj_record(engine, ctypes.byref(t), ctypes.sizeof(t), 1, 0, ctypes.byref(receipt),
                                    ctypes.sizeof(receipt))
            answer = Receipt.of(receipt, self._message())
            self._see()
        if status != header.OK:
            raise error_of(status, "there is no memory for it" if status == header.NO_MEMORY else answer.reason, answer)
        return answer

    def record_many(self, data: Any, *, renames: Mapping[str, str | None] | None = None, strict: bool = False,
                    tz: Calendar | str | tzinfo | None = None, unit: str = "ms") -> Receipt:
        """Records many touchpoints at once.

        data     a data frame of pandas, polars or pyarrow; a dict of columns (arrays, lists); a list of dicts; or what is read
                 batch by batch, never as a whole: a generator of dicts or of frames (pandas.read_csv(…, chunksize=…)), anything
                 that has __arrow_c_stream__ (a relation of DuckDB), a data set or scanner of pyarrow, a lazy frame of polars, a
                 cursor of a database, or a connection of DuckDB, that has executed a query. Of data sets and lazy frames only
                 the columns that are wanted are read
        renames  the names of columns here, by their names there, such as {"case_id": "journey"}; None for a column that is
                 to be left out. Names that are not there do not matter
        strict   ends at the first row that is refused, before it; else all other rows are taken. cxj.RefusedError is
                 raised in both cases
        tz       whose times those without a zone are: a zone's name, such as "Europe/Berlin" or "UTC", a tzinfo, or a
                 Calendar; None: the engine's calendar. Without either they are refused
        unit     of whole numbers in at and due: s, ms, us or ns

        Columns are named as the parameters of record(); journey and at must be there, what is absent states nothing, nor
        does a null; in journey and at it is refused.

        journey, id, customer  whole numbers, which stand for themselves, or texts, as in record()
        at, due                timestamps of any unit and zone, cut down to milliseconds; local times and dates, as tz says
                               (a date alone is the beginning of that day in at, and its last millisecond in due); or whole
                               numbers
        owner and other names  texts, dictionary-encoded or not
        facets                 bits, texts of names joined by |, or lists of names; a column of bool that is named as a facet
                               says of each row whether it has that one
        csat, nps, ces, …      ratings under their scales, also csat7, csat10, percent and binary
        outcome, scale, scope  names, or numbers

        Of touchpoints of one journey at the same moment the one with the lower sequence comes first, then the one with the
        lower id; if there is neither column, the number of the row is its sequence, counted from 1 over all calls: data in
        parts give what they give as a whole. Without id, rows that are recorded again count again; cxj.DoubtWarning says so
        where a call brings what an earlier one brought, and how many rows of a call are equal in all fields, or in an order
        that only hashes of text ids decide (at least: it looks at a million rows at once, and at 4,096 such rows and 65,536
        touchpoints of their journeys). It also warns of moments in at and due that hardly are, such as seconds, days of a
        spreadsheet, or years from now, and where all times in due are midnight, as pandas.read_csv(parse_dates=["due"]) makes
        them of days.

        Raises ValueError for a column that is missing, unknown, or of a type that it cannot have, and for a value that is
        out of its column's bounds, by name and row; cxj.Error for new names beyond those that a dimension can have; OSError
        if the data end with an error of their own; MemoryError; TypeError for renames that are none. Each has a receipt of
        what became of the rows before, None if there are none: rows of the batches before stay recorded (a data frame of
        pandas, and a dict, is one batch). Returns what became of the rows.

        Rows are recorded in slices of 65,536. A KeyboardInterrupt ends it between two of them, as cxj.Interrupted, whose
        receipt says how many rows are done; data[receipt.processed:] are the others. Where tqdm is there, and a terminal or a
        notebook looks on, what takes more than a second is shown.

        Time: that of recording, and a few ns for each value of an array or a dictionary-encoded text; some 200 ns for each
        value of a list, and for each text that nobody encodes (an Arrow stream without pyarrow). While a batch is fetched,
        others may use the engine."""
        if renames is not None and not isinstance(renames, Mapping):
            raise TypeError(f"renames: a dict is expected, not {type(renames).__name__}")
        with self._lock:
            self._open()
        table = table_of(data)
        named, how, base = rename(table.names, renames or {}), self._how(tz, unit), self._numbered
        batches, came_again, run = table.of(named.values()), not named.keys() & {"id", "sequence"}, Run(table.rows)
        try:
            with run:
                while (batch := self._next(batches, run)) is not None:
                    if batch.names is not None:
                        with _receipted(run):
                            named = grown(named, rename(batch.names, renames or {}), run.total.processed)
                    came_again = self._record_batch(batch, named, run, strict, how) and came_again
        except Interrupted as error:
            if not named.keys() & {"id", "sequence"}:
                self._numbered = base + error.receipt.processed  # so that the others go on from there
            raise
        finally:
            with self._lock:
                if self._handle is not None:
                    self._see()
        total = run.total
        warn_of([*how.said(self), *(
            ["these rows were recorded before, as it seems; they have no id, so they count twice; a column id, or a new engine "
             "for each run, would not"] if came_again and total.processed else [])])
        if total.first_refusal is not None:
            raise error_of(header.REFUSED, total.sentence(), total)
        return total

    def _next(self, batches: Iterator[Batch], run: Run) -> Batch | None:
        """The next batch; what its source raises gets a receipt of the rows before."""
        with _receipted(run):
            return next_batch(batches, run.total.processed)

    def _how(self, tz: Calendar | str | tzinfo | None = None, unit: str = "ms") -> How:
        """How a table is read for this engine."""
        calendar = self.calendar if tz is None else None
        return How(Numbers(self.code_of, self._stated), Times(local_of(tz, calendar), unit_of(unit)), [], Promised(),
                   {"at": Reach(), "due": Reach()}, Alike())

    def _record_batch(self, batch: Batch, named: dict[str, int], run: Run, strict: bool, how: How) -> bool:
        """Records one batch, slice by slice; returns whether its rows had come before."""
        with _receipted(run), self._lock:
            rows = self._rows(batch, named, run.total.processed, how)
            again = rows.rows > 0 and not named.keys() & {"id", "sequence"} and self._again(rows)
            for first in range(0, rows.rows, SLICE):
                count = min(SLICE, rows.rows - first)
                status, latest = run.record(self, rows, first, count, header.STOP_AT_REFUSAL if strict else 0)
                total = run.total
                if status != header.OK and (status != header.REFUSED or strict):
                    raise error_of(status, total.sentence() if status == header.REFUSED else
                                   f"row {total.processed}: {latest.reason}", total)
                run.show(count)
        return again

    def _again(self, rows: Rows) -> bool:
        """Whether rows without ids have come before, as far as one can tell."""
        number = digest(rows)
        again = number in self._digests
        self._digests.add(number)
        return again

    def _rows(self, batch: Batch, named: dict[str, int], first: int, how: How) -> Rows:
        """A batch as the library takes it, with the numbers of its rows where nothing else says their order. Under the
        lock."""
        self._open()
        rows = read_rows(how, named, batch, first)
        if how.is_numbered(named):
            number_rows(rows, self._numbered)
            self._numbered += batch.rows
        return rows

    def _see(self) -> None:
        """Where only what was seen is recorded: says so to the library. Under the lock."""
        if self._settings["recorded"] != "seen":
            return
        counts = self.facet_counts()
        unseen = sum(BITS[name] for name, count in counts.items() if count == 0)
        wanted = _unfed(self._settings["feeds"]) | unseen
        if wanted != self._stats().unrecorded_facets:
            lib.cxj_set_unrecorded(self._open(), wanted)  # which a rule may forbid: then it is recorded

    def _unseen(self) -> frozenset[str]:
        """The facets that never occurred."""
        return frozenset(name for name, count in self.facet_counts().items() if count == 0)

    # ---- corrections and erasure, the clock ----

    def withdraw(self, journey: Number, id: Number, revision: int = 0) -> None:
        """Takes a touchpoint back: it contributes nothing any more.

        journey, id  whose and which: numbers or texts
        revision     of this withdrawal, higher than that of what is taken back; 0: one more than the one held

        Raises KeyError if there is no such touchpoint and revision is 0, cxj.RefusedError if revision is not higher, or
        the journey is sealed, MemoryError; nothing has changed then. Time as record()."""
        number = integer_of("revision", revision, 0)
        with self._lock:
            self._check(lib.cxj_withdraw(self._open(), self._identity("journey", journey), self._identity("id", id), number))

    def move(self, journey: Number, *, into: Number) -> None:
        """Makes the touchpoints of a journey those of another: all counts as if they had always been, such as those of two
        tickets for one matter. The journey is gone then; what comes for it is to be recorded under the other.

        journey, into  whose touchpoints, and whose they become: numbers or texts. If there is no journey into, it is the new
                       number of journey

        All or nothing. Raises KeyError if there is no such journey; cxj.Error where both have a touchpoint with the same id,
        which it names, where one of them is sealed, and where they have more touchpoints than one journey may have;
        ValueError if both are the same; MemoryError. Time in proportion to the touchpoints of journey, and to those after
        them in into."""
        with self._lock:
            number = self._identity("journey", journey)
            self._check(lib.cxj_journey_move(self._open(), number, self._identity("into", into)))
            self._texts.forget([number])
            self._stated("journey", into)

    def erase_journey(self, journey: Number) -> bool:
        """Erases a journey: nothing of it is left, nor names that nothing else uses. True if so; False if it was sealed:
        then its number is gone, and its sums, which name nobody, stay.

        Kept texts of the journey go, and those of the ids and customers that it states; where another journey states them, too,
        they come back as numbers until they are recorded again.

        Raises KeyError if there is no such journey, MemoryError; nothing has changed then. Time in proportion to its
        touchpoints, to names and to open promises."""
        with self._lock:
            number = self._identity("journey", journey)
            texts = self._texts_of([number]) if self._texts.by_number else set()
            status = lib.cxj_erase_journey(self._open(), number)
            self._forget_codes()
            self._check(status)
            self._texts.forget(texts)
            return bool(status != header.PARTIALLY_ERASED)

    def erase_customer(self, customer: Number) -> int:
        """Erases all journeys that ever stated a customer; returns how many. Sealed journeys name no customer.

        Kept texts go as in erase_journey(); for that each journey is asked, which takes some 10 µs a journey.

        Raises KeyError if none does; MemoryError, and then journeys may be left: call again. Time in proportion to the
        touchpoints held."""
        erased = ctypes.c_uint64()
        with self._lock:
            number = self._identity("customer", customer)
            texts = {number, *self._texts_about(number)} if self._texts.by_number else set()
            status = lib.cxj_erase_customer(self._open(), number, ctypes.byref(erased))
            self._forget_codes()
            self._texts.forget(texts)
            self._check(status)
            return erased.value

    def _texts_about(self, customer: int) -> set[int]:
        """The numbers, for which texts may be kept, of the journeys that state a customer; of all that are, if these cannot be
        asked for. Under the lock."""
        has = self._has("journeys") is not None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # sealed journeys state no customer
                journeys = self.add_view("journeys")._contributors({})[0]
        except Error:
            return set(self._texts.by_number)
        finally:
            if not has and self._has("journeys") is not None:
                self.drop_view("journeys")
        return self._texts_of(number for number in journeys if customer in self._stating(number, "customer"))

    def _stating(self, journey: int, *fields: str) -> set[int]:
        """The numbers that the touchpoints of a journey have in some fields; none if it is sealed, or not there. Under the
        lock."""
        got: Any = None

        def ask(capacity: int, count: Any) -> int:
            nonlocal got
            got = (header.Touchpoint * capacity)()
            size = ctypes.sizeof(header.Touchpoint)
            return int(lib.cxj_journey_touchpoints(self._open(), journey, capacity, None, 0, got, size, count))

        try:
            count, _ = sized(8, ask)
        except Error:
            return set()
        return {getattr(one, field) for one in got[:count] for field in fields}

    def _texts_of(self, journeys: Iterable[int]) -> set[int]:
        """The numbers of journeys, and those that they state, for which texts may be kept. Under the lock."""
        return {number for journey in journeys for number in (journey, *self._stating(journey, *FIELDS[1:]))}

    def advance(self, now: Moment) -> None:
        """Moves the clock to a moment (as at in record()). Nothing else moves it: neither recording, nor from_frame() and
        read_csv(). On it depend metrics marked needs_now (overdue), worklists of rules that go by it, and which period is over:
        View.control(), View.relation() and pictures leave out the one in which it stands. Until it is moved first, such metrics
        have no value, such worklists are empty, and no period is left out; worklist(), control() and relation() say so. After a
        log was read: engine.advance(engine.stats().latest_at).

        By it journeys are sealed, where the settings ask for that: their touchpoints are let go, their sums stay, and what
        comes for them later is counted as late. Rules that go by the clock raise alerts for what began to hold up to then.

        Raises ValueError if the clock would go back, or, but for the first time, more than ten years beyond both where it
        stands and the latest touchpoint, which nothing could undo; MemoryError, and then some journeys are not sealed yet:
        a later advance goes on. Time in proportion to the promises that have passed, and to the touchpoints of the journeys
        that are sealed."""
        moment = moment_of("now", now)
        with self._lock:
            self._check(lib.cxj_advance(self._open(), moment))

    def _is_unmoved(self) -> bool:
        """Whether something is held, and the clock was never moved."""
        stats = self._stats()
        return bool(stats.touchpoints and not stats.has_now)

    @property
    def feeds(self) -> frozenset[str] | None:
        """The names of the facets that what is recorded can carry, as set_feeds() or what was loaded says; None: all. Constant
        time."""
        got = self._stats()
        if not got.unrecorded_facets:
            return None
        return facet_names(ALL_BITS & ~(got.unrecorded_facets | BITS["withdrawn"]))

    def set_feeds(self, feeds: Iterable[str] | None) -> None:
        """The names of the facets that what is recorded can carry; None: all. Metrics that need others have no value from
        now on. Raises ValueError for a name that is no facet. Constant time."""
        fed = _set_of(feeds)
        with self._lock:
            self._check(lib.cxj_set_unrecorded(self._open(), _unfed(fed)))
            self._settings["feeds"] = fed
            self._see()

    def facet_counts(self) -> dict[str, int]:
        """How many touchpoints that contribute have each facet, also of sealed journeys. A facet that never occurs is perhaps
        not recorded: set_feeds(). Constant time."""
        counts = (ctypes.c_uint64 * 32)()
        with self._lock:
            must(lib.cxj_facet_counts(self._open(), counts))
        return {name: counts[bit.bit_length() - 1] for name, bit in BITS.items() if name != "withdrawn"}

    def stats(self) -> Stats:
        """What the engine holds. Constant time."""
        got = self._stats()
        return Stats(got.touchpoints, got.journeys, got.held, got.duplicates, got.conflicts, got.superseded, got.late,
                     got.refused, got.sealed, datetime_of(got.latest_at) if got.touchpoints else None,
                     datetime_of(got.now) if got.has_now else None, got.memory, got.rules, got.alerts, got.alerts_dropped)

    def _stats(self) -> header.Stats:
        got = header.Stats()
        with self._lock:
            must(lib.cxj_engine_stats(self._open(), ctypes.byref(got), ctypes.sizeof(got)))
        return got

    # ---- views ----

    def add_view(self, text: str) -> View:
        """Adds a view, filled as if it had been there from the start; one that is there already, however it is spelled, is
        given back. View.text is its text as the library spells it.

            touchpoints by channel, team per week where type = onboarding
            transitions by owner per month
            journeys by type, segment per month ended where segment in (premium, business) and had cause = policy

            view   = grain [ "by" dim { "," dim } ] [ "per" period ] [ "in" "working" "hours" ]
                     [ "where" cond { "and" cond } ] [ "with" "drivers" ]
            cond   = [ "had" ] dim ( "=" name | "in" "(" name { "," name } ")" )
            period = ( hour | day | week | month | quarter | year ) [ "ended" ]     (weeks begin on Monday)
            name   = bare word of letters, digits, "-", "_", "." or a "quoted string"

        Dimensions: of touchpoints: owner, team, channel, stage, activity, cause, type, segment, reason, outcome, churned;
        of transitions: first one of owner, team, channel, stage, activity (the key has from and to), then type, segment,
        reason, outcome, churned; of journeys: type, segment, reason, outcome, churned, entry, exit (the first and the last
        channel). At most four dimensions and four conditions. ended (periods by a journey's end), had (with at least one
        such touchpoint) and with drivers (View.drivers()) are for journeys only. Periods are those of local time, and in
        working hours durations leave out what is closed, both by the calendar.

        Raises ValueError for a text that is no view, with the column and what was expected there, and in working hours where
        there is no calendar; cxj.Error beyond 4,096 views; MemoryError. Time in proportion to the touchpoints held."""
        raw, handle = encoded("a view", text), ctypes.c_void_p()
        with self._lock:
            status = lib.cxj_view_add(self._open(), raw, len(raw), ctypes.byref(handle))
            if status < 0:
                raise error_of(status, f"{text!r}: {self._message()}")
            normal = _text_of(handle)
            return View(self, self._views.setdefault(normal, handle), normal)

    def drop_view(self, text: str) -> None:
        """Drops a view and its cells. Raises KeyError if there is none with this text. Time in proportion to its cells."""
        with self._lock:
            normal = self._find(text)
            self._check(lib.cxj_view_drop(self._open(), self._views[normal]))
            del self._views[normal]

    def _has(self, text: object) -> str | None:
        """The text, as the library spells it, of the view that a text means; None if there is none."""
        self._open()
        if not isinstance(text, str) or text in self._views:
            return text if isinstance(text, str) else None
        normal = _normal(text)
        return normal if normal in self._views else None

    def _find(self, text: str) -> str:
        normal = self._has(text)
        if normal is None:
            raise NotFoundError(f"there is no view {text!r}; {nearest(text, self._views)}; add_view() adds one",
                                header.NOT_FOUND)
        return normal

    @property
    def views(self) -> tuple[View, ...]:
        """The views, in the order in which they were added."""
        with self._lock:
            self._open()
            return tuple(View(self, handle, text) for text, handle in self._views.items())

    def __getitem__(self, text: str) -> View:
        """The view with a text, however it is spelled. Raises KeyError if there is none. Constant time, least for a text that
        is spelled as View.text."""
        with self._lock:
            normal = self._find(text)
            return View(self, self._views[normal], normal)

    def __contains__(self, text: object) -> bool:
        with self._lock:
            return self._has(text) is not None

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            self._open()
            return iter(list(self._views))

    # ---- rules, worklists, alerts ----

    @property
    def rules(self) -> Rules:
        """The rules, which raise alerts: engine.rules.add("overdue for 1d where team = billing") adds one."""
        return Rules(self)

    def worklist(self, rule: str) -> Worklist:
        """All that holds now by a rule, in the order in which it began to: which customers wait, for what, since when. As a
        table: engine.worklist("waiting for 4h").to_pandas().

        rule  the text of a rule, as for engine.rules.add(), which need not have been added; nor does it matter what was raised

        Now is where the clock stands: advance() first. Where it was never moved, a rule that goes by it (due, overdue, silent,
        waiting, unanswered, open, same) holds nowhere, and cxj.IncompleteWarning says so.

        Raises ValueError as that, MemoryError. Time in proportion to the journeys held."""
        return worklist(self, rule)

    def alerts(self) -> Iterator[Alert]:
        """The alerts that wait, the oldest first. Each is taken out of the queue when it is given: who ends a loop before its
        end leaves the others there. Those of one call are in the order of holds_from, then of rules as they were added, then of
        journeys.

        The queue has room for alerts_limit; beyond that the oldest are dropped, which stats().alerts_dropped counts. It is not
        saved."""
        with self._lock:
            self._open()
        return take_each(self)

    def take_alerts(self) -> Alerts:
        """Takes all alerts that wait out of the queue, as a table; otherwise as alerts()."""
        return take_all(self)

    # ---- to look at ----

    def page(self, file: File, *, title: str = "cxj", rules: Iterable[str] = (),
             journeys: Mapping[int, str] | None = None) -> None:
        """Writes one HTML page, to a path or a binary file object: what stands out, in a sentence, and figures: journeys beside
        their touchpoints, over time, what weighs, promises, responses, handoffs, and who waits now. It needs no network, and
        asks for nothing. Send it to whom it concerns: names of the log are in it.

        title     what it is about, such as the name of the log
        rules     of the worklists, as for worklist(); none: what is overdue, waits, was left silent or unanswered
        journeys  the texts that stand for journeys, by their numbers; others are shown by the texts that are kept, else as numbers

        Who waits is so at the engine's clock: advance() first, to the moment up to which the log goes. Where the clock was never
        moved, worklists that go by it are left out, and the page says so. Facets that never occur are taken as not recorded while the page
        is made, unless the engine has feeds. It adds some twenty views and drops them again: time in proportion to the
        touchpoints held. Of sealed journeys, views that are new know nothing; the page says so. At a path the old file stays
        until the new one is whole, as with save().

        Raises ValueError for a text that is no rule, OSError if writing fails, cxj.Error, MemoryError."""
        data = _page.page(self, title, rules, journeys or {})
        if isinstance(file, (str, os.PathLike)):
            _file.save(os.fsdecode(file), data)
        else:
            _file.write(file, data)

    # ---- one journey ----

    def journey(self, journey: Number) -> Journey:
        """Where a journey (a number, or a text) stands after its last touchpoint. Raises KeyError if there is none, or none
        of its touchpoints contributes; cxj.Error if it is sealed. Constant time."""
        got, said = header.Journey(), Sentence()
        with self._lock:
            status = lib.cxj_journey_state(self._open(), self._identity("journey", journey), *said.room, ctypes.byref(got),
                                           ctypes.sizeof(got))
            must(status, _of_journey(journey, said))
            named: dict[str, Any] = {name: self.name_of(name, getattr(got, name)) for name in _NAMED_IN_JOURNEY}
            named.update({name: self._texts.shown(name, getattr(got, name)) for name in ("journey", "customer")})
        counted = {name: getattr(got, name) for name in _COUNTED_IN_JOURNEY}
        return Journey(
            outcome=header.OUTCOMES[got.outcome - 1] if got.outcome else None, churned=bool(got.churned),
            reopened=bool(got.reopened), first_at=datetime_of(got.first_at), last_at=datetime_of(got.last_at),
            end_at=datetime_of(got.end_at) if got.outcome else None, quiet=got.quiet * MS, silence=got.silence * MS,
            pending=got.pending * MS, touch_satisfaction=number_or_none(got.touch_satisfaction),
            journey_satisfaction=number_or_none(got.journey_satisfaction), journey_nps=number_or_none(got.journey_nps),
            journey_ces=number_or_none(got.journey_ces), asking=bool(got.asking), pending_now=bool(got.pending_now),
            loop_open=bool(got.loop_open),
            commitments=tuple(
                Commitment(number, datetime_of(one.first_due), datetime_of(one.due),
                           datetime_of(one.announced_at) if one.announced else None, bool(one.explained))
                for number, one in enumerate(got.commitments) if one.open),
            waiting_since=datetime_of(got.waiting_since) if got.waiting_since else None,
            **named, **counted)

    def touchpoints(self, journey: Number) -> list[Touchpoint]:
        """The touchpoints of a journey (a number, or a text) in order; behind them, withdrawn ones. Raises KeyError and
        cxj.Error as journey(). Time in proportion to them."""
        said, size = Sentence(), ctypes.sizeof(header.Touchpoint)
        got: Any = None

        def ask(capacity: int, count: Any) -> int:
            nonlocal got
            got = (header.Touchpoint * capacity)()
            return int(lib.cxj_journey_touchpoints(self._open(), number, capacity, *said.room, got, size, count))

        with self._lock:
            number = self._identity("journey", journey)
            count, _ = sized(8, ask, lambda: _of_journey(journey, said))
            return [self._touchpoint(one) for one in got[:count]]

    def _touchpoint(self, t: header.Touchpoint) -> Touchpoint:
        named: dict[str, Any] = {name: self.name_of(name, getattr(t, name)) for name in header.DIMENSIONS}
        named.update({name: self._texts.shown(name, getattr(t, name)) for name in FIELDS})
        return Touchpoint(
            revision=t.revision, sequence=t.sequence,
            at=datetime_of(t.at) if t.at else None, due=datetime_of(t.due) if t.due else None, value=t.value,
            facets=facet_names(t.facets), scale=header.SCALES[t.scale - 1] if t.scale else None,
            score=t.score if t.scale else None, scope=header.SCOPES[t.scope - 1] if t.scope else None,
            commitment=t.commitment, outcome=header.OUTCOMES[t.outcome - 1] if t.outcome else None, **named)

    # ---- bytes ----

    @property
    def mark(self) -> bytes:
        """Bytes of the host's own, up to 65,536, such as a position in its log up to which the engine knows everything: they
        are saved with the engine, and handed out once it is loaded. b"" is none. engine.mark = b"…" sets it; that raises
        ValueError for more bytes, TypeError for what is no bytes, MemoryError, and leaves it as it was."""
        where, length = ctypes.c_void_p(), ctypes.c_size_t()
        with self._lock:  # until it is copied
            must(lib.cxj_mark(self._open(), ctypes.byref(where), ctypes.byref(length)))
            return ctypes.string_at(where.value or 0, length.value)

    @mark.setter
    def mark(self, mark: Bytes) -> None:
        if not isinstance(mark, (bytes, bytearray, memoryview)):
            raise TypeError(f"mark: bytes are expected, not {type(mark).__name__}")
        raw = bytes(mark)
        with self._lock:
            self._check(lib.cxj_set_mark(self._open(), raw, len(raw)))

    def to_bytes(self) -> bytes:
        """All that the engine knows, as bytes, with its mark, its calendar, its feeds and when it seals journeys; equal engines
        give equal bytes. Other settings, and the counts of the feed, are not among them. Raises MemoryError. Time in
        proportion to the touchpoints held, a quarter of that of recording them, or a half if the bytes are more than was
        guessed."""
        said, room = Sentence(), bytearray()

        def save(capacity: int, length: Any) -> int:
            nonlocal room
            room = bytearray(capacity)
            memory = (ctypes.c_char * capacity).from_buffer(room)
            return int(lib.cxj_save_bytes(self._open(), capacity, *said.room, memory, length))

        with self._lock:
            # Room for twice what a usual touchpoint takes; what is not written to is not taken from the system.
            length, _ = sized((1 << 16) + 48 * self.stats().held, save, lambda: str(said))
        return bytes(memoryview(room)[:length])

    def save(self, file: File) -> None:
        """Saves the engine to a path or a binary file object, as to_bytes(). At a path the old file stays until the new one
        is whole: that is written beside it, synced and then renamed, and has the old one's permissions (a first one is for
        its owner only). Any number of threads and programs may save to one path; what one that was killed left in the
        folder, the next one removes. A link is followed; a link that leads nowhere, a folder, a fifo or a device is
        refused. Raises OSError if writing fails, or what the file object raises; MemoryError."""
        data = self.to_bytes()
        if isinstance(file, (str, os.PathLike)):
            _file.save(os.fsdecode(file), data)
        else:
            _file.write(file, data)

    @classmethod
    def from_frame(cls, frame: Any, views: Iterable[str] = (), *, map: Mapping[str, str | None] | None = None,
                   none: Iterable[str] = (), tz: Calendar | str | tzinfo | None = None, unit: str = "ms",
                   dayfirst: bool | None = None, dates: str | None = None, ties: str = "id", extra: str = "ignore",
                   on_refused: str = "raise", recorded: str = "seen", **settings: Any) -> Engine:
        """An engine that holds a whole frame, whatever its columns are called, as far as the report program would understand
        them: Engine.from_frame(frame, ["journeys"], map={"owner": "Assignee"}, tz="Europe/Berlin").

        frame       as for record_many()
        views       as for Engine, as are recorded and settings; but keep_texts is True, unless said otherwise
        map         columns by the fields that they are; None for a field that is to be left out
        none        texts that state nothing, beside the empty one
        tz, unit    as for record_many(); moments may be texts here, such as 2026-11-21 or 2026-11-21T22:43:47Z
        dayfirst    True: dates may be written 21.11.2026; False: 11/21/2026, too
        dates       the same by the order of a date's parts: dmy, mdy or ymd (2026/11/21)
        ties        what orders touchpoints of one journey at the same moment where there is no column sequence: "id", their
                    ids, or the rows where there are none; or "file": the rows
        extra       "error": a column that nothing is read from is refused; "ignore": it is left out, and cxj.DoubtWarning
                    says so if a word of it may mean a field that no column is
        on_refused  "raise": a row that cannot be taken ends it, and all such rows are named; "skip": the others are taken

        The clock is not moved: engine.advance(engine.stats().latest_at) before what goes by it. cxj.DoubtWarning says what
        record_many() says, and asks of what is the same in all rows of each of the first journeys, and of names such as NULL,
        or that differ by case alone. engine.reading says what was read as what, which rows were refused, by their places and
        in the frame's own index, and why.

        Raises ValueError that names all that is wrong; what Engine() and record_many() raise."""
        from ._read import Options, read_frame

        options = Options(map, none, tz, unit, dayfirst, dates, ties, extra, on_refused)
        return cls._read({"recorded": recorded, **settings}, views, lambda engine: read_frame(engine, frame, options))

    @classmethod
    def _read(cls, settings: dict[str, Any], views: Iterable[str], read: Callable[[Engine], Reading]) -> Engine:
        """An engine that has read something. It keeps texts, unless settings say otherwise."""
        engine = cls(views, **{"keep_texts": True, **settings})
        try:
            engine.reading = read(engine)
        except BaseException:
            engine.close()
            raise
        return engine

    @classmethod
    def from_bytes(cls, data: Bytes, **settings: Any) -> Engine:
        """An engine from bytes that to_bytes() or save() made.

        data      bytes, bytearray or memoryview
        settings  as for Engine, but views: these come with the bytes, as does a calendar, unless one is given. Facets that
                  feeds leave out, and those that were left out when they were saved, are both not recorded; journeys are
                  sealed as was saved, unless settings say

        Raises ValueError, with the offset of the first byte that is wrong, for anything else; cxj.Error if a limit of the
        settings is below what was saved, and for another text_key; TypeError for what is no bytes; MemoryError. Time in
        proportion to the touchpoints, three quarters of that of recording them."""
        raw, length = _raw(data)
        return cls._loaded(settings, lambda options, *into: lib.cxj_load_bytes(options, raw, length, *into))

    @classmethod
    def load(cls, file: File, **settings: Any) -> Engine:
        """An engine from a path or a binary file object that save() wrote, which is read to its end; otherwise as
        from_bytes(). Raises OSError if reading fails, or what the file object raises."""
        if isinstance(file, (str, os.PathLike)):
            with open(file, "rb") as opened:
                return cls.from_bytes(opened.read(), **settings)
        if not hasattr(file, "read"):
            raise TypeError(f"a path or a file is expected, not {type(file).__name__}; Engine.from_bytes() takes bytes")
        return cls.from_bytes(file.read(), **settings)

    @classmethod
    def _loaded(cls, settings: dict[str, Any], load: Callable[..., int]) -> Engine:
        """An engine whose handle comes from a function of the library."""
        engine = cls.__new__(cls)
        engine._begin(settings)
        engine._create(load)
        return engine

    def merge(self, other: Engine | Bytes) -> None:
        """Merges another engine, or the bytes of one, into this one: afterwards it holds what one engine would that had
        seen all touchpoints of both. Its views and its mark stay those that it has; bytes must be of an engine with the
        same views. Facets that one of them cannot carry are not recorded in the result. What came without an id counts
        twice if both have it.

        All or nothing. Raises cxj.Error for sealed journeys that both know, for another calendar, for bytes with other views,
        for another text_key, and beyond a limit; ValueError for bytes that are none, and for the engine itself; TypeError
        for anything else; MemoryError. Time in proportion to the touchpoints of the other, and to those after them here."""
        if isinstance(other, Engine):
            first, second = sorted((self, other), key=id)  # so that two threads cannot wait for each other
            with first._lock, second._lock:
                self._check(lib.cxj_merge(self._open(), other._open()))
                self._texts.join(other._texts)
                self._see()
            return
        raw, length = _raw(other)
        with self._lock:
            self._check(lib.cxj_merge_bytes(self._open(), raw, length))
            self._see()

    def __reduce__(self) -> tuple[Any, ...]:
        with self._lock:
            return _unpickled, (type(self), self.to_bytes(), self._settings, self._texts)


@contextmanager
def _receipted(run: Run) -> Iterator[None]:
    """Gives what is raised a receipt of the rows before."""
    try:
        yield
    except Error as error:
        error.receipt = error.receipt or (run.total if run.total.processed else None)
        raise
    except MemoryError as error:
        raise NoMemoryError("there is no memory for the next rows", header.NO_MEMORY, run.total) from error


def _text_of(view: ctypes.c_void_p) -> str:
    """A view's text, as the library spells it."""
    info = header.ViewInfo()
    must(lib.cxj_view_describe(view, ctypes.byref(info), ctypes.sizeof(info)))
    return str(info.text.decode())


def _normal(text: str) -> str | None:
    """A view's text as the library spells it; None for what is no view. An engine of its own is asked, for to ask one that is
    in use would add the view; it has a calendar, for working hours."""
    try:
        with Engine(text, calendar=OPEN) as engine:
            return next(iter(engine))
    except InvalidError:
        return None


def _of_journey(journey: Number, said: Sentence) -> str:
    """A sentence about a journey, with the text that stood for it."""
    return f"journey {journey!r}: {said}" if isinstance(journey, str) else str(said)


def _unpickled(cls: type[Engine], data: bytes, settings: dict[str, Any], texts: Texts | None = None) -> Engine:
    engine = cls.from_bytes(data, **settings)
    engine._texts = texts or engine._texts
    return engine


def _rating(csat: int | None, nps: int | None, ces: int | None, scale: int | str | None, score: int | None,
            scope: int | str | None) -> tuple[int, int, int]:
    """Scale, score and scope of a touchpoint's rating, as numbers."""
    given = [(name, value) for name, value in zip(RATINGS, (csat, nps, ces)) if value is not None]
    about = place_of("scope", scope, header.SCOPES)
    if len(given) + (scale is not None) > 1:
        raise InvalidError("a touchpoint has one rating: one of csat, nps, ces, or scale and score")
    if not given:
        if scale is not None and score is None:
            raise InvalidError("score: a scale needs one")
        return place_of("scale", scale, header.SCALES), integer_of("score", score or 0, 0, 255), about
    (name, value), = given
    if score is not None:
        raise InvalidError(f"score: {name} is the score already")
    return RATINGS[name], integer_of(name, value, 0, 255), about or 1


def _raw(data: Bytes) -> tuple[bytes, int]:
    """Bytes as the library takes them, and how many; copied only if they are not those of Python."""
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"bytes are expected, not {type(data).__name__}; Engine.load() takes a path or a file")
    raw = data if isinstance(data, bytes) else bytes(data)
    return raw, len(raw)


def validate(data: Bytes) -> Validation:
    """Whether bytes are those of an engine, and what is in them. Builds none. Raises ValueError, with the offset of the
    first byte that is wrong, if they are not; MemoryError. A sixth of the time of loading them."""
    raw, length = _raw(data)
    got, said = header.Validation(), Sentence()
    must(lib.cxj_validate_bytes(None, raw, length, *said.room, ctypes.byref(got), ctypes.sizeof(got)), str(said))
    return Validation(got.format, got.offset, got.touchpoints, got.journeys, got.sealed, got.views, got.names, got.work,
                      got.memory)
