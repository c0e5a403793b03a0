-- Every day of the horizon and of the years before and after it occurs once.
WITH digits(d) AS (
    SELECT 0 UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL
    SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
),
expected AS (
    SELECT CAST(DATE '{first_day}' + INTERVAL (n) DAY AS DATE) AS date
    FROM (
        SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n
        FROM digits a CROSS JOIN digits b CROSS JOIN digits c CROSS JOIN digits e CROSS JOIN digits f
    ) numbers
    WHERE n < {days}
)
SELECT e.date, 'missing' AS found
FROM expected e
LEFT JOIN dim_date d ON d.date = e.date
WHERE d.date IS NULL
UNION ALL
SELECT CAST(date AS DATE), 'extra'
FROM (
    SELECT date, ROW_NUMBER() OVER (PARTITION BY date ORDER BY date) AS occurrence FROM dim_date
) days
WHERE occurrence > 1 OR date < DATE '{first_day}' OR date > DATE '{last_day}'
ORDER BY date, found
