"""Pictures of views, with matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._library import InvalidError
from ._text import visible
from ._values import show

if TYPE_CHECKING:
    from ._view import View

_DEFAULTS = {"journeys": "journey_satisfaction", "touchpoints": "satisfaction", "transitions": "changes"}
# What some pictures need beside the metric that they show. It is read with that, so that what a view lacks is said once.
_BESIDE = {"journeys": ["touch_satisfaction"], "touchpoints": [], "transitions": ["transitions"]}
# A heat map has so many rows and columns at most, and numbers in its squares up to so many.
_ROWS, _ROWS_WITH_NUMBERS = 20, 15
_LINES = 10


def plot(view: View, metric: str | None, ax: Any) -> Any:
    """See View.plot()."""
    import matplotlib.pyplot as pyplot

    shown = metric or _DEFAULTS[view.grain]
    against = view.grain == "journeys" and metric is None and "period" not in view.key_names
    table = view.to_dict([shown, *_BESIDE[view.grain]], intervals=True)
    if not against and all(value != value for value in table[shown]):
        raise InvalidError(f"{view.text!r} has no value of {shown}; there is nothing to draw")
    draw, title = _picture(view, shown, against, table)
    figure = None
    if ax is None:
        figure, ax = pyplot.subplots(figsize=(8, 5), layout="constrained")
    try:
        draw(view, shown, ax, table)
    except BaseException:
        if figure is not None:
            pyplot.close(figure)
        raise
    ax.set_title(_plain(f"{view.text}: {title}"))
    return ax


def _picture(view: View, metric: str, against: bool, table: dict[str, list[Any]]) -> tuple[Any, str]:
    """What draws a view, and what that shows."""
    names = view.key_names
    if against:
        if all(value != value for value in table["touch_satisfaction"] + table[metric]):
            raise InvalidError(f"{view.text!r} has no satisfaction; name a metric to draw")
        return _against, "touchpoints and journey"
    if view.grain == "transitions" and len(names) == 2:
        return _heat_map, metric
    if "period" in names:
        return _by_period, metric
    if not names:
        raise InvalidError(f"{view.text!r} has one cell; there is nothing to compare")
    return _bars, metric


def _in_unit(axis: Any, view: View, metric: str) -> None:
    """An axis whose numbers are shown as tables show them."""
    unit = view.metric(metric).unit
    axis.set_major_formatter(lambda value, place: show(value, unit))


def _errors(table: dict[str, list[Any]], metric: str, rows: Sequence[int]) -> Any:
    """How far the interval goes below and above the value; None if the metric has none."""
    if metric + "_low" not in table:
        return None
    return [[max(0.0, table[metric][row] - table[metric + "_low"][row]) for row in rows],
            [max(0.0, table[metric + "_high"][row] - table[metric][row]) for row in rows]]


def _labels(view: View, table: dict[str, list[Any]], names: Sequence[str]) -> list[str]:
    parts = [table.get(name + "_key", table.get(name, [])) for name in names]
    return [_plain(", ".join(part or "–" for part in row)) for row in zip(*parts)]


def _plain(text: str) -> str:
    """A text that can be seen, and that matplotlib takes for no formula."""
    return visible(text).replace("$", r"\$")


def _heat_map(view: View, metric: str, ax: Any, table: dict[str, list[Any]]) -> None:
    """From the rows to the columns."""
    weights: dict[str, float] = {}
    for one, other, weight in zip(table["from"], table["to"], table["transitions"]):
        weights[one] = weights.get(one, 0) + weight
        weights[other] = weights.get(other, 0) + weight
    names = sorted(sorted(weights, key=lambda name: -weights[name])[:_ROWS])
    places = {name: place for place, name in enumerate(names)}
    grid = [[float("nan")] * len(names) for _ in names]
    for one, other, value in zip(table["from"], table["to"], table[metric]):
        if one in places and other in places and not (one == other and metric == "changes"):
            grid[places[one]][places[other]] = value
    image = ax.imshow(grid, aspect="auto", cmap="Blues")
    ax.set_xticks(range(len(names)), [_plain(name or "–") for name in names], rotation=45, ha="right")
    ax.set_yticks(range(len(names)), [_plain(name or "–") for name in names])
    ax.set_xlabel("to" if len(names) == len(weights) else f"to (the {_ROWS} of {len(weights)} with most transitions)")
    ax.set_ylabel("from")
    if len(names) <= _ROWS_WITH_NUMBERS:
        _write_numbers(ax, image, grid, view.metric(metric).unit)
    _in_unit(ax.figure.colorbar(image, ax=ax).ax.yaxis, view, metric)


def _write_numbers(ax: Any, image: Any, grid: list[list[float]], unit: str) -> None:
    for y, row in enumerate(grid):
        for x, value in enumerate(row):
            if value == value:
                color = "white" if image.norm(value) > 0.6 else "black"
                ax.text(x, y, show(value, unit), ha="center", va="center", color=color, fontsize="small")


def _by_period(view: View, metric: str, ax: Any, table: dict[str, list[Any]]) -> None:
    """A line for each part of the key beside the period, and around it the interval."""
    others = [name for name in view.key_names if name != "period"]
    labels = _labels(view, table, others) if others else [""] * len(table["period"])
    lines: dict[tuple[str, ...], list[int]] = {}
    for row, key in enumerate(zip(*(table.get(name + "_key", table.get(name, [])) for name in others)) if others else
                              [()] * len(labels)):
        lines.setdefault(key, []).append(row)
    most = sorted(lines, key=lambda key: -len(lines[key]))[:_LINES]
    for key in sorted(most):
        rows = lines[key]
        label = labels[rows[0]]
        label = " " + label if label.startswith("_") else label  # which matplotlib would leave out
        moments = [table["period"][row] for row in rows]
        line = ax.plot(moments, [table[metric][row] for row in rows], marker="o", label=label or None)[0]
        if metric + "_low" in table:
            ax.fill_between(moments, [table[metric + "_low"][row] for row in rows],
                            [table[metric + "_high"][row] for row in rows], alpha=0.15, color=line.get_color())
    if others:
        ax.legend(title=", ".join(others) + ("" if len(lines) == len(most) else f" ({len(most)} of {len(lines)})"))
    ax.set_ylabel(metric + (", with its 95 % interval" if metric + "_low" in table else ""))
    _in_unit(ax.yaxis, view, metric)
    ax.tick_params(axis="x", rotation=30)


def _against(view: View, metric: str, ax: Any, table: dict[str, list[Any]]) -> None:
    """How good the touchpoints look, and how good the journey is: two points a row."""
    metrics = ["touch_satisfaction", metric]
    labels = _labels(view, table, view.key_names) or ["all"]
    rows = range(len(labels))
    ax.hlines(rows, table[metrics[0]], table[metrics[1]], color="lightgrey", linewidth=4)
    for one, label, marker in zip(metrics, ("the touchpoints", "the journey"), "os"):
        ax.errorbar(table[one], rows, xerr=_errors(table, one, rows), fmt=marker, capsize=3, label=label)
    ax.set_yticks(rows, labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.set_xlabel("satisfaction, with its 95 % interval")
    ax.legend(loc="lower left")


def _bars(view: View, metric: str, ax: Any, table: dict[str, list[Any]]) -> None:
    """A bar for each cell that has a value."""
    labels = _labels(view, table, view.key_names)
    rows = [row for row in range(len(labels)) if table[metric][row] == table[metric][row]]
    ax.barh(range(len(rows)), [table[metric][row] for row in rows], xerr=_errors(table, metric, rows), capsize=3)
    ax.set_yticks(range(len(rows)), [labels[row] for row in rows])
    ax.invert_yaxis()
    ax.set_xlabel(metric + (", with its 95 % interval" if metric + "_low" in table else ""))
    _in_unit(ax.xaxis, view, metric)
