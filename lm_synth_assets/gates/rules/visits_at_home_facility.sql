-- Each visit is at the patient's home facility. Visits of nobody in patients are for foreign_keys to see.
SELECT v.*, p.facility_home_id
FROM ed_encounters v
JOIN patients p ON p.patient_id = v.patient_id
WHERE v.facility_id <> p.facility_home_id
ORDER BY v.encounter_id
