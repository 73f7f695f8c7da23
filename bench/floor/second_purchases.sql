-- After how many days customers bought again, or for how long they have not, written by hand for DuckDB. $1: last day.
WITH bought AS (
    SELECT customer_id, min(business_day, 2) AS days, count(*) AS orders
    FROM sale
    WHERE customer_id IS NOT NULL AND counted_from <= $1 AND business_day <= $1
    GROUP BY customer_id
)
SELECT CASE WHEN orders > 1 THEN days[2] - days[1] ELSE $1 - days[1] END AS days, (orders > 1)::INTEGER AS came_back,
    count(*) AS customers
FROM bought GROUP BY ALL ORDER BY ALL
