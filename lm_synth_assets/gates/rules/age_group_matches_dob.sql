-- The date of birth gives the age group at the reference date.
WITH age_bands(age_group, first_age, last_age) AS (
    {age_bands}
)
SELECT p.*, {age_of_p} AS age
FROM patients p
LEFT JOIN age_bands b ON b.age_group = p.age_group
WHERE ({age_of_p} BETWEEN b.first_age AND b.last_age) IS NOT TRUE
ORDER BY p.patient_id
