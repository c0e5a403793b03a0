"""Threshold texts that several gates share. Fields of the configuration stand in braces."""

from lm_synth_assets.gates.limits import FALSE_ALARM, MISFIT

MIX = (
    "within {gates.mix_tolerance_pct:g}% or {gates.standard_errors:g} standard errors, whichever is larger; "
    "zero where zero is expected"
)

PROFILE = (
    "within {gates.profile_tolerance_pct:g}% or {gates.standard_errors:g} standard errors, whichever is "
    "larger; zero where zero is expected"
)

VOLUME = (
    "within {gates.volume_tolerance_pct:g}% or {gates.volume_least_visits:g} visits, whichever is larger; "
    "freely drawn volumes may also be off by {gates.standard_errors:g} standard errors"
)

DRIFT = (
    "within {gates.corr_threshold:g} or {gates.standard_errors:g} standard errors of patients' clusters, "
    "whichever is larger"
)

EXACT_CHANCE = f"p at least 1 in {1 / FALSE_ALARM:,.0f}, corrected for the number of comparisons"

CHANCE = f"{EXACT_CHANCE}; expectations may be {100 * MISFIT:g}% off"
