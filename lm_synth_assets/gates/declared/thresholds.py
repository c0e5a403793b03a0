"""Threshold texts that several gates share. Fields of the configuration stand in braces."""

MIX = (
    "max({gates.mix_tolerance_pct:g} %, {gates.standard_errors:g} standard errors); none where none is "
    "expected"
)

PROFILE = (
    "max({gates.profile_tolerance_pct:g} %, {gates.standard_errors:g} standard errors); none where none is "
    "expected"
)

VOLUME = (
    "max({gates.volume_tolerance_pct:g} %, {gates.volume_least_visits:g} visits), and for freely drawn "
    "volumes {gates.standard_errors:g} standard errors"
)

DRIFT = "max({gates.corr_threshold:g}, {gates.standard_errors:g} standard errors of patients' clusters)"
