"""polars: a data frame, lazily asked."""

import os
from typing import Any

from peer import FLAGS, HANDOFFS, JOURNEYS, NONE_IS_ZERO, TOUCHPOINTS, Answer, Columns, arguments, run

given = arguments()
os.environ["POLARS_MAX_THREADS"] = str(given.threads)  # it looks once, when it is imported

import numpy  # noqa: E402
import polars  # noqa: E402
from polars import col  # noqa: E402


def total(flag: str) -> polars.Expr:
    return col(flag).sum()


def in_order(frame: polars.DataFrame) -> polars.LazyFrame:
    """By journey and time. What stands before a touchpoint is of its journey if held_journey is the same."""
    return frame.lazy().sort("journey", "moment").with_columns(follows=col("journey") == col("journey").shift())


def before(name: str) -> polars.Expr:
    """A column's value at the touchpoint before, in the same journey."""
    return polars.when(col("follows")).then(col(name).shift())


def touchpoints(frame: polars.DataFrame) -> polars.DataFrame:
    satisfaction = (col("score") - 1) / 4
    return (
        in_order(frame)
        .with_columns(wait=col("moment") - before("moment"))
        .group_by("channel", "owner")
        .agg(
            touchpoints=polars.len(),
            journeys=col("journey").n_unique(),
            contacts=total("contact"),
            inbound=total("inbound"),
            chases=total("chase"),
            updates=total("told"),
            repeats=total("repeated"),
            faults=total("fault"),
            fault_rate=col("fault").mean(),
            repeat_rate=col("repeated").mean(),
            ratings=col("score").count(),
            satisfaction=satisfaction.mean(),
            satisfaction_sd=satisfaction.std(),
            csat=(col("score") >= 4).mean(),
            dissatisfaction=(col("score") <= 2).mean(),
            wait_mean=col("wait").mean(),
        )
        .collect()
    )


def handoffs(frame: polars.DataFrame) -> polars.DataFrame:
    steps = (
        in_order(frame)
        .with_columns(held_by=before("owner"), wait=col("moment") - before("moment"))
        .filter(col("held_by").is_not_null())
        .select("journey", "held_by", "owner", "wait")
    )
    # A change is a bounce if it leads back to the owner held before the last change.
    bounces = (
        steps.filter(col("held_by") != col("owner"))
        .with_columns(follows=col("journey") == col("journey").shift())
        .filter(before("held_by") == col("owner"))
        .group_by("held_by", "owner")
        .agg(bounces=polars.len())
    )
    return (
        steps.group_by("held_by", "owner")
        .agg(
            transitions=polars.len(),
            changes=(col("held_by") != col("owner")).sum(),
            wait_mean=col("wait").mean(),
            wait_p50=col("wait").quantile(0.5, "equiprobable"),
            wait_p90=col("wait").quantile(0.9, "equiprobable"),
        )
        .join(bounces, on=["held_by", "owner"], how="left")
        .with_columns(col("bounces").fill_null(0))
        .collect()
    )


def journey_table(frame: polars.DataFrame) -> polars.LazyFrame:
    rated = col("score").drop_nulls()
    return (
        in_order(frame)
        .with_columns(handoff=before("owner") != col("owner"))
        .group_by("journey")
        .agg(
            type=col("type").max(),
            segment=col("segment").max(),
            first_at=col("moment").min(),
            last_at=col("moment").max(),
            touchpoints=polars.len(),
            contacts=total("contact"),
            handoffs=total("handoff"),
            repeats=total("repeated"),
            faults=total("fault"),
            chases=total("chase"),
            updates=total("told"),
            ratings=col("score").count(),
            score_sum=col("score").sum(),
            first_score=rated.first(),
            last_score=rated.last(),
            due=col("due").min(),
            promised_at=col("moment").filter(col("due").is_not_null()).min(),
            delivered_at=col("moment").filter("delivered").min(),
        )
        .with_columns(is_delivered=col("delivered_at") >= col("promised_at"))
        .with_columns(lateness=polars.when("is_delivered").then(col("delivered_at") - col("due")))
        .with_columns(lateness=polars.when(col("lateness") > 0).then("lateness"))
    )


def journeys(frame: polars.DataFrame) -> polars.DataFrame:
    drop = (col("first_score") - col("last_score")).filter(col("ratings") >= 2)
    late, delivered = col("lateness").count(), col("is_delivered").sum()
    return (
        journey_table(frame)
        .group_by("type", "segment")
        .agg(
            journeys=polars.len(),
            touchpoints_per_journey=col("touchpoints").mean(),
            contacts_per_journey=col("contacts").mean(),
            handoffs_per_journey=col("handoffs").mean(),
            repeats_per_journey=col("repeats").mean(),
            faults_per_journey=col("faults").mean(),
            handoffs=total("handoffs"),
            repeats=total("repeats"),
            faults=total("faults"),
            chases=total("chases"),
            updates=total("updates"),
            handoff_free_share=(col("handoffs") == 0).mean(),
            touch_satisfaction=(total("score_sum") / total("ratings") - 1) / 4,
            touch_drop=drop.mean() / 4,
            promises=col("due").count(),
            promised_share=col("due").is_not_null().mean(),
            deliveries=delivered,
            on_time_rate=polars.when(delivered > 0).then((delivered - late) / delivered),
            late=late,
            lateness_mean=col("lateness").mean(),
            lateness_p50=col("lateness").quantile(0.5, "equiprobable"),
            lateness_p90=col("lateness").quantile(0.9, "equiprobable"),
        )
        .collect()
    )


class Polars:
    name = "polars"
    version = polars.__version__

    def __init__(self) -> None:
        self.frame = polars.DataFrame()
        self.parts = {
            TOUCHPOINTS: lambda: touchpoints(self.frame),
            HANDOFFS: lambda: handoffs(self.frame),
            JOURNEYS: lambda: journeys(self.frame),
        }

    def load(self, columns: Columns) -> None:
        self.frame = self.prepare(columns)

    def prepare(self, columns: Columns) -> polars.DataFrame:
        frame = polars.DataFrame({name: numpy.asarray(values) for name, values in columns.items()})
        nulls = [polars.when(col(name) != 0).then(col(name)).alias(name) for name in NONE_IS_ZERO]
        return frame.with_columns(*nulls, *(col(name) == 1 for name in FLAGS))

    def append(self, batch: polars.DataFrame) -> None:
        self.frame = polars.concat([self.frame, batch])

    def answer(self, part: str, result: Any) -> Answer:
        return Answer(result.columns, result.rows())


if __name__ == "__main__":
    run(Polars(), given)
