-- The complete answer of a lifetime value report of NET revenue, written by hand for DuckDB: its summary, the first fifty
-- customers, the buckets and the 101 points of the Lorenz curve, as rows of a kind. $1 is the last day.
WITH bought AS (
    SELECT customer_id, count(*) AS orders, min(business_day) AS first_day, max(business_day) AS last_day,
        sum(total)::BIGINT AS gross, sum(profit)::BIGINT AS profit, sum(costed)::BIGINT AS costed
    FROM sale
    WHERE customer_id IS NOT NULL AND counted_from <= $1 AND business_day <= $1
    GROUP BY customer_id
),
returned AS (
    SELECT customer_id, sum(amount)::BIGINT AS refunded, sum(profit)::BIGINT AS refunded_profit
    FROM refund
    WHERE customer_id IS NOT NULL AND business_day <= $1
    GROUP BY customer_id
),
people AS MATERIALIZED (
    SELECT customer_id, number, orders, first_day, last_day, gross, coalesce(refunded, 0) AS refunded,
        gross - coalesce(refunded, 0) AS revenue, profit - coalesce(refunded_profit, 0) AS profit, costed
    FROM bought JOIN customer ON customer.id = customer_id LEFT JOIN returned USING (customer_id)
),
totals AS MATERIALIZED (
    SELECT count(*) AS n, sum(revenue)::BIGINT AS revenue, sum(profit)::BIGINT AS profit, sum(gross)::BIGINT AS gross,
        sum(costed)::BIGINT AS costed, sum(refunded)::BIGINT AS refunded, max(revenue) AS top
    FROM people
),
curve AS MATERIALIZED (
    SELECT row_number() OVER rising AS place, revenue, (sum(revenue) OVER rising)::BIGINT AS sum_so_far
    FROM people
    WINDOW rising AS (ORDER BY revenue ROWS UNBOUNDED PRECEDING)
),
best AS (
    SELECT row_number() OVER (ORDER BY revenue DESC, number) AS place, *
    FROM (SELECT * FROM people ORDER BY revenue DESC, number LIMIT 50)
),
percentiles AS (
    SELECT unnest(quantile_disc(revenue, [0.1, 0.25, 0.5, 0.75, 0.9])) AS amount FROM people WHERE revenue > 0
),
edges AS (
    SELECT DISTINCT (round_even(amount / unit, 0) * unit)::BIGINT AS edge
    FROM (SELECT amount, 10 ** greatest(length(amount::VARCHAR) - 2, 0) AS unit FROM percentiles)
    UNION SELECT 0
),
buckets AS (
    SELECT edge AS low, lead(edge) OVER (ORDER BY edge) AS high FROM edges
    UNION ALL SELECT NULL, 0
)
SELECT 'summary' AS kind, 0 AS place, n AS a, revenue AS b, profit AS c, gross AS d, costed AS e, refunded AS f,
    top AS g, revenue - (SELECT sum_so_far FROM curve WHERE place = n - (n + 9) // 10) AS h
FROM totals
UNION ALL
SELECT 'customer', place, customer_id, revenue, profit, orders, first_day, last_day, NULL, NULL FROM best
UNION ALL
SELECT 'bucket', 0, low, high, count(revenue), coalesce(sum(revenue), 0)::BIGINT, NULL, NULL, NULL, NULL
FROM buckets LEFT JOIN people ON (low IS NULL OR revenue >= low) AND (high IS NULL OR revenue < high)
GROUP BY low, high
UNION ALL
SELECT 'lorenz', percent, 100 * coalesce(below.sum_so_far, 0) + percent * n % 100 * coalesce(next.revenue, 0),
    NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM range(101) AS percents(percent) CROSS JOIN totals
LEFT JOIN curve AS below ON below.place = percent * n // 100
LEFT JOIN curve AS next ON next.place = percent * n // 100 + 1
ORDER BY kind, place, a
