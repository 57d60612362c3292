-- touchpoints by channel, owner: touchpoints.sql as SQLite says it. It has no stddev, so that is worked out from sums.
WITH ordered AS (
    SELECT *, moment - lag(moment) OVER (PARTITION BY journey ORDER BY moment) AS wait
    FROM touchpoints
)
SELECT
    channel,
    owner,
    count(*) AS touchpoints,
    count(DISTINCT journey) AS journeys,
    sum(contact) AS contacts,
    sum(inbound) AS inbound,
    sum(chase) AS chases,
    sum(told) AS updates,
    sum(repeated) AS repeats,
    sum(fault) AS faults,
    avg(fault) AS fault_rate,
    avg(repeated) AS repeat_rate,
    count(score) AS ratings,
    (avg(score) - 1) / 4 AS satisfaction,
    CASE WHEN count(score) >= 2 THEN
        sqrt((sum(score * score) - 1.0 * sum(score) * sum(score) / count(score)) / (count(score) - 1)) / 4
    END AS satisfaction_sd,
    avg(score >= 4) AS csat,
    avg(score <= 2) AS dissatisfaction,
    avg(wait) AS wait_mean
FROM ordered
GROUP BY channel, owner
