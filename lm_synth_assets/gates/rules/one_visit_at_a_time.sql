-- No visit of a patient begins before their earlier ones have ended.
SELECT *
FROM (
    SELECT v.*,
           MAX(departure_ts) OVER (
               PARTITION BY patient_id
               ORDER BY arrival_ts, encounter_id
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ) AS busy_until
    FROM ed_encounters v
) visits
WHERE arrival_ts < busy_until
ORDER BY encounter_id
