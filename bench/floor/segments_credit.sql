-- The complete answer of a segmentation by use of credit, written by hand for DuckDB: every active customer with what
-- it bought in the window, what it owes, its limit and the place of its segment. $1 is the first day, $2 the last.
WITH sold AS (
    SELECT customer_id,
        max(business_day) FILTER (counted_from <= $2 AND business_day BETWEEN $1 AND $2) AS last_day,
        count(*) FILTER (counted_from <= $2 AND business_day BETWEEN $1 AND $2) AS orders,
        sum(total) FILTER (counted_from <= $2 AND business_day BETWEEN $1 AND $2) AS gross,
        sum(greatest(total + tax - refunded - paid, 0)) FILTER (status = 'PARTIAL') AS owed
    FROM sale
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
),
returned AS (
    SELECT customer_id, sum(amount) AS amount
    FROM refund
    WHERE customer_id IS NOT NULL AND business_day BETWEEN $1 AND $2
    GROUP BY customer_id
),
received AS (SELECT customer_id, sum(amount) AS amount FROM payment WHERE sale_id IS NULL GROUP BY customer_id),
people AS (
    SELECT id, coalesce($2 - last_day, 0) AS recency, coalesce(orders, 0) AS orders,
        (coalesce(gross, 0) - coalesce(returned.amount, 0))::BIGINT AS revenue,
        (opening_balance + coalesce(owed, 0) - coalesce(received.amount, 0))::BIGINT AS outstanding, credit_limit
    FROM customer
    LEFT JOIN sold ON sold.customer_id = id
    LEFT JOIN returned ON returned.customer_id = id
    LEFT JOIN received ON received.customer_id = id
    WHERE is_active AND merged_into_id IS NULL
)
SELECT id, recency, orders, revenue,
    CASE
        WHEN credit_limit = 0 THEN 0
        WHEN outstanding * 10 < credit_limit * 3 THEN 1
        WHEN outstanding * 10 < credit_limit * 7 THEN 2
        WHEN outstanding < credit_limit THEN 3
        ELSE 4
    END
FROM people
ORDER BY id
