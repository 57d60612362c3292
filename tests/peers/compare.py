"""Compares a peer's answer with ours. A peer that computes something else is no peer."""

import math
from typing import Any, NamedTuple

EXACT = 1e-9  # relative: sums are exact on both sides, but not all divide and add up in the same order
QUANTILE = 1 / 128  # relative: how far ours may be off the value at the nearest rank
NOTHING = 1e-12  # what is left in double of a mean that is 0

Key = tuple[int, int]


class Cells(NamedTuple):
    kinds: dict[str, str]  # of each metric: count, share, mean, quantile, derived
    values: dict[Key, dict[str, float | None]]


def cells_of(view: dict[str, Any]) -> Cells:
    """A view as the program ours prints it."""
    names = [name for name, _ in view["metrics"]]
    return Cells(dict(view["metrics"]), {tuple(key): dict(zip(names, values)) for key, values in view["cells"]})


def with_shares(cells: Cells) -> Cells:
    """With the share of each cell in all transitions, which is what pm4py has in place of their number."""
    total = sum(cell["transitions"] or 0 for cell in cells.values.values())
    name = "transitions_share"
    values = {key: cell | {name: (cell["transitions"] or 0) / total} for key, cell in cells.values.items()}
    return Cells(cells.kinds | {name: "share"}, values)


def is_same(kind: str, ours: float | None, theirs: float | None) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    if kind == "count":
        return ours == theirs
    if kind == "quantile":
        return abs(ours - theirs) <= QUANTILE * abs(theirs)
    return math.isclose(ours, theirs, rel_tol=EXACT, abs_tol=NOTHING)


def differences(cells: Cells, answer: dict[str, Any]) -> str | None:
    """A sentence about the first difference; None if there is none."""
    columns = answer["columns"][2:]
    unknown = [name for name in columns if name not in cells.kinds]
    if unknown:
        return f"there is no metric {unknown[0]}"
    rows = {(int(row[0]), int(row[1])): row[2:] for row in answer["rows"]}
    if len(rows) != len(answer["rows"]) or rows.keys() != cells.values.keys():
        return f"it has {len(answer['rows'])} cells in place of {len(cells.values)}, or others"
    for key, values in rows.items():
        for name, theirs in zip(columns, values):
            ours = cells.values[key][name]
            if not is_same(cells.kinds[name], ours, theirs):
                return f"in the cell {key[0]}, {key[1]} {name} is {theirs} in place of {ours}"
    return None
