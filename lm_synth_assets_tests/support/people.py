"""What tests know of people: what tells them apart, and how old they are."""

from datetime import date

QUASI_IDENTIFIERS = ["dob", "lha_id", "gender"]


def age_on(reference: date, born: date) -> int:
    return reference.year - born.year - ((reference.month, reference.day) < (born.month, born.day))
