"""What people say: metrics in words, values in units."""

from __future__ import annotations

import re

# A family of metrics by one word: behind it comes _mean, _p50, …
_FAMILIES = {
    "wait": "time between touchpoints",
    "response": "time to answer",
    "first_response": "time to the first answer",
    "lateness": "delay of late deliveries",
    "duration": "duration of journeys",
    "silence": "longest silence",
    "slip": "postponement of promises",
    "warning": "warning before a late delivery",
    "dark": "late delivery in the dark",
    "closed_loop": "time to answer a bad rating",
}
_STATISTICS = {"mean": "Mean {}", "p50": "Median {}", "p90": "{}, 90th percentile", "p99": "{}, 99th percentile"}

# {} is the dimension of transitions.
_TITLES = {
    "touchpoints": "Touchpoints",
    "contacts": "Contacts with the customer",
    "inbound": "Contacts by the customer",
    "chases": "Customers asking where things stand",
    "updates": "Updates to the customer",
    "proactive_updates": "Updates nobody had to ask for",
    "next_steps": "Next steps told",
    "explanations": "Delays explained",
    "repeats": "Customers having to repeat themselves",
    "contradictions": "Contradictions told to customers",
    "faults": "Faults",
    "resolutions": "Resolutions",
    "asks": "Requests for a rating",
    "journeys": "Journeys",
    "clean_share": "Clean touchpoints",
    "fault_rate": "Touchpoints with a fault",
    "repeat_rate": "Touchpoints at which customers repeat themselves",
    "contradiction_rate": "Touchpoints with a contradiction",
    "proactive_share": "Share of updates nobody had to ask for",
    "next_step_share": "Updates that tell the next step",
    "ratings": "Ratings of touchpoints",
    "satisfaction": "Satisfaction with touchpoints",
    "satisfaction_sd": "Standard deviation of satisfaction with touchpoints",
    "csat": "Satisfied ratings of touchpoints (CSAT)",
    "dissatisfaction": "Dissatisfied ratings of touchpoints",
    "nps_ratings": "NPS ratings",
    "nps": "Net promoter score",
    "ces_ratings": "Effort ratings",
    "ces": "Customer effort score (7 is easiest)",
    "employee_ratings": "Ratings by employees",
    "employee_satisfaction": "Satisfaction of employees",
    "promises": "Promises made",
    "shifts": "Promises moved by us",
    "reschedules": "Promises moved by the customer",
    "responses": "Answers to waiting customers",
    "deliveries": "Deliveries",
    "on_time_rate": "Delivered by the time promised first",
    "kept_rate": "Delivered by the time promised last",
    "late": "Late deliveries",
    "late_proactive": "Late deliveries, told before",
    "late_reactive": "Late deliveries, told after",
    "late_silent": "Late deliveries, never told",
    "late_unexplained": "Late deliveries, never explained",
    "value": "Value",
    "transitions": "Transitions",
    "changes": "Changes of {}",
    "bounces": "Changes back to the {} before",
    "returns": "Changes back to an earlier {}",
    "lost_context": "Changes of {} that lost context",
    "lost_context_rate": "Changes of {} that lose context",
    "steps": "Changes of {} rated before and after",
    "satisfaction_step": "Step in satisfaction at changes of {}",
    "improved": "Changes of {} rated higher after",
    "degraded": "Changes of {} rated lower after",
    "open": "Open journeys",
    "completed": "Completed journeys",
    "abandoned": "Abandoned journeys",
    "churned": "Journeys after which the customer left",
    "churn_rate": "Customers who left",
    "reopened": "Reopened journeys",
    "completion_rate": "Completed, of ended journeys",
    "pending_share": "Time spent waiting for the customer",
    "handoffs": "Handoffs between owners",
    "team_changes": "Changes of team",
    "channel_switches": "Changes of channel",
    "touchpoints_per_journey": "Touchpoints per journey",
    "contacts_per_journey": "Contacts per journey",
    "handoffs_per_journey": "Handoffs per journey",
    "team_changes_per_journey": "Changes of team per journey",
    "bounces_per_journey": "Bounces of owner per journey",
    "channel_switches_per_journey": "Changes of channel per journey",
    "repeats_per_journey": "Repetitions by the customer per journey",
    "faults_per_journey": "Faults per journey",
    "handoff_free_share": "Journeys without a handoff",
    "first_contact_resolution": "Resolved at the first contact",
    "touch_satisfaction": "Satisfaction with the touchpoints",
    "consistency": "Consistency of ratings of touchpoints",
    "touch_drop": "Drop in touchpoint satisfaction, first to last",
    "journey_ratings": "Journeys rated as a whole",
    "journey_satisfaction": "Satisfaction with the journey",
    "journey_drop": "Drop in journey satisfaction, first to last",
    "journey_fall": "Fall of journey satisfaction, first to last",
    "journey_nps": "Net promoter score of the journey",
    "journey_ces": "Effort score of the journey (7 is easiest)",
    "gap": "How much better the touchpoints look than the journey",
    "response_rate": "Customers who rated when asked",
    "promised_share": "Journeys with a promise",
    "broken": "Broken promises",
    "overdue": "Overdue promises",
    "first_responses": "Journeys with a first answer",
    "waiting": "Journeys waiting for an answer",
    "flawless_share": "Flawless journeys",
    "wow_share": "Flawless and delighted journeys",
    "clean_journey_share": "Journeys without a flawed touchpoint",
    "expected_clean_share": "Clean journeys to be expected",
    "loops": "Bad ratings waiting for an answer",
    "closed_loop_rate": "Bad ratings that were answered",
    "value_lost": "Value of customers who left",
}
_OF_JOURNEYS = {"bounces": "Bounces of owner (A, B, A)", "lost_context": "Handoffs that lost context"}
_LETTERS = {"m": "min", "h": "h", "d": "d", "w": "weeks"}


