"""The closed lists of the data: age groups, genders, ED subservices, dispositions and others.

They are the same in every data set; no configuration changes them. Names of sites, areas and programs are
configuration.
"""

from typing import Final, NamedTuple

DISCLAIMER: Final = "Synthetic, for non-production testing. All people, facilities and areas are fictional."


class AgeGroup(NamedTuple):
    """One age group: its label, and its first and last age in whole years."""

    label: str
    first_age: int
    last_age: int


OLDEST_AGE: Final = 104
"""The highest age in the data, in whole years."""

FREQUENT_VISITS: Final = 4
"""ED visits a year from which a patient counts as a frequent user."""

UNDER_AGE: Final = 15
"""Patients under this age, in years, should be seen in Pediatric ED."""

FROM_AGE: Final = 25
"""Hardly any patient from this age, in years, should be seen in Pediatric ED."""

AGE_BANDS: Final = (
    AgeGroup("0-4", 0, 4),
    AgeGroup("5-14", 5, 14),
    AgeGroup("15-24", 15, 24),
    AgeGroup("25-44", 25, 44),
    AgeGroup("45-64", 45, 64),
    AgeGroup("65-74", 65, 74),
    AgeGroup("75-84", 75, 84),
    AgeGroup("85+", 85, OLDEST_AGE),
)
AGE_GROUPS: Final = tuple(band.label for band in AGE_BANDS)
GENDERS: Final = ("Female", "Male", "Other")

ADULT_ED: Final = "Adult ED"
PEDIATRIC_ED: Final = "Pediatric ED"
URGENT_CARE: Final = "Urgent Care Centre"
ED_SUBSERVICES: Final = (ADULT_ED, PEDIATRIC_ED, URGENT_CARE)

DISCHARGED: Final = "Discharged"
ADMITTED: Final = "Admitted"
TRANSFERRED: Final = "Transferred"
LEFT: Final = "Left without being seen"
DIED: Final = "Died"
DISPOSITIONS: Final = (DISCHARGED, ADMITTED, TRANSFERRED, LEFT, DIED)

ROUTE_ED: Final = "ED"
ROUTE_DIRECT: Final = "direct"
ROUTE_TRANSFER: Final = "transfer"
ADMIT_ROUTES: Final = (ROUTE_ED, ROUTE_DIRECT, ROUTE_TRANSFER)

SITE_TYPES: Final = ("tertiary", "regional", "community", "small")
INPATIENT: Final = "inpatient"
CARE_SETTINGS: Final = (INPATIENT, "day", "ambulatory", "emergency", "none")

COUNTED_TABLES: Final = (
    "dim_site",
    "dim_program",
    "dim_subprogram",
    "dim_lha",
    "dim_age_group",
    "dim_gender",
    "dim_ed_subservice",
)
"""The dimensions whose number of rows a configuration may agree on, in `gates.row_counts`."""
