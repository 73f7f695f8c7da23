-- Of each payment method the sales paid with it, and how much. $1 is the first day, $2 the last.
SELECT method, count(DISTINCT sale_id) AS sales, sum(amount)::BIGINT
FROM payment JOIN sale ON sale.id = sale_id
WHERE counted_from <= $2 AND sale.business_day BETWEEN $1 AND $2 AND payment.business_day <= $2
GROUP BY method
ORDER BY sales DESC, method::VARCHAR
