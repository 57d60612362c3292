"""What the package promises, with nothing but the standard library."""

import copy
import ctypes.util
import datetime
import gc
import importlib.util
import inspect
import io
import multiprocessing
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import threading
import unicodedata
import unittest
import warnings
from typing import Any, Callable
from unittest import mock

import cxj
from cxj._text import visible

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
        engine.record(journey=1 + i % 7, id=1 + i, at=DAY * (i + 1), owner=f"o{i % 5}")


class Own(cxj.Engine):
    """An engine of a host's own kind."""


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
            self.assertEqual((held.id, held.customer), (cxj.id_from_text("a"), cxj.id_from_text("mary")))
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
                "give a datetime with a zone": {"at": "2026"}, "no whole number": {"value": "2"},
                "the nearest is 'fault'": {"facets": {"falt"}},
                "one rating": {"csat": 3, "nps": 4}, "score: 6 is off its scale": {"csat": 6},
                "csat: 256 is not within": {"csat": 256},
                "off its scale": {"scale": "csat7", "score": 8}, "a scale needs one": {"scale": "nps"},
                "csat is the score already": {"csat": 3, "score": 3}, "stands without a scale": {"scope": "journey"},
                "joined by": {"facets": "inbound,fault"}, "facets: 1.5": {"facets": 1.5},
                "journey: '.*' is not UTF-8": {"journey": "\ud800"}, "no text": {"owner": ["x"]},
                "the nearest is 'completed'": {"outcome": "complete"}, "7 is no text": {"owner": 7},
                "owner: '.*' is not UTF-8": {"owner": "\ud800"}, "not within 0 and": {"revision": -1},
                "beyond 10^15": {"value": 10**16},
            }.items():
                with self.subTest(words), self.assertRaisesRegex(ValueError, words.replace("^", r"\^")):
                    engine.record(**{"journey": 1, "at": 1, **wrong})  # type: ignore[arg-type]
            self.assertEqual(engine.stats().held, 0)
            nothing = {name: None for name in inspect.signature(engine.record).parameters if name not in ("journey", "at")}
            engine.record(journey=1, at=1, **nothing)  # None states nothing
            held, = engine.touchpoints(1)
            self.assertEqual((held.id, held.owner, held.facets, held.scale, held.due), (None, "", frozenset(), None, None))

    def test_columns_are_taken_but_for_the_rows_refused(self) -> None:
        with cxj.Engine(VIEWS) as engine:
            with self.assertRaises(cxj.RefusedError) as caught:
                engine.record_many({"journey": [1, 0, 2], "at": [5, 6, None], "owner": ["ann", None, "bob"]})
            receipt = caught.exception.receipt
            self.assertEqual((receipt.processed, receipt.accepted, receipt.refused, receipt.first_refusal), (3, 1, 2, 1))
            self.assertEqual(str(caught.exception),
                             "row 1: journey: there is none (2 of 3 rows refused; the other 1 were taken)")
            ended = r"^row 2: journey: there is none \(the 2 rows before it were taken\)$"
            with self.assertRaisesRegex(cxj.RefusedError, ended):
                engine.record_many({"journey": [1, 1, 0, 1], "id": [1, 2, 3, 4], "at": [5, 5, 5, 5]}, strict=True)
            self.assertEqual(engine.stats().touchpoints, 3)
            with self.assertRaisesRegex(cxj.RefusedError, "^row 0: at: there is none"):
                engine.record_many({"journey": [2], "at": [None]})
            self.assertEqual(engine.stats().touchpoints, 3)
            for words, columns in {
                "'at' is missing": {"journey": [1]}, "the nearest is 'owner'": {"journey": [1], "at": [1], "ownr": ["a"]},
                "has 2 values": {"journey": [1], "at": [1, 2]}, "row 0": {"journey": [1.5], "at": [1]},
                "is no column": {"journey": "abc", "at": [1]},
            }.items():
                with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                    engine.record_many(columns)
            with self.assertRaisesRegex(ValueError, "is no table"):
                engine.record_many(7)
            with self.assertRaisesRegex(TypeError, "renames: a dict"):
                engine.record_many({"journey": [1], "at": [1]}, renames=["journey"])  # type: ignore[arg-type]

    def test_columns_are_called_as_event_logs_call_them(self) -> None:
        log = {"case:concept:name": ["a", "a"], "time:timestamp": [1, 2], "org:resource": ["ann", "bob"],
               "lifecycle:transition": ["start", "complete"], "note": ["", ""]}
        with cxj.Engine("transitions by owner") as engine:
            with self.assertRaisesRegex(ValueError, "renames=cxj.EVENT_LOG takes it as 'journey'"):
                engine.record_many(log)
            with self.assertRaisesRegex(ValueError, "renames={'note': None} leaves it out"):
                engine.record_many(log, renames=cxj.EVENT_LOG)
            engine.record_many(log, renames={**cxj.EVENT_LOG, "note": None})
            self.assertEqual(engine.journey("a").handoffs, 1)

    def test_without_id_and_sequence_rows_are_in_their_order(self) -> None:
        """What holds for a log: the number of the row is its sequence."""
        owners = [f"o{i * 7 % 5}" for i in range(50)]
        with cxj.Engine(VIEWS) as rows, cxj.Engine(VIEWS) as one:
            rows.record_many({"journey": [1] * 50, "at": [5] * 50, "owner": owners})
            for number in reversed(range(50)):
                one.record(journey=1, at=5, owner=owners[number], sequence=number + 1)
            self.assertEqual(rows.to_bytes(), one.to_bytes())
        with cxj.Engine(VIEWS) as rows:
            rows.record_many({"journey": [1, 1], "at": [5, 5], "id": [2, 1], "owner": ["ann", "bob"]})
            self.assertEqual([one.sequence for one in rows.touchpoints(1)], [0, 0])
            self.assertEqual([one.owner for one in rows.touchpoints(1)], ["bob", "ann"])


