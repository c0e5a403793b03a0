"""Gates on the denominators: residents and ED rates."""

from lm_synth_assets.gates.gate import Gate

REFERENCE = (
    Gate(
        table="population_projection",
        name="totals_follow_growth",
        description="Each area's residents are base x (1 + growth)^t in every year of the horizon.",
        formula="sum of population by year x LHA = round(base x (1 + growth)^(year - base year))",
        threshold="equal",
        function="statistics.population:totals_follow_growth",
    ),
    Gate(
        table="population_projection",
        name="age_and_gender_weights",
        description=(
            "Each area's residents are split by its age weights, which drift as it ages, and by gender "
            "weights."
        ),
        formula=(
            "population by year x LHA x age group x gender = base x (1 + growth)^t x age weight x "
            "(1 + ageing)^t x gender weight / sum of these weights, t = year - base year"
        ),
        threshold="1 person, since the cells are rounded to add up to their area",
        function="statistics.population:age_and_gender_weights",
    ),
    Gate(
        table="population_projection",
        name="every_year",
        description=(
            "Each year of the horizon has every LHA, age group and gender once, dated 1 January of the year."
        ),
        formula="rows of year x LHA x age group x gender, dated 1 January of the year = 1",
        threshold="equal",
        rule="population_every_year",
    ),
    Gate(
        table="ed_baseline_rates",
        name="complete_cross_product",
        description="There is a rate for every LHA x age group x gender x ED subservice, and none besides.",
        formula="rows = LHAs x age groups x genders x ED subservices, each combination once",
        threshold="equal",
        rule="complete_cross_product",
    ),
    Gate(
        table="ed_baseline_rates",
        name="rates_follow_configuration",
        description="Each rate is the configured one.",
        formula=(
            "baserate_per_1000 = rate of the subservice, age group and gender x ed_rate_multiplier of the "
            "LHA, or the rate that overrides it"
        ),
        threshold="equal at two decimals",
        function="statistics.population:rates_follow_configuration",
    ),
    Gate(
        table="ed_baseline_rates",
        name="rates_by_age",
        description=(
            "The old come to Adult ED most often and children to Pediatric ED, in every area and gender."
        ),
        formula=(
            "by LHA x gender, highest Adult ED rate from 65 years >= that of those younger, and highest "
            "Pediatric ED rate under 15 years >= that of those older"
        ),
        threshold="no exception",
        rule="rates_by_age",
        blocking=False,
    ),
)
