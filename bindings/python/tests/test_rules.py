"""Rules, worklists, alerts and replay (section 9 of SPEC.md), and journeys that are moved, by the package."""

import importlib.util
import pickle
import random
import unittest
from datetime import datetime, timedelta, timezone
from typing import Any

import cxj

UTC = timezone.utc
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
COLUMNS = ["journey", "customer", "commitment", "since", "holds_from", "owner", "team", "stage", "channel", "type", "segment",
           "reason"]


def have(*names: str) -> bool:
    return all(importlib.util.find_spec(name) for name in names)


def hours(count: float) -> datetime:
    return BEGIN + count * HOUR


def promised(engine: cxj.Engine, journey: "int | str", due: float, **more: Any) -> None:
    """A journey that begins with a promise."""
    engine.record(journey=journey, id=1, at=BEGIN, due=hours(due), **more)


def shop(**settings: Any) -> cxj.Engine:
    """Three promises, of which two are late after ten hours."""
    engine = cxj.Engine(**settings)
    promised(engine, 1, 8, owner="ann", team="billing", type="repair", customer=7, channel="phone")
    promised(engine, 2, 4, owner="bob", team="billing", reason="bill")
    promised(engine, "T-3", 20, owner="ann", team="sales", commitment=3, segment="gold", stage="open")
    engine.advance(hours(10))
    return engine


