-- Each scenario has one row for every year, default site and subservice, dated 1 January.
WITH years(year) AS (
    {years}
),
scenarios(scenario_id) AS (
    {scenario_ids}
),
default_sites(site_id) AS (
    {default_site_ids}
),
subservices(ed_subservice) AS (
    {subservices}
),
expected AS (
    SELECT scenario_id, year, site_id, ed_subservice, 1 AS expected
    FROM scenarios CROSS JOIN years CROSS JOIN default_sites CROSS JOIN subservices
),
observed AS (
    SELECT scenario_id, year, site_id, ed_subservice,
           SUM(CASE WHEN {first_of_january} THEN 1 ELSE 0 END) AS observed,
           SUM(CASE WHEN {first_of_january} THEN 0 ELSE 1 END) AS other_dates
    FROM ed_projection
    GROUP BY scenario_id, year, site_id, ed_subservice
)
SELECT e.*, COALESCE(o.observed, 0) AS observed, COALESCE(o.other_dates, 0) AS other_dates
FROM expected e
LEFT JOIN observed o USING (scenario_id, year, site_id, ed_subservice)
WHERE COALESCE(o.observed, 0) <> 1 OR o.other_dates > 0
UNION ALL
SELECT o.scenario_id, o.year, o.site_id, o.ed_subservice, 0, o.observed, o.other_dates
FROM observed o
LEFT JOIN expected e USING (scenario_id, year, site_id, ed_subservice)
WHERE e.expected IS NULL
ORDER BY scenario_id, year, site_id, ed_subservice
