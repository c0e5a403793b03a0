-- Made from lm_synth_assets/schema/ by `make docs`: do not edit.
-- Puts the CSV files of a data set into the tables that schema.sql has made, all of them or none:
--
--   cd out && mysql --local-infile=1 -h HOST -u lm_app -p lm_synth < ../deploy/mysql/load.sql
--
-- What was in the tables before is replaced. Files go into temporary tables first. Nothing is replaced unless
-- each has the rows that dataset_contents.csv lists, also where the client goes on after errors (--force,
-- source); otherwise the warnings and the tables that differ are shown, and the last statements fail.
SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
SET SESSION foreign_key_checks = 1, unique_checks = 1, sql_safe_updates = 0;
SET SESSION lock_wait_timeout = 20, innodb_lock_wait_timeout = 20;
SET @refused = 0, @stored = 0, @complete = 0;
SET @lock = LEFT(CONCAT('lm_synth:', DATABASE()), 64);
-- Other runs wait meanwhile, or this one for them.
SET @alone = GET_LOCK(@lock, 60);
SET @step = IF(@alone = 1, 'DO 0', 'SELECT * FROM `another run is writing, nothing was loaded`');
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
REPLACE INTO `writing_run`
  SELECT @lock, CONNECTION_ID(), 'load.sql', UUID(), 0, '', DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%d %H:%i:%s')
  FROM DUAL WHERE @alone = 1;

DROP TEMPORARY TABLE IF EXISTS `_loaded`;
CREATE TEMPORARY TABLE `_loaded` (`table_name` VARCHAR(64) PRIMARY KEY, `row_count` BIGINT NOT NULL);

DROP TEMPORARY TABLE IF EXISTS `_load_dim_age_group`;
CREATE TEMPORARY TABLE `_load_dim_age_group` LIKE `dim_age_group`;
LOAD DATA LOCAL INFILE 'dim_age_group.csv' INTO TABLE `_load_dim_age_group` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`age_group`, `age_group_order`, `first_age`, `last_age`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'dim_age_group', COUNT(*) FROM `_load_dim_age_group`;

DROP TEMPORARY TABLE IF EXISTS `_load_dim_date`;
CREATE TEMPORARY TABLE `_load_dim_date` LIKE `dim_date`;
LOAD DATA LOCAL INFILE 'dim_date.csv' INTO TABLE `_load_dim_date` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`date`, `year`, `quarter`, `month`, `month_name`, `day`, `iso_year`, `iso_week`, `day_of_week`, `day_name`, `is_weekend`, `is_holiday`, @holiday_name, `fiscal_year`, `fiscal_quarter`, `fiscal_month`, `fiscal_period`)
  SET `holiday_name` = NULLIF(@holiday_name, '');
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'dim_date', COUNT(*) FROM `_load_dim_date`;

DROP TEMPORARY TABLE IF EXISTS `_load_dim_ed_subservice`;
CREATE TEMPORARY TABLE `_load_dim_ed_subservice` LIKE `dim_ed_subservice`;
LOAD DATA LOCAL INFILE 'dim_ed_subservice.csv' INTO TABLE `_load_dim_ed_subservice` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`ed_subservice`, `ed_subservice_order`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'dim_ed_subservice', COUNT(*) FROM `_load_dim_ed_subservice`;

DROP TEMPORARY TABLE IF EXISTS `_load_dim_gender`;
CREATE TEMPORARY TABLE `_load_dim_gender` LIKE `dim_gender`;
LOAD DATA LOCAL INFILE 'dim_gender.csv' INTO TABLE `_load_dim_gender` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`gender`, `gender_order`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'dim_gender', COUNT(*) FROM `_load_dim_gender`;

DROP TEMPORARY TABLE IF EXISTS `_load_dim_program`;
CREATE TEMPORARY TABLE `_load_dim_program` LIKE `dim_program`;
LOAD DATA LOCAL INFILE 'dim_program.csv' INTO TABLE `_load_dim_program` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`program_id`, `program_name`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'dim_program', COUNT(*) FROM `_load_dim_program`;

DROP TEMPORARY TABLE IF EXISTS `_load_dim_scenario`;
CREATE TEMPORARY TABLE `_load_dim_scenario` LIKE `dim_scenario`;
LOAD DATA LOCAL INFILE 'dim_scenario.csv' INTO TABLE `_load_dim_scenario` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`scenario_id`, `scenario_name`, `growth_multiplier`, `ed_rate_multiplier`, `admission_multiplier`, `los_multiplier`, `alc_multiplier`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'dim_scenario', COUNT(*) FROM `_load_dim_scenario`;