class Worklists(unittest.TestCase):
    def test_who_waits_since_when(self) -> None:
        """"A worklist of a rule: all occasions that hold now, ordered by (from, journey, commitment)": names, no codes, and
        moments as in all of the package; overdue from due and 1 ms on."""
        with shop() as engine:
            late = engine.worklist("overdue where team = billing")
            ms = timedelta(milliseconds=1)
            self.assertEqual(list(late), [
                cxj.Occasion(2, None, 0, hours(4), hours(4) + ms, "bob", "billing", "", "", "", "", "bill"),
                cxj.Occasion(1, 7, 0, hours(8), hours(8) + ms, "ann", "billing", "", "phone", "repair", "", "")])
            self.assertEqual((len(late), late[1], late[-2]), (2, list(late)[1], late[0]))
            self.assertEqual(late.rule, "overdue where team = billing")
            with self.assertRaises(IndexError):
                late[2]
            soon = engine.worklist("due within 12h")
            self.assertEqual([(one.journey, one.commitment, one.since, one.holds_from, one.segment, one.stage) for one in soon],
                             [(engine.id_from_text("T-3"), 3, hours(20), hours(8), "gold", "open")])
            self.assertEqual(list(engine.rules), [])  # "It needs no rule to be added"

    def test_nothing_holds_by_the_clock_before_it_is_moved(self) -> None:
        with cxj.Engine() as engine:
            promised(engine, 1, 1, facets={"chase", "contact"})
            self.assertEqual(len(engine.worklist("overdue")), 0)
            engine.record(journey=2, at=BEGIN, csat=1)
            self.assertEqual(list(engine.worklist("dissatisfied"))[0].since, BEGIN)  # these hold whatever the clock
            engine.record(journey=3, at=BEGIN, owner="ann")
            engine.record(journey=3, at=hours(1), owner="bob")
            often = engine.worklist("handoffs over 0")
            self.assertEqual([(one.journey, one.since, one.holds_from) for one in often], [(3, None, hours(1))])

    def test_columns(self) -> None:
        with shop() as engine:
            columns = engine.worklist("overdue").to_dict()
            self.assertEqual(list(columns), COLUMNS)
            self.assertEqual(columns["journey"], [2, 1])
            self.assertEqual(columns["customer"], [None, 7])
            self.assertEqual(columns["since"], [hours(4), hours(8)])
            self.assertEqual(columns["team"], ["billing", "billing"])
            self.assertEqual(engine.worklist("overdue for 1w").to_dict(), {name: [] for name in COLUMNS})
            self.assertFalse(engine.worklist("overdue for 1w"))

    def test_more_than_there_was_room_for(self) -> None:
        with cxj.Engine() as engine:
            for journey in range(1, 1001):
                promised(engine, journey, 1 + journey % 5, owner=f"o{journey % 7}")
            engine.advance(hours(10))
            late = engine.worklist("overdue")
            self.assertEqual([one.journey for one in late], sorted(range(1, 1001), key=lambda one: (1 + one % 5, one)))
            self.assertEqual([one.owner for one in late], [f"o{one.journey % 7}" for one in late])

    def test_it_stays_as_it_was_read(self) -> None:
        with shop() as engine:
            late = engine.worklist("overdue")
            was = list(late)
            engine.erase_journey(1)
            engine.erase_journey(2)
        self.assertEqual(list(late), was)
        self.assertEqual(list(pickle.loads(pickle.dumps(late))), was)

    def test_what_is_no_rule(self) -> None:
        """The column, and what was expected there; a rule that needs a calendar; "a rule that needs a facet that is not recorded
        (Feeds) is refused with a sentence"."""
        with shop() as engine:
            for ask in (engine.worklist, engine.rules.add):
                with self.assertRaisesRegex(cxj.InvalidError, "^'overdue since 4h': .*column 9.*expected") as caught:
                    ask("overdue since 4h")
                self.assertEqual(caught.exception.status, cxj.header.BAD_TEXT)
                with self.assertRaisesRegex(cxj.InvalidError, "calendar") as caught:
                    ask("silent for 4h in working hours")
                self.assertEqual(caught.exception.status, cxj.header.NO_CALENDAR)
                with self.assertRaisesRegex(cxj.InvalidError, "a rule: 7 is no text"):
                    ask(7)  # type: ignore[arg-type]
                engine.set_feeds({"contact"})
                with self.assertRaisesRegex(cxj.InvalidError, "chase"):
                    ask("chases over 2")
                engine.set_feeds(None)
            self.assertEqual(len(engine.rules), 0)

    def test_printed(self) -> None:
        """The first of them, columns in which nothing stands left out; nothing in a name steers a terminal, or a page."""
        with cxj.Engine() as engine:
            for journey in range(1, 71):
                promised(engine, journey, 1, owner="<b>\x1b[31m")
            engine.advance(hours(2))
            late = engine.worklist("overdue")
            lines = str(late).splitlines()
            self.assertEqual(lines[0], "overdue: 70")
            self.assertEqual(lines[1].split(), ["journey", "since", "holds_from", "owner"])
            self.assertEqual(lines[2].split(), ["1", "2026-01-01", "01:00+00:00", "2026-01-01", "01:00+00:00", "<b>\\x1b[31m"])
            self.assertEqual((len(lines), lines[-1]), (63, "… and 10 more"))
            page = late._repr_html_()
            self.assertIn("&lt;b&gt;\\x1b[31m", page)
            self.assertNotIn("<b>", page)
            self.assertEqual(repr(late), "<cxj.Worklist: overdue: 70>")
            self.assertIn("churned: 0", str(engine.worklist("churned")))

    @unittest.skipUnless(have("pandas"), "pandas is not there")
    def test_pandas(self) -> None:
        with shop() as engine:
            frame = engine.worklist("overdue").to_pandas()
            self.assertEqual(list(frame.columns), COLUMNS)
            self.assertEqual(frame["since"].dt.tz_convert("UTC").tolist(), [hours(4), hours(8)])
            self.assertEqual((frame["customer"].isna().tolist(), int(frame["customer"][1])), ([True, False], 7))
            self.assertEqual(frame["owner"].tolist(), ["bob", "ann"])
            empty = engine.worklist("churned").to_pandas()
            self.assertEqual((len(empty), dict(empty.dtypes)), (0, dict(frame.dtypes)))

    @unittest.skipUnless(have("polars"), "polars is not there")
    def test_polars(self) -> None:
        with shop() as engine:
            frame = engine.worklist("overdue").to_polars()
            self.assertEqual((frame.columns, frame["customer"].to_list()), (COLUMNS, [None, 7]))
            self.assertEqual(frame["since"].to_list(), [hours(4), hours(8)])
            self.assertEqual(engine.worklist("churned").to_polars().schema, frame.schema)

    @unittest.skipUnless(have("pyarrow"), "pyarrow is not there")
    def test_arrow(self) -> None:
        with shop() as engine:
            table = engine.worklist("overdue").to_arrow()
            self.assertEqual((table.column_names, table["customer"].to_pylist()), (COLUMNS, [None, 7]))
            self.assertEqual(table["since"].to_pylist(), [hours(4), hours(8)])
            self.assertEqual(engine.worklist("churned").to_arrow().schema, table.schema)

    def test_an_engine_that_is_closed(self) -> None:
        engine = cxj.Engine()
        rules = engine.rules
        engine.close()
        for use in (lambda: engine.worklist("overdue"), lambda: rules.add("overdue"), lambda: list(rules), lambda: len(rules),
                    engine.alerts, engine.take_alerts, lambda: engine.move(1, into=2)):
            with self.assertRaisesRegex(cxj.Error, "the engine is closed"):
                use()


