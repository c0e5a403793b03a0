-- There is one rate for every LHA x age group x gender x ED subservice, and no other.
WITH areas(lha_id) AS (
    {lha_ids}
),
age_groups(age_group) AS (
    {age_groups}
),
genders(gender) AS (
    {genders}
),
subservices(ed_subservice) AS (
    {subservices}
),
expected AS (
    SELECT lha_id, age_group, gender, ed_subservice
    FROM areas CROSS JOIN age_groups CROSS JOIN genders CROSS JOIN subservices
),
observed AS (
    SELECT lha_id, age_group, gender, ed_subservice, COUNT(*) AS observed
    FROM ed_baseline_rates
    GROUP BY lha_id, age_group, gender, ed_subservice
)
SELECT e.*, 1 AS expected, COALESCE(o.observed, 0) AS observed
FROM expected e
LEFT JOIN observed o USING (lha_id, age_group, gender, ed_subservice)
WHERE COALESCE(o.observed, 0) <> 1
UNION ALL
SELECT o.lha_id, o.age_group, o.gender, o.ed_subservice, 0, o.observed
FROM observed o
LEFT JOIN expected e USING (lha_id, age_group, gender, ed_subservice)
WHERE e.lha_id IS NULL
ORDER BY lha_id, age_group, gender, ed_subservice
