-- journeys by type, segment: journeys.sql as SQLite says it. It has no arg_min and no quantiles: first and last rating
-- come from windows, and the quantiles of lateness are left out.
WITH ordered AS (
    SELECT
        *,
        owner <> lag(owner) OVER in_order AS handoff,
        score IS NOT NULL AND row_number() OVER ratings = 1 AS is_first_rating,
        score IS NOT NULL AND row_number() OVER ratings_back = 1 AS is_last_rating
    FROM touchpoints
    WINDOW
        in_order AS (PARTITION BY journey ORDER BY moment),
        ratings AS (PARTITION BY journey, score IS NOT NULL ORDER BY moment),
        ratings_back AS (PARTITION BY journey, score IS NOT NULL ORDER BY moment DESC)
),
journeys AS (
    SELECT
        journey,
        max(type) AS type,
        max(segment) AS segment,
        min(moment) AS first_at,
        max(moment) AS last_at,
        count(*) AS touchpoints,
        sum(contact) AS contacts,
        coalesce(sum(handoff), 0) AS handoffs,
        sum(repeated) AS repeats,
        sum(fault) AS faults,
        sum(chase) AS chases,
        sum(told) AS updates,
        count(score) AS ratings,
        sum(score) AS score_sum,
        max(score) FILTER (WHERE is_first_rating) AS first_score,
        max(score) FILTER (WHERE is_last_rating) AS last_score,
        min(due) AS due,
        min(moment) FILTER (WHERE due IS NOT NULL) AS promised_at,
        min(moment) FILTER (WHERE delivered) AS delivered_at
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
    avg(handoffs = 0) AS handoff_free_share,
    (1.0 * sum(score_sum) / sum(ratings) - 1) / 4 AS touch_satisfaction,
    avg(first_score - last_score) FILTER (WHERE ratings >= 2) / 4 AS touch_drop,
    count(due) AS promises,
    1.0 * count(due) / count(*) AS promised_share,
    sum(coalesce(is_delivered, 0)) AS deliveries,
    avg(is_on_time) FILTER (WHERE is_delivered) AS on_time_rate,
    count(lateness) AS late,
    avg(lateness) AS lateness_mean
FROM promises
GROUP BY type, segment