class Views(unittest.TestCase):
    def test_cells_are_found_by_key_and_in_order(self) -> None:
        with cxj.Engine(VIEWS) as engine:
            fill(engine)
            self.assertEqual(list(engine), VIEWS)
            self.assertEqual(engine.views, tuple(engine[text] for text in engine))
            self.assertIn(VIEWS[0], engine)
            self.assertNotIn("journeys", engine)
            for view in engine.views:
                cells = list(view)
                self.assertEqual(len(cells), len(view))
                for cell in cells:
                    self.assertEqual(view.get(**cell.key), cell.metrics)
                table = view.to_dict(intervals=True)
                for row, cell in enumerate(cells):
                    for name, metric in cell.metrics.items():
                        self.assertEqual(table[name + "_n"][row], metric.n)
                        for column, wanted in ((name, metric.value), (name + "_low", metric.low),
                                               (name + "_high", metric.high)):
                            value = table[column][row] if column in table else None
                            self.assertEqual(None if value != value else value, wanted, column)
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
            self.assertIn("was dropped", repr(view))
            self.assertIn("was dropped", view._repr_html_())
            with self.assertRaisesRegex(KeyError, "there is no view"):
                engine.drop_view(view.text)
            self.assertEqual(len(engine.add_view(view.text)), 3)
            with self.assertRaisesRegex(ValueError, "'nothing': view, column 1: expected touchpoints"):
                engine.add_view("nothing")
            with self.assertRaisesRegex(KeyError, "'wait_p50' of journeys; it is one of touchpoints and transitions"):
                engine[VIEWS[0]].to_dict(["wait_p50"])
            with self.assertRaisesRegex(KeyError, "'TTR' of journeys; the nearest is 'duration_p50'"):
                engine[VIEWS[0]].to_dict(["TTR"])

    def test_a_period_is_found_as_text_and_as_datetime(self) -> None:
        for period in ("hour", "day", "week", "month", "quarter", "year"):
            with self.subTest(period), cxj.Engine(f'touchpoints per {period} where owner in ("x per hour", ann)') as engine:
                fill(engine)
                view, = engine.views
                begins = view.to_dict()["period"]
                for cell, begin in zip(view, begins):
                    self.assertEqual(view.get(period=begin), cell.metrics)
                    self.assertEqual(view.get(period=cell.key["period"]), cell.metrics)
                    self.assertIn("\n" + cell.key["period"], view.table())
                    moment = begin.replace(tzinfo=datetime.timezone.utc)
                    elsewhere = moment.astimezone(datetime.timezone(datetime.timedelta(hours=-5)))
                    self.assertEqual(view.get(period=elsewhere), cell.metrics)
                for zone in (None, datetime.timezone.utc):
                    with self.assertRaisesRegex(KeyError, "no cell whose period begins at"):
                        view.get(period=(begins[0] + datetime.timedelta(seconds=1)).replace(tzinfo=zone))
                with self.assertRaisesRegex(ValueError, "period: it is no period of this view"):
                    view.get(period="soon")
                with self.assertRaisesRegex(ValueError, "need period, too"):
                    view.get()
                with self.assertRaisesRegex(ValueError, "have no 'owner'"):
                    view.get(owner="ann")

    def test_a_table_is_in_the_order_wanted_and_as_long(self) -> None:
        with cxj.Engine(VIEWS) as engine:
            fill(engine)
            view = engine["transitions by owner"]
            lines = view.table(["transitions", "wait_p50", "lost_context_rate"], sort="transitions", rows=2).splitlines()
            self.assertEqual(len(lines), 6)
            self.assertEqual(lines[-2], f"… and {len(view) - 2} more")
            self.assertIn("Never occurred: repeated", lines[-1])
            most = max(view.to_dict(["transitions"])["transitions"])
            self.assertRegex(lines[2], rf" {most:.0f} +1 d +\S+ %$|–$")
            self.assertIn("satisfaction", str(engine[VIEWS[2]]))

    def test_a_key_that_is_called_like_a_metric_has_a_name_of_its_own(self) -> None:
        with cxj.Engine("journeys by outcome, churned") as engine:
            engine.record(journey=1, at=1, outcome="completed", facets="churned")
            engine.record(journey=2, at=1, outcome="abandoned")
            engine.record(journey=3, at=1)
            table = engine["journeys by outcome, churned"].to_dict(["churned", "journeys"])
            self.assertEqual((table["outcome"], table["churned_key"]), (["", "abandoned", "completed"], ["", "", "yes"]))
            self.assertEqual((table["churned"], table["journeys"]), ([0, 0, 1], [1, 1, 1]))
            view = engine["journeys by outcome, churned"]
            for metrics in (["journeys"], ["churned"], []):
                lines = view.table(metrics, sort="churned").splitlines()
                self.assertEqual(lines[1].split(), ["outcome", "churned", *metrics])
                self.assertEqual(lines[2].split()[:2], ["completed", "yes"])
            self.assertEqual(view.table([], rows=-1).splitlines()[-1], "… and 3 more")

    def test_years_have_four_digits(self) -> None:
        for period in ("hour", "day", "week", "month", "quarter", "year"):
            with cxj.Engine(f"journeys per {period}") as engine:
                engine.record(journey=1, at=datetime.datetime(999, 5, 5, tzinfo=UTC))
                view, = engine.views
                self.assertEqual(view.get("journeys", period=view.to_dict()["period"][0])["journeys"].value, 1)
                self.assertIn(next(iter(view)).key["period"], str(view))


class Shown(unittest.TestCase):
    """No control character, escape sequence or invisible mark is printed as it is."""

    HOSTILE = ("\x1b[31m", "\x07", "\n", "\r", "\t", "\x7f", "\x85", "\x9b31m", "\u200b", "\u200e", "\u2028", "\u202e", "\u2066",
               "\u061c", "\ufeff", "\U000e0041")

    def check(self, text: str, lines: int, name: str) -> None:
        self.assertEqual(text.count("\n"), lines, ascii(text))
        for character in text.replace("\n", ""):
            self.assertEqual(character, visible(character), ascii(text))
        self.assertIn(visible(name), text)

    def test_which_characters_are_hidden(self) -> None:
        # Marks before numbers of several scripts are of the same category, and are seen; joiners are spelling.
        seen = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13456), 0x200C,
                0x200D}
        for code in range(sys.maxunicode + 1):
            character = chr(code)
            category = unicodedata.category(character)
            hidden = visible(character) != character
            if category in ("Cc", "Cf", "Zl", "Zp", "Cs"):
                self.assertEqual(hidden, code not in seen, hex(code))
            elif hidden:
                self.assertIn(category, ("Mn", "Lo", "Cn"), hex(code))
                self.assertNotIn(code, seen)
            if hidden:
                self.assertRegex(visible(character), r"^\\([nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})$")
        self.assertEqual(visible("J\u00f6rg \u4e2d \\x1b \U0001f469\u200d\U0001f4bb"),
                         "J\u00f6rg \u4e2d \\x1b \U0001f469\u200d\U0001f4bb")

    def test_tables_journeys_and_exceptions_show_escapes(self) -> None:
        for text in self.HOSTILE:
            name, view_text = f"a{text}b", f'journeys by type where segment = "a{text}b"'
            with cxj.Engine(["transitions by owner", view_text]) as engine:
                for at, owner in enumerate((name, "bob")):
                    engine.record(journey=1, at=DAY * (1 + at), owner=owner, type=name, segment=name)
                view = engine[view_text]
                self.check(str(view), 3, name)  # the last line names facets that never occurred
                self.check(str(engine["transitions by owner"]), 3, name)
                self.check(view._repr_html_(), 0, name)
                journey = engine.journey(1)
                self.check(str(journey), str(journey).count("\n"), name)
                self.check(journey._repr_html_(), 0, name)
                self.check(repr(view) + repr(journey) + repr(engine.touchpoints(1)), 0, repr(name)[1:-1])
                # What programs read is exact.
                self.assertEqual(next(iter(view)).key, {"type": name})
                self.assertEqual((journey.owner, journey.segment), ("bob", name))
                for wrong in (lambda: engine[name], lambda: engine.add_view(f"journeys by {name}"),
                              lambda: engine.add_view(f'journeys where type = "{name}'), lambda: view.get("journeys", type=name + "x"),
                              lambda: engine.record(journey=1, at=0, facets=[name])):
                    with self.assertRaises(cxj.Error) as raised:
                        wrong()
                    for character in str(raised.exception):
                        self.assertEqual(character, visible(character), ascii(str(raised.exception)))
            error = pickle.loads(pickle.dumps(cxj.Error(name)))
            self.assertEqual((str(error), error.args[0]), (visible(name), name))


    def test_columns_beside_a_metric_have_names_of_their_own(self) -> None:
        """No metric, and no part of a key, is called like what to_dict() puts beside another."""
        for grain in cxj.header.GRAINS:
            names = [info.name for info in cxj.metrics(grain)]
            beside = {name + end for name in names for end in ("_low", "_high", "_n", "_key")}
            self.assertFalse(beside & {*names, *cxj.DIMENSIONS, "outcome", "churned", "entry", "exit", "from", "to", "period"})

    def test_a_view_is_found_however_it_is_spelled(self) -> None:
        """"Texts with the same meaning give the same view" (cxj_view_add())."""
        spellings = ('journeys by type where segment = a and type in (b, "x  y")',
                     'journeys  by type\twhere type in ("x  y",b,b) and segment in ("a")')
        for first in spellings:
            with self.subTest(first), cxj.Engine([first, "touchpoints"]) as engine:
                text = 'journeys by type where type in (b, "x  y") and segment = a'
                self.assertEqual(list(engine), [text, "touchpoints"])
                for spelling in (*spellings, text):
                    self.assertEqual(engine[spelling], engine.views[0])
                    self.assertEqual(engine.add_view(spelling), engine.views[0])
                    self.assertEqual(engine[spelling].text, text)
                    self.assertIn(spelling, engine)
                self.assertEqual(len(engine.views), 2)
                with cxj.Engine.from_bytes(engine.to_bytes()) as loaded:
                    self.assertEqual(loaded[first].text, text)
                names, view = engine.names("type"), engine.views[0]
                for absent in ("journeys by type where type = never", "no view", "\ud800", "", "touchpoints by"):
                    self.assertNotIn(absent, engine)
                    with self.assertRaisesRegex(KeyError, "there is no view"):
                        engine[absent]
                self.assertNotIn(7, engine)
                self.assertEqual((len(engine.views), engine.names("type")), (2, names))  # to ask has changed nothing
                engine.drop_view(spellings[1])
                self.assertEqual(list(engine), ["touchpoints"])
                with self.assertRaisesRegex(cxj.Error, "was dropped"):
                    len(view)

    def test_where_a_journey_stands_says_what_it_lost(self) -> None:
        """"A change of D lost context if a repeated or contradicted touchpoint stands at its later touchpoint or after it,
        before the next change of D" (SPEC 4, 6)."""
        with cxj.Engine() as engine:
            for step, (owner, facets) in enumerate((("ann", "contradicted"), ("bob", None), ("bob", "repeated"), ("eve", None),
                                                    ("ann", "contradicted|repeated"))):
                engine.record(journey=1, at=1 + step, owner=owner, facets=facets)
            journey = engine.journey(1)
            self.assertEqual((journey.handoffs, journey.lost_context, journey.contradictions, journey.repeats), (3, 2, 2, 2))
            self.assertRegex(str(journey), r"(?m)^lost_context +2$")

    def test_where_a_journey_stands_says_who_waits(self) -> None:
        """"If m is inbound and the customer does not wait for an answer yet, the customer waits since m.at" (SPEC 4, 8)."""
        with cxj.Engine() as engine:
            for day, facets, waits in ((1, "update", None), (2, "chase", 2), (3, "inbound", 2), (4, "pending", 2), (5, "update", None)):
                engine.record(journey=1, at=DAY * day, facets=facets)
                since = None if waits is None else datetime.datetime(1970, 1, 1 + waits, tzinfo=UTC)
                self.assertEqual(engine.journey(1).waiting_since, since, day)
                self.assertEqual(engine.journey(1).pending_now, day >= 4, day)
                self.assertEqual("waiting_since" in str(engine.journey(1)), waits is not None)


