"""What the pictures of views have in common: a place to draw, with a head and a foot in words; names that can be read; scales
in whole units. Nothing here knows what a metric means."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ._library import warn_of
from ._text import visible, width

# Distinct to those who see few colours, and dark enough for text; with marks, so that colour is never alone.
_ON_LIGHT = ("#0072B2", "#C44E00", "#007A5A", "#9C4A78", "#5B4B9A", "#7A6200", "#333333")
_ON_DARK = ("#56B4E9", "#FF9F5A", "#3FC79A", "#E58FBF", "#B3A6FF", "#D9C24A", "#DDDDDD")
MARKS = "osD^vPX"
SMALL, TEXT, HEAD = 8.5, 9.5, 13.0
FADED = 0.68  # of text that comes second
UNSTATED = "(not stated)"
_WIDE = 38  # columns of a name on one line


# ---- names ---------------------------------------------------------------------------------------------------------


def label(name: str, wide: int = _WIDE, lines: int = 2) -> str:
    """A name that can be read beside others: on two lines at most, and in its middle an ellipsis where it is still longer."""
    text = _readable(visible(name)) if name else UNSTATED
    most = wide * lines
    while True:
        short = text
        if width(text) > most:
            short = f"{_cut(text, most // 2).rstrip()}…{_cut(text[::-1], most // 2 - 1)[::-1].lstrip()}"
        wrapped = _wrap(short, wide, width, lines)
        if width(wrapped[-1]) <= wide or most <= wide:
            return "\n".join(wrapped)
        most -= 2


def _cut(text: str, columns: int) -> str:
    """The beginning of a text, so many columns wide."""
    end = len(text)
    while width(text[:end]) > columns:
        end -= max(1, (width(text[:end]) - columns) // 2)
    return text[:end]


def _wrap(text: str, most: float, measure: Callable[[str], float], lines: int = 1000) -> list[str]:
    """A text in lines, broken between words, or in East Asian writing, and in words that are too long, between signs."""
    if measure(text) <= most:
        return [text]
    done: list[str] = []
    line = ""
    for piece in re.findall(r"[ \n]+|[^ \n\u2e80-\u9fff\uac00-\ud7ff\uff00-\uffef]+|.", text):
        if measure(line + piece) <= most or not line.strip() and measure(piece) <= most or len(done) == lines - 1:
            line += piece
            continue
        if line.strip():
            done.append(line.rstrip())
        line = piece.lstrip()
        while measure(line) > most and len(line) > 1 and len(done) < lines - 1:
            end = next(end for end in range(len(line) - 1, 0, -1) if end == 1 or measure(line[:end]) <= most)
            done.append(line[:end])
            line = line[end:]
    return [*done, line.rstrip()] if line.strip() or not done else done


def plain(text: str) -> str:
    """A text that can be read, and that matplotlib takes for no formula."""
    return _readable(text).replace("$", r"\$")


@functools.lru_cache(maxsize=256)
def _signs(path: str, place: int = 0) -> frozenset[int]:
    """The signs that a font has."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, RuntimeError, TypeError):
        return frozenset()


_LAST_RESORT = "Last Resort High-Efficiency"  # has all signs, and shows none of them


@functools.lru_cache(maxsize=4096)
def _families(signs: frozenset[int]) -> tuple[list[str], frozenset[int]]:
    """Fonts of this machine that have signs which the usual one lacks, and those that none has."""
    from matplotlib import font_manager

    missing = signs - _signs(font_manager.findfont(font_manager.FontProperties())) - {10}
    found: list[str] = []
    if not missing:
        return found, missing
    names = {one.name for one in font_manager.fontManager.ttflist if one.style == "normal" and
             str(one.weight) in ("400", "normal", "regular")} - {_LAST_RESORT}
    hint = re.compile("CJK|Gothic|Hei|Song|Ming|Unicode|Fallback|Noto Sans|Nirmala|Arial")
    for name in sorted(names, key=lambda name: (not hint.search(name), name)):
        path = font_manager.findfont(font_manager.FontProperties(family=name), fallback_to_default=False)
        has = missing & _signs(path)  # of several files of one name, that which will be taken
        if has:
            found.append(name)
            missing -= has
        if not missing:
            break
    return found, missing


def _readable(text: str) -> str:
    """A text with escapes in place of signs that no font of the machine has."""
    if text.isascii():
        return text
    _, missing = _families(frozenset(map(ord, text)))
    return "".join(f"\\u{ord(sign):04x}" if ord(sign) in missing else sign for sign in text)


def dress(texts: Iterable[Any]) -> None:
    """Texts in fonts that have their signs."""
    import matplotlib

    for text in texts:
        found, _ = _families(frozenset(map(ord, text.get_text())))
        if found:
            text.set_fontfamily([*matplotlib.rcParams["font.family"], *found])