DROP TEMPORARY TABLE IF EXISTS `_load_dim_site`;
CREATE TEMPORARY TABLE `_load_dim_site` LIKE `dim_site`;
LOAD DATA LOCAL INFILE 'dim_site.csv' INTO TABLE `_load_dim_site` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`site_id`, `site_code`, `site_name`, `site_type`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'dim_site', COUNT(*) FROM `_load_dim_site`;

DROP TEMPORARY TABLE IF EXISTS `_load_dim_lha`;
CREATE TEMPORARY TABLE `_load_dim_lha` LIKE `dim_lha`;
LOAD DATA LOCAL INFILE 'dim_lha.csv' INTO TABLE `_load_dim_lha` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`lha_id`, `lha_name`, `default_site_id`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'dim_lha', COUNT(*) FROM `_load_dim_lha`;

DROP TEMPORARY TABLE IF EXISTS `_load_dim_subprogram`;
CREATE TEMPORARY TABLE `_load_dim_subprogram` LIKE `dim_subprogram`;
LOAD DATA LOCAL INFILE 'dim_subprogram.csv' INTO TABLE `_load_dim_subprogram` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`program_id`, `subprogram_id`, `subprogram_name`, `subprogram_key`, `care_setting`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'dim_subprogram', COUNT(*) FROM `_load_dim_subprogram`;

DROP TEMPORARY TABLE IF EXISTS `_load_ed_projection`;
CREATE TEMPORARY TABLE `_load_ed_projection` LIKE `ed_projection`;
LOAD DATA LOCAL INFILE 'ed_projection.csv' INTO TABLE `_load_ed_projection` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`scenario_id`, `year`, `site_id`, `ed_subservice`, `projected_volumes`, `period_date`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'ed_projection', COUNT(*) FROM `_load_ed_projection`;

DROP TEMPORARY TABLE IF EXISTS `_load_ed_baseline_rates`;
CREATE TEMPORARY TABLE `_load_ed_baseline_rates` LIKE `ed_baseline_rates`;
LOAD DATA LOCAL INFILE 'ed_baseline_rates.csv' INTO TABLE `_load_ed_baseline_rates` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`lha_id`, `age_group`, `gender`, `ed_subservice`, `baserate_per_1000`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'ed_baseline_rates', COUNT(*) FROM `_load_ed_baseline_rates`;

DROP TEMPORARY TABLE IF EXISTS `_load_patients`;
CREATE TEMPORARY TABLE `_load_patients` LIKE `patients`;
LOAD DATA LOCAL INFILE 'patients.csv' INTO TABLE `_load_patients` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`patient_id`, `lha_id`, `facility_home_id`, `age_group`, `gender`, `dob`, `primary_ed_subservice`, `expected_ed_rate`, `ed_visits_year`, `sampling_weight`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'patients', COUNT(*) FROM `_load_patients`;

DROP TEMPORARY TABLE IF EXISTS `_load_population_projection`;
CREATE TEMPORARY TABLE `_load_population_projection` LIKE `population_projection`;
LOAD DATA LOCAL INFILE 'population_projection.csv' INTO TABLE `_load_population_projection` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`year`, `lha_id`, `age_group`, `gender`, `population`, `period_date`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'population_projection', COUNT(*) FROM `_load_population_projection`;

DROP TEMPORARY TABLE IF EXISTS `_load_program_coverage`;
CREATE TEMPORARY TABLE `_load_program_coverage` LIKE `program_coverage`;
LOAD DATA LOCAL INFILE 'program_coverage.csv' INTO TABLE `_load_program_coverage` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`site_id`, `program_id`, `subprogram_id`, `subprogram_key`);
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'program_coverage', COUNT(*) FROM `_load_program_coverage`;

DROP TEMPORARY TABLE IF EXISTS `_load_ed_encounters`;
CREATE TEMPORARY TABLE `_load_ed_encounters` LIKE `ed_encounters`;
LOAD DATA LOCAL INFILE 'ed_encounters.csv' INTO TABLE `_load_ed_encounters` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`encounter_id`, `patient_id`, `facility_id`, `ed_subservice`, `arrival_ts`, @acuity, @dispo, `arrival_date`, `departure_ts`)
  SET `acuity` = NULLIF(@acuity, ''), `dispo` = NULLIF(@dispo, '');
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'ed_encounters', COUNT(*) FROM `_load_ed_encounters`;

