"""Pictures show the numbers of the view. Skipped, and said, where matplotlib is not there."""

import csv
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings
from typing import Any

import cxj

try:
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as pyplot
except ImportError:
    matplotlib = None  # type: ignore[assignment]

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = PACKAGE / "examples" / "onboarding.py"
DAY = 86400000
VIEWS = ["transitions by owner", "journeys by type per month", "journeys by type", "touchpoints by channel", "journeys",
         "touchpoints per week", "transitions by owner per month"]


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

    def test_a_heat_map_has_a_square_for_each_cell(self) -> None:
        for metric in (None, "wait_mean"):
            view = self.engine["transitions by owner"]
            axes = view.plot(metric)
            grid = axes.images[0].get_array()
            froms = [label.get_text() for label in axes.get_yticklabels()]
            tos = [label.get_text() for label in axes.get_xticklabels()]
            squares = {(froms[y], tos[x]): grid[y][x] for y in range(len(froms)) for x in range(len(tos))}
            seen = 0
            for cell in view:
                value = cell.metrics[metric or "changes"].value
                if metric is None and cell.key["from"] == cell.key["to"]:
                    continue  # what stays where it is changes nothing
                self.assertEqual(squares[cell.key["from"] or "–", cell.key["to"] or "–"], value)
                seen += 1
            self.assertEqual(seen, sum(value == value for value in map(float, grid.compressed())))
            self.assertEqual(len(axes.texts), seen)

    def test_a_period_has_a_line_with_its_interval(self) -> None:
        view = self.engine["journeys by type per month"]
        axes = view.plot()
        table = view.to_dict(["journey_satisfaction"], intervals=True)
        self.assertEqual([text.get_text() for text in axes.get_legend().get_texts()], ["–", "move"])
        for line, band, key in zip(axes.lines, axes.collections, ("", "move")):
            rows = [row for row, one in enumerate(table["type"]) if one == key]
            self.assertEqual(list(line.get_ydata()), [table["journey_satisfaction"][row] for row in rows])
            corners = {round(y, 9) for _, y in band.get_paths()[0].vertices}
            for end in ("_low", "_high"):
                self.assertLessEqual({round(table["journey_satisfaction" + end][row], 9) for row in rows}, corners)
        for text in ("touchpoints per week", "transitions by owner per month"):
            self.assertTrue(self.engine[text].plot().lines)

    def test_journeys_stand_against_their_touchpoints(self) -> None:
        for text in ("journeys by type", "journeys"):
            view = self.engine[text]
            axes = view.plot()
            table = view.to_dict(intervals=True)
            for container, metric in zip(axes.containers, ("touch_satisfaction", "journey_satisfaction")):
                line, _, (bars,) = container
                self.assertEqual(list(line.get_xdata()), table[metric])
                for (low, high), row in zip((segment[:, 0] for segment in bars.get_segments()), range(len(table[metric]))):
                    self.assertAlmostEqual(low, table[metric + "_low"][row])
                    self.assertAlmostEqual(high, table[metric + "_high"][row])

    def test_bars_have_the_length_of_the_metric(self) -> None:
        axes = self.engine["touchpoints by channel"].plot("touchpoints")
        self.assertEqual([bar.get_width() for bar in axes.patches],
                         self.engine["touchpoints by channel"].to_dict()["touchpoints"])
        other = pyplot.subplots()[1]
        self.assertIs(self.engine["journeys by type"].plot("journeys", ax=other), other)

    def test_what_cannot_be_drawn_is_said(self) -> None:
        with self.assertRaisesRegex(ValueError, "nothing to compare"):
            self.engine["journeys"].plot("journeys")
        with self.assertRaisesRegex(KeyError, "the nearest is 'journeys'"):
            self.engine["journeys by type"].plot("journey")
        with cxj.Engine(["journeys by type"]) as empty, self.assertRaisesRegex(ValueError, "no satisfaction"):
            empty["journeys by type"].plot()
        with cxj.Engine(["journeys by type", "touchpoints by owner"]) as engine:
            engine.record(journey=1, at=1)
            with self.assertRaisesRegex(ValueError, "no satisfaction"):
                engine["journeys by type"].plot()
            with self.assertRaisesRegex(ValueError, "no value of csat"):
                engine["touchpoints by owner"].plot("csat")
        self.assertEqual(pyplot.get_fignums(), [])

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

    def test_names_are_no_formulas_and_many_are_cut_to_those_that_matter(self) -> None:
        with cxj.Engine(["transitions by owner", "journeys by type per month", "touchpoints by owner"]) as engine:
            for journey in range(1, 31):
                for step in range(journey):
                    engine.record(journey=journey, at=DAY * (step + 1), owner=f"$\\frac {journey}${step % 2}", type=f"t{journey}",
                                  csat=3)
                engine.record(journey=journey, at=DAY * 41, scope="journey", csat=4)
            for view in engine.views:
                axes = view.plot()
                axes.figure.canvas.draw()
            axes = engine["transitions by owner"].plot()
            self.assertEqual(axes.images[0].get_array().shape, (20, 20))
            self.assertIn("the 20 of", axes.get_xlabel())
            self.assertEqual(len(engine["journeys by type per month"].plot().lines), 10)
        with cxj.Engine("touchpoints by owner, team per day") as engine:
            for day in range(1, 4):
                engine.record(journey=1, at=DAY * day, owner="a, b", team="c", csat=5)
                engine.record(journey=1, at=DAY * day, owner="a", team="b, c", csat=1)
                engine.record(journey=1, at=DAY * day, owner="_eve", csat=3)
            axes = engine["touchpoints by owner, team per day"].plot()
            self.assertEqual(sorted(list(line.get_ydata()) for line in axes.lines), [[0] * 3, [0.5] * 3, [1] * 3])
            self.assertEqual(len(axes.get_legend().get_texts()), 3)

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


if __name__ == "__main__":
    unittest.main()
