"""Many rows: lists and generators of dicts, sources that are asked batch by batch, recordings that are interrupted or watched,
and texts that come back."""

import contextlib
import io
import os
import pickle
import signal
import sqlite3
import sys
import threading
import types
import unittest
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from unittest import mock

import cxj
from cxj import _frames, _progress

from .test_frames import numpy, pandas, polars

BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)


def rows(count: int) -> "list[dict[str, Any]]":
    return [{"journey": f"T-{number % 3}", "at": BEGIN + timedelta(hours=number), "owner": "ann" if number % 2 else "bob"}
            for number in range(count)]


class Rows(unittest.TestCase):
    def test_lists_and_generators_of_dicts(self) -> None:
        """They give what a dict of columns gives, in whatever parts they are looked at."""
        data = rows(50)
        data[7] = {"at": data[7]["at"], "journey": "T-1"}  # no owner, and another order
        columns = {name: [row.get(name) for row in data] for name in data[0]}
        with cxj.Engine("transitions by owner") as engine:
            engine.record_many(columns)
            wanted = engine.to_bytes()
        base = sqlite3.connect(":memory:")
        self.addCleanup(base.close)
        base.execute("create table log (journey, at, owner)")
        base.executemany("insert into log values (?, ?, ?)",
                         [(row["journey"], int(row["at"].timestamp() * 1000), row.get("owner")) for row in data])
        for held in (1, 7, 1 << 16):
            for name, given in (("list", data), ("tuple", tuple(data)), ("generator", (row for row in data)),
                                ("frames", (data[at:at + 9] for at in range(0, 50, 9))),
                                ("cursor", base.execute("select * from log"))):
                with self.subTest(name, held=held), mock.patch.object(_frames, "AT_ONCE", held), \
                        cxj.Engine("transitions by owner") as engine:
                    self.assertEqual(engine.record_many(given).accepted, 50)
                    self.assertEqual(engine.to_bytes(), wanted)

    def test_a_generator_is_not_held(self) -> None:
        taken = 0

        def give() -> "Iterator[dict[str, Any]]":
            nonlocal taken
            for row in rows(100):
                taken += 1
                yield row
            raise RuntimeError("the line is cut")

        held: "list[int]" = []
        with mock.patch.object(_frames, "AT_ONCE", 10), cxj.Engine() as engine:
            record = cxj.lib.cxj_record_columns
            with mock.patch.object(_progress.lib, "cxj_record_columns",
                                   side_effect=lambda *args: (held.append(taken), record(*args))[1]):
                with self.assertRaisesRegex(OSError, "after 100 rows: the line is cut") as caught:
                    engine.record_many(give())
            self.assertEqual(caught.exception.receipt.accepted, 100)
            self.assertEqual(held, list(range(10, 101, 10)))

    def test_columns_that_come_late(self) -> None:
        late = [*rows(3), {**rows(4)[3], "team": "t"}]
        with mock.patch.object(_frames, "AT_ONCE", 2):
            with cxj.Engine() as engine:
                engine.record_many(iter(late))
                self.assertEqual(engine.names("team"), {"t": 1})
            with cxj.Engine() as engine:
                with self.assertRaisesRegex(ValueError, "'id'.*the same columns") as caught:
                    engine.record_many(iter([*rows(3), {**rows(4)[3], "id": 1}]))
                self.assertEqual(caught.exception.receipt.accepted, 2)
                with self.assertRaisesRegex(ValueError, "no column 'teem'.*'team'"):
                    engine.record_many(iter([*rows(3), {**rows(4)[3], "teem": 1}]))
            with cxj.Engine.from_frame(iter([*rows(3), {**rows(4)[3], "id": 1}]), on_refused="skip", map={"id": None}) as engine:
                self.assertEqual(engine.stats().touchpoints, 4)
            with self.assertRaisesRegex(ValueError, "no column 'Tam' for 'team'"):
                cxj.Engine.from_frame(iter(late), map={"team": "Tam"})
            with cxj.Engine.from_frame(iter([*rows(3), {**rows(4)[3], "Group": "t"}]), map={"team": "Group"}) as engine:
                self.assertEqual(engine.names("team"), {"t": 1})

    def test_what_is_no_row(self) -> None:
        base = sqlite3.connect(":memory:")
        self.addCleanup(base.close)
        for data, words in (([rows(1)[0], 7], "rows that are dicts are expected, not int"), ([7], "int is no table"),
                            (iter([]), "'journey' is missing; there are none"), ([], "'journey' is missing"), ("text", "str is no table"),
                            (base.cursor(), "no result of a query")):
            with self.subTest(words), cxj.Engine() as engine, self.assertRaisesRegex(ValueError, words):
                engine.record_many(data)

    @unittest.skipUnless(polars, "polars is not there")
    def test_a_lazy_frame_reads_what_is_wanted(self) -> None:
        frame = polars.DataFrame(rows(9)).lazy().with_columns(polars.lit(b"x").alias("note"))
        asked: "list[Any]" = []
        select = polars.LazyFrame.select
        with mock.patch.object(polars.LazyFrame, "select", lambda self, names: asked.append(names) or select(self, names)), \
                cxj.Engine() as engine:
            engine.record_many(frame, renames={"note": None})
        self.assertEqual(asked, [["journey", "at", "owner"]])


