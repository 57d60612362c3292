"""What is said beyond one cell (SPEC 6 and 8), against numpy and SciPy, and against tables worked out by hand."""

import datetime
import itertools
import math
import random
import unittest
import warnings
from typing import Any

import cxj

UTC = datetime.timezone.utc
HOUR, DAY = 3600000, 86400000
SCORES = {"csat5": (1, 5), "csat7": (1, 7), "csat10": (1, 10), "percent": (0, 100), "binary": (0, 1), "nps": (0, 10),
          "ces7": (1, 7)}
SATISFIED = {"csat5": 4, "csat7": 6, "csat10": 8, "percent": 80, "binary": 1}
Z = 1.959963984540054


def have(name: str) -> Any:
    try:
        return __import__(name, fromlist=["x"])
    except ImportError:
        return None


numpy, stats = have("numpy"), have("scipy.stats")
pandas, polars, pyarrow = map(have, ("pandas", "polars", "pyarrow"))


def share_of(scale: str, score: int) -> float:
    lowest, highest = SCORES[scale]
    return (score - lowest) / (highest - lowest)


class Answers(unittest.TestCase):
    """Ratings of several owners, each a journey of its own, so that what stands behind each cell is known one by one."""

    def setUp(self) -> None:
        self.seed = random.randrange(2**32)
        self.dice = random.Random(self.seed)
        self.engine = cxj.Engine(["touchpoints by owner", "touchpoints by owner, type"])
        self.addCleanup(self.engine.close)
        self.view = self.engine["touchpoints by owner"]
        self.observed: "dict[str, dict[str, list[float]]]" = {}

    def answer(self, owner: str, scale: str, score: int, scope: str = "touchpoint") -> None:
        self.engine.record(journey=self.engine.stats().journeys + 1, at=1, owner=owner, scale=scale, score=score, scope=scope)
        seen = self.observed.setdefault(owner, {})
        if scale == "nps":
            seen.setdefault("nps", []).append(100 * (score >= 9) - 100 * (score <= 6))
        elif scale == "ces7":
            seen.setdefault("ces", []).append(score)
        elif scope == "employee":
            seen.setdefault("employee_satisfaction", []).append(share_of(scale, score))
        else:
            seen.setdefault("satisfaction", []).append(share_of(scale, score))
            seen.setdefault("csat", []).append(score >= SATISFIED[scale])

    def many(self, owners: int, most: int) -> None:
        """Answers of so many owners, who differ, up to so many of each."""
        for owner in range(owners):
            for _ in range(self.dice.randrange(1, most)):
                scale = self.dice.choice(list(SCORES))
                lowest, highest = SCORES[scale]
                luck = self.dice.random() ** (0.5 + 0.5 * owner)
                self.answer(f"owner {owner:02}", scale, lowest + round(luck * (highest - lowest)),
                            self.dice.choice(["touchpoint", "touchpoint", "employee"]) if scale in SATISFIED else "touchpoint")

    def near(self, got: "float | None", wanted: "float | None", what: object) -> None:
        if got is None or wanted is None:
            self.assertEqual((got, wanted), (None, None), f"{what}, seed {self.seed}")
        else:
            self.assertTrue(math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-9),
                            f"{what}: {got}, not {wanted}; seed {self.seed}")


MEANS = {"satisfaction": (0, 1), "employee_satisfaction": (0, 1), "ces": (1, 7)}


