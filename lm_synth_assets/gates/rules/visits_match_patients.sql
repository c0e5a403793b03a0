-- patients.ed_visits_year is the number of the patient's encounters.
SELECT p.*, COALESCE(v.visits, 0) AS visits
FROM patients p
LEFT JOIN (
    SELECT patient_id, COUNT(*) AS visits FROM ed_encounters GROUP BY patient_id
) v ON v.patient_id = p.patient_id
WHERE p.ed_visits_year <> COALESCE(v.visits, 0)
ORDER BY p.patient_id
