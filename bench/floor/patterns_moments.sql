-- Sales and refunds by day and hour: what weekdays, hours, months, days, weeks and all totals are summed from.
-- $1 is the first day, $2 the last.
SELECT business_day, hour, count(*), count(customer_id), sum(total)::BIGINT, 0
FROM sale
WHERE counted_from <= $2 AND business_day BETWEEN $1 AND $2
GROUP BY business_day, hour
UNION ALL
SELECT business_day, hour, count(*), 0, 0, sum(amount)::BIGINT
FROM refund
WHERE business_day BETWEEN $1 AND $2
GROUP BY business_day, hour