class Rules(unittest.TestCase):
    def test_added_and_dropped(self) -> None:
        """One text is one rule, "but for blanks outside quotes"; a number is never given twice."""
        with cxj.Engine() as engine:
            first = engine.rules.add("overdue  for 1d where  team=billing")
            self.assertEqual((first.text, first.number, first.raised, str(first)),
                             ("overdue for 1d where team = billing", 1, 0, first.text))
            self.assertEqual(engine.rules.add(first.text), first)
            chased = engine.rules.add("chases over 2")
            self.assertEqual((chased.number, chased.needs_all | chased.needs_any), (2, {"chase"}))
            self.assertEqual([rule.text for rule in engine.rules], [first.text, "chases over 2"])
            self.assertEqual((len(engine.rules), engine.stats().rules), (2, 2))
            self.assertIn("overdue for 1d  where team = billing", engine.rules)
            self.assertEqual(engine.rules["chases   over 2"], chased)
            for other in ("overdue", "no rule", 7):
                self.assertNotIn(other, engine.rules)
            self.assertEqual(repr(engine.rules), f"<cxj.Rules: {first.text!r}, 'chases over 2'>")

            engine.rules.drop("overdue for 1d where team   = billing")
            self.assertEqual([rule.number for rule in engine.rules], [2])
            with self.assertRaisesRegex(cxj.NotFoundError, "there is no rule 'chases over 3'; the nearest is 'chases over 2'"):
                engine.rules.drop("chases over 3")
            with self.assertRaises(KeyError):
                engine.rules.drop(first)
            engine.rules.drop(chased)
            self.assertEqual((len(engine.rules), bool(engine.rules)), (0, True))
            self.assertEqual(engine.rules.add(first.text).number, 3)

    def test_no_more_than_the_limit(self) -> None:
        with cxj.Engine(rules_limit=2) as engine:
            engine.rules.add("overdue")
            engine.rules.add("churned")
            with self.assertRaises(cxj.Error) as caught:
                engine.rules.add("reopened")
            self.assertEqual(caught.exception.status, cxj.header.LIMIT)
            self.assertEqual(engine.rules.add("overdue").number, 1)
            with self.assertRaisesRegex(cxj.InvalidError, "rules_limit: -1"):
                cxj.Engine(rules_limit=-1)

    def test_they_are_not_saved(self) -> None:
        """"Rules and the queue are not saved"."""
        with shop() as engine:
            engine.rules.add("dissatisfied")
            engine.record(journey=1, at=hours(9), csat=1)
            for again in (cxj.Engine.from_bytes(engine.to_bytes()), pickle.loads(pickle.dumps(engine))):
                with again:
                    self.assertEqual((len(again.rules), list(again.alerts()), again.stats().alerts), (0, [], 0))


