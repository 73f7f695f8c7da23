-- The complete answer of a migration by value, written by hand for DuckDB: every customer of either day with the places
-- of its segments (3 for none) and its revenue. $1 and $2 are the first and last day of the earlier window, $3 and $4
-- those of the later.
WITH bought AS (
    SELECT 0 AS side, customer_id, sum(total) AS gross FROM sale
    WHERE customer_id IS NOT NULL AND counted_from <= $2 AND business_day BETWEEN $1 AND $2 GROUP BY customer_id
    UNION ALL
    SELECT 1, customer_id, sum(total) FROM sale
    WHERE customer_id IS NOT NULL AND counted_from <= $4 AND business_day BETWEEN $3 AND $4 GROUP BY customer_id
),
returned AS (
    SELECT 0 AS side, customer_id, sum(amount) AS amount FROM refund
    WHERE customer_id IS NOT NULL AND business_day BETWEEN $1 AND $2 GROUP BY customer_id
    UNION ALL
    SELECT 1, customer_id, sum(amount) FROM refund
    WHERE customer_id IS NOT NULL AND business_day BETWEEN $3 AND $4 GROUP BY customer_id
),
people AS (
    SELECT side, customer_id, (gross - coalesce(amount, 0))::BIGINT AS revenue
    FROM bought LEFT JOIN returned USING (side, customer_id)
),
placed AS (
    SELECT side, customer_id, revenue,
        CASE
            WHEN (rank() OVER same - 1) / count(*) OVER (PARTITION BY side) >= 0.8 THEN 0
            WHEN (rank() OVER same - 1) / count(*) OVER (PARTITION BY side) >= 0.2 THEN 1
            ELSE 2
        END AS place
    FROM people
    WINDOW same AS (PARTITION BY side ORDER BY revenue)
)
SELECT customer_id, coalesce(earlier.place, 3) AS before, coalesce(later.place, 3) AS after,
    coalesce(later.revenue, earlier.revenue) AS revenue
FROM (SELECT * FROM placed WHERE side = 0) AS earlier
FULL JOIN (SELECT * FROM placed WHERE side = 1) AS later USING (customer_id)
ORDER BY customer_id
