"""Gates on the projected ED volumes."""

from lm_synth_assets.gates.declared import keys
from lm_synth_assets.gates.gate import Gate

ED_PROJECTION = (
    Gate(
        table="ed_projection",
        name="reconciles_with_sql",
        description=(
            "The projected volumes are those of the blueprint's SQL on the stored tables, in each scenario."
        ),
        formula=(
            "projected_volumes by scenario x year x default site x ED subservice = sum of population x rate "
            "/ 1,000 x ED multiplier x ((1 + growth x its multiplier) / (1 + growth))^(year - base "
            "year), in SQL"
        ),
        threshold="equal at five decimals",
        decided_by=("scenarios", *keys.ED_RATES, *keys.RESIDENTS),
        function="statistics.projections:reconciles_with_sql",
        exact=True,
        reads=("population_projection", "ed_baseline_rates", "dim_lha", "dim_scenario"),
    ),
    Gate(
        table="ed_projection",
        name="every_year",
        description="Each scenario has one row for every year, default site and subservice, dated 1 January.",
        formula="rows of scenario x year x default site x ED subservice, dated 1 January of the year = 1",
        threshold="equal",
        decided_by=("run.start_year", "run.years", "scenarios", "lhas.<LHA>.default_site"),
        rule="projection_every_year",
    ),
)