def say_unreadable(texts: Iterable[str]) -> None:
    """Warns of signs that no font has."""
    _, missing = _families(frozenset(ord(sign) for text in texts for sign in visible(text)))
    if missing:
        signs = "".join(map(chr, sorted(missing)[:8]))
        warn_of([f"no font of this machine has {signs}{'…' if len(missing) > 8 else ''}, which stand as escapes; one that has "
                 "signs of all scripts is Noto (Debian: fonts-noto-core, fonts-noto-cjk)"])


# ---- scales --------------------------------------------------------------------------------------------------------

_MINUTE, _HOUR, _DAY = 60000.0, 3600000.0, 86400000.0
_SPANS = (1.0, 10.0, 100.0, *(1000.0 * n for n in (1, 2, 5, 10, 15, 30)), *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)))
_OF_CLOCK = (*_SPANS, *(_HOUR * n for n in (1, 2, 3, 6, 12)), *(_DAY * n * float(10**power) for power in range(6) for n in (1, 2, 5)))
_OF_WORK = (*_SPANS, *(_HOUR * n * float(10**power) for power in range(7) for n in (1, 2, 5)))


def step_of(reach: float, unit: str, clock: bool, whole: bool, most: int) -> float:
    """The step between ticks: 1, 2 or 5 of a power of ten, or of a unit of time."""
    least = reach / max(1, most)
    if unit == "duration":
        steps = _OF_CLOCK if clock else _OF_WORK
        return next((step for step in steps if step >= least), steps[-1])
    power = math.floor(math.log10(least)) if least > 0 else 0
    step = next(n * math.pow(10, power) for n in (1, 2, 5, 10) if n * math.pow(10, power) >= least * (1 - 1e-9))
    return max(1.0, step) if whole else step


def tick(value: float, unit: str, step: float, show: Callable[..., str]) -> str:
    """What stands at a tick: as many digits as the step has."""
    if unit == "share":
        return f"{100 * value:.{max(0, -math.floor(math.log10(step * 100) + 1e-9))}f} %"
    if unit in ("satisfaction", "points") or unit == "count" and step < 1:
        return f"{value:,.{max(0, -math.floor(math.log10(step) + 1e-9))}f}"
    return "0" if not value else show(value, unit, short=unit != "duration")


class Scale:
    """An axis for values: where it begins and ends, and what stands at which places."""

    def __init__(self, values: Iterable[float], unit: str, *, show: Callable[..., str], clock: bool = True, whole: bool = False,
                 bounds: tuple[float, float] = (-math.inf, math.inf), zero: bool = True, fixed: bool = False,
                 most: int = 6) -> None:
        known = [value for value in values if value == value] or [0.0]
        low, high = min(known), max(known)
        if fixed:
            low, high = bounds
        elif zero or low >= 0 and low < 0.5 * high:
            low, high = min(0.0, low), max(0.0, high)
        if high <= low:
            high = low + (1.0 if unit in ("count", "points", "money") else 3600000.0 if unit == "duration" else 0.1)
        step = step_of(high - low, unit, clock, whole, most)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        first = max(first, math.ceil(bounds[0] / step - 1e-9)) if math.isfinite(bounds[0]) else first
        last = min(last, math.floor(bounds[1] / step + 1e-9)) if math.isfinite(bounds[1]) else last
        self.ticks = [place * step for place in range(first, last + 1)]
        self.labels = [tick(value, unit, step, show) for value in self.ticks]
        self.low, self.high = min(self.ticks[0], low), max(self.ticks[-1], high)


# ---- a place to draw -----------------------------------------------------------------------------------------------


