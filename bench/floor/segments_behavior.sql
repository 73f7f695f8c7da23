-- The complete answer of a segmentation by behavior, written by hand for DuckDB: every active customer with a purchase
-- in the window, with recency, orders, NET revenue and the name of its segment. $1 is the first day, $2 the last.
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
spent AS (
    SELECT customer_id, coalesce(category, 'Uncategorised') AS category, sum(sale_item.total) AS spend
    FROM sale JOIN sale_item ON sale_id = sale.id
    WHERE customer_id IS NOT NULL AND counted_from <= $2 AND business_day BETWEEN $1 AND $2
    GROUP BY customer_id, coalesce(category, 'Uncategorised')
),
most AS (
    SELECT customer_id, sum(spend) AS total, max(spend) AS best, arg_max(category, spend) AS category
    FROM spent
    GROUP BY customer_id
)
SELECT customer_id, $2 - last_day AS recency, orders, (gross - coalesce(amount, 0))::BIGINT AS revenue,
    CASE WHEN total > 0 AND 2 * best >= total THEN category ELSE 'Mixed' END AS segment
FROM bought
JOIN customer ON customer.id = customer_id
LEFT JOIN returned USING (customer_id)
LEFT JOIN most USING (customer_id)
WHERE is_active
ORDER BY customer_id
