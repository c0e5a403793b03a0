-- No patient has a visit after dying in the ED.
SELECT v.*, d.died_ts
FROM ed_encounters v
JOIN (
    SELECT patient_id, MIN(arrival_ts) AS died_ts FROM ed_encounters WHERE dispo = 'Died' GROUP BY patient_id
) d ON d.patient_id = v.patient_id
WHERE v.arrival_ts > d.died_ts
ORDER BY v.encounter_id
