-- How many different customers bought. $1 is the first day, $2 the last.
SELECT count(DISTINCT customer_id) FROM sale WHERE counted_from <= $2 AND business_day BETWEEN $1 AND $2