DROP TEMPORARY TABLE IF EXISTS `_load_ip_stays`;
CREATE TEMPORARY TABLE `_load_ip_stays` LIKE `ip_stays`;
LOAD DATA LOCAL INFILE 'ip_stays.csv' INTO TABLE `_load_ip_stays` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`stay_id`, `patient_id`, `facility_id`, `program_id`, `subprogram_id`, `admit_ts`, @discharge_ts, `los_days`, `alc_flag`, `subprogram_key`, `admit_date`, `alc_days`, `admit_route`, @ed_encounter_id, @transfer_from_stay_id)
  SET `discharge_ts` = NULLIF(@discharge_ts, ''), `ed_encounter_id` = NULLIF(@ed_encounter_id, ''), `transfer_from_stay_id` = NULLIF(@transfer_from_stay_id, '');
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'ip_stays', COUNT(*) FROM `_load_ip_stays`;

DROP TEMPORARY TABLE IF EXISTS `_load_dataset_contents`;
CREATE TEMPORARY TABLE `_load_dataset_contents` LIKE `dataset_contents`;
LOAD DATA LOCAL INFILE 'dataset_contents.csv' INTO TABLE `_load_dataset_contents` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`table_name`, `row_count`, `digest`, @made_from, @dataset_id)
  SET `made_from` = NULLIF(@made_from, ''), `dataset_id` = NULLIF(@dataset_id, '');
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'dataset_contents', COUNT(*) FROM `_load_dataset_contents`;

DROP TEMPORARY TABLE IF EXISTS `_load_dataset_manifest`;
CREATE TEMPORARY TABLE `_load_dataset_manifest` LIKE `dataset_manifest`;
LOAD DATA LOCAL INFILE 'dataset_manifest.csv' INTO TABLE `_load_dataset_manifest` CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
  LINES TERMINATED BY '\n' IGNORE 1 LINES
  (`dataset_id`, `seed`, `config_hash`, `package_version`, `reference_date`, `start_year`, `years`, `patients`, `population`, `sampling_weight`, `with_ed`, `with_ip`, `disclaimer`, @without_tables)
  SET `without_tables` = NULLIF(@without_tables, '');
SHOW WARNINGS LIMIT 3;
SET @refused = @refused + @@warning_count;
INSERT INTO `_loaded` SELECT 'dataset_manifest', COUNT(*) FROM `_load_dataset_manifest`;


SELECT c.`table_name`, c.`row_count` AS listed, COALESCE(l.`row_count`, 0) AS in_the_file
  FROM `_load_dataset_contents` c LEFT JOIN `_loaded` l ON l.`table_name` = c.`table_name`
  WHERE NOT (l.`row_count` <=> c.`row_count`);
SET @differing = (SELECT COUNT(*)
  FROM `_load_dataset_contents` c LEFT JOIN `_loaded` l ON l.`table_name` = c.`table_name`
  WHERE NOT (l.`row_count` <=> c.`row_count`));
SET @unlisted = (SELECT COUNT(*)
  FROM `_loaded` l LEFT JOIN `_load_dataset_contents` c ON c.`table_name` = l.`table_name`
  WHERE c.`table_name` IS NULL AND l.`row_count` > 0 AND l.`table_name` NOT IN ('dataset_contents', 'dataset_manifest'));
SET @listed = (SELECT COUNT(*) FROM `_load_dataset_contents`);
SET @manifests = (SELECT COUNT(*) FROM `_load_dataset_manifest`);
SET @complete = COALESCE(@alone = 1 AND @refused = 0 AND @differing = 0 AND @unlisted = 0 AND @listed > 0
  AND @manifests = 1, 0);
SET @step = IF(@complete = 1, 'DO 0', 'SELECT * FROM `rows were refused or are missing, nothing was loaded`');
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;

-- A statement that fails may end the transaction; without this, each one after it would be committed alone.
SET SESSION autocommit = 0;
START TRANSACTION;

