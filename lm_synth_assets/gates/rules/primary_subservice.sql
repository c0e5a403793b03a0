-- patients.primary_ed_subservice is the subservice of most of the patient's visits.
-- Of subservices that are visited equally often, each may be the primary one.
WITH visited AS (
    SELECT patient_id, ed_subservice, COUNT(*) AS visits FROM ed_encounters GROUP BY patient_id, ed_subservice
),
most AS (
    SELECT patient_id, MAX(visits) AS visits FROM visited GROUP BY patient_id
)
SELECT p.*, COALESCE(v.visits, 0) AS visits_there, m.visits AS most_visits
FROM patients p
JOIN most m ON m.patient_id = p.patient_id
LEFT JOIN visited v ON v.patient_id = p.patient_id AND v.ed_subservice = p.primary_ed_subservice
WHERE COALESCE(v.visits, 0) < m.visits
ORDER BY p.patient_id
