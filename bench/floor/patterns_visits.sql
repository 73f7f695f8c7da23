-- Of each month its different customers, the gaps between purchase days of a customer that end in it, and their days.
-- $1 is the first day, $2 the last.
WITH visit AS (
    SELECT business_month AS month, lag(business_month) OVER of_customer AS month_before,
        business_day - lag(business_day) OVER of_customer AS gap
    FROM sale
    WHERE customer_id IS NOT NULL AND counted_from <= $2 AND business_day BETWEEN $1 AND $2
    WINDOW of_customer AS (PARTITION BY customer_id ORDER BY business_day)
)
SELECT month, count(*) FILTER (month_before IS DISTINCT FROM month), count(*) FILTER (gap > 0), coalesce(sum(gap), 0)::BIGINT
FROM visit
GROUP BY month
ORDER BY month
