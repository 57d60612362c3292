"""Writes REFERENCE.md: all metrics, facets, dimensions, predictors and options, as the library and the package know them.

    python reference.py            writes it
    python reference.py --check    fails if it is not what would be written
"""

import inspect
import pathlib
import re
import sys
from collections.abc import Iterable

import cxj
from cxj._analysis import families
from cxj._words import title

PATH = pathlib.Path(__file__).resolve().parent / "REFERENCE.md"
UNITS = {"count": "count", "share": "share, 0 to 1", "duration": "milliseconds", "satisfaction": "0 to 1", "points": "points",
         "money": "minor units"}
KINDS = {"count": "count", "share": "share", "mean": "mean", "quantile": "quantile", "derived": "derived"}
GRAINS = {"touchpoints": "of views such as `touchpoints by channel`", "transitions": "of views such as `transitions by owner`",
          "journeys": "of views such as `journeys by type per month`"}


def table(headings: "list[str]", rows: "Iterable[Iterable[str]]") -> str:
    lines = ["| " + " | ".join(headings) + " |", "| " + " | ".join("---" for _ in headings) + " |"]
    return "\n".join([*lines, *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)])


def needs(one: "cxj.MetricInfo | cxj.PredictorInfo") -> str:
    """What has to be recorded, or a metric has no value."""
    every = [f"`{name}`" for name in sorted(one.needs_all)]
    any_of = [f"`{name}`" for name in sorted(one.needs_any)]
    clock = ["the clock"] if getattr(one, "needs_now", False) else []
    return ", ".join([*every, *([" or ".join(any_of)] if any_of else []), *clock])


def metrics() -> str:
    parts = []
    for grain, words in GRAINS.items():
        rows = []
        for info in cxj.metrics(grain):
            also = ", ".join(word for word, holds in (("interval", info.has_interval), ("compares", info.compares)) if holds)
            rows.append([f"`{info.name}`", title(info.name, grain, "owner"), info.summary, UNITS[info.unit], KINDS[info.kind], also,
                         needs(info)])
        parts.append(f"### Of {grain}\n\nFor cells {words}.\n\n" + table(
            ["name", "in words", "definition", "unit", "kind", "has", "needs"], rows))
        parts.append(f"Shares within a span, such as `{next(iter(families(grain)))}=4h`, of: "
                     + ", ".join(f"`{family}`" for family in families(grain)) + ".")
    return "\n\n".join(parts)


def options() -> str:
    """The parameters of Engine(), from its docstring, which has each of them."""
    names = list(inspect.signature(cxj.Engine.__init__).parameters)[1:]
    rows: "dict[str, str]" = {}
    last = ""
    for line in (inspect.getdoc(cxj.Engine) or "").splitlines():
        found = re.match(r"(\w+) {2,}(\S.*)", line)
        if found and found[1] in names:
            last = found[1]
            rows[last] = found[2]
        elif last and line.startswith("    ") and line.strip():
            rows[last] += " " + line.strip()
        elif not line.strip():
            last = ""
    missing = [name for name in names if name not in rows]
    if missing:
        raise SystemExit(f"reference.py: the docstring of Engine says nothing of {', '.join(missing)}")
    return table(["option", "what it does"], ([f"`{name}`", rows[name]] for name in names))


def grammar(function: object) -> str:
    """What stands indented in a docstring: examples, and a grammar."""
    blocks = re.findall(r"(?:^    .*\n(?:\n(?=    ))?)+", inspect.getdoc(function) or "", re.M)
    return "```text\n" + "\n\n".join(inspect.cleandoc(block) for block in blocks).strip() + "\n```"


def reference() -> str:
    with cxj.Engine() as engine:
        dimensions = engine.dimensions()
    facets = table(["facet", "meaning", "also sets"], ([
        f"`{info.name}`", info.summary, ", ".join(f"`{name}`" for name in sorted(info.implies - {info.name}))]
        for info in cxj.facets()))
    predictors = table(["predictor", "group", "meaning", "needs"], ([f"`{info.name}`", info.group, info.summary, needs(info)]
                                                                  for info in cxj.predictors()))
    return f"""# Reference

Made by `python reference.py` of the catalogue in the library; the tests check that it is what that would write. The same can be
asked for: `cxj.metrics()`, `cxj.facets()`, `cxj.predictors()`, `Engine.dimensions()`, `help(cxj.Engine)`.

## Metrics

*Has* says whether a metric has a 95 % interval, and whether it compares between cells (`View.spread()`, `View.parity()`,
`cxj.compare()`). *Needs* are the facets that must be recorded, or it has no value. Definitions name other metrics where they
can; what each word means exactly, `include/cxj.h` says.

{metrics()}

## Facets

Yes/no facts of a touchpoint, for `record(facets=…)`.

{facets}

## Dimensions

{table(["dimension", "names"], ([f"`{one.name}`", "recorded" if one.has_names else "derived: in views only"] for one in dimensions))}

Outcomes: {", ".join(f"`{name}`" for name in cxj.OUTCOMES)}. Scales of ratings: {", ".join(f"`{name}`" for name in cxj.SCALES)}.
Scopes of ratings: {", ".join(f"`{name}`" for name in cxj.SCOPES)}.

## Predictors of drivers

{predictors}

## Views

{grammar(cxj.Engine.add_view)}

## Rules

{grammar(cxj.Rules.add)}

## Options of Engine

{options()}
"""


def main() -> None:
    if sys.argv[1:] == ["--check"]:
        if PATH.read_text("utf-8") != reference():
            sys.exit("REFERENCE.md is not what the catalogue says; python reference.py writes it")
        return
    PATH.write_bytes(reference().encode())


if __name__ == "__main__":
    main()
