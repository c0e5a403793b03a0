-- Each year has one row for every LHA, age group and gender, dated 1 January.
WITH years(year) AS (
    {years}
),
areas(lha_id) AS (
    {lha_ids}
),
age_groups(age_group) AS (
    {age_groups}
),
genders(gender) AS (
    {genders}
),
expected AS (
    SELECT year, lha_id, age_group, gender, 1 AS expected
    FROM years CROSS JOIN areas CROSS JOIN age_groups CROSS JOIN genders
),
observed AS (
    SELECT year, lha_id, age_group, gender,
           SUM(CASE WHEN {first_of_january} THEN 1 ELSE 0 END) AS observed,
           SUM(CASE WHEN {first_of_january} THEN 0 ELSE 1 END) AS other_dates
    FROM population_projection
    GROUP BY year, lha_id, age_group, gender
)
SELECT e.*, COALESCE(o.observed, 0) AS observed, COALESCE(o.other_dates, 0) AS other_dates
FROM expected e
LEFT JOIN observed o USING (year, lha_id, age_group, gender)
WHERE COALESCE(o.observed, 0) <> 1 OR o.other_dates > 0
UNION ALL
SELECT o.year, o.lha_id, o.age_group, o.gender, 0, o.observed, o.other_dates
FROM observed o
LEFT JOIN expected e USING (year, lha_id, age_group, gender)
WHERE e.expected IS NULL
ORDER BY year, lha_id, age_group, gender