class Texts(unittest.TestCase):
    """"`journey`, `id`, `customer`: a number below 2^63 written as digits without leading zeros, not 0, is taken as it is;
    any other text t (`007` and `0` too) stands for the number 2^63 + (h mod 2^63)" (SPEC 7)."""

    KEY = bytes(range(100, 116))

    def test_only_canonical_digits_are_numbers(self) -> None:
        for number in (1, 7, 10**9, 2**63 - 1):
            self.assertEqual(cxj.id_from_text(str(number)), number)
        self.assertEqual((cxj.id_from_text(""), cxj.id_from_text(b"")), (0, 0))
        texts = ["0", "00", "007", "+7", "-7", " 7", "7 ", "7.0", "\uff17", str(2**63), str(2**64), "seven", "7\0"]
        numbers = {cxj.id_from_text(text) for text in texts}
        self.assertEqual(len(numbers), len(texts))
        for text in texts:
            self.assertGreaterEqual(cxj.id_from_text(text), 2**63)
            self.assertEqual(cxj.id_from_text(text.encode()), cxj.id_from_text(text))
        with self.assertRaisesRegex(ValueError, "is not UTF-8"):
            cxj.id_from_text("\ud800")

    def test_whole_numbers_stand_for_themselves(self) -> None:
        """Whatever they are given by: touchpoints, lists, texts in a column beside them."""
        with cxj.Engine() as one, cxj.Engine() as many:
            for journey in (7, "7", "007", "0", 2**64 - 1):
                one.record(journey=journey, id=journey, at=1, customer=journey)
            self.assertEqual(one.stats().journeys, 4)
            self.assertEqual(one.journey(7), one.journey("7"))
            self.assertEqual(one.journey(cxj.id_from_text("007")), one.journey("007"))
            self.assertEqual(one.journey(2**64 - 1).customer, 2**64 - 1)
            mixed = [7, "7", "007", "0", 2**64 - 1]
            many.record_many({"journey": mixed, "id": mixed, "at": [1] * 5, "customer": mixed})
            self.assertEqual(one.to_bytes(), many.to_bytes())
            with self.assertRaisesRegex(ValueError, "journey: 0 must not be 0"):
                one.record(journey=0, at=1)
            with self.assertRaisesRegex(cxj.RefusedError, "row 0: journey: there is none"):
                many.record_many({"journey": [""], "at": [1]})

    def test_a_moment_is_never_0(self) -> None:
        """"years 0001 to 9999, else refused; 0 = none, refused too" (SPEC 2)."""
        epoch = datetime.datetime(1970, 1, 1, tzinfo=UTC)
        with cxj.Engine() as engine:
            for at in (0, epoch, epoch + datetime.timedelta(microseconds=999)):
                with self.assertRaisesRegex(cxj.RefusedError, "at: 0 is none"):
                    engine.record(journey=1, at=at)
                with self.assertRaisesRegex(cxj.RefusedError, "row 0: at: 0 is none"):
                    engine.record_many({"journey": [1], "at": [at]})
            engine.record(journey=1, at=epoch - datetime.timedelta(microseconds=1))
            self.assertEqual(engine.touchpoints(1)[0].at, epoch - datetime.timedelta(milliseconds=1))

    def test_a_key_of_the_hosts_own(self) -> None:
        """"The library offers this function to every host, with a key of the host's own if it likes" (SPEC 7)."""
        with cxj.Engine() as public, cxj.Engine(text_key=bytes(range(16))) as same, cxj.Engine(text_key=self.KEY) as own:
            for text in ("a", "007", "x" * 1000):
                self.assertEqual(public.id_from_text(text), cxj.id_from_text(text))
                self.assertEqual(same.id_from_text(text), cxj.id_from_text(text))  # "the key 00 01 02 … 0f"
                self.assertNotEqual(own.id_from_text(text), cxj.id_from_text(text))
                self.assertEqual(own.id_from_text(text.encode()), own.id_from_text(text))
            self.assertEqual((own.id_from_text("12"), own.id_from_text("")), (12, 0))
            own.record(journey="a", id="b", at=1, customer="c")
            own.record_many({"journey": ["a"], "id": ["d"], "at": [2], "customer": ["c"]})
            held = own.touchpoints("a")
            self.assertEqual([one.journey for one in held], [own.id_from_text("a")] * 2)
            self.assertEqual({one.id for one in held}, {own.id_from_text("b"), own.id_from_text("d")})
            self.assertEqual(own.journey("a").customer, own.id_from_text("c"))
            with self.assertRaisesRegex(KeyError, "journey 'a': there is no journey"):
                public.journey("a")
            for again in (pickle.loads(pickle.dumps(own)), cxj.Engine.from_bytes(own.to_bytes(), text_key=self.KEY)):
                with again:
                    self.assertEqual(again.journey("a"), own.journey("a"))
            self.assertNotIn(self.KEY, own.to_bytes())
            self.assertEqual(own.erase_customer("c"), 1)
        for wrong in (b"", b"x" * 15, b"x" * 17, bytes(16), "x" * 16, 7):
            with self.subTest(wrong), self.assertRaisesRegex(ValueError, "text_key: "):
                cxj.Engine(text_key=wrong)  # type: ignore[arg-type]


