-- Made from lm_synth_assets/schema/ by `make docs`: do not edit.
-- Puts the CSV files of a data set into the tables that schema.sql has made, all of them or none:
--
--   cd out && mysql --local-infile=1 -h HOST -u lm_app -p lm_synth < ../deploy/mysql/load.sql
--
-- What was in the tables before is replaced. Where the server does not take every row as it stands in the
-- files, the warnings are shown, the last statement fails, and nothing has changed.
SET NAMES utf8mb4;
SET SESSION foreign_key_checks = 1, unique_checks = 1;
SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
SET @refused = 0;
START TRANSACTION;

UPDATE `ip_stays` SET `transfer_from_stay_id` = NULL;
DELETE FROM `dataset_manifest`;
DELETE FROM `dataset_contents`;
DELETE FROM `ip_stays`;
DELETE FROM `ed_encounters`;
DELETE FROM `program_coverage`;
DELETE FROM `population_projection`;
DELETE FROM `patients`;
DELETE FROM `ed_baseline_rates`;
DELETE FROM `ed_projection`;
DELETE FROM `dim_subprogram`;
DELETE FROM `dim_lha`;
DELETE FROM `dim_site`;
DELETE FROM `dim_scenario`;
DELETE FROM `dim_program`;
DELETE FROM `dim_gender`;
DELETE FROM `dim_ed_subservice`;
DELETE FROM `dim_date`;
DELETE FROM `dim_age_group`;

LOAD DATA LOCAL INFILE 'dim_age_group.csv' INTO TABLE `dim_age_group` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`age_group`, `age_group_order`, `first_age`, `last_age`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'dim_age_group', COUNT(*), NULL, NULL FROM `dim_age_group`;

LOAD DATA LOCAL INFILE 'dim_date.csv' INTO TABLE `dim_date` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`date`, `year`, `quarter`, `month`, `month_name`, `day`, `iso_year`, `iso_week`, `day_of_week`, `day_name`, `is_weekend`, `is_holiday`, @holiday_name, `fiscal_year`, `fiscal_quarter`, `fiscal_month`, `fiscal_period`)
  SET `holiday_name` = NULLIF(@holiday_name, '');
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'dim_date', COUNT(*), NULL, NULL FROM `dim_date`;

LOAD DATA LOCAL INFILE 'dim_ed_subservice.csv' INTO TABLE `dim_ed_subservice` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`ed_subservice`, `ed_subservice_order`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'dim_ed_subservice', COUNT(*), NULL, NULL FROM `dim_ed_subservice`;

LOAD DATA LOCAL INFILE 'dim_gender.csv' INTO TABLE `dim_gender` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`gender`, `gender_order`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'dim_gender', COUNT(*), NULL, NULL FROM `dim_gender`;

LOAD DATA LOCAL INFILE 'dim_program.csv' INTO TABLE `dim_program` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`program_id`, `program_name`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'dim_program', COUNT(*), NULL, NULL FROM `dim_program`;

LOAD DATA LOCAL INFILE 'dim_scenario.csv' INTO TABLE `dim_scenario` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`scenario_id`, `scenario_name`, `growth_multiplier`, `ed_rate_multiplier`, `admission_multiplier`, `los_multiplier`, `alc_multiplier`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'dim_scenario', COUNT(*), NULL, NULL FROM `dim_scenario`;

LOAD DATA LOCAL INFILE 'dim_site.csv' INTO TABLE `dim_site` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`site_id`, `site_code`, `site_name`, `site_type`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'dim_site', COUNT(*), NULL, NULL FROM `dim_site`;

LOAD DATA LOCAL INFILE 'dim_lha.csv' INTO TABLE `dim_lha` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`lha_id`, `lha_name`, `default_site_id`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'dim_lha', COUNT(*), NULL, NULL FROM `dim_lha`;

LOAD DATA LOCAL INFILE 'dim_subprogram.csv' INTO TABLE `dim_subprogram` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`program_id`, `subprogram_id`, `subprogram_name`, `subprogram_key`, `care_setting`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'dim_subprogram', COUNT(*), NULL, NULL FROM `dim_subprogram`;

