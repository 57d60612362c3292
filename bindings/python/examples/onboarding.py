"""Reads a log of touchpoints, prints what went on, and draws it. A template to copy.

    python onboarding.py [LOG [FOLDER]]

LOG is a CSV file whose columns are named as the parameters of cxj.Engine.record(), or as event logs name them; else the sample
log of this project: a pay-TV company's onboarding, in which every contact is rated well. FOLDER is where the pictures go; else
the one at hand. It needs matplotlib for the pictures (pip install matplotlib), and nothing else beside cxj.
"""

import csv
import pathlib
import sys
from datetime import date, datetime, timezone
from typing import Any, Callable

import cxj

SAMPLE = pathlib.Path(__file__).resolve().parents[3] / "examples" / "onboarding.csv"

# Each picture: its file, the view, and the metric; None where the picture chooses.
PICTURES = (
    ("touchpoints-against-journey.png", "journeys by segment", None),
    ("handoffs.png", "transitions by team", "changes"),
    ("lost-context.png", "transitions by team", "lost_context_rate"),
    ("satisfaction-per-month.png", "journeys per month", "journey_satisfaction"),
    ("promises-kept.png", "journeys by segment per month", "kept_rate"),
    ("touchpoints-by-channel.png", "touchpoints by channel", "satisfaction"),
)


def moment(text: str) -> date:
    """A moment of the log, or a date alone, which the engine takes as a whole day: what is due then is due by its end. What has no
    zone is UTC there."""
    if len(text) == len("2026-11-21"):
        return date.fromisoformat(text)
    read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return read.replace(tzinfo=timezone.utc) if read.tzinfo is None else read


READ: "dict[str, Callable[[str], Any]]" = {
    "at": moment, "due": moment, "value": int, "commitment": int, "score": int, "revision": int, "sequence": int,
    "csat": int, "nps": int, "ces": int,
}


def columns(path: pathlib.Path) -> "dict[str, list[Any]]":
    """The columns of a log by the names that they have here, None where a field is empty. A row with more or fewer fields than
    the header is an error, for nobody knows which they are."""
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        names = next(reader, [])
        for row in filter(None, reader):
            if len(row) != len(names):
                raise ValueError(f"{path}, line {reader.line_num}: it has {len(row)} fields, and the header {len(names)}")
            rows.append(row)
    read: dict[str, list[Any]] = {}
    for place, there in enumerate(names):
        here = cxj.EVENT_LOG.get(there, there)
        if here is not None:
            read[here] = [READ.get(here, str)(row[place]) if row[place] else None for row in rows]
    return read


def main() -> None:
    log = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path()
    with cxj.Engine(views=dict.fromkeys(view for _, view, _ in PICTURES)) as engine:
        receipt = engine.record_many(columns(log), tz="UTC")
        print(f"{receipt.accepted} touchpoints of {engine.stats().journeys} journeys\n")
        print(engine["journeys by segment"].table(["journeys", "touch_satisfaction", "journey_satisfaction", "kept_rate"]))
        print()
        print(engine["transitions by team"].table(sort="changes", top=10))
        print()
        folder.mkdir(parents=True, exist_ok=True)
        for file, view, metric in PICTURES:
            try:
                axes = engine[view].plot(metric)
            except ValueError as error:  # this log does not have what the picture would show
                print(f"no {file}: {error}")
                continue
            axes.figure.savefig(folder / file, dpi=120)
            print(f"wrote {folder / file}")


if __name__ == "__main__":
    main()
