"""pandas: a data frame."""

import numpy
import pandas
from peer import FLAGS, HANDOFFS, JOURNEYS, NONE_IS_ZERO, TOUCHPOINTS, Answer, Columns, arguments, run


def in_order(frame: pandas.DataFrame) -> pandas.DataFrame:
    """By journey and time, with what stands before in the same journey."""
    ordered = frame.sort_values(["journey", "moment"], ignore_index=True)
    follows = ordered["journey"] == ordered["journey"].shift()
    ordered["held_by"] = ordered["owner"].shift().where(follows)
    ordered["wait"] = ordered["moment"].diff().where(follows)
    return ordered


def nearest_rank(frame: pandas.DataFrame, keys: list[str], name: str, tenths: int) -> pandas.Series:
    """The value at rank ⌈tenths/10 · n⌉ of each group. pandas' own quantiles count ranks otherwise."""
    ranked = frame[[*keys, name]].dropna().sort_values(name)
    groups = ranked.groupby(keys)[name]
    place, places = groups.cumcount() + 1, groups.transform("size")
    return ranked[place == (places * tenths + 9) // 10].set_index(keys)[name]


def touchpoints(frame: pandas.DataFrame) -> pandas.DataFrame:
    ordered = in_order(frame)
    ordered["satisfaction"] = (ordered["score"] - 1) / 4
    ordered["satisfied"] = (ordered["score"] >= 4).where(ordered["score"].notna()).astype(float)
    ordered["dissatisfied"] = (ordered["score"] <= 2).where(ordered["score"].notna()).astype(float)
    return ordered.groupby(["channel", "owner"]).agg(
        touchpoints=("journey", "size"),
        journeys=("journey", "nunique"),
        contacts=("contact", "sum"),
        inbound=("inbound", "sum"),
        chases=("chase", "sum"),
        updates=("told", "sum"),
        repeats=("repeated", "sum"),
        faults=("fault", "sum"),
        fault_rate=("fault", "mean"),
        repeat_rate=("repeated", "mean"),
        ratings=("score", "count"),
        satisfaction=("satisfaction", "mean"),
        satisfaction_sd=("satisfaction", "std"),
        csat=("satisfied", "mean"),
        dissatisfaction=("dissatisfied", "mean"),
        wait_mean=("wait", "mean"),
    )


def handoffs(frame: pandas.DataFrame) -> pandas.DataFrame:
    keys = ["held_by", "owner"]
    steps = in_order(frame).dropna(subset="held_by")
    steps["is_change"] = steps["held_by"] != steps["owner"]
    # A change is a bounce if it leads back to the owner held before the last change.
    changes = steps.loc[steps["is_change"], ["journey", *keys]]
    follows = changes["journey"] == changes["journey"].shift()
    bounces = changes[follows & (changes["held_by"].shift() == changes["owner"])].groupby(keys).size()
    table = steps.groupby(keys).agg(
        transitions=("wait", "size"), changes=("is_change", "sum"), wait_mean=("wait", "mean")
    )
    table["bounces"] = bounces.reindex(table.index, fill_value=0)
    table["wait_p50"] = nearest_rank(steps, keys, "wait", 5)
    table["wait_p90"] = nearest_rank(steps, keys, "wait", 9)
    return table


def journey_table(frame: pandas.DataFrame) -> pandas.DataFrame:
    ordered = in_order(frame)
    ordered["handoff"] = ordered["held_by"].notna() & (ordered["held_by"] != ordered["owner"])
    ordered["promised_at"] = ordered["moment"].where(ordered["due"].notna())
    ordered["delivered_at"] = ordered["moment"].where(ordered["delivered"])
    table = ordered.groupby("journey").agg(
        type=("type", "max"),
        segment=("segment", "max"),
        first_at=("moment", "min"),
        last_at=("moment", "max"),
        touchpoints=("moment", "size"),
        contacts=("contact", "sum"),
        handoffs=("handoff", "sum"),
        repeats=("repeated", "sum"),
        faults=("fault", "sum"),
        chases=("chase", "sum"),
        updates=("told", "sum"),
        ratings=("score", "count"),
        score_sum=("score", "sum"),
        first_score=("score", "first"),
        last_score=("score", "last"),
        due=("due", "min"),
        promised_at=("promised_at", "min"),
        delivered_at=("delivered_at", "min"),
    )
    table["is_delivered"] = table["delivered_at"] >= table["promised_at"]
    lateness = (table["delivered_at"] - table["due"]).where(table["is_delivered"])
    table["lateness"] = lateness.where(lateness > 0)
    table["drop"] = ((table["first_score"] - table["last_score"]) / 4).where(table["ratings"] >= 2)
    table["handoff_free"] = table["handoffs"] == 0
    return table


def journeys(frame: pandas.DataFrame) -> pandas.DataFrame:
    keys = ["type", "segment"]
    rows = journey_table(frame)
    table = rows.groupby(keys).agg(
        journeys=("touchpoints", "size"),
        touchpoints_per_journey=("touchpoints", "mean"),
        contacts_per_journey=("contacts", "mean"),
        handoffs_per_journey=("handoffs", "mean"),
        repeats_per_journey=("repeats", "mean"),
        faults_per_journey=("faults", "mean"),
        handoffs=("handoffs", "sum"),
        repeats=("repeats", "sum"),
        faults=("faults", "sum"),
        chases=("chases", "sum"),
        updates=("updates", "sum"),
        handoff_free_share=("handoff_free", "mean"),
        touch_satisfaction=("score_sum", "sum"),
        ratings=("ratings", "sum"),
        touch_drop=("drop", "mean"),
        promises=("due", "count"),
        deliveries=("is_delivered", "sum"),
        late=("lateness", "count"),
        lateness_mean=("lateness", "mean"),
    )
    table["touch_satisfaction"] = (table["touch_satisfaction"] / table.pop("ratings") - 1) / 4
    table["promised_share"] = table["promises"] / table["journeys"]
    table["on_time_rate"] = (table["deliveries"] - table["late"]) / table["deliveries"]
    table["lateness_p50"] = nearest_rank(rows, keys, "lateness", 5)
    table["lateness_p90"] = nearest_rank(rows, keys, "lateness", 9)
    return table


class Pandas:
    name = "pandas"
    version = pandas.__version__

    def __init__(self) -> None:
        self.frame = pandas.DataFrame()
        self.parts = {
            TOUCHPOINTS: lambda: touchpoints(self.frame),
            HANDOFFS: lambda: handoffs(self.frame),
            JOURNEYS: lambda: journeys(self.frame),
        }

    def load(self, columns: Columns) -> None:
        self.frame = self.prepare(columns)

    def prepare(self, columns: Columns) -> pandas.DataFrame:
        frame = pandas.DataFrame({name: numpy.asarray(values) for name, values in columns.items()})
        for name in NONE_IS_ZERO:
            frame[name] = frame[name].where(frame[name] != 0)  # NaN is none, so these turn into floats
        return frame.astype({name: bool for name in FLAGS})

    def append(self, batch: pandas.DataFrame) -> None:
        self.frame = pandas.concat([self.frame, batch], ignore_index=True)

    def answer(self, part: str, result: pandas.DataFrame) -> Answer:
        table = result.reset_index()
        return Answer(list(table.columns), list(table.itertuples(index=False, name=None)))


if __name__ == "__main__":
    run(Pandas(), arguments())
