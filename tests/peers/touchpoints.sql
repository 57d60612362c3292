-- touchpoints by channel, owner. A wait is the time since the touchpoint before it in its journey.
-- No two touchpoints of the stream have the same time, so that alone is their order; likewise in the other files.
WITH ordered AS (
    SELECT *, moment - lag(moment) OVER (PARTITION BY journey ORDER BY moment) AS wait
    FROM touchpoints
)
SELECT
    channel,
    owner,
    count(*) AS touchpoints,
    count(DISTINCT journey) AS journeys,
    count_if(contact) AS contacts,
    count_if(inbound) AS inbound,
    count_if(chase) AS chases,
    count_if(told) AS updates,
    count_if(repeated) AS repeats,
    count_if(fault) AS faults,
    count_if(fault) / count(*) AS fault_rate,
    count_if(repeated) / count(*) AS repeat_rate,
    count(score) AS ratings,
    avg((score - 1) / 4) AS satisfaction,
    stddev_samp((score - 1) / 4) AS satisfaction_sd,
    count_if(score >= 4) / nullif(count(score), 0) AS csat,
    count_if(score <= 2) / nullif(count(score), 0) AS dissatisfaction,
    avg(wait) AS wait_mean
FROM ordered
GROUP BY channel, owner