@unittest.skipUnless(numpy and stats, "SciPy is not there")
class Intervals(Answers):
    def test_means_have_students_interval(self) -> None:
        """"mean ± t·sqrt(s²/n) … its ends are held within what the mean can be" (SPEC 6), where not all are equal."""
        self.many(40, 60)
        met = 0
        for owner, seen in self.observed.items():
            got = self.view.get(*MEANS, owner=owner)
            for name, (lowest, highest) in MEANS.items():
                values = seen.get(name, [])
                low = high = None
                if len(values) > 1 and len(set(values)) > 1:
                    low, high = stats.t.interval(0.95, len(values) - 1, numpy.mean(values), stats.sem(values))
                    low, high, met = max(low, lowest), min(high, highest), met + 1
                self.near(got[name].value, numpy.mean(values) if values else None, (owner, name))
                self.near(got[name].low, low, (owner, name, "low"))
                self.near(got[name].high, high, (owner, name, "high"))
                self.assertEqual(got[name].n, len(values))
        self.assertGreater(met, 20)

    def test_shares_have_wilsons(self) -> None:
        self.many(30, 60)
        for owner, seen in self.observed.items():
            values = seen.get("csat", [])
            if values:
                got = self.view.get("csat", owner=owner)["csat"]
                wanted = stats.binomtest(int(sum(values)), len(values)).proportion_ci(0.95, "wilson")
                self.near(got.low, wanted.low, owner)
                self.near(got.high, wanted.high, owner)

    def test_nps_has_the_adjusted_wald(self) -> None:
        """"N = n + 3, p = (P + 3/4)/N, d = (D + 3/4)/N" (SPEC 6, Rocks 2016)."""
        self.many(30, 60)
        for owner, seen in self.observed.items():
            values = seen.get("nps", [])
            got = self.view.get("nps", owner=owner)["nps"]
            self.near(got.value, numpy.mean(values) if values else None, owner)
            low = high = None
            if len(values) > 1:
                # The same of the answers and three quarters of one for each side and one and a half between them.
                p, d = (values.count(side) + 0.75 for side in (100, -100))
                p, d = p / (len(values) + 3), d / (len(values) + 3)
                half = Z * math.sqrt(p + d - (p - d) ** 2) / math.sqrt(len(values) + 3)
                low, high = max(-100.0, 100 * (p - d - half)), min(100.0, 100 * (p - d + half))
            self.near(got.low, low, owner)
            self.near(got.high, high, owner)


@unittest.skipUnless(numpy and stats, "SciPy is not there")
class Compared(Answers):
    def observations(self, metric: str) -> "dict[str, Any]":
        return {owner: numpy.array(seen[metric], dtype=float) for owner, seen in sorted(self.observed.items())
                if metric in seen}

    def parity_of(self, metric: str, a: Any, b: Any) -> "tuple[float, float | None, float | None]":
        """The difference of two means, and its interval (SPEC 8.4)."""
        difference = a.mean() - b.mean()
        if metric == "csat":
            low = [stats.binomtest(int(x.sum()), len(x)).proportion_ci(0.95, "wilson") for x in (a, b)]
            return (difference, difference - math.hypot(a.mean() - low[0].low, low[1].high - b.mean()),
                    difference + math.hypot(low[0].high - a.mean(), b.mean() - low[1].low))
        if len(a) < 2 or len(b) < 2 or len(set(a)) == len(set(b)) == 1:
            return difference, None, None
        with warnings.catch_warnings():  # where one side has no variance
            warnings.simplefilter("ignore", RuntimeWarning)
            interval = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
        most = {"nps": 200, "ces": 6}.get(metric, 1)
        return difference, max(-most, interval.low), min(most, interval.high)

    def test_spread(self) -> None:
        """η² = SSB/SST, and what small cells bring by chance taken off (SPEC 8.2), from the observations themselves."""
        self.many(12, 900)
        for metric in ("csat", "satisfaction", "nps", "ces", "employee_satisfaction"):
            seen = self.observations(metric)
            everything = numpy.concatenate(list(seen.values()))
            n, k = len(everything), len(seen)
            total = ((everything - everything.mean()) ** 2).sum()
            between = sum(len(x) * (x.mean() - everything.mean()) ** 2 for x in seen.values())
            got = self.view.spread(metric)
            self.assertEqual((got.metric, got.n, got.cells), (metric, n, k))
            self.near(got.eta2, between / total, metric)
            self.near(got.epsilon2, (between - (k - 1) * (total - between) / (n - k)) / total, metric)
            large = {owner: x for owner, x in seen.items() if len(x) >= 30}
            lowest = min(large, key=lambda owner: round(large[owner].mean(), 12))
            highest = max(large, key=lambda owner: round(large[owner].mean(), 12))
            assert got.lowest and got.highest
            self.assertEqual((got.lowest.key, got.highest.key), ({"owner": lowest}, {"owner": highest}), (metric, self.seed))
            for end, owner in ((got.lowest, lowest), (got.highest, highest)):
                self.assertEqual(end[1:], self.view.get(metric, owner=owner)[metric])
                self.near(end.value, seen[owner].mean(), metric)
            difference, low, high = self.parity_of(metric, seen[highest], seen[lowest])
            self.near(got.difference, difference, metric)
            self.near(got.low, low, metric)
            self.near(got.high, high, metric)

    def test_parity(self) -> None:
        """Newcombe's interval for shares, Welch's for means, held within what the difference can be (SPEC 8.4)."""
        self.many(14, 12)
        met = 0
        for metric in ("csat", "satisfaction", "nps", "ces", "employee_satisfaction"):
            seen = self.observations(metric)
            for a, b in itertools.permutations(seen, 2):
                got = self.view.parity(metric, a, b)
                self.assertEqual((got.metric, got.a.n, got.b.n), (metric, len(seen[a]), len(seen[b])))
                self.assertEqual((got.a, got.b), tuple(self.view.get(metric, owner=one)[metric] for one in (a, b)))
                difference, low, high = self.parity_of(metric, seen[a], seen[b])
                self.near(got.difference, difference, (metric, a, b))
                self.near(got.low, low, (metric, a, b))
                self.near(got.high, high, (metric, a, b))
                met += got.low is not None
        self.assertGreater(met, 100)

    def test_relation(self) -> None:
        """Pearson's r, slope and intercept, and the slope's interval by Student's t (SPEC 8.5)."""
        self.many(25, 30)
        for first, second in (("ratings", "satisfaction"), ("satisfaction", "nps"), ("employee_satisfaction", "csat")):
            table = self.view.to_dict([first, second])
            pairs = [(x, y) for x, y in zip(table[first], table[second]) if x == x and y == y]
            wanted = stats.linregress([x for x, _ in pairs], [y for _, y in pairs])
            half = stats.t.ppf(0.975, len(pairs) - 2) * wanted.stderr
            got = self.view.relation(first, second)
            self.assertEqual((got.first, got.second, got.n), (first, second, len(pairs)))
            for have, want in ((got.r, wanted.rvalue), (got.slope, wanted.slope), (got.intercept, wanted.intercept),
                               (got.low, wanted.slope - half), (got.high, wanted.slope + half)):
                self.near(have, float(want), (first, second))


