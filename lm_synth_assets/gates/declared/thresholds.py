"""Threshold texts that several gates share. Fields of the configuration stand in braces."""

from lm_synth_assets.gates.limits import FALSE_ALARM, MISFIT

MIX = (
    "max({gates.mix_tolerance_pct:g} %, {gates.standard_errors:g} standard errors); zero where zero is "
    "expected"
)

PROFILE = (
    "max({gates.profile_tolerance_pct:g} %, {gates.standard_errors:g} standard errors); zero where zero is "
    "expected"
)

VOLUME = (
    "max({gates.volume_tolerance_pct:g} %, {gates.volume_least_visits:g} visits), and for freely drawn "
    "volumes {gates.standard_errors:g} standard errors"
)

DRIFT = "max({gates.corr_threshold:g}, {gates.standard_errors:g} standard errors of patients' clusters)"

CHANCE = (
    f"chance brings this in at least {FALSE_ALARM:g} of data sets, all comparisons together, whose "
    f"expectations may be {100 * MISFIT:g} % off"
)

EXACT_CHANCE = f"chance goes that far in at most {FALSE_ALARM:g} of data sets, all comparisons together"
