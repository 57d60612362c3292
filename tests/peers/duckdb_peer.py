"""DuckDB: a table in memory; the questions are touchpoints.sql, handoffs.sql and journeys.sql."""

from collections.abc import Callable
from typing import Any

import duckdb
import numpy
import pyarrow
from peer import FLAGS, HANDOFFS, JOURNEYS, NONE_IS_ZERO, TOUCHPOINTS, Answer, Columns, arguments, read_sql, run

Result = tuple[list[str], list[tuple[Any, ...]]]


class DuckDB:
    name = "DuckDB"
    version = duckdb.__version__

    def __init__(self, threads: int) -> None:
        self.database = duckdb.connect(":memory:")
        self.database.execute(f"SET threads = {threads}")
        files = {TOUCHPOINTS: "touchpoints.sql", HANDOFFS: "handoffs.sql", JOURNEYS: "journeys.sql"}
        self.parts = {part: self.question(read_sql(file)) for part, file in files.items()}

    def question(self, sql: str) -> Callable[[], Result]:
        def ask() -> Result:
            rows = self.database.execute(sql).fetchall()
            return [column[0] for column in self.database.description], rows

        return ask

    def load(self, columns: Columns) -> None:
        self.database.execute("DROP TABLE IF EXISTS touchpoints")
        everything = self.prepare(columns)
        self.database.execute("CREATE TABLE touchpoints AS SELECT * FROM everything")

    # DuckDB finds the tables below by the names of their variables.

    def prepare(self, columns: Columns) -> pyarrow.Table:
        plain = pyarrow.table({name: numpy.asarray(values) for name, values in columns.items()})
        nulls = ", ".join(f"nullif({name}, 0) AS {name}" for name in NONE_IS_ZERO)
        flags = ", ".join(f"{name} = 1 AS {name}" for name in FLAGS)
        return self.database.sql(f"SELECT * REPLACE ({nulls}, {flags}) FROM plain").to_arrow_table()

    def append(self, batch: pyarrow.Table) -> None:
        self.database.execute("INSERT INTO touchpoints SELECT * FROM batch")

    def answer(self, part: str, result: Result) -> Answer:
        return Answer(*result)


if __name__ == "__main__":
    given = arguments()
    run(DuckDB(given.threads), given)