UPDATE `ip_stays` SET `transfer_from_stay_id` = NULL WHERE @complete = 1;
DELETE FROM `dataset_manifest` WHERE @complete = 1;
DELETE FROM `dataset_contents` WHERE @complete = 1;
DELETE FROM `ip_stays` WHERE @complete = 1;
DELETE FROM `ed_encounters` WHERE @complete = 1;
DELETE FROM `program_coverage` WHERE @complete = 1;
DELETE FROM `population_projection` WHERE @complete = 1;
DELETE FROM `patients` WHERE @complete = 1;
DELETE FROM `ed_baseline_rates` WHERE @complete = 1;
DELETE FROM `ed_projection` WHERE @complete = 1;
DELETE FROM `dim_subprogram` WHERE @complete = 1;
DELETE FROM `dim_lha` WHERE @complete = 1;
DELETE FROM `dim_site` WHERE @complete = 1;
DELETE FROM `dim_scenario` WHERE @complete = 1;
DELETE FROM `dim_program` WHERE @complete = 1;
DELETE FROM `dim_gender` WHERE @complete = 1;
DELETE FROM `dim_ed_subservice` WHERE @complete = 1;
DELETE FROM `dim_date` WHERE @complete = 1;
DELETE FROM `dim_age_group` WHERE @complete = 1;
INSERT INTO `dim_age_group` (`age_group`, `age_group_order`, `first_age`, `last_age`) SELECT `age_group`, `age_group_order`, `first_age`, `last_age` FROM `_load_dim_age_group` WHERE @complete = 1 ORDER BY `age_group`;
INSERT INTO `dim_date` (`date`, `year`, `quarter`, `month`, `month_name`, `day`, `iso_year`, `iso_week`, `day_of_week`, `day_name`, `is_weekend`, `is_holiday`, `holiday_name`, `fiscal_year`, `fiscal_quarter`, `fiscal_month`, `fiscal_period`) SELECT `date`, `year`, `quarter`, `month`, `month_name`, `day`, `iso_year`, `iso_week`, `day_of_week`, `day_name`, `is_weekend`, `is_holiday`, `holiday_name`, `fiscal_year`, `fiscal_quarter`, `fiscal_month`, `fiscal_period` FROM `_load_dim_date` WHERE @complete = 1 ORDER BY `date`;
INSERT INTO `dim_ed_subservice` (`ed_subservice`, `ed_subservice_order`) SELECT `ed_subservice`, `ed_subservice_order` FROM `_load_dim_ed_subservice` WHERE @complete = 1 ORDER BY `ed_subservice`;
INSERT INTO `dim_gender` (`gender`, `gender_order`) SELECT `gender`, `gender_order` FROM `_load_dim_gender` WHERE @complete = 1 ORDER BY `gender`;
INSERT INTO `dim_program` (`program_id`, `program_name`) SELECT `program_id`, `program_name` FROM `_load_dim_program` WHERE @complete = 1 ORDER BY `program_id`;
INSERT INTO `dim_scenario` (`scenario_id`, `scenario_name`, `growth_multiplier`, `ed_rate_multiplier`, `admission_multiplier`, `los_multiplier`, `alc_multiplier`) SELECT `scenario_id`, `scenario_name`, `growth_multiplier`, `ed_rate_multiplier`, `admission_multiplier`, `los_multiplier`, `alc_multiplier` FROM `_load_dim_scenario` WHERE @complete = 1 ORDER BY `scenario_id`;
INSERT INTO `dim_site` (`site_id`, `site_code`, `site_name`, `site_type`) SELECT `site_id`, `site_code`, `site_name`, `site_type` FROM `_load_dim_site` WHERE @complete = 1 ORDER BY `site_id`;
INSERT INTO `dim_lha` (`lha_id`, `lha_name`, `default_site_id`) SELECT `lha_id`, `lha_name`, `default_site_id` FROM `_load_dim_lha` WHERE @complete = 1 ORDER BY `lha_id`;
INSERT INTO `dim_subprogram` (`program_id`, `subprogram_id`, `subprogram_name`, `subprogram_key`, `care_setting`) SELECT `program_id`, `subprogram_id`, `subprogram_name`, `subprogram_key`, `care_setting` FROM `_load_dim_subprogram` WHERE @complete = 1 ORDER BY `program_id`, `subprogram_id`;
INSERT INTO `ed_projection` (`scenario_id`, `year`, `site_id`, `ed_subservice`, `projected_volumes`, `period_date`) SELECT `scenario_id`, `year`, `site_id`, `ed_subservice`, `projected_volumes`, `period_date` FROM `_load_ed_projection` WHERE @complete = 1 ORDER BY `scenario_id`, `year`, `site_id`, `ed_subservice`;
INSERT INTO `ed_baseline_rates` (`lha_id`, `age_group`, `gender`, `ed_subservice`, `baserate_per_1000`) SELECT `lha_id`, `age_group`, `gender`, `ed_subservice`, `baserate_per_1000` FROM `_load_ed_baseline_rates` WHERE @complete = 1 ORDER BY `lha_id`, `age_group`, `gender`, `ed_subservice`;
INSERT INTO `patients` (`patient_id`, `lha_id`, `facility_home_id`, `age_group`, `gender`, `dob`, `primary_ed_subservice`, `expected_ed_rate`, `ed_visits_year`, `sampling_weight`) SELECT `patient_id`, `lha_id`, `facility_home_id`, `age_group`, `gender`, `dob`, `primary_ed_subservice`, `expected_ed_rate`, `ed_visits_year`, `sampling_weight` FROM `_load_patients` WHERE @complete = 1 ORDER BY `patient_id`;
INSERT INTO `population_projection` (`year`, `lha_id`, `age_group`, `gender`, `population`, `period_date`) SELECT `year`, `lha_id`, `age_group`, `gender`, `population`, `period_date` FROM `_load_population_projection` WHERE @complete = 1 ORDER BY `year`, `lha_id`, `age_group`, `gender`;
INSERT INTO `program_coverage` (`site_id`, `program_id`, `subprogram_id`, `subprogram_key`) SELECT `site_id`, `program_id`, `subprogram_id`, `subprogram_key` FROM `_load_program_coverage` WHERE @complete = 1 ORDER BY `site_id`, `program_id`, `subprogram_id`;
INSERT INTO `ed_encounters` (`encounter_id`, `patient_id`, `facility_id`, `ed_subservice`, `arrival_ts`, `acuity`, `dispo`, `arrival_date`, `departure_ts`) SELECT `encounter_id`, `patient_id`, `facility_id`, `ed_subservice`, `arrival_ts`, `acuity`, `dispo`, `arrival_date`, `departure_ts` FROM `_load_ed_encounters` WHERE @complete = 1 ORDER BY `encounter_id`;
INSERT INTO `ip_stays` (`stay_id`, `patient_id`, `facility_id`, `program_id`, `subprogram_id`, `admit_ts`, `discharge_ts`, `los_days`, `alc_flag`, `subprogram_key`, `admit_date`, `alc_days`, `admit_route`, `ed_encounter_id`, `transfer_from_stay_id`) SELECT `stay_id`, `patient_id`, `facility_id`, `program_id`, `subprogram_id`, `admit_ts`, `discharge_ts`, `los_days`, `alc_flag`, `subprogram_key`, `admit_date`, `alc_days`, `admit_route`, `ed_encounter_id`, `transfer_from_stay_id` FROM `_load_ip_stays` WHERE @complete = 1 ORDER BY `stay_id`;
INSERT INTO `dataset_contents` (`table_name`, `row_count`, `digest`, `made_from`, `dataset_id`) SELECT `table_name`, `row_count`, `digest`, `made_from`, `dataset_id` FROM `_load_dataset_contents` WHERE @complete = 1 ORDER BY `table_name`;
INSERT INTO `dataset_manifest` (`dataset_id`, `seed`, `config_hash`, `package_version`, `reference_date`, `start_year`, `years`, `patients`, `population`, `sampling_weight`, `with_ed`, `with_ip`, `disclaimer`, `without_tables`) SELECT `dataset_id`, `seed`, `config_hash`, `package_version`, `reference_date`, `start_year`, `years`, `patients`, `population`, `sampling_weight`, `with_ed`, `with_ip`, `disclaimer`, `without_tables` FROM `_load_dataset_manifest` WHERE @complete = 1 ORDER BY `dataset_id`;
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'dim_age_group');
SET @stored = @stored + ((SELECT COUNT(*) FROM `dim_age_group`) = @rows AND (SELECT COUNT(*)
  FROM `dim_age_group` t JOIN `_load_dim_age_group` s ON t.`age_group` = s.`age_group` AND (CAST(t.`age_group` AS BINARY) <=> CAST(s.`age_group` AS BINARY)) AND (t.`age_group_order` <=> s.`age_group_order`) AND (t.`first_age` <=> s.`first_age`) AND (t.`last_age` <=> s.`last_age`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'dim_date');
SET @stored = @stored + ((SELECT COUNT(*) FROM `dim_date`) = @rows AND (SELECT COUNT(*)
  FROM `dim_date` t JOIN `_load_dim_date` s ON t.`date` = s.`date` AND (t.`date` <=> s.`date`) AND (t.`year` <=> s.`year`) AND (t.`quarter` <=> s.`quarter`) AND (t.`month` <=> s.`month`) AND (CAST(t.`month_name` AS BINARY) <=> CAST(s.`month_name` AS BINARY)) AND (t.`day` <=> s.`day`) AND (t.`iso_year` <=> s.`iso_year`) AND (t.`iso_week` <=> s.`iso_week`) AND (t.`day_of_week` <=> s.`day_of_week`) AND (CAST(t.`day_name` AS BINARY) <=> CAST(s.`day_name` AS BINARY)) AND (t.`is_weekend` <=> s.`is_weekend`) AND (t.`is_holiday` <=> s.`is_holiday`) AND (CAST(t.`holiday_name` AS BINARY) <=> CAST(s.`holiday_name` AS BINARY)) AND (CAST(t.`fiscal_year` AS BINARY) <=> CAST(s.`fiscal_year` AS BINARY)) AND (t.`fiscal_quarter` <=> s.`fiscal_quarter`) AND (t.`fiscal_month` <=> s.`fiscal_month`) AND (t.`fiscal_period` <=> s.`fiscal_period`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'dim_ed_subservice');
SET @stored = @stored + ((SELECT COUNT(*) FROM `dim_ed_subservice`) = @rows AND (SELECT COUNT(*)
  FROM `dim_ed_subservice` t JOIN `_load_dim_ed_subservice` s ON t.`ed_subservice` = s.`ed_subservice` AND (CAST(t.`ed_subservice` AS BINARY) <=> CAST(s.`ed_subservice` AS BINARY)) AND (t.`ed_subservice_order` <=> s.`ed_subservice_order`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'dim_gender');
SET @stored = @stored + ((SELECT COUNT(*) FROM `dim_gender`) = @rows AND (SELECT COUNT(*)
  FROM `dim_gender` t JOIN `_load_dim_gender` s ON t.`gender` = s.`gender` AND (CAST(t.`gender` AS BINARY) <=> CAST(s.`gender` AS BINARY)) AND (t.`gender_order` <=> s.`gender_order`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'dim_program');
SET @stored = @stored + ((SELECT COUNT(*) FROM `dim_program`) = @rows AND (SELECT COUNT(*)
  FROM `dim_program` t JOIN `_load_dim_program` s ON t.`program_id` = s.`program_id` AND (t.`program_id` <=> s.`program_id`) AND (CAST(t.`program_name` AS BINARY) <=> CAST(s.`program_name` AS BINARY))) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'dim_scenario');
SET @stored = @stored + ((SELECT COUNT(*) FROM `dim_scenario`) = @rows AND (SELECT COUNT(*)
  FROM `dim_scenario` t JOIN `_load_dim_scenario` s ON t.`scenario_id` = s.`scenario_id` AND (t.`scenario_id` <=> s.`scenario_id`) AND (CAST(t.`scenario_name` AS BINARY) <=> CAST(s.`scenario_name` AS BINARY)) AND (t.`growth_multiplier` <=> s.`growth_multiplier`) AND (t.`ed_rate_multiplier` <=> s.`ed_rate_multiplier`) AND (t.`admission_multiplier` <=> s.`admission_multiplier`) AND (t.`los_multiplier` <=> s.`los_multiplier`) AND (t.`alc_multiplier` <=> s.`alc_multiplier`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'dim_site');
SET @stored = @stored + ((SELECT COUNT(*) FROM `dim_site`) = @rows AND (SELECT COUNT(*)
  FROM `dim_site` t JOIN `_load_dim_site` s ON t.`site_id` = s.`site_id` AND (t.`site_id` <=> s.`site_id`) AND (CAST(t.`site_code` AS BINARY) <=> CAST(s.`site_code` AS BINARY)) AND (CAST(t.`site_name` AS BINARY) <=> CAST(s.`site_name` AS BINARY)) AND (CAST(t.`site_type` AS BINARY) <=> CAST(s.`site_type` AS BINARY))) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'dim_lha');
SET @stored = @stored + ((SELECT COUNT(*) FROM `dim_lha`) = @rows AND (SELECT COUNT(*)
  FROM `dim_lha` t JOIN `_load_dim_lha` s ON t.`lha_id` = s.`lha_id` AND (t.`lha_id` <=> s.`lha_id`) AND (CAST(t.`lha_name` AS BINARY) <=> CAST(s.`lha_name` AS BINARY)) AND (t.`default_site_id` <=> s.`default_site_id`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'dim_subprogram');
SET @stored = @stored + ((SELECT COUNT(*) FROM `dim_subprogram`) = @rows AND (SELECT COUNT(*)
  FROM `dim_subprogram` t JOIN `_load_dim_subprogram` s ON t.`program_id` = s.`program_id` AND t.`subprogram_id` = s.`subprogram_id` AND (t.`program_id` <=> s.`program_id`) AND (t.`subprogram_id` <=> s.`subprogram_id`) AND (CAST(t.`subprogram_name` AS BINARY) <=> CAST(s.`subprogram_name` AS BINARY)) AND (t.`subprogram_key` <=> s.`subprogram_key`) AND (CAST(t.`care_setting` AS BINARY) <=> CAST(s.`care_setting` AS BINARY))) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'ed_projection');
SET @stored = @stored + ((SELECT COUNT(*) FROM `ed_projection`) = @rows AND (SELECT COUNT(*)
  FROM `ed_projection` t JOIN `_load_ed_projection` s ON t.`scenario_id` = s.`scenario_id` AND t.`year` = s.`year` AND t.`site_id` = s.`site_id` AND t.`ed_subservice` = s.`ed_subservice` AND (t.`scenario_id` <=> s.`scenario_id`) AND (t.`year` <=> s.`year`) AND (t.`site_id` <=> s.`site_id`) AND (CAST(t.`ed_subservice` AS BINARY) <=> CAST(s.`ed_subservice` AS BINARY)) AND (t.`projected_volumes` <=> s.`projected_volumes`) AND (t.`period_date` <=> s.`period_date`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'ed_baseline_rates');
SET @stored = @stored + ((SELECT COUNT(*) FROM `ed_baseline_rates`) = @rows AND (SELECT COUNT(*)
  FROM `ed_baseline_rates` t JOIN `_load_ed_baseline_rates` s ON t.`lha_id` = s.`lha_id` AND t.`age_group` = s.`age_group` AND t.`gender` = s.`gender` AND t.`ed_subservice` = s.`ed_subservice` AND (t.`lha_id` <=> s.`lha_id`) AND (CAST(t.`age_group` AS BINARY) <=> CAST(s.`age_group` AS BINARY)) AND (CAST(t.`gender` AS BINARY) <=> CAST(s.`gender` AS BINARY)) AND (CAST(t.`ed_subservice` AS BINARY) <=> CAST(s.`ed_subservice` AS BINARY)) AND (t.`baserate_per_1000` <=> s.`baserate_per_1000`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'patients');
SET @stored = @stored + ((SELECT COUNT(*) FROM `patients`) = @rows AND (SELECT COUNT(*)
  FROM `patients` t JOIN `_load_patients` s ON t.`patient_id` = s.`patient_id` AND (CAST(t.`patient_id` AS BINARY) <=> CAST(s.`patient_id` AS BINARY)) AND (t.`lha_id` <=> s.`lha_id`) AND (t.`facility_home_id` <=> s.`facility_home_id`) AND (CAST(t.`age_group` AS BINARY) <=> CAST(s.`age_group` AS BINARY)) AND (CAST(t.`gender` AS BINARY) <=> CAST(s.`gender` AS BINARY)) AND (t.`dob` <=> s.`dob`) AND (CAST(t.`primary_ed_subservice` AS BINARY) <=> CAST(s.`primary_ed_subservice` AS BINARY)) AND (t.`expected_ed_rate` <=> s.`expected_ed_rate`) AND (t.`ed_visits_year` <=> s.`ed_visits_year`) AND (t.`sampling_weight` <=> s.`sampling_weight`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'population_projection');
SET @stored = @stored + ((SELECT COUNT(*) FROM `population_projection`) = @rows AND (SELECT COUNT(*)
  FROM `population_projection` t JOIN `_load_population_projection` s ON t.`year` = s.`year` AND t.`lha_id` = s.`lha_id` AND t.`age_group` = s.`age_group` AND t.`gender` = s.`gender` AND (t.`year` <=> s.`year`) AND (t.`lha_id` <=> s.`lha_id`) AND (CAST(t.`age_group` AS BINARY) <=> CAST(s.`age_group` AS BINARY)) AND (CAST(t.`gender` AS BINARY) <=> CAST(s.`gender` AS BINARY)) AND (t.`population` <=> s.`population`) AND (t.`period_date` <=> s.`period_date`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'program_coverage');
SET @stored = @stored + ((SELECT COUNT(*) FROM `program_coverage`) = @rows AND (SELECT COUNT(*)
  FROM `program_coverage` t JOIN `_load_program_coverage` s ON t.`site_id` = s.`site_id` AND t.`program_id` = s.`program_id` AND t.`subprogram_id` = s.`subprogram_id` AND (t.`site_id` <=> s.`site_id`) AND (t.`program_id` <=> s.`program_id`) AND (t.`subprogram_id` <=> s.`subprogram_id`) AND (t.`subprogram_key` <=> s.`subprogram_key`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'ed_encounters');
SET @stored = @stored + ((SELECT COUNT(*) FROM `ed_encounters`) = @rows AND (SELECT COUNT(*)
  FROM `ed_encounters` t JOIN `_load_ed_encounters` s ON t.`encounter_id` = s.`encounter_id` AND (t.`encounter_id` <=> s.`encounter_id`) AND (CAST(t.`patient_id` AS BINARY) <=> CAST(s.`patient_id` AS BINARY)) AND (t.`facility_id` <=> s.`facility_id`) AND (CAST(t.`ed_subservice` AS BINARY) <=> CAST(s.`ed_subservice` AS BINARY)) AND (t.`arrival_ts` <=> s.`arrival_ts`) AND (t.`acuity` <=> s.`acuity`) AND (CAST(t.`dispo` AS BINARY) <=> CAST(s.`dispo` AS BINARY)) AND (t.`arrival_date` <=> s.`arrival_date`) AND (t.`departure_ts` <=> s.`departure_ts`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'ip_stays');
SET @stored = @stored + ((SELECT COUNT(*) FROM `ip_stays`) = @rows AND (SELECT COUNT(*)
  FROM `ip_stays` t JOIN `_load_ip_stays` s ON t.`stay_id` = s.`stay_id` AND (t.`stay_id` <=> s.`stay_id`) AND (CAST(t.`patient_id` AS BINARY) <=> CAST(s.`patient_id` AS BINARY)) AND (t.`facility_id` <=> s.`facility_id`) AND (t.`program_id` <=> s.`program_id`) AND (t.`subprogram_id` <=> s.`subprogram_id`) AND (t.`admit_ts` <=> s.`admit_ts`) AND (t.`discharge_ts` <=> s.`discharge_ts`) AND (t.`los_days` <=> s.`los_days`) AND (t.`alc_flag` <=> s.`alc_flag`) AND (t.`subprogram_key` <=> s.`subprogram_key`) AND (t.`admit_date` <=> s.`admit_date`) AND (t.`alc_days` <=> s.`alc_days`) AND (CAST(t.`admit_route` AS BINARY) <=> CAST(s.`admit_route` AS BINARY)) AND (t.`ed_encounter_id` <=> s.`ed_encounter_id`) AND (t.`transfer_from_stay_id` <=> s.`transfer_from_stay_id`)) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'dataset_contents');
SET @stored = @stored + ((SELECT COUNT(*) FROM `dataset_contents`) = @rows AND (SELECT COUNT(*)
  FROM `dataset_contents` t JOIN `_load_dataset_contents` s ON t.`table_name` = s.`table_name` AND (CAST(t.`table_name` AS BINARY) <=> CAST(s.`table_name` AS BINARY)) AND (t.`row_count` <=> s.`row_count`) AND (CAST(t.`digest` AS BINARY) <=> CAST(s.`digest` AS BINARY)) AND (CAST(t.`made_from` AS BINARY) <=> CAST(s.`made_from` AS BINARY)) AND (CAST(t.`dataset_id` AS BINARY) <=> CAST(s.`dataset_id` AS BINARY))) = @rows);
SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = 'dataset_manifest');
SET @stored = @stored + ((SELECT COUNT(*) FROM `dataset_manifest`) = @rows AND (SELECT COUNT(*)
  FROM `dataset_manifest` t JOIN `_load_dataset_manifest` s ON t.`dataset_id` = s.`dataset_id` AND (CAST(t.`dataset_id` AS BINARY) <=> CAST(s.`dataset_id` AS BINARY)) AND (t.`seed` <=> s.`seed`) AND (CAST(t.`config_hash` AS BINARY) <=> CAST(s.`config_hash` AS BINARY)) AND (CAST(t.`package_version` AS BINARY) <=> CAST(s.`package_version` AS BINARY)) AND (t.`reference_date` <=> s.`reference_date`) AND (t.`start_year` <=> s.`start_year`) AND (t.`years` <=> s.`years`) AND (t.`patients` <=> s.`patients`) AND (t.`population` <=> s.`population`) AND (t.`sampling_weight` <=> s.`sampling_weight`) AND (t.`with_ed` <=> s.`with_ed`) AND (t.`with_ip` <=> s.`with_ip`) AND (CAST(t.`disclaimer` AS BINARY) <=> CAST(s.`disclaimer` AS BINARY)) AND (CAST(t.`without_tables` AS BINARY) <=> CAST(s.`without_tables` AS BINARY))) = @rows);
REPLACE INTO `stored_tables` SELECT l.`table_name`, l.`row_count`, c.`digest`, c.`made_from`
  FROM `_loaded` l LEFT JOIN `dataset_contents` c ON c.`table_name` = l.`table_name` WHERE @complete = 1;
SET @same = (SELECT COUNT(*) FROM `dataset_contents` c JOIN `_load_dataset_contents` l
  ON l.`table_name` = c.`table_name` AND l.`row_count` = c.`row_count` AND l.`digest` = c.`digest`);

SET @whole = COALESCE(@complete = 1 AND @stored = 18 AND @same = @listed, 0);
SET @finish = IF(@whole = 1, 'COMMIT', 'DO 0');
PREPARE finish FROM @finish;
EXECUTE finish;
DEALLOCATE PREPARE finish;
ROLLBACK;
SET SESSION autocommit = 1;
DO RELEASE_LOCK(@lock);
SET @step = IF(@whole = 1, 'DO 0', 'SELECT * FROM `the tables are as before, nothing was loaded`');
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
