-- Sales and their units (millionths) by total: below 0, then from 0, 100, 250, 500 and 1000 on, in minor units of two
-- decimals. $1 is the first day, $2 the last.
WITH basket AS (
    SELECT id, CASE WHEN total < 0 THEN 0 WHEN total < 10000 THEN 1 WHEN total < 25000 THEN 2 WHEN total < 50000 THEN 3
        WHEN total < 100000 THEN 4 ELSE 5 END AS place
    FROM sale
    WHERE counted_from <= $2 AND business_day BETWEEN $1 AND $2
),
sales AS (SELECT place, count(*) AS sales FROM basket GROUP BY place),
units AS (SELECT place, sum(quantity)::BIGINT AS units FROM sale_item JOIN basket ON sale_id = id GROUP BY place)
SELECT place, sales, coalesce(units, 0) FROM sales LEFT JOIN units USING (place) ORDER BY place
