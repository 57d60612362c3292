"""What the package promises, with nothing but the standard library."""

import ctypes.util
import datetime
import gc
import io
import multiprocessing
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import threading
import unittest
from typing import Callable

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


def fill_from(engine: cxj.Engine, first: int) -> None:
    for i in range(first, 200, 4):
        engine.record(journey=1 + i % 7, id=1 + i, at=DAY * i, owner=f"o{i % 5}")


def filled(first: int) -> cxj.Engine:
    """An engine with a part of the touchpoints, for another process."""
    engine = cxj.Engine(VIEWS)
    fill_from(engine, first)
    return engine


def resident() -> int:
    """Bytes of this process in memory; 0 where the system does not say."""
    try:
        return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def growth(do: "Callable[[], None]", times: int) -> int:
    """By how many bytes this process grows when something is done so many times, after it was done a few times."""
    for _ in range(100):
        do()
    gc.collect()
    before = resident()
    for _ in range(times):
        do()
    gc.collect()
    return resident() - before


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
            self.assertRegex(str(journey), r"(?m)^owner +ann$")
            self.assertIn("commitment 4", str(journey))
            self.assertIn("<th>reason</th><td>a house</td>", journey._repr_html_())

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
            self.assertEqual([view.text for view in engine], VIEWS)
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


class Finding(unittest.TestCase):
    """What is said where there is no library, or one that does not fit."""

    CODE = """
import sys, types
package = types.ModuleType("cxj")
package.__path__ = [sys.argv[1]]
sys.modules["cxj"] = package
from cxj import _header
import ctypes
exec(sys.argv[2])
try:
    import cxj._library
    print("loaded", cxj._library.loaded_from)
except ImportError as error:
    print(error)
"""

    def said(self, change: str = "", library: str = cxj.loaded_from) -> str:
        folder = pathlib.Path(cxj.__file__).parent
        done = subprocess.run([sys.executable, "-c", self.CODE, str(folder), change], capture_output=True, text=True,
                              check=True, env={**os.environ, "CXJ_LIBRARY": library})
        return done.stdout

    def test_a_library_that_fits_is_loaded(self) -> None:
        self.assertIn("loaded", self.said())

    def test_what_does_not_fit_is_said(self) -> None:
        for words, change in {
            "is version 0.* this package is for 9.7": "_header.VERSION = (9, 7)",
            "no function cxj_nothing": "_header.FUNCTIONS['cxj_nothing'] = (None,)",
            "its cxj_metric has 32 bytes, and this package's 40":
                "_header.STRUCTS['cxj_metric'] = type('M', (ctypes.Structure,), {'_fields_': [('a', ctypes.c_double * 5)]})",
        }.items():
            self.assertRegex(self.said(change), f"does not fit: .*{words}")

    def test_where_it_was_looked_for_is_said(self) -> None:
        said = self.said(library="/nowhere/libcxj.so")
        self.assertIn("/nowhere/libcxj.so (CXJ_LIBRARY): not there", said)
        self.assertIn("(inside the package): not there", said)
        self.assertIn(f"{__file__} (CXJ_LIBRARY): ", self.said(library=__file__))
        other = ctypes.util.find_library("c")
        if other:
            paths = [line.split()[-1] for line in pathlib.Path("/proc/self/maps").read_text().splitlines() if "/libc.so" in line
                     or "/libc-" in line]
            for path in paths[:1]:
                self.assertIn("no function cxj_version", self.said(library=path))


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
        def one() -> None:
            engine = cxj.Engine(["journeys"])
            engine.record(journey=1, at=0)

        self.assertLess(growth(one, int(os.environ.get("CXJ_ENGINES", "2000"))), 4 << 20)

    def test_what_fails_in_the_middle_leaves_nothing_behind(self) -> None:
        class Torn(io.RawIOBase):
            """Takes, and gives, a few bytes; then it fails."""

            def __init__(self, data: bytes) -> None:
                self.data = data
                self.calls = 0

            def read(self, size: int = -1) -> bytes:
                self.calls += 1
                if self.calls > 1:
                    raise RuntimeError("torn")
                return self.data[:min(10, size)]

            def write(self, data: object) -> int:
                raise RuntimeError("torn")

        class Generous(io.RawIOBase):
            """Gives more than it is asked for."""

            def read(self, size: int = -1) -> bytes:
                return bytes(size + 1)

        with cxj.Engine(VIEWS) as engine:
            fill(engine)
            data = engine.to_bytes()
            failures = {
                "expected": lambda: cxj.Engine(["journeys", "no view"]),
                "no zone": lambda: engine.record(journey=1, at=datetime.datetime(2026, 1, 1)),
                "row 1": lambda: engine.record_many({"journey": [1, 0], "at": [1, 2], "id": [1, 1]}),
                "'at', row 1": lambda: engine.record_many({"journey": [1, 2], "at": [1, "2"], "owner": ["a", "b"]}),
                "byte 5": lambda: cxj.Engine.from_bytes(data[:5]),
                "torn": lambda: engine.save(Torn(b"")), "^torn": lambda: cxj.Engine.load(Torn(data)),
                "where .* asked": lambda: cxj.Engine.load(Generous()),
                "only": lambda: cxj.Engine().merge(data), "byte": lambda: engine.merge(data[:-1]),
                "no metric": lambda: engine[VIEWS[0]].to_dict(["nothing"]),
                "no such journey": lambda: engine.journey(99),
            }

            def all_of_them() -> None:
                for words, failure in failures.items():
                    with self.assertRaisesRegex((cxj.Error, RuntimeError, ValueError), words):
                        failure()
                next(iter(engine[VIEWS[0]]))

            self.assertLess(growth(all_of_them, int(os.environ.get("CXJ_ENGINES", "2000")) // 10), 4 << 20)
            self.assertEqual(engine.to_bytes()[:4], data[:4])

    def test_an_engine_in_each_thread(self) -> None:
        parts: "dict[int, bytes]" = {}

        def work(number: int) -> None:
            with cxj.Engine(VIEWS) as engine:
                for i in range(number, 400, 4):
                    engine.record(journey=1 + i % 7, id=1 + i, at=DAY * i, owner=f"o{i % 5}")
                parts[number] = engine.to_bytes()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with cxj.Engine(VIEWS) as whole, cxj.Engine(VIEWS) as alone:
            for part in parts.values():
                whole.merge(part)
            for i in range(400):
                alone.record(journey=1 + i % 7, id=1 + i, at=DAY * i, owner=f"o{i % 5}")
            self.assertEqual(whole.to_bytes(), alone.to_bytes())

    def test_work_spreads_over_processes(self) -> None:
        with multiprocessing.get_context("spawn").Pool(2) as pool, cxj.Engine(VIEWS) as whole, cxj.Engine(VIEWS) as alone:
            for part in pool.map(filled, range(1, 5)):
                with part:
                    whole.merge(part)
            for first in range(1, 5):
                fill_from(alone, first)
            self.assertEqual(whole.to_bytes(), alone.to_bytes())

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
