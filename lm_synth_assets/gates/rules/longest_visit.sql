-- No visit is shorter than a minute or longer than the configured longest.
SELECT *
FROM ed_encounters
WHERE (
    departure_ts >= arrival_ts + INTERVAL ({shortest_visit_seconds}) SECOND
    AND departure_ts <= arrival_ts + INTERVAL ({longest_visit_seconds}) SECOND
) IS NOT TRUE
ORDER BY encounter_id
