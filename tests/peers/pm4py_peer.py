"""pm4py: an event log as a data frame, and what it has for handoffs and journeys.

Its handover of work network has the share of each pair of owners in all transitions; its performance DFG, with the
owner in place of the activity, their mean wait; its case durations the time from first to last touchpoint."""

from typing import Any

import numpy
import pandas
import pm4py
from peer import HANDOFFS, Answer, Columns, arguments, run

NETWORK = HANDOFFS + ": handover of work network"
PERFORMANCE = HANDOFFS + ": performance DFG"
DURATIONS = "journeys: case durations"

CASE, ACTIVITY, OWNER, MOMENT = "case:concept:name", "concept:name", "org:resource", "time:timestamp"


class Pm4py:
    name = "pm4py"
    version = pm4py.__version__

    def __init__(self) -> None:
        self.log = pandas.DataFrame()
        self.parts = {
            NETWORK: lambda: pm4py.discover_handover_of_work_network(self.log),
            PERFORMANCE: lambda: pm4py.discover_performance_dfg(self.log, activity_key=OWNER)[0],
            DURATIONS: lambda: pm4py.get_all_case_durations(self.log),
        }

    def load(self, columns: Columns) -> None:
        self.log = self.prepare(columns)

    def prepare(self, columns: Columns) -> pandas.DataFrame:
        moments = pandas.to_datetime(numpy.asarray(columns["moment"]), unit="ms", utc=True)
        return pandas.DataFrame(
            {
                CASE: numpy.asarray(columns["journey"]).astype(str),
                ACTIVITY: numpy.asarray(columns["channel"]).astype(str),
                OWNER: numpy.asarray(columns["owner"]).astype(str),
                MOMENT: moments,
            }
        )

    def append(self, batch: pandas.DataFrame) -> None:
        self.log = pandas.concat([self.log, batch], ignore_index=True)

    def answer(self, part: str, result: Any) -> Answer:
        if part == NETWORK:
            rows = [(int(a), int(b), share) for (a, b), share in result.connections.items()]
            return Answer(["from", "to", "transitions_share"], rows)
        if part == PERFORMANCE:
            rows = [(int(a), int(b), all_of["mean"] * 1000) for (a, b), all_of in result.items()]
            return Answer(["from", "to", "wait_mean"], rows)
        return Answer(["", "", "journeys", "spans"], [(0, 0, len(result), sum(result) * 1000)])


if __name__ == "__main__":
    run(Pm4py(), arguments())