class ByHand(Answers):
    """What was worked out by hand, or by those who found the formula."""

    def test_newcombes_own_example(self) -> None:
        """56 of 70 against 48 of 80: 0.20, from 0.0524 to 0.3339 (Newcombe 1998, method 10)."""
        for owner, good, count in (("a", 56, 70), ("b", 48, 80)):
            for i in range(count):
                self.answer(owner, "csat5", 5 if i < good else 1)
        got = self.view.parity("csat", "a", "b")
        self.assertEqual((round(got.difference or 0, 4), round(got.low or 0, 4), round(got.high or 0, 4)), (0.2, 0.0524, 0.3339))
        self.assertEqual(self.view.parity("csat", {"owner": "a"}, {"owner": "b"}), got)
        self.assertEqual(str(got), "parity of csat: 0.8 (n 70) less 0.6 (n 80): 0.2 (0.0524 to 0.334)")
        turned = self.view.parity("csat", "b", "a")
        self.assertEqual((turned.low, turned.high), (-(got.high or 0), -(got.low or 0)))

    def test_control(self) -> None:
        """Values 10, 12, 10, … differ by 2 each: the centre is their mean, limits are 2.66 · 2 around it; one beyond is outside,
        eight on one side are a run, and a gap between periods is none."""
        values = [10, 12, 10, 12, 10, 12, 10, 12]
        with cxj.Engine("touchpoints by channel per day") as engine:
            view, = engine.views
            def say(day: int, value: int, channel: str = "phone") -> None:
                engine.record(journey=1 + day, at=(20000 + 2 * day) * DAY, value=value, channel=channel)
            for day, value in enumerate(values[:7]):
                say(day, value)
            few = view.control("value", channel="phone")
            self.assertEqual((few.centre, few.low, few.high, len(few.points)), (None, None, None, 7))
            self.assertIn("no limits for 7 periods", str(few))
            say(7, values[7])
            say(7, 99, "chat")
            got = view.control("value", channel="phone")
            self.assertEqual([point.value for point in got.points], values)
            starts = [datetime.datetime.fromtimestamp((20000 + 2 * day) * 86400, UTC) for day in range(8)]
            self.assertEqual([point.start for point in got.points], starts)
            self.assertEqual([point.period for point in got.points], [start.date().isoformat() for start in starts])
            self.assertEqual({point.n for point in got.points}, {1})
            self.assertEqual((got.centre, got.metric), (11, "value"))
            self.near(got.low, 11 - 2.66 * 2, "low")
            self.near(got.high, 11 + 2.66 * 2, "high")
            self.assertFalse([point for point in got.points if point.outside or point.run])
            # A ninth, far off: differences are 2 seven times, and then 48.
            say(8, 60)
            got = view.control("value", channel="phone")
            self.near(got.centre, 148 / 9, "centre")
            self.near(got.high, 148 / 9 + 2.66 * 62 / 8, "high")
            self.assertEqual([point.outside for point in got.points], [False] * 8 + [True])
            # Of the others all eight are below the centre.
            self.assertEqual([point.run for point in got.points], [True] * 8 + [False])
            # The period in which the clock stands is left out.
            engine.advance((20000 + 2 * 8) * DAY + 5)
            self.assertEqual(len(view.control("value", channel="phone").points), 8)
            self.assertEqual(len(view.control("value", channel="chat").points), 1)
            lines = str(got).splitlines()
            self.assertEqual(len(lines), 11)
            self.assertRegex(lines[-1], r"^2024-10-20 +60 +1 +outside$")
            self.assertIn("<table>", got._repr_html_())
            self.assertEqual(got.to_dict()["outside"], [point.outside for point in got.points])

    def test_a_perfect_line_has_no_interval(self) -> None:
        """"none where RSS counts as 0" (SPEC 8.5); fewer than 3 cells, or the same first: no value."""
        for owner, count in (("a", 1), ("b", 2)):
            for i in range(count):
                self.engine.record(journey=1, at=1 + i, owner=owner, value=5, facets="fault")
        got = self.view.relation("touchpoints", "value")
        self.assertEqual(got, cxj.Relation("touchpoints", "value", 2, None, None, None, None, None))
        self.engine.record(journey=1, at=9, owner="c", value=5)
        self.engine.record(journey=1, at=9, owner="c", value=5)
        self.engine.record(journey=1, at=9, owner="c", value=5)
        got = self.view.relation("touchpoints", "value")
        self.assertEqual((got.n, got.slope, got.low, got.high), (3, 5, None, None))
        self.near(got.r, 1, "r")
        self.near(got.intercept, 0, "intercept")
        self.assertRegex(str(got), "^value by touchpoints: r 1, slope 5, intercept .*, n 3$")
        # The second has no variance: a level line.
        got = self.view.relation("touchpoints", "shifts")
        self.assertEqual((got.n, got.r, got.slope, got.intercept), (3, None, 0, 0))
        got = self.view.relation("shifts", "touchpoints")
        self.assertEqual((got.n, got.r, got.slope, got.intercept), (3, None, None, None))

    def test_a_spread_of_nothing(self) -> None:
        """No value where all are alike, or there is one cell; no extremes of fewer than 30."""
        got = self.view.spread("csat")
        self.assertEqual(got, cxj.Spread("csat", 0, 0, *[None] * 7))
        self.assertEqual(str(got), "spread of csat: η² – (adjusted –), 0 cells, n 0")
        for _ in range(30):
            self.answer("a", "csat5", 5)
        self.assertEqual(self.view.spread("csat"), cxj.Spread("csat", 30, 1, *[None] * 7))
        for _ in range(30):
            self.answer("b", "csat5", 4)
        self.assertEqual(self.view.spread("csat"), cxj.Spread("csat", 60, 2, *[None] * 7))
        got = self.view.spread("satisfaction")
        self.assertEqual(str(got), "spread of satisfaction: η² 1 (adjusted 1), 2 cells, n 60; lowest b 0.75, highest a 1, "
                                   "difference 0.25")
        self.assertEqual((got.eta2, got.difference, got.low, got.high), (1, 0.25, None, None))
        self.assertEqual((got.lowest, got.highest), (cxj.Extreme({"owner": "b"}, 0.75, None, None, 30),
                                                     cxj.Extreme({"owner": "a"}, 1, None, None, 30)))

    def test_a_key_is_shown_without_what_steers_a_terminal(self) -> None:
        for owner, score in (("a\x1b[31m", 5), ("b\n", 1)):
            for _ in range(30):
                self.answer(owner, "csat5", score)
        self.assertIn(r"lowest b\n 0, highest a\x1b[31m 1", str(self.view.spread("csat")))
        self.assertEqual(self.view.parity("csat", "a\x1b[31m", "b\n").difference, 1)

    def test_within(self) -> None:
        """The share of durations that are at most the span (SPEC 8.7), but for what stands in the bucket around it."""
        with cxj.Engine(["touchpoints by owner", "journeys", "transitions by owner"]) as engine:
            at = DAY
            for i, hours in enumerate((0, 1, 2, 3, 4, 9, 30, 100)):
                at += hours * HOUR
                engine.record(journey=1, id=i + 1, at=at, owner="ann" if i < 5 else "bob")
            view = engine["touchpoints by owner"]
            for span, owner, share in (("4h", "ann", 1), ("150m", "ann", 0.5), ("1d", "bob", 1 / 3), ("1w", "bob", 1),
                                       ("1m", "bob", 0)):
                got = view.within("wait=" + span, owner=owner)
                self.near(got.value, share, (span, owner))
                self.assertEqual(got.n, 4 if owner == "ann" else 3)
                self.assertTrue(got.low is not None and got.high is not None and got.low <= share <= got.high)
            self.assertEqual(view.within("lateness=1h", owner="ann"), cxj.Metric(None, None, None, 0))
            # Named so, it is a column like others.
            columns = view.to_dict(["touchpoints", "wait=4h", "wait=1d"], intervals=True)
            self.assertEqual(columns["wait=4h"], [1, 0])
            self.assertEqual(columns["wait=4h_n"], [4, 3])
            self.assertEqual(columns["wait=1d_low"][1], view.within("wait=1d", owner="bob").low)
            self.assertEqual(view.get("wait=1d", "touchpoints", owner="bob")["wait=1d"], view.within("wait=1d", owner="bob"))
            self.assertIn("33.3 %", view.table(["wait=1d"]))
            self.assertEqual(view.metric("wait=4h").unit, "share")
            for words, wrong in {"not 'wait'": "wait", "not '4'": "wait=4", "not '0m'": "wait=0m", "not '4y'": "wait=4y",
                                 "not '5000001m'": "wait=5000001m", "the nearest is 'wait'": "wiat=4h",
                                 "no durations 'wait_p50'": "wait_p50=4h", "no durations ''": "=4h", "not '4h '": "wait=4h ",
                                 "have no durations 'silence'": "silence=4h", "not '९h'": "wait=९h"}.items():
                with self.subTest(words), self.assertRaisesRegex(ValueError, "^within: .*" + words):
                    view.within(wrong, owner="ann")
            self.assertEqual(engine["journeys"].within("silence=1w").n, 0)
            self.assertEqual(engine["transitions by owner"].within("wait=9h", **{"from": "ann", "to": "bob"}).value, 1)

    def test_within_working_hours(self) -> None:
        """"a working day is not 24 hours" (SPEC 9): a span in d or w is none there."""
        with cxj.Engine("touchpoints by owner in working hours", calendar="hours mon-fri 09:00-17:00") as engine:
            view, = engine.views
            friday = datetime.datetime(2026, 1, 2, 16, tzinfo=UTC)
            for days in (0, 3):
                engine.record(journey=1, at=friday + datetime.timedelta(days), owner="in working hours")
            for span, share in (("7h", 0), ("8h", 1), ("480m", 1)):
                self.assertEqual(view.within("wait=" + span, owner="in working hours"), view.get(
                    "wait=" + span, owner="in working hours")["wait=" + span])
                self.assertEqual(view.within("wait=" + span, owner="in working hours").value, share)
            for span in ("1d", "2w"):
                with self.assertRaisesRegex(ValueError, "a working day is not 24 hours"):
                    view.within("wait=" + span, owner="in working hours")
                with self.assertRaisesRegex(ValueError, "a working day is not 24 hours"):
                    view.to_dict(["wait=" + span])
            beside = engine.add_view('touchpoints by channel where owner = "x in working hours"')
            beside.metric("wait=1d")

    def test_the_journeys_behind_a_cell(self) -> None:
        """"the numbers, in ascending order, of the journeys that contribute to it" (SPEC 8.6)."""
        week = datetime.timedelta(weeks=1)
        with cxj.Engine(["touchpoints by owner", "transitions by owner", "journeys by type"], seal_ended_after=week) as engine:
            for journey in (5, 3, 2**63 + 7, 1):
                engine.record(journey=journey, at=DAY, owner="ann", type="move" if journey < 4 else "repair")
                if journey != 1:
                    engine.record(journey=journey, at=2 * DAY, owner="bob")
            view = engine["touchpoints by owner"]
            self.assertEqual(view.journeys(owner="bob"), ((3, 5, 2**63 + 7), 0))
            self.assertEqual(view.journeys(owner="ann").journeys, (1, 3, 5, 2**63 + 7))
            self.assertEqual(engine["journeys by type"].journeys(type="move"), cxj.Contributors((1, 3), 0))
            self.assertEqual(engine["transitions by owner"].journeys(**{"from": "ann", "to": "bob"}).journeys, (3, 5, 2**63 + 7))
            engine.record(journey=3, at=3 * DAY, owner="bob", outcome="completed")
            engine.advance(20 * DAY)
            self.assertEqual(view.journeys(owner="bob").journeys, (5, 2**63 + 7))
            self.assertGreaterEqual(view.journeys(owner="bob").sealed, 1)
            with self.assertRaises(KeyError):
                view.journeys(owner="eve")

    def test_what_is_wrong_is_said(self) -> None:
        self.answer("a", "csat5", 5)
        self.answer("b", "csat5", 5)
        for error, words, ask in (
            (KeyError, "the nearest is 'csat'", lambda: self.view.spread("csatt")),
            (KeyError, "the nearest is 'csat'", lambda: self.view.parity("csatt", "a", "b")),
            (KeyError, "the nearest is 'csat'", lambda: self.view.relation("csatt", "csat")),
            (KeyError, "the nearest is 'csat'", lambda: self.view.relation("csat", "csatt")),
            (KeyError, "the nearest is 'csat'", lambda: self.view.control("csatt", owner="a")),
            (ValueError, "touchpoints", lambda: self.view.spread("touchpoints")),
            (ValueError, "wait_p50", lambda: self.view.parity("wait_p50", "a", "b")),
            (ValueError, "period", lambda: self.view.control("csat", owner="a")),
            (ValueError, "drivers", lambda: self.view.drivers(owner="a")),
            (KeyError, "'eve'}: nothing contributes", lambda: self.view.parity("csat", "a", "eve")),
            (KeyError, "'eve'}: nothing contributes", lambda: self.view.parity("csat", "eve", "a")),
            (ValueError, "owner", lambda: self.view.parity("csat", "a", {"ownr": "b"})),
            (ValueError, "need owner, too", lambda: self.view.journeys()),
            (ValueError, "need owner, too", lambda: self.view.within("wait=4h")),
        ):
            with self.subTest(words), self.assertRaisesRegex(error, words):
                ask()
        both = self.engine["touchpoints by owner, type"]
        with self.assertRaisesRegex(ValueError, "has 2 parts"):
            both.parity("csat", "a", "b")
        self.assertEqual(both.parity("csat", {"owner": "a", "type": ""}, {"owner": "b", "type": ""}).difference, 0)


