-- The 50 ordered pairs of categories of most lift among those in at least the share $3 of sales: the sales with both,
-- with the first, with the second, and all. $1 is the first day, $2 the last.
WITH line AS MATERIALIZED (
    SELECT DISTINCT sale_id, coalesce(category, 'Uncategorised') AS category
    FROM sale_item JOIN sale ON sale.id = sale_id
    WHERE counted_from <= $2 AND business_day BETWEEN $1 AND $2
),
single AS (SELECT category, count(*) AS sales FROM line GROUP BY category),
every AS (SELECT count(*) AS sales FROM sale WHERE counted_from <= $2 AND business_day BETWEEN $1 AND $2),
pair AS (
    SELECT one.category AS first, other.category AS second, count(*) AS sales
    FROM line AS one JOIN line AS other ON other.sale_id = one.sale_id AND other.category > one.category
    GROUP BY first, second
),
ordered AS (SELECT first, second, sales FROM pair UNION ALL SELECT second, first, sales FROM pair)
SELECT first, second, ordered.sales, a.sales, b.sales, every.sales
FROM ordered JOIN single AS a ON a.category = first JOIN single AS b ON b.category = second, every
WHERE ordered.sales >= $3 * every.sales
ORDER BY ordered.sales / (a.sales::DOUBLE * b.sales) DESC, ordered.sales DESC, first, second
LIMIT 50
