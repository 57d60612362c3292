"""Pictures show the numbers of the view, in words that can be read: no text meets another, none leaves the figure. Skipped, and
said, where matplotlib is not there."""

import csv
import itertools
import math
import pathlib
import re
import runpy
import subprocess
import sys
import tempfile
import unittest
import warnings
from datetime import datetime, timedelta, timezone
from typing import Any

import cxj
from cxj import _periods, _words
from cxj._words import show, title

try:
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as pyplot
    from matplotlib.text import Text
except ImportError:
    matplotlib = None  # type: ignore[assignment]

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = PACKAGE / "examples" / "onboarding.py"
DAY = 86400000
VIEWS = ["transitions by owner", "journeys by type per month", "journeys by type", "touchpoints by channel", "journeys",
         "touchpoints per week", "transitions by owner per month", "touchpoints by channel, owner"]
LONG = "a name of a team that has more than sixty signs, which nobody will ever read"


def texts_of(figure: Any) -> "list[Any]":
    """The texts that are seen."""
    figure.canvas.draw()
    seen = {id(text): text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()}
    for ax in figure.axes:  # ticks beyond the limits are made, but not drawn
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                    seen.pop(id(tick.label1), None)
                    seen.pop(id(tick.label2), None)
    return list(seen.values())


def corners(text: Any) -> "list[tuple[float, float]]":
    """Those of the box around a text, as it is turned."""
    box, turn = text.get_window_extent(), math.radians(text.get_rotation())
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2  # of a turned box the middle is the same
    text.set_rotation(0)
    flat = text.get_window_extent()
    text.set_rotation(math.degrees(turn))
    wide, high = flat.width / 2, flat.height / 2
    return [(x + a * wide * math.cos(turn) - b * high * math.sin(turn), y + a * wide * math.sin(turn) + b * high * math.cos(turn))
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]


def meet(one: "list[tuple[float, float]]", other: "list[tuple[float, float]]") -> bool:
    """Whether two boxes overlap by more than a pixel: no line between them parts them."""
    for box in (one, other):
        for (ax, ay), (bx, by) in zip(box, box[1:]):
            length = math.hypot(bx - ax, by - ay) or 1
            x, y = (ay - by) / length, (bx - ax) / length
            first, second = ([x * px + y * py for px, py in points] for points in (one, other))
            if min(max(first), max(second)) - max(min(first), min(second)) <= 1:
                return False
    return True