class Canvas:
    """A figure of its own, as wide as it was asked for and as high as it has to be; or axes of somebody else's, whose size
    stays. Above stand a title and what it is about, below notes."""

    def __init__(self, ax: Any, wide: float = 8.0) -> None:
        import matplotlib.pyplot as pyplot

        self.own = ax is None
        self._measured: dict[tuple[str, float, bool], tuple[float, float]] = {}
        if ax is None:
            _, ax = pyplot.subplots(figsize=(wide, 4.0), layout="constrained")
        self.ax, self.figure, self.wide = ax, ax.figure, wide
        from matplotlib.colors import to_rgb

        self.ground = ax.get_facecolor() if ax.get_facecolor()[3] else self.figure.get_facecolor()
        self.colors = _ON_LIGHT if sum(to_rgb(self.ground)) > 1.5 else _ON_DARK
        for side in ("top", "right", "left"):
            ax.spines[side].set_visible(False)
        ax.spines["bottom"].set_alpha(0.4)
        ax.tick_params(length=0, labelsize=TEXT)
        ax.set_axisbelow(True)

    def measure(self, text: str, size: float = TEXT, bold: bool = False) -> tuple[float, float]:
        """How wide and how high a text is, in points."""
        known = self._measured.get((text, size, bold))
        if known is not None:
            return known
        probe = self.figure.text(0, 0, plain(text), fontsize=size, fontweight="bold" if bold else "normal")
        dress([probe])
        box = probe.get_window_extent()
        probe.remove()
        found = (box.width * 72 / self._dpi(), box.height * 72 / self._dpi())
        self._measured[text, size, bold] = found
        return found

    def _dpi(self) -> float:
        return float(self.figure.figure.dpi)

    def room(self) -> tuple[float, float]:
        """How wide and high somebody else's axes are, in points."""
        box = self.ax.get_window_extent()
        return box.width * 72 / self._dpi(), box.height * 72 / self._dpi()

    def laid(self) -> None:
        """Lets others' axes become as wide as they will be."""
        if not self.own and self.figure.figure.get_layout_engine() is not None:
            self.figure.figure.draw_without_rendering()

    def columns(self) -> int:
        """How wide names on the left may be."""
        return _WIDE if self.own else max(12, min(_WIDE, int(self.room()[0] * 0.35 / 5.5)))

    def beside(self, points: float) -> float:
        """Makes room for so much text on the right of what is drawn: outside of axes of its own, inside of others. Gives
        where it begins, in points from the right edge."""
        if self.own:
            return 0.0
        low, high = self.ax.get_xlim()
        wide = self.room()[0]
        self.ax.set_xlim(low, low + (high - low) * wide / max(0.3 * wide, wide - points))
        return -points

    def right(self, points: float) -> Any:
        """Where things lie that are so far from the right edge of the axes, and by their height in them."""
        from matplotlib.transforms import ScaledTranslation

        return self.ax.transAxes + ScaledTranslation(points / 72, 0, self.figure.dpi_scale_trans)

    def wrapped(self, text: str, size: float, points: float, bold: bool = False, lines: int = 1000) -> str:
        return plain("\n".join(_wrap(text, points, lambda part: self.measure(part, size, bold)[0], lines)))

    def finish(self, title: str, about: str, notes: Sequence[str], body: float) -> None:
        """Writes head and foot; a figure of its own becomes as high as these and a body of so many inches."""
        if not self.own:
            self.laid()
            wide = self.room()[0]
            self.ax.set_title("\n".join((self.wrapped(title, TEXT + 1, wide), self.wrapped(about, TEXT + 1, wide))),
                              loc="left", fontsize=TEXT + 1, pad=20 if self.ax.get_legend() else 6)
            if notes:
                below = "\n".join(filter(None, (self.ax.get_xlabel(), *(self.wrapped(one, SMALL, wide) for one in notes))))
                self.ax.set_xlabel(below, loc="left", fontsize=SMALL)
        else:
            self._around(title, about, notes, body)
        import matplotlib.text

        dress(text for text in self.figure.findobj(matplotlib.text.Text) if text.get_text())

    def _around(self, title: str, about: str, notes: Sequence[str], body: float) -> None:
        from matplotlib.transforms import ScaledTranslation

        figure, edge = self.figure, 0.14
        wide = 72 * (self.wide - 2 * edge)
        parts = [(self.wrapped(title, HEAD, wide, True), HEAD, True), (self.wrapped(about, SMALL + 0.5, wide), SMALL + 0.5, False)]
        top, drawn = edge, []
        for text, size, bold in parts:
            drawn.append((text, size, bold, top))
            top += len(text.split("\n")) * size * 1.28 / 72 + 0.04
        foot = "\n".join(self.wrapped(one, SMALL, wide) for one in notes)
        bottom = len(foot.split("\n")) * SMALL * 1.3 / 72 + edge + 0.04 if foot else 0.05
        high = top + 0.06 + body + bottom
        figure.set_size_inches(self.wide, high)

        def at(x: float, y: float) -> Any:
            return figure.transFigure + ScaledTranslation(x, y, figure.dpi_scale_trans)

        for text, size, bold, down in drawn:
            style = {"fontsize": size, "va": "top", "ha": "left", "fontweight": "bold" if bold else "normal",
                     "alpha": 1 if bold else FADED}
            made = figure.suptitle(text, x=0, y=1, **style) if bold else figure.text(0, 1, text, **style)
            made.set_transform(at(edge, -down))
            made.set_in_layout(False)
        if foot:
            made = figure.text(0, 0, foot, transform=at(edge, edge), fontsize=SMALL, va="bottom", alpha=FADED, linespacing=1.3)
            made.set_in_layout(False)
        figure.get_layout_engine().set(rect=(0, bottom / high, 1, 1 - (top + 0.06 + bottom) / high), w_pad=edge)
