-- Customers at the end of each month of a period, and how they moved, written by hand for DuckDB: a row a month.
-- $1 is the first day of the period, $2 the last, $3 the days that a purchase keeps a customer active.
WITH ends AS (
    SELECT 0 AS position, $1 - 1 AS day
    UNION ALL
    SELECT row_number() OVER (ORDER BY month), least((month + INTERVAL 1 MONTH)::DATE - DATE '1970-01-01' - 1, $2)
    FROM generate_series(date_trunc('month', DATE '1970-01-01' + $1::INTEGER),
        DATE '1970-01-01' + $2::INTEGER, INTERVAL 1 MONTH) AS months (month)
),
first_month AS (
    SELECT year(DATE '1970-01-01' + $1::INTEGER) * 12 + month(DATE '1970-01-01' + $1::INTEGER) - 1 AS month
),
bought AS (
    SELECT customer_id,
        CASE WHEN business_day < $1 THEN 0 ELSE business_month - (SELECT month FROM first_month) + 1 END AS position,
        max(business_day) AS last_day
    FROM sale
    WHERE customer_id IS NOT NULL AND counted_from <= $2 AND business_day <= $2
    GROUP BY ALL
),
reached AS (
    SELECT customer_id, bought.position, coalesce(ends.position, -1) AS reach
    FROM bought ASOF LEFT JOIN ends ON last_day + $3 - 1 >= ends.day
),
spells AS (
    SELECT position, lag(reach) OVER customer AS before, lead(position) OVER customer AS following, reach,
        least(reach, coalesce(following - 1, reach)) AS until, lead(reach) OVER customer AS next_reach
    FROM reached
    WINDOW customer AS (PARTITION BY customer_id ORDER BY position)
),
moves AS (
    SELECT position, before IS NULL AS is_first, until >= position AS is_active,
        before IS NOT NULL AND before >= position - 1 AS goes_on, until,
        following IS NOT NULL AND until = following - 1 AND next_reach >= following AS is_followed
    FROM spells
),
entered AS (
    SELECT position, count(*) FILTER (is_active AND NOT goes_on) AS entered,
        count(*) FILTER (is_active AND is_first) AS new, count(*) FILTER (is_first) AS acquired
    FROM moves GROUP BY position
),
gone AS (
    SELECT until + 1 AS position, count(*) AS gone FROM moves WHERE is_active AND NOT is_followed GROUP BY ALL
),
counts AS (
    SELECT position, coalesce(entered, 0) AS entered, coalesce(new, 0) AS new, coalesce(acquired, 0) AS acquired,
        coalesce(gone, 0) AS gone
    FROM ends LEFT JOIN entered USING (position) LEFT JOIN gone USING (position)
),
ending AS (SELECT *, sum(entered - gone) OVER (ORDER BY position)::BIGINT AS ending FROM counts)
SELECT ending - entered + gone, new, acquired, entered - new, gone, ending
FROM ending WHERE position > 0 ORDER BY position
