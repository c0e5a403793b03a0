-- Each stay is in a subprogram that its site offers, with the key of its program and subprogram.
SELECT s.*
FROM ip_stays s
WHERE NOT EXISTS (
        SELECT 1 FROM program_coverage c
        WHERE c.site_id = s.facility_id AND c.subprogram_key = s.subprogram_key
    )
    OR s.subprogram_key <> s.program_id * 100 + s.subprogram_id
ORDER BY s.stay_id
