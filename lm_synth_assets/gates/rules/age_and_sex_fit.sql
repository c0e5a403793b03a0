-- Stays are in subprograms with beds, which take patients of that age and gender.
-- takes: the ages at the reference date; patients whom no subprogram takes may be in any.
WITH takes(subprogram_key, gender, first_age, last_age) AS (
    {takes}
),
stays AS (
    SELECT s.*, p.gender, p.dob, {age_of_p} AS age
    FROM ip_stays s
    JOIN patients p ON p.patient_id = s.patient_id
)
SELECT s.*
FROM stays s
LEFT JOIN takes t
  ON t.subprogram_key = s.subprogram_key
 AND t.gender = s.gender
 AND s.age BETWEEN t.first_age AND t.last_age
WHERE t.subprogram_key IS NULL
ORDER BY s.stay_id
