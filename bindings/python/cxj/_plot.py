"""Pictures of views, with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Sequence

from . import _view
from ._library import InvalidError

if TYPE_CHECKING:
    from ._view import View

_DEFAULTS = {"journeys": "journey_satisfaction", "touchpoints": "satisfaction", "transitions": "changes"}
# A heat map of more rows has no room for numbers in its squares.
_ROWS_WITH_NUMBERS = 15


def plot(view: View, metric: str | None, ax: Any) -> Any:
    """See View.plot()."""
    import matplotlib.pyplot as pyplot

    if not len(view):
        raise InvalidError(f"{view.text!r} has no cells; there is nothing to draw")
    if ax is None:
        ax = pyplot.subplots(figsize=(8, 5), layout="constrained")[1]
    keys = view.keys
    shown = metric or _DEFAULTS[view.grain]
    if view.grain == "transitions" and len(keys) == 2:
        _heat_map(view, shown, ax)
    elif "period" in keys:
        _by_period(view, shown, ax)
    elif view.grain == "journeys" and metric is None:
        _against(view, ax)
        shown = "touchpoints and journey"
    else:
        _bars(view, shown, ax)
    ax.set_title(f"{view.text}: {shown}")
    return ax


def _unit(view: View, metric: str) -> str:
    return next(info.unit for info in view.metrics() if info.name == metric)


def _in_unit(axis: Any, unit: str) -> None:
    """An axis whose numbers are shown as tables show them."""
    axis.set_major_formatter(lambda value, place: _view.show(value, unit))


def _errors(table: dict[str, list[Any]], metric: str) -> Any:
    """How far the interval goes below and above the value; None if the metric has none."""
    if metric + "_low" not in table:
        return None
    values = table[metric]
    return [[max(0.0, value - low) for value, low in zip(values, table[metric + "_low"])],
            [max(0.0, high - value) for value, high in zip(values, table[metric + "_high"])]]


def _labels(view: View, table: dict[str, list[Any]], names: Sequence[str]) -> list[str]:
    parts = [table.get(name + "_key", table.get(name, [])) for name in names]
    return [", ".join(_view.show_key(part) or "–" for part in row) for row in zip(*parts)]


def _heat_map(view: View, metric: str, ax: Any) -> None:
    """From the rows to the columns."""
    table = view.to_dict([metric])
    froms, tos = sorted(set(table["from"])), sorted(set(table["to"]))
    unit = _unit(view, metric)
    grid = [[float("nan")] * len(tos) for _ in froms]
    for one, other, value in zip(table["from"], table["to"], table[metric]):
        grid[froms.index(one)][tos.index(other)] = value
    image = ax.imshow(grid, aspect="auto", cmap="Blues")
    ax.set_xticks(range(len(tos)), [name or "–" for name in tos], rotation=45, ha="right")
    ax.set_yticks(range(len(froms)), [name or "–" for name in froms])
    ax.set_xlabel("to")
    ax.set_ylabel("from")
    if len(froms) <= _ROWS_WITH_NUMBERS:
        for y, row in enumerate(grid):
            for x, value in enumerate(row):
                if value == value:
                    dark = image.norm(value) > 0.6
                    ax.text(x, y, _view.show(value, unit), ha="center", va="center", color="white" if dark else "black")
    bar = ax.figure.colorbar(image, ax=ax)
    _in_unit(bar.ax.yaxis, unit)


def _by_period(view: View, metric: str, ax: Any) -> None:
    """A line for each part of the key beside the period, and around it the interval."""
    table = view.to_dict([metric], intervals=True)
    others = [name for name in view.keys if name != "period"]
    lines: dict[str, list[int]] = {}
    for row, label in enumerate(_labels(view, table, others) if others else [""] * len(table["period"])):
        lines.setdefault(label, []).append(row)
    for label in sorted(lines):
        rows = lines[label]
        moments = [table["period"][row] for row in rows]
        line = ax.plot(moments, [table[metric][row] for row in rows], marker="o", label=label or None)[0]
        if metric + "_low" in table:
            ax.fill_between(moments, [table[metric + "_low"][row] for row in rows],
                            [table[metric + "_high"][row] for row in rows], alpha=0.15, color=line.get_color())
    if others:
        ax.legend()
    _in_unit(ax.yaxis, _unit(view, metric))
    ax.tick_params(axis="x", rotation=30)


def _against(view: View, ax: Any) -> None:
    """How good the touchpoints look, and how good the journey is: two points a row."""
    metrics = ["touch_satisfaction", "journey_satisfaction"]
    table = view.to_dict(metrics, intervals=True)
    labels = _labels(view, table, view.keys) or ["all"]
    rows = range(len(labels))
    ax.hlines(rows, table[metrics[0]], table[metrics[1]], color="lightgrey", linewidth=4)
    for metric, label, marker in zip(metrics, ("the touchpoints", "the journey"), "os"):
        ax.errorbar(table[metric], rows, xerr=_errors(table, metric), fmt=marker, capsize=3, label=label)
    ax.set_yticks(rows, labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.set_xlabel("satisfaction, with its 95 % interval")
    ax.legend(loc="lower left")


def _bars(view: View, metric: str, ax: Any) -> None:
    if not view.keys:
        raise InvalidError(f"{view.text!r} has one cell; there is nothing to compare")
    table = view.to_dict([metric], intervals=True)
    labels = _labels(view, table, view.keys)
    rows = range(len(labels))
    ax.barh(rows, [value if value == value else 0 for value in table[metric]], xerr=_errors(table, metric), capsize=3)
    ax.set_yticks(rows, labels)
    ax.invert_yaxis()
    _in_unit(ax.xaxis, _unit(view, metric))
