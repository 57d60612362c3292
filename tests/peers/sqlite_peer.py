"""SQLite, as Python brings it: a table in memory; the questions are the files sqlite_*.sql."""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from peer import HANDOFFS, JOURNEYS, NONE_IS_ZERO, TOUCHPOINTS, Answer, Columns, arguments, read_sql, run

Result = tuple[list[str], list[tuple[Any, ...]]]


class SQLite:
    name = "SQLite"
    version = sqlite3.sqlite_version

    def __init__(self) -> None:
        self.database = sqlite3.connect(":memory:")
        files = {TOUCHPOINTS: "touchpoints", HANDOFFS: "handoffs", JOURNEYS: "journeys"}
        self.parts = {part: self.question(read_sql(f"sqlite_{file}.sql")) for part, file in files.items()}

    def question(self, sql: str) -> Callable[[], Result]:
        def ask() -> Result:
            cursor = self.database.execute(sql)
            return [column[0] for column in cursor.description], cursor.fetchall()

        return ask

    def load(self, columns: Columns) -> None:
        self.database.execute("DROP TABLE IF EXISTS touchpoints")
        names = ", ".join(f"{name} INTEGER" for name in columns)
        self.database.execute(f"CREATE TABLE touchpoints ({names})")
        self.append(self.prepare(columns))

    def prepare(self, columns: Columns) -> list[tuple[Any, ...]]:
        def with_nulls(name: str) -> Iterable[int | None]:
            return (value or None for value in columns[name]) if name in NONE_IS_ZERO else columns[name]

        return list(zip(*map(with_nulls, columns)))

    def append(self, batch: list[tuple[Any, ...]]) -> None:
        places = ", ".join("?" * len(batch[0]))
        with self.database:
            self.database.executemany(f"INSERT INTO touchpoints VALUES ({places})", batch)

    def answer(self, part: str, result: Result) -> Answer:
        return Answer(*result)


if __name__ == "__main__":
    run(SQLite(), arguments())
