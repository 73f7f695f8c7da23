-- Monthly cohorts in both modes with NET revenue, written by hand for DuckDB: a row for each cohort and month in which
-- something happened. `leavers` are those whose last purchase is in the month: from them come ON_OR_AFTER and the size.
-- $1 is the last day, $2 the days that a purchase keeps a customer active.
WITH months AS MATERIALIZED (
    SELECT customer_id, business_month AS month, max(business_day) AS last_day, sum(total) AS gross
    FROM sale
    WHERE customer_id IS NOT NULL AND counted_from <= $1 AND business_day <= $1
    GROUP BY customer_id, business_month
),
spans AS MATERIALIZED (
    SELECT customer_id, min(month) AS cohort, max(month) AS last_month, max(last_day) AS last_day
    FROM months GROUP BY customer_id
),
bought AS (
    SELECT cohort, month, count(*) AS buyers, count(*) FILTER (month = last_month) AS leavers,
        count(*) FILTER (month = last_month AND spans.last_day > $1 - $2) AS active, sum(gross) AS gross
    FROM months JOIN spans USING (customer_id)
    GROUP BY cohort, month
),
returned AS (
    SELECT cohort, business_month AS month, sum(amount) AS amount
    FROM refund JOIN spans USING (customer_id)
    WHERE business_day <= $1 AND business_month >= cohort
    GROUP BY cohort, business_month
)
SELECT cohort, month, coalesce(buyers, 0)::BIGINT, coalesce(leavers, 0)::BIGINT, coalesce(active, 0)::BIGINT,
    (coalesce(gross, 0) - coalesce(amount, 0))::BIGINT
FROM bought FULL JOIN returned USING (cohort, month)
ORDER BY cohort, month
