-- journeys by type, segment, by way of a table with a row for each journey. A journey of the stream states type and
-- segment once and makes one promise at most; what is delivered before a promise keeps none.
-- None of its journeys has ended, so no promise is broken.
WITH ordered AS (
    SELECT *, owner <> lag(owner) OVER (PARTITION BY journey ORDER BY moment) AS handoff
    FROM touchpoints
),
journeys AS (
    SELECT
        journey,
        max(type) AS type,
        max(segment) AS segment,
        min(moment) AS first_at,
        max(moment) AS last_at,
        count(*) AS touchpoints,
        count_if(contact) AS contacts,
        count_if(handoff) AS handoffs,
        count_if(repeated) AS repeats,
        count_if(fault) AS faults,
        count_if(chase) AS chases,
        count_if(told) AS updates,
        count(score) AS ratings,
        sum(score) AS score_sum,
        arg_min(score, moment) AS first_score,
        arg_max(score, moment) AS last_score,
        min(due) AS due,
        min(moment) FILTER (due IS NOT NULL) AS promised_at,
        min(moment) FILTER (delivered) AS delivered_at
    FROM ordered
    GROUP BY journey
),
promises AS (
    SELECT
        *,
        delivered_at >= promised_at AS is_delivered,
        delivered_at >= promised_at AND delivered_at <= due AS is_on_time,
        CASE WHEN delivered_at >= promised_at AND delivered_at > due THEN delivered_at - due END AS lateness
    FROM journeys
)
SELECT
    type,
    segment,
    count(*) AS journeys,
    avg(touchpoints) AS touchpoints_per_journey,
    avg(contacts) AS contacts_per_journey,
    avg(handoffs) AS handoffs_per_journey,
    avg(repeats) AS repeats_per_journey,
    avg(faults) AS faults_per_journey,
    sum(handoffs) AS handoffs,
    sum(repeats) AS repeats,
    sum(faults) AS faults,
    sum(chases) AS chases,
    sum(updates) AS updates,
    count_if(handoffs = 0) / count(*) AS handoff_free_share,
    (sum(score_sum) / sum(ratings) - 1) / 4 AS touch_satisfaction,
    avg(first_score - last_score) FILTER (ratings >= 2) / 4 AS touch_drop,
    count(due) AS promises,
    count(due) / count(*) AS promised_share,
    count_if(is_delivered) AS deliveries,
    count_if(is_on_time) / nullif(count_if(is_delivered), 0) AS on_time_rate,
    count(lateness) AS late,
    avg(lateness) AS lateness_mean,
    quantile_disc(lateness, 0.5) AS lateness_p50,
    quantile_disc(lateness, 0.9) AS lateness_p90
FROM promises
GROUP BY type, segment
