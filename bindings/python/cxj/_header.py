"""What ``cxj.h`` declares, as ctypes: structs, functions, constants. Nothing here decides anything.

``tests/test_header.py`` compares all of it with the header, so that the two cannot drift apart.
"""

from __future__ import annotations

import ctypes as c
from typing import Any

Pointer = c.c_void_p

ALLOCATE = c.CFUNCTYPE(c.c_void_p, c.c_void_p, c.c_void_p, c.c_size_t, c.c_size_t)
WRITE = c.CFUNCTYPE(c.c_int64, c.c_void_p, c.c_void_p, c.c_size_t)
READ = c.CFUNCTYPE(c.c_int64, c.c_void_p, c.c_void_p, c.c_size_t)


class Options(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("allocate", c.c_void_p),
        ("allocate_context", c.c_void_p),
        ("seed", c.c_uint64 * 2),
        ("text_key", c.c_uint64 * 2),
        ("memory_limit", c.c_uint64),
        ("cells_limit", c.c_uint64),
        ("touchpoints_limit", c.c_uint32),
        ("codes_limit", c.c_uint32),
        ("unrecorded_facets", c.c_uint32),
        ("views_limit", c.c_uint32),
        ("load_work_limit", c.c_uint32),
        ("rules_limit", c.c_uint32),
        ("alerts_limit", c.c_uint32),
        ("reserved", c.c_uint32 * 1),
        ("seal_ended_after", c.c_int64),
        ("seal_idle_after", c.c_int64),
    ]


class Stats(c.Structure):
    _fields_ = [
        ("touchpoints", c.c_uint64),
        ("journeys", c.c_uint64),
        ("held", c.c_uint64),
        ("duplicates", c.c_uint64),
        ("conflicts", c.c_uint64),
        ("superseded", c.c_uint64),
        ("late", c.c_uint64),
        ("refused", c.c_uint64),
        ("latest_at", c.c_int64),
        ("now", c.c_int64),
        ("memory", c.c_uint64),
        ("work_folded", c.c_uint64),
        ("work_probed", c.c_uint64),
        ("has_now", c.c_uint8),
        ("reserved", c.c_uint8 * 3),
        ("unrecorded_facets", c.c_uint32),
        ("sealed", c.c_uint64),
        ("rules", c.c_uint64),
        ("alerts", c.c_uint64),
        ("alerts_dropped", c.c_uint64),
    ]


class DimensionInfo(c.Structure):
    _fields_ = [
        ("name", c.c_char_p),
        ("names", c.c_uint64),
        ("room", c.c_uint64),
        ("dimension", c.c_uint32),
        ("has_dictionary", c.c_uint8),
        ("reserved", c.c_uint8 * 3),
    ]


class FacetInfo(c.Structure):
    _fields_ = [("name", c.c_char_p), ("summary", c.c_char_p), ("facet", c.c_uint32), ("implies", c.c_uint32)]


class Touchpoint(c.Structure):
    _fields_ = [
        ("journey", c.c_uint64),
        ("id", c.c_uint64),
        ("revision", c.c_uint64),
        ("at", c.c_int64),
        ("due", c.c_int64),
        ("value", c.c_int64),
        ("customer", c.c_uint64),
        ("sequence", c.c_uint32),
        ("owner", c.c_uint32),
        ("facets", c.c_uint32),
        ("team", c.c_uint16),
        ("activity", c.c_uint16),
        ("channel", c.c_uint16),
        ("stage", c.c_uint16),
        ("cause", c.c_uint16),
        ("type", c.c_uint16),
        ("segment", c.c_uint16),
        ("reason", c.c_uint16),
        ("scale", c.c_uint8),
        ("score", c.c_uint8),
        ("scope", c.c_uint8),
        ("commitment", c.c_uint8),
        ("outcome", c.c_uint8),
        ("reserved", c.c_uint8 * 7),
    ]


class Receipt(c.Structure):
    _fields_ = [
        ("processed", c.c_uint64),
        ("accepted", c.c_uint64),
        ("duplicates", c.c_uint64),
        ("conflicts", c.c_uint64),
        ("superseded", c.c_uint64),
        ("late", c.c_uint64),
        ("refused", c.c_uint64),
        ("first_refusal", c.c_uint64),
        ("first_status", c.c_int32),
        ("reserved", c.c_uint32),
    ]


class Columns(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        *((name, c.c_void_p) for name in (
            "journey", "id", "revision", "at", "due", "value", "customer", "sequence", "owner", "facets", "team",
            "activity", "channel", "stage", "cause", "type", "segment", "reason", "scale", "score", "scope",
            "commitment", "outcome")),
    ]