class Stopped(unittest.TestCase):
    """A KeyboardInterrupt leaves with the receipt of all rows that the library has had."""

    def frames(self) -> "list[Any]":
        columns = {name: [row[name] for row in rows(100)] for name in rows(1)[0]}
        return [columns, rows(100), *([pandas.DataFrame(columns)] if pandas else [])]

    def test_between_slices(self) -> None:
        for number, data in enumerate(self.frames()):
            for when in ("before", "after"):
                with self.subTest(number=number, when=when), mock.patch("cxj._engine.SLICE", 10), cxj.Engine("journeys") as engine:
                    record, calls = cxj.lib.cxj_record_columns, 0

                    def interrupted(*args: Any) -> int:
                        nonlocal calls
                        calls += 1
                        if calls == 4 and when == "before":
                            raise KeyboardInterrupt
                        status = int(record(*args))
                        if calls == 4:
                            raise KeyboardInterrupt
                        return status

                    with mock.patch.object(_progress.lib, "cxj_record_columns", interrupted), \
                            self.assertRaises(cxj.Interrupted) as caught:
                        engine.record_many(data)
                    receipt = caught.exception.receipt
                    self.assertEqual((receipt.processed, receipt.accepted), (30, 30) if when == "before" else (40, 40))
                    self.assertEqual(engine.stats().touchpoints, receipt.accepted)
                    self.assertIsInstance(caught.exception, KeyboardInterrupt)
                    engine.record_many(rows(100)[receipt.processed:])  # and goes on from there
                    with cxj.Engine("journeys") as whole:
                        whole.record_many(rows(100))
                        self.assertEqual(engine.to_bytes(), whole.to_bytes())

    @unittest.skipUnless(hasattr(signal, "pthread_kill") and numpy, "no signals can be sent here, or numpy is not there")
    def test_by_a_signal(self) -> None:
        """Wherever it strikes: what the receipt says is what the engine holds."""
        count = 400_000
        data = {"journey": numpy.arange(count, dtype="u8") % 1000 + 1, "at": numpy.arange(count, dtype="i8") + 1767225600000}
        for delay in (0.001, 0.01, 0.05):
            with mock.patch("cxj._engine.SLICE", 5000), cxj.Engine("journeys") as engine:
                timer = threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT))
                try:
                    timer.start()
                    engine.record_many(data)
                    timer.join()
                except cxj.Interrupted as error:
                    self.assertEqual(engine.stats().touchpoints, error.receipt.accepted)
                except KeyboardInterrupt:  # before the first slice, or behind the last
                    self.assertIn(engine.stats().touchpoints, (0, count))
                finally:
                    timer.join()

    def test_it_travels(self) -> None:
        error = cxj.Interrupted(cxj.Receipt(7, 6))
        self.assertEqual(pickle.loads(pickle.dumps(error)).receipt, error.receipt)
        self.assertIn("after 7 rows; 6 of them", str(error))


class Bar:
    """What tqdm's would be."""

    made: "list[Bar]" = []

    def __init__(self, **options: Any) -> None:
        self.options, self.count, self.closed = options, 0, False
        Bar.made.append(self)

    def update(self, count: int) -> None:
        self.count += count

    def close(self) -> None:
        self.closed = True


