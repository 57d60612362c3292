"""The cases of tests/conformance through the package, by record(), by record_many() and by replay(): the answers must
agree."""

import csv
import json
import math
import pathlib
import re
import unittest
from datetime import datetime, timedelta, timezone
from typing import Any

import cxj

CASES = pathlib.Path(__file__).resolve().parents[3] / "tests" / "conformance"
TEXTS = ("owner", "team", "activity", "channel", "stage", "cause", "type", "segment", "reason")
# Cases about what only the report program decides: which of two columns for the same thing it takes. Left out, too, are those
# in which it refuses rows: these never reach the library.
AMBIGUOUS = ("columns", "columns-2")
NUMBERS = ("revision", "sequence", "commitment", "score", "value")


def moment(text: str) -> int:
    """A moment of a log, as ms: only the forms that plain cases use."""
    if text.lstrip("-").isdigit():
        return int(text)
    # Old Pythons read fractions in threes only, and behind a point, and zones with a colon.
    text = re.sub(r"[.,](\d+)", lambda found: "." + found[1].ljust(6, "0"), text.replace("Z", "+00:00"))
    parsed = datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text))
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=timezone.utc)
    return (parsed - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


def rows_of(path: pathlib.Path) -> "list[dict[str, object]]":
    """The rows of a log that is well formed, as parameters of record(). ValueError for any other."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        columns = [cxj.EVENT_LOG.get(name, name) for name in reader.fieldnames or []]
        reader.fieldnames = columns
        rows = []
        for number, fields in enumerate(reader, 1):
            row: dict[str, object] = {"journey": fields["journey"], "at": moment(fields["at"])}
            if "id" not in columns and "sequence" not in columns:
                row["sequence"] = number
            for name in ("id", "customer"):
                if fields.get(name):
                    row[name] = fields[name]
            for name in TEXTS:
                if fields.get(name):
                    row[name] = fields[name]
            for name in NUMBERS:
                if fields.get(name):
                    row[name] = int(fields[name])
            for name in ("scale", "scope", "outcome"):
                if fields.get(name):
                    row[name] = fields[name]
            if fields.get("due"):
                row["due"] = moment(fields["due"])
            if fields.get("facets"):
                row["facets"] = [part for part in fields["facets"].split("|") if part]
            rows.append(row)
    return rows


def lines_of(path: pathlib.Path) -> "list[str]":
    return [line for line in path.read_text("utf-8").splitlines() if line.strip()] if path.exists() else []


def options_of(case: pathlib.Path) -> "list[tuple[str, str]]":
    """The arguments of a case, each option with what stands behind it."""
    words = lines_of(case / "args.txt")
    alone = ("--drill", "--strict", "--lenient", "--replay")
    found = []
    while words:
        option = words.pop(0)
        found.append((option, "" if option in alone else words.pop(0)))
    return found


def part_of(case: pathlib.Path) -> str:
    """What a case is about: meaning, acts (rules), or reading."""
    return (lines_of(case / "part.txt") or ["meaning"])[0]


def calendar_of(case: pathlib.Path) -> "str | None":
    return (case / "calendar.txt").read_text("utf-8") if (case / "calendar.txt").exists() else None


QUANTILES = {info.name for info in cxj.metrics() if info.kind == "quantile"}
Z = 1.959963984540054


def alike(name: str, wanted: object, got: "float | None") -> bool:
    if wanted is None or got is None:
        return wanted is None and got is None
    bound = 1 / 128 if name in QUANTILES else 1e-9
    return math.isclose(float(wanted), got, rel_tol=bound, abs_tol=1e-12)  # type: ignore[arg-type]


def near(wanted: Any, got: Any) -> bool:
    """Whether two parts of section 8 are the same, but for the last digits of what is computed."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return wanted.keys() == got.keys() and all(near(wanted[name], got[name]) for name in wanted)
    if isinstance(wanted, (list, tuple)) and isinstance(got, (list, tuple)):
        return len(wanted) == len(got) and all(map(near, wanted, got))
    if isinstance(wanted, float) and isinstance(got, (int, float)):
        return math.isclose(wanted, got, rel_tol=1e-6, abs_tol=1e-9)
    return bool(wanted == got)


def interval(low: "float | None", high: "float | None") -> "list[float] | None":
    return None if low is None or high is None else [low, high]


def named(options: "list[tuple[str, str]]", option: str, grain: str) -> "list[str]":
    """What an option asks of a view: the metrics that its grain has, and that go with it."""
    known = {info.name for info in cxj.metrics(grain) if info.compares or option not in ("--spread", "--parity")}
    return [value for name, value in options if name == option and known.issuperset(value.split(","))]


def spread_of(view: cxj.View, metric: str) -> "dict[str, Any]":
    got = view.spread(metric)
    ends = {name: one and {"key": one.key, "value": one.value, "n": one.n}
            for name, one in (("lowest", got.lowest), ("highest", got.highest))}
    return {"n": got.n, "cells": got.cells, "eta2": got.eta2, "epsilon2": got.epsilon2, **ends, "difference": got.difference,
            "interval": interval(got.low, got.high)}


def rests(view: cxj.View) -> "list[dict[str, str]]":
    """The keys of a view without their periods, each once."""
    found = {tuple(sorted((name, part) for name, part in cell.key.items() if name != "period")): cell.key for cell in view}
    keys = [{name: part for name, part in key.items() if name != "period"} for key in found.values()]
    return sorted(keys, key=lambda key: [part.encode() for part in key.values()])


def control_of(view: cxj.View, metric: str) -> "list[dict[str, Any]]":
    entries = []
    for key in rests(view):
        got = view.control(metric, **key)
        points = [{"period": one.period, "value": one.value, "outside": one.outside, "run": one.run}
                  for one in got.points]
        entries.append({"key": key, "points": points, "centre": got.centre, "low": got.low, "high": got.high})
    return entries


def parity_of(view: cxj.View, metric: str) -> "list[dict[str, Any]]":
    if "period" in view.key_names:
        points = [(key, [one.period for one in view.control(metric, **key).points]) for key in rests(view)]
        pairs = [({"period": periods[-1], **key}, {"period": periods[0], **key}) for key, periods in points
                 if len(periods) > 1]
    else:
        keys = [cell.key for cell in view]
        pairs = [(keys[-1], keys[0])]
    entries = []
    for a, b in pairs:
        got = view.parity(metric, a, b)
        entries.append({"a": a, "a_n": got.a.n, "b": b, "b_n": got.b.n, "difference": got.difference,
                        "interval": interval(got.low, got.high)})
    return entries


def relation_of(view: cxj.View, metrics: str) -> "dict[str, Any] | None":
    got = view.relation(*metrics.split(","))
    if got.slope is None:
        return None
    if QUANTILES.intersection(metrics.split(",")):
        return {"n": got.n}
    return {"n": got.n, "r": got.r, "slope": got.slope, "intercept": got.intercept, "interval": interval(got.low, got.high)}


def drivers_of(view: cxj.View, key: "dict[str, str]", model: str) -> "dict[str, Any] | None":
    got = view.drivers(model, **key)
    if got.r2 is None:
        return None
    return {"n": got.n, "r2": got.r2, "r2_adjusted": got.r2_adjusted, "groups": got.groups, "left_out": list(got.left_out),
            "predictors": {one.name: {"mean": one.mean, "coefficient": one.coefficient, "error": one.error, "t": one.t,
                                      "share": one.share} for one in got.predictors}}


def made_in_time(wanted: "dict[str, Any] | None", got: cxj.Metric) -> bool:
    """Whether so many were within a span: what stands in the bucket around it may count or not."""
    if wanted is None:
        return got.value is None
    if got.value is None or got.low is None or got.high is None or got.n != wanted["n"]:
        return False
    count = round(got.value * got.n)
    share, n = count / got.n, got.n
    half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    wilson = [(share + Z * Z / (2 * n) + sign * half) / (1 + Z * Z / n) for sign in (-1, 1)]
    return wanted["between"][0] <= count <= wanted["between"][1] and near([share, *wilson], [got.value, got.low, got.high])


def columns_of(rows: "list[dict[str, Any]]") -> "dict[str, list[Any]]":
    """Rows as columns."""
    names = ("journey", "at", *sorted({name for row in rows for name in row} - {"journey", "at"}))
    return {name: [row.get(name) for row in rows] for name in names}


def occasion_of(one: "cxj.Occasion | cxj.Alert", texts: "dict[int, str]") -> "dict[str, Any]":
    """What the report's JSON says of an occasion."""
    said: "dict[str, Any]" = {"journey": texts[one.journey], "commitment": one.commitment, "since": milliseconds(one.since),
                              "from": milliseconds(one.holds_from)}
    if isinstance(one, cxj.Alert):
        said = {"rule": one.rule, **said, "raised_at": milliseconds(one.raised_at)}
    return said


def milliseconds(value: "datetime | None") -> int:
    """A moment as ms; 0 is none."""
    return 0 if value is None else (value - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


class Names(unittest.TestCase):
    def test_event_logs_are_called_as_the_report_program_takes_them(self) -> None:
        """"Names that event logs use": one list there and one here, in the same order."""
        source = (CASES.parents[1] / "examples" / "fields.def").read_text("utf-8")
        aliases = [(there, here) for here, there in re.findall(r'^NAME\((\w+), "([\w:]+)"\)$', source, re.M)
                   if here not in ("csat5", "ces7")]
        self.assertEqual([(there, here) for there, here in cxj.EVENT_LOG.items() if here is not None], aliases)


class Conformance(unittest.TestCase):
    def beyond(self, view: cxj.View, wanted: "dict[str, Any]", options: "list[tuple[str, str]]",
               texts: "dict[int, str]") -> None:
        """What section 8 says of a view and of its cells."""
        got: "dict[str, Any]" = {}
        for part, of in (("spread", spread_of), ("relation", relation_of), ("control", control_of), ("parity", parity_of)):
            applies = part == "spread" or part == "relation" or (
                "period" in view.key_names if part == "control" else len(view) > 1)
            asked = named(options, "--" + part, view.grain) if applies else []
            if asked:
                got[part] = {metric: of(view, metric) for metric in asked}  # type: ignore[operator]
        for part in ("spread", "control", "parity", "relation"):
            expected = wanted.get(part)
            if part == "relation" and expected:
                expected = {name: {"n": one["n"]} if one and QUANTILES.intersection(name.split(",")) else one
                            for name, one in expected.items()}
            self.assertTrue(near(expected, got.get(part)), f"{view.text} {part}: {expected}, {got.get(part)}")
        for cell, expected in zip(list(view), wanted["cells"]):
            at = f"{view.text} {cell.key}"
            if "drivers" in expected:
                drivers = {model: drivers_of(view, cell.key, model) for model in ("satisfaction", "churn")}
                self.assertTrue(near(expected["drivers"], drivers), f"{at}: {expected['drivers']}, {drivers}")
            if "drill" in expected:
                self.assertEqual([texts[number] for number in view.journeys(**cell.key).journeys], expected["drill"], at)
            for text, share in expected.get("within", {}).items():
                if " in working hours" in view.text and text[-1] in "dw":
                    with self.assertRaisesRegex(ValueError, "a working day is not 24 hours"):
                        view.within(text, **cell.key)
                else:
                    metric = view.within(text, **cell.key)
                    self.assertTrue(made_in_time(share, metric), f"{at} {text}: {share}, {metric}")

    def compare(self, engine: cxj.Engine, expected: "dict[str, Any]", options: "list[tuple[str, str]]",
                texts: "dict[int, str]") -> None:
        stats = engine.stats()
        self.assertEqual((stats.touchpoints, stats.journeys), (expected["touchpoints"], expected["journeys"]))
        if stats.touchpoints and stats.now is None:
            assert stats.latest_at is not None
            engine.advance(moment(dict(options)["--now"]) if "--now" in dict(options) else stats.latest_at)
        for wanted in expected["views"]:
            view = engine[wanted["view"]]
            cells = list(view)
            self.assertEqual([cell.key for cell in cells], [cell["key"] for cell in wanted["cells"]], wanted["view"])
            for got, cell in zip(cells, wanted["cells"]):
                self.assertEqual(got.metrics.keys(), cell["metrics"].keys())
                for name, value in cell["metrics"].items():
                    self.assertTrue(alike(name, value, got.metrics[name].value),
                                    f"{wanted['view']} {got.key} {name}: {value}, {got.metrics[name].value}")
                    have, want = interval(got.metrics[name].low, got.metrics[name].high), cell["intervals"].get(name)
                    self.assertTrue(near(want, have), f"{wanted['view']} {got.key} {name}: {want}, {have}")
            self.beyond(view, wanted, options, texts)
        rules = [value for option, value in options if option == "--rule"]
        for rule, wanted in zip(rules, expected.get("worklists", [])):
            self.assertEqual([occasion_of(one, texts) for one in engine.worklist(rule)], wanted["occasions"], rule)
        self.assertEqual(len(rules), len(expected.get("worklists", [])))

    def replayed(self, columns: "dict[str, list[Any]]", expected: "dict[str, Any]", options: "list[tuple[str, str]]",
                 texts: "dict[int, str]", settings: "dict[str, Any]") -> None:
        """What rules would have raised, and when (section 9)."""
        now = moment(dict(options)["--now"]) if "--now" in dict(options) else None
        rules = [value for option, value in options if option == "--rule"]
        replay = cxj.replay(columns, rules=rules, now=now, **settings)
        with replay.engine as engine:
            self.assertEqual([occasion_of(alert, texts) for alert in replay.alerts], expected["alerts"])
            self.assertEqual(milliseconds(engine.stats().now), expected["now"])
            self.assertEqual([replay.receipt.duplicates, replay.receipt.conflicts, replay.receipt.superseded],
                             [expected["duplicates"], expected["conflicts"], expected["superseded"]])
            self.compare(engine, expected, options, texts)

    def test_cases(self) -> None:
        run = replayed = left_out = 0
        for case in sorted(path for path in CASES.iterdir() if (path / "expected.json").exists()):
            options = options_of(case)
            expected = json.loads((case / "expected.json").read_text("utf-8"))
            if expected["rejected"] or case.name.partition("-")[2] in AMBIGUOUS or part_of(case) == "reading":
                left_out += 1
                continue
            rows = rows_of(case / "events.csv")
            texts = {cxj.id_from_text(str(row["journey"])): str(row["journey"]) for row in rows}
            settings: "dict[str, Any]" = {"views": lines_of(case / "views.txt"), "calendar": calendar_of(case)}
            if "--feeds" in dict(options):
                settings["feeds"] = dict(options)["--feeds"].split(",")
            columns = columns_of(rows)
            run += 1
            if "--replay" in dict(options):
                replayed += 1
                with self.subTest(case.name):
                    self.replayed(columns, expected, options, texts, settings)
                continue
            with self.subTest(case.name), cxj.Engine(**settings) as one, cxj.Engine(**settings) as many:
                for row in rows:
                    one.record(**row)  # type: ignore[arg-type]
                many.record_many(columns)
                self.assertEqual(one.to_bytes(), many.to_bytes())
                for engine in (one, many):
                    self.compare(engine, expected, options, texts)
        self.assertGreater(run, 50)
        print(f"{run} cases, {replayed} of them replayed, and {left_out} about reading logs left out")

    def test_refusals(self) -> None:
        """What must end the report's run as wrong usage is refused here, too."""
        tried = 0
        for case in sorted(path for path in CASES.iterdir() if (path / "fails.txt").exists()):
            views, options = lines_of(case / "views.txt"), options_of(case)
            if part_of(case) == "reading" or (case / "fails.txt").read_text("utf-8").strip() == "1":
                continue  # a file that cannot be read
            rules = [value for option, value in options if option == "--rule"]
            with self.subTest(case.name), cxj.Engine(calendar=calendar_of(case)) as engine:
                if rules and "--feeds" in dict(options):
                    engine.set_feeds(dict(options)["--feeds"].split(","))
                for rule in rules:
                    for asked in (engine.worklist, engine.rules.add):
                        with self.assertRaises(cxj.InvalidError, msg=rule):
                            asked(rule)
                    tried += 1
                for option, value in () if rules else options:
                    if option == "--calendar":
                        with self.assertRaises(cxj.InvalidError, msg=value):
                            cxj.Calendar.from_text((case / value).read_text("utf-8"))
                    elif option == "--feeds":
                        with self.assertRaises(cxj.InvalidError, msg=value):
                            engine.set_feeds(value.split(","))
                    else:
                        for text in views:
                            with self.assertRaises((cxj.InvalidError, cxj.NotFoundError, TypeError), msg=f"{text} {value}"):
                                self.ask(engine.add_view(text), option, value)
                    tried += 1
                for text in () if options else views:
                    with self.assertRaises(cxj.InvalidError, msg=text):
                        engine.add_view(text)
                    tried += 1
        self.assertGreater(tried, 10)

    def ask(self, view: cxj.View, option: str, value: str) -> None:
        """What an option of the report asks, of a view that has one cell, at a time."""
        key = {name: "" for name in view.key_names}
        if option == "--within":
            view.within(value, **key)
        elif option == "--parity":
            view.parity(value, key, key)
        elif option == "--control":
            view.control(value, **key)
        elif option == "--relation":
            view.relation(*value.split(","))
        else:
            self.assertEqual(option, "--spread")
            view.spread(value)


if __name__ == "__main__":
    unittest.main()
