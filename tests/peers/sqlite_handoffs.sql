-- transitions by owner: handoffs.sql as SQLite says it. It has no quantiles, so waits are ranked.
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
    SELECT held_by, owner, sum(held_before IS owner) AS bounces
    FROM changes
    GROUP BY held_by, owner
),
ranked AS (
    SELECT
        held_by,
        owner,
        wait,
        row_number() OVER (PARTITION BY held_by, owner ORDER BY wait) AS place,
        count(*) OVER (PARTITION BY held_by, owner) AS places
    FROM steps
    WHERE held_by IS NOT NULL
),
transitions AS (
    SELECT
        held_by,
        owner,
        count(*) AS transitions,
        sum(held_by <> owner) AS changes,
        avg(wait) AS wait_mean,
        max(wait) FILTER (WHERE place = (places * 5 + 9) / 10) AS wait_p50,
        max(wait) FILTER (WHERE place = (places * 9 + 9) / 10) AS wait_p90
    FROM ranked
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
