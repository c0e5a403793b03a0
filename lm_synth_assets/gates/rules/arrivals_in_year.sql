-- Arrivals are in the start year, on their arrival_date and before the departure.
SELECT *
FROM ed_encounters
WHERE (
    EXTRACT(YEAR FROM arrival_ts) = {run.start_year}
    AND CAST(arrival_ts AS DATE) = arrival_date
    AND departure_ts > arrival_ts
) IS NOT TRUE
ORDER BY encounter_id