class Text(c.Structure):
    _fields_ = [("text", c.c_char_p), ("length", c.c_size_t)]


class NamedTouchpoint(c.Structure):
    _fields_ = [
        *((name, Text) for name in (
            "journey", "id", "customer", "owner", "team", "activity", "channel", "stage", "cause", "type", "segment",
            "reason")),
        ("journey_number", c.c_uint64),
        ("id_number", c.c_uint64),
        ("customer_number", c.c_uint64),
        ("revision", c.c_uint64),
        ("at", c.c_int64),
        ("due", c.c_int64),
        ("value", c.c_int64),
        ("sequence", c.c_uint32),
        ("facets", c.c_uint32),
        ("scale", c.c_uint8),
        ("score", c.c_uint8),
        ("scope", c.c_uint8),
        ("commitment", c.c_uint8),
        ("outcome", c.c_uint8),
        ("reserved", c.c_uint8 * 3),
    ]


class ViewInfo(c.Structure):
    _fields_ = [
        ("text", c.c_char_p),
        ("text_length", c.c_size_t),
        ("cells", c.c_uint64),
        ("grain", c.c_uint32),
        ("parts", c.c_uint32),
        ("incomplete", c.c_uint8),
        ("has_period", c.c_uint8),
        ("lacks_sealed", c.c_uint8),
        ("has_drivers", c.c_uint8),
        ("reserved", c.c_uint8 * 4),
    ]


class Value(c.Structure):
    _fields_ = [("value", c.c_double), ("low", c.c_double), ("high", c.c_double), ("n", c.c_uint64)]


class MetricInfo(c.Structure):
    _fields_ = [
        ("name", c.c_char_p),
        ("summary", c.c_char_p),
        ("metric", c.c_uint32),
        ("grain", c.c_uint32),
        ("unit", c.c_uint32),
        ("kind", c.c_uint32),
        ("needs_all", c.c_uint32),
        ("needs_any", c.c_uint32),
        ("has_interval", c.c_uint8),
        ("needs_now", c.c_uint8),
        ("compares", c.c_uint8),
        ("reserved", c.c_uint8 * 5),
    ]


class Spread(c.Structure):
    _fields_ = [
        ("n", c.c_uint64),
        ("cells", c.c_uint64),
        ("eta_squared", c.c_double),
        ("epsilon_squared", c.c_double),
        ("lowest_cell", c.c_uint64),
        ("highest_cell", c.c_uint64),
        ("lowest", Value),
        ("highest", Value),
        ("difference", Value),
    ]


class ControlPoint(c.Structure):
    _fields_ = [
        ("start", c.c_int64),
        ("period", c.c_char * 24),
        ("value", Value),
        ("outside", c.c_uint8),
        ("in_run", c.c_uint8),
        ("reserved", c.c_uint8 * 6),
    ]


class Control(c.Structure):
    _fields_ = [("points", c.c_uint64), ("centre", c.c_double), ("low", c.c_double), ("high", c.c_double)]


class Parity(c.Structure):
    _fields_ = [("a", Value), ("b", Value), ("difference", Value)]


class Relation(c.Structure):
    _fields_ = [("n", c.c_uint64), *((name, c.c_double) for name in ("r", "slope", "intercept", "low", "high"))]


class PredictorInfo(c.Structure):
    _fields_ = [
        ("name", c.c_char_p),
        ("summary", c.c_char_p),
        ("group", c.c_char_p),
        ("predictor", c.c_uint32),
        ("group_place", c.c_uint32),
        ("needs_all", c.c_uint32),
        ("needs_any", c.c_uint32),
    ]


class Predictor(c.Structure):
    _fields_ = [(name, c.c_double) for name in ("mean", "coefficient", "error", "t", "share")]


class Drivers(c.Structure):
    _fields_ = [
        ("n", c.c_uint64),
        ("r2", c.c_double),
        ("r2_adjusted", c.c_double),
        ("groups", c.c_double * 8),
        ("predictors", Predictor * 16),
        ("taken", c.c_uint32),
        ("left_out", c.c_uint32),
    ]


class Commitment(c.Structure):
    _fields_ = [
        ("first_due", c.c_int64),
        ("due", c.c_int64),
        ("announced_at", c.c_int64),
        ("open", c.c_uint8),
        ("announced", c.c_uint8),
        ("explained", c.c_uint8),
        ("reserved", c.c_uint8 * 5),
    ]


