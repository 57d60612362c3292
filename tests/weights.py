#!/usr/bin/env python3
"""weights.py REPORT SAMPLE_LOG LOG

Does the library find what the sample log was made from? In it, the rating of a journey and whether its customer leaves are
sums of the predictors of section 8.1, each with a weight that SAMPLE_LOG --coefficients states, and of a noise. The drivers
that REPORT answers must be these weights, within their own standard errors: in LOG, the sample log as it is kept, and more
sharply in larger ones that are made here, with seeds that are printed.

Only journeys that have ended are looked at: of one that goes on, the last rating is older than what has happened since.

Besides, of what drivers say: nothing is left out, the means of the predictors are those that the metrics of their names
give, and shares sum to R², in all and by group.
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

VIEW = "journeys where outcome in (completed, abandoned)"
SEEDS = (1, 2, 3)
CUSTOMERS = 3000

# How many standard errors a weight may be off. In three larger logs there are 36 weights of each model, of which some stray
# further than in one. Leaving is yes or no, and so its noise is larger where it is more likely; standard errors that take
# noise to be of one size are then up to 1.6 times too small.
KEPT = {"satisfaction": 3.0, "churn": 3.0}
MADE = {"satisfaction": 4.0, "churn": 1.6 * 4.0}

# A weight that is off by so much must be noticed in a larger log.
NOTICED = {"satisfaction": 0.05, "churn": 0.4}

GROUPS = {
    "errors": ["faults"],
    "delays": ["late", "late_unexplained", "broken", "shifts"],
    "handoffs": ["handoffs", "lost_context", "channel_switches", "repeats", "contradictions"],
    "visibility": ["chases", "silent_days"],
}


def run(*arguments: str) -> str:
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def weights_of(sample_log: str) -> dict[str, dict[str, float]]:
    """By model and predictor."""
    rows = list(csv.DictReader(run(sample_log, "--coefficients").splitlines()))
    return {model: {row["predictor"]: float(row[model]) for row in rows if row["predictor"] != "intercept"}
            for model in KEPT}


def astray(weights: dict[str, float], found: dict[str, Any], allowed: float) -> list[str]:
    """The predictors whose weight is not what was found."""
    return [f"{name}: {weight} is stated, {found[name]['coefficient']:.4f} found, with a standard error of "
            f"{found[name]['error']:.4f}" for name, weight in weights.items()
            if abs(found[name]["coefficient"] - weight) > allowed * found[name]["error"]]


def contradictions(model: str, answer: dict[str, Any], metrics: dict[str, float]) -> list[str]:
    """Where an answer does not agree with itself, or with the metrics of the same cell."""
    found = answer["predictors"]
    wrong = []
    if answer["left_out"]:
        wrong.append(f"{answer['left_out']} are left out")
    for group, names in GROUPS.items():
        if abs(answer["groups"][group] - sum(found[name]["share"] for name in names)) > 1e-9:
            wrong.append(f"the shares of the group {group} do not sum to its own")
    if abs(sum(answer["groups"].values()) - answer["r2"]) > 1e-9:
        wrong.append("the groups do not sum to R²")
    if model == "churn":
        for name in found:
            if name in metrics and abs(found[name]["mean"] * answer["n"] - metrics[name]) > 1e-6:
                wrong.append(f"{name}: a mean of {found[name]['mean']} over {answer['n']}, and {metrics[name]} in all")
    return wrong


def check(report: str, log: pathlib.Path, weights: dict[str, dict[str, float]], allowed: dict[str, float],
          sharp: bool) -> list[str]:
    cell = json.loads(run(report, "--json", "--view", VIEW + " with drivers", str(log)))["views"][0]["cells"][0]
    problems = []
    for model, stated in weights.items():
        answer = cell["drivers"][model]
        found = answer["predictors"]
        wrong = contradictions(model, answer, cell["metrics"])
        if not wrong:
            wrong = astray(stated, found, allowed[model])
            for name in stated if sharp else ():
                for way in (-1, 1):
                    moved = {name: stated[name] + way * NOTICED[model]}
                    if not astray(moved, found, allowed[model]):
                        wrong.append(f"{name}: {moved[name]:.4f} would not be noticed")
        print(f"{log.name}, {model}: {answer['n']} journeys, R² {answer['r2']:.3f}, {'; '.join(wrong) or 'ok'}")
        problems += wrong
    return problems


def main() -> int:
    report, sample_log, kept = sys.argv[1:4]
    weights = weights_of(sample_log)
    problems = check(report, pathlib.Path(kept), weights, KEPT, False)
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            log = pathlib.Path(folder, f"seed {seed}")
            log.write_text(run(sample_log, "--seed", str(seed), "--customers", str(CUSTOMERS)), encoding="utf-8")
            problems += check(report, log, weights, MADE, True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
