-- Patients are admitted at the site where they came, when they leave the ED, or at the site it refers to.
-- referrals: where a site sends patients whose subprogram it does not offer, in order of preference.
WITH referrals(site_id, preference, to_site_id) AS (
    {referrals}
),
receiving AS (
    SELECT site_id, subprogram_key, to_site_id
    FROM (
        SELECT r.site_id, c.subprogram_key, r.to_site_id,
               ROW_NUMBER() OVER (PARTITION BY r.site_id, c.subprogram_key ORDER BY r.preference) AS choice
        FROM referrals r
        JOIN program_coverage c ON c.site_id = r.to_site_id
    ) choices
    WHERE choice = 1
),
first_stays AS (
    SELECT s.*, v.departure_ts, COALESCE(v.facility_id, p.facility_home_id) AS came_to
    FROM ip_stays s
    JOIN patients p ON p.patient_id = s.patient_id
    LEFT JOIN ed_encounters v ON v.encounter_id = s.ed_encounter_id
    WHERE s.transfer_from_stay_id IS NULL
      -- A stay whose encounter is lost is for foreign_keys to see.
      AND (s.ed_encounter_id IS NULL OR v.encounter_id IS NOT NULL)
)
SELECT s.*, r.to_site_id AS due_at
FROM first_stays s
JOIN receiving r ON r.site_id = s.came_to AND r.subprogram_key = s.subprogram_key
WHERE s.facility_id <> r.to_site_id
   OR s.admit_ts <> s.departure_ts
        + INTERVAL (CASE WHEN r.to_site_id = s.came_to THEN 0 ELSE {travel_seconds} END) SECOND
ORDER BY s.stay_id
