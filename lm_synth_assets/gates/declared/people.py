"""Gates on the patients."""

from lm_synth_assets.gates.declared import keys, thresholds
from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.gates.limits import FREE_DRAW

PATIENTS = (
    Gate(
        table="patients",
        name="marginals",
        description="Patients are distributed over LHA x age group x gender as residents are.",
        formula="patients by LHA x age group x gender = patients x residents of the cell / all residents",
        threshold=(
            "within {gates.marginal_tolerance_pct:g}% or {gates.marginal_least_persons:g} persons, whichever "
            "is larger; total equal"
        ),
        decided_by=keys.RESIDENTS,
        function="statistics.people:marginals",
        reads=("population_projection",),
    ),
    Gate(
        table="patients",
        name="age_group_matches_dob",
        description="The date of birth gives the age group at the reference date.",
        formula="first age <= whole years from dob to the reference date <= last age of age_group",
        threshold="no exception",
        decided_by=("run.start_year",),
        rule="age_group_matches_dob",
    ),
    Gate(
        table="patients",
        name="unique_quasi_identifiers",
        description=(
            "No two patients share date of birth, LHA and gender (unless the configuration allows it)."
        ),
        formula="patients that share dob, lha_id and gender with another",
        threshold="none, unless privacy.unique_quasi_identifiers is off",
        decided_by=("privacy.unique_quasi_identifiers", "run.patients"),
        rule="unique_quasi_identifiers",
    ),
    Gate(
        table="patients",
        name="cross_lha_care",
        description=(
            "The share of patients whose home facility is not their area's default site is as configured."
        ),
        formula="share of patients with facility_home_id other than default_site_id of their LHA",
        threshold=(
            "{gates.cross_lha_pct[0]:g}-{gates.cross_lha_pct[1]:g}%, plus or minus half a patient for each "
            "LHA"
        ),
        decided_by=keys.FLOWS,
        function="statistics.people:cross_lha_care",
        reads=("dim_lha",),
    ),
    Gate(
        table="patients",
        name="home_facilities",
        description="Home facilities follow the configured flows from each LHA.",
        formula=(
            "patients by LHA x facility_home_id = patients of the LHA x share of its residents who go there"
        ),
        threshold=(
            "within {gates.marginal_tolerance_pct:g}% or twice {gates.marginal_least_persons:g} persons (two "
            "figures are rounded), whichever is larger; none where no flow is configured"
        ),
        decided_by=keys.FLOWS,
        function="statistics.people:home_facilities",
    ),
    Gate(
        table="patients",
        name="sampling_weights_sum",
        description="All patients have the same weight, and the weights add up to the residents.",
        formula=(
            "sampling_weight = residents of the start year / patients, so that the weights add up to the "
            "residents"
        ),
        threshold="equal at four decimals",
        decided_by=("run.patients", *keys.RESIDENTS),
        function="statistics.people:sampling_weights_sum",
        exact=True,
        reads=("population_projection",),
    ),
    Gate(
        table="patients",
        name="expected_rates_reconcile",
        description="Expected ED rates of patients agree with the rates of their LHA, age group and gender.",
        formula=(
            "mean expected_ed_rate, in all, by LHA, and by age group x gender = mean over these patients of "
            "the rates of their LHA x age group x gender"
        ),
        threshold=(
            "within {gates.expected_rate_tolerance_pct:g}% or the gamma quantile at "
            "{gates.standard_errors:g} standard errors, whichever is larger"
        ),
        decided_by=(*keys.ED_RATES, *keys.FRAILTY),
        function="statistics.people:expected_rates_reconcile",
        reads=("ed_baseline_rates",),
    ),
    Gate(
        table="patients",
        name="age_shape",
        description="Ages are spread evenly within age groups, with the configured decline in the oldest.",
        formula=(
            "Kolmogorov-Smirnov distance of days from birth to the reference date, by age group, from even "
            "births, of which oldest_decline fewer are left each year in the oldest group"
        ),
        threshold=f"at most {{gates.ks_threshold:g}} or {FREE_DRAW}/sqrt(patients), whichever is larger",
        decided_by=("population.oldest_decline",),
        function="statistics.people:age_shape",
    ),
    Gate(
        table="patients",
        name="expected_rate_shape",
        description="Expected ED rates differ between patients as gamma frailty implies.",
        formula=(
            "Kolmogorov-Smirnov distance of expected_ed_rate / expected visits, by age group, from the gamma "
            "of mean 1 and shape frailty_shape"
        ),
        threshold=f"at most {{gates.ks_threshold:g}} or {FREE_DRAW}/sqrt(patients), whichever is larger",
        decided_by=keys.FRAILTY,
        function="statistics.people:expected_rate_shape",
    ),
    Gate(
        table="patients",
        name="links",
        description=(
            "Expected ED rate, home facility, area, age, gender and month of birth go together as modelled, "
            "and in no other way."
        ),
        formula=(
            "patients by eighth of the frailty that their expected_ed_rate implies, and by facility_home_id, "
            "in each area, home facility, age group, gender and month of birth = even eighths, and the flows "
            "of their area"
        ),
        threshold=thresholds.CHANCE,
        decided_by=(*keys.FLOWS, *keys.FRAILTY, *keys.RESIDENTS),
        function="statistics.links:patient_links",
    ),
    Gate(
        table="patients",
        name="fine_structure",
        description=(
            "Dates of birth are spread evenly over days, weekdays, months and years, and no patient is a "
            "near copy of another."
        ),
        formula=(
            "patients by age group and day of the month, weekday, month and year of birth; pairs of one "
            "area, age group and gender born 0 to 7 days apart; pairs of one expected_ed_rate, age group and "
            "gender born within a week or on one day of the year = those of births on any day"
        ),
        threshold=thresholds.CHANCE,
        decided_by=("population.oldest_decline", "privacy.unique_quasi_identifiers"),
        function="statistics.fine_structure:fine_structure_of_patients",
    ),
)
