-- Made from lm_synth_assets/schema/ by `make docs`: do not edit.
-- What is in the tables: rows, references to nothing (a sound data set has none), and the first year's ED
-- projection.
--
--   mysql -h HOST -u lm_app -p --table lm_synth < deploy/mysql/verify.sql

SELECT 'dim_age_group' AS table_name, COUNT(*) AS row_count FROM `dim_age_group`
UNION ALL SELECT 'dim_date' AS table_name, COUNT(*) AS row_count FROM `dim_date`
UNION ALL SELECT 'dim_ed_subservice' AS table_name, COUNT(*) AS row_count FROM `dim_ed_subservice`
UNION ALL SELECT 'dim_gender' AS table_name, COUNT(*) AS row_count FROM `dim_gender`
UNION ALL SELECT 'dim_program' AS table_name, COUNT(*) AS row_count FROM `dim_program`
UNION ALL SELECT 'dim_scenario' AS table_name, COUNT(*) AS row_count FROM `dim_scenario`
UNION ALL SELECT 'dim_site' AS table_name, COUNT(*) AS row_count FROM `dim_site`
UNION ALL SELECT 'dim_lha' AS table_name, COUNT(*) AS row_count FROM `dim_lha`
UNION ALL SELECT 'dim_subprogram' AS table_name, COUNT(*) AS row_count FROM `dim_subprogram`
UNION ALL SELECT 'ed_projection' AS table_name, COUNT(*) AS row_count FROM `ed_projection`
UNION ALL SELECT 'ed_baseline_rates' AS table_name, COUNT(*) AS row_count FROM `ed_baseline_rates`
UNION ALL SELECT 'patients' AS table_name, COUNT(*) AS row_count FROM `patients`
UNION ALL SELECT 'population_projection' AS table_name, COUNT(*) AS row_count FROM `population_projection`
UNION ALL SELECT 'program_coverage' AS table_name, COUNT(*) AS row_count FROM `program_coverage`
UNION ALL SELECT 'ed_encounters' AS table_name, COUNT(*) AS row_count FROM `ed_encounters`
UNION ALL SELECT 'ip_stays' AS table_name, COUNT(*) AS row_count FROM `ip_stays`
UNION ALL SELECT 'dataset_contents' AS table_name, COUNT(*) AS row_count FROM `dataset_contents`
UNION ALL SELECT 'dataset_manifest' AS table_name, COUNT(*) AS row_count FROM `dataset_manifest`;

