-- ALC stays have ALC days, reach the LOS threshold and last longer than their ALC days; other stays have
-- none.
SELECT *
FROM ip_stays
WHERE (
    alc_days < los_days
    AND CASE WHEN alc_flag THEN alc_days > 0 AND los_days >= {inpatient.alc.threshold_days}
             ELSE alc_days <= 0 END
) IS NOT TRUE
ORDER BY stay_id
