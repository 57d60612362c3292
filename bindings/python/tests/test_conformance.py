"""The cases of tests/conformance through the package, by record() and by record_many(): the answers must agree."""

import csv
import json
import math
import pathlib
import re
import unittest
from datetime import datetime, timedelta, timezone

import cxj

CASES = pathlib.Path(__file__).resolve().parents[3] / "tests" / "conformance"
TEXTS = ("owner", "team", "activity", "channel", "stage", "cause", "type", "segment", "reason")
# Cases about what only the report program decides: which of two columns for the same thing it takes. Left out, too, are those
# in which it refuses rows: these never reach the library.
AMBIGUOUS = ("58-columns", "59-columns-2")
# Options that ask beyond single cells, or say what becomes of rows that are refused: the cells are the same.
BEYOND = {"--spread", "--control", "--parity", "--relation", "--within", "--drill", "--strict", "--lenient"}
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


QUANTILES = {info.name for info in cxj.metrics() if info.kind == "quantile"}


def alike(name: str, wanted: object, got: "float | None") -> bool:
    if wanted is None or got is None:
        return wanted is None and got is None
    bound = 1 / 128 if name in QUANTILES else 1e-9
    return math.isclose(float(wanted), got, rel_tol=bound, abs_tol=1e-12)  # type: ignore[arg-type]


class Names(unittest.TestCase):
    def test_event_logs_are_called_as_the_report_program_takes_them(self) -> None:
        """"Names that event logs use": one list there and one here, in the same order."""
        source = (CASES.parents[1] / "examples" / "log.c").read_text("utf-8")
        aliases = re.findall(r'^    \{"([\w:]+)", FIELD_(\w+)\},$', source, re.M)
        self.assertEqual([(there, here) for there, here in cxj.EVENT_LOG.items() if here is not None], aliases)


class Conformance(unittest.TestCase):
    def compare(self, engine: cxj.Engine, expected: "dict[str, object]", now: "int | None") -> None:
        stats = engine.stats()
        self.assertEqual((stats.touchpoints, stats.journeys), (expected["touchpoints"], expected["journeys"]))
        if stats.touchpoints:
            assert stats.latest_at is not None
            engine.advance(stats.latest_at if now is None else now)
        for view in expected["views"]:  # type: ignore[attr-defined]
            cells = list(engine[view["view"]])
            self.assertEqual([cell.key for cell in cells], [cell["key"] for cell in view["cells"]], view["view"])
            for got, wanted in zip(cells, view["cells"]):
                for name, value in wanted["metrics"].items():
                    self.assertTrue(alike(name, value, got.metrics[name].value),
                                    f"{view['view']} {got.key} {name}: {value}, {got.metrics[name].value}")

    def test_cases(self) -> None:
        run = left_out = 0
        for case in sorted(path for path in CASES.iterdir() if (path / "expected.json").exists()):
            words = (case / "args.txt").read_text("utf-8").splitlines() if (case / "args.txt").exists() else []
            self.assertLessEqual({word for word in words if word.startswith("--")}, {"--now", "--feeds", *BEYOND},
                                 case.name)
            now = moment(words[words.index("--now") + 1]) if "--now" in words else None
            feeds = words[words.index("--feeds") + 1].split(",") if "--feeds" in words else None
            calendar = (case / "calendar.txt").read_text("utf-8") if (case / "calendar.txt").exists() else None
            expected = json.loads((case / "expected.json").read_text("utf-8"))
            if expected["rejected"] or case.name in AMBIGUOUS:
                left_out += 1
                continue
            rows = rows_of(case / "events.csv")
            views = [line for line in (case / "views.txt").read_text("utf-8").splitlines() if line.strip()]
            with self.subTest(case.name), cxj.Engine(views, feeds=feeds, calendar=calendar) as one, \
                    cxj.Engine(views, feeds=feeds, calendar=calendar) as many:
                for row in rows:
                    one.record(**row)  # type: ignore[arg-type]
                columns = {name: [row.get(name) for row in rows] for name in
                           ("journey", "at", *sorted({name for row in rows for name in row} - {"journey", "at"}))}
                many.record_many(columns)
                self.assertEqual(one.to_bytes(), many.to_bytes())
                self.compare(one, expected, now)
                self.compare(many, expected, now)
                run += 1
        self.assertEqual(run + left_out, len([path for path in CASES.iterdir() if (path / "expected.json").exists()]))
        self.assertGreater(run, 50)
        print(f"{run} cases, and {left_out} about reading CSV left out")


if __name__ == "__main__":
    unittest.main()
