"""Gates on the ED encounters."""

from lm_synth_assets.gates.declared import keys, thresholds
from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.gates.limits import FEW_VISITS, FREE_DRAW
from lm_synth_assets.schema.vocabulary import FREQUENT_VISITS, FROM_AGE, UNDER_AGE

ED_ENCOUNTERS = (
    Gate(
        table="ed_encounters",
        name="hour_profile",
        description=(
            "Arrivals by hour follow the arrival profile of their subservice; there are none while it is "
            "closed."
        ),
        formula="arrivals by ED subservice x hour of the day = visits x the timetable's chance of the hour",
        threshold=thresholds.PROFILE,
        decided_by=keys.ARRIVALS,
        function="statistics.arrivals:hour_profile",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="weekday_profile",
        description="Arrivals by weekday follow the arrival profile of their subservice.",
        formula="arrivals by ED subservice x weekday = visits x the timetable's chance of the weekday",
        threshold=thresholds.PROFILE,
        decided_by=keys.ARRIVALS,
        function="statistics.arrivals:weekday_profile",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="month_profile",
        description="Arrivals by month follow the arrival profile of their subservice.",
        formula="arrivals by ED subservice x month = visits x the timetable's chance of the month",
        threshold=thresholds.PROFILE,
        decided_by=keys.ARRIVALS,
        function="statistics.arrivals:month_profile",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="clock",
        description="Arrival times are local clock time, shifted neither forward nor back.",
        formula=(
            "shift of the clock that explains the arrivals by hour best, by ED subservice and of all (one "
            "step of Fisher scoring from the timetable), = 0"
        ),
        threshold=(
            "within {gates.clock_tolerance_minutes:g} minutes or {gates.standard_errors:g} standard errors, "
            "whichever is larger"
        ),
        decided_by=keys.ARRIVALS,
        function="statistics.arrivals:clock",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="daily_counts",
        description="Daily arrivals vary as much as chance and the configured day effects imply.",
        formula=(
            "sum over days of (arrivals - expected)^2 / expected / days, by ED subservice, about the "
            "profile without day effects, = 1 + mean arrivals x variance of the day effects"
        ),
        threshold=(
            "within {gates.dispersion_tolerance_pct:g}% or {gates.standard_errors:g} standard errors, "
            "whichever is larger"
        ),
        decided_by=keys.ARRIVALS,
        function="statistics.arrivals:daily_counts",
        reads=("patients",),
        blocking=False,
    ),
    Gate(
        table="ed_encounters",
        name="children_go_to_pediatric_ed",
        description=(
            f"Of the visits of children under {UNDER_AGE}, at least the configured share is to Pediatric ED, "
            "if the region has one."
        ),
        formula=f"visits to Pediatric ED / all visits, of patients under {UNDER_AGE} at the reference date",
        threshold=(
            f"at least {{gates.pediatric_under_15_pct:g}}%; below {FEW_VISITS} visits, "
            "{gates.volume_least_visits:g} visits less; or {gates.standard_errors:g} standard errors below "
            "it or, where it is more, the share in the rates"
        ),
        decided_by=keys.ED_RATES,
        function="statistics.ed_use:children_go_to_pediatric_ed",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="adults_stay_out_of_pediatric_ed",
        description=f"Of the visits from {FROM_AGE} years up, hardly any is to Pediatric ED.",
        formula=(
            f"visits to Pediatric ED / all visits, of patients of {FROM_AGE} and over at the reference date"
        ),
        threshold=(
            "at most the largest of {gates.pediatric_from_25_pct:g}%, {gates.volume_least_visits:g} visits, "
            "and {gates.standard_errors:g} standard errors above it or, where it is less, above the share in "
            "the rates"
        ),
        decided_by=keys.ED_RATES,
        function="statistics.ed_use:adults_stay_out_of_pediatric_ed",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="visits_per_person",
        description="ED use differs between patients as gamma frailty implies: a few come often, most never.",
        formula=(
            f"variance / mean of visits per patient, and patients with {FREQUENT_VISITS} or more visits, "
            "against gamma frailty, given the visits of each LHA x home facility x age group x gender"
        ),
        threshold=(
            "within {gates.dispersion_tolerance_pct:g}% or {gates.standard_errors:g} standard errors, "
            "whichever is larger"
        ),
        decided_by=keys.FRAILTY,
        function="statistics.ed_use:visits_per_person",
        reads=("patients",),
        blocking=False,
    ),
    Gate(
        table="ed_encounters",
        name="visits_match_patients",
        description="patients.ed_visits_year is the number of the patient's encounters.",
        formula="encounters of each patient = patients.ed_visits_year",
        threshold="equal",
        rule="visits_match_patients",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="primary_subservice",
        description="patients.primary_ed_subservice is the subservice of most of the patient's visits.",
        formula=(
            "ed_subservice of most of a patient's encounters (one of them, of equals) = "
            "patients.primary_ed_subservice"
        ),
        threshold="no exception",
        rule="primary_subservice",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="visits_at_home_facility",
        description="Each visit is at the patient's home facility.",
        formula="facility_id = patients.facility_home_id",
        threshold="no exception",
        rule="visits_at_home_facility",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="arrivals_in_year",
        description="Arrivals are in the start year, on their arrival_date and before the departure.",
        formula=(
            "year of arrival_ts = start year; date of arrival_ts = arrival_date; departure_ts > arrival_ts"
        ),
        threshold="no exception",
        decided_by=("run.start_year",),
        rule="arrivals_in_year",
    ),
    Gate(
        table="ed_encounters",
        name="longest_visit",
        description="No visit is shorter than a minute or longer than the configured longest.",
        formula="1 minute <= departure_ts - arrival_ts <= longest_visit_hours",
        threshold="1 minute to {ed.longest_visit_hours:g} hours",
        decided_by=("ed.longest_visit_hours",),
        rule="longest_visit",
    ),
    Gate(
        table="ed_encounters",
        name="visit_lengths",
        description=(
            "Visits last as configured for their subservice and disposition, whatever their acuity, site, "
            "age group, month or hour."
        ),
        formula=(
            "Kolmogorov-Smirnov distance, and mean less one half, of the shares of the lognormal "
            "(visit_hours, cut at longest_visit_hours) that departure_ts - arrival_ts reaches, by subservice "
            "x disposition, acuity and facility, by age group, month and hour of arrival"
        ),
        threshold=thresholds.EXACT_CHANCE,
        decided_by=keys.VISIT_HOURS,
        function="statistics.visit_lengths:visit_lengths",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="one_visit_at_a_time",
        description="No visit of a patient begins before their earlier ones have ended.",
        formula="arrival_ts >= departure_ts of all earlier visits of the same patient",
        threshold="no exception",
        rule="one_visit_at_a_time",
    ),
    Gate(
        table="ed_encounters",
        name="no_visit_after_death",
        description="No patient has a visit after dying in the ED.",
        formula="no arrival_ts after that of a visit of the same patient with dispo Died",
        threshold="no exception",
        rule="no_visit_after_death",
    ),
    Gate(
        table="ed_encounters",
        name="arrival_shape",
        description=(
            "Arrivals over the day and over the year follow the profile of their subservice "
            "(Kolmogorov-Smirnov)."
        ),
        formula=(
            "Kolmogorov-Smirnov distance of the time of day, and of the day of year, from the arrival "
            "profile of the subservice"
        ),
        threshold=f"at most {{gates.ks_threshold:g}} or {FREE_DRAW}/sqrt(visits), whichever is larger",
        decided_by=keys.ARRIVALS,
        function="statistics.shape:arrival_shape",
    ),
    Gate(
        table="ed_encounters",
        name="correlations",
        description=(
            "Rank correlations between visits and their patients are those of a replicate (Spearman)."
        ),
        formula=(
            "Spearman correlations between age, expected rate, visits, hour, acuity and minutes, less those "
            "of a replicate"
        ),
        threshold=thresholds.DRIFT,
        decided_by=(*keys.ED_RATES, *keys.FRAILTY, *keys.ADMISSION, "ed.visit_hours"),
        function="statistics.shape:correlations",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="associations",
        description=(
            "Associations between categories of visits and patients are those of a replicate (Cramer's V)."
        ),
        formula=(
            "Cramer's V between subservice, acuity, disposition, facility, weekend, LHA, age group and "
            "gender, less that of a replicate"
        ),
        threshold=thresholds.DRIFT,
        decided_by=(*keys.ED_RATES, *keys.FLOWS, *keys.ADMISSION, "ed.dispositions"),
        function="statistics.shape:associations",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="acuity_mix",
        description="Acuity is distributed as configured for the subservice and the patient's age.",
        formula=(
            "visits by ED subservice x acuity = sum over visits of the shares at their subservice and age "
            "group; none without acuity"
        ),
        threshold=thresholds.MIX,
        decided_by=("ed.acuity_pct",),
        function="statistics.triage:acuity_mix",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="disposition_mix",
        description=(
            "Dispositions are distributed as configured for subservice, acuity and the patient's age."
        ),
        formula=(
            "visits by ED subservice x disposition = sum over visits of the chances at their subservice, age "
            "group and acuity; none without disposition"
        ),
        threshold=thresholds.MIX,
        decided_by=(*keys.ADMISSION, "ed.dispositions"),
        function="statistics.triage:disposition_mix",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="volumes_by_site",
        description=(
            "ED volumes by facility x subservice are population x rate, spread over facilities by the "
            "configured flows."
        ),
        formula=(
            "visits by facility x ED subservice = sum over LHAs of residents x rate x share of its residents "
            "who go there / sampling weight"
        ),
        threshold=f"{thresholds.VOLUME}; at least the visits that a patient with the highest rate makes",
        decided_by=(*keys.ED_RATES, *keys.FLOWS, "ed.volume_control"),
        function="statistics.volumes:volumes_by_site",
        reads=("population_projection", "ed_baseline_rates"),
    ),
    Gate(
        table="ed_encounters",
        name="volumes_by_catchment",
        description=(
            "ED volumes by default site of the patient's LHA x subservice are those of the projection."
        ),
        formula=(
            "visits by default site of the patient's LHA x ED subservice = population x rate x patients / "
            "residents, in the projection's SQL"
        ),
        threshold=thresholds.VOLUME,
        decided_by=(*keys.ED_RATES, "ed.volume_control"),
        function="statistics.volumes:volumes_by_catchment",
        reads=("patients", "population_projection", "ed_baseline_rates", "dim_lha", "dim_site"),
    ),
    Gate(
        table="ed_encounters",
        name="arrivals_by_group",
        description=(
            "Visits of each site, area, age group, gender, acuity and disposition come in the hours, "
            "weekdays, weeks and months of their rhythm, and no two sites have the same days."
        ),
        formula=(
            "arrivals of each site, subservice of a site, area, age group, gender, acuity and disposition "
            "but Died by hour, weekday, week and month = the timetable's; shift of each group's clock, in "
            "summer and in winter = 0; correlation of the days of two sites, about the timetable = 0"
        ),
        threshold=thresholds.CHANCE,
        decided_by=keys.ARRIVALS,
        function="statistics.patterns:arrivals_by_group",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="arrivals_by_day",
        description="Each holiday, each day near one, and each other day has its share of the year's visits.",
        formula=(
            "arrivals by day, by holiday or day near one, and by kind of holiday, by ED subservice and in "
            "all = visits x the timetable's chance of the day"
        ),
        threshold=thresholds.CHANCE,
        decided_by=keys.ARRIVALS,
        function="statistics.patterns:arrivals_by_day",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="links",
        description=(
            "Acuity, disposition and length of visits go together with age, gender, site, area and time as "
            "modelled, and in no other way."
        ),
        formula=(
            "visits by acuity, admission and other disposition in each ED subservice x site, age group or "
            "gender, and in each area = sum over visits of their chances; deaths by site and area, and "
            "eighths of the length within subservice x disposition by site, area, age group, gender, acuity, "
            "hour, weekday and month = independent"
        ),
        threshold=thresholds.CHANCE,
        decided_by=(*keys.ADMISSION, "ed.dispositions", "ed.visit_hours"),
        function="statistics.links:visit_links",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="visits_follow_rates",
        description="Visits fall on ages, genders and patients in proportion to their expected rates.",
        formula=(
            "visits of each ED subservice by age group x gender, by age in years and by tenth of "
            "expected_ed_rate = those of each LHA x home facility, split by the rates (in freely drawn "
            "volumes: the sum of the rates)"
        ),
        threshold=thresholds.CHANCE,
        decided_by=(*keys.ED_RATES, *keys.FRAILTY, "ed.volume_control"),
        function="statistics.ed_use:visits_follow_rates",
        reads=("patients",),
    ),
    Gate(
        table="ed_encounters",
        name="fine_structure",
        description=(
            "Arrivals and departures fall evenly on minutes, seconds and last digits, and no visit is a copy "
            "of another."
        ),
        formula=(
            "arrivals and departures by minute, second and the last digit of both = even; pairs of visits at "
            "one second of the day or of the year, and of one minute, second and length = 1 / 3,600 of the "
            "pairs of one hour, and of one length"
        ),
        threshold=thresholds.CHANCE,
        decided_by=("ed.visit_hours",),
        function="statistics.fine_structure:fine_structure_of_visits",
        reads=("patients",),
    ),
)
