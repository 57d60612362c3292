"""The report program beside the package: where it is, what it answers, and the same answer by the package."""

import json
import math
import subprocess
from typing import Any

import cxj
from cxj import _program

QUANTILES = {info.name for info in cxj.metrics() if info.kind == "quantile"}


def program() -> "str | None":
    """The report program, where it is there."""
    try:
        return _program.find()
    except _program.Missing:
        return None


def asked(files: "list[str]", views: "list[str]", args: "list[str]", folder: str) -> "tuple[int, Any, str]":
    """What the report program ends with, answers and says."""
    found = program()
    assert found
    line = [found, "--json", *args, *(word for view in views for word in ("--view", view)), *files]
    done = subprocess.run(line, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False)
    answer = json.loads(done.stdout) if done.returncode in (0, 3) else None
    return done.returncode, answer, done.stderr.decode("utf-8", "replace")


def options_of(args: "list[str]") -> "dict[str, Any]":
    """Options of the report program as parameters of read_csv()."""
    words, options, chosen, none = list(args), {}, {}, []  # type: ignore[var-annotated]
    while words:
        option = words.pop(0)
        if option in ("--lenient", "--drill"):
            continue
        value = words.pop(0)
        field, _, column = value.partition("=")
        if option == "--map":
            chosen[field] = column or None
        elif option == "--none":
            none.append(value)
        elif option in ("--delimiter", "--dates", "--unit", "--ties"):
            options[option[2:]] = value
        elif option not in ("--within", "--now"):
            raise ValueError(f"read_csv() has no {option}")
    return {**options, "map": chosen, "none": none}


def answer_of(engine: cxj.Engine, views: "list[str]") -> "dict[str, Any]":
    """What the report program would answer of an engine that has read the same, but for intervals."""
    stats = engine.stats()
    if stats.latest_at is not None:
        engine.advance(stats.latest_at)
    refused = engine.reading.refused if engine.reading else cxj.Refused([], [], [])
    found = [{"view": text, "cells": [
        {"key": cell.key, "metrics": {name: metric.value for name, metric in cell.metrics.items()}}
        for cell in engine.add_view(text)]} for text in views]
    return {"touchpoints": stats.touchpoints, "journeys": stats.journeys, "duplicates": stats.duplicates,
            "conflicts": stats.conflicts, "superseded": stats.superseded, "rejected": len(refused.places), "views": found}


def differences(wanted: Any, got: "dict[str, Any]", now: bool = False) -> "list[str]":
    """What is not the same in two answers, the report program's first; now: but for what depends on a clock of its own."""
    found = [f"{name}: {wanted[name]} and {got[name]}" for name in got if name != "views" and wanted[name] != got[name]]
    for one, other in zip(wanted["views"], got["views"]):
        cells = {json.dumps(cell["key"], sort_keys=True): cell["metrics"] for cell in one["cells"]}
        here = {json.dumps(cell["key"], sort_keys=True): cell["metrics"] for cell in other["cells"]}
        if cells.keys() != here.keys():
            found.append(f"{one['view']}: cells {sorted(cells)[:9]} and {sorted(here)[:9]}")
            continue
        for key, metrics in cells.items():
            found += [f"{one['view']} {key} {name}: {value} and {here[key][name]}" for name, value in metrics.items()
                      if not alike(value, here[key][name], name) and not (now and "overdue" in name)]
    return found


def alike(one: Any, other: Any, name: str) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1 / 128 if name in QUANTILES else 1e-9, abs_tol=1e-12)
