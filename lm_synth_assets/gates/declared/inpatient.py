"""Gates on the inpatient stays."""

from lm_synth_assets.gates.declared import keys, thresholds
from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.schema.identifiers import SUBPROGRAM_KEY

IP_STAYS = (
    Gate(
        table="ip_stays",
        name="admissions_through_ed",
        description="The share of admissions through the ED is what ED use and admission rates imply.",
        formula=(
            "stays that began in the ED / first stays, admitted in the year = sum over patients of expected "
            "visits x chance of admission / the same and direct rates"
        ),
        threshold=(
            "within {gates.via_ed_tolerance_points:g} percentage points or {gates.standard_errors:g} "
            "standard errors, whichever is larger"
        ),
        decided_by=(*keys.STAYS, *keys.ROUTES, *keys.ADMISSION, *keys.ED_RATES),
        function="statistics.hospital_use:admissions_through_ed",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="stays_by_program",
        description="Each program has as many admissions as the rates imply, through the ED and directly.",
        formula=(
            "first stays admitted in the year by program = sum over patients of expected visits x chance "
            "of admission x share of the program at their age and gender, and of direct rates"
        ),
        threshold=thresholds.MIX,
        decided_by=(*keys.STAYS, *keys.ROUTES, *keys.ADMISSION, *keys.ED_RATES),
        function="statistics.hospital_use:stays_by_program",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="direct_admissions",
        description=(
            "Direct admissions follow the rhythm of their subprogram over months, weekdays and hours, in "
            "every program and at every site; there are none while it is closed."
        ),
        formula=(
            "direct stays of patients without another, by month, weekday and hour, in all and by rhythm, "
            "program and facility = sum over the stays of the timetable's chances"
        ),
        threshold=thresholds.EXACT_CHANCE,
        decided_by=keys.DIRECT_RHYTHM,
        function="statistics.beginnings:direct_admissions",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="census_on_1_january",
        description=(
            "The stays under way on 1 January are as many as rates and lengths imply, in all, by program, "
            "site and route, with and without ALC."
        ),
        formula=(
            "stays admitted before 1 January = sum over patients of rate x chance that a stay, begun at any "
            "time of the year before, has not ended (Little's law)"
        ),
        threshold=thresholds.EXACT_CHANCE,
        decided_by=(*keys.STAYS, *keys.LENGTHS, *keys.ALC),
        function="statistics.carry_over:census_on_1_january",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="time_under_way",
        description=(
            "Stays under way on 1 January have lasted for any part of their length alike, and are longer "
            "than others as the chance to find them under way implies."
        ),
        formula=(
            "Kolmogorov-Smirnov distance, and mean less one half, of the share of the possible time since "
            "admit_ts, and of the shares of the length-biased distributions of acute and ALC days, in all "
            "and by route"
        ),
        threshold=thresholds.EXACT_CHANCE,
        decided_by=(*keys.LENGTHS, *keys.ALC),
        function="statistics.carry_over:time_under_way",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="length_of_stay",
        description=(
            "LOS lies between the configured floor and cap, and is the time from admission to discharge."
        ),
        formula="floor <= los_days <= cap; discharge_ts - admit_ts = los_days; date of admit_ts = admit_date",
        threshold="{inpatient.los_floor_days:g} to {inpatient.los_cap_days:g} days, otherwise equal",
        decided_by=("inpatient.los_floor_days", "inpatient.los_cap_days"),
        rule="length_of_stay",
    ),
    Gate(
        table="ip_stays",
        name="alc_above_threshold",
        description=(
            "ALC stays have ALC days, reach the LOS threshold and last longer than their ALC days; other "
            "stays have none."
        ),
        formula="alc_flag = (alc_days > 0); with ALC los_days >= threshold; alc_days < los_days",
        threshold="at least {inpatient.alc.threshold_days:g} days, otherwise no exception",
        decided_by=("inpatient.alc",),
        rule="alc_above_threshold",
    ),
    Gate(
        table="ip_stays",
        name="alc_mix",
        description="Each program and each age group has as many ALC stays as configured.",
        formula=(
            "ALC stays admitted in the year by program, and by age group = sum over the stays that no other "
            "continues of ALC probability at their age x alc_factor of their program"
        ),
        threshold=(
            "within {gates.mix_tolerance_pct:g}%, or 1 stay for each subprogram that the age group has in "
            "it, whichever is larger"
        ),
        decided_by=keys.ALC,
        function="statistics.lengths:alc_mix",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="los_medians",
        description=(
            "The median LOS of each subprogram is the one that the configuration implies for its stays."
        ),
        formula=(
            "median los_days of the subprogram's stays admitted in the year = that of the mixture over their "
            "ages of acute lognormals, ALC days of some that end a spell, floor and cap"
        ),
        threshold=(
            "within {gates.los_median_tolerance_pct:g}% or {gates.standard_errors:g} standard errors, "
            "whichever is larger"
        ),
        decided_by=(*keys.LENGTHS, *keys.ALC),
        function="statistics.lengths:los_medians",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="subprogram_offered_at_site",
        description=(
            "Each stay is in a subprogram that its site offers, with the key of its program and subprogram."
        ),
        formula=f"(facility_id, subprogram_key) is in program_coverage; subprogram_key = {SUBPROGRAM_KEY}",
        threshold="no exception",
        decided_by=keys.REFERRALS,
        rule="subprogram_offered_at_site",
        reads=("program_coverage",),
    ),
    Gate(
        table="ip_stays",
        name="age_and_sex_fit",
        description="Stays are in subprograms with beds, which take patients of that age and gender.",
        formula=(
            "first_age <= age at the reference date <= last_age of the subprogram, which takes the gender "
            "and has inpatient stays"
        ),
        threshold="no exception, but for patients whom no subprogram takes",
        decided_by=keys.TAKES,
        rule="age_and_sex_fit",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="admissions_have_stays",
        description=(
            "Each admitted ED encounter begins exactly one stay of its patient, after it ends; no other "
            "encounter does."
        ),
        formula=(
            "encounters with dispo Admitted and stays with ed_encounter_id pair one to one, of one patient, "
            "admit_ts >= departure_ts, admit_route ED"
        ),
        threshold="no exception",
        rule="admissions_have_stays",
        reads=("ed_encounters",),
    ),
    Gate(
        table="ip_stays",
        name="admitted_where_referred",
        description=(
            "Patients are admitted at the site where they came, when they leave the ED, or at the site it "
            "refers to."
        ),
        formula=(
            "facility_id of a first stay = site of its ED encounter, or the patient's home facility, or the "
            "first of its refers_to where it lacks the subprogram; admit_ts = departure_ts + the travel "
            "time between them"
        ),
        threshold="no exception; {inpatient.travel_hours:g} hours between sites",
        decided_by=(*keys.REFERRALS, "inpatient.travel_hours"),
        rule="admitted_where_referred",
        reads=("patients", "ed_encounters", "program_coverage"),
    ),
    Gate(
        table="ip_stays",
        name="stays_in_year",
        description="Stays began in the start year, or were under way on 1 January.",
        formula=(
            "admit_ts >= 1 January of the year before; discharge_ts > 1 January of the start year; direct "
            "stays have admit_ts before the end of it"
        ),
        threshold="no exception",
        decided_by=("run.start_year",),
        rule="stays_in_year",
    ),
    Gate(
        table="ip_stays",
        name="routes",
        description=(
            "The admission route of each stay agrees with the ED encounter or the stay that it follows."
        ),
        formula=(
            "admit_route is transfer where transfer_from_stay_id is given, ED where ed_encounter_id is or "
            "for some stays from the year before, and otherwise direct"
        ),
        threshold="no exception",
        rule="routes",
    ),
    Gate(
        table="ip_stays",
        name="one_place_at_a_time",
        description="No patient has two contacts at the same time, or a stay after death.",
        formula=(
            "a patient's stays and ED visits do not overlap, and none begins after a visit with dispo Died"
        ),
        threshold="no exception",
        rule="one_place_at_a_time",
        reads=("ed_encounters",),
    ),
    Gate(
        table="ip_stays",
        name="los_shape",
        description=(
            "Acute days of stays are distributed as configured for their subprogram and age, whatever their "
            "site, route, gender or month."
        ),
        formula=(
            "Kolmogorov-Smirnov distance of the shares of the lognormal, with floor and cap, that los_days - "
            "alc_days reaches, by subprogram, and with the mean less one half by facility, route, age group, "
            "gender and month"
        ),
        threshold=f"one stay for each subprogram, otherwise {thresholds.EXACT_CHANCE}",
        decided_by=keys.LENGTHS,
        function="statistics.stay_days:los_shape",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="alc_days",
        description=(
            "ALC days are distributed as configured, in all and whatever their program, site, route, age "
            "group or gender."
        ),
        formula=(
            "Kolmogorov-Smirnov distance of the shares of the lognormal, with least_days and cap, that "
            "alc_days reaches, in all, and with the mean less one half by program, facility, route, age "
            "group and gender"
        ),
        threshold=f"one stay in all, otherwise {thresholds.EXACT_CHANCE}",
        decided_by=keys.ALC,
        function="statistics.stay_days:alc_days",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="stay_associations",
        description=(
            "Associations between categories of stays and patients are those of a replicate (Cramer's V)."
        ),
        formula=(
            "Cramer's V between subprogram, facility, admission route, ALC, age group and gender, less that "
            "of a replicate"
        ),
        threshold=thresholds.DRIFT,
        decided_by=(*keys.STAYS, *keys.ROUTES, *keys.ALC, *keys.REFERRALS),
        function="statistics.shape:stay_associations",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="transfers_along_corridors",
        description=(
            "Transfers follow the stay before at once, along a configured corridor or back to the site of "
            "origin."
        ),
        formula=(
            "a stay with transfer_from_stay_id is of the same patient and subprogram, admit_ts = "
            "discharge_ts of that stay + the travel time, along transfers_to or back; no stay is continued "
            "twice"
        ),
        threshold="no exception; {inpatient.travel_hours:g} hours between sites",
        decided_by=(*keys.CORRIDORS, "inpatient.travel_hours"),
        rule="transfers_along_corridors",
        reads=("program_coverage",),
    ),
    Gate(
        table="ip_stays",
        name="transfers_by_program",
        description=(
            "Each program transfers the configured share of its stays; the configured share of transfers "
            "returns."
        ),
        formula=(
            "first stays of the year that a transfer continues, by program and in all = transfer_share x "
            "those at sites with a corridor; of these transfers returned = returned_share"
        ),
        threshold=thresholds.MIX,
        decided_by=keys.TRANSFERS,
        function="statistics.transfers:transfers_by_program",
    ),
    Gate(
        table="ip_stays",
        name="links",
        description=(
            "LOS, ALC and subprogram of stays go together with site, area, age, gender, route and month as "
            "modelled, and in no other way."
        ),
        formula=(
            "stays of the year by eighth of the LOS within subprogram and age, by ALC within subprogram and "
            "age group, and by eighth of the ALC days, in each site, area and gender, and but for ALC days "
            "by route and month = independent; admissions through the ED by subprogram in each area and home "
            "facility = sum over admissions of their chances"
        ),
        threshold=thresholds.CHANCE,
        decided_by=(*keys.LENGTHS, *keys.ALC, *keys.ROUTES),
        function="statistics.links:stay_links",
        reads=("patients",),
    ),
    Gate(
        table="ip_stays",
        name="fine_structure",
        description=(
            "Admissions and discharges fall evenly on minutes, seconds and last digits, LOS on its last "
            "digit, and no stay is a copy of another."
        ),
        formula=(
            "first stays by minute, second and the last digit of both, of admission and discharge, and by "
            "hundredth of a day of LOS = even; pairs of stays at one second of the day or of the year, and "
            "of one minute, second and LOS = 1 / 3,600 of the pairs of one hour, and of one LOS"
        ),
        threshold=thresholds.CHANCE,
        decided_by=keys.LENGTHS,
        function="statistics.fine_structure:fine_structure_of_stays",
    ),
)