class Watched(unittest.TestCase):
    """Progress shows where tqdm is there and somebody looks on, and never otherwise."""

    @contextlib.contextmanager
    def looking(self, terminal: bool, notebook: bool = False, there: bool = True,
                delay: float = 0) -> "Iterator[list[Bar]]":
        shown: Any = types.SimpleNamespace(tqdm=Bar)
        shell = types.SimpleNamespace(get_ipython=lambda: types.SimpleNamespace(kernel=1) if notebook else None)
        error = io.StringIO()
        Bar.made = []
        bar = shown if there else None
        with mock.patch.dict(sys.modules, {"tqdm": bar, "tqdm.auto": bar, "IPython": shell}), \
                mock.patch.object(sys, "stderr", error), mock.patch.object(error, "isatty", lambda: terminal), \
                mock.patch("cxj._engine.SLICE", 10), mock.patch.object(_frames, "AT_ONCE", 40), \
                mock.patch.object(_progress, "DELAY", delay):
            yield Bar.made
        self.assertEqual(error.getvalue(), "")

    def test_who_looks_on(self) -> None:
        columns = {name: [row[name] for row in rows(100)] for name in rows(1)[0]}
        for terminal, notebook, there in ((False, False, True), (True, False, False), (True, False, True), (False, True, True)):
            with self.subTest(terminal=terminal, notebook=notebook, there=there), self.looking(terminal, notebook, there) as bars:
                with cxj.Engine() as engine:
                    engine.record_many(columns)
                    engine.record_many(iter(rows(100)))
                cxj.Engine.from_frame(rows(100)).close()
                self.assertEqual([(bar.count, bar.options["total"], bar.closed) for bar in bars],
                                 [(100, 100, True), (100, None, True), (100, None, True)] if there and (terminal or notebook) else [])

    def test_what_is_soon_done_is_not_shown(self) -> None:
        with self.looking(True, delay=1000) as bars, cxj.Engine() as engine:
            engine.record_many(rows(100))
            self.assertEqual(bars, [])

    def test_it_ends_with_what_is_raised(self) -> None:
        with self.looking(True) as bars, cxj.Engine() as engine, self.assertRaises(ValueError):
            engine.record_many(iter([*rows(90), {"journey": "a", "at": "soon"}]))
        self.assertEqual([(bar.count, bar.closed) for bar in bars], [(80, True)])