GROUPS = {"errors": ["faults"], "delays": ["late", "late_unexplained", "broken", "shifts"],
          "handoffs": ["handoffs", "lost_context", "channel_switches", "repeats", "contradictions"],
          "visibility": ["chases", "silent_days"]}
PREDICTORS = [name for names in GROUPS.values() for name in names]


class Lived:
    """Journeys at random, and what each is like, by a view with a cell for each."""

    def __init__(self, dice: random.Random, count: int, kinds: int, **settings: Any) -> None:
        # A segment of its own makes each journey a cell of its own.
        self.engine = cxj.Engine(["journeys by type with drivers", "journeys by type, segment"], **settings)
        for journey in range(1, count + 1):
            at = DAY * dice.randrange(1, 300)
            luck = dice.random()
            for step in range(dice.randrange(2, 12)):
                at += dice.randrange(1, 9 * DAY)
                row: "dict[str, Any]" = {"owner": dice.choice(["ann", "bob", "eve"]), "channel": dice.choice(["phone", "chat"])}
                if dice.random() < 0.3:
                    row["due"] = at + dice.randrange(-DAY, 9 * DAY)
                facets = {name for name in ("fault", "repeated", "contradicted", "chase", "update", "explains", "delivered")
                          if dice.random() < 0.25 * (1.3 - luck)}
                self.engine.record(journey=journey, id=step + 1, at=at, type=f"kind {journey % kinds}",
                                   segment=str(journey), facets=facets, **row)
            if dice.random() < 0.8:
                self.engine.record(journey=journey, id=90, at=at + DAY, csat=1 + min(4, int(luck * 3 + dice.random() * 3)),
                                   scope="journey", outcome=dice.choice(["completed", None]))
            if dice.random() < 0.4 * (1 - luck):
                self.engine.record(journey=journey, id=91, at=at + 2 * DAY, facets="churned")

    def table(self, kind: str, model: str) -> "tuple[Any, Any]":
        """Of the journeys of a type: a row of predictors for each, and what is explained."""
        rows = self.engine["journeys by type, segment"].to_dict([*PREDICTORS[:-1], "churned", "journey_satisfaction"])
        x, y = [], []
        for i, one in enumerate(rows["type"]):
            explained = rows["churned" if model == "churn" else "journey_satisfaction"][i]
            if one == kind and explained == explained:
                lived = self.engine.journey(int(rows["segment"][i]))
                days = max(lived.silence, lived.quiet) // datetime.timedelta(days=1)
                x.append([*(rows[name][i] for name in PREDICTORS[:-1]), days])
                y.append(explained)
        return numpy.array(x, dtype=float).reshape(len(y), len(PREDICTORS)), numpy.array(y, dtype=float)


