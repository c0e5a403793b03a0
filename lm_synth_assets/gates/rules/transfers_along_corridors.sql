-- Transfers follow the stay before at once, along a configured corridor or back to the site of origin.
-- corridors: the sites that each site transfers patients to, where these offer the subprogram.
WITH corridors(from_site_id, to_site_id) AS (
    {corridors}
),
transfers AS (
    SELECT s.*, COUNT(*) OVER (PARTITION BY transfer_from_stay_id) AS continued
    FROM ip_stays s
    WHERE transfer_from_stay_id IS NOT NULL
)
SELECT t.*, b.facility_id AS from_facility_id, b.discharge_ts AS left_ts
FROM transfers t
LEFT JOIN ip_stays b ON b.stay_id = t.transfer_from_stay_id
LEFT JOIN ip_stays f ON f.stay_id = b.transfer_from_stay_id
LEFT JOIN corridors c ON c.from_site_id = b.facility_id AND c.to_site_id = t.facility_id
LEFT JOIN program_coverage o ON o.site_id = c.to_site_id AND o.subprogram_key = t.subprogram_key
WHERE (
    t.continued = 1
    AND t.patient_id = b.patient_id
    AND t.subprogram_key = b.subprogram_key
    AND t.admit_ts = b.discharge_ts + INTERVAL {travel_seconds} SECOND
    -- Who was moved before may only go back, and that once.
    AND CASE WHEN f.stay_id IS NULL THEN o.site_id IS NOT NULL
             ELSE f.facility_id = t.facility_id AND f.transfer_from_stay_id IS NULL END
) IS NOT TRUE
ORDER BY t.stay_id
