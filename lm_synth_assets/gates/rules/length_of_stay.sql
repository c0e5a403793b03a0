-- LOS lies between the configured floor and cap, and is the time from admission to discharge.
SELECT *
FROM ip_stays
WHERE (
    los_days BETWEEN {inpatient.los_floor_days} AND {inpatient.los_cap_days}
    AND discharge_ts = admit_ts + INTERVAL (ROUND(los_days * 86400)) SECOND
    AND CAST(admit_ts AS DATE) = admit_date
) IS NOT TRUE
ORDER BY stay_id
