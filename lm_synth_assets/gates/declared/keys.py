"""Groups of configuration keys that decide what gates expect, which several gates share.

A part in angle brackets stands for a name, as on the page of the configuration. Thresholds are not listed: a
gate's `threshold` names them.
"""

RESIDENTS = (
    "lhas.<LHA>.base_population",
    "lhas.<LHA>.growth_pct",
    "lhas.<LHA>.age_profile",
    "age_profiles",
    "population",
)

FLOWS = ("lhas.<LHA>.default_site", "lhas.<LHA>.leaves_pct", "lhas.<LHA>.goes_to")

ED_RATES = (
    "ed.rates_per_1000",
    "ed.rate_overrides",
    "lhas.<LHA>.ed_rate_multiplier",
    "ed.pediatric_last_age",
)

FRAILTY = ("ed.frailty_shape",)

ARRIVALS = ("rhythms", "ed_rhythms", "calendar")

VISIT_HOURS = ("ed.visit_hours", "ed.longest_visit_hours")

ADMISSION = ("ed.admission", "ed.acuity_pct")

STAYS = ("inpatient.stays_per_1000", "inpatient.program_mix_pct")

_STAYS_OF = "programs.<program>.subprograms.<subprogram>.stays"

ROUTES = (f"{_STAYS_OF}.via_ed",)

DIRECT_RHYTHM = (f"{_STAYS_OF}.direct_rhythm", "rhythms", "calendar")

TAKES = (f"{_STAYS_OF}.first_age", f"{_STAYS_OF}.last_age", f"{_STAYS_OF}.genders")

LENGTHS = (
    f"{_STAYS_OF}.median_days",
    f"{_STAYS_OF}.sigma",
    "inpatient.los_age_factor",
    "inpatient.los_floor_days",
    "inpatient.los_cap_days",
)

ALC = ("inpatient.alc", "programs.<program>.alc_factor")

CORRIDORS = ("sites.<site>.transfers_to", "coverage_matrix")

TRANSFERS = ("programs.<program>.transfer_share", "inpatient.returned_share", *CORRIDORS)

REFERRALS = ("sites.<site>.refers_to", "coverage_matrix")
