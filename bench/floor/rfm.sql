-- The complete answer of an RFM segmentation's population, written by hand for DuckDB: every customer with a purchase
-- in the window, with recency, frequency, NET revenue, refunds and the three scores. $1 is the first day, $2 the last.
WITH bought AS (
    SELECT customer_id, max(business_day) AS last_day, count(*) AS orders, sum(total) AS gross
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
purchases AS (
    SELECT customer_id, $2 - last_day AS recency, orders, (gross - coalesce(amount, 0))::BIGINT AS monetary,
        coalesce(amount, 0)::BIGINT AS refunded
    FROM bought JOIN customer ON customer.id = customer_id LEFT JOIN returned USING (customer_id)
    WHERE is_active
),
ranked AS (
    SELECT *, count(*) OVER () AS n,
        rank() OVER (ORDER BY recency DESC) - 1 AS r,
        rank() OVER (ORDER BY orders) - 1 AS f,
        rank() OVER (ORDER BY monetary) - 1 AS m
    FROM purchases
)
SELECT customer_id, recency, orders, monetary, refunded,
    1 + (5 * r) // n AS recency_score, 1 + (5 * f) // n AS frequency_score, 1 + (5 * m) // n AS monetary_score
FROM ranked
ORDER BY customer_id