class Journey(c.Structure):
    _fields_ = [
        ("journey", c.c_uint64),
        ("customer", c.c_uint64),
        ("first_at", c.c_int64),
        ("last_at", c.c_int64),
        ("end_at", c.c_int64),
        ("quiet", c.c_int64),
        ("silence", c.c_int64),
        ("pending", c.c_int64),
        ("value", c.c_int64),
        *((name, c.c_uint32) for name in (
            "type", "segment", "reason", "owner", "team", "stage", "channel", "activity", "touchpoints", "contacts",
            "handoffs", "bounces", "repeats", "faults", "chases", "touch_ratings")),
        ("touch_satisfaction", c.c_double),
        ("journey_satisfaction", c.c_double),
        ("journey_nps", c.c_double),
        ("journey_ces", c.c_double),
        ("commitments", Commitment * 8),
        ("outcome", c.c_uint8),
        ("churned", c.c_uint8),
        ("reopened", c.c_uint8),
        ("asking", c.c_uint8),
        ("pending_now", c.c_uint8),
        ("loop_open", c.c_uint8),
        ("reserved", c.c_uint8 * 2),
        ("lost_context", c.c_uint32),
        ("contradictions", c.c_uint32),
        ("waiting_since", c.c_int64),
    ]


_HELD = ("team", "stage", "channel", "type", "segment", "reason")


class Occasion(c.Structure):
    _fields_ = [
        ("journey", c.c_uint64),
        ("customer", c.c_uint64),
        ("since", c.c_int64),
        ("from", c.c_int64),
        ("commitment", c.c_uint32),
        ("owner", c.c_uint32),
        *((name, c.c_uint16) for name in _HELD),
        ("reserved", c.c_uint32),
    ]


class Alert(c.Structure):
    _fields_ = [
        ("journey", c.c_uint64),
        ("customer", c.c_uint64),
        ("since", c.c_int64),
        ("from", c.c_int64),
        ("raised_at", c.c_int64),
        ("rule", c.c_uint32),
        ("commitment", c.c_uint32),
        ("owner", c.c_uint32),
        *((name, c.c_uint16) for name in _HELD),
        ("reserved", c.c_uint32 * 2),
    ]


class RuleInfo(c.Structure):
    _fields_ = [
        ("text", c.c_char_p),
        ("text_length", c.c_size_t),
        ("raised", c.c_uint64),
        ("rule", c.c_uint32),
        ("needs_all", c.c_uint32),
        ("needs_any", c.c_uint32),
        ("reserved", c.c_uint32),
    ]


class Validation(c.Structure):
    _fields_ = [
        ("offset", c.c_uint64),
        ("touchpoints", c.c_uint64),
        ("journeys", c.c_uint64),
        ("sealed", c.c_uint64),
        ("views", c.c_uint64),
        ("names", c.c_uint64),
        ("format", c.c_uint32),
        ("reserved", c.c_uint32),
        ("work", c.c_uint64),
        ("memory", c.c_uint64),
    ]


STRUCTS: dict[str, type[c.Structure]] = {
    "cxj_options": Options,
    "cxj_stats": Stats,
    "cxj_dimension_info": DimensionInfo,
    "cxj_facet_info": FacetInfo,
    "cxj_touchpoint": Touchpoint,
    "cxj_receipt": Receipt,
    "cxj_columns": Columns,
    "cxj_text": Text,
    "cxj_named_touchpoint": NamedTouchpoint,
    "cxj_view_info": ViewInfo,
    "cxj_value": Value,
    "cxj_metric_info": MetricInfo,
    "cxj_spread": Spread,
    "cxj_control_point": ControlPoint,
    "cxj_control": Control,
    "cxj_parity": Parity,
    "cxj_relation": Relation,
    "cxj_predictor_info": PredictorInfo,
    "cxj_predictor": Predictor,
    "cxj_drivers": Drivers,
    "cxj_commitment": Commitment,
    "cxj_journey": Journey,
    "cxj_occasion": Occasion,
    "cxj_alert": Alert,
    "cxj_rule_info": RuleInfo,
    "cxj_validation": Validation,
}

_S, _U32, _U64, _I64, _SIZE, _TEXT = c.c_int32, c.c_uint32, c.c_uint64, c.c_int64, c.c_size_t, c.c_char_p

