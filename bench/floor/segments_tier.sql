-- The complete answer of a segmentation by tier, written by hand for DuckDB: every active customer with a purchase to
-- the day $2, with recency, orders, NET revenue and the place of its segment. $1 is a day before all facts.
WITH bought AS (
    SELECT customer_id, min(business_day) AS first_day, max(business_day) AS last_day, count(*) AS orders,
        sum(total) AS gross
    FROM sale
    WHERE customer_id IS NOT NULL AND counted_from <= $2 AND business_day BETWEEN $1 AND $2
    GROUP BY customer_id
),
returned AS (
    SELECT customer_id, sum(amount) AS amount
    FROM refund
    WHERE customer_id IS NOT NULL AND business_day BETWEEN $1 AND $2
    GROUP BY customer_id
),
people AS (
    SELECT customer_id, $2 - first_day AS age, $2 - last_day AS recency, orders,
        (gross - coalesce(amount, 0))::BIGINT AS revenue
    FROM bought JOIN customer ON customer.id = customer_id LEFT JOIN returned USING (customer_id)
    WHERE is_active
),
ranked AS (SELECT *, rank() OVER (ORDER BY revenue) - 1 AS worse, count(*) OVER () AS n FROM people)
SELECT customer_id, recency, orders, revenue,
    CASE WHEN age < 30 THEN 0 WHEN recency >= 90 THEN 1 WHEN worse / n >= 0.8 THEN 2 ELSE 3 END
FROM ranked
ORDER BY customer_id