def title(name: str, grain: str = "journeys", dimension: str = "owner") -> str:
    """A metric in words. ``dimension``: that of a view of transitions."""
    if "=" in name:
        family, _, span = name.partition("=")
        return f"Within {span[:-1]} {_LETTERS.get(span[-1:], span[-1:])}: {_FAMILIES.get(family, family)}"
    if grain == "journeys" and name in _OF_JOURNEYS:
        return _OF_JOURNEYS[name]
    if name in _TITLES:
        return _TITLES[name].format(dimension)
    found = re.fullmatch(r"(\w+)_(mean|p50|p90|p99)", name)
    if found and found[1] in _FAMILIES:
        words = _STATISTICS[found[2]].format(_FAMILIES[found[1]])
        return words[0].upper() + words[1:]
    return name.replace("_", " ").capitalize()


# ---- values --------------------------------------------------------------------------------------------------------

_LENGTHS = ((86400000, "d"), (3600000, "h"), (60000, "min"), (1000, "s"))
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "UAH": "₴", "TRY": "₺",
          "VND": "₫", "NGN": "₦", "PHP": "₱"}
_DIGITS = {**dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF", "XPF"), 0),
           **dict.fromkeys(("KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"), 3)}


def show(value: float, unit: str, *, clock: bool = True, currency: str = "", short: bool = False) -> str:
    """A value in its unit, as people say it: 3 d 4 h, 12.5 %, €1,234.

    clock     False: durations are working time, of which 24 hours are no day, so hours are the largest unit
    currency  of money: EUR, or a sign; an empty text: minor units as they are
    short     as short as it can be read, for the squares of a heat map"""
    if value != value:
        return "–"
    if unit == "share":
        return f"{100 * value:.0f} %" if short and (value == 0 or abs(value) >= 0.01) else f"{100 * value:.1f} %"
    if unit == "duration":
        return _duration(value, clock, short)
    if unit == "satisfaction":
        return f"{value:.2f}" if short else f"{value:.3f}"
    if unit == "money":
        return money(value, currency)
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}" if short else f"{value:,.2f}"


def _duration(value: float, clock: bool, short: bool) -> str:
    """Two units at most, such as 3 d 4 h, and from 30 of the largest on one; short: one, such as 3.2 d."""
    sign, rest = "-" if value < 0 else "", abs(value)
    lengths = _LENGTHS if clock else _LENGTHS[1:]
    for place, (length, letter) in enumerate(lengths):
        finer, finer_letter = lengths[place + 1] if place + 1 < len(lengths) else (1, "ms")
        parts = round(rest / finer)
        if parts * finer < length:  # 59.7 min are an hour
            continue
        if rest >= (10 if short else 30) * length:
            return f"{sign}{round(rest / length):,} {letter}"
        if short or finer_letter == "ms":
            return f"{sign}{rest / length:.1f} {letter}".replace(".0 ", " ")
        whole, left = divmod(parts * finer, length)
        return f"{sign}{whole:.0f} {letter}" + (f" {left / finer:.0f} {finer_letter}" if left else "")
    return f"{sign}{rest:.0f} ms"


def money(value: float, currency: str) -> str:
    """Minor units as people write them: of EUR €12.50, from a thousand on without cents."""
    if not currency:
        return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
    digits = _DIGITS.get(currency, 2)
    amount = value / 10**digits
    sign = _SIGNS.get(currency, currency)
    between = " " if sign[-1:].isalpha() else ""
    return f"{'-' if amount < 0 else ''}{sign}{between}{abs(amount):,.{0 if abs(amount) >= 1000 else digits}f}"