# Name: what it returns, then what it takes. A pointer is Pointer, unless it is a text that comes back or a function. Where a
# function has room for a sentence, it takes a Pointer and a size just before its results.
FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "cxj_version": (_U32,),
    "cxj_version_text": (_TEXT,),
    "cxj_status_text": (_TEXT, _S),
    "cxj_size_of": (_SIZE, _TEXT),
    "cxj_engine_create": (_S, Pointer, Pointer, _SIZE, Pointer),
    "cxj_engine_destroy": (None, Pointer),
    "cxj_message": (_TEXT, Pointer),
    "cxj_engine_stats": (_S, Pointer, Pointer, _SIZE),
    "cxj_set_unrecorded": (_S, Pointer, _U32),
    "cxj_dimension_describe": (_S, Pointer, _U32, Pointer, _SIZE),
    "cxj_code": (_S, Pointer, _U32, _TEXT, _SIZE, Pointer),
    "cxj_find_code": (_S, Pointer, _U32, _TEXT, _SIZE, Pointer),
    "cxj_name": (_S, Pointer, _U32, _U32, Pointer, Pointer),
    "cxj_codes": (_S, Pointer, _U32, _SIZE, Pointer, Pointer, Pointer),
    "cxj_id_from_text": (_S, Pointer, _TEXT, _SIZE, Pointer),
    "cxj_id_check": (_S, Pointer, _TEXT, _SIZE, Pointer),
    "cxj_facet_describe": (_S, _SIZE, Pointer, _SIZE),
    "cxj_facet_counts": (_S, Pointer, Pointer),
    "cxj_record": (_S, Pointer, Pointer, _SIZE, _SIZE, _U32, Pointer, _SIZE),
    "cxj_record_columns": (_S, Pointer, Pointer, _SIZE, _U32, Pointer, _SIZE),
    "cxj_record_named": (_S, Pointer, Pointer, _SIZE, _SIZE, _U32, Pointer, _SIZE),
    "cxj_view_add": (_S, Pointer, _TEXT, _SIZE, Pointer),
    "cxj_view_drop": (_S, Pointer, Pointer),
    "cxj_view_at": (_S, Pointer, _SIZE, Pointer),
    "cxj_view_describe": (_S, Pointer, Pointer, _SIZE),
    "cxj_view_part": (_S, Pointer, _U32, Pointer, Pointer),
    "cxj_metric_describe": (_S, _SIZE, Pointer, _SIZE),
    "cxj_metric_find": (_S, _U32, _TEXT, _SIZE, Pointer),
    "cxj_metric_nearest": (_S, _U32, _TEXT, _SIZE, Pointer),
    "cxj_view_get": (_S, Pointer, Pointer, _SIZE, _SIZE, Pointer, _SIZE, Pointer, _SIZE, Pointer, _SIZE),
    "cxj_cursor_open": (_S, Pointer, Pointer, _SIZE, Pointer),
    "cxj_cursor_next": (_S, Pointer),
    "cxj_cursor_part": (_S, Pointer, _U32, Pointer, Pointer),
    "cxj_cursor_metrics": (_S, Pointer, Pointer, _SIZE, Pointer, _SIZE, Pointer, _SIZE),
    "cxj_cursor_close": (None, Pointer),
    "cxj_view_read": (_S, Pointer, Pointer, _SIZE, _SIZE, Pointer, _SIZE, Pointer, Pointer, Pointer, Pointer, Pointer),
    "cxj_view_read_part": (_S, Pointer, _U32, _SIZE, Pointer, _SIZE, Pointer, Pointer),
    "cxj_view_spread": (_S, Pointer, _U32, Pointer, _SIZE, Pointer, _SIZE),
    "cxj_view_control": (
        _S, Pointer, Pointer, _SIZE, _SIZE, _U32, _SIZE, Pointer, _SIZE, Pointer, _SIZE, Pointer, _SIZE),
    "cxj_view_parity": (_S, Pointer, Pointer, Pointer, _SIZE, _SIZE, _U32, Pointer, _SIZE, Pointer, _SIZE),
    "cxj_view_relation": (_S, Pointer, _U32, _U32, Pointer, _SIZE, Pointer, _SIZE),
    "cxj_view_within": (_S, Pointer, Pointer, _SIZE, _SIZE, _U32, _I64, Pointer, _SIZE, Pointer, _SIZE),
    "cxj_view_journeys": (_S, Pointer, Pointer, _SIZE, _SIZE, _SIZE, Pointer, _SIZE, Pointer, Pointer, Pointer),
    "cxj_predictor_describe": (_S, _SIZE, Pointer, _SIZE),
    "cxj_view_drivers": (_S, Pointer, Pointer, _SIZE, _SIZE, _U32, Pointer, _SIZE, Pointer, _SIZE),
    "cxj_journey_state": (_S, Pointer, _U64, Pointer, _SIZE, Pointer, _SIZE),
    "cxj_journey_touchpoints": (_S, Pointer, _U64, _SIZE, Pointer, _SIZE, Pointer, _SIZE, Pointer),
    "cxj_advance": (_S, Pointer, _I64),
    "cxj_rule_add": (_S, Pointer, _TEXT, _SIZE, Pointer),
    "cxj_rule_drop": (_S, Pointer, _U32),
    "cxj_rule_at": (_S, Pointer, _SIZE, Pointer, _SIZE),
    "cxj_worklist": (_S, Pointer, _TEXT, _SIZE, _SIZE, Pointer, _SIZE, Pointer, _SIZE, Pointer),
    "cxj_alerts": (_S, Pointer, Pointer, _SIZE, _SIZE, Pointer),
    "cxj_set_calendar": (_S, Pointer, _TEXT, _SIZE),
    "cxj_calendar": (_S, Pointer, Pointer, Pointer),
    "cxj_withdraw": (_S, Pointer, _U64, _U64, _U64),
    "cxj_erase_journey": (_S, Pointer, _U64),
    "cxj_journey_move": (_S, Pointer, _U64, _U64),
    "cxj_erase_customer": (_S, Pointer, _U64, Pointer),
    "cxj_merge": (_S, Pointer, Pointer),
    "cxj_save": (_S, Pointer, WRITE, Pointer, Pointer, _SIZE),
    "cxj_save_bytes": (_S, Pointer, _SIZE, Pointer, _SIZE, Pointer, Pointer),
    "cxj_saver_open": (_S, Pointer, WRITE, Pointer, Pointer),
    "cxj_saver_step": (_S, Pointer, _SIZE),
    "cxj_saver_close": (None, Pointer),
    "cxj_set_mark": (_S, Pointer, Pointer, _SIZE),
    "cxj_mark": (_S, Pointer, Pointer, Pointer),
    "cxj_load": (_S, Pointer, READ, Pointer, Pointer, _SIZE, Pointer),
    "cxj_load_bytes": (_S, Pointer, Pointer, _SIZE, Pointer, _SIZE, Pointer),
    "cxj_merge_saved": (_S, Pointer, READ, Pointer),
    "cxj_merge_bytes": (_S, Pointer, Pointer, _SIZE),
    "cxj_validate": (_S, Pointer, READ, Pointer, Pointer, _SIZE, Pointer, _SIZE),
    "cxj_validate_bytes": (_S, Pointer, Pointer, _SIZE, Pointer, _SIZE, Pointer, _SIZE),
}

