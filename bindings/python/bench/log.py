"""A log of touchpoints like that of the C benchmarks: ten a journey, in time order across all journeys, so that those of one
journey lie far apart. The same for the same numbers, on every machine."""

from __future__ import annotations

from typing import Any

TOUCHPOINTS_OF_A_JOURNEY = 10
FACETS = (0, 1, 1, 1, 3, 3, 3 | 1 << 8, 1 << 3, 1 << 3 | 1 << 5, 1 << 10)


def table(touchpoints: int, seed: int = 1) -> Any:
    """The log as a pyarrow.Table, its names dictionary-encoded."""
    import numpy
    import pyarrow

    dice = numpy.random.default_rng(seed)
    journeys = max(1, touchpoints // TOUCHPOINTS_OF_A_JOURNEY)
    number = numpy.arange(touchpoints, dtype="u8")
    journey = number % journeys + 1
    # Ids count within the journey; some touchpoints come in an order that is not that of their times.
    at = 1767225600000 + number * 977 + dice.integers(0, 40000000, touchpoints)

    def names(of: str, count: int, places: Any) -> Any:
        return pyarrow.DictionaryArray.from_arrays(pyarrow.array(places.astype("i4")),
                                                   pyarrow.array([f"{of} {i}" for i in range(count)]))

    owner = dice.integers(0, 200, touchpoints)
    rated = dice.integers(0, 4, touchpoints) == 0
    return pyarrow.table({
        "journey": journey.astype("i8"),
        "id": (number // journeys + 1).astype("i8"),
        "at": pyarrow.array(at.astype("i8"), pyarrow.int64()).cast(pyarrow.timestamp("ms", "UTC")),
        "owner": names("owner", 200, owner),
        "team": names("team", 20, owner % 20),
        "channel": names("channel", 5, dice.integers(0, 5, touchpoints)),
        "activity": names("activity", 30, dice.integers(0, 30, touchpoints)),
        "type": names("type", 4, (journey % 4).astype("i8")),
        "csat": pyarrow.array(dice.integers(1, 6, touchpoints).astype("i8"), mask=~rated),
        "facets": numpy.array(FACETS, dtype="i4")[dice.integers(0, len(FACETS), touchpoints)],
    })
