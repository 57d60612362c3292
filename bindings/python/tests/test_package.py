"""What the package promises, with nothing but the standard library."""

import datetime
import os
import pathlib
import pickle
import tempfile
import threading
import unittest

import cxj

UTC = datetime.timezone.utc
DAY = 86400000
VIEWS = ["journeys by type", "transitions by owner", "touchpoints by channel per month"]


def fill(engine: cxj.Engine, journeys: int = 20) -> None:
    for journey in range(1, journeys + 1):
        for step in range(4):
            engine.record(journey=journey, id=step + 1, at=DAY * (journey + step), type=f"type {journey % 3}",
                          owner=("ann", "bob", "eve")[(journey + step) % 3], channel=("phone", "chat")[step % 2],
                          csat=1 + (journey * step) % 5, facets={"contact"}, customer=journey % 5 + 1)


class Recording(unittest.TestCase):
    def test_a_touchpoint_comes_back_as_it_was_recorded(self) -> None:
        at, due = datetime.datetime(2026, 3, 1, 12, 30, 0, 5000, tzinfo=UTC), datetime.datetime(2026, 3, 2, tzinfo=UTC)
        with cxj.Engine() as engine:
            receipt = engine.record(journey="order 7", id="a", at=at, revision=3, sequence=2, customer="mary", owner="ann",
                                    team="field", activity="call", channel="phone", stage="one", cause="policy",
                                    type="move", segment="new", reason="a house", facets={"chase", "fault"}, due=due,
                                    commitment=4, nps=9, scope="journey", outcome="abandoned", value=-5)
            self.assertEqual((receipt.processed, receipt.accepted, receipt.first_refusal), (1, 1, None))
            held, = engine.touchpoints("order 7")
            self.assertEqual(held.at, at)
            self.assertEqual((held.due, held.commitment, held.value), (due, 4, -5))
            self.assertEqual((held.id, held.customer), (cxj.number("a"), cxj.number("mary")))
            self.assertEqual((held.scale, held.score, held.scope, held.outcome), ("nps", 9, "journey", "abandoned"))
            self.assertEqual(held.facets, {"chase", "inbound", "contact", "fault"})
            self.assertEqual((held.owner, held.team, held.activity, held.channel, held.stage, held.cause, held.type,
                              held.segment, held.reason),
                             ("ann", "field", "call", "phone", "one", "policy", "move", "new", "a house"))
            journey = engine.journey("order 7")
            self.assertEqual((journey.outcome, journey.journey_nps, journey.end_at), ("abandoned", 9, at))

    def test_what_is_refused_says_why(self) -> None:
        with cxj.Engine() as engine:
            for words, wrong in {
                "no zone": {"at": datetime.datetime(2026, 1, 1)}, "not within the years": {"at": 10**17},
                "no whole number": {"at": "2026"}, "the nearest is 'fault'": {"facets": {"falt"}},
                "one rating": {"csat": 3, "nps": 4}, "off its scale": {"csat": 6},
                "the nearest is 'completed'": {"outcome": "complete"}, "no text": {"owner": 7},
                "not UTF-8": {"owner": "\ud800"}, "not within 0 and": {"revision": -1}, "beyond 10^15": {"value": 10**16},
            }.items():
                with self.subTest(words), self.assertRaisesRegex(ValueError, words.replace("^", r"\^")):
                    engine.record(**{"journey": 1, "at": 0, **wrong})  # type: ignore[arg-type]
            self.assertEqual(engine.stats().held, 0)

    def test_columns_are_taken_but_for_the_rows_refused(self) -> None:
        with cxj.Engine(VIEWS) as engine:
            with self.assertRaises(cxj.RefusedError) as caught:
                engine.record_many({"journey": [1, 0, 2], "at": [5, 6, None], "owner": ["ann", None, "bob"]})
            receipt = caught.exception.receipt
            self.assertEqual((receipt.processed, receipt.accepted, receipt.refused, receipt.first_refusal), (3, 1, 2, 1))
            self.assertEqual(engine.stats().touchpoints, 1)
            for words, columns in {
                "'at' is missing": {"journey": [1]}, "the nearest is 'owner'": {"journey": [1], "at": [1], "ownr": ["a"]},
                "has 2 values": {"journey": [1], "at": [1, 2]}, "row 0": {"journey": [1.5], "at": [1]},
                "is no column": {"journey": "abc", "at": [1]},
            }.items():
                with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                    engine.record_many(columns)
            with self.assertRaisesRegex(ValueError, "is no table"):
                engine.record_many(7)