class Texts(unittest.TestCase):
    """Texts that stand for numbers come back where they are kept."""

    DATA = {"journey": ["A-1", "A-1", "7"], "id": ["x", "y", "z"], "at": [BEGIN, BEGIN + timedelta(hours=1), BEGIN],
            "customer": ["mary", None, "9"], "type": ["repair", None, "move"], "due": [BEGIN + timedelta(days=1), None, None]}

    def test_where_they_come_back(self) -> None:
        with cxj.Engine.from_frame(self.DATA, "journeys by type") as engine:
            engine.rules.add("open for 1h")
            engine.advance(BEGIN)
            engine.advance(BEGIN + timedelta(hours=5))
            self.assertEqual(engine["journeys by type"].journeys(type="repair").journeys, ("A-1",))
            work = engine.worklist("open for 1h")
            self.assertEqual([(one.journey, one.customer) for one in work], [("7", "9"), ("A-1", "mary")])
            self.assertEqual(work.to_dict()["journey"], ["7", "A-1"])
            self.assertIn("A-1", str(work))
            self.assertEqual({(one.journey, one.customer) for one in engine.alerts()}, {("7", "9"), ("A-1", "mary")})
            self.assertEqual((engine.journey("A-1").journey, engine.journey("A-1").customer), ("A-1", "mary"))
            self.assertEqual([(one.journey, one.id, one.customer) for one in engine.touchpoints("A-1")],
                             [("A-1", "x", "mary"), ("A-1", "y", None)])
            self.assertEqual(engine.touchpoints(7)[0].customer, "9")
            numbers = (engine.id_from_text("A-1"), 7, 2**63 + 1)
            self.assertEqual([engine.text_of(number) for number in numbers], ["A-1", "7", None])
            for one in work:  # what comes back is understood
                self.assertEqual(engine.journey(one.journey).journey, one.journey)
            if pandas:
                self.assertEqual(list(work.to_pandas()["customer"]), ["9", "mary"])
            if polars:
                self.assertEqual(work.to_polars()["journey"].to_list(), ["7", "A-1"])

    def test_numbers_stay_numbers(self) -> None:
        for keep in (False, ("customer",)):
            with cxj.Engine(keep_texts=keep) as engine:
                engine.record_many(self.DATA)
                self.assertEqual(engine.journey("A-1").journey, engine.id_from_text("A-1"))
                self.assertEqual(engine.journey("A-1").customer, "mary" if keep else engine.id_from_text("mary"))
        with cxj.Engine(keep_texts=True) as engine:
            engine.record(journey=7, id=1, at=BEGIN, customer=9)
            self.assertEqual((engine.journey(7).journey, engine.journey(7).customer), (7, 9))
            engine.record(journey="A-1", at=BEGIN)
            self.assertEqual((engine.journey("A-1").journey, engine.journey(7).journey), ("A-1", "7"))
        with self.assertRaisesRegex(ValueError, "keep_texts: .*'owner'"):
            cxj.Engine(keep_texts="owner")

    def test_after_loading(self) -> None:
        """Saved bytes have no texts; a pickle has."""
        with cxj.Engine.from_frame(self.DATA) as engine:
            data = engine.to_bytes()
            self.assertNotIn(b"A-1", data)
            self.assertNotIn(b"mary", data)
            with pickle.loads(pickle.dumps(engine)) as again:
                self.assertEqual(again.journey("A-1").customer, "mary")
            with cxj.Engine.from_bytes(data, keep_texts=True) as again:
                self.assertEqual(again.journey("A-1").journey, engine.id_from_text("A-1"))
                again.remember_texts(journey=["A-1"], customer=("mary", "9"))
                self.assertEqual((again.journey("A-1").journey, again.journey("A-1").customer), ("A-1", "mary"))
            with cxj.Engine(keep_texts=True) as other:
                other.merge(engine)
                self.assertEqual(other.journey("A-1").customer, "mary")
        with cxj.Engine(keep_texts=True) as engine:
            engine.merge(data)
            self.assertEqual(engine.journey("A-1").journey, engine.id_from_text("A-1"))

    def test_erased_texts_are_gone(self) -> None:
        """ "erase_journey: nothing of it is left". """
        def known(engine: cxj.Engine) -> "set[str]":
            return set(engine._texts.by_number.values())

        with cxj.Engine.from_frame(self.DATA) as engine:
            engine.erase_journey("A-1")
            self.assertEqual(known(engine), {"z"})
        data = {"journey": ["A", "A", "B", "C"], "id": ["a1", "a2", "b1", "c1"], "at": [BEGIN] * 4,
                "customer": ["mary", "joe", "joe", "eve"]}
        with cxj.Engine.from_frame(data, on_refused="skip") as engine:
            before = list(engine)
            self.assertEqual(engine.erase_customer("joe"), 2)
            self.assertEqual(known(engine), {"C", "c1", "eve"})
            self.assertEqual(list(engine), before)
            with self.assertRaises(KeyError):
                engine.erase_customer("joe")
        with cxj.Engine.from_frame(data, views_limit=1, views="touchpoints") as engine:  # no room for the view that is asked
            engine.erase_customer("joe")
            self.assertEqual(known(engine), set())
        with cxj.Engine.from_frame(data) as engine:
            engine.move("A", into="D")
            self.assertEqual((engine.journey("D").journey, "A" in known(engine)), ("D", False))

    def test_two_texts_with_one_number_are_refused(self) -> None:
        """ "two different texts that are hashed to one number, in any of these fields, are refused (the later row), naming
        both" (SPEC 7). """
        number = cxj.id_from_text("one")
        with mock.patch("cxj._values.number_of", lambda text, engine=None: number):
            with cxj.Engine.from_frame({"journey": ["one", "one", "two"], "at": [BEGIN] * 3}, on_refused="skip") as engine:
                assert engine.reading
                self.assertEqual(engine.reading.refused.places, [2])
                self.assertRegex(engine.reading.refused.reasons[0], "'two'.*the same number as 'one'.*text_key")
                with self.assertRaisesRegex(ValueError, "'three'"):
                    engine.record(journey="one", at=BEGIN, customer="three")

    def test_what_a_replay_tells(self) -> None:
        replay = cxj.replay(self.DATA, rules=["overdue"], now=BEGIN + timedelta(days=2))
        self.assertEqual([(one.journey, one.customer) for one in replay.alerts], [("A-1", "mary")])
        replay.engine.close()


if __name__ == "__main__":
    unittest.main()