class Alerts(unittest.TestCase):
    def test_raised_once_when_the_clock_passes(self) -> None:
        """"Raised once for each occasion"; what holds when a rule is added, or the clock is moved first, is not raised. What is
        raised stands in the order (from, rule, journey), with what the journey held then."""
        with shop() as engine:
            engine.rules.add("overdue")
            engine.rules.add("due within 2h where segment = gold")
            promised(engine, 4, 12, owner="eve")
            self.assertEqual(list(engine.alerts()), [])
            engine.advance(hours(30))
            self.assertEqual(engine.stats().alerts, 3)
            self.assertEqual([rule.raised for rule in engine.rules], [2, 1])
            ticket, ms = engine.id_from_text("T-3"), timedelta(milliseconds=1)
            engine.record(journey=4, id=2, at=hours(30), owner="ann")
            self.assertEqual(list(engine.alerts()), [
                cxj.Alert("overdue", hours(30), 4, None, 0, hours(12), hours(12) + ms, "eve", "", "", "", "", "", ""),
                cxj.Alert("due within 2h where segment = gold", hours(30), ticket, None, 3, hours(20), hours(18), "ann",
                          "sales", "open", "", "", "gold", ""),
                cxj.Alert("overdue", hours(30), ticket, None, 3, hours(20), hours(20) + ms, "ann", "sales", "open", "", "",
                          "gold", "")])
            engine.advance(hours(60))
            self.assertEqual((list(engine.alerts()), engine.stats().alerts), ([], 0))

    def test_an_alert_cannot_be_changed(self) -> None:
        with shop() as engine:
            engine.rules.add("dissatisfied")
            engine.record(journey=1, at=hours(9), csat=1)
            alert = next(engine.alerts())
            with self.assertRaises(AttributeError):
                alert.journey = 2  # type: ignore[misc]

    def test_raised_before_the_clock_was_moved(self) -> None:
        with cxj.Engine() as engine:
            engine.rules.add("dissatisfied")
            engine.record(journey=1, at=BEGIN, csat=1)
            self.assertEqual([(alert.rule, alert.raised_at, alert.since) for alert in engine.alerts()],
                             [("dissatisfied", None, BEGIN)])

    def test_who_ends_early_leaves_the_others(self) -> None:
        with cxj.Engine() as engine:
            engine.rules.add("dissatisfied")
            for journey in range(1, 6):
                engine.record(journey=journey, at=hours(journey), csat=1)
            for alert in engine.alerts():
                if alert.journey == 2:
                    break
            self.assertEqual(engine.stats().alerts, 3)
            rest = engine.take_alerts()
            self.assertEqual([alert.journey for alert in rest], [3, 4, 5])
            self.assertEqual(list(rest.to_dict()), ["rule", "raised_at", *COLUMNS])
            self.assertEqual(rest.to_dict()["rule"], ["dissatisfied"] * 3)
            self.assertEqual(str(rest).splitlines()[0], "alerts: 3")
            self.assertEqual((len(engine.take_alerts()), engine.stats().alerts), (0, 0))

    def test_the_oldest_are_dropped_and_counted(self) -> None:
        with cxj.Engine(alerts_limit=3) as engine:
            engine.rules.add("dissatisfied")
            for journey in range(1, 6):
                engine.record(journey=journey, at=hours(journey), csat=1)
            self.assertEqual((engine.stats().alerts, engine.stats().alerts_dropped), (3, 2))
            self.assertEqual([alert.journey for alert in engine.alerts()], [3, 4, 5])

    def test_what_is_erased_or_dropped_is_told_no_more(self) -> None:
        """"Erasing a journey and dropping a rule also take their alerts out of the queue"."""
        with cxj.Engine() as engine:
            engine.rules.add("dissatisfied")
            engine.rules.add("faults over 0")
            for journey in (1, 2):
                engine.record(journey=journey, id=1, at=hours(journey), csat=1, facets={"fault"}, owner=f"o{journey}")
            engine.erase_journey(1)
            self.assertEqual(engine.stats().alerts, 2)
            engine.rules.drop("dissatisfied")
            self.assertEqual([(alert.rule, alert.journey, alert.owner) for alert in engine.alerts()],
                             [("faults over 0", 2, "o2")])

    def test_a_name_that_was_erased_since(self) -> None:
        """Such a name is an empty text, and no other one in its place."""
        with cxj.Engine() as engine:
            engine.rules.add("dissatisfied")
            engine.record(journey=1, id=1, at=hours(1), csat=1, owner="old", team="desk")
            engine.record(journey=1, id=1, revision=1, at=hours(1), csat=1, owner="new", team="desk")
            engine.record(journey=2, id=1, at=hours(1))
            engine.erase_journey(2)
            self.assertEqual(set(engine.names("owner")), {"new"})
            engine.record(journey=3, id=1, at=hours(1), owner="other")
            self.assertEqual([(alert.owner, alert.team) for alert in engine.alerts()], [("", "desk")])

    def test_more_than_are_taken_at_once(self) -> None:
        with cxj.Engine() as engine:
            engine.rules.add("overdue")
            for journey in range(1, 3001):
                promised(engine, journey, 1 + journey % 3)
            engine.advance(BEGIN)
            engine.advance(hours(10))
            wanted = sorted(range(1, 3001), key=lambda one: (1 + one % 3, one))
            self.assertEqual([alert.journey for alert in engine.take_alerts()], wanted)

    def test_a_loop_sees_what_it_brings_about(self) -> None:
        """Rules may be added and dropped, and touchpoints recorded, while alerts are taken."""
        with cxj.Engine() as engine:
            engine.rules.add("dissatisfied")
            engine.record(journey=1, at=hours(1), csat=1)
            seen = []
            for alert in engine.alerts():
                seen.append((alert.journey, alert.rule))
                if alert.journey < 3:
                    engine.rules.add("faults over 0")
                    engine.record(journey=alert.journey + 1, at=hours(2), facets={"fault"})
            self.assertEqual(seen, [(1, "dissatisfied"), (2, "faults over 0"), (3, "faults over 0")])


