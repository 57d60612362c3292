"""Pictures of views, with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._library import InvalidError

if TYPE_CHECKING:
    from ._view import View


def plot(view: View, metric: str | None, ax: Any) -> Any:
    """See View.plot()."""
    import matplotlib.pyplot as pyplot

    if ax is None:
        ax = pyplot.subplots(figsize=(8, 5))[1]
    keys = view.keys
    if view.grain == "transitions" and len(keys) == 2:
        _heat_map(view, metric or "changes", ax)
    elif "period" in keys:
        _by_period(view, metric or {"journeys": "journey_satisfaction", "touchpoints": "satisfaction",
                                    "transitions": "changes"}[view.grain], ax)
    elif view.grain == "journeys" and metric is None:
        _against(view, ax)
    else:
        _bars(view, metric or view.grain, ax)
    ax.set_title(view.text)
    return ax


def _heat_map(view: View, metric: str, ax: Any) -> None:
    table = view.to_dict([metric])
    froms, tos = sorted(set(table["from"])), sorted(set(table["to"]))
    grid = [[float("nan")] * len(tos) for _ in froms]
    for one, other, value in zip(table["from"], table["to"], table[metric]):
        grid[froms.index(one)][tos.index(other)] = value
    image = ax.imshow(grid, aspect="auto", cmap="viridis")
    ax.set_xticks(range(len(tos)), [name or "–" for name in tos], rotation=60, ha="right")
    ax.set_yticks(range(len(froms)), [name or "–" for name in froms])
    ax.set_xlabel("to")
    ax.set_ylabel("from")
    ax.figure.colorbar(image, ax=ax, label=metric)


def _by_period(view: View, metric: str, ax: Any) -> None:
    table = view.to_dict([metric], intervals=True)
    others = [name for name in view.keys if name != "period"]
    lines: dict[str, list[int]] = {}
    for row in range(len(table["period"])):
        lines.setdefault(", ".join(table[name][row] or "–" for name in others), []).append(row)
    for label, rows in lines.items():
        moments = [table["period"][row] for row in rows]
        line = ax.plot(moments, [table[metric][row] for row in rows], marker="o", label=label or None)[0]
        if metric + "_low" in table:
            ax.fill_between(moments, [table[metric + "_low"][row] for row in rows],
                            [table[metric + "_high"][row] for row in rows], alpha=0.2, color=line.get_color())
    if others:
        ax.legend()
    ax.set_ylabel(metric)
    ax.figure.autofmt_xdate()


def _against(view: View, ax: Any) -> None:
    """How good the touchpoints look, and how good the journey is."""
    table = view.to_dict(["touch_satisfaction", "journey_satisfaction"])
    labels = [", ".join(parts) or "all" for parts in zip(*(table[name] for name in view.keys))] or ["all"]
    ax.axline((0, 0), slope=1, color="grey", linewidth=1)
    for label, x, y in zip(labels, table["touch_satisfaction"], table["journey_satisfaction"]):
        ax.plot(x, y, "o", label=label)
    ax.legend(loc="upper left")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_xlabel("satisfaction with the touchpoints")
    ax.set_ylabel("satisfaction with the journey")


def _bars(view: View, metric: str, ax: Any) -> None:
    if not view.keys:
        raise InvalidError(f"{view.text!r} has one cell; there is nothing to compare")
    table = view.to_dict([metric])
    parts = [table.get(name, table.get(name + "_key", [])) for name in view.keys]
    labels = [", ".join(part or "–" for part in row) for row in zip(*parts)]
    ax.barh(labels, table[metric])
    ax.invert_yaxis()
    ax.set_xlabel(metric)
