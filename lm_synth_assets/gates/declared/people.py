"""Gates on the patients."""

from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.gates.limits import FREE_DRAW

PATIENTS = (
    Gate(
        table="patients",
        name="marginals",
        description="Patients by LHA x age group x gender are the residents' share of the sample.",
        formula="patients by LHA x age group x gender = patients x residents of the cell / all residents",
        threshold=(
            "max({gates.marginal_tolerance_pct:g} %, {gates.marginal_least_persons:g} persons); total equal"
        ),
        function="statistics.people:marginals",
        reads=("population_projection",),
    ),
    Gate(
        table="patients",
        name="age_group_matches_dob",
        description="The date of birth gives the age group at the reference date.",
        formula="first age <= whole years from dob to the reference date <= last age of age_group",
        threshold="no exception",
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
            "{gates.cross_lha_pct[0]:g}-{gates.cross_lha_pct[1]:g} %, give or take half a patient an area"
        ),
        function="statistics.people:cross_lha_care",
        reads=("dim_lha",),
    ),
    Gate(
        table="patients",
        name="home_facilities",
        description="Patients have their home facility where the residents of their area go.",
        formula=(
            "patients by LHA x facility_home_id = patients of the LHA x share of its residents who go there"
        ),
        threshold=(
            "max({gates.marginal_tolerance_pct:g} %, {gates.marginal_least_persons:g} persons, twice: who "
            "leaves and where to are rounded one after the other); none where nobody goes"
        ),
        function="statistics.people:home_facilities",
    ),
    Gate(
        table="patients",
        name="sampling_weights_sum",
        description="Every patient stands for as many residents, and all of them together for all residents.",
        formula=(
            "sampling_weight = residents of the start year / patients, so that the weights add up to the "
            "residents"
        ),
        threshold="equal at four decimals",
        function="statistics.people:sampling_weights_sum",
        reads=("population_projection",),
    ),
    Gate(
        table="patients",
        name="expected_rates_reconcile",
        description=(
            "Patients are expected to come as often as the rates of their area, age group and gender say."
        ),
        formula=(
            "mean expected_ed_rate, in all, by LHA, and by age group x gender = mean over these patients of "
            "the rates of their LHA x age group x gender"
        ),
        threshold=(
            "max({gates.expected_rate_tolerance_pct:g} %, the gamma quantile at {gates.standard_errors:g} "
            "standard errors)"
        ),
        function="statistics.people:expected_rates_reconcile",
        reads=("ed_baseline_rates",),
    ),
    Gate(
        table="patients",
        name="age_shape",
        description="Inside their age group patients are of every age, in the oldest of fewer each year.",
        formula=(
            "Kolmogorov-Smirnov distance of days from birth to the reference date, by age group, from even "
            "births, of which oldest_decline fewer are left each year in the oldest group"
        ),
        threshold=f"max({{gates.ks_threshold:g}}, {FREE_DRAW}/sqrt(patients))",
        function="statistics.people:age_shape",
    ),
    Gate(
        table="patients",
        name="expected_rate_shape",
        description="Few patients are expected to come often, and many hardly ever, as gamma frailty has it.",
        formula=(
            "Kolmogorov-Smirnov distance of expected_ed_rate / expected visits, by age group, from the gamma "
            "of mean 1 and shape frailty_shape"
        ),
        threshold=f"max({{gates.ks_threshold:g}}, {FREE_DRAW}/sqrt(patients))",
        function="statistics.people:expected_rate_shape",
    ),
)