# Constants of the header, without their prefix. Facets, and the numbers of metrics, are asked of the library: _values.
VERSION = (0, 3)

OK = 0
# Outcomes that are no errors.
DONE, STALE, REFUSED, PARTIALLY_ERASED, INCOMPLETE = range(1, 6)
# Errors.
BAD_ARGUMENT, BAD_FIELD, BAD_TEXT, NOT_FOUND, LIMIT, NO_MEMORY, CLOCK, LATE = range(-1, -9, -1)
SEALED, SAVING, IO, BAD_BYTES, NEWER_FORMAT, OTHER_VIEWS, TOO_SMALL, OTHER_KEY = range(-9, -17, -1)
NO_CALENDAR, OTHER_CALENDAR, SAME_ID = range(-17, -20, -1)

ZERO_TERMINATED = 2**31 - 1
NO_INDEX = 2**64 - 1
STOP_AT_REFUSAL = 1

# Enumerations that count from 1. The first dimensions have dictionaries; the others exist in views only.
DIMENSIONS = ("owner", "team", "channel", "stage", "activity", "cause", "type", "segment", "reason")
DIMENSION_OUTCOME, DIMENSION_CHURNED, DIMENSION_ENTRY, DIMENSION_EXIT = range(10, 14)
OUTCOMES = ("completed", "abandoned")
GRAINS = ("touchpoints", "transitions", "journeys")
UNITS = ("count", "share", "duration", "satisfaction", "points", "money")
KINDS = ("count", "share", "mean", "quantile", "derived")
MODELS = ("satisfaction", "churn")
SCALES = ("csat5", "csat7", "csat10", "percent", "binary", "nps", "ces7")
SCOPES = ("touchpoint", "journey", "employee")
