-- transitions by owner. A change is a bounce if it leads back to the owner held before the last change.
WITH steps AS (
    SELECT journey, moment, lag(owner) OVER in_order AS held_by, owner, moment - lag(moment) OVER in_order AS wait
    FROM touchpoints
    WINDOW in_order AS (PARTITION BY journey ORDER BY moment)
),
changes AS (
    SELECT held_by, owner, lag(held_by) OVER (PARTITION BY journey ORDER BY moment) AS held_before
    FROM steps
    WHERE held_by <> owner
),
bounces AS (
    SELECT held_by, owner, count_if(held_before = owner) AS bounces
    FROM changes
    GROUP BY held_by, owner
),
transitions AS (
    SELECT
        held_by,
        owner,
        count(*) AS transitions,
        count_if(held_by <> owner) AS changes,
        avg(wait) AS wait_mean,
        quantile_disc(wait, 0.5) AS wait_p50,
        quantile_disc(wait, 0.9) AS wait_p90
    FROM steps
    WHERE held_by IS NOT NULL
    GROUP BY held_by, owner
)
SELECT
    held_by AS "from",
    owner AS "to",
    transitions,
    changes,
    coalesce(bounces, 0) AS bounces,
    wait_mean,
    wait_p50,
    wait_p90
FROM transitions LEFT JOIN bounces USING (held_by, owner)