def live(rows: "list[dict[str, Any]]", rules: "list[str]", **settings: Any) -> "tuple[cxj.Engine, list[cxj.Alert]]":
    """A replay as SPEC.md defines it, by single calls."""
    engine = cxj.Engine(**settings)
    for rule in rules:
        engine.rules.add(rule)
    alerts: "list[cxj.Alert]" = []
    now = None
    for row in rows:
        if now is None or row["at"] > now:
            now = row["at"]
            engine.advance(now)
            alerts += engine.alerts()
        engine.record(**row)
        alerts += engine.alerts()
    return engine, alerts


FACETS = (("contact", "inbound"), ("fault",), ("delivered",), ("update",), ("pending",), ("churned",), ("withdrawn",))


def random_log(seed: int) -> "list[dict[str, Any]]":
    """A log with late, repeated, corrected and withdrawn touchpoints."""
    dice, rows, at = random.Random(seed), [], 1_767_225_600_000
    for _ in range(300):
        at += dice.randrange(0, 3_600_000)
        row: "dict[str, Any]" = {"journey": dice.randrange(1, 12), "id": dice.randrange(1, 40),
                                 "at": at - dice.choice([0, 0, 0, 7_200_000]), "revision": dice.randrange(3),
                                 "owner": dice.choice(["ann", "bob", "eve"]), "team": dice.choice(["a", "b"]),
                                 "facets": [*dice.choice(FACETS)],
                                 "due": at + dice.randrange(1, 40_000_000) if dice.random() < 0.4 else 0,
                                 "customer": dice.randrange(0, 3)}
        if row["facets"] != ["withdrawn"] and dice.random() < 0.3:
            row["csat"] = dice.randrange(1, 6)
        rows.append(row)
    return rows


RULES = ["overdue", "due within 2h", "waiting for 1h", "silent for 3h where team = a", "same owner for 2h", "dissatisfied",
         "handoffs over 2", "faults over 1"]


def columns_of(rows: "list[dict[str, Any]]") -> "dict[str, list[Any]]":
    return {name: [row.get(name) for row in rows] for name in dict.fromkeys(name for row in rows for name in row)}


