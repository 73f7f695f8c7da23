-- Of each category the sales with a line of it, and its line totals. $1 is the first day, $2 the last.
SELECT coalesce(category, 'Uncategorised') AS name, count(DISTINCT sale_id), sum(sale_item.total)::BIGINT AS revenue
FROM sale_item JOIN sale ON sale.id = sale_id
WHERE counted_from <= $2 AND business_day BETWEEN $1 AND $2
GROUP BY name
ORDER BY revenue DESC, name