def explained_by(x: Any, y: Any, taken: "tuple[int, ...]") -> "tuple[float, Any]":
    """R² and the coefficients of y on some columns of x, centred."""
    if not taken:
        return 0.0, numpy.zeros(0)
    centred = x[:, taken] - x[:, taken].mean(axis=0)
    coefficients = numpy.linalg.lstsq(centred, y - y.mean(), rcond=None)[0]
    rest = ((y - y.mean() - centred @ coefficients) ** 2).sum()
    return 1 - rest / ((y - y.mean()) ** 2).sum(), coefficients


def taken_of(x: Any) -> "list[int]":
    """"one without variance is left out, then one that is linearly dependent on those taken before it" (SPEC 8.1)."""
    taken: "list[int]" = []
    for i in range(x.shape[1]):
        column = x[:, i] - x[:, i].mean()
        if not column.any():
            continue
        before = x[:, taken] - x[:, taken].mean(axis=0)
        rest = column - before @ numpy.linalg.lstsq(before, column, rcond=None)[0] if taken else column
        if (rest ** 2).sum() >= 1e-6 * (column ** 2).sum():
            taken.append(i)
    return taken


@unittest.skipUnless(numpy, "numpy is not there")
class DriversOfData(unittest.TestCase):
    def near(self, got: "float | None", wanted: float, what: object) -> None:
        assert got is not None, what
        self.assertTrue(math.isclose(got, wanted, rel_tol=1e-6, abs_tol=1e-9), f"{what}: {got}, not {wanted}")

    def compare(self, got: cxj.Drivers, x: Any, y: Any, seed: int) -> None:
        n, taken = len(y), taken_of(x)
        k = len(taken)
        self.assertEqual(got.n, n)
        if n < 2 * (k + 1) or not k or y.var() == 0:
            self.assertEqual((got.r2, got.r2_adjusted, got.predictors, got.groups), (None, None, (), {}))
            return
        r2, coefficients = explained_by(x, y, tuple(taken))
        self.near(got.r2, r2, (seed, "R²"))
        self.near(got.r2_adjusted, 1 - (1 - r2) * (n - 1) / (n - k - 1), (seed, "adjusted"))
        self.assertEqual([one.name for one in got.predictors], [PREDICTORS[i] for i in taken], seed)
        self.assertEqual(list(got.left_out), [name for i, name in enumerate(PREDICTORS) if i not in taken], seed)
        centred = x[:, taken] - x[:, taken].mean(axis=0)
        rest = (1 - r2) * ((y - y.mean()) ** 2).sum()
        errors = numpy.sqrt(rest / (n - k - 1) * numpy.diag(numpy.linalg.inv(centred.T @ centred)))
        adds = {some: explained_by(x, y, some)[0] for size in range(k + 1) for some in itertools.combinations(taken, size)}
        for place, one in enumerate(got.predictors):
            i = taken[place]
            share = 0.0
            for some, r2_before in adds.items():  # Shapley's value, by the weights of sets in place of all orders
                if i not in some:
                    weight = math.factorial(len(some)) * math.factorial(k - len(some) - 1) / math.factorial(k)
                    share += weight * (adds[tuple(sorted((*some, i)))] - r2_before)
            for name, has, wants in (("mean", one.mean, x[:, i].mean()), ("coefficient", one.coefficient, coefficients[place]),
                                     ("error", one.error, errors[place]), ("t", one.t, coefficients[place] / errors[place]),
                                     ("share", one.share, share)):
                self.near(has, wants, (seed, one.name, name))
            self.assertIn(one.name, GROUPS[one.group])
        for group, names in GROUPS.items():
            self.near(got.groups[group], sum(one.share for one in got.predictors if one.name in names), (seed, group))
        self.near(got.r2, sum(got.groups.values()), (seed, "shares"))

    def test_least_squares_as_numpy_has_them(self) -> None:
        seed = random.randrange(2**32)
        lived = Lived(random.Random(seed), 240, 2)
        with lived.engine as engine:
            for kind in ("kind 0", "kind 1"):
                for model in ("satisfaction", "churn"):
                    got = engine["journeys by type with drivers"].drivers(model, type=kind)
                    self.assertEqual(got.model, model)
                    self.compare(got, *lived.table(kind, model), seed)
                    self.assertGreater(len(got.predictors), 8, seed)

    def test_few_journeys_have_no_value(self) -> None:
        """"a value needs n ≥ 2(k + 1), k ≥ 1 and variance in y" (SPEC 8.1)."""
        seed = random.randrange(2**32)
        lived = Lived(random.Random(seed), 150, 9)
        values = 0
        with lived.engine as engine:
            for kind in sorted(engine.names("type")):
                for model in ("satisfaction", "churn"):
                    got = engine["journeys by type with drivers"].drivers(model, type=kind)
                    self.compare(got, *lived.table(kind, model), seed)
                    values += got.r2 is not None
                    self.assertIn("drivers of " + model, str(got))
        with cxj.Engine("journeys with drivers") as engine:
            engine.record(journey=1, at=1, csat=5, scope="journey")
            got = engine["journeys with drivers"].drivers()
            self.assertEqual((got.model, got.n, got.r2, got.predictors), ("satisfaction", 1, None, ()))
            self.assertIn("no value for n 1", str(got))

    def test_what_is_not_recorded_is_left_out(self) -> None:
        seed = random.randrange(2**32)
        lived = Lived(random.Random(seed), 200, 1, feeds={"fault", "churned"})
        with lived.engine as engine:
            got = engine["journeys by type with drivers"].drivers("churn", type="kind 0")
            self.assertEqual({one.name for one in got.predictors} & {"late", "broken", "chases", "silent_days", "repeats"}, set())
            self.assertIn("faults", {one.name for one in got.predictors})

    def test_a_table(self) -> None:
        seed = random.randrange(2**32)
        lived = Lived(random.Random(seed), 200, 1)
        with lived.engine as engine:
            got = engine["journeys by type with drivers"].drivers("churn", type="kind 0")
            lines = str(got).splitlines()
            self.assertEqual(len(lines), 2 + len(got.predictors))
            self.assertTrue(lines[0].startswith("drivers of churn: R² 0."), lines[0])
            self.assertIn("<th>faults</th><td>errors</td>", got._repr_html_())
            columns = got.to_dict()
            self.assertEqual(columns["predictor"], [one.name for one in got.predictors])
            self.assertEqual(columns["share"], [one.share for one in got.predictors])
            if pandas:
                frame = got.to_pandas()
                self.assertEqual(list(frame), list(columns))
                self.assertEqual(list(frame["t"]), columns["t"])
            if polars:
                self.assertEqual(got.to_polars().to_dict(as_series=False), columns)
            if pyarrow:
                self.assertEqual(got.to_arrow().to_pydict(), columns)
            with self.assertRaisesRegex(ValueError, "the nearest is 'churn'"):
                engine["journeys by type with drivers"].drivers("churned", type="kind 0")


if __name__ == "__main__":
    unittest.main()