@unittest.skipUnless(matplotlib, "matplotlib is not there")
class Pictures(unittest.TestCase):
    def setUp(self) -> None:
        self.engine = cxj.Engine(VIEWS)
        for journey in range(1, 41):
            for step in range(4):
                self.engine.record(journey=journey, id=step + 1, at=DAY * (2 * journey + step), csat=3 + (journey + step) % 3,
                                   channel=("web", "phone")[step % 2], type=("move", "")[journey % 2],
                                   owner=("ann", "bob", "eve")[(journey * step) % 3],
                                   facets={"repeated"} if step == 3 else ())
            self.engine.record(journey=journey, id=9, at=DAY * (2 * journey + 9), scope="journey", csat=1 + journey % 5)

    def tearDown(self) -> None:
        pyplot.close("all")
        self.engine.close()

    def legible(self, ax: Any) -> "list[str]":
        """That texts neither meet nor leave the figure; gives them."""
        texts = texts_of(ax.figure)
        whole = ax.figure.figure.bbox
        boxes = [(text.get_text(), corners(text)) for text in texts]
        for text, box in boxes:
            for x, y in box:
                self.assertTrue(-1 <= x <= whole.width + 1 and -1 <= y <= whole.height + 1, f"{text!r} leaves the figure")
        for (text, box), (other, its) in itertools.combinations(boxes, 2):
            self.assertFalse(meet(box, its), f"{text!r} meets {other!r}")
        return [text for text, _ in boxes]

    def test_a_heat_map_has_a_square_for_each_cell(self) -> None:
        for metric in (None, "wait_mean"):
            view = self.engine["transitions by owner"]
            axes = view.plot(metric)
            self.legible(axes)
            grid = axes.images[0].get_array()
            froms = [label.get_text() for label in axes.get_yticklabels()]
            tos = [label.get_text() for label in axes.get_xticklabels()]
            self.assertEqual(froms, tos)
            squares = {(froms[y], tos[x]): grid[y][x] for y in range(len(froms)) for x in range(len(tos))}
            written = {(froms[round(text.get_position()[1])], tos[round(text.get_position()[0])]): text.get_text()
                       for text in axes.texts}
            info, seen = view.metric(metric or "changes"), 0
            for cell in view:
                value = cell.metrics[info.name].value
                if metric is None and cell.key["from"] == cell.key["to"]:
                    continue  # what stays where it is changes nothing
                key = (cell.key["from"] or "(not stated)", cell.key["to"] or "(not stated)")
                self.assertEqual(squares[key], value)
                self.assertEqual(written[key], show(value or 0.0, info.unit))
                seen += 1
            self.assertEqual(seen, sum(value == value for value in map(float, grid.compressed())))
            self.assertEqual(len(written), seen)

    def test_two_parts_are_a_heat_map_by_volume(self) -> None:
        view = self.engine["touchpoints by channel, owner"]
        axes = view.plot("satisfaction")
        self.legible(axes)
        volume: dict[str, int] = {}
        for cell in view:
            volume[cell.key["owner"]] = volume.get(cell.key["owner"], 0) + cell.metrics["satisfaction"].n
        order = [label.get_text() for label in axes.get_xticklabels()]
        known = sorted((name for name in volume if volume[name]), key=lambda name: -volume[name])
        self.assertEqual(order, [name or "(not stated)" for name in known])

    def test_a_period_has_a_line_with_its_interval(self) -> None:
        view = self.engine["journeys by type per month"]
        axes = view.plot()
        self.legible(axes)
        table = view.to_dict(["journey_satisfaction"], intervals=True)
        for line, band in zip(axes.lines, axes.collections):
            key = {"(not stated)": "", "move": "move"}[line.get_label().strip()]
            rows = [row for row, one in enumerate(table["type"]) if one == key]
            places = [_periods.place_of("month", f"{table['period'][row]:%Y-%m}") for row in rows]
            self.assertEqual(dict(zip(line.get_xdata(), line.get_ydata())),
                             dict(zip(places, [table["journey_satisfaction"][row] for row in rows])))
            points = {round(y, 9) for _, y in band.get_paths()[0].vertices}
            for end in ("_low", "_high"):
                self.assertLessEqual({round(table["journey_satisfaction" + end][row], 9) for row in rows}, points)
            last = table["journey_satisfaction"][rows[-1]]
            self.assertIn(f"{line.get_label().strip()} {last:.3f}", [text.get_text() for text in axes.texts])
        low, high = axes.get_ylim()
        self.assertTrue(0 <= low and high <= 1)
        for text in ("touchpoints per week", "transitions by owner per month"):
            axes = self.engine[text].plot()
            self.assertTrue(axes.lines)
            self.legible(axes)

    def test_a_period_in_which_nothing_was_is_a_gap(self) -> None:
        with cxj.Engine(["touchpoints per month"]) as engine:
            for month in (1, 2, 5, 6):
                engine.record(journey=1, id=month, at=datetime(2026, month, 3, tzinfo=timezone.utc), csat=4)
            axes = engine["touchpoints per month"].plot("touchpoints")
            numbers = [float(y) for y in axes.lines[0].get_ydata()]
            self.assertEqual([y == y for y in numbers], [True, True, False, False, True, True])
            said = " ".join(" ".join(self.legible(axes)).split())
            self.assertIn("A gap is a month without a value.", " ".join(self.legible(engine["touchpoints per month"].plot())))
            self.assertIn("A gap is a month without touchpoints.", said)
            self.assertIn("The last month may not be over: the data end on 3 Jun 2026.", said)
            self.assertEqual([text.get_text() for text in axes.get_xticklabels()], ["Jan\n2026", "Feb", "Mar", "Apr", "May", "Jun"])

    def test_journeys_that_are_open_are_said_where_only_those_that_ended_count(self) -> None:
        with cxj.Engine(["journeys per month", "journeys per month ended", 'journeys per month where type = " per x ended"']) as engine:
            for journey in range(1, 61):  # ten begin each month; of June's all but one are open, of May's two
                month, late = 1 + (journey - 1) // 10, (journey - 1) % 10
                begin = datetime(2026, month, 1 + late, tzinfo=timezone.utc)
                engine.record(journey=journey, id=1, at=begin, type=" per x ended")
                if (month, late) < (5, 8) or (month, late) == (6, 0):
                    engine.record(journey=journey, id=2, at=begin + timedelta(days=1), outcome="completed")
            began, ended, quoted = engine.views
            words = "Of these journeys 9 of 10 of Jun 2026, 2 of 10 of May 2026 are open: what they bring is to come."
            for view, metric, wanted in ((began, "duration_p50", True), (began, "completed", True), (quoted, "duration_p50", True),
                                         (ended, "duration_p50", False), (began, "journeys", False), (began, "open", False)):
                said = " ".join(" ".join(self.legible(view.plot(metric))).split())
                self.assertEqual(words in said, wanted, (view.text, metric, said))

    def test_each_kind_of_period(self) -> None:
        kinds = ("hour", "day", "week", "month", "quarter", "year")
        for steps, days in ((30, 0.1), (40, 3), (90, 40)):
            with cxj.Engine([f"touchpoints per {kind}" for kind in kinds]) as engine:
                for step in range(steps):
                    engine.record(journey=step + 1, at=int(DAY * (20000 + days * step)))
                for kind, view in zip(kinds, engine.views):
                    if len(view) > 1:
                        with self.subTest(kind=kind, days=days):
                            axes = view.plot()
                            self.legible(axes)
                            line, = axes.lines
                            keys = [_periods.place_of(kind, cell.key["period"]) for cell in view]
                            self.assertEqual([x for x, y in zip(line.get_xdata(), line.get_ydata()) if y == y], keys)
                            self.assertEqual(sum(y for y in line.get_ydata() if y == y), steps)
                            texts = [text.get_text() for text in axes.get_xticklabels()]
                            self.assertLessEqual(1, len(texts))
                            self.assertRegex(texts[0], r"\d{4}$")

    def test_journeys_stand_against_their_touchpoints(self) -> None:
        for text in ("journeys by type", "journeys"):
            view = self.engine[text]
            axes = view.plot()
            self.legible(axes)
            names = [label.get_text() for label in axes.get_yticklabels()]
            table = view.to_dict(intervals=True)
            falls = [one - other for one, other in zip(table["touch_satisfaction"], table["journey_satisfaction"])]
            order = sorted(range(len(falls)), key=lambda row: -falls[row])
            if text == "journeys by type":
                self.assertEqual(names, [table["type"][row] or "(not stated)" for row in order])
            for container, metric in zip(axes.containers, ("touch_satisfaction", "journey_satisfaction")):
                line, _, (bars,) = container
                self.assertEqual(list(line.get_xdata()), [table[metric][row] for row in order])
                for (low, high), row in zip((segment[:, 0] for segment in bars.get_segments()), order):
                    self.assertAlmostEqual(low, table[metric + "_low"][row])
                    self.assertAlmostEqual(high, table[metric + "_high"][row])
            self.assertEqual([text.get_text() for text in axes.get_legend().get_texts()], ["the touchpoints", "the journey"])

    def test_a_legend_is_of_what_is_there(self) -> None:
        with cxj.Engine(["journeys by type"]) as engine:
            for journey in range(1, 9):
                engine.record(journey=journey, at=DAY * journey, type=f"t{journey % 3}", csat=1 + journey % 5)
            axes = engine["journeys by type"].plot()
            self.assertEqual([text.get_text() for text in axes.get_legend().get_texts()], ["the touchpoints"])
            self.legible(axes)

    def test_bars_have_the_length_of_the_metric(self) -> None:
        view = self.engine["touchpoints by channel"]
        axes = view.plot("touchpoints")
        self.legible(axes)
        table = view.to_dict(["touchpoints"])
        seen = dict(zip((label.get_text() for label in axes.get_yticklabels()), (bar.get_width() for bar in axes.patches)))
        self.assertEqual(seen, {name or "(not stated)": value for name, value in zip(table["channel"], table["touchpoints"])})
        self.assertEqual(list(seen.values()), sorted(seen.values(), reverse=True))
        self.assertEqual([text.get_text() for text in axes.texts], [f"{value:,.0f}" for value in seen.values()])
        other = pyplot.subplots()[1]
        self.assertIs(self.engine["journeys by type"].plot("journeys", ax=other), other)
        by_key = view.plot("touchpoints", sort="key")
        self.assertEqual([label.get_text() for label in by_key.get_yticklabels()], [name or "(not stated)" for name in
                                                                                    table["channel"]])
        least = view.plot("touchpoints", sort="-touchpoints")
        self.assertEqual([bar.get_width() for bar in least.patches], sorted(seen.values()))

    def test_dots_have_intervals_within_the_scale(self) -> None:
        view = self.engine["touchpoints by channel"]
        axes = view.plot("csat")
        texts = self.legible(axes)
        table = view.to_dict(["csat"], intervals=True)
        (line, _, (bars,)), = axes.containers
        names = [label.get_text() for label in axes.get_yticklabels()]
        for y, (x, segment) in enumerate(zip(line.get_xdata(), bars.get_segments())):
            row = table["channel"].index(names[y].replace("(not stated)", ""))
            self.assertEqual(x, table["csat"][row])
            self.assertAlmostEqual(segment[0][0], table["csat_low"][row])
            self.assertAlmostEqual(segment[1][0], table["csat_high"][row])
            self.assertIn(show(x, "share"), texts)
            self.assertIn(f"n\u00a0{table['csat_n'][row]}", texts)
        low, high = axes.get_xlim()
        self.assertTrue(-0.05 <= low <= min(one for one in table["csat_low"] if one == one))
        self.assertTrue(max(one for one in table["csat_high"] if one == one) <= high <= 1.05)

    def test_what_has_no_value_is_told_from_what_is_low(self) -> None:
        with cxj.Engine(["touchpoints by channel", "journeys by type"]) as engine:
            for journey in range(1, 31):
                engine.record(journey=journey, id=1, at=DAY * journey, channel="web", csat=1)
                engine.record(journey=journey, id=2, at=DAY * journey + 1, channel="phone")
                engine.record(journey=journey, id=3, at=DAY * journey + 2, channel="chat", csat=5, type="abc"[journey % 3])
            axes = engine["touchpoints by channel"].plot("csat")
            self.assertEqual([label.get_text() for label in axes.get_yticklabels()], ["chat", "web", "phone"])
            self.assertEqual([text.get_text() for text in axes.texts], ["100.0 %", "n\u00a030", "0.0 %", "n\u00a030", "no value"])

    def test_how_many_bars_there_are_all_can_be_read(self) -> None:
        for many in (1, 5, 40, 300):
            with cxj.Engine(["touchpoints by owner", "journeys by type", "transitions by owner", "touchpoints by owner per month",
                             "touchpoints by team"]) as engine:
                for journey in range(1, many + 1):
                    for step in range(1 + journey % 5):
                        engine.record(journey=journey, id=step + 1, at=DAY * (journey + 3 * step), csat=1 + journey * step % 5,
                                      owner=f"agent {journey + step % 2:03}", type=f"type {journey}", team=f"{LONG} {journey}")
                    engine.record(journey=journey, id=9, at=DAY * (journey + 20), scope="journey", csat=1 + journey % 5)
                for view, metric in itertools.product(engine.views, (None, "touchpoints", "wait_p50")):
                    if metric is not None and metric not in [info.name for info in view.metrics()]:
                        continue
                    with self.subTest(many=many, view=view.text, metric=metric):
                        try:
                            axes = view.plot(metric)
                        except ValueError:
                            continue  # one journey has no such thing
                        texts = " ".join(" ".join(self.legible(axes)).split())
                        if many == 300 and not axes.images:
                            self.assertRegex(texts, r"2\d\d of \d\d\d not shown")
                        elif many >= 40 and axes.images:
                            self.assertRegex(texts, r"12 of \d+ rows and 12 of \d+ columns.* show (\d+|more than 99) %")
                        pyplot.close(axes.figure)

    def test_the_share_that_a_heat_map_shows(self) -> None:
        with cxj.Engine("transitions by owner") as engine:
            for journey in range(1, 200):
                for step in range(4):
                    engine.record(journey=journey, id=step + 1, at=DAY * (journey + step),
                                  owner=f"o{(journey * (step + 1)) % (7 + journey % 13)}")
            view = engine["transitions by owner"]
            axes = view.plot(top=3)
            grid = axes.images[0].get_array()
            shown = grid.sum() / sum(cell.metrics["changes"].value or 0 for cell in view)
            self.assertIn(f"show {100 * shown:.0f} % of changes of owner.", " ".join(" ".join(self.legible(axes)).split()))

    def test_ticks_stand_at_whole_units(self) -> None:
        with cxj.Engine(["touchpoints by channel", "journeys by type"]) as engine:
            for journey in range(1, 40):
                for step, hours in enumerate((0, 5, 30, 76)):
                    engine.record(journey=journey, id=step + 1, at=3600000 * (hours + 100 * journey), channel=f"c{step}",
                                  value=123456, type="abc"[journey % 3])
            axes = engine["touchpoints by channel"].plot("wait_p50")
            ticks = [text.get_text() for text in axes.get_xticklabels()]
            self.assertEqual(ticks, ["0", "12 h", "1 d", "1 d 12 h", "2 d"])
            self.assertIn("1 d 22 h", [text.get_text() for text in axes.texts])
            engine.currency = "EUR"
            axes = engine["journeys by type"].plot("value")
            self.assertTrue(all(text.get_text() in ("0",) or text.get_text().startswith("€") for text in axes.get_xticklabels()))
            self.assertIn("€64,197", [text.get_text() for text in axes.texts])

    def test_one_period_and_one_cell_are_pictures_too(self) -> None:
        with cxj.Engine(["touchpoints by channel per month", "journeys", "touchpoints per month"]) as engine:
            for journey in range(1, 20):
                engine.record(journey=journey, at=DAY + journey, channel="ab"[journey % 2], csat=1 + journey % 5)
            for view in engine.views:
                axes = view.plot()
                texts = self.legible(axes)
                self.assertTrue(axes.containers)
                if "per month" in view.text:
                    self.assertTrue(any("in Jan 1970" in text for text in texts))
            self.assertEqual([text.get_text() for text in engine["journeys"].plot("journeys").get_yticklabels()], ["all journeys"])

    def test_names_of_any_length_and_script(self) -> None:
        names = [LONG, "顧客サービス部門", "שירות לקוחות", "", "\x1b[31mred\u202e", r"$\frac{1}{2}$ \$", "_hidden", "x" * 90]
        views = ["touchpoints by team", "transitions by team", "touchpoints by team per month", "journeys by type"]
        with cxj.Engine(views) as engine:
            for journey in range(1, 120):
                for step in range(3):
                    engine.record(journey=journey, id=step + 1, at=DAY * journey + step, team=names[(journey * (step + 1)) % 8],
                                  type=names[journey % 8], csat=1 + journey % 5)
            for view in engine.views:
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    axes = view.plot()
                    texts = self.legible(axes)
                ours = {(one.category, one.filename) for one in caught if one.category.__module__ in ("builtins", "cxj._library")}
                self.assertLessEqual(ours, {(cxj.DoubtWarning, __file__)})
                for text in texts:
                    self.assertFalse([sign for sign in text if ord(sign) < 32 and sign != "\n" or sign == "\u202e"])
                self.assertTrue(any("x1b[31mred" in text for text in texts))

    def test_axes_of_others(self) -> None:
        figure, ((one, two), (three, four)) = pyplot.subplots(2, 2, figsize=(13, 9), layout="constrained")
        for ax, (text, metric) in zip((one, two, three, four), (("touchpoints by channel", "csat"), ("transitions by owner", None),
                                                               ("touchpoints per week", None), ("journeys by type", None))):
            self.assertIs(self.engine[text].plot(metric, ax=ax), ax)
        self.assertEqual([float(one) for one in figure.get_size_inches()], [13, 9])
        self.legible(one)
        with cxj.Engine("touchpoints by owner") as engine:
            for owner in range(300):
                engine.record(journey=1, id=owner + 1, at=DAY, owner=f"agent {owner}")
            ax = pyplot.subplots(figsize=(5, 3))[1]
            engine["touchpoints by owner"].plot("touchpoints", ax=ax)
            self.assertLess(len(ax.patches), 20)

    def test_every_metric_has_its_words(self) -> None:
        for info in cxj.metrics():
            family = re.fullmatch(r"(\w+)_(mean|p\d\d)", info.name)
            self.assertTrue(info.name in _words._TITLES or family and family[1] in _words._FAMILIES, info.name)
            self.assertRegex(title(info.name, info.grain, "team"), r"^[A-Z][^_{}]+$")
        self.assertEqual(title("wait=4h"), "Within 4 h: time between touchpoints")

    def test_what_cannot_be_drawn_is_said(self) -> None:
        with self.assertRaisesRegex(KeyError, "the nearest is 'journeys'"):
            self.engine["journeys by type"].plot("journey")
        with cxj.Engine(["journeys by type"]) as empty, self.assertRaisesRegex(ValueError, "no cells"):
            empty["journeys by type"].plot()
        with cxj.Engine(["journeys by type", "touchpoints by owner"]) as engine:
            engine.record(journey=1, at=1)
            with self.assertRaisesRegex(ValueError, "no value of csat"):
                engine["touchpoints by owner"].plot("csat")
        with self.assertRaisesRegex(ValueError, "top"):
            self.engine["journeys by type"].plot(top=0)
        with self.assertRaises(KeyError):
            self.engine["journeys by type"].plot("journeys", sort="-journey")
        self.assertEqual(pyplot.get_fignums(), [])

    def test_colours_can_be_read_on_light_and_dark_ground(self) -> None:
        def light(color: Any) -> float:
            parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in matplotlib.colors.to_rgb(color)]
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

        for style, ground in (("default", 1.0), ("dark_background", 0.0)):
            with pyplot.style.context(style):
                axes = self.engine["transitions by owner per month"].plot("wait_p50")
                ends = [text.get_color() for text in axes.texts if text.get_text()]
                self.assertEqual(len(ends), len(axes.lines))
                for color in ends:
                    low, high = sorted((light(color), ground))
                    self.assertGreaterEqual((high + 0.05) / (low + 0.05), 4.5, color)
                axes = self.engine["transitions by owner"].plot()
                for text in axes.texts:
                    x, y = text.get_position()
                    square = axes.images[0].to_rgba(axes.images[0].get_array()[round(y)][round(x)])
                    low, high = sorted((light(text.get_color()), light(square[:3])))
                    self.assertGreaterEqual((high + 0.05) / (low + 0.05), 4.0, text.get_text())

    def test_where_nobody_rated_something_else_is_shown_and_that_said(self) -> None:
        with cxj.Engine(["journeys by type", "touchpoints by owner"]) as engine:
            for journey in range(1, 9):
                engine.record(journey=journey, at=DAY, type=f"t{journey % 3}")
                engine.record(journey=journey, at=DAY * (1 + journey), outcome="completed")
            for text, words in (("journeys by type", "Median duration"), ("touchpoints by owner", "Touchpoints")):
                axes = engine[text].plot()
                texts = " ".join(" ".join(self.legible(axes)).split())
                self.assertIn(words, texts)
                self.assertIn("so this is shown", texts)

    def test_what_a_view_lacks_is_said_once(self) -> None:
        with cxj.Engine(["journeys by type", "touchpoints by type", "transitions by owner"], cells_limit=1) as engine:
            for i in range(6):
                engine.record(journey=1 + i // 3, id=i + 1, at=1 + i, type=f"t{i // 3}", owner="abc"[i % 3], csat=4)
            engine.record(journey=1, id=7, at=9, scope="journey", csat=4)
            for view in engine.views:
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    view.plot()
                self.assertEqual([(one.category, one.filename) for one in caught], [(cxj.IncompleteWarning, __file__)])

    def test_lines_are_those_with_most_behind_them(self) -> None:
        with cxj.Engine(["touchpoints by type per month"]) as engine:
            for journey in range(1, 31):
                for step in range(journey):
                    engine.record(journey=journey, at=DAY * (10 * step + 1), type=f"t{journey}", csat=3)
            axes = engine["touchpoints by type per month"].plot()
            self.assertEqual([line.get_label().strip() for line in axes.lines], [f"t{number}" for number in range(30, 24, -1)])
            self.assertEqual(len(engine["touchpoints by type per month"].plot(top=3).lines), 3)
        with cxj.Engine("touchpoints by owner, team per day") as engine:
            for day in range(1, 4):
                engine.record(journey=1, at=DAY * day, owner="a, b", team="c", csat=5)
                engine.record(journey=1, at=DAY * day, owner="a", team="b, c", csat=1)
                engine.record(journey=1, at=DAY * day, owner="_eve", csat=3)
            axes = engine["touchpoints by owner, team per day"].plot()
            self.assertEqual(sorted(list(line.get_ydata()) for line in axes.lines), [[0] * 3, [0.5] * 3, [1] * 3])

    def test_the_example_writes_its_pictures(self) -> None:
        environment = {"PYTHONPATH": str(PACKAGE), "CXJ_LIBRARY": cxj.loaded_from, "MPLBACKEND": "agg"}
        with tempfile.TemporaryDirectory() as folder:
            sample = PACKAGE.parent.parent / "examples" / "onboarding.csv"
            done = subprocess.run([sys.executable, str(EXAMPLE), str(sample), folder], capture_output=True, text=True,
                                  env={**environment, "HOME": folder}, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            with sample.open(newline="", encoding="utf-8") as lines:
                journeys = [line["journey"] for line in csv.DictReader(lines)]
            self.assertIn(f"{len(journeys)} touchpoints of {len(set(journeys))} journeys", done.stdout)
            pictures = sorted(pathlib.Path(folder).glob("*.png"))
            self.assertEqual(len(pictures), 6)
            seen: set[bytes] = set()
            for picture in pictures:
                pixels: Any = pyplot.imread(picture)
                self.assertGreater(pixels.std(), 0.01, picture.name)
                seen.add(picture.read_bytes())
            self.assertEqual(len(seen), 6)


class Template(unittest.TestCase):
    """What the example reads, of which others make their own."""

    def columns(self, text: str) -> "dict[str, list[Any]]":
        module = runpy.run_path(str(EXAMPLE))
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "log.csv")
            path.write_text(text, "utf-8")
            return module["columns"](path)  # type: ignore[no-any-return]

    def test_a_day_lasts_until_its_end(self) -> None:
        """SPEC 7: a due that is a date alone is its last millisecond."""
        read = self.columns("journey,id,at,due,facets,outcome\n1,1,2026-01-01 09:00,2026-01-03,inbound,\n"
                            "1,2,2026-01-03T15:00Z,,update|delivered,completed\n")
        with cxj.Engine("journeys") as engine:
            engine.record_many(read, tz="UTC")
            self.assertEqual(engine["journeys"].get("kept_rate")["kept_rate"].value, 1)

    def test_rows_that_do_not_fit_are_refused(self) -> None:
        for row, fields in (("1,2026-01-01,ann,bob", 4), ("1,2026-01-01", 2)):
            with self.assertRaisesRegex(ValueError, f"line 3: it has {fields} fields, and the header 3"):
                self.columns(f"journey,at,owner\n\n{row}\n")


if __name__ == "__main__":
    unittest.main()