class Incomplete(unittest.TestCase):
    """What a view lacks is said by each read, once."""

    VIEWS = ("journeys by type", "touchpoints by type", "transitions by owner")

    def engine(self, **settings: Any) -> cxj.Engine:
        engine = cxj.Engine(self.VIEWS, cells_limit=1, **settings)
        self.addCleanup(engine.close)
        for i in range(6):
            engine.record(journey=1 + i // 3, id=i + 1, at=1 + i, type=f"t{i // 3}", owner="abc"[i % 3], csat=4)
        return engine

    def said(self, do: "Callable[[], Any]") -> "list[str]":
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            do()
        for one in caught:
            self.assertIs(one.category, cxj.IncompleteWarning)
            self.assertEqual(one.filename, __file__)
        return [str(one.message) for one in caught]

    def test_each_read_warns_once_and_names_the_view(self) -> None:
        engine = self.engine()
        for text in self.VIEWS:
            view = engine[text]
            self.assertTrue(view.incomplete)
            self.assertFalse(view.lacks_sealed)
            cell, = self.cells(view)
            reads: "list[Callable[[], Any]]" = [view.to_dict, lambda: view.to_dict([], intervals=True), lambda: list(view),
                                                lambda: str(view), lambda: view._repr_html_(), lambda: view.table(rows=0)]
            for name in ("pandas", "polars", "pyarrow"):
                if importlib.util.find_spec(name):
                    reads.append(getattr(view, {"pyarrow": "to_arrow"}.get(name, "to_" + name)))
            for read in reads:
                self.assertEqual(self.said(read), [f"'{text}' is incomplete: it lacks cells beyond the limit of cells"])
            # "the existing cells are exact": reading one warns of nothing.
            self.assertEqual(self.said(lambda: view.get(**cell.key)), [])
            self.assertEqual(self.said(lambda: (len(view), repr(view), view.key_names, view.metrics())), [])
            other = {name: "nothing" for name in cell.key}
            with self.assertRaisesRegex(cxj.Error, "not known whether") as caught:
                view.get(**other)
            self.assertNotIsInstance(caught.exception, KeyError)
            self.assertEqual(caught.exception.status, cxj.header.LIMIT)

    def cells(self, view: cxj.View) -> "list[cxj.Cell]":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", cxj.IncompleteWarning)
            return list(view)

    def test_what_sealed_journeys_have_contributed_may_be_missing(self) -> None:
        engine = self.engine(seal_idle_after=datetime.timedelta(days=2))
        engine.advance(5 * DAY)
        view = engine[self.VIEWS[0]]
        self.assertTrue(view.lacks_sealed)
        wanted = [f"'{view.text}' is incomplete: it lacks what journeys sealed before have contributed, and perhaps whole "
                  "cells"]
        self.assertEqual(self.said(lambda: view.to_dict(["journeys"])), wanted)
        self.assertEqual(self.said(lambda: view.get(**self.cells(view)[0].key)), wanted)  # of this cell, too, perhaps

    def test_a_view_that_was_added_too_late_lacks_what_was_sealed(self) -> None:
        with cxj.Engine("journeys", seal_idle_after=datetime.timedelta(days=2)) as engine:
            engine.record(journey=1, id=1, at=1, type="move")
            engine.advance(5 * DAY)
            view = engine.add_view("journeys by type")
            self.assertEqual((view.lacks_sealed, view.incomplete), (True, True))
            wanted = ["'journeys by type' is incomplete: it lacks what journeys sealed before have contributed, and perhaps whole "
                      "cells"]
            self.assertEqual(self.said(lambda: view.to_dict(["journeys"])), wanted)
            with self.assertRaisesRegex(cxj.Error, "not known whether"):
                view.get("journeys", type="move")
            self.assertEqual(self.said(lambda: engine["journeys"].to_dict()), [])
            with cxj.Engine.from_bytes(engine.to_bytes()) as again:
                self.assertTrue(again["journeys by type"].lacks_sealed)
            with cxj.Engine(["journeys", "journeys by type"]) as other, self.assertRaisesRegex(cxj.Error, "journeys by type"):
                other.merge(engine)

    def test_the_warning_can_be_an_error(self) -> None:
        engine = self.engine()
        with warnings.catch_warnings():
            warnings.simplefilter("error", cxj.IncompleteWarning)
            for read in (lambda: engine.views[0].to_dict(), lambda: list(engine.views[1])):
                with self.assertRaisesRegex(cxj.IncompleteWarning, "is incomplete"):
                    read()
        free = threading.Thread(target=engine.stats)  # nobody holds the lock
        free.start()
        free.join(10)
        self.assertFalse(free.is_alive())

    def test_what_is_whole_warns_of_nothing(self) -> None:
        with cxj.Engine(VIEWS) as engine:
            fill(engine)
            for view in engine.views:
                self.assertEqual(self.said(lambda: (view.to_dict(intervals=True), list(view), str(view))), [])


class Statuses(unittest.TestCase):
    """Errors are exceptions; outcomes are not, but for those that leave something not done."""

    def test_errors_are_exceptions_and_outcomes_are_not(self) -> None:
        numbers = {name: value for name, value in vars(cxj.header).items() if name.isupper() and isinstance(value, int)}
        for name in ("OK", "DONE", "REFUSED", "PARTIALLY_ERASED", "INCOMPLETE"):
            cxj._library.must(numbers[name])
        cxj._library.must(1000)  # an outcome of a later version
        errors = {number for number in numbers.values() if number < 0}
        self.assertEqual(len(errors), 19)
        for number in (*errors, -1000, cxj.header.STALE):
            with self.assertRaisesRegex(cxj.Error, "^why$") as caught:
                cxj._library.must(number, "why")
            self.assertEqual(caught.exception.status, number)
            with self.assertRaisesRegex(cxj.Error, "..."):
                cxj._library.must(number)

    def test_too_little_room_is_asked_for_again(self) -> None:
        asked = []

        def call(capacity: int, size: Any) -> int:
            asked.append(capacity)
            size._obj.value = 5 + len(asked)
            return cxj.header.TOO_SMALL if capacity < 8 else cxj.header.INCOMPLETE

        self.assertEqual(cxj._library.sized(0, call), (9, cxj.header.INCOMPLETE))
        self.assertEqual(asked, [0, 6, 7, 8])
        with self.assertRaisesRegex(MemoryError, "^none$"):
            cxj._library.sized(0, lambda capacity, size: cxj.header.NO_MEMORY, lambda: "none")

    def test_what_is_larger_than_was_guessed_comes_whole(self) -> None:
        with cxj.Engine() as engine:
            for i in range(300):
                engine.record(journey=1, id=i + 1, at=1 + i, activity=f"{i} " + "x" * 1000)
            data = engine.to_bytes()
            self.assertGreater(len(data), 300000)
            with cxj.Engine.from_bytes(data) as other:
                self.assertEqual(other.to_bytes(), data)
            self.assertEqual([one.id for one in engine.touchpoints(1)], list(range(1, 301)))
            self.assertEqual(len(engine.names("activity")), 300)

    def test_the_sentences_of_readers_are_the_librarys(self) -> None:
        with cxj.Engine("journeys by type per month") as engine:
            for words, kind, read in (
                ("^there is no journey 9$", KeyError, lambda: engine.journey(9)),
                ("^there is no journey 9$", KeyError, lambda: engine.touchpoints(9)),
                ("^journey 'x': there is no journey", KeyError, lambda: engine.journey("x")),
                ("^journey 'x': there is no journey", KeyError, lambda: engine.touchpoints("x")),
                ("'type': 'x'.*: nothing contributes to such a cell$", KeyError,
                 lambda: engine.views[0].get(period="2026-01", type="x")),
                ("'period': '2026'.*: period: it is no period", ValueError,
                 lambda: engine.views[0].get(period="2026", type="x")),
                ("byte ", ValueError, lambda: cxj.validate(b"nothing")),
            ):
                with self.subTest(words), self.assertRaisesRegex(kind, words):
                    read()
            engine.record(journey=9, id=1, at=1)
            engine.withdraw(9, 1)
            with self.assertRaisesRegex(KeyError, "^all touchpoints of this journey are withdrawn$"):
                engine.journey(9)

    def test_the_clock_goes_no_ten_years_at_once(self) -> None:
        with cxj.Engine() as engine:
            engine.advance(10**12)
            with self.assertRaisesRegex(ValueError, "more than ten years after"):
                engine.advance(10**15 // 10)
            self.assertEqual(engine.stats().now, datetime.datetime.fromtimestamp(10**9, UTC))


class Known(unittest.TestCase):
    """What an engine, and the library, have names for."""

    def test_names_are_listed_with_how_many_have_them(self) -> None:
        with cxj.Engine("journeys where type = wanted") as engine:
            for i, owner in enumerate(("zoë", "ann", "ann", "\U0001f642", "bob")):
                engine.record(journey=1 + i, id=1, at=1, owner=owner, type="move")
            self.assertEqual(engine.names("owner"), {"ann": 2, "bob": 1, "zoë": 1, "\U0001f642": 1})
            self.assertEqual(list(engine.names("owner")), ["ann", "bob", "zoë", "\U0001f642"])
            self.assertEqual(engine.names("type"), {"move": 5, "wanted": 0})
            self.assertEqual(engine.names("team"), {})
            engine.erase_journey(5)
            self.assertEqual(engine.names("owner"), {"ann": 2, "zoë": 1, "\U0001f642": 1})
            for wrong in ("outcome", "from", "owners", ""):
                with self.assertRaisesRegex(ValueError, "there is no dimension"):
                    engine.names(wrong)

    def test_dimensions_say_how_full_they_are(self) -> None:
        with cxj.Engine() as engine:
            before = {one.name: one for one in engine.dimensions()}
            self.assertEqual(list(before), [*cxj.DIMENSIONS, "outcome", "churned", "entry", "exit"])
            engine.record(journey=1, at=1, owner="ann", channel="phone")
            for one in engine.dimensions():
                used = one.name in ("owner", "channel")
                self.assertEqual((one.names, one.room), (int(used), before[one.name].room - used))
                self.assertEqual(one.has_names, one.name in cxj.DIMENSIONS)
                self.assertEqual(one.room > 0, one.has_names)

    def test_facets_are_told_with_what_they_imply(self) -> None:
        """The table of SPEC 2."""
        implies = {facet.name: set(facet.implies) for facet in cxj.facets()}
        self.assertEqual(implies["chase"], {"chase", "inbound", "contact"})
        self.assertEqual(implies["explains"], {"explains", "update"})
        self.assertEqual([facet.bit for facet in cxj.facets()], [1 << i for i in range(len(cxj.FACETS))])
        for facet in cxj.facets():
            with cxj.Engine() as engine:
                engine.record(journey=1, id=1, at=1, facets=[facet.name])
                self.assertEqual(engine.touchpoints(1)[0].facets, facet.implies)

    def test_facets_are_counted_as_touchpoints_come_and_go(self) -> None:
        with cxj.Engine("journeys", seal_idle_after=datetime.timedelta(days=2)) as engine:
            self.assertEqual(engine.facet_counts(), {name: 0 for name in cxj.FACETS if name != "withdrawn"})

            def counted() -> "dict[str, int]":
                return {name: count for name, count in engine.facet_counts().items() if count}

            engine.record(journey=1, id=1, at=1, facets="chase")
            engine.record(journey=1, id=2, at=2, facets="fault|inbound")
            engine.record(journey=2, id=1, at=3, facets="fault")
            self.assertEqual(counted(), {"contact": 2, "inbound": 2, "chase": 1, "fault": 2})
            engine.withdraw(1, 1)
            engine.record(journey=2, id=1, at=3, facets="update", revision=1)
            self.assertEqual(counted(), {"contact": 1, "inbound": 1, "fault": 1, "update": 1})
            engine.erase_journey(1)
            engine.advance(5 * DAY)
            self.assertEqual((engine.stats().sealed, counted()), (1, {"update": 1}))

    def test_feeds_are_told(self) -> None:
        with cxj.Engine() as engine, cxj.Engine(feeds=["chase", "fault"]) as fed:
            self.assertIsNone(engine.feeds)
            self.assertLessEqual({"chase", "fault"}, fed.feeds or set())
            self.assertNotIn("update", fed.feeds or set())
            fed.set_feeds(None)
            self.assertIsNone(fed.feeds)

    def test_of_what_is_withdrawn_only_its_id_is_known(self) -> None:
        """"A touchpoint that is withdrawn keeps its id and revision and contributes nothing" (SPEC 3.3)."""
        with cxj.Engine() as engine:
            engine.record(journey=1, id=2, at=5, owner="ann", due=7, value=3, facets="fault")
            engine.withdraw(1, 2)
            engine.withdraw(1, 3, 9)
            for held, revision in zip(engine.touchpoints(1), (1, 9)):
                nothing = engine._touchpoint(cxj.header.Touchpoint())._asdict()
                self.assertEqual(held._asdict(), {**nothing, "journey": 1, "id": held.id, "revision": revision,
                                                  "facets": {"withdrawn"}})
                self.assertIsNone(held.at)
            self.assertEqual([held.id for held in engine.touchpoints(1)], [2, 3])


class Lasting(unittest.TestCase):
    def test_bytes_files_and_pickles_are_the_engine(self) -> None:
        with cxj.Engine(VIEWS, feeds=cxj.FACETS) as engine, tempfile.TemporaryDirectory() as folder:
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
            for other_bytes in (bytearray(data), memoryview(data)):
                with cxj.Engine.from_bytes(other_bytes) as other:
                    self.assertEqual(other.to_bytes(), data)
            with self.assertRaisesRegex(ValueError, "byte "):
                cxj.validate(data[:-1])
            for wrong in (lambda: cxj.Engine.from_bytes("engine.cxj"), lambda: cxj.Engine.load(data),  # type: ignore[arg-type]
                          lambda: engine.merge([engine]), lambda: cxj.Engine.load(io.StringIO("text"))):  # type: ignore[arg-type]
                with self.assertRaisesRegex(TypeError, "expected, not"):
                    wrong()
            with self.assertRaisesRegex(TypeError, "the nearest is 'feeds'"):
                cxj.Engine.from_bytes(data, feed=())

    def test_a_mark_lasts_with_the_engine(self) -> None:
        with cxj.Engine(VIEWS) as engine, tempfile.TemporaryDirectory() as folder:
            self.assertEqual(engine.mark, b"")
            fill(engine)
            bare, path = engine.to_bytes(), pathlib.Path(folder) / "engine.cxj"
            for mark in (b"log 7, byte 12", b"\0" * 65536, bytearray(b"x\0y"), memoryview(b"z")):
                engine.mark = mark  # type: ignore[assignment]
                self.assertEqual(engine.mark, bytes(mark))
                self.assertNotEqual(engine.to_bytes(), bare)
                engine.save(path)
                for again in (cxj.Engine.load(path), pickle.loads(pickle.dumps(engine))):
                    with again, cxj.Engine(VIEWS) as other:
                        self.assertEqual((again.mark, again.to_bytes()), (mark, engine.to_bytes()))
                        other.mark = b"own"
                        other.merge(again)
                        other.merge(again.to_bytes())
                        self.assertEqual(other.mark, b"own")  # "A merge leaves the mark of the receiving engine"
            with self.assertRaises(ValueError):
                engine.mark = bytes(65537)
            with self.assertRaisesRegex(TypeError, "mark: bytes are expected, not str"):
                engine.mark = "text"  # type: ignore[assignment]
            self.assertEqual(engine.mark, b"z")
            engine.mark = b""
            self.assertEqual((engine.mark, engine.to_bytes()), (b"", bare))

    def test_what_an_engine_says_of_its_feed_lasts_with_it(self) -> None:
        with cxj.Engine(VIEWS, feeds=["fault"], seal_idle_after=datetime.timedelta(days=2)) as engine:
            fill(engine)
            data = engine.to_bytes()
            with cxj.Engine.from_bytes(data) as again, cxj.Engine.from_bytes(data, feeds=["chase"]) as both:
                self.assertEqual(again.feeds, engine.feeds)
                self.assertLess(both.feeds or set(), engine.feeds or set())  # what either leaves out is not recorded
                again.advance(100 * DAY)
                self.assertEqual(again.stats().sealed, 20)
            for merged in (engine, data):
                with cxj.Engine(VIEWS) as whole:
                    whole.merge(merged)
                    self.assertEqual(whole.feeds, engine.feeds)

    def test_what_loading_may_take_is_bounded(self) -> None:
        with cxj.Engine(VIEWS) as engine:
            fill(engine)
            data = engine.to_bytes()
            found = cxj.validate(data)
            self.assertEqual(found.work, 80 * 3)
            self.assertGreater(found.memory, len(data))
            cxj.Engine.from_bytes(data, views_limit=3, load_work_limit=1).close()
            with self.assertRaisesRegex(cxj.Error, "views"):
                cxj.Engine.from_bytes(data, views_limit=2)
            with cxj.Engine("journeys", views_limit=1) as one, self.assertRaisesRegex(cxj.Error, "views"):
                one.add_view("touchpoints")
            with self.assertRaisesRegex(ValueError, "views_limit"):
                cxj.Engine(views_limit=5000)

    def test_a_file_is_whole_or_the_old_one(self) -> None:
        with cxj.Engine(VIEWS) as engine, tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "engine.cxj"
            engine.save(path)
            path.chmod(0o600)
            old, mode = path.read_bytes(), path.stat().st_mode
            fill(engine)
            for function in ("os.fsync", "os.rename", "os.fchmod", "cxj._file.write"):
                with mock.patch(function, side_effect=OSError(5, "torn")), self.assertRaisesRegex(OSError, "torn"):
                    engine.save(path)
                self.assertEqual((path.read_bytes(), os.listdir(folder)), (old, ["engine.cxj"]))
            engine.save(path)
            self.assertEqual((path.read_bytes(), path.stat().st_mode), (engine.to_bytes(), mode))
            long = pathlib.Path(folder) / ("n" * 250)
            engine.save(long)
            with cxj.Engine.load(long) as other:
                self.assertEqual(other.to_bytes(), engine.to_bytes())
            for wrong in (3, b"path"):
                with self.assertRaisesRegex(TypeError, "a path or a file is expected"):
                    engine.save(wrong)  # type: ignore[arg-type]
            link = pathlib.Path(folder) / "link"
            link.symlink_to(path)
            engine.save(link)
            self.assertTrue(link.is_symlink())

    def test_nothing_is_left_whatever_is_raised(self) -> None:
        with cxj.Engine(VIEWS) as engine, tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "engine.cxj"
            engine.save(path)
            old = path.read_bytes()
            fill(engine)
            for function in ("fcntl.flock", "os.fsync", "os.rename", "os.fchmod", "os.fstat", "cxj._file.write"):
                for error in (KeyboardInterrupt("torn"), MemoryError("torn")):
                    with mock.patch(function, side_effect=error), self.assertRaisesRegex(type(error), "torn"):
                        engine.save(path)
                    self.assertEqual((path.read_bytes(), os.listdir(folder)), (old, ["engine.cxj"]))
            with mock.patch("fcntl.flock", side_effect=OSError(38, "no locks here")):
                engine.save(path)
            self.assertEqual((path.read_bytes(), os.listdir(folder)), (engine.to_bytes(), ["engine.cxj"]))

    def test_what_is_no_regular_file_is_never_written_to(self) -> None:
        with cxj.Engine(VIEWS) as engine, tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            os.mkfifo(folder / "fifo")
            (folder / "inner").mkdir()
            for link, to in (("nowhere.link", "nowhere"), ("loop.link", "loop.link"), ("fifo.link", "fifo"),
                             ("inner.link", "inner")):
                (folder / link).symlink_to(to)
            before = sorted(os.listdir(folder))
            for wrong in ("fifo", "inner", "nowhere.link", "loop.link", "fifo.link", "inner.link", "nowhere/",
                          "nowhere/engine.cxj", "fifo/engine.cxj", ".cxj-.a.new"):
                with self.assertRaises(OSError, msg=wrong):
                    engine.save(f"{name}/{wrong}")
            for wrong in ("", "/dev/null", "/dev/full"):
                with self.assertRaises(OSError, msg=wrong):
                    engine.save(wrong)
            self.assertEqual(sorted(os.listdir(folder)), before)
            self.assertTrue((folder / "fifo").is_fifo())
            self.assertTrue(pathlib.Path("/dev/null").is_char_device())

    def test_a_file_keeps_its_permissions_and_its_other_names_what_they_held(self) -> None:
        with cxj.Engine(VIEWS) as engine, tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            path, hard = folder / "engine.cxj", folder / "hard.cxj"
            before = os.umask(0)
            try:
                engine.save(path)
            finally:
                os.umask(before)
            self.assertEqual(path.stat().st_mode & 0o7777, 0o600)
            old = path.read_bytes()
            os.link(path, hard)
            fill(engine)
            for mode in (0o600, 0o644, 0o640, 0o444, 0o4755, 0o000):
                path.chmod(mode)
                engine.save(path)
                self.assertEqual(path.stat().st_mode & 0o7777, mode & 0o777)
            hard.chmod(0o600)
            self.assertEqual(hard.read_bytes(), old)

    def test_another_saver_may_come_at_any_moment(self) -> None:
        with cxj.Engine(VIEWS) as engine, cxj.Engine(VIEWS) as other, tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "engine.cxj"
            fill(engine)
            other.save(path)
            for function in ("fcntl.flock", "os.fstat", "os.fchmod", "os.fsync", "os.rename", "cxj._file.write"):
                module, _, attribute = function.rpartition(".")
                real, came = getattr(sys.modules[module], attribute), []

                def comes(*arguments: Any, **named: Any) -> Any:
                    if not came:
                        came.append(True)
                        other.save(path)
                        self.assertEqual(path.read_bytes(), other.to_bytes())
                    return real(*arguments, **named)

                with mock.patch(function, comes):
                    engine.save(path)
                self.assertEqual((came, path.read_bytes()), ([True], engine.to_bytes()), function)
                self.assertEqual(os.listdir(folder), ["engine.cxj"])

    def test_what_a_killed_saver_left_is_swept_up(self) -> None:
        code = ("import fcntl, os, signal, sys, cxj\n"
                "def die(*arguments, **named): os.kill(os.getpid(), signal.SIGKILL)\n"
                "setattr(fcntl if sys.argv[2] == 'flock' else os, sys.argv[2], die)\n"
                "cxj.Engine('journeys').save(sys.argv[1])\n")
        with cxj.Engine(VIEWS) as engine, tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "engine.cxj"
            for moment in ("flock", "fsync", "rename"):
                subprocess.run([sys.executable, "-c", code, str(path), moment], check=False,
                               env={**os.environ, "CXJ_LIBRARY": cxj.loaded_from,
                                    "PYTHONPATH": str(pathlib.Path(cxj.__file__).parent.parent)})
                left = [name for name in os.listdir(folder) if name != "engine.cxj"]
                self.assertRegex(" ".join(left), r"^\.cxj-\S+\.new$")
                engine.save(path)
                self.assertEqual((path.read_bytes(), os.listdir(folder)), (engine.to_bytes(), ["engine.cxj"]))

    def test_a_reader_finds_a_whole_file_however_many_save_to_it(self) -> None:
        engines = [cxj.Engine(VIEWS) for _ in range(8)]
        for i, engine in enumerate(engines):
            fill(engine, 1 + 5 * i)
        whole = {engine.to_bytes() for engine in engines}
        for savers in (2, 8):
            with tempfile.TemporaryDirectory() as folder:
                path, over, failed = pathlib.Path(folder) / "engine.cxj", threading.Event(), []

                def save(engine: cxj.Engine) -> None:
                    try:
                        while not over.is_set():
                            engine.save(path)
                    except BaseException as error:
                        failed.append(error)

                engines[0].save(path)
                threads = [threading.Thread(target=save, args=(engine,)) for engine in engines[:savers]]
                for thread in threads:
                    thread.start()
                for _ in range(1000):
                    data = path.read_bytes()
                    if data not in whole:
                        failed.append(AssertionError(f"{len(data)} bytes that nobody saved"))
                over.set()
                for thread in threads:
                    thread.join()
                self.assertEqual((failed[:1], os.listdir(folder)), ([], ["engine.cxj"]))
        for engine in engines:
            engine.close()

    def test_a_file_that_takes_less_is_given_the_rest(self) -> None:
        class Slow(io.RawIOBase):
            def __init__(self, answers: "list[int | None]") -> None:
                self.answers, self.got = answers, b""

            def write(self, data: Any) -> "int | None":
                answer = self.answers.pop(0) if self.answers else len(data)
                self.got += bytes(data[:answer or 0])
                return answer

        with cxj.Engine(VIEWS) as engine:
            fill(engine)
            file = Slow([1, 100, 7])
            engine.save(file)  # type: ignore[arg-type]
            self.assertEqual(file.got, engine.to_bytes())
            for answers in ([5, 0], [5, None], [-1]):
                with self.assertRaisesRegex(OSError, "the file took"):
                    engine.save(Slow(answers))  # type: ignore[arg-type]

    def test_subclasses_settings_and_exceptions_can_be_pickled(self) -> None:
        with Own(VIEWS, touchpoints_limit=7, feeds="fault", seal_idle_after=datetime.timedelta(days=3)) as engine:
            engine.record(journey=1, at=1)
            for copied in (pickle.loads(pickle.dumps(engine)), copy.deepcopy(engine)):
                with copied:
                    self.assertIs(type(copied), Own)
                    self.assertEqual((copied._settings, copied.to_bytes()), (engine._settings, engine.to_bytes()))
            try:
                engine.record_many({"journey": [0], "at": [1]})
            except cxj.RefusedError as error:
                again = pickle.loads(pickle.dumps(error))
                self.assertEqual((str(again), again.receipt, again.status), (str(error), error.receipt, error.status))

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
            engine.record(journey=3, at=1, owner="ann")
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
            "its cxj_value has 32 bytes, and this package's 40":
                "_header.STRUCTS['cxj_value'] = type('M', (ctypes.Structure,), {'_fields_': [('a', ctypes.c_double * 5)]})",
        }.items():
            self.assertRegex(self.said(change), f"does not fit: .*{words}")

    def test_where_it_was_looked_for_is_said(self) -> None:
        said = self.said(library="/nowhere/libcxj.so")
        self.assertIn("/nowhere/libcxj.so (CXJ_LIBRARY): not there", said)
        self.assertIn("(inside the package): not there", said)
        self.assertIn(f"{__file__} (CXJ_LIBRARY): ", self.said(library=__file__))
        other = ctypes.util.find_library("c")
        if other:
            maps = pathlib.Path("/proc/self/maps")
            paths = [line.split()[-1] for line in (maps.read_text().splitlines() if maps.exists() else ())
                     if "/libc.so" in line or "/libc-" in line]
            for path in paths[:1]:
                self.assertIn("no function cxj_version", self.said(library=path))


class Bounds(unittest.TestCase):
    """Limits, feeds, the clock and what is sealed."""

    def test_limits(self) -> None:
        with cxj.Engine("touchpoints by owner", touchpoints_limit=2, cells_limit=1) as engine:
            engine.record(journey=1, at=1, owner="ann")
            engine.record(journey=1, at=2, owner="bob")
            self.assertTrue(engine["touchpoints by owner"].incomplete)
            with self.assertRaisesRegex(cxj.RefusedError, "2 touchpoints are as many") as caught:
                engine.record(journey=1, at=3)
            assert caught.exception.receipt
            self.assertEqual(caught.exception.receipt.status, cxj.header.LIMIT)
        count = 20000
        with cxj.Engine(VIEWS, memory_limit=3 * 10**6) as engine:
            with self.assertRaisesRegex(MemoryError, r"^row \d+: no memory; those before it were taken$") as lacks:
                engine.record_many({"journey": [0, *range(1, count)], "at": [1] * count})
            receipt = lacks.exception.receipt  # type: ignore[attr-defined]
            self.assertEqual((receipt.refused, receipt.first_refusal), (1, 0))
            self.assertEqual(receipt.accepted, engine.stats().touchpoints)
            self.assertIn(f"row {receipt.processed}:", str(lacks.exception))
        for wrong in ({"memory_limit": -1}, {"touchpoints_limit": 30000}, {"feeds": {"falt"}},
                      {"seal_idle_after": datetime.timedelta(0)}, {"seal_ended_after": 3}):
            with self.subTest(wrong), self.assertRaises(ValueError):
                cxj.Engine(**wrong)  # type: ignore[arg-type]

    def test_names_that_a_dimension_cannot_have_any_more(self) -> None:
        names = [f"n{i}" for i in range(65600)]
        with cxj.Engine() as engine:
            with self.assertRaisesRegex(ValueError, "'at', row 65599"):  # what cannot be taken leaves no names
                engine.record_many({"channel": names, "journey": [1] * 65600, "at": [1] * 65599 + ["x"]})
            engine.record(journey=1, at=1, channel="phone")
            with self.assertRaisesRegex(cxj.Error, "column 'channel', row 65534: .*full"):
                engine.record_many({"channel": names, "journey": [1] * 65600, "at": [1] * 65600})
            self.assertEqual(engine.stats().touchpoints, 1)

    def test_what_is_not_fed_has_no_value(self) -> None:
        with cxj.Engine("touchpoints", feeds=iter(["contact"])) as engine:
            engine.record(journey=1, at=1, facets="contact")
            self.assertIsNone(engine["touchpoints"].get("faults")["faults"].value)
            engine.set_feeds(name for name in ("fault",))
            self.assertEqual(engine["touchpoints"].get("faults")["faults"].value, 0)
            with pickle.loads(pickle.dumps(engine)) as other:
                self.assertEqual(other["touchpoints"].get("faults")["faults"].value, 0)
                self.assertIsNone(other["touchpoints"].get("inbound")["inbound"].value)
            engine.set_feeds(None)
            self.assertEqual(engine["touchpoints"].get("inbound")["inbound"].value, 0)

    def test_what_is_sealed_stays_in_the_sums(self) -> None:
        with cxj.Engine("journeys by type", seal_idle_after=datetime.timedelta(days=2)) as engine:
            engine.record(journey=1, id=1, at=1, type="move", customer=7)
            engine.advance(3 * DAY)
            self.assertEqual(engine.stats().sealed, 1)
            with self.assertRaisesRegex(cxj.Error, "is sealed"):
                engine.journey(1)
            for late in (lambda: engine.record(journey=1, id=2, at=DAY), lambda: engine.withdraw(1, 1)):
                with self.assertRaisesRegex(cxj.RefusedError, "sealed"):
                    late()
            with self.assertRaisesRegex(cxj.RefusedError, "1 of 2 rows refused") as caught:
                engine.record_many({"journey": [1, 2], "at": [5, 4 * DAY], "id": [3, 3]})
            assert caught.exception.receipt
            self.assertEqual((caught.exception.receipt.late, caught.exception.receipt.accepted), (1, 1))
            with self.assertRaisesRegex(ValueError, "before"):
                engine.advance(DAY)
            with cxj.Engine.from_bytes(engine.to_bytes()) as other, self.assertRaisesRegex(cxj.Error, "seal"):
                engine.merge(other)
            self.assertFalse(engine.erase_journey(1))
            self.assertEqual(engine["journeys by type"].get("journeys", type="move")["journeys"].value, 1)

    def test_what_is_withdrawn_contributes_nothing(self) -> None:
        with cxj.Engine("touchpoints") as engine:
            engine.record(journey=1, id="a", at=1)
            engine.withdraw(1, "a")
            self.assertEqual((engine.stats().touchpoints, engine.stats().held), (0, 1))
            self.assertIn("withdrawn", engine.touchpoints(1)[0].facets)
            with self.assertRaises(KeyError):
                engine.withdraw(1, "b")
            with self.assertRaises(cxj.RefusedError):
                engine.withdraw(1, "a", 1)


class Life(unittest.TestCase):
    def test_use_after_close_is_an_error(self) -> None:
        engine = cxj.Engine(VIEWS)
        view = engine[VIEWS[0]]
        engine.close()
        engine.close()
        for use in (engine.stats, engine.to_bytes, lambda: VIEWS[0] in engine, lambda: engine.add_view(VIEWS[0]),
                    lambda: engine.record_many({"journey": [1], "at": [1]}), lambda: cxj.Engine().merge(engine),
                    lambda: engine.record(journey=1, at=1), lambda: len(view),
                    lambda: engine.journey(1), lambda: list(engine.views)):
            with self.assertRaisesRegex(cxj.Error, "closed"):
                use()
        self.assertIn("closed", repr(engine) + repr(view))

    def test_many_engines_come_and_go(self) -> None:
        def one() -> None:
            engine = cxj.Engine(["journeys"])
            engine.record(journey=1, at=1)

        self.assertLess(growth(one, int(os.environ.get("CXJ_ENGINES", "2000"))), 4 << 20)

    def test_what_fails_in_the_middle_leaves_nothing_behind(self) -> None:
        class Torn(io.RawIOBase):
            """Fails."""

            def read(self, size: int = -1) -> bytes:
                raise RuntimeError("torn")

            def write(self, data: object) -> int:
                raise RuntimeError("torn")

        with cxj.Engine(VIEWS) as engine:
            fill(engine)
            data = engine.to_bytes()
            failures = {
                "expected": lambda: cxj.Engine(["journeys", "no view"]),
                "no zone": lambda: engine.record(journey=1, at=datetime.datetime(2026, 1, 1)),
                "row 1": lambda: engine.record_many({"journey": [1, 0], "at": [1, 2], "id": [1, 1]}),
                "'at', row 1": lambda: engine.record_many({"journey": [1, 2], "at": [1, "2"], "owner": ["a", "b"]}),
                "byte 5": lambda: cxj.Engine.from_bytes(data[:5]),
                "torn": lambda: engine.save(Torn()), "^torn": lambda: cxj.Engine.load(Torn()),
                "only": lambda: cxj.Engine().merge(data), "byte": lambda: engine.merge(data[:-1]),
                "no metric": lambda: engine[VIEWS[0]].to_dict(["nothing"]),
                "no journey 99": lambda: engine.journey(99),
            }

            def all_of_them() -> None:
                for words, failure in failures.items():
                    with self.assertRaisesRegex((cxj.Error, RuntimeError, ValueError), words):
                        failure()
                next(iter(engine[VIEWS[0]]))

            self.assertLess(growth(all_of_them, int(os.environ.get("CXJ_ENGINES", "2000")) // 10), 4 << 20)
            self.assertEqual(engine.stats().held, 80)

    def test_an_engine_in_each_thread(self) -> None:
        parts: dict[int, bytes] = {}

        def work(number: int) -> None:
            with cxj.Engine(VIEWS) as engine:
                for i in range(number, 400, 4):
                    engine.record(journey=1 + i % 7, id=1 + i, at=DAY * (i + 1), owner=f"o{i % 5}")
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
                alone.record(journey=1 + i % 7, id=1 + i, at=DAY * (i + 1), owner=f"o{i % 5}")
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
                    engine.record(journey=1 + i % 7, id=first + i, at=DAY * (i + 1), owner=f"o{i % 5}")
                    if i % 50 == 0:
                        list(engine[VIEWS[1]])

            threads = [threading.Thread(target=work, args=(1 + 1000 * t,)) for t in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for t in range(4):
                for i in range(200):
                    alone.record(journey=1 + i % 7, id=1 + 1000 * t + i, at=DAY * (i + 1), owner=f"o{i % 5}")
            self.assertEqual(engine.to_bytes(), alone.to_bytes())


if __name__ == "__main__":
    unittest.main()
