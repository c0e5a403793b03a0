-- Each admitted ED encounter begins exactly one stay of its patient, after it ends; no other encounter does.
WITH admitted AS (
    SELECT encounter_id, patient_id, departure_ts FROM ed_encounters WHERE dispo = 'Admitted'
),
begun AS (
    SELECT stay_id, patient_id, admit_ts, admit_route, ed_encounter_id,
           COUNT(*) OVER (PARTITION BY ed_encounter_id) AS stays
    FROM ip_stays
    WHERE ed_encounter_id IS NOT NULL
)
SELECT b.ed_encounter_id, b.stay_id, b.patient_id, b.admit_ts, b.admit_route, b.stays,
       a.patient_id AS ed_patient_id, a.departure_ts
FROM begun b
LEFT JOIN admitted a ON a.encounter_id = b.ed_encounter_id
WHERE (
    b.stays = 1
    AND b.patient_id = a.patient_id
    AND b.admit_ts >= a.departure_ts
    AND b.admit_route = 'ED'
) IS NOT TRUE
UNION ALL
SELECT a.encounter_id, NULL, NULL, NULL, NULL, 0, a.patient_id, a.departure_ts
FROM admitted a
LEFT JOIN begun b ON b.ed_encounter_id = a.encounter_id
WHERE b.stay_id IS NULL
ORDER BY ed_encounter_id, stay_id
