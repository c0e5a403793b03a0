-- The admission route of each stay agrees with the ED encounter or the stay that it follows.
-- The encounters of the year before are not in the data set.
SELECT *
FROM ip_stays
WHERE (
    CASE admit_route
        WHEN 'transfer' THEN transfer_from_stay_id IS NOT NULL AND ed_encounter_id IS NULL
        WHEN 'direct' THEN transfer_from_stay_id IS NULL AND ed_encounter_id IS NULL
        WHEN 'ED' THEN transfer_from_stay_id IS NULL
             AND (ed_encounter_id IS NOT NULL) = (admit_ts >= DATE '{run.reference_date}')
    END
) IS NOT TRUE
ORDER BY stay_id