class Replay(unittest.TestCase):
    def test_when_it_would_have_been_told(self) -> None:
        """"Rows are recorded in the file's order, one call each; before each the clock advances to its at if that is later, or
        if it is the first (after the last, to now if given and later)"."""
        data = {"journey": ["a", "b", "b", "b"], "at": [hours(0), hours(1), hours(4), hours(6)],
                "due": [hours(5), None, None, None]}
        rules = ["due within 2h", "overdue"]
        engine, alerts, receipt = cxj.replay(data, rules=rules)
        ms = timedelta(milliseconds=1)
        told = [("due within 2h", hours(4), hours(3)), ("overdue", hours(6), hours(5) + ms)]
        self.assertEqual([(one.rule, one.raised_at, one.holds_from) for one in alerts], told)
        self.assertEqual({one.journey for one in alerts}, {"a"})
        self.assertEqual((receipt.processed, receipt.accepted, engine.stats().now), (4, 4, hours(6)))
        self.assertEqual([one.journey for one in engine.worklist("overdue")], ["a"])
        self.assertEqual([rule.raised for rule in engine.rules], [1, 1])
        engine.close()
        for now, end, count in ((hours(5), hours(6), 2), (hours(30), hours(30), 3)):
            with cxj.replay(data, rules=[*rules, "overdue for 1d"], now=now).engine as engine:
                self.assertEqual((engine.stats().now, sum(rule.raised for rule in engine.rules)), (end, count))

    def test_it_is_what_single_calls_raise(self) -> None:
        for seed in range(20):
            with self.subTest(seed=seed):
                rows = random_log(seed)
                views = ["journeys by type", "transitions by owner"]
                engine, wanted = live(rows, RULES, views=views)
                with engine, cxj.replay(columns_of(rows), rules=RULES, views=views).engine as played:
                    alerts = cxj.replay(columns_of(rows), rules=RULES).alerts
                    self.assertEqual(list(alerts), wanted)
                    self.assertEqual(played.to_bytes(), engine.to_bytes())
                self.assertGreater(len(wanted), 20)

    def test_any_frame(self) -> None:
        rows = random_log(99)
        columns = columns_of(rows)
        columns["facets"] = ["|".join(facets) for facets in columns["facets"]]
        wanted = list(cxj.replay(columns, rules=RULES).alerts)
        self.assertGreater(len(wanted), 20)
        for name in ("pandas", "polars", "pyarrow"):
            if not have(name):
                continue
            library: Any = importlib.import_module(name)
            make = {"pandas": "DataFrame", "polars": "DataFrame", "pyarrow": "table"}[name]
            with self.subTest(name):
                self.assertEqual(list(cxj.replay(getattr(library, make)(columns), rules=RULES).alerts), wanted)
        if have("pyarrow"):
            import pyarrow

            batches = pyarrow.table(columns).to_batches(max_chunksize=7)
            with self.subTest("batches of seven rows"):
                self.assertEqual(list(cxj.replay(pyarrow.Table.from_batches(batches), rules=RULES).alerts), wanted)

    def test_the_number_of_a_row_decides_among_those_of_one_moment(self) -> None:
        """Rows have a sequence where nothing else says their order, over batches, too."""
        data = {"journey": [1, 1, 1], "at": [hours(0)] * 3, "owner": ["ann", "bob", "ann"]}
        replay = cxj.replay(data, rules=["handoffs over 1"])
        with replay.engine as engine:
            self.assertEqual([one.owner for one in engine.touchpoints(1)], ["ann", "bob", "ann"])
            self.assertEqual([one.sequence for one in engine.touchpoints(1)], [1, 2, 3])
        self.assertEqual(len(replay.alerts), 1)

    def test_what_is_refused_does_not_move_the_clock(self) -> None:
        """"Before each that can be read (duplicates and withdrawn ones, too)"."""
        data = {"journey": [1, 2, 1, 3, 3, 0], "id": [1, 2, 1, 4, 4, 5], "revision": [1, 0, 0, 0, 0, 0],
                "csat": [None, 9, None, None, 0, None],
                "at": [hours(0), hours(100), hours(2), hours(3), hours(200), hours(300)],
                "facets": ["", "", "", "withdrawn", "", ""]}
        replay = cxj.replay(data, rules=["open for 1h"], lenient=True)
        with replay.engine as engine:
            self.assertEqual(engine.stats().now, hours(3))
        self.assertEqual([(one.journey, one.raised_at) for one in replay.alerts], [(1, hours(2))])
        self.assertEqual((replay.receipt.processed, replay.receipt.refused, replay.receipt.first_refusal), (6, 3, 1))
        self.assertIn("score", replay.receipt.reason)
        with self.assertRaisesRegex(cxj.RefusedError, r"^row 1: score.*\(the 1 rows before it were played\)$"):
            cxj.replay(data, rules=["open for 1h"])

    def test_a_journey_may_be_long(self) -> None:
        """Beyond touchpoints_limit rows are refused, but can be read."""
        data = {"journey": [1] * 12, "at": [hours(i) for i in range(12)]}
        with cxj.replay(data, rules=["overdue"], touchpoints_limit=10, lenient=True).engine as engine:
            self.assertEqual((engine.stats().now, engine.stats().refused), (hours(11), 2))

    def test_a_leap_of_many_years(self) -> None:
        """The clock goes no further than ten years at once; what a row's advance raises is raised at its at all the same, in
        the order of from."""
        data = {"journey": [9, 8, 7, 1], "at": [hours(0), hours(1), hours(2), hours(24 * 365 * 60)],
                "due": [hours(24 * 365 * 45), hours(24 * 365 * 15), hours(24 * 365 * 45), None]}
        replay = cxj.replay(data, rules=["overdue", "silent for 1d"])
        replay.engine.close()
        self.assertEqual([(one.rule, one.journey) for one in replay.alerts],
                         [("silent for 1d", 9), ("silent for 1d", 8), ("silent for 1d", 7), ("overdue", 8), ("overdue", 7),
                          ("overdue", 9)])
        self.assertEqual({one.raised_at for one in replay.alerts}, {hours(24 * 365 * 60)})

    def test_settings(self) -> None:
        calendar = cxj.Calendar.from_text("offset +00:00\nhours mon-fri 09:00-17:00")
        data = {"journey": [1, 1, 2], "at": [hours(9), hours(10), hours(24 * 6)], "owner": ["ann"] * 3}
        replay = cxj.replay(data, rules="same owner for 10h in working hours", views="journeys per day", calendar=calendar)
        with replay.engine as engine:
            self.assertEqual([view.text for view in engine.views], ["journeys per day"])
            # Thursday has 8 hours from 9 on, Friday the other two.
            self.assertEqual([(one.journey, one.holds_from) for one in replay.alerts], [(1, hours(24 + 11))])
        with self.assertRaisesRegex(cxj.InvalidError, "column 1"):
            cxj.replay(data, rules=["nonsense"])
        with self.assertRaisesRegex(cxj.InvalidError, "chase"):
            cxj.replay(data, rules=["chases over 1"], feeds={"contact"})
        with self.assertRaisesRegex(TypeError, "feds"):
            cxj.replay(data, rules=[], feds=None)
        with self.assertRaisesRegex(cxj.InvalidError, "there is no column 'who'"):
            cxj.replay({**data, "who": [1, 2, 3]}, rules=["overdue"])
        with cxj.replay({**data, "who": [1, 2, 3]}, rules=[], renames={"who": None}).engine as engine:
            self.assertEqual(engine.stats().touchpoints, 3)
        with cxj.replay({"journey": [], "at": []}, rules=["overdue"], now=hours(1)).engine as engine:
            self.assertEqual(engine.stats().now, hours(1))


