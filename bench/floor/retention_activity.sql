-- Who was active before and at the end of a period, written by hand for DuckDB: one row of counts.
-- $1 is the first day of the period, $2 the last, $3 the days that a purchase keeps a customer active.
WITH bought AS (
    SELECT customer_id, min(business_day) AS first_day, max(business_day) AS last_day,
        max(business_day) FILTER (business_day < $1) AS before, count(*) AS orders
    FROM sale
    WHERE customer_id IS NOT NULL AND counted_from <= $2 AND business_day <= $2
    GROUP BY customer_id
)
SELECT count(*), count(*) FILTER (before >= $1 - $3), count(*) FILTER (last_day > $2 - $3),
    count(*) FILTER (before >= $1 - $3 AND last_day > $2 - $3),
    count(*) FILTER (last_day > $2 - $3 AND first_day >= $1), count(*) FILTER (first_day >= $1),
    count(*) FILTER (last_day > $2 - $3 AND first_day < $1 AND before < $1 - $3),
    count(*) FILTER (first_day < $1), count(*) FILTER (orders > 1), sum(orders)::BIGINT,
    sum(last_day - first_day)::BIGINT
FROM bought
