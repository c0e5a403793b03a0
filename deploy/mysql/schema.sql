-- Made from lm_synth_assets/schema/ by `make docs`: do not edit.
CREATE TABLE IF NOT EXISTS `dim_age_group` (
  `age_group` VARCHAR(16) NOT NULL COMMENT 'Age group',
  `age_group_order` INTEGER NOT NULL COMMENT 'Position from youngest to oldest',
  `first_age` INTEGER NOT NULL COMMENT 'First age of the group (years)',
  `last_age` INTEGER NOT NULL COMMENT 'Last age of the group (years)',
  PRIMARY KEY (`age_group`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='The age groups';

CREATE TABLE IF NOT EXISTS `dim_date` (
  `date` DATE NOT NULL COMMENT 'Calendar day',
  `year` INTEGER NOT NULL COMMENT 'Calendar year',
  `quarter` INTEGER NOT NULL COMMENT 'Calendar quarter',
  `month` INTEGER NOT NULL COMMENT 'Calendar month',
  `month_name` VARCHAR(16) NOT NULL COMMENT 'Month name',
  `day` INTEGER NOT NULL COMMENT 'Day of the month',
  `iso_year` INTEGER NOT NULL COMMENT 'ISO 8601 week-numbering year',
  `iso_week` INTEGER NOT NULL COMMENT 'ISO 8601 week',
  `day_of_week` INTEGER NOT NULL COMMENT 'ISO 8601 weekday, 1 = Monday',
  `day_name` VARCHAR(16) NOT NULL COMMENT 'Weekday name',
  `is_weekend` TINYINT(1) NOT NULL COMMENT 'Saturday or Sunday',
  `is_holiday` TINYINT(1) NOT NULL COMMENT 'Statutory holiday in British Columbia',
  `holiday_name` VARCHAR(64) NULL COMMENT 'Name of the statutory holiday',
  `fiscal_year` VARCHAR(8) NOT NULL COMMENT 'Fiscal year from 1 April, such as 2025/26',
  `fiscal_quarter` INTEGER NOT NULL COMMENT 'Fiscal quarter, 1 = April to June',
  `fiscal_month` INTEGER NOT NULL COMMENT 'Fiscal month, 1 = April',
  `fiscal_period` INTEGER NOT NULL COMMENT 'Fiscal period of four weeks, 1 starts on 1 April',
  PRIMARY KEY (`date`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Every day of the horizon and of the years before and after it';

CREATE TABLE IF NOT EXISTS `dim_ed_subservice` (
  `ed_subservice` VARCHAR(48) NOT NULL COMMENT 'ED subservice',
  `ed_subservice_order` INTEGER NOT NULL COMMENT 'Position in lists',
  PRIMARY KEY (`ed_subservice`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='The ED subservices';

CREATE TABLE IF NOT EXISTS `dim_gender` (
  `gender` ENUM('Female','Male','Other') NOT NULL COMMENT 'Gender',
  `gender_order` INTEGER NOT NULL COMMENT 'Position in lists',
  PRIMARY KEY (`gender`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='The genders';

CREATE TABLE IF NOT EXISTS `dim_program` (
  `program_id` INTEGER NOT NULL COMMENT 'Program number',
  `program_name` VARCHAR(128) NOT NULL COMMENT 'Clinical program',
  PRIMARY KEY (`program_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='The clinical programs';

CREATE TABLE IF NOT EXISTS `dim_scenario` (
  `scenario_id` INTEGER NOT NULL COMMENT 'Scenario number, 1 = baseline',
  `scenario_name` VARCHAR(128) NOT NULL COMMENT 'Scenario',
  `growth_multiplier` DECIMAL(8, 4) NOT NULL COMMENT 'Factor on population growth',
  `ed_rate_multiplier` DECIMAL(8, 4) NOT NULL COMMENT 'Factor on ED rates',
  `admission_multiplier` DECIMAL(8, 4) NOT NULL COMMENT 'Factor on admission rates',
  `los_multiplier` DECIMAL(8, 4) NOT NULL COMMENT 'Factor on length of stay',
  `alc_multiplier` DECIMAL(8, 4) NOT NULL COMMENT 'Factor on ALC probability',
  PRIMARY KEY (`scenario_id`),
  UNIQUE KEY `scenario_name` (`scenario_name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='What-if scenarios as multipliers on the baseline';

CREATE TABLE IF NOT EXISTS `dim_site` (
  `site_id` INTEGER NOT NULL AUTO_INCREMENT COMMENT 'Site number',
  `site_code` VARCHAR(16) NOT NULL COMMENT 'Site code',
  `site_name` VARCHAR(128) NOT NULL COMMENT 'Fictional facility name',
  `site_type` VARCHAR(16) NOT NULL COMMENT 'Size and role of the site',
  PRIMARY KEY (`site_id`),
  UNIQUE KEY `site_code` (`site_code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='The facilities';

CREATE TABLE IF NOT EXISTS `dim_lha` (
  `lha_id` INTEGER NOT NULL AUTO_INCREMENT COMMENT 'Local health area number',
  `lha_name` VARCHAR(128) NOT NULL COMMENT 'Fictional local health area',
  `default_site_id` INTEGER NOT NULL COMMENT 'The site that serves the area by default',
  PRIMARY KEY (`lha_id`),
  UNIQUE KEY `lha_name` (`lha_name`),
  CONSTRAINT `fk_lha_site` FOREIGN KEY (`default_site_id`) REFERENCES `dim_site` (`site_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='The local health areas (LHA)';

CREATE TABLE IF NOT EXISTS `dim_subprogram` (
  `program_id` INTEGER NOT NULL COMMENT 'Program number',
  `subprogram_id` INTEGER NOT NULL COMMENT 'Subprogram number within its program',
  `subprogram_name` VARCHAR(128) NOT NULL COMMENT 'Clinical subprogram',
  `subprogram_key` INTEGER NOT NULL COMMENT 'program_id * 100 + subprogram_id, unique by itself',
  `care_setting` VARCHAR(16) NOT NULL COMMENT 'Where its care is recorded',
  PRIMARY KEY (`program_id`, `subprogram_id`),
  UNIQUE KEY `subprogram_key` (`subprogram_key`),
  CONSTRAINT `fk_subprog_prog` FOREIGN KEY (`program_id`) REFERENCES `dim_program` (`program_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='The three subprograms of each program';

CREATE TABLE IF NOT EXISTS `ed_projection` (
  `scenario_id` INTEGER NOT NULL COMMENT 'Scenario number, 1 = baseline',
  `year` INTEGER NOT NULL COMMENT 'Calendar year',
  `site_id` INTEGER NOT NULL COMMENT 'Default site of the residents'' areas',
  `ed_subservice` VARCHAR(48) NOT NULL COMMENT 'ED subservice',
  `projected_volumes` DECIMAL(16, 5) NOT NULL COMMENT 'Projected visits per year, all residents',
  `period_date` DATE NOT NULL COMMENT '1 January of the year',
  PRIMARY KEY (`scenario_id`, `year`, `site_id`, `ed_subservice`),
  CONSTRAINT `fk_edp_date` FOREIGN KEY (`period_date`) REFERENCES `dim_date` (`date`),
  CONSTRAINT `fk_edp_scenario` FOREIGN KEY (`scenario_id`) REFERENCES `dim_scenario` (`scenario_id`),
  CONSTRAINT `fk_edp_site` FOREIGN KEY (`site_id`) REFERENCES `dim_site` (`site_id`),
  CONSTRAINT `fk_edp_sub` FOREIGN KEY (`ed_subservice`) REFERENCES `dim_ed_subservice` (`ed_subservice`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Population times rate by scenario, year, catchment site and ED subservice';

CREATE TABLE IF NOT EXISTS `ed_baseline_rates` (
  `lha_id` INTEGER NOT NULL COMMENT 'Local health area number',
  `age_group` VARCHAR(16) NOT NULL COMMENT 'Age group at the reference date',
  `gender` ENUM('Female','Male','Other') NOT NULL COMMENT 'Gender',
  `ed_subservice` VARCHAR(48) NOT NULL COMMENT 'ED subservice',
  `baserate_per_1000` DECIMAL(8, 2) NOT NULL COMMENT 'Visits per 1,000 persons per year',
  PRIMARY KEY (`lha_id`, `age_group`, `gender`, `ed_subservice`),
  CONSTRAINT `fk_rates_age` FOREIGN KEY (`age_group`) REFERENCES `dim_age_group` (`age_group`),
  CONSTRAINT `fk_rates_gender` FOREIGN KEY (`gender`) REFERENCES `dim_gender` (`gender`),
  CONSTRAINT `fk_rates_lha` FOREIGN KEY (`lha_id`) REFERENCES `dim_lha` (`lha_id`),
  CONSTRAINT `fk_rates_sub` FOREIGN KEY (`ed_subservice`) REFERENCES `dim_ed_subservice` (`ed_subservice`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='True ED visit rates of the base year';

CREATE TABLE IF NOT EXISTS `patients` (
  `patient_id` VARCHAR(24) NOT NULL COMMENT 'Patient number, P and seven digits',
  `lha_id` INTEGER NOT NULL COMMENT 'Local health area of residence',
  `facility_home_id` INTEGER NOT NULL COMMENT 'The site where the patient goes for care',
  `age_group` VARCHAR(16) NOT NULL COMMENT 'Age group at the reference date',
  `gender` ENUM('Female','Male','Other') NOT NULL COMMENT 'Gender',
  `dob` DATE NOT NULL COMMENT 'Date of birth',
  `primary_ed_subservice` VARCHAR(48) NOT NULL COMMENT 'The ED subservice that the patient uses or would use most',
  `expected_ed_rate` DECIMAL(8, 4) NOT NULL COMMENT 'Expected ED visits per year, frailty included',
  `ed_visits_year` INTEGER NOT NULL COMMENT 'ED visits in the reference year',
  `sampling_weight` DECIMAL(12, 4) NOT NULL COMMENT 'Residents that the patient stands for (persons)',
  PRIMARY KEY (`patient_id`),
  CONSTRAINT `fk_pat_age` FOREIGN KEY (`age_group`) REFERENCES `dim_age_group` (`age_group`),
  CONSTRAINT `fk_pat_gender` FOREIGN KEY (`gender`) REFERENCES `dim_gender` (`gender`),
  CONSTRAINT `fk_pat_lha` FOREIGN KEY (`lha_id`) REFERENCES `dim_lha` (`lha_id`),
  CONSTRAINT `fk_pat_site` FOREIGN KEY (`facility_home_id`) REFERENCES `dim_site` (`site_id`),
  CONSTRAINT `fk_pat_sub` FOREIGN KEY (`primary_ed_subservice`) REFERENCES `dim_ed_subservice` (`ed_subservice`),
  INDEX `idx_pat_lha` (`lha_id`),
  INDEX `idx_pat_site` (`facility_home_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A stratified sample of the residents at the reference date';

CREATE TABLE IF NOT EXISTS `population_projection` (
  `year` INTEGER NOT NULL COMMENT 'Calendar year',
  `lha_id` INTEGER NOT NULL COMMENT 'Local health area number',
  `age_group` VARCHAR(16) NOT NULL COMMENT 'Age group at the reference date',
  `gender` ENUM('Female','Male','Other') NOT NULL COMMENT 'Gender',
  `population` INTEGER NOT NULL COMMENT 'Residents on 1 January (persons)',
  `period_date` DATE NOT NULL COMMENT '1 January of the year',
  PRIMARY KEY (`year`, `lha_id`, `age_group`, `gender`),
  CONSTRAINT `fk_pop_age` FOREIGN KEY (`age_group`) REFERENCES `dim_age_group` (`age_group`),
  CONSTRAINT `fk_pop_date` FOREIGN KEY (`period_date`) REFERENCES `dim_date` (`date`),
  CONSTRAINT `fk_pop_gender` FOREIGN KEY (`gender`) REFERENCES `dim_gender` (`gender`),
  CONSTRAINT `fk_pop_lha` FOREIGN KEY (`lha_id`) REFERENCES `dim_lha` (`lha_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Residents by year, LHA, age group and gender';

CREATE TABLE IF NOT EXISTS `program_coverage` (
  `site_id` INTEGER NOT NULL COMMENT 'Site number',
  `program_id` INTEGER NOT NULL COMMENT 'Program number',
  `subprogram_id` INTEGER NOT NULL COMMENT 'Subprogram number within its program',
  `subprogram_key` INTEGER NOT NULL COMMENT 'program_id * 100 + subprogram_id',
  PRIMARY KEY (`site_id`, `program_id`, `subprogram_id`),
  CONSTRAINT `fk_cov_site` FOREIGN KEY (`site_id`) REFERENCES `dim_site` (`site_id`),
  CONSTRAINT `fk_cov_subprog` FOREIGN KEY (`program_id`, `subprogram_id`) REFERENCES `dim_subprogram` (`program_id`, `subprogram_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='The subprograms that each site offers';

CREATE TABLE IF NOT EXISTS `ed_encounters` (
  `encounter_id` BIGINT NOT NULL AUTO_INCREMENT COMMENT 'Encounter number, in order of arrival',
  `patient_id` VARCHAR(24) NOT NULL COMMENT 'Patient number',
  `facility_id` INTEGER NOT NULL COMMENT 'The site of the visit',
  `ed_subservice` VARCHAR(48) NOT NULL COMMENT 'ED subservice',
  `arrival_ts` DATETIME NOT NULL COMMENT 'Arrival, local clock',
  `acuity` TINYINT NULL COMMENT 'Triage level, 1 = resuscitation to 5 = non-urgent',
  `dispo` VARCHAR(32) NULL COMMENT 'Disposition',
  `arrival_date` DATE NOT NULL COMMENT 'Day of arrival',
  `departure_ts` DATETIME NOT NULL COMMENT 'Departure from the ED, local clock',
  PRIMARY KEY (`encounter_id`),
  CONSTRAINT `fk_ed_date` FOREIGN KEY (`arrival_date`) REFERENCES `dim_date` (`date`),
  CONSTRAINT `fk_ed_pat` FOREIGN KEY (`patient_id`) REFERENCES `patients` (`patient_id`),
  CONSTRAINT `fk_ed_site` FOREIGN KEY (`facility_id`) REFERENCES `dim_site` (`site_id`),
  CONSTRAINT `fk_ed_sub` FOREIGN KEY (`ed_subservice`) REFERENCES `dim_ed_subservice` (`ed_subservice`),
  INDEX `idx_ed_patient` (`patient_id`),
  INDEX `idx_ed_arrival` (`arrival_ts`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='ED visits of the reference year';

CREATE TABLE IF NOT EXISTS `ip_stays` (
  `stay_id` BIGINT NOT NULL AUTO_INCREMENT COMMENT 'Stay number, in order of admission',
  `patient_id` VARCHAR(24) NOT NULL COMMENT 'Patient number',
  `facility_id` INTEGER NOT NULL COMMENT 'The site of the stay',
  `program_id` INTEGER NOT NULL COMMENT 'Program number',
  `subprogram_id` INTEGER NOT NULL COMMENT 'Subprogram number within its program',
  `admit_ts` DATETIME NOT NULL COMMENT 'Admission to the bed, local clock',
  `discharge_ts` DATETIME NULL COMMENT 'Discharge from the bed, local clock',
  `los_days` DECIMAL(6, 2) NOT NULL COMMENT 'Length of stay, ALC included (days)',
  `alc_flag` TINYINT(1) NOT NULL DEFAULT 0 COMMENT 'Part of the stay was alternate level of care (ALC)',
  `subprogram_key` INTEGER NOT NULL COMMENT 'program_id * 100 + subprogram_id',
  `admit_date` DATE NOT NULL COMMENT 'Day of admission',
  `alc_days` DECIMAL(6, 2) NOT NULL COMMENT 'Days of alternate level of care at the end of the stay (days)',
  `admit_route` VARCHAR(16) NOT NULL COMMENT 'How the stay began',
  `ed_encounter_id` BIGINT NULL COMMENT 'The ED encounter that led to the stay',
  `transfer_from_stay_id` BIGINT NULL COMMENT 'The stay that this one continues',
  PRIMARY KEY (`stay_id`),
  CONSTRAINT `fk_ip_date` FOREIGN KEY (`admit_date`) REFERENCES `dim_date` (`date`),
  CONSTRAINT `fk_ip_ed` FOREIGN KEY (`ed_encounter_id`) REFERENCES `ed_encounters` (`encounter_id`),
  CONSTRAINT `fk_ip_from` FOREIGN KEY (`transfer_from_stay_id`) REFERENCES `ip_stays` (`stay_id`),
  CONSTRAINT `fk_ip_pat` FOREIGN KEY (`patient_id`) REFERENCES `patients` (`patient_id`),
  CONSTRAINT `fk_ip_prog` FOREIGN KEY (`program_id`) REFERENCES `dim_program` (`program_id`),
  CONSTRAINT `fk_ip_site` FOREIGN KEY (`facility_id`) REFERENCES `dim_site` (`site_id`),
  CONSTRAINT `fk_ip_subprog` FOREIGN KEY (`program_id`, `subprogram_id`) REFERENCES `dim_subprogram` (`program_id`, `subprogram_id`),
  INDEX `idx_ip_patient` (`patient_id`),
  INDEX `idx_ip_admit` (`admit_ts`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Inpatient stays that began in the reference year or were under way at its start';

CREATE TABLE IF NOT EXISTS `dataset_contents` (
  `table_name` VARCHAR(64) NOT NULL COMMENT 'Table of the data set',
  `row_count` BIGINT NOT NULL COMMENT 'Rows of the table',
  `digest` VARCHAR(32) NOT NULL COMMENT 'Digest of all values of the table, whatever their order (docs/digest.md)',
  `made_from` VARCHAR(64) NULL COMMENT 'SHA-256 of what the table was made from: version, configuration, other tables; null: unknown',
  `dataset_id` VARCHAR(64) NULL COMMENT 'The data set that the table belongs to; null: it was made from something else than that one',
  PRIMARY KEY (`table_name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='What lies in each table of this data set, and what it was made from';

CREATE TABLE IF NOT EXISTS `dataset_manifest` (
  `dataset_id` VARCHAR(64) NOT NULL COMMENT 'SHA-256 of the fields of the run, config_hash, package_version and without_tables',
  `seed` BIGINT NOT NULL COMMENT 'Seed of the random streams',
  `config_hash` VARCHAR(64) NOT NULL COMMENT 'SHA-256 of the effective configuration',
  `package_version` VARCHAR(32) NOT NULL COMMENT 'Version of lm_synth_assets',
  `reference_date` DATE NOT NULL COMMENT 'The day that ages and residents refer to',
  `start_year` INTEGER NOT NULL COMMENT 'First year of the projection; the year of the encounters',
  `years` INTEGER NOT NULL COMMENT 'Years of projection',
  `patients` INTEGER NOT NULL COMMENT 'Patients in the sample',
  `population` INTEGER NOT NULL COMMENT 'Residents at the reference date (persons)',
  `sampling_weight` DECIMAL(12, 4) NOT NULL COMMENT 'Residents that one patient stands for (persons)',
  `with_ed` TINYINT(1) NOT NULL COMMENT 'ED encounters belong to the data set',
  `with_ip` TINYINT(1) NOT NULL COMMENT 'Inpatient stays belong to the data set',
  `disclaimer` VARCHAR(255) NOT NULL COMMENT 'What this data may be used for',
  `without_tables` VARCHAR(512) NULL COMMENT 'Tables that were not made, although every run makes them; null: none, the data set is whole',
  PRIMARY KEY (`dataset_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='What this data set is and how to make it again';

CREATE TABLE IF NOT EXISTS `stored_tables` (
  `table_name` VARCHAR(64) NOT NULL COMMENT 'Table',
  `row_count` BIGINT NOT NULL COMMENT 'Rows when it was last stored whole',
  `digest` VARCHAR(32) NULL COMMENT 'Digest of all its values at that time',
  `made_from` VARCHAR(64) NULL COMMENT 'Version of its data; null: not known',
  PRIMARY KEY (`table_name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Which tables have been stored: one without rows may still be complete';

CREATE TABLE IF NOT EXISTS `writing_run` (
  `lock_name` VARCHAR(64) NOT NULL COMMENT 'Lock of the server that the run holds',
  `connection_id` BIGINT NOT NULL COMMENT 'Connection that holds the lock',
  `command` VARCHAR(200) NOT NULL COMMENT 'Command or Dagster run',
  `run` VARCHAR(64) NOT NULL COMMENT 'Identifier of the run',
  `pid` INTEGER NOT NULL COMMENT 'Process number',
  `host` VARCHAR(255) NOT NULL COMMENT 'Machine of the process',
  `since` VARCHAR(19) NOT NULL COMMENT 'Start in UTC, to the second',
  PRIMARY KEY (`lock_name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Which run wrote last; it is writing now if its connection holds the lock of the server';
