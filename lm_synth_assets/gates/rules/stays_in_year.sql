-- Stays began in the start year, or were under way on 1 January.
-- Who came to the ED on the last day, or was transferred, may be admitted in the next year.
SELECT *
FROM ip_stays
WHERE EXTRACT(YEAR FROM admit_ts) < {run.start_year} - 1
   OR discharge_ts <= DATE '{run.reference_date}'
   OR (EXTRACT(YEAR FROM admit_ts) > {run.start_year} AND admit_route = 'direct')
ORDER BY stay_id
