-- NET revenue and calendar days of each month of the year, 0 for January, from the first sale to the last day $1.
WITH sold AS (
    SELECT business_month % 12 AS month, sum(total)::BIGINT AS amount, min(business_day) AS first
    FROM sale WHERE counted_from <= $1 AND business_day <= $1 GROUP BY month
),
returned AS (
    SELECT business_month % 12 AS month, sum(amount)::BIGINT AS amount
    FROM refund WHERE business_day BETWEEN (SELECT min(first) FROM sold) AND $1 GROUP BY month
),
days AS (
    SELECT month(DATE '1970-01-01' + day::INTEGER) - 1 AS month, count(*) AS days
    FROM range((SELECT min(first) FROM sold), $1 + 1) AS days(day) GROUP BY month
)
SELECT coalesce(sold.amount, 0) - coalesce(returned.amount, 0), coalesce(days, 0)
FROM range(12) AS months(month)
LEFT JOIN sold USING (month) LEFT JOIN returned USING (month) LEFT JOIN days USING (month)
ORDER BY month
