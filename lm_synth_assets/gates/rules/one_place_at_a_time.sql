-- No patient has two contacts at the same time, or a stay after death.
-- A stay without discharge occupies nobody: length_of_stay sees it. Visits of patients without stays are
-- for one_visit_at_a_time to see.
WITH contacts AS (
    SELECT patient_id, 'stay' AS contact, stay_id AS id, admit_ts AS start,
           COALESCE(discharge_ts, admit_ts) AS finish, FALSE AS fatal
    FROM ip_stays
    UNION ALL
    SELECT patient_id, 'ED visit', encounter_id, arrival_ts, departure_ts, COALESCE(dispo = 'Died', FALSE)
    FROM ed_encounters
    WHERE patient_id IN (SELECT patient_id FROM ip_stays)
),
in_order AS (
    SELECT c.*,
           MAX(finish) OVER (
               PARTITION BY patient_id
               ORDER BY start, finish, contact, id
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ) AS busy_until,
           MIN(CASE WHEN fatal THEN finish END) OVER (PARTITION BY patient_id) AS died_ts
    FROM contacts c
)
SELECT patient_id, contact, id, start, finish, busy_until, died_ts
FROM in_order
WHERE start < busy_until OR start >= died_ts
ORDER BY patient_id, start, finish, contact, id