class Views(unittest.TestCase):
    def test_cells_are_found_by_key_and_in_order(self) -> None:
        with cxj.Engine(VIEWS) as engine:
            fill(engine)
            for view in engine.views:
                cells = list(view)
                self.assertEqual(len(cells), len(view))
                for cell in cells:
                    self.assertEqual(view.get(**cell.key), cell.metrics)
                table = view.to_dict(intervals=True)
                for row, cell in enumerate(cells):
                    for name, metric in cell.metrics.items():
                        value = table[name][row]
                        self.assertEqual(None if value != value else value, metric.value)
                self.assertIn(view.text, str(view))
                self.assertIn("<table>", view._repr_html_())
            with self.assertRaises(KeyError):
                engine["journeys by type"].get(type="none of these")
            with self.assertRaisesRegex(KeyError, "the nearest is 'journeys by type'"):
                engine["journeys by typ"]
            view = engine["transitions by owner"]
            engine.drop_view(view.text)
            with self.assertRaisesRegex(cxj.Error, "was dropped"):
                len(view)


class Lasting(unittest.TestCase):
    def test_bytes_files_and_pickles_are_the_engine(self) -> None:
        with cxj.Engine(VIEWS, feeds=cxj._header.FACETS) as engine, tempfile.TemporaryDirectory() as folder:
            fill(engine)
            data = engine.to_bytes()
            path = pathlib.Path(folder) / "engine.cxj"
            engine.save(path)
            self.assertEqual(path.read_bytes(), data)
            self.assertEqual(os.listdir(folder), ["engine.cxj"])
            for other in (cxj.Engine.from_bytes(data), cxj.Engine.load(path), pickle.loads(pickle.dumps(engine))):
                with other:
                    self.assertEqual(other.to_bytes(), data)
            found = cxj.validate(data)
            self.assertEqual((found.bytes, found.touchpoints, found.views), (len(data), 80, 3))
            for cut in (data[:-1], b"", b"x" + data[1:], data + b"x"):
                with self.assertRaisesRegex(ValueError, "byte "):
                    cxj.Engine.from_bytes(cut)
            with self.assertRaises(OSError):
                engine.save(pathlib.Path(folder) / "nowhere" / "engine.cxj")

    def test_parts_merge_to_the_whole(self) -> None:
        with cxj.Engine(VIEWS) as whole, cxj.Engine(VIEWS) as first, cxj.Engine(VIEWS) as second:
            fill(whole)
            for journey in range(1, 21):
                for held in whole.touchpoints(journey):
                    part = first if (held.journey + held.id) % 2 else second  # type: ignore[operator]
                    part.record(journey=held.journey, id=held.id or 0, at=held.at, type=held.type, owner=held.owner,
                                channel=held.channel, scale=held.scale, score=held.score, scope=held.scope,
                                facets=held.facets, customer=held.customer or 0)
            first.merge(second.to_bytes())
            self.assertEqual(first.to_bytes(), whole.to_bytes())
            with cxj.Engine() as other, self.assertRaisesRegex(cxj.Error, "only"):
                other.merge(first.to_bytes())

    def test_what_is_erased_is_gone(self) -> None:
        with cxj.Engine(VIEWS) as engine:
            fill(engine)
            self.assertEqual(engine.erase_customer(3), 4)
            self.assertTrue(engine.erase_journey(3))
            with self.assertRaises(KeyError):
                engine.erase_journey(3)
            engine.record(journey=3, at=0, owner="ann")
            self.assertEqual(engine.journey(3).owner, "ann")


class Life(unittest.TestCase):
    def test_use_after_close_is_an_error(self) -> None:
        engine = cxj.Engine(VIEWS)
        view = engine[VIEWS[0]]
        engine.close()
        engine.close()
        for use in (engine.stats, engine.to_bytes, lambda: engine.record(journey=1, at=0), lambda: len(view),
                    lambda: engine.journey(1), lambda: list(engine.views)):
            with self.assertRaisesRegex(cxj.Error, "closed"):
                use()
        self.assertIn("closed", repr(engine) + repr(view))

    def test_many_engines_come_and_go(self) -> None:
        for _ in range(int(os.environ.get("CXJ_ENGINES", "2000"))):
            engine = cxj.Engine(["journeys"])
            engine.record(journey=1, at=0)

    def test_threads_wait_for_each_other(self) -> None:
        with cxj.Engine(VIEWS) as engine, cxj.Engine(VIEWS) as alone:
            def work(first: int) -> None:
                for i in range(200):
                    engine.record(journey=1 + i % 7, id=first + i, at=DAY * i, owner=f"o{i % 5}")
                    if i % 50 == 0:
                        list(engine[VIEWS[1]])

            threads = [threading.Thread(target=work, args=(1 + 1000 * t,)) for t in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for t in range(4):
                for i in range(200):
                    alone.record(journey=1 + i % 7, id=1 + 1000 * t + i, at=DAY * i, owner=f"o{i % 5}")
            self.assertEqual(engine.to_bytes(), alone.to_bytes())


if __name__ == "__main__":
    unittest.main()