LOAD DATA LOCAL INFILE 'ed_projection.csv' INTO TABLE `ed_projection` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`scenario_id`, `year`, `site_id`, `ed_subservice`, `projected_volumes`, `period_date`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'ed_projection', COUNT(*), NULL, NULL FROM `ed_projection`;

LOAD DATA LOCAL INFILE 'ed_baseline_rates.csv' INTO TABLE `ed_baseline_rates` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`lha_id`, `age_group`, `gender`, `ed_subservice`, `baserate_per_1000`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'ed_baseline_rates', COUNT(*), NULL, NULL FROM `ed_baseline_rates`;

LOAD DATA LOCAL INFILE 'patients.csv' INTO TABLE `patients` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`patient_id`, `lha_id`, `facility_home_id`, `age_group`, `gender`, `dob`, `primary_ed_subservice`, `expected_ed_rate`, `ed_visits_year`, `sampling_weight`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'patients', COUNT(*), NULL, NULL FROM `patients`;

LOAD DATA LOCAL INFILE 'population_projection.csv' INTO TABLE `population_projection` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`year`, `lha_id`, `age_group`, `gender`, `population`, `period_date`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'population_projection', COUNT(*), NULL, NULL FROM `population_projection`;

LOAD DATA LOCAL INFILE 'program_coverage.csv' INTO TABLE `program_coverage` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`site_id`, `program_id`, `subprogram_id`, `subprogram_key`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'program_coverage', COUNT(*), NULL, NULL FROM `program_coverage`;

LOAD DATA LOCAL INFILE 'ed_encounters.csv' INTO TABLE `ed_encounters` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`encounter_id`, `patient_id`, `facility_id`, `ed_subservice`, `arrival_ts`, @acuity, @dispo, `arrival_date`, `departure_ts`)
  SET `acuity` = NULLIF(@acuity, ''), `dispo` = NULLIF(@dispo, '');
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'ed_encounters', COUNT(*), NULL, NULL FROM `ed_encounters`;

LOAD DATA LOCAL INFILE 'ip_stays.csv' INTO TABLE `ip_stays` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`stay_id`, `patient_id`, `facility_id`, `program_id`, `subprogram_id`, `admit_ts`, @discharge_ts, `los_days`, `alc_flag`, `subprogram_key`, `admit_date`, `alc_days`, `admit_route`, @ed_encounter_id, @transfer_from_stay_id)
  SET `discharge_ts` = NULLIF(@discharge_ts, ''), `ed_encounter_id` = NULLIF(@ed_encounter_id, ''), `transfer_from_stay_id` = NULLIF(@transfer_from_stay_id, '');
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'ip_stays', COUNT(*), NULL, NULL FROM `ip_stays`;

LOAD DATA LOCAL INFILE 'dataset_contents.csv' INTO TABLE `dataset_contents` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`table_name`, `row_count`, `digest`, @made_from, @dataset_id)
  SET `made_from` = NULLIF(@made_from, ''), `dataset_id` = NULLIF(@dataset_id, '');
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'dataset_contents', COUNT(*), NULL, NULL FROM `dataset_contents`;

LOAD DATA LOCAL INFILE 'dataset_manifest.csv' INTO TABLE `dataset_manifest` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`dataset_id`, `seed`, `config_hash`, `package_version`, `reference_date`, `start_year`, `years`, `patients`, `population`, `sampling_weight`, `with_ed`, `with_ip`, `disclaimer`, @without_tables)
  SET `without_tables` = NULLIF(@without_tables, '');
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
REPLACE INTO `stored_tables` SELECT 'dataset_manifest', COUNT(*), NULL, NULL FROM `dataset_manifest`;

UPDATE `stored_tables` s JOIN `dataset_contents` c ON c.`table_name` = s.`table_name`
  SET s.`digest` = c.`digest`, s.`made_from` = c.`made_from`;

SET @finish = IF(@refused = 0, 'COMMIT', 'SELECT * FROM `rows were refused, so nothing was loaded`');
PREPARE finish FROM @finish;
EXECUTE finish;
DEALLOCATE PREPARE finish;