SELECT 'fk_lha_site' AS foreign_key, COUNT(*) AS orphans FROM `dim_lha` c LEFT JOIN `dim_site` p ON p.`site_id` = c.`default_site_id` WHERE c.`default_site_id` IS NOT NULL AND p.`site_id` IS NULL
UNION ALL SELECT 'fk_subprog_prog' AS foreign_key, COUNT(*) AS orphans FROM `dim_subprogram` c LEFT JOIN `dim_program` p ON p.`program_id` = c.`program_id` WHERE c.`program_id` IS NOT NULL AND p.`program_id` IS NULL
UNION ALL SELECT 'fk_edp_date' AS foreign_key, COUNT(*) AS orphans FROM `ed_projection` c LEFT JOIN `dim_date` p ON p.`date` = c.`period_date` WHERE c.`period_date` IS NOT NULL AND p.`date` IS NULL
UNION ALL SELECT 'fk_edp_scenario' AS foreign_key, COUNT(*) AS orphans FROM `ed_projection` c LEFT JOIN `dim_scenario` p ON p.`scenario_id` = c.`scenario_id` WHERE c.`scenario_id` IS NOT NULL AND p.`scenario_id` IS NULL
UNION ALL SELECT 'fk_edp_site' AS foreign_key, COUNT(*) AS orphans FROM `ed_projection` c LEFT JOIN `dim_site` p ON p.`site_id` = c.`site_id` WHERE c.`site_id` IS NOT NULL AND p.`site_id` IS NULL
UNION ALL SELECT 'fk_edp_sub' AS foreign_key, COUNT(*) AS orphans FROM `ed_projection` c LEFT JOIN `dim_ed_subservice` p ON p.`ed_subservice` = c.`ed_subservice` WHERE c.`ed_subservice` IS NOT NULL AND p.`ed_subservice` IS NULL
UNION ALL SELECT 'fk_rates_age' AS foreign_key, COUNT(*) AS orphans FROM `ed_baseline_rates` c LEFT JOIN `dim_age_group` p ON p.`age_group` = c.`age_group` WHERE c.`age_group` IS NOT NULL AND p.`age_group` IS NULL
UNION ALL SELECT 'fk_rates_gender' AS foreign_key, COUNT(*) AS orphans FROM `ed_baseline_rates` c LEFT JOIN `dim_gender` p ON p.`gender` = c.`gender` WHERE c.`gender` IS NOT NULL AND p.`gender` IS NULL
UNION ALL SELECT 'fk_rates_lha' AS foreign_key, COUNT(*) AS orphans FROM `ed_baseline_rates` c LEFT JOIN `dim_lha` p ON p.`lha_id` = c.`lha_id` WHERE c.`lha_id` IS NOT NULL AND p.`lha_id` IS NULL
UNION ALL SELECT 'fk_rates_sub' AS foreign_key, COUNT(*) AS orphans FROM `ed_baseline_rates` c LEFT JOIN `dim_ed_subservice` p ON p.`ed_subservice` = c.`ed_subservice` WHERE c.`ed_subservice` IS NOT NULL AND p.`ed_subservice` IS NULL
UNION ALL SELECT 'fk_pat_age' AS foreign_key, COUNT(*) AS orphans FROM `patients` c LEFT JOIN `dim_age_group` p ON p.`age_group` = c.`age_group` WHERE c.`age_group` IS NOT NULL AND p.`age_group` IS NULL
UNION ALL SELECT 'fk_pat_gender' AS foreign_key, COUNT(*) AS orphans FROM `patients` c LEFT JOIN `dim_gender` p ON p.`gender` = c.`gender` WHERE c.`gender` IS NOT NULL AND p.`gender` IS NULL
UNION ALL SELECT 'fk_pat_lha' AS foreign_key, COUNT(*) AS orphans FROM `patients` c LEFT JOIN `dim_lha` p ON p.`lha_id` = c.`lha_id` WHERE c.`lha_id` IS NOT NULL AND p.`lha_id` IS NULL
UNION ALL SELECT 'fk_pat_site' AS foreign_key, COUNT(*) AS orphans FROM `patients` c LEFT JOIN `dim_site` p ON p.`site_id` = c.`facility_home_id` WHERE c.`facility_home_id` IS NOT NULL AND p.`site_id` IS NULL
UNION ALL SELECT 'fk_pat_sub' AS foreign_key, COUNT(*) AS orphans FROM `patients` c LEFT JOIN `dim_ed_subservice` p ON p.`ed_subservice` = c.`primary_ed_subservice` WHERE c.`primary_ed_subservice` IS NOT NULL AND p.`ed_subservice` IS NULL
UNION ALL SELECT 'fk_pop_age' AS foreign_key, COUNT(*) AS orphans FROM `population_projection` c LEFT JOIN `dim_age_group` p ON p.`age_group` = c.`age_group` WHERE c.`age_group` IS NOT NULL AND p.`age_group` IS NULL
UNION ALL SELECT 'fk_pop_date' AS foreign_key, COUNT(*) AS orphans FROM `population_projection` c LEFT JOIN `dim_date` p ON p.`date` = c.`period_date` WHERE c.`period_date` IS NOT NULL AND p.`date` IS NULL
UNION ALL SELECT 'fk_pop_gender' AS foreign_key, COUNT(*) AS orphans FROM `population_projection` c LEFT JOIN `dim_gender` p ON p.`gender` = c.`gender` WHERE c.`gender` IS NOT NULL AND p.`gender` IS NULL
UNION ALL SELECT 'fk_pop_lha' AS foreign_key, COUNT(*) AS orphans FROM `population_projection` c LEFT JOIN `dim_lha` p ON p.`lha_id` = c.`lha_id` WHERE c.`lha_id` IS NOT NULL AND p.`lha_id` IS NULL
UNION ALL SELECT 'fk_cov_site' AS foreign_key, COUNT(*) AS orphans FROM `program_coverage` c LEFT JOIN `dim_site` p ON p.`site_id` = c.`site_id` WHERE c.`site_id` IS NOT NULL AND p.`site_id` IS NULL
UNION ALL SELECT 'fk_cov_subprog' AS foreign_key, COUNT(*) AS orphans FROM `program_coverage` c LEFT JOIN `dim_subprogram` p ON p.`program_id` = c.`program_id` AND p.`subprogram_id` = c.`subprogram_id` WHERE c.`program_id` IS NOT NULL AND c.`subprogram_id` IS NOT NULL AND p.`program_id` IS NULL
UNION ALL SELECT 'fk_ed_date' AS foreign_key, COUNT(*) AS orphans FROM `ed_encounters` c LEFT JOIN `dim_date` p ON p.`date` = c.`arrival_date` WHERE c.`arrival_date` IS NOT NULL AND p.`date` IS NULL
UNION ALL SELECT 'fk_ed_pat' AS foreign_key, COUNT(*) AS orphans FROM `ed_encounters` c LEFT JOIN `patients` p ON p.`patient_id` = c.`patient_id` WHERE c.`patient_id` IS NOT NULL AND p.`patient_id` IS NULL
UNION ALL SELECT 'fk_ed_site' AS foreign_key, COUNT(*) AS orphans FROM `ed_encounters` c LEFT JOIN `dim_site` p ON p.`site_id` = c.`facility_id` WHERE c.`facility_id` IS NOT NULL AND p.`site_id` IS NULL
UNION ALL SELECT 'fk_ed_sub' AS foreign_key, COUNT(*) AS orphans FROM `ed_encounters` c LEFT JOIN `dim_ed_subservice` p ON p.`ed_subservice` = c.`ed_subservice` WHERE c.`ed_subservice` IS NOT NULL AND p.`ed_subservice` IS NULL
UNION ALL SELECT 'fk_ip_date' AS foreign_key, COUNT(*) AS orphans FROM `ip_stays` c LEFT JOIN `dim_date` p ON p.`date` = c.`admit_date` WHERE c.`admit_date` IS NOT NULL AND p.`date` IS NULL
UNION ALL SELECT 'fk_ip_ed' AS foreign_key, COUNT(*) AS orphans FROM `ip_stays` c LEFT JOIN `ed_encounters` p ON p.`encounter_id` = c.`ed_encounter_id` WHERE c.`ed_encounter_id` IS NOT NULL AND p.`encounter_id` IS NULL
UNION ALL SELECT 'fk_ip_from' AS foreign_key, COUNT(*) AS orphans FROM `ip_stays` c LEFT JOIN `ip_stays` p ON p.`stay_id` = c.`transfer_from_stay_id` WHERE c.`transfer_from_stay_id` IS NOT NULL AND p.`stay_id` IS NULL
UNION ALL SELECT 'fk_ip_pat' AS foreign_key, COUNT(*) AS orphans FROM `ip_stays` c LEFT JOIN `patients` p ON p.`patient_id` = c.`patient_id` WHERE c.`patient_id` IS NOT NULL AND p.`patient_id` IS NULL
UNION ALL SELECT 'fk_ip_prog' AS foreign_key, COUNT(*) AS orphans FROM `ip_stays` c LEFT JOIN `dim_program` p ON p.`program_id` = c.`program_id` WHERE c.`program_id` IS NOT NULL AND p.`program_id` IS NULL
UNION ALL SELECT 'fk_ip_site' AS foreign_key, COUNT(*) AS orphans FROM `ip_stays` c LEFT JOIN `dim_site` p ON p.`site_id` = c.`facility_id` WHERE c.`facility_id` IS NOT NULL AND p.`site_id` IS NULL
UNION ALL SELECT 'fk_ip_subprog' AS foreign_key, COUNT(*) AS orphans FROM `ip_stays` c LEFT JOIN `dim_subprogram` p ON p.`program_id` = c.`program_id` AND p.`subprogram_id` = c.`subprogram_id` WHERE c.`program_id` IS NOT NULL AND c.`subprogram_id` IS NOT NULL AND p.`program_id` IS NULL;

-- The ED projection of the first year
SET @year = (SELECT start_year FROM dataset_manifest);
SELECT s.site_code AS facility,
       r.ed_subservice,
       SUM(1.0 * p.population * r.baserate_per_1000 / 1000.0) AS projected_volumes
FROM population_projection p
JOIN ed_baseline_rates r
  ON p.lha_id = r.lha_id
 AND p.age_group = r.age_group
 AND p.gender   = r.gender
JOIN dim_lha l ON l.lha_id = p.lha_id
JOIN dim_site s ON s.site_id = l.default_site_id
WHERE p.year = @year
GROUP BY s.site_code, r.ed_subservice
ORDER BY projected_volumes DESC;
