"""Gates on the denominators: residents and ED rates."""

from lm_synth_assets.gates.declared import keys
from lm_synth_assets.gates.gate import Gate

REFERENCE = (
    Gate(
        table="population_projection",
        name="totals_follow_growth",
        description=(
            "Residents of each LHA grow from the base population at the configured rate, in every year."
        ),
        formula="sum of population by year x LHA = round(base x (1 + growth)^(year - base year))",
        threshold="equal",
        decided_by=("lhas.<LHA>.base_population", "lhas.<LHA>.growth_pct", "population.base_year"),
        function="statistics.population:totals_follow_growth",
        exact=True,
    ),
    Gate(
        table="population_projection",
        name="age_and_gender_weights",
        description=(
            "Residents of each LHA are split by its age weights, with the configured ageing, and by gender "
            "weights."
        ),
        formula=(
            "population by year x LHA x age group x gender = base x (1 + growth)^t x age weight x "
            "(1 + ageing)^t x gender weight / sum of these weights, t = year - base year"
        ),
        threshold="1 person, since the cells are rounded to add up to their area",
        decided_by=keys.RESIDENTS,
        function="statistics.population:age_and_gender_weights",
        exact=True,
    ),
    Gate(
        table="population_projection",
        name="every_year",
        description="Each year has one row for every LHA, age group and gender, dated 1 January.",
        formula="rows of year x LHA x age group x gender, dated 1 January of the year = 1",
        threshold="equal",
        decided_by=("run.start_year", "run.years", "lhas"),
        rule="population_every_year",
    ),
    Gate(
        table="ed_baseline_rates",
        name="complete_cross_product",
        description="There is one rate for every LHA x age group x gender x ED subservice, and no other.",
        formula="rows = LHAs x age groups x genders x ED subservices, each combination once",
        threshold="equal",
        decided_by=("lhas",),
        rule="complete_cross_product",
    ),
    Gate(
        table="ed_baseline_rates",
        name="rates_follow_configuration",
        description="Each rate is as configured.",
        formula=(
            "baserate_per_1000 = rate of the subservice, age group and gender x ed_rate_multiplier of the "
            "LHA, or the rate that overrides it"
        ),
        threshold="equal at two decimals",
        decided_by=keys.ED_RATES,
        function="statistics.population:rates_follow_configuration",
        exact=True,
    ),
    Gate(
        table="ed_baseline_rates",
        name="rates_by_age",
        description=(
            "Adult ED rates are highest from 65 years and Pediatric ED rates under 15, in every LHA and "
            "gender."
        ),
        formula=(
            "by LHA x gender, highest Adult ED rate from 65 years >= that of those younger, and highest "
            "Pediatric ED rate under 15 years >= that of those older"
        ),
        threshold="no exception",
        decided_by=keys.ED_RATES,
        rule="rates_by_age",
        blocking=False,
    ),
)