class Moving(unittest.TestCase):
    def test_two_tickets_become_one(self) -> None:
        """Everything counts as if the touchpoints had always been the other's."""
        def tickets(second: int) -> cxj.Engine:
            engine = cxj.Engine(["journeys by type", "transitions by owner"])
            engine.record(journey=1, id=1, at=hours(0), owner="ann", type="repair", customer=5)
            engine.record(journey=second, id=2, at=hours(1), owner="bob", customer=5)
            return engine

        with tickets(2) as engine, tickets(1) as wanted:
            with self.assertRaises(KeyError):
                engine["transitions by owner"].get("transitions", **{"from": "ann", "to": "bob"})
            engine.move(2, into=1)
            self.assertEqual(engine.to_bytes(), wanted.to_bytes())
            self.assertEqual(engine.journey(1).handoffs, 1)
            with self.assertRaises(KeyError):
                engine.journey(2)

    def test_what_cannot_be_moved(self) -> None:
        with cxj.Engine() as engine:
            for journey in (1, "T-2"):
                engine.record(journey=journey, id=77, at=hours(0))
            before = engine.to_bytes()
            with self.assertRaisesRegex(cxj.Error, "77") as caught:
                engine.move("T-2", into=1)
            self.assertEqual(caught.exception.status, cxj.header.SAME_ID)
            for journey, into, kind in ((3, 1, KeyError), (1, 1, ValueError), (0, 1, ValueError), (1, 0, ValueError)):
                with self.assertRaises(kind):
                    engine.move(journey, into=into)
            self.assertEqual(engine.to_bytes(), before)
            engine.move("T-2", into="T-3")  # which is no journey: a new number
            self.assertEqual(len(engine.touchpoints("T-3")), 1)


if __name__ == "__main__":
    unittest.main()
