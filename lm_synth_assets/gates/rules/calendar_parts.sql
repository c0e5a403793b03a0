-- All columns of a day agree with its date.
-- The fiscal year begins on 1 April: three months earlier, it is a calendar year. Its first period ends on
-- the first weekday {calendar.fiscal_anchor_weekday} (1 = Monday) that is three weeks or more after that; the others are of four weeks.
-- holidays: the statutory holidays of British Columbia.
WITH holidays(date, name) AS (
    {holidays}
),
fiscal AS (
    SELECT CAST(date AS DATE) AS date,
           date - INTERVAL 3 MONTH AS shifted,
           make_date(year(date - INTERVAL 3 MONTH), 4, 1) AS april
    FROM dim_date
),
periods AS (
    SELECT *, april + CAST(({calendar.fiscal_anchor_weekday} - isodow(april) + 7) % 7 + 21 AS INTEGER) AS first_end
    FROM fiscal
),
expected AS (
    SELECT DISTINCT
           p.date,
           year(p.date) AS year,
           quarter(p.date) AS quarter,
           month(p.date) AS month,
           monthname(p.date) AS month_name,
           day(p.date) AS day,
           isoyear(p.date) AS iso_year,
           weekofyear(p.date) AS iso_week,
           isodow(p.date) AS day_of_week,
           dayname(p.date) AS day_name,
           isodow(p.date) IN (6, 7) AS is_weekend,
           year(april) || '/' || lpad(CAST((year(april) + 1) % 100 AS VARCHAR), 2, '0') AS fiscal_year,
           quarter(shifted) AS fiscal_quarter,
           month(shifted) AS fiscal_month,
           CASE WHEN p.date <= first_end THEN 1
                ELSE least(13, 2 + (p.date - first_end - 1) // 28) END AS fiscal_period,
           h.name IS NOT NULL AS is_holiday,
           COALESCE(h.name, '') AS holiday_name
    FROM periods p
    LEFT JOIN holidays h ON CAST(h.date AS DATE) = p.date
),
compared AS (
    SELECT d.*,
           concat_ws(', ',
               CASE WHEN d.year IS DISTINCT FROM e.year THEN 'year' END,
               CASE WHEN d.quarter IS DISTINCT FROM e.quarter THEN 'quarter' END,
               CASE WHEN d.month IS DISTINCT FROM e.month THEN 'month' END,
               CASE WHEN d.month_name IS DISTINCT FROM e.month_name THEN 'month_name' END,
               CASE WHEN d.day IS DISTINCT FROM e.day THEN 'day' END,
               CASE WHEN d.iso_year IS DISTINCT FROM e.iso_year THEN 'iso_year' END,
               CASE WHEN d.iso_week IS DISTINCT FROM e.iso_week THEN 'iso_week' END,
               CASE WHEN d.day_of_week IS DISTINCT FROM e.day_of_week THEN 'day_of_week' END,
               CASE WHEN d.day_name IS DISTINCT FROM e.day_name THEN 'day_name' END,
               CASE WHEN d.is_weekend IS DISTINCT FROM e.is_weekend THEN 'is_weekend' END,
               CASE WHEN d.fiscal_year IS DISTINCT FROM e.fiscal_year THEN 'fiscal_year' END,
               CASE WHEN d.fiscal_quarter IS DISTINCT FROM e.fiscal_quarter THEN 'fiscal_quarter' END,
               CASE WHEN d.fiscal_month IS DISTINCT FROM e.fiscal_month THEN 'fiscal_month' END,
               CASE WHEN d.fiscal_period IS DISTINCT FROM e.fiscal_period THEN 'fiscal_period' END,
               CASE WHEN d.is_holiday IS DISTINCT FROM e.is_holiday THEN 'is_holiday' END,
               CASE WHEN COALESCE(d.holiday_name, '') <> e.holiday_name THEN 'holiday_name' END
           ) AS differing
    FROM dim_date d
    JOIN expected e ON e.date = CAST(d.date AS DATE)
)
SELECT *
FROM compared
WHERE differing <> ''
ORDER BY date
