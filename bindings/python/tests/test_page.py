"""The page that Engine.page() writes. Whether it is the report program's, and how it looks, tests/page.py finds out."""

import io
import json
import pathlib
import re
import tempfile
import unittest
import warnings
from datetime import datetime, timedelta, timezone
from typing import Any

import cxj

BEGIN = datetime(2026, 1, 1, 9, tzinfo=timezone.utc)


def made() -> cxj.Engine:
    """Forty journeys through two teams; nobody records faults."""
    engine = cxj.Engine(["journeys by type"])
    for journey in range(1, 41):
        at = BEGIN + timedelta(days=journey)
        engine.record(journey=journey, id=1, at=at, team="desk", type="</script><b>", facets={"inbound"}, csat=4)
        engine.record(journey=journey, id=2, at=at + timedelta(hours=3), team="field", facets={"update"}, csat=5)
    return engine


def page(engine: cxj.Engine, **how: Any) -> tuple[dict[str, Any], str]:
    """The JSON of a page, and all of its text."""
    file = io.BytesIO()
    engine.page(file, **how)
    text = file.getvalue().decode()
    (data,) = re.findall(r'id="data">(.*?)</script>', text, re.S)
    return json.loads(data), text


class Page(unittest.TestCase):
    def test_what_it_is_about(self) -> None:
        data, text = page(made(), title="<Desk>")
        self.assertEqual((data["title"], data["journeys"], data["touchpoints"]), ("<Desk>", 40, 80))
        self.assertIn("<title>&lt;Desk&gt;</title>", text)
        self.assertEqual(text.count("</script><b>"), 0)  # a name that is a script stays a name
        handoffs = next(one for one in data["figures"] if one["figure"] == "handoffs")
        self.assertEqual([one["metrics"]["changes"] for one in handoffs["cells"]], [40])
        self.assertIn("fault", [one["facet"] for one in data["unrecorded"]])

    def test_a_title_that_is_no_text(self) -> None:
        """A file's name may be bytes that are no UTF-8."""
        data, text = page(made(), title="a\udcff")
        self.assertEqual(data["title"], "a\ufffd")
        self.assertIn("<title>a\ufffd</title>", text)

    def test_it_leaves_the_engine_as_it_was(self) -> None:
        engine = made()
        before = engine.to_bytes()
        page(engine)
        self.assertEqual((list(engine), engine.feeds, engine.to_bytes()), (["journeys by type"], None, before))
        fed = {"contact", "inbound", "update", "fault"}
        engine.set_feeds(fed)
        data, _ = page(engine)
        self.assertNotIn("fault", [one["facet"] for one in data["unrecorded"]])  # the host says that it is recorded
        self.assertTrue(engine.feeds is not None and fed <= engine.feeds)

    def test_worklists_are_at_the_clock(self) -> None:
        engine = made()
        engine.advance(BEGIN + timedelta(days=60))
        data, _ = page(engine, rules=["open for 30d"], journeys={1: "T-1"})
        self.assertEqual([(one["rule"], one["of"]) for one in data["worklists"]], [("open for 30d", 30)])
        self.assertEqual(data["worklists"][0]["occasions"][0]["journey"], "T-1")
        self.assertEqual(page(engine, rules="open for 30d")[0]["worklists"], page(engine, rules=["open for 30d"])[0]["worklists"])

    def test_without_a_clock_nobody_is_said_to_wait_nor_not_to(self) -> None:
        engine = made()
        data, text = page(engine, rules=["open for 30d", "bounces over 3"])
        self.assertEqual((data["now"], [one["rule"] for one in data["worklists"]]), (None, ["bounces over 3"]))
        self.assertIn({"figure": "open for 30d", "title": "open for 30d", "lacks": "now"}, data["absent"])
        self.assertEqual(text.count("<p>Not known: the clock of the engine was never moved.</p>"), 1)
        self.assertIsNone(engine.stats().now)  # the host drives it
        data, text = page(engine)
        self.assertEqual((data["worklists"], text.count("<p>Not known: the clock")), ([], 1))
        engine.advance(BEGIN + timedelta(days=60))
        data, text = page(engine)
        self.assertNotIn("now", [one["lacks"] for one in data["absent"]])
        self.assertEqual((len(data["worklists"]) > 0, text.count("<p>Not known: the clock")), (True, 0))

    def test_which_rules_go_by_the_clock(self) -> None:
        engine = cxj.Engine(feeds=[one.name for one in cxj.facets() if one.name != "withdrawn"])
        engine.record(journey=1, id=1, at=BEGIN, owner="ann", due=BEGIN)
        rules = ["due within 1h", "overdue", "silent for 1h", "waiting for 1h", "unanswered for 1d", "open for 1h",
                 " same owner for 1h", "handoffs over 1", "dissatisfied", "reopened", "churned"]
        self.assertEqual([one["rule"] for one in page(engine, rules=rules)[0]["worklists"]], rules[-4:])

    def test_journeys_are_shown_as_they_were_recorded(self) -> None:
        engine = cxj.Engine(keep_texts=True)
        for journey in ("A-1", "A-2", "7"):
            engine.record(journey=journey, id=1, at=BEGIN, facets={"inbound"})
        engine.advance(BEGIN + timedelta(days=2))

        def shown(**how: Any) -> list[str]:
            data, _ = page(engine, rules=["open for 1d"], **how)
            return sorted(one["journey"] for one in data["worklists"][0]["occasions"])

        self.assertEqual(shown(), ["7", "A-1", "A-2"])
        self.assertEqual(shown(journeys={engine.id_from_text("A-1"): "T-1"}), ["7", "A-2", "T-1"])

    def test_rules_that_are_there_keep_what_they_need(self) -> None:
        engine = made()
        engine.rules.add("faults over 3")
        data, _ = page(engine)
        self.assertNotIn("fault", [one["facet"] for one in data["unrecorded"]])
        self.assertEqual([str(rule) for rule in engine.rules], ["faults over 3"])

    def test_a_text_that_is_no_rule(self) -> None:
        engine = made()
        with self.assertRaisesRegex(ValueError, "late for"):
            page(engine, rules=["late for tea"])
        self.assertEqual((list(engine), engine.feeds), (["journeys by type"], None))

    def test_files(self) -> None:
        engine = made()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "page.html")
            engine.page(path)
            engine.page(path, title="again")
            self.assertIn("<title>again</title>", path.read_text("utf-8"))
            self.assertEqual([one.name for one in pathlib.Path(folder).iterdir()], ["page.html"])
            with self.assertRaises(OSError):
                engine.page(pathlib.Path(folder, "none", "page.html"))
        with self.assertRaises(TypeError):
            engine.page(3)  # type: ignore[arg-type]

    def test_no_touchpoint(self) -> None:
        data, _ = page(cxj.Engine())
        self.assertEqual((data["touchpoints"], data["worklists"]), (0, []))

    def test_what_sealed_journeys_had_is_said_and_not_warned_of(self) -> None:
        engine = cxj.Engine(seal_idle_after=timedelta(days=1))
        for journey in range(1, 6):
            engine.record(journey=journey, id=1, at=BEGIN + timedelta(days=journey), team="desk")
        engine.advance(BEGIN + timedelta(days=5))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            data, _ = page(engine)
        self.assertGreater(data["sealed"], 0)
        self.assertFalse(data["figures"][0]["whole"])
        self.assertEqual((data["first"], data["last"]), (None, int((BEGIN + timedelta(days=5)).timestamp() * 1000)))

    def test_first_is_known_where_it_is(self) -> None:
        day = int(datetime(2026, 1, 2, tzinfo=timezone.utc).timestamp() * 1000)
        for views, first in ((["journeys"], None), (["journeys per day"], day)):
            engine = cxj.Engine(views, seal_idle_after=timedelta(days=1))
            engine.record(journey=1, id=1, at=BEGIN + timedelta(days=1))
            self.assertEqual(page(engine)[0]["first"], day)
            engine.advance(BEGIN + timedelta(days=9))  # all is sealed
            data, text = page(engine)
            self.assertEqual((data["first"], data["sealed"]), (first, 1))
            self.assertEqual(text.count("Journeys that are sealed, and not in these numbers: 1."), first is None)
        data, _ = page(cxj.Engine())
        self.assertEqual((data["first"], data["last"], data["now"]), (None, None, None))


if __name__ == "__main__":
    unittest.main()
