-- No two patients share date of birth, LHA and gender (unless the configuration allows it).
-- Where it does, False stands in the place of True.
SELECT p.*
FROM patients p
JOIN (
    SELECT dob, lha_id, gender
    FROM patients
    WHERE {privacy.unique_quasi_identifiers}
    GROUP BY dob, lha_id, gender
    HAVING COUNT(*) > 1
) d ON d.dob = p.dob AND d.lha_id = p.lha_id AND d.gender = p.gender
ORDER BY p.dob, p.lha_id, p.gender, p.patient_id
